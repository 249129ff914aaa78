"""Wrong versions of what exercise 03 asks for, each wrong in one way. Write yours before you look.

Every function is the right one with options that make it wrong.
"""

import numpy as np

from cnnlib import reference

PADS = {"": (1, 1), "before": (1, 0), "after": (0, 1), "none": (0, 0)}


def entry(c, kh, kw, oh, ow, n, sizes, *, columns="", rows=""):
    """Say in which row and column of the patch matrix a number lies, with mistakes."""
    N, C, KH, KW, OH, OW = sizes
    i = {
        "": (c * KH + kh) * KW + kw,
        "last": (kh * KW + kw) * C + c,
        "exchanged": (c * KW + kw) * KH + kh,
    }[rows]
    j = {
        "": (oh * OW + ow) * N + n,
        "images": (n * OH + oh) * OW + ow,
        "exchanged": (ow * OH + oh) * N + n,
    }[columns]
    return i, j


def patches(
    x,
    kernel_size,
    stride=1,
    pad=0,
    *,
    columns="",
    rows="",
    frame="",
    place="",
    turned=False,
    size="",
):
    """Lay out patches as columns, with mistakes."""
    before, after = (side * pad for side in PADS[frame])
    x = np.pad(x, ((0, 0), (0, 0), (before, after), (before, after)))
    (N, C, H, W), (KH, KW) = x.shape, kernel_size
    steps = 1 if size == "unstrided" else stride
    OH, OW = (H - KH) // steps + 1, (W - KW) // steps + 1
    SH = 1 if place in ("still", "columns") else stride
    SW = 1 if place in ("still", "rows") else stride
    cols = np.zeros((C * KH * KW, OH * OW * N), x.dtype)
    for c, kh, kw, oh, ow, n in np.ndindex(C, KH, KW, OH, OW, N):
        i, j = entry(c, kh, kw, oh, ow, n, (N, C, KH, KW, OH, OW), columns=columns, rows=rows)
        cols[i, j] = x[n, c, oh * SH + kh, ow * SW + kw]
    return cols.T.copy() if turned else cols


def layer(x, w, b, stride=1, pad=0, *, shape="", bias="", turn="", **mistakes):
    """Convolve a batch by a product with the patch matrix, with mistakes."""
    F, C, KH, KW = w.shape
    N, _, H, W = x.shape
    OH, OW = (reference.size_after(n, k, stride, pad) for n, k in ((H, KH), (W, KW)))
    cols = patches(x, (KH, KW), stride, pad, **mistakes)
    if turn == "flipped":
        w = w[:, :, ::-1, ::-1]
    flat = w.transpose(0, 2, 3, 1).reshape(F, -1) if turn == "last" else w.reshape(F, -1)
    y = flat @ cols
    if bias != "none":
        y = y + (b[:1] if bias == "first" else b)[:, None]
    if shape == "unmoved":
        return y.reshape(N, F, OH, OW)
    if shape == "images":
        return y.reshape(F, N, OH, OW).transpose(1, 0, 2, 3)
    if shape == "filters":
        return y.reshape(F, OH, OW, N).transpose(0, 3, 1, 2)
    if shape == "exchanged":
        return y.reshape(F, OH, OW, N).transpose(3, 0, 2, 1)
    return y.reshape(F, OH, OW, N).transpose(3, 0, 1, 2)


def put_back(
    cols, shape, kernel_size, stride=1, pad=0, *, how="add", cut="", columns="", rows="", place=""
):
    """Put patches back onto images, with mistakes."""
    (N, C, H, W), (KH, KW) = shape, kernel_size
    OH, OW = (reference.size_after(n, k, stride, pad) for n, k in ((H, KH), (W, KW)))
    x = np.zeros((N, C, H + 2 * pad, W + 2 * pad), cols.dtype)
    counts = np.zeros_like(x)
    step = 1 if place == "still" else stride
    order = np.ndindex(C, KH, KW, OH, OW, N)
    if how == "last patch":
        order = (
            (c, kh, kw, oh, ow, n) for oh, ow, n, c, kh, kw in np.ndindex(OH, OW, N, C, KH, KW)
        )
    for c, kh, kw, oh, ow, n in order:
        i, j = entry(c, kh, kw, oh, ow, n, (N, C, KH, KW, OH, OW), columns=columns, rows=rows)
        pixel = n, c, oh * step + kh, ow * step + kw
        x[pixel] = cols[i, j] if how.startswith("last") else x[pixel] + cols[i, j]
        counts[pixel] += 1
    if how == "mean":
        x = x / np.maximum(counts, 1)
    top = {"corner": 0, "end": 2 * pad}.get(cut, pad)
    return x if cut == "none" else x[:, :, top : top + H, top : top + W].copy()


def adjoint(forward, backward, x, c, *, how=""):
    """Say whether backward is the adjoint of forward, with mistakes."""
    if how in ("always", "never"):
        return how == "always"
    if how == "round trip":
        back = backward(forward(x))
        return back.shape == x.shape and bool(np.allclose(back, x))
    if how == "sums":
        return bool(np.isclose(forward(x).sum(), x.sum()))
    one, other = (forward(x) * c).sum(), (x * backward(c)).sum()
    if how == "norms":
        one, other = (forward(x) ** 2).sum(), (backward(c) ** 2).sum()
    if how == "sides":
        one, other = (forward(x) * c).sum(), (x * x).sum()
    return bool(np.isclose(one, other))


def megabytes(N, C, H, W, K, stride, pad, *, size=4, what="", scale=1e6):
    """Count the megabytes of a patch matrix, with mistakes."""
    OH, OW = (reference.size_after(n, K, stride, 0 if what == "frame" else pad) for n in (H, W))
    if what == "images":
        return N * C * H * W * size / scale
    if what == "every":
        OH, OW = H, W
    taps = {"row": K, "patch": 1}.get(what, K * K)
    one = 1 if what == "one" else N
    return one * (1 if what == "channel" else C) * taps * OH * OW * size / scale
