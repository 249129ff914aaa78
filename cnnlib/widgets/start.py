"""Explorers of lesson 00: pixels, a network that reads a digit, blocks clicked to a network."""

import math

import ipywidgets as widgets
import numpy as np

from cnnlib.digits import read_images
from cnnlib.layers.activations import ReLU, Sigmoid
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import softmax
from cnnlib.network import Sequential
from cnnlib.plots.start import block_stacks, pixel_window, responses
from cnnlib.widgets.base import (
    Explorer,
    choice,
    in_a_row,
    percent,
    several,
    slider,
    within,
)
from cnnlib.widgets.reading import ReadingExplorer


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

    hint = "Move the frame, or try another image."

    def __init__(self, images):
        self.images = read_images(images)
        super().__init__()

    def make_controls(self):
        _, _, H, W = self.images.shape
        return {
            "image": slider("image", 0, 0, len(self.images) - 1),
            "row": slider("row", 7, 0, H - 1),
            "column": slider("column", 13, 0, W - 1),
            "size": slider("size of the frame", 7, 2, 9),
        }

    def pointed(self, name, x, y):
        """Move the frame to where the image is pointed at."""
        _, _, H, W = self.images.shape
        size = self.controls["size"].value
        return {"row": within(y - size // 2, H - size), "column": within(x - size // 2, W - size)}

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


class DigitExplorer(ReadingExplorer):
    """A network reads a test image or your drawing; every layer's response is drawn.

    Parameters
    ----------
    network : Sequential
        From images (1, 28, 28) to scores of 10 digits.
    images : ndarray of shape (N, 1, 28, 28), or path of a photographed digit
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
        images = read_images(images)
        if network.output_shape(images.shape[1:]) != (10,):
            raise ValueError("network does not return scores of 10 digits")
        super().__init__(network, images, labels)
        # The picture beside the canvas, so that both are in view; below it on a narrow page.
        self.image.layout = widgets.Layout(flex="1 1 560px", min_width="0", max_width="768px")
        both = in_a_row(self.controls["drawing"], self.image)
        both.layout.align_items = "flex-start"
        self.children = [both if child is self.image else child for child in self.children]

    def arrange(self):
        return in_a_row(self.controls["image"], self.controls["source"])

    def draw(self, drawing, source, image):
        x, subject = self.chosen(drawing, source, image)
        label = int(self.labels[image]) if source == "test" else None
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
        steps = [
            (name, y[0]) for name, y in self.network.steps(x[None, None].astype(self.network.dtype))
        ]
        layers, before = [], ""
        for name, y in steps[:-1]:
            if not name.startswith(("flatten", "dense")):
                layers.append((f"{before}, {name}" if before.startswith("dense") else name, y))
            before = name
        return layers, steps[-1][1]


# Kind of block to how many numbers follow its name: filters and kernel, window, units.
BLOCKS = {"Conv2D": 2, "ReLU": 0, "Sigmoid": 0, "MaxPool2D": 1, "Flatten": 0, "Dense": 1}
PRESETS = {
    "one convolution": ("Conv2D 8 5", "ReLU", "MaxPool2D 2"),
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
IMAGE, MOST_BLOCKS, MOST_PARAMETERS = (1, 28, 28), 14, 20_000_000


def number(name, value, most):
    """Make a field for a whole number from 1; no slider, for it changes nothing before Add."""
    style = {"description_width": "initial"}
    layout = widgets.Layout(width="190px")
    return widgets.BoundedIntText(value, 1, most, description=name, style=style, layout=layout)


def read_block(text):
    """Read a block such as ``Conv2D 16 5``, ``MaxPool2D 2``, ``Dense 50`` or ``relu``.

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
    kind = next((name for name in BLOCKS if name.lower() == kind.lower()), kind)
    if kind not in BLOCKS:
        raise ValueError(f"there is no block {kind!r}, expected one of {', '.join(BLOCKS)}")
    if len(numbers) != BLOCKS[kind] or not all(n.isdecimal() and int(n) for n in numbers):
        form = {2: "filters and kernel, as in 'Conv2D 16 5'", 1: f"a number, as in '{kind} 2'"}
        raise ValueError(f"{text!r}: {kind} takes {form.get(BLOCKS[kind], 'no number')}")
    return kind, [int(n) for n in numbers]


def build_blocks(texts):
    """Build a network of blocks; what a block takes in follows from what comes before.

    Parameters
    ----------
    texts : sequence of str
        Blocks in the form that :func:`read_block` reads, first to last.

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
    layers, shape = [], IMAGE
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
        shape = Sequential(layers).output_shape(IMAGE)
    return Sequential(layers, input_shape=IMAGE)


LINES_THAT_TRAIN = """
train, test = load_mnist()
fit(mine, train, optimizer=Adam(0.001))
print(f"{evaluate(mine, *test)[1]:.1%} of the test images are read right")
"""


def code_of(network):
    """Write the lines that build a network with the weights that :func:`build_blocks` draws.

    Parameters
    ----------
    network : Sequential
        With an ``input_shape``.

    Returns
    -------
    str
        Python that can be run in a cell; it trains the network if that ends in ten scores.
    """
    layers = network.layers.values()
    trains = network.output_shape(network.input_shape) == (10,)
    modules = {(type(layer).__module__, type(layer).__name__) for layer in layers}
    modules.add(("cnnlib.network", "Sequential"))
    if trains:
        modules |= {("cnnlib.datasets", "load_mnist"), ("cnnlib.optimizers", "Adam")}
        modules |= {("cnnlib.training", "evaluate"), ("cnnlib.training", "fit")}
    names = {module: sorted(n for m, n in modules if m == module) for module, _ in modules}
    lines = [f"from {module} import {', '.join(names[module])}" for module in sorted(names)]
    lines += ["", "layers = ["]
    for layer in layers:
        call = repr(layer)
        lines.append(f"    {call[:-1]}, rng=0)," if layer.params else f"    {call},")
    lines += ["]", f"mine = Sequential(layers, input_shape={network.input_shape})"]
    if not trains:
        lines += ["# It ends in no ten scores, so it cannot be trained to read digits yet."]
    return "\n".join(lines) + "\n" + (LINES_THAT_TRAIN if trains else "")


class BlockExplorer(Explorer):
    """Blocks clicked together to a network, drawn with shapes and parameters, and its code.

    The control ``stack`` holds the blocks as texts; a reader may also drag them, delete any, or
    type one.

    Attributes
    ----------
    network : Sequential
        The last network that fitted; its weights are not trained.
    add, remove : widgets.Button
        Put the chosen block at the end; take the last one away.
    show : widgets.ToggleButton
        Shows the code, which is folded away at first.
    code : widgets.Textarea
        What :func:`code_of` writes of the network.
    """

    hint = (
        "Add Flatten and Dense 10; or take Flatten away from LeNet and see which block complains."
    )

    def __init__(self):
        wide = widgets.Layout(width="auto", display="none")
        self.code = widgets.Textarea(description="code", layout=wide)
        self.show = widgets.ToggleButton(description="Show the code", icon="code")
        self.show.observe(self.unfold, "value")
        super().__init__()
        self.children = [*self.children, self.show, self.code]

    def unfold(self, change):
        """Show the code, or fold it away."""
        self.code.layout.display = "flex" if change["new"] else "none"

    def refresh(self):
        super().refresh()
        problem = f"# Not possible: {self.problem}\n"
        self.code.value = problem if self.problem else code_of(self.network)
        self.code.rows = self.code.value.count("\n") + 1

    def make_controls(self):
        self.add = widgets.Button(description="Add block", icon="plus")
        self.remove = widgets.Button(description="Remove last", icon="minus")
        self.add.on_click(self.add_block)
        self.remove.on_click(self.remove_block)
        return {
            "preset": choice("start from", list(PRESETS), "one convolution"),
            "block": choice("block", list(BLOCKS)),
            "size": number("filters or units", 16, 512),
            "kernel": number("kernel or window", 5, 28),
            "stack": widgets.TagsInput(
                value=list(PRESETS["one convolution"]),
                allow_duplicates=True,
                placeholder="type a block, press Tab",
            ),
        }

    def arrange(self):
        parts = [self.controls[name] for name in ("block", "size", "kernel")]
        chosen = in_a_row(*parts, self.add, self.remove)
        return widgets.VBox([self.controls["preset"], chosen, self.controls["stack"]])

    def agree(self, moved):
        """Begin again from a preset; empty that menu once the stack is no preset any more."""
        menu, stack = self.controls["preset"], self.controls["stack"]
        if moved == "preset" and menu.value is not None:
            stack.value = list(PRESETS[menu.value])
        elif moved == "stack" and menu.value is not None:
            menu.value = menu.value if tuple(stack.value) == PRESETS[menu.value] else None

    def add_block(self, button):
        """Put the chosen block at the end of the stack."""
        kind, size, kernel = (self.controls[name].value for name in ("block", "size", "kernel"))
        numbers = {"Conv2D": (size, kernel), "MaxPool2D": (kernel,), "Dense": (size,)}.get(kind, ())
        text = " ".join(map(str, (kind, *numbers)))
        self.controls["stack"].value = [*self.controls["stack"].value, text]

    def remove_block(self, button):
        """Take the last block away."""
        self.controls["stack"].value = self.controls["stack"].value[:-1]

    def draw(self, preset, block, size, kernel, stack):
        self.network = network = build_blocks(stack)
        rows = network.summary()
        total = sum(row[3] for row in rows)
        out = network.output_shape(network.input_shape)
        title = f"{several(len(rows), 'block')}, {several(total, 'parameter')}"
        text = f"{title}; one image (1 × 28 × 28) becomes {' × '.join(map(str, out))} numbers."
        if total:
            most = max(rows, key=lambda row: row[3])
            share = f"{100 * most[3] / total:.0f}"
            share = "over 99" if share == "100" and most[3] < total else share
            text += f" {most[0]} holds {share} % of the parameters."
        if out == (10,):
            text += " Ten numbers, one a digit: this can be trained to read."
        else:
            text += " To read digits, it has to end in ten numbers: Flatten, then Dense 10."
        return block_stacks([rows], network.input_shape, title=title), text
