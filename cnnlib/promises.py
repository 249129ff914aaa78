"""What the docstring of a figure or an explorer says of arguments is held to before it draws.

Said in numpydoc's words: ``x : ndarray of shape (H, W)``, ``names : sequence of str, length H``,
``row : int, below H``.  A size that bears one name in several arguments is the same in all of them,
and nothing is empty unless it says that it may be.  NaN is drawn as a number that is missing, but
in a ``finite ndarray``.
"""

import functools
import inspect
import os
import re
from numbers import Integral

import numpy as np

from cnnlib.arguments import finite, is_number

ENTRY = re.compile(r"^(\w+(?:, \w+)*) : (.+)$", re.M)
ARRAY = re.compile(r"(\w+ )?ndarray\b(.*)$")
SEVERAL = re.compile(r"(?:sequences?|tuple) of (.+?)(?:, length ([\w +]+))?$")
NAMED = re.compile(r"dict of (?:str|int) to (.+)$")
TUPLE = re.compile(r"\(((?:[^()]|\([^()]*\))*)\)$")
ENDS = re.compile(r", integer, (\d+) to (\d+)$")
CLASS = re.compile(r"[A-Z]\w+$")
EITHER = re.compile(r"(.+?) or ((sequence|dict) of .+)$")
COMMA = re.compile(r", (?![^()]*\))")  # one that is in no brackets
COUNT = re.compile(r"int(?:, (at least|below) (\w+))?$")
ONE = {
    "bool": lambda value: isinstance(value, bool | np.bool_),
    "float": is_number,
    "function": callable,
    "range": lambda value: isinstance(value, range),
    "str": lambda value: isinstance(value, str),
}
KINDS = "biuf", "iu"
NUMBERS = dict(zip(KINDS, ("an array of numbers", "whole numbers"), strict=True))


def held(function, text=None):
    """Let a function hold its arguments to its docstring, or to another; but for the defaults."""
    said, signature = promises(text or function.__doc__), inspect.signature(function)
    usual = {name: argument.default for name, argument in signature.parameters.items()}

    @functools.wraps(function)
    def wrapped(*args, **options):
        given, sizes = signature.bind(*args, **options).arguments, {}
        for name, kind in said:
            if name in given and given[name] is not usual[name]:
                hold(name, given[name], kind, sizes)
        return function(*args, **options)

    return wrapped


def promises(text):
    """Read the arguments of a docstring, a list of name and kind; those that set sizes first."""
    text = inspect.cleandoc(text or "")  # as Python 3.13 and later compile it
    said = re.split(r"\n(?:Returns|Attributes)\n", text)[0]
    found = [(name, kind) for names, kind in ENTRY.findall(said) for name in names.split(", ")]
    return sorted(found, key=lambda entry: (not ARRAY.match(entry[1]), "length" not in entry[1]))


def hold(name, value, kind, sizes, outer=True):
    """Refuse a value that is not of a kind.

    Parameters
    ----------
    name : str
    value : anything
    kind : str
        As in a docstring; one in other words is not looked at.
    sizes : dict of str to int
        Those known so far; those of an argument itself are put in.
    outer : bool
        Whether it is an argument itself, not one of several in it.

    Raises
    ------
    TypeError, ValueError
        The message names the argument, what came and what was expected.
    """
    kind = kind.removesuffix(", optional")
    said, empty = kind.removesuffix(", may be empty"), kind.endswith(", may be empty")
    several, named, parts = (form.match(said) for form in (SEVERAL, NAMED, TUPLE))
    letters = bool(several and several[1] == "str")  # a text is a sequence of such texts
    many = np.iterable(value) and hasattr(value, "__len__")
    many = many and (letters or not isinstance(value, str))
    if value is None and said.endswith("or None") and not several:
        return
    if (either := EITHER.match(said)) and not (several or named):
        other = isinstance(value, dict) if either[3] == "dict" else many
        hold(name, value, either[2 if other else 1], sizes, outer)
    elif array := ARRAY.match(said):
        if ", or path" in said and isinstance(value, str | os.PathLike):
            return
        shapes, kinds = re.findall(r"\(([^()]*)\)", array[2]), KINDS[", integer" in array[2]]
        hold_array(name, value, shapes, kinds, sizes, outer, empty)
        if array[1] == "finite ":
            finite({name: np.asarray(value)})
        if ends := ENDS.search(said):
            low, high = np.min(value), np.max(value)
            if low < int(ends[1]) or high > int(ends[2]):
                raise ValueError(f"{name} holds {low} to {high}, expected {ends[1]} to {ends[2]}")
    elif several and several[1] in ("int", "float") and many and not isinstance(value, dict):
        shape, kinds = f"{several[2] or 'any number'},", KINDS[several[1] == "int"]
        hold_array(name, list(value), [shape], kinds, sizes, outer, empty)
    elif several or named or parts:
        if not many or isinstance(value, dict) != bool(named):
            raise TypeError(f"{name} is {came(value)}, expected {kind}")
        inner = COMMA.split(parts[1]) if parts else [(several or named)[1]] * len(value)
        expected = len(inner)
        if several and several[2]:
            expected = known(several[2], sizes) or sizes.setdefault(several[2], expected)
        if len(value) != expected or outer and not (len(value) or empty):
            raise ValueError(f"{name} has {len(value)} entries, expected {expected or kind}")
        keys, each = (value.keys(), value.values()) if named else (range(len(value)), value)
        for key, one, kind in zip(keys, each, inner, strict=True):
            hold(f"{name}[{key!r}]", one, kind, sizes, False)
    elif count := COUNT.match(said):
        hold_count(name, value, *count.groups(), sizes)
    elif not ONE.get(said.partition(" of ")[0], anything)(value) or (
        CLASS.match(said) and said not in [each.__name__ for each in type(value).__mro__]
    ):
        raise TypeError(f"{name} is {came(value)}, expected {kind}")


def anything(value):
    """Take what is said in other words."""
    return True


def hold_count(name, value, edge, size, sizes):
    """Refuse what is no whole number from 0, or from another one, up to where it has to end."""
    least = int(size) if edge == "at least" else 0
    end = known(size, sizes) if edge == "below" else None
    said = f"an integer, at least {least}" if end is None else f"an integer from 0 to {end - 1}"
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} is {came(value)}, expected {said}")
    if value < least or end is not None and value >= end:
        raise ValueError(f"{name} is {value}, expected {said}")


def hold_array(name, value, shapes, kinds, sizes, outer, empty):
    """Refuse what is no array of numbers of one of several shapes."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of several lengths
        array = np.array(None)
    if array.dtype.kind not in kinds and array.size:
        raise TypeError(f"{name} is {came(value)}, expected {NUMBERS[kinds]}")
    shapes = [shape.strip(",").split(", ") for shape in shapes]
    fits = [fit(shape, array.shape, sizes) for shape in shapes]
    if shapes and not any(fits) or 0 in array.shape and not empty:
        written = [f"({', '.join(shape)}{',' * (len(shape) == 1)})" for shape in shapes]
        expected = " or ".join(written) or "some numbers"
        letters = dict.fromkeys(letter for shape in shapes for letter in shape if letter in sizes)
        expected += "".join(f", {letter} = {sizes[letter]}" for letter in letters)
        raise ValueError(f"{name} has shape {array.shape}, expected {expected}")
    if outer and len(shapes) == 1:
        named = zip(shapes[0], array.shape, strict=True)
        sizes |= {letter: count for letter, count in named if letter.isidentifier()}


def fit(shape, found, sizes):
    """Say whether a shape is the one that is written, as far as sizes are known."""
    seen = {letter: known(letter, sizes) for letter in shape if known(letter, sizes) is not None}
    return len(shape) == len(found) and all(
        seen.setdefault(letter, n) == n for letter, n in zip(shape, found, strict=True)
    )


def known(size, sizes):
    """Return the number that a size such as ``10``, ``J`` or ``J + 1`` is, None if not known."""
    parts = [int(part) if part.isdigit() else sizes.get(part) for part in size.split(" + ")]
    return None if None in parts else sum(parts)


def came(value):
    """Describe what came, in few words."""
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}, shape {value.shape}"
    text = repr(value)
    return text if len(text) < 60 else f"a {type(value).__name__}"
