"""Explorer of lesson 07: how numbers and gradients fare in a deep network."""

import numpy as np

from cnnlib.depth import by_depth, tower
from cnnlib.digits import read_images
from cnnlib.initializers import glorot, he, small
from cnnlib.layers.activations import ReLU, Sigmoid, Tanh
from cnnlib.plots.deeper import by_depth as draw_by_depth
from cnnlib.widgets.base import Explorer, choice, slider

ACTIVATIONS = {"Sigmoid": Sigmoid, "tanh": Tanh, "ReLU": ReLU}


def large(shape, rng):
    """Draw weights of standard deviation 1, as someone does who has not thought about it."""
    return rng.standard_normal(shape, np.float32)


STARTS = {"0.01": small, "1": large, "Glorot": glorot, "He": he}


class DepthExplorer(Explorer):
    """Sizes of activations and gradients in a network as deep as you like.

    Parameters
    ----------
    images : ndarray of shape (N, 1, H, W)
    labels : ndarray of shape (N,), integer
    """

    hint = "Choose ReLU, then a start that suits it. Then come back to Sigmoid and switch on help."
    plays = {"depth": 300}

    def __init__(self, images, labels):
        self.images = read_images(images).astype(np.float64)
        self.labels = np.asarray(labels)
        super().__init__()

    def make_controls(self):
        starts = (("standard deviation 0.01", "0.01"), ("standard deviation 1", "1"))
        return {
            "depth": slider("layers", 20, 2, 40),
            "activation": choice("activation", tuple(ACTIVATIONS)),
            "start": choice("start", (*starts, ("Glorot", "Glorot"), ("He", "He")), "Glorot"),
            "norm": choice("batch norm", (("no", False), ("yes", True)), False),
            "short": choice("short ways", (("no", False), ("yes", True)), False),
        }

    def draw(self, depth, activation, start, norm, short):
        pixels = self.images[0].size
        network = tower(depth, ACTIVATIONS[activation], STARTS[start], norm, short, pixels)
        with np.errstate(all="ignore"):
            rows = by_depth(network.astype(np.float64), self.images, self.labels)[1:-1]
        sizes, slopes = np.array([row[1:] for row in rows]).T
        title = f"{depth} layers with {activation}, start: {start}"
        title += ", batch norm" * norm + ", short ways" * short
        figure = draw_by_depth({activation: (sizes, slopes)}, title)
        text = (
            f"The numbers go from {sizes[0]:.2g} after layer 1 to {sizes[-1]:.2g} after layer"
            f" {depth}; the gradient from {slopes[-1]:.2g} there to {slopes[0]:.2g} at layer 1."
        )
        return figure, f"{text} {verdict(sizes, slopes)}"


def verdict(sizes, slopes):
    """Say in words whether numbers and gradients kept their size."""
    grown = [
        np.log10(max(b, 1e-300) / max(a, 1e-300))
        for a, b in (sizes[[0, -1]], slopes[::-1][[0, -1]])
    ]
    told = [
        f"{name} {'vanish' if power < 0 else 'explode'}"
        for name, power in zip(("numbers", "gradients"), grown, strict=True)
        if abs(power) > 2
    ]
    return (" and ".join(told) or "both keep their size within a factor of 100").capitalize() + "."
