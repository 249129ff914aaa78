"""The loops themselves, held to numbers worked out on paper and to definitions of another form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib import reference
from cnnlib.gradcheck import kink_free, numerical_gradient

from .helpers import draw, seeds

IMAGE = np.array([[[[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]]])


def test_conv2d_by_hand():
    w, b = np.array([[[[1.0, 0], [0, -1]]]]), np.array([10.0])
    np.testing.assert_array_equal(reference.conv2d(IMAGE, w, b), [[[[6, 6], [6, 6]]]])
    padded = [[[[9, 8, 7, 10], [6, 6, 6, 13], [3, 6, 6, 16], [10, 17, 18, 19]]]]
    np.testing.assert_array_equal(reference.conv2d(IMAGE, w, b, pad=1), padded)
    np.testing.assert_array_equal(
        reference.conv2d(IMAGE, w, b, pad=1, stride=3), [[[[9, 10], [10, 19]]]]
    )
    np.testing.assert_array_equal(reference.conv2d(IMAGE, w, b, dilation=2), [[[[2]]]])


def test_channels_are_summed_and_groups_are_not():
    x, b = np.stack([IMAGE[0, 0], 10 * IMAGE[0, 0]])[None], np.zeros(2)
    all_channels = reference.conv2d(x, np.ones((2, 2, 3, 3)), b)
    np.testing.assert_array_equal(all_channels.ravel(), [495, 495])
    each = reference.conv2d(x, np.ones((2, 1, 3, 3)), b, groups=2)
    np.testing.assert_array_equal(each.ravel(), [45, 450])


def test_pooling_by_hand():
    np.testing.assert_array_equal(reference.max_pool2d(IMAGE, (2, 2), 1), [[[[5, 6], [8, 9]]]])
    np.testing.assert_array_equal(reference.avg_pool2d(IMAGE, (2, 2), 1), [[[[3, 4], [6, 7]]]])
    np.testing.assert_array_equal(
        reference.max_pool2d(-IMAGE, (2, 2), 2, 1), [[[[-1, -2], [-4, -5]]]]
    )
    np.testing.assert_array_equal(
        reference.avg_pool2d(IMAGE, (2, 2), 2, 1), [[[[0.25, 1.25], [2.75, 7]]]]
    )


def test_of_equal_numbers_the_first_wins():
    dx = reference.max_pool2d_backward(np.ones((1, 1, 1, 1)), np.ones((1, 1, 2, 2)), (2, 2), 1)
    np.testing.assert_array_equal(dx, [[[[1, 0], [0, 0]]]])


def test_gradients_of_overlapping_windows_add_up():
    dy = np.array([[[[1.0, 2], [3, 4]]]])
    dx = reference.max_pool2d_backward(dy, -IMAGE, (2, 2), 1)
    np.testing.assert_array_equal(dx, [[[[1, 2, 0], [3, 4, 0], [0, 0, 0]]]])
    dx = reference.max_pool2d_backward(dy, np.where(IMAGE == 5, 9.0, 0), (2, 2), 1)
    np.testing.assert_array_equal(dx, [[[[0, 0, 0], [0, 10, 0], [0, 0, 0]]]])
    dx = reference.avg_pool2d_backward(4 * dy, (1, 1, 3, 3), (2, 2), 1)
    np.testing.assert_array_equal(dx, [[[[1, 3, 2], [4, 10, 6], [3, 7, 4]]]])


def test_dense_is_a_matrix_product():
    x, w, b = draw((4, 3)), draw((3, 5), seed=1), draw(5, seed=2)
    np.testing.assert_allclose(reference.dense(x, w, b), x @ w + b)


@given(st.integers(1, 2), st.integers(0, 2), st.integers(1, 2), st.sampled_from([1, 2]), seeds)
def test_conv2d_is_im2col_and_a_product(stride, pad, dilation, groups, seed):
    x, b = draw((2, 4, 6, 5), seed=seed), draw(4, seed=seed + 2)
    w = draw((4, 4 // groups, 3, 2), seed=seed + 1)
    cols = reference.im2col(x, (3, 2), stride, pad, dilation)
    halves = zip(np.split(w, groups), np.split(cols, groups), strict=True)
    y = np.concatenate([part.reshape(len(part), -1) @ rows for part, rows in halves])
    expected = reference.conv2d(x, w, b, stride, pad, dilation, groups)
    N, F, OH, OW = expected.shape
    y = y.reshape(F, OH, OW, N).transpose(3, 0, 1, 2) + b[:, None, None]
    np.testing.assert_allclose(y, expected, atol=1e-12)


@pytest.mark.parametrize(
    "stride, pad, dilation, groups", [(1, 0, 1, 1), (2, 1, 2, 2), (1, 2, 1, 2)]
)
def test_the_gradients_of_conv2d_are_numerically_right(stride, pad, dilation, groups):
    options = stride, pad, dilation, groups
    x, w, b = (np.array(draw(s)) for s in [(2, 2, 5, 4), (2, 2 // groups, 2, 2), (2,)])
    dy = draw(reference.conv2d(x, w, b, *options).shape, seed=5)

    def loss(_):
        return float((reference.conv2d(x, w, b, *options) * dy).sum())

    analytic = reference.conv2d_backward(dy, x, w, *options)
    for array, gradient in zip((x, w, b), analytic, strict=True):
        np.testing.assert_allclose(numerical_gradient(loss, array, 1e-4), gradient, atol=1e-8)


@pytest.mark.parametrize(
    "kernel_size, stride, pad", [((2, 2), 2, 0), ((3, 2), 1, 1), ((2, 2), 3, 1)]
)
def test_the_gradients_of_pooling_are_numerically_right(kernel_size, stride, pad):
    options = kernel_size, stride, pad
    x = kink_free((1, 2, 5, 4), np.random.default_rng(0))
    dy = draw(reference.max_pool2d(x, *options).shape, seed=5)
    numeric = numerical_gradient(lambda x: (reference.max_pool2d(x, *options) * dy).sum(), x)
    np.testing.assert_allclose(numeric, reference.max_pool2d_backward(dy, x, *options), atol=1e-8)
    numeric = numerical_gradient(lambda x: (reference.avg_pool2d(x, *options) * dy).sum(), x)
    expected = reference.avg_pool2d_backward(dy, x.shape, *options)
    np.testing.assert_allclose(numeric, expected, atol=1e-8)


def test_the_loops_keep_the_dtype_and_their_arguments():
    x = draw((1, 2, 4, 4), np.float32)
    w, b = draw((2, 2, 2, 2), np.float32, seed=1), draw(2, np.float32, seed=2)
    y = reference.conv2d(x, w, b, pad=1)
    results = [y, *reference.conv2d_backward(y, x, w, pad=1)]
    p = reference.max_pool2d(x, (2, 2), 2)
    results += [p, reference.max_pool2d_backward(p, x, (2, 2), 2)]
    results += [reference.avg_pool2d(x, (2, 2), 2)]
    results += [reference.avg_pool2d_backward(p, x.shape, (2, 2), 2)]
    cols = reference.im2col(x, (2, 2))
    back = reference.col2im(cols, x.shape, (2, 2))
    assert np.vdot(x, back) == pytest.approx(np.vdot(cols, cols), rel=1e-5)
    results += [cols, back, reference.dense(x[0, 0], w[0, 0].repeat(2, 0), b)]
    assert [a.dtype for a in results] == [np.float32] * len(results)
    for array, seed in ((x, 0), (w, 1), (b, 2)):  # they are read-only: writing would have raised
        np.testing.assert_array_equal(array, draw(array.shape, np.float32, seed=seed))
