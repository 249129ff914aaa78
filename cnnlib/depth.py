"""How numbers and gradients fare in a deep network, layer by layer."""

import numpy as np

from cnnlib.initializers import glorot
from cnnlib.layers.dense import Dense
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import SoftmaxCrossEntropy, check_labels
from cnnlib.network import Residual, Sequential

WIDTH = 100


def tower(depth, activation, start, norm=False, short=False, inputs=784, rng=0):
    """Build a network of equal dense layers, one on the other.

    Parameters
    ----------
    depth : int
        Layers before the last one, which has 10 outputs.
    activation : type
        Of a layer such as ReLU.
    start : function of (shape, rng)
        Draws the weights.
    norm, short : bool
        Whether each layer is normalised, and whether it has a short way around it.
    inputs : int
        Pixels of an image.
    rng : int

    Returns
    -------
    Sequential
        Of ``depth`` blocks between a Flatten and the last layer.
    """
    rng = np.random.default_rng(rng)
    layers = [Flatten()]
    for k in range(depth):
        D = WIDTH if k else inputs
        dense = Dense(D, WIDTH, init=start, rng=rng)
        block = Sequential([dense, *([BatchNorm(WIDTH)] if norm else []), activation()])
        layers.append(Residual(block) if short and k else block)
    return Sequential([*layers, Dense(WIDTH, 10, init=glorot, rng=rng)])


def by_depth(network, x, labels):
    """Measure how large numbers are on their way through, and gradients on their way back.

    Parameters
    ----------
    network : Sequential
        Is measured as in training; running statistics and draws are put back.
    x : ndarray of shape (N, ...), dtype of the weights
    labels : ndarray of shape (N,), integer

    Returns
    -------
    list of (str, float, float)
        Of each layer the name, and the root mean square of its output and of the gradient of the
        loss with respect to that output.

    Raises
    ------
    TypeError, ValueError
        If x or labels do not fit.

    Derived in lesson 07.
    """
    check_labels(labels, len(x), network.output_shape(x.shape[1:])[-1])
    loss, sizes, slopes = SoftmaxCrossEntropy(), [], []
    with network.unchanged(), network.mode(training=True):
        for _, y in network.steps(x):
            sizes.append(root_mean_square(y))
        loss.forward(y, labels)
        dy = loss.backward()
        for layer in reversed(network.layers.values()):
            slopes.append(root_mean_square(dy))
            dy = layer.backward(dy)
    return list(zip(network.layers, sizes, reversed(slopes), strict=True))


def root_mean_square(values):
    """Return the size that numbers have on average."""
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
