"""The mistakes that exercise 07 knows. Write your answers before you look.

Each is a change of the right version, which stands here.
"""

import math  # noqa: F401, which a mistake uses

import numpy as np

from cnnlib.exercises.engine.mistakes import Mistake, mistakes

# ---------------------------------------------------------------------- how to start


def glorot_std(shape):
    taps = np.prod(shape[2:])
    inputs, outputs = shape[:2]  # or the other way round, for filters
    return float(np.sqrt(2 / (taps * inputs + taps * outputs)))


ROOT = "The variance is what was derived; the standard deviation is its root."
TAPS = "A filter of 3 by 3 reads nine numbers of each channel."
BY_HAND = mistakes(
    glorot_std,
    ("the variance is taken and not its root", {"np.sqrt": ""}, ROOT),
    (
        "the root is taken of the 2 alone",
        {"(np.sqrt(2 /": "(np.sqrt(2) /", "outputs)))": "outputs))"},
        ROOT,
    ),
    (
        "the 2 stands in front of the root",
        {"np.sqrt(2 / (": "2 / np.sqrt(("},
        "It is the variance that is 2 / (D + M).",
    ),
    ("the taps of a filter are left out", {"np.prod(shape[2:])": "1"}, TAPS),
    (
        "the taps of a filter are left out on the way out",
        {"taps * inputs": "inputs"},
        "An input pixel goes into every place of a filter as well.",
    ),
    ("K taps are counted and not K * K", {"shape[2:]": "shape[2:3]"}, TAPS),
    ("the 2 is a 1", {"2 /": "1 /"}, "Of D and M the mean is taken: 1 / ((D + M) / 2)."),
    (
        "the 2 is a 6, which gives the end of a uniform draw",
        {"2 /": "6 /"},
        "The standard deviation of that draw is its end divided by the root of 3.",
    ),
    (
        "the sizes are multiplied and not added",
        {"taps * inputs + taps": "taps * inputs * taps"},
        "2 / (D + M).",
    ),
    (
        "all weights are counted",
        {"taps * inputs + taps * outputs": "np.prod(shape)"},
        "2 / (D + M).",
    ),
    (
        "only the outputs are counted",
        {"taps * inputs + taps * outputs": "taps * (outputs if len(shape) == 2 else inputs)"},
        "Glorot counts both sides.",
    ),
)


def he_std(shape):
    D = shape[0] if len(shape) == 2 else np.prod(shape[1:])
    return float(np.sqrt(2 / D))


ORDER = "Dense weights are (D, M), inputs first; filters are (F, C, KH, KW), outputs first."
HE = mistakes(
    he_std,
    (
        "the first axis is read as the inputs, also of filters",
        {"np.prod(shape[1:])": "shape[0]"},
        f"{ORDER} {TAPS}",
    ),
    ("the root is taken of the 2 alone", {"np.sqrt(2 / D)": "np.sqrt(2) / D"}, ROOT),
    (
        "the outputs are counted and not the inputs",
        {"shape[0] if": "shape[1] if", "np.prod(shape[1:])": "shape[0] * np.prod(shape[2:])"},
        "How many numbers is one output summed from?",
    ),
    ("dense weights are read as (M, D)", {"shape[0] if": "shape[1] if"}, ORDER),
    (
        "the first axis of filters is read as the inputs",
        {"np.prod(shape[1:])": "shape[0] * np.prod(shape[2:])"},
        ORDER,
    ),
    ("the variance is returned and not its root", {"np.sqrt": ""}, ROOT),
    ("the 2 is missing", {"2 / D": "1 / D"}, "A ReLU throws half of the mean square away."),
    ("the taps of a filter are left out", {"np.prod(shape[1:])": "shape[1]"}, TAPS),
    ("K taps are counted and not K * K", {"np.prod(shape[1:])": "shape[1] * shape[2]"}, TAPS),
    (
        "filters are taken for square",
        {"np.prod(shape[1:])": "shape[1] * shape[2] ** 2"},
        "KH * KW taps.",
    ),
    (
        "the channels of a filter are left out",
        {"np.prod(shape[1:])": "np.prod(shape[2:])"},
        "A filter reads its window in all C channels.",
    ),
    (
        "all weights of the layer are counted",
        {"shape[0] if": "np.prod(shape) if", "np.prod(shape[1:])": "np.prod(shape)"},
        "Count what one output is summed from, not what all of them are.",
    ),
    (
        "all weights of the filters are counted",
        {"np.prod(shape[1:])": "np.prod(shape)"},
        "One output pixel sees one filter: C * KH * KW numbers.",
    ),
    (
        "the last axis is read as the inputs",
        {"shape[0] if": "shape[-1] if", "np.prod(shape[1:])": "shape[-1]"},
        ORDER,
    ),
    (
        "channels and taps are added and not multiplied",
        {"np.prod(shape[1:])": "sum(shape[1:])"},
        "Each of C channels has KH * KW taps.",
    ),
    ("D is divided by 2, and not 2 by D", {"2 / D": "D / 2"}, "More inputs, smaller weights."),
    ("the variance is squared", {"np.sqrt(2 / D)": "(2 / D) ** 2"}, ROOT),
)
HE.append(
    Mistake(
        "inputs and outputs are averaged, which is Glorot's start",
        glorot_std,
        "He counts the inputs alone.",
    )
)

BY_HAND += [
    Mistake(
        "only the inputs are counted, which is He's start", he_std, "Glorot counts both sides."
    ),
    Mistake(
        "the inputs alone are counted, and the 2 is a 1",
        lambda shape: he_std(shape) / math.sqrt(2),
        "Of D and M the mean is taken: 1 / ((D + M) / 2).",
    ),
]

# ---------------------------------------------------------------------- batch normalisation


def batch_norm(x, gamma, beta, eps):
    axes = (0, 2, 3)
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    normal = (x - mean) / np.sqrt(var + eps)
    gamma, beta = (v.reshape(1, -1, 1, 1) for v in (gamma, beta))
    return (gamma * normal + beta).astype(x.dtype)


AXES = "The statistics of a channel are over all images and all pixels: axes 0, 2 and 3."
EPS = "eps is added to the variance, under the root."
NORM = mistakes(
    batch_norm,
    (
        "gamma and beta lie along the last axis",
        {"v.reshape(1, -1, 1, 1)": "v"},
        "A channel is the second of four axes: gamma.reshape(1, -1, 1, 1).",
    ),
    (
        "mean and variance lie along the last axis",
        {
            "mean(axis=axes, keepdims=True)": "mean(axis=axes)",
            "var(axis=axes, keepdims=True)": "var(axis=axes)",
        },
        "With keepdims=True they keep the four axes of x: (1, C, 1, 1).",
    ),
    ("each pixel has a mean of its own", {"(0, 2, 3)": "(0,)"}, AXES),
    ("each image is normalised for itself", {"(0, 2, 3)": "(2, 3)"}, AXES),
    ("all channels share one mean", {"(0, 2, 3)": "(0, 1, 2, 3)"}, AXES),
    ("all channels of an image share one mean", {"(0, 2, 3)": "(1, 2, 3)"}, AXES),
    ("eps is forgotten", {"var + eps": "var"}, EPS),
    ("eps is added to the root", {"np.sqrt(var + eps)": "(np.sqrt(var) + eps)"}, EPS),
    (
        "it is divided by the variance",
        {"np.sqrt(var + eps)": "(var + eps)"},
        "The standard deviation is the root of the variance.",
    ),
    (
        "the variance is divided by the count less one",
        {"x.var(axis=axes, keepdims=True)": "x.var(axis=axes, keepdims=True, ddof=1)"},
        "Inside the layer the mean square itself is used; np.var divides by the count.",
    ),
    (
        "the variance is the mean square, from which the mean's square is not taken away",
        {"x.var(axis=axes, keepdims=True)": "(x**2).mean(axis=axes, keepdims=True)"},
        "The variance is the mean square of the distances from the mean: np.var.",
    ),
    (
        "the mean is not subtracted",
        {"(x - mean)": "x"},
        "Subtract the mean first, then divide.",
    ),
    (
        "the brackets around x - mean are missing",
        {"(x - mean) / np.sqrt(var + eps)": "x - mean / np.sqrt(var + eps)"},
        "Subtract the mean first, then divide.",
    ),
    (
        "the variance is the mean of the variances of the images",
        {"x.var(axis=axes, keepdims=True)": "x.var(axis=(2, 3)).mean(axis=0).reshape(1, -1, 1, 1)"},
        AXES,
    ),
    (
        "the variance is a difference of two large numbers, which loses its digits far from 0",
        {"x.var(axis=axes, keepdims=True)": "(x**2).mean(axis=axes, keepdims=True) - mean**2"},
        "First the distances from the mean, then their squares: np.var does that.",
    ),
    (
        "reshape mixes images and channels",
        {
            "    axes =": "    mixed, x = x.shape, x.reshape(x.shape[1], -1)\n    axes =",
            "(0, 2, 3)": "1",
            "    gamma, beta = (v": "    normal = normal.reshape(mixed)\n    gamma, beta = (v",
        },
        "The channel is the second axis: transpose it to the front first.",
    ),
    (
        "reshape mixes images and channels",
        {
            "    axes =": "    mixed, x = x.shape, x.reshape(x.shape[1], -1)\n    axes =",
            "(0, 2, 3)": "1",
            "v.reshape(1, -1, 1, 1)": "v[:, None]",
            "beta).astype": "beta).reshape(mixed).astype",
        },
        "The channel is the second axis: transpose it to the front first.",
    ),
    (
        "a single image is not normalised",
        {"    gamma, beta = (v": "    normal = normal if len(x) > 1 else x\n    gamma, beta = (v"},
        "It has a mean and a variance, too: over its pixels.",
    ),
    ("gamma is forgotten", {"gamma * normal": "normal"}, "Scale by gamma, then shift by beta."),
    ("beta is forgotten", {"normal + beta": "normal"}, "Scale by gamma, then shift by beta."),
    (
        "beta is scaled as well",
        {"gamma * normal + beta": "gamma * (normal + beta)"},
        "Scale by gamma, then shift by beta.",
    ),
    ("eps is added to the quotient", {"np.sqrt(var + eps)": "np.sqrt(var) + eps"}, EPS),
    (
        "it is multiplied by the root, and not divided",
        {"mean) / np": "mean) * np"},
        "Divide by the standard deviation.",
    ),
    ("all channels of a pixel share one mean", {"(0, 2, 3)": "(1,)"}, AXES),
    ("each column of pixels has a mean of its own", {"(0, 2, 3)": "(0, 2)"}, AXES),
    ("each row of pixels has a mean of its own", {"(0, 2, 3)": "(0, 3)"}, AXES),
    ("the axes are those of images with channels last", {"(0, 2, 3)": "(0, 1, 2)"}, AXES),
    (
        "gamma and beta lie along the images",
        {"(1, -1, 1, 1)": "(-1, 1, 1, 1)"},
        "A channel is the second of four axes: gamma.reshape(1, -1, 1, 1).",
    ),
    (
        "gamma and beta are exchanged",
        {"in (gamma, beta)": "in (beta, gamma)"},
        "Scale by gamma, then shift by beta.",
    ),
    ("beta is subtracted", {"+ beta": "- beta"}, "Scale by gamma, then shift by beta."),
)


def batch_norm_backward(dy, normal, std, gamma):
    N = len(dy)
    dgamma = (dy * normal).sum(axis=0)
    dbeta = dy.sum(axis=0)
    dx = gamma / std * (dy - dbeta / N - normal * dgamma / N)
    return dx, dgamma, dbeta


WAYS = "x reaches y by three ways: itself, through the mean, and through the variance."
EACH = "The mean's and the variance's share goes to N rows, a part of N each."
BACK = mistakes(
    batch_norm_backward,
    (
        "dgamma is summed without what gamma is multiplied by",
        {"return dx, dgamma, dbeta": "return dx, dbeta, dbeta"},
        "y = gamma * normal + beta: the slope of y for gamma is normal.",
    ),
    (
        "the sums run along the rows, and not over them",
        {
            "(dy * normal).sum(axis=0)": "(dy * normal).sum(axis=1)",
            "dy.sum(axis=0)": "dy.sum(axis=1)",
        },
        "Each column has its own gamma and beta: axis 0.",
    ),
    ("the way through the mean is left out", {" - dbeta / N": ""}, WAYS),
    ("the way through the variance is left out", {" - normal * dgamma / N": ""}, WAYS),
    (
        "mean and variance are taken as constants",
        {" - dbeta / N - normal * dgamma / N": ""},
        WAYS,
    ),
    ("the mean's share is not divided by N", {"dbeta / N": "dbeta"}, EACH),
    ("the variance's share is not divided by N", {"dgamma / N": "dgamma"}, EACH),
    ("gamma is forgotten in dx", {"gamma / std": "1 / std"}, "y = gamma * normal + beta."),
    ("it is not divided by std", {"gamma / std": "gamma"}, "normal = (x - mean) / std."),
    ("it is divided by std twice", {"gamma / std": "gamma / std**2"}, "normal = (x - mean) / std."),
    ("it is multiplied by std", {"gamma / std": "gamma * std"}, "normal = (x - mean) / std."),
    (
        "N is the number of columns",
        {"len(dy)": "dy.shape[1]"},
        "The statistics run over the rows: N = len(dy).",
    ),
    (
        "the means in dx run along the rows, and not over them",
        {
            "dbeta / N": "dy.mean(axis=1, keepdims=True)",
            "normal * dgamma / N": "normal * (dy * normal).mean(axis=1, keepdims=True)",
        },
        "Each column has its own mean and variance: axis 0.",
    ),
    (
        "the means in dx are means over all numbers",
        {
            "dbeta / N": "dy.mean()",
            "normal * dgamma / N": "normal * (dy * normal).mean()",
        },
        "Each column has its own mean and variance: axis 0.",
    ),
    (
        "the share of the variance is not multiplied by the normalised numbers",
        {"normal * dgamma / N": "dgamma / N"},
        "How far the variance moves with x depends on where x is: times normal.",
    ),
    ("gamma is used twice in dx", {"gamma / std": "gamma**2 / std"}, "y = gamma * normal + beta."),
    (
        "the share of the variance is added",
        {"- normal * dgamma / N": "+ normal * dgamma / N"},
        "It is divided by std, so the sign is minus.",
    ),
    (
        "the share of the variance is divided by N - 1",
        {"dgamma / N": "dgamma / (N - 1)"},
        EACH,
    ),
    (
        "dgamma and dbeta are multiplied by gamma",
        {"return dx, dgamma, dbeta": "return dx, gamma * dgamma, gamma * dbeta"},
        "y = gamma * normal + beta: what is the slope of y with respect to gamma?",
    ),
    (
        "dgamma is multiplied by gamma",
        {"return dx, dgamma": "return dx, gamma * dgamma"},
        "y = gamma * normal + beta: what is the slope of y with respect to gamma?",
    ),
    (
        "dgamma is multiplied by gamma, in dx as well",
        {"(dy * normal).sum": "gamma * (dy * normal).sum"},
        "y = gamma * normal + beta: what is the slope of y with respect to gamma?",
    ),
    (
        "the ways through mean and variance are added",
        {"- dbeta / N - normal": "+ dbeta / N + normal"},
        "The mean is subtracted, and it is divided by std: both signs are minus.",
    ),
    (
        "dgamma leaves out the normalised numbers",
        {"(dy * normal)": "dy"},
        "y = gamma * normal + beta: what is the slope of y with respect to gamma?",
    ),
    (
        "dgamma and dbeta are means and not sums",
        {"return dx, dgamma, dbeta": "return dx, dgamma / N, dbeta / N"},
        "A gradient of a parameter sums over all rows that it was used for.",
    ),
    (
        "dx is N times too large",
        {"gamma / std *": "gamma / std * N *"},
        "With N * dy in the bracket, 1 / N stands before it.",
    ),
    (
        "the share of the variance counts half",
        {"- normal *": "- normal / 2 *"},
        "The 2 of the square meets the half of the root.",
    ),
    (
        "the share of the variance counts twice",
        {"- normal *": "- 2 * normal *"},
        "The 2 of the square meets the half of the root.",
    ),
    ("only dy itself is divided by std", {"gamma / std * (dy": "gamma * (dy / std"}, WAYS),
    ("only dy itself is multiplied by gamma", {"gamma / std * (dy": "1 / std * (gamma * dy"}, WAYS),
    (
        "the share of the variance is divided by std once more",
        {"dgamma / N)": "dgamma / N / std)"},
        "normal holds one division by std, and the factor before the bracket the other.",
    ),
    (
        "dgamma is a mean and not a sum",
        {"dx, dgamma,": "dx, dgamma / N,"},
        "A gradient of a parameter sums over all rows that it was used for.",
    ),
    (
        "dbeta is a mean and not a sum",
        {"dgamma, dbeta\n": "dgamma, dbeta / N\n"},
        "A gradient of a parameter sums over all rows that it was used for.",
    ),
)

# ---------------------------------------------------------------------- dropout


def dropout(x, u, rate, training):
    y = x * (u >= rate) / (1 - rate)
    return y if training else x


SCALE = "Of the numbers a share of 1 - rate is left: divide by it, and the mean stays."
TRAINING = "Outside training nothing is switched off and nothing is scaled."
DROPOUT = mistakes(
    dropout,
    (
        "what is kept is that above 1 - rate",
        {"u >= rate": "u >= 1 - rate"},
        "u is uniform: a share of rate lies below rate, and that is switched off.",
    ),
    (
        "what is kept is that below 1 - rate",
        {"u >= rate": "u < 1 - rate"},
        "The share is right, but what is below the rate is to be switched off.",
    ),
    (
        "one half stands for the rate where u is compared",
        {"u >= rate": "u >= 0.5"},
        "A share of rate lies below rate.",
    ),
    ("the mask is returned, without x", {"x * (u": "(u"}, "The mask times x."),
    ("what is kept is not scaled up", {" / (1 - rate)": ""}, SCALE),
    ("what is kept is scaled down", {"/ (1 - rate)": "* (1 - rate)"}, SCALE),
    ("what is kept is divided by the rate", {"/ (1 - rate)": "/ rate"}, SCALE),
    ("what is kept is multiplied by 1 + rate", {"/ (1 - rate)": "* (1 + rate)"}, SCALE),
    (
        "it is divided by the share that happened to be kept",
        {"/ (1 - rate)": "/ (u >= rate).mean()"},
        SCALE,
    ),
    ("every number is multiplied by its u", {"(u >= rate)": "u"}, "Off or on: u is compared."),
    ("it is scaled down outside training as well", {"else x": "else x * (1 - rate)"}, TRAINING),
    (
        "the other share is switched off",
        {"u >= rate": "u < rate"},
        "rate is the share that is switched off; u is even from 0 to 1.",
    ),
    (
        "a number whose u equals the rate is switched off, too",
        {"u >= rate": "u > rate"},
        "Switch off where u is below the rate.",
    ),
    ("numbers are switched off outside training, too", {" if training else x": ""}, TRAINING),
    (
        "training is read the wrong way round",
        {"y if training else x": "x if training else y"},
        TRAINING,
    ),
    (
        "the scaling is done outside training, the old way",
        {" / (1 - rate)": "", "else x": "else x * (1 - rate)"},
        f"That is dropout of 2012. Here it is inverted. {TRAINING}",
    ),
)

# ---------------------------------------------------------------------- the short way


class Residual:
    def __init__(self, body):
        self.body = body

    def forward(self, x):
        return x + self.body.forward(x)

    def backward(self, dy):
        return dy + self.body.backward(dy)


ADD = "y = x + f(x), and where a value forks, the gradients of its ways are added."
RESIDUAL = mistakes(
    Residual,
    (
        "the body belongs to the class, and all blocks share that of the last one",
        {"self.body = body": "type(self).body = body"},
        "self.body belongs to one block, a name of the class to all.",
    ),
    (
        "the input of the first call is kept for ever",
        {"return x +": 'self.x = vars(self).get("x", x)\n        return self.x +'},
        "Take the x that comes in, each time.",
    ),
    ("x is not added", {"x + self.body": "self.body"}, ADD),
    ("the gradient of the short way is left out", {"dy + self.body": "self.body"}, ADD),
    ("the gradient of the body is left out", {"dy + self.body.backward(dy)": "dy"}, ADD),
    ("the two gradients are multiplied", {"dy + self.body": "dy * self.body"}, ADD),
    ("the two ways are multiplied", {"x + self.body": "x * self.body"}, ADD),
    (
        "the two ways are averaged",
        {"x + self.body.forward(x)": "(x + self.body.forward(x)) / 2"},
        ADD,
    ),
    ("the body is subtracted", {"x + self.body": "x - self.body"}, ADD),
    (
        "the sum comes before the body",
        {"x + self.body.forward(x)": "self.body.forward(x + x)"},
        ADD,
    ),
    (
        "x is added on the way back, and not dy",
        {"return x +": "self.x = x\n        return x +", "dy + self": "self.x + self"},
        ADD,
    ),
    ("x is subtracted", {"x + self.body.forward(x)": "self.body.forward(x) - x"}, ADD),
    ("dy is subtracted", {"dy + self.body.backward(dy)": "self.body.backward(dy) - dy"}, ADD),
    ("forward does not use the body", {"self.body.forward(x)": "x"}, ADD),
    (
        "a ReLU follows the sum",
        {
            "return x + self.body.forward(x)": "self.y = np.maximum(x + self.body.forward(x), 0)\n"
            "        return self.y",
            "return dy": "dy = dy * (self.y > 0)\n        return dy",
        },
        "Many blocks end so; this one ends with the sum.",
    ),
    ("the gradient of the body is subtracted", {"dy + self.body": "dy - self.body"}, ADD),
    ("dy is added twice", {"dy + self.body": "2 * dy + self.body"}, ADD),
    (
        "a ReLU follows the sum, on the way forth alone",
        {"x + self.body.forward(x)": "np.maximum(x + self.body.forward(x), 0)"},
        "Many blocks end so; this one ends with the sum.",
    ),
    (
        "what the body returns is added to itself, and not to x",
        {"x + self.body.forward(x)": "2 * self.body.forward(x)"},
        ADD,
    ),
    ("1 is added and not dy", {"dy + self.body": "1 + self.body"}, ADD),
    (
        "both gradients go through the body",
        {"dy + self.body.backward(dy)": "self.body.backward(dy + dy)"},
        ADD,
    ),
    (
        "forward stands where backward belongs",
        {"self.body.backward": "self.body.forward"},
        "The gradient goes back through the body: self.body.backward(dy).",
    ),
    (
        "what the body returned is changed in place",
        {"x + self.body.forward(x)": "np.add(y := self.body.forward(x), x, out=y)"},
        "The body may need it for its backward pass: make a new array.",
    ),
    (
        "both gradients are halved",
        {"dy + self.body.backward(dy)": "(dy + self.body.backward(dy)) / 2"},
        ADD,
    ),
)

# ---------------------------------------------------------------------- counting


def weights(*layers):
    return sum(F * (C // G) * K * K for C, F, K, G in layers)


MIDDLE = "How many channels does the 1 x 1 before it leave, and how many does the one after it get?"
COUNT = mistakes(
    weights,
    ("groups play no part", {"(C // G)": "C"}, "A filter of a group sees C / G channels."),
    ("groups multiply the weights", {"(C // G)": "C * G"}, "A filter sees C / G channels."),
    ("a filter sees one channel only", {" * (C // G)": ""}, "A filter sees C / G channels."),
    ("one of the groups is counted", {"F * (C": "(F // G) * (C"}, "There are G groups."),
    ("a filter of K by K has K taps", {"K * K": "K"}, "K rows of K taps each."),
    ("a filter of K by K has 2 K taps", {"K * K": "2 * K"}, "K rows of K taps each."),
    ("the taps of a filter are left out", {" * K * K": ""}, "Each channel has K * K of them."),
    ("biases are counted", {"K * K": "K * K + F"}, "Only weights are asked for."),
    ("the filters are not counted", {"F * ": ""}, "The layer has F filters."),
    (
        "one of several layers is left out",
        {"in layers": "in layers[:-1] or layers"},
        "Count all layers of the way.",
    ),
    (
        "only the last of several layers is counted",
        {"in layers": "in layers[-1:]"},
        "Count all layers of the way.",
    ),
    ("the layers are multiplied and not added", {"sum": "math.prod"}, "Each has its own weights."),
) + [
    Mistake(name, {"1 x 1 to 16, 3 x 3, 1 x 1 to 64": number}, MIDDLE)
    for name, number in (
        ("the 3 x 3 in the middle has 64 channels on one side", 64 * 16 * (1 + 9 + 1)),
        ("the 3 x 3 in the middle goes from 64 to 64", 64 * 16 + 64 * 64 * 9 + 16 * 64),
        ("the 3 x 3 in the middle goes from 16 to 64", 64 * 16 + 16 * 64 * 9 + 64 * 64),
    )
]

# ---------------------------------------------------------------------- find the bug

BUGS = (
    [
        Mistake(
            "an innocent one is convicted",
            {"E": found},
            "Check it: run it beside the library's layer on random numbers.",
        )
        for found in ("axes", "training", "short way", "statistics")
    ]
    + [
        Mistake(
            "a guilty one is let go",
            {letter: "none"},
            "Four of the five have a mistake. Check it: run it beside the library's layer.",
        )
        for letter in "ABCD"
    ]
    + [
        Mistake(
            "what is done outside training is taken for what is done in it",
            {"D": "training"},
            "In training D is right. Which mean and variance does it use afterwards?",
        ),
        Mistake(
            "axis 0 of rows is taken for axis 0 of images",
            {"D": "axes"},
            "Rows (N, M) have no pixels: axis 0 is all. What does it use outside training?",
        ),
        Mistake(
            "what is wrong in training is taken for what is wrong afterwards",
            {"B": "statistics", "D": "training"},
            "Read who asks whether it is training, and what is used when it is not.",
        ),
        Mistake(
            "wrong axes are taken for wrong statistics",
            {"A": "statistics"},
            "Axes say over what a mean runs, statistics which mean is used.",
        ),
    ]
)
