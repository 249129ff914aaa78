"""Is the backward pass right? Hold it to what nudging each number shows."""

import copy
from collections import namedtuple

import numpy as np

from cnnlib.arguments import at_least, floats, instance, positive, shaped
from cnnlib.layers.base import Layer
from cnnlib.losses import SoftmaxCrossEntropy


def numerical_gradient(f, x, eps=1e-6):
    """Differentiate f by every number in x: nudge it up, nudge it down, compare.

    Parameters
    ----------
    f : function of ndarray
        Returns a float.
    x : ndarray, float64
        Changed while this runs, and restored, even after an error or an interrupt.
    eps : float
        Size of a nudge.

    Returns
    -------
    ndarray, shape of x
        ``(f(x + eps) - f(x - eps)) / (2 * eps)``, one number of x at a time.

    Raises
    ------
    TypeError
        If x is not float64: a nudge would drown in the rounding of float32.

    Derived in lesson 04.
    """
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        raise TypeError(f"x is {getattr(x, 'dtype', type(x).__name__)}, expected float64")
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        try:
            x[index] = value + eps
            above = f(x)
            x[index] = value - eps
            below = f(x)
        finally:
            x[index] = value
        gradient[index] = (above - below) / (2 * eps)
    return gradient


def relative_error(a, b, floor=1e-8):
    """Return the largest difference between two arrays, as a share of the larger number.

    Parameters
    ----------
    a, b : ndarray of the same shape, or float
    floor : float
        Numbers smaller than this count as this large, so that 0 and almost 0 are near.

    Raises
    ------
    ValueError
        If the shapes differ.

    Derived in lesson 04.
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(f"shapes are {np.shape(a)} and {np.shape(b)}, expected the same")
    return float(np.max(np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), floor)))


def kink_free(shape, rng, gap=0.1):
    """Draw numbers such that no nudge changes a sign or which one is the largest.

    ReLU has a kink at 0 and max one where two numbers are equal: there is no derivative to check.

    Parameters
    ----------
    shape : tuple of int
    rng : numpy.random.Generator
    gap : float
        Every number is at least this far from 0.

    Returns
    -------
    ndarray of that shape, float64
        Between ``-gap - 2`` and ``gap + 2``; any two are at least ``1 / size`` apart.
    """
    size = int(np.prod(shape))
    ranks = rng.permutation(size) + rng.uniform(0.25, 0.75, size)
    signs = rng.choice([-1.0, 1.0], size)
    return (signs * (gap + 2 * ranks / size)).reshape(shape)


# The worst entry of an array: where it is, and what nudging and the backward pass say there.
Row = namedtuple("Row", "name error index numeric analytic checked skipped")


class Report(list):
    """One :class:`Row` for the input ``x`` and each parameter; shows as a table.

    Attributes
    ----------
    ok : bool
        Whether every array had entries to check, and all were within ``tolerance``.
    """

    def __init__(self, rows, tolerance):
        super().__init__(rows)
        self.tolerance = tolerance

    ok = property(lambda self: not self.problems())

    def problems(self):
        """Describe each array whose gradient is wrong: where, and by what ratio the numbers differ.

        Returns
        -------
        dict of str to str
            From the array's name to a sentence; empty if all is well.
        """
        texts = {}
        for name, error, index, numeric, analytic, checked, skipped in self:
            if not checked:
                texts[name] = f"none is checked, all {skipped} entries lie at a kink"
            elif error > self.tolerance:
                ratio = analytic / numeric if numeric else float("inf")
                texts[name] = (
                    f"at {index} numeric {numeric:.6g}, analytic {analytic:.6g}, {ratio:.4g} times"
                    f" as much (relative error {error:.1e}, allowed {self.tolerance:.0e})"
                )
        return texts

    def __repr__(self):
        lines = [f"{'name':12}  error     numeric    analytic  checked  skipped  at"]
        for name, error, index, numeric, analytic, checked, skipped in self:
            verdict = "  WRONG" if name in self.problems() else ""
            numbers = f"{error:7.0e}{numeric:12.4g}{analytic:12.4g}{checked:9}{skipped:9}"
            lines.append(f"{name:12}{numbers}  {index}{verdict}")
        return "\n".join(lines)


def check_layer(layer, x, tolerance=1e-6, max_entries=None, loss=None, labels=None):
    """Hold the backward pass of a layer or network to numerical gradients.

    The gradient dy that goes in is random. All is done in float64 on a copy of the layer. Draws,
    as those of Dropout, are the same in every forward pass. Where a kink (of ReLU, of max) lies
    within a nudge, the slopes on its two sides differ; a gradient between the two can be neither
    right nor wrong, so such entries are skipped and counted.

    Parameters
    ----------
    layer : Layer
    x : ndarray of shape (N, ...), float
        An input; see :func:`kink_free`.
    tolerance : float
        Largest relative error. Numbers a thousand times smaller than the largest gradient count
        as that large: rounding is all that can be seen of them.
    max_entries : int, optional
        Check this many entries of each array, drawn at random, instead of all.
    loss, labels : optional
        What makes one number of the outputs; see :func:`check_network`.

    Returns
    -------
    Report

    Raises
    ------
    TypeError, ValueError
        If x does not fit the layer, a gradient has another shape than what it belongs to,
        ``max_entries`` is less than 1, or ``tolerance`` is no number above 0.

    See lesson 04.
    """
    instance(Layer, "a layer or network such as Dense(3, 2)", layer=layer)
    floats("x", x)
    positive(tolerance=tolerance)
    if max_entries is not None:
        at_least(1, max_entries=max_entries)
    rng = np.random.default_rng(0)
    layer, x = copy.deepcopy(layer).astype(np.float64), x.astype(np.float64)
    layer.input_gradient = True

    def outputs():
        with layer.unchanged():
            y = layer.forward(x)
        return y.copy() if loss is None else np.array([loss.forward(y, labels)])

    y = outputs()
    dy = rng.standard_normal(y.shape)
    back = layer.backward(dy if loss is None else dy[0] * loss.backward())
    gradients = {"x": back, **layer.grads}
    found = {}
    for name, array in {"x": x, **layer.params}.items():
        shaped(f"the gradient of {name}", gradients.get(name), array.shape)
        indices = list(np.ndindex(array.shape))
        if max_entries is not None and max_entries < array.size:
            indices = [indices[i] for i in rng.choice(array.size, max_entries, replace=False)]
        analytic = np.array([gradients[name][index] for index in indices])
        found[name] = indices, analytic, *slopes(array, indices, outputs, y, dy)
    floor = max(1e-3 * max(np.abs(numeric).max() for _, _, numeric, _ in found.values()), 1e-12)
    rows = [worst(name, *arrays, floor, tolerance) for name, arrays in found.items()]
    return Report(rows, tolerance)


def assert_gradients(layer, x, **options):
    """Raise AssertionError, saying where and how, if :func:`check_layer` finds an error."""
    problems = check_layer(layer, x, **options).problems()
    if problems:
        lines = [f"{name}: {text}" for name, text in problems.items()]
        raise AssertionError("\n".join(["wrong gradient", *lines]))


def check_network(network, x, labels, loss=None, tolerance=1e-5, max_entries=20):
    """Hold the gradients of the loss, by x and by every parameter, to numerical gradients.

    Use a ``kink_free`` x: images with flat areas put a network on many kinks at once, whose bends
    cancel in the loss and then look like errors.

    Parameters
    ----------
    network : Layer
    x : ndarray of shape (N, ...), float
    labels : ndarray of shape (N,), integer
    loss : object with ``forward(scores, labels)`` and ``backward()``, optional
        :class:`~cnnlib.losses.SoftmaxCrossEntropy` if not given.
    tolerance, max_entries
        As for :func:`check_layer`.

    Returns
    -------
    Report

    Raises
    ------
    TypeError, ValueError
        If x or labels do not fit.
    """
    loss = SoftmaxCrossEntropy() if loss is None else loss
    return check_layer(network, x, tolerance, max_entries, loss, labels)


def slopes(array, indices, outputs, y, dy, eps=1e-5):
    """Nudge entries of an array; return the slope at each, and by how much its two sides differ."""
    numeric, bend = np.zeros(len(indices)), np.zeros(len(indices))
    for i, index in enumerate(indices):
        value = array[index]
        array[index] = value + eps
        above = outputs()
        array[index] = value - eps
        below = outputs()
        array[index] = value
        numeric[i] = ((above - below) * dy).sum() / (2 * eps)
        bend[i] = np.abs((above + below - 2 * y) * dy).sum() / eps
    return numeric, bend


def worst(name, indices, analytic, numeric, bend, floor, tolerance):
    """Find the entry with the largest error, leaving out those that a kink explains."""
    difference = np.abs(analytic - numeric)
    error = difference / np.maximum(np.maximum(np.abs(analytic), np.abs(numeric)), floor)
    error[~np.isfinite(error)] = np.inf
    skipped = (error > tolerance) & (difference <= 0.6 * bend)  # half of it, and curvature
    i = int(np.argmax(np.where(skipped, -1, error)))
    count = int(skipped.sum())
    numbers = float(error[i]), indices[i], float(numeric[i]), float(analytic[i])
    return Row(name, *numbers, len(indices) - count, count)
