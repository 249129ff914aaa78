"""Images and tables on one pair of axes."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import same_color

from cnnlib.plots import base, filters
from cnnlib.plots.sheets import contact_sheet, image_grid, mosaic
from tests.helpers import drawn, sheet_of, texts

FILTERS = np.random.default_rng(0).standard_normal((4, 1, 5, 5))


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
