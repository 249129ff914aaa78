"""Figures of the explorers of lesson 06: one filter, one output pixel, one image looked at."""

import numpy as np

from cnnlib.plots.base import ORANGE, SKY, YELLOW, limits, new_figure, outline, show_image
from cnnlib.plots.filters import draw_tile, frame
from cnnlib.plots.overview import sheet


def filter_card(image, w, response, field, at, patches, title, channels=12):
    """Draw all that is known of one filter: itself, its map of an image, what excites it.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    w : ndarray of shape (C, KH, KW)
        The filter; of a stack, the first `channels` that weigh most.
    response : ndarray of shape (OH, OW)
    field : (range, range)
        Rows and columns of the image that the strongest response sees.
    at : (int, int)
        Where in the map that response is.
    patches : sequence of (ndarray of shape (H, W), float)
        What excites the filter most, and by how much.
    title : str
    channels : int

    Returns
    -------
    Figure
    """
    ax = sheet(8.0, 4.1, title)
    big = 1.9
    draw_tile(ax, image, 0.15, 1.55, big, big, False, "tile")
    rows, columns = field
    H, W = np.shape(image)
    frame(
        ax, 0.15 + columns[0] * big / W, 1.55 + (H - rows[-1] - 1) * big / H,
        len(columns) * big / W, len(rows) * big / H, ORANGE, 2.5,
    )  # fmt: skip
    ax.text(0.15 + big / 2, 3.5, "image", ha="center", fontsize=9)
    draw_tile(ax, response, 2.2, 1.55, big, big, True, "tile")
    OH, OW = np.shape(response)
    frame(
        ax, 2.2 + at[1] * big / OW, 1.55 + (OH - at[0] - 1) * big / OH, big / OW, big / OH,
        ORANGE, 2,
    )  # fmt: skip
    ax.text(2.2 + big / 2, 3.5, "its map", ha="center", fontsize=9)
    weigh = np.argsort(-np.abs(w).sum(axis=(1, 2)), kind="stable")[:channels]
    shown = sorted(weigh)
    across = 1 if len(shown) == 1 else 4
    tile = big if across == 1 else 0.83
    tall = min(tile, big / max(1, -(-len(shown) // across)))
    for k, c in enumerate(shown):
        row, column = divmod(k, across)
        x, y = 4.4 + column * tall, 1.55 + big - (row + 1) * tall
        draw_tile(ax, w[c], x, y, tall, tall, True, limits(w, signed=True))
        if across > 1:
            ax.text(x + 0.05, y + tall - 0.05, str(c), fontsize=6.5, va="top")
    what = "the filter" if len(w) == 1 else f"the filter: {len(shown)} of {len(w)} channels"
    ax.text(4.4 + 1.0, 3.5, what, ha="center", fontsize=9)
    for k, (patch, value) in enumerate(patches[:8]):
        x = 0.15 + k * 0.97
        draw_tile(ax, patch, x, 0.1, 0.93, 0.93, False, "tile")
        ax.text(x + 0.46, 1.07, f"{value:.2f}", ha="center", fontsize=8)
    ax.text(0.15, 1.28, "the patches of all images that excite it most", fontsize=9)
    return ax.figure


def picked_field(image, response, at, field, measured, title):
    """Draw an image and a map with one pixel of it picked: what it can see, what moves it.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    response : ndarray of shape (OH, OW)
    at : (int, int)
        The pixel of the map.
    field : (range, range)
        Computed from the layers.
    measured : ndarray of shape (H, W)
        Size of the gradient.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 3.1)
    figure.set_layout_engine("none")
    axes = figure.subplots(
        1, 3, gridspec_kw={"left": 0.01, "right": 0.99, "bottom": 0.02, "top": 0.82, "wspace": 0.05}
    )
    show_image(
        axes[0], response, bool((np.asarray(response) < 0).any()), "the map: one pixel picked"
    )
    outline(axes[0], *at)
    show_image(axes[1], image, title="what it can see")
    show_image(axes[2], measured, title="what moves it, measured")
    rows, columns = field
    for ax in axes[1:]:
        outline(ax, rows[0], columns[0], len(rows), len(columns))
    figure.suptitle(title, fontsize=11)
    return figure


def look_card(image, overlay, signed, probabilities, asked, names, title):
    """Draw an image, where the network looked, and the probabilities of the classes.

    Parameters
    ----------
    image, overlay : ndarray of shape (H, W)
    signed : bool
        Whether the overlay has a sign.
    probabilities : ndarray of shape (M,)
    asked : int
        The class asked about, marked.
    names : sequence of str
        Of the classes.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 3.2)
    figure.set_layout_engine("none")
    left, middle, right = figure.subplots(
        1, 3, width_ratios=(1, 1, 0.55),
        gridspec_kw={"left": 0.01, "right": 0.98, "bottom": 0.03, "top": 0.85, "wspace": 0.12},
    )  # fmt: skip
    show_image(left, image, title="image")
    show_image(middle, overlay, signed, "where it looked")
    ink = "black" if signed else YELLOW
    if np.ptp(image) > 0:
        middle.contour(image, [0.5 * np.max(image)], colors=ink, linewidths=0.7)
    for k, p in enumerate(probabilities):
        right.barh(k, p, color=ORANGE if k == asked else SKY)
    right.set_yticks(range(len(names)), names, fontsize=8)
    right.set(xlim=(0, 1), xticks=[])
    right.invert_yaxis()
    right.spines[["top", "right", "bottom"]].set_visible(False)
    right.set_title("probability", fontsize=10)
    figure.suptitle(title, fontsize=11)
    return figure
