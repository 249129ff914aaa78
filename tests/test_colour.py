"""tools/colour.py: what it learns from, and what it recorded."""

import numpy as np
import pytest

from cnnlib.experiments import RECORDS
from cnnlib.files import load_arrays
from tools import colour


def test_patches_come_from_the_photograph_that_they_name():
    rng = np.random.default_rng(0)
    photos = rng.random((3, 3, 24, 26), np.float32) * np.float32([1, 2, 4])[:, None, None, None]
    photos[:, :, :, -3:] = 0  # never a patch of these alone
    x, y = colour.patches(photos, 40, rng)
    assert x.shape == (40, 3, colour.SIZE, colour.SIZE) and set(y) == {0, 1, 2}
    np.testing.assert_allclose(x.mean(axis=(2, 3)), 0, atol=1e-5)
    for patch, n in zip(x, y, strict=True):
        size = colour.SIZE
        cuts = np.lib.stride_tricks.sliding_window_view(photos[n], (size, size), axis=(1, 2))
        cuts = np.moveaxis(cuts, 0, 2).reshape(-1, 3, size, size)
        cuts = cuts - cuts.mean(axis=(2, 3), keepdims=True)
        cuts /= cuts.std(axis=(1, 2, 3), keepdims=True) + 0.05
        both = np.concatenate([cuts, cuts[..., ::-1]])
        assert np.abs(both - patch).max(axis=(1, 2, 3)).min() < 1e-4


@pytest.mark.parametrize("start, std", [("small", 0.01), ("ordinary", np.sqrt(2 / 243))])
def test_the_starts_differ_in_nothing_but_their_size(start, std):
    w = next(iter(colour.network(start, 7, 0).layers.values())).params["w"]
    assert w.shape == (24, 3, 9, 9) and w.std() == pytest.approx(std, rel=0.05)


def test_a_frozen_first_layer_stays_as_it_started():
    data = colour.patches(colour.load_photographs()[..., :60], 200, np.random.default_rng(0))
    before = next(iter(colour.network("frozen", 7, 0).layers.values())).params["w"]
    for start, same in (("frozen", True), ("ordinary", False)):
        after = colour.train(start, 0, data, data, 7)["filters"]
        assert np.array_equal(before, after) == same


def test_learned_filters_are_recorded_with_their_control():
    found = load_arrays(RECORDS.with_name("colour.npz"))
    for seed in range(len(found) // 6):
        learned = [found[f"{start}{seed}/accuracy"] for start in ("small", "ordinary")]
        assert min(learned) > found[f"frozen{seed}/accuracy"] + 0.03
        start = next(iter(colour.network("frozen", 7, seed).layers.values())).params["w"]
        assert np.array_equal(found[f"frozen{seed}/filters"], start)
