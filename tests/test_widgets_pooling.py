"""The explorers of lesson 02, driven without a browser."""

import numpy as np
import pytest

from cnnlib.widgets.pooling import TIES, PoolingExplorer, ShiftExplorer, shifted
from tests.helpers import moved

DIGIT = np.zeros((28, 28), np.float32)
DIGIT[6:22, 13:16] = 1.0  # a one, three pixels wide


@pytest.fixture
def pooling():
    return PoolingExplorer(DIGIT)


@pytest.fixture
def shifting():
    return ShiftExplorer(np.stack([DIGIT, DIGIT.T])[:, None])


def test_it_opens_with_a_winner(pooling):
    x = pooling.inputs["random"]
    best = x[2:4, 2:4].max()
    assert not pooling.problem and bytes(pooling.image.value[:4]) == b"\x89PNG"
    assert "Window 5 of 9 gives output pixel (1, 1)" in pooling.text
    assert f"The largest of its 4 numbers is {best}, at tap (0, 0)" in pooling.text


def test_every_control_changes_picture_and_words(pooling):
    assert "Window 1 of 9" in moved(pooling, step=0)
    assert "of its 1 number is" in moved(pooling, kernel=1)
    assert "of its 9 numbers" in moved(pooling, kernel=3)
    assert "of 16" in moved(pooling, stride=1)
    assert "5 pixels are -inf" in moved(pooling, pad=1)
    assert "the average is" in moved(pooling, mode="average")
    moved(pooling, input="negative")


def test_the_first_of_equals_wins(pooling):
    pooling.set(input="ties", step=6)
    assert np.array(TIES)[4:, :2].tolist() == [[5, 5], [5, 5]]
    assert "at tap (0, 0): winner = 0 · 2 + 0 = 0" in pooling.text
    assert "There are 4 of them; the first one counts." in pooling.text


def test_negative_numbers_beat_the_frame(pooling):
    pooling.set(input="negative", kernel=3, stride=2, pad=1, step=0)
    best = pooling.inputs["negative"][:2, :2].max()
    assert best < 0 and f"numbers is {best}, " in pooling.text


def test_the_average_counts_the_frame_as_zeros(pooling):
    pooling.set(input="random", mode="average", kernel=3, stride=2, pad=1, step=0)
    total = pooling.inputs["random"][:2, :2].sum()
    assert f"{total} / 9 = {total / 9:.3g}" in pooling.text


def test_the_piece_of_the_digit_is_a_lively_one(pooling):
    assert pooling.inputs["digit"].std() > 0.4
    assert "of its 4" in moved(pooling, input="digit")


def test_steps_end_at_the_last_window(pooling):
    pooling.controls["stride"].value = 1
    assert pooling.controls["step"].max == 24
    pooling.controls["step"].value = 24
    assert "Window 25 of 25" in pooling.text
    pooling.controls["kernel"].value = 6
    assert pooling.controls["step"].max == pooling.controls["step"].value == 0
    assert "Window 1 of 1 " in pooling.text


def test_it_says_what_no_window_sees(pooling):
    pooling.set(kernel=3, stride=2)
    assert "The last 1 of 6 rows and columns is in no window." in pooling.text
    pooling.set(kernel=2, stride=4)
    assert "The stride leaves out 2 between windows." in pooling.text


@pytest.mark.parametrize(
    "values, reason",
    [
        ({"pad": 2}, "pad is 2, expected 0 to 1, half the window"),
        ({"kernel": 7}, "kernel spans 7 pixels, more than the 6"),
    ],
)
def test_impossible_settings_are_refused_and_the_picture_stays(pooling, values, reason):
    before = pooling.image.value, pooling.text
    pooling.set(**values)
    assert reason in pooling.problem and reason in pooling.warning.value
    assert (pooling.image.value, pooling.text) == before
    assert pooling.pointed("x", 5, 5).keys() == {"step"}  # of the picture that stayed
    pooling.set(kernel=4, pad=0)
    assert not pooling.problem and not pooling.warning.value


@pytest.mark.parametrize("digit", [np.zeros((1, 28, 28)), np.zeros((28, 5))])
def test_it_refuses_what_is_no_grey_image(digit):
    with pytest.raises(ValueError, match="digit has shape"):
        PoolingExplorer(digit)


def test_shift_opens_with_a_change(shifting):
    assert "moves by 1 column: pixels 82 %" in shifting.text


def test_what_leaves_the_image_does_not_come_back_on_the_other_side():
    x = np.arange(1.0, 9.0).reshape(1, 1, 1, 8)
    assert shifted(x, 3).ravel().tolist() == [0, 0, 0, 1, 2, 3, 4, 5]
    assert shifted(x, -3).ravel().tolist() == [4, 5, 6, 7, 8, 0, 0, 0]
    np.testing.assert_array_equal(shifted(x, 0), x)
    ink = np.zeros((1, 1, 28, 28))
    ink[..., 27] = 1  # all of it leaves: that is a change by its whole norm
    assert "by 2 columns: pixels 100 %" in moved(ShiftExplorer(ink), shift=2)


def test_no_shift_changes_nothing(shifting):
    moved(shifting, shift=0)
    assert shifting.text.count(" 0 %") == 4


def test_every_shift_control_changes_the_words(shifting):
    assert "by -3" in moved(shifting, shift=-3)
    assert "every 4th was blank" in moved(shifting, kernel=4)  # no column of the one is kept
    moved(shifting, image=1)


def test_a_shift_inside_the_windows_is_not_noticed(shifting):
    # Columns 13 to 15 lie in the windows 12, 13 and 14, 15; one to the left they still do.
    shifting.set(shift=-1, kernel=2)
    assert "pixels 82 %" in shifting.text and "maximum 0 %" in shifting.text


@pytest.mark.parametrize("shape", [(2, 28, 28), (0, 1, 28, 28), (2, 3, 28, 28), (1, 1, 4, 28)])
def test_shift_refuses_what_are_no_grey_images(shape):
    with pytest.raises(ValueError, match="has shape"):
        ShiftExplorer(np.zeros(shape))
