"""A printable sheet for each student: tasks by hand with numbers of their own, wrong code, a key.

``python -m cnnlib sheet 01 03 --students class.txt`` writes one page to print, which a browser cuts
into sheets. The numbers are those of the student's variant in the notebooks.
"""

import html
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from cnnlib.arguments import at_least
from cnnlib.exercises.engine import variant
from cnnlib.exercises.engine.check import Check
from cnnlib.exercises.engine.mistakes import Changed, code_of
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.result import Result
from cnnlib.exercises.engine.show import number
from cnnlib.files import check_place, write_whole
from cnnlib.here import say

LINES = 14  # of code that a student is asked to read at most
STYLE = (
    "body{font:11pt sans-serif;max-width:46em;margin:2em auto}section{break-after:page}"
    "pre{background:#f4f4f4;padding:.6em;white-space:pre-wrap}"
    ".line{border-bottom:1px solid #888;height:1.7em}"
)


def add_command(commands):
    """Add ``sheet`` to a command line."""
    command = commands.add_parser(
        "sheet",
        help="write sheets to print: tasks by hand and wrong code to explain, with a key",
        description="Write a page to print: for each student the tasks by hand of some exercises,"
        " with the numbers of the student's variant, and wrong code to explain; and the key.",
    )
    command.add_argument("lessons", nargs="+", metavar="NN", help="numbers of exercises: 01 04")
    command.add_argument(
        "--students", type=Path, metavar="FILE", help="a name a line; without, one sheet for all"
    )
    command.add_argument(
        "--codes", type=int, default=2, metavar="N", help="pieces of wrong code, by default 2"
    )
    command.add_argument("--to", type=Path, default=Path("sheets.html"), metavar="FILE")
    command.set_defaults(run=_run)


def _run(options):
    """Write the page; return the exit status."""
    before = os.environ.get(variant.VARIABLE)
    try:
        at_least(0, codes=options.codes)
        check_place(options.to, options.to.suffix)
        names = students(options.students) if options.students else [""]
        write_whole(options.to, page(options.lessons, names, options.codes).encode())
    except (OSError, ValueError) as error:
        say(f"cnnlib: {error}", sys.stderr)
        return 1
    finally:
        os.environ.pop(variant.VARIABLE, None)
        if before is not None:
            os.environ[variant.VARIABLE] = before
    say(f"wrote {options.to}: {len(names)} sheet{'s' * (len(names) > 1)} and the key")
    return 0


def students(path):
    """Read the names in a list, one a line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{str(path)!r} is not text in UTF-8: {error.reason}") from None
    return [name for line in lines if (name := line.strip())]


def page(lessons, names, codes=2):
    """Return the sheets of all students and the key, as one page of HTML.

    Raises
    ------
    ValueError
        If there is no exercise of a number, or no student.
    """
    for lesson in lessons:
        if not (lesson.isdigit() and find_spec(f"cnnlib.exercises.lesson{lesson}")):
            raise ValueError(f"there is no lesson {lesson}: lessons are numbered 00 to 09")
    if not names:
        raise ValueError("there is no name in the list of students")
    sheets, keys = [], []
    for name in names:
        os.environ[variant.VARIABLE] = name
        sheet, key = _sheet(lessons, codes)
        title = html.escape(name) or "Name: ____________________"
        sheets.append(f"<section><h1>{title}</h1>{sheet}</section>")
        keys.append(f"<h2>{html.escape(name) or 'Everybody'}</h2>{key}")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sheets</title>'
        f"<style>{STYLE}</style>{''.join(sheets)}<h1>Key</h1>{''.join(keys)}</html>\n"
    )


def _sheet(lessons, codes):
    """Return one student's sheet and its key."""
    sheet, key = [], []
    for lesson in lessons:
        tasks = import_module(f"cnnlib.exercises.lesson{lesson}.tasks").TASKS
        for task in (t for t in tasks if isinstance(t, Question) and t.asked):
            lines = "".join(f'<div class="line">{p}:</div>' for p in map(html.escape, task.parts))
            sheet.append(f"<h3>{lesson}, {task.name}</h3>{_blocks(task.ask())}{lines}")
            answers = (f"{p}: {number(task.value(task.answers, p))}" for p in task.parts)
            key.append(f"<p>{lesson}, {task.name}: {html.escape('; '.join(answers))}</p>")
        for asks, mistake in _drawn(lesson, tasks, codes):
            code = html.escape(code_of(mistake.function))
            sheet.append(
                f"<h3>{lesson}, wrong code</h3><p>What was asked: {html.escape(asks)}.</p>"
                f"<pre>{code}</pre><p>What is wrong? Name a call"
                " on which it is right all the same, one on which it is not, and mend it.</p>"
                + 4
                * '<div class="line"></div>'
            )
            key.append(
                f"<p>{lesson}, wrong code: {html.escape(f'{mistake.name}. {mistake.hint}')}</p>"
            )
    return "".join(sheet), "".join(key)


def _blocks(asked):
    """Return a question as HTML, without the sign of a check."""
    return Result("todo", "", "", [], asked.blocks).blocks_html()


def _drawn(lesson, tasks, count):
    """Draw mistakes whose code can be read in a minute, each with what its check asks for."""
    known = {}
    for check in (task for task in tasks if isinstance(task, Check)):
        for mistake in check.mistakes:
            made = mistake.function
            if isinstance(made, Changed) and made.source.__module__.endswith(".mistakes"):
                if code_of(made).count("\n") <= LINES:
                    known.setdefault(mistake.name, (check.todo, mistake))
    order = variant.generator(0, lesson, "wrong code").permutation(len(known))
    return [list(known.values())[i] for i in order[:count]]
