"""Exercise 00: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "00_start_here"
ROWS = "np.lib.stride_tricks.sliding_window_view(x, K)"
COUNTED = "return np.bincount(labels, weights, minlength=M)"
SQUARED = "((b**2).sum(axis=1) - 2 * a @ b.T).argmin(axis=1)"

# Of each task: the mistakes that their own texts do not make in the solution, and what does.
MUTANTS = {
    "pick": {
        "the scores of all labels are added up": {
            "np.arange(len(scores)), labels]": ":, labels].sum(axis=1)"
        },
        "whole rows are returned": {
            "scores[np.arange(len(scores)), labels]": "scores.take(labels, axis=0)"
        },
        "all come from the column of the first label": {
            "scores[np.arange(len(scores)), labels]": "scores[:, labels[0]]"
        },
        "rows are taken to be as long as there are rows": {
            "scores[np.arange(len(scores)), labels]": (
                "scores.ravel()[len(scores) * np.arange(len(scores)) + labels]"
            )
        },
    },
    "brightness": {
        "the sum is taken": {"mean": "sum"},
        "loops": {"x.mean(axis=(1, 2))": "np.array([image.mean() for image in x])"},
        "the largest is taken": {"mean": "max"},
    },
    "scaled": {
        "rows are divided by the place of the largest": {
            "x.max(axis=1, keepdims=True)": "np.argmax(x, axis=1)[:, None]"
        },
        "rows are divided by the sum of the sizes": {"x.max(": "np.linalg.norm(x, 1, "},
        "no row is divided by less than 1": {"x.max(": "x.max(initial=1, "},
    },
    "one_hot": {
        "every row gets a 1 at the labels of all": {
            "return np.eye(M)[labels]": (
                "y = np.zeros((len(labels), M))\n    y[:, labels] = 1\n    return y"
            )
        },
        "the label itself is put there": {"np.eye(M)": "np.diag(np.arange(M))"},
        "classes are counted from 1": {"np.eye(M)": "np.vstack([np.zeros(M), np.eye(M)])"},
        "classes are numbered anew": {"[labels]": "[np.searchsorted(np.unique(labels), labels)]"},
    },
    "shrunk": {
        "rows are thinned twice, and columns not": {"::2, ::2]": "::2][:, ::2]"},
        "the others become 0, and stay": {
            "return x[:, ::2, ::2]": (
                "y = x.copy()\n    y[:, 1::2] = 0\n    y[:, :, 1::2] = 0\n    return y"
            )
        },
    },
    "votes": {
        "every vote has the mean weight": {
            "bincount(labels, weights": "bincount(labels, np.full(len(labels), weights.mean())"
        },
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
        "the squares of b are left out": {
            "((a[:, None] - b) ** 2).sum(axis=2)": "(a**2).sum(axis=1)[:, None] - 2 * a @ b.T"
        },
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
    "slide": {
        "windows lie side by side": {
            "windows(x, len(w))": "x[: len(x) // len(w) * len(w)].reshape(-1, len(w))"
        },
        "the largest of a window's products is taken": {
            "windows(x, len(w)) @ w": "np.max(w * windows(x, len(w)), 1)"
        },
    },
    "nearest": {
        "loops": {SQUARED: "np.array([((row - b) ** 2).sum(axis=1).argmin() for row in a])"},
        "the largest product wins, as if all rows of b had the same squares": {
            "(b**2).sum(axis=1)": "(a**2).sum(1)[:, None]"
        },
        "for each row of b the nearest row of a is returned": {
            SQUARED: "((a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T).argmin(axis=0)"
        },
        "the numbers of b are added up, and not their squares": {"(b**2).sum": "b.sum"},
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
