"""Every small change of a piece of code: another name, number or sign, a factor more or less.

If one of them makes a reader's wrong function right, it says where the mistake is. The changes are
made one after the other in the tree of the code, and undone.
"""

import ast
import copy
import itertools

# Names that are taken for each other.
TWINS = {"H": "W", "KH": "KW", "OH": "OW", "SH": "SW", "h": "w", "kh": "kw", "oh": "ow"}
TWINS |= {"row": "column", "i": "j", "rows": "columns"}
TWINS |= {other: name for name, other in TWINS.items()}

SIGNS = ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv
ORDERS = ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq
REDUCTIONS = ("sum", "mean", "max", "min", "argmax", "argmin", "prod", "std", "var", "any", "all")
FUNCTIONS = REDUCTIONS, ("maximum", "minimum"), ("zeros", "ones"), ("zeros_like", "ones_like")
FUNCTIONS += (
    ("floor", "ceil", "round"),
    ("exp", "log", "sqrt", "square", "abs"),
    ("hstack", "vstack"),
)
AXES = (0, 1, 2, -1, (0, 1), (1, 2), (2, 3), (-2, -1), (0, 2, 3), (1, 2, 3))
WHOLE = ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp  # what can lack a factor

LESS, MORE, SIGN = "holds something too much", "lacks something", "needs another sign"


def changes(tree):
    """Make every small change of a tree, one after the other; between them it is as it was.

    Where rows and columns are treated alike, both are changed as well, and so are all places at
    which the same stands.

    Parameters
    ----------
    tree : ast.FunctionDef or ast.ClassDef

    Yields
    ------
    (ast.AST, str)
        What is changed, as it was, and what it needs: a verb and what belongs to it.
    """
    given = [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]
    stored = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not _read(n)]
    names = list(dict.fromkeys(given + stored))
    for parent in ast.walk(tree):
        for block in (getattr(parent, "body", None), getattr(parent, "orelse", None)):
            if isinstance(block, list):
                yield from _moved(block)
    likely = (
        lambda slot: _mixed(slot.node, names),
        lambda slot: _instead(slot.node, names),
        lambda slot: _around(slot, names, given),
    )
    for kinds in (likely, [lambda slot: _with_name(slot, names)]):
        for together in (False, True):
            for alternatives in kinds:
                yield from _replaced(tree, alternatives, together)


# ---------------------------------------------------------------------- expressions


class Slot:
    """A place in a tree where an expression stands."""

    def __init__(self, parent, field, index, node):
        self.parent, self.field, self.index, self.node = parent, field, index, node

    def put(self, node):
        """Put something there."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def _read(node):
    """Say whether an expression is read, and not written to."""
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def _slots(tree):
    """Yield the places of all expressions that a function reads."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if field in ("decorator_list", "annotation", "returns", "bases"):
                continue
            listed = enumerate(value) if isinstance(value, list) else [(None, value)]
            for index, node in listed:
                if isinstance(node, (ast.expr, ast.Slice)) and _read(node):
                    yield Slot(parent, field, index, node)


def _replaced(tree, alternatives, together):
    """Put each alternative at its place, alone or together with the places that are like it."""
    slots = sorted(_slots(tree), key=lambda s: (s.node.end_lineno, s.node.end_col_offset))
    texts = [ast.dump(slot.node) for slot in slots]
    places = {text: [s for s, t in zip(slots, texts, strict=True) if t == text] for text in texts}
    for slot, text in zip(slots, texts, strict=True):
        same = [other for other in places[text] if other is not slot]
        twin = ast.dump(_twin(slot.node))
        twins = places.get(twin, []) if twin != text else []
        groups = [(same, []), ([], twins), (same, twins)] if together else [([], [])]
        groups = [pair for pair in groups if any(pair) == together]
        for new, needs in alternatives(slot) if groups else ():
            for ones, others in groups:
                for each in (slot, *ones):
                    each.put(new)
                for each in others:
                    each.put(_twin(new))
                yield slot.node, needs
                for each in (slot, *ones, *others):
                    each.put(each.node)


def _twin(node):
    """Exchange the names for rows and for columns."""
    node = copy.deepcopy(node)
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            each.id = TWINS.get(each.id, each.id)
    return node


def _name(name):
    return ast.Name(name, ast.Load())


def _mixed(node, names):
    """Yield the name that a name is taken for."""
    twin = TWINS.get(node.id) if isinstance(node, ast.Name) else None
    if twin in names:
        yield _name(twin), f"stands where {twin} belongs"


def _instead(node, names):
    """Yield what may belong where an expression stands, without adding to it."""
    match node:
        case ast.Name(id=old) if old in names:
            for name in names:
                if name not in (old, TWINS.get(old)):
                    yield _name(name), "stands where another name belongs"
        case ast.Constant(value=bool(old)):
            yield ast.Constant(not old), "should be the opposite"
        case ast.Constant(value=int(old)):
            for value in dict.fromkeys((old + 1, old - 1, 0, 1, 2, 3, -old)):
                if value != old:
                    yield ast.Constant(value), "should be another number"
            for name in names:
                yield _name(name), "should not be a fixed number"
            for one, other in itertools.combinations(names if old > 3 else (), 2):
                product = ast.BinOp(_name(one), ast.Mult(), _name(other))
                yield product, "should not be a fixed number"
        case ast.Constant(value=float(old)):
            for value in dict.fromkeys((0.0, 1.0, 2 * old, old / 2, -old, old**2)):
                if value != old:
                    yield ast.Constant(value), "should be another number"
        case ast.UnaryOp(op=op, operand=operand):
            yield operand, "should be the opposite" if isinstance(op, ast.Not) else SIGN
        case ast.BinOp(left=left, op=op, right=right):
            for sign in SIGNS if isinstance(op, (*SIGNS, ast.Pow)) else ():
                if not isinstance(op, sign):
                    yield ast.BinOp(left, sign(), right), SIGN
            if isinstance(op, ast.Pow):
                for name in names:
                    yield ast.BinOp(left, ast.Mult(), _name(name)), "should not be a power"
            yield left, LESS
            yield right, LESS
            if not isinstance(op, (ast.Add, ast.Mult)):
                yield ast.BinOp(right, op, left), "needs another order"
        case ast.Compare(left=left, ops=[op], comparators=right) if isinstance(op, ORDERS):
            for order in ORDERS:
                if not isinstance(op, order):
                    yield ast.Compare(left, [order()], right), "needs another comparison"
        case ast.BoolOp(op=op, values=values):
            other = ast.Or if isinstance(op, ast.And) else ast.And
            yield ast.BoolOp(other(), values), "mixes up and and or"
            yield from ((value, LESS) for value in values)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield from ((body, LESS), (orelse, LESS))
            yield ast.IfExp(test, orelse, body), "should be the other way round"
        case ast.Attribute(value=value, attr="T") | ast.Subscript(value=value):
            yield value, LESS
        case ast.Slice():
            fields = dict(ast.iter_fields(node))
            for part in (part for part in fields if fields[part]):
                yield ast.Slice(**fields | {part: None}), LESS
        case ast.Tuple(elts=parts) | ast.List(elts=parts) if len(parts) < 6:
            for order in _exchanged(parts):
                yield type(node)(order, ast.Load()), "needs another order"
        case ast.Call(func=func, args=args, keywords=keywords):
            name = getattr(func, "attr", getattr(func, "id", ""))
            field = "attr" if isinstance(func, ast.Attribute) else "id"
            for other in (o for group in FUNCTIONS if name in group for o in group if o != name):
                called = copy.copy(func)
                setattr(called, field, other)
                yield ast.Call(called, args, keywords), "calls another function than it should"
            for keyword in keywords:
                yield ast.Call(func, args, [k for k in keywords if k is not keyword]), LESS
            if len(args) == 1:
                yield args[0], LESS
            elif isinstance(func, ast.Attribute) and not args:
                yield func.value, LESS
            for order in _exchanged(args):
                yield ast.Call(func, order, keywords), "needs another order"
            if name == "range" and len(args) == 1:
                yield ast.Call(func, [ast.Constant(1), *args], []), "should begin at 1"


def _exchanged(parts):
    """Yield a list with two of its parts exchanged, for each two."""
    for i, j in itertools.combinations(range(len(parts)), 2):
        order = list(parts)
        order[i], order[j] = order[j], order[i]
        yield order


def _around(slot, names, given):
    """Yield what an expression may have to be a part of."""
    node = slot.node
    match node:
        case ast.Slice():
            fields = dict(ast.iter_fields(node))
            for part in (part for part in fields if fields[part] is None):
                for new in (ast.Constant(1), ast.Constant(-1), *map(_name, names)):
                    yield ast.Slice(**fields | {part: new}), MORE
        case ast.Call(func=func, args=args, keywords=keywords):
            if getattr(func, "attr", "") in REDUCTIONS and "axis" not in {k.arg for k in keywords}:
                for axis in AXES:
                    more = ast.keyword("axis", ast.Constant(axis))
                    yield ast.Call(func, args, [*keywords, more]), "needs an axis"
            kept = ast.keyword("keepdims", ast.Constant(True))
            if getattr(func, "attr", "") in REDUCTIONS:
                yield ast.Call(func, args, [*keywords, kept]), "needs keepdims=True"
            for more in (*itertools.combinations(given, 1), *itertools.combinations(given, 2)):
                yield ast.Call(func, [*args, *map(_name, more)], keywords), "needs another argument"
    if _whole(slot, names):
        yield ast.UnaryOp(ast.USub(), node), SIGN
        yield ast.Attribute(node, "T", ast.Load()), MORE
        yield ast.BinOp(node, ast.Pow(), ast.Constant(2)), MORE
        for sign, number in itertools.product(SIGNS, (1, 2)):
            yield ast.BinOp(node, sign(), ast.Constant(number)), MORE


def _with_name(slot, names):
    """Yield calculations of an expression and a name."""
    if _whole(slot, names):
        for sign, name in itertools.product(SIGNS, names):
            yield ast.BinOp(slot.node, sign(), _name(name)), MORE


def _whole(slot, names):
    """Say whether an expression is one that may lack a factor or a term."""
    node = slot.node
    called = slot.field == "func" or isinstance(slot.parent, ast.Attribute)
    unknown = isinstance(node, ast.Name) and node.id not in names
    return isinstance(node, WHOLE) and not (called or unknown)


# ---------------------------------------------------------------------- statements


def _moved(block):
    """Leave statements of a block out, move them, add where is set and set where is added."""
    kept = list(block)
    for i, node in enumerate(kept):
        if len(kept) > 1 and not isinstance(node, ast.Return):
            del block[i]
            yield node, "is too much"
            block[:] = kept
        match node:
            case ast.AugAssign(target=target, op=op, value=value):
                block[i] = ast.Assign([target], value)
                yield node, "should set and not add"
                for sign in SIGNS:
                    if not isinstance(op, sign):
                        block[i] = ast.AugAssign(target, sign(), value)
                        yield node, SIGN
            case ast.Assign(targets=[ast.Name() | ast.Subscript() as target], value=value):
                block[i] = ast.AugAssign(target, ast.Add(), value)
                yield node, "should add and not set"
            case ast.If(test=test, body=body, orelse=orelse):
                block[i] = ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
                yield test, "should be the opposite"
        block[:] = kept
        if i + 1 < len(kept):
            block[i : i + 2] = kept[i + 1], node
            yield node, "belongs behind the next line"
            block[:] = kept
        if isinstance(node, (ast.For, ast.While)):
            inner = list(node.body)
            for before, loop, after, moved, where in (
                (inner[:1], inner[1:], [], inner[0], "before"),
                ([], inner[:-1], inner[-1:], inner[-1], "behind"),
            ):
                if loop:
                    node.body[:] = loop
                    block[:] = [*kept[:i], *before, node, *after, *kept[i + 1 :]]
                    yield moved, f"belongs {where} the loop"
            for there, loop in (
                (i - 1, kept[i - 1 : i] + inner),
                (i + 1, inner + kept[i + 1 : i + 2]),
            ):
                if len(loop) > len(inner) and not isinstance(kept[there], ast.Return):
                    node.body[:] = loop
                    block[:] = [each for each in kept if each is not kept[there]]
                    yield kept[there], "belongs into the loop"
            node.body[:], block[:] = inner, kept
