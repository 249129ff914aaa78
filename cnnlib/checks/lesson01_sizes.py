"""Checks of the beginning of exercise 01: what is worked out by hand, and the output size."""

import numpy as np

from cnnlib import reference
from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, options
from cnnlib.checks.lesson01_wrong import layer, sizes
from cnnlib.checks.question import Question

HAND = [[1, 0, 2], [3, 1, 0], [0, 2, 4]], [[1, 2], [0, 3]], 1  # x, w, b of the first task


def by_hand_at(oh, ow, **mistakes):
    """Compute one output pixel of the first task, with mistakes."""
    x, w = (np.array(numbers, float)[None, None] for numbers in HAND[:2])
    return float(layer(x, w, np.array([HAND[2]], float), **mistakes)[0, 0, oh, ow])


by_hand = Question(
    "01",
    "by_hand",
    by_hand_at,
    {"y00": (0, 0), "y11": (1, 1)},
    options(
        by_hand_at,
        ("the bias is forgotten", {"bias": "none"}, "Add b once for every output."),
        ("b is added to every product", {"bias": "product"}, "Add b once for every output."),
        ("w is flipped", {"turn": "both"}, "Lay w on the window as it is."),
        ("rows and columns of w are exchanged", {"turn": "exchanged"}, "Read w row by row."),
        ("the mean of the products is taken", {"total": "mean"}, "Add the products up."),
    ),
    todo="Work out both output pixels with pen and paper and put them in place of None",
    more="What would y01 be? The window moves one column to the right, and nothing else changes.",
    hint="Write down the four products of the window, add them up, then add b.",
)
COUNTING = options(
    sizes,
    ("the division is rounded up", {"up": True}, "A window that fits by half does not fit."),
    ("the division is not rounded down", {"exact": True}, "Divide with //, which rounds down."),
    ("the 1 is not added", {"one": 0}, "After k steps the window has stood at k + 1 places."),
    ("padding is counted once", {"sides": 1}, "The frame adds pixels at both ends."),
    ("padding is left out", {"sides": 0}, "Padding makes the image larger."),
    ("padding is subtracted", {"sides": -2}, "Padding makes the image larger."),
    ("the stride is left out", {"strided": False}, "With larger steps there are fewer places."),
    (
        "the 1 is added before dividing",
        {"early": True},
        "First divide the way that the window can move, then add 1 for the place where it starts.",
    ),
)
sizes_by_hand = Question(
    "01",
    "sizes_by_hand",
    reference.size_after,
    {"a": (28, 5, 1, 0), "b": (28, 3, 1, 1), "c": (28, 3, 2, 1), "d": (9, 2, 3, 0)},
    COUNTING,
    todo="Work out the four sizes and put them in place of None",
    more="For which of the four are there pixels that no window looks at?",
    hint="How far can the window move, how many steps is that, and where did it start?",
)


def _size_cases(rng):
    cases = [
        Case("stride 1", (4, 2, 1, 0)),
        Case("a kernel of 1", (3, 1, 1, 0)),
        Case("a kernel as large as the image", (3, 3, 1, 0)),
        Case("padding", (4, 3, 1, 1)),
        Case("stride 2, nothing left over", (5, 3, 2, 0)),
        Case("stride 2, a pixel left over", (6, 3, 2, 0)),
        Case("stride 3 and padding", (7, 3, 3, 2)),
    ]
    drawn = rng.integers([6, 1, 1, 0], [20, 6, 5, 4], size=(8, 4)).tolist()
    return cases + [Case("random", tuple(numbers)) for numbers in drawn]


output_size = Check(
    "01",
    "output_size",
    reference.size_after,
    _size_cases,
    COUNTING,
    args="size kernel stride pad",
    outputs="size",
    todo="Return the number of places at which the kernel fits along one axis",
    more="What should come out for a kernel of 5 on an image of 3? See cnnlib.im2col.output_size.",
)
