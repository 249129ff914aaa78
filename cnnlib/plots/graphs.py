"""Figures of lesson 04: graphs of operations, with values on the way forward, gradients back."""

import numpy as np
from matplotlib.patches import Circle

from cnnlib.plots.base import BLUE, GREY, RED, new_figure


def computation_graph(nodes, edges, title=None, width=8.0, height=3.0):
    """Draw a graph of operations: forward values above its edges, gradients below.

    Parameters
    ----------
    nodes : dict of str to (float, float, str)
        Place, x to the right and y up, and what is written there. A name that starts with a
        capital letter or has more than one letter is an operation and gets a circle.
    edges : sequence of (str, str, str, str)
        From node, to node, forward value, gradient; an empty text is left out.
    title : str, optional
    width, height : float
        Inches.

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
    figure = new_figure(width, height)
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
    head = "" if title is None else title
    ax.set_title(
        f"{head}\n(above an arrow: the value, forward; below it: the gradient, back)", fontsize=11
    )
    return figure


def neuron_graph(values, gradients):
    """Draw the graph of ``L = (ReLU(w * x + b) - t)**2 / 2`` with its numbers.

    Parameters
    ----------
    values, gradients : dict of str to float
        Under ``x w u b v y t d L``: u is the product, v the sum, d the difference.

    Returns
    -------
    Figure
    """
    nodes = {
        **{"x": (0, 2, "x"), "w": (0, 0.6, "w"), "mul": (1.5, 1.3, "×"), "b": (1.7, -0.2, "b")},
        **{"add": (3, 0.8, "+"), "relu": (4.5, 0.8, "ReLU"), "t": (4.7, -0.5, "t")},
        **{"sub": (6, 0.2, "−"), "half": (7.5, 0.2, "½d²"), "l": (9, 0.2, "L")},
    }
    ways = ["x mul", "w mul", "mul add", "b add", "add relu", "relu sub", "t sub", "sub half"]
    edges = [
        (*way.split(), f"{name} = {values[name]:g}", f"{gradients[name]:g}")
        for way, name in zip([*ways, "half l"], "xwubvytdL", strict=True)
    ]
    return computation_graph(
        nodes, edges, "One sweep back gives the slope of the loss by every number"
    )


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
