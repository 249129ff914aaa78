import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.gradcheck import numerical_gradient, relative_error
from cnnlib.losses import SmoothedCrossEntropy, SoftmaxCrossEntropy, check_labels, softmax

from .helpers import draw, dtypes, seeds


def test_softmax_by_hand():
    scores = np.log(np.array([[1.0, 2, 5], [1, 1, 2]]))
    np.testing.assert_allclose(softmax(scores), [[0.125, 0.25, 0.625], [0.25, 0.25, 0.5]])


def test_the_loss_by_hand():
    loss = SoftmaxCrossEntropy()
    scores = np.log(np.array([[1.0, 2, 5], [1, 1, 2]]))
    value = loss.forward(scores, np.array([1, 2]))
    assert value == pytest.approx((math.log(4) + math.log(2)) / 2)
    expected = [[0.0625, -0.375, 0.3125], [0.125, 0.125, -0.25]]
    np.testing.assert_allclose(loss.backward(), expected)


def test_knowing_nothing_costs_the_logarithm_of_the_number_of_classes():
    loss = SoftmaxCrossEntropy().forward(np.zeros((5, 10), np.float32), np.arange(5))
    assert type(loss) is float and loss == pytest.approx(math.log(10))


def test_nothing_overflows():
    scores = np.array([[1e4, 0, -1e4], [-1e4, 0, 1e4]], np.float32)
    loss = SoftmaxCrossEntropy()
    np.testing.assert_array_equal(softmax(scores), [[1, 0, 0], [0, 0, 1]])
    assert loss.forward(scores, np.array([0, 0])) == pytest.approx(1e4)
    np.testing.assert_array_equal(loss.backward(), [[0, 0, 0], [-0.5, 0, 0.5]])


@given(st.integers(1, 5), st.integers(1, 6), dtypes, seeds)
def test_softmax_sums_to_one_keeps_the_dtype_and_ignores_a_shift(N, M, dtype, seed):
    scores = draw((N, M), dtype, seed=seed)
    probabilities = softmax(scores)
    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    assert probabilities.dtype == dtype and (probabilities > 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=tolerance)
    np.testing.assert_allclose(softmax(scores + dtype(3)), probabilities, rtol=tolerance)


BOTH = pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), SmoothedCrossEntropy(0.3)])


@BOTH
@given(st.integers(1, 5), st.integers(1, 6), seeds)
def test_the_gradient_is_numerically_right(loss, N, M, seed):
    scores = np.array(draw((N, M), seed=seed))
    labels = np.random.default_rng(seed).integers(0, M, N)
    numeric = numerical_gradient(lambda scores: loss.forward(scores, labels), scores)
    loss.forward(scores, labels)
    assert relative_error(loss.backward(), numeric, floor=1e-3) < 1e-6


@BOTH
def test_arguments_and_earlier_results_stay_as_they_are(loss):
    scores, labels = draw((4, 3), np.float32), np.array([0, 1, 2, 0])
    loss.forward(scores, labels)
    first = loss.backward()
    copied = first.copy()
    np.testing.assert_array_equal(loss.backward(), copied)
    loss.forward(draw((4, 3), np.float32, seed=1), labels)
    loss.backward()
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, copied)
    np.testing.assert_array_equal(scores, draw((4, 3), np.float32))
    np.testing.assert_array_equal(labels, [0, 1, 2, 0])


def test_labels_smoothed_by_0_are_labels_and_nothing_overflows():
    scores, labels = draw((4, 3), np.float32), np.array([0, 1, 2, 0])
    plain, smoothed = SoftmaxCrossEntropy(), SmoothedCrossEntropy(0)
    assert smoothed.forward(scores, labels) == plain.forward(scores, labels)
    np.testing.assert_array_equal(smoothed.backward(), plain.backward())
    far = np.array([[1e4, 0, -1e4]], np.float32)
    assert SmoothedCrossEntropy(0.3).forward(far, np.array([0])) == pytest.approx(0.3e4)


def test_the_smoothed_loss_is_least_where_probabilities_are_the_smoothed_labels():
    truth = np.array([[0.1 / 4, 0.9 + 0.1 / 4, 0.1 / 4, 0.1 / 4]])
    loss = SmoothedCrossEntropy(0.1)
    assert loss.forward(np.log(truth), np.array([1])) == pytest.approx(
        -(truth * np.log(truth)).sum()
    )
    np.testing.assert_allclose(loss.backward(), 0, atol=1e-15)


@pytest.mark.parametrize("smoothing", [-0.1, 1, None, True, np.nan])
def test_a_smoothing_out_of_range_is_refused(smoothing):
    with pytest.raises(ValueError, match=f"smoothing is {smoothing}, expected 0 to less than 1"):
        SmoothedCrossEntropy(smoothing)


@pytest.mark.parametrize(
    "labels, error, message",
    [
        ([0.0, 1.0], TypeError, "labels are float64, expected integers"),
        ([[1, 0, 0], [0, 1, 0]], ValueError, r"labels have shape \(2, 3\), expected \(2,\)"),
        ([0, 1, 2], ValueError, r"labels have shape \(3,\), expected \(2,\)"),
        ([0, 3], ValueError, "labels go from 0 to 3, expected 0 to 2$"),
        ([-1, 0], ValueError, "labels go from -1 to 0, expected 0 to 2"),
        ([True, False], TypeError, "labels are bool"),
    ],
)
def test_bad_labels_are_refused_and_nothing_is_changed(labels, error, message):
    loss = SoftmaxCrossEntropy()
    loss.forward(np.zeros((1, 2)), np.array([1]))
    with pytest.raises(error, match=message):
        check_labels(np.array(labels), 2, 3)
    with pytest.raises(error, match=message):
        loss.forward(np.zeros((2, 3)), np.array(labels))
    np.testing.assert_array_equal(loss.backward(), [[0.5, -0.5]])


@pytest.mark.parametrize(
    "scores, error, message",
    [
        (np.zeros(3), ValueError, r"scores has shape \(3,\), expected \(N, M\)"),
        (np.zeros((0, 3)), ValueError, r"scores has shape \(0, 3\), expected \(N, M\)"),
        ([[0.3, 2.9]], TypeError, "scores is list, expected an array of floats"),
        (np.uint8([[1, 2, 3]]), TypeError, "scores is uint8, expected an array of floats"),
    ],
)
def test_scores_that_do_not_fit_are_refused(scores, error, message):
    with pytest.raises(error, match=message):
        softmax(scores)
    with pytest.raises(error, match=message):
        SoftmaxCrossEntropy().forward(scores, np.array([0]))
