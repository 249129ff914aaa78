"""The explorer of lesson 09, driven without a browser."""

import numpy as np
import pytest

from cnnlib.models import lenet5
from cnnlib.ring import ring_seconds
from cnnlib.widgets.beyond import MOST, NETWORKS, OWN, SHARED, WorkersExplorer
from tests.test_famous import PUBLISHED


@pytest.fixture
def explorer():
    return WorkersExplorer()


def test_it_opens_near_the_place_where_more_workers_stop_paying(explorer):
    values = explorer.values()
    assert (values["whose"], values["workers"], values["images"]) == (SHARED, 1000, 8192)
    assert not explorer.problem and bytes(explorer.image.value[:4]) == b"\x89PNG"
    assert "Most images a second: with 1,043 workers" in explorer.text


def test_the_words_say_what_the_formula_gives(explorer):
    explorer.set(network="LeNet", whose=OWN, images=32, workers=10)
    parameters, per_image = NETWORKS["LeNet"]
    step = 32 * per_image + ring_seconds(4 * parameters, 10, 30e-6, 1.25e9)
    assert f"A step takes {step:.3g} s" in explorer.text
    assert f"That is {10 * 32 / step:,.0f} images a second" in explorer.text


def test_one_worker_is_not_several(explorer):
    explorer.set(network="LeNet", images=32, bandwidth="1 Gbit/s", latency="200 µs", workers=1)
    assert explorer.text.endswith("with 1 worker.") and "1 workers" not in explorer.text


def test_a_gain_of_thousands_has_no_power_of_ten(explorer):
    explorer.set(whose=OWN, images=32, workers=MOST)
    assert "a second, 2,509 times what one does alone" in explorer.text


def test_a_faster_network_and_fewer_bits_take_less_time(explorer):
    def step(**values):
        explorer.set(**values)
        return float(explorer.text.split()[3])

    seconds = [step(), step(bandwidth="100 Gbit/s"), step(latency="1 µs"), step(sent=SMALLEST)]
    assert all(np.diff(seconds) < 0)


SMALLEST = "one number in a hundred"


def test_more_workers_than_images_are_refused(explorer):
    before = bytes(explorer.image.value)
    explorer.set(workers=MOST)
    assert "10,000 workers share 8,192 images" in explorer.problem
    assert bytes(explorer.image.value) == before
    explorer.set(whose=OWN)
    assert not explorer.problem


def test_the_networks_have_as_many_weights_as_it_says():
    assert NETWORKS["LeNet"][0] == lenet5().parameters()
    assert NETWORKS["ResNet-50"][0] == PUBLISHED["ResNet-50"][1]
