"""Checks of the pooling functions of exercise 02, by loops and by slices."""

import numpy as np

from cnnlib import reference
from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, Limit, Steps, options
from cnnlib.checks.lesson02_wrong import pool, pool_and_winner


def _case(label, x, kernel_size, *rest):
    stride = rest[0] if rest else 1
    facts = {
        "square windows": kernel_size[0] == kernel_size[1],
        "square images": x.shape[2] == x.shape[3],
        "one channel": x.shape[1] == 1,
        "one image": x.shape[0] == 1,
        "tiles": kernel_size == (stride, stride),
    }
    properties = frozenset(name for name, true in facts.items() if true)
    return Case(label, (x, kernel_size, *rest), properties)


def draw(rng, *shape):
    """Draw different whole numbers of both signs, so that no two windows look alike."""
    return rng.permutation(np.prod(shape)).reshape(shape).astype(float) - np.prod(shape) // 2


def _pool_cases(rng):
    row = np.array([1.0, 5, 2, 4]).reshape(1, 1, 1, 4)
    single = rng.normal(size=(2, 2, 4, 6)).astype(np.float32)
    return [
        _case("one row", row, (1, 2), 2),
        _case("windows that overlap", row, (1, 2), 1),
        _case("windows of one column", draw(rng, 1, 1, 4, 2), (2, 1), 2),
        _case("negative numbers", -row[..., ::-1] - 1, (1, 2), 2),
        _case("two by two", draw(rng, 1, 1, 4, 4), (2, 2), 2),
        _case("two channels", draw(rng, 1, 2, 2, 4), (2, 2), 2),
        _case("two images", draw(rng, 2, 1, 4, 4), (2, 2), 2),
        _case("a row and a column left over", draw(rng, 1, 1, 5, 5), (2, 2), 2),
        _case("overlap, window 3", draw(rng, 1, 1, 7, 9), (3, 3), 2),
        _case("not square", draw(rng, 2, 2, 4, 7), (2, 3), 2),
        _case("float32", single, (2, 2), 2),
        _case("all at once", rng.normal(size=(2, 3, 8, 7)), (3, 2), 2),
    ]


PLACE = "The window starts at row oh * stride and column ow * stride."
CHANNEL = "Each channel is pooled for itself: x[n, c, ...] goes to y[n, c, ...]."
EDGE = "How often does a window of 2 fit into 5 pixels in steps of 2?"
WHERE = (
    ("windows start one pixel apart", {"place": "still"}, PLACE),
    ("windows do not overlap and leave no gaps, whatever the stride", {"place": "tiled"}, PLACE),
    ("the largest of all channels is taken", {"axes": "together"}, CHANNEL),
    ("only the first channel is used", {"axes": "first"}, CHANNEL),
    (
        "rows and columns of the window are exchanged",
        {"axes": "exchanged"},
        "(KH, KW): rows first.",
    ),
    ("the last row and the last column of windows are missing", {"size": "short"}, EDGE),
)
LIMITS = (
    Limit("square windows", "square windows", "Where do you use KH, and where KW?"),
    Limit("square images", "square images", "Where do you use H, and where W?"),
    Limit("one channel", "one channel", CHANNEL),
    Limit("one image", "one image", "Which n is in x[n, ...], and how many images has y?"),
)
max_pool_loops = Check(
    "02",
    "max_pool_loops",
    reference.max_pool2d,
    _pool_cases,
    options(
        pool,
        *WHERE,
        ("the least is taken", {"what": "min"}, "Keep the largest number of each window."),
        ("the mean is taken", {"what": "mean"}, "Keep the largest number of each window."),
        ("the sum is taken", {"what": "sum"}, "Keep the largest number of each window."),
        (
            "the search starts at 0, so that negative numbers never win",
            {"start": 0},
            "Which number is smaller than every other? Start with that, or with a pixel.",
        ),
    ),
    LIMITS,
    args="x kernel_size stride",
    todo="Write the loops: for every window of every channel, its largest number",
    more="How many comparisons does one output pixel take?",
)
_COUNT = "A mean is the sum divided by the number of pixels in the window, KH * KW."
avg_pool = Check(
    "02",
    "avg_pool",
    reference.avg_pool2d,
    _pool_cases,
    options(
        lambda *args, **given: pool(*args, **{"what": "mean"} | given),
        *((name.replace("largest", "mean"), how, hint) for name, how, hint in WHERE),
        ("the sum is not divided", {"what": "sum"}, _COUNT),
        ("the sum is divided by the rows of the window", {"divide": "rows"}, _COUNT),
        ("the sum is divided by the columns of the window", {"divide": "columns"}, _COUNT),
        ("the sum is divided by the square of the stride", {"divide": "stride"}, _COUNT),
        ("the largest is taken", {"what": "max"}, _COUNT),
    ),
    LIMITS,
    args="x kernel_size stride",
    todo="Write average pooling: only one line differs from max pooling",
    more="Which convolution does the same? What are its weights, and why does it need groups?",
)


def _right_winner(x, kernel_size, stride):
    return reference.max_pool2d(x, kernel_size, stride), pool_and_winner(x, kernel_size, stride)[1]


def _tied_cases(rng):
    tie = np.array([5.0, 1, 5, 2]).reshape(1, 1, 2, 2)
    digits = rng.integers(0, 3, size=(2, 2, 4, 6)).astype(float)
    blank = np.zeros((1, 1, 2, 4))
    return [
        *(case for case in _pool_cases(rng) if case.label != "windows of one column"),
        _case("a tie", tie, (2, 2), 2),
        _case("blank paper", blank, (2, 2), 2),
        _case("many ties", digits, (2, 3), 1),
    ]


NUMBER = "The tap (kh, kw) of a window has the number k = kh * KW + kw."
SLICES = "One slice with a step holds what one tap sees in all windows: loop over taps alone."
max_pool = Check(
    "02",
    "max_pool",
    _right_winner,
    _tied_cases,
    options(
        pool_and_winner,
        (
            "of equal numbers the last wins",
            {"tie": "last"},
            "A tap takes the lead only where it is larger, and not where it is equal.",
        ),
        ("taps are numbered column by column", {"count": "columns"}, NUMBER),
        ("the row of the winner is kept and not its number", {"count": "row"}, NUMBER),
        ("the column of the winner is kept and not its number", {"count": "column"}, NUMBER),
        ("the number is kh * KH + kw", {"count": "square"}, NUMBER),
        ("pixels of the image are numbered and not taps", {"count": "image"}, NUMBER),
        ("taps are numbered from 1", {"first": 1}, NUMBER),
        ("the least wins", {"what": "argmin"}, "Keep the largest number of each window."),
        (
            "the search starts at 0, so that negative numbers never win",
            {"start": 0},
            "Start with -np.inf, or with what the first tap sees.",
        ),
    ),
    LIMITS,
    args="x kernel_size stride",
    outputs="y winner",
    todo="Loop over the taps of the window and over nothing else",
    more="Lesson 04 needs the winners: the gradient goes where they say.",
    steps=Steps(
        (np.ones((1, 1, 4, 4)), (2, 2), 2), (np.ones((3, 4, 20, 24)), (2, 2), 2), "windows", SLICES
    ),
)


def _frame_cases(rng):
    x = -np.array([3.0, 1, 4, 1, 5, 9, 2, 6, 5]).reshape(1, 1, 3, 3)
    return [
        _case("no padding", x, (2, 2), 1, 0),
        _case("all pixels positive", -x, (2, 2), 2, 1),
        _case("all pixels negative", x, (2, 2), 2, 1),
        _case("both signs", draw(rng, 1, 2, 5, 6), (3, 3), 2, 1),
        _case("random", draw(rng, 2, 1, 4, 6), (2, 3), 1, 1),
    ]


FRAME = "The frame must never win: what is max(a, v) = a true for, whatever a is?"
max_pool_padded = Check(
    "02",
    "max_pool_padded",
    reference.max_pool2d,
    _frame_cases,
    options(
        pool,
        ("the frame holds zeros", {"frame": 0.0}, FRAME),
        ("the frame holds ones", {"frame": 1.0}, FRAME),
        ("the frame holds infinity, which always wins", {"frame": np.inf}, FRAME),
        ("the frame holds -1", {"frame": -1.0}, FRAME),
    )
    + options(
        lambda x, kernel_size, stride, pad: pool(x, kernel_size, stride),
        ("padding is not used", {}, "Put a frame around x first."),
    ),
    args="x kernel_size stride pad",
    todo="Put a frame around x that never wins, then call your max_pool",
    more="Why may the frame be at most half as wide as the window?",
)
