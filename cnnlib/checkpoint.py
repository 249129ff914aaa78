"""What keeps a training run safe: its record, and the file to go on from."""

import json
import math
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Real

import numpy as np

from cnnlib.files import check_arrays, load_arrays, part_of, save_arrays, under


@dataclass
class History:
    """What a training run did.

    Attributes
    ----------
    losses, accuracies, rates : list of float
        Loss and accuracy on each batch before its step, and the step's learning rate.
    valid_losses, valid_accuracies : list of float
        On the validation set, after each epoch.
    seconds : list of float
        Time that each epoch took, validation not counted.
    interrupted : bool
        Whether the run stopped before its last epoch was done.
    """

    losses: list = field(default_factory=list)
    accuracies: list = field(default_factory=list)
    rates: list = field(default_factory=list)
    valid_losses: list = field(default_factory=list)
    valid_accuracies: list = field(default_factory=list)
    seconds: list = field(default_factory=list)
    interrupted: bool = False

    def arrays(self):
        """Return the record as a dict of str to ndarray."""
        return {name: np.array(value) for name, value in vars(self).items()}

    @classmethod
    def read(cls, arrays):
        """Turn what :meth:`arrays` returned into a record again."""
        return cls(**{name: value.tolist() for name, value in arrays.items()})


class RunState:
    """All that decides how a training run goes on, and how far it is.

    Parameters
    ----------
    network, optimizer : Sequential, Optimizer
    train, valid : (ndarray of shape (N, C, H, W), ndarray of shape (N,))
        Images and labels; valid may be None.
    callbacks : sequence of function of the run
    epochs, batch_size : int
    augment : function of (x, rng), or None
    seed : int
    loss : SoftmaxCrossEntropy

    Attributes
    ----------
    history : History
        What was done so far.
    steps : int
        Steps in an epoch.
    epoch, batch : int
        Epochs done, and batches done in the present one.
    spent : float
        Seconds since the present epoch began, interruptions not counted.
    """

    def __init__(
        self, network, optimizer, train, valid, callbacks, epochs, batch_size, augment, seed, loss
    ):
        self.network, self.optimizer, self.loss = network, optimizer, loss
        self.train, self.valid, self.callbacks, self.stop = train, valid, callbacks, False
        self.epochs, self.batch_size, self.augment, self.seed = epochs, batch_size, augment, seed
        self.history, self.steps = History(), -(-len(train[0]) // batch_size)
        self.epoch, self.batch, self.spent = 0, 0, 0.0

    def distort(self, x, epoch, batch):
        """Return the images of a batch as the run sees them: each batch has draws of its own."""
        if self.augment is None:
            return x
        y = self.augment(x, np.random.default_rng([self.seed, epoch, batch]))
        came, lent = (f"{getattr(a, 'dtype', type(a).__name__)} {np.shape(a)}" for a in (y, x))
        if came != lent:
            raise ValueError(f"augment returned {came}, expected {lent}, as it was given")
        return y

    def terms(self):
        """Return what a run has to have in common with the one that it goes on with."""
        numbers = {
            name: float(value)
            for name, value in (vars(self.optimizer) | vars(self.loss)).items()
            if isinstance(value, Real) and name not in ("rate", "steps")  # rates: compare_draws
        }
        return {
            "seed": int(self.seed),
            "batch_size": int(self.batch_size),
            "images": len(self.train[0]),
            "data": f"of CRC-32 {self.crc:08x}",
            "optimizer": type(self.optimizer).__name__,
            "loss": type(self.loss).__name__,
            **numbers,
            "draws": [type(source).__name__ for source in self.network.draws()],
            "augment": "off" if self.augment is None else "on",
        }

    @cached_property
    def crc(self):
        """The checksum of the training data."""
        images, labels = self.train
        crc = zlib.crc32(np.asarray(labels, np.int64).tobytes())
        return zlib.crc32(np.ascontiguousarray(images), crc)

    @cached_property
    def first_image(self):
        """The first training image as the run sees it: it tells one ``augment`` from another."""
        return self.distort(self.train[0][: self.batch_size].copy(), 0, 0)[:1]

    def arrays(self, memory):
        """Return the arrays of a network and of its optimizer's memory under one dict's names."""
        found = under("network", self.network.weights())
        for name, slots in memory.items():
            found |= under(f"memory/{name}", slots)
        return found

    def save(self, path):
        """Write all that is needed to go on later as if the run had never stopped."""
        place = {"epoch": self.epoch, "batch": self.batch, "spent": self.spent}
        place |= {"steps": self.optimizer.steps, "terms": self.terms()}
        place["generators"] = [source.state for source in self.network.draws()]
        place = json.dumps(place, default=lambda value: value.tolist())  # an array in MT19937's
        arrays = {"place": np.array(place), "first/image": self.first_image}
        arrays |= under("history", self.history.arrays()) | self.arrays(self.optimizer.memory)
        save_arrays(path, arrays)

    def load(self, path):
        """Go on from what :meth:`save` wrote.

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueError
            If it is damaged, of another run, or further than the epochs asked for; then nothing
            is changed.
        """
        arrays, origin = load_arrays(path), repr(str(path))
        place = read_place(arrays.pop("place", None), origin)
        steps, states, done = place["steps"], place["generators"], (place["epoch"], place["batch"])
        self.compare_terms(place["terms"], origin)
        memory = self.optimizer.blank(self.network.params) if steps else {}
        mine = self.arrays(memory)
        expected = mine | {"first/image": self.first_image} | under("history", History().arrays())
        check_arrays(arrays, expected, origin, OTHER)
        history = History.read(part_of(arrays, "history"))
        self.check_record(history, done, steps, origin)
        self.compare_draws(arrays["first/image"], history.rates, steps, origin)
        try:
            with self.network.unchanged(always=False):
                for source, state in zip(self.network.draws(), states, strict=True):
                    source.state = state
        except Exception as error:  # each kind of generator refuses in its own way
            raise ValueError(f"{origin} {DAMAGED}: its generators are wrong, {error}") from None
        for name, value in mine.items():  # from here on nothing can go wrong
            value[...] = arrays[name]
        self.optimizer.steps, self.optimizer.memory = steps, memory
        self.history, self.history.interrupted = history, False
        (self.epoch, self.batch), self.spent = done, place["spent"]

    def compare_terms(self, terms, origin):
        """Refuse a checkpoint of a run on other terms, naming the first that differs."""
        mine = self.terms()
        for name in [*mine, *terms]:
            then, now = terms.get(name, "unknown"), mine.get(name, "none")
            if then != now:
                raise ValueError(f"{origin} was written with {name} {then}, this run has {now}")

    def check_record(self, history, done, steps, origin):
        """Refuse a record that does not fit what was done, or of more than is asked for."""
        epoch, batch = done
        by_step = {len(history.losses), len(history.accuracies), len(history.rates)}
        by_epoch = {len(history.valid_losses), len(history.valid_accuracies)}
        fits = by_step == {epoch * self.steps + batch} and batch < self.steps
        if not fits or len(by_epoch) > 1 or steps < max(by_step):
            raise ValueError(f"{origin} {DAMAGED}: its record does not fit its place")
        if done > (self.epochs, 0):
            reached = f"{origin} has done {epoch} epochs and {batch} batches"
            raise ValueError(f"{reached}, epochs is {self.epochs}: expected at least as many")

    def compare_draws(self, image, rates, steps, origin):
        """Refuse a checkpoint with another first image or learning rate than here."""
        if not np.allclose(image, self.first_image, atol=1e-3):
            raise ValueError(f"{origin} was written with another augment: its first image differs")
        rate = self.optimizer.rate
        for step, then in enumerate(rates):
            now = rate(steps - len(rates) + step) if callable(rate) else rate
            if not math.isclose(now, then, rel_tol=1e-9):
                raise ValueError(
                    f"{origin} was written with rate {then:.6g} at step {step + 1}, this run has"
                    f" {now:.6g} there; a schedule may depend on the number of epochs"
                )


DAMAGED, OTHER = "is a damaged checkpoint", "is of another network, or damaged"


def read_place(place, origin):
    """Return the numbers of a checkpoint as a dict, or say what is wrong with them."""
    if place is None:
        raise ValueError(f"{origin} is not a checkpoint, it has no place")
    kinds = {"epoch": int, "batch": int, "steps": int, "spent": float}
    kinds |= {"terms": dict, "generators": list}
    try:
        place = json.loads(str(place[()]))
        for name, kind in kinds.items():
            number, value = kind in (int, float), place[name]
            if type(value) is not kind or (number and not 0 <= value < math.inf):
                raise ValueError(f"{name} is {value!r:.60}")
    except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
        raise ValueError(f"{origin} {DAMAGED}: place: {error}") from None
    return place
