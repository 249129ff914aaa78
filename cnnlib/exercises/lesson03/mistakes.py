"""The mistakes that exercise 03 knows. Write your answers before you look.

Each is a change of the right version, which stands here or in :mod:`cnnlib.reference`.
"""

import numpy as np

from cnnlib import reference
from cnnlib.exercises.engine.mistakes import mistakes
from cnnlib.exercises.lesson01.mistakes import FRAMES

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
    (
        "channels are left out",
        {"(c * KH + kh) * KW + kw": "kh * KW + kw"},
        "Channel 1 begins below all taps of channel 0.",
    ),
    (
        "images are left out",
        {"(oh * OW + ow) * N + n": "oh * OW + ow"},
        "Each place has a column for every image.",
    ),
    (
        "it is counted from 1",
        {"else j": "else j + 1", "return i": "return i + 1"},
        "0 comes first.",
    ),
    ("image 0 is taken", {"* N + n": "* N"}, "n is added at the end."),
    (
        "places are not multiplied with N",
        {"(oh * OW + ow) * N": "oh * OW + ow"},
        "Each place has N columns, one for every image.",
    ),
    (
        "the 3 pixels of a side are taken for KH, KW, OH and OW",
        {"N = C = KH = KW = OH = OW = 2": "N, KH, KW, OW = 2, 3, 3, 3"},
        "How many taps has the kernel, and how many output pixels are there in a row?",
    ),
)
ORDER = (
    ("all patches of image 0 come first", BY_IMAGES, COLUMN),
    ("places are counted column by column", BY_COLUMNS, COLUMN),
    ("channels come last in a column of the matrix", CHANNELS_LAST, ROW),
    ("each patch is read column by column", TAPS_TURNED, ROW),
    (
        "each patch is read from its end",
        {"(c * KH + kh) * KW + kw": "(c * KH + KH - 1 - kh) * KW + KW - 1 - kw"},
        f"Nothing is flipped here. {ROW}",
    ),
)
SHAPE, KERNEL = "N, C, H, W = x.shape", "KH, KW = kernel_size"
TWICE = "x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])"
PLACE = "oh * stride + kh * dilation, ow * stride + kw * dilation"
IM2COL = mistakes(
    reference.im2col,
    *ORDER,
    (
        "the six axes are reshaped and not transposed",
        {
            "return cols": "view = np.lib.stride_tricks.sliding_window_view\n"
            "    return view(x, (KH, KW), (2, 3))[:, :, ::stride, ::stride].reshape(cols.shape)"
        },
        "reshape moves no number: bring the axes into the order C, KH, KW, OH, OW, N first.",
    ),
    (
        "images and channels get a frame as well",
        {SHAPE: f"x = np.pad(x, [(pad, pad), (pad, pad), (0, 0), (0, 0)])\n    {SHAPE}"},
        "np.pad takes a pair for each axis: (0, 0) for the first two.",
    ),
    (
        "only columns are added to the image",
        {SHAPE: f"x, pad = np.pad(x, [(0, 0), (0, 0), (0, 0), (pad, pad)]), 0\n    {SHAPE}"},
        FRAME,
    ),
    *FRAMES,
    (
        "the last row and the last column of places are missing",
        {"x = add_frame(x, pad)": "x, OH, OW = add_frame(x, pad), OH - 1, OW - 1"},
        "How often does a kernel of 2 fit into 3 pixels? Count, then look at your sizes.",
    ),
    (
        "patches are rows and not columns",
        {"return cols": "return cols.T.copy()"},
        "A patch is a column of the matrix.",
    ),
    ("the stride is not used", {KERNEL: f"{KERNEL}\n    stride = 1"}, START),
    (
        "the stride counts for rows only",
        {"size_after(W, KW, stride,": "size_after(W, KW, 1,", "ow * stride": "ow"},
        START,
    ),
    (
        "the stride counts for columns only",
        {"size_after(H, KH, stride,": "size_after(H, KH, 1,", "oh * stride": "oh"},
        START,
    ),
    (
        "the image is thinned before windows are cut",
        {SHAPE: f"{TWICE}\n    x, pad, stride = x[:, :, ::stride, ::stride], 0, 1\n    {SHAPE}"},
        f"Pixels inside a window stay neighbours. {START}",
    ),
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
BY_LOOPS = IM2COL + mistakes(
    reference.im2col,
    *(
        (
            f"the number of the column counts {often}",
            {"return cols": f"made = np.zeros_like(cols)\n    {made}\n    return made"},
            "It has to count up with each image of each place, in the innermost loop.",
        )
        for often, made in (
            ("rows of places alone", "made[:, :OH] = cols[:, OW * N - 1 :: OW * N]"),
            ("places alone, and not the images", "made[:, : OH * OW] = cols[:, N - 1 :: N]"),
            ("nothing", "made[:, 0] = cols[:, -1]"),
        )
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
        "OH and OW are exchanged where the product is split",
        {MOVED: "y.reshape(F, OW, OH, N).transpose(3, 0, 2, 1)"},
        MOVE,
    ),
    (
        "w is reshaped to F columns",
        {"w.reshape(F, -1)": "w.reshape(-1, F).T"},
        "The rows of w belong together: w.reshape(F, -1).",
    ),
    (
        "padding comes in twice",
        {"    (N, _, H, W)": f"    {TWICE}\n    (N, _, H, W)"},
        "im2col pads already.",
    ),
    (
        "the bias is added along the last axis",
        {" + b[:, None]": "", MOVED: f"{MOVED} + b"},
        "NumPy lines shapes up from the right: add b[:, None] to the product, a bias a row.",
    ),
    (
        "the biases go from column to column, and not from map to map",
        {" + b[:, None]": "", MOVED: f"{MOVED} + np.resize(b, OW)"},
        "Add b[:, None] to the product: a row is a filter.",
    ),
    (
        "the bias is forgotten",
        {" + b[:, None]": ""},
        "b[:, None] is a column: one bias a filter.",
    ),
    ("all filters get the bias of the first", {"b[:, None]": "b[0]"}, "b[:, None] is a column."),
    (
        "all biases are added to every map",
        {"b[:, None]": "b.sum()"},
        "b[:, None] is a column: one bias a filter.",
    ),
    (
        "the biases go along the rows of the product, and not from row to row",
        {"b[:, None]": "np.resize(b, (F, OH * OW * N))"},
        "b[:, None] is a column: one bias a filter.",
    ),
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

FRUGAL = mistakes(
    conv_fast,
    ("the bias is forgotten", {" + b[:, None]": ""}, "Each filter has one."),
    ("all filters get the bias of the first", {"b[:, None]": "b[0]"}, "b[f] belongs to filter f."),
    (
        "the bias is added with every tap",
        {"b[:, None]": "KH * KW * b[:, None]"},
        "Once: begin with it.",
    ),
    (
        "the bias is added once for every channel",
        {"b[:, None]": "w.shape[1] * b[:, None]"},
        "Where channels are taken one by one, the bias still comes once.",
    ),
    (
        "the kernel is flipped",
        {"w.reshape": "w[:, :, ::-1, ::-1].reshape"},
        "w[kh, kw] meets x[oh + kh, ow + kw].",
    ),
    (
        "only the first channel is used",
        {"w.reshape": "(w * (np.arange(w.shape[1]) == 0)[:, None, None]).reshape"},
        "Every output is a sum over all channels.",
    ),
    (
        "only the last channel is used",
        {"w.reshape": "(w * (np.arange(w.shape[1]) == w.shape[1] - 1)[:, None, None]).reshape"},
        "Every output is a sum over all channels: +=.",
    ),
    (
        "the first image is used for all",
        {"im2col(x,": "im2col(np.repeat(x[:1], N, axis=0),"},
        "Which images are in the piece?",
    ),
)

# ---------------------------------------------------------------------- and back


def conv_1x1(x, w, b):
    pixels = x.transpose(0, 2, 3, 1)
    y = pixels @ w[:, :, 0, 0].T + b
    return y.transpose(0, 3, 1, 2)


LAST = "Bring the channels to the last axis, multiply, and bring the filters back to axis 1."
ONE = mistakes(
    conv_1x1,
    ("the bias is forgotten", {" + b": ""}, "b[f] is added to every pixel of map f."),
    ("all filters have the first one's bias", {" + b": " + b[0]"}, "b[f] belongs to filter f."),
    ("the bias is taken off", {" + b": " - b"}, "b[f] is added to every pixel of map f."),
    (
        "the bias is added to the pixels, before the product",
        {"pixels @ w[:, :, 0, 0].T + b": "(pixels + b) @ w[:, :, 0, 0].T"},
        "b has a number for each filter: add it to the product.",
    ),
    (
        "the bias is added once for every channel",
        {" + b": " + len(x[0]) * b"},
        "b[f] is added once, to the sum over the channels.",
    ),
    (
        "the bias is added along the last axis",
        {" + b": "", "(0, 3, 1, 2)": "(0, 3, 1, 2) + b"},
        "Add it while the filters are last: NumPy lines shapes up from the right.",
    ),
    (
        "the biases go from column to column, and not from map to map",
        {" + b": "", "(0, 3, 1, 2)": "(0, 3, 1, 2) + np.resize(b, x.shape[3])"},
        "b[f] is added to every pixel of map f.",
    ),
    (
        "channels and weights are added up before they are multiplied",
        {"pixels @ w[:, :, 0, 0].T": "pixels.sum(axis=-1, keepdims=True) * w.sum(axis=(1, 2, 3))"},
        "Each channel meets its own weight, and their products are added up.",
    ),
    (
        "the first image is used for all",
        {"x.transpose": "np.repeat(x[:1], len(x), axis=0).transpose"},
        "Does x[0] stand anywhere?",
    ),
    (
        "w is reshaped and not transposed",
        {"w[:, :, 0, 0].T": "w.reshape(w.shape[1], w.shape[0])"},
        "reshape moves no number. w has the shape (F, C), x @ w needs (C, F).",
    ),
    ("channels stay last", {"return y.transpose(0, 3, 1, 2)": "return y"}, LAST),
    (
        "pixels are reshaped and not transposed",
        {"x.transpose(0, 2, 3, 1)": "x.reshape(len(x), *x.shape[2:], x.shape[1])"},
        f"reshape moves no number. {LAST}",
    ),
    (
        "channels are put last, and their numbers then read as if they came first",
        {
            "x.transpose(0, 2, 3, 1)": (
                "x.transpose(0, 2, 3, 1).reshape(x.shape).transpose(0, 2, 3, 1)"
            )
        },
        "With channels last a pixel is a row, (N, H, W, C): pixels @ w.T. As (N, C, H * W) x has"
        " them first already.",
    ),
    (
        "the result is reshaped and not transposed",
        {"y.transpose(0, 3, 1, 2)": "y.reshape(len(x), len(w), *x.shape[2:])"},
        f"reshape moves no number. {LAST}",
    ),
    ("rows and columns are exchanged", {"(0, 3, 1, 2)": "(0, 3, 2, 1)"}, LAST),
    (
        "w is not transposed",
        {"[:, :, 0, 0].T": "[:, :, 0, 0]"},
        "w has the shape (F, C), x @ w needs (C, F).",
    ),
    ("all biases are added to every map", {" + b": " + b.sum()"}, "b[f] belongs to filter f."),
    (
        "only the first channel is used",
        {"pixels @ w[:, :, 0, 0].T": "pixels[..., :1] * w[:, 0, 0, 0]"},
        "Every output is a sum over all channels.",
    ),
    (
        "the mean of the channels is taken",
        {"0, 0].T": "0, 0].T / w.shape[1]"},
        "Every output is a sum over all channels, divided by nothing.",
    ),
)

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
    (
        "the last tap on a pixel wins, as with = for +=, or with += at lists of places",
        LAST_TAP,
        ADDS,
    ),
    ("= stands for +=, and the last patch on a pixel wins", {"+= cols": "= cols"}, ADDS),
    ("the mean of the patches is taken", MEAN, f"{ADDS} Nothing is divided."),
    (
        "the largest number on a pixel is kept",
        {"+= cols[i, j]": f"+= max(cols[i, j] - x[n, c, {PLACE}], 0)"},
        ADDS,
    ),
    (
        "each number loses what is behind the point",
        {"N, C, H, W = shape": "N, C, H, W = shape\n    cols = np.trunc(cols)"},
        "An array of integers has no room for it: np.zeros(shape, cols.dtype).",
    ),
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
    (
        "the frame is cut off at row H and column W",
        {"cut_frame(x, pad)": "x[:, :, pad:H, pad:W].copy()"},
        "The image begins at row pad, and ends at row pad + H.",
    ),
    ("the stride is not used", {PLACE: "oh + kh, ow + kw"}, START),
    (
        "all taps go to the first pixel of their window",
        {PLACE: "oh * stride, ow * stride"},
        "The slice of tap (kh, kw) begins at row kh and column kw.",
    ),
    *ORDER,
)


# ---------------------------------------------------------------------- understanding


def is_adjoint(forward, backward, x, c):
    one, other = (forward(x) * c).sum(), (x * backward(c)).sum()
    return bool(np.isclose(one, other))


TEST = "Compare (forward(x) * c).sum() with (x * backward(c)).sum()."
FLOATS = "How small depends on the numbers: compare with np.isclose."
BOTH = "(forward(x) * c).sum(), (x * backward(c)).sum()"
ADJOINT = mistakes(
    is_adjoint,
    (
        "every pair passes",
        {"bool(np.isclose(one, other))": "True"},
        f"{TEST} How far apart may they be?",
    ),
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
        "it compares x with forward(x), without c and backward",
        {BOTH: "forward(x).sum(), x.sum()"},
        TEST,
    ),
    (
        "two means are compared and not two sums",
        {BOTH: "(forward(x) * c).mean(), (x * backward(c)).mean()"},
        f"x and c differ in size. {TEST}",
    ),
    (
        "sums are multiplied, and not numbers before they are added up",
        {BOTH: "forward(x).sum() * c.sum(), x.sum() * backward(c).sum()"},
        TEST,
    ),
    ("it compares two sums without c and x", {BOTH: "forward(x).sum(), backward(c).sum()"}, TEST),
    (
        "sums are added, and nothing is multiplied",
        {BOTH: "forward(x).sum() + c.sum(), x.sum() + backward(c).sum()"},
        TEST,
    ),
    ("it compares two norms", {BOTH: "(forward(x) ** 2).sum(), (backward(c) ** 2).sum()"}, TEST),
    (
        "small differences pass",
        {"np.isclose(one, other)": "abs(one - other) < 1"},
        FLOATS,
    ),
    (
        "small differences pass",
        {"np.isclose(one, other)": "abs(one - other) <= 1"},
        FLOATS,
    ),
    (
        "two sums of 0 do not pass",
        {"np.isclose(one, other)": "abs(one - other) < 1e-8 * abs(one)"},
        "0 / 0 is no number, and 0 < 0 is false. Yet two sums of 0 are equal.",
    ),
    (
        "small sums differ by less than is allowed",
        {"np.isclose(one, other)": "abs(one - other) < 1e-6"},
        FLOATS,
    ),
    (
        "large sums are rounded by more than is allowed",
        {"np.isclose(one, other)": "abs(one - other) < 1e-8"},
        FLOATS,
    ),
    (
        "the sums have to be equal to the last digit",
        {"np.isclose(one, other)": "one == other"},
        "Products and sums of floats are rounded: allow for that, with np.isclose.",
    ),
    (
        "the difference keeps its sign",
        {"np.isclose(one, other)": "one - other < 1e-8"},
        "A difference far below 0 is small, too: take its size, or np.isclose.",
    ),
    ("backward is not used", {"x * backward(c)": "x * x"}, TEST),
    (
        "it asks whether c comes back",
        {BOTH: "forward(backward(c)), c", "np.isclose(one, other)": "np.allclose(one, other)"},
        TEST,
    ),
)


def layer_cost(C, H, W, F, K, stride=1, pad=0):
    OH, OW = (H + 2 * pad - K) // stride + 1, (W + 2 * pad - K) // stride + 1
    products = F * C * K * K * OH * OW
    return F * (C * K * K + 1), products, C * K * K * OH * OW * 4 / 1e6


PRODUCTS = "Each of the F * OH * OW outputs is a sum of C * K * K products."
BYTES = "A patch has C * K * K numbers of 4 bytes, and there are OH * OW patches."
ONE_BIAS = "A filter has C * K * K weights and one bias."
LEARNED, MEMORY = "return F * (C * K * K + 1)", "C * K * K * OH * OW * 4 / 1e6"
COST = mistakes(
    layer_cost,
    (
        "the patches are counted by the pixels of the image",
        {MEMORY: "C * K * K * H * W * 4 / 1e6"},
        BYTES,
    ),
    (
        "the bias is counted as a product",
        {"products = F * C * K * K": "products = F * (C * K * K + 1)"},
        f"{PRODUCTS} The bias is added.",
    ),
    (
        "products of one output only are counted",
        {"products = F * C * K * K * OH * OW": "products = F * C * K * K"},
        PRODUCTS,
    ),
    ("the biases are forgotten", {LEARNED: "return F * C * K * K"}, ONE_BIAS),
    ("there is one bias for all filters", {LEARNED: "return F * C * K * K + 1"}, ONE_BIAS),
    ("every channel has a bias", {LEARNED: "return F * C * (K * K + 1)"}, ONE_BIAS),
    ("the weights are those of one channel", {LEARNED: "return F * (K * K + 1)"}, ONE_BIAS),
    ("the weights are those of one filter", {LEARNED: "return (C * K * K + 1)"}, ONE_BIAS),
    ("the products are those of one filter", {"= F * C": "= C"}, PRODUCTS),
    (
        "pixels of the image are counted, and not those of the output",
        {"products = F * C * K * K * OH * OW": "products = F * C * K * K * H * W"},
        PRODUCTS,
    ),
    ("the products are those of one channel", {"= F * C": "= F"}, PRODUCTS),
    ("additions are counted as well", {"= F * C": "= 2 * F * C"}, "Multiplications alone."),
    (
        "every pixel of x is taken for an output",
        {"K * K * OH * OW\n": "K * K * H * W\n", MEMORY: "C * K * K * H * W * 4 / 1e6"},
        "The kernel has OH * OW places.",
    ),
    (
        "padding is left out",
        {"H + 2 * pad": "H", "W + 2 * pad": "W"},
        "Padding makes more patches.",
    ),
    (
        "the patches are counted once for every filter",
        {MEMORY: f"F * {MEMORY}"},
        f"All filters look at the same patches. {BYTES}",
    ),
    ("a number takes 8 bytes", {"* 4": "* 8"}, "float32 has 32 bits, and a byte has 8."),
    ("numbers are counted and not bytes", {" * 4": ""}, "A float32 has 4 bytes."),
    (
        "K is not squared",
        {
            "= F * C * K * K *": "= F * C * K *",
            LEARNED: "return F * (C * K + 1)",
            MEMORY: "C * K * OH * OW * 4 / 1e6",
        },
        "A kernel has K rows and K columns.",
    ),
    ("bytes are returned", {" / 1e6": ""}, "A megabyte has a million bytes."),
    ("a megabyte has 2 ** 20 bytes", {"1e6": "2**20"}, "Here it has a million."),
    (
        "the memory is that of the output, and not of the patches",
        {MEMORY: "F * OH * OW * 4 / 1e6"},
        BYTES,
    ),
    (
        "the memory is that of x, and not of its patches",
        {MEMORY: "C * H * W * 4 / 1e6"},
        BYTES,
    ),
    ("the memory is that of one channel", {MEMORY: "K * K * OH * OW * 4 / 1e6"}, BYTES),
    (
        "padding is counted once",
        {"H + 2 * pad": "H + pad", "W + 2 * pad": "W + pad"},
        "The frame is there at both ends of each axis.",
    ),
    (
        "the patches are counted without stride",
        {MEMORY: "C * K * K * (H + 2 * pad - K + 1) * (W + 2 * pad - K + 1) * 4 / 1e6"},
        BYTES,
    ),
)

# ---------------------------------------------------------------------- code to read


def scatter(cols, shape, kernel_size, stride=1):
    (H, W), (KH, KW) = shape, kernel_size
    OH, OW = (H - KH) // stride + 1, (W - KW) // stride + 1
    x = np.zeros((H, W))
    taps = cols.reshape(KH, KW, OH, OW)
    for kh, kw in np.ndindex(KH, KW):
        rows = slice(kh, kh + stride * OH, stride)
        columns = slice(kw, kw + stride * OW, stride)
        x[rows, columns][:OH, :OW] += taps[kh, kw]
    return x


TO_READ = mistakes(
    scatter,
    ("patches that overlap overwrite each other", {"+= taps": "= taps"}, "Add: +=."),
    ("the kernel is flipped", {"taps[kh, kw]": "taps[-1 - kh, -1 - kw]"}, "Tap by tap."),
    (
        "places are counted column by column",
        {"(KH, KW, OH, OW)": "(KH, KW, OW, OH).transpose(0, 1, 3, 2)"},
        COLUMN,
    ),
    (
        "taps are counted column by column",
        {"(KH, KW, OH, OW)": "(KW, KH, OH, OW).transpose(1, 0, 2, 3)"},
        ROW,
    ),
    (
        "a patch is averaged over its taps",
        {"taps[kh, kw]": "taps.mean(axis=(0, 1))"},
        "Each tap has a number of its own.",
    ),
)
