import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib import reference
from cnnlib.im2col import im2col
from cnnlib.winograd import LARGEST, Winograd, cut, minimal_filtering, sandwich, tile_outputs

from .helpers import batch_last, draw, dtypes, orders, seeds

SIZES = [(m, r) for r in range(1, 8) for m in range(1, LARGEST - r + 2)]


# --------------------------------------------------------------------------- one axis


def test_two_outputs_of_three_taps_take_four_products():
    """F(2, 3), the example that every text begins with, up to the signs of single products."""
    A, B, G = minimal_filtering(2, 3)
    np.testing.assert_array_equal(A.T, [[1, 1, 1, 0], [0, 1, -1, 1]])
    np.testing.assert_array_equal(B.T, [[-1, 0, 1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]])
    np.testing.assert_array_equal(G, [[-1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])


@pytest.mark.parametrize("m, r", SIZES)
def test_a_filter_slides_over_numbers(m, r):
    A, B, G = minimal_filtering(m, r)
    assert A.shape == (m + r - 1, m) and B.shape == (m + r - 1,) * 2 and G.shape == (m + r - 1, r)
    x, g = draw(m + r - 1), draw(r, seed=1)
    expected = [sum(g[k] * x[i + k] for k in range(r)) for i in range(m)]
    np.testing.assert_allclose(A.T @ ((G @ g) * (B.T @ x)), expected, atol=1e-12)


def test_any_different_points_will_do():
    A, B, G = minimal_filtering(4, 3, [0, 3, -1, 0.25, 5])
    x, g = draw(6), draw(3, seed=1)
    np.testing.assert_allclose(A.T @ ((G @ g) * (B.T @ x)), np.correlate(x, g), atol=1e-10)
    assert G[-2, 1] / G[-2, 0] == pytest.approx(5)


def test_a_sandwich_is_two_products_and_exchanges_the_axes():
    T, tile = draw((3, 4)), draw((4, 4, 2, 5), seed=1)
    found = sandwich(T, tile)
    assert found.shape == (3, 3, 2, 5)
    np.testing.assert_allclose(found[..., 1, 2], (T @ tile[..., 1, 2] @ T.T).T, atol=1e-13)


@pytest.mark.parametrize("r, c", [(1, 2), (-2, 3), (4, -1), (-3, 8), (-6, 0), (0, 20)])
def test_a_tile_is_cut_with_zeros_outside_of_the_image(r, c):
    x = draw((3, 2, 6, 7))
    wanted = np.pad(x, [(0, 0), (0, 0), (9, 9), (9, 30)])[:, :, r + 9 : r + 13, c + 9 : c + 13]
    np.testing.assert_array_equal(cut(x, r, c, 4), wanted.transpose(2, 3, 1, 0))


@pytest.mark.parametrize(
    "size, K, m",
    [(28, 3, 6), (14, 3, 5), (12, 3, 6), (8, 3, 4), (4, 3, 4), (1, 3, 2), (8, 5, 4), (24, 5, 4)],
)
def test_tiles_are_chosen_for_the_fewest_products(size, K, m):
    assert tile_outputs(size, size, K) == m
    products = {k: (-(-size // k) * (k + K - 1)) ** 2 for k in range(2, LARGEST - K + 2)}
    assert products[m] == min(products.values())


# --------------------------------------------------------------------------- whole convolutions


@given(
    st.tuples(st.integers(1, 2), *[st.integers(1, 8)] * 2),  # N, OH, OW
    st.tuples(*[st.integers(1, 2)] * 2),  # C F
    *[st.integers(2, 7), st.integers(0, 3)],  # K pad
    *[dtypes, orders, orders, seeds],
)
def test_forward_and_backward_agree_with_the_loops(
    size, counts, K, pad, dtype, x_order, dy_order, seed
):
    (N, OH, OW), (C, F) = size, counts
    H, W = max(OH + K - 1 - 2 * pad, 1), max(OW + K - 1 - 2 * pad, 1)
    if min(H, W) + 2 * pad < K:
        pad = K // 2
    x, w = draw((N, C, H, W), dtype, x_order, seed), draw((F, C, K, K), dtype, seed=seed + 1)
    b = draw(F, dtype, seed=seed + 2)
    fast = Winograd(x, w, pad)
    y = fast.forward(b)
    dy = draw(y.shape, dtype, dy_order, seed + 3)
    dx, dw = fast.backward(dy)
    expected = reference.conv2d(x, w, b, 1, pad), *reference.conv2d_backward(dy, x, w, 1, pad)[:2]
    for found, wanted in zip((y, dx, dw), expected, strict=True):
        assert found.dtype == dtype and found.shape == wanted.shape
        # dy of many outputs meets in dw, which grows with them
        atol = (2e-5 if dtype == np.float32 else 1e-12) * max(1, abs(wanted).max())
        np.testing.assert_allclose(found, wanted, rtol=0, atol=atol)
    assert batch_last(y) and dx.strides[0] == dx.itemsize


@pytest.mark.parametrize("K, m", [(3, 2), (3, 3), (3, 6), (5, 2), (7, 2), (2, 7)])
def test_the_size_of_a_tile_can_be_chosen(K, m):
    x, w, b = draw((2, 3, 9, 8)), draw((4, 3, K, K), seed=1), draw(4, seed=2)
    fast = Winograd(x, w, 1, m=m)
    y = fast.forward(b)
    assert fast.m == m and fast.U.shape[0] == m + K - 1
    np.testing.assert_allclose(y, reference.conv2d(x, w, b, 1, 1), atol=1e-11)
    dy = draw(y.shape, seed=3)
    expected = reference.conv2d_backward(dy, x, w, 1, 1)
    for found, wanted in zip(fast.backward(dy), expected, strict=False):
        np.testing.assert_allclose(found, wanted, atol=1e-10)


def test_what_threads_share_is_tiles():
    """Rows of tiles are few, and two threads share three of them badly."""
    parts = []
    x, w = draw((2, 3, 14, 14)), draw((2, 3, 3, 3), seed=1)
    fast = Winograd(x, w, 1, lambda f, given: parts.append(len(given)) or map(f, given))
    fast.backward(fast.forward(np.zeros(2)))
    assert parts == [9, 9]


# --------------------------------------------------------------------------- the error

# Root mean square of the error in float32, as a share of that of the exact result.
BOUNDS = {3: {2: 1e-6, 3: 2e-6, 4: 3e-6, 5: 4e-6, 6: 5e-6}, 5: {4: 5e-6}}


def rms(a):
    return np.sqrt(np.mean(np.square(a, dtype=np.float64)))


@pytest.mark.parametrize("C", [1, 8, 64, 128])
@pytest.mark.parametrize("K, m", [(K, m) for K, ms in BOUNDS.items() for m in ms])
def test_the_error_of_float32_keeps_its_bound(K, m, C):
    """Per kernel size, tile and number of channels; float64 is the measure."""
    side = m + K - 1  # one tile
    x, w = draw((64, C, side, side), np.float32), draw((16, C, K, K), np.float32, seed=1)
    results = []
    for dtype in (np.float32, np.float64):
        fast = Winograd(x.astype(dtype), w.astype(dtype))
        assert fast.m == m
        y = fast.forward(np.zeros(16, dtype))
        results.append([y, *fast.backward(draw(y.shape, np.float32, seed=2).astype(dtype))])
    for found, exact in zip(*results, strict=True):
        assert found.dtype == np.float32
        assert rms(found - exact) <= BOUNDS[K][m] * rms(exact)


def test_the_error_is_no_smaller_than_it_is_said_to_be():
    """What lesson 08 measures: ten times that of one product, for the tiles of large images."""
    x, w = draw((64, 32, 12, 12), np.float32), draw((16, 32, 3, 3), np.float32, seed=1)
    exact = w.reshape(16, -1).astype(np.float64) @ im2col(x.astype(np.float64), 3, 1, 1)
    plain = w.reshape(16, -1) @ im2col(x, 3, 1, 1)
    fast = Winograd(x, w, 1).forward(np.zeros(16, np.float32)).transpose(1, 2, 3, 0)
    errors = rms(plain - exact), rms(fast.reshape(exact.shape) - exact)
    assert 5 < errors[1] / errors[0] < 20
