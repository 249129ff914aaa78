import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnlib import reference
from cnnlib.im2col import col2im, im2col, output_size, pad2d, windows

from .helpers import batch_last, draw, dtypes, orders, seeds

# --------------------------------------------------------------------------- output_size


def test_output_size_by_hand():
    assert output_size(28, 5) == 24
    assert output_size(28, 5, stride=2) == 12
    assert output_size(28, 5, pad=2) == 28
    assert output_size(7, 3, stride=2, pad=1) == 4
    assert output_size(7, 3, dilation=3) == 1
    assert output_size(3, 3) == 1


@given(*[st.integers(1, 12)] * 3, st.integers(0, 4), st.integers(1, 4))
def test_output_size_counts_the_positions(size, kernel, stride, pad, dilation):
    count = reference.size_after(size, kernel, stride, pad, dilation)
    if count:
        assert output_size(size, kernel, stride, pad, dilation) == count
    else:
        with pytest.raises(ValueError, match="kernel spans"):
            output_size(size, kernel, stride, pad, dilation)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"kernel": 0}, "kernel is 0, expected an integer, at least 1"),
        ({"stride": 0}, "stride is 0, expected an integer, at least 1"),
        ({"stride": 1.5}, "stride is 1.5, expected an integer"),
        ({"pad": -1}, "pad is -1, expected an integer, at least 0"),
        ({"dilation": 0}, "dilation is 0, expected an integer, at least 1"),
        ({"size": -1}, "size is -1"),
        ({"size": 28.0}, "size is 28.0, expected an integer"),
        ({"kernel": 9}, r"kernel spans 9 pixels, more than the 8 of the padded image \(kernel 9"),
        ({"kernel": 5, "dilation": 2, "pad": 0}, "spans 9 pixels, more than the 6"),
    ],
)
def test_output_size_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        output_size(**{"size": 6, "kernel": 3, "stride": 1, "pad": 1, "dilation": 1, **arguments})


# --------------------------------------------------------------------------- pad2d, windows


def test_pad2d_by_hand():
    x = np.array([[[[1.0, 2], [3, 4]]]])
    expected = [[7, 7, 7, 7], [7, 1, 2, 7], [7, 3, 4, 7], [7, 7, 7, 7]]
    np.testing.assert_array_equal(pad2d(x, 1, 7)[0, 0], expected)


@given(st.integers(0, 3), orders, dtypes)
def test_pad2d_has_the_batch_axis_last_in_memory(pad, order, dtype):
    x = draw((2, 3, 4, 5), dtype, order)
    padded = pad2d(x, pad)
    assert padded.shape == (2, 3, 4 + 2 * pad, 5 + 2 * pad)
    assert padded.dtype == dtype and batch_last(padded)
    np.testing.assert_array_equal(padded[:, :, pad : pad + 4, pad : pad + 5], x)
    assert padded.sum() == pytest.approx(x.sum(), rel=1e-4)


def test_windows_is_a_view_with_one_element_a_tap():
    x = draw((2, 3, 6, 7))
    view = windows(x, (3, 2), stride=2, dilation=2)
    assert view.shape == (3, 3, 2, 1, 3, 2)
    assert np.shares_memory(view, x)
    assert view[1, 2, 1, 0, 2, 1] == x[1, 1, 0 * 2 + 2 * 2, 2 * 2 + 1 * 2]
    own = np.array(x)
    assert [windows(own, 3, writeable=w).flags.writeable for w in (False, True)] == [False, True]
    assert not windows(own, 3).flags.writeable  # it is an image's, many times over


# --------------------------------------------------------------------------- im2col, col2im


def test_im2col_by_hand():
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    expected = [[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]
    np.testing.assert_array_equal(im2col(x, 2), expected)


geometry = st.tuples(
    st.tuples(*[st.integers(1, 3)] * 2, *[st.integers(1, 7)] * 2),  # N C H W
    st.tuples(st.integers(1, 4), st.integers(1, 4)),  # KH KW
    st.integers(1, 3),  # stride
    st.integers(0, 2),  # pad
    st.integers(1, 2),  # dilation
)


def fits(shape, kernel, stride, pad, dilation):
    return all(
        reference.size_after(n, k, stride, pad, dilation)
        for n, k in zip(shape[2:], kernel, strict=True)
    )


@given(geometry, dtypes, orders, seeds)
def test_im2col_agrees_with_the_loops(geometry, dtype, order, seed):
    assume(fits(*geometry))
    shape, *options = geometry
    x = draw(shape, dtype, order, seed)
    cols = im2col(x, *options)
    assert cols.dtype == dtype and cols.flags.c_contiguous
    np.testing.assert_array_equal(cols, reference.im2col(x, *options))


@given(geometry, dtypes, seeds)
def test_col2im_agrees_with_the_loops(geometry, dtype, seed):
    assume(fits(*geometry))
    shape, *options = geometry
    cols = draw(im2col(np.zeros(shape), *options).shape, dtype, "batch first", seed)
    x = col2im(cols, shape, *options)
    assert x.dtype == dtype
    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    expected = reference.col2im(cols, shape, *options)
    np.testing.assert_allclose(x, expected, rtol=tolerance, atol=tolerance)


@given(geometry, seeds)
def test_col2im_is_the_adjoint_of_im2col(geometry, seed):
    """The dot-product test: <im2col(x), c> = <x, col2im(c)> for every x and c."""
    assume(fits(*geometry))
    shape, *options = geometry
    x = draw(shape, seed=seed)
    cols = im2col(x, *options)
    c = draw(cols.shape, seed=seed + 1)
    assert (cols * c).sum() == pytest.approx((x * col2im(c, shape, *options)).sum(), abs=1e-9)


def test_defect_col2im_is_believed_to_undo_im2col():
    """An open question in the book's tracker: the round trip counts how often a pixel is seen."""
    x = draw((2, 1, 4, 4))
    counts = col2im(np.ones((9, 4 * 2)), x.shape, 3)
    np.testing.assert_array_equal(
        counts[0, 0], [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]]
    )
    np.testing.assert_allclose(col2im(im2col(x, 3), x.shape, 3), counts * x)


def test_a_matrix_given_as_out_is_filled_if_it_fits():
    x, other = draw((2, 3, 5, 5), np.float32), draw((2, 3, 5, 5), np.float32, seed=1)
    cols = im2col(x, 3)
    assert im2col(other, 3, out=cols) is cols
    np.testing.assert_array_equal(cols, reference.im2col(other, (3, 3)))
    assert im2col(other, 2, out=cols) is not cols
    assert im2col(other.astype(np.float64), 3, out=cols).dtype == np.float64
    np.testing.assert_array_equal(cols, reference.im2col(other, (3, 3)))


@pytest.mark.parametrize("pad", [-1, 0.5])
def test_a_frame_of_less_than_nothing_is_refused(pad):
    x = draw((1, 1, 4, 4))
    for use in (
        pad2d,
        lambda x, pad: im2col(x, 3, 1, pad),
        lambda x, pad: col2im(x, x.shape, 1, 1, pad),
    ):
        with pytest.raises(ValueError, match=f"pad is {pad}, expected an integer, at least 0"):
            use(x, pad)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int16, bool])
def test_sums_of_small_integers_do_not_wrap_around(dtype):
    """The middle pixel of 3 x 3 lies in all four patches: 4 * 100 is 144 in one byte."""
    with pytest.raises(TypeError, match=f"cols is {np.dtype(dtype)}, expected floats, or integers"):
        col2im(np.full((4, 4), 100).astype(dtype), (1, 1, 3, 3), 2)
    assert col2im(np.full((4, 4), 100, np.int32), (1, 1, 3, 3), 2)[0, 0, 1, 1] == 400


@pytest.mark.parametrize("shape", [(4, 9), (36,), (9, 5), (4, 4)])
def test_a_matrix_that_im2col_would_not_make_is_refused(shape):
    with pytest.raises(ValueError, match=r"cols has shape \(.*\), expected \(9, 4\)"):
        col2im(np.ones(shape), (1, 1, 4, 4), 3)
