"""The command ``python -m cnnlib``: train a network, measure it, show its filters."""

import argparse
import math
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

from cnnlib.blas import choose_kernels

MODELS = ("lenet5", "simple_convnet", "mlp", "convnet_bn")
RATES = {  # the highest learning rate that suits each optimizer on MNIST
    "adamw": 0.006,
    "adam": 0.004,
    "nesterov": 0.05,
    "momentum": 0.05,
    "sgd": 0.2,
    "adagrad": 0.02,
    "rmsprop": 0.002,
}
RECIPES = {  # what is not asked for: one quick epoch, or the run for accuracy
    "convnet_bn": {"epochs": 10, "batch": 64, "augment": True, "decay": 0.02},
}
QUICK = {"epochs": 1, "batch": 32, "augment": False, "decay": 0.1}
DISTORTIONS = {"shift": 1.5, "rotate": 8, "scale": 0.08, "elastic": 0.5}  # of --augment


def main(arguments=None):
    """Run the command.

    Parameters
    ----------
    arguments : list of str, optional
        The words after ``python -m cnnlib``.

    Returns
    -------
    int
        Exit status: 0 if all went well, 1 if an error was explained, 130 if interrupted.
    """
    command_line = parser()
    options = command_line.parse_args(arguments)
    if options.folder is not None and options.data != "fashion":
        command_line.error("--folder is for --data fashion, MNIST comes with the package")
    recipe = RECIPES.get(options.model, QUICK)
    options = argparse.Namespace(**(recipe | vars(options)))
    try:
        return train(options)
    except (OSError, ValueError, FloatingPointError) as error:
        print(f"cnnlib: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before the first step, after the last, or for the second time
        print("cnnlib: interrupted", file=sys.stderr)
        return 130


def parser():
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog="python -m cnnlib",
        description="Convolutional networks in NumPy. The lessons are in notebooks/.",
    )
    top.add_argument("--version", action="version", version=version("cnnlib"))
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "train",
        help="train a network, test it on all test images, save weights and filters",
        description="Train a network, test it on all 10,000 test images, then save its weights"
        " and a picture of its first filters before and after.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = command.add_argument
    add("--model", choices=MODELS, default="lenet5", help="the network")
    add("--data", choices=("mnist", "fashion"), default="mnist", help="what to learn")
    add("--folder", type=Path, metavar="DIR", help="read fashion's IDX files there, no download")
    for name, kind, text in (
        ("epochs", {"type": positive, "metavar": "N"}, "times through all images"),
        ("batch", {"type": positive, "metavar": "N"}, "images at each step"),
        ("augment", {"action": argparse.BooleanOptionalAction}, "distort each image at random"),
    ):
        others = [f"{model}: {recipe[name]}" for model, recipe in RECIPES.items()]
        text += f" (default: {', '.join([str(QUICK[name]), *others])})"
        add(f"--{name}", default=argparse.SUPPRESS, help=text, **kind)
    add("--optimizer", choices=tuple(RATES), default="adamw", help="rule for the steps")
    add(
        "--rate",
        type=learning_rate,
        metavar="R",
        help="highest learning rate (suits the optimizer)",
    )
    add("--schedule", choices=("one-cycle", "cosine", "constant"), default="one-cycle", help="rate")
    add("--seed", type=natural, default=0, metavar="N", help="decides weights and order of images")
    add("--out", type=Path, default=Path("runs"), metavar="DIR", help="where results are saved")
    add("--resume", action="store_true", help="go on where an interrupted run stopped")
    add("--quiet", action="store_true", help="no progress bar")
    return top


def natural(text, least=0):
    """Read a whole number of at least 0."""
    value = int(text)
    if value < least:
        raise argparse.ArgumentTypeError(f"{value}, expected at least {least}")
    return value


def positive(text):
    """Read a whole number of at least 1."""
    return natural(text, least=1)


def learning_rate(text):
    """Read a finite number above 0."""
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{value}, expected more than 0 and finite")
    return value


def train(options):
    """Do what ``train`` was asked for; see :func:`main`."""
    message = choose_kernels()
    if message:
        print(message)
    # From here on NumPy is loaded, with the matrix product that was chosen above.
    from cnnlib import models, optimizers
    from cnnlib.checkpoint import Interrupted
    from cnnlib.datasets import augment, load_fashion_mnist, load_mnist
    from cnnlib.plots.base import to_png
    from cnnlib.plots.filters import filters_before_after
    from cnnlib.training import fit

    fashion = options.data == "fashion"
    data, test = load_fashion_mnist(folder=options.folder) if fashion else load_mnist()
    network = models.build(options.model, rng=options.seed)
    first = next((layer for layer in network.layers.values() if layer.kind == "conv"), None)
    before = None if first is None else first.params["w"].copy()
    rate = options.rate or RATES[options.optimizer]
    steps = options.epochs * -(-len(data[0]) // options.batch)
    schedule = {
        "one-cycle": lambda: optimizers.one_cycle(rate, max(steps, 2), warm=0.2),  # up and down
        "cosine": lambda: optimizers.cosine(rate, steps),
        "constant": lambda: rate,
    }[options.schedule]()
    name = f"{options.model}-{options.data}-seed{options.seed}"
    checkpoint = options.out / f"{name}-checkpoint.npz"
    rule = optimizers.OPTIMIZERS[options.optimizer]
    settings = {"adamw": {"beta2": 0.99, "weight_decay": options.decay}, "adam": {"beta2": 0.99}}
    print(f"{options.model}: {network.parameters():,} parameters;", end=" ")
    print(f"{options.data}: {len(data[0]):,} images to learn from, {len(test[0]):,} to test on")
    try:
        history = fit(
            network,
            data,
            test,
            epochs=options.epochs,
            batch_size=options.batch,
            optimizer=rule(schedule, **settings.get(options.optimizer, {})),
            augment=partial(augment, **DISTORTIONS) if options.augment else None,
            seed=options.seed,
            progress=not options.quiet,
            checkpoint=checkpoint,
            resume=options.resume,
        )
    except Interrupted as stopped:
        history = stopped.history
    if history.interrupted:
        print(f"stopped after {len(history.losses):,} steps, saved in {checkpoint}:", end=" ")
        print("go on with the same options and --resume")
        return 130
    seconds = sum(history.seconds)
    print(f"test accuracy {history.valid_accuracies[-1]:.2%} on {len(test[0]):,} images,", end=" ")
    print(f"trained in {seconds:.1f} s, {len(data[0]) * options.epochs / seconds:,.0f} images/s")
    network.save(options.out / f"{name}.npz")
    print(f"weights: {options.out / name}.npz")
    if first is not None:
        title = f"The first filters of {options.model}, before and after training"
        picture = filters_before_after(before, first.params["w"], title=title)
        (options.out / f"{name}-filters.png").write_bytes(to_png(picture, dpi=150))
        print(f"filters: {options.out / name}-filters.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
