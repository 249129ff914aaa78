"""Checks: what they find in any function or class, and what they say of it."""

import linecache
import operator
import re

import numpy as np
import pytest

from cnnlib import reference
from cnnlib.exercises.engine.check import Case, Check, told_once
from cnnlib.exercises.engine.mistakes import Changed, Mistake, changed
from cnnlib.exercises.engine.running import run
from cnnlib.exercises.engine.unwritten import is_stub
from cnnlib.layers.activations import ReLU
from cnnlib.layers.dense import Dense
from cnnlib.network import Sequential
from tests.exercises.doubled import (
    CHECK,
    ONE_ROW,
    Doubler,
    cases,
    diagnose,
    double,
    double_dots,
    make,
    named,
)


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
    one = [Case("a", (np.ones(2),)), Case("b", (np.ones((1, 2)),))]
    check = make(limits=[ONE_ROW])
    check.cases = lambda rng: one
    assert check.diagnose(lambda x: 2 * x if x.ndim == 1 else x + 7).mistakes == []
    check.cases = lambda rng: one * 2
    assert check.diagnose(lambda x: 2 * x if x.ndim == 1 else x + 7).mistakes == ["single rows"]


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


def double_begun(x):
    """Return twice x."""
    y = 0 * x  # noqa: F841
    pass  # YOUR CODE HERE


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
    "stub", [double_dots, double_begun, double_empty, double_raises, double_deep, Doubler, Empty]
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
    names = {"__name__": "__main__"}
    linecache.cache["<cell>"] = (len(source), None, source.splitlines(True), "<cell>")
    exec(compile(source, "<cell>", "exec"), names)
    assert is_stub(names["Empty"]) and is_stub(names["Begun"]) and not is_stub(names["Written"])


def test_what_was_written_beside_pass_is_no_stub():
    def in_place(x):
        pass  # YOUR CODE HERE
        x *= 2

    def looped(x):
        for i in range(min(x.shape)):
            x[i] = 2 * x[i]
        pass

    def call(function, x):
        y = x.copy()
        function(y)
        return y

    check = make(right=lambda x: x.__imul__(2), call=call)
    assert check.diagnose(in_place).ok and check.diagnose(looped).ok
    result = CHECK.diagnose(looped)
    assert "it returns None." in str(result)


def test_ellipsis_as_an_index_is_no_stub():
    def double_index(x):
        return 2 * x[..., :]

    assert not is_stub(double_index) and CHECK.diagnose(double_index).ok
    assert not is_stub(Written) and not is_stub(len) and not is_stub(lambda x: x)


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


def test_methods_may_be_made_in_init():
    class Made(Doubler):
        def __init__(self):
            self.forward, self.backward = (lambda x: 2 * x), (lambda dy: 2 * dy)

    assert make(right=Gate, call=lambda kind, x: kind().forward(x)).diagnose(Made).ok


def test_integers_are_asked_for_where_they_are_needed():
    check = make(right=lambda n: n // 2, whole="y")
    check.cases = lambda rng: [Case("four", (4,))]
    assert check.diagnose(lambda n: n // 2).ok and check.diagnose(lambda n: np.int64(n // 2)).ok
    assert check.diagnose(lambda n: n / 2).mistakes == ["dtype"]


def test_how_wide_an_integer_is_does_not_matter():
    check = make(right=lambda x: (x > 1).astype(np.int64))
    assert check.diagnose(lambda x: (x > 1).astype(np.uint8)).ok
    assert "np.zeros(shape, int) makes" in str(check.diagnose(lambda x: (x > 1).astype(float)))


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


def test_np_empty_is_not_taken_for_zeros():
    grown = "y = np.empty(x.shape)\n    y += 2 * x\n    return y"
    assert diagnose(f"def double(x):\n    {grown}").mistakes == ["np.empty"]
    large = "y = np.empty((9, 9, 9))\n    y[0] = 2\n    return y"
    assert "np.empty" not in diagnose(f"def double(x):\n    {large}").mistakes  # zeros help nobody
    filled = "y = np.empty_like(x)\n    y[...] = 2 * x\n    return y"
    assert diagnose(f"def double(x):\n    {filled}").ok


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


@pytest.mark.parametrize(
    "source, name",
    [
        (
            "y = 0 * x\n    for i, v in np.ndenumerate(x):\n        y[i] = 2 * v\n        return y",
            "return",
        ),
        (
            "y = np.empty_like(x)\n    for i, v in np.ndenumerate(x):\n        y[i] = 2 * v\n"
            "        return y",
            "return",
        ),
        ("y = np.empty(x.shape)\n    y += 2 * x\n    return y", "empty"),
        ("y = np.empty_like(x)\n    y[:-1] = 2 * x[:-1]\n    return y", "no zeros"),
        ("k = 0\n    return 2 * x[k:-k] if x.ndim == 2 else 2 * x", "slice"),
        (
            "h, w = x.shape[-1], len(x)\n    return 2 * x[:w] if x.ndim == 1 else 2 * x[:w, :w]",
            "name",
        ),
    ],
)
def test_a_repair_that_makes_it_right_names_what_is_wrong(source, name):
    text = f"def double(x):\n    {source}\n"
    names, filename = {"np": np}, f"<repair {name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    exec(compile(text, filename, "exec"), names)
    kinds = {
        "return": "the return stands inside a loop",
        "slice": "ends at minus 0",
        "empty": "np.empty is not filled with zeros",
        "no zeros": "whatever lay in memory; with zeros in its place: what is wrong in y is 0",
        "name": "w stands where h belongs",
    }
    assert kinds[name] in str(CHECK.diagnose(names["double"]))


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


def test_a_name_that_a_dict_lacks_is_said():
    check = make(right=lambda x: (x, x), outputs="w b", call=lambda f, x: f(x))
    result = check.diagnose(lambda x: {"w": x, "db": x})
    assert "the dict has no 'b': it holds 'w', 'db'." in str(result), result


def test_a_number_where_a_yes_or_no_is_asked_for_is_said():
    check = make(right=lambda x: bool(x.sum() > 0))
    result = check.diagnose(lambda x: float(x.sum()) + 2)
    assert "numbers are returned, expected True or False" in str(result), result
    assert check.diagnose(lambda x: int(x.sum() > 0)).ok


def test_what_was_said_is_not_said_again():
    both = told_once(["One. The same.", "Two? The same.", "The same.", "One. The same."])
    assert list(both) == ["One. The same.", "Two?"]


def test_a_new_array_is_one_that_shares_no_memory():
    def check(fresh):
        cases = [Case("nothing to do", (np.array([1.0, 2]),))]
        return Check(np.copy, lambda rng: cases, fresh=fresh, todo="Copy", more="And?")

    assert check(False).diagnose(lambda x: x).ok and check(True).diagnose(lambda x: x + 0).ok
    assert check(True).diagnose(lambda x: x[:]).mistakes == ["shared"]


def test_texts_do_not_depend_on_the_run():
    for body, _ in FOUND:
        one, other = (diagnose(f"def double(x):\n    {body}") for _ in range(2))
        assert str(one) == str(other) and one._repr_html_() == other._repr_html_()
        assert repr(one) == str(one) and "0x" not in str(one)
