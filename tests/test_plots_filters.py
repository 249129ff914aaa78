"""The sheets of filters and maps show the numbers that they were given, on the scale they say."""

import matplotlib.colors
import numpy as np
import pytest

from cnnlib.plots import filters as plots
from cnnlib.plots.base import ORANGE, YELLOW, coloured
from tests.helpers import axes_of, framed, sheet_of, texts, tiles

RNG = np.random.default_rng(0)
BANK = RNG.standard_normal((12, 1, 3, 3))
STACKS = RNG.standard_normal((4, 6, 3, 3))


def test_a_filter_grid_holds_every_filter_on_one_scale_centred_on_zero():
    ax = sheet_of(plots.filter_grid(BANK, columns=5, title="found"))
    np.testing.assert_array_equal(tiles(ax), BANK[:, 0])
    top = np.abs(BANK).max()
    assert {image.get_clim() for image in ax.images} == {(-top, top)}
    assert {image.get_cmap().name for image in ax.images} == {"RdBu_r"}
    assert "found" in texts(ax) and [str(f) for f in range(12)] == texts(ax)[1:13]
    assert f"{top:.2g}" in texts(ax)[-1]


def test_a_filter_grid_in_another_order_with_labels():
    ax = sheet_of(plots.filter_grid(BANK, order=[7, 2], labels=["seven", "two"]))
    np.testing.assert_array_equal(tiles(ax), BANK[[7, 2], 0])
    assert texts(ax)[:2] == ["seven", "two"]


def test_a_stack_is_one_row():
    ax = sheet_of(plots.filter_grid(STACKS, order=[3, 1]))
    np.testing.assert_array_equal(tiles(ax), STACKS[[3, 1]].reshape(12, 3, 3))
    bottoms = [image.get_extent()[2] for image in ax.images]
    assert len(set(bottoms[:6])) == 1 and len(set(bottoms)) == 2 and bottoms[0] > bottoms[6]
    assert len({image.get_clim() for image in ax.images}) == 1
    assert {"3", "1"} <= set(texts(ax)[:2])
    named = sheet_of(plots.filter_grid(STACKS, channels=np.arange(6) + 50))
    assert {"50", "55"} <= set(texts(named))


def test_an_order_with_a_filter_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="expected filters 0 to 11"):
        plots.filter_grid(BANK, order=[12])


def test_before_stands_above_after():
    bank = RNG.standard_normal((18, 1, 3, 3))
    ax = sheet_of(plots.filters_before_after(bank, 2 * bank))
    np.testing.assert_array_equal(
        tiles(ax), [*bank[:16, 0], *2 * bank[:16, 0], *bank[16:, 0], *2 * bank[16:, 0]]
    )
    assert [t for t in texts(ax) if t in ("before", "after")] == ["before", "after"] * 2
    assert {image.get_clim()[1] for image in ax.images} == {2 * np.abs(bank).max()}


def test_colour_filters_are_grey_where_they_are_0():
    w = np.zeros((2, 3, 2, 2))
    w[0, 0], w[1, 2] = 2, -1
    ax = sheet_of(plots.colour_filters(w, ["r", "b"]))
    assert tiles(ax)[0][0, 0].tolist() == [1, 0.5, 0.5]
    assert tiles(ax)[1][0, 0].tolist() == [0.5, 0.5, 0.25]


def test_feature_maps_with_a_sign_are_centred_and_others_begin_at_0():
    maps = RNG.standard_normal((5, 4, 6))
    ax = sheet_of(plots.feature_maps(maps, columns=3))
    np.testing.assert_array_equal(tiles(ax), maps)
    assert {image.get_clim() for image in ax.images} == {(-np.abs(maps).max(), np.abs(maps).max())}
    ax = sheet_of(plots.feature_maps(np.abs(maps)))
    assert {image.get_clim() for image in ax.images} == {(0, np.abs(maps).max())}
    assert {image.get_cmap().name for image in ax.images} == {"gray"}


def test_maps_that_are_0_everywhere_can_be_drawn():
    sheet_of(plots.feature_maps(np.zeros((2, 3, 3))))
    sheet_of(plots.filter_grid(np.zeros((2, 1, 3, 3))))


def test_an_empty_place_stays_empty():
    ax = sheet_of(plots.contact_sheet([[np.ones((4, 4)), None], [None, None]]))
    assert len(ax.images) == 1


IMAGE = RNG.random((10, 12))
FIELD = range(2, 6), range(3, 8)


def box(patch):
    """Return first row, first column, rows, columns of a frame."""
    left, bottom, width, height = patch.get_bbox().bounds
    return bottom + 0.5, left + 0.5, height, width


def test_spectra_stand_under_their_filters():
    w, gains = RNG.standard_normal((3, 5, 5)), RNG.random((3, 8, 8))
    axes = axes_of(plots.spectra(w, gains, ["a", "b", "c"], "t"))
    for k in range(3):
        np.testing.assert_array_equal(tiles(axes[k])[0], w[k])
        np.testing.assert_array_equal(tiles(axes[3 + k])[0], gains[k])
        assert axes[k].get_title() == "abc"[k]
        assert axes[k].images[0].get_clim() == (-np.abs(w).max(), np.abs(w).max())
    assert [t.get_text() for t in axes[3].get_yticklabels()] == ["−½", "0"]
    assert axes[3].get_yticks().tolist() == [0, 4]


def test_exciting_patches_begin_with_the_filter():
    patches, w = RNG.random((2, 3, 5, 5)), RNG.standard_normal((2, 5, 5))
    (ax,) = axes_of(plots.exciting_patches(patches, [[3, 2, 1.5]] * 2, ["a", "b"], "t", w))
    found = tiles(ax)
    np.testing.assert_allclose(found[0], plots.coloured(w[0]).transpose(1, 2, 0))
    np.testing.assert_array_equal(found[1:4], patches[0])
    assert {"filter", "3.00", "1.50", "a", "b"} <= set(texts(ax))
    (ax,) = axes_of(plots.exciting_patches(patches, [[3, 2, 1]] * 2, ["a", "b"]))
    assert len(ax.images) == 6


def test_measured_fields_are_framed_by_the_computed_ones():
    axes = axes_of(plots.measured_fields([IMAGE, 2 * IMAGE], [FIELD, FIELD], ["a", "b"], "t"))
    for ax, factor in zip(axes, (1, 2), strict=True):
        np.testing.assert_array_equal(tiles(ax)[0], factor * IMAGE)
        assert box(ax.patches[0]) == (2, 3, 4, 5)


def test_where_it_looked_has_a_column_a_method():
    signed = RNG.standard_normal((2, 10, 12))
    maps = {"one": [IMAGE, 2 * IMAGE], "two": signed}
    (ax,) = axes_of(plots.where_it_looked([IMAGE, IMAGE], maps, ["r", "s"], "t"))
    found = tiles(ax)
    assert len(found) == 6
    np.testing.assert_array_equal(found[4], 2 * IMAGE)
    np.testing.assert_allclose(found[5], plots.coloured(signed[1]).transpose(1, 2, 0))
    assert ax.images[4].get_clim() == (0, 2 * IMAGE.max())  # a scale of its own
    assert {"image", "one", "two", "r", "s"} <= set(texts(ax))
    assert not ax.collections  # no ink on blank paper: nothing to outline


def test_where_it_looked_outlines_ink_on_blank_paper_over_every_map():
    ink = np.pad(np.ones((2, 3)), ((6, 2), (1, 8)))  # 10 by 12
    maps = {"one": [IMAGE, IMAGE], "two": [-IMAGE, -IMAGE]}
    (ax,) = axes_of(plots.where_it_looked([IMAGE, ink], maps, title="t"))
    for rim, image, colour in zip(ax.collections, ax.images[4:], (YELLOW, "black"), strict=True):
        assert matplotlib.colors.same_color(rim.get_color()[0], colour)
        left, right, bottom, top = image.get_extent()
        x, y = np.concatenate(rim.get_segments()).T
        columns, rows = 12 * (x - left) / (right - left), 10 * (top - y) / (top - bottom)
        assert (columns.min(), columns.max()) == pytest.approx((1, 4))
        assert (rows.min(), rows.max()) == pytest.approx((6, 8))
    assert any("outline of the ink" in text for text in texts(ax))


def test_sanity_colours_only_rows_that_have_a_sign():
    rows = [[IMAGE, IMAGE], [IMAGE, -IMAGE]]
    (ax,) = axes_of(plots.sanity(rows, ["a", "b"], ["c", "d"], "t"))
    assert [array.ndim for array in tiles(ax)] == [2, 2, 3, 3]


def test_tuning_draws_each_curve_and_shows_the_stimuli():
    angles = [0, 90, 180, 270]
    edges, strokes = {"f 0": [1, 0, -1, 0], "f 5": [0, 1, 0, -1]}, {"f 9": [0, 1, 0, 1]}
    figure = plots.tuning(angles, edges, strokes, [IMAGE] * 2, [IMAGE] * 3, "t")
    left, right, *strips = axes_of(figure)[:4]
    curves = [[line.get_ydata().tolist() for line in ax.lines[:-1]] for ax in (left, right)]
    assert curves == [[[1, 0, -1, 0], [0, 1, 0, -1]], [[0, 1, 0, 1]]]
    assert [len(strip.child_axes) for strip in strips] == [2, 3]
    assert strips[0].get_xticks().tolist() == [0, 180]
    assert strips[0].get_position().y1 < left.get_position().y0  # no image over a curve or an axis
    # The second stimulus of two stands at 180 degrees.
    middle = strips[0].child_axes[1].get_position().get_points()[:, 0].mean()
    at = left.transData.transform((180, 0))[0] / (figure.get_figwidth() * figure.dpi)
    assert middle == pytest.approx(at, abs=0.01)


def test_made_to_order():
    images = RNG.random((12, 5, 5))
    (ax,) = axes_of(plots.made_to_order(images, [str(k) for k in range(12)]))
    np.testing.assert_array_equal(tiles(ax), images)
    assert {image.get_clim() for image in ax.images} == {(0, 1)}
    (ax,) = axes_of(plots.made_to_order([images[0], None], ["0", "1"]))
    assert len(ax.images) == 1


def test_scatter_draws_every_point_as_its_class():
    places, labels = RNG.random((30, 2)), np.arange(30) % 10
    (ax,) = axes_of(plots.scatter_classes(places, labels, "t"))
    for k, points in enumerate(ax.collections):
        np.testing.assert_array_equal(points.get_offsets(), places[labels == k])
    assert len({tuple(points.get_facecolor()[0]) for points in ax.collections}) == 10


def test_fooled_shows_image_change_and_result():
    change = RNG.standard_normal((2, 10, 12))
    (ax,) = axes_of(plots.fooled([IMAGE] * 2, change, [IMAGE / 2] * 2, ["a", "b"], ["c", "d"], "t"))
    found = tiles(ax)
    assert [array.ndim for array in found] == [2, 2, 3, 3, 2, 2]
    np.testing.assert_array_equal(found[5], IMAGE / 2)
    assert {"a", "b", "c", "d", "image", "+ change", "= result"} <= set(texts(ax))


@pytest.mark.parametrize("channels", [1, 3, 16])
def test_a_filter_card_frames_the_field_and_the_pixel(channels):
    w = RNG.standard_normal((channels, 5, 5))
    response = RNG.standard_normal((6, 8))
    patches = [(IMAGE[:4, :5], 2.5)] * 8
    (ax,) = axes_of(plots.filter_card(IMAGE, w, response, FIELD, (1, 2), patches, "t"))
    assert len(ax.images) == 2 + min(channels, 12) + 8
    frames = [n for n in ax.lines if matplotlib.colors.same_color(n.get_color(), ORANGE)]
    left, right, bottom, top = ax.images[0].get_extent()
    unit = (right - left + 0.04) / 12
    x, y = frames[0].get_data()
    assert min(x) == pytest.approx(left - 0.02 + 3 * unit) and np.ptp(x) == pytest.approx(5 * unit)
    tall = (top - bottom + 0.04) / 10
    assert max(y) == pytest.approx(top + 0.02 - 2 * tall) and np.ptp(y) == pytest.approx(4 * tall)
    assert texts(ax).count("2.50") == 8
    assert f"its map, red/blue ±{np.abs(response).max():.2g}" in texts(ax)
    what = "the filter" if channels == 1 else f"{min(channels, 12)} of its {channels} channels"
    assert f"{what}, red/blue ±{np.abs(w).max():.2g}" in texts(ax)


def test_a_filter_card_of_a_stack_shows_the_channels_that_weigh_most():
    w = np.ones((16, 3, 3)) * np.arange(16)[:, None, None]
    (ax,) = axes_of(plots.filter_card(IMAGE, w, IMAGE, FIELD, (0, 0), [], "t"))
    assert [t for t in texts(ax) if t.isdigit()] == [str(c) for c in range(4, 16)]


def test_a_picked_field_is_framed_where_it_is_seen_and_measured():
    response = RNG.random((4, 5))
    ax = sheet_of(plots.picked_field(IMAGE, response, (1, 2), FIELD, IMAGE, "t"))
    found = [framed(*each) for each in zip(ax.images, ax.lines[1::2], strict=True)]
    assert found == [[1, 2, 1, 1], [2, 3, 4, 5], [2, 3, 4, 5]]
    ax = sheet_of(plots.picked_field(IMAGE, -2 * response, (1, 2), FIELD, IMAGE, "t"))
    assert f"the map, red/blue ±{2 * response.max():.2g}" in texts(ax)
    response[0, 0] = -2
    ax = sheet_of(plots.picked_field(IMAGE, -response, (1, 2), FIELD, IMAGE, "t"))
    assert "the map, red/blue ±2" in texts(ax)


def test_a_look_card_marks_the_class_asked_about():
    p = np.array([0.1, 0.7, 0.2])
    ax = sheet_of(plots.look_card(IMAGE, -IMAGE, True, p, 2, list("abc"), "t"))
    bars = max(ax.collections, key=lambda found: found.get_linewidth()[0])
    long = np.array([np.ptp(line[:, 0]) for line in bars.get_segments()])
    np.testing.assert_allclose(long / long.sum(), p)
    orange = [matplotlib.colors.same_color(colour, ORANGE) for colour in bars.get_color()]
    assert orange == [False, False, True]
    np.testing.assert_array_equal(tiles(ax)[1], -IMAGE)
    sheet_of(plots.look_card(np.zeros((4, 4)), np.zeros((4, 4)), False, p, 0, list("abc"), "t"))


def test_a_look_card_outlines_the_ink_as_matplotlib_does():
    ax = sheet_of(plots.look_card(IMAGE, -IMAGE, True, np.ones(1), 0, ["a"], "t"))
    rim, _ = sorted(ax.collections, key=lambda found: found.get_linewidth()[0])
    H, W = IMAGE.shape
    x, y = (2.88 + 2.6 * (np.arange(W) + 0.5) / W, 0.1 + 2.6 * (H - 0.5 - np.arange(H)) / H)
    expected = ax.contour(x, y, IMAGE, [(IMAGE.min() + IMAGE.max()) / 2]).get_paths()[0].vertices
    found = np.concatenate(rim.get_segments())
    assert len(found) > 4
    np.testing.assert_array_equal(*(np.unique(p.round(6), axis=0) for p in (found, expected)))


def test_bright_bytes_are_outlined():
    """100 + 200 is more than a byte holds."""
    image = np.pad(np.full((2, 3), 200, np.uint8), 3, constant_values=100)
    ax = sheet_of(plots.look_card(image, image / 255, False, np.ones(1), 0, ["a"], "t"))
    assert min(len(found.get_segments()) for found in ax.collections) == 1


PLACES, LABELS = RNG.standard_normal((40, 2)), np.arange(40) % 10


def test_a_fool_card_shows_changes_on_one_scale_probabilities_and_ways():
    names = [str(k) for k in range(10)]
    image, results, p = RNG.random((28, 28)), RNG.random((2, 28, 28)), RNG.dirichlet(np.ones(10), 2)
    ground = plots.fool_ground(PLACES, LABELS, names)
    ways = np.stack([PLACES[:4], PLACES[[0] * 4]])
    ax = sheet_of(plots.fool_card(image, results, p, names, (7, 3), ground, ways, 0.3, "t"))
    (below,), found = ax.figure.artists, tiles(ax)
    np.testing.assert_array_equal(below.get_array(), ground[0])
    np.testing.assert_array_equal(found[0], image)
    for result, change, shown in zip(results, found[1::2], found[2::2], strict=True):
        np.testing.assert_allclose(change.transpose(2, 0, 1), coloured(result - image, 0.3))
        np.testing.assert_array_equal(shown, result)
    for bars, chances in zip(ax.collections, p, strict=True):
        lengths = [np.ptp(segment[:, 0]) for segment in bars.get_segments()]
        np.testing.assert_allclose(lengths, 0.72 * chances)
        colours = [matplotlib.colors.to_hex(c) for c in bars.get_colors()]
        assert [k for k, c in enumerate(colours) if c == ORANGE.lower()] == [3]
    stars = [line for line in ax.lines if line.get_marker() == "*"]
    for star, way in zip(stars, ways, strict=True):
        np.testing.assert_allclose(
            star.get_xydata()[0], np.ravel(plots.on_map(way[-1:], ground[1]))
        )
    assert "towards 3" in texts(ax) and "red up to +0.3" in " ".join(texts(ax))


def test_the_ground_of_fool_cards_has_every_point_in_its_map():
    left, bottom, width, height = plots.MAP
    _, corners = plots.fool_ground(PLACES, LABELS, list("abcdefghij"))
    for places in (PLACES, 100 * PLACES):  # what lies outside is drawn at the rim
        x, y = plots.on_map(places, corners)
        assert left < x.min() and x.max() < left + width
        assert bottom < y.min() and y.max() < bottom + height


def test_a_forming_card_frames_the_dead_and_draws_all_norms():
    filters, at = RNG.standard_normal((4, 16, 5, 5)), np.array([1, 10, 20, 30])
    norms = np.sqrt((filters**2).sum(axis=(2, 3)))
    ax, chart = axes_of(plots.forming_card(filters, norms, at, 2, {5: 1, 7: 3}, "t"))
    for row, image in zip((filters[2, :8], filters[2, 8:]), tiles(ax), strict=True):
        for k, w in enumerate(row):
            np.testing.assert_array_equal(image[4::9, 49 * k : 49 * k + 45][:, 4::9], w)
    assert {image.get_clim()[1] for image in ax.images} == {np.abs(filters).max()}
    frames = ax.collections[0]
    assert np.flatnonzero(np.array(frames.get_linewidths()) == 3).tolist() == [5]
    assert f"5: {norms[2, 5]:.2f} silent" in texts(ax) and f"7: {norms[2, 7]:.2f}" in texts(ax)
    assert len(chart.collections[0].get_segments()) == 14
    np.testing.assert_array_equal(chart.lines[0].get_ydata(), norms[:, 5])
    assert [line.get_xydata()[0].tolist() for line in chart.lines[1::2]][:2] == [
        [10, norms[1, 5]],
        [30, norms[3, 7]],
    ]
    assert chart.lines[-1].get_xdata()[0] == 20


def test_a_climb_card_shows_both_images_and_the_best_real_one():
    made, other = RNG.random((2, 28, 28))
    ax, chart = axes_of(plots.climb_card(made, other, np.array([0, 2, 5.0]), 3.5, 20, "t"))
    np.testing.assert_array_equal(tiles(ax), [made, other])
    assert {image.get_clim() for image in ax.images} == {(0, 1)}
    assert chart.lines[0].get_ydata().tolist() == [0, 2, 5]
    assert chart.lines[1].get_ydata()[0] == 3.5
    low, high = chart.get_ylim()
    assert low <= 0 and high > 5
