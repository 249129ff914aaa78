"""Figures of lesson 03: they draw what they are given, and refuse what does not fit."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from cnnlib.im2col import im2col
from cnnlib.plots import im2col as plots
from tests.helpers import drawn, sheet_of, texts

SMALL = np.arange(16.0).reshape(4, 4)


def test_frames_fill_the_matrix_column_by_column():
    figure = drawn(plots.patch_frames(SMALL, 3, [0, 2, 4]))
    below = figure.axes[3:]
    assert [len(texts(ax)) for ax in below] == [0, 18, 36]
    assert sorted(texts(below[2])) == sorted(f"{v:g}" for v in im2col(SMALL[None, None], 3).flat)


def test_frames_refuse_a_step_that_there_is_not():
    with pytest.raises(ValueError, match="expected 0 to 4"):
        plots.patch_frames(SMALL, 3, [5])


def test_product_shows_the_output():
    figure = drawn(plots.product(SMALL, np.ones((2, 3, 3)), f=1, j=3))
    assert texts(figure.axes[3]) == ["45", "54", "81", "90"] * 2


def test_two_factorings_frame_the_same_sum():
    w = np.array([[1.0, -1], [0, 0.5]])
    figure = drawn(plots.two_factorings(SMALL[:3, :3], w, (1, 0)))
    left, image, right, row, patches, output = figure.axes
    assert texts(right) == texts(output)
    assert texts(image) == [*(f"{v:g}" for v in SMALL[:3, :3].ravel()), "×"]
    assert (texts(patches)[-1], texts(output)[-1]) == ("×", "=")
    shown = [text for text in texts(left) if text]
    assert shown == [f"{v:g}" for v in w.ravel()] * 4  # each weight, a 0 too, once in each row
    framed = [ax.patches[0].get_bbox().bounds for ax in figure.axes]
    assert framed[2][:2] == (-0.5, 1.5) and framed[5][:2] == (1.5, -0.5)  # output pixel 2, twice


def test_two_factorings_refuse_a_pixel_that_there_is_not():
    with pytest.raises(ValueError, match="at is .0, 2., expected a pixel of the 2 × 2 output"):
        plots.two_factorings(SMALL, np.ones((3, 3)), (0, 2))


def test_orientations_colours_by_image():
    table = np.arange(8.0).reshape(4, 2)
    figure = drawn(plots.orientations(table, table.T, [0, 0, 1, 1], [0, 1, 0, 1]))
    left, right = ([tuple(p.get_facecolor()) for p in ax.patches] for ax in figure.axes)
    assert left[0] == left[3] != left[4] and right[0] == right[2] != right[1]


def test_put_back_leaves_out_what_a_patch_does_not_hold():
    pieces = np.full((2, 2, 2), np.nan)
    pieces[0, 0], pieces[1, 1] = 1, 2
    figure = drawn(plots.put_back(pieces, np.nansum(pieces, axis=0), ["a", "b", "sum"]))
    assert texts(figure.axes[0]) == ["1", "1", "·", "·"]
    assert texts(figure.axes[2]) == ["1", "1", "2", "2", "="]


def test_matrix_and_transpose():
    A = np.array([[1, 0], [0, 1], [1, 0]])
    left, right = drawn(plots.matrix_and_transpose(A)).axes
    assert left.images[0].get_array().shape == (3, 2)
    assert right.images[0].get_array().shape == (2, 3)


def test_picked_patch_shows_image_matrix_and_output():
    x = np.arange(64.0).reshape(2, 2, 4, 4)
    ax = sheet_of(plots.picked_patch(x, np.ones((2, 3, 3)), 3, 1, 0, (1, 0, 1, 0)))
    image, output = (table.texts for table in ax.artists)
    assert image == [f"{v:g}" for v in x[1, 0].flat]
    matrix = next(shown for shown in ax.images if shown.get_gid() == "matrix")
    assert np.isnan(matrix.get_array().filled(np.nan)).sum() == 2 * 18  # columns 6, 7
    sums = [x[1, :, i : i + 3, j : j + 3].sum() for i in (0, 1) for j in (0, 1)]
    assert output == [f"{v:g}" for v in sums]
    with pytest.raises(ValueError, match="kernel"):
        plots.picked_patch(x, np.ones((2, 5, 5)), 5, 1, 0, (0, 0, 0, 0))


def test_tape_has_a_dot_for_every_cell_that_is_read():
    figure = drawn(plots.tape(np.arange(6), [[0, 1, 2], [1, 2, 3]], "Windows", ["a", "b"]))
    assert [list(line.get_xdata()) for line in figure.axes[0].lines] == [[0, 1, 2], [1, 2, 3]]


def test_long_hops_stay_below_the_tape():
    """The arcs of the first row do not cross the cells, however far they hop."""
    figure = plots.tape(np.arange(12), [[0, 11], [1, 5]], "Hops")
    canvas, (ax,) = FigureCanvasAgg(figure), figure.axes
    canvas.draw()
    tape_bottom = ax.transData.transform((0, 0.5))[1]
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    tops = [arrow.get_window_extent(canvas.get_renderer()).y1 for arrow in arrows]
    assert len(tops) == 2 and max(tops) < tape_bottom


def test_two_tapes_say_what_they_are_told():
    touched = np.zeros((4, 5, 5), bool)
    touched[:, 1:4, 1:4] = True
    ax = sheet_of(plots.two_tapes(touched, ["one", "other"], "t"))
    assert {"t", "one", "other", "image 0", "image 3"} <= set(texts(ax))
    shown = [image.get_array() for image in ax.images]
    *images, nchw, chwn = [tile.mean(axis=2) < 0.8 for tile in shown]
    assert all((image == touched[0]).all() for image in images) and len(images) == 4
    np.testing.assert_array_equal(nchw[0], touched.ravel())
    np.testing.assert_array_equal(chwn[0], touched.transpose(1, 2, 0).ravel())


def test_step_times_stack():
    times = {"one": {"copy": 2.0, "product": 1.0}, "two": {"product": 1.5}}
    (ax,) = drawn(plots.step_times(times, "Steps")).axes
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert max(ends) == 3.0 and 1.5 in ends


def test_race_marks_a_point_a_way_and_says_its_time():
    (ax,) = drawn(plots.race({"slow": 40.0, "fast": 0.002, "faster": 3e-6}, "Race")).axes
    assert texts(ax) == ["40 s", "2 ms", "3 µs"] and ax.get_xscale() == "log"
    assert ax.lines[0].get_xdata().tolist() == [40.0, 0.002, 3e-6] and not ax.patches
