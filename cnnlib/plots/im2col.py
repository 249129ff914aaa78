"""Figures of lesson 03: patches as columns and the way back, memory as a tape, times."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from cnnlib.arguments import pair
from cnnlib.im2col import im2col, output_size, pad2d
from cnnlib.plots.base import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    YELLOW,
    head,
    lattice,
    limits,
    outline,
    show_image,
    show_numbers,
)
from cnnlib.plots.figure import new_figure, plot
from cnnlib.plots.sheets import put, put_numbers, rules, sheet

IMAGE_COLORS = (SKY, YELLOW, GREEN, PURPLE)  # one an image of a batch


@plot
def patch_frames(x, kernel_size, steps):
    """Draw how the patch matrix of one small image fills, column by column.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    kernel_size : int or (int, int)
    steps : sequence of int
        How many columns are filled in each frame, each from 0 to OH * OW.

    Returns
    -------
    Figure
        A frame a column: above the image with the patch that was copied last, below the matrix.

    Raises
    ------
    ValueError
        If a step is out of range.
    """
    x = np.asarray(x)
    KH, KW = pair(kernel_size)
    OW = output_size(x.shape[1], KW)
    cols = im2col(x[None, None].astype(float), (KH, KW))
    if min(steps) < 0 or max(steps) > cols.shape[1]:
        raise ValueError(f"steps are {list(steps)}, expected 0 to {cols.shape[1]}")
    title = "Each position of the kernel fills one column"
    figure = new_figure(8.0, 4.6, title)
    axes = figure.subplots(2, len(steps), height_ratios=(x.shape[0], len(cols)), squeeze=False)
    scale = limits(x, signed=False)
    for step, (top, below) in zip(steps, axes.T, strict=True):
        show_numbers(top, x, scale=scale, size=9)
        filled = np.full(cols.shape, np.nan)
        filled[:, :step] = cols[:, :step]
        show_image(below, filled, scale=scale, missing="white")
        for (i, j), value in np.ndenumerate(filled[:, :step]):
            color = "white" if value < np.mean(scale) else "black"
            below.text(j, i, f"{value:g}", ha="center", va="center", fontsize=8, color=color)
        top.set_title(f"{step} of {cols.shape[1]}" if step else "empty", fontsize=10)
        if step:
            oh, ow = divmod(step - 1, OW)
            outline(top, oh, ow, KH, KW)
            outline(below, 0, step - 1, len(cols), 1)
    axes[1, 0].set_ylabel("patch matrix")
    axes[0, 0].set_ylabel("image")
    return figure


@plot
def product(x, w, f=0, j=0):
    """Draw a convolution as the product of filter rows and patch columns, with its numbers.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    w : ndarray of shape (F, KH, KW)
    f, j : int
        Filter and patch to frame.

    Returns
    -------
    Figure
    """
    x, w = np.asarray(x, float), np.asarray(w, float)
    F, KH, KW = w.shape
    OW = output_size(x.shape[1], KW)
    cols, rows = im2col(x[None, None], (KH, KW)), w.reshape(F, -1)
    K, J = cols.shape
    title = "Filter row times patch column is one output pixel"
    figure = new_figure(6.6, 4.6, title)
    axes = figure.subplots(2, 2, width_ratios=(K, J), height_ratios=(K, F))
    scale = limits(x, signed=False)
    show_numbers(axes[0, 0], x, title="image", scale=scale)
    show_numbers(axes[0, 1], cols, title="one patch per column", scale=scale)
    show_numbers(axes[1, 0], rows, signed=True, title="one filter per row")
    show_numbers(axes[1, 1], rows @ cols, signed=True, title="output, one row per filter")
    outline(axes[0, 0], j // OW, j % OW, KH, KW)
    outline(axes[0, 1], 0, j, K, 1)
    outline(axes[1, 0], f, 0, 1, K)
    outline(axes[1, 1], f, j)
    return figure


@plot
def two_factorings(x, w, at):
    """Draw one convolution factored in two ways: weights in the big matrix, or pixels in it.

    Above, lesson 01's dense layer that is a convolution: a sparse matrix of weights times the
    image as a column.  Below, lesson 03's: the filter as a row times the patch matrix.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    w : ndarray of shape (KH, KW)
        One filter.
    at : (int, int)
        Output pixel (oh, ow) to frame.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If at is no pixel of the output.
    """
    x, w = np.asarray(x, float), np.asarray(w, float)
    (H, W), (KH, KW), (oh, ow) = x.shape, w.shape, at
    OH, OW = output_size(H, KH), output_size(W, KW)
    if not (0 <= oh < OH and 0 <= ow < OW):
        raise ValueError(f"at is {at}, expected a pixel of the {OH} × {OW} output")
    j, pixels = oh * OW + ow, np.eye(H * W).reshape(H * W, 1, H, W)
    taps = im2col(pixels, w.shape)
    sparse = (w.reshape(1, -1) @ taps).reshape(OH * OW, H * W)
    column, cols = x.reshape(-1, 1), im2col(x[None, None], w.shape)
    shown = np.where(taps.any(axis=0).reshape(sparse.shape), sparse, np.nan)  # no ink in the gaps
    grey, signed = limits(x, signed=False), limits(w, signed=True)
    both = limits(sparse @ column, signed=True)
    figure = new_figure(8.0, 7.0, "The same sums, factored in two ways")
    above, below = figure.subfigures(2, 1, height_ratios=(H * W, KH * KW + 3))
    left, middle, right = above.subplots(1, 3, width_ratios=(H * W, 2, 1.5))
    above.suptitle("the weights in the big matrix, the image a column", fontsize=10)
    show_numbers(left, shown, signed=True, scale=signed, size=8)
    written = left.artists[0].texts
    written[:] = ["" if text == "nan" else text for text in written]
    show_numbers(middle, column, scale=grey, size=8, title="image")
    show_numbers(right, sparse @ column, signed=True, scale=both, size=8, title="output")
    row, matrix, output = below.subplots(1, 3, width_ratios=(KH * KW, OH * OW, OH * OW))
    below.suptitle("the pixels in the big matrix, the filter a row", fontsize=10)
    show_numbers(row, w.reshape(1, -1), signed=True, scale=signed, size=8, title="filter")
    show_numbers(matrix, cols, scale=grey, size=8, title="patches")
    show_numbers(output, w.reshape(1, -1) @ cols, True, "output", both, size=8)
    for ax, *place in (
        (left, j, 0, 1, H * W), (middle, 0, 0, H * W, 1), (right, j, 0),
        (row, 0, 0, 1, KH * KW), (matrix, 0, j, KH * KW, 1), (output, 0, j),
    ):  # fmt: skip
        outline(ax, *place)
    for ax, sign in ((middle, "×"), (right, "="), (matrix, "×"), (output, "=")):
        where = {"xycoords": "axes fraction", "textcoords": "offset points"}
        ax.annotate(sign, (0, 0.5), (-13, 0), ha="center", va="center", fontsize=14, **where)
    return figure


@plot
def orientations(rows, cols, image_of_row, image_of_column):
    """Draw the same patches as rows and as columns, coloured by the image they come from.

    Parameters
    ----------
    rows : ndarray of shape (J, K)
    cols : ndarray of shape (K, J)
    image_of_row, image_of_column : ndarray of shape (J,)
        The image n that a row, a column, belongs to; at most four images.

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 3.4, "The same numbers, turned and in another order")
    left, right = figure.subplots(1, 2)
    for ax, table, images in (
        (left, rows, np.broadcast_to(np.reshape(image_of_row, (-1, 1)), rows.shape)),
        (right, cols, np.broadcast_to(image_of_column, cols.shape)),
    ):
        ax.set(xlim=(-0.5, table.shape[1] - 0.5), ylim=(len(table) - 0.5, -0.5), aspect="equal")
        ax.set_xticks([])
        ax.set_yticks([])
        for (i, j), value in np.ndenumerate(table):
            color = IMAGE_COLORS[images[i, j]]
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=color, edgecolor=GREY))
            ax.text(j, i, f"{value:g}", ha="center", va="center", fontsize=9)
    left.set_title("patches as rows: image after image", fontsize=10)
    right.set_title("patches as columns: pixel after pixel, all images", fontsize=10)
    left.set_xlabel("C·KH·KW")
    left.set_ylabel("N·OH·OW")
    right.set_xlabel("OH·OW·N")
    right.set_ylabel("C·KH·KW")
    return figure


@plot
def put_back(pieces, total, titles):
    """Draw patches that are put back where they were taken from, and their sum.

    Parameters
    ----------
    pieces : ndarray of shape (J, H, W)
        Each patch alone on an image, NaN where it is not.
    total : ndarray of shape (H, W)
    titles : sequence of str, length J + 1

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 2.0, "col2im adds every patch where it came from")
    axes = figure.subplots(1, len(pieces) + 1)
    scale = limits(total, signed=False)
    for k, (ax, table) in enumerate(zip(axes, [*pieces, total], strict=True)):
        show_image(ax, np.nan_to_num(table), title=titles[k], scale=scale)
        ax.images[0].set_alpha(np.where(np.isnan(table), 0.0, 1.0))
        for (i, j), value in np.ndenumerate(table):
            color = "white" if value < np.mean(scale) else "black"
            text = "·" if np.isnan(value) else f"{value:g}"
            color = "black" if np.isnan(value) else color
            ax.text(j, i, text, ha="center", va="center", fontsize=10, color=color)
        if k:
            ax.text(
                -0.12,
                0.5,
                "=" if k == len(pieces) else "+",
                ha="center",
                va="center",
                fontsize=14,
                transform=ax.transAxes,
            )
    return figure


@plot
def matrix_and_transpose(A):
    """Draw the matrix A of im2col, which copies, beside its transpose, which adds.

    Parameters
    ----------
    A : ndarray of shape (numbers of the patch matrix, pixels), 0 and 1

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 4.4)
    left, right = figure.subplots(1, 2, width_ratios=(A.shape[1], A.shape[0]))
    for ax, table in ((left, A), (right, A.T)):
        ax.imshow(1 - table, cmap="gray", vmin=-0.4, vmax=1)
        ax.set_xticks(np.arange(table.shape[1]))
        ax.set_yticks(np.arange(table.shape[0]))
        ax.tick_params(labelsize=7, length=0)
        lattice(ax, *table.shape)
    left.set(xlabel="pixel of x", ylabel="number in the patch matrix")
    right.set(xlabel="number in the patch matrix", ylabel="pixel of x")
    left.set_title("A = im2col: one 1 in a row, a copy", fontsize=10)
    right.set_title("Aᵀ = col2im: several 1s in a row, a sum", fontsize=10)
    return figure


@plot
def picked_patch(x, w, kernel_size, stride, pad, at):
    """Draw one patch in its image, its column in the matrix, and its product with a filter.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    w : ndarray of shape (C, KH, KW)
        One filter.
    kernel_size : int or (int, int)
    stride, pad : int
        As for :func:`cnnlib.im2col.im2col`.
    at : (int, int, int, int)
        Image n, channel c to show, output pixel oh, ow.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the kernel does not fit the padded image.
    """
    n, c, oh, ow = at
    N, C, _, _ = x.shape
    KH, KW = pair(kernel_size)
    cols = im2col(x, kernel_size, stride, pad)
    OH, OW = (output_size(s, k, stride, pad) for s, k in zip(x.shape[2:], (KH, KW), strict=True))
    row, y = w.reshape(1, -1), w.reshape(1, -1) @ cols
    j = (oh * OW + ow) * N + n
    image, later = pad2d(x, pad)[n, c], np.arange(cols.shape[1]) > j  # what is not filled yet
    scale, signed, pale = limits(x, signed=False), limits(y, signed=True), "#dcebf7"
    ax = sheet(8.0, 4.5)
    cell = min(2.55 / image.shape[1], 3.35 / image.shape[0])
    middle, low = 1.1 + (3.1 - cell * image.shape[0]) / 2, 0.09
    shown = put_numbers(ax, image, 0.1, middle, cell, scale=scale, size=9, gid="image")
    shown.title(f"image {n}, channel {c}")
    shown.outline(oh * stride, ow * stride, KH, KW)
    filled = np.where(later, np.nan, cols)
    matrix = put(ax, filled, 2.8, 1.1, 3.25, 3.0, scale=scale, gid="matrix", missing=pale)
    matrix.title(f"patch matrix {len(cols)} × {cols.shape[1]}, column {j}")
    filter_row = put(ax, row, 0.1, low, 2.55, 0.66, signed=True)
    filter_row.title("filter, a row")
    filled = np.where(later, np.nan, y)
    place = 2.8, low, 3.25, 0.66
    result = put(ax, filled, *place, signed=True, scale=signed, gid="matrix", missing=pale)
    result.title(f"output, number {j}")
    matrix.outline(0, j, len(cols), 1)
    filter_row.outline(0, 0, 1, len(cols))
    result.outline(0, j)
    matrix.outline(c * KH * KW, j, KH * KW, 1, BLUE)
    filter_row.outline(0, c * KH * KW, 1, KH * KW, BLUE)
    cell = min(1.75 / OW, 4.0 / OH)
    place = 6.17 + (1.75 - cell * OW) / 2, 2.1 - cell * OH / 2
    output = y.reshape(OH, OW, N)[:, :, n]
    shown = put_numbers(ax, output, *place, cell, True, signed, size=9, gid="output")
    shown.title(f"output of image {n}")
    shown.outline(oh, ow)
    return ax.figure


@plot
def tape(values, rows, title, labels=None):
    """Draw memory as a tape of cells, and under it which cells a view reads, step by step.

    Parameters
    ----------
    values : ndarray of shape (M,)
        The cells, in the order of their addresses.
    rows : sequence of sequences of float, length R
        Cells that each row of the view reads, in order; arrows show the hops.
    title : str
    labels : sequence of str, length R, optional
        What stands left of each row.

    Returns
    -------
    Figure
    """
    M = len(values)
    figure = new_figure(8.0, 0.95 + 0.42 * len(rows))
    ax = figure.subplots()
    ax.set(xlim=(-0.6, M - 0.4), ylim=(0.95 * len(rows) + 0.6, -0.6))
    ax.axis("off")
    for m, value in enumerate(values):
        ax.add_patch(Rectangle((m - 0.5, -0.5), 1, 1, facecolor="white", edgecolor=GREY))
        ax.text(m, 0, f"{value:g}", ha="center", va="center", fontsize=10)
    colors = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY)
    for r, cells in enumerate(rows):
        level, color = 1.1 + 0.95 * r, colors[r % len(colors)]
        ax.plot(cells, [level] * len(cells), "o", color=color, markersize=7)
        for start, end in zip(cells, cells[1:], strict=False):
            bend = -0.3 * min(1, 1.5 / max(abs(end - start), 1))  # a long hop is no higher
            look = {"arrowstyle": "->", "color": color, "linewidth": 1.5}
            look["connectionstyle"] = f"arc3,rad={bend}"
            ax.annotate("", (end, level), (start, level), arrowprops=look, annotation_clip=False)
        if labels is not None:
            ax.text(-0.8, level, labels[r], ha="right", va="center", fontsize=9)
    head(ax, title)
    return figure


@plot
def two_tapes(touched, notes, title):
    """Draw a batch of one-channel images in both orders of memory, and what one step reads.

    Parameters
    ----------
    touched : bool ndarray of shape (N, H, W)
        The pixels that are read, of at most four images.
    notes : (str, str)
        Over the memory in order NCHW, and in order CHWN.
    title : str

    Returns
    -------
    Figure
    """
    N, H, W = touched.shape
    images = np.broadcast_to(np.arange(N)[:, None, None], touched.shape)
    ax, wide = sheet(8.0, 3.4, title), N * (W + 2) - 2  # cells of all images, two between them
    cell = min(7.8 / wide, 1.18 / H)
    left = 4.0 - cell * wide / 2
    for n in range(N):
        x = left + n * (W + 2) * cell
        cells(ax, images[n], touched[n], x, 1.7, W * cell, H * cell)
        ax.text(x + W * cell / 2, 1.77 + H * cell, f"image {n}", ha="center", fontsize=9)
    for bottom, note, order in zip((0.9, 0.11), notes, ((0, 1, 2), (1, 2, 0)), strict=True):
        rows = (each.transpose(order).reshape(1, -1) for each in (images, touched))
        cells(ax, *rows, 0.1, bottom, 7.8, 0.45)
        ax.text(0.1, bottom + 0.53, note, fontsize=9)
    return ax.figure


def cells(ax, images, touched, left, bottom, width, height):
    """Draw cells on a sheet in the colour of their image, pale where they are not touched."""
    colors = np.array([to_rgb(color) for color in IMAGE_COLORS])[images]
    colors = np.where(touched[..., None], colors * 0.85, 1 - 0.2 * (1 - colors))
    put(ax, colors.transpose(2, 0, 1), left, bottom, width, height)
    rules(ax, left, bottom, width, height, *images.shape)


@plot
def step_times(times, title):
    """Draw what share each step of several ways takes, as stacked bars.

    Parameters
    ----------
    times : dict of str to dict of str to float
        For each way the milliseconds of each of its steps; steps of one name share a colour.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 1.2 + 0.4 * len(times))
    ax = figure.subplots()
    steps = list(dict.fromkeys(step for parts in times.values() for step in parts))
    left = dict.fromkeys(times, 0.0)
    for step, color in zip(steps, (ORANGE, BLUE, GREY, PURPLE), strict=False):
        for way, parts in times.items():
            label = step if way == next(w for w in times if step in times[w]) else None
            ax.barh(way, parts.get(step, 0.0), left=left[way], color=color, label=label)
            left[way] += parts.get(step, 0.0)
    ax.invert_yaxis()
    ax.set_xlabel("milliseconds for a batch")
    figure.legend(fontsize=9, loc="outside lower center", ncols=len(steps))
    head(ax, title)
    return figure


@plot
def race(seconds, title):
    """Draw times that differ by powers of ten, as points: bars have no length on such an axis.

    Parameters
    ----------
    seconds : dict of str to float
        A way and its time.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 0.9 + 0.4 * len(seconds))
    ax = figure.subplots()
    ax.plot(list(seconds.values()), list(seconds), "o", color=BLUE, markersize=9)
    for k, s in enumerate(seconds.values()):
        units = ((1, "s"), (1e3, "ms"), (1e6, "µs"))
        factor, unit = next((f, u) for f, u in units if s * f >= 0.1 or u == "µs")
        ax.annotate(f"{s * factor:.3g} {unit}", (s, k), (10, -4), textcoords="offset points")
    ax.set(xscale="log", xlabel="seconds (each grid line is ten times the one before)")
    ax.set_xlim(min(seconds.values()) / 3, max(seconds.values()) * 8)
    ax.set_ylim(len(seconds) - 0.4, -0.6)
    ax.grid(axis="x", color=GREY, alpha=0.4)
    ax.set_axisbelow(True)
    head(ax, title)
    return figure
