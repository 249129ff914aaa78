"""Grade a folder of returned notebooks: a table, student by task, as CSV and as a page.

``python -m cnnlib grade FOLDER`` runs every notebook below a folder in a kernel of its own. After
each check it asks the package's own checks again, imported anew, with cases that the visible check
does not have. What cannot be run is said by name.
"""

import ast
import csv
import hashlib
import html
import json
import re
import secrets
import sys
from pathlib import Path

from cnnlib.arguments import at_least
from cnnlib.files import check_place, write_whole
from cnnlib.here import say

# What asks the checks is made before anything of the student runs, and holds what it needs: a name
# that a cell gives another meaning changes nothing. A verdict is signed, so that what rewrites the
# output changes none; whoever looks for the key finds it, in In[1].
BEFORE = """
import hashlib, importlib, json, sys
def {token}(mark, lesson, task, ask, key="{key}", say=print, text=json.dumps, modules=sys.modules,
            load=importlib.import_module, seal=hashlib.sha256):
    for name in [name for name in modules if name.startswith("cnnlib.exercises")]:
        modules.pop(name)
    found = ask(getattr(load("cnnlib.exercises.lesson" + lesson + ".tasks"), task))
    said = text([found.state, found.title])
    say("\\n{token}", mark, seal((key + mark + said).encode()).hexdigest(), said)
"""
ASK = '{token}("{name}", "{lesson}", "{task}", lambda _: _.diagnose({given}{seed}))'
SIGNS = {"done": "✓", "wrong": "✗", "todo": "○", "": "–"}


def add_command(commands):
    """Add ``grade`` to a command line."""
    command = commands.add_parser(
        "grade",
        help="run the notebooks that students returned, and make a table of their tasks",
        description="Run every notebook below FOLDER and write grades.csv and grades.html into it:"
        " a row for each notebook, a column for each task. Running a notebook runs what a student"
        " wrote: do it where that can do no harm.",
    )
    command.add_argument("folder", type=Path, metavar="FOLDER")
    command.add_argument(
        "--seconds", type=int, default=120, help="that a cell may take, by default 120"
    )
    command.set_defaults(run=_run)


def _run(options):
    """Grade; return the exit status."""
    try:
        grade(options.folder, options.seconds)
    except (ImportError, OSError, ValueError) as error:
        say(f"cnnlib: {error}", sys.stderr)
        return 1
    return 0


def grade(folder, seconds=120):
    """Grade all notebooks below a folder and write ``grades.csv`` and ``grades.html`` into it.

    Returns
    -------
    dict of str to (dict of str to (str, str), str)
        By notebook: by task, state and finding; and what is wrong with the notebook, or "".

    Raises
    ------
    OSError, ValueError
        If there are no notebooks, nothing can be written, or ``seconds`` is less than 1.
    """
    at_least(1, seconds=seconds)
    paths = sorted(p for p in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    if not paths:
        what = "holds no notebooks" if folder.is_dir() else "is no folder"
        raise ValueError(f"{folder} {what}")
    table, sheet = folder / "grades.csv", folder / "grades.html"
    for place in (table, sheet):
        check_place(place, place.suffix)
    found = {}
    for path in paths:
        name = path.relative_to(folder).with_suffix("").as_posix()
        found[name] = verdicts(path, seconds)
        done = sum(state == "done" for state, _ in found[name][0].values())
        said = f"; {found[name][1]}" if found[name][1] else ""
        say(f"{name}: {done} of {len(found[name][0])} right{said}")
    groups = exercises(found)
    for tasks, names in groups:
        for name in names:
            if lost := [task for task in tasks if task not in found[name][0]]:
                problem = f"lost {len(lost)} of {len(tasks)} checks: {', '.join(lost)}"
                found[name] = found[name][0], "; ".join(filter(None, [found[name][1], problem]))
                say(f"{name}: {problem}")
    write_csv(table, found, list(dict.fromkeys(task for tasks, _ in groups for task in tasks)))
    write_whole(sheet, page(found, groups).encode())
    say(f"wrote {table} and {sheet}")
    return found


def exercises(found):
    """Sort notebooks by exercise, those with most checks first: a list of tasks and names.

    A notebook belongs where most of its checks are known; one without a check comes last.
    """
    groups = []
    for name in sorted(found, key=lambda name: -len(found[name][0])):
        own = list(found[name][0])
        for tasks, names in groups:
            if 2 * len(set(own) & set(tasks)) > len(own) or not own and not tasks:
                names.append(name)
                break
        else:
            groups.append((own, [name]))
    return sorted(((tasks, sorted(names)) for tasks, names in groups), key=lambda g: g[0] or ["~"])


def verdicts(path, seconds):
    """Run one notebook; return state and finding by task, and what is wrong with the notebook."""
    import nbformat  # with Jupyter, which the package does not need otherwise
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    try:
        nb = nbformat.read(path, as_version=4)
    except Exception as error:  # half a file, other JSON, another format
        return (
            {},
            f"cannot be read: {str(error).partition(chr(10))[0][:80] or type(error).__name__}",
        )
    nb.metadata.pop("kernelspec", None)  # whatever it was run with, here it is this Python
    token, key, results = f"_{secrets.token_hex(8)}", secrets.token_hex(16), {}
    where = {}
    for cell in (cell for cell in nb.cells if cell.cell_type == "code"):
        cell.outputs = []
        for name, lesson, task, given, seed in calls(cell.source, nb):
            results[name], where[name] = ("", "not run"), cell
            ask = ASK.format(
                token=token, name=name, lesson=lesson, task=task, given=given, seed=seed
            )
            cell.source += f"\n{ask}"
    if not results:
        return {}, "holds no check of an exercise: cleared, another, or its imports deleted"
    nb.cells.insert(0, nbformat.v4.new_code_cell(BEFORE.format(token=token, key=key)))
    client = NotebookClient(
        nb,
        timeout=seconds,
        allow_errors=True,
        interrupt_on_timeout=True,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # or each kernel says how it is spoken to
    )
    problem = ""
    try:
        client.execute(cwd=str(path.parent))
    except DeadKernelError:
        problem = "the kernel died: a cell ended it, or took all memory"
    texts = (
        output.text
        for cell in nb.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream"
    )
    for line in "".join(texts).splitlines():
        if match := re.fullmatch(rf"{token} (\S+) (\w+) (\[.*\])", line):
            mark, seal, said = match.groups()
            if seal == hashlib.sha256((key + mark + said).encode()).hexdigest():
                results[mark] = tuple(json.loads(said))
    for name, cell in where.items():
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if results[name] == ("", "not run") and errors:
            text = f"not run: {errors[-1].ename}: {errors[-1].evalue}"
            if errors[-1].ename in ("KeyboardInterrupt", "Interrupted"):  # a cell, a check
                text = f"not run: stopped after {seconds} seconds"
            results[name] = "", text.partition("\n")[0][:120]
    return results, problem


def calls(source, nb):
    """Yield the checks that a cell calls: column, lesson, task, arguments, and a seed as text."""
    from importlib import import_module
    from importlib.util import find_spec

    from cnnlib.exercises.engine.check import Check

    imports = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")
    own = re.search(r"exercises\.lesson(\d\d) import tasks as check", imports)
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in tree.body:
        call = getattr(node, "value", None) if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        owner, task = ast.unparse(call.func.value), call.func.attr
        lesson = re.sub(r"^lesson(?=\d\d$)", "", owner) if owner != "check" else own and own[1]
        known = re.fullmatch(r"\d\d", str(lesson))
        if not known or not find_spec(f"cnnlib.exercises.lesson{lesson}"):
            continue
        known = getattr(import_module(f"cnnlib.exercises.lesson{lesson}.tasks"), task, None)
        if hasattr(known, "diagnose"):
            given = ", ".join(ast.unparse(part) for part in [*call.args, *call.keywords])
            seed = f", seed={secrets.randbelow(10**6) + 2}" if isinstance(known, Check) else ""
            yield f"{lesson}:{task}", lesson, task, given, seed


def write_csv(path, found, tasks):
    """Write a row for each notebook: 1 for right, 0 for wrong, nothing where no check was."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:  # which spreadsheets know
        rows = csv.writer(file)
        rows.writerow(["notebook", *tasks, "right", "problem"])
        for name, (results, problem) in found.items():
            marks = [int(results[task][0] == "done") if task in results else "" for task in tasks]
            right = sum(mark == 1 for mark in marks)
            rows.writerow([_harmless(name), *marks, right, _harmless(problem)])


def _harmless(text):
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def page(found, groups):
    """Return a page with a table an exercise; a finding shows when the mouse rests on its sign."""
    tables = []
    for tasks, names in groups:
        head = "".join(
            f"<th>{html.escape(text)}</th>" for text in ["notebook", *tasks, "right", ""]
        )
        rows = []
        for name in names:
            results, problem = found[name]
            cells = [f"<th>{html.escape(name)}</th>"]
            for task in tasks:
                state, said = results.get(task, ("", "no check of it"))
                sign = f'<abbr title="{html.escape(said)}">{SIGNS[state]}</abbr>'
                cells.append(f'<td class="{state}">{sign}</td>')
            right = sum(state == "done" for state, _ in results.values())
            cells += [f"<td>{right}</td>", f"<td>{html.escape(problem)}</td>"]
            rows.append(f"<tr>{''.join(cells)}</tr>")
        tables.append(f"<table><tr>{head}</tr>{''.join(rows)}</table>")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Grades</title><style>'
        "body{font-family:sans-serif}td,th{padding:2px 8px;border:1px solid #ccc}td{text-align:"
        "center}table{border-collapse:collapse;margin-bottom:2em}"
        ".done{color:#007a59}.wrong{color:#b34e00}"
        "</style><p>✓ right, ✗ wrong, ○ not answered, – not run or no check; text answers are"
        f" yours to mark.</p>{''.join(tables)}</html>\n"
    )
