"""From images to a matrix of patches and back: where a convolution becomes one matrix product.

Images have the shape ``(N, C, H, W)`` and lie in memory as a block ``(C, H, W, N)``: the batch
axis comes last, so every pixel is a contiguous run of N numbers, and copies move long runs.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnlib.arguments import at_least, pair


def output_size(size, kernel, stride=1, pad=0, dilation=1):
    """Count the positions of a kernel along one axis.

    Parameters
    ----------
    size : int
        Pixels along the axis, before padding.
    kernel : int
        Taps of the kernel along the axis.
    stride, pad, dilation : int
        Step between positions, zeros added at each end, distance between taps; in pixels.

    Returns
    -------
    int
        ``(size + 2 * pad - span) // stride + 1``, where the kernel spans
        ``dilation * (kernel - 1) + 1`` pixels.

    Raises
    ------
    ValueError
        If an argument is out of range, or the kernel does not fit the padded axis.

    Derived in lesson 01. Source: Dumoulin and Visin, A guide to convolution arithmetic for deep
    learning (2016), relationship 6.
    """
    at_least(0, size=size, pad=pad)
    at_least(1, kernel=kernel, stride=stride, dilation=dilation)
    span = dilation * (kernel - 1) + 1
    if span > size + 2 * pad:
        raise ValueError(
            f"kernel spans {span} pixels, more than the {size + 2 * pad} of the padded image"
            f" (kernel {kernel}, dilation {dilation}, image {size}, pad {pad})"
        )
    return (size + 2 * pad - span) // stride + 1


def pixels_under(positions, kernel, stride, pad, dilation=1, size=None):
    """List the pixels along one axis that a kernel sees from some of its positions.

    Parameters
    ----------
    positions : iterable of int
    kernel, stride, pad, dilation : int
        As for :func:`output_size`.
    size : int, optional
        Pixels along the axis; if given, those in the padding are left out.

    Returns
    -------
    set of int
    """
    seen = {at * stride - pad + tap * dilation for at in positions for tap in range(kernel)}
    return seen if size is None else seen & set(range(size))


def pad2d(x, pad, value=0.0):
    """Add a frame of ``pad`` pixels around every image, batch axis last in memory.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    pad : int
        Pixels added at each of the four sides.
    value : float
        What the frame holds.

    Returns
    -------
    ndarray of shape (N, C, H + 2 * pad, W + 2 * pad), dtype of x
        A view of a ``(C, H + 2 * pad, W + 2 * pad, N)`` block. With ``pad=0`` it may share
        memory with x.

    Raises
    ------
    ValueError
        If pad is no integer of at least 0.

    Derived in lesson 03.
    """
    at_least(0, pad=pad)
    N, C, H, W = x.shape
    block = x.transpose(1, 2, 3, 0)
    if pad > 0:
        padded = np.full((C, H + 2 * pad, W + 2 * pad, N), value, x.dtype)
        padded[:, pad : pad + H, pad : pad + W] = block
        block = padded
    return np.ascontiguousarray(block).transpose(3, 0, 1, 2)


def windows(x, kernel_size, stride=1, dilation=1, writeable=False):
    """View every patch that a kernel sees, without copying a number.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Padded already.
    kernel_size : int or (int, int)
        Rows KH and columns KW.
    stride, dilation : int
        Step between patches, distance between the pixels of a patch.
    writeable : bool
        Whether the view may be written to; one pixel of x is many elements of the view.

    Returns
    -------
    ndarray of shape (C, KH, KW, OH, OW, N)
        Element ``[c, kh, kw, oh, ow, n]`` is the pixel of image n, channel c, that lies under
        tap (kh, kw) when the kernel stands at output pixel (oh, ow).

    Raises
    ------
    ValueError
        If the kernel does not fit.

    Derived in lesson 03.
    """
    KH, KW = pair(kernel_size)
    output_size(x.shape[2], KH, stride, 0, dilation)
    output_size(x.shape[3], KW, stride, 0, dilation)
    block = x.transpose(1, 2, 3, 0)
    span = (dilation * (KH - 1) + 1, dilation * (KW - 1) + 1)
    view = sliding_window_view(block, span, axis=(1, 2), writeable=writeable)
    view = view[:, ::stride, ::stride, :, ::dilation, ::dilation]
    return view.transpose(0, 4, 5, 1, 2, 3)


def im2col(x, kernel_size, stride=1, pad=0, dilation=1, out=None):
    """Lay out every patch that a kernel sees as a column of one matrix.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    kernel_size : int or (int, int)
        Rows KH and columns KW.
    stride, pad, dilation : int
        Step between patches, zeros added at each side, distance between the pixels of a patch.
    out : ndarray of shape (C * KH * KW, OH * OW * N), optional
        A matrix from an earlier call, filled again if shape and dtype fit: making a large array
        costs as much as filling it.

    Returns
    -------
    ndarray of shape (C * KH * KW, OH * OW * N), dtype of x
        Column ``(oh * OW + ow) * N + n`` holds the patch of image n at output pixel (oh, ow);
        row ``(c * KH + kh) * KW + kw`` its pixel under tap (kh, kw) of channel c.

    Raises
    ------
    ValueError
        If pad is less than 0, or the kernel does not fit the padded image.

    Derived in lesson 03. Source: Chellapilla, Puri, Simard, High performance convolutional neural
    networks for document processing (2006).
    """
    patches = windows(pad2d(x, pad), kernel_size, stride, dilation)
    C, KH, KW, OH, OW, N = patches.shape
    shape = (C * KH * KW, OH * OW * N)
    if out is None or out.shape != shape or out.dtype != x.dtype:
        out = np.empty(shape, x.dtype)
    out.reshape(patches.shape)[...] = patches
    return out


def as_patches(cols, shape):
    """View a patch matrix as ``(C, KH, KW, OH, OW, N)``; refuse one that im2col would not make.

    The rows may come in groups: ``(G, C * KH * KW / G, OH * OW * N)``. Integers too small for the
    sums of col2im are refused, too: they would wrap around.
    """
    if cols.dtype.kind in "biu" and cols.dtype.itemsize < 4:
        raise TypeError(f"cols is {cols.dtype}, expected floats, or integers of 32 bits or more")
    C, KH, KW, OH, OW, N = shape
    if cols.shape[-1] != OH * OW * N or cols.size != math.prod(shape):
        raise ValueError(
            f"cols has shape {cols.shape}, expected {(C * KH * KW, OH * OW * N)}: a column a patch"
        )
    return cols.reshape(shape)


def col2im(cols, shape, kernel_size, stride=1, pad=0, dilation=1):
    """Add every patch back onto the image that it was taken from: the adjoint of im2col.

    A pixel that lies in several patches receives the sum of what they hold, which is what the
    chain rule asks for; so col2im does not invert im2col.

    Parameters
    ----------
    cols : ndarray of shape (C * KH * KW, OH * OW * N)
        Laid out as by :func:`im2col`.
    shape : (int, int, int, int)
        The images' shape (N, C, H, W).
    kernel_size : int or (int, int)
    stride, pad, dilation : int
        As they were given to im2col.

    Returns
    -------
    ndarray of shape (N, C, H, W), dtype of cols
        What falls on the padding is dropped.

    Raises
    ------
    TypeError, ValueError
        If the kernel does not fit the padded image, or cols is not the matrix of such images.

    Derived in lesson 03.
    """
    N, C, H, W = shape
    KH, KW = pair(kernel_size)
    x = pad2d(np.zeros((C, H, W, N), cols.dtype).transpose(3, 0, 1, 2), pad)
    patches = windows(x, kernel_size, stride, dilation, writeable=True)
    cols = as_patches(cols, patches.shape)
    for kh in range(KH):
        for kw in range(KW):
            patches[:, kh, kw] += cols[:, kh, kw]
    return x[:, :, pad : pad + H, pad : pad + W]
