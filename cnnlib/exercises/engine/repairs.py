"""Small repairs of a reader's function: if one makes it right, it says what is wrong."""

import ast
import builtins
import copy
import dis
import functools
import inspect
import itertools
import linecache
import sys
import textwrap
import warnings

from cnnlib import here
from cnnlib.exercises.engine import edits, pieces
from cnnlib.exercises.engine.mine import functions_of
from cnnlib.exercises.engine.mistakes import Mistake
from cnnlib.exercises.engine.whose import own

NTH = "first", "second", "third", "fourth", "fifth"
MOST = 5000  # changes to try; each takes less than a millisecond
# Modules that only calculate, whatever they are handed.
TAME = "main builtins cnnlib numpy math cmath itertools functools operator collections copy time"
TAME += " random statistics fractions decimal re string typing warnings"


def repairs(function):
    """Yield repairs of a function whose source is known, the likely ones first.

    Yields
    ------
    (str, Mistake)
        The kind, "return", "slice" or "empty", and the repaired function with what was wrong.
    """
    tree, made, _ = _read(function)
    if tree is None:
        return
    lifted = copy.deepcopy(tree)
    methods = [node for node in ast.walk(lifted) if isinstance(node, ast.FunctionDef)]
    if returned := next(filter(None, map(_lift, methods)), None):
        name = "the return stands inside a loop, which ends with its first turn"
        hint = f"Line {returned.lineno}: move it to the left, so that it stands below the loop."
        yield "return", Mistake(name, made(ast.fix_missing_locations(lifted)), hint)
    cut = copy.deepcopy(tree)
    for node in (found := [node for node in ast.walk(cut) if _mirrored(node)]):
        node.upper = ast.BoolOp(ast.Or(), [node.upper, ast.Constant(None)])
    if found:
        name = "a slice that ends at minus 0 is empty"
        hint = f"Line {found[0].lower.lineno}: count its end from the start, pad : pad + H."
        yield "slice", Mistake(name, made(ast.fix_missing_locations(cut)), hint)
    filled = copy.deepcopy(tree)
    for node in (found := [node for node in ast.walk(filled) if _empty(node)]):
        node.attr = node.attr.replace("empty", "zeros")
    if found:
        yield (
            "empty",
            Mistake(
                "np.empty is not filled with zeros",
                made(ast.fix_missing_locations(filled)),
                "np.zeros is.",
            ),
        )


def small_changes(thing, near=(), fewer=False):
    """Yield what a reader's function or class becomes by each small change of its code.

    Parameters
    ----------
    thing : function or class
    near : collection of int
        Lines whose changes are the likely ones.
    fewer : bool
        Whether to make only those that leave something out, at one place.

    Yields
    ------
    Mistake
        What was made, with the place and what is wrong there as its name.
    """
    tree, made, text_of = _read(thing)
    if tree is None or not _only_calculates(thing, []):
        return
    parents = {id(n): each for each in ast.walk(tree) for n in ast.iter_child_nodes(each)}
    every = [node for node in ast.walk(tree) if isinstance(node, (ast.expr, ast.Slice))]

    def short(node):
        text, *more = text_of(node).splitlines()
        if not more and len(text) <= 50:
            return text
        end = [text, *more][-1][-20:].strip()
        return f"{text[:30].strip()} ... {end.partition(' ')[2] or end}"  # from a whole word on

    @functools.cache
    def place(node, alone):
        """Return the text of a node, with what it stands in if a line has the same again.

        If it is changed ``alone``, also which one, where what it stands in is there again.
        """
        parent = parents[id(node)]
        if isinstance(parent, ast.keyword) or isinstance(node, ast.Tuple):
            return short(parent if isinstance(parent, (ast.keyword, ast.Subscript)) else node)
        while isinstance(parent, ast.Tuple) and isinstance(parents[id(parent)], ast.Subscript):
            parent = parents[id(parent)]
        again = [n for n in every if n.lineno == node.lineno and text_of(n) == text_of(node)]
        whole = isinstance(parent, (ast.expr, ast.Slice)) and parent.end_lineno == node.lineno
        if not (again[1:] and whole):
            return short(node)
        return f"{short(node)} in {which(parent) if alone else ''}{short(parent)}"

    def which(node):
        """Return which of those that a line has again a node is: "the second "; else ""."""
        alike = [n for n in every if n.lineno == node.lineno and text_of(n) == text_of(node)]
        at = sorted(alike, key=lambda n: n.col_offset).index(node)
        return f"the {NTH[at]} " if alike[1:] and at < len(NTH) else ""

    def likewise(node, others):
        """Say where the same is changed as well, as the end of a sentence; or ""."""
        said, numbers = [], isinstance(node, ast.Constant)
        again = {n for n in every if n.lineno == node.lineno and text_of(n) == text_of(node)}
        some = numbers and not again <= {node, *others}  # of those in the line, not all
        named = [place(each, True) if some else short(each) for each in others]
        for line, text in dict.fromkeys(zip((n.lineno for n in others), named, strict=True)):
            where = f" in line {line}" if line != node.lineno else ""
            if where or text != short(node):
                said.append(f"{text if text != short(node) else ''}{where}".strip())
        if not said:
            return ", each time that it stands there" if others else ""
        return f", and likewise {' and '.join(said[:2])}{' and more' if said[2:] else ''}"

    for node, needs, others in itertools.islice(edits.changes(tree, near), MOST // here.slower()):
        if fewer and (others or needs not in (pieces.LESS, pieces.MUCH)):
            continue
        try:
            changed = made(tree)
        except Exception:  # that is no code, or has a wrong default
            continue
        yield Mistake(
            f"in line {node.lineno}, {place(node, not others)} {needs}{likewise(node, others)}",
            changed,
        )


def _only_calculates(thing, known):
    """Say whether a reader's code, with what it uses, can be run often and handed anything.

    Not if it opens files, draws or starts programs: whatever is not of a module in ``TAME``.
    """
    known.append(thing)
    for function in functions_of(thing):
        codes = [function.__code__]
        for code in codes:
            codes += filter(inspect.iscode, code.co_consts)
            if "as_strided" in code.co_names:  # with other strides it reads anywhere
                return False
            for step in dis.get_instructions(code):
                value = None
                if step.opname == "IMPORT_NAME":
                    value = sys.modules.get(step.argval)
                elif step.opname == "LOAD_GLOBAL":
                    missing = getattr(builtins, step.argval, None)
                    value = function.__globals__.get(step.argval, missing)
                if not any(value is each for each in known) and not _is_tame(value, known):
                    return False
    return True


def _is_tame(value, known):
    """Say whether what a name stands for only calculates."""
    if getattr(value, "__name__", "") == "as_strided":  # by another name
        return False
    if inspect.ismodule(value):
        home = value.__name__
    else:
        kind = value if callable(value) else type(value)
        if any(own(each.__code__.co_filename) for each in functions_of(kind)):
            return _only_calculates(kind, known)
        home = getattr(kind, "__module__", None) or type(kind).__module__
    return home.partition(".")[0].strip("_") in TAME.split()


def _read(thing):
    """Return the tree of a function or class, what makes one of such a tree, what finds its text.

    Its lines have the numbers that they have in the cell. If the source is not known, all is None.
    """
    try:
        source, first, names = _source(thing)
        source = textwrap.dedent(source)
        tree = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError):
        return None, None, None
    if getattr(tree, "name", "") != thing.__name__:
        return None, None, None  # a lambda
    texts = {id(node): node for node in ast.walk(tree)}  # holds them, so that each id is its own
    texts = {key: (ast.get_source_segment(source, node), node) for key, node in texts.items()}
    ast.increment_lineno(tree, first - 1)
    # What a change adds to a list of the notebook, or to a dict, is not to stay there.
    names = {n: copy.copy(v) if type(v) in (list, dict, set) else v for n, v in names.items()}

    def made(changed):
        own = dict(names)  # what calls itself is to call what it has become
        with warnings.catch_warnings(action="ignore"):  # Python has a word on some of them
            code = compile(ast.Module([changed], []), "<changed>", "exec")
        exec(code, own)
        return own[changed.name]

    return tree, made, lambda node: texts[id(node)][0]


def _source(thing):
    """Return the source of a function or class, the number of its first line, the names around it.

    Raises
    ------
    OSError, TypeError
        If it is not known, or not all of it is there.
    """
    if not inspect.isclass(thing):
        if not inspect.isfunction(thing) or thing.__closure__:
            raise TypeError("it is another callable, or uses names of a function around it")
        lines, first = inspect.getsourcelines(thing)
        return "".join(lines), first, thing.__globals__
    for method in map(inspect.unwrap, filter(inspect.isfunction, vars(thing).values())):
        code = method.__code__
        lines = linecache.getlines(code.co_filename)  # inspect finds no class of a notebook
        for node in ast.parse("".join(lines)).body:
            if (
                isinstance(node, ast.ClassDef)
                and node.lineno <= code.co_firstlineno <= node.end_lineno
            ):
                source = "".join(lines[node.lineno - 1 : node.end_lineno])
                return source, node.lineno, method.__globals__
    raise OSError("no class of a cell")


def _lift(block):
    """Move, in place, every return that ends the body of a loop below the loop; return one."""
    found, body = None, []
    for node in block.body:
        moved = None
        if isinstance(node, (ast.For, ast.While, ast.With)):
            moved = _lift(node) if not isinstance(node, ast.With) else None
            if not isinstance(node, ast.With) and isinstance(node.body[-1], ast.Return):
                moved = node.body.pop()
                node.body = node.body or [ast.Pass()]
        body += [node, moved] if moved else [node]
        found = moved or found
    block.body = body
    return found


def _mirrored(node):
    """Say whether a node is a slice a:-a."""
    if not isinstance(node, ast.Slice) or not isinstance(node.lower, ast.Name):
        return False
    upper = node.upper
    return (
        isinstance(upper, ast.UnaryOp)
        and isinstance(upper.op, ast.USub)
        and isinstance(upper.operand, ast.Name)
        and upper.operand.id == node.lower.id
    )


def _empty(node):
    """Say whether a node is np.empty or np.empty_like."""
    owner = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id
    return owner in ("np", "numpy") and node.attr in ("empty", "empty_like")
