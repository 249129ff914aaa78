"""The mistakes that exercise 03 knows. Write your answers before you look.

Each is a change of the right version, which stands here or in :mod:`cnnlib.reference`.
"""

import numpy as np

from cnnlib import reference
from cnnlib.exercises.engine.mistakes import mistakes

# ---------------------------------------------------------------------- where a number lies

FRAME = "A frame lies on all four sides."
START = "The kernel starts at row oh * stride and column ow * stride."
COLUMN = "j = (oh * OW + ow) * N + n: the image changes fastest, then ow, then oh."
ROW = "i = (c * KH + kh) * KW + kw: kw changes fastest, then kh, then the channel."
BY_IMAGES = {"(oh * OW + ow) * N + n": "(n * OH + oh) * OW + ow"}
BY_COLUMNS = {"(oh * OW + ow) * N + n": "(ow * OH + oh) * N + n"}
CHANNELS_LAST = {"(c * KH + kh) * KW + kw": "(kh * KW + kw) * C + c"}
TAPS_TURNED = {"(c * KH + kh) * KW + kw": "(c * KW + kw) * KH + kh"}


def by_hand(what, c, kh, kw, oh, ow, n):
    N = C = KH = KW = OH = OW = 2  # noqa: F841, which mistakes use
    i, j = (c * KH + kh) * KW + kw, (oh * OW + ow) * N + n
    return i if what == "row" else j


BY_HAND = mistakes(
    by_hand,
    ("channels come last in a column", CHANNELS_LAST, "i = (c * KH + kh) * KW + kw."),
    ("a patch is read column by column", TAPS_TURNED, "kw goes fastest."),
    ("all patches of an image come first", BY_IMAGES, "n goes fastest."),
    ("places are counted column by column", BY_COLUMNS, "ow before oh."),
)
ORDER = (
    ("all patches of image 0 come first", BY_IMAGES, COLUMN),
    ("places are counted column by column", BY_COLUMNS, COLUMN),
    ("channels come last in a column of the matrix", CHANNELS_LAST, ROW),
    ("each patch is read column by column", TAPS_TURNED, ROW),
)
SHAPE, KERNEL = "N, C, H, W = x.shape", "KH, KW = kernel_size"
PLACE = "oh * stride + kh * dilation, ow * stride + kw * dilation"
IM2COL = mistakes(
    reference.im2col,
    *ORDER,
    (
        "patches are rows and not columns",
        {"return cols": "return cols.T.copy()"},
        "A patch is a column of the matrix.",
    ),
    ("the stride is not used", {KERNEL: f"{KERNEL}\n    stride = 1"}, START),
    ("the stride changes the size and not the place", {PLACE: "oh + kh, ow + kw"}, START),
    ("the stride moves the kernel along rows only", {"ow * stride": "ow"}, START),
    ("the stride moves the kernel along columns only", {"oh * stride": "oh"}, START),
    ("padding is not used", {SHAPE: f"pad = 0\n    {SHAPE}"}, "Pad first, then take the sizes."),
    (
        "the frame is at the top and left only",
        {SHAPE: f"x, pad = np.pad(x, [(0, 0), (0, 0), (pad, 0), (pad, 0)]), 0\n    {SHAPE}"},
        FRAME,
    ),
    (
        "the frame is at the bottom and right only",
        {SHAPE: f"x, pad = np.pad(x, [(0, 0), (0, 0), (0, pad), (0, pad)]), 0\n    {SHAPE}"},
        FRAME,
    ),
)

# ---------------------------------------------------------------------- the product


def conv_fast(x, w, b, stride=1, pad=0):
    (N, _, H, W), (F, _, KH, KW) = x.shape, w.shape
    OH, OW = (reference.size_after(*pair, stride, pad) for pair in ((H, KH), (W, KW)))
    y = w.reshape(F, -1) @ reference.im2col(x, (KH, KW), stride, pad) + b[:, None]
    return y.reshape(F, OH, OW, N).transpose(3, 0, 1, 2)


MOVE = "The product has the axes F, OH, OW, N. reshape splits axes, only transpose moves them."
MOVED = "y.reshape(F, OH, OW, N).transpose(3, 0, 1, 2)"
CONV = mistakes(
    conv_fast,
    ("the axes are named anew and not moved", {MOVED: "y.reshape(N, F, OH, OW)"}, MOVE),
    (
        "the product is read as if images came first",
        {MOVED: "y.reshape(F, N, OH, OW).transpose(1, 0, 2, 3)"},
        MOVE,
    ),
    ("the axes N and F of the result are exchanged", {"(3, 0, 1, 2)": "(0, 3, 1, 2)"}, MOVE),
    ("the axes OH and OW of the result are exchanged", {"(3, 0, 1, 2)": "(3, 0, 2, 1)"}, MOVE),
    (
        "the bias is forgotten",
        {" + b[:, None]": ""},
        "b[:, None] is a column: one bias a filter.",
    ),
    ("all filters get the bias of the first", {"b[:, None]": "b[0]"}, "b[:, None] is a column."),
    (
        "the kernel is flipped",
        {"w.reshape": "w[:, :, ::-1, ::-1].reshape"},
        "w.reshape(F, -1) reads w as it is.",
    ),
    (
        "channels come last in the rows of w",
        {"w.reshape": "w.transpose(0, 2, 3, 1).reshape"},
        "w.reshape(F, -1), as it is.",
    ),
)

# ---------------------------------------------------------------------- and back

ADDS = "A pixel lies in several patches, and each adds its share: +=."
LAST_TAP = {
    "n, c, oh, ow, kh, kw in np.ndindex(N, C, OH, OW, KH, KW)": (
        "n, c, kh, kw, oh, ow in np.ndindex(N, C, KH, KW, OH, OW)"
    ),
    "+= cols": "= cols",
}
MEAN = {
    "cut_frame(x, pad)": "cut_frame(x, pad) / np.maximum("
    "col2im(np.ones_like(cols), shape, kernel_size, stride, pad), 1)"
}
COL2IM = mistakes(
    reference.col2im,
    ("= stands for +=, and the last tap on a pixel wins", LAST_TAP, ADDS),
    ("= stands for +=, and the last patch on a pixel wins", {"+= cols": "= cols"}, ADDS),
    ("the mean of the patches is taken", MEAN, f"{ADDS} Nothing is divided."),
    ("the frame is not cut off", {"cut_frame(x, pad)": "x"}, "The result has the shape of x."),
    (
        "the frame is cut at the bottom and right only",
        {"cut_frame(x, pad)": "x[:, :, :H, :W].copy()"},
        FRAME,
    ),
    (
        "the frame is cut at the top and left only",
        {"cut_frame(x, pad)": "x[:, :, 2 * pad :, 2 * pad :].copy()"},
        FRAME,
    ),
    ("the stride is not used", {PLACE: "oh + kh, ow + kw"}, START),
    *ORDER,
)


def covered(col2im):
    """Return what counts the patches over a pixel of the task by hand."""
    return lambda row, column: float(
        col2im(np.ones((4, 4)), (1, 1, 3, 3), (2, 2))[0, 0, row, column]
    )


HOLDS = "Every patch that holds the pixel adds its number."
COUNTS = mistakes(
    reference.col2im,
    ("only one patch counts", LAST_TAP, HOLDS),
    ("the mean of the patches is taken", MEAN, HOLDS),
    use=covered,
)

# ---------------------------------------------------------------------- understanding


def is_adjoint(forward, backward, x, c):
    one, other = (forward(x) * c).sum(), (x * backward(c)).sum()
    return bool(np.isclose(one, other))


TEST = "Compare (forward(x) * c).sum() with (x * backward(c)).sum()."
BOTH = "(forward(x) * c).sum(), (x * backward(c)).sum()"
ADJOINT = mistakes(
    is_adjoint,
    ("every pair passes", {"bool(np.isclose(one, other))": "True"}, TEST),
    ("every pair fails", {"bool(np.isclose(one, other))": "False"}, TEST),
    (
        "it asks whether the image comes back",
        {
            BOTH: "backward(forward(x)), x",
            "np.isclose(one, other)": "one.shape == x.shape and np.allclose(one, other)",
        },
        TEST,
    ),
    (
        "it compares the sum of x with that of forward(x)",
        {BOTH: "forward(x).sum(), x.sum()"},
        TEST,
    ),
    ("it compares two norms", {BOTH: "(forward(x) ** 2).sum(), (backward(c) ** 2).sum()"}, TEST),
    (
        "small differences pass",
        {"np.isclose(one, other)": "abs(one - other) < 1"},
        "How small depends on the numbers: compare with np.isclose.",
    ),
    ("backward is not used", {"x * backward(c)": "x * x"}, TEST),
)


def patch_megabytes(N, C, H, W, K, stride=1, pad=0):
    OH, OW = (H + 2 * pad - K) // stride + 1, (W + 2 * pad - K) // stride + 1
    return N * C * K * K * OH * OW * 4 / 1e6


BYTES = "A patch has C * K * K numbers of 4 bytes, and there are OH * OW * N patches."
MEGABYTES = mistakes(
    patch_megabytes,
    ("a number takes 8 bytes", {" * 4": " * 8"}, "float32 has 32 bits, and a byte has 8."),
    ("numbers are counted and not bytes", {" * 4": ""}, "A float32 has 4 bytes."),
    ("the memory of x is counted", {"K * K * OH * OW": "H * W"}, BYTES),
    ("every pixel has a patch, at the border as well", {"* OH * OW": "* H * W"}, BYTES),
    (
        "padding is left out",
        {"H + 2 * pad": "H", "W + 2 * pad": "W"},
        "Padding makes more patches.",
    ),
    ("a patch has K numbers a channel", {"K * K": "K"}, BYTES),
    ("a patch has one number a channel", {"K * K * ": ""}, BYTES),
    ("one image is counted", {"N * ": ""}, BYTES),
    ("one channel is counted", {"C * ": ""}, BYTES),
    ("bytes are returned", {" / 1e6": ""}, "A megabyte has a million bytes."),
    ("a megabyte has 2 ** 20 bytes", {"1e6": "2**20"}, "Here it has a million."),
)
