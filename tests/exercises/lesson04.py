"""Exercise 04: answers with a mistake put into them, and the name that it has to be given."""

from tests.helpers import replaced

NOTEBOOKS = "04_backprop", "04b_backprop"
NAMES = {
    "autograd": "Value",
    "by_hand": lambda names: {part: names[part] for part in ("dy", "db", "dw", "dx")},
}
DX = "dx = col2im(dcols, x.shape, (KH, KW), stride, pad)"
DW = "dw = flat @ im2col(x, (KH, KW), stride, pad).T"
RETURN = "return dx, dw.reshape(w.shape), flat.sum(axis=1)"
LOOPS = """dx = np.zeros((x.shape[0], C, x.shape[2] + 2 * pad, x.shape[3] + 2 * pad), x.dtype)
    for n, f, oh, ow in np.ndindex(dy.shape):
        r, q = oh * stride, ow * stride
        dx[n, :, r : r + KH, q : q + KW] += w[f] * dy[n, f, oh, ow]
    dx = dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]"""
CUT = "dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]"
ADDED = "dx[n, :, r : r + KH, q : q + KW] += w[f] * dy[n, f, oh, ow]"
TAPS = """dx = np.zeros((x.shape[0], C, x.shape[2] + 2 * pad, x.shape[3] + 2 * pad), x.dtype)
    OH, OW = dy.shape[2:]
    for k, (kh, kw) in enumerate(np.ndindex(KH, KW)):
        part = dcols.reshape(C, KH * KW, OH, OW, -1)[:, k].transpose(3, 0, 1, 2)
        dx[:, :, kh : kh + OH * stride : stride, kw : kw + OW * stride : stride] = part
    dx = dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]"""
PATCHES = """dx = np.zeros((x.shape[0], C, x.shape[2] + 2 * pad, x.shape[3] + 2 * pad), x.dtype)
    for n, oh, ow in np.ndindex(len(dy), *dy.shape[2:]):
        r, q = oh * stride, ow * stride
        dx[n, :, r : r + KH, q : q + KW] = np.tensordot(dy[n, :, oh, ow], w, 1)
    dx = dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]"""
POOL = """    OH, OW = dy.shape[2:]
    for k, (kh, kw) in enumerate(np.ndindex(kernel_size)):
        rows = slice(kh, kh + OH * stride, stride)
        columns = slice(kw, kw + OW * stride, stride)
        dx[:, :, rows, columns] += dy * (winner == k)"""
WINDOWS = """    KH, KW = kernel_size
    for n, c, oh, ow in np.ndindex(dy.shape):
        r, q = oh * stride, ow * stride
        window = x[n, c, r : r + KH, q : q + KW]
        dx[n, c, r : r + KH, q : q + KW] += dy[n, c, oh, ow] * (window == window.max())"""
TIES = "(window == window.max())"
WINS = """    KH, KW = kernel_size
    for n, c, oh, ow in np.ndindex(dy.shape):
        kh, kw = divmod(winner[n, c, oh, ow], KW)
        dx[n, c, oh * stride + kh, ow * stride + kw] += dy[n, c, oh, ow]"""
SHARE = "dx[:, :, kh : kh + OH * stride : stride, kw : kw + OW * stride : stride] += dy / (KH * KW)"
SHARES = """for n, c, oh, ow in np.ndindex(dy.shape):
        r, q = oh * stride, ow * stride
        dx[n, c, r : r + KH, q : q + KW] += dy[n, c, oh, ow] / (KH * KW)"""
AVERAGED = "for kh, kw in np.ndindex(KH, KW):\n        " + SHARE
AVERAGE = {AVERAGED: SHARES}
TILED = {"r, q = oh * stride, ow * stride": "r, q = oh * KH, ow * KW"}
STILL = {"r, q = oh * stride, ow * stride": "r, q = oh, ow"}
VISIT = """        def visit(value):
            if value not in order:
                for parent in value.parents:
                    visit(parent)
                order.append(value)

        visit(self)"""
KEPT_LIST = "def backward(self, order=[]):\n        self.grad = 1.0"
N = "np.linalg.norm"


def conv(changes):
    """Give conv_backward loops of its own, with some texts replaced."""
    return {DX: replaced(LOOPS, changes)}


def pool(text, changes):
    """Give max_pool_backward loops of its own, with some texts replaced."""
    return {POOL: replaced(text, changes)}


# Of each task: the mistakes that their own texts do not make in the solution, and what does.
MUTANTS = {
    "numerical_gradient": {
        "x + eps moves all numbers at once": {
            "gradient = np.zeros_like(x)": (
                "return (f(x + eps) - f(x - eps)) / (2 * eps)\n    gradient = np.zeros_like(x)"
            )
        },
        "defaults": {"eps=1e-6):": "eps):"},
        "put back by adding": {
            "x[index] = value + eps": "x[index] += eps",
            "x[index] = value - eps": "x[index] -= 2 * eps",
            "        x[index] = value\n": "        x[index] += eps\n",
        },
        "changed": {"    return gradient": "    x += 1\n    return gradient"},
        "a number is not put back after its nudges": {
            "below = f(x)\n        x[index] = value\n": "below = f(x)\n"
        },
        "all slopes are 0, as if both calls of f saw the same x": {
            "        above = f(x)\n": "",
            "        x[index] = value\n": "",
            "above - below": "f(x) - below",
        },
        "a whole row is nudged at once, and what is kept of it is no copy": {
            "np.ndindex(x.shape)": "range(len(x))"
        },
        "a whole row is nudged at once": {
            "np.ndindex(x.shape)": "range(len(x))",
            "value = x[index]": "value = np.copy(x[index])",
        },
        "a copy of x is nudged": {"    gradient =": "    x = x.copy()\n    gradient ="},
    },
    "relu_backward": {
        "one gate shuts for the whole array": {"(x > 0)": "(x.min() > 0)"},
        "the gradient passes everywhere": {"(x > 0)": "(np.maximum(x, 0) >= 0)"},
        "the mask itself is returned": {"dy * (x > 0)": "(x > 0).astype(x.dtype)"},
        "dy is multiplied with the output": {"(x > 0)": "np.maximum(x, 0)"},
    },
    "dense_backward": {
        "in dx, numbers are multiplied one by one": {"dy @ w.T": "dy * w.T"},
        "db does not use dy": {"dy.sum(axis=0)": "np.ones_like(dy[0])"},
        "order": {"return dy @ w.T, x.T @ dy,": "return x.T @ dy, dy @ w.T,"},
        "as many outputs as inputs": {
            "x.T @ dy": "(x.T @ dy if x.shape[1] == dy.shape[1] else np.ones(w.shape))"
        },
    },
    "softmax": {
        "the largest score of the first image is subtracted from all": {
            "scores.max(axis=1, keepdims=True)": "scores.max(axis=1)[0]"
        }
    },
    "cross_entropy": {
        "the exponentials are summed over the images": {
            "np.exp(shifted).sum(axis=1, keepdims=True)": "np.exp(shifted).sum(axis=0)"
        },
        "the slope of a sigmoid or of a softmax comes in once more": {
            "dscores / len(labels)": "dscores * np.exp(logs) * (1 - np.exp(logs)) / len(labels)"
        },
        "the gradient is divided by N twice": {"len(labels)\n": "len(labels) ** 2\n"},
        "only the truth is divided by N": {
            "-= 1": "-= 1 / len(labels)",
            "dscores / len(labels)": "dscores",
        },
        "1 is taken off whole rows, those whose numbers are labels": {
            "dscores[rows, labels]": "dscores[labels]"
        },
        "nothing is subtracted before exp, and p is made from the logarithm": {
            " - scores.max(axis=1, keepdims=True)": ""
        },
        "nothing is subtracted before the exp in the logarithm": {
            "-logs[rows, labels]": (
                "-(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))[rows, labels]"
            )
        },
        **{
            name: {
                "dscores = np.exp(logs)": f"dscores = np.clip(np.exp(logs), {ends})",
                "-logs[rows, labels]": f"-np.log(np.clip(np.exp(logs), {ends}))[rows, labels]",
            }
            for low in ("1e-7", "1e-8", "1e-10", "1e-12")
            for name, ends in {
                f"p is kept above {low} in the gradient as well": f"{low}, 1",
                f"p is kept between {low} and 1 - {low}": f"{low}, 1 - {low}",
            }.items()
        },
        "softmax is taken twice": {"    shifted =": "    scores = softmax(scores)\n    shifted ="},
        "the loss is that of all classes, and not of the right one": {
            "-logs[rows, labels]": "-logs"
        },
        "the loss adds the logarithms of all classes up": {
            "-logs[rows, labels].mean()": "-logs.sum() / len(labels)"
        },
        "the logarithms are weighted with the probabilities, and not with the truth": {
            "-logs[rows, labels]": "-(np.exp(logs) * logs).sum(axis=1)"
        },
        "the loss is 1 - p": {"-logs[rows, labels]": "(1 - np.exp(logs[rows, labels]))"},
        "the loss is summed over the images and not averaged": {".mean()": ".sum()"},
        "the loss is divided by N twice": {".mean()": ".mean() / len(labels)"},
        "-1 is put at the right class, in place of p - 1": {"-= 1": "= -1"},
        **{
            f"{small} is added to p in the gradient as well": {
                "dscores = np.exp(logs)": (
                    f"logs = np.log(np.exp(logs) + {small})\n    dscores = np.exp(logs)"
                )
            }
            for small in ("1e-7", "1e-8", "1e-10", "1e-12")
        },
        "the loss is averaged over the classes as well": {".mean()": ".sum() / scores.size"},
        "the minus sign of the loss is missing": {"-logs[rows": "logs[rows"},
        "the gradient is not divided by N": {"dscores / len(labels)": "dscores"},
        "the gradient is divided by the classes as well": {
            "dscores / len(labels)": "dscores / scores.size"
        },
        "the truth is not subtracted": {"-= 1": "-= 0"},
        "the gradient is truth minus probability": {"dscores / len": "-dscores / len"},
        **{
            f"{small} is added to p inside the log": {
                "-logs[rows, labels]": f"-np.log(np.exp(logs[rows, labels]) + {small})"
            }
            for small in ("1e-7", "1e-8", "1e-9", "1e-10", "1e-12")
        },
        "each image's loss is returned and not their mean": {"labels].mean()": "labels]"},
        **{
            f"p is kept above {small} inside the log": {
                "-logs[rows, labels]": f"-np.log(np.maximum(np.exp(logs[rows, labels]), {small}))"
            }
            for small in ("1e-7", "1e-8", "1e-9", "1e-10", "1e-12")
        },
        "in the loss, each row is read at the labels of all": {"-logs[rows,": "-logs[:,"},
        "in the gradient, 1 is taken off each row at the labels of all": {
            "dscores[rows, labels]": "dscores[:, labels]"
        },
        "the first label is used for all": {
            "    rows =": "    labels = labels[:1].repeat(len(labels))\n    rows ="
        },
        "the largest score of all images is subtracted": {
            "scores.max(axis=1, keepdims=True)": "scores.max()"
        },
        "1 is added and not taken off": {"-= 1": "+= 1"},
        "scores stand in the gradient where probabilities belong": {
            "np.exp(logs)": "scores.copy()"
        },
        "logarithms stand in the gradient where probabilities belong": {
            "np.exp(logs)": "logs.copy()"
        },
        "the gradient is divided by the classes and not by N": {
            "dscores / len(labels)": "dscores / scores.shape[1]"
        },
        "the gradient is that with respect to p": {
            "dscores / len(labels)": "-np.eye(len(logs[0]))[labels] / np.exp(logs) / len(labels)"
        },
        "nothing is subtracted before exp": {
            "    logs = shifted - np.log(np.exp(shifted)": (
                "    e = np.exp(scores)\n    logs = np.log(e / e"
            )
        },
        "the probabilities are divided by N before the truth is taken off": {
            "np.exp(logs)": "np.exp(logs) / len(labels)",
            "dscores / len(labels)": "dscores",
        },
        "the label itself is taken off, and not 1 at its class": {
            "dscores[rows, labels] -= 1": "dscores -= labels[:, None]"
        },
        "the largest score is taken off in the sum only": {
            "np.exp(logs)": "np.exp(logs - scores.max(axis=1, keepdims=True))",
            "logs = shifted -": "logs = scores -",
        },
        "1e-300 is added to p inside the log, or p is kept above it": {
            "return -logs[rows, labels]": (
                "p = np.maximum(np.exp(logs), 1e-300)\n    return -np.log(p)[rows, labels]"
            )
        },
        "1e-15 is added to p inside the log, or p is kept above it": {
            "-logs[rows, labels]": "-np.log(np.maximum(np.exp(logs[rows, labels]), 1e-15))"
        },
    },
    "autograd": {
        "numbers with equal data are taken for one": {
            VISIT: """        def visit(value):
            for parent in value.parents:
                if not any(parent.data == each.data for each in order):
                    visit(parent)
            order.append(value)

        visit(self)"""
        },
        "the data of a product are a sum": {"self.data * other.data": "self.data + other.data"},
        "only the first parents of parents are reached": {
            "for parent in value.parents:": "for parent in value.parents[:1]:"
        },
        "data changed": {
            "        return Value(max(self.data, 0.0)": (
                "        self.data = max(self.data, 0.0)\n        return Value(self.data"
            )
        },
        "all gradients begin at 1": {
            "        visit(self)": (
                "        visit(self)\n        for each in order:\n            each.grad = 1.0"
            )
        },
        "the last value begins with a gradient of 0": {"[], 1.0": "[], 0.0"},
        "values hand on gradients that are not complete": {
            VISIT: "        line = [self]\n        while line:\n"
            "            order += [v for v in dict.fromkeys(line) if v not in order]\n"
            "            line = [p for v in line for p in v.parents]\n"
            "        order.reverse()"
        },
        "a value that is reached twice stands in the list twice": {
            "if value not in order": "if True"
        },
        "state": {"def backward(self):\n        order, self.grad = [], 1.0": KEPT_LIST},
        "only the first parent gets a gradient, and is waited for although it comes no more": {
            "        visit(self)": "        visit(self)\n"
            "        uses = [p for value in order for p in value.parents]\n"
            "        order, ready = [], [self]\n"
            "        while ready:\n"
            "            value = ready.pop()\n"
            "            for parent, slope in zip(value.parents[:1], value.slopes):\n"
            "                parent.grad += slope * value.grad\n"
            "                uses.remove(parent)\n"
            "                if parent not in uses:\n"
            "                    ready.append(parent)"
        },
        "a value hands on as soon as it is reached, and again when more comes": {
            VISIT: "        line = [self]\n        while line:\n"
            "            value = line.pop()\n"
            "            for parent, slope in zip(value.parents, value.slopes):\n"
            "                parent.grad += slope * value.grad\n"
            "                if parent not in line:\n"
            "                    line.append(parent)"
        },
        "values hand on their gradient more than once": {
            VISIT: "        def go(value):\n"
            "            for parent, slope in zip(value.parents, value.slopes):\n"
            "                parent.grad += slope * value.grad\n"
            "                go(parent)\n\n        go(self)"
        },
        "of several ways to a number the last one alone counts": {
            "backward(self):\n        order, self.grad = [], 1.0": "backward(self, grad=1.0):",
            VISIT: "        self.grad, order = grad, [self]",
            "parent.grad += slope * value.grad": "parent.backward(slope * grad)",
        },
        "the last value begins with its own data": {
            "self.grad = [], 1.0": "self.grad = [], self.data"
        },
        "only the numbers that it began with get a gradient": {
            "parent.grad += slope * value.grad": (
                "parent.grad += slope * value.grad\n"
                "        for value in order:\n"
                "            if value.parents:\n"
                "                value.grad = 0.0"
            )
        },
        "the gradient stops after one step": {"reversed(order)": "[self]"},
    },
    "conv_backward": {
        "db is that of the first image alone": {"flat.sum(axis=1)": "dy[0].sum(axis=(1, 2))"},
        "w is reshaped to F columns in dx": {"w.reshape(F, -1).T": "w.reshape(-1, F)"},
        "db is summed over the filters": {"flat.sum(axis=1)": "flat.sum(axis=0)"},
        "dw is averaged over images and places": {
            RETURN: RETURN.replace("w.shape)", "w.shape) / flat.shape[1]")
        },
        "dw is averaged over the images": {
            RETURN: RETURN.replace("dw.", "dw.").replace("w.shape)", "w.shape) / len(x)")
        },
        "dw is that of the last image alone": {
            DW: "dw = dy[-1].reshape(F, -1) @ im2col(x[-1:], (KH, KW), stride, pad).T"
        },
        "the columns of dY begin with all of image 0": {
            "dy.transpose(1, 2, 3, 0)": "dy.transpose(1, 0, 2, 3)"
        },
        "dy is reshaped and not transposed": {"dy.transpose(1, 2, 3, 0)": "dy"},
        "OH and OW are exchanged in dY": {"(1, 2, 3, 0)": "(1, 3, 2, 0)"},
        "dw is made as cols @ dY.T and reshaped": {"dw.reshape": "dw.T.reshape"},
        "dw is flipped": {"dw.reshape(w.shape)": "dw.reshape(w.shape)[:, :, ::-1, ::-1]"},
        "db is a mean and not a sum": {"flat.sum(": "flat.mean("},
        "db is averaged over the images": {"flat.sum(axis=1)": "flat.sum(axis=1) / len(x)"},
        "db is summed over the images and not over the pixels": {
            "flat.sum(axis=1)": "dy.sum(axis=0)"
        },
        "db is summed over the pixels and not over the images": {
            "flat.sum(axis=1)": "dy.sum(axis=(2, 3))"
        },
        "db is that of the last image alone": {"flat.sum(axis=1)": "dy[-1].sum(axis=(1, 2))"},
        "in dx each tap overwrites what came before": {DX: TAPS},
        "in dx each patch overwrites what came before": {DX: PATCHES},
        "in dx each filter's patch overwrites what came before": conv(
            {ADDED: ADDED.replace("+=", "=")}
        ),
        "the kernel is flipped in dx": conv({"w[f]": "w[f, :, ::-1, ::-1]"}),
        "the rows of the kernel are flipped in dx": conv({"w[f]": "w[f, :, ::-1]"}),
        "the columns of the kernel are flipped in dx": conv({"w[f]": "w[f, :, :, ::-1]"}),
        "rows and columns of the kernel are exchanged in dx": conv(
            {"w[f]": "w[f].transpose(0, 2, 1)"}
        ),
        "the stride is forgotten in dx": conv(STILL),
        "dx still has the frame of the padding": conv({CUT: "dx"}),
        "dx is cut from the upper left corner of the frame": conv(
            {CUT: "dx[:, :, : x.shape[2], : x.shape[3]]"}
        ),
        "dx is cut from the lower right corner of the frame": conv(
            {CUT: "dx[:, :, 2 * pad :, 2 * pad :]"}
        ),
    },
    "max_pool_backward": {
        "windows step by KW along a row, and not by stride": pool(WINS, {"ow * stride": "ow * KW"}),
        "gradients are added to x": {"np.zeros(x.shape, dy.dtype)": "x.astype(dy.dtype)"},
        "the column of the tap is left out": {
            "slice(kw, kw + OW * stride, stride)": "slice(0, OW * stride, stride)"
        },
        "the gradient goes to every tie": {POOL: WINDOWS},
        "the gradient is shared among ties": pool(WINDOWS, {TIES: f"{TIES} / {TIES}.sum()"}),
        "the last of equals gets the gradient": pool(
            WINDOWS,
            {TIES: "(np.arange(KH * KW)[::-1] == window.ravel()[::-1].argmax()).reshape(KH, KW)"},
        ),
        "the gradient is shared among all pixels of the window": pool(
            WINDOWS, {TIES: "1 / (KH * KW)"}
        ),
        "every pixel of the window gets the gradient": pool(WINDOWS, {f" * {TIES}": ""}),
        "the gradient is multiplied with the pixel": {"    return dx": "    return dx * x"},
        "the first pixel of every window gets the gradient": pool(WINS, {" + kh": "", " + kw": ""}),
        "a pixel that wins several windows keeps the last gradient": pool(WINS, {"+=": "="}),
        "each tap overwrites what the taps before it wrote": {"columns] +=": "columns] ="},
        "taps are numbered column by column": {
            "== k": "== kw * kernel_size[0] + kh",
            "    OH, OW": "    winner = winner\n    OH, OW",
        },
        "the number of a tap is taken as kh * KH + kw": {"== k": "== kh * kernel_size[0] + kw"},
        "windows start one pixel apart": pool(
            WINDOWS.replace(TIES, "(np.arange(KH * KW) == winner[n, c, oh, ow]).reshape(KH, KW)"),
            STILL,
        ),
        "windows lie side by side, whatever the stride": pool(
            WINDOWS.replace(TIES, "(np.arange(KH * KW) == winner[n, c, oh, ow]).reshape(KH, KW)"),
            TILED,
        ),
        "the winner's number is divided by KH and not by KW": {
            POOL: WINS.replace("ow], KW)", "ow], KH)")
        },
        "rows and columns of the tap are exchanged": {
            POOL: WINS.replace("kh, kw = divmod", "kw, kh = divmod")
        },
        "only positive gradients go back": {"dy * (winner": "np.maximum(dy, 0) * (winner"},
    },
    "avg_pool_backward": {
        "only the first pixel of a window gets its share": {"np.ndindex(KH, KW)": "[(0, 0)]"},
        "the gradient is divided by the pixels of the output": {"(KH * KW)": "(OH * OW)"},
        "the last row and the last column of windows are left out": {
            AVERAGED: SHARES.replace("(dy.shape)", "(*dy.shape[:2], OH - 1, OW - 1)")
        },
        "windows are one row and one column too large": {
            AVERAGED: SHARES.replace("r + KH, q : q + KW", "r + KH + 1, q : q + KW + 1")
        },
        "the window is as large as the stride": {
            AVERAGED: SHARES.replace("r : r + KH, q : q + KW", "r : r + stride, q : q + stride")
        },
        "each gradient is repeated, as if windows lay side by side and covered all": {
            "return dx": "return np.repeat(np.repeat(dy, KH, 2), KW, 3) / (KH * KW)"
        },
        "windows that overlap overwrite each other": AVERAGE | {"+= dy[": "= dy["},
        "shares are averaged where windows overlap": AVERAGE
        | {
            "    for n, c": "    seen = np.zeros(shape)\n    for n, c",
            "/ (KH * KW)\n": "/ (KH * KW)\n        seen[n, c, r : r + KH, q : q + KW] += 1\n",
            "    return dx": "    return dx / np.maximum(seen, 1)",
        },
        "windows start one pixel apart": AVERAGE | STILL,
        "windows lie side by side, whatever the stride": AVERAGE | TILED,
        "square images": {"    return dx": "    return dx * shape[2] / shape[3]"},
        "one channel": {"    return dx": "    return dx * shape[1]"},
        "one image": {"    return dx": "    return dx * shape[0]"},
    },
    "relative_error": {
        "the least is taken and not the largest": {"np.max(": "np.min("},
        "the largest difference is divided by the largest number": {
            "np.max(np.abs(a - b) / np.maximum(larger, floor))": (
                "abs(a - b).max() / max(larger.max(), floor)"
            )
        },
        "two norms are divided": {
            "np.max(np.abs(a - b) / np.maximum(larger, floor))": (
                f"{N}(a - b) / max({N}(a), {N}(b), floor)"
            )
        },
        "the floor is added": {"np.maximum(larger, floor)": "(larger + floor)"},
        "an error for every entry is returned": {"np.max(": "("},
        "the floor is forgotten": {"np.maximum(larger, floor)": "larger"},
        "the floor is taken for a ceiling": {"np.maximum(larger": "np.minimum(larger"},
        "below the floor there is no error at all": {
            "    return": "    if larger.max() < floor:\n        return 0.0\n    return"
        },
        "the floor that is handed over is not used": {"(larger, floor)": "(larger, 1e-8)"},
        "the mean is taken and not the largest": {"np.max(": "np.mean("},
        "the sum is taken and not the largest": {"np.max(": "np.sum("},
        "an error for every row is returned": {"floor))": "floor), axis=-1)"},
        "the difference is not divided by anything": {" / np.maximum(larger, floor)": ""},
        "the difference is divided by |a| alone": {"(larger,": "(np.abs(a),"},
        "the difference is divided by |a| + |b|": {"(larger,": "(np.abs(a) + np.abs(b),"},
        "the difference is divided by the mean of |a| and |b|": {
            "(larger,": "((np.abs(a) + np.abs(b)) / 2,"
        },
    },
    "gradient_errors": {
        "layers without a curve": {".sum(), array)": ".sum(), array, 1e-1)"},
        "every error is 1, for all slopes are far too large": {
            "(layer.forward(x) * dy).sum(), array)": (
                "(layer.forward(x) * dy).sum() + next(both), array)"
            ),
            "    errors = {}": "    import itertools\n"
            "    errors, both = {}, itertools.cycle([1e3, 0])",
        },
        "True and False are returned and not the errors": {
            "relative_error(found[name], slope)": "relative_error(found[name], slope) > 1e-4"
        },
        "gradients are read before backward has made them": {
            '{"x": layer.backward(dy), **layer.grads}': '{**layer.grads, "x": layer.backward(dy)}'
        },
        "the loss is a squared difference": {
            "(layer.forward(x) * dy)": "((layer.forward(x) - dy) ** 2)"
        },
        "the largest error stands under every name": {
            "return errors": "return {name: max(errors.values()) for name in errors}"
        },
        "the gradients of the parameters are compared with themselves": {
            "(found[name], slope)": '(found[name], slope if name == "x" else layer.grads[name])'
        },
        "the errors are not relative": {
            "relative_error(found[name], slope)": "np.abs(found[name] - slope).max()"
        },
        "the layer does not feel the nudges, so that all slopes seem to be 0": {
            ".sum(), array)": ".sum(), array.copy())"
        },
        "the layer does not feel the nudges of x": {
            ".sum(), array)": '.sum(), array.copy() if name == "x" else array)'
        },
        "the layer does not feel the nudges of its parameters": {
            ".sum(), array)": '.sum(), array if name == "x" else array.copy())'
        },
        "the mean of the differences is taken": {
            "relative_error(found[name], slope)": "abs(found[name] - slope).mean()"
        },
        "all errors are 0, as if each gradient were compared with itself": {
            "found[name], slope": "slope, slope"
        },
    },
}
QUESTIONS = {
    "by_hand": [
        ("only the way through w * x counts", {"dx": 6}),
        ("only the way through y * x counts", {"dx": 5}),
        ("the two ways are multiplied", {"dx": 30}),
        ("a product keeps its factor and does not swap", {"dy": 5, "db": 5, "dw": 10, "dx": 18}),
        ("ReLU multiplies with its value", {"db": 15, "dw": 45, "dx": 35}),
        ("ReLU is taken to be shut", {"db": 0, "dw": 0, "dx": 5}),
        ("what comes back from above is left out", {"db": 1, "dw": 3, "dx": 7}),
        ("the gradient of a factor is taken times itself", {"dw": 6, "dx": 14}),
        ("dy is y", {"dy": 5, "db": 5, "dw": 15, "dx": 15}),
        ("all signs are turned, as for a step downhill", {"dy": -3, "db": -3, "dw": -9, "dx": -11}),
        ("the slope with respect to b is taken to be b", {"db": -3}),
    ]
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "numerical_gradient": {"above - below": "above + below"},
    "relu_backward": {"x > 0": "(x > 0) * (1 + x)"},
    "dense_backward": {"x.T @ dy": "x.T @ dy + 1"},
    "softmax": {"keepdims=True)\n": "keepdims=True) + 1\n"},
    "cross_entropy": {"-= 1": "-= 2"},
    "autograd": {"slope * value.grad": "slope * value.grad + 1"},
    "conv_backward": {"dcols = w.": "dcols = abs(w)."},
    "max_pool_backward": {"(winner == k)": "(winner >= k)"},
    "avg_pool_backward": {"(KH * KW)": "(KH * KW) + kh"},
    "relative_error": {"np.abs(a - b)": "np.abs(a - b) ** 3"},
    "gradient_errors": {"return errors": 'return errors | {"b": 0.5}'},
}
