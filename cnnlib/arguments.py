"""Checks of arguments that every module shares, with one form of message."""

import math
import numbers
import warnings

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
    ValueError
        If one of them is less than 1.
    """
    sizes = tuple(size) if np.iterable(size) else (size, size)
    if len(sizes) != 2 or not all(isinstance(n, (int, np.integer)) for n in sizes):
        raise TypeError(f"kernel_size is {size!r}, expected an integer or two")
    at_least(1, kernel_size=min(sizes))
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


def at_least_0(name, value, other=""):
    """Return a number of at least 0, or say which argument is not one.

    As Python's float: one of NumPy's, such as ``linspace`` makes, would widen float32. ``other``
    says what else would do.
    """
    if not is_number(value) or value < 0:
        raise ValueError(f"{name} is {value!r}, expected a number, at least 0{other}")
    return float(value)


def fraction(name, value, whole=False):
    """Return a number from 0 to less than 1, or to 1 if ``whole``, as :func:`at_least_0` does."""
    if not is_number(value) or not 0 <= value <= 1 or (value == 1 and not whole):
        raise ValueError(f"{name} is {value!r}, expected 0 to {'' if whole else 'less than '}1")
    return float(value)


def instance(kind, expected, **arguments):
    """Refuse what is no object of a class: ``instance(Layer, "a layer", layer=layer)``.

    Raises
    ------
    TypeError
        If an argument is anything else; the message says in words what was expected.
    """
    for name, value in arguments.items():
        if not isinstance(value, kind):
            raise TypeError(f"{name} is {value!r:.60}, expected {expected}")


def one_of(allowed, **arguments):
    """Refuse what is not among some names: ``one_of(MODELS, name=name)``.

    Raises
    ------
    ValueError
        If an argument is not; the message lists those that there are.
    """
    for name, value in arguments.items():
        if value not in allowed:
            raise ValueError(f"{name} is {value!r}, expected one of {', '.join(allowed)}")


def floats(name, array):
    """Refuse what is no array of floats: integers would wrap around, or be rounded.

    Raises
    ------
    TypeError
    """
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
        came = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
        raise TypeError(f"{name} is {came}, expected an array of floats such as float32")


def shaped(name, array, shape):
    """Refuse an array of another shape, or None, which stands for one that is missing.

    Raises
    ------
    ValueError
    """
    came = "nothing" if array is None else np.shape(array)
    if came != shape:
        raise ValueError(f"{name} has shape {came}, expected {shape}")


def finite(arrays):
    """Refuse arrays that hold NaN or infinity, by name: ``finite({"x": x})``.

    Raises
    ------
    ValueError
        If there is NaN or infinity in one of them.
    """
    for name, array in arrays.items():
        if not np.isfinite([array.min(), array.max()]).all():  # NaN is the least and the greatest
            raise ValueError(f"{name} holds NaN or infinity, expected finite numbers")


def look_at_range(name, x):
    """Warn of images whose values suit no network of the lessons."""
    low, high = x.min(), x.max()
    if max(-low, high) > 20:
        warnings.warn(
            f"{name}: the images go from {low:g} to {high:g}, and the lessons' from 0 to 1, which"
            " the networks' starting weights suit: divide them first?",
            stacklevel=3,
        )


def check_functions(callbacks, augment):
    """Refuse callbacks and augment that cannot be called when their time comes.

    Raises
    ------
    TypeError
        If ``callbacks`` is no list of functions, or ``augment`` neither a function nor None.
    """
    if not isinstance(callbacks, list | tuple) or not all(map(callable, callbacks)):
        raise TypeError(f"callbacks is {callbacks!r}, expected a list of functions of the run")
    if augment is not None and not callable(augment):
        raise TypeError(f"augment is {augment!r}, expected a function of (x, rng)")


def generator(rng):
    """Refuse what is no random generator; return it.

    Raises
    ------
    TypeError
        If ``rng`` is anything else, a seed for example.
    """
    instance(np.random.Generator, "a numpy.random.Generator, as default_rng(0)", rng=rng)
    return rng
