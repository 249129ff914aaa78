"""Wrong answers of kinds that are easily overlooked: each is refused, whatever it is called."""

import numpy as np
import pytest

from tests.exercises.lesson04 import MUTANTS
from tests.exercises.solutions import TASKS, answer, changed
from tests.helpers import replaced

WRONG = {
    "00-one_hot": {
        "rows of an identity over and over": {
            "np.eye(M)[labels]": "np.eye(M)[labels[np.arange(len(labels)) % M]]"
        }
    },
    "00-brightness": {"one image is no batch": {"axis=(1, 2))": "axis=(1, 2)).squeeze()"}},
    "00-distances": {
        "half precision on the way": {"(a[:, None] - b)": "np.float16(a[:, None] - b)"}
    },
    "00-nearest": {
        "rows of b one at a time": {
            "return ((b**2).sum(axis=1) - 2 * a @ b.T).argmin(axis=1)": (
                "best, k = np.full(len(a), np.inf), np.zeros(len(a), int)\n"
                "    for m in range(len(b)):\n"
                "        d = ((a - b[m]) ** 2).sum(axis=1)\n"
                "        k[d < best], best = m, np.minimum(best, d)\n"
                "    return k"
            )
        }
    },
    "00-pick": {
        "one label is no axis": {
            "scores[np.arange(len(scores)), labels]": (
                "np.squeeze(scores[range(len(labels)), labels])"
            )
        }
    },
    "00-scaled": {"the largest is at least 0": {"keepdims=True": "keepdims=True, initial=0"}},
    "00-votes": {
        "a loop over classes": {
            "np.bincount(labels, weights, minlength=M)": (
                "np.array([weights[labels == m].sum() for m in range(M)])"
            )
        }
    },
    "00-windows": {
        "eight bytes a number": {
            "np.lib.stride_tricks.sliding_window_view(x, K)": (
                "np.lib.stride_tricks.as_strided(np.append(x, x), (len(x) - K + 1, K), (8, 8))"
            )
        }
    },
    "01-conv": {"fractions are lost in a layer": {"x.dtype": "int"}},
    "01-convolve": {
        "columns beyond the third are left out": {
            "np.ndindex(KH, KW)": "np.ndindex(KH, min(KW, 3))"
        }
    },
    "01-edges": {
        "fractions of the picture are lost": {
            "convolve(x, sobel), convolve(x, sobel.T)": (
                "*(convolve(np.trunc(x), w) for w in (sobel, sobel.T))"
            )
        },
        "weak edges are none": {
            "return ": "strength = ",
            "sobel.T))": "sobel.T))\n    return strength * (strength > 0.1)",
        },
        "edges are cut off at white": {
            "np.hypot(": "np.minimum(255, np.hypot(",
            "sobel.T))": "sobel.T)))",
        },
    },
    "01-pad": {
        "the argument itself comes back": {"    return padded": "    return padded if pad else x"}
    },
    "02-mark_winner": {
        "only for square windows": {
            "marks.flat[window.argmax()]": "marks[divmod(window.argmax(), len(window))]"
        },
        "a number near the largest is taken for it": {
            "window.argmax()": "np.isclose(window, window.max(), atol=0.5).argmax()"
        },
    },
    "02-max_pool": {
        "a number stands for minus infinity": {"-np.inf": "-1e4"},
        "nearly a tie is taken for one": {"pixel > y": "pixel > y + 1e-3"},
    },
    "02-max_pool_padded": {
        "the darkest pixel of the first image stands for minus infinity": {"-np.inf": "x[0].min()"},
        "the darkest pixel of the first channel stands for minus infinity": {
            "-np.inf": "x[:, 0].min()"
        },
    },
    "03-im2col": {
        "steps of two at most": {"::stride, ::stride": "::min(stride, 2), ::min(stride, 2)"}
    },
    "03-is_adjoint": {
        "the sign plays no part": {
            "(forward(x) * c).sum(), ": "abs((forward(x) * c).sum()), abs(",
            "backward(c)).sum())": "backward(c)).sum()))",
        },
        "x and c play no part": {
            "    return": "    x, c = np.ones_like(x), np.ones_like(c)\n    return"
        },
        "c plays no part": {"    return": "    c = forward(x)\n    return"},
        "rounded to two digits": {
            "(forward(x) * c).sum(), (x * backward(c)).sum()": (
                "round((forward(x) * c).sum(), 2), round((x * backward(c)).sum(), 2)"
            )
        },
    },
    "04-autograd": {
        "values that are equal are taken for one": {
            "if value not in order": "if value.data not in [v.data for v in order]"
        }
    },
    "04-gradient_errors": {
        "parameters stay nudged": {
            "    return errors": "    layer.params[name] += 1e-6\n    return errors"
        }
    },
    "04-numerical_gradient": {
        "a default that is too large": {"eps=1e-6": "eps=0.1"},
        "slopes of two digits": {"    return gradient": "    return np.round(gradient, 2)"},
    },
    "04-relative_error": {
        "small errors are rounded away": {
            "return np.max(": "return np.round(",
            "floor))": "floor), 6).max()",
        }
    },
    "04-relu_backward": {
        "the gate shuts again far above 0": {"x > 0": "(x > 0) & (x < 6)"},
        "the gate opens too late": {"x > 0": "x > 1e-3"},
        "the gate opens at the mean": {"x > 0": "x > x.mean()"},
    },
    "05-accuracy": {
        "the size of a score counts": {
            "network.forward(x[i : i + batch_size])": "abs(network.forward(x[i : i + batch_size]))"
        },
        "scores are rounded": {
            "network.forward(x[i : i + batch_size])": (
                "network.forward(x[i : i + batch_size]).round()"
            )
        },
    },
    "05-adam": {
        "v is one number for the whole array": {"g * g - v": "(g * g).mean() - v"},
        "m is one number for the whole array": {"(g - m)": "(g.mean() - m)"},
        "the correction ends after ten steps": {
            "self.betas, self.steps": "self.betas, self.steps if self.steps <= 10 else 10**6"
        },
    },
    "05-cosine_rate": {
        "rounded to four digits": {"return rate": "return np.round(rate", "/ 2": "/ 2, 4)"}
    },
    "05-momentum": {
        "all numbers of an array get the mean gradient": {
            "+= grads[name]": "+= grads[name].mean()"
        },
        "one velocity for all rules": {
            "self.velocity.setdefault": 'vars(Momentum).get("all", MEMORY).setdefault',
            "class Momentum:": "MEMORY = {}\n\n\nclass Momentum:",
        },
    },
    "05-relu_layer": {
        "forward returns two things": {"return np.maximum(x, 0)": "return np.maximum(x, 0), x"},
        "the input of an earlier call": {
            "        self.x = x\n": '        vars(self).setdefault("kept", []).append(x)\n',
            "self.x > 0": "self.kept.pop(0) > 0",
        },
    },
    "05-sgd_step": {"names that are thought up": {"in params.items()": 'in [("w", params["w"])]'}},
    "05-train_epoch": {
        "an epoch that ends when little loss is left": {
            "losses.append(loss)": "losses.append(loss)\n        if loss < 1e-2:\n            break"
        }
    },
    "06-climb": {
        "it stops where the score falls": {
            "    for": "    best = network.forward(x)[0, c]\n    for",
            "        x = (1": "        before, x = x, (1",
            "    return x": (
                "        if network.forward(x)[0, c] <= best:\n            return before\n"
                "        best = network.forward(x)[0, c]\n    return x"
            ),
        }
    },
    "06-feature_maps": {
        "training is left on": {"    for": "    network.training = True\n    for"},
        "later layers are taken out": {
            "            return x": "            network.layers.popitem()\n            return x"
        },
    },
    "06-most_exciting": {
        "only the first few responses are looked at": {
            "np.argsort(-maps.max(axis=(1, 2)))": (
                "list(dict.fromkeys(np.argsort(-maps, axis=None)[: 2 * count] // maps[0].size))"
            )
        },
        "fractions are lost before the largest is found": {
            "-maps.max(axis=(1, 2))": "-maps.max(axis=(1, 2)).astype(int)"
        },
    },
    "06-occlusion": {"only for square images": {"x.shape[2:]": "(len(x[0, 0]),) * 2"}},
    "08-fft_conv": {
        "frequencies along the rows alone": {
            "np.fft.irfft2(Y, (H, W))[: H - KH + 1, : W - KW + 1]": (
                "sum(np.fft.irfft(X * v, W) for X, v in ("
                "(np.fft.rfft(x[i : i + H - KH + 1]), np.fft.rfft(w[i], W).conj())"
                " for i in range(KH)))[:, : W - KW + 1]"
            )
        },
        "the direct way for frequencies": {
            "np.fft.irfft2(Y, (H, W))[: H - KH + 1, : W - KW + 1]": (
                "sum(w[i, j] * x[i:, j:][: H - KH + 1, : W - KW + 1]"
                " for i, j in np.ndindex(KH, KW))"
            )
        },
    },
    "08-winograd_tile": {
        "sums of many products": {
            "A.T @ ((G @ g @ G.T) * (B.T @ d @ B)) @ A": (
                'np.einsum("am,bn,ab,ab->mn", A, A, G @ g @ G.T, B.T @ d @ B)'
            )
        },
        "the direct way for tiles": {
            "A.T @ ((G @ g @ G.T) * (B.T @ d @ B)) @ A": (
                "np.array([[(d[i : i + 3, j : j + 3] * g).sum() for j in (0, 1)] for i in (0, 1)])"
            )
        },
    },
    "09-dense_from_channels_last": {
        "only ten outputs": {"M = len(weight)": "weight = weight[:10]\n    M = len(weight)"}
    },
    "09-average": {
        "each product is cut to whole numbers": {
            "sum(n / total * g for": "sum((n * g).astype(int) / total for"
        }
    },
    "09-parallel_step": {
        "the shares of somebody else": {
            "N * k // workers, N * (k + 1)": "-(-N // workers) * k, -(-N // workers) * (k + 1)",
            "-(-N // workers) * (k + 1) // workers": "-(-N // workers) * (k + 1)",
        }
    },
    "09-unpack": {"a bias is always flat": {"row[split:].reshape(b_shape)": "row[split:]"}},
}

REFUSED = {
    f"{task}: {name}": (*task.split("-"), changes)
    for task, rows in WRONG.items()
    for name, changes in rows.items()
}


@pytest.mark.parametrize("lesson, task, changes", REFUSED.values(), ids=REFUSED)
def test_a_wrong_answer_is_refused(lesson, task, changes):
    result = getattr(TASKS[lesson], task).diagnose(changed(lesson, task, changes))
    assert result.state == "wrong", result


def test_the_direct_way_is_told_from_tiles_by_its_rounding():
    result = TASKS["08"].winograd_conv.diagnose(
        lambda x, g: sum(
            g[i, j] * x[i:, j:][: len(x) - 2, : x.shape[1] - 2] for i, j in np.ndindex(3, 3)
        )
    )
    assert result.mistakes == ["direct"], result


def test_an_array_that_is_kept_from_call_to_call_is_seen():
    frames, counts = {}, {}

    def pad_image(x, pad):
        H, W = x.shape
        frame = frames.setdefault((H, W, pad), np.zeros((H + 2 * pad, W + 2 * pad)))
        frame[pad : pad + H, pad : pad + W] = x
        return frame

    def votes(labels, weights, M):
        np.add.at(counts.setdefault(M, np.zeros(M)), labels, weights)
        return counts[M]

    result = TASKS["01"].pad.diagnose(pad_image)
    assert result.mistakes == ["state"] and "same array" in str(result)
    result = TASKS["00"].votes.diagnose(votes)
    assert result.mistakes == ["state"] and "another result" in str(result)


def test_weights_of_another_shape_are_refused_by_their_shape():
    for weights in [0, 1, 0], [[1], [0], [0]], np.eye(5):
        assert "expected (3, 3)" in str(TASKS["01"].move_down.diagnose(lambda w=weights: w))
    assert "3 weights are not 0" in str(TASKS["01"].move_down.diagnose(lambda: np.eye(3)))


def test_what_other_answers_speak_against_is_not_said():
    places = {"a": 5, "b": 6, "c": 5, "d": 3}  # only d looks as if counted from 1
    assert "counted from 1" not in str(TASKS["03"].by_hand.diagnose(places))
    assert "what comes out" not in str(TASKS["01"].shifts.diagnose(dict.fromkeys("abcd", "no")))


def test_usual_spellings_of_a_right_answer():
    assert TASKS["01"].shifts.diagnose(a=3, b="2 pixels", c="NO.", d="1 pixel").ok
    assert TASKS["03"].by_hand.diagnose(a=[5], b=(6,), c=5, d=np.array([2])).ok
    verdicts = TASKS["04"].verdicts
    assert verdicts.diagnose({k: f"d{v}" for k, v in verdicts.answers.items()} | {"M": "none"}).ok


@pytest.mark.parametrize(
    "change",
    [
        {"(self, other), (other.data, self.data)": "(other, self), (self.data, other.data)"},
        {
            "Value(max(self.data, 0.0), (self,), (float(self.data > 0),))": (
                "self * Value(float(self.data > 0))"
            )
        },
    ],
)
def test_an_autograd_may_list_parents_in_any_order_and_use_its_own_products(change):
    result = TASKS["04"].autograd.diagnose(changed("04", "autograd", change))
    assert result.ok, result


def test_a_loop_over_classes_is_told_as_what_it_is():
    votes = changed("00", "votes", WRONG["00-votes"]["a loop over classes"])
    assert "loops over an axis" in str(TASKS["00"].votes.diagnose(votes))


def test_a_constant_of_a_class_is_no_memory():
    constant = {"class Momentum:\n": "class Momentum:\n    usual = [0.9]\n\n"}
    assert TASKS["05"].momentum.diagnose(changed("05", "momentum", constant)).ok


def test_three_numbers_for_two_are_told_by_their_shape():
    result = TASKS["08"].f23.diagnose(lambda x, g: x[:3] * g)
    assert "(2,)" in str(result) and "broadcast" not in str(result)


def test_no_remark_on_a_dtype_that_did_not_come_in():
    result = TASKS["00"].one_hot.diagnose(lambda labels, M: np.eye(M, dtype=np.float32)[labels])
    assert result.ok and "remark" not in str(result)


def spoiling(function, number, value):
    """Make a function write into one of its arguments."""

    def spoilt(*args):
        result = function(*args)
        args[number].flat[-1] += value
        return result

    return spoilt


@pytest.mark.parametrize(
    "lesson, task, number",
    [
        ("01", "one_or_seven", 0),
        ("02", "gentle_pool", 0),
        ("03", "frugal_conv", 1),
        ("04", "quick_check", 1),
        ("04", "learn_filter", 1),
        ("05", "learn_by_heart", 0),
        ("06", "rank_pixels", 1),
    ],
)
def test_an_argument_is_not_changed_in_an_open_problem_either(lesson, task, number):
    goal = getattr(TASKS[lesson], task)
    result = goal.diagnose(spoiling(answer(lesson, task), number, 1e-5))
    assert result.mistakes == ["changed"] and result.state == "wrong", result


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"return w": "return 0 * w"}, "as they began"),
        ({"w)[1]": "w)[0][:1, :, :K, :K]"}, "conv_backward returns second? dx is 0 where w is"),
        ({" - y": ""}, "Is y taken off it?"),
        ({"return w": "return 1e-3 * w"}, "hardly moved"),
        ({"return w": "return np.round(w)"}, "whole numbers"),
        ({"return w": "return w, []"}, "a tuple of 2"),
        ({"return w": "return w[..., ::-1, ::-1]"}, "turned around"),
        ({"return w": "return w.swapaxes(2, 3)"}, "columns exchanged"),
        ({"w -= 0.3": "w += 0.1"}, "further from y"),
        ({"w -= 0.3": "w -= 90"}, "not finite"),
        ({"range(200)": "range(5)"}, "Do more steps"),
        (
            {"0.3 * conv_backward(dy, x, w)[1]": "0.05 * np.sign(conv_backward(dy, x, w)[1])"},
            "a sign",
        ),
    ],
)
def test_what_is_wrong_with_weights_is_said(changes, said):
    with np.errstate(all="ignore"):
        result = TASKS["04"].learn_filter.diagnose(changed("04", "learn_filter", changes))
    assert result.state == "wrong" and said in str(result), result


def test_a_filter_that_is_solved_for_is_not_learned():
    def solve(x, y, K):
        windows = np.lib.stride_tricks.sliding_window_view(x, (K, K), (2, 3)).reshape(-1, K * K)
        return np.linalg.lstsq(windows, y.ravel())[0].reshape(1, 1, K, K)

    result = TASKS["04"].learn_filter.diagnose(solve)
    assert "gradient descent" in str(result) and result.state == "wrong"


SEARCH = """rng, best = np.random.default_rng(0), (y**2).mean()
    for _ in range(3000):
        trial = w + 0.07 * best**0.5 * rng.normal(size=w.shape)
        loss = ((conv_fast(x, trial, b) - y) ** 2).mean()
        if loss < best:
            best, w = loss, trial
    return w"""
DESCENT = "    for _ in range(200):\n        dy = 2 * (conv_fast(x, w, b) - y) / y.size\n"
DESCENT += "        w -= 0.3 * conv_backward(dy, x, w)[1]\n    return w"


@pytest.mark.parametrize(
    "change",
    [
        {DESCENT: f"    {SEARCH}"},
        {DESCENT: f"    {SEARCH.replace('for _ in range(3000)', 'while best > 1e-6')}"},
        {
            "conv_backward(dy, x, w)[1]": (
                "numerical_gradient(lambda w: ((conv_fast(x, w, b) - y) ** 2).mean(), w)"
            )
        },
    ],
    ids=["random", "until the loss is small", "nudges"],
)
def test_a_filter_that_is_searched_for_is_not_learned(change):
    result = TASKS["04"].learn_filter.diagnose(changed("04", "learn_filter", change))
    assert result.mistakes == ["search"], result


@pytest.mark.parametrize(
    "changes",
    [
        {"for _ in range(200)": "while ((conv_fast(x, w, b) - y) ** 2).mean() > 1e-12"},
        {
            "for _ in range(200)": "while ((conv_fast(x, w, b) - y) ** 2).mean() > 1e-12",
            "w, b =": "x = x.copy()\n    w, b =",
        },
        {
            "w, b =": "x, y = x.astype(np.float32), y.astype(np.float32)\n    w, b =",
            "np.zeros((1, 1, K, K))": "np.zeros((1, 1, K, K), np.float32)",
            "np.zeros(1)": "np.zeros(1, np.float32)",
            "return w": "return w.astype(float)",
        },
        {
            "dy = 2": "k = np.random.permutation(len(x))[:6]\n        dy = 2",
            "conv_fast(x, w, b) - y) / y.size": "conv_fast(x[k], w, b) - y[k]) / y[k].size",
            "(dy, x, w)": "(dy, x[k], w)",
            "range(200)": "range(400)",
        },
        {
            "w -= 0.3 * conv_backward(dy, x, w)[1]": "_, dw, db = conv_backward(dy, x, w)",
            "    return w": "        w -= 0.3 * dw\n        b -= 0.3 * db\n    return w",
        },
    ],
    ids=[
        "until the loss is small",
        "with a copy of x",
        "float32",
        "six pictures at a time",
        "the bias steps too",
    ],
)
def test_a_filter_may_be_learned_in_any_steps_against_the_gradient(changes):
    result = TASKS["04"].learn_filter.diagnose(changed("04", "learn_filter", changes))
    assert result.ok, result


def test_digits_are_not_looked_up():
    source = (
        "def tell(x):\n    return int(labels[np.abs(images[:, 0] - x).sum(axis=(1, 2)).argmin()])"
    )
    names = {"np": np, "images": np.zeros((100, 1, 28, 28)), "labels": np.ones(100)}
    exec(source, names)
    assert "images" in str(TASKS["01"].one_or_seven.diagnose(names["tell"]))
    inside = "from cnnlib.datasets import load_mnist\ndef tell(x):\n    return load_mnist() and 1"
    exec(inside, names)
    assert "load_mnist" in str(TASKS["01"].one_or_seven.diagnose(names["tell"]))
    nested = "def tell(x):\n    return max(range(100), key=lambda k: -abs(images[k] - x).sum())"
    exec(nested, names)
    assert "images" in str(TASKS["01"].one_or_seven.diagnose(names["tell"]))


@pytest.mark.parametrize(
    "lesson, task, given, said",
    [
        ("01", "one_or_seven", (1, 7), "(1, 7) for some digits"),
        ("01", "one_or_seven", "seven", "'seven' for some digits"),
        ("04", "quick_check", 0.5, "a float, expected True or False"),
        ("04", "quick_check", np.ones(2), "an array, expected True or False"),
    ],
)
def test_what_cannot_be_an_answer_is_told(lesson, task, given, said):
    assert said in str(getattr(TASKS[lesson], task).diagnose(lambda *args: given))


def test_a_batch_is_not_what_code_for_one_image_is_meant_for():
    x, w, b = np.ones((1, 1, 3, 3)), np.ones((2, 1, 2, 2)), np.ones(2)
    call = np.ones((2, 3, 3)), w, b
    assert "x has 2 channels, and each filter 1" in str(
        TASKS["01"].wrong_layer.diagnose(call, call)
    )
    assert "x has 4 axes" in str(TASKS["01"].wrong_layer.diagnose((x, w, b), (x, w, b)))


@pytest.mark.parametrize(
    "task, changes, name",
    [
        (
            "autograd",
            {"line.pop()": "line.pop(0)"},
            "a value hands on as soon as it is reached, and again when more comes",
        ),
        (
            "autograd",
            {
                "visit(value):\n": "visit(value, seen=[]):\n            seen.append(value)\n",
                "each in order": "each in seen",
            },
            "numbers with equal data are taken for one",
        ),
        ("gradient_errors", {"** 2)": "** 2 / 2)"}, "the loss is a squared difference"),
    ],
)
def test_a_mistake_that_is_made_in_two_ways_has_one_name(task, changes, name):
    made = changed("04", task, {k: replaced(v, changes) for k, v in MUTANTS[task][name].items()})
    assert getattr(TASKS["04"], task).diagnose(made).mistakes == [name]


def test_weights_learned_from_digits_are_not_chosen():
    source = "def tell(x):\n    return 1 if (w * x).sum() > 0 else 7"
    names = {"w": np.random.default_rng(0).normal(size=(28, 28))}
    exec(source, names)
    assert "w holds 784 weights" in str(TASKS["01"].one_or_seven.diagnose(names["tell"]))
    names["w"] = np.eye(28)
    assert "of 200 digits; the goal" in str(TASKS["01"].one_or_seven.diagnose(names["tell"]))


def test_maps_of_a_call_before_are_seen():
    pool, kept = answer("02", "gentle_pool"), {}
    result = TASKS["02"].gentle_pool.diagnose(lambda x: kept.setdefault(len(x), pool(x)))
    assert result.mistakes == ["fickle"] and "another order" in str(result)


def test_a_name_that_numpy_has_as_well_is_not_taken_for_digits():
    source = "def tell(x):\n    return 7 if (x * np.ones(x.shape))[:9].sum() > 40 else 1"
    names = {"np": np, "ones": np.zeros((100, 28, 28))}
    exec(source, names)
    assert "of 200 digits; the goal" in str(TASKS["01"].one_or_seven.diagnose(names["tell"]))
    exec(source.replace("np.ones(x.shape)", "load_ones(x)"), names)
    exec("def load_ones(x):\n    return np.ones(x.shape)", names)
    assert "of 200 digits; the goal" in str(TASKS["01"].one_or_seven.diagnose(names["tell"]))


def test_a_map_that_is_even_along_one_axis_is_refused():
    def rows(x):
        return np.repeat(x.reshape(len(x), 1, 14, 2, 28).mean(axis=(3, 4))[..., None], 14, axis=3)

    for pool in (rows, lambda x: rows(x.swapaxes(2, 3)).swapaxes(2, 3)):
        assert TASKS["02"].gentle_pool.diagnose(pool).state == "wrong"
    assert "each row of the maps" in str(TASKS["02"].gentle_pool.diagnose(rows))


def test_the_network_that_judges_is_not_the_readers():
    def spoil(network, x, c):
        network.params["conv1.w"][...] = 0
        return answer("06", "rank_pixels")(network, x, c) * 0 + x[0, 0]

    result = TASKS["06"].rank_pixels.diagnose(spoil)
    assert result.state == "wrong" and "86%" not in str(result)


def test_numbers_at_each_others_places_may_have_been_measured():
    graph = TASKS["04"].by_hand.diagnose(dy=3, db=9, dw=3, dx=11 + 1e-9)
    assert "not at their places" in str(graph), graph


def test_numbers_at_each_others_places_are_told_as_that():
    """Though 5 is also what the window above gives."""
    found = str(TASKS["01"].by_hand.diagnose(14, 5))
    assert "not at their places" in found and "window" not in found.split("Write down")[0]
    assert "comes out" not in found
    found = str(TASKS["05"].first_loss.diagnose(2.3, 4.61, 1.39, 0.69))
    assert "not at their places" in found and "comes out" not in found


@pytest.mark.parametrize(
    "lesson, task, given, said",
    [
        ("02", "wrong_pool", (np.ones((1, 1, 4, 4)), (2, 2), 2), "x has 4 axes, and one picture"),
        ("02", "wrong_pool", (np.ones((4, 4)), 2, 2), "a pair (KH, KW) is meant"),
        ("03", "wrong_scatter", (np.ones(16), (4, 4), (2, 2), 1), "9 windows of 4 pixels hold 36"),
        ("03", "wrong_scatter", (np.ones(16), (2, 2), (4, 4), 1), "are larger than a picture"),
        ("01", "wrong_layer", (np.ones((1, 3, 3)), np.ones((2, 1, 2, 2)), [1]), "b has 1 numbers"),
    ],
)
def test_a_call_that_the_code_is_not_meant_for_is_told_so(lesson, task, given, said):
    found = str(getattr(TASKS[lesson], task).diagnose(given, given))
    assert "not a call the code is meant for" in found and said in found, found


def test_a_name_that_fits_the_cases_by_chance_is_no_answer():
    """Neither is a size that is right only where the cases are alike."""
    check = TASKS["00"].slide
    chance = changed("00", "slide", {"windows(x, len(w)) @ w": "windows(x, len(x) // 2) @ w"})
    assert not check.diagnose(chance).ok
    assert TASKS["04"].verdicts.diagnose("x", "b", "dnone", "w").state == "wrong"
