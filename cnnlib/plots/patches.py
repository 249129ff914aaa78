"""Figures of lesson 03: patches as columns, their product with filters, and the way back."""

import numpy as np
from matplotlib.patches import Rectangle

from cnnlib.arguments import pair
from cnnlib.im2col import im2col, output_size, pad2d
from cnnlib.plots.base import BLUE, GREY, limits, new_figure, outline, show_image, show_numbers
from cnnlib.plots.memory import IMAGE_COLORS


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
        If x is not one image, or a step is out of range.
    """
    x = np.asarray(x)
    if x.ndim != 2:
        raise ValueError(f"x has shape {x.shape}, expected one image (H, W)")
    KH, KW = pair(kernel_size)
    OW = output_size(x.shape[1], KW)
    cols = im2col(x[None, None].astype(float), (KH, KW))
    if min(steps) < 0 or max(steps) > cols.shape[1]:
        raise ValueError(f"steps are {list(steps)}, expected 0 to {cols.shape[1]}")
    figure = new_figure(8.0, 4.6)
    axes = figure.subplots(2, len(steps), height_ratios=(x.shape[0], len(cols)), squeeze=False)
    scale = limits(x, signed=False)
    for step, (top, below) in zip(steps, axes.T, strict=True):
        show_numbers(top, x, scale=scale, size=9)
        filled = np.full(cols.shape, np.nan)
        filled[:, :step] = cols[:, :step]
        show_image(below, filled, scale=scale)
        below.set_facecolor("white")
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
    figure.suptitle("Each position of the kernel fills one column", fontsize=11)
    return figure


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

    Raises
    ------
    ValueError
        If x is not one image or w are not filters of one channel.
    """
    x, w = np.asarray(x, float), np.asarray(w, float)
    if x.ndim != 2 or w.ndim != 3:
        raise ValueError(f"x, w have shapes {x.shape}, {w.shape}, expected (H, W), (F, KH, KW)")
    F, KH, KW = w.shape
    OW = output_size(x.shape[1], KW)
    cols, rows = im2col(x[None, None], (KH, KW)), w.reshape(F, -1)
    K, J = cols.shape
    figure = new_figure(6.6, 4.6)
    axes = figure.subplots(2, 2, width_ratios=(K, J), height_ratios=(K, F))
    scale = limits(x, signed=False)
    show_numbers(axes[0, 0], x, title="image", scale=scale)
    show_numbers(axes[0, 1], cols, title="patches, a column each", scale=scale)
    show_numbers(axes[1, 0], rows, signed=True, title="filters, a row each")
    show_numbers(axes[1, 1], rows @ cols, signed=True, title="output, a row each filter")
    outline(axes[0, 0], j // OW, j % OW, KH, KW)
    outline(axes[0, 1], 0, j, K, 1)
    outline(axes[1, 0], f, 0, 1, K)
    outline(axes[1, 1], f, j)
    figure.suptitle("Filter row times patch column is one output pixel", fontsize=11)
    return figure


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
    figure = new_figure(8.0, 3.4)
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
    figure.suptitle("The same numbers, turned and in another order", fontsize=11)
    return figure


def put_back(pieces, total, titles):
    """Draw patches that are put back where they were taken from, and their sum.

    Parameters
    ----------
    pieces : ndarray of shape (J, H, W)
        Each patch alone on an image, NaN where it is not.
    total : ndarray of shape (H, W)
    titles : sequence of str
        J + 1 titles.

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 2.0)
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
    figure.suptitle("col2im adds every patch where it came from", fontsize=11)
    return figure


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
        ax.set_xticks(np.arange(table.shape[1] + 1) - 0.5, minor=True)
        ax.set_yticks(np.arange(table.shape[0] + 1) - 0.5, minor=True)
        ax.grid(which="minor", color=GREY, linewidth=0.4)
        ax.tick_params(which="minor", length=0)
    left.set(xlabel="pixel of x", ylabel="number in the patch matrix")
    right.set(xlabel="number in the patch matrix", ylabel="pixel of x")
    left.set_title("A = im2col: one 1 in a row, a copy", fontsize=10)
    right.set_title("Aᵀ = col2im: several 1s in a row, a sum", fontsize=10)
    return figure


def counts(tables, titles, title):
    """Draw maps of how many patches each pixel lies in, with their numbers.

    Parameters
    ----------
    tables : sequence of ndarray of shape (H, W)
    titles : sequence of str
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 8.0 / len(tables) + 0.5)
    scale = (0, max(np.max(table) for table in tables))
    axes = np.atleast_1d(figure.subplots(1, len(tables)))
    for ax, table, name in zip(axes, tables, titles, strict=True):
        show_numbers(ax, table, title=name, scale=scale, size=9)
    figure.suptitle(title, fontsize=11)
    return figure


def picked_patch(x, w, kernel_size, stride, pad, at):
    """Draw one patch in its image, its column in the matrix, and its product with a filter.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    w : ndarray of shape (C, KH, KW)
        One filter.
    kernel_size, stride, pad
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
    figure = new_figure(8.0, 4.5)
    figure.set_layout_engine("none")  # a fixed layout is drawn in half the time
    grid = figure.add_gridspec(
        2,
        3,
        height_ratios=(4.6, 1),
        width_ratios=(1.25, 1.6, 0.9),
        left=0.01,
        right=0.99,
        top=0.93,
        bottom=0.02,
        hspace=0.2,
        wspace=0.06,
    )
    axes = [figure.add_subplot(grid[k // 2, k % 2]) for k in range(4)]
    axes.append(figure.add_subplot(grid[:, 2]))
    scale, signed = limits(x, signed=False), limits(y, signed=True)
    show_numbers(axes[0], pad2d(x, pad)[n, c], scale=scale, size=9)
    axes[0].set_title(f"image {n}, channel {c}", fontsize=10)
    outline(axes[0], oh * stride, ow * stride, KH, KW)
    later = np.arange(cols.shape[1]) > j  # what is not filled yet stays white
    show_image(axes[1], np.where(later, np.nan, cols), scale=scale)
    axes[1].set_facecolor("#dcebf7")
    axes[1].set_title(f"patch matrix {len(cols)} × {cols.shape[1]}, column {j}", fontsize=10)
    show_image(axes[2], row, signed=True, title="filter, a row")
    show_image(axes[3], np.where(later, np.nan, y), True, f"output, number {j}", signed)
    axes[3].set_facecolor("#dcebf7")
    outline(axes[1], 0, j, len(cols), 1)
    outline(axes[2], 0, 0, 1, len(cols))
    outline(axes[3], 0, j)
    outline(axes[1], c * KH * KW, j, KH * KW, 1, BLUE)
    outline(axes[2], 0, c * KH * KW, 1, KH * KW, BLUE)
    for ax in axes[1:4]:
        ax.set_aspect("auto")
    output = y.reshape(OH, OW, N)[:, :, n]
    show_numbers(axes[4], output, signed=True, scale=signed, size=9)
    axes[4].set_title(f"output of image {n}", fontsize=10)
    outline(axes[4], oh, ow)
    return figure
