"""Sheets: figures of one pair of axes, on which images and tables are put by inches."""

from typing import NamedTuple

import numpy as np
from matplotlib.lines import Line2D

from cnnlib.plots.base import (
    GREY,
    NO_NUMBER,
    ORANGE,
    coloured,
    colours,
    limits,
    segments,
    write_numbers,
)
from cnnlib.plots.figure import PAGE, broken, new_figure, plot, text_width
from cnnlib.plots.quick import Pixels

MOST_TILES = 2000
SPARE = {}  # the last sheet that was wiped, by width and height


def sheet(width, height, title=None):
    """Make a figure, in inches, with one pair of axes all over it: far faster than ten pairs."""
    title = None if title is None else broken(title, 11, width - 0.1)
    height += 0.19 * (title or "").count("\n")
    ax = SPARE.pop((width, height), None)
    if ax is None:
        ax = new_figure(width, height, fixed=True).add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, width), ylim=(0, height), autoscale_on=False)
        ax.axis("off")
        ax.figure.blank = {*ax.figure.get_children(), *ax.get_children()}
    if title is not None:
        ax.text(width / 2, height - 0.1, title, ha="center", va="top", fontsize=11)
    return ax


def wipe(figure):
    """Keep an explorer's sheet for its next picture: axes take longer to make than to draw on."""
    if figure.blank:
        ax = figure.axes[0]
        for artist in {*figure.get_children(), *ax.get_children()} - figure.blank:
            artist.remove()
        ax.set_prop_cycle(None)  # its colours start anew
        SPARE.clear()
        SPARE[tuple(figure.get_size_inches())] = ax


class Tile(NamedTuple):
    """An image on a sheet: where it lies, in inches, and how many pixels it has."""

    ax: object
    left: float
    bottom: float
    width: float
    height: float
    rows: int
    columns: int

    def place(self, row, column):
        """Return x and y of a place, which may lie between pixels; (-0.5, -0.5) is top left."""
        x = self.left + (column + 0.5) * self.width / self.columns
        return x, self.bottom + self.height - (row + 0.5) * self.height / self.rows

    def outline(self, row, column, rows=1, columns=1, color=ORANGE, width=2.5):
        """Draw a frame around a block of pixels whose first is (row, column); return it."""
        left, top = self.place(row - 0.5, column - 0.5)
        right, bottom = self.place(row + rows - 0.5, column + columns - 0.5)
        return frame(self.ax, left, bottom, right - left, top - bottom, color, width)

    def title(self, text, size=10):
        """Write a title above the middle."""
        x, y = self.left + self.width / 2, self.bottom + self.height + 0.07
        self.ax.text(x, y, text, ha="center", fontsize=size)


def put(ax, values, left, bottom, width, height=None, signed=False, scale=None, gid=None,
        missing=NO_NUMBER):  # fmt: skip
    """Draw an image into a place of a sheet, with a thin frame.

    Parameters
    ----------
    ax : matplotlib Axes
        As :func:`sheet` makes.
    values : ndarray of shape (H, W), or (3, H, W) for colour in [0, 1]
    left, bottom, width, height : float
        Inches; a square if height is not given.
    signed : bool
    scale : (float, float), optional
    gid : str, optional
        A name for :func:`spots`.
    missing : str
        Colour of numbers that are not finite.

    Returns
    -------
    Tile
    """
    height = width if height is None else height
    extent = (left, left + width, bottom, bottom + height)
    look = {"cmap": colours(signed, missing), "extent": extent, "gid": gid}
    image = Pixels(ax, **look)  # imshow sees to the axes, too
    if np.ndim(values) == 3:
        image.set_data(np.clip(np.transpose(values, (1, 2, 0)), 0, 1))
    else:
        image.set_data(np.ma.masked_invalid(values))
        image.set_clim(limits(values, signed) if scale is None else scale)
    ax.add_image(image)
    frame(ax, left, bottom, width, height, GREY, 0.5)
    return Tile(ax, left, bottom, width, height, *np.shape(values)[-2:])


def put_numbers(ax, values, left, bottom, cell, signed=False, scale=None, form="{:g}", size=10,
                gid=None):  # fmt: skip
    """Draw a small array into a place of a sheet: each number in a cell of its colour.

    Parameters as for :func:`show_numbers`, and

    left, bottom, cell : float
        Inches; the last one of a side of a cell.

    Returns
    -------
    Tile
    """
    H, W = np.shape(values)
    scale = limits(values, signed) if scale is None else scale
    tile = put(ax, values, left, bottom, W * cell, H * cell, signed, scale, gid, "white")
    places = np.stack(tile.place(*np.indices((H, W))), axis=-1).reshape(-1, 2)
    write_numbers(ax, places, np.asarray(values), scale, signed, form, size)
    rules(ax, left, bottom, W * cell, H * cell, H, W)
    return tile


def rules(ax, left, bottom, width, height, rows, columns):
    """Draw thin lines between the cells of a table on a sheet; sizes are inches."""
    right, top = left + width, bottom + height
    upright = [((x, bottom), (x, top)) for x in np.linspace(left, right, columns + 1)[1:-1]]
    level = [((left, y), (right, y)) for y in np.linspace(bottom, top, rows + 1)[1:-1]]
    segments(ax, upright + level, GREY, 0.5, zorder=1.5)


def chart(ax, left, bottom, width, height, gid):
    """Put axes that can be pointed at into a place of a sheet, in inches."""
    wide, high = ax.figure.get_size_inches()
    place = left / wide, bottom / high, width / wide, height / high
    return ax.figure.add_axes(place, gid=gid)


def frame(ax, left, bottom, width, height, colour, line):
    """Draw a frame on a sheet; one line is faster than a Rectangle."""
    right, top = left + width, bottom + height
    x, y = (left, right, right, left, left), (bottom, bottom, top, top, bottom)
    return ax.add_artist(Line2D(x, y, linewidth=line, color=colour))


def put_bars(ax, lengths, left, middles, thick, colors):
    """Draw horizontal bars on a sheet, all at once; sizes are inches."""
    ends = [((left, y), (left + x, y)) for x, y in zip(lengths, middles, strict=True)]
    return segments(ax, ends, colors, 72 * thick)


def bar_places(count, bottom, height):
    """Return the middles of bars, the first on top, that fill a height; in inches."""
    return bottom + height * (1 - (np.arange(count) + 0.5) / count)


def mosaic(maps, columns=None, gap=1):
    """Lay maps out in rows of tiles, NaN between them.

    Parameters
    ----------
    maps : ndarray of shape (C, H, W) or (M,)
        The numbers of a vector become tiles of one pixel, without gaps.
    columns : int, optional
        Tiles in a row; as many as rows, or one more, if not given.
    gap : int
        Pixels between tiles.

    Returns
    -------
    ndarray of shape (rows * (H + gap) - gap, columns * (W + gap) - gap)
    """
    maps = np.asarray(maps)
    if maps.ndim == 1:
        maps, gap = maps[:, None, None], 0
    C, H, W = maps.shape
    columns = int(np.ceil(np.sqrt(C))) if columns is None else columns
    rows = -(-C // columns)
    tiles = np.full((rows * columns, H + gap, W + gap), np.nan, maps.dtype)
    tiles[:C, :H, :W] = maps
    whole = tiles.reshape(rows, columns, H + gap, W + gap).transpose(0, 2, 1, 3)
    whole = whole.reshape(rows * (H + gap), columns * (W + gap))
    return whole[: whole.shape[0] - gap, : whole.shape[1] - gap]


def in_rows(items, columns, blank=None):
    """Break a sequence into rows of one length, the last filled up with blanks."""
    items = list(items)
    items += [blank] * (-len(items) % columns) if len(items) > columns else []
    return [items[k : k + columns] for k in range(0, len(items), columns)]


@plot
def contact_sheet(tiles, titles=None, rows=None, columns=None, signed=False, scale=None, size=0.75,
                  title=None, note=None):  # fmt: skip
    """Draw small images in rows, all in one pair of axes: ten times faster than one each.

    An image with numbers that are not finite gets a red frame, and the note says so.

    Parameters
    ----------
    tiles : sequence of sequences of ndarray of shape (H, W) or (3, H, W), or None
        Row by row; None leaves a place empty. All images of a row have one size; one that is more
        than four times as high as wide, or as wide as high, is stretched to that.
    titles : sequence of sequences of str, optional
        Over each tile.
    rows, columns : sequence of str, optional
        Before each row, over each column.
    signed : bool
        Whether values have a sign: diverging colours, white at 0.
    scale : (float, float), str or None
        Least and greatest value of the colours; ``"tile"`` scales each by itself; the common one if
        None.
    size : float
        Inches a tile is wide, less if the page is too narrow.
    title, note : str, optional
        The finding, above; how to read the colours, below.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there are so many tiles that none could be made out.
    """
    count = max(map(len, tiles))
    if sum(map(len, tiles)) > MOST_TILES or count > 100:
        raise ValueError(
            f"{sum(map(len, tiles)):,} images in rows of {count} cannot be told apart on a page:"
            f" expected at most {MOST_TILES:,} in rows of at most 100; choose some of them"
        )
    left = 0.08 if rows is None else 0.2 + max(text_width(name, 9) for name in rows)
    size = min(size, (PAGE - 0.05 - left) / count)
    above = [0.02] * len(tiles)
    if titles is not None:
        above = [0.02 + 0.15 * max(t.count("\n") + bool(t) for t in row) for row in titles]
    shapes = [next((np.shape(t)[-2:] for t in row if t is not None), (1, 1)) for row in tiles]
    heights = [size * float(np.clip(H / W, 0.25, 4)) for H, W in shapes]
    bad = {
        (r, c)
        for r, row in enumerate(tiles)
        for c, tile in enumerate(row)
        if tile is not None and not np.isfinite(tile).all()
    }
    if bad:
        many = f"{len(bad)} image holds" if len(bad) == 1 else f"{len(bad)} images hold"
        said = f"framed in red: {many} NaN or infinity, drawn in bluish grey"
        note = f"{note}; {said}" if note else said
    page = left + count * size + 0.08
    page = min(
        PAGE, max(page, *(text_width(t, s) + 0.2 for t, s in ((title or "", 11), (note or "", 8))))
    )
    note = note and broken(note, 8, page - left - 0.05)
    head = (0.32 if title else 0.05) + (0.2 if columns is not None else 0)
    foot = 0.08 + 0.14 * (1 + note.count("\n")) if note else 0.05
    height = head + sum(heights) + sum(above) + foot
    ax = sheet(page, height, title)
    if scale is None:
        scale = limits(numbers(tile for row in tiles for tile in row), signed)
    scale = None if scale == "tile" else scale
    y = height - head
    for r, row in enumerate(tiles):
        y -= above[r] + heights[r]
        for c, tile in enumerate(row):
            x = left + c * size
            if titles is not None and titles[r][c]:
                text = titles[r][c]
                ax.text(x + size / 2, y + heights[r] + 0.02, text, ha="center", fontsize=8)
            if tile is None:
                continue
            put(ax, tile, x + 0.02, y + 0.02, size - 0.04, heights[r] - 0.04, signed, scale)
            if (r, c) in bad:
                frame(ax, x + 0.02, y + 0.02, size - 0.04, heights[r] - 0.04, "red", 2)
        if rows is not None:
            ax.text(left - 0.07, y + heights[r] / 2, rows[r], ha="right", va="center", fontsize=9)
    for c, text in enumerate(columns or ()):
        ax.text(left + (c + 0.5) * size, height - head + 0.04, text, ha="center", fontsize=9)
    if note:
        ax.text(left, 0.06, note, fontsize=8, color="#444444")
    return ax.figure


def numbers(tiles):
    """Return the numbers of all tiles that are not colour pictures, in one row."""
    rows = [np.ravel(tile) for tile in tiles if tile is not None and np.ndim(tile) == 2]
    return np.concatenate(rows) if rows else np.zeros(1)


@plot
def image_grid(images, titles=None, columns=8, signed=False, shared=False, size=1.0, title=None):
    """Draw several images in rows.

    Parameters
    ----------
    images : sequence of ndarray of shape (H, W) or (3, H, W), length N
    titles : sequence of anything, length N, optional
        Written as texts.
    columns : int, at least 1
        Images in a row, at most.
    signed : bool or sequence of bool, length N
        Which images have a sign: red and blue, white at 0, each on its own scale.
    shared : bool
        Whether the other images have one scale.
    size : float
        Inches an image is wide, less if the page is too narrow.
    title : str, optional
        The finding, over the whole figure.

    Returns
    -------
    Figure
    """
    signed = np.broadcast_to(signed, len(images))
    plain = [image for image, has_sign in zip(images, signed, strict=True) if not has_sign]
    scale = limits(numbers(plain), False) if shared else "tile"
    columns = max(1, min(columns, len(images)))
    tiles = [coloured(i) if s else np.asarray(i) for i, s in zip(images, signed, strict=True)]
    titles = None if titles is None else in_rows(map(str, titles), columns, "")
    return contact_sheet(in_rows(tiles, columns), titles, scale=scale, size=size, title=title)
