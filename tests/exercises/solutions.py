"""Solutions of the exercises, and solutions with a mistake put in."""

import functools
import importlib
import linecache
from pathlib import Path

import nbformat

from tests.helpers import replaced

SOLUTIONS = Path(__file__).resolve().parents[2] / "notebooks" / "solutions"
LESSONS = {
    path.stem[-2:]: importlib.import_module(f"tests.exercises.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("lesson??.py"))
}
TASKS = {
    number: importlib.import_module(f"cnnlib.exercises.lesson{number}.tasks") for number in LESSONS
}
for tasks in TASKS.values():
    for task in filter(lambda task: hasattr(task, "seconds"), vars(tasks).values()):
        task.seconds *= 100  # a right answer is as right on a busy machine


def notebooks(lesson):
    """Return the names of the notebooks of an exercise, which may have two parts."""
    module = LESSONS[lesson]
    return getattr(module, "NOTEBOOKS", None) or (module.NOTEBOOK,)


@functools.cache
def cells(notebook):
    """Return what has to be run of a solution: imports, what is given, what the reader writes."""
    nb = nbformat.read(SOLUTIONS / f"{notebook}.ipynb", as_version=4)
    return {
        cell.id: cell.source
        for cell in nb.cells
        if cell.cell_type == "code"
        and (
            cell.id in ("imports", "mine", "given")
            or cell.metadata.get("nbgrader", {}).get("solution")
        )
    }


def solve(notebook, cell=None, changes=None):
    """Run a solution with texts in one cell replaced.

    Parameters
    ----------
    notebook : str
        ``"01_convolution"``.
    cell : str, optional
        The id of the cell to change; cells after it are not run.
    changes : dict of str to str, optional
        What to replace, which has to be there, and by what.

    Returns
    -------
    dict
        The names that it defines.
    """
    names = {}
    for number, (name, source) in enumerate(cells(notebook).items()):
        if name == cell:
            source = replaced(source, changes or {})
        filename = f"<{notebook}, cell {number}, {hash(source)}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        exec(compile(source, filename, "exec"), names)
        if name == cell:
            return names
    assert cell is None, f"{notebook} has no cell {cell}"
    return names


@functools.cache
def solved(lesson):
    """Return the names that a solution defines, up to where it trains for half a minute."""
    before, names = getattr(LESSONS[lesson], "BEFORE_TRAINING", None), {}
    for notebook in reversed(notebooks(lesson)):  # what is on loan in one stands in the other
        names |= solve(notebook, before if before in cells(notebook) else None)
    return names


def answer(lesson, task, names=None):
    """Return what a solution answers to a task."""
    names = solved(lesson) if names is None else names
    name = getattr(LESSONS[lesson], "NAMES", {}).get(task, task)
    if isinstance(name, str):
        return names[name]
    return name(names)


def cell(lesson, task):
    """Return in which notebook and cell a task is answered."""
    name = task.replace("_", "-")
    return next(notebook for notebook in notebooks(lesson) if name in cells(notebook)), name


def changed(lesson, task, changes):
    """Return the answer to a task with texts of its cell replaced."""
    return answer(lesson, task, solve(*cell(lesson, task), changes))


def source(lesson, task):
    """Return the text of the cell in which a task is answered."""
    notebook, name = cell(lesson, task)
    return cells(notebook)[name]
