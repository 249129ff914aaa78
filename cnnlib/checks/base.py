"""Checks that run a reader's function on small cases and name the mistake that they find.

A mistake is recognised by comparison: a check holds wrong versions of the function, and names one
of them only if what the reader's function gives is, in every case, what that wrong version gives.
"""

import functools

import numpy as np

from cnnlib.checks.cases import GENERAL, Mistake
from cnnlib.checks.result import Task, either, kind_of, listed
from cnnlib.checks.running import count_steps, explain, is_stub
from cnnlib.checks.show import tables
from cnnlib.checks.trial import Trial


class Check(Task):
    """Hold a reader's function to the right one and name the mistake where they differ.

    Parameters
    ----------
    lesson, name : str
        ``"01"``, and the function's name.
    right : callable
        What the function should be; usually from :mod:`cnnlib.reference`.
    cases : callable
        Takes a Generator and returns a list of :class:`Case`.
    mistakes : sequence of Mistake
    limits : sequence of Limit
        Tried where no mistake explains what was found.
    args : str
        Names of the arguments, for showing a case: ``"x w b stride pad"``.
    outputs : str
        Names of what is returned, several if a tuple or a dict is: ``"dx dw db"``.
    todo, more : str
        What to write; what to try when it is right. A sentence each.
    steps : Steps, optional
        For functions that must not loop over pixels.
    call : callable, optional
        How to use what the reader hands over: ``call(thing, *args)``, by default
        ``thing(*args)``. ``right`` and the mistakes are used in the same way.
    seconds : float
        Time that all cases together may take.
    tolerance : float, optional
        Relative to the largest number expected; by default 1e-7, for float32 1e-4.
    """

    def __init__(
        self,
        lesson,
        name,
        right,
        cases,
        mistakes=(),
        limits=(),
        *,
        args,
        outputs="y",
        todo,
        more,
        steps=None,
        call=None,
        seconds=10,
        tolerance=None,
    ):
        super().__init__(lesson, name, todo, more)
        self.right, self.cases, self.limits, self.steps = right, cases, limits, steps
        self.mistakes, self.args, self.outputs = list(mistakes), args.split(), outputs.split()
        self.call = call or (lambda thing, *given: thing(*given))
        self.seconds, self.tolerance = seconds, tolerance
        self.mistakes += [
            Mistake(name, functools.partial(self._changed, change), hint, direct=True)
            for name, change, hint in GENERAL
        ]

    def __call__(self, thing, seed=0):
        """Check a function, given without parentheses; ``seed`` draws other random cases.

        Returns
        -------
        Result
        """
        return self.report(self.diagnose(thing, seed))

    def diagnose(self, thing, seed=0):
        """Do the work of a call, without keeping the progress."""
        if not callable(thing):
            call = f"check.{self.name}({getattr(thing, '__name__', 'your_function')})"
            return self.result(
                "wrong",
                f"a function was expected, and {kind_of(thing)} came.",
                f"Hand over the function itself, without calling it: {call}",
            )
        if is_stub(thing):
            return self.unwritten("not written yet")
        trial = Trial(self, thing, seed)
        for find in (self._stuck, self._wrong, self._untidy):
            if (result := find(trial)) is not None:
                return result
        title = f"right in all {len(trial.cases)} cases."
        return self.result("done", title, f"Tried: {listed(trial.labels())}.", self.more)

    def using(self, thing):
        """Return a function of a case's arguments that uses what is given, or a mistake."""
        if isinstance(thing, Mistake) and thing.direct:
            return thing.function
        thing = thing.function if isinstance(thing, Mistake) else thing
        return functools.partial(self.call, thing)

    def _changed(self, change, *given):
        """Change each output of the right version, as a general mistake does."""
        outputs = self.read(self.call(self.right, *given))
        changed = tuple(change(value) for value in outputs.values())
        return changed if len(changed) > 1 else changed[0]

    def read(self, value):
        """Return what a function gave as a dict of arrays.

        Raises
        ------
        TypeError
            If it is something else, with the reason.
        """
        names = self.outputs
        if isinstance(value, dict):
            value = tuple(value.get(name) for name in names)
        if len(names) == 1:
            value = (value,)
        if not isinstance(value, (tuple, list)) or len(value) != len(names):
            raise TypeError(f"it returned {kind_of(value)}, expected {', '.join(names)}")
        for name, part in zip(names, value, strict=True):
            if not isinstance(part, (np.ndarray, int, float, np.generic)):
                raise TypeError(
                    f"the result {name} is {kind_of(part)}, expected an array or a number"
                )
            if np.asarray(part).dtype.kind not in "biuf":
                raise TypeError(
                    f"the result {name} holds {np.asarray(part).dtype}, expected numbers"
                )
        return {name: np.asarray(part) for name, part in zip(names, value, strict=True)}

    # ------------------------------------------------------------------ what can be found

    def _stuck(self, trial):
        """Find that the function does not come to an end, or gives nothing back."""
        outcome = next((o for o in trial.outcomes if o.late), None)
        if outcome is not None:
            case = trial.cases[trial.outcomes.index(outcome)]
            return self.result(
                "wrong",
                f"not finished after {self.seconds:g} seconds, so it was stopped.",
                "Does a loop go on for ever? What makes it end, and does that change in the loop?",
                *self._shown(case),
                mistakes=["endless"],
            )
        if any(isinstance(o.error, NotImplementedError) for o in trial.outcomes):
            return self.unwritten("not written yet")
        nothing = [o for o in trial.outcomes if o.value is None and o.error is None]
        if len(nothing) == len(trial.outcomes):
            if any(o.printed for o in nothing):
                return self.result(
                    "wrong",
                    "it prints its answer and returns nothing.",
                    "A printed number cannot be used further: replace print(...) by return ...",
                    mistakes=["printed"],
                )
            return self.result(
                "wrong",
                "it returns None.",
                "Is the last line a return, and is it reached?",
                mistakes=["no return"],
            )
        return None

    def _wrong(self, trial):
        """Find that a result is wrong, and which mistake explains all of them."""
        bad = [i for i, ok in enumerate(trial.right) if not ok]
        if not bad:
            return None
        first = bad[0]
        blocks = self._difference(trial, first)
        found = trial.explanations()
        if found:
            both = "" if len(found) == 1 else " All of these give in every case what yours gives."
            return self.result(
                "wrong",
                f"{either([' and '.join(m.name for m in each) for each in found])}.{both}",
                *dict.fromkeys(m.hint for each in found for m in each),
                *blocks,
                mistakes=[m.name for each in found for m in each],
            )
        limits = trial.limits()
        if limits:
            words = either([limit.words for limit in limits])
            return self.result(
                "wrong",
                f"right for {words}, and wrong for all others.",
                *(limit.hint for limit in limits),
                *blocks,
                mistakes=[limit.property for limit in limits],
            )
        count = len(bad)
        raised = trial.outcomes[first].error
        title = f"wrong in {count} of {len(trial.cases)} cases."
        if raised is not None:
            title = f"it raises {type(raised).__name__} in {count} of {len(trial.cases)} cases."
        right = trial.labels(right=True)
        return self.result(
            "wrong",
            title,
            "" if raised else "It is none of the mistakes that this check knows.",
            f"Right: {listed(right)}." if right else "",
            trial.observation(),
            *blocks,
        )

    def _untidy(self, trial):
        """Find what is wrong although all numbers are right."""
        for outcome, case in zip(trial.outcomes, trial.cases, strict=True):
            if outcome.changed:
                names = [self.args[i] for i in outcome.changed]
                return self.result(
                    "wrong",
                    f"the numbers are right, but it changes its argument {listed(names)}.",
                    "Whoever calls it may still need what was there: work on a copy.",
                    *self._shown(case),
                    mistakes=["changed"],
                )
        for i, case in enumerate(trial.cases):
            for name, value in trial.values[i].items():
                wanted = trial.expected[i][name]
                if _kinds_differ(value, wanted):
                    return self.result(
                        "wrong",
                        f"the numbers are right, but {name} has the dtype {value.dtype},"
                        f" expected {wanted.dtype}.",
                        f"Case: {case.label}. Make arrays in the dtype of the input, such as"
                        " np.zeros(shape, x.dtype)."
                        if wanted.ndim
                        else "Sizes and counts are integers: divide them with //.",
                        mistakes=["dtype"],
                    )
        if self.steps:
            few, many = (
                count_steps(self.using(trial.thing), args, self.seconds)
                for args in (self.steps.small, self.steps.large)
            )
            if few is None or many is None or many > 1.2 * few + 20:
                more = "" if few is None or many is None else f" {few:,} steps became {many:,}."
                return self.result(
                    "wrong",
                    f"the numbers are right, but it still loops over {self.steps.words}.{more}",
                    self.steps.hint,
                    mistakes=["loops"],
                )
        return None

    def _shown(self, case):
        """Return the blocks that show the arguments of a case."""
        arrays, others = [], []
        for name, value in zip(self.args, case.args, strict=False):
            if isinstance(value, np.ndarray):
                arrays += tables(name, value)
            else:
                others.append(f"{name} = {getattr(value, '__name__', value)}")
        return [f"Case: {case.label}{', with ' if others else ''}{', '.join(others)}.", arrays]

    def _difference(self, trial, i):
        """Return the blocks that show where the result of case i differs."""
        outcome, blocks = trial.outcomes[i], self._shown(trial.cases[i])
        if outcome.error is not None:
            blocks.append("It raised:")
            blocks.append(explain(outcome.error))
        elif trial.problems[i]:
            blocks.append(f"{trial.problems[i][0].upper()}{trial.problems[i][1:]}.")
        else:
            for name, wanted in trial.expected[i].items():
                value = trial.values[i][name]
                if self.close(value, wanted):
                    continue
                prefix = "" if len(self.outputs) == 1 else f"{name}: "
                marked = None
                if value.shape != wanted.shape:
                    blocks.append(f"Shape {wanted.shape} was expected, {value.shape} came.")
                else:
                    marked = ~np.isclose(value, wanted, rtol=1e-4, atol=1e-6)
                shown = [
                    table
                    for name, array in (("expected", wanted), ("yours", value))
                    for table in tables(f"{prefix}{name}", array, marked, mark=name == "yours")
                ]
                blocks.append(shown)
                break
        if outcome.printed.strip():
            lines = outcome.printed.strip().splitlines()
            blocks += ["It printed:", lines[:5] + ["..."] * (len(lines) > 5)]
        if outcome.warned:
            blocks.append(f"NumPy warned: {outcome.warned}.")
        return blocks

    def close(self, value, wanted):
        """Say whether shape and numbers are equal, as far as the dtype allows."""
        if value.shape != wanted.shape:
            return False
        if wanted.size == 0:
            return True
        singles = np.float32 in (value.dtype, wanted.dtype)
        allowed = self.tolerance or (1e-4 if singles else 1e-7)
        if not (np.isfinite(value).all() and np.isfinite(wanted).all()):
            return np.allclose(value, wanted, rtol=allowed, equal_nan=True)
        largest = max(1e-6, float(np.max(np.abs(wanted))))
        return float(np.max(np.abs(value - wanted.astype(float)))) <= allowed * largest


def _kinds_differ(value, wanted):
    """Say whether a dtype is not the one expected; how wide an integer is does not matter."""
    if value.dtype.kind in "iu" and wanted.dtype.kind in "iu":
        return False
    return value.dtype.kind != wanted.dtype.kind if not wanted.ndim else value.dtype != wanted.dtype
