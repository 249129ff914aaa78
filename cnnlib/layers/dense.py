"""The fully connected layer."""

import numpy as np

from cnnlib.arguments import at_least
from cnnlib.initializers import he
from cnnlib.layers.base import Layer, wrong_shape


class Dense(Layer):
    """Every output from every input, the book's Affine: ``y = x @ w + b``.

    Parameters
    ----------
    inputs : int
        D, numbers that come in for one image.
    outputs : int
        M, numbers that go out.
    init : function of (shape, rng)
        Draws the weights; see :mod:`cnnlib.initializers`.
    rng : numpy.random.Generator, int or None
        Source of the draw; a fresh one if None.

    ``params``: ``w`` of shape (D, M) and ``b`` of shape (M,), float32.

    Raises
    ------
    ValueError
        If a size is less than 1.

    Derived in lesson 04.
    """

    kind = "dense"

    def __init__(self, inputs, outputs, init=he, rng=None):
        super().__init__()
        at_least(1, inputs=inputs, outputs=outputs)
        self.params["w"] = init((inputs, outputs), np.random.default_rng(rng))
        self.params["b"] = np.zeros(outputs, np.float32)

    def forward(self, x):
        """Compute ``x @ w + b``.

        Parameters
        ----------
        x : ndarray of shape (N, D), dtype of the weights

        Returns
        -------
        ndarray of shape (N, M), the same dtype

        Raises
        ------
        TypeError, ValueError
            If dtype or size do not fit.
        """
        self.x = x
        return x @ self.params["w"] + self.params["b"]

    def backward(self, dy):
        """Differentiate ``x @ w + b`` by x, w and b.

        Parameters
        ----------
        dy : ndarray of shape (N, M)

        Returns
        -------
        ndarray of shape (N, D), or None
            ``dx = dy @ w.T``, batch axis last in memory; None if ``input_gradient`` is off.
            ``grads`` holds ``w`` and ``b``.
        """
        self.grads["w"] = self.x.T @ dy
        self.grads["b"] = dy.sum(axis=0)
        if not self.input_gradient:
            return None
        return (self.params["w"] @ dy.T).T

    def output_shape(self, shape):
        D, M = self.params["w"].shape
        if shape != (D,):
            hint = "; put a Flatten before it" if len(shape) > 1 else ""
            raise wrong_shape(shape, f"(N, {D}){hint}")
        return (M,)

    def multiplications(self, shape):
        return self.params["w"].size

    def arguments(self):
        return self.params["w"].shape, {}
