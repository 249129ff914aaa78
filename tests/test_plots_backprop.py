"""The figures of lesson 04: what they draw, and what they refuse."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle

from cnnlib.plots import backprop as plots
from cnnlib.plots.base import BLUE, RED
from tests.helpers import axes_of, sheet_of, texts

STEPS = 10.0 ** np.arange(-8, 0)


def test_step_error_draws_a_curve_a_label_and_never_a_zero():
    errors = {"float64": STEPS, "float32": np.zeros(len(STEPS))}
    figure = plots.step_error(STEPS, errors, "V")
    (ax,) = axes_of(figure)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["float64", "float32"]
    assert all((line.get_ydata() >= 1e-16).all() for line in ax.lines)
    assert len(ax.lines) == 2 and ax.get_xscale() == ax.get_yscale() == "log"


def test_function_and_slope_draws_both_and_names_the_steepest_slope():
    xs = np.linspace(-1, 1, 5)
    curves = {"square": (xs**2, 2 * xs), "line": (xs, np.ones(5))}
    square, line = axes_of(plots.function_and_slope(xs, curves, "T"))
    assert [list(drawn.get_ydata()) for drawn in square.lines] == [list(xs**2), list(2 * xs)]
    assert [text.get_text() for text in square.get_legend().get_texts()][1].endswith("at most 2")
    assert (square.get_title(), line.get_title()) == ("square", "line")


def test_secant_joins_the_nudged_points():
    xs = np.linspace(-2, 2, 9)
    errors = {"float64": STEPS}
    figure = plots.secant(
        xs, xs + xs**2, (0, 0, 2), 1.0, STEPS, errors, (1e-3, 1e-3), ("left", "right")
    )
    left, right = axes_of(figure)
    measured = next(line for line in left.lines if line.get_label() == "measured slope")
    assert list(measured.get_ydata()) == [0, 2]
    assert left.get_title() == "left" and right.get_title() == "right"


def test_the_power_of_ten_of_tiny_changes_stands_beside_the_title():
    xs, title = np.linspace(-2, 2, 9), "ReLU(x) at 0.001, seen through a step of 1e-16"
    mark = (1e-8, 1e-8)
    figure = plots.secant(xs, 1e-16 * xs, (0, 0, 0), 0, STEPS, {"a": STEPS}, mark, (title, ""))
    figure.draw_without_rendering()
    left = axes_of(figure)[0]
    power, place = left.yaxis.get_offset_text(), left.title.get_window_extent()
    assert power.get_text() == "1e−16" and power.get_window_extent().x1 < place.x0


def test_dense_shapes_names_every_matrix_with_its_shape():
    figure = plots.dense_shapes(4, 6, 3)
    forward, dw, dx, db = map(texts, axes_of(figure))
    assert [t for t in dw if len(t) > 1 and t[0] != "("] == ["dw", "x.T", "dy"]
    assert [t for t in dw if t[0] == "("] == ["(D, M)", "(D, N)", "(N, M)"]
    assert "w.T" in dx and "ones" in db and "b" in forward


def test_probability_minus_truth_is_negative_for_the_right_class_only():
    figure = plots.probability_minus_truth(np.array([0.25, 0.5, 0.25]), label=1)
    heights = [bar.get_height() for bar in axes_of(figure)[2].patches]
    assert heights == [0.25, -0.5, 0.25]
    colours = [to_hex(bar.get_facecolor()) for bar in axes_of(figure)[2].patches]
    assert colours == [RED.lower(), BLUE.lower(), RED.lower()]  # as in maps of what has a sign


def test_comparison_shows_both_and_their_difference_on_one_scale():
    one, other = np.array([[1.0, 2.0]]), np.array([[1.0, -2.0]])
    ax = sheet_of(plots.comparison(one, other, "T"))
    assert [table.texts for table in ax.artists] == [
        ["1.00", "2.00"], ["1.00", "-2.00"], ["0", "4.00"],
    ]  # fmt: skip
    assert {image.get_clim() for image in ax.images} == {(-2.0, 2.0)}
    tiny = sheet_of(plots.comparison(one, one + 1e-9))
    assert tiny.artists[2].texts == ["0", "0"]
    small = sheet_of(plots.comparison(one, one + 1e-3))
    assert small.artists[2].texts == ["0.00", "0.00"]


def stages():
    image = np.arange(-8.0, 8).reshape(4, 4)
    return [
        ("x", np.abs(image), image, [(0, 0, 2, 2)]),
        ("conv", image, image, []),
        ("scores", image[0], -image[0], []),
    ]


@pytest.mark.parametrize("shown", range(4))
def test_stages_show_gradients_from_the_last_one_back(shown):
    ax = sheet_of(plots.backprop_stages(stages(), shown, "T"))
    assert texts(ax).count("not yet") == 3 - shown
    under = [text for text in texts(ax) if text.isdigit()]
    assert under == list("0123") * (1 + (shown > 0))  # the classes, under the bars
    told = [text for text in texts(ax) if text.startswith("d")]
    assert told == ["dx: 8", "dconv: 8", "dscores: 8"][3 - shown :]
    maps = {image.get_gid(): image.get_cmap().name for image in ax.images[::-1]}
    assert maps == {"x": "gray", "conv": "RdBu_r"}


def test_stages_outline_pixels_of_values_and_gradients():
    ax = sheet_of(plots.backprop_stages(stages(), 3))
    for image in ax.images[:2]:  # x, the quarter at the top left
        left, right, bottom, top = image.get_extent()
        middle = (left + right) / 2, (bottom + top) / 2
        framed = [(*line.get_data()[0][:2], *line.get_data()[1][1:3]) for line in ax.lines]
        assert any(np.allclose(f, (left, middle[0], middle[1], top)) for f in framed)


def test_bars_of_gradients_have_the_colours_of_their_signs_and_values_one():
    bars = sheet_of(plots.backprop_stages(stages(), 3)).collections
    inks = [[to_hex(ink) for ink in each.get_colors()] for each in bars]
    assert [BLUE.lower()] * 4 in inks
    assert [(RED if value > 0 else BLUE).lower() for value in -stages()[2][1]] in inks


def test_stages_refuse_to_show_more_than_there_are():
    with pytest.raises(ValueError, match="shown is 4, expected 0 to 3"):
        plots.backprop_stages(stages(), 4)


def test_a_graph_shows_values_in_blue_and_gradients_in_red():
    places = {"x": (0, 0, "x"), "mul": (2, 0, "×")}
    figure = plots.computation_graph(places, [("x", "mul", "2", "-6")], "Title")
    (ax,) = axes_of(figure)
    colours = {text.get_text(): text.get_color() for text in ax.texts}
    assert colours["2"] == BLUE and colours["-6"] == RED
    assert {"x", "×"} <= set(texts(ax))
    circles = [patch for patch in ax.patches if isinstance(patch, Circle)]
    assert len(circles) == 1  # the operation has one, x has none
    assert "Title" in ax.get_title()


def test_the_graphs_of_the_lesson_bear_the_numbers_they_are_given():
    values = dict(zip([*"xwubvyt", "miss", "L"], (2, 3, 6, -4, 2, 2, 5, -3, 4.5), strict=True))
    slopes = dict(zip([*"xwubvyt", "miss", "L"], (-9, -6, -3, -3, -3, -3, 3, -3, 1), strict=True))
    shown = texts(plots.neuron_graph(values, slopes).axes[0])
    assert {"x = 2", "-9", "b = -4", "L = 4.5", "t = 5", "3"} <= set(shown)
    values = {"x": 2, "y1": 6, "y2": -2, "L": -12}
    slopes = {"y1": -2, "y2": 6, "x1": -6, "x2": -6, "L": 1}
    figure = plots.fork_graph(values, slopes)
    assert texts(axes_of(figure)[0]).count("-6") == 2
    assert "-6 and -6 make -12" in axes_of(figure)[0].get_title()


def test_a_graph_refuses_an_edge_to_nowhere():
    with pytest.raises(ValueError, match="'x' to 'y', expected names in nodes"):
        plots.computation_graph({"x": (0, 0, "x")}, [("x", "y", "", "")])
