"""Explorers of lesson 04: one gradient on its way back, the step of a nudge, the hunt for bugs."""

import copy
import functools

import numpy as np

from cnnlib.datasets import batches, load_mnist
from cnnlib.gradcheck import numerical_gradient
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import SoftmaxCrossEntropy, softmax
from cnnlib.network import Sequential
from cnnlib.optimizers import Adam
from cnnlib.plots.backprop import backprop_stages, comparison, secant
from cnnlib.widgets.base import Explorer, choice, slider, within

DIGITS = (18, 0, 1, 3, 4, 8, 11, 9)  # of the test images; the first one is hard to read
STOPS = ("nothing", "the probabilities", "the scores", "pool", "relu", "conv", "the input")


@functools.cache
def small_network():
    """Train a convolution of four 5x5 filters, ReLU, pooling and a dense layer for a second.

    Returns
    -------
    (Sequential, ndarray of shape (K, 1, 28, 28), ndarray of shape (K,))
        The network, float32; test images to look at, and their labels.
    """
    rng = np.random.default_rng(0)
    layers = [Conv2D(1, 4, 5, rng=rng), ReLU(), MaxPool2D(2), Flatten(), Dense(576, 10, rng=rng)]
    network, loss, optimizer = Sequential(layers, (1, 28, 28)), SoftmaxCrossEntropy(), Adam(0.003)
    (x_train, y_train), (x_test, y_test) = load_mnist()
    network.input_gradient = False
    for x, labels in batches(x_train[:4000], y_train[:4000], 100, rng):
        loss.forward(network.forward(x), labels)
        network.backward(loss.backward())
        optimizer.step(network.params, network.grads)
    return network, x_test[list(DIGITS)], y_test[list(DIGITS)]


class BackpropExplorer(Explorer):
    """Follow the gradient of the loss back through a small network, stage by stage.

    All of it, or what flows through one pixel alone: that shows which way pooling sends it,
    whether ReLU lets it pass and over which patch of the input the filter spreads it.
    """

    hint = (
        "Press play: the gradient walks from the loss back to the input. Move row and column to "
        "follow another pixel; ask for another label; then follow all pixels at once."
    )
    plays = {"step": 1000}

    def make_controls(self):
        self.network, self.images, self.labels = copy.deepcopy(small_network())
        digits = [
            (f"image {i} (a {label})", k)
            for k, (i, label) in enumerate(zip(DIGITS, self.labels, strict=True))
        ]
        follows = [(f"one pixel of {name}", name) for name in ("pool", "conv")]
        return {
            "digit": choice("digit", digits),
            "label": slider("label", int(self.labels[0]), 0, 9),
            "follow": choice("follow", [*follows, ("all pixels", "all")]),
            "filter": slider("filter", 1, 0, 3),
            "row": slider("row", 4, 0, 23),
            "column": slider("column", 7, 0, 23),
            "step": slider("step", 6, 0, 6),
        }

    def agree(self, moved):
        """Ask for a new digit's own label; let rows and columns end where the map does."""
        controls = self.controls
        if moved == "digit":
            controls["label"].value = int(self.labels[controls["digit"].value])
        most = {"pool": 11, "conv": 23, "all": 23}[controls["follow"].value]
        controls["row"].max = controls["column"].max = most

    def pointed(self, name, x, y):
        """Follow the pixel of pool, of conv or of relu that is pointed at."""
        follow = {"pool": "pool", "conv": "conv", "relu": "conv"}.get(name)
        if follow is None:
            return {}
        most = 11 if follow == "pool" else 23
        return {"follow": follow, "row": within(y, most), "column": within(x, most)}

    def draw(self, digit, label, follow, filter, row, column, step):
        """Draw values above and gradients below; see the class."""
        values, gradients, loss = self.passes(digit, label, follow, filter, row, column)
        spot, frames = self.path(follow, filter, row, column)
        stages = []
        for name in ("x", "conv", "relu", "pool", "scores", "p"):
            channel = 0 if name == "x" else filter
            pair = (
                a[name][0, channel] if a[name].ndim == 4 else a[name][0]
                for a in (values, gradients)
            )
            stages.append((name, *pair, frames.get(name, [])))
        p = values["p"][0]
        title = f"The gradient has come back to {STOPS[step]}" if step else "The loss is computed"
        text = (
            f"The network reads a {p.argmax()} (probability {p.max():.2f}); the label asked for "
            f"is {label} (probability {p[label]:.2f}), so the loss is {loss:.2f}."
        )
        text += f" {title}." if step < 6 else ""
        if follow == "all":
            text += f" Gradient of all pixels; filter {filter} is shown."
        else:
            story = self.story(values, gradients, filter, follow, row, column, spot)
            text = " ".join([text, *story[: max(0, step - 2)]])  # it begins at pool
        return backprop_stages(stages, step, title), text

    def passes(self, digit, label, follow, filter, row, column):
        """Run forward and backward; keep one pixel's gradient only, if one is followed."""
        x = self.images[digit : digit + 1]
        values = {"x": x}
        names = {"conv1": "conv", "relu1": "relu", "pool1": "pool", "dense1": "scores"}
        for name, y in self.network.steps(x):
            if name in names:
                values[names[name]] = y
        loss = SoftmaxCrossEntropy()
        number = loss.forward(values["scores"], np.array([label]))
        values["p"] = softmax(values["scores"])
        dp = np.zeros_like(values["p"])
        dp[0, label] = -1 / values["p"][0, label]
        gradients = {"p": dp, "scores": loss.backward()}
        only = np.zeros((1, 4, 24, 24), np.float32)
        only[0, filter, row : row + 1, column : column + 1] = 1
        d = self.network["flatten1"].backward(self.network["dense1"].backward(gradients["scores"]))
        if follow == "pool":
            d = d * only[:, :, :12, :12]
        gradients["pool"] = d
        d = self.network["pool1"].backward(d)
        gradients["relu"] = d = d * only if follow == "conv" else d
        gradients["conv"] = d = self.network["relu1"].backward(d)
        gradients["x"] = self.network["conv1"].backward(d)
        return values, gradients, number

    def path(self, follow, filter, row, column):
        """Return the pixel of conv that is followed, and what to outline at each stage."""
        if follow == "all":
            return None, {}
        if follow == "pool":
            winner = int(self.network["pool1"].winner[filter, row, column, 0])
            window, spot = (row, column), (2 * row + winner // 2, 2 * column + winner % 2)
        else:
            window, spot = (row // 2, column // 2), (row, column)
        frames = {
            "pool": [(*window, 1, 1)],
            "relu": [(2 * window[0], 2 * window[1], 2, 2)],
            "conv": [(*spot, 1, 1)],
            "x": [(*spot, 5, 5)],
        }
        return spot, frames

    def story(self, values, gradients, filter, follow, row, column, spot):
        """Tell one pixel's way back, a sentence for each stage from pool on."""
        window = (spot[0] // 2, spot[1] // 2)
        arriving = gradients["pool"][0, filter, *window]
        y, sent = (a["relu"][0, filter, *spot] for a in (values, gradients))
        passed = gradients["conv"][0, filter, *spot]
        text = [f"Pixel {window} of pool, filter {filter}, has the gradient {arriving:.3g}."]
        if follow == "conv" and sent == 0:
            lost = f"Pixel {spot} did not win its window: it gets 0, and so does the input."
            return [*text, lost]
        text += [f"The maximum of its window was at {spot}, which gets all of it."]
        if passed == 0:
            return [*text, "ReLU's output is 0 there, so nothing passes and the input gets 0."]
        return [
            *text,
            f"ReLU's output there is {y:.2f}, above 0, so it passes.",
            f"The filter times this number goes to rows {spot[0]} to {spot[0] + 4}, columns"
            f" {spot[1]} to {spot[1] + 4} of the input; the largest entry is"
            f" {np.abs(gradients['x']).max():.3g}.",
        ]


FUNCTIONS = {
    "exp(x) at 1": (np.exp, 1.0, np.e),
    "log(x) at 0.5": (np.log, 0.5, 2.0),
    "x * x * x at 0.7": (lambda x: x * x * x, 0.7, 3 * 0.7**2),
    "x * x at 1": (np.square, 1.0, 2.0),
    "ReLU(x) at 0.001": (lambda x: np.maximum(x, x.dtype.type(0)), 0.001, 1.0),
}


class GradientCheckExplorer(Explorer):
    """See what a nudge sees: curvature if it is large, steps of rounding if it is small."""

    hint = (
        "Make the step smaller, one power of ten at a time. Where does the function turn into "
        "stairs? Then compare float32, and ReLU, whose kink is 0.001 away."
    )
    plays = {"power": 800}

    def make_controls(self):
        return {
            "function": choice("function", list(FUNCTIONS)),
            "dtype": choice("dtype", ["float64", "float32"]),
            "power": slider("eps = 10 to the power", 0, -16, 0),
        }

    def draw(self, function, dtype, power):
        """Draw the function within two steps, and the error of all steps; see the class."""
        f, x, slope = FUNCTIONS[function]
        kind, eps = np.dtype(dtype).type, 10.0**power
        if f is np.log and eps >= x:
            raise ValueError(f"log needs x - eps above 0, and x is {x}, eps {eps:g}")
        steps = 10.0 ** np.arange(-16, 1)
        if f is np.log:
            steps = steps[steps < x]
        measured = [central(f, x, step, kind) for step in steps]
        errors = np.abs(np.array(measured) / slope - 1)
        here = int(np.argmin(np.abs(steps - eps)))
        places = np.linspace(-2, 2, 401)
        places = places[x + eps * places > 0] if f is np.log else places
        near = f(kind(x) + (eps * places).astype(kind)).astype(float)
        points = [float(f(kind(x) + kind(eps * side))) for side in (-1, 0, 1)]
        titles = (f"{function}, seen through a step of {eps:.0e}", "error of every step")
        figure = secant(
            *(places, near, points, slope * eps, steps, {dtype: errors}),
            *((eps, errors[here]), titles),
        )
        text = (
            f"Central difference with eps = {eps:.0e} in {dtype}: slope {measured[here]:.8g}, "
            f"true {slope:.8g}, relative error {errors[here]:.0e}. "
            f"The best step of this plot is {steps[np.argmin(errors)]:.0e}."
        )
        return figure, text


def central(f, x, eps, kind):
    """Measure a slope in one precision, every number of it rounded to that dtype."""
    above, below = f(kind(x) + kind(eps)), f(kind(x) - kind(eps))
    return float((above - below) / (kind(2) * kind(eps)))


class BugHuntExplorer(Explorer):
    """Hold what a suspect's backward pass returns to what nudging finds.

    Parameters
    ----------
    suspects : dict of str to Layer
        In float64.
    evidence : function of (str, str)
        Makes an input for a suspect's letter and a kind of input.
    kinds : sequence of str
        The kinds of input.
    """

    hint = (
        "Pick a suspect and one of its gradients. Where is the difference, and is it one factor "
        "everywhere? Then try inputs that hide a bug: positive, one image, with ties."
    )

    def __init__(self, suspects, evidence, kinds):
        self.suspects, self.evidence, self.kinds = suspects, evidence, kinds
        super().__init__()

    def make_controls(self):
        return {
            "suspect": choice("suspect", list(self.suspects)),
            "gradient": choice("gradient of", ["x", "w", "b"]),
            "input": choice("input", list(self.kinds)),
        }

    def draw(self, suspect, gradient, input):
        """Draw one gradient of the first image, channel and filter; see the class."""
        layer = copy.deepcopy(self.suspects[suspect])
        if gradient != "x" and gradient not in layer.params:
            raise ValueError(f"suspect {suspect} ({layer.describe()}) has no {gradient}")
        x = self.evidence(suspect, input)
        among = layer.forward(np.concatenate([x, 2 * x]))[: len(x)]
        alone = np.allclose(layer.forward(x), among)  # where it looks at each image for itself
        dy = np.random.default_rng(2).standard_normal(among.shape)
        dx = layer.backward(dy)
        analytic = dx if gradient == "x" else layer.grads[gradient]
        array = x if gradient == "x" else layer.params[gradient]
        if gradient == "x" and alone:
            numeric = nudged(layer, x, dy)
        else:
            numeric = numerical_gradient(lambda _: np.sum(layer.forward(x) * dy), array)
        wrong = np.abs(analytic - numeric) > 1e-6 * np.abs(numeric).max()
        ratios = analytic[wrong] / np.where(numeric[wrong] == 0, np.nan, numeric[wrong])
        text = f"{suspect}, {layer.describe()}: d{gradient} differs from nudging in "
        text += f"{wrong.sum()} of {wrong.size} entries. "
        if wrong.any() and np.allclose(ratios, ratios[0], rtol=1e-4):
            text += f"Each is {ratios[0]:.4g} times what it should be. "
        if wrong.any() and "ties" in input:
            text += "At a tie there is no slope, so a difference there convicts nobody. "
        text += f"Sum of dx {dx.sum():.4g}, of dy {dy.sum():.4g}."
        first = (0,) * (array.ndim - 2)
        title = f"Suspect {suspect}: d{gradient} of {layer.describe()}"
        views = [np.atleast_2d(a[first] if a.ndim > 2 else a) for a in (analytic, numeric)]
        return comparison(*views, title), text


def nudged(layer, x, dy):
    """Do what :func:`cnnlib.gradcheck.numerical_gradient` does, all numbers of an image at once.

    Parameters
    ----------
    layer : Layer
        Looks at each image for itself.
    x : float64 ndarray of shape (N, ...)
    dy : ndarray
        Of the shape that the layer returns.

    Returns
    -------
    ndarray, shape of x
    """
    eps = 1e-6
    nudges = eps * np.eye(x[0].size).reshape(-1, *x.shape[1:])
    found = []
    for image, weights in zip(x, dy, strict=True):
        y = layer.forward(np.concatenate([image + nudges, image - nudges]))
        above, below = np.split((y * weights).reshape(len(y), -1).sum(axis=1), 2)
        found.append((above - below) / (2 * eps))
    return np.reshape(found, x.shape)
