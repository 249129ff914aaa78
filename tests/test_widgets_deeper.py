"""The explorer of lesson 07, driven without a browser."""

import numpy as np
import pytest

from cnnlib.widgets.deeper import DepthExplorer

X = np.random.default_rng(0).random((20, 1, 8, 8), np.float32)
LABELS = np.arange(20) % 10


@pytest.fixture
def explorer():
    return DepthExplorer(X, LABELS)


def said(explorer, **values):
    explorer.set(**values)
    assert not explorer.problem and bytes(explorer.image.value[:4]) == b"\x89PNG"
    return explorer.text


def test_it_opens_with_gradients_that_vanish(explorer):
    assert "after layer 20" in explorer.text and explorer.text.endswith("Gradients vanish.")


def test_the_start_that_suits_relu_keeps_both(explorer):
    assert "Both keep their size" in said(explorer, activation="ReLU", start="He")
    assert "Numbers vanish and gradients vanish" in said(explorer, start="0.01")
    assert "Numbers explode and gradients explode" in said(explorer, start="1")


def test_normalising_and_short_ways_help(explorer):
    assert "Numbers vanish" in said(explorer, activation="tanh", start="0.01")
    assert "Numbers vanish" not in said(explorer, norm=True)
    assert "vanish" not in said(explorer, norm=False, short=True)


def test_it_answers_at_its_deepest_without_a_warning(explorer):
    with np.errstate(all="raise"):
        said(explorer, depth=40, activation="ReLU", start="1", short=True)


def test_labels_have_to_be_as_many_as_images():
    with pytest.raises(ValueError, match=r"labels has shape \(3,\), expected \(N,\), N = 20"):
        DepthExplorer(X, LABELS[:3])
    with pytest.raises(ValueError, match="images has shape"):
        DepthExplorer(X[0], LABELS)
