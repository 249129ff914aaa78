"""Learn colour filters from photographs, and record them for lesson 06.

    python -m tools.colour [NAME ...]

A small network gets patches of seven photographs and has to say which photograph each is from. It
learns from the left halves and is measured on the right halves. Three networks, three seeds each:

small      the first layer starts near 0, so that what it shows at the end was learned
ordinary   the first layer starts as every layer of the package does
frozen     the first layer keeps its ordinary start: what can be learned without learning filters

The result goes to ``cnnlib/data/colour.npz``. A run takes one to two minutes on one core.
"""

import sys
from pathlib import Path

import numpy as np

from cnnlib import initializers
from cnnlib.datasets import load_photographs
from cnnlib.files import load_arrays, save_arrays
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential
from cnnlib.optimizers import AdamW, one_cycle
from cnnlib.training import evaluate, fit

FILE = Path(__file__).resolve().parent.parent / "cnnlib" / "data" / "colour.npz"
SIZE, FILTERS, KERNEL, EPOCHS, SEEDS = 20, 24, 9, 8, 3
STARTS = ("small", "ordinary", "frozen")


def patches(photos, count, rng):
    """Draw patches, each less its mean colour and divided by its contrast, half of them mirrored.

    Returns
    -------
    (ndarray of shape (count, 3, SIZE, SIZE), ndarray of shape (count,))
        Flat ones, which nobody could tell apart, are drawn again.
    """
    _, _, H, W = photos.shape
    x, y = np.empty((count, 3, SIZE, SIZE), np.float32), rng.integers(len(photos), size=count)
    for n in range(count):
        contrast = 0
        while contrast < 0.06:
            row, column = rng.integers(H - SIZE + 1), rng.integers(W - SIZE + 1)
            patch = photos[y[n], :, row : row + SIZE, column : column + SIZE]
            contrast = patch.std()
        patch = patch - patch.mean(axis=(1, 2), keepdims=True)
        x[n] = (patch / (patch.std() + 0.05))[..., :: rng.choice([-1, 1])]
    return x, y


def network(start, classes, seed):
    """Return the network: two convolutions of which the first has 24 filters of 9 x 9 x 3."""
    rng = np.random.default_rng(seed)
    init = initializers.small if start == "small" else initializers.he
    first = Conv2D(3, FILTERS, KERNEL, init=init, rng=rng)
    layers = [first, BatchNorm(FILTERS), ReLU(), MaxPool2D(2)]
    layers += [Conv2D(FILTERS, 32, 3, rng=rng), BatchNorm(32), ReLU(), MaxPool2D(2)]
    layers += [Flatten(), Dense(32 * 4, classes, rng=rng)]
    return Sequential(layers, input_shape=(3, SIZE, SIZE))


def train(start, seed, train, test, classes):
    """Train one network.

    Returns
    -------
    dict of str to ndarray
        ``filters``, its first layer at the end; ``accuracy`` on ``test``.
    """
    net = network(start, classes, seed)
    first = next(iter(net.layers.values()))
    before = first.params["w"].copy()

    def hold(run):
        first.params["w"][...] = before

    rule = AdamW(one_cycle(4e-3, EPOCHS * len(train[0]) // 100), weight_decay=0.5)
    callbacks = [hold] if start == "frozen" else []
    fit(
        net, train, epochs=EPOCHS, batch_size=100, optimizer=rule, seed=seed, callbacks=callbacks,
        progress=False,
    )  # fmt: skip
    return {"filters": first.params["w"], "accuracy": evaluate(net, *test)[1]}


def main(names):
    """Do the runs named, such as ``small0``, or all, and record each as it ends."""
    runs = [f"{start}{seed}" for start in STARTS for seed in range(SEEDS)]
    if unknown := sorted(set(names) - set(runs)):
        print(f"no run {unknown[0]!r}, there are {', '.join(runs)}", file=sys.stderr)
        return 1
    photos = load_photographs()
    half = photos.shape[3] // 2
    rng = np.random.default_rng(0)
    data = patches(photos[..., :half], 24_000, rng), patches(photos[..., half:], 4_000, rng)
    for name in names or runs:
        found = train(name[:-1], int(name[-1]), *data, len(photos))
        print(f"{name}: {found['accuracy']:.2%}", flush=True)
        arrays = load_arrays(FILE) if FILE.exists() else {}
        save_arrays(FILE, arrays | {f"{name}/{key}": np.asarray(v) for key, v in found.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
