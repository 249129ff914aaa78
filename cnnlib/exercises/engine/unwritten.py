"""Whether a function or class is written yet, or still a stub."""

import ast
import inspect
import textwrap


def is_stub(thing):
    """Say whether a function, or something in a class, is still to be written.

    A function is if ``pass`` or ``...`` stands where code goes, and beside it only names are set,
    or a switch as in ``network.training = True``, as the first lines of stubs do; a class if one
    of its methods is, or if it has none but ``__init__``.
    """
    if inspect.isclass(thing):  # whose own source a notebook does not know
        methods = [value for value in vars(thing).values() if inspect.isfunction(value)]
        methods = [method for method in methods if method.__name__ != "__init__"]
        return any(map(is_stub, methods)) if methods else not makes_methods(thing)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return False
    body = tree.body if isinstance(tree, ast.FunctionDef) else []
    return any(map(_blank, body)) and all(map(_given, body))


def makes_methods(kind):
    """Say whether the __init__ of a class makes functions, which may be its methods."""
    code = getattr(kind.__init__, "__code__", None)
    return code is not None and any(inspect.iscode(each) for each in code.co_consts)


def _blank(node):
    """Say whether a statement is ``pass`` or ``...``."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return node.value.value is Ellipsis
    return isinstance(node, ast.Pass)


def _given(node):
    """Say whether a statement may stand in a stub: no code, names that are set, or a switch."""
    if isinstance(node, ast.Assign):
        switch = ast.Attribute if isinstance(node.value, ast.Constant) else ()
        return all(isinstance(each, (ast.Name, ast.Tuple, switch)) for each in node.targets)
    return _blank(node) or isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
