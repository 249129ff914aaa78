"""The map of lesson 08: every way computes the same, and the record is of what the tool tries."""

import ast

import nbformat
import numpy as np
import pytest

from cnnlib import reference
from cnnlib.experiments import RECORDS
from cnnlib.files import load_arrays
from tests.helpers import draw
from tests.test_notebooks import ROOT, definition, same_code
from tools import fastest


@pytest.mark.parametrize(
    "K, pad", [(1, 0), (2, 1), (3, 0), (3, 1), (3, 2), (5, 0), (5, 1), (5, 3), (7, 6)]
)
def test_the_fourier_transform_agrees_with_the_loops(K, pad):
    x, w, b = draw((2, 3, 9, 8)), draw((4, 3, K, K), seed=1), draw(4, seed=2)
    found = fastest.fft_conv2d(x, w, b, pad)
    np.testing.assert_allclose(found, reference.conv2d(x, w, b, 1, pad), atol=1e-12)
    single = fastest.fft_conv2d(*(a.astype(np.float32) for a in (x, w, b)), pad)
    assert single.dtype == np.float32


def test_it_is_the_lesson_s():
    nb = nbformat.read(ROOT / "notebooks" / "08_fast_convolution.ipynb", as_version=4)
    (cell,) = (cell for cell in nb.cells if cell.id == "fft-layer")
    tool = ast.parse((ROOT / "tools" / "fastest.py").read_text(encoding="utf-8"))
    pair = (definition(tree, ["fft_conv2d"]) for tree in (ast.parse(cell.source), tool))
    assert same_code(*pair)


@pytest.mark.parametrize("C, K, N", [(1, 3, 1), (3, 5, 2), (2, 9, 3)])
def test_all_ways_compute_the_same(C, K, N, monkeypatch):
    monkeypatch.setattr(fastest, "LARGEST_MATRIX", 1)  # an image at a time
    found = fastest.ways(C, K, N)
    expected = np.concatenate(found.pop("im2col")())
    found.pop("PyTorch", None)  # returns nothing; tests/test_parity.py holds it against Conv2D
    assert set(found) == {"FFT", *(f"Winograd {m}" for m in fastest.TILES if m + K - 1 <= 8)}
    for way, function in found.items():
        np.testing.assert_allclose(function(), expected, atol=2e-5, err_msg=way)


def test_the_record_is_of_what_the_tool_tries():
    found = load_arrays(RECORDS.with_name("fastest.npz"))
    axes = ("channels", "kernel", "batch", "way")
    tried = fastest.CHANNELS, fastest.KERNELS, fastest.BATCHES, fastest.WAYS
    for name, values in zip(axes, tried, strict=True):
        assert found[name].tolist() == list(values)
    assert found["seconds"].shape == tuple(map(len, tried)) and found["side"] == fastest.SIDE
    assert (found["seconds"][np.isfinite(found["seconds"])] > 0).all()
    goes = np.array([[f"Winograd {m}" for m in fastest.TILES]]) == np.array(fastest.WAYS)[:, None]
    for k, K in enumerate(fastest.KERNELS):
        missing = np.isnan(found["seconds"][:, k]).all(axis=(0, 1))
        small = [m + K - 1 <= 8 for m in fastest.TILES]
        np.testing.assert_array_equal(missing, goes[:, np.logical_not(small)].any(axis=1))
    assert "NumPy" in str(found["machine"]) and "one thread" in str(found["machine"])


def test_measuring_fills_every_place(monkeypatch):
    for name, values in {"CHANNELS": (2,), "KERNELS": (3, 9), "BATCHES": (1, 2)}.items():
        monkeypatch.setattr(fastest, name, values)
    monkeypatch.setattr(fastest, "SECONDS", 0)
    found = fastest.measure()
    assert found["seconds"].shape == (1, 2, 2, len(fastest.WAYS))
    ours = found["seconds"][..., :-1]
    assert np.isfinite(ours[:, 0]).all() and np.isfinite(ours[:, 1]).sum() == 2 * 2
