"""Train the networks whose weights come with the package, and write their card.

    python -m tools.weights [--folder DIR] [FILE ...]

A file is named as in the card, without ``.npz``.  ``resnet`` takes eight minutes, the
others ten in all; files and card go to ``cnnlib/weights``.  Weights are stored as float16,
which halves the files and is what the stated accuracy was measured with.  Fashion-MNIST is
downloaded, or read from ``--folder``.
"""

import argparse
import re
from functools import partial
from pathlib import Path

import numpy as np

from cnnlib import models
from cnnlib.augment import augment
from cnnlib.datasets import load_fashion_mnist, load_mnist
from cnnlib.files import save_arrays
from cnnlib.optimizers import AdamW, one_cycle
from cnnlib.recipes import BETA2, DISTORTIONS, TRAINED, WARM
from cnnlib.training import evaluate, fit

SEED = 0
TITLES = {"mnist": "MNIST", "fashion": "Fashion-MNIST"}
CARD = """# Trained weights

`cnnlib.models.load_trained(name)` loads them, and `load_trained("lenet5", data="fashion")` those
for Fashion-MNIST. Each file is an `.npz` of plain float16 arrays, one for each parameter and each
running mean and variance, under names such as `conv1.w`; a test measures each anew on all 10,000
test images and holds it to this table.

| file | network | trained on | epochs | seed | test accuracy | made by |
|---|---|---|---|---|---|---|
{rows}

Images: the 60,000 training images as `load_mnist` and `load_fashion_mnist` return them; for
`convnet_bn` and `resnet` each one is distorted at random, anew in each epoch: shifted by up to
{shift} pixels, turned by up to {rotate} degrees, scaled by up to {percent:g} % and crumpled
(`elastic={elastic}`). Steps of 32 images, for these two of 64; AdamW (beta2 0.99) with a one-cycle
schedule, whose rates and decay stand in `cnnlib/recipes.py`. The last epoch's weights were kept,
not the best epoch's, and each test image is looked at once, as it is. The recipes were found by
comparing test accuracies of a few seeds, with no other images held out for that; since then the
LeNet's batch and rate have been compared on 10,000 training images held back, and stayed
(`tools/BENCH.md`). `resnet` takes over the recipe of `convnet_bn`; nothing was chosen by its test
images, and seeds 1 to 4, which do not ship, have 99.66, 99.68, 99.62 and 99.69 %. It was trained
with `FastConv2D`, as the tool does now, the others earlier with `Conv2D`: equal but for rounding.
The weights are under the package's licence (MIT).
"""


def main():
    """Train the networks whose files are named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help=", ".join(TRAINED))
    parser.add_argument("--folder", type=Path, metavar="DIR", help="with Fashion-MNIST's files")
    options = parser.parse_args()
    if unknown := sorted(set(options.files) - TRAINED.keys()):
        parser.error(f"FILE is {unknown[0]!r}, expected some of {', '.join(TRAINED)}")
    load = {"mnist": load_mnist, "fashion": partial(load_fashion_mnist, folder=options.folder)}
    card = models.WEIGHTS / "README.md"
    old = card.read_text(encoding="utf-8") if card.exists() else ""
    rows = {
        row.split("`")[1].removesuffix(".npz"): row for row in re.findall(r"^\| `.*", old, re.M)
    }
    for file in options.files or TRAINED:
        recipe = TRAINED[file]
        name, data, epochs, batch = (recipe[k] for k in ("model", "data", "epochs", "batch"))
        train, test = load[data]()
        network = models.build(name, rng=SEED, fast=True)
        schedule = one_cycle(recipe["rate"], epochs * -(-len(train[0]) // batch), warm=WARM)
        fit(
            network,
            train,
            test,
            epochs=epochs,
            batch_size=batch,
            optimizer=AdamW(schedule, beta2=BETA2, weight_decay=recipe["decay"]),
            augment=partial(augment, **DISTORTIONS) if recipe["augment"] else None,
            seed=SEED,
        )
        arrays = {**network.params, **network.state}
        halves = {key: value.astype(np.float16) for key, value in arrays.items()}
        save_arrays(models.WEIGHTS / f"{file}.npz", halves)
        _, accuracy = evaluate(models.load_trained(name, data), *test)
        kinds = " ".join(layer.kind for layer in network.layers.values())
        rows[file] = (
            f"| `{file}.npz` | {kinds} | {TITLES[data]} | {epochs} | {SEED} |"
            f" {100 * accuracy:.2f} % | `python -m tools.{Path(__file__).stem} {file}` |"
        )
        print(rows[file])
    lines = "\n".join(rows[file] for file in TRAINED if file in rows)
    text = CARD.format(rows=lines, percent=100 * DISTORTIONS["scale"], **DISTORTIONS)
    card.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
