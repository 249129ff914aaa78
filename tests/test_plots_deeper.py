"""The figures of lesson 07: what is drawn is what was given."""

import numpy as np

from cnnlib.plots import deeper as plots

from .helpers import axes_of, sheet_of


def test_sizes_by_depth_are_drawn_layer_by_layer():
    curves = {"a": (np.array([1.0, 0.1, 0.0]), np.array([1e-3, 1e-2, 1e-1]))}
    curves["b"] = (np.array([2.0, 2.0]), np.array([3.0, 3.0]))
    left, right = axes_of(plots.by_depth(curves, "A title"))
    assert left.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert left.lines[0].get_ydata().tolist() == [1, 0.1, plots.LEAST]  # 0 has no logarithm
    assert right.lines[0].get_ydata().tolist() == [1e-3, 1e-2, 1e-1]
    assert left.get_yscale() == right.get_yscale() == "log"
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["a", "b"]


def test_sizes_that_hardly_change_look_so():
    curves = {"": (np.array([1.0, 1.01]), np.array([1e-9, 1.0]))}
    spans = [np.divide(*ax.get_ylim()[::-1]) for ax in axes_of(plots.by_depth(curves))]
    assert spans[0] >= 100 * (1 - 1e-9) and spans[1] > 1e9


def test_layers_are_counted_in_whole_numbers():
    two = np.ones(2)
    for ax in axes_of(plots.by_depth({"": (two, two)})):
        assert all(tick == round(tick) for tick in ax.get_xticks())


def test_pairs_are_filled_where_the_difference_counts():
    found = [np.array([0.1, 0.4]), np.array([-0.3, -0.1]), np.array([-0.1, 0.3])]
    ax = sheet_of(plots.paired(["up", "down", "either"], found, [True, False, False]))
    dots, means = ax.lines[:-1:2], ax.lines[1:-1:2]
    assert [line.get_xdata().tolist() for line in dots] == [list(values) for values in found]
    assert [line.get_markerfacecolor() != "none" for line in dots] == [True, False, False]
    np.testing.assert_allclose([line.get_xdata()[0] for line in means], [0.25, -0.2, 0.1])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["up", "down", "either"]


def test_each_place_that_is_looked_up_is_drawn():
    rows, cols = np.mgrid[0:3, 0:4] + 0.5
    left, right = axes_of(plots.looked_up(np.eye(5), rows, cols, np.ones((3, 4))))
    assert left.lines[0].get_xdata().tolist() == cols.ravel().tolist()
    assert left.lines[0].get_ydata().tolist() == rows.ravel().tolist()
    assert left.images[0].get_array().shape == (5, 5) and right.images[0].get_array().shape == (
        3,
        4,
    )
