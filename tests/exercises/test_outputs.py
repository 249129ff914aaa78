"""What comes back is read by name and compared."""

import numpy as np

from cnnlib.exercises.engine.mistakes import Mistake
from tests.exercises.doubled import make


def test_several_outputs_are_compared_by_name():
    right = lambda x: (x, 2 * x)  # noqa: E731
    check = make(right=right, outputs="dx dw")
    assert check.diagnose(lambda x: [x, 2 * x]).ok
    said = str(check.diagnose(lambda x: {"dx": x, "dw": 2 * x}))  # which nobody could unpack
    assert "it returned a dict, expected dx, dw." in said
    by_name = make(right=right, outputs="dx dw", call=lambda f, x: f(x))  # a dict is asked for
    assert by_name.diagnose(lambda x: {"dw": 2 * x, "dx": x}).ok
    text = str(check.diagnose(lambda x: (x, 3 * x)))
    assert "dw: expected" in text and "dx: expected" not in text
    assert "it returned an array, expected dx, dw." in str(check.diagnose(lambda x: x))


def test_the_way_in_which_a_thing_is_used_can_be_given():
    class Doubler:
        def forward(self, x):
            return 2 * x

    class Tripler:
        def forward(self, x):
            return 3 * x

    check = make(
        [Mistake("tripled", Tripler), Mistake("halved", lambda x: x / 2, direct=True)],
        right=Doubler,
        call=lambda Layer, x: Layer().forward(x),
    )
    assert check.diagnose(Doubler).ok
    assert check.diagnose(Tripler).mistakes == ["tripled"]

    class Halver:
        def forward(self, x):
            return x * 0.5

    assert check.diagnose(Halver).mistakes == ["halved"]


def test_an_infinite_number_is_like_no_other():
    infinite = [Mistake("infinite", lambda x: x * np.inf)]
    assert make(infinite).diagnose(lambda x: x * np.inf).mistakes == ["infinite"]
    assert make(infinite).diagnose(lambda x: x**3).mistakes == []
    assert make(right=lambda x: x * np.inf).diagnose(lambda x: x * np.inf).ok


def test_a_name_that_a_dict_lacks_is_said():
    check = make(right=lambda x: (x, x), outputs="w b", call=lambda f, x: f(x))
    result = check.diagnose(lambda x: {"w": x, "db": x})
    assert "the dict has no 'b': it holds 'w', 'db'." in str(result), result
