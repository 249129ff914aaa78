"""The figures of lesson 02 show the numbers that they were given."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import same_color

from cnnlib.plots import pooling as plots
from cnnlib.plots.base import ORANGE, RED, coloured
from tests.helpers import axes_of, framed, sheet_of, texts

X = np.array([[1, 3, 2, 0], [4, 2, 1, 1], [0, 5, 6, 2], [1, 2, 3, 7]], float)
Y = np.array([[4, 2], [5, 7]], float)
WINNER = np.array([[2, 0], [1, 3]], np.uint8)


def test_pooling_by_hand_shows_both_tables():
    left, right = axes_of(plots.pooling_by_hand(X, Y))
    assert texts(left) == [f"{v:g}" for v in X.ravel()]
    assert texts(right) == ["4", "2", "5", "7"]
    colours = [[p.get_edgecolor() for p in ax.patches] for ax in (left, right)]
    assert colours[0] == colours[1] and len(set(colours[0])) == 4


@pytest.mark.parametrize("x, y, name", [(X[:3], Y, "x"), (X, Y[:1], "y")])
def test_pooling_by_hand_names_the_wrong_argument(x, y, name):
    with pytest.raises(ValueError, match=f"^{name} has shape"):
        plots.pooling_by_hand(x, y)


def test_pooling_step_marks_window_output_and_winners():
    ax = sheet_of(plots.pooling_step(X, Y, (2, 2), 2, (1, 0), WINNER, title="t"))
    assert texts(ax)[16:24] == ["4", "2", "5", "7"] + ["2", "0", "1", "3"]
    orange = [line for line in ax.lines if same_color(line.get_color(), ORANGE)]
    found = [framed(*each) for each in zip(ax.images, orange, strict=True)]
    assert found == [[2, 0, 2, 2], [1, 0, 1, 1], [1, 0, 1, 1]]
    everyone, this = (c for c in ax.collections if isinstance(c, PathCollection))
    left, right, bottom, top = ax.images[0].get_extent()
    where = (everyone.get_offsets() - (left, top)) * (4 / (right - left), 4 / (bottom - top)) - 0.5
    np.testing.assert_allclose(where, [[0, 1], [2, 0], [1, 2], [3, 3]], atol=1e-9)  # column, row
    assert this.get_offsets().tolist() == everyone.get_offsets()[2:3].tolist()
    assert same_color(this.get_edgecolor(), RED)


def test_pooling_step_without_winners_has_two_tables():
    assert len(sheet_of(plots.pooling_step(X, Y, (2, 2), 2, (0, 0))).images) == 2


def test_pooling_step_draws_the_frame_of_infinity():
    padded = np.pad(-X, 1, constant_values=-np.inf)
    ax = sheet_of(plots.pooling_step(padded, -Y, (3, 3), 3, (0, 0), WINNER, pad=1))
    assert texts(ax)[0] == "−∞" and texts(ax)[7] == "-1"
    (dashed,) = (line for line in ax.lines if line.get_linestyle() == "--")
    assert framed(ax.images[0], dashed) == [1, 1, 4, 4]


@pytest.mark.parametrize("position", [(2, 0), (0, -1)])
def test_pooling_step_refuses_a_pixel_outside(position):
    with pytest.raises(ValueError, match="position"):
        plots.pooling_step(X, Y, (2, 2), 2, position)


def test_shifted_slices_show_what_numpy_slices_give():
    axes = axes_of(plots.shifted_slices(X, (2, 2), 2))
    for ax, (kh, kw) in zip(axes[1:], np.ndindex(2, 2), strict=True):
        assert texts(ax) == [f"{v:g}" for v in X[kh::2, kw::2].ravel()]
        assert f"x[{kh}::2, {kw}::2]" in ax.get_title()


def test_shifted_slices_of_overlapping_windows():
    axes = axes_of(plots.shifted_slices(X, (2, 2), 1))
    assert np.array_equal(axes[4].images[0].get_array(), X[1:, 1:])


def test_receptive_fields_draws_both_networks():
    (ax,) = axes_of(plots.receptive_fields(["input", "conv", "pool"], [1, 3, 4], [1, 3, 3]))
    assert [line.get_ydata().tolist() for line in ax.lines] == [[1, 3, 4], [1, 3, 3]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["input", "conv", "pool"]


def test_shift_curves_draws_a_curve_a_way():
    means = np.array([[0.0, 0.6], [0.0, 0.4]])
    panels = [(means, means / 10), (1 - means, None)]
    axes = axes_of(plots.shift_curves([0, 1], panels, ["pixels", "max"], ["u", "v"], "t"))
    for ax, expected in zip(axes, (means, 1 - means), strict=True):
        assert np.array_equal([c.lines[0].get_ydata() for c in ax.containers], expected)
    assert [text.get_text() for text in axes[-1].get_legend().get_texts()] == ["pixels", "max"]


def test_a_pooling_has_one_look_alone_and_in_a_network():
    looks = []
    for names in (
        ["pixels", "every 2nd", "max 2 × 2", "average 2 × 2"],
        ["max pooling", "average pooling", "strides"],
    ):
        panels = [(np.zeros((len(names), 2)), None)]
        (ax,) = axes_of(plots.shift_curves([0, 1], panels, names, ["u"], "t"))
        looks.append([(c.lines[0].get_color(), c.lines[0].get_marker()) for c in ax.containers])
    (_, every, highest, average), network = looks
    assert network == [highest, average, every] and len(set(network)) == 3


def test_shift_curves_draws_bars_that_are_longer_on_one_side():
    means, ends = np.array([[0.0, 5.0]]), np.array([[[0.0, 1.0], [0.0, 3.0]]])
    (ax,) = axes_of(plots.shift_curves([0, 1], [(means, ends)], ["pixels"], ["u"], "t"))
    (bars,) = ax.containers[0].lines[2]
    assert [segment[:, 1].tolist() for segment in bars.get_segments()] == [[0, 0], [4, 8]]


def test_picture_rows_titles_labels_and_scales():
    rows = [[X / 9, Y / 9], [X / 9, -Y / 9]]
    sheet = sheet_of(plots.picture_rows(rows, ["a", "b"], ["r", "s"], "t"))
    assert texts(sheet) == ["t", "a", "b", "r", "s"]
    assert all(image.get_clim() == (0, 1) for image in sheet.images)
    sheet = sheet_of(plots.picture_rows(rows, [["a", "b"], ["c", "d"]], ["", ""], signed=[1]))
    note = "differences: white 0, red 1, blue −1"
    assert " ".join(text for text in texts(sheet) if text).replace("\n", " ") == f"a b c d {note}"
    np.testing.assert_allclose(sheet.images[3].get_array(), coloured(-Y / 9, 1).transpose(1, 2, 0))
