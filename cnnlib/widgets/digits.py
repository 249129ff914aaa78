"""Explorers of lesson 00 that look at digits: their pixels, and a network that reads them."""

import base64
import binascii
from pathlib import Path

import anywidget
import ipywidgets as widgets
import numpy as np
import traitlets

from cnnlib.losses import softmax
from cnnlib.plots.overview import pixel_window, responses
from cnnlib.widgets.base import Explorer, choice, slider

HERE = Path(__file__).parent
FIELD, BOX = 28, 20  # pixels of an MNIST image, and of the box that its digit fits


class Canvas(anywidget.AnyWidget):
    """A canvas to draw on with mouse, finger or pen, and a button that clears it.

    Attributes
    ----------
    value : str
        The drawing: base64 of ``size * size`` bytes of ink, row by row; empty if nothing is
        drawn. :func:`decode` and :func:`encode` translate.
    size : int
        Rows and columns of the drawing.
    """

    _esm = HERE / "canvas.js"
    _css = HERE / "canvas.css"
    value = traitlets.Unicode("").tag(sync=True)
    size = traitlets.Int(112).tag(sync=True)


def encode(pixels):
    """Write an image as the text that a :class:`Canvas` holds.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
        Ink in [0, 1].

    Returns
    -------
    str
    """
    ink = np.clip(np.asarray(pixels) * 255, 0, 255).round().astype(np.uint8)
    return base64.b64encode(ink.tobytes()).decode("ascii")


def decode(text, size):
    """Read the text that a :class:`Canvas` holds.

    Parameters
    ----------
    text : str
    size : int

    Returns
    -------
    float32 ndarray of shape (size, size)
        Ink in [0, 1]; zeros for an empty text.

    Raises
    ------
    ValueError
        If the text is no drawing of that size.
    """
    if not text:
        return np.zeros((size, size), np.float32)
    try:
        ink = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"the drawing cannot be read: {error}") from None
    if ink.size != size * size:
        raise ValueError(f"the drawing has {ink.size} pixels, expected {size} × {size}")
    return (ink.reshape(size, size) / np.float32(255)).astype(np.float32)


def prepare_digit(pixels):
    """Make an image like those of MNIST from a drawing: same size, same place.

    The drawing is scaled, keeping its proportions, until it fits a box of 20 by 20 pixels; the
    box is placed in a field of 28 by 28 so that the centre of mass of the ink is in the middle.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
        Ink, 0 where there is none, at most 1.

    Returns
    -------
    float32 ndarray of shape (28, 28)
        Zeros if there is no ink.

    Raises
    ------
    ValueError
        If pixels is no grey image with values in [0, 1].

    Source: LeCun, Bottou, Bengio, Haffner (1998), section III.A.
    """
    field = np.zeros((FIELD, FIELD), np.float32)
    box = fit_box(pixels)
    if box is None:
        return field
    # In MNIST the centre of mass, rounded, is pixel 14 of 0 to 27.
    corner = []
    for axis, length in enumerate(box.shape):
        centre = (box.sum(axis=1 - axis) @ np.arange(length)) / box.sum()
        start = int(np.ceil(FIELD // 2 - 0.5 - centre - 1e-6))
        corner.append(min(max(start, 0), FIELD - length))
    row, column = corner
    field[row : row + box.shape[0], column : column + box.shape[1]] = box
    return field


def fit_box(pixels, size=BOX):
    """Cut a drawing out and scale it, keeping its proportions, until it just fits a square box.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
    size : int
        Rows and columns of the box.

    Returns
    -------
    float32 ndarray of shape (h, w), the larger of the two is `size`; None if there is no ink
    """
    pixels = np.asarray(pixels, np.float32)
    if pixels.ndim != 2 or not (np.isfinite(pixels).all() and 0 <= pixels.min(initial=0)):
        raise ValueError(f"pixels has shape {pixels.shape}, expected (H, W) of ink in [0, 1]")
    if pixels.max(initial=0) > 1:
        raise ValueError(f"pixels goes up to {pixels.max():g}, expected ink in [0, 1]")
    rows, columns = np.nonzero(pixels)
    if not len(rows):
        return None
    digit = pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = size / max(digit.shape)
    h, w = (max(1, round(length * scale)) for length in digit.shape)
    return average_matrix(digit.shape[0], h) @ digit @ average_matrix(digit.shape[1], w).T


def average_matrix(before, after):
    """Return the matrix that resamples ``before`` pixels to ``after``, each a mean by overlap."""
    edges = np.arange(after + 1) * (before / after)
    at = np.arange(before)
    overlap = np.minimum(edges[1:, None], at + 1) - np.maximum(edges[:-1, None], at)
    return (np.clip(overlap, 0, None) * (after / before)).astype(np.float32)


class PixelExplorer(Explorer):
    """A frame moved over a digit, and the numbers in it.

    Parameters
    ----------
    images : ndarray of shape (N, 1, H, W)
        Values in [0, 1].

    Raises
    ------
    ValueError
        If images has another shape.
    """

    hint = "Move the frame, or try another image. Then push the frame over the edge."

    def __init__(self, images):
        self.images = check_images(images)
        super().__init__()

    def make_controls(self):
        _, _, H, W = self.images.shape
        return {
            "image": slider("image", 0, 0, len(self.images) - 1),
            "row": slider("row", 7, 0, H - 1),
            "column": slider("column", 13, 0, W - 1),
            "size": slider("size of the frame", 7, 2, 9),
        }

    def draw(self, image, row, column, size):
        x = self.images[image, 0]
        figure = pixel_window(x, row, column, size, "An image is an array of numbers")
        window = x[row : row + size, column : column + size]
        text = (
            f"Rows {row} to {row + size - 1}, columns {column} to {column + size - 1} of image"
            f" {image}: {window.size} numbers, from {window.min():.2f} (background is 0) to"
            f" {window.max():.2f} (ink is at most 1)."
        )
        return figure, text


class DigitExplorer(Explorer):
    """A network reads a test image or your drawing; every layer's response is drawn.

    Parameters
    ----------
    network : Sequential
        From images (1, 28, 28) to scores of 10 digits.
    images : ndarray of shape (N, 1, 28, 28)
        Images to choose from.
    labels : ndarray of shape (N,), integer

    Attributes
    ----------
    probabilities : ndarray of shape (10,)
        What the network says now.
    input : ndarray of shape (28, 28)
        What it was given.

    Raises
    ------
    ValueError
        If images, labels and network do not fit.
    """

    hint = "Draw a digit on the canvas, or move the slider to read another test image."

    def __init__(self, network, images, labels):
        self.network = network
        self.images = check_images(images)
        self.labels = np.asarray(labels)
        if self.labels.shape != (len(images),):
            raise ValueError(f"labels has shape {self.labels.shape}, expected ({len(images)},)")
        if network.output_shape(self.images.shape[1:]) != (10,):
            raise ValueError("network does not return scores of 10 digits")
        super().__init__()
        # The picture beside the canvas, so that both are in view; below it on a narrow page.
        self.image.layout = widgets.Layout(flex="1 1 560px", min_width="0", max_width="768px")
        both = widgets.Box(
            [self.controls["drawing"], self.image],
            layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start"),
        )
        self.children = [both if child is self.image else child for child in self.children]

    def make_controls(self):
        controls = {
            "drawing": Canvas(),
            "source": choice("read", (("a test image", "test"), ("your drawing", "drawing"))),
            "image": slider("test image", 0, 0, len(self.images) - 1),
        }
        # Whoever draws wants the drawing read. Observed before `refresh` is, so drawn once.
        controls["drawing"].observe(lambda change: self.show("drawing"), "value")
        controls["image"].observe(lambda change: self.show("test"), "value")
        return controls

    def arrange(self):
        row = [self.controls["image"], self.controls["source"]]
        return widgets.Box(row, layout=widgets.Layout(flex_flow="row wrap"))

    def show(self, source):
        """Choose what is read, without drawing the picture."""
        control = self.controls["source"]
        control.unobserve(self.refresh, "value")
        control.value = source
        control.observe(self.refresh, "value")

    def draw(self, drawing, source, image):
        label = None
        if source == "test":
            x, label = self.images[image, 0], int(self.labels[image])
            subject = f"Test image {image}, a {label},"
        else:
            x, subject = (
                prepare_digit(decode(drawing, self.controls["drawing"].size)),
                "Your drawing",
            )
        layers, scores = self.responses(x)
        self.input, self.probabilities = x, softmax(scores[None])[0]
        best, second = np.argsort(-self.probabilities, kind="stable")[:2]
        said = f"is read as {best} ({percent(self.probabilities[best])})"
        title = f"{subject} {said}"
        text = f"{title}; next comes {second} ({percent(self.probabilities[second])})."
        if label is not None and best != label:
            text += " That is a mistake."
        if not x.any():
            title = "An empty canvas: draw a digit on it"
            text = (
                "The canvas is empty: draw a digit on it, or choose a test image. The network knows"
                f" no answer but a digit: it reads even nothing as {best}"
                f" ({percent(self.probabilities[best])})."
            )
        return responses(x, layers, self.probabilities, title, label), text

    def responses(self, x):
        """Return names and responses of the layers worth drawing, and the scores.

        Flatten changes nothing to see, and a dense layer is seen after its activation.
        """
        steps = [(name, y[0]) for name, y in self.network.steps(x[None, None].astype(np.float32))]
        layers, before = [], ""
        for name, y in steps[:-1]:
            if not name.startswith(("flatten", "dense")):
                layers.append((f"{before}, {name}" if before.startswith("dense") else name, y))
            before = name
        return layers, steps[-1][1]


def check_images(images):
    """Refuse what is not a batch of grey images; return it."""
    shape = np.shape(images)
    if len(shape) != 4 or shape[0] == 0 or shape[1] != 1:
        raise ValueError(f"images has shape {shape}, expected (N, 1, H, W)")
    return images


def percent(probability):
    """Write a probability in percent, with a digit after the point; softmax gives no 0 and no 1."""
    if probability < 0.0005:
        return "under 0.1 %"
    return "over 99.9 %" if probability > 0.9995 else f"{100 * probability:.1f} %"
