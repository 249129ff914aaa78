"""Figures of lesson 01: they draw what they are given, and say the right numbers."""

import numpy as np
import pytest

from cnnlib.im2col import output_size
from cnnlib.plots import convolution as plots
from tests.helpers import drawn, texts

X = np.array([[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 1], [1, 1, 2, 0]])
W = np.array([[1, 0, -1], [2, 1, 0], [0, 1, 1]])
Y = np.array([[10, 4], [9, 7]])


def test_window_sum_shows_window_products_and_sum():
    figure = drawn(plots.window_sum(X, W, 1, Y, 0, 1))
    tables = [texts(ax) for ax in figure.axes]
    assert tables[0] == [str(v) for v in X.flat]
    assert tables[1] == ["0", "2", "1", "1", "0", "2", "2", "1", "1"]
    assert tables[3] == ["0", "0", "-1", "2", "0", "0", "0", "1", "1"]
    assert "sum of the products 3, plus bias 1: y[0, 1] = 4" in texts(figure)


def test_sliding_window_shows_numbers_of_window_and_sum():
    x = np.arange(20.0).reshape(4, 5) / 20
    w = np.eye(3)
    y = np.array([[(x[r : r + 3, c : c + 3] * w).sum() for c in range(3)] for r in range(2)])
    figure = drawn(plots.sliding_window(x, w, y, 1, 2))
    shown = texts(figure.axes[0])
    assert [f"{v:.2f}" for v in x[1:4, 2:5].flat] == shown[:9]
    assert f"sum = y[1, 2]\n= {y[1, 2]:.2f}" in shown
    marks = {tuple(np.round(p.get_xy(), 3)) for p in figure.axes[0].patches}
    assert (round(0.75 + 2 * 0.58, 3), round(5.15 - 4 * 0.58, 3)) in marks  # of the window


def test_sliding_window_moves_by_the_stride_and_parts_the_frame_from_the_picture():
    x = np.pad(np.arange(9.0).reshape(3, 3) / 9, 1)
    figure = drawn(plots.sliding_window(x, np.ones((3, 3)), np.zeros((2, 2)), 1, 0, 2, 1))
    assert texts(figure.axes[0])[:9] == [f"{v:.2f}" for v in x[2:5, 0:3].flat]
    frame, window, _ = (p.get_bbox().bounds for p in figure.axes[0].patches)
    size = 2.9 / 5  # of a pixel
    assert np.allclose(frame, (0.75 + size, 5.15 - 4 * size, 3 * size, 3 * size))
    assert np.allclose(window, (0.75, 5.15 - 5 * size, 3 * size, 3 * size))


def test_matrices_and_their_rows():
    matrices = [np.diag([1, 2, 3, 4]) @ np.eye(4, 9), -np.eye(4, 9)]
    figure = drawn(plots.weight_matrices(matrices, ["one", "two"], (3, 3), (0, 2)))
    shown = [ax.images[0].get_array() for ax in figure.axes]
    assert [a.shape for a in shown] == [(4, 9), (3, 3), (3, 3)] * 2
    assert (shown[2][0, 2], shown[5][0, 2]) == (3, -1)  # row 2 of either matrix
    tops = [ax.images[0].get_clim()[1] for ax in figure.axes]
    assert tops == [4, 4, 4, 1, 1, 1]  # the same colour means the same number


def test_found_frames_the_windows_that_answer_most():
    x = np.arange(40.0).reshape(5, 8)
    figure = drawn(plots.found(x, W[:2, :2], x[:4, :7], [(3, 6), (0, 1)], "finding"))
    frames = [patch.get_bbox().bounds for patch in figure.axes[0].patches]
    assert frames == [(5.5, 2.5, 2, 2), (0.5, -0.5, 2, 2)]
    assert texts(figure.axes[0]) == ["1", "2"]
    assert len(figure.axes[2].patches) == 2
    x = np.zeros((225, 192))
    figure = drawn(plots.found(x, np.eye(21), x[:205, :172], [(0, 70)], "finding"))
    frame, title = figure.axes[2].patches[0], figure.axes[2].title
    assert not frame.get_window_extent().overlaps(title.get_window_extent())


def test_learning_and_equivariance():
    filters = [np.full((3, 3), k / 10) for k in range(11)]
    figure = drawn(plots.learning(np.exp(-np.arange(10.0)), filters, [0, 5, 10], np.ones((3, 3))))
    names = [ax.get_title() for sub in figure.subfigs for ax in sub.axes][1:]
    assert names == ["after 0", "after 5", "after 10", "true filter"]
    y = np.array([[1.0, -3.0]])
    figure = drawn(plots.equivariance(Y, y, Y, y, y - y, list("abcde"), "finding"))
    assert figure.axes[4].images[0].get_clim() == (-3, 3)


@pytest.mark.parametrize(
    "settings, starts, unseen",
    [
        ((8, 3, 2), [0, 2, 4, 6], [7]),  # the fourth sticks out
        ((9, 3, 2), [0, 2, 4, 6], []),
        ((8, 3, 1, 1), range(8), []),
        ((14, 2, 4), [0, 4, 8, 12], [2, 3, 6, 7, 10, 11]),
        ((5, 2, 1, 0, 2), [0, 1, 2], []),
        ((4, 2, 5, 0, 2), [0, 5], [1, 3]),
    ],
)
def test_positions(settings, starts, unseen):
    codes, missed = plots.position_codes(*settings)
    taps = (codes[1:] == plots.TAP) | (codes[1:] == plots.BEYOND)
    assert [int(line.argmax()) for line in taps] == list(starts)
    assert (taps.sum(axis=1) == settings[1]).all()
    assert missed == unseen == np.flatnonzero(codes[0] == plots.UNSEEN).tolist()
    refused = (codes[1:] == plots.BEYOND).any(axis=1)
    assert (~refused).sum() == output_size(*settings)


def test_kernel_positions_says_size_and_refuses_as_output_size_does():
    figure = drawn(plots.kernel_positions(8, 3, 2))
    assert "output size 3, 1 never reached" in figure.get_suptitle()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["input", "output 0", "output 1", "output 2", "one more"]
    assert "never" not in drawn(plots.kernel_positions(16, 1, 1, 4)).get_suptitle()
    with pytest.raises(ValueError, match="kernel spans 5 pixels, more than the 4"):
        plots.kernel_positions(4, 3, 1, 0, 2)


def test_dilated_taps():
    figure = drawn(plots.dilated_taps(3, (1, 2, 3), 7))
    codes = [ax.images[0].get_array() for ax in figure.axes]
    assert [(c == plots.TAP).sum() for c in codes] == [9, 9, 9]
    assert [ax.get_title() for ax in figure.axes][1] == "dilation 2: 9 taps, span 5"


def test_volumes_mark_a_window_through_all_channels_a_filter_and_a_pixel_of_each_image():
    figure = plots.volumes((2, 3, 8, 7), (4, 3, 3, 2), (2, 4, 6, 6), f=2, row=1, column=5)
    (ax,) = figure.axes
    faces = [p for p in ax.patches if p.get_alpha() is None]
    marks = [p for p in ax.patches if p.get_alpha() is not None]
    sizes = [(p.get_height(), p.get_width()) for p in faces]
    assert sizes == [(8, 7)] * 3 * 2 + [(3, 2)] * 4 * 3 + [(6, 6)] * 4 * 2
    sizes = [(p.get_height(), p.get_width()) for p in marks]
    assert sizes == [(3, 2)] * 3 * 3 + [(1, 1)] * 2
    assert [text.get_text().split("\n")[0] for text in ax.texts] == [
        "image 0",
        "image 1",
        "x: (2, 3, 8, 7)",
        "w: (4, 3, 3, 2)",
        "y: (2, 4, 6, 6)",
    ]
    assert marks[0].get_y() > marks[3].get_y() + 8 and marks[-2].get_y() > marks[-1].get_y() + 8
    for n in range(2):
        window, face = marks[3 * n], faces[3 * n + 2]  # of the first channel, drawn last
        assert window.get_x() - face.get_x() == 5
        assert face.get_y() + 8 - (window.get_y() + 3) == 1
        pixel, face = marks[-2 + n], faces[-4 * (2 - n) + 1]  # of map 2: 3 and 2 are drawn first
        assert pixel.get_x() - face.get_x() == 5
        assert face.get_y() + 6 - (pixel.get_y() + 1) == 1


def test_all_windows_stand_where_the_stride_puts_them():
    y = np.array([[0.0, -1], [2, 3]])
    figure = plots.all_windows(np.zeros((6, 6)), np.ones((3, 3)), y, stride=2, pad=1, title="t")
    assert figure.axes[0].patches[0].get_bbox().bounds == (0.5, 0.5, 4, 4)  # without its frame
    assert figure.axes[0].patches[0].get_linestyle() == "--"
    assert figure.axes[-1].images[0].get_cmap().name == "RdBu_r"
    corners = [
        ax.patches[-1].get_xy()
        for ax in figure.axes
        if len(ax.patches) and "window" in ax.get_title()
    ]
    assert corners == [(-0.5, -0.5), (1.5, -0.5), (-0.5, 1.5), (1.5, 1.5)]
