"""Checks of the maps of exercise 06: saliency, occlusion, Grad-CAM, and images made to order."""

import numpy as np

from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, options
from cnnlib.checks.lesson06_wrong import cam, climbed, covered, salient
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential


def small(channels=1, size=6, seed=0, dtype=np.float64, sure=1.0):
    """Build a network of one convolution that tells three classes apart, in its own way."""
    rng = np.random.default_rng(seed)
    half = (size - 2) // 2
    layers = [Conv2D(channels, 2, 3, rng=rng), ReLU(), MaxPool2D(2), Flatten()]
    network = Sequential([*layers, Dense(2 * half * half, 3, rng=rng)], (channels, size, size))
    for layer in network.layers.values():
        if layer.params:
            layer.params["b"][...] = rng.normal(size=layer.params["b"].shape) / 4
    network["dense1"].params["w"] *= sure
    return network.astype(dtype)


def linear(weights):
    """Build a network whose scores are weighted sums of pixels: its gradient can be read off."""
    C, H, W, M = weights.shape
    dense = Dense(C * H * W, M, rng=0).astype(np.float64)
    dense.params["w"][...] = weights.reshape(-1, M)
    return Sequential([Flatten(), dense], (C, H, W))


def plane(rng):
    """Draw a linear network of 3 by 3 pixels and 2 classes with small whole numbers."""
    return linear(rng.integers(-3, 4, size=(1, 3, 3, 2)).astype(float))


def _images(rng, N, channels=1, size=6, dtype=np.float64):
    return rng.random((N, channels, size, size)).astype(dtype)


def _pixels(rng):
    flat = plane(rng)
    return [
        Case("a linear network", (flat, np.ones((1, 1, 3, 3)), 0)),
        Case("its other class", (flat, np.ones((1, 1, 3, 3)), 1)),
        Case("a convolution", (small(), _images(rng, 1), 0)),
        Case("another class", (small(), _images(rng, 1), 2)),
        Case("two images", (small(seed=1), _images(rng, 2), 1)),
        Case("three channels", (small(3, seed=2), _images(rng, 2, 3), 0)),
        Case("float32", (small(2, 6, 3, np.float32), _images(rng, 1, 2, 6, np.float32), 1)),
    ]


ASKED = "dscores: zeros like the scores, with a 1 at class c in every row. Then network.backward."
SIZE = "np.abs(dx) first, then the largest of the channels: .max(axis=1)."
saliency = Check(
    "06",
    "saliency",
    salient,
    _pixels,
    options(
        salient,
        ("the gradient of the loss is taken", {"of": "loss"}, ASKED),
        ("the gradient of the loss is taken, not divided by N", {"of": "losses"}, ASKED),
        ("the scores themselves are sent back", {"of": "scores"}, ASKED),
        ("the gradient of the probability is taken", {"of": "probability"}, ASKED),
        ("the gradient of the sum of all scores is taken", {"of": "all"}, ASKED),
        ("the class that the network reads is asked about, not c", {"of": "predicted"}, ASKED),
        ("another class is asked about", {"of": "next"}, ASKED),
        ("the sign of the gradient is kept", {"join": "largest"}, SIZE),
        ("the size is taken after the largest", {"join": "size of largest"}, SIZE),
        ("channels are summed", {"join": "size, sum"}, SIZE),
        ("channels are averaged", {"join": "size, mean"}, SIZE),
        ("only the first channel is used", {"join": "size, first"}, SIZE),
        ("it is multiplied with the image", {"join": "times x"}, "That is another method."),
        ("the gradient is squared", {"join": "square"}, SIZE),
    ),
    args="network x c",
    outputs="map",
    todo="Send a 1 back from the score of class c, and take the size of what arrives",
    more="A pixel with a large number here may be black. What does the map say about it?",
)


def _covers(rng):
    flat = plane(rng)
    return [
        Case("a linear network, one pixel", (flat, np.ones((1, 1, 3, 3)), 0, 1)),
        Case("a linear network, 3 by 3", (flat, np.ones((1, 1, 3, 3)), 1, 3)),
        Case("a convolution", (small(), _images(rng, 1), 0, 3)),
        Case("two channels", (small(2, seed=1), _images(rng, 1, 2), 2, 3)),
        Case("a large cover", (small(seed=2), _images(rng, 1), 1, 5)),
    ]


FALL = "Score of the whole image less that of the covered one: what spoke for the class is above 0."
occlusion = Check(
    "06",
    "occlusion",
    covered,
    _covers,
    options(
        covered,
        ("the score of the covered image is returned", {"say": "score"}, FALL),
        ("the size of the difference is taken", {"say": "size"}, FALL),
        ("the probability is measured and not the score", {"say": "probability"}, FALL),
        (
            "the cover begins at the pixel and is not centred on it",
            {"place": "corner"},
            "Rows from row - size // 2 to row + size // 2, and none below 0.",
        ),
        (
            "covers stay where they were",
            {"stays": True},
            "Cover a fresh copy of the image each time: x.copy().",
        ),
        ("only the first channel is covered", {"channels": "first"}, "[:, :, rows, columns]"),
    ),
    args="network x c size",
    outputs="fall",
    todo="Cover the surroundings of each pixel in turn, and note how far the score falls",
    more="For a linear network and a cover of one pixel: what does the map equal?",
)


def _cams(rng):
    return [
        Case("pool1", (small(seed=5), _images(rng, 1), 2, "pool1")),
        Case("relu1", (small(seed=6), _images(rng, 1), 2, "relu1")),
        Case("two images", (small(2, 8, 3), _images(rng, 2, 2, 8), 2, "conv1")),
        Case("three channels", (small(3, 8, 8), _images(rng, 2, 3, 8), 1, "relu1")),
        Case("the convolution", (small(2, 8, 7), _images(rng, 1, 2, 8), 2, "conv1")),
    ]


WEIGHT = "The weight of a map is the mean of its gradient over its pixels, image by image."
grad_cam = Check(
    "06",
    "grad_cam",
    cam,
    _cams,
    options(
        cam,
        ("the ReLU at the end is forgotten", {"relu": "none"}, "What speaks against c is 0."),
        ("the size is taken in place of ReLU", {"relu": "abs"}, "np.maximum(..., 0)."),
        ("the gradient is summed and not averaged", {"weigh": "sum"}, WEIGHT),
        ("the weights are averaged over the images as well", {"weigh": "images"}, WEIGHT),
        ("every pixel has a weight of its own", {"weigh": "pixel"}, WEIGHT),
        ("the largest gradient of a map is its weight", {"weigh": "max"}, WEIGHT),
        ("the maps are added without weights", {"weigh": "none"}, WEIGHT),
        ("the maps are averaged and not added", {"join": "mean"}, "Add the weighted maps."),
        ("the largest of the weighted maps is taken", {"join": "max"}, "Add the weighted maps."),
        ("the gradient of the loss is taken", {"of": "asked"}, ASKED),
        ("the class that the network reads is asked about, not c", {"of": "predicted"}, ASKED),
        (
            "the layer before the one asked about is used",
            {"at": -1},
            "The maps are what that layer returns, not what it gets.",
        ),
        (
            "the layer after the one asked about is used",
            {"at": 1},
            "Keep what that layer returns, and stop going back when you have its gradient.",
        ),
    ),
    args="network x c name",
    outputs="map",
    todo="Weigh each map of the layer with the mean of its gradient, add them up, cut off below 0",
    more="Why does a map of 4 by 4 have to be spread over the image to be looked at?",
)


def _climbs(rng):
    flat = plane(rng)
    return [
        Case("one step", (flat, np.ones((1, 1, 3, 3)), 0, 1, 0.5, 0.0)),
        Case("with decay", (flat, np.ones((1, 1, 3, 3)), 1, 1, 0.5, 0.25)),
        Case("three steps", (small(), _images(rng, 1), 0, 3, 0.1, 0.0)),
        Case("many steps with decay", (small(2, seed=1), _images(rng, 1, 2), 1, 6, 0.1, 0.1)),
    ]


SHRINK = "x = (1 - decay) * x + rate * dx / root of the mean of dx ** 2, in this order."
climb = Check(
    "06",
    "climb",
    climbed,
    _climbs,
    options(
        climbed,
        ("it goes downhill", {"sign": -1}, "The score shall grow, so along the gradient."),
        ("the gradient is not brought to length", {"unit": "none"}, SHRINK),
        ("the gradient is divided by its largest size", {"unit": "max"}, SHRINK),
        ("the sum of squares is used and not the mean", {"unit": "norm"}, SHRINK),
        ("the root is missing", {"unit": "square"}, SHRINK),
        ("decay is not used", {"keep": "all"}, SHRINK),
        ("the image is multiplied with decay", {"keep": "decay"}, SHRINK),
        ("the image grows by decay", {"keep": "grow"}, SHRINK),
        ("the step shrinks as well", {"keep": "after"}, SHRINK),
        ("the last step is missing", {"short": 1}, "How often does your loop run?"),
    ),
    args="network x c steps rate decay",
    outputs="x",
    todo="Take steps along the gradient of the score of class c, and shrink the image at each",
    more="What becomes of pixels that the class does not care about, with decay and without?",
)
