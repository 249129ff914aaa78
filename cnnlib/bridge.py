"""Networks and weights from PyTorch and back, as plain arrays; PyTorch need not be installed.

The two libraries mean the same by a layer and differ in three conventions: PyTorch stores dense
weights as (M, D) and multiplies with their transpose, numbers layers by their place (``0.weight``),
and counts the steps of a batch normalisation.
"""

import numpy as np

from cnnlib.arguments import instance
from cnnlib.files import check_arrays
from cnnlib.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential

# What a parameter or a state is called in PyTorch's layers of the same kind.
NAMES = {
    "w": "weight",
    "b": "bias",
    "gamma": "weight",
    "beta": "bias",
    "mean": "running_mean",
    "var": "running_var",
}


def state_to_torch(network):
    """Return a network's weights under PyTorch's names and in its layout.

    Parameters
    ----------
    network : Sequential
        Of layers, or of stacks of layers.

    Returns
    -------
    dict of str to ndarray
        Copies, for a ``torch.nn.Sequential`` of the same layers in the same places:
        ``model.load_state_dict({k: torch.from_numpy(v) for k, v in state.items()})``.

    Raises
    ------
    TypeError
        If the network is not a Sequential.

    See lesson 09.
    """
    return {theirs: _turned(layer, array).copy() for theirs, layer, array in _pairs(network)} | {
        f"{place}num_batches_tracked": np.array(0)
        for place, layer in _places(network)
        if isinstance(layer, BatchNorm)
    }


def state_from_torch(network, state):
    """Copy weights under PyTorch's names into a network of the same layers in the same places.

    Parameters
    ----------
    network : Sequential
        Its weights are changed in place.
    state : dict of str to ndarray or torch.Tensor
        What ``model.state_dict()`` returns.

    Raises
    ------
    ValueError
        If names or shapes differ, or a number is not finite; then nothing is changed.

    See lesson 09.
    """
    pairs = _pairs(network)
    found = {
        name: _array(value)
        for name, value in state.items()
        if not name.endswith("num_batches_tracked")
    }
    expected = {theirs: _turned(layer, mine) for theirs, layer, mine in pairs}
    check_arrays(found, expected, "state", "is of another network")
    for theirs, layer, mine in pairs:
        mine[...] = _turned(layer, found[theirs])


def from_torch(model, input_shape=None):
    """Build the network that a PyTorch model describes, with its weights.

    Parameters
    ----------
    model : torch.nn.Module
        A ``torch.nn.Sequential`` of layers that ``cnnlib`` has too, also nested, or one such layer.
    input_shape : tuple of int, optional
        Shape of one input, such as (1, 28, 28): the shapes are checked at once.

    Returns
    -------
    Sequential
        With layers of the weights' dtype, in the mode in which layers do not draw.  A nested
        ``Sequential`` is laid open; ``Identity`` is left out.

    Raises
    ------
    TypeError
        If a layer has no counterpart; the message names it and its place.
    ValueError
        If a layer's setting has none.

    See lesson 09.
    """
    modules = list(_modules(model))
    network = Sequential([_layer(*found) for found in modules], input_shape)
    floats = [_array(value) for _, module in modules for value in module.parameters()]
    network.astype(floats[0].dtype if floats else np.float32)
    for layer, (_, module) in zip(network.layers.values(), modules, strict=True):
        for name, mine in (layer.params | layer.state).items():
            theirs = getattr(module, NAMES[name], None)
            if theirs is not None:  # else a layer without a bias, or a norm without gamma and beta
                mine[...] = _turned(layer, _array(theirs))
    return network


def _array(value):
    """Read an array or a tensor, wherever the tensor lives."""
    return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)


def _turned(layer, array):
    return array.T if isinstance(layer, Dense) and array.ndim == 2 else array


def _places(network, place=""):
    """Yield (place, layer) of all layers that hold no others; the place as PyTorch writes it."""
    instance(Sequential, "a cnnlib Sequential", network=network)
    for number, layer in enumerate(network.layers.values()):
        if layer.children():
            yield from _places(layer, f"{place}{number}.")
        else:
            yield f"{place}{number}.", layer


def _pairs(network):
    """List (PyTorch's name, layer, array) of all parameters and states."""
    return [
        (place + NAMES[name], layer, array)
        for place, layer in _places(network)
        for name, array in (layer.params | layer.state).items()
    ]


def _modules(model, place=""):
    """Yield (place, module) of all modules that hold no others, Identity left out."""
    kind = type(model).__name__
    if kind == "Sequential":
        for name, module in model.named_children():
            yield from _modules(module, f"{place}.{name}" if place else name)
    elif kind != "Identity":
        yield place or "model", model


def _layer(place, module):
    """Build the layer that a module describes, with weights of its own still."""
    kind = type(module).__name__
    if kind not in LAYERS:
        raise TypeError(
            f"{place} is {kind}, which has no counterpart here; expected a torch.nn.Sequential of"
            f" {', '.join(LAYERS)}"
        )
    try:
        return LAYERS[kind](module)
    except ValueError as error:
        raise ValueError(f"{place}, {module}: {error}") from None


def _conv(m):
    _plain(m, padding_mode="zeros")
    pad = {"valid": 0, "same": None}.get(m.padding, m.padding)
    if pad is None:
        spans = [d * (k - 1) for d, k in zip(m.dilation, m.kernel_size, strict=True)]
        if any(span % 2 for span in spans):
            raise ValueError(f"padding is 'same' for a kernel {m.kernel_size}, expected odd sides")
        pad = tuple(span // 2 for span in spans)
    sizes = {"stride": m.stride, "pad": pad, "dilation": m.dilation}
    return Conv2D(
        m.in_channels,
        m.out_channels,
        m.kernel_size,
        groups=m.groups,
        **{name: _one(name, size) for name, size in sizes.items()},
    )


def _pool(layer, m, **expected):
    _plain(m, ceil_mode=False, **expected)
    return layer(m.kernel_size, _one("stride", m.stride), _one("padding", m.padding))


def _global_pool(m):
    if m.output_size not in (1, (1, 1)):
        raise ValueError(f"output_size is {m.output_size}, expected 1")
    return GlobalAvgPool2D()


def _flatten(m):
    _plain(m, start_dim=1, end_dim=-1)
    return Flatten()


def _norm(m):
    if m.momentum is None or not m.track_running_stats:
        raise ValueError("it keeps no running averages, expected momentum and track_running_stats")
    return BatchNorm(m.num_features, m.momentum, m.eps)


def _one(name, size):
    """Read a size that is one number, or the same for rows and columns."""
    sizes = {*size} if isinstance(size, tuple) else {size}
    if len(sizes) > 1:
        raise ValueError(f"{name} is {size}, expected the same for rows and columns")
    return int(sizes.pop())


def _plain(m, **expected):
    for name, value in expected.items():
        if getattr(m, name) != value:
            raise ValueError(f"{name} is {getattr(m, name)!r}, expected {value!r}")


LAYERS = {
    "Conv2d": _conv,
    "Linear": lambda m: Dense(m.in_features, m.out_features),
    "ReLU": lambda m: ReLU(),
    "LeakyReLU": lambda m: LeakyReLU(m.negative_slope),
    "Sigmoid": lambda m: Sigmoid(),
    "Tanh": lambda m: Tanh(),
    "MaxPool2d": lambda m: _pool(MaxPool2D, m, dilation=1),
    "AvgPool2d": lambda m: _pool(AvgPool2D, m, count_include_pad=True, divisor_override=None),
    "AdaptiveAvgPool2d": _global_pool,
    "BatchNorm1d": _norm,
    "BatchNorm2d": _norm,
    "Dropout": lambda m: Dropout(m.p),
    "Flatten": _flatten,
}
