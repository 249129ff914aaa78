"""Mistakes are changed lines of the right version."""

import pytest

from cnnlib.exercises.engine.mistakes import Changed, changed
from cnnlib.exercises.engine.running import run
from tests.exercises.doubled import diagnose, double, named


def test_a_mistake_is_a_text_that_is_there_once_and_not_in_the_docstring():
    assert changed(double, (("2 * x", "x / 2"), ("return y", "return y + 1")))(4) == 3
    for old, times in (("3 * x", 0), ("y", 2), ("2 * x:", 0)):
        with pytest.raises(ValueError, match=f"is {times} times in double"):
            changed(double, ((old, "x"),))


def test_a_changed_function_uses_the_right_versions_of_others():
    wrong = changed(diagnose, (("exec(compile", "assert callable(diagnose) or exec(compile"),))
    assert wrong.__globals__["diagnose"] is diagnose


def test_pairs_are_made_only_of_changes_of_one_source_that_do_not_meet():
    one, two = Changed(double, (("return y", "return y + 1"),)), Changed(double, (("2", "3"),))
    assert one.joined(two)(1) == 4 and two.joined(one)(1) == 4
    for other in (one, double, Changed(named, one.changes), Changed(double, one.changes, run)):
        assert one.joined(other) is None
