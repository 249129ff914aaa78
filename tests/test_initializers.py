import math

import numpy as np
import pytest

from cnnlib.initializers import fans, glorot, he, small


def test_fans_by_hand():
    assert fans((784, 50)) == (784, 50)
    assert fans((16, 3, 5, 2)) == (30, 160)


@pytest.mark.parametrize("shape", [(5,), (), (1, 2, 3), (1, 2, 3, 4, 5)])
def test_fans_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match=r"shape is .*, expected \(D, M\) or \(F, C, KH, KW\)"):
        fans(shape)


@pytest.mark.parametrize(
    "draw, shape, std",
    [
        (he, (400, 300), math.sqrt(2 / 400)),
        (he, (100, 30, 5, 5), math.sqrt(2 / 750)),
        (glorot, (400, 300), math.sqrt(2 / 700)),
        (glorot, (100, 30, 5, 5), math.sqrt(2 / (750 + 2500))),
        (small, (400, 300), 0.01),
    ],
)
def test_draws_have_the_standard_deviation_that_the_formula_says(draw, shape, std):
    w = draw(shape, np.random.default_rng(0))
    assert w.shape == shape and w.dtype == np.float32
    assert w.std() == pytest.approx(std, rel=0.02)  # five times the spread of 75,000 draws
    assert abs(w.mean()) < 0.02 * std


@pytest.mark.parametrize("draw", [he, glorot, small])
def test_the_same_seed_draws_the_same(draw):
    first, again, other = (draw((3, 4), np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()


def test_he_keeps_the_size_of_signals_through_relu_and_glorot_of_the_linear_ones():
    rng = np.random.default_rng(0)
    relu = linear = rng.standard_normal((200, 500), np.float32)
    for _ in range(10):
        relu = np.maximum(relu, 0) @ he((500, 500), rng)
        linear = linear @ glorot((500, 500), rng)
    assert 0.5 < relu.std() < 2 and 0.8 < linear.std() < 1.25
