"""The tasks of exercise 04: the chain rule, backward passes, and how to find one that is wrong."""

import functools
import sys
from unittest import mock

import numpy as np

from cnnlib import gradcheck, reference
from cnnlib.exercises import cases
from cnnlib.exercises.cases import whole
from cnnlib.exercises.engine.check import Case, Check, Limit
from cnnlib.exercises.engine.goal import Goal, untouched
from cnnlib.exercises.engine.mine import Mine, keep
from cnnlib.exercises.engine.mistakes import Mistake
from cnnlib.exercises.engine.progress import need, progress
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.task import Refused, collect
from cnnlib.exercises.engine.words import kind_of
from cnnlib.exercises.lesson02.mistakes import max_pool
from cnnlib.exercises.lesson03 import lent
from cnnlib.exercises.lesson04 import mistakes
from cnnlib.exercises.lesson04.suspects import ALONE, POSITIVE, WRONG, suspect
from cnnlib.layers.base import Layer
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense

__all__ = [
    "TASKS",
    "keep",
    "mine",
    "need",
    "progress",
    "suspect",
]  # and every task, by its name


def _graph(x, w, b):
    return {part: (x, w, b, part) for part in ("dy", "db", "dw", "dx")}


def _show_graph(parts):
    x, w, b, _ = parts["dy"]
    told = "y = max(w x + b, 0) and L = y x. What are the gradients dy, db, dw and dx of L"
    return [f"{told} at x = {x}, w = {w}, b = {b}?"]


by_hand = Question(
    mistakes.by_hand,
    _graph(3, 2, -1),
    mistakes.BY_HAND,
    todo="Go back from L, one step at a time, and put your numbers in place of None",
    more="For which b would ReLU be shut? Which of the four gradients would become 0 then?",
    hint="Write the slope of every single step beside the graph, then multiply along the way back.",
    draw=lambda rng: _graph(*rng.integers([2, 2, -3], [8, 6, 4]).tolist()),
    asked=_show_graph,
)

# ---------------------------------------------------------------------- nudging


def sum_of_squares(x):
    return float((x**2).sum())


def sum_of_cubes(x):
    return float((x**3).sum())


def product_of_all(x):
    return float(np.prod(x))


def its_sum_of_squares(x):
    """Return the sum of all squares; asked by ``_nudge`` for the array itself, as a layer is."""
    return sum_of_squares(x)


def _nudge(function, f, x, *eps):
    """Use a function; what looks at x itself, whatever it is given, stands for a layer."""
    before = x.copy()
    slopes = function((lambda _: f(x)) if f is its_sum_of_squares else f, x, *eps)
    if np.array_equal(x, before) or not np.allclose(x, before, rtol=1e-12, atol=1e-12):
        return slopes
    right = mistakes.numerical_gradient(f, before, *eps)
    if np.shape(slopes) == right.shape and np.allclose(slopes, right):  # else that says more
        raise Refused(
            "x comes back changed by rounding: x + eps - eps is not always x. Keep the value before"
            " you nudge it, and write that back",
            "put back by adding",
        )
    return slopes


numerical_gradient = Check(
    mistakes.numerical_gradient,
    lambda rng: [
        Case("one number", (sum_of_squares, np.array([3.0]), 0.5)),
        Case("two numbers", (sum_of_cubes, np.array([0.5, 2]), 0.5)),
        Case("a product", (product_of_all, np.array([2.0, 3, 4]), 0.5)),
        Case("a matrix", (product_of_all, np.array([[1.0, 2], [3, 4]]), 0.25)),
        Case("a matrix that is turned", (sum_of_cubes, np.array([[1.0, 2, 3], [4, 5, 6]]).T, 0.5)),
        Case("three axes", (sum_of_squares, whole(rng, 2, 1, 3), 0.5)),
        Case("f looks at x itself", (its_sum_of_squares, np.array([1.0, 2]), 0.5)),
        # a number below eps shows that x - eps + eps is not always x
        Case("eps left out", (sum_of_cubes, np.array([1, 0.7, 3e-9]))),
        Case("a small step", (sum_of_cubes, rng.normal(size=(2, 3)), 2.0**-10)),
    ],
    mistakes.NUDGING,
    outputs="gradient",
    todo="Nudge every number of x up and down, one at a time, and compare",
    more="How often does it call f for a layer of 100,000 weights? What does backprop need?",
    call=_nudge,
)

# ---------------------------------------------------------------------- ReLU, dense, softmax

relu_backward = Check(
    mistakes.relu_backward,
    lambda rng: [
        Case("one row", (np.array([[1.0, 2, 4]]), np.array([[5.0, -1, 3]]))),
        Case("a zero", (np.array([[1.0, 2]]), np.array([[0.0, 3]]))),
        Case("close to zero", (np.array([[1.0, 2, 4]]), np.array([[1e-9, -1e-9, 9]]))),
        Case("negative gradients", (np.array([[-1.0, 2, -4]]), np.array([[5.0, -1, 3]]))),
        Case("far from zero", (np.array([[1.0, 2]]), np.array([[1e9, -1e9]]))),
        Case("all below zero", (np.array([[1.0, 2, 4]]), np.array([[-5.0, -1, -3]]))),
        Case("all above zero", (np.array([[1.0, 2, 4]]), np.array([[5.0, 1, 3]]))),
        Case("images", (whole(rng, 2, 2, 3, 4), whole(rng, 2, 2, 3, 4))),
        Case("float32", tuple(rng.normal(size=(2, 3)).astype(np.float32) for _ in range(2))),
    ],
    mistakes.RELU,
    outputs="dx",
    todo="Return dy where x is above 0, and 0 elsewhere",
    more="A unit whose x is negative for every image gets no gradient at all. What follows?",
)


def _dense(rng):
    def draw(N, D, M):
        return whole(rng, N, M), whole(rng, N, D), whole(rng, D, M)

    one = np.array([[2.0]]), np.array([[3.0, 5]]), np.array([[1.0], [10]])
    fork = np.array([[1.0], [10]]), np.array([[3.0], [5]]), np.array([[2.0]])
    single = tuple(np.float32(rng.normal(size=size)) for size in ((3, 2), (3, 4), (4, 2)))
    square = np.array([[1.0, 10]]), np.array([[3.0, 5]]), np.array([[1.0, 2], [0, 4]])
    return [
        Case("two inputs, one output", one),
        Case("two images", fork),
        Case("as many outputs as inputs", square),
        Case("two outputs", draw(1, 3, 2)),
        Case("a batch, square", draw(4, 3, 3)),
        Case("float32", single),
        Case("all at once", tuple(rng.normal(size=size) for size in ((5, 3), (5, 4), (4, 3)))),
    ]


dense_backward = Check(
    mistakes.dense_backward,
    _dense,
    mistakes.DENSE,
    (
        Limit(
            "one image",
            cases.one_image,
            "w and b are used for every image: a fork over the images, so dw and db are sums over"
            " them.",
            "dw db",
        ),
        Limit("as many outputs as inputs", cases.square_kernels, mistakes.SHAPES),
    ),
    outputs="dx dw db",
    todo="Return dx, dw and db, in this order",
    more="Which of the three could the first layer of a network leave out?",
)
softmax = Check(
    mistakes.softmax,
    lambda rng: [
        Case("two scores", (np.array([[0.0, np.log(3)]]),)),
        Case("two images", (np.array([[0.0, np.log(3)], [0, 0]]),)),
        Case("negative scores", (np.array([[-1.0, -2, -3]]),)),
        Case("large scores", (np.array([[1000.0, 999, 998]]),)),
        Case("one large score of ten", (np.array([[*[0.0] * 6, 1000, *[0] * 3]]),)),
        Case("scores far below zero", (np.array([[-1000.0, -1001]]),)),
        Case("a small score first", (np.array([[0.0, 1000, 1000, 1000]]),)),
        Case("scores far apart", (np.array([[900.0, 800, 100]]),)),
        Case("a large and a small row", (np.array([[2000.0, 1999], [1, 0]]),)),
        Case("a small and a large row", (np.array([[1.0, 0], [2000, 1999]]),)),
        Case("float32", (rng.normal(size=(2, 3)).astype(np.float32),)),
        Case("random", (rng.normal(size=(4, 5)),)),
    ],
    mistakes.SOFTMAX,
    outputs="p",
    todo="Return probabilities, a row for each image",
    more="What happens to the probabilities if all scores of a row grow by 5? And doubled?",
)


def _labelled(rng):
    drawn = rng.normal(size=(4, 5)), rng.integers(0, 5, 4)
    return [
        Case("no idea", (np.zeros((1, 2)), np.array([0]))),
        Case("one image", (np.array([[0.0, 2.0, 1.0]]), np.array([1]))),
        Case("two images", (np.array([[0.0, 2], [1, 0]]), np.array([1, 1]))),
        Case("large scores", (np.array([[1000.0, 999], [0, 0]]), np.array([1, 0]))),
        Case("one large score of ten", (np.array([[*[0.0] * 6, 1000, *[0] * 3]]), np.array([6]))),
        Case("scores far below zero", (np.array([[-1000.0, -1001]]), np.array([0]))),
        Case("a hopeless score", (np.array([[0.0, 1000.0]]), np.array([0]))),
        Case("float32", (drawn[0].astype(np.float32), drawn[1])),
        Case("random", drawn),
    ]


cross_entropy = Check(
    mistakes.cross_entropy,
    _labelled,
    mistakes.ENTROPY,
    outputs="loss dscores",
    todo="Return the mean loss and the gradient of it with respect to the scores",
    more="Each row of dscores sums to 0. Why must it?",
)

# ---------------------------------------------------------------------- an autograd


def one_sum(a, b):
    return a + b


def one_product(a, b):
    return a * b


def a_square(a):
    return a * a


def twice_in_a_sum(a):
    return a + a


def of_task_1(x, w, b):
    return (w * x + b).relu() * x


def relu_alone(a):
    return a.relu()


def relu_and_again(x, w, b):
    return w.relu() * x + w * b


def a_fork_after_a_product(a, b):
    c = a * b
    d = c + c
    return d * c


def a_short_and_a_long_way(a, b):
    c = a * b
    d = (c + a).relu()
    return c * (d * b + a)


def equal_on_the_way(a, b):
    return (a * b) * (a + b)


def eight_steps(a, b):
    for _ in range(8):
        a = a + a * b
    return a


def _walk_back(kind, build, *numbers):
    """Build something of values; return what comes out, the gradients, and those on the way."""
    values = [kind(number) for number in numbers]
    last = build(*values)
    if not hasattr(last, "data"):
        return None
    last.backward()
    if any(np.any(v.data != number) for v, number in zip(values, numbers, strict=True)):
        raise Refused(
            "the data of a number changes when another is made of it, or in backward. ReLU, too,"
            " makes a new Value and leaves self as it is",
            "data changed",
        )
    gradients = np.array([v.grad for v in values])
    (kind(2.0) + kind(3.0)).backward()
    if not np.array_equal(gradients, [v.grad for v in values], equal_nan=True):
        raise Refused(
            "backward for one result changes the gradients of another, with which it shares no"
            " number. What does it keep from call to call? A list that stands in the first line of"
            " a def, or in the class itself, is made once, and all calls share it",
            "state",
        )
    made = [parent.grad for parent in last.parents if parent.parents]  # in whatever order
    return last.data, gradients, np.array([last.grad, *sorted(made)])


autograd = Check(
    mistakes.Value,
    lambda rng: [
        Case("a sum", (one_sum, 3.0, 4.0)),
        Case("a product", (one_product, 3.0, 5.0)),
        Case("ReLU is open", (of_task_1, 3.0, 2.0, -1.0)),
        Case("ReLU is shut", (relu_and_again, 3.0, -2.0, 1.0)),
        Case("ReLU at exactly 0", (relu_alone, 0.0)),
        Case("a value used twice", (twice_in_a_sum, 3.0)),
        Case("a square", (a_square, 3.0)),
        Case("a fork after a product", (a_fork_after_a_product, 2.0, 3.0)),
        Case("a short and a long way", (a_short_and_a_long_way, 2.0, 3.0)),
        Case("two equal values on the way", (equal_on_the_way, 2.0, 2.0)),
        Case("random", (a_short_and_a_long_way, *rng.normal(size=2).tolist())),
        Case("eight steps", (eight_steps, 1.0, 0.1)),
    ],
    mistakes.AUTOGRAD,
    outputs="value gradients on_the_way",
    todo="Write the product, ReLU and backward",
    more="Build a dense layer of Values. How many objects does it make for one image?",
    call=_walk_back,
)

# ---------------------------------------------------------------------- convolution and pooling


def _normal(rng, *shape):
    return rng.normal(size=shape)


def _conv(rng, N, C, H, W, F, KH, KW, stride=1, pad=0, draw=whole):
    x, w = draw(rng, N, C, H, W), draw(rng, F, C, KH, KW)
    OH, OW = (reference.size_after(*pair, stride, pad) for pair in ((H, KH), (W, KW)))
    return draw(rng, N, F, OH, OW), x, w, stride, pad


def _convs(rng):
    row = np.array([1.0, 2, 4]).reshape(1, 1, 1, 3), np.array([1.0, 10]).reshape(1, 1, 1, 2)
    *single, stride, pad = _conv(rng, 2, 2, 4, 4, 2, 3, 3, draw=_normal)
    return [
        Case("one row", (np.array([1.0, 100]).reshape(1, 1, 1, 2), *row, 1, 0)),
        Case("one image, one filter", _conv(rng, 1, 1, 3, 3, 1, 2, 2)),
        Case("two images", _conv(rng, 2, 1, 3, 3, 1, 2, 2)),
        Case("two filters", _conv(rng, 1, 1, 3, 3, 2, 2, 2)),
        Case("two channels", _conv(rng, 1, 2, 3, 4, 1, 2, 2)),
        Case("a kernel wider than high", _conv(rng, 1, 1, 3, 3, 1, 1, 2)),
        Case("padding", _conv(rng, 1, 1, 3, 3, 1, 3, 3, pad=1)),
        Case("padding, not square", _conv(rng, 2, 1, 3, 4, 1, 2, 3, pad=1)),
        Case("stride 2", _conv(rng, 1, 1, 5, 5, 1, 3, 3, 2)),
        Case("stride 2, pixels left over", _conv(rng, 2, 1, 6, 5, 2, 2, 2, 2)),
        Case("stride 3, a wide frame", _conv(rng, 1, 1, 5, 7, 1, 3, 2, 3, 2)),
        Case("float32", (*(a.astype(np.float32) for a in single), stride, pad)),
        Case("all at once", _conv(rng, 2, 3, 6, 5, 4, 5, 4, 2, 1, _normal)),
        Case("stride and pad left out", _conv(rng, 2, 2, 4, 5, 3, 2, 3)[:3]),
    ]


LIMITS = (
    *cases.SQUARES,
    Limit("one channel", cases.one_channel, "Every channel goes back for itself."),
    Limit("one image", cases.one_image, "Which n is in dy[n, ...], and how many images has dx?"),
)
conv_backward = Check(
    reference.conv2d_backward,
    _convs,
    mistakes.CONV,
    (
        *cases.SQUARES,
        Limit("one channel", cases.one_channel, "Every channel meets its own slice of the kernel."),
        Limit(
            "one image",
            cases.one_image,
            f"{mistakes.BATCH} And where dy is reshaped: on which side does the image stand?",
            "dw db",
        ),
        Limit("stride 1", cases.stride_1, mistakes.STRIDE),
        Limit("cases without padding", cases.no_padding, mistakes.FRAME),
        Limit(
            "stride 1 without padding",
            cases.plain,
            "Are stride and pad handed on, to im2col and to col2im?",
        ),
        Limit("one filter", cases.one_filter, mistakes.FILTERS),
    ),
    outputs="dx dw db",
    todo="Return dx, dw and db; your im2col and col2im do most of it",
    more="You have written the hardest backward pass of a convolutional network. Keep it.",
)


def _pool(rng, shape, kernel_size, stride, high=50, dtype=float):
    x = rng.integers(0, high, size=shape).astype(dtype)
    winner = max_pool(x, kernel_size, stride)[1]
    dy = rng.choice([-1, 1], winner.shape) * rng.integers(1, 10, size=winner.shape)
    dy = dy / (1 if dtype is float else 8)
    dy = dy.astype(dtype)
    return dy, x, winner, kernel_size, stride


def _max_pools(rng):
    row = np.array([1.0, 9, 2, 4]).reshape(1, 1, 1, 4)
    dy = np.array([1.0, 10]).reshape(1, 1, 1, 2)
    return [
        Case("one row", (dy, row, np.array([[[[1, 1]]]]), (1, 2), 2)),
        Case("a pixel that wins twice", (dy, row[..., :3], np.array([[[[1, 0]]]]), (1, 2), 1)),
        Case("windows wider than high", _pool(rng, (1, 1, 3, 3), (1, 2), 1)),
        Case("two by two", _pool(rng, (1, 1, 4, 4), (2, 2), 2)),
        Case("two channels", _pool(rng, (1, 2, 4, 4), (2, 2), 2)),
        Case("two images", _pool(rng, (2, 1, 4, 4), (2, 2), 2)),
        Case("windows that overlap", _pool(rng, (1, 1, 5, 5), (3, 3), 2)),
        Case("windows with gaps", _pool(rng, (1, 1, 5, 5), (2, 2), 3)),
        Case("ties", _pool(rng, (1, 1, 4, 6), (2, 2), 2, high=2)),
        Case("not square", _pool(rng, (2, 2, 4, 7), (2, 3), 2)),
        Case("a row and a column left over", _pool(rng, (2, 1, 5, 5), (2, 2), 2)),
        Case("float32", _pool(rng, (2, 2, 4, 6), (2, 2), 2, dtype=np.float32)),
        Case("all at once", _pool(rng, (2, 3, 8, 7), (5, 4), 2, high=4)),
    ]


max_pool_backward = Check(
    mistakes.max_pool_backward,
    _max_pools,
    mistakes.MAX_POOL,
    LIMITS,
    outputs="dx",
    todo="Return an array like x: each gradient at the pixel that won, 0 elsewhere",
    more="The sum of dx is the sum of dy, ties or not. Does your function pass that test?",
)


def _avg_pools(rng):
    drawn = [(case.label, *case.args) for case in _max_pools(rng) if case.label != "ties"]
    return [
        Case(label.replace("wins twice", "lies in two windows"), (dy, x.shape, *rest))
        for label, dy, x, _, *rest in drawn
    ]


avg_pool_backward = Check(
    reference.avg_pool2d_backward,
    _avg_pools,
    mistakes.AVG_POOL,
    LIMITS,
    outputs="dx",
    todo="Return an array of the given shape: each gradient in equal shares over its window",
    more="Which convolution has the same forward and backward pass?",
)

# ---------------------------------------------------------------------- comparing


def _differences(rng):
    a = rng.normal(size=(2, 3))
    return [
        Case("one number", (np.array([2.0]), np.array([1.0]))),
        Case("the other way round", (np.array([1.0]), np.array([2.0]))),
        Case("equal", (a, a.copy())),
        Case("one of many differs", (np.array([1.0, 100, 4]), np.array([1.0, 101, 5]))),
        Case("almost equal", (np.array([2.0, 1]), np.array([2.0, 1 + 1e-8]))),
        Case("two zeros", (np.array([0.0, 1]), np.array([0.0, 1]))),
        Case("opposite signs", (np.array([1.0, 3]), np.array([-1.0, 3]))),
        Case("both negative", (np.array([-2.0, 3]), np.array([-4.0, 3]))),
        Case("almost nothing", (np.array([1e-12, 2]), np.array([0.0, 2]))),
        Case("nothing above the floor", (np.array([1e-9, -4e-9]), np.array([1e-9, -2e-9]))),
        Case("a floor of 1", (np.array([0.1, 4]), np.array([0.3, 4]), 1.0)),
    ]


relative_error = Check(
    gradcheck.relative_error,
    _differences,
    mistakes.ERROR,
    outputs="error",
    todo="Return the largest difference, each as a share of the larger of the two numbers",
    more="What is the relative error between 0 and any other number?",
)


class SharedBias(Dense):
    """A dense layer whose db is a mean."""

    def backward(self, dy):
        dx = super().backward(dy)
        self.grads["b"] = dy.mean(axis=0)
        return dx


class Heavy(Dense):
    """A dense layer whose dw is twice as large as it should be."""

    def backward(self, dy):
        dx = super().backward(dy)
        self.grads["w"] = 2 * self.grads["w"]
        return dx


class Doubled(Conv2D):
    """A convolution whose dx is twice as large as it should be."""

    def backward(self, dy):
        return 2 * super().backward(dy)


class Mirrored(Dense):
    """A dense layer whose dx takes the outputs in the wrong order; a dy of ones hides it."""

    def backward(self, dy):
        super().backward(dy)
        return dy[:, ::-1] @ self.params["w"].T


class Scale(Layer):
    """Multiplies each column by a number and adds another; its parameters have other names."""

    def __init__(self, M, rng):
        super().__init__()
        self.params = {"scale": rng.normal(size=M), "shift": rng.normal(size=M)}

    def forward(self, x):
        self.x = x
        return x * self.params["scale"] + self.params["shift"]

    def backward(self, dy):
        self.grads = {"scale": (dy * self.x).sum(axis=0), "shift": dy.mean(axis=0)}
        return dy * self.params["scale"]


def bent(x):
    return x + x**3 / 3


class Bent(Scale):
    """Bends what comes in and both parameters, so that only tiny nudges tell slopes."""

    def __init__(self, M, rng):
        super().__init__(M, rng)
        self.params["scale"] = 0.5 + 0.1 * np.abs(self.params["scale"])  # no slope is almost 0

    def forward(self, x):
        self.x = x
        return bent(x) * bent(self.params["scale"]) + bent(self.params["shift"])

    def backward(self, dy):
        scale, shift = self.params["scale"], self.params["shift"]
        self.grads = {
            "scale": (dy * bent(self.x)).sum(axis=0) * (1 + scale**2),
            "shift": dy.sum(axis=0) * (1 + shift**2),
        }
        return dy * (1 + self.x**2) * bent(scale)


class Unheard(Bent):
    """Bends its first parameter alone: of x and of the other one it makes nothing."""

    def forward(self, x):
        self.x = x
        return 0 * x + bent(self.params["scale"])

    def backward(self, dy):
        scale = self.params["scale"]
        self.grads = {"scale": dy.sum(axis=0) * (1 + scale**2), "shift": 0 * scale}
        return 0 * dy


def _layers(rng):
    def case(label, layer, *shape):
        layer.astype(np.float64)
        x = gradcheck.kink_free(shape, rng)
        dy = rng.normal(size=layer.forward(x).shape)
        return Case(label, (layer, x, dy))

    return [
        case("a right dense layer", Dense(2, 3, rng=0), 2, 2),
        case("db is a mean", SharedBias(2, 3, rng=0), 2, 2),
        case("dw is doubled", Heavy(2, 3, rng=0), 2, 2),
        case("a right convolution", Conv2D(1, 2, 2, rng=0), 2, 1, 3, 3),
        case("dx is doubled", Doubled(1, 2, 2, rng=0), 2, 1, 3, 3),
        case("dx takes the outputs in the wrong order", Mirrored(2, 3, rng=0), 2, 2),
        case("parameters of other names", Scale(3, rng), 2, 3),
        case("a curved layer", Bent(3, rng), 2, 3),
        case("what plays no part", Unheard(3, rng), 2, 3),
    ]


def _errors(function, layer, x, dy):
    """Use a function on a layer, and let errors that rounding explains count as 0."""
    other = x[::-1] + 1
    layer.backward(layer.forward(other))  # so its gradients are those of another batch
    layer.forward(other)  # and so is what it remembers
    before = {name: p.copy() for name, p in layer.params.items()}
    found = function(layer, x, dy)
    if found is None:
        return None
    if not isinstance(found, dict):
        raise Refused(f"{kind_of(found)} is returned, expected a dict of errors by name")
    if any(np.abs(layer.params[name] - p).max() > 1e-9 for name, p in before.items()):
        raise Refused("the parameters of the layer stay changed: put every number back")
    found = {{"scale": "w", "shift": "b"}.get(name, name): error for name, error in found.items()}
    return {name: np.where(np.less(error, 1e-5), 0, error) for name, error in found.items()}


gradient_errors = Check(
    mistakes.gradient_errors,
    _layers,
    mistakes.ERRORS,
    (
        Limit(
            "layers without a curve",
            lambda layer, **_: not isinstance(layer, Bent),
            "On a curve only a tiny nudge tells the slope: 1e-6.",
        ),
    ),
    outputs="x w b",
    todo='Return a dict of relative errors under "x" and the name of every parameter',
    more="Why is dy drawn at random? What would a dy of ones not see?",
    call=_errors,
    tolerance=1e-3,
)


verdicts = Question(
    WRONG,
    None,
    [
        Mistake(
            "you look at one image alone",
            ALONE,
            "A sum over the batch shows only with several images.",
        ),
        Mistake(
            "all inputs are positive",
            POSITIVE,
            "What an activation does to negative numbers, only these show.",
        ),
        Mistake(
            "an error that is not tiny is overlooked",
            {"K": "none"},
            "One of its errors is far above one millionth.",
        ),
        *(
            Mistake(
                "a gradient that is right is accused",
                {letter: name},
                "Its error is tiny. Those of a wrong gradient are far above one millionth.",
            )
            for letter, right in WRONG.items()
            for name in "xwb"
            if name != right
        ),
    ],
    todo='Put "x", "w", "b" or "none" in place of None',
    more="You have convicted three layers by experiment, without reading their code. Read it now:"
    " cnnlib/exercises/lesson04/suspects.py.",
    hint="Which of the errors is not tiny? A right one is below one millionth. Answer with the name"
    ' of that gradient, "x", "w" or "b", or with "none".',
)

# ---------------------------------------------------------------------- an open problem

MOST_CALLS = 20


def _problem(rng, kind):
    """Make a function of 1,000 numbers, a point, and a gradient with something wrong in it."""
    size = 1000
    a, b, x = (rng.normal(size=size) for _ in range(3))
    calls = [0]

    def f(x):
        calls[0] += 1
        if calls[0] > MOST_CALLS:
            raise Refused(f"more than {MOST_CALLS} calls of f for one gradient.")
        return float(a @ np.sin(x) + (b @ x) ** 2 / size)

    gradient = a * np.cos(x) + 2 * (b @ x) / size * b
    largest = np.argsort(-np.abs(gradient))
    if kind == "one entry":
        gradient[largest[0]] *= 1.1
    elif kind == "factor":
        gradient *= 1.01
    elif kind == "swapped":
        one, other = largest[0], largest[size // 2]
        gradient[[one, other]] = gradient[[other, one]]
    elif kind == "zeros":
        gradient[size // 2 :] = 0
    elif kind == "sums to 0":
        gradient[0] += 0.5
        gradient[1] -= 0.5
    return f, x, gradient


def _detective(quick_check):
    rng = np.random.default_rng(5)
    kinds = ["right"] * 5 + ["one entry", "factor", "swapped", "zeros", "sums to 0"]
    right, fooled = 0, []
    for kind in kinds * 4:
        f, x, gradient = _problem(rng, kind)
        verdict = untouched(quick_check, f, x.copy(), gradient.copy())
        if verdict is None:
            raise Refused("your function returns None, expected True or False.")
        if np.size(verdict) != 1 or verdict not in (0, 1):
            raise Refused(f"your function returns {kind_of(verdict)}, expected True or False.")
        right += bool(verdict) == (kind == "right")
        if bool(verdict) != (kind == "right") and kind not in fooled:
            fooled.append(kind)
    if not right:
        return 0, "True and False are exchanged: when is the answer True?"
    wrong = [kind for kind in fooled if kind != "right"]
    said = [f"It is fooled by: {', '.join(wrong)}."] if wrong else []
    if "right" in fooled:
        said.append(
            "It does not believe right ones. What is claimed along v, how far does f move for v,"
            " and is the tolerance too small?"
        )
    if len(wrong) == len(set(kinds) - {"right"}):
        said.append("Every wrong one passes: is the tolerance too large, or the answer fixed?")
    return right / 40, " ".join(said) or "Nothing fools it."


quick_check = Goal(
    _detective,
    1.0,
    form="{:.0%} of 40 gradients judged right",
    todo="Return True if the gradient is right, with at most 20 calls of f",
    more="With how few calls does it still judge all 40? This is how large networks are checked.",
)


SOLVERS = "lstsq", "solve", "pinv", "inv"


def _solved(*args, **named):
    raise Refused("it solves for the weights at once: let gradient descent find them, in steps.")


def _sent_nothing(learn, x, y, K):
    """Say whether each gradient that a conv_backward gets is 0."""
    sent, before = [], sys.getprofile()

    def note(frame, event, arg):
        if event == "call" and frame.f_code.co_name == "conv_backward":
            sent.append(np.any(frame.f_locals[frame.f_code.co_varnames[0]]))

    sys.setprofile(note)
    try:
        learn(x, y, K)
    finally:
        sys.setprofile(before)
    return bool(sent) and not any(sent)


def _look_at(given, w, answers, y, sent_nothing):
    """Refuse weights that were not learned, with what is wrong with them."""
    flipped = given[..., ::-1, ::-1]
    if not np.isfinite(given).all():
        raise Refused(
            "the weights are not finite: is the rate too large, or the step's sign wrong?"
        )
    if not given.any():
        if sent_nothing():
            raise Refused(
                "the weights are 0, as they began: what goes back through conv_backward is 0 in"
                " every step, as conv_fast(x, w, 0) is where w is 0. Is y taken off it?"
            )
        raise Refused(
            "the weights are 0, as they began. Is w itself changed, and returned? Is its gradient"
            " taken, which conv_backward returns second? dx is 0 where w is."
        )
    if np.abs(given).max() < 0.01 * np.abs(w).max():
        raise Refused(
            "the weights have hardly moved from 0. Is the gradient that of w, which conv_backward"
            " returns second, and is the rate large enough?"
        )
    if np.linalg.norm(flipped - w) < 0.05 * np.linalg.norm(w):
        raise Refused("the weights are found, and turned around: nothing is flipped here.")
    if np.linalg.norm(given.swapaxes(2, 3) - w) < 0.05 * np.linalg.norm(w):
        raise Refused("the weights are found, with rows and columns exchanged.")
    if np.linalg.norm(answers - y) > np.linalg.norm(y):
        raise Refused(
            "with these weights the answers are further from y than with zeros. Does each step go"
            " against the gradient of w, which conv_backward returns second, made from"
            " conv_fast(x, w, 0) - y, and is the rate small enough?"
        )
    if (given == np.round(given)).all():
        raise Refused("all weights are whole numbers. Where are they rounded, or made as integers?")


GOAL = 0.99


class _Enough(Exception):
    """Ends what goes on although there is nothing left to learn."""


def _counting(learn, x, y, K, most=np.inf):
    """Return what ``learn`` returns, and how many calls it made; after ``most`` x and y are 0."""
    calls, before = 0, sys.getprofile()

    def note(frame, event, arg):
        nonlocal calls
        calls += event in ("call", "c_call")
        if calls > most:
            x[...] = y[...] = 0  # nothing is left to find, whatever it waits for
        if calls > 1.25 * most:  # it goes on with a copy
            raise _Enough

    sys.setprofile(note)
    try:
        return learn(x, y, K), calls
    finally:
        sys.setprofile(before)


def _misled(learn, w, x, y, calls, single):
    """Say whether something that no filter can give, added to y, leads to other weights.

    It is so large that a loss holds no digit of what the weights do. In the gradient it cancels,
    and in that of a bias.
    """
    K, rng = w.shape[2], np.random.default_rng(3)
    windows = np.lib.stride_tricks.sliding_window_view(x[:, 0], (K, K), axis=(1, 2))
    windows = windows.reshape(len(x), -1, K * K)
    basis = np.linalg.qr(np.concatenate([windows, np.ones_like(windows[..., :1])], axis=2))[0]
    noise = rng.normal(size=(len(x), basis.shape[1], 1)) * (1e4 if single else 1e8) * np.std(y)
    for _ in range(2):  # the second time for what rounding left
        noise -= basis @ (basis.swapaxes(1, 2) @ noise)
    try:
        given, _ = _counting(learn, x.copy(), y + noise.reshape(y.shape), K, 2 * calls)
    except _Enough:
        return False  # it waits for something else
    given = np.nan_to_num(np.asarray(given, float))
    return np.vdot(given, w) <= 0.8 * np.linalg.norm(given) * np.linalg.norm(w)


def _found(learn):
    """Say how much of two secret filters was found."""
    rng = np.random.default_rng(11)
    shares = []
    for K in (3, 5):
        w, x = rng.normal(size=(1, 1, K, K)), rng.normal(size=(8, 1, 12, 12))
        y = reference.conv2d(x, w, np.zeros(1))
        with mock.patch.multiple(np.linalg, **dict.fromkeys(SOLVERS, _solved)):
            given, calls = untouched(functools.partial(_counting, learn), x.copy(), y.copy(), K)
        if given is None:
            raise Refused("your function returns None, expected the weights.")
        if isinstance(given, tuple):
            raise Refused(f"your function returns {kind_of(given)}, expected the weights alone.")
        given = np.asarray(given, float)
        if given.shape != w.shape:
            raise Refused(f"the weights have the shape {given.shape}, expected {w.shape}.")
        again = functools.partial(_sent_nothing, learn, x.copy(), y.copy(), K)
        _look_at(given, w, reference.conv2d(x, given, np.zeros(1)), y, again)
        shares.append(max(0.0, 1 - float(np.linalg.norm(given - w) / np.linalg.norm(w))))
    single = (given == np.float32(given)).all()  # whatever its dtype: made of such numbers
    if min(shares) >= GOAL and _misled(learn, w, x, y, calls, single):
        raise Refused(
            "another filter comes if something is added to y that no filter can give and that"
            " cancels in conv_backward. Send the difference itself back, neither clipped nor as a"
            " sign alone, take the step that this says, and compare no losses.",
            "search",
        )
    said = "The filters had 3 by 3 and 5 by 5 weights."
    if min(shares) < GOAL:
        said += " Do more steps, or larger ones, find more? If not, which weights never change?"
    if 0.9 < min(shares) < GOAL:
        said += " Or do steps not get smaller where the difference does, as with a sign alone?"
    return np.floor(1000 * min(shares)) / 1000, said


learn_filter = Goal(
    _found,
    GOAL,
    form="{:.1%} of the filter",
    todo="Begin with zeros, and step against the gradient of the weights",
    more="How few steps are enough, with the best rate that you can find?",
    seconds=60,
)

mine = Mine(
    im2col=("03", lent.im2col),
    col2im=("03", lent.col2im),
    conv_fast=("03", lent.conv_fast),
    numerical_gradient=("04", mistakes.numerical_gradient),
)

TASKS = collect("04", globals())
