"""The figures of lesson 00 show what they were given."""

import matplotlib.colors
import numpy as np
import pytest

from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import GlobalAvgPool2D, MaxPool2D
from cnnlib.models import build
from cnnlib.plots import start as plots
from cnnlib.plots.base import BLUE, GREEN, ORANGE, SKY
from tests.helpers import axes_of, framed, sheet_of, texts

RNG = np.random.default_rng(0)
IMAGE = RNG.random((28, 28))
PROBABILITIES = np.array([0, 0, 0, 0.7, 0.1, 0.2, 0, 0, 0, 0])


def test_pixel_window_shows_the_numbers_in_the_frame():
    ax = sheet_of(plots.pixel_window(IMAGE, 3, 5, 4, "t"))
    frames = [line for line in ax.lines if line.get_color() == ORANGE]
    found = [framed(*each) for each in zip(ax.images, frames, strict=True)]
    assert found == [[3, 5, 4, 4], [0, 0, 4, 4]]
    assert texts(ax)[:16] == [f"{v:.2f}" for v in IMAGE[3:7, 5:9].ravel()]
    assert [image.get_clim() for image in ax.images] == [(0, 1), (0, 1)]


@pytest.mark.parametrize("row, column, name", [(25, 0, "row"), (0, 25, "column")])
def test_pixel_window_refuses_a_frame_over_the_edge(row, column, name):
    with pytest.raises(ValueError, match=f"{name} is at most 24"):
        plots.pixel_window(IMAGE, row, column, 4)


def test_block_stacks_show_shapes_and_parameters():
    stacks = [build("mlp").summary(), build("lenet5").summary()]
    plain, lenet = axes_of(plots.block_stacks(stacks, (1, 28, 28), ["a", "b"], "t"))
    assert (plain.get_title(), lenet.get_title()) == ("a", "b")
    for said in ("1 × 28 × 28", "784", "39,250", "510", "Sigmoid", "Dense(784, 50)"):
        assert said in texts(plain)
    for said in ("Conv2D(1, 16, 5)", "16 × 24 × 24", "MaxPool2D(2)", "32 × 4 × 4", "12,832"):
        assert said in texts(lenet)
    assert "0" not in texts(lenet)  # what has no parameters shows none


def test_block_stacks_give_a_colour_to_each_kind():
    (ax,) = axes_of(plots.block_stacks([build("lenet5").summary()], (1, 28, 28)))
    boxes = [patch.get_facecolor() for patch in ax.patches if patch.get_width() == 0.47]
    kinds = ["Conv2D", "ReLU", "MaxPool2D"] * 2 + ["Flatten", "Dense", "ReLU", "Dense"]
    expected = ["white", *(plots.KINDS[kind][0] for kind in kinds)]
    assert len(boxes) == len(expected)
    assert all(map(matplotlib.colors.same_color, boxes, expected))


@pytest.mark.parametrize(
    "layer, label",
    [
        (ReLU(), "ReLU"),
        (Conv2D(1, 16, 9, pad=2), "Conv2D(1, 16, 9, pad=2)"),
        (Conv2D(1, 16, (3, 5)), "Conv2D(1, 16, (3, 5))"),
        (MaxPool2D(5), "MaxPool2D(5)"),
        (MaxPool2D(3, stride=2), "MaxPool2D(3, stride=2)"),
        (MaxPool2D((2, 3), stride=2), "MaxPool2D((2, 3), stride=2)"),
        (GlobalAvgPool2D(), "GlobalAvgPool2D"),
        (Dense(10, 10), "Dense(10, 10)"),
    ],
)
def test_layers_are_written_short(layer, label):
    (ax,) = axes_of(plots.block_stacks([[("name", layer, (1, 2), 0)]], (1, 2)))
    assert label in texts(ax)


def test_bars_are_as_long_as_parameters_are_many():
    (ax,) = axes_of(plots.block_stacks([build("mlp").summary()], (1, 28, 28)))
    bars = [patch for patch in ax.patches if patch.get_x() > 0.5]
    assert bars[1].get_width() / bars[0].get_width() == pytest.approx(510 / 39250)
    (number,) = (text for text in ax.texts if text.get_text() == "39,250")
    number = number.get_window_extent().transformed(ax.transData.inverted())
    assert number.x1 < bars[0].get_bbox().xmin  # beside it


def test_responses_shows_every_layer_on_its_own_scale():
    signed, positive = RNG.standard_normal((4, 6, 6)), 5 * RNG.random((4, 3, 3))
    signed[0, 0, 0] = -9
    layers = [("conv1", signed), ("relu1", positive), ("dense1", RNG.random(9))]
    (ax,) = axes_of(plots.responses(IMAGE, layers, PROBABILITIES, "t", 3))
    maps = [image.get_cmap().name for image in ax.images]
    assert maps == ["gray", "RdBu_r", "gray", "gray"]
    low, high = ax.images[1].get_clim()
    assert -low == high == pytest.approx(np.abs(signed).max())
    assert ax.images[2].get_clim() == (0, pytest.approx(positive.max()))
    title = f"conv1, red/blue ±{high:.2g}\n4 × 6 × 6"
    for said in ("input\n28 × 28", title, "dense1\n9", "t"):
        assert said in texts(ax)


@pytest.mark.parametrize("count", [0, 1, 4, 7, 11])
def test_responses_fit_on_the_sheet(count):
    layers = [(f"relu{k}", RNG.random((4, 6, 6))) for k in range(count)]
    (ax,) = axes_of(plots.responses(IMAGE, layers, PROBABILITIES))
    for image in ax.images:
        left, right, bottom, top = image.get_extent()
        assert 0 <= left < right <= 6.65 and 0 <= bottom < top <= 4.1


def test_probabilities_mark_the_best_and_the_right_one():
    ax = plots.sheet(4, 4)
    plots.draw_probabilities(ax, PROBABILITIES, 1, 0, 2, 4, label=5)
    (bars,) = ax.collections
    ends = np.array(bars.get_segments())
    assert np.ptp(ends[..., 0], axis=1) == pytest.approx(2 * PROBABILITIES)
    heights = ends[:, 0, 1].tolist()
    assert heights == sorted(heights, reverse=True)  # 0 on top
    assert matplotlib.colors.same_color(bars.get_color()[3], BLUE)
    assert matplotlib.colors.same_color(bars.get_color()[4], SKY)
    for k, (y, text) in enumerate(zip(heights, ax.texts, strict=True)):
        assert text.get_text() == str(k) and text.get_position()[1] == pytest.approx(y)
    assert [text.get_color() == GREEN for text in ax.texts] == [k == 5 for k in range(10)]


def test_one_path_shows_its_stations():
    y = RNG.standard_normal((24, 24))
    maps = [y, np.maximum(y, 0), np.maximum(y, 0)[::2, ::2]]
    w = RNG.standard_normal((5, 5))
    (ax,) = axes_of(plots.one_path(IMAGE, w, maps, PROBABILITIES, "t"))
    for image, expected in zip(ax.images, [IMAGE, w, *maps], strict=True):
        assert np.array_equal(image.get_array(), expected)
    assert [i.get_cmap().name for i in ax.images] == ["gray", "RdBu_r", "RdBu_r", "gray", "gray"]
    assert "Pooling\n12 × 12 maxima" in texts(ax)
    scales = [f"red/blue ±{np.abs(a).max():.2g}" for a in (w, y)]
    assert [text for text in texts(ax) if "red" in text] == scales


def test_preparation_frames_the_ink_and_marks_its_centre():
    image = np.zeros((28, 28))
    image[4:8, 10:20] = 1
    (ax, empty) = axes_of(plots.preparation([image, 0 * image], ["a", "b"], "t"))
    assert ax.patches[0].get_bbox().bounds == (9.5, 3.5, 10, 4)
    assert matplotlib.colors.same_color(ax.patches[0].get_edgecolor(), ORANGE)
    crosses = [line for line in ax.lines if line.get_marker() == "+"]
    assert crosses[0].get_xydata().tolist() == [[pytest.approx(14.5), pytest.approx(5.5)]]
    assert not empty.patches and (ax.get_title(), empty.get_title()) == ("a", "b")


@pytest.mark.parametrize(
    "layer, unit, lines", [("conv2", 9, 6), ("relu2", 9, 1), ("dense1", 3, 12), ("input", 0, 0)]
)
def test_linked_maps_have_a_line_from_each_map_that_they_are_made_of(layer, unit, lines):
    layers = [("input", RNG.random((1, 28, 28))), ("pool1", RNG.random((6, 12, 12)))]
    layers += [("conv2", RNG.standard_normal((12, 8, 8))), ("relu2", RNG.random((12, 8, 8)))]
    layers += [("dense1", RNG.standard_normal(10))]
    (ax,) = axes_of(plots.linked(layers, layer, unit))
    assert sum(line.get_linewidth() == 0.6 for line in ax.lines) == lines
    assert len(ax.images) == 5 and {"input", "conv2", "dense1"} <= set(texts(ax))
    for image in ax.images:
        left, right, bottom, top = image.get_extent()
        assert 0 <= left < right <= 8 and 0 <= bottom < top <= 4


def test_lines_of_linked_maps_say_whether_they_add_or_take_away():
    layers = [("input", RNG.random((4, 9, 9))), ("conv1", RNG.standard_normal((2, 7, 7)))]
    (ax,) = axes_of(plots.linked(layers, "conv1", 1, parts=np.array([2.0, -1.5, 0.01, -0.2])))
    lines = [line.get_color() for line in ax.lines if line.get_linewidth() == 0.6]
    adds = [red > blue for red, _, blue, _ in lines]
    assert adds == [True, False, False]  # the third is left out


def test_deep_networks_fit_on_the_sheet():
    layers = [("input", IMAGE[None])] + [(f"c{k}", RNG.random((64, 4, 4))) for k in range(14)]
    (ax,) = axes_of(plots.linked(layers, "c3", 1))
    assert max(image.get_extent()[1] for image in ax.images) <= 8


def test_a_painted_filter_stands_beside_what_it_makes():
    w = np.array([[0, 1], [-1, 0.5]])
    y = np.linspace(-2.5, 1, 27 * 27).reshape(27, 27)
    paper, picture, answer = axes_of(plots.painted(IMAGE, w, y))
    assert answer.get_title() == "what comes out, blue −2.5 to red 2.5"
    assert texts(paper)[:4] == ["0", "1", "-1", "0.5"]
    assert picture.images[0].get_cmap().name == "gray" and picture.images[0].get_clim() == (0, 1)
    assert answer.images[0].get_cmap().name == "RdBu_r"
