"""Wrong versions of what exercise 05 asks for, each wrong in one way. Write yours before you look.

Every function or class is the right one with options that make it wrong.
"""

import math

import numpy as np

from cnnlib import reference
from cnnlib.checks.lesson02_wrong import pool_and_winner
from cnnlib.checks.lesson04_wrong import affine, conv_back, entropy, gate, pool_back
from cnnlib.layers.base import Layer


def start(*p, log=1.0, total="mean", sign=-1, of="each", one=False):
    """Compute the loss when the right classes get the probabilities p, with mistakes."""
    p = np.array([1 - value if one else value for value in p])
    losses = sign * np.log(p.mean() if of == "mean" else p) / log
    return float(losses.sum() if total == "sum" else losses.mean())


class Keeper(Layer):
    """A layer that may keep the first input for ever, or add gradients up from step to step."""

    def __init__(self, *, keeps="last", grads="set"):
        super().__init__()
        self.keeps, self.adds, self.x = keeps, grads == "add", None

    def keep(self, x):
        if self.keeps == "last" or self.x is None:
            self.x = x

    def note(self, **grads):
        before = self.grads if self.adds else {}
        self.grads = {name: value + before.get(name, 0) for name, value in grads.items()}


class Gate(Keeper):
    """ReLU, with mistakes."""

    def __init__(self, *, keeps="last", **how):
        super().__init__(keeps=keeps)
        self.how = how

    def forward(self, x):
        self.keep(x)
        return np.maximum(x, 0)

    def backward(self, dy):
        return gate(dy, self.x, **self.how)


class Affine(Keeper):
    """A dense layer, with mistakes."""

    def __init__(self, D, M, rng, *, keeps="last", grads="set", bias=True, **how):
        super().__init__(keeps=keeps, grads=grads)
        self.bias, self.how = bias, how

    def forward(self, x):
        self.keep(x)
        return x @ self.params["w"] + self.bias * self.params["b"]

    def backward(self, dy):
        dx, dw, db = affine(dy, self.x, self.params["w"], **self.how)
        self.note(w=dw, b=db)
        return dx


class Filters(Keeper):
    """A convolution of stride 1 without padding, with mistakes."""

    def __init__(self, C, F, K, rng, *, keeps="last", grads="set", bias=True, axes="", **how):
        super().__init__(keeps=keeps, grads=grads)
        self.bias, self.axes, self.how = bias, axes, how

    def forward(self, x):
        self.keep(x)
        y = reference.conv2d(x, self.params["w"], self.bias * self.params["b"])
        if self.axes == "reshaped":  # (F, OH, OW, N) read as if it were (N, F, OH, OW)
            y = np.ascontiguousarray(y.transpose(1, 2, 3, 0)).reshape(y.shape)
        return y

    def backward(self, dy):
        dx, dw, db = conv_back(dy, self.x, self.params["w"], **self.how)
        self.note(w=dw, b=db)
        return dx


class Pool(Keeper):
    """Max pooling of 2 by 2, with mistakes."""

    def __init__(self, *, keeps="last", start=-np.inf, what="argmax", **how):
        super().__init__(keeps=keeps)
        self.start, self.what, self.how = start, what, how

    def forward(self, x):
        y, winner = pool_and_winner(x, (2, 2), 2, what=self.what)
        if self.keeps == "last" or self.x is None:
            self.winner = winner
        self.x = x
        return np.maximum(y, self.start)

    def backward(self, dy):
        return pool_back(dy, self.x, np.broadcast_to(self.winner, dy.shape), (2, 2), 2, **self.how)


# ---------------------------------------------------------------------- steps


def descend(params, grads, rate, *, sign=1, place="in", only="all", times="gradient"):
    """Take a step of SGD, with mistakes."""
    for name in list(params)[:1] if only == "first" else params:
        p, g = params[name], {"gradient": grads[name], "sign": np.sign(grads[name])}[times]
        step = sign * (rate * g if rate is not None else g)
        if place == "in":
            p -= step


class Rule:
    """What rules share: a rate, and a step that changes parameters in place, or a copy."""

    def __init__(self, rate, *, how=""):
        self.rate, self.how, self.steps, self.memory = rate, how, 0, {}

    def step(self, params, grads):
        self.steps += self.how != "steps for each"
        for name, p in params.items():
            self.steps += self.how == "steps for each"
            key = "all" if self.how == "shared" else name
            move = self.move(self.memory.setdefault(key, {}), grads[name])
            if self.how != "copy":
                p -= -move if self.how == "uphill" else move


class Ball(Rule):
    """Momentum, with mistakes."""

    def __init__(self, rate, momentum=0.9, *, how=""):
        super().__init__(rate, how=how)
        self.momentum = momentum

    def move(self, memory, g):
        old = memory.get("v", 0 * g)
        inside = self.rate if self.how in ("inside", "twice") else 1
        share = {"no friction": 1, "reset": 0}.get(self.how, self.momentum)
        part = 1 - self.momentum if self.how == "average" else 1
        memory["v"] = share * old + part * inside * g
        velocity = old if self.how == "late" else memory["v"]
        return velocity if self.how == "inside" else self.rate * velocity


class Adaptive(Rule):
    """Adam, with mistakes."""

    def __init__(self, rate, beta1=0.9, beta2=0.999, eps=1e-8, *, how=""):
        super().__init__(rate, how=how)
        self.betas = (beta2, beta1) if how == "betas" else (beta1, beta2)
        self.eps = eps

    def move(self, memory, g):
        (one, two), how = self.betas, self.how
        memory["m"] = m = one * memory.get("m", 0 * g) + (1 - one) * g
        squares = g if how == "not squared" else g * g
        memory["v"] = v = two * memory.get("v", 0 * g) + (1 - two) * squares
        t = self.steps - (how == "from 0")
        t = 1 if how == "always 1" else t
        m = m / (1 if how in ("uncorrected", "m as it is") else np.float64(1 - one**t))
        v = v / (1 if how in ("uncorrected", "v as it is") else np.float64(1 - two**t))
        m, v = (v, m) if how == "swapped" else (m, v)
        if how == "inside":
            return self.rate * m / np.sqrt(v + self.eps)
        return self.rate * m / ((v if how == "no root" else np.sqrt(v)) + self.eps)


# ---------------------------------------------------------------------- the loop


def deal(x, labels, batch_size, rng, *, shuffle=True, last=True, together=True, again=False):
    """Cut data into batches, with mistakes."""
    N = len(x)
    rng = np.random.default_rng(0) if again else rng
    order = rng.permutation(N) if shuffle else np.arange(N)
    if shuffle == "drawn":
        order = order[order // 2]
    end = N if last else N // batch_size * batch_size
    for i in range(0, end, batch_size):
        pick = order[i : i + batch_size]
        yield x[pick], labels[pick if together else slice(i, i + batch_size)]


def share_right(
    network, x, labels, batch_size, *, total="right", off=True, back=True, axis=1, labelled="own"
):
    """Measure how many images a network reads, with mistakes."""
    before, N = network.training, len(x)
    network.training = network.training and not off
    right = []
    end = N // batch_size * batch_size if total == "last left out" else N
    for i in range(0, end, batch_size):
        read = network.forward(x[i : i + batch_size]).argmax(axis=axis)
        own = labels[: len(read)] if labelled == "first" else labels[i : i + batch_size]
        right.append(read == own)
    if back:
        network.training = before
    joined = np.concatenate(right)
    return {
        "count": float(joined.sum()),
        "batches": float(np.mean([part.mean() for part in right])),
        "percent": 100 * float(joined.mean()),
        "sum over N": float(joined.sum() / N),
    }.get(total, float(joined.mean()))


def epoch(
    network, optimizer, x, labels, batch_size, rng, *, order="fbs", sent="gradient", told="each",
    mode=True, rolled=0, **dealt
):  # fmt: skip
    """Train for one epoch, with mistakes."""
    network.training, losses = mode, []
    for images, right in deal(x, labels, batch_size, rng, **dealt):
        loss, dscores = entropy(network.forward(images), np.roll(right, rolled))
        back = {"gradient": dscores, "loss": loss, "N": dscores / len(images)}[sent]
        for what in order[1:]:
            if what == "b":
                network.backward(back)
            else:
                optimizer.step(network.params, network.grads)
        losses.append(loss)
    return losses if told == "each" else losses[-1]


def half_wave(step, steps, rate, *, half=2, waves=1, one=1, climb=1, early=0):
    """Let a rate fall along half a cosine, with mistakes."""
    angle = waves * math.pi * (step + early) / steps
    return rate * (one + climb * math.cos(angle)) / half
