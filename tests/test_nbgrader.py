"""A class's round trip with the real nbgrader: generate, hand in, grade, read the scores."""

import copy
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools import exercises as tools
from tools.isolated import environment

ROOT = Path(__file__).resolve().parent.parent
NAME = "01_convolution"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None,
    reason="nbgrader is not installed: pip install -e '.[test]'",
)
SCORES = """\
import json, sys
from nbgrader.api import Gradebook
with Gradebook(sys.argv[1]) as book:
    print(json.dumps({
        s.student.id: {g.name: [g.auto_score, g.max_score, g.needs_manual_grade]
                       for n in s.notebooks for g in n.grades}
        for s in book.assignment_submissions(sys.argv[2])
    }))
"""


def own(folder):
    """Return an environment of the class's own, with nothing in it that says a test is running."""
    env = environment(folder) | {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}
    del env["CNNLIB_PROGRESS"]
    return {name: value for name, value in env.items() if not name.startswith("PYTEST")}


def nbgrader(course, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=own(course.parent),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def hand_in(course, student, change=lambda nb: None):
    """Hand in, as a student, the released notebook with something done to it."""
    nb = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    change(nb)
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    nbformat.write(nb, folder / f"{NAME}.ipynb")


def by_grade_id(nb):
    return {c.metadata.nbgrader.grade_id: c for c in nb.cells if "nbgrader" in c.metadata}


@pytest.fixture(scope="module")
def source():
    return tools.read(ROOT / "notebooks" / "solutions" / f"{NAME}.ipynb")


@pytest.fixture(scope="module")
def course(tmp_path_factory, source):
    """A course in which three students have handed in, and which is graded."""
    course = tmp_path_factory.mktemp("class") / "course"
    tools.begin_course(course, seed=7)
    for folder in (course / "source").iterdir():
        if folder.name != NAME:
            shutil.rmtree(folder)
    nbgrader(course, "generate_assignment", NAME)
    solved = by_grade_id(source)

    def solve(nb):
        for name, cell in by_grade_id(nb).items():
            if cell.metadata.nbgrader.solution:
                cell.source = solved[name].source

    def flip(nb):
        solve(nb)
        cells = by_grade_id(nb)
        cells["convolve"].source = cells["convolve"].source.replace("w[kh, kw]", "w[-1-kh, kw]")

    hand_in(course, "right", solve)
    hand_in(course, "wrong", flip)

    def trick(nb):
        cells = by_grade_id(nb)
        first = next(cell for cell in cells.values() if cell.metadata.nbgrader.solution)
        first.source += "\nimport os\nos.environ.pop('NBGRADER_EXECUTION', None)"
        first.source += "\nfrom unittest.mock import MagicMock\ncheck = MagicMock()"
        first.source += "\nconvolve = conv = output_size = box = None"

    hand_in(course, "empty")
    hand_in(course, "tricks", trick)
    nbgrader(course, "autograde", NAME)
    return course


@pytest.fixture(scope="module")
def scores(course):
    done = subprocess.run(
        [sys.executable, "-c", SCORES, "sqlite:///gradebook.db", NAME],
        cwd=course,
        env=own(course.parent),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nbgrader_makes_the_same_student_edition(course, source):
    released = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    ours = tools.student_edition(copy.deepcopy(source), self_study=False)
    theirs = [(c.cell_type, c.source, c.get("outputs", [])) for c in released.cells]
    assert theirs == [(c.cell_type, c.source, c.get("outputs", [])) for c in ours.cells]


def test_a_right_solution_gets_all_points_and_text_waits_for_a_teacher(scores):
    for name, (score, most, manual) in scores["right"].items():
        text = name.startswith("why-")
        assert manual == text and (score is None if text else score == most), name


def test_a_wrong_function_costs_its_points_and_those_of_what_builds_on_it(scores):
    lost = {name for name, (score, most, manual) in scores["wrong"].items() if score != most}
    assert {"check-convolve", "check-true-convolution"} <= lost
    assert not {"check-pad", "check-conv", "check-by-hand", "check-parameters"} & lost


@pytest.mark.parametrize("student", ["empty", "tricks"])
def test_an_empty_one_gets_nothing_whatever_it_does_to_the_checks(scores, student):
    assert all(score == 0 for score, _, _ in scores[student].values())


def test_the_teacher_sees_what_was_wrong(course):
    graded = course / "autograded" / "wrong" / NAME / f"{NAME}.ipynb"
    cell = by_grade_id(nbformat.read(graded, as_version=4))["check-convolve"]
    (output,) = [o for o in cell.outputs if o.output_type == "error"]
    assert output.ename == "NotRight" and "rows of the kernel are flipped" in output.evalue
    assert output.traceback == output.evalue.splitlines()
