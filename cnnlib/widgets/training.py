"""Explorers of lesson 05: a valley to walk down, training to be watched, and to be steered."""

import atexit
import functools
import html
import math
import threading
import time
import weakref

import ipywidgets as widgets
import numpy as np

from cnnlib import here, models
from cnnlib.arguments import at_least_0
from cnnlib.datasets import load_mnist
from cnnlib.experiments import recorded
from cnnlib.optimizers import OPTIMIZERS
from cnnlib.plots import training as plots
from cnnlib.plots.figure import to_png
from cnnlib.training import evaluate, fit
from cnnlib.widgets.base import Explorer, choice, in_a_row, log_slider, several, slider

START, EDGE = (-7.0, 2.0), (8.0, 3.0)


def height(x, y):
    """Return the height of a valley that is 20 times as steep across as along."""
    return x**2 / 20 + y**2


def descend(optimizer, steps=30, start=START):
    """Walk down the valley.

    Parameters
    ----------
    optimizer : Optimizer
        Fresh.
    steps : int
    start : (float, float)

    Returns
    -------
    ndarray of shape (steps + 1, 2)
        The points visited, start first.
    """
    point = {"p": np.array(start, float)}
    path = [point["p"].copy()]
    for _ in range(steps):
        x, y = point["p"]
        optimizer.step(point, {"p": np.array([x / 10, 2 * y])})
        path.append(point["p"].copy())
    return np.array(path)


def place(name, value, edge):
    """Make a slider for a coordinate, from ``-edge`` to ``edge``."""
    style = {"description_width": "initial"}
    return widgets.FloatSlider(
        value=value, min=-edge, max=edge, description=name, style=style, readout_format=".1f"
    )


class ValleyExplorer(Explorer):
    """Walk down a narrow valley with any rule, at any rate, from any start: it can be dragged."""

    hint = (
        "SGD bounces from wall to wall. Raise its rate above 1, then lower it to 0.1: which "
        "direction suffers? Then let the other rules walk."
    )
    plays = {"steps": 200}

    def make_controls(self):
        return {
            "rule": choice("rule", list(OPTIMIZERS)),
            "rate": log_slider("rate", 10**-0.02, -3, 1, 0.01),
            "steps": slider("steps", 30, 0, 60),
            "x": place("start x", START[0], EDGE[0]),
            "y": place("start y", START[1], EDGE[1]),
        }

    def pointed(self, name, x, y):
        """Start where the valley is pointed at."""
        return {"x": round(x, 1), "y": round(y, 1)}

    def draw(self, rule, rate, steps, x, y):
        """Draw the way from the start; see the class."""
        with np.errstate(all="ignore"):
            path = descend(OPTIMIZERS[rule](rate), steps, (x, y))
        last, end = path[-1], height(*path[-1])
        far = np.nonzero((np.abs(path) > EDGE).any(axis=1))[0]
        title = f"{rule} at rate {rate:.3g}: height {end:.2g} after {several(steps, 'step')}"
        text = (
            f"{rule}, rate {rate:.3g}: from ({x:g}, {y:g}), height {height(x, y):.2f}, in "
            f"{several(steps, 'step')} to ({last[0]:.3g}, {last[1]:.3g}), height {end:.3g}. "
        )
        text += f"It left the picture at step {far[0]}." if len(far) else ""
        if rule == "sgd":
            text += f" Each step multiplies x by {1 - rate / 10:.4g} and y by {1 - 2 * rate:.4g}."
        text += " Drag the blue square to start elsewhere."
        figure = plots.valley({title: np.clip(path, -1e6, 1e6)})
        return figure, text


class LiveCurves(widgets.VBox):
    """A callback for ``fit`` that draws loss and accuracy while it trains.

    Parameters
    ----------
    interval : float
        Seconds between two pictures, at least.

    Attributes
    ----------
    image : widgets.Image
        The picture, PNG; empty before the first step.
    """

    at_end = True  # a run that is only recalled is drawn once, as it ended

    def __init__(self, interval=0.5):
        self.interval, self.drawn, self.cost = at_least_0("interval", interval), -math.inf, 0.0
        layout = widgets.Layout(align_self="flex-start", margin="0")  # no wider than a narrow page
        self.image = widgets.Image(format="png", layout=layout)
        super().__init__([self.image])

    def __call__(self, run):
        """Draw, if the last picture is old enough or an epoch is done."""
        start = time.monotonic()
        pause = self.interval and max(self.interval, 4 * self.cost)  # a slow machine draws less
        if run.batch == 0 or start - self.drawn >= pause:
            history = run.history
            steps = len(history.losses)
            title = f"epoch {run.epoch + 1}, step {steps:,}"
            if run.batch == 0:
                title = f"epoch {run.epoch} is done, {steps:,} steps"
            each = (steps - run.batch) // max(1, run.epoch)  # steps of an epoch
            tested = [(each * (k + 1), a) for k, a in enumerate(history.valid_accuracies)]
            kept = history.losses, history.accuracies, history.rates
            figure = plots.cockpit(*kept, tested, first_filters(run.network), title=title)
            self.image.value = to_png(figure)
            self.drawn = time.monotonic()
            self.cost = self.drawn - start

    def __repr__(self):
        return "LiveCurves: drawn while the cell runs"


def first_filters(network):
    """Return the weights of the first layer that has any, as at most 24 images, or None.

    Returns
    -------
    ndarray of shape (F, C, KH, KW), or None
        For a dense layer on square images, each unit's weights laid out as an image.
    """
    for layer in network.layers.values():
        w = layer.params.get("w")
        if w is not None and w.ndim == 4:
            return w[:24].copy()
        if w is not None:
            side = round(len(w) ** 0.5)
            square = side * side == len(w)
            return w.T[:24].reshape(-1, 1, side, side).copy() if square else None
    return None


NETWORKS = {
    "small LeNet": lambda seed: models.lenet5((8, 16), 64, rng=seed),
    "LeNet": lambda seed: models.lenet5(rng=seed),
    "SimpleConvNet": lambda seed: models.simple_convnet(rng=seed),
    "plain network": lambda seed: models.mlp(rng=seed),
}
NO_THREADS = (
    "A browser gives Python one thread, which shows this page: nothing can be trained beside it. "
    "The recorded run stays; in an ordinary Jupyter this button trains."
)
COCKPITS = weakref.WeakSet()
mnist = functools.cache(load_mnist)


LEADS = {
    "running": "It trains. Move the rate and watch the loss; pause it, or stop it.",
    "paused": "It holds. Move the rate if you like, then press Resume.",
    "finished": "It is through all its epochs. Change something and press Start again.",
    "stopped": "It was stopped and keeps what it learned. Press Start to train a new one.",
    "failed": "It stopped by itself. Press Start to try again.",
}


class TrainingCockpit(Explorer):
    """Train a network in a thread: start, pause, stop it, change its learning rate on the way.

    It opens with a recorded run. Making another cockpit, or starting one, stops the others.

    Parameters
    ----------
    train, test : (ndarray of shape (N, C, H, W), ndarray of shape (N,)), optional
        Images and labels; MNIST if not given.
    networks : dict of str to function of int, optional
        What can be trained: label to a function that builds it from a seed.
    interval : float
        Seconds between two pictures, at least.
    every : int, at least 1
        Steps between two looks at the first 1,000 test images.

    Attributes
    ----------
    state : str
        ``recorded``, ``running``, ``paused``, ``finished``, ``stopped`` or ``failed``.
    network, history : Sequential, History
        What is being trained, and what it did so far; None before the first start.
    tested : list of (int, float)
        Steps, and the share of those test images that was read right.
    """

    hint = (
        "A recorded run: what does the accuracy do where the rate is cut? Press Start to train "
        "your own. While it runs, move the rate, pause, go on, stop."
    )

    def __init__(self, train=None, test=None, networks=NETWORKS, interval=0.5, every=100):
        for other in list(COCKPITS):
            other.stop()
        self.data, self.networks = (train, test), networks
        self.interval, self.every = interval, every
        self.state, self.reason = "recorded", ""
        self.drawn, self.cost = -math.inf, 0.0
        self.network = self.history = self.thread = None
        self.tested, self.total, self.final = [], 0, None
        self.lock = threading.RLock()
        self.go, self.holding, self.ending = (threading.Event() for _ in range(3))
        if (train is None) != (test is None):
            raise ValueError("train and test: expected both, or neither")
        self.record = recorded("cockpit")
        super().__init__()
        COCKPITS.add(self)

    def make_controls(self):
        return {
            "network": choice("network", list(self.networks)),
            "optimizer": choice("optimizer", list(OPTIMIZERS), "adam"),
            "batch": choice("batch", [10, 32, 100, 500], 32),
            "epochs": slider("epochs", 5, 1, 10),
            "rate": log_slider("rate", 0.01, -4, 1),
        }

    def arrange(self):
        self.buttons = {
            name: widgets.Button(description=name.capitalize(), icon=icon, tooltip=tip)
            for name, icon, tip in (
                ("start", "play", "Train a new network with these settings"),
                ("pause", "pause", "Hold the training, or go on"),
                ("stop", "stop", "End the training; the network keeps what it learned"),
            )
        }
        self.buttons["pause"].disabled = self.buttons["stop"].disabled = True
        self.buttons["start"].on_click(lambda button: self.start())
        self.buttons["stop"].on_click(lambda button: self.stop())
        self.buttons["pause"].on_click(
            lambda button: self.resume() if self.state == "paused" else self.pause()
        )
        rows = [in_a_row(*self.controls.values()), in_a_row(*self.buttons.values())]
        return widgets.VBox(rows)

    def start(self):
        """Train a new network with the present settings; a run in progress is stopped first.

        In the browser edition, which has no threads, it stays with the recorded run and says so.
        """
        if not here.has_threads():
            self.warning.value = f'<b role="alert">{html.escape(NO_THREADS)}</b>'
            return
        for cockpit in {self, *COCKPITS}:  # one at a time: they share the processor
            cockpit.stop()
        values = self.values()
        train, test = mnist() if self.data[0] is None else self.data
        self.network = self.networks[values["network"]](0)
        self.history, self.tested, self.final, self.reason = None, [], None, ""
        self.total = values["epochs"] * -(-len(train[0]) // values["batch"])
        rule = OPTIMIZERS[values["optimizer"]](lambda step: self.controls["rate"].value)
        self.ending.clear()
        self.go.set()
        self.become("running")
        self.thread = threading.Thread(
            target=self.work, args=(train, test, rule, values), daemon=True
        )
        self.thread.start()

    def pause(self):
        """Hold the training after the present step."""
        if self.state == "running":
            self.go.clear()
            self.become("paused")

    def resume(self):
        """Go on from where it was paused."""
        if self.state == "paused":
            self.become("running")
            self.go.set()

    def stop(self):
        """End the training after the present step and wait for that."""
        self.ending.set()
        self.go.set()
        self.wait()

    def wait(self, seconds=None):
        """Wait for the training to end; return whether it has."""
        if self.thread is not None:
            self.thread.join(seconds)
        return self.thread is None or not self.thread.is_alive()

    def close(self):
        """Stop the training and remove the explorer from the page."""
        if hasattr(self, "ending"):  # not where arguments were refused
            self.stop()
        super().close()

    def work(self, train, test, rule, values):
        """Train, in a thread of its own."""
        part = test[0][:1000], test[1][:1000]
        terms = {"epochs": values["epochs"], "batch_size": values["batch"], "optimizer": rule}
        watch = functools.partial(self.watch, part)
        try:
            with np.errstate(all="ignore"):
                history = fit(self.network, train, callbacks=[watch], progress=False, **terms)
            end = "stopped" if history.interrupted else "finished"
            self.final = evaluate(self.network, *test)[1] if end == "finished" else None
        except FloatingPointError:
            end = "failed"
            self.reason = (
                f"the loss became too large to compute with, at a rate of {rule.rate_now():.2g}. "
                "Nothing is broken: each step overshot more than the one before. Choose a rate "
                "ten times lower and press Start again."
            )
        except Exception as error:  # shown to the reader, for nobody else sees this thread
            end, self.reason = "failed", f"the training ended: {error}"
        self.become(end)

    def watch(self, part, run):
        """Note, draw, wait while paused; called by ``fit`` after each step."""
        self.history = run.history
        steps = len(run.history.losses)
        if run.batch and steps % self.every == 0:
            self.tested.append((steps, evaluate(run.network, *part)[1]))
        pause = max(self.interval, 4 * self.cost)  # a slow machine draws less and trains on
        if time.monotonic() - self.drawn >= pause or not self.go.is_set():
            self.refresh()
        if not self.go.is_set():
            self.holding.set()
            self.go.wait()
            self.holding.clear()
        run.stop = run.stop or self.ending.is_set()

    def become(self, state):
        """Change the state, what can be pressed, and the picture."""
        with self.lock:
            self.state = state
            busy = state in ("running", "paused")
            for name in ("network", "optimizer", "batch", "epochs"):
                self.controls[name].disabled = busy
            self.buttons["start"].disabled = busy
            self.buttons["pause"].disabled = self.buttons["stop"].disabled = not busy
            paused = state == "paused"
            self.buttons["pause"].description = "Resume" if paused else "Pause"
            self.buttons["pause"].icon = "play" if paused else "pause"
            self.lead.value = f"<em>{html.escape(LEADS[state])}</em>"
            self.refresh()

    def moved(self, name, change=None):
        """Draw again; while it runs, the thread does that."""
        if self.state != "running":
            super().moved(name, change)

    def refresh(self):
        """Draw again; while it runs, announce nothing."""
        with self.lock:
            start = time.monotonic()
            super().refresh()
            self.drawn = time.monotonic()
            self.cost = self.drawn - start
            if self.state == "running":
                self.caption.value = f"<div>{html.escape(self.text)}</div>"
            if self.state == "failed":
                self.problem = self.reason
                self.warning.value = f'<b role="alert">It stopped: {html.escape(self.reason)}</b>'

    def draw(self, network, optimizer, batch, epochs, rate):
        """Draw the run as far as it is; see the class."""
        if self.state == "recorded":
            kept = [self.record[name] for name in ("losses", "accuracies", "rates", "tested")]
            title = "Recorded: small LeNet, adam, batch 32, its rate cut twice"
            figure = plots.cockpit(*kept, self.record["filters"], rate, title)
            before, after = kept[3][9][1], kept[3][-1][1]
            return figure, (
                f"A recorded run of {len(kept[0]):,} steps. At rate 0.01 it reads {before:.1%} of "
                f"the first 1,000 test images after 1,250 steps; the rate is cut to 0.001 there "
                f"and to 0.0001 after 2,500 steps, and it ends at {after:.1%}; of all 10,000 it "
                f"reads {self.record['test'][0]:.1%}. Press Start."
            )
        history = self.history
        parts = ("losses", "accuracies", "rates")
        lists = [list(getattr(history, name)) if history else [] for name in parts]
        steps = min(map(len, lists))
        lists = [values[:steps] for values in lists]
        title = f"{self.state.capitalize()}: {network}, {optimizer}, batch {batch}, step {steps:,}"
        figure = plots.cockpit(*lists, self.tested, first_filters(self.network), rate, title)
        text = f"{self.state.capitalize()} at step {steps:,} of {self.total:,}, rate {rate:.2g}. "
        if steps:
            recent = [np.mean(values[-50:]) for values in lists[:2]]
            text += f"On the last batches: loss {recent[0]:.3f}, {recent[1]:.1%} right. "
            if steps >= 300 and recent[1] < 0.2:
                text += "It has learned nothing, guessing gives 10 %: try another rate. "
        if self.tested:
            text += f"Of the first 1,000 test images: {self.tested[-1][1]:.1%}. "
        if self.final is not None:
            text += f"Of all test images: {self.final:.2%}."
        return figure, text


@atexit.register
def end_all():
    """Let no thread be in the middle of a step when Python ends."""
    for cockpit in list(COCKPITS):
        cockpit.ending.set()
        cockpit.go.set()
    for cockpit in list(COCKPITS):
        cockpit.wait(60)  # a machine may be busy
