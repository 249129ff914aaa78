"""One trial of a reader's function: all cases, and the mistakes that explain what came out."""

import functools
import itertools
import time

import numpy as np

from cnnlib.checks.cases import GENERAL
from cnnlib.checks.running import run

GENERAL_NAMES = {name for name, *_ in GENERAL}


class Trial:
    """A reader's function, what it did in each case, and what it should have done."""

    def __init__(self, check, thing, seed=0):
        self.check, self.thing, self.seed = check, thing, seed
        self.cases = check.cases(np.random.default_rng(seed))
        self.expected = [check.read(check.call(check.right, *case.args)) for case in self.cases]
        self.outcomes, self.values, self.problems = [], [], []
        end = time.monotonic() + check.seconds
        for case in self.cases:
            left = max(0.05, end - time.monotonic())
            outcome = run(check.using(thing), case.args, left)
            self.outcomes.append(outcome)
            value, problem = self._read(outcome)
            self.values.append(value)
            self.problems.append(problem)
            if outcome.late:
                break
        self.right = [
            value is not None
            and all(check.close(value[name], wanted[name]) for name in check.outputs)
            for value, wanted in zip(self.values, self.expected, strict=False)
        ]

    def _read(self, outcome):
        if outcome.error is not None or outcome.late:
            return None, ""
        try:
            return self.check.read(outcome.value), ""
        except TypeError as error:
            return None, str(error)

    def labels(self, right=None):
        """Return the labels of the cases, or of those that are right."""
        pairs = zip(self.cases, self.right, strict=True)
        return list(dict.fromkeys(c.label for c, ok in pairs if right is None or ok))

    def explained(self, mistake):
        """Say whether a mistake gives, in every case, what the reader's function gave."""
        told = False
        for case, outcome, value, right in zip(
            self.cases, self.outcomes, self.values, self.right, strict=False
        ):
            if outcome.late:
                return False
            wrong = run(self.check.using(mistake), case.args, self.check.seconds)
            other, _ = self._read(wrong)
            if failed(outcome, value) and failed(wrong, other):
                continue  # with which error, or with what left over, depends on how it is written
            if (
                value is None
                or other is None
                or not all(
                    self.check.close(value[name], other[name]) for name in self.check.outputs
                )
            ):
                return False
            told |= not right
        return told

    def explanations(self):
        """Return the lists of mistakes that explain everything: single ones, or else pairs."""
        floats = all(array.dtype.kind == "f" for array in self.expected[0].values())
        known = [m for m in self.check.mistakes if floats or m.name not in GENERAL_NAMES]
        found = [([m], m) for m in known if self.explained(m)]
        if not found:
            pairs = itertools.combinations(known, 2)
            joint = [([a, b], together(a.function, b.function)) for a, b in pairs]
            found = [(each, wrong) for each, wrong in joint if wrong and self.explained(wrong)]
        if not found:
            return []
        other = Trial(self.check, self.thing, self.seed + 1)  # chance does not strike twice
        return [each for each, wrong in found if other.explained(wrong)]

    def observation(self):
        """Say what all wrong results have in common, if it is a constant factor or difference."""
        pairs = [
            (value[name].astype(float), wanted[name].astype(float))
            for value, wanted in zip(self.values, self.expected, strict=True)
            for name in self.check.outputs
            if value is not None and value[name].shape == wanted[name].shape
        ]
        if len(pairs) < len(self.values):
            return ""
        yours, right = (
            np.concatenate([a.ravel() for a in arrays]) for arrays in zip(*pairs, strict=True)
        )
        if not np.isfinite(yours).all() or len(right) < 3:
            return ""
        factor = (yours @ right) / max(right @ right, 1e-12)
        if np.allclose(yours, right, rtol=1e-4, atol=1e-6):
            return ""  # what is wrong has another shape, and is not among these
        if np.allclose(yours, factor * right, rtol=1e-4, atol=1e-6):
            return f"In every case your numbers are {factor:.4g} times what they should be."
        if np.allclose(yours - right, yours[0] - right[0], rtol=1e-4, atol=1e-6):
            return f"In every case your numbers differ by {yours[0] - right[0]:.4g}."
        return ""

    def limits(self):
        """Return the limits inside which all cases are right and outside which none is."""
        found = []
        for limit in self.check.limits:
            inside = [limit.property in case.properties for case in self.cases]
            if inside.count(True) > 1 and inside.count(False) > 1 and inside == self.right:
                found.append(limit)
        return found


def failed(outcome, value):
    """Say whether a call gave nothing: it raised, or some result of it is an empty array."""
    empty = value is not None and any(array.size == 0 for array in value.values())
    return outcome.error is not None or empty


def together(one, other):
    """Join two wrong versions that are options of one function; None if that is not possible."""
    partials = isinstance(one, functools.partial) and isinstance(other, functools.partial)
    if not partials or one.func is not other.func or one.args or other.args:
        return None
    if set(one.keywords) & set(other.keywords):
        return None
    return functools.partial(one.func, **one.keywords, **other.keywords)
