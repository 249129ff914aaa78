"""Wrong versions of what exercise 04 asks for, each wrong in one way. Write yours before you look.

Every function is the right one with options that make it wrong.
"""

import numpy as np

from cnnlib.gradcheck import numerical_gradient, relative_error
from cnnlib.reference import add_frame


def hand(part, *, fork="both", product="swapped", gate="open"):
    """Differentiate ``L = max(w x + b, 0) x`` at x = 3, w = 2, b = -1, with mistakes."""
    x, w, y = 3.0, 2.0, 5.0
    dy = y if product == "kept" else x
    dv = {"open": dy, "value": dy * y, "shut": 0.0}[gate]
    dw, through = (dv * w, dv * x) if product == "kept" else (dv * x, dv * w)
    direct = x if product == "kept" else y
    ways = {"both": through + direct, "first": through, "second": direct}
    ways["multiplied"] = through * direct
    return {"dy": dy, "db": dv, "dw": dw, "dx": ways[fork]}[part]


def slope(f, x, eps, *, sides="both", by=2, nudge=1.0, which="one", restore=True, felt=True):
    """Differentiate by nudging, with mistakes."""
    kept, gradient = x.copy(), np.zeros_like(x)
    x = x if felt else x.copy()
    for index in np.ndindex(x.shape):
        place = {"one": index, "row": index[:1], "all": ...}[which]
        value = np.copy(x[place])
        x[place] = value if sides == "below" else value + nudge * eps
        above = f(x)
        x[place] = value if sides == "above" else value - nudge * eps
        gradient[index] = (above - f(x)) / (by * eps)
        if restore:
            x[place] = value
    x[...] = kept
    return gradient


def gate(dy, x, *, mask="right", times="dy"):
    """Send a gradient through ReLU, with mistakes."""
    masks = {
        "right": x > 0,
        "zero too": x >= 0,
        "dy": dy > 0,
        "negative": x < 0,
        "all": np.ones(x.shape, bool),
    }
    return masks[mask] * {"dy": dy, "y": dy * x, "one": np.ones_like(dy)}[times]


def affine(dy, x, w, *, dw="right", db="right", dx="right"):
    """Send a gradient through a dense layer, with mistakes."""
    N = len(x)
    return (
        {
            "right": lambda: dy @ w.T,
            "not transposed": lambda: dy @ w,
            "turned": lambda: w @ dy.T,
            "mean": lambda: dy @ w.T / N,
        }[dx](),
        {"right": x.T @ dy, "turned": dy.T @ x, "mean": x.T @ dy / N}[dw],
        {
            "right": dy.sum(axis=0),
            "mean": dy.mean(axis=0),
            "images": dy.sum(axis=1),
            "kept": dy.sum(axis=0, keepdims=True),
            "total": dy.sum(),
            "unsummed": dy.copy(),
        }[db],
    )


def probabilities(scores, *, axis=1, shift="row", exp=True):
    """Turn scores into probabilities, with mistakes."""
    largest = {"row": scores.max(axis=axis, keepdims=True), "none": 0 * scores[:1, :1]}
    shifted = scores - largest.get(shift, scores.max())
    exps = np.exp(shifted) if exp else scores
    return exps / exps.sum(axis=axis, keepdims=True)


def entropy(scores, labels, *, loss="mean", grad="right", log=1.0, sure="log-sum", shift="row"):
    """Compute the loss of scores and its gradient, with mistakes."""
    N, M = scores.shape
    p, truth = probabilities(scores, shift=shift), np.eye(M, dtype=scores.dtype)[labels]
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    if sure == "small":
        logs = np.log(p + 1e-12)
    if sure == "log p" or shift == "none":
        logs = np.log(p)
    picked = -logs[np.arange(N), labels] / log
    total = {"mean": picked.mean(), "sum": picked.sum(), "all": picked.sum() / (N * M)}
    total |= {"minus": -picked.mean()}
    grads = {"right": (p - truth) / N, "sum": p - truth, "all": (p - truth) / (N * M)}
    grads |= {"p": p / N, "turned": (truth - p) / N}
    return float(total[loss]), grads[grad]


def conv_back(dy, x, w, stride=1, pad=0, *, dw="right", db="right", dx="add", turn="", place=""):
    """Send a gradient through a convolution by loops, with mistakes."""
    (_, _, KH, KW), (_, _, H, W) = w.shape, x.shape
    framed = add_frame(x, pad)
    filters = np.zeros((len(x), *w.shape), w.dtype)
    for n, f, oh, ow in np.ndindex(dy.shape):
        row, column = oh * stride, ow * stride
        filters[n, f] += dy[n, f, oh, ow] * framed[n, :, row : row + KH, column : column + KW]
    taps = {
        "": w,
        "both": w[:, :, ::-1, ::-1],
        "rows": w[:, :, ::-1],
        "columns": w[:, :, :, ::-1],
        "exchanged": w.transpose(0, 1, 3, 2),
    }[turn]
    back = _scatter(dy, framed, taps, (KH, KW), 1 if place == "still" else stride, dx)
    cut = {
        "kept": back,
        "corner": back[:, :, :H, :W],
        "end": back[:, :, 2 * pad :, 2 * pad :],
    }.get(place, back[:, :, pad : pad + H, pad : pad + W])
    sums = {"right": filters.sum(axis=0), "mean": filters.mean(axis=0), "last": filters[-1]}
    sums["flipped"] = sums["right"][:, :, ::-1, ::-1]
    biases = {"right": dy.sum(axis=(0, 2, 3)), "mean": dy.mean(axis=(0, 2, 3))}
    biases |= {"images": dy.sum(axis=0), "pixels": dy.sum(axis=(2, 3))}
    biases |= {"N": biases["right"] / len(x), "last": dy[-1].sum(axis=(1, 2))}
    return cut.copy(), sums[dw].copy(), biases[db]


def _scatter(dy, framed, taps, size, stride, how):
    """Put gradients back onto the framed images: added, or overwriting in one of three orders."""
    back, (N, F, OH, OW), (KH, KW) = np.zeros_like(framed), dy.shape, size
    if how == "taps":
        for kh, kw in np.ndindex(KH, KW):
            rows, columns = slice(kh, kh + OH * stride, stride), slice(kw, kw + OW * stride, stride)
            sent = np.tensordot(dy, taps[:, :, kh, kw], (1, 0)).transpose(0, 3, 1, 2)
            back[:, :, rows, columns] = sent
        return back
    for f, oh, ow in np.ndindex(F, OH, OW):
        rows = slice(oh * stride, oh * stride + KH)
        columns = slice(ow * stride, ow * stride + KW)
        if how == "patches":
            back[:, :, rows, columns] = np.tensordot(dy[:, :, oh, ow], taps, 1)
            continue
        sent = dy[:, f, oh, ow].reshape(N, 1, 1, 1) * taps[f]
        back[:, :, rows, columns] = sent + (back[:, :, rows, columns] if how == "add" else 0)
    return back


def pool_back(dy, x, winner, kernel_size, stride, *, to="winner", add="", place="", number=""):
    """Send a gradient through max pooling, with mistakes."""
    (KH, KW), (OH, OW) = kernel_size, dy.shape[2:]
    dx = np.zeros(x.shape, dy.dtype)
    SH, SW = {"": (stride, stride), "still": (1, 1), "tiled": (KH, KW)}[place]
    kh, kw = np.indices((KH, KW))
    names = {"": kh * KW + kw, "columns": kw * KH + kh, "KH": kh * KH + kw}[number]
    if add == "taps":
        for k, (h, v) in enumerate(np.ndindex(KH, KW)):
            dx[:, :, h : h + OH * SH : SH, v : v + OW * SW : SW] = dy * (winner == k)
        return dx
    for n, c, oh, ow in np.ndindex(dy.shape):
        top, left = oh * stride, ow * stride
        window = x[n, c, top : top + KH, left : left + KW]
        marks = {
            "winner": names == winner[n, c, oh, ow],
            "last": kh * KW + kw == KH * KW - 1 - window.ravel()[::-1].argmax(),
            "ties": window == window.max(),
            "all": np.ones((KH, KW), bool),
            "first": kh + kw == 0,
        }["ties" if to == "shared" else to]
        sent = dy[n, c, oh, ow] * marks / (marks.sum() if to == "shared" else 1)
        at = (n, c, slice(oh * SH, oh * SH + KH), slice(ow * SW, ow * SW + KW))
        dx[at] = np.where(marks, sent, dx[at]) if add == "windows" else dx[at] + sent
    return dx


def share(dy, shape, kernel_size, stride, *, divide="window", add=True, place=""):
    """Send a gradient through average pooling, with mistakes."""
    KH, KW = kernel_size
    dx = np.zeros(shape, dy.dtype)
    SH, SW = {"": (stride, stride), "still": (1, 1), "tiled": (KH, KW)}[place]
    count = {"window": KH * KW, "none": 1, "rows": KH, "columns": KW, "stride": stride**2}[divide]
    for n, c, oh, ow in np.ndindex(dy.shape):
        at = (n, c, slice(oh * SH, oh * SH + KH), slice(ow * SW, ow * SW + KW))
        dx[at] = (dx[at] if add else 0) + dy[n, c, oh, ow] / count
    return dx


def distance(a, b, floor=1e-8, *, unit="larger", total="max", sign=False, floored=True):
    """Compare two arrays relatively, with mistakes."""
    sizes = np.maximum(np.abs(a), np.abs(b))
    units = {"larger": sizes, "a": np.abs(a), "sum": np.abs(a) + np.abs(b), "one": 1 + 0 * sizes}
    unit = np.maximum(units[unit], floor) if floored else units[unit]
    off = (a - b if sign else np.abs(a - b)) / unit
    return float(getattr(off, total)())


def errors(layer, x, dy, *, weighed=True, sent=True, relative=True, felt=True):
    """Hold the gradients of a layer to nudging, with mistakes."""
    layer.forward(x)
    found = {"x": layer.backward(dy if sent else np.ones_like(dy)), **layer.grads}
    arrays = {"x": x, **layer.params}
    weights = dy if weighed else 1
    numeric = {
        name: numerical_gradient(
            lambda _: (layer.forward(x) * weights).sum(), array if felt else array.copy()
        )
        for name, array in arrays.items()
    }
    compare = relative_error if relative else lambda a, b: float(np.abs(a - b).max())
    return {name: compare(found[name], numeric[name]) for name in arrays}
