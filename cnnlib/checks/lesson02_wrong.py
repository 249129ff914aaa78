"""Wrong versions of what exercise 02 asks for, each wrong in one way. Write yours before you look.

Every function is the right one with options that make it wrong.
"""

import numpy as np


def pool(
    x,
    kernel_size,
    stride,
    pad=0,
    *,
    what="max",
    place="",
    axes="",
    start=None,
    size="",
    frame=-np.inf,
    divide="",
):
    """Pool a batch by loops, with mistakes."""
    KH, KW = kernel_size[::-1] if axes == "exchanged" else kernel_size
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=frame)
    N, C, H, W = x.shape
    SH, SW = (KH, KW) if place == "tiled" else (stride, stride)
    OH, OW = (H - KH) // SH + 1, (W - KW) // SW + 1
    if size == "short":
        OH, OW = OH - 1, OW - 1
    if place == "still":
        SH = SW = 1
    divisor = {"rows": KH, "columns": KW, "stride": stride**2}.get(divide)
    y = np.zeros((N, C, OH, OW), x.dtype)
    for n, c, oh, ow in np.ndindex(y.shape):
        channels = {"together": slice(None), "first": slice(0, 1)}.get(axes, slice(c, c + 1))
        window = x[n, channels, oh * SH : oh * SH + KH, ow * SW : ow * SW + KW]
        value = getattr(window, what)() if divisor is None else window.sum() / divisor
        y[n, c, oh, ow] = value if start is None else max(start, value)
    return y


def pool_and_winner(
    x, kernel_size, stride, *, tie="first", count="rows", what="argmax", first=0, start=-np.inf
):
    """Pool a batch and number the winners, with mistakes."""
    KH, KW = kernel_size
    N, C, H, W = x.shape
    y = pool(x, kernel_size, stride, what=what[3:])
    winner = np.zeros(y.shape, int)
    for n, c, oh, ow in np.ndindex(y.shape):
        row, column = oh * stride, ow * stride
        window = x[n, c, row : row + KH, column : column + KW]
        flat = window.T.ravel() if count == "columns" else window.ravel()
        best = getattr(flat, what)()
        if tie == "last":
            best = len(flat) - 1 - getattr(flat[::-1], what)()
        kh, kw = divmod(int(best), KW)
        numbers = {
            "image": (row + kh) * W + column + kw,
            "row": kh,
            "column": kw,
            "square": kh * KH + kw,
        }
        winner[n, c, oh, ow] = numbers.get(count, best) + first
    return np.maximum(y, start) if start > -np.inf else y, winner


def mark(window, *, how="first"):
    """Mark the winner of a window with a 1, with mistakes."""
    ties = (window == window.max()).astype(window.dtype)
    marked = np.zeros_like(window)
    if how == "every":
        return ties
    if how == "shared":
        return ties / ties.sum()
    if how == "value":
        marked.flat[window.argmax()] = window.max()
    elif how == "last":
        marked.flat[window.size - 1 - window.ravel()[::-1].argmax()] = 1
    elif how == "columns":
        row, column = np.unravel_index(window.T.argmax(), window.T.shape)[::-1]
        marked[row, column] = 1
    else:
        marked.flat[window.argmax()] = 1
    return marked


def average(x, *, axes=(2, 3), keep=False, what="mean"):
    """Pool whole channels, with mistakes."""
    return getattr(x, what)(axis=axes, keepdims=keep)


def field(layers, *, jump="after", minus=1, start=1, what=""):
    """Compute a receptive field, with mistakes."""
    size, step = start, 1
    for kernel, stride in layers:
        if jump == "before":
            step *= stride
        size += (kernel - minus) * (1 if jump == "never" else step)
        if jump == "after":
            step *= stride
        elif jump == "added":
            step += stride - 1
        elif jump == "last":
            step = stride
    return step if what == "step" else size


def change(a, b, *, unit="a", over="image", power=1, what="norm"):
    """Compare two batches of maps, with mistakes."""
    axes = (1, 2, 3) if over == "image" else None
    if what == "sizes":
        return abs(b - a).sum(axis=axes) / abs(a).sum(axis=axes)
    if what == "largest":
        return abs(b - a).max(axis=axes) / abs(a).max(axis=axes)
    if what == "signed":
        return (b - a).sum(axis=axes) / a.sum(axis=axes)
    distance = np.sqrt(((b - a) ** 2).sum(axis=axes))
    length = np.sqrt(({"a": a, "b": b}.get(unit, a) ** 2).sum(axis=axes))
    ratio = distance if unit == "none" else distance / length
    return ratio**power
