"""From nothing to 99.0 % on MNIST as fast as NumPy can: ``python -m tests.race``.

Trains one small network once for each seed, on all 60,000 training images, and prints time and
accuracy on the 10,000 test images.  The clock starts when the images lie in memory and stops after
the last step; loading them and testing are counted apart.  The recipe was chosen by training on
50,000 of the training images and comparing on the other 10,000 (``--held-back``); the test images
were used for nothing but the last number.  On one core: ``OPENBLAS_NUM_THREADS=1``.
"""

import argparse
import time

import numpy as np

from cnnlib import blas
from cnnlib.datasets import batches, load_mnist
from cnnlib.initializers import small
from cnnlib.layers.activations import ReLU
from cnnlib.layers.dense import Dense
from cnnlib.layers.fastconv import FastConv2D
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import SoftmaxCrossEntropy
from cnnlib.network import Sequential
from cnnlib.optimizers import AdamW, one_cycle
from cnnlib.training import evaluate

BATCH, EPOCHS, RATE, WARM, DECAY = 100, 1.0, 0.02, 0.2, 0.02
FILTERS = (8, 24)


def network(rng):
    """Build a LeNet without a hidden layer, normalised: 9,000 parameters."""
    rng, (first, second) = np.random.default_rng(rng), FILTERS
    layers = [FastConv2D(1, first, 5, rng=rng), MaxPool2D(2), BatchNorm(first), ReLU()]
    layers += [FastConv2D(first, second, 5, rng=rng), MaxPool2D(2), BatchNorm(second), ReLU()]
    layers += [Flatten(), Dense(second * 4 * 4, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


def train(net, images, labels, seed):
    """Train for EPOCHS epochs, the last one perhaps not to its end."""
    steps = round(EPOCHS * len(images) / BATCH)
    optimizer = AdamW(one_cycle(RATE, steps, warm=WARM), beta2=0.99, weight_decay=DECAY)
    loss, rng = SoftmaxCrossEntropy(), np.random.default_rng(seed)
    with net.mode(training=True, input_gradient=False):
        while optimizer.steps < steps:
            for x, wanted in batches(images, labels, BATCH, rng):
                loss.forward(net.forward(x), wanted)
                net.backward(loss.backward())
                optimizer.step(net.params, net.grads)
                if optimizer.steps == steps:
                    break


def run(seed, data, test):
    """Train and test once; returns accuracy in %, seconds on the wall and of all processors."""
    net = network(seed)
    start = time.perf_counter(), time.process_time()
    train(net, *data, seed)
    taken = time.perf_counter() - start[0], time.process_time() - start[1]
    return 100 * evaluate(net, *test)[1], *taken


def spread(values):
    """Write mean, deviation and range."""
    deviation = f" ± {np.std(values, ddof=1):.2f}" if len(values) > 1 else ""
    return f"{np.mean(values):.2f}{deviation} ({min(values):.2f} to {max(values):.2f})"


def parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m tests.race", description=__doc__)
    parser.add_argument("--seeds", type=int, default=30, help="how many runs, seeds 0, 1, ... (30)")
    parser.add_argument("--held-back", action="store_true", help="choose: 50,000 against 10,000")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
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
