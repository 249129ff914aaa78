"""The tasks of exercise 07: starts, batch normalisation, dropout, short ways, counting."""

import numpy as np

from cnnlib.datasets import load_mnist
from cnnlib.exercises.cases import whole
from cnnlib.exercises.engine.check import Case, Check, Limit
from cnnlib.exercises.engine.goal import Goal
from cnnlib.exercises.engine.progress import need, progress
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.running import differ
from cnnlib.exercises.engine.task import Refused, collect
from cnnlib.exercises.lesson07 import mistakes
from cnnlib.layers.base import Layer
from cnnlib.network import Sequential
from cnnlib.optimizers import Adam, one_cycle
from cnnlib.training import evaluate, fit

__all__ = ["TASKS", "need", "progress"]  # and every task, by its name

# ---------------------------------------------------------------------- how to start

by_hand = Question(
    mistakes.glorot_std,
    {
        "dense (300, 100)": ((300, 100),),
        "dense (50, 150)": ((50, 150),),
        "filters (32, 16, 5, 5)": ((32, 16, 5, 5),),
        "filters (8, 1, 3, 3)": ((8, 1, 3, 3),),
    },
    mistakes.BY_HAND,
    todo="Work out Glorot's standard deviation for four layers, to three digits behind the point",
    more="For which of these layers does He's start differ most from Glorot's?",
    hint="The root of 2 / (inputs of an output + outputs that an input goes into).",
    decimals=3,
)
he_std = Check(
    mistakes.he_std,
    lambda rng: [
        Case("a dense layer", ((50, 8),)),
        Case("a dense layer that widens", ((8, 50),)),
        Case("one filter of 1 by 1", ((1, 2, 1, 1),)),
        Case("filters of 5 by 5", ((6, 1, 5, 5),)),
        Case("filters of 3 by 3", ((32, 16, 3, 3),)),
        Case("filters that are not square", ((4, 3, 2, 7),)),
    ],
    mistakes.HE,
    outputs="std",
    todo="Return He's standard deviation for weights of this shape, dense or filters",
    more="By which factor is it larger than Glorot's, where inputs and outputs are as many?",
)

# ---------------------------------------------------------------------- batch normalisation


def _images(rng):
    x = np.array([1.0, 3, 5, 7]).reshape(2, 1, 1, 2)
    two = rng.normal(3, 2, (3, 2, 2, 2))
    ones, none = np.ones(2), np.zeros(2)
    return [
        Case("one channel", (x, np.ones(1), np.zeros(1), 1e-5)),
        Case("two channels", (two, ones, none, 1e-5)),
        Case("a large eps", (two, ones, none, 2.0)),
        Case("gamma", (two, np.array([2.0, -1]), none, 1e-5)),
        Case("beta", (two, np.array([2.0, 3]), np.array([1.0, -4]), 1e-5)),
        Case("one image", (two[:1], np.array([2.0, 3]), ones, 1e-5)),
        Case("a channel that never changes", (np.full((2, 2, 1, 3), 4.0), ones, ones, 1e-3)),
        *(
            Case(label, (*(v.astype(np.float32) for v in (two + far, ones, none)), 1e-5))
            for label, far in (("far from 0", 300), ("further from 0", 500))
        ),
        Case(
            "float32", (two.astype(np.float32), *(v.astype(np.float32) for v in (ones, ones)), 0.1)
        ),
    ]


batch_norm = Check(
    mistakes.batch_norm,
    _images,
    mistakes.NORM,
    (
        Limit(
            "numbers near 0",
            lambda x, gamma, beta, eps: np.abs(x).max() < 100,
            "In float32 the difference of two large numbers loses digits: take the mean off first,"
            " and the variance is the mean of what is left, squared.",
        ),
    ),
    todo="Normalise every channel over images and pixels, then scale by gamma and shift by beta",
    more="Which of its two parameters makes the bias of the convolution before it useless?",
)


def _rows(rng):
    x = rng.normal(size=(5, 3))
    std = np.sqrt(x.var(axis=0) + 1e-5)
    normal, gamma = (x - x.mean(axis=0)) / std, np.array([1.0, 2, -0.5])
    pair = np.array([[-1.0], [1]])
    return [
        Case("two rows", (np.array([[1.0], [4]]), pair, np.array([2.0]), np.ones(1))),
        Case("one dy for all", (np.ones((5, 3)), normal, std, np.ones(3))),
        Case("gamma 1", (whole(rng, 5, 3), normal, std, np.ones(3))),
        Case("random", (rng.normal(size=(5, 3)), normal, std, gamma)),
    ]


batch_norm_backward = Check(
    mistakes.batch_norm_backward,
    _rows,
    mistakes.BACK,
    outputs="dx dgamma dbeta",
    todo="Return dx, dgamma and dbeta of a batch normalisation of rows",
    more="Why do the gradients dx of each column sum to 0?",
)

# ---------------------------------------------------------------------- dropout, short ways


def _drops(rng):
    x, u = rng.normal(size=(3, 4)), rng.random((3, 4))
    return [
        Case(
            "four numbers", (np.array([1.0, 2, 3, 4]), np.array([0.1, 0.9, 0.3, 0.6]), 0.25, True)
        ),
        Case("outside training", (np.array([1.0, 2]), np.array([0.1, 0.9]), 0.25, False)),
        Case("a number on the edge", (np.ones(2), np.array([0.25, 0.5]), 0.5, True)),
        Case("random", (x, u, 0.7, True)),
        Case("random, outside training", (x, u, 0.7, False)),
    ]


dropout = Check(
    mistakes.dropout,
    _drops,
    mistakes.DROPOUT,
    todo="Switch off the numbers whose u is below the rate, and scale up the others, in training",
    more="What is the mean of y over many draws of u?",
)


class _Noted:
    """Multiplies by a matrix, keeps the result, and notes how it is used: as often as one likes."""

    def __init__(self, w):
        super().__init__()
        self.params = {"w": w}
        self.used, self.y = [], None

    def forward(self, x):
        self.used.append("forward")
        self.y = x @ self.params["w"]
        return self.y

    def backward(self, dy):
        self.used.append("backward")
        return dy @ self.params["w"].T


class Body(_Noted, Layer):
    """What a residual block is built around in the cases."""


def there_and_back(block, x, w, dy):
    """Use a residual block, forward and backward, with another one of the class beside it.

    Before, something else of another size went there and back.
    """
    body = Body(w)
    made, other, wanted = block(body), block(Body(w + 1)), x @ w
    made.backward(np.ones_like(made.forward(1 - x[:1])))
    body.used.clear()
    y = made.forward(x)
    other.forward(x.copy())
    dx = made.backward(dy)
    if y is None or dx is None:
        return None
    twice = len(set(body.used)) < len(body.used)
    return y, dx, int(np.array_equal(body.y, wanted)), int(not twice)


residual = Check(
    mistakes.Residual,
    lambda rng: [
        Case("one number", (np.array([[3.0]]), np.array([[2.0]]), np.array([[5.0]]))),
        Case("two rows", (whole(rng, 2, 2), whole(rng, 2, 2), whole(rng, 2, 2) + 0.5)),
        Case("random", (rng.normal(size=(4, 3)), rng.normal(size=(3, 3)), rng.normal(size=(4, 3)))),
    ],
    mistakes.RESIDUAL,
    outputs="y dx body_kept body_used_once",
    telling={"body_used_once": "the body goes forward or backward twice in one pass"},
    call=there_and_back,
    todo="Write forward and backward of a block that adds its input to what its body returns",
    more="What is the gradient if all weights of the body are 0, and what without the short way?",
)

# ---------------------------------------------------------------------- understanding

count = Question(
    mistakes.weights,
    {
        "one 3 x 3, 64 to 64": ((64, 64, 3, 1),),
        "one 7 x 7, 64 to 64": ((64, 64, 7, 1),),
        "one 3 x 3, 64 to 64, 8 groups": ((64, 64, 3, 8),),
        "depthwise 3 x 3, then 1 x 1, 64 to 64": ((64, 64, 3, 64), (64, 64, 1, 1)),
        "1 x 1 to 16, 3 x 3, 1 x 1 to 64": ((64, 16, 1, 1), (16, 16, 3, 1), (16, 64, 1, 1)),
    },
    mistakes.COUNT,
    todo="Count the weights of five ways from 64 channels to 64, biases left out",
    more="How many 3 x 3 convolutions see as far as one 7 x 7, and what do they cost?",
    hint="Filters times the channels that each sees times its taps, layer by layer.",
)
bugs = Question(
    {"A": "axes", "B": "training", "C": "short way", "D": "statistics", "E": "none"},
    mistakes=mistakes.BUGS,
    todo="Name the mistake of each of the five: axes, training, short way, statistics or none",
    more="Which of them would a gradient check have found?",
    also=dict.fromkeys(["axis", "wrong axes", "wrong axis"], "axes")
    | dict.fromkeys(["training mode", "train"], "training")
    | dict.fromkeys(["shortcut", "short cut", "skip", "skip connection"], "short way")
    | dict.fromkeys(["wrong statistics", "running statistics"], "statistics")
    | dict.fromkeys(["no mistake", "no bug", "nothing"], "none"),
    hint="Say in words what the code does, line by line, and compare with the lesson.",
)

# ---------------------------------------------------------------------- an open problem

MOST, GOAL = 1000, 0.9


def _small(build):
    network = build(0)
    if not isinstance(network, Sequential):
        raise Refused("build(seed) has to return a Sequential.")
    if network.parameters() > MOST:
        raise Refused(f"it has {network.parameters():,} parameters, and may have {MOST:,}.")
    if network.output_shape((1, 28, 28)) != (10,):
        raise Refused("it has to turn images (1, 28, 28) into 10 scores.")
    if not differ(build(1).params, network.params):
        raise Refused("seed makes no difference: np.random.default_rng(seed) draws the weights.")
    if differ(build(0).params, network.params):
        raise Refused("one seed gives two networks: np.random.default_rng(seed) draws the weights.")
    network, ((x, labels), _) = build(0), load_mnist()
    fit(
        network,
        (x[:10_000], labels[:10_000]),
        epochs=2,
        batch_size=50,
        optimizer=Adam(one_cycle(0.02, 400)),
        progress=False,
    )
    accuracy = evaluate(network, x[50_000:52_000], labels[50_000:52_000])[1]
    accuracy = np.floor(100 * accuracy + 1e-9) / 100  # 89.7 % is not 90
    said = f"With {network.parameters():,} parameters, trained on 10,000 images twice."
    return accuracy, f"{said} {_lacking(network, x[:50])}".strip() if accuracy < GOAL else said


def _lacking(network, x):
    """Say what a small network that reads badly has not; or ""."""
    y, opposite, nothing = (network.forward(k * x) for k in (1, -1, 0))
    if np.allclose(y + opposite, 2 * nothing, atol=1e-3 * np.abs(y).max()):
        return "All of it is linear, so that a single Dense could do the same: where is a ReLU?"
    left = MOST - network.parameters()
    return f"You may have {left:,} more: where would they help?" if left > MOST // 4 else ""


small_network = Goal(
    _small,
    GOAL,
    form="{:.0%} of 2,000 unseen digits",
    todo="Build a network of at most 1,000 parameters that learns to read in two short epochs",
    more="How few parameters are enough for 80 %?",
    seconds=120,
)

TASKS = collect("07", globals())
