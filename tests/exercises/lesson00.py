"""Exercise 00: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "00_start_here"
PICKED = "scores[np.arange(len(scores)), labels]"
ROWS = "np.lib.stride_tricks.sliding_window_view(x, K)"
COUNTED = "return np.bincount(labels, weights, minlength=M)"
KEPT = "axis=(1, 2), keepdims=True"
SQUARED = "((b**2).sum(axis=1) - 2 * a @ b.T).argmin(axis=1)"

# Of each task: the mistake, and what to replace in the solution so as to make it.
MUTANTS = {
    "brightness": [
        ("there is one mean for all images", ("axis=(1, 2)", "")),
        ("there is a mean for each row", ("(1, 2)", "2")),
        ("the mean is taken over the images", ("(1, 2)", "0")),
        ("there is a mean for each column", ("(1, 2)", "1")),
        ("images and rows are summed away", ("(1, 2)", "(0, 1)")),
        ("the sum is taken", ("mean", "sum")),
        ("loops", ("x.mean(axis=(1, 2))", "np.array([image.mean() for image in x])")),
        ("images and columns are summed away", ("(1, 2)", "(0, 2)")),
        ("the largest is taken", ("mean", "max")),
        ("the median is taken", ("x.mean(", "np.median(x, ")),
        (
            "pixels of several images are mixed",
            ("x.mean(axis=(1, 2))", "x.reshape(-1, len(x)).mean(axis=0)"),
        ),
    ],
    "centred": [
        ("the mean of all images is taken off", (KEPT, "")),
        ("each row is centred", ("(1, 2)", "2")),
        ("each pixel is centred over the images", ("(1, 2)", "0")),
        ("the mean is added", ("x - x", "x + x")),
        ("each column is centred", ("(1, 2)", "1")),
        ("the median is taken off", ("x.mean(", "np.median(x, ")),
        ("the least of each image is taken off", ("x.mean(", "np.min(x, ")),
        ("the mean of the first image is taken off all", ("x.mean(" + KEPT + ")", "x[0].mean()")),
        (
            "images are divided by their spread as well",
            ("x - x.mean(" + KEPT + ")", "(x - x.mean(" + KEPT + ")) / x.std(" + KEPT + ")"),
        ),
    ],
    "scaled": [
        ("all rows are divided by the same number", ("axis=1, keepdims=True", "")),
        ("columns are divided by their largest number", ("axis=1", "axis=0")),
        ("rows are divided by their sum", ("max", "sum")),
        ("rows are divided by the sum of the sizes", ("x.max(", "np.linalg.norm(x, 1, ")),
        ("the largest size counts, and not the largest number", ("x.max", "abs(x).max")),
        (
            "rows go from 0 to 1",
            (
                "x / x.max(axis=1, keepdims=True)",
                "(x.T - x.min(1)).T / np.ptp(x, 1, keepdims=True)",
            ),
        ),
        ("rows are divided by their norm", ("x.max(", "np.linalg.norm(x, ")),
        ("rows are divided by their last number", ("x.max(axis=1, keepdims=True)", "x[:, -1:]")),
        (
            "rows are divided by their first number",
            ("x.max(axis=1, keepdims=True)", "x[:, 0][:, None]"),
        ),
        (
            "rows are divided by the place of the largest",
            ("x.max(axis=1, keepdims=True)", "np.argmax(x, axis=1)[:, None]"),
        ),
        ("no row is divided by less than 1", ("x.max(", "x.max(initial=1, ")),
    ],
    "one_hot": [
        ("classes are rows", ("[labels]", "[:, labels]")),
        ("1 is taken off the labels", ("[labels]", "[np.array(labels) - 1]")),
        ("classes are counted from 1", ("np.eye(M)", "np.vstack([np.zeros(M), np.eye(M)])")),
        ("the label itself is put there", ("np.eye(M)", "np.diag(np.arange(M))")),
        (
            "every row gets a 1 at the labels of all",
            (
                "return np.eye(M)[labels]",
                "y = np.zeros((len(labels), M))\n    y[:, labels] = 1\n    return y",
            ),
        ),
        ("classes are numbered anew", ("[labels]", "[np.argsort(np.argsort(labels))]")),
    ],
    "pick": [
        ("a whole table is returned", (PICKED, "scores[:, labels]")),
        ("all come from the column of the first label", (PICKED, "scores[:, labels[0]]")),
        ("rows and columns are exchanged", (PICKED, "scores.T[np.arange(len(scores)), labels]")),
        ("whole rows are returned", (PICKED, "scores.take(labels, axis=0)")),
        ("all come from the first row", (PICKED, "scores[0, labels]")),
        ("the largest of each row is taken", (PICKED, "scores.max(axis=1)")),
        ("1 is taken off the labels", ("labels]", "labels - 1]")),
        (
            "rows are taken to be as long as there are rows",
            (PICKED, "scores.ravel()[len(scores) * np.arange(len(scores)) + labels]"),
        ),
    ],
    "shrunk": [
        ("rows are thinned twice, and columns not", ("::2, ::2]", "::2][:, ::2]")),
        ("rows are all kept", (":, ::2, ", ":, :, ")),
        ("columns are all kept", (", ::2]", "]")),
        (
            "the first half is kept, and not every second",
            ("::2, ::2", ": -(-x.shape[1] // 2), : -(-x.shape[2] // 2)"),
        ),
        ("the first pixel is left out", ("::2, ::2", "1::2, 1::2")),
        ("images are skipped as well", ("x[:,", "x[::2,")),
        ("the first two are kept, and not every second", ("x[:, ::2, ::2]", "x[:, :2, :2]")),
        (
            "the others become 0, and stay",
            (
                "return x[:, ::2, ::2]",
                "y = x.copy()\n    y[:, 1::2] = 0\n    y[:, :, 1::2] = 0\n    return y",
            ),
        ),
        ("every third is kept", ("::2, ::2", "::3, ::3")),
        ("it begins at the end", ("::2, ::2", "::-2, ::-2")),
    ],
    "votes": [
        (
            "of labels that come again only the last one counts",
            (COUNTED, "counts = np.zeros(M)\n    counts[labels] += weights\n    return counts"),
        ),
        ("weights lose what is behind the point", ("weights, min", "np.trunc(weights), min")),
        ("weights are not used", ("bincount(labels, weights", "bincount(labels")),
        ("classes without votes are cut off", (", minlength=M", "")),
        (
            "weights are averaged",
            (COUNTED, f"{COUNTED} / np.maximum(1, np.bincount(labels, minlength=M))"),
        ),
        (
            "1 is taken off the labels",
            (COUNTED, "y = np.zeros(M)\n    np.add.at(y, labels - 1, weights)\n    return y"),
        ),
        ("shares are returned", (COUNTED, f"{COUNTED} / weights.sum()")),
        (
            "only the largest weight counts",
            (COUNTED, "y = np.zeros(M)\n    np.maximum.at(y, labels, weights)\n    return y"),
        ),
    ],
    "distances": [
        ("rows and columns are exchanged", ("a[:, None] - b", "a - b[:, None]")),
        ("the root is taken", (".sum(axis=2)", ".sum(axis=2) ** 0.5")),
        (
            "differences are added up before they are squared",
            ("((a[:, None] - b) ** 2).sum(axis=2)", "(a[:, None] - b).sum(axis=2) ** 2"),
        ),
        ("the sum is over another axis", ("axis=2", "axis=1")),
        ("the sum is over the rows of a", ("sum(axis=2)", "sum(0)")),
        (
            "the product counts once, and not twice",
            (
                "((a[:, None] - b) ** 2).sum(axis=2)",
                "(a**2).sum(1)[:, None] - a @ b.T + (b**2).sum(1)",
            ),
        ),
        ("the squares are missing", (" ** 2", "")),
        (
            "the sizes of the differences are added",
            ("((a[:, None] - b) ** 2)", "abs(a[:, None] - b)"),
        ),
        ("the mean is taken", (".sum", ".mean")),
        ("the product is added", ("] - b", "] + b")),
        (
            "the squares of a are left out",
            ("((a[:, None] - b) ** 2).sum(axis=2)", "np.diag(b @ b.T) - 2 * a @ b.T"),
        ),
        ("products are returned", ("((a[:, None] - b) ** 2).sum(axis=2)", "a @ b.T")),
    ],
    "windows": [
        ("the last window is missing", (ROWS, f"{ROWS}[:-1]")),
        ("windows are columns", (ROWS, f"{ROWS}.T")),
        ("windows lie side by side", (ROWS, f"{ROWS}[::K]")),
        ("windows run backwards", (ROWS, f"{ROWS}[:, ::-1]")),
        (
            "windows hold one number too many",
            (ROWS, "np.lib.stride_tricks.sliding_window_view(x, K + 1)"),
        ),
        ("windows move by two", (ROWS, f"{ROWS}[::2]")),
        (
            "the place in a window is taken off",
            (ROWS, "x[np.arange(len(x) - K + 1)[:, None] - np.arange(K)]"),
        ),
    ],
    "slide": [
        ("the weights are turned around", ("@ w", "@ w[::-1]")),
        ("the mean is taken", ("@ w", "@ w / len(w)")),
        ("the last place is missing", (" @ w", "[:-1] @ w")),
        ("the products are not added up", (" @ w", " * w")),
        (
            "windows that hang over the ends count as well",
            ("windows(x, len(w)) @ w", 'np.convolve(x, w[::-1], "same")'),
        ),
        (
            "the sum goes over the windows",
            ("windows(x, len(w)) @ w", "sum(windows(x, len(w)) * w)"),
        ),
        (
            "windows lie side by side",
            ("windows(x, len(w))", "x[: len(x) // len(w) * len(w)].reshape(-1, len(w))"),
        ),
        (
            "the largest of a window's products is taken",
            ("windows(x, len(w)) @ w", "np.max(w * windows(x, len(w)), 1)"),
        ),
        ("only the largest product counts", (" @ w", ".max(axis=1) * max(w)")),
        (
            "windows and weights are added up before they are multiplied",
            (" @ w", ".sum(axis=1) * sum(w)"),
        ),
    ],
    "nearest": [
        (
            "the largest product wins, as if all rows of b had the same squares",
            (SQUARED, "(a @ b.T).argmax(axis=1)"),
        ),
        (
            "angles are compared and not distances",
            (SQUARED, "(a @ b.T / np.sqrt((b * b).sum(axis=1))).argmax(axis=1)"),
        ),
        ("the product counts once, and not twice", ("2 * a", "a")),
        ("the product is added", ("- 2", "+ 2")),
        (
            "the largest product wins, as if all rows of b had the same squares",
            ("(b**2).sum(axis=1) ", ""),
        ),
        (
            "the largest product wins, as if all rows of b had the same squares",
            ("(b**2).sum(axis=1)", "(a**2).sum(1)[:, None]"),
        ),
        (
            "the root of the squares of b is taken",
            ("(b**2).sum(axis=1)", "np.linalg.norm(b, axis=1)"),
        ),
        ("the farthest is taken", ("argmin", "argmax")),
        ("the minimum is taken along the rows of a", ("argmin(axis=1)", "argmin(axis=0)")),
        (
            "for each row of b the nearest row of a is returned",
            (SQUARED, "((a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T).argmin(axis=0)"),
        ),
        ("one number is returned for all rows", ("argmin(axis=1)", "argmin()")),
        ("the rows themselves are returned", (SQUARED, f"b[{SQUARED}]")),
        (
            "distances are returned and not the numbers of rows",
            (SQUARED, "((a[:, None] - b) ** 2).sum(2).min(1)"),
        ),
        ("loops", (SQUARED, "np.array([((row - b) ** 2).sum(axis=1).argmin() for row in a])")),
    ],
}

QUESTIONS = {}

# Of each task: a mistake that has no name.
UNKNOWN = {
    "brightness": ("mean", "std"),
    "centred": (".mean", ".max"),
    "scaled": (".max", ".min"),
    "one_hot": ("[labels]", "[labels] * 2"),
    "pick": ("labels]", "labels] ** 3"),
    "shrunk": ("x[:, ::2, ::2]", "x[:, ::2, ::2] + 1"),
    "votes": ("bincount(labels, weights", "bincount(labels, 2 + weights"),
    "distances": ("** 2", "** 3"),
    "windows": (ROWS, f"{ROWS} + 1"),
    "slide": ("@ w", "@ (w + 1)"),
    "nearest": ("2 * a", "3 * a"),
}
