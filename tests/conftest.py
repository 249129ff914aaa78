"""What several test files share: the data, and how hypothesis looks for examples."""

import pytest
from hypothesis import HealthCheck, settings

from cnnlib.datasets import load_mnist
from cnnlib.models import load_trained
from tests.helpers import EXAMPLES

# The same examples in every run, however slow the machine. `make soak` looks for new ones.
COMMON = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, max_examples=EXAMPLES, **COMMON)
settings.register_profile("soak", derandomize=False, max_examples=10 * EXAMPLES, print_blob=True,
                          **COMMON)  # fmt: skip
settings.load_profile("same")


@pytest.fixture(scope="session")
def mnist():
    """Both halves of MNIST, read once."""
    return load_mnist()


@pytest.fixture(scope="module")
def chromium():
    """A browser; where there is none the test is skipped, and says what is missing."""
    from tests import browser

    if browser.why_not():
        pytest.skip(browser.why_not())
    with browser.chromium() as started:
        yield started


@pytest.fixture(scope="module")
def lenet():
    """The LeNet that ships."""
    return load_trained("lenet5")


@pytest.fixture(scope="session")
def torch():
    return pytest.importorskip("torch")


@pytest.fixture(scope="session")
def mnist_test(mnist):
    """The 10,000 test images and their labels."""
    return mnist[1]
