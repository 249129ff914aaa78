"""The tasks of exercise 03: from patches to a matrix product, and back."""

import math

import numpy as np

from cnnlib import reference
from cnnlib.exercises import cases
from cnnlib.exercises.cases import distinct
from cnnlib.exercises.engine.check import Case, Check, Limit, Steps
from cnnlib.exercises.engine.goal import Goal
from cnnlib.exercises.engine.mine import keep
from cnnlib.exercises.engine.progress import need, progress
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.task import Refused, collect
from cnnlib.exercises.engine.traced import peak_memory
from cnnlib.exercises.engine.wrongcode import WrongCode
from cnnlib.exercises.lesson03 import mistakes

__all__ = ["TASKS", "keep", "need", "progress"]  # and every task, by its name


def _draw_places(rng):
    kinds = ("row", "row", "column", "column")
    drawn = [rng.integers(0, 2, 3).tolist() for _ in kinds]
    return {
        part: (kind, *three, 0, 0, 0) if kind == "row" else (kind, 0, 0, 0, *three)
        for part, kind, three in zip("abcd", kinds, drawn, strict=True)
    }


def _show_places(parts):
    told = "Two images of 3 by 3 pixels with two channels, a kernel of 2 by 2: all six sizes are 2."
    lines = [
        f"{part}: in which row does channel {c} under tap ({kh}, {kw}) lie?"
        if kind == "row"
        else f"{part}: which column holds the patch of image {n} at output pixel ({oh}, {ow})?"
        for part, (kind, c, kh, kw, oh, ow, n) in parts.items()
    ]
    return [told, *lines]


by_hand = Question(  # about two images of 2 channels, 3 by 3 pixels
    mistakes.by_hand,
    {
        "a": ("row", 1, 0, 1, 0, 0, 0),
        "b": ("row", 1, 1, 0, 0, 0, 0),
        "c": ("column", 0, 0, 0, 1, 0, 1),
        "d": ("column", 0, 0, 0, 0, 1, 0),
    },
    mistakes.BY_HAND,
    todo="Work out the four numbers and put them in place of None",
    more="Which pixel stands in row 0, column 0? And which in the last row of the last column?",
    hint="i = (c * KH + kh) * KW + kw and j = (oh * OW + ow) * N + n, with all six sizes 2.",
    draw=_draw_places,
    asked=_show_places,
)

# ---------------------------------------------------------------------- from patches to a product

SHAPES = (  # label, shape of x, kernel, stride, pad
    ("one row", (1, 1, 1, 4), (1, 2), 1, 0),
    ("3 by 3 pixels", (1, 1, 3, 3), (2, 2), 1, 0),
    ("two images", (2, 1, 1, 3), (1, 2), 1, 0),
    ("two channels", (1, 2, 2, 3), (2, 2), 1, 0),
    ("an image wider than high", (1, 1, 3, 5), (2, 2), 1, 0),
    ("a kernel wider than high", (1, 1, 4, 4), (2, 3), 1, 0),
    ("a square result", (1, 1, 4, 3), (3, 2), 1, 0),
    ("stride 2", (1, 1, 6, 6), (2, 2), 2, 0),
    ("stride 3", (1, 1, 5, 8), (2, 2), 3, 0),
    ("padding", (1, 1, 2, 3), (2, 2), 1, 1),
    ("a wide frame", (1, 1, 2, 3), (3, 2), 1, 2),
    ("padding, square", (2, 1, 3, 3), (3, 3), 1, 1),
    ("two images, two channels", (2, 2, 3, 4), (2, 2), 1, 0),
    ("all at once", (3, 2, 5, 6), (5, 4), 2, 1),
)


def _images(rng):
    single = rng.normal(size=(2, 2, 4, 3)).astype(np.float32)
    return [
        *(Case(label, (distinct(rng, *shape), *rest)) for label, shape, *rest in SHAPES),
        Case("stride and pad left out", (distinct(rng, 2, 2, 3, 4), (2, 3))),
        Case("float32", (single, (2, 2), 1, 0)),
    ]


SQUARE = (
    *cases.SQUARES,
    Limit("one channel", cases.one_channel, mistakes.ROW),
    Limit("one image", cases.one_image, mistakes.COLUMN),
)
LIMITS = (
    *SQUARE,
    Limit("stride 1", cases.stride_1, f"{cases.STRIDE} {mistakes.START}"),
    cases.UNPADDED,
)
im2col_loops = Check(
    reference.im2col,
    _images,
    mistakes.BY_LOOPS,
    LIMITS,
    outputs="cols",
    todo="Go over all output pixels and copy each patch into its column",
    more="How often is one pixel of the middle copied, for a kernel of 5?",
)
im2col = Check(
    reference.im2col,
    _images,
    mistakes.IM2COL,
    LIMITS,
    outputs="cols",
    todo="View all windows at once, bring the axes into the right order, and reshape",
    more="Compare with cnnlib.im2col: where does it say in which order the numbers lie in memory?",
    steps=Steps(
        (np.ones((1, 1, 4, 4)), (2, 2), 1, 0),
        (np.ones((3, 4, 20, 24)), (2, 2), 1, 0),
        "pixels",
        "sliding_window_view gives all windows as one array. At most loop over the taps.",
    ),
)


def _layers(rng):
    drawn = []
    for label, (N, C, H, W), (KH, KW), stride, pad in SHAPES:
        F = 3 if label == "all at once" else 2
        x, w = rng.integers(-3, 4, (N, C, H, W)) * 1.0, rng.integers(-3, 4, (F, C, KH, KW)) * 1.0
        drawn.append(Case(label, (x, w, np.arange(1.0, F + 1), stride, pad)))
    x, w = (rng.normal(size=s).astype(np.float32) for s in ((2, 2, 4, 3), (2, 2, 2, 2)))
    return [
        *drawn,
        Case("float32", (x, w, np.ones(2, np.float32), 1, 0)),
        Case("stride and pad left out", drawn[-2].args[:3]),
    ]


conv_fast = Check(
    reference.conv2d,
    _layers,
    mistakes.CONV,
    (
        *SQUARE,
        Limit("stride 1", cases.stride_1, "Is stride passed on to im2col, and used for the sizes?"),
        Limit(
            "cases without padding",
            cases.no_padding,
            "Is pad passed on to im2col, once, and used for the sizes?",
        ),
        Limit(
            "stride 1 without padding",
            cases.plain,
            "Are stride and pad passed on to im2col, and used for the sizes?",
        ),
    ),
    todo="One im2col, one matrix product, one bias, and the axes in the right order",
    more="That is Conv2D's forward pass. Time it against your loops of exercise 01.",
    steps=Steps(
        (np.ones((1, 1, 4, 4)), np.ones((1, 1, 2, 2)), np.ones(1), 1, 0),
        (np.ones((3, 4, 20, 24)), np.ones((5, 4, 2, 2)), np.ones(5), 1, 0),
        "pixels, images or filters",
        "One product of two matrices does it: w.reshape(F, -1) @ cols.",
    ),
)


def _pixels(rng):
    def draw(N, C, H, W, F):
        return distinct(rng, N, C, H, W), distinct(rng, F, C, 1, 1), np.arange(1.0, F + 1)

    single = tuple(a.astype(np.float32) for a in draw(2, 3, 2, 4, 2))
    return [
        Case("one pixel", draw(1, 2, 1, 1, 1)),
        Case("a row", draw(1, 2, 1, 3, 2)),
        Case("as many filters as channels", draw(1, 2, 2, 2, 2)),
        Case("two images", draw(2, 2, 2, 3, 3)),
        Case("float32", single),
        Case("random", tuple(rng.normal(size=s) for s in ((3, 4, 5, 6), (2, 4, 1, 1), (2,)))),
    ]


conv_1x1 = Check(
    mistakes.conv_1x1,
    _pixels,
    mistakes.ONE,
    todo="Treat the channels of every pixel as the inputs of a dense layer",
    more="What can such a layer do with 64 maps, and what can it never see?",
    steps=Steps(
        (np.ones((1, 1, 4, 4)), np.ones((1, 1, 1, 1)), np.ones(1)),
        (np.ones((3, 4, 20, 24)), np.ones((5, 4, 1, 1)), np.ones(5)),
        "pixels, images or filters",
        "One product does it: the last axis of x is the one that @ sums over.",
    ),
)

# ---------------------------------------------------------------------- and back


def _matrices(rng):
    drawn = []
    for label, shape, *rest in SHAPES:
        cols = distinct(rng, *reference.im2col(np.zeros(shape), *rest).shape)
        drawn.append(Case(label, (cols, shape, *rest)))
    single = rng.normal(size=(8, 12)).astype(np.float32)
    return [
        *drawn,
        Case("float32", (single, (2, 2, 4, 3), (2, 2), 1, 0)),
        Case("stride and pad left out", drawn[-2].args[:3]),
    ]


col2im = Check(
    reference.col2im,
    _matrices,
    mistakes.COL2IM,
    LIMITS,
    outputs="dx",
    todo="Add every number of the matrix to the pixel that im2col took it from",
    more="Why is col2im(im2col(x)) not x? Divide it by x and look.",
    steps=Steps(
        (np.ones((4, 9)), (1, 1, 4, 4), (2, 2), 1, 0),
        (np.ones((16, 19 * 23 * 3)), (3, 4, 20, 24), (2, 2), 1, 0),
        "pixels",
        "Loop over the taps of the kernel alone: what all patches hold under one tap is one slice.",
    ),
)

# ---------------------------------------------------------------------- the dot-product test


def im2col_1(x):
    return reference.im2col(x, (2, 2))


def im2col_2(x):
    return reference.im2col(x, (2, 2), 2)


def double(x):
    return 2 * x


def half(x):
    return x / 2


def minus_double(c):
    return -2 * c


def a_thousandth_off(c):
    return 2.002 * c


def repeated(x):
    return np.concatenate([x, x])


def double_of_the_first_half(c):
    return 2 * c[:2]


def a_third(x):
    return x / 3


def _back(name, col2im, stride=1):
    def backward(c):
        return col2im(c, (1, 1, 4, 4), (2, 2), stride)

    backward.__name__ = name
    return backward


def _pairs(rng):
    def draw(*shape):
        return np.round(1024 * rng.normal(size=shape)) / 1024  # in any order sums are exact

    x, c, d = draw(1, 1, 4, 4), draw(4, 9), draw(4, 4)
    four, seven = np.array([4.0]), np.array([7.0])  # 4 / 3 * 7 is less than 4 * (7 / 3)
    one, two = np.array([1.0, 2]), np.array([3.0, -1])
    axis, rest = np.array([1.0, 0]), np.array([3.0, -1, 2, 5])
    last, _, mean, *_ = (mistake.function for mistake in mistakes.COL2IM)
    return [
        Case("doubling, twice", (double, double, one, two)),
        Case("doubling, and nothing", (double, np.copy, one, two)),
        Case("copying, twice", (np.copy, np.copy, 2 * axis, 2 * axis[::-1])),  # 0 and 0
        Case("copying, with x and c equal", (np.copy, np.copy, one, one.copy())),
        Case("copying, other numbers", (np.copy, np.copy, np.ones(2), np.array([2.0, 0]))),
        Case("doubling and halving", (double, half, one, two)),
        Case("doubling, and with the wrong sign", (double, minus_double, one, two)),
        Case("copying, and backwards", (np.copy, np.flip, one, two)),
        Case("copying, with the wrong sign", (np.copy, np.negative, one, one[::-1].copy())),
        Case("wrong by a thousandth", (double, a_thousandth_off, one, one)),
        Case("small numbers", (double, np.copy, 3e-4 * one, 3e-4 * two)),
        Case("right for c = forward(x) alone", (repeated, double_of_the_first_half, one, rest)),
        Case(
            "im2col and a right col2im",
            (im2col_1, _back("col2im_1", reference.col2im), x, c),
        ),
        Case("col2im with =", (im2col_1, _back("col2im_last", last), x, c)),
        Case("col2im with a mean", (im2col_1, _back("col2im_mean", mean), x, c)),
        Case("stride 2", (im2col_2, _back("col2im_2", reference.col2im, 2), x, d)),
        Case("thirds, which are rounded", (a_third, a_third, four, seven)),
        Case("thirds of large numbers", (a_third, a_third, 1e8 * four, 1e8 * seven)),
    ]


is_adjoint = Check(
    mistakes.is_adjoint,
    _pairs,
    mistakes.ADJOINT,
    outputs="answer",
    todo="Return True if the two sums of the dot-product test are equal, as far as floats can be",
    more="Put a mistake of your own into col2im. Does your test find it?",
)

# ---------------------------------------------------------------------- memory

layer_cost = Check(
    mistakes.layer_cost,
    lambda rng: [
        Case("one channel, one filter", (1, 4, 4, 1, 3, 1, 0)),
        Case("filters", (1, 28, 28, 10, 5, 1, 0)),
        Case("channels", (16, 12, 12, 1, 3, 1, 0)),
        Case("padding", (3, 8, 8, 4, 3, 1, 1)),
        Case("a wide frame", (3, 8, 8, 4, 5, 1, 2)),
        Case("stride 2", (3, 33, 33, 4, 3, 2, 0)),
        Case("stride 3", (3, 33, 33, 4, 3, 3, 0)),
        Case("not square", (3, 10, 6, 2, 3, 1, 0)),
        Case("VGG's second layer", (64, 224, 224, 64, 3, 1, 1)),
        Case("stride and pad left out", (3, 9, 8, 5, 3)),
    ],
    mistakes.COST,
    outputs="learned multiplications megabytes",
    todo="Return three numbers: what is learned, what is multiplied, what the patches take",
    more="Which of the three grows with the image, and which does not?",
)


def _memory(conv):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 4, 32, 32)).astype(np.float32)
    w, b = rng.normal(size=(6, 4, 5, 5)).astype(np.float32), np.ones(6, np.float32)
    given, right = np.asarray(conv(x, w, b)), mistakes.conv_fast(x, w, b)
    if given.shape != right.shape or not np.allclose(given, right, atol=1e-3):
        raise Refused(
            "for 8 images of 32 by 32 the result is not the convolution, though it is for small"
            " ones. Is what is left over after the last whole piece forgotten?"
        )
    peak = peak_memory(conv, x, w, b)
    matrix = 8 * 4 * 25 * 28 * 28 * 4
    times = min(matrix / max(1, peak - given.nbytes), 10.0)
    if times < 1:
        raise Refused(
            "at its peak it holds more than the patch matrix itself, beside the result; the goal is"
            " a sixth of it. The product and copies count, too."
        )
    return float(np.floor(times)), "Beside its result, that is. More than 10 times counts as 10."


def _small_layers(rng):
    return [Case(case.label, case.args[:3]) for case in _layers(rng) if case.args[3:] == (1, 0)]


frugal_conv = Goal(
    _memory,
    6,
    first=Check(
        lambda x, w, b: reference.conv2d(x, w, b),
        _small_layers,
        mistakes.FRUGAL,
        cases.SQUARES[1:2],
        todo="Return conv_fast's result without holding the patch matrix of all images at once",
        more="How much memory does it take?",
    ),
    form="{:.0f} times less memory than the patch matrix",
    todo="Return conv_fast's result without holding the patch matrix of all images at once",
    more="Time it against conv_fast. How small may the pieces be before it gets slow?",
)


def _patches(cols, shape, kernel_size, stride=1):
    """Say why the arguments are none of one picture's patches; or ""."""
    if len(shape) != 2 or np.size(kernel_size) != 2:
        return "shape is (H, W), and kernel_size (KH, KW)"
    places = [
        (size - kernel) // stride + 1 for size, kernel in zip(shape, kernel_size, strict=True)
    ]
    rows, columns = math.prod(kernel_size), math.prod(places)
    if min(places) < 1:
        return f"kernels of {tuple(kernel_size)} are larger than a picture of {tuple(shape)}"
    if np.size(cols) != rows * columns:
        return (
            f"cols holds {np.size(cols)} numbers, and {columns} windows of {rows} pixels hold"
            f" {rows * columns}"
        )
    return ""


wrong_scatter = WrongCode(
    mistakes.TO_READ,
    todo="Give the arguments of two calls: right_on, where the code is right, and wrong_on",
    more="Which of its mistakes does the dot-product test find? All of them?",
    suits=_patches,
)

TASKS = collect("03", globals())
