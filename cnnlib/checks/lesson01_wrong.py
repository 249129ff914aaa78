"""Wrong versions of what exercise 01 asks for, each wrong in one way. Write yours before you look.

Every function is the right one with options that make it wrong.
"""

import functools

import numpy as np


def sizes(
    size, kernel, stride, pad, *, up=False, one=1, sides=2, strided=True, early=False, exact=False
):
    """Count the places of a kernel along one axis, with mistakes."""
    way = size + sides * pad - kernel
    if early:
        return (way + 1) // stride
    if not strided:
        return way + one
    if exact:
        return way / stride + one
    return (-(-way // stride) if up else way // stride) + one


def _frame(before, after, value=0.0, rows=True, columns=True):
    def frame(x, pad):
        widths = [(before * pad * rows, after * pad * rows)]
        widths += [(before * pad * columns, after * pad * columns)]
        return np.pad(x, [(0, 0)] * (x.ndim - 2) + widths, constant_values=value)

    return frame


FRAMES = {
    "": _frame(1, 1),
    "before": _frame(1, 0),
    "after": _frame(0, 1),
    "rows": _frame(1, 1, columns=False),
    "columns": _frame(1, 1, rows=False),
    "ones": _frame(1, 1, 1.0),
    "nearest": lambda x, pad: np.pad(x, pad, mode="edge"),
    "corner": _frame(0, 2),
    "none": lambda x, pad: x.copy(),
}


def layer(
    x,
    w,
    b,
    stride=1,
    pad=0,
    *,
    frame="",
    place="",
    size="",
    turn="",
    total="",
    bias="",
    channels="",
    filters="",
    images="",
    axes="",
):
    """Convolve a batch by loops, with mistakes."""
    N, C, H, W = x.shape
    F, _, KH, KW = w.shape
    x = FRAMES[frame](x, pad)
    H, W = x.shape[2:]
    steps = 1 if size == "unstrided" else stride
    short = 1 if size == "short" else 0
    OH, OW = (H - KH) // steps + 1 - short, (W - KW) // steps + 1 - short
    SH = 1 if place in ("still", "columns") else stride
    SW = 1 if place in ("still", "rows") else stride
    y = np.zeros((N, F, OH, OW), x.dtype)
    running = 0
    for n, f, oh, ow in np.ndindex(N, F, OH, OW):
        products = np.zeros((C, KH, KW), x.dtype)
        for c, kh, kw in np.ndindex(C, KH, KW):
            row, column = oh * SH + kh, ow * SW + kw
            if place == "spread":
                row, column = (oh + kh) * stride, (ow + kw) * stride
            tap = {
                "": (kh, kw),
                "both": (KH - 1 - kh, KW - 1 - kw),
                "rows": (KH - 1 - kh, kw),
                "columns": (kh, KW - 1 - kw),
                "exchanged": (kw, kh),
            }[turn]
            weights = w[0 if filters == "first" else f]
            products[c, kh, kw] = (
                weights[(c, *tap)] * x[0 if images == "first" else n, c, row, column]
            )
        y[n, f, oh, ow] = running = _total(products, b, f, running, total, bias, channels)
    return y.swapaxes(0, 1) if axes == "exchanged" else y


def _total(products, b, f, running, total, bias, channels):
    if channels == "first":
        products = products[:1]
    elif channels == "last":
        products = products[-1:]
    value = products.sum()
    if channels == "mean":
        value = value / len(products)
    if total == "last":
        value = products[-1, -1, -1]
    elif total == "mean":
        value = products.mean()
    elif total == "integers":
        value = functools.reduce(lambda a, p: int(a + p), products.ravel(), 0)
    elif total == "running":
        value = value + running
    times = {"": 1, "none": 0, "product": products.size, "channel": len(products)}
    return value + b[0 if bias == "first" else f] * times.get(bias, 1)


def picture(x, w, stride=1, pad=0, **mistakes):
    """Convolve one picture with one filter, with mistakes."""
    b = np.zeros(1, x.dtype)
    return layer(x[None, None], w[None, None], b, stride, pad, **mistakes)[0, 0]


def edge_strength(x, *, how="root", middle=2):
    """Join the answers of Sobel's two filters, with mistakes."""
    sobel = np.outer([1, middle, 1], [-1, 0, 1]).astype(x.dtype)
    gx, gy = picture(x, sobel), picture(x, sobel.T)
    return {
        "root": lambda: np.sqrt(gx**2 + gy**2),
        "sum": lambda: gx + gy,
        "sizes": lambda: abs(gx) + abs(gy),
        "squares": lambda: gx**2 + gy**2,
        "larger": lambda: np.maximum(abs(gx), abs(gy)),
        "x": lambda: abs(gx),
        "y": lambda: abs(gy),
    }[how]()


def moved(strides, pixels, *, how=""):
    """Say by how many pixels the output moves when the image does, with mistakes."""
    if how == "first":
        strides = strides[:1]
    step = int(np.prod(strides))
    if how == "times":
        return pixels * step
    if how == "same":
        return pixels
    if how == "up":
        return -(-pixels // step)
    return pixels // step if how == "down" or pixels % step == 0 else "no"


def count(C, F, KH, KW, *, bias="filters", channels=True, filters=True):
    """Count the parameters of a convolution layer, with mistakes."""
    weights = (F if filters else 1) * (C if channels else 1) * KH * KW
    biases = {"filters": F if filters else 1, "none": 0, "one": 1, "channels": F * C}
    return weights + biases.get(bias, weights)
