import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnlib import reference
from cnnlib.gradcheck import assert_gradients, kink_free
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D

from .helpers import assert_keeps_its_promises, draw, dtypes, orders, seeds

IMAGE = np.array([[[[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]]])


def test_max_pooling_by_hand():
    layer = MaxPool2D(2, stride=1)
    np.testing.assert_array_equal(layer.forward(IMAGE), [[[[5, 6], [8, 9]]]])
    dx = layer.backward(np.array([[[[1.0, 2], [3, 4]]]]))
    np.testing.assert_array_equal(dx, [[[[0, 0, 0], [0, 1, 2], [0, 3, 4]]]])


def test_average_pooling_by_hand():
    layer = AvgPool2D(2, stride=1)
    np.testing.assert_array_equal(layer.forward(IMAGE), [[[[3, 4], [6, 7]]]])
    dx = layer.backward(np.array([[[[4.0, 8], [12, 16]]]]))
    np.testing.assert_array_equal(dx, [[[[1, 3, 2], [4, 10, 6], [3, 7, 4]]]])


def test_global_average_pooling_by_hand():
    layer = GlobalAvgPool2D()
    np.testing.assert_array_equal(layer.forward(IMAGE), [[5]])
    dx = layer.backward(np.array([[18.0]]))
    np.testing.assert_array_equal(dx, np.full((1, 1, 3, 3), 2.0))
    assert dx.flags.writeable  # its own, as every layer's
    assert layer.output_shape((7, 3, 3)) == (7,)


geometry = (
    st.tuples(*[st.integers(1, 3)] * 2, *[st.integers(1, 8)] * 2),  # N C H W
    st.tuples(st.integers(1, 4), st.integers(1, 4)),  # KH KW
    *[st.integers(1, 5), st.integers(0, 2)],  # stride pad
    *[dtypes, orders, orders, st.booleans(), seeds],
)


@given(*geometry)
def test_forward_and_backward_agree_with_the_loops(
    shape, kernel, stride, pad, dtype, x_order, dy_order, ties, seed
):
    pad = min(pad, min(kernel) // 2)
    assume(reference.size_after(shape[2], kernel[0], stride, pad))
    assume(reference.size_after(shape[3], kernel[1], stride, pad))
    highest, average = MaxPool2D(kernel, stride, pad), AvgPool2D(kernel, stride, pad)
    tolerance = {"rtol": 1e-5, "atol": 1e-5} if dtype == np.float32 else {"atol": 1e-13}
    for again in range(2):
        x = draw(shape, dtype, x_order, seed + again)
        x = np.round(x) if ties else x
        y = highest.forward(x)
        np.testing.assert_array_equal(y, reference.max_pool2d(x, kernel, stride, pad))
        means = average.forward(x)
        expected = reference.avg_pool2d(x, kernel, stride, pad)
        np.testing.assert_allclose(means, expected, **tolerance)
        dy = draw(y.shape, dtype, dy_order, seed + 5)
        dx, shared = highest.backward(dy), average.backward(dy)
        expected = reference.max_pool2d_backward(dy, x, kernel, stride, pad)
        np.testing.assert_allclose(dx, expected, **tolerance)
        expected = reference.avg_pool2d_backward(dy, shape, kernel, stride, pad)
        np.testing.assert_allclose(shared, expected, **tolerance)
        assert {a.dtype for a in (y, means, dx, shared)} == {np.dtype(dtype)}


LAYERS = [
    *(MaxPool2D(2), MaxPool2D(3, stride=2, pad=1), MaxPool2D((2, 3), stride=1)),
    *(MaxPool2D(2, stride=3), MaxPool2D(1)),
    *(AvgPool2D(2), AvgPool2D(3, stride=2, pad=1), AvgPool2D((2, 3), stride=1), AvgPool2D(1)),
    GlobalAvgPool2D(),
]


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_gradients_are_numerically_right(layer):
    assert_gradients(layer, kink_free((2, 2, 6, 5), np.random.default_rng(0)))


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_promises_are_kept(layer):
    assert_keeps_its_promises(layer, (3, 4, 6, 5))


@pytest.mark.parametrize(
    "window, value, winner",
    [
        ([[-np.inf, -np.inf], [-np.inf, -np.inf]], -np.inf, 0),
        ([[1, np.nan], [2, np.nan]], np.nan, 3),
        ([[np.nan, 1], [2, 3]], np.nan, 0),
        ([[-np.inf, 1], [np.inf, 3]], np.inf, 2),
        ([[1, 2, 3], [np.nan, 5, 6]], np.nan, 3),
    ],
)
def test_windows_that_hold_no_ordinary_numbers_as_pytorch_does(window, value, winner):
    """The right values are those of torch.nn.functional.max_pool2d, 2.13."""
    layer = MaxPool2D(np.shape(window), stride=1)
    y = layer.forward(np.array(window, float)[None, None])
    np.testing.assert_array_equal(y, [[[[value]]]])
    assert layer.backward(np.ones((1, 1, 1, 1))).ravel().argmax() == winner


def test_the_frame_does_not_win_where_there_is_only_minus_infinity():
    layer = MaxPool2D(2, 2, pad=1)
    layer.forward(np.full((1, 1, 4, 4), -np.inf))
    dx = layer.backward(np.arange(1.0, 10).reshape(1, 1, 3, 3))
    expected = [[1, 2, 0, 3], [4, 5, 0, 6], [0, 0, 0, 0], [7, 8, 0, 9]]
    np.testing.assert_array_equal(dx[0, 0], expected)


def test_a_window_as_large_as_one_byte_can_number():
    """The last of 256 pixels wins; a window with more is refused."""
    x = np.arange(2.0 * 256).reshape(2, 1, 16, 16)
    layer = MaxPool2D(16)
    np.testing.assert_array_equal(layer.forward(x).ravel(), [255, 511])
    dx = layer.backward(np.ones((2, 1, 1, 1)))
    assert dx.sum() == 2 and (dx[:, 0, 15, 15] == 1).all()
    for kernel_size in (17, (1, 257), (129, 2)):
        with pytest.raises(ValueError, match="expected at most 256 pixels a window"):
            MaxPool2D(kernel_size, stride=1)
    assert AvgPool2D(17).forward(np.ones((1, 1, 17, 17))) == 1


def test_names_and_shapes():
    assert repr(MaxPool2D(2)) == "MaxPool2D((2, 2), stride=2)"
    assert repr(AvgPool2D((3, 2), stride=1, pad=1)) == "AvgPool2D((3, 2), stride=1, pad=1)"
    assert MaxPool2D(3, stride=2).output_shape((5, 28, 27)) == (5, 13, 13)
    assert MaxPool2D(2).multiplications((5, 28, 28)) == 0


@pytest.mark.parametrize("kind", [MaxPool2D, AvgPool2D])
@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ((0,), ValueError, "kernel_size is 0, expected an integer, at least 1"),
        (((2, 0), 1), ValueError, "kernel_size is 0, expected an integer, at least 1"),
        ((2.5,), TypeError, "kernel_size is 2.5, expected an integer or two"),
        (((2, 3),), ValueError, "stride is not given, expected one for a window of 2 by 3"),
        ((2, 0), ValueError, "stride is 0, expected an integer, at least 1"),
        ((2, 1.5), ValueError, "stride is 1.5, expected an integer"),
        ((2, 2, 2), ValueError, "pad is 2, expected 0 to 1, half the window"),
        ((2, 2, -1), ValueError, "pad is -1, expected an integer, at least 0"),
        ((3, 2, 0.5), ValueError, "pad is 0.5, expected an integer"),
        ((3, 2, 1.0), ValueError, "pad is 1.0, expected an integer"),
    ],
)
def test_bad_arguments_are_refused(kind, arguments, error, message):
    with pytest.raises(error, match=message):
        kind(*arguments)


@pytest.mark.parametrize("layer", [MaxPool2D(3), AvgPool2D(3), GlobalAvgPool2D()], ids=repr)
def test_an_input_that_does_not_fit_is_refused_and_nothing_is_changed(layer):
    y = layer.forward(draw((2, 3, 6, 6)))
    with pytest.raises(ValueError, match=r"x has shape \(N, 3\), expected \(N, C, H, W\)"):
        layer.forward(np.ones((2, 3)))
    with pytest.raises(TypeError, match="x is int64, expected an array of floats"):
        layer.forward(np.ones((2, 3, 6, 6), np.int64))
    if not isinstance(layer, GlobalAvgPool2D):
        with pytest.raises(ValueError, match="kernel spans 3 pixels, more than the 2"):
            layer.forward(np.ones((2, 3, 6, 2)))
    assert layer.backward(y).shape == (2, 3, 6, 6)
