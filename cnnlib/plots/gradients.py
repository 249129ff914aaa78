"""Figures of lesson 04: gradient checks, backward passes as tables, a network stage by stage."""

import numpy as np
from matplotlib.patches import Rectangle

from cnnlib.plots.base import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    limits,
    new_figure,
    outline,
    show_image,
    show_numbers,
)

COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE)


def tables(arrays, titles, signs=None, frames=None, forms="{:g}", title=None, signed=True):
    """Draw small arrays side by side as tables, with signs such as ``*`` and ``=`` between.

    Parameters
    ----------
    arrays : sequence of ndarray of shape (H, W)
    titles : sequence of str
        One an array.
    signs : sequence of str, optional
        What stands to the right of each array; one fewer than arrays.
    frames : sequence of lists of (row, column, rows, columns, colour), optional
        Blocks to outline, a list an array.
    forms : str or sequence of str
        Format of the numbers, for all arrays or one an array.
    title : str, optional
    signed : bool or sequence of bool
        Whether values have a sign, for all arrays or one an array.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If titles, signs or frames are not as many as arrays ask for.
    """
    arrays = [np.atleast_2d(array) for array in arrays]
    K = len(arrays)
    signs = [""] * (K - 1) if signs is None else list(signs)
    frames = [[]] * K if frames is None else frames
    forms = [forms] * K if isinstance(forms, str) else forms
    signed = [signed] * K if isinstance(signed, bool) else signed
    for name, values, count in (
        ("titles", titles, K),
        ("signs", signs, K - 1),
        ("frames", frames, K),
        ("forms", forms, K),
        ("signed", signed, K),
    ):
        if len(values) != count:
            raise ValueError(f"{name} has {len(values)} entries, expected {count}")
    widths = [array.shape[1] for array in arrays]
    rows = max(array.shape[0] for array in arrays)
    gap = 0.7
    cell = min(0.62, 7.2 / (sum(widths) + gap * (K - 1)))
    figure = new_figure(8.0, rows * cell + 0.45 + 0.3 * (title is not None))
    ratios = [part for width in widths for part in (width, gap)][:-1]
    axes = np.atleast_1d(figure.subplots(1, 2 * K - 1, width_ratios=ratios))
    for k, array in enumerate(arrays):
        ax = axes[2 * k]
        show_numbers(ax, array, signed[k], titles[k], form=forms[k], size=min(11, 23 * cell))
        for row, column, height, width, colour in frames[k]:
            outline(ax, row, column, height, width, colour)
    for k, sign in enumerate(signs):
        ax = axes[2 * k + 1]
        ax.axis("off")
        size = 18 if len(sign) == 1 else 12
        ax.text(0.5, 0.5, sign, ha="center", va="center", fontsize=size, transform=ax.transAxes)
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure


def function_and_slope(xs, curves, title=None, top=1.5):
    """Plot activations side by side, each with its slope.

    Parameters
    ----------
    xs : ndarray of shape (K,)
    curves : dict of str to (ndarray, ndarray)
        For each function its values and its slopes at xs.
    title : str, optional
    top : float
        Where the plot ends, upwards.

    Returns
    -------
    Figure
    """
    figure = new_figure(8, 2.8)
    axes = np.ravel(figure.subplots(1, len(curves), sharey=True))
    for ax, (name, (values, slopes)) in zip(axes, curves.items(), strict=True):
        ax.plot(xs, values, color=BLUE, linewidth=2, label="y")
        ax.plot(xs, slopes, "--", color=RED, linewidth=2, label=f"slope, at most {slopes.max():g}")
        ax.set(xlabel="x", ylim=(-0.1, top))
        ax.set_title(name, fontsize=10)
        ax.grid(alpha=0.3)
        ax.legend(fontsize=9, loc="upper left")
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure


def fixed_figure(width, height):
    """Make a figure whose axes are placed by hand: an explorer has no time to search for room."""
    figure = new_figure(width, height)
    figure.set_layout_engine("none")
    return figure


def step_error(steps, errors, title=None, mark=None):
    """Plot the error of a numerical derivative against the step size, both logarithmic.

    Parameters
    ----------
    steps : ndarray of shape (K,)
    errors : dict of str to ndarray of shape (K,)
        Relative errors; the label of each curve. Errors of 0 are drawn at 1e-16.
    title : str, optional
    mark : (float, float), optional
        A step and its error, to be marked.

    Returns
    -------
    Figure
    """
    figure = new_figure(8, 3.6)
    ax = figure.subplots()
    draw_step_error(ax, steps, errors, mark)
    if title is not None:
        ax.set_title(title, fontsize=11)
    return figure


def draw_step_error(ax, steps, errors, mark=None):
    """Draw into axes what :func:`step_error` shows."""
    for k, (label, values) in enumerate(errors.items()):
        style = ("o-", "s--", "^:", "d-.")[k % 4]
        ax.loglog(
            steps, np.maximum(values, 1e-16), style, color=COLOURS[k], markersize=4, label=label
        )
    if mark is not None:
        ax.plot(mark[0], max(mark[1], 1e-16), "o", color=ORANGE, markersize=12, zorder=5)
    ax.set_xticks(10.0 ** np.arange(-15, 1, 3))
    ax.minorticks_off()
    ax.set_xlabel("step size eps")
    ax.set_ylabel("relative error")
    ax.grid(alpha=0.3)
    ax.legend(fontsize=9)


def secant(xs, ys, points, true_slope, steps, errors, mark, titles):
    """Draw a function near a point with its measured and true slope, and the error of all steps.

    Parameters
    ----------
    xs, ys : ndarray of shape (K,)
        The function around the point; xs as distance from the point in units of the step.
    points : (float, float, float)
        Function values one step below, at and one step above the point.
    true_slope : float
        In units of ys per step.
    steps, errors, mark
        As for :func:`step_error`.
    titles : (str, str)

    Returns
    -------
    Figure
    """
    figure = fixed_figure(8, 3.1)
    left, right = figure.subplots(
        1, 2, gridspec_kw={"left": 0.08, "right": 0.99, "bottom": 0.16, "top": 0.88, "wspace": 0.22}
    )
    below, middle, above = points
    left.plot(xs, ys - middle, color=GREY, linewidth=1.5, label="the function, as computed")
    left.plot(xs, true_slope * xs, ":", color=BLUE, linewidth=2, label="true slope")
    left.plot([-1, 1], [below - middle, above - middle], "o-", color=RED, label="measured slope")
    left.set_xticks([-2, -1, 0, 1, 2], ["-2 eps", "-eps", "x", "eps", "2 eps"])
    left.set_ylabel("change of f")
    left.ticklabel_format(axis="y", scilimits=(-2, 2))
    left.grid(alpha=0.3)
    left.legend(fontsize=8)
    left.set_title(titles[0], fontsize=10)
    draw_step_error(right, steps, errors, mark)
    right.set_title(titles[1], fontsize=10)
    return figure


def dense_shapes(N, D, M):
    """Draw the matrices of a dense layer to scale, forward and backward.

    Parameters
    ----------
    N, D, M : int
        Images, inputs, outputs.

    Returns
    -------
    Figure
    """
    rows = [
        [("y", N, M), "=", ("x", N, D), "@", ("w", D, M), "+", ("b", 1, M)],
        [("dw", D, M), "=", ("x.T", D, N), "@", ("dy", N, M)],
        [("dx", N, D), "=", ("dy", N, M), "@", ("w.T", M, D)],
        [("db", 1, M), "=", ("ones", 1, N), "@", ("dy", N, M)],
    ]
    figure = new_figure(8, 4.0)
    for ax, row in zip(np.ravel(figure.subplots(2, 2)), rows, strict=True):
        place = 0.0
        for part in row:
            if isinstance(part, str):
                ax.text(place + 0.5, 0, part, ha="center", va="center", fontsize=13)
                place += 1.0
                continue
            name, height, width = part
            colour = RED if name.startswith("d") else BLUE
            ax.add_patch(
                Rectangle(
                    (place, -height / 2), width, height, facecolor=colour + "30", edgecolor=colour
                )
            )
            letters = {N: "N", D: "D", M: "M", 1: "1"}
            ax.text(place + width / 2, 0, name, ha="center", va="center", fontsize=11)
            size = f"({letters[height]}, {letters[width]})"
            ax.text(place + width / 2, -height / 2 - 0.2, size, ha="center", va="top", fontsize=9)
            place += width
        ax.set_xlim(-0.2, place + 0.2)
        ax.set_ylim(-max(N, D, M) / 2 - 1.1, max(N, D, M) / 2 + 0.2)
        ax.set_aspect("equal")
        ax.axis("off")
    figure.suptitle("Only one product of what is at hand has the shape of each gradient")
    return figure


def probability_minus_truth(probabilities, label):
    """Draw probabilities, the truth and their difference as bars.

    Parameters
    ----------
    probabilities : ndarray of shape (M,)
    label : int
        The right class.

    Returns
    -------
    Figure
    """
    M = len(probabilities)
    truth = np.eye(M)[label]
    figure = new_figure(8, 2.4)
    for ax, values, title in zip(
        figure.subplots(1, 3, sharey=True),
        (probabilities, truth, probabilities - truth),
        ("p, what the network says", "t, what is true", "p - t, the gradient of the scores"),
        strict=True,
    ):
        ax.bar(np.arange(M), values, color=np.where(values < 0, RED, BLUE))
        ax.axhline(0, color="black", linewidth=0.8)
        ax.set_xticks(np.arange(M))
        ax.set_ylim(-1.05, 1.05)
        ax.set_xlabel("class")
        ax.set_title(title, fontsize=10)
    figure.suptitle(f"The score of class {label} is pulled up, all others are pushed down")
    return figure


def comparison(analytic, numeric, title=None):
    """Draw what backward returned, what nudging found, and the difference, a bare 0 if equal.

    Parameters
    ----------
    analytic, numeric : ndarray of shape (H, W)
    title : str, optional

    Returns
    -------
    Figure
    """
    scale = limits(np.stack([analytic, numeric]), signed=True)
    difference = analytic - numeric
    difference = np.where(np.abs(difference) < 1e-6 * scale[1], 0.0, difference)
    figure = fixed_figure(8, 3.1)
    places = {"left": 0.01, "right": 0.99, "bottom": 0.02, "top": 0.82, "wspace": 0.05}
    for ax, values, name in zip(
        figure.subplots(1, 3, gridspec_kw=places),
        (analytic, numeric, difference),
        ("backward returned", "nudging found", "difference"),
        strict=True,
    ):
        show_numbers(ax, np.round(values, 2) + 0.0, True, name, scale, form="{:.2f}", size=9)
    for text, value in zip(ax.texts, difference.ravel(), strict=True):
        if value == 0:
            text.set_text("0")  # equal, where 0.00 is a small difference
    if title is not None:
        figure.suptitle(title, fontsize=11)
    return figure


def backprop_stages(stages, shown, title=None):
    """Draw a network stage by stage: values above, gradients below, as far back as is shown.

    Parameters
    ----------
    stages : sequence of (str, ndarray, ndarray, list of (row, column, rows, columns))
        Name, values, gradients and outlines of each stage, input first. Two axes are drawn as an
        image, one as bars.
    shown : int
        Gradients of this many stages, counted from the last one, are shown.
    title : str, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If shown is not 0 to the number of stages.
    """
    K = len(stages)
    if not 0 <= shown <= K:
        raise ValueError(f"shown is {shown}, expected 0 to {K}")
    figure = fixed_figure(8.0, 3.3)
    axes = figure.subplots(
        2,
        K,
        gridspec_kw={"left": 0.035, "right": 0.99, "bottom": 0.02, "top": 0.85, "wspace": 0.12},
    )
    for k, (name, values, gradients, frames) in enumerate(stages):
        known = K - k <= shown
        for ax, array, is_gradient in ((axes[0, k], values, 0), (axes[1, k], gradients, 1)):
            ax.set_xticks([])
            ax.set_yticks([])
            if is_gradient and not known:
                ax.text(0.5, 0.5, "not yet", ha="center", va="center", color=GREY)
                ax.set_box_aspect(1)
                continue
            top = np.abs(array).max(initial=0)
            label = f"d{name}: {top:.2g}" if is_gradient else name
            if np.ndim(array) == 1:
                places = np.arange(len(array))
                ax.vlines(places, 0, array, colors=np.where(array < 0, RED, BLUE), linewidth=6)
                ax.plot([-0.7, len(array) - 0.3], [0, 0], color="black", linewidth=0.5)
                ax.set_box_aspect(1)
                ax.set_title(label, fontsize=9)
                continue
            show_image(ax, array, bool(is_gradient or np.min(array) < 0), label)
            for frame in frames:
                outline(ax, *frame, width=1.5)
        if k and known:
            axes[1, k].annotate(
                *("", (-0.14, 0.5), (0.02, 0.5), "axes fraction", "axes fraction"),
                arrowprops={"arrowstyle": "-|>", "color": RED},
                annotation_clip=False,
            )
    axes[0, 0].set_ylabel("value", fontsize=9, labelpad=2)
    axes[1, 0].set_ylabel("gradient", fontsize=9, labelpad=2)
    if title is not None:
        figure.suptitle(title, fontsize=10)
    return figure
