"""Goals say how far one got."""

import itertools

from cnnlib.exercises.engine.goal import Goal
from cnnlib.exercises.engine.task import Refused
from tests.exercises.doubled import CHECK, double_dots, named


def test_a_goal_says_how_far_it_is():
    def measure(thing):
        if thing() < 0:
            raise Refused("it is negative")
        return thing(), "It was tried."

    goal = named("far", Goal(measure, 0.9, form="{:.0%}", todo="Write it", more="Further?"))
    assert (
        str(goal.diagnose(lambda: 0.95)) == "✓ far: 95%; the goal is 90%.\nIt was tried.\nFurther?"
    )
    assert str(goal.diagnose(lambda: 0.5)) == "✗ far: 50%; the goal is 90%.\nIt was tried."
    assert str(goal.diagnose(lambda: -1)) == "✗ far: it is negative."
    assert "it raises ZeroDivisionError.\n" in str(goal.diagnose(lambda: 1 / 0))
    assert goal.diagnose(double_dots).state == goal.diagnose(None).state == "todo"
    goal.seconds = 0.2
    assert goal.diagnose(lambda: sum(0 for _ in itertools.count())).mistakes == ["endless"]


def test_a_goal_is_measured_once_what_comes_first_is_right():
    measured = lambda thing: (thing(3), "Measured.")  # noqa: E731
    goal = Goal(measured, 6, form="{}", todo="Write it", more="Go on.", first=CHECK)
    named("double", goal)
    assert goal.diagnose(lambda x: 2 * x).ok and "Measured" in str(goal.diagnose(lambda x: 2 * x))
    assert goal.diagnose(lambda x: 3 * x).mistakes == ["it is tripled"]
    assert CHECK.meets is None  # which is that of other tests, too


def test_a_goal_and_a_check_say_the_same_of_what_must_not_be_called():
    goal = named("far", Goal(lambda f: f(), 0.9, form="{:.0%}", todo="Try", more="Further?"))
    asks = lambda *given: input("?")  # noqa: E731
    found = [task.diagnose(asks) for task in (goal, CHECK)]
    assert str(found[0]).partition(": ")[2] == str(found[1]).partition(": ")[2]
    assert found[0].mistakes == found[1].mistakes == ["not here"]
