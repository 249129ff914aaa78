"""Checks of exercise 02: pooling, its winners, and what it does to images that move."""

import numpy as np

from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, options
from cnnlib.checks.goal import Goal
from cnnlib.checks.lesson02_pools import avg_pool, draw, max_pool, max_pool_loops, max_pool_padded
from cnnlib.checks.lesson02_wrong import (
    average,
    change,
    field,
    mark,
    pool,
    pool_and_winner,
)
from cnnlib.checks.progress import need, progress, register
from cnnlib.checks.question import Question
from cnnlib.datasets import load_mnist

__all__ = ["TASKS", "need", "progress"]  # and every task, by its name

# ---------------------------------------------------------------------- by hand

HAND = [[1, 3, 2, 0], [4, 4, 1, 1], [0, 5, 6, 2], [1, 2, 3, 7]]


def by_hand_at(kind, oh, ow, *, what=None, **mistakes):
    """Pool the image of the first task, with mistakes."""
    x = np.array(HAND, float)[None, None]
    if kind == "winner":
        return int(pool_and_winner(x, (2, 2), 2, **mistakes)[1][0, 0, oh, ow])
    what = what if what and kind == "mean" else kind
    return float(pool(x, (2, 2), 2, what=what)[0, 0, oh, ow])


by_hand = Question(
    "02",
    "by_hand",
    by_hand_at,
    {
        "max at (0, 0)": ("max", 0, 0),
        "average at (0, 1)": ("mean", 0, 1),
        "winner at (0, 0)": ("winner", 0, 0),
        "winner at (1, 0)": ("winner", 1, 0),
        "winner at (1, 1)": ("winner", 1, 1),
    },
    options(
        by_hand_at,
        ("the last of equals wins", {"tie": "last"}, "Of equal numbers the first counts."),
        ("taps are counted column by column", {"count": "columns"}, "k = kh * KW + kw."),
        ("taps are counted from 1", {"first": 1}, "The first tap has the number 0."),
        ("rows of the window are counted", {"count": "row"}, "k = kh * KW + kw."),
        ("pixels of the image are counted", {"count": "image"}, "Count inside the window."),
        ("the sum is taken", {"what": "sum"}, "Divide by the number of pixels in the window."),
    ),
    todo="Work out the five numbers and put them in place of None",
    more="How many of the four windows have a tie?",
    hint="Cut the image into four windows of 2 by 2, and number the taps of one 0 1, 2 3.",
)

# ---------------------------------------------------------------------- understanding


def _windows(rng):
    return [
        Case("one winner", (np.array([[1.0, 7], [3, 2]]),)),
        Case("two equal winners", (np.array([[5.0, 1], [5, 2]]),)),
        Case("winners in one column and in one row", (np.array([[1.0, 4, 0], [4, 2, 4]]),)),
        Case("blank paper", (np.zeros((2, 2)),)),
        Case("negative numbers", (-np.array([[3.0, 1], [1, 2]]),)),
    ]


ONE = "The marks of a window have to sum to 1, and the first of equals, row by row, gets it."
mark_winner = Check(
    "02",
    "mark_winner",
    mark,
    _windows,
    options(
        mark,
        ("every tie is marked", {"how": "every"}, ONE),
        ("the mark is shared among ties", {"how": "shared"}, f"That sums to 1, too. Still: {ONE}"),
        ("the last of equals is marked", {"how": "last"}, ONE),
        ("the first of equals is looked for column by column", {"how": "columns"}, ONE),
        ("the largest number itself is put there", {"how": "value"}, "A mark is 1."),
    ),
    args="window",
    outputs="marks",
    todo="Return an array like the window, 1 at its winner and 0 elsewhere",
    more="If all four pixels of blank paper won, what would become of the gradient?",
)
global_pool = Check(
    "02",
    "global_pool",
    average,
    lambda rng: [
        Case("one pixel", (np.full((1, 1, 1, 1), 3.0),)),
        Case("one channel", (draw(rng, 1, 1, 2, 3),)),
        Case("three channels", (draw(rng, 1, 3, 2, 2),)),
        Case("a batch", (draw(rng, 2, 3, 4, 5),)),
        Case("float32", (rng.normal(size=(2, 2, 3, 3)).astype(np.float32),)),
    ],
    options(
        average,
        ("axes of length 1 are kept", {"keep": True}, "The result has the shape (N, C)."),
        ("the mean is over all images as well", {"axes": (0, 2, 3)}, "Which axes are H and W?"),
        ("the mean is over channels", {"axes": 1}, "Which axes are H and W?"),
        ("the sum is not divided", {"what": "sum"}, "A mean is a sum divided by a count."),
        ("the largest is taken", {"what": "max"}, "Take the mean."),
    ),
    args="x",
    todo="Return one number for each channel of each image: its mean",
    more="How many numbers does a dense layer get after this, and how many before?",
)


def _layer_lists(rng):
    stacks = [(3, 1)], [(3, 1), (3, 1)], [(3, 1), (2, 2)], [(3, 1), (2, 2), (3, 1)]
    deep = [(5, 1), (2, 2), (5, 1), (2, 2)], [(3, 2), (3, 3), (5, 1), (2, 2)]
    labels = ("one layer", "two layers", "pooling at the end", "pooling in the middle")
    labels += ("LeNet", "strides 2 and 3")
    return [Case(label, (stack,)) for label, stack in zip(labels, stacks + deep, strict=True)]


JUMP = "One step of a layer's window is worth the product of the strides of all layers before it."
receptive_field = Check(
    "02",
    "receptive_field",
    field,
    _layer_lists,
    options(
        field,
        ("strides play no part", {"jump": "never"}, JUMP),
        ("a layer's own stride counts already for its window", {"jump": "before"}, JUMP),
        ("strides are added and not multiplied", {"jump": "added"}, JUMP),
        ("only the stride of the layer just before counts", {"jump": "last"}, JUMP),
        ("each layer adds K pixels", {"minus": 0}, "A window of K is K - 1 steps wide."),
        ("the count starts at 0", {"start": 0}, "Before the first layer a pixel sees itself."),
        (
            "the step is returned and not the field",
            {"what": "step"},
            "Which of the two grows by +?",
        ),
    ),
    args="layers",
    outputs="field",
    todo="Go through the layers and keep two numbers: the field and what a step is worth",
    more="Which one change to LeNet's layers widens the field of its last pixel most?",
)


def _map_pairs(rng):
    a, b = np.array([3.0, 4]).reshape(1, 1, 1, 2), np.array([3.0, 9]).reshape(1, 1, 1, 2)
    return [
        Case("one map", (a, b)),
        Case("no change", (a, a.copy())),
        Case("a batch of two", (np.concatenate([a, 2 * b]), np.concatenate([b, a]))),
        Case("random", (rng.normal(size=(3, 2, 2, 3)), rng.normal(size=(3, 2, 2, 3)))),
    ]


NORM = "The norm of an array is the root of the sum of its squares."
relative_change = Check(
    "02",
    "relative_change",
    change,
    _map_pairs,
    options(
        change,
        ("it is divided by the norm of b", {"unit": "b"}, "The unit is the norm of a."),
        ("it is not divided", {"unit": "none"}, "Divide by the norm of a."),
        ("all images are taken together", {"over": "batch"}, "Return one number for each image."),
        ("the root is missing", {"power": 2}, NORM),
        ("sizes are added and not squares", {"what": "sizes"}, NORM),
        ("differences are added with their signs", {"what": "signed"}, NORM),
        ("only the largest difference counts", {"what": "largest"}, NORM),
    ),
    args="a b",
    outputs="change",
    todo="Return, for each image, the norm of b - a divided by the norm of a",
    more="What is the relative change between an image and a blank one?",
)

# ---------------------------------------------------------------------- an open problem


def _tolerance(gentle):
    (_, _), (images, _) = load_mnist()
    images = images[:200]
    moved = np.zeros_like(images)
    moved[..., 1:] = images[..., :-1]
    a, b = (np.asarray(gentle(x.copy()), float) for x in (images, moved))
    if a.shape != (200, 1, 14, 14):
        raise ValueError(f"the result has the shape {a.shape}, expected (200, 1, 14, 14).")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("the result holds numbers that are not finite.")
    if not (abs(a).max(axis=(1, 2, 3)) > 0).all():
        raise ValueError("some images come out all zero, and then nothing can be compared.")
    strangers = change(a, np.roll(a, 1, axis=0)).mean()
    if strangers < 0.2:
        raise ValueError("different digits come out nearly alike, so that nothing can be read.")
    share = change(a, b).mean() / strangers
    said = "Max pooling of 2 by 2 reaches 0.52, keeping every second pixel 0.46."
    return 1 - share, said


gentle_pool = Goal(
    "02",
    "gentle_pool",
    _tolerance,
    0.6,
    form="a tolerance of {:.2f}",
    todo="Return maps of 14 by 14 that change as little as possible when the digit moves",
    more="Look at your maps. Could you still read the digits? What did the tolerance cost?",
)

TASKS = register(
    *(by_hand, max_pool_loops, avg_pool, max_pool, max_pool_padded, mark_winner, global_pool),
    *(receptive_field, relative_change, gentle_pool),
)
