"""Batch normalisation."""

import numpy as np

from cnnlib.arguments import at_least, fraction, positive
from cnnlib.layers.base import Layer, wrong_shape


class BatchNorm(Layer):
    """Shift and scale every channel to mean 0 and variance 1 over the batch, then learn both anew.

    Works on dense outputs ``(N, C)`` and on images ``(N, C, H, W)``, where the statistics of a
    channel are over images and pixels: C means, not C * H * W.

    Parameters
    ----------
    channels : int
        C.
    momentum : float
        Share of the newest batch in the running statistics, 0 to 1.
    eps : float
        Added to the variance.

    ``params``: ``gamma`` and ``beta`` of shape (C,). ``state``: ``mean`` and ``var`` of shape
    (C,), running averages that are used when ``training`` is off.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Derived in lesson 07. Source: Ioffe and Szegedy, Batch normalization (2015).
    """

    kind = "norm"

    def __init__(self, channels, momentum=0.1, eps=1e-5):
        super().__init__()
        at_least(1, channels=channels)
        positive(eps=eps)
        self.momentum, self.eps = fraction("momentum", momentum, whole=True), float(eps)
        self.params["gamma"] = np.ones(channels, np.float32)
        self.params["beta"] = np.zeros(channels, np.float32)
        self.state = {"mean": np.zeros(channels, np.float32), "var": np.ones(channels, np.float32)}

    def forward(self, x):
        """Normalise each channel, with the batch's statistics in training, else the running ones.

        Parameters
        ----------
        x : ndarray of shape (N, C) or (N, C, H, W), dtype of the parameters

        Returns
        -------
        ndarray, shape and dtype of x

        Raises
        ------
        TypeError, ValueError
            If dtype or channels do not fit, or a training batch has one number a channel.
        """
        rows = channel_rows(x)
        if self.training:
            equal = np.full(rows.shape[1], 1 / rows.shape[1], rows.dtype)
            mean = rows @ equal  # a product sums faster than rows.mean(axis=1)
            self.centred = rows - mean[:, None]
            rest = self.centred @ equal  # far from 0, the mean's rounding is not small
            self.centred -= rest[:, None]
            var = np.vecdot(self.centred, self.centred) / rows.shape[1]
            self.remember(mean + rest, var, rows.shape[1])
        else:
            self.centred, var = rows - self.state["mean"][:, None], self.state["var"]
        self.std = np.sqrt(var + self.eps)
        y = self.centred * (self.params["gamma"] / self.std)[:, None]
        y += self.params["beta"][:, None]
        return y.reshape(*x.shape[1:], len(x)).transpose(-1, *range(x.ndim - 1))

    def backward(self, dy):
        """Differentiate, in training also through the batch's mean and variance.

        Parameters
        ----------
        dy : ndarray, shape of x

        Returns
        -------
        ndarray, shape of x
            dx. ``grads`` holds ``gamma`` and ``beta``.
        """
        rows, count = channel_rows(dy), self.centred.shape[1]
        dgamma = np.vecdot(rows, self.centred) / self.std
        dbeta = rows @ np.ones(count, rows.dtype)
        self.grads = {"gamma": dgamma, "beta": dbeta}
        scale = self.params["gamma"] / self.std
        if self.training:
            dx = self.centred * (-dgamma / (count * self.std))[:, None]
            dx += rows
            dx -= (dbeta / count)[:, None]
            dx *= scale[:, None]
        else:
            dx = rows * scale[:, None]
        return dx.reshape(*dy.shape[1:], len(dy)).transpose(-1, *range(dy.ndim - 1))

    def check(self, x):
        super().check(x)
        if self.training and x.size == x.shape[1]:
            raise ValueError(
                "x has one number a channel, expected a batch of at least 2"
                " (the last batch of an epoch holds what is left)"
            )

    def remember(self, mean, var, count):
        """Move the running statistics towards this batch's (the variance with count - 1)."""
        for name, new in (("mean", mean), ("var", var * (count / (count - 1)))):
            self.state[name] = (1 - self.momentum) * self.state[name] + self.momentum * new

    def output_shape(self, shape):
        C = len(self.params["gamma"])
        if len(shape) not in (1, 3) or shape[0] != C:
            raise wrong_shape(shape, f"(N, {C}) or (N, {C}, H, W)")
        return shape

    def multiplications(self, shape):
        return int(np.prod(shape))

    def arguments(self):
        return self.params["gamma"].shape, {}


def channel_rows(x):
    """Return x as a matrix with one row for each channel; a view if the batch axis lies last."""
    return np.moveaxis(x, 0, -1).reshape(x.shape[1], -1)
