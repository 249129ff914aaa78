"""A board of designs that a class shares: a folder of files, each a plan and its weights.

A plan is a line of words, such as ``"conv 8 5, relu, pool 2, dense 10"``. What somebody says of a
design does not count: every network is built from its plan and measured anew. Files hold arrays
and no code.
"""

import csv
import html
import math
import re
import sys
import time
from pathlib import Path

import numpy as np

from cnnlib.datasets import load_mnist
from cnnlib.exercises.engine.progress import state_folder
from cnnlib.exercises.engine.show import written
from cnnlib.files import check_place, load_arrays, save_arrays
from cnnlib.here import say
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential
from cnnlib.training import evaluate

IMAGE = (1, 28, 28)
MOST = 2_000_000  # parameters, and a hundred times as many multiplications
WORDS = (
    "conv FILTERS KERNEL [STRIDE [PAD]], pool SIZE, average SIZE, global, relu, norm, dropout RATE,"
    " dense OUTPUTS"
)
HEADS = ("place", "name", "accuracy", "parameters", "multiplications", "ms per image", "plan")


def _part(word, numbers, shape, rng):
    """Return the layers of one word of a plan."""
    if word == "conv":
        return [Conv2D(shape[0], *numbers, rng=rng)]
    if word == "dense":
        flat = [Flatten()] if len(shape) == 3 else []
        return [*flat, Dense(int(np.prod(shape)), *numbers, rng=rng)]
    if word in ("pool", "average"):
        return [(MaxPool2D if word == "pool" else AvgPool2D)(*numbers)]
    if word == "dropout":
        return [Dropout(*numbers, rng=rng)]
    makers = {"relu": ReLU, "global": GlobalAvgPool2D, "norm": lambda: BatchNorm(shape[0])}
    return [makers[word](*numbers)]


def build(plan, rng=0):
    """Build the network of a plan, with fresh weights.

    Parameters
    ----------
    plan : str
        Layers, separated by commas: ``conv FILTERS KERNEL [STRIDE [PAD]]``, ``pool SIZE``,
        ``average SIZE``, ``global``, ``relu``, ``norm``, ``dropout RATE``, ``dense OUTPUTS``.
    rng : int or Generator

    Returns
    -------
    Sequential
        From images (1, 28, 28) to ten scores.

    Raises
    ------
    ValueError
        If a word is not known, a layer does not fit, or the network is too large.
    """
    if not isinstance(plan, str):
        raise ValueError(f"a plan is one text with commas, and {type(plan).__name__} came")
    layers, shape, rng = [], IMAGE, np.random.default_rng(rng)
    for text in plan.split(","):
        word, *numbers = text.split() or [""]
        if strange := [each for each in numbers if each.isalpha()]:
            said = f"{strange[0]!r} stands in {text.strip()!r}, where a number belongs"
            raise ValueError(f"{said}: is a comma missing?")
        try:
            read = float if word == "dropout" else int
            numbers = [read(number) for number in numbers]
            inputs = {"conv": shape[0], "dense": math.prod(shape)}.get(word, 0)
            if inputs * math.prod(numbers[:2] + numbers[1:2]) > MOST:  # filters, kernel twice
                raise ValueError(f"too many weights: at most {MOST:,} are measured")
            layers += _part(word, numbers, shape, rng)
            shape = list(Sequential(layers).shapes(IMAGE))[-1][3]
        except KeyError:
            raise ValueError(f"{word!r} is no layer. Write: {WORDS}.") from None
        except TypeError:
            raise ValueError(f"{text.strip()!r} has other numbers. Write: {WORDS}.") from None
        except ValueError as error:
            raise ValueError(f"{text.strip()!r} after shape {tuple(shape)}: {error}") from None
    if shape != (10,):
        raise ValueError(f"the plan ends with shape {shape}, expected ten scores: dense 10")
    network = Sequential(layers, input_shape=IMAGE)
    learned, products = size(network)
    if learned > MOST or products > 100 * MOST:
        raise ValueError(f"the plan has {learned:,} parameters; at most {MOST:,} are measured")
    return network


def size(network):
    """Return the parameters and the multiplications for one image."""
    layers = list(network.shapes(IMAGE))
    return tuple(
        sum(numbers)
        for numbers in (
            (layer.parameters() for _, layer, _, _ in layers),
            (layer.multiplications(inside) for _, layer, inside, _ in layers),
        )
    )


def enter(folder, name, plan, network):
    """Put a trained network on the board, as ``folder/NAME.npz``.

    Where no progress is kept, in tests and while grading, no file is written.

    Raises
    ------
    ValueError
        If the name is not of letters, digits, hyphens and underscores, the plan is not one, or the
        network is not of the plan.
    """
    if not re.fullmatch(r"[\w-]{1,40}", name):
        raise ValueError(f"name is {name!r}, expected letters, digits, - and _ alone")
    build(plan).assign(network.weights(), "the network")
    path = Path(folder) / f"{name}.npz"
    if state_folder() is not None:
        save_arrays(path, {**network.weights(), "plan": np.array(plan)})
    learned, products = size(network)
    print(f"{path.name}: {learned:,} parameters, {products:,} multiplications for one image")


def measure(path, images):
    """Build a design from its file and measure it.

    Returns
    -------
    dict
        ``accuracy``, ``parameters``, ``multiplications``, ``ms per image`` and ``plan``.

    Raises
    ------
    ValueError
        If the file is damaged, or its plan or its weights are not right.
    """
    arrays = load_arrays(path)
    plan = str(arrays.pop("plan", ""))
    network = build(plan)
    network.assign(arrays, path.name)
    x, labels = images
    evaluate(network, x[:100], labels[:100])  # once to warm up
    start = time.perf_counter()
    _, accuracy = evaluate(network, x, labels)
    learned, products = size(network)
    return {
        "accuracy": accuracy,
        "parameters": learned,
        "multiplications": products,
        "ms per image": 1000 * (time.perf_counter() - start) / len(x),
        "plan": plan,
    }


def board(folder, images=None):
    """Measure all designs of a folder on the test images.

    Returns
    -------
    list of dict
        The most accurate first: what :func:`measure` returns, with ``name``; ``place`` is "★" for a
        design that no other beats in accuracy without having more parameters. What cannot be
        measured comes last, with its reason under ``plan``.
    """
    images = load_mnist()[1] if images is None else images
    rows, refused = [], []
    for path in sorted(Path(folder).glob("*.npz")):
        try:
            rows.append({"name": path.stem, **measure(path, images)})
        except (OSError, ValueError) as error:
            refused.append({"name": path.stem, "place": "", "plan": str(error)})
    rows.sort(key=_rank)
    for row in rows:
        better = (r for r in rows if r["accuracy"] >= row["accuracy"] and _rank(r) != _rank(row))
        row["place"] = "" if any(r["parameters"] <= row["parameters"] for r in better) else "★"
    return rows + refused


def _rank(row):
    return -row["accuracy"], row["parameters"]


def add_command(commands):
    """Add ``leaderboard`` to a command line."""
    command = commands.add_parser(
        "leaderboard",
        help="measure the designs that a class put into a folder, and rank them",
        description="Build every design in FOLDER from its plan, measure it on all 10,000 test"
        " images, and write leaderboard.csv and leaderboard.html into the folder.",
    )
    command.add_argument("folder", type=Path, metavar="FOLDER")
    command.set_defaults(run=_run)


def _run(options):
    """Write the board; return the exit status."""
    path = options.folder / "leaderboard.csv"
    try:
        if not any(options.folder.glob("*.npz")):
            raise ValueError(f"{options.folder} holds no designs")
        for place in (path, path.with_suffix(".html")):
            check_place(place, place.suffix)
        rows = board(options.folder)
        lines = [[_written(row.get(head, "")) for head in HEADS] for row in rows]
        with path.open("w", newline="", encoding="utf-8-sig") as file:  # which spreadsheets know
            csv.writer(file).writerows([HEADS, *lines])
        path.with_suffix(".html").write_text(_page(lines), encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        say(f"cnnlib: {error}", sys.stderr)
        return 1
    for line in lines:
        say("  ".join(line))
    return 0


def _written(value):
    return written(value) if isinstance(value, float) else str(value)


def _page(lines):
    cells = "".join(f"<th>{head}</th>" for head in HEADS)
    rows = ("".join(f"<td>{html.escape(text)}</td>" for text in line) for line in lines)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Leaderboard</title><style>'
        "body{font-family:sans-serif}td,th{padding:2px 8px;border:1px solid #ccc}"
        "table{border-collapse:collapse}</style><p>★ no design is as accurate with fewer"
        f" parameters.</p><table><tr>{cells}</tr>{''.join(f'<tr>{r}</tr>' for r in rows)}</table>"
        "</html>\n"
    )
