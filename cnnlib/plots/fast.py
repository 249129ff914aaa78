"""Figures of lesson 08: the roofline, tiles over an image, the fastest way everywhere."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from cnnlib.plots.base import (
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    dress,
    lattice,
    outline,
    three_digits,
)
from cnnlib.plots.figure import new_figure, plot

FAMILIES = {"im2col": SKY, "Winograd": GREEN, "FFT": ORANGE, "PyTorch": GREY}
MARKS = "os^Dv*P"


@plot
def roofline(points, peak, bandwidth, title=None):
    """Draw how fast work can be done, by its operations for each byte, and how fast it was done.

    Parameters
    ----------
    points : dict of str to (float, float)
        Name to operations for each byte, and operations a second.
    peak : float
        Operations a second that the processor can do, at most.
    bandwidth : float
        Bytes a second that memory can deliver.
    title : str, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If a number is not positive.
    """
    if min(peak, bandwidth, *np.ravel(list(points.values()))) <= 0:
        raise ValueError("points, peak and bandwidth: expected positive numbers")
    figure = new_figure(8.0, 3.6, title)
    ax = figure.subplots()
    across = [x for x, _ in points.values()]
    ridge = peak / bandwidth
    low, high = min(0.25, *across, ridge) / 2, max(64.0, *across, ridge) * 4
    ends = np.array([low, ridge, high])
    ax.plot(ends, np.minimum(peak, bandwidth * ends) / 1e9, color="black", linewidth=2)
    ax.axvline(ridge, color=GREY, linestyle=":")
    ax.annotate("memory holds it up", (low * 1.1, 1.3 * peak / 1e9), fontsize=9, color=GREY)
    ax.annotate("arithmetic holds it up", (ridge * 1.1, 1.3 * peak / 1e9), fontsize=9, color=GREY)
    for k, (name, (x, y)) in enumerate(points.items()):
        color = COLOURS[k % 7]
        ax.plot(x, y / 1e9, MARKS[k % 7], color=color, markersize=9, label=name, linestyle="none")
    dress(ax, "operations for each byte", "billion operations a second", logs="xy")
    ax.set_xlim(low, high)
    ax.set_ylim(top=2.2 * max(peak, *(y for _, y in points.values())) / 1e9)
    ax.legend(fontsize=8.5, loc="center left", bbox_to_anchor=(1.01, 0.5))
    return figure


@plot
def tiling(OH, OW, m, K, at=(0, 0), title=None):
    """Draw the tiles of m x m outputs that cover an output, and what one of them sees.

    Parameters
    ----------
    OH, OW : int, at least 1
        Size of the output.
    m, K : int, at least 1
        Outputs of a tile along each axis, and the kernel's size.
    at : (int, int)
        Which tile to mark, by row and column of tiles.
    title : str, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there is no such tile.
    """
    rows, columns = -(-OH // m), -(-OW // m)
    if not (0 <= at[0] < rows and 0 <= at[1] < columns):
        raise ValueError(f"at is {at}, expected one of the {rows} × {columns} tiles")
    a, H, W = m + K - 1, OH + K - 1, OW + K - 1
    figure = new_figure(7.0, 3.4, title)
    left, right = figure.subplots(1, 2)
    for ax, h, w, name in ((left, H, W, "image"), (right, OH, OW, "output")):
        ax.imshow(np.full((h, w), 0.93), cmap="gray", vmin=0, vmax=1)
        lattice(ax, h, w, "white", 1.5)
        ax.set(xticks=[], yticks=[])
        ax.set_title(f"{name}, {h} × {w}", fontsize=10)
        below, beside = rows * m + (H - OH) * (ax is left), columns * m + (W - OW) * (ax is left)
        ax.set(xlim=(-0.7, beside - 0.3), ylim=(below - 0.3, -0.7))
        ax.spines[:].set_visible(False)
    for r, c in np.ndindex(rows, columns):
        outline(right, r * m, c * m, m, m, GREY, 1.5).set_zorder(5)
    r, c = at
    for other in ((r, c + 1), (r + 1, c)):
        if other[0] < rows and other[1] < columns:
            outline(left, other[0] * m, other[1] * m, a, a, BLUE, 1.5, 0.08).set_zorder(5)
    for ax, size in ((left, a), (right, m)):
        face = Rectangle((c * m - 0.5, r * m - 0.5), size, size, color=ORANGE, alpha=0.35)
        ax.add_patch(face)
        outline(ax, r * m, c * m, size, size).set_zorder(6)
    left.set_xlabel(f"a tile sees {a} × {a} pixels", fontsize=9)
    right.set_xlabel(f"and makes {m} × {m} outputs", fontsize=9)
    return figure


def family(way):
    """Return the colour of a way to convolve, by the first word of its name."""
    return FAMILIES.get(way.partition(" ")[0], PURPLE)


@plot
def fastest(ways, seconds, channels, kernels, chosen, title=None):
    """Draw the fastest way for each kernel and number of channels, and all ways for one of them.

    Parameters
    ----------
    ways : sequence of str, length A
        Names; the first is what the others are compared with. ``PyTorch`` takes no part in the
        map and stands beside the others.
    seconds : ndarray of shape (C, K, A)
        Time of each way, nan where it does not go.
    channels : sequence of int, length C
    kernels : sequence of int, length K
        What the axes stand for.
    chosen : (int, int)
        Index of the channels and of the kernel that the bars show.
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(8.0, 3.9, title, fixed=True)
    top = 0.84 if title else 0.92
    table = figure.place(0.085, 0.13, 0.5, top - 0.13)
    bars = figure.place(0.71, 0.13, 0.26, top - 0.13)
    ours = [k for k, way in enumerate(ways) if way != "PyTorch"]
    winner = np.nanargmin(seconds[..., ours], axis=2)
    picture = np.array([[to_rgb(family(ways[ours[k]])) for k in row] for row in winner.T])
    table.imshow(0.45 + 0.55 * picture, aspect="auto", gid="map")
    for (i, j), k in np.ndenumerate(winner):
        name, times = ways[ours[k]], seconds[i, j, 0] / seconds[i, j, ours[k]]
        short = name.replace("Winograd ", "W")
        text = short if ours[k] == 0 else f"{short}\n{times:.1f} ×"
        table.text(i, j, text, ha="center", va="center", fontsize=8)
    lattice(table, len(kernels), len(channels), "white", 1.5)
    table.set_xticks(range(len(channels)), channels)
    table.set_yticks(range(len(kernels)), [f"{K} × {K}" for K in kernels])
    table.set_xlabel("channels, and as many filters")
    table.set_title(f"kernel by channels; × = times as fast as {ways[0]}", fontsize=9)
    outline(table, chosen[1], chosen[0], color="black").set_zorder(5)
    there = [k for k in range(len(ways)) if np.isfinite(seconds[*chosen, k])]
    ms = 1e3 * seconds[chosen][there]
    names = [ways[k] for k in there]
    bars.barh(names, ms, color=[family(name) for name in names])
    for k, each in enumerate(ms):
        text = three_digits(each)
        bars.annotate(text, (each, k), (3, -3), textcoords="offset points", fontsize=8)
    bars.set_xlim(0, 1.25 * ms.max())
    bars.invert_yaxis()
    bars.tick_params(labelsize=8)
    bars.set_xlabel("milliseconds")
    size = kernels[chosen[1]]
    bars.set_title(f"kernel {size} × {size}, channels {channels[chosen[0]]}", fontsize=9)
    return figure
