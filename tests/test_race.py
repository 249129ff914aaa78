"""The race's recipe trains, and its clock and its words are right."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tools import race


@pytest.fixture
def few():
    """300 images that are easy to tell apart: a bright column for each digit."""
    labels = np.arange(300) % 10
    images = np.zeros((300, 1, 28, 28), np.float32)
    images[np.arange(300), 0, :, 2 * labels + 4] = 1
    return images, labels


def test_the_network_is_small_and_takes_the_fast_way():
    net = race.network(0)
    assert net.parameters() < 12_000
    assert net["conv2"].wins((race.RECIPE["batch"], race.FILTERS[0], 12, 12))


def test_the_pooled_layer_is_a_convolution_and_a_pool():
    rng = np.random.default_rng(0)
    x = rng.random((5, 2, 12, 13))
    pooled, conv = race.PooledConv(2, 3, 3, rng=0), race.Conv2D(2, 3, 3, rng=0)
    pool = race.MaxPool2D(2)
    for layer in (pooled, conv):
        layer.astype(np.float64).params["b"][:] = 1, 2, 3
    y = pool.forward(conv.forward(x))
    assert pooled.output_shape(x.shape[1:]) == y.shape[1:]
    np.testing.assert_allclose(pooled.forward(x), y, atol=1e-12)
    dy = rng.random(y.shape)
    conv.backward(pool.backward(dy))
    pooled.backward(dy)
    for name, expected in conv.grads.items():
        np.testing.assert_allclose(pooled.grads[name], expected, atol=1e-12)


def test_a_run_learns_and_is_timed(few, monkeypatch):
    monkeypatch.setattr(race, "HARDEST", 1)
    monkeypatch.setitem(race.RECIPE, "epochs", 7.5)
    monkeypatch.setitem(race.JUDGE, "batch", 20)
    accuracy, wall, cpu = race.run(0, few, few)
    assert accuracy == 100
    assert wall > 0 and cpu > 0


def test_the_clock_counts_the_choice_of_images_and_not_the_test(few, monkeypatch):
    order = []
    clock = SimpleNamespace(perf_counter=lambda: order.append("clock") or 0, process_time=lambda: 0)
    monkeypatch.setattr(race, "time", clock)
    results = {"network": None, "hardest": [0], "train": None, "evaluate": (0, 1)}
    for name, result in results.items():

        def noted(*_, name=name, result=result, **__):
            order.append(name)
            return result

        monkeypatch.setattr(race, name, noted)
    race.run(0, few, few)
    assert order == ["clock", "network", "hardest", "train", "clock", "evaluate"]


def test_the_hardest_are_those_that_nothing_tells_apart(few, monkeypatch):
    images, labels = few
    images[::5] = 0  # of the digits 0 and 5, alike now
    monkeypatch.setitem(race.JUDGE, "batch", 5)
    found = race.hardest(images, labels, seed=0)
    assert len(found) == len(set(found)) == round(race.HARDEST * len(labels))
    assert set(range(0, 300, 5)) <= set(found)


def test_the_steps_are_those_of_the_epochs(few, monkeypatch):
    steps = []

    class Counted(race.AdamW):
        def step(self, *arguments):
            steps.append(self.rate_now())
            super().step(*arguments)

    monkeypatch.setattr(race, "AdamW", Counted)
    race.train(race.network(0), *few, seed=0, epochs=1.5, batch=20, rate=0.01)
    assert len(steps) == 22
    assert max(steps) <= 0.01 and steps[-1] < 0.1 * 0.01


def test_the_first_layers_stop_learning(few, monkeypatch):
    seen, back, means = [], [], []

    class Seen(race.AdamW):
        def step(self, params, grads):
            seen.append({name.split(".")[0] for name in params})
            means.append(net["norm1"].state["mean"].copy())
            super().step(params, grads)

    monkeypatch.setattr(race, "AdamW", Seen)
    net = race.network(0)
    conv2, backward = net["conv2"], net["conv2"].backward
    conv2.backward = lambda dy: back.append(conv2.input_gradient) or backward(dy)
    race.train(net, *few, seed=0, epochs=1, batch=20, rate=0.01, first=3)
    late = {"conv2", "norm2", "dense1"}
    assert seen == [{"conv1", "norm1"} | late] * 3 + [late] * 12
    assert back == [True] * 3 + [False] * 12
    assert (means[1] != means[2]).any() and (np.ptp(means[2:], axis=0) == 0).all()
    assert set(net.layers) > {"conv1", *late}


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


# --------------------------------------------------------------------------- the ladder


@pytest.mark.parametrize("conv", [race.LoopConv, race.RowConv, race.FastConv2D])
def test_every_rung_computes_the_same(conv):
    plain, other = race.lenet_of(race.Conv2D), race.lenet_of(conv)
    x = np.random.default_rng(0).random((1 if conv is race.LoopConv else 16, 8, 9, 8))
    layers = []
    for net in (plain, other):
        layer = net["conv2"].astype(np.float64)
        layer.params["w"] = layer.params["w"][:8, :8]
        layer.params["b"] = np.arange(8.0)
        layer.channels = 8
        y = layer.forward(x)
        layers.append([y, layer.backward(np.cos(y)), layer.grads["w"], layer.grads["b"]])
    for expected, found in zip(*layers, strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


def test_the_recorded_ladder_only_goes_down():
    with np.load(race.LADDER, allow_pickle=False) as stored:
        rungs, costs = stored["rung"].tolist(), stored["microseconds"]
    assert rungs[0] == "LeNet, plain loops" and rungs[-3] == "the race's network"
    assert len(rungs) == len(costs) == 11
    assert (np.diff(costs) < 0).all()
    bench = Path(race.__file__).with_name("BENCH.md").read_text(encoding="utf-8")
    table = bench.split("| | microseconds an image |")[1].split("\n\n")[0]
    assert re.findall(r"\| ([\d,]+) \|$", table, re.M) == [f"{cost:,.0f}" for cost in costs]
