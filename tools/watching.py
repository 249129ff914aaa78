"""Callbacks that keep what experiments ask of a run beside its accuracy at the end."""

import numpy as np

from cnnlib.interpret import activations
from cnnlib.losses import softmax
from cnnlib.training import evaluate, predict


def moved(x, down, right):
    """Move images by whole pixels over blank paper."""
    y = np.zeros_like(x)
    H, W = x.shape[2:]
    y[:, :, max(down, 0) : H + min(down, 0), max(right, 0) : W + min(right, 0)] = x[
        :, :, max(-down, 0) : H + min(-down, 0), max(-right, 0) : W + min(-right, 0)
    ]
    return y


class Watch:
    """A callback that measures the network on the first test images now and then."""

    def __init__(self, test):
        self.part, self.tested = (test[0][:1000], test[1][:1000]), []

    def __call__(self, run):
        steps = len(run.history.losses)
        if run.batch and steps % 125 == 0:
            self.tested.append((steps, evaluate(run.network, *self.part)[1]))


class EachEpoch:
    """A callback that keeps, after each epoch, accuracy and mean confidence on the test images."""

    def __init__(self, train, held_back, test):
        self.test, self.found = test, []

    def __call__(self, run):
        if run.batch == 0:
            scores = predict(run.network, self.test[0]).astype(np.float64)
            sure = softmax(scores).max(axis=1)
            right = scores.argmax(axis=1) == self.test[1]
            self.found.append((right.mean(), sure.mean()))

    @property
    def arrays(self):
        return {"by_epoch": np.array(self.found)}


class Shifts:
    """A callback that keeps, at the end, the accuracy on test images moved by 0 to 3 pixels.

    Every test image is moved once: up, left, down or right, in turn.
    """

    def __init__(self, train, held_back, test):
        self.test = test

    def __call__(self, run):
        if run.batch == 0 and run.epoch == 2:
            x, labels = self.test
            found = []
            for shift in range(4):
                y = np.empty_like(x)
                for k, (down, right) in enumerate([(-1, 0), (0, -1), (1, 0), (0, 1)]):
                    y[k::4] = moved(x[k::4], shift * down, shift * right)
                found.append(evaluate(run.network, y, labels)[1])
            self.arrays = {"by_shift": np.array(found)}


class Alive:
    """A callback that keeps, every 250 steps, what units answer most on 2,000 training images."""

    layers = ("relu1", "relu2", "relu3")

    def __init__(self, train, held_back, test):
        self.x, self.found, self.norms, self.at = held_back[0][:2000], [], [], []

    def __call__(self, run):
        steps = len(run.history.losses)
        if run.batch and steps % 250 == 0 or steps == 1:
            most = {name: [] for name in self.layers}
            for start in range(0, len(self.x), 500):
                for name, y in run.network.steps(self.x[start : start + 500]):
                    if name in most:
                        most[name].append(y.max(axis=(0, 2, 3) if y.ndim == 4 else 0))
            self.at.append(steps)
            self.found.append(np.concatenate([np.max(most[n], axis=0) for n in self.layers]))
            filters = [run.network[name].params["w"] for name in ("conv1", "conv2")]
            self.norms.append(
                np.concatenate([np.sqrt((w**2).sum(axis=(1, 2, 3))) for w in filters])
            )

    @property
    def arrays(self):
        return {
            "at": np.array(self.at),
            "most": np.array(self.found, np.float32),
            "strength": np.array(self.norms, np.float32),
        }


class Forming:
    """A callback that keeps, now and then, conv1's filters and their greatest answers.

    The answers are those to 2,000 of the last images, on which a run of all 60,000 trains, too;
    one of at most 0 is silence behind the ReLU.
    """

    early, every = (1, 50, 100, 150, 200), 250

    def __init__(self, train, held_back, test):
        self.x, self.at, self.filters, self.most = held_back[0][:2000], [], [], []

    def __call__(self, run):
        steps = len(run.history.losses)
        if run.batch and (steps in self.early or steps % self.every == 0):
            self.at.append(steps)
            self.filters.append(run.network["conv1"].params["w"][:, 0].astype(np.float16))
            answers = activations(run.network, self.x, "conv1")
            self.most.append(answers.max(axis=(0, 2, 3)))

    @property
    def arrays(self):
        return {
            "at": np.array(self.at),
            "filters": np.array(self.filters),
            "most": np.array(self.most, np.float32),
        }
