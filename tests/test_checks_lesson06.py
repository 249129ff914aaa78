"""Exercise 06: its checks accept the solutions and name every mistake that is put into them."""

import numpy as np
import pytest

from cnnlib import interpret
from cnnlib.checks import lesson06 as lesson
from cnnlib.checks.lesson06_maps import small
from tests.solutions import checks, confused, limits_confused, named, solve

NOTEBOOK = "06_learned_filters"
NAMES = {"by_hand": "cam", "which_method": "method"}
TASKS = {task.name: task for task in lesson.TASKS}
ASK = "dscores[:, c] = 1"
SIZE = "np.abs(network.backward(dscores)).max(axis=1)"
SOFT = "scores = network.forward(x)\n    p = np.exp(scores - scores.max(axis=1, keepdims=True))"
SOFT += "\n    p = p / p.sum(axis=1, keepdims=True)\n"
WEIGHTS = "weights = dy.mean(axis=(2, 3), keepdims=True)"
RETURN = "return np.maximum((weights * maps).sum(axis=1), 0)"
LATER = "later = [network[each] for each in names[names.index(name) + 1 :]]"
CAM_LOSS = """dy = np.exp(y - y.max(axis=1, keepdims=True))
    dy = dy / dy.sum(axis=1, keepdims=True)
    dy[:, c] -= 1
    dy = dy / len(x)"""
UNIT = "np.sqrt((dx**2).mean())"
STEP = "x = (1 - decay) * x + rate * dx / np.sqrt((dx**2).mean())"
FOUND = "return [(int(n), *map(int, divmod(maps[n].argmax(), maps.shape[2]))) for n in best]"
PLACES = """flat = np.argsort(-maps.ravel(), kind="stable")[:count]
    return [tuple(int(i) for i in np.unravel_index(k, maps.shape)) for k in flat]"""
FALL = "whole - network.forward(covered)[0, c]"
PROBABLE = """(lambda s: np.exp(s) / np.exp(s).sum())(network.forward(x)[0])[c] - (
            lambda s: np.exp(s) / np.exp(s).sum()
        )(network.forward(covered)[0])[c]"""
PASSED = """        x = layer.forward(x)
        if layer_name == name:
            return x"""
AFTER = "list(network.layers)[list(network.layers).index(name) + 1]"
DOWN = "low, high = low * S - P, high * S - P + K - 1"
RIGHT = "(y.argmax(axis=1) == labels).mean()"
FRESH = "        y = maps.copy()\n        y[:, f] = 0\n"

# Of each task: the mistake, and what to replace in the solution so as to make it.
MUTANTS = {
    "feature_maps": [
        (
            "what goes into the layer is returned, not what comes out",
            (
                PASSED,
                "        if layer_name == name:\n            return x\n"
                "        x = layer.forward(x)",
            ),
        ),
        (
            "the layer after it is asked",
            (
                "            return x",
                "            names = list(network.layers)\n"
                "            return network[names[names.index(name) + 1]].forward(x)",
            ),
        ),
        (
            "the scores of the whole network are returned",
            ("        if layer_name == name:\n            return x", "    return x"),
        ),
        (
            "the layer is used on the image alone",
            (
                PASSED,
                "        if layer_name == name:\n            return layer.forward(x)",
            ),
        ),
        (
            "changed",
            ("            return x", "            given *= 2\n            return x"),
            ("    for layer", "    given = x\n    for layer"),
        ),
    ],
    "receptive_field": [
        ("strides play no part", (DOWN, "low, high = low - P, high - P + K - 1")),
        ("each layer adds K pixels and not K - 1", ("+ K - 1", "+ K")),
        ("padding is left out", (" - P", "")),
        (
            "high is worked out from the new low",
            (DOWN, "low = low * S - P\n        high = low * S - P + K - 1"),
        ),
        ("what is below 0 is cut off", ("low * S - P,", "max(low * S - P, 0),")),
        ("the layers are gone through from the first", ("reversed(layers)", "layers")),
        (
            "the width is returned and not the last pixel",
            ("return low, high", "return low, high - low + 1"),
        ),
        ("dtype", ("return low, high", "return float(low), float(high)")),
    ],
    "most_exciting": [
        (
            "the weakest responses are found",
            ("-maps.max", "maps.min"),
            (".argmax()", ".argmin()"),
        ),
        ("one image comes more than once", (FOUND, PLACES)),
        (
            "row and column are exchanged",
            (
                "divmod(maps[n].argmax(), maps.shape[2])",
                "divmod(maps[n].argmax(), maps.shape[2])[::-1]",
            ),
        ),
        ("the strongest comes last", ("[:count]", "[:count][::-1]")),
        (
            "the first images are taken",
            ("np.argsort(-maps.max(axis=(1, 2)))", "np.arange(len(maps))"),
        ),
    ],
    "ablation": [
        (
            "the fall of the accuracy is returned",
            (
                "return accuracy",
                "y = network.forward(x)\n    return (y.argmax(axis=1) == labels).mean() - accuracy",
            ),
        ),
        ("the share of mistakes is returned", (" == labels", " != labels")),
        ("the right ones are counted", (RIGHT, RIGHT.replace("mean", "sum"))),
        ("channels stay switched off", (FRESH, "        y = maps\n        y[:, f] = 0\n")),
        (
            "all channels but one are switched off",
            (FRESH, "        y = 0 * maps\n        y[:, f] = maps[:, f]\n"),
        ),
        ("the channel is set to 1", ("y[:, f] = 0", "y[:, f] = 1")),
        ("the channel is set to its mean", ("y[:, f] = 0", "y[:, f] = y[:, f].mean()")),
    ],
    "saliency": [
        (
            "the gradient of the loss is taken",
            (
                "    dscores = np.zeros_like(network.forward(x))",
                "    " + SOFT + "    dscores = p / len(x)",
            ),
            (ASK, "dscores[:, c] -= 1 / len(x)"),
        ),
        (
            "the gradient of the loss is taken, not divided by N",
            ("    dscores = np.zeros_like(network.forward(x))", "    " + SOFT + "    dscores = p"),
            (ASK, "dscores[:, c] -= 1"),
        ),
        (
            "the scores themselves are sent back",
            ("np.zeros_like(network.forward(x))", "network.forward(x)"),
            (ASK, ""),
        ),
        (
            "the gradient of the probability is taken",
            (
                "    dscores = np.zeros_like(network.forward(x))",
                "    " + SOFT + "    dscores = -p * p[:, [c]]",
            ),
            (ASK, "dscores[:, c] += p[:, c]"),
        ),
        ("the gradient of the sum of all scores is taken", (ASK, "dscores[:] = 1")),
        (
            "the class that the network reads is asked about, not c",
            (ASK, "dscores[np.arange(len(x)), network.forward(x).argmax(axis=1)] = 1"),
        ),
        ("another class is asked about", (ASK, "dscores[:, (c + 1) % dscores.shape[1]] = 1")),
        ("the sign of the gradient is kept", (SIZE, "network.backward(dscores).max(axis=1)")),
        (
            "the size is taken after the largest",
            (SIZE, "np.abs(network.backward(dscores).max(axis=1))"),
        ),
        ("channels are summed", (".max(axis=1)", ".sum(axis=1)")),
        ("channels are averaged", (".max(axis=1)", ".mean(axis=1)")),
        ("only the first channel is used", (".max(axis=1)", "[:, 0]")),
        ("it is multiplied with the image", ("backward(dscores)", "backward(dscores) * x")),
        ("the gradient is squared", (SIZE, "(network.backward(dscores) ** 2).max(axis=1)")),
        ("dtype", (".max(axis=1)", ".max(axis=1).astype(float)")),
    ],
    "occlusion": [
        ("all signs are turned around", (FALL, "network.forward(covered)[0, c] - whole")),
        ("the score of the covered image is returned", ("whole - network", "network")),
        ("the size of the difference is taken", (FALL, f"abs({FALL})")),
        ("the probability is measured and not the score", (FALL, PROBABLE)),
        (
            "the cover begins at the pixel and is not centred on it",
            ("max(row - half, 0), max(column - half, 0)", "row, column"),
            (
                "top : row + half + 1, left : column + half + 1",
                "top : top + size, left : left + size",
            ),
        ),
        (
            "covers stay where they were",
            ("    for row", "    covered = x.copy()\n    for row"),
            ("        covered = x.copy()\n", ""),
        ),
        ("only the first channel is covered", ("covered[:, :, top", "covered[:, 0, top")),
        ("changed", ("    return fall", "    x *= 0\n    return fall")),
    ],
    "grad_cam": [
        ("the ReLU at the end is forgotten", (RETURN, "return (weights * maps).sum(axis=1)")),
        (
            "the size is taken in place of ReLU",
            (RETURN, "return np.abs((weights * maps).sum(axis=1))"),
        ),
        ("the gradient is summed and not averaged", ("dy.mean", "dy.sum")),
        ("the weights are averaged over the images as well", ("axis=(2, 3)", "axis=(0, 2, 3)")),
        ("every pixel has a weight of its own", (WEIGHTS, "weights = dy")),
        ("the largest gradient of a map is its weight", ("dy.mean", "dy.max")),
        ("the maps are added without weights", (WEIGHTS, "weights = 1")),
        ("the maps are averaged and not added", ("maps).sum(", "maps).mean(")),
        ("the largest of the weighted maps is taken", ("maps).sum(", "maps).max(")),
        (
            "the gradient of the loss is taken",
            ("dy = np.zeros_like(y)\n    dy[:, c] = 1", CAM_LOSS),
        ),
        (
            "the class that the network reads is asked about, not c",
            ("dy[:, c] = 1", "dy[np.arange(len(y)), y.argmax(axis=1)] = 1"),
        ),
        (
            "the layer before the one asked about is used",
            (
                "    maps = feature",
                f"    name = {AFTER.replace('+', '-')}\n    maps = feature",
            ),
        ),
        (
            "the layer after the one asked about is used",
            (
                "    maps = feature",
                f"    name = {AFTER}\n    maps = feature",
            ),
        ),
    ],
    "climb": [
        ("it goes downhill", ("x + rate", "x - rate")),
        ("the gradient is not brought to length", (f" / {UNIT}", "")),
        ("the gradient is divided by its largest size", (UNIT, "np.abs(dx).max()")),
        ("the sum of squares is used and not the mean", (".mean())", ".sum())")),
        ("the root is missing", (UNIT, "(dx**2).mean()")),
        ("decay is not used", ("(1 - decay) * ", "")),
        ("the image is multiplied with decay", ("(1 - decay)", "decay")),
        ("the image grows by decay", ("(1 - decay)", "(1 + decay)")),
        ("the step shrinks as well", (STEP, f"x = (1 - decay) * (x + rate * dx / {UNIT})")),
        ("the last step is missing", ("range(steps)", "range(steps - 1)")),
        ("changed", (STEP, f"x *= 1 - decay\n        x += rate * dx / {UNIT}")),
    ],
}
QUESTIONS = {
    "by_hand": [
        (
            "the gradient is summed and not averaged",
            {"weight 0": 4, "weight 1": -2, "at (1, 0)": 8},
        ),
        ("the largest gradient is the weight", {"weight 0": 2, "weight 1": 0, "at (1, 0)": 4}),
        (
            "the maps are averaged and not their gradients",
            {"weight 0": 0.75, "weight 1": 1, "at (0, 1)": 3, "at (1, 0)": 1.5},
        ),
        ("the ReLU at the end is forgotten", {"at (0, 1)": -1.5}),
    ],
    "which_method": [
        ("covering is taken for a method with gradients", {"a": "saliency", "d": "occlusion"}),
        ("the resolution is that of the image in your mind", {"b": "occlusion"}),
        (
            "you think of an image that is explained, not of one that is made",
            {"c": "saliency"},
        ),
    ],
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "feature_maps": ("            return x", "            return x + 1"),
    "receptive_field": ("low * S - P", "low * S + P"),
    "most_exciting": ("maps.shape[2])", "maps.shape[1])"),
    "ablation": ("y[:, f] = 0", "y[:, f] = 2"),
    "saliency": (ASK, "dscores[:, c] = 2"),
    "occlusion": ("left : column + half + 1] = 0", "left : column + half + 1] = 1"),
    "grad_cam": ("dy[:, c] = 1", "dy[:, c] = 2"),
    "climb": ("range(steps)", "range(2 * steps)"),
}


def answer(task, names):
    return names[NAMES.get(task, task)]


@pytest.fixture(scope="module")
def solution():
    return solve(NOTEBOOK)


@pytest.mark.parametrize("name", TASKS)
def test_the_solution_is_right(name, solution):
    task = TASKS[name]
    result = task.diagnose(answer(name, solution))
    assert result.ok, result
    if name in MUTANTS:
        for seed in (1, 2):
            assert task.diagnose(answer(name, solution), seed).ok


MUTATIONS = [(task, name, changes) for task, row in MUTANTS.items() for name, *changes in row]


@pytest.mark.parametrize(
    "task, name, changes", MUTATIONS, ids=[f"{t}: {n}" for t, n, _ in MUTATIONS]
)
def test_a_mistake_put_into_the_solution_is_named(task, name, changes):
    result = TASKS[task].diagnose(answer(task, solve(NOTEBOOK, task.replace("_", "-"), *changes)))
    assert result.mistakes == [name], result
    assert result.state == "wrong"


WRONG_ANSWERS = [(task, name, given) for task, row in QUESTIONS.items() for name, given in row]


@pytest.mark.parametrize("task, name, given", WRONG_ANSWERS)
def test_a_wrong_answer_is_told_its_mistake(task, name, given):
    right = {part: TASKS[task].value(TASKS[task].answers, part) for part in TASKS[task].parts}
    result = TASKS[task].diagnose(right | given)
    assert result.mistakes == [name] and result.state == "wrong", result


@pytest.mark.parametrize("task", UNKNOWN)
def test_an_unknown_mistake_is_not_misnamed(task):
    names = solve(NOTEBOOK, task.replace("_", "-"), UNKNOWN[task])
    result = TASKS[task].diagnose(answer(task, names))
    assert result.state == "wrong" and result.mistakes == [], result
    assert "none of the mistakes" in str(result)


def test_every_mistake_of_every_task_is_tested():
    for name in (MUTANTS | QUESTIONS).keys():
        tried = {mistake for mistake, *_ in (MUTANTS | QUESTIONS)[name]}
        assert named(TASKS[name]) <= tried, (name, named(TASKS[name]) - tried)
    assert set(UNKNOWN) == {task.name for task in checks(lesson.TASKS)}
    assert set(TASKS) == {*MUTANTS, *QUESTIONS, "rank_pixels"}


@pytest.mark.parametrize("task", checks(lesson.TASKS), ids=lambda task: task.name)
def test_the_cases_tell_all_mistakes_apart(task):
    assert confused(task) == [] and limits_confused(task) == []


def test_what_is_right_here_is_right_in_the_library():
    rng = np.random.default_rng(0)
    network, x = small(2, 8, 7), rng.random((2, 2, 8, 8))
    labels = np.array([0, 2])
    pairs = [
        (lesson.feature_maps, (network, x, "relu1"), interpret.activations(network, x, "relu1")),
        (lesson.saliency, (network, x, 2), interpret.saliency(network, x, 2)),
        (lesson.occlusion, (network, x[:1], 2, 3), interpret.occlusion(network, x[:1], 2, 3)[0]),
        (lesson.grad_cam, (network, x, 2, "conv1"), interpret.grad_cam(network, x, 2, "conv1")),
        (
            lesson.ablation,
            (network, x, labels, "relu1"),
            interpret.ablation(network, x, labels, "relu1"),
        ),
    ]
    for task, args, expected in pairs:
        assert np.allclose(task.right(*args), expected), task.name
    maps = rng.random((6, 3, 4))
    found = [row[:3] for row in interpret.strongest(maps, 3)]
    assert lesson.most_exciting.right(maps, 3) == found
    network = lesson.load_trained("lenet5")
    rows, _ = interpret.receptive_field(network, "pool2", 2, 1)
    layers = [(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0)]
    assert lesson.receptive_field.right(layers, 2) == (rows[0], rows[-1])


def test_the_open_problem_tells_how_far_one_got(solution):
    goal = lesson.rank_pixels
    plain = goal.diagnose(lambda network, x, c: solution["saliency"](network, x, c)[0])
    assert plain.state == "wrong" and "the goal is 45%" in str(plain)
    assert "returns None" in str(goal.diagnose(lambda network, x, c: None))
    assert "(28, 28)" in str(goal.diagnose(lambda network, x, c: x))


def test_cases_are_the_same_every_time():
    for task in checks(lesson.TASKS):
        one, other = (task.cases(np.random.default_rng(3)) for _ in range(2))
        assert [case.label for case in one] == [case.label for case in other]


def test_a_layer_that_is_used_twice_is_noticed_though_relu_twice_is_relu():
    twice = solve(NOTEBOOK, "ablation", ("names.index(name) + 1 :", "names.index(name) :"))
    found = lesson.ablation.diagnose(twice["ablation"])
    assert found.state == "wrong" and "the convolution" in str(found)


def test_functions_may_be_handed_over_in_place_of_their_names():
    given = {name: solve(NOTEBOOK)[name] for name in ("occlusion", "grad_cam", "climb", "saliency")}
    assert lesson.which_method.diagnose(dict(zip("abcd", given.values(), strict=True))).ok


def test_an_answer_under_another_name_is_told_from_one_that_is_missing():
    text = str(lesson.by_hand.diagnose({"weight 0": 1, "weight 1": -0.5, "at (0,1)": 0}))
    assert "at (0, 1): not answered: there is none of this name, but 'at (0,1)'." in text
