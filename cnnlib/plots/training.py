"""Figures of lesson 05: how training goes, what decides it, what is read wrong.

Wherever runs of several seeds are drawn, the line is their mean and the band reaches from the worst
to the best of them.
"""

import functools

import numpy as np
from contourpy import contour_generator
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import LogLocator, NullLocator

from cnnlib.plots.base import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SIGNED_MAP,
    band,
    dress,
    head,
    limits,
    lines,
    outline,
    rows_of_dots,
    segments,
    show_numbers,
)
from cnnlib.plots.figure import new_figure, plot
from cnnlib.plots.sheets import image_grid, mosaic


def smooth(values, width=50):
    """Average each number with up to ``width - 1`` before it.

    Parameters
    ----------
    values : sequence of float
    width : int

    Returns
    -------
    ndarray of the same length
    """
    sums = np.concatenate([[0.0], np.cumsum(np.asarray(values, float))])
    ends = np.arange(1, len(sums))
    starts = np.maximum(ends - width, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)


@functools.cache
def level_lines():
    """Return lines along which the valley is equally high, from its floor to the corners."""
    xs, ys = np.linspace(-8, 8, 81), np.linspace(-3, 3, 61)
    heights = (0.1 * xs**2 + 2 * ys[:, None] ** 2) / 2
    found = contour_generator(xs, ys, heights)
    levels = heights.max() * np.linspace(0, 1, 12) ** 2
    return [line for level in levels for line in found.lines(level)]


@plot
def valley(paths, title=None):
    """Draw the ways of several rules down the valley ``(0.1 * x**2 + 2 * y**2) / 2``, a map each.

    Parameters
    ----------
    paths : dict of str to ndarray of shape (K, 2)
        Title of a map to the points visited. The goal is (0, 0).
    title : str, optional

    Returns
    -------
    Figure
    """
    columns = min(len(paths), 2)
    rows = -(-len(paths) // columns)
    height = (1.9 if columns == 2 else 3.2) * rows + 0.3 * (title is not None)
    alone = len(paths) == 1  # as the explorer draws it: fast
    sides = {"left": 0.05, "right": 0.99, "bottom": 0.08, "top": 0.91} if alone else {}
    figure = new_figure(8, height, title, fixed=alone)
    for k, ax in enumerate(
        np.ravel(figure.subplots(rows, columns, squeeze=False, gridspec_kw=sides))
    ):
        if k >= len(paths):
            ax.axis("off")
            continue
        label = list(paths)[k]
        ax.set_gid("valley")
        segments(ax, level_lines(), GREY, 0.7)
        ax.plot(*paths[label].T, "o-", color=RED, markersize=3, linewidth=1.2)
        ax.plot(*paths[label][0], "s", color=BLUE, markersize=7)
        ax.plot(0, 0, "*", color=GREEN, markersize=11)
        ax.set_xlim(-8, 8)
        ax.set_ylim(-3, 3)
        ax.set_title(label, fontsize=10)
    return figure


@plot
def sweep(
    groups, x, xlabel, title=None, floor=None, legend="upper left", ylabel="test accuracy, %"
):
    """Draw accuracy against a setting, for several choices, in panels that share their scale.

    Parameters
    ----------
    groups : dict of str to dict of str to ndarray of shape (K, seeds)
        Title of a panel to label to accuracies.
    x : ndarray of shape (K,) or dict of str to ndarray
        One for all, or one a label.
    xlabel, title, ylabel : str
    floor : float, optional
        Where the axis begins, in percent.
    legend : str
        Where matplotlib puts it.

    Returns
    -------
    Figure
    """
    figure = new_figure(8, 3.5, title)
    axes = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    for ax, (name, choices) in zip(axes, groups.items(), strict=True):
        for k, (label, found) in enumerate(choices.items()):
            places = x[label] if isinstance(x, dict) else x
            band(ax, places, 100 * np.asarray(found), label, k)
        dress(ax, xlabel, ylabel if ax is axes[0] else "", name or None, "x")
        if not isinstance(x, dict) and len(x) < 7:  # more would touch
            ax.set_xticks(x, [f"{place:g}" for place in x])
            ax.minorticks_off()
        if floor is not None:
            ax.set_ylim(floor, 100)
        ax.legend(fontsize=8, loc=legend)
    return figure


@plot
def dots(names, found, title=None):
    """Draw every seed of every choice as a dot in a row, and their mean as a bar.

    Parameters
    ----------
    names : sequence of str, length K
    found : sequence of ndarray of shape (seeds,), length K
        Shares, drawn in percent.
    title : str, optional

    Returns
    -------
    Figure
    """
    looks = [{"color": BLUE, "alpha": 0.6, "markersize": 6}] * len(names)
    rows = [100 * np.asarray(values) for values in found]
    return rows_of_dots(names, rows, looks, "test accuracy, %", title, 1.0)


@plot
def rates(schedules, steps, title=None):
    """Draw what several schedules do to the learning rate.

    Parameters
    ----------
    schedules : dict of str to function of int
    steps : int
    title : str, optional

    Returns
    -------
    Figure
    """
    x = np.arange(steps)
    curves = {name: (x, [schedule(step) for step in x]) for name, schedule in schedules.items()}
    return lines(curves, "step", "learning rate", title, height=2.8)


@plot
def grid(values, rows, columns, xlabel, ylabel, title=None, form="{:.1f}"):
    """Draw a table of results as coloured numbers, the best of each row framed.

    Parameters
    ----------
    values : ndarray of shape (H, W)
    rows : sequence of anything, length H
    columns : sequence of anything, length W
        Labels of both axes.
    xlabel, ylabel, title : str
    form : str
        Format of a number.

    Returns
    -------
    Figure
    """
    values = np.asarray(values)
    figure = new_figure(1.0 * values.shape[1] + 2.0, 0.42 * values.shape[0] + 1.1)
    ax = figure.subplots()
    low = np.quantile(values, 0.25)
    show_numbers(ax, values, scale=(low, values.max()), form=form)
    head(ax, title, 10)
    for row, best in enumerate(values.argmax(axis=1)):
        outline(ax, row, best)
    ax.set_aspect("auto")
    ax.set_xticks(range(len(columns)), [str(c) for c in columns])
    ax.set_yticks(range(len(rows)), [str(r) for r in rows])
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    return figure


@plot
def confusion(counts, title=None):
    """Draw which class was read as which, and of each class the share that was read right.

    Parameters
    ----------
    counts : ndarray of shape (M, M), integer
        Row: the label. Column: what was read.
    title : str, optional

    Returns
    -------
    Figure
    """
    counts = np.asarray(counts)
    M = len(counts)
    names = [str(k) for k in range(M)]
    size = max(4.2, 0.24 * M + 1.5)
    figure = new_figure(8, size, title)
    left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
    wrong = counts * (1 - np.eye(M, dtype=int))
    left.imshow(wrong, cmap="Reds", vmin=0, vmax=max(1, wrong.max()) * 1.4)
    for (row, column), n in np.ndenumerate(counts):
        if n:
            strong = {"color": GREY} if row == column else {"color": "black", "weight": "bold"}
            left.text(column, row, str(n), ha="center", va="center", fontsize=8, **strong)
    left.set_xticks(range(M), names)
    left.set_yticks(range(M), names)
    left.set_xlabel("read as")
    left.set_ylabel("is a")
    share = 100 * np.diag(counts) / np.maximum(counts.sum(axis=1), 1)
    right.barh(range(M), 100 - share, color=RED)
    for row, value in enumerate(share):
        right.text(100 - value, row, f" {value:.1f} % right", va="center", fontsize=8)
    right.set_yticks(range(M), names)
    right.set_ylim(M - 0.5, -0.5)
    right.set_xlim(0, 1.6 * max(0.1, (100 - share).max()))
    right.set_xlabel("read wrong, %")
    return figure


@plot
def mistakes(images, labels, read, probabilities, columns=6, title=None):
    """Draw images that were read wrong, with what was read, how surely, and the label.

    Parameters
    ----------
    images : ndarray of shape (K, 1, H, W)
    labels, read : ndarray of shape (K,), integer
    probabilities : ndarray of shape (K,)
        Of the class that was read.
    columns : int, at least 1
        Images in a row.
    title : str, optional

    Returns
    -------
    Figure
    """
    found = zip(read, probabilities, labels, strict=True)
    titles = [f"read {k} ({share:.1%})\nis {label}" for k, share, label in found]
    return image_grid(images[:, 0], titles, columns, size=1.3, title=title)


@plot
def cockpit(losses, accuracies, rates, tested, filters, rate=None, title=None):
    """Draw a run in progress: loss, accuracy, learning rate, filters of the first layer.

    Parameters
    ----------
    losses, accuracies, rates : sequence of float, length S, may be empty
        One a step.
    tested : sequence of (float, float), may be empty
        Steps after which the test images were read, and the share that was read right.
    filters : ndarray of shape (F, C, KH, KW) or None
    rate : float, optional
        The rate that is set now, drawn as a line.
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(8, 4.4, title, fixed=True)
    loss = figure.place(0.105, 0.58, 0.235, 0.27)
    accuracy = figure.place(0.445, 0.58, 0.245, 0.27)
    speed = figure.place(0.105, 0.12, 0.585, 0.29)
    picture = figure.place(0.73, 0.12, 0.26, 0.73)
    steps = np.arange(1, len(losses) + 1)
    thin = slice(None, None, max(1, len(steps) // 400))
    for ax, values, colour in ((loss, losses, RED), (accuracy, 100 * np.array(accuracies), BLUE)):
        ax.plot(steps[thin], np.array(values)[thin], color=colour, alpha=0.2, linewidth=0.5)
        ax.plot(steps[thin], smooth(values)[thin], color=colour, label="batches")
    if len(tested):
        at, share = np.array(tested, float).T
        accuracy.plot(at, 100 * share, "o", color="black", markersize=3, label="test images")
    dress(loss, "", "loss", None, "y")
    dress(accuracy, "", "right, %")
    latest = smooth(accuracies)[-1] if len(steps) else 0.0
    accuracy.set_ylim(100 - 100 * max(0.08, min(1, 4 * (1 - latest))), 100.5)
    where = {"loc": "lower right", "bbox_to_anchor": (1.03, 0.97), "borderaxespad": 0.2}
    accuracy.legend(fontsize=8, ncols=2, frameon=False, **where)  # over the axes, on no data
    low, high = loss.get_ylim()
    loss.yaxis.set_major_locator(LogLocator(subs=(1,) if high > 50 * low else (1, 2, 5)))
    loss.yaxis.set_major_formatter("{x:g}")  # narrow: the label beside it is seen
    loss.yaxis.set_minor_locator(NullLocator())
    speed.plot(steps[thin], np.array(rates)[thin], color=GREEN)
    if rate is not None:
        speed.axhline(rate, color=ORANGE, linewidth=1.5, linestyle="--")
        speed.text(0.99, rate, f"set to {rate:.2g}", transform=speed.get_yaxis_transform(),
                   ha="right", va="bottom" if rate < 3 else "top", fontsize=8)  # fmt: skip
    dress(speed, "step", "learning rate", None, "y")
    speed.set_ylim(3e-5, 30)
    speed.set_yticks([1e-4, 1e-2, 1])
    speed.minorticks_off()
    picture.axis("off")
    picture.set_anchor("N")
    if filters is not None:
        tiles = mosaic(np.asarray(filters)[:, 0], 4 if len(filters) > 8 else 2)
        low, high = limits(tiles, signed=True)
        picture.imshow(tiles, cmap=SIGNED_MAP, vmin=low, vmax=high)
        picture.set_title("first layer", fontsize=10)
    return figure


SIDES = LinearSegmentedColormap.from_list("sides", [BLUE, "white", ORANGE])


@plot
def boundary(margins, edge, x, labels, units, losses, seen, new, step, steps, title=None):
    """Draw a plane of points, what a network makes of each place, and how its loss falls.

    Parameters
    ----------
    margins : ndarray of shape (K, K)
        Score of class 1 minus that of class 0, over a square from ``-edge`` to ``edge``.
    edge : float
    x : ndarray of shape (N, 2), may be empty
    labels : ndarray of shape (N,), 0 or 1, may be empty
    units : ndarray of shape (D, 3), may be empty
        ``(a, b, c)`` of each hidden unit; it turns where ``a x + b y + c = 0``.
    losses : sequence of float, may be empty
        Of each step's batch.
    seen : ndarray of shape (2, M), may be empty
    new : ndarray of shape (2, M) or None
        Steps and losses, on the points drawn and on new ones.
    step, steps : int
        The step that is drawn, and how many there could be.
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(8, 4.4, title, fixed=True)
    plane = figure.place(0.01, 0.02, 0.495, 0.9, gid="plane")
    course = figure.place(0.58, 0.11, 0.405, 0.75)
    side = np.linspace(-edge, edge, len(margins))
    finite = np.nan_to_num(margins, posinf=1e6, neginf=-1e6)
    shade = 0.5 + 0.35 * np.tanh(finite / 2)  # the probability, but never as dark as a point
    half = edge * (1 + 1 / (len(margins) - 1))  # a pixel's middle is its place
    extent = (-half, half, -half, half)
    plane.imshow(shade, cmap=SIDES, vmin=0, vmax=1, extent=extent, origin="lower")
    a, b, c = np.asarray(units, float).T / np.maximum(1e-9, np.hypot(*units.T[:2]))
    foot, along = -c * np.stack([a, b]), 3 * edge * np.stack([-b, a])
    ends = np.stack([foot - along, foot + along]).transpose(2, 0, 1)
    segments(plane, ends, GREY, 0.8)
    if finite.min() < 0 < finite.max():
        segments(plane, contour_generator(side, side, finite).lines(0), "black", 2)
    for k, (colour, marker) in enumerate(((BLUE, "o"), (ORANGE, "s"))):
        plane.plot(*x[labels == k].T, marker, color=colour, markeredgecolor="white",
                   markeredgewidth=0.6, markersize=5.5)  # fmt: skip
    plane.set(xlim=(-edge, edge), ylim=(-edge, edge), xticks=[], yticks=[])
    course.plot(np.arange(1, len(losses) + 1), losses, color=RED, alpha=0.3, linewidth=0.7,
                label="each batch")  # fmt: skip
    course.plot(*seen, color=RED, label="these points")
    if new is not None:
        course.plot(*new, color="black", linestyle="--", linewidth=1, label="new points")
    course.axvline(step, color=GREY, linewidth=1)
    course.legend(fontsize=8, frameon=False, ncols=3, loc="lower right",
                  bbox_to_anchor=(1.02, 0.99), borderaxespad=0.2)  # fmt: skip
    dress(course, "step", "loss")
    course.set_xlim(-0.03 * steps, 1.03 * steps)
    course.set_ylim(0, 1.1 * np.clip(np.nanmax(seen[1], initial=0), 0.9, 3))
    return figure
