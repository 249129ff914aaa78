"""cnnlib against results of PyTorch and SciPy, which tests/reference/make.py stored."""

import copy
from pathlib import Path

import numpy as np
import pytest

from cnnlib.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.fastconv import FastConv2D
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import SmoothedCrossEntropy, SoftmaxCrossEntropy, softmax
from cnnlib.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    RMSProp,
    cosine,
    one_cycle,
    step_decay,
)

FOLDER = Path(__file__).resolve().parent / "reference"


def read(file):
    with np.load(FOLDER / file, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def case(file, name):
    return {
        k.removeprefix(f"{name}."): v for k, v in read(file).items() if k.startswith(f"{name}.")
    }


LAYERS = {
    "conv": {
        "plain": Conv2D(4, 6, 3),
        "stride2": Conv2D(4, 6, 3, stride=2),
        "pad1": Conv2D(4, 6, 3, pad=1),
        "pad2_stride3": Conv2D(4, 6, 3, stride=3, pad=2),
        "dilation2": Conv2D(4, 6, 3, dilation=2),
        "groups2": Conv2D(4, 6, 3, groups=2),
        "depthwise": Conv2D(4, 4, 3, groups=4, pad=1),
        "kernel1x1": Conv2D(4, 6, 1, stride=2),
        "kernel5x2": Conv2D(4, 6, (5, 2), pad=1),
        "all": Conv2D(4, 6, (2, 3), stride=2, pad=2, dilation=2, groups=2),
    },
    "fastconv": {
        "kernel3_pad1": FastConv2D(8, 8, 3, pad=1),
        "kernel5_pad1": FastConv2D(8, 8, 5, pad=1),
    },
    "pool": {
        "max2": MaxPool2D(2),
        "max3_stride2": MaxPool2D(3, stride=2),
        "max3_stride1_pad1": MaxPool2D(3, stride=1, pad=1),
        "max2_stride3": MaxPool2D(2, stride=3),
        "max2x4_stride2_pad1": MaxPool2D((2, 4), stride=2, pad=1),
        "max_ties": MaxPool2D(3, stride=2, pad=1),
        "avg2": AvgPool2D(2),
        "avg3_stride2_pad1": AvgPool2D(3, stride=2, pad=1),
        "avg2x3_stride1": AvgPool2D((2, 3), stride=1),
        "global": GlobalAvgPool2D(),
    },
    "layers": {
        "dense": Dense(5, 3),
        "relu": ReLU(),
        "leaky_relu": LeakyReLU(0.125),
        "sigmoid": Sigmoid(),
        "sigmoid_large": Sigmoid(),
        "tanh": Tanh(),
        "flatten": Flatten(),
        "norm_dense_training": BatchNorm(3),
        "norm_image_training": BatchNorm(4, momentum=0.3, eps=1e-3),
        "norm_dense_eval": BatchNorm(3),
        "norm_image_eval": BatchNorm(4),
    },
}
TABLE = [(file, name) for file, layers in LAYERS.items() for name in layers]


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 2e-5)])
@pytest.mark.parametrize("file, name", TABLE)
def test_a_layer_agrees_with_pytorch(file, name, dtype, tolerance):
    arrays = {key: value.astype(dtype) for key, value in case(f"{file}.npz", name).items()}
    layer = LAYERS[file][name].astype(dtype)
    layer.training = name.endswith("training")
    layer.params = {key: arrays[f"param.{key}"] for key in layer.params}
    layer.state = {key: arrays[f"before.{key}"] for key in layer.state}
    found = {"y": layer.forward(arrays["x"]), "dx": layer.backward(arrays["dy"])}
    found |= {f"grad.{key}": value for key, value in layer.grads.items()}
    found |= {f"state.{key}": value for key, value in layer.state.items()}
    expected = {k: v for k, v in arrays.items() if k in ("y", "dx") or k[:5] in ("grad.", "state")}
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert found[key].shape == value.shape and found[key].dtype == dtype, key
        near = tolerance * max(1, abs(value).max())
        np.testing.assert_allclose(found[key], value, rtol=tolerance, atol=near, err_msg=key)


@pytest.mark.parametrize("file", LAYERS)
def test_no_stored_layer_is_left_out(file):
    names = {key.split(".")[0] for key in read(f"{file}.npz")} - {"versions"}
    assert names == set(LAYERS[file])


def test_convolution_is_scipys_correlation_and_its_gradient_the_flipped_one():
    arrays = case("signal.npz", "signal")
    layer = Conv2D(1, 1, arrays["param.w"].shape).astype(np.float64)
    layer.params["w"] = arrays["param.w"][None, None]
    y = layer.forward(arrays["x"][None, None])
    dx = layer.backward(arrays["dy"][None, None])
    np.testing.assert_allclose(y[0, 0], arrays["y"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(dx[0, 0], arrays["dx"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(layer.grads["w"][0, 0], arrays["grad.w"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["usual", "large"])
@pytest.mark.parametrize(
    ("key", "loss"), [("", SoftmaxCrossEntropy()), ("smoothed_", SmoothedCrossEntropy(0.05))]
)
def test_the_loss_agrees_with_pytorch(name, key, loss):
    arrays = case("losses.npz", name)
    value = loss.forward(arrays["scores"], arrays["labels"])
    assert value == pytest.approx(float(arrays[f"{key}loss"]))
    np.testing.assert_allclose(loss.backward(), arrays[f"{key}dscores"], rtol=0, atol=1e-14)
    np.testing.assert_allclose(softmax(arrays["scores"]), arrays["softmax"], rtol=0, atol=1e-14)


OPTIMIZERS = {
    "sgd": SGD(0.1),
    "sgd_decay": SGD(0.1, weight_decay=0.05),
    "momentum": Momentum(0.1, momentum=0.8),
    "momentum_decay": Momentum(0.1, weight_decay=0.05),
    "nesterov": Nesterov(0.1),
    "nesterov_decay": Nesterov(0.1, momentum=0.8, weight_decay=0.05),
    "adagrad": AdaGrad(0.1),
    "adagrad_decay": AdaGrad(0.1, weight_decay=0.05),
    "rmsprop": RMSProp(0.1),
    "rmsprop_decay": RMSProp(0.1, decay=0.9, weight_decay=0.05),
    "adam": Adam(0.1),
    "adam_decay": Adam(0.1, beta1=0.8, beta2=0.95, weight_decay=0.05),
    "adamw": AdamW(0.1),
    "adamw_decay": AdamW(0.1, weight_decay=0.2),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_six_steps_of_an_optimizer_agree_with_pytorch(name):
    arrays, optimizer = case("optimizers.npz", name), copy.deepcopy(OPTIMIZERS[name])
    params = {"w": arrays["start.w"], "b": arrays["start.b"]}
    for step in range(6):
        optimizer.step(params, {"w": arrays["grads.w"][step], "b": arrays["grads.b"][step]})
        for key, p in params.items():
            np.testing.assert_allclose(p, arrays[f"path.{key}"][step], rtol=1e-12, atol=1e-12)


def test_no_stored_optimizer_is_left_out():
    names = {key.split(".")[0] for key in read("optimizers.npz")} - {"versions"}
    assert names == set(OPTIMIZERS)


@pytest.mark.parametrize(
    "name, schedule",
    [
        ("step", step_decay(0.5, 4, 0.3)),
        ("cosine", cosine(0.5, 12, end=0.1)),
        ("one_cycle", one_cycle(0.5, 20, warm=0.3)),
    ],
)
def test_a_schedule_agrees_with_pytorch(name, schedule):
    rates = read("schedules.npz")[name]
    np.testing.assert_allclose([schedule(i) for i in range(len(rates))], rates, rtol=1e-12)


def test_the_stored_results_are_small_and_say_what_wrote_them():
    files = sorted(FOLDER.glob("*.npz"))
    assert len(files) == 8
    assert sum(file.stat().st_size for file in files) < 300_000
    for file in files:
        assert [line.split()[0] for line in read(file.name)["versions"]] == [
            "torch",
            "scipy",
            "numpy",
        ]
