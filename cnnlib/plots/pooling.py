"""Figures of lesson 02: windows and their winners, aliasing, tolerance to shifts."""

import numpy as np

from cnnlib.plots.base import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    coloured,
    head,
    limits,
    outline,
    show_numbers,
)
from cnnlib.plots.figure import new_figure, plot
from cnnlib.plots.sheets import contact_sheet, put_numbers, sheet

FOUR = (BLUE, ORANGE, GREEN, RED)
# Colour and mark of a curve: in this order, or those of the way in which a network's maps shrink.
LOOKS = tuple(zip((GREY, SKY, BLUE, ORANGE, PURPLE, GREEN), "osD^vx", strict=True))
SHRINKING = {"strides": 1, "max pooling": 2, "average pooling": 3}


def number_size(columns):
    """Choose a font size in points at which a number of three digits fits its cell."""
    return float(np.clip(92 / columns, 6.5, 11))


@plot
def pooling_by_hand(x, y):
    """Draw an image cut into 2x2 windows, a colour each, and what is left of each.

    Parameters
    ----------
    x : ndarray of shape (4, 4)
    y : ndarray of shape (2, 2)

    Returns
    -------
    Figure
    """
    title = "Max pooling keeps the largest number of each window"
    figure = new_figure(6.5, 3.0, title)
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    scale = limits(x, signed=False)
    show_numbers(left, x, title="x: four windows of four pixels", scale=scale, size=13)
    show_numbers(right, y, title="y: one number each", scale=scale, size=13)
    for (row, column), colour in zip(np.ndindex(2, 2), FOUR, strict=True):
        outline(left, 2 * row, 2 * column, 2, 2, colour, 4, 0.08)
        outline(right, row, column, 1, 1, colour, 4, 0.04)
    return figure


@plot
def pooling_step(x, y, kernel_size, stride, position, winner=None, pad=0, title=None):
    """Draw an image with one window in it, and the output with the pixel that it gives.

    Parameters
    ----------
    x : ndarray of shape (H + 2 * pad, W + 2 * pad)
        Padded already; infinite pixels are drawn white.
    y : ndarray of shape (OH, OW)
    kernel_size : (int, int)
    stride : int, at least 1
    position : (int, int)
        Output pixel (oh, ow) at which the window stands.
    winner : ndarray of shape (OH, OW), int, optional
        Which pixel of its window won, ``kh * KW + kw``. Then winners are marked in x, and drawn
        as a third table.
    pad : int
        Width of the frame that x already has; it is drawn dashed.
    title : str, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If position is outside y.
    """
    (KH, KW), (oh, ow), (OH, OW) = kernel_size, position, np.shape(y)
    if not (0 <= oh < OH and 0 <= ow < OW):
        raise ValueError(f"position is {position}, expected a pixel of the {OH} by {OW} output")
    ax = sheet(8.0, 3.7, title)
    lefts, wide = ((0.08, 4.9), 3.02) if winner is None else ((0.08, 3.46, 5.77), 2.15)

    def table(k, values, name, **look):
        (rows, columns), room = values.shape, wide if k else 1.5 * wide
        cell = min(room / columns, 3.03 / rows)
        place = lefts[k] + (room - cell * columns) / 2, 1.6 - cell * rows / 2
        tile = put_numbers(ax, values, *place, cell, **look)
        tile.title(name)
        return tile

    signed = bool((x[np.isfinite(x)] < 0).any())
    scale = limits(np.concatenate([x[np.isfinite(x)], y.ravel()]), signed)
    H, W = x.shape
    ink = {"signed": signed, "scale": scale, "form": "{:.3g}"}
    shown = table(0, x, f"x, {H} by {W}", size=number_size(W), gid="x", **ink)
    size = number_size(1.6 * OW)
    results = [table(1, y, f"y, {OH} by {OW}", size=size, gid="y", **ink)]
    if pad:
        shown.outline(pad, pad, H - 2 * pad, W - 2 * pad, GREY, 2).set_linestyle("--")
    shown.outline(oh * stride, ow * stride, KH, KW, ORANGE, 3.5)
    if winner is not None:
        rows, columns = np.indices(y.shape) * stride + np.divmod(winner, KW)
        for at, across, edge, line in ((..., 150, SKY, 1.5), ((oh, ow), 190, RED, 3)):
            spots = shown.place(rows[at], columns[at])
            ax.scatter(*spots, s=(across / W) ** 2, facecolors="none", edgecolors=edge, lw=line)
        top = max(KH * KW - 1.0, 1.0)  # a float: taps are kept in small integers, too small for it
        taps = {"scale": (-top, 2 * top), "size": size, "gid": "y"}
        results.append(table(2, winner, "winner, kh · KW + kw", **taps))
    for tile in results:
        tile.outline(oh, ow, 1, 1, ORANGE, 3.5)
    return ax.figure


@plot
def shifted_slices(x, kernel_size, stride):
    """Draw which pixels of an image each tap of the window sees: one slice a tap.

    Parameters
    ----------
    x : ndarray of shape (H, W)
        A few pixels wide.
    kernel_size : (int, int)
    stride : int, at least 1

    Returns
    -------
    Figure
    """
    KH, KW = kernel_size
    OH, OW = (x.shape[0] - KH) // stride + 1, (x.shape[1] - KW) // stride + 1
    title = "Each tap of the window sees a slice of the image"
    figure = new_figure(8.0, 2.4, title)
    axes = figure.subplots(1, KH * KW + 1, width_ratios=[x.shape[1]] + [OW + 1] * (KH * KW))
    scale = limits(x, signed=False)
    show_numbers(axes[0], x, title="x", scale=scale, size=11)
    for k, (kh, kw) in enumerate(np.ndindex(KH, KW)):
        colour = FOUR[k % 4]
        rows, columns = slice(kh, kh + stride * OH, stride), slice(kw, kw + stride * OW, stride)
        name = f"tap ({kh}, {kw}):\nx[{kh}::{stride}, {kw}::{stride}]"
        show_numbers(axes[k + 1], x[rows, columns], title=name, scale=scale, size=11)
        outline(axes[k + 1], 0, 0, OH, OW, colour, 4)
        for row, column in np.ndindex(OH, OW):
            at = kh + stride * row, kw + stride * column
            outline(axes[0], *at, color=colour, inset=0.08)
    return figure


@plot
def picture_rows(rows, titles, labels, title=None, size=1.25, signed=()):
    """Draw rows of images in [0, 1], and of differences from -1 to 1, with a label before each row.

    Parameters
    ----------
    rows : sequence of sequences of ndarray of shape (H, W), length R
    titles : sequence of str, or of sequences of str
        One a column, or a sequence of such, one a row.
    labels : sequence of str, length R
    title : str, optional
    size : float
        Inches an image is wide.
    signed : sequence of int, may be empty
        The rows of differences: red and blue.

    Returns
    -------
    Figure
    """
    titles = (
        [titles] + [[""] * len(titles)] * (len(rows) - 1) if isinstance(titles[0], str) else titles
    )
    limited = [[np.clip(image, -1, 1) for image in row] for row in rows]
    tiles = [
        [coloured(image, 1) for image in row] if k in signed else row
        for k, row in enumerate(limited)
    ]
    note = "differences: white 0, red 1, blue −1" if signed else None
    return contact_sheet(tiles, titles, labels, scale=(0, 1), size=size, title=title, note=note)


@plot
def receptive_fields(names, with_pooling, without):
    """Draw how many input pixels one output pixel depends on, layer after layer.

    Parameters
    ----------
    names : sequence of str
        The layers; one that pools is missing in the second network.
    with_pooling, without : sequence of int
        Pixels along one axis after each layer.

    Returns
    -------
    Figure
    """
    figure = new_figure(7.0, 2.8)
    ax = figure.subplots()
    for sizes, colour, marker, name in (
        (with_pooling, BLUE, "o", "with pooling"),
        (without, ORANGE, "s", "without"),
    ):
        ax.plot(sizes, marker=marker, color=colour)
        ax.annotate(
            name, (len(sizes) - 1, sizes[-1]), (8, -3), textcoords="offset points", color=colour
        )
        for k, size in list(enumerate(sizes))[sizes is without :]:
            above = 7 if sizes is with_pooling else -13
            ax.annotate(
                f"{size}", (k, size), (0, above), textcoords="offset points", ha="center", size=9
            )
    ax.set_xticks(range(len(names)), names)
    ax.set_xlim(-0.3, len(names) + 0.1)
    ax.set_ylim(0, max(with_pooling) * 1.2)
    ax.set_ylabel("receptive field, pixels")
    head(ax, "Pooling lets a later pixel see more of the input")
    ax.spines[["top", "right"]].set_visible(False)
    return figure


@plot
def shift_curves(shifts, panels, names, ylabels, title):
    """Draw what happens as images are shifted, a curve a pooling, a panel a measure.

    Parameters
    ----------
    shifts : sequence of int, length K
        Pixels.
    panels : sequence of (ndarray of shape (M, K), ndarray or None), length P
        A panel's curves, and their spread above and below, (M, K), or below and above, (M, 2, K).
    names : sequence of str, length M
        One a curve.
    ylabels : sequence of str, length P
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 3.2, title)
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for ax, (means, spreads), ylabel in zip(axes, panels, ylabels, strict=True):
        for k, name in enumerate(names):
            colour, marker = LOOKS[SHRINKING.get(name, k)]
            style = {"color": colour, "marker": marker, "ms": 5, "label": name}
            nudge = 0.05 * (k - (len(names) - 1) / 2) if spreads is not None else 0
            spread = spreads[k] if spreads is not None else None
            ax.errorbar(np.add(shifts, nudge), means[k], spread, elinewidth=1, **style)
        ax.set_xticks(shifts)
        ax.set_xlabel("shift, pixels")
        ax.set_ylabel(ylabel)
        ax.grid(color="0.9")
        ax.spines[["top", "right"]].set_visible(False)
    axes[-1].legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
