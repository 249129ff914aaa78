"""The figures of lesson 06 show the numbers that they were given."""

import matplotlib.colors
import numpy as np
import pytest
from matplotlib.figure import Figure

from cnnlib.plots import interpret as plots
from cnnlib.plots import interpret_cards as cards
from cnnlib.plots.base import GREY, ORANGE, to_png

RNG = np.random.default_rng(0)
IMAGE = RNG.random((10, 12))
FIELD = range(2, 6), range(3, 8)


def drawn(figure):
    """Check that it renders, no wider than a page; return its axes."""
    assert isinstance(figure, Figure) and figure.get_figwidth() <= 8.0
    assert to_png(figure).startswith(b"\x89PNG")
    return figure.axes


def arrays(ax):
    return [np.asarray(image.get_array()) for image in ax.images]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def box(patch):
    """Return first row, first column, rows, columns of a frame."""
    left, bottom, width, height = patch.get_bbox().bounds
    return bottom + 0.5, left + 0.5, height, width


def test_spectra_stand_under_their_filters():
    w, gains = RNG.standard_normal((3, 5, 5)), RNG.random((3, 8, 8))
    axes = drawn(plots.spectra(w, gains, ["a", "b", "c"], "t"))
    for k in range(3):
        np.testing.assert_array_equal(arrays(axes[k])[0], w[k])
        np.testing.assert_array_equal(arrays(axes[3 + k])[0], gains[k])
        assert axes[k].get_title() == "abc"[k]
        assert axes[k].images[0].get_clim() == (-np.abs(w).max(), np.abs(w).max())
    assert [t.get_text() for t in axes[3].get_yticklabels()] == ["−½", "0"]
    assert axes[3].get_yticks().tolist() == [0, 4]


def test_bars_mark_what_they_are_told_to():
    (ax,) = drawn(plots.bars([1, 2, 3], ["x", "y", "z"], "t", "lost", marked=(1,), base=2.5))
    assert [patch.get_height() for patch in ax.patches] == [1, 2, 3]
    orange = [matplotlib.colors.same_color(p.get_facecolor(), ORANGE) for p in ax.patches]
    assert orange == [False, True, False]
    assert list(ax.lines[0].get_ydata()) == [2.5, 2.5]


def test_a_photograph_stands_before_its_maps():
    maps, w = RNG.standard_normal((2, 6, 8)), RNG.standard_normal((2, 5, 5))
    axes = drawn(plots.photograph(IMAGE, maps, w, ["a", "b"], "t"))
    shown = [arrays(ax)[0] for ax in [*axes, *axes[1].child_axes, *axes[2].child_axes]]
    for expected in (IMAGE, *maps, *w):
        assert any(np.array_equal(expected, found) for found in shown)


def test_exciting_patches_begin_with_the_filter():
    patches, w = RNG.random((2, 3, 5, 5)), RNG.standard_normal((2, 5, 5))
    (ax,) = drawn(plots.exciting_patches(patches, [[3, 2, 1.5]] * 2, ["a", "b"], "t", w))
    found = arrays(ax)
    np.testing.assert_allclose(found[0], plots.coloured(w[0]).transpose(1, 2, 0))
    np.testing.assert_array_equal(found[1:4], patches[0])
    assert {"filter", "3.00", "1.50", "a", "b"} <= set(texts(ax))
    (ax,) = drawn(plots.exciting_patches(patches, [[3, 2, 1]] * 2, ["a", "b"]))
    assert len(ax.images) == 6


def test_coloured_is_white_at_zero_and_red_above():
    red, white, blue = plots.coloured(np.array([[2.0, 0, -2]]))[:, 0].T
    np.testing.assert_allclose(white, 0.97, atol=0.01)
    assert red[0] > red[2] and blue[2] > blue[0]


def test_nested_fields_are_framed_and_named():
    axes = drawn(plots.nested_fields(IMAGE, [FIELD, (range(10), range(12))], ["a", "b"], "t"))
    assert [box(patch) for patch in axes[0].patches] == [(2, 3, 4, 5), (0, 0, 10, 12)]
    legend = axes[0].figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["a: 4 × 5", "b: 10 × 12"]


def test_measured_fields_are_framed_by_the_computed_ones():
    axes = drawn(plots.measured_fields([IMAGE, 2 * IMAGE], [FIELD, FIELD], ["a", "b"], "t"))
    for ax, factor in zip(axes, (1, 2), strict=True):
        np.testing.assert_array_equal(arrays(ax)[0], factor * IMAGE)
        assert box(ax.patches[0]) == (2, 3, 4, 5)


def test_where_it_looked_has_a_column_a_method():
    signed = RNG.standard_normal((2, 10, 12))
    maps = {"one": [IMAGE, 2 * IMAGE], "two": signed}
    (ax,) = drawn(plots.where_it_looked([IMAGE, IMAGE], maps, ["r", "s"], "t"))
    found = arrays(ax)
    assert len(found) == 6
    np.testing.assert_array_equal(found[4], 2 * IMAGE)
    np.testing.assert_allclose(found[5], plots.coloured(signed[1]).transpose(1, 2, 0))
    assert ax.images[4].get_clim() == (0, 2 * IMAGE.max())  # a scale of its own
    assert {"image", "one", "two", "r", "s"} <= set(texts(ax))


def test_sanity_colours_only_rows_that_have_a_sign():
    rows = [[IMAGE, IMAGE], [IMAGE, -IMAGE]]
    (ax,) = drawn(plots.sanity(rows, ["a", "b"], ["c", "d"], "t"))
    assert [array.ndim for array in arrays(ax)] == [2, 2, 3, 3]


def test_tuning_draws_each_curve_and_shows_the_stimuli():
    angles = [0, 90, 180, 270]
    edges, strokes = {"f 0": [1, 0, -1, 0], "f 5": [0, 1, 0, -1]}, {"f 9": [0, 1, 0, 1]}
    figure = plots.tuning(angles, edges, strokes, [IMAGE] * 2, [IMAGE] * 3, "t")
    left, right = drawn(figure)[:2]
    curves = [[line.get_ydata().tolist() for line in ax.lines[:-1]] for ax in (left, right)]
    assert curves == [[[1, 0, -1, 0], [0, 1, 0, -1]], [[0, 1, 0, 1]]]
    assert [len(ax.child_axes) for ax in (left, right)] == [2, 3]
    # The second stimulus of two stands at 180 degrees.
    middle = left.child_axes[1].get_position().get_points()[:, 0].mean()
    at = left.transData.transform((180, 0))[0] / (figure.get_figwidth() * figure.dpi)
    assert middle == pytest.approx(at, abs=0.01)


def test_made_to_order_in_rows_and_not():
    images = RNG.random((12, 5, 5))
    (ax,) = drawn(plots.made_to_order(images, [str(k) for k in range(12)]))
    np.testing.assert_array_equal(arrays(ax), images)
    (ax,) = drawn(plots.made_to_order([images[:3], images[3:6]], list("xyz"), rows=["a", "b"]))
    assert {"x", "y", "z", "a", "b"} == set(texts(ax))
    assert {image.get_clim() for image in ax.images} == {(0, 1)}
    (ax,) = drawn(plots.made_to_order([images[0], None], ["0", "1"]))
    assert len(ax.images) == 1


def test_scatter_draws_every_point_as_its_class():
    places, labels = RNG.random((30, 2)), np.arange(30) % 10
    (ax,) = drawn(plots.scatter_classes(places, labels, [f"class {k}" for k in range(10)], "t"))
    for k, points in enumerate(ax.collections):
        np.testing.assert_array_equal(points.get_offsets(), places[labels == k])
    assert len({tuple(points.get_facecolor()[0]) for points in ax.collections}) == 10
    assert len(ax.figure.legends[0].get_texts()) == 10


def test_fooled_shows_image_change_and_result():
    change = RNG.standard_normal((2, 10, 12))
    (ax,) = drawn(plots.fooled([IMAGE] * 2, change, [IMAGE / 2] * 2, ["a", "b"], ["c", "d"], "t"))
    found = arrays(ax)
    assert [array.ndim for array in found] == [2, 2, 3, 3, 2, 2]
    np.testing.assert_array_equal(found[5], IMAGE / 2)
    assert {"a", "b", "c", "d", "image", "+ change", "= result"} <= set(texts(ax))


def test_curves_are_named_at_their_ends():
    (ax,) = drawn(plots.curves([0, 1], {"a": [1, 0.5], "b": [1, 0]}, "x", "y", "t"))
    assert [line.get_ydata().tolist() for line in ax.lines] == [[1, 0.5], [1, 0]]
    assert [(text.get_text(), text.xy) for text in ax.texts] == [("a", (1, 0.5)), ("b", (1, 0))]


@pytest.mark.parametrize("channels", [1, 3, 16])
def test_a_filter_card_frames_the_field_and_the_pixel(channels):
    w = RNG.standard_normal((channels, 5, 5))
    response = RNG.standard_normal((6, 8))
    patches = [(IMAGE[:4, :5], 2.5)] * 8
    (ax,) = drawn(cards.filter_card(IMAGE, w, response, FIELD, (1, 2), patches, "t"))
    assert len(ax.images) == 2 + min(channels, 12) + 8
    frames = [n for n in ax.lines if matplotlib.colors.same_color(n.get_color(), ORANGE)]
    left, right, bottom, top = ax.images[0].get_extent()
    unit = (right - left + 0.04) / 12
    x, y = frames[0].get_data()
    assert min(x) == pytest.approx(left - 0.02 + 3 * unit) and np.ptp(x) == pytest.approx(5 * unit)
    tall = (top - bottom + 0.04) / 10
    assert max(y) == pytest.approx(top + 0.02 - 2 * tall) and np.ptp(y) == pytest.approx(4 * tall)
    assert texts(ax).count("2.50") == 8


def test_a_filter_card_of_a_stack_shows_the_channels_that_weigh_most():
    w = np.ones((16, 3, 3)) * np.arange(16)[:, None, None]
    (ax,) = drawn(cards.filter_card(IMAGE, w, IMAGE, FIELD, (0, 0), [], "t"))
    assert [t for t in texts(ax) if t.isdigit()] == [str(c) for c in range(4, 16)]


def test_a_picked_field_is_framed_where_it_is_seen_and_measured():
    response = RNG.random((4, 5))
    left, middle, right = drawn(cards.picked_field(IMAGE, response, (1, 2), FIELD, IMAGE, "t"))
    assert box(left.patches[0]) == (1, 2, 1, 1)
    assert box(middle.patches[0]) == box(right.patches[0]) == (2, 3, 4, 5)


def test_a_look_card_marks_the_class_asked_about():
    p = np.array([0.1, 0.7, 0.2])
    _, middle, right = drawn(cards.look_card(IMAGE, -IMAGE, True, p, 2, list("abc"), "t"))
    assert [bar.get_width() for bar in right.patches] == p.tolist()
    orange = [matplotlib.colors.same_color(b.get_facecolor(), ORANGE) for b in right.patches]
    assert orange == [False, False, True]
    np.testing.assert_array_equal(arrays(middle)[0], -IMAGE)
    drawn(cards.look_card(np.zeros((4, 4)), np.zeros((4, 4)), False, p, 0, list("abc"), "t"))


def test_ten_classes_have_ten_colours():
    assert len({matplotlib.colors.to_hex(colour) for colour in plots.TEN}) == 10
    assert GREY in plots.TEN
