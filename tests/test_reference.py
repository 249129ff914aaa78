"""The loops themselves, held to numbers worked out on paper and to definitions of another form."""

import numpy as np
import pytest

from cnnlib import reference

from .helpers import draw

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
    results += [cols, back]
    assert [a.dtype for a in results] == [np.float32] * len(results)
    for array, seed in ((x, 0), (w, 1), (b, 2)):  # they are read-only: writing would have raised
        np.testing.assert_array_equal(array, draw(array.shape, np.float32, seed=seed))
