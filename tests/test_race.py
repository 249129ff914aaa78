"""The race's recipe trains, and its clock and its words are right."""

import numpy as np
import pytest

from tests import race


@pytest.fixture
def few(monkeypatch):
    """300 images that are easy to tell apart: a bright column for each digit."""
    labels = np.arange(300) % 10
    images = np.zeros((300, 1, 28, 28), np.float32)
    images[np.arange(300), 0, :, 2 * labels + 4] = 1
    return images, labels


def test_the_network_is_small_and_takes_the_fast_way():
    net = race.network(0)
    assert net.parameters() < 10_000
    assert net["conv2"].wins((race.BATCH, *net["relu1"].output_shape((race.FILTERS[0], 12, 12))))


def test_a_run_learns_and_is_timed(few, monkeypatch):
    monkeypatch.setattr(race, "EPOCHS", 7.5)
    accuracy, wall, cpu = race.run(0, few, few)
    assert accuracy == 100
    assert wall > 0 and cpu > 0


def test_the_steps_are_those_of_the_epochs(few, monkeypatch):
    steps = []

    class Counted(race.AdamW):
        def step(self, *arguments):
            steps.append(self.rate_now())
            super().step(*arguments)

    monkeypatch.setattr(race, "AdamW", Counted)
    monkeypatch.setattr(race, "EPOCHS", 1.5)
    monkeypatch.setattr(race, "BATCH", 20)
    race.train(race.network(0), *few, seed=0)
    assert len(steps) == 22
    assert max(steps) <= race.RATE and steps[-1] < 0.1 * race.RATE


def test_the_choice_is_made_without_the_test_images(few, monkeypatch, capsys):
    seen = []
    images, labels = np.zeros((12_000, 1, 28, 28), np.float32), np.zeros(12_000, int)
    images[:, 0, 0, 0] = np.arange(12_000)
    monkeypatch.setattr(race, "load_mnist", lambda: ((images, labels), "the test images"))
    monkeypatch.setattr(race, "run", lambda seed, *sets: seen.append(sets) or (99.0, 1.0, 2.0))
    race.main(["--seeds", "2", "--held-back"])
    (rest, held), _ = seen
    assert len(held[0]) == 10_000 and len(rest[0]) == 2_000
    assert not set(held[0][:, 0, 0, 0]) & set(rest[0][:, 0, 0, 0])
    assert "2 seeds" in capsys.readouterr().out


def test_results_are_summed_up():
    assert race.spread([99.0]) == "99.00 (99.00 to 99.00)"
    assert race.spread([98.0, 100.0]) == "99.00 ± 1.41 (98.00 to 100.00)"
