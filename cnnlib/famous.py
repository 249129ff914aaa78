"""Four networks that made history, built for counting: their weights take no memory.

``famous.vgg16().summary()`` tabulates one. They are what the papers describe, without dropout and
without the normalisation across channels that AlexNet had and nobody uses any more.
"""

import numpy as np

from cnnlib.layers.activations import ReLU, Tanh
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Residual, Sequential


def blank(shape, rng):
    """Make weights that are all one 0 in memory; they cannot be trained."""
    return np.broadcast_to(np.float32(0), shape)


def conv(channels, filters, kernel_size, **options):
    """Make a convolution with blank weights."""
    return Conv2D(channels, filters, kernel_size, init=blank, **options)


def dense(*sizes):
    """Make dense layers with blank weights, ReLU between them."""
    layers = []
    for D, M in zip(sizes, sizes[1:], strict=False):
        layers += [Dense(D, M, init=blank), ReLU()]
    return layers[:-1]


def lenet5():
    """Build LeNet-5, except that each filter of its second convolution sees all channels.

    Source: LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document
    recognition (1998).
    """
    layers = []
    for channels, filters in ((1, 6), (6, 16)):
        layers += [conv(channels, filters, 5), Tanh(), AvgPool2D(2)]
    layers += [conv(16, 120, 5), Tanh(), Flatten(), *dense(120, 84, 10)]
    return Sequential(layers, input_shape=(1, 32, 32))


def alexnet():
    """Build AlexNet, in two groups as on its two graphics cards.

    Source: Krizhevsky, Sutskever, Hinton, ImageNet classification with deep convolutional neural
    networks (2012).
    """
    layers = [conv(3, 96, 11, stride=4), ReLU(), MaxPool2D(3, 2)]
    layers += [conv(96, 256, 5, pad=2, groups=2), ReLU(), MaxPool2D(3, 2)]
    layers += [conv(256, 384, 3, pad=1), ReLU(), conv(384, 384, 3, pad=1, groups=2), ReLU()]
    layers += [conv(384, 256, 3, pad=1, groups=2), ReLU(), MaxPool2D(3, 2)]
    layers += [Flatten(), *dense(9216, 4096, 4096, 1000)]
    return Sequential(layers, input_shape=(3, 227, 227))


def vgg16():
    """Build VGG-16.

    Source: Simonyan and Zisserman, Very deep convolutional networks (2014).
    """
    layers, channels = [], 3
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            layers += [conv(channels, filters, 3, pad=1), ReLU()]
            channels = filters
        layers += [MaxPool2D(2)]
    layers += [Flatten(), *dense(25088, 4096, 4096, 1000)]
    return Sequential(layers, input_shape=(3, 224, 224))


def resnet(counts=(2, 2, 2, 2), bottleneck=False):
    """Build ResNet-18, or with ``counts=(3, 4, 6, 3), bottleneck=True`` ResNet-50.

    Its convolutions have biases here, which the batch normalisation after them makes useless.

    Parameters
    ----------
    counts : sequence of int
        Blocks of each of four sizes.
    bottleneck : bool
        Whether a block narrows to a quarter of its channels by 1 x 1 filters.

    Source: He, Zhang, Ren, Sun, Deep residual learning (2015), with the stride in the 3 x 3
    convolution of a bottleneck, as is usual since.
    """
    layers = [conv(3, 64, 7, stride=2, pad=3), BatchNorm(64), ReLU(), MaxPool2D(3, 2, pad=1)]
    channels = 64
    for k, count in enumerate(counts):
        inner = 64 * 2**k
        for n in range(count):
            stride = 2 if k and not n else 1
            layers += [block(channels, inner, stride, bottleneck), ReLU()]
            channels = inner * (4 if bottleneck else 1)
    layers += [GlobalAvgPool2D(), *dense(channels, 1000)]
    return Sequential(layers, input_shape=(3, 224, 224))


def block(channels, inner, stride, bottleneck):
    """Make a residual block; 1 x 1 filters on its short way where the shapes differ."""
    filters = inner * (4 if bottleneck else 1)
    if bottleneck:
        convs = [conv(channels, inner, 1), conv(inner, inner, 3, stride=stride, pad=1)]
        convs += [conv(inner, filters, 1)]
    else:
        convs = [conv(channels, inner, 3, stride=stride, pad=1), conv(inner, inner, 3, pad=1)]
    body = []
    for layer in convs:
        body += [layer, BatchNorm(len(layer.params["b"])), ReLU()]
    if channels == filters and stride == 1:
        return Residual(Sequential(body[:-1]))
    short = [conv(channels, filters, 1, stride=stride), BatchNorm(filters)]
    return Residual(Sequential(body[:-1]), Sequential(short))
