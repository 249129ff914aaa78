"""A canvas to draw a digit on, how its drawing travels, and what explorers share that read it."""

import base64
import binascii
from pathlib import Path

import anywidget
import ipywidgets as widgets
import numpy as np
import traitlets

from cnnlib import interpret
from cnnlib.digits import prepare_digit, read_images
from cnnlib.losses import softmax
from cnnlib.widgets.base import (
    Explorer,
    choice,
    in_a_row,
    slider,
)

HERE = Path(__file__).parent
SOURCES = (("a test image", "test"), ("your drawing", "drawing"))  # what an explorer looks at


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


class ReadingExplorer(Explorer):
    """What explorers share in which a network reads a test image or the reader's own drawing."""

    def __init__(self, network, images, labels, names=None):
        self.images = images = read_images(images).astype(network.dtype, copy=False)
        out = network.output_shape(images.shape[1:])
        if len(out) != 1:
            raise ValueError(f"network returns {out} an image, expected scores of classes")
        self.network, self.labels = network, np.asarray(labels)
        self.names = [str(k) for k in range(out[0])] if names is None else list(names)
        if len(self.names) != out[0]:
            raise ValueError(f"names has {len(self.names)} entries, expected {out[0]}")
        super().__init__()

    def make_controls(self):
        return {
            "drawing": Canvas(),
            "source": choice("look at", SOURCES),
            "image": slider("test image", 0, 0, len(self.images) - 1),
        }

    def arrange(self):
        drawing, source, image, *others = self.beside_plays(*self.controls)
        return in_a_row(drawing, widgets.VBox([image, source, *others]))

    def agree(self, moved):
        """Look at what was moved last, the drawing or a test image."""
        if moved in ("drawing", "image"):
            self.controls["source"].value = {"drawing": "drawing", "image": "test"}[moved]

    def chosen(self, drawing, source, image):
        """Return the image (H, W) that is looked at, blank if nothing is drawn, and its name."""
        if source == "test":
            return self.images[image, 0], f"Test image {image}, a {self.labels[image]},"
        return prepare_digit(decode(drawing, self.controls["drawing"].size)), "Your drawing"

    def read(self, drawing, source, image):
        """Return the image (1, 1, H, W), its name, and the probabilities of the classes (M,)."""
        x, subject = self.chosen(drawing, source, image)
        if source == "drawing" and not x.any():
            raise ValueError("the canvas is empty: draw a digit, or look at a test image")
        x = x[None, None].astype(self.network.dtype)
        return x, subject, self.chances(x)[0]

    def chances(self, x):
        """Return the probabilities that the network gives the classes, (N, M)."""
        last = list(self.network.layers)[-1]
        return softmax(interpret.activations(self.network, x, last))
