"""Checks of exercise 05: layers, rules and the loop, up to a network that reads MNIST.

The layers are in ``lesson05_layers``, then come ``lesson05_rules`` and ``lesson05_loop``.
"""

import numpy as np

from cnnlib import models
from cnnlib.checks.cases import Mistake, options
from cnnlib.checks.goal import Goal
from cnnlib.checks.lesson05_layers import conv_layer, dense_layer, pool_layer, relu_layer
from cnnlib.checks.lesson05_loop import accuracy, batches, cosine_rate, train_epoch
from cnnlib.checks.lesson05_rules import adam, momentum, sgd_step
from cnnlib.checks.lesson05_wrong import start
from cnnlib.checks.progress import need, progress, register
from cnnlib.checks.question import Question
from cnnlib.datasets import load_mnist
from cnnlib.network import Sequential
from cnnlib.optimizers import Adam
from cnnlib.training import evaluate, fit

__all__ = ["TASKS", "learning_runs", "need", "progress"]  # and every task, by its name

NATURAL = "The loss is the natural logarithm: np.log, math.log."
first_loss = Question(
    "05",
    "first_loss",
    start,
    {"a": (0.1,), "b": (0.01,), "c": (0.5,), "d": (0.5, 0.125)},
    options(
        start,
        ("the logarithm is that of base 10", {"log": np.log(10)}, NATURAL),
        ("the logarithm is that of base 2", {"log": np.log(2)}, NATURAL),
        ("the minus sign is missing", {"sign": 1}, "L = -log p, and log p is below 0."),
        ("the losses are added and not averaged", {"total": "sum"}, "L is a mean over images."),
        (
            "the logarithm of the mean probability is taken",
            {"of": "mean"},
            "First a loss for each image, then the mean.",
        ),
        ("1 - p is used and not p", {"one": True}, "p is the probability of the right class."),
    ),
    todo="Work out the four losses; expressions such as math.log(7) are welcome",
    more="What does a first loss of 4 say about a network with ten classes?",
    hint="What is the probability of the right class? The loss of an image is -log p.",
)

# ---------------------------------------------------------------------- curves


def learning_runs():
    """Train the plain network in four ways, one sound and three not.

    Returns
    -------
    dict of str to (list of float, list of float)
        Under the letters A to D: the loss on the images trained on and on others, after each
        epoch.
    """
    (x, labels), (x_test, y_test) = load_mnist()
    runs = {}
    settings = ((2000, 100, 0.00003), (100, 10, 0.01), (2000, 100, 0.7), (2000, 100, 0.003))
    for letter, (images, size, rate) in zip("ABCD", settings, strict=True):
        network, curves = models.mlp(rng=0), ([], [])
        part, test = (x[:images], labels[:images]), (x_test[:1000], y_test[:1000])

        def note(run, network=network, part=part, test=test, curves=curves):
            if run.batch == 0:
                for data, curve in zip((part, test), curves, strict=True):
                    curve.append(evaluate(network, *data)[0])

        terms = {"epochs": 20, "batch_size": size, "progress": False}
        fit(network, part, optimizer=Adam(rate), callbacks=[note], **terms)
        runs[letter] = curves
    return runs


def _read(**swapped):
    return {"A": "too low", "B": "too few images", "C": "too high", "D": "sound"} | swapped


read_curves = Question(
    "05",
    "read_curves",
    _read(),
    None,
    [
        Mistake(
            "a slow start is taken for too high a rate, or the other way round",
            _read(A="too high", C="too low"),
            "Too low a rate falls smoothly and slowly. Too high a rate jumps, or never falls.",
        ),
        Mistake(
            "only the images trained on are looked at",
            _read(B="sound"),
            "Compare with the loss on other images: where does it go?",
        ),
        Mistake(
            "any gap between the two losses counts as overfitting",
            _read(D="too few images"),
            "A small gap is usual. Which run is worse on other images the longer it trains?",
        ),
    ],
    todo='Put "too low", "too high", "too few images" or "sound" in place of None',
    more="Which of the three would a schedule mend, and which would more images mend?",
    hint="Look at both pictures: how fast does it fall, does it jump, do the two part?",
)

# ---------------------------------------------------------------------- goals


def _network(thing):
    if not isinstance(thing, Sequential):
        raise ValueError(f"expected a network, a Sequential, and {type(thing).__name__} came.")
    return thing


def _by_heart(learn):
    (x, labels), _ = load_mnist()
    x, labels = x[1000:1100], labels[1000:1100]
    network = _network(learn(x.copy(), labels.copy()))
    right = (network.forward(x).argmax(axis=1) == labels).mean()
    return float(right), "These are images 1,000 to 1,099 of the training set."


learn_by_heart = Goal(
    "05",
    "learn_by_heart",
    _by_heart,
    1.0,
    form="{:.0%} of 100 images",
    todo="Return a network that reads these 100 images without a mistake",
    more="If a network cannot do this, more images will not help it. What would you look at first?",
    seconds=120,
)


def _mnist(network):
    _network(network)
    library = [
        name for name, part in network.layers.items() if type(part).__module__.startswith("cnnlib.")
    ]
    if library:
        raise ValueError(f"{', '.join(library)} come from cnnlib: plug in layers of your own.")
    network.training = False
    _, (x, labels) = load_mnist()
    right = [
        (network.forward(x[i : i + 500]).argmax(axis=1) == labels[i : i + 500]).sum()
        for i in range(0, len(x), 500)
    ]
    said = f"It reads {sum(right):,} of the 10,000 test images, with layers that are all yours."
    return float(sum(right) / len(x)), said


mnist = Goal(
    "05",
    "mnist",
    _mnist,
    0.99,
    form="{:.2%} of all test images",
    todo="Train a network of your own layers, and hand it over",
    more="You have written every line between the pixels and this number.",
    seconds=120,
)

TASKS = register(
    *(first_loss, relu_layer, dense_layer, conv_layer, pool_layer, sgd_step, momentum, adam),
    *(batches, accuracy, train_epoch, cosine_rate, learn_by_heart, read_curves, mnist),
)
