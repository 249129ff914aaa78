"""The networks of the lessons, and weights that were trained for them.

Each function builds a network with fresh weights; :func:`load_trained` returns a trained one.
The last layer of a CNN starts small, so that it starts undecided: loss ln 10, every digit equally
likely.

``fast=True`` builds the network that the commands train: the same parameters under the same names,
the same outputs but for rounding, in less time. Its convolutions are ``FastConv2D``, and it pools
before it takes the ReLU, which then has a quarter of the numbers to look at; neither changes which
number of a window is the largest.
"""

from pathlib import Path

import numpy as np

from cnnlib.arguments import one_of
from cnnlib.initializers import glorot, small
from cnnlib.layers.activations import ReLU, Sigmoid
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.fastconv import FastConv2D
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Residual, Sequential

WEIGHTS = Path(__file__).parent / "weights"


def relu_and_pool(fast):
    """Make the two layers that follow a convolution."""
    return [MaxPool2D(2), ReLU()] if fast else [ReLU(), MaxPool2D(2)]


def mlp(hidden=50, rng=None, fast=False):
    """Build a plain network, after the book's: two Affine blocks with Sigmoid between them.

    Parameters
    ----------
    hidden : int
        Units of the hidden layer.
    rng : numpy.random.Generator, int or None
        Source of the weights.
    fast : bool
        Whether to build the faster one of two equal networks: here, where nothing is convolved,
        the same one.

    Returns
    -------
    Sequential
        From images (1, 28, 28) to scores of 10 classes.

    Source: Saitoh, Deep Learning from Scratch, the network of chapter 4 in the blocks of chapter 5.
    """
    rng = np.random.default_rng(rng)
    layers = [Flatten(), Dense(28 * 28, hidden, init=glorot, rng=rng)]
    layers += [Sigmoid(), Dense(hidden, 10, init=glorot, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


def simple_convnet(filters=30, hidden=100, rng=None, fast=False):
    """Build the book's SimpleConvNet: Convolution, ReLU, Pooling, Affine, ReLU, Affine.

    Parameters
    ----------
    filters, hidden : int
        Filters of the convolution, units of the hidden layer.
    rng, fast
        As for :func:`mlp`, and so are the network's input and output.

    Source: Saitoh, Deep Learning from Scratch, chapter 7.
    """
    rng = np.random.default_rng(rng)
    conv = FastConv2D if fast else Conv2D
    layers = [conv(1, filters, 5, rng=rng), *relu_and_pool(fast)]
    layers += [Flatten(), Dense(filters * 12 * 12, hidden, rng=rng), ReLU()]
    layers += [Dense(hidden, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


def lenet5(filters=(16, 32), hidden=128, rng=None, fast=False):
    """Build a LeNet with today's parts: twice Convolution, ReLU, Pooling, then two Affine blocks.

    Parameters
    ----------
    filters : (int, int)
        Filters of the two convolutions.
    hidden : int
        Units of the hidden layer.
    rng, fast
        As for :func:`mlp`, and so are the network's input and output.

    Source: LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document
    recognition (1998); ReLU and max pooling came later.
    """
    rng = np.random.default_rng(rng)
    conv, (first, second) = FastConv2D if fast else Conv2D, filters
    layers = [conv(1, first, 5, rng=rng), *relu_and_pool(fast)]
    layers += [conv(first, second, 5, rng=rng), *relu_and_pool(fast)]
    layers += [Flatten(), Dense(second * 4 * 4, hidden, rng=rng), ReLU()]
    layers += [Dense(hidden, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


def convnet_bn(filters=(24, 48, 64), hidden=128, rng=None, fast=False):
    """Build a network for accuracy: three convolutions and an Affine block, each normalised.

    The first two convolutions take every second pixel, where LeNet pools: a quarter of the
    products, and the filters learn what pooling would have kept.

    Parameters
    ----------
    filters : (int, int, int)
        Filters of the three convolutions.
    hidden : int
        Units of the hidden layer.
    rng, fast
        As for :func:`mlp`, and so are the network's input and output.

    Sources: Ioffe and Szegedy, Batch normalization (2015); Springenberg, Dosovitskiy, Brox,
    Riedmiller, Striving for simplicity: the all convolutional net (2014), for strides that
    replace pooling.
    """
    rng = np.random.default_rng(rng)
    conv, (first, second, third) = FastConv2D if fast else Conv2D, filters
    layers = [conv(1, first, 5, stride=2, pad=2, rng=rng), BatchNorm(first), ReLU()]
    layers += [conv(first, second, 3, stride=2, rng=rng), BatchNorm(second), ReLU()]
    layers += [conv(second, third, 3, rng=rng), BatchNorm(third), ReLU()]
    layers += [Flatten(), Dense(third * 4 * 4, hidden, rng=rng), BatchNorm(hidden), ReLU()]
    layers += [Dense(hidden, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


def resnet(filters=(24, 48, 96), rng=None, fast=False):
    """Build a small residual network, the best of the zoo.

    Two convolutions take the image to 14 x 14 and to 7 x 7 pixels, one residual block after the
    first and two after the second; a third takes it to 3 x 3. Every convolution is normalised.

    Parameters
    ----------
    filters : (int, int, int)
        Filters of the three convolutions outside the blocks, of which each holds two.
    rng, fast
        As for :func:`mlp`, and so are the network's input and output.

    Source: He, Zhang, Ren, Sun, Deep residual learning (2015), made small.
    """
    rng = np.random.default_rng(rng)
    conv, (first, second, third) = FastConv2D if fast else Conv2D, filters

    def block(width):
        body = [conv(width, width, 3, pad=1, rng=rng), BatchNorm(width), ReLU()]
        body += [conv(width, width, 3, pad=1, rng=rng), BatchNorm(width)]
        return [Residual(Sequential(body)), ReLU()]

    layers = [conv(1, first, 5, stride=2, pad=2, rng=rng), BatchNorm(first), ReLU()]
    layers += block(first)
    layers += [conv(first, second, 3, stride=2, pad=1, rng=rng), BatchNorm(second), ReLU()]
    layers += block(second) + block(second)
    layers += [conv(second, third, 3, stride=2, rng=rng), BatchNorm(third), ReLU()]
    layers += [Flatten(), Dense(third * 3 * 3, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


MODELS = {model.__name__: model for model in (mlp, simple_convnet, lenet5, convnet_bn, resnet)}


def build(name, rng=None, fast=False):
    """Build a network of the zoo by its name; rng and fast as for each of them.

    Raises
    ------
    ValueError
        If there is no such network.
    """
    one_of(MODELS, name=name)
    return MODELS[name](rng=rng, fast=fast)


def load_trained(name, data="mnist", fast=False):
    """Return a network of the zoo with the weights that come with the package.

    Parameters
    ----------
    name : str
        ``mlp``, ``simple_convnet``, ``lenet5``, ``convnet_bn`` or ``resnet``.
    data : str
        What it was trained on: ``mnist``, or for ``lenet5`` also ``fashion`` (Fashion-MNIST).
        How each was trained and what it reaches on the 10,000 test images is written in
        ``cnnlib/weights/README.md``.
    fast : bool
        As for the functions that build networks; the weights are the same.

    Returns
    -------
    Sequential

    Raises
    ------
    ValueError
        If there is no such network, or no weights of it for such data.
    """
    network = build(name, rng=0, fast=fast)
    path = WEIGHTS / (f"{name}.npz" if data == "mnist" else f"{name}_{data}.npz")
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in WEIGHTS.glob("*.npz")))
        raise ValueError(f"there are no weights of {name} for data {data!r}, only {known}")
    network.load(path)
    return network
