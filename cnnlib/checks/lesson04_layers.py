"""Checks of the backward passes of exercise 04, layer by layer."""

import numpy as np

from cnnlib import reference
from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, Limit, options
from cnnlib.checks.lesson02_wrong import pool_and_winner
from cnnlib.checks.lesson04_wrong import (
    affine,
    conv_back,
    entropy,
    gate,
    pool_back,
    probabilities,
    share,
)


def whole(rng, *shape):
    """Draw small whole numbers, which a reader can follow by hand."""
    return rng.integers(-3, 4, size=shape).astype(float)


def _relu_cases(rng):
    single = [rng.normal(size=(2, 3)).astype(np.float32) for _ in range(2)]
    return [
        Case("one row", (np.array([[1.0, 2, 4]]), np.array([[5.0, -1, 3]]))),
        Case("a zero", (np.array([[1.0, 2]]), np.array([[0.0, 3]]))),
        Case("negative gradients", (np.array([[-1.0, 2, -4]]), np.array([[5.0, -1, 3]]))),
        Case("images", (whole(rng, 2, 2, 3, 4), whole(rng, 2, 2, 3, 4))),
        Case("float32", tuple(single)),
    ]


OPEN = "The slope is 1 where x is above 0, and 0 elsewhere: a gate for dy."
relu_backward = Check(
    "04",
    "relu_backward",
    gate,
    _relu_cases,
    options(
        gate,
        (
            "the gradient passes where x is 0, too",
            {"mask": "zero too"},
            "At 0 there is a kink, and by convention the gate is shut. Given y in place of x,"
            " y >= 0 would even be true everywhere.",
        ),
        ("the mask is made from dy and not from x", {"mask": "dy"}, OPEN),
        ("the gradient passes where x is negative", {"mask": "negative"}, OPEN),
        ("the gradient passes everywhere", {"mask": "all"}, OPEN),
        ("dy is multiplied with the output", {"times": "y"}, OPEN),
        ("the mask itself is returned", {"times": "one"}, "Multiply it with dy."),
    ),
    args="dy x",
    outputs="dx",
    todo="Return dy where x is above 0, and 0 elsewhere",
    more="A unit whose x is negative for every image gets no gradient at all. What follows?",
)


def _dense_case(label, dy, x, w):
    facts = {"one image": len(x) == 1, "as many outputs as inputs": w.shape[0] == w.shape[1]}
    return Case(label, (dy, x, w), frozenset(name for name, true in facts.items() if true))


def _dense_cases(rng):
    def draw(N, D, M):
        return whole(rng, N, M), whole(rng, N, D), whole(rng, D, M)

    one = np.array([[2.0]]), np.array([[3.0, 5]]), np.array([[1.0], [10]])
    fork = np.array([[1.0], [10]]), np.array([[3.0], [5]]), np.array([[2.0]])
    single = [np.float32(rng.normal(size=size)) for size in ((3, 2), (3, 4), (4, 2))]
    square = np.array([[1.0, 10]]), np.array([[3.0, 5]]), np.array([[1.0, 2], [0, 4]])
    return [
        _dense_case("two inputs, one output", *one),
        _dense_case("two images", *fork),
        _dense_case("as many outputs as inputs", *square),
        _dense_case("two outputs", *draw(1, 3, 2)),
        _dense_case("a batch, square", *draw(4, 3, 3)),
        _dense_case("float32", *single),
        _dense_case("all at once", *(rng.normal(size=size) for size in ((5, 3), (5, 4), (4, 3)))),
    ]


SHAPES = "A gradient has the shape of what it belongs to, and only one product has that shape."
FORKED = "b is added for every image: a fork over the images, so a sum over them."
ONCE = "The loss has divided by N already. A layer hands on what it is given."
dense_backward = Check(
    "04",
    "dense_backward",
    affine,
    _dense_cases,
    options(
        affine,
        ("w is not transposed in dx", {"dx": "not transposed"}, SHAPES),
        ("dx is transposed", {"dx": "turned"}, SHAPES),
        ("dx is divided by N", {"dx": "mean"}, ONCE),
        ("dw is transposed", {"dw": "turned"}, SHAPES),
        ("dw is divided by N", {"dw": "mean"}, ONCE),
        ("db is a mean and not a sum", {"db": "mean"}, f"{FORKED} {ONCE}"),
        ("db is summed over the outputs", {"db": "images"}, FORKED),
        ("db keeps an axis of length 1", {"db": "kept"}, "db has the shape of b, (M,)."),
        ("db is a single number", {"db": "total"}, "Each output has a bias of its own."),
        ("db is not summed", {"db": "unsummed"}, FORKED),
    ),
    (
        Limit("one image", "one image", FORKED),
        Limit("as many outputs as inputs", "as many outputs as inputs", SHAPES),
    ),
    args="dy x w",
    outputs="dx dw db",
    todo="Return dx, dw and db, in this order",
    more="Which of the three could the first layer of a network leave out?",
)


def _score_rows(rng):
    return [
        Case("two scores", (np.array([[0.0, np.log(3)]]),)),
        Case("two images", (np.array([[0.0, np.log(3)], [0, 0]]),)),
        Case("negative scores", (np.array([[-1.0, -2, -3]]),)),
        Case("large scores", (np.array([[1000.0, 999, 998]]),)),
        Case("a large and a small row", (np.array([[2000.0, 1999], [1, 0]]),)),
        Case("float32", (rng.normal(size=(2, 3)).astype(np.float32),)),
        Case("random", (rng.normal(size=(4, 5)),)),
    ]


ROWS = "A row is an image. Each row of probabilities sums to 1: axis=1, keepdims=True."
LARGEST = "exp(1000) overflows. Take the largest score of the row off first: nothing else changes."
softmax = Check(
    "04",
    "softmax",
    probabilities,
    _score_rows,
    options(
        probabilities,
        ("the sums go over the images and not over the classes", {"axis": 0}, ROWS),
        ("one sum is taken over all images", {"axis": None}, ROWS),
        ("nothing is subtracted before exp", {"shift": "none"}, LARGEST),
        (
            "the largest score of all images is subtracted",
            {"shift": "all"},
            "Then every exponential of a row with small scores becomes 0. Subtract the row's own.",
        ),
        ("scores are divided without exp", {"exp": False}, "p = exp(s) / sum of exp(s)."),
    ),
    args="scores",
    outputs="p",
    todo="Return probabilities, a row for each image",
    more="What happens to the probabilities if all scores of a row grow by 5? And doubled?",
)


def _labelled(rng):
    sure = np.array([[0.0, 2.0, 1.0]])
    drawn = rng.normal(size=(4, 5)), rng.integers(0, 5, 4)
    return [
        Case("no idea", (np.zeros((1, 2)), np.array([0]))),
        Case("one image", (sure, np.array([1]))),
        Case("two images", (np.array([[0.0, 2], [1, 0]]), np.array([1, 1]))),
        Case("large scores", (np.array([[1000.0, 999], [0, 0]]), np.array([1, 0]))),
        Case("a hopeless score", (np.array([[0.0, 1000.0]]), np.array([0]))),
        Case("float32", (drawn[0].astype(np.float32), drawn[1])),
        Case("random", drawn),
    ]


MEAN = "The loss is a mean over N images, so its gradient has the factor 1 / N: here and only here."
LOG = "log p = (s - max) - log(sum of exp(s - max)): no exponential of one score is ever logged."
cross_entropy = Check(
    "04",
    "cross_entropy",
    entropy,
    _labelled,
    options(
        entropy,
        ("the loss is summed over the images and not averaged", {"loss": "sum"}, MEAN),
        ("the loss is averaged over the classes as well", {"loss": "all"}, MEAN),
        ("the minus sign of the loss is missing", {"loss": "minus"}, "L = -log p: never negative."),
        ("the gradient is not divided by N", {"grad": "sum"}, MEAN),
        ("the gradient is divided by the classes as well", {"grad": "all"}, MEAN),
        ("the truth is not subtracted", {"grad": "p"}, "The gradient is (p - t) / N."),
        ("the gradient is truth minus probability", {"grad": "turned"}, "(p - t), not (t - p)."),
        ("the logarithm is that of base 10", {"log": np.log(10)}, "np.log is the natural one."),
        ("the logarithm is that of base 2", {"log": np.log(2)}, "np.log is the natural one."),
        ("the log of a p that has become 0 is taken", {"sure": "log p"}, LOG),
        ("nothing is subtracted before exp", {"shift": "none"}, f"{LARGEST} {LOG}"),
    ),
    args="scores labels",
    outputs="loss dscores",
    todo="Return the mean loss and the gradient of it with respect to the scores",
    more="Each row of dscores sums to 0. Why must it?",
)

# ---------------------------------------------------------------------- convolution and pooling


def _facts(x, kernel_size, **more):
    facts = {
        "square images": x.shape[2] == x.shape[3],
        "square kernels": kernel_size[0] == kernel_size[1],
        "one channel": x.shape[1] == 1,
        "one image": len(x) == 1,
        **more,
    }
    return frozenset(name for name, true in facts.items() if true)


def _conv_case(label, rng, sizes, stride=1, pad=0, draw=whole):
    N, C, H, W, F, KH, KW = sizes
    x, w = draw(rng, N, C, H, W), draw(rng, F, C, KH, KW)
    OH, OW = (reference.size_after(*pair, stride, pad) for pair in ((H, KH), (W, KW)))
    more = {"stride 1": stride == 1, "no padding": pad == 0, "one filter": F == 1}
    facts = _facts(x, (KH, KW), **more)
    return Case(label, (draw(rng, N, F, OH, OW), x, w, stride, pad), facts)


def _normal(rng, *shape):
    return rng.normal(size=shape)


def _conv_cases(rng):
    row = np.array([1.0, 2, 4]).reshape(1, 1, 1, 3), np.array([1.0, 10]).reshape(1, 1, 1, 2)
    first = np.array([1.0, 100]).reshape(1, 1, 1, 2), *row, 1, 0
    single = _conv_case("float32", rng, (2, 2, 4, 4, 2, 3, 3), draw=_normal)
    args = tuple(a.astype(np.float32) for a in single.args[:3]) + single.args[3:]
    return [
        Case("one row", first, _facts(row[0], (1, 2)) | {"stride 1", "no padding", "one filter"}),
        _conv_case("one image, one filter", rng, (1, 1, 3, 3, 1, 2, 2)),
        _conv_case("two images", rng, (2, 1, 3, 3, 1, 2, 2)),
        _conv_case("two filters", rng, (1, 1, 3, 3, 2, 2, 2)),
        _conv_case("two channels", rng, (1, 2, 3, 4, 1, 2, 2)),
        _conv_case("padding", rng, (1, 1, 3, 3, 1, 3, 3), pad=1),
        _conv_case("padding, not square", rng, (2, 1, 3, 4, 1, 2, 3), pad=1),
        _conv_case("stride 2", rng, (1, 1, 5, 5, 1, 3, 3), 2),
        _conv_case("stride 2, pixels left over", rng, (2, 1, 6, 5, 2, 2, 2), 2),
        Case("float32", args, single.properties),
        _conv_case("all at once", rng, (2, 3, 6, 5, 4, 3, 2), 2, 1, draw=_normal),
    ]


ADD = "A pixel lies in several patches, and its gradients add up: +=, as in col2im."
BIAS = "b[f] is added at every output pixel of every image: sum over the axes 0, 2 and 3."
BATCH = "Every image uses the same filter, so their gradients are summed, and divided by nothing."
TAP = "The tap that made an output from a pixel sends its gradient back: no flip when scattering."
FRAME = "dx of the padded image, less its frame: [:, :, pad : pad + H, pad : pad + W]."
STRIDE = "Output (oh, ow) saw the patch that starts at (oh * stride, ow * stride)."
LIMITS = (
    Limit("square images", "square images", "Where do you use H, and where W?"),
    Limit("square kernels", "square kernels", "Where do you use KH, and where KW?"),
    Limit("one channel", "one channel", "Every channel meets its own slice of the kernel."),
    Limit("one image", "one image", BATCH),
)
conv_backward = Check(
    "04",
    "conv_backward",
    reference.conv2d_backward,
    _conv_cases,
    options(
        conv_back,
        ("dw is averaged over the images", {"dw": "mean"}, f"{BATCH} {ONCE}"),
        ("dw is that of the last image alone", {"dw": "last"}, BATCH),
        ("dw is flipped", {"dw": "flipped"}, "w[kh, kw] met the pixel (oh + kh, ow + kw)."),
        ("db is a mean and not a sum", {"db": "mean"}, f"{BIAS} {ONCE}"),
        ("db is averaged over the images", {"db": "N"}, f"{BIAS} {ONCE}"),
        ("db is summed over the images and not over the pixels", {"db": "images"}, BIAS),
        ("db is summed over the pixels and not over the images", {"db": "pixels"}, BIAS),
        ("db is that of the last image alone", {"db": "last"}, BIAS),
        ("in dx each tap overwrites what came before", {"dx": "taps"}, ADD),
        ("in dx each patch overwrites what came before", {"dx": "patches"}, ADD),
        ("in dx each filter's patch overwrites what came before", {"dx": "all"}, ADD),
        ("the kernel is flipped in dx", {"turn": "both"}, TAP),
        ("the rows of the kernel are flipped in dx", {"turn": "rows"}, TAP),
        ("the columns of the kernel are flipped in dx", {"turn": "columns"}, TAP),
        ("rows and columns of the kernel are exchanged in dx", {"turn": "exchanged"}, TAP),
        ("the stride is forgotten in dx", {"place": "still"}, STRIDE),
        ("dx still has the frame of the padding", {"place": "kept"}, FRAME),
        ("dx is cut from the upper left corner of the frame", {"place": "corner"}, FRAME),
        ("dx is cut from the lower right corner of the frame", {"place": "end"}, FRAME),
    ),
    (
        *LIMITS,
        Limit("stride 1", "stride 1", STRIDE),
        Limit("no padding", "cases without padding", FRAME),
        Limit("one filter", "one filter", "dx sums over the filters: each of them saw the pixel."),
    ),
    args="dy x w stride pad",
    outputs="dx dw db",
    todo="Return dx, dw and db; your im2col and col2im do most of it",
    more="You have written the hardest backward pass of a convolutional network. Keep it.",
)


def _pool_case(label, rng, shape, kernel_size, stride, high=50, dtype=float):
    x = rng.integers(0, high, size=shape).astype(dtype)
    winner = pool_and_winner(x, kernel_size, stride)[1]
    dy = rng.integers(1, 10, size=winner.shape).astype(dtype)
    return Case(label, (dy, x, winner, kernel_size, stride), _facts(x, kernel_size))


def _max_cases(rng):
    row = np.array([1.0, 9, 2, 4]).reshape(1, 1, 1, 4)
    overlap = np.array([1.0, 9, 2]).reshape(1, 1, 1, 3)
    dy = np.array([1.0, 10]).reshape(1, 1, 1, 2)
    return [
        Case("one row", (dy, row, np.array([[[[1, 1]]]]), (1, 2), 2), _facts(row, (1, 2))),
        Case(
            "a pixel that wins twice",
            (dy, overlap, np.array([[[[1, 0]]]]), (1, 2), 1),
            _facts(overlap, (1, 2)),
        ),
        _pool_case("two by two", rng, (1, 1, 4, 4), (2, 2), 2),
        _pool_case("two channels", rng, (1, 2, 4, 4), (2, 2), 2),
        _pool_case("two images", rng, (2, 1, 4, 4), (2, 2), 2),
        _pool_case("windows that overlap", rng, (1, 1, 5, 5), (3, 3), 2),
        _pool_case("windows with gaps", rng, (1, 1, 5, 5), (2, 2), 3),
        _pool_case("ties", rng, (1, 1, 4, 6), (2, 2), 2, high=2),
        _pool_case("not square", rng, (2, 2, 4, 7), (2, 3), 2),
        _pool_case("a row and a column left over", rng, (2, 1, 5, 5), (2, 2), 2),
        _pool_case("float32", rng, (2, 2, 4, 6), (2, 2), 2, dtype=np.float32),
        _pool_case("all at once", rng, (2, 3, 8, 7), (3, 2), 2, high=4),
    ]


WINNER = "winner holds kh * KW + kw of the one pixel that won: it alone gets the gradient."
SEVERAL = "Windows overlap, so a pixel can win several of them: its gradients add up."
max_pool_backward = Check(
    "04",
    "max_pool_backward",
    pool_back,
    _max_cases,
    options(
        pool_back,
        ("the gradient goes to every tie", {"to": "ties"}, f"{WINNER} Of equals, the first."),
        ("the gradient is shared among ties", {"to": "shared"}, f"{WINNER} Of equals, the first."),
        ("the last of equals gets the gradient", {"to": "last"}, WINNER),
        ("every pixel of the window gets the gradient", {"to": "all"}, WINNER),
        ("the first pixel of every window gets the gradient", {"to": "first"}, WINNER),
        ("a pixel that wins several windows keeps the last gradient", {"add": "windows"}, SEVERAL),
        ("each tap overwrites what the taps before it wrote", {"add": "taps"}, SEVERAL),
        ("taps are numbered column by column", {"number": "columns"}, WINNER),
        ("the number of a tap is taken as kh * KH + kw", {"number": "KH"}, WINNER),
        ("windows start one pixel apart", {"place": "still"}, STRIDE),
        ("windows lie side by side, whatever the stride", {"place": "tiled"}, STRIDE),
    ),
    LIMITS,
    args="dy x winner kernel_size stride",
    outputs="dx",
    todo="Return an array like x: each gradient at the pixel that won, 0 elsewhere",
    more="The sum of dx is the sum of dy, ties or not. Does your function pass that test?",
)


def _avg_cases(rng):
    cases = [case for case in _max_cases(rng) if case.label != "ties"]
    return [
        Case(case.label.replace("wins twice", "lies in two windows"), (dy, x.shape, *rest), facts)
        for case in cases
        for (dy, x, _, *rest), facts in [(case.args, case.properties)]
    ]


LIES = "A pixel can lie in several windows: its shares add up, with +=."
EQUAL = "A mean over KH * KW pixels has the slope 1 / (KH * KW) by each of them."
avg_pool_backward = Check(
    "04",
    "avg_pool_backward",
    share,
    _avg_cases,
    options(
        share,
        ("the gradient is not divided", {"divide": "none"}, EQUAL),
        ("the gradient is divided by the rows of the window", {"divide": "rows"}, EQUAL),
        ("the gradient is divided by the columns of the window", {"divide": "columns"}, EQUAL),
        ("the gradient is divided by the square of the stride", {"divide": "stride"}, EQUAL),
        ("windows that overlap overwrite each other", {"add": False}, LIES),
        ("windows start one pixel apart", {"place": "still"}, STRIDE),
        ("windows lie side by side, whatever the stride", {"place": "tiled"}, STRIDE),
    ),
    LIMITS,
    args="dy shape kernel_size stride",
    outputs="dx",
    todo="Return an array of the given shape: each gradient in equal shares over its window",
    more="Which convolution has the same forward and backward pass?",
)
