"""OpenBLAS, the library behind NumPy's matrix products, and the threads that it may use."""

import contextlib
import ctypes
import functools
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# NumPy's wheels add a prefix and, for 64-bit integers, a suffix; conda and Linux packages do not.
SYMBOLS = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")


@functools.cache
def openblas(name):
    """Return a C function of the OpenBLAS that NumPy uses, or None if it uses another BLAS.

    Parameters
    ----------
    name : str
        Such as "get_num_threads", without prefix and suffix.
    """
    import numpy.linalg._umath_linalg as linked  # the module whose products OpenBLAS computes

    # Asking a library also asks those that it is linked to, except on Windows.
    folder = Path(linked.__file__).parents[2] / "numpy.libs"
    for path in [linked.__file__, *map(str, folder.glob("*openblas*.dll"))]:
        with contextlib.suppress(OSError):
            library = ctypes.CDLL(path)
            for symbol in SYMBOLS:
                with contextlib.suppress(AttributeError):
                    return getattr(library, symbol.format(name))
    return None


def set_threads(n):
    """Let OpenBLAS use n threads from now on.

    Returns
    -------
    int or None
        How many it used before; None, and nothing is changed, if NumPy uses another BLAS.

    Raises
    ------
    ValueError
        If n is less than 1.
    """
    if n < 1:
        raise ValueError(f"n is {n}, expected at least 1 thread")
    get, put = openblas("get_num_threads"), openblas("set_num_threads")
    if get is None or put is None:
        return None
    before = get()
    put(int(n))
    return before


class OneThread:
    """Holds OpenBLAS at one thread inside ``with`` blocks, of which several may be open at once.

    Attributes
    ----------
    threads : int or None
        How many OpenBLAS used before the first of them; None if NumPy uses another BLAS.
    """

    def __init__(self):
        self.lock, self.open, self.threads = threading.Lock(), 0, None

    def __enter__(self):
        with self.lock:
            if self.open == 0:
                self.threads = set_threads(1)
            self.open += 1
            return self.threads

    def __exit__(self, *error):
        with self.lock:
            self.open -= 1
            if self.open == 0 and self.threads is not None:
                set_threads(self.threads)


one_thread = OneThread()


def keep_apart(cpus):
    """Keep the thread that calls this on the next of some processors, where that is allowed."""
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {next(cpus)})


@functools.cache
def pool(process, n):
    """Start n threads that wait for work; once in each process, since a fork copies no threads.

    Where there are as many threads as processors, each keeps to one of its own: a system that finds
    the others busy often puts two threads that wake for a millisecond on the same one (Linux only).
    """
    cpus = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else ()
    apart = {"initializer": keep_apart, "initargs": [iter(cpus)]} if len(cpus) == n else {}
    return ThreadPoolExecutor(n, thread_name_prefix="cnnlib", **apart)


def share(function, parts):
    """Call a function with each part, on as many threads as OpenBLAS may use, which then uses one.

    OpenBLAS's own threads share only large products; they meet after each one, and on a busy
    machine wait for each other. If OpenBLAS may use one thread only, or NumPy uses another BLAS (in
    a browser, where there are no threads, it uses none), the parts take turns here.

    Parameters
    ----------
    function : function of part
    parts : sequence

    Returns
    -------
    list
        What the function returns, in the order of the parts.
    """
    results, waiting = [None] * len(parts), iter(range(len(parts)))

    def work():
        for i in waiting:
            results[i] = function(parts[i])

    with one_thread as n:
        if min(n or 1, len(parts)) < 2:
            work()
            return results
        workers = [pool(os.getpid(), n).submit(work) for _ in range(min(n, len(parts)))]
        try:
            for worker in workers:
                worker.result()
        finally:  # after an interrupt, no further part is begun
            for _ in waiting:
                pass
    return results


class InOrder:
    """Hands results on in the order of their parts, one at a time, though they come in any order.

    The thread that brings a missing result hands on what came too early, so that others go on.

    Parameters
    ----------
    function : function of part and results
    parts : iterable
        All different.
    """

    def __init__(self, function, parts):
        self.function, self.parts, self.results = function, iter(parts), {}
        self.next, self.lock = next(self.parts, None), threading.Lock()

    def put(self, part, *results):
        """Bring what belongs to a part."""
        self.results[part] = results
        while self.next in self.results:
            with self.lock:
                if self.next in self.results:  # else another thread was quicker
                    self.function(self.next, *self.results.pop(self.next))
                    self.next = next(self.parts, None)
