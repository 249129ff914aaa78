import numpy as np
import pytest

from cnnlib.arguments import (
    at_least,
    finite,
    floats,
    generator,
    instance,
    one_of,
    pair,
    positive,
    shaped,
)


def test_at_least():
    at_least(0, pad=0, size=np.int64(3))
    with pytest.raises(ValueError, match="stride is 0, expected an integer, at least 1"):
        at_least(1, kernel=2, stride=0)
    with pytest.raises(ValueError, match="stride is 1.5, expected an integer, at least 1"):
        at_least(1, stride=1.5)
    with pytest.raises(ValueError, match="stride is True, expected an integer, at least 1"):
        at_least(1, stride=True)


def test_pair():
    assert pair(5) == (5, 5)
    assert pair((2, 3)) == (2, 3)
    assert pair([np.int64(2), 3]) == (2, 3)
    assert all(type(n) is int for n in pair(np.int64(4)))


@pytest.mark.parametrize("size", [2.0, "ab", (1, 2, 3), (1,), (2.0, 2), None])
def test_pair_refuses(size):
    with pytest.raises(TypeError, match="kernel_size is .*, expected an integer or two"):
        pair(size)


def test_positive():
    positive(timeout=0.5, smoothness=np.float32(3))
    for value in (0, -1, float("nan"), float("inf"), "1", True, None, 1j):
        with pytest.raises(ValueError, match="timeout is .*, expected a number above 0"):
            positive(timeout=value)


def test_generator():
    rng = np.random.default_rng(0)
    assert generator(rng) is rng
    for other in (0, None, np.random, np.random.RandomState(0)):
        with pytest.raises(TypeError, match="rng is .*, expected a numpy.random.Generator"):
            generator(other)


def test_instance():
    instance(int, "a number such as 3", rows=3, columns=4)
    for other in ("4", int, None):
        with pytest.raises(TypeError, match="columns is .*, expected a number such as 3"):
            instance(int, "a number such as 3", rows=3, columns=other)
    with pytest.raises(TypeError, match=r"^rows is \[0, 1, 2.{52}, expected a number$"):
        instance(int, "a number", rows=list(range(1000)))


def test_one_of():
    one_of({"mlp": 0, "resnet": 1}, name="mlp", other="resnet")
    with pytest.raises(ValueError, match="^other is 'x', expected one of mlp, resnet$"):
        one_of(["mlp", "resnet"], name="mlp", other="x")


@pytest.mark.parametrize("array", [[1.0], 1.0, None, np.float32(1), np.arange(3), np.ones(2, bool)])
def test_floats(array):
    floats("x", np.ones((2, 3), np.float16))
    with pytest.raises(TypeError, match="dy is .*, expected an array of floats such as float32"):
        floats("dy", array)


def test_shaped():
    shaped("x", [[1, 2]], (1, 2))
    with pytest.raises(ValueError, match=r"x has shape \(1, 2\), expected \(2, 1\)"):
        shaped("x", np.ones((1, 2)), (2, 1))
    for shape in ((), (2,)):
        with pytest.raises(ValueError, match="x has shape nothing, expected "):
            shaped("x", None, shape)


def test_finite():
    finite({"x": np.float32([3e38, -3e38]), "y": np.arange(3)})
    for bad in (np.nan, np.inf, -np.inf):
        with pytest.raises(ValueError, match="y holds NaN or infinity, expected finite numbers"):
            finite({"x": np.ones(2), "y": np.array([[1.0], [bad]])})
