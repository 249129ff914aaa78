"""Checks that run a reader's function on small cases and name the mistake that they find.

A mistake is recognised by comparison: a check holds wrong versions of the function, and names one
of them only if what the reader's function gives is, in every case, what that wrong version gives.
"""

import contextlib
import copy
import dataclasses
import functools
import inspect
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from cnnlib import here
from cnnlib.exercises.engine import variant
from cnnlib.exercises.engine.mistakes import GENERAL, Mistake, pairs
from cnnlib.exercises.engine.repairs import repairs, small_changes
from cnnlib.exercises.engine.result import Refused, Task, either, kind_of, listed
from cnnlib.exercises.engine.running import (
    NotHere,
    Patience,
    borrowed,
    count_steps,
    explain,
    is_stub,
    lends,
    little_memory,
    makes_methods,
    raised_in,
    run,
)
from cnnlib.exercises.engine.seen import fact, meaning, nudged, read_outside
from cnnlib.exercises.engine.show import digits_to_tell, tables


@dataclass(frozen=True)
class Case:
    """Arguments to try, and what is special about them in a few words."""

    label: str
    args: tuple


@dataclass(frozen=True)
class Limit:
    """What is special about some cases, outside of which a function may fail.

    ``holds`` takes the arguments of a case by name. ``name`` completes the sentence "It is right
    for ... and wrong for all others".
    """

    name: str
    holds: Callable
    hint: str = ""


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
        self.fresh = fresh
        self.args = list(inspect.signature(call or right).parameters)[1 if call else 0 :]
        self.outputs, self.whole = outputs.split(), whole.split()
        self.seconds, self.tolerance = seconds * here.slower(), tolerance
        self.plain = call is None
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
        if lends(getattr(thing, "__code__", None)) or getattr(thing, "lent", False):
            return self._borrowed(f"{thing.__name__} of cnnlib")
        if is_stub(thing):
            return self.unwritten("not written yet")
        if missing := self._missing(thing):
            one = len(missing) == 1
            return self.unwritten(f"{missing[0]} is missing" if one else "not written yet")
        trial = self.trial(thing, seed)
        found = self._stuck(trial) or self._wrong(trial, thing, seed)
        found = found or self._untidy(trial, thing) or self._slow(thing)
        if found:
            return found
        for case in trial.cases[0], trial.cases[-1]:
            allowed = self.name, self.without, self.given
            if name := borrowed(self.using(thing), case.args, self.seconds, *allowed):
                return self._borrowed(name)
        title = f"right in all {len(trial.cases)} cases."
        tried = f"Tried: {listed(trial.labels())}."
        return self.result("done", title, tried, self._remark(trial), self.more)

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

    def trial(self, thing, seed=0):
        """Use a reader's function, or a mistake, in every case.

        Returns
        -------
        Trial
        """
        cases = self.cases(variant.generator(seed))
        trial = Trial(cases, [self.read(self.call(self.right, *case.args)) for case in cases])
        patience = Patience(self.seconds)
        for case, expected in zip(trial.cases, trial.expected, strict=True):
            left = max(0.05, patience.left())
            outcome, value, problem = self._use(thing, case, left)
            trial.outcomes.append(outcome)
            trial.values.append(value)
            trial.problems.append(problem)
            trial.right.append(value is not None and self.equal(value, expected))
            if outcome.late:
                break
        return trial

    def _use(self, thing, case, seconds):
        """Run one case; return what happened, what came out, and why that cannot be read."""
        outcome = run(self.using(thing), case.args, seconds)
        if outcome.error is not None or outcome.late:
            return outcome, None, ""
        try:
            return outcome, self.read(outcome.value), ""
        except (TypeError, MemoryError) as error:
            return outcome, None, str(error)

    def using(self, thing):
        """Return a function of a case's arguments that uses what is given, or a mistake."""
        if isinstance(thing, Mistake):
            if thing.direct:
                return thing.function
            thing = thing.function
        return functools.partial(self.call, thing)

    def _spoilt(self, change, *given):
        """Change each output of the right version, as a general mistake does."""
        outputs = self.read(self.call(self.right, *given))
        spoilt = tuple(change(v) if v.dtype.kind == "f" else v for v in outputs.values())
        return spoilt if len(spoilt) > 1 else spoilt[0]

    def read(self, value):
        """Return what a function gave as a dict of arrays.

        Raises
        ------
        TypeError
            If it is something else, with the reason.
        """
        names = self.outputs
        if isinstance(value, dict) and not self.plain:
            if lacking := [name for name in names if value.get(name) is None]:
                held = ", ".join(map(repr, value)) or "nothing"
                raise TypeError(f"the dict has no {lacking[0]!r}: it holds {held}")
            value = tuple(value[name] for name in names)
        elif len(names) == 1:
            value = (value,)
        elif isinstance(value, np.ndarray) and value.shape == (len(names),):
            value = tuple(value)
        if not isinstance(value, (tuple, list)) or len(value) != len(names):
            raise TypeError(f"it returned {kind_of(value)}, expected {', '.join(names)}")
        return {name: _array(name, part) for name, part in zip(names, value, strict=True)}

    def close(self, value, wanted):
        """Say whether shape and numbers are equal, as far as the dtype allows."""
        if value.shape != wanted.shape:
            return False
        if wanted.size == 0:
            return True
        allowed, largest = self.allowed(value, wanted)
        if not (np.isfinite(value).all() and np.isfinite(wanted).all()):
            return np.allclose(value, wanted, rtol=allowed, equal_nan=True)
        return float(np.max(np.abs(value - wanted.astype(float)))) <= allowed * largest

    def allowed(self, value, wanted):
        """Return the error that is allowed, and the largest number, of which it is a share."""
        singles = np.float32 in (value.dtype, wanted.dtype)
        finite = np.abs(wanted[np.isfinite(wanted)].astype(float))
        return self.tolerance or (1e-4 if singles else 1e-7), max(1e-6, finite.max(initial=0.0))

    def equal(self, value, other):
        """Say whether two results, as :meth:`read` gives them, are the same."""
        return all(self.close(value[name], other[name]) for name in self.outputs)

    def _reshaped(self, value, wanted):
        """Say whether results are the same but for the shape of some of them."""
        pairs = [(value[name], wanted[name]) for name in self.outputs]
        return all(a.size == b.size and self.close(a.reshape(b.shape), b) for a, b in pairs)

    # ------------------------------------------------------------------ what explains it

    def explained(self, trial, mistake):
        """Say whether a mistake gives, in every case, what the reader's function gave."""
        told = False
        for case, outcome, value, right in zip(
            trial.cases, trial.outcomes, trial.values, trial.right, strict=False
        ):
            if outcome.late:
                return False
            wrong, other, _ = self._use(mistake, case, self.seconds)
            if _failed(outcome, value) and _failed(wrong, other):
                continue  # with which error, or with what left over, depends on how it is written
            if value is None or other is None or not self.equal(value, other):
                return False
            told |= not right
        return told

    def explanations(self, trial, thing, seed=0):
        """Return the lists of mistakes that explain everything: single ones, or else pairs."""
        floats = any(array.dtype.kind == "f" for array in trial.expected[0].values())
        known = [m for m in self.mistakes if floats or m.name not in GENERAL]
        found = [([m], m) for m in known if self.explained(trial, m)]
        found = [each for each in found if not each[1].direct] or found  # the general ones last
        answers = all(v.dtype.kind == "b" for w in trial.expected for v in w.values())
        two = () if answers else pairs(known)  # a yes or no says too little to tell two at once
        found = found or [(both, m) for both, m in two if self.explained(trial, m)]
        if not found:
            return []
        other = self.trial(thing, seed + 1)  # chance does not strike twice
        return [names for names, m in found if self.explained(other, m)]

    def inside(self, limit, cases):
        """Return, for each case, whether it lies inside a limit."""
        return [bool(limit.holds(**self._named(case))) for case in cases]

    def _named(self, case):
        return dict(zip(self.args, case.args, strict=False))

    # ------------------------------------------------------------------ what can be found

    def _stuck(self, trial):
        """Find that the function does not come to an end, or gives nothing back."""
        if trial.outcomes[-1].late:  # nothing is tried after that
            case = trial.cases[len(trial.outcomes) - 1]
            return self.result(
                "wrong",
                f"not finished after {self.seconds:g} seconds, so it was stopped.",
                "Does a loop go on for ever? What makes it end, and does that change in the loop?"
                " Or is it only slow?",
                *self._shown(case),
                mistakes=["endless"],
            )
        if any(isinstance(o.error, NotImplementedError) for o in trial.outcomes):
            return self.unwritten("not written yet")
        for error in (o.error for o in trial.outcomes):
            if isinstance(error, (NotHere, Refused)):
                name = getattr(error, "mistake", "not here")
                return self.result("wrong", f"{error}.", mistakes=[name])
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

    def _wrong(self, trial, thing, seed):
        """Find that a result is wrong, and which mistake explains all of them."""
        bad = [i for i, ok in enumerate(trial.right) if not ok]
        if not bad:
            return None
        if any(
            o.empty and _spoilt(v, w)
            for o, v, w in zip(trial.outcomes, trial.values, trial.expected, strict=True)
        ):
            return self._emptied(trial, thing, seed, bad)
        blocks = self._difference(trial, bad[0])
        if plain := self._plain(trial, thing, bad):
            title, hint, name = plain
            return self.result("wrong", f"{title}.", hint, *blocks, mistakes=[name])
        if found := self.explanations(trial, thing, seed):
            both = "" if len(found) == 1 else " All of these give in every case what yours gives."
            return self.result(
                "wrong",
                f"{either([' and '.join(m.name for m in each) for each in found])}.{both}",
                *told_once(m.hint for each in found for m in each),
                *blocks,
                mistakes=[m.name for each in found for m in each],
            )
        if plain := self._misshapen(trial, bad):
            title, hint, name = plain
            return self.result("wrong", f"{title}.", hint, *blocks, mistakes=[name])
        if slip := self._slip(trial, thing, seed, bad):
            return self.result("wrong", f"{slip.name}.", slip.hint, mistakes=[slip.name])
        if any(self._fickle(trial, thing, i) for i in bad):
            hint = "Does it draw numbers of its own, or remember something from call to call?"
            title = "two calls with the same arguments give different results."
            return self.result("wrong", title, hint, *blocks, mistakes=["fickle"])
        place = self._place(trial, thing, seed, bad)
        found = self._seen(trial, thing, seed) or (place and (place, [], ["one change"]))
        title, hints, names = found or self._unknown(trial, bad)
        said = _sentence(place) if place not in ("", title) else ""
        changed = dict.fromkeys(self.args[i] for o in trial.outcomes for i in o.changed)
        changed = f"And it changes its argument {listed(changed)}." if changed else ""
        known = read_outside(self.right)  # which the notebook hands out
        outside = " and ".join(name for name in read_outside(thing) if name not in known)
        outside = f"It reads {outside} of the notebook: is an argument meant?" if outside else ""
        right = [] if title.startswith("right for") else trial.labels(right=True)
        fine = f"Right: {listed(right)}." if right else ""
        blocks = [each for each in blocks if each != _sentence(title)]
        more = said, changed, outside, fine
        return self.result("wrong", f"{title}.", *hints, *more, *blocks, mistakes=names)

    def _seen(self, trial, thing, seed):
        """Find what can be seen without knowing the mistake: title, hints, names; or None."""
        if told := self._told(trial):
            return self.telling[told], [], [told]
        if unused := self._unused(trial, thing):
            make = "makes" if len(unused) == 1 else "make"
            hint = "Whatever it is, the result stays the same. Where should it come in?"
            return f"{' and '.join(unused)} {make} no difference", [hint], ["unused"]
        if limits := self._limits(trial):
            names = [limit.name for limit in limits]
            title = f"right for {either(names)}, and wrong for all others"
            return title, [limit.hint for limit in limits], names
        found = self._fact(trial)
        again = self._fact(self.trial(thing, seed + 1)) if found else None  # or is it chance?
        if again and again[2] == found[2]:
            title, hint, name = found
            return title, [hint], [name]
        return None

    def _unknown(self, trial, bad):
        """Say how much is wrong where nothing else can be said; as :meth:`_seen`."""
        outcome, problem = trial.outcomes[bad[0]], trial.problems[bad[0]]
        cases = f"{len(bad)} of {len(trial.cases)} cases"
        if problem:
            hint = "Does every way through it end in a return?" if outcome.value is None else ""
            return problem, [hint], []
        if outcome.error:
            return (
                f"it raises {type(outcome.error).__name__} in {cases}",
                [meaning(outcome.error)],
                [],
            )
        return f"wrong in {cases}", ["It is none of the mistakes that this check knows."], []

    def _emptied(self, trial, thing, seed, bad):
        """Say what is wrong where np.empty shows: that it does, or what zeros would not mend."""
        if slip := self._slip(trial, thing, seed, bad):
            return self.result("wrong", f"{slip.name}.", slip.hint, mistakes=[slip.name])
        zeros = next((mistake for kind, mistake in repairs(thing) if kind == "empty"), None)
        other = zeros and self.trial(zeros, seed)
        if other and not all(other.right) and not other.outcomes[-1].late:
            found = self._wrong(other, zeros.function, seed)
            held = "np.empty holds whatever lay in memory; with zeros in its place:"
            return dataclasses.replace(found, title=f"{held} {found.title}")
        return self.result(
            "wrong",
            "np.empty is not filled with zeros.",
            "It holds whatever lay in memory, 0 only by luck: np.zeros.",
            *self._difference(trial, bad[0]),
            mistakes=["np.empty"],
        )

    def _plain(self, trial, thing, bad):
        """Find what can be said without knowing the function: title, hint, name; or None."""
        names = _arguments(thing)[: len(self.args)]
        if names != self.args and sorted(names) == sorted(self.args):
            title = f"the first line takes its arguments in the order {', '.join(names)}"
            return title, f"Others call it with {', '.join(self.args)}.", "order of arguments"
        errors = [trial.outcomes[i].error for i in bad]
        longest = max(len(case.args) for case in trial.cases)
        if all(len(trial.cases[i].args) < longest for i in bad) and all(
            isinstance(error, TypeError) and "missing" in str(error) for error in errors
        ):
            left_out = self.args[len(trial.cases[bad[0]].args) : longest]
            hint = "Leave the first line as it was: others call it without these arguments."
            have = "has" if len(left_out) == 1 else "have"
            return f"{' and '.join(left_out)} {have} no default any more", hint, "defaults"
        if any(value is None for value in trial.values):
            return None
        if all(v.dtype.kind == "b" for wanted in trial.expected for v in wanted.values()) and any(
            not np.isin(v, (0, 1)).all() for value in trial.values for v in value.values()
        ):
            hint = "Which comparison gives them?"
            return "numbers are returned, expected True or False", hint, "no answer"
        few = len(self.outputs) < 5  # of ten there are millions of orders
        for order in itertools.permutations(self.outputs) if few else ():
            renamed = [dict(zip(order, value.values(), strict=True)) for value in trial.values]
            if all(map(self.equal, renamed, trial.expected)):
                off = [
                    name for name, place in zip(self.outputs, order, strict=True) if name != place
                ]
                if inspect.isclass(thing) and len(off) == 2:  # which returns no list of them
                    hint = "Each stands where the other belongs."
                    return f"{off[0]} and {off[1]} are exchanged", hint, "order"
                hint = f"Expected: {', '.join(self.outputs)}."
                return "the results come in another order", hint, "order"
        return None

    def _misshapen(self, trial, bad):
        """Find that only the shape of a result is wrong; as :meth:`_plain`."""
        if None in trial.values or not all(map(self._reshaped, trial.values, trial.expected)):
            return None
        value, wanted = trial.values[bad[0]], trial.expected[bad[0]]
        name = next(n for n in self.outputs if value[n].shape != wanted[n].shape)
        hint = f"{value[name].shape} came, {wanted[name].shape} was expected."
        return f"the numbers of {name} are right, and the shape is not", hint, "shape"

    def _mended(self, trial, seed, bad, repaired):
        """Find, among repaired functions, one that is right in all cases, and in others too."""
        case, expected = trial.cases[bad[0]], trial.expected[bad[0]]
        known = {i for outcome in trial.outcomes for i in outcome.changed}
        patience = Patience(self.seconds)
        with little_memory(), contextlib.ExitStack() as after:
            after.callback(np.random.set_state, np.random.get_state())  # noqa: NPY002
            for mistake in itertools.takewhile(lambda _: patience.left() > 0, repaired):
                _, value, _ = self._use(mistake, case, 0.3 * here.slower())
                if value is None or not self.equal(value, expected):
                    continue
                others = [self.trial(mistake, s) for s in (seed, seed + 1)]
                changed = {i for other in others for o in other.outcomes for i in o.changed}
                if changed <= known and all(all(other.right) for other in others):
                    return mistake
        return None

    def _slip(self, trial, thing, seed, bad):
        """Find a known slip in the reader's code: a return in a loop, a slice that ends at -0."""
        slips = (mistake for kind, mistake in repairs(thing) if kind != "empty")
        return self._mended(trial, seed, bad, slips)

    def _place(self, trial, thing, seed, bad):
        """Say where one small change of the reader's code makes everything right; or ""."""
        if self.telling and all(
            v is None or all(self.close(v[n], w[n]) for n in self.outputs if n not in self.telling)
            for v, w in zip(trial.values, trial.expected, strict=False)
        ):
            return ""  # the results are right: what tells of the way to them can be misled
        near = raised_in(trial.outcomes[bad[0]].error)
        found = self._mended(trial, seed, bad, small_changes(thing, near))
        return f"one change makes all cases right: {found.name}" if found else ""

    def _fickle(self, trial, thing, i):
        """Say whether a case that is wrong gives something else when it is run again."""
        if trial.values[i] is None:
            return False
        _, again, _ = self._use(thing, trial.cases[i], self.seconds)
        return again is not None and not self.equal(again, trial.values[i])

    def _told(self, trial):
        """Return the first output that tells something, if it is wrong anywhere; or ""."""
        both = [pair for pair in zip(trial.values, trial.expected, strict=False) if pair[0]]
        off = [n for n in self.telling if not all(self.close(v[n], w[n]) for v, w in both)]
        return off[0] if off else ""

    def _unused(self, trial, thing):
        """Name the arguments that play no part: they change, and the result does not."""
        if any(value is None for value in trial.values):
            return []
        for value, wanted in zip(trial.values, trial.expected, strict=True):
            if any(value[name].ndim != wanted[name].ndim for name in self.outputs):
                return []  # that says more
        known = [
            i
            for i, value in enumerate(trial.values)
            if all(np.isfinite(array).all() for array in value.values())
        ]
        patience = Patience(self.seconds)
        return [n for k, n in enumerate(self.args) if self._idle(trial, thing, k, known, patience)]

    def _idle(self, trial, thing, k, known, patience):
        """Say whether argument k changes the right result in two cases at least, and this never."""
        kept = set()
        for i in known:
            args = trial.cases[i].args
            if k >= len(args) or not (self.plain or np.isscalar(args[k])):
                continue  # what a call makes of an array is not what the reader's function sees
            for new in nudged(args[k]):
                other = (*args[:k], new, *args[k + 1 :])
                try:
                    wanted = self.read(self.call(self.right, *copy.deepcopy(other)))
                except Exception:
                    continue  # such a value makes no sense here
                if self.equal(wanted, trial.expected[i]):
                    continue
                left = max(0.05, patience.left())
                _, again, _ = self._use(thing, Case("", other), left)
                if again is None or not self.equal(again, trial.values[i]):
                    return False
                kept.add(i)
        return len(kept) > 1

    def _fact(self, trial):
        """Find what can be seen in all wrong results; as :meth:`_plain`."""
        if any(value is None for value in trial.values):
            return None
        both = list(zip(trial.values, trial.expected, strict=True))
        wrong = {
            name: [(value[name], wanted[name]) for value, wanted in both]
            for name in self.outputs
            if not all(self.close(value[name], wanted[name]) for value, wanted in both)
        }
        if not wrong:
            return None
        value, wanted = both[trial.right.index(False)]
        shown = next(name for name in wrong if not self.close(value[name], wanted[name]))
        found = self._untouched(trial, list(wrong)) or fact(wrong, self.close)
        return found or fact({shown: wrong[shown]}, self.close)

    def _untouched(self, trial, wrong):
        """Find that an argument comes back as it was; as :meth:`_plain`."""
        bad = [i for i, right in enumerate(trial.right) if not right]
        for k, argument in enumerate(self.args if len(wrong) == 1 and len(bad) > 1 else ()):
            given = [trial.cases[i].args[k : k + 1] for i in bad]
            if all(
                each
                and isinstance(each[0], np.ndarray)
                and self.close(trial.values[i][wrong[0]], each[0])
                for i, each in zip(bad, given, strict=True)
            ):
                hint = "Where should the change come from, and is it 0?"
                return f"the argument {argument} comes back as it was", hint, "untouched"
        return None

    def _again(self, trial, thing):
        """Find that a second call gives something else, or the same array: title, hint; or None."""
        if not self.plain or inspect.isclass(thing) or trial.values[-1] is None:
            return None
        outcome, value, _ = self._use(thing, trial.cases[-1], self.seconds)
        if value is None or not self.equal(value, trial.values[-1]):
            hint = "What does it keep from one call to the next? Make it new in every call."
            return "a second call with the same arguments gives another result.", hint
        both = outcome.value, trial.outcomes[-1].value
        if all(isinstance(each, np.ndarray) for each in both) and np.may_share_memory(*both):
            hint = "Whoever kept the first result finds it changed: make a new array in every call."
            return "the numbers are right, but each call gives the same array back.", hint
        return None

    def _limits(self, trial):
        """Return the limits inside which all cases are right and outside which none is."""
        found = []
        for limit in self.limits:
            inside = self.inside(limit, trial.cases)
            if inside.count(True) > 1 and inside.count(False) > 1 and inside == trial.right:
                found.append(limit)
        return found

    def _untidy(self, trial, thing):
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
            if self.fresh and outcome.shared:
                return self.result(
                    "wrong",
                    f"the numbers are right, but for {case.label} no new array comes back.",
                    "Whoever writes into the result would change the argument, too.",
                    *self._shown(case),
                    mistakes=["shared"],
                )
        if again := self._again(trial, thing):
            return self.result("wrong", *again, mistakes=["state"])
        if self.plain and (name := self._halved(trial)):
            return self.result(
                "wrong",
                f"the numbers have 7 digits: {name} is float32 where float64 came in.",
                "np.zeros(shape, x.dtype) keeps what x has.",
                mistakes=["dtype"],
            )
        for name in self.whole:
            if any(value[name].dtype.kind == "f" for value in trial.values):
                return self.result(
                    "wrong",
                    f"the numbers are right, but {name} is a float, and arrays have whole sizes.",
                    "Divide with //, and make arrays of whole numbers with np.zeros(shape, int).",
                    mistakes=["dtype"],
                )
        return None

    def _halved(self, trial):
        """Return the first output that is float32 where arrays of float64 alone came in; or ""."""
        for case, values, expected in zip(trial.cases, trial.values, trial.expected, strict=True):
            came = {each.dtype for each in case.args if isinstance(each, np.ndarray)}
            for name, value in values.items():
                both = value.dtype, expected[name].dtype
                if both == (np.float32, np.float64) and value.ndim and came == {both[1]}:
                    return name
        return ""

    def _remark(self, trial):
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

    def _slow(self, thing):
        """Find that it loops where it must not."""
        if not self.steps:
            return None
        few, many = (
            count_steps(self.using(thing), args, self.seconds)
            for args in (self.steps.small, self.steps.large)
        )
        known = few is not None and many is not None
        if known and many <= 1.2 * few + 20:
            return None
        more = f" {few:,} steps became {many:,}." if known else ""
        return self.result(
            "wrong",
            f"the numbers are right, but it still loops over {self.steps.words}.{more}",
            self.steps.hint,
            mistakes=["loops"],
        )

    # ------------------------------------------------------------------ how it is shown

    def _shown(self, case):
        """Return the blocks that show the arguments of a case."""
        arrays, others = [], []
        for name, value in self._named(case).items():
            if isinstance(value, np.ndarray):
                arrays += tables(name, value)
            else:
                others.append(f"{name} = {getattr(value, '__name__', value)}")
        return [f"Case: {case.label}{', with ' if others else ''}{', '.join(others)}.", arrays]

    def _difference(self, trial, i):
        """Return the blocks that show where the result of case i differs."""
        outcome, problem, blocks = trial.outcomes[i], trial.problems[i], self._shown(trial.cases[i])
        if outcome.error is not None:
            blocks += ["It raised:", explain(outcome.error)]
        elif problem:
            blocks.append(_sentence(problem))
        else:
            name, wanted = next(
                (name, wanted)
                for name, wanted in trial.expected[i].items()
                if not self.close(trial.values[i][name], wanted)
            )
            blocks += self._compared(
                "" if len(self.outputs) == 1 else f"{name}: ", trial.values[i][name], wanted
            )
        if outcome.printed.strip():
            lines = outcome.printed.strip().splitlines()
            blocks += ["It printed:", lines[:5] + ["..."] * (len(lines) > 5)]
        if outcome.warned:
            blocks.append(f"NumPy warned: {outcome.warned}.")
        return blocks

    def _compared(self, prefix, value, wanted):
        """Return the blocks that show what was expected beside what came."""
        blocks, marked, digits = [], None, 4
        if value.shape != wanted.shape:
            blocks.append(f"Shape {wanted.shape} was expected, {value.shape} came.")
        else:
            allowed, largest = self.allowed(value, wanted)
            with np.errstate(invalid="ignore"):
                off = np.abs(np.subtract(value, wanted, dtype=float))
            marked = ~(
                (off <= allowed * largest)
                | (value == wanted)
                | (np.isnan(value) & np.isnan(wanted))
            )
            digits = digits_to_tell(value[marked], wanted[marked])
            if (worst := np.max(off)) < 1e-3 * largest:
                blocks.append(
                    f"They differ by {worst / largest:.0e} of the largest number, and"
                    f" {allowed:.0e} is allowed."
                )
        shown = tables(f"{prefix}expected", wanted, marked, mark=False, digits=digits)
        return [*blocks, shown + tables(f"{prefix}yours", value, marked, digits=digits)]


def told_once(hints):
    """Return hints, each without the sentences that stood in one before it."""
    said = {}
    for hint in dict.fromkeys(hints):
        new = [s for s in re.split(r"(?<=[.?]) ", hint) if s not in said]
        said |= dict.fromkeys(new)
        if new:
            yield " ".join(new)


def _sentence(words):
    return f"{words[0].upper()}{words[1:]}."


def _arguments(thing):
    """Return the names of the arguments of a function; none of a class, or if nobody knows them."""
    try:
        return [] if inspect.isclass(thing) else list(inspect.signature(thing).parameters)
    except (TypeError, ValueError):
        return []


def _array(name, part):
    """Read what was returned as an array; lists are welcome."""
    if isinstance(part, list):
        try:
            part = np.array(part)
        except ValueError:
            raise TypeError(f"the rows of the list {name} differ in length") from None
    if not isinstance(part, (np.ndarray, int, float, np.generic)):
        raise TypeError(f"the result {name} is {kind_of(part)}, expected an array or a number")
    if np.asarray(part).dtype.kind not in "biuf":
        real = "real numbers" if np.iscomplexobj(part) else "numbers"
        raise TypeError(f"the result {name} holds {np.asarray(part).dtype}, expected {real}")
    return np.array(part)  # its own: what the reader keeps may change in the next call


def _spoilt(values, expected):
    """Say whether a result of the right shape holds nan, as np.empty does here."""
    return values is not None and any(
        v.dtype.kind == "f" and v.shape == expected[name].shape and np.isnan(v).any()
        for name, v in values.items()
    )


def _failed(outcome, value):
    """Say whether a call gave nothing: it raised, or some result of it is an empty array."""
    empty = value is not None and any(array.size == 0 for array in value.values())
    return outcome.error is not None or empty
