"""The graphs of lesson 04: what they draw, and what they refuse."""

import pytest
from matplotlib.patches import Circle

from cnnlib.plots import graphs
from cnnlib.plots.base import BLUE, RED, to_png

PNG = b"\x89PNG"


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_a_graph_shows_values_in_blue_and_gradients_in_red():
    places = {"x": (0, 0, "x"), "mul": (2, 0, "×")}
    figure = graphs.computation_graph(places, [("x", "mul", "2", "-6")], "Title")
    (ax,) = figure.axes
    colours = {text.get_text(): text.get_color() for text in ax.texts}
    assert colours["2"] == BLUE and colours["-6"] == RED
    assert {"x", "×"} <= set(texts(ax))
    circles = [patch for patch in ax.patches if isinstance(patch, Circle)]
    assert len(circles) == 1  # the operation has one, x has none
    assert "Title" in ax.get_title()
    assert to_png(figure).startswith(PNG)


def test_the_graphs_of_the_lesson_bear_the_numbers_they_are_given():
    values = dict(zip("xwubvytdL", (2, 3, 6, -4, 2, 2, 5, -3, 4.5), strict=True))
    slopes = dict(zip("xwubvytdL", (-9, -6, -3, -3, -3, -3, 3, -3, 1), strict=True))
    shown = texts(graphs.neuron_graph(values, slopes).axes[0])
    assert {"x = 2", "-9", "b = -4", "L = 4.5", "t = 5", "3"} <= set(shown)
    values = {"x": 2, "y1": 6, "y2": -2, "L": -12}
    slopes = {"y1": -2, "y2": 6, "x1": -6, "x2": -6, "L": 1}
    figure = graphs.fork_graph(values, slopes)
    assert texts(figure.axes[0]).count("-6") == 2
    assert "-6 and -6 make -12" in figure.axes[0].get_title()


def test_a_graph_refuses_an_edge_to_nowhere():
    with pytest.raises(ValueError, match="'x' to 'y', expected names in nodes"):
        graphs.computation_graph({"x": (0, 0, "x")}, [("x", "y", "", "")])
