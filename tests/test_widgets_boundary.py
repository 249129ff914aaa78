"""Points told apart by a small network: the data, the run, and what the explorer says of it."""

import copy

import numpy as np
import pytest

from cnnlib.layers.activations import ReLU
from cnnlib.training import evaluate
from cnnlib.widgets.boundary import (
    EDGE,
    MOST_POINTS,
    RATE,
    SOURCES,
    STEPS,
    BoundaryExplorer,
    Training,
    build,
    endless,
    read_points,
    scatter,
    separate,
)
from tests.helpers import point

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def explorer():
    return BoundaryExplorer()


@pytest.mark.parametrize("source", [name for name in SOURCES if SOURCES[name]])
def test_sources_scatter_two_classes_in_the_picture(source):
    x, labels = scatter(source, 200, 0)
    assert x.shape == (200, 2) and x.dtype == np.float32 and labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [100, 100] and np.abs(x).max() < EDGE
    np.testing.assert_array_equal(x, scatter(source, 200, 0)[0])
    assert not np.allclose(x, scatter(source, 200, 1)[0])


def test_the_ring_lies_around_the_disc():
    x, labels = scatter("a ring", 500, 0)
    radius = np.hypot(*x.T)
    assert radius[labels == 0].max() <= 1 and 1.6 <= radius[labels == 1].min()


def test_points_are_read():
    x, labels = read_points(" 1.2 -0.5 blue;0 2 orange ;")
    np.testing.assert_array_equal(x, np.float32([[1.2, -0.5], [0, 2]]))
    assert labels.tolist() == [0, 1] and x.dtype == np.float32
    assert read_points("")[0].shape == (0, 2)


@pytest.mark.parametrize(
    "text, message",
    [
        ("0.5", "'0.5' is no point, expected two numbers and a colour, as in '1.2 -0.5 blue'"),
        ("1 2 blue; 1 x blue", "'1 x blue' is no point"),
        ("1 2 red", "'1 2 red' is no point"),
        ("1 2 3 blue", "'1 2 3 blue' is no point"),
        ("1 3.5 blue", "'1 3.5 blue': expected numbers from -3 to 3"),
        ("nan 0 blue", "'nan 0 blue': expected numbers from -3 to 3"),
        ("0 nan blue", "'0 nan blue': expected numbers from -3 to 3"),
        ("0 inf blue", "'0 inf blue': expected numbers from -3 to 3"),
        ("0 0 blue;" * (MOST_POINTS + 1), "101 points of your own, at most 100 here"),
    ],
)
def test_what_is_no_point_is_refused(text, message, explorer):
    with pytest.raises(ValueError, match=message):
        read_points(text)
    explorer.set(added=text)
    assert message in explorer.problem and explorer.image.stale


def test_a_run_is_gradient_descent_as_worked_out_by_hand():
    x, labels = scatter("two moons", 200, 0)
    run = Training(build("ReLU", 4, 0), x, labels, 0.3, 200, 0)
    w1, b1, w2, b2 = (p.astype(float) for p in build("ReLU", 4, 0).params.values())
    for step in range(10):
        hidden = np.maximum(x @ w1 + b1, 0)
        odds = np.exp(hidden @ w2 + b2)
        p = odds / odds.sum(axis=1, keepdims=True)
        assert run.losses[step] == pytest.approx(-np.log(p[np.arange(200), labels]).mean())
        d2 = (p - np.eye(2)[labels]) / 200
        d1 = d2 @ w2.T * (hidden > 0)
        w2, b2 = w2 - 0.3 * hidden.T @ d2, b2 - 0.3 * d2.sum(axis=0)
        w1, b1 = w1 - 0.3 * x.T @ d1, b1 - 0.3 * d1.sum(axis=0)
    for found, expected in zip(run.at(10).params.values(), (w1, b1, w2, b2), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)
    for found, expected in zip(run.at(0).params.values(), build("ReLU", 4, 0).params.values(),
                               strict=True):  # fmt: skip
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("batch", [1, 8, 10, 30, 50])
def test_every_point_comes_once_before_any_comes_again(batch):
    x, labels = scatter("a ring", 30, 0)
    todo = endless(x, labels, batch, 0)
    points, truth = zip(*(next(todo) for _ in range(60)), strict=True)
    assert {len(each) for each in points} == {batch}
    points, truth = np.concatenate(points), np.concatenate(truth)
    first, second = points[:30], points[30:60]
    for each in (first, second):
        np.testing.assert_array_equal(np.sort(each, axis=0), np.sort(x, axis=0))
    assert not np.array_equal(first, second)
    assert ((np.hypot(*points.T) > 1.3) == truth).all()


def test_what_is_measured_is_measured_at_its_step():
    run, seen, new = separate("two moons", width=3)
    scores = run.at(250).forward(run.x)
    k = seen[0].tolist().index(250)
    assert seen[2, k] == (scores.argmax(axis=1) == run.labels).mean()
    assert new[0].tolist() == seen[0].tolist() == list(range(0, 501, 10))
    scores, labels = run.at(500).forward(scatter("two moons", 1000, 1)[0]), np.arange(1000) % 2
    assert new[2, -1] == (scores.argmax(axis=1) == labels).mean()


def shut_in(nonlinearity, width, rate=RATE):
    """Count the seeds, of three, with which the ring is told from the disc; lesson 05 takes ten."""
    runs = [separate("a ring", nonlinearity, width, rate, seed=seed) for seed in range(3)]
    return sum(seen[2, -1] > 0.99 for _, seen, _ in runs)


def test_two_units_do_not_shut_the_ring_in_and_three_do():
    assert [shut_in("ReLU", width) for width in (1, 2, 3)] == [0, 0, 3]
    assert shut_in("none", 32) == 0


def test_sigmoid_is_slow_at_the_rate_of_relu_and_not_at_ten_times_that():
    assert [shut_in("Sigmoid", 3, rate) for rate in (RATE, 10 * RATE)] == [0, 3]


def test_it_opens_with_two_units_that_fail(explorer):
    assert "80.5% of the 200 points on their side of the boundary" in explorer.text
    assert "only on these lines can the boundary, black, bend." in explorer.text
    explorer.set(width=3)
    assert "100.0% of the 200 points" in explorer.text
    assert "dead" not in explorer.text and "rate" not in explorer.text


def curvature(network):
    """Return how far the margin is from flat, at each place of a grid, and the places."""
    side = np.linspace(-EDGE, EDGE, 61)
    plane = np.stack(np.meshgrid(side, side), axis=-1)
    own = copy.deepcopy(network).astype(np.float64)  # the runs are kept for other tests
    margin = np.diff(own.forward(plane.reshape(-1, 2))).reshape(61, 61)
    bend = np.abs(np.diff(margin, 2, axis=0)[:, 1:-1]) + np.abs(np.diff(margin, 2, axis=1)[1:-1])
    return bend, plane[1:-1, 1:-1]


def test_the_boundary_bends_where_the_sentences_say():
    bend, _ = curvature(separate("a ring", "none", 8)[0].at(500))
    assert bend.max() < 1e-6
    network = separate("a ring", "ReLU", 3)[0].at(500)
    bend, places = curvature(network)
    w, b = network["dense1"].params["w"], network["dense1"].params["b"]
    near = (np.abs(places @ w + b) < 0.11 * np.abs(w).sum(axis=0)).any(axis=-1)
    assert bend[~near].max() < 1e-6 < 1e-2 < bend[near].max() and near.mean() < 0.5
    bend, _ = curvature(separate("a ring", "Sigmoid", 3, 10 * RATE)[0].at(500))
    assert np.median(bend) > 1e-3


def test_at_the_start_all_lines_meet_in_the_middle(explorer):
    explorer.set(step=0)
    assert "Nothing is learned yet" in explorer.text
    explorer.set(nonlinearity="none")
    assert "Nothing is learned yet" not in explorer.text


def test_a_run_that_overshoots_is_told(explorer):
    explorer.set(source="two spirals", width=32, rate=10**1.5)
    run, _, _ = separate("two spirals", width=32, rate=explorer.controls["rate"].value)
    assert len(run.losses) < STEPS and np.isfinite(run.losses).all()
    with np.errstate(all="ignore"):
        assert not np.isfinite(evaluate(run.at(STEPS), run.x, run.labels)[0])
    assert f"Step {len(run.losses)} of 500" in explorer.text and "lower rate" in explorer.text
    explorer.set(source="a ring", rate=RATE)
    assert "rate" not in explorer.text


def test_a_loss_that_rises_again_and_dead_units_are_told(explorer):
    explorer.set(source="two moons", width=32, rate=10)
    run, seen, _ = separate("two moons", width=32, rate=explorer.controls["rate"].value)
    network = run.at(STEPS)
    dead = (ReLU().forward(network["dense1"].forward(run.x)).max(axis=0) == 0).sum()
    assert dead > 0 and f" {dead} of the 32 units are 0 for every point" in explorer.text
    recent = seen[1, -10:]
    pairs = [(a, b) for k, a in enumerate(recent) for b in recent[k:]]
    low, high = max(pairs, key=lambda pair: pair[1] - pair[0])
    assert f"the loss rose from {low:.2f} to {high:.2f}" in explorer.text


def test_one_dead_unit_is_spoken_of_in_the_singular(explorer):
    run, seen, _ = copy.deepcopy(separate("two moons", width=5))
    run.network["dense1"].params["b"][:] = [-100, 1e3, 1e3, 1e3, 1e3]
    text = explorer.trouble(run, seen, 100)
    assert " 1 of the 5 units is 0 for every point: it is dead, no gradient reaches it." in text


def test_a_click_puts_in_a_point_and_a_drag_does_not(explorer, monkeypatch):
    answers = []
    monkeypatch.setattr(explorer.image, "send", answers.append)
    point(explorer, "plane", -1, 2.5)
    point(explorer, "plane", -1, 2, "move")
    explorer.set(colour="orange")
    point(explorer, "plane", 1.5, -0.25)
    assert explorer.controls["added"].value == "2.50 -1.00 blue; -0.25 1.50 orange"
    assert "of the 202 points" in explorer.text and answers == [{"kind": "done"}] * 3


def test_points_of_one_s_own_are_seen_before_there_are_two_colours(explorer):
    explorer.set(source="only your points")
    assert "0 points so far. Put in points of both colours." in explorer.text
    pictures = [explorer.image.value]
    for y in (-2, 2):
        point(explorer, "plane", y, 2)
        pictures.append(explorer.image.value)
    assert len(set(pictures)) == 3 and "2 points so far" in explorer.text
    explorer.set(added="0 -2 blue", colour="orange")
    assert "1 point so far" in explorer.text and not explorer.problem
    point(explorer, "plane", 0, 2)
    assert "100.0% of the 2 points" in explorer.text and "new ones" not in explorer.text


def test_a_plane_of_one_colour_has_no_boundary(explorer):
    explorer.set(source="only your points", added="0 0 blue; " * 50 + "0 0 orange")
    assert "There is no boundary: all places get one colour" in explorer.text


def test_a_step_between_two_that_are_kept_shows_the_earlier_one(explorer):
    explorer.set(step=7)
    between = explorer.image.value
    explorer.set(step=0)
    assert explorer.image.value == between and "step 0" in explorer.text.lower()
