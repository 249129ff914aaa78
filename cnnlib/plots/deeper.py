"""Figures of lesson 07: sizes by depth, shares of ingredients, where a distortion looks."""

import math

import numpy as np

from cnnlib.plots.base import BLUE, GREY, ORANGE, RED, dress, rows_of_dots, show_image, style
from cnnlib.plots.figure import new_figure, plot

LEAST = 1e-30  # what is smaller, or 0, is drawn there


@plot
def by_depth(curves, title=None):
    """Draw how large activations and gradients are, layer by layer.

    Parameters
    ----------
    curves : dict of str to (ndarray, ndarray)
        Label to the sizes of outputs and of gradients, first layer to last.
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(8, 3.3, title, fixed=True)
    top = figure.room * (1 - (0.55 if title else 0.3) / 3.3)
    margins = {"left": 0.1, "right": 0.99, "bottom": 0.15, "top": top, "wspace": 0.2}
    left, right = figure.subplots(1, 2, gridspec_kw=margins)
    for k, (label, found) in enumerate(curves.items()):
        for ax, sizes in zip((left, right), found, strict=True):
            x = np.arange(1, len(sizes) + 1)
            ax.plot(x, np.maximum(sizes, LEAST), label=label, marker="o", markersize=3, **style(k))
    dress(left, "layer", "root mean square", "numbers, on their way through", "y")
    dress(right, "layer", "", "gradients, on their way back", "y")
    for ax in (left, right):  # two decades at least, or what hardly changes would look wild
        low, high = ax.get_ylim()
        wider = max(1, 10 / math.sqrt(high / low))
        ax.set_ylim(low / wider, high * wider)
        ax.minorticks_off()
        ax.locator_params("x", integer=True)
    if len(curves) > 1:
        left.legend(fontsize=8)
    return figure


@plot
def paired(names, differences, counts, title=None):
    """Draw the difference of every pair of runs as a dot; filled where the difference counts.

    Parameters
    ----------
    names : sequence of str, length K
    differences : sequence of ndarray of shape (seeds,), length K
        In percentage points.
    counts : sequence of bool, length K
        Whether each is larger than what chance explains.
    title : str, optional

    Returns
    -------
    Figure
    """
    looks = [{"mfc": BLUE if c else "none", "mec": BLUE, "alpha": 0.7} for c in counts]
    xlabel = "difference in points (bar: mean; filled: it counts)"
    figure = rows_of_dots(names, differences, looks, xlabel, title, 1.1)
    figure.axes[0].axvline(0, color=GREY, linewidth=1, zorder=1.9)  # under the dots
    return figure


@plot
def looked_up(image, rows, cols, result, title=None):
    """Draw where the pixels of a distorted image come from.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    rows, cols : finite ndarray of shape (OH, OW)
        Where in the image each pixel of the result is read.
    result : ndarray of shape (OH, OW)
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(7, 3.6, title)
    left, right = figure.subplots(1, 2)
    show_image(left, image, title="image, and where it is read")
    left.plot(cols.ravel(), rows.ravel(), ".", color=ORANGE, markersize=3)
    left.plot(cols[0], rows[0], "-", color=RED, linewidth=2)
    H, W = image.shape
    left.set_xlim(min(cols.min(), 0) - 1, max(cols.max(), W - 1) + 1)
    left.set_ylim(max(rows.max(), H - 1) + 1, min(rows.min(), 0) - 1)
    show_image(right, result, title="what comes out")
    right.plot([0, result.shape[1] - 1], [0, 0], "-", color=RED, linewidth=2)
    return figure
