"""The mistakes that exercise 04 knows. Write your answers before you look.

Each is a change of the right version, which stands here or in :mod:`cnnlib.reference`.
"""

import collections

import numpy as np

from cnnlib import reference
from cnnlib.exercises.engine.mistakes import mistakes

# ---------------------------------------------------------------------- the chain rule


def by_hand(x, w, b, part):
    """Differentiate ``L = max(w x + b, 0) x`` where the gate is open."""
    y = w * x + b
    dy = x
    dv = dy
    dw, dx = dv * x, dv * w + y
    return {"dy": dy, "db": dv, "dw": dw, "dx": dx}[part]


SWAPS = "In w x, the slope with respect to w is x."
FORK = "x is used twice, in w * x and in y * x: what comes back on both ways is added."
BY_HAND = mistakes(
    by_hand,
    ("only the way through w * x counts", {"dv * w + y": "dv * w"}, FORK),
    ("only the way through y * x counts", {"dv * w + y": "y"}, FORK),
    ("the two ways are multiplied", {"dv * w + y": "dv * w * y"}, FORK),
    (
        "a product keeps its factor and does not swap",
        {"dy = x": "dy = y", "dv * x, dv * w + y": "dv * w, dv * x + x"},
        "The slope of a product by one factor is the other factor.",
    ),
    (
        "ReLU multiplies with its value",
        {"dv = dy": "dv = dy * y"},
        "ReLU's slope is 1 where it is open, whatever its value.",
    ),
    (
        "what comes back from above is left out",
        {"dv = dy": "dv = 1"},
        "Each step multiplies its own slope with the gradient that comes back to it.",
    ),
    (
        "the gradient of a factor is taken times itself",
        {"dv * x, dv * w + y": "dv * w, dv * x + y"},
        SWAPS,
    ),
    (
        "all signs are turned, as for a step downhill",
        {'"dx": dx}[part]': '"dx": dx}[part] * -1'},
        "The gradient points uphill: the step against it comes later.",
    ),
    (
        "the way through w * x counts twice, or b is left out of y",
        {"dv * w + y": "dv * w + w * x"},
        f"y is w x + b. {FORK}",
    ),
    ("x comes back through y * x, and not y", {"dv * w + y": "dv * w + x"}, FORK),
    ("dw and dx are exchanged", {"dw, dx = dv * x, dv * w + y": "dx, dw = dv * x, dv * w"}, FORK),
    ("the slope with respect to w is taken to be w", {"dv * x, dv": "dv * w, dv"}, SWAPS),
    (
        "db is the slope of its last step alone",
        {'"db": dv': '"db": 1.0'},
        "Each step multiplies its own slope with the gradient that comes back to it.",
    ),
    ("dy is the 1 that it begins with", {"dy = x": "dy = 1"}, "L is y x: its slope by y is x."),
    (
        "values are written, and not gradients",
        {'"dy": dy, "db": dv, "dw": dw, "dx": dx': '"dy": y, "db": b, "dw": w, "dx": x'},
        "A gradient says by how much L grows for a small step.",
    ),
    (
        "in dy, y is the slope of its own product",
        {'"dy": dy': '"dy": y'},
        "In y x, the slope with respect to y is x.",
    ),
    (
        "in dw, what comes back from above is left out",
        {'"dw": dw': '"dw": x'},
        "The slope with respect to w is x, and it is multiplied with what comes back to w x + b.",
    ),
    (
        "in dx, w is left out on the way through w * x",
        {"dv * w + y": "dv + y"},
        "The slope of w x with respect to x is w.",
    ),
    (
        "in dx, what comes back to w * x is left out",
        {"dv * w + y": "w + y"},
        "Each step multiplies its own slope with the gradient that comes back to it.",
    ),
    ("dy is y", {"dy = x": "dy = y"}, "In y x, the slope with respect to y is x."),
    ("ReLU is taken to be shut", {"dv = dy": "dv = 0.0"}, "Is w x + b above 0?"),
    (
        "the slope with respect to b is taken to be b",
        {'"db": dv': '"db": dv * b'},
        "b is added: the slope of a sum is 1.",
    ),
)

# ---------------------------------------------------------------------- nudging


def numerical_gradient(f, x, eps=1e-6):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        x[index] = value + eps
        above = f(x)
        x[index] = value - eps
        below = f(x)
        x[index] = value
        gradient[index] = (above - below) / (2 * eps)
    return gradient


SIDES = "Above: f with the number at value + eps. Below: at value - eps. They lie 2 eps apart."
ALL_OF = {
    "x[index] = value + eps": "x[part] = value + eps",
    "x[index] = value - eps": "x[part] = value - eps",
    "x[index] = value\n": "x[part] = value\n",
}
NUDGING = mistakes(
    numerical_gradient,
    (
        "only f(x + eps) and f(x) are compared",
        {"value - eps": "value", "2 * eps": "eps"},
        SIDES,
    ),
    (
        "only f(x) and f(x - eps) are compared",
        {"value + eps": "value", "2 * eps": "eps"},
        SIDES,
    ),
    ("one side is missing, and the division is by 2 eps", {"value - eps": "value"}, SIDES),
    ("the difference is divided by eps and not by 2 eps", {"2 * eps": "eps"}, SIDES),
    (
        "the nudge is half of what it is divided by",
        {"value + eps": "value + eps / 2", "value - eps": "value - eps / 2"},
        SIDES,
    ),
    (
        "the nudge is a share of the number itself",
        {"value + eps": "value * (1 + eps)", "value - eps": "value * (1 - eps)"},
        f"A 0 would never move. {SIDES}",
    ),
    (
        "a number is not put back after its nudges",
        {"x[index] = value\n": "pass\n"},
        "Keep the value before you nudge, and write it back before you go on to the next.",
    ),
    (
        "a whole row is nudged at once",
        {"value = x[index]": "part = index[:1]\n        value = x[part].copy()", **ALL_OF},
        "np.ndindex(x.shape) goes through all places, however many axes x has.",
    ),
    (
        "a whole row is nudged at once, and what is kept of it is no copy",
        {"value = x[index]": "part = index[:1]\n        value = x[part]", **ALL_OF},
        "x[i] of a table is a row, and a view: nudged with x. np.ndindex(x.shape) goes through all"
        " places, and x[index] is a number.",
    ),
    *(
        (
            "x + eps moves all numbers at once",
            {"return gradient": f"return {slope}"},
            "One number at a time: keep x[index], write another into x, ask f, and put it back.",
        )
        for slope in (
            "np.asarray((f(x + eps) - f(x - eps)) / (2 * eps))",
            "np.asarray((f(x + eps) - f(x)) / eps)",
            "np.full(x.shape, (f(x + eps) - f(x - eps)) / (2 * eps))",
            "np.full(x.shape, (f(x + eps) - f(x)) / eps)",
        )
    ),
    *(
        (
            "the nudge is a fixed number, and the division is by 2 eps",
            {"value + eps": f"value + {nudge}", "value - eps": f"value - {nudge}"},
            f"Nudge by the eps that is handed over. {SIDES}",
        )
        for nudge in ("1e-3", "1e-4", "1e-5", "1e-6")
    ),
    (
        "one number is nudged up, but x - eps moves all down",
        {"x[index] = value - eps\n        below = f(x)": "below = f(x - eps)", "2 * eps": "eps"},
        SIDES,
    ),
    (
        "all numbers are nudged at once",
        {"value = x[index]": "part = ...\n        value = x.copy()", **ALL_OF},
        "One number at a time.",
    ),
    (
        "/ 2 * eps divides by 2 and multiplies with eps",
        {"/ (2 * eps)": "/ 2 * eps"},
        "Put brackets around what you divide by: (2 * eps).",
    ),
    (
        "all slopes are 0, as if both calls of f saw the same x",
        {"x[index] = value - eps": "pass"},
        "`p = x` is a second name for x and no copy, and x.flatten() is a copy that f never sees."
        " Or is nothing ever written into the array that you return?",
    ),
    (
        "the eps that is handed over is not used",
        {"gradient = np.zeros_like(x)": "gradient, eps = np.zeros_like(x), 1e-6"},
        "1e-6 is only its default.",
    ),
    (
        "a copy of x is nudged",
        {"gradient = np.zeros_like(x)": "gradient, x = np.zeros_like(x), x.copy()"},
        "Write into x itself: a layer whose weights you nudge has to see it.",
    ),
    (
        "reshape(-1) or ravel() copies an x that is turned, and the copy is nudged",
        {
            "gradient = np.zeros_like(x)": "whole, x = x, x.reshape(-1)\n"
            "    gradient = np.zeros_like(x)",
            "above = f(x)": "above = f(whole)",
            "below = f(x)": "below = f(whole)",
            "return gradient": "return gradient.reshape(whole.shape)",
        },
        "They give a view of x only where its numbers lie in order: use np.ndindex(x.shape).",
    ),
    (
        "the second slope is measured",
        {"(above - below) / (2 * eps)": "(above - 2 * f(x) + below) / eps**2"},
        f"How the slope itself changes was not asked. {SIDES}",
    ),
    (
        "f gets the nudged number alone",
        {"above = f(x)": "above = f(x[index])", "below = f(x)": "below = f(x[index])"},
        "f takes the whole array, in which one number is nudged.",
    ),
)

# ---------------------------------------------------------------------- ReLU, dense, softmax


def relu_backward(dy, x):
    return dy * (x > 0)


OPEN = "The slope is 1 where x is above 0, and 0 elsewhere: a gate for dy."
RELU = mistakes(
    relu_backward,
    ("the sign of x is taken for the mask", {"(x > 0)": "np.sign(x)"}, OPEN),
    ("half of the gradient passes where x is 0", {"(x > 0)": "(np.sign(x) + 1) / 2"}, OPEN),
    (
        "the gradient passes where x is 0, too",
        {"x > 0": "x >= 0"},
        "At 0 there is a kink, and by convention the gate is shut. Given y in place of x,"
        " y >= 0 would even be true everywhere.",
    ),
    ("the mask is made from dy and not from x", {"x > 0": "dy > 0"}, OPEN),
    ("the gradient passes where x is negative", {"x > 0": "x < 0"}, OPEN),
    ("the gate is shut where x is above 0, and open elsewhere", {"x > 0": "x <= 0"}, OPEN),
    (
        "the gradient passes everywhere",
        {" * (x > 0)": ""},
        "Nothing of dy is set to 0. A mask y >= 0 does the same, for y is never negative.",
    ),
    (
        "one gate opens for the whole array",
        {"(x > 0)": "(x > 0).any()"},
        "Each number has a gate of its own: x > 0 is an array of them.",
    ),
    (
        "one gate shuts for the whole array",
        {"(x > 0)": "(x > 0).all()"},
        "Each number has a gate of its own: x > 0 is an array of them.",
    ),
    ("dy is multiplied with the output", {"dy *": "dy * x *"}, OPEN),
    ("the mask itself is returned", {"dy *": "np.ones_like(dy) *"}, "Multiply it with dy."),
)


def dense_backward(dy, x, w):
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)


SHAPES = "A gradient has the shape of what it belongs to, and only one product has that shape."
FORKED_W = "w is used for every image: a fork over the images, so a sum over them."
FORKED = "b is added for every image: a fork over the images, so a sum over them."
ONCE = "The loss has divided by N already. A layer hands on what it is given."
DENSE = mistakes(
    dense_backward,
    ("w is not transposed in dx", {"w.T": "w"}, SHAPES),
    ("dx is transposed", {"dy @ w.T": "w @ dy.T"}, SHAPES),
    ("in dx, numbers are multiplied one by one", {"dy @ w.T": "dy * w.T"}, f"@, not *. {SHAPES}"),
    (
        "w is reshaped and not transposed in dx",
        {"w.T": "w.reshape(w.shape[::-1])"},
        "reshape moves no number: w.T.",
    ),
    ("dx is divided by N", {"w.T": "w.T / len(x)"}, ONCE),
    (
        "every image gets the dx of the first",
        {"dy @ w.T": "np.tile(dy[:1] @ w.T, (len(x), 1))"},
        "dx has a row for each image, from its row of dy.",
    ),
    ("dw is that of the first image alone", {"x.T @ dy": "x[:1].T @ dy[:1]"}, FORKED_W),
    ("db is that of the first image alone", {"dy.sum(axis=0)": "dy[0].copy()"}, FORKED),
    ("dw is transposed", {"x.T @ dy": "dy.T @ x"}, SHAPES),
    ("dw is divided by N", {"x.T @ dy": "x.T @ dy / len(x)"}, ONCE),
    ("db is a mean and not a sum", {"dy.sum": "dy.mean"}, f"{FORKED} {ONCE}"),
    ("db is summed over the outputs", {"axis=0": "axis=1"}, FORKED),
    (
        "db keeps an axis of length 1",
        {"axis=0": "axis=0, keepdims=True"},
        "db has the shape of b, (M,).",
    ),
    ("db is a single number", {"axis=0": ""}, "Each output has a bias of its own."),
    ("db is made from x", {"dy.sum": "x.sum"}, FORKED),
    ("db is not summed", {"dy.sum(axis=0)": "dy.copy()"}, FORKED),
    (
        "db does not use dy",
        {"dy.sum(axis=0)": "np.ones_like(dy[0])"},
        f"Slope 1, times dy. {FORKED}",
    ),
    (
        "x is reshaped and not transposed in dw",
        {"x.T": "x.reshape(x.shape[::-1])"},
        "reshape moves no number: x.T.",
    ),
)


def softmax(scores):
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


ROWS = "A row is an image. Each row of probabilities sums to 1: axis=1, keepdims=True."
LARGEST = "exp(1000) overflows. Take the largest score of the row off first: nothing else changes."
SHIFTED = "scores - scores.max(axis=1, keepdims=True)"
SOFTMAX = mistakes(
    softmax,
    (
        "the scores are shared out, and no exponential is taken",
        {f"np.exp({SHIFTED})": SHIFTED.replace("max", "min")},
        "Shares of exp(s): where is np.exp?",
    ),
    (
        "the largest exponential is taken off, and not the largest score",
        {f"np.exp({SHIFTED})": "np.exp(scores) - np.exp(scores).max(axis=1, keepdims=True)"},
        LARGEST,
    ),
    (
        "the least of the row is subtracted and not its largest",
        {"scores.max": "scores.min"},
        LARGEST,
    ),
    (
        "the largest score of the first image is subtracted from all",
        {"scores.max(axis=1, keepdims=True)": "scores[0].max()"},
        f"{LARGEST} Each row has its own.",
    ),
    (
        "the largest of each column is subtracted, and not of each row",
        {"max(axis=1": "max(axis=0"},
        f"{LARGEST} A row is an image.",
    ),
    (
        "the first of the row is subtracted and not its largest",
        {"scores.max(axis=1, keepdims=True)": "scores[:, :1]"},
        LARGEST,
    ),
    (
        "each score has a sigmoid of its own",
        {"exps / exps.sum(axis=1, keepdims=True)": "1 / (1 + np.exp(-np.clip(scores, -99, 99)))"},
        "The scores of a row share one sum, so that their probabilities add up to 1.",
    ),
    (
        "the sums go over the images and not over the classes",
        {"max(axis=1": "max(axis=0", "sum(axis=1": "sum(axis=0"},
        ROWS,
    ),
    (
        "one sum is taken over all images",
        {"max(axis=1": "max(axis=None", "sum(axis=1": "sum(axis=None"},
        ROWS,
    ),
    (
        "the sum goes over all images",
        {"exps.sum(axis=1, keepdims=True)": "exps.sum()"},
        ROWS,
    ),
    ("the sum goes over the images", {"sum(axis=1": "sum(axis=0"}, ROWS),
    (
        "scores are taken off the largest, and not the largest off them",
        {SHIFTED: "scores.max(axis=1, keepdims=True) - scores"},
        "Then the least score gets the largest probability.",
    ),
    (
        "exponentials are divided by a sum of scores",
        {"/ exps.sum(axis=1, keepdims=True)": f"/ ({SHIFTED}).sum(axis=1, keepdims=True)"},
        "By the sum of the exponentials.",
    ),
    (
        "exponentials are divided by their norm",
        {"exps.sum(": "np.linalg.norm(exps, "},
        f"By their sum. {ROWS}",
    ),
    (
        "exponentials are not divided by their sum",
        {" / exps.sum(axis=1, keepdims=True)": ""},
        ROWS,
    ),
    (
        "scores are divided by the largest",
        {" - scores.max": " / scores.max"},
        "Take it off: exp(s - m) is exp(s) / exp(m), and exp(s / m) is something else.",
    ),
    (
        "scores are cut off",
        {SHIFTED: "np.clip(scores, -700, 700)"},
        f"Then all that lie above are alike. {LARGEST}",
    ),
    (
        "the logarithm of the probabilities is returned",
        {
            "return exps / exps.sum(axis=1, keepdims=True)": f"shifted = {SHIFTED}\n"
            "    return shifted - np.log(exps.sum(axis=1, keepdims=True))"
        },
        "p = exp(s) / sum of exp(s).",
    ),
    ("nothing is subtracted before exp", {SHIFTED: "scores"}, LARGEST),
    (
        "the mean of the row, or its median, is subtracted and not its largest",
        {"scores.max": "scores.mean"},
        f"{LARGEST} The mean can lie far below it.",
    ),
    (
        "the axis that is summed away is missing",
        {"sum(axis=1, keepdims=True)": "sum(axis=1)"},
        ROWS,
    ),
    (
        "the axis of the largest and of the sum is missing",
        {"max(axis=1, keepdims=True)": "max(axis=1)", "sum(axis=1, keepdims=True)": "sum(axis=1)"},
        ROWS,
    ),
    (
        "the largest score of all images is subtracted",
        {"max(axis=1, keepdims=True)": "max()"},
        "Then every exponential of a row with small scores becomes 0. Subtract the row's own.",
    ),
    (
        "scores are divided without exp",
        {f"np.exp({SHIFTED})": "scores"},
        "p = exp(s) / sum of exp(s).",
    ),
    (
        "scores are divided by the largest size",
        {SHIFTED: "scores / abs(scores).max(axis=1, keepdims=True)"},
        "Take the largest off: exp(s - m) is exp(s) / exp(m), and exp(s / m) is something else.",
    ),
    (
        "the largest size is subtracted, without its sign",
        {"scores.max": "abs(scores).max"},
        f"{LARGEST} Of -1000 and -1001 that is -1000.",
    ),
    (
        "the largest gets 1 and all others 0",
        {"exps / exps.sum(axis=1, keepdims=True)": "np.eye(len(exps[0]))[exps.argmax(axis=1)]"},
        "p = exp(s) / sum of exp(s): softer than that.",
    ),
    ("2 stands in place of e", {"np.exp(": "np.exp2("}, "np.exp."),
)


def cross_entropy(scores, labels):
    N, M = scores.shape
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    losses = -logs[np.arange(N), labels]
    p, truth = softmax(scores), np.eye(M, dtype=scores.dtype)[labels]
    return float(losses.mean()), (p - truth) / N


MEAN = "The loss is a mean over N images, so its gradient has the factor 1 / N: here and only here."
LOG = "log p = (s - max) - log(sum of exp(s - max)): no exponential of one score is ever logged."
LOGS = "logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))"
PICKED = "One number of each row: logs[np.arange(N), labels], and logs[:, labels] takes N."
UNSAFE = "np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)"
ENTROPY = mistakes(
    cross_entropy,
    ("the loss is summed over the images and not averaged", {"losses.mean": "losses.sum"}, MEAN),
    (
        "each image's loss is returned and not their mean",
        {"float(losses.mean())": "losses"},
        MEAN,
    ),
    (
        "the gradient is that with respect to p",
        {"(p - truth) / N": "-truth / p / N"},
        "The gradient with respect to the scores is (p - t) / N.",
    ),
    ("the loss is averaged over the classes as well", {"mean()": "mean() / M"}, MEAN),
    *(
        (
            "the exponentials are summed over the images",
            {
                LOGS: "logs = shifted - np.log(np.exp(shifted).sum(axis=0))",
                "p, truth = softmax(scores)": "p, truth = np.exp(logs)",
                "-logs[np.arange(N), labels]": losses,
            },
            ROWS,
        )
        for losses in ("-logs[np.arange(N), labels]", "-(np.eye(M)[labels] * logs).sum(axis=1)")
    ),
    (
        "the minus sign of the loss is missing",
        {"float(": "-float("},
        "L = -log p: never negative.",
    ),
    ("the gradient is not divided by N", {"(p - truth) / N": "p - truth"}, MEAN),
    ("the gradient is divided by the classes as well", {"truth) / N": "truth) / (N * M)"}, MEAN),
    ("the gradient is divided by N twice", {"truth) / N": "truth) / N**2"}, MEAN),
    (
        "the loss is 1 - p",
        {"-logs[np.arange(N), labels]": "1 - np.exp(logs[np.arange(N), labels])"},
        "L = -log p.",
    ),
    (
        "1e-300 is added to p inside the log, or p is kept above it",
        {LOGS: "logs = np.log(softmax(scores) + 1e-300)"},
        f"It cuts large losses. {LOG}",
    ),
    ("the truth is not subtracted", {"(p - truth)": "p"}, "The gradient is (p - t) / N."),
    (
        "the gradient is truth minus probability",
        {"(p - truth)": "(truth - p)"},
        "(p - t), not (t - p).",
    ),
    ("the log of a p that has become 0 is taken", {LOGS: "logs = np.log(softmax(scores))"}, LOG),
    *(
        (
            f"{small} is added to p inside the log",
            {LOGS: f"logs = np.log(softmax(scores) + {small})"},
            f"It changes small losses a little and cuts large ones. {LOG}",
        )
        for small in ("1e-7", "1e-8", "1e-9", "1e-10", "1e-12")
    ),
    *(
        (
            f"{small} is added to p in the gradient as well",
            {
                LOGS: f"p = softmax(scores) + {small}\n    logs = np.log(p)",
                "p, truth = softmax(scores)": "p, truth = p",
            },
            f"It changes small losses a little and cuts large ones. {LOG}",
        )
        for small in ("1e-7", "1e-8", "1e-10", "1e-12")
    ),
    ("the loss is divided by N twice", {"losses.mean()": "losses.mean() / N"}, MEAN),
    (
        "-1 is put at the right class, in place of p - 1",
        {"(p - truth) / N": "np.where(truth, -1, p) / N"},
        "The gradient is (p - t) / N: take 1 off what is there.",
    ),
    (
        "1e-15 is added to p inside the log, or p is kept above it",  # which is all the same
        {LOGS: "logs = np.log(softmax(scores) + 1e-15)"},
        f"It cuts large losses. {LOG}",
    ),
    *(
        (
            f"p is kept above {small} inside the log",
            {LOGS: f"logs = np.log(np.maximum(softmax(scores), {small}))"},
            f"It cuts large losses. {LOG}",
        )
        for small in ("1e-7", "1e-8", "1e-9", "1e-10", "1e-12")
    ),
    *(
        (
            f"p is kept {words}",
            {
                LOGS: f"p = np.clip(softmax(scores), {small}, {top})\n    logs = np.log(p)",
                "p, truth = softmax(scores)": "p, truth = p",
            },
            f"It cuts large losses. {LOG}",
        )
        for small in ("1e-7", "1e-8", "1e-10", "1e-12")
        for words, top in (
            (f"above {small} in the gradient as well", "1"),
            (f"between {small} and 1 - {small}", f"1 - {small}"),
        )
    ),
    (
        "softmax is taken twice",
        {"N, M = scores.shape": "N, M = scores.shape\n    scores = softmax(scores)"},
        f"The logarithm of the formula begins with scores: {LOG}",
    ),
    (
        "the loss is that of all classes, and not of the right one",
        {"-logs[np.arange(N), labels]": "-logs"},
        PICKED,
    ),
    (
        "the loss adds the logarithms of all classes up",
        {"-logs[np.arange(N), labels]": "-logs", "losses.mean": "1 / N * losses.sum"},
        PICKED,
    ),
    (
        "the logarithms are weighted with the probabilities, and not with the truth",
        {"-logs[np.arange(N), labels]": "-(softmax(scores) * logs).sum(axis=1)"},
        PICKED,
    ),
    (
        "in the loss, each row is read at the labels of all",
        {"np.arange(N), labels]\n": ":, labels]\n"},
        PICKED,
    ),
    (
        "in the gradient, 1 is taken off each row at the labels of all",
        {"np.eye(M, dtype=scores.dtype)[labels]": "np.isin(np.arange(M), labels) * 1.0"},
        PICKED,
    ),
    (
        "the first label is used for all",
        {"    losses =": "    labels = 0 * labels + labels[0]\n    losses ="},
        "Which n is in labels[n]?",
    ),
    (
        "the largest score of all images is subtracted",
        {"scores.max(axis=1, keepdims=True)": "scores.max()", "softmax(scores)": "np.exp(logs)"},
        "Then every exponential of a row with small scores becomes 0. Subtract the row's own.",
    ),
    (
        "1 is added and not taken off",
        {"(p - truth)": "(p + truth)"},
        "The gradient is (p - t) / N.",
    ),
    (
        "scores stand in the gradient where probabilities belong",
        {"p, truth = softmax(scores)": "p, truth = scores"},
        "The gradient is (p - t) / N, with p = softmax(scores).",
    ),
    (
        "logarithms stand in the gradient where probabilities belong",
        {"p, truth = softmax(scores)": "p, truth = logs"},
        "The gradient is (p - t) / N, with p = exp(log p).",
    ),
    (
        "the slope of a sigmoid or of a softmax comes in once more",
        {"(p - truth)": "(p - truth) * p * (1 - p)"},
        "p - t is the slope by the scores already: softmax and logarithm have been gone through.",
    ),
    ("the gradient is divided by the classes and not by N", {"truth) / N": "truth) / M"}, MEAN),
    (
        "nothing is subtracted before exp",
        {LOGS: f"logs = np.log({UNSAFE})", "softmax(scores)": UNSAFE},
        f"{LARGEST} {LOG}",
    ),
    (
        "the probabilities are divided by N before the truth is taken off",
        {"(p - truth) / N": "p / N - truth"},
        f"Both are: (p - t) / N. {MEAN}",
    ),
    (
        "only the truth is divided by N",
        {"(p - truth) / N": "p - truth / N"},
        "/ comes before -: put brackets around the difference, (p - t) / N.",
    ),
    (
        "1 is taken off whole rows, those whose numbers are labels",
        {"(p - truth)": "(p - np.eye(N)[labels].any(axis=0)[:, None])"},
        "p[labels] names rows. One number of each row: p[np.arange(N), labels].",
    ),
    (
        "the label itself is taken off, and not 1 at its class",
        {"(p - truth)": "(p - labels[:, None])"},
        "t is a row of zeros with a 1 at the right class.",
    ),
    (
        "nothing is subtracted before the exp in the logarithm",
        {LOGS: "logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))"},
        f"{LARGEST} {LOG}",
    ),
    (
        "nothing is subtracted before exp, and p is made from the logarithm",
        {
            LOGS: "logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))",
            "softmax(scores)": "np.exp(logs)",
        },
        f"{LARGEST} {LOG}",
    ),
    (
        "the largest score is taken off in the sum only",
        {"logs = shifted -": "logs = scores -"},
        LOG,
    ),
)

# ---------------------------------------------------------------------- an autograd


class Value:
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.parents, self.slopes, self.grad = data, parents, slopes, 0.0

    def __add__(self, other):
        return type(self)(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return type(self)(self.data * other.data, (self, other), (other.data, self.data))

    def relu(self):
        return type(self)(max(self.data, 0.0), (self,), (float(self.data > 0),))

    def backward(self):
        order = parents_first(self, [])
        self.grad = 1.0
        for value in reversed(order):
            for parent, slope in zip(value.parents, value.slopes, strict=True):
                parent.grad += slope * value.grad


def parents_first(value, order, once=True, step=1):
    """Append a value to a list, after its parents, once or whenever it is reached.

    With ``step`` -1 the last of them comes first.
    """
    if not once or value not in order:
        for parent in value.parents[::step]:
            parents_first(parent, order, once, step)
        order.append(value)
    return order


def by_data(value, order, reached=None):
    """Append a value to a list, after its parents, if none with equal data is there, or reached."""
    seen = order if reached is None else reached
    if reached is not None:
        reached.append(value)
    for parent in value.parents:
        if parent.data not in [each.data for each in seen]:
            by_data(parent, order, reached)
    order.append(value)
    return order


def first_parents(value):
    """List what a value was made of by its first parent alone, the value itself last."""
    return [*first_parents(value.parents[0]), value] if value.parents else [value]


def in_layers(value):
    """List what a value was made of, the nearest last, each once, by its distance."""
    found, line = [], [value]
    while line:
        found += [each for each in dict.fromkeys(line) if each not in found]
        line = [parent for each in line for parent in each.parents]
    return found[::-1]


def at_once(value, kept=1):
    """Let every value hand on its gradient whenever something has come, again and again."""
    for parent, slope in zip(value.parents, value.slopes, strict=True):
        parent.grad = kept * parent.grad + slope * value.grad
        at_once(parent, kept)


def by_uses(value, most):
    """Let a value hand on when all that was made from it has, but to so many parents alone."""
    every = parents_first(value, [])
    uses = collections.Counter(parent for each in every for parent in each.parents)
    ready = [value]
    while ready:
        value = ready.pop()
        for parent, slope in zip(value.parents[:most], value.slopes[:most], strict=True):
            parent.grad += slope * value.grad
            uses[parent] -= 1
            if uses[parent] == 0:
                ready.append(parent)


def from_a_list(value, end):
    """Let values hand on from a list, into which a parent comes whenever it is not there."""
    line = [value]
    while line:
        value = line.pop(end)
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            parent.grad += slope * value.grad
            if parent not in line:
                line.append(parent)


ORDER = (
    "A value hands on its gradient once, when all of it has come: after all that was made from it."
    " List the parents of a value before the value itself, and go backwards through the list."
)
USED_TWICE = "Where a value is used twice, two gradients come back to it: +=."
AUTOGRAD = mistakes(
    Value,
    (
        "only the numbers that it began with get a gradient",
        {
            "parent.grad += slope * value.grad": "parent.grad += slope * value.grad\n"
            "        for value in order:\n            value.grad *= not value.parents"
        },
        "grad is set for every number that took part, those on the way and the last one as well.",
    ),
    (
        "all gradients begin at 1",
        {"parents, slopes, 0.0": "parents, slopes, 1.0"},
        "Only that of the last value is 1. The others begin at 0, and what comes is added.",
    ),
    ("a value that is used twice keeps the last gradient alone", {"+=": "="}, USED_TWICE),
    (
        "a value that is used twice keeps the last gradient alone",
        {"+=": "=", "parents_first(self, [])": "parents_first(self, [], step=-1)"},
        USED_TWICE,
    ),
    (
        "the slope of the step is left out",
        {"slope * value.grad": "value.grad"},
        "A parent gets the gradient of the value times the slope of that step.",
    ),
    (
        "the gradient of the value is left out",
        {"slope * value.grad": "slope"},
        "A parent gets the gradient of the value times the slope of that step.",
    ),
    (
        "slope and gradient are added",
        {"slope * value.grad": "slope + value.grad"},
        "A parent gets the gradient of the value times the slope of that step.",
    ),
    *(
        (
            "numbers with equal data are taken for one",
            {"parents_first(self, [])": f"by_data(self, []{reached})"},
            "Two of them may be equal by chance: ask whether it is the same object, with `is` or"
            " `in`.",
        )
        for reached in ("", ", []")
    ),
    (
        "the data of the value stand where its gradient belongs",
        {"slope * value.grad": "slope * value.data"},
        "A parent gets the gradient of the value times the slope of that step.",
    ),
    (
        "the data of a product are a sum",
        {"self.data * other.data": "self.data + other.data"},
        "__mul__ is called for a * b.",
    ),
    (
        "only the first parents of parents are reached",
        {"parents_first(self, [])": "first_parents(self)"},
        f"Visit every parent. {ORDER}",
    ),
    (
        "ReLU hands on its data as they came",
        {"max(self.data, 0.0), (self,)": "self.data, (self,)"},
        "y = max(x, 0).",
    ),
    (
        "ReLU takes the sign away",
        {"max(self.data, 0.0), (self,)": "abs(self.data), (self,)"},
        "y = max(x, 0).",
    ),
    (
        "a product keeps its factor and does not swap",
        {"(other.data, self.data)": "(self.data, other.data)"},
        "The slope of a product with respect to one factor is the other factor.",
    ),
    (
        "the last value begins with a gradient of 0",
        {"self.grad = 1.0": "pass"},
        "The slope of a number with respect to itself is 1.",
    ),
    (
        "the slopes of a product are 1, as those of a sum",
        {"(other.data, self.data)": "(1.0, 1.0)"},
        "The slope of a product with respect to one factor is the other factor.",
    ),
    (
        "only the first parent gets a gradient",
        {"zip(value.parents, value.slopes, strict=True)": "zip(value.parents[:1], value.slopes)"},
        "Each parent gets the gradient of the value times the slope of that step.",
    ),
    (
        "only the first parent gets a gradient, and is waited for although it comes no more",
        {"self.grad = 1.0": "self.grad, order = 1.0, []\n        by_uses(self, 1)"},
        "Each parent gets the gradient of the value times the slope of that step.",
    ),
    (
        "ReLU multiplies with its value",
        {"float(self.data > 0)": "max(self.data, 0.0)"},
        "ReLU's slope is 1 where it is open, whatever its value.",
    ),
    (
        "ReLU has its input for a slope",
        {"float(self.data > 0)": "self.data"},
        "ReLU's slope is 1 where it is open, whatever its value, and 0 elsewhere.",
    ),
    ("ReLU is open at 0", {"float(self.data > 0)": "float(self.data >= 0)"}, "Shut at exactly 0."),
    ("ReLU lets every gradient through", {"float(self.data > 0)": "1.0"}, "Shut below 0."),
    (
        "ReLU hands on nothing",
        {"float(self.data > 0)": "0.0"},
        "ReLU's slope is 1 where its input is above 0.",
    ),
    (
        "values hand on gradients that are not complete",
        {"parents_first(self, [])": "in_layers(self)"},
        ORDER,
    ),
    (
        "values hand on their gradient more than once",
        {"self.grad = 1.0": "self.grad, order = 1.0, []\n        at_once(self)"},
        ORDER,
    ),
    *(
        (
            "a value hands on as soon as it is reached, and again when more comes",
            {"self.grad = 1.0": f"self.grad, order = 1.0, []\n        from_a_list(self, {end})"},
            f"It is ready when everything made from it has handed on. {ORDER}",
        )
        for end in (-1, 0)
    ),
    (
        "of several ways to a number the last one alone counts",
        {"self.grad = 1.0": "self.grad, order = 1.0, []\n        at_once(self, 0)"},
        f"The gradients of all ways add up. {ORDER}",
    ),
    (
        "a value that is reached twice stands in the list twice",
        {"parents_first(self, [])": "parents_first(self, [], once=False)"},
        f"Append it only if it is not there yet. {ORDER}",
    ),
    (
        "the gradient stops after one step",
        {"reversed(order)": "order[-1:]"},
        "Are the parents of the parents reached, and only after what was made from them? Begin at"
        " the last value, where the gradient is.",
    ),
    (
        "the last value begins with its own data",
        {"self.grad = 1.0": "self.grad = self.data"},
        "The slope of a number with respect to itself is 1.",
    ),
    (
        "a parent that comes twice gets its share once",
        {
            "in zip(value.parents, value.slopes, strict=True)": "in dict(zip(value.parents,"
            " value.slopes)).items()"
        },
        f"A set or a dict holds it once. {USED_TWICE}",
    ),
    (
        "ReLU does not remember what it was made of",
        {"(self,), (float(self.data > 0),)": "(), ()"},
        "Its parent is self, and the slope is 1 where self is above 0.",
    ),
)

# ---------------------------------------------------------------------- convolution

ADD = "A pixel lies in several patches, and its gradients add up: +=, as in col2im."
BIAS = "b[f] is added at every output pixel of every image: sum over the axes 0, 2 and 3."
BATCH = "Every image uses the same filter, so their gradients are summed, and divided by nothing."
TAP = (
    "The tap that made an output from a pixel sends its gradient back there: no flip in dcols and"
    " col2im. Only a full correlation, which gathers, needs the filter flipped."
)
FRAME = (
    "Do im2col and col2im both get pad? Without them: dx of the padded image, less its frame,"
    " [:, :, pad : pad + H, pad : pad + W]."
)
STRIDE = "Output (oh, ow) saw the patch that starts at (oh * stride, ow * stride)."
DX, DW, DB = "dx[n, first + c, row, column] += ", "dw[f, c, kh, kw] += ", ", db\n"
TAPS = """    for kh, kw in np.ndindex(KH, KW):
        sent = np.tensordot(dy, w[:, :, kh, kw], (1, 0)).transpose(0, 3, 1, 2)
        dx[:, :, kh : kh + OH * stride : stride, kw : kw + OW * stride : stride] = sent
    return"""
PATCHES = """    for oh, ow in np.ndindex(OH, OW):
        row, column = oh * stride, ow * stride
        dx[:, :, row : row + KH, column : column + KW] = np.tensordot(dy[:, :, oh, ow], w, 1)
    return"""
ROWS_OF_DY = "dY has a row for each filter and the columns of cols, images last: (F, OH, OW, N)."
FILTERS = "W and dY have a row for each filter; dx is a sum over the filters."


def _ordered(order):
    """Change the order in which the numbers of dy become columns."""
    said = "N, F, OH, OW = dy.shape"
    return {said: f"{said}\n    dy = dy{order}.reshape(F, OH, OW, N).transpose(3, 0, 1, 2)"}


CONV = mistakes(
    reference.conv2d_backward,
    (
        "the columns of dY begin with all of image 0",
        _ordered(".transpose(1, 0, 2, 3)"),
        ROWS_OF_DY,
    ),
    (
        "dy is reshaped and not transposed",
        _ordered(""),
        f"reshape moves no number. {ROWS_OF_DY}",
    ),
    ("OH and OW are exchanged in dY", _ordered(".transpose(1, 3, 2, 0)"), ROWS_OF_DY),
    (
        "dw is made as cols @ dY.T and reshaped",
        {DB: ".reshape(F, -1).T.reshape(dw.shape), db\n"},
        "dW = dY @ cols.T has a row for each filter, as w has: then reshape moves nothing.",
    ),
    (
        "dw is averaged over images and places",
        {DW: f"{DW}1 / (N * OH * OW) * "},
        f"{BATCH} {ONCE}",
    ),
    ("dw is averaged over the images", {DW: f"{DW}1 / N * "}, f"{BATCH} {ONCE}"),
    ("dw is that of the last image alone", {DW: f"{DW}(n == N - 1) * "}, BATCH),
    (
        "dw is flipped",
        {DW: "dw[f, c, -1 - kh, -1 - kw] += "},
        "w[kh, kw] met the pixel (oh + kh, ow + kw).",
    ),
    ("db is a mean and not a sum", {DB: ", db / (N * OH * OW)\n"}, f"{BIAS} {ONCE}"),
    ("db is averaged over the images", {DB: ", db / N\n"}, f"{BIAS} {ONCE}"),
    (
        "db is summed over the images and not over the pixels",
        {DB: ", dy.sum(axis=0)\n"},
        BIAS,
    ),
    (
        "db is summed over the pixels and not over the images",
        {DB: ", dy.sum(axis=(2, 3))\n"},
        BIAS,
    ),
    (
        "db is summed over the filters",
        {DB: ", dy.transpose(1, 2, 3, 0).reshape(F, -1).sum(axis=0)\n"},
        "Each filter has a bias of its own. In dY a row is a filter: sum along the row, axis=1.",
    ),
    ("db is that of the first image alone", {DB: ", dy[0].sum(axis=(1, 2))\n"}, BIAS),
    ("db is that of the last image alone", {DB: ", dy[-1].sum(axis=(1, 2))\n"}, BIAS),
    ("in dx each tap overwrites what came before", {"    return": TAPS}, ADD),
    ("in dx each patch overwrites what came before", {"    return": PATCHES}, ADD),
    ("in dx each filter's patch overwrites what came before", {DX: DX.replace("+=", "=")}, ADD),
    (
        "w is reshaped to F columns in dx",
        {"+= w[f, c, kh, kw]": "+= w.reshape(-1, F).T.reshape(w.shape)[f, c, kh, kw]"},
        f"W = w.reshape(F, -1). {FILTERS}",
    ),
    ("the kernel is flipped in dx", {"+= w[f, c, kh, kw]": "+= w[f, c, -1 - kh, -1 - kw]"}, TAP),
    (
        "the rows of the kernel are flipped in dx",
        {"+= w[f, c, kh, kw]": "+= w[f, c, -1 - kh, kw]"},
        TAP,
    ),
    (
        "the columns of the kernel are flipped in dx",
        {"+= w[f, c, kh, kw]": "+= w[f, c, kh, -1 - kw]"},
        TAP,
    ),
    (
        "rows and columns of the kernel are exchanged in dx",
        {"+= w[f, c, kh, kw]": "+= w[f, c, kw, kh]"},
        TAP,
    ),
    ("the stride is forgotten in dx", {DX: "dx[n, first + c, oh + kh, ow + kw] += "}, STRIDE),
    ("dx still has the frame of the padding", {"cut_frame(dx, pad)": "dx"}, FRAME),
    (
        "dx is cut from the upper left corner of the frame",
        {"cut_frame(dx, pad)": "dx[:, :, : -2 * pad or None, : -2 * pad or None]"},
        FRAME,
    ),
    (
        "dx is cut from the lower right corner of the frame",
        {"cut_frame(dx, pad)": "dx[:, :, 2 * pad :, 2 * pad :]"},
        FRAME,
    ),
)

# ---------------------------------------------------------------------- pooling


def max_pool_backward(dy, x, winner, kernel_size, stride):
    KH, KW = kernel_size
    dx = np.zeros(x.shape, dy.dtype)
    for n, c, oh, ow in np.ndindex(dy.shape):
        row, column = oh * stride, ow * stride
        for kh, kw in np.ndindex(KH, KW):
            if kh * KW + kw == winner[n, c, oh, ow]:
                dx[n, c, row + kh, column + kw] += dy[n, c, oh, ow]
    return dx


WINNER = "winner holds kh * KW + kw of the one pixel that won: it alone gets the gradient."
SEVERAL = "Windows overlap, so a pixel can win several of them: its gradients add up."
WON = "kh * KW + kw == winner[n, c, oh, ow]"
WINDOW = "x[n, c, row : row + KH, column : column + KW]"
EACH_TAP = """    for k, (kh, kw) in enumerate(np.ndindex(KH, KW)):
        rows = slice(kh, kh + dy.shape[2] * stride, stride)
        columns = slice(kw, kw + dy.shape[3] * stride, stride)
        dx[:, :, rows, columns] = dy * (winner == k)
    return"""
SIDE_BY_SIDE = """oh * KH, ow * KW
        assert row + KH <= x.shape[2] and column + KW <= x.shape[3]"""  # as a slice would fail
MAX_POOL = mistakes(
    max_pool_backward,
    (
        "the gradient goes to every tie",
        {WON: f"{WINDOW}[kh, kw] == {WINDOW}.max()"},
        f"{WINNER} Of equals, the first.",
    ),
    (
        "the gradient is shared among ties",
        {
            WON: f"{WINDOW}[kh, kw] == {WINDOW}.max()",
            "+= dy[n, c, oh, ow]": f"+= dy[n, c, oh, ow] / ({WINDOW} == {WINDOW}.max()).sum()",
        },
        f"{WINNER} Of equals, the first.",
    ),
    (
        "the last of equals gets the gradient",
        {WON: f"kh * KW + kw == KH * KW - 1 - {WINDOW}.ravel()[::-1].argmax()"},
        WINNER,
    ),
    (
        "the gradient is multiplied with the pixel",
        {"+= dy[n, c, oh, ow]": "+= dy[n, c, oh, ow] * x[n, c, row + kh, column + kw]"},
        "The slope of a maximum with respect to the one that won is 1.",
    ),
    ("every pixel of the window gets the gradient", {WON: "True"}, WINNER),
    (
        "the gradient is shared among all pixels of the window",
        {WON: "True", "+= dy[n, c, oh, ow]": "+= dy[n, c, oh, ow] / (KH * KW)"},
        f"That is average pooling. {WINNER}",
    ),
    ("the first pixel of every window gets the gradient", {WON: "kh + kw == 0"}, WINNER),
    ("a pixel that wins several windows keeps the last gradient", {"+=": "="}, SEVERAL),
    ("each tap overwrites what the taps before it wrote", {"    return": EACH_TAP}, SEVERAL),
    ("taps are numbered column by column", {"kh * KW + kw ==": "kw * KH + kh =="}, WINNER),
    (
        "the winner's number is divided by KH and not by KW",
        {"+ kh, column + kw": "+ (kh * KW + kw) // KH, column + (kh * KW + kw) % KH"},
        "kh, kw = divmod(winner, KW).",
    ),
    ("the number of a tap is taken as kh * KH + kw", {"kh * KW": "kh * KH"}, WINNER),
    ("windows start one pixel apart", {"oh * stride, ow * stride": "oh, ow"}, STRIDE),
    (
        "windows lie side by side, whatever the stride",
        {"oh * stride, ow * stride": SIDE_BY_SIDE},
        STRIDE,
    ),
    (
        "windows lie side by side, whatever the stride",
        {"oh * stride, ow * stride": "oh * KH, ow * KW"},
        STRIDE,
    ),
    (
        "windows step by KW along a row, and not by stride",
        {"ow * stride": "ow * KW"},
        STRIDE,
    ),
    (
        "gradients are added to x",
        {"np.zeros(x.shape, dy.dtype)": "x.astype(dy.dtype)"},
        "dx begins with zeros.",
    ),
    (
        "the column of the tap is left out",
        {"row + kh, column + kw": "row + kh, column"},
        "The pixel that won lies kh rows and kw columns from the start of its window.",
    ),
    (
        "rows and columns of the tap are exchanged",
        {"row + kh, column + kw": "row + kw, column + kh"},
        "kh, kw = divmod(winner, KW).",
    ),
    (
        "only positive gradients go back",
        {"+= dy[n, c, oh, ow]": "+= max(0, dy[n, c, oh, ow])"},
        "There is no gate here: whoever won gets the gradient, whatever its sign.",
    ),
)
LIES = "A pixel can lie in several windows: its shares add up, with +=."
EQUAL = "A mean over KH * KW pixels has the slope 1 / (KH * KW) by each of them."
AVG_POOL = mistakes(
    reference.avg_pool2d_backward,
    ("the gradient is not divided", {" / (KH * KW)": ""}, EQUAL),
    ("the gradient is divided by the rows of the window", {"(KH * KW)": "KH"}, EQUAL),
    ("the gradient is divided by the columns of the window", {"(KH * KW)": "KW"}, EQUAL),
    ("the gradient is divided by the square of the stride", {"(KH * KW)": "stride**2"}, EQUAL),
    (
        "the gradient is divided by the pixels of the image",
        {"(KH * KW)": "(shape[2] * shape[3])"},
        EQUAL,
    ),
    (
        "each gradient is repeated, as if windows lay side by side and covered all",
        {"return cut": "return np.repeat(np.repeat(dy, KH, axis=2), KW, axis=3) / (KH * KW)  # "},
        "np.repeat knows nothing of the stride: windows may overlap, or leave pixels over.",
    ),
    ("windows that overlap overwrite each other", {"+=": "="}, LIES),
    (
        "only the first pixel of a window gets its share",
        {"row : row + KH, column : column + KW": "row, column"},
        EQUAL,
    ),
    (
        "the gradient is divided by the pixels of the output",
        {"(KH * KW)": "(dy.shape[2] * dy.shape[3])"},
        EQUAL,
    ),
    (
        "the last row and the last column of windows are left out",
        {"(dy.shape)": "(*dy.shape[:2], dy.shape[2] - 1, dy.shape[3] - 1)"},
        "range(OH) ends before OH by itself.",
    ),
    (
        "the window is as large as the stride",
        {"row : row + KH, column : column + KW": "row : row + stride, column : column + stride"},
        "It starts at oh * stride, and ends KH rows below: oh * stride + KH.",
    ),
    (
        "windows are one row and one column too large",
        {"row : row + KH, column : column + KW": "row : row + KH + 1, column : column + KW + 1"},
        "The slice row : row + KH holds KH rows: its end does not belong to it.",
    ),
    ("the division is rounded down", {" / (KH * KW)": " // (KH * KW)"}, EQUAL),
    (
        "shares are averaged where windows overlap",
        {
            "return cut": "seen = np.zeros(dx.shape)\n    for oh, ow in np.ndindex(dy.shape[2:]):\n"
            "        row, column = oh * stride, ow * stride\n"
            "        seen[:, :, row : row + KH, column : column + KW] += 1\n"
            "    dx /= np.maximum(seen, 1)\n    return cut"
        },
        f"{LIES} Nothing else is divided.",
    ),
    ("windows start one pixel apart", {"oh * stride, ow * stride": "oh, ow"}, STRIDE),
    (
        "windows lie side by side, whatever the stride",
        {"oh * stride, ow * stride": "oh * KH, ow * KW"},
        STRIDE,
    ),
)

# ---------------------------------------------------------------------- comparing


def relative_error(a, b, floor=1e-8):
    unit = np.maximum(np.abs(a), np.abs(b))
    return float((np.abs(a - b) / np.maximum(unit, floor)).max())


UNIT = "The unit is the larger of |a| and |b|, entry by entry: then a and b may change places."
FLOOR = "Where both are almost 0, divide by floor: np.maximum(..., floor)."
LARGER = "np.maximum(np.abs(a), np.abs(b))"
ERROR = mistakes(
    relative_error,
    ("the difference is not divided by anything", {LARGER: "1"}, UNIT),
    ("the difference is divided by |a| alone", {LARGER: "np.abs(a)"}, UNIT),
    (
        "the difference is divided by the mean of |a| and |b|",
        {LARGER: "(np.abs(a) + np.abs(b)) / 2"},
        UNIT,
    ),
    ("the difference is divided by |a| + |b|", {LARGER: "np.abs(a) + np.abs(b)"}, UNIT),
    (
        "the largest difference is divided by the largest number",
        {
            "(np.abs(a - b) / np.maximum(unit, floor)).max()": "np.abs(a - b).max()"
            " / max(unit.max(), floor)"
        },
        f"Divide first, then take the largest. {UNIT}",
    ),
    (
        "two norms are divided",
        {
            "(np.abs(a - b) / np.maximum(unit, floor)).max()": "np.sqrt(((a - b) ** 2).sum())"
            " / max(np.sqrt((a**2).sum()), np.sqrt((b**2).sum()), floor)"
        },
        f"One wrong entry of a million hides in a norm. {UNIT}",
    ),
    (
        "the unit is the larger number, signs and all",
        {LARGER: "np.maximum(a, b)"},
        UNIT,
    ),
    (
        "the floor is added",
        {"np.maximum(unit, floor)": "(unit + floor)"},
        FLOOR,
    ),
    (
        "an error for every entry is returned",
        {"float((": "((", ".max())": ")"},
        "The largest of them.",
    ),
    (
        "the floor is taken for a ceiling",
        {"np.maximum(unit, floor)": "np.minimum(unit, floor)"},
        "Divide by floor if that is larger: np.maximum.",
    ),
    (
        "below the floor there is no error at all",
        {"(unit, floor)).max())": "(unit, floor)).max() * (unit.max() >= floor))"},
        FLOOR,
    ),
    (
        "below the floor there is no error at all",
        {
            "float((np.abs(a - b) / np.maximum(unit, floor)).max())": (
                "float((np.abs(a - b) / np.where(unit == 0, 1, unit)).max())"
                " * (unit.max() >= floor)"
            )
        },
        FLOOR,
    ),
    ("the floor is forgotten", {"np.maximum(unit, floor)": "unit"}, FLOOR),
    (
        "the floor that is handed over is not used",
        {"(unit, floor)": "(unit, 1e-8)"},
        "floor is an argument: 1e-8 is only its default.",
    ),
    ("the least is taken and not the largest", {".max()": ".min()"}, "One wrong entry is enough."),
    (
        "differences are squared",
        {"np.abs(a - b)": "(a - b) ** 2"},
        "Take the size of the difference.",
    ),
    ("the mean is taken and not the largest", {".max()": ".mean()"}, "One wrong entry is enough."),
    ("the sum is taken and not the largest", {".max()": ".sum()"}, "One wrong entry is enough."),
    (
        "differences keep their sign",
        {"np.abs(a - b)": "(a - b)"},
        "Take the size of the difference.",
    ),
    ("the difference is divided by |b| alone", {LARGER: "np.abs(b)"}, UNIT),
    ("the unit is the smaller of the two", {LARGER: "np.minimum(np.abs(a), np.abs(b))"}, UNIT),
    (
        "sizes are compared, without their signs",
        {"np.abs(a - b)": "np.abs(np.abs(a) - np.abs(b))"},
        "1 and -1 differ by 2.",
    ),
    (
        "an error for every row is returned",
        {"float((": "((", ".max())": ".max(axis=-1))"},
        "The largest of all.",
    ),
)


def gradient_errors(layer, x, dy):
    layer.forward(x)
    found, errors = {"x": layer.backward(dy), **layer.grads}, {}
    for name, array in {"x": x, **layer.params}.items():
        slopes = numerical_gradient(lambda _: (layer.forward(x) * dy).sum(), array, 1e-6)
        errors[name] = relative_error(found[name], slopes)
    return errors


ERRORS = mistakes(
    gradient_errors,
    (
        "backward comes without a forward before it",
        {"    layer.forward(x)\n": ""},
        "backward needs what forward remembers of this x.",
    ),
    (
        "gradients are read before backward has made them",
        {'"x": layer.backward(dy), **layer.grads}': '**layer.grads, "x": layer.backward(dy)}'},
        "Until then layer.grads holds those of another batch.",
    ),
    (
        "the loss leaves dy out",
        {"(layer.forward(x) * dy)": "layer.forward(x)"},
        "backward(dy) belongs to the loss (y * dy).sum(): nudge that one.",
    ),
    (
        "ones are sent back and not dy",
        {"backward(dy)": "backward(np.ones_like(dy))"},
        "layer.backward(dy)",
    ),
    (
        "the parameters stand where their gradients belong",
        {"**layer.grads}": "**layer.params}"},
        "After backward the gradients are in layer.grads.",
    ),
    (
        "the loss is squared",
        {"(layer.forward(x) * dy)": "((layer.forward(x) * dy) ** 2)"},
        "backward(dy) belongs to the loss (y * dy).sum(): nudge that one.",
    ),
    *(
        (
            "the loss is a squared difference",
            {"(layer.forward(x) * dy)": f"((layer.forward(x) - dy) ** 2{half})"},
            "dy is no target. backward(dy) belongs to the loss (y * dy).sum(): nudge that one.",
        )
        for half in ("", " / 2")
    ),
    (
        "the largest error stands under every name",
        {"return errors": "return dict.fromkeys(errors, max(errors.values()))"},
        "Compare each gradient with its own slopes.",
    ),
    (
        "the loss is a mean",
        {"dy).sum()": "dy).mean()"},
        "backward(dy) belongs to the loss (y * dy).sum(): nudge that one.",
    ),
    (
        "only the first image is used",
        {"    layer.forward(x)\n": "    x, dy = x[:1], dy[:1]\n    layer.forward(x)\n"},
        "What goes wrong with a sum over images shows with several.",
    ),
    (
        "True and False are returned and not the errors",
        {"relative_error(found[name], slopes)": "relative_error(found[name], slopes) > 1e-6"},
        "Whether an error is large is for the reader of the dict to say.",
    ),
    (
        "the gradients of the parameters are compared with themselves",
        {"(found[name], slopes)": '(found[name], slopes if name == "x" else found[name])'},
        "Compare each with numerical_gradient of the loss with respect to layer.params[name].",
    ),
    (
        "the errors are not relative",
        {"relative_error(found[name], slopes)": "np.abs(found[name] - slopes).max()"},
        "Use your relative_error.",
    ),
    (
        "the layer does not feel the nudges, so that all slopes seem to be 0",
        {"array, 1e-6": "array.copy(), 1e-6"},
        "numerical_gradient has to nudge x or layer.params[...] itself, and not a copy of it.",
    ),
    (
        "the layer does not feel the nudges of x",
        {"array, 1e-6": 'array.copy() if name == "x" else array, 1e-6'},
        "numerical_gradient has to nudge the x that forward gets, and not a copy of it.",
    ),
    (
        "the layer does not feel the nudges of its parameters",
        {"array, 1e-6": 'array if name == "x" else array.copy(), 1e-6'},
        "numerical_gradient has to nudge layer.params[...] itself, and not a copy of it.",
    ),
    (
        "every error is 1, for all slopes are far too large",
        {"relative_error(found[name], slopes)": "relative_error(found[name], slopes + 1e9)"},
        "Do both losses of a slope hold dy, and is their difference divided by 2 eps?",
    ),
    (
        "the mean of the differences is taken",
        {"relative_error(found[name], slopes)": "np.abs(found[name] - slopes).mean()"},
        "Use your relative_error.",
    ),
    (
        "all errors are 0, as if each gradient were compared with itself",
        {"relative_error(found[name], slopes)": "0.0"},
        "Compare what backward gives with what numerical_gradient measures.",
    ),
)
