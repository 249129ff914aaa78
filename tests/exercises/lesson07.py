"""Exercise 07: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "07_going_deeper"
NAMES = {"by_hand": "stds", "bugs": "found", "count": "counts", "residual": "Residual"}
NAMES |= {"small_network": "build"}
FILTERS = "shape[1] * shape[2] * shape[3]"
DENSE = "shape[0] if"
VAR = "x.var(axis=axes, keepdims=True)"
STD = "np.sqrt(var + eps)"
SCALED = " / (1 - rate)"
DX = "(dy - dbeta / N - normal * dgamma / N)"
BACK = "return dx, dgamma, dbeta"
FORTH = "x + self.body.forward(x)"
BACKWARDS = "dy + self.body.backward(dy)"

# Of each task: the mistake, and what to replace in the solution so as to make it.
MUTANTS = {
    "he_std": [
        ("all weights of the filters are counted", (FILTERS, f"shape[0] * {FILTERS}")),
        (
            "the last axis is read as the inputs",
            (DENSE, "shape[-1] if"),
            (FILTERS, "shape[-1]"),
        ),
        (
            "channels and taps are added and not multiplied",
            (FILTERS, "shape[1] + shape[2] + shape[3]"),
        ),
        ("D is divided by 2, and not 2 by D", ("2 / inputs", "inputs / 2")),
        ("the variance is squared", ("np.sqrt(2 / inputs)", "(2 / inputs) ** 2")),
        ("the first axis is read as the inputs, also of filters", (FILTERS, "shape[0]")),
        ("the root is taken of the 2 alone", ("np.sqrt(2 / inputs)", "2**0.5 / inputs")),
        (
            "the outputs are counted and not the inputs",
            (DENSE, "shape[1] if"),
            (FILTERS, "shape[0] * shape[2] * shape[3]"),
        ),
        ("dense weights are read as (M, D)", (DENSE, "shape[1] if")),
        (
            "the first axis of filters is read as the inputs",
            (FILTERS, "shape[0] * shape[2] * shape[3]"),
        ),
        ("the variance is returned and not its root", ("np.sqrt(2 / inputs)", "2 / inputs")),
        ("the 2 is missing", ("2 / inputs", "1 / inputs")),
        ("the taps of a filter are left out", (FILTERS, "shape[1]")),
        ("K taps are counted and not K * K", (FILTERS, "shape[1] * shape[2]")),
        ("filters are taken for square", (FILTERS, "shape[1] * shape[2] ** 2")),
        ("fractions are cut off, as integers do", ("np.sqrt(2 / inputs)", "np.sqrt(2 // inputs)")),
        ("the channels of a filter are left out", (FILTERS, "shape[2] * shape[3]")),
        (
            "all weights of the layer are counted",
            ("inputs = " + DENSE + " len(shape) == 2 else " + FILTERS, "inputs = np.prod(shape)"),
        ),
        (
            "inputs and outputs are averaged, which is Glorot's start",
            ("2 / inputs", "2 / (np.prod(shape[2:]) * (shape[0] + shape[1]))"),
        ),
    ],
    "batch_norm": [
        ("eps is added to the quotient", (STD, "np.sqrt(var) + eps")),
        ("it is multiplied by the root, and not divided", ("(x - mean) /", "(x - mean) *")),
        ("all channels of a pixel share one mean", ("(0, 2, 3)", "1")),
        ("each column of pixels has a mean of its own", ("(0, 2, 3)", "(0, 2)")),
        ("each row of pixels has a mean of its own", ("(0, 2, 3)", "(0, 3)")),
        ("the axes are those of images with channels last", ("(0, 2, 3)", "(0, 1, 2)")),
        ("gamma and beta lie along the images", ("(1, -1, 1, 1)", "(-1, 1, 1, 1)")),
        (
            "gamma and beta are exchanged",
            ("return gamma", "gamma, beta = beta, gamma\n    return gamma"),
        ),
        ("beta is subtracted", ("+ beta", "- beta")),
        (
            "gamma and beta lie along the last axis",
            ("gamma.reshape(1, -1, 1, 1)", "gamma"),
            ("beta.reshape(1, -1, 1, 1)", "beta"),
        ),
        ("each pixel has a mean of its own", ("(0, 2, 3)", "0")),
        ("each image is normalised for itself", ("(0, 2, 3)", "(2, 3)")),
        ("all channels share one mean", ("(0, 2, 3)", "None")),
        ("all channels of an image share one mean", ("(0, 2, 3)", "(1, 2, 3)")),
        ("eps is forgotten", (STD, "np.sqrt(var)")),
        ("eps is added to the root", (STD, "(var**0.5 + eps)")),
        ("it is divided by the variance", (STD, "(var + eps)")),
        (
            "the variance is divided by the count less one",
            (VAR, "x.var(axis=axes, keepdims=True, ddof=1)"),
        ),
        (
            "the variance is the mean square, from which the mean's square is not taken away",
            (VAR, "(x * x).mean(axis=axes, keepdims=True)"),
        ),
        ("the mean is not subtracted", ("(x - mean)", "x")),
        ("the brackets around x - mean are missing", ("(x - mean) /", "x - mean /")),
        (
            "the variance is the mean of the variances of the images",
            (VAR, "x.var(axis=(2, 3), keepdims=True).mean(axis=0, keepdims=True)"),
        ),
        (
            "the variance is a difference of two large numbers, which loses its digits far from 0",
            (VAR, "(x * x).mean(axis=axes, keepdims=True) - mean * mean"),
        ),
        (
            "reshape mixes images and channels",
            ("axes = (0, 2, 3)", "axes, kept, x = 1, x.shape, x.reshape(x.shape[1], -1)"),
            ("* normal +", "* normal.reshape(kept) +"),
        ),
        (
            "reshape mixes images and channels",
            ("axes = (0, 2, 3)", "axes, kept, x = 1, x.shape, x.reshape(x.shape[1], -1)"),
            (
                "gamma.reshape(1, -1, 1, 1) * normal + beta.reshape(1, -1, 1, 1)",
                "(gamma[:, None] * normal + beta[:, None]).reshape(kept)",
            ),
        ),
        (
            "a single image is not normalised",
            ("return gamma", "normal = normal if len(x) > 1 else x\n    return gamma"),
        ),
        ("gamma is forgotten", ("gamma.reshape(1, -1, 1, 1) * normal", "normal")),
        ("beta is forgotten", (" + beta.reshape(1, -1, 1, 1)", "")),
        (
            "beta is scaled as well",
            ("* normal + beta.reshape(1, -1, 1, 1)", "* (normal + beta.reshape(1, -1, 1, 1))"),
        ),
    ],
    "batch_norm_backward": [
        (
            "the sums run along the rows, and not over them",
            ("(dy * normal).sum(axis=0)", "(dy * normal).sum(axis=1)"),
            ("dy.sum(axis=0)", "dy.sum(axis=1)"),
        ),
        (
            "dgamma is multiplied by gamma, in dx as well",
            ("(dy * normal).sum", "(dy * normal * gamma).sum"),
        ),
        (
            "dgamma is summed without what gamma is multiplied by",
            ("return dx, dgamma", "return dx, dbeta"),
        ),
        ("dx is N times too large", ("gamma / std *", "N * gamma / std *")),
        ("the share of the variance counts twice", ("- normal *", "- 2 * normal *")),
        ("the share of the variance counts half", ("- normal *", "- normal / 2 *")),
        (
            "the means in dx are means over all numbers",
            ("dbeta / N - normal * dgamma / N", "dy.mean() - normal * np.mean(dy * normal)"),
        ),
        ("only dy itself is divided by std", ("gamma / std * (dy", "gamma * (dy / std")),
        ("only dy itself is multiplied by gamma", ("gamma / std * (dy", "1 / std * (gamma * dy")),
        (
            "the share of the variance is divided by std once more",
            ("normal * dgamma", "normal / std * dgamma"),
        ),
        ("dgamma is a mean and not a sum", (BACK, "return dx, dgamma / N, dbeta")),
        ("dbeta is a mean and not a sum", (BACK, "return dx, dgamma, dbeta / N")),
        ("the way through the mean is left out", (" - dbeta / N", "")),
        ("the way through the variance is left out", (" - normal * dgamma / N", "")),
        ("mean and variance are taken as constants", (DX, "dy")),
        ("the mean's share is not divided by N", (" - dbeta / N", " - dbeta")),
        ("the variance's share is not divided by N", ("normal * dgamma / N", "normal * dgamma")),
        ("gamma is forgotten in dx", ("gamma / std *", "1 / std *")),
        ("it is not divided by std", ("gamma / std *", "gamma *")),
        ("it is divided by std twice", ("gamma / std *", "gamma / std / std *")),
        ("gamma is used twice in dx", ("gamma / std *", "gamma * gamma / std *")),
        ("it is multiplied by std", ("gamma / std *", "gamma * std *")),
        ("N is the number of columns", ("len(dy)", "len(gamma)")),
        (
            "the means in dx run along the rows, and not over them",
            ("dbeta / N", "dy.mean(1)[:, None]"),
            ("dgamma / N", "(dy * normal).mean(1)[:, None]"),
        ),
        (
            "the share of the variance is not multiplied by the normalised numbers",
            ("normal * dgamma / N", "dgamma / N"),
        ),
        ("dgamma is multiplied by gamma", (BACK, "return dx, dgamma * gamma, dbeta")),
        ("the share of the variance is added", ("- normal *", "+ normal *")),
        ("the share of the variance is divided by N - 1", ("dgamma / N", "dgamma / (N - 1)")),
        (
            "dgamma and dbeta are multiplied by gamma",
            (BACK, "return dx, dgamma * gamma, dbeta * gamma"),
        ),
        (
            "the ways through mean and variance are added",
            (DX, "(dy + dbeta / N + normal * dgamma / N)"),
        ),
        ("dgamma leaves out the normalised numbers", ("(dy * normal).sum", "dy.sum")),
        (
            "dgamma and dbeta are means and not sums",
            (BACK, "return dx, dgamma / len(dy), dbeta / len(dy)"),
        ),
    ],
    "dropout": [
        ("what is kept is that above 1 - rate", ("u >= rate", "u >= 1 - rate")),
        ("what is kept is that below 1 - rate", ("u >= rate", "u < 1 - rate")),
        ("the mask is returned, without x", ("return x * (u", "return (u")),
        ("what is kept is multiplied by 1 + rate", (SCALED, " * (1 + rate)")),
        (
            "it is divided by the share that happened to be kept",
            (SCALED, " / np.mean(u >= rate)"),
        ),
        ("every number is multiplied by its u", ("(u >= rate)", "u")),
        ("it is scaled down outside training as well", ("return x\n", "return x * (1 - rate)\n")),
        ("what is kept is not scaled up", (SCALED, "")),
        ("what is kept is scaled down", (SCALED, " * (1 - rate)")),
        ("what is kept is divided by the rate", (SCALED, " / rate")),
        ("the other share is switched off", ("u >= rate", "u < rate")),
        ("a number whose u equals the rate is switched off, too", ("u >= rate", "u > rate")),
        ("numbers are switched off outside training, too", ("if not training:", "if False:")),
        ("training is read the wrong way round", ("if not training", "if training")),
        (
            "the scaling is done outside training, the old way",
            (SCALED, ""),
            ("        return x\n", "        return x * (1 - rate)\n"),
        ),
    ],
    "residual": [
        (
            "changed",
            ("return x + self.body.forward(x)", "x += self.body.forward(x)\n        return x"),
        ),
        (
            "the body belongs to the class, and all blocks share that of the last one",
            ("        self.body = body", "        Residual.body = body"),
        ),
        ("the sum comes before the body", ("x + self.body.forward(x)", "self.body.forward(2 * x)")),
        (
            "x is added on the way back, and not dy",
            ("return x", "self.x = x\n        return x"),
            ("return dy", "return self.x"),
        ),
        ("x is not added", (FORTH, "self.body.forward(x)")),
        ("the gradient of the short way is left out", (BACKWARDS, "self.body.backward(dy)")),
        ("the gradient of the body is left out", (BACKWARDS, "dy")),
        ("the two gradients are multiplied", (BACKWARDS, "dy * self.body.backward(dy)")),
        ("the two ways are multiplied", (FORTH, "x * self.body.forward(x)")),
        ("the two ways are averaged", (FORTH, f"0.5 * ({FORTH})")),
        ("the body is subtracted", (FORTH, "x - self.body.forward(x)")),
        ("x is subtracted", (FORTH, "self.body.forward(x) - x")),
        ("dy is subtracted", (BACKWARDS, "self.body.backward(dy) - dy")),
        ("forward does not use the body", (FORTH, "2 * x")),
        (
            "a ReLU follows the sum",
            (
                f"return {FORTH}",
                f"self.on = {FORTH} > 0\n        return self.on * (x + self.body.y)",
            ),
            ("return dy", "dy = dy * self.on\n        return dy"),
        ),
        ("the gradient of the body is subtracted", (BACKWARDS, "dy - self.body.backward(dy)")),
        ("dy is added twice", (BACKWARDS, "2 * dy + self.body.backward(dy)")),
        ("a ReLU follows the sum, on the way forth alone", (FORTH, f"np.maximum({FORTH}, 0)")),
        ("1 is added and not dy", (BACKWARDS, "1 + self.body.backward(dy)")),
        ("both gradients go through the body", (BACKWARDS, "self.body.backward(2 * dy)")),
        ("forward stands where backward belongs", ("self.body.backward", "self.body.forward")),
        ("body_used_once", (BACKWARDS, "0 * self.body.backward(dy) + dy + self.body.backward(dy)")),
        (
            "what the body returned is changed in place",
            (FORTH, "np.add(y := self.body.forward(x), x, out=y)"),
        ),
        ("both gradients are halved", (BACKWARDS, f"0.5 * ({BACKWARDS})")),
    ],
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
        (
            "all weights are counted",
            {"dense (50, 150)": 0.016, "filters (8, 1, 3, 3)": 0.167},
        ),
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
        ("the 3 x 3 in the middle has 64 channels on one side", {NARROW: 64 * 32 + 64 * 16 * 9}),
        ("one of the groups is counted", {DEPTHWISE: 9 + 64 * 64}),
        ("the 3 x 3 in the middle goes from 16 to 64", {NARROW: 64 * 16 + 64 * 16 * 9 + 64 * 64}),
        ("the 3 x 3 in the middle goes from 64 to 64", {NARROW: 64 * 32 + 64 * 64 * 9}),
    ],
    "bugs": [
        (
            [
                "what is done outside training is taken for what is done in it",
                "what is wrong in training is taken for what is wrong afterwards",
            ],
            {"D": "training"},
        ),
        ("an innocent one is convicted", {"E": "axes"}),
        ("an innocent one is convicted", {"E": "statistics"}),
        ("a guilty one is let go", {"B": "none"}),
        (
            ["a guilty one is let go", "an innocent one is convicted"],
            {"B": "none", "E": "training"},
        ),
        (
            "what is wrong in training is taken for what is wrong afterwards",
            {"B": "statistics", "D": "training"},
        ),
        (
            "wrong axes are taken for wrong statistics, or the other way round",
            {"A": "statistics", "D": "axes"},
        ),
    ],
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "he_std": ("2 / inputs", "3 / inputs"),
    "batch_norm": (STD, "np.sqrt(var + 2 * eps + 0.1)"),
    "batch_norm_backward": (" - dbeta / N", " - 2 * dbeta / N"),
    "dropout": (SCALED, " / (1 - rate / 2) + u"),
    "residual": (FORTH, "2 * x + self.body.forward(x)"),
}
