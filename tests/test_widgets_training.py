"""The cockpit and the live curves of lesson 05, driven without a browser."""

import itertools
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from cnnlib import models
from cnnlib.experiments import recorded
from cnnlib.layers.activations import ReLU
from cnnlib.layers.dense import Dense
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential
from cnnlib.optimizers import SGD
from cnnlib.plots import training as plots
from cnnlib.training import fit
from cnnlib.widgets.training import (
    COCKPITS,
    LiveCurves,
    TrainingCockpit,
    ValleyExplorer,
    descend,
    first_filters,
    height,
)
from tests.helpers import point

PATIENCE = 600  # seconds after which a wait is given up: no test is about how long it takes


def small(seed):
    """Build a network that learns the data below in a few steps."""
    return Sequential([Flatten(), Dense(16, 2, rng=seed)], (1, 4, 4))


def tall(seed):
    """Build one that a silly rate makes overflow."""
    layers = [Dense(16, 64, rng=seed), ReLU(), Dense(64, 64, rng=seed), Dense(64, 2, rng=seed)]
    return Sequential([Flatten(), *layers], (1, 4, 4))


@pytest.fixture(scope="module")
def data():
    """Is the upper half brighter than the lower?"""
    rng = np.random.default_rng(0)
    x = rng.random((2000, 1, 4, 4), np.float32)
    return x, (x[:, 0, :2].sum((1, 2)) > x[:, 0, 2:].sum((1, 2))).astype(np.int64)


@pytest.fixture
def cockpit(data):
    cockpit = TrainingCockpit(data, data, {"small": small, "tall": tall}, interval=0.02, every=20)
    cockpit.set(batch=10, epochs=10)
    yield cockpit
    cockpit.stop()


def until(condition):
    """Wait for something to become true in the other thread."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


def steps(cockpit):
    return len(cockpit.history.losses) if cockpit.history else 0


def test_it_opens_with_the_recorded_run(cockpit):
    record = recorded("cockpit")
    assert cockpit.state == "recorded" and cockpit.thread is None
    assert f"recorded run of {len(record['losses']):,} steps" in cockpit.text
    assert f"of all 10,000 it reads {record['test'][0]:.1%}" in cockpit.text
    assert bytes(cockpit.image.value).startswith(b"\x89PNG")
    assert not cockpit.buttons["start"].disabled
    assert cockpit.buttons["pause"].disabled and cockpit.buttons["stop"].disabled


def test_what_it_says_of_the_record_is_in_the_record(cockpit):
    tested = dict(recorded("cockpit")["tested"].tolist())
    rates = recorded("cockpit")["rates"]
    assert f"{tested[1250.0]:.1%} of the first 1,000 test images after 1,250" in cockpit.text
    np.testing.assert_allclose(
        rates[[0, 1249, 1250, 2499, 2500, -1]], [0.01] * 2 + [0.001] * 2 + [1e-4] * 2
    )


def test_a_run_from_start_to_finish(cockpit, data):
    cockpit.set(epochs=2)
    before = cockpit.image.value
    cockpit.buttons["start"].click()
    assert cockpit.wait(PATIENCE) and cockpit.state == "finished"
    figure, _ = cockpit.draw(**cockpit.values())
    assert figure.get_suptitle().startswith("Finished: ")
    assert steps(cockpit) == cockpit.total == 400
    assert [step for step, _ in cockpit.tested] == list(range(20, 401, 20))
    assert cockpit.history.losses[-1] < cockpit.history.losses[0]
    assert f"Of all test images: {cockpit.final:.2%}" in cockpit.text
    assert cockpit.image.value != before
    assert not cockpit.buttons["start"].disabled


def test_training_runs_in_a_daemon_thread_and_leaves_this_one_free(cockpit):
    cockpit.start()
    assert cockpit.thread is not threading.current_thread() and cockpit.thread.daemon
    assert cockpit.state == "running" and not cockpit.wait(0)
    until(lambda: steps(cockpit) > 5)


def test_pause_holds_and_resume_goes_on(cockpit):
    cockpit.start()
    until(lambda: steps(cockpit) > 10)
    cockpit.buttons["pause"].click()
    assert cockpit.state == "paused" and cockpit.buttons["pause"].description == "Resume"
    until(
        lambda: f"Paused at step {steps(cockpit):,} " in cockpit.text
    )  # drawn in `watch`: it waits
    held, weights = steps(cockpit), cockpit.network.params["dense1.w"].copy()
    assert cockpit.holding.wait(PATIENCE) and not cockpit.wait(0.05)  # a chance to go on
    assert steps(cockpit) == held
    assert np.array_equal(weights, cockpit.network.params["dense1.w"])
    assert f"Paused at step {held:,} " in cockpit.text
    cockpit.buttons["pause"].click()
    assert cockpit.state == "running" and cockpit.buttons["pause"].description == "Pause"
    until(lambda: steps(cockpit) > held)


def test_the_rate_changes_while_it_runs(cockpit):
    cockpit.set(rate=0.01)
    cockpit.start()
    until(lambda: steps(cockpit) > 10)
    cockpit.controls["rate"].value = 0.1
    at = steps(cockpit)
    until(lambda: steps(cockpit) > at + 10)
    cockpit.stop()
    rates = cockpit.history.rates
    assert rates[:10] == [0.01] * 10 and rates[-5:] == [0.1] * 5
    assert set(rates) == {0.01, 0.1}


def test_the_rate_can_be_changed_while_paused(cockpit):
    cockpit.set(rate=0.01)
    cockpit.start()
    until(lambda: steps(cockpit) > 3)
    cockpit.pause()
    assert cockpit.holding.wait(PATIENCE)
    before = cockpit.image.value
    cockpit.controls["rate"].value = 0.5
    assert cockpit.image.value != before and "rate 0.5" in cockpit.text
    cockpit.resume()
    until(lambda: cockpit.history.rates[-1] == 0.5)


def test_stop_ends_the_run_and_keeps_what_was_learned(cockpit):
    cockpit.start()
    until(lambda: steps(cockpit) > 10)
    cockpit.buttons["stop"].click()
    assert cockpit.wait(0) and cockpit.state == "stopped" and cockpit.history.interrupted
    held = steps(cockpit)
    assert 10 < held < cockpit.total
    assert not np.array_equal(cockpit.network.params["dense1.w"], small(0).params["dense1.w"])
    assert f"Stopped at step {held:,} of {cockpit.total:,}" in cockpit.text


def test_stop_ends_a_paused_run(cockpit):
    cockpit.start()
    until(lambda: steps(cockpit) > 3)
    cockpit.pause()
    cockpit.stop()
    assert cockpit.wait(0) and cockpit.state == "stopped"


def test_settings_of_a_run_cannot_be_changed_while_it_runs(cockpit):
    cockpit.start()
    held = [name for name, control in cockpit.controls.items() if control.disabled]
    assert held == ["network", "optimizer", "batch", "epochs"]
    cockpit.stop()
    assert not any(control.disabled for control in cockpit.controls.values())


def test_start_again_begins_anew(cockpit):
    cockpit.start()
    until(lambda: steps(cockpit) > 5)
    first = cockpit.thread
    cockpit.set(epochs=1, batch=100)
    cockpit.start()
    assert not first.is_alive()
    assert cockpit.wait(PATIENCE) and steps(cockpit) == 20


@pytest.mark.filterwarnings("error")  # nothing that NumPy warns of in the thread reaches the page
def test_a_silly_rate_is_explained(cockpit):
    cockpit.set(network="tall", optimizer="sgd", rate=10)
    cockpit.start()
    assert cockpit.wait(PATIENCE) and cockpit.state == "failed"
    assert "at a rate of 10" in cockpit.problem and "ten times lower" in cockpit.problem
    assert 'role="alert"' in cockpit.warning.value
    assert "Failed at step" in cockpit.text
    cockpit.set(network="small", rate=0.01, epochs=1)
    cockpit.start()
    assert cockpit.problem == "" and cockpit.warning.value == ""
    assert cockpit.wait(PATIENCE) and cockpit.state == "finished"


def test_a_run_that_learns_nothing_gets_advice(cockpit):
    rng = np.random.default_rng(0)
    x, labels = rng.random((400, 1, 4, 4), np.float32), rng.integers(0, 10, 400)
    idle = TrainingCockpit(
        (x, labels), (x, labels), {"ten": lambda s: Sequential([Flatten(), Dense(16, 10, rng=s)])}
    )
    idle.set(optimizer="sgd", rate=1e-4, batch=10, epochs=10)
    idle.start()
    assert idle.wait(PATIENCE)
    assert "has learned nothing" in idle.text


def test_an_error_in_the_thread_is_shown(data):
    with pytest.raises(ValueError, match="train and test: expected both, or neither"):
        TrainingCockpit(data)
    odd = TrainingCockpit(data, data, {"odd": lambda seed: models.mlp(rng=seed)})
    odd.start()
    assert odd.wait(PATIENCE) and odd.state == "failed"
    assert "the training ended: train: " in odd.problem


def test_no_more_than_a_few_pictures_a_second(data, monkeypatch):
    """By a clock that goes on by a hundredth of a second whenever it is looked at."""
    ticks, pictures = itertools.count(), []
    clock = SimpleNamespace(monotonic=lambda: next(ticks) / 100)
    monkeypatch.setattr("cnnlib.widgets.training.time", clock)
    slow = TrainingCockpit(data, data, {"small": small}, interval=0.5)
    slow.set(epochs=2, batch=10)
    slow.image.observe(lambda change: pictures.append(steps(slow)), "value")
    slow.start()
    assert slow.wait(PATIENCE) and steps(slow) == 400
    assert pictures[0] == 0 and pictures[-1] == 400
    between = np.diff(pictures[1:-1])
    assert len(between) > 5 and between.min() >= 48  # of 50 looks, two are the picture's own


def test_while_it_runs_nothing_is_announced(cockpit):
    cockpit.start()
    until(lambda: steps(cockpit) > 40)
    assert "aria-live" not in cockpit.caption.value
    cockpit.stop()
    assert 'aria-live="polite"' in cockpit.caption.value


def test_making_or_starting_another_one_stops_the_first(cockpit, data):
    cockpit.start()
    other = TrainingCockpit(data, data, {"small": small})
    assert cockpit.state == "stopped" and other in COCKPITS
    cockpit.start()
    other.start()
    assert cockpit.state == "stopped" and other.state == "running"
    other.stop()


def test_closing_it_stops_it(cockpit):
    cockpit.start()
    cockpit.close()
    assert cockpit.wait(0) and cockpit.state == "stopped"


@pytest.mark.parametrize("last", ["pause", "resume"])
def test_python_ends_while_it_trains_after_the_present_step(last):
    code = (
        "import atexit\natexit.register(lambda: print(c.state))\n"  # is called last
        "from tests.test_widgets_training import *\n"
        "pair = np.zeros((5000, 1, 4, 4), np.float32), np.zeros(5000, int)\n"
        "c = TrainingCockpit(pair, pair, {'small': small})\n"
        f"c.set(batch=10, epochs=10)\nc.start()\nuntil(lambda: steps(c) > 3)\nc.{last}()\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")


@pytest.mark.parametrize("build", [models.mlp, models.lenet5, models.simple_convnet])
def test_first_filters_of_any_network_are_images(build):
    network = build(rng=0)
    filters = first_filters(network)
    assert filters.ndim == 4 and len(filters) <= 24
    if build is models.mlp:
        np.testing.assert_array_equal(filters[3, 0].ravel(), network["dense1"].params["w"][:, 3])
    assert first_filters(Sequential([Flatten(), Dense(15, 2, rng=0)])) is None
    assert first_filters(Sequential([Flatten()])) is None


def test_live_curves_draw_seldom_but_always_the_end_of_an_epoch(data):
    live = LiveCurves(interval=1000.0)
    pictures = []
    live.image.observe(lambda change: pictures.append(1), "value")
    fit(small(0), data, epochs=3, batch_size=500, callbacks=[live], progress=False)
    assert len(pictures) == 4  # the first step, three epochs
    assert bytes(live.image.value).startswith(b"\x89PNG")
    assert repr(live) == "LiveCurves: drawn while the cell runs"
    assert live.image.layout.margin == "0"  # with Jupyter's own a narrow page scrolls sideways


def test_live_curves_place_the_test_accuracies_at_the_ends_of_epochs(data, monkeypatch):
    drawn = []
    real = plots.cockpit
    monkeypatch.setattr(
        plots, "cockpit", lambda *a, **k: (drawn.append((len(a[0]), a[3])), real(*a, **k))[1]
    )
    train = data[0][:1100], data[1][:1100]  # epochs of 3 steps, the last one short
    live = LiveCurves(interval=0.0)
    history = fit(small(0), train, data, epochs=2, batch_size=500, callbacks=[live], progress=False)
    first, second = history.valid_accuracies
    assert drawn == [
        *[(step, []) for step in (1, 2, 3)],
        *[(step, [(3, first)]) for step in (3, 4, 5, 6)],
        (6, [(3, first), (6, second)]),
    ]


@pytest.fixture
def valley():
    return ValleyExplorer()


def test_sgd_walks_as_the_formula_says(valley):
    path = descend(SGD(0.3), 10)
    np.testing.assert_allclose(path[-1], [-7 * 0.97**10, 2 * 0.4**10])
    valley.set(rate=0.5, steps=1)
    assert "to (-6.65, 0), height 2.21" in valley.text
    assert "multiplies x by 0.95 and y by 0." in valley.text
    valley.controls["rate"].value = 0.001
    assert "multiplies x by 0.9999 and y by 0.998." in valley.text
    assert height(-6.65, 0) == pytest.approx(2.21, abs=0.005)


def test_the_start_can_be_dragged(valley):
    point(valley, "valley", 2, 0)
    point(valley, "valley", 2, 4, "move")
    assert valley.controls["x"].value == 4 and valley.controls["y"].value == 2
    assert "from (4, 2), height 4.80" in valley.text
    np.testing.assert_allclose(descend(SGD(0.3), 1, (4, 2))[-1], [4 * 0.97, 2 * 0.4])


@pytest.mark.filterwarnings("error")
def test_a_way_that_leaves_the_picture_is_told(valley):
    valley.set(rate=10, steps=60)
    assert "It left the picture at step 1." in valley.text
    valley.set(rate=0.1)
    assert "left" not in valley.text


def test_the_valley_is_not_drawn_again_for_a_start_that_a_browser_rounded(monkeypatch):
    valley, drawn = ValleyExplorer(), []
    valley.set(x=-4.1, y=0.0)
    monkeypatch.setattr(valley, "refresh", lambda: drawn.append(valley.values()))
    for name, value in (("x", -4.1 + 1e-15), ("y", -1e-16), ("x", -4.1)):
        valley.controls[name].value = value
    assert drawn == []
    valley.controls["x"].value = -4.0
    assert [values["x"] for values in drawn] == [-4.0]
