"""Look on while a reader's function runs: its steps, its memory, and who does the work."""

import gc
import sys
import tracemalloc
from pathlib import Path

import numpy as np

from cnnlib.exercises.engine.running import run, tracing
from cnnlib.exercises.engine.whose import PACKAGE, asked_for, own

# Libraries that hold it, too.
OTHERS = ("scipy", "skimage", "sklearn", "cv2", "torch", "tensorflow", "jax")


def count_steps(function, args, seconds):
    """Count the steps of Python that ``function(*args)`` takes.

    NumPy's own compiled loops are not seen, so code without loops over pixels takes the same
    number for every size of image. Unlike a time, it is the same on every machine.
    """
    steps = 0

    def trace(frame, event, arg):
        nonlocal steps
        steps += 1
        frame.f_trace_opcodes = own(frame.f_code.co_filename)  # a loop may stand in one line
        return trace

    def counted(*given):
        # Python 3.12 asks, when a trace begins, whether any frame has wanted its opcodes.
        sys._getframe().f_trace_opcodes = True
        with tracing(trace):
            function(*given)

    collecting = gc.isenabled()
    gc.disable()  # what is collected meanwhile has steps of its own
    try:
        outcome = run(counted, args, seconds)
    finally:
        if collecting:
            gc.enable()
    return None if outcome.error or outcome.late else steps


def peak_memory(function, *args):
    """Return how many bytes ``function(*args)`` holds at its peak, beside what was held before."""
    already = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        function(*args)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not already:
            tracemalloc.stop()


def borrowed(function, args, seconds, task="", without="", given=""):
    """Say what a reader's own code calls, of this package or of others, that does the work; or "".

    What is on loan may be called, but not in the task that asks for it. ``without`` is the name of
    a function or method of NumPy that counts as well, ``given`` that of a module that does not.
    """
    found = ""

    def note(frame, event, arg):
        nonlocal found
        if event == "c_call" and own(frame.f_code.co_filename):
            library = (getattr(arg, "__module__", None) or "").split(".")[0]
            if library in OTHERS:
                found = found or library
            elif arg.__name__ == without:
                found = found or f"{without} of NumPy"
        if event != "call" or frame.f_back is None or not own(frame.f_back.f_code.co_filename):
            return
        code = frame.f_code
        library = frame.f_globals.get("__name__", "").split(".")[0]
        if library in OTHERS:
            found = found or library
        elif asked_for(code) and Path(code.co_filename).stem != given:
            found = found or f"{code.co_name} of cnnlib"
        elif code.co_name == without and not own(code.co_filename):
            found = found or f"{without} of NumPy"
        elif code.co_name == "loan" and Path(code.co_filename).is_relative_to(PACKAGE):
            found = found or (
                f"{task} of cnnlib" if frame.f_locals["thing"].__name__ == task else ""
            )

    run(_profiled(function, note), args, seconds)
    return found


def reads_beyond(function, args, seconds):
    """Say whether a view that as_strided makes reaches beyond the memory of its array."""
    found = False

    def note(frame, event, arg):
        nonlocal found
        if event == "return" and frame.f_code.co_name == "as_strided" and arg is not None:
            whole = frame.f_locals["x"]
            while isinstance(whole.base, np.ndarray):
                whole = whole.base
            (first, last), (start, end) = _bounds(whole), _bounds(arg)
            found |= arg.size > 0 and not first <= start < end <= last

    run(_profiled(function, note), args, seconds)
    return found


def _bounds(array):
    """Return the addresses at which an array begins and ends."""
    ways = [(n - 1) * step for n, step in zip(array.shape, array.strides, strict=True)]
    start = array.__array_interface__["data"][0]
    below, above = sum(min(0, way) for way in ways), sum(max(0, way) for way in ways)
    return start + below, start + above + array.itemsize


def _profiled(function, note):
    """Return a function that is looked on by a profiler."""

    def noted(*given):
        before = sys.getprofile()
        sys.setprofile(note)
        try:
            return function(*given)
        finally:
            sys.setprofile(before)

    return noted
