"""Matrix products in the browser edition: its NumPy has no BLAS, so ``matmul`` gets another loop.

``product.c`` is that loop, ``product.wasm`` the same, compiled: most products are then over ten
times as fast.
"""

import ctypes
from pathlib import Path

import numpy as np
from numpy._core import _multiarray_umath as umath

PRODUCT = Path(__file__).with_name("product.wasm")
ROOM = 400_000  # bytes, for the block of a matrix that is copied
REPLACE = 30  # where NumPy's C interface has PyUFunc_ReplaceLoopBySignature


def quicken():
    """Let float32 and float64 be multiplied by the compiled loop from now on; in Pyodide only."""
    from js import Object, WebAssembly
    from pyodide.ffi import to_js
    from pyodide_js import _module as pyodide

    share = {"env": {"memory": pyodide.memory}}  # one memory: the arrays are where they were
    instance = WebAssembly.Instance.new(
        WebAssembly.Module.new(to_js(PRODUCT.read_bytes())),
        to_js(share, dict_converter=Object.fromEntries),
    ).exports
    instance.__stack_pointer.value = pyodide._malloc(ROOM) + ROOM & ~15

    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    functions = ctypes.cast(pointer(umath._UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p))
    kinds = ctypes.POINTER(ctypes.c_int)
    old = ctypes.c_void_p()
    replace = ctypes.PYFUNCTYPE(
        ctypes.c_int, ctypes.py_object, ctypes.c_void_p, kinds, ctypes.POINTER(ctypes.c_void_p)
    )(functions[REPLACE])
    for dtype, loop in (("float32", instance.product32), ("float64", instance.product64)):
        kind = np.dtype(dtype).num
        new = pyodide.addFunction(loop, "viiii")
        replace(np.matmul, new, (ctypes.c_int * 3)(kind, kind, kind), ctypes.byref(old))
