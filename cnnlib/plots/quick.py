"""What makes figures quick: a text is drawn once, a tick is made only where one is seen.

When an explorer is moved, most of what its picture says was said by the one before; and matplotlib
makes four ticks of five parts for each pair of axes, even of an image that shows none.
"""

import functools
import math

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import NullLocator


@functools.lru_cache(8192)
def measured(text, font, ismath, dpi):
    """Return width, height and descent of a line of text, in pixels."""
    return RendererAgg(1, 1, dpi).get_text_width_height_descent(text, font, ismath)


@functools.lru_cache(8192)
def inked(text, font, ismath, dpi, colour):
    """Draw a line of text.

    Returns
    -------
    (ndarray of shape (H, W, 4), int)
        Its pixels, lowest row first; and how many there are left of it and below its baseline.
    """
    width, height, descent = measured(text, font, ismath, dpi)
    margin = 2 + math.ceil(descent)
    rows = margin + math.ceil(height) + 2
    small = RendererAgg(math.ceil(width) + 2 * margin, rows, dpi)
    gc = small.new_gc()
    gc.set_foreground(colour, isRGBA=True)
    small.draw_text(gc, margin, rows - margin, text, font, 0, ismath)
    return np.asarray(small.buffer_rgba())[::-1].copy(), margin


class Renderer(RendererAgg):
    """Agg, with a memory for texts."""

    def get_text_width_height_descent(self, s, prop, ismath):
        return measured(s, prop.copy(), ismath, self.dpi)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if angle:
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        ink, margin = inked(s, prop.copy(), ismath, self.dpi, (*gc.get_rgb()[:3], 1.0))
        self.draw_image(gc, round(x) - margin, int(self.height) - round(y) - margin, ink)


class Canvas(FigureCanvasAgg):
    """A canvas that draws with :class:`Renderer`."""

    def get_renderer(self):
        size = (*self.figure.bbox.size, self.figure.dpi)
        if size != self._lastKey:
            self.renderer, self._lastKey = Renderer(*size), size
        return self.renderer


class Numbers(Artist):
    """Short texts, each in the middle of its place: one object, where a Text each is slow.

    Attributes
    ----------
    places : ndarray of shape (K, 2)
        x and y in data.
    texts, inks : list of K str
        What is written, and in which colours.
    size : float
        Points.
    """

    def __init__(self, places, texts, inks, size):
        super().__init__()
        self.places, self.texts, self.inks, self.size = places, texts, inks, size

    def draw(self, renderer):
        gc, font = renderer.new_gc(), FontProperties(size=self.size)
        high = renderer.get_text_width_height_descent("0", font, False)[1]
        places = self.axes.transData.transform(self.places)
        for (x, y), text, ink in zip(places, self.texts, self.inks, strict=True):
            gc.set_foreground(ink)
            x -= renderer.get_text_width_height_descent(text, font, False)[0] / 2
            y -= high / 2
            renderer.draw_text(gc, x, renderer.height - y if renderer.flipy() else y, text, font, 0)
        gc.restore()


class Quick:
    """An axis without ticks until one is asked for."""

    majorTicks = functools.cached_property(lambda self: [])
    minorTicks = functools.cached_property(lambda self: [])

    def get_ticks_position(self):
        if not self.majorTicks:
            return {"x": "bottom", "y": "left"}[self.axis_name]
        if not isinstance(self.get_minor_locator(), NullLocator):
            self.get_minor_ticks(1)
        return super().get_ticks_position()


class QuickX(Quick, XAxis):
    """A horizontal one."""


class QuickY(Quick, YAxis):
    """A vertical one."""


class QuickAxes(Axes):
    """Axes whose ticks are made when they are asked for; else they look the same."""

    def _init_axis(self):
        self.xaxis, self.yaxis = QuickX(self, clear=False), QuickY(self, clear=False)
        self.spines.bottom.register_axis(self.xaxis)
        self.spines.top.register_axis(self.xaxis)
        self.spines.left.register_axis(self.yaxis)
        self.spines.right.register_axis(self.yaxis)

    def clear(self):
        super().clear()
        for spine in self.spines.values():
            spine.get_spine_transform()  # puts it in its place, as the first tick would
