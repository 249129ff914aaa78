"""Mistakes to recognise: wrong versions of what is asked for, written as changed lines of it."""

import ast
import functools
import inspect
import itertools
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@functools.cache
def changed(source, changes):
    """Make a wrong version of a function or class by replacing texts of its source.

    Parameters
    ----------
    source : function or class
    changes : tuple of (str, str)
        What stands there below the docstring, once and only once, and what is to stand there.

    Raises
    ------
    ValueError
        If a text is not there, or more than once.
    """
    text = _changed_text(source, changes)
    made = {}  # apart from the names that it uses, so that these are still the right ones
    code = compile(text, f"<{source.__qualname__}, changed>", "exec")
    exec(code, dict(vars(inspect.getmodule(source))), made)
    return made[source.__name__]


def _changed_text(source, changes):
    """Return the source of a function or class with texts replaced."""
    text = _code(source)
    for old, new in changes:
        if text.count(old) != 1:
            raise ValueError(f"{old!r} is {text.count(old)} times in {source.__qualname__}")
        text = text.replace(old, new)
    return text


def code_of(version):
    """Return the code of a wrong version, a :class:`Changed`."""
    return _changed_text(version.source, version.changes)


@functools.cache  # reading a file and finding a class in it takes longer than all else
def _code(source):
    """Return the source of a function or class without its docstring."""
    text = textwrap.dedent(inspect.getsource(source))
    first, *rest = ast.parse(text).body[0].body
    if not rest or not ast.get_docstring(ast.parse(text).body[0]):
        return text
    lines = text.splitlines(keepends=True)
    return "".join(lines[: first.lineno - 1] + lines[first.end_lineno :])


@dataclass(frozen=True)
class Changed:
    """A wrong version of ``source``, made when it is first used.

    ``use`` turns what was made, and the right version as well, into what a check calls.
    """

    source: Callable
    changes: tuple
    use: Callable | None = None

    def __call__(self, *args, **named):
        made = changed(self.source, self.changes)
        return (self.use(made) if self.use else made)(*args, **named)

    def joined(self, other):
        """Make both mistakes at once; None if they are not of one source or change one text."""
        if not isinstance(other, Changed) or (self.source, self.use) != (other.source, other.use):
            return None
        if dict(self.changes).keys() & dict(other.changes).keys():
            return None
        try:
            both = Changed(self.source, self.changes + other.changes, self.use)
            changed(both.source, both.changes)
        except (ValueError, SyntaxError):
            return None
        return both


@dataclass(frozen=True)
class Mistake:
    """What is wrong as a clause, a version of the function that is wrong so, a hint that helps.

    A ``direct`` one takes the arguments of a case and returns the results, whatever the reader
    hands over and however the check uses that.
    """

    name: str
    function: Callable
    hint: str = ""
    direct: bool = False


def mistakes(source, *rows, use=None):
    """Make mistakes of one right version.

    Parameters
    ----------
    source : function or class
        The right version.
    rows : (str, dict, str)
        The name of each mistake, the texts that make it (old to new), and the hint.
    use : callable, optional
        As for :class:`Changed`.

    Returns
    -------
    list of Mistake
        Two of them can be recognised together.
    """
    return [
        Mistake(name, Changed(source, tuple(changes.items()), use), hint)
        for name, changes, hint in rows
    ]


def pairs(known):
    """Yield the pairs of mistakes that can be made together, and a mistake that is both."""
    for one, other in itertools.combinations(known, 2):
        both = isinstance(one.function, Changed) and one.function.joined(other.function)
        if both:
            yield [one, other], Mistake(f"{one.name}; {other.name}", both)


def _whole(y):
    """Cut off fractions as an array of integers does, which has no room for very large numbers."""
    if not (np.abs(y) < 2.0**63).all():
        raise OverflowError("Python int too large to convert to C long")
    return np.trunc(y).astype(int)


ZEROS = "the result is all zeros"
# Mistakes that any function whose results are floats may have: name, what becomes of the right
# result, hint.
GENERAL = {
    "fractions are cut off, as integers do": (
        _whole,
        "Is there a // or int() on the way? Or an array that was made of integers:"
        " np.zeros(shape, x.dtype) takes what x has.",
    ),
    ZEROS: (
        np.zeros_like,
        "Is anything ever written into what you return, or added to it? Or is what you ask never"
        " true?",
    ),
    "all signs are turned around": (np.negative, "What do you subtract from what?"),
}
