"""Exercise 06: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "06_learned_filters"
NAMES = {"by_hand": "cam", "which_method": "method"}
ASK = "dscores[:, c] = 1"
SIZE = "np.abs(network.backward(dscores)).max(axis=1)"
SOFT = "scores = network.forward(x)\n    p = np.exp(scores - scores.max(axis=1, keepdims=True))"
SOFT += "\n    p = p / p.sum(axis=1, keepdims=True)\n"
WEIGHTS = "weights = dy.mean(axis=(2, 3), keepdims=True)"
RETURN = "return np.maximum((weights * maps).sum(axis=1), 0)"
CAM_LOSS = """dy = np.exp(y - y.max(axis=1, keepdims=True))
    dy = dy / dy.sum(axis=1, keepdims=True)
    dy[:, c] -= 1
    dy = dy / len(x)"""
FALL = "whole - network.forward(covered)[0, c]"
PROBABLE = """(lambda s: np.exp(s) / np.exp(s).sum())(network.forward(x)[0])[c] - (
            lambda s: np.exp(s) / np.exp(s).sum()
        )(network.forward(covered)[0])[c]"""
AFTER = "list(network.layers)[list(network.layers).index(name) + 1]"
FRESH = "        y = maps.copy()\n        y[:, f] = 0\n"

# Of each task: the mistakes that their own texts do not make in the solution, and what does.
MUTANTS = {
    "feature_maps": {
        "what the first layer makes is returned, whatever the name": {
            "        if layer_name == name:\n            return x": "        return x"
        },
        "the first layer whose name begins so is taken": {
            "layer_name == name": "name.startswith(layer_name)"
        },
        "the first layer of that kind is taken": {
            "layer_name == name": "layer_name[:4] == name[:4]"
        },
        "the layer after it is asked": {
            "            return x": "            names = list(network.layers)\n"
            "            return network[names[names.index(name) + 1]].forward(x)"
        },
        "the scores of the whole network are returned": {
            "        if layer_name == name:\n            return x": "    return x"
        },
        "what goes into the layer is returned, not what comes out": {
            "        x = layer.forward(x)\n": "",
            "            return x": "            return x\n        x = layer.forward(x)",
        },
    },
    "receptive_field": {
        "the first layer is left out": {"reversed(layers)": "reversed(layers[1:])"}
    },
    "most_exciting": {
        "the search starts at 0, so that negative numbers never win": {
            "    best": "    maps = maps.clip(0)\n    best"
        },
        "the size of a response counts, and not the number": {
            "    best": "    maps = np.abs(maps)\n    best"
        },
        "the strongest comes last": {"[:count]": "[:count][::-1]"},
        "ranks are returned, and not the numbers of the images": {
            "    return": "    maps, best = maps[best], range(len(best))\n    return"
        },
        "one image comes more than once": {
            "return [(int(n), *map(int, divmod(maps[n].argmax(), maps.shape[2]))) for n in best]": (
                'flat = np.argsort(-maps.ravel(), kind="stable")[:count]\n'
                "    return [tuple(int(i) for i in np.unravel_index(k, maps.shape)) for k in flat]"
            )
        },
    },
    "ablation": {
        "a channel of what goes into the layer is set to 0, and not of what comes out": {
            "maps, names = feature_maps(network, x, name), list(network.layers)": (
                "maps, names = x, list(network.layers)\n"
                "    for each in names[: names.index(name)]:\n"
                "        maps = network[each].forward(maps)"
            ),
            "names.index(name) + 1 :": "names.index(name) :",
        },
        "the channel of the first image alone is switched off": {"y[:, f]": "y[0, f]"},
        "it is compared with what the whole network reads": {
            "== labels": "== network.forward(x).argmax(axis=1)"
        },
        "a row of pixels is set to 0, and not a channel": {"y[:, f]": "y[:, :, f]"},
        "a column of pixels is set to 0, and not a channel": {"y[:, f]": "y[..., f]"},
        "the fall of the accuracy is returned": {
            "return accuracy": (
                "y = network.forward(x)\n    return (y.argmax(axis=1) == labels).mean() - accuracy"
            )
        },
        "the share of mistakes is returned": {" == labels": " != labels"},
        "all channels but one are switched off": {
            FRESH: "        y = 0 * maps\n        y[:, f] = maps[:, f]\n"
        },
        "an image is set to 0, and not a channel": {"y[:, f] = 0": "y[f] = 0"},
        "the loop goes through the images, and not through the channels": {
            "np.zeros(maps.shape[1])": "np.zeros(len(x))",
            "y[:, f] = 0": "y[f] = 0",
        },
        "nothing is switched off": {FRESH: "        y = maps.copy()\n"},
        "the channel is set to 1": {"y[:, f] = 0": "y[:, f] = 1"},
        "the channel is set to its mean": {"y[:, f] = 0": "y[:, f] = y[:, f].mean()"},
    },
    "saliency": {
        "only the first image has a 1": {ASK: "dscores[0, c] = 1"},
        "all classes but c are asked about": {ASK: "dscores[:] = 1\n    dscores[:, c] = 0"},
        "the gradient is divided by the number of images": {ASK: f"{ASK} / len(x)"},
        "slopes below 0 are cut off": {SIZE: "network.backward(dscores).clip(0).max(axis=1)"},
        "all maps are divided by the largest number": {SIZE: f"(m := {SIZE}) / m.max()"},
        "the gradient of the loss is taken": {
            "    dscores = np.zeros_like(network.forward(x))": "    "
            + SOFT
            + "    dscores = p / len(x)",
            ASK: "dscores[:, c] -= 1 / len(x)",
        },
        "the gradient of the loss is taken, not divided by N": {
            "    dscores = np.zeros_like(network.forward(x))": "    " + SOFT + "    dscores = p",
            ASK: "dscores[:, c] -= 1",
        },
        "the scores themselves are sent back": {
            "np.zeros_like(network.forward(x))": "network.forward(x)",
            ASK: "",
        },
        "the gradient of the probability is taken": {
            "    dscores = np.zeros_like(network.forward(x))": "    "
            + SOFT
            + "    dscores = -p * p[:, [c]]",
            ASK: "dscores[:, c] += p[:, c]",
        },
        "the gradient of the sum of all scores is taken": {ASK: "dscores[:] = 1"},
        "the class that the network reads is asked about, not c": {
            ASK: "dscores[np.arange(len(x)), network.forward(x).argmax(axis=1)] = 1"
        },
        "another class is asked about": {ASK: "dscores[:, (c + 1) % dscores.shape[1]] = 1"},
        "the smallest of the channels is taken off the largest": {
            SIZE: "np.ptp(network.backward(dscores), axis=1)"
        },
        "the sign of the gradient is kept": {SIZE: "network.backward(dscores).max(axis=1)"},
        "the size is taken after the largest": {
            SIZE: "np.abs(network.backward(dscores).max(axis=1))"
        },
        "the length over the channels is taken": {
            SIZE: "np.linalg.norm(network.backward(dscores), axis=1)"
        },
        "each map is divided by its largest number": {
            SIZE: f"(m := {SIZE}) / m.max(axis=(1, 2), keepdims=True)"
        },
        "the score itself is sent back, and not a 1": {
            ASK: "dscores[:, c] = network.forward(x)[:, c]"
        },
        "row c is set, and not column c": {ASK: "dscores[c] = 1"},
        "it is multiplied with the image": {"backward(dscores)": "backward(dscores) * x"},
        "the gradient is squared": {SIZE: "(network.backward(dscores) ** 2).max(axis=1)"},
    },
    "occlusion": {
        "of the covered image the highest score is taken, and not that of c": {
            "forward(covered)[0, c]": "forward(covered)[0].max()"
        },
        "all but the square is covered": {" = 0\n": " = 0\n        covered = x - covered\n"},
        "places whose square sticks out are left out": {
            "        covered = x.copy()\n": "        if not all(half <= at < n - half for at, n in"
            " zip((row, column), fall.shape)):\n            continue\n"
            "        covered = x.copy()\n"
        },
        "the square reaches size pixels in each direction": {"size // 2": "size"},
        "the probability is measured and not the score": {FALL: PROBABLE},
        "covers stay where they were": {
            "    for row": "    covered = x.copy()\n    for row",
            "        covered = x.copy()\n": "",
        },
        "only the first channel is covered": {"covered[:, :, top": "covered[:, 0, top"},
        "the size of the difference is taken": {FALL: "abs(" + FALL + ")"},
        "what speaks against the class is cut off": {FALL: "max(" + FALL + ", 0)"},
    },
    "grad_cam": {
        "it goes back through the layer of that name as well": {
            "for layer in reversed(later)": "for layer in [*reversed(later), network[name]]"
        },
        "only the first image has a 1": {"dy[:, c] = 1": "dy[0, c] = 1"},
        "row c is set, and not column c": {"dy[:, c] = 1": "dy[c] = 1"},
        "the score itself is sent back, and not a 1": {"dy[:, c] = 1": "dy[:, c] = y[:, c]"},
        "it goes back as far as the image": {
            "for layer in reversed(later)": (
                "for layer in [network[each] for each in reversed(names)]"
            )
        },
        "the sizes of the gradient are averaged": {"dy.mean": "abs(dy).mean"},
        "gradients below 0 are cut off": {"dy.mean": "dy.clip(0).mean"},
        "the size of each weight is taken": {
            RETURN: "return np.maximum((abs(weights) * maps).sum(axis=1), 0)"
        },
        "the gradient of the sum of all scores is taken": {"dy[:, c] = 1": "dy[:] = 1"},
        "the gradient of the loss is taken, not divided by N": {
            "dy = np.zeros_like(y)\n    dy[:, c] = 1": CAM_LOSS.replace(" / len(x)", "")
        },
        "the gradient is summed and not averaged": {"dy.mean": "dy.sum"},
        "every pixel has a weight of its own": {WEIGHTS: "weights = dy"},
        "the largest gradient of a map is its weight": {"dy.mean": "dy.max"},
        "maps and gradients are exchanged": {
            "dy.mean": "maps.mean",
            "weights * maps": "weights * dy",
        },
        "the layer before the one asked about is used": {
            "maps = feature_maps(network, x, name)\n    y, names = maps, list(network.layers)": (
                "maps, names = x, list(network.layers)\n"
                "    for each in names[: names.index(name)]:\n"
                "        maps = network[each].forward(maps)\n    y = maps"
            ),
            "names.index(name) + 1 :": "names.index(name) :",
        },
        "the maps are added without weights": {WEIGHTS: "weights = 1"},
        "the gradient of the loss is taken": {"dy = np.zeros_like(y)\n    dy[:, c] = 1": CAM_LOSS},
        "the class that the network reads is asked about, not c": {
            "dy[:, c] = 1": "dy[np.arange(len(y)), y.argmax(axis=1)] = 1"
        },
        "the layer after the one asked about is used": {
            "    maps = feature": f"    name = {AFTER}\n    maps = feature"
        },
        "negative weights are cut off": {RETURN: "weights = weights.clip(0)\n    " + RETURN},
    },
    "climb": {
        "the gradient of log p is taken": {
            "        dx =": "        p = np.exp(network.forward(x))\n"
            "        dscores -= p / p.sum()\n        dx ="
        },
        "the gradient of the sum of all scores is taken": {ASK: "dscores[:] = 1"},
        "the gradient is computed once, and not at each step": {
            "    for _ in range(steps):\n": "    if steps:\n",
            "        x = (1": "    for _ in range(steps):\n        x = (1",
        },
        "the size of the gradient is followed, which has no direction": {
            "network.backward(dscores)": "abs(network.backward(dscores))"
        },
        "the image is cut to 0 and 1 at each step": {
            "x = (1 - decay) * x + rate * dx / np.sqrt((dx**2).mean())": (
                "x = (1 - decay) * x + rate * dx / np.sqrt((dx**2).mean())\n"
                "        x = x.clip(0, 1)"
            )
        },
    },
}
QUESTIONS = {
    "by_hand": [
        (
            "the gradient is summed and not averaged",
            {"weight 0": 4, "weight 1": -2, "at (1, 0)": 8},
        ),
        ("the largest gradient is the weight", {"weight 0": 2, "weight 1": 0, "at (1, 0)": 4}),
        ("zeros are not counted in the mean", {"weight 0": 2, "weight 1": -1, "at (1, 0)": 4}),
        ("the size of a weight is taken", {"weight 1": 0.5, "at (0, 1)": 1.5}),
        ("a weight below 0 is set to 0", {"weight 1": 0}),
        ("row and column are exchanged", {"at (0, 1)": 2, "at (1, 0)": 0}),
        ("every pixel has a weight of its own", {"at (1, 0)": 4}),
        (
            "the maps are averaged and not their gradients",
            {"weight 0": 0.75, "weight 1": 1, "at (0, 1)": 3, "at (1, 0)": 1.5},
        ),
        ("the ReLU at the end is forgotten", {"at (0, 1)": -1.5}),
        ("the weighted maps are averaged", {"at (1, 0)": 1}),
        ("the size is taken, and not 0 where it is negative", {"at (0, 1)": 1.5}),
    ]
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "feature_maps": {"            return x": "            return x + 1"},
    "receptive_field": {"low * S - P": "low * S + P"},
    "most_exciting": {"-maps.max": "-maps.std"},
    "ablation": {"y[:, f] = 0": "y[:, f] = 2"},
    "saliency": {ASK: "dscores[:, c] = 2"},
    "occlusion": {"left : column + half + 1] = 0": "left : column + half + 1] = 2"},
    "grad_cam": {"dy[:, c] = 1": "dy[:, c] = 2"},
    "climb": {"range(steps)": "range(2 * steps)"},
}
