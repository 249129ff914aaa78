"""The exercises: student editions are what their solved editions give, and kind to who begins."""

import copy
import importlib
import re
import sys
from pathlib import Path
from unittest import mock

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import exercises as tools
from tools import notebooks

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "notebooks"


SOLVED = {path.stem: tools.read(path) for path in tools.solved()}
each = pytest.mark.parametrize("name", SOLVED)
TODO = re.compile(r"○ \w+: (not written yet|not answered yet)\. .+\.\nThen run this cell again\.")


def student(name, **given):
    return tools.student_edition(copy.deepcopy(SOLVED[name]), **given)


def about(cell):
    return cell.metadata.get("nbgrader", {})


def is_check(cell):
    return cell.cell_type == "code" and about(cell).get("grade", False)


def is_task(cell):
    return cell.cell_type == "code" and about(cell).get("solution", False)


def regions(source):
    """Return the lines of a solution that a student must not see."""
    inside = re.findall(r"### BEGIN [\w ]+\n(.*?)### END", source, flags=re.DOTALL)
    return [line.strip() for part in inside for line in part.splitlines()]


# ---------------------------------------------------------------------- the two editions


def test_every_student_edition_is_what_its_solved_edition_gives():
    wanted = {name: notebooks.dumps(student(name)) for name in SOLVED}
    found = {p.stem: p.read_text(encoding="utf-8") for p in tools.EXERCISES.glob("*.ipynb")}
    assert [n for n in wanted.keys() | found if wanted.get(n) != found.get(n)] == []


@each
def test_a_lesson_has_the_name_of_its_exercise(name):
    """The second part of an exercise has a b behind its number."""
    assert (LESSONS / f"{name[:2]}{name[2:].removeprefix('b')}.ipynb").is_file()


@each
def test_no_answer_is_left_in_a_student_edition(name):
    text = "\n".join(cell.source for cell in student(name).cells)
    assert "SOLUTION" not in text and "HIDDEN TESTS" not in text
    for cell in SOLVED[name].cells:
        hidden = regions(cell.source)
        if is_task(cell):
            assert hidden, f"{cell.id} has no region with an answer"
        elif about(cell).get("solution"):
            hidden = [cell.source]
        left = [line for line in hidden if len(line) > 25 and line in text]
        assert left == [], cell.id


@each
def test_a_class_gets_no_way_to_the_solutions(name):
    alone, in_class = (
        "\n".join(cell.source for cell in student(name, self_study=flag).cells)
        for flag in (True, False)
    )
    assert f"../solutions/{name}.ipynb" in alone
    assert "solutions/" not in in_class and "self-study" not in in_class


# ---------------------------------------------------------------------- how one is made


@each
def test_what_nbgrader_reads_is_in_order(name):
    cells = [cell for cell in SOLVED[name].cells if about(cell)]
    ids = [about(cell)["grade_id"] for cell in cells]
    assert len(set(ids)) == len(ids)
    for cell in cells:
        data = about(cell)
        assert data["schema_version"] == 3 and data["task"] is False and data["grade_id"] == cell.id
        assert data["grade"] == ("points" in data), cell.id
        assert data["locked"] == (data["grade"] and not data["solution"]), cell.id
        assert data["grade"] or data["solution"], cell.id
    assert 20 <= sum(about(cell).get("points", 0) for cell in cells) <= 45


@each
def test_every_task_is_followed_by_its_check(name):
    graded = [c for c in SOLVED[name].cells if is_task(c) or is_check(c)]
    for first, second in zip(graded[::2], graded[1::2], strict=True):
        assert is_task(first) and is_check(second), (first.id, second.id)
        assert second.id == f"check-{first.id}"


@each
def test_every_function_to_write_has_a_docstring(name):
    for cell in student(name).cells:
        if is_task(cell) and cell.source.startswith("def "):
            assert re.search(r'\):\n    """.+', cell.source), cell.id


@each
def test_there_are_hints_in_steps_and_text_answers(name):
    text = "\n".join(c.source for c in SOLVED[name].cells if c.cell_type == "markdown")
    assert text.count("<summary>Hint") >= 6 and "<summary>Hint 3</summary>" in text
    assert text.count("<details>") == text.count("</details>")
    assert [c for c in SOLVED[name].cells if about(c) and c.cell_type == "markdown"]


HEADING = re.compile(r"## \d+\. .*\((?:(\d+) minutes|as long as you like)\)$", re.MULTILINE)


@pytest.mark.parametrize("lesson", sorted({name[:2] for name in SOLVED}))
def test_an_exercise_ends_with_an_open_problem_that_has_no_time(lesson):
    last = max(name for name in SOLVED if name.startswith(lesson))
    parts = [SOLVED[name].cells for name in SOLVED if name.startswith(lesson)]
    texts = [c for cells in parts for c in cells if about(c) and c.cell_type == "markdown"]
    assert len(texts) >= (1 if lesson == "00" else 2)
    headings = [found for c in SOLVED[last].cells if (found := HEADING.match(c.source))]
    timed = [heading for heading in headings if heading[1]]
    assert headings[: len(timed)] == timed and len(headings) > len(timed)
    assert all("open problem" in heading[0] for heading in headings[len(timed) :])


@each
def test_the_minutes_of_the_headings_add_up_to_its_time(name):
    text = "\n".join(c.source for c in SOLVED[name].cells if c.cell_type == "markdown")
    minutes = sum(int(m) for m in HEADING.findall(text) if m)
    (stated,) = re.findall(r"\*\*Time\*\* \| about (\d+) minutes", text)
    assert 60 <= minutes <= 90 and abs(minutes - int(stated)) <= 5, (minutes, stated)
    assert ("as long as you like for the open problem" in text) == ("" in HEADING.findall(text))


@each
def test_the_teachers_page_tells_minutes_and_points(name):
    """In a table whose rows are the sections, under a heading with the number of the exercise."""
    page = (tools.EXERCISES / "TEACHING.md").read_text(encoding="utf-8")
    number = name.split("_")[0]
    (part,) = re.findall(rf"^### {number} .*?(?=^### |\Z)", page, flags=re.DOTALL | re.MULTILINE)
    cells, sections, here = SOLVED[name].cells, [], None
    for cell in cells:
        if heading := HEADING.match(cell.source):
            here = [heading[1] or "open", 0]
            sections.append(here)
        if here:
            here[1] += about(cell).get("points", 0)
    rows = re.findall(r"^\| \d+ .*? \| (\d+|open) \| (\d+) \|", part, flags=re.MULTILINE)
    assert [[m, int(p)] for m, p in rows] == sections
    texts = sum(about(c).get("points", 0) for c in cells if c.cell_type == "markdown")
    total = sum(points for _, points in sections)
    minutes = sum(int(m) for m, _ in sections if m != "open")
    assert f"{total} points, of which {texts} for text answers" in part
    assert f"\n{minutes} minutes" in part
    assert "**Where students get stuck.**" in part and "**To project.**" in part
    assert re.search(r"\*\*To ask\.\*\*(?s:[^?]*\?){3}", part)


@each
def test_in_the_solved_edition_every_check_is_content(name):
    for cell in SOLVED[name].cells:
        if is_check(cell):
            (output,) = cell.outputs
            assert output.data["text/plain"].startswith("✓"), cell.id


# ---------------------------------------------------------------------- a student begins


@each
def test_a_student_edition_runs_to_its_first_stub_and_says_kindly_what_to_do(name, tmp_path):
    nb = student(name)
    folder = tmp_path / "exercises"
    folder.mkdir()
    client = NotebookClient(nb, allow_errors=True, resources={"metadata": {"path": str(folder)}})
    with notebooks.own_settings():
        client.execute()
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    first = next(number for number, cell in enumerate(code) if is_check(cell))
    for number, cell in enumerate(code):
        errors = [o for o in cell.outputs if o.output_type == "error"]
        if number <= first or is_check(cell):
            assert not errors, (cell.id, errors)
        for error in errors:  # a cell that uses what is to be written says so
            assert error.traceback == [error.evalue], (cell.id, error)
            assert error.ename == "NotYet" and error.evalue.startswith("○ This cell uses "), cell.id
        if is_check(cell):
            text = cell.outputs[0].data["text/plain"]
            assert TODO.fullmatch(text), f"{cell.id}:\n{text}"


# ---------------------------------------------------------------------- tools/exercises.py


@pytest.mark.parametrize(
    "source, solution, problem",
    [
        ("### BEGIN SOLUTION\n1", True, "does not begin or end"),
        ("1\n### END SOLUTION", True, "does not begin or end"),
        ("### BEGIN SOLUTION\n1\n### END SOLUTION", False, "not marked"),
    ],
)
def test_marks_that_do_not_fit_are_refused(source, solution, problem):
    cell = new_code_cell(source, metadata={"nbgrader": {"solution": solution}})
    with pytest.raises(ValueError, match=problem):
        tools.student_edition(new_notebook(cells=[cell]))


@each
def test_every_check_of_a_course_has_a_hidden_one_that_is_imported_anew(name):
    nb = tools.with_hidden_tests(copy.deepcopy(SOLVED[name]), name[:2])
    for cell in nb.cells:
        if is_check(cell):
            hidden = cell.source.split("### BEGIN HIDDEN TESTS")[1]
            assert hidden.count(".brief().require()") == 1 and "sys.modules.pop" in hidden, cell.id
            assert compile(hidden, cell.id, "exec")
    assert 'seed=int(os.environ["CNNLIB_CASES"])' in "".join(cell.source for cell in nb.cells)


@each
def test_variants_ask_for_a_name_and_show_each_task_its_numbers(name):
    nb = tools.with_variants(student(name), name[:2])
    ids = [cell.id for cell in nb.cells]
    assert ids[ids.index("imports") + 1] == "who" and len(set(ids)) == len(ids)
    own = [i for i in ids if i.startswith("own-")]
    drawn = {"01": 3, "02": 1, "03": 1, "04": 1, "05": 1, "06": 1}
    assert len(own) == drawn.get(name.split("_")[0], 0)
    for each in own:
        assert ids[ids.index(each) + 1] == each.removeprefix("own-")


def test_a_variant_is_graded_with_the_numbers_of_its_student(monkeypatch):
    """Also where the hidden check imports everything anew."""
    nb = tools.with_variants(copy.deepcopy(SOLVED["04_backprop"]), "04")
    nb = tools.with_hidden_tests(nb, "04")
    cells = {cell.id: cell.source for cell in nb.cells}
    monkeypatch.setenv("CNNLIB_STUDENT", "")
    names = {}
    exec(cells["imports"], names)
    exec(cells["who"].replace('""', '"Ada"'), names)
    task = names["check"].by_hand
    answers = [task.value(task.answers, part) for part in task.parts]
    assert answers != [3, 3, 9, 11]
    names |= dict(zip(("dy", "db", "dw", "dx"), answers, strict=True))
    before = {n: m for n, m in sys.modules.items() if n.startswith("cnnlib.exercises")}
    try:
        exec(cells["check-by-hand"], names)
        names["dy"] += 1
        with pytest.raises(AssertionError, match="3 of 4 right"):
            exec(cells["check-by-hand"], names)
    finally:
        sys.modules.update(before)


def test_self_study_parts_are_cut_out():
    text = "One.\n<!-- self-study -->\nSee [it](../solutions/a.ipynb).\n<!-- end -->\nTwo."
    alone = "<!-- self-study -->[it](../solutions/a.ipynb)<!-- end -->"
    nb = new_notebook(cells=[new_markdown_cell(text), new_markdown_cell(alone)])
    assert [c.source for c in tools.without_self_study(nb).cells] == ["One.\nTwo."]


def test_the_command_line_writes_what_it_says(tmp_path, capsys, monkeypatch):
    names = sorted(SOLVED)
    assert tools.main(["--class", "--to", str(tmp_path / "handout")]) == 0
    assert sorted(p.stem for p in (tmp_path / "handout").glob("*.ipynb")) == names
    assert tools.main(["--course", str(tmp_path / "course")]) == 0
    source = tmp_path / "course" / "source"
    assert sorted(p.stem for p in source.glob("*/*.ipynb")) == names
    text = (source / names[0] / f"{names[0]}.ipynb").read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" in text and "../solutions/" not in text
    path = source / names[0] / f"{names[0]}.ipynb"
    path.write_text("a teacher's own", encoding="utf-8")
    assert tools.main(["--course", str(tmp_path / "course")]) == 1
    assert path.read_text(encoding="utf-8") == "a teacher's own"
    assert "nothing was written" in capsys.readouterr().out
    assert tools.main(["--course", str(tmp_path / "course"), "--force"]) == 0
    assert "BEGIN SOLUTION" in path.read_text(encoding="utf-8")
    capsys.readouterr()
    assert tools.main(["--class", "--to", str(tmp_path / "handout")]) == 0
    assert capsys.readouterr().out == "", "nothing changed, so nothing is written"


def test_a_hidden_test_does_not_trust_an_importlib_that_was_replaced(monkeypatch):
    hidden = tools.HIDDEN.format(lesson="09", task="average", given="None")
    monkeypatch.setattr(importlib, "import_module", lambda name: mock.MagicMock())
    with pytest.raises(AssertionError):
        exec(hidden, {})
