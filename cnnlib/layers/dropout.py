"""Dropout."""

import numpy as np

from cnnlib.arguments import fraction
from cnnlib.layers.base import Layer


class Dropout(Layer):
    """During training, switch off a random share of the numbers and scale up the others.

    Parameters
    ----------
    rate : float
        Share that is switched off, from 0 to less than 1.
    rng : numpy.random.Generator, int or None
        Source of the draws; a fresh one if None.

    Raises
    ------
    ValueError
        If the rate is out of range.

    Derived in lesson 07. Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov,
    Dropout (2014).
    """

    kind = "dropout"

    def __init__(self, rate=0.5, rng=None):
        super().__init__()
        self.rate = fraction("rate", rate)
        self.rng = np.random.default_rng(rng)

    def forward(self, x):
        """Switch numbers off while training, do nothing otherwise; any shape."""
        if not self.training or self.rate == 0:
            self.mask = np.ones((), x.dtype)
            return x
        kept = self.rng.random(x.shape, np.float32) >= self.rate
        self.mask = np.empty_like(x)  # ordered in memory as x is, which rng.random is not
        np.divide(kept, x.dtype.type(1 - self.rate), out=self.mask)
        return x * self.mask

    def backward(self, dy):
        """Let dy through where x went through, with the same scale."""
        return dy * self.mask

    def arguments(self):
        return (self.rate,), {}
