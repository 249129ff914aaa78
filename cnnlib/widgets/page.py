"""Explorers that compute in the page, in JavaScript: they need a kernel only to begin."""

import re
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from cnnlib.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Residual, Sequential
from cnnlib.plots.figure import to_png
from cnnlib.promises import held
from cnnlib.widgets.picture import with_picture

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \* as (\w+) from "\./([\w.]+)";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:class|const|function) (\w+))", re.M)

# A layer's class to what the page has to know of it beside its arrays.
OPTIONS = {
    Conv2D: ("stride", "pad", "dilation", "groups"),
    MaxPool2D: ("kernel_size", "stride", "pad"),
    AvgPool2D: ("kernel_size", "stride", "pad"),
    LeakyReLU: ("slope",),
    BatchNorm: ("eps",),
    **dict.fromkeys((Dense, ReLU, Sigmoid, Tanh, Dropout, Flatten, GlobalAvgPool2D), ()),
}


def bundle(name):
    """Return a module of the page with what it imports put in its place: anywidget wants one text.

    Parameters
    ----------
    name : str
        A file of this folder. It may import others only as ``import * as x from "./x.js";``.

    Returns
    -------
    str
        A module that imports nothing.
    """
    return IMPORT.sub(
        lambda found: f"const {found[1]} = {closed(found[2])};\n", (HERE / name).read_text("utf-8")
    )


def closed(name):
    """Return a module as an expression whose value is an object of what it exports."""
    text = bundle(name)
    names = EXPORT.findall(text)
    text, default = re.subn(r"^export default ", "const widget = ", text, flags=re.M)
    names += ["default: widget"] * default
    return f"(() => {{\n{EXPORT.sub('', text)}return {{ {', '.join(names)} }};\n}})()"


class Pack:
    """Layers as the page reads them: a list that JSON can hold, and their numbers in one row."""

    def __init__(self, network):
        """Pack a network.

        Raises
        ------
        ValueError
            If the page has no such layer; the message names it.
        """
        self.arrays, self.size = [], 0
        self.layers = self.several(network)

    def several(self, network, prefix=""):
        """Describe the layers of a stack; a stack inside it is taken for its layers."""
        rows = []
        for name, layer in network.layers.items():
            if type(layer) is Sequential:
                rows += self.several(layer, f"{prefix}{name}.")
            else:
                rows.append({"name": prefix + name, "text": repr(layer), **self.one(layer)})
        return rows

    def one(self, layer):
        """Describe a layer: its kind, its options, where its arrays begin."""
        if isinstance(layer, Residual):
            ways = [
                {"kind": "Sequential", "layers": self.several(stack(way))}
                for way in layer.children()
            ]
            return {"kind": "Residual", "layers": ways}
        for kind, options in OPTIONS.items():
            if isinstance(layer, kind):
                said = {name: getattr(layer, name) for name in options}
                held = {**layer.params, **layer.state}
                return {"kind": kind.__name__, **said, **{k: self.put(a) for k, a in held.items()}}
        raise ValueError(f"the network holds {layer!r}, which the page cannot compute")

    def put(self, array):
        """Keep an array; return where."""
        place = {"array": self.size, "shape": list(array.shape)}
        self.arrays.append(np.ascontiguousarray(array, np.float32).ravel())
        self.size += array.size
        return place

    def numbers(self):
        """Return all arrays in one row, as bytes of little-endian float32."""
        row = np.concatenate([np.zeros(0, np.float32), *self.arrays])
        return row.astype("<f4").tobytes()


def stack(layer):
    """Return a layer as a stack of layers."""
    return layer if type(layer) is Sequential else Sequential([layer])


class PageExplorer(anywidget.AnyWidget):
    """An explorer that computes in the page.

    Like every explorer it offers a picture for where no kernel runs, and its controls are
    attributes; unlike others it answers without asking Python.
    """

    _css = "\n".join((HERE / name).read_text("utf-8") for name in ("canvas.css", "page.css"))
    hint = traitlets.Unicode().tag(sync=True)

    def __init_subclass__(cls):
        super().__init_subclass__()
        cls.__init__ = held(cls.__init__, cls.__doc__)

    def opening(self):
        """Return the figure that is stored."""
        raise NotImplementedError

    def __repr__(self):
        return f"{type(self).__name__}: {self.hint}"

    def _repr_mimebundle_(self, **options):
        """Offer the picture beside the live view, for pages without a kernel."""
        png = to_png(self.opening())
        return with_picture(super()._repr_mimebundle_(**options), repr(self), png)
