"""The figures of lesson 04: what they draw, and what they refuse."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from cnnlib.plots import gradients as plots
from cnnlib.plots.base import BLUE, ORANGE, RED, to_png

STEPS = 10.0 ** np.arange(-8, 0)
PNG = b"\x89PNG"


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_tables_show_every_number_sign_and_frame():
    arrays = [np.array([[1, -2], [3, 4]]), np.array([[5, 6]])]
    frames = [[(0, 1, 2, 1, ORANGE)], []]
    figure = plots.tables(arrays, ("a", "b"), ("=",), frames, title="T")
    first, sign, second = figure.axes
    assert texts(first) == ["1", "-2", "3", "4"] and texts(second) == ["5", "6"]
    assert texts(sign) == ["="] and first.get_title() == "a"
    (frame,) = first.patches
    assert frame.get_bbox().bounds == (0.5, -0.5, 1, 2)
    assert to_hex(frame.get_edgecolor()) == ORANGE.lower()
    assert first.images[0].get_clim() == (-4, 4)
    assert to_png(figure).startswith(PNG)


def test_tables_leave_their_arrays_alone_and_take_masks():
    mask = np.array([[True, False]])
    figure = plots.tables([mask], ["mask"], forms=["{:g}"], signed=[False])
    assert texts(figure.axes[0]) == ["1", "0"] and mask.dtype == bool


@pytest.mark.parametrize(
    "arguments, name",
    [
        ({"titles": ["a"]}, "titles"),
        ({"titles": ["a", "b"], "signs": ["+", "="]}, "signs"),
        ({"titles": ["a", "b"], "frames": [[]]}, "frames"),
        ({"titles": ["a", "b"], "forms": ["{}"]}, "forms"),
        ({"titles": ["a", "b"], "signed": [True]}, "signed"),
    ],
)
def test_tables_refuse_lists_of_another_length(arguments, name):
    with pytest.raises(ValueError, match=name):
        plots.tables([np.eye(2), np.eye(2)], **arguments)


def test_step_error_draws_a_curve_a_label_and_never_a_zero():
    errors = {"float64": STEPS, "float32": np.zeros(len(STEPS))}
    figure = plots.step_error(STEPS, errors, "V", mark=(1e-3, 0.0))
    (ax,) = figure.axes
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["float64", "float32"]
    assert all((line.get_ydata() >= 1e-16).all() for line in ax.lines)
    assert len(ax.lines) == 3 and ax.get_xscale() == ax.get_yscale() == "log"
    assert to_png(figure).startswith(PNG)


def test_function_and_slope_draws_both_and_names_the_steepest_slope():
    xs = np.linspace(-1, 1, 5)
    curves = {"square": (xs**2, 2 * xs), "line": (xs, np.ones(5))}
    square, line = plots.function_and_slope(xs, curves, "T").axes
    assert [list(drawn.get_ydata()) for drawn in square.lines] == [list(xs**2), list(2 * xs)]
    assert [text.get_text() for text in square.get_legend().get_texts()][1].endswith("at most 2")
    assert (square.get_title(), line.get_title()) == ("square", "line")
    assert to_png(square.figure).startswith(PNG)


def test_secant_joins_the_nudged_points():
    xs = np.linspace(-2, 2, 9)
    errors = {"float64": STEPS}
    figure = plots.secant(
        xs, xs + xs**2, (0, 0, 2), 1.0, STEPS, errors, (1e-3, 1e-3), ("left", "right")
    )
    left, right = figure.axes
    measured = next(line for line in left.lines if line.get_label() == "measured slope")
    assert list(measured.get_ydata()) == [0, 2]
    assert left.get_title() == "left" and right.get_title() == "right"
    assert to_png(figure).startswith(PNG)


def test_dense_shapes_names_every_matrix_with_its_shape():
    figure = plots.dense_shapes(4, 6, 3)
    forward, dw, dx, db = map(texts, figure.axes)
    assert [t for t in dw if len(t) > 1 and t[0] != "("] == ["dw", "x.T", "dy"]
    assert [t for t in dw if t[0] == "("] == ["(D, M)", "(D, N)", "(N, M)"]
    assert "w.T" in dx and "ones" in db and "b" in forward
    assert to_png(figure).startswith(PNG)


def test_probability_minus_truth_is_negative_for_the_right_class_only():
    figure = plots.probability_minus_truth(np.array([0.25, 0.5, 0.25]), label=1)
    heights = [bar.get_height() for bar in figure.axes[2].patches]
    assert heights == [0.25, -0.5, 0.25]
    colours = [to_hex(bar.get_facecolor()) for bar in figure.axes[2].patches]
    assert colours == [BLUE.lower(), RED.lower(), BLUE.lower()]


def test_comparison_shows_both_and_their_difference_on_one_scale():
    one, other = np.array([[1.0, 2.0]]), np.array([[1.0, -2.0]])
    figure = plots.comparison(one, other, "T")
    assert texts(figure.axes[2]) == ["0", "4.00"]
    assert {ax.images[0].get_clim() for ax in figure.axes} == {(-2.0, 2.0)}
    tiny = plots.comparison(one, one + 1e-9)
    assert texts(tiny.axes[2]) == ["0", "0"]
    assert texts(plots.comparison(one, one + 1e-3).axes[2]) == ["0.00", "0.00"]


def stages():
    image = np.arange(-8.0, 8).reshape(4, 4)
    return [
        ("x", np.abs(image), image, [(0, 0, 2, 2)]),
        ("conv", image, image, []),
        ("scores", image[0], -image[0], []),
    ]


@pytest.mark.parametrize("shown", range(4))
def test_stages_show_gradients_from_the_last_one_back(shown):
    figure = plots.backprop_stages(stages(), shown, "T")
    lower = figure.axes[3:]
    hidden = ["not yet" in texts(ax) for ax in lower]
    assert hidden == [k < 3 - shown for k in range(3)]
    assert figure.axes[0].images[0].get_cmap().name == "gray"
    assert figure.axes[1].images[0].get_cmap().name == "RdBu_r"
    assert to_png(figure).startswith(PNG)


def test_stages_title_tells_the_largest_gradient_and_frames_are_drawn():
    figure = plots.backprop_stages(stages(), 3)
    assert figure.axes[3].get_title() == "dx: 8"
    assert len(figure.axes[0].patches) == len(figure.axes[3].patches) == 1


@pytest.mark.parametrize("shown", [-1, 4])
def test_stages_refuse_to_show_more_than_there_are(shown):
    with pytest.raises(ValueError, match=f"shown is {shown}, expected 0 to 3"):
        plots.backprop_stages(stages(), shown)
