"""Figures of where a kernel stands: its positions along a row of pixels, its taps when spread."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from cnnlib.im2col import output_size
from cnnlib.plots.base import ORANGE, RED, SKY, new_figure

PAGE = 8.0  # inches

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


def positions(size, kernel, stride=1, pad=0, dilation=1):
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
    codes, unseen = positions(size, kernel, stride, pad, dilation)
    lines, columns = codes.shape
    cell = min(0.32, (PAGE - 1.2) / columns, 4.6 / lines)
    height = cell * lines + 0.95
    figure = new_figure(PAGE, height)
    figure.set_layout_engine("none")
    left = max(1.05, (PAGE - cell * columns) / 2)
    box = (left / PAGE, 0.5 / height, cell * columns / PAGE, cell * lines / height)
    ax = figure.add_axes(box)
    ax.imshow(codes, cmap=ListedColormap(POSITION_COLOURS), vmin=0, vmax=NOTHING, aspect="auto")
    ax.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(lines + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
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
    figure.suptitle(
        f"{size} pixels, kernel {kernel}, stride {stride}, padding {pad}, dilation {dilation}:"
        f" output size {O}" + f", never reached: {len(unseen)}" * bool(unseen),
        fontsize=11,
        y=1 - 0.08 / height,
        va="top",
    )
    return figure


def dilated_taps(kernel, dilations, size):
    """Draw which pixels a square kernel sees when its taps are spread.

    Parameters
    ----------
    kernel : int
    dilations : sequence of int
    size : int
        Rows and columns of the picture.

    Returns
    -------
    Figure
    """
    figure = new_figure(PAGE, 3.0)
    for ax, D in zip(figure.subplots(1, len(dilations)), dilations, strict=True):
        span = D * (kernel - 1) + 1
        codes = np.full((size, size), PIXEL)
        codes[:span, :span] = GAP
        codes[:span:D, :span:D] = TAP
        ax.imshow(codes, cmap=ListedColormap(POSITION_COLOURS), vmin=0, vmax=NOTHING)
        ax.set_xticks(np.arange(size + 1) - 0.5, minor=True)
        ax.set_yticks(np.arange(size + 1) - 0.5, minor=True)
        ax.grid(which="minor", color="white", linewidth=1.5)
        ax.tick_params(which="both", length=0)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_title(f"dilation {D}: {kernel * kernel} taps, span {span}", fontsize=10)
    figure.suptitle(
        "Dilation widens what a kernel sees and adds no weight (orange: taps, pale: skipped)",
        fontsize=11,
    )
    return figure
