"""A run is stopped, killed, resumed and refused; its record is kept."""

import signal
import threading

import numpy as np
import pytest

from cnnlib.checkpoint import History, Interrupted
from cnnlib.datasets import augment
from cnnlib.layers.activations import ReLU
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential
from cnnlib.optimizers import SGD, Adam, Momentum, one_cycle
from cnnlib.training import fit
from tests.helpers import noisy_network, quarters, same_weights


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
    history = train(resumed, checkpoint=path, resume=True)
    assert same_weights(whole, resumed)
    for name in ("losses", "accuracies", "rates", "valid_losses", "valid_accuracies"):
        assert getattr(history, name) == getattr(expected, name)
    assert len(history.seconds) == 3 and not history.interrupted


def test_more_epochs_can_be_added_later(data, tmp_path):
    whole, later = noisy_network(), noisy_network()
    fit(whole, data, epochs=3, batch_size=16, progress=False)
    path = tmp_path / "run.npz"
    fit(later, data, epochs=1, batch_size=16, checkpoint=path, progress=False)
    other = noisy_network(rng=5)
    fit(other, data, epochs=3, batch_size=16, checkpoint=path, resume=True, progress=False)
    assert same_weights(whole, other)


def test_a_checkpoint_of_another_run_is_refused(data, tmp_path):
    path = tmp_path / "run.npz"
    fit(noisy_network(), data, batch_size=16, checkpoint=path, progress=False)
    network = noisy_network(rng=1)
    go_on = {"checkpoint": path, "resume": True, "progress": False, "batch_size": 16}
    for change, message in (
        ({"seed": 1}, "was written with seed 0, this run has 1"),
        ({"batch_size": 20}, "was written with batch_size 16, this run has 20"),
        ({"optimizer": SGD()}, "was written with optimizer Adam, this run has SGD"),
    ):
        with pytest.raises(ValueError, match=message):
            fit(network, data, **go_on | change)
    with pytest.raises(ValueError, match="images 60, this run has 30"):
        fit(network, (data[0][:30], data[1][:30]), **go_on)
    other = Sequential([Flatten(), Dropout(), Dropout(), Dense(64, 4, rng=0)])
    with pytest.raises(ValueError, match="is of another network"):
        fit(other, data, **go_on)
    assert same_weights(network, noisy_network(rng=1))


def test_a_damaged_or_missing_checkpoint_is_refused(data, tmp_path):
    path = tmp_path / "run.npz"
    go_on = {"checkpoint": path, "resume": True, "progress": False}
    with pytest.raises(FileNotFoundError, match="no file .*run.npz"):
        fit(noisy_network(), data, **go_on)
    fit(noisy_network(), data, checkpoint=path, progress=False)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="is damaged"):
        fit(noisy_network(), data, **go_on)
    noisy_network().save(path)
    with pytest.raises(ValueError, match="is not a checkpoint"):
        fit(noisy_network(), data, **go_on)
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]


def test_history_round_trip(data, tmp_path):
    history = fit(noisy_network(), data, data, epochs=2, progress=False)
    history.save(tmp_path / "history.npz")
    assert History.load(tmp_path / "history.npz") == history


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


def test_a_callback_may_stop_the_run_without_an_interrupt(data):
    def stop(run):
        run.stop = len(run.history.losses) == 3

    history = fit(noisy_network(), data, epochs=2, batch_size=16, callbacks=[stop], progress=False)
    assert history.interrupted and len(history.losses) == 3


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
        return Sequential(
            [Flatten(), Dense(64, 8, rng=rng), activation(), Dense(8, 4, rng=rng)],
        )

    whole, later, path = network(ReLU), network(ReLU, rng=1), tmp_path / "run.npz"
    terms = {"epochs": 2, "progress": False}
    expected = fit(whole, data, data, **terms)
    with pytest.raises(Interrupted) as stopped:
        fit(network(Interrupting), data, data, checkpoint=path, **terms)
    assert stopped.value.history.interrupted and len(stopped.value.history.valid_losses) == 1
    history = fit(later, data, data, checkpoint=path, resume=True, **terms)
    assert same_weights(whole, later) and history.valid_losses == expected.valid_losses


def test_it_trains_in_another_thread(data):
    network, results = noisy_network(), []
    worker = threading.Thread(target=lambda: results.append(fit(network, data, progress=False)))
    worker.start()
    worker.join()
    assert len(results[0].losses) == 1
