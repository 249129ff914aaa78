"""What the figures share: colours, images, tables of numbers, curves."""

import functools

import numpy as np
from matplotlib import colormaps
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from cnnlib.plots.figure import PAGE, new_figure, plot, text_width
from cnnlib.plots.quick import Numbers

# Okabe and Ito's colours, which colour-blind readers can tell apart, each with one meaning.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, GREY = "#CC79A7", "#56B4E9", "#F0E442", "#7F7F7F"
NO_NUMBER = "#8fa8bf"  # where a number is missing or not finite

IMAGE_MAP = "gray"  # for what is at least 0: pixels, probabilities
SIGNED_MAP = "RdBu_r"  # for what has a sign, white at 0: filters, gradients

# Curves are told apart by colour and by dashes.
COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, "black")
STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)))


def three_digits(value):
    """Write a positive number with three digits, or with all those before the point."""
    return f"{value:.3g}" if value < 999.5 else f"{value:,.0f}"


def limits(values, signed):
    """Return the least and greatest value of a colour scale; a signed one is centred on 0.

    Numbers that are not finite count for nothing.
    """
    values = np.asarray(values, np.float64)
    values = values[np.isfinite(values)]
    top = float(np.max(np.abs(values), initial=0)) or 1.0
    return (-top, top) if signed else (min(0.0, float(np.min(values, initial=0))), top)


@functools.cache
def colours(signed, missing=NO_NUMBER):
    """Return the map of signed values or of others, and a colour for what is not finite."""
    return colormaps[SIGNED_MAP if signed else IMAGE_MAP].with_extremes(bad=missing)


def coloured(values, top=None):
    """Turn signed numbers (H, W) into a colour picture (3, H, W), white at 0, red up to ``top``."""
    low, high = limits(values, signed=True) if top is None else (-top, top)
    shares = (np.ma.masked_invalid(values) - low) / (high - low)
    return colours(signed=True)(shares)[..., :3].transpose(2, 0, 1)


def up_to(values):
    """Say what the darkest red and the darkest blue of a signed map mean."""
    return f"red/blue ±{np.max(np.abs(values)):.2g}"


def crop(image, rows, columns):
    """Cut rows and columns out of an image, with zeros where they lie outside.

    Parameters
    ----------
    image : ndarray of shape (C, H, W)
    rows, columns : range

    Returns
    -------
    ndarray of shape (C, len(rows), len(columns))
    """
    _, H, W = image.shape
    r, c = np.array(rows)[:, None], np.array(columns)
    inside = (0 <= r) & (r < H) & (0 <= c) & (c < W)
    return image[:, r.clip(0, H - 1), c.clip(0, W - 1)] * inside


def show_image(ax, values, signed=False, title=None, scale=None, missing=NO_NUMBER):
    """Draw one array as an image, without ticks.

    Parameters
    ----------
    ax : matplotlib Axes
    values : ndarray of shape (H, W), or (3, H, W) for colour in [0, 1]
    signed : bool
        Whether values have a sign: diverging colours, white at 0.
    title : str, optional
    scale : (float, float), optional
        Values of the darkest and lightest colour, where several images share one scale.
    missing : str
        Colour of what is not finite.

    Returns
    -------
    matplotlib AxesImage
    """
    values = np.asarray(values)
    ax.set_xticks([])
    ax.set_yticks([])
    if title is not None:
        ax.set_title(title, fontsize=10)
    if values.ndim == 3:
        return ax.imshow(np.clip(values.transpose(1, 2, 0), 0, 1))
    low, high = limits(values, signed) if scale is None else scale
    shown = np.ma.masked_invalid(values)
    return ax.imshow(shown, cmap=colours(signed, missing), vmin=low, vmax=high)


def show_numbers(ax, values, signed=False, title=None, scale=None, form="{:g}", size=10):
    """Draw a small array as a table: each number in a cell of its colour.

    An infinite number is a grey sign on white.

    Parameters as for :func:`show_image`, and

    form : str
        Format of a number.
    size : float
        Font size in points.
    """
    values = np.asarray(values)
    image = show_image(ax, values, signed, title, scale, "white")
    places = np.indices(values.shape)[::-1].reshape(2, -1).T
    write_numbers(ax, places, values, image.get_clim(), signed, form, size)
    lattice(ax, *values.shape)
    return image


def write_numbers(ax, places, values, scale, signed, form, size):
    """Write numbers in the middle of places, white on what is dark: as :func:`show_numbers` does.

    Parameters
    ----------
    places : ndarray of shape (K, 2)
        x and y of each number.
    """
    (low, high), texts, inks = scale, [], []
    for value in values.flat:
        ink, text = GREY, f"{value}".replace("-", "−").replace("inf", "∞")
        if np.isfinite(value):
            share = (value - low) / (high - low)
            dark = abs(share - 0.5) > 0.33 if signed else share < 0.5
            ink, text = "white" if dark else "black", form.format(value)
        texts.append(text)
        inks.append(ink)
    ax.add_artist(Numbers(places, texts, inks, size))


def lattice(ax, rows, columns, color=GREY, width=0.5):
    """Draw thin lines between the cells of an image."""
    right, below = columns - 0.5, rows - 0.5
    upright = [((x, -0.5), (x, below)) for x in np.arange(columns + 1) - 0.5]
    level = [((-0.5, y), (right, y)) for y in np.arange(rows + 1) - 0.5]
    segments(ax, upright + level, color, width, zorder=1.5)  # a grid makes ticks: far slower


def segments(ax, paths, colors, widths, **look):
    """Draw lines, each a sequence of (x, y), all at once; the limits of axes stay as they are."""
    lines = LineCollection(paths, colors=colors, linewidths=widths, **look)
    return ax.add_collection(lines, autolim=False)


def outline(ax, row, column, rows=1, columns=1, color=ORANGE, width=2.5, inset=0.0):
    """Draw a frame around a block of pixels whose first is (row, column), inset by some pixels."""
    frame = Rectangle(
        (column - 0.5 + inset, row - 0.5 + inset), columns - 2 * inset, rows - 2 * inset,
        fill=False, edgecolor=color, linewidth=width,
    )  # fmt: skip
    frame.set_clip_on(False)
    return ax.add_artist(frame)


# ------------------------------------------------------------------ tables of numbers


def side_by_side(shapes, gap=1.0, cell=0.42, above=0.62, below=0.1, title=None):
    """Make a figure with axes for tables in a row, all of whose cells have one size.

    Parameters
    ----------
    shapes : sequence of (int, int)
        Rows and columns of every table.
    gap : float
        Distance between tables, in cells.
    cell : float
        Inches of a cell, at most; smaller if the page asks for it.
    above, below : float
        Inches left free for titles and for words below.
    title : str, optional

    Returns
    -------
    (Figure, list of Axes)
    """
    columns = sum(W for _, W in shapes) + gap * (len(shapes) - 1)
    cell = min(cell, (PAGE - 0.3) / columns)
    tallest = max(H for H, _ in shapes)
    figure = new_figure(PAGE, cell * tallest + above + below, title, fixed=True)
    height = figure.get_figheight()
    left, axes = (PAGE - cell * columns) / 2, []
    for H, W in shapes:
        bottom = below + cell * (tallest - H) / 2
        box = (left / PAGE, bottom / height, cell * W / PAGE, cell * H / height)
        axes.append(figure.add_axes(box))
        left += cell * (W + gap)
    return figure, axes


def between(figure, axes, symbols, size=14):
    """Write a symbol between each axes and the next."""
    for one, other, symbol in zip(axes, axes[1:], symbols, strict=False):
        here, there = one.get_position(), other.get_position()
        place = ((here.x1 + there.x0) / 2, (here.y0 + here.y1) / 2)
        figure.text(*place, symbol, ha="center", va="center", fontsize=size)


@plot
def tables(
    arrays, titles, title=None, symbols=(), signed=True, shared=False, form="{:g}", frames=()
):
    """Draw small arrays side by side as tables of numbers.

    Parameters
    ----------
    arrays : sequence of ndarray of shape (H, W) or (W,), length K
    titles : sequence of str, length K
    title : str, optional
        The finding.
    symbols : sequence of str, may be empty
        Written between neighbours, as ``*`` or ``=``.
    signed : bool or sequence of bool, length K
        Which tables have a sign: diverging colours, white at 0.
    shared : bool
        Whether all tables have one colour scale.
    form : str or sequence of str, length K
        Format of the numbers, of all tables or of each.
    frames : sequence of (int, int, int, int, int, str), may be empty
        Frames to draw: which table, row, column, rows, columns, colour.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If symbols are not as many as tables ask for.
    """
    arrays = [np.atleast_2d(array) for array in arrays]
    K = len(arrays)
    signed = [signed] * K if np.ndim(signed) == 0 else list(signed)
    form = [form] * K if isinstance(form, str) else list(form)
    symbols = list(symbols) or [""] * (K - 1)
    if len(symbols) != K - 1:
        raise ValueError(f"symbols has {len(symbols)} entries, expected {K - 1}")
    lines = max(name.count("\n") for name in titles)
    big = 18 if max(map(len, symbols), default=0) < 2 else 12
    cell = min(0.55, 7.7 / (sum(array.shape[1] for array in arrays) + K - 1))
    gap = max([cell] + [text_width(symbol, big) + 0.15 for symbol in symbols])
    wide = [max(text_width(line, 10) for line in name.split("\n")) for name in titles]
    for k in range(K - 1):  # titles do not meet
        both = cell * (arrays[k].shape[1] + arrays[k + 1].shape[1])
        gap = max(gap, (wide[k] + wide[k + 1] - both) / 2 + 0.1)
    figure, axes = side_by_side(
        *([array.shape for array in arrays], gap / cell, cell),
        *(0.4 + 0.18 * lines + 0.25 * bool(title), 0.1, title),
    )
    cell = PAGE * axes[0].get_position().width / arrays[0].shape[1]
    everything = np.concatenate([array.ravel() for array in arrays])
    scale = limits(everything, any(signed)) if shared else None
    for k, (ax, array) in enumerate(zip(axes, arrays, strict=True)):
        longest = max(len(form[k].format(value)) for value in array.ravel())
        fits = min(11, 72 * 0.9 * cell / (0.62 * max(2, longest)))
        show_numbers(ax, array, signed[k], titles[k], scale, form[k], fits)
    for which, row, column, rows, columns, colour in frames:
        # One pixel's frame lies inside that of a window.
        outline(axes[which], row, column, rows, columns, colour,
                inset=0.13 if rows * columns == 1 else 0.03)  # fmt: skip
    between(figure, axes, symbols, big)
    return figure


# ------------------------------------------------------------------ curves


@plot
def lines(curves, xlabel, ylabel, title=None, logs="", height=3.2, markers=False):
    """Draw several curves, told apart by colour and by dashes.

    Parameters
    ----------
    curves : dict of str to (ndarray, ndarray)
        Label to x and y.
    xlabel, ylabel, title : str
    logs : str
        ``"x"``, ``"y"`` or ``"xy"`` for logarithmic axes.
    height : float
        Inches.
    markers : bool
        Whether to mark each point.

    Returns
    -------
    Figure
    """
    figure = new_figure(PAGE, height, title)
    ax = figure.subplots()
    for k, (label, (x, y)) in enumerate(curves.items()):
        ax.plot(x, y, label=label, marker="o" if markers else None, markersize=4, **style(k))
    dress(ax, xlabel, ylabel, logs=logs)
    if len(curves) > 1:
        ax.legend(fontsize=9)
    return figure


def rows_of_dots(names, rows, looks, xlabel, title, height):
    """Draw the numbers of each row as dots, each row in its look, and their mean as a bar."""
    figure = new_figure(8, 0.33 * len(names) + height)
    ax = figure.subplots()
    for row, (values, look) in enumerate(zip(rows, looks, strict=True)):
        ax.plot(values, np.full(len(values), row), "o", **look)
        ax.plot([values.mean()] * 2, [row - 0.3, row + 0.3], color=RED, linewidth=2)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    dress(ax, xlabel, "", title)
    return figure


def style(k):
    """Return colour and dashes of the k-th curve."""
    return {"color": COLOURS[k % 7], "linestyle": STYLES[k % 7]}


def band(ax, x, found, label, k, size=4):
    """Draw the mean of several seeds as a line and their range as a band."""
    ax.plot(x, found.mean(axis=1), marker="o", markersize=size, label=label, **style(k))
    ax.fill_between(x, found.min(axis=1), found.max(axis=1), color=COLOURS[k % 7], alpha=0.2)


def dress(ax, xlabel, ylabel, title=None, logs=""):
    """Label axes and draw a grid."""
    if "x" in logs:
        ax.set_xscale("log")
    if "y" in logs:
        ax.set_yscale("log")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(alpha=0.3)
    head(ax, title)


def head(ax, title, size=11):
    """Write a title over the only axes of a figure, in lines if that is too narrow for one."""
    if title is not None:
        ax.set_title(title, fontsize=size, wrap=True)
