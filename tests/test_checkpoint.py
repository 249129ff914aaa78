"""A run is stopped, killed, resumed and refused; its record is kept."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from cnnlib.augment import augment
from cnnlib.checkpoint import RunState
from cnnlib.files import load_arrays, save_arrays
from cnnlib.interrupt import Interrupted
from cnnlib.layers.activations import ReLU
from cnnlib.layers.base import Layer
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import SmoothedCrossEntropy, SoftmaxCrossEntropy
from cnnlib.network import Sequential
from cnnlib.optimizers import SGD, Adam, Momentum, one_cycle, step_decay
from cnnlib.training import fit
from tests.helpers import corrupt, many, noisy_network, quarters, same_weights

ROOT = Path(__file__).resolve().parent.parent
CORRUPTIONS = many(100)  # of each kind of file


@pytest.fixture
def data():
    return quarters()


@pytest.mark.parametrize("stop_at", [1, 3, 4, 6, 11])
@pytest.mark.parametrize("optimizer", [Adam, Momentum])
def test_stopped_and_resumed_is_as_if_never_stopped(data, tmp_path, stop_at, optimizer):
    def train(network, epochs=3, **options):
        rule = optimizer(one_cycle(0.01, 12))
        return fit(
            network, data, data, epochs=epochs, batch_size=16, optimizer=rule, augment=augment,
            progress=False, **options,
        )  # fmt: skip

    whole = noisy_network()
    expected = train(whole)

    def stop(run):
        run.stop = run.stop or len(run.history.losses) == stop_at

    path = tmp_path / "run.npz"
    first = train(noisy_network(), callbacks=[stop], checkpoint=path)
    assert first.interrupted and len(first.losses) == stop_at
    resumed = noisy_network(rng=99)
    resumed.params["dense1.w"][0, 0] = np.nan  # what it held before is of no matter
    history = train(resumed, checkpoint=path, resume=True)
    assert same_weights(whole, resumed)
    for name in ("losses", "accuracies", "rates", "valid_losses", "valid_accuracies"):
        assert getattr(history, name) == getattr(expected, name)
    assert len(history.seconds) == 3 and not history.interrupted


def test_a_checkpoint_of_another_network_is_refused(data, tmp_path):
    path = tmp_path / "run.npz"
    fit(noisy_network(), data, checkpoint=path, progress=False)
    other = Sequential([Flatten(), Dropout(), Dropout(), Dense(64, 4, rng=0)])
    before = {name: value.copy() for name, value in other.weights().items()}
    with pytest.raises(ValueError, match="is of another network"):
        fit(other, data, checkpoint=path, resume=True, progress=False)
    assert all(np.array_equal(value, before[name]) for name, value in other.weights().items())


def test_no_file_and_another_file_are_no_checkpoint(data, tmp_path):
    path = tmp_path / "run.npz"
    go_on = {"checkpoint": path, "resume": True, "progress": False}
    with pytest.raises(FileNotFoundError, match="no file .*run.npz"):
        fit(noisy_network(), data, **go_on)
    fit(noisy_network(), data, checkpoint=path, progress=False)
    noisy_network().save(path)
    with pytest.raises(ValueError, match="is not a checkpoint"):
        fit(noisy_network(), data, **go_on)
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]


def test_a_checkpoint_keeps_numpy_integers_and_any_bit_generator(data, tmp_path):
    def network(seed):
        rng = np.random.Generator(np.random.MT19937(seed))
        return Sequential([Flatten(), Dropout(0.5, rng=rng), Dense(64, 4, rng=seed)])

    terms = {"seed": np.int64(3), "batch_size": np.int64(16), "progress": False}
    whole, later = network(0), network(1)
    fit(whole, data, epochs=2, **terms)
    path = tmp_path / "run.npz"
    fit(network(0), data, epochs=1, checkpoint=path, **terms)
    fit(later, data, epochs=2, checkpoint=path, resume=True, **terms)
    assert same_weights(whole, later)


@pytest.mark.parametrize("place", ["run.pkl", "file/run.npz", "folder.npz"])
def test_a_place_that_no_checkpoint_can_be_written_to_is_refused_before_training(
    data, tmp_path, place
):
    (tmp_path / "file").touch()
    (tmp_path / "folder.npz").mkdir()
    network, start = noisy_network(), noisy_network()
    with pytest.raises((ValueError, OSError), match=place.split("/")[0]):
        fit(network, data, checkpoint=tmp_path / place, progress=False)
    assert same_weights(network, start)


@pytest.mark.parametrize("layers", [0, 2])
def test_a_checkpoint_with_other_dropouts_is_refused(data, tmp_path, layers):
    def network(dropouts, rng):
        return Sequential([Flatten(), *(Dropout() for _ in range(dropouts)), Dense(64, 4, rng=rng)])

    path = tmp_path / "run.npz"
    fit(network(1, rng=0), data, checkpoint=path, progress=False)
    other = network(layers, rng=1)
    with pytest.raises(ValueError, match=r"was written with draws \['PCG64'\], this run has \["):
        fit(other, data, epochs=2, checkpoint=path, resume=True, progress=False)
    assert same_weights(other, network(layers, rng=1))


def test_a_checkpoint_that_is_further_than_the_epochs_asked_for_is_refused(data, tmp_path):
    """Else the accuracy reported would be another epoch's than the weights'."""
    path = tmp_path / "run.npz"

    def stop(run):
        run.stop = len(run.history.losses) == 6

    go_on = {"batch_size": 16, "checkpoint": path, "progress": False}
    fit(noisy_network(), data, data, epochs=3, callbacks=[stop], **go_on)
    network = noisy_network(rng=1)
    with pytest.raises(ValueError, match="has done 1 epochs and 2 batches.*epochs is 1"):
        fit(network, data, data, epochs=1, resume=True, **go_on)
    assert same_weights(network, noisy_network(rng=1))
    assert not fit(network, data, data, epochs=2, resume=True, **go_on).interrupted
    assert len(fit(network, data, data, epochs=2, resume=True, **go_on).losses) == 8


def test_a_checkpoint_is_written_after_each_epoch(data, tmp_path):
    """A run that is killed loses at most the epoch that it was in."""
    path, seen, sizes = tmp_path / "run.npz", [], set()

    def look(run):
        if run.batch == 1:
            seen.append(len(load_arrays(path)["history/losses"]) if path.exists() else 0)

    def same(x, rng):
        sizes.add(len(x))
        return x

    fit(noisy_network(), data, epochs=3, batch_size=16, checkpoint=path, callbacks=[look],
        augment=same, progress=False)  # fmt: skip
    assert seen == [0, 4, 8]
    assert sizes == {16, 12}  # nor is more than a batch distorted for the checkpoint


def test_an_augment_that_works_in_place_does_not_reach_the_training_images(data, tmp_path):
    def darken(x, rng):
        x *= 0.5
        return x

    before = data[0].copy()
    fit(noisy_network(), data, augment=darken, checkpoint=tmp_path / "run.npz", progress=False)
    np.testing.assert_array_equal(data[0], before)


def test_the_seconds_before_a_stop_count(data, tmp_path, monkeypatch):
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(clock)))
    terms = {"batch_size": 16, "checkpoint": tmp_path / "run.npz", "progress": False}

    def stop(run):
        run.stop = len(run.history.losses) == 3

    fit(noisy_network(), data, callbacks=[stop], **terms)
    assert fit(noisy_network(), data, resume=True, **terms).seconds == [4.0]  # a second a step


def half(data):
    return data[0][:30], data[1][:30]


def brighter(data):
    return data[0] + np.float32(0.01), data[1]


def relabelled(data):
    return data[0], np.roll(data[1], 1)


OTHER_TERMS = {
    "seed": ({"seed": 1}, "seed 0, this run has 1"),
    "batch_size": ({"batch_size": 20}, "batch_size 16, this run has 20"),
    "rule": ({"optimizer": Momentum(0.01)}, "optimizer Adam, this run has Momentum"),
    "rate": ({"optimizer": Adam(0.02)}, "rate 0.01 at step 1, this run has 0.02 there"),
    "schedule": (
        {"optimizer": Adam(step_decay(0.01, 3, 0.1))},
        "rate 0.01 at step 4, this run has 0.001 there; a schedule may depend on the number of",
    ),
    "beta": ({"optimizer": Adam(0.01, beta2=0.99)}, "beta2 0.999, this run has 0.99"),
    "decay": ({"optimizer": Adam(0.01, weight_decay=1)}, "weight_decay 0.0, this run has 1.0"),
    "loss": ({"loss": SmoothedCrossEntropy(0)}, "loss SoftmaxCrossEntropy, this run has Smoothed"),
    "no augment": ({"augment": None}, "augment on, this run has off"),
    "augment": ({"augment": partial(augment, shift=1)}, "another augment: its first image differs"),
    "fewer images": ({"train": half}, "images 60, this run has 30"),
    "other images": ({"train": brighter}, "data of CRC-32 [0-9a-f]{8}, this run has of CRC-32"),
    "other labels": ({"train": relabelled}, "data of CRC-32 [0-9a-f]{8}, this run has of CRC-32"),
}


@pytest.mark.parametrize("name", OTHER_TERMS)
def test_a_run_on_other_terms_is_not_resumed_and_nothing_is_changed(data, tmp_path, name):
    change, message = OTHER_TERMS[name]
    terms = {"batch_size": 16, "checkpoint": tmp_path / "run.npz", "progress": False}
    terms |= {"augment": augment, "optimizer": Adam(0.01)}
    fit(noisy_network(), data, **terms)
    network = noisy_network(rng=1)
    terms |= {"optimizer": Adam(0.01), "epochs": 2, "resume": True} | change
    train = terms.pop("train", lambda data: data)(data)
    with pytest.raises(ValueError, match="run.npz' was written with " + message):
        fit(network, train, **terms)
    assert same_weights(network, noisy_network(rng=1))
    assert terms["optimizer"].steps == 0 and terms["optimizer"].memory == {}


def test_the_future_of_a_schedule_may_change(data, tmp_path):
    terms = {"batch_size": 16, "checkpoint": tmp_path / "run.npz", "progress": False}
    fit(noisy_network(), data, optimizer=Adam(0.01), **terms)
    rule = Adam(step_decay(0.01, 4, 0.1))
    history = fit(noisy_network(), data, optimizer=rule, epochs=2, resume=True, **terms)
    assert history.rates == [0.01] * 4 + [0.001] * 4


def test_a_layer_of_the_readers_own_draws_as_if_never_stopped(data, tmp_path):
    class Jitter(Layer):
        def __init__(self, seed):
            super().__init__()
            self.source = np.random.default_rng(seed)

        def forward(self, x):
            return x + self.source.random(x.shape, np.float32) if self.training else x

        def backward(self, dy):
            return dy

    def network(seed):
        return Sequential([Flatten(), Jitter(seed), Dense(64, 4, rng=seed)])

    whole, later, path = network(0), network(1), tmp_path / "run.npz"
    fit(whole, data, epochs=2, batch_size=16, progress=False)
    fit(network(0), data, batch_size=16, checkpoint=path, progress=False)
    fit(later, data, epochs=2, batch_size=16, checkpoint=path, resume=True, progress=False)
    assert same_weights(whole, later)


# --------------------------------------------------------------------------- damaged files


def first_steps(path, data, steps=6):
    """Write a checkpoint, in the middle of an epoch of 4 steps, and return its arrays."""

    def stop(run):
        run.stop = len(run.history.losses) == steps

    fit(noisy_network(), data, data, epochs=3, batch_size=16, callbacks=[stop], checkpoint=path,
        augment=augment, progress=False)  # fmt: skip
    return load_arrays(path)


def assert_not_resumed(path, data, message):
    network, rule = noisy_network(rng=1), Adam()
    with pytest.raises(ValueError, match=message):
        fit(network, data, data, epochs=3, batch_size=16, checkpoint=path, augment=augment,
            optimizer=rule, resume=True, progress=False)  # fmt: skip
    twin = noisy_network(rng=1)
    assert same_weights(network, twin) and rule.steps == 0 and rule.memory == {}
    states = [[bits.state for bits in n.draws()] for n in (network, twin)]
    assert states[0] == states[1]


def poisons(name, value):
    """Yield what a part of a checkpoint may be instead of what it should."""
    yield "lacks it", None
    yield "text", np.array("1.0")
    yield "another shape", np.zeros((*value.shape, 2), value.dtype)
    if value.dtype.kind == "f":
        yield "integers", value.astype(int)
        for number in (np.nan, np.inf):
            wrong = value.copy()
            wrong.flat[0] = number
            yield str(number), wrong
        if value.ndim == 1 and "history" in name:
            yield "too long", np.append(value, 1.0)


def test_every_part_of_a_checkpoint_that_is_missing_or_wrong_is_refused_by_name(data, tmp_path):
    path = tmp_path / "run.npz"
    arrays, tried = first_steps(path, data), 0
    for name, value in arrays.items():
        for poison, wrong in poisons(name, value):
            if poison == "too long" and name == "history/seconds":
                continue  # no other part tells how many there should be
            changed = {**arrays, name: wrong}
            if wrong is None:
                del changed[name]
            save_arrays(path, changed)
            assert_not_resumed(path, data, f"run.npz.*({name}|its record)")
            tried += 1
    assert tried > 200


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epoch": None}, "is a damaged checkpoint: place: epoch is None"),
        ({"epoch": -1}, "is a damaged checkpoint: place: epoch is -1"),
        ({"epoch": True}, "is a damaged checkpoint: place: epoch is True"),
        ({"batch": 1}, "its record does not fit its place"),
        ({"epoch": 1, "batch": 4}, "its record does not fit its place"),
        ({"batch": "0"}, "is a damaged checkpoint: place: batch is '0'"),
        ({"spent": float("nan")}, "is a damaged checkpoint: place: spent is nan"),
        ({"spent": float("inf")}, "is a damaged checkpoint: place: spent is inf"),
        ({"steps": 7}, "its record does not fit its place"),
        ({"terms": []}, r"is a damaged checkpoint: place: terms is \[\]"),
        ({"terms": {}}, "was written with seed unknown, this run has 0"),
        ({"generators": []}, "its generators are wrong"),
        ({"generators": [{}, {}]}, "its generators are wrong"),
        ({"generators": [1, 2]}, "its generators are wrong"),
        ({"generators": [np.random.PCG64(5).state, {}]}, "its generators are wrong"),
        ({"generators": None}, "is a damaged checkpoint: place: generators is None"),
    ],
)
def test_a_place_that_cannot_be_is_refused(data, tmp_path, change, message):
    path = tmp_path / "run.npz"
    arrays = first_steps(path, data, steps=8)
    place = json.loads(str(arrays["place"])) | change
    save_arrays(path, arrays | {"place": np.array(json.dumps(place))})
    assert_not_resumed(path, data, message)


def state(network, train, epochs, augment=None):
    """Return the state of a run that has not begun."""
    terms = epochs, 16, augment, 0, SoftmaxCrossEntropy()
    return RunState(network, Adam(), train, None, (), *terms)


def test_every_image_and_every_label_counts_in_the_sum_of_the_data():
    x, labels = np.random.default_rng(0).random((2003, 1, 2, 2)), np.arange(2003)
    run = state(noisy_network(), (x, labels), 1)
    assert run.crc == zlib.crc32(labels.tobytes() + x.tobytes())


def test_a_part_too_much_is_refused(data, tmp_path):
    path = tmp_path / "run.npz"
    arrays = first_steps(path, data)
    for name in ("extra", "history/extra", "network/extra"):
        save_arrays(path, {**arrays, name: np.ones(2)})
        assert_not_resumed(path, data, f"it lacks nothing and has {name} too much")


def equal_arrays(one, two):
    return one.keys() == two.keys() and all(np.array_equal(one[k], two[k]) for k in one)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["weights", "checkpoint"])
def test_a_corrupted_file_is_refused_by_name_or_holds_the_same_numbers(data, tmp_path, kind):
    path, rng = tmp_path / "file.npz", np.random.default_rng(0)
    arrays, network = first_steps(path, data), noisy_network()
    if kind == "weights":
        network.save(path)
    whole, refused = path.read_bytes(), 0
    arrays = load_arrays(path)
    for _ in range(CORRUPTIONS):
        path.write_bytes(corrupt(whole, rng))
        other = noisy_network(rng=1)
        try:
            if kind == "weights":
                other.load(path)
                assert same_weights(other, network)
            else:
                run = state(other, data, 3, augment)
                run.load(path)
                run.history.interrupted = True  # load says: it goes on now
                run.save(tmp_path / "again.npz")
                assert equal_arrays(load_arrays(tmp_path / "again.npz"), arrays)
        except ValueError as error:
            assert "file.npz" in str(error)
            assert same_weights(other, noisy_network(rng=1))
            refused += 1
    assert refused > 0.8 * CORRUPTIONS


KILLED = """
import os, signal, sys
from cnnlib import files
from tests.test_checkpoint import *
def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)
def look(run):
    if len(run.history.losses) == 6:
        files.os.replace = die
long_run(noisy_network(), sys.argv[1], callbacks=[look])
"""


def long_run(network, path, **options):
    rule = Adam(one_cycle(0.01, 12))
    return fit(network, quarters(), quarters(), epochs=3, batch_size=16, optimizer=rule,
               augment=augment, checkpoint=path, progress=False, **options)  # fmt: skip


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL")
def test_a_run_killed_while_it_saves_is_resumed_as_if_it_had_not_been(tmp_path):
    path, whole, resumed = tmp_path / "run.npz", noisy_network(), noisy_network(rng=1)
    command = [sys.executable, "-c", KILLED, str(path)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".*.part"))) == 1
    history, expected = long_run(resumed, path, resume=True), long_run(whole, None)
    assert same_weights(whole, resumed) and history.losses == expected.losses
    assert os.listdir(tmp_path) == ["run.npz"]


COUNTED = """
import os, signal, sys
from tests.test_checkpoint import *
calls = 0
def count(*event):
    global calls
    calls += 1
    if calls == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
sys.setprofile(count)
long_run(noisy_network(), sys.argv[1])
sys.setprofile(None)
print(calls)
"""


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    """A run that nobody killed: its network, its record, and how many calls it takes."""
    path, network = tmp_path_factory.mktemp("whole") / "run.npz", noisy_network()
    command = [sys.executable, "-c", COUNTED, str(path), "-1"]
    calls = int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    return network, long_run(network, None), calls


@pytest.mark.soak
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL")
@pytest.mark.parametrize("seed", range(many(3)))
def test_a_run_killed_at_any_moment_is_resumed_as_if_it_had_not_been(tmp_path, whole_run, seed):
    """In the middle of a forward pass, of a step, of a save: wherever the draw falls."""
    network, record, calls = whole_run
    moment = np.random.default_rng(seed).integers(1, int(0.98 * calls))
    path, resumed = tmp_path / "run.npz", noisy_network()
    command = [sys.executable, "-c", COUNTED, str(path), str(moment)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    history = long_run(resumed, path, resume=path.exists())
    assert same_weights(network, resumed) and history.losses == record.losses
    assert history.valid_losses == record.valid_losses and os.listdir(tmp_path) == ["run.npz"]


# --------------------------------------------------------------------------- interrupts


@pytest.fixture
def default_handler():
    """Handle interrupts as Python does, whatever the shell that started the tests did."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def press(times=1, step=2):
    """Return a callback that interrupts, as Ctrl-C does, after so many steps."""

    def callback(run):
        if run.batch and len(run.history.losses) == step:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)

    return callback


def test_an_interrupt_is_raised_when_what_was_learned_is_safe(data, tmp_path, default_handler):
    network, file = noisy_network(), tmp_path / "run.npz"
    terms = {"epochs": 3, "batch_size": 16, "checkpoint": file, "progress": False}
    with pytest.raises(KeyboardInterrupt, match="stopped after 2 steps, 0 of 3 epochs") as stopped:
        fit(network, data, data, callbacks=[press()], **terms)
    assert isinstance(stopped.value, Interrupted)
    history = stopped.value.history
    assert history.interrupted and len(history.losses) == 2
    assert not same_weights(network, noisy_network())
    assert not network.training and network.input_gradient
    assert signal.getsignal(signal.SIGINT) is default_handler
    whole, resumed = noisy_network(), noisy_network(rng=1)
    expected = fit(whole, data, data, **terms | {"checkpoint": None})
    history = fit(resumed, data, data, resume=True, **terms)
    assert same_weights(whole, resumed)
    assert history.losses == expected.losses and not history.interrupted


def test_an_interrupt_in_the_last_step_is_raised_too(data, default_handler):
    with pytest.raises(Interrupted, match="stopped after 4 steps, 1 of 1 epochs done") as stopped:
        fit(noisy_network(), data, batch_size=16, callbacks=[press(step=4)], progress=False)
    assert not stopped.value.history.interrupted


def test_a_second_interrupt_acts_at_once(data, default_handler):
    network = noisy_network()
    with pytest.raises(KeyboardInterrupt) as stopped:
        fit(network, data, callbacks=[press(times=2, step=1)], progress=False)
    assert not isinstance(stopped.value, Interrupted)
    assert not network.training
    assert signal.getsignal(signal.SIGINT) is default_handler


def test_a_second_interrupt_right_after_the_update_keeps_all_of_the_step(data):
    class Pressed(SGD):
        def step(self, params, grads):
            super().step(params, grads)
            raise KeyboardInterrupt

    network, whole = noisy_network(), noisy_network()
    fit(whole, data, optimizer=SGD(0.01), progress=False)
    with pytest.raises(KeyboardInterrupt):
        fit(network, data, optimizer=Pressed(0.01), progress=False)
    assert same_weights(network, whole)


@pytest.mark.parametrize("handler", [signal.SIG_IGN, None])
def test_ignored_and_foreign_interrupts_are_left_alone(data, default_handler, monkeypatch, handler):
    """A shell's background job ignores them; None is what C code installed, R's for example."""
    asked = []
    monkeypatch.setattr(signal, "getsignal", lambda number: handler)
    monkeypatch.setattr(signal, "signal", lambda *arguments: asked.append(arguments))
    history = fit(noisy_network(), data, progress=False)
    assert len(history.losses) == 1 and asked == []


def test_an_interrupt_while_validating_ends_the_run_after_it(data, tmp_path, default_handler):
    class Interrupting(ReLU):
        def forward(self, x):
            if not self.training:
                signal.raise_signal(signal.SIGINT)
            return super().forward(x)

    def network(activation, rng=0):
        return Sequential([Flatten(), Dense(64, 8, rng=rng), activation(), Dense(8, 4, rng=rng)])

    whole, later, path = network(ReLU), network(ReLU, rng=1), tmp_path / "run.npz"
    terms = {"epochs": 2, "progress": False}
    expected = fit(whole, data, data, **terms)
    with pytest.raises(Interrupted) as stopped:
        fit(network(Interrupting), data, data, checkpoint=path, **terms)
    assert stopped.value.history.interrupted and len(stopped.value.history.valid_losses) == 1
    history = fit(later, data, data, checkpoint=path, resume=True, **terms)
    assert same_weights(whole, later) and history.valid_losses == expected.valid_losses
