"""Tasks: what checks, questions and goals share."""

import sys

from cnnlib.exercises.engine import progress
from cnnlib.exercises.engine.result import Result
from cnnlib.exercises.engine.running import NotHere


class Refused(Exception):
    """Raised where what the reader handed over cannot be judged: says why, and by which name."""

    def __init__(self, why, mistake="refused"):
        super().__init__(why)
        self.mistake = mistake


class Task:
    """A lesson, a name, what to do, what comes next, and how what was found is reported.

    Lesson and name are given by :func:`collect`.
    """

    lesson = name = ""

    def __init__(self, todo, more):
        self.todo, self.more = todo, more

    def report(self, result):
        """Keep the progress and return the result; in grading, raise if it is not right."""
        if result.ok:
            progress.record(self.lesson, self.name)
        if _not_run():
            note = "The cell that you ran before this one did not run at all, so that what is"
            result.blocks.insert(0, f"{note} checked here is the version before it.")
        return result.graded()

    def result(self, state, title, *blocks, mistakes=()):
        return Result(state, self.name, title, list(mistakes), [b for b in blocks if b])

    def halted(self, outcomes, seconds, *blocks):
        """Find that a call had to be stopped, or refused, or that there is nothing to call yet.

        Parameters
        ----------
        outcomes : list of Outcome
            Of the calls so far; after one that took too long there is none.
        seconds : float
            What they might take.
        blocks : blocks of a Result
            What to show of a call that took too long.

        Returns
        -------
        Result or None
        """
        if outcomes[-1].late:
            title = f"not finished after {seconds:g} seconds, so it was stopped."
            return self.result("wrong", title, *blocks, mistakes=["endless"])
        for error in (outcome.error for outcome in outcomes):
            if isinstance(error, NotImplementedError):
                return self.unwritten("not written yet")
            if isinstance(error, (Refused, NotHere)):
                stop = "" if str(error).endswith((".", "?")) else "."
                return self.result("wrong", f"{error}{stop}", mistakes=[error.mistake])
        return None

    def unwritten(self, what):
        return self.result("todo", f"{what}. {self.todo}.", "Then run this cell again.")


def collect(lesson, names):
    """Give every task among the names of a module its own name, and note all in their order.

    Returns
    -------
    tuple of Task
    """
    tasks = {name: task for name, task in names.items() if isinstance(task, Task)}
    for name, task in tasks.items():
        for each in task, getattr(task, "first", None):
            if each is not None:
                each.lesson, each.name = lesson, name
    progress.TASKS[lesson] = list(tasks)
    return tuple(tasks.values())


def _not_run():
    """Say whether IPython could not even begin with the cell before this one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    last = getattr(shell, "last_execution_result", None)
    return last is not None and last.error_before_exec is not None
