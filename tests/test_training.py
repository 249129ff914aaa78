"""The training loop: it does what a dozen plain lines do, and refuses what cannot go well."""

import copy
import sys

import numpy as np
import pytest

from cnnlib.augment import augment
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import SmoothedCrossEntropy, SoftmaxCrossEntropy
from cnnlib.models import mlp
from cnnlib.network import Sequential
from cnnlib.optimizers import SGD, Adam, constant, one_cycle
from cnnlib.training import Run, evaluate, fit, predict
from tests.helpers import Broken, noisy_network, quarters, same_weights


@pytest.fixture
def data():
    return quarters()


def plain_loop(network, x, labels, epochs, batch_size, optimizer, loss, seed):
    """Train by a dozen lines that know nothing of cnnlib's loop."""
    losses, accuracies, rates = [], [], []
    network.training = True
    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(len(x))
        for batch, start in enumerate(range(0, len(x), batch_size)):
            pick = order[start : start + batch_size]
            seen = augment(x[pick], np.random.default_rng([seed, epoch, batch]))
            scores = network.forward(seen)
            losses.append(loss.forward(scores, labels[pick]))
            accuracies.append(np.mean(scores.argmax(axis=1) == labels[pick]))
            rates.append(optimizer.rate(optimizer.steps))
            network.backward(loss.backward())
            optimizer.step(network.params, network.grads)
    return losses, accuracies, rates


@pytest.mark.parametrize(("batch_size", "loss"), [(16, None), (60, SmoothedCrossEntropy(0.2))])
def test_fit_equals_a_plain_loop_bit_for_bit(data, batch_size, loss):
    plain, fitted = noisy_network(), noisy_network()
    terms = {
        "epochs": 2,
        "batch_size": batch_size,
        "seed": 3,
        "loss": loss or SoftmaxCrossEntropy(),
    }
    found = plain_loop(plain, *data, optimizer=Adam(one_cycle(0.01, 8)), **terms)
    rule = Adam(one_cycle(0.01, 8))
    terms["loss"] = loss  # None stands for the plain one
    history = fit(fitted, data, optimizer=rule, augment=augment, progress=False, **terms)
    assert same_weights(plain, fitted)
    assert (history.losses, history.accuracies, history.rates) == found
    assert len(set(history.losses)) == len(history.losses) == 2 * -(-60 // batch_size)


def test_callbacks_see_every_step_and_every_end_of_an_epoch(data):
    seen = []

    def look(run):
        assert run.network.training == (run.batch > 0)
        assert (run.epochs, run.steps) == (2, 4)
        done = len(run.history.losses), len(run.history.seconds), len(run.history.valid_losses)
        seen.append((run.epoch, run.batch, *done))

    fit(noisy_network(), data, data, epochs=2, batch_size=16, callbacks=[look], progress=False)
    first = [(0, k, k, 0, 0) for k in (1, 2, 3, 4)] + [(1, 0, 4, 1, 1)]
    assert seen == first + [(1, k, 4 + k, 1, 1) for k in (1, 2, 3, 4)] + [(2, 0, 8, 2, 2)]


def test_the_gradient_of_the_images_is_not_computed(data):
    asked = []

    class Spy(Flatten):
        def backward(self, dy):
            asked.append(self.input_gradient)
            return super().backward(dy)

    network = Sequential([Spy(), Dense(64, 4, rng=0)])
    fit(network, data, batch_size=30, progress=False)
    assert asked == [False, False] and network.input_gradient and not network.training


def test_it_learns_and_records(data):
    network = noisy_network()
    history = fit(
        network, data, data, epochs=30, batch_size=16, optimizer=Adam(0.01), progress=False
    )
    assert len(history.losses) == len(history.rates) == len(history.accuracies) == 30 * 4
    assert len(history.valid_losses) == len(history.seconds) == 30
    assert history.losses[-1] < 0.5 * history.losses[0]
    assert history.valid_accuracies[-1] > 0.9
    assert history.valid_accuracies[-1] == evaluate(network, *data)[1]
    assert not history.interrupted
    assert not network.training and network.input_gradient


def test_whether_it_was_interrupted_is_a_yes_or_no_whatever_a_callback_says(data):
    say_no = [lambda run: setattr(run, "stop", 0)]
    assert fit(noisy_network(), data, callbacks=say_no, progress=False).interrupted is False


def spoiling(image):
    """Return an ``augment`` that makes nothing but NaN of one image."""
    return lambda x, rng: np.where(x == image, np.float32("nan"), x)


def test_a_loss_that_is_not_finite_stops_training_and_says_what_to_try(data):
    network = noisy_network()
    before = []
    remember = lambda run: before.append({k: v.copy() for k, v in run.network.params.items()})  # noqa: E731
    with pytest.raises(
        FloatingPointError, match=r"loss is nan at step \d.*learning rate below 0.0"
    ):
        fit(network, data, batch_size=1, augment=spoiling(data[0][17]), callbacks=[remember],
            progress=False)  # fmt: skip
    assert all(np.array_equal(v, network.params[k]) for k, v in before[-1].items())
    assert all(np.isfinite(value).all() for value in network.weights().values())
    assert np.isfinite(predict(network, data[0])).all()


def broken_network():
    """Return what a run that went wrong leaves behind."""
    network = noisy_network()
    network.params["dense1.w"][3, 1] = np.nan
    return network


def spoilt(number):
    """Return images of which one pixel is something else."""
    x = quarters()[0].copy()
    x[17, 0, 3, 3] = number
    return x


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs is 0, expected an integer, at least 1"),
        ({"batch_size": 0}, ValueError, "batch_size is 0, expected an integer, at least 1"),
        ({"resume": True}, ValueError, "resume is on and checkpoint is None"),
        ({"seed": -1}, ValueError, "seed is -1, expected an integer, at least 0"),
        ({"seed": None}, ValueError, "seed is None, expected an integer, at least 0"),
        ({"callbacks": print}, TypeError, "callbacks is <built-in.*expected a list of functions"),
        ({"callbacks": [5]}, TypeError, r"callbacks is \[5\], expected a list of functions"),
        ({"augment": 5}, TypeError, r"augment is 5, expected a function of \(x, rng\)"),
        ({"optimizer": "adam"}, TypeError, r"optimizer is 'adam', expected one such as Adam\("),
        ({"loss": 0.05}, TypeError, r"loss is 0.05, expected one such as SmoothedCrossEntropy\("),
        ({"loss": SoftmaxCrossEntropy}, TypeError, "loss is <class .*expected one such as"),
        ({"optimizer": Adam}, TypeError, "optimizer is <class .*expected one such as"),
        ({"network": Dense(64, 4, rng=0)}, TypeError, r"network is Dense.*, expected a cnnlib S"),
        ({"network": broken_network()}, ValueError, "dense1.w holds NaN or infinity"),
        ({"train": None}, ValueError, r"train is NoneType, expected \(images, labels\)"),
        ({"labels": [0] * 60}, TypeError, "train: labels is .*, expected an array of integers"),
        ({"x": spoilt(np.nan)}, ValueError, "train: x holds NaN or infinity"),
        ({"valid": (spoilt(-np.inf), np.zeros(60, int))}, ValueError, "valid: x holds NaN or inf"),
        ({"train": 3}, ValueError, r"train is int, expected \(images, labels\)"),
        ({"valid": "ab"}, ValueError, r"valid is str, expected \(images, labels\)"),
        ({"labels": np.zeros(60)}, TypeError, "train: labels are float64"),
        ({"labels": np.full(60, 4)}, ValueError, "train: labels go from 4 to 4, expected 0 to 3"),
        ({"labels": np.zeros(59, int)}, ValueError, r"train: labels have shape \(59,\)"),
        ({"x": np.zeros((60, 1, 8, 8), np.uint8)}, TypeError, "train: x is uint8"),
        ({"x": np.zeros((60, 1, 8, 8))}, TypeError, "train: .*float64.*float32"),
        ({"x": np.zeros((60, 2, 8, 8), np.float32)}, ValueError, "train: conv1.*expected"),
        ({"network": Sequential([Conv2D(1, 4, 5)])}, ValueError, r"train: .*\(N, 4, 4, 4\)"),
        (
            {"x": np.zeros((0, 1, 8, 8), np.float32)},
            ValueError,
            "train: x .*expected at least one image",
        ),
    ],
)
def test_bad_input_is_refused_before_anything_changes(data, change, error, message):
    change = dict(change)  # the case's own stays as it is
    network = change.pop("network", noisy_network())
    start = copy.deepcopy(network)
    x, labels = change.pop("x", data[0]), change.pop("labels", data[1])
    arguments = {"train": (x, labels), "progress": False} | change
    with pytest.raises(error, match=message):
        fit(network, **arguments)
    for name, value in start.params.items():
        np.testing.assert_array_equal(network.params[name], value)
    for name, value in start.state.items():
        np.testing.assert_array_equal(network.state[name], value)


def test_predict_in_parts_equals_predict_at_once(data):
    network = noisy_network()
    network.training = True
    state = {k: v.copy() for k, v in network.state.items()}
    np.testing.assert_allclose(
        predict(network, data[0], batch_size=7), predict(network, data[0]), atol=1e-5
    )
    assert network.training
    assert all(np.array_equal(value, network.state[name]) for name, value in state.items())


@pytest.mark.parametrize(
    "images, batch_size, message",
    [
        (60, 0, "batch_size is 0, expected an integer, at least 1"),
        (60, -1, "batch_size is -1, expected an integer, at least 1"),
        (0, 500, "x has shape .*, expected at least one image"),
    ],
)
def test_predict_refuses_by_name(data, images, batch_size, message):
    with pytest.raises(ValueError, match=message):
        predict(noisy_network(), data[0][:images], batch_size)


def test_a_network_without_layers_predicts_what_it_is_given():
    x = np.ones((3, 4), np.float32)
    np.testing.assert_array_equal(predict(Sequential([]), x), x)


def test_predict_takes_fewer_images_at_a_time_where_each_needs_much(data, monkeypatch):
    network, seen = noisy_network(), []
    forward = network.forward
    monkeypatch.setattr(network, "numbers", lambda shape: 2**22)  # in float32, 16 MB an image
    monkeypatch.setattr(network, "forward", lambda x: seen.append(len(x)) or forward(x))
    assert len(predict(network, data[0])) == 60 and seen == [16, 16, 16, 12]


def test_the_progress_bar_says_loss_and_accuracy(data, capsys):
    fit(noisy_network(), data, data, batch_size=20)
    out, err = capsys.readouterr()
    assert "epoch 1/1" in err and "loss" in err and "accuracy" in err
    assert "validation loss" in out


@pytest.mark.parametrize("batch_size", [59, 1])
def test_a_last_batch_of_one_is_refused_where_a_layer_cannot_train_on_it(data, batch_size):
    network = noisy_network()
    network = Sequential([*network.layers.values(), BatchNorm(4)])
    start = copy.deepcopy(network)
    with pytest.raises(ValueError, match="train: a part of a batch is one image, with "):
        fit(network, data, batch_size=batch_size, progress=False)
    assert same_weights(network, start) and not network.training
    assert [bits.state for bits in network.draws()] == [bits.state for bits in start.draws()]


def test_a_share_of_one_image_is_refused_at_the_start_as_well(data):
    """Three images are left for the last batch, so of two processes one would see a single one."""

    class Halves(Run):
        def cuts(self, images):
            return [0, images // 2, images]

    network = Sequential([*noisy_network().layers.values(), BatchNorm(4)])
    start = copy.deepcopy(network)
    assert len(data[0]) % 19 == 3
    with pytest.raises(ValueError, match="train: a part of a batch is one image, with "):
        fit(network, data, batch_size=19, progress=False, loop=Halves)
    assert same_weights(network, start)


def test_a_last_batch_of_one_is_welcome_where_every_layer_can_train_on_it(data):
    plain, fitted = noisy_network(), noisy_network()
    plain_loop(plain, *data, 1, 59, Adam(constant(0.001)), SoftmaxCrossEntropy(), 0)
    fit(fitted, data, batch_size=59, augment=augment, progress=False)
    assert same_weights(plain, fitted)


@pytest.mark.parametrize("rule", [lambda: Adam(0.01), lambda: SGD(one_cycle(0.1, 8))])
def test_an_optimizer_that_has_trained_another_network_is_refused(data, tmp_path, rule):
    rule, one, two = rule(), noisy_network(), noisy_network(rng=1)
    file = {"checkpoint": tmp_path / "run.npz"}
    fit(one, data, batch_size=16, optimizer=rule, **file, progress=False)
    for go_on in ({}, file | {"resume": True}):
        with pytest.raises(ValueError, match="has done 4 steps on another 'conv1.w': each network"):
            fit(two, data, batch_size=16, optimizer=rule, **go_on, progress=False)
    assert same_weights(two, noisy_network(rng=1)) and rule.steps == 4
    fit(one, data, batch_size=16, optimizer=rule, progress=False)
    assert rule.steps == 8
    branch = copy.deepcopy((one, rule))
    apart = copy.deepcopy(one), copy.deepcopy(rule)
    for network, optimizer in (branch, apart):
        fit(network, data, batch_size=16, optimizer=optimizer, progress=False)
    assert same_weights(branch[0], apart[0])


def test_a_plain_rule_that_remembers_nothing_may_train_many(data):
    rule, twin = SGD(0.1), noisy_network()
    fit(noisy_network(rng=1), data, optimizer=rule, progress=False)
    fit(twin, data, optimizer=rule, progress=False)
    alone = noisy_network()
    fit(alone, data, optimizer=SGD(0.1), progress=False)
    assert same_weights(alone, twin)


@pytest.mark.parametrize("name", ["train", "valid"])
def test_images_from_0_to_255_are_remarked_on(data, name):
    sets = {"train": data, "valid": data} | {name: (255 * data[0], data[1])}
    high = np.float32(255) * data[0].max()
    with pytest.warns(UserWarning, match=f"^{name}: the images go from .* to {high:.3f}") as told:
        fit(noisy_network(), **sets, progress=False)
    assert told[0].filename == __file__  # the line that called fit


def test_numbers_that_are_not_finite_after_the_last_step_stop_the_run(data, tmp_path, recwarn):
    """The loss before the step was still a number: only what comes after it tells."""
    path = tmp_path / "run.npz"
    for valid, rate, message in (
        (data, 1e38, r"the loss on valid is not finite after step 1: try .* rate below 1e\+38"),
        (None, 1e40, r"dense1.w is not finite after step 1: try a learning rate below 1e\+40"),
    ):
        network = Sequential([Flatten(), Dense(64, 4, rng=0)])
        with pytest.raises(FloatingPointError, match=message):
            fit(network, data, valid, optimizer=SGD(rate), checkpoint=path, progress=False)
        assert not path.exists()
    assert len(recwarn) == 0


def test_weights_that_are_too_large_are_told_by_the_loss_and_by_no_warning(data):
    network = Sequential([Flatten(), Dense(64, 4, rng=0)])
    network.params["dense1.w"][...] = 3e38
    with pytest.raises(FloatingPointError, match="the loss is nan at step 1"):
        fit(network, data, batch_size=59, progress=False)


@pytest.mark.filterwarnings("ignore:valid. the images go")
@pytest.mark.parametrize("where", ["on valid", "at step 3"])
def test_a_rate_that_has_fallen_is_not_the_one_to_blame(data, where):
    network = Sequential([Flatten(), Dense(64, 4, rng=0)])
    few = data[0][:20], data[1][:20]
    vast = np.full_like(few[0], 3e38), few[1]

    def spoil(run):
        if len(run.history.losses) == 2 and where != "on valid":
            run.network.params["dense1.w"][...] = np.inf

    terms = {"batch_size": 5, "callbacks": [spoil], "progress": False}
    rule = SGD(lambda step: 0.07 if step == 0 else 1e-6)
    with pytest.raises(FloatingPointError, match=rf"{where}.*rate below 0\.07"):
        fit(network, few, vast if where == "on valid" else None, optimizer=rule, **terms)


@pytest.mark.parametrize(
    "error",
    [OSError(28, "No space left on device"), ValueError("I/O operation on closed file"),
     UnicodeEncodeError("cp1252", "█", 0, 1, "undefined"), BrokenPipeError(), None],
    ids=str,
)  # fmt: skip
def test_a_progress_bar_that_cannot_write_does_not_end_the_run(data, monkeypatch, error):
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, Broken(error) if error else None)
    history = fit(noisy_network(), data, data, epochs=2, batch_size=16)
    assert len(history.losses) == 8 and len(history.valid_losses) == 2


@pytest.mark.parametrize("rate", [np.nan, -0.1, "a", None])
def test_a_schedule_that_returns_no_rate_ends_the_run_as_it_was_before_the_step(data, rate):
    rates, network, whole = [0.01, rate], noisy_network(), noisy_network()

    def stop(run):
        run.stop = True

    fit(whole, data, batch_size=30, optimizer=SGD(0.01), callbacks=[stop], progress=False)
    with pytest.raises(ValueError, match=f"rate of step 2 is {rate!r}, expected a number"):
        fit(network, data, batch_size=30, optimizer=SGD(rates.__getitem__), progress=False)
    assert same_weights(network, whole)


@pytest.mark.parametrize(
    "wrong", [np.float64, lambda x: x[:3], lambda x: None], ids=["dtype", "length", "None"]
)
@pytest.mark.parametrize("resume", [False, True])
def test_a_wrong_result_of_augment_is_blamed_on_augment(data, tmp_path, wrong, resume):
    path = tmp_path / "run.npz"
    fit(noisy_network(), data, checkpoint=path, augment=augment, progress=False)
    spoil = lambda x, rng: wrong(x)  # noqa: E731
    with pytest.raises(ValueError, match=r"augment returned .*, expected float32 \(60, 1, 8, 8\)"):
        fit(noisy_network(), data, checkpoint=path, augment=spoil, resume=resume, progress=False)


def test_evaluate_refuses_what_fit_refuses(data):
    with pytest.raises(ValueError, match="data: x holds NaN or infinity"):
        evaluate(noisy_network(), spoilt(np.inf), data[1])
    with pytest.raises(ValueError, match="batch_size is -1, expected an integer, at least 1"):
        evaluate(noisy_network(), *data, batch_size=-1)


def test_a_schedule_that_has_ended_hides_no_loss_that_is_none(mnist):
    part = mnist[0][0][:200], mnist[0][1][:200]
    with pytest.raises(FloatingPointError, match="at step 2: try a learning rate below 1e.38"):
        fit(mlp(rng=0), part, optimizer=SGD([1e38].__getitem__), progress=False)
