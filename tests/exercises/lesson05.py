"""Exercise 05: answers with a mistake put into them, and the name that it has to be given."""

import numpy as np

NOTEBOOKS = "05_training", "05b_training"
BEFORE_TRAINING = "read-curves"  # the cell after that trains for half a minute
NAMES = {
    "relu_layer": "ReLU",
    "dense_layer": "Dense",
    "conv_layer": "Conv",
    "pool_layer": "MaxPool",
    "momentum": "Momentum",
    "adam": "Adam",
    "first_loss": "losses",
    "read_curves": "found",
}
ADAM = "p -= self.rate * (m / (1 - one**t)) / (np.sqrt(v / (1 - two**t)) + self.eps)"
TURNED = {"(kh, kw) in enumerate(np.ndindex(2, 2))": "(kw, kh) in enumerate(np.ndindex(2, 2))"}
IN_ROWS = (
    "N, C, H, W = x.shape\n"
    "        x = x.reshape(N, C, H // 2, W // 2, 2, 2).swapaxes(3, 4).reshape(x.shape)\n        "
)
KEEP = "self.x_shape, y = x.shape, x[:, :, ::2, ::2]"
KEPT = "        self.x = x\n"
DX = "return col2im(w.reshape(len(w), -1).T @ flat, self.x_shape, w.shape[2:])"
GRADS = "self.grads = {"
FLIPPED = "w[:, :, ::-1, ::-1].reshape(len(w), -1).T"
PATCHES = """(N, C, H, W), (F, _, K, _) = self.x_shape, w.shape
            dx = np.zeros(self.x_shape, dy.dtype)
            for oh, ow in np.ndindex(dy.shape[2:]):
                patch = np.tensordot(dy[:, :, oh, ow], w, 1)
                dx[:, :, oh : oh + K, ow : ow + K] = patch
            return dx"""
TAPS = """dx = np.zeros(self.x_shape, dy.dtype)
            for i, j in np.ndindex(w.shape[2:]):
                tap = np.einsum("nfab,fc->ncab", dy, w[:, :, i, j])
                dx[:, :, i : i + dy.shape[2], j : j + dy.shape[3]] = tap
            return dx"""
KEPT_WINNER = """        self.kept = self.winner = getattr(self, "kept", self.winner)
        return y"""
ONCE_EACH = "            self.steps += 1\n            t = self.steps\n            g = "
VELOCITY = "            v += grads[name]\n"
IN_ORDER = """[
        (x[i : i + batch_size], labels[i : i + batch_size]) for i in range(0, len(x), batch_size)
    ]"""
NO_LAST = "        if len(images) < batch_size:\n            break\n        loss, "
BACK = "network.backward(dscores)"

# Of each task: the mistakes that their own texts do not make in the solution, and what does.
MUTANTS = {
    "relu_layer": {
        "overwritten": {
            "return np": (
                "self.kept = vars(self).setdefault(x.shape, np.zeros_like(x))\n        return np"
            ),
            "(x, 0)": "(x, 0, out=self.kept)",
        },
        "changed": {"return np.maximum(x, 0)": "return np.maximum(x, 0, out=x)"},
        "remark": {"(self.x > 0)": "(self.x > 0).astype(float)"},
        "the gradient passes everywhere": {"self.x > 0": "np.maximum(self.x, 0) >= 0"},
        "the input of the first call is kept for ever": {
            KEPT: '        self.x = x if not hasattr(self, "x") else self.x\n',
            "(self.x > 0)": "(np.broadcast_to(self.x, dy.shape) > 0)",
        },
        "the slope alone is returned, without dy": {"dy * (self.x > 0)": "(self.x > 0) * 1.0"},
        "what is kept belongs to the class, and all layers of it share that": {
            "self.x = x": "ReLU.x = x"
        },
        "dy is multiplied by y and not by its slope": {
            "dy * (self.x > 0)": "dy * self.x * (self.x > 0)"
        },
        "the mask of the first call is kept for ever": {
            "self.x = x\n": "self.x = getattr(self, 'x', x)\n",
            "np.maximum(x, 0)": "x * (self.x > 0)",
        },
    },
    "dense_layer": {
        "order": {
            '"w": self.x.T @ dy, "b": dy.sum(axis=0)': '"b": self.x.T @ dy, "w": dy.sum(axis=0)'
        },
        "dw is returned, and not dx": {'(self.params["w"] @ dy.T).T': 'self.grads["w"]'},
        "dx is made with the gradient of w, and not with w": {
            '(self.params["w"] @ dy.T).T': 'dy @ self.grads["w"].T'
        },
        "gradients add up from step to step": {
            GRADS: "before = self.grads\n        " + GRADS,
            '        return (self.params["w"]': "        for name in before:\n"
            "            self.grads[name] = self.grads[name] + before[name]\n"
            '        return (self.params["w"]',
        },
        "w is reshaped in dx and not transposed": {
            '(self.params["w"] @ dy.T).T': 'dy @ self.params["w"].reshape(dy.shape[1], -1)'
        },
        "stale": {
            KEPT: f'{KEPT}        self.w = vars(self).get("w", self.params["w"] + 0)\n',
            '(self.params["w"] @': "(self.w @",
        },
        "steps": {"        return (self": '        self.params["b"] -= 0.1\n        return (self'},
        "grads of the class": {
            'self.grads = {"w": self.x.T @ dy, "b": dy.sum(axis=0)}': (
                "self.grads = Dense.all\n        self.grads.update(w=self.x.T @ dy, b=sum(dy))"
            ),
            '    kind = "dense"\n': '    kind = "dense"\n    all = {}\n',
        },
        "remark": {KEPT: "        self.x = x = x.astype(float)\n"},
        "dx is divided by N": {"@ dy.T).T": "@ dy.T).T / len(dy)"},
        "changed": {
            KEPT: "        self.x = x.copy()\n",
            "return x @": "y = x @",
            'self.params["b"]\n\n': 'self.params["b"]\n        x *= 0\n        return y\n\n',
        },
        "only the last image of the batch counts in dw and db": {
            'self.grads = {"w": self.x.T @ dy, "b": dy.sum(axis=0)}\n': (
                "for row, d in zip(self.x, dy, strict=True):\n"
                '            self.grads = {"w": np.outer(row, d), "b": d}\n'
            )
        },
        "the input of the first call is kept for ever": {
            KEPT: '        self.x = x if not hasattr(self, "x") else self.x\n'
        },
        "what is kept belongs to the class, and all layers of it share that": {
            "self.x = x": "Dense.x = x"
        },
        "all of db is one sum": {"dy.sum(axis=0)": "dy.sum() + 0 * dy[0]"},
    },
    "conv_layer": {
        "dx is made with the gradient of w, and not with w": {
            "col2im(w.reshape": 'col2im(self.grads["w"].reshape'
        },
        "y has its rows and columns exchanged": {
            ".transpose(3, 0, 1, 2)": ".transpose(3, 0, 2, 1)"
        },
        "dy is laid flat with its rows and columns exchanged": {
            "dy.transpose(1, 2, 3, 0)": "dy.transpose(1, 3, 2, 0)"
        },
        "square images": {"W - K + 1": "H - K + 1"},
        "single images": {
            "self.x_shape, self.cols = ": "self.cols = ",
            "x.shape, im2col(x, (K, K))": (
                "im2col(x, (K, K))\n        self.x_shape = 1, *x.shape[1:]"
            ),
        },
        "forward adds no bias": {' + self.params["b"].reshape(F, 1)': ""},
        "y is reshaped with its axes in the wrong order": {
            "y.reshape(F, H - K + 1, W - K + 1, N).transpose(3, 0, 1, 2)": (
                "y.reshape(N, F, H - K + 1, W - K + 1)"
            )
        },
        "the input of the first call is kept for ever": {
            "self.x_shape, self.cols = x.shape, im2col(x, (K, K))": (
                'self.cols = im2col(x, (K, K))\n        self.first = getattr(self, "first", x)'
            ),
            "w = self.params": "x, N = self.first, len(dy)\n        w = self.params",
            "flat @ self.cols.T": "flat @ im2col(x, w.shape[2:]).T",
            "self.x_shape, w.shape": "x.shape, w.shape",
        },
        "gradients add up from step to step": {
            GRADS: "before = self.grads\n        " + GRADS,
            "        if self.input": "        for name in before:\n"
            "            self.grads[name] = self.grads[name] + before[name]\n"
            "        if self.input",
        },
        "y is reshaped as if the images came before the places": {
            "y.reshape(F, H - K + 1, W - K + 1, N).transpose(3, 0, 1, 2)": (
                "y.reshape(F, N, H - K + 1, W - K + 1).transpose(1, 0, 2, 3)"
            )
        },
        "dy is reshaped without a transpose": {"dy.transpose(1, 2, 3, 0).reshape": "dy.reshape"},
        "dy is reshaped without a transpose, for dx and dw": {
            "dy.transpose(1, 2, 3, 0).reshape": "dy.reshape",
            "flat.sum(axis=1)": "dy.sum(axis=(0, 2, 3))",
        },
        "dy is reshaped as if the images came before the places": {
            "dy.transpose(1, 2, 3, 0)": "dy.transpose(1, 0, 2, 3)"
        },
        "what is kept belongs to the class, and all layers of it share that": {
            "self.x_shape, self.cols =": "Conv.x_shape, Conv.cols ="
        },
        "remark": {"im2col(x, (K, K))": "im2col(x.astype(float), (K, K))"},
        "dw is averaged over the images": {".reshape(w.shape)": ".reshape(w.shape) / len(dy)"},
        "db is a mean and not a sum": {"flat.sum(": "flat.mean("},
        "in dx each patch overwrites what came before": {DX: PATCHES},
        "in dx each tap overwrites those before it": {DX: TAPS},
        "the kernel is flipped in forward": {
            "y = self.params": 'w = self.params["w"][:, :, ::-1, ::-1]\n        y = self.params',
            'self.params["w"].reshape(F, -1) @ self.cols': "w.reshape(F, -1) @ self.cols",
        },
        "the kernel is flipped in dx": {"w.reshape(len(w), -1).T": FLIPPED},
        "w is reshaped in dx and not transposed": {
            "w.reshape(len(w), -1).T": "w.reshape(-1, len(w))"
        },
        "the kernel is flipped, on both ways": {
            "y = self.params": 'w = self.params["w"][:, :, ::-1, ::-1]\n        y = self.params',
            'self.params["w"].reshape(F, -1) @ self.cols': "w.reshape(F, -1) @ self.cols",
            "w.reshape(len(w), -1).T": FLIPPED,
            ".reshape(w.shape)": ".reshape(w.shape)[:, :, ::-1, ::-1]",
        },
        "all gradients are divided by N": {
            "        flat =": "        dy = dy / len(dy)\n        flat ="
        },
        "db is averaged over the images": {"flat.sum(axis=1)": "flat.sum(axis=1) / len(dy)"},
        "kernels of 3 by 3": {"im2col(x, (K, K))": "im2col(x, (3, 3))"},
    },
    "pool_layer": {
        "the mean of the window is taken, and what is not below it gets the gradient": {
            "        return y\n": (
                "        self.x = x\n"
                "        self.y = x.reshape(*y.shape[:3], 2, -1, 2).mean(axis=(3, 5))\n"
                "        return self.y\n"
            ),
            "return dx": (
                "four = np.ones((2, 2))\n"
                "        return (self.x >= np.kron(self.y, four)) * np.kron(dy, four)"
            ),
        },
        "windows overlap, for they move by 1, and the gradient goes to the first pixel of each": {
            "        return y\n": (
                "        y = np.maximum(x[:, :, 1:], x[:, :, :-1])\n"
                "        return np.maximum(y[..., 1:], y[..., :-1])\n"
            ),
            "return dx": "dx[...] = 0\n        dx[..., :-1, :-1] = dy\n        return dx",
        },
        "each of the four pixels gets a quarter of the gradient": {
            "dy * (self.winner == k)": "dy / 4"
        },
        "the smallest of a window is taken": {"tap > y": "tap < y", "np.maximum": "np.minimum"},
        "one image of one channel": {"(self.winner == k)": "(self.winner[-1:, -1:] == k)"},
        "in dx the four pixels of a window lie beside one another": {
            "        return dx": (
                "        parts = dx.reshape(N, C, H // 2, 2, W // 2, 2).swapaxes(3, 4)\n"
                "        return parts.reshape(dx.shape)"
            )
        },
        "the winner gets 1, and not what arrives in dy": {"= dy * (self": "= 1.0 * (self"},
        "the winner gets its own number, and not what arrives in dy": {
            "        return y\n": "        self.y = y\n        return y\n",
            "= dy * (self": "= self.y * (self",
        },
        "images of one window": {
            "tap = x[:, :, kh::2, kw::2]": "tap = x[:, :, kh : kh + 1, kw : kw + 1]"
        },
        "of equals, the first of the left column gets the gradient": TURNED,
        "four neighbours of a row are taken for a window in forward": {KEEP: IN_ROWS + KEEP},
        "four neighbours of a row are taken for a window": {
            KEEP: IN_ROWS + KEEP,
            "return dx": "dx = dx.reshape(N, C, H // 2, 2, W // 2, 2).swapaxes(3, 4)\n"
            "        return dx.reshape(N, C, H, W)",
        },
        "dy is multiplied by the maximum": {
            "        return y": "        self.y = y\n        return y",
            "dy * (self": "dy * self.y * (self",
        },
        "the gradient goes to every tie": {
            KEEP: KEEP + "\n        self.x = x",
            "        return y": "        self.y = y\n        return y",
            "(self.winner == k)": "(self.x[:, :, kh::2, kw::2] == self.y)",
        },
        "the gradient is shared among ties": {
            KEEP: KEEP + "\n        self.x = x",
            "        return y": "        self.y = y\n        return y",
            "        N, C, H, W = self": "        taps = [self.x[:, :, i::2, j::2] == self.y"
            " for i, j in np.ndindex(2, 2)]\n        N, C, H, W = self",
            "dy * (self.winner == k)": "dy * taps[k] / sum(taps)",
        },
        "the mean of the window is taken": {
            "        return y": "        N, C, H, W = x.shape\n        return x.reshape("
            "N, C, H // 2, 2, W // 2, 2).mean(axis=(3, 5))",
            " * (self.winner == k)": " / 4",
        },
        "the search starts at 0, so that a window of negative numbers has no winner": {
            KEEP: "self.x_shape, y = x.shape, np.zeros_like(x[:, :, ::2, ::2])"
        },
        "what is kept belongs to the class, and all layers of it share that": {
            "        return y": (
                "        MaxPool.winner = self.winner\n        del self.winner\n        return y"
            )
        },
        "the last of equals gets the gradient": {"tap > y": "tap >= y"},
        "the gradient goes to all four pixels": {" * (self.winner == k)": ""},
        "the winners of the first call are kept for ever": {"        return y": KEPT_WINNER},
        "remark": {"C, H, W, N), dy.dtype": "C, H, W, N), float"},
    },
    "sgd_step": {
        "weights are changed and biases are not": {
            "p -= rate": 'if not name.endswith("b"):\n            p -= rate'
        },
        "changed": {"p -= rate * grads[name]": "grads[name] *= rate\n        p -= grads[name]"},
        "only the first parameter is changed": {"grads[name]": "grads[name]\n        break"},
        "the gradient is brought to length 1": {
            "rate * grads[name]": "rate * grads[name] / np.sqrt((grads[name] ** 2).sum())"
        },
    },
    "momentum": {
        "the gradient is multiplied by the momentum, and not the velocity": {
            "            v *= self.momentum\n": "",
            "v += grads[name]": "v += self.momentum * grads[name]",
        },
        "one parameter alone is changed": {
            "p -= self.rate * v": "p -= self.rate * v\n            return"
        },
        "the velocity begins with the first gradient, which then counts twice": {
            "np.zeros_like(p)": "grads[name].copy()"
        },
        "the gradient is multiplied by the momentum as well": {
            VELOCITY: "            v += self.momentum * grads[name]\n"
        },
        "the momentum is 0.9, whatever is asked for": {"v *= self.momentum": "v *= 0.9"},
        "the first velocity is the gradient itself, and is changed at the next step": {
            "np.zeros_like(p))\n            v *= self.momentum": "None)",
            "v += grads[name]": (
                "if v is None:\n                self.velocity[name] = v = grads[name]\n"
                "            else:\n                v *= self.momentum\n"
                "                v += grads[name]"
            ),
        },
        "the velocity is forgotten after each step": {"v *= self.momentum": "v *= 0"},
        "the velocity is kept under the id of a gradient, which is a new array at each step": {
            "setdefault(name": "setdefault(id(grads[name])"
        },
        "the velocity of the step before is used": {
            "            v *=": "            p -= self.rate * v\n            v *=",
            VELOCITY + "            p -= self.rate * v": VELOCITY,
        },
        "the velocity turns around at each step": {"v *= self": "v *= -self"},
        "class": {
            "class Momentum:": "class Momentum:\n    velocity = {}\n",
            "self.momentum, self.velocity = rate, momentum, {}": "self.momentum = rate, momentum",
        },
        "grads_kept": {"p -= self": "grads[name] *= 0.5\n            p -= self"},
        "the velocity never decays": {"v *= self.momentum": "v *= 1"},
        "all parameters share one velocity": {"setdefault(name,": "setdefault(0,"},
        "the step goes uphill": {"+= grads": "-= grads"},
        "the rate of the first step is kept": {
            "p -= self.rate": (
                "self.first = getattr(self, 'first', self.rate)\n            p -= self.first"
            )
        },
    },
    "adam": {
        "the corrections are the wrong way up": {
            "m / (1 - one**t)": "m * (1 - one**t)",
            "np.sqrt(v / (1 - two**t)) + self.eps": (
                "np.sqrt(1 - two**t) * (np.sqrt(v) + self.eps)"
            ),
        },
        "1 - beta * t stands where 1 - beta**t belongs": {
            "1 - one**t": "1 - one * t",
            "1 - two**t": "1 - two * t",
        },
        "m is divided by 1 - beta1 * t, not 1 - beta1**t": {"1 - one**t": "1 - one * t"},
        "m keeps 1 - beta1 of what it was, and takes the whole gradient": {
            "m += (1 - one) * (g - m)": "m += g - one * m"
        },
        "m begins with the first gradient, and not with 0": {
            "self.m.setdefault(name, np.zeros_like(p))": "self.m.setdefault(name, g.copy())"
        },
        "v begins with ones, and not with zeros": {
            "self.v.setdefault(name, np.zeros_like(p))": "self.v.setdefault(name, np.ones_like(p))"
        },
        "m is forgotten after each step": {"m += (1": "m = m + (1"},
        "v is forgotten after each step": {"v += (1": "v = v + (1"},
        "m and v are kept under the id of a gradient, which is a new array at each step": {
            "m.setdefault(name": "m.setdefault(id(g)",
            "v.setdefault(name": "v.setdefault(id(g)",
        },
        "one parameter alone is changed": {"params.items()": "[*params.items()][-1:]"},
        "m and v are one array": {"self.v.setdefault(name, np.zeros_like(p))": "m"},
        "v is corrected behind the root, and not under it": {
            "np.sqrt(v / (1 - two**t))": "np.sqrt(v) / (1 - two**t)"
        },
        "the running means begin with the first gradient, and not with 0": {
            "self.m.setdefault(name, np.zeros_like(p))": "self.m.setdefault(name, g.copy())",
            "self.v.setdefault(name, np.zeros_like(p))": "self.v.setdefault(name, g * g)",
        },
        "the means are multiplied by the correction, and not divided": {
            "(m / (1 - one**t))": "(m * (1 - one**t))",
            "(v / (1 - two**t))": "(v * (1 - two**t))",
        },
        "t is 1 in the first two steps": {"betas, self.steps": "betas, max(1, self.steps - 1)"},
        "m takes the whole gradient, without 1 - beta1": {"(1 - one) * (g - m)": "g - m + one * m"},
        "v takes the whole square, without 1 - beta2": {
            "(1 - two) * (g * g - v)": "g * g - v + two * v"
        },
        "beta1 and 1 - beta1 are exchanged in m": {"(1 - one) * (g - m)": "one * (g - m)"},
        "beta2 and 1 - beta2 are exchanged in v": {"(1 - two) * (g * g": "two * (g * g"},
        "the corrected means are kept": {
            ADAM: "m /= 1 - one**t\n            v /= 1 - two**t\n            "
            "p -= self.rate * m / (np.sqrt(v) + self.eps)"
        },
        "the corrected m is kept": {
            ADAM: "m /= 1 - one**t\n            " + ADAM.replace("(m / (1 - one**t))", "m")
        },
        "the corrected v is kept": {
            ADAM: "v /= 1 - two**t\n            " + ADAM.replace("v / (1 - two**t)", "v")
        },
        "the correction of the start is forgotten": {" / (1 - one**t)": "", " / (1 - two**t)": ""},
        "m is not corrected": {" / (1 - one**t)": ""},
        "v is not corrected": {" / (1 - two**t)": ""},
        "t stays 1": {"self.betas, self.steps": "self.betas, 1"},
        "t is one too large": {"self.betas, self.steps": "self.betas, self.steps + 1"},
        "the betas are 0.9 and 0.999, whatever is asked for": {
            "self.betas, self.steps": "(0.9, 0.999), self.steps"
        },
        "m is left out, and the gradient itself is on top": {"(m / (1 - one**t))": "g"},
        "the corrections pile up in the rate": {
            "        for name": (
                "        self.rate *= np.sqrt(1 - two**t) / (1 - one**t)\n        for name"
            ),
            ADAM: "p -= self.rate * m / (np.sqrt(v) + self.eps)",
        },
        "t starts from 0": {"self.betas, self.steps": "self.betas, np.float64(self.steps - 1)"},
        "t grows with every parameter": {
            "        self.steps += 1\n": "",
            "            g = ": ONCE_EACH,
        },
        "m and v are swapped": {
            ADAM: "p -= self.rate * (v / (1 - two**t)) / (np.sqrt(m / (1 - one**t)) + self.eps)"
        },
        "beta1 and beta2 are exchanged": {"(one, two), t": "(two, one), t"},
        "the root of v is missing": {"np.sqrt(v / (1 - two**t))": "v / (1 - two**t)"},
        "eps stands inside the root": {
            "(np.sqrt(v / (1 - two**t)) + self.eps)": "np.sqrt(v / (1 - two**t) + self.eps)"
        },
        "all parameters share one memory": {
            "m.setdefault(name,": "m.setdefault(0,",
            "v.setdefault(name,": "v.setdefault(0,",
        },
        "eps is added before v is corrected": {
            ADAM: (
                "p -= self.rate * np.sqrt(1 - two**t) * m / (1 - one**t) / (np.sqrt(v) + self.eps)"
            )
        },
    },
    "batches": {
        "images_of_x": {"yield x[pick]": "yield pick"},
        "one image never comes": {"permutation(len(x))": "permutation(np.arange(1, len(x)))"},
        "no_image_twice": {
            "order[i : i + batch_size]": (
                "rng.choice(len(x), len(order[i : i + batch_size]), replace=False)"
            )
        },
        "shuffled": {
            "rng.permutation(len(x))": "np.roll(np.arange(len(x)), rng.integers(1, len(x)))"
        },
        "there are batch_size batches, and not batches of that size": {
            "range(0, len(x), batch_size)": "[len(x) * k // batch_size for k in range(batch_size)]",
            "i + batch_size]": "i - len(x) // -batch_size]",
        },
        "some images come twice and others never": {
            "    for i in": "    order[0] = order[1]\n    for i in"
        },
        "the last batch is filled up with images again": {
            "order[i : i + batch_size]": 'order.take(range(i, i + batch_size), mode="wrap")'
        },
        "images are shuffled within each batch only": {
            "order = rng.permutation(len(x))": "order = np.arange(len(x))",
            "pick = order[i : i + batch_size]": "pick = rng.permutation(order[i : i + batch_size])",
        },
        "whole batches are shuffled, and not images": {
            "range(0, len(x), batch_size)": "rng.permutation(np.arange(0, len(x), batch_size))",
            "order = rng.permutation(len(x))": "order = np.arange(len(x))",
        },
    },
    "accuracy": {
        "defaults": {"batch_size=500": "batch_size"},
        "it is divided by the size of the last part": {"right / len(x)": "right / len(read)"},
        "it is divided by batch_size": {"right / len(x)": "right / batch_size"},
        "the shares of the parts are added up": {".sum()": ".mean()", "right / len(x)": "right"},
        "the share of wrong ones is returned": {"return right": "return 1 - right"},
        "all images go forward at once": {"    for i in": "    batch_size = len(x)\n    for i in"},
        "the mean of the batches is taken, and the last one is smaller": {
            "right += (read": "right += len(x) / -(-len(x) // batch_size) * (read",
            ".sum()": ".mean()",
        },
        "what is left over at the end is dropped": {
            "range(0, len(x), batch_size)": "range(0, len(x) - batch_size + 1, batch_size)",
            "right / len(x)": "right / (len(x) // batch_size * batch_size)",
        },
        "the right ones are counted, not their share": {"right / len(x)": "float(right)"},
        "only what has a probability above one half counts as right": {
            ".argmax(axis=1)": "",
            "(read == labels[i : i + batch_size])": (
                "(np.exp(read)[np.arange(len(read)), labels[i : i + batch_size]]"
                " / np.exp(read).sum(axis=1) > 0.5)"
            ),
        },
        "training is turned around, and not switched off": {
            "network.training, False, 0": "network.training, not network.training, 0"
        },
        "training is put back within the loop, after the first part": {
            "        right += ": "        network.training = before\n        right += "
        },
        "it is divided by what full batches would hold": {
            "right / len(x)": "right / (-(-len(x) // batch_size) * batch_size)"
        },
        "the loop ends with its first part": {
            "    network.training = before\n": "        break\n    network.training = before\n"
        },
        "only the last part is counted": {"right += (": "right = ("},
        "only the first part is looked at": {
            "    network.training = before\n": "        break\n    network.training = before\n",
            "right / len(x)": "right / min(batch_size, len(x))",
        },
        "parts": {"batch_size=500": "batch_size=1000"},
        "it is given in percent": {"right / len(x)": "100 * right / len(x)"},
        "the network is measured as it is in training": {
            "before, network.training, right = network.training, False, 0": (
                "before, right = network.training, 0"
            )
        },
        "training is switched on, and not off": {"training, False, 0": "training, True, 0"},
        "the network is not switched back": {"    network.training = before\n": ""},
    },
    "train_epoch": {
        "rate": {"    return losses": "    optimizer.rate *= 0.5\n    return losses"},
        "softmax comes before cross_entropy": {
            "cross_entropy(network": "cross_entropy(softmax(network",
            "(images), right": "(images)), right",
            "    network.training, losses": (
                "    def softmax(s):\n        e = np.exp(s - s.max(axis=1, keepdims=True))\n"
                "        return e / e.sum(axis=1, keepdims=True)\n\n    network.training, losses"
            ),
        },
        "nothing is shuffled": {"batches(x, labels, batch_size, rng)": IN_ORDER},
        "what is left over at the end is dropped": {"        loss, ": NO_LAST},
        "the rng that is handed over is not used": {
            "batch_size, rng):\n        loss": (
                "batch_size, np.random.default_rng(0)):\n        loss"
            )
        },
        "the optimizer that is handed over takes no step": {
            "        optimizer.step(network.params, network.grads)\n": ""
        },
        "nothing is sent back": {"        network.backward(dscores)\n": ""},
        "only the last loss is in the list": {"        losses.append": "    losses.append"},
        "the gradients are set to 0 before the rule gets them": {
            "        optimizer": '        network.grads["w"][:] = 0\n        optimizer'
        },
        "running means of the losses are returned": {
            "return losses": "return [np.mean(losses[: k + 1]) for k in range(len(losses))]"
        },
        "the network is not in training mode": {
            "network.training, losses = True, []": "losses = []"
        },
        "the sum of the losses is returned": {"return losses": "return sum(losses)"},
        "each loss is multiplied by the size of its batch": {
            "append(loss)": "append(len(right) * loss)"
        },
        "added_gradients": {
            "        optimizer": (
                "        if losses:\n"
                "            total = {k: total[k] + g for k, g in network.grads.items()}\n"
                "        else:\n            total = network.grads\n        optimizer"
            ),
            "params, network.grads": "params, total",
        },
        "the gradients are those from before the loop": {
            "    network.training, losses": (
                "    grads = network.grads\n    network.training, losses"
            ),
            "params, network.grads": "params, grads",
        },
        "the labels are those of other images": {"(images), right)": "(images), right[::-1])"},
    },
    "cosine_rate": {
        "pi stands outside the cosine": {"np.cos(np.pi * ": "np.pi * np.cos("},
        "the 1 stands inside the cosine": {"1 + np.cos(": "np.cos(1 + "},
        "pi is missing": {"np.pi * step": "step"},
        "step and steps are exchanged": {"step / steps": "steps / max(step, 1)"},
        "it falls to half of the rate, and not to 0": {"(1 + ": "(3 + ", "/ 2": "/ 4"},
        "the rate stays as it is": {"return rate * (1": "return rate + 0 * (1"},
        "the angle is in degrees": {"np.pi": "180"},
        "it falls along a straight line": {
            "(1 + np.cos(np.pi * step / steps)) / 2": "(1 - step / steps)"
        },
        "the brackets around 1 + cos are missing": {
            "rate * (1 + np.cos(np.pi * step / steps)) / 2": (
                "rate / 2 + np.cos(np.pi * step / steps)"
            )
        },
        "step is divided by steps in whole numbers": {"pi * step / steps": "pi * (step // steps)"},
        "3.14 stands for pi": {"np.pi": "3.14"},
        "the sine is taken": {"np.cos": "np.sin"},
        "it falls along the first quarter of a cosine": {
            "(1 + np.cos(np.pi * step / steps)) / 2": "np.cos(np.pi * step / steps / 2)"
        },
        "it falls along a quarter of the wave": {"np.pi *": "np.pi / 2 *"},
        "it goes along a whole wave": {"np.pi *": "2 * np.pi *"},
    },
}
LOG2, LOG10 = np.log(2), np.log(10)
QUESTIONS = {
    "first_loss": [
        ("only the first image is looked at", {"d": 0.69}),
        ("the logarithm is that of base 10", {"a": 1.0, "b": 2.0}),
        ("the logarithm is that of base 2", {"c": 1.0, "d": 2.0}),
        ("the minus sign is missing", {"a": -LOG10}),
        ("the losses are added and not averaged", {"d": 4 * LOG2}),
        ("the logarithm of the mean probability is taken", {"d": -np.log(0.3125)}),
        ("1 - p is used and not p", {"a": -np.log(0.9)}),
        ("1 / p is given", {"a": 10, "b": 100}),
        ("1 - p is given", {"a": 0.9, "b": 0.99, "d": 0.69}),
        ("only the last image is looked at", {"d": 2.08}),
        ("the square of 1 - p is given", {"a": 0.81, "c": 0.25}),
        ("-p log p is given, as in an entropy", {"a": 0.23, "c": 0.35}),
        ("the loss is added up over as many classes", {"a": 10 * LOG10, "b": 200 * LOG10}),
        ("the probability is given, and not its loss", {"a": 0.1, "b": 0.01, "c": 0.5}),
    ]
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "relu_layer": {"self.x > 0": "(self.x > 0) * (2 + self.x)"},
    "dense_layer": {"self.x.T @ dy": "self.x.T @ dy + 1"},
    "conv_layer": {"flat.sum(axis=1)}": "flat.max(axis=1)}"},
    "pool_layer": {"self.winner == k": "(self.winner >= k) * (2.0 + k)"},
    "sgd_step": {"rate * grads": "rate**2 * grads"},
    "momentum": {"v *= self.momentum": "v *= self.momentum**2"},
    "adam": {"(1 - two) * (g": "(1 - two) * (2 * g"},
    "batches": {"    order =": "    batch_size += 1\n    order ="},
    "accuracy": {"return right / len(x)": "return right / (len(x) + 1)"},
    "train_epoch": {BACK: f"{BACK}\n        {BACK}"},
    "cosine_rate": {"1 + np.cos": "1 + np.tan"},
}
