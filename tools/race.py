"""From nothing to 99.0 % on MNIST as fast as NumPy can: ``python -m tools.race``.

Trains one small network once for each seed and prints time and accuracy on the 10,000 test images.
A plain network first finds the fifth of the 60,000 training images that it is least sure of.  The
clock starts when the images lie in memory, before that, and stops after the last step; loading and
testing are not counted.  The recipe was chosen by training on 50,000 of the training images and
comparing on the other 10,000 (``--held-back``); an early, smaller one had been seen to stay below
99 % on the test images.  On one core: ``OPENBLAS_NUM_THREADS=1``.

``--ladder`` measures what each idea brought and writes it down for lesson 08.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from cnnlib import blas, reference
from cnnlib.datasets import batches, load_mnist
from cnnlib.files import save_arrays
from cnnlib.im2col import im2col
from cnnlib.initializers import small
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.fastconv import FastConv2D
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import SoftmaxCrossEntropy, softmax
from cnnlib.models import lenet5
from cnnlib.network import Sequential
from cnnlib.optimizers import AdamW, one_cycle
from cnnlib.training import evaluate, predict

HARDEST = 0.2  # share of the images that are trained on
EARLY = 0.2  # share of the steps in which the first layers learn
WARM, DECAY = 0.2, 0.02
RECIPE = {"epochs": 2.2, "batch": 50, "rate": 0.02, "first": 3}
JUDGE = {"epochs": 1, "batch": 250, "rate": 0.01}
FILTERS = (8, 32)
BATCH = 100  # of the ladder
LADDER = Path(__file__).resolve().parent.parent / "cnnlib" / "data" / "ladder.npz"


def network(rng, in_one=True):
    """Build a LeNet without a hidden layer, normalised: 11,900 parameters."""
    rng, (first, second) = np.random.default_rng(rng), FILTERS
    if in_one:
        layers = [PooledConv(1, first, 5, rng=rng)]
    else:
        layers = [FastConv2D(1, first, 5, rng=rng), MaxPool2D(2)]
    layers += [BatchNorm(first), ReLU()]
    layers += [FastConv2D(first, second, 5, rng=rng), MaxPool2D(2), BatchNorm(second), ReLU()]
    layers += [Flatten(), Dense(second * 4 * 4, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


class PooledConv(Conv2D):
    """Conv2D and MaxPool2D(2) in one, for a first layer: more products in less time.

    A patch of K + 1 by K + 1 pixels holds what the four outputs of a window see.  So there is a
    quarter of the patches, each filter comes four times, and the pool compares whole rows.
    Where outputs of a window are equal (blank paper) all of them count.
    """

    def forward(self, x):
        w, (F, OH, OW) = self.params["w"], self.output_shape(x.shape[1:])
        K = w.shape[-1]
        self.cols = im2col(x, K + 1, stride=2, out=self.cols)
        moved = np.zeros((2, 2, *w.shape[:2], K + 1, K + 1), w.dtype)
        for i, j in np.ndindex(2, 2):
            moved[i, j, :, :, i : i + K, j : j + K] = w
        outputs = (moved.reshape(4 * F, -1) @ self.cols).reshape(4, F, -1)
        y = outputs.max(axis=0)
        self.winners = outputs == y
        y += self.params["b"][:, None]
        return y.reshape(F, OH, OW, len(x)).transpose(3, 0, 1, 2)

    def backward(self, dy):
        w = self.params["w"]
        F, C, K, _ = w.shape
        dy = dy.transpose(1, 2, 3, 0).reshape(F, -1)
        dmoved = self.cols @ (self.winners * dy).reshape(4 * F, -1).T
        dmoved = dmoved.T.reshape(2, 2, F, C, K + 1, K + 1)
        corners = (dmoved[i, j, :, :, i : i + K, j : j + K] for i, j in np.ndindex(2, 2))
        self.grads = {"w": sum(corners), "b": dy.sum(axis=1)}

    def output_shape(self, shape):
        F, OH, OW = super().output_shape(shape)
        return F, OH // 2, OW // 2


def train(net, images, labels, seed, epochs, batch, rate, first=0):
    """Train for some epochs, the last one perhaps not to its end.

    The first layers, ``first`` of them, learn in the ``EARLY`` share of the steps only; from then
    on no gradient has to go back that far.  ``tools/BENCH.md`` has what that costs.
    """
    steps = round(epochs * len(images) / batch)
    optimizer = AdamW(one_cycle(rate, steps, warm=WARM), beta2=0.99, weight_decay=DECAY)
    loss, rng, finished = SoftmaxCrossEntropy(), np.random.default_rng(seed), Sequential([])
    with net.mode(training=True, input_gradient=False):
        while optimizer.steps < steps:
            for x, wanted in batches(images, labels, batch, rng):
                if first and optimizer.steps == round(EARLY * steps):
                    finished, net = split(net, first)
                    finished.training = False
                loss.forward(net.forward(finished.forward(x)), wanted)
                net.backward(loss.backward())
                optimizer.step(net.params, net.grads)
                if optimizer.steps == steps:
                    break


def split(net, first):
    """Divide a network in two, which keep the names of their layers."""
    parts = Sequential([]), Sequential([])
    for place, (name, layer) in enumerate(net.layers.items()):
        parts[place >= first].layers[name] = layer
    parts[1].input_gradient = False
    return parts


def hardest(images, labels, seed):
    """Find the images that a plain network, trained for a moment, is least sure of.

    It sees every other pixel.  ``tools/BENCH.md`` holds shares of the images against all of them.
    """
    images, rng = np.ascontiguousarray(images[:, :, ::2, ::2]), np.random.default_rng(seed)
    layers = [Flatten(), Dense(14 * 14, 64, rng=rng), ReLU(), Dense(64, 10, init=small, rng=rng)]
    judge = Sequential(layers, input_shape=(1, 14, 14))
    train(judge, images, labels, seed, **JUDGE)
    right = softmax(predict(judge, images))[np.arange(len(labels)), labels]
    return np.argsort(right)[: round(HARDEST * len(labels))]


def run(seed, data, test):
    """Train and test once; returns accuracy in %, seconds on the wall and of all processors."""
    images, labels = data
    start = time.perf_counter(), time.process_time()
    net = network(seed)
    hard = hardest(images, labels, seed)
    train(net, images[hard], labels[hard], seed, **RECIPE)
    taken = time.perf_counter() - start[0], time.process_time() - start[1]
    return 100 * evaluate(net, *test)[1], *taken


# --------------------------------------------------------------------------- the ladder


class LoopConv(Conv2D):
    """Convolution as lesson 01 writes it first."""

    def forward(self, x):
        self.x = x
        return reference.conv2d(x, self.params["w"], self.params["b"])

    def backward(self, dy):
        dx, *gradients = reference.conv2d_backward(dy, self.x, self.params["w"])
        self.grads = dict(zip("wb", gradients, strict=True))
        return dx


class RowConv(Conv2D):
    """Convolution with the batch axis first in memory and a patch as a row, the usual way."""

    def forward(self, x):
        w, self.x_shape = self.params["w"], x.shape
        (N, C, H, W), (F, _, K, _) = x.shape, w.shape
        OH, OW = H - K + 1, W - K + 1
        cols = np.empty((N, C, K, K, OH, OW), x.dtype)
        for kh, kw in np.ndindex(K, K):
            cols[:, :, kh, kw] = x[:, :, kh : kh + OH, kw : kw + OW]
        self.rows = cols.transpose(0, 4, 5, 1, 2, 3).reshape(N * OH * OW, -1)
        y = self.rows @ w.reshape(F, -1).T + self.params["b"]
        return np.ascontiguousarray(y.reshape(N, OH, OW, F).transpose(0, 3, 1, 2))

    def backward(self, dy):
        w = self.params["w"]
        (N, F, OH, OW), K = dy.shape, w.shape[2]
        dy = dy.transpose(0, 2, 3, 1).reshape(-1, F)
        self.grads = {"w": (self.rows.T @ dy).T.reshape(w.shape), "b": dy.sum(axis=0)}
        if not self.input_gradient:
            return None
        cols = (dy @ w.reshape(F, -1)).reshape(N, OH, OW, -1, K, K).transpose(0, 3, 4, 5, 1, 2)
        dx = np.zeros(self.x_shape, dy.dtype)
        for kh, kw in np.ndindex(K, K):
            dx[:, :, kh : kh + OH, kw : kw + OW] += cols[:, :, kh, kw]
        return dx


def lenet_of(conv):
    """Build the LeNet with another class of convolutions, ReLU before the pool."""
    net = lenet5(rng=0)
    for layer in (net["conv1"], net["conv2"]):
        layer.__class__ = conv
    return net


def per_image(net, dtype=np.float32, batch=BATCH, steps=20, first=0):
    """Measure the CPU time of the quickest training step, in microseconds for each image."""
    finished, net = split(net.astype(dtype), first)
    rng = np.random.default_rng(0)
    x, labels = rng.random((batch, 1, 28, 28)).astype(dtype), rng.integers(0, 10, batch)
    loss, optimizer, times = SoftmaxCrossEntropy(), AdamW(1e-3), []
    with net.mode(training=True, input_gradient=False):
        for _ in range(steps):
            start = time.process_time()
            loss.forward(net.forward(finished.forward(x)), labels)
            net.backward(loss.backward())
            optimizer.step(net.params, net.grads)
            times.append(time.process_time() - start)
    return 1e6 * min(times) / batch


def with_kernels(name, batch):
    """Measure `RowConv` in float64, in a process whose OpenBLAS uses other kernels."""
    code = f"from tools.race import *; print(per_image(lenet_of(RowConv), np.float64, {batch}))"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"OPENBLAS_CORETYPE": name},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return float(result.stdout)


def ladder():
    """Yield what each rung changes, and microseconds of CPU time for each image trained on."""
    yield "LeNet, plain loops", per_image(lenet_of(LoopConv), batch=1, steps=1)
    yield "one product, a patch a row, float64, SSE", with_kernels("Nehalem", batch=1)
    yield "100 images at a step", with_kernels("Nehalem", BATCH)
    yield "OpenBLAS's kernels for this processor", per_image(lenet_of(RowConv), np.float64)
    yield "float32", per_image(lenet_of(RowConv))
    yield "batch axis last, a patch a column", per_image(lenet_of(Conv2D))
    yield "Winograd", per_image(lenet_of(FastConv2D))
    yield "pool before ReLU", per_image(lenet5(rng=0, fast=True))
    yield "the race's network", per_image(network(0, in_one=False))
    yield "its first convolution and pool in one", per_image(network(0))
    yield "nothing back to its first layers", per_image(network(0), first=RECIPE["first"])


def spread(values):
    """Write mean, deviation and range."""
    deviation = f" ± {np.std(values, ddof=1):.2f}" if len(values) > 1 else ""
    return f"{np.mean(values):.2f}{deviation} ({min(values):.2f} to {max(values):.2f})"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.race", description=__doc__)
    parser.add_argument("--seeds", type=int, default=30, help="how many runs, seeds 0, 1, ... (30)")
    parser.add_argument("--held-back", action="store_true", help="choose: 50,000 against 10,000")
    parser.add_argument("--ladder", action="store_true", help="what each idea brought; no race")
    options = parser.parse_args(arguments)
    if options.ladder:
        costs = {}
        for name, cost in [*ladder(), *ladder()]:  # the quicker of two passes: others work, too
            costs[name] = min(cost, costs.get(name, cost))
        for name, cost in costs.items():
            print(f"{cost:12,.0f} us an image: {name}")
        names, numbers = list(costs), list(costs.values())
        save_arrays(LADDER, {"rung": np.array(names), "microseconds": np.array(numbers)})
        return
    start = time.perf_counter()
    data, test = load_mnist()
    print(f"loading took {time.perf_counter() - start:.2f} s, which is not counted")
    if options.held_back:
        order = np.random.default_rng(99).permutation(len(data[0]))
        held, rest = order[:10000], order[10000:]
        data, test = [part[rest] for part in data], [part[held] for part in data]
    results = []
    for seed in range(options.seeds):
        results.append(run(seed, data, test))
        accuracy, wall, cpu = results[-1]
        print(f"seed {seed}: {accuracy:.2f} %, {wall:.2f} s, {cpu:.2f} s CPU", flush=True)
    accuracies, walls, cpus = zip(*results, strict=True)
    threads = blas.openblas("get_num_threads") or (lambda: "unknown")
    print(f"{options.seeds} seeds, {threads()} threads: {spread(accuracies)} %")
    print(f"seconds: {spread(walls)}; of all processors: {spread(cpus)}")


if __name__ == "__main__":
    main()
