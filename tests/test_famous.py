"""Networks that made history, held to the numbers that were published of them."""

import math

import pytest

from cnnlib import famous
from cnnlib.layers.norm import BatchNorm


def useless_biases(network):
    """Count the biases that a normalisation follows: published counts have none."""
    norms = [layer for layer in network.walk() if isinstance(layer, BatchNorm)]
    return sum(len(layer.params["beta"]) for layer in norms)


PUBLISHED = {
    # torchvision's documentation; AlexNet's two groups as in Caffe's bvlc_alexnet
    "AlexNet": (famous.alexnet(), 60_965_224, 724_406_816),
    "VGG-16": (famous.vgg16(), 138_357_544, 15_470_264_320),
    "ResNet-18": (famous.resnet(), 11_689_512, None),
    "ResNet-50": (famous.resnet((3, 4, 6, 3), True), 25_557_032, None),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_are_those_that_were_published(name):
    network, parameters, multiplications = PUBLISHED[name]
    assert network.parameters() - useless_biases(network) == parameters
    if multiplications:
        assert network.multiplications(network.input_shape) == multiplications


def test_multiplications_of_residual_networks_without_normalisation():
    """torchvision states 1.81 and 4.09 GFLOPS, of convolutions and dense layers."""
    for name, stated in (("ResNet-18", 1.81), ("ResNet-50", 4.09)):
        network = PUBLISHED[name][0]
        counted = network.multiplications(network.input_shape) - normalising(network)
        assert math.floor(counted / 1e7) / 100 == pytest.approx(stated, abs=0.011)


def normalising(network):
    """Count the multiplications of all normalisations by following the shapes."""
    total = 0

    def follow(layer, shape):
        nonlocal total
        if isinstance(layer, BatchNorm):
            total += layer.multiplications(shape)
        elif hasattr(layer, "shapes"):
            for _, inner, inside, _ in layer.shapes(shape):
                follow(inner, inside)

    follow(network, network.input_shape)
    return total


def test_alexnets_paper_states_the_sizes_of_its_layers():
    network = famous.alexnet()
    sizes = [
        math.prod(out)
        for _, layer, _, out in network.shapes(network.input_shape)
        if layer.kind in ("conv", "dense")
    ]
    assert sizes[1:] == [186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert sizes[0] == 96 * 55 * 55  # where the paper has 253,440, which is 96 * 48 * 55


def test_lenet5_has_the_60_000_of_its_paper_but_for_its_table_of_connections():
    network = famous.lenet5()
    assert network.parameters() == 156 + 2416 + 48_120 + 10_164 + 850
    assert network.output_shape((1, 32, 32)) == (10,)


def test_their_weights_take_no_memory():
    for network, *_ in PUBLISHED.values():
        for value in network.params.values():
            assert value.ndim == 1 or not any(value.strides)
