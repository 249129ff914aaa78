"""The tasks of exercise 06: what a filter sees, and where a network looked."""

import numpy as np

from cnnlib.datasets import load_mnist
from cnnlib.exercises.engine.check import Case, Check
from cnnlib.exercises.engine.goal import Goal
from cnnlib.exercises.engine.mistakes import Mistake
from cnnlib.exercises.engine.progress import need, progress
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.running import differ
from cnnlib.exercises.engine.show import Table
from cnnlib.exercises.engine.task import Refused, collect
from cnnlib.exercises.lesson06 import mistakes
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.models import load_trained
from cnnlib.network import Sequential

__all__ = ["TASKS", "need", "progress"]  # and every task, by its name


def _cam(maps, slopes):
    return {
        "weight 0": (maps, slopes, "weight", 0),
        "weight 1": (maps, slopes, "weight", 1),
        "at (0, 1)": (maps, slopes, "map", 0, 1),
        "at (1, 0)": (maps, slopes, "map", 1, 0),
    }


def _draw_cam(rng):
    maps, slopes = rng.integers(0, 4, (2, 2, 2)), rng.integers(-2, 3, (2, 2, 2))
    return _cam(maps.astype(float).tolist(), slopes.astype(float).tolist())


def _show_cam(parts):
    maps, slopes, *_ = parts["weight 0"]
    named = zip((*maps, *slopes), ("A0", "A1", "dA0", "dA1"), strict=True)
    return [
        [Table(name, values) for values, name in named],
        "Two maps, and the gradients of the score with respect to them. What are both weights, and"
        " the map's pixels at (0, 1) and (1, 0)?",
    ]


by_hand = Question(
    mistakes.by_hand,
    _cam(mistakes.MAPS, mistakes.SLOPES),
    mistakes.BY_HAND,
    todo="Work out both weights and two pixels of the map, and put them in place of None",
    more="Which of the two maps speaks against the class, and where do you see that?",
    hint="First the mean of each gradient. Then weight 0 times map 0 plus weight 1 times map 1.",
    draw=_draw_cam,
    asked=_show_cam,
)


# ---------------------------------------------------------------------- networks to look at


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
    network.training = False
    return network.astype(dtype)


def linear(weights):
    """Build a network whose scores are weighted sums of pixels: its gradient can be read off."""
    C, H, W, M = weights.shape
    dense = Dense(C * H * W, M, rng=0).astype(np.float64)
    dense.params["w"][...] = weights.reshape(-1, M)
    network = Sequential([Flatten(), dense], (C, H, W))
    network.training = False
    return network


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


# ---------------------------------------------------------------------- units and fields


def _layers(rng):
    images = rng.random((2, 1, 6, 6))
    layers = [layer for F in (1, 2, 2) for layer in (Conv2D(F, 2, 2, rng=F), ReLU())]
    deep = Sequential(layers, input_shape=(1, 6, 6)).astype(np.float64)
    ten = Sequential([Conv2D(1, 1, 1, rng=k) for k in range(11)], (1, 2, 2)).astype(np.float64)
    deep.training = ten.training = False
    return [
        Case(name, (small(seed=seed), images[:count], name))
        for name, seed, count in (("conv1", 0, 1), ("relu1", 0, 2), ("pool1", 1, 2))
    ] + [
        Case("three channels", (small(3, 8, 2), rng.random((2, 3, 8, 8)), "pool1")),
        Case("flatten1", (small(seed=3), images, "flatten1")),
        Case("the second of its kind", (deep, images, "conv2")),
        Case("the third of its kind", (deep, images, "conv3")),
        Case("the tenth of its kind", (ten, images[:, :, :2, :2], "conv10")),
    ]


feature_maps = Check(
    mistakes.feature_maps,
    _layers,
    mistakes.FEATURES,
    outputs="maps",
    todo="Send x through the layers until you have passed the one with that name",
    more="How many maps has the last convolution of the network that you trained?",
)


def _stacks(rng):
    lenet = [(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0)]
    return [
        Case("one layer", ([(3, 1, 0)], 2)),
        Case("stride 2", ([(2, 2, 0)], 3)),
        Case("padding", ([(3, 1, 1)], 0)),
        Case("two layers", ([(3, 1, 0), (2, 2, 0)], 1)),
        Case("the other order", ([(2, 2, 0), (3, 1, 0)], 1)),
        Case("LeNet", (lenet, 2)),
        Case("all at once", ([(5, 2, 2), (3, 2, 1), (3, 1, 1)], 4)),
    ]


receptive_field = Check(
    mistakes.receptive_field,
    _stacks,
    mistakes.FIELD,
    outputs="low high",
    todo="Walk back from the last layer to the first, and return the first and the last pixel",
    more="Which output pixels of a padded layer have a field that sticks out of the image?",
)


def _responses(rng):
    def draw(*shape):
        return rng.permutation(np.prod(shape)).reshape(shape) / 8  # fractions have to count

    two = np.array([[[9.0, 8, 7]], [[1, 2, 3]]])
    return [
        Case("two images", (two, 2)),
        Case("the best one", (two[::-1].copy(), 1)),
        Case("not square", (draw(4, 2, 5), 3)),
        Case("many images", (draw(12, 4, 4), 5)),
        Case("one image above all others", (draw(4, 3, 4) + [[[0]], [[9]], [[0]], [[0]]], 3)),
        Case("below 0", (-1 - draw(5, 3, 3), 2)),
    ]


most_exciting = Check(
    mistakes.most_exciting,
    _responses,
    mistakes.EXCITING,
    outputs="places",
    todo="Return (image, row, column) of the strongest responses, one an image, strongest first",
    more="With the receptive field of the place you can cut out the patch that excited the unit.",
    call=lambda function, maps, count: (
        None if (found := function(maps, count)) is None else np.array(found)
    ),
)


def _labelled(rng):
    cases = []
    for label, seed, channels, count, name in (
        ("one channel", 5, 1, 12, "relu1"),
        ("three channels", 2, 3, 10, "relu1"),
        ("many images", 7, 1, 40, "relu1"),
        ("the convolution", 7, 2, 40, "conv1"),  # ReLU twice is ReLU: here once too often shows
    ):
        network, size = small(channels, 6, seed), (count, channels, 6, 6)
        x = rng.normal(size=size)
        labels = network.forward(x).argmax(axis=1)
        labels[::4] = (labels[::4] + 1) % 3
        cases.append(Case(label, (network, x, labels, name)))
    layers = [Conv2D(1, 3, 3, rng=rng), Flatten(), Dense(48, 3, rng=rng)]
    plain = Sequential(layers, (1, 6, 6)).astype(np.float64)
    plain.training = False
    for value in plain.params.values():  # a largest score that is a label tells it from its place
        value[...] = rng.integers(-1, 2, value.shape)
    plain.params["dense1.w"] *= rng.random((48, 3)) < 0.2
    plain.params["conv1.w"][2] = plain.params["conv1.b"][2] = 0  # also without this channel
    plain.params["dense1.b"][...] = 2, 0.25, -0.25  # and no two are alike
    x = rng.integers(0, 2, (40, 1, 6, 6)).astype(float)
    best, labels = plain.forward(x).max(axis=1), rng.integers(0, 3, 40)
    labels = np.where(np.isin(best, (0, 1, 2)), best, labels).astype(int)
    return [*cases, Case("no ReLU after it", (plain, x, labels, "conv1"))]


ablation = Check(
    mistakes.ablation,
    _labelled,
    mistakes.ABLATION,
    outputs="accuracy",
    todo="For each channel: the accuracy when it alone is switched off, an array",
    more="A channel whose loss costs nothing: is it useless, or can the others stand in for it?",
)


# ---------------------------------------------------------------------- maps of an image


saliency = Check(
    mistakes.saliency,
    _pixels,
    mistakes.SALIENCY,
    outputs="map",
    todo="Send a 1 back from the score of class c, and take the size of what arrives",
    more="A pixel with a large number here may be black. What does the map say about it?",
)


def _covers(rng):
    flat = plane(rng)
    wide = Sequential([Flatten(), Dense(15, 2, rng=3)], input_shape=(1, 3, 5)).astype(np.float64)
    wide.training = False
    return [
        Case("a linear network, one pixel", (flat, np.ones((1, 1, 3, 3)), 0, 1)),
        Case("a linear network, 3 by 3", (flat, np.ones((1, 1, 3, 3)), 1, 3)),
        Case("a convolution", (small(), _images(rng, 1), 0, 3)),
        Case("two channels", (small(2, seed=1), _images(rng, 1, 2), 2, 3)),
        Case("a large cover", (small(seed=2), _images(rng, 1), 1, 5)),
        Case("wider than high", (wide, rng.random((1, 1, 3, 5)), 1, 3)),
    ]


occlusion = Check(
    mistakes.occlusion,
    _covers,
    mistakes.OCCLUSION,
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


grad_cam = Check(
    mistakes.grad_cam,
    _cams,
    mistakes.CAM,
    outputs="map",
    todo="Weigh each map of the layer with the mean of its gradient, add them up, cut off below 0",
    more="Why does a map of 4 by 4 have to be spread over the image to be looked at?",
)


def _climbs(rng):
    flat = plane(rng)
    best = flat["dense1"].params["w"][:, 0].reshape(1, 1, 3, 3).copy()
    return [
        Case("one step", (flat, np.ones((1, 1, 3, 3)), 0, 1, 0.5, 0.0)),
        Case("with decay", (flat, np.ones((1, 1, 3, 3)), 1, 1, 0.5, 0.25)),
        Case("decay that makes the score fall", (flat, best, 0, 3, 0.01, 0.25)),
        Case("three steps", (small(), _images(rng, 1), 0, 3, 0.1, 0.0)),
        Case("many steps with decay", (small(2, seed=1), _images(rng, 1, 2), 1, 10, 0.1, 0.1)),
    ]


climb = Check(
    mistakes.climb,
    _climbs,
    mistakes.CLIMB,
    outputs="x",
    todo="Take steps along the gradient of the score of class c, and shrink the image at each",
    more="What becomes of pixels that the class does not care about, with decay and without?",
    fresh=True,
)

# ---------------------------------------------------------------------- an open problem


def _answers(**wrong):
    right = {"a": "occlusion", "b": "grad_cam", "c": "climb", "d": "saliency"}
    return right | wrong


which_method = Question(
    _answers(),
    None,
    [
        Mistake(
            "covering is taken for a method with gradients",
            _answers(a="saliency", d="occlusion"),
            "Which of the four never calls backward?",
        ),
        Mistake(
            "the resolution is that of the image in your mind",
            _answers(b="occlusion"),
            "Which map is as coarse as what a layer returns?",
        ),
        Mistake(
            "a map with a number for each pixel is taken for a coarse one",
            _answers(b="saliency"),
            "Which map is as coarse as what a layer returns?",
        ),
        *(
            Mistake(
                "a method is named that calls backward",
                _answers(a=name),
                "Which of the four never does?",
            )
            for name in ("saliency", "grad_cam", "climb")
        ),
        Mistake(
            "covering is taken for a slope: a black pixel that is covered with 0 stays as it is",
            _answers(d="occlusion"),
            "Which map holds the slope of the score at every pixel?",
        ),
        Mistake(
            "a coarse map is taken for one of pixels",
            _answers(d="grad_cam"),
            "Which map holds the slope of the score at every pixel?",
        ),
        Mistake(
            "an image that is made is taken for a map of slopes",
            _answers(d="climb"),
            "Which map holds the slope of the score at every pixel?",
        ),
        Mistake(
            "you think of an image that is explained, not of one that is made",
            _answers(c="saliency"),
            "Which method changes the image itself?",
        ),
    ],
    todo='Put "saliency", "occlusion", "grad_cam" or "climb" in place of None',
    more="Which two of them would you use together before you believe either?",
    also={
        "saliency map": "saliency",
        "occlusion map": "occlusion",
        "gradcam": "grad_cam",
        "climbing": "climb",
    },
    hint="Think of what each function calls: forward only, backward to the image, or to a layer.",
)

ERASED, GOAL = 30, 0.45


def _erase(rank_pixels):
    network, theirs = load_trained("lenet5"), load_trained("lenet5")
    _, (images, labels) = load_mnist()
    images, labels = images[:100], labels[:100]
    found = []
    for image, label in zip(images, labels, strict=True):
        given = image[None].copy()
        ranks = rank_pixels(theirs, given, int(label))
        if not np.array_equal(given[0], image):
            why = "it changes the image that it is given: work on a copy."
            raise Refused(why, "changed")
        if differ(theirs.params, network.params):
            raise Refused("it changes the parameters of the network.")
        if ranks is None:
            raise Refused("your function returns None, expected an array of shape (28, 28).")
        if np.shape(ranks) != (28, 28):
            raise Refused(f"your function returns the shape {np.shape(ranks)}, expected (28, 28).")
        if not np.isfinite(ranks).all():
            raise Refused("your function returns numbers that are not finite: 0 / 0 is nan.")
        found.append(np.array(ranks, float))
    found = np.array(found)
    lost = _lost(network, images, labels, found)
    said = "Erasing 30 pixels at random changes nothing; the brightest ones hardly do either."
    for hint, other in (
        ("the least needed pixels have the largest numbers, and should have the smallest", -found),
        ("rows and columns are exchanged", found.swapaxes(1, 2)),
    ):
        if (turned := _lost(network, images, labels, other)) > max(0.4, 2 * lost):
            said += f" Perhaps {hint}: the other way round it would be {turned:.0%}."
    if lost < GOAL:
        said = f"{said} {_weak(network, images, labels, found)}"
    return lost, said


def _weak(network, images, labels, ranks):
    """Say what the pixels that were erased are like."""
    covered, rows = _covered(images, ranks), np.arange(len(images))
    black = ERASED - (covered != images).sum(axis=(1, 2, 3)).mean()
    fall = (network.forward(images) - network.forward(covered))[rows, labels].mean()
    change = f"falls by {fall:.1f}" if fall > 0 else f"rises by {-fall:.1f}"
    return (
        f"On average, {black:.0f} of your 30 pixels are black anyway, and without all 30 the score"
        f" of class c {change}: does each number tell how much that score needs its pixel?"
    )


def _covered(images, ranks):
    """Return images without their most needed pixels."""
    covered = images.copy()
    for image, each in zip(covered, ranks, strict=True):
        image.flat[np.argsort(-each.ravel(), kind="stable")[:ERASED]] = 0
    return covered


def _lost(network, images, labels, ranks):
    """Return which share of the digits cannot be read without their most needed pixels."""
    return float((network.forward(_covered(images, ranks)).argmax(axis=1) != labels).mean())


rank_pixels = Goal(
    _erase,
    GOAL,
    form="{:.0%} of 100 digits can no longer be read",
    todo="Return a number for each pixel: the more the score needs it, the larger",
    more="Can you get past two thirds? And with 20 pixels erased?",
    seconds=240,
)

TASKS = collect("06", globals())
