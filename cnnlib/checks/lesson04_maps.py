"""Checks of the backward passes of exercise 04 for maps: convolution and pooling."""

import numpy as np

from cnnlib import reference
from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, Limit, options
from cnnlib.checks.lesson02_wrong import pool_and_winner
from cnnlib.checks.lesson04_layers import ONCE, whole
from cnnlib.checks.lesson04_wrong import conv_back, pool_back, share


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
TAP = (
    "The tap that made an output from a pixel sends its gradient back there: no flip in dcols and"
    " col2im. Only a full correlation, which gathers, needs the filter flipped."
)
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
