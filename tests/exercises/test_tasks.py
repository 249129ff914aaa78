"""What single tasks promise beyond naming mistakes: pairs, open problems, the library's truth."""

import ast
import dataclasses
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

from cnnlib import interpret, models, reference
from cnnlib.exercises.lesson02.mistakes import max_pool
from cnnlib.gradcheck import check_layer, kink_free
from cnnlib.initializers import glorot, he
from cnnlib.layers.activations import ReLU
from cnnlib.layers.base import Layer
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Sequential
from cnnlib.parts import receptive_field
from cnnlib.winograd import POINTS, minimal_filtering
from tests.exercises import lesson03, lesson04
from tests.exercises.doubled import in_a_cell
from tests.exercises.solutions import TASKS, answer, changed, solved

L01, L02, L03, L04, L05, L06 = (TASKS[f"0{n}"] for n in range(1, 7))
L07, L08, L09 = (TASKS[f"0{n}"] for n in range(7, 10))


PAIRS = {
    ("01", "conv", "the kernel is flipped", "the bias is forgotten"): {
        "w[f, c]": "w[f, c, ::-1, ::-1]",
        "= b[f]": "= 0",
    },
    (
        *("03", "im2col"),
        "all patches of image 0 come first",
        "channels come last in a column of the matrix",
    ): {lesson03.ORDER: "view.transpose(4, 5, 1, 0, 2, 3)"},
    ("04", "conv_backward", "db is a mean and not a sum", "the kernel is flipped in dx"): (
        {"flat.sum(axis=1)": "flat.mean(axis=1)"} | lesson04.conv({"w[f]": "w[f, :, ::-1, ::-1]"})
    ),
}


@pytest.mark.parametrize("pair, changes", PAIRS.items())
def test_two_mistakes_at_once_are_both_named(pair, changes):
    lesson, task, *names = pair
    result = getattr(TASKS[lesson], task).diagnose(changed(lesson, task, changes))
    assert sorted(result.mistakes) == sorted(names)


PLACES = "output_size(H, KH, stride, pad), output_size(W, KW, stride, pad)"
PLAIN = "H + 2 * pad - KH + 1, W + 2 * pad - KW + 1"
STRIDED = "KH, stride, pad), output_size(x.shape[1], KW, stride"
STEPS = (
    ("01", "convolve_strided", STRIDED, STRIDED.replace("stride", "1"), "likewise output_size(x"),
    ("01", "conv", PLACES, PLAIN, "H + 2 * pad - KH has to be divided by something, and rounded"),
    ("03", "im2col_loops", PLACES, PLAIN, "H + 2 * pad - KH has to be divided by something"),
    ("03", "col2im", PLACES, PLAIN, "and likewise W + 2 * pad - KW"),
)


@pytest.mark.parametrize("lesson, task, old, new, said", STEPS)
def test_sizes_that_leave_the_stride_out_are_told(lesson, task, old, new, said):
    found = str(getattr(TASKS[lesson], task).diagnose(changed(lesson, task, {old: new})))
    assert "right for stride 1, and wrong for all others" in found and said in found, found
    assert "How many places has the window with larger steps?" not in found  # a guess at the same


def test_of_two_wrong_things_the_one_is_told_that_is_shown():
    """Only without batch_size, in the last case, do its images go forward in other parts."""

    def accuracy(network, x, labels, batch_size=1000):
        network.training = False
        right = [
            network.forward(x[i : i + batch_size]).argmax(axis=1) == labels[i : i + batch_size]
            for i in range(0, len(x), batch_size)
        ]
        return 1 - np.mean(np.concatenate(right))

    found = str(TASKS["05"].accuracy.diagnose(accuracy))
    assert "network.training is not what it was before" in found, found


LESSONS = Path(__file__).resolve().parents[2] / "notebooks"
DEFINES = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef


@pytest.mark.parametrize("lesson", TASKS)
def test_the_solutions_that_a_lesson_shows_are_right(lesson):
    (path,) = LESSONS.glob(f"{lesson}_*.ipynb")
    names, stub, asked = {}, "", None
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            tree = ast.parse(re.sub(r"^%.*", "", cell.source, flags=re.MULTILINE))
            for node in tree.body:
                stub = ast.unparse(node) if isinstance(node, ast.FunctionDef) else stub
            tree.body = [node for node in tree.body if isinstance(node, DEFINES)]
            exec(compile(tree, "a cell", "exec"), names)
            asked = re.search(r"^check\.(\w+)\((\w+)\)$", cell.source, re.MULTILINE) or asked
        elif "<summary>A solution</summary>" in cell.source:
            code = "".join(re.findall(r"```python\n(.*?)```", cell.source, re.DOTALL))
            head = f"{stub.splitlines()[0]}\n" if code.startswith(" ") else ""
            exec(compile(head + code, "a cell", "exec"), names)
            found = getattr(TASKS[lesson], asked[1]).diagnose(names[asked[2]])
            assert found.ok, found
            asked = None
    assert asked is None


# ---------------------------------------------------------------------- 01


def test_one_or_seven_tells_how_far_one_got():
    goal = L01.one_or_seven
    assert goal.diagnose(solved("01")["one_or_seven"]).ok
    half = goal.diagnose(lambda x: 7)
    assert half.state == "wrong" and "50.0% of 200 digits" in str(half)
    assert "None" in str(goal.diagnose(lambda x: None))
    assert "returns 0 for some digits" in str(goal.diagnose(lambda x: int(x.sum() > 90)))
    right = solved("01")["one_or_seven"]
    assert "exchanged" in str(goal.diagnose(lambda x: 8 - right(x)))


def test_answers_in_a_list_are_taken_in_order():
    assert L01.sizes_by_hand.diagnose([24, 28, 14, 3]).ok
    assert "1 of 4 right" in str(L01.sizes_by_hand.diagnose([24, 1, 1, 1]))


# ---------------------------------------------------------------------- 02


def test_winners_are_those_of_the_library():
    x = np.random.default_rng(0).integers(0, 3, size=(2, 3, 7, 9)).astype(float)
    for kernel_size, stride in [((2, 2), 2), ((3, 2), 1), ((3, 3), 2)]:
        layer = MaxPool2D(kernel_size, stride)
        y, winner = max_pool(x, kernel_size, stride)
        np.testing.assert_array_equal(y, layer.forward(x))
        np.testing.assert_array_equal(winner, layer.winner.transpose(3, 0, 1, 2))


GENTLE = [
    (lambda x: x[:, :, ::2, ::2], "a tolerance of 0.46; the goal is a tolerance of 0.60."),
    (lambda x: x[:, :, :14, :14].max(axis=(2, 3), keepdims=True), "the shape (200, 1, 1, 1)"),
    (lambda x: 1 + 0 * x[:, :, ::2, ::2], "one even grey"),
    (lambda x: 0 * x[:, :, ::2, ::2] + x.mean(axis=(1, 2, 3), keepdims=True), "one even grey"),
    (
        lambda x: np.sort(x[:, :, ::2, ::2].reshape(len(x), -1)).reshape(-1, 1, 14, 14),
        "too little is left to read",
    ),
    (lambda x: 0 * x[:, :, ::2, ::2], "come out all zero"),
    (lambda x: np.nan * x[:, :, ::2, ::2], "not finite"),
]


@pytest.mark.parametrize("pool, said", GENTLE)
def test_the_open_problem_cannot_be_won_by_saying_nothing(pool, said):
    result = L02.gentle_pool.diagnose(pool)
    assert result.state == "wrong" and said in str(result), result


def test_what_the_open_problem_says_about_others_is_true():
    result = L02.gentle_pool.diagnose(MaxPool2D(2).forward)
    assert "a tolerance of 0.52" in str(result) and "reaches 0.52" in str(result)


# ---------------------------------------------------------------------- 03


def test_the_whole_matrix_is_not_frugal():
    result = L03.frugal_conv.diagnose(solved("03")["conv_fast"])
    assert result.state == "wrong" and "more than the patch matrix itself" in str(result)


def test_a_rate_in_single_precision_is_as_good():
    def step(params, grads, rate):
        for name in params:
            params[name] -= np.float32(rate) * grads[name]

    assert L05.sgd_step.diagnose(step).ok


def test_of_three_taps_that_are_sent_back_it_is_not_said_that_one_channel_is_right():
    tap = "enumerate(np.ndindex(2, 2)):\n            dx"
    code = {tap: tap.replace("np.ndindex(2, 2)", "[(0, 0), (0, 1), (1, 0)]")}
    assert "one channel" not in str(L05.pool_layer.diagnose(changed("05", "pool_layer", code)))


def test_a_result_in_double_precision_is_no_memory_of_the_way_to_it():
    conv_fast = solved("03")["conv_fast"]

    def one_by_one(x, w, b):
        N, _, H, W = x.shape
        y = np.empty((N, len(w), H - w.shape[2] + 1, W - w.shape[3] + 1))
        for n in range(N):
            y[n] = conv_fast(x[n : n + 1], w, b)[0]
        return y

    assert L03.frugal_conv.diagnose(one_by_one).ok


def test_a_wrong_convolution_is_not_frugal():
    right = solved("03")["frugal_conv"]
    result = L03.frugal_conv.diagnose(lambda x, w, b: right(x, w, b) * (len(x) < 8))
    assert "the result is not the convolution" in str(result)


def test_a_change_that_makes_it_right_and_not_frugal_is_not_proposed():
    source = """def frugal(x, w, b):
    y = conv(x[:1], w, b)
    for n in range(1, len(x)):
        conv(x[n : n + 1], w, b)
    return y
"""
    thing = in_a_cell(source, "frugal")
    thing.__globals__["conv"] = solved("03")["conv_fast"]
    found = str(TASKS["03"].frugal_conv.diagnose(thing))
    assert "missing at the end" in found and "change makes all" not in found, found


def test_a_view_beyond_the_end_of_an_array_is_told_as_that():
    source = """def windows(x, K):
    step = x.strides[0]
    return np.lib.stride_tricks.as_strided(x, (x.size - K + 1, K), (K * step, step))
"""
    result = TASKS["00"].windows.diagnose(in_a_cell(source, "windows"))
    assert result.mistakes == ["beyond"], result
    inside = in_a_cell(source.replace("K * step", "step").replace("+ 1", ""), "windows")
    assert TASKS["00"].windows.diagnose(inside).mistakes == ["the last window is missing"]


def test_a_start_that_depends_on_the_stride_is_not_to_be_divided_by_it():
    source = """def convolve_strided(x, w, stride=1, pad=0):
    return convolve(pad_image(x, pad), w)[stride - 1 :: stride, stride - 1 :: stride]
"""
    thing = in_a_cell(source, "convolve_strided")
    thing.__globals__.update({name: solved("01")[name] for name in ("convolve", "pad_image")})
    found = str(TASKS["01"].convolve_strided.diagnose(thing))
    assert ":: stride in " in found and "holds something too much" in found, found


def test_other_ways_to_cut_are_accepted():
    im2col = solved("03")["im2col"]

    def empty(x, w):
        OH, OW = x.shape[2] - w.shape[2] + 1, x.shape[3] - w.shape[3] + 1
        return np.empty((len(x), len(w), OH, OW), x.dtype)

    def by_image(x, w, b):
        y = empty(x, w)
        for n in range(len(x)):
            flat = w.reshape(len(w), -1) @ im2col(x[n : n + 1], w.shape[2:]) + b[:, None]
            y[n] = flat.reshape(y[n].shape)
        return y

    def by_tap(x, w, b):
        y = empty(x, w)
        y[...] = b[:, None, None]
        for n, kh, kw in np.ndindex(len(x), *w.shape[2:]):
            seen = x[n, :, kh : kh + y.shape[2], kw : kw + y.shape[3]]
            y[n] += np.tensordot(w[:, :, kh, kw], seen, 1)
        return y

    assert L03.frugal_conv.diagnose(by_tap).ok and L03.frugal_conv.diagnose(by_image).ok
    x, w, b = np.ones((2, 4, 32, 32)), np.ones((6, 4, 5, 5)), np.ones(6)
    np.testing.assert_allclose(by_image(x, w, b), reference.conv2d(x, w, b))


# ---------------------------------------------------------------------- 04


def test_the_right_pooling_is_that_of_the_library():
    for task, kind in ((L04.max_pool_backward, MaxPool2D), (L04.avg_pool_backward, AvgPool2D)):
        for case in L04.max_pool_backward.cases(np.random.default_rng(4)):
            dy, x, winner, kernel_size, stride = case.args
            layer = kind(kernel_size, stride)
            layer.forward(x)
            args = case.args if kind is MaxPool2D else (dy, x.shape, kernel_size, stride)
            assert np.allclose(task.right(*args), layer.backward(dy))


def test_quick_check_tells_how_far_one_got():
    goal = L04.quick_check
    assert goal.diagnose(solved("04")["quick_check"]).ok
    right = solved("04")["quick_check"]
    assert "True and False are exchanged" in str(goal.diagnose(lambda *given: not right(*given)))
    always = goal.diagnose(lambda f, x, gradient: True)
    assert always.state == "wrong" and "50% of 40" in str(always) and "swapped" in str(always)
    slow = goal.diagnose(lambda f, x, g: np.allclose(solved("04")["numerical_gradient"](f, x), g))
    assert slow.state == "wrong" and "more than 20 calls" in str(slow)
    assert "returns None" in str(goal.diagnose(lambda f, x, gradient: None))


def test_directions_that_see_too_little_are_fooled():
    def ones(f, x, gradient, eps=1e-5):
        slope = (f(x + eps) - f(x - eps)) / (2 * eps)
        return abs(slope - gradient.sum()) < 1e-5 * np.abs(gradient).sum()

    found = str(L04.quick_check.diagnose(ones))
    assert "fooled by" in found and "swapped" in found and "sums to 0" in found


def test_results_in_another_order_are_not_called_a_multiple():
    swapped = L04.dense_backward.diagnose(lambda dy, x, w: (dy @ w.T, dy.sum(0), x.T @ dy))
    assert swapped.state == "wrong" and "times what they should be" not in str(swapped)


# ---------------------------------------------------------------------- 05


def test_a_layer_that_leaves_no_gradients_is_told_so():
    forgets = changed("05", "dense_layer", {', "b": dy.sum(axis=0)': ""})
    assert "backward leaves nothing under grads['b']" in str(L05.dense_layer.diagnose(forgets))


def test_a_gradient_that_never_saw_the_parameters_is_not_called_a_remembered_one():
    other = changed("05", "dense_layer", {'(self.params["w"] @ dy.T).T': 'self.grads["w"]'})
    result = L05.dense_layer.diagnose(other)
    assert result.state == "wrong" and "changed in place" not in str(result), result


def test_parts_may_be_smaller_than_batch_size_and_not_larger():
    def even(network, x, labels, batch_size=500):
        before, network.training = network.training, False
        cuts = np.array_split(np.arange(len(x)), -(-len(x) // batch_size))
        right = [(network.forward(x[i]).argmax(axis=1) == labels[i]).sum() for i in cuts]
        network.training = before
        return sum(right) / len(x)

    assert L05.accuracy.diagnose(even).ok
    large = L05.accuracy.diagnose(lambda n, x, labels, size=500: even(n, x, labels, 2 * size))
    assert large.mistakes == ["parts"], large


def test_the_last_gradient_alone_is_seen_in_whatever_order_parents_are_visited():
    turned = "                for parent in reversed(value.parents)"
    code = {"                for parent in value.parents": turned, "+=": "="}
    result = L04.autograd.diagnose(changed("04", "autograd", code))
    assert result.mistakes == ["a value that is used twice keeps the last gradient alone"], result


def test_two_mistakes_that_are_named_together_need_not_be_written_so():
    code = {"(tile, g)": "(tile, g).T", "y[:OH, :OW]": "y"}
    result = L08.winograd_conv.diagnose(changed("08", "winograd_conv", code))
    assert len(result.mistakes) == 2 and "two mistakes together give what yours" in str(result)


def test_of_a_network_that_is_changed_no_copy_is_asked_for():
    def switched(network, x, name):
        network.training = True
        return answer("06", "feature_maps")(network, x, name)

    result = str(TASKS["06"].feature_maps.diagnose(switched))
    assert "changes its argument network" in result and "put it back at the end" in result


def test_digits_lost_in_the_difference_of_large_means_are_said():
    def folded(x, gamma, beta, eps):
        rows = np.moveaxis(x, 1, -1)
        flat = rows.reshape(-1, rows.shape[-1])
        mean = flat.mean(0)
        scale = gamma / np.sqrt((flat**2).mean(0) - mean**2 + eps)
        return np.moveaxis(rows * scale + (beta - mean * scale), -1, 1)

    result = L07.batch_norm.diagnose(folded)
    assert result.mistakes == ["numbers near 0"] and "loses digits" in str(result)


def test_a_filter_that_is_flipped_and_conjugated_is_told_of_both():
    code = {"rfft2(w, (H, W))": "rfft2(w[::-1, ::-1], (H, W))"}
    result = L08.fft_conv.diagnose(changed("08", "fft_conv", code))
    assert result.mistakes == ["the filter is flipped"] and "turns it twice" in str(result)


def test_what_stands_for_a_network_has_what_a_network_has():
    mode = {
        "before, network.training, right = network.training, False, 0": "right = 0",
        "    for i in": "    with network.mode(training=False):\n      for i in",
        "    network.training = before\n": "",
    }
    assert L05.accuracy.diagnose(changed("05", "accuracy", mode)).ok
    stack = {
        "class Residual:": "from cnnlib.network import Sequential\n\nclass Residual(Sequential):",
        "        self.body = body": "        super().__init__([body])\n        self.body = body",
    }
    assert L07.residual.diagnose(changed("07", "residual", stack)).ok
    layers = {"network.training, losses = True, []": "losses = []"}
    layers["        loss, "] = (
        "        for layer in network.layers.values():\n            layer.training = True\n"
        "        loss, "
    )
    assert L05.train_epoch.diagnose(changed("05", "train_epoch", layers)).ok
    mode = {"network.training, losses = True, []\n": "losses = []\n"}
    mode["    for images"] = "    with network.mode(training=True):\n      for images"
    assert L05.train_epoch.diagnose(changed("05", "train_epoch", mode)).ok
    copied = {"network.grads)": "{k: g.copy() for k, g in network.grads.items()})"}
    assert L05.train_epoch.diagnose(changed("05", "train_epoch", copied)).ok


def test_what_a_list_of_batches_or_losses_must_hold_is_said():
    alone = L05.batches.diagnose(changed("05", "batches", {", labels[pick]": ""}))
    assert "expected a pair of images and labels" in str(alone), alone
    for other in ("np.array([x[pick], labels[pick]])", "x[pick[0]]"):
        result = L05.batches.diagnose(changed("05", "batches", {"x[pick], labels[pick]": other}))
        assert "expected a pair of images and labels" in str(result), result
    pairs = L05.train_epoch.diagnose(changed("05", "train_epoch", {"(loss)": "((loss, dscores))"}))
    assert "expected one loss a batch" in str(pairs), pairs
    named = changed("05", "train_epoch", {"backward(dscores)": "backward(dy=dscores)"})
    assert L05.train_epoch.diagnose(named).ok


@pytest.mark.parametrize("part", ["[1:]", "[:-1]"])
def test_labels_that_are_one_short_no_longer_belong_to_their_images(part):
    result = L05.batches.diagnose(
        changed("05", "batches", {", labels[pick]": f", labels[pick]{part}"})
    )
    assert result.mistakes == ["images and labels no longer belong together"]


def test_a_layer_without_params_is_told_why():
    own = {'    kind = "relu"\n': '    kind = "relu"\n\n    def __init__(self):\n        pass\n'}
    found = L05.relu_layer.diagnose(changed("05", "relu_layer", own))
    assert found.mistakes == ["no super"] and "super().__init__()" in str(found)


def test_the_solutions_layers_are_right_for_the_library():
    rng = np.random.default_rng(0)
    for layer, shape in (
        (solved("05")["Conv"](2, 3, 3, rng), (2, 2, 5, 6)),
        (solved("05")["Dense"](4, 3, rng), (3, 4)),
        (solved("05")["MaxPool"](), (2, 3, 4, 6)),
        (solved("05")["ReLU"](), (3, 4)),
        (solved("05")["Flatten"](), (2, 2, 3, 3)),
    ):
        assert check_layer(layer, kink_free(shape, rng)).ok, layer


def test_a_rule_may_be_a_dataclass():
    @dataclasses.dataclass
    class Momentum:
        rate: float
        momentum: float = 0.9
        velocity: dict = dataclasses.field(default_factory=dict)

        def step(self, params, grads):
            for name, p in params.items():
                self.velocity[name] = self.momentum * self.velocity.get(name, 0) + grads[name]
                p -= self.rate * self.velocity[name]

    assert all(TASKS["05"].momentum.trial(Momentum).right)


def test_parameters_that_nothing_was_done_to_are_told_so():
    idle = changed("05", "sgd_step", {"p -= rate * grads[name]": "(lambda: p - rate)"})
    assert "a copy is changed, or nothing at all" in str(L05.sgd_step.diagnose(idle))


def test_by_heart_tells_how_far_one_got():
    goal = L05.learn_by_heart
    rng = np.random.default_rng(0)
    layers = [solved("05")["Flatten"](), solved("05")["Dense"](28 * 28, 10, rng)]
    own = L05.Sequential(layers, input_shape=(1, 28, 28))
    fresh = goal.diagnose(lambda x, labels: own)
    assert fresh.state == "wrong" and "% of 100 images; the goal is 100%" in str(fresh)
    assert "come from cnnlib" in str(goal.diagnose(lambda x, labels: models.mlp(rng=0)))
    assert "NoneType came" in str(goal.diagnose(lambda x, labels: None))


def test_what_can_be_seen_of_a_network_that_reads_badly_is_said():
    def linear(
        outputs=10, rate=0.01, shift=0, scale=1, first=100, epochs=30, odd=0, biases=True, last=()
    ):
        def learn(x, labels):
            rng = np.random.default_rng(0)
            names, x, labels = solved("05"), scale * x[:first], (labels[:first] + shift) % outputs
            labels[len(labels) - odd :] = 9 - labels[len(labels) - odd :]
            layers = [names["Flatten"](), names["Dense"](784, outputs, rng), *last]
            network = L05.Sequential(layers)
            rule = names["Adam"](rate)
            for _ in range(epochs):
                names["train_epoch"](network, rule, x.astype(np.float32), labels, 25, rng)
            for name in () if biases else network.params:
                network.params[name][...] *= name.endswith("w")
            return network

        return str(L05.learn_by_heart.diagnose(learn))

    assert "biases are 0 still" in linear(epochs=0)
    assert "hardly larger than 0" in linear(rate=1e-7)
    assert "steps too long" in linear(rate=99)
    assert "takes 0 for 1, 1 for 2" in linear(shift=1)
    assert "the shape (100, 6)" in linear(outputs=6)
    assert "without an idea it would be 2.3" in linear(scale=-1)
    assert "with more epochs or another rate?" in linear(epochs=1)
    bad = linear(shift=np.arange(100) % 7, epochs=9)
    assert "or another rate" in bad and "each with its own label?" in bad
    assert "after its last Dense" in linear(rate=0.3, last=[solved("05")["ReLU"]()])
    assert "of the first 50 and" in linear(first=50)
    assert "25 of the first 25 and" in linear(first=25)
    nearly, unbiased = linear(odd=1), linear(biases=False)
    assert "99% of" in nearly and "the others" not in nearly
    assert "100% of" in unbiased and "trained" not in unbiased


def test_what_is_looked_up_is_not_learned():
    def look_up(x, labels):
        class Table(Layer):
            def forward(self, given):
                away = ((given[:, None] - x) ** 2).sum(axis=(2, 3, 4))
                return np.eye(10, dtype=np.float32)[labels[away.argmin(axis=1)]]

            def backward(self, dy):
                return dy

        Table.__module__ = "__main__"
        return L05.Sequential([Table()])

    assert "looked up" in str(L05.learn_by_heart.diagnose(look_up))


def test_the_last_goal_takes_only_layers_of_ones_own():
    goal, rng = L05.mnist, np.random.default_rng(0)
    trained = goal.diagnose(models.load_trained("lenet5"))
    assert trained.state == "wrong" and "conv1, relu1" in str(trained)
    layers = [solved("05")["Flatten"](), solved("05")["Dense"](28 * 28, 10, rng)]
    own = L05.Sequential(layers, input_shape=(1, 28, 28))
    own.layers["dense1"].params["b"][3] = 1e6
    result = goal.diagnose(own)
    assert result.state == "wrong" and "1,010 of the 10,000" in str(result)
    assert goal.diagnose(None).state == "todo"

    class Mine(Dense):
        pass

    renamed = goal.diagnose(L05.Sequential([layers[0], Mine(28 * 28, 10)]))
    assert "dense1 come from cnnlib" in str(renamed), renamed


def test_the_runs_look_as_the_answers_say():
    runs = {letter: np.array(curves) for letter, curves in L05.learning_runs().items()}
    low, few, high, sound = (runs[letter] for letter in "ABCD")
    assert low.min() > 2 and (np.diff(low[0]) < 0).all()
    assert few[0, -1] < 0.05 and few[1, -1] > few[1].min() + 0.02
    assert high.min() > 1 and np.diff(high[0]).max() > 0.05
    assert sound[0, -1] < 0.2 and sound[1, -1] < 0.5


# ---------------------------------------------------------------------- 06


def test_what_is_right_here_is_right_in_the_library():
    rng = np.random.default_rng(0)
    network, x = L06.small(2, 8, 7), rng.random((2, 2, 8, 8))
    labels = np.array([0, 2])
    pairs = [
        (L06.feature_maps, (network, x, "relu1"), interpret.activations(network, x, "relu1")),
        (L06.saliency, (network, x, 2), interpret.saliency(network, x, 2)),
        (L06.occlusion, (network, x[:1], 2, 3), interpret.occlusion(network, x[:1], 2, 3)[0]),
        (L06.grad_cam, (network, x, 2, "conv1"), interpret.grad_cam(network, x, 2, "conv1")),
        (
            L06.ablation,
            (network, x, labels, "relu1"),
            interpret.ablation(network, x, labels, "relu1"),
        ),
    ]
    for task, args, expected in pairs:
        assert np.allclose(task.right(*args), expected), task.name
    maps = rng.random((6, 3, 4))
    found = [row[:3] for row in interpret.strongest(maps, 3)]
    assert L06.most_exciting.right(maps, 3) == found
    network = L06.load_trained("lenet5")
    rows, _ = receptive_field(network, "pool2", 2, 1)
    layers = [(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0)]
    assert L06.receptive_field.right(layers, 2) == (rows[0], rows[-1])


@pytest.mark.parametrize("turn, said", [(np.negative, "the least"), (np.transpose, "rows and")])
def test_pixels_that_are_ranked_the_other_way_round_are_told_so(turn, said):
    rank = solved("06")["rank_pixels"]
    result = L06.rank_pixels.diagnose(lambda *given: turn(rank(*given)))
    assert result.state == "wrong" and f"Perhaps {said}" in str(result), result


def test_rank_pixels_tells_how_far_one_got():
    goal = L06.rank_pixels
    plain = goal.diagnose(lambda network, x, c: solved("06")["saliency"](network, x, c)[0])
    assert plain.state == "wrong" and "the goal is 45%" in str(plain)
    assert "returns None" in str(goal.diagnose(lambda network, x, c: None))
    assert "black anyway" in str(plain) and "the score of class c" in str(plain)
    assert "(28, 28)" in str(goal.diagnose(lambda network, x, c: x))
    spoilt = goal.diagnose(lambda network, x, c: x.fill(0))
    assert "changes the image" in str(spoilt)


def test_numbers_that_never_grow_are_all_zeros_and_fractions_may_be_why():
    cut = changed("06", "ablation", {"== labels).mean()": "== labels).mean() // 1"})
    found = L06.ablation.diagnose(cut)
    assert found.mistakes == ["the result is all zeros"] and "Is there a //" in str(found)


def test_what_a_network_makes_may_be_kept_in_float32():
    single = changed("06", "occlusion", {"x.shape[2:], x.dtype": "x.shape[2:], np.float32"})
    found = L06.occlusion.diagnose(single)
    assert found.ok and "A remark: fall is float32" in str(found), found


def test_a_line_belongs_under_the_if_and_no_switch_is_a_factor():
    right = "if not training:\n        return x\n    return x * (u >= rate) / (1 - rate)"
    wrong = "y = x.copy()\n    if training:\n        y[u < rate] = 0\n    y *= 1 / (1 - rate)\n"
    found = str(L07.dropout.diagnose(changed("07", "dropout", {right: f"{wrong}    return y"})))
    assert "y *= 1 / (1 - rate) belongs under the if" in found, found


def test_a_layer_that_is_used_twice_is_noticed_though_relu_twice_is_relu():
    twice = changed("06", "ablation", {"names.index(name) + 1 :": "names.index(name) :"})
    found = L06.ablation.diagnose(twice)
    assert found.state == "wrong" and "the convolution" in str(found)


@pytest.mark.parametrize(
    "task, said",
    [
        (
            L05.read_curves,
            ["The rate is too low.", "few images", "learning rate too high", "Sound"],
        ),
        (L05.read_curves, ["low", "too few-images", "Rate too large", "it is sound"]),
        (L06.which_method, ["occlusion map", "Grad-CAM", "climbing", "the saliency map"]),
        (L07.bugs, ["the axes", "Training", "shortcut", "wrong statistics", "no mistake"]),
    ],
)
def test_an_answer_may_be_said_in_other_words(task, said):
    assert task.diagnose(said).ok
    for part, right in zip(task.parts, said, strict=True):
        for wrong in (f"not {right}", f"{right} or {said[part == 'A']}", *set(said) - {right}):
            assert not task.diagnose(dict(zip(task.parts, said, strict=True)) | {part: wrong}).ok


def test_functions_may_be_handed_over_in_place_of_their_names():
    given = [solved("06")[name] for name in ("occlusion", "grad_cam", "climb", "saliency")]
    assert L06.which_method.diagnose(dict(zip("abcd", given, strict=True))).ok


def test_an_answer_under_another_name_is_told_from_one_that_is_missing():
    text = str(L06.by_hand.diagnose({"weight 0": 1, "weight 1": -0.5, "at (0,1)": 0}))
    assert "at (0, 1): not answered: there is none of this name, but 'at (0,1)'." in text


# ---------------------------------------------------------------------- 07


def test_starts_and_normalisation_are_those_of_the_library():
    rng = np.random.default_rng(0)
    for shape in ((300, 200), (64, 16, 3, 3)):
        for start, std in ((he, L07.he_std.right), (glorot, L07.by_hand.answers)):
            assert start(shape, rng).std() == pytest.approx(std(shape), rel=0.02)
    layer, x = BatchNorm(3).astype(np.float64), rng.normal(2, 3, (4, 3, 2, 5))
    layer.params = {"gamma": np.array([1.0, 2, -1]), "beta": np.array([0.0, 1, 5])}
    layer.training = True
    given = layer.params["gamma"], layer.params["beta"], layer.eps
    np.testing.assert_allclose(L07.batch_norm.right(x, *given), layer.forward(x))
    rows, dy = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    layer.forward(rows)
    std = np.sqrt(rows.var(axis=0) + layer.eps)
    dx, dgamma, dbeta = L07.batch_norm_backward.right(
        dy, (rows - rows.mean(axis=0)) / std, std, layer.params["gamma"]
    )
    np.testing.assert_allclose(dx, layer.backward(dy), atol=1e-12)
    np.testing.assert_allclose(dgamma, layer.grads["gamma"])
    np.testing.assert_allclose(dbeta, layer.grads["beta"])


def test_a_layer_may_keep_its_parameters_under_other_names():
    """They are the arrays that training changes in place."""
    kept = {
        "np.zeros(M, np.float32)}": (
            "np.zeros(M, np.float32)}\n        self.bias = self.params['b']"
        ),
        '+ self.params["b"]': "+ self.bias",
    }
    assert L05.dense_layer.diagnose(changed("05", "dense_layer", kept)).ok


def test_gradients_under_each_others_names_are_called_exchanged():
    right = '"w": self.x.T @ dy, "b": dy.sum(axis=0)'
    wrong = '"b": self.x.T @ dy, "w": dy.sum(axis=0)'
    found = L05.dense_layer.diagnose(changed("05", "dense_layer", {right: wrong}))
    assert "dw and db are exchanged." in str(found)


def test_a_small_network_that_is_none_is_told_so():
    goal = L07.small_network
    large = goal.diagnose(lambda seed: models.mlp(rng=seed))
    assert large.state == "wrong" and "39,760 parameters, and may have 1,000" in str(large)
    assert "has to return a Sequential" in str(goal.diagnose(lambda seed: [Flatten()]))
    wrong = Sequential([AvgPool2D(7), Flatten(), Dense(16, 3, rng=0)])
    assert "into 10 scores" in str(goal.diagnose(lambda seed: wrong))
    made = [Sequential([AvgPool2D(7), Flatten(), Dense(16, 10, rng=0)]) for _ in range(2)]
    assert "seed makes no difference" in str(goal.diagnose(lambda seed: made[seed]))
    assert "seed makes no difference" in str(goal.diagnose(lambda seed: made[0]))
    drawn = goal.diagnose(lambda _: Sequential([AvgPool2D(7), Flatten(), Dense(16, 10)]))
    assert "one seed gives two networks" in str(drawn)


@pytest.mark.parametrize("accuracy, said", [(0.899, "✗ small_network: 89%"), (0.58, "58%")])
def test_the_accuracy_of_a_small_network_is_not_rounded_up(monkeypatch, accuracy, said):
    tasks = sys.modules[L07.small_network.measure.__module__]
    monkeypatch.setattr(tasks, "fit", lambda *args, **terms: None)
    monkeypatch.setattr(tasks, "evaluate", lambda *args: (0, accuracy))
    build = solved("07")["build"]
    assert said in str(L07.small_network.diagnose(build))


def test_what_a_small_network_has_not_is_said(monkeypatch):
    tasks = sys.modules[L07.small_network.measure.__module__]
    monkeypatch.setattr(tasks, "fit", lambda *args, **terms: None)
    monkeypatch.setattr(tasks, "evaluate", lambda *args: (0, 0.5))

    def build(*between):
        def made(seed):
            return Sequential([AvgPool2D(7), Flatten(), Dense(16, 10, rng=seed), *between])

        return str(L07.small_network.diagnose(made))

    assert "where is a ReLU" in build()
    assert "You may have 830 more" in build(ReLU())


# ---------------------------------------------------------------------- 08


def test_the_four_products_may_be_made_by_matrices():
    A, B, G = minimal_filtering(2, 3)
    assert L08.f23.diagnose(lambda x, g: A.T @ ((G @ g) * (B.T @ x))).ok
    assert L08.f23.diagnose(lambda x, g: list(A.T @ ((G @ g) * (B.T @ x)))).ok


def test_products_out_of_sight_are_no_answer():
    def hidden(x, g):
        return np.array([x[:3], x[1:]], np.float64) @ g.astype(np.float64)

    result = L08.f23.diagnose(hidden)
    assert result.state == "wrong" and "could not be counted" in str(result)
    assert "without a dtype" in str(result)


def test_floats_may_be_made_of_x_and_g_first_and_squares_are_products():
    def four(x, g):
        x, g = np.asarray(x, float), g.astype(float)
        m = (x[0] - x[2]) * g[0], (x[1] - x[3]) * float(g[2])
        p, q = (x[1] + x[2]) * (g.sum() / 2), (x[2] - x[1]) * ((g[0] - g[1] + g[2]) / 2)
        return np.array([m[0] + p + q, p - q - m[1]])

    def squares(x, g):
        a, b, last = x[0] - x[2], g[0], (x[1] - x[3]) * g[2]
        p, q = (x[1] + x[2]) * (g.sum() / 2), (x[2] - x[1]) * ((g[0] - g[1] + g[2]) / 2)
        return np.array([((a + b) ** 2 - (a - b) ** 2) / 4 + p + q, p - q - last])

    assert L08.f23.diagnose(four).ok
    result = L08.f23.diagnose(squares)
    assert result.state == "wrong" and "more than four products" in str(result), result
    A, B, G = minimal_filtering(2, 3)
    tile = L08.winograd_tile.diagnose
    assert tile(lambda d, g: (A.T @ ((G @ g @ G.T) * (B.T @ d @ B)) @ A).tolist()).ok


def test_products_may_be_made_in_arrays_and_of_wrong_ones_none_is_hidden():
    def rows(x, g):
        left = np.array([x[0] - x[2], x[1] + x[2], x[2] - x[1], x[1] - x[3]])
        right = np.array([g[0], (g[0] + g[1] + g[2]) / 2, (g[0] - g[1] + g[2]) / 2, g[2]])
        m = left * right
        return np.array([m[0] + m[1] + m[2], m[1] - m[2] - m[3]])

    assert L08.f23.diagnose(rows).ok
    halved = L08.f23.diagnose(lambda x, g: rows(x, np.array(g) // 2 * 2))
    assert halved.state == "wrong" and "could not be counted" not in str(halved)
    three = L08.f23.diagnose(lambda x, g: rows(x, g) + [0, (x[1] - x[3]) * g[2]])
    assert three.state == "wrong" and "could not be counted" not in str(three)
    few = L08.f23.diagnose(lambda x, g: np.full(2, (x[1] + x[2]) * g[1]))  # right for one case
    assert few.state == "wrong" and "could not be counted" not in str(few)


def test_calls_that_the_code_is_not_meant_for_are_told_so():
    line = np.arange(7.0)
    many = L08.wrong_pairs.diagnose((line, np.array([1.0, 2, 2, 1])), (line, np.arange(4.0)))
    assert "right_on is not a call the code is meant for: g has to have three taps." in str(many)
    short = L08.wrong_pairs.diagnose((line, np.array([1.0, 2, 1])), (line[:2], np.arange(3.0)))
    assert "wrong_on is not a call the code is meant for: x has to hold three numbers" in str(short)


def test_five_products_are_too_many():
    def five(x, g):
        return np.array([solved("08")["f23"](x, g)[0], x[1] * g[0] + x[2] * g[1] + x[3] * g[2]])

    result = L08.f23.diagnose(five)
    assert result.state == "wrong" and "more than four products" in str(result)


def test_matrices_that_the_task_hands_out_are_no_arrays_of_somebody_elses():
    wrong = changed("08", "winograd_tile", {"return A.T": "return 1 + A.T"})
    assert "It reads" not in str(L08.winograd_tile.diagnose(wrong))


def test_what_is_not_a_number_hides_no_mistake():
    x, g = np.arange(12.0) ** 2, np.array([2.0, 7, 3])
    x[3::4] = np.nan  # in every second output, where the mistake would show
    result = L08.wrong_pairs.diagnose((x, g), (np.arange(6.0) ** 2, g))
    assert "right_on says too little" in str(result), result


@pytest.mark.parametrize(
    "points, said",
    [
        ([0, 1, -1, 2, -2], "an error 1.00 times smaller; the goal is"),
        ([0, 1, -1, 3, -3], "times as large as with 0, 1, -1, 2, -2"),
        ([0, 0.1, -0.1, 0.2, -0.2], "times as large as with 0"),
        ([0, 1, -1, 1, 2], "two points are equal"),
        ([0, 1, -1, 2], "4 numbers came"),
        ([0, 1, -1, 2, np.inf], "finite"),
        ("no points", "five numbers are expected"),
    ],
)
def test_points_that_do_not_round_less_do_not_pass(points, said):
    result = L08.better_points.diagnose(points)
    assert result.state == "wrong" and said in str(result), result


def test_the_library_takes_points_that_pass():
    assert L08.better_points.diagnose(POINTS[:5]).ok


def test_the_tasks_of_fast_convolution_agree_with_the_library():
    rng = np.random.default_rng(0)
    x, g, w = rng.normal(size=(9, 8)), rng.normal(size=(3, 3)), rng.normal(size=(4, 2))
    for kernel, task in ((g, L08.winograd_conv), (w, L08.fft_conv), (g, L08.fft_conv)):
        expected = reference.conv2d(x[None, None], kernel[None, None], np.zeros(1))[0, 0]
        np.testing.assert_allclose(task.right(x, kernel), expected, atol=1e-12)
    conv = Conv2D(3, 5, 3, pad=1)
    shape = (4, 3, 10, 8)
    found, smallest = L08.work_and_bytes.right(*shape, 5, 3, 1)
    assert found == 4 * conv.multiplications(shape[1:])
    numbers = (
        np.zeros(shape).size
        + conv.params["w"].size
        + conv.forward(np.zeros(shape, np.float32)).size
    )
    assert smallest == 4 * numbers
    one = 4e-6 * (np.zeros(shape).size + conv.cols.size + 4 * 5 * 10 * 8)
    assert L08.largest_batch.right(one, *shape[1:], 5, 3, 1) == 4
    assert L08.largest_batch.right(0.999 * one, *shape[1:], 5, 3, 1) == 3


# ---------------------------------------------------------------------- 09


def _gather(P):
    return [[(worker, 0)] for worker in range(1, P)] + [[(0, worker)] for worker in range(1, P)]


SCHEDULES = [
    (lambda P: [[(0, 1), (0, 1)]], "may send once and receive once in a round"),
    (lambda P: [[(P, 0)]], "may send once and receive once in a round"),
    (_gather, "would count the buffer of worker 1 twice"),
    (lambda P: [], "not all get the buffer of worker 0"),
    (lambda P: [5], "a list of rounds was expected"),
    (lambda P: [[] for k in range(np.log2(P))], "cannot be interpreted as an integer"),
    (lambda P: ([] for k in [*range(np.log2(P))]), "cannot be interpreted as an integer"),
    (lambda P: [[(w, (w + k) % P) for w in range(P)] for k in range(1, P)], "twice"),
]


@pytest.mark.parametrize("schedule, said", SCHEDULES)
def test_a_schedule_that_breaks_the_rules_is_refused(schedule, said):
    result = L09.fewer_rounds.diagnose(schedule)
    assert result.state == "wrong" and said in str(result), result
