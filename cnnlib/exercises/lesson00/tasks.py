"""The tasks of exercise 00: a ladder of ten, from loops to arrays."""

import numpy as np

from cnnlib.exercises.cases import distinct
from cnnlib.exercises.engine.check import Case, Check, Steps
from cnnlib.exercises.engine.goal import Goal
from cnnlib.exercises.engine.mine import keep
from cnnlib.exercises.engine.progress import need, progress
from cnnlib.exercises.engine.task import Refused, collect
from cnnlib.exercises.engine.traced import peak_memory
from cnnlib.exercises.lesson00 import mistakes

__all__ = ["TASKS", "keep", "need", "progress"]  # and every task, by its name


def _rung(right, known, draw, todo, more, one=1):
    """Make a check of a function that must not loop.

    ``draw(rng, size)`` returns the arguments of a case, which grow with ``size``; with the size
    ``one``, where there is one, an axis has the length 1.
    """
    rng = np.random.default_rng(0)
    return Check(
        right,
        lambda rng: [
            Case("small", draw(rng, 2)),
            Case("larger", draw(rng, 3)),
            Case("random", draw(rng, 5)),
            *([] if one is None else [Case("an axis of length 1", draw(rng, one))]),
        ],
        known,
        todo=todo,
        more=more,
        steps=Steps(
            draw(rng, 2),
            draw(rng, 9),
            "an axis",
            "Is there a for left, perhaps in brackets? NumPy's functions take whole arrays.",
        ),
    )


def _images(rng, size):
    return (distinct(rng, size, size + (3 if size == 3 else 1), size + 2),)


def _labels(rng, size):
    """Draw labels, in the larger tables more than there are classes; the last class has none."""
    labels, classes = rng.permutation(size + 1)[:size], size + (4 if size == 3 else 2)
    return np.tile(labels, 1 if size == 2 else 4), classes


def _table(rng, size):
    """Draw numbers of both signs; in the first row all are negative, and none is 0."""
    table = distinct(rng, size, size + 1) + 0.5
    table[0] = -1 - np.abs(table[0])
    return (table,)


def _long(size):
    """Return how many numbers windows of a size go over: no fixed multiple of it."""
    return 2 * size + (3 if size == 3 else 1)


brightness = _rung(
    mistakes.brightness,
    mistakes.BRIGHTNESS,
    _images,
    "Return the mean of each image",
    "What would axis=0 give? A picture: of what?",
)
centred = _rung(
    mistakes.centred,
    mistakes.CENTRED,
    _images,
    "Take its mean off each image",
    "Which shape have the means with keepdims=True, and which without?",
)
scaled = _rung(
    mistakes.scaled,
    mistakes.SCALED,
    _table,
    "Divide each row by its largest number",
    "What happens to a row of zeros?",
)
one_hot = _rung(
    mistakes.one_hot,
    mistakes.ONE_HOT,
    _labels,
    "Return a row for each label, with a 1 at its class",
    "What does one_hot(labels, M).sum(axis=0) count?",
)
pick = _rung(
    mistakes.pick,
    mistakes.PICK,
    lambda rng, size: (distinct(rng, size + 1, size + 2) / 2, 2 * np.arange(size + 1) % (size + 2)),
    "Return the number of each row that its label points to",
    "The loss of exercise 04 begins with this line.",
    one=0,
)
shrunk = _rung(
    mistakes.shrunk,
    mistakes.SHRUNK,
    _images,
    "Keep every second row and every second column",
    "Is what you return a copy? Write into it, and look at x.",
)
votes = _rung(
    mistakes.votes,
    mistakes.VOTES,
    lambda rng, size: (
        rng.integers(0, 2, size + 4),
        distinct(rng, size + 4) + 99.5,
        3 * size - 3,
    ),
    "Add up the weights of each label, for M classes",
    "The same happens in col2im, exercise 03: a pixel gets from several patches.",
    one=None,
)
distances = _rung(
    mistakes.distances,
    mistakes.DISTANCES,
    lambda rng, size: (distinct(rng, size, 3), distinct(rng, size + 1, 3) / (2 if size < 5 else 3)),
    "Return the squared distance of every row of a from every row of b",
    "How large is the array of differences for a thousand digits and a thousand others?",
)
windows = _rung(
    mistakes.windows,
    mistakes.WINDOWS,
    lambda rng, size: (
        distinct(rng, _long(size)).astype(np.float32 if size == 5 else float),
        size,
    ),
    "Return all windows of K numbers, a row for each",
    "How often does the number in the middle of x appear?",
)
slide = _rung(
    mistakes.slide,
    mistakes.SLIDE,
    lambda rng, size: (distinct(rng, _long(size)), distinct(rng, size) + 0.5),
    "Multiply every window with w, and add up",
    "That is a convolution in one dimension. Lesson 01 has two.",
)

# ---------------------------------------------------------------------- an open problem


def _frugal(nearest):
    """Measure how much memory a search takes."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(60, 784)), rng.normal(size=(300, 784))
    if not np.array_equal(nearest(a.copy(), b.copy()), mistakes.nearest(a, b)):
        raise Refused(
            "for 60 rows of 784 numbers these are not the nearest, though they are for short rows."
            " Is something rounded, or held in float16?"
        )
    peak = peak_memory(nearest, a, b)
    if peak > len(a) * b.nbytes:
        raise Refused("it holds all differences at once, or more. Which array is so large?")
    times = min(len(a) * b.nbytes / max(1, peak), 40.0)
    return float(np.floor(times)), "For 60 digits and 300 others. More than 40 times counts as 40."


def _neighbours(rng):
    def draw(N, M, D):
        return rng.normal(size=(N, D)), rng.normal(size=(M, D)) * (1 + np.arange(M)[:, None])

    return [Case("three rows", draw(3, 4, 2)), *(Case("random", draw(9, n, 5)) for n in (7, 12))]


nearest = Goal(
    _frugal,
    20,
    first=Check(
        mistakes.nearest,
        _neighbours,
        mistakes.NEAREST,
        outputs="numbers",
        todo="Return, for each row of a, the number of the row of b that is nearest",
        more="How much memory does it take?",
        steps=Steps(
            (np.ones((5, 3)), np.ones((4, 3))),
            (np.ones((60, 3)), np.ones((50, 3))),
            "rows",
            "All products of rows of a with rows of b are one matrix product.",
        ),
    ),
    form="{:.0f} times less memory than all differences at once",
    todo="Return, for each row of a, the number of the row of b that is nearest",
    more="It reads digits: the label of the nearest of a thousand others. How many of a hundred?",
)

TASKS = collect("00", globals())
