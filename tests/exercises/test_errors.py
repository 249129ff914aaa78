"""Exceptions are told by the reader's own lines, and what they mean."""

import numpy as np
import pytest

from cnnlib.exercises.engine.errors import explain, meaning
from cnnlib.exercises.engine.running import run
from tests.exercises.doubled import diagnose, in_a_cell, scaled_and_shifted


def test_an_exception_is_told_by_the_readers_own_lines():
    source = (
        "def helper(x, i):\n    return x[i + 5]\ndef double(x):\n    k = 2\n    return helper(x, k)"
    )
    text = str(diagnose(source))
    assert "it raises IndexError in 5 of 5 cases." in text
    assert "line 5, in double:" in text and "line 2, in helper:" in text
    assert "IndexError: index 7 is out of bounds" in text and "cnnlib" not in text


def test_what_the_names_of_the_line_held_is_told():
    f = in_a_cell("def f(x, k):\n    return x[k]\n", "f")
    assert explain(run(f, ((1, 2), 10**400), 5).error)[1] == "there x is (1, 2)"
    outcome = run(f, (np.zeros((2, 3)), 4), 5)
    assert explain(outcome.error) == [
        "line 2, in f:  return x[k]",
        "there x has the shape (2, 3), k is 4",
        "IndexError: index 4 is out of bounds for axis 0 with size 2",
    ]
    large = run(f, ((1, 2), 1234567), 5), run(f, ((1, 2), 1234567.0), 5), run(f, ((), True), 5)
    told = [explain(outcome.error)[1] for outcome in large]
    assert [line.split("k is ")[1] for line in told] == ["1234567", "1234567", "True"]
    deep = in_a_cell("def f(k):\n    return g(k)\ndef g(i):\n    return (1, 2)[i]\n")
    told = explain(run(deep, (5,), 5).error)
    assert [line for line in told if line.startswith("there")] == ["there i is 5"]


EXCEPTIONS = [
    ("np.ones(3) + np.ones(4)", "lines their shapes up"),
    ("np.ones((2, 3)) @ np.ones((2, 3))", "as many columns in a"),
    ("np.ones(6).reshape(4)", "neither add nor lose"),
    ("np.ones(3)[3]", "has the number n - 1"),
    ("np.ones(3)[0, 0]", "fewer axes"),
    ("range(1.5)", "divide with //"),
    ("np.ones(2.5)", "divide with //"),
    ("[1, 2, 3][1.0]", "divide with //"),
    ("[1, 2, 3][:1.0]", "divide with //"),
    ("np.ones(3)[1.5]", "divide with //"),
    ("[[1, 2], [3, 4]][0, 1]", "A list takes one index"),
    ("np.add(np.ones(2, int), 0.5, out=np.ones(2, int))", "take fractions"),
    ("None + 1", "Something is None"),
    ("np.ones((2, 3)).sum(axis=2)", "Axes are counted from 0"),
    ("max(np.ones(3), 0)", "np.maximum"),
    ("np.zeros(3).__setitem__(0, np.ones(2))", "holds one number"),
    ("float(np.ones(2))", "an array came"),
    ("np.array([[1, 2], [3]])", "different lengths"),
    ("(1, 2) * 1.5", "or a tuple does not calculate"),
    ("[1, 2] - None", "Something is None"),
    ("np.ones(0).min()", "or the least of nothing"),
    ("np.array(1, 2)", "or a list of numbers, is one"),
    ("np.zeros(2, 3)", "brackets of its own"),
    ("np.ones(4)[::0]", "A step of 0"),
    ("range(1, 3, 0)", "A step of 0"),
    ("np.lib.stride_tricks.sliding_window_view(np.ones(3), 4)", "The window is larger"),
    ("np.ones((2, 2)).transpose(0, 2, 1)", "a number for each axis"),
    ("np.ones(3)[np.ones(2, bool)]", "A mask has the shape"),
    ("np.ones(3)[np.ones(2)]", "made by a comparison"),
    ("[1, 2] * 1.5", "does not calculate"),
    ("[1, 2] - [1, 2]", "does not calculate"),
    ("np.ones(3)(0)", "x[i] picks"),
    ("2(3)", "Is a * missing"),
    ("np.int32(2**40)", "too large for its dtype"),
    ("np.uint8(300)", "uint8 goes from 0 to 255"),
    ("np.ones(0).max()", "which slice is empty"),
    ("(lambda f: f(f))(lambda f: f(f))", "without end"),
    ("np.ones(3).dot(np.ones(4))", "as many columns in a"),
    ("[0 for a, b in [(1, 2, 3)]]", "more or fewer names"),
    ("np.ones(3).siz", "spelt the same"),
    ("nowhere", "spelt the same"),
    ("(lambda x: x)()", "more or fewer arguments"),
]


@pytest.mark.parametrize("source, said", EXCEPTIONS)
def test_each_frequent_exception_has_its_meaning(source, said):
    with pytest.raises(Exception) as caught:
        eval(source, {"np": np})
    assert said in meaning(caught.value)


def test_what_an_exception_means_is_said():
    text = str(scaled_and_shifted().diagnose(lambda x, scale, shift=0: x + np.ones(7)))
    assert "raises ValueError" in text and "lines their shapes up from the right" in text
