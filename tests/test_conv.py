import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnlib import reference
from cnnlib.gradcheck import assert_gradients
from cnnlib.initializers import small
from cnnlib.layers.conv import Conv2D

from .helpers import assert_keeps_its_promises, draw, dtypes, orders, seeds


def test_one_filter_by_hand():
    layer = Conv2D(1, 1, 2).astype(np.float64)
    layer.params = {"w": np.array([[[[1.0, 0], [0, -1]]]]), "b": np.array([10.0])}
    x = np.array([[[[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]]])
    np.testing.assert_array_equal(layer.forward(x), [[[[6, 6], [6, 6]]]])
    dx = layer.backward(np.array([[[[1.0, 2], [3, 4]]]]))
    np.testing.assert_array_equal(dx, [[[[1, 2, 0], [3, 3, -2], [0, -3, -4]]]])
    np.testing.assert_array_equal(layer.grads["w"], [[[[37, 47], [67, 77]]]])
    np.testing.assert_array_equal(layer.grads["b"], [10])


@given(
    st.tuples(st.integers(1, 3), *[st.integers(1, 6)] * 2),  # N H W
    st.sampled_from([(1, 1, 1), (2, 3, 1), (2, 4, 2), (4, 2, 2), (3, 3, 3)]),  # C F groups
    st.tuples(st.integers(1, 3), st.integers(1, 3)),  # KH KW
    *[st.integers(1, 3), st.integers(0, 2), st.integers(1, 2)],  # stride pad dilation
    *[dtypes, orders, orders, seeds],
)
def test_forward_and_backward_agree_with_the_loops(
    size, counts, kernel, stride, pad, dilation, dtype, x_order, dy_order, seed
):
    (N, H, W), (C, F, groups) = size, counts
    assume(reference.size_after(H, kernel[0], stride, pad, dilation))
    assume(reference.size_after(W, kernel[1], stride, pad, dilation))
    layer = Conv2D(C, F, kernel, stride, pad, dilation, groups, rng=seed).astype(dtype)
    layer.params["b"] = draw(F, dtype, seed=seed)
    w, b, options = layer.params["w"], layer.params["b"], (stride, pad, dilation, groups)
    tolerance = {"rtol": 1e-4, "atol": 1e-4} if dtype == np.float32 else {"atol": 1e-12}
    for again in range(2):  # the second pass finds the scratch of the first
        x = draw((N, C, H, W), dtype, x_order, seed + again)
        y = layer.forward(x)
        np.testing.assert_allclose(y, reference.conv2d(x, w, b, *options), **tolerance)
        dy = draw(y.shape, dtype, dy_order, seed + 5)
        found = layer.backward(dy), layer.grads["w"], layer.grads["b"]
        expected = reference.conv2d_backward(dy, x, w, *options)
        for gradient, wanted in zip(found, expected, strict=True):
            assert gradient.dtype == dtype
            np.testing.assert_allclose(gradient, wanted, **tolerance)


LAYERS = [
    Conv2D(4, 6, 3, rng=0),
    Conv2D(4, 4, (2, 3), stride=2, pad=1, dilation=2, groups=2, rng=0),
    Conv2D(4, 4, 1, rng=0),
    Conv2D(4, 4, 3, stride=3, groups=4, rng=0),
]


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_gradients_are_numerically_right(layer):
    assert_gradients(layer, draw((2, 4, 6, 5)))


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_promises_are_kept(layer):
    assert_keeps_its_promises(layer, (3, 4, 6, 5))


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_the_numbers_that_are_kept_are_counted(layer):
    """The bound on memory of ``in_batches`` counts on it."""
    y = layer.forward(draw((1, 4, 6, 5), layer.dtype))
    assert layer.numbers((4, 6, 5)) == layer.cols.size + y.size


def test_the_patch_matrix_is_kept_and_never_handed_out():
    layer = Conv2D(2, 3, 1, rng=0)
    x = draw((2, 2, 3, 3), np.float32)
    y = layer.forward(x)
    cols = layer.cols
    assert not np.shares_memory(cols, x) and not np.shares_memory(cols, y)
    dx = layer.backward(y)
    for value in (dx, *layer.grads.values()):
        assert not np.shares_memory(cols, value)
    layer.forward(draw((2, 2, 3, 3), np.float32, seed=1))
    assert layer.cols is cols
    layer.forward(draw((1, 2, 3, 3), np.float32))
    assert layer.cols is not cols


def test_shapes_counts_and_starting_weights():
    layer = Conv2D(4, 6, (3, 2), stride=2, pad=1, groups=2, init=small, rng=3)
    assert layer.output_shape((4, 28, 28)) == (6, 14, 15)
    assert layer.multiplications((4, 28, 28)) == 6 * 14 * 15 * 2 * 3 * 2
    np.testing.assert_array_equal(layer.params["w"], small((6, 2, 3, 2), np.random.default_rng(3)))
    np.testing.assert_array_equal(layer.params["b"], np.zeros(6, np.float32))
    assert [p.dtype for p in layer.params.values()] == [np.float32] * 2
    assert repr(layer) == "Conv2D(4, 6, (3, 2), stride=2, pad=1, groups=2)"
    assert repr(Conv2D(1, 30, 5)) == "Conv2D(1, 30, (5, 5))"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"channels": 0}, "channels is 0, expected an integer, at least 1"),
        ({"filters": -2}, "filters is -2"),
        ({"kernel_size": 0}, "kernel_size is 0"),
        ({"kernel_size": (3, 0)}, "kernel_size is 0"),
        ({"stride": 0}, "stride is 0, expected an integer, at least 1"),
        ({"stride": 2.0}, "stride is 2.0, expected an integer"),
        ({"pad": -1}, "pad is -1, expected an integer, at least 0"),
        ({"dilation": 0}, "dilation is 0"),
        ({"groups": 0}, "groups is 0"),
        ({"groups": 2, "channels": 3}, r"groups is 2, expected a divisor of channels \(3\) and of"),
        ({"groups": 2, "filters": 3}, r"groups is 2, .* filters \(3\)"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Conv2D(**{"channels": 4, "filters": 4, "kernel_size": 3, **arguments})


@pytest.mark.parametrize(
    "x, error, message",
    [
        (np.ones((2, 3, 6, 6), "f"), ValueError, r"\(N, 3, 6, 6\), expected \(N, 4, H, W\)"),
        (np.ones((2, 4), "f"), ValueError, r"\(N, 4\), expected \(N, 4, H, W\)"),
        (np.ones((2, 4, 2, 6), "f"), ValueError, "kernel spans 3 pixels, more than the 2 of the"),
    ],
)
def test_an_input_that_does_not_fit_is_refused_and_nothing_is_changed(x, error, message):
    layer, good = Conv2D(4, 4, 3, rng=0), draw((2, 4, 6, 6), np.float32)
    dy = layer.forward(good)
    with pytest.raises(error, match=message):
        layer.forward(x)
    layer.backward(dy)
    expected = reference.conv2d_backward(dy, good, layer.params["w"])[1]
    np.testing.assert_allclose(layer.grads["w"], expected, rtol=1e-3, atol=1e-3)


def test_backward_fills_the_patch_matrix_again_and_makes_no_second_one():
    """A patch matrix is by far the largest array of a convolution."""
    layer = Conv2D(8, 2, 5, rng=0)
    dy = layer.forward(draw((20, 8, 20, 20), np.float32))
    size = layer.cols.nbytes
    tracemalloc.start()
    layer.backward(dy)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size / 2
