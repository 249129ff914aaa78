"""Read wrong code: a call on which it is right, and one that convicts it."""

import contextlib
import textwrap

import numpy as np

from cnnlib import here
from cnnlib.exercises.engine import variant
from cnnlib.exercises.engine.errors import explain
from cnnlib.exercises.engine.mistakes import code_of
from cnnlib.exercises.engine.running import run
from cnnlib.exercises.engine.show import tables
from cnnlib.exercises.engine.task import Task
from cnnlib.exercises.engine.words import kind_of

SECONDS = 10 * here.slower()


class WrongCode(Task):
    """Show a wrong version of a function, and ask for two calls of it.

    Parameters
    ----------
    mistakes : list of Mistake
        Of one function; each student has one of them, without a name it is the first.
    todo, more
        As for :class:`Check`.
    suits : callable, optional
        Takes the arguments of a call and says why the code is not meant for them; or "".
    """

    def __init__(self, mistakes, *, todo, more, suits=None):
        super().__init__(todo, more)
        self.mistakes, self.suits = mistakes, suits

    @property
    def mistake(self):
        """The mistake that is planted."""
        if not variant.who():
            return self.mistakes[0]
        drawn = variant.generator(0, self.lesson, self.name)
        return self.mistakes[int(drawn.integers(len(self.mistakes)))]

    def show(self):
        """Return the code, which shows itself."""
        return Listing(code_of(self.mistake.function))

    def __call__(self, right_on=None, wrong_on=None):
        """Check two calls, each a tuple of arguments.

        Returns
        -------
        Result
        """
        return self.report(self.diagnose(right_on, wrong_on))

    def diagnose(self, right_on=None, wrong_on=None):
        """Do the work of a call, without keeping the progress."""
        if right_on is None and wrong_on is None:
            return self.unwritten("not answered yet")
        right_on, wrong_on = (
            tuple(args) if isinstance(args, list) else args for args in (right_on, wrong_on)
        )
        for name, args in (("right_on", right_on), ("wrong_on", wrong_on)):
            if args is None:
                return self.result("todo", f"{name} is not answered yet. {self.todo}.")
            if not isinstance(args, tuple):
                said = f"{name} is {kind_of(args)}; expected a tuple, the arguments of one call."
                return self.result("wrong", said)
        right_on, wrong_on = (tuple(map(_array, args)) for args in (right_on, wrong_on))
        for name, args in (("right_on", right_on), ("wrong_on", wrong_on)):
            with contextlib.suppress(Exception):  # what cannot be answered at all is said below
                if self.suits and (why := self.suits(*args)):
                    return self.result(
                        "wrong", f"{name} is not a call the code is meant for: {why}."
                    )
        found = self._alike(right_on)
        if found and self._differing(right_on).ok and not self._alike(wrong_on):
            return self.result("wrong", "right_on and wrong_on are exchanged.")
        return found or self._differing(wrong_on)

    def _both(self, args):
        """Return what the right version and the wrong one give, each as an Outcome."""
        right, wrong = self.mistake.function.source, self.mistake.function
        return run(right, args, SECONDS), run(wrong, args, SECONDS)

    def _unanswered(self, name, right):
        """Find that not even the right version can answer a call."""
        if not (right.error or right.late):
            return None
        said = f"{name} is no call that the right version can answer."
        return self.result("wrong", said, explain(right.error) if right.error else "")

    def _alike(self, args):
        """Find what is the matter with a call on which the code should be right."""
        right, wrong = self._both(args)
        if found := self._unanswered("right_on", right):
            return found
        if wrong.error or not _same(right.value, wrong.value):
            return self.result("wrong", "it is not right on right_on.", *_shown(right, wrong))
        numbers = np.concatenate([np.ravel(part) for part in _parts(right.value)])
        if not np.isfinite(numbers).all() or len(np.unique(numbers[numbers != 0])) < 2:
            return self.result(
                "wrong",
                "right_on says too little: choose a call whose result holds different numbers,"
                " 0 not counted, and neither nan nor infinity.",
                *_shown(right, wrong),
            )
        return None

    def _differing(self, args):
        """Find whether a call convicts."""
        right, wrong = self._both(args)
        if found := self._unanswered("wrong_on", right):
            return found
        if not wrong.error and _same(right.value, wrong.value):
            return self.result("wrong", "it is right on wrong_on, too.", *_shown(right, wrong))
        return self.result("done", "convicted.", *_shown(right, wrong), self.more)


def _array(given):
    """Return the array that a list stands for, or what was given."""
    with contextlib.suppress(ValueError):  # rows that differ in length
        return np.array(given) if isinstance(given, list) else given
    return given


def _parts(value):
    return [np.asarray(part) for part in (value if isinstance(value, tuple) else (value,))]


def _same(value, other):
    pairs = list(zip(_parts(value), _parts(other), strict=True))
    return all(a.shape == b.shape and np.allclose(a, b, equal_nan=True) for a, b in pairs)


def _shown(right, wrong):
    """Return the blocks that show both results."""
    if wrong.error:
        return "It raises:", explain(wrong.error)
    shown, several = [], isinstance(right.value, tuple)
    for i, pair in enumerate(zip(_parts(right.value), _parts(wrong.value), strict=True), 1):
        for name, part in zip(("should be", "it gives"), pair, strict=True):
            shown += tables(f"result {i}: {name}" if several else name, part)
    return (shown,)


class Listing:
    """Code that shows itself as it stands."""

    def __init__(self, text):
        self.text = textwrap.dedent(text).strip()

    def __repr__(self):
        return self.text
