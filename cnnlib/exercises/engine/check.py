"""Checks that run a reader's function on small cases and name the mistake that they find.

A mistake is recognised by comparison: a check holds wrong versions of the function, and names one
of them only if what the reader's function gives is, in every case, what that wrong version gives.
"""

import contextlib
import dataclasses
import functools
import inspect
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from cnnlib import here
from cnnlib.exercises.engine import variant
from cnnlib.exercises.engine.errors import explain, meaning, raised_in
from cnnlib.exercises.engine.facts import fact
from cnnlib.exercises.engine.mistakes import GENERAL, Mistake, pairs
from cnnlib.exercises.engine.outputs import Outputs
from cnnlib.exercises.engine.repairs import repairs, small_changes
from cnnlib.exercises.engine.running import Patience, little_memory, run
from cnnlib.exercises.engine.show import tables
from cnnlib.exercises.engine.task import Task
from cnnlib.exercises.engine.tidy import remark, slow, untidy
from cnnlib.exercises.engine.traced import borrowed, reads_beyond
from cnnlib.exercises.engine.unwritten import is_stub, makes_methods
from cnnlib.exercises.engine.uses import handed_back, read_outside, unused
from cnnlib.exercises.engine.whose import asked_for
from cnnlib.exercises.engine.words import either, kind_of, listed, told_once


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
        found = self._stuck(trial) or self._wrong(trial, thing, seed)
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

    # ------------------------------------------------------------------ what explains it

    def explained(self, trial, mistake):
        """Say whether a mistake gives, in every case, what the reader's function gave."""
        told = False
        for case, outcome, value, right in zip(
            trial.cases, trial.outcomes, trial.values, trial.right, strict=False
        ):
            if outcome.late:
                return False
            wrong, other, _ = self.use(mistake, case, self.seconds)
            if _failed(outcome, value) and _failed(wrong, other):
                continue  # with which error, or with what left over, depends on how it is written
            if value is None or other is None or not self.outputs.equal(value, other):
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

    def _wrong(self, trial, thing, seed):
        """Find that a result is wrong, and which mistake explains all of them."""
        if not trial.bad:
            return None
        if any(
            o.empty and _holds_nan(v, w)
            for o, v, w in zip(trial.outcomes, trial.values, trial.expected, strict=True)
        ):
            return self._emptied(trial, thing, seed)
        blocks = self._difference(trial)
        if reads_beyond(self.using(thing), trial.cases[trial.bad[0]].args, self.seconds):
            title = "as_strided reads memory beyond the end of its array."
            hint = "What lies there is chance: with shape and strides, where does the last one end?"
            return self.result("wrong", title, hint, *blocks, mistakes=["beyond"])
        if plain := self._plain(trial, thing):
            title, hint, name = plain
            return self.result("wrong", f"{title}.", hint, *blocks, mistakes=[name])
        found = self.explanations(trial, thing, seed)
        two = bool(found) and len(found[0]) > 1
        place = self._place(trial, thing, seed) if two else ""
        if found and not place:  # one change is likelier than two mistakes
            # Who wrote something else, that comes to the same, has to find it true.
            title = "two mistakes together give what yours gives: " * two
            title += either([" and ".join(m.name for m in each) for each in found])
            more = " All of these give in every case what yours gives." * (len(found) > 1)
            return self.result(
                "wrong",
                f"{title}.{more}",
                *told_once(m.hint for each in found for m in each),
                *blocks,
                mistakes=[m.name for each in found for m in each],
            )
        if plain := self._misshapen(trial):
            title, hint, name = plain
            return self.result("wrong", f"{title}.", hint, *blocks, mistakes=[name])
        if slip := self._slip(trial, thing, seed):
            return self.result("wrong", f"{slip.name}.", slip.hint, mistakes=[slip.name])
        if any(self._fickle(trial, thing, i) for i in trial.bad):
            hint = "Does it draw numbers of its own, or remember something from call to call?"
            title = "two calls with the same arguments give different results."
            return self.result("wrong", title, hint, *blocks, mistakes=["fickle"])
        place = place or self._place(trial, thing, seed)
        found = self._seen(trial, thing, seed) or (place and (place, [], ["one change"]))
        title, hints, names = found or self._unknown(trial)
        said = _sentence(place) if place not in ("", title) else ""
        changed = listed(self.args[i] for i in sorted(trial.changed))
        changed = f"And it changes its argument {changed}." if changed else ""
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
        if idle := unused(self, trial, thing):
            make = "makes" if len(idle) == 1 else "make"
            hint = "Whatever it is, the result stays the same. Where should it come in?"
            return f"{' and '.join(idle)} {make} no difference", [hint], ["unused"]
        if limits := self._limits(trial):
            names = [limit.name for limit in limits]
            title = f"right for {either(names)}, and wrong for all others"
            off = self._off(trial)
            fitting = [m for m in limits if not m.of or off & set(m.of.split())]
            return title, [limit.hint for limit in fitting], names
        found = self._fact(trial)
        again = self._fact(self.trial(thing, seed + 1)) if found else None  # or is it chance?
        if again and again[2] == found[2]:
            title, hint, name = found
            return title, [hint], [name]
        return None

    def _unknown(self, trial):
        """Say how much is wrong where nothing else can be said; as :meth:`_seen`."""
        bad = trial.bad
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

    def _emptied(self, trial, thing, seed):
        """Say what is wrong where np.empty shows: that it does, or what zeros would not mend."""
        if slip := self._slip(trial, thing, seed):
            return self.result("wrong", f"{slip.name}.", slip.hint, mistakes=[slip.name])
        zeros = next((mistake for kind, mistake in repairs(thing) if kind == "empty"), None)
        other = zeros and self.trial(zeros, seed)
        if other and not all(other.right) and not other.outcomes[-1].late:
            found = self._wrong(other, zeros.function, seed)
            held = "np.empty holds whatever lay in memory; with zeros in its place:"
            place = self._place(trial, thing, seed)  # which is not known of what was repaired
            blocks = [_sentence(place)] * bool(place) + found.blocks
            return dataclasses.replace(found, title=f"{held} {found.title}", blocks=blocks)
        return self.result(
            "wrong",
            "np.empty is not filled with zeros.",
            "It holds whatever lay in memory, 0 only by luck: np.zeros.",
            *self._difference(trial),
            mistakes=["np.empty"],
        )

    def _plain(self, trial, thing):
        """Find what can be said without knowing the function: title, hint, name; or None."""
        names = _arguments(thing)[: len(self.args)]
        if names != self.args and sorted(names) == sorted(self.args):
            title = f"the first line takes its arguments in the order {', '.join(names)}"
            return title, f"Others call it with {', '.join(self.args)}.", "order of arguments"
        bad = trial.bad
        errors = [trial.outcomes[i].error for i in bad]
        longest = max(len(case.args) for case in trial.cases)
        if all(len(trial.cases[i].args) < longest for i in bad) and all(
            isinstance(error, TypeError) and "missing" in str(error) for error in errors
        ):
            left_out = self.args[len(trial.cases[bad[0]].args) : longest]
            hint = "Leave the first line as it was: others call it without these arguments."
            have = "has" if len(left_out) == 1 else "have"
            return f"{' and '.join(left_out)} {have} no default any more", hint, "defaults"
        if not trial.complete:
            return None
        if all(v.dtype.kind == "b" for wanted in trial.expected for v in wanted.values()) and any(
            not np.isin(v, (0, 1)).all() for value in trial.values for v in value.values()
        ):
            hint = "Which comparison gives them?"
            return "numbers are returned, expected True or False", hint, "no answer"
        names = self.outputs.names
        few = len(names) < 5  # of ten there are millions of orders
        for order in itertools.permutations(names) if few else ():
            renamed = [dict(zip(order, value.values(), strict=True)) for value in trial.values]
            if all(map(self.outputs.equal, renamed, trial.expected)):
                off = [name for name, place in zip(names, order, strict=True) if name != place]
                if inspect.isclass(thing) and len(off) == 2:  # which returns no list of them
                    hint = "Each stands where the other belongs."
                    return f"{off[0]} and {off[1]} are exchanged", hint, "order"
                hint = f"Expected: {', '.join(names)}."
                return "the results come in another order", hint, "order"
        return None

    def _misshapen(self, trial):
        """Find that only the shape of a result is wrong; as :meth:`_plain`."""
        reshaped = self.outputs.reshaped
        if not trial.complete or not all(map(reshaped, trial.values, trial.expected)):
            return None
        value, wanted = trial.values[trial.bad[0]], trial.expected[trial.bad[0]]
        name = next(n for n in value if value[n].shape != wanted[n].shape)
        hint = f"{value[name].shape} came, {wanted[name].shape} was expected."
        return f"the numbers of {name} are right, and the shape is not", hint, "shape"

    def _mended(self, trial, seed, repaired, meets=None):
        """Find, among repaired functions, one that is right in all cases, and in others too.

        ``meets`` says of such a one whether it will do in all else.
        """
        case, expected = trial.cases[trial.bad[0]], trial.expected[trial.bad[0]]
        known = trial.changed
        patience = Patience(self.seconds)
        with little_memory(), contextlib.ExitStack() as after:
            after.callback(np.random.set_state, np.random.get_state())  # noqa: NPY002
            for mistake in itertools.takewhile(lambda _: patience.left() > 0, repaired):
                value = self.value(mistake, case.args, 0.3 * here.slower())
                if value is None or not self.outputs.equal(value, expected):
                    continue
                # A changed loop may be endless in another case.
                others = (self.trial(mistake, s, patience.left() / 4) for s in (seed, seed + 1))
                if all(all(other.right) and other.changed <= known for other in others):
                    if meets is None or meets(mistake.function):
                        return mistake
        return None

    def _slip(self, trial, thing, seed):
        """Find a known slip in the reader's code: a return in a loop, a slice that ends at -0."""
        slips = (mistake for kind, mistake in repairs(thing) if kind != "empty")
        return self._mended(trial, seed, slips)

    def _place(self, trial, thing, seed):
        """Say where one small change of the reader's code makes everything right; or ""."""
        if self.telling and all(
            v is None or set(self.outputs.wrong(v, w)) <= set(self.telling)
            for v, w in zip(trial.values, trial.expected, strict=False)
        ):
            return ""  # the results are right: what tells of the way to them can be misled
        near = raised_in(trial.outcomes[trial.bad[0]].error)
        # A yes or no says little: of many changes, some make all right by chance.
        yes_or_no = all(
            v.size == 1 and v.dtype.kind == "b" for w in trial.expected for v in w.values()
        )

        def meets(other):
            if slow(self, other) and not slow(self, thing):
                return False
            return not self.meets or self.meets(other)

        found = self._mended(trial, seed, small_changes(thing, near, fewer=yes_or_no), meets)
        return f"one change makes all cases right: {found.name}" if found else ""

    def _fickle(self, trial, thing, i):
        """Say whether a case that is wrong gives something else when it is run again."""
        if trial.values[i] is None:
            return False
        again = self.value(thing, trial.cases[i].args, self.seconds)
        return again is not None and not self.outputs.equal(again, trial.values[i])

    def _told(self, trial):
        """Return the first output that tells something, of the case shown or of any; or ""."""
        i, off = trial.bad[0], self._off(trial)
        shown = self.outputs.wrong(trial.values[i], trial.expected[i]) if trial.values[i] else ()
        told = [name for name in self.telling if name in off]
        return next((name for name in told if name in shown), "".join(told[:1]))

    def _off(self, trial):
        """Return the names of the outputs that are wrong anywhere."""
        both = [pair for pair in zip(trial.values, trial.expected, strict=False) if pair[0]]
        return {name for value, wanted in both for name in self.outputs.wrong(value, wanted)}

    def _fact(self, trial):
        """Find what can be seen in all wrong results; as :meth:`_plain`."""
        if not trial.complete:
            return None
        both = list(zip(trial.values, trial.expected, strict=True))
        off = [self.outputs.wrong(value, wanted) for value, wanted in both]
        wrong = {
            name: [(value[name], wanted[name]) for value, wanted in both]
            for name in self.outputs.names
            if any(name in names for names in off)
        }
        if kept := handed_back(self, trial, list(wrong)):
            hint = "Where should the change come from, and is it 0?"
            return f"the argument {kept} comes back as it was", hint, "untouched"
        shown = off[trial.bad[0]][0]
        close = self.outputs.close
        return fact(wrong, close) or fact({shown: wrong[shown]}, close)

    def _limits(self, trial):
        """Return the limits inside which all cases are right and outside which none is."""
        found = []
        for limit in self.limits:
            inside = self.inside(limit, trial.cases)
            if inside.count(True) > 1 and inside.count(False) > 1 and inside == trial.right:
                found.append(limit)
        return found

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

    def _difference(self, trial):
        """Return the blocks that show where the result of the first wrong case differs."""
        i = trial.bad[0]
        outcome, problem, blocks = trial.outcomes[i], trial.problems[i], self.shown(trial.cases[i])
        if outcome.error is not None:
            blocks += ["It raised:", explain(outcome.error)]
        elif problem:
            blocks.append(_sentence(problem))
        else:
            blocks += self.outputs.compared(trial.values[i], trial.expected[i])
        if outcome.printed.strip():
            lines = outcome.printed.strip().splitlines()
            blocks += ["It printed:", lines[:5] + ["..."] * (len(lines) > 5)]
        if outcome.warned:
            blocks.append(f"NumPy warned: {outcome.warned}.")
        return blocks


def _sentence(words):
    return f"{words[0].upper()}{words[1:]}."


def _arguments(thing):
    """Return the names of the arguments of a function; none of a class, or if nobody knows them."""
    try:
        return [] if inspect.isclass(thing) else list(inspect.signature(thing).parameters)
    except (TypeError, ValueError):
        return []


def _holds_nan(values, expected):
    """Say whether a result of the right shape holds nan, as np.empty does here."""
    return values is not None and any(
        v.dtype.kind == "f" and v.shape == expected[name].shape and np.isnan(v).any()
        for name, v in values.items()
    )


def _failed(outcome, value):
    """Say whether a call gave nothing: it raised, or some result of it is an empty array."""
    empty = value is not None and any(array.size == 0 for array in value.values())
    return outcome.error is not None or empty
