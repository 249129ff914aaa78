"""Random networks, every layer with every option, held to PyTorch: outputs, gradients, statistics.

Skipped where PyTorch is missing. A hundred networks each time, always the same ones, in float32 and
in float64; ``make soak ARGS=tests/test_parity.py`` tries a thousand.
"""

import numpy as np
import pytest

from cnnlib.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Residual, Sequential
from tests.helpers import many

torch = pytest.importorskip("torch", exc_type=ImportError)
nn = torch.nn

TOLERANCE = {np.float32: 2e-4, np.float64: 1e-9}  # of the array's largest number, or its terms'


class Residuum(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x) + (x if self.shortcut is None else self.shortcut(x))


def random_layer(rng, shape, last):
    """Draw a layer for inputs of a shape, and the same one from PyTorch."""
    if len(shape) == 1:
        kinds = ["dense", "norm", "activation", "dropout"]
    else:
        kinds = ["conv", "conv", "max", "average", "norm", "activation", "dropout", "residual"]
        kinds += ["flatten", "global"] if last else []
    kind, C = rng.choice(kinds), shape[0]
    if kind == "activation":
        slope = float(rng.uniform(0, 1))
        pairs = [(ReLU(), nn.ReLU()), (Sigmoid(), nn.Sigmoid()), (Tanh(), nn.Tanh())]
        pairs += [(LeakyReLU(slope), nn.LeakyReLU(slope))]
        return pairs[rng.integers(4)]
    if kind == "dense":
        M = int(rng.integers(1, 8))
        return Dense(C, M, rng=rng), nn.Linear(C, M)
    if kind == "norm":
        momentum, eps = float(rng.uniform(0, 1)), float(rng.choice([1e-5, 1e-3, 0.1]))
        theirs = nn.BatchNorm1d if len(shape) == 1 else nn.BatchNorm2d
        return BatchNorm(C, momentum, eps), theirs(C, eps, momentum)
    if kind == "dropout":
        return Dropout(0.0), nn.Dropout(0.0)  # whose draws no two libraries share
    if kind == "flatten":
        return Flatten(), nn.Flatten()
    if kind == "global":
        return GlobalAvgPool2D(), nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    if kind == "residual":
        F = int(rng.integers(1, 5))
        ours, theirs = conv(rng, C, F, 3, pad=1)
        ours, theirs = Sequential([ours, BatchNorm(F)]), nn.Sequential(theirs, nn.BatchNorm2d(F))
        short = (None, None) if F == C else conv(rng, C, F, 1)
        return Residual(ours, short[0]), Residuum(theirs, short[1])
    kernel, stride = tuple(map(int, rng.integers(1, 5, 2))), int(rng.integers(1, 4))
    if kind == "conv":
        groups = int(rng.choice([g for g in range(1, C + 1) if C % g == 0]))
        F, pad, dilation = groups * rng.integers(1, 4), rng.integers(3), rng.integers(1, 3)
        return conv(rng, C, int(F), kernel, stride, int(pad), int(dilation), groups)
    ours, theirs = {"max": (MaxPool2D, nn.MaxPool2d), "average": (AvgPool2D, nn.AvgPool2d)}[kind]
    pad = int(rng.integers(min(kernel) // 2 + 1))
    return ours(kernel, stride, pad), theirs(kernel, stride, pad)


def conv(rng, C, F, kernel, stride=1, pad=0, dilation=1, groups=1):
    options = {"stride": stride, "dilation": dilation, "groups": groups}
    theirs = nn.Conv2d(C, F, kernel, padding=pad, **options)
    return Conv2D(C, F, kernel, pad=pad, rng=rng, **options), theirs


def random_network(rng):
    """Draw 2 to 6 layers that fit each other, and an input of one to four images."""
    shape = tuple(map(int, (rng.integers(1, 5), rng.integers(5, 13), rng.integers(5, 13))))
    x = rng.standard_normal((int(rng.integers(1, 5)), *shape))
    count, pairs = int(rng.integers(2, 7)), []
    while len(pairs) < count:
        ours, theirs = random_layer(rng, shape, len(pairs) > count // 2)
        try:
            shape = ours.output_shape(shape)
        except ValueError:
            continue
        pairs.append((ours, theirs))
    return [ours for ours, _ in pairs], [theirs for _, theirs in pairs], x


def carry(ours, theirs, rng):
    """Give both networks the same weights, random ones, and the same running statistics."""
    for (_, value), p in zip(ours.params.items(), theirs.parameters(), strict=True):
        value += 0.1 * rng.standard_normal(value.shape)
        with torch.no_grad():
            p.copy_(torch.tensor(value.T if p.ndim == 2 else value))
    statistics = [b for b in theirs.buffers() if b.ndim]
    for value, b in zip(ours.state.values(), statistics, strict=True):
        value[...] = rng.uniform(0.5, 2, value.shape)
        b.copy_(torch.tensor(value))


def assert_close(ours, theirs, dtype, name, terms=0.0):
    """Hold an array to PyTorch's; ``terms`` is the size of what cancels in the sums."""
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape and ours.dtype == dtype, name
    size = max(1.0, terms, float(np.abs(theirs).max()))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE[dtype] * size, err_msg=name)


def sums_of_terms(network):
    """Sum the sizes of the gradients that come to each module with parameters, a bias's terms.

    The gradient of a bias before batch normalisation is 0 in truth: what is computed is how the
    rounding of these terms adds up, and is small beside their sum and not beside itself.

    Returns
    -------
    dict of Parameter to float
        Filled by the next backward pass.
    """
    found = {}

    def note(module, _, dy):
        sizes = dy[0].abs().flatten(2).sum((0, 2)) if dy[0].ndim > 2 else dy[0].abs().sum(0)
        found.update(dict.fromkeys(module.parameters(recurse=False), float(sizes.max())))

    for module in network.modules():
        module.register_full_backward_hook(note)
    return found


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(many(100)))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_random_network_is_that_of_pytorch(seed, dtype):
    rng = np.random.default_rng(seed)
    layers, modules, x = random_network(rng)
    ours, theirs = Sequential(layers).astype(dtype), nn.Sequential(*modules)
    theirs = theirs.double() if dtype == np.float64 else theirs
    carry(ours, theirs, rng)
    terms = sums_of_terms(theirs)
    x = x.astype(dtype)
    for training in (True, False):
        ours.training = training
        theirs.train(training)
        theirs.zero_grad()
        tx = torch.tensor(x, requires_grad=True)
        try:
            ty = theirs(tx)
        except ValueError as error:  # one number a channel has no variance
            assert "more than 1 value per channel" in str(error)
            with pytest.raises(ValueError, match="one number a channel"):
                ours.forward(x)
            continue
        y = ours.forward(x)
        dy = rng.standard_normal(y.shape).astype(dtype)
        ty.backward(torch.tensor(dy))
        assert_close(y, ty, dtype, "y")
        assert_close(ours.backward(dy), tx.grad, dtype, "dx")
        for (name, value), p in zip(ours.grads.items(), theirs.parameters(), strict=True):
            cancel = terms[p] if name.endswith(".b") else 0.0
            assert_close(value.T if p.ndim == 2 else value, p.grad, dtype, name, cancel)
        statistics = [b for b in theirs.buffers() if b.ndim]
        for (name, value), b in zip(ours.state.items(), statistics, strict=True):
            assert_close(value, b, dtype, name)
