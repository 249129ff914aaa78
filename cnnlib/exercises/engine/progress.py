"""Keep which tasks are done: an empty file for each, in a folder of the reader's own.

So two kernels that note something at the same moment lose nothing, and no file can be half written.
"""

import html
import os
from pathlib import Path

TASKS = {}  # lesson to names of its tasks, in order, of the lessons that are imported
DONE = {}  # lesson to names, of this session


class NotYet(Exception):
    """Says what has to be done first, in one line and without a traceback."""

    def _render_traceback_(self):
        return [str(self)]


def need(*tasks):
    """Stop a cell that uses what the reader writes, as long as that is not right.

    Raises
    ------
    NotYet
        If the check of a task has not been content in this session.
    """
    missing = [task.name for task in tasks if task.name not in DONE.get(task.lesson, [])]
    if missing:
        *others, last = missing
        names = f"{', '.join(others)} and {last}" if others else last
        checks = "checks above are" if others else "check above is"
        raise NotYet(
            f"○ This cell uses {names}. Go on until the {checks} content, then run it again."
        )


def state_folder():
    """Return the folder, or None where progress is not kept.

    It is ``cnnlib/progress`` under ``XDG_STATE_HOME``, by default ``~/.local/state``. Tests,
    graders and ``CNNLIB_PROGRESS=off`` keep progress in memory alone.
    """
    off = os.environ.get("CNNLIB_PROGRESS") == "off"
    if off or "PYTEST_VERSION" in os.environ or "NBGRADER_EXECUTION" in os.environ:
        return None
    home = os.environ.get("XDG_STATE_HOME")
    try:
        folder = Path(home) if home else Path.home() / ".local" / "state"
    except RuntimeError:
        return None
    return folder / "cnnlib" / "progress"


def load():
    """Return what is done, a dict of lesson to names."""
    done = {lesson: list(names) for lesson, names in DONE.items()}
    folder = state_folder()
    for path in sorted(folder.glob("*/*")) if folder else []:
        names = done.setdefault(path.parent.name, [])
        if path.name not in names:
            names.append(path.name)
    return done


def record(lesson, name):
    """Note that a task is done; a folder that cannot be written to is no reason to fail."""
    names = DONE.setdefault(lesson, [])
    if name not in names:
        names.append(name)
    folder = state_folder()
    if folder is None:
        return
    try:
        (folder / lesson).mkdir(parents=True, exist_ok=True)
        os.close(os.open(folder / lesson / name, os.O_CREAT | os.O_EXCL))  # follows no link
    except OSError:
        pass  # noted before, or not possible


class Progress:
    """Which tasks of which lessons are done."""

    def __init__(self, done, tasks):
        self.rows = []
        for lesson in sorted(done.keys() | tasks.keys()):
            finished = done.get(lesson, [])
            names = tasks.get(lesson, finished)
            self.rows.append((lesson, [(name, name in finished) for name in names]))

    def lines(self):
        """Return a line a lesson: its number, how many are done, and each task with its sign."""
        for lesson, names in self.rows:
            count = f"{sum(done for _, done in names)} of {len(names)}"
            told = "  ".join(f"{'✓' if done else '○'} {name}" for name, done in names)
            yield lesson, count, told

    def __str__(self):
        return "\n".join(f"{lesson}  {count}:  {told}" for lesson, count, told in self.lines())

    __repr__ = __str__

    def _repr_html_(self):
        rows = [
            "<tr>" + "".join(f'<td style="text-align:left">{html.escape(t)}</td>' for t in line)
            for line in self.lines()
        ]
        return f"<table>{'</tr>'.join([*rows, ''])}</table>"


def progress():
    """Show what is done: of this lesson task by task, of others as far as they were begun."""
    return Progress(load(), TASKS)
