import math

import numpy as np
import pytest

from cnnlib.optimizers import (
    OPTIMIZERS,
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    RMSProp,
    constant,
    cosine,
    one_cycle,
    step_decay,
)

from .helpers import draw


def path(optimizer, grads, start=1.0):
    """Move one number along some gradients and list where it was."""
    params, found = {"p": np.array([start])}, []
    for g in grads:
        optimizer.step(params, {"p": np.array([float(g)])})
        found.append(float(params["p"][0]))
    return found


def test_two_steps_by_hand():
    assert path(SGD(0.1), [1, 2]) == pytest.approx([0.9, 0.7])
    assert path(Momentum(0.1, 0.5), [1, 2]) == pytest.approx([0.9, 0.65])
    assert path(Nesterov(0.1, 0.5), [1, 2]) == pytest.approx([0.85, 0.525])
    assert path(AdaGrad(0.1), [3, 4]) == pytest.approx([0.9, 0.82])
    assert path(RMSProp(0.1, decay=0.75), [2, 0]) == pytest.approx([0.8, 0.8])
    assert path(Adam(0.1), [5, 5]) == pytest.approx([0.9, 0.8])
    assert path(SGD(0.1, weight_decay=1), [1]) == pytest.approx([0.8])
    assert path(AdamW(0.1, weight_decay=1), [5]) == pytest.approx([0.8])
    assert path(Adam(0.1, weight_decay=1), [5]) == pytest.approx([0.9])


def test_what_is_not_said_is_as_in_pytorch():
    """What torch.optim 2.13 does when it is told nothing."""
    usual = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    for kind, settings in (
        (AdaGrad, {"rate": 0.01, "eps": 1e-10}),
        (RMSProp, {"rate": 0.01, "decay": 0.99, "eps": 1e-8}),
        (Adam, {"rate": 0.001, "weight_decay": 0, **usual}),
        (AdamW, {"rate": 0.001, "weight_decay": 0.01, **usual}),
    ):
        assert settings.items() <= vars(kind()).items()


def test_defect_an_optimizer_cannot_be_chosen_because_its_key_is_misspelt():
    """A re-implementation of the book: "rmsprpo"."""
    assert OPTIMIZERS == {kind.__name__.lower(): kind for kind in OPTIMIZERS.values()}
    assert set(OPTIMIZERS) == {
        *("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
    }


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_a_step_changes_parameters_in_place_and_gradients_not_at_all(kind, decay):
    for dtype in (np.float32, np.float64):
        params = {name: np.array(draw((3, 2), dtype, seed=i)) for i, name in enumerate("ab")}
        grads = {name: draw((3, 2), dtype, seed=i + 5) for i, name in enumerate("ab")}
        same = dict(params)
        optimizer = kind(0.1, weight_decay=decay)
        for steps in range(1, 4):
            before = {name: p.copy() for name, p in params.items()}
            optimizer.step(params, grads)
            assert optimizer.steps == steps
            for name, p in params.items():
                assert p is same[name] and p.dtype == dtype
                assert (p != before[name]).all()
                for memory in optimizer.memory[name].values():
                    assert memory.dtype == dtype and memory.shape == p.shape


def test_a_parameter_that_shares_nothing_has_its_own_memory():
    adam, params = Adam(0.1), {"a": np.ones(2)}
    adam.step(params, {"a": np.ones(2)})
    params["b"] = np.ones(3)  # joins later
    adam.step(params, {"a": np.ones(2), "b": np.zeros(3)})
    np.testing.assert_allclose(params["a"], 0.8)
    np.testing.assert_array_equal(params["b"], 1)


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_numbers_of_numpy_do_as_those_of_python(kind):
    """Those of linspace, for example: they would widen float32, and round otherwise."""
    settings = {k: v for k, v in vars(kind()).items() if isinstance(v, float)}
    settings |= {"rate": 0.1, "weight_decay": 0.1}
    widened = {name: np.float64(value) for name, value in settings.items()}
    scheduled = widened | {"rate": constant(widened["rate"])}
    found = []
    for rule in kind(**settings), kind(**widened), kind(**scheduled):
        assert type(rule.rate_now()) is float
        found.append({"p": draw((300,), np.float32).copy()})
        for seed in range(3):
            rule.step(found[-1], {"p": draw((300,), np.float32, seed=seed)})
        np.testing.assert_array_equal(found[-1]["p"], found[0]["p"])


@pytest.mark.parametrize(
    "grads, message",
    [
        ({"a": np.ones(2)}, r"grads\['b'\] has shape nothing, expected \(3,\)"),
        ({"a": np.ones(2), "b": np.ones(2)}, r"grads\['b'\] has shape \(2,\), expected \(3,\)"),
        ({"a": np.ones(2), "b": np.ones((1, 3))}, r"grads\['b'\] has shape \(1, 3\)"),
    ],
)
def test_gradients_that_do_not_fit_are_refused_and_nothing_is_changed(grads, message):
    params, optimizer = {"a": np.ones(2), "b": np.ones(3)}, Adam(0.1)
    with pytest.raises(ValueError, match=message):
        optimizer.step(params, grads)
    assert optimizer.steps == 0 and optimizer.memory == {}
    for p in params.values():
        np.testing.assert_array_equal(p, 1)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: SGD(-0.1), "rate is -0.1, expected a number, at least 0"),
        (lambda: Adam(math.nan), "rate is nan"),
        (lambda: SGD(0.1, weight_decay=-1), "weight_decay is -1"),
        (lambda: SGD("0.1"), "rate is '0.1', expected a number, at least 0, or a schedule"),
        (lambda: Adam(None), "rate is None, expected a number, at least 0"),
        (lambda: SGD([0.1]), r"rate is \[0.1\], expected a number"),
        (lambda: Adam(math.inf), "rate is inf, expected a number, at least 0"),
        (lambda: AdamW(weight_decay="0.1"), "weight_decay is '0.1', expected a number"),
        (lambda: Momentum(0.1, momentum=None), "momentum is None, expected 0 to less than 1"),
        (lambda: Adam(beta1="a"), "beta1 is 'a', expected 0 to less than 1"),
        (lambda: SGD(cosine(math.nan, 10)).rate_now(), "rate of step 1 is nan, expected a num"),
        (lambda: SGD(step_decay(-1, 10)).rate_now(), "rate of step 1 is -1.*, expected a number"),
        (lambda: Momentum(0.1, momentum=1), "momentum is 1, expected 0 to less than 1"),
        (lambda: RMSProp(decay=1.5), "decay is 1.5"),
        (lambda: Adam(beta1=-0.1), "beta1 is -0.1"),
        (lambda: Adam(beta2=1), "beta2 is 1"),
        (lambda: AdamW(eps="1e-8"), "eps is '1e-8', expected a number, at least 0"),
        (lambda: RMSProp(eps=-1), "eps is -1"),
        (lambda: AdaGrad(eps=math.nan), "eps is nan"),
        (lambda: step_decay(0.1, 0), "every is 0, expected at least 1"),
        (lambda: cosine(0.1, 0), "steps is 0, expected at least 1"),
        (lambda: one_cycle(0.1, 0), "steps, warm are 0, 0.3"),
        (lambda: one_cycle(0.1, 10, warm=1), "steps, warm are 10, 1"),
    ],
)
def test_bad_arguments_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("kind", [Momentum, Adam])
def test_an_optimizer_of_another_network_is_refused_and_nothing_is_changed(kind):
    optimizer = kind()
    optimizer.step({"a": np.ones(2)}, {"a": np.ones(2)})
    optimizer.step({"b": np.ones(3)}, {"b": np.ones(3)})
    params = {"a": np.ones(2), "b": np.ones(4)}
    with pytest.raises(ValueError, match="has done 2 steps on another 'a'"):
        optimizer.step(params, {"a": np.ones(2), "b": np.ones(4)})
    assert optimizer.steps == 2 and all((p == 1).all() for p in params.values())


# --------------------------------------------------------------------------- schedules


def test_constant_and_step_decay_by_hand():
    assert [constant(0.3)(i) for i in (0, 5, 500)] == [0.3, 0.3, 0.3]
    assert [step_decay(1.0, 2, 0.5)(i) for i in range(6)] == [1, 1, 0.5, 0.5, 0.25, 0.25]


def test_cosine_by_hand():
    rates = [cosine(1.0, 4, end=0.2)(i) for i in (0, 2, 4, 9)]
    assert rates == pytest.approx([1.0, 0.6, 0.2, 0.2])


def test_one_cycle_by_hand():
    rates = [one_cycle(2.0, 10, warm=0.4, start=0.1, end=0.01)(i) for i in (0, 2, 4, 7, 10, 99)]
    assert rates == pytest.approx([0.2, 1.1, 2.0, 1.01, 0.02, 0.02])


@pytest.mark.parametrize("steps, warm", [(1, 0.3), (10, 0.95)])
def test_one_cycle_may_end_before_it_has_come_down(steps, warm):
    rates = [one_cycle(2.0, steps, warm, start=0.1)(i) for i in range(steps)]
    assert rates[0] == pytest.approx(0.2) and rates == sorted(rates) and rates[-1] <= 2


def test_an_optimizer_asks_its_schedule_for_the_rate_of_each_step():
    sgd = SGD(step_decay(1.0, 1, 0.5))
    assert sgd.rate_now() == 1.0
    assert path(sgd, [1, 1, 1], start=0.0) == pytest.approx([-1.0, -1.5, -1.75])
    assert sgd.rate_now() == 0.125


def test_a_rate_of_zero_changes_nothing():
    for kind in OPTIMIZERS.values():
        assert path(kind(0.0), [1, 2]) == [1.0, 1.0]
