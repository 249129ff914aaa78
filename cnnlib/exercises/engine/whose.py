"""Whose code is it, the reader's, a library's, or what an exercise asks for? Is it written yet?"""

import ast
import inspect
import sysconfig
import textwrap
from pathlib import Path

import numpy as np

PACKAGE = Path(__file__).parents[2]
# Where code lies that the reader did not write.
LIBRARIES = tuple(
    str(Path(path))
    for path in (
        PACKAGE,
        Path(np.__file__).parent,
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("platstdlib"),
        "<frozen",
    )
)
# Modules that hold what the exercises ask for, and what a reader may use of them.
LENDERS = ("reference", "im2col", "gradcheck", "interpret", "losses", "optimizers", "training")
LENT = ("output_size", "softmax")


def own(filename):
    """Say whether code of that file is the reader's: neither of a library nor of this package."""
    inside = ("site-packages", "dist-packages")
    return not filename.startswith(LIBRARIES) and not any(name in filename for name in inside)


def lends(code):
    """Say whether code is of this package and what an exercise asks for."""
    if code is None:
        return False
    path = Path(code.co_filename)
    if not path.is_relative_to(PACKAGE) or code.co_name in LENT:
        return False
    return path.name == "mistakes.py" or path.parent == PACKAGE and path.stem in LENDERS


def is_stub(thing):
    """Say whether a function, or something in a class, is still to be written.

    A function is if it returns nothing and ``pass`` or ``...`` stands where code goes; a class if
    one of its methods is, or if it has none but ``__init__``.
    """
    if inspect.isclass(thing):  # whose own source a notebook does not know
        methods = [value for value in vars(thing).values() if inspect.isfunction(value)]
        methods = [method for method in methods if method.__name__ != "__init__"]
        return any(map(is_stub, methods)) if methods else not makes_methods(thing)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return False
    blank = isinstance(tree, ast.FunctionDef) and any(map(_blank, tree.body))
    return blank and not any(isinstance(node, ast.Return) for node in ast.walk(tree))


def makes_methods(kind):
    """Say whether the __init__ of a class makes functions, which may be its methods."""
    code = getattr(kind.__init__, "__code__", None)
    return code is not None and any(inspect.iscode(each) for each in code.co_consts)


def _blank(node):
    """Say whether a statement is ``pass`` or ``...``."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return node.value.value is Ellipsis
    return isinstance(node, ast.Pass)
