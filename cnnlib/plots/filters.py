"""What a convolution has learned, as pictures."""

import numpy as np

from cnnlib.plots.base import image_grid, limits, new_figure, show_image


def filter_grid(w, columns=10, title=None, order=None):
    """Draw every filter of a convolution on one scale, red where positive, blue where negative.

    Parameters
    ----------
    w : ndarray of shape (F, C, KH, KW)
        With several channels, a filter's channels are drawn in one row each.
    columns : int
        Filters in a row, for filters of one channel.
    title : str, optional
    order : sequence of int, optional
        Which filters to draw, and in which order; all of them if not given.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If w does not have four axes.
    """
    w = check_filters(w)
    order = range(len(w)) if order is None else order
    images = [channel for f in order for channel in w[f]]
    if w.shape[1] > 1:
        columns, titles = w.shape[1], None
    else:
        titles = [str(f) for f in order]
    return image_grid(images, titles, columns, signed=True, shared=True, size=0.75, title=title)


def filters_before_after(before, after, columns=16, title=None):
    """Draw the filters of a first layer before training above those after it, on one scale.

    Parameters
    ----------
    before, after : ndarray of shape (F, 1, KH, KW)
    columns : int
        Filters in a row.
    title : str, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the two differ in shape.
    """
    before, after = check_filters(before), check_filters(after)
    if before.shape != after.shape:
        raise ValueError(f"after has shape {after.shape}, expected {before.shape} as before")
    F = len(before)
    rows = -(-F // columns)
    figure = new_figure(0.55 * min(F, columns) + 0.6, 1.3 * rows + 0.5)
    axes = figure.subplots(2 * rows, min(F, columns), squeeze=False)
    scale = limits(np.concatenate([before, after]), signed=True)
    for ax in axes.ravel():
        ax.axis("off")
    for k in range(2 * rows * min(F, columns)):
        row, column = divmod(k, min(F, columns))
        f = (row // 2) * columns + column
        if f < F:
            axes[row, column].axis("on")
            show_image(axes[row, column], (before, after)[row % 2][f, 0], True, None, scale)
    for row in range(2 * rows):
        axes[row, 0].set_ylabel(("before", "after")[row % 2], fontsize=9)
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure


def feature_maps(maps, columns=8, title=None):
    """Draw the feature maps of one image.

    Parameters
    ----------
    maps : ndarray of shape (C, H, W)
    columns : int
        Maps in a row.
    title : str, optional

    Returns
    -------
    Figure
    """
    maps = np.asarray(maps)
    if maps.ndim != 3:
        raise ValueError(f"maps has shape {maps.shape}, expected (C, H, W)")
    signed = bool((maps < 0).any())
    return image_grid(maps, None, columns, signed=signed, shared=True, size=0.9, title=title)


def check_filters(w):
    """Return w as an array, or say that it is not a bank of filters."""
    w = np.asarray(w)
    if w.ndim != 4:
        raise ValueError(f"w has shape {w.shape}, expected (F, C, KH, KW)")
    return w
