"""Checks: what they find in any function or class, and what they say of it."""

import re

import numpy as np
import pytest

from cnnlib.exercises.engine.check import Case, Check, Limit
from cnnlib.exercises.engine.mistakes import Mistake
from cnnlib.exercises.engine.running import run
from cnnlib.exercises.engine.words import told_once
from cnnlib.layers.activations import ReLU
from cnnlib.layers.dense import Dense
from cnnlib.network import Sequential
from tests.exercises.doubled import CHECK, ONE_ROW, Doubler, cases, diagnose, double, make, named


def test_the_hint_of_a_limit_is_about_what_is_wrong():
    limit = Limit("single rows", lambda x: x.ndim == 1, "Add z up.", of="z")
    check = make(right=lambda x: (2 * x, 3 * x), outputs="y z", limits=[limit])
    of_y = check.diagnose(lambda x: (2 * x + (x.ndim > 1) * x**3, 3 * x))
    of_z = check.diagnose(lambda x: (2 * x, 3 * x + (x.ndim > 1) * x**3))
    assert of_y.mistakes == of_z.mistakes == ["single rows"]
    assert "Add z up." in str(of_z) and "Add z up." not in str(of_y)


def test_a_right_function_is_told_so_with_its_cases_and_what_next():
    result = CHECK.diagnose(double)
    assert result.ok and result.mistakes == [] and result.require() is result
    assert str(result).splitlines() == [
        "✓ double: right in all 5 cases.",
        "Tried: one; two; three; a table; random.",
        "Go on.",
    ]


FOUND = [
    ("return 2 * x + 1", ["one is added"]),
    ("return 3 * x", ["it is tripled"]),
    ("return 3 * x + 1", ["one is added", "it is tripled"]),
    ("return -2 * x", ["all signs are turned around"]),
    ("return 0 * x", ["the result is all zeros"]),
    ("return (2 * x).astype(int)", ["fractions are cut off, as integers do"]),
    ("return 2 * x if x.ndim == 1 else x", ["single rows"]),
    ("return 2 * x if len(x) < 3 and x.ndim == 1 else x", ["short rows"]),
    ("print(2 * x)", ["printed"]),
    ("y = 2 * x", ["no return"]),
    ("x *= 2\n    return x", ["changed"]),
    ("return 2 * x + 0.5", ["difference"]),
    ("return x[0]", []),
    ("return x.tolist()", ["untouched"]),
    ("return x, x", []),
    ("return x.astype(str)", []),
    ("return x * np.nan", ["not finite"]),
    ("return x[5]", []),
]


@pytest.mark.parametrize("body, mistakes", FOUND)
def test_mistakes_are_found_and_unknown_ones_are_not_misnamed(body, mistakes):
    result = diagnose(f"def double(x):\n    {body}")
    assert result.state == "wrong" and result.mistakes == mistakes, result
    with pytest.raises(AssertionError, match="✗ double"):
        result.require()


def test_the_smallest_case_is_shown_with_wrong_numbers_marked():
    text = str(diagnose("def double(x):\n    return np.where(x > 2.5, x + 1, 2 * x)"))
    assert "x, shape (3,)" in text and "double: wrong in 2 of 5 cases." in text
    assert re.search(r"\n +2 +4 +6 +2 +4 +\[4\]$", text), text
    assert "Right: one; two; random." in text


def test_several_mistakes_that_fit_are_all_said():
    same = [Mistake("it is a", lambda x: x), Mistake("it is b", lambda x: x)]
    result = make(same).diagnose(lambda x: x)
    assert result.mistakes == ["it is a", "it is b"]
    assert "it is a or it is b" in str(result) and "All of these give" in str(result)


def test_a_mistake_is_named_only_if_it_fits_every_case():
    assert diagnose("def double(x):\n    return 2 * x + (x.ndim == 1)").mistakes == []


def test_a_mistake_that_raises_explains_a_function_that_raises_there():
    def wrong(x):
        return x if x.ndim == 1 else x[5]

    check = make([Mistake("only rows", wrong)])
    assert diagnose("def double(x):\n    return x if x.ndim == 1 else 1 / 0", check).mistakes == [
        "only rows"
    ]
    # Right values, and an error elsewhere, say nothing about which mistake it is.
    check = make([Mistake("only rows", lambda x: 2 * x if x.ndim == 1 else x[5])])
    assert (
        diagnose("def double(x):\n    return 2 * x if x.ndim == 1 else 1 / 0", check).mistakes == []
    )


def test_one_case_alone_makes_no_limit():
    row, table = Case("a", (np.ones(2),)), Case("b", (np.ones((1, 2)),))
    check = make(limits=[ONE_ROW])
    for drawn in [row, table], [row, row, table], [row, table, table], [row, table] * 2:
        check.cases = lambda rng, drawn=drawn: drawn
        found = check.diagnose(lambda x: 2 * x if x.ndim == 1 else x + 7).mistakes
        assert found == ["single rows"] * (len(drawn) == 4)


def test_a_mistake_that_fits_by_chance_is_not_named():
    drawn = {seed: cases(np.random.default_rng(seed))[-1].args[0] for seed in (0, 1)}
    by_chance = 2 * drawn[0] + 1

    def lucky(x):
        if x.shape != (2, 3):
            return 2 * x + 1
        return by_chance if np.array_equal(x, drawn[0]) else 2 * x

    assert CHECK.diagnose(lucky).mistakes == []
    assert CHECK.diagnose(lambda x: 2 * x + 1).mistakes == ["one is added"]


def test_a_shape_that_differs_is_said():
    text = str(diagnose("def double(x):\n    return (2 * x)[:-1] if x.ndim == 2 else 2 * x"))
    assert "Shape (2, 2) was expected, (1, 2) came." in text


@pytest.mark.parametrize(
    "body, fact",
    [
        ("return 7 * x", "all numbers of y are 3.5 times what they should be."),
        ("return 2 * x + 0.25", "all numbers of y are too large by 0.25."),
        ("return x, x", "the result y is a tuple of 2, expected an array or a number."),
        ("return x.astype(str)", "the result y holds <U32, expected numbers."),
    ],
)
def test_facts_about_an_unknown_mistake_are_told(body, fact):
    assert fact in str(diagnose(f"def double(x):\n    {body}"))


def test_wrong_number_of_arguments_is_told():
    text = str(CHECK.diagnose(lambda: None))
    assert "TypeError" in text and "takes 0 positional arguments but 1 was given" in text


def test_warnings_and_prints_are_shown_and_not_raised():
    text = str(diagnose("def double(x):\n    print('look', x)\n    return np.log(-abs(x))"))
    assert "NumPy warned: invalid value encountered in log." in text and "look [1.]" in text


@pytest.mark.parametrize("thing", [None, 3, np.zeros(2), "double"])
def test_a_value_in_place_of_a_function_is_told(thing):
    result = CHECK.diagnose(thing)
    assert result.state == "wrong" and "check.double(your_function)" in str(result)


def test_what_another_output_tells_is_said_where_no_mistake_explains_it():
    twice = lambda f, x: (f(x), int(len(f.calls) == 1), f.calls.clear())[:2]  # noqa: E731

    class Counting:
        def __init__(self, times):
            self.times, self.calls = times, []

        def __call__(self, x):
            self.calls += [1] * self.times
            return 2 * x

    check = make(outputs="y once", call=twice, right=Counting(1), telling={"once": "it is twice"})
    assert check.diagnose(Counting(1)).ok
    assert str(check.diagnose(Counting(2))).startswith("✗ double: it is twice.\n")


def test_a_number_where_an_array_belongs_and_an_argument_that_comes_back_are_said():
    assert "y is one number, and an array with one axis was expected" in str(
        make(right=lambda x: 2 * x.ravel()).diagnose(lambda x: x.sum())
    )
    total = make(right=lambda x: x.sum())
    assert "y is an array, and one number was expected" in str(total.diagnose(lambda x: 1 + x))
    assert "the argument x comes back as it was" in str(make().diagnose(lambda x: 1 * x))


def test_a_way_through_without_a_return_is_asked_for_and_a_problem_is_told_once():
    said = str(make().diagnose(lambda x: 2 * x if x.ndim == 1 else None))
    assert "the result y is None, expected an array or a number.\nDoes every way" in said
    assert said.count("is None") == 1
    assert str(make().diagnose(lambda x: (x, x))).count("is a tuple of 2") == 1


def test_that_an_argument_is_changed_is_said_of_a_wrong_answer_as_well():
    def spoil(x):
        x += 0.3
        return x**3

    assert "And it changes its argument x." in str(make().diagnose(spoil))
    rows = make(limits=[ONE_ROW]).diagnose(lambda x: spoil(x) if x.ndim > 1 else 2 * x)
    assert rows.mistakes == ["single rows"] and "And it changes its argument x." in str(rows)


def test_a_network_is_an_argument_like_others():
    network = Sequential([ReLU(), Dense(2, 2, rng=0)], input_shape=(2,))
    network.training = False
    for spoil, changes in (
        (lambda net: net.layers.popitem(), True),
        (lambda net: net.params["dense1.w"].fill(0), True),
        (lambda net: setattr(net, "training", True), True),
        (lambda net: net.forward(np.ones((1, 2), np.float32)), False),
    ):
        assert bool(run(spoil, (network,), 9).changed) is changes


def test_an_argument_that_is_a_function_is_shown_by_its_name():
    check = make(right=lambda f, n: f(n))
    check.cases = lambda rng: [Case("one", (abs, -1))]
    assert "Case: one, with f = abs, n = -1." in str(check.diagnose(lambda f, n: 7))


def test_what_the_check_draws_depends_on_the_seed_only():
    def remember(x):
        seen.append(x)
        return 2 * x

    seen = []
    for seed in (0, 0, 1):
        CHECK.diagnose(remember, seed)
    assert np.array_equal(seen[4], seen[12]) and not np.array_equal(seen[4], seen[20])


def test_results_in_another_order_and_in_another_shape_are_said():
    check = make(right=lambda x: (x, 2 * x), outputs="dx dw")
    assert check.diagnose(lambda x: (2 * x, x)).mistakes == ["order"]
    assert check.diagnose(lambda x: (x, 2 * x.ravel())).mistakes == ["shape"]
    assert "it returned an array, expected dx, dw." in str(check.diagnose(lambda x: x))


def test_a_default_that_is_gone_is_said():
    check = make(right=lambda x, times=2: times * x)
    check.cases = lambda rng: [Case("three times", (np.ones(2), 3)), Case("twice", (np.ones(2),))]
    assert check.diagnose(lambda x, times=2: times * x).ok
    assert check.diagnose(lambda x, times: times * x).mistakes == ["defaults"]


class Gate(Doubler):
    def forward(self, x):
        return 2 * x

    def backward(self, dy):
        return 2 * dy


def test_methods_may_be_made_in_init():
    class Made(Doubler):
        def __init__(self):
            self.forward, self.backward = (lambda x: 2 * x), (lambda dy: 2 * dy)

    assert make(right=Gate, call=lambda kind, x: kind().forward(x)).diagnose(Made).ok


def test_of_a_class_a_missing_method_and_an_object_are_said():
    class Half(Doubler):
        def forward(self, x):
            return 2 * x

    check = make(right=Gate, call=lambda kind, x: kind().forward(x))
    assert check.diagnose(Gate).ok
    assert str(check.diagnose(Half)).startswith("○ double: backward is missing. Write it.")
    text = str(check.diagnose(Gate()))
    assert (
        "the class was expected, and one of its objects came." in text
        and "check.double(Gate)" in text
    )


def test_a_result_that_changes_from_call_to_call_is_said():
    rng, check = np.random.default_rng(0), make(right=lambda x: 2 * x)
    result = check.diagnose(lambda x: 2 * x + rng.random(x.shape))
    assert result.mistakes == ["fickle"] and "numbers of its own" in str(result), result
    result = make().diagnose(lambda x: 2 * x + 1 + rng.random(x.shape) * (x.size > 1))
    assert result.mistakes == ["fickle"], result  # the first case that is wrong is not always so


def test_arguments_in_another_order_are_said():
    def turned(scale, x):
        return scale * x

    check = named("scaled", Check(lambda x, scale: scale * x, scaled_cases, todo="Scale", more="?"))
    result = check.diagnose(turned)
    assert result.ok  # it makes no difference here
    check.right = lambda x, scale: scale + 2 * x
    result = check.diagnose(lambda scale, x: scale + 2 * x)
    assert result.mistakes == ["order of arguments"] and "with x, scale." in str(result)


def scaled_cases(rng):
    return [Case("one", (np.array([1.0, 5]), 2)), Case("two", (np.array([1.0, 4, 9]), 4))]


def test_a_number_where_a_yes_or_no_is_asked_for_is_said():
    check = make(right=lambda x: bool(x.sum() > 0))
    result = check.diagnose(lambda x: float(x.sum()) + 2)
    assert "numbers are returned, expected True or False" in str(result), result
    assert check.diagnose(lambda x: int(x.sum() > 0)).ok


def test_what_was_said_is_not_said_again():
    both = told_once(["One. The same.", "Two? The same.", "The same.", "One. The same."])
    assert list(both) == ["One. The same.", "Two?"]


def test_texts_do_not_depend_on_the_run():
    for body, _ in FOUND:
        one, other = (diagnose(f"def double(x):\n    {body}") for _ in range(2))
        assert str(one) == str(other) and one._repr_html_() == other._repr_html_()
        assert repr(one) == str(one) and "0x" not in str(one)
