"""The explorers that compute in the page, driven without a browser."""

import base64
import json

import matplotlib
import numpy as np
import pytest

from cnnlib.datasets import load_mnist
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.models import load_trained, mlp
from cnnlib.network import Residual, Sequential
from cnnlib.plots.base import SIGNED_MAP
from cnnlib.widgets.network import NetworkExplorer, shares
from cnnlib.widgets.page import bundle
from cnnlib.widgets.paint import PaintExplorer
from tests import javascript

IMAGES, LABELS = (part[:5] for part in load_mnist()[1])
needs_javascript = pytest.mark.skipif(bool(javascript.without()), reason=javascript.without())


@pytest.fixture(scope="module")
def network():
    return load_trained("lenet5")


@pytest.mark.parametrize(
    "make", [lambda n: NetworkExplorer(n, IMAGES, LABELS), lambda n: PaintExplorer()]
)
def test_it_offers_its_picture_where_no_kernel_runs(make, network):
    explorer = make(network)
    data, _ = explorer._repr_mimebundle_()
    assert data["text/plain"] == repr(explorer) == f"{type(explorer).__name__}: {explorer.hint}"
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert "application/vnd.jupyter.widget-view+json" in data


# The whole network


def test_it_opens_at_the_strongest_number_of_the_last_convolution(network):
    explorer = NetworkExplorer(network, IMAGES)
    maps = dict(network.steps(IMAGES[:1]))["conv2"][0]
    assert explorer.layer == "conv2"
    assert maps[explorer.map, explorer.row, explorer.column] == maps.max()


def test_shown_again_it_is_the_network_as_it_is_now_with_the_image_chosen():
    network, other = load_trained("lenet5"), load_trained("lenet5")
    explorer = NetworkExplorer(network, IMAGES)
    shown, packed = explorer._repr_mimebundle_()[0], explorer.numbers
    for net in (network, other):
        net.params["conv1.w"][...] *= -1
    fresh = NetworkExplorer(other, IMAGES[2:3])
    explorer.set_trait("image", 2)
    for name in ("layer", "map", "row", "column"):
        explorer.set_trait(name, getattr(fresh, name))
    again = explorer._repr_mimebundle_()[0]
    assert explorer.numbers == fresh.numbers != packed
    assert again["image/png"] == fresh._repr_mimebundle_()[0]["image/png"] != shown["image/png"]


@pytest.mark.parametrize(
    "layer, shape",
    [
        (Conv2D(2, 4, 3, stride=2, pad=1, rng=0), (2, 7, 9)),
        (Dense(12, 4, rng=0), (3, 2, 2)),
        (Dense(5, 4, rng=0), (5,)),
    ],
)
def test_what_the_maps_before_give_makes_a_number(layer, shape):
    x = np.random.default_rng(0).random(shape, np.float32)
    y = layer.forward(x[None] if isinstance(layer, Conv2D) else x.reshape(1, -1))[0]
    given = shares(layer, x, 3, 2, 1)
    assert given.shape == shape[:1]
    assert given.sum() == pytest.approx(y[(3, 2, 1)[: y.ndim]], abs=1e-5)  # biases start at 0


def test_networks_of_other_layers_open_too():
    residual = Sequential(
        [
            # integers of NumPy, for which JSON has no word
            Conv2D(*np.array([1, 4, 3, 1, 1, 1, 1]), rng=0),
            Residual(Sequential([MaxPool2D(*np.array([3, 1, 1]))])),
            GlobalAvgPool2D(),
        ],
        (1, 28, 28),
    )
    assert type(residual["conv1"].channels) is int
    for network, layer in ((mlp(rng=0), "dense2"), (residual, "conv1")):
        explorer = NetworkExplorer(network, IMAGES)
        assert explorer.layer == layer and explorer._repr_mimebundle_()
        json.dumps(explorer.layers)


def test_a_stack_within_the_network_is_seen_layer_by_layer():
    inner = Sequential([Conv2D(1, 4, 3, pad=1, rng=0), ReLU()])
    network = Sequential([inner, Flatten(), Dense(4 * 28 * 28, 10, rng=1)], (1, 28, 28))
    explorer = NetworkExplorer(network.astype(np.float64), IMAGES)
    assert explorer.layer == "stack1.conv1"
    assert {"stack1.conv1", "stack1.relu1"} <= {row["name"] for row in explorer.layers}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"images": IMAGES[0]}, r"shape \(1, 28, 28\), expected \(N, C, H, W\)"),
        ({"labels": [1]}, r"labels has shape \(1,\), expected \(N,\), N = 5"),
        ({"layer": "conv9"}, "layer is 'conv9', expected one of input, conv1"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message, network):
    with pytest.raises(ValueError, match=message):
        NetworkExplorer(network, **{"images": IMAGES, **arguments})


MADE = """(m, {layers, numbers, image, asked}, floats) => {
    const x = m.tensor([1, 28, 28], floats(image));
    const columns = m.columns(m.unpack(layers, floats(numbers)), x);
    return asked.map(([name, map, row, column]) => {
        const c = columns.findIndex((each) => each.name === name);
        const place = [columns[c], columns[Math.max(c - 1, 0)], map, row, column];
        const names = columns.map((each) => each.name);
        return {...m.made(...place), text: m.say(...place), names};
    });
}"""


def made(network, *asked):
    """Ask the page what numbers are made of."""
    explorer = NetworkExplorer(network, IMAGES[:1])
    numbers, image = (base64.b64encode(b).decode() for b in (explorer.numbers, explorer.images))
    given = {"layers": explorer.layers, "numbers": numbers, "image": image, "asked": asked}
    both = bundle("anatomy.js") + bundle("arithmetic.js")
    return javascript.call(both, MADE, given)


@needs_javascript
def test_the_parts_of_a_number_sum_to_it(network):
    steps = {"input": IMAGES[:1], **dict(network.steps(IMAGES[:1]))}
    asked = [("conv1", 7, 5, 9), ("conv2", 15, 3, 4), ("dense1", 100, 0, 0), ("dense2", 7, 0, 0)]
    for (name, f, row, column), found in zip(asked, made(network, *asked), strict=True):
        y = steps[name][0][f]
        assert found["value"] == pytest.approx(y[row, column] if y.ndim else y, abs=1e-5)
        total = sum(part["value"] for part in found["parts"]) + found["bias"]
        assert total == pytest.approx(found["value"], abs=1e-5)
        sizes = [abs(part["value"]) for part in found["parts"]]
        assert sizes == sorted(sizes, reverse=True)
        assert "flatten1" not in found["names"]


@needs_javascript
def test_the_window_and_its_work_are_those_of_numpy(network):
    (found,) = made(network, ("conv2", 15, 3, 4))
    maps, w = dict(network.steps(IMAGES[:1]))["pool1"][0], network["conv2"].params["w"][15]
    products = (maps[:, 3:8, 4:9] * w).sum(axis=(1, 2))
    strongest = np.abs(products).argmax()
    assert found["channel"] == found["parts"][0]["map"] == strongest
    assert found["window"] == {"top": 3, "left": 4, "step": 1, "rows": 5, "columns": 5}
    window, weights, product = (np.reshape(grid["values"], (5, 5)) for grid in found["work"])
    np.testing.assert_allclose(window, maps[strongest, 3:8, 4:9], atol=1e-5)
    np.testing.assert_allclose(weights, w[strongest])
    np.testing.assert_allclose(product.sum(), products[strongest], atol=1e-5)
    k = np.argmax(np.sign(products[strongest]) * product)
    assert found["strongest"] == {"row": 3 + k // 5, "col": 4 + k % 5}
    assert len(found["slices"]) == 16


@needs_javascript
def test_pooling_and_relu_say_where_a_number_came_from(network):
    pool, relu, image = made(network, ("pool1", 7, 2, 8), ("relu1", 7, 5, 9), ("input", 0, 7, 12))
    maps = dict(network.steps(IMAGES[:1]))["relu1"][0, 7]
    assert pool["value"] == pytest.approx(maps[4:6, 16:18].max(), abs=1e-5)
    assert pool["window"]["top"] == 4 and pool["window"]["left"] == 16
    k = maps[4:6, 16:18].argmax()
    assert pool["strongest"] == {"row": 4 + k // 2, "col": 16 + k % 2}
    assert relu["strongest"] == {"row": 5, "col": 9}
    assert "the greatest of 2 × 2 numbers" in pool["text"] and "relu1, map 7, row 5" in relu["text"]
    assert image["text"].startswith("The image: the pixel in row 7, column 12 is")


@needs_javascript
def test_behind_flatten_a_number_is_found_in_the_map_that_it_comes_from():
    layers = [Conv2D(1, 2, 25, rng=0), Flatten(), ReLU(), Dense(32, 10, rng=1)]
    network = Sequential(layers, (1, 28, 28))
    y = network["conv1"].forward(IMAGES[:1])[0]
    k = int(y[1].argmax())
    (found,) = made(network, ("relu1", 16 + k, 0, 0))
    assert found["parts"][0]["value"] == pytest.approx(y[1].flat[k], abs=1e-5)
    assert (found["window"]["top"], found["window"]["left"]) == divmod(k, 4)


# The painted filter


def test_the_painted_filter_opens_with_edges_and_knows_the_presets():
    explorer = PaintExplorer()
    assert explorer.weights == [-1, 0, 1, -2, 0, 2, -1, 0, 1]
    assert [0, 0, 0, 0, 1, 0, 0, 0, 0] in [sum(w, []) for w in explorer.presets.values()]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"picture": np.zeros((3, 40))}, r"picture has shape \(3, 40\)"),
        ({"weights": np.zeros((2, 2))}, r"weights has shape \(2, 2\)"),
    ],
)
def test_what_cannot_be_painted_on_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        PaintExplorer(**arguments)


@needs_javascript
@pytest.mark.parametrize(
    "weights, said",
    [
        ([0] * 9, "so is every number"),
        ([0, 0, 0, 0, 2, 0, 0, 0, 0], "Only one is not 0"),
        ([1] * 9, "sum to 9, and none is negative"),
        ([-1, 0, 1, -2, 0, 2, -1, 0, 1], "sum to 0: where the picture is even, they cancel"),
        ([0, -1, 0, -1, 5, -1, 0, -1, 0], "sum to 1, of both signs: even areas stay as bright"),
        ([1, 0, 1, -2, 1, 2, -1, 0, 1], "sum to 3, of both signs: even areas come out 3 times"),
        ([0, -1, 0, -1, 2, -1, 0, -1, 0], "sum to −2, of both signs: even areas come out negative"),
        ([-1] * 9, "sum to −9, and none is positive"),
        ([0, 0, -1, 0, 0, 0, 0, 0, 0], "Only one is not 0: the picture comes out negative"),
    ],
)
def test_what_a_filter_does_is_said(weights, said):
    assert said in javascript.call(bundle("paint.js"), "(m, weights) => m.say(weights)", weights)


@needs_javascript
def test_what_a_divided_filter_does_is_said():
    said = javascript.call(bundle("paint.js"), "m => m.say([2, 2, -1, 1, 0, 0, 0, 0, 0], 6)")
    assert "weights, divided, sum to 0.67" in said and "come out 0.67 times as bright" in said


@needs_javascript
@pytest.mark.parametrize("number", [-1, -0.5, 0, 0.5, 1])
def test_the_page_colours_a_sign_as_the_figures_do(number):
    shown = javascript.call(
        bundle("ink.js"), "(m, x) => m.colour(x, {top: 1, signed: true})", number
    )
    wanted = matplotlib.colormaps[SIGNED_MAP]((number + 1) / 2, bytes=True)[:3]
    np.testing.assert_allclose(shown, wanted, atol=1)


def test_a_layer_that_changes_no_number_is_stored_without_lines():
    explorer = NetworkExplorer(load_trained("lenet5"), IMAGES)
    explorer.layer, explorer.map = "flatten1", 0
    assert explorer.opening().axes
