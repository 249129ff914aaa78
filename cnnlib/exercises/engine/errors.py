"""Tell an exception to who caused it: by their own lines, and by what it means."""

import linecache
import re

import numpy as np

from cnnlib.exercises.engine.show import written
from cnnlib.exercises.engine.whose import own

# What the most frequent exceptions mean, by a piece of their message.
MEANT = {
    "NoneType": "Something is None: a function without a return, or a name not yet set.",
    "broadcast": "Two arrays do not fit: NumPy lines their shapes up from the right, and each pair"
    " of lengths has to be equal, or one of them 1.",
    "truth value of an array": "An array is neither true nor false, and max(), min() and if take"
    " one number: np.maximum, np.where or a mask takes all.",
    "inhomogeneous": "The rows of a list have different lengths, and an array takes rows of one.",
    "element with a sequence": "A place in an array holds one number, and several came.",
    "converted to Python scalars": "One number was expected, and an array came: x[i] picks.",
    "as a data type": "A shape, or a list of numbers, is one argument, in brackets of its own:"
    " np.zeros((2, 3)).",
    "be zero": "A step of 0 goes nowhere. Are two arguments exchanged, as stride and pad?",
    "window shape": "The window is larger than the part of the array that it is to go over.",
    "axes don't match": "transpose needs a number for each axis: has the array fewer, or more?",
    "boolean index did not": "A mask has the shape of what it picks from.",
    "must be of integer": "Places are whole numbers, and a mask is made by a comparison.",
    "sequence by non-int": "A list or a tuple does not calculate: np.array(...) makes an array.",
    "'list' and": "A list does not calculate: np.array(...) makes an array of it.",
    "ndarray' object is not callable": "Round brackets call a function: x[i] picks, and a product"
    " needs its *.",
    "object is not callable": "Round brackets call a function, and this is none. Is a * missing, or"
    " the name of a method, as in layer.forward(x)?",
    "zero-size array": "The largest or the least of nothing is asked for: which slice is empty?",
    "maximum recursion": "A function calls itself without end: what should stop it?",
    "not aligned": "a @ b needs as many columns in a as there are rows in b.",
    "matmul": "a @ b needs as many columns in a as there are rows in b.",
    "cannot reshape": "reshape can neither add nor lose numbers: the lengths have to multiply to"
    " how many there are.",
    "bounds for array of dim": "Axes are counted from 0: the last of n has the number n - 1.",
    "Python integer": "The number is too large for its dtype, or below its least: uint8 goes from 0"
    " to 255, int32 to 2,147,483,647, and Python's int has no end.",
    "out of bounds": "An index goes beyond the end: the last of n has the number n - 1.",
    "too many indices": "The array has fewer axes than you give indices.",
    "cannot be interpreted as an integer": "Sizes and places are whole numbers: divide with //.",
    "or a single integer": "Sizes and places are whole numbers: divide with //.",
    "not tuple": "A list takes one index: np.array(...) makes an array of it, which takes several.",
    "not float": "Sizes and places are whole numbers: divide with //.",
    "slice indices must be integers": "Sizes and places are whole numbers: divide with //.",
    "are valid indices": "Sizes and places are whole numbers: divide with //.",
    "Cannot cast ufunc": "An array of whole numbers cannot take fractions: np.zeros(shape) can.",
    "to unpack": "On the left of = are more or fewer names than there are values on the right.",
    "has no attribute": "Is that name set before it is read, and spelt the same?",
    "is not defined": "Is that name set before it is read, and spelt the same?",
    "positional argument": "It is called with more or fewer arguments than it takes.",
}


def explain(error, most=3):
    """Tell an exception by the reader's own lines.

    Returns
    -------
    list of str
        Lines: where in the reader's code, what stood there, what the names in that line held, and
        the exception.
    """
    lines, frames, trace = [], [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if own(code.co_filename):
            frames.append((code.co_name, code.co_filename, trace.tb_lineno, trace.tb_frame))
        trace = trace.tb_next
    for name, filename, number, frame in frames[-most:]:
        text = linecache.getline(filename, number).strip()
        where = f"in {name}" if name.isidentifier() else f"in a {name.strip('<>')}"
        lines.append(f"line {number}, {where}:  {text}")
        if frame is frames[-1][3] and (held := _held(text, frame.f_locals)):
            lines.append(f"there {held}")
    message = str(error).strip().partition("\n")[0]
    return [*lines, f"{type(error).__name__}: {message}" if message else type(error).__name__]


def meaning(error):
    """Say what an exception means, or ""."""
    message = str(error)
    return next((said for piece, said in MEANT.items() if piece in message), "")


def raised_in(error):
    """Return the lines of the reader's code in which an exception was raised, or through which."""
    lines, trace = set(), getattr(error, "__traceback__", None)
    while trace is not None:
        if own(trace.tb_frame.f_code.co_filename):
            lines.add(trace.tb_lineno)
        trace = trace.tb_next
    return lines


def _held(text, names):
    """Say what the names in a line of code held, as far as that is short."""
    said = []
    for name in dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z_]\w*", text)):
        value = names.get(name)
        if isinstance(value, np.ndarray) and value.ndim:
            said.append(f"{name} has the shape {value.shape}")
        elif isinstance(value, (float, np.number)) or isinstance(value, int) and abs(value) < 1e18:
            said.append(f"{name} is {written(value, 6)}")
        elif isinstance(value, tuple) and len(str(value)) < 30:
            said.append(f"{name} is {value}")
    return ", ".join(said)
