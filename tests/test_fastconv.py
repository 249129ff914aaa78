import copy

import numpy as np
import pytest

from cnnlib import blas
from cnnlib.gradcheck import assert_gradients
from cnnlib.layers import fastconv
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.fastconv import FastConv2D

from .helpers import assert_keeps_its_promises, draw

SHAPE = (16, 8, 6, 6)
FAST = [FastConv2D(8, 9, 3, pad=1, rng=0), FastConv2D(8, 8, 5, pad=1, rng=0)]
SLOW = {
    "stride": FastConv2D(8, 8, 3, stride=2, pad=1, rng=0),
    "dilation": FastConv2D(8, 8, 3, dilation=2, pad=3, rng=0),
    "groups": FastConv2D(8, 8, 3, groups=2, rng=0),
    "kernel": FastConv2D(8, 8, 4, pad=1, rng=0),
    "not square": FastConv2D(8, 8, (3, 5), pad=1, rng=0),
    "filters": FastConv2D(8, 7, 3, pad=1, rng=0),
    "outputs": FastConv2D(8, 8, 5, rng=0),
}


def plain(layer):
    """Return the same layer, with the same parameters, as a Conv2D."""
    twin = copy.deepcopy(layer)
    twin.__class__ = Conv2D
    return twin


@pytest.mark.parametrize("layer", FAST, ids=repr)
def test_it_is_winograd_where_that_wins(layer, monkeypatch):
    monkeypatch.setattr(Conv2D, "forward", None)
    monkeypatch.setattr(Conv2D, "backward", None)
    layer.backward(layer.forward(draw(SHAPE, np.float32)))


@pytest.mark.parametrize("layer", SLOW.values(), ids=SLOW.keys())
def test_it_is_conv2d_where_that_wins(layer):
    same_as_conv2d(layer, draw(SHAPE, np.float32))


def test_it_is_conv2d_for_few_images_and_channels():
    same_as_conv2d(FAST[0], draw((15, *SHAPE[1:]), np.float32))
    same_as_conv2d(FastConv2D(7, 8, 3, pad=1, rng=0), draw((16, 7, 6, 6), np.float32))


def same_as_conv2d(layer, x):
    twin, dy = plain(layer), draw(layer.forward(x).shape, np.float32, seed=1)
    np.testing.assert_array_equal(layer.forward(x), twin.forward(x))
    np.testing.assert_array_equal(layer.backward(dy), twin.backward(dy))
    for name, value in twin.grads.items():
        np.testing.assert_array_equal(layer.grads[name], value)


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 2e-5)])
@pytest.mark.parametrize("layer", FAST, ids=repr)
def test_results_are_those_of_conv2d(layer, dtype, tolerance):
    """Large and small batches in turn, as in an epoch whose last batch holds what is left."""
    layer = copy.deepcopy(layer).astype(dtype)
    layer.params["b"] = draw(layer.params["b"].shape, dtype)
    twin = plain(layer)
    for N in (20, 3, 17):
        x = draw((N, *SHAPE[1:]), dtype, seed=N)
        dy = draw(twin.forward(x).shape, dtype, seed=1)
        for found, wanted in (
            (layer.forward(x), twin.forward(x)),
            (layer.backward(dy), twin.backward(dy)),
            *((layer.grads[name], twin.grads[name]) for name in ("w", "b")),
        ):
            assert found.dtype == dtype
            scale = abs(wanted).max()
            np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance * scale)


@pytest.mark.parametrize("layer", FAST, ids=repr)
def test_gradients_are_numerically_right(layer):
    assert_gradients(layer, draw(SHAPE), max_entries=60)


@pytest.mark.parametrize("layer", [*FAST, SLOW["stride"]], ids=repr)
def test_promises_are_kept(layer):
    assert_keeps_its_promises(layer, SHAPE)


# --------------------------------------------------------------------------- threads


def results(layer, shape):
    """Return y, dx, dw and db of one pass."""
    y = layer.forward(draw(shape, np.float32))
    return [y, layer.backward(draw(y.shape, np.float32, seed=1)), *layer.grads.values()]


@pytest.mark.parametrize(
    "layer, shape",
    [
        (FastConv2D(8, 9, 3, pad=1, rng=0), (16, 8, 17, 9)),
        (FastConv2D(16, 8, 5, rng=0), (20, 16, 21, 12)),
    ],
    ids=repr,
)
def test_the_number_of_threads_changes_no_bit(layer, shape, monkeypatch):
    monkeypatch.setattr(fastconv, "WORTH_SHARING", 0)
    before = blas.set_threads(1)
    if before is None:
        pytest.skip("NumPy uses another BLAS than OpenBLAS here")
    try:
        one = results(layer, shape)
        for n in (2, 3):
            blas.set_threads(n)
            for value, expected in zip(results(layer, shape), one, strict=True):
                np.testing.assert_array_equal(value, expected)
            assert blas.set_threads(n) == n
    finally:
        blas.set_threads(before)


def test_large_convolutions_are_shared_and_small_ones_are_not(monkeypatch):
    used = []
    monkeypatch.setattr(fastconv, "share", lambda *call: used.append("share") or map(*call))
    FAST[0].forward(draw(SHAPE, np.float32))
    assert used == []
    FAST[0].forward(draw((3000, *SHAPE[1:]), np.float32))
    assert used == ["share"]
