"""What the figures share: scales, tables, sheets, curves."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import same_color, to_hex

from cnnlib.plots import base, filters
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
from cnnlib.plots.figure import text_width
from tests.helpers import axes_of, drawn, sheet_of, texts

X = np.array([[1.0, 3, 2], [4, 7, 1]])
FILTERS = np.random.default_rng(0).standard_normal((4, 1, 5, 5))


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
