"""Figures of lesson 06: what a filter passes, what excites it, where the network looked."""

import numpy as np

from cnnlib.plots.base import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    YELLOW,
    limits,
    new_figure,
    outline,
    show_image,
)
from cnnlib.plots.filters import contact_sheet, in_rows

# Ten colours for ten classes; where they are used, the class stands there as a numeral, too.
TEN = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, "#8a7a00", "black", "#7a3b00", GREY)
LAYERS = (RED, ORANGE, GREEN, BLUE, PURPLE, SKY, YELLOW)


def spectra(w, gains, labels, title=None):
    """Draw filters, and below each the waves that it passes.

    Parameters
    ----------
    w : ndarray of shape (K, KH, KW)
    gains : ndarray of shape (K, size, size)
        As `cnnlib.interpret.spectrum` returns them.
    labels : sequence of str
        One a filter.
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(min(8.0, 1.3 * len(w) + 0.7), 3.1)
    axes = figure.subplots(2, len(w), squeeze=False)
    half = np.shape(gains)[-1] // 2
    for k, (top, bottom) in enumerate(axes.T):
        show_image(top, w[k], signed=True, title=labels[k], scale=limits(w, signed=True))
        show_image(bottom, gains[k], scale=limits(gains, signed=False))
        bottom.set_xticks([0, half], ["−½", "0"], fontsize=7)
        bottom.set_yticks([0, half], ["−½", "0"] if k == 0 else ["", ""], fontsize=7)
    axes[1, 0].set_ylabel("waves per pixel,\ndown", fontsize=8)
    axes[1, 0].set_xlabel("waves per pixel, across", fontsize=8)
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure


def bars(heights, labels, title, ylabel, marked=(), base=None, below=0.0):
    """Draw a bar for each filter.

    Parameters
    ----------
    heights : sequence of float
    labels : sequence of str
    title, ylabel : str
    marked : sequence of int
        Bars to draw in another colour.
    base : float, optional
        A value to draw as a dashed line.
    below : float
        Where the axis begins.

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 2.5)
    ax = figure.subplots()
    colours = [ORANGE if k in marked else BLUE for k in range(len(heights))]
    ax.bar(range(len(heights)), heights, color=colours)
    if base is not None:
        ax.axhline(base, color="black", linestyle="--", linewidth=1)
    ax.set_xticks(range(len(heights)), labels, fontsize=8)
    ax.set(ylabel=ylabel, xlabel="filter")
    if below:
        ax.set_ylim(below, None)
    ax.set_title(title, fontsize=11)
    ax.spines[["top", "right"]].set_visible(False)
    return figure


def photograph(photo, maps, w, labels, title=None):
    """Draw a photograph, and what filters make of it.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
    maps : ndarray of shape (K, OH, OW)
        Each on its own scale.
    w : ndarray of shape (K, KH, KW)
        Drawn in a corner of each map.
    labels : sequence of str
    title : str, optional

    Returns
    -------
    Figure
    """
    K = len(maps)
    width = min(8.0, 1.65 * (K + 1))
    height = width / (K + 1) * photo.shape[0] / photo.shape[1] + 0.55
    figure = new_figure(width, height)
    axes = figure.subplots(1, K + 1)
    show_image(axes[0], photo, title="the photograph")
    for ax, maps_k, w_k, label in zip(axes[1:], maps, w, labels, strict=True):
        show_image(ax, maps_k, signed=True, title=label)
        corner = ax.inset_axes((0.02, 0.02, 0.26, 0.26 * photo.shape[1] / photo.shape[0]))
        show_image(corner, w_k, signed=True, scale=limits(w, signed=True))
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure


def exciting_patches(patches, responses, rows, title=None, w=None):
    """Draw, for several filters, the patches that excite each most.

    Parameters
    ----------
    patches : sequence of sequences of ndarray of shape (H, W)
        A row a filter, strongest first.
    responses : sequence of sequences of float
    rows : sequence of str
        Names of the filters.
    title : str, optional
    w : sequence of ndarray of shape (KH, KW), optional
        The filters themselves, drawn first, in red and blue.

    Returns
    -------
    Figure
    """
    tiles = [list(row) for row in patches]
    titles = [[f"{value:.2f}" for value in row] for row in responses]
    if w is not None:
        tiles = [[coloured(f), *row] for f, row in zip(w, tiles, strict=True)]
        titles = [["filter", *row] for row in titles]
    return contact_sheet(tiles, titles, rows, scale="tile", size=0.85, title=title)


def coloured(values):
    """Turn signed numbers (H, W) into a colour picture (3, H, W), white at 0."""
    from matplotlib import colormaps

    low, high = limits(values, signed=True)
    rgba = colormaps["RdBu_r"]((np.asarray(values) - low) / (high - low))
    return rgba[..., :3].transpose(2, 0, 1)


def nested_fields(image, fields, names, title=None):
    """Draw, on an image, what one output pixel of each of several layers can see.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    fields : sequence of (range, range)
        Rows and columns.
    names : sequence of str
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(5.6, 3.4)
    ax = figure.subplots()
    show_image(ax, image)
    for k, ((rows, columns), name) in enumerate(zip(fields, names, strict=True)):
        colour = LAYERS[k % len(LAYERS)]
        outline(ax, rows[0], columns[0], len(rows), len(columns), colour)
        text = f"{name}: {len(rows)} × {len(columns)}"
        ax.plot([], [], color=colour, linewidth=3, label=text)
    figure.legend(loc="outside right center", frameon=False, fontsize=9)
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure


def measured_fields(fields, boxes, names, title=None):
    """Draw how much each pixel moves one output pixel, and what the layers say it can see.

    Parameters
    ----------
    fields : sequence of ndarray of shape (H, W)
        Measured by gradients, each on its own scale.
    boxes : sequence of (range, range)
        Computed rows and columns, framed.
    names : sequence of str
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(min(8.0, max(2.0 * len(fields), 0.085 * len(title or ""))), 2.5)
    axes = figure.subplots(1, len(fields), squeeze=False)[0]
    for ax, field, (rows, columns), name in zip(axes, fields, boxes, names, strict=True):
        show_image(ax, field, title=name)
        outline(ax, rows[0], columns[0], len(rows), len(columns), width=1.5)
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure


def where_it_looked(images, maps, rows=None, title=None, size=1.05):
    """Draw images beside maps of where a network looked, a column a method.

    Parameters
    ----------
    images : sequence of ndarray of shape (H, W)
    maps : dict of str to sequence of ndarray of shape (H, W)
        Of each method, a map an image. One that has negative numbers is drawn in red and blue.
        Each map has a scale of its own.
    rows : sequence of str, optional
        One an image.
    title : str, optional
    size : float
        Inches a picture is wide, less if the page is too narrow.

    Returns
    -------
    Figure
    """
    tiles = [[image] for image in images]
    for method in maps.values():
        signed = any((np.asarray(m) < 0).any() for m in method)
        for row, m in zip(tiles, method, strict=True):
            row.append(coloured(m) if signed else np.asarray(m))
    note = "each map on its own scale; grey: black 0; colours: red for the class, blue against it"
    return contact_sheet(
        tiles, rows=rows, columns=["image", *maps], scale="tile", size=size, title=title, note=note
    )


def sanity(rows, names, columns, title=None):
    """Draw one image's maps by several methods, while a network forgets layer by layer.

    Parameters
    ----------
    rows : sequence of sequences of ndarray of shape (H, W)
        A row a method, a map a stage; each on its own scale, with colours if the row has a sign.
    names, columns : sequence of str
        Before the rows, over the columns.
    title : str, optional

    Returns
    -------
    Figure
    """
    signed = [any((np.asarray(m) < 0).any() for m in row) for row in rows]
    tiles = [[coloured(m) if s else m for m in row] for row, s in zip(rows, signed, strict=True)]
    return contact_sheet(
        tiles, rows=names, columns=columns, scale="tile", size=1.05, title=title,
        note="each map on its own scale",
    )  # fmt: skip


def tuning(angles, edges, strokes, edge_images, stroke_images, title=None):
    """Draw how filters respond to an edge and to a stroke at every angle.

    Parameters
    ----------
    angles : sequence of float
        In degrees.
    edges, strokes : dict of str to sequence of float
        Curves.
    edge_images, stroke_images : sequence of ndarray of shape (H, W)
        Of the stimuli, some to show, spread evenly over the angles.
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 3.3)
    axes = figure.subplots(1, 2, sharey=True)
    groups = ("an edge", edges, edge_images), ("a stroke", strokes, stroke_images)
    colours = iter((BLUE, ORANGE, GREEN, RED, PURPLE))
    for ax, (kind, curves_of, images) in zip(axes, groups, strict=True):
        for (name, y), marker in zip(curves_of.items(), "osD^", strict=False):
            ax.plot(angles, y, color=next(colours), marker=marker, markersize=3.5, label=name)
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.set(xlabel=f"angle of {kind}, degrees", xticks=range(0, 360, 90), ylim=(-3.1, 1.8))
        ax.legend(frameon=False, fontsize=8, loc="upper center", ncols=2)
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_xlim(-25, 360)
        for k, image in enumerate(images):
            place = (360 * k / len(images) - 24, -3.05, 48, 0.95)
            show_image(ax.inset_axes(place, transform=ax.transData), image)
    axes[0].set_ylabel("response")
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure


def made_to_order(images, labels, columns=10, rows=None, title=None):
    """Draw images in [0, 1] that were made to excite units.

    Parameters
    ----------
    images : sequence of ndarray of shape (H, W), or sequence of such sequences
        The latter are rows.
    labels : sequence of str
        One an image, or one a column.
    columns : int
        Images in a row, if they are not in rows already.
    rows : sequence of str, optional
        Names of the rows.
    title : str, optional

    Returns
    -------
    Figure
    """
    if rows is not None:
        return contact_sheet(images, rows=rows, columns=labels, scale=(0, 1), size=0.6, title=title)
    return contact_sheet(
        in_rows(images, columns), in_rows(labels, columns, ""), scale=(0, 1), title=title
    )


def scatter_classes(places, labels, names=None, title=None, axes=("first", "second")):
    """Draw points of two coordinates, each as the numeral of its class, in the class's colour.

    Parameters
    ----------
    places : ndarray of shape (N, 2)
    labels : ndarray of shape (N,), integer, 0 to 9
    names : sequence of str, optional
        Of the classes, for the legend; if not given, there is none.
    title : str, optional
    axes : (str, str)
        What the coordinates are.

    Returns
    -------
    Figure
    """
    figure = new_figure(6.4, 4.4)
    ax = figure.subplots()
    for k in range(10):
        x, y = places[labels == k].T
        name = None if names is None else names[k]
        ax.scatter(x, y, s=26, marker=f"${k}$", color=TEN[k], linewidths=0.3, label=name)
    ax.set(xlabel=axes[0], ylabel=axes[1])
    ax.spines[["top", "right"]].set_visible(False)
    if names is not None:
        figure.legend(loc="outside right center", frameon=False, fontsize=8)
    if title is not None:
        ax.set_title(title, fontsize=11)
    return figure


def fooled(images, changes, results, before, after, title=None):
    """Draw images, what is added to them, and what comes of it.

    Parameters
    ----------
    images, changes, results : sequence of ndarray of shape (H, W)
    before, after : sequence of str
        What the network says to each image, and to each result.
    title : str, optional

    Returns
    -------
    Figure
    """
    tiles = [list(images), [coloured(c) for c in changes], list(results)]
    titles = [list(before), [""] * len(images), list(after)]
    return contact_sheet(
        tiles, titles, rows=["image", "+ change", "= result"], scale=(0, 1), size=1.1, title=title
    )


def curves(x, lines, xlabel, ylabel, title=None):
    """Draw several curves, each named at its end.

    Parameters
    ----------
    x : sequence of float
    lines : dict of str to sequence of float
    xlabel, ylabel : str
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(6.5, 2.7)
    ax = figure.subplots()
    for (name, y), colour, marker in zip(lines.items(), (BLUE, ORANGE, GREEN), "os^", strict=False):
        ax.plot(x, y, color=colour, marker=marker)
        ax.annotate(
            name, (x[-1], y[-1]), (8, 0), textcoords="offset points", color=colour, va="center"
        )
    ax.set(xlabel=xlabel, ylabel=ylabel, ylim=(0, 1.03))
    ax.set_xlim(None, x[-1] + 0.22 * (x[-1] - x[0]))
    ax.spines[["top", "right"]].set_visible(False)
    if title is not None:
        ax.set_title(title, fontsize=11)
    return figure
