"""Exercise 03: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "03_im2col"
NAMES = {"by_hand": "places", "wrong_scatter": lambda names: (names["right_on"], names["wrong_on"])}
FRAME = "((0, 0), (0, 0), (pad, pad), (pad, pad))"
BEFORE, AFTER = (FRAME.replace("(pad, pad)", side) for side in ("(pad, 0)", "(0, pad)"))
PLACE = "row, column = oh * stride, ow * stride"
STEPS = "[:, :, ::stride, ::stride]"
ORDER = "view.transpose(1, 4, 5, 2, 3, 0)"
FEWER = "OH, OW = output_size(H, KH, stride, pad) - 1, output_size(W, KW, stride, pad) - 1"
CALL = "im2col(x, (KH, KW), stride, pad)"
AXES = "cols.reshape(C, KH, KW, OH, OW, N).transpose(5, 0, 3, 4, 1, 2)"
TAPS = """    for kh, kw in np.ndindex(KH, KW):
        rows, columns = slice(kh, kh + stride * OH, stride), slice(kw, kw + stride * OW, stride)
        x[:, :, rows, columns][:, :, :OH, :OW] += cols[..., kh, kw]
"""
PATCHES = """    for oh, ow in np.ndindex(OH, OW):
        row, column = oh * stride, ow * stride
        x[:, :, row : row + KH, column : column + KW] {} cols[:, :, oh, ow]
"""
COUNTED = """    ones = np.zeros_like(x)
    for oh, ow in np.ndindex(OH, OW):
        ones[:, :, oh * stride :, ow * stride :][:, :, :KH, :KW] += 1
    x = x / np.maximum(ones, 1)
"""
CUT = "x[:, :, pad : pad + H, pad : pad + W]"
PIECE = "conv_fast(x[:, :, oh : oh + KH], w, b)"
DOT = "(forward(x) * c).sum(), (x * backward(c)).sum()"

MUTANTS = {
    "im2col_loops": {
        "the number of the column counts rows of places alone": {
            "(oh * OW + ow) * N + n] =": "oh] ="
        },
        "the number of the column counts places alone, and not the images": {
            "(oh * OW + ow) * N + n] =": "oh * OW + ow] ="
        },
        "the number of the column counts nothing": {"(oh * OW + ow) * N + n] =": "0] ="},
        "the stride counts for rows only": {
            "output_size(W, KW, stride, pad)": "output_size(W, KW, 1, pad)",
            "ow * stride": "ow",
        },
        "the stride counts for columns only": {
            "output_size(H, KH, stride, pad)": "output_size(H, KH, 1, pad)",
            "oh * stride": "oh",
        },
        "the image is thinned before windows are cut": {
            (
                "    OH, OW = output_size(H, KH, stride, pad), output_size(W, KW, stride, "
                "pad)\n    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))"
            ): (
                "    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))[:, :, "
                "::stride, ::stride]\n    OH, OW, stride = x.shape[2] - KH + 1, x.shape[3] "
                "- KW + 1, 1"
            )
        },
        "the last row and the last column of places are missing": {
            "OH, OW = output_size(H, KH, stride, pad), output_size(W, KW, stride, pad)": FEWER
        },
        "channels come last in a column of the matrix": {
            "patch.ravel()": "patch.transpose(1, 2, 0).ravel()"
        },
        "each patch is read column by column": {
            "patch.ravel()": "patch.transpose(0, 2, 1).ravel()"
        },
        "each patch is read from its end": {"patch.ravel()": "patch[:, ::-1, ::-1].ravel()"},
        "the stride changes the size and not the place": {PLACE: "row, column = oh, ow"},
        "the frame is at the top and left only": {
            "OH, OW = output_size(H, KH, stride, pad), output_size(W, KW, stride, pad)": (
                "OH, OW = (H + pad - KH) // stride + 1, (W + pad - KW) // stride + 1"
            ),
            FRAME: "((0, 0), (0, 0), (pad, 0), (pad, 0))",
        },
        "the frame is at the bottom and right only": {
            "OH, OW = output_size(H, KH, stride, pad), output_size(W, KW, stride, pad)": (
                "OH, OW = (H + pad - KH) // stride + 1, (W + pad - KW) // stride + 1"
            ),
            FRAME: "((0, 0), (0, 0), (0, pad), (0, pad))",
        },
        "patches are rows and not columns": {"return cols": "return cols.T"},
        "images and channels get a frame as well": {
            "    N, C, H": "    x = np.pad(x, [(pad, pad)] * 2 + [(0, 0)] * 2)\n    N, C, H"
        },
        "only columns are added to the image": {
            FRAME: "((0, 0), (0, 0), (0, 0), (pad, pad))",
            "OH, OW = output_size(H, KH, stride, pad), output_size(W, KW, stride, pad)": (
                "OH, OW = output_size(H, KH, stride), output_size(W, KW, stride, pad)"
            ),
        },
        "the six axes are reshaped and not transposed": {
            "    cols = np": (
                "    windows = sliding_window_view(x, (KH, KW), (2, 3))[:, :, ::stride, ::stride]\n"
                "    return windows.reshape(C * KH * KW, -1)\n"
                "    cols = np"
            )
        },
    },
    "im2col": {
        "the stride counts for rows only": {"::stride, ::stride": "::stride"},
        "the stride counts for columns only": {"::stride, ::stride": ":, ::stride"},
        "the image is thinned before windows are cut": {
            "view(x, (KH, KW), axis=(2, 3))[:, :, ::stride, ::stride]": (
                "view(x[:, :, ::stride, ::stride], (KH, KW), axis=(2, 3))"
            )
        },
        "the last row and the last column of places are missing": {
            "::stride, ::stride]": "::stride, ::stride][:, :, :-1, :-1]"
        },
        "all patches of image 0 come first": {ORDER: "view.transpose(1, 4, 5, 0, 2, 3)"},
        "places are counted column by column": {ORDER: "view.transpose(1, 4, 5, 3, 2, 0)"},
        "channels come last in a column of the matrix": {ORDER: "view.transpose(4, 5, 1, 2, 3, 0)"},
        "each patch is read column by column": {ORDER: "view.transpose(1, 5, 4, 2, 3, 0)"},
        "patches are rows and not columns": {"OH * OW * N)": "OH * OW * N).T"},
        "each patch is read from its end": {STEPS: STEPS[:-1] + ", ::-1, ::-1]"},
        "the six axes are reshaped and not transposed": {ORDER: "view"},
        "images and channels get a frame as well": {f"np.pad(x, {FRAME})": "np.pad(x, pad)"},
        "only columns are added to the image": {FRAME: "((0, 0), (0, 0), (0, 0), (pad, pad))"},
        "the frame repeats the nearest pixel": {FRAME: f"{FRAME}, 'edge'"},
        "padding comes in twice": {f"np.pad(x, {FRAME})": f"np.pad(np.pad(x, {FRAME}), {FRAME})"},
        "the stride changes the size and not the place": {
            STEPS: "",
            "    N, C, OH": "    rows, columns = ((n - 1) // stride + 1 for n in view.shape[2:4])\n"
            "    view = view[:, :, :rows, :columns]\n    N, C, OH",
        },
        "the stride moves the kernel along rows only": {
            STEPS: "[:, :, ::stride]",
            "    N, C, OH": (
                "    view = view[:, :, :, : (view.shape[3] - 1) // stride + 1]\n    N, C, OH"
            ),
        },
        "the stride moves the kernel along columns only": {
            STEPS: "[:, :, :, ::stride]",
            "    N, C, OH": (
                "    view = view[:, :, : (view.shape[2] - 1) // stride + 1]\n    N, C, OH"
            ),
        },
        "padding is not used": {"    x = np.pad": "    np.pad"},
        "the frame is at the top and left only": {FRAME: BEFORE},
        "the frame is at the bottom and right only": {FRAME: AFTER},
        "loops": {
            "    x = np.pad": "    return im2col_loops(x, kernel_size, stride, pad)\n    x = np.pad"
        },
        "the stride is not used": {STEPS: ""},
    },
    "conv_fast": {
        "padding comes in twice": {"    N, C, H": f"    x = np.pad(x, {FRAME})\n    N, C, H"},
        "cases without padding": {CALL: "im2col(x, (KH, KW), stride)"},
        "stride 1": {CALL: "im2col(x, (KH, KW), 1, pad)"},
        "loops": {"    OH, OW": "    return reference.conv2d(x, w, b, stride, pad)\n    OH, OW"},
    },
    "col2im": {
        "the largest number on a pixel is kept": {
            "+= cols[..., kh, kw]": (
                "= np.maximum(x[:, :, rows, columns][:, :, :OH, :OW], cols[..., kh, kw])"
            )
        },
        "all taps go to the first pixel of their window": {
            "slice(kh, kh + stride * OH, stride), slice(kw, kw + stride * OW, stride)": (
                "slice(0, stride * OH, stride), slice(0, stride * OW, stride)"
            )
        },
        "the last tap on a pixel wins, as with = for +=, or with += at lists of places": {
            "+=": "="
        },
        "= stands for +=, and the last patch on a pixel wins": {TAPS: PATCHES.format("=")},
        "the mean of the patches is taken": {"    return x": COUNTED + "    return x"},
        "the frame is not cut off": {CUT: "x"},
        "the frame is cut off at row H and column W": {CUT: "x[:, :, pad:H, pad:W]"},
        "the frame is cut at the bottom and right only": {CUT: "x[:, :, :H, :W]"},
        "the frame is cut at the top and left only": {CUT: "x[:, :, 2 * pad :, 2 * pad :]"},
        "the stride is not used": {
            "slice(kh, kh + stride * OH, stride)": "slice(kh, kh + OH)",
            "slice(kw, kw + stride * OW, stride)": "slice(kw, kw + OW)",
        },
        "all patches of image 0 come first": {
            AXES: "cols.reshape(C, KH, KW, N, OH, OW).transpose(3, 0, 4, 5, 1, 2)"
        },
        "places are counted column by column": {
            AXES: "cols.reshape(C, KH, KW, OW, OH, N).transpose(5, 0, 4, 3, 1, 2)"
        },
        "channels come last in a column of the matrix": {
            AXES: "cols.reshape(KH, KW, C, OH, OW, N).transpose(5, 2, 3, 4, 0, 1)"
        },
        "each patch is read column by column": {
            AXES: "cols.reshape(C, KW, KH, OH, OW, N).transpose(5, 0, 3, 4, 2, 1)"
        },
        "each patch is read from its end": {AXES: f"{AXES}[..., ::-1, ::-1]"},
        "results with as many rows as columns": {"output_size(W, KW": "output_size(H, KH"},
        "loops": {TAPS: PATCHES.format("+=")},
    },
    "is_adjoint": {
        "sums are multiplied, and not numbers before they are added up": {
            "(forward(x) * c).sum(), (x * backward(c)).sum()": (
                "forward(x).sum() * c.sum(), x.sum() * backward(c).sum()"
            )
        },
        "small differences pass": {
            f"bool(np.isclose({DOT}))": f"bool(abs(np.subtract({DOT})) < 1)"
        },
        "two sums of 0 do not pass": {
            f"bool(np.isclose({DOT}))": f"share({DOT}) < 1e-8",
            "    return": "    def share(a, b):\n        return abs(a - b) / abs(a)\n\n    return",
        },
        "small sums differ by less than is allowed": {
            f"bool(np.isclose({DOT}))": f"bool(abs(np.subtract({DOT})) < 1e-6)"
        },
        "large sums are rounded by more than is allowed": {
            f"bool(np.isclose({DOT}))": f"bool(abs(np.subtract({DOT})) < 1e-12)"
        },
        "every pair passes": {f"bool(np.isclose({DOT}))": "True"},
        "every pair fails": {f"bool(np.isclose({DOT}))": "False"},
        "it asks whether the image comes back": {
            f"bool(np.isclose({DOT}))": "backward(forward(x)).tolist() == x.tolist()"
        },
        "the sums have to be equal to the last digit": {
            f"np.isclose({DOT})": "np.vdot(forward(x), c) == np.vdot(x, backward(c))"
        },
        "the difference keeps its sign": {
            f"np.isclose({DOT})": "(forward(x) * c).sum() - (x * backward(c)).sum() < 1e-9"
        },
        "it asks whether c comes back": {f"isclose({DOT})": "allclose(forward(backward(c)), c)"},
        "it compares two norms": {DOT: "np.linalg.norm(forward(x)), np.linalg.norm(backward(c))"},
        "it compares x with forward(x), without c and backward": {
            DOT: "np.linalg.norm(forward(x)), np.linalg.norm(x)"
        },
    },
    "layer_cost": {
        "the memory is that of the output, and not of the patches": {
            "4 * patch * OH * OW": "4 * F * OH * OW"
        },
        "the patches are counted by the pixels of the image": {
            "4 * patch * OH * OW": "4 * patch * H * W"
        },
        "the bias is counted as a product": {"F * patch * OH": "F * (patch + 1) * OH"},
        "pixels of the image are counted, and not those of the output": {
            "F * patch * OH * OW": "F * patch * H * W"
        },
        "products of one output only are counted": {"F * patch * OH * OW, 4": "F * patch, 4"},
        "the biases are forgotten": {"F * (patch + 1)": "F * patch"},
        "there is one bias for all filters": {"F * (patch + 1)": "F * patch + 1"},
        "every channel has a bias": {"F * (patch + 1)": "F * (patch + C)"},
        "the weights are those of one channel": {"F * (patch + 1)": "F * (K * K + 1)"},
        "the weights are those of one filter": {"F * (patch + 1)": "patch + 1"},
        "the products are those of one filter": {"F * patch * OH": "patch * OH"},
        "the products are those of one channel": {"F * patch * OH": "F * K * K * OH"},
        "additions are counted as well": {"F * patch * OH": "F * 2 * patch * OH"},
        "every pixel of x is taken for an output": {"patch = C": "OH, OW, patch = H, W, C"},
        "padding is left out": {
            "K, stride, pad), output_size(W, K, stride, pad)": (
                "K, stride), output_size(W, K, stride)"
            )
        },
        "a number takes 8 bytes": {"4 * patch": "8 * patch"},
        "the patches are counted once for every filter": {"4 * patch": "4 * F * patch"},
        "numbers are counted and not bytes": {"4 * patch": "patch"},
        "K is not squared": {"patch = C * K * K": "patch = C * K"},
        "the memory is that of x, and not of its patches": {"4 * patch * OH * OW": "4 * C * H * W"},
        "the memory is that of one channel": {"4 * patch": "4 * K * K"},
        "padding is counted once": {"OH, OW = ": "H, W = H - pad, W - pad\n    OH, OW = "},
        "the patches are counted without stride": {
            "4 * patch * OH * OW": "4 * patch * (H + 2 * pad - K + 1) * (W + 2 * pad - K + 1)"
        },
    },
    "conv_1x1": {
        "channels are put last, and their numbers then read as if they came first": {
            "pixels = x.transpose(0, 2, 3, 1)": (
                "pixels = x.transpose(0, 2, 3, 1).reshape(x.shape).transpose(0, 2, 3, 1)"
            )
        },
        "the bias is added to the pixels, before the product": {
            "pixels @ w[:, :, 0, 0].T + b": "(pixels + b) @ w[:, :, 0, 0].T"
        },
        "channels stay last": {".transpose(0, 3, 1, 2)": ""},
        "the result is reshaped and not transposed": {
            ".transpose(0, 3, 1, 2)": ".reshape(len(x), len(w), *x.shape[2:])"
        },
        "loops": {"pixels = x": "for _ in np.ndindex(x.shape[2:]):\n        pass\n    pixels = x"},
        "only the first channel is used": {
            "x.transpose": "(x * [[[1]], *[[[0]]] * (x.shape[1] - 1)]).transpose"
        },
        "the first image is used for all": {"x.transpose": "(0 * x + x[0]).transpose"},
    },
    "frugal_conv": {
        "only the last channel is used": {
            "conv_fast(x[:, :, oh : oh + KH], w, b)": (
                "conv_fast(x[:, -1:, oh : oh + KH], w[:, -1:], b)"
            )
        },
        "the bias is forgotten": {PIECE: f"{PIECE[:-2]}0 * b)"},
        "all filters get the bias of the first": {PIECE: f"{PIECE[:-2]}0 * b + b[0])"},
        "the bias is added once for every channel": {PIECE: f"{PIECE[:-2]}b * x.shape[1])"},
        "the bias is added with every tap": {PIECE: f"{PIECE[:-2]}b * KH * KW)"},
        "the kernel is flipped": {PIECE: PIECE.replace(" w", " w[..., ::-1, ::-1]")},
        "only the first channel is used": {PIECE: "conv_fast(x[:, :1, oh : oh + KH], w[:, :1], b)"},
        "the first image is used for all": {PIECE: "conv_fast(x[:1, :, oh : oh + KH], w, b)"},
        "zero": {"range(OH)": "range(OH - 1)", "np.empty": "np.zeros"},
    },
}
QUESTIONS = {
    "by_hand": [
        ("it is counted from 1", {"a": 6, "b": 7, "c": 6, "d": 3}),
        ("channels are left out", {"a": 1, "b": 2}),
        ("images are left out", {"c": 2, "d": 1}),
        ("channels come last in a column", {"a": 3, "b": 5}),
        ("a patch is read column by column", {"a": 6, "b": 5}),
        ("all patches of an image come first", {"c": 6, "d": 1}),
        ("places are counted column by column", {"c": 3, "d": 4}),
        ("image 0 is taken", {"c": 4}),
        ("places are not multiplied with N", {"c": 3, "d": 1}),
        ("the 3 pixels of a side are taken for KH, KW, OH and OW", {"a": 10, "b": 12, "c": 7}),
    ]
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "frugal_conv": {PIECE: PIECE.replace(" w", " abs(w)")},
    "im2col_loops": {"patch.ravel()": "patch.ravel() ** 2 + 3"},
    "im2col": {"OH * OW * N)": "OH * OW * N) ** 2 + 3"},
    "conv_fast": {"b[:, None]": "b[::-1, None]"},
    "col2im": {"+= cols": "+= 0.5 + cols"},
    "is_adjoint": {DOT: "x.sum(), 3 * c.sum() - 3"},
    "layer_cost": {"patch * OH * OW, 4": "patch * (OH + 1) * OW, 4"},
    "conv_1x1": {"+ b)": "+ b**2)"},
}
