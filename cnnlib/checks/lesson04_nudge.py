"""Check of the numerical gradient of exercise 04, and the functions that it is tried on."""

import numpy as np

from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, options
from cnnlib.checks.lesson04_wrong import slope


def sum_of_squares(x):
    """Return the sum of all squares."""
    return float((x**2).sum())


def sum_of_cubes(x):
    """Return the sum of all cubes."""
    return float((x**3).sum())


def product_of_all(x):
    """Return the product of all numbers."""
    return float(np.prod(x))


def its_sum_of_squares(x):
    """Return the sum of all squares; asked by ``_nudge`` for the array itself, as a layer is."""
    return sum_of_squares(x)


def _nudge(function, f, x, eps):
    """Use a function; what looks at x itself, whatever it is given, stands for a layer."""
    return function((lambda _: f(x)) if f is its_sum_of_squares else f, x, eps)


def _functions(rng):
    return [
        Case("one number", (sum_of_squares, np.array([3.0]), 0.5)),
        Case("two numbers", (sum_of_cubes, np.array([1.0, 2]), 0.5)),
        Case("a product", (product_of_all, np.array([2.0, 3, 4]), 0.5)),
        Case("a matrix", (product_of_all, np.array([[1.0, 2], [3, 4]]), 0.25)),
        Case("three axes", (sum_of_squares, rng.integers(-3, 4, (2, 1, 3)).astype(float), 0.5)),
        Case("f looks at x itself", (its_sum_of_squares, np.array([1.0, 2]), 0.5)),
        Case("a small step", (sum_of_cubes, rng.integers(1, 4, (2, 3)).astype(float), 2.0**-10)),
    ]


SIDES = "Above: f with the number at value + eps. Below: at value - eps. They lie 2 eps apart."
numerical_gradient = Check(
    "04",
    "numerical_gradient",
    slope,
    _functions,
    options(
        slope,
        ("only f(x + eps) and f(x) are compared", {"sides": "above", "by": 1}, SIDES),
        ("only f(x) and f(x - eps) are compared", {"sides": "below", "by": 1}, SIDES),
        ("one side is missing, and the division is by 2 eps", {"sides": "above"}, SIDES),
        ("the difference is divided by eps and not by 2 eps", {"by": 1}, SIDES),
        ("the nudge is half of what it is divided by", {"nudge": 0.5}, SIDES),
        (
            "a number is not put back after its nudges",
            {"restore": False},
            "Keep the value before you nudge, and write it back before you go on to the next.",
        ),
        (
            "a whole row is nudged at once",
            {"which": "row"},
            "np.ndindex(x.shape) goes through all places, however many axes x has.",
        ),
        ("all numbers are nudged at once", {"which": "all"}, "One number at a time."),
        (
            "a copy of x is nudged",
            {"felt": False},
            "Write into x itself: a layer whose weights you nudge has to see it.",
        ),
    ),
    args="f x eps",
    outputs="gradient",
    todo="Nudge every number of x up and down, one at a time, and compare",
    more="How often does it call f for a layer of 100,000 weights? What does backprop need?",
    call=_nudge,
)
