"""The four suspects of exercise 04. Convict first, then read on here.

The forward pass of each is right. Some have a mistake in ``backward``.
"""

import numpy as np

from cnnlib.gradcheck import kink_free
from cnnlib.layers.activations import LeakyReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense


class Suspect:
    """What all suspects share: they do not say what is wrong with them."""

    def __repr__(self):
        return self.claim


class SuspectK(Suspect, Conv2D):
    claim = "convolution, 1 channel to 2 filters of 3x3, pad 1"

    def backward(self, dy):
        dx = super().backward(dy)
        return np.roll(dx, 1, axis=3)  # cut out of the frame one column beside its place


class SuspectL(Suspect, Dense):
    claim = "dense layer, 4 inputs to 3 outputs"

    def backward(self, dy):
        dx = super().backward(dy)
        self.grads["b"] = dy[-1].copy()  # = for += in a loop over images
        return dx


class SuspectM(Suspect, Conv2D):
    claim = "convolution, 1 channel to 2 filters of 3x3, stride 2"


class SuspectN(Suspect, LeakyReLU):
    claim = "leaky ReLU, slope 0.1, with a weight for each column"

    def __init__(self, columns):
        super().__init__(0.1)
        self.params = {"w": np.linspace(-1, 2, columns), "b": np.zeros(columns)}

    def forward(self, x):
        self.plain = super().forward(x)
        return self.plain * self.params["w"] + self.params["b"]

    def backward(self, dy):
        self.grads = {"w": (np.maximum(self.x, 0) * dy).sum(axis=0), "b": dy.sum(axis=0)}
        return super().backward(dy * self.params["w"])


GUILT = {"K": "x", "L": "b", "M": "none", "N": "w"}
ALONE = {"K": "x", "L": "none", "M": "none", "N": "w"}  # what one image shows
POSITIVE = {"K": "x", "L": "b", "M": "none", "N": "none"}  # what positive inputs show


def suspect(letter):
    """Return a suspect and an input for it, with both signs and no kinks.

    Parameters
    ----------
    letter : str
        K, L, M or N.

    Returns
    -------
    (Layer, ndarray)

    Raises
    ------
    ValueError
        If there is no such suspect.
    """
    if letter not in GUILT:
        raise ValueError(f"letter is {letter!r}, expected one of {', '.join(GUILT)}")
    layer = {
        "K": lambda: SuspectK(1, 2, 3, pad=1, rng=0),
        "L": lambda: SuspectL(4, 3, rng=0),
        "M": lambda: SuspectM(1, 2, 3, stride=2, rng=0),
        "N": lambda: SuspectN(4),
    }[letter]()
    shape = (3, 4) if letter in "LN" else (2, 1, 5, 5)
    return layer.astype(np.float64), kink_free(shape, np.random.default_rng(3))
