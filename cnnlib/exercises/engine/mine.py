"""A reader's own module: ``mine.py``, beside the notebooks, grows from exercise to exercise.

:func:`keep` writes into it what a reader wrote in a notebook. A later notebook gets it back from
:class:`Mine`, or has a version of this package on loan.
"""

import ast
import builtins
import dis
import inspect
import linecache
import sys
import textwrap
from pathlib import Path
from types import CodeType, ModuleType

from cnnlib.exercises.engine.errors import explain
from cnnlib.exercises.engine.progress import state_folder
from cnnlib.exercises.engine.whose import own
from cnnlib.exercises.engine.words import either, kind_of

FILE = Path("mine.py")
HEAD = '"""My own library, written in the exercises."""\n\n'
CONSTANTS = (bool, int, float, str, type(None))


class NotKept(Exception):
    """Says, in one line and without a traceback, why something cannot be kept."""

    def _render_traceback_(self):
        return [str(self)]


def keep(*things):
    """Write functions and classes of a notebook into ``mine.py``, with all that they use.

    What is there under the same name is replaced; the rest of the file stays as it is. Where no
    progress is kept, in tests and while grading, nothing is written.

    Raises
    ------
    NotKept
        If something is not a reader's function or class, or uses what cannot stand in a file; then
        the file is as it was.
    """
    parts = {}
    for thing in things:
        _gather(thing, parts)
    text = FILE.read_text(encoding="utf-8") if FILE.is_file() else HEAD
    text = _merged(text, parts)
    try:
        exec(compile(text, str(FILE), "exec"), {"__name__": "mine"})
    except Exception as error:
        said = ", ".join(explain(error)) or type(error).__name__
        raise NotKept(f"✗ {FILE} would not run, so nothing was kept: {said}") from None
    if state_folder() is not None:
        FILE.write_text(text, encoding="utf-8", newline="\n")
    print(f"✓ kept in {FILE}: {', '.join(thing.__name__ for thing in things)}")


def _gather(thing, parts):
    """Add a thing, and first what it uses, to a dict of name to lines of code."""
    name = getattr(thing, "__name__", None)
    if not callable(thing):
        raise NotKept(f"✗ a function or a class was expected, and {kind_of(thing)} came.")
    if name in parts:
        return
    if not _own(thing):
        raise NotKept(f"✗ {name} is not yours: only what you wrote can be kept.")
    functions = functions_of(thing)
    source, node = _source(name, functions[0].__code__)
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & _outside(node)
    for function in functions:
        used |= _globals(function.__code__)
    parts[name] = ""  # so that what calls itself ends
    for other in sorted(used - {name}):
        if other in functions[0].__globals__:
            _use(other, functions[0].__globals__[other], name, parts)
    del parts[name]
    parts[name] = source


def _use(name, value, user, parts):
    """Add what a kept thing uses under a name."""
    if isinstance(value, ModuleType):
        short = "" if value.__name__ == name else f" as {name}"
        parts[name] = f"import {value.__name__}{short}"
    elif getattr(value, "lent", False):
        loan = value.__mro__[1] if inspect.isclass(value) else inspect.unwrap(value)
        parts[name] = f"from {loan.__module__} import {loan.__name__}  # on loan"
    elif isinstance(value, CONSTANTS):
        parts[name] = f"{name} = {value!r}"
    elif (inspect.isfunction(value) or inspect.isclass(value)) and _own(value):
        _gather(value, parts)
    elif home := _home(value):
        short = "" if value.__name__ == name else f" as {name}"
        parts[name] = f"from {home} import {value.__name__}{short}"
    elif not hasattr(builtins, name):
        raise NotKept(
            f"✗ {user} uses {name} of the notebook, {kind_of(value)}:"
            " hand it over as an argument, then it can be kept."
        )


def _own(thing):
    """Say whether a function or class is a reader's."""
    functions = functions_of(thing)
    return bool(functions) and own(functions[0].__code__.co_filename)


def _home(value):
    """Return the module from which a value can be imported under its name, or None."""
    for home in (getattr(value, "__module__", None), "numpy", "math"):
        name = getattr(value, "__name__", "")
        if home in sys.modules and home != "__main__":
            if getattr(sys.modules[home], name, None) is value:
                return home
    return None


def functions_of(thing):
    """Return a function, or the methods of a class, without what wraps them."""
    known = [thing] if inspect.isfunction(thing) else getattr(thing, "__dict__", {}).values()
    found = [inspect.unwrap(function) for function in known if inspect.isfunction(function)]
    return [function for function in found if inspect.isfunction(function)]


def _globals(code):
    """Return the global names that code reads, code inside it included."""
    names = {
        i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    for part in code.co_consts:
        names |= _globals(part) if isinstance(part, CodeType) else set()
    return names


def _outside(node):
    """Return the names that a definition reads when it is made: defaults, bases, class lines."""
    made = [node.args] if isinstance(node, ast.FunctionDef) else [*node.bases]
    made += getattr(node, "decorator_list", [])
    if isinstance(node, ast.ClassDef):
        for line in node.body:
            made += [line.args] if isinstance(line, ast.FunctionDef) else [line]
    return {n.id for part in made for n in ast.walk(part) if isinstance(n, ast.Name)}


def _source(name, code):
    """Return the lines of a definition, and its syntax."""
    lines = linecache.getlines(code.co_filename)
    for node in ast.walk(ast.parse("".join(lines))) if lines else ():
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name != name:
            continue
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        if first <= code.co_firstlineno <= node.end_lineno:
            return textwrap.dedent("".join(lines[first - 1 : node.end_lineno])).rstrip(), node
    raise NotKept(f"✗ {name}: its code is not to be found. Run the cell that defines it again.")


def _merged(text, parts):
    """Put parts into the text of a module: in place of what has their name, or at its end."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise NotKept(f"✗ line {error.lineno} of {FILE} is no Python: mend it first.") from None
    lines, there = text.splitlines(), {}
    for node in tree.body:
        for name in _defined(node):
            there[name] = node
    for name in sorted(parts.keys() & there.keys(), key=lambda name: -there[name].lineno):
        node, imported = there[name], parts[name].startswith(("import ", "from "))
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Assign)) and not imported:
            decorators = getattr(node, "decorator_list", ())
            first = min([node.lineno, *(d.lineno for d in decorators)])
            lines[first - 1 : node.end_lineno] = parts[name].splitlines()
    new = [part for name, part in parts.items() if not _stands(part, there.get(name))]
    imports = [part for part in new if part.startswith(("import ", "from "))]
    if imports:
        docstring = ast.get_docstring(tree) is not None
        at = tree.body[0].end_lineno if docstring else 0
        lines[at:at] = [""] * docstring + imports
    while lines and not lines[-1]:
        lines.pop()
    rest = [part for part in new if part not in imports]
    return "\n".join([*lines, *(f"\n\n{part}" for part in rest)]).strip() + "\n"


def _stands(part, node):
    """Say whether the module has a part already: what was on loan there may be written since."""
    imported = isinstance(node, (ast.Import, ast.ImportFrom))
    return node is not None and not (imported and part.startswith(("def ", "class ", "@")))


def _defined(node):
    """Return the names that a line of a module gives."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, ast.Assign) and len(node.targets) == 1:  # a newer part takes its place
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


class Mine:
    """Hands out what a reader kept, or a version of this package in its stead.

    Parameters
    ----------
    loans : dict of str to (str, function or class)
        By name: the number of the exercise that asks for it, and what stands in for it.
    """

    def __init__(self, **loans):
        self.loans = loans

    def __call__(self, *names):
        """Return what has these names in ``mine.py``, the one thing or a list of several.

        Says where each comes from. What is not there is on loan: it can be used, and is refused as
        an answer to the task that asks for it.
        """
        kept, why = _kept()
        missing = [name for name in names if name not in kept]
        if len(missing) < len(names):
            print(f"✓ from {FILE}: {', '.join(name for name in names if name in kept)}")
        if missing:
            why = why or f"{FILE} holds no {either(missing)}"
            asked = either(sorted({self.loans[name][0] for name in missing}))
            print(
                f"○ {why}, so cnnlib lends you {'one' if len(missing) == 1 else 'its own'}."
                f" A cell at the end of exercise {asked} keeps yours."
            )
        found = [kept[n] if n in kept else lent(n, self.loans[n][1]) for n in names]
        return found[0] if len(found) == 1 else found


def _kept():
    """Return the names of ``mine.py``, and why there are none."""
    if state_folder() is None or not FILE.is_file():
        return {}, f"there is no {FILE} here"
    names = {"__name__": "mine"}
    try:
        exec(compile(FILE.read_text(encoding="utf-8"), str(FILE.resolve()), "exec"), names)
    except Exception as error:
        return {}, f"{FILE} does not run ({', '.join(explain(error))})"
    return {n: v for n, v in names.items() if getattr(v, "__module__", "") == "mine"}, ""


def lent(name, thing):
    """Return a stand-in that is known as one."""
    if inspect.isclass(thing):
        return type(name, (thing,), {"lent": True, "__module__": "lent"})

    def loan(*args, **named):
        return thing(*args, **named)

    loan.lent, loan.__name__, loan.__wrapped__ = True, name, thing
    return loan
