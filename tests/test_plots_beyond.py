"""The figures of lesson 09 show the numbers that they were given."""

import numpy as np

from cnnlib.plots import beyond as plots
from tests.helpers import axes_of, sheet_of, texts


def test_ring_rounds_is_a_table_for_each_round():
    tables = [np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]])]
    axes = axes_of(plots.ring_rounds(tables, "t"))
    assert [texts(ax) for ax in axes] == [["1", "2", "3", "4"], ["5", "6", "7", "8"]]
    assert [ax.get_title() for ax in axes] == ["start", "round 1"]


def test_cost_fit_has_points_and_a_line_where_there_is_a_formula():
    sizes, seconds = np.array([1.0, 10, 100]), np.array([1.0, 2, 3])
    ax = sheet_of(plots.cost_fit(sizes, {"a": seconds, "b": 2 * seconds}, {"a": seconds + 1}, "t"))
    points, line, others = ax.lines
    assert points.get_linestyle() == others.get_linestyle() == "None"
    np.testing.assert_array_equal(line.get_ydata(), seconds + 1)
    np.testing.assert_array_equal(others.get_ydata(), 2 * seconds)


def test_where_time_goes_shows_shares_speed_and_the_marked_place():
    workers, parts = np.array([1.0, 10]), [np.array([1.0, 1]), np.array([0.0, 2]), np.array([0, 1])]
    left, right = axes_of(plots.where_time_goes(workers, parts, np.array([8.0, 80]), 10, "t"))
    shares = [area.get_paths()[0].vertices[:, 1].max() for area in left.collections]
    assert shares == [1, 1, 1] and left.get_ylim() == (0, 1)
    lowest = left.collections[0].get_paths()[0].vertices
    assert lowest[lowest[:, 0] == 10][:, 1].max() == 0.25
    ideal, speed, mark = right.lines
    np.testing.assert_allclose(speed.get_ydata(), [8, 20])
    np.testing.assert_allclose(ideal.get_ydata(), [8, 80])
    assert mark.get_xdata()[0] == 10
