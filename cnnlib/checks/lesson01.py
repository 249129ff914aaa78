"""Checks of exercise 01: from one dot product to the forward pass of a convolution layer.

The tasks up to the layer are in ``lesson01_sizes`` and ``lesson01_loops``.
"""

import numpy as np

from cnnlib import reference
from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, Mistake, options
from cnnlib.checks.goal import Goal
from cnnlib.checks.lesson01_loops import conv, convolve, convolve_strided, pad, whole
from cnnlib.checks.lesson01_sizes import by_hand, output_size, sizes_by_hand
from cnnlib.checks.lesson01_wrong import count, edge_strength, moved, picture
from cnnlib.checks.progress import need, progress, register
from cnnlib.checks.question import Question
from cnnlib.datasets import load_mnist

__all__ = ["TASKS", "need", "progress"]  # and every task, by its name


def _pairs(rng):
    dot = np.zeros((3, 3))
    dot[1, 1] = 1
    return [
        Case("one row", (np.array([[1.0, 2, 4]]), np.array([[1.0, 10]]))),
        Case("one column", (np.array([[1.0], [2], [4]]), np.array([[1.0], [10]]))),
        Case("one bright pixel", (dot, np.array([[1.0, 2], [3, 4]]))),
        Case("random", (whole(rng, 4, 5), whole(rng, 3, 2))),
        Case("random", (whole(rng, 5, 4), whole(rng, 3, 3))),
    ]


ALONG = "Both axes of w have to be turned around: [::-1, ::-1]."
true_convolution = Check(
    "01",
    "true_convolution",
    lambda x, w: picture(x, w[::-1, ::-1]),
    _pairs,
    [
        Mistake("nothing is flipped", picture, "That is a correlation. Which array is flipped?"),
        Mistake("only the rows are flipped", lambda x, w: picture(x, w[::-1]), ALONG),
        Mistake("only the columns are flipped", lambda x, w: picture(x, w[:, ::-1]), ALONG),
        Mistake("w is transposed and not flipped", lambda x, w: picture(x, w.T), ALONG),
        Mistake(
            "the image is flipped and not the kernel",
            lambda x, w: picture(x[::-1, ::-1], w),
            "Then the output is turned around as well. Flip w.",
        ),
    ],
    args="x w",
    todo="Use your convolve: one change to its argument is enough",
    more="For which kernels do both give the same? Think of the box and of Sobel's filters.",
)

# ---------------------------------------------------------------------- filters to design

box = Check(
    "01",
    "box",
    lambda K: np.full((K, K), 1 / K**2),
    lambda rng: [Case("one pixel", (1,)), Case("K = 2", (2,)), Case("K = 3", (3,))],
    [
        Mistake("the weights are not divided", lambda K: np.ones((K, K)), "They must sum to 1."),
        Mistake(
            "the weights are divided by K",
            lambda K: np.full((K, K), 1 / K),
            "How many weights are there? They must sum to 1.",
        ),
        Mistake("it is a row of K weights", lambda K: np.full((1, K), 1 / K), "K rows, K columns."),
    ],
    args="K",
    outputs="w",
    todo="Return a K by K array of equal weights that sum to 1",
    more="What does a box of 1 by 28 do to a digit? Try it.",
)


def _dots(rng):
    dot = np.zeros((4, 4))
    dot[1, 2] = 1
    return [Case("one bright pixel", (dot,)), Case("random", (whole(rng, 4, 5),))]


def _use(design, x):
    w = design()
    if w is None:
        return None
    x, w = x[None, None], np.asarray(w, float)[None, None]
    return reference.conv2d(x, w, np.zeros(1), pad=1)[0, 0]


def _single(row, column):
    def design():
        w = np.zeros((3, 3))
        w[row, column] = 1
        return w

    return design


WHERE = "Output pixel (oh, ow) copies the pixel of x under the 1. Where is that, seen from oh, ow?"
move_down = Check(
    "01",
    "move_down",
    _single(0, 1),
    _dots,
    [
        Mistake("the picture moves up", _single(2, 1), WHERE),
        Mistake("the picture moves to the right", _single(1, 0), WHERE),
        Mistake("the picture moves to the left", _single(1, 2), WHERE),
        Mistake("the picture does not move", _single(1, 1), WHERE),
        Mistake("the picture moves sideways as well, to the right", _single(0, 0), WHERE),
        Mistake("the picture moves sideways as well, to the left", _single(0, 2), WHERE),
    ],
    args="x",
    todo="Return the 3 by 3 weights that move a picture one pixel down",
    more="Would it still move down in a true convolution?",
    call=_use,
)


def _edge_cases(rng):
    step = np.zeros((3, 4))
    step[:, 2:] = 1
    return [
        Case("an upright edge", (step,)),
        Case("a level edge", (step.T.copy(),)),
        Case("a uniform area", (np.ones((3, 3)),)),
        Case("random", (whole(rng, 4, 4),)),
        Case("random", (whole(rng, 5, 6),)),
    ]


STRENGTH = "The strength of an edge is the root of gx ** 2 + gy ** 2."
edges = Check(
    "01",
    "edges",
    edge_strength,
    _edge_cases,
    options(
        edge_strength,
        ("the two answers are added with their signs", {"how": "sum"}, STRENGTH),
        ("the sizes of both answers are added", {"how": "sizes"}, STRENGTH),
        ("the root is missing", {"how": "squares"}, STRENGTH),
        ("the larger of the two is taken", {"how": "larger"}, STRENGTH),
        ("only upright edges are seen", {"how": "x"}, "Sobel y sees level ones."),
        ("only level edges are seen", {"how": "y"}, "Sobel x sees upright ones."),
        (
            "the filters do not weigh the middle twice",
            {"middle": 1},
            "Sobel's rows are weighted 1, 2, 1.",
        ),
    ),
    args="x",
    outputs="strength",
    todo="Apply both of Sobel's filters with your convolve, and join the answers",
    more="What is the strength on a slanted edge? Make one and look.",
)

# ---------------------------------------------------------------------- understanding

shifts = Question(
    "01",
    "shifts",
    moved,
    {"a": ((1,), 3), "b": ((2,), 4), "c": ((2,), 1), "d": ((2, 3), 6)},
    options(
        moved,
        ("the stride multiplies", {"how": "times"}, "A step in the output is stride pixels of x."),
        ("the stride plays no part", {"how": "same"}, "Count output pixels and not pixels of x."),
        ("half a step is rounded down", {"how": "down"}, "Is the output a moved copy at all?"),
        ("half a step is rounded up", {"how": "up"}, "Is the output a moved copy at all?"),
        (
            "only the first layer counts",
            {"how": "first"},
            "The second layer sees an image that has moved already.",
        ),
    ),
    todo='Put a number of pixels in place of None, or "no" if the output is no moved copy',
    more="So after stride 2 only moves by an even number of pixels are followed exactly.",
    hint="By how many pixels of x does the window move for one pixel of the output?",
)
parameters = Check(
    "01",
    "parameters",
    count,
    lambda rng: [
        Case("one filter, one channel", (1, 1, 3, 3)),
        Case("many filters", (1, 30, 5, 5)),
        Case("many channels", (3, 1, 3, 3)),
        Case("not square", (2, 4, 1, 3)),
        Case("VGG's first layer", (3, 64, 3, 3)),
    ],
    options(
        count,
        ("the biases are forgotten", {"bias": "none"}, "Every filter has a bias."),
        ("there is one bias for all filters", {"bias": "one"}, "Every filter has a bias."),
        ("every channel has a bias", {"bias": "channels"}, "A filter has one bias in all."),
        ("every weight has a bias", {"bias": "weights"}, "A filter has one bias in all."),
        (
            "the channels are left out",
            {"channels": False},
            "A filter has weights for each channel.",
        ),
        ("the filters are left out", {"filters": False}, "Each of the F filters has its own."),
    ),
    args="C F KH KW",
    outputs="count",
    todo="Return how many numbers such a layer learns",
    more="The size of the image is not among the arguments. Why not?",
)


def _measure(tell):
    (_, _), (images, labels) = load_mnist()
    digits = [(digit, images[labels == digit][:100, 0]) for digit in (1, 7)]
    share = {}
    for digit, pictures in digits:
        answers = [tell(picture.copy()) for picture in pictures]
        if any(answer is None for answer in answers):
            raise ValueError("your function returns None for some digits, expected 1 or 7.")
        share[digit] = float(np.mean([int(answer) == digit for answer in answers]))
    told = f"Of the ones it finds {share[1]:.0%}, of the sevens {share[7]:.0%}."
    return (share[1] + share[7]) / 2, told


one_or_seven = Goal(
    "01",
    "one_or_seven",
    _measure,
    0.95,
    form="{:.1%} of 200 digits",
    todo="Return 1 or 7, whatever filters you use to find out",
    more="How far do you get with ones, sevens and fours? Exercise 05 lets a network find filters.",
    seconds=60,
)

TASKS = register(
    *(by_hand, sizes_by_hand, output_size, convolve, pad, convolve_strided, conv),
    *(true_convolution, box, move_down, edges, shifts, parameters, one_or_seven),
)
