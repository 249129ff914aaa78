"""What a convolution has learned, as pictures: sheets of small images on one colour scale."""

import numpy as np
from matplotlib import colormaps

from cnnlib.plots.base import GREY, IMAGE_MAP, SIGNED_MAP, limits
from cnnlib.plots.overview import sheet


def contact_sheet(
    tiles,
    titles=None,
    rows=None,
    columns=None,
    signed=False,
    scale=None,
    size=0.75,
    title=None,
    note=None,
    marks=(),
):
    """Draw small images in rows, all in one pair of axes: ten times faster than one each.

    Parameters
    ----------
    tiles : sequence of sequences of ndarray of shape (H, W) or (3, H, W), or None
        Row by row; None leaves a place empty. All images of a row have one size.
    titles : sequence of sequences of str, optional
        Over each tile.
    rows, columns : sequence of str, optional
        Before each row, over each column.
    signed : bool
        Whether values have a sign: diverging colours, white at 0.
    scale : (float, float), str or None
        Least and greatest value of the colours; ``"row"`` or ``"tile"`` scales each of these by
        itself; the common one if None.
    size : float
        Inches a tile is wide, less if the page is too narrow.
    title, note : str, optional
        The finding, above; how to read the colours, below.
    marks : sequence of (int, int, float, float, float, float, str)
        Frames: row and column of the tile; top, left, height, width in its pixels; colour.

    Returns
    -------
    Figure
    """
    count = max(len(row) for row in tiles)
    left = 0.08 + (0 if rows is None else 0.12 + 0.072 * max(map(len, rows)))
    size = min(size, (7.95 - left) / count)
    above = [0.17 if titles is not None and any(titles[r]) else 0.02 for r in range(len(tiles))]
    shapes = [next((np.shape(t)[-2:] for t in row if t is not None), (1, 1)) for row in tiles]
    heights = [size * H / W for H, W in shapes]
    head = (0.32 if title else 0.05) + (0.2 if columns is not None else 0)
    foot = 0.22 if note else 0.05
    height = head + sum(heights) + sum(above) + foot
    page = max(left + count * size + 0.08, 0.078 * len(title or ""), 0.062 * len(note or ""))
    ax = sheet(min(8.0, page), height, title)
    if scale is None:
        scale = limits(values(tile for row in tiles for tile in row), signed)
    y = height - head
    for r, row in enumerate(tiles):
        y -= above[r] + heights[r]
        span = limits(values(row), signed) if scale == "row" else scale
        for c, tile in enumerate(row):
            x = left + c * size
            if titles is not None and titles[r][c]:
                text = titles[r][c]
                ax.text(x + size / 2, y + heights[r] + 0.02, text, ha="center", fontsize=8)
            if tile is None:
                continue
            draw_tile(ax, tile, x, y, size, heights[r], signed, span)
            for *_, top, first, tall, wide, colour in (m for m in marks if tuple(m[:2]) == (r, c)):
                pixel = size / shapes[r][1]
                corners = x + first * pixel, y + heights[r] - (top + tall) * pixel
                frame(ax, *corners, wide * pixel, tall * pixel, colour, 1.8)
        if rows is not None:
            ax.text(left - 0.07, y + heights[r] / 2, rows[r], ha="right", va="center", fontsize=9)
    for c, text in enumerate(columns or ()):
        ax.text(left + (c + 0.5) * size, height - head + 0.04, text, ha="center", fontsize=9)
    if note:
        ax.text(left, 0.06, note, fontsize=8, color="#444444")
    return ax.figure


def values(tiles):
    """Return the numbers of all tiles that are not colour pictures, in one row."""
    rows = [np.ravel(tile) for tile in tiles if tile is not None and np.ndim(tile) == 2]
    return np.concatenate(rows) if rows else np.zeros(1)


def draw_tile(ax, tile, x, y, width, height, signed, span):
    """Draw one image into a place of a sheet, with a thin frame."""
    extent = (x + 0.02, x + width - 0.02, y + 0.02, y + height - 0.02)
    if np.ndim(tile) == 3:
        ax.imshow(np.clip(np.transpose(tile, (1, 2, 0)), 0, 1), extent=extent, aspect="auto")
    else:
        low, high = limits(tile, signed) if span == "tile" else span
        colours = colormaps[SIGNED_MAP if signed else IMAGE_MAP]
        ax.imshow(tile, cmap=colours, vmin=low, vmax=high, extent=extent, aspect="auto")
    frame(ax, x + 0.02, y + 0.02, width - 0.04, height - 0.04, GREY, 0.5)


def frame(ax, x, y, width, height, colour, line):
    """Draw a frame on a sheet; one line is faster than a Rectangle."""
    ax.plot((x, x + width, x + width, x, x), (y, y, y + height, y + height, y), colour, lw=line)


def scale_note(w):
    """Say in words what the colours of filters mean."""
    top = limits(w, signed=True)[1]
    return f"one scale: white 0, red up to {top:.2g}, blue down to −{top:.2g}"


def filter_grid(w, columns=10, title=None, order=None, labels=None, channels=None, shared=True):
    """Draw every filter of a convolution on one scale, red where positive, blue where negative.

    Parameters
    ----------
    w : ndarray of shape (F, C, KH, KW)
        A filter of several channels is a stack: its channels stand in one row.
    columns : int
        Filters in a row, for filters of one channel.
    title : str, optional
    order : sequence of int, optional
        Which filters to draw, and in which order; all of them if not given.
    labels : sequence of str, optional
        One a filter drawn, in the order drawn; its number if not given.
    channels : sequence of int, optional
        Numbers to write over the channels of stacks; counted from 0 if not given.
    shared : bool
        Whether all have one scale. If not, each filter has its own: weak ones show their pattern
        as clearly as strong ones, and only labels can tell which is which.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If w does not have four axes, or order names a filter that is not there.
    """
    w = check_filters(w)
    order = list(range(len(w)) if order is None else order)
    if any(f not in range(len(w)) for f in order):
        raise ValueError(f"order is {order}, expected filters 0 to {len(w) - 1}")
    labels = [str(f) for f in order] if labels is None else list(labels)
    scale = None if shared else "tile" if w.shape[1] == 1 else "row"
    note = scale_note(w) if shared else "each filter on a scale of its own, white 0"
    if w.shape[1] > 1:
        heads = [str(c) for c in channels or range(w.shape[1])] if w.shape[1] <= 40 else None
        tiles, titles, columns, rows, size = w[order], None, heads, labels, 0.6
    else:
        tiles, titles = in_rows(w[order, 0], columns), in_rows(labels, columns, "")
        columns, rows, size = None, None, 0.75
    return contact_sheet(
        tiles, titles, rows, columns, signed=True, scale=scale, size=size, title=title, note=note
    )


def colour_filters(w, labels, columns=10, title=None):
    """Draw filters of three channels as colours: grey 0, brighter red where red counts, and so on.

    Parameters
    ----------
    w : ndarray of shape (F, 3, KH, KW)
    labels : sequence of str
    columns : int
        Filters in a row.
    title : str, optional

    Returns
    -------
    Figure
    """
    top = limits(w, signed=True)[1]
    note = f"one scale: grey 0, a colour at its brightest {top:.2g}, at its darkest −{top:.2g}"
    tiles = in_rows(0.5 + 0.5 * check_filters(w) / top, columns)
    return contact_sheet(tiles, in_rows(labels, columns, ""), title=title, note=note)


def in_rows(items, columns, blank=None):
    """Break a sequence into rows of one length, the last filled up with blanks."""
    items = list(items)
    items += [blank] * (-len(items) % columns) if len(items) > columns else []
    return [items[k : k + columns] for k in range(0, len(items), columns)]


def filters_before_after(before, after, columns=16, title=None, order=None, labels=None):
    """Draw the filters of a first layer before training above those after it, on one scale.

    Parameters
    ----------
    before, after : ndarray of shape (F, 1, KH, KW)
    columns : int
        Filters in a row.
    title : str, optional
    order : sequence of int, optional
        Which filters to draw, and in which order; all of them if not given.
    labels : sequence of str, optional
        One a filter drawn; its number if not given.

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
    return filter_strip([before, after], ["before", "after"], columns, title, order, labels)


def filter_strip(moments, names, columns=16, title=None, order=None, labels=None):
    """Draw the filters of a first layer at several moments of its training, on one scale.

    Parameters
    ----------
    moments : sequence of ndarray of shape (F, 1, KH, KW)
    names : sequence of str
        One a moment.
    columns, title, order, labels
        As for :func:`filters_before_after`.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the moments differ in shape.
    """
    moments = [check_filters(w) for w in moments]
    if len({w.shape for w in moments}) != 1:
        raise ValueError(f"shapes are {[w.shape for w in moments]}, expected the same at all times")
    order = list(range(len(moments[0])) if order is None else order)
    labels = [str(f) for f in order] if labels is None else labels
    blocks = [in_rows(w[order, 0], columns) for w in moments]
    heads = in_rows(labels, columns, "")
    tiles = [block[k] for k in range(len(heads)) for block in blocks]
    titles = [heads[k] if b == 0 else [""] * len(heads[k]) for k in range(len(heads))
              for b in range(len(blocks))]  # fmt: skip
    return contact_sheet(
        tiles, titles, rows=list(names) * len(heads), signed=True, title=title, size=0.55,
        note=scale_note(moments),
    )  # fmt: skip


def feature_maps(maps, columns=8, title=None, labels=None):
    """Draw the feature maps of one image, on one scale.

    Parameters
    ----------
    maps : ndarray of shape (C, H, W)
    columns : int
        Maps in a row.
    title : str, optional
    labels : sequence of str, optional
        One a map; its number if not given.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If maps does not have three axes.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3:
        raise ValueError(f"maps has shape {maps.shape}, expected (C, H, W)")
    signed = bool((maps < 0).any())
    labels = [str(c) for c in range(len(maps))] if labels is None else labels
    top = limits(maps, signed)[1]
    note = scale_note(maps) if signed else f"one scale: black 0, white {top:.2g}"
    return contact_sheet(
        in_rows(maps, columns), in_rows(labels, columns, ""), signed=signed, title=title,
        note=note, size=0.9,
    )  # fmt: skip


def check_filters(w):
    """Return w as an array, or say that it is not a bank of filters."""
    w = np.asarray(w)
    if w.ndim != 4 or 0 in w.shape:
        raise ValueError(f"w has shape {w.shape}, expected (F, C, KH, KW)")
    if w.dtype.kind not in "fiu":
        raise TypeError(f"w is {w.dtype}, expected an array of numbers")
    return w
