"""Checks of exercise 04: the chain rule, backward passes, and how to find out that one is wrong.

The backward passes are in ``lesson04_layers`` and ``lesson04_maps``, nudging in ``lesson04_nudge``.
"""

import numpy as np

from cnnlib import gradcheck
from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, Mistake, options
from cnnlib.checks.goal import Goal
from cnnlib.checks.lesson04_layers import cross_entropy, dense_backward, relu_backward, softmax
from cnnlib.checks.lesson04_maps import avg_pool_backward, conv_backward, max_pool_backward
from cnnlib.checks.lesson04_nudge import numerical_gradient
from cnnlib.checks.lesson04_suspects import ALONE, GUILT, POSITIVE, suspect
from cnnlib.checks.lesson04_wrong import distance, errors, hand
from cnnlib.checks.progress import need, progress, register
from cnnlib.checks.question import Question
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense

__all__ = ["TASKS", "need", "progress", "suspect"]  # and every task, by its name

# ---------------------------------------------------------------------- the chain rule

FORK = "x is used twice, in w * x and in y * x: what comes back on both ways is added."
by_hand = Question(
    "04",
    "by_hand",
    hand,
    {part: (part,) for part in ("dy", "db", "dw", "dx")},
    options(
        hand,
        ("only the way through w * x counts", {"fork": "first"}, FORK),
        ("only the way through y * x counts", {"fork": "second"}, FORK),
        ("the two ways are multiplied", {"fork": "multiplied"}, FORK),
        (
            "a product keeps its factor and does not swap",
            {"product": "kept"},
            "The slope of a product by one factor is the other factor.",
        ),
        (
            "ReLU multiplies with its value",
            {"gate": "value"},
            "ReLU's slope is 1 where it is open, whatever its value.",
        ),
        ("ReLU is taken to be shut", {"gate": "shut"}, "Is w x + b above 0?"),
    ),
    todo="Go back from L, one step at a time, and put your numbers in place of None",
    more="For which b would ReLU be shut? Which of the four gradients would become 0 then?",
    hint="Write the slope of every single step beside the graph, then multiply along the way back.",
)

# ---------------------------------------------------------------------- comparing


def _pairs(rng):
    a = rng.normal(size=(2, 3))
    return [
        Case("one number", (np.array([2.0]), np.array([1.0]))),
        Case("the other way round", (np.array([1.0]), np.array([2.0]))),
        Case("equal", (a, a.copy())),
        Case("one of many differs", (np.array([1.0, 100, 4]), np.array([1.0, 101, 5]))),
        Case("two zeros", (np.array([0.0, 1]), np.array([0.0, 1]))),
        Case("opposite signs", (np.array([1.0, 3]), np.array([-1.0, 3]))),
        Case("almost nothing", (np.array([1e-12, 2]), np.array([0.0, 2]))),
    ]


UNIT = "The unit is the larger of |a| and |b|, entry by entry: then a and b may change places."
FLOOR = "Where both are almost 0, divide by floor: np.maximum(..., floor)."
relative_error = Check(
    "04",
    "relative_error",
    gradcheck.relative_error,
    _pairs,
    options(
        distance,
        ("the difference is not divided by anything", {"unit": "one"}, UNIT),
        ("the difference is divided by |a| alone", {"unit": "a"}, UNIT),
        ("the difference is divided by |a| + |b|", {"unit": "sum"}, UNIT),
        ("the floor is forgotten", {"floored": False}, FLOOR),
        ("the mean is taken and not the largest", {"total": "mean"}, "One wrong entry is enough."),
        ("the sum is taken and not the largest", {"total": "sum"}, "One wrong entry is enough."),
        ("differences keep their sign", {"sign": True}, "Take the size of the difference."),
    ),
    args="a b",
    outputs="error",
    todo="Return the largest difference, each as a share of the larger of the two numbers",
    more="What is the relative error between 0 and any other number?",
)

# ---------------------------------------------------------------------- checking layers


class SharedBias(Dense):
    """A dense layer whose db is a mean."""

    def backward(self, dy):
        dx = super().backward(dy)
        self.grads["b"] = dy.mean(axis=0)
        return dx


class Doubled(Conv2D):
    """A convolution whose dx is twice as large as it should be."""

    def backward(self, dy):
        return 2 * super().backward(dy)


def _layers(rng):
    def case(label, layer, *shape):
        layer.astype(np.float64)
        x = gradcheck.kink_free(shape, rng)
        return Case(label, (layer, x, rng.normal(size=layer.forward(x).shape)))

    return [
        case("a right dense layer", Dense(2, 3, rng=0), 2, 2),
        case("db is a mean", SharedBias(2, 3, rng=0), 2, 2),
        case("a right convolution", Conv2D(1, 2, 2, rng=0), 2, 1, 3, 3),
        case("dx is doubled", Doubled(1, 2, 2, rng=0), 2, 1, 3, 3),
    ]


def _errors(function, layer, x, dy):
    """Use a function on a layer, and let errors that rounding explains all count as one."""
    found = function(layer, x, dy)
    if not isinstance(found, dict):
        return found
    return {name: np.maximum(np.float64(error), 1e-5) for name, error in found.items()}


gradient_errors = Check(
    "04",
    "gradient_errors",
    errors,
    _layers,
    options(
        errors,
        (
            "the loss leaves dy out",
            {"weighed": False},
            "backward(dy) belongs to the loss (y * dy).sum(): nudge that one.",
        ),
        ("ones are sent back and not dy", {"sent": False}, "layer.backward(dy)"),
        ("the errors are not relative", {"relative": False}, "Use your relative_error."),
        (
            "the layer does not feel the nudges, so that all slopes seem to be 0",
            {"felt": False},
            "numerical_gradient has to nudge x or layer.params[...] itself, and not a copy of it.",
        ),
    ),
    args="layer x dy",
    outputs="x w b",
    todo='Return a dict of relative errors under "x" and the name of every parameter',
    more="Why is dy drawn at random? What would a dy of ones not see?",
    call=_errors,
    tolerance=1e-3,
)
verdicts = Question(
    "04",
    "verdicts",
    GUILT,
    None,
    [
        Mistake(
            "you look at one image alone",
            ALONE,
            "A sum over the batch shows only with several images.",
        ),
        Mistake(
            "all inputs are positive",
            POSITIVE,
            "What an activation does to negative numbers, only these show.",
        ),
    ],
    todo='Put "x", "w", "b" or "none" in place of None',
    more="You have convicted three layers by experiment, without reading their code. Read it now:"
    " cnnlib/checks/lesson04_suspects.py.",
    hint="Which of the errors is not tiny? A right one is below one millionth.",
)

# ---------------------------------------------------------------------- an open problem

MOST_CALLS = 20


def _problem(rng, kind):
    """Make a function of 1,000 numbers, a point, and a gradient with something wrong in it."""
    size = 1000
    a, b, x = (rng.normal(size=size) for _ in range(3))
    calls = [0]

    def f(x):
        calls[0] += 1
        if calls[0] > MOST_CALLS:
            raise ValueError(f"more than {MOST_CALLS} calls of f for one gradient.")
        return float(a @ np.sin(x) + (b @ x) ** 2 / size)

    gradient = a * np.cos(x) + 2 * (b @ x) / size * b
    largest = np.argsort(-np.abs(gradient))
    if kind == "one entry":
        gradient[largest[0]] *= 1.1
    elif kind == "factor":
        gradient *= 1.01
    elif kind == "swapped":
        one, other = largest[0], largest[size // 2]
        gradient[[one, other]] = gradient[[other, one]]
    elif kind == "zeros":
        gradient[size // 2 :] = 0
    elif kind == "sums to 0":
        gradient[0] += 0.5
        gradient[1] -= 0.5
    return f, x, gradient


def _detective(quick_check):
    rng = np.random.default_rng(5)
    kinds = ["right"] * 5 + ["one entry", "factor", "swapped", "zeros", "sums to 0"]
    right, fooled = 0, []
    for kind in kinds * 4:
        f, x, gradient = _problem(rng, kind)
        try:
            verdict = quick_check(f, x.copy(), gradient.copy())
        except ValueError as error:
            if "calls of f" in str(error):
                raise ValueError(f"{error}") from None
            raise
        if verdict is None:
            raise ValueError("your function returns None, expected True or False.")
        right += bool(verdict) == (kind == "right")
        if bool(verdict) != (kind == "right") and kind not in fooled:
            fooled.append(kind)
    said = f"It is fooled by: {', '.join(fooled)}." if fooled else "Nothing fools it."
    return right / 40, said


quick_check = Goal(
    "04",
    "quick_check",
    _detective,
    1.0,
    form="{:.0%} of 40 gradients judged right",
    todo="Return True if the gradient is right, with at most 20 calls of f",
    more="With how few calls does it still judge all 40? This is how large networks are checked.",
)

TASKS = register(
    *(by_hand, numerical_gradient, relu_backward, dense_backward, softmax, cross_entropy),
    *(conv_backward, max_pool_backward, avg_pool_backward, relative_error, gradient_errors),
    *(verdicts, quick_check),
)
