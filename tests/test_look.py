"""One call, one figure, for any network and for plain arrays; and kind errors."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from cnnlib import interpret, look
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.models import load_trained, mlp
from cnnlib.network import Residual, Sequential
from cnnlib.parts import path, receptive_field
from cnnlib.plots.base import crop
from tests.helpers import axes_of, every_figure, texts, tiles


@pytest.fixture(scope="module")
def digits(mnist_test):
    return mnist_test[0][:60], mnist_test[1][:60]


def colour_network():
    """Make a network for colour images, with a block, that does not begin with a convolution."""
    body = Sequential([Conv2D(6, 6, 3, pad=1, rng=1), BatchNorm(6), ReLU()])
    layers = [BatchNorm(3), Conv2D(3, 6, 5, rng=0), ReLU(), MaxPool2D(2), Residual(body)]
    layers += [GlobalAvgPool2D(), Dense(6, 4, rng=2)]
    return Sequential(layers, input_shape=(3, 16, 16))


COLOURS = np.random.default_rng(0).random((5, 3, 16, 16), np.float32)


def drawn(figure):
    """Check that it renders, no wider than a page; return its first axes."""
    return axes_of(figure)[0]


def words(figure):
    """Return every text of a figure that is not blank."""
    found = [figure._suptitle, *figure.texts]
    for ax in figure.axes:
        found += [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
    return [text for text in found if text and text.get_text().strip()]


def test_layers_lists_names_that_can_be_used():
    network = colour_network()
    names = look.layers(network)
    assert "residual1.stack1.conv1" in names
    assert look.layers(network, "conv") == ["conv1", "residual1.stack1.conv1"]
    for name in names:
        assert path(network, name)


def test_plot_filters_shows_the_strongest_first(lenet):
    w = lenet["conv1"].params["w"]
    ax = drawn(look.plot_filters(lenet))
    order = np.argsort(-interpret.strengths(w), kind="stable")
    np.testing.assert_array_equal(tiles(ax), w[order, 0])
    np.testing.assert_array_equal(tiles(drawn(look.plot_filters(lenet, sort=False))), w[:, 0])
    assert len(tiles(drawn(look.plot_filters(lenet, which=3)))) == 1


def test_plot_filters_of_an_array_is_that_of_the_network(lenet):
    w = lenet["conv1"].params["w"]
    one, two = drawn(look.plot_filters(lenet)), drawn(look.plot_filters(w.tolist()))
    np.testing.assert_array_equal(tiles(one), tiles(two))
    assert "16 filters of the array" in texts(two)[0]


def test_plot_filters_limits_what_it_shows_and_says_so():
    w = np.random.default_rng(0).standard_normal((40, 50, 2, 2))
    w[:, 7] *= 0.01
    ax = drawn(look.plot_filters(w))
    assert len(ax.images) == 32 * 32
    assert "32 of 40 filters of the array" in texts(ax)[0]
    assert "32 of 50 channels" in texts(ax)[0]
    assert "7" not in texts(ax) and sum(t.isdigit() for t in texts(ax)) == 32


def test_plot_filters_of_colour_images_are_in_colour():
    ax = drawn(look.plot_filters(colour_network()))
    assert [tile.shape for tile in tiles(ax)] == [(5, 5, 3)] * 6


def test_plot_filters_inside_a_block():
    ax = drawn(look.plot_filters(colour_network(), "residual1.stack1.conv1", which=[2, 5]))
    assert len(ax.images) == 12


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ((np.zeros((3, 5, 5)),), ValueError, r"expected \(F, C, KH, KW\)"),
        ((np.zeros((2, 1, 3, 3)), "conv1"), ValueError, "filters is an array"),
        ((mlp(rng=0),), ValueError, "no conv layer; its layers are flatten1, dense1"),
        ((colour_network(), "relu1"), ValueError, "a relu, expected one of conv1"),
        ((colour_network(), "conv7"), KeyError, "no layer 'conv7', the layers are norm1"),
        ((colour_network(), "conv1", [6]), ValueError, "expected numbers from 0 to 5"),
        ((colour_network(), "conv1", []), ValueError, "expected numbers from 0 to 5"),
    ],
)
def test_plot_filters_says_what_is_wrong(arguments, error, message):
    for plot in (look.plot_filters, look.plot_spectrum):
        with pytest.raises(error, match=message):
            plot(*arguments)


def test_plot_spectrum_takes_networks_and_arrays(lenet):
    for filters in (lenet, lenet["conv2"].params["w"], colour_network()):
        axes = look.plot_spectrum(filters).axes
        w, gain = tiles(axes[0])[0], tiles(axes[len(axes) // 2])[0]
        np.testing.assert_allclose(gain, interpret.spectrum(w))


def test_plot_feature_maps_shows_the_layers_maps(lenet, digits):
    x, _ = digits
    for image in (x[3], x[3, 0], x[3:4], x[3].astype(np.float64)):
        ax = drawn(look.plot_feature_maps(lenet, image, "pool1"))
        expected = interpret.activations(lenet, x[3:4], "pool1")[0]
        np.testing.assert_allclose(tiles(ax), expected, atol=1e-6)
    drawn(look.plot_feature_maps(colour_network(), COLOURS[0], "residual1.stack1.relu1"))


def test_plot_feature_maps_of_a_layer_without_maps_is_refused(lenet, digits):
    with pytest.raises(ValueError, match="dense1 returns 128 numbers"):
        look.plot_feature_maps(lenet, digits[0][0], "dense1")


def test_plot_most_exciting_shows_the_best_patches(lenet, digits):
    x, _ = digits
    ax = drawn(look.plot_most_exciting(lenet, x, "conv2", [15, 7], count=3))
    found = interpret.strongest(interpret.activations(lenet, x, "conv2", 15), 3)
    fields = [receptive_field(lenet, "conv2", r, c) for _, r, c, _ in found]
    patches = [crop(x[n], *f)[0] for (n, *_), f in zip(found, fields, strict=True)]
    np.testing.assert_array_equal(tiles(ax)[:3], patches)
    assert [f"{value:.2f}" for *_, value in found] == texts(ax)[1:4]


def test_plot_most_exciting_chooses_six_filters_if_not_told(lenet, digits):
    ax = drawn(look.plot_most_exciting(lenet, digits[0]))
    assert len(ax.images) == 6 * 8
    tops = interpret.activations(lenet, digits[0], "conv2").max(axis=(0, 2, 3))
    named = {int(t) for t in texts(ax) if t.isdigit()}
    assert named == set(np.argsort(-tops)[:6].tolist())
    drawn(look.plot_most_exciting(colour_network(), COLOURS, count=3))
    drawn(look.plot_most_exciting(lenet, digits[0], "dense2", count=3))


def test_patches_at_the_border_are_as_large_as_others():
    network = Sequential([Conv2D(1, 1, 5, pad=2)], input_shape=(1, 6, 6))
    network["conv1"].params["w"][...] = 1
    x = np.zeros((2, 1, 6, 6), np.float32)
    x[0, 0, 0, 0], x[1, 0, 3, 3] = 2, 1
    corner, inner = tiles(drawn(look.plot_most_exciting(network, x, count=2)))
    assert corner.shape == inner.shape == (5, 5)
    assert corner[2, 2] == 2 and not corner[:2].any()  # above the image there is nothing


def test_plot_receptive_field_frames_what_is_seen(lenet):
    ax = drawn(look.plot_receptive_field(lenet, "conv2", 0, 7))
    assert ax.patches[0].get_bbox().bounds == (13.5, -0.5, 14, 14)
    seen = np.argwhere(tiles(ax)[0] > 0)
    assert [*seen.min(axis=0), *seen.max(axis=0)] == [0, 14, 13, 27]
    figure = look.plot_receptive_field(colour_network(), "residual1", images=COLOURS)
    assert any("(3, 3) of residual1" in text.get_text() for text in words(figure))  # the middle
    with pytest.raises(ValueError, match="dense1 returns 128 numbers"):
        look.plot_receptive_field(lenet, "dense1")
    with pytest.raises(ValueError, match="expected a pixel of 8 by 8"):
        look.plot_receptive_field(lenet, "conv2", 8, 0)


def test_plot_saliency_has_five_methods(lenet, digits):
    x, labels = digits
    ax = drawn(look.plot_saliency(lenet, x[:2]))
    assert len(ax.images) == 12
    np.testing.assert_allclose(tiles(ax)[1], interpret.saliency(lenet, x[:2], labels[:2])[0])
    assert any(text.startswith("7 (100") for text in texts(ax))
    ax = drawn(look.plot_saliency(lenet, x[0, 0], labels=3))
    np.testing.assert_allclose(tiles(ax)[1], interpret.saliency(lenet, x[:1], 3)[0], rtol=1e-5)


def test_plot_saliency_of_networks_with_colour_and_without_maps(digits):
    assert len(drawn(look.plot_saliency(colour_network(), COLOURS[:1], size=3)).images) == 6
    assert len(drawn(look.plot_saliency(mlp(rng=0), digits[0][:1])).images) == 5  # no Grad-CAM
    with pytest.raises(ValueError, match="expected scores"):
        look.plot_saliency(Sequential([ReLU()], (1, 28, 28)), digits[0][:1])
    with pytest.raises(ValueError, match="labels go from 10 to 10, expected 0 to 9"):
        look.plot_saliency(mlp(rng=0), digits[0][:1], labels=10)


def test_plot_maximised_leaves_dead_units_empty(lenet):
    conv = Conv2D(1, 2, 3)
    conv.params["w"][...] = np.array([1, -1]).reshape(2, 1, 1, 1)
    network = Sequential([conv, ReLU()], input_shape=(1, 8, 8))
    ax = drawn(look.plot_maximised(network, steps=3))
    assert len(ax.images) == 1 and {"0", "1"} <= set(texts(ax))
    assert len(drawn(look.plot_maximised(lenet, steps=2)).images) == 10
    with pytest.raises(ValueError, match="input_shape"):
        look.plot_maximised(Sequential([Flatten()]))


def test_plot_ablation_shows_what_is_lost(lenet, digits):
    ax = drawn(look.plot_ablation(lenet, *digits, "pool1"))
    whole = (lenet.forward(digits[0]).argmax(axis=1) == digits[1]).mean()
    left = interpret.ablation(lenet, *digits, "pool1")
    np.testing.assert_allclose(
        [p.get_height() for p in ax.patches], 100 * (whole - left), atol=1e-9
    )


def test_plot_embedding_shows_every_image(lenet, digits):
    ax = drawn(look.plot_embedding(lenet, *digits))
    assert sum(len(points.get_offsets()) for points in ax.collections) == 60
    assert "% of the variance" in ax.get_xlabel() and "relu3" in ax.get_title()


def test_plot_fooled_says_what_the_network_makes_of_it(lenet, digits):
    ax = drawn(look.plot_fooled(lenet, digits[0][:3], digits[1][:3], 0.25))
    said = [text for text in texts(ax) if "%" in text]
    assert len(said) == 6 and said[0].startswith("7: ")
    assert [t[0] for t in said[:3]] != [t[0] for t in said[3:]]
    drawn(look.plot_fooled(colour_network(), COLOURS[:2], np.array([0, 1])))


@pytest.mark.parametrize(
    "images, error, message",
    [
        (np.zeros((1, 28, 28), np.uint8), TypeError, "divide|/ 255"),
        (np.zeros(28), ValueError, r"expected \(H, W\)"),
        (np.zeros((3, 28, 28)), ValueError, "conv1"),
        (np.zeros((20, 20)), ValueError, "x has shape"),
    ],
)
def test_images_that_do_not_fit_are_refused(lenet, images, error, message):
    with pytest.raises(error, match=message):
        look.plot_saliency(lenet, images)


def test_what_is_no_network_is_refused(digits):
    for plot in (look.plot_feature_maps, look.plot_saliency, look.plot_most_exciting):
        with pytest.raises(TypeError, match="expected a cnnlib Sequential"):
            plot(np.zeros((3, 1, 5, 5)), digits[0][:1])
    for plot in (look.plot_maximised, look.plot_receptive_field):
        with pytest.raises(TypeError, match=r"network is Conv2D\(.*, expected a cnnlib Sequ"):
            plot(Conv2D(1, 1, 3), "conv1")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_word_is_cut_and_any_network_of_floats_is_drawn(digits, dtype):
    """One filter, one unit, one image: figures narrower than their titles."""
    network = load_trained("lenet5").astype(dtype)
    for figure in every_figure(network, digits[0][:9], digits[1][:9]):
        drawn(figure)
        renderer, page = FigureCanvasAgg(figure).get_renderer(), figure.bbox
        for text in words(figure):
            box = text.get_window_extent(renderer)
            inside = page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1
            assert inside and page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1, text
    functions = {name for name in vars(look) if name.startswith("plot_")}
    assert functions <= set(every_figure.__code__.co_names)


def test_every_figure_has_a_title_and_it_can_be_chosen(lenet, digits):
    x, labels = digits[0][:9], digits[1][:9]
    calls = every_figure(lenet, x, labels), every_figure(lenet, x, labels, title="mine")
    for usual, chosen in zip(*calls, strict=True):
        said, mine = ({text.get_text() for text in words(figure)} for figure in (usual, chosen))
        assert len(said - mine) == 1 and mine - said == {"mine"}


# --------------------------------------------------------------------------- what others met


def test_strengths_and_scales_of_small_integers_are_right():
    """By hand: the roots of 4 * 100**2, of 10**2, of 9 * 16**2; in int8 and uint8 they wrap."""
    w = np.int8([[[[10, 0], [0, 0]]], [[[100, -100], [100, -100]]], [[[-128, 64], [0, 0]]]])
    ax = drawn(look.plot_filters(w))
    assert [t for t in texts(ax) if ":" in t][:3] == ["1: 200.00", "2: 143.11", "0: 10.00"]
    assert ax.images[0].get_clim() == (-128, 128)
    nine = np.full((1, 1, 3, 3), 16, np.uint8)
    assert "0: 48.00" in texts(drawn(look.plot_filters(nine)))
    two = np.int8([[[[-128]], [[100]]]])
    assert tiles(look.plot_spectrum(two).axes[0])[0] == -128  # the stronger of two channels
    half = np.full((1, 1, 3, 3), 300, np.float16)
    assert "0: 900.00" in texts(drawn(look.plot_filters(half)))


@pytest.mark.parametrize("channels", [1, 3, 5])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_one_broken_number_is_named_and_blanks_nothing_else(channels, value):
    w = np.random.default_rng(0).standard_normal((4, channels, 3, 3))
    whole = tiles(drawn(look.plot_filters(w, sort=False)))
    w[3, 0, 2, 2] = value
    ax = drawn(look.plot_filters(w, sort=False, which=[0, 1, 2]))
    assert all(np.isfinite(tile).all() for tile in tiles(ax))
    ax = drawn(look.plot_filters(w, sort=False))
    assert "NaN or infinite, drawn as 0: 3" in " ".join(texts(ax))
    assert f"3: {value}" in texts(ax) or channels == 5
    assert len(tiles(ax)) == len(whole) and not any("nan" in t and "up to" in t for t in texts(ax))


def test_filters_in_the_order_of_keras_are_noticed():
    with pytest.warns(UserWarning, match=r"as in Keras, pass filters.transpose\(3, 2, 0, 1\)"):
        look.plot_filters(np.ones((5, 5, 1, 32)))
    look.plot_filters(np.ones((2, 1, 1, 7)))  # wide kernels are none of these


def test_only_what_sees_the_image_has_colours():
    network = Sequential([Conv2D(1, 3, 3, rng=0), ReLU(), Conv2D(3, 5, 3, rng=0)], (1, 8, 8))
    assert [tile.shape for tile in tiles(drawn(look.plot_filters(network, "conv2")))] == 15 * [
        (3, 3)
    ]


@pytest.mark.parametrize(
    "filters, message",
    [
        (Conv2D(1, 2, 3, rng=0), "filters is Conv2D, expected a network or an array"),
        ("w.npz", "filters is str, expected a network or an array"),
        ({}, "filters is dict, expected a network or an array"),
        (np.ones((1, 1, 2, 2), complex), "an array of complex128, expected .* real numbers"),
        (np.array([[[["a"]]]]), "an array of <U1"),
    ],
)
def test_what_is_no_bank_of_filters_is_named(filters, message):
    for plot in (look.plot_filters, look.plot_spectrum):
        with pytest.raises(TypeError, match=message):
            plot(filters)


def test_embedding_says_what_it_cannot_draw(lenet, digits):
    x, labels = digits
    with pytest.raises(ValueError, match="labels go from 1 to 26, expected 0 to 9"):
        look.plot_embedding(lenet, x, np.arange(60) % 26 + 1)
    with pytest.raises(ValueError, match="1 images with 128 numbers of relu3 each, expected two"):
        look.plot_embedding(lenet, x[:1], labels[:1])
    with pytest.raises(ValueError, match=r"labels have shape \(3,\), expected \(60,\)"):
        look.plot_embedding(lenet, x, labels[:3])
    single = Sequential([Flatten()], (1, 28, 28))
    with pytest.raises(ValueError, match="network has one layer, expected the name"):
        look.plot_embedding(single, x, labels)
    narrow = Sequential([Flatten(), Dense(784, 1, rng=0), Dense(1, 10, rng=0)], (1, 28, 28))
    with pytest.raises(ValueError, match="60 images with 1 numbers of dense1 each"):
        look.plot_embedding(narrow, x, labels)


def test_saliency_says_what_it_cannot_ask(lenet, digits):
    one = Sequential([Flatten(), Dense(784, 1, rng=0)], (1, 28, 28))
    with pytest.raises(ValueError, match="of two classes or more"):
        look.plot_saliency(one, digits[0][:1])
    with pytest.raises(ValueError, match=r"labels have shape \(2, 10\), expected \(2,\)"):
        look.plot_saliency(lenet, digits[0][:2], labels=np.eye(10, dtype=int)[[7, 2]])


def test_fooling_needs_images_between_0_and_1(lenet, digits):
    x, labels = digits
    with pytest.raises(ValueError, match="images go from -0.424.* to 2.82.*, expected 0 to 1"):
        look.plot_fooled(lenet, (x[:3] - 0.1307) / 0.3081, labels[:3])


@pytest.mark.parametrize(
    "images, message",
    [
        (np.zeros((0, 1, 28, 28), np.float32), r"images have shape \(0, 1, 28, 28\)"),
        (np.full((28, 28), np.nan), "images hold NaN or infinity"),
    ],
)
def test_nothing_and_no_numbers_are_refused(lenet, images, message):
    for plot in (look.plot_feature_maps, look.plot_saliency, look.plot_most_exciting):
        with pytest.raises(ValueError, match=message):
            plot(lenet, images)


def test_a_photograph_of_a_digit_is_looked_at(lenet, digits, tmp_path):
    ink = np.kron(digits[0][0, 0], np.ones((6, 6)))
    Image.fromarray(np.uint8(230 - 200 * ink)).save(tmp_path / "seven.png")
    assert any(
        t.startswith("7 (") for t in texts(drawn(look.plot_saliency(lenet, tmp_path / "seven.png")))
    )
    with pytest.raises(ValueError, match="expected .1, 28, 28. for a file"):
        look.plot_feature_maps(colour_network(), tmp_path / "seven.png")
