"""Explorer of lesson 05: the ways of the optimizers down a narrow valley."""

import ipywidgets as widgets
import numpy as np

from cnnlib.optimizers import OPTIMIZERS
from cnnlib.plots import training as plots
from cnnlib.widgets.base import Explorer, choice, player, slider

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
    point = {"p": np.array(start)}
    path = [point["p"].copy()]
    for _ in range(steps):
        x, y = point["p"]
        optimizer.step(point, {"p": np.array([x / 10, 2 * y])})
        path.append(point["p"].copy())
    return np.array(path)


class ValleyExplorer(Explorer):
    """Walk down a narrow valley with any rule, at any rate."""

    hint = (
        "SGD bounces from wall to wall. Raise its rate above 1, then lower it to 0.1: which "
        "direction suffers? Then let the other rules walk."
    )

    def make_controls(self):
        return {
            "rule": choice("rule", list(OPTIMIZERS)),
            "rate": log_slider("rate", 10**-0.02, -3, 1, 0.01),
            "steps": slider("steps", 30, 0, 60),
        }

    def arrange(self):
        return widgets.Box(
            [*self.controls.values(), player(self.controls["steps"], 200)],
            layout=widgets.Layout(flex_flow="row wrap"),
        )

    def draw(self, rule, rate, steps):
        """Draw the way from the start; see the class."""
        with np.errstate(all="ignore"):
            path = descend(OPTIMIZERS[rule](rate), steps)
        x, y = path[-1]
        end = height(x, y)
        far = np.nonzero((np.abs(path) > EDGE).any(axis=1))[0]
        title = f"{rule} at rate {rate:.3g}: height {end:.2g} after {steps} steps"
        text = (
            f"{rule}, rate {rate:.3g}: from ({START[0]:g}, {START[1]:g}), height "
            f"{height(*START):.2f}, in {steps} steps to ({x:.3g}, {y:.3g}), height {end:.3g}. "
        )
        text += f"It left the picture at step {far[0]}." if len(far) else ""
        if rule == "sgd":
            text += f" Each step multiplies x by {1 - rate / 10:.3g} and y by {1 - 2 * rate:.3g}."
        figure = plots.valley({rule: np.clip(path, -1e6, 1e6)}, titles=[title])
        return figure, text


def log_slider(name, value, low, high, step=0.05):
    """Make a slider for a rate, from ``10**low`` to ``10**high``, in steps of the exponent.

    The value has to lie on a step: a browser moves one that does not.
    """
    return widgets.FloatLogSlider(
        value=value,
        base=10,
        min=low,
        max=high,
        step=step,
        description=name,
        readout_format=".2g",
        style={"description_width": "initial"},
    )
