"""What the figures share: their own settings, scales, tables, sheets, curves, titles that fit."""

import inspect
import io

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import same_color, to_hex
from matplotlib.text import Text
from PIL import Image

from cnnlib.plots import (
    backprop,
    base,
    beyond,
    convolution,
    deeper,
    fast,
    filters,
    im2col,
    pooling,
    start,
    training,
)
from cnnlib.plots.base import (
    GREY,
    ORANGE,
    coloured,
    contact_sheet,
    crop,
    image_grid,
    limits,
    lines,
    mosaic,
    tables,
)
from cnnlib.plots.figure import new_figure, rendered, text_width, to_png
from tests.helpers import axes_of, drawn, sheet_of, texts

X = np.array([[1.0, 3, 2], [4, 7, 1]])
USER = {
    "image.origin": "lower", "image.cmap": "viridis", "image.interpolation": "bilinear",
    "axes.facecolor": "black", "figure.facecolor": "black", "savefig.facecolor": "black",
    "text.color": "white", "axes.labelcolor": "white", "xtick.color": "white",
    "font.size": 30, "axes.titlesize": 40, "lines.linewidth": 9, "lines.linestyle": "--",
    "axes.grid": True, "figure.autolayout": True, "savefig.bbox": "tight",
    "savefig.dpi": 20, "savefig.transparent": True, "legend.fontsize": 30, "patch.edgecolor": "red",
}  # fmt: skip
FILTERS = np.random.default_rng(0).standard_normal((4, 1, 5, 5))


def test_a_user_s_settings_change_no_byte():
    def pictures():
        made = (
            tables([X], ["a"], "t"),
            image_grid([X, -X], ["a", "b"], signed=[False, True]),
            lines({"a": ([1, 2], [3, 4]), "b": ([1, 2], [1, 9])}, "x", "y", "T", "y"),
            filters.filter_grid(FILTERS, title="t"),
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
MODULES += [beyond, base]


@pytest.mark.parametrize("module", MODULES)
def test_every_function_that_returns_a_figure_has_its_own_settings(module):
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if "Returns\n-------\nFigure" in (inspect.getdoc(function) or ""):
            assert hasattr(function, "__wrapped__"), name


def test_no_two_functions_bear_one_name():
    names = [n for m in MODULES for n, f in vars(m).items()
             if inspect.isfunction(f) and f.__module__ == m.__name__]  # fmt: skip
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "values, signed, expected",
    [
        ([[1, -3]], True, (-3, 3)), ([[1, 3]], False, (0, 3)), ([[-1, 3]], False, (-1, 3)),
        ([[0, 0]], True, (-1, 1)), ([[]], True, (-1, 1)), ([[np.nan, 2, np.inf]], True, (-2, 2)),
        ([[np.nan]], False, (0, 1)), (np.int8([[-128, 64]]), True, (-128, 128)),
        (np.uint8([[200]]), False, (0, 200)), (np.float16([[-6e4]]), True, (-60000, 60000)),
    ],
)  # fmt: skip
def test_limits_are_those_of_the_finite_numbers(values, signed, expected):
    assert limits(values, signed) == expected


def test_tables_show_every_number_sign_and_frame():
    arrays = [np.array([[1, -2], [3, 4]]), np.array([[5, 6]])]
    figure = drawn(tables(arrays, ("a", "b"), "T", ("=",), frames=[(0, 0, 1, 2, 1, ORANGE)]))
    first, second = figure.axes
    assert texts(first) == ["1", "-2", "3", "4"] and texts(second) == ["5", "6"]
    assert "=" in texts(figure)
    assert first.get_title() == "a" and figure.get_suptitle() == "T"
    (frame,) = first.patches
    np.testing.assert_allclose(frame.get_bbox().bounds, (0.53, -0.47, 0.94, 1.94))
    assert to_hex(frame.get_edgecolor()) == ORANGE.lower()
    assert first.images[0].get_clim() == (-4, 4)


def test_tables_leave_their_arrays_alone_and_take_masks():
    mask = np.array([[True, False]])
    assert texts(tables([mask], ["mask"], signed=np.False_).axes[0]) == ["1", "0"]
    assert mask.dtype == bool


def test_tables_share_a_scale_and_hide_infinity():
    arrays, frames = [X, [[-np.inf, 9.0]]], [(1, 0, 1, 1, 1, ORANGE)]
    axes = axes_of(tables(arrays, ["a", "b"], signed=False, shared=True, frames=frames))
    assert texts(axes[1]) == ["−∞", "9"]
    assert same_color(axes[1].artists[0].inks[0], GREY)
    assert axes[0].images[0].get_clim() == axes[1].images[0].get_clim() == (0, 9)
    assert axes[1].images[0].get_array().mask.tolist() == [[True, False]]


@pytest.mark.parametrize(
    "arguments, name",
    [
        ({"titles": ["a"]}, "titles"),
        ({"titles": ["a", "b"], "symbols": ["+", "="]}, "symbols"),
        ({"titles": ["a", "b"], "form": ["{}"]}, "form"),
        ({"titles": ["a", "b"], "signed": [True]}, "signed"),
    ],
)
def test_tables_refuse_lists_of_another_length(arguments, name):
    with pytest.raises(ValueError, match=name):
        tables([np.eye(2), np.eye(2)], **arguments)


def test_numbers_fit_their_cells():
    ax = tables([np.full((2, 40), -123.45)], ["a"]).axes[0]
    renderer = FigureCanvasAgg(ax.figure).get_renderer()
    cell = ax.get_window_extent(renderer).width / 40
    numbers = ax.artists[0]
    assert text_width(numbers.texts[0], numbers.size) < cell / ax.figure.dpi


def test_mosaic_lays_maps_out_in_order():
    maps = np.arange(5 * 2 * 3.0).reshape(5, 2, 3)
    tiles = mosaic(maps)
    assert tiles.shape == (2 * 3 - 1, 3 * 4 - 1)
    np.testing.assert_array_equal(tiles[3:, 4:7], maps[4])
    assert np.isnan(tiles[2]).all() and np.isnan(tiles[3:, 8:]).all()
    assert mosaic(maps, columns=2).shape == (3 * 3 - 1, 2 * 4 - 1)
    assert mosaic(np.arange(10.0)).shape == (3, 4)  # a vector has no gaps


def test_a_grid_centres_what_is_signed_and_shares_the_other_scale():
    images = [np.full((5, 4), 0.5), np.array([[-2.0, 1], [0, np.nan]]), np.ones((3, 5, 4))]
    sheet = sheet_of(
        image_grid(images, list("abc"), 2, [False, True, False], shared=True, title="t")
    )
    assert [text for text in texts(sheet) if text] == ["t", "a", "b", "c"]
    assert sheet.images[0].get_clim() == (0, 0.5)
    shown = sheet.images[1].get_array()
    assert shown[0, 0, 2] > shown[0, 0, 0] and same_color(shown[1, 1], base.NO_NUMBER)


def test_bad_numbers_are_marked_and_said():
    w = FILTERS.copy()
    w[3, 0, 2, 2], w[1, 0, 0, 0] = np.nan, np.inf
    sheet = sheet_of(filters.filter_grid(w))
    note = texts(sheet)[-1].replace("\n", " ")
    assert "2 images hold NaN or infinity" in note
    assert f"red up to {np.abs(w[np.isfinite(w)]).max():.2g}" in note
    assert sum(same_color(line.get_color(), "red") for line in sheet.lines) == 2
    assert not any(same_color(line.get_color(), "red")
                   for line in sheet_of(filters.filter_grid(FILTERS)).lines)  # fmt: skip


@pytest.mark.parametrize("shape", [(1, 1, 7, 7), (7, 1, 1, 7), (7, 1, 7, 1), (2, 64, 3, 3),
                                   (3, 1, 1, 49), (3, 1, 49, 1), (512, 1, 3, 3)])  # fmt: skip
def test_any_bank_of_filters_is_legible(shape):
    title = "A title that is a good deal longer than one small filter is wide, and says a lot"
    figure = drawn(filters.filter_grid(np.ones(shape), title=title))
    (ax,) = figure.axes
    renderer = FigureCanvasAgg(figure).get_renderer()
    page = figure.bbox
    for text in ax.texts:
        box = text.get_window_extent(renderer)
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and box.y0 >= page.y0 and box.y1 <= page.y1
    sizes = [image.get_window_extent(renderer) for image in ax.images]
    assert min(min(box.width, box.height) for box in sizes) >= 6


def test_more_than_can_be_told_apart_is_refused():
    with pytest.raises(ValueError, match="choose some"):
        filters.filter_grid(np.ones((512, 512, 3, 3)))
    with pytest.raises(ValueError, match="2,001 images"):
        contact_sheet([[np.eye(2)]] * 2001)


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


def test_lines_are_drawn_with_their_labels_and_scales():
    curves = {"a": ([1, 2], [3, 4]), "b": ([1, 2], [1, 9])}
    figure = lines(curves, "x", "y", "T", "xy")
    (ax,) = axes_of(figure)
    a, b = ax.lines
    assert (a.get_label(), b.get_label(), b.get_ydata().tolist()) == ("a", "b", [1, 9])
    assert (ax.get_xscale(), ax.get_yscale(), figure.get_suptitle()) == ("log", "log", "T")
    assert a.get_linestyle() != b.get_linestyle()


def test_coloured_is_white_at_zero_and_red_above():
    picture = coloured(np.array([[0.0, 2, -2]]))
    np.testing.assert_allclose(picture[:, 0, 0], 1, atol=0.05)
    assert picture[0, 0, 1] > picture[2, 0, 1] and picture[2, 0, 2] > picture[0, 0, 2]


def test_crop_fills_with_zeros_outside():
    image = np.arange(1, 7.0).reshape(1, 2, 3)
    assert crop(image, range(-1, 2), range(1, 4)).tolist() == [[[0, 0, 0], [2, 3, 0], [5, 6, 0]]]
