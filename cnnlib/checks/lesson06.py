"""Checks of exercise 06: what a filter sees, and where a network looked.

The maps are in ``lesson06_maps``.
"""

import numpy as np

from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, Mistake, options
from cnnlib.checks.goal import Goal
from cnnlib.checks.lesson06_maps import climb, grad_cam, occlusion, saliency, small
from cnnlib.checks.lesson06_wrong import field, hand, maps_of, strongest, switched
from cnnlib.checks.progress import need, progress, register
from cnnlib.checks.question import Question
from cnnlib.datasets import load_mnist
from cnnlib.models import load_trained

__all__ = ["TASKS", "need", "progress"]  # and every task, by its name

by_hand = Question(
    "06",
    "by_hand",
    hand,
    {
        "weight 0": ("weight", 0),
        "weight 1": ("weight", 1),
        "at (0, 1)": ("map", 0, 1),
        "at (1, 0)": ("map", 1, 0),
    },
    options(
        hand,
        ("the gradient is summed and not averaged", {"weigh": "sum"}, "Divide by four pixels."),
        ("the largest gradient is the weight", {"weigh": "max"}, "Take the mean of the four."),
        ("the maps are averaged and not their gradients", {"weigh": "maps"}, "dA, not A."),
        ("the ReLU at the end is forgotten", {"relu": False}, "Below 0 becomes 0."),
    ),
    todo="Work out both weights and two pixels of the map, and put them in place of None",
    more="Which of the two maps speaks against the class, and where do you see that?",
    hint="First the mean of each gradient. Then weight 0 times map 0 plus weight 1 times map 1.",
)


def _layers(rng):
    images = rng.random((2, 1, 6, 6))
    return [
        Case(name, (small(seed=seed), images[:count], name))
        for name, seed, count in (("conv1", 0, 1), ("relu1", 0, 2), ("pool1", 1, 2))
    ] + [Case("three channels", (small(3, 8, 2), rng.random((2, 3, 8, 8)), "pool1"))]


feature_maps = Check(
    "06",
    "feature_maps",
    maps_of,
    _layers,
    options(
        maps_of,
        (
            "what goes into the layer is returned, not what comes out",
            {"which": "before"},
            "First x = layer.forward(x), then ask whether this was the layer.",
        ),
        ("the layer after it is asked", {"which": "next"}, "Stop when the name is reached."),
        ("the scores of the whole network are returned", {"which": "end"}, "Stop at the name."),
        (
            "the layer is used on the image alone",
            {"which": "alone"},
            "It expects what the layers before it return.",
        ),
    ),
    args="network x name",
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


BACK = "From the last layer to the first: low = low * S - P, high = high * S - P + K - 1."
receptive_field = Check(
    "06",
    "receptive_field",
    field,
    _stacks,
    options(
        field,
        ("strides play no part", {"strided": False}, BACK),
        ("each layer adds K pixels and not K - 1", {"less": 0}, BACK),
        ("padding is left out", {"padded": False}, BACK),
        ("the layers are gone through from the first", {"backwards": False}, BACK),
        (
            "high is worked out from the new low",
            {"order": "new low"},
            "Both need the old numbers: low, high = ..., ... in one line.",
        ),
        (
            "what is below 0 is cut off",
            {"cut": True},
            "Numbers below 0 lie in the padding: leave them as they are.",
        ),
        ("the width is returned and not the last pixel", {"first": "width"}, "Return (low, high)."),
    ),
    args="layers at",
    outputs="low high",
    todo="Walk back from the last layer to the first, and return the first and the last pixel",
    more="Which output pixels of a padded layer have a field that sticks out of the image?",
)


def _responses(rng):
    def draw(*shape):
        return rng.permutation(np.prod(shape)).reshape(shape).astype(float)

    two = np.array([[[9.0, 8, 7]], [[1, 2, 3]]])
    return [
        Case("two images", (two, 2)),
        Case("the best one", (two[::-1].copy(), 1)),
        Case("not square", (draw(4, 2, 5), 3)),
        Case("many images", (draw(12, 4, 4), 5)),
        Case("below 0", (-1 - draw(5, 3, 3), 2)),
    ]


most_exciting = Check(
    "06",
    "most_exciting",
    strongest,
    _responses,
    options(
        strongest,
        ("the weakest responses are found", {"least": True}, "The largest number of a map."),
        (
            "one image comes more than once",
            {"each": "place"},
            "First the maximum of each map, then the images in the order of these.",
        ),
        ("row and column are exchanged", {"places": "columns"}, "(image, row, column)."),
        ("the strongest comes last", {"order": "up"}, "np.argsort sorts upwards."),
        ("the first images are taken", {"order": "first"}, "Sort them by their maximum."),
    ),
    args="maps count",
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
    return cases


REST = "Set one channel to 0 in a copy of the maps, and send the copy through the layers after it."
ablation = Check(
    "06",
    "ablation",
    switched,
    _labelled,
    options(
        switched,
        ("the fall of the accuracy is returned", {"say": "fall"}, "The accuracy that remains."),
        ("the share of mistakes is returned", {"say": "errors"}, "The accuracy that remains."),
        ("the right ones are counted", {"say": "count"}, "Divide by the number of images."),
        ("channels stay switched off", {"off": "more and more"}, REST),
        ("all channels but one are switched off", {"off": "others"}, REST),
        ("the channel is set to 1", {"value": 1.0}, REST),
        ("the channel is set to its mean", {"value": "mean"}, REST),
    ),
    args="network x labels name",
    outputs="accuracy",
    todo="For each channel: the accuracy when it alone is switched off, an array",
    more="A channel whose loss costs nothing: is it useless, or can the others stand in for it?",
)


def _answers(**wrong):
    right = {"a": "occlusion", "b": "grad_cam", "c": "climb", "d": "saliency"}
    return right | wrong


which_method = Question(
    "06",
    "which_method",
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
            "you think of an image that is explained, not of one that is made",
            _answers(c="saliency"),
            "Which method changes the image itself?",
        ),
    ],
    todo='Put "saliency", "occlusion", "grad_cam" or "climb" in place of None',
    more="Which two of them would you use together before you believe either?",
    hint="Think of what each function calls: forward only, backward to the image, or to a layer.",
)

ERASED = 30


def _erase(rank_pixels):
    network, (_, (images, labels)) = load_trained("lenet5"), load_mnist()
    images, labels = images[:100], labels[:100]
    covered = images.copy()
    for n, (image, label) in enumerate(zip(images, labels, strict=True)):
        ranks = rank_pixels(network, image[None].copy(), int(label))
        if ranks is None:
            raise ValueError("your function returns None, expected an array of shape (28, 28).")
        if np.shape(ranks) != (28, 28) or not np.isfinite(ranks).all():
            raise ValueError(
                f"your function returns the shape {np.shape(ranks)}, expected finite numbers in"
                " the shape (28, 28)."
            )
        best = np.argsort(-np.asarray(ranks, float).ravel(), kind="stable")[:ERASED]
        covered[n, 0].flat[best] = 0
    lost = float((network.forward(covered).argmax(axis=1) != labels).mean())
    return lost, "Erasing 30 pixels at random changes nothing; the brightest ones hardly do either."


rank_pixels = Goal(
    "06",
    "rank_pixels",
    _erase,
    0.45,
    form="{:.0%} of 100 digits can no longer be read",
    todo="Return a number for each pixel: the more the score needs it, the larger",
    more="Can you get past two thirds? And with 20 pixels erased?",
    seconds=240,
)

TASKS = register(
    *(by_hand, feature_maps, receptive_field, most_exciting, ablation, saliency, occlusion),
    *(grad_cam, climb, which_method, rank_pixels),
)
