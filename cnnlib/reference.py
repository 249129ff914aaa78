"""The operations of a convolutional network as plain loops: slow, and as close to words as code is.

This is the specification: the fast versions in :mod:`cnnlib.im2col` and :mod:`cnnlib.layers` have
to give the same numbers, and the tests hold them to it.  Images have the shape ``(N, C, H, W)``,
filters ``(F, C, KH, KW)``; nothing here depends on the order in memory.

In every loop, output pixel (oh, ow) sees input pixel
``(oh * stride + kh * dilation - pad, ow * stride + kw * dilation - pad)`` under tap (kh, kw).
"""

import numpy as np


def size_after(size, kernel, stride, pad, dilation=1):
    """Count the positions of a kernel along one axis, by trying them."""
    span = dilation * (kernel - 1) + 1
    return len(range(0, size + 2 * pad - span + 1, stride))


def add_frame(x, pad, value=0.0):
    """Copy x of shape (N, C, H, W) into the middle of an array ``pad`` wider at each side."""
    N, C, H, W = x.shape
    framed = np.full((N, C, H + 2 * pad, W + 2 * pad), value, x.dtype)
    framed[:, :, pad : pad + H, pad : pad + W] = x
    return framed


def cut_frame(x, pad):
    """Copy x without the ``pad`` outermost pixels at each side: undo :func:`add_frame`."""
    _, _, H, W = x.shape
    return x[:, :, pad : H - pad, pad : W - pad].copy()


def conv2d(x, w, b, stride=1, pad=0, dilation=1, groups=1):
    """Slide every filter over every image.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    w : ndarray of shape (F, C / groups, KH, KW)
    b : ndarray of shape (F,)
    stride, pad, dilation, groups : int

    Returns
    -------
    ndarray of shape (N, F, OH, OW), dtype of x

    Derived in lesson 01.
    """
    N, C, H, W = x.shape
    F, CG, KH, KW = w.shape
    OH = size_after(H, KH, stride, pad, dilation)
    OW = size_after(W, KW, stride, pad, dilation)
    x = add_frame(x, pad)
    y = np.zeros((N, F, OH, OW), x.dtype)
    for n, f, oh, ow in np.ndindex(N, F, OH, OW):
        first = f // (F // groups) * CG  # the first channel that this filter sees
        total = b[f]
        for c, kh, kw in np.ndindex(CG, KH, KW):
            row, column = oh * stride + kh * dilation, ow * stride + kw * dilation
            total += w[f, c, kh, kw] * x[n, first + c, row, column]
        y[n, f, oh, ow] = total
    return y


def conv2d_backward(dy, x, w, stride=1, pad=0, dilation=1, groups=1):
    """Send every gradient to the pixel and the weight that were multiplied.

    Parameters
    ----------
    dy : ndarray of shape (N, F, OH, OW)
        Gradient of the loss by the output of :func:`conv2d`.
    x, w, stride, pad, dilation, groups
        As they were given to conv2d.

    Returns
    -------
    (ndarray, ndarray, ndarray)
        dx, dw, db, of the shapes of x, w, b and their dtype.
    """
    N, F, OH, OW = dy.shape
    _, CG, KH, KW = w.shape
    x = add_frame(x, pad)
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(F, w.dtype)
    for n, f, oh, ow in np.ndindex(N, F, OH, OW):
        first = f // (F // groups) * CG
        db[f] += dy[n, f, oh, ow]
        for c, kh, kw in np.ndindex(CG, KH, KW):
            row, column = oh * stride + kh * dilation, ow * stride + kw * dilation
            dx[n, first + c, row, column] += w[f, c, kh, kw] * dy[n, f, oh, ow]
            dw[f, c, kh, kw] += x[n, first + c, row, column] * dy[n, f, oh, ow]
    return cut_frame(dx, pad), dw, db


def max_pool2d(x, kernel_size, stride, pad=0):
    """Keep the largest number of every window.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    kernel_size : (int, int)
        Rows KH and columns KW.
    stride, pad : int
        The frame never wins.

    Returns
    -------
    ndarray of shape (N, C, OH, OW), dtype of x

    See lesson 02.
    """
    N, C, H, W = x.shape
    KH, KW = kernel_size
    OH, OW = size_after(H, KH, stride, pad), size_after(W, KW, stride, pad)
    x = add_frame(x, pad, -np.inf)
    y = np.zeros((N, C, OH, OW), x.dtype)
    for n, c, oh, ow in np.ndindex(N, C, OH, OW):
        row, column = oh * stride, ow * stride
        y[n, c, oh, ow] = x[n, c, row : row + KH, column : column + KW].max()
    return y


def max_pool2d_backward(dy, x, kernel_size, stride, pad=0):
    """Send every gradient to the pixel that won; of equal ones to the first, row by row.

    Where a window holds nothing but -inf that may be one of the frame, and its gradient is lost;
    :class:`cnnlib.layers.pool.MaxPool2D` names one in the image.

    Parameters
    ----------
    dy : ndarray of shape (N, C, OH, OW)
    x, kernel_size, stride, pad
        As they were given to :func:`max_pool2d`.

    Returns
    -------
    ndarray of shape (N, C, H, W), dtype of x
    """
    KH, KW = kernel_size
    x = add_frame(x, pad, -np.inf)
    dx = np.zeros_like(x)
    for n, c, oh, ow in np.ndindex(dy.shape):
        row, column = oh * stride, ow * stride
        window = x[n, c, row : row + KH, column : column + KW]
        kh, kw = divmod(window.argmax(), KW)  # argmax returns the first of equals
        dx[n, c, row + kh, column + kw] += dy[n, c, oh, ow]
    return cut_frame(dx, pad)


def avg_pool2d(x, kernel_size, stride, pad=0):
    """Average every window; the frame counts as zeros.

    Parameters and result as for :func:`max_pool2d`.

    See lesson 02.
    """
    N, C, H, W = x.shape
    KH, KW = kernel_size
    OH, OW = size_after(H, KH, stride, pad), size_after(W, KW, stride, pad)
    x = add_frame(x, pad)
    y = np.zeros((N, C, OH, OW), x.dtype)
    for n, c, oh, ow in np.ndindex(N, C, OH, OW):
        row, column = oh * stride, ow * stride
        y[n, c, oh, ow] = x[n, c, row : row + KH, column : column + KW].mean()
    return y


def avg_pool2d_backward(dy, shape, kernel_size, stride, pad=0):
    """Share every gradient equally among the pixels of its window.

    Parameters
    ----------
    dy : ndarray of shape (N, C, OH, OW)
    shape : (int, int, int, int)
        The images' shape (N, C, H, W).
    kernel_size, stride, pad
        As they were given to :func:`avg_pool2d`.

    Returns
    -------
    ndarray of shape (N, C, H, W), dtype of dy
    """
    KH, KW = kernel_size
    dx = add_frame(np.zeros(shape, dy.dtype), pad)
    for n, c, oh, ow in np.ndindex(dy.shape):
        row, column = oh * stride, ow * stride
        dx[n, c, row : row + KH, column : column + KW] += dy[n, c, oh, ow] / (KH * KW)
    return cut_frame(dx, pad)


def im2col(x, kernel_size, stride=1, pad=0, dilation=1):
    """Write every patch that a kernel sees as a column of one matrix.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    kernel_size : (int, int)
        Rows KH and columns KW.
    stride, pad, dilation : int

    Returns
    -------
    ndarray of shape (C * KH * KW, OH * OW * N), dtype of x
        Row ``(c * KH + kh) * KW + kw``, column ``(oh * OW + ow) * N + n``.

    See lesson 03.
    """
    N, C, H, W = x.shape
    KH, KW = kernel_size
    OH, OW = size_after(H, KH, stride, pad, dilation), size_after(W, KW, stride, pad, dilation)
    x = add_frame(x, pad)
    cols = np.zeros((C * KH * KW, OH * OW * N), x.dtype)
    for n, c, oh, ow, kh, kw in np.ndindex(N, C, OH, OW, KH, KW):
        i, j = (c * KH + kh) * KW + kw, (oh * OW + ow) * N + n
        cols[i, j] = x[n, c, oh * stride + kh * dilation, ow * stride + kw * dilation]
    return cols


def col2im(cols, shape, kernel_size, stride=1, pad=0, dilation=1):
    """Add every number of the matrix to the pixel that im2col took it from.

    Parameters
    ----------
    cols : ndarray of shape (C * KH * KW, OH * OW * N)
    shape : (int, int, int, int)
        The images' shape (N, C, H, W).
    kernel_size, stride, pad, dilation
        As they were given to :func:`im2col`.

    Returns
    -------
    ndarray of shape (N, C, H, W), dtype of cols

    See lesson 03.
    """
    N, C, H, W = shape
    KH, KW = kernel_size
    OH, OW = size_after(H, KH, stride, pad, dilation), size_after(W, KW, stride, pad, dilation)
    x = add_frame(np.zeros(shape, cols.dtype), pad)
    for n, c, oh, ow, kh, kw in np.ndindex(N, C, OH, OW, KH, KW):
        i, j = (c * KH + kh) * KW + kw, (oh * OW + ow) * N + n
        x[n, c, oh * stride + kh * dilation, ow * stride + kw * dilation] += cols[i, j]
    return cut_frame(x, pad)
