"""A task to try the checks' machinery on: a function that doubles, and questions beside it."""

import linecache

import numpy as np

from cnnlib.exercises.engine.check import Case, Check, Limit
from cnnlib.exercises.engine.mistakes import Mistake, mistakes
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.task import collect


def double(x):
    """Return twice x: 2 * x."""
    y = 2 * x
    return y


def cases(rng):
    return [
        Case("one", (np.array([1.0]),)),
        Case("two", (np.array([1.5, -2]),)),
        Case("three", (np.array([1.0, 2, 3]),)),
        Case("a table", (np.array([[1.0, 2], [3, 4]]),)),
        Case("random", (rng.normal(size=(2, 3)),)),
    ]


def make(mistakes=(), limits=(), right=double, **given):
    given = {"todo": "Write it", "more": "Go on."} | given
    return named("double", Check(right, cases, mistakes, limits, **given))


def named(name, task):
    collect("99", {name: task})
    return task


ONE_ROW = Limit("single rows", lambda x: x.ndim == 1, "Tables, too?")


CHECK = make(
    mistakes(
        double,
        ("one is added", {"return y": "return y + 1"}, "Add nothing."),
        ("it is tripled", {"2 * x": "3 * x"}, "Twice."),
    ),
    [ONE_ROW, Limit("short rows", lambda x: x.ndim == 1 and len(x) < 3, "Longer?")],
)


def diagnose(source, check=CHECK, **names):
    """Check a function that is given as text."""
    names["np"] = np
    exec(compile(source, "<reader>", "exec"), names)
    return check.diagnose(names["double"])


def double_dots(x):
    """Return twice x."""
    ...


class Doubler:
    """What a class with a method to write is like."""

    def __init__(self):
        self.times = 2

    def forward(self, x):
        return self.times * x

    def backward(self, dy):
        """Return the gradient."""
        pass  # YOUR CODE HERE


SIZES = Question(
    lambda a, b: a * b,
    {"p": (3, 4), "q": (2, 2), "r": (5, 1)},
    [
        Mistake("they are added", lambda a, b: a + b, "Times."),
        Mistake("only the first counts", lambda a, b: a, "Both."),
        Mistake("only the second counts, and less", lambda a, b: b - 1 + (b == 1), "Both."),
    ],
    todo="Put numbers in place of None",
    more="And 6 by 7?",
    hint="Count.",
)


collect("99", {"sizes": SIZES})


def scaled_and_shifted():
    return Check(
        lambda x, scale, shift=0: scale * x + shift,
        lambda rng: [
            Case("one", (np.array([1.0, 5]), 2, 3)),
            Case("two", (np.array([1.0, 4, 9]), 4, 1)),
            Case("three", (rng.normal(size=5), 5, 7)),
        ],
        todo="Scale",
        more="And?",
    )


def in_a_cell(source, name="f"):
    """Make a function or class as a cell of a notebook does, with its source on record."""
    file, names = f"<cell {hash(source)}>", {"np": np, "__name__": "__main__"}
    linecache.cache[file] = len(source), None, source.splitlines(True), file
    exec(compile(source, file, "exec"), names)
    return names[name]
