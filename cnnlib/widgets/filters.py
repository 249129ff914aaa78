"""Explorers of lesson 06: one filter after another, where a network looked, what a pixel sees."""

import ipywidgets as widgets
import numpy as np

from cnnlib import interpret
from cnnlib.digits import prepare_digit
from cnnlib.losses import softmax
from cnnlib.plots.filters import filter_card, look_card, picked_field
from cnnlib.widgets.base import (
    Explorer,
    check_images,
    check_labels,
    choice,
    in_a_row,
    percent,
    slider,
    within,
)
from cnnlib.widgets.canvas import SOURCES, Canvas, decode


def check_network(network, images, kinds):
    """Return the images, and the names of a network's layers of some kinds, if it reads them."""
    images = check_images(images, network)
    network.output_shape(images.shape[1:])
    names = [name for name, layer in interpret.all_layers(network) if layer.kind in kinds]
    if not names:
        raise ValueError(f"the network has no layer of the kind {' or '.join(kinds)}")
    return images, names


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
        self.images, self.convolutions = check_network(network, images, ("conv",))
        self.network = network
        self.labels = None if labels is None else check_labels(labels, self.images)
        self.found = {}
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
        return interpret.path(self.network, layer)[-1].params["w"]

    def draw(self, layer, filter, image):
        w = self.weights(layer)
        x = self.images[image]
        response = interpret.activations(self.network, x[None], layer, filter)[0]
        at = np.unravel_index(response.argmax(), response.shape)
        field = interpret.receptive_field(self.network, layer, *at, x.shape)
        best, share = self.best(layer)[filter]
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
        if layer not in self.found:
            y = interpret.activations(self.network, self.images, layer)
            self.found[layer] = [
                (interpret.strongest(y[:, f], 8), float((y[:, f] > 0).mean()))
                for f in range(y.shape[1])
            ]
        return self.found[layer]

    def patch(self, layer, n, row, column):
        """Cut out what an output pixel sees of image n."""
        shape = self.images.shape[1:]
        field = interpret.receptive_field(self.network, layer, row, column, shape, clip=False)
        return interpret.crop(self.images[n], *field)[0]


METHODS = {
    "saliency": "How much each pixel would change the score, whatever the sign.",
    "SmoothGrad": "How much each pixel would change the score, over 25 noisy copies.",
    "gradient × input": "Red: this ink adds to the score, as a first guess. Blue: it takes away.",
    "occlusion": "Red: the score falls when this place is covered. Blue: it rises.",
    "Grad-CAM": "Bright: here the last maps hold what speaks for the class.",
}


class WhereExplorer(Explorer):
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

    def __init__(self, network, images, labels, names=None):
        self.images = images = check_images(images, network)
        out = network.output_shape(images.shape[1:])
        if len(out) != 1:
            raise ValueError(f"network returns {out} an image, expected scores of classes")
        self.network, self.labels = network, check_labels(labels, images)
        shapes = network.shapes(images.shape[1:])
        self.names = [str(k) for k in range(out[0])] if names is None else list(names)
        maps = [name for name, _, _, out in shapes if len(out) == 3]
        self.last = maps[-1] if maps else None
        super().__init__()

    def make_controls(self):
        asked = [("its answer", -1), *((name, k) for k, name in enumerate(self.names))]
        methods = [name for name in METHODS if self.last or name != "Grad-CAM"]
        return {
            "drawing": Canvas(),
            "source": choice("look at", SOURCES),
            "image": slider("test image", 0, 0, len(self.images) - 1),
            "method": choice("method", methods, "occlusion"),
            "asked": choice("ask about", asked),
        }

    def arrange(self):
        side = widgets.VBox([self.controls[n] for n in ("image", "source", "method", "asked")])
        return in_a_row(self.controls["drawing"], side)

    def agree(self, moved):
        """Look at what was moved last, the drawing or a test image."""
        if moved in ("drawing", "image"):
            self.controls["source"].value = {"drawing": "drawing", "image": "test"}[moved]

    def draw(self, drawing, source, image, method, asked):
        if source == "test":
            x, subject = self.images[image, 0], f"Test image {image}, a {self.labels[image]},"
        else:
            x = prepare_digit(decode(drawing, self.controls["drawing"].size))
            subject = "Your drawing"
            if not x.any():
                raise ValueError("the canvas is empty: draw a digit, or look at a test image")
        x = x[None, None].astype(self.network.dtype)
        chances = softmax(interpret.activations(self.network, x, list(self.network.layers)[-1]))[0]
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
        if method == "Grad-CAM":
            cam = interpret.grad_cam(self.network, x, asked, self.last)
            return interpret.onto_image(self.network, cam, self.last, x.shape[1:])[0]
        methods = {
            "saliency": interpret.saliency,
            "SmoothGrad": interpret.smooth_grad,
            "gradient × input": interpret.gradient_times_input,
            "occlusion": interpret.occlusion,
        }
        return methods[method](self.network, x, asked)[0]


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
        self.images, names = check_network(network, images, kinds)
        shape = self.images.shape[1:]
        self.shapes = {n: interpret.upto(network, n).output_shape(shape) for n in names}
        self.shapes = {n: out for n, out in self.shapes.items() if len(out) == 3}
        self.network = network
        super().__init__()

    def make_controls(self):
        deepest = [n for n in self.shapes if "conv" in n][-1]
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
        field = interpret.receptive_field(self.network, layer, row, column, x.shape[1:])
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
