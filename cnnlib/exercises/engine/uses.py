"""What a reader's function makes of its arguments, and of what lies outside it."""

import copy
import dis

import numpy as np

from cnnlib.exercises.engine.running import Patience
from cnnlib.layers.base import Layer


def unused(check, trial, thing):
    """Name the arguments that play no part: they change, and the result does not."""
    if not trial.complete:
        return []
    for value, wanted in zip(trial.values, trial.expected, strict=True):
        if any(value[name].ndim != wanted[name].ndim for name in value):
            return []  # that says more
    known = [
        i
        for i, value in enumerate(trial.values)
        if all(np.isfinite(array).all() for array in value.values())
    ]
    patience = Patience(check.seconds)
    places = range(len(check.args))
    return [check.args[k] for k in places if _idle(check, trial, thing, k, known, patience)]


def _idle(check, trial, thing, k, known, patience):
    """Say whether argument k changes the right result in two cases at least, and this never."""
    kept = set()
    for i in known:
        args = trial.cases[i].args
        if k >= len(args) or not (check.plain_call or np.isscalar(args[k])):
            continue  # what a call makes of an array is not what the reader's function sees
        for new in nudged(args[k]):
            other = (*args[:k], new, *args[k + 1 :])
            try:
                wanted = check.outputs.read(check.call(check.right, *copy.deepcopy(other)))
            except Exception:
                continue  # such a value makes no sense here
            if check.outputs.equal(wanted, trial.expected[i]):
                continue
            again = check.value(thing, other, patience.another())
            if again is None or not check.outputs.equal(again, trial.values[i]):
                return False
            kept.add(i)
    return len(kept) > 1


def nudged(value):
    """Return other values of an argument; none if they cannot be made up.

    They are irregular, so that a result which only forgets the size of its argument changes.
    """
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, 3 * value + 7]
    if isinstance(value, float):
        return [1.5 * value + 0.1, 7 * value + 3]
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size:
        waves = np.cos(7.0 * np.arange(value.size)).reshape(value.shape)
        other = (1.5 * value + waves).astype(value.dtype)
        return [other, np.flip(other)]
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.size > 1:
        return [np.roll(value, 1), np.full_like(value, value.flat[0])]
    return []


def handed_back(check, trial, wrong):
    """Name the argument that comes back, wherever the result is wrong, as it was; or ""."""
    bad = trial.bad
    if len(wrong) > 1 or len(bad) == 1:
        return ""
    for k, argument in enumerate(check.args):
        given = [trial.cases[i].args[k : k + 1] for i in bad]
        if all(
            each
            and isinstance(each[0], np.ndarray)
            and check.outputs.close(trial.values[i][wrong[0]], each[0])
            for i, each in zip(bad, given, strict=True)
        ):
            return argument
    return ""


def read_outside(function):
    """Return the names of arrays and networks that a function reads and was not given."""
    code, known = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    read = [] if code is None else dis.get_instructions(code)
    names = dict.fromkeys(each.argval for each in read if each.opname == "LOAD_GLOBAL")
    if "globals" in names:  # globals()["x"]
        names |= dict.fromkeys(each for each in code.co_consts if isinstance(each, str))
    return [name for name in names if isinstance(known.get(name), (np.ndarray, Layer))]
