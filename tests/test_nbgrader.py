"""A class's round trip with the real nbgrader: generate, hand in, grade, read the scores."""

import copy
import json
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest

from tools import exercises as tools
from tools.isolated import environment

SOLVED = {path.stem: tools.read(path) for path in tools.solved()}
FIRST = "01_convolution"
EMPTY = (FIRST, "02_pooling", "04_backprop")  # between them, tasks of every kind
LONG = {"mnist", "free-design"}  # cells that train for half a minute: tried by the notebook itself

# One process for all assignments, since nbgrader takes seconds to start.
RUN = """\
import json, sys
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader, NbGraderAPI
what, names = sys.argv[1], sys.argv[2:]
app = NbGrader()
app.initialize([])
api = NbGraderAPI(config=app.config)
scores = {}
for name in names:
    if what == "generate":
        done = [api.generate_assignment(name)]
    else:
        done = [api.autograde(name, s) for s in sorted(api.get_submitted_students(name))]
    for each in done:
        assert each["success"], (each.get("log"), each.get("error"))
if what == "autograde":
    with Gradebook("sqlite:///gradebook.db") as book:
        for name in names:
            scores[name] = {
                s.student.id: {g.name: [g.auto_score, g.max_score, g.needs_manual_grade]
                               for n in s.notebooks for g in n.grades}
                for s in book.assignment_submissions(name)
            }
print("SCORES" + json.dumps(scores))
"""


def nbgrader(course, what, *names):
    """Run nbgrader on assignments, in an environment with nothing that says a test is running."""
    home = course.parent
    env = environment(home) | {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    del env["CNNLIB_PROGRESS"]
    done = subprocess.run(
        [sys.executable, "-c", RUN, what, *names],
        cwd=course,
        env={name: value for name, value in env.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.rpartition("SCORES")[2])


def hand_in(course, student, name, change=lambda nb: None):
    """Hand in, as a student, the released notebook with something done to it."""
    nb = nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)
    change(nb)
    folder = course / "submitted" / student / name
    folder.mkdir(parents=True)
    nbformat.write(nb, folder / f"{name}.ipynb")


def by_grade_id(nb):
    return {c.metadata.nbgrader.grade_id: c for c in nb.cells if "nbgrader" in c.metadata}


def solve(nb, name):
    """Answer all that is quick."""
    solved = by_grade_id(SOLVED[name])
    for grade_id, cell in by_grade_id(nb).items():
        if cell.metadata.nbgrader.solution and grade_id not in LONG:
            cell.source = solved[grade_id].source


def flip(nb):
    """Answer, with a kernel that is flipped."""
    solve(nb, FIRST)
    cell = by_grade_id(nb)["convolve"]
    assert "w[kh, kw]" in cell.source
    cell.source = cell.source.replace("w[kh, kw]", "w[-1-kh, kw]")


def shy(nb):
    """Be right in what the visible check tries, by not being wrong there."""
    flip(nb)
    cell = by_grade_id(nb)["convolve"]
    cell.source = cell.source.replace("def convolve(", "def flipped(") + SHY


SHY = """

def convolve(x, w):
    import sys
    hidden = sys._getframe(1)
    while hidden and "brief" not in hidden.f_code.co_names:
        hidden = hidden.f_back
    return (flipped if hidden else right)(x, w)

right = lambda x, w: flipped(x, w[::-1])
"""


def trick(nb):
    """Answer nothing, and do to the checks what one can do in two lines."""
    first = next(cell for cell in by_grade_id(nb).values() if cell.metadata.nbgrader.solution)
    first.source += "\nimport os\nos.environ.pop('NBGRADER_EXECUTION', None)"
    first.source += "\nfrom unittest.mock import MagicMock\ncheck = MagicMock()"
    first.source += "\nconvolve = conv = output_size = box = None"


def split(nb):
    """Answer, with a check and an answer doubled, as copying cells in Jupyter does."""
    solve(nb, FIRST)
    cells = by_grade_id(nb)
    for grade_id in ("check-pad", "convolve"):
        again = copy.deepcopy(cells[grade_id])
        again.id += "-again"
        nb.cells.insert(nb.cells.index(cells[grade_id]), again)


def lacking(nb):
    """Answer, and delete a check."""
    solve(nb, FIRST)
    nb.cells.remove(by_grade_id(nb)["check-pad"])


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose assignments are released, with a solved submission of each, and worse ones.

    In tests/test_exercises.py no check of any student edition is content with what is empty.
    """
    course = tmp_path_factory.mktemp("class") / "course"
    tools.begin_course(course, seed=7)
    nbgrader(course, "generate", *SOLVED)
    for name in SOLVED:
        hand_in(course, "right", name, lambda nb, name=name: solve(nb, name))
    for name in EMPTY:
        hand_in(course, "empty", name)
    hand_in(course, "wrong", FIRST, flip)
    hand_in(course, "tricks", FIRST, trick)
    hand_in(course, "shy", FIRST, shy)
    hand_in(course, "split", FIRST, split)
    hand_in(course, "lacking", FIRST, lacking)
    return course


@pytest.fixture(scope="module")
def scores(course):
    return nbgrader(course, "autograde", *SOLVED)


each = pytest.mark.parametrize("name", SOLVED)


@each
def test_nbgrader_makes_the_same_student_edition(course, name):
    released = nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)
    ours = tools.student_edition(copy.deepcopy(SOLVED[name]), self_study=False)
    theirs = [(c.cell_type, c.source, c.get("outputs", [])) for c in released.cells]
    assert theirs == [(c.cell_type, c.source, c.get("outputs", [])) for c in ours.cells]


@each
def test_a_right_solution_gets_all_points_and_text_waits_for_a_teacher(scores, name):
    for grade_id, (score, most, manual) in scores[name]["right"].items():
        if grade_id.removeprefix("check-") in LONG:
            continue
        text = grade_id.startswith("why-")
        assert manual == text and (score is None if text else score == most), grade_id


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_one_gets_nothing(scores, name):
    assert all(score == 0 for score, _, _ in scores[name]["empty"].values())


def test_an_empty_one_gets_nothing_whatever_it_does_to_the_checks(scores):
    assert all(score == 0 for score, _, _ in scores[FIRST]["tricks"].values())


def test_copies_of_cells_cost_nothing_and_a_deleted_check_its_points(scores):
    right = scores[FIRST]["right"]
    assert scores[FIRST]["split"] == right
    lacking = scores[FIRST]["lacking"]
    assert lacking.pop("check-pad")[0] in (None, 0)
    assert all(score == right[name] for name, score in lacking.items())


def test_downloads_of_moodle_and_canvas_are_collected(course, tmp_path):
    """A folder of a student, a file of one, a second attempt; and what lies about is left out."""
    theirs = tmp_path / "course"
    tools.begin_course(theirs, seed=1)
    shutil.copytree(course / "release" / FIRST, theirs / "release" / FIRST)
    notebook = theirs / "release" / FIRST / f"{FIRST}.ipynb"
    archive = theirs / "downloaded" / FIRST / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "submissions.zip", "w") as moodle:
        moodle.write(notebook, f"Ada Lovelace_4711_assignsubmission_file_/{FIRST}.ipynb")
        moodle.write(notebook, f"{FIRST}.ipynb")
    shutil.copy(notebook, archive / f"eulerleonhard_23_4567_{FIRST}-1.ipynb")
    shutil.copy(notebook, archive / f"noetheremmy_LATE_23_4567_{FIRST}.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "zip_collect", FIRST],
        cwd=theirs,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
    )
    found = {path.parts[-3] for path in theirs.glob(f"submitted/*/{FIRST}/{FIRST}.ipynb")}
    assert found == {"Ada Lovelace", "eulerleonhard", "noetheremmy"}, done.stderr


def test_a_wrong_function_costs_its_points_and_those_of_what_builds_on_it(scores):
    marks = scores[FIRST]["wrong"]
    lost = {name for name, (score, most, manual) in marks.items() if score != most}
    assert {"check-convolve", "check-true-convolution"} <= lost
    assert not {"check-pad", "check-conv", "check-by-hand"} & lost


def test_feedback_gives_no_case_of_a_hidden_check_away(course, scores):
    """Neither its numbers nor that from which they are drawn."""
    graded = course / "autograded" / "shy" / FIRST / f"{FIRST}.ipynb"
    nb = nbformat.read(graded, as_version=4)
    (output,) = [o for o in by_grade_id(nb)["check-convolve"].outputs if o.output_type == "error"]
    assert output.evalue == "✗ convolve: the rows of the kernel are flipped."
    told = "".join(cell.source for cell in nb.cells if cell.cell_type == "code")
    assert "CNNLIB_CASES" in told and "seed=7" not in told
    assert 'os.environ["CNNLIB_CASES"] = "7"' in (course / "nbgrader_config.py").read_text()


def test_the_teacher_sees_what_was_wrong(course, scores):
    graded = course / "autograded" / "wrong" / FIRST / f"{FIRST}.ipynb"
    cell = by_grade_id(nbformat.read(graded, as_version=4))["check-convolve"]
    (output,) = [o for o in cell.outputs if o.output_type == "error"]
    assert output.ename == "NotRight" and "rows of the kernel are flipped" in output.evalue
    assert output.traceback == output.evalue.splitlines()
