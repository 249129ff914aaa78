"""Weights and networks from PyTorch and back, also with modules that only look like PyTorch's."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from cnnlib import look
from cnnlib.bridge import from_torch, state_from_torch, state_to_torch
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.reshape import Flatten
from cnnlib.models import build, load_trained
from cnnlib.network import Residual, Sequential
from cnnlib.widgets.filters import FilterExplorer, ReceptiveFieldExplorer, WhereExplorer
from cnnlib.widgets.start import DigitExplorer
from tests.helpers import drawn, every_figure

# --------------------------------------------------------------------------- weights


def test_names_and_layout_are_pytorchs():
    layers = [Conv2D(1, 2, 3, rng=0), BatchNorm(2), ReLU(), Flatten(), Dense(8, 5, rng=0)]
    state = state_to_torch(Sequential(layers, (1, 4, 4)))
    assert {name: value.shape for name, value in state.items()} == {
        "0.weight": (2, 1, 3, 3),
        "0.bias": (2,),
        "1.weight": (2,),
        "1.bias": (2,),
        "1.running_mean": (2,),
        "1.running_var": (2,),
        "1.num_batches_tracked": (),
        "4.weight": (5, 8),
        "4.bias": (5,),
    }
    np.testing.assert_array_equal(state["4.weight"].T, layers[4].params["w"])


def test_what_is_returned_is_a_copy():
    network = build("lenet5", rng=0)
    before = network.params["dense1.w"].copy()
    for value in state_to_torch(network).values():
        value[...] = 0
    np.testing.assert_array_equal(network.params["dense1.w"], before)


@pytest.mark.parametrize("name", ["mlp", "lenet5", "convnet_bn"])
def test_there_and_back_changes_nothing(name):
    trained, other = load_trained(name), build(name, rng=1)
    state_from_torch(other, state_to_torch(trained))
    for key, value in (trained.params | trained.state).items():
        np.testing.assert_array_equal((other.params | other.state)[key], value)


def test_stacks_within_stacks_are_named_by_both_places():
    inner = Sequential([Dense(2, 3, rng=0), ReLU()])
    network = Sequential([Flatten(), inner, Residual(Sequential([Dense(3, 3, rng=0)]))])
    assert list(state_to_torch(network)) == ["1.0.weight", "1.0.bias", "2.0.0.weight", "2.0.0.bias"]


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda s: s.pop("0.bias"), "it lacks 0.bias and has nothing"),
        (lambda s: s.update({"9.weight": np.ones(1)}), "lacks nothing and has 9.weight too much"),
        (
            lambda s: s.update({"1.weight": s["1.weight"].T}),
            r"1.weight has shape \(3, 2\) and .*, expected",
        ),
        (lambda s: s["1.weight"].fill(np.nan), "1.weight holds NaN, infinity"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(change, message):
    network = Sequential([Dense(4, 3, rng=0), Dense(3, 2, rng=0)])
    state = state_to_torch(Sequential([Dense(4, 3, rng=1), Dense(3, 2, rng=1)]))
    before = {name: value.copy() for name, value in network.params.items()}
    change(state)
    with pytest.raises(ValueError, match=message):
        state_from_torch(network, state)
    for name, value in network.params.items():
        np.testing.assert_array_equal(value, before[name])


def test_only_networks_have_places():
    with pytest.raises(TypeError, match=r"network is Dense\(.*, expected a cnnlib Seq"):
        state_to_torch(Dense(2, 2))


# --------------------------------------------------------------------------- without torch


class Module:
    def parameters(self):
        return iter([value for value in vars(self).values() if isinstance(value, np.ndarray)])


@dataclass
class Conv2d(Module):
    in_channels: int = 2
    out_channels: int = 4
    kernel_size: tuple = (3, 3)
    stride: tuple = (1, 1)
    padding: tuple | str = (0, 0)
    dilation: tuple = (1, 1)
    groups: int = 1
    padding_mode: str = "zeros"
    bias: np.ndarray | None = None

    def __post_init__(self):
        shape = (self.out_channels, self.in_channels // self.groups, *self.kernel_size)
        self.weight = np.random.default_rng(0).standard_normal(shape)


@dataclass
class MaxPool2d(Module):
    kernel_size: int = 2
    stride: int | tuple = 2
    padding: int = 0
    dilation: int = 1
    ceil_mode: bool = False


class Identity(Module):
    pass


class Softmax(Module):
    pass


class LeNet(Module):
    pass


@dataclass
class FakeSequential(Module):
    modules: list = field(default_factory=list)

    def named_children(self):
        return [(str(number), module) for number, module in enumerate(self.modules)]


FakeSequential.__name__ = "Sequential"


def test_a_model_is_laid_open_and_keeps_dtype_and_settings():
    conv = Conv2d(stride=(2, 2), padding="same", dilation=(2, 2), kernel_size=(3, 3), groups=2)
    network = from_torch(FakeSequential([Identity(), FakeSequential([conv, MaxPool2d()])]))
    assert list(network.layers) == ["conv1", "pool1"]
    layer = network["conv1"]
    assert (layer.stride, layer.pad, layer.dilation, layer.groups) == (2, 2, 2, 2)
    np.testing.assert_array_equal(layer.params["w"], conv.weight)
    assert layer.params["b"].dtype == np.float64 and not layer.params["b"].any()
    assert from_torch(Conv2d(padding="valid"))["conv1"].pad == 0


@pytest.mark.parametrize(
    "module, error, message",
    [
        (LeNet(), TypeError, "model is LeNet, which has no counterpart here; expected a torch.nn"),
        (FakeSequential([FakeSequential([Softmax()])]), TypeError, "0.0 is Softmax, which has no"),
        (FakeSequential([Conv2d(stride=(1, 2))]), ValueError, r"0, .*stride is \(1, 2\), expected"),
        (FakeSequential([Conv2d(padding_mode="reflect")]), ValueError, "padding_mode is 'reflect'"),
        (FakeSequential([Conv2d(kernel_size=(2, 2), padding="same")]), ValueError, "expected odd"),
        (FakeSequential([MaxPool2d(ceil_mode=True)]), ValueError, "ceil_mode is True, expected"),
        (FakeSequential([MaxPool2d(padding=2)]), ValueError, "pad is 2, expected 0 to 1"),
    ],
)
def test_what_has_no_counterpart_is_named_with_its_place(module, error, message):
    with pytest.raises(error, match=message):
        from_torch(module)


# --------------------------------------------------------------------------- with torch


def models(torch):
    nn = torch.nn
    torch.manual_seed(0)
    lenet = [nn.Conv2d(1, 4, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, padding="same")]
    lenet += [nn.LeakyReLU(0.2), nn.AvgPool2d(3, 2, 1), nn.Flatten(), nn.Linear(6 * 6 * 6, 10)]
    normal = [nn.Conv2d(2, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8, eps=1e-3, momentum=0.3)]
    normal += [nn.Sequential(nn.Tanh(), nn.Identity(), nn.Conv2d(8, 8, 3, dilation=2, groups=4))]
    normal += [nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(8, 8, bias=False)]
    normal += [nn.Dropout(0.5), nn.BatchNorm1d(8, affine=False), nn.Sigmoid(), nn.Linear(8, 3)]
    return [(nn.Sequential(*lenet), (1, 28, 28)), (nn.Sequential(*normal), (2, 11, 9))]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_model_of_pytorch_gives_the_same_scores_here(torch, which, dtype):
    model, shape = models(torch)[which]
    model = model.to(getattr(torch, dtype))
    for module in model.modules():
        if getattr(module, "running_mean", None) is not None:
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    x = np.random.default_rng(0).standard_normal((5, *shape)).astype(dtype)
    network = from_torch(model, shape)
    with torch.no_grad():
        expected = model.eval()(torch.from_numpy(x)).numpy()
    y = network.forward(x)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5 if dtype == "float32" else 1e-12)


def test_changing_the_network_leaves_the_model_alone(torch):
    model, shape = models(torch)[0]
    before = model[0].weight.detach().clone()
    for value in from_torch(model, shape).params.values():
        value[...] = 0
    assert torch.equal(model[0].weight, before)


def test_pytorch_takes_the_weights_and_gives_them_back(torch):
    nn = torch.nn
    network = load_trained("lenet5")
    model = nn.Sequential(
        *(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 10)),
    )
    state = {name: torch.from_numpy(value) for name, value in state_to_torch(network).items()}
    model.load_state_dict(state)
    x = np.random.default_rng(0).random((4, 1, 28, 28), np.float32)
    with torch.no_grad():
        np.testing.assert_allclose(network.forward(x), model(torch.from_numpy(x)), atol=1e-5)
    other = build("lenet5", rng=3)
    state_from_torch(other, model.state_dict())
    np.testing.assert_array_equal(other.params["conv2.w"], network.params["conv2.w"])


# --------------------------------------------------------------------------- and then, look at it


@pytest.fixture(scope="module")
def converted(torch):
    """A model of PyTorch with many kinds of layers, as a network of ours."""
    nn = torch.nn
    torch.manual_seed(1)
    inner = nn.Sequential(nn.Conv2d(4, 6, 3, padding=1), nn.BatchNorm2d(6), nn.LeakyReLU(0.1))
    layers = [nn.Conv2d(1, 4, 5), nn.ReLU(), nn.MaxPool2d(2), inner, nn.AvgPool2d(2)]
    layers += [nn.Flatten(), nn.Dropout(0.2), nn.Linear(6 * 6 * 6, 10)]
    return from_torch(nn.Sequential(*layers), (1, 28, 28))


def test_a_model_of_pytorch_can_be_looked_into(converted, mnist):
    x, labels = (part[:9] for part in mnist[1])
    before = {key: value.copy() for key, value in converted.weights().items()}
    second = look.plot_feature_maps(converted, x[0], "conv2")
    for figure in [*every_figure(converted, x, labels), second]:
        drawn(figure)
    for key, value in converted.weights().items():
        np.testing.assert_array_equal(value, before[key])


@pytest.mark.parametrize(
    "explorer", [FilterExplorer, WhereExplorer, ReceptiveFieldExplorer, DigitExplorer]
)
def test_the_explorers_take_a_model_of_pytorch(converted, explorer, mnist):
    x, labels = (part[:9] for part in mnist[1])
    given = (x,) if explorer is ReceptiveFieldExplorer else (x, labels)
    made = explorer(converted, *given)
    assert not made.problem and made.text
    assert bytes(made.image.value[:4]) == b"\x89PNG"
