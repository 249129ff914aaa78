"""What lies before a layer, on networks small enough to know the answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.interpret import activations, effective_field
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.pool import AvgPool2D, MaxPool2D
from cnnlib.models import lenet5
from cnnlib.network import Residual, Sequential
from cnnlib.parts import all_layers, onto_image, path, receptive_field
from tests.helpers import draw
from tests.test_interpret import small_network


def test_all_layers_are_named_as_they_are_called():
    network = small_network()
    found = dict(all_layers(network))
    assert list(found)[4:9] == ["residual1"] + [
        f"residual1.stack1{end}" for end in ("", ".conv1", ".relu1", ".conv2")
    ]
    for name, layer in found.items():
        assert path(network, name)[-1] is layer


def test_the_shortcut_of_a_block_does_not_wait_for_its_body():
    body, shortcut = Conv2D(1, 2, 3, pad=1, rng=0), Conv2D(1, 2, 1, rng=1)
    network = Sequential([Residual(body, shortcut)])
    x = draw((1, 1, 5, 5), np.float32)
    y = activations(network, x, "residual1.conv2")
    np.testing.assert_array_equal(y, shortcut.forward(x))


@st.composite
def stacks(draw_from):
    """Draw a stack of convolutions and poolings, and the size of an image that fits it."""
    H, W = draw_from(st.integers(9, 20)), draw_from(st.integers(9, 20))
    layers, channels = [], 1
    for k in range(draw_from(st.integers(1, 4))):
        kind = draw_from(st.sampled_from(["conv", "max", "average", "relu"]))
        kernel = draw_from(st.tuples(st.integers(1, 4), st.integers(1, 4)))
        stride = draw_from(st.integers(1, 3))
        if kind == "conv":
            pad, dilation = draw_from(st.integers(0, 2)), draw_from(st.integers(1, 2))
            layers.append(Conv2D(channels, 2, kernel, stride, pad, dilation, rng=k))
            channels = 2
        elif kind == "relu":
            layers.append(ReLU())
        else:
            pool = MaxPool2D if kind == "max" else AvgPool2D
            layers.append(pool(kernel, stride, draw_from(st.integers(0, min(kernel) // 2))))
        try:
            OH, OW = Sequential(layers).output_shape((1, H, W))[1:]
        except ValueError:
            layers.pop()
            channels = next((c.params["w"].shape[0] for c in layers if c.kind == "conv"), 1)
    layers = layers or [ReLU()]
    OH, OW = Sequential(layers).output_shape((1, H, W))[1:]
    return layers, (H, W), (draw_from(st.integers(0, OH - 1)), draw_from(st.integers(0, OW - 1)))


@given(stacks())
def test_measured_receptive_fields_are_those_computed(case):
    layers, size, at = case
    network = Sequential(layers).astype(np.float64)
    layer = list(network.layers)[-1]
    fields = [network.needs((1, *size), {at[axis]}, axis) for axis in (0, 1)]
    seen = effective_field(network, draw((300, 1, *size)), layer, *at) > 0
    if not all(fields):  # all that the pixel sees is padding
        assert not seen.any()
        return
    chosen = any(isinstance(inner, MaxPool2D) for inner in layers)  # some pixels may never win
    for field, hit in zip(fields, (seen.any(axis=1), seen.any(axis=0)), strict=True):
        measured = set(np.flatnonzero(hit).tolist())
        assert measured <= field if chosen else measured == field
    hull = receptive_field(network, layer, *at, input_shape=(1, *size))
    assert [(h[0], h[-1]) for h in hull] == [(min(f), max(f)) for f in fields]


def test_receptive_fields_of_lenet():
    network = lenet5(rng=0)
    sizes = {}
    for name in ("conv1", "relu1", "pool1", "conv2", "pool2"):
        rows, columns = receptive_field(network, name)
        assert rows == columns and rows[0] == 0
        sizes[name] = len(rows)
    assert sizes == {"conv1": 5, "relu1": 5, "pool1": 6, "conv2": 14, "pool2": 16}
    assert receptive_field(network, "conv2", 7, 3) == (range(14, 28), range(6, 20))
    assert receptive_field(network, "dense1") == (range(28), range(28))


def test_receptive_field_of_a_block_is_that_of_its_widest_way():
    network = small_network()
    # pool1: two pixels wide, from conv1 three rows each: 4. The block looks two pixels further.
    alone = receptive_field(network, "pool1", 2, 2)
    block = receptive_field(network, "residual1", 2, 2, clip=False)
    assert alone == (range(3, 7), range(3, 7))
    assert block == (range(-1, 11), range(-1, 11))
    clipped = receptive_field(network, "residual1", 2, 2)
    assert clipped == (range(0, 8), range(0, 9))
    inside = receptive_field(network, "residual1.stack1.conv1", 2, 2)
    assert inside == (range(1, 8), range(1, 9))
    shortcut = Residual(Conv2D(1, 1, 3, pad=1, stride=2), Conv2D(1, 1, 1, stride=2))
    fields = receptive_field(Sequential([shortcut]), "residual1", 1, 1, (1, 5, 5), clip=False)
    assert fields == (range(1, 4), range(1, 4))


def test_what_goes_past_a_block_counts_too():
    around = Residual(Conv2D(1, 1, 2, pad=1, dilation=2))  # its taps leave the middle out
    assert around.needs((1, 9, 9), {5}) == {4, 5, 6}
    assert around.body.needs((1, 9, 9), {5}) == {4, 6}
    assert around.needs((1, 9, 9), {0}) == {0, 1}  # and not the padding


@pytest.mark.parametrize("row, column", [(24, 0), (0, -1)])
def test_an_output_pixel_outside_is_refused(row, column):
    with pytest.raises(ValueError, match="expected a pixel of 24 by 24"):
        receptive_field(lenet5(rng=0), "conv1", row, column)


def test_onto_image_puts_a_number_where_its_field_is_centred():
    network = lenet5(rng=0)
    maps = np.zeros((1, 4, 4), np.float32)
    maps[0, 1, 2] = 1  # sees rows 4 to 19, columns 8 to 23: centred at 11.5 and 15.5
    spread = onto_image(network, maps, "pool2")
    assert spread.shape == (1, 28, 28) and spread.dtype == np.float32
    rows, columns = (spread[0].sum(axis=axis) for axis in (1, 0))
    assert rows @ np.arange(28) / rows.sum() == pytest.approx(11.5)
    assert columns @ np.arange(28) / columns.sum() == pytest.approx(15.5)
    assert np.flatnonzero(rows).tolist() == list(range(8, 16))  # one step of 4 on either side


def test_onto_image_leaves_maps_of_full_size_alone():
    network = Sequential([Conv2D(1, 1, 3, pad=1)], input_shape=(1, 5, 6))
    maps = draw((2, 5, 6))
    np.testing.assert_allclose(onto_image(network, maps, "conv1"), maps)


def test_onto_image_of_a_single_number():
    network = Sequential([Conv2D(1, 1, 5)], input_shape=(1, 5, 5))
    spread = onto_image(network, np.ones((1, 1, 1)), "conv1")
    assert spread[0, 2, 2] == 1 and np.array_equal(spread[0], spread[0, ::-1, ::-1])
