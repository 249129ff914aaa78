"""The recorded experiments of lesson 05 are what tools/experiments.py does."""

from itertools import product

import numpy as np
import pytest

from cnnlib.files import RECORDS, load_arrays, recorded
from tools import experiments as tools

NAMES = list(tools.EXPERIMENTS)


def places(name):
    """Yield the index of every run of an experiment and the values that it tried."""
    axes = tools.EXPERIMENTS[name].axes.values()
    for place in product(*(range(len(axis)) for axis in axes)):
        yield place, [axis[i] for axis, i in zip(axes, place, strict=True)]


def middle(name):
    """Return the index and the recipe of a run with middling settings."""
    found = list(places(name))
    place, tried = found[len(found) // 2]
    return place, tools.EXPERIMENTS[name].recipe(*tried)


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_is_recorded_for_all_its_values_and_seeds(name):
    experiment, found = tools.EXPERIMENTS[name], recorded(name)
    for axis, values in experiment.axes.items():
        assert found[axis].tolist() == list(values)
    shape = (*map(len, experiment.axes.values()), experiment.seeds)
    for key in ("accuracy", "loss", "parameters", "done"):
        assert found[key].shape == shape
    assert (found["accuracy"] > 0.05).all() and (found["accuracy"] < 1).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_record_counts_parameters_and_steps_as_the_recipe_does(name):
    found = recorded(name)
    for place, tried in places(name):
        recipe = tools.EXPERIMENTS[name].recipe(*tried)
        assert (found["parameters"][place] == recipe.network(0).parameters()).all()
        whole = found["done"][place] == recipe.steps
        assert (whole | (found["accuracy"][place] < 0.15)).all()  # only what diverged is shorter


@pytest.mark.parametrize("name", NAMES)
def test_doing_the_first_steps_again_gives_the_recorded_losses(name, mnist):
    train, (x, labels) = mnist
    place, recipe = middle(name)
    head = recorded(name)["head"][place]

    def stop(run):
        run.stop = len(run.history.losses) == tools.HEAD

    for seed in (0, tools.EXPERIMENTS[name].seeds - 1):
        _, history, _, _ = tools.run(recipe, seed, train, (x[:100], labels[:100]), [stop])
        np.testing.assert_allclose(history.losses, head[seed], rtol=2e-3)
    if len(head) > 1:
        assert not np.allclose(head[0], head[1], rtol=2e-3)


def test_doing_a_whole_run_again_gives_nearly_the_recorded_accuracy(mnist):
    recipe = tools.EXPERIMENTS["plain_width"].recipe(10)
    _, history, loss, accuracy = tools.run(recipe, 1, *mnist)
    found = recorded("plain_width")
    assert len(history.losses) == recipe.steps
    assert abs(accuracy - found["accuracy"][0, 1]) < 0.004
    assert abs(loss - found["loss"][0, 1]) < 0.02


def test_the_cockpit_opens_with_a_run_by_its_recipe(mnist):
    recipe, found = tools.EXPERIMENTS["cockpit"].recipe(), recorded("cockpit")
    schedule = recipe.optimizer().rate
    assert len(found["losses"]) == len(found["accuracies"]) == recipe.steps
    expected = [schedule(step) for step in range(recipe.steps)]
    np.testing.assert_allclose(found["rates"], expected, rtol=1e-6)
    np.testing.assert_array_equal(found["losses"][: tools.HEAD], found["head"][0])
    assert found["filters"].shape == (8, 1, 5, 5)

    def stop(run):
        run.stop = len(run.history.losses) == 50

    _, history, _, _ = tools.run(recipe, 0, mnist[0], (mnist[1][0][:50], mnist[1][1][:50]), [stop])
    np.testing.assert_allclose(history.losses, found["losses"][:50], rtol=5e-3)


def test_the_card_shows_the_record():
    card = (tools.DATA / "EXPERIMENTS.md").read_text(encoding="utf-8")
    assert card == tools.card(load_arrays(RECORDS))
    assert card.count("\n## ") == len(NAMES)


def test_the_record_is_small_and_needs_no_pickle():
    assert RECORDS.stat().st_size < 200_000
    with np.load(RECORDS, allow_pickle=False) as arrays:
        assert all(array.dtype.kind in "fiU" for array in arrays.values())


def test_an_unknown_experiment_is_refused(capsys):
    with pytest.raises(ValueError, match="name is 'none', expected one of batches, "):
        recorded("none")
    assert tools.main(["none"]) == 1
    assert "no experiment 'none', there are headline, " in capsys.readouterr().err
