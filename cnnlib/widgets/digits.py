"""A reader's own digit: made like those of MNIST, same size, same place."""

import numpy as np

FIELD, BOX = 28, 20  # pixels of an MNIST image, and of the box that its digit fits


def prepare_digit(pixels):
    """Make an image like those of MNIST from a drawing: same size, same place.

    The drawing is scaled, keeping its proportions, until it fits a box of 20 by 20 pixels; the
    box is placed in a field of 28 by 28 so that the centre of mass of the ink is in the middle.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
        Ink, 0 where there is none, at most 1.

    Returns
    -------
    float32 ndarray of shape (28, 28)
        Zeros if there is no ink.

    Raises
    ------
    ValueError
        If pixels is no grey image with values in [0, 1].

    Source: LeCun, Bottou, Bengio, Haffner (1998), section III.A.
    """
    field = np.zeros((FIELD, FIELD), np.float32)
    box = fit_box(pixels)
    if box is None:
        return field
    # In MNIST the centre of mass, rounded, is pixel 14 of 0 to 27.
    corner = []
    for axis, length in enumerate(box.shape):
        centre = (box.sum(axis=1 - axis) @ np.arange(length)) / box.sum()
        start = int(np.ceil(FIELD // 2 - 0.5 - centre - 1e-6))
        corner.append(min(max(start, 0), FIELD - length))
    row, column = corner
    field[row : row + box.shape[0], column : column + box.shape[1]] = box
    return field


def fit_box(pixels, size=BOX):
    """Cut a drawing out and scale it, keeping its proportions, until it just fits a square box.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
    size : int
        Rows and columns of the box.

    Returns
    -------
    float32 ndarray of shape (h, w), the larger of the two is `size`; None if there is no ink
    """
    pixels = np.asarray(pixels, np.float32)
    if pixels.ndim != 2 or not (np.isfinite(pixels).all() and 0 <= pixels.min(initial=0)):
        raise ValueError(f"pixels has shape {pixels.shape}, expected (H, W) of ink in [0, 1]")
    if pixels.max(initial=0) > 1:
        raise ValueError(f"pixels goes up to {pixels.max():g}, expected ink in [0, 1]")
    rows, columns = np.nonzero(pixels)
    if not len(rows):
        return None
    digit = pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = size / max(digit.shape)
    h, w = (max(1, round(length * scale)) for length in digit.shape)
    return average_matrix(digit.shape[0], h) @ digit @ average_matrix(digit.shape[1], w).T


def average_matrix(before, after):
    """Return the matrix that resamples ``before`` pixels to ``after``, each a mean by overlap."""
    edges = np.arange(after + 1) * (before / after)
    at = np.arange(before)
    overlap = np.minimum(edges[1:, None], at + 1) - np.maximum(edges[:-1, None], at)
    return (np.clip(overlap, 0, None) * (after / before)).astype(np.float32)
