"""The checks of every exercise accept the solution and name every mistake that is put into it."""

import copy
import itertools
import re
import types

import numpy as np
import pytest

from cnnlib.exercises.engine.check import Check
from cnnlib.exercises.engine.diagnosis import Diagnosis
from cnnlib.exercises.engine.mistakes import GENERAL
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.wrongcode import WrongCode
from tests.exercises.solutions import LESSONS, TASKS, answer, changed, source

EVERY = {
    f"{lesson}-{task.name}": (lesson, task) for lesson in TASKS for task in TASKS[lesson].TASKS
}
every = pytest.mark.parametrize("lesson, task", EVERY.values(), ids=EVERY)
CHECKS = {
    name: (lesson, check)
    for name, (lesson, task) in EVERY.items()
    if isinstance(check := getattr(task, "first", None) or task, Check)
}
RNG = np.random.default_rng
each_check = pytest.mark.parametrize("lesson, task", CHECKS.values(), ids=CHECKS)
PLAIN = {name: pair for name, pair in CHECKS.items() if pair[1].plain_call}
each_plain = pytest.mark.parametrize("lesson, task", PLAIN.values(), ids=PLAIN)
FLOATS = [
    (name, mistake.name)
    for name, (_, check) in CHECKS.items()
    if all(v.dtype.kind == "f" for v in check.trial(check.right).expected[0].values())
    for mistake in check.mistakes
    if mistake.name in GENERAL and not all(check.trial(mistake).right)
]


def named(task):
    """Return the names of all mistakes and limits that a check knows, general ones left out."""
    names = {m.name for m in task.mistakes} - GENERAL.keys()
    return names | {limit.name for limit in getattr(task, "limits", ())}


def arrays(args):
    return [arg for arg in args if isinstance(arg, np.ndarray)]


@every
def test_a_task_is_found_by_its_name_and_says_what_to_do(lesson, task):
    assert getattr(TASKS[lesson], task.name) is task and task.lesson == lesson
    assert re.fullmatch(r"[A-Z].*[^.!]", task.todo) and re.fullmatch(r"[A-Z].*[.?]", task.more)
    for mistake in getattr(task, "mistakes", ()):
        assert mistake.hint and re.fullmatch(r".*[^.]", mistake.name), mistake.name


SOLVED = [
    name for name in EVERY if name not in ("05-mnist", "05-free_design")
]  # which train: the notebook itself shows it


@pytest.mark.parametrize("name", SOLVED)
def test_the_solution_is_right(name):
    lesson, task = EVERY[name]
    given = answer(lesson, task.name)
    found = task.diagnose(*given) if isinstance(task, WrongCode) else task.diagnose(given)
    assert found.ok, found
    if isinstance(task, Check):
        assert task.diagnose(given, 1).ok and task.diagnose(given, 2).ok


MUTATIONS = {
    f"{lesson} {task}: {name}": (lesson, task, name, changes)
    for lesson, module in LESSONS.items()
    for task, rows in module.MUTANTS.items()
    for name, changes in rows.items()
}
# What is not written there is made by the texts of the mistake itself, if the solution has them.
for lesson, check in CHECKS.values():
    text = source(lesson, check.name)
    for mistake in check.mistakes:
        changes = getattr(mistake.function, "changes", None)
        if changes and all(text.count(old) == 1 for old, _ in changes):
            row = lesson, check.name, mistake.name, dict(changes)
            MUTATIONS.setdefault(f"{lesson} {check.name}: {mistake.name}", row)


@pytest.mark.parametrize("lesson, task, name, changes", MUTATIONS.values(), ids=MUTATIONS)
def test_a_mistake_put_into_the_solution_is_named(lesson, task, name, changes):
    result = getattr(TASKS[lesson], task).diagnose(changed(lesson, task, changes))
    if name == "remark":
        assert result.ok, result
        return
    assert result.mistakes == [name] and result.state == "wrong", result


WRONG_ANSWERS = [
    (lesson, task, name if isinstance(name, list) else [name], given)
    for lesson, module in LESSONS.items()
    for task, rows in module.QUESTIONS.items()
    for name, given in rows
]
for lesson, task in EVERY.values():
    rows = [names for number, of, names, _ in WRONG_ANSWERS if (number, of) == (lesson, task.name)]
    for mistake in task.mistakes if isinstance(task, Question) else ():
        if mistake.name not in sum(rows, []):
            shown = [part for part in task.parts if task.shows(mistake, part)]
            given = {part: task.value(mistake.function, part) for part in shown}
            WRONG_ANSWERS.append((lesson, task.name, [mistake.name], given))


@pytest.mark.parametrize("lesson, task, names, given", WRONG_ANSWERS)
def test_a_wrong_answer_is_told_its_mistake(lesson, task, names, given):
    question = getattr(TASKS[lesson], task)
    right = {part: question.value(question.answers, part) for part in question.parts}
    result = question.diagnose(right | given)
    assert result.mistakes == names and result.state == "wrong", result


@each_check
def test_an_unknown_mistake_is_not_misnamed(lesson, task):
    """What can be seen in its numbers may be told: that is no guess."""
    result = task.diagnose(changed(lesson, task.name, LESSONS[lesson].UNKNOWN[task.name]))
    assert result.state == "wrong" and not (named(task) | GENERAL.keys()) & set(result.mistakes)


@each_check
def test_every_mistake_is_tried(lesson, task):
    rows = MUTATIONS.values()
    tried = {name for number, of, name, _ in rows if (number, of) == (lesson, task.name)}
    tried |= {limit.name for limit in task.limits if task.plain_call}  # by the test below
    assert named(task) <= tried, named(task) - tried


@each_plain
def test_a_function_that_is_right_inside_a_limit_alone_is_told_so(lesson, task):
    right = answer(lesson, task.name)
    for limit in task.limits:

        def limited(*args, limit=limit):
            result = right(*args)
            if limit.holds(**dict(zip(task.args, args, strict=False))):
                return result
            first, *rest = result if isinstance(result, tuple) else (result,)
            return (2 * first + 1, *rest) if rest else 2 * first + 1

        assert task.diagnose(limited).mistakes == [limit.name]


@each_plain
def test_an_argument_that_is_changed_is_seen(lesson, task):
    def spoiling(*args):
        result = copy.deepcopy(answer(lesson, task.name)(*args))
        for array in arrays(args):
            array.flat[-1] += 1
        return result

    if any(arrays(case.args) for case in task.cases(RNG())):
        assert task.diagnose(spoiling).mistakes == ["changed"]


@each_plain
def test_right_numbers_of_another_dtype_are_right_but_for_sizes(lesson, task):
    def wide(*args):
        result = answer(lesson, task.name)(*args)
        if isinstance(result, tuple):
            return [np.asarray(part, float) for part in result]
        return np.asarray(result, float)

    result = task.diagnose(wide)
    assert result.mistakes == ["dtype"] if task.whole else result.ok, result


@each_plain
def test_a_default_that_is_left_out_is_missed(lesson, task):
    right = answer(lesson, task.name)
    bare = types.FunctionType(right.__code__, right.__globals__)
    assert task.diagnose(bare).mistakes == (["defaults"] if right.__defaults__ else [])


def alike(check, one, other):
    """Say whether two trials gave the same in every case."""
    for a, b in zip(one.values, other.values, strict=True):
        if (a is None) != (b is None) or (a is not None and not check.outputs.equal(a, b)):
            return False
    return True


@each_check
def test_the_cases_tell_all_mistakes_apart(lesson, task):
    """But a general mistake may be none for a check, or be what another mistake gives."""
    found = {"": task.trial(task.right)} | {m.name: task.trial(m) for m in task.mistakes}
    for one, other in itertools.combinations(found, 2):
        assert other in GENERAL or not alike(task, found[one], found[other]), (one, other)


@each_check
def test_the_cases_tell_all_limits_apart(lesson, task):
    drawn = task.cases(np.random.default_rng(0))
    held = {limit.name: task.inside(limit, drawn) for limit in task.limits}
    for name, inside in held.items():
        assert min(inside.count(True), inside.count(False)) > 1, name
    for one, other in itertools.combinations(held, 2):
        assert held[one] != held[other], (one, other)


COVERED = {  # by a mistake of the task's own
    ("04-numerical_gradient", "the result is all zeros"): (
        "all slopes are 0, as if both calls of f saw the same x"
    ),
    ("04-gradient_errors", "the result is all zeros"): (
        "all errors are 0, as if each gradient were compared with itself"
    ),
}


@pytest.mark.parametrize("name, mistake", FLOATS)
def test_general_mistakes_are_named_in_every_check_of_floats(name, mistake):
    _, task = CHECKS[name]
    made = next(m for m in task.mistakes if m.name == mistake)
    found = Diagnosis(task, task.trial(made), made).explanations()
    named = [[m.name for m in each] for each in found]
    assert [COVERED.get((name, mistake), mistake)] in named


# Whose results are whole numbers for whatever comes in.
WHOLE = {"00-one_hot", "00-shrunk", "00-windows", "01-move_down", "02-mark_winner"}


@each_check
def test_fractions_that_are_lost_are_seen(lesson, task):
    cut = next(m for m in task.mistakes if m.direct and "fractions are cut off" in m.name)
    trial = task.trial(cut)
    floats = any(v.dtype.kind == "f" for e in trial.expected for v in e.values())
    if floats:
        assert all(trial.right) == (f"{lesson}-{task.name}" in WHOLE)


STEPPED = [  # tasks that take a stride or a frame
    *(("01", "convolve_strided"), ("01", "conv"), ("02", "max_pool_loops"), ("02", "avg_pool")),
    *(("02", "max_pool"), ("02", "max_pool_padded"), ("03", "im2col_loops"), ("03", "im2col")),
    *(("03", "conv_fast"), ("03", "col2im"), ("03", "layer_cost"), ("04", "conv_backward")),
    *(("04", "max_pool_backward"), ("04", "avg_pool_backward")),
]


@pytest.mark.parametrize("lesson, task", STEPPED)
def test_steps_and_frames_that_are_larger_than_usual_are_tried(lesson, task):
    check = getattr(TASKS[lesson], task)
    drawn = [dict(zip(check.args, case.args, strict=False)) for case in check.cases(RNG())]
    assert max(case.get("stride", 0) for case in drawn) > 2
    pads = {case.get("pad", 0) for case in drawn}
    assert pads == {0} or max(pads) > 1


@each_check
def test_cases_are_the_same_every_time(lesson, task):
    one, other = (task.cases(np.random.default_rng(3)) for _ in range(2))
    assert [case.label for case in one] == [case.label for case in other]
