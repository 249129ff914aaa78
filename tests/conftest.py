"""What several test files share."""

import pytest

from cnnlib.datasets import load_mnist


@pytest.fixture(scope="session")
def mnist():
    """Both halves of MNIST, read once."""
    return load_mnist()


@pytest.fixture(scope="session")
def mnist_test(mnist):
    """The 10,000 test images and their labels."""
    return mnist[1]
