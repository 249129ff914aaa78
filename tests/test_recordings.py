"""Runs of training that are shown as they were recorded, where one would take minutes."""

import numpy as np
import pytest

from cnnlib import here, models, recordings
from cnnlib.optimizers import Adam, one_cycle
from cnnlib.training import Run, fit


@pytest.fixture
def data(mnist_test):
    images, labels = mnist_test
    return images[:200], labels[:200]


@pytest.fixture
def recorded(data, tmp_path, monkeypatch):
    """Record a run; from then on this is a browser, where no step may be taken."""
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    monkeypatch.setattr(recordings, "SECONDS", 0)
    monkeypatch.setenv("RECORD_TRAINING", str(tmp_path))
    network = models.mlp(rng=0)
    history = train(network, data)
    assert len(list(tmp_path.glob("*.npz"))) == 1
    monkeypatch.delenv("RECORD_TRAINING")
    in_a_browser(monkeypatch)
    return network, history


def in_a_browser(monkeypatch):
    def step(self, x, labels):
        raise AssertionError("a step was taken")

    monkeypatch.setattr(here, "BROWSER", True)
    monkeypatch.setattr(Run, "step", step)


def train(network, data, **options):
    terms = {"epochs": 2, "batch_size": 50, "optimizer": Adam(0.01), "progress": False} | options
    return fit(network, data, data, **terms)


class AtEnd:
    at_end = True

    def __init__(self):
        self.seen = []

    def __call__(self, run):
        self.seen.append((run.epoch, run.batch, len(run.history.losses)))


def test_a_recorded_run_is_shown_and_not_repeated(recorded, data, capsys):
    network, history, again = *recorded, models.mlp(rng=0)
    callback = AtEnd()
    assert train(again, data, callbacks=[callback]) == history
    for key, value in network.weights().items():
        np.testing.assert_array_equal(again.weights()[key], value)
    assert callback.seen == [(2, 0, 8)]
    assert capsys.readouterr().out.startswith("In the browser: this run of 8 steps took ")


@pytest.mark.parametrize(
    "options",
    [
        *({"seed": 1}, {"epochs": 3}, {"batch_size": 40}),
        *({"optimizer": Adam(0.01, 0.8)}, {"optimizer": Adam(0.02)}),
        {"optimizer": Adam(lambda step: 0.01 + 0.01 * (step == 7))},
    ],
)
def test_another_run_is_not_taken_for_it(recorded, data, options):
    with pytest.raises(AssertionError, match="a step was taken"):
        train(models.mlp(rng=0), data, **options)


def test_other_weights_are_not_taken_for_it(recorded, data):
    with pytest.raises(AssertionError, match="a step was taken"):
        train(models.mlp(rng=1), data)


def test_a_callback_that_looks_at_steps_gets_them(recorded, data):
    with pytest.raises(AssertionError, match="a step was taken"):
        train(models.mlp(rng=0), data, callbacks=[lambda run: None])


def test_elsewhere_a_record_is_not_looked_at(recorded, data, monkeypatch):
    monkeypatch.setattr(here, "BROWSER", False)
    with pytest.raises(AssertionError, match="a step was taken"):
        train(models.mlp(rng=0), data)


@pytest.mark.parametrize(
    ("build", "images", "batch_size", "epochs", "rate"),
    [
        (models.lenet5, 100, 100, 100, 0.003),
        (models.mlp, 60_000, 32, 16, one_cycle(0.004, 16 * 1875)),
        (models.lenet5, 60_000, 32, 1, one_cycle(0.004, 1875)),
    ],
)
def test_the_long_runs_of_lesson_05_are_still_found(
    build, images, batch_size, epochs, rate, mnist, monkeypatch
):
    """Where what tells runs apart has changed, ``python -m tools.site.record`` names them anew."""
    in_a_browser(monkeypatch)
    data = [array[:images] for array in mnist[0]]
    terms = {"epochs": epochs, "batch_size": batch_size, "progress": False}
    assert fit(build(rng=0), data, optimizer=Adam(rate), **terms).losses
