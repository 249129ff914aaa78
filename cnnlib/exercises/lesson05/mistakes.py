"""The mistakes that exercise 05 knows. Write your answers before you look.

Each is a change of the right version, which stands here.
"""

import math

import numpy as np

from cnnlib import reference
from cnnlib.exercises.engine.mistakes import mistakes
from cnnlib.exercises.lesson02.mistakes import max_pool
from cnnlib.exercises.lesson04 import mistakes as lesson04
from cnnlib.exercises.lesson04.mistakes import ONCE, cross_entropy, max_pool_backward
from cnnlib.layers.base import Layer
from cnnlib.losses import softmax  # noqa: F401, which mistakes use


def made(known, name):
    """Return the wrong version that a mistake is recognised by."""
    return next(mistake.function for mistake in known if mistake.name == name)


# ---------------------------------------------------------------------- by hand


def first_loss(*p):
    losses = -np.log(np.array(p))
    return float(losses.mean())


NATURAL = "The loss is the natural logarithm: np.log, math.log."
FIRST_LOSS = mistakes(
    first_loss,
    ("the logarithm is that of base 10", {"np.log": "np.log10"}, NATURAL),
    ("the logarithm is that of base 2", {"np.log": "np.log2"}, NATURAL),
    ("the minus sign is missing", {"-np.log": "np.log"}, "L = -log p, and log p is below 0."),
    ("the losses are added and not averaged", {"mean": "sum"}, "L is a mean over images."),
    (
        "the logarithm of the mean probability is taken",
        {"np.array(p)": "np.mean(p, keepdims=True)"},
        "First a loss for each image, then the mean.",
    ),
    (
        "the probability is given, and not its loss",
        {"-np.log(np.array(p))": "np.array(p)"},
        "The loss of an image is -log p.",
    ),
    (
        "1 - p is used and not p",
        {"np.array(p)": "1 - np.array(p)"},
        "p is the probability of the right class.",
    ),
    (
        "1 - p is given",
        {"-np.log(np.array(p))": "1 - np.array(p)"},
        "The loss of an image is -log p.",
    ),
    (
        "only the last image is looked at",
        {"np.array(p)": "np.array(p[-1:])"},
        "L is a mean over all images.",
    ),
    (
        "only the first image is looked at",
        {"np.array(p)": "np.array(p[:1])"},
        "L is a mean over all images.",
    ),
    (
        "1 / p is given",
        {"-np.log(np.array(p))": "1 / np.array(p)"},
        "The loss of an image: -log p.",
    ),
    (
        "the square of 1 - p is given",
        {"-np.log(np.array(p))": "(1 - np.array(p)) ** 2"},
        "The loss of an image is -log p.",
    ),
    (
        "-p log p is given, as in an entropy",
        {"-np.log(np.array(p))": "-np.array(p) * np.log(np.array(p))"},
        "The loss of an image is -log p: its class is certain.",
    ),
    (
        "the loss is added up over as many classes",
        {"np.log(np.array(p))": "np.log(np.array(p)) / np.array(p)"},
        "Only the right class counts.",
    ),
)

# ---------------------------------------------------------------------- layers

FIRST = "forward has to keep its input anew each time: self.x = x."
ADDS = "backward sets self.grads anew each time; nothing is left of the step before."
KEPT = (
    "the input of the first call is kept for ever",
    {"self.x = x": 'self.x = vars(self).setdefault("first", x)'},
    FIRST,
)


SHARED = (
    "what is kept belongs to the class, and all layers of it share that",
    {"self.x = x": "type(self).x = x"},
    "self.x belongs to one layer, a name of the class to all.",
)


class ReLU(Layer):
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * (self.x > 0)


RELU = mistakes(
    ReLU,
    (
        "the mask is inverted: what was kept is stopped, and what was cut off passes",
        {"self.x > 0": "self.x <= 0"},
        "Where is the slope 1?",
    ),
    (
        "the gradient passes where x is 0, too",
        {"self.x > 0": "self.x >= 0"},
        "Where is the slope 1?",
    ),
    (
        "the gradient passes everywhere",
        {" * (self.x > 0)": ""},
        "Where is the slope 0? (y >= 0 is true for all.)",
    ),
    (
        "the slope alone is returned, without dy",
        {"dy * (self.x > 0)": "np.ones_like(dy) * (self.x > 0)"},
        "What arrives, times the slope.",
    ),
    ("the mask is made from dy", {"self.x > 0": "dy > 0"}, "The gate is where x was above 0."),
    (
        "dy is multiplied by y and not by its slope",
        {"(self.x > 0)": "np.maximum(self.x, 0)"},
        "The slope is 1 where x is above 0, else 0.",
    ),
    (
        "a hundredth of what is below 0 passes, as in a leaky ReLU",
        {"(x, 0)": "(x, 0.01 * x)", "(self.x > 0)": "np.where(self.x > 0, 1, 0.01)"},
        "Here nothing passes: neither x nor its gradient.",
    ),
    (
        "what is below 0 goes through, and not what is above",
        {"np.maximum": "np.minimum"},
        "The larger of x and 0.",
    ),
    (
        "the gradient passes where x is below 0",
        {"self.x > 0": "self.x < 0"},
        "Where is the slope 1?",
    ),
    ("dy is multiplied by x", {"(self.x > 0)": "self.x"}, "The slope is 1 where x is above 0."),
    (
        "what is above 6 is cut off",
        {"np.maximum(x, 0)": "x.clip(0, 6)", "(self.x > 0)": "((self.x > 0) & (self.x < 6))"},
        "Here it passes, however large it is.",
    ),
    KEPT,
    (
        "the mask of the first call is kept for ever",
        {
            "self.x = x": 'self.x = vars(self).setdefault("first", x)',
            "np.maximum(x, 0)": "x * (self.x > 0)",
        },
        "forward has to make the mask anew each time: self.mask = x > 0.",
    ),
    SHARED,
)


class Dense(Layer):
    def __init__(self, D, M, rng):
        super().__init__()

    def forward(self, x):
        self.x = x
        return x @ self.params["w"] + self.params["b"]

    def backward(self, dy):
        self.grads = {"w": self.x.T @ dy, "b": dy.sum(axis=0)}
        return dy @ self.params["w"].T


DENSE = mistakes(
    Dense,
    (
        "only the last image of the batch counts in dw and db",
        {"self.x.T @ dy": "self.x[-1:].T @ dy[-1:]", "dy.sum(axis=0)": "dy[-1]"},
        "Is grads set anew in a loop over the images? The gradients of all of them add up.",
    ),
    (
        "dx is made with the gradient of w, and not with w",
        {'dy @ self.params["w"].T': 'dy @ self.grads["w"].T'},
        "y = x @ w + b: by what is x multiplied?",
    ),
    (
        "dw is returned, and not dx",
        {'dy @ self.params["w"].T': 'self.grads["w"]'},
        "dw stays in self.grads; dx is what the layer before needs.",
    ),
    (
        "all gradients are divided by N",
        {"self.grads = ": "dy = dy / len(dy)\n        self.grads = "},
        ONCE,
    ),
    ("forward adds no bias", {' + self.params["b"]': ""}, "y = x @ w + b."),
    ("the bias is subtracted", {'+ self.params["b"]': '- self.params["b"]'}, "y = x @ w + b."),
    KEPT,
    SHARED,
    (
        "the output is kept and not the input",
        {"return x @": "self.x = x @", '["b"]\n': '["b"]\n        return self.x\n'},
        "dw needs what came in.",
    ),
    (
        "db is not summed over the images",
        {"dy.sum(axis=0)": "dy"},
        "Each output has one bias: sum over the images, axis 0.",
    ),
    ("db is summed along the wrong axis", {"dy.sum(axis=0)": "dy.sum(axis=1)"}, "Over the images."),
    (
        "all of db is one sum",
        {"dy.sum(axis=0)": "np.full(dy.shape[1], dy.sum())"},
        "Each output has a bias of its own: sum over the images, axis 0.",
    ),
    (
        "gradients add up from step to step",
        {
            '"w": ': '"w": self.grads.get("w", 0) + ',
            '"b": ': '"b": self.grads.get("b", 0) + ',
        },
        ADDS,
    ),
    (
        "w is reshaped in dx and not transposed",
        {'self.params["w"].T': 'self.params["w"].reshape(self.params["w"].shape[::-1])'},
        "reshape moves no number: w.T.",
    ),
    (
        "a ReLU is built in",
        {
            "return x @": "self.y = x @",
            '["b"]\n': '["b"]\n        return np.maximum(self.y, 0)\n',
            "self.grads = ": "dy = dy * (self.y > 0)\n        self.grads = ",
        },
        "That is the work of the layer after it.",
    ),
    ("dw is divided by N", {"x.T @ dy": "x.T @ dy / len(dy)"}, ONCE),
    ("db is a mean and not a sum", {"dy.sum": "dy.mean"}, ONCE),
    ("dx is divided by N", {'self.params["w"].T': 'self.params["w"].T / len(dy)'}, ONCE),
)


class Conv(Layer):
    def __init__(self, C, F, K, rng):
        super().__init__()

    def forward(self, x):
        self.x = x
        return reference.conv2d(x, self.params["w"], self.params["b"])

    def backward(self, dy):
        dx, dw, db = reference.conv2d_backward(dy, self.x, self.params["w"])
        self.grads = {"w": dw, "b": db}
        return dx


BACKWARD = "dx, dw, db ="
DY = "dy = {}.reshape(F, OH, OW, N).transpose(3, 0, 1, 2)"
COLUMNS = "The columns of the patches have the axes OH, OW, N: first dy.transpose(1, 2, 3, 0)."
overwriting = made(lesson04.CONV, "in dx each patch overwrites what came before")
CONV = mistakes(
    Conv,
    (
        "y has its rows and columns exchanged",
        {'self.params["b"])\n': 'self.params["b"]).swapaxes(2, 3)\n'},
        "W @ cols has the axes F, OH, OW, N: reshape to these, then transpose(3, 0, 1, 2).",
    ),
    (
        "dy is laid flat with its rows and columns exchanged",
        {
            BACKWARD: "N, F, OH, OW = dy.shape\n"
            f"        {DY.format('dy.transpose(1, 3, 2, 0)')}\n        {BACKWARD}"
        },
        COLUMNS,
    ),
    (
        "forward adds no bias",
        {'self.params["b"])': '0 * self.params["b"])'},
        "b[f] belongs to row f of W @ cols.",
    ),
    (
        "y is reshaped with its axes in the wrong order",
        {
            "return reference.conv2d": "y = reference.conv2d",
            "\n\n    def backward": "\n        axes = y.transpose(1, 2, 3, 0)"
            "\n        return np.ascontiguousarray(axes).reshape(y.shape)\n\n    def backward",
        },
        "W @ cols has the axes F, OH, OW, N: reshape to these, then transpose(3, 0, 1, 2).",
    ),
    (
        "y is reshaped as if the images came before the places",
        {
            "return reference.conv2d": "y = reference.conv2d",
            "\n\n    def backward": "\n        N, F, OH, OW = y.shape"
            "\n        rows = y.transpose(1, 2, 3, 0).reshape(F, N, OH, OW)"
            "\n        return rows.transpose(1, 0, 2, 3)\n\n    def backward",
        },
        "W @ cols has the axes F, OH, OW, N: reshape to these, then transpose(3, 0, 1, 2).",
    ),
    (
        "dy is reshaped without a transpose",
        {BACKWARD: f"N, F, OH, OW = dy.shape\n        {DY.format('dy')}\n        {BACKWARD}"},
        COLUMNS,
    ),
    (
        "dy is reshaped without a transpose, for dx and dw",
        {
            BACKWARD: "N, F, OH, OW = dy.shape\n        right = dy.sum(axis=(0, 2, 3))\n"
            f"        {DY.format('dy')}\n        {BACKWARD}",
            '"b": db': '"b": right',
        },
        COLUMNS,
    ),
    (
        "dy is reshaped as if the images came before the places",
        {
            BACKWARD: "N, F, OH, OW = dy.shape\n"
            f"        {DY.format('dy.transpose(1, 0, 2, 3)')}\n        {BACKWARD}"
        },
        COLUMNS,
    ),
    KEPT,
    SHARED,
    (
        "gradients add up from step to step",
        {
            '"w": dw': '"w": self.grads.get("w", 0) + dw',
            '"b": db': '"b": self.grads.get("b", 0) + db',
        },
        ADDS,
    ),
    ("all gradients are divided by N", {BACKWARD: f"dy = dy / len(dy)\n        {BACKWARD}"}, ONCE),
    ("dw is averaged over the images", {'"w": dw': '"w": dw / len(dy)'}, ONCE),
    ("db is a mean and not a sum", {'"b": db': '"b": dy.mean(axis=(0, 2, 3))'}, ONCE),
    ("db is averaged over the images", {'"b": db': '"b": db / len(dy)'}, ONCE),
    (
        "w is reshaped in dx and not transposed",
        {
            "return dx": 'w = self.params["w"]\n'
            "        mixed = w.reshape(-1, len(w)).T.reshape(w.shape)\n"
            "        return reference.conv2d_backward(dy, self.x, mixed)[0]"
        },
        "reshape moves no number: w.reshape(F, -1).T.",
    ),
    (
        "the kernel is flipped, on both ways",
        {
            '(x, self.params["w"], ': '(x, self.params["w"][:, :, ::-1, ::-1], ',
            '.x, self.params["w"])': '.x, self.params["w"][:, :, ::-1, ::-1])',
            '"w": dw': '"w": dw[:, :, ::-1, ::-1]',
        },
        "W @ cols slides the kernel as it is.",
    ),
    (
        "dx is made with the gradient of w, and not with w",
        {"return dx": "return reference.conv2d_backward(dy, self.x, dw)[0]"},
        "dx: w.reshape(F, -1).T meets dy, then col2im.",
    ),
    (
        "in dx each patch overwrites what came before",
        {"return dx": 'return overwriting(dy, self.x, self.params["w"])[0]'},
        "Add, as in col2im.",
    ),
    (
        "in dx each tap overwrites those before it",
        {
            "return dx": "w = self.params['w']\n"
            "        for i, j in np.ndindex(w.shape[2:]):\n"
            "            part = np.tensordot(dy, w[:, :, i, j], (1, 0)).transpose(0, 3, 1, 2)\n"
            "            dx[:, :, i : i + dy.shape[2], j : j + dy.shape[3]] = part\n"
            "        return dx"
        },
        "A pixel gets a share from every tap that has met it: add.",
    ),
    (
        "the kernel is flipped in forward",
        {'self.params["w"], self.params': 'self.params["w"][:, :, ::-1, ::-1], self.params'},
        "W @ cols slides the kernel as it is.",
    ),
    (
        "the kernel is flipped in dx",
        {
            "return dx": 'flipped = self.params["w"][:, :, ::-1, ::-1]'
            "\n        return reference.conv2d_backward(dy, self.x, flipped)[0]"
        },
        "A pixel gets dy times the very tap that it met. Where a kernel slides over padded dy, that"
        " takes a flip; where taps are added to their pixels, as col2im does, it takes none.",
    ),
)


def _in_windows(x):
    """Put each four neighbours of a row into a window of 2 by 2."""
    N, C, H, W = x.shape
    return x.reshape(N, C, H // 2, W // 2, 2, 2).swapaxes(3, 4).reshape(x.shape)


def _in_rows(x):
    """Put the four pixels of each window beside one another; undoes :func:`_in_windows`."""
    N, C, H, W = x.shape
    return x.reshape(N, C, H // 2, 2, W // 2, 2).swapaxes(3, 4).reshape(x.shape)


AXES = "reshape to (N, C, H // 2, 2, W // 2, 2) first: a window's pixels lie along axes 3 and 5."


class MaxPool(Layer):
    def forward(self, x):
        self.x = x
        y, self.winner = max_pool(x, (2, 2), 2)
        return y

    def backward(self, dy):
        return max_pool_backward(dy, self.x, self.winner, (2, 2), 2)


to_ties = made(lesson04.MAX_POOL, "the gradient goes to every tie")
to_last = made(lesson04.MAX_POOL, "the last of equals gets the gradient")
to_share = made(lesson04.MAX_POOL, "the gradient is shared among ties")
to_all = made(lesson04.MAX_POOL, "every pixel of the window gets the gradient")
POOL = mistakes(
    MaxPool,
    (
        "the winner gets 1, and not what arrives in dy",
        {"max_pool_backward(dy, ": "max_pool_backward(np.ones_like(dy), "},
        "The slope is 1 there: times dy.",
    ),
    (
        "the winner gets its own number, and not what arrives in dy",
        {"max_pool_backward(dy, ": "max_pool_backward(max_pool(self.x, (2, 2), 2)[0], "},
        "Its number has gone forward; on the way back it gets dy.",
    ),
    (
        "the gradient goes to every tie",
        {"max_pool_backward": "to_ties"},
        "Of equals, the first one alone.",
    ),
    (
        "the gradient is shared among ties",
        {"max_pool_backward": "to_share"},
        "Of equals, the first one alone.",
    ),
    (
        "four neighbours of a row are taken for a window",
        {
            "self.x = x": "self.x = x = _in_windows(x)",
            "max_pool_backward(dy, self.x, self.winner, (2, 2), 2)": (
                "_in_rows(max_pool_backward(dy, self.x, self.winner, (2, 2), 2))"
            ),
        },
        AXES,
    ),
    (
        "in dx the four pixels of a window lie beside one another",
        {
            "max_pool_backward(dy, self.x, self.winner, (2, 2), 2)": (
                "_in_rows(max_pool_backward(dy, self.x, self.winner, (2, 2), 2))"
            )
        },
        "The last reshape wants the axes (N, C, H // 2, 2, W // 2, 2): transpose before it.",
    ),
    (
        "four neighbours of a row are taken for a window in forward",
        {"self.x = x": "self.x = x = _in_windows(x)"},
        AXES,
    ),
    (
        "the mean of the window is taken",
        {
            "return y": "return sum(x[:, :, k // 2 :: 2, k % 2 :: 2] for k in range(4)) / 4",
            "max_pool_backward(dy,": "to_all(dy / 4,",
        },
        "The largest of its four pixels.",
    ),
    (
        "the mean of the window is taken, and what is not below it gets the gradient",
        {
            "return y": "self.mean = sum(x[:, :, k // 2 :: 2, k % 2 :: 2] for k in range(4)) / 4"
            "\n        return self.mean",
            "return max_pool_backward(dy, self.x, self.winner, (2, 2), 2)": (
                "m, dy = (a.repeat(2, axis=2).repeat(2, axis=3) for a in (self.mean, dy))"
                "\n        return np.where(self.x >= m, dy, 0)"
            ),
        },
        "The largest of its four pixels goes forward, and gets the gradient alone.",
    ),
    (
        "windows overlap, for they move by 1, and the gradient goes to the first pixel of each",
        {
            "y, self.winner = max_pool(x, (2, 2), 2)": "y, _ = max_pool(x, (2, 2), 1)",
            "return max_pool_backward(dy, self.x, self.winner, (2, 2), 2)": (
                "dx = np.zeros_like(self.x)\n        dx[:, :, :-1, :-1] = dy\n        return dx"
            ),
        },
        "In steps of 2 no pixel is in two windows; the gradient goes to the largest.",
    ),
    (
        "the search starts at 0, so that a window of negative numbers has no winner",
        {"max_pool(x,": "max_pool(np.maximum(x, 0),"},
        "Start with the first tap, and not with zeros.",
    ),
    (
        SHARED[0],
        {
            "y, self.winner": "y, type(self).winner",
            "self.winner, (2, 2)": "np.broadcast_to(self.winner, dy.shape), (2, 2)",
        },
        SHARED[2],
    ),
    (
        "the last of equals gets the gradient",
        {"max_pool_backward": "to_last"},
        "Of equals, the first one.",
    ),
    (
        "of equals, the first of the left column gets the gradient",
        {
            "max_pool(x,": "max_pool(x.swapaxes(2, 3),",
            "return y": "return y.swapaxes(2, 3)",
            "backward(dy, self.x,": "backward(dy.swapaxes(2, 3), self.x.swapaxes(2, 3),",
            "self.winner, (2, 2), 2)": "self.winner, (2, 2), 2).swapaxes(2, 3)",
        },
        "The first one row by row, as argmax finds it.",
    ),
    (
        "dy is multiplied by the maximum",
        {"return y": "self.y = y\n        return y", "_backward(dy,": "_backward(dy * self.y,"},
        "The winner gets dy as it is.",
    ),
    (
        "each of the four pixels gets a quarter of the gradient",
        {"max_pool_backward(dy,": "to_all(dy / 4,"},
        "That is the mean's way back: to the winner alone.",
    ),
    (
        "the smallest of a window is taken",
        {"max_pool(x,": "max_pool(-x,", "return y": "return -y"},
        "The largest of its four pixels.",
    ),
    (
        "the gradient goes to all four pixels",
        {"max_pool_backward": "to_all"},
        "To the winner alone.",
    ),
    (
        "the winners of the first call are kept for ever",
        {
            "y, self.winner =": "y, winner =",
            "return y": 'self.winner = vars(self).setdefault("winner", winner)\n        return y',
            "self.winner, (2, 2)": "np.broadcast_to(self.winner, dy.shape), (2, 2)",
        },
        FIRST,
    ),
    (
        "the search starts at 0, so that negative numbers never win",
        {"return y": "return np.maximum(y, 0)"},
        "Start with the first tap, and not with zeros.",
    ),
)

# ---------------------------------------------------------------------- rules


def sgd_step(params, grads, rate):
    for name, p in params.items():
        p -= rate * grads[name]


DOWN = "Against the gradient: the loss grows along it."
STILL = "the parameters stay as they were: a copy is changed, or nothing at all"
PLACE = "p = p - ... makes a new array, and the network keeps the old one. p -= ... changes it."
SGD = mistakes(
    sgd_step,
    (
        "the parameter becomes the step, and loses what it was",
        {"p -= rate": "p[...] = -rate"},
        "The step is added to what p was: p -= ...",
    ),
    ("the step goes uphill", {"p -=": "p +="}, DOWN),
    (STILL, {"p -=": "p = p -"}, f"{PLACE} And is it run? map alone calls nothing."),
    (
        "the entry of the dict is replaced, and the network keeps the old array",
        {"p -=": "params[name] = p -"},
        PLACE,
    ),
    (
        "only the first parameter is changed",
        {"params.items()": "list(params.items())[:1]"},
        "Loop over all names.",
    ),
    (
        "weights are changed and biases are not",
        {"grads[name]": 'grads[name] * name.endswith("w")'},
        "Loop over all names, whatever they are.",
    ),
    (
        "parameters and gradients are paired by their order, and not by name",
        {
            "name, p in params.items()": "p, g in zip(params.values(), grads.values())",
            "grads[name]": "g",
        },
        "The two dicts need not have one order: grads[name].",
    ),
    (
        "only the sign of the gradient is used",
        {"grads[name]": "np.sign(grads[name])"},
        "p -= rate * g.",
    ),
    (
        "the mean of the gradient is used for all numbers",
        {"grads[name]": "grads[name].mean()"},
        "Every number has a slope of its own: p -= rate * g.",
    ),
    ("it is divided by the rate", {"rate * grads[name]": "grads[name] / rate"}, "p -= rate * g."),
    (
        "the gradient is brought to length 1",
        {"grads[name]": "grads[name] / np.linalg.norm(grads[name])"},
        "p -= rate * g: where it is steep, the step is long.",
    ),
    (
        "the step is multiplied by p",
        {"rate * grads[name]": "rate * grads[name] * p"},
        "p -= rate * g.",
    ),
    (
        "the gradient is divided by its length",
        {"grads[name]": "grads[name] / len(grads[name])"},
        "The loss was a mean over the batch already: p -= rate * g.",
    ),
)


class Momentum:
    def __init__(self, rate, momentum=0.9):
        self.rate, self.momentum, self.velocity = rate, momentum, {}

    def step(self, params, grads):
        for name, p in params.items():
            before = self.velocity.get(name, 0 * p)
            v = self.momentum * before + grads[name]
            self.velocity[name] = v
            p -= self.rate * v


ROLL = "v = momentum * v + g, then p -= rate * v."
ALONE = [
    (
        "one parameter alone is changed",
        {"params.items()": f"list(params.items())[{part}]"},
        "Loop over all names, and let no return stand inside the loop.",
    )
    for part in (":1", "-1:")
]
MOMENTUM = mistakes(
    Momentum,
    *ALONE,
    (
        "the velocity begins with the first gradient, which then counts twice",
        {"0 * p": "grads[name]"},
        "It begins with zeros: the first step is rate * g long.",
    ),
    ("the step goes uphill", {"p -=": "p +="}, f"{ROLL} {DOWN}"),
    ("the velocity is forgotten after each step", {"self.momentum * before + ": ""}, ROLL),
    (
        "the gradient is multiplied by the momentum, and not the velocity",
        {"self.momentum * before + grads[name]": "before + self.momentum * grads[name]"},
        ROLL,
    ),
    (
        "the gradient has the factor 1 - momentum",
        {"grads[name]": "(1 - self.momentum) * grads[name]"},
        ROLL,
    ),
    (
        "the rate stands inside the velocity",
        {"grads[name]": "self.rate * grads[name]", "self.rate * v": "v"},
        "Then a rate that changes on the way acts late. Keep it outside: p -= rate * v.",
    ),
    ("the rate is used twice", {"grads[name]": "self.rate * grads[name]"}, ROLL),
    (
        "the velocity of the step before is used",
        {"self.rate * v": "self.rate * before"},
        "First update v, then p.",
    ),
    (
        "the momentum is 0.9, whatever is asked for",
        {"self.momentum * before": "0.9 * before"},
        ROLL,
    ),
    (
        "the parameter itself is multiplied by the momentum, and not a velocity",
        {"p -= self.rate * v": "p[...] = self.momentum * p - self.rate * grads[name]"},
        ROLL,
    ),
    ("the velocity never decays", {"self.momentum * before": "before"}, ROLL),
    (
        "the gradient is multiplied by the momentum as well",
        {"self.momentum * before + grads[name]": "self.momentum * (before + grads[name])"},
        ROLL,
    ),
    (
        "the velocity turns around at each step",
        {"self.momentum * before": "-self.momentum * before"},
        ROLL,
    ),
    (
        "it looks ahead, as Nesterov's rule does",
        {"self.rate * v": "self.rate * (grads[name] + self.momentum * v)"},
        ROLL,
    ),
    (
        "the rate of the first step is kept",
        {"self.rate * v": 'vars(self).setdefault("first", self.rate) * v'},
        "self.rate may change between steps: read it each time.",
    ),
    (
        "all parameters share one velocity",
        {"get(name,": 'get("all",', "velocity[name]": 'velocity["all"]'},
        "Keep a velocity for every name, in a dict.",
    ),
    (
        "the velocity is kept under the id of a gradient, which is a new array at each step",
        {"get(name,": "get(id(grads[name]),", "velocity[name]": "velocity[id(grads[name])]"},
        "Keep it under the name.",
    ),
    (STILL, {"p -=": "p = p -"}, f"{PLACE} And is it run? map alone calls nothing."),
    (
        "the entry of the dict is replaced, and the network keeps the old array",
        {"p -=": "params[name] = p -"},
        PLACE,
    ),
    (
        "the first velocity is the gradient itself, and is changed at the next step",
        {
            "before = self.velocity.get(name, 0 * p)": "v = self.velocity.get(name)",
            "v = self.momentum * before + grads[name]": "if v is None:\n                "
            "v = grads[name]\n            else:\n                v *= self.momentum\n"
            "                v += grads[name]",
        },
        "The gradients are not yours to change: begin with a copy of them, or with zeros.",
    ),
)


class Adam:
    def __init__(self, rate, beta1=0.9, beta2=0.999, eps=1e-8):
        self.rate, self.beta1, self.beta2, self.eps = rate, beta1, beta2, eps
        self.t, self.m, self.v = 0, {}, {}

    def step(self, params, grads):
        self.t += 1
        one, two, t = self.beta1, self.beta2, self.t
        for name, p in params.items():
            g = grads[name]
            self.m[name] = m = one * self.m.get(name, 0 * g) + (1 - one) * g
            self.v[name] = v = two * self.v.get(name, 0 * g) + (1 - two) * g * g
            m, v = m / np.float64(1 - one**t), v / np.float64(1 - two**t)
            p -= self.rate * m / (np.sqrt(v) + self.eps)


CORRECTED = "Divide m by 1 - beta1**t and v by 1 - beta2**t, where t counts steps from 1."
STEPS = "t counts calls of step, from 1: one for all parameters together."
STORED = "{0} = {0} + ... makes a new array: change the one that is kept, or keep the new one."
MEANS = "A running mean keeps a share beta of what it was, and takes 1 - beta of what is new."
KEPT = "The next step goes on from m and v as they were before the correction."
ADAM = mistakes(
    Adam,
    *ALONE,
    (
        "the running means begin with the first gradient, and not with 0",
        {
            "self.m.get(name, 0 * g)": "self.m.get(name, g)",
            "self.v.get(name, 0 * g)": "self.v.get(name, g * g)",
        },
        "Both begin with zeros: for that the correction is made.",
    ),
    (
        "m begins with the first gradient, and not with 0",
        {"self.m.get(name, 0 * g)": "self.m.get(name, g)"},
        "It begins with zeros: for that the correction is made.",
    ),
    (
        "v begins with ones, and not with zeros",
        {"self.v.get(name, 0 * g)": "self.v.get(name, 0 * g + 1)"},
        "It begins with zeros: the correction sees to it that nobody divides by 0.",
    ),
    (
        "m is forgotten after each step",
        {"self.m[name] = m = one * self": "m = one * self"},
        STORED.format("m"),
    ),
    (
        "v is forgotten after each step",
        {"self.v[name] = v = two * self": "v = two * self"},
        STORED.format("v"),
    ),
    (
        "the means are multiplied by the correction, and not divided",
        {
            "m / np.float64(1 - one**t), v / np.float64(1 - two**t)": "m * np.float64(1 - one**t),"
            " v * np.float64(1 - two**t)"
        },
        CORRECTED,
    ),
    ("the step goes uphill", {"p -=": "p +="}, DOWN),
    (
        "v is corrected behind the root, and not under it",
        {"np.sqrt(v)": "np.sqrt(v / (1 - two**t))"},
        "First correct v, then take the root.",
    ),
    (
        "m and v are one array",
        {"= v = two * self.v.get(name, 0 * g)": "= self.m[name] = m = v = two * m"},
        "a = b = np.zeros_like(p) makes one array with two names.",
    ),
    (
        "the correction of the start is forgotten",
        {" / np.float64(1 - one**t)": "", " / np.float64(1 - two**t)": ""},
        CORRECTED,
    ),
    ("m is not corrected", {" / np.float64(1 - one**t)": ""}, CORRECTED),
    *(
        (
            "the corrections are the wrong way up",
            {
                "m / np.float64(1 - one**t), v / np.float64(1 - two**t)": (
                    "m * np.float64(1 - one**t) / np.sqrt(1 - two**t), v"
                ),
                "self.eps)": eps,
            },
            f"{CORRECTED} As one factor: sqrt(1 - beta2**t) / (1 - beta1**t).",
        )
        for eps in ("self.eps)", "self.eps * np.sqrt(1 - two**t))")
    ),
    ("v is not corrected", {" / np.float64(1 - two**t)": ""}, CORRECTED),
    ("t stays 1", {"self.beta2, self.t\n": "self.beta2, 1\n"}, STEPS),
    ("t is one too large", {"self.beta2, self.t\n": "self.beta2, self.t + 1\n"}, STEPS),
    (
        "the betas are 0.9 and 0.999, whatever is asked for",
        {"= self.beta1, self.beta2,": "= 0.9, 0.999,"},
        "self.betas.",
    ),
    ("eps is 1e-8, whatever is asked for", {"+ self.eps": "+ 1e-8"}, "self.eps."),
    ("eps is left out", {" + self.eps": ""}, "Divide by sqrt(v) + eps."),
    (
        "eps is added before v is corrected",
        {"self.eps)": "self.eps / np.sqrt(1 - two**t))"},
        "First correct v, then take the root, then add eps.",
    ),
    (
        "1 - beta is raised to t, and not beta",
        {"1 - one**t": "(1 - one) ** t", "1 - two**t": "(1 - two) ** t"},
        CORRECTED,
    ),
    (
        "m is left out, and the gradient itself is on top",
        {"self.rate * m": "self.rate * g"},
        "m is a running mean of gradients.",
    ),
    ("v is a mean of the size of g, and not of its square", {"g * g": "np.abs(g)"}, "v: g * g."),
    ("v is a mean of the square of m, and not of g", {"g * g": "m * m"}, "v: g * g."),
    (
        "the corrections pile up in the rate",
        {
            " / np.float64(1 - one**t)": "",
            " / np.float64(1 - two**t)": "",
            "        for name": "        self.rate *= np.sqrt(1 - two**t) / (1 - one**t)\n"
            "        for name",
        },
        "What is stored stays as it is: correct m and v, or a copy of the rate.",
    ),
    ("t starts from 0", {"self.beta2, self.t\n": "self.beta2, self.t - 1\n"}, STEPS),
    (
        "t is 1 in the first two steps",
        {"self.beta2, self.t\n": "self.beta2, max(self.t - 1, 1)\n"},
        STEPS,
    ),
    (
        "1 - beta * t stands where 1 - beta**t belongs",
        {"1 - one**t": "1 - one * t", "1 - two**t": "1 - two * t"},
        CORRECTED,
    ),
    ("m is divided by 1 - beta1 * t, not 1 - beta1**t", {"1 - one**t": "1 - one * t"}, CORRECTED),
    (
        "m keeps 1 - beta1 of what it was, and takes the whole gradient",
        {"one * self.m.get(name, 0 * g) + (1 - one)": "(1 - one) * self.m.get(name, 0 * g) + 1"},
        MEANS,
    ),
    ("m takes the whole gradient, without 1 - beta1", {"(1 - one) * g\n": "g\n"}, MEANS),
    ("v takes the whole square, without 1 - beta2", {"(1 - two) * g": "g"}, MEANS),
    (
        "beta1 and 1 - beta1 are exchanged in m",
        {"one * self.m.get(name, 0 * g) + (1 - one)": "(1 - one) * self.m.get(name, 0 * g) + one"},
        MEANS,
    ),
    (
        "beta2 and 1 - beta2 are exchanged in v",
        {"two * self.v.get(name, 0 * g) + (1 - two)": "(1 - two) * self.v.get(name, 0 * g) + two"},
        MEANS,
    ),
    (
        "t grows with every parameter",
        {"self.t += 1": "pass", "g = grads[name]": "g, t, self.t = grads[name], t + 1, self.t + 1"},
        STEPS,
    ),
    ("m and v are swapped", {"m, v = m /": "v, m = m /"}, "m is on top, the root of v below."),
    (
        "beta1 and beta2 are exchanged",
        {"one, two, t =": "two, one, t ="},
        "beta1 is that of m.",
    ),
    ("v is a mean of g and not of its square", {"g * g": "g"}, "v: g * g."),
    ("the root of v is missing", {"np.sqrt(v)": "v"}, "Divide by sqrt(v) + eps."),
    (
        "eps stands inside the root",
        {"(np.sqrt(v) + self.eps)": "np.sqrt(v + self.eps)"},
        "sqrt(v) + eps, not sqrt(v + eps).",
    ),
    (
        "all parameters share one memory",
        {
            "self.m[name]": 'self.m["all"]',
            "self.v[name]": 'self.v["all"]',
            "self.m.get(name,": 'self.m.get("all",',
            "self.v.get(name,": 'self.v.get("all",',
        },
        "Keep m and v for every name.",
    ),
    (
        "m and v are kept under the id of a gradient, which is a new array at each step",
        {
            "self.m[name]": "self.m[id(g)]",
            "self.v[name]": "self.v[id(g)]",
            "self.m.get(name,": "self.m.get(id(g),",
            "self.v.get(name,": "self.v.get(id(g),",
        },
        "Keep them under the name.",
    ),
    (STILL, {"p -=": "p = p -"}, f"{PLACE} And is it run? map alone calls nothing."),
    (
        "the entry of the dict is replaced, and the network keeps the old array",
        {"p -=": "params[name] = p -"},
        PLACE,
    ),
    (
        "the corrected means are kept",
        {"m, v = m / np": "self.m[name], self.v[name] = m, v = m / np"},
        KEPT,
    ),
    (
        "the corrected m is kept",
        {
            "m, v = m / np": "self.m[name] = m = m / np",
            " - one**t), v / np": " - one**t)\n            v = v / np",
        },
        KEPT,
    ),
    (
        "the corrected v is kept",
        {"            p -= self.rate": "            self.v[name] = v\n            p -= self.rate"},
        KEPT,
    ),
)

# ---------------------------------------------------------------------- the loop


def batches(x, labels, batch_size, rng):
    order = rng.permutation(len(x))
    for i in range(0, len(x), batch_size):
        pick = order[i : i + batch_size]
        yield x[pick], labels[pick]


PARTS = "range(0, len(x), batch_size)"
BY_NUMBER = "there are batch_size batches, and not batches of that size"
OF_SIZE = f"{PARTS} steps from batch to batch."
WHOLE_PARTS = "range(0, len(x) // batch_size * batch_size, batch_size)"
BATCHES = mistakes(
    batches,
    (
        "nothing is shuffled",
        {"rng.permutation": "np.arange"},
        "rng.permutation(N) holds 0 to N - 1 in random order: index x and labels with it.",
    ),
    (
        "images and labels no longer belong together",
        {"labels[pick]": "labels[i : i + batch_size]"},
        "Index both with the same part of the same order.",
    ),
    (
        "what is left over at the end is dropped",
        {PARTS: WHOLE_PARTS},
        "The last batch may be smaller. A slice beyond the end is cut by itself.",
    ),
    (
        "every epoch has the same order",
        {"rng.permutation": "np.random.default_rng(0).permutation"},
        "Use the rng that is handed over: making one anew draws the same numbers again.",
    ),
    (
        "the rng that is handed over is not used",
        {"rng.permutation": "np.random.permutation"},
        "rng.permutation(N): with the same rng a run can be repeated.",
    ),
    (
        "images are shuffled within each batch only",
        {
            "rng.permutation(len(x))": "np.concatenate("
            "[i + rng.permutation(min(batch_size, len(x) - i))"
            f" for i in {PARTS}])"
        },
        "Draw one order of all images.",
    ),
    (
        "whole batches are shuffled, and not images",
        {
            "rng.permutation(len(x))": "np.concatenate("
            "[np.arange(i, min(i + batch_size, len(x)))"
            " for i in rng.permutation(np.arange(0, len(x), batch_size))])",
            "for i in range(0, len(x), batch_size):\n        pick = order[i : i + batch_size]": (
                "for pick in np.split(order, 1 + np.flatnonzero("
                "(np.diff(order) != 1) | (order[1:] % batch_size == 0))):"
            ),
        },
        "Draw an order of all images.",
    ),
    (
        "the last batch is filled up with images again",
        {
            "(len(x))\n": "(len(x))\n    full = -(-len(x) // batch_size) * batch_size\n"
            "    order = np.resize(order, full)\n"
        },
        "The last batch may be smaller.",
    ),
    (
        "all batches are made nearly equal in size",
        {
            "for i in range(0, len(x), batch_size):\n        pick = order[i : i + batch_size]": (
                "for pick in np.array_split(order, -(-len(x) // batch_size)):"
            )
        },
        "Batches of batch_size, and what is left over in the last.",
    ),
    (
        "labels come first, and then the images",
        {"x[pick], labels[pick]": "labels[pick], x[pick]"},
        "(x_batch, labels_batch).",
    ),
    (
        BY_NUMBER,
        {
            PARTS: "[len(x) * k // batch_size for k in range(batch_size)]",
            "i + batch_size]": "i - len(x) // -batch_size]",
        },
        OF_SIZE,
    ),
    (BY_NUMBER, {PARTS: "range(0, len(x), batch_size := -(-len(x) // batch_size))"}, OF_SIZE),
    (
        "one image never comes",
        {"len(x))\n": "len(x) - 1)\n"},
        "rng.permutation(N) holds 0 to N - 1, the first image and the last.",
    ),
    (
        "one image never comes",
        {"len(x))\n": "len(x) - 1)\n", PARTS: "range(0, len(order), batch_size)"},
        "rng.permutation(N) holds 0 to N - 1, the first image and the last.",
    ),
    (
        "the first batch never comes",
        {PARTS: "range(batch_size, len(x), batch_size)"},
        "range(0, ...): the first batch begins with number 0 of the order.",
    ),
    (
        "some images come twice and others never",
        {"rng.permutation(len(x))": "rng.permutation(len(x)) // 2"},
        "Draw an order of all images, not images: rng.permutation(N).",
    ),
    (
        BY_NUMBER,
        {
            "for i in range(0, len(x), batch_size):\n        pick = order[i : i + batch_size]": (
                "for pick in np.array_split(order, batch_size):"
            )
        },
        OF_SIZE,
    ),
)


def accuracy(network, x, labels, batch_size=500):
    before, right = network.training, []
    network.training = False
    for i in range(0, len(x), batch_size):
        read = network.forward(x[i : i + batch_size]).argmax(axis=1)
        right.append(read == labels[i : i + batch_size])
    network.training = before
    return float(np.concatenate(right).mean())


ENDED = "Does the return stand below the loop, and does nothing inside end the loop early?"
ACCURACY = mistakes(
    accuracy,
    (
        "the share of wrong ones is returned",
        {"return float(": "return 1 - float("},
        "The share that is read right.",
    ),
    (
        "the mean of the batches is taken, and the last one is smaller",
        {"np.concatenate(right).mean()": "np.mean([part.mean() for part in right])"},
        "Count the right ones of all batches, and divide by N once.",
    ),
    (
        "what is left over at the end is dropped",
        {PARTS: WHOLE_PARTS},
        "The last part may be smaller.",
    ),
    (
        "what is left over at the end is dropped",
        {PARTS: WHOLE_PARTS, "np.concatenate(right).mean()": "sum(map(sum, right)) / len(x)"},
        "The last part may be smaller.",
    ),
    (
        "argmax runs over the images, and not over the classes",
        {".argmax(axis=1)": ".argmax(axis=0)"},
        "Each image has its own: .argmax(axis=1).",
    ),
    (
        "argmax runs over the images, and only its first number is used",
        {".argmax(axis=1)": ".argmax(axis=0)[:1]"},
        "Each image has its own: .argmax(axis=1).",
    ),
    (
        "it is divided by the size of the last part",
        {"np.concatenate(right).mean()": "np.concatenate(right).sum() / len(read)"},
        "Divide by the number of all images.",
    ),
    (
        "only the last part is counted",
        {"right.append(": "right.clear(), right.append("},
        "Add up the right ones of all parts.",
    ),
    (
        "the right ones are counted, not their share",
        {"(right).mean()": "(right).sum()"},
        "Divide by N.",
    ),
    ("it is given in percent", {"float(": "100 * float("}, "A share, from 0 to 1."),
    (
        "one answer is taken for all images of a part: where its highest score stands",
        {".argmax(axis=1)": ".argmax()"},
        "Each image has its own: .argmax(axis=1).",
    ),
    (
        "only what has a probability above one half counts as right",
        {
            "network.forward(x[i : i + batch_size]).argmax(axis=1)": (
                "softmax(network.forward(x[i : i + batch_size]))"
            ),
            "read == labels[i : i + batch_size]": (
                "read[np.arange(len(read)), labels[i : i + batch_size]] > 0.5"
            ),
        },
        "The class with the highest score is read, however sure the network is.",
    ),
    (
        "the lowest score counts as the answer",
        {".argmax(axis=1)": ".argmin(axis=1)"},
        "The highest score: argmax.",
    ),
    (
        "training is switched on, and not off",
        {"network.training = False": "network.training = True"},
        "network.training = False first: dropout and the like must not act.",
    ),
    (
        "training is turned around, and not switched off",
        {"network.training = False": "network.training = not before"},
        "It may be off already: network.training = False.",
    ),
    (
        "training is put back within the loop, after the first part",
        {
            "network.training = before": "pass",
            "right.append": "network.training = before\n        right.append",
        },
        "Put it back below the loop.",
    ),
    (
        "it is divided by what full batches would hold",
        {"np.concatenate(right).mean()": "np.concatenate(right).sum() / len(right) / batch_size"},
        "The last part may be smaller: divide by N.",
    ),
    (
        "only the last part is counted",
        {
            "right.append(": "right.clear(), right.append(",
            "(right).mean()": "(right).sum() / len(x)",
        },
        "Add up the right ones of all parts.",
    ),
    (
        "only the first part is looked at",
        {PARTS: "range(0, min(len(x), batch_size), batch_size)"},
        ENDED,
    ),
    (
        "the loop ends with its first part",
        {
            PARTS: "range(0, min(len(x), batch_size), batch_size)",
            "(right).mean()": "(right).sum() / len(x)",
        },
        ENDED,
    ),
    (
        "the network is measured as it is in training",
        {"network.training = False": "pass"},
        "network.training = False first: dropout and the like must not act.",
    ),
    (
        "the network is not switched back",
        {"network.training = before": "pass"},
        "Keep network.training before you change it, and put it back.",
    ),
    (
        "the network is switched to training, whatever it was before",
        {"network.training = before": "network.training = True"},
        "Keep network.training before you change it, and put that back.",
    ),
    (
        "all images go forward at once",
        {"network.training = False": "network.training, batch_size = False, len(x)"},
        "Go through them in parts of batch_size: a large set does not fit into memory at once.",
    ),
    (
        "the labels of the first part are used for all",
        {"labels[i : i + batch_size]": "labels[: len(read)]"},
        "labels[i : ...]",
    ),
    (
        "it is divided by batch_size",
        {"np.concatenate(right).mean()": "np.concatenate(right).sum() / batch_size"},
        "Divide by the number of all images.",
    ),
    (
        "the shares of the parts are added up",
        {"np.concatenate(right).mean()": "sum(part.mean() for part in right)"},
        "Count the right ones, and divide by N once.",
    ),
)


def train_epoch(network, optimizer, x, labels, batch_size, rng):
    network.training, losses = True, []
    for images, right in batches(x, labels, batch_size, rng):
        loss, dscores = cross_entropy(network.forward(images), right)
        network.backward(dscores)
        optimizer.step(network.params, network.grads)
        losses.append(loss)
    return losses


in_order = made(BATCHES, "nothing is shuffled")
without_rest = made(BATCHES, "what is left over at the end is dropped")
by_chance = made(BATCHES, "the rng that is handed over is not used")
PAIR = "dscores is the second thing that cross_entropy returns: network.backward(dscores)."
BACK, STEP = "network.backward(dscores)", "optimizer.step(network.params, network.grads)"
EPOCH = mistakes(
    train_epoch,
    (
        "the scores are sent back, and not their gradient",
        {
            "network.forward(images)": "(scores := network.forward(images))",
            BACK: "network.backward(scores)",
        },
        PAIR,
    ),
    ("nothing is shuffled", {"batches(x": "in_order(x"}, "Use your batches with the rng."),
    (
        "what is left over at the end is dropped",
        {"batches(x": "without_rest(x"},
        "Is the last batch used?",
    ),
    (
        "the step comes before backward",
        {
            f"{BACK}\n": f"{STEP}\n",
            f"        {STEP}\n        losses": f"        {BACK}\n        losses",
        },
        "Then it uses the gradients of the batch before: forward, loss, backward, step.",
    ),
    (
        "every step but the first is made with the gradients of the batch before",
        {f"{BACK}\n        {STEP}": f"losses and {STEP}\n        {BACK}"},
        "backward first, then the step: its gradients are those of this batch.",
    ),
    *(
        (
            name,
            {f"        {STEP}\n": "", "        loss, d": f"        {first}{STEP}\n        loss, d"},
            "Forward, loss, backward, step: in this order, for each batch.",
        )
        for name, first in (
            ("the step comes before the forward pass", ""),
            ("the last batch takes no step", "losses and "),
        )
    ),
    (
        "the optimizer that is handed over takes no step",
        {STEP: "pass"},
        "optimizer.step(params, grads): it remembers what went before, so make no other.",
    ),
    (
        "each batch is sent back before it goes forward",
        {
            f"        {BACK}\n": "",
            "        loss, d": "        network.backward(images)\n        loss, d",
        },
        "backward needs the gradient of the loss, and that needs the scores: forward first.",
    ),
    ("nothing is sent back", {BACK: "pass"}, "network.backward comes before the step."),
    (
        "parameters and gradients are exchanged",
        {STEP: "optimizer.step(network.grads, network.params)"},
        "optimizer.step(params, grads).",
    ),
    (
        "the gradients are those from before the loop",
        {
            "losses = True, []": "losses, grads = True, [], network.grads",
            STEP: "optimizer.step(network.params, grads)",
        },
        "backward makes new ones: network.grads after it, each time.",
    ),
    (
        "the gradients are set to 0 before the rule gets them",
        {STEP: f"[g.fill(0) for g in network.grads.values()]\n        {STEP}"},
        "backward sets them anew each time: there is nothing to set to 0.",
    ),
    (
        "each batch is used twice",
        {
            f"        {STEP}\n": f"        {STEP}\n        loss, dscores = cross_entropy("
            f"network.forward(images), right)\n        {BACK}\n        {STEP}\n"
        },
        "One step for each batch.",
    ),
    (
        "two epochs are run",
        {
            "in batches(x, labels, batch_size, rng)": "in [*batches(x, labels, batch_size, rng),"
            " *batches(x, labels, batch_size, rng)]"
        },
        "One epoch: every image once.",
    ),
    (
        "there is one step only, after the loop",
        {f"        {STEP}\n": "", "    return losses": f"    {STEP}\n    return losses"},
        "A step for each batch: inside the loop.",
    ),
    (
        "the loss is measured again after the step",
        {"losses.append(loss)": "losses.append(cross_entropy(network.forward(images), right)[0])"},
        "The loss of the forward pass that the step was made for.",
    ),
    (
        "the accuracy is kept, and not the loss",
        {"append(loss)": "append((network.forward(images).argmax(axis=1) == right).mean())"},
        "The loss is the first thing that cross_entropy returns.",
    ),
    (
        "each loss is multiplied by the size of its batch",
        {"append(loss)": "append(loss * len(images))"},
        "cross_entropy returns a mean, and that is asked for.",
    ),
    (
        "each loss is multiplied by its batch's share of all images",
        {"append(loss)": "append(loss * len(images) / len(x))"},
        "The factor is too much: the loss of each batch is asked for, a mean already.",
    ),
    (
        "running means of the losses are returned",
        {"return losses": "return np.cumsum(losses) / np.arange(1, len(losses) + 1)"},
        "The loss of each batch as it is.",
    ),
    ("the loss is sent back and not its gradient", {BACK: "network.backward(loss)"}, PAIR),
    (
        "what is sent back is divided by N once more",
        {BACK: "network.backward(dscores / len(images))"},
        "cross_entropy has divided by N already.",
    ),
    (
        "the labels are those of other images",
        {"(images), right)": "(images), np.roll(right, 1))"},
        "x and labels of one batch.",
    ),
    (
        "the whole set goes forward, and not the batch",
        {"network.forward(images), right": "network.forward(x), labels"},
        "network.forward(images): of this batch alone.",
    ),
    (
        "softmax comes before cross_entropy",
        {"network.forward(images)": "softmax(network.forward(images))"},
        "cross_entropy takes scores, and its softmax is its own.",
    ),
    (
        "the rng that is handed over is not used",
        {"batches(x": "by_chance(x"},
        "batches(x, labels, batch_size, rng).",
    ),
    (
        "the rule gets copies, so that the network never changes",
        {STEP: "optimizer.step({k: p.copy() for k, p in network.params.items()}, network.grads)"},
        "optimizer.step(network.params, network.grads): the arrays that the network holds.",
    ),
    ("the network is not in training mode", {"= True": "= False"}, "network.training = True."),
    (
        "the mean of the losses is returned",
        {"return losses": "return float(np.mean(losses))"},
        "One loss for each batch, in a list.",
    ),
    (
        "only the last loss is returned",
        {"return losses": "return losses[-1]"},
        "One loss for each batch, in a list.",
    ),
    (
        "only the last loss is in the list",
        {"return losses": "return losses[-1:]"},
        "Append inside the loop.",
    ),
    ("no loss is kept", {"losses.append(loss)": "pass"}, "losses.append(loss), for each batch."),
    (
        "the sum of the losses is returned",
        {"return losses": "return float(np.sum(losses))"},
        "One loss for each batch, in a list.",
    ),
    (
        "each batch goes forward twice",
        {"        loss, dscores =": "        network.forward(images)\n        loss, dscores ="},
        "Once is enough.",
    ),
    (
        "two steps are taken with each gradient",
        {STEP: f"{STEP}\n        {STEP}"},
        "One step for each batch.",
    ),
    (
        "what is sent back is multiplied by the size of the batch",
        {BACK: "network.backward(dscores * len(images))"},
        PAIR,
    ),
)


def cosine_rate(step, steps, rate):
    return rate * (1 + math.cos(math.pi * step / steps)) / 2


WAVE = "At step 0 the cosine is 1 and the rate is whole; at the last step it is -1, the rate 0."
COSINE = mistakes(
    cosine_rate,
    (
        "1 is not added to the cosine, so that the rate gets negative",
        {"1 + ": ""},
        WAVE,
    ),
    (
        "the cosine is divided by steps, and not what it is taken of",
        {"step / steps)) / 2": "step) / steps) / 2"},
        "step / steps goes from 0 to 1: the cosine is taken of pi times that.",
    ),
    ("the rate climbs and does not fall", {"1 + ": "1 - "}, WAVE),
    ("the sum is not halved", {" / 2": ""}, "1 + cos goes from 2 to 0."),
    ("the cosine alone is halved", {"steps)) / 2": "steps) / 2)"}, "rate times half of (1 + cos)."),
    ("pi is missing", {"math.pi * step": "step"}, "math.cos takes radians: half a wave is pi."),
    (
        "the rate stays as it is",
        {"rate * (1 + math.cos(math.pi * step / steps)) / 2": "rate"},
        WAVE,
    ),
    (
        "the brackets around 1 + cos are missing",
        {
            "rate * (1 + math.cos(": "rate / 2 * 1 + math.cos(",
            "step / steps)) / 2": "step / steps)",
        },
        "rate times half of (1 + cos).",
    ),
    (
        "step is divided by steps in whole numbers",
        {"math.pi * step / steps": "math.pi * (step // steps)"},
        "/ and not //.",
    ),
    ("3.14 stands for pi", {"math.pi": "3.14"}, "math.pi or np.pi."),
    ("the sine is taken", {"math.cos": "math.sin"}, WAVE),
    (
        "it falls along the first quarter of a cosine",
        {"(1 + math.cos(math.pi * step / steps)) / 2": "math.cos(math.pi / 2 * step / steps)"},
        WAVE,
    ),
    (
        "pi stands outside the cosine",
        {"math.cos(math.pi * step / steps)": "math.pi * math.cos(step / steps)"},
        "The cosine is taken of pi times step / steps.",
    ),
    (
        "the 1 stands inside the cosine",
        {"1 + math.cos(": "math.cos(1 + "},
        "1 is added to the cosine, and not to its angle.",
    ),
    ("it falls along a quarter of the wave", {"math.pi": "math.pi / 2"}, WAVE),
    ("it goes along a whole wave", {"math.pi": "2 * math.pi"}, WAVE),
    (
        "the angle is in degrees",
        {"math.pi": "180"},
        "math.cos takes radians: half a wave is math.pi.",
    ),
    ("the last step is steps - 1", {"/ steps": "/ (steps - 1)"}, WAVE),
    (
        "it falls along a straight line",
        {"1 + math.cos(math.pi * step / steps)": "2 - 2 * step / steps"},
        WAVE,
    ),
    (
        "1 is not added, so that the rate gets negative",
        {"1 + ": "", " / 2": ""},
        WAVE,
    ),
    *(
        (
            "step and steps are exchanged",
            {"step / steps": f"steps / {divisor}"},
            "step / steps goes from 0 to 1.",
        )
        for divisor in ("step", "max(step, 1)")
    ),
    (
        "it falls to half of the rate, and not to 0",
        {"1 + math": "3 + math", "/ 2": "/ 4"},
        WAVE,
    ),
    (
        "steps are counted from 1",
        {"step / steps": "(step + 1) / steps"},
        "The first step is number 0.",
    ),
)
