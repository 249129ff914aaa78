"""A figure: settings of its own, room for its title, its pixels, and where in them arrays stand.

What a user has set for matplotlib, a dark style or an origin at the bottom, changes nothing of what
a figure says.
"""

import functools
import struct
import zlib
from typing import NamedTuple

import matplotlib
import matplotlib.figure
import numpy as np
from matplotlib.font_manager import FontProperties

from cnnlib.plots.quick import Canvas, measured
from cnnlib.plots.ticks import fit_for
from cnnlib.promises import held

PAGE = 8.0  # inches
AXES = fit_for(matplotlib.__version_info__)

FAMILIES = ("axes", "boxplot", "contour", "errorbar", "figure", "font", "grid", "hatch", "image",
            "legend", "lines", "markers", "mathtext", "patch", "path", "savefig", "scatter", "text",
            "xaxis", "xtick", "yaxis", "ytick")  # fmt: skip
OWN = {k: v for k, v in matplotlib.rcParamsDefault.items() if k.partition(".")[0] in FAMILIES}
OWN["axes.titley"] = 1.0  # titles stand where they do, without a look for what lies above axes


def own_settings():
    """Return a context in which matplotlib's own settings hold, whatever the user's are."""
    return matplotlib.rc_context({k: v for k, v in OWN.items() if matplotlib.rcParams[k] != v})


def plot(function):
    """Let a function that returns a figure make it with :func:`own_settings`; see :func:`held`."""

    @functools.wraps(function)
    def wrapped(*args, **options):
        with own_settings():
            return function(*args, **options)

    return held(wrapped)


class Figure(matplotlib.figure.Figure):
    """A figure that shows itself as the last line of a cell, without pyplot's list of figures."""

    blank = ()  # of a sheet, what it is made of before anything is drawn on it
    aligned = False  # whether labels of some axes were put in one line
    room = 1.0  # share of its height that lies below all lines of a title but the first

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        Canvas(self)

    def add_axes(self, *args, **options):
        return super().add_axes(*args, **{"axes_class": AXES, **options})

    def add_subplot(self, *args, **options):
        return super().add_subplot(*args, **{"axes_class": AXES, **options})

    def align_xlabels(self, axs=None):
        self.aligned = True
        super().align_xlabels(axs)

    def align_ylabels(self, axs=None):
        self.aligned = True
        super().align_ylabels(axs)

    def place(self, left, bottom, width, height, **options):
        """Add axes by hand: shares of the figure as it would be if its title had one line."""
        box = left, bottom * self.room, width, height * self.room
        return self.add_axes(box, **options)

    def draw(self, renderer):
        with own_settings():
            super().draw(renderer)

    def _repr_png_(self):
        return to_png(self)


@functools.cache
def text_width(text, size):
    """Measure a line of text, of a font size in points, in inches."""
    return measured(text, FontProperties(size=size), False, 72)[0] / 72


def broken(text, size, width):
    """Break a text into lines that are no wider than ``width`` inches, if its words allow that."""
    lines = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def new_figure(width=PAGE, height=3.0, title=None, fixed=False):
    """Make an empty figure.

    Parameters
    ----------
    width, height : float
        Inches; a page is 8 wide. It becomes as large as its title asks for.
    title : str, optional
        The finding, over the whole figure; broken into lines where the page is too narrow.
    fixed : bool
        Whether axes are placed by hand, which is faster than searching for room.
    """
    if title is not None:
        lines = title.split("\n")
        width = max(width, min(PAGE, max(text_width(line, 11) for line in lines) + 0.2))
        title = "\n".join(broken(line, 11, width - 0.1) for line in lines)
    whole = height + 0.19 * (title or "").count("\n")
    figure = Figure(figsize=(width, whole), layout=None if fixed else "constrained")
    figure.room = height / whole
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure


def to_png(figure, dpi=96):
    """Render a figure.

    Returns
    -------
    bytes
        A PNG file; the same figure gives the same bytes. Pillow would look for the best way to
        write each row, and take three times as long for the same size.
    """
    pixels = rendered(figure, dpi)
    high, wide, depth = pixels.shape
    rows = np.full((high, 1 + wide * depth), 2, np.uint8)  # 2: each row less the one above it
    rows[:, 1:] = pixels.reshape(high, -1)
    rows[1:, 1:] -= rows[:-1, 1:]
    head = struct.pack(">2I5B", wide, high, 8, 6, 0, 0, 0)  # 6: red, green, blue, opacity
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(rows, 3)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def rendered(figure, dpi=96):
    """Return the pixels of a figure, uint8, (H, W, 4)."""
    canvas, usual = Canvas(figure), figure.dpi
    figure.dpi = dpi
    try:
        canvas.draw()  # once, where savefig draws twice what is laid out by constraints
    finally:
        figure.dpi = usual
    return np.asarray(canvas.buffer_rgba())


class Spot(NamedTuple):
    """Where in a figure an array or axes stand: shares of its width and height, and what is there.

    ``left`` to ``bottom`` are the shares; ``x`` is at left and right, ``y`` at top and bottom.
    """

    name: str
    left: float
    top: float
    right: float
    bottom: float
    x: tuple
    y: tuple

    def place(self, across, down):
        """Return the (x, y) of a place given by shares from the top left, or None if outside."""
        if not (self.left <= across <= self.right and self.top <= down <= self.bottom):
            return None
        over, under = (
            (across - self.left) / (self.right - self.left),
            (down - self.top) / (self.bottom - self.top),
        )
        (x0, x1), (y0, y1) = self.x, self.y
        return x0 + over * (x1 - x0), y0 + under * (y1 - y0)


def spots(figure):
    """Return where in a figure, once it is rendered, stand arrays and axes that have a ``gid``.

    Returns
    -------
    list of Spot
        Of an array, x counts its columns and y its rows; the middle of the first pixel is (0, 0).
    """
    found = []
    for ax in figure.axes:
        if ax.get_gid():
            (left, low), (right, high) = ax.get_position().get_points()
            x, y = ax.get_xlim(), ax.get_ylim()[::-1]
            found.append(Spot(ax.get_gid(), left, 1 - high, right, 1 - low, x, y))
        for image in filter(lambda image: image.get_gid(), ax.images):
            left, right, bottom, top = image.get_extent()
            corners = ax.transData.transform([(left, top), (right, bottom)])
            (left, top), (right, bottom) = figure.transFigure.inverted().transform(corners)
            H, W = image.get_array().shape[:2]
            box = (left, 1 - top, right, 1 - bottom)
            found.append(Spot(image.get_gid(), *box, (-0.5, W - 0.5), (-0.5, H - 0.5)))
    return found
