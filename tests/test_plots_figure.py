"""Figures have settings of their own, the pixels that were drawn, and titles that fit."""

import inspect
import io

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

from cnnlib.plots import (
    backprop,
    base,
    beyond,
    convolution,
    deeper,
    fast,
    figure,
    filters,
    im2col,
    pooling,
    sheets,
    start,
    training,
)
from cnnlib.plots.base import lines, tables
from cnnlib.plots.figure import new_figure, rendered, to_png
from cnnlib.plots.sheets import image_grid
from tests.helpers import drawn

X = np.array([[1.0, 3, 2], [4, 7, 1]])
USER = {
    "image.origin": "lower", "image.cmap": "viridis", "image.interpolation": "bilinear",
    "axes.facecolor": "black", "figure.facecolor": "black", "savefig.facecolor": "black",
    "text.color": "white", "axes.labelcolor": "white", "xtick.color": "white",
    "font.size": 30, "axes.titlesize": 40, "lines.linewidth": 9, "lines.linestyle": "--",
    "axes.grid": True, "figure.autolayout": True, "savefig.bbox": "tight",
    "savefig.dpi": 20, "savefig.transparent": True, "legend.fontsize": 30, "patch.edgecolor": "red",
}  # fmt: skip


def test_a_user_s_settings_change_no_byte():
    def pictures():
        made = (
            tables([X], ["a"], "t"),
            image_grid([X, -X], ["a", "b"], signed=[False, True]),
            lines({"a": ([1, 2], [3, 4]), "b": ([1, 2], [1, 9])}, "x", "y", "T", "y"),
            filters.filter_grid(np.eye(5)[None, None], title="t"),
            start.pixel_window(np.eye(9), 1, 1, 3, "t"),
            pooling.pooling_step(X, X[:1, :2], (2, 2), 1, (0, 0)),
            training.confusion(np.eye(3, dtype=int)),
        )
        return [to_png(figure) for figure in made]

    before = pictures()
    with matplotlib.rc_context(USER):
        assert pictures() == before
        assert matplotlib.rcParams["font.size"] == 30


@pytest.mark.parametrize("paper", ["white", "none"])
def test_a_png_holds_the_pixels_that_were_drawn(paper):
    figure = lines({"a": ([1, 2], [3, 4])}, "x", "y", "T")
    figure.set_facecolor(paper)
    expected = rendered(figure)
    image = Image.open(io.BytesIO(to_png(figure)))
    assert image.mode == "RGBA" and (np.asarray(image) == expected).all()
    assert (expected[..., 3] < 255).any() == (paper == "none")
    image.close()


MODULES = [start, convolution, pooling, im2col, backprop, training, filters, deeper, fast]
MODULES += [beyond, base, sheets, figure]


@pytest.mark.parametrize("module", MODULES)
def test_every_function_that_returns_a_figure_has_its_own_settings(module):
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if "Returns\n-------\nFigure" in (inspect.getdoc(function) or ""):
            assert hasattr(function, "__wrapped__"), name


def test_no_two_functions_bear_one_name():
    names = [n for m in MODULES for n, f in vars(m).items()
             if inspect.isfunction(f) and f.__module__ == m.__name__]  # fmt: skip
    assert len(names) == len(set(names))


@pytest.mark.parametrize("fixed", [True, False])
def test_titles_fit_or_are_broken(fixed):
    long = "word " * 60
    for title, width in (("short", 2.0), ("a title wider than the figure", 1.0), (long, 8.0)):
        figure = new_figure(width, 2.0, title.strip(), fixed)
        figure.subplots()
        drawn(figure)
        box = figure._suptitle.get_window_extent(FigureCanvasAgg(figure).get_renderer())
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
    assert figure.get_suptitle().count("\n") >= 2


LONG = "a title that is, with all that it says of what was found, far wider than the page " * 2
STEPS = {"a": np.array([1e-3, 1e-2])}
X2 = np.array([1.0, 2.0])
PLANE = X[:, :2], 3.0, X[:, :2], np.array([0, 1]), np.zeros((0, 3)), [], X, None, 0, 500


@pytest.mark.parametrize(
    "draw",
    [
        lambda title: backprop.step_error(STEPS["a"], STEPS, title),
        lambda title: beyond.where_time_goes(X2, [X2, X2, X2], X2, 1, 2 * title),
        lambda title: deeper.by_depth({"a": (X2, X2)}, title),
        lambda title: deeper.paired(["a long name of a row"], [STEPS["a"]], [True], title),
        lambda title: fast.fastest(["FFT"], np.ones((1, 1, 1)), [1], [3], (0, 0), 2 * title),
        lambda title: filters.bars([1, 2], ["a", "b"], title, "y"),
        lambda title: filters.climb_card(X, X, [1, 2], 1, 9, title),
        lambda title: filters.scatter_classes(np.eye(2), np.arange(2), title),
        lambda title: im2col.tape([1, 2], [[0, 1]], title),
        lambda title: im2col.race({"a": 1e-3, "b": 1.0}, title),
        lambda title: start.block_stacks([[]], (1, 2, 2), ["a network"], 2 * title),
        lambda title: training.boundary(*PLANE, title),
        lambda title: training.cockpit([], [], [], [], None, None, 2 * title),
        lambda title: training.grid(X, [0, 1], [2, 3, 4], "x", "y", title),
    ],
)
def test_a_long_title_is_seen_whole_and_lies_on_nothing(draw):
    figure = drawn(draw(LONG))
    renderer, page = FigureCanvasAgg(figure).get_renderer(), figure.bbox
    boxes = {text: text.get_window_extent(renderer) for text in figure.findobj(Text)
             if text.get_text() and text.get_visible()}  # fmt: skip
    (title,) = (box for text, box in boxes.items() if "far wider" in text.get_text())
    assert page.x0 <= title.x0 and title.x1 <= page.x1 and title.y1 <= page.y1
    others = [box for box in boxes.values() if box is not title]
    others += [ax.bbox for ax in figure.axes if ax.axison]
    assert not any(min(box.y1, title.y1) > max(box.y0, title.y0) for box in others)
