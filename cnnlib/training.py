"""The training loop: batches in, gradients back, a step."""

import time
from itertools import islice

import numpy as np

from cnnlib.arguments import at_least, check_functions, finite, instance, look_at_range
from cnnlib.checkpoint import RunState
from cnnlib.datasets import batches
from cnnlib.files import check_place
from cnnlib.interrupt import stopping_cleanly
from cnnlib.layers.base import wrong_shape
from cnnlib.losses import SoftmaxCrossEntropy, check_labels
from cnnlib.network import Sequential
from cnnlib.optimizers import Adam, Optimizer
from cnnlib.progress import ProgressBar
from cnnlib.recordings import recalled


class Run(RunState):
    """A training run in progress, as callbacks see it.

    Attributes
    ----------
    network, optimizer, history
        What :func:`fit` was given and what it will return.
    epochs, steps : int
        How many epochs there will be, and how many steps each has.
    epoch, batch : int
        Epochs done, and batches done in the present one.
    stop : bool
        Set it, and the run stops cleanly after this step.
    """

    def one_epoch(self):
        """Go through the training images once, or on from where the run stopped."""
        order = np.random.default_rng([self.seed, self.epoch])
        todo = islice(batches(*self.train, self.batch_size, order), self.batch, None)
        start = time.perf_counter() - self.spent
        with self.network.mode(training=True, input_gradient=False):
            for x, labels in todo:
                x = self.distort(x, self.epoch, self.batch)
                with self.network.unchanged(always=False), np.errstate(all="ignore"):
                    self.step(x, labels)
                self.spent = time.perf_counter() - start
                self.call()
                if self.stop and self.batch < self.steps:
                    return
        self.epoch, self.batch = self.epoch + 1, 0
        self.history.seconds.append(self.spent)
        self.spent = 0.0
        self.validate()
        self.call()

    def step(self, x, labels):
        """Do one step: forward, loss, backward, update."""
        value, accuracy, grads = self.differentiate(x, labels)
        if not np.isfinite(value):
            raise self.diverged(f"the loss is {value} at step {len(self.history.losses) + 1}")
        self.history.rates.append(self.optimizer.rate_now())
        self.optimizer.step(self.network.params, grads)
        self.history.losses.append(value)
        self.history.accuracies.append(accuracy)
        self.batch += 1

    def differentiate(self, x, labels):
        """Return loss and accuracy on a batch, and the gradients of the loss."""
        scores = self.network.forward(x)
        value = self.loss.forward(scores, labels)
        self.network.backward(self.loss.backward())
        accuracy = float((scores.argmax(axis=1) == labels).mean())
        return value, accuracy, self.network.grads

    def cuts(self, images):
        """Return where a batch begins, is cut into parts that see only themselves, and ends."""
        return [0, images]

    def diverged(self, what):
        """Make the error for numbers that are no longer finite, with what may have made them so."""
        rate = max(self.history.rates or [self.optimizer.rate_now()])  # the highest so far
        advice = f"try a learning rate below {rate:g}, or look for NaN or infinity from augment"
        return FloatingPointError(f"{what}: {advice}")

    def validate(self):
        """Measure the validation images, if there are any; refuse what is not finite."""
        results = self.network.weights()
        if self.valid is not None:
            with np.errstate(all="ignore"):
                value, accuracy = evaluate(self.network, *self.valid)
            self.history.valid_losses.append(value)
            self.history.valid_accuracies.append(accuracy)
            results["the loss on valid"] = value
        for name, value in results.items():
            if not np.isfinite(value).all():
                raise self.diverged(f"{name} is not finite after step {len(self.history.losses)}")

    def call(self):
        """Let the callbacks see the run."""
        for callback in self.callbacks:
            callback(self)


def fit(network, train, valid=None, *, epochs=1, batch_size=100, optimizer=None, augment=None,
        loss=None, seed=0, callbacks=(), progress=True, checkpoint=None, resume=False,
        loop=Run):  # fmt: skip
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
        Returns a changed copy of a batch of images, shape and dtype as before, such as
        ``augment.augment``.
    loss : SoftmaxCrossEntropy, optional
        What training makes small, such as ``SmoothedCrossEntropy(0.05)``. On ``valid`` it is
        always a plain ``SoftmaxCrossEntropy``.
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
    loop : type
        What runs: :class:`Run`, or ``distributed.SharedRun`` on several processes.

    Returns
    -------
    History
        What the run did.

    Raises
    ------
    TypeError, ValueError
        If images, labels or an argument do not fit, or images or weights are not finite; then
        nothing is changed. If a schedule returns no rate or ``augment`` no such images, which is
        seen only at that step; then the network keeps the weights of the step before.
    OSError
        If the checkpoint cannot be read, or nothing can be written in its place.
    FloatingPointError
        If the loss of a step is no longer finite: the network keeps the weights of the step
        before; or if weights or the loss on ``valid`` are not, after an epoch.
    Interrupted
        A KeyboardInterrupt with the attribute ``history``: if the user pressed Ctrl-C, or the
        stop button of Jupyter. The run ended after the present step, the network keeps what it
        learned, and the checkpoint is written. Pressed twice, it acts at once.

    Warns
    -----
    UserWarning
        If images have values far from 0 to 1.

    See lesson 05.
    """
    at_least(1, epochs=epochs, batch_size=batch_size)
    at_least(0, seed=seed)
    check_functions(callbacks, augment)
    if resume and checkpoint is None:
        raise ValueError("resume is on and checkpoint is None, expected the file to go on from")
    instance(Sequential, "a cnnlib Sequential", network=network)
    if not resume:  # a checkpoint brings weights of its own, which load looks at
        finite(network.weights())
    sets = {"train": train} if valid is None else {"train": train, "valid": valid}
    for name, data in sets.items():
        check_data(network, name, data)
        look_at_range(name, data[0])
    optimizer = Adam() if optimizer is None else optimizer
    instance(Optimizer, "one such as Adam(0.001)", optimizer=optimizer)
    optimizer.check(network.params)
    loss = SoftmaxCrossEntropy() if loss is None else loss
    instance(SoftmaxCrossEntropy, "one such as SmoothedCrossEntropy(0.05)", loss=loss)
    run = loop(network, optimizer, train, valid, callbacks, epochs, batch_size, augment, seed, loss)
    check_single_images(run, train[0])
    if resume:
        run.load(checkpoint)
    if checkpoint is not None:
        check_place(checkpoint)
    with recalled(run), stopping_cleanly(run), ProgressBar(progress) as bar:
        run.callbacks = bar, *callbacks
        while run.epoch < epochs and not run.stop:
            run.one_epoch()
            run.history.interrupted = bool(run.stop and run.epoch < epochs)
            if checkpoint is not None:
                run.save(checkpoint)
    return run.history


def predict(network, x, batch_size=500):
    """Send many images through a network, some at a time, with ``training`` off.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (N, C, H, W)
    batch_size : int
        Images at a time; fewer where they would need more than about 256 MB.

    Returns
    -------
    ndarray of shape (N, M)
        Scores, before softmax.

    Raises
    ------
    TypeError, ValueError
        If the images do not fit or are none.
    """
    with network.mode(training=False):
        return np.concatenate(list(network.in_batches(x, batch_size)))


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
        If images or labels do not fit, or images hold NaN or infinity.
    """
    check_data(network, "data", (x, labels))
    scores = predict(network, x, batch_size)
    accuracy = float((scores.argmax(axis=1) == labels).mean())
    return SoftmaxCrossEntropy().forward(scores, labels), accuracy


def check_data(network, name, data):
    """Refuse images and labels that a network cannot be trained or measured on."""
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ValueError(f"{name} is {type(data).__name__}, expected (images, labels)")
    x, labels = data
    try:
        network.check(x)
        finite({"x": x})
        out = network.output_shape(x.shape[1:])
        if len(out) != 1:
            raise wrong_shape(out, "(N, M)", "the network returns")
        instance(np.ndarray, "an array of integers", labels=labels)
        check_labels(labels, len(x), out[0])
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None


def check_single_images(run, x):
    """Refuse a step on one image alone where a layer, such as BatchNorm, cannot train on one."""
    sizes = {len(x) % run.batch_size, min(len(x), run.batch_size)}
    if any(1 in np.diff(run.cuts(size)) for size in sizes):
        try:
            with run.network.unchanged(), run.network.mode(True), np.errstate(all="ignore"):
                run.network.forward(x[:1])
        except ValueError as error:
            raise ValueError(
                f"train: a part of a batch is one image, with {len(x):,} images and batch_size"
                f" {run.batch_size}: {error}"
            ) from None
