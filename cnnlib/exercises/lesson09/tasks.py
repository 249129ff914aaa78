"""The tasks of exercise 09: a batch for several workers, a ring, and weights from elsewhere."""

import inspect

import numpy as np

from cnnlib.exercises.cases import distinct
from cnnlib.exercises.engine.check import Case, Check, Limit
from cnnlib.exercises.engine.goal import Goal
from cnnlib.exercises.engine.progress import need, progress
from cnnlib.exercises.engine.question import Question
from cnnlib.exercises.engine.task import Refused, collect
from cnnlib.exercises.lesson09 import mistakes

__all__ = ["TASKS", "need", "progress"]  # and every task, by its name

by_hand = Question(
    mistakes.by_hand,
    {
        "a": ("rounds", 5, 1000),
        "b": ("ring", 5, 1000),
        "c": ("one", 5, 1000),
        "d": ("ring", 4, 120),
    },
    mistakes.BY_HAND,
    todo="Work out the four numbers and put them in place of None",
    more="With how many workers does the ring send the most numbers? Never twice the buffer.",
    hint="A ring takes 2 (P - 1) rounds, and in each a worker sends one part of D / P numbers;"
    " in c whole buffers are sent.",
)

# ---------------------------------------------------------------------- sharing a batch


def _gradients(rng):
    def draw(*shape, many):
        return [distinct(rng, *shape) for _ in range(many)]

    single = [g.astype(np.float32) for g in draw(3, many=2)]
    return [
        Case("two workers, equal counts", (draw(2, many=2), [4, 4])),
        Case("two workers, 3 and 1 images", (draw(2, many=2), [3, 1])),
        Case("three workers", (draw(3, many=3), [70, 20, 10])),
        Case("a worker without images", ([np.zeros(2), *draw(2, many=2)], [0, 5, 3])),
        Case("one worker", (draw(4, many=1), [7])),
        Case("gradients that are matrices", ([g / 4 for g in draw(2, 3, many=2)], [2, 5])),
        Case("counts in an array", (draw(3, many=3), np.array([1, 2, 4]))),
        Case("float32", (single, [1, 2])),
    ]


average = Check(
    mistakes.average,
    _gradients,
    mistakes.AVERAGE,
    outputs="mean",
    todo="Return the mean of the gradients, each weighted with its worker's number of images",
    more="What would a worker with no images send? Zeros: it takes part in the sum all the same.",
)

unpack = Check(
    mistakes.unpack,
    lambda rng: [
        Case("2 by 3", (distinct(rng, 9), (2, 3), (3,))),
        Case("3 by 2", (distinct(rng, 8), (3, 2), (2,))),
        Case("one output", (distinct(rng, 5), (4, 1), (1,))),
        Case("square", (distinct(rng, 12), (3, 3), (3,))),
        Case("filters", (distinct(rng, 2 * 2 * 2 * 3 + 2), (2, 2, 2, 3), (2,))),
        Case("filters of one channel", (distinct(rng, 3 * 2 * 2 + 3), (3, 1, 2, 2), (3,))),
        Case("a bias with two axes", (distinct(rng, 10), (2, 3), (2, 2))),
        Case("float32", (rng.normal(size=6).astype(np.float32), (2, 2), (2,))),
    ],
    mistakes.UNPACK,
    (Limit("matrices", lambda row, w_shape, b_shape: len(w_shape) == 2, "w may have four axes."),),
    outputs="w b",
    todo="Cut the row into the numbers of w and those of b, and give both their shapes back",
    more="And for a whole network? np.cumsum of the sizes gives np.split its places.",
)


def _of_a_line(w, x, y):
    """The gradient of the mean of (x @ w - y) ** 2 / 2."""
    return x.T @ (x @ w - y) / len(x)


def _of_a_vote(w, x, y):
    """Another one, of the mean of log(1 + exp(-y x @ w))."""
    return -x.T @ (y / (1 + np.exp(y * (x @ w)))) / len(x)


def _steps(rng):
    def draw(label, gradient, N, D, workers, rate):
        x, w = rng.normal(size=(N, D)), rng.normal(size=D)
        y = rng.normal(size=N) if gradient is _of_a_line else rng.choice([-1.0, 1.0], N)
        return Case(label, (w, x, y, gradient, rate, workers))

    return [
        draw("two workers, 4 images", _of_a_line, 4, 2, 2, 0.1),
        draw("two workers, 7 images", _of_a_line, 7, 2, 2, 0.5),
        draw("one worker", _of_a_line, 3, 2, 1, 0.1),
        draw("four workers, 10 images", _of_a_line, 10, 3, 4, 0.2),
        draw("another loss", _of_a_vote, 9, 2, 2, 2.0),
        draw("more workers than images", _of_a_line, 3, 2, 5, 0.1),
    ]


def _shared(function, w, x, y, gradient, rate, workers):
    """Use a step, and write down which images each worker took the gradient of."""
    shares = []

    def noted(w, images, truth):
        if len(images) == 0:
            raise Refused("gradient is called with no images, whose mean does not exist", "empty")
        where = [*np.flatnonzero((x == images[0]).all(axis=1)), -1][0]
        shares.append((where, len(images)))
        return gradient(w, images, truth)

    after = function(w, x, y, noted, rate, workers)
    return None if after is None else (after, np.array(sorted(shares) or [(-1, 0)]))


parallel_step = Check(
    mistakes.parallel_step,
    _steps,
    mistakes.STEP,
    outputs="w first_image_and_number",
    call=_shared,
    telling={
        "first_image_and_number": "the workers do not have the images that the task gives them"
    },
    todo="Share the batch out, weight and add up the gradients, and take one step",
    more="Does the result depend on the number of workers? By how much?",
)

# ---------------------------------------------------------------------- a ring


def _rounds(rng):
    drawn = [("round 0 of 2 workers", 2, 0), ("the last round of 2 workers", 2, 1)]
    drawn += [(f"round {step} of 4 workers", 4, step) for step in range(6)]
    drawn += [("round 1 of 3 workers", 3, 1), ("round 2 of 3 workers", 3, 2)]
    return [Case(label, (distinct(rng, P, P, 2) / 2, step)) for label, P, step in drawn]


ring_round = Check(
    mistakes.ring_round,
    _rounds,
    mistakes.ROUND,
    outputs="held",
    todo="Let every worker send one part to its right neighbour, all at the same time",
    more="Follow one part through all the rounds. Which worker completes it?",
)

ring_seconds = Check(
    mistakes.ring_seconds,
    lambda rng: [
        Case("one worker", (1000, 1, 0.5, 100)),
        Case("two workers", (1000, 2, 0.5, 100)),
        Case("four workers", (1000, 4, 0.5, 100)),
        Case("no latency", (1000, 5, 0.0, 10)),
        Case("a short message", (8, 4, 0.5, 100)),
        Case("several numbers of workers", (1000, np.array([2.0, 4, 8]), 0.5, 100)),
        Case("two numbers of workers", (64, np.array([3, 2]), 0.25, 16)),
        Case("LeNet, 10 Gbit/s", (4 * 80_202, 8, 30e-6, 1.25e9)),
        Case("ResNet-50, 256 workers", (4 * 25_557_032, 256, 5e-6, 12.5e9)),
    ],
    mistakes.COST,
    (
        Limit(
            "single numbers of workers",
            lambda size, workers, latency, bandwidth: np.ndim(workers) == 0,
            "int(), max() and if take one number; + - * / take whole arrays.",
        ),
    ),
    outputs="seconds",
    todo="Return how long all rounds of the ring take",
    more="From how many workers on does the latency cost more than the bytes, for LeNet?",
)

# ---------------------------------------------------------------------- weights from elsewhere

dense_from_channels_last = Check(
    mistakes.dense_from_channels_last,
    lambda rng: [
        Case("one channel", (distinct(rng, 2, 6), 1, 2, 3)),
        Case("one pixel", (distinct(rng, 2, 3), 3, 1, 1)),
        Case("two channels of 2 by 2", (distinct(rng, 3, 8), 2, 2, 2)),
        Case("two channels of 2 by 3", (distinct(rng, 2, 12), 2, 2, 3)),
        Case("three channels of 3 by 2", (distinct(rng, 4, 18), 3, 3, 2)),
        Case("many outputs", (distinct(rng, 65, 4), 2, 2, 1)),
        Case("float32", (rng.normal(size=(2, 8)).astype(np.float32), 2, 2, 2)),
    ],
    mistakes.DENSE,
    (Limit("square images", lambda weight, C, H, W: H == W, "Is H used somewhere in place of W?"),),
    outputs="w",
    todo="Transpose the weights, and put the inputs in the order channel, row, column",
    more="Which layers of a network need this, and which can be carried over as they are?",
)

# ---------------------------------------------------------------------- fewer rounds


def _rounds_saved(schedule):
    for P in (2, 8, 16):
        held = [{worker} for worker in range(P)]
        given = schedule(P)
        given = list(given) if inspect.isgenerator(given) else given  # whose errors are its own
        try:
            rounds = [[(int(one), int(other)) for one, other in pairs] for pairs in given]
        except (TypeError, ValueError):
            why = "a list of rounds was expected, each a list of pairs (sender, receiver)."
            raise Refused(why) from None
        for number, pairs in enumerate(rounds):
            for ends in zip(*pairs, strict=True):
                if len(set(ends)) < len(ends) or not set(ends) <= set(range(P)):
                    raise Refused(
                        f"{P} workers, round {number}: each of the workers 0 to {P - 1} may send"
                        " once and receive once in a round."
                    )
            before = [set(each) for each in held]
            for one, other in pairs:
                if twice := before[one] & held[other]:
                    raise Refused(
                        f"{P} workers, round {number}: worker {other} would count the buffer of"
                        f" worker {min(twice)} twice."
                    )
                held[other] |= before[one]
        if missing := set(range(P)) - set.intersection(*held):
            raise Refused(f"{P} workers: not all get the buffer of worker {min(missing)}.")
    return 2 * (P - 1) / max(1, len(rounds)), f"For {P} workers it takes {len(rounds)} rounds."


fewer_rounds = Goal(
    _rounds_saved,
    7,
    form="{:.1f} times fewer rounds than the ring",
    todo="Return a list of rounds, each a list of pairs (sender, receiver)",
    more="And for 6 workers? How many bytes does each worker send now, against the ring?",
)

TASKS = collect("09", globals())
