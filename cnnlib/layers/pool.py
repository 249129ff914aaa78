"""Pooling: one number for each window, channel by channel."""

import numpy as np

from cnnlib.arguments import at_least, pair
from cnnlib.im2col import output_size, pad2d, pixels_under, windows
from cnnlib.layers.base import Layer, wrong_shape


class Pool2D(Layer):
    """What max and average pooling share: a window and its steps.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Rows KH and columns KW of the window.
    stride : int, optional
        Step between windows; the window's rows if not given, so that windows tile the image.
    pad : int
        Pixels added at each side, at most half the window, so that none lies all in the frame.

    Raises
    ------
    ValueError
        If an argument is out of range, or no stride is given for a window that is not square.

    See lesson 02.
    """

    kind = "pool"

    def __init__(self, kernel_size, stride=None, pad=0):
        super().__init__()
        KH, KW = pair(kernel_size)
        if stride is None and KH != KW:
            raise ValueError(f"stride is not given, expected one for a window of {KH} by {KW}")
        stride = KH if stride is None else stride
        at_least(1, stride=stride)
        at_least(0, pad=pad)
        self.kernel_size, self.stride, self.pad = (KH, KW), int(stride), int(pad)
        if pad > min(KH, KW) // 2:
            raise ValueError(f"pad is {pad}, expected 0 to {min(KH, KW) // 2}, half the window")

    def output_shape(self, shape):
        if len(shape) != 3:
            raise wrong_shape(shape, "(N, C, H, W)")
        C, H, W = shape
        KH, KW = self.kernel_size
        OH = output_size(H, KH, self.stride, self.pad)
        return C, OH, output_size(W, KW, self.stride, self.pad)

    def needs(self, shape, rows, axis=0, clip=True):
        kernel, size = self.kernel_size[axis], shape[1 + axis] if clip else None
        return pixels_under(rows, kernel, self.stride, self.pad, size=size)

    def arguments(self):
        padded = {"pad": self.pad} if self.pad else {}
        return (self.kernel_size,), {"stride": self.stride} | padded


class MaxPool2D(Pool2D):
    """Keep the largest number of each window; the book calls it Pooling.

    Where it was is remembered, because that is where the gradient goes. Of equal ones the first
    counts, row by row; of several NaN the last. The frame that padding adds never wins.

    Parameters and errors as for :class:`Pool2D`.

    Derived in lessons 02 (forward) and 04 (backward).
    """

    def __init__(self, kernel_size, stride=None, pad=0):
        super().__init__(kernel_size, stride, pad)
        KH, KW = self.kernel_size
        if KH * KW > 256:  # the winner's number is kept in one byte
            raise ValueError(f"kernel_size is {kernel_size}, expected at most 256 pixels a window")

    def forward(self, x):
        """Keep the maximum of each window, and which pixel it was.

        Parameters
        ----------
        x : ndarray of shape (N, C, H, W), float

        Returns
        -------
        ndarray of shape (N, C, OH, OW), the same dtype

        Raises
        ------
        TypeError, ValueError
            If dtype or size do not fit.
        """
        self.x_shape = x.shape
        patches = windows(pad2d(x, self.pad, -np.inf), self.kernel_size, self.stride)
        y = patches[:, 0, 0].copy()
        self.winner = np.zeros(y.shape, np.uint8)
        for k, (kh, kw) in list(enumerate(np.ndindex(self.kernel_size)))[1:]:
            pixel = patches[:, kh, kw]
            larger = (pixel > y).view(np.uint8)
            np.maximum(self.winner, larger * np.uint8(k), out=self.winner)
            np.maximum(y, pixel, out=y)
        if not (y > -np.inf).all():
            self.settle(patches, y)
        return y.transpose(3, 0, 1, 2)

    def settle(self, patches, y):
        """Name the winners that comparing did not find: NaN, and where there is only -inf."""
        KH, KW = self.kernel_size
        kh, kw = (np.maximum(self.pad - self.stride * np.arange(n), 0) for n in y.shape[1:3])
        first = (kh[:, None] * KW + kw).astype(np.uint8)[:, :, None]  # the first in the image
        self.winner = np.where(y == -np.inf, first, self.winner)
        for k, (kh, kw) in enumerate(np.ndindex(KH, KW)):
            self.winner[np.isnan(patches[:, kh, kw])] = k

    def backward(self, dy):
        """Send each gradient to the pixel that won.

        Parameters
        ----------
        dy : ndarray of shape (N, C, OH, OW)

        Returns
        -------
        ndarray of shape (N, C, H, W)
        """
        N, C, H, W = self.x_shape
        dx = pad2d(np.zeros((C, H, W, N), dy.dtype).transpose(3, 0, 1, 2), self.pad)
        patches = windows(dx, self.kernel_size, self.stride, writeable=True)
        dy = dy.transpose(1, 2, 3, 0)
        overlap = self.stride < max(self.kernel_size)
        for k, (kh, kw) in enumerate(np.ndindex(self.kernel_size)):
            if overlap:
                patches[:, kh, kw] += dy * (self.winner == k)
            else:
                np.multiply(dy, self.winner == k, out=patches[:, kh, kw])
        return dx[:, :, self.pad : self.pad + H, self.pad : self.pad + W]


class AvgPool2D(Pool2D):
    """Average pooling: the mean of each window, padding counted as zeros.

    Parameters and errors as for :class:`Pool2D`.

    Derived in lessons 02 (forward) and 04 (backward).
    """

    def forward(self, x):
        """Average each window.

        Parameters
        ----------
        x : ndarray of shape (N, C, H, W), float

        Returns
        -------
        ndarray of shape (N, C, OH, OW), the same dtype

        Raises
        ------
        TypeError, ValueError
            If dtype or size do not fit.
        """
        self.x_shape = x.shape
        patches = windows(pad2d(x, self.pad), self.kernel_size, self.stride)
        y = patches[:, 0, 0].copy()
        for kh, kw in list(np.ndindex(self.kernel_size))[1:]:
            y += patches[:, kh, kw]
        y /= np.prod(self.kernel_size)
        return y.transpose(3, 0, 1, 2)

    def backward(self, dy):
        """Share each gradient equally among the pixels of its window.

        Parameters
        ----------
        dy : ndarray of shape (N, C, OH, OW)

        Returns
        -------
        ndarray of shape (N, C, H, W)
        """
        N, C, H, W = self.x_shape
        dx = pad2d(np.zeros((C, H, W, N), dy.dtype).transpose(3, 0, 1, 2), self.pad)
        patches = windows(dx, self.kernel_size, self.stride, writeable=True)
        share = dy.transpose(1, 2, 3, 0) / np.prod(self.kernel_size).astype(dy.dtype)
        for kh, kw in np.ndindex(self.kernel_size):
            patches[:, kh, kw] += share
        return dx[:, :, self.pad : self.pad + H, self.pad : self.pad + W]


class GlobalAvgPool2D(Layer):
    """One number a channel: the mean over all its pixels.

    Source: Lin, Chen, Yan, Network in network (2013).
    """

    kind = "pool"

    def forward(self, x):
        """Average each channel.

        Parameters
        ----------
        x : ndarray of shape (N, C, H, W), float

        Returns
        -------
        ndarray of shape (N, C), the same dtype

        Raises
        ------
        TypeError, ValueError
            If dtype or number of axes do not fit.
        """
        self.x_shape = x.shape
        return x.mean(axis=(2, 3))

    def backward(self, dy):
        """Share each gradient equally among all pixels.

        Parameters
        ----------
        dy : ndarray of shape (N, C)

        Returns
        -------
        ndarray of shape (N, C, H, W)
        """
        N, C, H, W = self.x_shape
        share = dy.T.reshape(C, 1, 1, N) / dy.dtype.type(H * W)
        return np.broadcast_to(share, (C, H, W, N)).copy().transpose(3, 0, 1, 2)

    def output_shape(self, shape):
        if len(shape) != 3:
            raise wrong_shape(shape, "(N, C, H, W)")
        return shape[:1]
