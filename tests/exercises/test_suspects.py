"""The suspects of lesson 04 and its exercise: guilty as charged, and right in forward."""

import numpy as np
import pytest

from cnnlib.exercises.lesson04.suspects import (
    ALONE,
    CHARGES,
    GUILT,
    KINDS,
    POSITIVE,
    WRONG,
    accuse,
    evidence,
    suspect,
    suspects,
)
from cnnlib.gradcheck import check_layer
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.pool import AvgPool2D, MaxPool2D

HONEST = {
    "A": Conv2D(2, 3, 3, rng=0),
    "B": ReLU(),
    "C": Conv2D(2, 3, 3, rng=0),
    "D": MaxPool2D(2),
    "E": Conv2D(2, 3, 3, stride=2, rng=0),
    "F": Conv2D(2, 3, 3, rng=0),
    "G": Conv2D(2, 3, 3, rng=0),
    "H": Dense(5, 4, rng=0),
    "I": MaxPool2D(3, stride=2),
    "J": AvgPool2D(2),
}
FOUND = {"A": ["x"], "B": ["x"], "C": ["b"], "E": ["x"], "F": ["b"], "G": ["x"], "H": ["w"]}
FOUND |= {"J": ["x"], "D": [], "I": []}
# What hides a bug from the check: the limits that the lesson teaches.
HIDDEN = {"kink-free": "DI", "positive": "BDI", "one image": "DFHI", "with ties": "DI"}


@pytest.mark.parametrize("letter", HONEST)
def test_the_forward_pass_of_a_suspect_is_right(letter):
    x = evidence(letter)
    before = x.copy()
    honest = HONEST[letter].astype(np.float64)
    np.testing.assert_array_equal(suspects()[letter].forward(x), honest.forward(x))
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("letter", FOUND)
def test_the_check_finds_the_gradients_that_are_wrong(letter):
    report = check_layer(suspects()[letter], evidence(letter))
    assert list(report.problems()) == FOUND[letter]


@pytest.mark.parametrize("kind", KINDS)
def test_an_input_hides_what_the_lesson_says_it_hides(kind):
    passed = "".join(
        letter
        for letter, suspect in suspects().items()
        if check_layer(suspect, evidence(letter, kind)).ok
    )
    assert passed == HIDDEN[kind]


def test_of_the_two_that_pass_the_sum_tells_the_guilty():
    for letter, fair in (("D", False), ("I", True)):
        layer = suspects()[letter]
        dy = np.ones(layer.forward(evidence(letter, "with ties")).shape)
        assert (layer.backward(dy).sum() == dy.sum()) == fair


def test_every_suspect_has_one_charge_of_its_own():
    assert sorted(GUILT) == sorted(suspects()) == sorted(HONEST)
    assert sorted(GUILT.values()) == sorted(CHARGES)


def test_accuse_tells_right_from_wrong_and_never_gives_the_answer_away():
    for letter, guilt in GUILT.items():
        assert accuse(letter, guilt).startswith(f"{letter}: right.")
        for charge in CHARGES:
            if charge != guilt:
                verdict = accuse(letter, charge)
                assert verdict.startswith(f"{letter}: no.") and CHARGES[guilt] not in verdict


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: accuse("Z", "mask"), "letter is 'Z'"),
        (lambda: accuse("A", "murder"), "charge is 'murder'"),
        (lambda: evidence("Z"), "letter is 'Z'"),
        (lambda: evidence("A", "alibi"), "kind is 'alibi'"),
    ],
)
def test_unknown_names_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_suspect_says_what_it_claims_to_be():
    assert repr(suspects()["B"]) == "SuspectB(ReLU)"


@pytest.mark.parametrize(
    "truth, look", [(WRONG, np.copy), (ALONE, lambda x: x[:1]), (POSITIVE, abs)]
)
def test_the_suspects_of_the_exercise_are_as_guilty_as_its_answers_say(truth, look):
    for letter, expected in truth.items():
        layer, x = suspect(letter)
        found = list(check_layer(layer, look(x)).problems())
        assert found == ([] if expected == "none" else [expected]), letter
    with pytest.raises(ValueError, match="one of K, L, M, N"):
        suspect("Z")
