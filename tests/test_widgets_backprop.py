"""The explorers of lesson 04, driven without a browser."""

import numpy as np
import pytest

from cnnlib.exercises.lesson04.suspects import KINDS, evidence, suspects
from cnnlib.gradcheck import numerical_gradient
from cnnlib.layers.norm import BatchNorm
from cnnlib.losses import SoftmaxCrossEntropy
from cnnlib.widgets.backprop import (
    BackpropExplorer,
    BugHuntExplorer,
    GradientCheckExplorer,
    nudged,
    small_network,
)


@pytest.fixture
def backprop():
    return BackpropExplorer()


@pytest.fixture
def step():
    return GradientCheckExplorer()


@pytest.fixture
def hunt():
    return BugHuntExplorer(suspects(), evidence, KINDS)


def test_the_small_network_has_learned_to_read():
    network, images, labels = small_network()
    assert images.shape == (8, 1, 28, 28)
    assert (network.forward(images).argmax(axis=1) == labels).sum() >= 5


def test_a_new_digit_asks_for_its_own_label(backprop):
    network, images, labels = small_network()
    for k in (1, 3):
        backprop.controls["digit"].value = k
        assert backprop.controls["label"].value == labels[k]
        assert f"the label asked for is {labels[k]} " in backprop.text
    backprop.controls["label"].value = 5
    assert "the label asked for is 5 " in backprop.text


def test_what_the_lesson_says_of_a_sure_network(backprop):
    """Image 0: nearly no gradient for its own label, a large one for another."""
    network, images, labels = small_network()
    own, other = (
        np.abs(backprop.passes(1, label, "all", 0, 0, 0)[1]["x"]).max() for label in (labels[1], 3)
    )
    assert own < 0.1 * other


def test_backprop_opens_with_an_open_path_to_the_input(backprop):
    assert "above 0, so it passes" in backprop.text
    assert backprop.controls["step"].value == 6


def test_the_words_go_as_far_as_the_gradient(backprop):
    said = ("has come back to", "has the gradient", "was at", "so it passes", "largest entry")
    for step in range(7):
        backprop.set(step=step)
        assert ("The loss is computed." in backprop.text) == (step == 0)
        found = [words in backprop.text for words in said]
        assert found == [0 < step < 6, step > 2, step > 3, step > 4, step > 5]


def test_rows_and_columns_end_where_the_map_does(backprop):
    assert backprop.controls["row"].max == backprop.controls["column"].max == 11
    backprop.set(follow="conv", row=23)
    assert backprop.problem == "" and "Pixel (11, 3) of pool" in backprop.text
    backprop.controls["follow"].value = "pool"
    assert backprop.controls["row"].value == 11


def test_backprop_of_all_pixels_is_the_gradient_of_the_loss(backprop):
    """The numbers that are drawn, held to a nudge of one pixel in float64."""
    backprop.network.astype(np.float64)
    backprop.images = backprop.images.astype(np.float64)
    _, gradients, loss = backprop.passes(0, 3, "all", 0, 0, 0)
    h, w = np.unravel_index(np.abs(gradients["x"][0, 0]).argmax(), (28, 28))
    nudged = backprop.images[:1].copy()
    nudged[0, 0, h, w] += 1e-7
    again = SoftmaxCrossEntropy().forward(backprop.network.forward(nudged), np.array([3]))
    assert (again - loss) / 1e-7 == pytest.approx(gradients["x"][0, 0, h, w], rel=1e-3)


@pytest.mark.parametrize("pixel", [(4, 7), (3, 5), (6, 8), (9, 4), (5, 5), (8, 9)])
def test_backprop_of_one_pixel_stays_on_its_path(backprop, pixel):
    values, gradients, _ = backprop.passes(0, 3, "pool", 1, *pixel)
    spot, frames = backprop.path("pool", 1, *pixel)
    assert np.count_nonzero(gradients["pool"]) == np.count_nonzero(gradients["relu"]) == 1
    assert gradients["relu"][0, 1, *spot] == gradients["pool"][0, 1, *pixel]
    assert values["relu"][0, 1, *spot] == values["pool"][0, 1, *pixel]
    row, column, rows, columns = frames["x"][0]
    outside = gradients["x"][0, 0].copy()
    outside[row : row + rows, column : column + columns] = 0
    assert np.abs(outside).max() < 1e-6
    assert (np.abs(gradients["x"]).max() > 1e-4) == (values["relu"][0, 1, *spot] > 0)


def test_the_parts_of_the_gradient_add_up_to_the_whole(backprop):
    whole = backprop.passes(0, 3, "all", 0, 0, 0)[1]["x"]
    parts = sum(
        backprop.passes(0, 3, "pool", f, h, w)[1]["x"]
        for f in range(4)
        for h in range(12)
        for w in range(12)
    )
    np.testing.assert_allclose(parts, whole, atol=1e-5)


def test_backprop_tells_of_a_lost_window_and_of_a_shut_gate(backprop):
    stories = []
    for row, column in np.ndindex(24, 24):
        values, gradients, _ = backprop.passes(0, 3, "conv", 0, row, column)
        spot, _ = backprop.path("conv", 0, row, column)
        story = backprop.story(values, gradients, 0, "conv", row, column, spot)
        stories.append(" ".join(story))
    for ending in ("did not win its window", "nothing passes", "above 0, so it passes"):
        assert any(ending in story for story in stories)
    assert sum("did not win" in story for story in stories) >= 3 * 12 * 12


def test_two_explorers_do_not_share_a_network(backprop):
    other = BackpropExplorer()
    assert other.network is not backprop.network


def test_the_step_explorer_tells_the_error(step):
    step.set(power=-6)
    assert "relative error" in step.text and "eps = 1e-06" in step.text
    error = float(step.text.partition("relative error ")[2].split()[0].rstrip("."))
    assert error < 1e-8
    step.set(dtype="float32", power=-10)
    assert "slope 0, true 2.7182818, relative error 1e+00" in step.text


def test_a_kink_within_the_step_halves_the_slope(step):
    step.set(function="ReLU(x) at 0.001", power=0)
    assert "slope 0.5005" in step.text
    step.set(power=-4)
    assert "slope 1, true 1" in step.text


def test_the_logarithm_of_a_negative_number_is_refused(step):
    before = step.image.value
    step.set(function="log(x) at 0.5")
    assert "log needs x - eps above 0" in step.problem and step.image.value == before
    step.controls["power"].value = -1
    assert step.problem == "" and step.image.value != before


@pytest.mark.parametrize(
    "suspect, gradient, factor", [("C", "b", "0.02083"), ("H", "w", "0.3333"), ("J", "x", "4")]
)
def test_the_hunt_tells_a_constant_factor(hunt, suspect, gradient, factor):
    hunt.set(suspect=suspect, gradient=gradient)
    assert f"Each is {factor} times what it should be" in hunt.text


def test_the_hunt_sees_nothing_wrong_in_the_innocent(hunt):
    hunt.set(suspect="I")
    assert "differs from nudging in 0 of 294" in hunt.text
    hunt.set(input="with ties")
    assert "in 73 of 294" in hunt.text and "convicts nobody" in hunt.text


def test_the_hunt_refuses_a_gradient_that_is_not_there(hunt):
    before = hunt.image.value
    hunt.set(suspect="B", gradient="w")
    assert hunt.problem == "suspect B (ReLU) has no w" and hunt.image.value == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_hunt_nudges_all_numbers_at_once_as_one_by_one(kind):
    for letter, layer in suspects().items():
        x = evidence(letter, kind)
        dy = np.random.default_rng(0).standard_normal(layer.forward(x).shape)
        expected = numerical_gradient(lambda x: np.sum(layer.forward(x) * dy), x)  # noqa: B023
        np.testing.assert_allclose(nudged(layer, x, dy), expected, rtol=1e-6, atol=1e-7)


def test_the_hunt_nudges_one_by_one_where_images_are_mixed():
    norm = BatchNorm(4).astype(np.float64)
    norm.training = True
    x = np.random.default_rng(0).standard_normal((6, 4))
    hunt = BugHuntExplorer({"norm": norm}, lambda *_: x, ["any"])
    assert "dx differs from nudging in 0 of 24 entries" in hunt.text
