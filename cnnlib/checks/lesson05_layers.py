"""Checks of the layers of exercise 05, which are classes."""

import numpy as np

from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, options
from cnnlib.checks.lesson05_wrong import Affine, Filters, Gate, Pool


def whole(rng, *shape):
    """Draw small whole numbers, which a reader can follow by hand."""
    return rng.integers(-3, 4, size=shape).astype(float)


def _send(layer, x, dy, **params):
    """Send something else through a layer first, then x and dy; return y and all gradients."""
    layer.params = params
    decoy = np.resize(np.array([1, -1, 1], x.dtype), x[:1].shape)
    layer.backward(np.ones_like(layer.forward(decoy)))
    y = layer.forward(x)
    dx = layer.backward(dy)
    if y is None or dx is None:
        return None
    missing = [name for name in params if name not in layer.grads]
    if missing:
        raise KeyError(f"backward leaves nothing under grads[{missing[0]!r}]")
    return (y, dx, *(layer.grads[name] for name in params))


FIRST = "forward has to keep its input anew each time: self.x = x."
ADDS = "backward sets self.grads anew each time; nothing is left of the step before."
relu_layer = Check(
    "05",
    "relu_layer",
    Gate,
    lambda rng: [
        Case("one row", (np.array([[1.0, -2, 4]]), np.array([[5.0, -1, 3]]))),
        Case("a zero", (np.array([[1.0, 0]]), np.array([[5.0, -1]]))),
        Case("images", (whole(rng, 2, 2, 3, 4), whole(rng, 2, 2, 3, 4))),
        Case("float32", tuple(rng.normal(size=(2, 2, 3)).astype(np.float32))),
    ],
    options(
        Gate,
        ("the gradient passes where x is 0, too", {"mask": "zero too"}, "Where is the slope 1?"),
        ("the gradient passes everywhere", {"mask": "all"}, "y >= 0 is true everywhere."),
        ("the mask is made from dy", {"mask": "dy"}, "The gate is where x was above 0."),
        ("the input of the first call is kept for ever", {"keeps": "first"}, FIRST),
    ),
    args="x dy",
    outputs="y dx",
    todo="Write forward and backward",
    more="What would the layer have to keep if memory were dear? A bit for each number is enough.",
    call=lambda kind, x, dy: _send(kind(), x, dy),
)


def _dense(rng):
    def draw(N, D, M):
        return whole(rng, N, D), whole(rng, D, M), whole(rng, M), whole(rng, N, M)

    single = tuple(a.astype(np.float32) for a in draw(3, 4, 2))
    one = np.array([[3.0, 5]]), np.array([[1.0], [10]]), np.array([7.0]), np.array([[2.0]])
    return [
        Case("two inputs, one output", one),
        Case("a batch", draw(3, 2, 2)),
        Case("not square", draw(2, 4, 3)),
        Case("float32", single),
    ]


ONCE = "The loss has divided by N already. A layer hands on what it is given."
dense_layer = Check(
    "05",
    "dense_layer",
    Affine,
    _dense,
    options(
        Affine,
        ("forward adds no bias", {"bias": False}, "y = x @ w + b."),
        ("the input of the first call is kept for ever", {"keeps": "first"}, FIRST),
        ("gradients add up from step to step", {"grads": "add"}, ADDS),
        ("dw is divided by N", {"dw": "mean"}, ONCE),
        ("db is a mean and not a sum", {"db": "mean"}, ONCE),
        ("dx is divided by N", {"dx": "mean"}, ONCE),
    ),
    args="x w b dy",
    outputs="y dx dw db",
    todo='Write forward and backward; backward fills self.grads under "w" and "b"',
    more="Plug it into Sequential, and gradcheck.check_layer checks it as well.",
    call=lambda kind, x, w, b, dy: _send(kind(*w.shape, np.random.default_rng(0)), x, dy, w=w, b=b),
)


def _images(rng):
    def draw(N, C, H, W, F, K):
        sizes = (N, C, H, W), (F, C, K, K), (F,), (N, F, H - K + 1, W - K + 1)
        return tuple(whole(rng, *size) for size in sizes)

    return [
        Case("one image, one filter", draw(1, 1, 3, 3, 1, 2)),
        Case("two images", draw(2, 1, 3, 3, 1, 2)),
        Case("two filters", draw(1, 1, 3, 4, 2, 2)),
        Case("two channels", draw(1, 2, 4, 3, 1, 2)),
        Case("float32", tuple(a.astype(np.float32) for a in draw(2, 2, 4, 4, 3, 3))),
        Case("all at once", draw(3, 2, 5, 6, 4, 3)),
    ]


def _convolve(kind, x, w, b, dy):
    F, C, K, _ = w.shape
    return _send(kind(C, F, K, np.random.default_rng(0)), x, dy, w=w, b=b)


conv_layer = Check(
    "05",
    "conv_layer",
    Filters,
    _images,
    options(
        Filters,
        ("forward adds no bias", {"bias": False}, "b[f] belongs to row f of W @ cols."),
        (
            "y is reshaped with its axes in the wrong order",
            {"axes": "reshaped"},
            "W @ cols has the axes F, OH, OW, N: reshape to these, then transpose(3, 0, 1, 2).",
        ),
        ("the input of the first call is kept for ever", {"keeps": "first"}, FIRST),
        ("gradients add up from step to step", {"grads": "add"}, ADDS),
        ("dw is averaged over the images", {"dw": "mean"}, ONCE),
        ("db is a mean and not a sum", {"db": "mean"}, ONCE),
        ("in dx each patch overwrites what came before", {"dx": "patches"}, "Add, as in col2im."),
        ("the kernel is flipped in dx", {"turn": "both"}, "col2im needs no flip."),
    ),
    args="x w b dy",
    outputs="y dx dw db",
    todo="Write forward and backward with your im2col and col2im",
    more="This is Conv2D, written by you. The first layer may skip dx: see input_gradient.",
    call=_convolve,
)


def _pools(rng):
    def draw(*shape, high=50):
        N, C, H, W = shape
        return rng.integers(-high, high, shape) * 1.0, whole(rng, N, C, H // 2, W // 2)

    tie = np.array([[5.0, 1], [5, 2]]).reshape(1, 1, 2, 2), np.full((1, 1, 1, 1), 3.0)
    return [
        Case("one window", (np.array([[[[1.0, 5], [2, 4]]]]), np.full((1, 1, 1, 1), 3.0))),
        Case("a tie", tie),
        Case("all negative", (tie[0] - 9, tie[1])),
        Case("two channels", draw(1, 2, 4, 4)),
        Case("two images", draw(2, 1, 4, 6)),
        Case("many ties", draw(2, 2, 4, 4, high=2)),
        Case("float32", tuple(a.astype(np.float32) for a in draw(2, 3, 4, 4))),
    ]


pool_layer = Check(
    "05",
    "pool_layer",
    Pool,
    _pools,
    options(
        Pool,
        ("the gradient goes to every tie", {"to": "ties"}, "Of equals, the first one alone."),
        ("the last of equals gets the gradient", {"to": "last"}, "Of equals, the first one."),
        ("the gradient goes to all four pixels", {"to": "all"}, "To the winner alone."),
        ("the winners of the first call are kept for ever", {"keeps": "first"}, FIRST),
        (
            "the search starts at 0, so that negative numbers never win",
            {"start": 0},
            "Start with the first tap, and not with zeros.",
        ),
    ),
    args="x dy",
    outputs="y dx",
    todo="Write forward and backward for windows of 2 by 2 in steps of 2",
    more="How many of the pixels of a feature map get a gradient at most?",
    call=lambda kind, x, dy: _send(kind(), x, dy),
)
