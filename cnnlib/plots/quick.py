"""A text that was drawn once is not drawn again, and an image looks up each colour once.

When an explorer is moved, most of what its picture says was said by the one before.
"""

import functools
import math
import re

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage, FigureImage
from matplotlib.transforms import IdentityTransform


def pieces(text, font, ismath, dpi):
    """Cut a line of text into digits, which change most, and what stands between them.

    Only from matplotlib 3.11 on, where a digit is a whole number of pixels wide.
    """
    found = re.findall(r"\d|\D+", text)
    if ismath or len(found) < 2 or matplotlib.__version_info__ < (3, 11):
        return [text]
    return [text] if measured("0", font, False, dpi)[0] % 1 else found


@functools.lru_cache(8192)
def measured(text, font, ismath, dpi):
    """Return width, height and descent of a line of text, in pixels."""
    found = pieces(text, font, ismath, dpi)
    if len(found) < 2:
        return RendererAgg(1, 1, dpi).get_text_width_height_descent(text, font, ismath)
    wide, high, deep = zip(*(measured(piece, font, False, dpi) for piece in found), strict=True)
    down = max(deep)
    return sum(wide), max(np.subtract(high, deep)) + down, down


@functools.lru_cache(8192)
def inked(text, font, ismath, dpi):
    """Draw a line of text.

    Returns
    -------
    (uint8 ndarray of shape (H, W), int)
        How much of each pixel is covered, lowest row first; and how many pixels there are left of
        the text and below its baseline.
    """
    width, height, descent = measured(text, font, ismath, dpi)
    margin = 2 + max(0, math.ceil(descent))
    rows = margin + math.ceil(height - min(descent, 0)) + 2  # "=" floats above its baseline
    columns, found = math.ceil(width) + 2 * margin + 1, pieces(text, font, ismath, dpi)
    if len(found) < 2:
        small = RendererAgg(columns, rows, dpi)
        small.draw_text(small.new_gc(), margin, rows - margin, text, font, 0, ismath)
        return np.asarray(small.buffer_rgba())[::-1, :, 3].copy(), margin
    ink, start = np.zeros((rows, columns), np.uint8), margin
    for piece in found:
        part, below = inked(piece, font, False, dpi)
        place = ink[margin - below :, round(start) - below :][: len(part), : part.shape[1]]
        np.maximum(place, part, out=place)
        start += measured(piece, font, False, dpi)[0]
    return ink, margin


class Renderer(RendererAgg):
    """Agg, with a memory for texts."""

    def get_text_width_height_descent(self, s, prop, ismath):
        return measured(s, prop.copy(), ismath, self.dpi)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if angle:
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        ink, margin = inked(s, prop.copy(), ismath, self.dpi)
        painted = np.empty((*ink.shape, 4), np.uint8)
        painted[..., :3], painted[..., 3] = np.multiply(gc.get_rgb()[:3], 255).round(), ink
        self.draw_image(gc, round(x) - margin, int(self.height) - round(y) - margin, painted)


class Canvas(FigureCanvasAgg):
    """A canvas that draws with :class:`Renderer`."""

    size = None  # width, height and dpi that the renderer was made for

    def get_renderer(self):
        size = (*self.figure.bbox.size, self.figure.dpi)
        if size != self.size:
            self.renderer, self.size = Renderer(*size), size
        return self.renderer


class Pixels(AxesImage):
    """An image of large pixels: they get their colours first, and are repeated then.

    matplotlib repeats the numbers and looks up the colour of each, to the same end.
    """

    def make_image(self, renderer, magnification=1.0, unsampled=False):
        (left, low), (right, top) = box = self.get_window_extent().get_points()
        inside = (box >= self.axes.bbox.min).all() and (box <= self.axes.bbox.max).all()
        (H, W), high, wide = self.get_size(), top - low, right - left
        if magnification != 1 or unsampled or not inside or high <= 3 * H or wide <= 3 * W:
            return super().make_image(renderer, magnification, unsampled)
        x = np.arange(math.floor(left + 0.5), math.floor(right + 0.5))  # whose middle lies in it
        y = np.arange(math.ceil(low - 0.5), math.ceil(top - 0.5))
        columns = ((x + 0.5 - left) * W / wide).astype(int).clip(max=W - 1)
        rows = ((top - y - 0.5) * H / high).astype(int).clip(max=H - 1)
        colours = np.ascontiguousarray(self.to_rgba(self.get_array(), bytes=True)).view(np.uint32)
        painted = colours[..., 0].take(rows, 0).take(columns, 1)  # a colour is one number: faster
        return painted[..., None].view(np.uint8), x[0], y[0], IdentityTransform()


class Ground(FigureImage):
    """A picture of a whole figure, below what is drawn on it: it is copied, not drawn."""

    def make_image(self, renderer, magnification=1.0, unsampled=False):
        return self.get_array()[::-1], 0, 0, IdentityTransform()


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
