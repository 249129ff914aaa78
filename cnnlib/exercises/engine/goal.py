"""Open problems: no single right answer, but a number to reach."""

import copy

from cnnlib import here
from cnnlib.exercises.engine.errors import explain
from cnnlib.exercises.engine.running import differ, run
from cnnlib.exercises.engine.task import Refused, Task
from cnnlib.exercises.engine.unwritten import is_stub
from cnnlib.exercises.engine.words import kind_of


def untouched(function, *args):
    """Return ``function(*args)``.

    Raises
    ------
    Refused
        If it changed one of its arguments.
    """
    before = copy.deepcopy(args)
    value = function(*args)
    if any(differ(one, other) for one, other in zip(args, before, strict=True)):
        why = "it changes its argument, which whoever calls it may still need: work on a copy."
        raise Refused(why, "changed")
    return value


class Goal(Task):
    """Measure what a reader made, and say how far it got.

    Parameters
    ----------
    todo, more
        As for :class:`Check`.
    measure : callable
        Takes what the reader hands over and returns a number, the larger the better, and a
        sentence about what was found, in which nothing depends on the machine. For what cannot
        be measured it raises :class:`Refused` with the reason.
    goal : float
        What has to be reached.
    form : str
        How the number is written: ``"{:.1%} of the digits"``.
    seconds : float
        Time that measuring may take.
    first : Check, optional
        What has to be right before anything is measured.
    """

    def __init__(self, measure, goal, *, form, todo, more, seconds=30, first=None):
        super().__init__(todo, more)
        self.measure, self.goal, self.form = measure, goal, form
        self.first = copy.copy(first)  # that it stands before this goal is no matter of its own
        self.seconds = seconds * here.slower()
        if first:
            self.first.meets = self.reached

    def __call__(self, thing):
        """Measure what the reader made.

        Returns
        -------
        Result
        """
        return self.report(self.diagnose(thing))

    def measured(self, thing):
        """Return what happened while it was measured, an Outcome."""
        return run(lambda given: self.measure(thing), (None,), self.seconds, contain=False)

    def reached(self, thing):
        """Say whether something reaches the goal."""
        found = self.measured(thing)
        return found.error is None and not found.late and found.value[0] >= self.goal

    def diagnose(self, thing):
        """Do the work of a call, without keeping the progress."""
        if thing is None or thing is ... or callable(thing) and is_stub(thing):
            return self.unwritten("not written yet")
        if self.first and not (found := self.first.diagnose(thing)).ok:
            return found
        outcome = self.measured(thing)
        if found := self.halted([outcome], self.seconds):
            return found
        if outcome.error is not None:
            title = f"it raises {type(outcome.error).__name__}."
            return self.result("wrong", title, explain(outcome.error), mistakes=["raised"])
        if not isinstance(outcome.value, tuple):
            return self.result("wrong", f"{kind_of(outcome.value)} came back.")
        reached, said = outcome.value
        text = f"{self.form.format(reached)}; the goal is {self.form.format(self.goal)}."
        if reached >= self.goal:
            return self.result("done", text, said, self.more)
        return self.result("wrong", text, said)
