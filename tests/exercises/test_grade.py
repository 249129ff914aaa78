"""Grading a folder: right and wrong notebooks, tricks, and notebooks that came back broken."""

import csv

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cnnlib.exercises.grade import grade

IMPORTS = "import numpy as np\nfrom cnnlib.exercises.lesson02 import tasks as check"
RIGHT = "def global_pool(x):\n    return x.mean(axis=(2, 3))"
CHECK = "check.global_pool(global_pool)"
FIELD = "check.receptive_field(receptive_field)"
TRICKS = {
    "environment": ["import os; os.environ.pop('NBGRADER_EXECUTION', None)"],
    "mock": ["from unittest.mock import MagicMock; check = MagicMock(); global_pool = None"],
    "taken": ["global_pool = check.global_pool.right"],
    "wrapped": ["def global_pool(x):\n    return check.global_pool.right(x)"],
    "patched": [
        "from cnnlib.exercises.engine.check import Check\n"
        "Check.diagnose = lambda *a, **k: check.by_hand.result('done', 'right')\n"
        "global_pool = None"
    ],
    "print": ['print = lambda *a: __builtins__.print(a[0], \'["done", ""]\')'],
    "dumps": [
        'import json\njson.dumps = lambda o, *a, _d=json.dumps, **k: \'["done", ""]\''
        " if isinstance(o, list) and o[:1] in (['wrong'], ['todo']) else _d(o, *a, **k)"
    ],
    "written": [
        "import sys\nwrite = sys.stdout.write\n"
        "sys.stdout.write = lambda s: write(s.replace('todo', 'done').replace('wrong', 'done'))"
    ],
    "imported": [
        "import importlib\nstand = type('', (), {'state': 'done', 'title': ''})()\n"
        "type(stand).__getattr__ = lambda s, n: lambda *a, **k: s\n"
        "importlib.import_module = lambda name: type('', (), {'__getattr__': lambda s, n: stand})()"
    ],
}
CELLS = {
    "right": [IMPORTS, RIGHT, CHECK],
    "wrong": [IMPORTS, RIGHT.replace("mean", "sum"), CHECK],
    "empty": [IMPORTS, "def global_pool(x):\n    pass  # YOUR CODE HERE", CHECK],
    "reordered": [IMPORTS, CHECK, RIGHT],
    "copied": [IMPORTS, RIGHT, CHECK, CHECK],
    "split": [IMPORTS, RIGHT, "print('half a line', end=' ')", CHECK],
    "no answer": [IMPORTS, CHECK, FIELD],
    "syntax": [IMPORTS, "def (", RIGHT, CHECK],
    "ends": [IMPORTS, RIGHT, CHECK, "import os; os._exit(0)", FIELD],
    "first": [IMPORTS.replace("02", "01"), "check.output_size(None)"],
    "cleared": [],
    "retyped": [IMPORTS, RIGHT],
    "no imports": [RIGHT, CHECK],
    "stopped": [
        IMPORTS,
        RIGHT,
        "from cnnlib.exercises.engine.running import Interrupted\n"
        f"raise Interrupted  # as a check does when a cell takes too long\n{CHECK}",
    ],
    **{name: [IMPORTS, *cells, CHECK] for name, cells in TRICKS.items()},
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("returned")
    for name, sources in CELLS.items():
        nb = new_notebook(cells=[new_code_cell(source) for source in sources])
        if name == "retyped":
            nb.cells.append(new_markdown_cell(CHECK))
        if name == "split":
            nb.metadata["kernelspec"] = {
                "name": "julia-1.9",
                "display_name": "J",
                "language": "julia",
            }
        (folder / name).mkdir()
        nbformat.write(nb, folder / name / "02.ipynb")
    (folder / "half.ipynb").write_text('{"cells": [{"cell_type": "co')
    return folder, grade(folder, 60)


def state(graded, name, task="02:global_pool"):
    return graded[1][f"{name}/02"][0].get(task, ("absent", ""))[0]


@pytest.mark.parametrize("name", ["right", "copied", "split", "syntax", "ends"])
def test_a_right_answer_counts_whatever_else_is_in_the_notebook(graded, name):
    assert state(graded, name) == "done"


@pytest.mark.parametrize("name", ["wrong", "empty", "reordered", "no answer", "retyped", *TRICKS])
def test_what_is_not_right_does_not_count(graded, name):
    assert state(graded, name) != "done"


def test_what_is_wrong_with_a_notebook_is_said_by_name(graded):
    problems = {name: problem for name, (_, problem) in graded[1].items()}
    assert problems["half"].startswith("cannot be read: ")
    assert (
        "the kernel died" in problems["ends/02"]
        and state(graded, "ends", "02:receptive_field") == ""
    )
    for name in ("cleared", "retyped", "no imports"):
        assert problems[f"{name}/02"].startswith("holds no check")
    assert problems["no answer/02"] == ""
    assert problems["right/02"] == "lost 1 of 2 checks: 02:receptive_field"
    no_answer = graded[1]["no answer/02"][0]["02:global_pool"]
    assert no_answer == ("", "not run: NameError: name 'global_pool' is not defined")
    stopped = graded[1]["stopped/02"][0]["02:global_pool"]
    assert stopped == ("", "not run: stopped after 60 seconds")


def test_the_tables_have_a_row_for_each_notebook_and_a_column_for_each_task(graded):
    folder, found = graded
    rows = list(csv.DictReader((folder / "grades.csv").read_text("utf-8-sig").splitlines()))
    assert [row["notebook"] for row in rows] == list(found) and len(rows) == len(CELLS) + 1
    marks = {row["notebook"]: row for row in rows}
    assert marks["right/02"]["02:global_pool"] == "1" and marks["wrong/02"]["02:global_pool"] == "0"
    assert marks["half"]["02:global_pool"] == "" and marks["right/02"]["right"] == "1"
    text = (folder / "grades.html").read_text(encoding="utf-8")
    tables = text.split("</table>")  # 02, 01, and what holds no check
    assert [table.count("<tr>") - 1 for table in tables[:-1]] == [1, len(CELLS) - 4, 4]
    assert "the sum is not divided" in tables[1] and "02:" not in tables[0] + tables[2]


def test_the_kernels_say_nothing_of_their_own(tmp_path, capfd):
    nb = new_notebook(cells=[new_code_cell(source) for source in CELLS["right"]])
    nbformat.write(nb, tmp_path / "a.ipynb")
    grade(tmp_path, 60)
    out, err = capfd.readouterr()
    assert out.startswith("a: 1 of 1 right\nwrote ") and "WARNING" not in err


def test_a_folder_without_notebooks_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no notebooks"):
        grade(tmp_path)
    with pytest.raises(ValueError, match="nowhere is no folder"):
        grade(tmp_path / "nowhere")
