"""What several test files need: arrays in every memory order, and layers held to their promises."""

import copy

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from cnnlib import look
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Residual, Sequential
from cnnlib.plots.figure import PAGE, Figure, to_png
from cnnlib.plots.quick import Numbers

EXAMPLES = 40  # that hypothesis tries in a usual run

# Arrays of the same numbers and shape that lie differently in memory.
ORDERS = {
    "batch last": lambda x: np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0),
    "batch first": lambda x: np.ascontiguousarray(x),
    "fortran": lambda x: np.asfortranarray(x),
    "every second": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "backwards": lambda x: np.ascontiguousarray(x[..., ::-1])[..., ::-1],
}
orders = st.sampled_from(sorted(ORDERS))
dtypes = st.sampled_from([np.float32, np.float64])
seeds = st.integers(0, 2**32 - 1)


def many(count):
    """Return how often to try what is tried with many draws: ten times as often in `make soak`."""
    return count * settings().max_examples // EXAMPLES


def drawn(figure):
    """Render a figure, as a notebook would, no wider than a page; return it."""
    assert isinstance(figure, Figure) and figure.get_figwidth() <= PAGE
    assert to_png(figure).startswith(b"\x89PNG")
    return figure


def moved(explorer, **values):
    """Set controls one by one; check that the picture and the words changed; return the words."""
    for name, value in values.items():
        before = explorer.image.value, explorer.text
        explorer.controls[name].value = value
        assert not explorer.problem
        assert explorer.image.value != before[0] and explorer.text != before[1], name
    return explorer.text


def axes_of(figure):
    """Return the axes of a figure, once it is known to render."""
    return drawn(figure).axes


def sheet_of(figure):
    """Return the only pair of axes of a figure."""
    (ax,) = axes_of(figure)
    return ax


def every_figure(network, x, labels, **title):
    """Draw every figure of a network that there is, each of as little as it takes."""
    yield look.plot_filters(network, which=[0], **title)
    yield look.plot_spectrum(network, which=[0], **title)
    yield look.plot_feature_maps(network, x[0], **title)
    yield look.plot_most_exciting(network, x, which=[0], count=1, **title)
    yield look.plot_receptive_field(network, "conv1", images=x[:1], **title)
    yield look.plot_saliency(network, x[:1], size=9, **title)
    yield look.plot_maximised(network, which=[0], steps=1, **title)
    yield look.plot_ablation(network, x, labels, "pool2", **title)
    yield look.plot_embedding(network, x, labels, **title)
    yield look.plot_fooled(network, x[:1], labels[:1], **title)


def tiles(ax):
    """Return the arrays of a sheet, in the order they were drawn."""
    return [np.asarray(image.get_array()) for image in ax.images]


def replaced(text, changes):
    """Replace texts in a text, which have to be there: a dict, old to new."""
    for old, new in changes.items():
        assert old in text, f"there is no {old!r} in {text}"
        text = text.replace(old, new)
    return text


def texts(ax):
    """Return what is written in axes: the numbers of a table, then all other words."""
    numbers = [text for table in ax.artists if isinstance(table, Numbers) for text in table.texts]
    return numbers + [text.get_text() for text in ax.texts]


def framed(image, line):
    """Return first row and column, rows and columns of what a line frames of a sheet's image."""
    left, right, bottom, top = image.get_extent()
    (H, W), (x, y) = image.get_array().shape[:2], line.get_xydata().T
    columns, rows = (x - left) * W / (right - left), (top - y) * H / (top - bottom)
    return [round(v, 6) for v in (min(rows), min(columns), np.ptp(rows), np.ptp(columns))]


def draw(shape, dtype=np.float64, order="batch last", seed=0):
    """Draw normal numbers; read-only, so that a layer that writes to its argument raises."""
    x = ORDERS[order](np.random.default_rng(seed).standard_normal(shape).astype(dtype))
    x.flags.writeable = False
    return x


def batch_last(a):
    """Say whether an array is a transposed view of a contiguous block with the batch axis last."""
    return np.moveaxis(a, 0, -1).flags.c_contiguous


def assert_keeps_its_promises(layer, shape, training=True):
    """Hold a layer to decision 3: arguments untouched, results never overwritten, dtype kept."""
    for dtype in (np.float32, np.float64):
        twin = copy.deepcopy(layer).astype(dtype)
        twin.training = training
        params = {name: value.copy() for name, value in twin.params.items()}
        kept = []
        for seed in range(3):
            x = draw(shape, dtype, seed=seed)
            y = twin.forward(x)
            dy = draw(y.shape, dtype, seed=seed + 9)
            dx = twin.backward(dy)
            results = {"y": y, "dx": dx, **twin.grads}
            assert y.shape == (len(x), *twin.output_shape(x.shape[1:]))
            assert all(type(size) is int for size in twin.output_shape(x.shape[1:]))
            assert dx.shape == x.shape
            for name, value in results.items():
                assert value.dtype == dtype, name
            for name, value in twin.state.items():
                assert value.dtype == dtype, name
            for name, value in twin.grads.items():
                assert value.shape == twin.params[name].shape, name
            np.testing.assert_array_equal(x, draw(shape, dtype, seed=seed))
            np.testing.assert_array_equal(dy, draw(y.shape, dtype, seed=seed + 9))
            if y.ndim == 4:
                assert batch_last(y)
            if x.ndim == 4:
                assert dx.strides[0] == dx.itemsize  # perhaps cut out of a padded block
            kept.append([(value, value.copy()) for value in results.values()])
        for value, copied in sum(kept, []):
            np.testing.assert_array_equal(value, copied)
        for name, value in params.items():
            np.testing.assert_array_equal(twin.params[name], value)


def noisy_network(rng=0):
    """Build a network with every kind of layer that measures or draws while it is trained."""
    rng = np.random.default_rng(rng)
    body = Sequential([Conv2D(3, 3, 3, pad=1, rng=rng), Dropout(0.2, rng=rng)])
    layers = [Conv2D(1, 3, 3, rng=rng), BatchNorm(3), ReLU(), Residual(body), MaxPool2D(2)]
    layers += [Flatten(), Dropout(0.3, rng=rng), Dense(27, 4, rng=rng)]
    return Sequential(layers, input_shape=(1, 8, 8))


def quarters(count=60):
    """Draw images of 8 x 8 pixels, read-only, and labels: which quarter is the brightest."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, count)
    x = rng.random((count, 1, 8, 8), np.float32)
    for image, label in zip(x, labels, strict=True):
        row, column = divmod(int(label), 2)
        image[0, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] += 1
    x.flags.writeable = labels.flags.writeable = False  # who writes to what is given raises
    return x, labels


def same_weights(one, two):
    """Say whether two networks hold the same bits."""
    return all(np.array_equal(value, two.weights()[name]) for name, value in one.weights().items())


def drawing(digit, row=0, column=0, zoom=3):
    """Put an image, enlarged, into a field of 112 by 112."""
    large = np.kron(digit, np.ones((zoom, zoom), np.float32))
    field = np.zeros((112, 112), np.float32)
    field[row : row + len(large), column : column + len(large)] = large
    return field


def corrupt(data, rng):
    """Damage the bytes of a file in one of five ways."""
    kind, at = rng.integers(5), int(rng.integers(len(data)))
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + data[at + 1 + int(rng.integers(50)) :]
    if kind == 2:
        return data[:at] + rng.bytes(int(rng.integers(1, 50))) + data[at:]
    changed = bytearray(data)
    if kind == 3:
        changed[at] ^= 1 << int(rng.integers(8))
    else:
        changed[at : at + 64] = bytes(len(changed[at : at + 64]))
    return bytes(changed)


class Broken:
    """A stream that cannot be written to: the disk is full, the terminal gone, the pipe closed."""

    encoding = "utf-8"

    def __init__(self, error):
        self.error = error

    def write(self, text):
        raise self.error

    flush = isatty = lambda self: self.write("")

    def fileno(self):
        raise self.error


def point(explorer, name, row, column, kind="down"):
    """Click on a place of a picture, or drag there ("move"), as the page tells it."""
    spot = next(spot for spot in explorer.spots if spot.name == name)
    across = (column - spot.x[0]) / (spot.x[1] - spot.x[0])
    down = (row - spot.y[0]) / (spot.y[1] - spot.y[0])
    x = spot.left + across * (spot.right - spot.left)
    y = spot.top + down * (spot.bottom - spot.top)
    explorer.image._handle_custom_msg({"kind": kind, "x": x, "y": y}, [])
