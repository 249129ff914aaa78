"""Train the networks whose weights come with the package, and write their card.

    python tools/weights.py [MODEL ...]

Takes a few minutes; files and card go to ``cnnlib/weights``.  Weights are stored as float16,
which halves the files and is what the stated accuracy was measured with.
"""

import re
import sys
from pathlib import Path

import numpy as np

from cnnlib import models
from cnnlib.datasets import load_mnist
from cnnlib.files import save_arrays
from cnnlib.optimizers import AdamW, one_cycle
from cnnlib.training import evaluate, fit

SEED, BATCH = 0, 32
# Epochs, highest rate, weight decay.
RECIPES = {"mlp": (16, 0.003, 0), "simple_convnet": (4, 0.003, 0.1), "lenet5": (5, 0.006, 0.1)}
CARD = """# Trained weights

`cnnlib.models.load_trained(name)` loads them. Each file is an `.npz` of plain float16 arrays, one
for each parameter, under names such as `conv1.w`; a test measures each anew on the 10,000 test
images of MNIST and holds it to this table.

| file | network | trained on | epochs | seed | test accuracy | made by |
|---|---|---|---|---|---|---|
{rows}

Images: the 60,000 training images of MNIST as `load_mnist` returns them, nothing added; steps of
{batch} images, AdamW (beta2 0.99) with a one-cycle schedule, whose rates and decay stand in
`tools/weights.py`. The weights are under the package's licence (MIT).
"""


def main(names):
    """Train the networks named, or all of them."""
    train, test = load_mnist()
    card = models.WEIGHTS / "README.md"
    old = card.read_text(encoding="utf-8") if card.exists() else ""
    rows = {
        row.split("`")[1].removesuffix(".npz"): row for row in re.findall(r"^\| `.*", old, re.M)
    }
    for name in names or RECIPES:
        epochs, rate, decay = RECIPES[name]
        network = models.build(name, rng=SEED)
        schedule = one_cycle(rate, epochs * -(-len(train[0]) // BATCH), warm=0.2)
        rule = AdamW(schedule, beta2=0.99, weight_decay=decay)
        fit(network, train, test, epochs=epochs, batch_size=BATCH, optimizer=rule, seed=SEED)
        halves = {key: value.astype(np.float16) for key, value in network.params.items()}
        save_arrays(models.WEIGHTS / f"{name}.npz", halves)
        _, accuracy = evaluate(models.load_trained(name), *test)
        kinds = " ".join(layer.kind for layer in network.layers.values())
        rows[name] = (
            f"| `{name}.npz` | {kinds} | MNIST | {epochs} | {SEED} | {100 * accuracy:.2f} % |"
            f" `python tools/{Path(__file__).name} {name}` |"
        )
        print(rows[name])
    lines = "\n".join(rows[name] for name in RECIPES if name in rows)
    card.write_text(CARD.format(rows=lines, batch=BATCH), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
