"""Run a reader's function without trusting it: in time, contained, its prints caught."""

import builtins
import contextlib
import copy
import inspect
import io
import os
import signal
import sys
import threading
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import numpy as np

from cnnlib.exercises.engine.whose import own


class TimeUp(BaseException):
    """Raised inside code that runs too long; no ``except Exception`` stops it."""


class NotHere(Exception):
    """Says what a function must not do while it is checked."""

    mistake = "not here"


class Interrupted(KeyboardInterrupt):
    """Says, without the lines of this package, that the reader stopped a check."""

    def _render_traceback_(self):
        return ["The check was stopped."]


def _use(function, args):
    return function(*args)


class Patience:
    """Seconds of work: on a busy machine the same code is in time.

    Of what passes while other programs run, or in sleep, a sixth counts.
    """

    def __init__(self, seconds):
        self.seconds, self.clock = seconds, getattr(time, "thread_time", time.process_time)
        self.work, self.wall = self.clock(), time.monotonic()

    def another(self):
        """Return the seconds for another call: what is left, and a little in any case."""
        return max(0.05, self.left())

    def left(self):
        """Return how many seconds of work are left."""
        return self.seconds - max(self.clock() - self.work, (time.monotonic() - self.wall) / 6)


def within(seconds, function, args):
    """Return ``function(*args)``, or raise :class:`TimeUp` when that is more work.

    On the main thread of a system with alarms, which is where Jupyter runs cells, by an alarm,
    which also ends a call that sleeps and rings on where the function catches everything.
    Elsewhere by a trace function, which slows loops and does not end a single long call into
    compiled code.
    """
    patience, rung, ended = Patience(seconds), False, False
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():

        def ring(number, frame):
            nonlocal rung
            if ended:  # it rang just before the timer was stopped: must not start it again
                return
            if (left := patience.left()) > 0:
                signal.setitimer(signal.ITIMER_REAL, max(left, 1e-3), 1e-3)
                return
            rung = True
            while frame is not None and frame.f_code is not _use.__code__:
                frame = frame.f_back
            if frame is not None:  # else the function ended just before
                raise TimeUp

        handler = signal.signal(signal.SIGALRM, ring)
        timer = signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3), 1e-3)
        try:
            value = _use(function, args)
        finally:
            ended = True
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_IGN)  # loses one that is on its way
            signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
            if timer[0]:
                signal.setitimer(signal.ITIMER_REAL, *timer)
    else:

        def trace(frame, event, arg):
            nonlocal rung
            if patience.left() < 0:
                rung = True
                raise TimeUp
            return trace

        with tracing(trace):
            value = _use(function, args)
    if rung:  # and the function caught it
        raise TimeUp
    return value


@contextlib.contextmanager
def tracing(trace):
    """Call a trace function for what runs in the block."""
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


@contextlib.contextmanager
def little_memory(more=2**30):
    """Let what runs in the block take so many bytes and no more, where the system can do that."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        before = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError):  # no Linux
        yield
        return
    np.ones((128, 128)) @ np.ones((128, 128))  # OpenBLAS ends Python if it first finds no room then
    held = [limit for limit in before if limit != resource.RLIM_INFINITY]
    most = min([pages * resource.getpagesize() + more, *held])
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@dataclass
class Outcome:
    """What one call of a function did.

    Attributes
    ----------
    value : object
        What it returned.
    error : Exception or None
        What it raised.
    late : bool
        Whether it was stopped because it took too long.
    printed, warned : str
        What it printed, and the first warning.
    changed : list of int
        Numbers of the arguments that it changed.
    empty : bool
        Whether it called np.empty.
    shared : bool
        Whether the array that it returned lies where one of its arguments does.
    """

    value: object = None
    error: Exception | None = None
    late: bool = False
    printed: str = ""
    warned: str = ""
    changed: list = field(default_factory=list)
    empty: bool = False
    shared: bool = False


def run(function, args, seconds, contain=True):
    """Call ``function(*args)`` on copies of the arguments, for at most so many seconds.

    Returns
    -------
    Outcome

    Raises
    ------
    Interrupted
        If the reader stops it.
    """
    given, outcome, prints = copy.deepcopy(args), Outcome(), io.StringIO()
    try:
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(prints):
            warnings.simplefilter("always")
            with contained(outcome if contain else None):
                outcome.value = within(seconds, function, given)
            if inspect.iscoroutine(outcome.value):
                outcome.value.close()
                raise NotHere("it is an async def: write def")
    except TimeUp:
        outcome.late = True
    except SystemExit:
        outcome.error = NotHere("it calls sys.exit(): use return")
    except KeyboardInterrupt:
        raise Interrupted() from None
    except Exception as error:
        outcome.error = error
    outcome.printed = prints.getvalue()
    outcome.warned = str(caught[0].message) if caught else ""
    if isinstance(outcome.value, np.ndarray):
        arrays = [each for each in given if isinstance(each, np.ndarray)]
        outcome.shared = any(np.may_share_memory(outcome.value, each) for each in arrays)
    outcome.changed = [i for i, (a, b) in enumerate(zip(given, args, strict=True)) if differ(a, b)]
    return outcome


def _refuse(what):
    def refused(*args, **named):
        raise NotHere(what)

    return refused


def _filled(make, outcome):
    """Fill what np.empty makes: it holds whatever lay in memory, zeros today, others tomorrow."""

    def empty(*args, **named):
        array = make(*args, **named)
        code = sys._getframe(1).f_code
        if not own(code.co_filename) or not {"empty", "empty_like"} & set(code.co_names):
            return array  # compiled code of NumPy, which has no frame, calls it as well
        outcome.empty = True
        if array.dtype.kind in "fc":
            array.fill(np.nan)
        elif array.dtype.kind in "iu":
            array.fill(np.iinfo(array.dtype).max // 3)
        return array

    return empty


@contextlib.contextmanager
def contained(outcome=None):
    """Keep what a reader's function does to the session from outlasting it.

    Folder, settings of NumPy and figures are as before afterwards; ``input`` and ``exit`` raise.
    With an outcome, what the reader's own code makes by np.empty is filled, and that noted there.
    """
    folder, pyplot = os.getcwd(), sys.modules.get("matplotlib.pyplot")
    figures = set(pyplot.get_fignums()) if pyplot else set()
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    with contextlib.ExitStack() as stack:
        stack.enter_context(np.errstate())
        stack.enter_context(np.printoptions())
        for owner, name, new in (
            (builtins, "input", _refuse("it asks for input: its arguments are all it gets")),
            (
                shell,
                "ask_exit",
                _refuse("it calls exit(), which would end the session: use return"),
            ),
            (pyplot, "show", lambda *args, **named: None),
            (outcome and np, "empty", _filled(np.empty, outcome)),
            (outcome and np, "empty_like", _filled(np.empty_like, outcome)),
        ):
            if hasattr(owner, name):  # the shell of the browser edition has no exit
                stack.enter_context(mock.patch.object(owner, name, new))
        try:
            yield
        finally:
            os.chdir(folder)
            for number in set(pyplot.get_fignums()) - figures if pyplot else ():
                pyplot.close(number)


def differ(a, b):
    """Say whether an argument, an array or what holds arrays, was changed."""
    if isinstance(b, np.ndarray):
        same = isinstance(a, np.ndarray) and a.shape == b.shape and a.dtype == b.dtype
        return not (same and np.array_equal(a, b, equal_nan=b.dtype.kind == "f"))
    if isinstance(b, dict):
        return a.keys() != b.keys() or any(differ(a[key], b[key]) for key in b)
    if isinstance(b, (list, tuple)):
        return len(a) != len(b) or any(differ(i, j) for i, j in zip(a, b, strict=True))
    if hasattr(b, "layers") and hasattr(b, "params"):  # a network: switching training off is fine
        if list(a.layers) != list(b.layers) or a.training > b.training:
            return True
        return differ(a.params, b.params)
    return isinstance(b, (int, float, str)) and a != b
