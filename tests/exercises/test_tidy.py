"""What is said of answers whose numbers are right."""

import numpy as np

from cnnlib.exercises.engine.check import Case, Check
from tests.exercises.doubled import diagnose, double, make


def test_integers_are_asked_for_where_they_are_needed():
    check = make(right=lambda n: n // 2, whole="y")
    check.cases = lambda rng: [Case("four", (4,))]
    assert check.diagnose(lambda n: n // 2).ok and check.diagnose(lambda n: np.int64(n // 2)).ok
    assert check.diagnose(lambda n: n / 2).mistakes == ["dtype"]


def test_how_wide_an_integer_is_does_not_matter():
    check = make(right=lambda x: (x > 1).astype(np.int64))
    assert check.diagnose(lambda x: (x > 1).astype(np.uint8)).ok
    assert "np.zeros(shape, int) makes" in str(check.diagnose(lambda x: (x > 1).astype(float)))


def test_float64_is_a_tick_with_a_remark_and_a_list_is_an_array():
    single = make(right=lambda x: 2 * np.float32(x))
    assert "A remark: y is float64 where float32 came in." in str(single.diagnose(double))
    assert diagnose("def double(x):\n    return np.float32(2 * x)").mistakes == ["dtype"]
    assert diagnose("def double(x):\n    return (2 * x).tolist()").ok
    made = make(right=lambda n: np.ones(n))
    made.cases = lambda rng: [Case("four", (4,))]
    assert "remark" not in str(made.diagnose(lambda n: np.ones(n, np.float32)))  # nothing came in
    ragged = "def double(x):\n    return [[1], [2, 3]]"
    assert "the rows of the list y differ in length." in str(diagnose(ragged))


def test_a_new_array_is_one_that_shares_no_memory():
    def check(fresh):
        cases = [Case("nothing to do", (np.array([1.0, 2]),))]
        return Check(np.copy, lambda rng: cases, fresh=fresh, todo="Copy", more="And?")

    assert check(False).diagnose(lambda x: x).ok and check(True).diagnose(lambda x: x + 0).ok
    assert check(True).diagnose(lambda x: x[:]).mistakes == ["shared"]
