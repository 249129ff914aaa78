"""What lies before a layer: the part of the network, and the part of the image that it sees.

A layer is called by its name, ``conv2``, and one inside a block with dots,
``residual1.stack1.conv2``. A part shares its layers with the whole, and so the weights.
"""

import numpy as np

from cnnlib.network import Residual, Sequential, known_shape


def path(network, layer):
    """List the layers that lie between the image and a layer, that one last.

    Parameters
    ----------
    network : Sequential
    layer : str
        ``conv2``, or with dots inside a block, ``residual1.stack1.conv2``.

    Returns
    -------
    list of Layer

    Raises
    ------
    KeyError
        If there is no such layer; the message lists those that there are.
    """
    name, _, inner = str(layer).partition(".")
    target, names = network[name], list(network.layers)
    if inner and not isinstance(target, Sequential):
        raise KeyError(f"no layer {layer!r}, {name} has no layers inside")
    # What the two ways of a Residual do is added at its end: neither lies before the other.
    before = [] if isinstance(network, Residual) else names[: names.index(name)]
    return [network[n] for n in before] + (path(target, inner) if inner else [target])


def all_layers(network, before=""):
    """Yield name and layer of everything in a network, blocks and what is inside them, in order."""
    for name, layer in network.layers.items():
        yield before + name, layer
        if isinstance(layer, Sequential):
            yield from all_layers(layer, f"{before}{name}.")


def upto(network, layer):
    """Return the part of a network that ends with a layer: itself a network, the same weights."""
    return Sequential(path(network, layer))


def split(network, layer):
    """Cut a network behind one of its own layers, none inside a block.

    Returns
    -------
    (Sequential, Sequential)
        What comes up to the layer, and what comes after. They share the network's weights.

    Raises
    ------
    KeyError
        If there is no such layer.
    """
    layers = list(network.layers.values())
    cut = layers.index(network[layer]) + 1
    return Sequential(layers[:cut]), Sequential(layers[cut:])


# --------------------------------------------------------------------------- what it sees


def receptive_field(network, layer, row=0, column=0, input_shape=None, clip=True):
    """Compute, from the layers alone, which pixels an output pixel of a layer can see.

    Parameters
    ----------
    network : Sequential
    layer : str
    row, column : int
        The output pixel; of no meaning for a dense layer, which sees the whole image.
    input_shape : tuple of int, optional
        (C, H, W), if the network does not know it.
    clip : bool
        Whether to leave out padding. If not, all fields of a layer have one size, and begin below
        0 or end beyond the image where they reach into padding.

    Returns
    -------
    (range, range)
        Rows and columns of the image, from the first to the last that count.

    Raises
    ------
    KeyError, ValueError
        If there is no such layer or output pixel, or no shape is known.

    See lesson 06. Source: Luo, Li, Urtasun, Zemel, Understanding the effective receptive
    field in deep convolutional neural networks (2016).
    """
    shape = known_shape(input_shape or network.input_shape)
    part = upto(network, layer)
    _, OH, OW = (*part.output_shape(shape), 1, 1)[:3]
    if row not in range(OH) or column not in range(OW):
        raise ValueError(f"row, column are {row}, {column}, expected a pixel of {OH} by {OW}")
    fields = [part.needs(shape, {at}, axis, clip) for axis, at in enumerate((row, column))]
    return tuple(range(min(field, default=0), max(field, default=-1) + 1) for field in fields)


def onto_image(network, maps, layer, input_shape=None):
    """Spread the coarse maps of a layer over the image, each number where its field is centred.

    Parameters
    ----------
    network : Sequential
    maps : ndarray of shape (N, OH, OW)
    layer : str
    input_shape : tuple of int, optional
        (C, H, W), if the network does not know it.

    Returns
    -------
    ndarray of shape (N, H, W)
        Linear between the centres, falling to 0 one step outside them.
    """
    shape = known_shape(input_shape or network.input_shape)
    hats = []
    for axis, pixels in enumerate(shape[1:]):
        places = [(0, at) if axis else (at, 0) for at in range(maps.shape[1 + axis])]
        fields = [receptive_field(network, layer, *at, shape, False)[axis] for at in places]
        centres = np.array([(field[0] + field[-1]) / 2 for field in fields])
        step = centres[1] - centres[0] if len(centres) > 1 else len(fields[0])
        distance = np.abs(np.arange(pixels)[:, None] - centres)
        hats.append(np.maximum(0, 1 - distance / step).astype(maps.dtype))
    return hats[0] @ maps @ hats[1].T
