"""The networks that experiments try: functions of settings that return a function of a seed."""

from functools import wraps

import numpy as np

from cnnlib import models
from cnnlib.im2col import col2im, im2col
from cnnlib.initializers import glorot, he, small
from cnnlib.layers.activations import ReLU, Sigmoid
from cnnlib.layers.base import Layer
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.fastconv import FastConv2D
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Residual, Sequential


def of_seed(build):
    """Let a function of a seed and settings be called with the settings, and then with the seed."""
    return wraps(build)(lambda *settings, **named: lambda seed: build(seed, *settings, **named))


@of_seed
def cnn(seed, first, hidden):
    """Build a LeNet with `first` and twice as many filters."""
    return models.lenet5((first, 2 * first), hidden, rng=seed)


@of_seed
def plain(seed, hidden, activation=Sigmoid):
    """Build a plain network."""
    rng = np.random.default_rng(seed)
    layers = [Flatten(), Dense(28 * 28, hidden, init=glorot, rng=rng)]
    layers += [activation(), Dense(hidden, 10, init=glorot, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


def lenet(seed):
    """Build the LeNet of the lessons."""
    return models.lenet5(rng=seed)


@of_seed
def starting(seed, start):
    """Build that LeNet with its usual first filters, or weak ones."""
    network = lenet(seed)
    network["conv1"].params["w"] *= 0.05 if start == "almost 0" else 1
    return network


@of_seed
def shrinking(seed, how):
    """Build a LeNet whose maps shrink by pooling or by strides."""
    rng = np.random.default_rng(seed)
    pools = {"max pooling": [MaxPool2D], "average pooling": [AvgPool2D], "strides": []}
    stride = 2 if how == "strides" else 1
    layers = []
    for channels, filters in ((1, 16), (16, 32)):
        layers += [Conv2D(channels, filters, 5, stride=stride, rng=rng), ReLU()]
        layers += [pool(2) for pool in pools[how]]
    layers += [Flatten(), Dense(512, 128, rng=rng), ReLU(), Dense(128, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


class Unshared(Layer):
    """A convolution with filters of its own at each place: local, not shared.

    It starts as the convolution of the same seed: with the same filters everywhere.
    """

    kind = "unshared"

    def __init__(self, shape, filters, kernel_size, rng):
        super().__init__()
        conv = Conv2D(shape[0], filters, kernel_size, rng=rng)
        self.kernel_size, self.shape = kernel_size, conv.output_shape(shape)
        places = self.shape[1] * self.shape[2]
        w = np.tile(conv.params["w"].reshape(filters, -1), (places, 1, 1))
        self.params = {"w": w, "b": np.zeros((places, filters, 1), np.float32)}

    def output_shape(self, shape):
        return self.shape

    def forward(self, x):
        w, self.x_shape = self.params["w"], x.shape
        cols = im2col(x, self.kernel_size).reshape(w.shape[2], len(w), len(x))
        self.patches = np.ascontiguousarray(cols.transpose(1, 0, 2))  # place, pixel, image
        y = w @ self.patches + self.params["b"]
        return y.transpose(2, 1, 0).reshape(len(x), *self.shape)

    def backward(self, dy):
        w = self.params["w"]
        dy = dy.reshape(len(dy), w.shape[1], len(w)).transpose(2, 1, 0)
        self.grads = {"w": dy @ self.patches.transpose(0, 2, 1), "b": dy.sum(axis=2, keepdims=True)}
        if not self.input_gradient:
            return None
        dcols = (w.transpose(0, 2, 1) @ dy).transpose(1, 0, 2)
        return col2im(dcols.reshape(w.shape[2], -1), self.x_shape, self.kernel_size)


@of_seed
def sharing(seed, filters):
    """Build the small LeNet, its filters shared or one set a place."""
    rng = np.random.default_rng(seed)
    layers = []
    for shape, count in (((1, 28, 28), 4), ((4, 12, 12), 8)):
        own = filters != "shared"
        layers.append(
            Unshared(shape, count, 5, rng) if own else Conv2D(shape[0], count, 5, rng=rng)
        )
        layers += [ReLU(), MaxPool2D(2)]
    layers += [Flatten(), Dense(128, 32, rng=rng), ReLU(), Dense(32, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


def normed(norm, channels, filters, kernel_size, rng, **options):
    """Make a convolution, normalised if asked for."""
    conv = FastConv2D(channels, filters, kernel_size, rng=rng, **options)
    return [conv, BatchNorm(filters)] if norm else [conv]


@of_seed
def three_convolutions(seed, norm):
    """Build three convolutions and a dense layer."""
    rng = np.random.default_rng(seed)
    layers = [*normed(norm, 1, 8, 5, rng, stride=2, pad=2), ReLU()]
    layers += [*normed(norm, 8, 16, 3, rng, stride=2), ReLU()]
    layers += [*normed(norm, 16, 16, 3, rng), ReLU()]
    layers += [Flatten(), Dense(256, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


@of_seed
def deep(seed, short, convolutions):
    """Build a stack of convolutions, two by two with a short way."""
    rng = np.random.default_rng(seed)
    layers = [*normed(True, 1, 8, 5, rng, stride=2, pad=2), ReLU(), MaxPool2D(2)]
    for _ in range(convolutions // 2):
        body = [*normed(True, 8, 8, 3, rng, pad=1), ReLU(), *normed(True, 8, 8, 3, rng, pad=1)]
        layers += [Residual(Sequential(body)), ReLU()] if short else [*body, ReLU()]
    layers += [GlobalAvgPool2D(), Dense(8, 10, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


@of_seed
def ingredients(seed, norm=True, short=True, init=he, dropout=0.0):
    """Build a small residual network, or one that lacks a part."""
    rng = np.random.default_rng(seed)
    layers = [*normed(norm, 1, 8, 5, rng, stride=2, pad=2, init=init), ReLU()]
    layers += [*normed(norm, 8, 16, 3, rng, stride=2, pad=1, init=init), ReLU()]
    body = [*normed(norm, 16, 16, 3, rng, pad=1, init=init), ReLU()]
    body += normed(norm, 16, 16, 3, rng, pad=1, init=init)
    layers += [Residual(Sequential(body)), ReLU()] if short else [*body, ReLU()]
    layers += [Flatten(), *([Dropout(dropout, rng=seed)] if dropout else [])]
    layers += [Dense(784, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


@of_seed
def three_small(seed, filters):
    """Build three small convolutions, two with max pooling."""
    rng = np.random.default_rng(seed)
    layers = [*normed(True, 1, filters, 3, rng), MaxPool2D(2), ReLU()]
    layers += [*normed(True, filters, filters, 3, rng), MaxPool2D(2), ReLU()]
    layers += [*normed(True, filters, filters, 3, rng), ReLU()]
    layers += [GlobalAvgPool2D(), Dense(filters, 10, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))


@of_seed
def four_small(seed, first, second, third, fourth):
    """Build four small convolutions, the first of stride 2."""
    rng = np.random.default_rng(seed)
    layers = [*normed(True, 1, first, 5, rng, stride=2, pad=2), ReLU()]
    layers += [*normed(True, first, second, 3, rng, pad=1), MaxPool2D(2), ReLU()]
    layers += [*normed(True, second, third, 3, rng, pad=1), ReLU()]
    layers += [*normed(True, third, fourth, 3, rng), ReLU()]
    layers += [GlobalAvgPool2D(), Dense(fourth, 10, init=small, rng=rng)]
    return Sequential(layers, input_shape=(1, 28, 28))
