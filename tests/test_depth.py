"""Towers of dense layers, and sizes by depth worked out by hand."""

import copy
from contextlib import nullcontext

import numpy as np
import pytest

from cnnlib.depth import by_depth, tower
from cnnlib.initializers import glorot, he
from cnnlib.layers.activations import ReLU, Sigmoid
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential
from tests.helpers import draw, same_weights


def test_by_depth_measures_every_layer_by_hand():
    rng = np.random.default_rng(0)
    layers = [Flatten(), Dense(6, 4, rng=rng), ReLU(), Dense(4, 3, rng=rng)]
    network = Sequential(layers, input_shape=(1, 2, 3)).astype(np.float64)
    x, labels = rng.standard_normal((5, 1, 2, 3)), np.array([0, 1, 2, 0, 1])
    w1, b1, w2, b2 = network.params.values()
    hidden = x.reshape(5, 6) @ w1 + b1
    scores = np.maximum(hidden, 0) @ w2 + b2
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    d3 = (p - np.eye(3)[labels]) / 5
    d2 = d3 @ w2.T
    d1 = d2 * (hidden > 0)
    d0 = d1 @ w1.T
    outs, grads = [x, hidden, np.maximum(hidden, 0), scores], [d0, d1, d2, d3]
    rows = by_depth(network, x, labels)
    assert [name for name, _, _ in rows] == ["flatten1", "dense1", "relu1", "dense2"]
    for (_, size, slope), y, dy in zip(rows, outs, grads, strict=True):
        assert size == pytest.approx(np.sqrt((y**2).mean()))
        assert slope == pytest.approx(np.sqrt((dy**2).mean()))


def test_by_depth_measures_as_in_training_and_changes_nothing():
    rng = np.random.default_rng(0)
    layers = [Flatten(), BatchNorm(4), Dense(4, 3, rng=rng)]
    network = Sequential(layers, input_shape=(1, 2, 2))
    before = {name: value.copy() for name, value in network.weights().items()}
    x = 5 + rng.standard_normal((50, 1, 2, 2)).astype(np.float32)
    rows = by_depth(network, x, np.arange(50) % 3)
    assert rows[1][1] == pytest.approx(1, abs=1e-3)  # by the batch's mean and variance
    assert not network.training
    for name, value in network.weights().items():
        np.testing.assert_array_equal(value, before[name])
    with pytest.raises(ValueError, match="labels"):
        by_depth(network, x, np.full(50, 3))


@pytest.mark.parametrize("images", [2, 1])  # the last layer cannot train on one
def test_by_depth_puts_back_draws_and_does_so_after_an_error(images):
    layers = [BatchNorm(1), Dropout(rng=0), Flatten(), Dense(4, 3, rng=0), BatchNorm(3)]
    network, x = Sequential(layers), draw((images, 1, 2, 2), np.float32)
    before = copy.deepcopy(network)
    with nullcontext() if images > 1 else pytest.raises(ValueError, match="one number a channel"):
        by_depth(network, x, np.arange(images))
    assert same_weights(network, before)
    assert network["dropout1"].rng.random() == before["dropout1"].rng.random()


def test_a_tower_has_the_blocks_that_were_asked_for():
    plain = tower(3, ReLU, he, inputs=64)
    assert [layer.kind for layer in plain.layers.values()] == ["flatten", *["stack"] * 3, "dense"]
    assert plain.parameters() == 64 * 100 + 100 + 2 * (100 * 100 + 100) + 100 * 10 + 10
    helped = tower(3, Sigmoid, glorot, norm=True, short=True, inputs=64)
    kinds = [layer.kind for layer in helped.layers.values()]
    assert kinds == ["flatten", "stack", "residual", "residual", "dense"]
    assert helped.parameters() == plain.parameters() + 3 * 2 * 100
    assert helped.output_shape((1, 8, 8)) == (10,)
    params, rng = tower(2, ReLU, he, inputs=9, rng=5).params, np.random.default_rng(5)
    for name, D, M, start in (
        *(("stack1.dense1.w", 9, 100, he), ("stack2.dense1.w", 100, 100, he)),
        ("dense1.w", 100, 10, glorot),
    ):
        np.testing.assert_array_equal(params[name], start((D, M), rng).astype(np.float32))
