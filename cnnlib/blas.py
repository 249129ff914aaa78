"""OpenBLAS, the library behind NumPy's matrix products: which kernels it runs, on how many threads.

The commands that start Python themselves call :func:`choose_kernels` before NumPy is loaded, and
:func:`share` is how fast convolutions use more than one thread.
"""

import contextlib
import ctypes
import functools
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
# What OpenBLAS's SkylakeX kernels are compiled for.
SKYLAKEX = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}
ZEN5 = 26  # AMD's "cpu family" of Zen 5; Zen 4, of family 25, is recognised
# NumPy's wheels add a prefix and, for 64-bit integers, a suffix; conda and Linux packages do not.
SYMBOLS = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")


def choose_kernels(cpuinfo=None):
    """Ask OpenBLAS for its AVX-512 kernels where the processor has AVX-512 and it would not look.

    OpenBLAS does not know the family numbers of AMD's processors from Zen 5 on and runs the AVX2
    kernels of Haswell there (https://github.com/OpenMathLib/OpenBLAS/issues/6029).

    Parameters
    ----------
    cpuinfo : str, optional
        The text of Linux's ``/proc/cpuinfo``, read from there if not given.

    Returns
    -------
    str or None
        What was done, in one line, and None if nothing was: the processor is another one or not
        known, ``OPENBLAS_CORETYPE`` was set by the user, or NumPy is loaded already, which is
        when OpenBLAS reads that variable.
    """
    if "numpy" in sys.modules or "OPENBLAS_CORETYPE" in os.environ:
        return None
    if not overlooked(read_cpuinfo() if cpuinfo is None else cpuinfo):
        return None
    os.environ["OPENBLAS_CORETYPE"] = "SkylakeX"
    return (
        "OPENBLAS_CORETYPE=SkylakeX: this processor has AVX-512, which OpenBLAS overlooks."
        " To choose otherwise, set the variable yourself."
    )


def read_cpuinfo():
    """Return the text of ``/proc/cpuinfo``, empty where there is none, as on macOS and Windows."""
    try:
        return CPUINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def processor(cpuinfo):
    """Return the fields of the first processor in the text of ``/proc/cpuinfo``, a dict."""
    first = cpuinfo.strip().partition("\n\n")[0]
    fields = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in fields}


def has_avx512(cpuinfo):
    """Say whether the processor can run the SkylakeX kernels."""
    return set(processor(cpuinfo).get("flags", "").split()) >= SKYLAKEX


def overlooked(cpuinfo):
    """Say whether the processor has AVX-512 and OpenBLAS would not use it."""
    fields = processor(cpuinfo)
    family = fields.get("cpu family", "")
    zen5 = fields.get("vendor_id") == "AuthenticAMD" and family.isdigit() and int(family) >= ZEN5
    return zen5 and has_avx512(cpuinfo)


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


@functools.cache
def pool(process, n):
    """Start n threads that wait for work; once in each process, since a fork copies no threads."""
    return ThreadPoolExecutor(n, thread_name_prefix="cnnlib")


def share(function, parts):
    """Call a function with each part, on as many threads as OpenBLAS may use, which then uses one.

    Many small products are done sooner this way than by OpenBLAS's own threads, which meet after
    each product and on a busy machine wait for each other. If OpenBLAS may use one thread only, or
    NumPy uses another BLAS (in a browser, where there are no threads, it uses none), the parts take
    turns here.

    Parameters
    ----------
    function : function of part
    parts : sequence

    Yields
    ------
    What the function returns, in the order of the parts.
    """
    with one_thread as n:
        if min(n or 1, len(parts)) < 2:
            yield from map(function, parts)
        else:
            yield from pool(os.getpid(), n).map(function, parts)
