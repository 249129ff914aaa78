"""Checks of the loops of exercise 01: from one picture and one filter to the whole layer."""

import numpy as np

from cnnlib import reference
from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, Limit, Mistake, options
from cnnlib.checks.lesson01_wrong import FRAMES, layer, picture


def plain(x, w, stride=1, pad=0):
    """Convolve one picture with one filter."""
    b = np.zeros(1, x.dtype)
    return reference.conv2d(x[None, None], w[None, None], b, stride, pad)[0, 0]


def _case(label, x, w, *rest):
    """Make a case and note what is special about it, for the limits."""
    stride, pad = rest[-2:] if len(rest) > 1 else (1, 0)
    facts = {
        "square images": x.shape[-2] == x.shape[-1],
        "square kernels": w.shape[-2] == w.shape[-1],
        "stride 1": stride == 1,
        "no padding": pad == 0,
        "one channel": w.ndim == 4 and w.shape[1] == 1,
        "one image": x.ndim == 4 and x.shape[0] == 1,
        "one filter": w.ndim == 4 and w.shape[0] == 1,
    }
    return Case(label, (x, w, *rest), frozenset(name for name, true in facts.items() if true))


def whole(rng, *shape):
    """Draw small whole numbers, which a reader can multiply by hand."""
    return rng.integers(-3, 4, size=shape).astype(float)


def _picture_cases(rng):
    square = np.array([[1.0, 2, 0], [0, 3, 1], [2, 0, 1]])
    single = [rng.normal(size=size).astype(np.float32) for size in ((4, 5), (2, 2))]
    return [
        _case("one row", np.array([[1.0, 2, 4]]), np.array([[1.0, 10]])),
        _case("one column", np.array([[1.0], [2], [4]]), np.array([[1.0], [10]])),
        _case("a square image", square, np.array([[1.0, 10], [100, 1000]])),
        _case("a kernel as large as the image", square, square + 1),
        _case("a kernel wider than high", square, np.array([[1.0, 10]])),
        _case("an image higher than wide", whole(rng, 5, 3), whole(rng, 2, 2)),
        _case("an image wider than high", whole(rng, 3, 6), whole(rng, 3, 2)),
        _case("fractions", rng.normal(size=(4, 4)), rng.normal(size=(3, 3))),
        _case("float32", *single),
        _case("random", whole(rng, 6, 6), whole(rng, 2, 3)),
    ]


DIRECTION = "x[oh + kh, ow + kw] meets w[kh, kw]: both count in the same direction."
TURNED = (
    ("the kernel is flipped", {"turn": "both"}, DIRECTION),
    ("the rows of the kernel are flipped", {"turn": "rows"}, DIRECTION),
    ("the columns of the kernel are flipped", {"turn": "columns"}, DIRECTION),
    (
        "rows and columns of the kernel are exchanged",
        {"turn": "exchanged"},
        "Which index of w goes with rows of x, which with columns?",
    ),
    (
        "only the last product of each window is kept",
        {"total": "last"},
        "A sum grows with +=, and = forgets what was there.",
    ),
    (
        "the result is kept as integers, so that fractions are cut off",
        {"total": "integers"},
        "What dtype does your array of results have? np.zeros(shape, x.dtype) takes that of x.",
    ),
    (
        "the mean is taken and not the sum",
        {"total": "mean"},
        "The formula adds the products up and divides by nothing.",
    ),
    (
        "the last row and the last column of places are missing",
        {"size": "short"},
        "How often does a kernel of 2 fit into 3 pixels? Count, then look at your sizes.",
    ),
)
SQUARE = (
    Limit("square images", "square images", "Where do you use H, and where W?"),
    Limit("square kernels", "square kernels", "Where do you use KH, and where KW?"),
)
convolve = Check(
    "01",
    "convolve",
    plain,
    _picture_cases,
    options(
        picture,
        *TURNED,
        (
            "the sum goes on from window to window",
            {"total": "running"},
            "Where is the sum set back to 0? That has to happen once for every output pixel.",
        ),
    ),
    SQUARE,
    args="x w",
    todo="Write the loops: for every place of the window, the sum of its products",
    more="Which two of your four loops could NumPy do for you, with one product of two arrays?",
)


def _pad_cases(rng):
    return [
        Case("one pixel", (np.array([[5.0]]), 1)),
        Case("no padding", (np.array([[1.0, 2], [3, 4]]), 0)),
        Case("two rows", (np.array([[1.0, 2, 3], [4, 5, 6]]), 1)),
        Case("a wide frame", (whole(rng, 3, 2) + 5, 2)),
        Case("float32", (rng.normal(size=(2, 2)).astype(np.float32), 1)),
    ]


pad = Check(
    "01",
    "pad",
    lambda x, pad: reference.add_frame(x[None, None], pad)[0, 0],
    _pad_cases,
    [
        Mistake(name, FRAMES[key], hint)
        for name, key, hint in (
            ("the frame is at the top and left only", "before", "An image has four sides."),
            ("the frame is at the bottom and right only", "after", "An image has four sides."),
            ("rows are added and no columns", "rows", "The frame has a left and a right, too."),
            ("columns are added and no rows", "columns", "The frame has a top and a bottom, too."),
            ("the frame holds ones", "ones", "A frame of zeros adds nothing to a sum."),
            ("the frame repeats the nearest pixel", "nearest", "Here it has to hold zeros."),
            ("the image lies in a corner", "corner", "At which row and column does x begin?"),
            ("the image comes back without a frame", "none", "Is pad used?"),
        )
    ],
    args="x pad",
    todo="Return a larger array of zeros with x in its middle",
    more="For which pad does a kernel of 5 x 5 give an output as large as the image?",
)


def _strided_cases(rng):
    row = np.array([[1.0, 2, 4, 8, 16]])
    return [
        _case("one row, stride 1", row, np.array([[1.0, 10]]), 1, 0),
        _case("one row, stride 2", row, np.array([[1.0, 10]]), 2, 0),
        _case("one column, stride 2", row.T, np.array([[1.0], [10]]), 2, 0),
        _case("padding", whole(rng, 3, 3), whole(rng, 2, 2), 1, 1),
        _case("padding, not square", whole(rng, 3, 4), whole(rng, 2, 2), 1, 1),
        _case("stride 2, 7 by 7", whole(rng, 7, 7), whole(rng, 2, 2), 2, 0),
        _case("stride 2 and padding", whole(rng, 5, 8), whole(rng, 3, 3), 2, 1),
        _case("stride 3, 8 by 8", whole(rng, 8, 8), whole(rng, 2, 2), 3, 0),
        _case("random, stride 1", whole(rng, 4, 5), whole(rng, 2, 3), 1, 0),
        _case("random, stride 2", whole(rng, 6, 9), whole(rng, 2, 3), 2, 2),
    ]


START = "The window starts at row oh * stride and column ow * stride."
PLACED = (
    ("the stride is not used", {"size": "unstrided", "place": "still"}, START),
    ("the stride changes the size and not the place", {"place": "still"}, START),
    ("the stride moves the window along rows only", {"place": "rows"}, START),
    ("the stride moves the window along columns only", {"place": "columns"}, START),
    (
        "the stride spreads the pixels inside the window",
        {"place": "spread"},
        "Only the start of the window is multiplied by stride: oh * stride + kh.",
    ),
    ("padding is not used", {"frame": "none"}, "Pad first, then take the sizes."),
    ("the frame is at the top and left only", {"frame": "before"}, "An image has four sides."),
    ("the frame is at the bottom and right only", {"frame": "after"}, "An image has four sides."),
)
STEPS = (
    Limit("stride 1", "stride 1", START),
    Limit("no padding", "cases without padding", "Are sizes taken after padding?"),
)
convolve_strided = Check(
    "01",
    "convolve_strided",
    plain,
    _strided_cases,
    options(picture, *TURNED, *PLACED),
    (*SQUARE, *STEPS),
    args="x w stride pad",
    todo="Pad the image, and let the window move by stride",
    more="A kernel of 2 with stride 2 and one of 4 with stride 4: how many products each?",
)


def _layer_cases(rng):
    def draw(N, C, H, W, F, KH, KW):
        return whole(rng, N, C, H, W), whole(rng, F, C, KH, KW), np.arange(1.0, F + 1)

    row = np.array([1.0, 2, 4]).reshape(1, 1, 1, 3), np.array([1.0, 10]).reshape(1, 1, 1, 2)
    two = np.array([[1.0], [2]]).reshape(1, 2, 1, 1), np.array([[10.0], [100]]).reshape(1, 2, 1, 1)
    single = [a.astype(np.float32) for a in draw(2, 3, 5, 4, 2, 3, 2)]
    return [
        _case("one row", *row, np.array([5.0]), 1, 0),
        _case("two channels of one pixel", *two, np.array([5.0]), 1, 0),
        _case("two filters", *draw(1, 1, 3, 3, 2, 2, 2), 1, 0),
        _case("two images", *draw(2, 1, 3, 3, 1, 2, 2), 1, 0),
        _case("two channels", *draw(1, 2, 3, 3, 1, 2, 2), 1, 0),
        _case("padding", *draw(1, 1, 3, 4, 1, 3, 3), 1, 1),
        _case("stride 2", *draw(1, 1, 7, 7, 1, 2, 2), 2, 0),
        _case("not square", *draw(2, 2, 4, 6, 2, 3, 2), 1, 0),
        _case("a kernel wider than high", *draw(1, 2, 4, 4, 1, 2, 3), 1, 1),
        _case("float32", *single, 1, 0),
        _case("all at once", *draw(2, 3, 6, 5, 4, 3, 2), 2, 1),
    ]


CHANNELS = "Every output pixel is one sum over all channels: w[f, c, kh, kw] meets x[n, c, ...]."
BIAS = "b[f] is added once to every output pixel of filter f."
conv = Check(
    "01",
    "conv",
    reference.conv2d,
    _layer_cases,
    options(
        layer,
        *TURNED,
        *PLACED,
        ("the bias is forgotten", {"bias": "none"}, BIAS),
        ("the bias is added to every product", {"bias": "product"}, BIAS),
        ("the bias is added once for every channel", {"bias": "channel"}, BIAS),
        ("all filters get the bias of the first", {"bias": "first"}, BIAS),
        ("only the first channel is used", {"channels": "first"}, CHANNELS),
        ("only the last channel is kept", {"channels": "last"}, CHANNELS),
        ("the mean of the channels is taken", {"channels": "mean"}, CHANNELS),
        ("the first filter is used for all", {"filters": "first"}, "Which f is in w[f, ...]?"),
        ("the first image is used for all", {"images": "first"}, "Which n is in x[n, ...]?"),
        ("the axes N and F of the result are exchanged", {"axes": "exchanged"}, "y[n, f, oh, ow]"),
    ),
    (
        *SQUARE,
        *STEPS,
        Limit("one channel", "one channel", CHANNELS),
        Limit("one image", "one image", "Which n is in x[n, ...], and how many images has y?"),
        Limit("one filter", "one filter", "Which f is in w[f, ...], and how many has y?"),
    ),
    args="x w b stride pad",
    todo="Write the whole layer: images, filters and channels join the loops",
    more="You have written the forward pass of Conv2D. Keep it: exercise 03 makes it fast.",
)
