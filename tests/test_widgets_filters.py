"""The explorers of lesson 06 without a browser: every control answers, words and numbers agree."""

import numpy as np
import pytest
from PIL import Image

from cnnlib import interpret
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import GlobalAvgPool2D
from cnnlib.models import load_trained, mlp
from cnnlib.network import Residual, Sequential
from cnnlib.widgets.base import check_images
from cnnlib.widgets.canvas import encode
from cnnlib.widgets.filters import (
    METHODS,
    FilterExplorer,
    ReceptiveFieldExplorer,
    WhereExplorer,
)
from cnnlib.widgets.start import DigitExplorer


@pytest.fixture(scope="module")
def lenet():
    return load_trained("lenet5")


@pytest.fixture(scope="module")
def digits(mnist_test):
    return mnist_test[0][:80], mnist_test[1][:80]


@pytest.fixture
def filters(lenet, digits):
    return FilterExplorer(lenet, *digits)


@pytest.fixture
def where(lenet, digits):
    return WhereExplorer(lenet, *digits)


@pytest.fixture
def fields(lenet, digits):
    return ReceptiveFieldExplorer(lenet, digits[0])


def moved(explorer, **values):
    """Set controls; the picture has to change. Return the words."""
    before = explorer.image.value
    explorer.set(**values)
    assert not explorer.problem
    assert explorer.image.value != before
    return explorer.text


def test_filters_open_with_a_living_filter(filters):
    assert filters.text.startswith("Filter 0 of conv1, strength 0.87. In image 0, a 7, it responds")
    assert "above 0 at" in filters.text


def test_filters_say_what_the_network_computes(filters, lenet, digits):
    text = moved(filters, filter=9, image=3)
    y = interpret.activations(lenet, digits[0], "conv1", 9)
    at = np.unravel_index(y[3].argmax(), y[3].shape)
    rows, columns = interpret.receptive_field(lenet, "conv1", *at)
    assert f"by {y[3].max():.2f}, in the frame: rows {rows[0]} to {rows[-1]}" in text
    assert f"columns {columns[0]} to {columns[-1]}" in text and "image 3, a 0" in text
    assert f"{100 * (y > 0).mean():.1f} % of all places" in text


def test_a_dead_filter_is_called_dead(filters):
    assert "it is dead" in moved(filters, filter=11)
    assert "it is dead" not in moved(filters, filter=12)


def test_the_filter_slider_ends_where_the_layer_does(filters):
    text = moved(filters, layer="conv2")
    assert filters.controls["filter"].max == 31 and "Filter 0 of conv2" in text
    assert "Filter 31 of conv2" in moved(filters, filter=31)
    assert "Filter 15 of conv1" in moved(filters, layer="conv1")
    assert filters.controls["filter"].max == 15


def test_filters_are_searched_once_a_layer(filters, monkeypatch):
    moved(filters, layer="conv2")
    found = dict(filters.found)
    monkeypatch.setattr(interpret, "strongest", lambda *a: pytest.fail("searched again"))
    moved(filters, filter=5)
    moved(filters, layer="conv1")
    assert found.keys() == {"conv1", "conv2"}


def test_filters_inside_blocks_and_without_labels(digits):
    body = Sequential([Conv2D(2, 2, 3, pad=1, rng=0)])
    network = Sequential([Conv2D(1, 2, 5, rng=1), Residual(body)], input_shape=(1, 28, 28))
    explorer = FilterExplorer(network, digits[0][:9])
    text = moved(explorer, layer="residual1.stack1.conv1", filter=1)
    assert "Filter 1 of residual1.stack1.conv1" in text and ", a " not in text


def test_what_has_no_filters_is_refused(digits):
    with pytest.raises(ValueError, match="no layer of the kind conv"):
        FilterExplorer(mlp(rng=0), digits[0])


@pytest.mark.parametrize("explorer", [FilterExplorer, ReceptiveFieldExplorer])
def test_images_that_do_not_fit_are_refused(lenet, explorer):
    for shape in ((3, 28, 28), (3, 2, 28, 28), (3, 1, 9, 9)):
        with pytest.raises(ValueError):
            explorer(lenet, np.zeros(shape, np.float32))


def test_where_opens_with_occlusion_of_the_answer(where):
    assert where.text.startswith("Test image 0, a 7, is read as 7 (")
    assert "occlusion" in where.text and "for 7" in where.text


@pytest.mark.parametrize("method", METHODS)
def test_where_each_method_is_that_of_the_library(where, lenet, digits, method):
    x = digits[0][4:5]
    if method == "occlusion":
        where.set(method="saliency")
    text = moved(where, method=method, image=4)
    looks = {
        "saliency": interpret.saliency,
        "SmoothGrad": interpret.smooth_grad,
        "gradient × input": interpret.gradient_times_input,
        "occlusion": interpret.occlusion,
        "Grad-CAM": lambda n, x, k: interpret.onto_image(
            n, interpret.grad_cam(n, x, k, "pool2"), "pool2"
        ),
    }
    expected = looks[method](lenet, x, 4)[0]
    np.testing.assert_allclose(where.look(method, x, 4), expected)
    row, column = np.unravel_index(expected.argmax(), expected.shape)
    assert f"Most at row {row}, column {column}." in text and method in text


def test_where_another_class_can_be_asked_about(where):
    assert "for 3" in moved(where, asked=3)
    assert "is read as 7" in where.text


def test_where_a_drawing_is_looked_at(where, digits):
    size = where.controls["drawing"].size
    big = np.kron(digits[0][2, 0], np.ones((4, 4)))  # a 1
    assert big.shape == (size, size)
    before = where.image.value
    where.controls["drawing"].value = encode(big)
    assert where.controls["source"].value == "drawing"
    assert where.text.startswith("Your drawing is read as 1")
    assert where.image.value != before
    where.controls["image"].value = 1
    assert where.text.startswith("Test image 1, a 2") and where.controls["source"].value == "test"


def test_where_an_empty_canvas_is_refused_with_the_reason(where):
    before = where.image.value
    where.set(source="drawing")
    assert "canvas is empty" in where.problem and where.image.value == before
    moved(where, source="test", image=5)


def test_where_a_blank_image_has_nothing_to_cover(lenet):
    explorer = WhereExplorer(lenet, np.zeros((1, 1, 28, 28), np.float32), np.array([0]))
    assert "Nothing in the image speaks for it." in explorer.text


def test_where_networks_without_maps_have_no_grad_cam(digits):
    explorer = WhereExplorer(mlp(rng=0), *digits)
    assert "Grad-CAM" not in explorer.controls["method"].options


def test_where_networks_that_return_maps_are_refused(digits):
    with pytest.raises(ValueError, match="expected scores of classes"):
        WhereExplorer(Sequential([Conv2D(1, 10, 5)], (1, 28, 28)), *digits)
    pooled = Sequential([Conv2D(1, 10, 5, rng=0), GlobalAvgPool2D()], (1, 28, 28))
    assert WhereExplorer(pooled, *digits).last == "conv1"


def test_where_classes_can_have_names(lenet, digits):
    explorer = WhereExplorer(lenet, *digits, names=[f"digit {k}" for k in range(10)])
    assert "is read as digit 7" in explorer.text
    with pytest.raises(ValueError, match="labels has shape"):
        WhereExplorer(lenet, digits[0], digits[1][:3])


def test_fields_open_in_the_deepest_convolution(fields):
    assert fields.text.startswith("Pixel (4, 4) of conv2 sees 14 × 14 pixels: rows 8 to 21")
    assert "these 196 pixels" in fields.text


def test_fields_move_with_the_pixel_and_grow_with_the_layer(fields):
    assert "rows 0 to 13, columns 8 to 21" in moved(fields, row=0)
    assert "rows 0 to 13, columns 14 to 27" in moved(fields, column=7)
    assert "sees 16 × 16 pixels" in moved(fields, layer="pool2")
    assert fields.controls["row"].max == 3
    assert "sees 5 × 5" in moved(fields, layer="conv1")
    moved(fields, image=3)


def test_fields_of_layers_without_maps_are_not_offered(fields):
    assert fields.controls["layer"].options == (
        "conv1",
        "relu1",
        "pool1",
        "conv2",
        "relu2",
        "pool2",
    )


def test_fields_without_a_convolution_behind_pooling(digits):
    layers = [Conv2D(1, 2, 3, rng=0), GlobalAvgPool2D(), Dense(2, 3, rng=0)]
    explorer = ReceptiveFieldExplorer(Sequential(layers, (1, 28, 28)), digits[0][:5])
    assert explorer.controls["layer"].options == ("conv1",)
    assert "sees 3 × 3" in explorer.text


def test_they_offer_their_picture_without_a_kernel(filters, where, fields):
    for explorer in (filters, where, fields):
        data, _ = explorer._repr_mimebundle_()
        assert data["image/png"] and explorer.hint in data["text/plain"]


EXPLORERS = [
    FilterExplorer,
    WhereExplorer,
    DigitExplorer,
    lambda n, x, y: ReceptiveFieldExplorer(n, x),
]


@pytest.mark.parametrize("explorer", EXPLORERS)
@pytest.mark.parametrize("network, images", [("f4", "f8"), ("f8", "f4"), ("f8", "f8")])
def test_a_network_and_images_of_other_dtypes_are_explored_alike(explorer, digits, network, images):
    x, labels = digits[0][:3], digits[1][:3]
    expected = explorer(load_trained("lenet5"), x, labels)
    found = explorer(load_trained("lenet5").astype(network), x.astype(images), labels)
    assert found.text == expected.text and not found.problem


@pytest.mark.parametrize("explorer", EXPLORERS)
def test_a_photograph_of_a_digit_is_explored(explorer, lenet, digits, tmp_path):
    ink = np.kron(digits[0][0, 0], np.ones((6, 6)))
    Image.fromarray(np.uint8(230 - 200 * ink)).save(tmp_path / "seven.png")
    found = explorer(lenet, tmp_path / "seven.png", [7])
    assert found.images.shape == (1, 1, 28, 28) and not found.problem
    if hasattr(found, "probabilities"):
        assert "is read as 7" in found.text


@pytest.mark.parametrize(
    "images, error, message",
    [
        (np.zeros((0, 1, 28, 28), "f"), ValueError, r"images has shape \(0, 1, 28, 28\), expected"),
        (
            np.zeros((28, 28), "f"),
            ValueError,
            r"images has shape \(28, 28\), expected \(N, 1, H, W\)",
        ),
        (np.zeros((2, 3, 28, 28), "f"), ValueError, r"expected \(N, 1, H, W\)"),
        (np.zeros((2, 1, 28, 28), "u1"), TypeError, "images are uint8, expected floats: x.astype"),
        (np.full((2, 1, 28, 28), np.nan), ValueError, "images hold NaN or infinity"),
        (None, ValueError, r"images has shape \(\), expected"),
    ],
)
def test_images_that_cannot_be_explored_are_refused(images, error, message, lenet):
    with pytest.raises(error, match=message):
        check_images(images)
    for explorer in EXPLORERS:
        with pytest.raises(error, match=message):
            explorer(lenet, images, np.zeros(2, int))


def test_a_label_for_each_image(lenet, digits):
    for explorer in EXPLORERS[:3]:
        with pytest.raises(ValueError, match=r"labels has shape \(3,\), expected \(80,\)"):
            explorer(lenet, digits[0], digits[1][:3])
