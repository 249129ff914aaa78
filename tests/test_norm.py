import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.gradcheck import assert_gradients
from cnnlib.layers.norm import BatchNorm

from .helpers import draw, dtypes, orders, seeds


def training(*arguments, **options):
    layer = BatchNorm(*arguments, **options).astype(np.float64)
    layer.training = True
    return layer


def test_a_batch_of_two_by_hand():
    layer = training(1, momentum=0.5, eps=1e-12)
    layer.params = {"gamma": np.array([2.0]), "beta": np.array([10.0])}
    np.testing.assert_allclose(layer.forward(np.array([[1.0], [5.0]])), [[8], [12]])
    np.testing.assert_allclose(layer.state["mean"], [0.5 * 0 + 0.5 * 3])
    np.testing.assert_allclose(layer.state["var"], [0.5 * 1 + 0.5 * 8])  # with n - 1
    dx = layer.backward(np.array([[1.0], [4.0]]))
    np.testing.assert_allclose(dx, [[0], [0]], atol=1e-9)  # two numbers become -1 and 1 always
    np.testing.assert_allclose(layer.grads["gamma"], [3])
    np.testing.assert_allclose(layer.grads["beta"], [5])


def test_outside_training_the_running_statistics_count():
    layer = BatchNorm(2, eps=1e-12).astype(np.float64)
    layer.state = {"mean": np.array([1.0, 2]), "var": np.array([4.0, 9])}
    np.testing.assert_allclose(layer.forward(np.array([[3.0, 5]])), [[1, 1]])
    np.testing.assert_allclose(layer.backward(np.array([[1.0, 1]])), [[0.5, 1 / 3]])
    np.testing.assert_array_equal(layer.state["mean"], [1, 2])


@given(
    st.sampled_from([(4, 3), (2, 3, 4, 5), (7, 3, 1, 2)]), dtypes, orders, seeds, st.floats(-3, 3)
)
def test_each_channel_leaves_with_mean_0_and_variance_1(shape, dtype, order, seed, shift):
    layer = BatchNorm(3).astype(dtype)
    layer.training = True
    y = layer.forward(draw(shape, dtype, order, seed) + dtype(shift))
    rows = np.moveaxis(y, 1, 0).reshape(3, -1)
    assert y.dtype == dtype and layer.state["var"].dtype == dtype
    np.testing.assert_allclose(rows.mean(axis=1), 0, atol=1e-4)
    np.testing.assert_allclose(rows.std(axis=1), 1, atol=1e-2)


def test_defect_images_keep_statistics_of_every_pixel():
    """deep-learning-from-scratch: C * H * W statistics and not C."""
    layer = training(3)
    layer.forward(draw((4, 3, 5, 6)))
    arrays = {**layer.params, **layer.state}
    assert {name: a.shape for name, a in arrays.items()} == dict.fromkeys(arrays, (3,))
    x = np.array(draw((4, 3, 5, 6)))
    y = training(3).forward(x)
    moved = training(3).forward(np.roll(x, 2, axis=3))
    np.testing.assert_allclose(np.roll(y, 2, axis=3), moved)  # no place in the image is special


@pytest.mark.parametrize("shape", [(5, 3), (3, 3, 2, 4)])
@pytest.mark.parametrize("mode", [True, False])
def test_gradients_are_numerically_right(shape, mode):
    layer = BatchNorm(3)
    layer.params["gamma"] += np.arange(3, dtype=np.float32)
    layer.state["var"] += 1
    layer.training = mode
    assert_gradients(layer, draw(shape))


@pytest.mark.parametrize("shape", [(4000, 3), (50, 3, 8, 10)])
@pytest.mark.parametrize("mean", [0, 1000])
def test_float32_keeps_its_precision_far_from_zero(shape, mean):
    """Numbers around 1,000 lie 6e-5 apart, and so far off is their mean, if rounded."""
    x = draw(shape, np.float32) + np.float32(mean)
    results = []
    for dtype in (np.float32, np.float64):
        layer = BatchNorm(3).astype(dtype)
        layer.training = True
        y = layer.forward(x.astype(dtype))
        dx = layer.backward(draw(shape, np.float32, seed=1).astype(dtype))
        results.append([y, dx, *layer.grads.values(), layer.state["mean"], layer.state["var"]])
    for found, exact in zip(*results, strict=True):
        assert found.dtype == np.float32
        assert abs(found - exact).max() < 3e-6 * max(abs(exact).max(), 1)


def test_a_momentum_given_in_float64_does_not_widen_float32():
    layer = BatchNorm(2, momentum=np.float64(0.1), eps=np.float64(1e-5))
    layer.training = True
    assert layer.forward(draw((3, 2), np.float32)).dtype == np.float32
    assert layer.state["mean"].dtype == np.float32


def test_counts_and_name():
    layer = BatchNorm(8)
    assert layer.output_shape((8, 5, 5)) == (8, 5, 5) and layer.output_shape((8,)) == (8,)
    assert layer.multiplications((8, 5, 5)) == 200 and type(layer.multiplications((8, 5))) is int
    assert repr(layer) == "BatchNorm(8)"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((0,), "channels is 0, expected an integer, at least 1"),
        ((2, 1.5), "momentum is 1.5, expected 0 to 1"),
        ((2, -0.1), "momentum is -0.1, expected 0 to 1"),
        ((2, 0.1, 0.0), "eps is 0.0, expected a number above 0"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        BatchNorm(*arguments)
    BatchNorm(2, 1)  # the batch's statistics alone


@pytest.mark.parametrize(
    "x, error, message",
    [
        (np.ones((2, 4)), ValueError, r"\(N, 4\), expected \(N, 3\) or \(N, 3, H, W\)"),
        (np.ones((2, 3, 4)), ValueError, r"\(N, 3, 4\), expected"),
        (np.ones((2, 3), np.float32), TypeError, "x is float32, gamma is float64"),
        (np.ones((1, 3)), ValueError, r"one number a channel, .* at least 2 \(the last batch"),
        (np.ones((1, 3, 1, 1)), ValueError, "one number a channel"),
    ],
)
def test_an_input_that_does_not_fit_is_refused_and_nothing_is_changed(x, error, message):
    layer = training(3)
    good = draw((4, 3))
    layer.forward(good)
    mean, expected = layer.state["mean"].copy(), layer.backward(good)
    layer.forward(good)
    mean = layer.state["mean"].copy()
    with pytest.raises(error, match=message):
        layer.forward(x)
    np.testing.assert_array_equal(layer.state["mean"], mean)
    np.testing.assert_array_equal(layer.backward(good), expected)
