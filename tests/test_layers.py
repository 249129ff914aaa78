"""What all layers share, dense layers, activations, dropout, flatten."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib import interpret
from cnnlib.gradcheck import assert_gradients, kink_free
from cnnlib.initializers import small
from cnnlib.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from cnnlib.layers.base import Layer
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.fastconv import FastConv2D
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Residual, Sequential

from .helpers import ORDERS, assert_keeps_its_promises, batch_last, draw, dtypes, orders, seeds

ACTIVATIONS = [ReLU(), LeakyReLU(0.1), Sigmoid(), Tanh()]
IMAGES = (3, 4, 6, 5)


@pytest.mark.parametrize("layer", [*ACTIVATIONS, Dropout(0.4, rng=0), BatchNorm(4)], ids=repr)
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("shape", [IMAGES, (5, 4)])
def test_layers_of_any_shape_keep_their_promises(layer, training, shape):
    assert_keeps_its_promises(layer, shape, training)


@pytest.mark.parametrize("layer", [Dense(4, 3, rng=0), Flatten(), GlobalAvgPool2D()], ids=repr)
def test_layers_of_one_shape_keep_their_promises(layer):
    assert_keeps_its_promises(layer, (5, 4) if isinstance(layer, Dense) else IMAGES)


@pytest.mark.parametrize("layer", [*ACTIVATIONS, Dropout(0.4, rng=0), Flatten()], ids=repr)
def test_the_order_in_memory_changes_no_number(layer):
    layer.training = True
    results = []
    for order in ORDERS:
        if isinstance(layer, Dropout):
            layer.rng = np.random.default_rng(5)
        y = layer.forward(draw(IMAGES, order=order))
        results.append((y, layer.backward(draw(y.shape, seed=1))))
    for y, dx in results[1:]:
        np.testing.assert_array_equal(y, results[0][0])
        np.testing.assert_array_equal(dx, results[0][1])


# --------------------------------------------------------------------------- base


def test_a_layer_starts_with_nothing_and_does_nothing():
    layer = Layer()
    assert (layer.params, layer.grads, layer.state) == ({}, {}, {})
    assert layer.training is False and layer.input_gradient is True
    assert layer.output_shape((3, 4)) == (3, 4) and layer.multiplications((3, 4)) == 0
    for method in (layer.forward, layer.backward):
        with pytest.raises(NotImplementedError):
            method(np.ones(1))


def test_help_shows_what_the_writer_of_a_layer_wrote():
    assert Dense.forward.__doc__.startswith("Compute") and Dense.forward.__name__ == "forward"
    assert Dense.backward.__doc__.startswith("Differentiate")


@pytest.mark.parametrize(
    "x, error, message",
    [
        (
            np.ones((2, 4), int),
            TypeError,
            "x is int64, expected an array of floats such as float32",
        ),
        (np.ones((2, 4), bool), TypeError, "x is bool, expected"),
        ([[1.0, 2, 3, 4]], TypeError, "x is list, expected"),
        (np.ones((2, 4)), TypeError, r"x is float64, w is float32: convert one by astype"),
        (np.ones((2, 3), "f"), ValueError, r"x has shape \(N, 3\), expected \(N, 4\)$"),
        (np.ones((2, 4, 1, 1), "f"), ValueError, r"\(N, 4, 1, 1\), .* put a Flatten before it"),
        (np.ones((2, 4, 1), "f"), ValueError, r"\(N, 4, 1\), .* put a Flatten before it"),
        (np.ones((0, 4), "f"), ValueError, r"x has shape \(0, 4\), expected at least one image"),
        (np.ones((), "f"), ValueError, r"x has shape"),
    ],
)
def test_an_input_that_does_not_fit_is_refused_and_nothing_is_changed(x, error, message):
    layer = Dense(4, 3, rng=0)
    good = draw((2, 4), np.float32)
    layer.forward(good)
    with pytest.raises(error, match=message):
        layer.forward(x)
    layer.backward(np.ones((2, 3), np.float32))
    np.testing.assert_allclose(layer.grads["w"], good.sum(axis=0)[:, None].repeat(3, 1), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["int32", bool, np.uint8, complex, object])
def test_astype_refuses_what_would_cut_weights_to_whole_numbers(dtype):
    network = Sequential([Flatten(), Dense(4, 3, rng=0)])
    before = network["dense1"].params["w"].copy()
    with pytest.raises(TypeError, match=f"dtype is {np.dtype(dtype)}, expected floats such as"):
        network.astype(dtype)
    np.testing.assert_array_equal(network["dense1"].params["w"], before)
    assert network.dtype == np.float32


def mixed_modes():
    """Make a stack in which no two layers are in the same mode."""
    layers = [Dropout(rng=0), Dense(2, 2, rng=0), Sequential([ReLU(), Dropout(rng=1)]), Tanh()]
    stack = Sequential(layers)
    layers[0].training = layers[2]["dropout1"].training = True
    layers[0].input_gradient = layers[3].input_gradient = False
    return stack


def modes(stack):
    return [(layer.training, layer.input_gradient) for layer in stack.walk()]


def test_a_mode_is_put_back_layer_by_layer_even_after_an_error():
    stack = mixed_modes()
    before = modes(stack)
    with pytest.raises(ZeroDivisionError), stack.mode(training=False):
        assert not any(training for training, _ in modes(stack)) and stack.input_gradient
        1 / 0  # noqa: B018
    assert modes(stack) == before
    with stack.mode(training=True, input_gradient=False):
        assert all(training for training, _ in modes(stack)) and not stack.input_gradient
    assert modes(stack) == before


def test_a_part_of_a_network_owns_no_mode():
    stack = mixed_modes()
    before = modes(stack)
    part = Sequential(list(stack.layers.values())[:3])
    assert modes(stack) == before and part.training
    assert not Sequential([stack["dense1"]]).training


def test_draws_are_found_wherever_a_layer_keeps_its_generator():
    class Noise(Layer):
        def __init__(self, rng):
            super().__init__()
            self.source = rng

    inner, outer = np.random.default_rng(0), np.random.default_rng(1)
    stack = Sequential([Dropout(rng=outer), Sequential([Noise(inner), ReLU()])])
    assert stack.draws() == [outer.bit_generator, inner.bit_generator]
    assert ReLU().draws() == []


def test_a_layer_needs_the_same_rows_or_all_unless_it_knows_better():
    assert ReLU().needs((2, 5, 4), {1, 3}) == {1, 3}
    assert GlobalAvgPool2D().needs((2, 5, 4), {0}) == {0, 1, 2, 3, 4}
    assert Flatten().needs((2, 5, 4), {7}, axis=1) == {0, 1, 2, 3}
    pool = MaxPool2D((3, 2), stride=2, pad=1)
    assert pool.needs((1, 6, 6), {0, 2}) == {0, 1, 3, 4, 5}
    assert pool.needs((1, 6, 6), {0, 2}, clip=False) == {-1, 0, 1, 3, 4, 5}
    assert pool.needs((1, 6, 6), {0}, axis=1) == {0}


EVERY = {
    "conv": (Conv2D(2, 3, 3, rng=0), (2, 2, 5, 5)),
    "fast": (FastConv2D(8, 9, 3, pad=1, rng=0), (16, 8, 6, 6)),
    "max": (MaxPool2D(2), (2, 2, 4, 4)),
    "average": (AvgPool2D(2), (2, 2, 4, 4)),
    "global": (GlobalAvgPool2D(), (2, 2, 4, 4)),
    "dense": (Dense(4, 3, rng=0), (2, 4)),
    "relu": (ReLU(), (2, 4)),
    "leaky": (LeakyReLU(), (2, 4)),
    "sigmoid": (Sigmoid(), (2, 4)),
    "tanh": (Tanh(), (2, 4)),
    "dropout": (Dropout(rng=0), (2, 4)),
    "norm": (BatchNorm(2), (3, 2, 4, 4)),
    "flatten": (Flatten(), (2, 2, 4, 4)),
    "stack": (Sequential([Conv2D(2, 3, 3, rng=0), ReLU()]), (2, 2, 5, 5)),
    "block": (Residual(Sequential([Conv2D(2, 2, 1, rng=0)])), (2, 2, 5, 5)),
}


@pytest.fixture(params=EVERY)
def layer_and_input(request):
    layer, shape = EVERY[request.param]
    layer = copy.deepcopy(layer)
    layer.training = True
    return layer, draw(shape, np.float32)


def test_backward_before_forward_is_refused(layer_and_input):
    layer, x = layer_and_input
    with pytest.raises(RuntimeError, match="once after each forward: call that first"):
        layer.backward(x)


def test_backward_comes_once_and_a_second_one_changes_nothing(layer_and_input):
    layer, x = layer_and_input
    dy = draw(layer.forward(x).shape, np.float32, seed=1)
    layer.backward(dy)
    grads = {name: value.copy() for name, value in layer.grads.items()}
    with pytest.raises(RuntimeError, match=f"backward of {type(layer).__name__} comes once"):
        layer.backward(dy)
    for name, value in grads.items():
        np.testing.assert_array_equal(layer.grads[name], value)


def test_a_layer_used_alone_since_is_noticed_before_anything_is_changed():
    """Its memory is of another input, or of another mode, as looking at a map leaves it."""
    body = Sequential([Conv2D(2, 2, 3, pad=1, rng=0), BatchNorm(2)])
    layers = [Conv2D(1, 2, 3, rng=0), Residual(body), ReLU(), Flatten(), Dense(32, 3, rng=0)]
    network, x = Sequential(layers), draw((4, 1, 6, 6), np.float32)
    network.training = True
    dy = np.ones((4, 3), np.float32)
    for disturb in (
        lambda: network["relu1"].forward(draw((4, 2, 4, 4), np.float32)),
        lambda: interpret.activations(network, x, "residual1.stack1.norm1"),
        lambda: body["conv1"].forward(draw((1, 2, 4, 4), np.float32)),
        lambda: setattr(network, "training", False),
    ):
        network.training = True
        network.forward(x)
        network.backward(dy)
        grads = {name: value.copy() for name, value in network.grads.items()}
        network.forward(x)
        disturb()
        with pytest.raises(
            RuntimeError, match="a layer in Sequential ran alone or in another mode"
        ):
            network.backward(2 * dy)
        for name, value in network.grads.items():
            np.testing.assert_array_equal(value, grads[name])


def test_a_gradient_of_another_shape_or_dtype_is_refused_and_changes_nothing(layer_and_input):
    layer, x = layer_and_input
    dy = draw(layer.forward(x).shape, np.float32, seed=1)
    for wrong in (dy[:1], dy[:, :1], np.swapaxes(dy, 0, 1), dy[0]):
        if wrong.shape != dy.shape:
            with pytest.raises(ValueError, match=r"dy of .* has shape \(.*, expected \("):
                layer.backward(wrong)
    for wrong in (dy.astype(np.float64), dy.astype(int), dy.tolist(), None):
        with pytest.raises(TypeError, match="dy is .*, expected an array of float32"):
            layer.backward(wrong)
    assert layer.backward(dy).shape == x.shape  # as if none of that had been tried


@pytest.mark.parametrize("name", ["conv", "fast", "dense", "stack", "block"])
def test_without_input_gradient_dx_is_none_and_the_other_gradients_are_the_same(name):
    layer, shape = EVERY[name]
    layer, x = copy.deepcopy(layer), draw(shape, np.float32)
    dy = layer.forward(x)
    assert layer.backward(dy) is not None
    grads = dict(layer.grads)
    layer.input_gradient = False
    layer.forward(x)
    assert layer.backward(dy) is None and grads
    for key, value in grads.items():
        np.testing.assert_array_equal(layer.grads[key], value)


def test_every_layer_refuses_what_is_no_array_of_floats(layer_and_input):
    layer, x = layer_and_input
    for wrong in (x.astype(int), x.astype(np.uint8), x.tolist(), x[:0]):
        with pytest.raises((TypeError, ValueError), match="expected"):
            layer.forward(wrong)


def test_an_interrupted_backward_pass_is_not_gone_on_with(monkeypatch):
    layer = Conv2D(1, 1, 2, rng=0)
    dy = layer.forward(draw((1, 1, 3, 3), np.float32))

    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("cnnlib.layers.conv.col2im", interrupt)
    with pytest.raises(KeyboardInterrupt):
        layer.backward(dy)
    with pytest.raises(RuntimeError, match="comes once"):
        layer.backward(dy)


def test_a_layer_made_from_another_may_reshape_what_that_one_returned():
    class Rows(Conv2D):
        def forward(self, x):
            return super().forward(x).reshape(len(x), -1)

        def backward(self, dy):
            return super().backward(dy.reshape(len(dy), 2, 3, 3))

    layer = Rows(1, 2, 2, rng=0)
    assert layer.forward(draw((2, 1, 4, 4), np.float32)).shape == (2, 18)
    with pytest.raises(
        ValueError, match=r"dy of Rows has shape \(2, 2, 3, 3\), expected \(2, 18\)"
    ):
        layer.backward(np.ones((2, 2, 3, 3), np.float32))
    assert layer.backward(np.ones((2, 18), np.float32)).shape == (2, 1, 4, 4)


# --------------------------------------------------------------------------- dense


def test_dense_by_hand():
    layer = Dense(2, 3).astype(np.float64)
    layer.params = {"w": np.array([[1.0, 2, 3], [4, 5, 6]]), "b": np.array([0.5, 0, -1])}
    y = layer.forward(np.array([[1.0, 2], [0, -1]]))
    np.testing.assert_array_equal(y, [[9.5, 12, 14], [-3.5, -5, -7]])
    dx = layer.backward(np.array([[1.0, 0, 0], [0, 1, 2]]))
    np.testing.assert_array_equal(dx, [[1, 4], [8, 17]])
    np.testing.assert_array_equal(layer.grads["w"], [[1, 0, 0], [2, -1, -2]])
    np.testing.assert_array_equal(layer.grads["b"], [1, 1, 2])


@given(*[st.integers(1, 5)] * 3, dtypes, seeds)
def test_dense_agrees_with_the_loops(N, D, M, dtype, seed):
    layer = Dense(D, M, rng=seed).astype(dtype)
    layer.params["b"] = draw(M, dtype, seed=seed)
    x = draw((N, D), dtype, seed=seed + 1)
    w, b = layer.params["w"], layer.params["b"]
    expected = [[b[m] + sum(x[n] * w[:, m]) for m in range(M)] for n in range(N)]
    np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-4, atol=1e-5)


def test_the_gradients_of_dense_are_numerically_right():
    assert_gradients(Dense(5, 4, rng=0), draw((3, 5)))


def test_dense_starts_as_its_init_says():
    layer = Dense(3, 2, init=small, rng=7)
    expected = small((3, 2), np.random.default_rng(7))
    np.testing.assert_array_equal(layer.params["w"], expected)
    np.testing.assert_array_equal(layer.params["b"], 0)
    assert [p.dtype for p in layer.params.values()] == [np.float32] * 2
    assert repr(layer) == "Dense(3, 2)" and layer.multiplications((3,)) == 6


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (-1, 2)])
def test_dense_refuses_sizes(sizes):
    with pytest.raises(ValueError, match="puts is .*, expected an integer, at least 1"):
        Dense(*sizes)


# --------------------------------------------------------------------------- activations


def test_activations_by_hand():
    x, dy = np.array([[-2.0, 0, 3]]), np.array([[10.0, 10, 10]])
    for layer, y, dx in [
        (ReLU(), [0, 0, 3], [0, 0, 10]),
        (LeakyReLU(0.5), [-1, 0, 3], [5, 5, 10]),
        (LeakyReLU(), [-0.02, 0, 3], [0.1, 0.1, 10]),
        (Sigmoid(), [1 / (1 + np.e**2), 0.5, 1 / (1 + np.e**-3)], [1.0499359, 2.5, 0.4517666]),
        (Tanh(), [-0.9640276, 0, 0.9950548], [0.7065082, 10, 0.0986604]),
    ]:
        np.testing.assert_allclose(layer.forward(x), [y], rtol=1e-6)
        np.testing.assert_allclose(layer.backward(dy), [dx], rtol=1e-6)


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=repr)
def test_the_gradients_of_activations_are_numerically_right(layer):
    assert_gradients(layer, kink_free((2, 2, 3, 4), np.random.default_rng(0)))


def test_sigmoid_and_tanh_do_not_overflow():
    x = np.array([[-1e30, -1000, 1000, 1e30]], np.float32)
    np.testing.assert_array_equal(Sigmoid().forward(x), [[0, 0, 1, 1]])
    np.testing.assert_array_equal(Tanh().forward(x), [[-1, -1, 1, 1]])


@pytest.mark.parametrize("slope", [-0.1, 1.1, float("nan"), "1"])
def test_leaky_relu_refuses_slopes(slope):
    with pytest.raises(ValueError, match=f"slope is {slope!r}, expected 0 to 1"):
        LeakyReLU(slope)


def test_a_slope_given_in_float64_does_not_widen_float32():
    layer = LeakyReLU(np.float64(0.1))
    assert layer.forward(draw((2, 2), np.float32)).dtype == np.float32
    assert repr(layer) == "LeakyReLU(0.1)" and repr(ReLU()) == "ReLU()"


# --------------------------------------------------------------------------- dropout, flatten


def test_dropout_keeps_the_mean_and_the_right_share():
    layer = Dropout(0.25, rng=0)
    layer.training = True
    y = layer.forward(np.ones((100, 400), np.float32))
    assert set(np.unique(y)) == {0, np.float32(1 / 0.75)}
    assert (y == 0).mean() == pytest.approx(0.25, abs=0.01)
    np.testing.assert_array_equal(layer.backward(np.ones_like(y)), y)


def test_dropout_does_nothing_outside_training():
    layer, x = Dropout(0.9, rng=0), draw((3, 4))
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)
    layer = Dropout(0.0)
    layer.training = True
    np.testing.assert_array_equal(layer.forward(x), x)


def test_dropout_draws_anew_in_each_pass_and_the_same_from_the_same_seed():
    layers = [Dropout(0.5, rng=0), Dropout(0.5, rng=0)]
    passes = []
    for layer in layers:
        layer.training = True
        passes.append([layer.forward(np.ones((5, 8))) for _ in range(2)])
    np.testing.assert_array_equal(passes[0], passes[1])
    assert (passes[0][0] != passes[0][1]).any()


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, float("nan")])
def test_dropout_refuses_rates(rate):
    with pytest.raises(ValueError, match=f"rate is {rate}, expected 0 to less than 1"):
        Dropout(rate)


@given(orders, dtypes)
def test_flatten_writes_channel_by_channel_row_by_row(order, dtype):
    x = draw(IMAGES, dtype, order)
    layer = Flatten()
    y = layer.forward(x)
    np.testing.assert_array_equal(y, np.array([image.ravel() for image in x]))
    np.testing.assert_array_equal(layer.backward(y), x)
    assert layer.output_shape((4, 6, 5)) == (120,) and type(layer.output_shape((4, 6))[0]) is int


def test_flatten_is_a_view_in_the_usual_order():
    x = draw(IMAGES)
    layer = Flatten()
    y = layer.forward(x)
    assert np.shares_memory(x, y)
    dy = draw(y.shape)  # batch last, as Dense returns it
    dx = layer.backward(dy)
    assert np.shares_memory(dx, dy) and batch_last(dx)


def test_what_dense_sends_back_through_flatten_has_the_batch_axis_last():
    layers = [MaxPool2D(2), Flatten(), Dense(8, 3, rng=0)]
    x = draw((5, 2, 4, 4), np.float32)
    for layer in layers:
        x = layer.forward(x)
    dy = x
    for layer in reversed(layers):
        dy = layer.backward(dy)
        assert batch_last(dy)
