"""Numbers and tables, as text and as HTML."""

import re

import numpy as np
import pytest

from cnnlib.exercises.engine.show import beside, number, tables
from tests.exercises.doubled import diagnose


def test_html_marks_wrong_numbers_and_escapes_text():
    html = diagnose("def double(x):\n    return {}['<b>']")._repr_html_()
    assert "&lt;b&gt;" in html and "<b>'" not in html and html.count("<div") == html.count("</div>")
    html = diagnose("def double(x):\n    return np.where(x > 1, 0, 2 * x)")._repr_html_()
    assert html.count("font-weight:bold") == 1 and "<table" in html


@pytest.mark.parametrize(
    "value, text",
    [(3, "3"), (3.0, "3"), (-0.0, "0"), (1 / 3, "0.3333"), (12345.6, "12346"), (True, "True")]
    + [
        (1234567.0, "1234567"),
        (9999.9, "10000"),
        (-2.5e9, "-2.5e+09"),
        (np.int64(10**10), "10000000000"),
    ]
    + [(float("nan"), "nan"), (float("-inf"), "-inf"), (1e-12, "0"), ("no", "no")],
)
def test_numbers_are_written_shortly(value, text):
    assert number(value) == text


def test_large_tables_are_cut_around_what_is_wrong():
    values = np.arange(900.0).reshape(30, 30)
    marked = np.zeros((30, 30), bool)
    marked[20, 10] = True
    (table,) = tables("y", values, marked)
    assert table.title == "y, shape (30, 30): rows 19 to 26, columns 9 to 16"
    assert "[610]" in "\n".join(table.text())
    many = tables("y", np.zeros((2, 3, 4, 4)), most=2)
    assert [t.title for t in many] == ["y[0, 0], shape (2, 3, 4, 4)", "y[0, 1]"]


def test_tables_stand_side_by_side_as_far_as_they_fit():
    few = beside([*tables("a", np.ones((2, 2))), *tables("b", np.ones((1, 2)))])
    assert len(few) == 3 and few[0].split() == "a, shape (2, 2) b, shape (1, 2)".split()
    assert max(map(len, beside(tables("a", np.ones((9, 3, 3)), most=9)))) < 100


def test_as_many_digits_are_shown_as_differ():
    text = str(diagnose("def double(x):\n    return 2 * x * (1 + 3e-7)"))
    assert "They differ by 3e-07 of the largest number, and 1e-07 is allowed." in text
    assert re.search(r"\n +2 +\[2\.0000006\]", text), text
