"""Steps are counted, and borrowed work is seen."""

import gc
import operator
import subprocess
import sys

import numpy as np
import pytest

from cnnlib import reference
from cnnlib.exercises.engine.check import Case, Steps
from cnnlib.exercises.engine.traced import count_steps
from tests.exercises.doubled import CHECK, diagnose, double, make


def test_work_that_the_package_does_is_not_the_readers():
    check = make(right=lambda x: pooled(x))
    check.cases = lambda rng: [Case("an image", (np.ones((1, 1, 3, 3)),))]
    wrapped = lambda x: reference.max_pool2d(x, (2, 2), 1)  # noqa: E731
    assert check.diagnose(wrapped).mistakes == ["borrowed"]
    assert check.diagnose(reference.max_pool2d).mistakes == ["borrowed"]
    libraries = "cnnlib.exercises.engine.traced.OTHERS"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(libraries, ("_operator",))  # as cv2 is, it is written in C
        assert "is done by _operator." in str(CHECK.diagnose(lambda x: operator.add(x, x)))
    other = {"__name__": "scipy.signal"}
    exec("def double(x):\n    return x + x", other)
    assert "is done by scipy." in str(CHECK.diagnose(lambda x: other["double"](x)))


def pooled(x):
    return reference.max_pool2d(x, (2, 2), 1)


LOOPING = {
    "loop": "y = x.copy()\n    for i in np.ndindex(x.shape):\n        y[i] *= 2\n    return y",
    "comprehension": "return np.array([2 * v for v in x.ravel()]).reshape(x.shape)",
    "vectorize": "return np.vectorize(lambda v: 2.0 * v)(x)",
}


FAST = make(steps=Steps((np.ones((2, 3)),), (np.ones((20, 30)),), "pixels", "One product."))


@pytest.mark.parametrize("body", LOOPING.values(), ids=LOOPING)
def test_loops_over_pixels_are_counted(body):
    before = sys.gettrace()
    result = diagnose(f"def double(x):\n    {body}", FAST)
    assert result.mistakes == ["loops"] and "still loops over pixels" in str(result)
    assert str(result) == str(diagnose(f"def double(x):\n    {body}", FAST))
    assert sys.gettrace() is before
    assert FAST.diagnose(double).ok


def test_steps_are_the_same_each_time():
    counts = {count_steps(lambda n: [i for i in range(n)], (n,), 5) for n in (70, 70, 70)}
    assert len(counts) == 1 and counts.pop() > 3 * 70  # several for each turn


FIRST = """
from cnnlib.exercises.engine.traced import count_steps
def double(n):
    return [i for i in range(n)]
print(len({count_steps(double, (70,), 5) for k in range(2)}))
"""


def test_the_first_of_a_session_are_counted_as_the_next():
    """Which Python 3.12 does not do by itself."""
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True)
    assert done.stdout == "1\n", done


def test_what_is_collected_meanwhile_takes_no_step():
    """For nothing is."""
    collecting = []
    assert count_steps(lambda: collecting.append(gc.isenabled()), (), 5)
    assert collecting == [False] and gc.isenabled()
