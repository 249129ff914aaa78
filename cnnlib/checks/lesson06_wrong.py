"""Wrong versions of what exercise 06 asks for, each wrong in one way. Write yours before you look.

Every function is the right one with options that make it wrong.
"""

import numpy as np

from cnnlib.interpret import inference, split
from cnnlib.losses import softmax

MAPS = np.array([[[1.0, 0], [2, 0]], [[0, 3], [0, 1]]])  # of the task by hand
SLOPES = np.array([[[2.0, 0], [2, 0]], [[-1, -1], [0, 0]]])


def hand(what, *place, weigh="mean", relu=True):
    """Compute Grad-CAM of two maps of 2 by 2 pixels, with mistakes."""
    weights = {
        "mean": SLOPES.mean(axis=(1, 2)),
        "sum": SLOPES.sum(axis=(1, 2)),
        "max": SLOPES.max(axis=(1, 2)),
        "maps": MAPS.mean(axis=(1, 2)),
    }[weigh]
    if what == "weight":
        return float(weights[place[0]])
    cam = (weights[:, None, None] * MAPS).sum(axis=0)[place]
    return float(max(cam, 0) if relu else cam)


def maps_of(network, x, name, *, which="after"):
    """Return what a layer makes of images, with mistakes."""
    if which == "alone":
        return network[name].forward(x)
    made, ends = [("", x)], list(network.steps(x))
    made += ends
    at = [layer for layer, _ in made].index(name)
    step = {"after": 0, "before": -1, "next": min(1, len(made) - 1 - at)}.get(which)
    return made[-1 if step is None else at + step][1]


def field(
    layers,
    at,
    *,
    strided=True,
    less=1,
    padded=True,
    backwards=True,
    first="right",
    order="",
    cut=False,
):
    """Compute which pixels of the input an output pixel sees, along one axis, with mistakes."""
    low = high = at
    for K, S, P in reversed(layers) if backwards else layers:
        S, P = (S if strided else 1), (P if padded else 0)
        low = low * S - P
        if cut:
            low = max(low, 0)
        high = (low if order == "new low" else high) * S - P + K - less
    return low, high if first == "right" else high - low + 1


def one_hot(scores, c):
    """Return zeros like the scores, with a 1 at the class in every row."""
    asked = np.zeros_like(scores)
    asked[np.arange(len(scores)), c] = 1
    return asked


def slopes(network, x, c, *, of="score"):
    """Differentiate the score of a class by each pixel, with mistakes."""
    with inference(network):
        scores = network.forward(x)
        p, asked = softmax(scores), one_hot(scores, c)
        return network.backward(
            {
                "score": asked,
                "loss": (p - asked) / len(x),
                "losses": p - asked,
                "scores": scores,
                "probability": p[:, [c]] * (asked - p),
                "all": np.ones_like(scores),
                "predicted": one_hot(scores, scores.argmax(axis=1)),
                "next": one_hot(scores, (c + 1) % scores.shape[1]),
            }[of]
        )


def salient(network, x, c, *, of="score", join="size, largest"):
    """Say how much each pixel would change the score of a class, with mistakes."""
    dx = slopes(network, x, c, of=of)
    return {
        "size, largest": lambda: np.abs(dx).max(axis=1),
        "largest": lambda: dx.max(axis=1),
        "size of largest": lambda: np.abs(dx.max(axis=1)),
        "size, sum": lambda: np.abs(dx).sum(axis=1),
        "size, mean": lambda: np.abs(dx).mean(axis=1),
        "size, first": lambda: np.abs(dx[:, 0]),
        "times x": lambda: np.abs(dx * x).max(axis=1),
        "square": lambda: (dx**2).max(axis=1),
    }[join]()


def covered(network, x, c, size, *, say="fall", place="centred", stays=False, channels="all"):
    """Cover one place after another and measure how far the score falls, with mistakes."""
    (_, _, H, W), half = x.shape, size // 2
    before = 0 if place == "corner" else half
    after = size - before
    image, fall = x.copy(), np.zeros(x.shape[2:], x.dtype)
    with inference(network):
        for row, column in np.ndindex(H, W):
            image = image if stays else x.copy()
            top, left = max(row - before, 0), max(column - before, 0)
            which = slice(None) if channels == "all" else slice(0, 1)
            image[:, which, top : row + after, left : column + after] = 0
            one, other = network.forward(x)[0], network.forward(image)[0]
            if say == "probability":
                one, other = (softmax(scores[None])[0] for scores in (one, other))
            fall[row, column] = {
                "fall": one[c] - other[c],
                "score": other[c],
                "probability": one[c] - other[c],
                "size": abs(one[c] - other[c]),
            }[say]
    return fall


def cam(network, x, c, name, *, weigh="mean", relu="max", of="score", at=0, join="sum"):
    """Compute Grad-CAM, with mistakes."""
    names = list(network.layers)
    before, after = split(network, names[names.index(name) + at])
    with inference(network):
        maps = before.forward(x)
        scores = after.forward(maps)
        loss = {"asked": softmax(scores), "predicted": scores}.get(of)
        dscores = one_hot(scores, c if of != "predicted" else scores.argmax(axis=1))
        if of == "asked":
            dscores = (loss - dscores) / len(x)
        dmaps = after.backward(dscores)
    weights = {
        "mean": dmaps.mean(axis=(2, 3), keepdims=True),
        "sum": dmaps.sum(axis=(2, 3), keepdims=True),
        "images": dmaps.mean(axis=(0, 2, 3), keepdims=True),
        "pixel": dmaps,
        "none": np.ones_like(dmaps),
        "max": dmaps.max(axis=(2, 3), keepdims=True),
    }[weigh]
    total = getattr(weights * maps, join)(axis=1)
    return {"max": np.maximum(total, 0), "none": total, "abs": np.abs(total)}[relu]


def climbed(network, x, c, steps, rate, decay, *, sign=1, unit="rms", keep="shrink", short=0):
    """Climb the score of a class by changing the image, with mistakes."""
    shrink = {"shrink": 1 - decay, "grow": 1 + decay, "decay": decay}.get(keep, 1)
    for _ in range(steps - short):
        dx = slopes(network, x, c)
        units = {"rms": np.sqrt((dx**2).mean()), "norm": np.sqrt((dx**2).sum()), "none": 1}
        units |= {"max": np.abs(dx).max(), "square": (dx**2).mean()}
        step = sign * rate * dx / units[unit]
        x = (1 - decay) * (x + step) if keep == "after" else shrink * x + step
    return x


def strongest(maps, count, *, least=False, each="image", order="down", places="rows"):
    """Find the strongest responses, one an image, with mistakes."""
    values = -maps if least else maps
    if each == "place":
        flat = np.argsort(-values.ravel(), kind="stable")[:count]
        found = [tuple(int(i) for i in np.unravel_index(k, maps.shape)) for k in flat]
    else:
        best = np.argsort(-values.max(axis=(1, 2)), kind="stable")
        best = best[:count] if order != "first" else np.arange(count)
        found = [(int(n), *map(int, divmod(values[n].argmax(), maps.shape[2]))) for n in best]
    if places == "columns":
        found = [(n, column, row) for n, row, column in found]
    return found[::-1] if order == "up" else found


def switched(network, x, labels, name, *, say="accuracy", off="one", value=0.0):
    """Switch off one channel at a time and measure the accuracy, with mistakes."""
    before, after = split(network, name)
    with inference(network):
        maps = before.forward(x)
        whole = (after.forward(maps).argmax(axis=1) == labels).mean()
        rest, found = maps.copy(), []
        for f in range(maps.shape[1]):
            rest = rest if off == "more and more" else maps.copy()
            if off == "others":
                rest = np.zeros_like(maps)
                rest[:, f] = maps[:, f]
            else:
                rest[:, f] = rest[:, f].mean() if value == "mean" else value
            found.append((after.forward(rest).argmax(axis=1) == labels).mean())
    found = np.array(found)
    total = {"accuracy": found, "fall": whole - found, "errors": 1 - found}
    return {**total, "count": found * len(x)}[say]
