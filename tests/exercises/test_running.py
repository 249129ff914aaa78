"""A reader's code is run in time, contained and counted, whatever it does."""

import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from cnnlib import here
from cnnlib.exercises.engine.goal import Goal
from cnnlib.exercises.engine.running import Patience, run, within
from tests.exercises.doubled import diagnose, make


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm")
def test_an_alarm_that_comes_after_the_end_does_no_harm():
    """It did in one of a thousand runs: another thread had not taken it yet."""
    code = """
import os, signal
from cnnlib.exercises.engine.running import within
def f():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    os.kill(os.getpid(), signal.SIGALRM)
within(9, f, ())
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm")
def test_an_alarm_that_rings_while_it_is_stopped_does_not_start_again(monkeypatch):
    stop = signal.setitimer

    def ringing(which, seconds, interval=0.0):
        before = stop(which, seconds, interval)
        if seconds == 0:
            signal.getsignal(signal.SIGALRM)(signal.SIGALRM, None)
        return before

    monkeypatch.setattr(signal, "setitimer", ringing)
    within(9, abs, (-1,))
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm")
@pytest.mark.parametrize(
    "body", ["while True:\n        pass", "import threading\n    threading.Event().wait()"]
)
def test_an_endless_loop_is_stopped_and_the_alarm_given_back(body):
    before = signal.getsignal(signal.SIGALRM)
    result = diagnose(f"def double(x):\n    {body}", make(seconds=0.3))
    assert result.mistakes == ["endless"]  # that it came is what shows that it was stopped
    assert "not finished after 0.3 seconds" in str(result)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_loop_that_is_endless_in_a_later_case_is_stopped():
    source = "def double(x):\n    while x.ndim > 1:\n        pass\n    return 2 * x"
    result = diagnose(source, make(seconds=2))
    assert result.mistakes == ["endless"] and "Case: a table" in str(result)


def test_an_endless_loop_is_stopped_outside_the_main_thread_as_well():
    found = []
    source = "def double(x):\n    while True:\n        x = x + 1"
    thread = threading.Thread(
        target=lambda: found.append(diagnose(source, make(seconds=0.3))), daemon=True
    )
    thread.start()
    thread.join(600)
    assert found and found[0].mistakes == ["endless"]


def test_the_time_limit_does_not_touch_what_is_quick():
    assert within(5, sum, (range(10),)) == 45
    outcome = run(lambda x: x.sum(), (np.ones(3),), 5)
    assert outcome.value == 3 and not outcome.late and outcome.changed == []


def test_of_time_that_other_programs_take_a_sixth_counts():
    patience = Patience(600)
    patience.wall -= 1800
    assert 299 < patience.left() <= 300
    patience.work -= 400
    assert 199 < patience.left() <= 200


def test_a_check_is_more_patient_in_the_browser(monkeypatch):
    monkeypatch.setattr(here, "BROWSER", True)
    goal = Goal(sum, 1, form="{}", todo="", more="", seconds=30)
    assert (make(seconds=2).seconds, goal.seconds) == (20, 300)


SWALLOWED = {
    "an endless loop": "while 1:\n        try:\n            x = x\n        except:\n            x",
    "one that ends": "try:\n        while 1:\n            x\n    except:\n        return 2 * x",
}


@pytest.mark.parametrize("body", SWALLOWED.values(), ids=SWALLOWED)
def test_the_end_of_the_time_cannot_be_caught(body):
    assert diagnose(f"def double(x):\n    {body}", make(seconds=0.3)).mistakes == ["endless"]


def test_exit_does_not_end_the_session(monkeypatch):
    class Shell:
        def ask_exit(self):
            ended.append(1)

    ended, shell = [], Shell()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    result = diagnose("def double(x):\n    shell.ask_exit()", shell=shell)
    assert "it calls exit(), which would end the session: use return." in str(result)
    shell.ask_exit()
    assert ended == [1]


def test_a_shell_without_exit_is_as_good(monkeypatch):
    """The one of the browser edition."""
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: object()))
    assert diagnose("def double(x):\n    return 2 * x").ok
