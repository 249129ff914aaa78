"""Figures of lesson 01: windows and their sums, where a kernel stands, a filter being learned."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import ConnectionPatch, Patch, Rectangle

from cnnlib.im2col import output_size
from cnnlib.plots.base import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SKY,
    between,
    head,
    lattice,
    limits,
    outline,
    show_image,
    show_numbers,
    side_by_side,
    up_to,
)
from cnnlib.plots.figure import PAGE, new_figure, plot
from cnnlib.plots.sheets import put, put_numbers, sheet


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


@plot
def window_sum(x, w, b, y, row, column):
    """Draw how one output pixel is made: window, filter, products, their sum.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    w : ndarray of shape (KH, KW)
    b : float
    y : ndarray of shape (OH, OW)
        What the whole picture becomes.
    row : int, below OH
    column : int, below OW
        The output pixel.

    Returns
    -------
    Figure
    """
    KH, KW = w.shape
    window = x[row : row + KH, column : column + KW]
    shapes = (x.shape, w.shape, w.shape, w.shape, y.shape)
    title = "One output pixel is one sum of products"
    figure, axes = side_by_side(shapes, gap=1.1, below=0.45, title=title)
    scale = limits(x, signed=False)
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
    return figure


@plot
def all_windows(x, w, y, stride, pad, title):
    """Draw every position of a filter on a small image, and the output pixel that it gives.

    Parameters
    ----------
    x : ndarray of shape (H, W)
        With its frame, if it has one.
    w : ndarray of shape (KH, KW)
    y : ndarray of shape (OH, OW)
    stride : int, at least 1
    pad : int
        How wide the frame is; a dashed line parts it from the image.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(PAGE, 3.6, title)
    axes = figure.subplots(2, y.size, height_ratios=(len(x), len(y)))
    (H, W), signed = x.shape, bool(np.min(y) < 0)
    for k, (row, column) in enumerate(np.ndindex(*y.shape)):
        show_numbers(axes[0, k], x, title=f"window of y[{row}, {column}]", size=9)
        if pad:
            inner = outline(axes[0, k], pad, pad, H - 2 * pad, W - 2 * pad, GREY, 2)
            inner.set_linestyle("--")
        outline(axes[0, k], row * stride, column * stride, *w.shape)
        show_numbers(axes[1, k], y, signed, size=9)
        outline(axes[1, k], row, column, color=BLUE)
    return figure


@plot
def sliding_window(x, w, y, row, column, stride=1, pad=0):
    """Draw a filter on a picture: the window, its numbers, the products, the output pixel.

    Parameters
    ----------
    x : ndarray of shape (H, W)
        With its frame, if it has one.
    w : ndarray of shape (KH, KW)
    y : ndarray of shape (OH, OW)
        What the whole picture becomes, without bias.
    row : int, below OH
    column : int, below OW
        The output pixel.
    stride : int, at least 1
    pad : int
        How wide the frame is; a line parts it from the picture.

    Returns
    -------
    Figure
    """
    KH, KW = w.shape
    down, right = row * stride, column * stride
    window = x[down : down + KH, right : right + KW]
    products = np.round(window * w, 2) + 0.0
    ax = sheet(PAGE, 5.5)
    for array, left, title, signed, mark, colour in (
        (x, 0.75, "input x", False, (down, right, KH, KW), ORANGE),
        (y, 4.35, "output y", y.min() < 0, (row, column, 1, 1), GREEN),
    ):
        scale = (0, 1) if array is x else limits(array, signed)
        said = f", {up_to(array)}" if signed else ""
        size = 2.9 / max(array.shape)  # of a pixel
        H, W = array.shape
        name, bottom = f"{title}, {H} x {W}{said}", 5.15 - H * size
        number_tile(ax, array, left, bottom, size, name, signed, scale, None, title)
        marks = [(*mark, colour, 1.8)]
        if array is x and pad:
            marks.insert(0, (pad, pad, H - 2 * pad, W - 2 * pad, GREY, 1))
        for top, start, rows, columns, edge, width in marks:
            corner = (left + start * size, 5.15 - (top + rows) * size)
            line = {"fill": False, "edgecolor": edge, "linewidth": width}
            ax.add_patch(Rectangle(corner, columns * size, rows * size, **line))
    number_tile(ax, window, 0.75, 0.15, 0.5, "window", False, (0, 1), "{:.2f}")
    number_tile(ax, w, 2.65, 0.15, 0.5, "filter w", True, limits(w, True), "{:.3g}")
    number_tile(ax, products, 4.55, 0.15, 0.5, "products", True, limits(products, True), "{:.2f}")
    ax.text(2.45, 0.9, "×", ha="center", va="center", fontsize=14)
    ax.text(4.35, 0.9, "=", ha="center", va="center", fontsize=14)
    total = f"sum = y[{row}, {column}]\n= {y[row, column] + 0.0:.2f}"
    ax.text(6.3, 0.9, total, va="center", color=GREEN, fontsize=11)
    return ax.figure


def number_tile(ax, values, left, bottom, size, title, signed, scale, form=None, gid=None):
    """Draw an array into a sheet, titled, its numbers too if a form is given; size is a pixel's."""
    if form is None:
        H, W = values.shape
        tile = put(ax, values, left, bottom, size * W, size * H, signed, scale, gid)
    else:
        tile = put_numbers(ax, values, left, bottom, size, signed, scale, form, 9, gid)
    tile.title(title)


@plot
def volumes(x, w, y, f, row, column):
    """Draw the arrays of a convolution layer as volumes, and what makes one pixel of each image.

    Parameters
    ----------
    x : (int, int, int, int)
        N, C, H, W of the input.
    w : (int, int, int, int)
        F, C, KH, KW of the filters.
    y : (int, int, int, int)
        N, F, OH, OW of the output.
    f, row, column : int
        Which pixel of which map is marked.

    Returns
    -------
    Figure
    """
    (N, C, H, W), (F, _, KH, KW), (_, _, OH, OW) = x, w, y
    slant, gap = 0.8, 2.5  # how far the next channel is drawn up and to the right; between arrays
    apart = H + slant * max(C, F) + 1  # from one image to the next
    title = "Each filter sees all channels and makes one map for each image"
    figure = new_figure(PAGE, 1 + 1.9 * N, title, fixed=True)
    ax = figure.add_axes((0.01, 0, 0.98, 0.92))
    ax.axis("off")

    def stack(left, bottom, depth, height, width, window, marked, colour):
        """Draw channels one behind the other, and on some of them a window."""
        faces = [(left + slant * k, bottom + slant * k) for k in range(depth)]
        for x0, y0 in reversed(faces):
            ax.add_patch(Rectangle((x0, y0), width, height, facecolor="white", edgecolor=GREY))
        top, start, rows, columns = window
        for x0, y0 in [faces[k] for k in marked]:
            corner = x0 + start, y0 + height - top - rows
            face = {"facecolor": colour, "edgecolor": colour, "alpha": 0.5}
            ax.add_patch(Rectangle(corner, columns, rows, **face))
        return left + width + slant * (depth - 1)

    heights = [apart * n for n in reversed(range(N))]  # image 0 above
    middle = (heights[0] + H - KH) / 2
    for bottom in heights:
        end = stack(0, bottom, C, H, W, (row, column, KH, KW), range(C), ORANGE)
    starts = [0, end + gap]
    for g in range(F):
        marked = range(C) if g == f else ()
        end = stack(end + (gap if g == 0 else 1), middle, C, KH, KW, (0, 0, KH, KW), marked, ORANGE)
    starts.append(end + gap)
    for bottom in heights:
        end = stack(starts[2], bottom, F, OH, OW, (row, column, 1, 1), [f], BLUE)
    for n, bottom in enumerate(heights):
        ax.text(-0.4, bottom + H / 2, f"image {n}", ha="right", va="center", fontsize=9)
    texts = (
        f"x: ({N}, {C}, {H}, {W})\n{N} images of {C} channels;\na window sees all {C}",
        f"w: ({F}, {C}, {KH}, {KW})\n{F} filters of {C} channels each,\nthe same for all images",
        f"y: ({N}, {F}, {OH}, {OW})\nfor each image\na map from each filter",
    )
    for left, bottom, text in zip(starts, (0, middle, 0), texts, strict=True):
        ax.text(left, bottom - 0.8, text, ha="left", va="top", fontsize=9)
    ax.set(xlim=(-4, end + 4), ylim=(-5, heights[0] + H + slant * C), aspect="equal")
    return figure


@plot
def weight_matrices(matrices, titles, shape, marked):
    """Draw the matrices of dense layers, and some of their rows as pictures of weights.

    Parameters
    ----------
    matrices : sequence of ndarray of shape (outputs, inputs), length M
    titles : sequence of str, length M
        One a matrix.
    shape : (int, int)
        Height and width of the input; their product is the number of inputs.
    marked : sequence of int
        The rows that are drawn as pictures too.

    Returns
    -------
    Figure
    """
    title = "A row of the matrix is a picture, a weight for each input pixel"
    figure = new_figure(PAGE, 1.85 * len(matrices) + 0.5, title)
    grid = figure.subplots(len(matrices), 1 + len(marked), width_ratios=(3.2, *[1] * len(marked)))
    for axes, matrix, name in zip(grid, matrices, titles, strict=True):
        scale = limits(matrix, True)
        show_image(axes[0], matrix, True, f"{name}, {up_to(matrix)}", scale)
        axes[0].set_ylabel(f"{len(matrix)} output pixels", fontsize=9)
        axes[0].set_yticks(marked, [f"{row}" for row in marked], fontsize=8)
        for ax, row in zip(axes[1:], marked, strict=True):
            outline(axes[0], row, 0, 1, matrix.shape[1], width=1.5)
            show_image(ax, matrix[row].reshape(shape), True, f"row {row}", scale)
            ax.spines[:].set(edgecolor=ORANGE, linewidth=1.5)
    grid[-1, 0].set_xlabel(f"{matrices[0].shape[1]} input pixels", fontsize=9)
    return figure


@plot
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
    figure = new_figure(PAGE, 4.3, title)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 0.45, 1))
    show_image(left, x, False, "x")
    show_image(middle, w, True, f"w, {KH} x {KW},\n{up_to(w)}")
    show_image(right, y, True)
    right.set_title(f"y, {up_to(y)}", fontsize=10, pad=10)  # above frames that stick out
    for k, (row, column) in enumerate(places, 1):
        outline(left, row, column, KH, KW, width=1.8)
        outline(right, row - KH // 4, column - KW // 4, KH // 2, KW // 2, BLUE, width=1.2)
        below = (column + KW / 2, row + KH + 1)
        left.text(*below, f"{k}", color=ORANGE, ha="center", va="top", fontweight="bold")
    return figure


@plot
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
    head(ax, "Gradient descent finds the filter that made the example")
    tables = [filters[s] for s in steps] + [target]
    names = [f"after {s}" for s in steps] + ["true filter"]
    scale = limits(tables, signed=True)
    for ax, table, name in zip(bottom.subplots(1, len(tables)), tables, names, strict=True):
        table = np.round(table, 1) + 0.0  # no -0.0
        show_numbers(ax, table, True, name, scale, form="{:.1f}", size=8.5)
    return figure


@plot
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
    titles : sequence of str, length 5
        In the order of the arrays.
    title : str
        The finding.

    Returns
    -------
    Figure
    """
    low, top = limits([y, y_shifted], signed=True)
    figure = new_figure(PAGE, 2.2, f"{title} ({up_to([y, y_shifted])})")
    images = (x, y, shifted, y_shifted, difference)
    for k, (ax, image, name) in enumerate(zip(figure.subplots(1, 5), images, titles, strict=True)):
        show_image(ax, image, k not in (0, 2), None, (0, 1) if k in (0, 2) else (low, top))
        ax.set_title(name, fontsize=9.5)
    return figure


PIXEL, PADDING, TAP, GAP, UNSEEN, BEYOND, NOTHING = range(7)
POSITION_COLOURS = (SKY, "#D9D9D9", ORANGE, "#FBE3B0", RED, "#F4B6C2", "#FFFFFF")
POSITION_NAMES = (
    "pixel",
    "padding",
    "tap of the kernel",
    "skipped by dilation",
    "never reached",
    "sticks out: refused",
)


def position_codes(size, kernel, stride=1, pad=0, dilation=1):
    """Classify every pixel of a row, and every pixel under each position of a kernel.

    Parameters
    ----------
    size, kernel, stride, pad, dilation : int
        As for :func:`cnnlib.im2col.output_size`.

    Returns
    -------
    (ndarray of shape (1 + O or 2 + O, columns), list of int)
        Codes ``PIXEL``, ``PADDING`` ...: the padded row, the O positions, and, where the last one
        leaves pixels over, the next, which sticks out; and the columns of the padded row that no
        tap reaches.

    Raises
    ------
    ValueError
        As output_size does.
    """
    O = output_size(size, kernel, stride, pad, dilation)  # noqa: E741
    padded, span = size + 2 * pad, dilation * (kernel - 1) + 1
    starts = [k * stride for k in range(O)]
    left_over = padded - (starts[-1] + span)
    drawn = starts + [O * stride] * (left_over > 0)
    codes = np.full((1 + len(drawn), max(padded, drawn[-1] + span)), NOTHING)
    codes[0, :padded] = PADDING
    codes[0, pad : pad + size] = PIXEL
    for line, start in enumerate(drawn, 1):
        codes[line, start : start + span] = GAP
        codes[line, start : start + span : dilation] = TAP
    if left_over > 0:
        codes[-1, codes[-1] == TAP] = BEYOND
    reached = {start + k * dilation for start in starts for k in range(kernel)}
    unseen = sorted(set(range(padded)) - reached)
    codes[0, unseen] = UNSEEN
    return codes, unseen


@plot
def kernel_positions(size, kernel, stride=1, pad=0, dilation=1):
    """Draw the positions of a kernel along a row of pixels, one under the other.

    Parameters
    ----------
    size, kernel, stride, pad, dilation : int
        As for :func:`cnnlib.im2col.output_size`.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        As output_size does.
    """
    O = output_size(size, kernel, stride, pad, dilation)  # noqa: E741
    codes, unseen = position_codes(size, kernel, stride, pad, dilation)
    lines, columns = codes.shape
    cell = min(0.32, (PAGE - 1.2) / columns, 4.6 / lines)
    height = cell * lines + 0.95
    never = f", {len(unseen)} never reached" if unseen else ""
    figure = new_figure(
        *(PAGE, height),
        f"{size} pixels, kernel {kernel}, stride {stride}, padding {pad}, dilation {dilation}:"
        f" output size {O}{never}",
        fixed=True,
    )
    left = max(1.05, (PAGE - cell * columns) / 2)
    box = (left / PAGE, 0.5 / height, cell * columns / PAGE, cell * lines / height)
    ax = figure.place(*box)
    ax.imshow(codes, cmap=ListedColormap(POSITION_COLOURS), vmin=0, vmax=NOTHING, aspect="auto")
    lattice(ax, lines, columns, "white", 1.5)
    ax.tick_params(which="both", length=0, labelsize=9)
    ax.set_yticks(range(lines), ["input", *(f"output {k}" for k in range(O)), "one more"][:lines])
    padded = size + 2 * pad
    ax.set_xticks(range(padded), [str(k - pad) for k in range(padded)])
    for spine in ax.spines.values():
        spine.set_visible(False)
    shown = [code for code in range(NOTHING) if (codes == code).any()]
    handles = [Patch(color=POSITION_COLOURS[k], label=POSITION_NAMES[k]) for k in shown]
    figure.legend(
        handles=handles, loc="lower center", ncols=6, fontsize=8.5, frameon=False, borderpad=0.1
    )
    return figure


@plot
def dilated_taps(kernel, dilations, size):
    """Draw which pixels a square kernel sees when its taps are spread.

    Parameters
    ----------
    kernel : int, at least 1
    dilations : sequence of int
    size : int, at least 1
        Rows and columns of the picture.

    Returns
    -------
    Figure
    """
    title = "Dilation widens what a kernel sees and adds no weight (orange: taps, pale: skipped)"
    figure = new_figure(PAGE, 3.0, title)
    for ax, D in zip(np.ravel(figure.subplots(1, len(dilations))), dilations, strict=True):
        span = D * (kernel - 1) + 1
        codes = np.full((size, size), PIXEL)
        codes[:span, :span] = GAP
        codes[:span:D, :span:D] = TAP
        ax.imshow(codes, cmap=ListedColormap(POSITION_COLOURS), vmin=0, vmax=NOTHING)
        lattice(ax, size, size, "white", 1.5)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_title(f"dilation {D}: {kernel * kernel} taps, span {span}", fontsize=10)
    return figure
