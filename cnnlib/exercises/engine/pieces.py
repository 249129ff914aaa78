"""What a piece of code may stand for by mistake: another name, number or sign, a factor more."""

import ast
import builtins
import copy
import itertools

# Names that are taken for each other.
TWINS = {"H": "W", "KH": "KW", "OH": "OW", "SH": "SW", "h": "w", "kh": "kw", "oh": "ow"}
TWINS |= {"row": "column", "i": "j", "rows": "columns"}
ROWS = tuple(TWINS)
TWINS |= {other: name for name, other in TWINS.items()}

SIGNS = ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv
# What each of them is taken for; a number that is added is not meant to multiply.
MISTAKEN = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add, ast.FloorDiv),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Pow: (ast.Mult,),
}
ORDERS = ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq
NUMBERS = "sum", "mean", "max", "min", "argmax", "argmin", "prod", "std", "var"
REDUCTIONS = *NUMBERS, "any", "all"
FUNCTIONS = NUMBERS, ("any", "all"), ("zeros", "ones"), ("zeros_like", "ones_like")
FUNCTIONS += (
    ("maximum", "minimum"),
    ("max", "maximum"),
    ("min", "minimum"),
    ("floor", "ceil", "round"),
    ("exp", "log", "sqrt", "square", "abs"),
    ("log", "log2", "log10", "log1p"),
    ("exp", "exp2", "expm1"),
    ("hstack", "vstack"),
)
AXES = (0, 1, 2, -1, (0, 1), (1, 2), (2, 3), (-2, -1), (0, 2, 3), (1, 2, 3))
# These take a third argument for an array to write to, whatever it is, and Python dies of that.
DRAWS = "random", "standard_normal", "standard_exponential", "standard_gamma"
WHOLE = ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp  # what can lack a factor

LESS, MUCH = "holds something too much", "is too much"
SIGN, ORDER = "needs another sign", "needs another order"
NUMBER = "should be another number"
AXIS = "needs an axis of length 1", "needs two axes of length 1"
MORE = {
    ast.Add: "needs something added to it",
    ast.Sub: "needs something taken off it",
    ast.Mult: "needs a factor",
    ast.Div: "has to be divided by something",
    ast.FloorDiv: "has to be divided by something, and rounded down",
}


class Code:
    """What a tree uses: its arguments and all its names, indices, tuples that it hands over."""

    def __init__(self, tree):
        every = list(ast.walk(tree))
        self.given = [n.arg for n in every if isinstance(n, ast.arg) and n.arg != "self"]
        stored = [n.id for n in every if isinstance(n, ast.Name) and not is_read(n)]
        self.names = list(dict.fromkeys(self.given + stored))
        indices = [node.slice for node in every if isinstance(node, ast.Subscript)]
        loops = [n for node in every if isinstance(node, ast.For) for n in ast.walk(node.target)]
        self.loops = list(dict.fromkeys(n.id for n in loops if isinstance(n, ast.Name)))
        indices += map(_name, self.loops)
        calls = [arg for node in every if isinstance(node, ast.Call) for arg in node.args]
        self.indices = _unlike(indices)
        self.tuples = _unlike(arg for arg in calls if isinstance(arg, ast.Tuple))
        self.numbers = _numbers(tree, self.names)
        used = {n.id for n in every if isinstance(n, ast.Name)}
        self.switches = used.intersection(self.given) - {n.id for n in _calculated(tree)}
        self.brackets = {id(node.slice) for node in every if isinstance(node, ast.Subscript)}
        shapes = [n for n in every if getattr(getattr(n, "func", None), "attr", "") == "reshape"]
        self.shapes = {id(n) for call in shapes for arg in call.args for n in ast.walk(arg)}

    def fitting(self, node, more=()):
        """Return the names that may stand at a place: numbers for numbers, arrays for arrays.

        ``more`` may stand where there are arrays as well: with True, numbers.
        """
        inside = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & set(self.names)
        kinds = {self.numbers[name] for name in inside} - {None}
        kinds |= set(more) if False in kinds else set()
        return [n for n in self.names if not kinds or self.numbers[n] in (*kinds, None)]

    def array(self, node):
        """Say whether an expression is made of an array, and not of its length alone."""
        match node:
            case ast.Call(func=ast.Name(id="len")) | ast.Attribute(attr="shape" | "size" | "ndim"):
                return False
            case ast.Name(id=name):
                return self.numbers.get(name) is False
        return any(map(self.array, ast.iter_child_nodes(node)))


def _calculated(node):
    """Yield the names of a tree that are more than asked for, as ``if training`` does."""
    if isinstance(node, ast.Name):
        yield node
    for field, value in ast.iter_fields(node):
        for each in value if isinstance(value, list) else [value]:
            asked = each.operand if isinstance(each, ast.UnaryOp) else each
            if isinstance(each, ast.AST) and not (field == "test" and isinstance(asked, ast.Name)):
                yield from _calculated(each)


def _numbers(tree, names):
    """Say of each name whether it stands for a number, False if for an array, None if unknown."""
    known = dict.fromkeys(names)
    for node in ast.walk(tree):
        match node:
            case ast.Assign([ast.Tuple(elts=parts)], ast.Name() | ast.Attribute(attr="shape")):
                known |= {n.id: True for n in parts if isinstance(n, ast.Name)}
            case ast.For(target=target, iter=ast.Call(func=func)):
                if getattr(func, "attr", getattr(func, "id", "")) in ("range", "ndindex"):
                    known |= {n.id: True for n in ast.walk(target) if isinstance(n, ast.Name)}
            case ast.Slice() | ast.Call(func=ast.Name(id="range")):
                known |= {n.id: True for n in ast.walk(node) if isinstance(n, ast.Name)}
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name)) | ast.Attribute(value=ast.Name(id=name)):
                known[name] = False
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                known |= {each.id: False for each in (left, right) if isinstance(each, ast.Name)}
    return known


def _unlike(nodes):
    """Return copies of nodes, of each that is written alike one."""
    return list({ast.dump(node): copy.deepcopy(node) for node in nodes}.values())


class Slot:
    """A place in a tree where an expression stands."""

    def __init__(self, parent, field, index, node):
        self.parent, self.field, self.index, self.node = parent, field, index, node

    def put(self, node):
        """Put something there."""
        _located(node, self.node)
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def _located(node, place):
    """Say of all that is new in a node that it stands where another does."""
    if "lineno" in node._attributes:
        if hasattr(node, "lineno"):
            return
        ast.copy_location(node, place)
    for child in ast.iter_child_nodes(node):
        _located(child, place)


def is_read(node):
    """Say whether an expression is read, and not written to."""
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def other_axis(node):
    """Exchange the names for rows and for columns, and of a shape their lengths."""
    return _Turned().visit(copy.deepcopy(node))


class _Turned(ast.NodeTransformer):
    def visit_Name(self, node):
        node.id = TWINS.get(node.id, node.id)
        return node

    def visit_Subscript(self, node):
        match node:
            case ast.Subscript(ast.Attribute(attr="shape"), ast.Constant(value=int(axis)) as old):
                node.slice = ast.copy_location(ast.Constant(axis ^ 1), old)  # 0 and 1, 2 and 3
        return self.generic_visit(node)

    def visit_Call(self, node):
        match node:
            case ast.Call(ast.Name(id="len"), [ast.Name() as array]):
                shape = ast.Attribute(array, "shape", ast.Load())
                length = ast.Subscript(shape, ast.Constant(1), ast.Load())
                return ast.fix_missing_locations(ast.copy_location(length, node))
        return self.generic_visit(node)


def _name(name):
    return ast.Name(name, ast.Load())


def mixed(slot, code):
    """Yield the name that a name is taken for, and the loop that a loop is taken for."""
    twin = other_axis(slot.node)
    known = isinstance(twin, ast.Name) and twin.id in code.names or slot.field == "iter"
    if known and not alike(twin, slot.node):
        yield twin, f"stands where {ast.unparse(twin)} belongs"


def alike(one, other):
    return ast.dump(one) == ast.dump(other)


def of_rows(node):
    """Say whether an expression has a name that is used for rows."""
    return any(isinstance(n, ast.Name) and n.id in ROWS for n in ast.walk(node))


def ordered(slot, code):
    """Yield rows before columns, and matrices that fit."""
    match slot.node:
        case ast.Tuple(elts=parts) | ast.Call(args=parts):
            for i, j in itertools.combinations(range(len(parts)), 2):
                one, other = parts[i], parts[j]
                if not of_rows(one) and alike(other_axis(one), other) and not alike(one, other):
                    yield _with_parts(slot.node, swapped(parts, i, j)), ORDER
        case ast.BinOp(left=left, op=ast.MatMult() as op, right=right):
            one, other = (ast.Attribute(each, "T", ast.Load()) for each in (left, right))
            yield ast.BinOp(right, op, left), ORDER
            yield ast.BinOp(right, op, one), f"{ORDER}, and a factor transposed"
            yield ast.BinOp(other, op, left), f"{ORDER}, and a factor transposed"


def regrouped(slot, code):
    """Yield what belongs where rounding or brackets are wrong."""
    match slot.node:
        case ast.BinOp(ast.BinOp(one, ast.Add() | ast.Sub() as sign, other), ast.Mult() as op, far):
            yield ast.BinOp(ast.BinOp(one, op, far), sign, other), "multiplies too much"
    match slot.node:
        case ast.UnaryOp(operand=ast.BinOp(ast.UnaryOp(operand=left), ast.FloorDiv() as op, right)):
            yield ast.BinOp(left, op, right), "should round down"
        case ast.BinOp(left=left, op=ast.FloorDiv() as op, right=right):
            if not isinstance(left, ast.UnaryOp):
                up = ast.BinOp(ast.UnaryOp(ast.USub(), left), op, right)
                yield ast.UnaryOp(ast.USub(), up), "should round up"
    where = "needs brackets in another place"
    match slot.node:
        case ast.BinOp(left=left, op=op, right=ast.BinOp(left=middle, op=last, right=right)):
            yield ast.BinOp(ast.BinOp(left, op, middle), last, right), where
    match slot.node:
        case ast.BinOp(left=ast.BinOp(left=left, op=op, right=middle), op=last, right=right):
            yield ast.BinOp(left, op, ast.BinOp(middle, last, right)), where


def stepped(slot, code):
    """Yield what the steps of a window change: how often it fits on its way, and a slice."""
    match slot.node:
        case _ if "stride" not in code.given:
            return
        case ast.BinOp(op=ast.Sub()) as way if "stride" not in ast.unparse(way):
            yield ast.BinOp(way, ast.FloorDiv(), _name("stride")), MORE[ast.FloorDiv]
        case ast.Slice(lower=lower, upper=upper, step=None):
            yield ast.Slice(lower, upper, _name("stride")), "needs a step"


def without(slot, code):
    """Yield what is left of an expression if something is taken out of it."""
    match slot.node:
        case ast.BinOp(left=left, right=right):
            yield from ((left, LESS), (right, LESS))
        case ast.BoolOp(values=values):
            yield from ((value, LESS) for value in values)
        case ast.IfExp(body=body, orelse=orelse):
            yield from ((body, LESS), (orelse, LESS))
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            pass
        case ast.Attribute(value=value, attr="T") | ast.Subscript(value=value):
            yield value, LESS
        case ast.Slice() as node:
            fields = dict(ast.iter_fields(node))
            for part in (part for part in fields if fields[part]):
                yield ast.Slice(**fields | {part: None}), LESS
        case ast.Call(func=func, args=args, keywords=keywords):
            for keyword in (k for k in keywords if k.arg != "axis"):  # rather another axis
                yield ast.Call(func, args, [k for k in keywords if k is not keyword]), LESS
            for arg in args if len(args) < 3 else ():
                yield arg, LESS
            if len(args) > 1:
                yield ast.Call(func, args[:-1], keywords), LESS
            if isinstance(func, ast.Attribute) and not args:
                yield func.value, LESS


def instead(slot, code):
    """Yield what may belong where an expression stands, without adding to it."""
    node, names = slot.node, code.fitting(slot.node)
    if slot.field == "slice" and not is_read(slot.parent):  # where it goes is named by an index
        names = [n for n in names if any(alike(_name(n), index) for index in code.indices)]
    if isinstance(slot.parent, ast.keyword) and slot.parent.arg == "axis":
        for axis in AXES:
            if ast.unparse(node) != str(axis):
                yield ast.Constant(axis), "is another axis than it should be"
        yield ast.Constant(None), MUCH
        return
    if slot.field == "iter" and isinstance(slot.parent, ast.For):
        yield _called("reversed", [_called("list", [node])]), "should run the other way"
    match node:
        case ast.Slice(lower=None, upper=None, step=None):
            for name in code.loops:
                if code.numbers[name]:
                    yield _name(name), "takes all where one belongs"
        case ast.Name(id=old) if old in names:
            for name in names:
                if name not in (old, TWINS.get(old)):
                    yield _name(name), "stands where another name belongs"
            if isinstance(slot.parent, ast.Tuple) or slot.field == "args":
                for name in code.names if code.numbers[old] is not False else ():
                    if code.numbers[name] is not True and name != old:
                        yield _called("len", [_name(name)]), "stands where a length belongs"
        case ast.Constant(value=bool(old)):
            yield ast.Constant(not old), "should be the opposite"
        case ast.Constant(value=int(old)):
            for value in dict.fromkeys((old + 1, old - 1, 0, 1, 2, 3, -old)):
                if value != old:
                    yield ast.Constant(value), NUMBER
            if isinstance(slot.parent, ast.Tuple):
                yield ast.Slice(), "stands where : belongs"
            for name in names:
                yield _name(name), "should not be a fixed number"
            for one, other in itertools.combinations(names if old > 3 else (), 2):
                product = ast.BinOp(_name(one), ast.Mult(), _name(other))
                yield product, "should not be a fixed number"
        case ast.Constant(value=float(old)):
            for value in dict.fromkeys((0.0, 1.0, 2 * old, old / 2, -old, old**2)):
                if value != old:
                    yield ast.Constant(value), NUMBER
        case ast.UnaryOp(op=op, operand=operand):
            yield operand, "should be the opposite" if isinstance(op, ast.Not) else SIGN
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            for each in (right, right.value) if getattr(right, "attr", "") == "T" else (right,):
                product = ast.BinOp(left, ast.Mult(), each)
                other = "" if each is right else ", and turns one of them"
                yield product, f"multiplies matrices, and not number by number{other}"
        case ast.BinOp(left=left, op=op, right=right):
            for sign in MISTAKEN.get(type(op), ()):
                terms = {sign, type(op)} == {ast.Add, ast.Mult}
                if not (terms and isinstance(right, ast.Constant)):
                    yield ast.BinOp(left, sign(), right), another_sign(op, sign())
            if not isinstance(op, (ast.Add, ast.Mult)):
                yield ast.BinOp(right, op, left), ORDER
        case ast.Compare(left=left, ops=[op], comparators=right) if isinstance(op, ORDERS):
            for order in ORDERS:
                if not isinstance(op, order):
                    yield ast.Compare(left, [order()], right), "needs another comparison"
        case ast.BoolOp(op=op, values=values):
            other = ast.Or if isinstance(op, ast.And) else ast.And
            yield ast.BoolOp(other(), values), "mixes up and and or"
        case ast.Attribute(value=ast.Name() as value, attr="size"):
            first = ast.Subscript(value, ast.Constant(0), ast.Load())
            yield ast.Attribute(first, "size", ast.Load()), "counts too much"
        case ast.Tuple(elts=parts) | ast.List(elts=parts) if len(parts) < 6:
            for order in _exchanged(parts):
                yield _with_parts(node, order), ORDER
        case ast.Call(func=func, args=args, keywords=keywords):
            name = getattr(func, "attr", getattr(func, "id", ""))
            field = "attr" if isinstance(func, ast.Attribute) else "id"
            for other in (o for group in FUNCTIONS if name in group for o in group if o != name):
                called = copy.copy(func)
                setattr(called, field, other)
                yield ast.Call(called, args, keywords), "calls another function than it should"
            for order in _exchanged(args):
                yield _with_parts(node, order), ORDER
            if name in ("range", "arange") and len(args) == 2:
                count = ast.BinOp(args[1], ast.Sub(), args[0])
                yield ast.Call(func, [count], keywords), "should begin and end earlier"
            if name == "range" and len(args) == 1:
                yield ast.Call(func, [ast.Constant(1), *args], []), "should begin at 1"
            if name in ("sum", "len", "max") and isinstance(func, ast.Name):
                product = ast.Attribute(_name("np"), "prod", ast.Load())
                yield ast.Call(product, args, keywords), "calls another function than it should"
            if name == "len" and len(args) == 1:
                for axis in (1, 2, 3):
                    shape = ast.Attribute(args[0], "shape", ast.Load())
                    length = ast.Subscript(shape, ast.Constant(axis), ast.Load())
                    yield length, "counts along another axis than it should"
                for other in code.given if isinstance(args[0], ast.Name) else ():
                    if code.numbers[other] is not False:
                        yield _name(other), "stands where another name belongs"


def another_sign(old, new):
    """Say what is wrong with a sign."""
    if isinstance(old, ast.FloorDiv):
        return "rounds down where it should not"
    if isinstance(new, ast.FloorDiv) and isinstance(old, ast.Div):
        return "should round down"
    return SIGN if isinstance(new, (ast.Add, ast.Sub)) else "needs another of + - * /"


def _called(name, args):
    return ast.Call(_name(name), args, [])


def _exchanged(parts):
    """Yield a list with two of its parts exchanged, for each two."""
    for i, j in itertools.combinations(range(len(parts)), 2):
        yield swapped(parts, i, j)


def swapped(parts, i, j):
    order = list(parts)
    order[i], order[j] = order[j], order[i]
    return order


def _with_parts(node, parts):
    """Return a tuple, a list or a call with other parts."""
    if isinstance(node, ast.Call):
        return ast.Call(node.func, parts, node.keywords)
    return type(node)(parts, ast.Load())


def operand(slot, code):
    """Yield what belongs where one name of a calculation or of a slice stands."""
    node = slot.node
    for field, part in ast.iter_fields(node) if isinstance(node, (ast.BinOp, ast.Slice)) else ():
        for name in code.fitting(part) if isinstance(part, ast.Name) else ():
            if name != part.id:
                new = type(node)(**dict(ast.iter_fields(node)) | {field: _name(name)})
                yield new, f"has {part.id} where another name belongs"


def another_place(slot, code):
    """Yield what the calculation of a place in an array may lack."""
    node, counts = slot.node, [name for name in code.names if code.numbers[name]]
    inside = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    if not inside or not inside <= set(counts):
        return
    match node:
        case ast.Name(id=name) if id(slot.parent) in code.brackets:
            end = ast.BinOp(node, ast.Add(), ast.Constant(1))
            yield ast.Slice(node, end), f"takes an axis away, and {name}:{name} + 1 keeps it"
        case ast.BinOp(left=left, op=op, right=right):
            for part in (right, left) if isinstance(op, ast.Add) else ():
                for factor in (ast.Constant(2), *map(_name, counts)):
                    more = ast.BinOp(part, ast.Mult(), factor)
                    new = [more if each is part else each for each in (left, right)]
                    if isinstance(part, ast.Name):
                        yield ast.BinOp(new[0], op, new[1]), f"lacks a factor beside {part.id}"
            for name in counts:
                yield ast.BinOp(node, ast.Mult(), _name(name)), MORE[ast.Mult]


def arguments(slot, code):
    """Yield calls with one or two arguments more, or one in place of a number."""
    given = [_name(name) for name in code.given if code.numbers[name] is not False]
    match slot.node:
        case ast.Call(func=func, args=args, keywords=keywords):
            own = isinstance(func, ast.Name) and func.id not in dir(builtins)
            most = 2 if own else 1 if not isinstance(func, ast.Name) else 0
            lists = [each for n in range(most) for each in itertools.combinations(given, n + 1)]
            lists = [*((each,) for each in code.tuples), *lists]
            for more in lists if getattr(func, "attr", "") not in DRAWS else ():
                yield ast.Call(func, [*args, *more], keywords), "needs another argument"
            for i, arg in enumerate(args if own else ()):
                for name in given if isinstance(arg, ast.Constant) else ():
                    new = [*args[:i], name, *args[i + 1 :]]
                    yield ast.Call(func, new, keywords), "should not have a fixed number"


def around(slot, code):
    """Yield what an expression may have to be a part of."""
    node, names = slot.node, code.names
    match node:
        case ast.Slice():
            fields = dict(ast.iter_fields(node))
            for part in (part for part in fields if fields[part] is None):
                which = {"lower": "a start", "upper": "an end", "step": "a step"}[part]
                for new in (ast.Constant(1), ast.Constant(-1), *map(_name, names)):
                    yield ast.Slice(**fields | {part: new}), f"needs {which}"
        case ast.Call(func=func, args=args, keywords=keywords):
            if getattr(func, "attr", "") in REDUCTIONS and "axis" not in {k.arg for k in keywords}:
                for axis in AXES:
                    more = ast.keyword("axis", ast.Constant(axis))
                    yield ast.Call(func, args, [*keywords, more]), "needs an axis"
            kept = ast.keyword("keepdims", ast.Constant(True))
            if getattr(func, "attr", "") in REDUCTIONS:
                yield ast.Call(func, args, [*keywords, kept]), "needs keepdims=True"
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            for name in names:
                yield ast.BinOp(node, ast.Mod(), _name(name)), "lacks a %"
    if isinstance(slot.parent, ast.Assign) and isinstance(node, (ast.Name, ast.Subscript)):
        yield ast.Call(ast.Attribute(node, "copy", ast.Load()), [], []), "has to be copied"
    if not _whole(slot, names):
        return
    if id(node) not in code.shapes:  # where any number below 0 stands for what is left
        yield ast.UnaryOp(ast.USub(), node), SIGN
    if not (isinstance(node, ast.Name) and code.numbers[node.id]):
        yield ast.Attribute(node, "T", ast.Load()), "has to be transposed"
        yield ast.BinOp(node, ast.Pow(), ast.Constant(2)), "has to be squared"
        before, place = ast.Slice(), "behind its first"
        if isinstance(node, ast.Subscript):
            before, place = ast.Constant(...), "at its end"
        for more, said in enumerate(AXIS, 1):
            axes = ast.Tuple([before, *[ast.Constant(None)] * more], ast.Load())
            yield ast.Subscript(node, axes, ast.Load()), f"{said} {place}"
    for sign, number in itertools.product(SIGNS, (1, 2)):
        if not code.array(node) if sign in SIGNS[:2] else number == 2:
            yield ast.BinOp(node, sign(), ast.Constant(number)), MORE[sign]
    if isinstance(node, (ast.Name, ast.Attribute)) and slot.field != "value":
        for index in code.indices:
            yield ast.Subscript(node, index, ast.Load()), "lacks an index"


def with_name(slot, code):
    """Yield calculations of an expression and a name."""
    if _whole(slot, code.names):
        fitting = [n for n in code.fitting(slot.node, more=[True]) if n not in code.switches]
        for sign, name in itertools.product(SIGNS, fitting):
            if sign in (ast.Add, ast.Mult) or not alike(slot.node, _name(name)):  # w / w
                yield ast.BinOp(slot.node, sign(), _name(name)), MORE[sign]


def _whole(slot, names):
    """Say whether an expression is one that may lack a factor or a term."""
    node = slot.node
    called = slot.field == "func" or isinstance(slot.parent, ast.Attribute)
    called |= slot.field == "value" and isinstance(slot.parent, ast.Subscript)
    unknown = isinstance(node, ast.Name) and node.id not in names
    return isinstance(node, WHOLE) and not (called or unknown)
