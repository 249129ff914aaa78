"""The mistakes that exercise 06 knows. Write your answers before you look.

Each is a change of the right version, which stands here.
"""

import numpy as np

from cnnlib.exercises.engine.mistakes import mistakes
from cnnlib.interpret import inference
from cnnlib.losses import softmax
from cnnlib.network import Sequential
from cnnlib.parts import split

# ---------------------------------------------------------------------- by hand

MAPS = [[[1.0, 0], [2, 0]], [[0, 3], [0, 1]]]
SLOPES = [[[2.0, 0], [2, 0]], [[-1.0, -1], [0, 0]]]


def by_hand(maps, slopes, what, *place):
    maps, slopes = np.array(maps), np.array(slopes)
    weights = slopes.mean(axis=(1, 2))
    if what == "weight":
        return float(weights[place[0]])
    total = (weights[:, None, None] * maps).sum(axis=0)[place]
    return float(max(total, 0))


BY_HAND = mistakes(
    by_hand,
    (
        "the gradient is summed and not averaged",
        {"slopes.mean": "slopes.sum"},
        "Divide by four pixels.",
    ),
    (
        "the largest gradient is the weight",
        {"slopes.mean": "slopes.max"},
        "Take the mean of the four.",
    ),
    (
        "zeros are not counted in the mean",
        {"slopes.mean(axis=(1, 2))": "slopes.sum(axis=(1, 2)) / (slopes != 0).sum(axis=(1, 2))"},
        "Take the mean of all four.",
    ),
    (
        "every pixel has a weight of its own",
        {"weights[:, None, None] * maps": "slopes * maps"},
        "One weight for each map.",
    ),
    (
        "the size of a weight is taken",
        {"slopes.mean(axis=(1, 2))": "abs(slopes.mean(axis=(1, 2)))"},
        "A map that speaks against the class has a negative weight.",
    ),
    (
        "a weight below 0 is set to 0",
        {"slopes.mean(axis=(1, 2))": "slopes.mean(axis=(1, 2)).clip(0)"},
        "Only the sum is cut off at 0: a map that speaks against the class has a negative weight.",
    ),
    ("row and column are exchanged", {"[place]": "[place[::-1]]"}, "(row, column)."),
    ("the weighted maps are averaged", {"maps).sum": "maps).mean"}, "Add them up."),
    (
        "the size is taken, and not 0 where it is negative",
        {"max(total, 0)": "abs(total)"},
        "Below 0 becomes 0.",
    ),
    ("the maps are averaged and not their gradients", {"slopes.mean": "maps.mean"}, "dA, not A."),
    ("the ReLU at the end is forgotten", {"max(total, 0)": "total"}, "Below 0 becomes 0."),
)

# ---------------------------------------------------------------------- units and fields


def feature_maps(network, x, name):
    for each, layer in network.layers.items():
        x = layer.forward(x)
        if each == name:
            return x


FEATURES = mistakes(
    feature_maps,
    (
        "what goes into the layer is returned, not what comes out",
        {"x = layer": "before, x = x, layer", "return x": "return before"},
        "First x = layer.forward(x), then ask whether this was the layer.",
    ),
    (
        "the first layer whose name begins so is taken",
        {"if each == name": "if name.startswith(each)"},
        "conv1 is not conv10: ==.",
    ),
    (
        "the first layer of that kind is taken",
        {"if each == name": 'if each.rstrip("0123456789") == name.rstrip("0123456789")'},
        "The name, and not the kind.",
    ),
    (
        "the layer after it is asked",
        {
            "if each == name": "if found",
            "        x = layer": "        found = each == name\n        x = layer",
            "for each, layer in": "found = False\n    for (each, _), (_, layer) in zip(\n"
            "        [('', None), *network.layers.items()],",
            "network.layers.items():\n        found": "network.layers.items()):\n        found",
        },
        "Stop when the name is reached.",
    ),
    (
        "the maps of the first image are returned, without the axis of images",
        {"return x": "return x[0]"},
        "x holds several: (N, ...) goes in and comes out.",
    ),
    (
        "what the first layer makes is returned, whatever the name",
        {"        if each == name:\n            return x": "        return x"},
        "Is the name compared with ==, and does the return stand under that if?",
    ),
    (
        "the scores of the whole network are returned",
        {"        if each == name:\n            return x": "    return x"},
        "Stop at the name.",
    ),
    (
        "the layer is used on the image alone",
        {"x = layer.forward(x)": "pass", "return x": "return layer.forward(x)"},
        "It expects what the layers before it return.",
    ),
)


def receptive_field(layers, at):
    low = high = at
    for K, S, P in reversed(layers):
        low, high = low * S - P, high * S - P + K - 1
    return low, high


BACK = "From the last layer to the first: low = low * S - P, high = high * S - P + K - 1."
FIELD = mistakes(
    receptive_field,
    (
        "the stride counts for low alone",
        {"high * S - P + K - 1": "high - P + K - 1"},
        BACK,
    ),
    (
        "the padding is taken off twice",
        {"low * S - P": "low * S - 2 * P", "high * S - P": "high * S - 2 * P"},
        "A pixel lies P further right in the frame than in the image: one side counts.",
    ),
    ("strides play no part", {"low * S": "low", "high * S": "high"}, BACK),
    ("stride and padding are exchanged", {"K, S, P": "K, P, S"}, "(kernel, stride, pad)."),
    (
        "the last layer is left out",
        {"reversed(layers)": "layers[-2::-1]"},
        "A pixel of the last layer sees K pixels of what came in.",
    ),
    (
        "half a kernel is taken away, whatever the padding is",
        {"low * S - P": "low * S - K // 2", "high * S - P + K - 1": "high * S + K // 2"},
        "A kernel begins at pixel q * S - P.",
    ),
    ("each layer adds K pixels and not K - 1", {"K - 1": "K"}, BACK),
    (
        "padding is added",
        {"low * S - P": "low * S + P", "high * S - P": "high * S + P"},
        "A frame shifts the image: pixel 0 of it is pixel P of the frame.",
    ),
    (
        "padding is added to the last pixel",
        {"high * S - P": "high * S + P"},
        "A frame shifts both ends to the same side.",
    ),
    (
        "padding is taken away before the stride comes in",
        {"low * S - P": "(low - P) * S", "high * S - P": "(high - P) * S"},
        BACK,
    ),
    ("only the last layer counts", {"reversed(layers)": "layers[-1:]"}, BACK),
    ("high is that of low", {"high * S": "low * S"}, BACK),
    ("padding is taken off low alone", {"high * S - P": "high * S"}, BACK),
    ("padding is left out", {"low * S - P": "low * S", "high * S - P": "high * S"}, BACK),
    ("the layers are gone through from the first", {"reversed(layers)": "layers"}, BACK),
    (
        "high is worked out from the new low",
        {"low, high = low * S - P, high": "low = low * S - P\n        high = low"},
        "Both need the old numbers: low, high = ..., ... in one line.",
    ),
    (
        "what is below 0 is cut off",
        {"low * S - P": "max(low * S - P, 0)"},
        "Numbers below 0 lie in the padding: leave them as they are.",
    ),
    (
        "the width is returned and not the last pixel",
        {"return low, high": "return low, high - low + 1"},
        "Return (low, high).",
    ),
    ("the first layer is left out", {"reversed(layers)": "layers[:0:-1]"}, "Walk to the image."),
    ("it is divided by the stride", {"low * S": "low // S", "high * S": "high // S"}, BACK),
    (
        "padding is taken twice off the last pixel",
        {"high * S - P": "high * S - 2 * P"},
        "A frame shifts both ends alike.",
    ),
    (
        "high is the pixel after the last one",
        {"return low, high": "return low, high + 1"},
        "The last pixel that is seen, not the end of a slice.",
    ),
)


def most_exciting(maps, count):
    best = np.argsort(-maps.max(axis=(1, 2)), kind="stable")[:count]
    return [(int(n), *map(int, divmod(maps[n].argmax(), maps.shape[2]))) for n in best]


TAKEN = """    maps, found = maps.copy(), []
    for _ in range(count):
        n, row, column = map(int, np.unravel_index(maps.argmax(), maps.shape))
        found.append((n, row, column))
        {}
    return found
    best = """
EXCITING = mistakes(
    most_exciting,
    (
        "the place of the weakest response is given",
        {".argmax()": ".argmin()"},
        "Where is the response largest?",
    ),
    (
        "the weakest come first",
        {"-maps.max": "maps.max"},
        "argsort sorts upwards.",
    ),
    ("images are sorted by their mean", {"-maps.max": "-maps.mean"}, "The largest of each map."),
    (
        "the size of a response counts, and not the number",
        {"-maps.max": "-abs(maps).max", "maps[n].argmax": "abs(maps[n]).argmax"},
        "-5 is less than 1.",
    ),
    (
        "the size of a response counts, and not the number, when images are sorted",
        {"-maps.max": "-abs(maps).max"},
        "-5 is less than 1.",
    ),
    (
        "images that were taken are set to 0, which is more than what is below 0",
        {"    best = ": TAKEN.format("maps[n] = 0")},
        "Set them to minus infinity, or sort the largest of each map.",
    ),
    (
        "only the pixel is taken out, and not its image",
        {"    best = ": TAKEN.format("maps[n].flat[maps[n].argmax()] = 0")},
        "No image comes twice: sort the largest of each map.",
    ),
    (
        "the search starts at 0, so that negative numbers never win",
        {
            "-maps.max": "-np.maximum(maps, 0).max",
            "maps[n].argmax": "np.maximum(maps[n], 0).argmax",
        },
        "Start with the first number, or with minus infinity.",
    ),
    (
        "ranks are returned, and not the numbers of the images",
        {"in best": "in range(len(best))", "maps[n]": "maps[best[n]]"},
        "Which image was it before they were sorted?",
    ),
    (
        "the place is divided by the rows",
        {"maps.shape[2])": "maps.shape[1])"},
        "A row has OW numbers: divmod(k, OW).",
    ),
    (
        "the weakest responses are found",
        {"-maps.max": "maps.min", "argmax": "argmin"},
        "The largest number of a map.",
    ),
    (
        "one image comes more than once",
        {
            "    return": "    flat = np.argsort(-maps.ravel(), kind='stable')[:count]\n"
            "    return np.transpose(np.unravel_index(flat, maps.shape))\n    return"
        },
        "First the maximum of each map, then the images in the order of these.",
    ),
    (
        "row and column are exchanged",
        {"maps.shape[2])": "maps.shape[2])[::-1]"},
        "(image, row, column).",
    ),
    ("the strongest comes last", {"in best": "in best[::-1]"}, "np.argsort sorts upwards."),
    (
        "all have the place of the strongest response of all",
        {"maps[n].argmax()": "maps[best[0]].argmax()"},
        "Look for the place in the map of that image.",
    ),
    (
        "they are sorted by image, and not by response",
        {"in best": "in np.sort(best)"},
        "The strongest first.",
    ),
    ("the last one is missing", {"[:count]": "[: count - 1]"}, "A slice ends before its end."),
    (
        "the response is returned, and not the number of the image",
        {"(int(n),": "(float(maps[n].max()),"},
        "(image, row, column).",
    ),
    (
        "the place of the largest number of all maps is counted through all of them",
        {"maps[n].argmax()": "maps.argmax()"},
        "Look for the place in the map of that image: maps[n].argmax().",
    ),
    (
        "the place is one number, counted through the map",
        {"*map(int, divmod(maps[n].argmax(), maps.shape[2]))": "int(maps[n].argmax())"},
        "divmod(k, OW) makes row and column of it.",
    ),
    (
        "the first images are taken",
        {"-maps.max(axis=(1, 2))": "np.arange(len(maps))"},
        "Sort them by their maximum.",
    ),
    ("all images are returned", {"[:count]": ""}, "The first `count` of them."),
    ("one too many is returned", {"[:count]": "[: count + 1]"}, "A slice ends before its end."),
    (
        "the image comes last",
        {
            "(int(n), *map(int, divmod(maps[n].argmax(), maps.shape[2])))": (
                "(*map(int, divmod(maps[n].argmax(), maps.shape[2])), int(n))"
            )
        },
        "(image, row, column).",
    ),
)


def ablation(network, x, labels, name):
    before, after = split(network, name)
    with inference(network):
        maps, right = before.forward(x), []
        for f in range(maps.shape[1]):
            rest = maps.copy()
            rest[:, f] = 0
            right.append((after.forward(rest).argmax(axis=1) == labels).mean())
    return np.array(right)


REST = "Set one channel to 0 in a copy of the maps, and send the copy through the layers after it."
ABLATION = mistakes(
    ablation,
    (
        "the fall of the accuracy is returned",
        {
            "return np": "whole = (after.forward(maps).argmax(axis=1) == labels).mean()\n"
            "    return whole - np"
        },
        "The accuracy that remains.",
    ),
    (
        "the share of mistakes is returned",
        {"return np": "return 1 - np"},
        "The accuracy that remains.",
    ),
    (
        "the right ones are counted",
        {"labels).mean()": "labels).sum()"},
        "Divide by the number of images.",
    ),
    ("channels stay switched off", {"maps.copy()": "maps"}, REST),
    (
        "all channels but one are switched off",
        {"maps.copy()": "np.zeros_like(maps)", "rest[:, f] = 0": "rest[:, f] = maps[:, f]"},
        REST,
    ),
    ("the channel is set to 1", {"rest[:, f] = 0": "rest[:, f] = 1"}, REST),
    (
        "an image is set to 0, and not a channel",
        {"rest[:, f] = 0": "rest[f] = 0"},
        "The channels are axis 1: [:, f].",
    ),
    (
        "a row of pixels is set to 0, and not a channel",
        {"rest[:, f] = 0": "rest[:, :, f] = 0"},
        "The channels are axis 1: [:, f].",
    ),
    (
        "a column of pixels is set to 0, and not a channel",
        {"rest[:, f] = 0": "rest[..., f] = 0"},
        "The channels are axis 1: [:, f].",
    ),
    (
        "the loop goes through the images, and not through the channels",
        {"range(maps.shape[1])": "range(len(maps))", "rest[:, f] = 0": "rest[f] = 0"},
        "The channels are axis 1: maps.shape[1] of them.",
    ),
    ("nothing is switched off", {"forward(rest)": "forward(maps)"}, REST),
    ("the channel of the first image alone is switched off", {"rest[:, f]": "rest[0, f]"}, REST),
    (
        "a channel of what goes into the layer is set to 0, and not of what comes out",
        {"split(network, name)": "split_before(network, name)"},
        REST,
    ),
    (
        "it is compared with what the whole network reads",
        {"== labels": "== after.forward(maps).argmax(axis=1)"},
        "Accuracy: how often it reads what the labels say.",
    ),
    (
        "the largest score is compared with the label, and not its place",
        {".argmax(axis=1) == labels": ".max(axis=1) == labels"},
        "A label is the number of a class: argmax.",
    ),
    ("the channel is set to its mean", {"rest[:, f] = 0": "rest[:, f] = rest[:, f].mean()"}, REST),
)

# ---------------------------------------------------------------------- maps of an image


def one_hot(scores, c):
    """Return zeros like the scores, with a 1 at the class in every row."""
    asked = np.zeros_like(scores)
    asked[np.arange(len(scores)), c] = 1
    return asked


def slopes(network, x, c):
    """Differentiate the score of a class by each pixel."""
    with inference(network):
        return network.backward(one_hot(network.forward(x), c))


def saliency(network, x, c):
    with inference(network):
        scores = network.forward(x)
        asked = one_hot(scores, c)
        dx = network.backward(asked)
    return np.abs(dx).max(axis=1)


ASKED = "dscores: zeros like the scores, with a 1 at class c in every row. Then network.backward."
SIZE = "np.abs(dx) first, then the largest of the channels: .max(axis=1)."
BACKWARD, JOINED = "backward(asked)", "np.abs(dx).max(axis=1)"
PROBABILITY = "p = softmax(scores)\n        dx = network.backward(p[:, [c]] * (asked - p))"
SALIENCY = mistakes(
    saliency,
    (
        "the gradient of the loss is taken",
        {BACKWARD: "backward((softmax(scores) - asked) / len(x))"},
        ASKED,
    ),
    (
        "the gradient of the loss is taken, not divided by N",
        {BACKWARD: "backward(softmax(scores) - asked)"},
        ASKED,
    ),
    ("the scores themselves are sent back", {BACKWARD: "backward(scores)"}, ASKED),
    (
        "the gradient of the probability is taken",
        {"dx = network.backward(asked)": PROBABILITY},
        ASKED,
    ),
    (
        "the gradient of the sum of all scores is taken",
        {BACKWARD: "backward(np.ones_like(scores))"},
        ASKED,
    ),
    (
        "the class that the network reads is asked about, not c",
        {"(scores, c)": "(scores, scores.argmax(axis=1))"},
        ASKED,
    ),
    ("another class is asked about", {"(scores, c)": "(scores, (c + 1) % scores.shape[1])"}, ASKED),
    ("the sign of the gradient is kept", {"np.abs(dx)": "dx"}, SIZE),
    ("the size is taken after the largest", {JOINED: "np.abs(dx.max(axis=1))"}, SIZE),
    ("channels are summed", {".max(axis=1)": ".sum(axis=1)"}, SIZE),
    ("channels are averaged", {".max(axis=1)": ".mean(axis=1)"}, SIZE),
    ("only the first channel is used", {".max(axis=1)": "[:, 0]"}, SIZE),
    (
        "the length over the channels is taken",
        {JOINED: "np.sqrt((dx**2).sum(axis=1))"},
        SIZE,
    ),
    ("the largest of the images is taken", {".max(axis=1)": ".max(axis=0)"}, SIZE),
    (
        "each map is divided by its largest number",
        {JOINED: f"{JOINED} / {JOINED}.max(axis=(1, 2), keepdims=True)"},
        "The slopes as they are.",
    ),
    ("the score itself is sent back, and not a 1", {BACKWARD: "backward(asked * scores)"}, ASKED),
    (
        "only the first image has a 1",
        {"one_hot(scores, c)": "one_hot(scores, c) * (np.arange(len(scores)) == 0)[:, None]"},
        ASKED,
    ),
    (
        "row c is set, and not column c",
        {"one_hot(scores, c)": "0 * scores\n        asked[c] = 1"},
        ASKED,
    ),
    (
        "row c is set, and not column c",
        {"one_hot(scores, c)": "0 * scores\n        asked[c % len(x)] = 1"},
        ASKED,
    ),
    (
        "it is multiplied with the image",
        {"np.abs(dx)": "np.abs(dx * x)"},
        "That is another method.",
    ),
    ("the gradient is squared", {"np.abs(dx)": "(dx**2)"}, SIZE),
    ("all classes but c are asked about", {BACKWARD: "backward(1 - asked)"}, ASKED),
    (
        "the gradient is divided by the number of images",
        {BACKWARD: "backward(asked / len(x))"},
        ASKED,
    ),
    ("slopes below 0 are cut off", {"np.abs(dx)": "np.maximum(dx, 0)"}, SIZE),
    (
        "the smallest of the channels is taken off the largest",
        {JOINED: "dx.max(axis=1) - dx.min(axis=1)"},
        SIZE,
    ),
    ("the smallest of the channels is taken", {".max(axis=1)": ".min(axis=1)"}, SIZE),
    (
        "all maps are divided by the largest number",
        {JOINED: f"{JOINED} / {JOINED}.max()"},
        "The slopes as they are.",
    ),
)


def occlusion(network, x, c, size):
    half, fall = size // 2, np.zeros(x.shape[2:], x.dtype)
    with inference(network):
        whole = network.forward(x)[0, c]
        for row, column in np.ndindex(fall.shape):
            image = x.copy()
            top, left = max(row - half, 0), max(column - half, 0)
            image[:, :, top : row + half + 1, left : column + half + 1] = 0
            fall[row, column] = whole - network.forward(image)[0, c]
    return fall


FALL = "Score of the whole image less that of the covered one: what spoke for the class is above 0."
OCCLUSION = mistakes(
    occlusion,
    (
        "the last row and column of the square stay uncovered",
        {"row + half + 1": "row + half", "column + half + 1": "column + half"},
        "A slice ends before its end.",
    ),
    (
        "rows and columns of the square are exchanged",
        {
            "top, left =": "left, top =",
            "row + half + 1, left : column +": "column + half + 1, left : row +",
        },
        "[:, :, rows, columns]",
    ),
    (
        "of the covered image the highest score is taken, and not that of c",
        {"forward(image)[0, c]": "forward(image)[0].max()"},
        FALL,
    ),
    ("it is covered with the mean", {"] = 0\n": "] = x.mean()\n"}, "Cover it with 0."),
    (
        "all but the square is covered",
        {
            "image = x.copy()": "image = 0 * x",
            "] = 0\n": "] = x[:, :, top : row + half + 1, left : column + half + 1]\n",
        },
        "Cover the square, and leave the rest as it is.",
    ),
    (
        "places whose square sticks out are left out",
        {
            "image = x.copy()": "if min(row, column, *np.subtract(x.shape[2:], (row + 1,"
            " column + 1))) < half:\n                continue\n            image = x.copy()"
        },
        "At the border the square is cut: every pixel has its place.",
    ),
    (
        "what speaks against the class is cut off",
        {"return fall": "return fall.clip(0)"},
        "A fall below 0 is a rise: leave it as it is.",
    ),
    (
        "the square begins below 0, where NumPy counts from the end",
        {"max(row - half, 0), max(column - half, 0)": "row - half, column - half"},
        "max(row - half, 0).",
    ),
    (
        "the square reaches size pixels in each direction",
        {"size // 2, np": "size, np"},
        "size rows and columns in all: size // 2 in each direction.",
    ),
    ("the score of the covered image is returned", {"= whole - ": "= "}, FALL),
    ("the size of the difference is taken", {"return fall": "return abs(fall)"}, FALL),
    (
        "the probability is measured and not the score",
        {
            "network.forward(x)": "softmax(network.forward(x))",
            "network.forward(image)": "softmax(network.forward(image))",
        },
        FALL,
    ),
    (
        "the cover begins at the pixel and is not centred on it",
        {
            "max(row - half, 0), max(column - half, 0)": "row, column",
            "row + half + 1": "row + size",
            "column + half + 1": "column + size",
        },
        "Rows from row - size // 2 to row + size // 2, and none below 0.",
    ),
    (
        "covers stay where they were",
        {"image = x.copy()": "pass", "half, fall = ": "image, half, fall = x.copy(), "},
        "Cover a fresh copy of the image each time: x.copy().",
    ),
    ("only the first channel is covered", {"image[:, :,": "image[:, :1,"}, "[:, :, rows, columns]"),
    ("it is covered with 1", {"] = 0\n": "] = 1\n"}, "Cover it with 0."),
    ("it is covered with the smallest pixel", {"] = 0\n": "] = x.min()\n"}, "Cover it with 0."),
    ("whole rows are covered", {", left : column + half + 1": ""}, "A square: rows and columns."),
    ("the fall is divided by the score", {"return fall": "return fall / whole"}, FALL),
)


def split_before(network, name):
    """Cut a network in front of a layer, also of its first."""
    layers, cut = list(network.layers.values()), list(network.layers).index(name)
    return Sequential(layers[:cut]), Sequential(layers[cut:])


def grad_cam(network, x, c, name):
    before, after = split(network, name)
    with inference(network):
        maps = before.forward(x)
        scores = after.forward(maps)
        dmaps = after.backward(one_hot(scores, c))
    weights = dmaps.mean(axis=(2, 3), keepdims=True)
    return np.maximum((weights * maps).sum(axis=1), 0)


WEIGHT = "The weight of a map is the mean of its gradient over its pixels, image by image."
AT = "(names := list(network.layers))[names.index(name)"
CAM = mistakes(
    grad_cam,
    (
        "it goes back through the layer of that name as well",
        {
            "after.backward(one_hot(scores, c))": (
                "network[name].backward(after.backward(one_hot(scores, c)))"
            )
        },
        "What arrives behind that layer is the gradient of its maps: stop there.",
    ),
    (
        "it goes back as far as the image",
        {
            "after.backward(one_hot(scores, c))": (
                "before.backward(after.backward(one_hot(scores, c)))"
            )
        },
        "What arrives behind the layer of that name is the gradient of its maps: stop there.",
    ),
    (
        "the result is divided by its largest number",
        {
            "return np": "cam = np",
            "axis=1), 0)": "axis=1), 0)\n    return cam / cam.max()",
        },
        "The sum as it is.",
    ),
    (
        "the result of each image is divided by its largest number",
        {
            "return np": "cam = np",
            "axis=1), 0)": "axis=1), 0)\n    return cam / cam.max(axis=(1, 2), keepdims=True)",
        },
        "The sum as it is.",
    ),
    (
        "only the first image has a 1",
        {"one_hot(scores, c)": "one_hot(scores, c) * (np.arange(len(scores)) == 0)[:, None]"},
        ASKED,
    ),
    (
        "row c is set, and not column c",
        {"one_hot(scores, c)": "one_hot(0 * scores.T, c).T"},
        ASKED,
    ),
    (
        "each map is cut off at 0, and not their sum",
        {
            "(weights * maps).sum(axis=1), 0)": "weights * maps, 0).sum(axis=1)",
        },
        "First add up, then cut off.",
    ),
    (
        "the size of each weight is taken",
        {
            "weights = dmaps.mean": "weights = abs(dmaps.mean",
            "keepdims=True)\n": "keepdims=True))\n",
        },
        "What speaks against the class has a negative weight.",
    ),
    (
        "the ReLU at the end is forgotten",
        {"np.maximum(": "(", ", 0)": ")"},
        "What speaks against c is 0.",
    ),
    (
        "the size is taken in place of ReLU",
        {"np.maximum(": "abs(", ", 0)": ")"},
        "np.maximum(..., 0).",
    ),
    ("the gradient is summed and not averaged", {"dmaps.mean": "dmaps.sum"}, WEIGHT),
    (
        "negative weights are cut off",
        {"keepdims=True)\n": "keepdims=True)\n    weights = np.maximum(weights, 0)\n"},
        "What speaks against the class has a negative weight.",
    ),
    ("the weights are averaged over the channels as well", {"(2, 3)": "(1, 2, 3)"}, WEIGHT),
    ("the weights are those of the first image", {"weights * maps": "weights[:1] * maps"}, WEIGHT),
    (
        "the gradient of the sum of all scores is taken",
        {"one_hot(scores, c)": "np.ones_like(scores)"},
        ASKED,
    ),
    (
        "the gradient of the loss is taken, not divided by N",
        {"(one_hot(scores, c))": "(softmax(scores) - one_hot(scores, c))"},
        ASKED,
    ),
    ("the weights are averaged over the images as well", {"(2, 3)": "(0, 2, 3)"}, WEIGHT),
    (
        "every pixel has a weight of its own",
        {"dmaps.mean(axis=(2, 3), keepdims=True)": "dmaps"},
        WEIGHT,
    ),
    ("the largest gradient of a map is its weight", {"dmaps.mean": "dmaps.max"}, WEIGHT),
    (
        "maps and gradients are exchanged",
        {"dmaps.mean": "maps.mean", "weights * maps": "weights * dmaps"},
        WEIGHT,
    ),
    (
        "the maps are added without weights",
        {"dmaps.mean(axis=(2, 3), keepdims=True)": "1"},
        WEIGHT,
    ),
    ("the maps are averaged and not added", {"maps).sum": "maps).mean"}, "Add the weighted maps."),
    (
        "the largest of the weighted maps is taken",
        {"maps).sum": "maps).max"},
        "Add the weighted maps.",
    ),
    (
        "the gradient of the loss is taken",
        {"(one_hot(scores, c))": "((softmax(scores) - one_hot(scores, c)) / len(x))"},
        ASKED,
    ),
    (
        "the score itself is sent back, and not a 1",
        {"(one_hot(scores, c))": "(one_hot(scores, c) * scores)"},
        ASKED,
    ),
    (
        "the class that the network reads is asked about, not c",
        {"(scores, c)": "(scores, scores.argmax(axis=1))"},
        ASKED,
    ),
    (
        "the layer before the one asked about is used",
        {"split(network, name)": "split_before(network, name)"},
        "The maps are what that layer returns, not what it gets.",
    ),
    (
        "the layer after the one asked about is used",
        {"(network, name)": f"(network, {AT} + 1])"},
        "Keep what that layer returns, and stop going back when you have its gradient.",
    ),
    ("the sizes of the gradient are averaged", {"dmaps.mean": "abs(dmaps).mean"}, WEIGHT),
    ("gradients below 0 are cut off", {"dmaps.mean": "np.maximum(dmaps, 0).mean"}, WEIGHT),
    ("each pixel's weight is the mean over the maps", {"(2, 3)": "1"}, WEIGHT),
    (
        "the sum is turned around before it is cut off",
        {"((weights": "((-weights"},
        "What speaks for c is above 0.",
    ),
    ("what is above 0 is cut off", {"np.maximum": "np.minimum"}, "np.maximum(..., 0)."),
    ("only the first map is used", {".sum(axis=1)": "[:, 0]"}, "Add the weighted maps."),
)


def slopes_of_all(network, x):
    """Differentiate the sum of all scores by each pixel."""
    with inference(network):
        return network.backward(np.ones_like(network.forward(x)))


def slopes_of_log(network, x, c):
    """Differentiate the log of the probability of a class by each pixel."""
    with inference(network):
        scores = network.forward(x)
        return network.backward(one_hot(scores, c) - softmax(scores))


def climb(network, x, c, steps, rate, decay):
    for _ in range(steps):
        dx = slopes(network, x, c)
        x = (1 - decay) * x + rate * dx / np.sqrt((dx**2).mean())
    return x


SHRINK = "x = (1 - decay) * x + rate * dx / root of the mean of dx ** 2, in this order."
LENGTH = "np.sqrt((dx**2).mean())"
CLIMB = mistakes(
    climb,
    (
        "one step more is taken",
        {"range(steps)": "range(steps + 1)"},
        "As many steps as steps says.",
    ),
    (
        "decay comes once, at the end, and not at each step",
        {"(1 - decay) * x": "x", "return x": "return (1 - decay) * x"},
        SHRINK,
    ),
    (
        "only the sign of the gradient counts",
        {f"dx / {LENGTH}": "np.sign(dx)"},
        SHRINK,
    ),
    ("the image is cut to 0 and 1", {"return x": "return np.clip(x, 0, 1)"}, SHRINK),
    (
        "it goes downhill",
        {"+ rate": "- rate"},
        "The score shall grow, so along the gradient.",
    ),
    ("the gradient is not brought to length", {LENGTH: "1"}, SHRINK),
    ("the gradient is divided by its largest size", {LENGTH: "np.abs(dx).max()"}, SHRINK),
    ("the gradient is divided by its mean size", {LENGTH: "np.abs(dx).mean()"}, SHRINK),
    ("the gradient is divided by its standard deviation", {LENGTH: "dx.std()"}, SHRINK),
    (
        "the size of the gradient is followed, which has no direction",
        {"slopes(network, x, c)": "np.abs(slopes(network, x, c))"},
        "The gradient before its size is taken.",
    ),
    (
        "the image is cut to 0 and 1 at each step",
        {"x = (1 - decay)": "x = np.clip((1 - decay)", LENGTH: f"{LENGTH}, 0, 1)"},
        SHRINK,
    ),
    ("the sum of squares is used and not the mean", {"mean": "sum"}, SHRINK),
    ("the root is missing", {"np.sqrt": ""}, SHRINK),
    ("the gradient is multiplied by the root, and not divided", {"dx / np": "dx * np"}, SHRINK),
    ("the mean is taken before the square", {"(dx**2).mean()": "dx.mean() ** 2"}, SHRINK),
    ("decay is multiplied by the rate", {"1 - decay": "1 - rate * decay"}, SHRINK),
    ("decay is not used", {"(1 - decay) * ": ""}, SHRINK),
    ("decay is subtracted", {"(1 - decay) * x": "x - decay"}, SHRINK),
    ("the gradient is returned", {"return x": "return dx"}, "Which image has been made?"),
    (
        "the gradient of the sum of all scores is taken",
        {"slopes(network, x, c)": "slopes_of_all(network, x)"},
        ASKED,
    ),
    ("the gradient of log p is taken", {"slopes(network": "slopes_of_log(network"}, ASKED),
    ("the image is multiplied with decay", {"(1 - decay)": "decay"}, SHRINK),
    ("the image grows by decay", {"1 - decay": "1 + decay"}, SHRINK),
    (
        "the step shrinks as well",
        {"* x + rate * dx": "* (x + rate * dx", LENGTH: f"{LENGTH})"},
        SHRINK,
    ),
    (
        "the gradient is computed once, and not at each step",
        {
            "    for _ in": "    dx = slopes(network, x, c)\n    for _ in",
            "        dx = slopes(network, x, c)\n": "",
        },
        "Where the image has changed, the gradient has, too.",
    ),
    ("the last step is missing", {"(steps)": "(steps - 1)"}, "How often does your loop run?"),
)
