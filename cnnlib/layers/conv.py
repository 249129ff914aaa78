"""Convolution as one matrix product."""

import numpy as np

from cnnlib.arguments import at_least, pair
from cnnlib.im2col import col2im, im2col, output_size, pixels_under
from cnnlib.initializers import he
from cnnlib.layers.base import Layer, wrong_shape


class Conv2D(Layer):
    """Filters slid over images; the book calls it Convolution.

    Parameters
    ----------
    channels : int
        C, channels of the input.
    filters : int
        F, filters, which is channels of the output.
    kernel_size : int or (int, int)
        Rows KH and columns KW of a filter.
    stride, pad, dilation : int
        Step between positions, zeros added at each side, distance between taps.
    groups : int
        G, independent convolutions side by side, each from C / G channels to F / G filters.
    init : function of (shape, rng)
        Draws the weights; see :mod:`cnnlib.initializers`.
    rng : numpy.random.Generator, int or None
        Source of the draw; a fresh one if None.

    ``params``: ``w`` of shape (F, C / G, KH, KW) and ``b`` of shape (F,), float32.

    Raises
    ------
    ValueError
        If an argument is out of range, or groups does not divide channels and filters.

    Derived in lessons 03 (forward) and 04 (backward).
    """

    kind = "conv"

    def __init__(self, channels, filters, kernel_size, stride=1, pad=0, dilation=1, groups=1,
                 init=he, rng=None):  # fmt: skip
        super().__init__()
        KH, KW = pair(kernel_size)
        at_least(1, channels=channels, filters=filters, groups=groups)
        at_least(1, stride=stride, dilation=dilation)
        at_least(0, pad=pad)
        if channels % groups or filters % groups:
            raise ValueError(
                f"groups is {groups}, expected a divisor of channels ({channels})"
                f" and of filters ({filters})"
            )
        self.channels, self.groups = int(channels), int(groups)
        self.stride, self.pad, self.dilation = int(stride), int(pad), int(dilation)
        shape = (filters, channels // groups, KH, KW)
        self.params["w"] = init(shape, np.random.default_rng(rng))
        self.params["b"] = np.zeros(filters, np.float32)
        self.cols = None

    def forward(self, x):
        """Multiply the filters with every patch.

        Parameters
        ----------
        x : ndarray of shape (N, C, H, W), dtype of the weights

        Returns
        -------
        ndarray of shape (N, F, OH, OW), the same dtype

        Raises
        ------
        TypeError, ValueError
            If dtype, channels or size do not fit.
        """
        w, b, G = self.params["w"], self.params["b"], self.groups
        self.x_shape = x.shape
        self.cols = im2col(x, w.shape[2:], self.stride, self.pad, self.dilation, out=self.cols)
        F, OH, OW = self.output_shape(x.shape[1:])
        y = w.reshape(G, F // G, -1) @ self.cols.reshape(G, -1, self.cols.shape[1])
        y = y.reshape(F, OH, OW, len(x))
        y += b.reshape(F, 1, 1, 1)
        return y.transpose(3, 0, 1, 2)

    def backward(self, dy):
        """Differentiate: the backward pass of a dense layer, then col2im.

        Parameters
        ----------
        dy : ndarray of shape (N, F, OH, OW)

        Returns
        -------
        ndarray of shape (N, C, H, W), or None
            dx; None if ``input_gradient`` is off. ``grads`` holds ``w`` and ``b``.
        """
        w, G = self.params["w"], self.groups
        F = len(w)
        dy = dy.transpose(1, 2, 3, 0).reshape(G, F // G, -1)
        cols = self.cols.reshape(G, -1, self.cols.shape[1])
        dw = cols @ dy.transpose(0, 2, 1)  # long matrix first: up to twice as fast with AVX-512
        self.grads["w"] = dw.transpose(0, 2, 1).reshape(w.shape)
        self.grads["b"] = dy.sum(axis=2).reshape(F)
        if not self.input_gradient:
            return None
        dcols = np.matmul(w.reshape(G, F // G, -1).transpose(0, 2, 1), dy, out=cols)
        return col2im(dcols, self.x_shape, w.shape[2:], self.stride, self.pad, self.dilation)

    def output_shape(self, shape):
        F, _, KH, KW = self.params["w"].shape
        if len(shape) != 3 or shape[0] != self.channels:
            raise wrong_shape(shape, f"(N, {self.channels}, H, W)")
        _, H, W = shape
        OH = output_size(H, KH, self.stride, self.pad, self.dilation)
        OW = output_size(W, KW, self.stride, self.pad, self.dilation)
        return F, OH, OW

    def multiplications(self, shape):
        _, OH, OW = self.output_shape(shape)
        return self.params["w"].size * OH * OW

    def numbers(self, shape):
        F, OH, OW = self.output_shape(shape)
        return (F + self.groups * self.params["w"][0].size) * OH * OW

    def needs(self, shape, rows, axis=0, clip=True):
        kernel, size = self.params["w"].shape[2 + axis], shape[1 + axis] if clip else None
        return pixels_under(rows, kernel, self.stride, self.pad, self.dilation, size)

    def arguments(self):
        F, _, KH, KW = self.params["w"].shape
        usual = {"stride": 1, "pad": 0, "dilation": 1, "groups": 1}
        named = {name: getattr(self, name) for name in usual if getattr(self, name) != usual[name]}
        return (self.channels, F, (KH, KW)), named
