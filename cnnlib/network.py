"""Layers clicked together: networks and their files."""

from collections import Counter

from cnnlib.files import check_arrays, load_arrays, save_arrays
from cnnlib.layers.base import Layer
from cnnlib.summary import Summary


class Sequential(Layer):
    """A stack of layers, each fed with what the one before returned; itself a layer.

    Parameters
    ----------
    layers : sequence of Layer
        First to last. They are named by kind and order: ``conv1``, ``relu1``, ``pool1``, ...
    input_shape : tuple of int, optional
        Shape of one input, such as (1, 28, 28). If given, the shapes are checked at once, else
        at the first ``forward``.

    Attributes
    ----------
    layers : dict of str to Layer
        ``network["conv1"]`` is short for ``network.layers["conv1"]``.
    params, grads, state : dict of str to ndarray
        Those of all layers, under names such as ``conv1.w``. The dict is made anew each time:
        ``network.params["conv1.w"][...] = w`` changes the weights, without ``[...]`` nothing.

    Raises
    ------
    TypeError
        If something is no layer.
    ValueError
        If a layer comes twice, or a shape does not fit; the message names the layer.

    Derived in lesson 05.
    """

    kind = "stack"

    def __init__(self, layers, input_shape=None):
        self.layers, counts = {}, Counter()
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"layers holds {layer!r}, expected layers only")
            counts[layer.kind] += 1
            self.layers[f"{layer.kind}{counts[layer.kind]}"] = layer
        for layer, times in Counter(self.walk()).items():
            if times > 1:
                raise ValueError(f"layers holds {layer!r} twice, expected each layer once")
        self.input_shape = None if input_shape is None else tuple(input_shape)
        if self.input_shape is not None:
            self.output_shape(self.input_shape)

    def forward(self, x):
        """Send x through all layers.

        Parameters
        ----------
        x : ndarray of shape (N, ...), dtype of the weights

        Returns
        -------
        ndarray of shape (N, ...)

        Raises
        ------
        TypeError, ValueError
            If x does not fit; the message names the layer.
        """
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def steps(self, x):
        """Send x through the layers one by one.

        Yields
        ------
        (str, ndarray)
            Each layer's name and output.
        """
        self.check(x)
        for name, layer in self.layers.items():
            x = layer.forward(x)
            yield name, x

    def backward(self, dy):
        """Send the gradient back through all layers, last to first.

        Parameters
        ----------
        dy : ndarray, shape of the output

        Returns
        -------
        ndarray, shape of the input, or None
            dx; None if ``input_gradient`` is off.
        """
        layers = list(self.layers.values())
        for place, layer in enumerate(layers):
            layer.input_gradient = place > 0 or self.input_gradient
        for layer in reversed(layers):
            dy = layer.backward(dy)
        return dy if self.input_gradient else None

    def __getitem__(self, name):
        if name not in self.layers:
            raise KeyError(f"no layer {name!r}, the layers are {', '.join(self.layers)}")
        return self.layers[name]

    def gather(self, attribute):
        """Collect one dict from all layers, with the layer's name before each key."""
        return {
            f"{layer_name}.{key}": value
            for layer_name, layer in self.layers.items()
            for key, value in getattr(layer, attribute).items()
        }

    params = property(lambda self: self.gather("params"))
    grads = property(lambda self: self.gather("grads"))
    state = property(lambda self: self.gather("state"))

    @property
    def training(self):
        return any(layer.training for layer in self.layers.values())

    @training.setter
    def training(self, value):
        for layer in self.layers.values():
            layer.training = value

    def children(self):
        return tuple(self.layers.values())

    def shapes(self, shape):
        """Follow a shape through the layers.

        Returns
        -------
        list of (str, Layer, tuple, tuple)
            Name, layer, shape that goes in, shape that comes out; images not counted.

        Raises
        ------
        ValueError
            If it does not fit; the message names the layer.
        """
        rows, shape = [], known_shape(shape)
        for name, layer in self.layers.items():
            try:
                out = layer.output_shape(shape)
            except ValueError as error:
                raise ValueError(f"{name}, {layer!r}: {error}") from None
            rows.append((name, layer, shape, out))
            shape = out
        return rows

    def output_shape(self, shape):
        rows = self.shapes(shape)
        return rows[-1][3] if rows else shape

    def multiplications(self, shape):
        return sum(layer.multiplications(inside) for _, layer, inside, _ in self.shapes(shape))

    def needs(self, shape, rows, axis=0, clip=True):
        for _, layer, inside, _ in reversed(self.shapes(shape)):
            rows = layer.needs(inside, rows, axis, clip)
        return rows

    def numbers(self, shape):
        return sum(layer.numbers(inside) for _, layer, inside, _ in self.shapes(shape))

    def summary(self, input_shape=None):
        """Tabulate layers, output shapes, parameters and multiplications for one image.

        Parameters
        ----------
        input_shape : tuple of int, optional
            Shape of one input, if it was not given to the constructor.

        Returns
        -------
        Summary
            Plain text when printed, a table in Jupyter.

        Raises
        ------
        ValueError
            If no shape is known or it does not fit.
        """
        return Summary(
            (name, layer, out, layer.parameters(), layer.multiplications(inside))
            for name, layer, inside, out in self.shapes(input_shape or self.input_shape)
        )

    def weights(self):
        """Return parameters and state together, a dict of str to ndarray: what a file holds."""
        return {**self.params, **self.state}

    def save(self, path):
        """Write parameters and state to an ``.npz`` file, under a temporary name and renamed."""
        save_arrays(path, self.weights())

    def load(self, path):
        """Read parameters and state that :meth:`save` wrote.

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueError
            If it is damaged, of another network, or holds NaN; then nothing is changed.
        """
        arrays = load_arrays(path)
        if "place" in arrays:
            raise ValueError(
                f"{path} is a checkpoint: fit(checkpoint=..., resume=True) goes on from it"
            )
        self.assign(arrays, str(path))

    def assign(self, arrays, origin="arrays"):
        """Copy arrays into the parameters and the state of the same names.

        Raises
        ------
        ValueError
            If names or shapes differ, or numbers are not finite; then nothing is changed.
        """
        weights = self.weights()
        check_arrays(arrays, weights, origin, "is of another network")
        for name, value in weights.items():
            value[...] = arrays[name]

    def arguments(self):
        return tuple(self.layers), {}


class Residual(Sequential):
    """``body(x) + x``: layers that learn what to add to their input.

    Parameters
    ----------
    body : Layer
        Usually a Sequential.
    shortcut : Layer, optional
        What x goes through on the other way, a 1x1 convolution where the shapes differ.

    Derived in lesson 07. Source: He, Zhang, Ren, Sun, Deep residual learning (2015).
    """

    kind = "residual"

    def __init__(self, body, shortcut=None):
        super().__init__([body] if shortcut is None else [body, shortcut])
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        """Add the two ways."""
        return self.body.forward(x) + (x if self.shortcut is None else self.shortcut.forward(x))

    def backward(self, dy):
        """Add the gradients of the two ways: where a value forks, gradients meet."""
        for layer in self.children():
            layer.input_gradient = self.input_gradient
        dx = self.body.backward(dy)
        dx_short = dy if self.shortcut is None else self.shortcut.backward(dy)
        return dx + dx_short if self.input_gradient else None

    def output_shape(self, shape):
        out = self.body.output_shape(shape)
        short = shape if self.shortcut is None else self.shortcut.output_shape(shape)
        if out != short:
            raise ValueError(f"body returns {out} and the shortcut {short}, expected the same")
        return out

    def needs(self, shape, rows, axis=0, clip=True):
        ways = [way.needs(shape, rows, axis, clip) for way in self.children()]
        return set().union(*ways, rows if self.shortcut is None else ())

    def steps(self, x):
        """Send x through each of the two ways; yields as in :meth:`Sequential.steps`."""
        self.check(x)
        for name, layer in self.layers.items():
            yield name, layer.forward(x)

    def shapes(self, shape):
        """Follow a shape through each of the two ways; result as of :meth:`Sequential.shapes`."""
        shape, ways = known_shape(shape), self.layers.items()
        return [(name, way, shape, way.output_shape(shape)) for name, way in ways]

    def arguments(self):
        return self.children(), {}


def known_shape(shape):
    """Return the shape of one input as a tuple, or say that a network does not know it."""
    if shape is None:
        raise ValueError("input_shape is not known, expected one such as (1, 28, 28)")
    return tuple(shape)
