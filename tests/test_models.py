"""The zoo, and the weights that ship with it."""

import re

import numpy as np
import pytest

from cnnlib.losses import SoftmaxCrossEntropy
from cnnlib.models import MODELS, WEIGHTS, build, lenet5, load_trained, mlp, simple_convnet
from cnnlib.training import evaluate

CARD = (WEIGHTS / "README.md").read_text(encoding="utf-8")
CARD_ROW = re.compile(r"^\| `(\w+)\.npz` \|.*\| ([\d.]+) % \|", re.MULTILINE)
STATED = {name: float(accuracy) for name, accuracy in CARD_ROW.findall(CARD)}


@pytest.mark.parametrize(
    ("network", "parameters"),
    [
        (mlp(rng=0), 784 * 50 + 50 + 50 * 10 + 10),
        (simple_convnet(rng=0), 30 * 25 + 30 + 4320 * 100 + 100 + 100 * 10 + 10),
        (lenet5(rng=0), 16 * 25 + 16 + 32 * 16 * 25 + 32 + 512 * 128 + 128 + 128 * 10 + 10),
    ],
)
def test_parameters_counted_by_hand(network, parameters):
    assert network.parameters() == parameters
    assert network.output_shape((1, 28, 28)) == (10,)


@pytest.mark.parametrize("name", MODELS)
def test_a_fresh_network_knows_nothing(name, mnist_test):
    x, labels = mnist_test
    scores = build(name, rng=0).forward(x[:500])
    assert scores.dtype == np.float32
    loss = SoftmaxCrossEntropy().forward(scores, labels[:500])
    assert abs(loss - np.log(10)) < 0.7


@pytest.mark.parametrize("name", MODELS)
def test_shipped_weights_reach_what_their_card_states(name, mnist_test):
    _, accuracy = evaluate(load_trained(name), *mnist_test)
    assert accuracy * 100 == pytest.approx(STATED[name], abs=0.015)


def test_the_card_lists_every_weight_file():
    assert {path.stem for path in WEIGHTS.glob("*.npz")} == STATED.keys() == MODELS.keys()


def test_weights_are_small():
    assert all(path.stat().st_size < 1_000_000 for path in WEIGHTS.glob("*.npz"))


def test_the_plain_network_reaches_97_and_the_cnn_99_percent():
    assert STATED["mlp"] >= 97 and min(STATED["simple_convnet"], STATED["lenet5"]) >= 99


@pytest.mark.parametrize("make", [build, load_trained])
def test_an_unknown_name_is_refused(make):
    with pytest.raises(ValueError, match="name is 'resnet', expected one of mlp, simple_convnet"):
        make("resnet")
