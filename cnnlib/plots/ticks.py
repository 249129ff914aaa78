"""The ticks of an axis are drawn together, with the pixels that matplotlib gives them.

matplotlib makes an object of five parts for each tick, and some even for an image that shows none;
much of the time of an explorer's picture goes there.
"""

import functools

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import TICKDOWN, TICKLEFT, Line2D
from matplotlib.text import Text
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Bbox

from cnnlib.plots.quick import Renderer


@functools.lru_cache(8192)
def laid_out(text, size, ha, va, dpi):
    """Lay out a text at (0, 0), as a Text does.

    Returns
    -------
    (list of (float, float, str, FontProperties, bool), ndarray of shape (2, 2))
        What a renderer draws, line by line: x and y of the baseline, upwards, the text, its font
        and whether it is a formula; and the corners of the box of all.
    """
    found, renderer = [], Renderer(1, 1, dpi)
    renderer.draw_text = lambda gc, x, y, s, font, angle, ismath=False, mtext=None: found.append(
        (x, 1 - y, s, font.copy(), ismath)
    )
    artist = Text(0, 0, text, size=size, ha=ha, va=va)
    artist.set_figure(Figure(dpi=dpi))
    artist.draw(renderer)
    return found, artist.get_window_extent(renderer).get_points()


class QuickAxis:
    """An axis that draws its ticks together, where that is all there is to draw.

    Ticks of matplotlib's own are made once somebody asks for one, or for a look that is not known
    here; then they are drawn.
    """

    KNOWN = {"gridOn", "grid_alpha", "length", "pad", "labelsize"}
    KNOWN |= {"left", "bottom", "labelleft", "labelbottom"}

    majorTicks = functools.cached_property(lambda self: [])
    minorTicks = functools.cached_property(lambda self: [])
    placing = False  # whether set_ticks is at work, which asks for ticks that nobody has to see
    put = False  # whether the label was put elsewhere by hand

    def set_label_coords(self, *place, **options):
        self.put = True
        super().set_label_coords(*place, **options)

    def plain(self, renderer=None):
        """Say whether there is nothing here but what this class can draw, with that renderer."""
        side, looks = self.sides[0], map(self.get_tick_params, ("major", "minor"))
        plain = (
            all(k in self.KNOWN or value is False for look in looks for k, value in look.items())
            and not self.majorTicks + self.minorTicks
            and self.label_position == side
            and not self.put
            and not getattr(self.axes.figure, "aligned", True)  # a part of a figure may be
            and self.axes.spines[side].get_position() == ("outward", 0)
            and (renderer is None or isinstance(renderer, Renderer))  # not for SVG or PDF
        )
        if not plain:  # the frame makes room for ticks of its axes
            for side in self.sides:
                self.axes.spines[side].register_axis(self)
        return plain

    def get_ticks_position(self):
        if self.plain():
            return self.sides[0]
        self.get_major_ticks(1)
        self.get_minor_ticks(1)
        return super().get_ticks_position()

    def get_major_ticks(self, numticks=None):
        return [] if self.placing else super().get_major_ticks(numticks)

    def set_ticks(self, ticks, labels=None, *, minor=False, **options):
        self.placing = not (minor or self.majorTicks) and options.keys() <= {"fontsize"}
        try:
            made = super().set_ticks(ticks, labels, minor=minor, **options)
            if self.placing and options:
                self.set_tick_params(labelsize=options["fontsize"])
        finally:
            self.placing = False
        return made

    def in_view(self, ticker, places):
        """Return the places that are seen, and their labels."""
        labels, places = ticker.formatter.format_ticks(places), np.asarray(places, float)
        transform = self.get_transform().transform
        at, (low, high) = transform(places), np.sort(transform(self.get_view_interval()))
        near = 1e-10 * (high - low)
        seen = np.flatnonzero((low - near <= at) & (at <= high + near))
        return places[seen], [str(labels[k]) for k in seen]

    def look(self, which):
        """Return how ticks look, "major" or "minor", and whether there are any, and labels."""
        usual, side = f"{self.axis_name}tick.{which}", self.sides[0]
        given = self.get_tick_params(which)
        look = {"length": rcParams[f"{usual}.size"], "pad": rcParams[f"{usual}.pad"]}
        for name, place in (("ticks", ""), ("labels", "label")):
            # In matplotlib 3.9 a horizontal axis has a left side, too.
            look[name] = given.get(f"{place}{side}", given.get(f"{place}left", True))
        return look | {"labelsize": 10} | given

    def lay_out(self, renderer, draw=False):
        """Give labels their places; draw them, ticks and grid if asked to.

        Returns
        -------
        (list of Bbox, float)
            Of the labels; and how far ticks stand out, in pixels.
        """
        boxes, deep, inch, gc = [], 0, renderer.dpi / 72, renderer.new_gc()
        for which, ticker, find in (
            ("major", self.major, self.get_majorticklocs),
            ("minor", self.minor, self.get_minorticklocs),
        ):
            if isinstance(ticker.locator, NullLocator):
                continue
            look = self.look(which)
            places, labels = self.in_view(ticker, find())
            lines = self.lines(places)
            if len(places) and look["ticks"]:
                deep = max(deep, look["length"] * inch)
            if draw and len(places):
                self.draw_lines(renderer, lines, which, look)
            away = self.away * (look["length"] + look["pad"]) * inch
            for (x, y), label in zip(lines[:, 0] + away, labels, strict=True):
                if label and look["labels"]:
                    rows, box = laid_out(label, look["labelsize"], *self.held, renderer.dpi)
                    boxes.append(Bbox(box + (x, y)))
                    for right, up, text, font, ismath in rows if draw else ():
                        down = renderer.height - (y + up)
                        renderer.draw_text(gc, x + right, down, text, font, 0, ismath)
        gc.restore()
        self.offsetText.set_text(self.major.formatter.get_offset())
        self.place_offset(boxes, inch)
        place, k = list(self.label.get_position()), self.across
        edge = min([box.min[k] for box in boxes] + [self.axes.bbox.min[k] - deep])
        place[k] = edge - self.labelpad * inch
        self.label.set_position(place)
        return boxes, deep

    def lines(self, places):
        """Return where the grid's lines begin, at their ticks, and end: pixels, (K, 2, 2)."""
        ends = np.zeros((len(places), 2, 2))
        ends[:, 1, self.across], ends[..., 1 - self.across] = 1, places[:, None]
        x = self.axis_name == "x"
        transform = self.axes.get_xaxis_transform() if x else self.axes.get_yaxis_transform()
        return transform.transform(ends.reshape(-1, 2)).reshape(-1, 2, 2)

    def draw_lines(self, renderer, lines, which, look):
        """Draw ticks, and the grid if there is one."""
        artists = []
        if look["gridOn"]:
            style = {"lw": rcParams["grid.linewidth"], "color": rcParams["grid.color"]}
            artists = [LineCollection(lines, alpha=look.get("grid_alpha"), **style)]
            artists[0].set_clip_path(self.axes.patch)
        if look["ticks"] and look["length"]:
            width = rcParams[f"{self.axis_name}tick.{which}.width"]
            style = {"color": "black", "ls": "", "ms": look["length"], "mew": width}
            artists.append(Line2D(*lines[:, 0].T, marker=self.mark, **style))
        for artist in artists:
            artist.set_figure(self.axes.figure)
            artist.draw(renderer)

    def draw(self, renderer):
        if not self.plain(renderer):
            return super().draw(renderer)
        if self.get_visible():
            self.lay_out(renderer, draw=True)
            self.label.draw(renderer)
            self.offsetText.draw(renderer)
        self.stale = False

    def get_tightbbox(self, renderer=None, *, for_layout_only=False):
        if not self.plain(renderer):
            return super().get_tightbbox(renderer, for_layout_only=for_layout_only)
        if not self.get_visible() or for_layout_only and not self.get_in_layout():
            return None
        renderer = renderer or self.axes.figure.canvas.get_renderer()
        boxes, deep = self.lay_out(renderer)
        corners = self.axes.bbox.get_points().copy()
        corners[0, self.across] -= deep
        boxes.append(Bbox(corners))
        if self.offsetText.get_visible() and self.offsetText.get_text():
            boxes.append(self.offsetText.get_window_extent(renderer))
        if self.label.get_visible() and self.label.get_text():
            corners = self.label.get_window_extent(renderer).get_points()
            if for_layout_only:  # its length asks for no room
                along = 1 - self.across
                corners[:, along] = corners[:, along].mean() + np.array((-0.5, 0.5))
            boxes.append(Bbox(corners))
        return Bbox.union(boxes)


class QuickX(QuickAxis, XAxis):
    """A horizontal one."""

    sides, mark, held = ("bottom", "top"), TICKDOWN, ("center", "top")
    across, away = 1, np.array((0, -1))

    def place_offset(self, boxes, inch):
        """Put the power of all labels below them."""
        bottom = Bbox.union(boxes).y0 if boxes else self.axes.bbox.y0
        x, _ = self.offsetText.get_position()
        self.offsetText.set_position((x, bottom - self.OFFSETTEXTPAD * inch))


class QuickY(QuickAxis, YAxis):
    """A vertical one."""

    sides, mark, held = ("left", "right"), TICKLEFT, ("right", "center_baseline")
    across, away = 0, np.array((-1, 0))

    def place_offset(self, boxes, inch):
        """Put the power of all labels above the axes."""
        x, _ = self.offsetText.get_position()
        self.offsetText.set_position((x, self.axes.bbox.y1 + self.OFFSETTEXTPAD * inch))


class QuickAxes(Axes):
    """Axes with quick axes."""

    def _init_axis(self):
        self.xaxis, self.yaxis = QuickX(self, clear=False), QuickY(self, clear=False)

    def clear(self):
        super().clear()
        for spine in self.spines.values():
            spine.get_spine_transform()  # puts it in its place, as the first tick would


def fit_for(version):
    """Return the axes that figures are made of: quick where it is known how ticks are drawn.

    Parameters
    ----------
    version : tuple of int
        Of matplotlib. One that is later than 3.11 draws its ticks itself.
    """
    return QuickAxes if version < (3, 12) else Axes
