"""The tasks of exercise 02: pooling, its winners, and what it does to images that move."""

import numpy as np

from cnnlib import reference
from cnnlib.datasets import load_mnist
from cnnlib.exercises import cases
from cnnlib.exercises.cases import distinct
from cnnlib.exercises.engine.check import Case, Check, Limit, Steps
from cnnlib.exercises.engine.goal import Goal, untouched
from cnnlib.exercises.engine.progress import need, progress
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.show import Table
from cnnlib.exercises.engine.task import Refused, collect
from cnnlib.exercises.engine.words import kind_of
from cnnlib.exercises.engine.wrongcode import WrongCode
from cnnlib.exercises.lesson02 import mistakes

__all__ = ["TASKS", "need", "progress"]  # and every task, by its name


def _windows(x):
    return {
        "max at (0, 0)": (x, "max", 0, 0),
        "average at (0, 1)": (x, "mean", 0, 1),
        "winner at (0, 0)": (x, "winner", 0, 0),
        "winner at (1, 0)": (x, "winner", 1, 0),
        "winner at (1, 1)": (x, "winner", 1, 1),
    }


def _show_windows(parts):
    (x, *_), *_ = parts.values()
    return [[Table("x", x)], f"Windows of 2 by 2 that move by 2: {', '.join(parts)}?"]


by_hand = Question(
    mistakes.by_hand,
    _windows(mistakes.HAND),
    mistakes.BY_HAND,
    todo="Work out the five numbers and put them in place of None",
    more="How many of the four windows have a tie?",
    hint="Cut the image into four windows of 2 by 2, and number the taps of one 0 1, 2 3.",
    draw=lambda rng: _windows(rng.integers(0, 8, (4, 4)).tolist()),
    asked=_show_windows,
)

# ---------------------------------------------------------------------- pooling


def _pools(rng):
    row = np.array([1.0, 5, 2, 4]).reshape(1, 1, 1, 4)
    single = rng.normal(size=(2, 2, 4, 6)).astype(np.float32)
    return [
        Case("one row", (row, (1, 2), 2)),
        Case("windows that overlap", (row, (1, 2), 1)),
        Case("windows of one column", (distinct(rng, 1, 1, 4, 2), (2, 1), 2)),
        Case("negative numbers", (-row[..., ::-1] - 1, (1, 2), 2)),
        Case("windows wider than high", (distinct(rng, 1, 1, 3, 3), (1, 2), 1)),
        Case("two by two", (distinct(rng, 1, 1, 4, 4), (2, 2), 2)),
        Case("two channels", (distinct(rng, 1, 2, 2, 4), (2, 2), 2)),
        Case("two images", (distinct(rng, 2, 1, 4, 4), (2, 2), 2)),
        Case("a row and a column left over", (distinct(rng, 1, 1, 5, 5), (2, 2), 2)),
        Case("overlap, window 3", (distinct(rng, 1, 1, 7, 9), (3, 3), 2)),
        Case("gaps, stride 3", (distinct(rng, 1, 1, 5, 8), (2, 2), 3)),
        Case("not square", (distinct(rng, 2, 2, 4, 7), (2, 3), 2)),
        Case("float32", (single, (2, 2), 2)),
        Case("all at once", (rng.normal(size=(2, 3, 8, 7)), (5, 4), 2)),
    ]


IMAGES = "Which n is in x[n, ...], and how many images has y?"
LIMITS = (
    *cases.SQUARES,
    Limit("one channel", cases.one_channel, mistakes.CHANNEL),
    Limit("one image", cases.one_image, IMAGES),
)


def _largest(rng):
    return [
        *_pools(rng),
        Case("far below zero", (1e30 * (distinct(rng, 1, 1, 2, 4) - 9), (2, 2), 2)),
    ]


max_pool_loops = Check(
    reference.max_pool2d,
    _largest,
    mistakes.MAX_LOOPS,
    LIMITS,
    todo="Write the loops: for every window of every channel, its largest number",
    more="How many comparisons does one output pixel take?",
)
OVER_TAPS = Steps(
    (np.ones((1, 1, 4, 4)), (2, 2), 2),
    (np.ones((3, 4, 20, 24)), (2, 2), 2),
    "windows",
    "One slice with a step holds what one tap sees in all windows: loop over taps alone.",
)
avg_pool = Check(
    reference.avg_pool2d,
    _pools,
    mistakes.AVG,
    LIMITS,
    todo="Write average pooling: add up what each tap sees, and divide",
    steps=OVER_TAPS,
    without="mean",
    more="Which convolution does the same? What are its weights, and why does it need groups?",
)


def _ties(rng):
    tie = np.array([5.0, 1, 5, 2]).reshape(1, 1, 2, 2)
    digits = rng.integers(0, 3, size=(2, 2, 4, 6)).astype(float)
    return [
        *(case for case in _largest(rng) if case.label != "windows of one column"),
        Case("a tie", (tie, (2, 2), 2)),
        Case("nearly a tie", (tie + [[0, 0], [1e-6, 0]], (2, 2), 2)),
        Case("blank paper", (np.zeros((1, 1, 2, 4)), (2, 2), 2)),
        Case("many ties", (digits, (2, 3), 1)),
    ]


max_pool = Check(
    mistakes.max_pool,
    _ties,
    mistakes.MAX,
    LIMITS,
    outputs="y winner",
    todo="Loop over the taps of the window and over nothing else",
    more="Lesson 04 needs the winners: the gradient goes where they say.",
    steps=OVER_TAPS,
)


def _frames(rng):
    x = -np.array([3.0, 1, 4, 1, 5, 9, 2, 6, 5]).reshape(1, 1, 3, 3)
    dark = np.concatenate([x, x - 50, x - 100, x - 150]).reshape(2, 2, 3, 3)
    return [
        Case("no padding", (x, (2, 2), 1, 0)),
        Case("all pixels positive", (-x, (2, 2), 2, 1)),
        Case("all pixels negative", (x, (2, 2), 2, 1)),
        Case("both signs", (distinct(rng, 1, 2, 5, 6), (3, 3), 2, 1)),
        Case("far below zero", (1e30 * x, (2, 2), 2, 1)),
        Case("random", (distinct(rng, 2, 1, 4, 6), (2, 3), 1, 1)),
        Case("a wide frame, stride 3", (rng.normal(size=(1, 1, 6, 9)), (4, 5), 3, 2)),
        Case("dark channels and images behind bright ones", (dark, (2, 2), 2, 1)),
    ]


max_pool_padded = Check(
    reference.max_pool2d,
    _frames,
    mistakes.PADDED,
    todo="Put a frame around x that never wins, then call your max_pool",
    more="Why may the frame be at most half as wide as the window?",
)

# ---------------------------------------------------------------------- understanding

mark_winner = Check(
    mistakes.mark_winner,
    lambda rng: [
        Case("one winner", (np.array([[1.0, 7], [3, 2]]),)),
        Case("two equal winners", (np.array([[5.0, 1], [5, 2]]),)),
        Case("winners in one column and in one row", (np.array([[1.0, 4, 0], [4, 2, 4]]),)),
        Case("wider than high", (np.array([[1.0, 4, 0], [2, 3, 9]]),)),
        Case("blank paper", (np.zeros((2, 2)),)),
        Case("nearly a tie", (np.array([[4.0, 1], [4.000001, 2]]),)),
        Case("negative numbers", (-np.array([[2.0, 1], [1, 3]]),)),
    ],
    mistakes.MARK,
    outputs="marks",
    todo="Return an array like the window, 1 at its winner and 0 elsewhere",
    more="If all four pixels of blank paper won, what would become of the gradient?",
)
global_pool = Check(
    mistakes.global_pool,
    lambda rng: [
        Case("one pixel", (np.full((1, 1, 1, 1), 3.0),)),
        Case("one channel", (distinct(rng, 1, 1, 2, 3),)),
        Case("three channels", (distinct(rng, 1, 3, 2, 2),)),
        Case("a batch", (distinct(rng, 2, 3, 4, 5),)),
        Case("float32", (rng.normal(size=(2, 2, 3, 3)).astype(np.float32),)),
    ],
    mistakes.GLOBAL,
    todo="Return one number for each channel of each image: its mean",
    more="How many numbers does a dense layer get after this, and how many before?",
)


def _stacks(rng):
    return [
        Case("one layer", ([(3, 1)],)),
        Case("every second pixel at the end", ([(3, 1), (1, 2)],)),
        Case("two layers", ([(3, 1), (3, 1)],)),
        Case("pooling at the end", ([(3, 1), (2, 2)],)),
        Case("pooling in the middle", ([(3, 1), (2, 2), (3, 1)],)),
        Case("LeNet", ([(5, 1), (2, 2), (5, 1), (2, 2)],)),
        Case("strides 3 and 2", ([(3, 3), (3, 2), (5, 1), (2, 2)],)),
    ]


receptive_field = Check(
    mistakes.receptive_field,
    _stacks,
    mistakes.FIELD,
    outputs="field",
    todo="Go through the layers and keep two numbers: the field and what a step is worth",
    more="Which one change to LeNet's layers widens the field of its last pixel most?",
)


def _maps(rng):
    a, b = np.array([3.0, 4]).reshape(1, 1, 1, 2), np.array([3.0, 9]).reshape(1, 1, 1, 2)
    return [
        Case("one map", (a, b)),
        Case("no change", (a, a.copy())),
        Case("a batch of two", (np.concatenate([a, 2 * b]), np.concatenate([b, a]))),
        Case("random", (rng.normal(size=(3, 2, 2, 3)), rng.normal(size=(3, 2, 2, 3)))),
    ]


relative_change = Check(
    mistakes.relative_change,
    _maps,
    mistakes.CHANGE,
    outputs="change",
    todo="Return, for each image, the norm of b - a divided by the norm of a",
    more="What is the relative change between an image and a blank one?",
)

# ---------------------------------------------------------------------- an open problem


def _recognised(maps, labels):
    """Return for how many maps the most similar other one shows the same digit, a share."""
    rows = maps.reshape(len(maps), -1)
    rows = rows / np.maximum(np.sqrt((rows**2).sum(axis=1, keepdims=True)), 1e-12)
    alike = rows @ rows.T
    np.fill_diagonal(alike, -np.inf)
    return float((labels[alike.argmax(axis=1)] == labels).mean())


def _tolerance(gentle):
    (_, _), (images, labels) = load_mnist()
    images = images[:200]
    right, down = np.zeros_like(images), np.zeros_like(images)
    right[..., 1:], down[:, :, 1:] = images[..., :-1], images[:, :, :-1]
    a, b, c = (untouched(gentle, x.copy()) for x in (images, right, down))
    if isinstance(a, tuple):
        raise Refused(f"{kind_of(a)} is returned, expected one array.")
    a, b, c = (np.asarray(maps, float) for maps in (a, b, c))
    if a.shape != (200, 1, 14, 14):
        raise Refused(f"the result has the shape {a.shape}, expected (200, 1, 14, 14).")
    again = np.asarray(gentle(images[::-1].copy()), float)[::-1]
    if again.shape != a.shape or not np.allclose(again, a, atol=1e-6, equal_nan=True):
        raise Refused(
            "the same images in another order get other maps: does it remember a call before, or"
            " mix images?",
            "fickle",
        )
    if not all(np.isfinite(maps).all() for maps in (a, b, c)):
        raise Refused("the result holds numbers that are not finite.")
    if not (abs(a).max(axis=(1, 2, 3)) > 0).all():
        raise Refused("some images come out all zero, and then nothing can be compared.")
    centred = a - a.mean(axis=(1, 2, 3), keepdims=True)
    if np.sqrt((centred**2).sum() / (a**2).sum()) < 0.5:
        raise Refused("the maps are nearly one even grey, on which no digit can be seen.")
    if (seen := _recognised(centred, labels[:200])) < 0.6:
        raise Refused(
            f"of 200 digits, the most similar other map shows the same digit for {seen:.0%} only:"
            " too little is left to read. Keeping every second pixel has 83%."
        )
    for axis, lines in ((3, "row"), (2, "column")):
        along = a - a.mean(axis=axis, keepdims=True)
        if np.sqrt((along**2).sum() / (a**2).sum()) < 0.2:
            raise Refused(f"each {lines} of the maps is nearly one even grey.")
    strangers = mistakes.relative_change(a, np.roll(a, 1, axis=0)).mean()
    if strangers < 0.2:
        raise Refused("different digits come out nearly alike, so that nothing can be read.")
    share = max(mistakes.relative_change(a, moved).mean() for moved in (b, c)) / strangers
    said = "Max pooling of 2 by 2 reaches 0.52, keeping every second pixel 0.46."
    return 1 - share, said


gentle_pool = Goal(
    _tolerance,
    0.6,
    form="a tolerance of {:.2f}",
    todo="Return maps of 14 by 14 that change as little as possible when the digit moves",
    more="Look at your maps. Could you still read the digits? What did the tolerance cost?",
)


def _one_picture(x, kernel_size, stride):
    """Say why the arguments are none of one picture and windows; or ""."""
    if x.ndim != 2:
        return f"x has {x.ndim} axes, and one picture has two"
    if np.size(kernel_size) != 2:
        return f"kernel_size is {kernel_size}, and a pair (KH, KW) is meant"
    return ""


wrong_pool = WrongCode(
    mistakes.TO_READ,
    todo="Give the arguments of two calls: right_on, where the code is right, and wrong_on",
    more="Would training have shown it? How soon?",
    suits=_one_picture,
)

TASKS = collect("02", globals())
