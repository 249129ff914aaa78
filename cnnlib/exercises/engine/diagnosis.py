"""What is wrong with a function that gives wrong results: first what is sure, then what is seen."""

import contextlib
import dataclasses
import functools
import inspect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnlib import here
from cnnlib.exercises.engine.errors import explain, meaning, raised_in
from cnnlib.exercises.engine.facts import fact
from cnnlib.exercises.engine.mistakes import GENERAL, ZEROS, pairs
from cnnlib.exercises.engine.repairs import repairs, small_changes
from cnnlib.exercises.engine.running import Patience, little_memory
from cnnlib.exercises.engine.tidy import slow
from cnnlib.exercises.engine.traced import reads_beyond
from cnnlib.exercises.engine.uses import handed_back, read_outside, unused
from cnnlib.exercises.engine.words import either, listed, told_once


@dataclass(frozen=True)
class Finding:
    """What is wrong, a clause, with hints; names for the record; whether a wrong case is shown."""

    title: str
    hints: Sequence = ()
    names: Sequence = ()
    shown: bool = True


class Diagnosis:
    """Looks for what is wrong in a trial that is not right in all cases.

    Parameters
    ----------
    check : Check
    trial : Trial
    thing : callable
        What was tried.
    seed : int
        The one that drew the cases; the next one draws others, for chance does not strike twice.
    """

    def __init__(self, check, trial, thing, seed=0):
        self.check, self.trial, self.thing, self.seed = check, trial, thing, seed
        self.outputs = check.outputs

    def result(self):
        """Say what is wrong.

        Returns
        -------
        Result
        """
        if self._shows_empty():
            return self._emptied()
        sure = self._beyond, self._plain, self._mistakes, self._misshapen, self._slip, self._fickle
        for look in sure:
            if found := look():
                return self._told(found)
        place = self.place
        found = self._seen()
        found = found or (Finding(place, names=["one change"]) if place else self._unknown())
        said = _sentence(place) if place not in ("", found.title) else ""
        return self._told(found, said, *self._also(found))

    def _told(self, found, *more):
        """Return a finding as a Result, with more sentences below its hints."""
        blocks = self._difference() if found.shown else []
        blocks = [each for each in blocks if each != _sentence(found.title)]
        title, names = f"{found.title}.", list(found.names)
        return self.check.result("wrong", title, *found.hints, *more, *blocks, mistakes=names)

    def _also(self, found):
        """Return sentences about what else is seen where the mistake is not sure."""
        changed = listed(self.check.args[i] for i in sorted(self.trial.changed))
        known = read_outside(self.check.right)  # which the notebook hands out
        outside = " and ".join(name for name in read_outside(self.thing) if name not in known)
        right = [] if "right for" in found.title else self.trial.labels(right=True)
        return (
            f"And it changes its argument {changed}." if changed else "",
            f"It reads {outside} of the notebook: is an argument meant?" if outside else "",
            f"Right: {listed(right)}." if right else "",
        )

    # ------------------------------------------------------------------ what is sure

    def _shows_empty(self):
        """Say whether np.empty shows in some result."""
        return any(
            outcome.empty and _holds_nan(value, wanted)
            for outcome, value, wanted in zip(
                self.trial.outcomes, self.trial.values, self.trial.expected, strict=True
            )
        )

    def _emptied(self):
        """Say what is wrong where np.empty shows: that it does, or what zeros would not mend."""
        if slip := self._slip():
            return self._told(slip)
        zeros = next((mistake for kind, mistake in repairs(self.thing) if kind == "empty"), None)
        other = zeros and self.check.trial(zeros, self.seed)
        if other and not all(other.right) and not other.outcomes[-1].late:
            found = Diagnosis(self.check, other, zeros.function, self.seed).result()
            held = "np.empty holds whatever lay in memory; with zeros in its place:"
            place = [_sentence(self.place)] if self.place else []  # not known of what was repaired
            blocks = place + found.blocks
            return dataclasses.replace(found, title=f"{held} {found.title}", blocks=blocks)
        hint = "It holds whatever lay in memory, 0 only by luck: np.zeros."
        return self._told(Finding("np.empty is not filled with zeros", [hint], ["np.empty"]))

    def _beyond(self):
        """Find that as_strided left its array."""
        case = self.trial.cases[self.trial.bad[0]]
        if not reads_beyond(self.check.using(self.thing), case.args, self.check.seconds):
            return None
        title = "as_strided reads memory beyond the end of its array"
        hint = "What lies there is chance: with shape and strides, where does the last one end?"
        return Finding(title, [hint], ["beyond"])

    def _plain(self):
        """Find what can be said without knowing the function."""
        trial, args, bad = self.trial, self.check.args, self.trial.bad
        names = _arguments(self.thing)[: len(args)]
        if names != args and sorted(names) == sorted(args):
            title = f"the first line takes its arguments in the order {', '.join(names)}"
            hint = f"Others call it with {', '.join(args)}."
            return Finding(title, [hint], ["order of arguments"])
        errors = [trial.outcomes[i].error for i in bad]
        longest = max(len(case.args) for case in trial.cases)
        if all(len(trial.cases[i].args) < longest for i in bad) and all(
            isinstance(error, TypeError) and "missing" in str(error) for error in errors
        ):
            left_out = args[len(trial.cases[bad[0]].args) : longest]
            have = "has" if len(left_out) == 1 else "have"
            hint = "Leave the first line as it was: others call it without these arguments."
            title = f"{' and '.join(left_out)} {have} no default any more"
            return Finding(title, [hint], ["defaults"])
        if not trial.complete:
            return None
        if self._answers() and any(
            not np.isin(v, (0, 1)).all() for value in trial.values for v in value.values()
        ):
            title = "numbers are returned, expected True or False"
            return Finding(title, ["Which comparison gives them?"], ["no answer"])
        return self._another_order()

    def _another_order(self):
        """Find that the results are right, and each stands at another's place."""
        names = self.outputs.names
        few = len(names) < 5  # of ten there are millions of orders
        for order in itertools.permutations(names) if few else ():
            renamed = [dict(zip(order, v.values(), strict=True)) for v in self.trial.values]
            if all(map(self.outputs.equal, renamed, self.trial.expected)):
                off = [name for name, place in zip(names, order, strict=True) if name != place]
                title, hint = "the results come in another order", f"Expected: {', '.join(names)}."
                if inspect.isclass(self.thing) and len(off) == 2:  # which returns no list of them
                    title = f"{off[0]} and {off[1]} are exchanged"
                    hint = "Each stands where the other belongs."
                return Finding(title, [hint], ["order"])
        return None

    def _mistakes(self):
        """Find known mistakes that explain everything."""
        found = self.explanations()
        two = bool(found) and len(found[0]) > 1
        if not found or two and self.place:  # one change is likelier than two mistakes
            return None
        hints = told_once(m.hint for each in found for m in each)
        if [ZEROS] in (names := [[m.name for m in each] for each in found]):
            found = [found[names.index([ZEROS])]]  # of which fractions that are cut off may be one
        # Who wrote something else, that comes to the same, has to find it true.
        title = "two mistakes together give what yours gives: " * two
        title += either([" and ".join(m.name for m in each) for each in found])
        title += ". All of these give in every case what yours gives" * (len(found) > 1)
        every = [m for each in found for m in each]
        return Finding(title, hints, [m.name for m in every])

    def explanations(self):
        """Return the lists of mistakes that explain everything: single ones, or else pairs."""
        floats = any(array.dtype.kind == "f" for array in self.trial.expected[0].values())
        known = [m for m in self.check.mistakes if floats or m.name not in GENERAL]
        found = [([m], m) for m in known if self._explains(m, self.trial)]
        found = [each for each in found if not each[1].direct] or found  # the general ones last
        two = () if self._answers() else pairs(known)  # a yes or no is too little to tell two
        found = found or [(both, m) for both, m in two if self._explains(m, self.trial)]
        if not found:
            return []
        other = self.check.trial(self.thing, self.seed + 1)
        return [names for names, m in found if self._explains(m, other)]

    def _explains(self, mistake, trial):
        """Say whether a mistake gives, in every case, what the reader's function gave."""
        told = False
        for case, outcome, value, right in zip(
            trial.cases, trial.outcomes, trial.values, trial.right, strict=False
        ):
            if outcome.late:
                return False
            wrong, other, _ = self.check.use(mistake, case, self.check.seconds)
            if _failed(outcome, value) and _failed(wrong, other):
                continue  # with which error, or with what left over, depends on how it is written
            if value is None or other is None or not self.outputs.equal(value, other):
                return False
            told |= not right
        return told

    def _answers(self):
        """Say whether all that is asked for are answers: yes or no."""
        return all(v.dtype.kind == "b" for w in self.trial.expected for v in w.values())

    def _misshapen(self):
        """Find that only the shape of a result is wrong."""
        trial = self.trial
        if not trial.complete or not all(map(self.outputs.reshaped, trial.values, trial.expected)):
            return None
        value, wanted = trial.values[trial.bad[0]], trial.expected[trial.bad[0]]
        name = next(n for n in value if value[n].shape != wanted[n].shape)
        hint = f"{value[name].shape} came, {wanted[name].shape} was expected."
        title = f"the numbers of {name} are right, and the shape is not"
        return Finding(title, [hint], ["shape"])

    def _slip(self):
        """Find a known slip in the reader's code: a return in a loop, a slice that ends at -0."""
        slips = (mistake for kind, mistake in repairs(self.thing) if kind != "empty")
        found = self._mended(slips)
        return found and Finding(found.name, [found.hint], [found.name], shown=False)

    def _fickle(self):
        """Find that a case which is wrong gives something else when it is run again."""
        for i in self.trial.bad:
            value, args = self.trial.values[i], self.trial.cases[i].args
            again = value and self.check.value(self.thing, args, self.check.seconds)
            if again and not self.outputs.equal(again, value):
                title = "two calls with the same arguments give different results"
                hint = "Does it draw numbers of its own, or remember something from call to call?"
                return Finding(title, [hint], ["fickle"])
        return None

    # ------------------------------------------------------------------ what one change mends

    @functools.cached_property
    def place(self):
        """Where one small change of the reader's code makes everything right, a clause; or ""."""
        trial, check = self.trial, self.check
        if check.telling and all(
            v is None or set(self.outputs.wrong(v, w)) <= set(check.telling)
            for v, w in zip(trial.values, trial.expected, strict=False)
        ):
            return ""  # the results are right: what tells of the way to them can be misled
        near = raised_in(trial.outcomes[trial.bad[0]].error)
        # A yes or no says little: of many changes, some make all right by chance.
        few = self._answers() and all(v.size == 1 for w in trial.expected for v in w.values())

        def meets(other):
            if slow(check, other) and not slow(check, self.thing):
                return False
            return not check.meets or check.meets(other)

        found = self._mended(small_changes(self.thing, near, fewer=few), meets)
        return f"one change makes all cases right: {found.name}" if found else ""

    def _mended(self, repaired, meets=None):
        """Find, among repaired functions, one that is right in all cases, and in others too.

        ``meets`` says of such a one whether it will do in all else.
        """
        check, trial, seed = self.check, self.trial, self.seed
        case, expected = trial.cases[trial.bad[0]], trial.expected[trial.bad[0]]
        known = trial.changed
        patience = Patience(check.seconds)
        with little_memory(), contextlib.ExitStack() as after:
            after.callback(np.random.set_state, np.random.get_state())  # noqa: NPY002
            for mistake in itertools.takewhile(lambda _: patience.left() > 0, repaired):
                value = check.value(mistake, case.args, 0.3 * here.slower())
                if value is None or not self.outputs.equal(value, expected):
                    continue
                # A changed loop may be endless in another case.
                others = (check.trial(mistake, s, patience.left() / 4) for s in (seed, seed + 1))
                if all(all(other.right) and other.changed <= known for other in others):
                    if meets is None or meets(mistake.function):
                        return mistake
        return None

    # ------------------------------------------------------------------ what can be seen

    def _seen(self):
        """Find what can be seen without knowing the mistake."""
        check, trial, thing = self.check, self.trial, self.thing
        if told := self._telling():
            return Finding(check.telling[told], names=[told])
        if idle := unused(check, trial, thing):
            make = "makes" if len(idle) == 1 else "make"
            hint = "Whatever it is, the result stays the same. Where should it come in?"
            return Finding(f"{' and '.join(idle)} {make} no difference", [hint], ["unused"])
        if limits := self._limits():
            names = [limit.name for limit in limits]
            title = f"of the cases tried, right for {either(names)}, and wrong for all others"
            off = self._off()
            fitting = [m for m in limits if not m.of or off & set(m.of.split())]
            hints = [] if self.place else [m.hint for m in fitting]  # which guess at the place
            return Finding(title, hints, names)
        found = self._fact(trial)
        again = self._fact(check.trial(thing, self.seed + 1)) if found else None  # is it chance?
        return found if again and again.names == found.names else None

    def _unknown(self):
        """Say how much is wrong where nothing else can be said."""
        trial, bad = self.trial, self.trial.bad
        outcome, problem = trial.outcomes[bad[0]], trial.problems[bad[0]]
        cases = f"{len(bad)} of {len(trial.cases)} cases"
        if problem:
            hint = "Does every way through it end in a return?" if outcome.value is None else ""
            return Finding(problem, [hint])
        if outcome.error:
            title = f"it raises {type(outcome.error).__name__} in {cases}"
            return Finding(title, [meaning(outcome.error)])
        hint = "It is none of the mistakes that this check knows."
        return Finding(f"wrong in {cases}", [hint])

    def _telling(self):
        """Return the first output that tells something, of the case shown or of any; or ""."""
        i, off = self.trial.bad[0], self._off()
        value, wanted = self.trial.values[i], self.trial.expected[i]
        shown = self.outputs.wrong(value, wanted) if value else ()
        told = [name for name in self.check.telling if name in off]
        return next((name for name in told if name in shown), "".join(told[:1]))

    def _off(self):
        """Return the names of the outputs that are wrong anywhere."""
        both = zip(self.trial.values, self.trial.expected, strict=False)
        return {name for v, w in both if v for name in self.outputs.wrong(v, w)}

    def _fact(self, trial):
        """Find what can be seen in all wrong results of a trial."""
        if not trial.complete:
            return None
        both = list(zip(trial.values, trial.expected, strict=True))
        off = [self.outputs.wrong(value, wanted) for value, wanted in both]
        wrong = {
            name: [(value[name], wanted[name]) for value, wanted in both]
            for name in self.outputs.names
            if any(name in names for names in off)
        }
        if kept := handed_back(self.check, trial, list(wrong)):
            hint = "Where should the change come from, and is it 0?"
            return Finding(f"the argument {kept} comes back as it was", [hint], ["untouched"])
        shown, close = off[trial.bad[0]][0], self.outputs.close
        found = fact(wrong, close) or fact({shown: wrong[shown]}, close)
        return found and Finding(found[0], [found[1]], [found[2]])

    def _limits(self):
        """Return the limits inside which all cases are right and outside which none is."""
        found = []
        for limit in self.check.limits:
            inside = self.check.inside(limit, self.trial.cases)
            some = inside.count(True) > 1 and inside.count(False) > 1
            if some and inside == self.trial.right:
                found.append(limit)
        return found

    def _difference(self):
        """Return the blocks that show where the result of the first wrong case differs."""
        trial, i = self.trial, self.trial.bad[0]
        outcome, problem = trial.outcomes[i], trial.problems[i]
        blocks = self.check.shown(trial.cases[i])
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
