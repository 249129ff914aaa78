"""Checks of the first backward passes of exercise 04: ReLU, dense, softmax with cross-entropy."""

import numpy as np

from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, Limit, options
from cnnlib.checks.lesson04_wrong import affine, entropy, gate, probabilities


def whole(rng, *shape):
    """Draw small whole numbers, which a reader can follow by hand."""
    return rng.integers(-3, 4, size=shape).astype(float)


def _relu_cases(rng):
    single = [rng.normal(size=(2, 3)).astype(np.float32) for _ in range(2)]
    return [
        Case("one row", (np.array([[1.0, 2, 4]]), np.array([[5.0, -1, 3]]))),
        Case("a zero", (np.array([[1.0, 2]]), np.array([[0.0, 3]]))),
        Case("negative gradients", (np.array([[-1.0, 2, -4]]), np.array([[5.0, -1, 3]]))),
        Case("images", (whole(rng, 2, 2, 3, 4), whole(rng, 2, 2, 3, 4))),
        Case("float32", tuple(single)),
    ]


OPEN = "The slope is 1 where x is above 0, and 0 elsewhere: a gate for dy."
relu_backward = Check(
    "04",
    "relu_backward",
    gate,
    _relu_cases,
    options(
        gate,
        (
            "the gradient passes where x is 0, too",
            {"mask": "zero too"},
            "At 0 there is a kink, and by convention the gate is shut. Given y in place of x,"
            " y >= 0 would even be true everywhere.",
        ),
        ("the mask is made from dy and not from x", {"mask": "dy"}, OPEN),
        ("the gradient passes where x is negative", {"mask": "negative"}, OPEN),
        (
            "the gradient passes everywhere",
            {"mask": "all"},
            "Is the mask y >= 0? y is never negative, so that is true everywhere.",
        ),
        ("dy is multiplied with the output", {"times": "y"}, OPEN),
        ("the mask itself is returned", {"times": "one"}, "Multiply it with dy."),
    ),
    args="dy x",
    outputs="dx",
    todo="Return dy where x is above 0, and 0 elsewhere",
    more="A unit whose x is negative for every image gets no gradient at all. What follows?",
)


def _dense_case(label, dy, x, w):
    facts = {"one image": len(x) == 1, "as many outputs as inputs": w.shape[0] == w.shape[1]}
    return Case(label, (dy, x, w), frozenset(name for name, true in facts.items() if true))


def _dense_cases(rng):
    def draw(N, D, M):
        return whole(rng, N, M), whole(rng, N, D), whole(rng, D, M)

    one = np.array([[2.0]]), np.array([[3.0, 5]]), np.array([[1.0], [10]])
    fork = np.array([[1.0], [10]]), np.array([[3.0], [5]]), np.array([[2.0]])
    single = [np.float32(rng.normal(size=size)) for size in ((3, 2), (3, 4), (4, 2))]
    square = np.array([[1.0, 10]]), np.array([[3.0, 5]]), np.array([[1.0, 2], [0, 4]])
    return [
        _dense_case("two inputs, one output", *one),
        _dense_case("two images", *fork),
        _dense_case("as many outputs as inputs", *square),
        _dense_case("two outputs", *draw(1, 3, 2)),
        _dense_case("a batch, square", *draw(4, 3, 3)),
        _dense_case("float32", *single),
        _dense_case("all at once", *(rng.normal(size=size) for size in ((5, 3), (5, 4), (4, 3)))),
    ]


SHAPES = "A gradient has the shape of what it belongs to, and only one product has that shape."
FORKED = "b is added for every image: a fork over the images, so a sum over them."
ONCE = "The loss has divided by N already. A layer hands on what it is given."
dense_backward = Check(
    "04",
    "dense_backward",
    affine,
    _dense_cases,
    options(
        affine,
        ("w is not transposed in dx", {"dx": "not transposed"}, SHAPES),
        ("dx is transposed", {"dx": "turned"}, SHAPES),
        ("dx is divided by N", {"dx": "mean"}, ONCE),
        ("dw is transposed", {"dw": "turned"}, SHAPES),
        ("dw is divided by N", {"dw": "mean"}, ONCE),
        ("db is a mean and not a sum", {"db": "mean"}, f"{FORKED} {ONCE}"),
        ("db is summed over the outputs", {"db": "images"}, FORKED),
        ("db keeps an axis of length 1", {"db": "kept"}, "db has the shape of b, (M,)."),
        ("db is a single number", {"db": "total"}, "Each output has a bias of its own."),
        ("db is not summed", {"db": "unsummed"}, FORKED),
    ),
    (
        Limit("one image", "one image", FORKED),
        Limit("as many outputs as inputs", "as many outputs as inputs", SHAPES),
    ),
    args="dy x w",
    outputs="dx dw db",
    todo="Return dx, dw and db, in this order",
    more="Which of the three could the first layer of a network leave out?",
)


def _score_rows(rng):
    return [
        Case("two scores", (np.array([[0.0, np.log(3)]]),)),
        Case("two images", (np.array([[0.0, np.log(3)], [0, 0]]),)),
        Case("negative scores", (np.array([[-1.0, -2, -3]]),)),
        Case("large scores", (np.array([[1000.0, 999, 998]]),)),
        Case("a large and a small row", (np.array([[2000.0, 1999], [1, 0]]),)),
        Case("float32", (rng.normal(size=(2, 3)).astype(np.float32),)),
        Case("random", (rng.normal(size=(4, 5)),)),
    ]


ROWS = "A row is an image. Each row of probabilities sums to 1: axis=1, keepdims=True."
LARGEST = "exp(1000) overflows. Take the largest score of the row off first: nothing else changes."
softmax = Check(
    "04",
    "softmax",
    probabilities,
    _score_rows,
    options(
        probabilities,
        ("the sums go over the images and not over the classes", {"axis": 0}, ROWS),
        ("one sum is taken over all images", {"axis": None}, ROWS),
        ("nothing is subtracted before exp", {"shift": "none"}, LARGEST),
        (
            "the largest score of all images is subtracted",
            {"shift": "all"},
            "Then every exponential of a row with small scores becomes 0. Subtract the row's own.",
        ),
        ("scores are divided without exp", {"exp": False}, "p = exp(s) / sum of exp(s)."),
    ),
    args="scores",
    outputs="p",
    todo="Return probabilities, a row for each image",
    more="What happens to the probabilities if all scores of a row grow by 5? And doubled?",
)


def _labelled(rng):
    sure = np.array([[0.0, 2.0, 1.0]])
    drawn = rng.normal(size=(4, 5)), rng.integers(0, 5, 4)
    return [
        Case("no idea", (np.zeros((1, 2)), np.array([0]))),
        Case("one image", (sure, np.array([1]))),
        Case("two images", (np.array([[0.0, 2], [1, 0]]), np.array([1, 1]))),
        Case("large scores", (np.array([[1000.0, 999], [0, 0]]), np.array([1, 0]))),
        Case("a hopeless score", (np.array([[0.0, 1000.0]]), np.array([0]))),
        Case("float32", (drawn[0].astype(np.float32), drawn[1])),
        Case("random", drawn),
    ]


MEAN = "The loss is a mean over N images, so its gradient has the factor 1 / N: here and only here."
LOG = "log p = (s - max) - log(sum of exp(s - max)): no exponential of one score is ever logged."
cross_entropy = Check(
    "04",
    "cross_entropy",
    entropy,
    _labelled,
    options(
        entropy,
        ("the loss is summed over the images and not averaged", {"loss": "sum"}, MEAN),
        ("the loss is averaged over the classes as well", {"loss": "all"}, MEAN),
        ("the minus sign of the loss is missing", {"loss": "minus"}, "L = -log p: never negative."),
        ("the gradient is not divided by N", {"grad": "sum"}, MEAN),
        ("the gradient is divided by the classes as well", {"grad": "all"}, MEAN),
        ("the truth is not subtracted", {"grad": "p"}, "The gradient is (p - t) / N."),
        ("the gradient is truth minus probability", {"grad": "turned"}, "(p - t), not (t - p)."),
        ("the logarithm is that of base 10", {"log": np.log(10)}, "np.log is the natural one."),
        ("the logarithm is that of base 2", {"log": np.log(2)}, "np.log is the natural one."),
        ("the log of a p that has become 0 is taken", {"sure": "log p"}, LOG),
        ("a small number is added to p, so that large losses are cut", {"sure": "small"}, LOG),
        ("nothing is subtracted before exp", {"shift": "none"}, f"{LARGEST} {LOG}"),
    ),
    args="scores labels",
    outputs="loss dscores",
    todo="Return the mean loss and the gradient of it with respect to the scores",
    more="Each row of dscores sums to 0. Why must it?",
)
