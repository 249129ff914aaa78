"""Exercise 07: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "07_going_deeper"
NAMES = {"by_hand": "stds", "bugs": "found", "count": "counts", "residual": "Residual"}
NAMES |= {"small_network": "build"}
FILTERS = "shape[1] * shape[2] * shape[3]"
DENSE = "shape[0] if"
STD = "np.sqrt(var + eps)"
SCALED = " / (1 - rate)"
BACK = "return dx, dgamma, dbeta"
FORTH = "x + self.body.forward(x)"
BACKWARDS = "dy + self.body.backward(dy)"

# Of each task: the mistakes that their own texts do not make in the solution, and what does.
MUTANTS = {
    "he_std": {
        "all weights of the filters are counted": {FILTERS: f"shape[0] * {FILTERS}"},
        "the last axis is read as the inputs": {DENSE: "shape[-1] if", FILTERS: "shape[-1]"},
        "channels and taps are added and not multiplied": {
            FILTERS: "shape[1] + shape[2] + shape[3]"
        },
        "D is divided by 2, and not 2 by D": {"2 / inputs": "inputs / 2"},
        "the variance is squared": {"np.sqrt(2 / inputs)": "(2 / inputs) ** 2"},
        "the first axis is read as the inputs, also of filters": {FILTERS: "shape[0]"},
        "the root is taken of the 2 alone": {"np.sqrt(2 / inputs)": "2**0.5 / inputs"},
        "the outputs are counted and not the inputs": {
            DENSE: "shape[1] if",
            FILTERS: "shape[0] * shape[2] * shape[3]",
        },
        "the first axis of filters is read as the inputs": {
            FILTERS: "shape[0] * shape[2] * shape[3]"
        },
        "the 2 is missing": {"2 / inputs": "1 / inputs"},
        "the taps of a filter are left out": {FILTERS: "shape[1]"},
        "K taps are counted and not K * K": {FILTERS: "shape[1] * shape[2]"},
        "filters are taken for square": {FILTERS: "shape[1] * shape[2] ** 2"},
        "the channels of a filter are left out": {FILTERS: "shape[2] * shape[3]"},
        "all weights of the layer are counted": {
            "inputs = " + DENSE + " len(shape) == 2 else " + FILTERS: "inputs = np.prod(shape)"
        },
        "inputs and outputs are averaged, which is Glorot's start": {
            "2 / inputs": "2 / (np.prod(shape[2:]) * (shape[0] + shape[1]))"
        },
    },
    "batch_norm": {
        "gamma and beta lie along the images": {"(1, -1, 1, 1)": "(-1, 1, 1, 1)"},
        "gamma and beta are exchanged": {
            "return gamma": "gamma, beta = beta, gamma\n    return gamma"
        },
        "gamma and beta lie along the last axis": {
            "gamma.reshape(1, -1, 1, 1)": "gamma",
            "beta.reshape(1, -1, 1, 1)": "beta",
        },
        "reshape mixes images and channels": {
            "axes = (0, 2, 3)": "axes, kept, x = 1, x.shape, x.reshape(x.shape[1], -1)",
            "gamma.reshape(1, -1, 1, 1) * normal + beta.reshape(1, -1, 1, 1)": (
                "(gamma[:, None] * normal + beta[:, None]).reshape(kept)"
            ),
        },
        "a single image is not normalised": {
            "return gamma": "normal = normal if len(x) > 1 else x\n    return gamma"
        },
        "gamma is forgotten": {"gamma.reshape(1, -1, 1, 1) * normal": "normal"},
        "beta is forgotten": {" + beta.reshape(1, -1, 1, 1)": ""},
        "beta is scaled as well": {
            "* normal + beta.reshape(1, -1, 1, 1)": "* (normal + beta.reshape(1, -1, 1, 1))"
        },
        "all channels share one mean": {"(0, 2, 3)": "None"},
        "all channels of a pixel share one mean": {"(0, 2, 3)": "1"},
        "each pixel has a mean of its own": {"(0, 2, 3)": "0"},
        "the variance is the mean of the variances of the images": {
            "x.var(axis=axes, keepdims=True)": (
                "x.var(axis=(2, 3), keepdims=True).mean(axis=0, keepdims=True)"
            )
        },
        "eps is added to the root": {STD: "(var**0.5 + eps)"},
    },
    "batch_norm_backward": {
        "dgamma is a mean and not a sum": {BACK: "return dx, dgamma / N, dbeta"},
        "N is the number of columns": {"len(dy)": "len(gamma)"},
        "dgamma and dbeta are multiplied by gamma": {
            BACK: "return dx, dgamma * gamma, dbeta * gamma"
        },
        "dgamma and dbeta are means and not sums": {
            BACK: "return dx, dgamma / len(dy), dbeta / len(dy)"
        },
        "the means in dx run along the rows, and not over them": {
            "dbeta / N": "dy.mean(1)[:, None]",
            "dgamma / N": "(dy * normal).mean(1)[:, None]",
        },
    },
    "dropout": {
        "it is scaled down outside training as well": {"return x\n": "return x * (1 - rate)\n"},
        "numbers are switched off outside training, too": {"if not training:": "if False:"},
        "training is read the wrong way round": {"if not training": "if training"},
        "the scaling is done outside training, the old way": {
            SCALED: "",
            "        return x\n": "        return x * (1 - rate)\n",
        },
    },
    "residual": {
        "changed": {
            "return x + self.body.forward(x)": "x += self.body.forward(x)\n        return x"
        },
        "body_used_once": {BACKWARDS: "0 * self.body.backward(dy) + dy + self.body.backward(dy)"},
        "forward does not use the body": {FORTH: "2 * x"},
        "the body belongs to the class, and all blocks share that of the last one": {
            "        self.body = body": "        Residual.body = body"
        },
        "a ReLU follows the sum": {
            "return x + self.body.forward(x)": (
                "self.on = x + self.body.forward(x) > 0\n        return self.on * (x + self.body.y)"
            ),
            "return dy": "dy = dy * self.on\n        return dy",
        },
    },
}
NARROW = "1 x 1 to 16, 3 x 3, 1 x 1 to 64"
DEPTHWISE = "depthwise 3 x 3, then 1 x 1, 64 to 64"
GROUPS = "one 3 x 3, 64 to 64, 8 groups"
QUESTIONS = {
    "by_hand": [
        (
            "the 2 stands in front of the root",
            {"dense (300, 100)": 0.1, "dense (50, 150)": 0.141, "filters (8, 1, 3, 3)": 0.222},
        ),
        (
            "the inputs alone are counted, and the 2 is a 1",
            {"dense (300, 100)": 0.058, "dense (50, 150)": 0.141},
        ),
        (
            "the root is taken of the 2 alone",
            {"dense (300, 100)": 2**0.5 / 400, "dense (50, 150)": 2**0.5 / 200},
        ),
        ("the variance is taken and not its root", {"dense (300, 100)": 0.005}),
        ("the taps of a filter are left out", {"filters (32, 16, 5, 5)": 0.204}),
        (
            "the taps of a filter are left out on the way out",
            {"filters (32, 16, 5, 5)": 0.068, "filters (8, 1, 3, 3)": 0.343},
        ),
        ("K taps are counted and not K * K", {"filters (32, 16, 5, 5)": 0.091}),
        ("the 2 is a 6, which gives the end of a uniform draw", {"dense (50, 150)": 0.173}),
        (
            "the sizes are multiplied and not added",
            {"dense (50, 150)": 0.016, "filters (8, 1, 3, 3)": 0.056},
        ),
        (
            "only the outputs are counted",
            {"dense (300, 100)": 0.141, "filters (32, 16, 5, 5)": 0.05},
        ),
        ("all weights are counted", {"dense (50, 150)": 0.016, "filters (8, 1, 3, 3)": 0.167}),
        ("the 2 is a 1", {"dense (50, 150)": 0.0707}),
        (
            "only the inputs are counted, which is He's start",
            {"dense (300, 100)": 0.082, "filters (8, 1, 3, 3)": 0.471},
        ),
    ],
    "count": [
        ("groups play no part", {GROUPS: 64 * 64 * 9}),
        ("groups multiply the weights", {GROUPS: 8 * 64 * 64 * 9}),
        (["a filter sees one channel only", "one of the groups is counted"], {GROUPS: 8 * 8 * 9}),
        ("a filter sees one channel only", {"one 3 x 3, 64 to 64": 64 * 9, GROUPS: 64 * 9}),
        ("a filter of K by K has K taps", {"one 7 x 7, 64 to 64": 64 * 64 * 7}),
        ("a filter of K by K has 2 K taps", {"one 7 x 7, 64 to 64": 64 * 64 * 14}),
        ("biases are counted", {"one 3 x 3, 64 to 64": 64 * 64 * 9 + 64}),
        ("the filters are not counted", {"one 3 x 3, 64 to 64": 64 * 9, DEPTHWISE: 9 + 64}),
        ("one of several layers is left out", {DEPTHWISE: 64 * 9}),
        ("the layers are multiplied and not added", {DEPTHWISE: 64 * 9 * 64 * 64}),
        ("only the last of several layers is counted", {DEPTHWISE: 64 * 64}),
        ("groups play no part", {DEPTHWISE: 64 * 64 * 10}),
        ("one of several layers is left out", {NARROW: 64 * 16 + 16 * 16 * 9}),
        ("one of the groups is counted", {DEPTHWISE: 9 + 64 * 64}),
    ],
    "bugs": [
        (
            [
                "what is done outside training is taken for what is done in it",
                "what is wrong in training is taken for what is wrong afterwards",
            ],
            {"D": "training"},
        ),
        (
            ["a guilty one is let go", "an innocent one is convicted"],
            {"B": "none", "E": "training"},
        ),
    ],
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "he_std": {"2 / inputs": "3 / inputs"},
    "batch_norm": {STD: "np.sqrt(var + 2 * eps + 0.1)"},
    "batch_norm_backward": {" - dbeta / N": " - 2 * dbeta / N"},
    "dropout": {SCALED: " / (1 - rate / 2) + u"},
    "residual": {FORTH: "2 * x + self.body.forward(x)"},
}
