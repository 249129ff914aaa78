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
UNIT = "np.sqrt((dx**2).mean())"
STEP = "x = (1 - decay) * x + rate * dx / np.sqrt((dx**2).mean())"
FOUND = "return [(int(n), *map(int, divmod(maps[n].argmax(), maps.shape[2]))) for n in best]"
TAKEN = """m, found = maps.copy(), []
    for _ in range(count):
        n, row, column = np.unravel_index(m.argmax(), m.shape)
        found.append((n, row, column))
        m[{}] = 0
    return found
    best = """
PLACES = """flat = np.argsort(-maps.ravel(), kind="stable")[:count]
    return [tuple(int(i) for i in np.unravel_index(k, maps.shape)) for k in flat]"""
FALL = "whole - network.forward(covered)[0, c]"
PROBABLE = """(lambda s: np.exp(s) / np.exp(s).sum())(network.forward(x)[0])[c] - (
            lambda s: np.exp(s) / np.exp(s).sum()
        )(network.forward(covered)[0])[c]"""
PASSED = """        x = layer.forward(x)
        if layer_name == name:
            return x"""
AFTER = "list(network.layers)[list(network.layers).index(name) + 1]"
DOWN = "low, high = low * S - P, high * S - P + K - 1"
RIGHT = "(y.argmax(axis=1) == labels).mean()"
FRESH = "        y = maps.copy()\n        y[:, f] = 0\n"

# Of each task: the mistake, and what to replace in the solution so as to make it.
MUTANTS = {
    "feature_maps": [
        (
            "the maps of the first image are returned, without the axis of images",
            ("            return x", "            return x[0]"),
        ),
        (
            "what the first layer makes is returned, whatever the name",
            ("        if layer_name == name:\n            return x", "        return x"),
        ),
        (
            "what goes into the layer is returned, not what comes out",
            (
                PASSED,
                "        if layer_name == name:\n            return x\n"
                "        x = layer.forward(x)",
            ),
        ),
        (
            "the first layer whose name begins so is taken",
            ("layer_name == name", "name.startswith(layer_name)"),
        ),
        (
            "the first layer of that kind is taken",
            ("layer_name == name", "layer_name[:4] == name[:4]"),
        ),
        (
            "the layer after it is asked",
            (
                "            return x",
                "            names = list(network.layers)\n"
                "            return network[names[names.index(name) + 1]].forward(x)",
            ),
        ),
        (
            "the scores of the whole network are returned",
            ("        if layer_name == name:\n            return x", "    return x"),
        ),
        (
            "the layer is used on the image alone",
            (
                PASSED,
                "        if layer_name == name:\n            return layer.forward(x)",
            ),
        ),
        (
            "changed",
            ("            return x", "            given *= 2\n            return x"),
            ("    for layer", "    given = x\n    for layer"),
        ),
    ],
    "receptive_field": [
        ("padding is taken off low alone", ("high * S - P", "high * S")),
        ("the stride counts for low alone", ("high * S", "high")),
        (
            "the padding is taken off twice",
            ("low * S - P", "low * S - 2 * P"),
            ("high * S - P", "high * S - 2 * P"),
        ),
        ("the first layer is left out", ("reversed(layers)", "reversed(layers[1:])")),
        (
            "it is divided by the stride",
            (DOWN, "low, high = low // S - P, high // S - P + K - 1"),
        ),
        ("padding is taken twice off the last pixel", ("high * S - P", "high * S - P - P")),
        ("high is the pixel after the last one", ("return low, high", "return low, high + 1")),
        ("strides play no part", (DOWN, "low, high = low - P, high - P + K - 1")),
        ("stride and padding are exchanged", ("for K, S, P", "for K, P, S")),
        ("the last layer is left out", ("reversed(layers)", "reversed(layers[:-1])")),
        (
            "half a kernel is taken away, whatever the padding is",
            (DOWN, "low, high = low * S - K // 2, high * S + K // 2"),
        ),
        ("each layer adds K pixels and not K - 1", ("+ K - 1", "+ K")),
        ("padding is added", (DOWN, "low, high = low * S + P, high * S + P + K - 1")),
        ("padding is added to the last pixel", ("high * S - P", "high * S + P")),
        (
            "padding is taken away before the stride comes in",
            (DOWN, "low, high = (low - P) * S, (high - P) * S + K - 1"),
        ),
        ("only the last layer counts", ("reversed(layers)", "layers[-1:]")),
        ("high is that of low", (DOWN, "low, high = low * S - P, low * S - P + K - 1")),
        ("padding is left out", (" - P", "")),
        (
            "high is worked out from the new low",
            (DOWN, "low = low * S - P\n        high = low * S - P + K - 1"),
        ),
        ("what is below 0 is cut off", ("low * S - P,", "max(low * S - P, 0),")),
        ("the layers are gone through from the first", ("reversed(layers)", "layers")),
        (
            "the width is returned and not the last pixel",
            ("return low, high", "return low, high - low + 1"),
        ),
        ("remark", ("return low, high", "return float(low), float(high)")),
    ],
    "most_exciting": [
        (
            "the size of a response counts, and not the number, when images are sorted",
            ("-maps.max", "-abs(maps).max"),
        ),
        (
            "images that were taken are set to 0, which is more than what is below 0",
            (
                "best = ",
                TAKEN.format("n"),
            ),
        ),
        (
            "only the pixel is taken out, and not its image",
            (
                "best = ",
                TAKEN.format("n, row, column"),
            ),
        ),
        ("the place of the weakest response is given", (".argmax()", ".argmin()")),
        ("all images are returned", ("[:count]", "")),
        ("one too many is returned", ("[:count]", "[: count + 1]")),
        (
            "the image comes last",
            (FOUND, FOUND.replace("(int(n), *", "(*").replace("]))) for", "])), int(n)) for")),
        ),
        (
            "all have the place of the strongest response of all",
            ("maps[n].argmax()", "maps.max(axis=0).argmax()"),
        ),
        ("images are sorted by their weakest last", ("-maps.max", "maps.max")),
        (
            "the size of a response counts, and not the number",
            ("    best", "    maps = np.abs(maps)\n    best"),
        ),
        (
            "the search starts at 0, so that negative numbers never win",
            ("    best", "    maps = maps.clip(0)\n    best"),
        ),
        (
            "ranks are returned, and not the numbers of the images",
            ("    return", "    maps, best = maps[best], range(len(best))\n    return"),
        ),
        ("images are sorted by their mean", ("-maps.max", "-maps.mean")),
        ("the place is divided by the rows", ("maps.shape[2]", "maps.shape[1]")),
        (
            "the weakest responses are found",
            ("-maps.max", "maps.min"),
            (".argmax()", ".argmin()"),
        ),
        ("one image comes more than once", (FOUND, PLACES)),
        (
            "row and column are exchanged",
            (
                "divmod(maps[n].argmax(), maps.shape[2])",
                "divmod(maps[n].argmax(), maps.shape[2])[::-1]",
            ),
        ),
        ("the strongest comes last", ("[:count]", "[:count][::-1]")),
        ("they are sorted by image, and not by response", ("in best]", "in sorted(best)]")),
        ("the last one is missing", ("[:count]", "[: count - 1]")),
        (
            "the response is returned, and not the number of the image",
            ("(int(n),", "(maps[n].max(),"),
        ),
        (
            "the place is one number, counted through the map",
            ("*map(int, divmod(maps[n].argmax(), maps.shape[2]))", "maps[n].argmax()"),
        ),
        (
            "the first images are taken",
            ("np.argsort(-maps.max(axis=(1, 2)))", "np.arange(len(maps))"),
        ),
    ],
    "ablation": [
        (
            "a channel of what goes into the layer is set to 0, and not of what comes out",
            (
                "maps, names = feature_maps(network, x, name), list(network.layers)",
                "maps, names = x, list(network.layers)\n"
                "    for each in names[: names.index(name)]:\n"
                "        maps = network[each].forward(maps)",
            ),
            ("names.index(name) + 1 :", "names.index(name) :"),
        ),
        ("the channel of the first image alone is switched off", ("y[:, f]", "y[0, f]")),
        (
            "it is compared with what the whole network reads",
            ("== labels", "== network.forward(x).argmax(axis=1)"),
        ),
        ("a row of pixels is set to 0, and not a channel", ("y[:, f]", "y[:, :, f]")),
        ("a column of pixels is set to 0, and not a channel", ("y[:, f]", "y[..., f]")),
        (
            "the fall of the accuracy is returned",
            (
                "return accuracy",
                "y = network.forward(x)\n    return (y.argmax(axis=1) == labels).mean() - accuracy",
            ),
        ),
        ("the share of mistakes is returned", (" == labels", " != labels")),
        ("the right ones are counted", (RIGHT, RIGHT.replace("mean", "sum"))),
        ("channels stay switched off", (FRESH, "        y = maps\n        y[:, f] = 0\n")),
        (
            "all channels but one are switched off",
            (FRESH, "        y = 0 * maps\n        y[:, f] = maps[:, f]\n"),
        ),
        ("an image is set to 0, and not a channel", ("y[:, f] = 0", "y[f] = 0")),
        (
            "the loop goes through the images, and not through the channels",
            ("np.zeros(maps.shape[1])", "np.zeros(len(x))"),
            ("y[:, f] = 0", "y[f] = 0"),
        ),
        ("nothing is switched off", (FRESH, "        y = maps.copy()\n")),
        ("the channel is set to 1", ("y[:, f] = 0", "y[:, f] = 1")),
        ("the channel is set to its mean", ("y[:, f] = 0", "y[:, f] = y[:, f].mean()")),
    ],
    "saliency": [
        ("all classes but c are asked about", (ASK, "dscores[:] = 1\n    dscores[:, c] = 0")),
        ("the gradient is divided by the number of images", (ASK, f"{ASK} / len(x)")),
        ("slopes below 0 are cut off", (SIZE, "network.backward(dscores).clip(0).max(axis=1)")),
        ("the smallest of the channels is taken", (".max(axis=1)", ".min(axis=1)")),
        ("all maps are divided by the largest number", (SIZE, f"(m := {SIZE}) / m.max()")),
        (
            "the gradient of the loss is taken",
            (
                "    dscores = np.zeros_like(network.forward(x))",
                "    " + SOFT + "    dscores = p / len(x)",
            ),
            (ASK, "dscores[:, c] -= 1 / len(x)"),
        ),
        (
            "the gradient of the loss is taken, not divided by N",
            ("    dscores = np.zeros_like(network.forward(x))", "    " + SOFT + "    dscores = p"),
            (ASK, "dscores[:, c] -= 1"),
        ),
        (
            "the scores themselves are sent back",
            ("np.zeros_like(network.forward(x))", "network.forward(x)"),
            (ASK, ""),
        ),
        (
            "the gradient of the probability is taken",
            (
                "    dscores = np.zeros_like(network.forward(x))",
                "    " + SOFT + "    dscores = -p * p[:, [c]]",
            ),
            (ASK, "dscores[:, c] += p[:, c]"),
        ),
        ("the gradient of the sum of all scores is taken", (ASK, "dscores[:] = 1")),
        (
            "the class that the network reads is asked about, not c",
            (ASK, "dscores[np.arange(len(x)), network.forward(x).argmax(axis=1)] = 1"),
        ),
        ("another class is asked about", (ASK, "dscores[:, (c + 1) % dscores.shape[1]] = 1")),
        ("the sign of the gradient is kept", (SIZE, "network.backward(dscores).max(axis=1)")),
        (
            "the size is taken after the largest",
            (SIZE, "np.abs(network.backward(dscores).max(axis=1))"),
        ),
        ("channels are summed", (".max(axis=1)", ".sum(axis=1)")),
        ("channels are averaged", (".max(axis=1)", ".mean(axis=1)")),
        (
            "the length over the channels is taken",
            (SIZE, "np.linalg.norm(network.backward(dscores), axis=1)"),
        ),
        ("the largest of the images is taken", (".max(axis=1)", ".max(axis=0)")),
        (
            "each map is divided by its largest number",
            (SIZE, f"(m := {SIZE}) / m.max(axis=(1, 2), keepdims=True)"),
        ),
        (
            "the score itself is sent back, and not a 1",
            (ASK, "dscores[:, c] = network.forward(x)[:, c]"),
        ),
        ("row c is set, and not column c", (ASK, "dscores[c] = 1")),
        ("only the first channel is used", (".max(axis=1)", "[:, 0]")),
        ("it is multiplied with the image", ("backward(dscores)", "backward(dscores) * x")),
        ("the gradient is squared", (SIZE, "(network.backward(dscores) ** 2).max(axis=1)")),
        ("remark", (".max(axis=1)", ".max(axis=1).astype(float)")),
    ],
    "occlusion": [
        ("it is covered with 1", ("half + 1] = 0", "half + 1] = 1")),
        (
            "rows and columns of the square are exchanged",
            ("top, left = max(row", "left, top = max(row"),
            (
                "top : row + half + 1, left : column + half + 1",
                "top : column + half + 1, left : row + half + 1",
            ),
        ),
        (
            "of the covered image the highest score is taken, and not that of c",
            ("forward(covered)[0, c]", "forward(covered)[0].max()"),
        ),
        ("it is covered with the smallest pixel", ("half + 1] = 0", "half + 1] = x.min()")),
        ("whole rows are covered", (", left : column + half + 1", "")),
        ("the fall is divided by the score", ("return fall", "return fall / whole")),
        (
            "the last row and column of the square stay uncovered",
            ("row + half + 1", "row + half"),
            ("column + half + 1", "column + half"),
        ),
        ("it is covered with the mean", ("half + 1] = 0", "half + 1] = x.mean()")),
        (
            "all but the square is covered",
            (" = 0\n", " = 0\n        covered = x - covered\n"),
        ),
        (
            "places whose square sticks out are left out",
            (
                "        covered = x.copy()\n",
                "        if not all(half <= at < n - half for at, n in"
                " zip((row, column), fall.shape)):\n            continue\n"
                "        covered = x.copy()\n",
            ),
        ),
        ("what speaks against the class is cut off", (FALL, f"max({FALL}, 0)")),
        (
            "the square begins below 0, where NumPy counts from the end",
            ("max(row - half, 0), max(column - half, 0)", "row - half, column - half"),
        ),
        ("the square reaches size pixels in each direction", ("size // 2", "size")),
        ("all signs are turned around", (FALL, "network.forward(covered)[0, c] - whole")),
        ("the score of the covered image is returned", ("whole - network", "network")),
        ("the size of the difference is taken", (FALL, f"abs({FALL})")),
        ("the probability is measured and not the score", (FALL, PROBABLE)),
        (
            "the cover begins at the pixel and is not centred on it",
            ("max(row - half, 0), max(column - half, 0)", "row, column"),
            (
                "top : row + half + 1, left : column + half + 1",
                "top : top + size, left : left + size",
            ),
        ),
        (
            "covers stay where they were",
            ("    for row", "    covered = x.copy()\n    for row"),
            ("        covered = x.copy()\n", ""),
        ),
        ("only the first channel is covered", ("covered[:, :, top", "covered[:, 0, top")),
        ("changed", ("    return fall", "    x *= 0\n    return fall")),
    ],
    "grad_cam": [
        (
            "it goes back through the layer of that name as well",
            ("for layer in reversed(later)", "for layer in [*reversed(later), network[name]]"),
        ),
        ("row c is set, and not column c", ("dy[:, c] = 1", "dy[c] = 1")),
        ("the score itself is sent back, and not a 1", ("dy[:, c] = 1", "dy[:, c] = y[:, c]")),
        (
            "the result is divided by its largest number",
            (RETURN, f"{RETURN.replace('return', 'cam =')}\n    return cam / cam.max()"),
        ),
        (
            "the result of each image is divided by its largest number",
            (
                RETURN,
                f"{RETURN.replace('return', 'cam =')}\n"
                "    return cam / cam.max(axis=(1, 2), keepdims=True)",
            ),
        ),
        (
            "it goes back as far as the image",
            (
                "for layer in reversed(later)",
                "for layer in [network[each] for each in reversed(names)]",
            ),
        ),
        ("the sizes of the gradient are averaged", ("dy.mean", "abs(dy).mean")),
        ("gradients below 0 are cut off", ("dy.mean", "dy.clip(0).mean")),
        ("each pixel's weight is the mean over the maps", ("axis=(2, 3)", "axis=1")),
        ("the sum is turned around before it is cut off", ("((weights", "((-weights")),
        ("what is above 0 is cut off", ("np.maximum", "np.minimum")),
        ("only the first map is used", ("maps).sum(axis=1)", "maps)[:, 0]")),
        (
            "each map is cut off at 0, and not their sum",
            (RETURN, "return np.maximum(weights * maps, 0).sum(axis=1)"),
        ),
        (
            "the size of each weight is taken",
            (RETURN, "return np.maximum((abs(weights) * maps).sum(axis=1), 0)"),
        ),
        ("the ReLU at the end is forgotten", (RETURN, "return (weights * maps).sum(axis=1)")),
        (
            "the size is taken in place of ReLU",
            (RETURN, "return np.abs((weights * maps).sum(axis=1))"),
        ),
        ("negative weights are cut off", (RETURN, f"weights = weights.clip(0)\n    {RETURN}")),
        ("the weights are averaged over the channels as well", ("axis=(2, 3)", "axis=(1, 2, 3)")),
        ("the weights are those of the first image", ("weights * maps", "weights[:1] * maps")),
        ("the gradient of the sum of all scores is taken", ("dy[:, c] = 1", "dy[:] = 1")),
        (
            "the gradient of the loss is taken, not divided by N",
            ("dy = np.zeros_like(y)\n    dy[:, c] = 1", CAM_LOSS.replace(" / len(x)", "")),
        ),
        ("the gradient is summed and not averaged", ("dy.mean", "dy.sum")),
        ("the weights are averaged over the images as well", ("axis=(2, 3)", "axis=(0, 2, 3)")),
        ("every pixel has a weight of its own", (WEIGHTS, "weights = dy")),
        ("the largest gradient of a map is its weight", ("dy.mean", "dy.max")),
        (
            "maps and gradients are exchanged",
            ("dy.mean", "maps.mean"),
            ("weights * maps", "weights * dy"),
        ),
        (
            "the layer before the one asked about is used",
            (
                "maps = feature_maps(network, x, name)\n    y, names = maps, list(network.layers)",
                "maps, names = x, list(network.layers)\n"
                "    for each in names[: names.index(name)]:\n"
                "        maps = network[each].forward(maps)\n    y = maps",
            ),
            ("names.index(name) + 1 :", "names.index(name) :"),
        ),
        ("the maps are added without weights", (WEIGHTS, "weights = 1")),
        ("the maps are averaged and not added", ("maps).sum(", "maps).mean(")),
        ("the largest of the weighted maps is taken", ("maps).sum(", "maps).max(")),
        (
            "the gradient of the loss is taken",
            ("dy = np.zeros_like(y)\n    dy[:, c] = 1", CAM_LOSS),
        ),
        (
            "the class that the network reads is asked about, not c",
            ("dy[:, c] = 1", "dy[np.arange(len(y)), y.argmax(axis=1)] = 1"),
        ),
        (
            "the layer after the one asked about is used",
            (
                "    maps = feature",
                f"    name = {AFTER}\n    maps = feature",
            ),
        ),
    ],
    "climb": [
        (
            "decay comes once, at the end, and not at each step",
            ("(1 - decay) * x", "x"),
            ("return x", "return (1 - decay) * x"),
        ),
        (
            "the gradient of log p is taken",
            (
                "        dx =",
                "        p = np.exp(network.forward(x))\n"
                "        dscores -= p / p.sum()\n        dx =",
            ),
        ),
        ("decay is subtracted", ("(1 - decay) * x", "x - decay")),
        ("the gradient is returned", ("return x", "return dx")),
        ("the gradient of the sum of all scores is taken", (ASK, "dscores[:] = 1")),
        ("one step more is taken", ("range(steps)", "range(1 + steps)")),
        ("only the sign of the gradient counts", ("dx / np.sqrt((dx**2).mean())", "np.sign(dx)")),
        ("the image is cut to 0 and 1", ("return x", "return x.clip(0, 1)")),
        (
            "the gradient is computed once, and not at each step",
            ("    for _ in range(steps):\n", "    if steps:\n"),
            ("        x = (1", "    for _ in range(steps):\n        x = (1"),
        ),
        ("it goes downhill", ("x + rate", "x - rate")),
        ("the gradient is not brought to length", (f" / {UNIT}", "")),
        ("the gradient is divided by its mean size", (UNIT, "np.mean(abs(dx))")),
        ("the gradient is divided by its standard deviation", (UNIT, "dx.std()")),
        (
            "the size of the gradient is followed, which has no direction",
            ("network.backward(dscores)", "abs(network.backward(dscores))"),
        ),
        (
            "the image is cut to 0 and 1 at each step",
            (STEP, f"{STEP}\n        x = x.clip(0, 1)"),
        ),
        ("the gradient is divided by its largest size", (UNIT, "np.abs(dx).max()")),
        ("the sum of squares is used and not the mean", (".mean())", ".sum())")),
        ("the root is missing", (UNIT, "(dx**2).mean()")),
        ("the mean is taken before the square", (UNIT, "abs(dx.mean())")),
        ("decay is multiplied by the rate", ("(1 - decay)", "(1 - decay * rate)")),
        ("decay is not used", ("(1 - decay) * ", "")),
        ("the image is multiplied with decay", ("(1 - decay)", "decay")),
        ("the image grows by decay", ("(1 - decay)", "(1 + decay)")),
        ("the step shrinks as well", (STEP, f"x = (1 - decay) * (x + rate * dx / {UNIT})")),
        ("the last step is missing", ("range(steps)", "range(steps - 1)")),
        ("changed", (STEP, f"x *= 1 - decay\n        x += rate * dx / {UNIT}")),
    ],
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
        (
            "every pixel has a weight of its own",
            {"at (1, 0)": 4},
        ),
        (
            "the maps are averaged and not their gradients",
            {"weight 0": 0.75, "weight 1": 1, "at (0, 1)": 3, "at (1, 0)": 1.5},
        ),
        ("the ReLU at the end is forgotten", {"at (0, 1)": -1.5}),
        ("the weighted maps are averaged", {"at (1, 0)": 1}),
        ("the size is taken, and not 0 where it is negative", {"at (0, 1)": 1.5}),
    ],
    "which_method": [
        ("a map with a number for each pixel is taken for a coarse one", {"b": "saliency"}),
        ("a method is named that calls backward", {"a": "grad_cam"}),
        (
            "covering is taken for a slope: a black pixel that is covered with 0 stays as it is",
            {"d": "occlusion"},
        ),
        ("a coarse map is taken for one of pixels", {"d": "grad_cam"}),
        ("covering is taken for a method with gradients", {"a": "saliency", "d": "occlusion"}),
        ("the resolution is that of the image in your mind", {"b": "occlusion"}),
        (
            "you think of an image that is explained, not of one that is made",
            {"c": "saliency"},
        ),
    ],
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "feature_maps": ("            return x", "            return x + 1"),
    "receptive_field": ("low * S - P", "low * S + P"),
    "most_exciting": ("-maps.max", "-maps.std"),
    "ablation": ("y[:, f] = 0", "y[:, f] = 2"),
    "saliency": (ASK, "dscores[:, c] = 2"),
    "occlusion": ("left : column + half + 1] = 0", "left : column + half + 1] = 2"),
    "grad_cam": ("dy[:, c] = 1", "dy[:, c] = 2"),
    "climb": ("range(steps)", "range(2 * steps)"),
}
