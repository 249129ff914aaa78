"""Make the student editions of the exercises from their solved editions.

    python -m tools.exercises [--class] [--variants] [--to FOLDER] [--course FOLDER [--force]]

Without options: writes ``notebooks/exercises/NN_*.ipynb`` from ``notebooks/solutions/NN_*.ipynb``.
What is taken out is marked as nbgrader wants it, and nbgrader, told so by the configuration below,
makes the same student edition of the same source:

- Between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` stands the answer. A stub takes its place.
- A cell that nbgrader's metadata call a solution, without such marks, is an answer as a whole.

And one mark of our own: what stands between ``<!-- self-study -->`` and ``<!-- end -->`` leads to
the solved edition. ``--class`` leaves it out, for classes that are to work without.

``--variants`` puts in a first cell, in which students write their names, and before each task by
hand one that shows the student's own numbers.

``--course FOLDER`` begins a course for nbgrader: its configuration, and each exercise as an
assignment of its own, without the parts for self-study. nbgrader does the rest; the teacher's page,
``notebooks/exercises/TEACHING.md``, says how. To every check it adds a hidden one with
other cases. What is in the folder already is overwritten with ``--force`` only.
"""

import argparse
import importlib
import random
import re
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from cnnlib.exercises.engine.check import Check
from cnnlib.exercises.engine.question import Question
from tools.notebooks import dumps

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "notebooks" / "solutions"
EXERCISES = ROOT / "notebooks" / "exercises"

CODE_STUB = "pass  # YOUR CODE HERE"
TEXT_STUB = "YOUR ANSWER HERE"
SOLUTION = re.compile(
    r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION *$", flags=re.DOTALL | re.MULTILINE
)
SELF_STUDY = re.compile(r"[ \t]*<!-- self-study -->.*?<!-- end -->[ \t]*\n?", flags=re.DOTALL)


def nbgrader_config(seed):
    """Return the settings of a course whose hidden checks draw their cases from a number."""
    return f'''\
"""Settings of nbgrader for a course with the exercises of cnnlib."""

import os

from nbgrader import preprocessors as steps

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "cnnlib"
c.ClearSolutions.code_stub = {{"python": "{CODE_STUB}"}}
c.ClearSolutions.text_stub = "{TEXT_STUB}"
c.ExecutePreprocessor.timeout = 600


class ForgetCopies(steps.NbGraderPreprocessor):
    """Take a copy of a cell, and a part of one, for an ordinary cell: nbgrader stops at them."""

    def preprocess_cell(self, cell, resources, index):
        if cell.metadata.get("nbgrader") == {{}}:
            del cell.metadata["nbgrader"]
        return cell, resources


c.Autograde.sanitize_preprocessors = [
    steps.ClearOutput,
    steps.DeduplicateIds,
    ForgetCopies,
    steps.OverwriteKernelspec,
    steps.OverwriteCells,
    steps.CheckCellMetadata,
]

# In downloads of Moodle and Canvas the name of a file, or of its folder, begins with the student's.
c.FileNameCollectorPlugin.named_regexp = (
    r".*/extracted/(?:.*/)?"
    r"(?P<student_id>[^\\W\\d][^/_]*)_(?:.*[/_])?(?P<file_id>\\d\\d[a-z]?_[a-z]\\w*)"
)

# Hidden checks draw their cases from this number. It stands here alone: feedback shows their code.
os.environ["CNNLIB_CASES"] = "{seed}"
'''


def without_self_study(nb):
    """Leave out, in place, what leads to the solved edition; return `nb`."""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = SELF_STUDY.sub("", cell.source).rstrip("\n")
    nb.cells = [cell for cell in nb.cells if cell.source.strip()]
    return nb


def without_outputs(nb):
    """Strip outputs, in place, and what the storing of solutions noted; return `nb`."""
    nb.metadata.pop("cnnlib", None)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nb


def student_edition(nb, self_study=True):
    """Turn a solved notebook, in place, into what students are given; return `nb`."""
    for cell in nb.cells:
        about = cell.metadata.get("nbgrader", {})
        stub = CODE_STUB if cell.cell_type == "code" else TEXT_STUB
        cell.source, found = SOLUTION.subn(rf"\1{stub}", cell.source)
        if "SOLUTION" in cell.source:
            raise ValueError(f"a solution does not begin or end:\n{cell.source}")
        if found and not about.get("solution"):
            raise ValueError(f"a solution in a cell that is not marked as one:\n{cell.source}")
        if about.get("solution") and not found:
            cell.source = stub
    without_outputs(nb)
    return nb if self_study else without_self_study(nb)


def read(path):
    return nbformat.read(path, as_version=4)


def solved():
    """Return the paths of all solved editions."""
    return sorted(SOLUTIONS.glob("*.ipynb"))


def write(path, text):
    """Write a file if that changes it; say so."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")
    return True


HIDDEN = """
### BEGIN HIDDEN TESTS
import importlib, os, sys
assert importlib.import_module.__code__.co_filename == importlib.__file__
for _ in [name for name in sys.modules if name.startswith("cnnlib.exercises")]:
    sys.modules.pop(_)
_ = importlib.import_module("cnnlib.exercises.lesson{lesson}.tasks").{task}
_.diagnose({given}).brief().require()
### END HIDDEN TESTS"""


def with_hidden_tests(nb, lesson):
    """Add to every check, in place, one that a student has not seen; return `nb`.

    It imports the checks anew, so that nothing that a notebook did to them counts, draws other
    cases, and says what it found without showing them.
    """
    for cell in nb.cells:
        call = re.fullmatch(r"(check|lesson\d\d)\.(\w+)\((.*)\)", cell.source, flags=re.DOTALL)
        if not (cell.metadata.get("nbgrader", {}).get("grade") and call):
            continue
        owner, task, given = call.groups()
        number = lesson if owner == "check" else owner.removeprefix("lesson")
        tasks = importlib.import_module(f"cnnlib.exercises.lesson{number}.tasks")
        if isinstance(getattr(tasks, task), Check):
            given = f'{given}, seed=int(os.environ["CNNLIB_CASES"])'
        cell.source += HIDDEN.format(lesson=number, task=task, given=given)
    return nb


NAME_CELL = """\
from cnnlib.exercises.engine.variant import student

student("")  # your name or number between the quotes, before all else"""
OWN_NUMBERS = "Your own numbers, in place of those above:"


def with_variants(nb, lesson):
    """Add to a notebook, in place, cells for the name and for the student's numbers; return it."""
    tasks = importlib.import_module(f"cnnlib.exercises.lesson{lesson}.tasks")
    added = {"imports": [new_code_cell(NAME_CELL, id="who")]}
    for cell in nb.cells:
        call = re.match(r"check\.(\w+)\(", cell.source)
        task = getattr(tasks, call[1], None) if call else None
        if isinstance(task, Question) and task.draw:
            name = cell.id.removeprefix("check-")
            ask = new_code_cell(f"check.{call[1]}.ask()", id=f"own-{name}")
            added[name] = [new_markdown_cell(OWN_NUMBERS, id=f"t-own-{name}"), ask]
    cells = []
    for cell in nb.cells:
        new = added.get(cell.id, [])
        cells += [cell, *new] if cell.id == "imports" else [*new, cell]
    nb.cells = cells
    return nb


def begin_course(folder, seed=None, force=False, variants=False):
    """Write nbgrader's configuration and one assignment an exercise.

    Raises
    ------
    FileExistsError
        If some of it is there, since it may hold the teacher's own work; with ``force`` it is
        overwritten.
    """
    seed = random.SystemRandom().randrange(2, 10**6) if seed is None else seed
    texts = {folder / "nbgrader_config.py": nbgrader_config(seed)}
    for path in solved():
        nb = without_self_study(without_outputs(read(path)))
        nb = with_hidden_tests(nb, path.stem[:2])
        if variants:
            with_variants(nb, path.stem[:2])
        texts[folder / "source" / path.stem / path.name] = dumps(nb)
    there = [path for path in texts if path.exists()]
    if there and not force:
        raise FileExistsError(
            f"{there[0]} is there already, and may hold your own changes: nothing was written."
            " Name another folder, or begin anew with --force."
        )
    for path, text in texts.items():
        write(path, text)


def main(argv=None):
    """Run the command line that the module's docstring shows; return the exit status."""
    parser = argparse.ArgumentParser(description="Make the student editions of the exercises.")
    parser.add_argument(
        "--class", dest="in_class", action="store_true", help="leave out what leads to solutions"
    )
    parser.add_argument("--variants", action="store_true", help="other numbers for each student")
    parser.add_argument("--to", type=Path, default=EXERCISES, metavar="FOLDER")
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="begin a course for nbgrader")
    parser.add_argument("--force", action="store_true", help="overwrite a course that is there")
    args = parser.parse_args(argv)
    if args.course:
        try:
            begin_course(args.course, force=args.force, variants=args.variants)
        except FileExistsError as error:
            print(error)
            return 1
        return 0
    for path in solved():
        nb = student_edition(read(path), self_study=not args.in_class)
        if args.variants:
            with_variants(nb, path.stem[:2])
        write(args.to / path.name, dumps(nb))
    return 0


if __name__ == "__main__":
    sys.exit(main())
