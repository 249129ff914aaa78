"""Figures of lesson 03 about memory and time: they draw what they are given."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from cnnlib.plots import memory as plots
from cnnlib.plots.base import to_png


def texts(ax):
    return [text.get_text() for text in ax.texts]


def drawn(figure):
    """Render the figure, as a notebook would, and return it."""
    assert to_png(figure).startswith(b"\x89PNG")
    return figure


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


@pytest.mark.parametrize(
    "cells, expected",
    [([], []), ([4], [(4, 1)]), ([0, 1, 2], [(0, 3)]), ([7, 1, 2, 8, 5], [(1, 2), (5, 1), (7, 2)])],
)
def test_runs(cells, expected):
    assert plots.runs(np.array(cells, int)) == expected


def test_two_tapes_count_runs():
    touched = np.zeros((4, 5, 5), bool)
    touched[:, 1:4, 1:4] = True
    titles = [ax.get_title(loc="left") for ax in drawn(plots.two_tapes(touched, "")).axes]
    assert "12 runs, the longest of 3 " in titles[-2] and "3 runs, the longest of 12 " in titles[-1]


def test_step_times_stack():
    times = {"one": {"copy": 2.0, "product": 1.0}, "two": {"product": 1.5}}
    (ax,) = drawn(plots.step_times(times, "Steps")).axes
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert max(ends) == 3.0 and 1.5 in ends


def test_race_labels_seconds_and_milliseconds():
    (ax,) = drawn(plots.race({"slow": 40.0, "fast": 0.002}, "Race")).axes
    assert texts(ax) == ["40 s", "2 ms"] and ax.get_xscale() == "log"
