"""Figures of lesson 06: filters and maps, what excites a filter, where the network looked."""

import numpy as np
from contourpy import contour_generator

from cnnlib.plots.base import (
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    YELLOW,
    coloured,
    head,
    limits,
    outline,
    segments,
    show_image,
    up_to,
)
from cnnlib.plots.figure import new_figure, plot, rendered
from cnnlib.plots.quick import Ground, Numbers
from cnnlib.plots.sheets import (
    bar_places,
    chart,
    contact_sheet,
    frame,
    in_rows,
    mosaic,
    put,
    put_bars,
    sheet,
)

MOST_CHANNELS = 32  # of a filter, in one row
# Ten colours for ten classes; where they are used, the class stands there as a numeral, too.
TEN = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, "#8a7a00", "black", "#7a3b00", GREY)


def scale_note(w):
    """Say in words what the colours of filters mean."""
    top = limits(w, signed=True)[1]
    return f"one scale: white 0, red up to {top:.2g}, blue down to −{top:.2g}"


@plot
def filter_grid(w, columns=10, title=None, order=None, labels=None, channels=None):
    """Draw every filter of a convolution on one scale, red where positive, blue where negative.

    Parameters
    ----------
    w : ndarray of shape (F, C, KH, KW)
        A filter of several channels is a stack: its channels stand in one row, or in rows of 32.
    columns : int, at least 1
        Filters in a row, for filters of one channel.
    title : str, optional
    order : sequence of int, optional
        Which filters to draw, and in which order; all of them if not given.
    labels : sequence of str, optional
        One a filter drawn, in the order drawn; its number if not given.
    channels : sequence of int, optional
        Numbers to write over the channels of stacks; counted from 0 if not given.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If order names a filter that is not there.
    """
    w = np.asarray(w)
    order = list(range(len(w)) if order is None else order)
    if not order or any(f not in range(len(w)) for f in order):
        raise ValueError(f"order is {order}, expected filters 0 to {len(w) - 1}")
    labels = [str(f) for f in order] if labels is None else list(labels)
    if w.shape[1] > 1:
        wide = min(w.shape[1], MOST_CHANNELS)
        heads = None
        if w.shape[1] <= MOST_CHANNELS:
            heads = [str(c) for c in (range(w.shape[1]) if channels is None else channels)]
        tiles = [row for f in order for row in in_rows(w[f], wide)]
        each = len(tiles) // len(order)
        rows = [name for label in labels for name in (label, *[""] * (each - 1))]
        titles, columns, size = None, heads, 0.6
    else:
        tiles, titles = in_rows(w[order, 0], columns), in_rows(labels, columns, "")
        columns, rows, size = None, None, 0.75
    return contact_sheet(
        tiles, titles, rows, columns, signed=True, size=size, title=title, note=scale_note(w)
    )


@plot
def colour_filters(w, labels, columns=10, title=None):
    """Draw filters of three channels as colours: grey 0, brighter red where red counts, and so on.

    Parameters
    ----------
    w : ndarray of shape (F, 3, KH, KW)
    labels : sequence of str, length F
    columns : int, at least 1
        Filters in a row.
    title : str, optional

    Returns
    -------
    Figure
    """
    top = limits(w, signed=True)[1]
    note = f"one scale: grey 0, a colour at its brightest {top:.2g}, at its darkest −{top:.2g}"
    tiles = in_rows(0.5 + 0.5 * np.asarray(w) / top, columns)
    return contact_sheet(tiles, in_rows(labels, columns, ""), title=title, note=note)


@plot
def filters_before_after(before, after, title=None, order=None):
    """Draw the filters of a first layer before training above those after it, on one scale.

    Parameters
    ----------
    before, after : ndarray of shape (F, 1, KH, KW)
    title : str, optional
    order : sequence of int, optional
        Which filters to draw, and in which order; all of them if not given.

    Returns
    -------
    Figure
    """
    before, after = np.asarray(before), np.asarray(after)
    order = list(range(len(before)) if order is None else order)
    heads = in_rows(map(str, order), 16, "")
    pairs = zip(in_rows(before[order, 0], 16), in_rows(after[order, 0], 16), strict=True)
    return contact_sheet(
        [row for pair in pairs for row in pair],
        [row for head in heads for row in (head, [""] * len(head))],
        rows=["before", "after"] * len(heads), signed=True, title=title, size=0.55,
        note=scale_note([before, after]),
    )  # fmt: skip


@plot
def feature_maps(maps, columns=8, title=None):
    """Draw the feature maps of one image, on one scale.

    Parameters
    ----------
    maps : ndarray of shape (C, H, W)
    columns : int, at least 1
        Maps in a row.
    title : str, optional

    Returns
    -------
    Figure
    """
    maps = np.asarray(maps)
    signed = bool((maps < 0).any())
    labels = [str(c) for c in range(len(maps))]
    top = limits(maps, signed)[1]
    note = scale_note(maps) if signed else f"one scale: black 0, white {top:.2g}"
    return contact_sheet(
        in_rows(maps, columns), in_rows(labels, columns, ""), signed=signed, title=title,
        note=note, size=0.9,
    )  # fmt: skip


@plot
def spectra(w, gains, labels, title=None):
    """Draw filters, and below each the waves that it passes.

    Parameters
    ----------
    w : ndarray of shape (K, KH, KW)
    gains : ndarray of shape (K, size, size)
        As `cnnlib.interpret.spectrum` returns them.
    labels : sequence of str, length K
        One a filter.
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(min(8.0, 1.3 * len(w) + 0.7), 3.1, title)
    axes = figure.subplots(2, len(w), squeeze=False)
    half = np.shape(gains)[-1] // 2
    for k, (top, bottom) in enumerate(axes.T):
        show_image(top, w[k], signed=True, title=labels[k], scale=limits(w, signed=True))
        show_image(bottom, gains[k], scale=limits(gains, signed=False))
        bottom.set_xticks([0, half], ["−½", "0"], fontsize=7)
        bottom.set_yticks([0, half], ["−½", "0"] if k == 0 else ["", ""], fontsize=7)
    axes[1, 0].set_ylabel("waves per pixel,\ndown", fontsize=8)
    axes[1, 0].set_xlabel("waves per pixel, across", fontsize=8)
    return figure


@plot
def bars(heights, labels, title, ylabel):
    """Draw a bar for each filter.

    Parameters
    ----------
    heights : sequence of float, length F
    labels : sequence of str, length F
    title, ylabel : str

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 2.5)
    ax = figure.subplots()
    ax.bar(range(len(heights)), heights, color=BLUE)
    ax.set_xticks(range(len(heights)), labels, fontsize=8)
    ax.set(ylabel=ylabel, xlabel="filter")
    head(ax, title)
    ax.spines[["top", "right"]].set_visible(False)
    return figure


@plot
def exciting_patches(patches, responses, rows, title=None, w=None):
    """Draw, for several filters, the patches that excite each most.

    Parameters
    ----------
    patches : sequence of sequences of ndarray of shape (H, W) or (3, H, W), length F
        A row a filter, strongest first.
    responses : sequence of sequences of float, length F
    rows : sequence of str, length F
        Names of the filters.
    title : str, optional
    w : sequence of ndarray of shape (KH, KW), length F, optional
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


@plot
def measured_fields(fields, boxes, names, title=None):
    """Draw how much each pixel moves one output pixel, and what the layers say it can see.

    Parameters
    ----------
    fields : sequence of ndarray of shape (H, W), length F
        Measured by gradients, each on its own scale.
    boxes : sequence of (range, range), length F
        Computed rows and columns, framed.
    names : sequence of str, length F
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(min(8.0, 2.0 * len(fields)), 2.5, title)
    axes = figure.subplots(1, len(fields), squeeze=False)[0]
    for ax, field, (rows, columns), name in zip(axes, fields, boxes, names, strict=True):
        show_image(ax, field, title=name)
        outline(ax, rows[0], columns[0], len(rows), len(columns), width=1.5)
    return figure


@plot
def where_it_looked(images, maps, rows=None, title=None):
    """Draw images beside maps of where a network looked, a column a method.

    Parameters
    ----------
    images : sequence of ndarray of shape (H, W) or (3, H, W), length N
    maps : dict of str to sequence of ndarray of shape (H, W), length N
        Of each method, a map an image. One that has negative numbers is drawn in red and blue.
        Each map has a scale of its own. The ink's outline lies over it, if the image is one of ink
        on blank paper: if more than half of it has its least value.
    rows : sequence of str, length N, optional
    title : str, optional

    Returns
    -------
    Figure
    """
    inked = [np.ndim(image) == 2 and np.median(image) == np.min(image) for image in images]
    tiles = [[image] for image in images]
    for method in maps.values():
        signed = any((np.asarray(m) < 0).any() for m in method)
        for row, m in zip(tiles, method, strict=True):
            row.append(coloured(m) if signed else np.asarray(m))
    note = "each map on its own scale; grey: black 0; colours: red for the class, blue against it"
    note += "; line: outline of the ink" * any(inked)
    figure = contact_sheet(
        tiles, rows=rows, columns=["image", *maps], scale="tile", size=1.05, title=title, note=note
    )
    (ax,) = figure.axes
    shown = iter(ax.images)
    for image, ink, row in zip(images, inked, tiles, strict=True):
        for k, tile in enumerate(row):
            extent = next(shown).get_extent()
            if ink and k > 0:
                rim(ax, image, extent, "black" if np.ndim(tile) == 3 else YELLOW)
    return figure


def rim(ax, image, extent, colour):
    """Draw the outline of an image's ink, at half its range, over a map that lies in `extent`."""
    left, right, bottom, top = extent
    rows, columns = ((np.arange(count) + 0.5) / count for count in np.shape(image))
    x, y = left + (right - left) * columns, top - (top - bottom) * rows
    low, high = float(np.min(image)), float(np.max(image))
    if low < high < np.inf:
        segments(ax, contour_generator(x, y, image).lines((low + high) / 2), colour, 0.7)


@plot
def sanity(rows, names, columns, title=None):
    """Draw one image's maps by several methods, while a network forgets layer by layer.

    Parameters
    ----------
    rows : sequence of sequences of ndarray of shape (H, W), length R
        A row a method, a map a stage; each on its own scale, with colours if the row has a sign.
    names : sequence of str, length R
    columns : sequence of str
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


@plot
def tuning(angles, edges, strokes, edge_images, stroke_images, title=None):
    """Draw how filters respond to an edge and to a stroke at every angle.

    Parameters
    ----------
    angles : sequence of float, length K
        In degrees.
    edges, strokes : dict of str to sequence of float, length K
        Curves.
    edge_images, stroke_images : sequence of ndarray of shape (H, W)
        Of the stimuli, some to show, spread evenly over the angles.
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 3.3, title)
    axes = figure.subplots(2, 2, sharex="col", sharey="row", height_ratios=(5, 1))
    groups = ("an edge", edges, edge_images), ("a stroke", strokes, stroke_images)
    colours = iter((BLUE, ORANGE, GREEN, RED, PURPLE))
    for (ax, strip), (kind, curves_of, images) in zip(axes.T, groups, strict=True):
        for (name, y), marker in zip(curves_of.items(), "osD^", strict=False):
            ax.plot(angles, y, color=next(colours), marker=marker, markersize=3.5, label=name)
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.margins(y=0.15)
        ax.legend(frameon=False, fontsize=8, loc="upper center", ncols=2)
        ax.spines[["top", "right"]].set_visible(False)
        places, wide = 360 * np.arange(len(images)) / len(images), min(48, 300 / len(images))
        strip.set(xlabel=f"angle of {kind}, degrees", xticks=places, xlim=(-25, 360), yticks=[])
        strip.spines[:].set_visible(False)
        for place, image in zip(places, images, strict=True):
            spot = place - wide / 2, 0, wide, 1
            show_image(strip.inset_axes(spot, transform=strip.transData), image)
    axes[0, 0].set_ylabel("response")
    return figure


@plot
def made_to_order(images, labels, title=None):
    """Draw images in [0, 1] that were made to excite units.

    Parameters
    ----------
    images : sequence of ndarray of shape (H, W) or (3, H, W) or None, length N
    labels : sequence of str, length N
    title : str, optional

    Returns
    -------
    Figure
    """
    return contact_sheet(in_rows(images, 10), in_rows(labels, 10, ""), scale=(0, 1), title=title)


@plot
def scatter_classes(places, labels, title=None, axes=("first", "second")):
    """Draw points of two coordinates, each as the numeral of its class, in the class's colour.

    Parameters
    ----------
    places : ndarray of shape (N, 2)
    labels : ndarray of shape (N,), integer, 0 to 9
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
        ax.scatter(x, y, s=26, marker=f"${k}$", color=TEN[k], linewidths=0.3)
    ax.set(xlabel=axes[0], ylabel=axes[1])
    ax.spines[["top", "right"]].set_visible(False)
    head(ax, title)
    return figure


@plot
def fooled(images, changes, results, before, after, title=None):
    """Draw images, what is added to them, and what comes of it.

    Parameters
    ----------
    images, results : sequence of ndarray of shape (H, W) or (3, H, W), length N
    changes : sequence of ndarray of shape (H, W), length N
    before, after : sequence of str, length N
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


@plot
def filter_card(image, w, response, field, at, patches, title):
    """Draw all that is known of one filter: itself, its map of an image, what excites it.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    w : ndarray of shape (C, KH, KW)
        The filter; of a stack, the twelve channels that weigh most.
    response : ndarray of shape (OH, OW)
    field : (range, range)
        Rows and columns of the image that the strongest response sees.
    at : (int, int)
        Where in the map that response is.
    patches : sequence of (ndarray of shape (PH, PW), float), may be empty
        What excites the filter most, and by how much.
    title : str

    Returns
    -------
    Figure
    """
    ax = sheet(8.0, 4.1, title)
    big = 1.9
    put(ax, image, 0.17, 1.57, big - 0.04)
    rows, columns = field
    H, W = np.shape(image)
    frame(
        ax, 0.15 + columns[0] * big / W, 1.55 + (H - rows[-1] - 1) * big / H,
        len(columns) * big / W, len(rows) * big / H, ORANGE, 2.5,
    )  # fmt: skip
    ax.text(0.15 + big / 2, 3.5, "image", ha="center", fontsize=9)
    put(ax, response, 2.22, 1.57, big - 0.04, signed=True)
    OH, OW = np.shape(response)
    frame(
        ax, 2.2 + at[1] * big / OW, 1.55 + (OH - at[0] - 1) * big / OH, big / OW, big / OH,
        ORANGE, 2,
    )  # fmt: skip
    name = f"its map, {up_to(response)}"
    ax.text(2.2 + big / 2, 3.5, name, ha="center", fontsize=9)
    weigh = np.argsort(-np.abs(w).sum(axis=(1, 2)), kind="stable")[:12]
    shown = sorted(weigh)
    across = 1 if len(shown) == 1 else 4
    tile = big if across == 1 else 0.83
    tall = min(tile, big / max(1, -(-len(shown) // across)))
    for k, c in enumerate(shown):
        row, column = divmod(k, across)
        x, y = 4.4 + column * tall, 1.55 + big - (row + 1) * tall
        put(ax, w[c], x + 0.02, y + 0.02, tall - 0.04, signed=True, scale=limits(w, True))
        if across > 1:
            ax.text(x + 0.05, y + tall - 0.05, str(c), fontsize=6.5, va="top")
    what = "the filter" if len(w) == 1 else f"{len(shown)} of its {len(w)} channels"
    what += f", {up_to(w)}"
    ax.text(4.4 + across * tall / 2, 3.5, what, ha="center", fontsize=9)
    for k, (patch, value) in enumerate(patches[:8]):
        x = 0.15 + k * 0.97
        put(ax, patch, x + 0.02, 0.12, 0.89)
        ax.text(x + 0.46, 1.07, f"{value:.2f}", ha="center", fontsize=8)
    ax.text(0.15, 1.28, "the patches of all images that excite it most", fontsize=9)
    return ax.figure


@plot
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
    ax, (rows, columns) = sheet(8.0, 3.1, title), field
    window = rows[0], columns[0], len(rows), len(columns)
    picked = "the map: one pixel picked"
    if np.min(response) < 0:
        picked = f"the map, {up_to(response)}"
    for x, values, name, gid, framed in (
        (1.35, response, picked, "map", at),
        (4.0, image, "what it can see", "image", window),
        (6.65, measured, "what moves it, measured", "image", window),
    ):
        H, W = np.shape(values)
        cell, signed = min(2.5 / W, 2.48 / H), bool(np.min(values) < 0)
        tile = put(ax, values, x - cell * W / 2, 0.06, cell * W, cell * H, signed, gid=gid)
        tile.title(name)
        tile.outline(*framed)
    return ax.figure


@plot
def look_card(image, overlay, signed, probabilities, asked, names, title):
    """Draw an image, where the network looked, and the probabilities of the classes.

    Parameters
    ----------
    image, overlay : ndarray of shape (H, W)
    signed : bool
        Whether the overlay has a sign.
    probabilities : ndarray of shape (M,)
    asked : int, below M
        The class asked about, marked.
    names : sequence of str, length M
        Of the classes.
    title : str

    Returns
    -------
    Figure
    """
    high = max(3.2, 0.13 * len(names) + 0.6)
    ax, size, low = sheet(8.0, high, title), 2.6, (high - 3.0) / 2
    put(ax, image, 0.08, low, size).title("image")
    put(ax, overlay, 2.88, low, size, signed=signed).title("where it looked")
    rim(ax, image, ax.images[-1].get_extent(), "black" if signed else YELLOW)
    colours = [ORANGE if k == asked else SKY for k in range(len(names))]
    tall = high - 0.6
    places = bar_places(len(names), 0.1, tall)
    put_bars(ax, 1.25 * np.asarray(probabilities), 6.6, places, 0.8 * tall / len(names), colours)
    ax.plot((6.6, 6.6), (0.1, 0.1 + tall), color="black", linewidth=0.8)
    for name, y in zip(names, places, strict=True):
        ax.text(6.55, y, name, ha="right", va="center", fontsize=8)
    ax.text(7.22, tall + 0.17, "probability", ha="center", fontsize=10)
    return ax.figure


MAP = 5.52, 0.3, 2.4, 2.95  # left, bottom, width and height of the map of a fool card, in inches
ROWS, TALL = (1.95, 0.3), 1.3  # bottoms of its rows, and how high they are


def fool_sheet(title=None):
    """Make the sheet that a fool card and its ground are drawn on."""
    return sheet(8.0, 3.75, title)


@plot
def fool_ground(places, labels, names):
    """Draw, once, what stays the same in all fool cards: a map of points, and words.

    Parameters
    ----------
    places : ndarray of shape (N, 2)
    labels : ndarray of shape (N,), integer, 0 to 9
    names : sequence of str
        Of the classes.

    Returns
    -------
    (uint8 ndarray of shape (H, W, 4), ndarray of shape (2, 2))
        The picture, and the lower left and upper right corner of the map.
    """
    corners = np.array([places.min(axis=0), places.max(axis=0)])
    corners += 0.08 * (corners[1] - corners[0]) * np.array([[-1], [1]])
    ax = fool_sheet()
    for k in range(10):
        x, y = on_map(places[labels == k], corners)
        ax.scatter(x, y, s=22, marker=f"${k}$", color=TEN[k], linewidths=0.2, alpha=0.6)
    left, bottom, width, height = MAP
    frame(ax, *MAP, GREY, 0.5)
    words = "○ image, orange ★ towards, black ★ random"
    ax.text(left + width, 0.08, words, ha="right", fontsize=8, color="#444444")
    heads = [(left + width / 2, bottom + height, "images as the last layer gets them")]
    heads += [(0.73, 2.52, "image"), (2.27, ROWS[1] + 1.3, "control: at random")]
    heads += [(x, row + 1.3, text) for row in ROWS
              for x, text in ((3.71, "changed image"), (5.0, "probability"))]  # fmt: skip
    for x, y, text in heads:
        ax.text(x, y + 0.04, text, ha="center", fontsize=9)
    for row in ROWS:
        for name, y in zip(names, bar_places(len(names), row, TALL), strict=True):
            ax.text(4.68, y, name, ha="right", va="center", fontsize=6.5)
    return rendered(ax.figure), corners


def on_map(places, corners):
    """Return where points (N, 2) lie in the map of a fool card, inches; at its rim if outside."""
    shares = ((places - corners[0]) / (corners[1] - corners[0])).clip(0.01, 0.99)
    return (MAP[:2] + shares * MAP[2:]).T


@plot
def fool_card(image, results, chances, names, marked, ground, ways, top, title):
    """Draw an image, two changes of it, what is read, and their ways over a map of points.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    results : ndarray of shape (2, H, W)
        Changed on purpose, and at random.
    chances : ndarray of shape (2, M)
    names : sequence of str, length M
        Of the classes.
    marked : (int, int)
        The class that it was, and the one to become.
    ground : (ndarray of shape (PH, PW, 4), ndarray of shape (2, 2))
        As :func:`fool_ground` returns.
    ways : ndarray of shape (2, K, 2)
        Places in the map, the first that of the image.
    top : float
        Change that is fully red.
    title : str

    Returns
    -------
    Figure
    """
    ax, (array, corners) = fool_sheet(title), ground
    below = Ground(ax.figure, zorder=-1)
    below.set_data(array)
    ax.figure.add_artist(below)
    put(ax, image, 0.08, 1.22, 1.3, scale=(0, 1))
    ax.text(2.27, ROWS[0] + 1.34, f"towards {names[marked[1]]}", ha="center", fontsize=9)
    colours = [{marked[1]: ORANGE, marked[0]: BLUE}.get(k, SKY) for k in range(len(names))]
    for result, p, row in zip(results, chances, ROWS, strict=True):
        put(ax, coloured(result - image, top), 1.62, row, 1.3)
        put(ax, result, 3.06, row, 1.3, scale=(0, 1))
        put_bars(ax, 0.72 * p, 4.72, bar_places(len(p), row, TALL), 0.8 * TALL / len(p), colours)
    note = f"change: white 0, red up to +{top:g}, blue down to −{top:g}"
    ax.text(1.62, 0.08, note, fontsize=8, color="#444444")
    for way, colour in zip(ways, (ORANGE, "black"), strict=True):
        x, y = on_map(way, corners)
        ax.plot(x, y, color=colour, linewidth=1.2)
        ax.plot(x[-1], y[-1], "*", color=colour, markersize=14, markeredgecolor="white")
    ax.plot(x[0], y[0], "o", color="white", markersize=6, markeredgecolor="black")
    return ax.figure


@plot
def forming_card(filters, norms, at, moment, dying, title):
    """Draw the filters of a first layer at a moment, and their norms at all moments.

    Parameters
    ----------
    filters : ndarray of shape (K, 16, 5, 5)
        At K moments; all on one scale.
    norms : finite ndarray of shape (K, 16)
    at : finite ndarray of shape (K,)
        Steps.
    moment : int, below K
        Which moment to draw.
    dying : dict of int to int, may be empty
        Filters that die, and the moment from which on each is silent: framed from then on.
    title : str

    Returns
    -------
    Figure
    """
    ax = sheet(8.0, 4.6, title)
    scale, each = limits(filters, True), np.ones((1, 9, 9))
    colour = {f: COLOURS[1 + k % (len(COLOURS) - 1)] for k, f in enumerate(dying)}
    for row in range(2):
        tiles = mosaic(np.kron(filters[moment, 8 * row : 8 * row + 8], each), 8, 4)
        put(ax, np.nan_to_num(tiles), 0.1, 3.2 - 1.12 * row, 7.76, 0.9, signed=True, scale=scale)
    gone = [dying.get(f, moment + 1) <= moment for f in range(len(norms[moment]))]
    corners = [(0.1 + 0.98 * (f % 8), 3.2 - 1.12 * (f // 8)) for f in range(len(gone))]
    square = 0.9 * np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
    inks = [colour[f] if dead else "black" for f, dead in enumerate(gone)]
    edges = [ink if dead else GREY for ink, dead in zip(inks, gone, strict=True)]
    widths = [3 if dead else 0.5 for dead in gone]
    segments(ax, [square + corner for corner in corners], edges, widths)
    names = [f"{f}: {norm:.2f}" + dead * " silent" for f, (norm, dead) in
             enumerate(zip(norms[moment], gone, strict=True))]  # fmt: skip
    ax.add_artist(Numbers(np.array(corners) + (0.45, 1.0), names, inks, 8))
    ax.text(0.1, 1.93, scale_note(filters), fontsize=8, color="#444444")
    below = chart(ax, 0.64, 0.46, 7.04, 1.38, "norms")
    living = [f for f in range(norms.shape[1]) if f not in colour]
    curves = [np.stack([at, norms[:, f]], axis=1) for f in living]
    segments(below, curves, GREY, 0.6)
    for f, k in dying.items():
        below.plot(at, norms[:, f], color=colour[f], linewidth=1.8)
        below.plot(at[k], norms[k, f], "o", color=colour[f], markersize=5)
        below.text(at[k], norms[k, f] + 0.04, str(f), fontsize=8, color=colour[f])
    below.axvline(at[moment], color="black", linewidth=1.2)
    below.set(xlim=(0, at[-1]), ylim=(0, 1.05 * norms.max()), xlabel="step", ylabel="norm")
    below.spines[["top", "right"]].set_visible(False)
    return ax.figure


@plot
def climb_card(made, other, responses, best, most, title):
    """Draw an image made for a unit, that of another network, and how the response grew.

    Parameters
    ----------
    made, other : ndarray of shape (H, W), in [0, 1]
    responses : finite ndarray of shape (K,)
        Of the unit to its image, after 0, 1, ... steps.
    best : float
        The largest response to a real image.
    most : int
        Steps that the axis has room for.
    title : str

    Returns
    -------
    Figure
    """
    ax = sheet(8.0, 3.0, title)
    for image, x, name in ((made, 0.1, "made for the unit"), (other, 2.55, "weights shuffled")):
        put(ax, image, x, 0.15, 2.3, scale=(0, 1))
        ax.text(x + 1.15, 2.5, name, ha="center", fontsize=9)
    right = chart(ax, 5.48, 0.48, 2.4, 1.98, "steps")
    right.plot(responses, color=BLUE, marker="o", markersize=3)
    right.axhline(best, color="black", linestyle="--", linewidth=1)
    low, high = min(0, best, min(responses)), max(best, max(responses))
    right.set(xlim=(-0.5, most + 0.5), ylim=(low - 0.05 * (high - low), low + 1.15 * (high - low)))
    right.set_xlabel("step", fontsize=8)
    right.set_title("its response; dashed: best of the images", fontsize=9)
    right.tick_params(labelsize=8)
    right.spines[["top", "right"]].set_visible(False)
    return ax.figure
