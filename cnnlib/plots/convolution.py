"""Figures of convolution: windows and their sums, filtered pictures, a filter being learned."""

import numpy as np
from matplotlib.patches import ConnectionPatch, Rectangle

from cnnlib.plots.base import (
    BLUE,
    GREEN,
    GREY,
    IMAGE_MAP,
    ORANGE,
    SIGNED_MAP,
    limits,
    new_figure,
    outline,
    show_image,
    show_numbers,
)

PAGE = 8.0  # inches


def side_by_side(shapes, gap=1.0, cell=0.42, above=0.62, below=0.1):
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

    Returns
    -------
    (Figure, list of Axes)
    """
    columns = sum(W for _, W in shapes) + gap * (len(shapes) - 1)
    cell = min(cell, (PAGE - 0.3) / columns)
    tallest = max(H for H, _ in shapes)
    height = cell * tallest + above + below
    figure = new_figure(PAGE, height)
    figure.set_layout_engine("none")
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
        figure.text(
            (here.x1 + there.x0) / 2,
            (here.y0 + here.y1) / 2,
            symbol,
            ha="center",
            va="center",
            fontsize=size,
        )


def number_tables(arrays, titles, title, symbols=(), signed=True, form="{:g}", size=10):
    """Draw small arrays as tables of numbers in a row.

    Parameters
    ----------
    arrays : sequence of ndarray of shape (H, W)
    titles : sequence of str
        One a table.
    title : str
        The finding.
    symbols : sequence of str
        Written between neighbours.
    signed : bool or sequence of bool
        Which tables have a sign: diverging colours, white at 0.
    form : str
        Format of a number.
    size : float
        Font size of the numbers, in points.

    Returns
    -------
    Figure
    """
    signed = np.broadcast_to(signed, len(arrays))
    figure, axes = side_by_side([np.shape(a) for a in arrays])
    for ax, array, name, has_sign in zip(axes, arrays, titles, signed, strict=True):
        show_numbers(ax, array, has_sign, name, form=form, size=size)
    between(figure, axes, symbols)
    figure.suptitle(title, fontsize=11, y=0.99, va="top")
    return figure


def zoom_lines(figure, ax, row, column, shape, target):
    """Join the frame around a block of pixels with the axes that shows it large."""
    rows, columns = shape
    for y, corner in ((row - 0.5, 1), (row + rows - 0.5, 0)):
        line = ConnectionPatch(
            (column + columns - 0.5, y),
            (0, corner),
            ax.transData,
            target.transAxes,
            color=ORANGE,
            linewidth=1,
        )
        figure.add_artist(line)


def window_sum(x, w, b, y, row, column):
    """Draw how one output pixel is made: window, filter, products, their sum.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    w : ndarray of shape (KH, KW)
    b : float
    y : ndarray of shape (OH, OW)
        What the whole picture becomes.
    row, column : int
        The output pixel.

    Returns
    -------
    Figure
    """
    KH, KW = w.shape
    window = x[row : row + KH, column : column + KW]
    shapes = (x.shape, w.shape, w.shape, w.shape, y.shape)
    figure, axes = side_by_side(shapes, gap=1.1, below=0.45)
    scale = (min(0, x.min()), x.max())
    names = ("input x", "window", "filter w", "products", "output y")
    tables = (x, window, w, window * w, y)
    for k, (ax, table, name) in enumerate(zip(axes, tables, names, strict=True)):
        show_numbers(ax, table, k in (2, 3), name, scale if k < 2 else None)
    outline(axes[0], row, column, KH, KW)
    outline(axes[1], 0, 0, KH, KW)
    outline(axes[4], row, column, color=BLUE)
    zoom_lines(figure, axes[0], row, column, w.shape, axes[1])
    between(figure, axes, ("", "×", "=", "→"))
    total = (window * w).sum()
    figure.text(
        0.5,
        0.05,
        f"sum of the products {total:g}, plus bias {b:g}: y[{row}, {column}] = {total + b:g}",
        ha="center",
        color=BLUE,
        fontsize=11,
    )
    figure.suptitle("One output pixel is one sum of products", fontsize=11, y=0.99, va="top")
    return figure


def all_windows(x, w, y):
    """Draw every position of a filter on a small picture, and the output pixel that it gives.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    w : ndarray of shape (KH, KW)
    y : ndarray of shape (OH, OW)

    Returns
    -------
    Figure
    """
    figure = new_figure(PAGE, 3.6)
    axes = figure.subplots(2, y.size, height_ratios=(len(x), len(y)))
    for k, (row, column) in enumerate(np.ndindex(*y.shape)):
        show_numbers(axes[0, k], x, title=f"window of y[{row}, {column}]", size=9)
        outline(axes[0, k], row, column, *w.shape)
        show_numbers(axes[1, k], y, size=9)
        outline(axes[1, k], row, column, color=BLUE)
    figure.suptitle("The same nine weights at every position give the whole output", fontsize=11)
    return figure


def sliding_window(x, w, y, row, column):
    """Draw a filter on a picture: the window, its numbers, the products, the output pixel.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    w : ndarray of shape (KH, KW)
    y : ndarray of shape (H - KH + 1, W - KW + 1)
        What the whole picture becomes, without bias.
    row, column : int
        The output pixel.

    Returns
    -------
    Figure
    """
    KH, KW = w.shape
    window = x[row : row + KH, column : column + KW]
    products = np.round(window * w, 2) + 0.0
    figure = new_figure(PAGE, 5.5)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))  # one for all pictures, in inches: five take twice as long
    ax.axis("off")
    for array, left, title, signed, mark, colour in (
        (x, 0.75, "input x", False, (KH, KW), ORANGE),
        (y, 4.35, "output y", y.min() < 0, (1, 1), GREEN),
    ):
        scale = (0, 1) if array is x else limits(array, signed)
        size = 2.9 / max(array.shape)  # of a pixel
        H, W = array.shape
        place(ax, array, left, 5.15 - H * size, size, f"{title}, {H} x {W}", signed, scale)
        corner = (left + column * size, 5.15 - (row + mark[0]) * size)
        ax.add_patch(
            Rectangle(corner, mark[1] * size, mark[0] * size, fill=False, ec=colour, lw=1.8)
        )
    place(ax, window, 0.75, 0.15, 0.5, "window", False, (0, 1), "{:.2f}")
    place(ax, w, 2.65, 0.15, 0.5, "filter w", True, limits(w, True), "{:.3g}")
    place(ax, products, 4.55, 0.15, 0.5, "products", True, limits(products, True), "{:.2f}")
    ax.text(2.45, 0.9, "×", ha="center", va="center", fontsize=14)
    ax.text(4.35, 0.9, "=", ha="center", va="center", fontsize=14)
    total = f"sum = y[{row}, {column}]\n= {y[row, column] + 0.0:.2f}"
    ax.text(6.3, 0.9, total, va="center", color=GREEN, fontsize=11)
    ax.set(xlim=(0, PAGE), ylim=(0, 5.5))
    return figure


def place(ax, values, left, bottom, size, title, signed, scale, form=None):
    """Draw an array into axes that hold several, its numbers too if a form is given."""
    H, W = values.shape
    right, top = left + size * W, bottom + size * H
    low, high = scale
    ax.imshow(
        values,
        cmap=SIGNED_MAP if signed else IMAGE_MAP,
        vmin=low,
        vmax=high,
        extent=(left, right, bottom, top),
        aspect="auto",
    )
    ax.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False, lw=0.8))
    ax.text((left + right) / 2, top + 0.07, title, ha="center", fontsize=10)
    if form is None:
        return
    ax.vlines(left + size * np.arange(1, W), bottom, top, GREY, linewidth=0.5)
    ax.hlines(bottom + size * np.arange(1, H), left, right, GREY, linewidth=0.5)
    for (row, column), value in np.ndenumerate(values):
        share = (value - low) / (high - low)
        dark = abs(share - 0.5) > 0.33 if signed else share < 0.5
        ax.text(
            left + size * (column + 0.5),
            top - size * (row + 0.5),
            form.format(value),
            ha="center",
            va="center",
            fontsize=9,
            color="white" if dark else "black",
        )


def channel_sum(x, w, b, names):
    """Draw the sum of products of a window with several channels, a row a channel.

    Parameters
    ----------
    x, w : ndarray of shape (C, KH, KW)
        The window and the filter.
    b : float
    names : sequence of str
        Of the channels.

    Returns
    -------
    Figure
    """
    products = np.round(x * w, 6)
    sums = products.sum(axis=(1, 2))
    figure = new_figure(PAGE, 1.35 * len(x) + 0.5)
    axes = figure.subplots(len(x), 4, width_ratios=(1, 1, 1, 1.2))
    high = max(1.0, x.max())
    for c, name in enumerate(names):
        titles = ("window of x", "filter w", "products", None) if c == 0 else (None,) * 4
        show_numbers(axes[c, 0], x[c], False, titles[0], (0, high), size=9)
        show_numbers(axes[c, 1], w[c], True, titles[1], limits(w, True), size=9)
        scale = limits(products, True)  # one for all channels, so that they can be compared
        show_numbers(axes[c, 2], products[c] + 0.0, True, titles[2], scale, "{:.2f}", 9)
        axes[c, 0].set_ylabel(name, fontsize=10)
        axes[c, 3].axis("off")
        axes[c, 3].text(0.1, 0.5, f"sum {sums[c]:.2f}", va="center", fontsize=11)
    total = f"all channels and bias {b:g}:\ny = {sums.sum() + b:.2f}"
    axes[-1, 3].text(0.1, 0.15, total, va="center", fontsize=11, color=BLUE)
    figure.suptitle("A filter has a slice for every channel; their sums are added", fontsize=11)
    return figure


def weight_matrices(matrices, titles, shape, marked):
    """Draw the matrices of dense layers, and some of their rows as pictures of weights.

    Parameters
    ----------
    matrices : sequence of ndarray of shape (outputs, inputs)
    titles : sequence of str
        One a matrix.
    shape : (int, int)
        Height and width of the input; their product is the number of inputs.
    marked : sequence of int
        The rows that are drawn as pictures too.

    Returns
    -------
    Figure
    """
    figure = new_figure(PAGE, 1.85 * len(matrices) + 0.5)
    grid = figure.subplots(len(matrices), 1 + len(marked), width_ratios=(3.2, *[1] * len(marked)))
    for axes, matrix, name in zip(grid, matrices, titles, strict=True):
        scale = limits(matrix, True)
        show_image(axes[0], matrix, True, name, scale)
        axes[0].set_ylabel(f"{len(matrix)} output pixels", fontsize=9)
        axes[0].set_yticks(marked, [f"{row}" for row in marked], fontsize=8)
        for ax, row in zip(axes[1:], marked, strict=True):
            outline(axes[0], row, 0, 1, matrix.shape[1], width=1.5)
            show_image(ax, matrix[row].reshape(shape), True, f"row {row}", scale)
            ax.spines[:].set(edgecolor=ORANGE, linewidth=1.5)
    grid[-1, 0].set_xlabel(f"{matrices[0].shape[1]} input pixels", fontsize=9)
    figure.suptitle("A row of the matrix is a picture, a weight for each input pixel", fontsize=11)
    return figure


def found(x, w, y, places, title):
    """Draw a picture with frames where a filter answers most, the filter, and its answers.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    w : ndarray of shape (KH, KW)
    y : ndarray of shape (OH, OW)
        What the filter makes of x.
    places : sequence of (int, int)
        Pixels of y, numbered in the figure in this order, from 1.
    title : str
        The finding.

    Returns
    -------
    Figure
    """
    KH, KW = w.shape
    figure = new_figure(PAGE, 4.3)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 0.45, 1))
    show_image(left, x, False, "x")
    show_image(middle, w, True, f"w, {KH} x {KW}")
    show_image(right, y, True, "y")
    for k, (row, column) in enumerate(places, 1):
        outline(left, row, column, KH, KW, width=1.8)
        outline(right, row - KH // 4, column - KW // 4, KH // 2, KW // 2, BLUE, width=1.2)
        below = (column + KW / 2, row + KH + 1)
        left.text(*below, f"{k}", color=ORANGE, ha="center", va="top", fontweight="bold")
    figure.suptitle(title, fontsize=11)
    return figure


def panels(images, titles, title, signed=False, columns=4, shared=False, size=None):
    """Draw pictures of any proportion side by side.

    Parameters
    ----------
    images : sequence of ndarray of shape (H, W) or (3, H, W)
    titles : sequence of str
        One a picture.
    title : str
        The finding.
    signed : bool or sequence of bool
        Which pictures have a sign: diverging colours, white at 0.
    columns : int
        Pictures in a row.
    shared : bool
        Whether the unsigned pictures share the scale from 0 to 1.
    size : float, optional
        Inches of a column; by default they fill the page.

    Returns
    -------
    Figure
    """
    signed = np.broadcast_to(signed, len(images))
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    H, W = np.shape(images[0])[-2:]
    size = PAGE / columns if size is None else size
    figure = new_figure(columns * size, rows * (size * 0.95 * H / W + 0.3) + 0.35)
    axes = np.ravel(figure.subplots(rows, columns, squeeze=False))
    for ax in axes[len(images) :]:
        ax.axis("off")
    for ax, image, name, has_sign in zip(axes, images, titles, signed, strict=False):
        show_image(ax, image, has_sign, name, (0, 1) if shared and not has_sign else None)
    figure.suptitle(title, fontsize=11)
    return figure


def learning(losses, filters, steps, target):
    """Draw how a filter is learned: the loss, and the filter at some of the steps.

    Parameters
    ----------
    losses : sequence of float
        Before any step and after every step; the last may be missing.
    filters : sequence of ndarray of shape (KH, KW)
        The filter before any step, and after every step.
    steps : sequence of int
        After how many steps it is shown.
    target : ndarray of shape (KH, KW)
        What it should become.

    Returns
    -------
    Figure
    """
    figure = new_figure(PAGE, 4.2)
    top, bottom = figure.subfigures(2, 1, height_ratios=(1.1, 1))
    ax = top.subplots()
    ax.semilogy(losses, color=BLUE)
    marked = [s for s in steps if s < len(losses)]
    ax.plot(marked, [losses[s] for s in marked], "o", color=ORANGE)
    ax.set_xlabel("steps")
    ax.set_ylabel("loss")
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title("Gradient descent finds the filter that made the example", fontsize=11)
    tables = [filters[s] for s in steps] + [target]
    names = [f"after {s}" for s in steps] + ["true filter"]
    top_value = float(np.max(np.abs(tables)))
    for ax, table, name in zip(bottom.subplots(1, len(tables)), tables, names, strict=True):
        table = np.round(table, 1) + 0.0  # no -0.0
        show_numbers(ax, table, True, name, (-top_value, top_value), form="{:.1f}", size=8.5)
    return figure


def equivariance(x, y, shifted, y_shifted, difference, titles, title):
    """Draw a picture, what a layer makes of it, both for a shifted copy, and how they differ.

    Parameters
    ----------
    x, shifted : ndarray of shape (H, W)
        The pictures.
    y, y_shifted : ndarray of shape (OH, OW)
        What the layer makes of each.
    difference : ndarray of shape (OH, OW)
        The output of the shifted picture minus the shifted output.
    titles : sequence of 5 str
        In the order of the arrays.
    title : str
        The finding.

    Returns
    -------
    Figure
    """
    figure = new_figure(PAGE, 2.2)
    images = (x, y, shifted, y_shifted, difference)
    top = max(np.abs(y).max(), np.abs(y_shifted).max())
    for k, (ax, image, name) in enumerate(zip(figure.subplots(1, 5), images, titles, strict=True)):
        show_image(ax, image, k not in (0, 2), None, (0, 1) if k in (0, 2) else (-top, top))
        ax.set_title(name, fontsize=9.5)
    figure.suptitle(title, fontsize=11)
    return figure
