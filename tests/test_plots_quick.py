"""Quick figures look as matplotlib's own do, and make nothing twice."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from cnnlib.plots import quick
from cnnlib.plots.base import new_figure, own_settings, to_png


def pixels(figure):
    """Draw a figure; return its pixels."""
    canvas = quick.Canvas(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


@pytest.mark.parametrize("text, ismath", [("−7.25", False), ("gÅ", False), ("$x^2$", True)])
def test_a_text_looks_as_agg_draws_it_and_is_drawn_once(text, ismath):
    def written(kind):
        renderer = kind(120, 40, 96)
        gc = renderer.new_gc()
        gc.set_foreground((0.8, 0.1, 0.3, 1.0), isRGBA=True)
        renderer.draw_text(gc, 20, 30, text, FontProperties(size=11), 0, ismath)
        return np.asarray(renderer.buffer_rgba()).astype(int)

    with own_settings():
        quick.inked.cache_clear()
        expected, found = written(RendererAgg), written(quick.Renderer)
        again = written(quick.Renderer)
    painted = expected[..., 3:] > 0  # where nothing is, no colour is seen
    assert painted.any() and np.abs(found - expected)[painted[..., 0]].max() <= 2
    assert ((found[..., 3:] > 0) == painted).all() and (again == found).all()
    assert quick.inked.cache_info().misses == 1


def test_a_number_stands_in_the_middle_of_its_place():
    figure = new_figure(2, 2, fixed=True)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    ax.set(xlim=(0, 10), ylim=(0, 10))
    ax.add_artist(quick.Numbers(np.array([[4.0, 7.0]]), ["808"], ["black"], 20))
    shown = pixels(figure)
    rows, columns = (shown[..., 0] < 128).nonzero()
    high, wide = shown.shape[:2]
    assert abs(rows.min() + rows.max() + 1 - 0.6 * high) <= 3
    assert abs(columns.min() + columns.max() + 1 - 0.8 * wide) <= 3


def test_each_number_has_its_own_place_and_colour_above_the_lines():
    figure = new_figure(2, 2, fixed=True)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    ax.set(xlim=(0, 10), ylim=(0, 10))
    ax.axhline(5, color="yellow", linewidth=60)
    ax.add_artist(quick.Numbers(np.array([[2.0, 5], [8, 5]]), ["8", "1"], ["red", "blue"], 20))
    shown = pixels(figure)[..., :3].astype(int)
    for colour, other, at in ((0, 2, 0.2), (2, 0, 0.8)):  # red, then blue, of little else
        ink = (shown[..., colour] > 150) & (shown[..., other] < 90) & (shown[..., 1] < 90)
        assert ink.any() and abs(ink.nonzero()[1].mean() / shown.shape[1] - at) < 0.03


@pytest.mark.parametrize("fixed", [True, False])
def test_a_picture_is_drawn_once(fixed, monkeypatch):
    figure, drawn = new_figure(3, 3, "t", fixed), []
    (line,) = figure.subplots().plot([1, 2], [3, 4])
    monkeypatch.setattr(line, "draw", drawn.append)
    before = figure.dpi
    assert to_png(figure).startswith(b"\x89PNG")
    assert len(drawn) == 1 and figure.dpi == before
