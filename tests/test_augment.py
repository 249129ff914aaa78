"""Distortions: by hand, against SciPy, within their strengths, and the same from the same seed."""

import cProfile

import numpy as np
import pytest

from cnnlib.augment import affine, augment, bilinear, smooth_noise, warp
from cnnlib.datasets import load_mnist


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def digits():
    return load_mnist()[0][0][:200]


def test_shift_by_whole_pixels(rng):
    x = rng.random((3, 2, 6, 7), dtype=np.float32)
    moves = np.array([[1, 0], [0, -2], [-3, 4]])
    y = warp(x, affine(np.zeros(3), np.ones(3), moves))
    for image, moved, (down, right) in zip(x, y, moves, strict=True):
        expected = np.zeros_like(image)
        for row in range(6):
            for col in range(7):
                if 0 <= row - down < 6 and 0 <= col - right < 7:
                    expected[:, row, col] = image[:, row - down, col - right]
        assert np.array_equal(moved, expected)


def test_displacement_says_where_to_look(rng):
    x = rng.random((2, 1, 5, 5))
    where = np.zeros((2, 2, 5, 5))
    where[1, 0, 2, 2], where[1, 1, 2, 2] = 2, -1
    y = warp(x, affine(np.zeros(2), np.ones(2), np.zeros((2, 2))), where)
    expected = x.copy()
    expected[1, 0, 2, 2] = x[1, 0, 4, 1]
    assert np.array_equal(y, expected)


def test_warp_against_scipys_stored_result():
    """At points inside, scipy.ndimage.map_coordinates(x, p, order=1) of SciPy 1.17.

    There p = inv(1.25 * [[cos, -sin], [sin, cos]]) @ (pixel - 1.5 - shift) + 1.5, at 30 degrees.
    """
    x = np.arange(16.0).reshape(1, 1, 4, 4) ** 2
    y = warp(x, affine(np.array([30.0]), np.array([1.25]), [[0.25, -0.5]]))[0, 0]
    expected = [[33.203696635, 68.250979407], [69.253740781, 109.03127389]]
    np.testing.assert_allclose(y[1:3, 1:3], expected, atol=1e-8)


def test_reading_between_pixels_against_a_loop(rng):
    x = rng.random((2, 3, 4, 5))
    rows, cols = rng.uniform(-2, 6, (2, 6, 7)), rng.uniform(-2, 7, (2, 6, 7))
    y = bilinear(x, rows, cols)
    for n, c, i, j in np.ndindex(2, 3, 6, 7):
        expected = 0.0
        for h, w in np.ndindex(4, 5):  # a pixel's weight falls to 0 at its neighbours
            near = max(0, 1 - abs(rows[n, i, j] - h)) * max(0, 1 - abs(cols[n, i, j] - w))
            expected += near * x[n, c, h, w]
        assert y[n, c, i, j] == pytest.approx(expected, abs=1e-12)


def test_smooth_noise_has_unit_deviation_everywhere_and_is_smooth(rng):
    fields = smooth_noise(rng, (4000, 1, 12, 9), 3.0, np.float64)[:, 0]
    np.testing.assert_allclose(fields.std(axis=0), 1, atol=0.06)
    assert fields.std() == pytest.approx(1, abs=0.02)
    np.testing.assert_allclose(fields.mean(axis=0), 0, atol=0.08)
    # Two smoothed values at distance d correlate as exp(-d^2 / (4 smoothness^2)) far from edges.
    rough = smooth_noise(rng, (4000, 1, 40), 2.0, np.float64)[:, 0]
    assert np.mean(rough[:, 20] * rough[:, 24]) == pytest.approx(np.exp(-1), abs=0.06)


ALL = {"shift": 2, "rotate": 15, "scale": 0.15, "elastic": 1.4}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_augment_with_no_strength_is_the_identity(digits, rng, dtype):
    x = digits.astype(dtype)
    y = augment(x, rng, shift=0, rotate=0, scale=0, elastic=0)
    assert np.array_equal(y, x) and not np.shares_memory(x, y)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_augment_keeps_shape_dtype_and_argument(digits, rng, dtype):
    x = digits.astype(dtype)
    before = x.copy()
    y = augment(x, rng, **ALL)
    assert y.shape == x.shape and y.dtype == dtype
    assert np.array_equal(x, before) and not np.shares_memory(x, y)
    assert y.min() >= 0 and y.max() <= 1


def test_augment_is_the_generators(digits):
    one, two = (augment(digits, np.random.default_rng(5), **ALL) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, augment(digits, np.random.default_rng(6), **ALL))


@pytest.mark.parametrize("name", ALL)
def test_augment_draws_anew_for_every_image(digits, rng, name):
    x = np.repeat(digits[:1], 20, axis=0)
    y = augment(x, rng, **{**dict.fromkeys(ALL, 0), name: ALL[name]})
    assert len(np.unique(y.reshape(20, -1), axis=0)) == 20


def test_augment_treats_channels_alike(digits, rng):
    x = np.concatenate([digits, 0.5 * digits], axis=1)
    y = augment(x, rng, **ALL)
    np.testing.assert_allclose(y[:, 1], 0.5 * y[:, 0], atol=1e-6)


def test_augment_takes_any_memory_order(digits):
    batch_last = np.ascontiguousarray(digits.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
    one, two = (augment(x, np.random.default_rng(0), **ALL) for x in (digits, batch_last))
    assert np.array_equal(one, two)


def test_augment_stays_within_its_strengths(rng):
    dot = np.zeros((500, 1, 21, 21))
    dot[:, :, 10, 16] = 1  # six to the right of the centre
    weight = np.arange(21) - 10.0

    def where(y):
        mass = y.sum(axis=(1, 2, 3))
        return (y.sum(axis=(1, 2)) @ weight) / mass, (y.sum(axis=(1, 3)) @ weight) / mass

    right, down = where(augment(dot, rng, rotate=0, scale=0))  # by the default, 2 pixels
    assert 1.9 < abs(right - 6).max() < 2.001 and 1.9 < abs(down).max() < 2.001
    right, down = where(augment(dot, rng, shift=0, scale=0))
    angle = np.rad2deg(np.arctan2(-down, right))
    assert 9 < angle.max() < 10.7 and -10.7 < angle.min() < -9
    right, down = where(augment(dot, rng, shift=0, rotate=0))
    assert 6.4 < right.max() < 6.7 and 5.3 < right.min() < 5.6 and abs(down).max() < 1e-9


def test_augment_of_no_images(rng):
    assert augment(np.zeros((0, 1, 28, 28)), rng, **ALL).shape == (0, 1, 28, 28)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"x": np.zeros((2, 1, 4, 4), np.uint8)},
            TypeError,
            "x is uint8, expected an array of floats",
        ),
        ({"x": [[1.0]]}, TypeError, "x is list, expected an array of floats"),
        ({"x": np.zeros((4, 4))}, ValueError, r"x has shape \(4, 4\), expected \(N, C"),
        ({"rng": 0}, TypeError, "rng is 0, expected a numpy.random.Generator"),
        ({"rng": np.random}, TypeError, "rng is <module .*, expected a numpy.random.Generator"),
        ({"shift": -1}, ValueError, "shift is -1, expected a number, at least 0"),
        ({"rotate": float("nan")}, ValueError, "rotate is nan, expected a number, at least 0"),
        ({"rotate": "10"}, ValueError, "rotate is '10', expected a number, at least 0"),
        ({"scale": 1.0}, ValueError, "scale is 1.0, expected 0 to less than 1"),
        ({"elastic": -0.1}, ValueError, "elastic is -0.1, expected a number, at least 0"),
        ({"smoothness": 0}, ValueError, "smoothness is 0, expected a number above 0"),
    ],
)
def test_augment_refuses(rng, change, error, message):
    state = rng.bit_generator.state
    arguments = {"x": np.zeros((2, 1, 4, 4)), "rng": rng, **change}
    with pytest.raises(error, match=message):
        augment(**arguments)
    assert rng.bit_generator.state == state


def test_smooth_noise_refuses(rng):
    with pytest.raises(ValueError, match="smoothness is 0, expected a number above 0"):
        smooth_noise(rng, (1, 1, 4, 4), 0)
    with pytest.raises(TypeError, match="rng is 0, expected a numpy.random.Generator"):
        smooth_noise(0, (1, 1, 4, 4), 1.0)


def test_warp_refuses():
    x, matrices = np.zeros((2, 1, 4, 4)), np.zeros((2, 2, 3))
    with pytest.raises(ValueError, match=r"matrices has shape \(2, 3\), expected \(2, 2, 3\)"):
        warp(x, matrices[0])
    with pytest.raises(ValueError, match=r"displacement has shape \(1,\), expected \(2, 2, 4, 4\)"):
        warp(x, matrices, np.zeros(1))
    with pytest.raises(TypeError, match="x is int64, expected"):
        warp(x.astype(np.int64), matrices)


def test_augment_takes_as_many_calls_for_a_hundred_images_as_for_one(digits, rng):
    """It is fast enough to train with: no loop of Python over the images."""
    calls = []
    for n in (1, 100):
        with cProfile.Profile() as profile:
            augment(digits[:n], rng, elastic=1.0)
        calls.append(sum(entry.callcount for entry in profile.getstats()))
    assert calls[0] == calls[1]
