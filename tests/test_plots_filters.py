"""The sheets of filters and maps show the numbers that they were given, on the scale they say."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from cnnlib.plots import filters as sheets
from cnnlib.plots.base import to_png

RNG = np.random.default_rng(0)
BANK = RNG.standard_normal((12, 1, 3, 3))
STACKS = RNG.standard_normal((4, 6, 3, 3))


def drawn(figure):
    """Check that it renders; return its only pair of axes."""
    assert isinstance(figure, Figure)
    assert to_png(figure).startswith(b"\x89PNG")
    (ax,) = figure.axes
    return ax


def tiles(ax):
    """Return the arrays of a sheet, in the order they were drawn."""
    return [np.asarray(image.get_array()) for image in ax.images]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_a_filter_grid_holds_every_filter_on_one_scale_centred_on_zero():
    ax = drawn(sheets.filter_grid(BANK, columns=5, title="found"))
    np.testing.assert_array_equal(tiles(ax), BANK[:, 0])
    top = np.abs(BANK).max()
    assert {image.get_clim() for image in ax.images} == {(-top, top)}
    assert {image.get_cmap().name for image in ax.images} == {"RdBu_r"}
    assert "found" in texts(ax) and [str(f) for f in range(12)] == texts(ax)[1:13]
    assert f"{top:.2g}" in texts(ax)[-1]


def test_a_filter_grid_in_another_order_with_labels():
    ax = drawn(sheets.filter_grid(BANK, order=[7, 2], labels=["seven", "two"]))
    np.testing.assert_array_equal(tiles(ax), BANK[[7, 2], 0])
    assert texts(ax)[:2] == ["seven", "two"]


def test_filters_on_scales_of_their_own_say_so():
    ax = drawn(sheets.filter_grid(BANK, shared=False))
    tops = np.abs(BANK).max(axis=(1, 2, 3))
    assert [image.get_clim()[1] for image in ax.images] == tops.tolist()
    assert "scale of its own" in texts(ax)[-1]


def test_a_stack_is_one_row():
    ax = drawn(sheets.filter_grid(STACKS, order=[3, 1]))
    np.testing.assert_array_equal(tiles(ax), STACKS[[3, 1]].reshape(12, 3, 3))
    bottoms = [image.get_extent()[2] for image in ax.images]
    assert len(set(bottoms[:6])) == 1 and len(set(bottoms)) == 2 and bottoms[0] > bottoms[6]
    assert len({image.get_clim() for image in ax.images}) == 1
    assert {"3", "1"} <= set(texts(ax)[:2])


@pytest.mark.parametrize(
    "w, error", [(np.zeros((2, 3, 3)), ValueError), (np.zeros((0, 1, 3, 3)), ValueError),
                 (np.full((1, 1, 2, 2), "a"), TypeError)],
)  # fmt: skip
def test_what_is_no_bank_of_filters_is_refused(w, error):
    for draw in (sheets.filter_grid, lambda w: sheets.filters_before_after(w, w)):
        with pytest.raises(error, match="^w "):
            draw(w)


def test_an_order_with_a_filter_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="expected filters 0 to 11"):
        sheets.filter_grid(BANK, order=[12])


def test_before_stands_above_after():
    ax = drawn(sheets.filters_before_after(BANK, 2 * BANK, columns=8))
    np.testing.assert_array_equal(
        tiles(ax), [*BANK[:8, 0], *2 * BANK[:8, 0], *BANK[8:, 0], *2 * BANK[8:, 0]]
    )
    assert [t for t in texts(ax) if t in ("before", "after")] == ["before", "after"] * 2
    assert {image.get_clim()[1] for image in ax.images} == {2 * np.abs(BANK).max()}


def test_before_and_after_have_one_shape():
    with pytest.raises(ValueError, match="after has shape"):
        sheets.filters_before_after(BANK, BANK[:3])


def test_a_strip_has_a_row_a_moment():
    moments = [BANK[:4] * k for k in (0.1, 1, 2)]
    ax = drawn(sheets.filter_strip(moments, ["a", "b", "c"], order=[2, 0]))
    np.testing.assert_array_equal(tiles(ax), [m[f, 0] for m in moments for f in (2, 0)])
    assert [t for t in texts(ax) if t in ("a", "b", "c")] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="same at all times"):
        sheets.filter_strip([BANK, BANK[:2]], ["a", "b"])


def test_colour_filters_are_grey_where_they_are_0():
    w = np.zeros((2, 3, 2, 2))
    w[0, 0], w[1, 2] = 2, -1
    ax = drawn(sheets.colour_filters(w, ["r", "b"]))
    assert tiles(ax)[0][0, 0].tolist() == [1, 0.5, 0.5]
    assert tiles(ax)[1][0, 0].tolist() == [0.5, 0.5, 0.25]


def test_feature_maps_with_a_sign_are_centred_and_others_begin_at_0():
    maps = RNG.standard_normal((5, 4, 6))
    ax = drawn(sheets.feature_maps(maps, columns=3))
    np.testing.assert_array_equal(tiles(ax), maps)
    assert {image.get_clim() for image in ax.images} == {(-np.abs(maps).max(), np.abs(maps).max())}
    ax = drawn(sheets.feature_maps(np.abs(maps)))
    assert {image.get_clim() for image in ax.images} == {(0, np.abs(maps).max())}
    assert {image.get_cmap().name for image in ax.images} == {"gray"}


def test_feature_maps_are_three_axes():
    with pytest.raises(ValueError, match=r"expected \(C, H, W\)"):
        sheets.feature_maps(np.zeros((4, 4)))


def test_maps_that_are_0_everywhere_can_be_drawn():
    drawn(sheets.feature_maps(np.zeros((2, 3, 3))))
    drawn(sheets.filter_grid(np.zeros((2, 1, 3, 3))))


def test_an_empty_place_stays_empty_and_a_mark_lies_where_it_should():
    ax = drawn(
        sheets.contact_sheet(
            [[np.ones((4, 4)), None], [None, None]], size=1, marks=[(0, 0, 1, 2, 1, 2, "red")]
        )
    )
    assert len(ax.images) == 1
    left, right, bottom, top = ax.images[0].get_extent()
    x, y = ax.lines[-1].get_data()
    unit = 0.25  # a pixel of the tile, in inches
    assert min(x) == pytest.approx(left - 0.02 + 2 * unit) and np.ptp(x) == pytest.approx(2 * unit)
    assert max(y) == pytest.approx(top + 0.02 - unit) and np.ptp(y) == pytest.approx(unit)


def test_a_wide_sheet_stays_as_wide_as_a_page():
    figure = sheets.filter_grid(RNG.standard_normal((2, 32, 5, 5)))
    assert figure.get_figwidth() <= 8.0


def test_scales_by_row():
    ax = drawn(
        sheets.contact_sheet(
            [[np.ones((2, 2)), 3 * np.ones((2, 2))], [np.ones((2, 2))]], scale="row"
        )
    )
    assert [image.get_clim() for image in ax.images] == [(0, 3), (0, 3), (0, 1)]
