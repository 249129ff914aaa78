"""Layers that change the shape and nothing else."""

import math

from cnnlib.layers.base import Layer


class Flatten(Layer):
    """Images to rows of numbers, ``(N, C, H, W)`` to ``(N, C * H * W)``; a view, no copy.

    Derived in lesson 04.
    """

    kind = "flatten"

    def forward(self, x):
        """Write the numbers of each image in one row, channel by channel, row by row."""
        self.x_shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        """Give the gradient the images' shape back."""
        return dy.reshape(self.x_shape)

    def output_shape(self, shape):
        return (math.prod(shape),)
