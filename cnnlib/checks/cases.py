"""What a check is made of: cases to try, mistakes to recognise, limits to notice."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Case:
    """Arguments to try, what is special about them in a few words, and properties for limits."""

    label: str
    args: tuple
    properties: frozenset = frozenset()


@dataclass(frozen=True)
class Mistake:
    """A wrong version of the function, what is wrong in it as a clause, and a hint that helps.

    A ``direct`` one takes the arguments of a case and returns the results, whatever the reader
    hands over and however the check uses that.
    """

    name: str
    function: Callable
    hint: str = ""
    direct: bool = False


@dataclass(frozen=True)
class Limit:
    """A property of cases outside which a function may fail: ``Limit("square", "...")``.

    ``words`` completes the sentence "It is right for ... and wrong for all others".
    """

    property: str
    words: str
    hint: str = ""


@dataclass(frozen=True)
class Steps:
    """Two arguments, the second with more pixels, for which Python should take equal steps."""

    small: tuple
    large: tuple
    words: str
    hint: str


# Mistakes that any function whose results are floats may have: name, what becomes of the right
# result, hint.
GENERAL = (
    (
        "the result is kept as integers, so that fractions are cut off",
        lambda y: np.trunc(y).astype(int),
        "What dtype does your array of results have? np.zeros(shape, x.dtype) takes that of x.",
    ),
    (
        "the result is all zeros, as it was made",
        np.zeros_like,
        "Is the result ever written into the array that you return?",
    ),
    ("all signs are turned around", np.negative, "What do you subtract from what?"),
)


def options(function, *rows):
    """Make mistakes of one function whose options make it wrong.

    Parameters
    ----------
    function : callable
        Right without options.
    rows : (str, dict, str)
        The name of each mistake, the options that make it, and the hint. Mistakes made so can be
        recognised two at a time.

    Returns
    -------
    list of Mistake
    """
    return [Mistake(name, functools.partial(function, **given), hint) for name, given, hint in rows]
