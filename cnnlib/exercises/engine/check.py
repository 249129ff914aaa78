"""Checks that run a reader's function on small cases and name the mistake that they find.

A mistake is recognised by comparison: a check holds wrong versions of the function, and names one
of them only if what the reader's function gives is, in every case, what that wrong version gives.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from cnnlib import here
from cnnlib.exercises.engine import variant
from cnnlib.exercises.engine.diagnosis import Diagnosis
from cnnlib.exercises.engine.mistakes import GENERAL, Mistake
from cnnlib.exercises.engine.outputs import Outputs
from cnnlib.exercises.engine.running import Patience, run
from cnnlib.exercises.engine.show import tables
from cnnlib.exercises.engine.task import Task
from cnnlib.exercises.engine.tidy import remark, slow, untidy
from cnnlib.exercises.engine.traced import borrowed
from cnnlib.exercises.engine.unwritten import is_stub, makes_methods
from cnnlib.exercises.engine.whose import asked_for
from cnnlib.exercises.engine.words import kind_of, listed


@dataclass(frozen=True)
class Case:
    """Arguments to try, and what is special about them in a few words."""

    label: str
    args: tuple


@dataclass(frozen=True)
class Limit:
    """What is special about some cases, outside of which a function may fail.

    ``holds`` takes the arguments of a case by name. ``name`` completes the sentence "It is right
    for ... and wrong for all others". ``hint`` is given where an output is wrong that is among
    those it is about, ``of``: all, or names as in ``"dw db"``.
    """

    name: str
    holds: Callable
    hint: str = ""
    of: str = ""


@dataclass(frozen=True)
class Steps:
    """Two lists of arguments, the second with more pixels, for which Python takes equal steps."""

    small: tuple
    large: tuple
    words: str
    hint: str


@dataclass
class Trial:
    """What a function did in each case, and what it should have done; lists, a case each."""

    cases: list
    expected: list
    outcomes: list = field(default_factory=list)
    values: list = field(default_factory=list)  # None where there is nothing to compare
    problems: list = field(default_factory=list)  # why that is
    right: list = field(default_factory=list)

    @property
    def bad(self):
        """The numbers of the cases that are wrong."""
        return [i for i, ok in enumerate(self.right) if not ok]

    @property
    def complete(self):
        """Whether there is something to compare in every case."""
        return all(value is not None for value in self.values)

    @property
    def changed(self):
        """The numbers of the arguments that are changed in some case."""
        return {i for outcome in self.outcomes for i in outcome.changed}

    def labels(self, right=None):
        """Return the labels of the cases, or of those that are right."""
        pairs = zip(self.cases, self.right, strict=True)
        return list(dict.fromkeys(c.label for c, ok in pairs if right is None or ok))


class Check(Task):
    """Hold a reader's function to the right one and name the mistake where they differ.

    Parameters
    ----------
    right : callable
        What the function should be; usually from :mod:`cnnlib.reference`.
    cases : callable
        Takes a Generator and returns a list of :class:`Case`.
    mistakes : sequence of Mistake
    limits : sequence of Limit
        Tried where no mistake explains what was found.
    outputs : str
        Names of what is returned, several if a tuple is: ``"dx dw db"``. What ``call`` returns may
        be a dict of them.
    whole : str, optional
        Names of outputs that have to be integers, because they become the size of an array. What
        is right and has another dtype otherwise gets a remark.
    todo, more : str
        What to write; what to try when it is right. A sentence each.
    steps : Steps, optional
        For functions that must not loop over pixels.
    call : callable, optional
        How to use what the reader hands over: ``call(thing, *args)``, by default
        ``thing(*args)``. ``right`` and the mistakes are used in the same way.
    seconds : float
        Time that all cases together may take; in the browser, several times as long.
    tolerance : float, optional
        Relative to the largest number expected; by default 1e-7, for float32 1e-4.
    fresh : bool
        Whether the result has to be a new array, also where it equals an argument.
    telling : dict, optional
        For outputs that a call adds to what the reader returns: what it means if one of them is
        wrong, a clause. Said where no mistake explains what was found.
    without : str, optional
        The name of a function or method of NumPy that must not do the work.
    given : str, optional
        The name of a module of cnnlib that may be called, for the task does not ask for it.
    """

    def __init__(
        self,
        right,
        cases,
        mistakes=(),
        limits=(),
        *,
        outputs="y",
        whole="",
        todo,
        more,
        steps=None,
        call=None,
        seconds=10,
        tolerance=None,
        fresh=False,
        telling=None,
        without="",
        given="",
    ):
        super().__init__(todo, more)
        self.telling, self.without, self.given = telling or {}, without, given
        self.right, self.cases, self.limits, self.steps = right, cases, limits, steps
        self.fresh, self.meets = fresh, None  # what else has to hold of a change to propose
        self.args = list(inspect.signature(call or right).parameters)[1 if call else 0 :]
        self.plain_call = call is None
        self.outputs = Outputs(outputs, tolerance, keyed=not self.plain_call)
        self.whole, self.seconds = whole.split(), seconds * here.slower()
        self.call = call or (lambda thing, *given: thing(*given))
        self.mistakes = list(mistakes) + [
            Mistake(name, functools.partial(self._spoilt, change), hint, direct=True)
            for name, (change, hint) in GENERAL.items()
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
        kind = "class" if inspect.isclass(self.right) else "function"
        if not callable(thing):
            own = type(thing).__name__ if kind == "class" else "your_function"
            call = f"check.{self.name}({getattr(thing, '__name__', own)})"
            came = "one of its objects" if kind == "class" else kind_of(thing)
            return self.result(
                "wrong",
                f"the {kind} was expected, and {came} came.",
                f"Hand over the {kind} itself, without calling it: {call}",
            )
        if asked_for(getattr(thing, "__code__", None)) or getattr(thing, "lent", False):
            return self._borrowed(f"{thing.__name__} of cnnlib")
        if is_stub(thing):
            return self.unwritten("not written yet")
        if missing := self._missing(thing):
            one = len(missing) == 1
            return self.unwritten(f"{missing[0]} is missing" if one else "not written yet")
        trial = self.trial(thing, seed)
        found = self._stuck(trial)
        if not found and trial.bad:
            found = Diagnosis(self, trial, thing, seed).result()
        found = found or untidy(self, trial, thing) or slow(self, thing)
        if found:
            return found
        for case in trial.cases[0], trial.cases[-1]:
            allowed = self.name, self.without, self.given
            if name := borrowed(self.using(thing), case.args, self.seconds, *allowed):
                return self._borrowed(name)
        title = f"right in all {len(trial.cases)} cases."
        tried = f"Tried: {listed(trial.labels())}."
        return self.result("done", title, tried, remark(trial), self.more)

    def _missing(self, thing):
        """Name the methods that a class has to have, and has not or only by inheritance."""
        if not (inspect.isclass(self.right) and inspect.isclass(thing)) or makes_methods(thing):
            return []
        base = self.right.__mro__[1]
        methods = [name for name, m in vars(self.right).items() if inspect.isfunction(m)]
        wanted = [name for name in methods if name != "__init__"]
        return [n for n in wanted if getattr(thing, n, None) is getattr(base, n, None)]

    def _borrowed(self, name):
        return self.result(
            "wrong",
            f"the work is done by {name}.",
            "Write it yourself: that is the exercise.",
            mistakes=["borrowed"],
        )

    # ------------------------------------------------------------------ running it

    def trial(self, thing, seed=0, seconds=None):
        """Use a reader's function, or a mistake, in every case, for at most so many seconds.

        Returns
        -------
        Trial
        """
        cases = self.cases(variant.generator(seed))
        trial = Trial(
            cases, [self.outputs.read(self.call(self.right, *case.args)) for case in cases]
        )
        patience = Patience(self.seconds if seconds is None else seconds)
        for case, expected in zip(trial.cases, trial.expected, strict=True):
            outcome, value, problem = self.use(thing, case, patience.another())
            trial.outcomes.append(outcome)
            trial.values.append(value)
            trial.problems.append(problem)
            trial.right.append(value is not None and self.outputs.equal(value, expected))
            if outcome.late:
                break
        return trial

    def use(self, thing, case, seconds):
        """Run one case; return what happened, what came out, and why that cannot be read."""
        outcome = run(self.using(thing), case.args, seconds)
        if outcome.error is not None or outcome.late:
            return outcome, None, ""
        try:
            return outcome, self.outputs.read(outcome.value), ""
        except (TypeError, MemoryError) as error:
            return outcome, None, str(error)

    def value(self, thing, args, seconds):
        """Return what comes out for arguments, as :class:`Outputs` gives it; or None."""
        return self.use(thing, Case("", args), seconds)[1]

    def using(self, thing):
        """Return a function of a case's arguments that uses what is given, or a mistake."""
        if isinstance(thing, Mistake):
            if thing.direct:
                return thing.function
            thing = thing.function
        return functools.partial(self.call, thing)

    def _spoilt(self, change, *given):
        """Change each output of the right version, as a general mistake does."""
        outputs = self.outputs.read(self.call(self.right, *given))
        spoilt = tuple(change(v) if v.dtype.kind == "f" else v for v in outputs.values())
        return spoilt if len(spoilt) > 1 else spoilt[0]

    def inside(self, limit, cases):
        """Return, for each case, whether it lies inside a limit."""
        return [bool(limit.holds(**self._named(case))) for case in cases]

    def _named(self, case):
        return dict(zip(self.args, case.args, strict=False))

    def _stuck(self, trial):
        """Find that the function does not come to an end, or gives nothing back."""
        hint = "Does a loop go on for ever? What makes it end, and does that change in the loop?"
        hint += " Or is it only slow?"
        last = trial.cases[len(trial.outcomes) - 1]
        if found := self.halted(trial.outcomes, self.seconds, hint, *self.shown(last)):
            return found
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

    # ------------------------------------------------------------------ how it is shown

    def shown(self, case):
        """Return the blocks that show the arguments of a case."""
        arrays, others = [], []
        for name, value in self._named(case).items():
            if isinstance(value, np.ndarray):
                arrays += tables(name, value)
            else:
                others.append(f"{name} = {getattr(value, '__name__', value)}")
        return [f"Case: {case.label}{', with ' if others else ''}{', '.join(others)}.", arrays]
