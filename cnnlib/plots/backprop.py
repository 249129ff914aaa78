"""Figures of lesson 04: graphs of operations, gradient checks, a network stage by stage."""

import numpy as np
from matplotlib.patches import Circle, Rectangle

from cnnlib.plots.base import BLUE, COLOURS, GREY, ORANGE, RED, head, limits, segments
from cnnlib.plots.figure import new_figure, plot
from cnnlib.plots.sheets import frame, put, put_numbers, sheet


@plot
def computation_graph(nodes, edges, title=None):
    """Draw a graph of operations: forward values above its edges, gradients below.

    Parameters
    ----------
    nodes : dict of str to (float, float, str)
        Place, x to the right and y up, and what is written there. A name that starts with a
        capital letter or has more than one letter is an operation and gets a circle.
    edges : sequence of (str, str, str, str)
        From node, to node, forward value, gradient; an empty text is left out.
    title : str, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If an edge names a node that is not there.
    """
    for start, end, *_ in edges:
        if start not in nodes or end not in nodes:
            raise ValueError(f"edges has {start!r} to {end!r}, expected names in nodes")
    figure = new_figure(8.0, 3.0)
    ax = figure.subplots()
    places = {name: np.array(place[:2], float) for name, place in nodes.items()}
    for start, end, value, gradient in edges:
        way = places[end] - places[start]
        unit = way / np.linalg.norm(way)
        begin, stop = places[start] + 0.3 * unit, places[end] - 0.3 * unit
        ax.annotate(
            "", stop, begin, arrowprops={"arrowstyle": "-|>", "color": GREY, "linewidth": 1.2}
        )
        aside = np.array([-unit[1], unit[0]]) * (1 if way[0] >= 0 else -1)
        angle = np.degrees(np.arctan2(unit[1], unit[0]))
        for text, side, colour in ((value, 0.19, BLUE), (gradient, -0.19, RED)):
            ax.text(
                *((begin + stop) / 2 + side * aside),
                text,
                color=colour,
                rotation=angle,
                rotation_mode="anchor",
                ha="center",
                va="center",
                fontsize=11,
            )
    for name, (x, y, label) in nodes.items():
        if len(name) > 1 or name[0].isupper():
            ax.add_patch(Circle((x, y), 0.29, facecolor="#F2F2F2", edgecolor="black"))
        ax.text(x, y, label, ha="center", va="center", fontsize=12 if len(label) < 4 else 9.5)
    corners = np.array(list(places.values()))
    ax.set_xlim(corners[:, 0].min() - 0.4, corners[:, 0].max() + 0.4)
    ax.set_ylim(corners[:, 1].min() - 0.45, corners[:, 1].max() + 0.45)
    ax.set_aspect("equal")
    ax.axis("off")
    note = "(above an arrow: the value, forward; below it: the gradient, back)"
    head(ax, note if title is None else f"{title}\n{note}")
    return figure


@plot
def neuron_graph(values, gradients):
    """Draw the graph of ``L = (ReLU(w * x + b) - t)**2 / 2`` with its numbers.

    Parameters
    ----------
    values, gradients : dict of str to float
        Under ``x w u b v y t miss L``: u is the product, v the sum.

    Returns
    -------
    Figure
    """
    nodes = {
        **{"x": (0, 2.2, "x"), "w": (0, 0.2, "w"), "mul": (1.5, 1.2, "×"), "b": (1.6, -0.4, "b")},
        **{"add": (3, 0.8, "+"), "relu": (4.5, 0.8, "ReLU"), "t": (4.6, -0.8, "t")},
        **{"sub": (6, 0.2, "−"), "half": (8, 0.2, "½( )²"), "l": (9.5, 0.2, "L")},
    }
    ways = ["x mul", "w mul", "mul add", "b add", "add relu", "relu sub", "t sub", "sub half"]
    edges = [
        (*way.split(), f"{name} = {values[name]:g}", f"{gradients[name]:g}")
        for way, name in zip([*ways, "half l"], [*"xwubvyt", "miss", "L"], strict=True)
    ]
    return computation_graph(
        nodes, edges, "One sweep back gives the slope of the loss with respect to every number"
    )


@plot
def fork_graph(values, gradients):
    """Draw the graph of ``L = (3 * x) * (-1 * x)`` with its numbers.

    Parameters
    ----------
    values : dict of str to float
        Under ``x y1 y2 L``.
    gradients : dict of str to float
        Under ``y1 y2 L`` and, for the two ways out of x, ``x1 x2``.

    Returns
    -------
    Figure
    """
    nodes = {"x": (0, 1, "x"), "three": (2, 1.8, "× 3"), "minus": (2, 0.2, "× -1")}
    nodes |= {"mul": (4, 1, "×"), "l": (6, 1, "L")}
    ways = [("x three", "x", "x1"), ("x minus", "x", "x2"), ("three mul", "y1", "y1")]
    ways += [("minus mul", "y2", "y2"), ("mul l", "L", "L")]
    edges = [
        (*way.split(), f"{name} = {values[name]:g}", f"{gradients[back]:g}")
        for way, name, back in ways
    ]
    one, other = gradients["x1"], gradients["x2"]
    title = f"Where x forks, its gradients meet: {one:g} and {other:g} make {one + other:g}"
    return computation_graph(nodes, edges, title)


@plot
def function_and_slope(xs, curves, title=None):
    """Plot activations side by side, each with its slope.

    Parameters
    ----------
    xs : ndarray of shape (K,)
    curves : dict of str to (ndarray of shape (K,), ndarray of shape (K,))
        For each function its values and its slopes at xs.
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(8, 2.8, title)
    axes = np.ravel(figure.subplots(1, len(curves), sharey=True))
    for ax, (name, (values, slopes)) in zip(axes, curves.items(), strict=True):
        ax.plot(xs, values, color=BLUE, linewidth=2, label="y")
        ax.plot(xs, slopes, "--", color=RED, linewidth=2, label=f"slope, at most {slopes.max():g}")
        ax.set(xlabel="x", ylim=(-0.1, 1.5))
        ax.set_title(name, fontsize=10)
        ax.grid(alpha=0.3)
        ax.legend(fontsize=9, loc="upper left")
    return figure


@plot
def step_error(steps, errors, title=None):
    """Plot the error of a numerical derivative against the step size, both logarithmic.

    Parameters
    ----------
    steps : ndarray of shape (K,)
    errors : dict of str to ndarray of shape (K,)
        Relative errors; the label of each curve. Errors of 0 are drawn at 1e-16.
    title : str, optional

    Returns
    -------
    Figure
    """
    figure = new_figure(8, 3.6)
    ax = figure.subplots()
    draw_step_error(ax, steps, errors)
    head(ax, title)
    return figure


def draw_step_error(ax, steps, errors):
    """Draw into axes what :func:`step_error` shows."""
    for k, (label, values) in enumerate(errors.items()):
        style = ("o-", "s--", "^:", "d-.")[k % 4]
        ax.loglog(
            steps, np.maximum(values, 1e-16), style, color=COLOURS[k], markersize=4, label=label
        )
    ax.set_xticks(10.0 ** np.arange(-15, 1, 3))
    ax.minorticks_off()
    ax.set_xlabel("step size eps")
    ax.set_ylabel("relative error")
    ax.grid(alpha=0.3)
    ax.legend(fontsize=9)


@plot
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
    steps : ndarray of shape (S,)
    errors : dict of str to ndarray of shape (S,)
        As for :func:`step_error`.
    mark : (float, float)
        A step and its error, to be marked.
    titles : (str, str)

    Returns
    -------
    Figure
    """
    figure = new_figure(8, 3.1, fixed=True)
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
    left.yaxis.get_offset_text().set_ha("right")  # beside the title
    left.grid(alpha=0.3)
    left.legend(fontsize=8)
    left.set_title(titles[0], fontsize=10)
    draw_step_error(right, steps, errors)
    right.plot(mark[0], max(mark[1], 1e-16), "o", color=ORANGE, markersize=12, zorder=5)
    right.set_title(titles[1], fontsize=10)
    return figure


@plot
def dense_shapes(N, D, M):
    """Draw the matrices of a dense layer, forward and backward, all to one scale.

    Parameters
    ----------
    N, D, M : int, at least 1
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
    title = "With N, D and M all different, one product alone has the shape of each gradient"
    figure = new_figure(8, 4.0, title)
    widest = max(sum(1 if isinstance(part, str) else part[2] for part in row) for row in rows)
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
        ax.set_xlim(-0.2, widest + 2.2)
        ax.set_ylim(-max(N, D, M) / 2 - 1.1, max(N, D, M) / 2 + 0.2)
        ax.set_aspect("equal")
        ax.axis("off")
    return figure


@plot
def probability_minus_truth(probabilities, label):
    """Draw probabilities, the truth and their difference as bars.

    Parameters
    ----------
    probabilities : ndarray of shape (M,)
    label : int, below M
        The right class.

    Returns
    -------
    Figure
    """
    M = len(probabilities)
    truth = np.eye(M)[label]
    gradient = probabilities - truth
    title = f"The score of class {label} is pulled up, all others are pushed down"
    figure = new_figure(8, 2.4, title)
    for ax, values, title in zip(
        figure.subplots(1, 3, sharey=True),
        (probabilities, truth, gradient),
        ("p, what the network says", "t, what is true", "p - t, the gradient of the scores"),
        strict=True,
    ):
        signs = np.where(values < 0, BLUE, RED) if values is gradient else BLUE
        ax.bar(np.arange(M), values, color=signs)
        ax.axhline(0, color="black", linewidth=0.8)
        ax.set_xticks(np.arange(M))
        ax.set_ylim(-1.05, 1.05)
        ax.set_xlabel("class")
        ax.set_title(title, fontsize=10)
    return figure


@plot
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
    ax, (H, W) = sheet(8.0, 3.1, title), analytic.shape
    cell, names = min(2.45 / H, 2.55 / W), ("backward returned", "nudging found", "difference")
    for k, (values, name) in enumerate(zip((analytic, numeric, difference), names, strict=True)):
        place = 0.1 + 2.625 * k + (2.55 - W * cell) / 2, 0.07 + (2.45 - H * cell) / 2
        shown = np.round(values, 2) + 0.0
        put_numbers(ax, shown, *place, cell, True, scale, "{:.2f}", 9).title(name)
    for k in np.flatnonzero(difference == 0):
        ax.artists[-1].texts[k] = "0"  # equal, where 0.00 is a small difference
    return ax.figure


@plot
def backprop_stages(stages, shown, title=None):
    """Draw a network stage by stage: values above, gradients below, as far back as is shown.

    Parameters
    ----------
    stages : sequence of (str, ndarray, ndarray, list of (row, column, rows, columns))
        Name, values, gradients and outlines of each stage, input first. Two axes are drawn as an
        image, stretched to a square, one as bars.
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
    ax, gap, below, above = sheet(8.0, 3.3, title), 0.14, 0.1, 1.58  # in inches
    size = min(1.16, (7.64 + gap) / K - gap)
    for bottom, text in ((above, "value"), (below, "gradient")):
        ax.text(0.17, bottom + size / 2, text, ha="center", va="center", fontsize=9, rotation=90)
    arrows = []
    for k, (name, values, gradients, frames) in enumerate(stages):
        left = 0.29 + k * (size + gap)
        _stage(ax, values, (left, above, size), np.min(values) < 0, name, name, frames)
        if K - k > shown:
            frame(ax, left, below, size, size, GREY, 0.5)
            ax.text(left + size / 2, below + size / 2, "not yet", ha="center", color=GREY)
            continue
        text = f"d{name}: {np.abs(gradients).max(initial=0):.2g}"
        _stage(ax, gradients, (left, below, size), True, text, name, frames)
        arrows += [left - gap / 2] * (k > 0)
    ax.plot(arrows, [below + size / 2] * len(arrows), "<", color=RED, markersize=7)
    return ax.figure


def _stage(ax, array, place, signed, text, name, frames):
    """Draw an array into a square of a sheet, as an image with outlines or as bars."""
    left, bottom, size = place
    if np.ndim(array) == 2:
        tile = put(ax, array, *place, signed=signed, gid=name)
        for block in frames:
            tile.outline(*block, width=1.5)
        tile.title(text, 9)
        return
    frame(ax, left, bottom, size, size, GREY, 0.5)
    ax.text(left + size / 2, bottom + size + 0.07, text, ha="center", fontsize=9)
    low, high = min(0, np.min(array)), max(0, np.max(array))
    zero, *ends = bottom + size * (0.05 + 0.9 * (np.array([0, *array]) - low) / (high - low or 1))
    across = left + size * (np.arange(len(array)) + 0.7) / (len(array) + 0.4)
    bars = [((x, zero), (x, end)) for x, end in zip(across, ends, strict=True)]
    inks = [RED if signed and value > 0 else BLUE for value in array]
    segments(ax, bars, inks, 72 * size * 0.7 / len(array))
    ax.plot((left, left + size), (zero, zero), color="black", linewidth=0.5)
    if len(array) <= 10:  # classes
        for k, x in enumerate(across):
            ax.text(x, bottom - 0.02, k, ha="center", va="top", fontsize=5.5)
