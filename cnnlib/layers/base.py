"""What every layer is."""

import functools
import math
from contextlib import contextmanager

import numpy as np

from cnnlib.arguments import at_least, floats, shaped


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

    Whoever writes a layer writes ``forward`` and ``backward`` alone: before they run, in every
    subclass, x is held to :meth:`check` and dy to :meth:`check_gradient`.
    """

    kind = "layer"
    training = False
    input_gradient = True
    expects = None  # what backward will hold dy to: shape, dtype, and uses() until then
    passes = 0  # forward passes so far

    def __init_subclass__(cls):
        for name, guard in (("forward", _guard_forward), ("backward", _guard_backward)):
            if name in vars(cls):
                setattr(cls, name, guard(vars(cls)[name]))

    def __init__(self):
        self.params, self.grads, self.state = {}, {}, {}

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

    def numbers(self, shape):
        """Estimate how many numbers ``forward`` keeps for one image: here the output alone."""
        return math.prod(self.output_shape(shape))

    def in_batches(self, x, batch_size=500):
        """Send many images through, some at a time, in the mode that the layer is in.

        Parameters
        ----------
        x : ndarray of shape (N, ...)
        batch_size : int
            Images at a time; fewer where they would need more than about 256 MB.

        Yields
        ------
        ndarray of shape (n, ...)
            The outputs of the next n images.
        """
        at_least(1, batch_size=batch_size)
        self.check(x)
        fitting = 2**28 // (x.itemsize * max(1, self.numbers(x.shape[1:])))
        count = max(1, min(batch_size, fitting))
        for i in range(0, len(x), count):
            yield self.forward(x[i : i + count])

    @property
    def dtype(self):
        """What the weights are; float32 where there are none."""
        return next((value.dtype for value in self.params.values()), np.dtype(np.float32))

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
        floats("x", x)
        if x.size == 0:
            raise ValueError(f"x has shape {x.shape}, expected at least one image")
        for name, value in self.params.items():
            if value.dtype != x.dtype:
                raise TypeError(f"x is {x.dtype}, {name} is {value.dtype}: convert one by astype")
        self.output_shape(x.shape[1:])

    def check_gradient(self, dy):
        """Refuse a gradient that comes out of turn or is not one of the last output.

        Raises
        ------
        RuntimeError
            If there was no ``forward`` since the last ``backward``, or if since that ``forward`` a
            layer inside was used alone, or ``training`` of one is not what it was.
        TypeError, ValueError
            If dy has not the dtype or the shape of the output.
        """
        name = type(self).__name__
        if self.expects is None:
            raise RuntimeError(f"backward of {name} comes once after each forward: call that first")
        shape, dtype, uses = self.expects
        if uses != self.uses():
            raise RuntimeError(f"a layer in {name} ran alone or in another mode: forward it again")
        if not isinstance(dy, np.ndarray | np.generic) or dy.dtype != dtype:
            came = getattr(dy, "dtype", type(dy).__name__)
            raise TypeError(f"dy is {came}, expected an array of {dtype}, as {name} returned it")
        shaped(f"dy of {name}", dy, shape)

    def children(self):
        """Return the layers inside this one."""
        return ()

    def walk(self):
        """Yield this layer and all layers inside it, in order."""
        yield self
        for child in self.children():
            yield from child.walk()

    def uses(self):
        """Return, of this layer and each inside it, how often it ran forward, and its mode."""
        return [(layer.passes, layer.training) for layer in self.walk()]

    def draws(self):
        """List the bit generators of this layer and those inside it, in order: each has a state."""
        held = (value for layer in self.walk() for value in vars(layer).values())
        return [value.bit_generator for value in held if isinstance(value, np.random.Generator)]

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

    @contextmanager
    def unchanged(self, always=True):
        """Put back what a forward pass in training changes, running means and draws.

        If not ``always``, then only after an error. An interrupt is none: it may come after the
        weights' update, and what was learned stays whole.
        """
        state = {name: value.copy() for name, value in self.state.items()}
        generators = [(source, source.state) for source in self.draws()]
        try:
            yield
        except Exception:
            always = True
            raise
        finally:
            if always:
                for name, value in self.state.items():
                    value[...] = state[name]
                for generator, before in generators:
                    generator.state = before

    def astype(self, dtype):
        """Convert parameters and state, for example to float64 for a gradient check.

        Returns
        -------
        Layer
            The layer itself.

        Raises
        ------
        TypeError
            If dtype is not a float; then nothing is changed.
        """
        if np.dtype(dtype).kind != "f":
            raise TypeError(f"dtype is {np.dtype(dtype)}, expected floats such as float64")
        for layer in self.walk():
            for arrays in (layer.params, layer.state):  # a stack's are made anew each time
                for name in arrays:
                    arrays[name] = arrays[name].astype(dtype)
        return self

    def arguments(self):
        """Return the constructor's arguments that matter to a reader: a tuple, and named ones."""
        return (), {}

    def describe(self):
        """Return :meth:`arguments` as they are written in Python, for the summary."""
        values, named = self.arguments()
        return ", ".join([*map(str, values), *(f"{k}={value}" for k, value in named.items())])

    def __repr__(self):
        return f"{type(self).__name__}({self.describe()})"


def _guard_forward(forward):
    """Check what a forward pass is handed, and remember what its backward pass has to be handed."""

    @functools.wraps(forward)
    def guarded(self, x):
        if type(self).forward is not guarded:  # a subclass calls, and has checked x
            return forward(self, x)
        self.check(x)
        self.expects, self.passes = None, self.passes + 1
        y = forward(self, x)
        self.expects = getattr(y, "shape", None), getattr(y, "dtype", None), self.uses()
        return y

    return guarded


def _guard_backward(backward):
    """Check what a backward pass is handed, and let it run once: it may use up what was kept."""

    @functools.wraps(backward)
    def guarded(self, dy):
        if type(self).backward is not guarded:
            return backward(self, dy)
        self.check_gradient(dy)
        before = [(layer, layer.input_gradient) for layer in self.children()]
        try:
            return backward(self, dy)
        finally:
            self.expects = None
            for layer, needed in before:  # which may be layers of another network, too
                layer.input_gradient = needed

    return guarded


def wrong_shape(shape, expected, what="x has"):
    """Make the error for a shape, images not counted, that does not fit a layer."""
    return ValueError(f"{what} shape (N, {', '.join(map(str, shape))}), expected {expected}")
