"""Figures of lesson 08: they draw what they are given, and refuse what does not fit."""

import numpy as np
import pytest

from cnnlib.plots import fast as plots
from tests.helpers import drawn, texts


def test_the_roofline_bends_at_the_ridge_and_shows_each_point():
    figure = drawn(plots.roofline({"a": (0.5, 1e9), "b": (40.0, 9e9)}, peak=1e10, bandwidth=1e9))
    roof, _, *points = figure.axes[0].lines
    x, y = roof.get_data()
    assert x[1] == 10 and y[1] == y[2] == 10 and y[0] == pytest.approx(x[0])
    assert [p.get_data()[0][0] for p in points] == [0.5, 40]
    assert [p.get_data()[1][0] for p in points] == [1, 9]
    low, high = figure.axes[0].get_ylim()
    assert low < 1 and high > 10
    with pytest.raises(ValueError, match="expected positive numbers"):
        plots.roofline({"a": (0.5, 0.0)}, 1e10, 1e9)


def test_a_point_above_the_roof_is_still_seen():
    figure = drawn(plots.roofline({"in the cache": (0.5, 9e10)}, peak=1e10, bandwidth=1e9))
    assert figure.axes[0].get_ylim()[1] > 90


def test_tiles_cover_the_output_and_overlap_on_the_image():
    figure = drawn(plots.tiling(8, 7, m=3, K=3, at=(1, 0)))
    image, output = figure.axes
    assert image.images[0].get_array().shape == (10, 9)
    assert output.images[0].get_array().shape == (8, 7)
    boxes = [p.get_bbox().bounds for p in output.patches]
    assert len(boxes) == 9 + 2  # all tiles, and the one that is marked, filled and framed
    assert {(x + 0.5, y + 0.5) for x, y, *_ in boxes} == {
        (c, r) for c in (0, 3, 6) for r in (0, 3, 6)
    }
    assert boxes[-1] == (-0.5, 2.5, 3, 3)
    assert image.patches[-1].get_bbox().bounds == (-0.5, 2.5, 5, 5)
    with pytest.raises(ValueError, match="expected one of the 3 × 3 tiles"):
        plots.tiling(8, 7, 3, 3, at=(3, 0))


WAYS = ["im2col", "Winograd 4", "FFT", "PyTorch"]
SECONDS = np.array([[[4, 2, 8, 1], [2, np.nan, 3, 5]], [[1, 3, 8, 9], [9, np.nan, 3, 1]]]) / 1e3


def test_the_map_names_the_fastest_of_ours_and_how_much_it_wins():
    figure = drawn(plots.fastest(WAYS, SECONDS, [1, 8], [3, 9], (0, 0)))
    table, bars = figure.axes
    assert texts(table) == ["W4\n2.0 ×", "im2col", "im2col", "FFT\n3.0 ×"]  # PyTorch is not ours
    assert [b.get_width() for b in bars.patches] == [4, 2, 8, 1]
    frame = table.patches[-1].get_bbox().bounds
    assert frame[:2] == (-0.5, -0.5)


def test_a_way_that_does_not_go_has_no_bar():
    figure = drawn(plots.fastest(WAYS, SECONDS, [1, 8], [3, 9], (1, 1)))
    assert [b.get_width() for b in figure.axes[1].patches] == [9, 3, 1]
    assert figure.axes[0].patches[-1].get_bbox().bounds[:2] == (0.5, 0.5)
