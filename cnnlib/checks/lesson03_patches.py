"""Checks of the functions of exercise 03 that take patches out and put them back."""

import numpy as np

from cnnlib import reference
from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, Limit, Steps, options
from cnnlib.checks.lesson03_wrong import layer, patches, put_back


def whole(rng, *shape):
    """Draw different whole numbers, so that every number can be traced."""
    return rng.permutation(np.prod(shape)).reshape(shape).astype(float) + 1


def _case(label, shape, kernel_size, args):
    """Make a case and note what is special about it, for the limits."""
    N, C, H, W = shape
    stride, pad = args[-2:]
    facts = {
        "square images": H == W,
        "square kernels": kernel_size[0] == kernel_size[1],
        "one channel": C == 1,
        "one image": N == 1,
        "stride 1": stride == 1,
        "no padding": pad == 0,
    }
    return Case(label, args, frozenset(name for name, true in facts.items() if true))


SHAPES = (  # label, shape of x, kernel, stride, pad
    ("one row", (1, 1, 1, 4), (1, 2), 1, 0),
    ("3 by 3 pixels", (1, 1, 3, 3), (2, 2), 1, 0),
    ("two images", (2, 1, 1, 3), (1, 2), 1, 0),
    ("two channels", (1, 2, 2, 2), (2, 2), 1, 0),
    ("an image wider than high", (1, 1, 3, 5), (2, 2), 1, 0),
    ("a kernel wider than high", (1, 1, 4, 4), (2, 3), 1, 0),
    ("stride 2", (1, 1, 6, 6), (2, 2), 2, 0),
    ("padding", (1, 1, 2, 3), (2, 2), 1, 1),
    ("padding, square", (2, 1, 3, 3), (3, 3), 1, 1),
    ("two images, two channels", (2, 2, 3, 4), (2, 2), 1, 0),
    ("all at once", (3, 2, 5, 6), (3, 2), 2, 1),
)


def _image_cases(rng):
    cases = [
        _case(label, shape, kernel, (whole(rng, *shape), kernel, stride, pad))
        for label, shape, kernel, stride, pad in SHAPES
    ]
    single = rng.normal(size=(2, 2, 4, 3)).astype(np.float32)
    return [*cases, _case("float32", single.shape, (2, 2), (single, (2, 2), 1, 0))]


FRAME = "A frame lies on all four sides."
START = "The kernel starts at row oh * stride and column ow * stride."
COLUMN = "j = (oh * OW + ow) * N + n: the image changes fastest, then ow, then oh."
ROW = "i = (c * KH + kh) * KW + kw: kw changes fastest, then kh, then the channel."
ORDER = (
    ("all patches of image 0 come first", {"columns": "images"}, COLUMN),
    ("places are counted column by column", {"columns": "exchanged"}, COLUMN),
    ("channels come last in a column of the matrix", {"rows": "last"}, ROW),
    ("each patch is read column by column", {"rows": "exchanged"}, ROW),
)
TAKEN = (
    *ORDER,
    ("patches are rows and not columns", {"turned": True}, "A patch is a column of the matrix."),
    ("the stride is not used", {"size": "unstrided", "place": "still"}, START),
    ("the stride changes the size and not the place", {"place": "still"}, START),
    ("the stride moves the kernel along rows only", {"place": "rows"}, START),
    ("the stride moves the kernel along columns only", {"place": "columns"}, START),
    ("padding is not used", {"frame": "none"}, "Pad first, then take the sizes."),
    ("the frame is at the top and left only", {"frame": "before"}, FRAME),
    ("the frame is at the bottom and right only", {"frame": "after"}, FRAME),
)
LIMITS = (
    Limit("square images", "square images", "Where do you use H, and where W?"),
    Limit("square kernels", "square kernels", "Where do you use KH, and where KW?"),
    Limit("one channel", "one channel", ROW),
    Limit("one image", "one image", COLUMN),
    Limit("stride 1", "stride 1", START),
    Limit("no padding", "cases without padding", "Are sizes taken after padding?"),
)
PASSED_ON = (
    Limit("stride 1", "stride 1", "Is stride passed on to im2col, and used for the sizes?"),
    Limit("no padding", "cases without padding", "Is pad passed on to im2col, and used for sizes?"),
)
im2col_loops = Check(
    "03",
    "im2col_loops",
    reference.im2col,
    _image_cases,
    options(patches, *TAKEN),
    LIMITS,
    args="x kernel_size stride pad",
    outputs="cols",
    todo="Go over all output pixels and copy each patch into its column",
    more="How often is one pixel of the middle copied, for a kernel of 5?",
)
im2col = Check(
    "03",
    "im2col",
    reference.im2col,
    _image_cases,
    options(patches, *TAKEN),
    LIMITS,
    args="x kernel_size stride pad",
    outputs="cols",
    todo="View all windows at once, bring the axes into the right order, and reshape",
    more="Compare with cnnlib.im2col: where does it say in which order the numbers lie in memory?",
    steps=Steps(
        (np.ones((1, 1, 4, 4)), (2, 2), 1, 0),
        (np.ones((3, 4, 20, 24)), (2, 2), 1, 0),
        "pixels",
        "sliding_window_view gives all windows as one array. At most loop over the taps.",
    ),
)


def _layer_cases(rng):
    cases = []
    for label, (N, C, H, W), (KH, KW), stride, pad in SHAPES:
        F = 3 if label == "all at once" else 2
        x, w = rng.integers(-3, 4, (N, C, H, W)) * 1.0, rng.integers(-3, 4, (F, C, KH, KW)) * 1.0
        args = (x, w, np.arange(1.0, F + 1), stride, pad)
        cases.append(_case(label, (N, C, H, W), (KH, KW), args))
    x, w = (rng.normal(size=s).astype(np.float32) for s in ((2, 2, 4, 3), (2, 2, 2, 2)))
    args = (x, w, np.ones(2, np.float32), 1, 0)
    return [*cases, _case("float32", x.shape, (2, 2), args)]


MOVE = "The product has the axes F, OH, OW, N. reshape splits axes, only transpose moves them."
conv_fast = Check(
    "03",
    "conv_fast",
    reference.conv2d,
    _layer_cases,
    options(
        layer,
        ("the axes are named anew and not moved", {"shape": "unmoved"}, MOVE),
        ("the product is read as if images came first", {"shape": "images"}, MOVE),
        ("the axes N and F of the result are exchanged", {"shape": "filters"}, MOVE),
        ("the axes OH and OW of the result are exchanged", {"shape": "exchanged"}, MOVE),
        ("the bias is forgotten", {"bias": "none"}, "b[:, None] is a column: one bias a filter."),
        ("all filters get the bias of the first", {"bias": "first"}, "b[:, None] is a column."),
        ("the kernel is flipped", {"turn": "flipped"}, "w.reshape(F, -1) reads w as it is."),
        ("channels come last in the rows of w", {"turn": "last"}, "w.reshape(F, -1), as it is."),
    ),
    (*LIMITS[:4], *PASSED_ON),
    args="x w b stride pad",
    todo="One im2col, one matrix product, one bias, and the axes in the right order",
    more="That is Conv2D's forward pass. Time it against your loops of exercise 01.",
    steps=Steps(
        (np.ones((1, 1, 4, 4)), np.ones((1, 1, 2, 2)), np.ones(1), 1, 0),
        (np.ones((3, 4, 20, 24)), np.ones((5, 4, 2, 2)), np.ones(5), 1, 0),
        "pixels, images or filters",
        "One product of two matrices does it: w.reshape(F, -1) @ cols.",
    ),
)


def _matrix_cases(rng):
    cases = []
    for label, shape, kernel, stride, pad in SHAPES:
        cols = whole(rng, *reference.im2col(np.zeros(shape), kernel, stride, pad).shape)
        cases.append(_case(label, shape, kernel, (cols, shape, kernel, stride, pad)))
    single = rng.normal(size=(8, 12)).astype(np.float32)
    args = (single, (2, 2, 4, 3), (2, 2), 1, 0)
    return [*cases, _case("float32", args[1], (2, 2), args)]


SUM = "A pixel lies in several patches, and each adds its share: +=."
col2im = Check(
    "03",
    "col2im",
    reference.col2im,
    _matrix_cases,
    options(
        put_back,
        ("= stands for +=, and the last tap on a pixel wins", {"how": "last"}, SUM),
        ("= stands for +=, and the last patch on a pixel wins", {"how": "last patch"}, SUM),
        ("the mean of the patches is taken", {"how": "mean"}, f"{SUM} Nothing is divided."),
        ("the frame is not cut off", {"cut": "none"}, "The result has the shape of x."),
        ("the frame is cut at the bottom and right only", {"cut": "corner"}, FRAME),
        ("the frame is cut at the top and left only", {"cut": "end"}, FRAME),
        ("the stride is not used", {"place": "still"}, START),
        *ORDER,
    ),
    LIMITS,
    args="cols shape kernel_size stride pad",
    outputs="dx",
    todo="Add every number of the matrix to the pixel that im2col took it from",
    more="Why is col2im(im2col(x)) not x? Divide it by x and look.",
    steps=Steps(
        (np.ones((4, 9)), (1, 1, 4, 4), (2, 2), 1, 0),
        (np.ones((16, 19 * 23 * 3)), (3, 4, 20, 24), (2, 2), 1, 0),
        "pixels",
        "Loop over the taps of the kernel alone: what all patches hold under one tap is one slice.",
    ),
)
