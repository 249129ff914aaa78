"""The tasks of exercise 08: count, four multiplications for six, tiles, frequencies, memory."""

import contextlib
import functools
import inspect
import operator
import types

import numpy as np

from cnnlib import winograd
from cnnlib.exercises.cases import distinct
from cnnlib.exercises.engine.check import Case, Check, Limit
from cnnlib.exercises.engine.goal import Goal
from cnnlib.exercises.engine.progress import need, progress
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.task import Refused, collect
from cnnlib.exercises.engine.wrongcode import WrongCode
from cnnlib.exercises.lesson08 import mistakes

__all__ = ["TASKS", "need", "progress"]  # and every task, by its name

# ---------------------------------------------------------------------- what a layer costs

work_and_bytes = Check(
    mistakes.work_and_bytes,
    lambda rng: [
        Case("one digit", (1, 1, 28, 28, 1, 5, 0)),
        Case("a batch", (100, 1, 28, 28, 1, 5, 0)),
        Case("channels and filters", (1, 16, 12, 12, 32, 5, 0)),
        Case("padding", (10, 3, 8, 8, 4, 3, 1)),
        Case("not square", (2, 3, 10, 6, 5, 3, 0)),
        Case("1 x 1", (7, 64, 14, 14, 16, 1, 0)),
        Case("VGG's second layer", (8, 64, 224, 224, 64, 3, 1)),
        Case("pad left out", (10, 3, 9, 8, 6, 3)),
    ],
    mistakes.COST,
    outputs="multiplications smallest",
    todo="Return the multiplications, and the bytes that at least have to move",
    more="Divide the one by the other: which of your layers would wait for memory?",
)

# ---------------------------------------------------------------------- four for six


class Counted:
    """A number that counts the products of it with another such number; sums keep counting."""

    products, left = 0, False  # whether one of them became a plain number

    def __init__(self, value):
        self.value = _plain(value)

    def __float__(self):
        Counted.left = True
        return self.value

    def __mul__(self, other):
        Counted.products += isinstance(other, Counted)
        return Counted(self.value * _plain(other))

    __rmul__ = __mul__

    def __pow__(self, times):
        return functools.reduce(operator.mul, [self] * times)

    def _kept(operation):
        return lambda self, *other: Counted(
            getattr(float, operation)(self.value, *map(_plain, other))
        )

    __add__, __radd__, __sub__ = _kept("__add__"), _kept("__radd__"), _kept("__sub__")
    __rsub__, __neg__, __truediv__ = _kept("__rsub__"), _kept("__neg__"), _kept("__truediv__")
    __floordiv__ = _kept("__floordiv__")


def _plain(value):
    return value.value if isinstance(value, Counted) else float(value)


class _AsItCame:
    """Stands in for float while products are counted: as a function, and as a dtype."""

    dtype = np.dtype(object)

    def __call__(self, value=0.0):
        return value


def _products(f, x, g):
    """Count the products of numbers made of x and numbers made of g; 0 if they are out of sight."""
    counted = (np.array([Counted(v) for v in a.flat], object).reshape(a.shape) for a in (x, g))
    if inspect.isfunction(f):
        known = f.__globals__ | {"float": _AsItCame()}
        f = types.FunctionType(f.__code__, known, f.__name__, f.__defaults__, f.__closure__)
    Counted.products, Counted.left = 0, False
    with contextlib.suppress(Exception):  # of what is done with the products later
        f(*counted)
    return Counted.products


def _counted(f, x, g):
    """Use a function on numbers, and again on numbers that count their products."""
    before = x.copy(), g.copy()
    y = f(x, g)
    if y is None:
        return None
    products = _products(f, *before)
    probe = np.array([3.0, 1, 4, 2]), np.array([2.0, -1, 5])  # what is wrong is so on it, too
    right = mistakes.f23(*probe)
    if products < 4 and np.shape(y) == (2,) and np.allclose(f(*map(np.copy, probe)), right):
        why = "the products could not be counted: fewer than four do not do it. Use the numbers of"
        how = ", without a dtype or an array of zeros to put them into" if Counted.left else ""
        raise Refused(f"{why} x and g as they come, with + - * /{how}")
    return y, max(products, 4)


f23 = Check(
    mistakes.f23,
    lambda rng: [
        Case("a filter of one tap", (np.array([3.0, 1, 4, 2]), np.array([1.0, 0, 0]))),
        Case("its last tap", (np.array([3.0, 1, 4, 2]), np.array([0.0, 0, 1]))),
        Case("its middle tap", (np.array([3.0, 1, 4, 2]), np.array([0.0, 1, 0]))),
        Case("whole numbers", (np.array([1.0, 2, 3, 5]), np.array([2.0, -1, 4]))),
        Case("any numbers", (rng.normal(size=4), rng.normal(size=3))),
    ],
    mistakes.F23,
    outputs="y multiplications",
    call=_counted,
    telling={"multiplications": "it makes more than four products of x with g"},
    todo="Return the two outputs, with four products of numbers made of x and numbers made of g",
    more="Halves of taps are not counted: they are made once for all images. And the sums?",
)

# ---------------------------------------------------------------------- tiles


def _rounding(f, x, g, why):
    """Use a function, and refuse the direct way.

    That alone can be exact where a number that plays no part is so large that adding 3.3 to it, or
    taking it off, changes nothing.
    """
    y = f(x, g)
    if y is None:
        return None
    far, tap = np.zeros(np.maximum(x.shape, 4)), np.zeros(g.shape)
    far[0, 0], far[0, 2], far[-1, -1], tap[0, 0] = 3.3, 1e17, 1e17, 1
    if _correlates(y, x, g) and (np.abs(np.ravel(f(far, tap))[:1] - 3.3) < 1e-3).any():
        raise Refused(why, "direct")
    return y


def _correlates(y, x, g):
    """Say whether an output is right: of what is wrong, the numbers are told first."""
    (H, W), (KH, KW) = x.shape, g.shape
    OH, OW = H - KH + 1, W - KW + 1
    right = sum(g[i, j] * x[i : i + OH, j : j + OW] for i, j in np.ndindex(KH, KW))
    return np.shape(y) == right.shape and np.allclose(y, right)


NINE = "it takes nine products for each output, as loops do: four are enough, by tiles"


def _tiled(f, x, g, sizes=()):
    """Use a function, and refuse other ways than by tiles.

    It may do too much where it is wrong for an image of one of some sizes, which are cases: then
    they tell.
    """
    y = _rounding(f, x, g, NINE)
    if y is None:
        return None
    tiles = np.prod([-(-(n - 2) // 2) for n in x.shape])
    if _correlates(y, x, g):
        if (products := _products(f, x, g)) > 16 * tiles and all(_right(f, n) for n in sizes):
            said = f"it takes {products} products, and {16 * tiles} are enough"
            raise Refused(f"{said}: sixteen for each tile of 2 x 2 outputs", "products")
        far = np.zeros(x.shape)
        far[0, 0], far[-1, -1] = 3, 1e17  # which tiles keep apart, if there is room
        if min(x.shape) > 3 and not np.isclose(np.ravel(f(far, np.ones(g.shape)))[0], 3):
            raise Refused(
                "every pixel plays a part in every output, as with frequencies: use tiles", "whole"
            )
    return y


def _right(f, size):
    """Say whether a function is right for an image of a size."""
    x, g = np.arange(np.prod(size)).reshape(size) ** 2.0, np.arange(9.0).reshape(3, 3)
    try:
        return np.allclose(f(x.copy(), g), mistakes.winograd_conv(x, g))
    except Exception:
        return False


TURNED = (4, 8), (8, 4)


def _by_tiles(f, x, g):
    return _tiled(f, x, g, TURNED)


def _by_tile(f, d, g):
    return _tiled(f, d, g)


def _by_frequencies(f, x, w):
    y = _rounding(f, x, w, "it adds up products of pixels and taps: multiply frequencies")
    if y is None:
        return None
    far, tap = np.zeros(x.shape), np.zeros(w.shape)
    far[0, 0], far[-1, -1], tap[0, 0] = 3.3, 1e17, 1  # a far pixel plays a part in all outputs
    if _correlates(y, x, w) and (np.abs(np.ravel(f(far, tap))[:1] - 3.3) < 1e-3).any():
        why = "its frequencies are those of one axis, and it adds up several products: one product"
        raise Refused(f"{why} of frequencies of both axes is asked for", "one axis")
    return y


def _tiles(rng):
    spot = np.zeros((3, 3))
    spot[0, 2] = 1
    return [
        Case("a filter of one tap", (distinct(rng, 4, 4), spot)),
        Case("ones", (distinct(rng, 4, 4), np.ones((3, 3)))),
        Case("any numbers", (rng.normal(size=(4, 4)), rng.normal(size=(3, 3)))),
    ]


winograd_tile = Check(
    mistakes.winograd_tile,
    _tiles,
    mistakes.TILE,
    call=_by_tile,
    todo="Return the 2 x 2 outputs of a 3 x 3 filter over a 4 x 4 tile, by 16 products",
    more="Which part of it can be done once for all tiles, and which once for all filters?",
)


def _images(rng):
    sizes = ((4, 4), (6, 6), *TURNED, (5, 6), (6, 5), (7, 7), (3, 3), (5, 11))
    drawn = [
        Case(f"{H - 2} x {W - 2} outputs", (distinct(rng, H, W), distinct(rng, 3, 3)))
        for H, W in sizes
    ]
    return [*drawn, Case("any numbers", (rng.normal(size=(9, 8)), rng.normal(size=(3, 3))))]


winograd_conv = Check(
    mistakes.winograd_conv,
    _images,
    mistakes.COVER,
    (
        Limit("even sizes", lambda x, g: not any(n % 2 for n in x.shape), mistakes.RAGGED),
        Limit(
            "square images",
            lambda x, g: x.shape[0] == x.shape[1],
            "Is OH used somewhere in place of OW?",
        ),
        Limit(
            "images that are not much wider than high",
            lambda x, g: -(-x.shape[1] // 2) <= -(-x.shape[0] // 2),
            "Is OH used somewhere in place of OW?",
        ),
    ),
    call=_by_tiles,
    todo="Cover the output with tiles of 2 x 2, and let winograd_tile make each of them",
    more="How many products does it take for 5 x 5 outputs, and how many do loops take?",
)

# ---------------------------------------------------------------------- counted by hand

products_by_hand = Question(
    mistakes.products,
    {"F(2x2, 3x3)": (2, 3), "F(4x4, 3x3)": (4, 3), "F(2x2, 5x5)": (2, 5), "F(4x4, 5x5)": (4, 5)},
    mistakes.PRODUCTS,
    todo="Work out the multiplications for each output and put them in place of None",
    more="Direct ways take 9 and 25. Why not go on to F(20x20, 3x3)?",
    hint="A tile of m x m outputs takes a product for each of its (m + K - 1) ** 2 pixels.",
    decimals=2,
)

# ---------------------------------------------------------------------- frequencies

fft_conv = Check(
    mistakes.fft_conv,
    lambda rng: [
        Case("a filter of one pixel", (distinct(rng, 4, 4), np.ones((1, 1)))),
        Case("3 by 3 taps", (distinct(rng, 6, 6), distinct(rng, 3, 3))),
        Case("an image wider than high", (distinct(rng, 4, 8), distinct(rng, 2, 2))),
        Case("a kernel wider than high", (distinct(rng, 6, 6), distinct(rng, 2, 3))),
        Case("odd sizes", (distinct(rng, 7, 5), distinct(rng, 3, 3))),
        Case("as large as the image", (distinct(rng, 4, 6), distinct(rng, 4, 6))),
        Case("any numbers", (rng.normal(size=(8, 9)), rng.normal(size=(5, 4)))),
    ],
    mistakes.FFT,
    (
        Limit("an even width", lambda x, w: x.shape[1] % 2 == 0, "irfft2 wants the size, (H, W)."),
        Limit(
            "square images",
            lambda x, w: x.shape[0] == x.shape[1],
            "Is H used somewhere in place of W?",
        ),
        Limit(
            "square kernels",
            lambda x, w: w.shape[0] == w.shape[1],
            "Is KH used somewhere in place of KW?",
        ),
    ),
    call=_by_frequencies,
    todo="Multiply the frequencies of image and filter, go back, and cut off what wrapped around",
    more="For which sizes is it quicker than winograd_conv? Time it.",
)

# ---------------------------------------------------------------------- memory

largest_batch = Check(
    mistakes.largest_batch,
    lambda rng: [
        Case("LeNet's first layer", (100, 1, 28, 28, 16, 5, 0)),
        Case("LeNet's second layer", (100, 16, 12, 12, 32, 5, 0)),
        Case("padding", (50, 3, 32, 32, 16, 3, 1)),
        Case("not square", (10, 3, 40, 24, 8, 3, 0)),
        Case("VGG's second layer", (16_000, 64, 224, 224, 64, 3, 1)),
        Case("not even one image", (10, 64, 224, 224, 64, 3, 1)),
        Case("just one", (4e-6 * (16 + 36 + 4), 1, 4, 4, 1, 3, 0)),
        Case("two, and a little room", (4e-6 * 112 + 2e-5, 1, 4, 4, 1, 3, 0)),
        Case("1 x 1, many filters", (10, 4, 20, 20, 64, 1, 0)),
        Case("pad left out", (20, 8, 20, 20, 8, 3)),
    ],
    mistakes.BATCH,
    outputs="N",
    todo="Return how many images fit: x, patch matrix and y together, in float32",
    more="By which factor does the batch grow if only one row of outputs is made at a time?",
)

# ---------------------------------------------------------------------- an open problem


def _smaller_error(points):
    """Measure F(4 x 4, 3 x 3) with five points against the five that come first to mind."""
    try:
        points = [float(p) for p in points]
    except (TypeError, ValueError):
        raise Refused("five numbers are expected.") from None
    if len(points) != 5:
        raise Refused(f"{len(points)} numbers came, five are expected.")
    if not np.isfinite(points).all():
        raise Refused("points have to be finite; the one at infinity is added already.")
    if len(set(points)) < 5:
        raise Refused("two points are equal: the polynomial is not found then.")
    given, usual = _error(points), _error([0, 1, -1, 2, -2])
    said = "Measured on tiles of 32 channels in float32."
    if given > 1.005 * usual:
        said = f"the error is {given / usual:,.2f} times as large as with 0, 1, -1, 2, -2."
        raise Refused(f"{said} It has to be 1.2 times smaller.", "larger")
    return usual / given, said


def _error(points):
    A, B, G = (T.astype(np.float32) for T in winograd.minimal_filtering(4, 3, points))
    rng = np.random.default_rng(0)
    x = rng.standard_normal((6, 6, 32, 64)).astype(np.float32)
    w = rng.standard_normal((3, 3, 32)).astype(np.float32)
    M = np.einsum("ai,bj,ijc->abc", G, G, w)[..., None] * np.einsum("ia,jb,ijcn->abcn", B, B, x)
    y = np.einsum("ai,bj,abn->ijn", A, A, M.sum(axis=2))
    exact = sum(
        (w[i, j].astype(float)[:, None] * x[i : i + 4, j : j + 4].astype(float)).sum(axis=2)
        for i, j in np.ndindex(3, 3)
    )
    return np.sqrt(np.mean((y - exact) ** 2) / np.mean(exact**2))


better_points = Goal(
    _smaller_error,
    1.2,
    form="an error {:.2f} times smaller",
    todo="Find five points for F(4x4, 3x3) that round less than 0, 1, -1, 2, -2",
    more="Which points does cnnlib.winograd take, and in which order? Why do halves suit twos?",
)

wrong_pairs = WrongCode(
    mistakes.TO_READ,
    todo="Give the arguments of two calls: right_on, where the code is right, and wrong_on",
    more="Which filters that you know from lesson 01 would have hidden it?",
    suits=lambda x, g: (
        "g has to have three taps"
        if len(g) != 3
        else "x has to hold three numbers or more, or there is no output" * (len(x) < 3)
    ),
)

TASKS = collect("08", globals())
