"""Do the experiments that the lessons show, and record them.

    python -m tools.experiments [--processes P] [NAME ...]

Each takes one to eight minutes on one core, ``fewest`` and the two ablations an hour; without a
name, all are done.  A choice (a rule, a rate, a width) is made on 10,000 training images that are
held back: such a run trains on the other 50,000.  A result is measured on all 10,000 test images.
A run's seed decides the weights and the order of the images, so two runs of one seed differ in
nothing but what is compared.  The results go to a file each in ``cnnlib/data/experiments`` and, as
tables, to ``cnnlib/data/EXPERIMENTS.md``.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from pathlib import Path

import numpy as np

from cnnlib import models
from cnnlib.augment import augment
from cnnlib.blas import set_threads
from cnnlib.datasets import load_fashion_mnist, load_mnist
from cnnlib.experiments import RECORDS, recorded
from cnnlib.files import save_arrays
from cnnlib.initializers import small
from cnnlib.layers.activations import ReLU
from cnnlib.optimizers import OPTIMIZERS, constant, cosine, one_cycle, step_decay
from cnnlib.recipes import DISTORTIONS, WARM
from cnnlib.training import evaluate, fit
from tools.candidates import (
    cnn,
    deep,
    four_small,
    ingredients,
    lenet,
    plain,
    sharing,
    shrinking,
    starting,
    three_convolutions,
    three_small,
)
from tools.watching import Alive, EachEpoch, Forming, Shifts, Watch, moved

DATA = Path(models.__file__).parent / "data"
HEAD = 20  # losses kept of the start of each run: enough to recognise it
HELD_BACK = 10_000  # training images, the last ones, on which choices are made
RULES = tuple(OPTIMIZERS)
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SCHEDULES = {
    "constant": lambda rate, steps: constant(rate),
    "step": lambda rate, steps: step_decay(rate, -(-steps // 3), 0.1),
    "cosine": cosine,
    "one-cycle": one_cycle,
    "warm-up": lambda rate, steps: lambda step: rate * min(1, (step + 1) / (steps // 4)),
    "one-cycle of train": partial(one_cycle, warm=WARM),
}


@dataclass(frozen=True)
class Recipe:
    """All that decides a run, its seed aside."""

    network: Callable  # of a seed
    rule: str = "adam"
    rate: float = 0.004
    schedule: str = "one-cycle"
    batch: int = 100
    epochs: int = 1
    images: int = 60_000 - HELD_BACK
    shuffled: bool = False  # whether the pixels of all images stand in one other order
    decay: float = 0.0
    moved: int = 0  # pixels by which each image is moved at random, at most, anew in each epoch
    distorted: bool = False  # whether each image is distorted anew each time
    fashion: bool = False  # whether the images are those of Fashion-MNIST

    @property
    def steps(self):
        return self.epochs * -(-self.images // self.batch)

    def optimizer(self):
        schedule = SCHEDULES[self.schedule](self.rate, self.steps)
        more = {"weight_decay": self.decay, "beta2": 0.99} if self.decay else {}
        return OPTIMIZERS[self.rule](schedule, **more)

    def augment(self, x, rng):
        """Return the images of a batch, each distorted, or moved by whole pixels of its own."""
        if self.distorted:
            return augment(x, rng, **DISTORTIONS)
        steps = rng.integers(-self.moved, self.moved + 1, (len(x), 2))
        return np.concatenate([moved(x[n : n + 1], *step) for n, step in enumerate(steps)])

    def data(self, train, test, seed):
        """Return training, held-back and test images as this run sees them."""
        if self.fashion:
            train, test = fashion_mnist()
        x, labels = train
        parts = [(x[: self.images], labels[: self.images]), (x[-HELD_BACK:], labels[-HELD_BACK:])]
        parts.append(test)
        if self.shuffled:
            order = np.random.default_rng([seed, 784]).permutation(784)
            shape = (-1, 1, 28, 28)
            parts = [(x.reshape(-1, 784)[:, order].reshape(shape), y) for x, y in parts]
        return parts


mnist = cache(load_mnist)


@cache
def fashion_mnist():
    """Load Fashion-MNIST, from Debian's package where that is installed."""
    folder = Path("/usr/share/datasets/fashion-mnist")
    return load_fashion_mnist(folder=folder if folder.is_dir() else None)


@dataclass(frozen=True)
class Experiment:
    """A question, the values that are tried, and what is done with each of them."""

    question: str
    axes: dict  # name to values; every combination is a run
    recipe: Callable  # of one value an axis
    seeds: int = 3
    curves: bool = False  # whether every loss, accuracy and rate is kept
    watch: Callable | None = None  # of (train, held back, test): a callback with `arrays`


QUICKLY = {"rate": 0.01, "batch": 64, "epochs": 2}
LONG = {
    "rule": "adamw",
    "rate": 0.006,
    "schedule": "one-cycle of train",
    "batch": 64,
    "epochs": 30,
    "decay": 0.02,
    "distorted": True,
}
FEWEST = {  # by the share of test images to be read
    0.98: Recipe(three_small(12), **QUICKLY),
    0.99: Recipe(three_small(24), **QUICKLY),
    0.994: Recipe(four_small(12, 16, 20, 24), **LONG),
    0.995: Recipe(four_small(16, 24, 32, 32), **LONG),
}
CARELESS = "careless start, no batch norm"
ABLATED = {  # what differs from the whole recipe: of the network, of the rest
    "all of it": ({}, {}),
    "no batch norm": ({"norm": False}, {}),
    "no short way": ({"short": False}, {}),
    "no distortions": ({}, {"distorted": False}),
    "constant rate": ({}, {"schedule": "constant", "rate": 0.002}),
    "careless start": ({"init": small}, {}),
    CARELESS: ({"init": small, "norm": False}, {}),
    "and dropout": ({"dropout": 0.3}, {}),
}


def ablated(images, name, fashion=False, epochs=2):
    """Return the recipe of a run of the ablation."""
    network, rest = ABLATED[name]
    usual = {"batch": 50, "epochs": epochs, "images": images}
    usual |= {"distorted": True, "fashion": fashion}
    return Recipe(ingredients(**network), **(usual | rest))


SMALL = cnn(4, 32)
ALL = {"images": 60_000}
HEADLINE = {
    "plain": Recipe(plain(50), batch=32, epochs=16, **ALL),
    "book": Recipe(lambda seed: models.simple_convnet(rng=seed), batch=32, **ALL),
    "lenet": Recipe(lenet, batch=32, **ALL),
}
DIFFERENCE = {
    "plain, Sigmoid, 50": plain(50),
    "plain, ReLU, 50": plain(50, ReLU),
    "plain, Sigmoid, 100": plain(100),
    "plain, ReLU, 100": plain(100, ReLU),
}


def momentum(batch, rate, schedule="constant", epochs=4):
    """Return how a plain network with ReLU is trained on large batches."""
    return Recipe(plain(50, ReLU), "momentum", rate, schedule, batch, epochs)


EXPERIMENTS = {
    "headline": Experiment(
        "The plain network after 16 epochs, two convolutional ones after one: how much is luck?",
        {"network": tuple(HEADLINE)},
        HEADLINE.get,
        seeds=5,
    ),
    "difference": Experiment(
        "What do ReLU and width do for the plain network, in 1 and in 16 epochs?",
        {"network": tuple(DIFFERENCE), "epochs": (1, 16)},
        lambda name, epochs: Recipe(DIFFERENCE[name], batch=32, epochs=epochs, **ALL),
    ),
    "difference_rates": Experiment(
        "Would another rate suit these plain networks better than the 0.004 above?",
        {"network": tuple(DIFFERENCE), "epochs": (1, 16), "rate": (0.002, 0.004, 0.008)},
        lambda name, epochs, rate: Recipe(DIFFERENCE[name], rate=rate, batch=32, epochs=epochs),
        seeds=1,
    ),
    "shuffled": Experiment(
        "What if the pixels of all images stand in one other order, for one epoch?",
        {"network": ("plain", "LeNet"), "shuffled": (False, True)},
        lambda name, shuffled: Recipe(
            {"plain": plain(50), "LeNet": lenet}[name], batch=32, shuffled=shuffled, **ALL
        ),
        seeds=5,
    ),
    "sharing": Experiment(
        "What if each place has filters of its own? The small LeNet, 2,000 images, ten epochs.",
        {"filters": ("shared", "one set a place"), "rate": (0.01, 0.03)},
        lambda filters, rate: Recipe(sharing(filters), rate=rate, epochs=10, images=2000),
    ),
    "shrinking": Experiment(
        "How well does a LeNet that never saw a moved image read moved ones, two epochs?",
        {"maps shrink by": ("max pooling", "average pooling", "strides")},
        lambda how: Recipe(shrinking(how), batch=32, epochs=2, **ALL),
        watch=Shifts,
    ),
    "moved": Experiment(
        "The same after training on images moved by up to 3 pixels, each anew in every epoch.",
        {"maps shrink by": ("max pooling", "average pooling", "strides")},
        lambda how: Recipe(shrinking(how), batch=32, epochs=2, moved=3, **ALL),
        watch=Shifts,
    ),
    "fast": Experiment(
        "Does the LeNet read as well after an epoch with Winograd's convolutions?",
        {"convolutions": ("plain", "fast")},
        lambda kind: Recipe(lambda seed: models.lenet5(rng=seed, fast=kind == "fast"), **ALL),
        seeds=5,
    ),
    "dead": Experiment(
        "When do units of the LeNet that ships fall silent, and do some come back?",
        {},
        lambda: Recipe(lenet, "adamw", 0.006, batch=32, epochs=5, decay=0.1, **ALL),
        watch=Alive,
    ),
    "forming": Experiment(
        "How do the filters of conv1 form, from the usual start and from almost nothing?",
        {"start": ("usual", "almost 0")},
        lambda start: Recipe(starting(start), "adamw", 0.006, batch=32, epochs=5, decay=0.1, **ALL),
        seeds=1,
        watch=Forming,
    ),
    "sure_plain": Experiment(
        "The plain network's accuracy and mean confidence on the test images by epoch.",
        {},
        lambda: Recipe(plain(50), rate=0.001, schedule="constant", batch=32, epochs=16, **ALL),
        watch=EachEpoch,
    ),
    "sure_lenet": Experiment(
        "The LeNet's accuracy and mean confidence on the test images by epoch.",
        {},
        lambda: Recipe(lenet, rate=0.001, schedule="constant", batch=32, epochs=6, **ALL),
        watch=EachEpoch,
    ),
    "optimizers": Experiment(
        "Which rule learns most in one epoch, and how much does its rate matter?",
        {"rule": RULES, "rate": RATES},
        lambda rule, rate: Recipe(SMALL, rule, rate, "constant"),
    ),
    "schedules": Experiment(
        "What does a schedule add in two epochs?",
        {"schedule": tuple(SCHEDULES)[:4], "rate": (0.001, 0.003, 0.01, 0.03)},
        lambda schedule, rate: Recipe(SMALL, "adam", rate, schedule, epochs=2),
    ),
    "batches": Experiment(
        "How large a batch, and with which rate, for one epoch?",
        {"batch": (16, 64, 256, 1024), "rate": (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)},
        lambda batch, rate: Recipe(SMALL, "adam", rate, "constant", batch),
    ),
    "large": Experiment(
        "A plain network, ReLU, momentum, four epochs: how far do large batches follow small ones?",
        {
            "schedule": ("constant", "warm-up"),
            "batch": (1024, 8192),
            "rate": (0.04, 0.16, 0.32, 0.64, 1.28, 5.12),
        },
        lambda schedule, batch, rate: momentum(batch, rate, schedule),
    ),
    "large_base": Experiment(
        "The same with batches of 64: which rate is best?",
        {"rate": (0.01, 0.02, 0.04, 0.08, 0.16)},
        lambda rate: momentum(64, rate),
    ),
    "large_longer": Experiment(
        "The same with batches of 8,192 and a warm-up, and four times as many epochs.",
        {"rate": (0.16, 0.32, 0.64)},
        lambda rate: momentum(8192, rate, "warm-up", epochs=16),
    ),
    "cnn_width": Experiment(
        "How many filters, for one epoch, each at a rate of its own?",
        {"filters": (1, 2, 4, 8, 16, 32), "rate": (0.004, 0.01, 0.025, 0.06)},
        lambda filters, rate: Recipe(cnn(filters, 64), rate=rate),
    ),
    "norm_rates": Experiment(
        "Which rates are still good, without batch normalisation and with it, 20,000 images?",
        {"norm": (False, True), "rate": (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)},
        lambda norm, rate: Recipe(
            three_convolutions(norm), "sgd", rate, "constant", batch=50, images=20_000
        ),
    ),
    "depth": Experiment(
        "How deep can a network be, without short ways and with them, 10,000 images, two epochs?",
        {"short": (False, True), "convolutions": (2, 8, 24), "rate": (0.004, 0.012, 0.04, 0.12)},
        lambda short, convolutions, rate: Recipe(
            deep(short, convolutions), rate=rate, batch=50, epochs=2, images=10_000
        ),
    ),
    "ablation": Experiment(
        "What is each ingredient's share, two epochs?",
        {"images": (10_000, 50_000), "network": tuple(ABLATED)},
        ablated,
        seeds=5,
    ),
    "ablation_fashion": Experiment(
        "The same on Fashion-MNIST.",
        {"images": (10_000, 50_000), "network": tuple(ABLATED)},
        partial(ablated, fashion=True),
        seeds=5,
    ),
    "fewer": Experiment(
        "What does the careless start cost with a fifth of the images and as many steps?",
        {"data": ("MNIST", "Fashion-MNIST"), "network": ("all of it", CARELESS)},
        lambda data, name: ablated(10_000, name, data == "Fashion-MNIST", epochs=10),
        seeds=5,
    ),
    "fewest": Experiment(
        "How few parameters read so many of the test images?",
        {"goal": tuple(FEWEST)},
        FEWEST.get,
        seeds=5,
    ),
    "cockpit": Experiment(
        "What happens when the rate is cut to a tenth, twice, in two epochs?",
        {},
        lambda: Recipe(cnn(8, 64), "adam", 0.01, "step", batch=32, epochs=2, **ALL),
        seeds=1,
        curves=True,
    ),
}


def run(recipe, seed, train, callbacks=()):
    """Train one network; a rate so high that the loss overflows ends the run where it is.

    Returns
    -------
    (Sequential, History)
        The network and what it did.
    """
    network = recipe.network(seed)
    kept = {"history": None}

    def remember(run):
        kept["history"] = run.history

    with np.errstate(all="ignore"):
        try:
            fit(
                network,
                train,
                epochs=recipe.epochs,
                batch_size=recipe.batch,
                optimizer=recipe.optimizer(),
                augment=recipe.augment if recipe.moved or recipe.distorted else None,
                seed=seed,
                callbacks=[remember, *callbacks],
                progress=False,
            )
        except FloatingPointError:
            pass
    return network, kept["history"]


CURVES = ("losses", "accuracies", "rates", "tested", "filters")


def measure(name, place):
    """Do one run of an experiment, the seed last in `place`; return what is recorded of it."""
    experiment = EXPERIMENTS[name]
    *where, seed = place
    values = [axis[i] for axis, i in zip(experiment.axes.values(), where, strict=True)]
    recipe = experiment.recipe(*values)
    own, held_back, own_test = recipe.data(*mnist(), seed)
    callbacks = [Watch(own_test)] if experiment.curves else []
    callbacks += [experiment.watch(own, held_back, own_test)] if experiment.watch else []
    network, history = run(recipe, seed, own, callbacks)
    losses = np.float32(history.losses if history is not None else [])
    found = {"parameters": network.parameters(), "done": len(losses)}
    found["head"] = np.full(HEAD, np.nan, np.float32)
    found["head"][: len(losses)] = losses[:HEAD]
    with np.errstate(all="ignore"):
        found["loss"], found["test"] = evaluate(network, *own_test)
        apart = recipe.images <= 60_000 - HELD_BACK
        found["valid"] = evaluate(network, *held_back)[1] if apart else np.nan
    print(name, *values, f"seed {seed}: {found['test']:.2%} after {len(losses)} steps", flush=True)
    if experiment.curves:
        kept = {"accuracies": history.accuracies, "rates": history.rates}
        found |= {"losses": losses} | {key: np.float32(value) for key, value in kept.items()}
        found |= {"tested": np.array(callbacks[0].tested), "filters": network["conv1"].params["w"]}
    return found | (callbacks[-1].arrays if experiment.watch else {})


def carry_out(name, processes=1):
    """Do all runs of an experiment, so many at a time.

    Returns
    -------
    dict of str to ndarray
        The axes; ``test`` and ``valid``, the accuracies on test images and on those held back
        (nan where all were trained on), ``loss`` on the test images and ``parameters``, an axis
        each and the seeds last; ``head``, the first losses of each run; ``done``, its steps; and
        what is watched. Curves, which are of a single run, stand without those axes.
    """
    experiment = EXPERIMENTS[name]
    arrays = {axis: np.array(tried) for axis, tried in experiment.axes.items()}
    shape = (*map(len, experiment.axes.values()), experiment.seeds)
    with ProcessPoolExecutor(processes, initializer=partial(set_threads, 1)) as pool:
        each = list(pool.map(partial(measure, name), np.ndindex(shape)))
    for key in each[0]:
        found = np.array([one[key] for one in each])
        alone = experiment.curves and key in CURVES
        arrays[key] = found[0] if alone else found.reshape(*shape, *found.shape[1:])
    return arrays


def table(name, arrays):
    """Write an experiment as a table in Markdown: mean accuracy and, in brackets, the range."""
    experiment = EXPERIMENTS[name]
    axes = list(experiment.axes)
    lines = [f"## {name}", "", experiment.question, ""]
    many = f"{experiment.seeds} seed{'s' * (experiment.seeds > 1)}"
    lines += [f"{many}; `python -m tools.{Path(__file__).stem} {name}`.", ""]
    chosen = not np.isnan(arrays["valid"]).any()
    heads = [*axes, *(["held-back accuracy, %"] * chosen), "test accuracy, %"]
    lines += ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for place in product(*(range(len(arrays[axis])) for axis in axes)):
        cells = [f"{arrays[axis][i]}" for axis, i in zip(axes, place, strict=True)]
        for key in ["valid"] * chosen + ["test"]:
            found = 100 * arrays[key][place]
            cells.append(f"{found.mean():.2f} ({found.min():.2f} to {found.max():.2f})")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


CARD = """# Recorded experiments

`experiments` holds what `tools/experiments.py` recorded for the lessons. Choices are made on the
last 10,000 of MNIST's training images, held back from a training on the other 50,000; where a
table has no column for them, all 60,000 are trained on. Results are measured on all 10,000 test
images. A run's seed decides the weights and the order of the images. Another build of NumPy's
matrix product rounds otherwise, and a run on it ends a little elsewhere, within about the range of
the seeds.

"""


def card():
    """Write the card of all that is recorded."""
    done = [name for name in EXPERIMENTS if (RECORDS / f"{name}.npz").exists()]
    return CARD + "\n\n".join(table(name, recorded(name)) for name in done) + "\n"


def main(words=None):
    """Do the experiments named, or all, and write the record and its card."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="all, if none is named")
    parser.add_argument("--processes", type=int, default=1, metavar="P", help="runs at a time")
    options = parser.parse_args(words)
    unknown = sorted(set(options.names) - EXPERIMENTS.keys())
    if unknown:
        parser.error(f"no experiment {unknown[0]!r}, there are {', '.join(EXPERIMENTS)}")
    for name in options.names or EXPERIMENTS:
        save_arrays(RECORDS / f"{name}.npz", carry_out(name, options.processes))
    (DATA / "EXPERIMENTS.md").write_text(card(), encoding="utf-8")


if __name__ == "__main__":
    main()
