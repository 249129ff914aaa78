"""What the tests of the exercise checks share: solutions, and solutions with a mistake put in."""

import functools
import itertools
import linecache
from pathlib import Path

import nbformat
import numpy as np

from cnnlib.checks.base import Check
from cnnlib.checks.trial import GENERAL_NAMES, Trial

SOLUTIONS = Path(__file__).resolve().parent.parent / "notebooks" / "solutions"


@functools.cache
def cells(notebook):
    """Return what has to be run of a solution: its imports, and what the reader has to write."""
    nb = nbformat.read(SOLUTIONS / f"{notebook}.ipynb", as_version=4)
    return {
        cell.id: cell.source
        for cell in nb.cells
        if cell.cell_type == "code"
        and (cell.id == "imports" or cell.metadata.get("nbgrader", {}).get("solution"))
    }


def solve(notebook, cell=None, *changes):
    """Run a solution with texts in one cell replaced.

    Parameters
    ----------
    notebook : str
        ``"01_convolution"``.
    cell : str, optional
        The id of the cell to change; cells after it are not run.
    changes : (str, str)
        What to replace, which has to be there, and by what.

    Returns
    -------
    dict
        The names that it defines.
    """
    names = {}
    for number, (name, source) in enumerate(cells(notebook).items()):
        if name == cell:
            for old, new in changes:
                assert old in source, f"{notebook}, {cell}: there is no {old!r}"
                source = source.replace(old, new)
        filename = f"<{notebook}, cell {number}, {hash(source)}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        exec(compile(source, filename, "exec"), names)
        if name == cell:
            return names
    assert cell is None, f"{notebook} has no cell {cell}"
    return names


def named(task):
    """Return the names of all mistakes and limits that a check knows, general ones left out."""
    limits = [limit.property for limit in getattr(task, "limits", ())]
    names = {m.name for m in task.mistakes} - GENERAL_NAMES
    return names | set(limits)


def outputs(check, function, seed=0):
    """Return what a wrong version gives in every case, as far as it gives something."""
    trial = Trial(check, function, seed)
    return [None if value is None else tuple(value.values()) for value in trial.values]


def alike(check, one, other):
    """Say whether two lists of results are equal in every case."""
    for a, b in zip(one, other, strict=True):
        if (a is None) != (b is None):
            return False
        if a is not None and not all(check.close(i, j) for i, j in zip(a, b, strict=True)):
            return False
    return True


def confused(check):
    """Return the pairs of mistakes that no case of a check tells apart, or that nobody sees.

    General mistakes that are none for this check, such as whole numbers for a count, and those
    that are what another mistake gives, are left out.
    """
    found = {"": outputs(check, check.right)}
    found |= {m.name: outputs(check, m) for m in check.mistakes}
    return [
        (one, other)
        for one, other in itertools.combinations(found, 2)
        if other not in GENERAL_NAMES and alike(check, found[one], found[other])
    ]


def limits_confused(check):
    """Return the pairs of limits that hold for the same cases, and those with too few cases."""
    cases = check.cases(np.random.default_rng(0))
    held = {
        limit.property: [limit.property in case.properties for case in cases]
        for limit in check.limits
    }
    few = [name for name, flags in held.items() if min(flags.count(True), flags.count(False)) < 2]
    return few + [
        pair for pair in itertools.combinations(held, 2) if held[pair[0]] == held[pair[1]]
    ]


def checks(tasks):
    """Return those of a lesson's tasks that check functions."""
    return [task for task in tasks if isinstance(task, Check)]
