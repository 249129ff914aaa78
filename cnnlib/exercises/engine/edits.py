"""Every small change of a piece of code: another name, number or sign, a factor more or less.

If one of them makes a reader's wrong function right, it says where the mistake is. The changes are
made one after the other in the tree of the code, and undone.
"""

import ast
import itertools

from cnnlib.exercises.engine import pieces

PLACES = 4  # who changes more of them rewrites, and makes no one change


def changes(tree, near=()):
    """Make every small change of a tree, one after the other; between them it is as it was.

    Where rows and columns are treated alike, both are changed as well, and so are all places at
    which the same stands, if they are few.

    Parameters
    ----------
    tree : ast.FunctionDef or ast.ClassDef
    near : collection of int
        Lines whose expressions come first. Those of ``__init__`` come last.

    Yields
    ------
    (ast.AST, str, list of ast.AST)
        What is changed, as it was, and what it needs: a verb and what belongs to it; and what is
        changed likewise.
    """
    code = pieces.Code(tree)
    for parent in ast.walk(tree):
        for block in (getattr(parent, "body", None), getattr(parent, "orelse", None)):
            if isinstance(block, list):
                yield from _moved(block)
    yield from _copied(tree, code.names)
    for alone, along in (
        (
            (pieces.mixed, pieces.ordered, pieces.regrouped, pieces.without),
            (pieces.mixed, pieces.regrouped, pieces.stepped, pieces.arguments),
        ),
        (
            (pieces.instead, pieces.arguments, pieces.around, pieces.another_place),
            (pieces.without, pieces.instead, pieces.another_place, pieces.operand, pieces.around),
        ),
        ((pieces.with_name,), (pieces.with_name,)),
    ):
        for together, kinds in ((False, alone), (True, along)):
            for kind in kinds:
                yield from _replaced(tree, lambda slot, kind=kind: kind(slot, code), together, near)
            if pieces.ordered in kinds:
                yield from _unpacked(tree)


def _slots(tree):
    """Yield the places of all expressions that a function reads."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if field in ("decorator_list", "annotation", "returns", "bases"):
                continue
            listed = enumerate(value) if isinstance(value, list) else [(None, value)]
            for index, node in listed:
                if isinstance(node, (ast.expr, ast.Slice)) and pieces.is_read(node):
                    yield pieces.Slot(parent, field, index, node)


def _replaced(tree, alternatives, together, near):
    """Put each alternative at its place, alone or together with the places that are like it."""
    first = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
    begun = {line for node in first for line in range(node.lineno, node.end_lineno + 1)}

    def order(slot):
        line = slot.node.end_lineno
        return line in begun, line not in near, line, slot.node.end_col_offset

    slots = sorted(_slots(tree), key=order)
    around = _sums(tree, ())
    texts = [ast.dump(slot.node) for slot in slots]
    places = {text: [s for s, t in zip(slots, texts, strict=True) if t == text] for text in texts}
    for slot, text in zip(slots, texts, strict=True):
        same = [other for other in places[text] if other is not slot and _as_one(slot, other)]
        twin = ast.dump(pieces.other_axis(slot.node))
        twins = places.get(twin, []) if twin != text else []
        groups = [(same, []), ([], twins), (same, twins)] if together else [([], [])]
        groups = [(a, b) for a, b in groups if bool(a or b) == together and len(a + b) < PLACES]
        for new, needs in alternatives(slot) if groups else ():
            if together and isinstance(slot.node, ast.Name) and isinstance(new, ast.UnaryOp):
                continue  # a place counted from the end is the same in a ring
            for ones, others in groups:
                for each in (slot, *ones):
                    each.put(new)
                for each in others:
                    each.put(pieces.other_axis(new))
                touched = (around[id(each.parent)] for each in (slot, *ones, *others))
                if not any(map(_empty, itertools.chain([new], *touched))):
                    yield slot.node, needs, [each.node for each in (*ones, *others)]
                for each in (slot, *ones, *others):
                    each.put(each.node)


def _as_one(slot, other):
    """Say whether two places may change alike: of numbers, terms and indices do not."""
    terms = (isinstance(each.parent, ast.BinOp) for each in (slot, other))
    return not isinstance(slot.node, ast.Constant) or len(set(terms)) == 1


def _sums(node, outer):
    """Return, for each node of a tree, by its id, the operations that it stands in."""
    if isinstance(node, ast.BinOp):
        outer = (*outer, node)
    elif not isinstance(node, (ast.expr, ast.Slice)):
        outer = ()
    found = {id(node): outer}
    for child in ast.iter_child_nodes(node):
        found |= _sums(child, outer)
    return found


def _empty(node):
    """Say whether a change made x - x, x + x, (x - y) // x or x - -1: a trick, no repair."""
    match node:
        case ast.BinOp(op=ast.Sub(), right=ast.Constant(value=int(taken) | float(taken))):
            return taken < 0
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.FloorDiv() as op, right=right):
            while isinstance(op, ast.FloorDiv) and isinstance(left, ast.BinOp):
                left = left.left
            return ast.dump(left) == ast.dump(right)
    return False


def _copied(tree, names):
    """Where columns are written as the rows are, or the other way round: write them as columns.

    That is in two parts of one bracket, or in two lines that begin with twins.
    """
    found = []

    def compare(first, second):
        """Note which of two places is for the other axis."""
        both = {n.id for n in ast.walk(first.node) if isinstance(n, ast.Name)}
        if pieces.alike(first.node, second.node) and any(
            pieces.TWINS.get(name) in names for name in both
        ):
            found.append(second if pieces.of_rows(first.node) else first)

    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and pieces.is_read(node):
            for i, parts in enumerate(itertools.pairwise(node.elts)):
                compare(*(pieces.Slot(node, "elts", i + k, part) for k, part in enumerate(parts)))
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            lines = (
                [n for n in block if isinstance(n, ast.Assign)] if isinstance(block, list) else []
            )
            for one, other in itertools.pairwise(lines):
                if not pieces.alike(one.targets[0], other.targets[0]):
                    if pieces.alike(pieces.other_axis(one.targets[0]), other.targets[0]):
                        compare(*(pieces.Slot(n, "value", None, n.value) for n in (one, other)))
    for slots in [found] + [[slot] for slot in found if len(found) > 1]:
        for slot in slots:
            slot.put(pieces.other_axis(slot.node))
        if slots:
            node, *others = (slot.node for slot in slots)
            names = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in pieces.TWINS]
            if len(names) == 1:
                yield names[0], f"stands where {pieces.TWINS[names[0].id]} belongs", others
            else:
                yield node, "stands for rows and for columns", others
        for slot in slots:
            slot.put(slot.node)


def _unpacked(tree):
    """Exchange two names that something is unpacked into; of a shape, columns before rows."""
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    shapes = [n.targets[0] for n in assigned if getattr(n.value, "attr", "") == "shape"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and not pieces.is_read(node) and len(node.elts) < 6:
            kept = node.elts
            for i, j in itertools.combinations(range(len(kept)), 2):
                turned = pieces.alike(pieces.other_axis(kept[i]), kept[j]) and pieces.of_rows(
                    kept[j]
                )
                if turned or node not in shapes:
                    node.elts = pieces.swapped(kept, i, j)
                    yield node, pieces.ORDER, []
            node.elts = kept


def _moved(block):
    """Leave statements of a block out, move them, add where is set and set where is added."""
    kept = list(block)
    for i, node in enumerate(kept):
        if len(kept) > 1 and not isinstance(node, ast.Return):
            del block[i]
            yield node, pieces.MUCH, []
            block[:] = kept
        match node:
            case ast.AugAssign(target=target, op=op, value=value):
                if isinstance(op, ast.Add):
                    block[i] = ast.copy_location(ast.Assign([target], value), node)
                    yield node, "should set and not add", []
                for sign in pieces.MISTAKEN.get(type(op), ()):
                    block[i] = ast.copy_location(ast.AugAssign(target, sign(), value), node)
                    yield node, pieces.another_sign(op, sign()), []
            case ast.Assign(targets=[ast.Name() | ast.Subscript() as target], value=value):
                block[i] = ast.copy_location(ast.AugAssign(target, ast.Add(), value), node)
                yield node, "should add and not set", []
                if isinstance(value, ast.Constant):
                    block[i] = ast.copy_location(ast.AugAssign(target, ast.Sub(), value), node)
                    yield node, "should take off and not set", []
            case ast.If(test=test, body=body, orelse=orelse):
                opposite = ast.copy_location(ast.UnaryOp(ast.Not(), test), test)
                block[i] = ast.copy_location(ast.If(opposite, body, orelse), node)
                yield test, "should be the opposite", []
        block[:] = kept
        if i + 1 < len(kept) and not isinstance(node, ast.Return):
            block[i : i + 2] = kept[i + 1], node
            yield node, "belongs behind the next line", []
            block[:] = kept
        if isinstance(node, ast.If) and not node.orelse:
            inner, after = list(node.body), kept[i + 1 : i + 2]
            if after and not isinstance(after[0], ast.Return):
                node.body[:], block[:] = inner + after, kept[: i + 1] + kept[i + 2 :]
                yield after[0], "belongs under the if", []
            if len(inner) > 1:
                node.body[:], block[:] = inner[:-1], [*kept[: i + 1], inner[-1], *kept[i + 1 :]]
                yield inner[-1], "belongs behind the if, and not under it", []
            node.body[:], block[:] = inner, kept
        if isinstance(node, (ast.For, ast.While)):
            inner = list(node.body)
            for before, loop, after, moved, where in (
                (inner[:1], inner[1:], [], inner[0], "before"),
                ([], inner[:-1], inner[-1:], inner[-1], "behind"),
            ):
                if loop:
                    node.body[:] = loop
                    block[:] = [*kept[:i], *before, node, *after, *kept[i + 1 :]]
                    yield moved, f"belongs {where} the loop", []
            for there, loop in (
                (i - 1, kept[i - 1 : i] + inner),
                (i + 1, inner + kept[i + 1 : i + 2]),
            ):
                if len(loop) > len(inner) and not _stays(kept[there], inner):
                    node.body[:] = loop
                    block[:] = [each for each in kept if each is not kept[there]]
                    yield kept[there], "belongs into the loop", []
            node.body[:], block[:] = inner, kept


def _stays(line, loop):
    """Say whether a line stays outside a loop: a return, or what makes what the loop only fills."""
    made = line.targets if isinstance(line, ast.Assign) else ()
    names = {n.id for target in made for n in ast.walk(target) if isinstance(n, ast.Name)}
    filling, read = [], []
    for node in (n for each in loop for n in ast.walk(each)):
        if isinstance(node, ast.Assign | ast.AugAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            while isinstance(target, ast.Subscript):
                target = target.value
            if getattr(target, "id", "") in names:
                filling += ast.walk(node)
        if isinstance(node, ast.Name) and node.id in names:
            read.append(node)
    return isinstance(line, ast.Return) or bool(filling) and all(n in filling for n in read)
