"""The explorers of lesson 01, driven without a browser."""

import numpy as np
import pytest

from cnnlib.widgets.convolution import (
    KERNELS,
    OWN,
    PARTS,
    SIZES,
    TAPS,
    KernelExplorer,
    OutputSizeExplorer,
    read_number,
)
from tests.helpers import moved

RAMP = np.tile(np.arange(8) / 8, (6, 1))  # brighter to the right, by 1/8 a pixel
DOT = np.zeros((5, 5))
DOT[2, 2] = 1


@pytest.fixture
def kernels():
    return KernelExplorer({"ramp": RAMP, "dot": DOT})


@pytest.fixture
def sizes():
    return OutputSizeExplorer()


def numbers(explorer):
    return " ".join(explorer.controls[name].value for name in TAPS)


def test_it_opens_on_the_strongest_answer(kernels):
    assert bytes(kernels.image.value[:4]) == b"\x89PNG" and not kernels.problem
    assert (
        "Filter Sobel x" in kernels.text and "add up to 1.00: output pixel (0, 0)" in kernels.text
    )


def test_it_opens_with_a_digit_and_a_photograph():
    explorer = KernelExplorer()
    assert "of 26 x 26" in explorer.text
    assert "of 73 x 62" in moved(explorer, image="photograph")


def test_every_control_changes_picture_and_words(kernels):
    assert "of 3 x 3, " in moved(kernels, image="dot")
    assert "add up to -1.00: output pixel (0, 2)" in moved(kernels, column=2)
    assert "(1, 2)" in moved(kernels, row=1)
    assert "Filter emboss" in moved(kernels, kernel="emboss")
    for name in TAPS:
        assert f"Filter {OWN}" in moved(kernels, **{name: "7"})


@pytest.mark.parametrize("kernel", KERNELS)
def test_presets_fill_in_their_numbers(kernels, kernel):
    kernels.controls["kernel"].value = OWN
    kernels.controls["kernel"].value = kernel
    assert numbers(kernels) == KERNELS[kernel] and f"Filter {kernel}:" in kernels.text
    w = np.reshape([read_number(n, "w") for n in KERNELS[kernel].split()], (3, 3))
    total = 0 if kernel in ("Sobel x", "Sobel y", "Laplacian") else 1
    assert w.sum() == pytest.approx(total)
    kernels.set(image="dot", row=1, column=1)
    assert f"add up to {w[1, 1] + 0.0:.2f}:" in kernels.text


def test_typed_numbers_are_named(kernels):
    kernels.controls["w11"].value = "1/2"
    assert kernels.controls["kernel"].value == OWN
    kernels.controls["w11"].value = "0"
    assert kernels.controls["kernel"].value == "Sobel x"


@pytest.mark.parametrize("typed", ["", "abc", "1/0", "nan", "1e999", "1001"])
def test_numbers_that_are_none_are_refused(kernels, typed):
    picture = kernels.image.value
    kernels.controls["w02"].value = typed
    assert "w[0, 2] is " in kernels.problem and "expected a number" in kernels.problem
    assert kernels.image.value == picture
    kernels.controls["kernel"].value = "blur (box)"
    assert not kernels.problem and numbers(kernels) == KERNELS["blur (box)"]


def test_play_walks_over_the_picture_and_follows_the_sliders(kernels):
    kernels.play.value = 8
    assert (kernels.controls["row"].value, kernels.controls["column"].value) == (1, 2)
    assert "(1, 2)" in kernels.text and kernels.play.max == 4 * 6 - 1
    kernels.controls["row"].value = 3
    assert kernels.play.value == 3 * 6 + 2
    kernels.controls["image"].value = "dot"
    assert kernels.play.max == 8 and kernels.controls["row"].value == 2
    kernels.play.value = 0
    assert "(0, 0)" in kernels.text


def test_the_window_moves_by_the_stride_and_starts_in_the_frame(kernels):
    kernels.set(image="dot", kernel="identity", row=0, column=0)
    text = moved(kernels, pad=1)
    assert "rows -1 to 1, columns -1 to 1 of the dot, in a frame of 1," in text
    assert "of 5 x 5, " in text and kernels.play.max == 24
    text = moved(kernels, stride=2)
    assert "of 3 x 3, " in text and kernels.play.max == 8
    kernels.play.value = 4  # the middle
    assert "rows 1 to 3, columns 1 to 3" in kernels.text
    assert "add up to 1.00: output pixel (1, 1)" in kernels.text
    assert kernels.pointed("input x", 3, 0) == {"row": 0, "column": 1}
    assert kernels.pointed("output y", 2, 1) == {"row": 1, "column": 2}


def test_an_image_may_be_a_list():
    assert KernelExplorer({"dot": DOT.tolist()}).text == KernelExplorer({"dot": DOT}).text


def test_impossible_explorers_are_refused():
    with pytest.raises(ValueError, match=r"images\['line'\] has shape \(2, 9\)"):
        KernelExplorer({"line": np.zeros((2, 9))})


def test_sizes_open_with_a_pixel_left_over(sizes):
    assert "(8 - 3) // 2 + 1 = 3. Never reached: image pixel 7." in sizes.text


def test_every_size_changes_picture_and_words(sizes):
    assert "(9 - 3) // 2 + 1 = 4. Every pixel is reached." in moved(sizes, size=9)
    assert "= 5 pixels" in moved(sizes, kernel=5)
    assert "// 3 + 1" in moved(sizes, stride=3)
    assert "9 + 2 * 2 = 13" in moved(sizes, pad=2)
    assert "2 * (5 - 1) + 1 = 9 pixels" in moved(sizes, dilation=2)
    assert sizes.controls["preset"].value == OWN


@pytest.mark.parametrize(
    "settings, never",
    [
        ((2, 2, 2, 1, 2), "image pixel 0 and 1 pixel of the frame"),
        ((5, 2, 2, 1, 1), "1 pixel of the frame"),
        ((14, 2, 4, 0, 1), "image pixels 2, 3, 6, 7, 10, 11"),
    ],
)
def test_words_and_title_count_the_same_pixels(settings, never, sizes):
    sizes.set(**dict(zip(PARTS, settings, strict=True)))
    assert sizes.text.endswith(f" Never reached: {never}.")


@pytest.mark.parametrize("preset", SIZES)
def test_size_presets(sizes, preset):
    sizes.controls["preset"].value = preset
    assert tuple(sizes.values().values())[1:] == SIZES[preset]
    assert bool(sizes.problem) == ("refused" in preset)


def test_a_kernel_that_does_not_fit_is_refused_and_the_picture_stays(sizes):
    picture = sizes.image.value
    sizes.set(size=4, dilation=3)
    assert "kernel spans 7 pixels, more than the 4 of the padded image" in sizes.problem
    assert sizes.image.value == picture
    assert "Output size: (8 - 7) // 2 + 1 = 1" in moved(sizes, pad=2)
