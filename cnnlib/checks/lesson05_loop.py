"""Checks of the loop of exercise 05: batches, an epoch, accuracy, a schedule."""

import numpy as np

from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, options
from cnnlib.checks.lesson05_wrong import deal, epoch, half_wave, share_right
from cnnlib.losses import softmax


def _data(rng, N, size):
    return np.arange(N) * 1.0, (np.arange(N) * 7) % 10, size, int(rng.integers(100))


def _batches(function, x, labels, batch_size, seed):
    """Look at two epochs of batches: nothing of this depends on how the order is drawn."""
    rng = np.random.default_rng(seed)
    first = function(x, labels, batch_size, rng)
    if first is None:
        return None
    first, second = list(first), list(function(x, labels, batch_size, rng))
    seen, told = (np.concatenate([batch[i] for batch in first]) for i in (0, 1))
    fit = len(seen) == len(told) and all((seen * 7) % 10 == told)
    again = np.concatenate([batch[0] for batch in second])
    return (
        np.array([len(batch[0]) for batch in first]),
        int(len(np.unique(seen)) == len(seen)),
        int(fit),
        int(not np.array_equal(seen, np.sort(seen))),
        int(not np.array_equal(seen, again)),
    )


batches = Check(
    "05",
    "batches",
    deal,
    lambda rng: [
        Case("12 images in batches of 4", _data(rng, 12, 4)),
        Case("10 images in batches of 4", _data(rng, 10, 4)),
        Case("one large batch", _data(rng, 9, 20)),
        Case("batches of 1", _data(rng, 8, 1)),
    ],
    options(
        deal,
        (
            "nothing is shuffled",
            {"shuffle": False},
            "rng.permutation(N) holds 0 to N - 1 in random order: index x and labels with it.",
        ),
        (
            "images and labels no longer belong together",
            {"together": False},
            "Index both with the same part of the same order.",
        ),
        (
            "what is left over at the end is dropped",
            {"last": False},
            "The last batch may be smaller. A slice beyond the end is cut by itself.",
        ),
        (
            "every epoch has the same order",
            {"again": True},
            "Use the rng that is handed over: making one anew draws the same numbers again.",
        ),
        (
            "some images come twice and others never",
            {"shuffle": "drawn"},
            "Draw an order of all images, not images: rng.permutation(N).",
        ),
    ),
    args="x labels batch_size seed",
    outputs="sizes no_image_twice labels_fit shuffled new_order_next_time",
    todo="Return or yield pairs of images and labels, in an order drawn by rng",
    more="Why is the order drawn anew for every epoch?",
    call=_batches,
)


class Judge:
    """Stands in for a network: its input is its scores, unless it is in training."""

    def __init__(self):
        self.training = True

    def forward(self, x):
        return -x if self.training else x.copy()


def _accuracy(function, x, labels, batch_size):
    network = Judge()
    value = function(network, x, labels, batch_size)
    return None if value is None else (value, int(network.training))


def _scores(rng, N, size, right):
    labels = rng.integers(0, 3, N)
    x = rng.random((N, 3))
    x[np.arange(N), (labels + (np.arange(N) >= right)) % 3] += 2
    return x, labels, size


accuracy = Check(
    "05",
    "accuracy",
    share_right,
    lambda rng: [
        Case("4 images at once", _scores(rng, 4, 4, 3)),
        Case("6 images, 3 at a time", _scores(rng, 6, 3, 4)),
        Case("7 images, 3 at a time", _scores(rng, 7, 3, 6)),
        Case("10 images, 4 at a time", _scores(rng, 10, 4, 5)),
    ],
    options(
        share_right,
        (
            "the mean of the batches is taken, and the last one is smaller",
            {"total": "batches"},
            "Count the right ones of all batches, and divide by N once.",
        ),
        (
            "what is left over at the end is dropped",
            {"total": "last left out"},
            "The last part may be smaller.",
        ),
        ("the right ones are counted, not their share", {"total": "count"}, "Divide by N."),
        ("it is given in percent", {"total": "percent"}, "A share, from 0 to 1."),
        (
            "the network is measured as it is in training",
            {"off": False},
            "network.training = False first: dropout and the like must not act.",
        ),
        (
            "the network is not switched back",
            {"back": False},
            "Keep network.training before you change it, and put it back.",
        ),
        ("the labels of the first part are used for all", {"labelled": "first"}, "labels[i : ...]"),
    ),
    args="x labels batch_size",
    outputs="accuracy training_afterwards",
    todo="Return the share of images whose highest score is the right class",
    more="What accuracy has a network that always says 1?",
    call=_accuracy,
)


class Recorder:
    """Stands in for a network and an optimizer, and writes down what is done with them."""

    def __init__(self, x, labels):
        self.labels = {tuple(row): int(label) for row, label in zip(x, labels, strict=True)}
        self.training, self.params, self.grads = False, {"w": np.zeros(1)}, {"w": np.zeros(1)}
        self.events, self.modes, self.seen, self.sizes, self.right = [], [], [], [], 1

    def forward(self, x):
        self.events.append(1)
        self.modes.append(bool(self.training))
        self.x = x
        self.seen += [tuple(row) for row in x]
        self.sizes.append(len(x))
        return x.copy()

    def backward(self, dscores):
        self.events.append(2)
        wanted = softmax(self.x)
        wanted[np.arange(len(wanted)), [self.labels[tuple(row)] for row in self.x]] -= 1
        wanted /= len(wanted)
        if np.shape(dscores) != wanted.shape:
            self.right = -1
        elif np.allclose(dscores * len(wanted), wanted, atol=1e-6):
            self.right = -2
        elif not np.allclose(dscores, wanted, atol=1e-6):
            self.right = min(self.right, 0)

    def step(self, params, grads):
        self.events.append(3)


def _epoch(function, x, labels, batch_size, seed):
    network = Recorder(x, labels)
    rng = np.random.default_rng(seed)
    losses = function(network, network, x, labels, batch_size, rng)
    if losses is None:
        return None
    count = np.size(losses) if np.ndim(losses) else 0
    mean = float("nan")
    if count == len(network.sizes) and network.right == 1:
        mean = float(np.dot(losses, network.sizes) / max(1, sum(network.sizes)))
    order = np.array_equal([tuple(row) for row in x[: len(network.seen)]], network.seen)
    seen = len(set(network.seen))
    modes = int(all(network.modes))
    return np.array(network.events), seen, network.right, modes, int(not order), count, mean


def _rows(rng, N, size):
    return rng.normal(size=(N, 3)), rng.integers(0, 3, N), size, int(rng.integers(100))


PAIR = "dscores is the second thing that cross_entropy returns: network.backward(dscores)."
train_epoch = Check(
    "05",
    "train_epoch",
    epoch,
    lambda rng: [
        Case("8 images in batches of 4", _rows(rng, 8, 4)),
        Case("10 images in batches of 4", _rows(rng, 10, 4)),
        Case("9 images in batches of 3", _rows(rng, 9, 3)),
    ],
    options(
        epoch,
        ("nothing is shuffled", {"shuffle": False}, "Use your batches with the rng."),
        ("what is left over at the end is dropped", {"last": False}, "Is the last batch used?"),
        (
            "the step comes before backward",
            {"order": "fsb"},
            "Then it uses the gradients of the batch before: forward, loss, backward, step.",
        ),
        ("the optimizer takes no step", {"order": "fb"}, "optimizer.step(params, grads)."),
        ("nothing is sent back", {"order": "fs"}, "network.backward comes before the step."),
        ("the loss is sent back and not its gradient", {"sent": "loss"}, PAIR),
        (
            "what is sent back is divided by N once more",
            {"sent": "N"},
            "cross_entropy has divided by N already.",
        ),
        ("the labels are those of other images", {"rolled": 1}, "x and labels of one batch."),
        ("the network is not in training mode", {"mode": False}, "network.training = True."),
        ("only the last loss is returned", {"told": "last"}, "One loss for each batch, in a list."),
    ),
    args="x labels batch_size seed",
    outputs="forward_1_backward_2_step_3 images_seen right_gradient training shuffled losses mean",
    todo="For every batch: forward, loss, backward, step; return the losses in a list",
    more="Your loop knows nothing of convolutions. What would it take to train another network?",
    call=_epoch,
)

WAVE = "At step 0 the cosine is 1 and the rate is whole; at the last step it is -1, the rate 0."
cosine_rate = Check(
    "05",
    "cosine_rate",
    half_wave,
    lambda rng: [
        Case("the first step", (0, 100, 0.5)),
        Case("half way", (50, 100, 0.5)),
        Case("a third of the way", (20, 60, 3.0)),
        Case("the end", (100, 100, 0.5)),
    ],
    options(
        half_wave,
        ("the rate climbs and does not fall", {"climb": -1}, WAVE),
        ("the sum is not halved", {"half": 1}, "1 + cos goes from 2 to 0."),
        ("it falls along a quarter of the wave", {"waves": 0.5}, WAVE),
        ("it goes along a whole wave", {"waves": 2}, WAVE),
        ("1 is not added, so that the rate gets negative", {"one": 0, "half": 1}, WAVE),
        ("steps are counted from 1", {"early": 1}, "The first step is number 0."),
    ),
    args="step steps rate",
    outputs="rate",
    todo="Let the rate fall from its full size to 0 along half a cosine",
    more="Where on its way does the rate fall fastest?",
)
