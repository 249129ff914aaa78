"""What a function makes of its arguments is found by changing them."""

import numpy as np
import pytest

from cnnlib.network import Sequential
from tests.exercises.doubled import diagnose, scaled_and_shifted


@pytest.mark.parametrize(
    "body, words",
    [
        ("scale * x", "shift makes no difference"),
        ("x + shift", "scale makes no difference"),
        ("x", "scale and shift make no difference"),
        ("scale * np.arange(len(x)) + shift", "x makes no difference"),
    ],
)
def test_an_argument_that_plays_no_part_is_named(body, words):
    result = scaled_and_shifted().diagnose(eval(f"lambda x, scale, shift=0: {body}", {"np": np}))
    assert result.mistakes == ["unused"] and words in str(result), result


def test_what_only_forgets_the_size_of_an_argument_uses_it():
    result = scaled_and_shifted().diagnose(lambda x, scale, shift=0: x / np.abs(x).max())
    assert result.title == "scale and shift make no difference.", result
    cut = scaled_and_shifted().diagnose(lambda x, scale, shift=0: scale // 4 * x + shift)
    assert cut.mistakes == [], cut


def test_an_array_of_the_notebook_that_is_read_is_said_of_a_wrong_answer():
    source = "def double(x):\n    return 2 * x + w.sum()"
    assert "It reads w of the notebook" in str(diagnose(source, w=np.ones(3)))
    assert "It reads" not in str(diagnose(source.replace("w.sum()", "w"), w=0.3))
    network = 'def double(x):\n    return 7 + 5 * globals()["network"].forward(x)'
    assert "It reads network of the notebook" in str(diagnose(network, network=Sequential([])))
