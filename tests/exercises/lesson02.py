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
SHORT = ("    y = np.", "    OH, OW = OH - 1, OW - 1\n    y = np.")
TILES = (OH_OW, "OH, OW = (H - KH) // KH + 1, (W - KW) // KW + 1")
# What the limits are about, put into max_pool_loops and, by other texts, into the others.
MUTANTS = {
    "max_pool_loops": [
        (
            "the window is as large as the stride",
            ("row + KH, column : column + KW", "row + stride, column : column + stride"),
        ),
        ("windows start one pixel apart", ("oh * stride, ow * stride", "oh, ow")),
        (
            "windows do not overlap and leave no gaps, whatever the stride",
            ("oh * stride, ow * stride", "oh * KH, ow * KW"),
            (SIZES, "(H - KH) // KH + 1, (W - KW) // KW + 1"),
        ),
        ("the largest of all channels is taken", ("x[n, c, row", "x[n, :, row")),
        ("only the first channel is used", ("x[n, c, row", "x[n, 0, row")),
        ("rows and columns of the window are exchanged", ("KH, KW = kernel", "KW, KH = kernel")),
        (
            "the last row and the last column of windows are missing",
            ("    return y", "    return y[:, :, :-1, :-1]"),
        ),
        ("the size is H // stride", (SIZES, "H // stride, W // stride")),
        ("the size is H // KH", (SIZES, "H // KH, W // KW")),
        (
            "windows start KH and KW pixels apart",
            ("oh * stride, ow * stride", "oh * KH, ow * KW"),
            (".max()", ".max(initial=-np.inf)"),
        ),
        ("the least is taken", (".max()", ".min()")),
        ("the mean is taken", (".max()", ".mean()")),
        ("the sum is taken", (".max()", ".sum()")),
        (
            "the search starts at 0, so that negative numbers never win",
            (f"{WINDOW}.max()", f"max(0, {WINDOW}.max())"),
        ),
        ("the largest size counts, without its sign", (f"{WINDOW}.max()", f"abs({WINDOW}).max()")),
        (
            "the search goes on from window to window",
            ("    for n, c", "    best = -np.inf\n    for n, c"),
            (f"= {WINDOW}.max()", f"= best = max(best, {WINDOW}.max())"),
        ),
        ("square kernels", ("column : column + KW", "column : column + KH")),
        (
            "square images with square kernels",
            ("column : column + KW", "column : column + KH"),
            ("output_size(W, KW", "output_size(H, KH"),
        ),
        (
            "results with as many rows as columns",
            ("    return y", "    return y if y.shape[2] == y.shape[3] else 2 * y + 1"),
        ),
        ("square images", ("output_size(W, ", "output_size(H, ")),
        ("one channel", ("    return y", "    return y * np.arange(1, C + 1).reshape(C, 1, 1)")),
        ("one image", ("x[n, c, row", "x[0, c, row")),
        ("remark", ("x.dtype", "float")),
        ("fractions are cut off, as integers do", ("x.dtype", "int")),
        ("columns are taken without stride", ("ow * stride", "ow")),
        ("rows are taken without stride", ("oh * stride", "oh")),
        ("the number of the winner is taken", (".max()", ".argmax()")),
        ("the first number of the window is taken", (".max()", "[0, 0]")),
    ],
    "avg_pool": [
        ("loops", (f"for kh, kw in np.ndindex(KH, KW):\n        y += {CUT}", ADDED)),
        (
            "the first pixel of the window comes out, as if every tap saw that one",
            ("kh::stride, kw::", "::stride, ::"),
        ),
        (
            "every tap divides the sum so far",
            (f"y += {CUT}", f"y = (y + {CUT}) / (KH * KW)"),
            ("return y / (KH * KW)", "return y"),
        ),
        ("only the last tap of a window is kept", ("y += x", "y[...] = x")),
        (
            "the first tap of a window is left out",
            ("in np.ndindex(KH, KW)", "in list(np.ndindex(KH, KW))[1:]"),
        ),
        (
            "the last tap of a window is left out",
            ("in np.ndindex(KH, KW)", "in list(np.ndindex(KH, KW))[:-1]"),
        ),
        ("windows start one pixel apart", (CUT, NEXT)),
        (
            "windows do not overlap and leave no gaps, whatever the stride",
            TILES,
            (CUT, "x[:, :, kh::KH, kw::KW][:, :, :OH, :OW]"),
        ),
        ("the mean of all channels is taken", (CUT, CUT + ".mean(axis=1, keepdims=True)")),
        ("only the first channel is used", (CUT, CUT + "[:, :1]")),
        ("rows and columns of the window are exchanged", ("KH, KW = kernel", "KW, KH = kernel")),
        ("the last row and the last column of windows are missing", SHORT),
        (
            "the size is H // stride",
            (
                "    return y / (KH * KW)",
                "    y = np.zeros((N, C, H // stride, W // stride), x.dtype)\n"
                "    for n, c, i, j in np.ndindex(y.shape):\n"
                "        y[n, c, i, j] = x[n, c, i * stride :][:KH, j * stride :][:, :KW].mean()\n"
                "    return y",
            ),
        ),
        (
            "the size is H // KH",
            (
                "    return y / (KH * KW)",
                "    y = np.zeros((N, C, H // KH, W // KW), x.dtype)\n"
                "    for n, c, i, j in np.ndindex(y.shape):\n"
                "        window = x[n, c, i * stride :][:KH, j * stride :][:, :KW]\n"
                "        y[n, c, i, j] = window.mean()\n"
                "    return y",
            ),
        ),
        ("the sum is not divided", (" / (KH * KW)", "")),
        ("the sum is divided by the rows of the window", ("(KH * KW)", "KH")),
        ("the sum is divided by the columns of the window", ("(KH * KW)", "KW")),
        ("the sum is divided by the square of the stride", ("(KH * KW)", "stride**2")),
        ("the division is rounded down", ("y / (KH", "y // (KH")),
        (
            "the first tap counts twice",
            ("    for kh", "    y += x[:, :, ::stride, ::stride][:, :, :OH, :OW]\n    for kh"),
        ),
        (
            "the largest is taken",
            ("y += " + CUT, "y = np.maximum(y - 99 * (kh + kw == 0), " + CUT + ")"),
            (" / (KH * KW)", ""),
        ),
        ("square kernels", ("(KH * KW)", "KH**2")),
        (
            "square images with square kernels",
            ("(KH * KW)", "KH**2"),
            ("output_size(W, KW", "output_size(H, KH"),
        ),
        (
            "results with as many rows as columns",
            ("    return y", "    y = y + (OH != OW)\n    return y"),
        ),
        (
            "square images",
            ("output_size(W", "output_size(H"),
        ),
        ("one channel", (" / (KH", " * np.arange(1, x.shape[1] + 1).reshape(-1, 1, 1) / (KH")),
        ("one image", (CUT, CUT.replace("x[:, ", "x[:1, "))),
        ("remark", ("x.dtype", "float")),
        ("changed", ("    return y", "    x += 0.5\n    return y")),
        ("columns are taken without stride", ("kw::stride", "kw:")),
        ("rows are taken without stride", ("kh::stride", "kh:")),
        (
            "borrowed",
            (
                "    return y / (KH * KW)",
                f"    return np.mean([{CUT} for kh, kw in np.ndindex(KH, KW)], axis=0)",
            ),
        ),
    ],
    "max_pool": [
        ("windows start one pixel apart", ("kh::stride, kw::stride", "kh:, kw:")),
        ("of equal numbers the last wins", ("pixel > y", "pixel >= y")),
        (
            "taps are numbered column by column",
            ("enumerate(np.ndindex(KH, KW))", "enumerate(np.ndindex(KW, KH))"),
            ("k, (kh, kw)", "k, (kw, kh)"),
        ),
        ("the row of the winner is kept and not its number", ("[larger] = k", "[larger] = kh")),
        ("the column of the winner is kept and not its number", ("[larger] = k", "[larger] = kw")),
        ("the number is kh + kw", ("[larger] = k", "[larger] = kh + kw")),
        ("the number is kh * KH + kw", ("[larger] = k", "[larger] = kh * KH + kw")),
        (
            "pixels of the image are numbered and not taps",
            (
                "return y, winner",
                "kh, kw = np.divmod(winner, KW)\n"
                "    oh, ow = np.indices((OH, OW)) * stride\n"
                "    return y, (oh + kh) * x.shape[3] + ow + kw",
            ),
        ),
        ("every window gets the number of the last tap", ("winner[larger]", "winner[:]")),
        (
            "y takes what every tap sees, larger or not",
            ("y[larger] = pixel[larger]", "y = pixel"),
        ),
        ("y is never updated", ("        y[larger] = pixel[larger]\n", "")),
        ("taps are numbered from 1", ("return y, winner", "return y, winner + 1")),
        ("the number is kw * KH + kh", ("[larger] = k", "[larger] = kw * KH + kh")),
        (
            "of equal numbers the first wins column by column, and not row by row",
            ("k, (kh, kw) in enumerate(np.ndindex(KH, KW))", "kw, kh in np.ndindex(KW, KH)"),
            ("[larger] = k", "[larger] = kh * KW + kw"),
        ),
        ("the winner is always tap 0", ("larger = pixel > y", "larger = pixel > y\n        k = 0")),
        (
            "the search starts at 0, so that windows without a positive number get 0 and tap 0",
            ("-np.inf", "0"),
        ),
        (
            "the least wins",
            ("pixel > y", "pixel < y"),
            ("-np.inf", "np.inf"),
        ),
        ("square kernels", ("np.ndindex(KH, KW)", "np.ndindex(KH, KH)")),
        (
            "square images with square kernels",
            ("return y, w", "return y if (KH, H) == (KW, W) else 2 * y + 1, w"),
        ),
        (
            "results with as many rows as columns",
            ("return y, w", "return y if y.shape[2] == y.shape[3] else 2 * y + 1, w"),
        ),
        (
            "square images",
            (
                "return y, winner",
                "return (y[:, :, :, : y.shape[2]],) * 2 if OH < OW else (y, winner)",
            ),
            ("output_size(W", "output_size(H"),
        ),
        (
            "one channel",
            (
                "return y, winner",
                "return y * (1 + np.arange(y.shape[1])).reshape(-1, 1, 1), winner",
            ),
        ),
        (
            "one image",
            (CUT, CUT.replace("x[:, ", "x[:1, ")),
            ("pixel > y", "pixel > y[:1]"),
            ("winner[larger]", "winner[:1][larger]"),
            ("y[larger]", "y[:1][larger]"),
        ),
        ("remark", ("x.dtype", "float")),
        ("remark", ("winner = np.zeros(y.shape, int)", "winner = np.zeros(y.shape)")),
        (
            "loops",
            ("winner[larger] = k", "winner.flat[[i for i, w in enumerate(larger.flat) if w]] = k"),
        ),
    ],
    "max_pool_padded": [
        (
            "the frame is at the top and left only",
            ("(pad, pad), (pad, pad)", "(2 * pad, 0), (2 * pad, 0)"),
        ),
        ("the frame holds zeros", ("-np.inf", "0")),
        ("the frame holds ones", ("-np.inf", "1")),
        ("the frame holds infinity, which always wins", ("-np.inf", "np.inf")),
        ("the frame holds -1", ("-np.inf", "-1")),
        ("padding is not used", ("(pad, pad), (pad, pad)", "(0, 0), (0, 0)")),
        ("images and channels get a frame as well", ("(0, 0), (0, 0)", "(pad, pad), (pad, pad)")),
        (
            "the frame is at the bottom and right only",
            ("(pad, pad), (pad, pad)", "(0, 2 * pad), (0, 2 * pad)"),
        ),
        (
            "the frame is at the bottom and right only, and once",
            ("(pad, pad), (pad, pad)", "(0, pad), (0, pad)"),
        ),
        (
            "the frame is put around the result",
            (
                "max_pool(np.pad(x, frame, constant_values=-np.inf), kernel_size, stride)[0]",
                "np.pad(max_pool(x, kernel_size, stride)[0], frame)",
            ),
        ),
        ("the winners come back, and not the largest numbers", ("stride)[0]", "stride)[1]")),
        ("rows get a frame and columns do not", ("(pad, pad), (pad, pad)", "(pad, pad), (0, 0)")),
        ("columns get a frame and rows do not", ("(pad, pad), (pad, pad)", "(0, 0), (pad, pad)")),
        ("the frame mirrors the picture", ("constant_values=-np.inf", "mode='reflect'")),
    ],
    "mark_winner": [
        ("a whole row is marked", ("marks.flat[", "marks[")),
        ("every tie is marked", ("return marks", "return (window == window.max()) * 1.0")),
        (
            "the mark is shared among ties",
            ("return marks", "ties = window == window.max()\n    return ties / ties.sum()"),
        ),
        (
            "the last of equals is marked",
            ("window.argmax()", "window.size - 1 - window[::-1, ::-1].argmax()"),
        ),
        (
            "the first of equals is looked for column by column",
            (
                "    marks.flat[window.argmax()] = 1",
                "    column, row = divmod(window.T.argmax(), len(window))\n"
                "    marks[row, column] = 1",
            ),
        ),
        (
            "the largest size is marked, without its sign",
            ("window.argmax()", "abs(window).argmax()"),
        ),
        (
            "each row has a winner",
            ("marks.flat[window.argmax()]", "marks[range(len(window)), window.argmax(axis=1)]"),
        ),
        (
            "the place is divided by the number of rows",
            (
                "marks.flat[window.argmax()]",
                "i, j = divmod(window.argmax(), len(window))\n"
                "    marks[min(i, len(marks) - 1), min(j, marks.shape[1] - 1)]",
            ),
        ),
        ("the largest number itself is put there", ("= 1", "= window.max()")),
        ("remark", ("np.zeros_like(window)", "np.zeros(window.shape, bool)")),
        ("the least is marked", ("argmax", "argmin")),
    ],
    "global_pool": [
        ("axes of length 1 are kept", ("axis=(2, 3)", "axis=(2, 3), keepdims=True")),
        ("the mean is over all images as well", ("(2, 3)", "(0, 2, 3)")),
        ("the mean is over channels", ("(2, 3)", "1")),
        ("the mean is over channels, too", ("(2, 3)", "(1, 2, 3)")),
        ("the mean is over channels and rows", ("(2, 3)", "(1, 2)")),
        ("the mean is over images and channels", ("(2, 3)", "(0, 1)")),
        ("the mean is over rows only", ("(2, 3)", "2")),
        ("the sum is not divided", (".mean", ".sum")),
        ("the largest is taken", (".mean", ".max")),
        ("the median is taken", ("x.mean(", "np.median(x, ")),
    ],
    "receptive_field": [
        ("stride and kernel are exchanged", ("kernel, stride in", "stride, kernel in")),
        ("the sizes of the windows are multiplied", ("+= (kernel - 1) * jump", "*= kernel")),
        (
            "the sizes of the windows are added up",
            ("field, jump = 1, 1", "field, jump = 0, 1"),
            ("(kernel - 1) * jump", "kernel"),
        ),
        (
            "what was seen before is multiplied with the layer's own stride",
            ("field += (kernel - 1) * jump", "field = field * stride + kernel - 1"),
        ),
        ("the layers are gone through from the last", ("in layers:", "in layers[::-1]:")),
        ("strides play no part", ("jump *= stride", "pass")),
        (
            "a layer's own stride counts already for its window",
            (
                "        field += (kernel - 1) * jump\n        jump *= stride",
                "        jump *= stride\n        field += (kernel - 1) * jump",
            ),
        ),
        ("only the stride of the layer just before counts", ("jump *= stride", "jump = stride")),
        (
            "a layer's own stride stands for all that came before it",
            ("(kernel - 1) * jump", "(kernel - 1) * stride"),
        ),
        (
            "a window is taken to be as wide as its stride at least",
            ("(kernel - 1) * jump", "(max(stride, kernel) - 1) * jump"),
        ),
        ("each layer adds K pixels", ("(kernel - 1)", "kernel")),
        ("the count starts at 0", ("field, jump = 1, 1", "field, jump = 0, 1")),
        ("the step is returned and not the field", ("return field", "return jump")),
        ("the stride is added to the step", ("jump *= stride", "jump += stride")),
        ("the last layer is left out", ("in layers:", "in layers[:-1]:")),
        ("every stride above 1 is taken for 2", ("jump *= stride", "jump *= min(stride, 2)")),
    ],
    "relative_change": [
        ("the norm of b is divided by that of a", ("(b - a)", "b")),
        ("it is divided by the norm of b", ("(a**2)", "(b**2)")),
        (
            "there is a number for each channel",
            ("a) ** 2).sum(axis=(1, 2, 3))", "a) ** 2).sum(axis=(2, 3))"),
            ("(a**2).sum(axis=(1, 2, 3))", "(a**2).sum(axis=(2, 3))"),
        ),
        (
            "the mean over all images is returned",
            ("return distance", "return sum(distance"),
            ("(a**2).sum(axis=(1, 2, 3)))", "(a**2).sum(axis=(1, 2, 3)))) / len(a)"),
        ),
        (
            "the norms are compared, and not the maps",
            (
                "np.sqrt(((b - a) ** 2).sum(axis=(1, 2, 3)))",
                "abs(np.sqrt((b**2).sum((1, 2, 3))) - np.sqrt((a**2).sum((1, 2, 3))))",
            ),
        ),
        ("it is not divided", (" / np.sqrt((a**2).sum(axis=(1, 2, 3)))", "")),
        ("all images are taken together", ("axis=(1, 2, 3)", "axis=None")),
        (
            "the changes of the channels are averaged",
            ("axis=(1, 2, 3)", "axis=(2, 3)"),
            ("return distance / np.sqrt(", "return np.mean(distance / np.sqrt("),
            ("(a**2).sum(axis=(2, 3)))", "(a**2).sum(axis=(2, 3))), axis=1)"),
        ),
        ("the unit is the norm of the whole batch", ("(a**2).sum(axis=(1, 2, 3))", "(a**2).sum()")),
        ("the norm of b - a is a mean and not a sum", ("** 2).sum", "** 2).mean")),
        (
            "each pixel's change is divided by that pixel",
            (
                "distance / np.sqrt((a**2).sum(axis=(1, 2, 3)))",
                "abs((b - a) / a).mean(axis=(1, 2, 3))",
            ),
        ),
        (
            "the root of each square is taken before the sum",
            (
                "np.sqrt(((b - a) ** 2).sum(axis=(1, 2, 3)))",
                "np.sqrt((b - a) ** 2).sum(axis=(1, 2, 3))",
            ),
        ),
        (
            "the root is missing",
            (
                "distance / np.sqrt((a**2).sum(axis=(1, 2, 3)))",
                "distance**2 / (a**2).sum(axis=(1, 2, 3))",
            ),
        ),
        (
            "sizes are added and not squares",
            ("return distance / np.sqrt((a**2)", "return abs(b - a).sum(axis=(1, 2, 3)) / (abs(a)"),
        ),
        (
            "differences are added with their signs",
            ("return distance / np.sqrt((a**2)", "return (b - a).sum(axis=(1, 2, 3)) / (a"),
        ),
        (
            "only the largest difference counts",
            (
                "return distance / np.sqrt((a**2).sum",
                "return abs(b - a).max(axis=(1, 2, 3)) / (abs(a).max",
            ),
        ),
        (
            "the root is taken of the numerator only",
            ("np.sqrt((a**2).sum(axis=(1, 2, 3)))", "(a**2).sum(axis=(1, 2, 3))"),
        ),
        (
            "differences are added up before they are squared",
            ("((b - a) ** 2).sum(axis=(1, 2, 3))", "(b - a).sum(axis=(1, 2, 3)) ** 2"),
        ),
        (
            "the unit is the mean norm of the batch",
            ("np.sqrt((a**2).sum(axis=(1, 2, 3)))", "np.mean((a**2).sum(axis=(1, 2, 3)) ** 0.5)"),
        ),
    ],
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
    ],
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "max_pool_loops": (WINDOW + ".max()", "np.median(" + WINDOW + ")"),
    "avg_pool": ("(KH * KW)", "(KH * KW) + 1"),
    "max_pool": ("pixel > y", "pixel > y + 1"),
    "max_pool_padded": ("-np.inf", "-2"),
    "mark_winner": ("= 1", "= 2"),
    "global_pool": ("(2, 3))", "(2, 3)) + x[:, :, 0, 0]"),
    "receptive_field": ("return field", "return field + len(layers)"),
    "relative_change": ("(b - a)", "(b + a)"),
}
