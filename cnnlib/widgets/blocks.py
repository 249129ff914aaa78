"""The explorer of lesson 00 that clicks blocks together to a network."""

import math

import ipywidgets as widgets

from cnnlib.layers.activations import ReLU, Sigmoid
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential
from cnnlib.plots.overview import block_stacks
from cnnlib.widgets.base import Explorer, choice

# Kind of block to how many numbers follow its name: filters and kernel, window, units.
BLOCKS = {"Conv2D": 2, "ReLU": 0, "Sigmoid": 0, "MaxPool2D": 1, "Flatten": 0, "Dense": 1}
PRESETS = {
    "the plain network": ("Flatten", "Dense 50", "Sigmoid", "Dense 10"),
    "the book's CNN": (
        *("Conv2D 30 5", "ReLU", "MaxPool2D 2"),
        *("Flatten", "Dense 100", "ReLU", "Dense 10"),
    ),
    "LeNet": (
        *("Conv2D 16 5", "ReLU", "MaxPool2D 2", "Conv2D 32 5", "ReLU", "MaxPool2D 2"),
        *("Flatten", "Dense 128", "ReLU", "Dense 10"),
    ),
    "nothing": (),
}
MOST_BLOCKS, MOST_PARAMETERS = 14, 20_000_000


def number(name, value, most):
    """Make a field for a whole number from 1; no slider, for it changes nothing before Add."""
    style = {"description_width": "initial"}
    layout = widgets.Layout(width="190px")
    return widgets.BoundedIntText(value, 1, most, description=name, style=style, layout=layout)


def read_block(text):
    """Read a block such as ``Conv2D 16 5``, ``MaxPool2D 2``, ``Dense 50`` or ``ReLU``.

    Returns
    -------
    (str, list of int)
        Its kind and its numbers.

    Raises
    ------
    ValueError
        If there is no such block or its numbers are missing or not whole.
    """
    kind, *numbers = text.split() or [""]
    if kind not in BLOCKS:
        raise ValueError(f"there is no block {kind!r}, expected one of {', '.join(BLOCKS)}")
    if len(numbers) != BLOCKS[kind] or not all(n.isdecimal() and int(n) for n in numbers):
        form = {2: "filters and kernel, as in 'Conv2D 16 5'", 1: f"a number, as in '{kind} 2'"}
        raise ValueError(f"{text!r}: {kind} takes {form.get(BLOCKS[kind], 'no number')}")
    return kind, [int(n) for n in numbers]


def build_blocks(texts, input_shape=(1, 28, 28)):
    """Build a network of blocks; what a block takes in follows from what comes before.

    Parameters
    ----------
    texts : sequence of str
        Blocks in the form that :func:`read_block` reads, first to last.
    input_shape : tuple of int

    Returns
    -------
    Sequential

    Raises
    ------
    ValueError
        If a block does not fit; the message names it.
    """
    if len(texts) > MOST_BLOCKS:
        raise ValueError(f"there are {len(texts)} blocks, expected at most {MOST_BLOCKS} here")
    layers, shape = [], tuple(input_shape)
    for text in texts:
        kind, numbers = read_block(text)
        size = math.prod(shape)
        if kind == "Dense" and size * numbers[0] > MOST_PARAMETERS:
            count = f"{size * numbers[0]:,}"
            raise ValueError(f"{text!r} has {count} weights, at most {MOST_PARAMETERS:,} here")
        if kind == "Conv2D":
            filters, kernel = numbers
            if shape[0] * filters * kernel**2 > MOST_PARAMETERS:
                raise ValueError(f"{text!r} has more than {MOST_PARAMETERS:,} weights")
            layer = Conv2D(shape[0], filters, kernel, rng=0)
        elif kind == "MaxPool2D":
            layer = MaxPool2D(numbers[0])
        elif kind == "Dense":
            layer = Dense(size, numbers[0], rng=0)
        else:
            layer = {"ReLU": ReLU, "Sigmoid": Sigmoid, "Flatten": Flatten}[kind]()
        layers.append(layer)
        shape = Sequential(layers, input_shape=input_shape).output_shape(input_shape)
    return Sequential(layers, input_shape=input_shape)


class BlockExplorer(Explorer):
    """Blocks clicked together to a network, drawn with shapes and parameters.

    The control ``stack`` holds the blocks as texts; a reader may also drag them, delete any, or
    type one.

    Attributes
    ----------
    network : Sequential
        The last network that fitted; its weights are not trained.
    add, remove : widgets.Button
        Put the chosen block at the end; take the last one away.
    """

    hint = "Start from nothing, or take Flatten away from a network and see which block complains."

    def make_controls(self):
        self.add = widgets.Button(description="Add block", icon="plus")
        self.remove = widgets.Button(description="Remove last", icon="minus")
        self.add.on_click(self.add_block)
        self.remove.on_click(self.remove_block)
        controls = {
            "preset": choice("start from", list(PRESETS), "LeNet"),
            "block": choice("block", list(BLOCKS)),
            "size": number("filters or units", 16, 512),
            "kernel": number("kernel or window", 5, 28),
            "stack": widgets.TagsInput(
                value=list(PRESETS["LeNet"]),
                allow_duplicates=True,
                placeholder="type a block, press Tab",
            ),
        }
        controls["preset"].observe(self.start, "value")
        controls["stack"].observe(self.edited, "value")
        return controls

    def arrange(self):
        parts = [self.controls[name] for name in ("block", "size", "kernel")]
        row = widgets.Layout(flex_flow="row wrap")
        return widgets.VBox(
            [
                self.controls["preset"],
                widgets.Box([*parts, self.add, self.remove], layout=row),
                self.controls["stack"],
            ]
        )

    def start(self, change):
        """Begin again from a preset."""
        if change["new"] is not None:
            self.controls["stack"].value = list(PRESETS[change["new"]])

    def edited(self, change):
        """Empty the menu once the stack is no preset any more, so that each can be chosen again."""
        menu = self.controls["preset"]
        if menu.value is not None and tuple(change["new"]) != PRESETS[menu.value]:
            menu.unobserve(self.refresh, "value")
            menu.value = None
            menu.observe(self.refresh, "value")

    def add_block(self, button=None):
        """Put the chosen block at the end of the stack."""
        kind, size, kernel = (self.controls[name].value for name in ("block", "size", "kernel"))
        numbers = {"Conv2D": (size, kernel), "MaxPool2D": (kernel,), "Dense": (size,)}.get(kind, ())
        text = " ".join(map(str, (kind, *numbers)))
        self.controls["stack"].value = [*self.controls["stack"].value, text]

    def remove_block(self, button=None):
        """Take the last block away."""
        self.controls["stack"].value = self.controls["stack"].value[:-1]

    def draw(self, preset, block, size, kernel, stack):
        self.network = network = build_blocks(stack)
        rows = network.summary()
        total = sum(row[3] for row in rows)
        out = network.output_shape(network.input_shape)
        title = f"{len(rows)} blocks, {total:,} parameters"
        text = f"{title}; one image (1 × 28 × 28) becomes {' × '.join(map(str, out))} numbers."
        if total:
            most = max(rows, key=lambda row: row[3])
            text += f" {most[0]} holds {100 * most[3] / total:.0f} % of the parameters."
        if out == (10,):
            text += " Ten numbers, one a digit: this can be trained to read."
        else:
            text += " To read digits, it has to end in ten numbers: Flatten, then Dense 10."
        return block_stacks([rows], network.input_shape, title=title), text
