"""The figures of lesson 05: what is drawn is what was given."""

import numpy as np
import pytest

from cnnlib.plots import training as plots
from tests.helpers import axes_of, texts


def line(ax, label):
    return next(line for line in ax.lines if line.get_label() == label)


def test_smooth_is_the_mean_of_what_came_last():
    values = np.random.default_rng(0).random(30)
    by_hand = [values[max(0, k - 6) : k + 1].mean() for k in range(30)]
    np.testing.assert_allclose(plots.smooth(values, 7), by_hand)
    assert len(plots.smooth([], 7)) == 0


def test_valley_draws_each_path():
    paths = {"A": np.array([[1.0, 2.0], [0.5, 0.1]]), "B": np.zeros((3, 2))}
    first, second = axes_of(plots.valley(paths))[:2]
    assert first.get_title() == "A" and second.get_title() == "B"
    assert first.lines[0].get_xydata().tolist() == [[1.0, 2.0], [0.5, 0.1]]


def test_sweep_draws_the_mean_and_the_range_of_the_seeds():
    found = np.array([[0.9, 0.92, 0.97], [0.5, 0.6, 0.7]])
    left, right = axes_of(
        plots.sweep({"l": {"a": found}, "r": {"b": found}}, [1, 10], "rate", ylabel="Y")
    )
    assert left.get_ylabel() == "Y" and right.get_ylabel() == ""
    np.testing.assert_allclose(line(left, "a").get_ydata(), [93, 60])
    corners = left.collections[0].get_paths()[0].vertices[:, 1]
    assert np.isclose(corners.min(), 50) and np.isclose(corners.max(), 97)
    assert right.get_title() == "r"
    assert [tick.get_text() for tick in left.get_xticklabels()] == ["1", "10"]


def test_dots_draw_every_seed():
    (ax,) = axes_of(plots.dots(["a", "b"], [[0.97, 0.98], [0.99, 0.99]]))
    assert ax.lines[0].get_xdata().tolist() == [97, 98]
    assert np.isclose(ax.lines[1].get_xdata()[0], 97.5)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]


def test_rates_are_those_of_the_schedules():
    (ax,) = axes_of(plots.rates({"a": lambda step: step / 2, "b": lambda step: 3}, 4))
    assert line(ax, "a").get_ydata().tolist() == [0, 0.5, 1, 1.5]


def test_grid_writes_each_number_in_its_cell():
    (ax,) = axes_of(plots.grid([[1.0, 2.0], [3.0, 4.25]], [16, 32], [0.1, 0.2], "rate", "batch"))
    numbers = ax.artists[0]
    written = dict(zip(map(tuple, numbers.places), numbers.texts, strict=True))
    assert written[(1, 1)] == "4.2" and written[(0, 1)] == "3.0"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["16", "32"]
    assert [frame.get_xy() for frame in ax.patches] == [(0.5, -0.5), (0.5, 0.5)]


def test_confusion_writes_counts_and_shares():
    counts = np.array([[9, 1], [0, 10]])
    left, right = axes_of(plots.confusion(counts))
    assert {text.get_position(): text.get_text() for text in left.texts} == {
        (0, 0): "9",
        (1, 0): "1",
        (1, 1): "10",
    }
    assert [text.get_text().strip() for text in right.texts] == ["90.0 % right", "100.0 % right"]
    assert [bar.get_width() for bar in right.patches] == [10, 0]
    assert left.get_ylabel() == "is a" and left.get_xlabel() == "read as"


def test_mistakes_say_what_was_read_and_what_it_is():
    images = np.zeros((3, 1, 4, 4))
    figure = plots.mistakes(images, [1, 2, 3], [7, 8, 9], [0.99, 0.5, 0.8], columns=2)
    (ax,) = axes_of(figure)
    assert texts(ax)[0] == "read 7 (99.0%)\nis 1" and len(ax.images) == 3


@pytest.mark.parametrize("steps", [0, 1, 5000])
def test_cockpit_draws_runs_of_any_length(steps):
    tested = [(k, 0.9) for k in range(100, steps, 100)]
    values = [np.full(steps, v) for v in (1.0, 0.5, 0.01)]
    w = np.ones((6, 1, 5, 5))
    loss, accuracy, speed, picture = axes_of(plots.cockpit(*values, tested, w, 0.02, "T"))
    assert len(loss.lines[0].get_xdata()) <= 801
    assert speed.lines[0].get_ydata().tolist() == [0.01] * len(speed.lines[0].get_xdata())
    assert speed.lines[1].get_ydata()[0] == 0.02
    assert len(accuracy.lines) == 2 + (steps > 1000)
    assert picture.get_title() == "first layer"
    w[0, 0, 0, 0] = np.inf  # as when training blows up: the others stay visible
    picture = axes_of(plots.cockpit(*values, tested, w, 0.02, "T"))[3]
    assert picture.images[0].get_clim() == (-1, 1)


def test_cockpit_of_a_wild_run_can_be_read():
    losses = np.linspace(4, 2.5, 5000)
    losses[1] = 500  # not among the steps drawn, but felt in their mean
    figure = plots.cockpit(losses, losses / 500, losses, [], None, 10)
    loss, _, speed, _ = axes_of(figure)
    low, high = loss.get_ylim()
    assert sum(low < tick < high for tick in loss.get_yticks()) >= 2
    figure.canvas.draw()
    assert speed.texts[0].get_window_extent().y1 < speed.get_window_extent().y1


def test_cockpit_draws_a_network_without_filters():
    assert axes_of(plots.cockpit([], [], [], [], None))[3].get_title() == ""


def test_boundary_draws_points_lines_and_the_run():
    x, labels = np.array([[0.0, 1], [2, -1], [-2, -2]]), np.array([0, 1, 1])
    side = np.linspace(-3, 3, 7)
    margins = np.broadcast_to(side, (7, 7))  # class 1 on the right
    units = np.array([[2.0, 0, -1], [1, 1, 0], [0, 0, 1]])  # the last one turns nowhere
    seen = np.array([[0, 10], [0.7, 0.5]])
    figure = plots.boundary(margins, 3.0, x, labels, units, [0.7, 0.6], seen, None, 10, 500, "T")
    plane, course = axes_of(figure)
    blue, orange = plane.lines
    assert blue.get_xydata().tolist() == [[0, 1]] and len(orange.get_xydata()) == 2
    assert blue.get_marker() != orange.get_marker() and plane.get_gid() == "plane"
    shades = plane.images[0].get_array()
    assert (shades[:, 0] < 0.5).all() and (shades[:, -1] > 0.5).all()
    first, second, _ = plane.collections[0].get_segments()
    assert np.allclose(first[:, 0], 0.5) and np.allclose(second.sum(axis=1), 0)
    edges = plane.collections[1].get_paths()[0].vertices
    assert np.allclose(edges[:, 0], 0)
    assert line(course, "these points").get_ydata().tolist() == [0.7, 0.5]
    assert line(course, "each batch").get_xdata().tolist() == [1, 2]
    assert course.lines[-1].get_xdata() == [10, 10] and course.get_xlim()[1] > 500


@pytest.mark.parametrize("margins", [np.ones((5, 5)), np.full((5, 5), np.nan)])
def test_boundary_draws_a_plane_of_one_colour(margins):
    seen, units = np.array([[0.0], [np.inf]]), np.zeros((0, 3))
    x, labels = np.zeros((1, 2)), np.zeros(1, int)
    plane, _ = axes_of(plots.boundary(margins, 3.0, x, labels, units, [], seen, seen, 0, 500))
    assert len(plane.collections) == 1
