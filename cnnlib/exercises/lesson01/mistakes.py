"""The mistakes that exercise 01 knows. Write your answers before you look.

Each is a change of the right version, which stands here or in :mod:`cnnlib.reference`.
"""

import math

import numpy as np

from cnnlib import reference
from cnnlib.exercises.engine.mistakes import mistakes

# ---------------------------------------------------------------------- sizes


def output_size(size, kernel, stride=1, pad=0):
    return (size + 2 * pad - kernel) // stride + 1


SIZES = mistakes(
    output_size,
    (
        "the division is rounded up",
        {"return (": "return -(-(", "// stride": "// stride)"},
        "A window that fits by half does not fit.",
    ),
    ("the division is not rounded down", {"//": "/"}, "Divide with //, which rounds down."),
    ("the 1 is not added", {" + 1": ""}, "After k steps the window has stood at k + 1 places."),
    ("padding is counted once", {"2 * pad": "pad"}, "The frame adds pixels at both ends."),
    ("padding is left out", {" + 2 * pad": ""}, "Padding makes the image larger."),
    ("padding is subtracted", {"+ 2 * pad": "- 2 * pad"}, "Padding makes the image larger."),
    (
        "the kernel is not taken off, and the 1 not added",
        {" - kernel": "", " + 1": ""},
        "The window can move by the pixels beyond its own: take kernel off, and add 1.",
    ),
    ("the stride is left out", {" // stride": ""}, "With larger steps there are fewer places."),
    (
        "// comes before the sums",
        {"(size + 2 * pad - kernel)": "size + 2 * pad - kernel"},
        "Put brackets around the way that the window can move: (...) // stride.",
    ),
    (
        "the 1 is added before dividing",
        {"- kernel) // stride + 1": "- kernel + 1) // stride"},
        "First divide the way that the window can move, then add 1 for the place where it starts.",
    ),
    (
        "all pixels of the output are counted",
        {"return (": "return ((", " + 1": " + 1) ** 2"},
        "Along one axis.",
    ),
)
OUTPUT = SIZES + mistakes(
    output_size,
    (
        "windows lie side by side",
        {"(size + 2 * pad - kernel) // stride + 1": "size // kernel"},
        "The window moves by the stride, whatever its size.",
    ),
    (
        "the size is taken to stay as it is",
        {"(size + 2 * pad - kernel) // stride + 1": "size"},
        "A window does not reach over the edge: without padding there are fewer places.",
    ),
    (
        "the division is rounded to the nearest number",
        {"(size + 2 * pad - kernel) // stride": "round((size + 2 * pad - kernel) / stride)"},
        "A window that fits by half does not fit: //.",
    ),
    (
        "image and frame are divided apart",
        {"(size + 2 * pad - kernel) // stride": "(size - kernel) // stride + 2 * pad // stride"},
        "What is left over of the image and of the frame may together be a whole step.",
    ),
    (
        "the kernel is taken off after the division",
        {" - kernel) // stride": ") // stride - kernel"},
        "The window moves in steps over size + 2 * pad - kernel pixels: take it off first.",
    ),
    (
        "the size is divided by the stride first",
        {"(size + 2 * pad - kernel) // stride": "size // stride + 2 * pad - kernel"},
        "The window moves in steps over size + 2 * pad - kernel pixels: divide that.",
    ),
    ("stride is 2 where it is left out", {"stride=1": "stride=2"}, "The first line said stride=1."),
    ("pad is 1 where it is left out", {"pad=0)": "pad=1)"}, "The first line said pad=0."),
    (
        "the frame is not divided by the stride",
        {"(size + 2 * pad - kernel)": "2 * pad + (size - kernel)"},
        "The window goes over the frame in steps, too.",
    ),
    (
        "the way of the kernel is counted one pixel too long",
        {"- kernel": "- (kernel - 1)"},
        "A kernel of one pixel can move size - 1 pixels, and one of two pixels one less.",
    ),
    (
        "the way of the kernel is counted one pixel too short",
        {"- kernel": "- kernel - 1"},
        "It can move size - kernel pixels, and the place where it starts comes to that.",
    ),
    (
        "kernels are taken to be odd",
        {"- kernel": "- 2 * (kernel // 2) - 1"},
        "An even kernel has no middle: take off kernel itself.",
    ),
)

# ---------------------------------------------------------------------- convolution

DIRECTION = "x[oh + kh, ow + kw] meets w[kh, kw]: both count in the same direction."
START = "The window starts at row oh * stride and column ow * stride."
SIDES = "An image has four sides."
FILTERS = "Which f is in w[f, ...] and in b[f], and how many filters has y?"
CHANNELS = "Every output pixel is one sum over all channels: w[f, c, kh, kw] meets x[n, c, ...]."
BIAS = "b[f] is added once to every output pixel of filter f."
SHAPE = "N, C, H, W = x.shape"
FRAME = "x = add_frame(x, pad)"
PLACE = "oh * stride + kh * dilation, ow * stride + kw * dilation"
SHORT = "y = np.zeros((N, F, OH, OW)"
WINDOW = (
    ("the kernel is flipped", {"w[f, c, kh, kw]": "w[f, c, -1 - kh, -1 - kw]"}, DIRECTION),
    ("the rows of the kernel are flipped", {"w[f, c, kh, kw]": "w[f, c, -1 - kh, kw]"}, DIRECTION),
    (
        "the columns of the kernel are flipped",
        {"w[f, c, kh, kw]": "w[f, c, kh, -1 - kw]"},
        DIRECTION,
    ),
    (
        "rows and columns of the kernel are exchanged",
        {"w[f, c, kh, kw]": "w[f, c, kw, kh]"},
        "Which index of w goes with rows of x, which with columns?",
    ),
    (
        "all rows of the kernel meet the first row of the window",
        {PLACE: "oh * stride, ow * stride + kw"},
        "Where does kh come in? x[oh + kh, ow + kw] meets w[kh, kw].",
    ),
    (
        "all columns of the kernel meet the first column of the window",
        {PLACE: "oh * stride + kh, ow * stride"},
        "Where does kw come in? x[oh + kh, ow + kw] meets w[kh, kw].",
    ),
    (
        "every weight meets the first pixel of the window",
        {PLACE: "oh * stride, ow * stride"},
        "Where do kh and kw come in? x[oh + kh, ow + kw] meets w[kh, kw].",
    ),
    (
        "taps reach back from the start of the window, and not ahead",
        {PLACE: "oh * stride - kh, ow * stride - kw"},
        "kh and kw are added, and x[-1] would be the last row.",
    ),
    (
        "only the last product of each window is kept",
        {"total += ": "total = b[f] + "},
        "A sum grows with +=, and = forgets what was there.",
    ),
    (
        "fractions are cut off, as integers do",
        {"total += ": "total = int(total) + ", "ow] = total": "ow] = int(total)"},
        "What dtype does your array of results have? np.zeros(shape, x.dtype) takes that of x.",
    ),
    (
        "the mean is taken and not the sum",
        {"ow] = total": "ow] = b[f] + (total - b[f]) / w[f].size"},
        "The formula adds the products up and divides by nothing.",
    ),
    (
        "the last row and the last column of places are missing",
        {SHORT: f"OH, OW = OH - 1, OW - 1\n    {SHORT}"},
        "How often does a kernel of 2 fit into 3 pixels? Count, then look at your sizes.",
    ),
)
FRAMES = (
    (
        "padding comes in twice",
        {SHAPE: f"x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])\n    {SHAPE}"},
        "After padding, sizes are those of a larger image: count them with pad 0.",
    ),
    (
        "the frame repeats the nearest pixel",
        {
            SHAPE: "x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], mode='edge')\n"
            f"    pad = 0\n    {SHAPE}"
        },
        "Here it has to hold zeros.",
    ),
)
AS_MATRICES = {"ow] = total": "ow] = b[f] + (x[n, 0, oh : oh + KH, ow : ow + KW] @ w[f, 0]).sum()"}
EACH = "Each weight meets one pixel: w * window, and not w @ window."
STRIDE = (
    ("the stride is not used", {"KW = w.shape": "KW = w.shape\n    stride = 1"}, START),
    ("the stride changes the size and not the place", {PLACE: "oh + kh, ow + kw"}, START),
    ("the stride moves the window along rows only", {"ow * stride": "ow"}, START),
    ("the stride moves the window along columns only", {"oh * stride": "oh"}, START),
    (
        "the stride lies between the pixels of a window, and not between windows",
        {PLACE: "oh + kh * stride, ow + kw * stride"},
        START,
    ),
    (
        "the image is thinned before the filter meets it",
        {
            SHAPE: "x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])\n"
            f"    x, pad, stride = x[:, :, ::stride, ::stride], 0, 1\n    {SHAPE}"
        },
        f"Pixels inside a window stay neighbours. {START}",
    ),
    *(
        (
            "the stride spreads the pixels inside the window",
            {PLACE: "(oh + kh) * stride, (ow + kw) * stride"} | beyond,
            "Only the start of the window is multiplied by stride: oh * stride + kh.",
        )
        for beyond in ({}, {FRAME: f"{FRAME}\n    x = np.pad(x, 2 * [(0, 0)] + 2 * [(0, 99)])"})
    ),
    (
        "padding is not used, or w is padded as well",
        {SHAPE: f"pad = 0\n    {SHAPE}"},
        "Pad x alone, first; then take the sizes.",
    ),
    (
        "the frame is at the top and left only",
        {SHAPE: f"x, pad = np.pad(x, [(0, 0), (0, 0), (pad, 0), (pad, 0)]), 0\n    {SHAPE}"},
        SIDES,
    ),
    (
        "the frame is at the bottom and right only",
        {SHAPE: f"x, pad = np.pad(x, [(0, 0), (0, 0), (0, pad), (0, pad)]), 0\n    {SHAPE}"},
        SIDES,
    ),
    *FRAMES,
    *(
        (
            "the frame is put around the result",
            {
                SHAPE: f"ring, pad, step, stride = pad, 0, {step}\n    {SHAPE}",
                "return y": "ring = 2 * [(0, 0)] + 2 * [(ring, ring)]\n"
                "    return np.pad(y, ring)[:, :, ::step, ::step]",
            },
            "Pad x, so that the window can hang over its edge.",
        )
        for step in ("1, stride", "stride, 1")
    ),
    (
        "the stride counts for rows only",
        {"(W, KW, stride, pad": "(W, KW, 1, pad", "ow * stride": "ow"},
        START,
    ),
    (
        "the stride counts for columns only",
        {"(H, KH, stride, pad": "(H, KH, 1, pad", "oh * stride": "oh"},
        START,
    ),
)
LAYER = (
    ("the bias is forgotten", {"total = b[f]": "total = 0"}, BIAS),
    ("the bias is added to every product", {"total = b[f]": "total = b[f] * w[f].size"}, BIAS),
    ("the bias is added once for every channel", {"total = b[f]": "total = b[f] * CG"}, BIAS),
    ("all filters get the bias of the first", {"total = b[f]": "total = b[0]"}, BIAS),
    (
        "the bias is added along the last axis",
        {"total = b[f]": "total = 0", "return y": "return y + b"},
        f"NumPy lines shapes up from the right. {BIAS}",
    ),
    ("only the first channel is used", {"ndindex(CG, ": "ndindex(1, "}, CHANNELS),
    (
        "the first channel is used for all",
        {"w[f, c, kh": "w[f, 0, kh", "x[n, first + c,": "x[n, 0,"},
        CHANNELS,
    ),
    (
        "only the last channel is kept",
        {"KH, KW):": "KH, KW):\n            if c < CG - 1:\n                continue"},
        CHANNELS,
    ),
    (
        "the mean of the channels is taken",
        {"ow] = total": "ow] = b[f] + (total - b[f]) / CG"},
        CHANNELS,
    ),
    ("the first filter is used for all", {"w[f, c,": "w[0, c,"}, "Which f is in w[f, ...]?"),
    ("the first image is used for all", {"x[n, ": "x[0, "}, "Which n is in x[n, ...]?"),
    (
        "the axes N and F of the result are exchanged",
        {"return y": "return y.swapaxes(0, 1)"},
        "y[n, f, oh, ow]",
    ),
    ("the bias is taken off", {"total = b[f]": "total = -b[f]"}, BIAS),
    (
        "each bias is added to all maps",
        {"total = b[f]": "total = N * b.sum()"},
        f"y[n, f] is the map of filter f. {BIAS}",
    ),
)


def picture(conv):
    """Use a convolution of batches for one picture and one filter."""

    def convolve(x, w, stride=1, pad=0):
        return conv(x[None, None], w[None, None], np.zeros(1, x.dtype), stride, pad)[0, 0]

    return convolve


SET_BACK = "Where is the sum set back to 0? That has to happen once for every output pixel."
OF_X = "Where w holds whole numbers, that cuts fractions off: np.zeros(shape, x.dtype)."
convolve = picture(reference.conv2d)
CONVOLVE = mistakes(
    reference.conv2d,
    *WINDOW,
    (
        "the sum goes on from window to window",
        {"total = b[f]": "total = total if oh + ow else b[f]"},
        SET_BACK,
    ),
    (
        "the sum goes on along each row",
        {"total = b[f]": "total = total if ow else b[f]"},
        SET_BACK,
    ),
    ("window and kernel are multiplied as matrices", AS_MATRICES, EACH),
    (
        "the last column of the kernel is left out",
        {"ndindex(CG, KH, KW)": "ndindex(CG, KH, KW - 1)"},
        "range(KW) ends before KW by itself.",
    ),
    (
        "the last row and the last column of the kernel are left out",
        {"ndindex(CG, KH, KW)": "ndindex(CG, KH - 1, KW - 1)"},
        "range(KH) ends before KH by itself.",
    ),
    (
        "the largest product is taken and not the sum",
        {"ow] = total": "ow] = (x[n, 0, oh : oh + KH, ow : ow + KW] * w[f, 0]).max()"},
        "The formula adds the products up.",
    ),
    ("the result has the dtype of w", {"x.dtype)": "w.dtype)"}, OF_X),
    (
        "every product is added to a number of w's dtype",
        {"total += ": "total = w.dtype.type(total) + ", "= total": "= w.dtype.type(total)"},
        OF_X,
    ),
    use=picture,
)
STRIDED = mistakes(reference.conv2d, *WINDOW, *STRIDE, use=picture)
CONV = mistakes(reference.conv2d, *WINDOW, *STRIDE, *LAYER)

HAND = [[1, 0, 2], [3, 1, 0], [0, 2, 4]], [[1, 2], [0, 3]], 1  # x, w, b of the task by hand


def pixel(conv):
    """Return what gives one output pixel of the task by hand."""

    def one(x, w, b, oh, ow):
        x, w = (np.array(numbers, float)[None, None] for numbers in (x, w))
        return float(conv(x, w, np.array([b], float))[0, 0, oh, ow])

    return one


BY_HAND = mistakes(
    reference.conv2d,
    ("the bias is forgotten", {"total = b[f]": "total = 0"}, "Add b once for every output."),
    ("b is added to every product", LAYER[1][1], "Add b once for every output."),
    ("b is added twice", {"total = b[f]": "total = 2 * b[f]"}, "Add b once for every output."),
    (
        "the window of the pixel above is taken",
        {PLACE: "max(0, oh - 1) + kh, ow + kw"},
        "The window of y11 begins at row 1, column 1.",
    ),
    (
        "the window of the pixel to the left is taken",
        {PLACE: "oh + kh, max(0, ow - 1) + kw"},
        "The window of y11 begins at row 1, column 1.",
    ),
    ("w is flipped", WINDOW[0][1], "Lay w on the window as it is."),
    ("rows and columns of w are exchanged", WINDOW[3][1], "Read w row by row."),
    (
        "the mean of the products is taken",
        {"ow] = total": "ow] = b[f] + (total - b[f]) / w[f].size"},
        "Add the products up.",
    ),
    ("window and w are multiplied as matrices", AS_MATRICES, "Each weight meets one pixel."),
    use=pixel,
)

# ---------------------------------------------------------------------- one picture


def pad(x, pad):
    H, W = x.shape
    padded = np.zeros((H + 2 * pad, W + 2 * pad), x.dtype)
    padded[pad : pad + H, pad : pad + W] = x
    return padded


MIDDLE = "padded[pad : pad + H, pad : pad + W]"
LARGER = "By how many rows has the result to be larger than x?"
PAD = mistakes(
    pad,
    (
        "the frame is at the top and left only",
        {"(H + 2 * pad, W + 2 * pad)": "(H + pad, W + pad)"},
        SIDES,
    ),
    (
        "the frame is at the bottom and right only",
        {"(H + 2 * pad, W + 2 * pad)": "(H + pad, W + pad)", MIDDLE: "padded[:H, :W]"},
        SIDES,
    ),
    (
        "rows are added and no columns",
        {"W + 2 * pad": "W", MIDDLE: "padded[pad : pad + H]"},
        "The frame has a left and a right, too.",
    ),
    (
        "columns are added and no rows",
        {"H + 2 * pad": "H", MIDDLE: "padded[:, pad : pad + W]"},
        "The frame has a top and a bottom, too.",
    ),
    ("the frame holds ones", {"np.zeros": "np.ones"}, "A frame of zeros adds nothing to a sum."),
    (
        "the frame repeats the nearest pixel",
        {"return padded": "return np.pad(x, pad, mode='edge')"},
        "Here it has to hold zeros.",
    ),
    (
        "the image lies in a corner",
        {MIDDLE: "padded[:H, :W]"},
        "At which row and column does x begin?",
    ),
    ("the image comes back without a frame", {"return padded": "return x"}, "Is pad used?"),
    (
        "the frame lies on x and not around it",
        {
            "np.zeros((H + 2 * pad, W + 2 * pad), x.dtype)": "np.zeros_like(x)",
            f"{MIDDLE} = x\n": "padded[pad:-pad, pad:-pad] = x[pad:-pad, pad:-pad]\n",
        },
        LARGER,
    ),
    (
        "pixels at the edge of x are set to 0, and none are added around it",
        {
            "np.zeros((H + 2 * pad, W + 2 * pad), x.dtype)": "np.zeros_like(x)",
            f"{MIDDLE} = x\n": "inner = slice(pad, H - pad), slice(pad, W - pad)\n"
            "    padded[inner] = x[inner]\n",
        },
        LARGER,
    ),
)


def true_convolution(x, w):
    return convolve(x, w[::-1, ::-1])


ALONG = "Both axes of w have to be turned around: [::-1, ::-1]."
TRUE = mistakes(
    true_convolution,
    ("nothing is flipped", {"[::-1, ::-1]": ""}, "That is a correlation. Which array is flipped?"),
    ("only the rows are flipped", {"[::-1, ::-1]": "[::-1]"}, ALONG),
    ("only the columns are flipped", {"[::-1, ::-1]": "[:, ::-1]"}, ALONG),
    ("w is transposed and not flipped", {"[::-1, ::-1]": ".T"}, ALONG),
    ("w is turned by a quarter", {"w[::-1, ::-1]": "np.rot90(w)"}, f"Half a turn. {ALONG}"),
    ("w is turned by a quarter", {"w[::-1, ::-1]": "np.rot90(w, -1)"}, f"Half a turn. {ALONG}"),
    (
        "a square w is turned by a quarter, and others by a half",
        {"w[::-1, ::-1]": "np.rot90(w, 1 if len(w) == len(w.T) else 2)"},
        f"Half a turn, whatever its shape. {ALONG}",
    ),
    (
        "a square w is transposed, and nothing is flipped",
        {"w[::-1, ::-1]": "(w.T if len(w) == len(w.T) else w)"},
        ALONG,
    ),
    (
        "the output is turned around, as if image and kernel were both flipped",
        {"x, w[::-1, ::-1]": "x[::-1, ::-1], w[::-1, ::-1]"},
        "Image and kernel count in one direction then. Flip w alone.",
    ),
    (
        "the image is flipped and not the kernel",
        {"x, w[::-1, ::-1]": "x[::-1, ::-1], w"},
        "Then the output is turned around as well. Flip w.",
    ),
    ("w is transposed as well", {"[::-1, ::-1]": "[::-1, ::-1].T"}, f"Flipped only. {ALONG}"),
    (
        "signs are turned and not the kernel",
        {"convolve(x, w[::-1, ::-1])": "-convolve(x, w)"},
        f"What has to change is where a weight lies. {ALONG}",
    ),
)


def box(K):
    return np.full((K, K), 1 / K**2)


BOX = mistakes(
    box,
    ("the weights are not divided", {"1 / K**2": "1.0"}, "They must sum to 1."),
    (
        "the weights are divided by K",
        {"K**2": "K"},
        "How many weights are there? They must sum to 1.",
    ),
    ("the weights are divided by 2 K", {"K**2": "(2 * K)"}, "How many weights are there?"),
    (
        "only the diagonal has weights",
        {"np.full((K, K), 1 / K**2)": "np.eye(K) / K"},
        "All weights are equal: np.full or np.ones.",
    ),
    ("it is a row of K weights", {"(K, K), 1 / K**2": "(1, K), 1 / K"}, "K rows, K columns."),
    ("it has one axis", {"(K, K), 1 / K**2": "(K,), 1 / K"}, "K rows, K columns."),
    ("the weights are those of K = 3", {"K**2": "9"}, "How many weights are there for another K?"),
    (
        "^ is no power in Python",
        {"np.full((K, K), 1 / K**2)": "np.ones((K, K)) / np.int64(K ^ 2)"},
        "K ** 2 or K * K.",
    ),
    (
        "one pixel counts alone",
        {
            "return np.full((K, K), 1 / K**2)": "w = np.zeros((K, K))\n"
            "    w[K // 2, K // 2] = 1\n    return w"
        },
        "All weights are equal.",
    ),
)


def move_down():
    w = np.zeros((3, 3))
    w[0, 1] = 1
    return w


COPIED = "Output pixel (oh, ow) copies the pixel of x under the 1. Where is that, seen from oh, ow?"
MOVE_DOWN = mistakes(
    move_down,
    ("the picture moves up", {"0, 1": "2, 1"}, COPIED),
    ("the picture moves to the right", {"0, 1": "1, 0"}, COPIED),
    ("the picture moves to the left", {"0, 1": "1, 2"}, COPIED),
    ("the picture does not move", {"0, 1": "1, 1"}, COPIED),
    ("the picture moves sideways as well, to the right", {"0, 1": "0, 0"}, COPIED),
    ("the picture moves sideways as well, to the left", {"0, 1": "0, 2"}, COPIED),
)


def edges(x):
    sobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], x.dtype)
    gx, gy = convolve(x, sobel), convolve(x, sobel.T)
    return np.sqrt(gx**2 + gy**2)


STRENGTH = "The strength of an edge is the root of gx ** 2 + gy ** 2."
ROOT = "np.sqrt(gx**2 + gy**2)"
EDGES = mistakes(
    edges,
    ("Sobel x is used twice", {"sobel.T": "sobel"}, "Sobel y is the transpose of Sobel x."),
    (
        "the filter smooths along both axes, and nothing is subtracted",
        {"sobel = ": "sobel = np.abs([[1.0], [2], [1]]) * "},
        "Sobel x is the outer product of 1, 2, 1 down and -1, 0, 1 across.",
    ),
    ("the two answers are added with their signs", {ROOT: "gx + gy"}, STRENGTH),
    ("the sizes of both answers are added", {ROOT: "abs(gx) + abs(gy)"}, STRENGTH),
    ("the root is missing", {"np.sqrt": ""}, STRENGTH),
    ("the squares are missing", {ROOT: "np.sqrt(gx + gy)"}, STRENGTH),
    ("the mean of the squares is taken", {ROOT: "np.sqrt((gx**2 + gy**2) / 2)"}, STRENGTH),
    ("both filters are joined to one", {ROOT: "abs(gx + gy)"}, STRENGTH),
    ("the larger of the two is taken", {ROOT: "np.maximum(abs(gx), abs(gy))"}, STRENGTH),
    (
        "both filters are multiplied to one",
        {ROOT: "convolve(x, sobel * sobel.T)"},
        f"It sees corners. Two filters, two answers. {STRENGTH}",
    ),
    (
        "the direction of the edge is returned",
        {ROOT: "np.arctan2(gy, gx)"},
        f"How strong is it? {STRENGTH}",
    ),
    (
        "the direction of the edge is returned, from the other axis",
        {ROOT: "np.arctan2(gx, gy)"},
        f"How strong is it? {STRENGTH}",
    ),
    (
        "** 2 ** 0.5 is a power of 1.41, and not a square and a root",
        {ROOT: "(gx + gy) ** 2**0.5"},
        f"Python works out 2 ** 0.5 first. {STRENGTH}",
    ),
    (
        "** 2 ** 0.5 is a power of 1.41, and not a square and a root",
        {ROOT: "(gx**2 + gy**2) ** 2**0.5"},
        f"Python works out 2 ** 0.5 first. {STRENGTH}",
    ),
    (
        "half of the sum is taken, and not its root",
        {ROOT: "(gx**2 + gy**2) / 2"},
        f"** comes before /: ** 0.5, or np.sqrt. {STRENGTH}",
    ),
    ("the squares are subtracted", {ROOT: "gx**2 - gy**2"}, STRENGTH),
    ("only upright edges are seen", {" + gy**2": ""}, "Sobel y sees level ones."),
    ("only level edges are seen", {"gx**2 + ": ""}, "Sobel x sees upright ones."),
    (
        "the filters do not weigh the middle twice",
        {"[-2, 0, 2]": "[-1, 0, 1]"},
        "Sobel's rows are weighted 1, 2, 1.",
    ),
)

# ---------------------------------------------------------------------- understanding


def shifts(strides, pixels):
    step = math.prod(strides)
    return pixels // step if pixels % step == 0 else "no"


WHOLE = 'pixels // step if pixels % step == 0 else "no"'
SHIFTS = mistakes(
    shifts,
    (
        "the stride multiplies",
        {WHOLE: "pixels * step"},
        "A step in the output is stride pixels of x.",
    ),
    (
        "the stride plays no part",
        {WHOLE: "pixels"},
        "Count output pixels and not pixels of x.",
    ),
    (
        "half a step is rounded down",
        {WHOLE: "pixels // step"},
        "Is the output a moved copy at all?",
    ),
    (
        "half a step is rounded up",
        {WHOLE: "-(-pixels // step)"},
        "Is the output a moved copy at all?",
    ),
    (
        "the output moves by a part of a pixel",
        {WHOLE: "pixels / step"},
        "An image has whole pixels. Is the output a moved copy at all?",
    ),
    (
        "with steps the output never follows",
        {WHOLE: 'pixels // step if step == 1 else "no"'},
        "It does where the picture moves by whole steps.",
    ),
    (
        "strides are added",
        {"math.prod(strides)": "sum(strides)"},
        "A step of the second layer is worth that many steps of the first: they multiply.",
    ),
    (
        "strides are added, and parts of a pixel allowed",
        {WHOLE: f"({WHOLE}) if len(strides) == 1 else pixels / sum(strides)"},
        "A step of the second layer is worth that many steps of the first: they multiply.",
    ),
    (
        "the moves of the picture are counted, and not those of the output",
        {WHOLE: f"({WHOLE}) if len(strides) > 1 or pixels % step else pixels"},
        "A step in the output is stride pixels of x.",
    ),
    (
        "only the first layer counts",
        {"math.prod(strides)": "strides[0]"},
        "The second layer sees an image that has moved already.",
    ),
    (
        "only the last layer counts",
        {"math.prod(strides)": "strides[-1]"},
        "What it sees has moved in steps of the first layer.",
    ),
    (
        "the output does not move",
        {WHOLE: '0 if pixels % step == 0 else "no"'},
        "A filter gives the same answer at the new place of what it saw. Which place is that?",
    ),
)


# ---------------------------------------------------------------------- code to read


def one_image(x, w, b, stride=1):
    F, C, KH, KW = w.shape
    OH, OW = (x.shape[1] - KH) // stride + 1, (x.shape[2] - KW) // stride + 1
    y = np.zeros((F, OH, OW))
    for f, oh, ow in np.ndindex(F, OH, OW):
        row, column = oh * stride, ow * stride
        window = x[:, row : row + KH, column : column + KW]
        y[f, oh, ow] = np.sum(window * w[f]) + b[f]
    return y


TO_READ = mistakes(
    one_image,
    ("all filters have the first one's bias", {"b[f]": "b[0]"}, "b[f] belongs to filter f."),
    ("the rows of the window are flipped", {"window * w": "window[:, ::-1] * w"}, DIRECTION),
    ("all filters have the first one's weights", {"w[f]": "w[0]"}, "w[f] belongs to filter f."),
    ("columns are taken without stride", {"ow * stride": "ow"}, START),
    ("only the first channel counts", {"window * w[f]": "window[0] * w[f, 0]"}, CHANNELS),
    (
        "the bias is added to every product",
        {"np.sum(window * w[f]) + b[f]": "np.sum(window * w[f] + b[f])"},
        BIAS,
    ),
)
