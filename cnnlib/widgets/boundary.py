"""Points in a plane, told apart by a small network: the boundary that training bends."""

import functools
import math

import ipywidgets as widgets
import numpy as np

from cnnlib.initializers import glorot, he
from cnnlib.layers.activations import ReLU, Sigmoid
from cnnlib.layers.dense import Dense
from cnnlib.losses import SoftmaxCrossEntropy
from cnnlib.network import Sequential
from cnnlib.optimizers import SGD
from cnnlib.plots.training import boundary
from cnnlib.training import evaluate
from cnnlib.widgets.base import Explorer, choice, in_a_row, log_slider, several, slider

EDGE, STEPS, EVERY, MOST_POINTS = 3.0, 500, 10, 100
RATE = 10**-0.5  # a step of the slider
COLOURS = ("blue", "orange")  # of class 0 and class 1
REMARKS = {
    "none": (
        "Two dense layers with nothing between them are no more than one: the boundary is a "
        "straight line at any width."
    ),
    "ReLU": (
        "Each hidden unit is 0 on one side of its grey line and grows on the other; only on these "
        "lines can the boundary, black, bend."
    ),
    "Sigmoid": (
        "Each hidden unit goes from 0 to 1 across its grey line, gradually, so the boundary, "
        "black, is curved."
    ),
}
NONLINEAR = {"none": (), "ReLU": (ReLU,), "Sigmoid": (Sigmoid,)}


def ring(labels, rng):
    """Scatter class 0 over a disc and class 1 over a ring around it."""
    share, angle = rng.random(len(labels)), 2 * np.pi * rng.random(len(labels))
    radius = np.where(labels == 0, np.sqrt(share), 1.6 + 0.8 * share)
    return radius * np.stack([np.cos(angle), np.sin(angle)])


def moons(labels, rng):
    """Scatter each class along half a circle; each half reaches into the other."""
    angle, side = np.pi * rng.random(len(labels)), 1 - 2 * labels
    x = np.stack([1.4 * np.cos(angle) - 0.7, 1.4 * np.sin(angle) - 0.35])
    return side * x + 0.15 * rng.standard_normal(x.shape)


def spirals(labels, rng):
    """Scatter each class along a spiral; each winds around the other."""
    share = np.sqrt(rng.random(len(labels)))
    radius, angle = 0.3 + 2.1 * share, 2.5 * np.pi * share + np.pi * labels
    x = radius * np.stack([np.cos(angle), np.sin(angle)])
    return x + 0.08 * rng.standard_normal(x.shape)


SOURCES = {"a ring": ring, "two moons": moons, "two spirals": spirals, "only your points": None}


def scatter(source, N, seed):
    """Draw N points, as many of each class, from a source.

    Returns
    -------
    (ndarray of shape (N, 2), float32, ndarray of shape (N,), int64)
        Points and their classes; none from a source that is None.
    """
    labels = np.arange(N if SOURCES[source] else 0) % 2
    if len(labels) == 0:
        return np.zeros((0, 2), np.float32), labels
    return SOURCES[source](labels, np.random.default_rng(seed)).T.astype(np.float32), labels


def read_points(text):
    """Read points such as ``1.2 -0.5 blue; 0 2 orange``.

    Returns
    -------
    (ndarray of shape (K, 2), float32, ndarray of shape (K,), int64)

    Raises
    ------
    ValueError
        If one of them is no point, or lies outside of the picture.
    """
    points, labels = [], []
    for part in filter(None, map(str.strip, text.split(";"))):
        try:
            x, y, colour = part.split()
            points.append((float(x), float(y)))
            labels.append(COLOURS.index(colour))
        except ValueError:
            example = "two numbers and a colour, as in '1.2 -0.5 blue'"
            raise ValueError(f"{part!r} is no point, expected {example}") from None
        if not all(abs(value) <= EDGE for value in points[-1]):
            raise ValueError(f"{part!r}: expected numbers from {-EDGE:g} to {EDGE:g}")
    if len(points) > MOST_POINTS:
        raise ValueError(f"there are {len(points)} points of your own, at most {MOST_POINTS} here")
    return np.array(points, np.float32).reshape(-1, 2), np.array(labels, np.int64)


def build(nonlinearity, width, seed):
    """Build a network from a point to scores of two classes: dense, nonlinearity, dense."""
    rng, init = np.random.default_rng(seed), he if nonlinearity == "ReLU" else glorot
    between = [kind() for kind in NONLINEAR[nonlinearity]]
    return Sequential([Dense(2, width, init, rng), *between, Dense(width, 2, glorot, rng)], (2,))


class Training:
    """A run by plain SGD, of which the network is kept every tenth step, and at the end.

    Parameters
    ----------
    network : Sequential
        From points to scores; it is trained.
    x, labels : ndarray of shape (N, 2), float32, ndarray of shape (N,), integer
    rate : float
    batch, seed : int
        Points in a batch, and the seed of their order.

    Attributes
    ----------
    losses : list of float
        Of each step's batch; fewer than ``STEPS`` where one was no number.
    """

    def __init__(self, network, x, labels, rate, batch, seed):
        self.network, self.x, self.labels = network, x, labels
        params = network.params  # changed in place
        self.weights, self.losses = {0: copied(params)}, []
        rule, loss, todo = SGD(rate), SoftmaxCrossEntropy(), endless(x, labels, batch, seed)
        with network.mode(training=True, input_gradient=False), np.errstate(all="ignore"):
            while len(self.losses) < STEPS:
                points, truth = next(todo)
                value = loss.forward(network.forward(points), truth)
                if not math.isfinite(value):
                    break
                network.backward(loss.backward())
                rule.step(params, network.grads)
                self.losses.append(value)
                if len(self.losses) % EVERY == 0:
                    self.weights[len(self.losses)] = copied(params)
        self.weights[len(self.losses)] = copied(params)

    def at(self, step):
        """Return the network as it was after a kept step, or at the end if that came first."""
        kept = self.weights[min(step, len(self.losses))]
        for name, p in self.network.params.items():
            p[...] = kept[name]
        return self.network

    def measure(self, x, labels):
        """Measure loss and share that is right on some points, now and then along the run.

        Returns
        -------
        ndarray of shape (3, K)
            Steps, losses, shares.
        """
        steps = [*range(0, len(self.losses), EVERY), len(self.losses)]
        loss, found = SoftmaxCrossEntropy(), []
        with np.errstate(all="ignore"):
            for k in steps:
                scores = self.at(k).forward(x)
                right = (scores.argmax(axis=1) == labels).mean()
                found.append((k, loss.forward(scores, labels), right))
        return np.array(found).T


def copied(params):
    """Copy arrays."""
    return {name: p.copy() for name, p in params.items()}


def endless(x, labels, batch, seed):
    """Cut points, shuffled anew whenever they are through, into batches that are all as large."""
    rng, order = np.random.default_rng(seed), np.zeros(0, int)
    while True:
        while len(order) < batch:
            order = np.concatenate([order, rng.permutation(len(x))])
        pick, order = order[:batch], order[batch:]
        yield x[pick], labels[pick]


def gather(source, added):
    """Return 200 points of a source and those that a reader put in, and the classes of all."""
    return map(np.concatenate, zip(scatter(source, 200, 0), read_points(added), strict=True))


@functools.lru_cache(100)  # whoever drags comes back to what was
def separate(source, nonlinearity="ReLU", width=2, rate=RATE, batch=50, seed=0, added=""):
    """Train a network on 200 points of a source and those that a reader put in.

    Returns
    -------
    (Training, ndarray of shape (3, K), ndarray of shape (3, K) or None)
        The run, and how it went on its own points and on 1,000 new ones of the source:
        steps, losses, and shares that are right.

    Raises
    ------
    ValueError
        If a point is none, or there are not two classes.
    """
    x, labels = gather(source, added)
    if len(set(labels.tolist())) < 2:
        raise ValueError("there is nothing to tell apart yet: put in points of both colours")
    run = Training(build(nonlinearity, width, seed), x, labels, rate, batch, seed)
    new = run.measure(*scatter(source, 1000, 1)) if SOURCES[source] else None
    return run, run.measure(x, labels), new


class BoundaryExplorer(Explorer):
    """A network of one hidden layer learns to tell points of two colours apart.

    For each setting a run of 500 steps is computed at once, and the slider of steps goes through
    it. A click puts in a point of the reader's own.
    """

    hint = (
        "Two hidden units do not shut the disc in. Vary them, and play the steps; take the "
        "nonlinearity away; click points of your own into the picture."
    )
    plays = {"step": 150}

    def make_controls(self):
        return {
            "source": choice("points", list(SOURCES)),
            "nonlinearity": choice("nonlinearity", list(NONLINEAR), "ReLU"),
            "width": slider("hidden units", 2, 1, 32),
            "rate": log_slider("rate", RATE, -3, 1.5, 0.1),
            "batch": choice("batch", [1, 10, 50, 200], 50),
            "seed": slider("seed", 0, 0, 9),
            "step": slider("step", STEPS, 0, STEPS, EVERY),
            "colour": choice("a click adds", COLOURS),
            "added": widgets.Text(
                description="your points",
                placeholder="1.2 -0.5 blue; 0 2 orange",
                style={"description_width": "initial"},
                continuous_update=False,
            ),
        }

    def arrange(self):
        rows = [("source", "nonlinearity", "width"), ("rate", "batch", "seed")]
        rows += [("step",), ("colour", "added")]
        return widgets.VBox([in_a_row(*self.beside_plays(*row)) for row in rows])

    def told(self, image, message, buffers=None):
        """Put in a point for a click, and none for a drag."""
        if message["kind"] == "down":
            super().told(image, message, buffers)
        else:
            image.send({"kind": "done"})

    def pointed(self, name, x, y):
        """Put in a point where the plane is pointed at."""
        point = f"{x:.2f} {y:.2f} {self.controls['colour'].value}"
        before = self.controls["added"].value.strip(" ;")
        return {"added": f"{before}; {point}" if before else point}

    def draw(self, source, nonlinearity, width, rate, batch, seed, step, colour, added):
        x, labels = gather(source, added)
        if len(set(labels.tolist())) < 2:
            title = "There is nothing to tell apart yet"
            flat, none = np.zeros((2, 2)), (np.zeros((0, 3)), [], np.zeros((2, 0)), None)
            text = f"{title}: {several(len(x), 'point')} so far. Put in points of both colours."
            return boundary(flat, EDGE, x, labels, *none, 0, STEPS, title), text
        run, seen, new = separate(source, nonlinearity, width, rate, batch, seed, added)
        done = max(k for k in run.weights if k <= step)
        network = run.at(done)
        units = [network["dense1"].params[name].reshape(-1, width) for name in "wb"]
        units = np.vstack(units).T[: width if NONLINEAR[nonlinearity] else 0]
        side = np.linspace(-EDGE, EDGE, 81, dtype=np.float32)
        plane = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        with np.errstate(all="ignore"):
            margins = np.diff(network.forward(plane)).reshape(81, 81)
            loss, right = evaluate(network, run.x, run.labels)
            unseen = new is not None and evaluate(network, *scatter(source, 1000, 1))[1]
        what = "No nonlinearity" if nonlinearity == "none" else nonlinearity
        hidden = several(width, "hidden unit")
        title = f"{what}, {hidden}, step {done}: {100 * right:.1f} % right"
        curves = [None if each is None else each[:2] for each in (seen, new)]
        points = run.x, run.labels
        figure = boundary(margins, EDGE, *points, units, run.losses, *curves, done, STEPS, title)
        text = (
            f"Step {done} of {STEPS}: loss {loss:.2f} (guessing: ln 2 = 0.69), {right:.1%} of the "
            f"{len(run.x)} points on their side of the boundary"
        )
        text += "" if new is None else f", {unseen:.1%} of 1,000 new ones"
        if step > len(run.losses):
            return figure, (
                f"{text}. There the run ended: the next loss was no number any more. Each step "
                "overshot more than the one before; take a lower rate."
            )
        if not margins.min() < 0 < margins.max():
            text += ". There is no boundary: all places get one colour"
        return figure, f"{text}. {REMARKS[nonlinearity]}{self.trouble(run, seen, step)}"

    def trouble(self, run, seen, step):
        """Say what goes wrong, if anything does."""
        text = ""
        if step == 0 and len(run.network.layers) > 2:
            text = (
                " Nothing is learned yet, and every bias is 0: all grey lines meet in the middle."
            )
        if "relu1" in run.network.layers:
            hidden = run.network["relu1"].forward(run.network["dense1"].forward(run.x))
            dead = int((hidden == 0).all(axis=0).sum())
            if dead:
                are, they_are, them = (
                    ("are", "they are", "them") if dead > 1 else ("is", "it is", "it")
                )
                text += (
                    f" {dead} of the {hidden.shape[1]} units {are} 0 for every point: {they_are} "
                    f"dead, no gradient reaches {them}."
                )
        recent = seen[1][(seen[0] > step - 100) & (seen[0] <= step)]
        lowest = np.minimum.accumulate(recent)
        worst = np.argmax(recent - lowest)
        if recent[worst] > lowest[worst] + 0.1:
            text += (
                f" In the last 100 steps the loss rose from {lowest[worst]:.2f} to "
                f"{recent[worst]:.2f}: try a lower rate, or larger batches."
            )
        return text
