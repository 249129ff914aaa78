"""Small repairs of a reader's function: if one makes it right, it says what is wrong."""

import ast
import copy
import inspect
import textwrap

from cnnlib.exercises.engine.mistakes import Mistake

# Names that are taken for each other.
TWINS = {"H": "W", "KH": "KW", "OH": "OW", "SH": "SW", "h": "w", "kh": "kw", "oh": "ow"}
TWINS |= {"row": "column", "i": "j", "rows": "columns"}
TWINS |= {other: name for name, other in TWINS.items()}


def repairs(function):
    """Yield repairs of a function whose source is known, the likely ones first.

    Yields
    ------
    (str, Mistake)
        The kind, "return", "slice", "empty" or "name", and the repaired function with what was
        wrong.
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return
    if not isinstance(tree.body[0], ast.FunctionDef) or function.__closure__:
        return

    def made(changed, name, hint):
        names = {}
        code = compile(ast.fix_missing_locations(changed), "<repaired>", "exec")
        exec(code, function.__globals__, names)
        return Mistake(name, names[function.__name__], hint)

    lifted = copy.deepcopy(tree)
    if returned := _lift(lifted.body[0]):
        name = "the return stands inside a loop, which ends with its first turn"
        hint = f"Line {returned.lineno}: move it to the left, so that it stands below the loop."
        yield "return", made(lifted, name, hint)
    cut = copy.deepcopy(tree)
    for node in (found := [node for node in ast.walk(cut) if _mirrored(node)]):
        node.upper = ast.BoolOp(ast.Or(), [node.upper, ast.Constant(None)])
    if found:
        name = "a slice that ends at minus 0 is empty"
        hint = f"Line {found[0].lower.lineno}: count its end from the start, pad : pad + H."
        yield "slice", made(cut, name, hint)
    filled = copy.deepcopy(tree)
    for node in (found := [node for node in ast.walk(filled) if _empty(node)]):
        node.attr = node.attr.replace("empty", "zeros")
    if found:
        yield "empty", made(filled, "np.empty is not filled with zeros", "np.zeros is.")
    count = sum(_twin(node) for node in ast.walk(tree))
    for i in range(count):
        swapped = copy.deepcopy(tree)
        node = [node for node in ast.walk(swapped) if _twin(node)][i]
        old, node.id = node.id, TWINS[node.id]
        name = f"{old} stands where {node.id} belongs"
        yield "name", made(swapped, name, "One of the two is used for both axes in one place.")


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


def _twin(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in TWINS
