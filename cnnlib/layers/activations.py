"""Activations: one nonlinear function for every number on its own."""

import numpy as np

from cnnlib.arguments import fraction
from cnnlib.layers.base import Layer


class ReLU(Layer):
    """``max(x, 0)``. At 0 the gradient is taken as 0.

    Derived in lesson 04. Source: Nair and Hinton, Rectified linear units improve restricted
    Boltzmann machines (2010).
    """

    kind = "relu"

    def forward(self, x):
        """Replace what is negative by 0; x and y have any, the same shape."""
        self.y = x.clip(0, np.inf)  # np.maximum(x, 0) takes three times as long
        return self.y

    def backward(self, dy):
        """Let dy through where the output was positive."""
        return dy * (self.y > 0)


class LeakyReLU(Layer):
    """``x`` where positive, ``slope * x`` elsewhere, so that no unit is ever dead.

    Parameters
    ----------
    slope : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If the slope is outside.

    Source: Maas, Hannun, Ng, Rectifier nonlinearities improve neural network acoustic models
    (2013).
    """

    kind = "relu"

    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = fraction("slope", slope, whole=True)

    def forward(self, x):
        """Shrink what is negative; x and y have any, the same shape."""
        self.x = x
        return np.maximum(x, self.slope * x)

    def backward(self, dy):
        """Let dy through where x was positive, shrunk elsewhere."""
        return dy * np.where(self.x > 0, 1, self.slope).astype(dy.dtype)

    def arguments(self):
        return (self.slope,), {}


class Sigmoid(Layer):
    """``1 / (1 + exp(-x))``, written with tanh, which never overflows.

    Derived in lesson 04.
    """

    kind = "sigmoid"

    def forward(self, x):
        """Squash every number into 0 to 1; x and y have any, the same shape."""
        self.y = 0.5 + 0.5 * np.tanh(0.5 * x)
        return self.y

    def backward(self, dy):
        """Multiply dy with the slope ``y (1 - y)``, at most a quarter."""
        return dy * self.y * (1 - self.y)


class Tanh(Layer):
    """The hyperbolic tangent, LeNet's choice."""

    kind = "tanh"

    def forward(self, x):
        """Squash every number into -1 to 1; x and y have any, the same shape."""
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        """Multiply dy with the slope ``1 - y * y``."""
        return dy * (1 - self.y * self.y)
