"""The tasks of exercise 05: layers, rules and the loop, up to a network that reads MNIST."""

import copy

import numpy as np

from cnnlib import models
from cnnlib.datasets import load_mnist
from cnnlib.exercises import leaderboard
from cnnlib.exercises.cases import whole
from cnnlib.exercises.engine.check import Case, Check, Limit
from cnnlib.exercises.engine.goal import Goal, untouched
from cnnlib.exercises.engine.mine import Mine, keep
from cnnlib.exercises.engine.mistakes import Mistake
from cnnlib.exercises.engine.progress import need, progress
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.running import differ
from cnnlib.exercises.engine.task import Refused, collect
from cnnlib.exercises.engine.words import kind_of
from cnnlib.exercises.lesson03 import lent as lesson03
from cnnlib.exercises.lesson04.mistakes import cross_entropy
from cnnlib.exercises.lesson05 import lent, mistakes
from cnnlib.layers.base import Layer
from cnnlib.losses import softmax
from cnnlib.network import Sequential
from cnnlib.optimizers import Adam
from cnnlib.training import evaluate, fit

__all__ = [
    "TASKS",
    "keep",
    "learning_runs",
    "mine",
    "need",
    "progress",
]  # and every task, by its name


def _draw_losses(rng):
    few, many = rng.integers([3, 20], [13, 500]).tolist()
    p, one, other = (1 / rng.permutation([2, 3, 4, 5, 8, 16])[:3]).tolist()
    return {"a": (1 / few,), "b": (1 / many,), "c": (p,), "d": (one, other)}


def _show_losses(parts):
    (a,), (b,), (c,), (one, other) = parts.values()
    return [
        "How large is the loss? Two digits behind the point.",
        f"a: {1 / a:.0f} classes, and the network has no idea: all are equally likely",
        f"b: {1 / b:.0f} classes, and it has no idea",
        f"c: one image, and the right class gets 1/{1 / c:.0f}",
        f"d: two images; the right class of one gets 1/{1 / one:.0f}, that of the other"
        f" 1/{1 / other:.0f}",
    ]


first_loss = Question(
    mistakes.first_loss,
    {"a": (0.1,), "b": (0.01,), "c": (0.5,), "d": (0.5, 0.125)},
    mistakes.FIRST_LOSS,
    todo="Work out the four losses; expressions such as math.log(7) are welcome",
    more="What does a first loss of 4 say about a network with ten classes?",
    hint="What is the probability of the right class? The loss of an image is -log p.",
    decimals=2,
    draw=_draw_losses,
    asked=_show_losses,
)

# ---------------------------------------------------------------------- layers


def _send(make, x, dy, **params):
    """Send x and dy through a layer; return y and all gradients.

    Before, other images went through it, forward alone as well, and these, with other parameters;
    these then change in place, as in training. And between its forward and its backward, and after
    that, another layer of the class is at work. At last it is used once more: what it returned has
    to stay as it was.
    """
    layer, other = make(), make()
    if not isinstance(layer, Layer):
        raise Refused("the class does not inherit from Layer: class Name(Layer)", "no Layer")
    if not (hasattr(layer, "params") and hasattr(layer, "grads")):
        why = "the layer has no params and grads: its __init__ has to call super().__init__() first"
        raise Refused(why, "no super")
    for each in (layer, other):
        _fill(each, {k: p + 1 for k, p in params.items()})
    decoy = np.resize(np.array([1, -1, 1], x.dtype), x[:1].shape)
    layer.backward(np.ones_like(layer.forward(decoy)))
    before = _there_and_back(layer, x.copy(), dy.copy()) if params else (None, None)
    for name, value in params.items():
        layer.params[name][...] = value
    layer.forward(np.resize(np.array([1, 1, -1], x.dtype), decoy.shape))
    others = []
    y, dx = _there_and_back(layer, x, dy, lambda: others.append(other.forward(-decoy)))
    if y is None or dx is None:
        return None
    other.backward(np.ones_like(others[0]))
    for what, old, new in zip(("forward", "backward"), before, (y, dx), strict=True):
        if dy.any() and np.array_equal(old, new):
            anew = make()
            _fill(anew, params)
            if what == "backward" and np.array_equal(_there_and_back(anew, x, dy)[1], new):
                continue  # it does not remember them: they play no part
            why = f"{what} returns what it did before the parameters changed in place"
            raise Refused(f"{why}: it has to use self.params each time", "stale")
    if any(not np.array_equal(layer.params[name], value) for name, value in params.items()):
        raise Refused("backward changes the parameters, which is the rule's work", "steps")
    if params and layer.grads is other.grads:
        raise Refused("self.grads is one dict for all layers of the class", "grads of the class")
    missing = [name for name in params if name not in layer.grads]
    if missing:
        raise Refused(f"backward leaves nothing under grads[{missing[0]!r}]", "no grads")
    result = y, dx, *(np.array(layer.grads[name]) for name in params)
    copies = copy.deepcopy((y, dx))
    _there_and_back(layer, -x, -dy)
    for what, old, new in zip(("forward", "backward"), copies, (y, dx), strict=True):
        if differ(new, old):
            why = f"{what} writes into the array that it returned before"
            raise Refused(f"{why}: make a new one each time", "overwritten")
    return result


def _fill(layer, params):
    """Give parameters to a layer, also where it keeps one under another name: to change in place.

    They have the dtype of the case, so that those of ``__init__`` cannot take them.
    """
    made = {name: value.copy() for name, value in params.items()}
    for attribute, kept in [*vars(layer).items()]:
        for name, value in layer.params.items():
            if kept is value and name in made:
                setattr(layer, attribute, made[name])
    layer.params = made


def _there_and_back(layer, x, dy, between=lambda: None):
    """Return y and dx; dy comes in the dtype of y."""
    y = layer.forward(x)
    if isinstance(y, np.ndarray) and y.dtype.kind != "f":
        raise Refused(f"forward returns {y.dtype}, and {x.dtype} came in", "dtype")
    if isinstance(y, tuple):
        raise Refused(f"forward returns {kind_of(y)}, expected an array", "tuple")
    between()
    return y, layer.backward(dy if y is None else dy.astype(np.asarray(y).dtype, copy=False))


relu_layer = Check(
    mistakes.ReLU,
    lambda rng: [
        Case("one row", (np.array([[1.0, -2, 4]]), np.array([[5.0, -1, 3]]))),
        Case("a zero", (np.array([[1.0, 0]]), np.array([[5.0, -1]]))),
        Case("large and small", (np.array([[90.0, 0.01, -80]]), np.array([[1.0, 4, 2]]))),
        Case("images", (whole(rng, 2, 2, 3, 4), whole(rng, 2, 2, 3, 4))),
        Case("float32", tuple(rng.normal(size=(2, 2, 3)).astype(np.float32))),
    ],
    mistakes.RELU,
    outputs="y dx",
    todo="Write forward and backward",
    more="What would the layer have to keep if memory were dear? A bit for each number is enough.",
    call=lambda kind, x, dy: _send(kind, x, dy),
)


def _dense(rng):
    def draw(N, D, M):
        return whole(rng, N, D), whole(rng, D, M), whole(rng, M), whole(rng, N, M)

    single = tuple(a.astype(np.float32) / 4 for a in draw(3, 4, 2))
    one = np.array([[3.0, 5]]), np.array([[1.0], [10]]), np.array([7.0]), np.array([[2.0]])
    return [
        Case("two inputs, one output", one),
        Case("a batch", draw(3, 2, 2)),
        Case("not square", draw(2, 4, 3)),
        Case("float32", single),
    ]


dense_layer = Check(
    mistakes.Dense,
    _dense,
    mistakes.DENSE,
    outputs="y dx dw db",
    todo='Write forward and backward; backward fills self.grads under "w" and "b"',
    more="Plug it into Sequential, and gradcheck.check_layer checks it as well.",
    call=lambda kind, x, w, b, dy: _send(
        lambda: kind(*w.shape, np.random.default_rng(0)), x, dy, w=w, b=b
    ),
)


def _images(rng):
    def draw(N, C, H, W, F, K):
        sizes = (N, C, H, W), (F, C, K, K), (F,), (N, F, H - K + 1, W - K + 1)
        return tuple(whole(rng, *size) for size in sizes)

    return [
        Case("one image, one filter", draw(1, 1, 3, 3, 1, 2)),
        Case("two images", draw(2, 1, 3, 4, 1, 2)),
        Case("two filters", draw(1, 1, 3, 4, 2, 2)),
        Case("two channels", draw(1, 2, 4, 3, 1, 2)),
        Case("float32", tuple(a.astype(np.float32) / 4 for a in draw(2, 2, 4, 4, 3, 3))),
        Case("all at once", draw(3, 2, 5, 6, 4, 3)),
    ]


def _convolve(kind, x, w, b, dy):
    F, C, K, _ = w.shape
    return _send(lambda: kind(C, F, K, np.random.default_rng(0)), x, dy, w=w, b=b)


conv_layer = Check(
    mistakes.Conv,
    _images,
    mistakes.CONV,
    (
        Limit(
            "square images",
            lambda x, w, b, dy: x.shape[2] == x.shape[3],
            "OH follows from H, OW from W: is one used in place of the other?",
        ),
        Limit(
            "single images",
            lambda x, w, b, dy: len(x) == 1,
            "Which lines use N? Take it from the x of this call.",
        ),
        Limit(
            "kernels of 3 by 3",
            lambda x, w, b, dy: w.shape[2] == 3,
            "How large the kernel is, w says: its shape is (F, C, K, K).",
        ),
    ),
    outputs="y dx dw db",
    todo="Write forward and backward with your im2col and col2im",
    more="This is Conv2D, written by you. The first layer may skip dx: see input_gradient.",
    call=_convolve,
)


def _pools(rng):
    def draw(*shape, high=50):
        N, C, H, W = shape
        return rng.integers(-high, high, shape) * 1.0, whole(rng, N, C, H // 2, W // 2)

    tie = np.array([[1.0, 5], [5, 2]]).reshape(1, 1, 2, 2), np.full((1, 1, 1, 1), 3.0)
    return [
        Case("one window", (np.array([[[[1.0, 5], [2, 4]]]]), np.full((1, 1, 1, 1), 3.0))),
        Case("the last pixel wins", (np.array([[[[2.0, 1], [3, 5]]]]), tie[1])),
        Case("a tie", tie),
        Case("all negative", (tie[0] - 9, tie[1])),
        Case("two channels", draw(1, 2, 4, 4)),
        Case("two images", draw(2, 1, 4, 6)),
        Case("many ties", draw(1, 1, 4, 8, high=2)),
        Case("float32", tuple(a.astype(np.float32) / 4 for a in draw(2, 3, 4, 4))),
    ]


pool_layer = Check(
    mistakes.MaxPool,
    _pools,
    mistakes.POOL,
    (
        Limit(
            "images of one window",
            lambda x, dy: x.shape[2:] == (2, 2),
            "Each begins 2 pixels after the one before it: how many are there along an axis?",
        ),
        Limit(
            "one image of one channel",
            lambda x, dy: x.shape[:2] == (1, 1),
            "Every map has winners of its own.",
        ),
    ),
    outputs="y dx",
    todo="Write forward and backward for windows of 2 by 2 in steps of 2",
    more="How many of the pixels of a feature map get a gradient at most?",
    call=lambda kind, x, dy: _send(kind, x, dy),
)

# ---------------------------------------------------------------------- rules


# Parameters are called so in a network, and not always in one order.
W, B, LAST = "conv1.w", "conv1.b", "dense1.w"


def _step(function, params, grads, rate):
    """Hand parameters over as a network does, in a dict of its own, and look at the arrays."""
    params = {name: value.copy() for name, value in params.items()}
    given = dict(params)
    function(given, grads, rate)
    kept = all(given.get(name) is params[name] for name in params)
    return *(params[name] for name in (W, B, LAST)), int(kept)


def _slopes(rng):
    def parameters(*values):
        return dict(zip((W, B, LAST), map(np.array, values), strict=True))

    def slopes(*values):
        return dict(zip((B, LAST, W), map(np.array, values), strict=True))

    single = {name: rng.normal(size=3).astype(np.float32) for name in (W, B, LAST)}
    return [
        Case(
            "one number each",
            (parameters([1.0], [2.0], [4.0]), slopes([-20.0], [5.0], [30.0]), 0.1),
        ),
        Case(
            "a rate of 1",
            (parameters([3.0, 4], [5.0], [6.0]), slopes([2.0], [-3.0], [1.0, -1]), 1.0),
        ),
        Case("float32", (single, {name: 2 * value for name, value in single.items()}, 0.25)),
    ]


sgd_step = Check(
    mistakes.sgd_step,
    _slopes,
    mistakes.SGD,
    outputs=f"{W} {B} {LAST} arrays_kept",
    todo="Change every parameter in place, against its gradient",
    more="Why must it change the arrays and not put new ones into the dict?",
    call=_step,
)


def _held(kind):
    """Return what the dicts and lists of a class hold; its constants are fine."""
    return {name: repr(v) for name, v in vars(kind).items() if isinstance(v, (dict, list))}


def _walk(kind, start, gradients, rate, settings=()):
    """Let a rule take steps with two parameters of one size; its rate is halved on the way.

    The parameters come in a new dict at each step, as a network hands them over. Equal gradients
    are one array, and no two others have one id. Another rule of the class is at work on other
    parameters.
    """
    before = _held(kind)
    rule, other = kind(rate, *settings), kind(rate, *settings)
    way, kept, same, grads, held = [], True, True, {}, []
    half = len(start) // 2
    params = {W: start[:half].copy(), B: start[half:].copy()}
    for t, g in enumerate(gradients):
        if t == 2:
            rule.rate = rate / 2
        if t == 0 or not np.array_equal(g, gradients[t - 1]):
            grads = {B: g[half:].copy(), W: g[:half].copy()}
            held.append(grads)
        given = dict(params)
        slopes = {name: g.copy() for name, g in grads.items()}
        rule.step(given, grads)
        same = same and all(np.array_equal(grads.get(name), slopes[name]) for name in slopes)
        other.step({W: np.ones(1), B: np.ones(1)}, {W: np.full(1, 3.0), B: np.full(1, -5.0)})
        kept = kept and all(given.get(name) is params[name] for name in params)
        way.append(np.concatenate([params[W], params[B]]))
    if _held(kind) != before:
        why = "what the rule remembers belongs to the class, so that all rules share it"
        raise Refused(f"{why}: set it in __init__", "class")
    return np.array(way), int(kept), int(same)


GRADS = {"grads_kept": "the gradients that were handed over are changed"}


def _ways(rng, settings):
    first = np.array([1.0, 2.0])
    several = rng.normal(size=2), rng.normal(size=(40, 2)), 0.01
    uneven = np.array([[1.0, 8, -0.5, 2], [2, 4, 0.25, -1]])
    return [
        Case("one step", (first, np.array([[10.0, -20]]), 0.1)),
        Case("two equal steps", (first, np.array([[10.0, -20]] * 2), 0.1)),
        Case("there and back", (first, np.array([[1.0, 2], [-1, 4]]), 0.5)),
        Case("a rate that is halved after two steps", (first, np.array([[1.0, 2]] * 4), 0.1)),
        Case("tiny gradients", (first, np.array([[1e-4, -2e-4]] * 2), 0.1)),
        Case("large and small gradients in one array", (np.arange(4.0), uneven, 0.1)),
        Case("random", several),
        Case("other settings", (*several, settings)),
    ]


momentum = Check(
    mistakes.Momentum,
    lambda rng: _ways(rng, (0.5,)),
    mistakes.MOMENTUM,
    outputs="way arrays_kept grads_kept",
    telling=GRADS,
    todo="Keep a velocity for each parameter and step along it",
    more="With a constant gradient, how long does a step become in the end?",
    call=_walk,
)
adam = Check(
    mistakes.Adam,
    lambda rng: _ways(rng, (0.5, 0.8, 0.1)),
    mistakes.ADAM,
    outputs="way arrays_kept grads_kept",
    telling=GRADS,
    todo="Keep two running means for each parameter, and step",
    more="How long is Adam's very first step, whatever the gradient is?",
    call=_walk,
)

# ---------------------------------------------------------------------- the loop


def _data(rng, N, size):
    return np.arange(N) + 100.0, (np.arange(N) * 7) % 10, size, int(rng.integers(100))


def _batches(function, x, labels, batch_size, seed):
    """Look at two epochs of batches: nothing of this depends on how the order is drawn."""
    rng = np.random.default_rng(seed)
    copies = [(x.copy(), labels.copy()) for _ in range(2)]  # should the first call change its own
    first = function(x, labels, batch_size, rng)
    if first is None:
        return None
    first, second = list(first), list(function(*copies[0], batch_size, rng))
    for batch in first:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            why = f"a batch is {kind_of(batch)}, expected a pair of images and labels"
            raise Refused(why, "no pair")
    seen, told = (np.concatenate([batch[i] for batch in first]) for i in (0, 1))
    fit = len(seen) == len(told) and all((seen * 7) % 10 == told)
    again = np.concatenate([batch[0] for batch in second])
    once_more = list(function(*copies[1], batch_size, np.random.default_rng(seed)))
    steps = np.diff(seen)  # of neighbours: in a random order hardly any is 1 or -1
    apart = max((steps == 1).sum(), (steps == -1).sum()) < 0.7 * len(x)
    repeated = np.array_equal(seen, np.concatenate([batch[0] for batch in once_more]))
    return (
        np.array([len(batch[0]) for batch in first]),
        int(len(np.unique(seen)) == len(seen)),
        int(fit),
        int(np.isin(seen, x).all()),
        int(apart),
        int(not np.array_equal(seen, again)),
        int(repeated),
    )


batches = Check(
    mistakes.batches,
    lambda rng: [
        Case("12 images in batches of 4", _data(rng, 12, 4)),
        Case("10 images in batches of 4", _data(rng, 10, 4)),
        Case("one large batch", _data(rng, 18, 20)),
        Case("batches of 1", _data(rng, 16, 1)),
    ],
    mistakes.BATCHES,
    outputs="sizes no_image_twice labels_fit images_of_x shuffled new_order_next_time drawn_by_rng",
    telling={
        "labels_fit": "images and labels no longer belong together",
        "images_of_x": "what comes first in a pair is not images of x",
        "no_image_twice": "some images come twice",
        "shuffled": "the images are not all shuffled: too many come with their neighbours",
        "new_order_next_time": "every epoch has the same order",
        "drawn_by_rng": "another run with the same rng has another order",
    },
    todo="Return or yield pairs of images and labels, in an order drawn by rng",
    more="Why is the order drawn anew for every epoch?",
    call=_batches,
)


class Judge(Layer):
    """A layer whose input is its scores; in training it misreads the last image."""

    def __init__(self):
        super().__init__()
        self.training, self.sizes = True, []

    def forward(self, x):
        self.sizes.append(len(x))
        scores = x.copy()
        scores[-1] = np.roll(scores[-1], self.training)
        return scores


def _accuracy(function, x, labels, *batch_size):
    judge = Judge()
    network, resting = Sequential([judge]), Sequential([Judge()])
    resting.training = False
    value = function(network, x, labels, *batch_size)
    at_rest = function(resting, x, labels, *batch_size)
    left = np.array([network.training, resting.training], int)
    N, (most,) = len(x), batch_size or (500,)
    sizes = np.array(judge.sizes)
    if sizes.sum() == N and sizes.max() <= most and len(sizes) <= N // most + 1:
        sizes = np.diff([*range(0, N, most), N])  # any parts that are small enough are as good
    return None if value is None else (value, at_rest, left, sizes)


def _scores(rng, N, size, right):
    labels = rng.integers(0, 4, N)
    x = rng.normal(size=(N, 4))
    wrong = np.arange(N) < N - right  # the last ones are right, so that leaving them out shows
    x[np.arange(N), (labels + wrong) % 4] = x.max(axis=1) + 0.1  # first, but hardly ever sure
    return x, labels, size


accuracy = Check(
    mistakes.accuracy,
    lambda rng: [
        Case("4 images at once", _scores(rng, 4, 4, 3)),
        Case("5 images, all of them right", _scores(rng, 5, 5, 5)),
        Case("6 images, 3 at a time", _scores(rng, 6, 3, 4)),
        Case("7 images, 3 at a time", _scores(rng, 7, 3, 6)),
        Case("10 images, 4 at a time", _scores(rng, 10, 4, 5)),
        Case("batch_size left out", _scores(rng, 520, 4, 300)[:2]),
    ],
    mistakes.ACCURACY,
    outputs="accuracy of_a_network_that_was_at_rest training_afterwards parts",
    telling={
        "parts": "the images do not go forward in parts of batch_size",
        "training_afterwards": "network.training is not what it was before",
    },
    todo="Return the share of images whose highest score is the right class",
    more="What accuracy has a network that always says 1?",
    call=_accuracy,
)


RATE = 0.1


class Recorder:
    """Stands in for a network and an optimizer, and writes down what is done with them.

    It has what a network has, but takes any gradient. Those of its batch number k are k.
    """

    mode, walk, children = Layer.mode, Layer.walk, Layer.children
    input_gradient = True

    def __init__(self, x):
        self.training, self.params, self.grads = False, {"w": np.zeros(1)}, {"w": np.zeros(1)}
        self.layers, self.state = {"dense1": self}, {}
        self.rate = RATE  # as a rule has it
        self.numbers = {tuple(row): n for n, row in enumerate(x)}
        self.batch, self.events, self.modes, self.seen, self.sizes = [], [], [], [], []
        self.own = self.fresh = self.whole = True
        self.count, self.added = 0, False
        self.sent = np.full(x.shape, np.nan)  # for each image, times the size of its batch

    def forward(self, x):
        self.events.append(1)
        self.modes.append(bool(self.training))
        self.batch = [self.numbers[tuple(row)] for row in x]
        self.seen += self.batch
        self.sizes.append(len(x))
        return x.copy()

    def backward(self, dy):
        self.events.append(2)
        self.count += 1
        self.grads = {"w": np.full(1, float(self.count))}
        if np.shape(dy) == (len(self.batch), self.sent.shape[1]):
            self.sent[self.batch] = np.asarray(dy) * len(self.batch)

    def step(self, params, grads):
        self.events.append(3)
        self.own = self.own and params.get("w") is self.params["w"]
        came = np.sum(grads.get("w", 0))
        self.fresh = self.fresh and came == self.count
        self.added = self.count > 1 and came == self.count * (self.count + 1) / 2
        self.whole = self.whole and self.grads["w"][0] == self.count


def _epoch(function, x, labels, batch_size, seed):
    once, again, other = Recorder(x), Recorder(x), Recorder(x)
    losses, _, _ = (
        function(each, each, x, labels, batch_size, np.random.default_rng(drawn))
        for each, drawn in ((once, seed), (again, seed), (other, seed + 1))
    )
    if losses is None:
        return None
    if once.rate != RATE:
        raise Refused("the rate of the optimizer is changed, which nobody asked for", "rate")
    for loss in losses if isinstance(losses, (list, tuple)) else ():
        if isinstance(loss, (list, tuple)) or np.ndim(loss):
            raise Refused(f"the list holds {kind_of(loss)}, expected one loss a batch", "no loss")
    # What is sent back should be softmax(x) less a 1 at the label: for which labels is it?
    truth = softmax(x) - once.sent
    clear = np.isclose(truth.max(axis=1), 1) & np.isclose(np.abs(truth).sum(axis=1), 1)
    used = np.where(clear, truth.argmax(axis=1), labels)
    sent = once.sent + np.eye(x.shape[1])[used] - np.eye(x.shape[1])[labels]
    single = np.ndim(losses) == 0
    sizes = once.sizes[-1:] if single else once.sizes
    if np.size(losses) and len(sizes) == 2 * np.size(losses):
        sizes = sizes[::2]  # a batch that goes forward twice is one all the same
    if np.size(losses) == len(sizes) and np.array_equal(used, labels):
        mean = float(np.dot(np.ravel(losses), sizes) / max(1, sum(sizes)))
    else:
        mean = -1.0
    return (
        np.array(once.events),
        np.array(once.sizes),
        sent,
        int(np.array_equal(used, labels)),
        int(all(once.modes)),
        int(once.own),
        int(once.whole),
        int(once.added),
        int(once.fresh),
        int(once.seen != sorted(once.seen)),
        int(once.seen == again.seen and once.seen != other.seen),
        0 if single else np.size(losses),
        mean,
    )


def _rows(rng, N, size, sure=False):
    x, labels = rng.normal(size=(N, 3)), rng.integers(0, 3, N)
    if sure:
        x, labels = 999 * x, x.argmax(axis=1)  # hardly a loss is left
    return x, labels, size, int(rng.integers(100))


train_epoch = Check(
    mistakes.train_epoch,
    lambda rng: [
        Case("8 images in batches of 4", _rows(rng, 8, 4)),
        Case("10 images in batches of 4", _rows(rng, 10, 4)),
        Case("9 images in batches of 3", _rows(rng, 9, 3)),
        Case("images that it reads already", _rows(rng, 9, 3, sure=True)),
    ],
    mistakes.EPOCH,
    outputs="forward_1_backward_2_step_3 sizes sent_for_each_image labels_fit training"
    " own_parameters whole_gradients added_gradients new_gradients shuffled drawn_by_rng losses"
    " mean_loss",
    telling={
        "training": "the network is not in training mode",
        "own_parameters": "the rule does not get the arrays that the network holds",
        "whole_gradients": "the gradients are changed before the rule gets them",
        "added_gradients": "the gradients are added up from batch to batch",
        "new_gradients": "the rule does not get the gradients of this batch",
        "drawn_by_rng": "the order does not depend on the rng that is handed over",
    },
    todo="For every batch: forward, loss, backward, step; return the losses in a list",
    more="Your loop knows nothing of convolutions. What would it take to train another network?",
    call=_epoch,
    given="losses",
)

cosine_rate = Check(
    mistakes.cosine_rate,
    lambda rng: [
        Case("the first step", (0, 100, 0.5)),
        Case("half way", (50, 100, 0.5)),
        Case("a third of the way", (20, 60, 3.0)),
        Case("the end", (100, 100, 0.5)),
        Case("a small rate", (7, 30, 0.0017)),
    ],
    mistakes.COSINE,
    outputs="rate",
    todo="Let the rate fall from its full size to 0 along half a cosine",
    more="Where on its way does the rate fall fastest?",
)

# ---------------------------------------------------------------------- curves


def learning_runs():
    """Train the plain network in four ways, one sound and three not.

    Returns
    -------
    dict of str to (list of float, list of float)
        Under the letters A to D: the loss on the images trained on and on others, after each
        epoch.
    """
    (x, labels), (x_test, y_test) = load_mnist()
    runs = {}
    settings = ((2000, 100, 0.00003), (100, 10, 0.01), (2000, 100, 0.7), (2000, 100, 0.003))
    for letter, (images, size, rate) in zip("ABCD", settings, strict=True):
        network, curves = models.mlp(rng=0), ([], [])
        part, test = (x[:images], labels[:images]), (x_test[:1000], y_test[:1000])

        def note(run, network=network, part=part, test=test, curves=curves):
            if run.batch == 0:
                for data, curve in zip((part, test), curves, strict=True):
                    curve.append(evaluate(network, *data)[0])

        terms = {"epochs": 20, "batch_size": size, "progress": False}
        fit(network, part, optimizer=Adam(rate), callbacks=[note], **terms)
        runs[letter] = curves
    return runs


RATES = {  # other words for them
    f"{rate}{too}{word}": f"too {size}"
    for size, words in (("low", ("low", "small")), ("high", ("high", "large", "big")))
    for word in words
    for rate in ("", "rate ", "learning rate ")
    for too in ("", "too ")
}


def _read(**swapped):
    return {"A": "too low", "B": "too few images", "C": "too high", "D": "sound"} | swapped


read_curves = Question(
    _read(),
    None,
    [
        Mistake(
            "a slow start is taken for too high a rate, or the other way round",
            _read(A="too high", C="too low"),
            "Too low a rate falls smoothly and slowly. Too high a rate jumps, or never falls.",
        ),
        Mistake(
            "a slow start is taken for too high a rate",
            _read(A="too high"),
            "Too high a rate jumps, or never falls. Does this one fall smoothly?",
        ),
        Mistake(
            "a loss that jumps is taken for one of too low a rate",
            _read(C="too low"),
            "Too low a rate falls smoothly. Which steps make a loss rise again?",
        ),
        Mistake(
            "a slow start is taken for a sound run",
            _read(A="sound"),
            "How much of its loss is left in the end?",
        ),
        Mistake(
            "a loss that climbs on other images is taken for one of too low a rate",
            _read(B="too low"),
            "With too low a rate the loss on the images trained on is still high in the end.",
        ),
        Mistake(
            "a slow start is taken for a sound run, or the other way round",
            _read(A="sound", D="too low"),
            "Which of them has a small loss in the end?",
        ),
        Mistake(
            "only the images trained on are looked at",
            _read(B="sound"),
            "Compare with the loss on other images: where does it go?",
        ),
        Mistake(
            "any gap between the two losses counts as overfitting",
            _read(D="too few images"),
            "A small gap is usual. Which run is worse on other images the longer it trains?",
        ),
        Mistake(
            "a loss that climbs on other images alone is taken for too high a rate",
            _read(B="too high"),
            "Too high a rate shows on the images trained on as well.",
        ),
        Mistake(
            "jumps are taken for overfitting",
            _read(C="too few images"),
            "With too few images the two losses part. Here they jump together.",
        ),
        Mistake(
            "a loss that stays high is taken for one of too few images",
            _read(A="too few images"),
            "With too few images the loss on those falls to 0.",
        ),
        Mistake(
            "a loss that jumps is taken for a sound run",
            _read(C="sound"),
            "How small does it get in the end, and is it still falling?",
        ),
        Mistake(
            "a sound run is taken for a slow one",
            _read(D="too low"),
            "How much of its loss is left in the end?",
        ),
        Mistake(
            "a fast fall is taken for too high a rate",
            _read(D="too high"),
            "Too high a rate jumps, or never falls. Does this one fall smoothly?",
        ),
    ],
    todo='Put "too low", "too high", "too few images" or "sound" in place of None',
    more="Which of the three would a schedule mend, and which would more images mend?",
    also=RATES | dict.fromkeys(["few images", "too few", "too little data"], "too few images"),
    hint="Look at both pictures: how fast does it fall, does it jump, do the two part?",
)

# ---------------------------------------------------------------------- goals


def _network(thing):
    if not isinstance(thing, Sequential):
        raise Refused(f"expected a network, a Sequential, and {type(thing).__name__} came.")
    return thing


def _theirs(layer):
    """Say whether a layer's forward or backward is a function of the package."""
    both = layer.forward, layer.backward
    return any(str(each.__module__).startswith("cnnlib.") for each in both)


def _own(network):
    """Refuse layers of the package, unless they are on loan."""
    library = [
        name
        for name, part in network.layers.items()
        if not getattr(part, "lent", False) and _theirs(part)
    ]
    if library:
        raise Refused(f"{', '.join(library)} come from cnnlib: plug in layers of your own.")


def _learned(network, x, labels):
    """Refuse a network that reads as well without its weights: it looks the answers up."""
    weights = network.params
    kept = {name: value.copy() for name, value in weights.items()}
    try:
        for value in weights.values():
            value[...] = 0
        blank = (network.forward(x).argmax(axis=1) == labels).mean()
    finally:
        for name, value in weights.items():
            value[...] = kept[name]
    if blank > 0.5:
        raise Refused(
            f"with all weights at 0 it still reads {blank:.0%}: nothing was learned, or looked up."
        )


def _why(network, x, labels):
    """Return what can be seen of why a network reads some images badly, a sentence; or ""."""
    scores = network.forward(x)
    if scores.shape != (len(x), 10):
        raise Refused(f"its scores have the shape {scores.shape}, expected ({len(x)}, 10).")
    values = network.params
    if not all(np.isfinite(value).all() for value in values.values()):
        return "Its weights are no longer finite: steps were too long."
    read = scores.argmax(axis=1)
    share = (read == labels).mean()
    biases = [value for name, value in values.items() if name.endswith(".b")]
    biases = biases if share <= 0.9 else []  # what reads well was trained
    if biases and not any(value.any() for value in biases):
        return "All its biases are 0 still: has this network been trained, or is it a new one?"
    if biases and max(np.abs(value).max() for value in biases) < 1e-3:
        return "Its biases are hardly larger than 0: were there steps enough, and long enough?"
    if max((np.abs(value).max() for value in values.values()), default=0) > 20:
        return "Some of its weights are larger than 20: were its steps too long?"
    if share > 0.9:
        return ""
    usual = np.array([np.bincount(read[labels == k], minlength=10).argmax() for k in range(10)])
    if (read == usual[labels]).mean() > 0.9 and len(set(usual)) > 8:
        return f"It takes 0 for {usual[0]}, 1 for {usual[1]}, and so on: which labels did it see?"
    if scores.min() >= 0:
        return "None of its scores is below 0: does anything come after its last Dense?"
    loss, _ = cross_entropy(scores, labels)
    still = ", and without an idea it would be 2.3" if loss > 2.4 else " still"
    seen = ", and did it see images like these, from 0 to 1, each with its own label"
    return (
        f"Its loss on such images is {loss:.1f}{still}: does it fall with more epochs or another"
        f" rate{seen if share < 0.5 else ''}?"
    )


def _by_heart(learn):
    (x, labels), _ = load_mnist()
    x, labels = x[1000:1100], labels[1000:1100]
    network = _network(untouched(learn, x.copy(), labels.copy()))
    _own(network)
    said = _why(network, x, labels)
    _learned(network, x, labels)
    right = network.forward(x).argmax(axis=1) == labels
    for n in (10, 20, 25, 50, 75):
        first, others = right[:n], right[n:]
        if first.mean() > 0.95 and others.mean() < 0.85:
            said = f"It reads {first.sum()} of the first {n} and {others.sum()} of the other"
            said += f" {100 - n}: has it seen these?"
    which = "These are images 1,000 to 1,099 of the training set."
    return float(right.mean()), f"{which} {said}".strip()


learn_by_heart = Goal(
    _by_heart,
    1.0,
    form="{:.0%} of 100 images",
    todo="Return a network that reads these 100 images without a mistake",
    more="If a network cannot do this, more images will not help it. What would you look at first?",
    seconds=120,
)


def _mnist(network):
    _network(network)
    _own(network)
    network.training = False
    _, (x, labels) = load_mnist()
    why = _why(network, x[:500], labels[:500])
    _learned(network, x[:200], labels[:200])
    right = [
        (network.forward(x[i : i + 500]).argmax(axis=1) == labels[i : i + 500]).sum()
        for i in range(0, len(x), 500)
    ]
    said = f"It reads {sum(right):,} of the 10,000 test images."
    if any(getattr(part, "lent", False) for part in network.layers.values()):
        said += " Some of its layers are on loan: exercise 05 asks for them."
    said = f"{said} {why}".strip()
    return float(sum(right) / len(x)), said


mnist = Goal(
    _mnist,
    0.99,
    form="{:.2%} of all test images",
    todo="Train a network of your own layers, and hand it over",
    more="You have written every line between the pixels and this number.",
    seconds=120,
)

SMALL = 10_000


def _designed(given):
    """Measure a small network on the test images."""
    plan, network = given
    if plan is None or network is None:
        raise NotImplementedError
    fresh = leaderboard.build(plan)
    fresh.assign(_network(network).weights(), "the network")
    learned, products = leaderboard.size(fresh)
    if learned > SMALL:
        raise Refused(f"it has {learned:,} parameters; at most {SMALL:,} are allowed.")
    _, (x, labels) = load_mnist()
    right = evaluate(fresh, x, labels)[1]
    said = f"With {learned:,} parameters and {products:,} multiplications for one image."
    return right, f"{said} {_why(fresh, x[:500], labels[:500])}".strip()


class Design(Goal):
    """Takes a plan and a network, as two arguments."""

    def __call__(self, plan=None, network=None):
        """Measure a design."""
        return super().__call__((plan, network))

    def diagnose(self, plan=None, network=None):
        """Do the work of a call, without keeping the progress."""
        plan, network = plan if isinstance(plan, tuple) else (plan, network)
        if (plan is None) != (network is None):
            said = "the plan is missing, a text: it says which layers the network has."
            if network is None:
                said = "the network is missing: make it by leaderboard.build(plan), and train it."
            return self.result("todo", said, "Then run this cell again.")
        return super().diagnose((plan, network))


free_design = Design(
    _designed,
    0.95,
    form="{:.2%} of all test images",
    todo="Write a plan, and train the network that leaderboard.build makes of it",
    more="What did you give up first, filters, layers or the dense one? Put it on your class's"
    " board.",
    seconds=120,
)

mine = Mine(
    im2col=("03", lesson03.im2col),
    col2im=("03", lesson03.col2im),
    cross_entropy=("04", cross_entropy),
    **{name: ("05", getattr(lent, name)) for name in lent.__all__},
)

TASKS = collect("05", globals())
