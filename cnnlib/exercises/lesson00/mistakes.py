"""The mistakes that exercise 00 knows. Write your answers before you look.

Each is a change of the right version, which stands here.
"""

import numpy as np

from cnnlib.exercises.engine.mistakes import mistakes

# ---------------------------------------------------------------------- along an axis


def brightness(x):
    return x.mean(axis=(1, 2))


EACH = "The axes are (N, H, W): what is summed away are the axes 1 and 2."
BRIGHTNESS = mistakes(
    brightness,
    ("there is one mean for all images", {"axis=(1, 2)": ""}, EACH),
    ("there is a mean for each row", {"(1, 2)": "2"}, EACH),
    ("there is a mean for each column", {"(1, 2)": "1"}, EACH),
    ("images and rows are summed away", {"(1, 2)": "(0, 1)"}, EACH),
    ("the mean is taken over the images", {"(1, 2)": "0"}, EACH),
    ("the sum is taken", {"mean": "sum"}, "Divide by the number of pixels: .mean()."),
    ("images and columns are summed away", {"(1, 2)": "(0, 2)"}, EACH),
    ("the largest is taken", {"mean": "max"}, "The mean: .mean()."),
    (
        "the median is taken",
        {"x.mean(": "np.median(x, "},
        "The mean: the sum, divided by how many.",
    ),
    (
        "pixels of several images are mixed",
        {"x.mean(axis=(1, 2))": "x.reshape(-1, len(x)).mean(axis=0)"},
        "reshape moves no number: an image is a row in x.reshape(len(x), -1).",
    ),
    (
        "only the pixels that are not 0 are counted",
        {"x.mean(axis=(1, 2))": "x.sum(axis=(1, 2)) / (x != 0).sum(axis=(1, 2))"},
        "A black pixel is a pixel, too: H * W of them.",
    ),
    (
        "the sum is divided by the pixels of all images",
        {"x.mean(axis=(1, 2))": "x.sum(axis=(1, 2)) / x.size"},
        "An image has H * W pixels.",
    ),
    (
        "the sum is divided by the rows alone",
        {"x.mean(axis=(1, 2))": "x.sum(axis=(1, 2)) / x.shape[1]"},
        "An image has H * W pixels.",
    ),
    (
        "the sum is divided by the columns alone",
        {"x.mean(axis=(1, 2))": "x.sum(axis=(1, 2)) / x.shape[2]"},
        "An image has H * W pixels.",
    ),
    (
        "the middle between the least and the largest is taken",
        {"x.mean(axis=(1, 2))": "(x.min(axis=(1, 2)) + x.max(axis=(1, 2))) / 2"},
        "The mean of all pixels: .mean().",
    ),
    (
        "only the first row of pixels counts",
        {"x.mean(axis=(1, 2))": "x[:, 0].mean(axis=1)"},
        "x[:, 0] is row 0 of each image. All H * W pixels count.",
    ),
    (
        "only the first column of pixels counts",
        {"x.mean(axis=(1, 2))": "x[:, :, 0].mean(axis=1)"},
        "x[:, :, 0] is column 0 of each image. All H * W pixels count.",
    ),
)


def centred(x):
    return x - x.mean(axis=(1, 2), keepdims=True)


CENTRED = mistakes(
    centred,
    ("the mean of all images is taken off", {"axis=(1, 2), keepdims=True": ""}, EACH),
    ("each row is centred", {"(1, 2)": "2"}, EACH),
    ("each pixel is centred over the images", {"(1, 2)": "0"}, EACH),
    ("the mean is added", {"x - x": "x + x"}, "Take it off."),
    ("each column is centred", {"(1, 2)": "1"}, EACH),
    ("the median is taken off", {"x.mean(": "np.median(x, "}, "The mean of each image."),
    (
        "the mean of the first image is taken off all",
        {"x.mean(axis=(1, 2), keepdims=True)": "x[0].mean()"},
        "Each image has its own.",
    ),
    ("the least of each image is taken off", {"x.mean": "x.min"}, "The mean of each image."),
    (
        "images are divided by their spread as well",
        {"x - x": "(x - x", "=True)": "=True)) / x.std(axis=(1, 2), keepdims=True)"},
        "Take off the mean, and leave it at that.",
    ),
)


def scaled(x):
    return x / x.max(axis=1, keepdims=True)


SCALED = mistakes(
    scaled,
    (
        "all rows are divided by the same number",
        {"axis=1, keepdims=True": ""},
        "axis=1: each row has its own.",
    ),
    ("columns are divided by their largest number", {"axis=1": "axis=0"}, "A row: axis=1."),
    (
        "the largest size counts, and not the largest number",
        {"x.max": "np.abs(x).max"},
        "Of -5 and 2 the largest is 2.",
    ),
    ("rows are divided by their sum", {"max": "sum"}, "By the largest number: .max()."),
    (
        "rows are divided by the sum of the sizes",
        {"x.max": "np.abs(x).sum"},
        "By the largest number: .max().",
    ),
    (
        "rows go from 0 to 1",
        {"x / x.max(": "(x - x.min(axis=1, keepdims=True)) / np.ptp(x, "},
        "Nothing is taken off: divide by the largest number.",
    ),
    ("rows are divided by their norm", {"x.max(": "np.linalg.norm(x, "}, "By the largest: .max()."),
    (
        "rows are divided by their last number",
        {"x.max(axis=1, keepdims=True)": "x[:, -1:]"},
        "The largest may stand anywhere.",
    ),
    (
        "rows are divided by their first number",
        {"x.max(axis=1, keepdims=True)": "x[:, :1]"},
        "The largest may stand anywhere.",
    ),
    (
        "rows are divided by the place of the largest",
        {"x.max": "x.argmax"},
        "argmax says where it stands, max how large it is.",
    ),
    (
        "no row is divided by less than 1",
        {"x.max(axis=1, keepdims=True)": "np.maximum(x.max(axis=1, keepdims=True), 1)"},
        "A row's largest number may be small, or below 0.",
    ),
    (
        "what lies below 0 or above 1 is cut off",
        {"x / x.max(axis=1, keepdims=True)": "(x / x.max(axis=1, keepdims=True)).clip(0, 1)"},
        "Divide, and leave what comes out as it is.",
    ),
)

# ---------------------------------------------------------------------- pick and place


def one_hot(labels, M):
    return np.eye(M)[labels]


ONE_HOT = mistakes(
    one_hot,
    ("classes are rows", {"[labels]": "[labels].T"}, "A row for each label: (N, M)."),
    ("classes are counted from 1", {"np.eye(M)": "np.eye(M, k=-1)"}, "The first class is 0."),
    ("1 is taken off the labels", {"[labels]": "[labels - 1]"}, "The first class is 0."),
    (
        "the label itself is put there",
        {"[labels]": "[labels] * np.array(labels)[:, None]"},
        "A 1, whatever the class.",
    ),
    (
        "every row gets a 1 at the labels of all",
        {"np.eye(M)[labels]": "np.tile(np.eye(M)[labels].max(axis=0), (len(labels), 1))"},
        "y[:, labels] takes every row: row n has its label alone, y[np.arange(N), labels].",
    ),
    (
        "classes are numbered anew",
        {"[labels]": "[np.unique(labels, return_inverse=True)[1]]"},
        "Column 5 is class 5, even if no label is 4.",
    ),
)


def pick(scores, labels):
    return scores[np.arange(len(scores)), labels]


PAIRS = "scores[rows, columns] with two lists of equal length picks one number for each pair."
PICK = mistakes(
    pick,
    ("a whole table is returned", {"np.arange(len(scores))": ":"}, PAIRS),
    ("all come from the column of the first label", {"labels]": "labels[0]]"}, PAIRS),
    (
        "rows and columns are exchanged",
        {"np.arange(len(scores)), labels": "labels, np.arange(len(scores))"},
        "Rows first: scores[n, labels[n]].",
    ),
    ("whole rows are returned", {"np.arange(len(scores)), ": ""}, PAIRS),
    ("all come from the first row", {"np.arange(len(scores))": "0"}, PAIRS),
    (
        "the largest of each row is taken",
        {"scores[np.arange(len(scores)), labels]": "scores.max(axis=1)"},
        "labels says which.",
    ),
    ("1 is taken off the labels", {"labels]": "labels - 1]"}, "The first column is 0."),
    (
        "the scores of all labels are added up",
        {"np.arange(len(scores)), labels]": ":, labels].sum(axis=1)"},
        PAIRS,
    ),
    (
        "the diagonal is taken, and labels pick from it",
        {"scores[np.arange(len(scores)), labels]": "np.diag(scores)[labels]"},
        PAIRS,
    ),
    (
        "rows are taken to be as long as there are rows",
        {"scores[np.arange(len(scores)), ": "scores.flat[np.arange(len(scores)) * len(scores) + "},
        "Row n begins at n * scores.shape[1].",
    ),
)


def shrunk(x):
    return x[:, ::2, ::2]


SHRUNK = mistakes(
    shrunk,
    ("rows are all kept", {":, ::2, ": ":, :, "}, "x[:, ::2, ::2]: three axes, three slices."),
    ("rows are thinned twice, and columns not", {"::2, ::2": "::4"}, "x[:, ::2, ::2], in one."),
    ("columns are all kept", {", ::2]": "]"}, "x[:, ::2, ::2]: three axes, three slices."),
    (
        "the first half is kept, and not every second",
        {"x[:, ::2, ::2]": "x[:, : (x.shape[1] + 1) // 2, : (x.shape[2] + 1) // 2]"},
        "A slice start:stop:step has three parts.",
    ),
    ("the first pixel is left out", {"::2, ::2": "1::2, 1::2"}, "Begin with pixel 0."),
    ("images are skipped as well", {"x[:,": "x[::2,"}, "Keep all images: the first slice is `:`."),
    (
        "the first two are kept, and not every second",
        {"::2, ::2": ":2, :2"},
        "A slice start:stop:step has three parts, and 2 is the step.",
    ),
    (
        "the others become 0, and stay",
        {
            "return x[:, ::2, ::2]": "y = np.zeros_like(x)\n    y[:, ::2, ::2] = x[:, ::2, ::2]\n"
            "    return y"
        },
        "The result has half as many rows and columns.",
    ),
    ("every third is kept", {"::2, ::2": "::3, ::3"}, "Every second: a step of 2."),
    (
        "2 by 2 pixels are averaged",
        {
            "return x[:, ::2, ::2]": "h, w = x.shape[1] // 2, x.shape[2] // 2\n"
            "    return x[:, : 2 * h, : 2 * w].reshape(-1, h, 2, w, 2).mean(axis=(2, 4))"
        },
        "Pick every second pixel, as it is.",
    ),
    ("it begins at the end", {"::2, ::2": "::-2, ::-2"}, "A step below 0 goes backwards."),
    (
        "every second is counted from the end",
        {"::2, ::2]": "::-2, ::-2][:, ::-1, ::-1]"},
        "Begin with pixel 0: x[:, ::2, ::2].",
    ),
    (
        "the first half is kept, and not every second",
        {"x[:, ::2, ::2]": "x[:, : x.shape[1] // 2, : x.shape[2] // 2]"},
        "A slice start:stop:step has three parts.",
    ),
)


def votes(labels, weights, M):
    counts = np.zeros(M)
    np.add.at(counts, labels, weights)
    return counts


AGAIN = "counts[labels] += weights adds once for each place, however often it is in labels."
ADD_AT = "np.add.at(counts, labels, weights)"
VOTES = mistakes(
    votes,
    (
        "of labels that come again only the last one counts",
        {ADD_AT: "counts[labels] += weights"},
        f"{AGAIN} np.add.at does it for each, and np.bincount takes weights.",
    ),
    (
        "weights lose what is behind the point",
        {", weights)\n": ", weights.astype(int))\n"},
        "Is there an int, or an array of integers, on the way? np.zeros(M) makes floats.",
    ),
    ("weights are not used", {", weights)\n": ", 1)\n"}, "Each label adds its own weight."),
    (
        "classes without votes are cut off",
        {"return counts": "return counts[: labels.max() + 1]"},
        "A class that nobody votes for has 0: minlength=M.",
    ),
    (
        "every vote has the mean weight",
        {ADD_AT: "np.add.at(counts, labels, weights.mean())"},
        "Each label adds its own weight.",
    ),
    (
        "weights are averaged",
        {"return counts": "return counts / np.maximum(np.bincount(labels, minlength=M), 1)"},
        "They add up, and nothing is divided.",
    ),
    (
        "shares are returned",
        {"return counts": "return counts / counts.sum()"},
        "Nothing is divided.",
    ),
    (
        "1 is taken off the labels",
        {"counts, labels": "counts, labels - 1"},
        "The first class is 0.",
    ),
    ("only the largest weight counts", {"np.add.at": "np.maximum.at"}, "They add up."),
)

# ---------------------------------------------------------------------- all pairs, all windows


def distances(a, b):
    return ((a[:, None] - b[None]) ** 2).sum(axis=2)


ALL = "a[:, None] has the axes (N, 1, D) and b[None] (1, M, D): their difference has (N, M, D)."
DISTANCES = mistakes(
    distances,
    ("rows and columns are exchanged", {"a[:, None] - b[None]": "b[:, None] - a[None]"}, ALL),
    (
        "the root is taken",
        {"return (": "return np.sqrt((", "axis=2)": "axis=2))"},
        "Squared: no root.",
    ),
    (
        "differences are added up before they are squared",
        {"((a[:, None] - b[None]) ** 2).sum(axis=2)": "(a[:, None] - b[None]).sum(axis=2) ** 2"},
        "Square each difference first.",
    ),
    ("the sum is over another axis", {"axis=2": "axis=1"}, ALL),
    ("the sum is over the rows of a", {"axis=2": "axis=0"}, ALL),
    (
        "the product counts once, and not twice",
        {"((a[:, None] - b[None]) ** 2)": "((a[:, None] - b[None]) ** 2 + a[:, None] * b[None])"},
        "(a - b)^2 = a^2 - 2ab + b^2.",
    ),
    ("the squares are missing", {" ** 2": ""}, "Square the differences before you add them up."),
    (
        "the sizes of the differences are added",
        {"((a[:, None] - b[None]) ** 2)": "abs(a[:, None] - b[None])"},
        "Square the differences.",
    ),
    ("the mean is taken", {".sum": ".mean"}, "The sum of the squares."),
    ("the product is added", {"] - b": "] + b"}, "(a - b)^2 = a^2 - 2ab + b^2."),
    (
        "the squares of a are left out",
        {"((a[:, None] - b[None]) ** 2).sum(axis=2)": "(b**2).sum(axis=1) - 2 * a @ b.T"},
        "(a - b)^2 = a^2 - 2ab + b^2.",
    ),
    (
        "the squares of b are left out",
        {
            "((a[:, None] - b[None]) ** 2).sum(axis=2)": (
                "(a**2).sum(axis=1)[:, None] - 2 * a @ b.T"
            )
        },
        "(a - b)^2 = a^2 - 2ab + b^2.",
    ),
    (
        "products are returned",
        {"((a[:, None] - b[None]) ** 2).sum(axis=2)": "a @ b.T"},
        "They are one of three parts: (a - b)^2 = a^2 - 2ab + b^2.",
    ),
)


def windows(x, K):
    return x[np.arange(len(x) - K + 1)[:, None] + np.arange(K)]


PLACES = "There are len(x) - K + 1 places, and at place i stand x[i] to x[i + K - 1]."
WINDOWS = mistakes(
    windows,
    ("the last window is missing", {" + 1)": ")"}, PLACES),
    ("windows are columns", {"np.arange(K)]": "np.arange(K)].T"}, "A row for each window."),
    ("windows lie side by side", {"len(x) - K + 1)[:, None]": "len(x) // K)[:, None] * K"}, PLACES),
    ("windows run backwards", {"+ np.arange(K)]": "+ np.arange(K)[::-1]]"}, PLACES),
    ("windows move by two", {"(len(x) - K + 1)": "(0, len(x) - K + 1, 2)"}, PLACES),
    (
        "windows hold one number too many",
        {"K + 1)[": "K)[", "np.arange(K)]": "np.arange(K + 1)]"},
        f"np.arange(K) counts from 0 to K - 1. {PLACES}",
    ),
    ("the place in a window is taken off", {"[:, None] +": "[:, None] -"}, PLACES),
)


def slide(x, w):
    return windows(x, len(w)) @ w


SLIDE = mistakes(
    slide,
    ("the weights are turned around", {"@ w": "@ w[::-1]"}, "w[0] meets the first of a window."),
    ("the mean is taken", {"@ w": "@ w / len(w)"}, "The sum of the products."),
    ("the last place is missing", {" @ w": "[:-1] @ w"}, PLACES),
    ("the products are not added up", {" @ w": " * w"}, "One number for each window."),
    (
        "windows that hang over the ends count as well",
        {"windows(x, len(w)) @ w": 'np.correlate(x, w, "same")'},
        PLACES,
    ),
    (
        "the sum goes over the windows",
        {"windows(x, len(w)) @ w": "(windows(x, len(w)) * w).sum(axis=0)"},
        "One number for each window: along which axis do the numbers of a window lie?",
    ),
    (
        "windows lie side by side",
        {"windows(x, len(w)) @ w": "windows(x, len(w))[:: len(w)] @ w"},
        PLACES,
    ),
    (
        "the largest of a window's products is taken",
        {"windows(x, len(w)) @ w": "(windows(x, len(w)) * w).max(axis=1)"},
        "A sum of products.",
    ),
    (
        "the weights are turned around, and windows hang over the ends",
        {"windows(x, len(w)) @ w": "np.convolve(x, w)"},
        f"np.convolve does both. w[0] meets the first of a window. {PLACES}",
    ),
    (
        "only the first and the last weight count",
        {"windows(x, len(w)) @ w": "windows(x, len(w))[:, [0, -1]] @ w[[0, -1]]"},
        "Every number of a window meets its weight.",
    ),
    ("only the largest product counts", {" @ w": ".max(axis=1) * w.max()"}, "A sum of products."),
    (
        "windows and weights are added up before they are multiplied",
        {" @ w": ".sum(axis=1) * w.sum()"},
        "w[0] multiplies the first number of a window, and only that.",
    ),
)


def nearest(a, b):
    return ((b**2).sum(axis=1) - 2 * a @ b.T).argmin(axis=1)


NEAR = "(a - b)^2 = a^2 - 2ab + b^2, and a^2 is the same for all rows of b."
SQUARED = "((b**2).sum(axis=1) - 2 * a @ b.T).argmin(axis=1)"
NEAREST = mistakes(
    nearest,
    (
        "the largest product wins, as if all rows of b had the same squares",
        {SQUARED: "(a @ b.T).argmax(axis=1)"},
        f"Each row of b has its own: (b**2).sum(axis=1). {NEAR}",
    ),
    (
        "angles are compared and not distances",
        {SQUARED: "(a @ (b / np.linalg.norm(b, axis=1, keepdims=True)).T).argmax(axis=1)"},
        NEAR,
    ),
    ("the product counts once, and not twice", {"2 * a": "a"}, NEAR),
    ("the product is added", {"- 2": "+ 2"}, NEAR),
    (
        "the squares of b are taken off, and not added",
        {"((b**2)": "(-(b**2)"},
        NEAR,
    ),
    (
        "the numbers of b are added up, and not their squares",
        {"(b**2).sum": "b.sum"},
        NEAR,
    ),
    (
        "the root of the squares of b is taken",
        {"(b**2).sum(axis=1)": "(b**2).sum(axis=1) ** 0.5"},
        NEAR,
    ),
    ("the farthest is taken", {"argmin": "argmax"}, "The least distance: argmin."),
    (
        "the minimum is taken along the rows of a",
        {"argmin(axis=1)": "argmin(axis=0)"},
        "A number for each row of a.",
    ),
    (
        "for each row of b the nearest row of a is returned",
        {SQUARED: "((a[:, None] - b) ** 2).sum(axis=2).argmin(axis=0)"},
        "A number for each row of a.",
    ),
    ("one number is returned for all rows", {"argmin(axis=1)": "argmin()"}, "argmin(axis=1)."),
    ("the rows themselves are returned", {SQUARED: f"b[{SQUARED}]"}, "The number of the row."),
    (
        "distances are returned and not the numbers of rows",
        {SQUARED: "((a[:, None] - b) ** 2).sum(axis=2).min(axis=1)"},
        "Which row has it? argmin.",
    ),
)
