"""Explorers of lesson 03, driven without a browser: every control, and the impossible."""

import numpy as np
import pytest

from cnnlib.im2col import im2col
from cnnlib.widgets.im2col import MemoryExplorer, PatchExplorer, runs


def changes(explorer, name, value):
    """Move a control; say whether the picture changed."""
    before = explorer.image.value
    explorer.controls[name].value = value
    return explorer.image.value != before


def test_column_and_place_say_the_same():
    explorer = PatchExplorer()
    explorer.controls["column"].value = 13  # (1 * 4 + 2) * 2 + 1
    values = explorer.values()
    assert (values["oh"], values["ow"], values["image"]) == (1, 2, 1)
    explorer.controls["oh"].value = 3
    assert explorer.values()["column"] == (3 * 4 + 2) * 2 + 1
    assert "(3 · 4 + 2) · 2 + 1 = 29 of 32" in explorer.text


def test_presets_set_the_sliders_and_sliders_name_the_preset():
    explorer = PatchExplorer()
    explorer.controls["preset"].value = "padding keeps the size"
    values = explorer.values()
    assert (values["kernel"], values["stride"], values["pad"]) == (3, 1, 1)
    assert "of 72." in explorer.text  # 6 * 6 * 2 columns
    explorer.controls["pad"].value = 2
    assert explorer.values()["preset"] == "your own"
    explorer.controls["pad"].value = 0
    assert explorer.values()["preset"] == "stride 1"


def test_the_text_states_the_dot_product():
    explorer = PatchExplorer()
    explorer.set(kernel=2, stride=2, pad=1, oh=1, ow=2, image=1)
    w, x = explorer.filter(2), explorer.x
    OW = 4
    column = im2col(x, 2, 2, 1)[:, (1 * OW + 2) * 2 + 1]
    assert explorer.text.endswith(f"= {w.ravel() @ column:g}.")


def test_places_follow_the_output_size():
    explorer = PatchExplorer()
    explorer.controls["column"].value = 31
    explorer.controls["stride"].value = 3
    assert explorer.controls["oh"].max == 1 and explorer.controls["column"].max == 7
    assert explorer.values()["column"] == 7 and not explorer.problem


def test_a_kernel_that_does_not_fit_is_refused_and_the_picture_stays():
    explorer = PatchExplorer()
    assert not changes(explorer, "kernel", 7)
    assert "more than the 6 of the padded image" in explorer.problem
    assert "Not possible" in explorer.warning.value
    assert changes(explorer, "pad", 1) and not explorer.problem


def test_other_images_can_be_explored():
    explorer = PatchExplorer(np.ones((3, 1, 4, 5)))
    assert "of 18." in explorer.text
    with pytest.raises(ValueError, match="expected .N, C, H, W."):
        PatchExplorer(np.ones((4, 5)))


@pytest.mark.parametrize(
    "settings, nchw, chwn",
    [
        ({}, "12 runs, the longest of 3", "3 runs, the longest of 12"),
        ({"reads": "patch"}, "3 runs, the longest of 3", "9 runs, the longest of 1"),
        ({"reads": "patches"}, "12 runs, the longest of 3", "3 runs, the longest of 12"),
        ({"stride": 2}, "16 runs, the longest of 1", "4 runs, the longest of 4"),
    ],
)
def test_runs_in_both_orders(settings, nchw, chwn):
    explorer = MemoryExplorer()
    explorer.set(**settings)
    assert f"order NCHW they lie in {nchw}" in explorer.text
    assert f"order CHWN they lie in {chwn}" in explorer.text


def test_the_hint_of_the_memory_explorer_can_be_followed():
    """A patch, then stride 2: of its four output pixels the last is shown, nothing is refused."""
    explorer = MemoryExplorer()
    assert changes(explorer, "reads", "patch") and not explorer.problem
    assert changes(explorer, "stride", 2) and not explorer.problem
    assert "output pixel (1, 1) of image 0" in explorer.text
    assert explorer.controls["place"].max == 3
    explorer.controls["reads"].value = "row"
    assert explorer.controls["place"].max == 8


@pytest.mark.parametrize(
    "cells, expected",
    [([], []), ([4], [(4, 1)]), ([0, 1, 2], [(0, 3)]), ([7, 1, 2, 8, 5], [(1, 2), (5, 1), (7, 2)])],
)
def test_runs(cells, expected):
    assert runs(np.array(cells, int)) == expected
