"""Exercise 02: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "02_pooling"
NAMES = {
    "by_hand": lambda names: names["answers"] | names["winners"],
    "wrong_pool": lambda names: (names["right_on"], names["wrong_on"]),
}
WINDOW = "x[n, c, row : row + KH, column : column + KW]"
SIZES = "output_size(H, KH, stride), output_size(W, KW, stride)"
CUT = "x[:, :, kh::stride, kw::stride][:, :, :OH, :OW]"
NEXT = "x[:, :, kh:, kw:][:, :, :OH, :OW]"
ADDED = f"""for n, c, oh, ow in np.ndindex(y.shape):
        row, column = oh * stride, ow * stride
        y[n, c, oh, ow] = {WINDOW}.sum()"""
OH_OW = f"OH, OW = {SIZES}"
TILES = {OH_OW: "OH, OW = (H - KH) // KH + 1, (W - KW) // KW + 1"}

MUTANTS = {
    "mark_winner": {
        "its row and its column are looked for apart": {
            "marks.flat[window.argmax()]": (
                "marks[window.max(axis=1).argmax(), window.max(axis=0).argmax()]"
            )
        },
        "the search starts at 0, so that negative numbers never win": {
            "window.argmax()": "np.maximum(window, 0).argmax()"
        },
        "the place is divided by the number of rows": {
            "marks.flat[window.argmax()]": (
                "i, j = divmod(window.argmax(), len(window))\n"
                "    marks[min(i, len(marks) - 1), min(j, marks.shape[1] - 1)]"
            )
        },
        "the first of equals is looked for column by column": {
            "    marks.flat[window.argmax()] = 1": (
                "    column, row = divmod(window.T.argmax(), len(window))\n"
                "    marks[row, column] = 1"
            )
        },
    },
    "max_pool_loops": {
        "windows do not overlap and leave no gaps, whatever the stride": {
            "oh * stride, ow * stride": "oh * KH, ow * KW",
            SIZES: "(H - KH) // KH + 1, (W - KW) // KW + 1",
        },
        "the last row and the last column of windows are missing": {
            "    return y": "    return y[:, :, :-1, :-1]"
        },
        "the size is H // stride": {SIZES: "H // stride, W // stride"},
        "the size is H // KH": {SIZES: "H // KH, W // KW"},
        "one image": {"x[n, c, row": "x[0, c, row"},
    },
    "avg_pool": {
        "only the taps of the diagonal are added": {
            "np.ndindex(KH, KW)": "zip(range(KH), range(KW))"
        },
        "what all windows hold under a tap is cut at its beginning": {
            "[:, :, :OH, :OW]": "[:, :, -OH:, -OW:]"
        },
        "windows lie side by side, whatever the stride": {
            "return y / (KH * KW)": (
                "return x.reshape(N, C, H // KH, KH, W // KW, KW).mean((3, 5))"
            )
        },
        "windows are one row and one column too large": {
            f"for kh, kw in np.ndindex(KH, KW):\n        y += {CUT}": (
                ADDED.replace(" + KH", " + KH + 1")
                .replace(" + KW]", " + KW + 1]")
                .replace("sum", "mean")
            ),
            " / (KH * KW)": "",
        },
        "after each tap the mean of it and of what came before is taken": {
            "        y += x[:, :, kh::stride, kw::stride][:, :, :OH, :OW]": (
                "        pixel = x[:, :, kh::stride, kw::stride][:, :, :OH, :OW]\n"
                "        y = pixel if kh + kw == 0 else (y + pixel) / 2"
            ),
            " / (KH * KW)": "",
        },
        "the sum is divided by the pixels of the output": {"(KH * KW)": "(OH * OW)"},
        "loops": {f"for kh, kw in np.ndindex(KH, KW):\n        y += {CUT}": ADDED},
        "the first pixel of the window comes out, as if every tap saw that one": {
            "kh::stride, kw::": "::stride, ::"
        },
        "every tap divides the sum so far": {
            f"y += {CUT}": f"y = (y + {CUT}) / (KH * KW)",
            "return y / (KH * KW)": "return y",
        },
        "only the last tap of a window is kept": {"y += x": "y[...] = x"},
        "the first tap of a window is left out": {
            "in np.ndindex(KH, KW)": "in list(np.ndindex(KH, KW))[1:]"
        },
        "the last tap of a window is left out": {
            "in np.ndindex(KH, KW)": "in list(np.ndindex(KH, KW))[:-1]"
        },
        "windows start one pixel apart": {CUT: NEXT},
        "windows do not overlap and leave no gaps, whatever the stride": TILES
        | {CUT: "x[:, :, kh::KH, kw::KW][:, :, :OH, :OW]"},
        "the mean of all channels is taken": {CUT: CUT + ".mean(axis=1, keepdims=True)"},
        "only the first channel is used": {CUT: CUT + "[:, :1]"},
        "the size is H // stride": {
            "    return y / (KH * KW)": (
                "    y = np.zeros((N, C, H // stride, W // stride), x.dtype)\n"
                "    for n, c, i, j in np.ndindex(y.shape):\n"
                "        y[n, c, i, j] = x[n, c, i * stride :][:KH, j * stride :][:, :KW].mean()\n"
                "    return y"
            )
        },
        "the size is H // KH": {
            "    return y / (KH * KW)": "    y = np.zeros((N, C, H // KH, W // KW), x.dtype)\n"
            "    for n, c, i, j in np.ndindex(y.shape):\n"
            "        window = x[n, c, i * stride :][:KH, j * stride :][:, :KW]\n"
            "        y[n, c, i, j] = window.mean()\n"
            "    return y"
        },
        "the sum is not divided": {" / (KH * KW)": ""},
        "the sum is divided by the rows of the window": {"(KH * KW)": "KH"},
        "the sum is divided by the columns of the window": {"(KH * KW)": "KW"},
        "the sum is divided by the square of the stride": {"(KH * KW)": "stride**2"},
        "the division is rounded down": {"y / (KH": "y // (KH"},
        "the first tap counts twice": {
            "    for kh": "    y += x[:, :, ::stride, ::stride][:, :, :OH, :OW]\n    for kh"
        },
        "the largest is taken": {
            "y += " + CUT: "y = np.maximum(y - 99 * (kh + kw == 0), " + CUT + ")",
            " / (KH * KW)": "",
        },
        "square images": {"output_size(W": "output_size(H"},
        "columns are taken without stride": {"kw::stride": "kw:"},
        "rows are taken without stride": {"kh::stride": "kh:"},
        "borrowed": {
            "    return y / (KH * KW)": (
                f"    return np.mean([{CUT} for kh, kw in np.ndindex(KH, KW)], axis=0)"
            )
        },
    },
    "max_pool": {
        "the numbers of all taps that took the lead are added up": {
            "winner[larger] = k": "winner[larger] += k"
        },
        "the search starts with pixels that are taken without stride": {
            "np.full((N, C, OH, OW), -np.inf, x.dtype)": "x[:, :, :OH, :OW].copy()"
        },
        "y and winner are one array": {
            "winner = np.zeros(y.shape, int)": "winner = y",
            "winner[larger] = k\n        y[larger] = pixel[larger]": (
                "y[larger] = pixel[larger]\n        winner[larger] = k"
            ),
        },
        "the number is kh * W + kw": {"= k\n": "= kh * W + kw\n"},
        "it is counted how often a tap takes the lead": {
            "winner[larger] = k": "winner[larger] += 1"
        },
        "windows start one pixel apart": {"kh::stride, kw::stride": "kh:, kw:"},
        "of equal numbers the last wins": {"pixel > y": "pixel >= y"},
        "taps are numbered column by column": {
            "enumerate(np.ndindex(KH, KW))": "enumerate(np.ndindex(KW, KH))",
            "k, (kh, kw)": "k, (kw, kh)",
        },
        "the row of the winner is kept and not its number": {"[larger] = k": "[larger] = kh"},
        "the column of the winner is kept and not its number": {"[larger] = k": "[larger] = kw"},
        "the number is kh + kw": {"[larger] = k": "[larger] = kh + kw"},
        "the number is kh * KH + kw": {"[larger] = k": "[larger] = kh * KH + kw"},
        "pixels of the image are numbered and not taps": {
            "return y, winner": "kh, kw = np.divmod(winner, KW)\n"
            "    oh, ow = np.indices((OH, OW)) * stride\n"
            "    return y, (oh + kh) * x.shape[3] + ow + kw"
        },
        "every window gets the number of the last tap": {"winner[larger]": "winner[:]"},
        "y takes what every tap sees, larger or not": {"y[larger] = pixel[larger]": "y = pixel"},
        "y is never updated": {"        y[larger] = pixel[larger]\n": ""},
        "taps are numbered from 1": {"return y, winner": "return y, winner + 1"},
        "the number is kw * KH + kh": {"[larger] = k": "[larger] = kw * KH + kh"},
        "of equal numbers the first wins column by column, and not row by row": {
            "k, (kh, kw) in enumerate(np.ndindex(KH, KW))": "kw, kh in np.ndindex(KW, KH)",
            "[larger] = k": "[larger] = kh * KW + kw",
        },
        "the winner is always tap 0": {"larger = pixel > y": "larger = pixel > y\n        k = 0"},
        "the search starts at 0, so that windows without a positive number get 0 and tap 0": {
            "-np.inf": "0"
        },
        "the least wins": {"pixel > y": "pixel < y", "-np.inf": "np.inf"},
        "square kernels": {"np.ndindex(KH, KW)": "np.ndindex(KH, KH)"},
        "loops": {
            "winner[larger] = k": "winner.flat[[i for i, w in enumerate(larger.flat) if w]] = k"
        },
    },
    "max_pool_padded": {
        "the frame lies on x and not around it": {
            "np.pad(x,": "np.pad(x[..., pad : x.shape[2] - pad, pad : x.shape[3] - pad],"
        },
        "the frame is at the top and left only": {
            "(pad, pad), (pad, pad)": "(2 * pad, 0), (2 * pad, 0)"
        },
        "padding is not used": {"(pad, pad), (pad, pad)": "(0, 0), (0, 0)"},
        "images and channels get a frame as well": {"(0, 0), (0, 0)": "(pad, pad), (pad, pad)"},
        "the frame is at the bottom and right only": {
            "(pad, pad), (pad, pad)": "(0, 2 * pad), (0, 2 * pad)"
        },
        "the frame is at the bottom and right only, and once": {
            "(pad, pad), (pad, pad)": "(0, pad), (0, pad)"
        },
        "the frame is put around the result": {
            "max_pool(np.pad(x, frame, constant_values=-np.inf), kernel_size, stride)[0]": (
                "np.pad(max_pool(x, kernel_size, stride)[0], frame)"
            )
        },
        "the winners come back, and not the largest numbers": {"stride)[0]": "stride)[1]"},
        "rows get a frame and columns do not": {"(pad, pad), (pad, pad)": "(pad, pad), (0, 0)"},
        "columns get a frame and rows do not": {"(pad, pad), (pad, pad)": "(0, 0), (pad, pad)"},
        "the frame mirrors the picture": {"constant_values=-np.inf": "mode='reflect'"},
    },
    "global_pool": {
        "the sum is not divided": {".mean": ".sum"},
        "the largest is taken": {".mean": ".max"},
    },
    "receptive_field": {
        "walking back, what was seen is multiplied with the stride, and not its steps": {
            "in layers:": "in reversed(layers):",
            "field += (kernel - 1) * jump": "field = field * stride + kernel - 1",
        },
        "walking back, what was seen is multiplied with the stride, and the whole kernel added": {
            "in layers:": "in reversed(layers):",
            "field += (kernel - 1) * jump": "field = field * stride + kernel",
        },
        "the step begins at 0": {"= 1, 1": "= 1, 0"},
        "the layers count in the opposite order": {"in layers:": "in layers[::-1]:"},
        "the sizes of the windows are multiplied": {"+= (kernel - 1) * jump": "*= kernel"},
        "the sizes of the windows are added up": {
            "field, jump = 1, 1": "field, jump = 0, 1",
            "(kernel - 1) * jump": "kernel",
        },
        "what was seen before is multiplied with the layer's own stride": {
            "field += (kernel - 1) * jump": "field = field * stride + kernel - 1"
        },
        "strides play no part": {"jump *= stride": "pass"},
        "a layer's own stride counts already for its window": {
            "        field += (kernel - 1) * jump\n        jump *= stride": (
                "        jump *= stride\n        field += (kernel - 1) * jump"
            )
        },
        "only the stride of the layer just before counts": {"jump *= stride": "jump = stride"},
        "a layer's own stride stands for all that came before it": {
            "(kernel - 1) * jump": "(kernel - 1) * stride"
        },
        "the step is returned and not the field": {"return field": "return jump"},
        "the stride is added to the step": {"jump *= stride": "jump += stride"},
        "every stride above 1 is taken for 2": {"jump *= stride": "jump *= min(stride, 2)"},
    },
    "relative_change": {
        "each difference is divided by its own pixel": {
            "(b - a) ** 2": "(b / a - 1) ** 2",
            "distance / np.sqrt((a**2).sum(axis=(1, 2, 3)))": "distance",
        },
        "the norms are subtracted": {
            "distance = np.sqrt(((b - a) ** 2).sum(axis=(1, 2, 3)))": (
                "distance = np.sqrt((b**2).sum(axis=(1, 2, 3))) - "
                "np.sqrt((a**2).sum(axis=(1, 2, 3)))"
            )
        },
        "the norm of b is divided by that of a": {"(b - a)": "b"},
        "there is a number for each channel": {
            "a) ** 2).sum(axis=(1, 2, 3))": "a) ** 2).sum(axis=(2, 3))",
            "(a**2).sum(axis=(1, 2, 3))": "(a**2).sum(axis=(2, 3))",
        },
        "the mean over all images is returned": {
            "return distance": "return sum(distance",
            "(a**2).sum(axis=(1, 2, 3)))": "(a**2).sum(axis=(1, 2, 3)))) / len(a)",
        },
        "the norms are compared, and not the maps": {
            "np.sqrt(((b - a) ** 2).sum(axis=(1, 2, 3)))": (
                "abs(np.sqrt((b**2).sum((1, 2, 3))) - np.sqrt((a**2).sum((1, 2, 3))))"
            )
        },
        "it is not divided": {" / np.sqrt((a**2).sum(axis=(1, 2, 3)))": ""},
        "all images are taken together": {"axis=(1, 2, 3)": "axis=None"},
        "the changes of the channels are averaged": {
            "axis=(1, 2, 3)": "axis=(2, 3)",
            "return distance / np.sqrt(": "return np.mean(distance / np.sqrt(",
            "(a**2).sum(axis=(2, 3)))": "(a**2).sum(axis=(2, 3))), axis=1)",
        },
        "the unit is the norm of the whole batch": {"(a**2).sum(axis=(1, 2, 3))": "(a**2).sum()"},
        "each pixel's change is divided by that pixel": {
            "distance / np.sqrt((a**2).sum(axis=(1, 2, 3)))": (
                "abs((b - a) / a).mean(axis=(1, 2, 3))"
            )
        },
        "the root of each square is taken before the sum": {
            "np.sqrt(((b - a) ** 2).sum(axis=(1, 2, 3)))": (
                "np.sqrt((b - a) ** 2).sum(axis=(1, 2, 3))"
            )
        },
        "the root is missing": {
            "distance / np.sqrt((a**2).sum(axis=(1, 2, 3)))": (
                "distance**2 / (a**2).sum(axis=(1, 2, 3))"
            )
        },
        "sizes are added and not squares": {
            "return distance / np.sqrt((a**2)": "return abs(b - a).sum(axis=(1, 2, 3)) / (abs(a)"
        },
        "differences are added with their signs": {
            "return distance / np.sqrt((a**2)": "return (b - a).sum(axis=(1, 2, 3)) / (a"
        },
        "only the largest difference counts": {
            "return distance / np.sqrt((a**2).sum": (
                "return abs(b - a).max(axis=(1, 2, 3)) / (abs(a).max"
            )
        },
        "the root is taken of the numerator only": {
            "np.sqrt((a**2).sum(axis=(1, 2, 3)))": "(a**2).sum(axis=(1, 2, 3))"
        },
        "differences are added up before they are squared": {
            "((b - a) ** 2).sum(axis=(1, 2, 3))": "(b - a).sum(axis=(1, 2, 3)) ** 2"
        },
        "the unit is the mean norm of the batch": {
            "np.sqrt((a**2).sum(axis=(1, 2, 3)))": "np.mean((a**2).sum(axis=(1, 2, 3)) ** 0.5)"
        },
    },
}
QUESTIONS = {
    "by_hand": [
        ("the last of equals wins", {"winner at (0, 0)": 3}),
        ("taps are counted column by column", {"winner at (0, 0)": 1, "winner at (1, 0)": 2}),
        (
            "taps are counted from 1",
            {"winner at (0, 0)": 3, "winner at (1, 0)": 2, "winner at (1, 1)": 4},
        ),
        (
            "rows of the window are counted",
            {"winner at (0, 0)": 1, "winner at (1, 0)": 0, "winner at (1, 1)": 1},
        ),
        (
            "pixels of the image are counted",
            {"winner at (0, 0)": 4, "winner at (1, 0)": 9, "winner at (1, 1)": 15},
        ),
        ("the sum is taken", {"average at (0, 1)": 4}),
        (
            "the largest number is written and not its place",
            {"winner at (0, 0)": 4, "winner at (1, 0)": 5, "winner at (1, 1)": 7},
        ),
        (
            "output pixels are read as (column, row)",
            {"average at (0, 1)": 2, "winner at (1, 0)": 0},
        ),
        ("windows move by one pixel", {"average at (0, 1)": 2.5}),
        ("the numbers of the window are added up", {"max at (0, 0)": 12}),
        (
            ["the largest is written and not the mean", "the window at (1, 0) is averaged"],
            {"average at (0, 1)": 2},
        ),
    ]
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "max_pool_loops": {WINDOW + ".max()": "np.median(" + WINDOW + ")"},
    "avg_pool": {"(KH * KW)": "(KH * KW) + 1"},
    "max_pool": {"pixel > y": "pixel > y + 1"},
    "max_pool_padded": {"-np.inf": "-2"},
    "mark_winner": {"= 1": "= 2"},
    "global_pool": {"(2, 3))": "(2, 3)) + x[:, :, 0, 0]"},
    "receptive_field": {"return field": "return field + len(layers)"},
    "relative_change": {"(b - a)": "(b + a)"},
}
