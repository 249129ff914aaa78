"""The mistakes that exercise 02 knows. Write your answers before you look.

Each is a change of the right version, which stands here or in :mod:`cnnlib.reference`.
"""

import numpy as np

from cnnlib import reference
from cnnlib.exercises.engine.mistakes import mistakes

HAND = [[1, 3, 2, 0], [4, 4, 1, 1], [0, 5, 6, 2], [1, 2, 3, 7]]


def by_hand(x, kind, oh, ow):
    row, column = 2 * oh, 2 * ow
    window = np.array(x)[row : row + 2, column : column + 2]
    kh, kw = divmod(int(window.argmax()), 2)
    return {"max": window.max(), "mean": window.mean(), "winner": kh * 2 + kw}[kind]


BY_HAND = mistakes(
    by_hand,
    (
        "the last of equals wins",
        {"window.argmax()": "3 - window[::-1, ::-1].argmax()"},
        "Of equal numbers the first counts.",
    ),
    (
        "taps are counted column by column",
        {
            "kh, kw = divmod": "kw, kh = divmod",
            "window.argmax": "window.T.argmax",
            "kh * 2 + kw": "kw * 2 + kh",
        },
        "k = kh * KW + kw.",
    ),
    ("taps are counted from 1", {"kh * 2": "1 + kh * 2"}, "The first tap has the number 0."),
    (
        "the largest number is written and not its place",
        {"kh * 2 + kw": "window.max()"},
        "Which of the four taps saw it: 0, 1, 2 or 3?",
    ),
    (
        "output pixels are read as (column, row)",
        {"row, column = 2 * oh, 2 * ow": "row, column = 2 * ow, 2 * oh"},
        "(1, 0) is row 1, column 0: the window at the lower left.",
    ),
    (
        "windows move by one pixel",
        {"2 * oh, 2 * ow": "oh, ow"},
        "They move by 2: the one at (0, 1) begins in column 2.",
    ),
    ("rows of the window are counted", {"kh * 2 + kw": "kh"}, "k = kh * KW + kw."),
    (
        "pixels of the image are counted",
        {"kh * 2 + kw": "(row + kh) * 4 + column + kw"},
        "Count inside the window.",
    ),
    (
        "the sum is taken",
        {"window.mean()": "window.sum()"},
        "Divide by the number of pixels in the window.",
    ),
    (
        "the largest is written and not the mean",
        {"window.mean()": "window.max()"},
        "An average: the sum, divided by how many.",
    ),
    (
        "the window at (1, 0) is averaged",
        {"2 * oh, 2 * ow": '(2 * ow, 2 * oh) if kind == "mean" else (2 * oh, 2 * ow)'},
        "(0, 1) is row 0, column 1: the window at the upper right.",
    ),
    (
        "pixels that are 0 are left out of the mean",
        {"window.mean()": "window.sum() / max(1, np.count_nonzero(window))"},
        "A 0 is a pixel, too.",
    ),
    (
        "the numbers of the window are added up",
        {'"max": window.max()': '"max": window.sum()'},
        "The largest.",
    ),
)

# ---------------------------------------------------------------------- pooling

PLACE = "The window starts at row oh * stride and column ow * stride."
CHANNEL = "Each channel is pooled for itself: x[n, c, ...] goes to y[n, c, ...]."
EDGE = "How often does a window of 2 fit into 5 pixels in steps of 2?"
LARGEST = "Keep the largest number of each window."
SIZES = "OH, OW = size_after(H, KH, stride, pad), size_after(W, KW, stride, pad)"


def _where(what):
    return (
        ("windows start one pixel apart", {"oh * stride, ow * stride": "oh, ow"}, PLACE),
        (
            "columns are taken without stride",
            {"oh * stride, ow * stride": "oh * stride, ow"},
            PLACE,
        ),
        ("rows are taken without stride", {"oh * stride, ow * stride": "oh, ow * stride"}, PLACE),
        (
            "windows do not overlap and leave no gaps, whatever the stride",
            {
                SIZES: "OH, OW = size_after(H, KH, KH, pad), size_after(W, KW, KW, pad)",
                "oh * stride, ow * stride": "oh * KH, ow * KW",
            },
            PLACE,
        ),
        (
            "the size is H // stride",
            {SIZES: "OH, OW = H // stride, W // stride"},
            "The last windows hang over the edge: (H - KH) // stride + 1.",
        ),
        (
            "the size is H // KH",
            {SIZES: "OH, OW = H // KH, W // KW"},
            "That holds where the stride is the size of the window: (H - KH) // stride + 1.",
        ),
        (
            "windows are one row and one column too large",
            {
                "row : row + KH, column : column + KW": (
                    "row : row + KH + 1, column : column + KW + 1"
                )
            },
            "The slice row : row + KH holds KH rows: its end does not belong to it.",
        ),
        (f"the {what} of all channels is taken", {"x[n, c,": "x[n, :,"}, CHANNEL),
        ("only the first channel is used", {"x[n, c,": "x[n, 0,"}, CHANNEL),
        (
            "rows and columns of the window are exchanged",
            {"KH, KW = kernel_size": "KW, KH = kernel_size"},
            "(KH, KW): rows first.",
        ),
        (
            "the last row and the last column of windows are missing",
            {"y = np.zeros": "OH, OW = OH - 1, OW - 1\n    y = np.zeros"},
            EDGE,
        ),
    )


MAX_LOOPS = mistakes(
    reference.max_pool2d,
    *_where("largest"),
    ("the least is taken", {".max()": ".min()"}, LARGEST),
    ("the mean is taken", {".max()": ".mean()"}, LARGEST),
    ("the sum is taken", {".max()": ".sum()"}, LARGEST),
    (
        "windows start KH and KW pixels apart",
        {
            "oh * stride, ow * stride": "oh * KH, ow * KW",
            ".max()": ".max(initial=-np.inf)",
        },
        PLACE,
    ),
    (
        "the window is as large as the stride",
        {"row : row + KH, column : column + KW": "row : row + stride, column : column + stride"},
        "It starts at oh * stride, and ends KH rows below: oh * stride + KH.",
    ),
    (
        "the largest size counts, without its sign",
        {"= x[n, c, row": "= abs(x[n, c, row", "KW].max()": "KW]).max()"},
        "-7 is smaller than 2.",
    ),
    (
        "the search goes on from window to window",
        {
            "    for n, c, oh": "    best = -np.inf\n    for n, c, oh",
            "= x[n, c, row": "= best = max(best, x[n, c, row",
            "KW].max()": "KW].max())",
        },
        "Where does the best so far begin anew? That has to happen for every window.",
    ),
    (
        "the search starts at 0, so that negative numbers never win",
        {".max()": ".max(initial=0)"},
        "Which number is smaller than every other? Start with that, or with a pixel.",
    ),
    ("the number of the winner is taken", {".max()": ".argmax()"}, LARGEST),
    ("the first number of the window is taken", {".max()": ".flat[0]"}, LARGEST),
)
CUT = "x[:, :, kh::stride, kw::stride][:, :, -OH:, -OW:]"
COUNT = "A mean is the sum divided by the number of pixels in the window, KH * KW."
AVG = mistakes(
    reference.avg_pool2d,
    *_where("mean"),
    ("the sum is not divided", {".mean()": ".sum()"}, COUNT),
    ("the sum is divided by the rows of the window", {".mean()": ".sum() / KH"}, COUNT),
    ("the sum is divided by the columns of the window", {".mean()": ".sum() / KW"}, COUNT),
    ("the sum is divided by the square of the stride", {".mean()": ".sum() / stride**2"}, COUNT),
    ("the sum is divided by the pixels of the output", {".mean()": ".sum() / (OH * OW)"}, COUNT),
    ("the largest is taken", {".mean()": ".max()"}, COUNT),
    (
        "only the last tap of a window is kept",
        {".mean()": "[-1, -1] / (KH * KW)"},
        "A sum grows with +=, and = forgets what was there.",
    ),
    (
        "the first tap of a window is left out",
        {".mean()": ".ravel()[1:].sum() / (KH * KW)"},
        "Do the loops begin with kh = 0 and kw = 0?",
    ),
    (
        "the last tap of a window is left out",
        {".mean()": ".ravel()[:-1].sum() / (KH * KW)"},
        "Does the loop reach kh = KH - 1 and kw = KW - 1?",
    ),
    (
        "the first pixel of the window comes out, as if every tap saw that one",
        {".mean()": "[0, 0]"},
        "The slice of a tap begins at row kh and column kw.",
    ),
    (
        "after each tap the mean of it and of what came before is taken",
        {".mean()": ".ravel() @ 0.5 ** np.minimum(np.arange(KH * KW, 0, -1), KH * KW - 1)"},
        "Then the last taps count most. Add all up, and divide once, below the loops.",
    ),
    (
        "every tap divides the sum so far",
        {".mean()": ".ravel() @ float(KH * KW) ** -np.arange(KH * KW, 0, -1)"},
        "Divide once, below the loops.",
    ),
    (
        "the division is rounded down",
        {".mean()": ".mean() // 1"},
        "A mean has fractions: divide with /.",
    ),
    (
        "windows lie side by side, whatever the stride",
        {"return y": "return x.reshape(N, C, H // KH, KH, W // KW, KW).mean(axis=(3, 5))"},
        "Windows may overlap, and pixels may be left over: start at oh * stride.",
    ),
    (
        "only the taps of the diagonal are added",
        {".mean()": ".diagonal().sum() / (KH * KW)"},
        "One index runs over rows and columns at once: each row has KW taps.",
    ),
    (
        "what all windows hold under a tap is cut at its beginning",
        {"return y": f"y = sum({CUT} for kh, kw in np.ndindex(KH, KW)) / (KH * KW)\n    return y"},
        "The first of them belong to the first windows: [:OH, :OW], and not [-OH:, -OW:].",
    ),
    (
        "the first tap counts twice",
        {".mean()": ".mean() + x[n, c, row, column] / (KH * KW)"},
        "Either begin with zeros, or with the first tap and go on with the second.",
    ),
)


def max_pool(x, kernel_size, stride):
    (N, C, H, W), (KH, KW) = x.shape, kernel_size
    OH, OW = (reference.size_after(*pair, stride, 0) for pair in ((H, KH), (W, KW)))
    y, winner = np.zeros((N, C, OH, OW), x.dtype), np.zeros((N, C, OH, OW), int)
    for n, c, oh, ow in np.ndindex(y.shape):
        row, column = oh * stride, ow * stride
        window = x[n, c, row : row + KH, column : column + KW]
        kh, kw = divmod(int(window.argmax()), KW)  # argmax returns the first of equals
        y[n, c, oh, ow] = window[kh, kw]
        winner[n, c, oh, ow] = kh * KW + kw
    return y, winner


NUMBER = "The tap (kh, kw) of a window has the number k = kh * KW + kw."
ONE_ARRAY = """y = np.full(y.shape, -np.inf)
    for k, (kh, kw) in enumerate(np.ndindex(KH, KW)):
        y[x[:, :, kh::stride, kw::stride][:, :, :OH, :OW] > y] = k
"""
UPPER_LEFT = """y, winner = x[:, :, :OH, :OW].copy(), 0 * winner
    for k, (kh, kw) in enumerate(np.ndindex(KH, KW)):
        pixel = x[:, :, kh::stride, kw::stride][:, :, :OH, :OW]
        larger = pixel > y
        y[larger], winner[larger] = pixel[larger], k
"""
TURNED = "kw, kh = divmod(int(window.T.argmax()), KH)"
MAX = mistakes(
    max_pool,
    (
        "of equal numbers the last wins",
        {"window.argmax()": "window.size - 1 - window[::-1, ::-1].argmax()"},
        "The taps come in the order 0, 1, 2 and so on, and one takes the lead only where it is"
        " larger than all before it.",
    ),
    (
        "taps are numbered column by column",
        {
            "kh, kw = divmod": "kw, kh = divmod",
            "window.argmax()), KW": "window.T.argmax()), KH",
            "kh * KW + kw": "kw * KH + kh",
        },
        NUMBER,
    ),
    ("the row of the winner is kept and not its number", {"kh * KW + kw": "kh"}, NUMBER),
    ("the column of the winner is kept and not its number", {"kh * KW + kw": "kw"}, NUMBER),
    ("the number is kh + kw", {"kh * KW + kw": "kh + kw"}, NUMBER),
    (
        "the numbers of all taps that took the lead are added up",
        {
            "kh * KW + kw": "sum(k for k in range(window.size)"
            " if window.flat[k] > max([-np.inf, *window.flat[:k]]))"
        },
        "A tap that takes the lead puts its number in place of the one before it.",
    ),
    ("the number is kh * KH + kw", {"kh * KW": "kh * KH"}, NUMBER),
    ("the number is kh * W + kw", {"kh * KW": "kh * W"}, NUMBER),
    (
        "it is counted how often a tap takes the lead",
        {"kh * KW + kw": "len(np.unique(np.maximum.accumulate(window.ravel())))"},
        f"Which tap took it last? {NUMBER}",
    ),
    (
        "pixels of the image are numbered and not taps",
        {"kh * KW + kw": "(row + kh) * W + column + kw"},
        NUMBER,
    ),
    ("the number is kw * KH + kh", {"kh * KW + kw": "kw * KH + kh"}, NUMBER),
    (
        "of equal numbers the first wins column by column, and not row by row",
        {"kh, kw = divmod(int(window.argmax()), KW)": TURNED},
        "Which of your two loops is the outer one?",
    ),
    (
        "the winner is always tap 0",
        {"kh * KW + kw": "0"},
        "Is it written at all? And compare before y takes the larger number: afterwards no pixel is"
        " larger than y.",
    ),
    (
        "the search starts at 0, so that windows without a positive number get 0 and tap 0",
        {
            "        y[n, c, oh, ow]": "        if window[kh, kw] <= 0:\n            continue\n"
            "        y[n, c, oh, ow]"
        },
        "Start with -np.inf, or with what the first tap sees.",
    ),
    (
        "every window gets the number of the last tap",
        {"kh * KW + kw": "KH * KW - 1"},
        "Write the number only where the tap takes the lead: winner[larger] = k.",
    ),
    (
        "y is never updated",
        {"ow] = window[kh, kw]": "ow] = -np.inf", "kh * KW + kw": "KH * KW - 1"},
        "Where a tap takes the lead y takes its number, and the next tap is compared with that.",
    ),
    (
        "y and winner are one array",
        {"return y, winner": f"{ONE_ARRAY}    return y, y"},
        "y = winner = np.full(...) gives one array two names: make two.",
    ),
    (
        "the search starts with pixels that are taken without stride",
        {"return y, winner": f"{UPPER_LEFT}    return y, winner"},
        "Window (oh, ow) begins at row oh * stride: start with -np.inf, or with what tap 0 sees.",
    ),
    (
        "y takes what every tap sees, larger or not",
        {
            "ow] = window[kh, kw]": "ow] = window[-1, -1]",
            "kh * KW + kw": "np.flatnonzero(np.diff(window.ravel(), prepend=-np.inf) > 0)[-1]",
        },
        "Only where the tap takes the lead: y[larger] = pixel[larger].",
    ),
    ("taps are numbered from 1", {"kh * KW + kw": "1 + kh * KW + kw"}, NUMBER),
    ("windows start one pixel apart", {"oh * stride, ow * stride": "oh, ow"}, PLACE),
    ("the least wins", {"window.argmax": "window.argmin"}, LARGEST),
)
FRAME = "The frame must never win: what is max(a, v) = a true for, whatever a is?"
PADDED = mistakes(
    reference.max_pool2d,
    ("the frame holds zeros", {"-np.inf": "0.0"}, FRAME),
    ("the frame holds ones", {"-np.inf": "1.0"}, FRAME),
    ("the frame holds infinity, which always wins", {"-np.inf": "np.inf"}, FRAME),
    ("the frame holds -1", {"-np.inf": "-1.0"}, FRAME),
    (
        "padding is not used",
        {"KH, KW = kernel_size": "KH, KW = kernel_size\n    pad = 0"},
        "Put a frame around x first.",
    ),
    (
        "the frame lies on x and not around it",
        {
            "x = add_frame(x, pad, -np.inf)": "x, inner = np.full(x.shape, -np.inf), x\n"
            "    sides = ..., slice(pad, H - pad), slice(pad, W - pad)\n"
            "    x[sides] = inner[sides]",
            SIZES: SIZES.replace("stride, pad", "stride, 0"),
        },
        "Pixels at the edge of x stay: the frame makes it larger.",
    ),
    (
        "the frame is put around the result",
        {
            "KH, KW = kernel_size": "KH, KW = kernel_size\n    frame, pad = pad, 0",
            "return y": "return add_frame(y, frame)",
        },
        "Put a frame around x, and pool what comes out.",
    ),
    (
        "the frame is put around the result",
        {
            "KH, KW = kernel_size": "KH, KW = kernel_size\n    frame, pad = pad, 0",
            "return y": "return add_frame(y, frame, -np.inf)",
        },
        "Put a frame around x, and pool what comes out.",
    ),
    (
        "the winners come back, and not the largest numbers",
        {".max()": ".argmax()"},
        "max_pool returns both: the first, [0], is y.",
    ),
    (
        "images and channels get a frame as well",
        {
            "N, C, H, W = x.shape": "sides = (pad, pad), (pad, pad), (0, 0), (0, 0)\n"
            "    x = np.pad(x, sides, constant_values=-np.inf)\n    N, C, H, W = x.shape"
        },
        "np.pad takes a pair for each axis: (0, 0) for the first two.",
    ),
    (
        "the frame is at the top and left only",
        {
            "add_frame(x, pad, -np.inf)": "np.pad(x, ((0, 0), (0, 0), (2 * pad, 0), (2 * pad, 0)),"
            " constant_values=-np.inf)"
        },
        "An image has four sides.",
    ),
    (
        "the frame is at the bottom and right only",
        {
            "add_frame(x, pad, -np.inf)": "np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)),"
            " constant_values=-np.inf)"
        },
        "An image has four sides.",
    ),
    (
        "the frame is at the bottom and right only, and once",
        {
            SIZES: "OH, OW = (size_after(H + pad, KH, stride, 0),"
            " size_after(W + pad, KW, stride, 0))",
            "add_frame(x, pad, -np.inf)": "np.pad(x, ((0, 0), (0, 0), (0, pad), (0, pad)),"
            " constant_values=-np.inf)",
        },
        "An image has four sides.",
    ),
    (
        "rows get a frame and columns do not",
        {
            SIZES: SIZES.replace("KW, stride, pad", "KW, stride, 0"),
            "add_frame(x, pad, -np.inf)": "add_frame(x, pad, -np.inf)[..., pad : pad + W]",
        },
        "An image has four sides.",
    ),
    (
        "columns get a frame and rows do not",
        {
            SIZES: SIZES.replace("KH, stride, pad", "KH, stride, 0"),
            "add_frame(x, pad, -np.inf)": "add_frame(x, pad, -np.inf)[:, :, pad : pad + H]",
        },
        "An image has four sides.",
    ),
    (
        "the frame mirrors the picture",
        {
            "add_frame(x, pad, -np.inf)": "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)),"
            " mode='reflect')"
        },
        FRAME,
    ),
)

# ---------------------------------------------------------------------- understanding


def mark_winner(window):
    marks = np.zeros_like(window)
    marks.flat[window.argmax()] = 1
    return marks


ONE = "The marks of a window have to sum to 1, and the first of equals, row by row, gets it."
TIES = "ties = window == window.max()\n    return ties"
MARK = mistakes(
    mark_winner,
    (
        "a whole row is marked",
        {"marks.flat[": "marks["},
        "argmax counts through the whole array, row by row: marks.flat[k], or np.unravel_index.",
    ),
    ("every tie is marked", {"return marks": f"{TIES} * 1.0"}, ONE),
    (
        "the mark is shared among ties",
        {"return marks": f"{TIES} / ties.sum()"},
        f"That sums to 1, too. Still: {ONE}",
    ),
    (
        "the last of equals is marked",
        {"window.argmax()": "window.size - 1 - window[::-1, ::-1].argmax()"},
        ONE,
    ),
    (
        "the first of equals is looked for column by column",
        {"flat[window.argmax()]": "T[np.unravel_index(window.T.argmax(), window.T.shape)]"},
        ONE,
    ),
    (
        "the search starts at 0, so that negative numbers never win",
        {"window.argmax()": "np.maximum(window, 0).argmax()"},
        "Start with -np.inf, or with the first pixel.",
    ),
    (
        "the largest size is marked, without its sign",
        {"window.argmax()": "np.abs(window).argmax()"},
        "-7 is smaller than 2.",
    ),
    (
        "each row has a winner",
        {"marks.flat[window.argmax()]": "marks[np.arange(len(window)), window.argmax(axis=1)]"},
        ONE,
    ),
    (
        "the place is divided by the number of rows",
        {
            "flat[window.argmax()]": "flat[np.ravel_multi_index("
            "divmod(window.argmax(), len(window)), window.shape, mode='clip')]"
        },
        "A row has as many numbers as there are columns: np.unravel_index, or marks.flat[k].",
    ),
    (
        "its row and its column are looked for apart",
        {
            "flat[window.argmax()]": (
                "flat[window.max(axis=1).argmax() * window.shape[1] + window.max(axis=0).argmax()]"
            )
        },
        f"Of equals they may belong to two different ones. {ONE}",
    ),
    ("the largest number itself is put there", {"= 1": "= window.max()"}, "A mark is 1."),
    ("the least is marked", {"argmax": "argmin"}, "The largest wins."),
)


def global_pool(x):
    return x.mean(axis=(2, 3))


GLOBAL = mistakes(
    global_pool,
    (
        "axes of length 1 are kept",
        {"(2, 3)": "(2, 3), keepdims=True"},
        "The result has the shape (N, C).",
    ),
    (
        "the mean is over all images as well",
        {"(2, 3)": "(0, 2, 3)"},
        "Which axes are H and W?",
    ),
    ("the mean is over channels", {"(2, 3)": "1"}, "Which axes are H and W?"),
    ("the mean is over channels, too", {"(2, 3)": "(1, 2, 3)"}, "Which axes are H and W?"),
    ("the mean is over channels and rows", {"(2, 3)": "(1, 2)"}, "Which axes are H and W?"),
    ("the mean is over images and channels", {"(2, 3)": "(0, 1)"}, "Which axes are H and W?"),
    ("the mean is over rows only", {"(2, 3)": "2"}, "Which axes are H and W?"),
    ("the sum is not divided", {"mean": "sum"}, "A mean is a sum divided by a count."),
    ("the largest is taken", {"mean": "max"}, "Take the mean."),
    ("the median is taken", {"x.mean(": "np.median(x, "}, "Take the mean."),
)


def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


JUMP = "One step of a layer's window is worth the product of the strides of all layers before it."
FIELD = mistakes(
    receptive_field,
    (
        "the sizes of the windows are added up",
        {"= 1, 1": "= 0, 1", "(kernel - 1) * step": "kernel"},
        "A window of K is K - 1 steps wide, and a step is worth the strides before it.",
    ),
    (
        "what was seen before is multiplied with the layer's own stride",
        {"field += (kernel - 1) * step": "field = field * stride + kernel - 1"},
        f"That is the walk back, from the last layer to the first. Going forward: {JUMP}",
    ),
    (
        "walking back, what was seen is multiplied with the stride, and not its steps",
        {
            "in layers:": "in layers[::-1]:",
            "field += (kernel - 1) * step": "field = field * stride + kernel - 1",
        },
        "A field of r pixels has r - 1 steps: walking back it becomes (r - 1) * stride + kernel.",
    ),
    (
        "walking back, what was seen is multiplied with the stride, and the whole kernel added",
        {
            "in layers:": "in layers[::-1]:",
            "field += (kernel - 1) * step": "field = field * stride + kernel",
        },
        "A field of r pixels has r - 1 steps: walking back it becomes (r - 1) * stride + kernel.",
    ),
    (
        "the layers count in the opposite order",
        {"in layers:": "in layers[::-1]:"},
        f"The walk back begins at the last layer. Going forward: {JUMP}",
    ),
    ("the step begins at 0", {"= 1, 1": "= 1, 0"}, "Before the first layer a step is one pixel."),
    (
        "stride and kernel are exchanged",
        {"for kernel, stride": "for stride, kernel"},
        "A layer is (kernel, stride).",
    ),
    ("strides play no part", {"step *= stride": "pass"}, JUMP),
    (
        "the sizes of the windows are multiplied",
        {"field += (kernel - 1) * step": "field *= kernel"},
        "A window of K is K - 1 steps wide, and a step is worth the strides before it.",
    ),
    (
        "a layer's own stride counts already for its window",
        {"1) * step": "1) * step * stride"},
        JUMP,
    ),
    (
        "a layer's own stride stands for all that came before it",
        {"1) * step": "1) * stride"},
        JUMP,
    ),
    (
        "a window is taken to be as wide as its stride at least",
        {"(kernel - 1)": "(max(kernel, stride) - 1)"},
        "What lies between two windows no pixel sees: K - 1 steps, whatever the stride.",
    ),
    ("only the stride of the layer just before counts", {"step *= stride": "step = stride"}, JUMP),
    ("each layer adds K pixels", {"(kernel - 1)": "kernel"}, "A window of K is K - 1 steps wide."),
    (
        "the count starts at 0",
        {"= 1, 1": "= 0, 1"},
        "Before the first layer a pixel sees itself.",
    ),
    (
        "the step is returned and not the field",
        {"return field": "return step"},
        "Which of the two grows by +?",
    ),
    ("the stride is added to the step", {"step *= stride": "step += stride"}, JUMP),
    (
        "the last layer is left out",
        {"in layers:": "in layers[:-1]:"},
        "Every layer widens the field.",
    ),
    ("every stride above 1 is taken for 2", {"*= stride": "*= 1 + (stride > 1)"}, JUMP),
)


def relative_change(a, b):
    axes = (1, 2, 3)
    distance, length = np.sqrt(((b - a) ** 2).sum(axis=axes)), np.sqrt((a**2).sum(axis=axes))
    return distance / length


NORM = "The norm of an array is the root of the sum of its squares."
SHARE = "distance / length"
CHANGE = mistakes(
    relative_change,
    ("it is divided by the norm of b", {"(a**2)": "(b**2)"}, "The unit is the norm of a."),
    ("it is not divided", {" / length": ""}, "Divide by the norm of a."),
    (
        "each difference is divided by its own pixel",
        {SHARE: "np.sqrt((((b - a) / a) ** 2).sum(axis=axes))"},
        "Two norms, and then their quotient: one of b - a, one of a.",
    ),
    (
        "the norms are subtracted",
        {
            "np.sqrt(((b - a) ** 2).sum(axis=axes)), ": "np.sqrt((b**2).sum(axis=axes))"
            " - np.sqrt((a**2).sum(axis=axes)), "
        },
        "Two maps of one norm can be quite different: the norm of the difference b - a.",
    ),
    (
        "there is a number for each channel",
        {"axes = (1, 2, 3)": "axes = (2, 3)"},
        "Return one number for each image.",
    ),
    (
        "the mean over all images is returned",
        {SHARE: "(distance / length).mean()"},
        "Return one number for each image.",
    ),
    (
        "the changes of the channels are averaged",
        {"axes = (1, 2, 3)": "axes = (2, 3)", SHARE: "(distance / length).mean(axis=1)"},
        "One norm goes over all channels of an image.",
    ),
    (
        "the unit is the norm of the whole batch",
        {"np.sqrt((a**2).sum(axis=axes))": "np.sqrt((a**2).sum())"},
        "Each image has a norm of its own.",
    ),
    (
        "the norm of b - a is a mean and not a sum",
        {"((b - a) ** 2).sum": "((b - a) ** 2).mean"},
        NORM,
    ),
    (
        "each pixel's change is divided by that pixel",
        {SHARE: "(abs(b - a) / abs(a)).mean(axis=axes)"},
        NORM,
    ),
    (
        "the root of each square is taken before the sum",
        {"np.sqrt(((b - a) ** 2).sum(axis=axes))": "abs(b - a).sum(axis=axes)"},
        NORM,
    ),
    (
        "the norms are compared, and not the maps",
        {SHARE: "abs(np.sqrt((b**2).sum(axis=axes)) - length) / length"},
        "First the difference, then its norm.",
    ),
    (
        "all images are taken together",
        {"axes = (1, 2, 3)": "axes = None"},
        "Return one number for each image.",
    ),
    (
        "the norm of b is divided by that of a",
        {SHARE: "np.sqrt((b**2).sum(axis=axes)) / length"},
        "First the difference, then its norm.",
    ),
    ("the root is missing", {SHARE: "(distance / length) ** 2"}, NORM),
    (
        "sizes are added and not squares",
        {SHARE: "abs(b - a).sum(axis=axes) / abs(a).sum(axis=axes)"},
        NORM,
    ),
    (
        "differences are added with their signs",
        {SHARE: "(b - a).sum(axis=axes) / a.sum(axis=axes)"},
        NORM,
    ),
    (
        "only the largest difference counts",
        {SHARE: "abs(b - a).max(axis=axes) / abs(a).max(axis=axes)"},
        NORM,
    ),
    (
        "the root is taken of the numerator only",
        {"np.sqrt((a**2).sum(axis=axes))": "(a**2).sum(axis=axes)"},
        NORM,
    ),
    (
        "differences are added up before they are squared",
        {"np.sqrt(((b - a) ** 2).sum(axis=axes))": "abs((b - a).sum(axis=axes))"},
        NORM,
    ),
    (
        "the unit is the mean norm of the batch",
        {SHARE: "distance / length.mean()"},
        "Each image is compared with its own norm.",
    ),
)

# ---------------------------------------------------------------------- code to read


def pool_picture(x, kernel_size, stride):
    (H, W), (KH, KW) = x.shape, kernel_size
    OH, OW = (H - KH) // stride + 1, (W - KW) // stride + 1
    y, winner = np.full((OH, OW), -np.inf), np.zeros((OH, OW), int)
    for kh, kw in np.ndindex(KH, KW):
        pixel = x[kh::stride, kw::stride][:OH, :OW]
        larger = pixel > y
        y[larger] = pixel[larger]
        winner[larger] = kh * KW + kw
    return y, winner


TO_READ = mistakes(
    pool_picture,
    ("of equal numbers the last wins", {"pixel > y": "pixel >= y"}, "Of equals, the first."),
    (
        "the search starts at 0, so that negative numbers never win",
        {"np.full((OH, OW), -np.inf)": "np.zeros((OH, OW))"},
        "Start below every number: minus infinity.",
    ),
    ("the number of a tap is taken as kh * KH + kw", {"kh * KW": "kh * KH"}, "k = kh * KW + kw."),
    (
        "rows are taken without stride",
        {"kh::stride": "kh:"},
        "Windows move by stride on both axes.",
    ),
)
