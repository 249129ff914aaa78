"""What tests/test_distributed.py starts in several processes: a short training run, in float64.

    mpiexec -n 2 python -m tests.mpi_worker FOLDER NAME [--stop STEP] [--die EPOCH] [--resume]

Each process writes what it ended with to ``FOLDER/NAME-RANK.npz``; NAME chooses the network.
"""

import argparse
import contextlib
import os
import signal

import numpy as np

from cnnlib.distributed import SharedRun, launched, world
from cnnlib.interrupt import Interrupted
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential
from cnnlib.optimizers import Adam
from cnnlib.training import Run, fit

IMAGES, BATCH, EPOCHS = 102, 10, 3  # the last batch has 2 images: of 4 processes, 2 get none


def network(name):
    layers = [BatchNorm(1)] if name == "norm" else []
    layers += [Conv2D(1, 3, 3, rng=0), ReLU(), Flatten(), Dense(108, 12, rng=1)]
    layers += [Dropout(0.5, rng=5)] if name == "dropout" else []
    layers += [ReLU(), Dense(12, 4, rng=2)]
    return Sequential(layers, (1, 8, 8)).astype(np.float64)


def data(images=IMAGES):
    rng = np.random.default_rng(3)
    return rng.random((images, 1, 8, 8)), rng.integers(0, 4, images)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("name")
    parser.add_argument("--stop", type=int)
    parser.add_argument("--die", type=int)
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    rank = world().Get_rank() if launched() else 0
    last = world().Get_size() - 1 if launched() else 0

    def callback(run):
        if rank == last and len(run.history.losses) == options.stop:
            run.stop = True
        if rank == last and run.epoch == options.die and run.batch == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    net, checkpoint = network(options.name), f"{options.folder}/checkpoint.npz"
    with contextlib.suppress(Interrupted):
        history = fit(
            net,
            data(),
            data(20),
            epochs=EPOCHS,
            batch_size=BATCH,
            optimizer=Adam(0.01),
            callbacks=[callback],
            progress=False,
            checkpoint=checkpoint,
            resume=options.resume,
            loop=SharedRun if launched() else Run,
        )
    arrays = net.weights() | {"losses": np.array(history.losses)}
    np.savez(f"{options.folder}/{options.name}-{rank}.npz", **arrays)


if __name__ == "__main__":
    main()
