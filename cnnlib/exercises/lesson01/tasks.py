"""The tasks of exercise 01: from one dot product to the forward pass of a convolution layer."""

import dis
import types

import numpy as np

from cnnlib import reference
from cnnlib.datasets import load_mnist
from cnnlib.exercises import cases
from cnnlib.exercises.cases import whole
from cnnlib.exercises.engine.check import Case, Check, Limit
from cnnlib.exercises.engine.goal import Goal, untouched
from cnnlib.exercises.engine.progress import need, progress
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.show import Table
from cnnlib.exercises.engine.task import Refused, collect
from cnnlib.exercises.engine.wrongcode import WrongCode
from cnnlib.exercises.lesson01 import mistakes

__all__ = ["TASKS", "need", "progress"]  # and every task, by its name


def _places(x, w, b):
    return {"y00": (x, w, b, 0, 0), "y11": (x, w, b, 1, 1)}


def _hand(rng):
    x, w = rng.integers(0, 5, (3, 3)), rng.integers(0, 4, (2, 2))
    return _places(x.tolist(), w.tolist(), int(rng.integers(1, 4)))


def _show_hand(parts):
    x, w, b, *_ = parts["y00"]
    return [[Table("x", x), Table("w", w)], f"And b = {b}. What are y00 and y11?"]


by_hand = Question(
    mistakes.pixel(reference.conv2d),
    _places(*mistakes.HAND),
    mistakes.BY_HAND,
    todo="Work out both output pixels with pen and paper and put them in place of None",
    more="What would y01 be? The window moves one column to the right, and nothing else changes.",
    hint="Write down the four products of the window, add them up, then add b.",
    draw=_hand,
    asked=_show_hand,
)


def _draw_sizes(rng):
    """Draw one of each kind: plain, padded, in steps, in steps with pixels left over."""
    a, b, c, d = rng.integers([20, 20, 16, 3], [60, 60, 40, 9]).tolist()
    K, L = rng.integers(2, 4, 2).tolist()
    return {
        "a": (a, 2 * K + 1, 1, 0),
        "b": (b, 2 * L - 1, 1, L - 1),
        "c": (2 * c, 3, 2, 1),
        "d": (3 * d, 2, 3, 0),
    }


def _show_sizes(parts):
    asked = "How many pixels does the output have along each axis?"
    return [asked] + [
        f"{part}: {size} pixels, a kernel of {kernel}, stride {stride}, padding {pad}"
        for part, (size, kernel, stride, pad) in parts.items()
    ]


sizes_by_hand = Question(
    reference.size_after,
    {"a": (28, 5, 1, 0), "b": (28, 3, 1, 1), "c": (28, 3, 2, 1), "d": (9, 2, 3, 0)},
    mistakes.SIZES,
    todo="Work out the four sizes and put them in place of None",
    more="For which of the four are there pixels that no window looks at?",
    hint="How far can the window move, how many steps is that, and where did it start?",
    draw=_draw_sizes,
    asked=_show_sizes,
)


def _sizes(rng):
    drawn = rng.integers([6, 1, 1, 0], [20, 6, 5, 4], size=(8, 4)).tolist()
    return [
        Case("stride 1", (4, 2, 1, 0)),
        Case("a kernel of 1", (3, 1, 1, 0)),
        Case("a kernel as large as the image", (3, 3, 1, 0)),
        Case("padding", (4, 3, 1, 1)),
        Case("stride 2, nothing left over", (5, 3, 2, 0)),
        Case("stride 2, a pixel left over", (6, 3, 2, 0)),
        Case("stride 3 and padding", (7, 3, 3, 2)),
        Case("stride 3, a frame that makes it fit", (7, 3, 3, 1)),
        *(Case("random", tuple(numbers)) for numbers in drawn),
        Case("stride and pad left out", (6, 3)),
    ]


output_size = Check(
    lambda size, kernel, stride=1, pad=0: reference.size_after(size, kernel, stride, pad),
    _sizes,
    mistakes.OUTPUT,
    outputs="size",
    whole="size",
    todo="Return the number of places at which the kernel fits along one axis",
    more="What should come out for a kernel of 5 on an image of 3? See cnnlib.im2col.output_size.",
)

# ---------------------------------------------------------------------- from loops to the layer


def _pictures(rng):
    square = np.array([[1.0, 2, 0], [0, 3, 1], [2, 0, 1]])
    single = [rng.normal(size=size).astype(np.float32) for size in ((4, 5), (2, 2))]
    return [
        Case("one row", (np.array([[1.0, 2, 4]]), np.array([[1.0, 10]]))),
        Case("one column", (np.array([[1.0], [2], [4]]), np.array([[1.0], [10]]))),
        Case("a square image", (square, np.array([[1.0, 10], [100, 1000]]))),
        Case("a kernel as large as the image", (square, square + 1)),
        Case("a kernel wider than high", (square, np.array([[1.0, 10]]))),
        Case("an image higher than wide", (whole(rng, 5, 3), whole(rng, 2, 2))),
        Case("an image wider than high", (whole(rng, 3, 6), whole(rng, 3, 2))),
        Case("a square result", (whole(rng, 5, 4), whole(rng, 3, 2))),
        Case("fractions", (rng.normal(size=(4, 4)), rng.integers(1, 9, (3, 3)))),
        Case("float32", tuple(single)),
        Case("random", (whole(rng, 6, 6), whole(rng, 4, 5))),
    ]


convolve = Check(
    mistakes.convolve,
    _pictures,
    mistakes.CONVOLVE,
    cases.SQUARES,
    todo="Write the loops: for every place of the window, the sum of its products",
    more="Which two of your four loops could NumPy do for you, with one product of two arrays?",
)
pad = Check(
    mistakes.pad,
    lambda rng: [
        Case("one pixel", (np.array([[5.0]]), 1)),
        Case("no padding", (np.array([[1.0, 2], [3, 4]]), 0)),
        Case("two rows", (np.array([[1.0, 2, 3], [4, 5, 6]]), 1)),
        Case("a wide frame", (whole(rng, 3, 2) + 5, 2)),
        Case("a larger picture", (whole(rng, 4, 5) + 5, 1)),
        Case("float32", (rng.normal(size=(2, 2)).astype(np.float32), 1)),
    ],
    mistakes.PAD,
    todo="Return a larger array of zeros with x in its middle",
    more="For which pad does a kernel of 5 x 5 give an output as large as the image?",
    fresh=True,
    without="pad",
)


def _strides(rng):
    row = np.array([[1.0, 2, 4, 8, 16]])
    return [
        Case("one row, stride 1", (row, np.array([[1.0, 10]]), 1, 0)),
        Case("one row, stride 2", (row, np.array([[1.0, 10]]), 2, 0)),
        Case("one column, stride 2", (row.T, np.array([[1.0], [10]]), 2, 0)),
        Case("a kernel wider than high", (whole(rng, 3, 3), whole(rng, 1, 2), 1, 0)),
        Case("padding", (whole(rng, 3, 3), whole(rng, 2, 2), 1, 1)),
        Case("padding, not square", (whole(rng, 3, 4), whole(rng, 2, 2), 1, 1)),
        Case("stride 2, 7 by 7", (whole(rng, 7, 7), whole(rng, 2, 2), 2, 0)),
        Case("stride 2 and padding", (whole(rng, 5, 8), whole(rng, 3, 3), 2, 1)),
        Case("stride 3, 8 by 8", (whole(rng, 8, 8), whole(rng, 2, 2), 3, 0)),
        Case("fractions", (rng.normal(size=(4, 5)), rng.normal(size=(2, 3)), 1, 0)),
        Case("random, stride 2", (whole(rng, 6, 9), whole(rng, 4, 5), 2, 2)),
        Case("stride and pad left out", (whole(rng, 4, 5), whole(rng, 2, 3))),
    ]


STEPS = (
    Limit("stride 1", cases.stride_1, f"{cases.STRIDE} {mistakes.START}"),
    cases.UNPADDED,
    Limit(
        "stride 1 without padding", cases.plain, "Are stride and pad handed on, and used for sizes?"
    ),
)
convolve_strided = Check(
    mistakes.convolve,
    _strides,
    mistakes.STRIDED,
    (*cases.SQUARES, *STEPS),
    todo="Pad the image, and let the window move by stride",
    more="A kernel of 2 with stride 2 and one of 4 with stride 4: how many products each?",
)


def _layers(rng):
    def draw(N, C, H, W, F, KH, KW):
        return whole(rng, N, C, H, W), whole(rng, F, C, KH, KW), np.arange(1.0, F + 1)

    row = np.array([1.0, 2, 4]).reshape(1, 1, 1, 3), np.array([1.0, 10]).reshape(1, 1, 1, 2)
    two = np.array([[1.0], [2]]).reshape(1, 2, 1, 1), np.array([[10.0], [100]]).reshape(1, 2, 1, 1)
    single = [
        rng.normal(size=size).astype(np.float32) for size in ((2, 3, 5, 4), (2, 3, 3, 2), (2,))
    ]
    return [
        Case("one row", (*row, np.array([5.0]), 1, 0)),
        Case("two channels of one pixel", (*two, np.array([5.0]), 1, 0)),
        Case("two filters", (*draw(1, 1, 3, 3, 2, 2, 2), 1, 0)),
        Case("two images", (*draw(2, 1, 3, 3, 1, 2, 2), 1, 0)),
        Case("two channels", (*draw(1, 2, 3, 3, 1, 2, 2), 1, 0)),
        Case("padding", (*draw(1, 1, 3, 4, 1, 3, 3), 1, 1)),
        Case("stride 2", (*draw(1, 1, 7, 7, 1, 2, 2), 2, 0)),
        Case("stride 3", (*draw(1, 1, 5, 8, 1, 2, 2), 3, 0)),
        Case("a wide frame", (*draw(1, 1, 2, 3, 1, 3, 3), 1, 2)),
        Case("not square", (*draw(2, 2, 4, 6, 2, 3, 2), 1, 0)),
        Case("a kernel wider than high", (*draw(1, 2, 4, 4, 1, 2, 3), 1, 1)),
        Case("float32", (*single, 1, 0)),
        Case("all at once", (*draw(3, 3, 6, 7, 4, 5, 4), 2, 1)),
        Case("stride and pad left out", draw(2, 2, 4, 5, 3, 2, 3)),
    ]


IMAGES = "Which n is in x[n, ...], and how many images has y?"
conv = Check(
    reference.conv2d,
    _layers,
    mistakes.CONV,
    (
        *cases.SQUARES,
        *STEPS,
        Limit("one channel", cases.one_channel, mistakes.CHANNELS),
        Limit("one image", cases.one_image, IMAGES),
        Limit("one filter", cases.one_filter, mistakes.FILTERS),
    ),
    todo="Write the whole layer: images, filters and channels join the loops",
    more="You have written the forward pass of Conv2D. Keep it: exercise 03 makes it fast.",
)


def _pairs(rng):
    dot = np.zeros((3, 3))
    dot[1, 1] = 1
    return [
        Case("one row", (np.array([[1.0, 2, 4]]), np.array([[1.0, 10]]))),
        Case("one column", (np.array([[1.0], [2], [4]]), np.array([[1.0], [10]]))),
        Case("one bright pixel", (dot, np.array([[1.0, 2], [3, 4]]))),
        Case("random", (whole(rng, 4, 5), whole(rng, 3, 2))),
        Case("fractions", (rng.normal(size=(5, 4)), rng.normal(size=(3, 3)))),
    ]


true_convolution = Check(
    mistakes.true_convolution,
    _pairs,
    mistakes.TRUE,
    todo="Use your convolve: one change to its argument is enough",
    more="For which kernels do both give the same? Think of the box and of Sobel's filters.",
)

# ---------------------------------------------------------------------- filters to design

box = Check(
    mistakes.box,
    lambda rng: [Case("one pixel", (1,)), Case("K = 2", (2,)), Case("K = 3", (3,))],
    mistakes.BOX,
    outputs="w",
    todo="Return a K by K array of equal weights that sum to 1",
    more="What does a box of 1 by 28 do to a digit? Try it.",
)


def _dots(rng):
    dot = np.zeros((4, 4))
    dot[1, 2] = 1
    return [Case("one bright pixel", (dot,)), Case("random", (whole(rng, 4, 5),))]


def _designed(design, x):
    w = design()
    if w is None:
        return None
    if np.shape(w) != (3, 3):
        raise Refused(f"the weights have the shape {np.shape(w)}, expected (3, 3)")
    if (several := np.count_nonzero(w)) > 1:
        raise Refused(f"{several} weights are not 0, and one is enough to copy one pixel")
    return mistakes.convolve(x, np.asarray(w, float), pad=1)


move_down = Check(
    mistakes.move_down,
    _dots,
    mistakes.MOVE_DOWN,
    todo="Return the 3 by 3 weights that move a picture one pixel down",
    more="Would it still move down in a true convolution?",
    call=_designed,
)


def _edges(rng):
    step = np.zeros((3, 4))
    step[:, 2:] = 1
    return [
        Case("an upright edge", (step,)),
        Case("a level edge", (step.T.copy(),)),
        Case("a uniform area", (np.ones((3, 3)),)),
        Case("random, large numbers", (50 * whole(rng, 4, 4),)),
        Case("fractions", (0.01 * rng.normal(size=(5, 6)),)),
    ]


edges = Check(
    mistakes.edges,
    _edges,
    mistakes.EDGES,
    outputs="strength",
    todo="Apply both of Sobel's filters with your convolve, and join the answers",
    more="What is the strength on a slanted edge? Make one and look.",
)

# ---------------------------------------------------------------------- understanding


def _draw_shifts(rng):
    a, b, c, d = rng.integers([2, 2, 1, 1], [9, 6, 5, 3]).tolist()
    S, T = rng.permutation([2, 3]).tolist()
    return {"a": ((1,), a), "b": ((2,), 2 * b), "c": ((2,), 2 * c - 1), "d": ((S, T), 6 * d)}


def _show_shifts(parts):
    asked = 'By how many pixels does the output move? "no" if it is no moved copy.'
    return [asked] + [
        f"{part}: stride {', then '.join(map(str, strides))}; the picture moves by {pixels}"
        for part, (strides, pixels) in parts.items()
    ]


shifts = Question(
    mistakes.shifts,
    {"a": ((1,), 3), "b": ((2,), 4), "c": ((2,), 1), "d": ((2, 3), 6)},
    mistakes.SHIFTS,
    todo='Put a number of pixels in place of None, or "no" if the output is no moved copy',
    more="So after stride 2 only moves by an even number of pixels are followed exactly.",
    hint="By how many pixels of x does the window move for one pixel of the output?",
    draw=_draw_shifts,
    asked=_show_shifts,
)


# A name of the session or of a module, and not that in np.ones.
READS = ("LOAD_GLOBAL", "LOAD_NAME", "IMPORT_FROM")


def _looked_up(tell):
    """Say what a function reads of digits or of what was learned from them; or ""."""
    known, seen, todo = getattr(tell, "__globals__", {}), set(), [getattr(tell, "__code__", None)]
    while todo:
        code = todo.pop()
        if code is None or code in seen:
            continue
        seen.add(code)
        todo += [each for each in code.co_consts if isinstance(each, types.CodeType)]
        for name in [each.argval for each in dis.get_instructions(code) if each.opname in READS]:
            value = known.get(name)
            own = getattr(value, "__globals__", None) is known
            size = value.size if isinstance(value, np.ndarray) else 0
            if name.startswith("load_") and not own or size > 50 * 784:
                return f"it looks digits up in {name}"
            if size >= 784 and len(np.unique(value)) > 200:  # no picture has as many greys
                return f"{name} holds {size} weights, as if learned from digits"
            if own:
                todo.append(value.__code__)
    return ""


def _told_apart(tell):
    if found := _looked_up(tell):
        raise Refused(f"{found}: choose filters, and let them tell.")
    (_, _), (images, labels) = load_mnist()
    share = {}
    for digit in (1, 7):
        answers = [untouched(tell, picture.copy()) for picture in images[labels == digit][:100, 0]]
        if other := [a for a in answers if np.size(a) != 1 or np.ravel(a)[0] not in (1, 7)]:
            raise Refused(
                f"your function returns {other[0]!r:.40} for some digits, expected 1 or 7."
            )
        share[digit] = float(np.mean([np.ravel(answer)[0] == digit for answer in answers]))
    told = f"Of the ones it finds {share[1]:.0%}, of the sevens {share[7]:.0%}."
    if share[1] + share[7] < 0.5:
        told += " It is wrong more often than a coin: are the two answers exchanged?"
    return (share[1] + share[7]) / 2, told


one_or_seven = Goal(
    _told_apart,
    0.95,
    form="{:.1%} of 200 digits",
    todo="Return 1 or 7, whatever filters you use to find out",
    more="How far do you get with ones, sevens and fours? Exercise 05 lets a network find filters.",
    seconds=60,
)


def _one_image(x, w, b, *rest):
    """Say why the arguments are none of one image, filters and biases; or ""."""
    if x.ndim != 3:
        return f"x has {x.ndim} axes, and one image has three"
    if w.ndim == 4 and w.shape[1] != len(x):
        return f"x has {len(x)} channels, and each filter {w.shape[1]}"
    if w.ndim == 4 and len(b) != len(w):
        return f"there are {len(w)} filters, and b has {len(b)} numbers: one for each"
    return ""


wrong_layer = WrongCode(
    mistakes.TO_READ,
    todo="Give the arguments of two calls: right_on, where the code is right, and wrong_on",
    more="Which mistakes have you made yourself in this exercise, and how did you find them?",
    suits=_one_image,
)

TASKS = collect("01", globals())
