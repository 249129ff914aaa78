"""The arithmetic of the explorers that compute in the page: it is NumPy's."""

import re

import numpy as np
import pytest

from cnnlib.augment import augment
from cnnlib.datasets import load_mnist
from cnnlib.digits import prepare_digit
from cnnlib.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import softmax
from cnnlib.models import MODELS, WEIGHTS, load_trained
from cnnlib.network import Residual, Sequential
from cnnlib.widgets.page import HERE, Pack, bundle
from tests import javascript

IMAGES, LABELS = load_mnist()[1]
needs_javascript = pytest.mark.skipif(bool(javascript.without()), reason=javascript.without())

RUN = """(m, {layers, numbers, images, shape}, floats, text64) => {
    const packed = m.unpack(layers, floats(numbers)), x = floats(images), out = [];
    const size = shape.reduce((a, b) => a * b, 1);
    for (let i = 0; i < x.length; i += size) {
        out.push(m.run(packed, m.tensor(shape, x.subarray(i, i + size))).at(-1).data);
    }
    const all = new Float32Array(out.length * out[0].length);
    out.forEach((data, i) => all.set(data, i * data.length));
    return text64(all);
}"""


def in_the_page(network, x):
    """Send x through a network as the page does."""
    pack = Pack(network)
    given = {
        "layers": pack.layers,
        "numbers": javascript.sent(np.frombuffer(pack.numbers(), "<f4")),
        "images": javascript.sent(x),
        "shape": x.shape[1:],
    }
    text = javascript.call(bundle("arithmetic.js"), RUN, given)
    return javascript.received(text, (len(x), *network.output_shape(x.shape[1:])))


@needs_javascript
@pytest.mark.parametrize("name", sorted(MODELS.keys() & {p.stem for p in WEIGHTS.glob("*.npz")}))
def test_a_thousand_digits_are_read_as_numpy_reads_them(name):
    network, x = load_trained(name), IMAGES[: 1000 if name == "lenet5" else 200]
    found, wanted = in_the_page(network, x), network.forward(x)
    assert np.abs(found - wanted).max() < 2e-5 * np.abs(wanted).max()
    assert (found.argmax(axis=1) == wanted.argmax(axis=1)).all()


def settled(network, shape):
    """Give each layer's arrays, running variances too, numbers that are no special ones."""
    rng = np.random.default_rng(0)
    for name, value in network.weights().items():
        value[...] = rng.random(value.shape) + (0.5 if name.endswith("var") else -0.5)
    return network, rng.standard_normal((3, *shape)).astype(np.float32)


LAYERS = {
    "stride, pad": lambda: ([Conv2D(2, 4, 3, stride=2, pad=2)], (2, 9, 8)),
    "dilation": lambda: ([Conv2D(2, 3, 3, dilation=2, pad=1)], (2, 9, 8)),
    "groups": lambda: ([Conv2D(4, 6, (3, 1), groups=2)], (4, 5, 6)),
    "dense": lambda: ([Flatten(), Dense(24, 5)], (2, 3, 4)),
    "norm of maps": lambda: ([BatchNorm(3, eps=0.1)], (3, 4, 5)),
    "norm of numbers": lambda: ([Flatten(), BatchNorm(6)], (6, 1, 1)),
    "activations": lambda: ([ReLU(), LeakyReLU(0.2), Tanh(), Sigmoid(), Dropout(0.5)], (2, 3, 3)),
    "leaky": lambda: ([LeakyReLU(0.2)], (2, 3, 3)),
    "max pool": lambda: ([MaxPool2D(3, stride=2, pad=1)], (2, 7, 8)),
    "average pool": lambda: ([AvgPool2D((2, 3), stride=2, pad=1)], (2, 7, 8)),
    "global average": lambda: ([GlobalAvgPool2D(), Dense(3, 2)], (3, 4, 5)),
    "residual": lambda: (
        [Residual(Sequential([Conv2D(2, 2, 3, pad=1), ReLU(), Conv2D(2, 2, 3, pad=1)])), ReLU()],
        (2, 5, 5),
    ),
    "shortcut": lambda: ([Residual(Conv2D(2, 3, 1), Conv2D(2, 3, 1))], (2, 4, 4)),
    "stack in a stack": lambda: ([Sequential([Sequential([ReLU()]), MaxPool2D(2)])], (1, 4, 4)),
}


@needs_javascript
@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_does_what_it_does_in_python(name):
    layers, shape = LAYERS[name]()
    network, x = settled(Sequential(layers), shape)
    np.testing.assert_allclose(in_the_page(network, x), network.forward(x), atol=3e-6)


def test_what_the_page_cannot_compute_is_named():
    class Cube(ReLU.__base__):
        def forward(self, x):
            return x**3

    with pytest.raises(ValueError, match=r"holds Cube\(\), which the page cannot"):
        Pack(Sequential([Cube()]))


PREPARE = """(m, {ink, size}, floats, text64) => {
    const x = floats(ink), out = [];
    for (let i = 0; i < x.length; i += size * size) {
        out.push(...m.prepareDigit(x.subarray(i, i + size * size), size).data);
    }
    return text64(Float32Array.from(out));
}"""


@needs_javascript
def test_a_drawing_is_prepared_as_in_python():
    bent = augment(IMAGES[:49], np.random.default_rng(0), shift=0, rotate=15, scale=0.25)
    drawings = np.zeros((50, 112, 112), np.float32)  # the last one stays empty
    drawings[:49, 5:61, 50:106] = np.kron(bent[:, 0], np.ones((2, 2)))
    given = {"ink": javascript.sent(drawings), "size": 112}
    found = javascript.received(
        javascript.call(bundle("arithmetic.js"), PREPARE, given), (50, 28, 28)
    )
    np.testing.assert_allclose(found, [prepare_digit(d) for d in drawings], atol=1e-6)


@needs_javascript
def test_softmax_is_pythons():
    scores = [3.0, -1.0, 80.0, 79.0]
    found = javascript.call(bundle("arithmetic.js"), "(m, given) => m.softmax(given)", scores)
    np.testing.assert_allclose(found, softmax(np.array([scores]))[0], atol=1e-7)


@pytest.mark.parametrize("path", sorted(HERE.glob("*.js")), ids=lambda path: path.name)
def test_a_module_is_one_text_that_fetches_nothing(path):
    asks = r"^import|https?://(?!www.w3.org/)|\brequire\(|\bfetch\(|XMLHttpRequest"
    assert not re.search(asks, bundle(path.name), re.M)
