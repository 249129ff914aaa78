"""The training loop: batches in, gradients back, a step; and what has to be kept safe meanwhile."""

import json
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice

import numpy as np
from tqdm.auto import tqdm

from cnnlib.arguments import at_least
from cnnlib.datasets import batches
from cnnlib.files import check_place, load_arrays, save_arrays
from cnnlib.layers.dropout import Dropout
from cnnlib.losses import SoftmaxCrossEntropy, check_labels
from cnnlib.optimizers import Adam


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

    def save(self, path):
        """Write the record to an ``.npz`` file."""
        save_arrays(path, {name: np.array(value) for name, value in asdict(self).items()})

    @classmethod
    def load(cls, path):
        """Read a record that :meth:`save` wrote."""
        return cls(**{name: value.tolist() for name, value in load_arrays(path).items()})


class Run:
    """A training run in progress, as callbacks see it.

    Attributes
    ----------
    network, optimizer, history
        What :func:`fit` was given and what it will return.
    epoch, batch : int
        Epochs done, and batches done in the present one.
    stop : bool
        Set it, and the run stops cleanly after this step.
    """

    def __init__(self, network, optimizer, seed, batch_size, images):
        self.network, self.optimizer = network, optimizer
        self.history = History()
        self.epoch = self.batch = 0
        self.spent = 0.0
        self.stop = False
        self.terms = {"seed": seed, "batch_size": batch_size, "images": images}
        self.terms["optimizer"] = type(optimizer).__name__
        draws = [type(layer.rng.bit_generator).__name__ for layer in dropouts(network)]
        self.terms["dropouts"] = draws

    def step(self, x, labels, loss):
        """Do one step: forward, loss, backward, update."""
        scores = self.network.forward(x)
        value = loss.forward(scores, labels)
        if not np.isfinite(value):
            raise FloatingPointError(
                f"the loss is {value} at step {len(self.history.losses) + 1}: try a learning rate"
                f" below {self.optimizer.rate_now():g}, or look for numbers in the data that are"
                " not finite; the network keeps the weights of the step before"
            )
        self.history.rates.append(self.optimizer.rate_now())
        self.network.backward(loss.backward())
        self.optimizer.step(self.network.params, self.network.grads)
        self.history.losses.append(value)
        self.history.accuracies.append(float((scores.argmax(axis=1) == labels).mean()))
        self.batch += 1

    def save(self, path):
        """Write all that is needed to go on later as if the run had never stopped."""
        place = {"epoch": self.epoch, "batch": self.batch, "spent": self.spent}
        place |= {"steps": self.optimizer.steps, **self.terms}
        place["dropout"] = [layer.rng.bit_generator.state for layer in dropouts(self.network)]
        arrays = {f"network/{k}": v for k, v in weights(self.network).items()}
        for name, memory in self.optimizer.memory.items():
            arrays |= {f"memory/{name}/{key}": value for key, value in memory.items()}
        arrays |= {f"history/{k}": np.array(v) for k, v in asdict(self.history).items()}
        place = json.dumps(place, default=lambda value: value.tolist())  # NumPy's integers, arrays
        save_arrays(path, {**arrays, "place": np.array(place)})

    def load(self, path, epochs):
        """Read what :meth:`save` wrote, of a run that shall end after so many epochs.

        Raises
        ------
        ValueError
            If the file is damaged, of another network, optimizer, seed, batch size or data, or
            further than ``epochs``.
        """
        arrays = load_arrays(path)
        if "place" not in arrays:
            raise ValueError(f"{str(path)!r} is not a checkpoint, it has no place")
        place = json.loads(str(arrays.pop("place")))
        for name, value in self.terms.items():
            if place.get(name) != value:
                raise ValueError(
                    f"{str(path)!r} was written with {name} {place.get(name)}, this run has {value}"
                )
        if (place["epoch"], place["batch"]) > (epochs, 0):
            raise ValueError(
                f"{str(path)!r} has done {place['epoch']} epochs and {place['batch']} batches,"
                f" epochs is {epochs}: expected more"
            )
        parts = {"network": {}, "memory": {}, "history": {}}
        for key, value in arrays.items():
            part, name = key.split("/", 1)
            parts[part][name] = value
        self.network.assign(parts["network"], str(path))
        self.optimizer.memory = {}
        for key, value in parts["memory"].items():
            name, slot = key.rsplit("/", 1)
            self.optimizer.memory.setdefault(name, {})[slot] = value
        self.optimizer.steps = place["steps"]
        self.history = History(**{name: v.tolist() for name, v in parts["history"].items()})
        self.epoch, self.batch, self.spent = place["epoch"], place["batch"], place["spent"]
        for layer, state in zip(dropouts(self.network), place["dropout"], strict=True):
            layer.rng.bit_generator.state = state


def fit(
    network,
    train,
    valid=None,
    *,
    epochs=1,
    batch_size=100,
    optimizer=None,
    augment=None,
    seed=0,
    callbacks=(),
    progress=True,
    checkpoint=None,
    resume=False,
):
    """Train a network to classify images.

    Parameters
    ----------
    network : Sequential
        Its weights are changed in place.
    train, valid : (ndarray of shape (N, C, H, W), ndarray of shape (N,))
        Images, of the weights' dtype, and labels, integers. ``valid`` is optional.
    epochs, batch_size : int
        How often to go through the training images, and how many at a step.
    optimizer : Optimizer, optional
        ``Adam()`` if not given.
    augment : function of (x, rng), optional
        Returns a changed copy of a batch of images, such as ``datasets.augment``.
    seed : int
        Decides the order of the images and every draw of ``augment``.
    callbacks : sequence of function of Run
        Called after each step, and once more after each epoch, when ``run.batch`` is 0.
    progress : bool
        Whether to show a progress bar.
    checkpoint : str or Path, optional
        An ``.npz`` file, written after each epoch and when the run is stopped; its folder is made
        if need be.
    resume : bool
        Go on from that file: the result is the same, bit for bit, as if never stopped.

    Returns
    -------
    History
        Interrupting (Ctrl-C, or the stop button in Jupyter) ends the run after the present step;
        the network keeps what it learned.

    Raises
    ------
    TypeError, ValueError
        If images, labels or an argument do not fit; then nothing is changed.
    OSError
        If the checkpoint cannot be read, or nothing can be written in its place.
    FloatingPointError
        If the loss is no longer finite.

    Derived in lesson 05.
    """
    at_least(1, epochs=epochs, batch_size=batch_size)
    at_least(0, seed=seed)
    callbacks = tuple(callbacks)
    if resume and checkpoint is None:
        raise ValueError("resume is on and checkpoint is None, expected the file to go on from")
    for name, data in (("train", train), ("valid", valid)):
        if data is not None:
            check_data(network, name, data)
    optimizer = Adam() if optimizer is None else optimizer
    run = Run(network, optimizer, seed, batch_size, len(train[0]))
    if resume:
        run.load(checkpoint, epochs)
    if checkpoint is not None:
        check_place(checkpoint)
    loss = SoftmaxCrossEntropy()
    was_training, needed = network.training, network.input_gradient
    try:
        with stopping_cleanly(run):
            while run.epoch < epochs and not run.stop:
                network.training, network.input_gradient = True, False
                one_epoch(run, train, loss, batch_size, seed, augment, callbacks, progress, epochs)
                if run.batch == 0:
                    finish_epoch(run, valid, progress)
                    for callback in callbacks:
                        callback(run)
                    if checkpoint is not None and not run.stop:
                        run.save(checkpoint)
        run.history.interrupted = run.epoch < epochs
        if checkpoint is not None and run.stop:
            run.save(checkpoint)
    finally:
        network.training, network.input_gradient = was_training, needed
    return run.history


def one_epoch(run, train, loss, batch_size, seed, augment, callbacks, progress, epochs):
    """Go through the training images once, or on from where the run stopped."""
    steps = -(-len(train[0]) // batch_size)
    order = np.random.default_rng([seed, run.epoch])
    todo = islice(batches(*train, batch_size, order), run.batch, None)
    start = time.perf_counter() - run.spent
    with tqdm(
        total=steps,
        initial=run.batch,
        desc=f"epoch {run.epoch + 1}/{epochs}",
        unit="batch",
        disable=not progress,
    ) as bar:
        for x, labels in todo:
            if augment is not None:
                x = augment(x, np.random.default_rng([seed, run.epoch, run.batch]))
            measured = {name: value.copy() for name, value in run.network.state.items()}
            try:
                run.step(x, labels, loss)
            except FloatingPointError:  # running means have seen what made the loss infinite
                for name, value in run.network.state.items():
                    value[...] = measured[name]
                raise
            run.spent = time.perf_counter() - start
            bar.update()
            if run.batch % 20 == 0 or run.batch == steps:
                recent = run.history.losses[-20:], run.history.accuracies[-20:]
                bar.set_postfix_str(
                    f"loss {np.mean(recent[0]):.3f}, accuracy {np.mean(recent[1]):.3f}",
                    refresh=False,
                )
            for callback in callbacks:
                callback(run)
            if run.stop and run.batch < steps:
                return
    run.epoch, run.batch = run.epoch + 1, 0


def finish_epoch(run, valid, progress):
    """Record the time, and loss and accuracy on the validation images."""
    run.history.seconds.append(run.spent)
    run.spent = 0.0
    if valid is None:
        return
    value, accuracy = evaluate(run.network, *valid)
    run.history.valid_losses.append(value)
    run.history.valid_accuracies.append(accuracy)
    if progress:
        tqdm.write(f"epoch {run.epoch}: test loss {value:.4f}, test accuracy {accuracy:.2%}")


def predict(network, x, batch_size=500):
    """Send many images through a network, some at a time, with ``training`` off.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (N, C, H, W)
    batch_size : int
        Images at a time: more needs more memory.

    Returns
    -------
    ndarray of shape (N, M)
        Scores, before softmax.
    """
    was_training, network.training = network.training, False
    try:
        parts = [network.forward(x[i : i + batch_size]) for i in range(0, len(x), batch_size)]
    finally:
        network.training = was_training
    return np.concatenate(parts)


def evaluate(network, x, labels, batch_size=500):
    """Measure a network on labelled images.

    Parameters
    ----------
    network, x, batch_size
        As for :func:`predict`.
    labels : ndarray of shape (N,), integer

    Returns
    -------
    (float, float)
        Mean loss and share of images whose highest score is the right class.

    Raises
    ------
    TypeError, ValueError
        If images or labels do not fit.
    """
    at_least(1, batch_size=batch_size)
    check_data(network, "data", (x, labels))
    scores = predict(network, x, batch_size)
    return SoftmaxCrossEntropy().forward(scores, labels), float(
        (scores.argmax(axis=1) == labels).mean()
    )


def check_data(network, name, data):
    """Refuse images and labels that a network cannot be trained or measured on."""
    try:
        x, labels = data
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {type(data).__name__}, expected (images, labels)") from None
    try:
        network.check(x)
        if len(x) == 0:
            raise ValueError("x has no images")
        out = network.output_shape(x.shape[1:])
        if len(out) != 1:
            raise ValueError(
                f"the network returns shape (N, {', '.join(map(str, out))}), expected (N, M)"
            )
        check_labels(labels, len(x), out[0])
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None


def weights(network):
    """Return parameters and state together."""
    return {**network.params, **network.state}


def dropouts(network):
    """List the layers that draw while training, in order."""
    return [layer for layer in network.walk() if isinstance(layer, Dropout)]


@contextmanager
def stopping_cleanly(run):
    """Turn the first interrupt into a stop after the present step; the second one acts at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number, frame):
        run.stop = True
        signal.signal(signal.SIGINT, usual)

    usual = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
