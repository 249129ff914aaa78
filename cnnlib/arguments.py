"""Checks of arguments that every module shares, with one form of message."""

import math
import numbers

import numpy as np


def at_least(least, **arguments):
    """Refuse what is no integer or too small, by name: ``at_least(1, stride=stride)``.

    Raises
    ------
    ValueError
        If an argument is not an integer, or less than ``least``.
    """
    for name, value in arguments.items():
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not whole or value < least:
            raise ValueError(f"{name} is {value}, expected an integer, at least {least}")


def pair(size):
    """Read a kernel size: ``5`` and ``(5, 5)`` both mean five rows and five columns.

    Returns
    -------
    (int, int)
        Rows KH and columns KW.

    Raises
    ------
    TypeError
        If it is neither an integer nor two integers.
    """
    sizes = tuple(size) if np.iterable(size) else (size, size)
    if len(sizes) != 2 or not all(isinstance(n, (int, np.integer)) for n in sizes):
        raise TypeError(f"kernel_size is {size!r}, expected an integer or two")
    return int(sizes[0]), int(sizes[1])


def is_number(value):
    """Say whether a value is one finite number, and no bool."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def positive(**arguments):
    """Refuse what is no number above 0, by name: ``positive(timeout=timeout)``.

    Raises
    ------
    ValueError
        If an argument is not a finite number, or not above 0.
    """
    for name, value in arguments.items():
        if not is_number(value) or value <= 0:
            raise ValueError(f"{name} is {value!r}, expected a number above 0")


def generator(rng):
    """Refuse what is no random generator; return it.

    Raises
    ------
    TypeError
        If ``rng`` is anything else, a seed for example.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}, expected a numpy.random.Generator, as default_rng(0)")
    return rng
