"""What all wrong results have in common is said where no mistake is known."""

import numpy as np
import pytest

from cnnlib.exercises.engine.facts import fact
from tests.exercises.doubled import make

TABLE = np.arange(1.0, 7).reshape(2, 3)


LARGE = np.arange(-4.0, 8).reshape(3, 4)


def _close(a, b):
    return a.shape == b.shape and np.allclose(a, b)


SEEN = [
    ("axes", "in another order", lambda y: y.T),
    ("short", "missing at the end", lambda y: y[:-1]),
    ("short", "missing at the beginning", lambda y: y[1:, 1:]),
    ("long", "more all around", lambda y: np.pad(y, 1)),
    ("long", "more at the end", lambda y: np.pad(y, ((0, 2), (0, 0)))),
    ("places", "not at their places", lambda y: y[::-1]),
    ("signs", "some signs are not", np.abs),
    ("zero", "is 0, everything else", lambda y: y * (y != 7)),
    ("scale", "changes from case to case: 6; 12", lambda y: y * y.size),
    ("factor", "of y are 0.125 times", lambda y: y / 8),
    ("difference", "of y are too small by 2.5", lambda y: y - 2.5),
    (
        "not finite",
        "in y is nan or infinite",
        lambda y: np.where(y > 5, np.inf, np.where(y == 4, np.nan, y)),
    ),
    ("bound", "should be above 5 in y comes out as 5", lambda y: np.minimum(y, 5)),
    ("bound", "should be below -1 in y comes out as -1", lambda y: np.maximum(y, -1)),
    ("bound", "should be above 0 in y comes out as 0", lambda y: np.where(y > 0, -0.0, y)),
    ("constant", "wrong in y is 9 everywhere", lambda y: np.where(y % 2 == 0, 9, y)),
    ("function", "of y is the square of what it should be", np.square),
    ("function", "of y is 1 minus what it should be", lambda y: 1 - y),
    ("rounded", "of y are rounded down", np.floor),
    ("rounded", "of y are rounded to whole numbers", np.round),
    ("nearly", "no number of y is off by more than about 1e-03", lambda y: y + 0.007 * (y == 7)),
    ("all the same", "of y are the same", lambda y: np.full_like(y, 9)),
    ("the same along an axis", "first axis all that y holds", lambda y: np.ones_like(y) * y[0]),
    ("the same along an axis", "second axis all", lambda y: np.ones_like(y) * y[:, 1:2]),
    ("first alone", "only the first along the second axis", lambda y: y * 2 - y[:, :1]),
    ("truths", "y came as True and False, and numbers", lambda y: (y > 3) ^ (y == 6.5)),
    ("", "", lambda y: y + y**2),
]


@pytest.mark.parametrize("name, words, change", SEEN)
def test_what_all_wrong_results_have_in_common_is_said(name, words, change):
    pairs = [(change(y), y) for y in (TABLE + 1, LARGE + 0.5, LARGE)]
    found = fact({"y": pairs}, _close)
    title, _, short = found or ("", "", "")
    assert short == name and words in title and (not found or "y" in title)


@pytest.mark.parametrize(
    "change, short",
    [
        (lambda y: y > 3, "the same along an axis"),
        (lambda y: np.full_like(y, np.inf), "not finite"),
        (lambda y: np.full_like(y, np.nan), "not finite"),
        (lambda y: y[:0], None),
        (lambda y: np.abs(y).astype(np.uint8), "signs"),
        (lambda y: y + 1e-6 * (y == 4), "nearly"),
    ],
)
def test_of_yes_and_no_of_nothing_and_of_nan_no_more_is_said_than_is_true(change, short):
    found = fact({"y": [(change(y), y) for y in (TABLE, LARGE, 0 * TABLE)]}, np.array_equal)
    assert (found[2] if found else None) == short, found


@pytest.mark.parametrize(
    "right, said", [(0, "exchanged"), (1, "in all cases but one"), (2, "in most"), (3, None)]
)
def test_how_often_yes_and_no_are_exchanged_is_said(right, said):
    wanted = np.arange(20) % 3 == 0
    came = ~wanted
    came[:right] = wanted[:right]
    found = fact({"y": [(a, b) for a, b in zip(came, wanted, strict=True)]}, np.array_equal)
    assert (found is None) == (said is None) and (found is None or said in found[0])


def test_of_two_short_results_it_is_not_said_that_their_numbers_are_the_same():
    pairs = [(np.zeros(3), np.array([0.0, 1, -2])), (np.full(2, 4.0), np.full(2, 8.0))]
    assert fact({"y": pairs}, np.allclose) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda y: np.sqrt(np.maximum(y, 0)),
        lambda y: 1 / np.where(y == 0, 1, y),
        lambda y: np.log(np.where(y > 0, y, 1)),
    ],
)
def test_what_a_function_is_not_defined_for_is_not_told_as_its_value(change):
    y = np.array([-1.0, 0, 0.5, 2, 4])
    assert fact({"y": [(change(y), y)]}, np.allclose) is None


def test_to_how_many_digits_it_is_rounded_is_said_where_it_shows():
    close = lambda a, b: np.allclose(a, b, 0, 1e-12)  # noqa: E731
    known, open_ = np.array([1.23456789, 2, 3, 4]), np.array([1 + 4e-8, 2.25, 3, 4])
    assert "to 6 digits" in fact({"y": [(np.round(known, 6), known)]}, close)[0]
    assert "to few digits" in fact({"y": [(np.round(open_, 6), open_)]}, close)[0]


def test_the_rest_is_not_called_right_if_it_is_wrong_by_little():
    wanted = np.array([1e-6, 2e-6, 3e-6, 5, 6])
    came = np.array([8e-6, 7e-6, 1e-6, 9, 9])
    assert fact({"y": [(came, wanted)]}, lambda a, b: np.allclose(a, b, atol=1e-9)) is None


def test_one_number_is_not_told_as_all():
    """Of one number each, any wrong one is some times the right one."""
    pairs = [(np.array(3.0), np.array(1.0)), (np.array(7.0), np.array(2.0)), (TABLE, TABLE)]
    assert fact({"y": pairs}, np.allclose) is None


def test_what_is_too_far_off_for_rounding_is_not_said_to_be_rounded():
    for off, said in ((0.6, True), (3, False)):
        value = TABLE * 100
        value[1] += off
        value[0] -= off / 2
        _, hint, name = fact({"y": [(value, TABLE * 100)]}, _close)
        assert name == "nearly" and ("float16" in hint) == said, hint


def test_fractions_in_place_of_whole_numbers_are_said():
    counts = np.arange(6).reshape(2, 3)
    assert fact({"y": [(counts + counts**2 / 3, counts)]}, np.array_equal)[2] == "fractions"
    assert fact({"y": [(counts + counts**3, counts)]}, np.array_equal) is None


def test_numbers_that_should_be_zero_are_said():
    pairs = [(TABLE, TABLE * (TABLE > 3)), (LARGE, LARGE * (LARGE > 0))]
    assert fact({"y": pairs}, np.array_equal)[2] == "not zero"


def test_what_is_not_true_of_all_cases_and_outputs_is_not_said():
    assert fact({"y": [(TABLE.T, TABLE), (LARGE + 1, LARGE)]}, np.array_equal) is None
    pairs = {"y": [(TABLE**3, TABLE)], "z": [(TABLE.T, TABLE)]}
    for names in "yz", "zy":
        assert fact({name: pairs[name] for name in names}, np.array_equal) is None
    assert "y and z" in fact(dict.fromkeys("yz", pairs["z"]), np.array_equal)[0]


def test_what_is_true_of_the_output_that_is_shown_is_said_of_that_alone():
    check = make(right=lambda x: (2 * x, x), outputs="y z")
    first = check.diagnose(lambda x: (2 * x + 0.5, x**3))
    assert first.mistakes == ["difference"] and "all numbers of y are too" in str(first), first
    assert check.diagnose(lambda x: (2 * x + x**3, x + 0.5)).mistakes == []
    both = check.diagnose(lambda x: (2 * x + 0.5, x + 0.5))
    assert "all numbers of y and z are too" in str(both), both


def test_a_yes_that_should_be_a_no_is_said():
    answers = [(np.array(True), np.array(wanted)) for wanted in (True, False)]
    assert fact({"answer": answers}, np.array_equal)[2] == "True"
    assert fact({"answer": answers + [(~v, v) for _, v in answers]}, np.array_equal) is None
    twos = [(np.array(2), wanted) for _, wanted in answers]
    assert fact({"answer": twos}, np.array_equal) is None


def test_of_a_row_numbers_are_missing():
    assert (
        "but numbers are missing at the end" in fact({"y": [(LARGE[0, :-1], LARGE[0])]}, _close)[0]
    )
