"""Stubs are told from what is written, and kindly."""

import pytest

from cnnlib.exercises.engine.unwritten import is_stub
from tests.exercises.doubled import CHECK, Doubler, double_dots, in_a_cell, make


def double_begun(x):
    """Return twice x."""
    y = 0 * x  # noqa: F841
    pass  # YOUR CODE HERE


def double_switched(x):
    double_switched.training = True  # as a stub of lesson 05 does of its network
    pass


def double_empty(x):
    pass


def double_raises(x):
    raise NotImplementedError()


def double_deep(x):
    return double_raises(x)


class Empty:
    """What a class to write as a whole is like."""

    def __init__(self):
        self.times = 2

    pass  # YOUR CODE HERE


class Written:
    pass  # YOUR CODE HERE

    def forward(self, x):
        return 2 * x


@pytest.mark.parametrize(
    "stub",
    [double_dots, double_begun, double_switched, double_empty, double_raises, double_deep]
    + [Doubler, Empty],
)
def test_a_stub_is_told_kindly_what_to_do(stub):
    result = CHECK.diagnose(stub)
    assert result.state == "todo" and result.mistakes == []
    assert str(result) == "○ double: not written yet. Write it.\nThen run this cell again."


def test_a_stub_that_was_written_below_or_above_is_none():
    def double_below(x):
        pass  # YOUR CODE HERE
        return 2 * x

    def double_above(x):
        return 2 * x
        ...

    assert CHECK.diagnose(double_below).ok and CHECK.diagnose(double_above).ok


def test_a_class_of_a_notebook_is_known_by_its_methods():
    source = "class Empty:\n    pass\nclass Written:\n    def forward(self, x):\n        return x\n"
    source += "class Begun(Written):\n    def backward(self, dy):\n        pass\n"
    stubs = {name: is_stub(in_a_cell(source, name)) for name in ("Empty", "Begun", "Written")}
    assert stubs == {"Empty": True, "Begun": True, "Written": False}


def test_what_was_written_beside_pass_is_no_stub():
    def in_place(x):
        pass  # YOUR CODE HERE
        x *= 2

    def filled(x):
        x[...] = 2 * x
        pass

    def looped(x):
        for i in range(min(x.shape)):
            x[i] = 2 * x[i]
        pass

    def call(function, x):
        y = x.copy()
        function(y)
        return y

    check = make(right=lambda x: x.__imul__(2), call=call)
    assert all(check.diagnose(each).ok for each in (in_place, filled, looped))
    assert not is_stub(in_a_cell("def f(layer, x):\n    layer.x = x\n    pass\n"))
    result = CHECK.diagnose(looped)
    assert "it returns None." in str(result)


def test_ellipsis_as_an_index_is_no_stub():
    def double_index(x):
        return 2 * x[..., :]

    assert not is_stub(double_index) and CHECK.diagnose(double_index).ok
    assert not is_stub(Written) and not is_stub(len) and not is_stub(lambda x: x)
