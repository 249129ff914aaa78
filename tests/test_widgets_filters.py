"""The explorers of lesson 06 without a browser: every control answers, words and numbers agree."""

import numpy as np
import pytest
from PIL import Image

from cnnlib import interpret
from cnnlib.experiments import recorded
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.models import load_trained, mlp
from cnnlib.network import Residual, Sequential
from cnnlib.parts import onto_image, receptive_field
from cnnlib.widgets.canvas import encode
from cnnlib.widgets.filters import (
    KNOBS,
    METHODS,
    FilterExplorer,
    FoolExplorer,
    FormingExplorer,
    Kept,
    MaximiseExplorer,
    ReceptiveFieldExplorer,
    WhereExplorer,
)
from cnnlib.widgets.start import DigitExplorer


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
    rows, columns = receptive_field(lenet, "conv1", *at)
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
    monkeypatch.setattr(interpret, "strongest", lambda *a: pytest.fail("searched again"))
    moved(filters, filter=5)
    moved(filters, layer="conv1")


def test_filters_inside_blocks_and_without_labels(digits):
    body = Sequential([Conv2D(2, 2, 3, pad=1, rng=0)])
    network = Sequential([Conv2D(1, 2, 5, rng=1), Residual(body)], input_shape=(1, 28, 28))
    explorer = FilterExplorer(network, digits[0][:9])
    text = moved(explorer, layer="residual1.stack1.conv1", filter=1)
    assert "Filter 1 of residual1.stack1.conv1" in text and ", a " not in text


def test_what_has_no_filters_is_refused(digits):
    with pytest.raises(ValueError, match="no layer of the kind conv"):
        FilterExplorer(mlp(rng=0), digits[0])


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
        "Grad-CAM": lambda n, x, k: onto_image(n, interpret.grad_cam(n, x, k, "pool2"), "pool2"),
    }
    expected = looks[method](lenet, x, 4)[0]
    np.testing.assert_allclose(where.look(method, x, 4), expected, atol=1e-5)
    row, column = np.unravel_index(expected.argmax(), expected.shape)
    assert f"Most at row {row}, column {column}." in text and method in text


def test_where_only_covers_that_hide_ink_are_tried(where, lenet, digits, monkeypatch):
    x, tried, usual = digits[0][:1], [], lenet.in_batches
    hides = sum(x[0, 0, max(0, r - 2) : r + 3, max(0, c - 2) : c + 3].any()
                for r, c in np.ndindex(28, 28))  # fmt: skip
    monkeypatch.setattr(lenet, "in_batches", lambda x, n: tried.append(len(x)) or usual(x, n))
    where.kept.found.clear()
    where.look("occlusion", x, 7)
    assert tried == [1 + hides] and hides < 400
    where.look("occlusion", x + np.float32(0.1), 7)
    assert tried[1:] == [1 + 28 * 28]
    where.look("occlusion", x + np.float32(0.1), 3)
    assert len(tried) == 2  # one look answers for every class


def test_where_a_network_that_is_left_in_training_looks_the_same_and_stays_as_it_was(digits):
    network, x = load_trained("convnet_bn"), digits[0][:1]
    where = WhereExplorer(network, *digits)
    expected, before = (
        where.look("occlusion", x, 7),
        {k: v.copy() for k, v in network.state.items()},
    )
    where.kept.found.clear()
    with network.mode(training=True):
        np.testing.assert_array_equal(where.look("occlusion", x, 7), expected)
    for name, value in network.state.items():
        np.testing.assert_array_equal(value, before[name])


def test_where_a_network_that_learned_on_is_looked_at_anew(digits):
    network, x = load_trained("convnet_bn"), digits[0][:1]
    where, expected = WhereExplorer(network, *digits), load_trained("convnet_bn")
    for changed in (lambda n: n.params["conv2.w"], lambda n: n.state["norm1.mean"]):
        for each in (network, expected):
            changed(each)[...] *= 0.5
        fresh = WhereExplorer(expected, *digits).look("occlusion", x, 7)
        np.testing.assert_array_equal(where.look("occlusion", x, 7), fresh)


def test_where_another_class_can_be_asked_about(where):
    assert "for 3" in moved(where, asked=3)
    assert "is read as 7" in where.text


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
    named = "conv1 relu1 pool1 conv2 relu2 pool2"
    assert fields.controls["layer"].options == tuple(named.split())


def test_fields_without_a_convolution_behind_pooling(digits):
    layers = [Conv2D(1, 2, 3, rng=0), GlobalAvgPool2D(), Dense(2, 3, rng=0)]
    explorer = ReceptiveFieldExplorer(Sequential(layers, (1, 28, 28)), digits[0][:5])
    assert explorer.controls["layer"].options == ("conv1",)
    assert "sees 3 × 3" in explorer.text


def test_fields_of_a_network_that_only_pools_and_of_one_without_maps(digits):
    pools = Sequential([MaxPool2D(2), Flatten(), Dense(196, 10, rng=0)], (1, 28, 28))
    assert "sees 2 × 2" in ReceptiveFieldExplorer(pools, digits[0][:5]).text
    flat = Sequential([Flatten(), Dense(784, 5, rng=0), ReLU(), Dense(5, 3, rng=1)], (1, 28, 28))
    with pytest.raises(ValueError, match="the network has no layer with maps"):
        ReceptiveFieldExplorer(flat, digits[0][:5])


@pytest.fixture
def fool(lenet, digits):
    return FoolExplorer(lenet, *digits)


def test_fool_opens_where_the_answer_has_turned_and_at_random_has_not(fool):
    assert fool.text.startswith("Test image 0, a 7, is read as 7 (over 99.9 %).")
    assert "towards 9, it is read as 9" in fool.text and "at random, as 7" in fool.text
    assert "On the way to 9 the answer turns at 0.16, to 9." in fool.text
    assert "At random it does not turn, up to 0.30." in fool.text


def test_fool_says_what_the_network_reads_at_every_size(fool, lenet, digits):
    x, target = digits[0][2:3], np.array([8])  # a 1
    fool.set(image=2, target=8, steps=0)
    assert "With no pixel" not in fool.text and fool.text.startswith(
        "Test image 2, a 1, is read as 1"
    )
    coin = np.random.default_rng(0).choice([-1, 1], x.shape)
    answers, y = [], x
    for steps in range(1, 16):
        y = interpret.fast_gradient_sign(lenet, y, target, -0.02)
        noisy = np.float32(np.clip(x + 0.02 * steps * coin, 0, 1))
        read, at_random = np.concatenate([lenet.forward(y), lenet.forward(noisy)]).argmax(axis=1)
        text = moved(fool, steps=steps)
        assert f"it is read as {read} (" in text and f"at random, as {at_random} (" in text
        assert np.abs(y - x).max() <= 0.02 * steps + 1e-6
        images, *_ = fool.changed(x, 8)
        np.testing.assert_allclose(images[:, steps], [y[0, 0], noisy[0, 0]], atol=1e-6)
        answers.append(read)
    turned = 0.02 * (1 + answers.index(8))
    assert f"On the way to 8 the answer turns at {turned:.2f}, to 8." in fool.text


def test_fool_places_a_star_where_the_image_stands_and_names_its_neighbours(lenet, digits):
    labels = digits[1].copy()
    labels[4] = 9  # so that the image itself would be seen among its neighbours
    fool = FoolExplorer(lenet, digits[0], labels)
    text = moved(fool, image=4, target=3, steps=0)
    fed = interpret.activations(lenet, digits[0], "relu3")
    places, _ = interpret.principal_components(fed)
    *_, wandering = fool.changed(digits[0][4:5], 3)
    _, middle, axes, _ = fool.map()
    stars = (wandering[:, 0] - middle) @ axes
    np.testing.assert_allclose(stars, [places[4]] * 2, atol=0.01)
    near = np.argsort(np.linalg.norm(fed - fed[4], axis=1))[1:6]
    assert text.endswith(f"star are {', '.join(str(k) for k in labels[near])}.")


def test_fool_a_drawing_wanders_too(fool, digits):
    fool.controls["drawing"].value = encode(np.kron(digits[0][2, 0], np.ones((4, 4))))
    assert fool.text.startswith("Your drawing is read as 1") and not fool.problem
    fool.set(target=1)
    assert fool.problem == "it is read as 1 already: choose what to become"
    assert "read as 7" in moved(fool, target=7, steps=15)


def test_fool_walks_once_for_an_image_and_a_class(fool, monkeypatch):
    moved(fool, image=3)
    monkeypatch.setattr(interpret, "fast_gradient_sign", lambda *a: pytest.fail("walked again"))
    moved(fool, steps=9)


def test_fool_refuses_what_it_cannot_map(lenet, digits):
    for images, message in (
        (digits[0] * 3 - 1, "images go from -1 to 2, expected 0 to 1"),
        (digits[0][:2], "images are 2, expected 3 or more"),
    ):
        with pytest.raises(ValueError, match=message):
            FoolExplorer(lenet, images, digits[1][: len(images)])
    one = Sequential([Dense(4, 3, rng=0)], (4,))
    with pytest.raises(ValueError, match="expected"):
        FoolExplorer(one, *digits)
    flat = Sequential([Flatten(), Dense(784, 10, rng=0)], (1, 28, 28))
    assert FoolExplorer(flat, *digits).layer == "flatten1"


def test_filters_form_as_recorded():
    explorer, found = FormingExplorer(), recorded("forming")
    dead = recorded("dead")
    assert explorer.text.startswith("Step 7,000 of 9,250, from the start 'usual'")
    assert "1 since step 4,250, 9 since step 4,000, 13 since step 7,000" in explorer.text
    silent = dead["most"][0, :, :16] <= 0  # the same run, recorded for another question
    np.testing.assert_array_equal(np.flatnonzero(silent[-1]), [1, 9, 13])
    text = moved(explorer, moment=19)
    step = int(found["at"][0, 0, 19])
    norms = interpret.strengths(found["filters"][0, 0, 19].astype(np.float32))
    assert text.startswith(f"Step {step:,} ") and f"norms from {norms.min():.2f}" in text
    assert f"(filter {norms.argmin()}) to {norms.max():.2f}" in text
    assert "None is silent for good. Still to die: 1 at step 4,250" in text
    text = moved(explorer, moment=26)
    assert "Silent to the end: 1 since step 4,250, 9 since" in text and "Still to die: 13" in text
    assert "'almost 0'" in moved(explorer, start=1)


def test_filters_of_which_none_dies_form_too(monkeypatch):
    record = {key: value.copy() for key, value in recorded("forming").items()}
    record["most"][...] = 1
    monkeypatch.setattr("cnnlib.widgets.filters.recorded", lambda name: record)
    explorer = FormingExplorer()
    assert explorer.text.endswith("None is silent for good. ") and not explorer.problem


@pytest.fixture
def dreams(lenet, digits):
    return MaximiseExplorer(lenet, digits[0])


@pytest.mark.parametrize("layer, unit", [("conv2", 5), ("dense2", 8)])
@pytest.mark.parametrize("knobs", ["none", "all three"])
def test_an_image_grows_as_the_library_makes_it(dreams, lenet, layer, unit, knobs):
    dreams.set(layer=layer, unit=unit, knobs=knobs, steps=3)
    text = moved(dreams, steps=7)
    twin = interpret.randomised(lenet, lenet.layers)
    for net, (made, _), said in zip((lenet, twin), dreams.grow(layer, unit, knobs), (
        "responds by", "to"), strict=True):  # fmt: skip
        expected = interpret.maximise(net, layer, unit, 7, **KNOBS[knobs])
        np.testing.assert_allclose(made[7], expected[0], atol=1e-6)
        y = interpret.activations(net, expected[None], layer, unit)[0]
        y = y if y.ndim == 0 else y[4, 4]
        assert f"{said} {y:.2f}" in text


def test_an_image_without_knobs_passes_the_best_real_one(dreams, lenet, digits):
    best = lenet.forward(digits[0])[:, 3].max()
    assert f"the best of 80 images gets {best:.2f}, passed at step" in dreams.text
    assert "not passed so far" in moved(dreams, steps=1)


def test_units_end_where_the_layer_does(dreams):
    assert "unit 3 of dense2" in dreams.text and dreams.controls["unit"].max == 9
    assert "unit 3 of conv1" in moved(dreams, layer="conv1")
    assert dreams.controls["unit"].max == 15


def test_a_unit_that_nothing_moves_is_refused_each_time(digits):
    network = load_trained("lenet5")
    network["conv1"].params["w"][2] = 0
    explorer = MaximiseExplorer(network, digits[0])
    explorer.set(layer="conv1", unit=1)
    text = explorer.text
    for _ in range(2):
        explorer.set(unit=2)
        assert "no pixel moves unit 2 of conv1" in explorer.problem
    explorer.set(unit=1)
    assert explorer.text == text and not explorer.problem


def test_steps_that_were_done_are_not_done_again(dreams, monkeypatch):
    monkeypatch.setattr(interpret, "input_gradient", lambda *a: pytest.fail("done again"))
    moved(dreams, steps=5)


EXPLORERS = [
    FilterExplorer,
    WhereExplorer,
    DigitExplorer,
    lambda n, x, y: ReceptiveFieldExplorer(n, x),
    lambda n, x, y: MaximiseExplorer(n, x),
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
            r"images has shape \(28, 28\), expected \(N, 1, ",
        ),
        (np.zeros((2, 3, 28, 28), "f"), ValueError, r"expected \(N, 1, "),
        (np.zeros((2, 1, 28, 28), "u1"), TypeError, "images are uint8, expected floats: x.astype"),
        (np.full((2, 1, 28, 28), np.nan), ValueError, "images hold NaN or infinity"),
        (None, TypeError, "images is None, expected an array of numbers"),
    ],
)
def test_images_that_cannot_be_explored_are_refused(images, error, message, lenet):
    for explorer in EXPLORERS:
        with pytest.raises(error, match=message):
            explorer(lenet, images, np.zeros(2, int))


def test_a_label_for_each_image(lenet, digits):
    for explorer in EXPLORERS[:3]:
        with pytest.raises(ValueError, match=r"labels has shape \(3,\), expected \(N,\), N = 80"):
            explorer(lenet, digits[0], digits[1][:3])


def test_what_was_used_last_is_kept_and_the_rest_forgotten():
    kept, made = Kept(mlp(rng=0)), []
    for key in (*range(Kept.most), 0, Kept.most, 0):
        kept.get(key, made.append, key)
    assert made == [*range(Kept.most), Kept.most] and 1 not in kept.found
