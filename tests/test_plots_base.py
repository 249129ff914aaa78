"""What the figures share: scales, tables, curves."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import same_color, to_hex

from cnnlib.plots.base import GREY, ORANGE, coloured, crop, limits, lines, tables
from cnnlib.plots.figure import text_width
from tests.helpers import axes_of, drawn, texts

X = np.array([[1.0, 3, 2], [4, 7, 1]])


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
