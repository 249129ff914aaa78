"""The training loop: it learns, it can be stopped, and it goes on as if it had not been."""

import copy
import signal
import threading

import numpy as np
import pytest

from cnnlib.datasets import augment
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import SoftmaxCrossEntropy
from cnnlib.network import Residual, Sequential
from cnnlib.optimizers import SGD, Adam, Momentum, one_cycle
from cnnlib.training import History, evaluate, fit, predict, weights


def small_network(rng=0):
    """Every kind of layer that keeps something between steps."""
    rng = np.random.default_rng(rng)
    body = Sequential([Conv2D(3, 3, 3, pad=1, rng=rng), Dropout(0.2, rng=rng)])
    layers = [Conv2D(1, 3, 3, rng=rng), BatchNorm(3), ReLU(), Residual(body), MaxPool2D(2)]
    layers += [Flatten(), Dropout(0.3, rng=rng), Dense(27, 4, rng=rng)]
    return Sequential(layers, input_shape=(1, 8, 8))


@pytest.fixture
def data():
    """Bright quarters: the class is the quarter that is brighter than the rest."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 60)
    x = rng.random((60, 1, 8, 8), np.float32)
    for image, label in zip(x, labels, strict=True):
        row, column = divmod(int(label), 2)
        image[0, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] += 1
    return x, labels


def same(one, two):
    """Say whether two networks hold the same bits."""
    return all(np.array_equal(value, weights(two)[name]) for name, value in weights(one).items())


def test_it_learns_and_records(data):
    network = small_network()
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


def test_one_step_by_hand():
    network = Sequential([Dense(2, 2, rng=0)])
    w, b = (network.params[name].copy() for name in ("dense1.w", "dense1.b"))
    x, labels = np.float32([[1, 2], [3, -1]]), np.array([0, 1])
    loss = SoftmaxCrossEntropy()
    loss.forward(x @ w + b, labels)
    dscores = loss.backward()
    fit(network, (x, labels), optimizer=SGD(0.5), batch_size=2, progress=False)
    np.testing.assert_allclose(network.params["dense1.w"], w - 0.5 * x.T @ dscores, rtol=1e-5)
    np.testing.assert_allclose(network.params["dense1.b"], b - 0.5 * dscores.sum(0), atol=1e-6)


def test_same_seed_same_weights_other_seed_other_weights(data):
    networks = [small_network() for _ in range(3)]
    for network, seed in zip(networks, (1, 1, 2), strict=True):
        fit(network, data, batch_size=16, seed=seed, augment=augment, progress=False)
    assert same(networks[0], networks[1])
    assert not same(networks[0], networks[2])


@pytest.mark.parametrize("stop_at", [1, 3, 4, 6, 11])
@pytest.mark.parametrize("optimizer", [Adam, Momentum])
def test_stopped_and_resumed_is_as_if_never_stopped(data, tmp_path, stop_at, optimizer):
    def train(network, epochs=3, **options):
        rule = optimizer(one_cycle(0.01, 12))
        return fit(
            network, data, data, epochs=epochs, batch_size=16, optimizer=rule, augment=augment,
            progress=False, **options,
        )  # fmt: skip

    whole = small_network()
    expected = train(whole)

    def stop(run):
        run.stop = run.stop or len(run.history.losses) == stop_at

    path = tmp_path / "run.npz"
    first = train(small_network(), callbacks=[stop], checkpoint=path)
    assert first.interrupted and len(first.losses) == stop_at
    resumed = small_network(rng=99)
    history = train(resumed, checkpoint=path, resume=True)
    assert same(whole, resumed)
    for name in ("losses", "accuracies", "rates", "valid_losses", "valid_accuracies"):
        assert getattr(history, name) == getattr(expected, name)
    assert len(history.seconds) == 3 and not history.interrupted


def test_more_epochs_can_be_added_later(data, tmp_path):
    whole, later = small_network(), small_network()
    fit(whole, data, epochs=3, batch_size=16, progress=False)
    path = tmp_path / "run.npz"
    fit(later, data, epochs=1, batch_size=16, checkpoint=path, progress=False)
    other = small_network(rng=5)
    fit(other, data, epochs=3, batch_size=16, checkpoint=path, resume=True, progress=False)
    assert same(whole, other)


def test_an_interrupt_stops_after_the_step_and_keeps_what_was_learned(data):
    usual = signal.getsignal(signal.SIGINT)
    network, start = small_network(), small_network()

    def interrupt(run):
        if len(run.history.losses) == 2:
            signal.raise_signal(signal.SIGINT)

    history = fit(network, data, epochs=5, batch_size=16, callbacks=[interrupt], progress=False)
    assert history.interrupted and len(history.losses) == 2
    assert not same(network, start)
    assert not network.training
    assert signal.getsignal(signal.SIGINT) is usual


def test_a_second_interrupt_acts_at_once(data):
    def interrupt(run):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    network = small_network()
    with pytest.raises(KeyboardInterrupt):
        fit(network, data, callbacks=[interrupt], progress=False)
    assert not network.training


def test_it_trains_in_another_thread(data):
    network, results = small_network(), []
    worker = threading.Thread(target=lambda: results.append(fit(network, data, progress=False)))
    worker.start()
    worker.join()
    assert len(results[0].losses) == 1


def test_a_loss_that_is_not_finite_stops_training_and_says_what_to_try(data):
    network = small_network()
    x = data[0].copy()
    x[17] = np.nan
    before = []
    remember = lambda run: before.append({k: v.copy() for k, v in run.network.params.items()})  # noqa: E731
    with pytest.raises(
        FloatingPointError, match=r"loss is nan at step \d.*learning rate below 0.0"
    ):
        fit(network, (x, data[1]), batch_size=1, callbacks=[remember], progress=False)
    assert all(np.array_equal(v, network.params[k]) for k, v in before[-1].items())
    assert all(np.isfinite(value).all() for value in network.params.values())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs is 0, expected an integer, at least 1"),
        ({"batch_size": 0}, ValueError, "batch_size is 0, expected an integer, at least 1"),
        ({"resume": True}, ValueError, "resume is on and checkpoint is None"),
        ({"seed": -1}, ValueError, "seed is -1, expected an integer, at least 0"),
        ({"seed": None}, ValueError, "seed is None, expected an integer, at least 0"),
        ({"callbacks": print}, TypeError, "not iterable"),
        ({"train": 3}, ValueError, r"train is int, expected \(images, labels\)"),
        ({"valid": "ab"}, TypeError, "valid: x is str"),
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
    network = change.pop("network", small_network())
    start = copy.deepcopy(network)
    x, labels = change.pop("x", data[0]), change.pop("labels", data[1])
    arguments = {"train": (x, labels), "progress": False} | change
    with pytest.raises(error, match=message):
        fit(network, **arguments)
    assert same(network, start)


def test_a_checkpoint_of_another_run_is_refused(data, tmp_path):
    path = tmp_path / "run.npz"
    fit(small_network(), data, batch_size=16, checkpoint=path, progress=False)
    network = small_network(rng=1)
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
    assert same(network, small_network(rng=1))


def test_a_damaged_or_missing_checkpoint_is_refused(data, tmp_path):
    path = tmp_path / "run.npz"
    go_on = {"checkpoint": path, "resume": True, "progress": False}
    with pytest.raises(FileNotFoundError, match="no file .*run.npz"):
        fit(small_network(), data, **go_on)
    fit(small_network(), data, checkpoint=path, progress=False)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="is damaged"):
        fit(small_network(), data, **go_on)
    small_network().save(path)
    with pytest.raises(ValueError, match="is not a checkpoint"):
        fit(small_network(), data, **go_on)
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]


def test_history_round_trip(data, tmp_path):
    history = fit(small_network(), data, data, epochs=2, progress=False)
    history.save(tmp_path / "history.npz")
    assert History.load(tmp_path / "history.npz") == history


def test_predict_in_parts_equals_predict_at_once(data):
    network = small_network()
    network.training = True
    state = {k: v.copy() for k, v in network.state.items()}
    np.testing.assert_allclose(
        predict(network, data[0], batch_size=7), predict(network, data[0]), atol=1e-5
    )
    assert network.training
    assert all(np.array_equal(value, network.state[name]) for name, value in state.items())


def test_the_progress_bar_says_loss_and_accuracy(data, capsys):
    fit(small_network(), data, data, batch_size=20)
    out, err = capsys.readouterr()
    assert "epoch 1/1" in err and "loss" in err and "accuracy" in err
    assert "test accuracy" in out


def test_arguments_are_untouched(data):
    x, labels = data[0].copy(), data[1].copy()
    fit(small_network(), data, data, augment=augment, progress=False)
    assert np.array_equal(x, data[0]) and np.array_equal(labels, data[1])


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
    assert same(whole, later)


@pytest.mark.parametrize("place", ["run.pkl", "file/run.npz", "folder.npz"])
def test_a_place_that_no_checkpoint_can_be_written_to_is_refused_before_training(
    data, tmp_path, place
):
    (tmp_path / "file").touch()
    (tmp_path / "folder.npz").mkdir()
    network, start = small_network(), small_network()
    with pytest.raises((ValueError, OSError), match=place.split("/")[0]):
        fit(network, data, checkpoint=tmp_path / place, progress=False)
    assert same(network, start)


@pytest.mark.parametrize("layers", [0, 2])
def test_a_checkpoint_with_other_dropouts_is_refused(data, tmp_path, layers):
    def network(dropouts, rng):
        return Sequential([Flatten(), *(Dropout() for _ in range(dropouts)), Dense(64, 4, rng=rng)])

    path = tmp_path / "run.npz"
    fit(network(1, rng=0), data, checkpoint=path, progress=False)
    other = network(layers, rng=1)
    with pytest.raises(ValueError, match=r"was written with dropouts \['PCG64'\], this run has \["):
        fit(other, data, epochs=2, checkpoint=path, resume=True, progress=False)
    assert same(other, network(layers, rng=1))


def test_a_checkpoint_that_is_further_than_the_epochs_asked_for_is_refused(data, tmp_path):
    """Else the accuracy reported would be another epoch's than the weights'."""
    path = tmp_path / "run.npz"

    def stop(run):
        run.stop = len(run.history.losses) == 6

    go_on = {"batch_size": 16, "checkpoint": path, "progress": False}
    fit(small_network(), data, data, epochs=3, callbacks=[stop], **go_on)
    network = small_network(rng=1)
    with pytest.raises(ValueError, match="has done 1 epochs and 2 batches.*epochs is 1"):
        fit(network, data, data, epochs=1, resume=True, **go_on)
    assert same(network, small_network(rng=1))
    assert not fit(network, data, data, epochs=2, resume=True, **go_on).interrupted
    assert len(fit(network, data, data, epochs=2, resume=True, **go_on).losses) == 8


def test_running_statistics_survive_a_loss_that_is_not_finite(data):
    network = small_network()
    x = data[0].copy()
    x[17] = np.nan
    with pytest.raises(FloatingPointError):
        fit(network, (x, data[1]), batch_size=4, progress=False)
    assert all(np.isfinite(value).all() for value in weights(network).values())
    assert np.isfinite(predict(network, data[0])).all()


def test_an_interrupt_while_validating_ends_the_run_after_it(data, tmp_path):
    class Interrupting(ReLU):
        def forward(self, x):
            if not self.training:
                signal.raise_signal(signal.SIGINT)
            return super().forward(x)

    path = tmp_path / "run.npz"
    layers = [Flatten(), Dense(64, 8, rng=0), ReLU(), Dense(8, 4, rng=0)]
    whole = Sequential(layers)
    expected = fit(whole, data, data, epochs=2, progress=False)
    layers = [Flatten(), Dense(64, 8, rng=0), Interrupting(), Dense(8, 4, rng=0)]
    history = fit(Sequential(layers), data, data, epochs=2, checkpoint=path, progress=False)
    assert history.interrupted and len(history.valid_losses) == 1
    later = Sequential([Flatten(), Dense(64, 8, rng=1), ReLU(), Dense(8, 4, rng=1)])
    history = fit(later, data, data, epochs=2, checkpoint=path, resume=True, progress=False)
    assert same(whole, later) and history.valid_losses == expected.valid_losses


def test_evaluate_refuses_a_batch_size_that_makes_no_sense(data):
    with pytest.raises(ValueError, match="batch_size is -1, expected an integer, at least 1"):
        evaluate(small_network(), *data, batch_size=-1)
