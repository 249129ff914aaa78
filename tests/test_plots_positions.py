"""Figures of where a kernel stands: they agree with the size of the output."""

import numpy as np
import pytest

from cnnlib.im2col import output_size
from cnnlib.plots import positions as plots
from cnnlib.plots.base import to_png


def drawn(figure):
    """Render the figure, as a notebook would, and return it."""
    assert to_png(figure).startswith(b"\x89PNG")
    return figure


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
    codes, missed = plots.positions(*settings)
    taps = (codes[1:] == plots.TAP) | (codes[1:] == plots.BEYOND)
    assert [int(line.argmax()) for line in taps] == list(starts)
    assert (taps.sum(axis=1) == settings[1]).all()
    assert missed == unseen == np.flatnonzero(codes[0] == plots.UNSEEN).tolist()
    refused = (codes[1:] == plots.BEYOND).any(axis=1)
    assert (~refused).sum() == output_size(*settings)


def test_kernel_positions_says_size_and_refuses_as_output_size_does():
    figure = drawn(plots.kernel_positions(8, 3, 2))
    assert "output size 3, never reached: 1" in figure.get_suptitle()
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
