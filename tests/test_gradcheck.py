import copy

import numpy as np
import pytest

from cnnlib.gradcheck import (
    assert_gradients,
    check_layer,
    check_network,
    kink_free,
    numerical_gradient,
    relative_error,
)
from cnnlib.layers.activations import ReLU
from cnnlib.layers.base import Layer
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Residual, Sequential

from .helpers import draw


def network():
    return Sequential(
        [Conv2D(1, 3, 3, rng=0), ReLU(), MaxPool2D(2), Flatten(), Dense(27, 4, rng=1)],
        input_shape=(1, 8, 8),
    )


def test_numerical_gradient_by_hand():
    x = np.array([[1.0, 2.0], [3.0, -4.0]])
    before = x.copy()
    gradient = numerical_gradient(lambda x: float((x**3).sum()), x)
    np.testing.assert_allclose(gradient, 3 * before**2, rtol=1e-6)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("x", [np.ones(2, np.float32), np.ones(2, int), [1.0, 2.0], 1.0])
def test_numerical_gradient_refuses_what_is_not_float64(x):
    with pytest.raises(TypeError, match="x is .*, expected float64"):
        numerical_gradient(lambda x: 0.0, x)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_numerical_gradient_puts_x_back_whatever_happens(error):
    def stopped(x):
        raise error

    x = np.array([1.0, 2.0])
    with pytest.raises(error):
        numerical_gradient(stopped, x)
    assert x.tolist() == [1, 2]


def test_relative_error_by_hand():
    assert relative_error(np.array([1.0, 2.0]), np.array([1.0, 4.0])) == 0.5
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error(1e-12, 0.0) == pytest.approx(1e-4)
    assert relative_error(1e-12, 0.0, floor=1.0) == pytest.approx(1e-12)


def test_relative_error_refuses_to_broadcast():
    with pytest.raises(ValueError, match=r"shapes are \(3,\) and \(1, 3\), expected the same"):
        relative_error(np.ones(3), np.ones((1, 3)))


@pytest.mark.parametrize("shape, gap", [((3, 2, 6, 6), 0.1), ((1,), 0.5), ((40, 50), 0.01)])
def test_kink_free_numbers_are_far_from_each_other_and_from_0(shape, gap):
    x = kink_free(shape, np.random.default_rng(0), gap)
    assert x.shape == shape and x.dtype == np.float64
    assert gap <= np.abs(x).min() and np.abs(x).max() <= gap + 2
    assert x.size == 1 or np.diff(np.sort(x.ravel())).min() >= 1 / x.size - 1e-12
    assert x.size == 1 or x.min() < 0 < x.max()
    again = kink_free(shape, np.random.default_rng(0), gap)
    np.testing.assert_array_equal(x, again)


def test_a_right_layer_passes_and_is_left_alone():
    layer = Conv2D(2, 3, 3, pad=1, rng=0)
    w, x = layer.params["w"], draw((2, 2, 4, 4), np.float32)
    before = w.copy()
    report = check_layer(layer, x)
    assert report.ok and report.problems() == {}
    assert [row.name for row in report] == ["x", "w", "b"]
    assert [row.checked for row in report] == [64, 54, 3]
    assert layer.params["w"] is w and w.dtype == np.float32 and layer.grads == {}
    np.testing.assert_array_equal(w, before)
    np.testing.assert_array_equal(x, draw((2, 2, 4, 4), np.float32))
    assert "WRONG" not in repr(report) and "skipped" in repr(report)
    assert_gradients(layer, x)


def test_input_gradient_training_and_draws_of_the_layer_stay():
    layers = Sequential([Dropout(0.5, rng=3), BatchNorm(2), Conv2D(2, 2, 2, rng=0)])
    layers.training, layers.input_gradient = True, False
    twin = copy.deepcopy(layers)
    x = kink_free((3, 2, 3, 3), np.random.default_rng(0))
    assert check_layer(layers, x).ok
    assert layers.training and not layers.input_gradient
    for name, value in twin.state.items():
        np.testing.assert_array_equal(layers.state[name], value)
    x = x.astype(np.float32)
    np.testing.assert_array_equal(layers.forward(x), twin.forward(x))


def test_an_error_names_the_parameter_the_place_the_numbers_and_their_ratio():
    class Twice(Dense):
        def backward(self, dy):
            dx = super().backward(dy)
            self.grads["w"][1, 2] *= 2
            return dx

    report = check_layer(Twice(3, 4, rng=0), draw((5, 3)))
    assert not report.ok
    assert [row.name for row in report if row.error > 1e-6] == ["w"]
    (row,) = [row for row in report if row.name == "w"]
    assert row.index == (1, 2) and row.analytic == pytest.approx(2 * row.numeric)
    assert repr(report).count("WRONG") == 1
    numbers = rf"numeric {row.numeric:.6g}, analytic {row.analytic:.6g}, 2 times as much"
    with pytest.raises(AssertionError, match=rf"wrong gradient\nw: at \(1, 2\) {numbers}"):
        assert_gradients(Twice(3, 4, rng=0), draw((5, 3)))


def test_a_gradient_that_is_not_a_number_is_wrong():
    class NotANumber(ReLU):
        def backward(self, dy):
            return np.full_like(dy, np.nan)

    with pytest.raises(AssertionError, match=r"x: at \(0, 0\) numeric .*, analytic nan"):
        assert_gradients(NotANumber(), draw((2, 2)))


@pytest.mark.parametrize("dx", [None, np.ones(3), np.ones((3, 2))])
def test_a_gradient_of_another_shape_is_refused(dx):
    class Shapeless(ReLU):
        def backward(self, dy):
            return dx

    with pytest.raises(ValueError, match=r"the gradient of x has shape .*, expected \(2, 3\)"):
        check_layer(Shapeless(), draw((2, 3)))


def test_entries_of_a_random_part_are_checked_once_each():
    seen = []

    class Watched(ReLU):
        def forward(self, x):
            seen.append(x.copy())
            return super().forward(x)

    check_layer(Watched(), kink_free((4, 5), np.random.default_rng(0)), max_entries=15)
    nudged = {int((x != seen[0]).argmax()) for x in seen[1:]}
    assert len(seen) == 1 + 2 * 15 and len(nudged) == 15


def test_a_missing_gradient_is_refused():
    class Forgetful(Dense):
        def backward(self, dy):
            return dy @ self.params["w"].T

    with pytest.raises(ValueError, match="the gradient of w has shape nothing"):
        check_layer(Forgetful(3, 4, rng=0), draw((2, 3)))


@pytest.mark.parametrize("entries", [0, -1, 2.0])
def test_a_number_of_entries_that_makes_no_sense_is_refused(entries):
    with pytest.raises(ValueError, match=f"max_entries is {entries}, expected an integer"):
        check_layer(ReLU(), draw((2, 3)), max_entries=entries)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"tolerance": float("nan")}, ValueError, "tolerance is nan, expected a number above 0"),
        ({"tolerance": 0}, ValueError, "tolerance is 0, expected a number above 0"),
        ({"layer": None}, TypeError, "layer is None, expected a layer or network"),
        ({"layer": Dense}, TypeError, "layer is <class .*Dense'>, expected a layer or network"),
    ],
)
def test_a_check_that_could_not_fail_is_refused(change, error, message):
    arguments = {"layer": Dense(3, 2, rng=0), "x": np.ones((2, 3))} | change
    with pytest.raises(error, match=message):
        check_layer(**arguments)


@pytest.mark.parametrize("x", [np.ones((2, 3), int), [[1.0]], None])
def test_an_input_that_is_not_of_floats_is_refused(x):
    with pytest.raises(TypeError, match="x is .*, expected an array of floats"):
        check_layer(ReLU(), x)


def test_kinks_are_skipped_and_counted():
    x = kink_free((3, 4), np.random.default_rng(0))
    x[1, 2], x[2, 0] = 0.0, 3e-6  # a kink at the number, and one within the nudge
    (row,) = report = check_layer(ReLU(), x)
    assert report.ok and (row.checked, row.skipped) == (10, 2)


def test_a_kink_excuses_what_lies_between_its_two_slopes_and_nothing_else():
    """At 0 the slopes are 0 and 1: a gradient of 1.3 is wrong on either side of the kink."""

    class Steep(ReLU):
        def backward(self, dy):
            return 1.3 * dy

    report = check_layer(Steep(), np.zeros((1, 4)))
    assert [(row.checked, row.skipped) for row in report] == [(4, 0)] and not report.ok


def test_a_check_that_checks_nothing_is_not_ok():
    with pytest.raises(AssertionError, match="x: none is checked, all 4 entries lie at a kink"):
        assert_gradients(ReLU(), np.zeros((2, 2)))


def test_an_error_away_from_the_kink_is_not_skipped():
    class Offset(ReLU):
        def backward(self, dy):
            return dy * (self.y > 1)

    x = kink_free((4, 5), np.random.default_rng(0))
    assert not check_layer(Offset(), x).ok


@pytest.mark.parametrize("error, ok", [(1e-12, True), (1e-5, False)])
def test_a_number_that_is_small_beside_the_largest_gradient_is_held_to_a_share_of_it(error, ok):
    class First(Layer):
        def forward(self, x):
            return x * np.array([1.0, 0.0])

        def backward(self, dy):
            return dy * np.array([1.0, error])

    assert check_layer(First(), draw((4, 2))).ok == ok


def test_a_small_error_in_one_parameter_of_a_network_is_found():
    class Biased(Dense):
        def backward(self, dy):
            dx = super().backward(dy)
            self.grads["b"] *= 1.0001
            return dx

    net = network()
    net.layers["dense1"].__class__ = Biased
    report = check_layer(net, kink_free((2, 1, 8, 8), np.random.default_rng(0)))
    assert [row.name for row in report if row.error > 1e-6] == ["dense1.b"]


def test_check_network_holds_a_random_part_of_each_parameter():
    net = network()
    net.input_gradient = False  # as in training
    x, labels = draw((4, 1, 8, 8), np.float32), np.array([0, 3, 2, 1])
    before = {name: value.copy() for name, value in net.params.items()}
    report = check_network(net, x, labels, max_entries=6)
    assert report.ok, report
    assert [row.name for row in report] == ["x", "conv1.w", "conv1.b", "dense1.w", "dense1.b"]
    assert [row.checked + row.skipped for row in report] == [6, 6, 3, 6, 4]
    for name, value in net.params.items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, before[name])
    usual, again = (check_network(net, x, labels) for _ in range(2))
    assert [row.checked + row.skipped for row in usual] == [20, 20, 3, 20, 4]
    assert [row.index for row in usual] == [row.index for row in again]


def test_check_network_finds_a_wrong_loss():
    class Unaveraged:
        def forward(self, scores, labels):
            self.scores = scores
            return float((scores**2).sum())

        def backward(self):
            return self.scores

    report = check_network(network(), draw((2, 1, 8, 8)), np.zeros(2, int), loss=Unaveraged())
    assert "0.5 times as much" in report.problems()["x"]


def test_check_network_refuses_bad_labels():
    with pytest.raises(ValueError, match="labels go from 0 to 4, expected 0 to 3"):
        check_network(network(), draw((2, 1, 8, 8)), np.array([0, 4]))


def test_dropout_within_blocks_draws_the_same_mask_for_every_nudge():
    body = Sequential([Dense(6, 6, rng=0), Residual(Sequential([Dropout(0.5, rng=1)]))])
    body.training = True
    assert_gradients(body, draw((3, 6)))
