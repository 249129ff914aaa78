"""Convolution with fewer multiplications: Winograd's minimal filtering, tile by tile.

The m outputs of a filter of r taps need m + r - 1 multiplications and not m * r, and along two
axes the saving is squared: 6 x 6 outputs of a 3 x 3 filter take 64 products in place of 324. The
price is sums, and some precision.

Each tile of the images is transformed, multiplied with the transformed filters, and transformed
back: :func:`minimal_filtering` makes the three matrices, :class:`Winograd` does the three steps
and, going back, their transposes. A tile holds all images, so that each step is a matrix product.

Derived in lesson 08. Sources: Winograd, Arithmetic complexity of computations (1980); Lavin and
Gray, Fast algorithms for convolutional neural networks (2016).
"""

from functools import cache
from itertools import product

import numpy as np

from cnnlib.blas import InOrder

POINTS = (0, 1, -1, 2, -1 / 2, -2, 1 / 2)  # few and small: powers of them amplify rounding
LARGEST = len(POINTS) + 1  # side of the largest tile


def minimal_filtering(m, r, points=POINTS):
    """Make the matrices of F(m, r): m outputs of r taps with m + r - 1 multiplications.

    A filter g of r taps slides over m + r - 1 numbers x: the outputs are
    ``A.T @ ((G @ g) * (B.T @ x))``.

    Multiplying two polynomials of m and of r coefficients means: take the values of both at
    m + r - 1 points, multiply, and find the polynomial through the products. As a matrix, that is
    ``inv(values) @ ((values[:, :r] @ g) * (values[:, :m] @ h))``. It is linear in h, and its
    transpose is the filtering.

    Parameters
    ----------
    m, r : int
        Outputs and taps, at least 1 each.
    points : sequence of float
        At least m + r - 2 different numbers; the last point is infinity.

    Returns
    -------
    A, B, G : ndarray of shape (a, m), (a, a), (a, r), float64
        With a = m + r - 1.

    Derived in lesson 08.
    """
    a = m + r - 1
    points = np.array(points[: a - 1])
    infinity = np.eye(a)[-1:]  # the value at infinity is the highest coefficient
    values = np.vstack([np.vander(points, a, increasing=True), infinity])
    A = np.vstack([values[:-1, :m], np.eye(m)[-1:]])
    G = np.vstack([values[:-1, :r], np.eye(r)[-1:]])
    scale = np.array([np.prod([p - q for q in points if q != p]) for p in points] + [1.0])
    return A, np.linalg.inv(values) * scale, G / scale[:, None]  # B is then of whole numbers or so


matrices = cache(minimal_filtering)  # which takes as long as a small convolution


def tile_outputs(OH, OW, K):
    """Choose m, so that tiles of m x m outputs cover OH x OW with the fewest multiplications.

    Large tiles save more, unless much of the last one lies outside.

    Derived in lesson 08.
    """
    sizes = range(2, LARGEST - K + 2)
    return min(sizes, key=lambda m: -(-OH // m) * -(-OW // m) * (m + K - 1) ** 2)


def sandwich(T, tile):
    """Multiply a tile with T from the left and with its transpose from the right, T tile T.T.

    Parameters
    ----------
    T : ndarray of shape (p, q)
    tile : ndarray of shape (q, q, ...)

    Returns
    -------
    ndarray of shape (p, p, ...)
        Its two first axes are exchanged: two sandwiches put them back.

    Derived in lesson 08.
    """
    half = T @ tile.reshape(*tile.shape[:2], -1)
    return (T @ half.swapaxes(0, 1)).reshape(len(T), len(T), *tile.shape[2:])


def cut(x, r, c, size):
    """Copy the pixels of all images from (r, c) on: (size, size, C, N), zeros outside of x."""
    inside = x[:, :, max(r, 0) : max(r + size, 0), max(c, 0) : max(c + size, 0)]
    inside, top, left = inside.transpose(2, 3, 1, 0), max(-r, 0), max(-c, 0)
    tile = np.zeros((size, size, *inside.shape[2:]), x.dtype)
    tile[top : top + len(inside), left : left + inside.shape[1]] = inside
    return tile


def overlap_add(total, part, start, overlap, axis=0):
    """Write a part into a total from ``start`` on, its first ``overlap`` added to the part before.

    At ``start`` 0 there is none before. The part is changed.
    """
    total, part = np.moveaxis(total, axis, 0)[start:], np.moveaxis(part, axis, 0)
    if start:
        part[:overlap] += total[:overlap]
    total[: len(part)] = part


class Winograd:
    """One convolution of stride 1 by F(m x m, K x K), forward and backward.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images; ``backward`` reads them again.
    w : ndarray of shape (F, C, K, K), dtype of x
        Filters, K from 2 to ``LARGEST - 1``.
    pad : int
        Zeros added at each side.
    share : function of (function, parts)
        Calls the function with each part and returns or yields the results in that order:
        ``map``, or one that does it on several threads. The results are the same, bit for bit.
    m : int, optional
        Outputs of a tile along each axis, m + K - 1 at most ``LARGEST``; by default
        :func:`tile_outputs` chooses.

    In float32 the results differ from exact ones by up to 4 millionths of their size (root mean
    square), up to ten times as much as those of one product of the patch matrix; less for smaller
    tiles.

    Derived in lesson 08.
    """

    def __init__(self, x, w, pad=0, share=map, m=None):
        F, C, K, _ = w.shape
        N, _, H, W = x.shape
        OH, OW = H + 2 * pad - K + 1, W + 2 * pad - K + 1
        self.m = m = m or tile_outputs(OH, OW, K)
        self.a = m + K - 1
        self.A, self.B, self.G = (T.astype(w.dtype) for T in matrices(m, K))
        self.U = sandwich(self.G, w.transpose(2, 3, 0, 1))  # (a, a, F, C)
        self.x, self.pad, self.share, self.y_shape = x, pad, share, (N, F, OH, OW)
        self.corners = list(product(range(0, OH, m), range(0, OW, m)))

    def look(self, r, c):
        """Transform the tile of the images that the outputs from (r, c) on see: (a, a, C, N)."""
        return sandwich(self.B.T, cut(self.x, r - self.pad, c - self.pad, self.a))

    def forward(self, b):
        """Convolve, and add the bias.

        Parameters
        ----------
        b : ndarray of shape (F,)

        Returns
        -------
        ndarray of shape (N, F, OH, OW), batch axis last in memory
        """
        N, F, OH, OW = self.y_shape
        y, m = np.empty((F, OH, OW, N), self.x.dtype), self.m

        def tile(corner):
            r, c = corner
            M = self.U @ self.look(r, c)  # (a, a, F, N)
            M[1, 1] += b.reshape(F, 1)  # at the point 1, which adds to each output alike
            part = y[:, r : r + m, c : c + m]
            inside = sandwich(self.A.T, M)[: part.shape[1], : part.shape[2]]
            part[...] = inside.transpose(2, 0, 1, 3)

        list(self.share(tile, self.corners))
        return y.transpose(3, 0, 1, 2)

    def backward(self, dy, input_gradient=True):
        """Differentiate: the transpose of each step, last to first.

        Parameters
        ----------
        dy : ndarray of shape (N, F, OH, OW)
        input_gradient : bool
            Whether dx is wanted.

        Returns
        -------
        dx, dw : ndarray of shape (N, C, H, W), or None, and (F, C, K, K)
        """
        N, C, H, W = self.x.shape
        F, a, m, pad = self.U.shape[2], self.a, self.m, self.pad
        UT, overlap = self.U.swapaxes(2, 3), a - m
        rows, cols = (last + a for last in self.corners[-1])
        dU = np.zeros((a, a, C, F), dy.dtype)
        dx, row = np.empty((C, rows, cols, N), dy.dtype), np.empty((a, cols, C, N), dy.dtype)

        def tile(corner):
            r, c = corner
            dM = sandwich(self.A, cut(dy, r, c, m))  # (a, a, F, N)
            dx_tile = sandwich(self.B, UT @ dM) if input_gradient else None
            total.put(corner, self.look(r, c) @ dM.swapaxes(2, 3), dx_tile)

        def add(corner, dU_tile, dx_tile):
            r, c = corner
            np.add(dU, dU_tile, out=dU)
            if input_gradient:
                overlap_add(row, dx_tile, c, overlap, 1)
                if c + a == cols:
                    overlap_add(dx.transpose(1, 2, 0, 3), row, r, overlap)

        total = InOrder(add, self.corners)
        list(self.share(tile, self.corners))
        dw = sandwich(self.G.T, dU).transpose(3, 2, 0, 1)
        dx = dx[:, pad : pad + H, pad : pad + W].transpose(3, 0, 1, 2)
        return dx if input_gradient else None, dw
