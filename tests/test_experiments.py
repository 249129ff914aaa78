"""The recorded experiments of the lessons are what tools/experiments.py does."""

from functools import partial
from itertools import product

import numpy as np
import pytest

from cnnlib.experiments import RECORDS, recorded
from cnnlib.gradcheck import check_layer, kink_free
from cnnlib.layers.conv import Conv2D
from tools import beyond, candidates, watching
from tools import experiments as tools

NAMES = list(tools.EXPERIMENTS)
ablated = partial(tools.ablated, 50_000)


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
    for key in ("test", "valid", "loss", "parameters", "done"):
        assert found[key].shape == shape
    for key in ("test", "valid"):
        assert not ((found[key] <= 0.05) | (found[key] >= 1)).any()
    for place, tried in places(name):  # images that were trained on choose nothing
        held_back = experiment.recipe(*tried).images <= 60_000 - tools.HELD_BACK
        assert (np.isnan(found["valid"][place]) != held_back).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_record_counts_parameters_and_steps_as_the_recipe_does(name):
    found = recorded(name)
    for place, tried in places(name):
        recipe = tools.EXPERIMENTS[name].recipe(*tried)
        assert (found["parameters"][place] == recipe.network(0).parameters()).all()
        whole = found["done"][place] == recipe.steps
        assert (whole | (found["test"][place] < 0.15)).all()  # only what diverged is shorter


@pytest.mark.parametrize("name", NAMES)
def test_doing_the_first_steps_again_gives_the_recorded_losses(name, mnist):
    place, recipe = middle(name)
    head = recorded(name)["head"][place]

    def stop(run):
        run.stop = len(run.history.losses) == tools.HEAD

    last = tools.EXPERIMENTS[name].seeds - 1
    try:
        train, _, _ = recipe.data(*mnist, last)
    except ConnectionError:
        pytest.skip("Fashion-MNIST is neither in the cache nor there as Debian's package")
    _, history = tools.run(recipe, last, train, [stop])
    np.testing.assert_allclose(history.losses, head[last], rtol=2e-3)
    if len(head) > 1:
        assert not np.allclose(head[0], head[1], rtol=2e-3)


def test_doing_a_whole_run_again_gives_nearly_what_is_recorded():
    found, stored = tools.measure("cnn_width", (0, 0, 1)), recorded("cnn_width")
    assert found.keys() == stored.keys() - {"filters", "rate"}  # the axes
    for key in ("parameters", "done"):
        assert found[key] == stored[key][0, 0, 1]
    for key, most in {"valid": 0.004, "test": 0.004, "loss": 0.02}.items():
        assert abs(found[key] - stored[key][0, 0, 1]) < most
    np.testing.assert_allclose(found["head"], stored["head"][0, 0, 1], rtol=2e-3)


@pytest.mark.parametrize("name", ["ablation", "cockpit"])
def test_runs_are_put_in_order_and_curves_of_one_run_stand_alone(monkeypatch, name):
    class Here:
        """Does in this process what a pool does in others."""

        __init__ = __exit__ = lambda *words, **options: None
        __enter__, map = (lambda self: self), staticmethod(map)

    def measure(name, place):
        return {"test": sum(10**k * at for k, at in enumerate(place)), "losses": np.arange(3)}

    monkeypatch.setattr(tools, "ProcessPoolExecutor", Here)
    monkeypatch.setattr(tools, "measure", measure)
    found = tools.carry_out(name)
    shape = recorded(name)["test"].shape
    assert found.keys() == {*tools.EXPERIMENTS[name].axes, "test", "losses"}
    assert found["test"].shape == shape
    assert found["test"][(-1,) * len(shape)] == sum(10**k * (n - 1) for k, n in enumerate(shape))
    assert found["losses"].shape == ((3,) if name == "cockpit" else (*shape, 3))


def test_a_recipe_holds_back_the_last_images_and_shuffles_all_alike(mnist):
    train, test = mnist
    plain = tools.Recipe(candidates.plain(10))
    (x, _), (kept, labels), (x_test, _) = plain.data(train, test, 0)
    assert len(x) == 50_000 and len(kept) == len(labels) == 10_000
    np.testing.assert_array_equal(kept, train[0][50_000:])
    np.testing.assert_array_equal(x_test, test[0])
    recipe = tools.Recipe(candidates.plain(10), shuffled=True)
    mixed = recipe.data(train, test, 0)
    order = np.random.default_rng([0, 784]).permutation(784)
    for (part, _), whole in zip(mixed, (x, kept, x_test), strict=True):
        np.testing.assert_array_equal(part[7].ravel(), whole[7].ravel()[order])
    assert not np.array_equal(recipe.data(train, test, 1)[2][0][7], mixed[2][0][7])


def test_what_is_watched_is_recorded():
    for name in ("sure_plain", "sure_lenet"):
        found, epochs = recorded(name), tools.EXPERIMENTS[name].recipe().epochs
        assert found["by_epoch"].shape == (3, epochs, 2)
        np.testing.assert_allclose(found["by_epoch"][:, -1, 0], found["test"])
    for name in ("shrinking", "moved"):
        found = recorded(name)
        assert found["by_shift"].shape == (3, 3, 4)
        np.testing.assert_allclose(found["by_shift"][..., 0], found["test"])
    found = recorded("dead")
    assert found["most"].shape == (3, len(found["at"][0]), 16 + 32 + 128)
    assert found["strength"].shape == (3, len(found["at"][0]), 16 + 32)
    forming, seen = recorded("forming"), np.isin(recorded("forming")["at"][0, 0], found["at"][0])
    w = forming["filters"][0, 0, seen].astype(float)  # of the first of the runs of "dead"
    norms = np.sqrt((w**2).sum(axis=(2, 3)))
    np.testing.assert_allclose(norms, found["strength"][0, :, :16], rtol=2e-3)
    assert forming["most"].shape == (2, 1, len(seen), 16)


def test_unshared_filters_begin_as_the_convolution_and_each_gets_its_own_gradient():
    rng = np.random.default_rng(0)
    own = candidates.Unshared((2, 7, 6), 3, 3, np.random.default_rng(1)).astype(np.float64)
    shared = Conv2D(2, 3, 3, rng=np.random.default_rng(1)).astype(np.float64)
    x = kink_free((2, 2, 7, 6), rng)
    np.testing.assert_allclose(own.forward(x), shared.forward(x))
    own.params["w"] += rng.normal(size=own.params["w"].shape)
    assert own.parameters() == 5 * 4 * shared.parameters() and check_layer(own, x).ok


def test_moved_images_leave_blank_paper():
    x = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    assert watching.moved(x, 1, 0)[0, 0].tolist() == [[0, 0, 0], [1, 2, 3], [4, 5, 6]]
    assert watching.moved(x, 0, -2)[0, 0].tolist() == [[3, 0, 0], [6, 0, 0], [9, 0, 0]]


def test_an_image_of_a_batch_is_moved_by_whole_pixels_within_bounds():
    x = np.zeros((400, 1, 9, 9), np.float32)
    x[:, 0, 4, 4] = 1
    recipe = tools.EXPERIMENTS["moved"].recipe("strides")
    y = recipe.augment(x, np.random.default_rng(0))
    places = np.argwhere(y[:, 0] == 1)
    assert places[:, 0].tolist() == list(range(400)) and y.sum() == 400
    for axis in (1, 2):
        assert set(places[:, axis]) == set(range(1, 8))


def test_the_cockpit_opens_with_a_run_by_its_recipe():
    recipe, found = tools.EXPERIMENTS["cockpit"].recipe(), recorded("cockpit")
    schedule = recipe.optimizer().rate
    assert len(found["losses"]) == len(found["accuracies"]) == recipe.steps
    expected = [schedule(step) for step in range(recipe.steps)]
    np.testing.assert_allclose(found["rates"], expected, rtol=1e-6)
    np.testing.assert_array_equal(found["losses"][: tools.HEAD], found["head"][0])
    assert found["filters"].shape == (8, 1, 5, 5)


def test_the_card_shows_the_record():
    card = (tools.DATA / "EXPERIMENTS.md").read_text(encoding="utf-8")
    assert card == tools.card()
    assert card.count("\n## ") == len(NAMES)


def test_the_records_are_small_and_need_no_pickle():
    paths = sorted(RECORDS.iterdir())
    known = {*NAMES, *(f"beyond_{part}" for part in beyond.PARTS)}
    assert {path.stem for path in paths} == known
    assert sum(path.stat().st_size for path in paths) < 700_000
    for path in paths:
        with np.load(path, allow_pickle=False) as arrays:
            assert all(array.dtype.kind in "bfiU" for array in arrays.values())


def test_an_unknown_experiment_is_refused(capsys):
    with pytest.raises(ValueError, match="name is 'none', expected one of ablation, "):
        recorded("none")
    with pytest.raises(SystemExit):
        tools.main(["none"])
    assert "no experiment 'none', there are headline, " in capsys.readouterr().err


def test_the_ablation_leaves_out_what_it_says():
    kinds = {
        name: [layer.kind for layer in ablated(name).network(0).walk()] for name in tools.ABLATED
    }
    whole = kinds["all of it"]
    assert whole.count("norm") == 4 and whole.count("residual") == 1
    assert "norm" not in kinds["no batch norm"] and "residual" not in kinds["no short way"]
    assert "dropout" in kinds["and dropout"] and "dropout" not in whole
    assert not ablated("no distortions").distorted and ablated("all of it").distorted
    assert ablated("constant rate").schedule == "constant"
    stds = [ablated(n).network(0).params["conv2.w"].std() for n in ("all of it", "careless start")]
    assert stds[0] > 0.1 and stds[1] < 0.02
