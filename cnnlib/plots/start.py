"""Figures of lesson 00: pixels as numbers, stacks of blocks, responses, a painted filter."""

import numpy as np

from cnnlib.plots.base import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    colours,
    outline,
    show_image,
    show_numbers,
    three_digits,
    up_to,
)
from cnnlib.plots.figure import new_figure, plot
from cnnlib.plots.sheets import bar_places, frame, mosaic, put, put_bars, put_numbers, sheet

# One colour a kind of block, here and in every stack.
KINDS = {
    "Conv2D": (BLUE, "white"),
    "ReLU": (ORANGE, "black"),
    "Sigmoid": (SKY, "black"),
    "MaxPool2D": (GREEN, "white"),
    "Flatten": ("#d9d9d9", "black"),
    "Dense": (PURPLE, "black"),
}
OTHER = ("white", "black")


def shape_text(shape):
    """Write a shape as ``16 × 24 × 24``."""
    return " × ".join(map(str, shape))


@plot
def pixel_window(image, row, column, size, title=None):
    """Draw an image with a frame in it, and the numbers in the frame.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Values in [0, 1].
    row, column : int
        First row and column of the frame.
    size : int
        Rows and columns of the frame.
    title : str, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the frame leaves the image.
    """
    H, W = np.shape(image)
    for name, first, pixels in (("row", row, H), ("column", column, W)):
        if not 0 <= first <= pixels - size:
            raise ValueError(
                f"the frame leaves the image: with size {size}, {name} is at most {pixels - size},"
                f" and it is {first}"
            )
    ax, cell = sheet(8.0, 3.6, title), min(3.4 / W, 3.02 / H)
    place = 1.84 - cell * W / 2, 1.62 - cell * H / 2, cell * W, cell * H
    shown = put(ax, image, *place, scale=(0, 1), gid="image")
    shown.title(f"the image, {H} × {W} pixels")
    shown.outline(row, column, size, size)
    window = image[row : row + size, column : column + size]
    found = put_numbers(ax, window, 4.33, 0.11, 3.02 / size, False, (0, 1), "{:.2f}", 62 / size)
    found.title("the pixels in the frame")
    found.outline(0, 0, size, size)
    return ax.figure


@plot
def block_stacks(stacks, input_shape, titles=None, title=None):
    """Draw networks as stacks of blocks: what comes out of each, and its parameters, to one scale.

    Parameters
    ----------
    stacks : sequence of summaries, length S
        One a network, as ``network.summary()`` returns it: a name, layer, shape and number of
        parameters a layer, first layer first.
    input_shape : tuple of int
        Shape of one input.
    titles : sequence of str, length S, optional
    title : str, optional
        The finding, over the whole figure.

    Returns
    -------
    Figure
    """
    stacks = [list(stack) for stack in stacks]
    most = max([row[3] for stack in stacks for row in stack], default=0) or 1
    tallest = max(map(len, stacks)) + 1
    height = 0.31 * (tallest + 1.2) + 0.3 * (title is not None) + 0.25 * (titles is not None)
    figure = new_figure(8.0 if len(stacks) > 1 else 6.0, height, title, fixed=True)
    top = (0.31 * (tallest + 1.2) - 0.08) / height
    for k, stack in enumerate(stacks):
        width = 1 / len(stacks)
        ax = figure.place(k * width + 0.01, 0.01, width - 0.02, top - 0.01)
        ax.set(xlim=(0, 1), ylim=(tallest + 0.15, -1.0))
        ax.axis("off")
        draw_stack(ax, stack, input_shape, most)
        if titles is not None:
            ax.set_title(titles[k], fontsize=10, fontweight="bold")
    return figure


def draw_stack(ax, stack, input_shape, most):
    """Draw one network, a row a block, the input on top; `most` parameters fill their column."""
    for x, text, side in ((0.5, "comes out", "left"), (0.99, "parameters", "right")):
        ax.text(x, -0.5, text, ha=side, va="center", fontsize=8, color=GREY)
    rows = [("", "input", input_shape, None), *(row[:4] for row in stack)]
    for k, (name, layer, shape, parameters) in enumerate(rows):
        face, ink = KINDS.get(type(layer).__name__, OTHER)
        ax.barh(k + 0.5, 0.47, 0.86, color=face, edgecolor=GREY, linewidth=0.8)
        ax.text(0.02, k + 0.5, written_short(layer), va="center", fontsize=8.5, color=ink)
        ax.text(0.46, k + 0.5, name, va="center", ha="right", fontsize=7, color=ink)
        ax.text(0.5, k + 0.5, shape_text(shape), va="center", fontsize=8.5)
        if parameters:
            ax.barh(k + 0.5, 0.12 * parameters / most, 0.6, left=0.87, color=GREY)
            ax.text(0.86, k + 0.5, f"{parameters:,}", va="center", ha="right", fontsize=8.5)


def written_short(layer):
    """Write a layer with what differs from the usual; (5, 5) is 5."""
    if isinstance(layer, str):
        return layer
    values, named = layer.arguments()
    values = [v[0] if isinstance(v, tuple) and len(set(v)) == 1 else v for v in values]
    if layer.kind == "pool" and named.get("stride") in values[:1]:
        del named["stride"]
    written = ", ".join([*map(str, values), *(f"{k}={value}" for k, value in named.items())])
    return type(layer).__name__ + (f"({written})" if written else "")


@plot
def responses(image, layers, probabilities, title=None, label=None):
    """Draw what each layer makes of an image, up to the probabilities of the ten digits.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        What the network is given.
    layers : sequence of (str, ndarray of shape (C, OH, OW) or (M,)), may be empty
        Names and responses, first layer first. A response with negative numbers is drawn in red
        and blue, another one in grey; each has a scale of its own.
    probabilities : ndarray of shape (10,)
    title : str, optional
    label : int, optional
        The right digit, marked at the bars.

    Returns
    -------
    Figure
    """
    panels = [("input", np.asarray(image)[None]), *layers]
    columns = max(1, -(-len(panels) // 2))
    share = min(1.55, 6.4 / columns)
    ax = sheet(8.0, 4.1, title)
    for k, (name, maps) in enumerate(panels):
        row, column = divmod(k, columns)
        left, bottom = 0.08 + column * share, 2.0 - 1.95 * row
        signed = bool(np.min(maps) < 0)
        put(ax, mosaic(maps), left, bottom, share - 0.12, signed=signed)
        if signed and columns < 5:  # there is room
            name += f", {up_to(maps)}"
        text = f"{name}\n{shape_text(np.shape(maps)).removeprefix('1 × ')}"
        ax.text(left + share / 2 - 0.06, bottom + share - 0.08, text, ha="center", fontsize=8.5)
    ax.text(7.2, 3.47, "probability", ha="center", fontsize=8.5)
    draw_probabilities(ax, probabilities, 6.65, 0.1, 1.25, 3.3, label)
    return ax.figure


def draw_probabilities(ax, probabilities, left, bottom, width, height, label=None):
    """Draw ten bars on a sheet; the likeliest is dark, the right digit is green."""
    middles = bar_places(10, bottom, height)
    best = int(np.argmax(probabilities))
    colours = [BLUE if k == best else SKY for k in range(10)]
    put_bars(ax, width * np.asarray(probabilities), left, middles, 0.075 * height, colours)
    ax.plot((left, left), (bottom, bottom + height), color=GREY, linewidth=0.8)
    for k, y in enumerate(middles):
        ink, weight = (GREEN, "bold") if k == label else ("black", "normal")
        ax.text(left - 0.06, y, str(k), ha="right", va="center", size=9, color=ink, weight=weight)


@plot
def one_path(image, w, maps, probabilities, title=None):
    """Draw the way through a network along one filter: image, filter, its maps, probabilities.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    w : ndarray of shape (KH, KW)
        The filter.
    maps : sequence of ndarray of shape (OH, OW), length 3
        What the filter makes of the image, the same after ReLU, the same after pooling.
    probabilities : ndarray of shape (10,)
    title : str, optional

    Returns
    -------
    Figure
    """
    y, relu, pooled = maps
    pictures = (
        (image, 0.08, 1.24, f"the image x\n{shape_text(np.shape(image))} pixels"),
        (w, 1.64, 0.72, f"one filter w\n{shape_text(np.shape(w))} weights"),
        (y, 2.68, 1.16, f"Convolution\n{shape_text(np.shape(y))} sums"),
        (relu, 4.16, 1.16, "ReLU\nnegative becomes 0"),
        (pooled, 5.64, 0.68, f"Pooling\n{shape_text(np.shape(pooled))} maxima"),
    )
    ax = sheet(8.0, 2.5, title)
    for k, (values, left, size, text) in enumerate(pictures):
        put(ax, np.asarray(values), left, 0.95 - size / 2, size, signed=k in (1, 2))
        ax.text(left + size / 2, 1.68, text, ha="center", fontsize=8.5)
        if k in (1, 2):
            ax.text(left + size / 2, 0.81 - size / 2, up_to(values), ha="center", fontsize=8)
    for x, sign in ((1.48, "⋆"), (2.52, "="), (4.0, "→"), (5.48, "→"), (6.5, "⋯")):
        size = 24 if sign == "⋆" else 15
        ax.text(x, 0.95, sign, ha="center", va="center", fontsize=size)
    draw_probabilities(ax, probabilities, 6.95, 0.25, 0.95, 1.35)
    ax.text(7.4, 1.68, "Affine, softmax\n10 probabilities", ha="center", fontsize=8.5)
    return ax.figure


@plot
def preparation(steps, titles, title=None):
    """Draw how a drawing becomes an image like those of MNIST.

    A frame shows the box of its ink, a cross its centre of mass, dotted lines the field's middle.

    Parameters
    ----------
    steps : sequence of ndarray of shape (H, W), length K
        The drawing, then the images it turns into.
    titles : sequence of str, length K
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(2.4 * len(steps), 2.9, title)
    for ax, image, text in zip(
        np.ravel(figure.subplots(1, len(steps), squeeze=False)), steps, titles, strict=True
    ):
        show_image(ax, image, title=text)
        for line, length in ((ax.axhline, image.shape[0]), (ax.axvline, image.shape[1])):
            line(length / 2, color=SKY, linestyle=":", linewidth=1)
        rows, columns = np.nonzero(image)
        if len(rows):
            high, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
            outline(ax, rows.min(), columns.min(), high, wide, ORANGE, 2)
            ink = image / image.sum()
            centre = [(ink * at).sum() for at in np.indices(image.shape)]
            ax.plot(centre[1], centre[0], "+", color=RED, markersize=11, markeredgewidth=2.5)
    return figure


@plot
def linked(layers, layer, unit, parts=None):
    """Draw the maps of all layers as columns, with lines from one map to those that it is made of.

    Parameters
    ----------
    layers : sequence of (str, ndarray of shape (C, H, W) or (M,))
        Names and responses to one image, the image first.
    layer : str
        Whose map is chosen.
    unit : int
        Which of its maps.
    parts : ndarray of shape (K,), optional
        What each map before adds to one of its numbers: a line is red, or blue where that is
        negative, and left out where it is below a twentieth of the strongest.

    Returns
    -------
    Figure
    """
    high, middle = 16, 1.95  # tiles of a column, inches from below to its middle
    counts = [-(-len(maps) // high) for _, maps in layers]
    maps = [np.ndim(each) == 3 for _, each in layers]
    deep = len(layers) > 12
    # Inches between columns, and of a number that is no map.
    gap, cell = (0.12, 0.04) if deep else (0.26, 0.1)
    room = (
        6.9 - gap * len(layers) - cell * sum(n for n, m in zip(counts, maps, strict=True) if not m)
    )
    many = sum(n for n, is_map in zip(counts[1:], maps[1:], strict=True) if is_map)
    tile = min(0.22, room / max(1, many))
    ax = sheet(8.0, 4.0)
    left, before = 0.1, None
    for (name, values), count, is_map in zip(layers, counts, maps, strict=True):
        rows = -(-len(values) // count)
        size = 0.85 if before is None else tile if is_map else cell
        wide, tall = count * size, rows * size
        bottom = middle - tall / 2
        signed = bool(np.min(values) < 0)
        put(ax, mosaic(values, count), left, bottom, wide, tall, signed)
        ax.text(left + wide / 2, bottom + tall + 0.05, name, ha="center", fontsize=5 if deep else 8)
        if signed and not deep:
            ax.text(left + wide / 2, bottom - 0.12, up_to(values), ha="center", fontsize=6)

        def place(k, left=left, bottom=bottom, wide=wide, tall=tall, rows=rows, count=count):
            row, column = divmod(k, count)
            step, broad = tall / rows, wide / count
            return left + column * broad, bottom + tall - (row + 1) * step, broad, step

        if name == layer:
            x, y, broad, step = place(unit)
            frame(ax, x, y, broad, step, ORANGE, 1.5)
            if before is not None:
                old, many = before
                same = len(values) == many and not name.startswith(("conv", "dense"))
                given = np.ones(many) if parts is None else parts
                seen = np.flatnonzero(np.abs(given) > 0.05 * np.abs(given).max())
                for k in [unit] if same else seen:
                    x0, y0, w0, h0 = old(k)
                    ends = (x0 + w0, x), (y0 + h0 / 2, y + step / 2)
                    colour = colours(signed=True)(0.8 if given[k] > 0 else 0.2)
                    ax.plot(*ends, color=colour, linewidth=0.6)
        before = place, len(values)
        left += wide + gap
    return ax.figure


@plot
def painted(x, w, y):
    """Draw a filter, a picture, and what the filter makes of it.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    w : ndarray of shape (KH, KW)
    y : ndarray of shape (OH, OW)

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 3.2, fixed=True)
    boxes = (0.02, 0.12, 0.22, 0.7), (0.29, 0.03, 0.33, 0.87), (0.65, 0.03, 0.33, 0.87)
    paper, picture, answer = (figure.add_axes(box) for box in boxes)
    show_numbers(paper, w, signed=True, title="the filter", size=max(6, 30 / len(w)))
    show_image(picture, x, title="the picture", scale=(0, 1))
    signed = bool(np.min(y) < 0)
    top = three_digits(np.max(np.abs(y)))
    title = f"what comes out, blue −{top} to red {top}" if signed else "what comes out"
    show_image(answer, y, signed, title)
    return figure
