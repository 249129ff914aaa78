"""Checks of arguments that every module shares, with one form of message."""

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
