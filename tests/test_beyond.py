"""What lesson 09 shows from a record is what tools/beyond.py measures."""

import numpy as np
import pytest

from cnnlib.bridge import from_torch
from cnnlib.distributed import LAUNCHERS
from cnnlib.experiments import recorded
from cnnlib.layers.activations import LeakyReLU, ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential
from cnnlib.training import evaluate
from tools import beyond as tools


def test_pytorch_computes_what_is_recorded(torch):
    torch.set_num_threads(1)
    found, expected = tools.do_torch(), recorded("beyond_torch")
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        tolerance = 1e-12 if name.startswith("float64") else 1e-4
        np.testing.assert_allclose(found[name], value, rtol=0, atol=tolerance, err_msg=name)


def own():
    """Build the network of the record, as the lesson does where there is no PyTorch."""
    layers = [Conv2D(1, 8, 5), BatchNorm(8), LeakyReLU(0.1), MaxPool2D(2)]
    layers += [Conv2D(8, 16, 3, pad=1), BatchNorm(16), ReLU(), AvgPool2D(2)]
    network = Sequential([*layers, Flatten(), Dropout(0.2), Dense(576, 10)], (1, 28, 28))
    found = recorded("beyond_own")
    weights = {k.removeprefix("here/"): v for k, v in found.items() if k.startswith("here/")}
    network.assign(weights, "the record")
    return network


def test_the_network_of_the_record_reads_as_pytorch_did(mnist):
    found, test = recorded("beyond_own"), mnist[1]
    assert evaluate(own(), *test)[1] == pytest.approx(float(found["accuracy"]), abs=2e-4)
    np.testing.assert_allclose(own().forward(test[0][:100]), found["scores"], atol=1e-4)


def test_pytorch_s_model_becomes_that_network(torch):
    found = recorded("beyond_own")
    model = tools.lesson_cells("own-model")["own_model"]()
    state = {k.removeprefix("torch/"): v for k, v in found.items() if k.startswith("torch/")}
    model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    network, other = from_torch(model, (1, 28, 28)), own()
    assert repr(network.summary()) == repr(other.summary())
    for name, value in other.weights().items():
        np.testing.assert_array_equal(network.weights()[name], value, err_msg=name)
    with pytest.raises(TypeError) as error:
        from_torch(torch.nn.Sequential(torch.nn.Conv2d(1, 8, 5), torch.nn.GELU()))
    assert str(error.value) == str(found["refusal"])


def test_several_processes_had_the_losses_of_one():
    found = recorded("beyond_mpi")
    for dtype, tolerance in (("float64", 1e-9), ("float32", 0.05)):
        assert found[dtype].shape == (len(tools.PROCESSES), tools.STEPS)
        assert np.abs(found[dtype] - found[dtype][0]).max() < tolerance
    assert np.ptp(found["accuracy"], axis=0).max() < 0.003 and found["accuracy"].min() > 0.985


def test_one_process_has_the_losses_of_the_record(tmp_path, monkeypatch):
    for name in LAUNCHERS:
        monkeypatch.delenv(name, raising=False)
    tools.losses(tmp_path / "found.npz", "float64")
    with np.load(tmp_path / "found.npz") as arrays:
        np.testing.assert_allclose(
            arrays["losses"], recorded("beyond_mpi")["float64"][0], atol=1e-9
        )


def test_two_processes_of_pytorch_had_the_losses_of_one():
    found = recorded("beyond_ddp")
    for name in ("losses 2", "numpy"):
        assert np.abs(found[name][:10] - found["losses 1"][:10]).max() < 1e-5
        assert np.abs(found[name] - found["losses 1"]).max() < 0.05
    assert min(found[k] for k in ("accuracy 1", "accuracy 2", "numpy accuracy")) > 0.85


def test_the_script_of_the_lesson_does_what_is_recorded(torch):
    found, expected = tools.script((1,)), recorded("beyond_ddp")
    assert found["losses 1"].shape == (tools.STEPS,)
    np.testing.assert_allclose(found["losses 1"][:10], expected["losses 1"][:10], atol=1e-4)
    assert abs(found["accuracy 1"] - expected["accuracy 1"]) < 0.02


def test_an_unknown_part_is_refused(capsys):
    assert tools.main(["nothing"]) == 1
    assert (
        "no part 'nothing', there are torch, own, mpi, ring, ddp, cuda" in capsys.readouterr().err
    )
