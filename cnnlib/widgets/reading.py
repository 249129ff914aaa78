"""What explorers share in which a network reads a test image or the reader's own drawing."""

import ipywidgets as widgets
import numpy as np

from cnnlib import interpret
from cnnlib.digits import prepare_digit, read_images
from cnnlib.losses import softmax
from cnnlib.widgets.base import Explorer, choice, in_a_row, slider
from cnnlib.widgets.canvas import Canvas, decode

SOURCES = (("a test image", "test"), ("your drawing", "drawing"))


class ReadingExplorer(Explorer):
    """A network, images and a canvas, a choice of what is read, and what the network says to it."""

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
