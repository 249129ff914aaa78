"""Exercise 00: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "00_start_here"
ROWS = "np.lib.stride_tricks.sliding_window_view(x, K)"
COUNTED = "return np.bincount(labels, weights, minlength=M)"
SQUARED = "((b**2).sum(axis=1) - 2 * a @ b.T).argmin(axis=1)"

# Of each task: the mistakes that their own texts do not make in the solution, and what does.
MUTANTS = {
    "brightness": {
        "the sum is taken": {"mean": "sum"},
        "loops": {"x.mean(axis=(1, 2))": "np.array([image.mean() for image in x])"},
        "the largest is taken": {"mean": "max"},
    },
    "votes": {
        "of labels that come again only the last one counts": {
            COUNTED: "counts = np.zeros(M)\n    counts[labels] += weights\n    return counts"
        },
        "weights lose what is behind the point": {"weights, min": "np.trunc(weights), min"},
        "weights are not used": {"bincount(labels, weights": "bincount(labels"},
        "classes without votes are cut off": {", minlength=M": ""},
        "weights are averaged": {
            COUNTED: f"{COUNTED} / np.maximum(1, np.bincount(labels, minlength=M))"
        },
        "1 is taken off the labels": {
            COUNTED: "y = np.zeros(M)\n    np.add.at(y, labels - 1, weights)\n    return y"
        },
        "shares are returned": {COUNTED: f"{COUNTED} / weights.sum()"},
        "only the largest weight counts": {
            COUNTED: "y = np.zeros(M)\n    np.maximum.at(y, labels, weights)\n    return y"
        },
    },
    "distances": {
        "rows and columns are exchanged": {"a[:, None] - b": "a - b[:, None]"},
        "differences are added up before they are squared": {
            "((a[:, None] - b) ** 2).sum(axis=2)": "(a[:, None] - b).sum(axis=2) ** 2"
        },
        "the product counts once, and not twice": {
            "((a[:, None] - b) ** 2).sum(axis=2)": (
                "(a**2).sum(1)[:, None] - a @ b.T + (b**2).sum(1)"
            )
        },
        "the sizes of the differences are added": {
            "((a[:, None] - b) ** 2)": "abs(a[:, None] - b)"
        },
        "the squares of a are left out": {
            "((a[:, None] - b) ** 2).sum(axis=2)": "np.diag(b @ b.T) - 2 * a @ b.T"
        },
        "products are returned": {"((a[:, None] - b) ** 2).sum(axis=2)": "a @ b.T"},
    },
    "windows": {
        "the last window is missing": {ROWS: f"{ROWS}[:-1]"},
        "windows are columns": {ROWS: f"{ROWS}.T"},
        "windows lie side by side": {ROWS: f"{ROWS}[::K]"},
        "windows run backwards": {ROWS: f"{ROWS}[:, ::-1]"},
        "windows hold one number too many": {
            ROWS: "np.lib.stride_tricks.sliding_window_view(x, K + 1)"
        },
        "windows move by two": {ROWS: f"{ROWS}[::2]"},
        "the place in a window is taken off": {
            ROWS: "x[np.arange(len(x) - K + 1)[:, None] - np.arange(K)]"
        },
    },
    "nearest": {
        "loops": {SQUARED: "np.array([((row - b) ** 2).sum(axis=1).argmin() for row in a])"}
    },
}

QUESTIONS = {}

# Of each task: a mistake that has no name.
UNKNOWN = {
    "brightness": {"mean": "std"},
    "centred": {".mean": ".max"},
    "scaled": {".max": ".min"},
    "one_hot": {"[labels]": "[labels] * 2"},
    "pick": {"labels]": "labels] ** 3"},
    "shrunk": {"x[:, ::2, ::2]": "x[:, ::2, ::2] + 1"},
    "votes": {"bincount(labels, weights": "bincount(labels, 2 + weights"},
    "distances": {"** 2": "** 3"},
    "windows": {ROWS: f"{ROWS} + 1"},
    "slide": {"@ w": "@ (w + 1)"},
    "nearest": {"2 * a": "3 * a"},
}
