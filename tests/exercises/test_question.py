"""Questions: answers in any spelling, and what their numbers give away."""

import re

import numpy as np
import pytest

from cnnlib.exercises.engine.mistakes import Mistake
from cnnlib.exercises.engine.question import Question
from tests.exercises.doubled import SIZES, named


@pytest.mark.parametrize(
    "given, state, mistakes",
    [
        ({"p": 12, "q": 4, "r": 5}, "done", []),
        ({"p": 12.0, "q": np.int64(4), "r": np.float32(5)}, "done", []),
        ({"p": None, "q": None, "r": ...}, "todo", []),
        ({}, "todo", []),
        ({"p": 12, "q": None}, "todo", []),
        ({"p": 7, "q": 4, "r": 6}, "wrong", ["they are added"]),
        ({"p": 3, "q": 2, "r": 5}, "wrong", ["only the first counts"]),
        ({"p": 3, "q": 4, "r": 6}, "wrong", ["only the first counts", "they are added"]),
        ({"p": 99, "q": 4, "r": 5}, "wrong", []),
        ({"p": 3, "q": 4, "r": 99}, "wrong", ["only the first counts"]),
        ({"p": "many", "q": 4, "r": 5}, "wrong", []),
        ({"p": [12, 4], "q": 4, "r": 5}, "wrong", []),
        ({"p": np.array([1, 2]), "q": 4, "r": 5}, "wrong", []),
    ],
)
def test_answers_are_judged_part_by_part(given, state, mistakes):
    result = SIZES.diagnose(given)
    assert (result.state, result.mistakes) == (state, mistakes), result
    assert not re.search(r"\b12\b", str(result)), "it gives an answer away"


def test_of_two_causes_that_of_the_other_wrong_answers_is_said():
    assert SIZES.diagnose(p=3, q=2, r=5).mistakes == ["only the first counts"]
    assert SIZES.diagnose(p=3, q=1, r=1).mistakes == ["only the second counts, and less"]
    several = ["only the first counts", "they are added"]  # and of p not the second, which q denies
    assert SIZES.diagnose(p=3, q=2, r=6).mistakes == several


def test_a_guess_and_answers_at_other_places_are_said():
    hand = named("hand", Question({"a": 3, "b": 5, "c": 8}, todo="", more="", hint="Count."))
    assert "The same answer stands everywhere" in str(hand.diagnose(4, 4, 4))
    assert "but not at their places" in str(hand.diagnose(5, 8, 3))
    assert "places" not in str(hand.diagnose(5, 8, 4)) + str(hand.diagnose(3, 5, 7))


def test_answers_come_in_any_form():
    assert SIZES.diagnose(12, 4, 5).ok and SIZES.diagnose(p=12, q=4, r=5).ok
    letter = named("letter", Question({"a": "B"}, todo="", more="", hint="Look again."))
    assert letter.diagnose("b ").ok
    assert str(letter.diagnose("c")) == "✗ letter: not right.\nc is not right. Look again."


@pytest.mark.parametrize("given", ["12", "12.0", "12,0", " 12 ", "12 numbers", np.array([12])])
def test_a_number_may_be_written_in_any_usual_way(given):
    assert SIZES.diagnose({"p": given, "q": 4, "r": "5"}).ok


@pytest.mark.parametrize(
    "given, right",
    [
        ("ln 10", 2.302585),
        ("2 ln 2", 1.386294),
        ("-math.log(1/2)", 0.693147),
        ("\u22480.69", 0.693147),
        ("~ 0.69", 0.693147),
        ("\u22120.5", -0.5),
        ("\u00bd", 0.5),
        ("-1\u00bd", -1.5),
        ("= 8", 8),
        ("2^3", 8),
        ("64*64*9", 36864),
        ("64 \u00d7 64 \u00d7 9 = 36 864", 36864),
        ("2.25x", 2.25),
        ("0.16 (rounded)", 0.157),
        ("1/3", 0.333333),
    ],
)
def test_a_number_may_be_spelt_or_worked_out(given, right):
    pen = named("pen", Question({"a": right}, todo="", more="", hint="Ten.", decimals=2))
    assert pen.diagnose(given).ok
    other = named("pen", Question({"a": 1.1 * right}, todo="", more="", hint="Ten.", decimals=2))
    assert other.diagnose(given).state == "wrong"


@pytest.mark.parametrize("given", ["!= 5", "<= 5", ">= 5"])
def test_what_a_number_is_not_is_no_answer(given):
    assert not named("pen", Question({"a": 5}, todo="", more="", hint="")).diagnose(given).ok


@pytest.mark.parametrize("given", ["ln ten", "log(0)", "9**9**9**9", "(-8) ** 0.5", "(" * 300])
def test_where_a_number_is_asked_for_another_text_is_told_so(given):
    pen = named("pen", Question({"a": 2.0}, todo="", more="", hint="Ten."))
    assert "is not right. A number is asked for. Ten." in str(pen.diagnose(given))


@pytest.mark.parametrize("given", ["200 704", "200,704", "200_704", "200'704", 200704.0])
def test_thousands_may_be_set_apart(given):
    assert named("many", Question({"a": 200704}, todo="", more="", hint="")).diagnose(given).ok


def test_a_mistake_that_would_show_in_an_answer_that_nothing_explains_is_not_claimed():
    result = SIZES.diagnose({"p": 7, "q": 99, "r": 5})
    assert result.mistakes == ["they are added"], result  # q is 4 when added, and that is right
    result = SIZES.diagnose({"p": 99, "q": 2, "r": 5})
    assert result.mistakes == [] and "only the first" not in str(result), result


@pytest.mark.parametrize("number, asked", [(24, True), (-0.69, True), (2, False)])
def test_a_mistake_that_other_answers_deny_is_asked_about_if_its_number_is_a_rare_one(
    number, asked
):
    twice = Mistake("it is doubled", {"a": number, "b": 22}, "Once.")
    sizes = named("sizes", Question({"a": 1, "b": 11}, None, [twice], todo="", more="", hint="No."))
    said = str(sizes.diagnose(a=number, b=11))
    assert "is not right. No." in said and ("Perhaps it is doubled?" in said) == asked


def test_none_is_no_answer_that_a_mistake_leads_to():
    swapped = Mistake("a is taken for b", {"a": "y"}, "Look.")
    letters = Question({"a": "x", "b": "y"}, None, [swapped], todo="", more="", hint="No.")
    assert named("letters", letters).diagnose({"a": "x", "b": "none"}).mistakes == []


def test_answers_may_be_rounded_as_far_as_is_said():
    pen = named("pen", Question({"a": 2.302585}, todo="", more="", hint="Ten.", decimals=2))
    assert all(pen.diagnose(a).ok for a in (2.3, 2.303, 2.3026, "2.30"))
    assert not pen.diagnose(2.31).ok and not pen.diagnose(2.29).ok
    short = named("short", Question({"a": 1.386}, todo="", more="", hint="Two.", decimals=2))
    assert "1.4 is right as far as it goes; 2 digits" in str(short.diagnose(1.4))
    assert all("Two." in str(short.diagnose(a)) for a in (1.3, 1.35, 1))
    assert "A single answer is asked for." in str(pen.diagnose((1, 0)))
    coarse = named("coarse", Question({"a": 0.0707}, todo="", more="", hint="Root.", decimals=3))
    assert "0.07 is right as far as it goes" in str(coarse.diagnose(0.07))
    assert "Root." in str(coarse.diagnose(0.1))  # which is nearly half as much again
    letter = named("letter", Question({"a": "grad_cam"}, todo="", more="", hint="Look."))
    assert letter.diagnose("Grad-CAM").ok and letter.diagnose("grad cam").ok
    assert letter.diagnose("`grad_cam`").ok and letter.diagnose("grad_cam()").ok
    words = Question({"a": "low", "b": "high", "c": "sound"}, todo="", more="", hint="Look.")
    said = str(named("words", words).diagnose("low", "over", "low"))
    assert "b: over is none of the answers, which are high; low; sound." in said
    assert "c: low is not right. Look." in said


@pytest.mark.parametrize("given, said", [(3.33, True), ("10/3", True), (4, False)])
def test_that_a_count_is_a_whole_number_is_said(given, said):
    steps = named("steps", Question({"a": 3}, None, todo="", more="", hint="Steps."))
    assert ("It is a whole number." in str(steps.diagnose(a=given))) == said
