"""Explorers of lesson 06: filters and how they form, what a network looks at and what fools it."""

import zlib
from itertools import islice

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnlib import interpret
from cnnlib.digits import read_images
from cnnlib.experiments import recorded
from cnnlib.losses import softmax
from cnnlib.parts import all_layers, onto_image, path, receptive_field, upto
from cnnlib.plots import filters as plots
from cnnlib.plots.base import crop
from cnnlib.plots.filters import filter_card, look_card, picked_field
from cnnlib.widgets.base import (
    Explorer,
    choice,
    percent,
    several,
    slider,
    within,
)
from cnnlib.widgets.reading import ReadingExplorer


def images_and_layers(network, images, kinds):
    """Return images that a network reads, and the names of its layers of some kinds."""
    images = read_images(images).astype(network.dtype, copy=False)
    network.output_shape(images.shape[1:])
    names = [name for name, layer in all_layers(network) if layer.kind in kinds]
    if not names:
        raise ValueError(f"the network has no layer of the kind {' or '.join(kinds)}")
    return images, names


class Kept:
    """What was computed with a network, the last used of it; forgotten where that learns on."""

    most = 20

    def __init__(self, network):
        self.network, self.weights, self.found = network, None, {}

    def get(self, key, compute, *arguments):
        """Return what is kept under a key, or else compute it."""
        weights = [zlib.crc32(array.tobytes()) for array in self.network.weights().values()]
        if weights != self.weights:
            self.weights, self.found = weights, {}
        self.found[key] = self.found.pop(key) if key in self.found else compute(*arguments)
        if len(self.found) > self.most:
            del self.found[next(iter(self.found))]
        return self.found[key]


class FilterExplorer(Explorer):
    """One filter of any convolution: itself, its map of an image, what excites it most.

    Parameters
    ----------
    network : Sequential
    images : ndarray of shape (N, 1, H, W), or path of a photographed digit
        Images to choose from, all of which are searched; some hundred are enough.
    labels : ndarray of shape (N,), integer, optional

    Raises
    ------
    ValueError
        If the network has no convolution or does not read such images.
    """

    hint = "Go through the filters of conv1 and say what each looks for. Then choose conv2."

    def __init__(self, network, images, labels=None):
        self.images, self.convolutions = images_and_layers(network, images, ("conv",))
        self.network, self.kept = network, Kept(network)
        self.labels = None if labels is None else np.asarray(labels)
        super().__init__()

    def make_controls(self):
        return {
            "layer": choice("layer", self.convolutions),
            "filter": slider("filter", 0, 0, 1),
            "image": slider("image", 0, 0, len(self.images) - 1),
        }

    def agree(self, moved):
        """Let the filters end where the layer's do."""
        self.controls["filter"].max = len(self.weights(self.controls["layer"].value)) - 1

    def weights(self, layer):
        """Return the filters of a layer, (F, C, KH, KW)."""
        return path(self.network, layer)[-1].params["w"]

    def draw(self, layer, filter, image):
        w = self.weights(layer)
        x = self.images[image]
        response = interpret.activations(self.network, x[None], layer, filter)[0]
        at = np.unravel_index(response.argmax(), response.shape)
        field = receptive_field(self.network, layer, *at, x.shape)
        best, share = self.kept.get(layer, self.best, layer)[filter]
        patches = [(self.patch(layer, n, row, column), value) for n, row, column, value in best]
        label = "" if self.labels is None else f", a {self.labels[image]}"
        top = float(response[at])
        text = (
            f"Filter {filter} of {layer}, strength {np.linalg.norm(w[filter]):.2f}. In image"
            f" {image}{label}, it responds most, by {top:.2f}, in the frame: rows {field[0][0]} to"
            f" {field[0][-1]}, columns {field[1][0]} to {field[1][-1]}. "
        )
        if best[0][3] > 0:
            text += f"It is above 0 at {percent(share)} of all places of all images."
            title = f"Filter {filter} of {layer}: at most {best[0][3]:.2f}, here {top:.2f}"
        else:
            text += "It is above 0 nowhere on any of the images: behind its ReLU, it is dead."
            title = f"Filter {filter} of {layer} is dead: never above 0"
        return filter_card(x[0], w[filter], response, field, at, patches, title), text

    def best(self, layer):
        """Return, of each filter, its strongest responses and its share of places above 0."""
        y = interpret.activations(self.network, self.images, layer)
        maps = y.swapaxes(0, 1)
        return [(interpret.strongest(each, 8), float((each > 0).mean())) for each in maps]

    def patch(self, layer, n, row, column):
        """Cut out what an output pixel sees of image n."""
        shape = self.images.shape[1:]
        field = receptive_field(self.network, layer, row, column, shape, clip=False)
        return crop(self.images[n], *field)[0]


METHODS = {
    "saliency": "How much each pixel would change the score, whatever the sign.",
    "SmoothGrad": "How much each pixel would change the score, over 25 noisy copies.",
    "gradient × input": "Red: this ink adds to the score, as a first guess. Blue: it takes away.",
    "occlusion": "Red: the score falls when this place is covered. Blue: it rises.",
    "Grad-CAM": "Bright: here the last maps hold what speaks for the class.",
}


class WhereExplorer(ReadingExplorer):
    """Where did it look? An image or a drawn digit, a method, a class to ask about.

    Parameters
    ----------
    network : Sequential
        From images (1, 28, 28) to scores.
    images : ndarray of shape (N, 1, 28, 28), or path of a photographed digit
    labels : ndarray of shape (N,), integer
    names : sequence of str, optional
        Of the classes; their numbers if not given.

    Raises
    ------
    ValueError
        If images, labels and network do not fit.
    """

    hint = "Choose a method, then ask why it is not another digit. Or draw one yourself."

    def make_controls(self):
        shapes = self.network.shapes(self.images.shape[1:])
        self.last = next((name for name, _, _, out in shapes[::-1] if len(out) == 3), None)
        asked = [("its answer", -1), *((name, k) for k, name in enumerate(self.names))]
        methods = [name for name in METHODS if self.last or name != "Grad-CAM"]
        self.kept = Kept(self.network)
        return super().make_controls() | {
            "method": choice("method", methods, "occlusion"),
            "asked": choice("ask about", asked),
        }

    def draw(self, drawing, source, image, method, asked):
        x, subject, chances = self.read(drawing, source, image)
        answer = int(chances.argmax())
        asked = answer if asked < 0 else asked
        overlay = self.look(method, x, asked)
        signed = method in ("gradient × input", "occlusion")
        said = f"{subject} is read as {self.names[answer]} ({percent(chances[answer])})."
        question = f"What speaks for {self.names[asked]}? By {method}"
        figure = look_card(x[0, 0], overlay, signed, chances, asked, self.names, question)
        row, column = np.unravel_index(overlay.argmax(), overlay.shape)
        where = f"Most at row {row}, column {column}."
        if overlay.max() <= 1e-4:
            where = "Nothing in the image speaks for it."
        return figure, f"{said} {question}. {METHODS[method]} {where}"

    def look(self, method, x, asked):
        """Return the map of a method, (H, W)."""
        if method == "occlusion":
            return self.kept.get(x.tobytes(), occlusion, self.network, x)[asked]
        if method == "Grad-CAM":
            cam = interpret.grad_cam(self.network, x, asked, self.last)
            return onto_image(self.network, cam, self.last, x.shape[1:])[0]
        methods = {
            "saliency": interpret.saliency,
            "SmoothGrad": interpret.smooth_grad,
            "gradient × input": interpret.gradient_times_input,
        }
        return methods[method](self.network, x, asked)[0]


def occlusion(network, x):
    """Return :func:`cnnlib.interpret.occlusion` for every class; no covers of the blank are tried.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (1, C, H, W)

    Returns
    -------
    ndarray of shape (M, H, W)
    """
    reach, (H, W) = 2, x.shape[2:]
    ink = np.pad(x.any(axis=(0, 1)), reach)
    hides = sliding_window_view(ink, (2 * reach + 1,) * 2).any(axis=(2, 3))
    rows, columns = (
        np.abs(np.arange(size) - at[:, None]) > reach
        for size, at in zip((H, W), hides.nonzero(), strict=True)
    )
    seen = rows[:, None, :, None] | columns[:, None, None]
    covered = np.concatenate([x, x * seen])
    with interpret.inference(network):
        scores = np.concatenate(list(network.in_batches(covered, 50)))  # that many stay in caches
    drops = np.zeros((scores.shape[1], H, W), x.dtype)
    drops[:, hides] = (scores[0] - scores[1:]).T
    return drops


class ReceptiveFieldExplorer(Explorer):
    """Pick an output pixel of a layer: what it can see, and which pixels move it.

    Parameters
    ----------
    network : Sequential
    images : ndarray of shape (N, 1, H, W), or path of a photographed digit
        The first 50 are used to measure.

    Raises
    ------
    ValueError
        If the network has no layer with maps or does not read such images.
    """

    hint = "Move the pixel. Then choose a deeper layer: the frame grows, and its rim stays dark."

    def __init__(self, network, images):
        kinds = ("conv", "pool", "relu", "residual")
        self.images, names = images_and_layers(network, images, kinds)
        shape = self.images.shape[1:]
        self.shapes = {n: upto(network, n).output_shape(shape) for n in names}
        self.shapes = {n: out for n, out in self.shapes.items() if len(out) == 3}
        if not self.shapes:
            raise ValueError("the network has no layer with maps")
        self.network = network
        super().__init__()

    def make_controls(self):
        deepest = ([n for n in self.shapes if "conv" in n] or list(self.shapes))[-1]
        _, OH, OW = self.shapes[deepest]
        return {
            "layer": choice("layer", list(self.shapes), deepest),
            "row": slider("row", OH // 2, 0, OH - 1),
            "column": slider("column", OW // 2, 0, OW - 1),
            "image": slider("image", 0, 0, len(self.images) - 1),
        }

    def agree(self, moved):
        """Let rows and columns end where the map does."""
        _, OH, OW = self.shapes[self.controls["layer"].value]
        self.controls["row"].max, self.controls["column"].max = OH - 1, OW - 1

    def pointed(self, name, x, y):
        """Pick a pixel of the map, or the one above a pixel of the image."""
        row, column = self.controls["row"], self.controls["column"]
        if name == "image":
            H, W = self.images.shape[2:]
            y = (y + 0.5) * (row.max + 1) / H - 0.5
            x = (x + 0.5) * (column.max + 1) / W - 0.5
        return {"row": within(y, row.max), "column": within(x, column.max)}

    def draw(self, layer, row, column, image):
        x = self.images[image : image + 1]
        response = interpret.activations(self.network, x, layer)[0].mean(axis=0)
        field = receptive_field(self.network, layer, row, column, x.shape[1:])
        measured = interpret.effective_field(self.network, self.images[:50], layer, row, column)
        rows, columns = field
        inner = np.sort(measured.ravel())[::-1].cumsum()
        half = int(np.searchsorted(inner, inner[-1] / 2)) + 1
        title = f"Pixel ({row}, {column}) of {layer} sees {len(rows)} × {len(columns)} pixels"
        text = (
            f"{title}: rows {rows[0]} to {rows[-1]}, columns {columns[0]} to {columns[-1]} of the"
            f" image. Measured on {len(self.images[:50])} images, {half} of these"
            f" {len(rows) * len(columns)} pixels make up half of all influence."
        )
        return picked_field(x[0, 0], response, (row, column), field, measured, title), text


class FoolExplorer(ReadingExplorer):
    """A change that grows until the network reads another digit, one at random, and their ways.

    Each step goes down the loss of the digit that the image shall become, by
    :func:`cnnlib.interpret.fast_gradient_sign`. What the last layer is fed with is drawn as a point
    among those of all images, in the two directions in which these differ most.

    Parameters
    ----------
    network : Sequential
        From images (1, 28, 28) in [0, 1] to scores.
    images : ndarray of shape (N, 1, 28, 28)
        The points of the map, and what it is made from: some hundred.
    labels : ndarray of shape (N,), integer, 0 to 9
    names : sequence of str, optional
        Of the classes; their numbers if not given.

    Raises
    ------
    ValueError
        If images, labels and network do not fit.
    """

    hint = (
        "Press play: the change grows, and the orange star wanders. Let it become another digit."
        " Then draw one: where is yours on the map?"
    )
    plays = {"steps": 400}
    size, most = 0.02, 15  # of a step, and steps

    def make_controls(self):
        low, high = self.images.min(), self.images.max()
        if low < 0 or high > 1:
            raise ValueError(f"images go from {low:g} to {high:g}, expected 0 to 1")
        if len(self.images) < 3:
            raise ValueError(
                f"images are {len(self.images)}, expected 3 or more: they make the map"
            )
        if len(self.network.layers) < 2:
            raise ValueError("network has one layer, expected one before the last")
        self.layer, self.kept = list(self.network.layers)[-2], Kept(self.network)
        second = int(np.argsort(-self.chances(self.images[:1])[0], kind="stable")[1])
        return super().make_controls() | {
            "target": choice("become", [(n, k) for k, n in enumerate(self.names)], second),
            "steps": slider(f"steps of {self.size}", 8, 0, self.most),
        }

    def map(self):
        """Return the points that the last layer is fed with, their middle, its axes, a picture."""
        features = interpret.activations(self.network, self.images, self.layer)
        features = features.reshape(len(features), -1)
        middle, (places, _) = features.mean(axis=0), interpret.principal_components(features)
        axes = np.linalg.lstsq(features - middle, places)[0]
        return features, middle, axes, plots.fool_ground(places, self.labels, self.names)

    def changed(self, x, target):
        """Change an image (1, 1, H, W) ever more: towards a class, and at random.

        Returns
        -------
        images (2, K, H, W), probabilities (2, K, M), what the last layer is fed with (2, K, D)
        """
        steps = range(self.most + 1)
        coin = np.random.default_rng(0).choice([-1, 1], x.shape).astype(x.dtype)
        ways = [x], [np.clip(x + k * self.size * coin, 0, 1) for k in steps]
        for _ in steps[1:]:
            last = ways[0][-1]
            ways[0].append(
                interpret.fast_gradient_sign(self.network, last, np.array([target]), -self.size)
            )
        images = np.concatenate([*ways[0], *ways[1]]).astype(x.dtype)
        fed = interpret.activations(self.network, images, self.layer)
        with interpret.inference(self.network):
            chances = softmax([*self.network.layers.values()][-1].forward(fed))
        found = images[:, 0], chances, fed.reshape(len(fed), -1)
        return [part.reshape(2, len(steps), *part.shape[1:]) for part in found]

    def draw(self, drawing, source, image, target, steps):
        x, subject, chances = self.read(drawing, source, image)
        first = int(chances.argmax())
        if first == target:
            raise ValueError(f"it is read as {self.names[first]} already: choose what to become")
        key = x.tobytes(), target
        images, chances, fed = self.kept.get(key, self.changed, x, target)
        features, middle, axes, ground = self.kept.get("map", self.map)
        size, names = steps * self.size, self.names
        answers = chances.argmax(axis=2)
        now = [f"{names[p.argmax()]} ({percent(p.max())})" for p in chances[:, steps]]
        away = fed[0, steps] - features
        near = np.argsort((away * away).sum(axis=1), kind="stable")
        near = near[near != image] if source == "test" else near
        text = f"{subject} is read as {names[first]} ({percent(chances[0, 0, first])}). "
        title = f"No change: read as {now[0]}"
        if steps:
            text += (
                f"With no pixel changed by more than {size:.2f}, towards {names[target]}, it is"
                f" read as {now[0]}; with every pixel changed by {size:.2f} at random, as"
                f" {now[1]}. "
            )
            title = f"A change up to {size:.2f}: read as {now[0]}; at random: {now[1]}"
        text += (
            f"{self.turns(answers[0], f'On the way to {names[target]} the answer')}"
            f" {self.turns(answers[1], 'At random it')} In {self.layer}, the nearest images to the"
            f" orange star are {', '.join(names[k] for k in self.labels[near[:5]])}."
        )
        figure = plots.fool_card(
            x[0, 0], images[:, steps], chances[:, steps], names, (first, target), ground,
            (fed[:, : steps + 1] - middle) @ axes, self.most * self.size, title,
        )  # fmt: skip
        return figure, text

    def turns(self, answers, who):
        """Say at which size the answer turns, and to what."""
        other = np.flatnonzero(answers != answers[0])
        if not len(other):
            return f"{who} does not turn, up to {self.most * self.size:.2f}."
        return f"{who} turns at {other[0] * self.size:.2f}, to {self.names[answers[other[0]]]}."


class FormingExplorer(Explorer):
    """The filters of a LeNet's first layer while they are learned: a recorded run."""

    hint = "Press play, or click in the curves: when do filters fade? Then start from almost 0."
    plays = {"moment": 300}

    def __init__(self):
        record = recorded("forming")
        self.starts, self.at = [str(start) for start in record["start"]], record["at"][0, 0]
        self.filters = record["filters"][:, 0].astype(np.float32)
        self.norms = np.array([[interpret.strengths(w) for w in run] for run in self.filters])
        silent = record["most"][:, 0] <= 0  # (starts, moments, filters)
        self.dead = np.logical_and.accumulate(silent[:, ::-1], axis=1)[:, ::-1]
        super().__init__()

    def make_controls(self):
        first = int(self.dead[0].all(axis=1, where=self.dead[0, -1]).argmax())
        return {
            "start": choice("start", [(name, k) for k, name in enumerate(self.starts)]),
            "moment": slider("moment", first, 0, len(self.at) - 1),
        }

    def pointed(self, name, x, y):
        """Go to the moment that is pointed at in the curves."""
        return {"moment": int(np.abs(self.at - x).argmin())}

    def draw(self, start, moment):
        filters, norms, dead = (part[start] for part in (self.filters, self.norms, self.dead))
        step = self.at[moment]
        dying = {int(f): int(dead[:, f].argmax()) for f in np.flatnonzero(dead[-1])}
        weak = int(norms[moment].argmin())
        text = (
            f"Step {step:,} of {self.at[-1]:,}, from the start {self.starts[start]!r}: norms from"
            f" {norms[moment].min():.2f} (filter {weak}) to {norms[moment].max():.2f}. "
        )
        died = [f"{f} since step {self.at[k]:,}" for f, k in dying.items() if k <= moment]
        later = [f"{f} at step {self.at[k]:,}" for f, k in dying.items() if k > moment]
        text += f"Silent to the end: {', '.join(died)}. " if died else "None is silent for good. "
        text += f"Still to die: {', '.join(later)}." if later else ""
        title = f"Step {step:,}: {len(died)} of {len(dying)} dying filters are silent"
        return plots.forming_card(filters, norms, self.at, moment, dying, title), text


KNOBS = {
    "none": {},
    "decay": {"decay": 0.05},
    "blur": {"blur": 0.6},
    "jitter": {"jitter": 2},
    "all three": {"decay": 0.03, "blur": 0.6, "jitter": 2},
}


class MaximiseExplorer(Explorer):
    """An image grows until a unit responds as much as it can, beside a network that knows nothing.

    Parameters
    ----------
    network : Sequential
        Knows its input shape. The other one has its weights, shuffled.
    images : ndarray of shape (N, 1, H, W), or path of a photographed digit
        Among them the best is looked for, to compare with.

    Raises
    ------
    ValueError
        If the network has no convolution and no dense layer, or does not read such images.
    """

    hint = (
        "Press play: it grows. Then switch on the knobs, go through the units: what can you read?"
    )
    plays = {"steps": 300}
    most = 20

    def __init__(self, network, images):
        self.images, self.names = images_and_layers(network, images, ("conv", "dense"))
        self.network, self.kept = network, Kept(network)
        super().__init__()

    def make_controls(self):
        return {
            "layer": choice("layer", self.names, self.names[-1]),
            "unit": slider("unit", 3, 0, 3),
            "knobs": choice("knobs", list(KNOBS)),
            "steps": slider("steps", 12, 0, self.most),
        }

    def agree(self, moved):
        """Let the units end where the layer's do."""
        layer = upto(self.network, self.controls["layer"].value)
        self.controls["unit"].max = layer.output_shape(self.images.shape[1:])[0] - 1

    def responses(self, network, x, layer):
        """Return how much each unit responds, the middle pixel of a map, (N, units)."""
        y = interpret.activations(network, x, layer)
        return y if y.ndim == 2 else y[:, :, y.shape[2] // 2, y.shape[3] // 2]

    def grow(self, layer, unit, knobs):
        """Return images and responses after all steps, of the network and with shuffled weights."""
        found = []
        for network in (self.network, interpret.randomised(self.network, self.network.layers)):
            climb = interpret.climb(network, layer, unit, **KNOBS[knobs])
            images = np.array([*islice(climb, self.most + 1)])
            found.append((images[:, 0], self.responses(network, images, layer)[:, unit]))
        return found

    def best(self, layer):
        """Return how much each unit responds to the image that it responds to most, (units,)."""
        parts = np.array_split(self.images, -(-len(self.images) // 100))
        return np.max([self.responses(self.network, x, layer).max(axis=0) for x in parts], axis=0)

    def pointed(self, name, x, y):
        """Go to the step that is pointed at in the curve."""
        return {"steps": within(x, self.most)}

    def draw(self, layer, unit, knobs, steps):
        key = layer, unit, knobs
        (made, own), (made_there, other) = self.kept.get(key, self.grow, *key)
        own, best = own[: steps + 1], float(self.kept.get(layer, self.best, layer)[unit])
        grown = f"After {several(steps, 'step')}"
        title = f"{grown} unit {unit} of {layer} responds by {own[-1]:.2f}"
        past = np.flatnonzero(own > best)
        when = f"passed at step {past[0]}" if len(past) else "not passed so far"
        images = several(len(self.images), "image")
        text = (
            f"{title}, from {own[0]:.2f} at the start; the best of {images} gets"
            f" {best:.2f}, {when}. The same climb with all weights shuffled went from"
            f" {other[0]:.2f} to {other[steps]:.2f}, to its own image. Knobs: {knobs}."
        )
        pictures = made[steps], made_there[steps]
        return plots.climb_card(*pictures, own, best, self.most, title), text
