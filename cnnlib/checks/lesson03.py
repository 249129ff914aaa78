"""Checks of exercise 03: from patches to a matrix product, and back.

The functions on patches are in ``lesson03_patches``.
"""

import tracemalloc

import numpy as np

from cnnlib import reference
from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, options
from cnnlib.checks.goal import Goal
from cnnlib.checks.lesson03_patches import col2im, conv_fast, im2col, im2col_loops
from cnnlib.checks.lesson03_wrong import adjoint, entry, megabytes, put_back
from cnnlib.checks.progress import need, progress, register
from cnnlib.checks.question import Question

__all__ = ["TASKS", "need", "progress"]  # and every task, by its name

# ---------------------------------------------------------------------- by hand

SIZES = (2, 2, 2, 2, 2, 2)  # N, C, KH, KW, OH, OW: two images of 2 channels, 3 by 3 pixels


def by_hand_at(what, *place, **mistakes):
    """Say in which row or column of the patch matrix a number lies, with mistakes."""
    return entry(*place, SIZES, **mistakes)[0 if what == "row" else 1]


by_hand = Question(
    "03",
    "by_hand",
    by_hand_at,
    {
        "a": ("row", 1, 0, 1, 0, 0, 0),
        "b": ("row", 1, 1, 0, 0, 0, 0),
        "c": ("column", 0, 0, 0, 1, 0, 1),
        "d": ("column", 0, 0, 0, 0, 1, 0),
    },
    options(
        by_hand_at,
        ("channels come last in a column", {"rows": "last"}, "i = (c * KH + kh) * KW + kw."),
        ("a patch is read column by column", {"rows": "exchanged"}, "kw goes fastest."),
        ("all patches of an image come first", {"columns": "images"}, "n goes fastest."),
        ("places are counted column by column", {"columns": "exchanged"}, "ow before oh."),
    ),
    todo="Work out the four numbers and put them in place of None",
    more="Which pixel stands in row 0, column 0? And which in the last row of the last column?",
    hint="i = (c * KH + kh) * KW + kw and j = (oh * OW + ow) * N + n, with all six sizes 2.",
)


def put_back_at(row, column, **mistakes):
    """Say what col2im makes of ones at a pixel of a 3 by 3 image, with mistakes."""
    return float(put_back(np.ones((4, 4)), (1, 1, 3, 3), (2, 2), **mistakes)[0, 0, row, column])


ADD = "Every patch that holds the pixel adds its number."
counts_by_hand = Question(
    "03",
    "counts_by_hand",
    put_back_at,
    {"corner": (0, 0), "edge": (0, 1), "centre": (1, 1)},
    options(
        put_back_at,
        ("only one patch counts", {"how": "last"}, ADD),
        ("the mean of the patches is taken", {"how": "mean"}, ADD),
    ),
    todo="In how many patches of 2 by 2 does each of the three pixels lie? Put it in place of None",
    more="And in an image of 5 by 5 pixels with a kernel of 3? The centre lies in nine.",
    hint="Draw the four places of the kernel, and count those that cover the pixel.",
)

# ---------------------------------------------------------------------- the dot-product test


def im2col_1(x):
    """Take patches of 2 by 2 with stride 1."""
    return reference.im2col(x, (2, 2))


def im2col_2(x):
    """Take patches of 2 by 2 with stride 2."""
    return reference.im2col(x, (2, 2), 2)


def _back(name, stride=1, **mistakes):
    def backward(c):
        return put_back(c, (1, 1, 4, 4), (2, 2), stride, **mistakes)

    backward.__name__ = name
    return backward


def double(x):
    """Return 2 * x."""
    return 2 * x


def half(x):
    """Return x / 2."""
    return x / 2


def _pairs(rng):
    x, c = rng.normal(size=(1, 1, 4, 4)), rng.normal(size=(4, 9))
    one, two = np.array([1.0, 2]), np.array([3.0, -1])
    return [
        Case("doubling, twice", (double, double, one, two)),
        Case("doubling, and nothing", (double, np.copy, one, two)),
        Case("copying, twice", (np.copy, np.copy, one, one[::-1].copy())),
        Case("copying, with x and c equal", (np.copy, np.copy, one, one.copy())),
        Case("doubling and halving", (double, half, one, two)),
        Case("im2col and a right col2im", (im2col_1, _back("col2im_1"), x, c)),
        Case("col2im with =", (im2col_1, _back("col2im_last", how="last"), x, c)),
        Case("col2im with a mean", (im2col_1, _back("col2im_mean", how="mean"), x, c)),
        Case("stride 2", (im2col_2, _back("col2im_2", 2), x, c[:, :4])),
    ]


TEST = "Compare (forward(x) * c).sum() with (x * backward(c)).sum()."
is_adjoint = Check(
    "03",
    "is_adjoint",
    adjoint,
    _pairs,
    options(
        adjoint,
        ("every pair passes", {"how": "always"}, TEST),
        ("every pair fails", {"how": "never"}, TEST),
        ("it asks whether the image comes back", {"how": "round trip"}, TEST),
        ("it compares the sum of x with that of forward(x)", {"how": "sums"}, TEST),
        ("it compares two norms", {"how": "norms"}, TEST),
        ("backward is not used", {"how": "sides"}, TEST),
    ),
    args="forward backward x c",
    outputs="answer",
    todo="Return True if the two sums of the dot-product test are equal, as far as floats can be",
    more="Put a mistake of your own into col2im. Does your test find it?",
)

# ---------------------------------------------------------------------- memory

BYTES = "A patch has C * K * K numbers of 4 bytes, and there are OH * OW * N patches."
patch_megabytes = Check(
    "03",
    "patch_megabytes",
    megabytes,
    lambda rng: [
        Case("one digit", (1, 1, 28, 28, 5, 1, 0)),
        Case("a batch", (100, 1, 28, 28, 5, 1, 0)),
        Case("channels", (10, 16, 12, 12, 3, 1, 0)),
        Case("padding", (10, 3, 8, 8, 3, 1, 1)),
        Case("stride 2", (10, 3, 33, 33, 3, 2, 0)),
        Case("not square", (2, 3, 10, 6, 3, 1, 0)),
        Case("VGG's second layer", (32, 64, 224, 224, 3, 1, 1)),
    ],
    options(
        megabytes,
        ("a number takes 8 bytes", {"size": 8}, "float32 has 32 bits, and a byte has 8."),
        ("numbers are counted and not bytes", {"size": 1}, "A float32 has 4 bytes."),
        ("the memory of x is counted", {"what": "images"}, BYTES),
        ("every pixel has a patch, at the border as well", {"what": "every"}, BYTES),
        ("padding is left out", {"what": "frame"}, "Padding makes more patches."),
        ("a patch has K numbers a channel", {"what": "row"}, BYTES),
        ("a patch has one number a channel", {"what": "patch"}, BYTES),
        ("one image is counted", {"what": "one"}, BYTES),
        ("one channel is counted", {"what": "channel"}, BYTES),
        ("bytes are returned", {"scale": 1.0}, "A megabyte has a million bytes."),
        ("a megabyte has 2 ** 20 bytes", {"scale": 2.0**20}, "Here it has a million."),
    ),
    args="N C H W K stride pad",
    outputs="megabytes",
    todo="Return the megabytes of the patch matrix in float32, a million bytes each",
    more="How many times the memory of x is it, for a kernel of 3 with stride 1?",
)

# ---------------------------------------------------------------------- an open problem


def _memory(conv):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 4, 32, 32)).astype(np.float32)
    w, b = rng.normal(size=(6, 4, 5, 5)).astype(np.float32), np.ones(6, np.float32)
    right = conv_small(x[:1], w, b)
    given = np.asarray(conv(x[:1].copy(), w.copy(), b.copy()))
    if given.shape != right.shape or not np.allclose(given, right, atol=1e-3):
        raise ValueError("the result is not the convolution. Check it with check.conv_fast first.")
    already = tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    conv(x, w, b)
    peak = tracemalloc.get_traced_memory()[1] - before
    if not already:
        tracemalloc.stop()
    result, matrix = 8 * 6 * 28 * 28 * 4, 8 * 4 * 25 * 28 * 28 * 4
    times = min(matrix / max(1, peak - result), 10.0)
    return float(np.floor(times)), "Beside its result, that is. More than 10 times counts as 10."


def conv_small(x, w, b):
    """Convolve one image, as the reference does."""
    return reference.conv2d(x, w, b)


frugal_conv = Goal(
    "03",
    "frugal_conv",
    _memory,
    8,
    form="{:.0f} times less memory than the patch matrix",
    todo="Return conv_fast's result without holding the patch matrix of all images at once",
    more="Time it against conv_fast. How small may the pieces be before it gets slow?",
)

TASKS = register(
    *(by_hand, im2col_loops, im2col, conv_fast, counts_by_hand, col2im, is_adjoint),
    *(patch_megabytes, frugal_conv),
)
