"""Exercise 01: answers with a mistake put into them, and the name that it has to be given."""

from tests.helpers import replaced

NOTEBOOK = "01_convolution"
NAMES = {
    "pad": "pad_image",
    "wrong_layer": lambda names: (names["right_on"], names["wrong_on"]),
    "sizes_by_hand": "sizes",
    "by_hand": lambda names: {part: names[part] for part in ("y00", "y11")},
}
CONV = """y[n, f] = b[f]
        for c in range(C):
            y[n, f] += convolve_strided(x[n, c], w[f, c], stride, pad)"""
LOOPS = """x, start = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))), b[f]
        for oh, ow in np.ndindex(OH, OW):
            total = start
            for c, kh, kw in np.ndindex(C, KH, KW):
                total += w[f, c, kh, kw] * x[n, c, oh * stride + kh, ow * stride + kw]
            y[n, f, oh, ow] = total"""
PADDED = "x = pad_image(x, pad)"
PLACES = "OH, OW = output_size(H, KH, stride, pad), output_size(W, KW, stride, pad)"
WALK = "x[oh * stride + kh, ow * stride + kw]"
SIZE = "(output_size(H, KH), output_size(W, KW))"
SUM = "y[oh, ow] += w[kh, kw] * x[oh + kh, ow + kw]"


def loops(changes):
    """Write conv with loops of its own, with some texts replaced."""
    text = LOOPS.replace("x, start", "padded, start").replace("* x[n", "* padded[n")
    return {CONV: replaced(text, changes)}


# Of each task: the mistakes that their own texts do not make in the solution, and what does.
MUTANTS = {
    "output_size": {
        "the size is divided by the stride first": {
            "way // stride + 1": "size // stride + 2 * pad - kernel + 1"
        },
        "the kernel is taken off after the division": {
            "way // stride + 1": "(size + 2 * pad) // stride - kernel + 1"
        },
        "the kernel is not taken off, and the 1 not added": {
            "way // stride + 1": "(size + 2 * pad) // stride"
        },
        "the way of the kernel is counted one pixel too short": {"- kernel": "- kernel - 1"},
        "windows lie side by side": {"way // stride + 1": "size // kernel"},
        "the size is taken to stay as it is": {"way // stride + 1": "size"},
        "the division is rounded up": {"way // stride": "-(-way // stride)"},
        "// comes before the sums": {"way // stride": "size + 2 * pad - kernel // stride"},
        "the division is rounded to the nearest number": {"way // stride": "round(way / stride)"},
        "image and frame are divided apart": {
            "way // stride": "(size - kernel) // stride + 2 * pad // stride"
        },
        "the 1 is added before dividing": {"way // stride + 1": "(way + 1) // stride"},
        "dtype": {"way // stride": "float(way // stride)"},
        "all pixels of the output are counted": {"way // stride + 1": "(way // stride + 1) ** 2"},
        "the frame is not divided by the stride": {"way //": "2 * pad + (size - kernel) //"},
    },
    "convolve": {
        "every weight meets the first pixel of the window": {"x[oh + kh, ow + kw]": "x[oh, ow]"},
        "the kernel is flipped": {"w[kh, kw]": "w[KH - 1 - kh, KW - 1 - kw]"},
        "the rows of the kernel are flipped": {"w[kh, kw]": "w[-1 - kh, kw]"},
        "the columns of the kernel are flipped": {"w[kh, kw]": "w[kh, -1 - kw]"},
        "rows and columns of the kernel are exchanged": {"w[kh, kw]": "w[kw, kh]"},
        "all rows of the kernel meet the first row of the window": {"[oh + kh,": "[oh,"},
        "all columns of the kernel meet the first column of the window": {"ow + kw]": "ow]"},
        "taps reach back from the start of the window, and not ahead": {
            "[oh + kh, ow + kw]": "[oh - kh, ow - kw]"
        },
        "only the last product of each window is kept": {"+=": "="},
        "the last row and the last column of the kernel are left out": {
            "ndindex(KH, KW)": "ndindex(KH - 1, KW - 1)"
        },
        "the last column of the kernel is left out": {"ndindex(KH, KW)": "ndindex(KH, KW - 1)"},
        "the largest product is taken and not the sum": {
            SUM: "y[oh, ow] = (w * x[oh : oh + KH, ow : ow + KW]).max()"
        },
        "every product is added to a number of w's dtype": {"x.dtype": "w.dtype"},
        "the result has the dtype of w": {
            "x.dtype": "w.dtype",
            SUM: SUM.replace("y[oh, ow] +", "total +"),
            "        for kh": "        total = 0\n        for kh",
            "    return": "        y[oh, ow] = total\n    return",
        },
        "the mean is taken and not the sum": {SUM: SUM + " / w.size"},
        "the last row and the last column of places are missing": {SIZE: "(H - KH, W - KW)"},
        "the sum goes on from window to window": {
            "    for oh, ow": "    total = 0\n    for oh, ow",
            SUM: "total += w[kh, kw] * x[oh + kh, ow + kw]\n        y[oh, ow] = total",
        },
        "the sum goes on along each row": {
            "        for kh": "        total = total if ow else 0\n        for kh",
            SUM: "total += w[kh, kw] * x[oh + kh, ow + kw]\n        y[oh, ow] = total",
        },
        "square images": {SIZE: "(output_size(H, KH), output_size(H, KW))"},
        "square kernels": {"np.ndindex(KH, KW)": "np.ndindex(KH, KH)"},
        "square images with square kernels": {
            "output_size(W, KW)": "output_size(H, KH)",
            "np.ndindex(KH, KW)": "np.ndindex(KH, KH)",
        },
        "results with as many rows as columns": {"output_size(W, KW)": "output_size(H, KH)"},
        "window and kernel are multiplied as matrices": {
            "        for kh": (
                "        y[oh, ow] = np.sum(x[oh : oh + KH, ow : ow + KW] @ w)\n        for kh"
            ),
            SUM: "pass",
        },
        "fractions are cut off, as integers do": {"x.dtype": "int"},
    },
    "pad": {
        "borrowed": {"padded[pad : pad + H, pad : pad + W] = x": "padded[...] = np.pad(x, pad)"},
        "the image comes back without a frame": {"return padded": "return x.copy()"},
    },
    "convolve_strided": {
        "the frame is put around the result": {
            "convolve_strided(x, w, stride=1, pad=0):": "convolve_strided(x, w, stride=1, ring=0):",
            "KH, KW = w.shape": "pad = 0; KH, KW = w.shape",
            "return y": "return np.pad(y, ring)",
        },
        "every weight meets the first pixel of the window": {
            "x[oh * stride + kh, ow * stride + kw]": "x[oh * stride, ow * stride]"
        },
        "the stride lies between the pixels of a window, and not between windows": {
            "x[oh * stride + kh, ow * stride + kw]": "x[oh + kh * stride, ow + kw * stride]"
        },
        "the image is thinned before the filter meets it": {
            "x = pad_image(x, pad)": (
                "x = pad_image(x, pad)[::stride, ::stride]\n    OH, OW, stride = len(x) - "
                "KH + 1, x.shape[1] - KW + 1, 1"
            )
        },
        "the kernel is flipped": {"w[kh, kw]": "w[::-1, ::-1][kh, kw]"},
        "the rows of the kernel are flipped": {"w[kh, kw]": "w[::-1][kh, kw]"},
        "the columns of the kernel are flipped": {"w[kh, kw]": "w[:, ::-1][kh, kw]"},
        "rows and columns of the kernel are exchanged": {"w[kh, kw]": "w[kw, kh]"},
        "all rows of the kernel meet the first row of the window": {"* stride + kh,": "* stride,"},
        "all columns of the kernel meet the first column of the window": {
            "* stride + kw]": "* stride]"
        },
        "taps reach back from the start of the window, and not ahead": {
            WALK: WALK.replace("+ k", "- k")
        },
        "only the last product of each window is kept": {"+=": "="},
        "the mean is taken and not the sum": {WALK: WALK + " / (KH * KW)"},
        "the last row and the last column of places are missing": {
            "np.zeros((OH, OW)": "np.zeros((OH - 1, OW - 1)",
            "np.ndindex(OH, OW)": "np.ndindex(OH - 1, OW - 1)",
        },
        "the stride changes the size and not the place": {WALK: "x[oh + kh, ow + kw]"},
        "the stride spreads the pixels inside the window": {
            WALK: "x[(oh + kh) * stride, (ow + kw) * stride]"
        },
        "padding is not used, or w is padded as well": {
            "    KH, KW = w.shape": "    w = pad_image(w, pad)\n    KH, KW = w.shape"
        },
        "the frame is at the top and left only": {
            PADDED: "x = np.pad(x, ((pad, 0), (pad, 0)))\n    H, W = x.shape",
            "KH, stride, pad": "KH, stride, pad / 2",
            "KW, stride, pad": "KW, stride, pad / 2",
            "OH, OW = ": "OH, OW = map(int, (",
            "pad / 2)\n": "pad / 2)))\n",
        },
        "the frame is at the bottom and right only": {
            PADDED: "x = np.pad(x, ((0, pad), (0, pad)))\n    H, W = x.shape",
            "KH, stride, pad": "KH, stride, pad / 2",
            "KW, stride, pad": "KW, stride, pad / 2",
            "OH, OW = ": "OH, OW = map(int, (",
            "pad / 2)\n": "pad / 2)))\n",
        },
        "padding comes in twice": {"    KH, KW": "    x = pad_image(x, pad)\n    KH, KW"},
        "the frame repeats the nearest pixel": {"pad_image(x, pad)": "np.pad(x, pad, 'edge')"},
        "stride 1 without padding": {"    return y": "    return y + (stride > 1 or pad > 0)"},
        "the stride counts for rows only": {
            "(x.shape[1], KW, stride": "(x.shape[1], KW, 1",
            "ow * stride": "ow",
        },
        "the stride counts for columns only": {
            "(len(x), KH, stride": "(len(x), KH, 1",
            "oh * stride": "oh",
        },
        "the stride is not used": {
            "KH, stride, pad": "KH, 1, pad",
            "KW, stride, pad": "KW, 1, pad",
            WALK: "x[oh + kh, ow + kw]",
        },
    },
    "conv": {
        "every weight meets the first pixel of the window": loops(
            {"* stride + kh, ow * stride + kw": "* stride, ow * stride"}
        ),
        "the stride lies between the pixels of a window, and not between windows": loops(
            {"oh * stride + kh, ow * stride + kw": "oh + kh * stride, ow + kw * stride"}
        ),
        "the image is thinned before the filter meets it": {
            "    OH, OW = ": (
                "    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))[:, :, "
                "::stride, ::stride]\n    (_, _, H, W), stride, pad = x.shape, 1, 0\n    "
                "OH, OW = "
            )
        },
        "each bias is added to all maps": {"y[n, f] = b[f]": "y[n, f] = N * b.sum()"},
        "the first channel is used for all": {"x[n, c], w[f, c]": "x[n, 0], w[f, 0]"},
        "the kernel is flipped": {"w[f, c]": "w[f, c, ::-1, ::-1]"},
        "the rows of the kernel are flipped": {"w[f, c]": "w[f, c, ::-1]"},
        "the columns of the kernel are flipped": {"w[f, c]": "w[f, c, :, ::-1]"},
        "rows and columns of the kernel are exchanged": {"w[f, c]": "w[f, c].T"},
        "all rows of the kernel meet the first row of the window": loops(
            {"* stride + kh": "* stride"}
        ),
        "all columns of the kernel meet the first column of the window": loops(
            {"* stride + kw": "* stride"}
        ),
        "taps reach back from the start of the window, and not ahead": loops(
            {"stride + kh": "stride - kh", "stride + kw": "stride - kw"}
        ),
        "only the last product of each window is kept": loops({"total += ": "total = b[f] + "}),
        "the mean is taken and not the sum": {CONV: CONV + " / w[f].size"},
        "the last row and the last column of places are missing": {
            "    return y": "    return y[:, :, :-1, :-1]"
        },
        "the stride changes the size and not the place": {
            "stride, pad)\n    return": "1, pad)[:OH, :OW]\n    return"
        },
        "the stride moves the window along rows only": loops({"ow * stride": "ow"}),
        "the stride moves the window along columns only": loops({"oh * stride": "oh"}),
        "the stride spreads the pixels inside the window": loops(
            {"oh * stride + kh, ow * stride + kw": "(oh + kh) * stride, (ow + kw) * stride"}
        ),
        "the bias is forgotten": {"y[n, f] = b[f]": "y[n, f] = 0"},
        "the bias is added to every product": {"= b[f]": "= b[f] * w[f].size"},
        "the bias is added once for every channel": {
            "y[n, f] = b[f]": "y[n, f] = 0",
            "stride, pad)\n    return": "stride, pad) + b[f]\n    return",
        },
        "all filters get the bias of the first": {"b[f]": "b[0]"},
        "the bias is added along the last axis": {
            "y[n, f] = b[f]": "y[n, f] = 0",
            "    return y": "    return y + b",
        },
        "only the first channel is used": {"range(C)": "range(1)"},
        "only the last channel is kept": {"y[n, f] += ": "y[n, f] = b[f] + "},
        "the mean of the channels is taken": {CONV: CONV + " / C"},
        "the first filter is used for all": {"w[f, c]": "w[0, c]"},
        "one channel": {CONV: CONV.replace("w[f, c]", "w[f, c] * (c + 1)")},
        "one filter": {"(N, F, OH, OW)": "(N, 1, OH, OW)", "ndindex(N, F)": "ndindex(N, 1)"},
        "the bias is taken off": {"= b[f]": "= -b[f]"},
        "the stride counts for rows only": {"(W, KW, stride": "(W, KW, 1"}
        | loops({"ow * stride": "ow"}),
        "the stride counts for columns only": {"(H, KH, stride": "(H, KH, 1"}
        | loops({"oh * stride": "oh"}),
        "the frame repeats the nearest pixel": {
            CONV: CONV.replace("x[n, c]", "np.pad(x[n, c], pad, 'edge')"),
            "stride, pad)\n    return": "stride, 0)\n    return",
        },
        "padding comes in twice": {
            "    OH, OW": "    x = np.pad(x, [(0, 0)] * 2 + [(pad, pad)] * 2)\n    OH, OW",
            PLACES: PLACES.replace("(H,", "(x.shape[2],").replace("(W,", "(x.shape[3],"),
        },
        "the frame is at the top and left only": {
            CONV: CONV.replace("x[n, c]", "np.pad(x[n, c], ((pad, 0), (pad, 0)))"),
            "stride, pad)\n    return": "stride, 0)\n    return",
            PLACES: "OH, OW = (H + pad - KH) // stride + 1, (W + pad - KW) // stride + 1",
        },
        "the frame is at the bottom and right only": {
            CONV: CONV.replace("x[n, c]", "np.pad(x[n, c], ((0, pad), (0, pad)))"),
            "stride, pad)\n    return": "stride, 0)\n    return",
            PLACES: "OH, OW = (H + pad - KH) // stride + 1, (W + pad - KW) // stride + 1",
        },
    },
    "box": {
        "one pixel counts alone": {
            "np.full((K, K), 1 / K**2)": "np.pad([[1.0]], (K // 2, (K - 1) // 2))"
        }
    },
    "edges": {
        "** 2 ** 0.5 is a power of 1.41, and not a square and a root": {
            "np.hypot(convolve(x, sobel), convolve(x, sobel.T))": (
                "(convolve(x, sobel) + convolve(x, sobel.T)) ** 2 ** 0.5"
            )
        },
        "half of the sum is taken, and not its root": {
            "np.hypot(convolve(x, sobel), convolve(x, sobel.T))": (
                "(convolve(x, sobel) ** 2 + convolve(x, sobel.T) ** 2) ** 1 / 2"
            )
        },
        "the direction of the edge is returned": {
            "hypot(convolve(x, sobel), convolve(x, sobel.T))": (
                "arctan2(convolve(x, sobel.T), convolve(x, sobel))"
            )
        },
        "the direction of the edge is returned, from the other axis": {"hypot": "arctan2"},
        "the squares are missing": {
            "np.hypot(convolve(x, sobel), convolve(x, sobel.T))": (
                "np.sqrt(convolve(x, sobel) + convolve(x, sobel.T))"
            )
        },
        "both filters are multiplied to one": {
            "np.hypot(convolve(x, sobel), convolve(x, sobel.T))": "convolve(x, sobel * sobel.T)"
        },
        "the squares are subtracted": {
            "np.hypot(convolve(x, sobel), ": "convolve(x, sobel) ** 2 - (",
            "sobel.T))": "sobel.T)) ** 2",
        },
        "the two answers are added with their signs": {
            "np.hypot(convolve(x, sobel), ": "(convolve(x, sobel) + "
        },
        "the sizes of both answers are added": {
            "np.hypot(convolve(x, sobel), convolve(x, sobel.T))": (
                "abs(convolve(x, sobel)) + abs(convolve(x, sobel.T))"
            )
        },
        "the root is missing": {
            "np.hypot(convolve(x, sobel), convolve(x, sobel.T))": (
                "convolve(x, sobel)**2 + convolve(x, sobel.T)**2"
            )
        },
        "the larger of the two is taken": {
            "np.hypot(convolve(x, sobel), convolve(x, sobel.T))": (
                "np.maximum(abs(convolve(x, sobel)), abs(convolve(x, sobel.T)))"
            )
        },
        "the mean of the squares is taken": {"x, sobel.T))": "x, sobel.T)) / np.sqrt(2)"},
        "both filters are joined to one": {
            "np.hypot(convolve(x, sobel), convolve(x, sobel.T))": (
                "abs(convolve(x, sobel + sobel.T))"
            )
        },
        "only upright edges are seen": {"convolve(x, sobel.T)": "0"},
        "only level edges are seen": {"convolve(x, sobel)": "0"},
        "the filters do not weigh the middle twice": {"[1, 2, 1]": "[1, 1, 1]"},
    },
}
QUESTIONS = {
    "by_hand": [
        ("the bias is forgotten", {"y00": 4, "y11": 13}),
        ("b is added to every product", {"y00": 8, "y11": 17}),
        ("w is flipped", {"y00": 11, "y11": 12}),
        ("rows and columns of w are exchanged", {"y00": 11, "y11": 18}),
        ("the mean of the products is taken", {"y00": 2, "y11": 4.25}),
        ("window and w are multiplied as matrices", {"y00": 16, "y11": 22}),
    ],
    "sizes_by_hand": [
        ("the division is rounded up", {"c": 15, "d": 4}),
        ("the division is not rounded down", {"c": 14.5}),
        ("the 1 is not added", {"a": 23}),
        ("// comes before the sums", {"c": 30}),
        ("padding is counted once", {"b": 27}),
        ("padding is left out", {"b": 26}),
        ("padding is subtracted", {"b": 24}),
        ("the stride is left out", {"c": 28}),
        ("the 1 is added before dividing", {"d": 2}),
        ("all pixels of the output are counted", {"a": 576}),
    ],
    "shifts": [
        ("the stride multiplies", {"b": 8}),
        ("the stride plays no part", {"b": 4, "c": 1, "d": 6}),
        ("half a step is rounded down", {"c": 0}),
        ("half a step is rounded up", {"c": 1}),
        ("the output moves by a part of a pixel", {"c": 0.5}),
        ("with steps the output never follows", {"b": "no", "d": "no"}),
        ("strides are added", {"d": "no"}),
        ("only the first layer counts", {"d": 3}),
        ("only the last layer counts", {"d": 2}),
        ("the output does not move", {"a": 0, "b": 0, "d": 0}),
    ],
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "output_size": {"+ 1": "+ 1 + (pad == 2)"},
    "convolve": {"w[kh, kw]": "abs(w[kh, kw])"},
    "pad": {"    return padded": "    padded[0, 0] += 1\n    return padded"},
    "convolve_strided": {"w[kh, kw]": "w[kh, kw] ** 2"},
    "conv": {"w[f, c]": "w[f, c] + 1"},
    "true_convolution": {"w[::-1, ::-1]": "np.roll(w, 1)"},
    "box": {"1 / K**2": "1 / K**2 + (K > 2) * np.eye(3, K)[:K]"},
    "move_down": {"w[0, 1] = 1": "w[0, 1] = 2"},
    "edges": {"[-1, 0, 1]": "[-1, 1, 0]"},
}
