"""Measure which way to convolve is the fastest where, and record it for lesson 08.

    python -m tools.fastest

Forward passes over images of 28 x 28 pixels, with as many filters as channels, square kernels, and
padding that keeps the size: by one product of the patch matrix, by Winograd's tiles of each size
that there is, by the Fourier transform and, where it is installed, by PyTorch. On one thread, in
CPU time: each way is tried for a moment, again and again, twice, in turns, and its quickest call
counts. The C library keeps the memory that is given back, so that nobody pays for new pages.

The result goes to ``cnnlib/data/fastest.npz``. It takes some five minutes.
"""

import os
import subprocess
import sys
import time
from functools import partial
from itertools import count, product
from pathlib import Path

import numpy as np

from cnnlib.files import save_arrays
from cnnlib.layers.conv import Conv2D
from cnnlib.winograd import LARGEST, Winograd
from tools import bench

FILE = Path(__file__).resolve().parent.parent / "cnnlib" / "data" / "fastest.npz"
SIDE = 28
CHANNELS, KERNELS, BATCHES = (1, 2, 4, 8, 16, 32, 64), (3, 5, 7, 9, 11, 15, 21), (1, 4, 16, 64)
TILES = tuple(range(2, LARGEST - min(KERNELS) + 2))
WAYS = ("im2col", *(f"Winograd {m}" for m in TILES), "FFT", "PyTorch")
LARGEST_MATRIX = 2**27  # bytes; a larger patch matrix is made for a part of the images at a time
SECONDS = 0.06


def conv2d(conv, x):
    """Convolve by Conv2D, a part of the images at a time where its matrix would be large."""
    matrix = x.itemsize * x[0].size * conv.params["w"][0, 0].size
    count = max(1, LARGEST_MATRIX // matrix)
    return [conv.forward(x[n : n + count]) for n in range(0, len(x), count)]


def winograd(conv, x, m):
    """Convolve by tiles of m x m outputs."""
    return Winograd(x, conv.params["w"], conv.pad, m=m).forward(conv.params["b"])


def fft_conv2d(x, w, b, pad=0):
    """Convolve by frequencies, as :func:`reference.conv2d` with stride 1 and pad below K."""
    (H, W), K = x.shape[2:], w.shape[-1]
    # The zeros after an image lie before it, too: the circle closes.
    size = [next(L for L in count(side + pad) if 60**9 % L == 0) for side in (H, W)]
    X, V = np.fft.rfft2(x, size), np.fft.rfft2(w, size).conj()
    X, V = (np.ascontiguousarray(S.transpose(2, 3, 1, 0)) for S in (X, V))
    Y = V.swapaxes(2, 3) @ X  # for each frequency (F, C) @ (C, N)
    y = np.fft.irfft2(np.ascontiguousarray(Y.transpose(3, 2, 0, 1)), size)
    y = np.roll(y, (pad, pad), (2, 3))[:, :, : H + 2 * pad - K + 1, : W + 2 * pad - K + 1]
    return y + b[:, None, None]


def ways(C, K, N):
    """Return functions that convolve, by their names; not all ways go with every kernel."""
    x, _ = bench.batch_of(N, C, SIDE, SIDE)
    conv = Conv2D(C, C, K, pad=K // 2, rng=0)
    found = {"im2col": partial(conv2d, conv, x)}
    for m in TILES:
        if m + K - 1 <= LARGEST:
            found[f"Winograd {m}"] = partial(winograd, conv, x, m)
    rows = np.ascontiguousarray(x)
    found["FFT"] = partial(fft_conv2d, rows, **conv.params, pad=conv.pad)
    if bench.torch:
        found["PyTorch"] = bench.torch_convolution(conv, x, backward=False)
    return found


def quickest(function):
    """Call a function for SECONDS, at least once; return the shortest CPU time in seconds."""
    times, end = [], time.perf_counter() + SECONDS
    while not times or time.perf_counter() < end:
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def measure():
    """Time all ways everywhere.

    Returns
    -------
    dict of str to ndarray
        ``channels``, ``kernel``, ``batch``, ``way``; ``seconds``, an axis each in this order, nan
        where a way does not go; ``side`` of the images; ``machine`` in words.
    """
    bench.use_threads(1)
    seconds = np.full((len(CHANNELS), len(KERNELS), len(BATCHES), len(WAYS)), np.nan)
    for place in product(*map(range, seconds.shape[:3])):
        C, K, N = (axis[i] for axis, i in zip((CHANNELS, KERNELS, BATCHES), place, strict=True))
        tried = ways(C, K, N)
        for _ in range(2):
            for name, function in tried.items():
                at = (*place, WAYS.index(name))
                seconds[at] = np.fmin(seconds[at], quickest(function))
        found = {name: 1e3 * seconds[*place, WAYS.index(name)] for name in tried}
        print(C, K, N, *(f"{name} {ms:.2f}" for name, ms in found.items()), sep="  ", flush=True)
    axes = {"channels": CHANNELS, "kernel": KERNELS, "batch": BATCHES, "way": WAYS}
    arrays = {name: np.array(values) for name, values in axes.items()}
    return arrays | {"seconds": seconds, "side": np.array(SIDE), "machine": np.array(machine())}


def machine():
    """Say in a line what this runs on."""
    torch = f"; PyTorch {bench.torch.__version__}, {bench.capability()}" if bench.torch else ""
    model = bench.processor().get("model name", "unknown processor")
    return f"{model}; NumPy {np.__version__}, {bench.numpy_blas()}{torch}; one thread"


def main():
    if bench.MEMORY.items() <= os.environ.items():
        save_arrays(FILE, measure())
        return 0
    again = [sys.executable, "-m", "tools.fastest"]  # settings are read when a process starts
    return subprocess.run(again, env=bench.environment(None), cwd=FILE.parents[2]).returncode


if __name__ == "__main__":
    sys.exit(main())
