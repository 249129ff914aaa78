"""What every layer is."""

from contextlib import contextmanager

import numpy as np


class Layer:
    """A block with a forward and a backward pass.

    Attributes
    ----------
    params : dict of str to ndarray
        What training changes.
    grads : dict of str to ndarray
        Gradients of the loss with respect to ``params``, same keys, set by ``backward``.
    state : dict of str to ndarray
        What is measured and not trained, such as running means.
    training : bool
        Whether layers that act differently during training do so now.
    input_gradient : bool
        Whether ``backward`` has to return ``dx``. The first layer of a network in training need
        not, and ``dx`` is the dearest part of a convolution's backward pass.

    A layer never changes an array that it was handed and never overwrites one that it returned.
    ``backward`` may be called once after each ``forward``.
    """

    kind = "layer"
    training = False
    input_gradient = True

    def __init__(self):
        self.params = {}
        self.grads = {}
        self.state = {}

    def forward(self, x):
        """Compute the output y from the input x."""
        raise NotImplementedError

    def backward(self, dy):
        """Turn dy, the gradient of the loss by the output, into dx, and fill ``grads``."""
        raise NotImplementedError

    def output_shape(self, shape):
        """Say which shape comes out, images not counted, when ``shape`` goes in.

        Raises
        ------
        ValueError
            If such an input does not fit the layer.
        """
        return shape

    def multiplications(self, shape):
        """Count the multiplications that ``forward`` needs for one image of that shape."""
        return 0

    def needs(self, shape, rows, axis=0, clip=True):
        """Say which rows of its input the layer needs for some rows of its output.

        A layer that keeps height and width needs the same rows, any other one all rows, unless it
        has a method of its own that knows better.

        Parameters
        ----------
        shape : tuple of int
            Of one input, (C, H, W); of no meaning for the rows of any other shape.
        rows : set of int
        axis : int
            0 for rows, 1 for columns.
        clip : bool
            Whether to leave out padding, whose rows have numbers below 0 and from H on.

        Returns
        -------
        set of int
        """
        if len(shape) != 3 or self.output_shape(shape)[1:] == shape[1:]:
            return rows
        return set(range(shape[1 + axis]))

    def parameters(self):
        """Count the numbers that training changes."""
        return sum(value.size for value in self.params.values())

    def check(self, x):
        """Refuse an input that the layer is not made for, before anything is changed.

        Raises
        ------
        TypeError
            If x is not an array of floats, or not of the weights' dtype.
        ValueError
            If its shape does not fit.
        """
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
            found = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
            raise TypeError(f"x is {found}, expected an array of floats such as float32")
        if x.size == 0:
            raise ValueError(f"x has shape {x.shape}, expected at least one image")
        for name, value in self.params.items():
            if value.dtype != x.dtype:
                raise TypeError(
                    f"x is {x.dtype} and {name} is {value.dtype}: convert one of them,"
                    f" x.astype({str(value.dtype)!r}) or astype({str(x.dtype)!r}) of the layer"
                )
        self.output_shape(x.shape[1:])

    def children(self):
        """Return the layers inside this one."""
        return ()

    def walk(self):
        """Yield this layer and all layers inside it, in order."""
        yield self
        for child in self.children():
            yield from child.walk()

    def draws(self):
        """List the random generators that this layer and those inside it hold, in order."""
        held = (value for layer in self.walk() for value in vars(layer).values())
        return [value for value in held if isinstance(value, np.random.Generator)]

    @contextmanager
    def mode(self, training, input_gradient=True):
        """Set ``training`` and ``input_gradient`` for a while, then each layer's as it was.

        ``with network.mode(training=False): ...``
        """
        before = [(layer, layer.training, layer.input_gradient) for layer in self.walk()]
        self.training, self.input_gradient = training, input_gradient
        try:
            yield
        finally:
            for layer, was_training, needed in before:
                layer.training, layer.input_gradient = was_training, needed

    def astype(self, dtype):
        """Convert parameters and state, for example to float64 for a gradient check.

        Returns
        -------
        Layer
            The layer itself.
        """
        for arrays in (self.params, self.state):
            for name in arrays:
                arrays[name] = arrays[name].astype(dtype)
        return self

    def describe(self):
        """Return the constructor's arguments that matter to a reader, for the summary."""
        return ""

    def __repr__(self):
        return f"{type(self).__name__}({self.describe()})"


def wrong_shape(shape, expected):
    """Make the error for an input whose shape, images not counted, does not fit a layer."""
    return ValueError(f"x has shape (N, {', '.join(map(str, shape))}), expected {expected}")
