"""The suspects of lesson 04 and of its exercise. Convict first, then read on here.

The forward pass of each is right. Most have a mistake in ``backward`` that is easily made.
"""

import numpy as np

from cnnlib.arguments import one_of
from cnnlib.gradcheck import kink_free
from cnnlib.im2col import im2col, pad2d, windows
from cnnlib.layers.activations import LeakyReLU, ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import AvgPool2D, MaxPool2D


class Suspect:
    """What all suspects share: they say what they claim to be, not what they do."""

    def describe(self):
        return self.claim


class SuspectA(Suspect, Conv2D):
    claim = "convolution, 2 channels to 3 filters of 3x3"

    def backward(self, dy):
        super().backward(dy)
        F = dy.shape[1]
        dcols = self.params["w"].reshape(F, -1).T @ dy.transpose(1, 2, 3, 0).reshape(F, -1)
        N, C, H, W = self.x_shape
        dx = np.zeros((C, H, W, N)).transpose(3, 0, 1, 2)
        patches = windows(dx, self.params["w"].shape[2:], writeable=True)
        dcols = dcols.reshape(patches.shape)
        for kh, kw in np.ndindex(patches.shape[1:3]):
            patches[:, kh, kw] = dcols[:, kh, kw]
        return dx


class SuspectB(Suspect, ReLU):
    claim = "ReLU"

    def backward(self, dy):
        return dy * (self.y >= 0)


class SuspectC(Suspect, Conv2D):
    claim = "convolution, 2 channels to 3 filters of 3x3"

    def backward(self, dy):
        dx = super().backward(dy)
        self.grads["b"] = dy.mean(axis=(0, 2, 3))
        return dx


class SuspectD(Suspect, MaxPool2D):
    claim = "max pooling, 2x2"

    def forward(self, x):
        self.x, self.y = x, super().forward(x)
        return self.y

    def backward(self, dy):
        dx = np.zeros(self.x_shape, dy.dtype)
        for h, w in np.ndindex(2, 2):
            dx[:, :, h::2, w::2] = dy * (self.x[:, :, h::2, w::2] == self.y)
        return dx


class SuspectE(Suspect, Conv2D):
    claim = "convolution, 2 channels to 3 filters of 3x3, stride 2"

    def backward(self, dy):
        super().backward(dy)
        KH, KW = self.params["w"].shape[2:]
        dx = np.zeros(self.x_shape, dy.dtype)
        for oh, ow in np.ndindex(dy.shape[2:]):
            patch = np.tensordot(dy[:, :, oh, ow], self.params["w"], 1)
            dx[:, :, oh : oh + KH, ow : ow + KW] += patch
        return dx


class SuspectF(Suspect, Conv2D):
    claim = "convolution, 2 channels to 3 filters of 3x3"

    def backward(self, dy):
        dx = super().backward(dy)
        for image in dy:
            self.grads["b"] = image.sum(axis=(1, 2))
        return dx


class SuspectG(Suspect, Conv2D):
    claim = "convolution, 2 channels to 3 filters of 3x3"

    def backward(self, dy):
        super().backward(dy)
        w = self.params["w"].transpose(1, 0, 2, 3)
        cols = im2col(pad2d(dy, w.shape[2] - 1), w.shape[2:])
        N, C, H, W = self.x_shape
        return (w.reshape(C, -1) @ cols).reshape(C, H, W, N).transpose(3, 0, 1, 2)


class SuspectH(Suspect, Dense):
    claim = "dense layer, 5 inputs to 4 outputs"

    def backward(self, dy):
        dx = super().backward(dy)
        self.grads["w"] = self.grads["w"] / len(dy)
        return dx


class SuspectI(Suspect, MaxPool2D):
    claim = "max pooling, 3x3, stride 2, so that windows overlap"


class SuspectJ(Suspect, AvgPool2D):
    claim = "average pooling, 2x2"

    def backward(self, dy):
        return np.repeat(np.repeat(dy, 2, axis=2), 2, axis=3)


# ---------------------------------------------------------------------- those of the exercise


class SuspectK(Suspect, Conv2D):
    claim = "convolution, 1 channel to 2 filters of 3x3, pad 1"

    def backward(self, dy):
        dx = super().backward(dy)
        return np.roll(dx, 1, axis=3)  # cut out of the frame one column beside its place


class SuspectL(Suspect, Dense):
    claim = "dense layer, 4 inputs to 3 outputs"

    def backward(self, dy):
        dx = super().backward(dy)
        self.grads["b"] = dy[-1].copy()  # = for += in a loop over images
        return dx


class SuspectM(Suspect, Conv2D):
    claim = "convolution, 1 channel to 2 filters of 3x3, stride 2"


class SuspectN(Suspect, LeakyReLU):
    claim = "leaky ReLU, slope 0.1, with a weight for each column"

    def __init__(self, columns):
        super().__init__(0.1)
        self.params = {"w": np.linspace(-1, 2, columns), "b": np.zeros(columns)}

    def forward(self, x):
        self.plain = super().forward(x)
        return self.plain * self.params["w"] + self.params["b"]

    def backward(self, dy):
        self.grads = {"w": (np.maximum(self.x, 0) * dy).sum(axis=0), "b": dy.sum(axis=0)}
        return super().backward(dy * self.params["w"])


def suspects():
    """Make the suspects of the lesson, the same ones each time.

    Returns
    -------
    dict of str to Layer
        Under the letters A to J.

    Used in lesson 04.
    """
    return {letter: _make(letter) for letter in "ABCDEFGHIJ"}


def _make(letter):
    layer = {
        "A": lambda: SuspectA(2, 3, 3, rng=0),
        "B": SuspectB,
        "C": lambda: SuspectC(2, 3, 3, rng=0),
        "D": lambda: SuspectD(2),
        "E": lambda: SuspectE(2, 3, 3, stride=2, rng=0),
        "F": lambda: SuspectF(2, 3, 3, rng=0),
        "G": lambda: SuspectG(2, 3, 3, rng=0),
        "H": lambda: SuspectH(5, 4, rng=0),
        "I": lambda: SuspectI(3, stride=2),
        "J": lambda: SuspectJ(2),
        "K": lambda: SuspectK(1, 2, 3, pad=1, rng=0),
        "L": lambda: SuspectL(4, 3, rng=0),
        "M": lambda: SuspectM(1, 2, 3, stride=2, rng=0),
        "N": lambda: SuspectN(4),
    }[letter]()
    return layer.astype(np.float64)


KINDS = ("kink-free", "positive", "one image", "with ties")


def evidence(letter, kind="kink-free"):
    """Make an input that fits a suspect.

    Parameters
    ----------
    letter : str
        A to J.
    kind : str
        ``"kink-free"``: random, neither ties nor zeros. ``"positive"``: the same without signs.
        ``"one image"``: the first image alone. ``"with ties"``: rounded, so that many are equal.

    Returns
    -------
    ndarray of shape (N, 2, 6, 6), for a stride of 2 (N, 2, 7, 7), or for H (N, 5); float64
        N is 3, or 1.

    Raises
    ------
    ValueError
        If there is no such suspect or kind.
    """
    one_of(GUILT, letter=letter)
    one_of(KINDS, kind=kind)
    shape = {"H": (3, 5), "E": (3, 2, 7, 7), "I": (3, 2, 7, 7)}.get(letter, (3, 2, 6, 6))
    x = kink_free(shape, np.random.default_rng(1))
    if kind == "positive":
        return np.abs(x)
    if kind == "one image":
        return x[:1]
    return np.round(x) + 0.25 if kind == "with ties" else x


CHARGES = {
    "mask": "ReLU lets gradients through where x was negative",
    "overwritten": "col2im writes with = where it should add with +=",
    "mean": "a mean was taken where a sum is needed",
    "every tie": "max pooling sends the gradient to every maximum, not to one",
    "stride": "the stride was forgotten on the way back",
    "last image": "a gradient was overwritten by each image, so that only the last one counts",
    "not flipped": "the filter was not flipped on the way back",
    "N twice": "the gradient was divided by N once too often",
    "not shared": "average pooling gives each pixel the whole gradient",
    "innocent": "nothing is wrong",
}
GUILT = dict(
    zip(
        "ABCDEFGHIJ",
        (
            "overwritten",
            "mask",
            "mean",
            "every tie",
            "stride",
            "last image",
            "not flipped",
            "N twice",
            "innocent",
            "not shared",
        ),
        strict=True,
    )
)
HINTS = {
    "A": "dw and db are right. Where is dx right too? Count how many patches those pixels lie in.",
    "B": "Look at the sign of x where dx is wrong.",
    "C": "Divide: is analytic / numeric the same for all entries of db? One over which number?",
    "D": "The sum test: does dx.sum() equal dy.sum() when x has ties?",
    "E": "Look for the rows and columns of dx that stay 0.",
    "F": "Only db is wrong, by no constant factor. Check with one image.",
    "G": "Only dx is wrong, everywhere except by chance. Give it a filter that equals its flip.",
    "H": "Divide: is analytic / numeric the same for all entries of dw? One over which number?",
    "I": "Does any test speak against it? Try the sum test as well.",
    "J": "Divide: is analytic / numeric the same for all entries of dx?",
}


def accuse(letter, charge):
    """Say whether a suspect did it.

    Parameters
    ----------
    letter : str
        A to J.
    charge : str
        One of :data:`CHARGES`.

    Returns
    -------
    str
        The verdict, with a hint where the charge is wrong.

    Raises
    ------
    ValueError
        If there is no such suspect or charge.
    """
    one_of(GUILT, letter=letter)
    one_of(CHARGES, charge=charge)
    if GUILT[letter] == charge:
        return f"{letter}: right. {CHARGES[charge][0].upper()}{CHARGES[charge][1:]}."
    return f"{letter}: no. {HINTS[letter]}"


WRONG = {"K": "x", "L": "b", "M": "none", "N": "w"}  # which gradient, of those of the exercise
ALONE = {"K": "x", "L": "none", "M": "none", "N": "w"}  # what one image shows
POSITIVE = {"K": "x", "L": "b", "M": "none", "N": "none"}  # what positive inputs show


def suspect(letter):
    """Return a suspect of the exercise and an input for it, with both signs and no kinks.

    Parameters
    ----------
    letter : str
        K, L, M or N.

    Returns
    -------
    (Layer, ndarray)

    Raises
    ------
    ValueError
        If there is no such suspect.
    """
    one_of(WRONG, letter=letter)
    shape = (3, 4) if letter in "LN" else (2, 1, 5, 5)
    return _make(letter), kink_free(shape, np.random.default_rng(3))
