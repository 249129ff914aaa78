"""Figures of lesson 03 about memory and time: tapes, strides, runs, and what a step takes."""

import numpy as np
from matplotlib.patches import Rectangle

from cnnlib.plots.base import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, YELLOW, new_figure

IMAGE_COLORS = (SKY, YELLOW, GREEN, PURPLE)  # one an image of a batch


def _arrow(ax, start, end, color=GREY, bend=0.0):
    style = {"arrowstyle": "->", "color": color, "linewidth": 1.5}
    style["connectionstyle"] = f"arc3,rad={bend}"
    ax.annotate("", xy=end, xytext=start, arrowprops=style, annotation_clip=False)


def tape(values, rows, title, labels=None):
    """Draw memory as a tape of cells, and under it which cells a view reads, step by step.

    Parameters
    ----------
    values : ndarray of shape (M,)
        The cells, in the order of their addresses.
    rows : sequence of sequence of int
        Cells that each row of the view reads, in order; arrows show the hops.
    title : str
    labels : sequence of str, optional
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
            _arrow(ax, (start, level), (end, level), color, bend)
        if labels is not None:
            ax.text(-0.8, level, labels[r], ha="right", va="center", fontsize=9)
    ax.set_title(title, fontsize=11)
    return figure


def runs(cells):
    """Cut a set of cell numbers into runs of neighbours.

    Returns
    -------
    list of (int, int)
        First cell and length of each run.
    """
    cells = np.unique(cells)
    starts = np.flatnonzero(np.diff(cells, prepend=-2) > 1)
    lengths = np.diff(np.append(starts, len(cells)))
    return [(int(cells[s]), int(n)) for s, n in zip(starts, lengths, strict=True)]


def two_tapes(touched, title):
    """Draw a batch of one-channel images in both orders of memory, and what one step reads.

    Parameters
    ----------
    touched : bool ndarray of shape (N, H, W)
        The pixels that are read, of at most four images.
    title : str

    Returns
    -------
    Figure
    """
    N, H, W = touched.shape
    images = np.broadcast_to(np.arange(N)[:, None, None], touched.shape)
    figure = new_figure(8.0, 3.4)
    figure.set_layout_engine("none")  # a fixed layout and few axes are drawn in half the time
    sides = {"left": 0.01, "right": 0.99, "top": 0.85, "bottom": 0.03, "hspace": 0.45}
    top, *tapes = figure.subplots(3, 1, height_ratios=(2.6, 1, 1), gridspec_kw=sides)
    for n in range(N):
        _cells(top, images[n], touched[n], left=n * (W + 2))
        top.text(n * (W + 2) + W / 2, -0.3, f"image {n}", ha="center", va="bottom", fontsize=9)
    top.set(xlim=(-0.1, N * (W + 2) - 1.9), ylim=(H + 0.1, -0.1), aspect="equal")
    for ax, (name, order) in zip(tapes, (("NCHW", (0, 1, 2)), ("CHWN", (1, 2, 0))), strict=True):
        on = touched.transpose(order).ravel()
        _cells(ax, images.transpose(order).reshape(1, -1), on[None])
        ax.set(xlim=(-0.1, on.size + 0.1), ylim=(1.02, -0.02), aspect="auto")
        found = runs(np.flatnonzero(on))
        longest = max((length for _, length in found), default=0)
        text = f"memory in order {name}: {len(found)} runs, the longest of {longest} numbers"
        ax.set_title(text, fontsize=9, loc="left")
    figure.suptitle(title, fontsize=11)
    return figure


def _cells(ax, images, touched, left=0):
    """Draw cells in the colour of their image, pale where they are not touched."""
    colors = np.array([[int(c[k : k + 2], 16) / 255 for k in (1, 3, 5)] for c in IMAGE_COLORS])
    picture = colors[images]
    picture = np.where(touched[..., None], picture * 0.85, 1 - 0.2 * (1 - picture))
    H, W = images.shape
    ax.imshow(picture, extent=(left, left + W, H, 0), interpolation="nearest")
    ax.vlines(left + np.arange(W + 1), 0, H, color=GREY, linewidth=0.4)
    ax.hlines(np.arange(H + 1), left, left + W, color=GREY, linewidth=0.4)
    ax.axis("off")


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
    ax.set_title(title, fontsize=11)
    return figure


def race(seconds, title):
    """Draw times that differ by powers of ten.

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
    bars = ax.barh(list(seconds), list(seconds.values()), color=BLUE)
    texts = [f"{s:.3g} s" if s >= 0.1 else f"{1000 * s:.3g} ms" for s in seconds.values()]
    ax.bar_label(bars, texts, padding=4, fontsize=10)
    ax.set(xscale="log", xlabel="seconds (each line is ten times the one before)")
    ax.set_xlim(min(seconds.values()) / 3, max(seconds.values()) * 8)
    ax.invert_yaxis()
    ax.grid(axis="x", color=GREY, alpha=0.4)
    ax.set_axisbelow(True)
    ax.set_title(title, fontsize=11)
    return figure
