"""Do the experiments that lesson 05 shows, and record them.

    python tools/experiments.py [NAME ...]

Each takes one to five minutes on one core; without a name, all are done.  Every run trains on all
60,000 training images and is measured on all 10,000 test images; its seed decides the weights and
the order of the images, so two runs of one seed differ in nothing but what is compared.  The
results go to ``cnnlib/data/experiments.npz`` and, as tables, to ``cnnlib/data/EXPERIMENTS.md``.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from cnnlib import models
from cnnlib.datasets import load_mnist
from cnnlib.files import load_arrays, save_arrays
from cnnlib.optimizers import OPTIMIZERS, constant, cosine, one_cycle, step_decay
from cnnlib.training import evaluate, fit

DATA = Path(models.__file__).parent / "data"
HEAD = 20  # losses kept of the start of each run: enough to recognise it
IMAGES = 60_000
RULES = tuple(OPTIMIZERS)
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SCHEDULES = {
    "constant": lambda rate, steps: constant(rate),
    "step": lambda rate, steps: step_decay(rate, -(-steps // 3), 0.1),
    "cosine": cosine,
    "one-cycle": one_cycle,
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

    @property
    def steps(self):
        return self.epochs * -(-IMAGES // self.batch)

    def optimizer(self):
        schedule = SCHEDULES[self.schedule](self.rate, self.steps)
        return OPTIMIZERS[self.rule](schedule)


@dataclass(frozen=True)
class Experiment:
    """A question, the values that are tried, and what is done with each of them."""

    question: str
    axes: dict  # name to values; every combination is a run
    recipe: Callable  # of one value an axis
    seeds: int = 3
    curves: bool = False  # whether every loss, accuracy and rate is kept


def cnn(first, hidden):
    """Return a function from a seed to a LeNet with `first` and twice as many filters."""
    return lambda seed: models.lenet5((first, 2 * first), hidden, rng=seed)


def plain(hidden):
    """Return a function from a seed to a plain network."""
    return lambda seed: models.mlp(hidden, rng=seed)


SMALL = cnn(4, 32)
HEADLINE = {
    "plain": Recipe(plain(50), batch=32, epochs=16),
    "book": Recipe(lambda seed: models.simple_convnet(rng=seed), batch=32),
    "lenet": Recipe(lambda seed: models.lenet5(rng=seed), batch=32),
}
EXPERIMENTS = {
    "headline": Experiment(
        "The plain network after 16 epochs, two convolutional ones after one: how much is luck?",
        {"network": tuple(HEADLINE)},
        HEADLINE.get,
        seeds=5,
    ),
    "optimizers": Experiment(
        "Which rule learns most in one epoch, and how much does its rate matter?",
        {"rule": RULES, "rate": RATES},
        lambda rule, rate: Recipe(SMALL, rule, rate, "constant"),
    ),
    "schedules": Experiment(
        "What does a schedule add in two epochs?",
        {"schedule": tuple(SCHEDULES), "rate": (0.001, 0.003, 0.01)},
        lambda schedule, rate: Recipe(SMALL, "adam", rate, schedule, epochs=2),
        seeds=5,
    ),
    "batches": Experiment(
        "How large a batch, and with which rate, for one epoch?",
        {"batch": (16, 32, 64, 128, 256, 512, 1024), "rate": (0.0003, 0.001, 0.003, 0.01, 0.03)},
        lambda batch, rate: Recipe(SMALL, "adam", rate, "constant", batch),
    ),
    "cnn_width": Experiment(
        "How many filters, for one epoch?",
        {"filters": (1, 2, 4, 8, 16, 32)},
        lambda filters: Recipe(cnn(filters, 64)),
    ),
    "plain_width": Experiment(
        "How many hidden units, for five epochs?",
        {"hidden": (10, 25, 50, 100, 200, 400)},
        lambda hidden: Recipe(plain(hidden), epochs=5),
    ),
    "cockpit": Experiment(
        "What happens when the rate is cut to a tenth, twice, in two epochs?",
        {},
        lambda: Recipe(cnn(8, 64), "adam", 0.01, "step", batch=32, epochs=2),
        seeds=1,
        curves=True,
    ),
}


def run(recipe, seed, train, test, callbacks=()):
    """Train one network; a rate so high that the loss overflows ends the run where it is.

    Returns
    -------
    (Sequential, History, float, float)
        The network, what it did, loss and accuracy on the test images.
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
                seed=seed,
                callbacks=[remember, *callbacks],
                progress=False,
            )
        except FloatingPointError:
            pass
        return network, kept["history"], *evaluate(network, *test)


def carry_out(name, train, test):
    """Do all runs of an experiment.

    Returns
    -------
    dict of str to ndarray
        The axes; ``accuracy``, ``loss`` and ``parameters``, an axis each and the seeds last;
        ``head``, the first losses of each run; ``done``, its steps.
    """
    experiment = EXPERIMENTS[name]
    values = list(experiment.axes.values())
    shape = (*map(len, values), experiment.seeds)
    arrays = {axis: np.array(tried) for axis, tried in experiment.axes.items()}
    for key, dtype in (("accuracy", float), ("loss", float), ("parameters", int), ("done", int)):
        arrays[key] = np.zeros(shape, dtype)
    arrays["head"] = np.full((*shape, HEAD), np.nan, np.float32)
    for place in product(*map(range, shape)):
        tried = [axis[i] for axis, i in zip(values, place, strict=False)]
        recipe, seed = experiment.recipe(*tried), place[-1]
        watch = Watch(test)
        network, history, loss, accuracy = run(
            recipe, seed, train, test, [watch] if experiment.curves else []
        )
        losses = history.losses if history is not None else []
        arrays["accuracy"][place], arrays["loss"][place] = accuracy, loss
        arrays["parameters"][place], arrays["done"][place] = network.parameters(), len(losses)
        arrays["head"][(*place, slice(len(losses[:HEAD])))] = losses[:HEAD]
        print(name, *tried, f"seed {seed}: {accuracy:.2%} after {len(losses)} steps", flush=True)
        if experiment.curves:
            kept = {"losses": losses, "accuracies": history.accuracies, "rates": history.rates}
            arrays |= {key: np.float32(value) for key, value in kept.items()}
            arrays |= {"tested": np.array(watch.tested), "filters": network["conv1"].params["w"]}
    return arrays


class Watch:
    """A callback that measures the network on the first test images now and then."""

    def __init__(self, test, images=1000, every=125):
        self.part = test[0][:images], test[1][:images]
        self.every = every
        self.tested = []

    def __call__(self, run):
        steps = len(run.history.losses)
        if run.batch and steps % self.every == 0:
            self.tested.append((steps, evaluate(run.network, *self.part)[1]))


def table(name, arrays):
    """Write an experiment as a table in Markdown: mean accuracy and, in brackets, the range."""
    experiment = EXPERIMENTS[name]
    axes = list(experiment.axes)
    lines = [f"## {name}", "", experiment.question, ""]
    many = f"{experiment.seeds} seed{'s' * (experiment.seeds > 1)}"
    lines += [f"{many}; `python tools/{Path(__file__).name} {name}`.", ""]
    lines += ["| " + " | ".join([*axes, "test accuracy, %"]) + " |", "|---" * (len(axes) + 1) + "|"]
    for place in product(*(range(len(arrays[axis])) for axis in axes)):
        tried = [f"{arrays[axis][i]}" for axis, i in zip(axes, place, strict=True)]
        found = 100 * arrays["accuracy"][place]
        cell = f"{found.mean():.2f} ({found.min():.2f} to {found.max():.2f})"
        lines.append("| " + " | ".join([*tried, cell]) + " |")
    return "\n".join(lines)


CARD = """# Recorded experiments

`experiments.npz` holds what `tools/experiments.py` recorded for lesson 05, and
`cnnlib.files.recorded(name)` reads it. Each run trained on all 60,000 training images of
MNIST and was measured on all 10,000 test images. Its seed decides the weights and the order of the
images. Another build of NumPy's matrix product rounds otherwise, and a run on it ends a little
elsewhere, within about the range of the seeds.

"""


def card(arrays):
    """Write the card of all that is recorded."""
    tables = []
    for name in EXPERIMENTS:
        parts = {k.partition("/")[2]: v for k, v in arrays.items() if k.startswith(f"{name}/")}
        if parts:
            tables.append(table(name, parts))
    return CARD + "\n\n".join(tables) + "\n"


def main(names):
    """Do the experiments named, or all, and write the record and its card."""
    unknown = sorted(set(names) - EXPERIMENTS.keys())
    if unknown:
        print(f"no experiment {unknown[0]!r}, there are {', '.join(EXPERIMENTS)}", file=sys.stderr)
        return 1
    train, test = load_mnist()
    path = DATA / "experiments.npz"
    for name in names or EXPERIMENTS:
        found = carry_out(name, train, test)
        arrays = load_arrays(path) if path.exists() else {}
        arrays = {key: value for key, value in arrays.items() if not key.startswith(f"{name}/")}
        arrays |= {f"{name}/{key}": value for key, value in found.items()}
        save_arrays(path, arrays)
        (DATA / "EXPERIMENTS.md").write_text(card(arrays), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
