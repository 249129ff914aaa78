"""What is wrong, or worth a remark, although all numbers are right."""

import inspect

import numpy as np

from cnnlib.exercises.engine.traced import count_steps
from cnnlib.exercises.engine.words import listed


def untidy(check, trial, thing):
    """Find what whoever calls it would stumble over.

    Returns
    -------
    Result or None
    """
    for outcome, case in zip(trial.outcomes, trial.cases, strict=True):
        if outcome.changed:
            names = [check.args[i] for i in outcome.changed]
            copied = all(
                isinstance(case.args[i], (np.ndarray, list, dict)) for i in outcome.changed
            )
            mend = "work on a copy" if copied else "leave it, or put it back at the end"
            return check.result(
                "wrong",
                f"the numbers are right, but it changes its argument {listed(names)}.",
                f"Whoever calls it may still need what was there: {mend}.",
                *check.shown(case),
                mistakes=["changed"],
            )
        if check.fresh and outcome.shared:
            return check.result(
                "wrong",
                f"the numbers are right, but for {case.label} no new array comes back.",
                "Whoever writes into the result would change the argument, too.",
                *check.shown(case),
                mistakes=["shared"],
            )
    if again := _again(check, trial, thing):
        return check.result("wrong", *again, mistakes=["state"])
    if check.plain_call and (name := _halved(trial)):
        return check.result(
            "wrong",
            f"the numbers have 7 digits: {name} is float32 where float64 came in.",
            "np.zeros(shape, x.dtype) keeps what x has.",
            mistakes=["dtype"],
        )
    for name in check.whole:
        if any(value[name].dtype.kind == "f" for value in trial.values):
            return check.result(
                "wrong",
                f"the numbers are right, but {name} is a float, and arrays have whole sizes.",
                "Divide with //, and make arrays of whole numbers with np.zeros(shape, int).",
                mistakes=["dtype"],
            )
    return None


def slow(check, thing):
    """Find that it loops where it must not: a Result, or None."""
    if not check.steps:
        return None
    few, many = (
        count_steps(check.using(thing), args, check.seconds)
        for args in (check.steps.small, check.steps.large)
    )
    known = few is not None and many is not None
    if known and many <= 1.2 * few + 20:
        return None
    more = f" {few:,} steps became {many:,}." if known else ""
    return check.result(
        "wrong",
        f"the numbers are right, but it still loops over {check.steps.words}.{more}",
        check.steps.hint,
        mistakes=["loops"],
    )


def remark(trial):
    """Say what is worth saying about a right answer; or ""."""
    for case, values, expected in zip(trial.cases, trial.values, trial.expected, strict=True):
        arrays = [each for each in case.args if isinstance(each, np.ndarray)]
        came = any(each.dtype.kind == "f" for each in arrays)
        for name, value in values.items():
            wanted = expected[name].dtype
            other = value.dtype.kind == wanted.kind == "f" and value.dtype != wanted
            if value.ndim and other and came:
                return (
                    f"A remark: {name} is {value.dtype} where {wanted} came in."
                    " np.zeros(shape, x.dtype) keeps what x has."
                )
            if value.dtype.kind == "f" and wanted.kind in "iu":
                whole = "np.zeros(shape, int)" if value.ndim else "int(...)"
                return f"A remark: {name} counts something. {whole} makes whole numbers."
    return ""


def _again(check, trial, thing):
    """Find that a second call gives something else, or the same array: title, hint; or None."""
    if not check.plain_call or inspect.isclass(thing) or trial.values[-1] is None:
        return None
    outcome, value, _ = check.use(thing, trial.cases[-1], check.seconds)
    if value is None or not check.outputs.equal(value, trial.values[-1]):
        hint = "What does it keep from one call to the next? Make it new in every call."
        return "a second call with the same arguments gives another result.", hint
    both = outcome.value, trial.outcomes[-1].value
    if all(isinstance(each, np.ndarray) for each in both) and np.may_share_memory(*both):
        hint = "Whoever kept the first result finds it changed: make a new array in every call."
        return "the numbers are right, but each call gives the same array back.", hint
    return None


def _halved(trial):
    """Return the first output that is float32 where arrays of float64 alone came in; or ""."""
    for case, values, expected in zip(trial.cases, trial.values, trial.expected, strict=True):
        if any(hasattr(each, "params") for each in case.args):
            continue  # the scores of a network are float32 as a rule
        came = {each.dtype for each in case.args if isinstance(each, np.ndarray)}
        for name, value in values.items():
            both = value.dtype, expected[name].dtype
            if both == (np.float32, np.float64) and value.ndim and came == {both[1]}:
                return name
    return ""
