"""Checks of the rules of exercise 05: how gradients become steps."""

import numpy as np

from cnnlib.checks.base import Check
from cnnlib.checks.cases import Case, options
from cnnlib.checks.lesson05_wrong import Adaptive, Ball, descend


def _step(function, params, grads, rate):
    params = {name: value.copy() for name, value in params.items()}
    function(params, grads, rate)
    return tuple(params[name] for name in ("w", "b"))


def _slopes(rng):
    def pair(w, b):
        return {"w": np.array(w), "b": np.array(b)}

    single = {name: rng.normal(size=3).astype(np.float32) for name in "wb"}
    return [
        Case("one number each", (pair([1.0], [2.0]), pair([10.0], [-20.0]), 0.1)),
        Case("a rate of 1", (pair([3.0, 4], [5.0]), pair([1.0, -1], [2.0]), 1.0)),
        Case("float32", (single, {name: 2 * value for name, value in single.items()}, 0.5)),
    ]


DOWN = "Against the gradient: the loss grows along it."
PLACE = "p = p - ... makes a new array, and the network keeps the old one. p -= ... changes it."
sgd_step = Check(
    "05",
    "sgd_step",
    descend,
    _slopes,
    options(
        descend,
        ("the step goes uphill", {"sign": -1}, DOWN),
        ("a copy is changed and not the parameters", {"place": "copy"}, PLACE),
        ("only the first parameter is changed", {"only": "first"}, "Loop over all names."),
        ("only the sign of the gradient is used", {"times": "sign"}, "p -= rate * g."),
    ),
    args="params grads rate",
    outputs="w b",
    todo="Change every parameter in place, against its gradient",
    more="Why must it change the arrays and not put new ones into the dict?",
    call=_step,
)


def _walk(kind, first, gradients, rate):
    """Let a rule take steps with two parameters of one number; its rate is halved on the way."""
    rule, way = kind(rate), []
    params = {"w": first[:1].copy(), "b": first[1:].copy()}
    for t, g in enumerate(gradients):
        if t == 2:
            rule.rate = rate / 2
        rule.step(params, {"w": g[:1].copy(), "b": g[1:].copy()})
        way.append(np.concatenate([params["w"], params["b"]]))
    return np.array(way)


def _ways(rng):
    first = np.array([1.0, 2.0])
    return [
        Case("one step", (first, np.array([[10.0, -20]]), 0.1)),
        Case("two equal steps", (first, np.array([[10.0, -20]] * 2), 0.1)),
        Case("there and back", (first, np.array([[1.0, 2], [-1, 4]]), 0.5)),
        Case("a rate that is halved after two steps", (first, np.array([[1.0, 2]] * 4), 0.1)),
        Case("tiny gradients", (first, np.array([[1e-4, -2e-4]] * 2), 0.1)),
        Case("random", (rng.normal(size=2), rng.normal(size=(6, 2)), 0.01)),
    ]


ROLL = "v = momentum * v + g, then p -= rate * v."
momentum = Check(
    "05",
    "momentum",
    Ball,
    _ways,
    options(
        Ball,
        ("the step goes uphill", {"how": "uphill"}, f"{ROLL} {DOWN}"),
        ("the velocity is forgotten after each step", {"how": "reset"}, ROLL),
        ("the gradient has the factor 1 - momentum", {"how": "average"}, ROLL),
        (
            "the rate stands inside the velocity",
            {"how": "inside"},
            "Then a rate that changes on the way acts late. Keep it outside: p -= rate * v.",
        ),
        ("the rate is used twice", {"how": "twice"}, ROLL),
        ("the velocity of the step before is used", {"how": "late"}, "First update v, then p."),
        ("the velocity never decays", {"how": "no friction"}, ROLL),
        (
            "all parameters share one velocity",
            {"how": "shared"},
            "Keep a velocity for every name, in a dict.",
        ),
        ("a copy is changed and not the parameters", {"how": "copy"}, PLACE),
    ),
    args="start gradients rate",
    outputs="way",
    todo="Keep a velocity for each parameter and step along it",
    more="With a constant gradient, how long does a step become in the end?",
    call=_walk,
)
CORRECTED = "Divide m by 1 - beta1**t and v by 1 - beta2**t, where t counts steps from 1."
COUNT = "t counts calls of step, from 1: one for all parameters together."
adam = Check(
    "05",
    "adam",
    Adaptive,
    _ways,
    options(
        Adaptive,
        ("the step goes uphill", {"how": "uphill"}, DOWN),
        ("the correction of the start is forgotten", {"how": "uncorrected"}, CORRECTED),
        ("m is not corrected", {"how": "m as it is"}, CORRECTED),
        ("v is not corrected", {"how": "v as it is"}, CORRECTED),
        ("t stays 1", {"how": "always 1"}, COUNT),
        ("t starts from 0", {"how": "from 0"}, COUNT),
        ("t grows with every parameter", {"how": "steps for each"}, COUNT),
        ("m and v are swapped", {"how": "swapped"}, "m is on top, the root of v below."),
        ("beta1 and beta2 are exchanged", {"how": "betas"}, "beta1 is that of m."),
        ("v is a mean of g and not of its square", {"how": "not squared"}, "v: g * g."),
        ("the root of v is missing", {"how": "no root"}, "Divide by sqrt(v) + eps."),
        ("eps stands inside the root", {"how": "inside"}, "sqrt(v) + eps, not sqrt(v + eps)."),
        ("all parameters share one memory", {"how": "shared"}, "Keep m and v for every name."),
        ("a copy is changed and not the parameters", {"how": "copy"}, PLACE),
    ),
    args="start gradients rate",
    outputs="way",
    todo="Keep two running means for each parameter, and step",
    more="How long is Adam's very first step, whatever the gradient is?",
    call=_walk,
)
