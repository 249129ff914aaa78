"""The zoo, and the weights that ship with it."""

import re
from pathlib import Path

import numpy as np
import pytest

from cnnlib.datasets import load_fashion_mnist
from cnnlib.files import load_arrays
from cnnlib.layers.fastconv import FastConv2D
from cnnlib.losses import SoftmaxCrossEntropy
from cnnlib.models import (
    MODELS,
    WEIGHTS,
    build,
    convnet_bn,
    lenet5,
    load_trained,
    mlp,
    relu_and_pool,
    resnet,
    simple_convnet,
)
from cnnlib.training import evaluate

CARD = (WEIGHTS / "README.md").read_text(encoding="utf-8")
CARD_ROW = re.compile(r"^\| `(\w+)\.npz` \|.*\| ([\d.]+) % \|", re.MULTILINE)
STATED = {name: float(accuracy) for name, accuracy in CARD_ROW.findall(CARD)}
FASHION = ("lenet5",)  # networks with weights for Fashion-MNIST too
DEBIAN = Path("/usr/share/datasets/fashion-mnist")


@pytest.fixture(scope="module")
def fashion_test():
    """The test images of Fashion-MNIST, if they are on this machine: nothing is downloaded."""
    folder = DEBIAN if DEBIAN.is_dir() else None
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("cnnlib.fashion.MIRRORS", ())
            return load_fashion_mnist(folder=folder)[1]
    except ConnectionError:
        pytest.skip(
            "Fashion-MNIST is neither in the cache nor there as Debian's package"
            " dataset-fashion-mnist"
        )


@pytest.mark.parametrize(
    ("network", "parameters"),
    [
        (mlp(rng=0), 784 * 50 + 50 + 50 * 10 + 10),
        (simple_convnet(rng=0), 30 * 25 + 30 + 4320 * 100 + 100 + 100 * 10 + 10),
        (lenet5(rng=0), 16 * 25 + 16 + 32 * 16 * 25 + 32 + 512 * 128 + 128 + 128 * 10 + 10),
        (
            convnet_bn(rng=0),
            sum([24 * 25 + 24, 48 * 24 * 9 + 48, 64 * 48 * 9 + 64, 1024 * 128 + 128, 128 * 10 + 10])
            + 2 * (24 + 48 + 64 + 128),
        ),
        (
            resnet((4, 6, 8), rng=0),
            sum([4 * 25 + 4, 2 * (4 * 4 * 9 + 4), 6 * 4 * 9 + 6, 4 * (6 * 6 * 9 + 6)])
            + sum([8 * 6 * 9 + 8, 8 * 9 * 10 + 10])
            + 2 * (4 + 2 * 4 + 6 + 4 * 6 + 8),
        ),
    ],
)
def test_parameters_counted_by_hand(network, parameters):
    assert network.parameters() == parameters
    assert network.input_shape == (1, 28, 28) and network.output_shape((1, 28, 28)) == (10,)
    assert FastConv2D not in map(type, network.walk())


@pytest.mark.parametrize("name", MODELS)
def test_a_fresh_network_knows_nothing(name, mnist_test):
    x, labels = mnist_test
    scores = build(name, rng=0).forward(x[:500])
    assert scores.dtype == np.float32
    loss = SoftmaxCrossEntropy().forward(scores, labels[:500])
    assert abs(loss - np.log(10)) < (0.3 if name == "mlp" else 0.1)  # a CNN starts undecided


@pytest.mark.parametrize("name", MODELS)
def test_shipped_weights_reach_what_their_card_states(name, mnist_test):
    _, accuracy = evaluate(load_trained(name), *mnist_test)
    assert accuracy * 100 == pytest.approx(STATED[name], abs=0.015)


def test_shipped_fashion_weights_reach_what_their_card_states(fashion_test):
    for name in FASHION:
        _, accuracy = evaluate(load_trained(name, data="fashion"), *fashion_test)
        assert accuracy * 100 == pytest.approx(STATED[f"{name}_fashion"], abs=0.03)


@pytest.mark.parametrize("file", sorted(WEIGHTS.glob("*.npz")), ids=lambda file: file.stem)
def test_shipped_weights_are_small_and_finite_halves(file):
    assert file.stat().st_size < 1_000_000
    for name, array in load_arrays(file).items():
        assert array.dtype == np.float16 and np.isfinite(array).all(), name


@pytest.mark.parametrize(
    "name, data, most",
    [("lenet5", "fashion", 0), ("convnet_bn", "mnist", 1 / 24), ("resnet", "mnist", 1 / 24)],
)
def test_filters_are_alive(name, data, most, mnist_test):
    """Needs no Fashion-MNIST: a filter that answers to no digit at all would be dead."""
    network = load_trained(name, data)
    for layer, y in network.steps(mnist_test[0][:500]):
        if layer.startswith("relu") and y.ndim == 4:
            assert (y <= 0).all(axis=(0, 2, 3)).mean() <= most, layer
    for key, w in network.params.items():
        if w.ndim == 4:
            strengths = np.abs(w).max(axis=(1, 2, 3))
            assert strengths.min() > 0.05 * strengths.max(), key


def test_the_card_lists_every_weight_file():
    assert {path.stem for path in WEIGHTS.glob("*.npz")} == STATED.keys()
    assert STATED.keys() == MODELS.keys() | {f"{name}_fashion" for name in FASHION}


def test_the_plain_network_reaches_97_and_the_cnn_99_percent():
    assert STATED["mlp"] >= 97 and min(STATED["simple_convnet"], STATED["lenet5"]) >= 99


def test_the_networks_for_accuracy_reach_99_5_percent_and_fashion_90():
    assert min(STATED["convnet_bn"], STATED["resnet"]) >= 99.5 and STATED["lenet5_fashion"] >= 90


@pytest.mark.parametrize("make", [build, load_trained])
def test_an_unknown_name_is_refused(make):
    with pytest.raises(ValueError, match="name is 'vgg', expected one of mlp, simple_convnet"):
        make("vgg")


@pytest.mark.parametrize("name, data", [("mlp", "fashion"), ("lenet5", "cifar10")])
def test_weights_that_do_not_ship_are_refused(name, data):
    with pytest.raises(ValueError, match=f"no weights of {name} for data '{data}', only "):
        load_trained(name, data=data)


@pytest.mark.parametrize("name", MODELS)
def test_the_fast_network_has_the_same_parameters_outputs_and_gradients(name):
    plain = build(name, rng=3).astype(np.float64)
    rng = np.random.default_rng(3)  # a number means such a source, one for all layers
    fast = build(name, rng=rng, fast=True).astype(np.float64)
    assert FastConv2D not in map(type, plain.walk())
    x = np.random.default_rng(0).random((32, 1, 28, 28))
    labels = np.arange(32) % 10
    for network in (plain, fast):
        with network.mode(training=True):
            loss = SoftmaxCrossEntropy()
            loss.forward(network.forward(x), labels)
            network.backward(loss.backward())
    assert fast.params.keys() == plain.params.keys() and sorted(fast.layers) == sorted(plain.layers)
    for name, value in plain.params.items():
        np.testing.assert_array_equal(fast.params[name], value)
    for name, value in plain.grads.items():
        np.testing.assert_allclose(fast.grads[name], value, rtol=0, atol=1e-12)
    np.testing.assert_allclose(fast.forward(x), plain.forward(x), rtol=0, atol=1e-12)


def test_a_fast_network_with_trained_weights_answers_like_the_plain_one(mnist_test):
    plain, fast = load_trained("lenet5"), load_trained("lenet5", fast=True)
    assert [list(network.layers)[1] for network in (plain, fast)] == ["relu1", "pool1"]
    x = mnist_test[0][:500]
    np.testing.assert_allclose(fast.forward(x), plain.forward(x), rtol=0, atol=2e-4)


@pytest.mark.parametrize("ties", [False, True])
def test_relu_and_max_pooling_may_change_places(ties):
    """Bit for bit, ties and windows without a positive number included."""
    x = np.random.default_rng(0).standard_normal((4, 3, 8, 6)).astype(np.float32)
    x = np.round(x) if ties else x
    dy = np.random.default_rng(1).standard_normal((4, 3, 4, 3)).astype(np.float32)
    results = []
    for fast in (False, True):
        first, second = relu_and_pool(fast)
        y = second.forward(first.forward(x))
        results.append((y, first.backward(second.backward(dy))))
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
