"""Figures of lesson 09: a ring of workers, what adding up costs, large batches."""

import numpy as np

from cnnlib.plots.base import BLUE, GREY, ORANGE, RED, dress, show_numbers, style
from cnnlib.plots.figure import new_figure, plot

PARTS = (("computing", BLUE), ("sending", ORANGE), ("waiting for messages to start", RED))


@plot
def ring_rounds(tables, title):
    """Draw, after each round of a ring all-reduce, how many workers' numbers each part holds.

    Parameters
    ----------
    tables : sequence of ndarray of shape (P, P), int
        Rows are workers, columns parts of the buffer.
    title : str

    Returns
    -------
    Figure
    """
    P = len(tables[0])
    figure = new_figure(8.0, 2.0, title)
    axes = figure.subplots(1, len(tables), squeeze=False)[0]
    for step, (ax, table) in enumerate(zip(axes, tables, strict=True)):
        name = f"round {step}" if step else "start"
        show_numbers(ax, table, title=name, scale=(0, 1.6 * P), size=10)
    axes[0].set_ylabel("worker")
    axes[0].set_xlabel("part")
    return figure


@plot
def cost_fit(sizes, measured, fitted, title):
    """Draw measured times of an all-reduce as points, and what a formula gives as lines.

    Parameters
    ----------
    sizes : finite ndarray of shape (K,)
        Bytes.
    measured, fitted : dict of str to ndarray of shape (K,)
        Label to seconds.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 3.4, title)
    ax = figure.subplots()
    for k, (label, seconds) in enumerate(measured.items()):
        colour = style(k)["color"]
        ax.plot(sizes, seconds, "os^vD"[k], color=colour, label=label, markersize=6)
        if label in fitted:
            ax.plot(sizes, fitted[label], "-", color=colour, label=f"{label}: the formula", lw=1.3)
    dress(ax, "bytes of the buffer", "seconds", logs="xy")
    ax.legend(fontsize=9, frameon=False)
    return figure


@plot
def where_time_goes(workers, parts, images, at, title):
    """Draw what a step spends its time on, and images a second, by the number of workers.

    Parameters
    ----------
    workers : finite ndarray of shape (K,)
    parts : sequence of ndarray of shape (K,), length 3
        Seconds of a step: computing, sending, waiting for messages to start.
    images : finite ndarray of shape (K,)
        Images of a step, of all workers together.
    at : int
        A number of workers to mark.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 3.6, title, fixed=True)
    margins = {"left": 0.08, "right": 0.98, "wspace": 0.28}
    margins |= {"bottom": 0.15 * figure.room, "top": 0.86 * figure.room}
    left, right = figure.subplots(1, 2, gridspec_kw=margins)
    total = np.sum(parts, axis=0)
    labels, colours = zip(*PARTS, strict=True)
    left.stackplot(workers, *(part / total for part in parts), labels=labels, colors=colours)
    dress(left, "workers", "share of a step", logs="x")
    left.set(ylim=(0, 1), xlim=(workers[0], workers[-1]))
    left.legend(fontsize=8, loc="lower left")
    speed = images / total
    right.plot(workers, speed[0] * workers / workers[0], "--", color=GREY, label="without sending")
    right.plot(workers, speed, color=BLUE, label="images a second")
    dress(right, "workers", "images a second", logs="xy")
    right.legend(fontsize=8, loc="upper left", frameon=False)
    for ax in (left, right):
        ax.axvline(at, color="black", lw=1.2, ls=":")
        ax.minorticks_off()
    return figure
