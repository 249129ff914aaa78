"""A text that was drawn once is not drawn again.

When an explorer is moved, most of what its picture says was said by the one before.
"""

import functools
import math

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import FontProperties


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
    margin = 2 + max(0, math.ceil(descent))
    rows = margin + math.ceil(height - min(descent, 0)) + 2  # "=" floats above its baseline
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

    size = None  # width, height and dpi that the renderer was made for

    def get_renderer(self):
        size = (*self.figure.bbox.size, self.figure.dpi)
        if size != self.size:
            self.renderer, self.size = Renderer(*size), size
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

    zorder = 3  # above lines and frames, as a Text is

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
