"""The machinery of the exercise checks: what it finds in any function, and how it says so."""

import gc
import itertools
import linecache
import operator
import os
import re
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from cnnlib import here, reference
from cnnlib.exercises.engine import progress
from cnnlib.exercises.engine import result as engine_result
from cnnlib.exercises.engine.check import Case, Check, Limit, Steps, told_once
from cnnlib.exercises.engine.errors import explain, meaning
from cnnlib.exercises.engine.goal import Goal
from cnnlib.exercises.engine.mistakes import Changed, Mistake, changed, mistakes
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.result import Refused, collect
from cnnlib.exercises.engine.running import Patience, run, within
from cnnlib.exercises.engine.seen import fact
from cnnlib.exercises.engine.show import beside, number, tables
from cnnlib.exercises.engine.traced import count_steps
from cnnlib.exercises.engine.whose import is_stub
from cnnlib.layers.activations import ReLU
from cnnlib.layers.dense import Dense
from cnnlib.network import Sequential


def double(x):
    """Return twice x: 2 * x."""
    y = 2 * x
    return y


def cases(rng):
    return [
        Case("one", (np.array([1.0]),)),
        Case("two", (np.array([1.5, -2]),)),
        Case("three", (np.array([1.0, 2, 3]),)),
        Case("a table", (np.array([[1.0, 2], [3, 4]]),)),
        Case("random", (rng.normal(size=(2, 3)),)),
    ]


def make(mistakes=(), limits=(), right=double, **given):
    given = {"todo": "Write it", "more": "Go on."} | given
    return named("double", Check(right, cases, mistakes, limits, **given))


def named(name, task):
    collect("99", {name: task})
    return task


ONE_ROW = Limit("single rows", lambda x: x.ndim == 1, "Tables, too?")
CHECK = make(
    mistakes(
        double,
        ("one is added", {"return y": "return y + 1"}, "Add nothing."),
        ("it is tripled", {"2 * x": "3 * x"}, "Twice."),
    ),
    [ONE_ROW, Limit("short rows", lambda x: x.ndim == 1 and len(x) < 3, "Longer?")],
)


def diagnose(source, check=CHECK, **names):
    """Check a function that is given as text."""
    names["np"] = np
    exec(compile(source, "<reader>", "exec"), names)
    return check.diagnose(names["double"])


# ---------------------------------------------------------------------- what is found


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


def test_an_exception_is_told_by_the_readers_own_lines():
    source = (
        "def helper(x, i):\n    return x[i + 5]\ndef double(x):\n    k = 2\n    return helper(x, k)"
    )
    text = str(diagnose(source))
    assert "it raises IndexError in 5 of 5 cases." in text
    assert "line 5, in double:" in text and "line 2, in helper:" in text
    assert "IndexError: index 7 is out of bounds" in text and "cnnlib" not in text


def test_what_the_names_of_the_line_held_is_told():
    names = {}
    filename = "<a reader>"
    source = "def f(x, k):\n    return x[k]\n"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    exec(compile(source, filename, "exec"), names)
    assert explain(run(names["f"], ((1, 2), 10**400), 5).error)[1] == "there x is (1, 2)"
    outcome = run(names["f"], (np.zeros((2, 3)), 4), 5)
    assert explain(outcome.error) == [
        "line 2, in f:  return x[k]",
        "there x has the shape (2, 3), k is 4",
        "IndexError: index 4 is out of bounds for axis 0 with size 2",
    ]


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


def double_dots(x):
    """Return twice x."""
    ...


def double_begun(x):
    """Return twice x."""
    y = 0 * x  # noqa: F841
    pass  # YOUR CODE HERE


def double_empty(x):
    pass


class Doubler:
    """What a class with a method to write is like."""

    def __init__(self):
        self.times = 2

    def forward(self, x):
        return self.times * x

    def backward(self, dy):
        """Return the gradient."""
        pass  # YOUR CODE HERE


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


# ---------------------------------------------------------------------- too long, too many steps


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm")
def test_an_alarm_that_comes_after_the_end_does_no_harm():
    """It did in one of a thousand runs: another thread had not taken it yet."""
    code = """
import os, signal
from cnnlib.exercises.engine.running import within
def f():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    os.kill(os.getpid(), signal.SIGALRM)
within(9, f, ())
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm")
def test_an_alarm_that_rings_while_it_is_stopped_does_not_start_again(monkeypatch):
    stop = signal.setitimer

    def ringing(which, seconds, interval=0.0):
        before = stop(which, seconds, interval)
        if seconds == 0:
            signal.getsignal(signal.SIGALRM)(signal.SIGALRM, None)
        return before

    monkeypatch.setattr(signal, "setitimer", ringing)
    within(9, abs, (-1,))
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm")
@pytest.mark.parametrize(
    "body", ["while True:\n        pass", "import threading\n    threading.Event().wait()"]
)
def test_an_endless_loop_is_stopped_and_the_alarm_given_back(body):
    before = signal.getsignal(signal.SIGALRM)
    result = diagnose(f"def double(x):\n    {body}", make(seconds=0.3))
    assert result.mistakes == ["endless"]  # that it came is what shows that it was stopped
    assert "not finished after 0.3 seconds" in str(result)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_loop_that_is_endless_in_a_later_case_is_stopped():
    source = "def double(x):\n    while x.ndim > 1:\n        pass\n    return 2 * x"
    result = diagnose(source, make(seconds=2))
    assert result.mistakes == ["endless"] and "Case: a table" in str(result)


def test_an_endless_loop_is_stopped_outside_the_main_thread_as_well():
    found = []
    source = "def double(x):\n    while True:\n        x = x + 1"
    thread = threading.Thread(
        target=lambda: found.append(diagnose(source, make(seconds=0.3))), daemon=True
    )
    thread.start()
    thread.join(600)
    assert found and found[0].mistakes == ["endless"]


def test_the_time_limit_does_not_touch_what_is_quick():
    assert within(5, sum, (range(10),)) == 45
    outcome = run(lambda x: x.sum(), (np.ones(3),), 5)
    assert outcome.value == 3 and not outcome.late and outcome.changed == []


def test_of_time_that_other_programs_take_a_sixth_counts():
    patience = Patience(600)
    patience.wall -= 1800
    assert 299 < patience.left() <= 300
    patience.work -= 400
    assert 199 < patience.left() <= 200


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
    counts = {count_steps(lambda n: [i for i in range(n)], (n,), 5) for n in (7, 7, 7)}
    assert len(counts) == 1 and counts.pop() >= 7


def test_what_is_collected_meanwhile_takes_no_step():
    class Noisy:
        def __init__(self):
            self.me = self

        def __del__(self):
            for _ in range(50):
                pass

    junk = [Noisy() for _ in range(50)]
    del junk
    steps = count_steps(lambda n: list(map(list, [()] * n)), (3000,), 5)
    assert steps < 50 and gc.isenabled()


# ---------------------------------------------------------------------- how it is said


def test_html_marks_wrong_numbers_and_escapes_text():
    html = diagnose("def double(x):\n    return {}['<b>']")._repr_html_()
    assert "&lt;b&gt;" in html and "<b>'" not in html and html.count("<div") == html.count("</div>")
    html = diagnose("def double(x):\n    return np.where(x > 1, 0, 2 * x)")._repr_html_()
    assert html.count("font-weight:bold") == 1 and "<table" in html


def test_texts_do_not_depend_on_the_run():
    for body, _ in FOUND:
        one, other = (diagnose(f"def double(x):\n    {body}") for _ in range(2))
        assert str(one) == str(other) and one._repr_html_() == other._repr_html_()
        assert repr(one) == str(one) and "0x" not in str(one)


@pytest.mark.parametrize(
    "value, text",
    [(3, "3"), (3.0, "3"), (-0.0, "0"), (1 / 3, "0.3333"), (12345.6, "1.235e+04"), (True, "True")]
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


# ---------------------------------------------------------------------- questions and goals

SIZES = Question(
    lambda a, b: a * b,
    {"p": (3, 4), "q": (2, 2), "r": (5, 1)},
    [
        Mistake("they are added", lambda a, b: a + b, "Times."),
        Mistake("only the first counts", lambda a, b: a, "Both."),
        Mistake("only the second counts, and less", lambda a, b: b - 1 + (b == 1), "Both."),
    ],
    todo="Put numbers in place of None",
    more="And 6 by 7?",
    hint="Count.",
)
collect("99", {"sizes": SIZES})


@pytest.mark.parametrize(
    "given, state, mistakes",
    [
        ({"p": 12, "q": 4, "r": 5}, "done", []),
        ({"p": 12.0, "q": np.int64(4), "r": np.float32(5)}, "done", []),
        ({"p": None, "q": None, "r": ...}, "todo", []),
        ({}, "todo", []),
        ({"p": 12, "q": None}, "todo", []),
        ({"p": 7, "q": 4, "r": 6}, "wrong", ["they are added"]),
        ({"p": 3, "q": 2, "r": 5}, "wrong", ["only the first counts"]),
        ({"p": 3, "q": 4, "r": 6}, "wrong", ["only the first counts", "they are added"]),
        ({"p": 99, "q": 4, "r": 5}, "wrong", []),
        ({"p": 3, "q": 4, "r": 99}, "wrong", ["only the first counts"]),
        ({"p": "many", "q": 4, "r": 5}, "wrong", []),
        ({"p": [12, 4], "q": 4, "r": 5}, "wrong", []),
        ({"p": np.array([1, 2]), "q": 4, "r": 5}, "wrong", []),
    ],
)
def test_answers_are_judged_part_by_part(given, state, mistakes):
    result = SIZES.diagnose(given)
    assert (result.state, result.mistakes) == (state, mistakes), result
    assert not re.search(r"\b12\b", str(result)), "it gives an answer away"


def test_of_two_causes_that_of_the_other_wrong_answers_is_said():
    assert SIZES.diagnose(p=3, q=2, r=5).mistakes == ["only the first counts"]
    assert SIZES.diagnose(p=3, q=1, r=1).mistakes == ["only the second counts, and less"]
    several = ["only the first counts", "they are added"]  # and of p not the second, which q denies
    assert SIZES.diagnose(p=3, q=2, r=6).mistakes == several


def test_a_guess_and_answers_at_other_places_are_said():
    hand = named("hand", Question({"a": 3, "b": 5, "c": 8}, todo="", more="", hint="Count."))
    assert "The same answer stands everywhere" in str(hand.diagnose(4, 4, 4))
    assert "but not at their places" in str(hand.diagnose(5, 8, 3))
    assert "places" not in str(hand.diagnose(5, 8, 4)) + str(hand.diagnose(3, 5, 7))


def test_answers_come_in_any_form():
    assert SIZES.diagnose(12, 4, 5).ok and SIZES.diagnose(p=12, q=4, r=5).ok
    letter = named("letter", Question({"a": "B"}, todo="", more="", hint="Look again."))
    assert letter.diagnose("b ").ok
    assert str(letter.diagnose("c")) == "✗ letter: not right.\nc is not right. Look again."


def test_a_goal_says_how_far_it_is():
    def measure(thing):
        if thing() < 0:
            raise Refused("it is negative")
        return thing(), "It was tried."

    goal = named("far", Goal(measure, 0.9, form="{:.0%}", todo="Write it", more="Further?"))
    assert (
        str(goal.diagnose(lambda: 0.95)) == "✓ far: 95%; the goal is 90%.\nIt was tried.\nFurther?"
    )
    assert str(goal.diagnose(lambda: 0.5)) == "✗ far: 50%; the goal is 90%.\nIt was tried."
    assert str(goal.diagnose(lambda: -1)) == "✗ far: it is negative"
    assert "it raises ZeroDivisionError.\n" in str(goal.diagnose(lambda: 1 / 0))
    assert goal.diagnose(double_dots).state == goal.diagnose(None).state == "todo"
    goal.seconds = 0.2
    assert goal.diagnose(lambda: sum(0 for _ in itertools.count())).mistakes == ["endless"]


def test_a_goal_is_measured_once_what_comes_first_is_right():
    measured = lambda thing: (thing(3), "Measured.")  # noqa: E731
    goal = Goal(measured, 6, form="{}", todo="Write it", more="Go on.", first=CHECK)
    named("double", goal)
    assert goal.diagnose(lambda x: 2 * x).ok and "Measured" in str(goal.diagnose(lambda x: 2 * x))
    assert goal.diagnose(lambda x: 3 * x).mistakes == ["it is tripled"]


def test_a_check_is_more_patient_in_the_browser(monkeypatch):
    monkeypatch.setattr(here, "BROWSER", True)
    goal = Goal(sum, 1, form="{}", todo="", more="", seconds=30)
    assert (make(seconds=2).seconds, goal.seconds) == (20, 300)


# ---------------------------------------------------------------------- grading and progress


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    monkeypatch.setattr(progress, "DONE", {})
    monkeypatch.setattr(progress, "TASKS", {})
    monkeypatch.delenv("PYTEST_VERSION", raising=False)
    monkeypatch.delenv("CNNLIB_PROGRESS", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    collect("99", {"double": CHECK, "sizes": SIZES})
    return tmp_path / "cnnlib" / "progress" / "99"


def test_in_grading_a_wrong_answer_raises_and_nothing_is_kept(fresh, monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setattr(engine_result, "GRADING", True)
    with pytest.raises(AssertionError, match="one is added") as caught:
        CHECK(lambda x: 2 * x + 1)
    assert caught.value._render_traceback_()[0] == "✗ double: one is added."
    with pytest.raises(AssertionError, match="not written yet"):
        CHECK(double_dots)
    result = CHECK(double)
    result._ipython_display_()
    assert "right in all 5 cases" in capsys.readouterr().out and not fresh.exists()


def test_otherwise_it_only_shows(fresh):
    assert CHECK(lambda x: x).state == "wrong"
    with pytest.raises(NotImplementedError):
        CHECK(double)._ipython_display_()


def test_what_is_done_is_kept_and_shown(fresh):
    CHECK(lambda x: x)
    assert not fresh.exists() and str(progress.progress()) == "99  0 of 2:  ○ double  ○ sizes"
    CHECK(double)
    CHECK(double)
    assert [path.name for path in fresh.iterdir()] == ["double"]
    progress.DONE.clear()  # another session
    SIZES(12, 4, 5)
    assert progress.load() == {"99": ["sizes", "double"]}
    assert str(progress.progress()) == "99  2 of 2:  ✓ double  ✓ sizes"
    assert "✓ sizes" in progress.progress()._repr_html_()


def test_a_cell_that_needs_a_task_waits_for_it(fresh):
    for thing in (double_dots, lambda x: x):
        CHECK(thing)
        uses = "○ This cell uses double and sizes. Go on until the checks above are"
        with pytest.raises(progress.NotYet, match=uses) as caught:
            progress.need(CHECK, SIZES)
        assert caught.value._render_traceback_() == [str(caught.value)]
        with pytest.raises(progress.NotYet, match="uses double, double and sizes"):
            progress.need(CHECK, CHECK, SIZES)
        with pytest.raises(progress.NotYet, match="uses double. Go on until the check above is"):
            progress.need(CHECK)
    CHECK(double)
    SIZES(12, 4, 5)
    progress.need(CHECK, SIZES)


def test_of_other_lessons_what_was_begun_is_shown(fresh):
    (fresh.parent / "98").mkdir(parents=True)
    (fresh.parent / "98" / "old").touch()
    assert str(progress.progress()).splitlines()[0] == "98  1 of 1:  ✓ old"


def test_two_kernels_that_note_something_at_once_lose_nothing(fresh):
    code = "import sys\nfrom cnnlib.exercises.engine import progress\n"
    code += "for i in range(200): progress.record(sys.argv[1], f'{sys.argv[2]}-{i}')"
    env = {k: v for k, v in os.environ.items() if k != "PYTEST_VERSION"}
    kernels = [
        subprocess.Popen([sys.executable, "-c", code, lesson, name], env=env)
        for lesson, name in (("99", "a"), ("99", "b"), ("98", "c"))
    ]
    assert [kernel.wait() for kernel in kernels] == [0, 0, 0]
    done = progress.load()
    assert len(done["99"]) == 400 and len(done["98"]) == 200


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_is_not_followed(fresh, tmp_path):
    fresh.mkdir(parents=True)
    (fresh / "double").symlink_to(tmp_path / "elsewhere")
    assert CHECK(double).ok and not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_written_is_no_failure(fresh, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert CHECK(double).ok and progress.load() == {"99": ["double"]}


def test_under_tests_and_on_request_nothing_is_written(fresh, monkeypatch):
    monkeypatch.setenv("CNNLIB_PROGRESS", "off")
    assert progress.state_folder() is None
    CHECK(double)
    assert not fresh.exists() and str(progress.progress()).startswith("99  1 of 2")
    monkeypatch.delenv("CNNLIB_PROGRESS")
    assert progress.state_folder() == fresh.parent
    monkeypatch.setenv("PYTEST_VERSION", "9")
    assert progress.state_folder() is None


def test_without_a_state_folder_it_is_under_home(monkeypatch, tmp_path):
    for name in ("PYTEST_VERSION", "XDG_STATE_HOME", "CNNLIB_PROGRESS", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE"):  # the one of Windows
        monkeypatch.setenv(name, str(tmp_path))
    assert progress.state_folder() == tmp_path / ".local" / "state" / "cnnlib" / "progress"


# ---------------------------------------------------------------------- rude cells, small repairs

SWALLOWED = {
    "an endless loop": "while 1:\n        try:\n            x = x\n        except:\n            x",
    "one that ends": "try:\n        while 1:\n            x\n    except:\n        return 2 * x",
}


@pytest.mark.parametrize("body", SWALLOWED.values(), ids=SWALLOWED)
def test_the_end_of_the_time_cannot_be_caught(body):
    assert diagnose(f"def double(x):\n    {body}", make(seconds=0.3)).mistakes == ["endless"]


def test_exit_does_not_end_the_session(monkeypatch):
    class Shell:
        def ask_exit(self):
            ended.append(1)

    ended, shell = [], Shell()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    result = diagnose("def double(x):\n    shell.ask_exit()", shell=shell)
    assert "it calls exit(), which would end the session: use return." in str(result)
    shell.ask_exit()
    assert ended == [1]


def test_a_shell_without_exit_is_as_good(monkeypatch):
    """The one of the browser edition."""
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: object()))
    assert diagnose("def double(x):\n    return 2 * x").ok


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


def test_as_many_digits_are_shown_as_differ():
    text = str(diagnose("def double(x):\n    return 2 * x * (1 + 3e-7)"))
    assert "They differ by 3e-07 of the largest number, and 1e-07 is allowed." in text
    assert re.search(r"\n +2 +\[2\.0000006\]", text), text


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


@pytest.mark.parametrize("given", ["12", "12.0", "12,0", " 12 ", "12 numbers", np.array([12])])
def test_a_number_may_be_written_in_any_usual_way(given):
    assert SIZES.diagnose({"p": given, "q": 4, "r": "5"}).ok


@pytest.mark.parametrize(
    "given, right",
    [
        ("ln 10", 2.302585),
        ("2 ln 2", 1.386294),
        ("-math.log(1/2)", 0.693147),
        ("\u22480.69", 0.693147),
        ("~ 0.69", 0.693147),
        ("\u22120.5", -0.5),
        ("\u00bd", 0.5),
        ("-1\u00bd", -1.5),
        ("= 8", 8),
        ("2^3", 8),
        ("64*64*9", 36864),
        ("64 \u00d7 64 \u00d7 9 = 36 864", 36864),
        ("2.25x", 2.25),
        ("0.16 (rounded)", 0.157),
        ("1/3", 0.333333),
    ],
)
def test_a_number_may_be_spelt_or_worked_out(given, right):
    pen = named("pen", Question({"a": right}, todo="", more="", hint="Ten.", decimals=2))
    assert pen.diagnose(given).ok
    other = named("pen", Question({"a": 1.1 * right}, todo="", more="", hint="Ten.", decimals=2))
    assert other.diagnose(given).state == "wrong"


@pytest.mark.parametrize("given", ["!= 5", "<= 5", ">= 5"])
def test_what_a_number_is_not_is_no_answer(given):
    assert not named("pen", Question({"a": 5}, todo="", more="", hint="")).diagnose(given).ok


@pytest.mark.parametrize("given", ["ln ten", "log(0)", "9**9**9**9", "(-8) ** 0.5", "(" * 300])
def test_where_a_number_is_asked_for_another_text_is_told_so(given):
    pen = named("pen", Question({"a": 2.0}, todo="", more="", hint="Ten."))
    assert "is not right. A number is asked for. Ten." in str(pen.diagnose(given))


@pytest.mark.parametrize("given", ["200 704", "200,704", "200_704", "200'704", 200704.0])
def test_thousands_may_be_set_apart(given):
    assert named("many", Question({"a": 200704}, todo="", more="", hint="")).diagnose(given).ok


def test_a_mistake_that_would_show_in_an_answer_that_nothing_explains_is_not_claimed():
    result = SIZES.diagnose({"p": 7, "q": 99, "r": 5})
    assert result.mistakes == ["they are added"], result  # q is 4 when added, and that is right
    result = SIZES.diagnose({"p": 99, "q": 2, "r": 5})
    assert result.mistakes == [] and "only the first" not in str(result), result


@pytest.mark.parametrize("number, asked", [(24, True), (-0.69, True), (2, False)])
def test_a_mistake_that_other_answers_deny_is_asked_about_if_its_number_is_a_rare_one(
    number, asked
):
    twice = Mistake("it is doubled", {"a": number, "b": 22}, "Once.")
    sizes = named("sizes", Question({"a": 1, "b": 11}, None, [twice], todo="", more="", hint="No."))
    said = str(sizes.diagnose(a=number, b=11))
    assert "is not right. No." in said and ("Perhaps it is doubled?" in said) == asked


def test_none_is_no_answer_that_a_mistake_leads_to():
    swapped = Mistake("a is taken for b", {"a": "y"}, "Look.")
    letters = Question({"a": "x", "b": "y"}, None, [swapped], todo="", more="", hint="No.")
    assert named("letters", letters).diagnose({"a": "x", "b": "none"}).mistakes == []


def test_answers_may_be_rounded_as_far_as_is_said():
    pen = named("pen", Question({"a": 2.302585}, todo="", more="", hint="Ten.", decimals=2))
    assert all(pen.diagnose(a).ok for a in (2.3, 2.303, 2.3026, "2.30"))
    assert not pen.diagnose(2.31).ok and not pen.diagnose(2.29).ok
    short = named("short", Question({"a": 1.386}, todo="", more="", hint="Two.", decimals=2))
    assert "1.4 is right as far as it goes; 2 digits" in str(short.diagnose(1.4))
    assert all("Two." in str(short.diagnose(a)) for a in (1.3, 1.35, 1))
    assert "A single answer is asked for." in str(pen.diagnose((1, 0)))
    coarse = named("coarse", Question({"a": 0.0707}, todo="", more="", hint="Root.", decimals=3))
    assert "0.07 is right as far as it goes" in str(coarse.diagnose(0.07))
    assert "Root." in str(coarse.diagnose(0.1))  # which is nearly half as much again
    letter = named("letter", Question({"a": "grad_cam"}, todo="", more="", hint="Look."))
    assert letter.diagnose("Grad-CAM").ok and letter.diagnose("grad cam").ok
    assert letter.diagnose("`grad_cam`").ok and letter.diagnose("grad_cam()").ok
    words = Question({"a": "low", "b": "high", "c": "sound"}, todo="", more="", hint="Look.")
    said = str(named("words", words).diagnose("low", "over", "low"))
    assert "b: over is none of the answers, which are high; low; sound." in said
    assert "c: low is not right. Look." in said


# ---------------------------------------------------------------------- facts without a mistake

TABLE = np.arange(1.0, 7).reshape(2, 3)
LARGE = np.arange(-4.0, 8).reshape(3, 4)
SEEN = [
    ("axes", "in another order", lambda y: y.T),
    ("short", "missing at the end", lambda y: y[:-1]),
    ("short", "missing at the beginning", lambda y: y[1:, 1:]),
    ("long", "more all around", lambda y: np.pad(y, 1)),
    ("long", "more at the end", lambda y: np.pad(y, ((0, 2), (0, 0)))),
    ("places", "not at their places", lambda y: y[::-1]),
    ("signs", "some signs are not", np.abs),
    ("zero", "is 0, everything else", lambda y: y * (y != 7)),
    ("scale", "changes from case to case: 6; 12", lambda y: y * y.size),
    ("factor", "of y are 0.125 times", lambda y: y / 8),
    ("difference", "of y are too small by 2.5", lambda y: y - 2.5),
    (
        "not finite",
        "in y is nan or infinite",
        lambda y: np.where(y > 5, np.inf, np.where(y == 4, np.nan, y)),
    ),
    ("bound", "should be above 5 in y comes out as 5", lambda y: np.minimum(y, 5)),
    ("bound", "should be below -1 in y comes out as -1", lambda y: np.maximum(y, -1)),
    ("bound", "should be above 0 in y comes out as 0", lambda y: np.where(y > 0, -0.0, y)),
    ("constant", "wrong in y is 9 everywhere", lambda y: np.where(y % 2 == 0, 9, y)),
    ("function", "of y is the square of what it should be", np.square),
    ("function", "of y is 1 minus what it should be", lambda y: 1 - y),
    ("rounded", "of y are rounded down", np.floor),
    ("rounded", "of y are rounded to whole numbers", np.round),
    ("nearly", "no number of y is off by more than about 1e-03", lambda y: y + 0.007 * (y == 7)),
    ("all the same", "of y are the same", lambda y: np.full_like(y, 9)),
    ("the same along an axis", "first axis all that y holds", lambda y: np.ones_like(y) * y[0]),
    ("the same along an axis", "second axis all", lambda y: np.ones_like(y) * y[:, 1:2]),
    ("first alone", "only the first along the second axis", lambda y: y * 2 - y[:, :1]),
    ("", "", lambda y: y + y**2),
]


@pytest.mark.parametrize("name, words, change", SEEN)
def test_what_all_wrong_results_have_in_common_is_said(name, words, change):
    pairs = [(change(y), y) for y in (TABLE + 1, LARGE + 0.5, LARGE)]
    found = fact({"y": pairs}, lambda a, b: a.shape == b.shape and np.allclose(a, b))
    title, _, short = found or ("", "", "")
    assert short == name and words in title and (not found or "y" in title)


@pytest.mark.parametrize(
    "change, short",
    [
        (lambda y: y > 3, "the same along an axis"),
        (lambda y: np.full_like(y, np.inf), "not finite"),
        (lambda y: np.full_like(y, np.nan), "not finite"),
        (lambda y: y[:0], None),
        (lambda y: np.abs(y).astype(np.uint8), "signs"),
        (lambda y: y + 1e-6 * (y == 4), "nearly"),
    ],
)
def test_of_yes_and_no_of_nothing_and_of_nan_no_more_is_said_than_is_true(change, short):
    found = fact({"y": [(change(y), y) for y in (TABLE, LARGE, 0 * TABLE)]}, np.array_equal)
    assert (found[2] if found else None) == short, found


@pytest.mark.parametrize(
    "change",
    [
        lambda y: np.sqrt(np.maximum(y, 0)),
        lambda y: 1 / np.where(y == 0, 1, y),
        lambda y: np.log(np.where(y > 0, y, 1)),
    ],
)
def test_what_a_function_is_not_defined_for_is_not_told_as_its_value(change):
    y = np.array([-1.0, 0, 0.5, 2, 4])
    assert fact({"y": [(change(y), y)]}, np.allclose) is None


def test_to_how_many_digits_it_is_rounded_is_said_where_it_shows():
    close = lambda a, b: np.allclose(a, b, 0, 1e-12)  # noqa: E731
    known, open_ = np.array([1.23456789, 2, 3, 4]), np.array([1 + 4e-8, 2.25, 3, 4])
    assert "to 6 digits" in fact({"y": [(np.round(known, 6), known)]}, close)[0]
    assert "to few digits" in fact({"y": [(np.round(open_, 6), open_)]}, close)[0]


def test_the_rest_is_not_called_right_if_it_is_wrong_by_little():
    wanted = np.array([1e-6, 2e-6, 3e-6, 5, 6])
    came = np.array([8e-6, 7e-6, 1e-6, 9, 9])
    assert fact({"y": [(came, wanted)]}, lambda a, b: np.allclose(a, b, atol=1e-9)) is None


def test_one_number_is_not_told_as_all():
    """Of one number each, any wrong one is some times the right one."""
    pairs = [(np.array(3.0), np.array(1.0)), (np.array(7.0), np.array(2.0)), (TABLE, TABLE)]
    assert fact({"y": pairs}, np.allclose) is None


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


def test_fractions_in_place_of_whole_numbers_are_said():
    counts = np.arange(6).reshape(2, 3)
    assert fact({"y": [(counts + counts**2 / 3, counts)]}, np.array_equal)[2] == "fractions"
    assert fact({"y": [(counts + counts**3, counts)]}, np.array_equal) is None


def test_numbers_that_should_be_zero_are_said():
    pairs = [(TABLE, TABLE * (TABLE > 3)), (LARGE, LARGE * (LARGE > 0))]
    assert fact({"y": pairs}, np.array_equal)[2] == "not zero"


def test_what_is_not_true_of_all_cases_and_outputs_is_not_said():
    assert fact({"y": [(TABLE.T, TABLE), (LARGE + 1, LARGE)]}, np.array_equal) is None
    pairs = {"y": [(TABLE**3, TABLE)], "z": [(TABLE.T, TABLE)]}
    assert fact(pairs, np.array_equal) is None
    assert "y and z" in fact(dict.fromkeys("yz", pairs["z"]), np.array_equal)[0]


def test_what_is_true_of_the_output_that_is_shown_is_said_of_that_alone():
    check = make(right=lambda x: (2 * x, x), outputs="y z")
    first = check.diagnose(lambda x: (2 * x + 0.5, x**3))
    assert first.mistakes == ["difference"] and "all numbers of y are too" in str(first), first
    assert check.diagnose(lambda x: (2 * x + x**3, x + 0.5)).mistakes == []
    both = check.diagnose(lambda x: (2 * x + 0.5, x + 0.5))
    assert "all numbers of y and z are too" in str(both), both


def test_a_yes_that_should_be_a_no_is_said():
    answers = [(np.array(True), np.array(wanted)) for wanted in (True, False)]
    assert fact({"answer": answers}, np.array_equal)[2] == "True"
    assert fact({"answer": answers + [(~v, v) for _, v in answers]}, np.array_equal) is None
    twos = [(np.array(2), np.array(True)), (np.array(0), np.array(False))]
    assert fact({"answer": twos}, np.array_equal) is None


def scaled_and_shifted():
    return Check(
        lambda x, scale, shift=0: scale * x + shift,
        lambda rng: [
            Case("one", (np.array([1.0, 5]), 2, 3)),
            Case("two", (np.array([1.0, 4, 9]), 4, 1)),
            Case("three", (rng.normal(size=5), 5, 7)),
        ],
        todo="Scale",
        more="And?",
    )


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
    assert "x makes" not in str(result) and "scale and shift make" in str(result)
    cut = scaled_and_shifted().diagnose(lambda x, scale, shift=0: scale // 4 * x + shift)
    assert cut.mistakes == [], cut


def test_what_an_exception_means_is_said():
    text = str(scaled_and_shifted().diagnose(lambda x, scale, shift=0: x + np.ones(7)))
    assert "raises ValueError" in text and "lines their shapes up from the right" in text


def test_an_array_of_the_notebook_that_is_read_is_said_of_a_wrong_answer():
    source = "def double(x):\n    return 2 * x + w.sum()"
    assert "It reads w of the notebook" in str(diagnose(source, w=np.ones(3)))
    assert "It reads" not in str(diagnose(source.replace("w.sum()", "w"), w=0.3))


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
