"""Random distortions of images: shifted, turned, scaled, crumpled.

Images are float arrays of shape ``(N, C, H, W)``; a point is a row and a column, in pixels.
"""

import math

import numpy as np

from cnnlib.arguments import at_least_0, floats, fraction, generator, positive, shaped


def augment(x, rng, shift=2.0, rotate=10.0, scale=0.1, elastic=0.0, smoothness=4.0):
    """Distort every image at random: shifted, rotated, scaled, and crumpled if asked for.

    Each strength bounds a draw that is uniform around "no change"; with all of them 0 the
    images come back as they were.

    Parameters
    ----------
    x : float ndarray of shape (N, C, H, W)
        Left unchanged. What is drawn for an image is used for all its channels.
    rng : numpy.random.Generator
    shift : float
        Largest shift along each axis, in pixels.
    rotate : float
        Largest rotation about the centre, in degrees, either way.
    scale : float
        Largest growth or shrinking as a fraction: 0.1 draws sizes from 90 % to 110 %.
    elastic : float
        Standard deviation of each pixel's displacement along each axis, in pixels.
    smoothness : float
        Width (standard deviation) of the Gaussian that makes neighbours move alike, in pixels.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        Dtype of `x`. What enters from outside the image is 0.

    Raises
    ------
    ValueError
        If `x` is not of that shape or a strength is out of range.
    TypeError
        If `x` is not an array of floats or `rng` not a Generator.

    Source: Simard, Steinkraus, Platt (2003), whose elastic distortion has alpha 34 and sigma 4:
    here ``elastic=1.4, smoothness=4``.
    """
    n, h, w = _size(x)
    generator(rng)
    for name, value in {"shift": shift, "rotate": rotate, "elastic": elastic}.items():
        at_least_0(name, value)
    fraction("scale", scale)  # at 1, an image would vanish
    positive(smoothness=smoothness)

    rows, cols, angles, sizes = rng.uniform(-1, 1, size=(4, n))
    matrices = affine(rotate * angles, 1 + scale * sizes, shift * np.stack([rows, cols], axis=1))
    displacement = None
    if elastic > 0:
        drawn = np.float64 if x.itemsize > 4 else np.float32  # all that NumPy draws
        displacement = elastic * smooth_noise(rng, (n, 2, h, w), smoothness, drawn)
    return warp(x, matrices, displacement)


def affine(angle, size, shift):
    """Make the matrices with which `warp` rotates, then scales, then shifts images.

    Parameters
    ----------
    angle : ndarray of shape (N,)
        Rotation in degrees, counter-clockwise as seen.
    size : ndarray of shape (N,)
        Magnification: 2 doubles heights and widths.
    shift : ndarray of shape (N, 2)
        Shift in pixels, down and to the right.

    Returns
    -------
    float64 ndarray of shape (N, 2, 3)
        ``m[:, :2] @ p + m[:, 2]`` is the point, as row and column from the image's centre, that
        lands on ``p``: the inverse of the motion, because `warp` asks where a pixel comes from.

    Derived in lesson 07.
    """
    shift = np.asarray(shift, dtype=np.float64)
    radians = np.deg2rad(angle)
    cos, sin = np.cos(radians) / size, np.sin(radians) / size
    turn = np.stack([cos, sin, -sin, cos], axis=-1).reshape(-1, 2, 2)
    return np.concatenate([turn, -turn @ shift[:, :, None]], axis=2)


def smooth_noise(rng, shape, smoothness, dtype=np.float32):
    """Draw random fields whose values have standard deviation 1 and resemble their neighbours'.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : tuple of int
        The last two axes are the height and width of a field.
    smoothness : float
        Standard deviation in pixels of the Gaussian with which uniform noise is smoothed.
    dtype : float32 or float64

    Returns
    -------
    ndarray of that shape and dtype

    Raises
    ------
    ValueError
        If `smoothness` is not above 0.
    TypeError
        If `rng` is not a Generator.
    """
    generator(rng)
    positive(smoothness=smoothness)

    def gaussian(length):
        """Matrix that smooths along one axis; rows of norm 1 keep the variance of white noise."""
        at = np.arange(length)
        weights = np.exp(-0.5 * ((at[:, None] - at) / smoothness) ** 2)
        return (weights / np.linalg.norm(weights, axis=1, keepdims=True)).astype(dtype)

    noise = math.sqrt(12) * (rng.random(shape, dtype=dtype) - 0.5)  # mean 0, variance 1
    return gaussian(shape[-2]) @ noise @ gaussian(shape[-1]).T


def warp(x, matrices, displacement=None):
    """Look up every pixel of the output where it comes from in the input, between pixels too.

    Parameters
    ----------
    x : float ndarray of shape (N, C, H, W)
    matrices : ndarray of shape (N, 2, 3)
        From an output pixel's row and column to the input's, both from the centre: see `affine`.
    displacement : ndarray of shape (N, 2, H, W), optional
        Added to the rows and columns to look up, in pixels.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        Dtype of `x`. Bilinear interpolation; outside the image lies 0.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.
    TypeError
        If `x` is not an array of floats.
    """
    n, h, w = _size(x)
    shaped("matrices", matrices, (n, 2, 3))
    if displacement is not None:
        shaped("displacement", displacement, (n, 2, h, w))
    rows, cols = np.indices((h, w)).reshape(2, h * w)
    points = np.stack([rows - (h - 1) / 2, cols - (w - 1) / 2, np.ones(h * w)]).astype(x.dtype)
    source = (np.reshape(matrices, (n * 2, 3)).astype(x.dtype) @ points).reshape(n, 2, h, w)
    if displacement is not None:
        source += displacement
    return bilinear(x, source[:, 0] + (h - 1) / 2, source[:, 1] + (w - 1) / 2)


def bilinear(x, rows, cols):
    """Read images between their pixels: the mean of the four around a place, the nearer the more.

    Parameters
    ----------
    x : float ndarray of shape (N, C, H, W)
    rows, cols : float ndarrays of shape (N, OH, OW)
        Where to read each image; the middle of its first pixel is (0, 0). Outside lies 0.

    Returns
    -------
    ndarray of shape (N, C, OH, OW)
        Dtype of `x`.

    Derived in lesson 07.
    """
    N, C, H, W = x.shape
    framed = np.zeros((N, C, H + 2, W + 2), x.dtype)  # one pixel stands for all that is outside
    framed[:, :, 1:-1, 1:-1] = x
    rows, cols = np.clip(rows + 1, 0, H + 1), np.clip(cols + 1, 0, W + 1)
    top, left = np.minimum(np.floor(rows), H), np.minimum(np.floor(cols), W)
    down, right = (rows - top).astype(x.dtype)[:, None], (cols - left).astype(x.dtype)[:, None]
    planes = np.arange(N * C).reshape(N, C, 1, 1) * (H + 2) * (W + 2)
    at = planes + (top.astype(np.intp) * (W + 2) + left.astype(np.intp))[:, None]
    pixels = framed.ravel()
    upper, lower = pixels.take(at), pixels[W + 2 :].take(at)
    upper += right * (pixels[1:].take(at) - upper)
    lower += right * (pixels[W + 3 :].take(at) - lower)
    return upper + down * (lower - upper)


def _size(x):
    """Return N, H and W of images; refuse what is no array of them."""
    floats("x", x)
    if x.ndim != 4:
        raise ValueError(f"x has shape {x.shape}, expected (N, C, H, W)")
    return len(x), *x.shape[2:]
