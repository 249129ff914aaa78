"""The command ``python -m cnnlib``: train a network, measure it, show its filters."""

import argparse
import contextlib
import json
import math
import os
import re
import sys
import time
from functools import partial
from pathlib import Path

from cnnlib import __version__
from cnnlib.exercises import grade, leaderboard, sheet
from cnnlib.here import say
from cnnlib.recipes import BETA2, DISTORTIONS, MODELS, QUICK, RATES, WARM


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
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # for a terminal without such letters
    if hasattr(options, "run"):
        return options.run(options)
    if options.folder is not None and options.data != "fashion":
        command_line.error("--folder is for --data fashion, MNIST comes with the package")
    options = argparse.Namespace(**(MODELS[options.model] | vars(options)))
    try:
        return train(options)
    except (ImportError, OSError, TypeError, ValueError, FloatingPointError) as error:
        say(f"cnnlib: {error}", sys.stderr)
        give_up()
        return 1
    except KeyboardInterrupt:  # before the first step, after the last, or for the second time
        say("cnnlib: interrupted", sys.stderr)
        return 130


def parser():
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog="python -m cnnlib",
        description="Convolutional networks in NumPy. The lessons are in notebooks/.",
    )
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "train",
        help="train a network, test it on all test images, save weights and filters",
        description="Train a network, test it on all 10,000 test images, then save its weights"
        " and a picture of its first filters before and after.",
    )
    add = command.add_argument
    add("--model", choices=tuple(MODELS), default="lenet5", help="the network (default: lenet5)")
    add(
        "--data",
        default="mnist",
        metavar="DATA",
        help="mnist (the default), fashion, or a folder of IDX files, a .csv or an .npz file",
    )
    add("--folder", type=Path, metavar="DIR", help="read fashion's IDX files there, no download")
    others = [model for model, recipe in MODELS.items() if recipe is not QUICK]
    for name, kind, text in (
        ("epochs", {"type": positive, "metavar": "N"}, "times through all images"),
        ("batch", {"type": positive, "metavar": "N"}, "images at each step"),
        ("augment", {"action": argparse.BooleanOptionalAction}, "distort each image at random"),
    ):
        exceptions = [f"{model}: {MODELS[model][name]}" for model in others]
        text += f" (default: {', '.join([str(QUICK[name]), *exceptions])})"
        add(f"--{name}", default=argparse.SUPPRESS, help=text, **kind)
    add(
        "--optimizer",
        choices=tuple(RATES),
        default="adamw",
        help="rule for the steps (default: %(default)s)",
    )
    add(
        "--rate",
        type=learning_rate,
        metavar="R",
        help="highest learning rate (default: one that suits the optimizer)",
    )
    add(
        "--schedule",
        choices=("one-cycle", "cosine", "constant"),
        default="one-cycle",
        help="how the rate changes (default: %(default)s)",
    )
    add(
        "--seed",
        type=natural,
        default=0,
        metavar="N",
        help="of weights and of the order of images (default: 0)",
    )
    add(
        "--out",
        type=Path,
        default=Path("runs"),
        metavar="DIR",
        help="where results are saved (default: runs)",
    )
    add("--resume", action="store_true", help="go on where an interrupted run stopped")
    add(
        "--overwrite",
        action="store_true",
        help="replace the results of a run with other options: they are deleted before training",
    )
    add("--quiet", action="store_true", help="no progress bar")
    grade.add_command(commands)
    sheet.add_command(commands)
    leaderboard.add_command(commands)
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
    from cnnlib import models
    from cnnlib.augment import augment
    from cnnlib.distributed import SharedRun, launched
    from cnnlib.files import write_whole
    from cnnlib.interrupt import Interrupted
    from cnnlib.losses import SmoothedCrossEntropy
    from cnnlib.plots.figure import to_png
    from cnnlib.plots.filters import filters_before_after
    from cnnlib.training import Run, fit

    rank = join()
    rate = options.rate or RATES[options.optimizer]
    beside = ("out", "quiet", "overwrite", "resume", "folder")
    asked = vars(options) | {"rate": rate}
    asked = {k: str(v) for k, v in asked.items() if k not in beside}
    places = find_places(options, asked)
    data, test = load(options)
    network = models.build(options.model, rng=options.seed, fast=True)
    first = next((layer for layer in network.layers.values() if layer.kind == "conv"), None)
    before = None if first is None else first.params["w"].copy()
    say(
        f"{options.model}: {network.parameters():,} parameters; {options.data}:"
        f" {len(data[0]):,} images to learn from, {len(test[0]):,} to test on"
    )
    if not options.resume and rank == 0:
        for name in ("weights", "checkpoint", "filters") if options.overwrite else ():
            places[name].unlink(missing_ok=True)  # if this run fails, nothing is taken for its own
        write_whole(places["options"], json.dumps(asked, indent=1).encode())
    try:
        history = fit(
            network,
            data,
            test,
            epochs=options.epochs,
            batch_size=options.batch,
            optimizer=rule(options, rate, options.epochs * -(-len(data[0]) // options.batch)),
            augment=partial(augment, **DISTORTIONS) if options.augment else None,
            loss=SmoothedCrossEntropy(options.smoothing) if options.smoothing else None,
            seed=options.seed,
            progress=not options.quiet and rank == 0,
            checkpoint=places["checkpoint"],
            resume=options.resume,
            loop=SharedRun if launched() else Run,
        )
    except Interrupted as stopped:
        history = stopped.history
    if history.interrupted:
        say(
            f"stopped after {len(history.losses):,} steps, saved in {places['checkpoint']}:"
            " go on with the same options and --resume"
        )
        return 130
    if rank > 0:
        return 0
    network.save(places["weights"])
    write_whole(places["options"], json.dumps(asked, indent=1).encode())
    if first is not None:
        title = f"The first filters of {options.model}, before and after training"
        picture = filters_before_after(before, first.params["w"], title=title)
        write_whole(places["filters"], to_png(picture, dpi=150))
    seconds = sum(history.seconds)
    say(
        f"test accuracy {history.valid_accuracies[-1]:.2%} on {len(test[0]):,} images,"
        f" trained in {seconds:.1f} s, {len(data[0]) * options.epochs / seconds:,.0f} images/s"
    )
    say(f"weights: {places['weights']}")
    if first is not None:
        say(f"filters: {places['filters']}")
    return 0


def rule(options, rate, steps):
    """Make the optimizer that was asked for, with its schedule."""
    from cnnlib import optimizers

    schedule = {
        "one-cycle": lambda: optimizers.one_cycle(rate, steps, warm=WARM),
        "cosine": lambda: optimizers.cosine(rate, steps),
        "constant": lambda: rate,
    }[options.schedule]()
    settings = {"adamw": {"beta2": BETA2, "weight_decay": options.decay}, "adam": {"beta2": BETA2}}
    made = optimizers.OPTIMIZERS[options.optimizer]
    return made(schedule, **settings.get(options.optimizer, {}))


def join():
    """Join the other processes, if ``mpiexec`` started several; return this one's number.

    Only process 0 speaks.
    """
    from cnnlib.blas import set_threads
    from cnnlib.distributed import launched, world

    if not launched():
        return 0
    set_threads(1)
    rank = world().Get_rank()
    if rank > 0:
        sys.stdout = open(os.devnull, "w")
    return rank


def give_up():
    """End the other processes, too: they would wait for this one for ever."""
    from cnnlib.distributed import launched, world

    if launched():
        time.sleep(1)  # the launcher ends at once, and with it what it has not read of our words
        with contextlib.suppress(ImportError):  # without MPI there is nobody to end
            world().Abort(1)


def load(options):
    """Load what is to be learned, and something else to test on."""
    from cnnlib import datasets
    from cnnlib.owndata import load_data

    if options.data == "mnist":
        return datasets.load_mnist()
    if options.data == "fashion":
        return datasets.load_fashion_mnist(folder=options.folder)
    (x, labels), test = load_data(options.data)
    if test is None:
        say(f"{options.data} has no images to test on: every tenth one is kept for that")
        kept = [i % 10 == 9 for i in range(len(x))]
        learn = [not i for i in kept]
        return (x[learn], labels[learn]), (x[kept], labels[kept])
    return (x, labels), test


def find_places(options, asked):
    """Name the files that a run writes, and try them.

    Raises
    ------
    OSError
        If one of them cannot be written.
    ValueError
        If they are those of a run with other options, which nobody said might be replaced.
    """
    from cnnlib.files import check_place

    data = re.sub(r"\W+", "-", Path(options.data).name.removesuffix(".gz")).strip("-") or "data"
    name = f"{options.model}-{data}-seed{options.seed}"
    ends = {"weights": ".npz", "checkpoint": "-checkpoint.npz", "options": ".json"}
    places = {k: options.out / f"{name}{end}" for k, end in ends.items()}
    places["filters"] = options.out / f"{name}-filters.png"
    for place in places.values():
        check_place(place, place.suffix)
    there = [places[k] for k in ("weights", "checkpoint") if places[k].exists()]
    if there and not (options.resume or options.overwrite):
        try:
            found = json.loads(places["options"].read_text(encoding="utf-8"))
            differ = [f"{k} {found.get(k)}, now {v}" for k, v in asked.items() if found.get(k) != v]
        except (OSError, ValueError, AttributeError):
            differ = ["options that are not known"]
        if differ:
            raise ValueError(
                f"{str(there[0])!r} is of a run with other options ({'; '.join(differ)}): choose"
                " another --out, or replace it with --overwrite"
            )
    return places


if __name__ == "__main__":
    sys.exit(main())
