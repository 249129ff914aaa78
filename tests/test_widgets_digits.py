"""The explorers that look at digits, driven without a browser."""

import numpy as np
import pytest

from cnnlib.datasets import load_mnist
from cnnlib.layers.dense import Dense
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import softmax
from cnnlib.models import load_trained
from cnnlib.network import Sequential
from cnnlib.widgets.base import percent
from cnnlib.widgets.canvas import decode, encode
from cnnlib.widgets.start import DigitExplorer, PixelExplorer
from tests.helpers import drawing

MNIST = load_mnist()[1]


@pytest.fixture(scope="module")
def network():
    return load_trained("lenet5")


@pytest.fixture
def explorer(network):
    return DigitExplorer(network, MNIST[0][:20], MNIST[1][:20])


# The text that the canvas sends


def test_a_drawing_survives_the_way_through_text():
    pixels = np.arange(256, dtype=np.float32).reshape(16, 16) / 255
    back = decode(encode(pixels), 16)
    assert back.dtype == np.float32 and np.array_equal(back, pixels)


def test_text_is_row_by_row_as_the_canvas_sends_it():
    assert encode([[0, 1], [0.2, 0]]) == "AP8zAA=="  # base64 of 0, 255, 51, 0


def test_no_text_is_no_ink():
    assert not decode("", 5).any() and decode("", 5).shape == (5, 5)


@pytest.mark.parametrize(
    "text, message", [("?!", "cannot be read"), ("AA==", "1 pixels, expected 4 × 4"), ("A", "read")]
)
def test_what_is_no_drawing_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        decode(text, 4)


# The explorer of pixels


def test_pixels_open_with_the_frame_on_ink():
    pixels = PixelExplorer(MNIST[0][:5])
    assert not pixels.problem and bytes(pixels.image.value[:4]) == b"\x89PNG"
    assert "Rows 7 to 13, columns 13 to 19 of image 0: 49 numbers" in pixels.text
    window = MNIST[0][0, 0, 7:14, 13:20]
    assert f"from {window.min():.2f}" in pixels.text and f"to {window.max():.2f}" in pixels.text


def test_a_frame_over_the_edge_is_refused_and_the_picture_stays():
    pixels = PixelExplorer(MNIST[0][:5])
    before = pixels.image.value
    pixels.controls["row"].value = 22
    assert "with size 7, row is at most 21, and it is 22" in pixels.problem
    assert pixels.problem in pixels.warning.value and pixels.image.value == before
    pixels.controls["size"].value = 6
    assert not pixels.problem and not pixels.warning.value


@pytest.mark.parametrize("shape", [(28, 28), (0, 1, 28, 28), (2, 3, 28, 28)])
def test_what_are_no_grey_images_is_refused(shape):
    with pytest.raises(ValueError, match="images has shape"):
        PixelExplorer(np.zeros(shape))


# The explorer of the network


def test_it_opens_with_an_image_that_is_read(explorer, network):
    p = softmax(network.forward(MNIST[0][:1]))[0]
    assert np.allclose(explorer.probabilities, p)
    assert explorer.text.startswith(f"Test image 0, a 7, is read as {p.argmax()} (")
    assert np.array_equal(explorer.input, MNIST[0][0, 0])
    assert bytes(explorer.image.value[:4]) == b"\x89PNG"


def test_a_drawing_is_read_wherever_it_lies(explorer):
    canvas = explorer.controls["drawing"]
    canvas.value = encode(drawing(MNIST[0][0, 0], 28, 0))
    assert "Your drawing is read as 7" in explorer.text
    assert explorer.controls["source"].value == "drawing"
    corner, before = explorer.input, explorer.image.value
    canvas.value = encode(drawing(MNIST[0][0, 0], 0, 28))
    assert np.array_equal(explorer.input, corner) and explorer.image.value == before


def test_the_slider_and_the_menu_leave_the_drawing(explorer):
    explorer.controls["drawing"].value = encode(drawing(MNIST[0][3, 0]))
    assert "Your drawing is read as 0" in explorer.text
    explorer.controls["image"].value = 1
    assert "Test image 1, a 2," in explorer.text
    explorer.controls["source"].value = "drawing"
    assert "Your drawing is read as 0" in explorer.text


def test_an_empty_canvas_says_so(explorer):
    explorer.controls["source"].value = "drawing"
    assert "The canvas is empty" in explorer.text and not explorer.input.any()


def test_text_that_is_no_drawing_is_refused(explorer):
    before = explorer.image.value
    explorer.controls["drawing"].value = "AAAA"
    assert "3 pixels, expected 112 × 112" in explorer.problem
    assert explorer.image.value == before


def test_a_mistake_is_called_one(network):
    scores = np.concatenate([network.forward(MNIST[0][i : i + 500]) for i in range(0, 2000, 500)])
    wrong = int(np.flatnonzero(scores.argmax(axis=1) != MNIST[1][:2000])[0])
    part = slice(wrong, wrong + 1)
    text = DigitExplorer(network, MNIST[0][part], MNIST[1][part]).text
    assert f"a {MNIST[1][wrong]}, is read as {scores[wrong].argmax()}" in text
    assert text.endswith("That is a mistake.")


def test_the_layers_that_are_drawn(explorer):
    layers, scores = explorer.responses(MNIST[0][0, 0])
    names = ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "dense1, relu3"]
    assert [name for name, _ in layers] == names and scores.shape == (10,)
    assert [y.shape for _, y in layers[:3]] == [(16, 24, 24), (16, 24, 24), (16, 12, 12)]


def test_any_network_of_ten_scores_can_be_asked():
    plain = Sequential([Flatten(), Dense(784, 10, rng=0)], input_shape=(1, 28, 28))
    assert "is read as" in DigitExplorer(plain, MNIST[0][:2], MNIST[1][:2]).text


def test_a_network_of_nine_classes_is_refused():
    plain = Sequential([Flatten(), Dense(784, 9, rng=0)], input_shape=(1, 28, 28))
    with pytest.raises(ValueError, match="10 digits"):
        DigitExplorer(plain, MNIST[0][:2], MNIST[1][:2])


def test_the_canvas_stands_beside_the_picture_once(explorer):
    def below(widget):
        return [widget] + [w for child in getattr(widget, "children", ()) for w in below(child)]

    everything = below(explorer)
    for one in (explorer.image, explorer.controls["drawing"], explorer.controls["image"]):
        assert sum(widget is one for widget in everything) == 1


@pytest.mark.parametrize(
    "probability, said",
    [(0.5, "50.0 %"), (1.0, "over 99.9 %"), (0.0001, "under 0.1 %"), (0.999, "99.9 %")],
)
def test_no_answer_is_certain(probability, said):
    assert percent(probability) == said
