"""Wrong code to read, the variants of students, and the sheets that are printed from both."""

import re

import numpy as np
import pytest

from cnnlib.__main__ import main
from cnnlib.exercises.engine import variant
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.wrongcode import WrongCode
from cnnlib.exercises.sheet import page
from tests.exercises.solutions import TASKS

NUMBERS = np.arange(12.0).reshape(1, 3, 4) + 1
TWO = np.stack([NUMBERS[0], NUMBERS[0] ** 2])
ONES, RAMP = np.ones((2, 1, 2, 2)), np.arange(8.0).reshape(2, 1, 2, 2)
ZERO, BIAS = np.zeros(2), np.array([1.0, 2.0])
COLS = np.arange(16.0).reshape(4, 4)
LINE, BLUR, STEP = np.arange(7.0) ** 2, np.array([1.0, 2, 1]), np.array([-1.0, 0, 3])
CALLS = {  # of each planted mistake: a call on which the code is right, and one that convicts
    "all filters have the first one's bias": ((NUMBERS, ONES, ZERO), (NUMBERS, ONES, BIAS)),
    "the rows of the window are flipped": ((NUMBERS, ONES, BIAS), (NUMBERS, RAMP, ZERO)),
    "all filters have the first one's weights": ((NUMBERS, ONES, BIAS), (NUMBERS, RAMP, ZERO)),
    "columns are taken without stride": ((NUMBERS, RAMP, BIAS), (NUMBERS, RAMP, BIAS, 2)),
    "only the first channel counts": ((NUMBERS, RAMP, BIAS), (TWO, np.ones((2, 2, 2, 2)), ZERO)),
    "the bias is added to every product": ((NUMBERS, RAMP, ZERO), (NUMBERS, RAMP, BIAS)),
    "of equal numbers the last wins": ((COLS, (2, 2), 2), (0 * COLS, (2, 2), 2)),
    "the search starts at 0, so that negative numbers never win": (
        (COLS + 1, (2, 2), 2),
        (-COLS, (2, 2), 2),
    ),
    "the number of a tap is taken as kh * KH + kw": ((COLS, (2, 2), 2), (COLS, (2, 3), 1)),
    "rows are taken without stride": ((COLS, (2, 2), 1), (COLS, (2, 2), 2)),
    "patches that overlap overwrite each other": (
        (COLS, (4, 4), (2, 2), 2),
        (COLS, (3, 3), (2, 2), 1),
    ),
    "the kernel is flipped": ((COLS % 4, (4, 4), (2, 2), 2), (COLS, (4, 4), (2, 2), 2)),
    "places are counted column by column": (
        (COLS[:, :2], (2, 3), (2, 2), 1),
        (COLS, (3, 3), (2, 2), 1),
    ),
    "taps are counted column by column": ((COLS, (2, 5), (1, 2), 1), (COLS, (3, 3), (2, 2), 1)),
    "a patch is averaged over its taps": ((COLS % 4, (4, 4), (2, 2), 2), (COLS, (4, 4), (2, 2), 2)),
    "the first tap stands for the last": ((LINE, BLUR), (LINE, STEP)),
    "an odd last output is left out": ((LINE[:6], STEP), (LINE, STEP)),
    "the middle tap is added where it is taken away": ((LINE, STEP), (LINE, BLUR)),
}
SHOWN = [(n, t) for n in TASKS for t in TASKS[n].TASKS if isinstance(t, WrongCode)]
PLANTED = {m.name: (task, i) for _, task in SHOWN for i, m in enumerate(task.mistakes)}
ASKED = {
    f"{n}-{t.name}": t for n in TASKS for t in TASKS[n].TASKS if isinstance(t, Question) and t.draw
}


@pytest.fixture
def planted(monkeypatch):
    """Return what makes a mistake the one that is shown."""

    def plant(name):
        task, i = PLANTED[name]
        monkeypatch.setattr(task, "mistakes", task.mistakes[i : i + 1])
        return task

    return plant


@pytest.mark.parametrize("name", PLANTED)
def test_every_planted_mistake_hides_and_is_convicted(name, planted):
    task = planted(name)
    right_on, wrong_on = CALLS[name]
    assert (found := task.diagnose(right_on, wrong_on)).ok, found
    assert "not right on right_on" in str(task.diagnose(wrong_on, wrong_on))
    assert "right on wrong_on, too" in str(task.diagnose(right_on, right_on))
    assert "are exchanged" in str(task.diagnose(wrong_on, right_on))


def test_what_says_nothing_is_refused(planted):
    task = planted("all filters have the first one's bias")
    right_on, wrong_on = CALLS["all filters have the first one's bias"]
    assert task.diagnose().state == task.diagnose(right_on).state == "todo"
    assert "says too little" in str(task.diagnose((0 * NUMBERS, ONES, ZERO), wrong_on))
    assert "expected a tuple" in str(task.diagnose(1, wrong_on))
    assert task.diagnose(list(right_on), list(wrong_on)).ok
    written = [[np.array(each).tolist() for each in call] for call in (right_on, wrong_on)]
    assert task.diagnose(*written).ok
    assert "no call that the right version can answer" in str(task.diagnose((1, 2), wrong_on))
    assert "no call that the right version can answer" in str(task.diagnose(right_on, (1, 2)))


def test_the_code_is_shown_with_its_mistake_and_without_its_name():
    text = repr(TASKS["01"].wrong_layer.show())
    assert text.startswith("def one_image(x, w, b, stride=1):") and text.endswith("return y")
    assert "b[0]" in text and "bias" not in text


# ---------------------------------------------------------------------- variants


def test_of_several_results_it_is_said_which_one_is_shown():
    for task, said in (("02", "result 2: should be"), ("01", "\n    should be")):
        planted = next(t for t in TASKS[task].TASKS if isinstance(t, WrongCode))
        assert said in str(planted.diagnose(*CALLS[planted.mistake.name]))


def test_without_a_name_everybody_has_the_numbers_of_the_text(monkeypatch):
    monkeypatch.delenv(variant.VARIABLE, raising=False)
    for task in ASKED.values():
        assert task.parts is task.everybody and task.tells(task.parts)


@pytest.mark.parametrize("name", ASKED)
def test_each_student_has_numbers_of_their_own_that_tell_all_mistakes(name, monkeypatch):
    task, seen = ASKED[name], []
    for student in range(20):
        monkeypatch.setenv(variant.VARIABLE, f"Student {student}")
        answers = {part: task.value(task.answers, part) for part in task.parts}
        assert task.tells(task.parts) and task.diagnose(answers).ok
        assert answers.keys() == task.everybody.keys() and str(task.ask())
        seen.append(str(task.parts))
    assert len(set(seen)) > 10
    monkeypatch.setenv(variant.VARIABLE, " student  0 ")
    assert str(task.parts) == seen[0]


def test_cases_and_planted_mistakes_differ_between_students(monkeypatch):
    check, task = TASKS["01"].convolve, TASKS["01"].wrong_layer
    cases, planted = set(), set()
    for student in range(20):
        monkeypatch.setenv(variant.VARIABLE, f"Student {student}")
        cases.add(str(check.trial(check.right).cases[-1].args))
        planted.add(task.mistake.name)
    assert len(cases) == 20 and len(planted) > 3


def test_a_student_says_who_it_is(monkeypatch, capsys):
    monkeypatch.setenv(variant.VARIABLE, "")
    variant.student("")
    variant.student("Ada  Lovelace")
    assert capsys.readouterr().out.splitlines() == [
        "Put your name or number between the quotes.",
        "The variant of ada lovelace.",
    ]


# ---------------------------------------------------------------------- sheets


def test_a_sheet_has_the_numbers_of_its_student_and_the_key_their_answers(monkeypatch):
    monkeypatch.setenv(variant.VARIABLE, "")  # page leaves the name of its last student there
    text = page(["01", "04"], ["Ada", "Bob"])
    sheets, key = text.split("<h1>Key</h1>")
    assert sheets.count("<section>") == 2 and sheets.count("<pre>") == 8
    assert sheets.count("What was asked: ") == 8
    ada, bob = re.findall(r"<h2>\w+</h2>(.*?)(?=<h2>|</html>)", key, flags=re.DOTALL)
    assert ada != bob
    monkeypatch.setenv(variant.VARIABLE, "ada")
    task = TASKS["04"].by_hand
    assert all(f"{part}: {task.value(task.answers, part):g}" in ada for part in task.parts)


def test_the_command_writes_a_page_and_refuses_what_it_does_not_know(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(variant.VARIABLE, "before")
    names, to = tmp_path / "class.txt", tmp_path / "sheets.html"
    names.write_text("Ada\n\n Bob \n", encoding="utf-8")
    assert main(["sheet", "01", "--students", str(names), "--to", str(to)]) == 0
    assert to.read_text(encoding="utf-8").count("<section>") == 2
    assert main(["sheet", "04b"]) == 1 and "no lesson 04b" in capsys.readouterr().err
    assert main(["sheet", "01", "--students", str(tmp_path / "none")]) == 1
    assert variant.who() == "before"
