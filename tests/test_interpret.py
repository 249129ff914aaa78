"""Each way of looking inside does what it claims, on networks small enough to know the answer."""

import inspect
import itertools
import tracemalloc

import numpy as np
import pytest

from cnnlib import depth, interpret, look, parts
from cnnlib.datasets import load_photo
from cnnlib.gradcheck import numerical_gradient, relative_error
from cnnlib.initializers import small
from cnnlib.layers.activations import ReLU, Sigmoid
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Residual, Sequential
from cnnlib.training import fit
from tests.helpers import draw
from tests.test_layers import modes


def small_network(dtype=np.float64, seed=0):
    """Make a network of every kind of layer, for images (2, 8, 9) and three classes."""
    rng = np.random.default_rng(seed)
    body = Sequential([Conv2D(4, 4, 3, pad=1, rng=rng), ReLU(), Conv2D(4, 4, 3, pad=1, rng=rng)])
    layers = [Conv2D(2, 4, 3, pad=1, rng=rng), BatchNorm(4), ReLU(), MaxPool2D(2)]
    layers += [Residual(body), ReLU(), Dropout(0.5, rng=0), Flatten(), Dense(4 * 4 * 4, 3, rng=rng)]
    return Sequential(layers, input_shape=(2, 8, 9)).astype(dtype)


@pytest.fixture
def network():
    return small_network()


@pytest.fixture
def x():
    return draw((3, 2, 8, 9))


# --------------------------------------------------------------------------- parts of a network


def test_activations_are_what_the_layer_returned(network, x, monkeypatch):
    steps = dict(network.steps(x))
    for name, y in steps.items():
        np.testing.assert_array_equal(interpret.activations(network, x, name), y)
    two_at_a_time = 2**28 // x.itemsize // 2
    monkeypatch.setattr(Sequential, "numbers", lambda self, shape: two_at_a_time)
    found = interpret.activations(network, x, "conv1", unit=2)
    np.testing.assert_array_equal(found, steps["conv1"][:, 2])


def test_activations_reach_inside_a_block(network, x):
    before = dict(network.steps(x))["pool1"]
    body = network["residual1"].body
    for name, y in body.steps(before):
        found = interpret.activations(network, x, f"residual1.stack1.{name}")
        np.testing.assert_array_equal(found, y)


@pytest.mark.parametrize(
    "layer, message",
    [
        ("conv9", "no layer 'conv9', the layers are conv1, norm1"),
        ("residual1.conv1", "no layer 'conv1', the layers are stack1"),
        ("conv1.w", "conv1 has no layers inside"),
        (None, "no layer 'None'"),
    ],
)
def test_an_unknown_layer_is_refused_with_those_there_are(network, x, layer, message):
    for method in (interpret.activations, interpret.activity):
        with pytest.raises(KeyError, match=message):
            method(network, x, layer)


ODD = {
    "none": lambda x: x[:0],
    "no rows": lambda x: x[:, :, :0],
    "one row": lambda x: x[0, 0, 0],
    "no batch": lambda x: x[0],
    "a number": lambda x: x[0, 0, 0, 0],
    "no axis": lambda x: np.array(0.5),
    "bytes": lambda x: (255 * x).astype(np.uint8),
    "integers": lambda x: x.astype(int),
    "truth": lambda x: x > 0,
    "half": lambda x: x.astype(np.float16),
    "single": lambda x: x.astype(np.float32),
    "complex": lambda x: x + 0j,
    "objects": lambda x: x.astype(object),
    "list": lambda x: x.tolist(),
    "nothing": lambda x: None,
    "a word": lambda x: "x",
    "channels last": lambda x: x.transpose(0, 2, 3, 1),
    "five axes": lambda x: x[None],
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_images_are_refused_by_every_way_of_looking(network, x, kind):
    """What came and what was expected is said; nothing is computed from it."""
    odd = ODD[kind](x)
    labels = np.zeros(np.shape(odd)[0] if np.ndim(odd) else 1, int)
    for look_inside in (
        lambda: interpret.activations(network, odd, "conv1"),
        lambda: interpret.activations(network, odd, "conv1", 0),
        lambda: interpret.activity(network, odd, "relu1"),
        lambda: interpret.input_gradient(network, odd, "pool1", 1.0),
        lambda: interpret.class_gradient(network, odd, 1),
        lambda: interpret.saliency(network, odd, 1),
        lambda: interpret.smooth_grad(network, odd, 1),
        lambda: interpret.gradient_times_input(network, odd, 1),
        lambda: interpret.occlusion(network, odd, 1),
        lambda: interpret.grad_cam(network, odd, 1, "relu1"),
        lambda: interpret.fast_gradient_sign(network, odd, labels, 0.1),
    ):
        with pytest.raises((TypeError, ValueError), match="expected|convert one|padded"):
            look_inside()
    for figure in (look.plot_saliency, look.plot_feature_maps, look.plot_most_exciting):
        if kind not in ("half", "single", "no batch", "list"):  # read as they are meant
            with pytest.raises((TypeError, ValueError), match="expected|padded"):
                figure(network, odd)


def test_weights_that_are_not_finite_are_named(network, x):
    network["conv1"].params["b"][1] = np.nan
    looks = [
        lambda: interpret.activity(network, x, "relu1"),
        lambda: interpret.saliency(network, x, 0),
        lambda: interpret.occlusion(network, x, 0),
        lambda: interpret.maximise(network, "dense1", 0),
        lambda: interpret.ablation(network, x, np.array([0, 1, 2]), "relu1"),
    ]
    for look_inside in looks:
        with pytest.raises(ValueError, match="conv1.b holds NaN or infinity"):
            look_inside()


@pytest.mark.parametrize("size, stride", [(4, 1), (0, 1), (5, 0), (3.0, 1)])
def test_a_cover_without_a_middle_is_refused(network, x, size, stride):
    with pytest.raises(ValueError, match="expected an (odd number|integer, at least 1)"):
        interpret.occlusion(network, x, 0, size, stride=stride)


def test_occlusion_in_steps_is_the_one_at_the_middle_of_each_block(network, x):
    whole = interpret.occlusion(network, x, 1, 3)
    steps = interpret.occlusion(network, x, 1, 3, stride=3)
    assert steps.shape == whole.shape == (3, 8, 9)
    for row, column in [(0, 0), (3, 6), (3, 3)]:
        block = steps[:, row : row + 3, column : column + 3].reshape(3, -1)
        np.testing.assert_allclose(block, whole[:, [row + 1], [column + 1]].repeat(9, 1))


LOOKS = {
    "occlusion": lambda *a: interpret.occlusion(*a, 1, 101, stride=100),
    "smooth_grad": lambda *a: interpret.smooth_grad(*a, 1, count=2),
    "gradient_times_input": lambda *a: interpret.gradient_times_input(*a, 1),
    "grad_cam": lambda *a: interpret.grad_cam(*a, 1, "relu1"),
    "activity": lambda *a: interpret.activity(*a, "relu1"),
    "ablation": lambda *a: interpret.ablation(*a, np.array([1]), "relu1"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_the_packages_own_photograph_is_looked_at_within_a_gigabyte(name):
    """Without pooling, all patches of the covered copies at once would be 43 gibibytes."""
    rng = np.random.default_rng(0)
    layers = [Conv2D(3, 8, 3, rng=rng), ReLU(), GlobalAvgPool2D(), Dense(8, 4, rng=rng)]
    network, photo = Sequential(layers), load_photo()
    tracemalloc.start()
    found = LOOKS[name](network, photo)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    shapes = {"grad_cam": (1, 598, 510), "activity": (8,), "ablation": (8,)}
    assert found.shape == shapes.get(name, (1, 600, 512))
    assert found.any() and peak < 8e8


@pytest.mark.parametrize("unit", [4, -1, 1.0, "1"])
def test_a_unit_out_of_range_is_refused(network, x, unit):
    with pytest.raises(ValueError, match=r"unit is .*, expected 0 to 3"):
        interpret.activations(network, x, "conv1", unit)
    with pytest.raises(ValueError, match=r"unit is .*, expected 0 to 3"):
        interpret.maximise(network, "conv1", unit)


@pytest.mark.parametrize("classes", [3, -1, np.array([0, 1, 3])])
def test_a_class_out_of_range_is_refused(network, x, classes):
    looks = [interpret.class_gradient, interpret.saliency, interpret.smooth_grad]
    looks += [interpret.gradient_times_input, interpret.occlusion]
    looks += [lambda *a: interpret.grad_cam(*a, "relu1")]
    for method in looks:
        with pytest.raises(ValueError, match="expected 0 to 2$"):
            method(network, x, classes)


def test_classes_are_integers_one_an_image(network, x):
    with pytest.raises(TypeError, match="integers"):
        interpret.saliency(network, x, 1.0)
    with pytest.raises(ValueError, match=r"expected \(3,\)"):
        interpret.saliency(network, x, np.array([1, 2]))


def test_a_look_at_each_step_leaves_training_as_it_is_bit_for_bit():
    """Every function of interpret and of look, called while a network trains."""
    x, labels = draw((12, 1, 10, 10), np.float32), np.arange(12) % 3
    x = np.clip(x, 0, 1)

    def train(callback=None):
        rng = np.random.default_rng(0)
        body = Sequential([Conv2D(4, 4, 3, pad=1, rng=rng), BatchNorm(4), ReLU()])
        layers = [Conv2D(1, 4, 3, rng=rng), BatchNorm(4), ReLU(), MaxPool2D(2), Residual(body)]
        layers += [Dropout(0.3, rng=1), Flatten(), Dense(64, 8, rng=rng), ReLU(), Dropout(rng=2)]
        network = Sequential([*layers, Dense(8, 3, rng=rng)], (1, 10, 10))
        callbacks = [] if callback is None else [callback]
        fit(network, (x, labels), epochs=2, batch_size=4, progress=False, callbacks=callbacks)
        return network

    def looks(network):
        yield look.layers, (network,)
        yield look.plot_filters, (network,)
        yield look.plot_spectrum, (network,)
        yield look.plot_feature_maps, (network, x[0], "residual1")
        yield look.plot_most_exciting, (network, x, "relu1", [1], 2)
        yield look.plot_receptive_field, (network, "pool1")
        yield look.plot_saliency, (network, x[:1])
        yield look.plot_maximised, (network, None, [0])
        yield look.plot_ablation, (network, x, labels)
        yield look.plot_embedding, (network, x, labels)
        yield look.plot_fooled, (network, x[:2], labels[:2])
        yield interpret.inference, (network,)
        yield parts.path, (network, "residual1.stack1.conv1")
        yield parts.all_layers, (network,)
        yield parts.upto, (network, "norm1")
        yield parts.split, (network, "dropout1")
        yield interpret.activations, (network, x, "dropout1")
        yield interpret.activity, (network, x, "relu1")
        yield interpret.ablation, (network, x, labels, "relu1")
        yield parts.receptive_field, (network, "residual1.stack1.conv1")
        yield interpret.effective_field, (network, x, "pool1", 1, 1)
        yield interpret.input_gradient, (network, x, "dense1", 1.0)
        yield interpret.class_gradient, (network, x, 1)
        yield interpret.saliency, (network, x, 1)
        yield interpret.smooth_grad, (network, x, 1)
        yield interpret.gradient_times_input, (network, x, 1)
        yield interpret.occlusion, (network, x[:1], 1)
        yield interpret.grad_cam, (network, x, 1, "residual1")
        yield parts.onto_image, (network, x[:, 0, :4, :4], "pool1")
        yield interpret.randomised, (network, ["dense1"])
        yield interpret.maximise, (network, "dense2", 1, 3)
        yield interpret.climb, (network, "dense2", 1)
        yield interpret.fast_gradient_sign, (network, x, labels, 0.1)
        yield interpret.check_cover, (network, x, 3, 1)

    def watch(run):
        if run.batch == 1:
            for function, arguments in looks(run.network):
                before = modes(run.network)
                made = function(*arguments)
                if inspect.isgenerator(made):
                    list(itertools.islice(made, 3))
                assert modes(run.network) == before, function.__name__

    own = {
        function
        for module in (parts, interpret, look)
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
    }
    taken = {f for f in own if {"network", "filters"} & set(inspect.signature(f).parameters)}
    within = {look.first, look.last_maps, look.as_images, look.bank, look.check_network}
    assert taken <= {f for f, _ in looks(train())} | within
    undisturbed, watched = train(), train(watch)
    for name, value in {**undisturbed.params, **undisturbed.state}.items():
        np.testing.assert_array_equal({**watched.params, **watched.state}[name], value)


# --------------------------------------------------------------------------- filters and maps


def test_strengths_are_lengths():
    w = np.zeros((2, 1, 2, 2))
    w[0, 0] = [[1, 2], [2, 4]]
    assert interpret.strengths(w).tolist() == [5, 0]


def test_activity_counts_what_is_above_0():
    conv = Conv2D(1, 3, 1)
    conv.params["w"][:, 0, 0, 0] = 1, -1, -1
    conv.params["b"][:] = 0, 0, -1
    x = np.zeros((2, 1, 2, 2), np.float32)
    x[0], x[1, 0, 0, 0] = 1, -0.5
    assert interpret.activity(Sequential([conv]), x, "conv1").tolist() == [0.5, 0.125, 0]


def test_activity_of_many_images_is_that_of_all_at_once():
    network = Sequential([Conv2D(1, 2, 1, rng=0), Flatten(), Dense(8, 3, rng=0)])
    x = draw((1100, 1, 2, 2), np.float32)
    for name, y in network.steps(x):
        axes = (0, *range(2, y.ndim))
        np.testing.assert_allclose(interpret.activity(network, x, name), (y > 0).mean(axes))


@pytest.mark.parametrize("size", [(3, 3), (33, 33), (16, 51)])
def test_spectrum_is_the_gain_of_each_wave(size):
    w = np.random.default_rng(0).standard_normal((2, *size))
    found = interpret.spectrum(w, 16)
    assert found.shape == (2, 16, 16) and interpret.spectrum(w).shape == (2, 32, 32)
    rows, columns = np.mgrid[: size[0], : size[1]]
    for u, v in [(0, 0), (3, 0), (-5, 2), (-8, 7)]:
        wave = np.exp(2j * np.pi * (u * rows + v * columns) / 16)
        gain = np.abs((w * wave).sum(axis=(1, 2)))
        np.testing.assert_allclose(found[:, 8 + u, 8 + v], gain)


def test_ablation_by_hand():
    """Class 0 is read from channel 0 alone and class 1 from channel 1; channel 2 is idle."""
    conv = Conv2D(2, 3, 1)
    conv.params["w"][...] = np.eye(3, 2)[:, :, None, None]
    dense = Dense(3, 2)
    dense.params["w"][...] = np.eye(3, 2)
    dense.params["b"][...] = 0.1, 0
    network = Sequential([conv, ReLU(), GlobalAvgPool2D(), dense])
    labels = np.array([0, 0, 0, 1])
    x = np.zeros((4, 2, 2, 2), np.float32)
    x[np.arange(4), labels] = 1
    # Without channel 1 the bias answers 0; without channel 0 it still does.
    many = np.tile(x, (151, 1, 1, 1)), np.tile(labels, 151)  # more than go forward at a time
    found = interpret.ablation(network, *many, "relu1")
    assert found.tolist() == [1, 0.75, 1]


def test_ablation_refuses_labels_that_do_not_fit_and_none_at_all(network, x):
    with pytest.raises(ValueError, match=r"labels have shape \(2,\), expected \(3,\)"):
        interpret.ablation(network, x, np.array([0, 1]), "relu1")
    with pytest.raises(ValueError, match=r"labels have shape \(0,\), expected \(1,\)"):
        interpret.ablation(network, x[:0], np.zeros(0, int), "relu1")


# --------------------------------------------------------------------------- what a unit sees


def test_effective_field_is_the_mean_size_of_the_gradient(network, x):
    sizes = []
    for n in range(len(x)):
        dy = np.zeros((4, 4, 4))
        dy[:, 1, 2] = 1
        dx = interpret.input_gradient(network, x[n : n + 1], "pool1", dy)[0]
        sizes.append(np.abs(dx[0]) + np.abs(dx[1]))
    found = interpret.effective_field(network, x, "pool1", 1, 2)
    np.testing.assert_allclose(found, sum(sizes) / 3)


@pytest.mark.parametrize(
    "use",
    [
        lambda network: parts.receptive_field(network, "relu1"),
        lambda network: parts.onto_image(network, np.ones((1, 2, 2)), "relu1"),
        lambda network: interpret.maximise(network, "relu1", 0),
        lambda network: look.plot_receptive_field(network, "relu1"),
        look.plot_maximised,
        lambda network: Residual(network).summary(),
        lambda network: Residual(ReLU()).summary(),
    ],
)
def test_what_needs_the_shape_of_the_input_says_so_where_it_is_not_known(use):
    with pytest.raises(ValueError, match="input_shape is not known, expected one such as"):
        use(Sequential([ReLU()]))


@pytest.mark.parametrize("layer, unit", [("conv2", 3), ("pool1", 0), ("dense1", 7), ("relu3", 7)])
def test_strongest_are_the_maxima(lenet, mnist_test, layer, unit):
    x = mnist_test[0][:700]
    found = interpret.strongest(interpret.activations(lenet, x, layer, unit), count=5)
    y = dict(lenet.steps(x))[layer][:, unit]
    strongest = sorted((float(np.max(y[n])) for n in range(len(x))), reverse=True)
    assert [value for *_, value in found] == pytest.approx(strongest[:5])
    for n, row, column, value in found:
        assert (y[n][row, column] if y.ndim == 3 else y[n]) == pytest.approx(value)


# --------------------------------------------------------------------------- where it looked


def test_class_gradient_is_the_numeric_one(network):
    x = draw((2, 2, 8, 9)).copy()
    classes = np.array([2, 0])
    numeric = numerical_gradient(lambda x: network.forward(x)[[0, 1], classes].sum(), x)
    analytic = interpret.class_gradient(network, x, classes)
    assert relative_error(analytic, numeric, floor=1e-6) < 1e-4
    np.testing.assert_allclose(
        interpret.saliency(network, x, classes), np.abs(numeric).max(axis=1), atol=1e-7
    )
    np.testing.assert_allclose(
        interpret.gradient_times_input(network, x, classes), (numeric * x).sum(axis=1), atol=1e-7
    )


def test_one_class_for_all_images(network, x):
    np.testing.assert_array_equal(
        interpret.saliency(network, x, 1), interpret.saliency(network, x, np.array([1, 1, 1]))
    )


def test_input_gradient_of_an_inner_layer_is_the_numeric_one(network):
    x = draw((1, 2, 8, 9)).copy()
    for layer in ("norm1", "residual1.stack1.conv1", "residual1"):
        dy = draw(interpret.activations(network, x, layer).shape)
        numeric = numerical_gradient(
            lambda x, layer=layer, dy=dy: (interpret.activations(network, x, layer) * dy).sum(), x
        )
        analytic = interpret.input_gradient(network, x, layer, dy)
        np.testing.assert_allclose(analytic, numeric, atol=1e-7)


def test_smooth_grad_is_the_mean_over_noisy_copies(network, x):
    rng = np.random.default_rng(5)
    noisy = [x + 0.3 * rng.standard_normal(x.shape) for _ in range(4)]
    mean = sum(interpret.class_gradient(network, copy, 1) for copy in noisy) / 4
    found = interpret.smooth_grad(network, x, 1, noise=0.3, count=4, rng=5)
    np.testing.assert_allclose(found, np.abs(mean).max(axis=1))
    np.testing.assert_allclose(
        interpret.smooth_grad(network, x, 1, noise=0, count=2), interpret.saliency(network, x, 1)
    )
    with pytest.raises(ValueError, match="count is 0, expected an integer, at least 1"):
        interpret.smooth_grad(network, x, 1, count=0)


def test_smooth_grad_keeps_float32():
    network = small_network(np.float32)
    assert interpret.smooth_grad(network, draw((1, 2, 8, 9), np.float32), 1).dtype == np.float32


def test_occlusion_by_brute_force(network, x):
    drop = interpret.occlusion(network, x, np.array([0, 1, 2]), size=3, value=0.5)
    for n, row, column in [(0, 0, 0), (1, 4, 8), (2, 7, 3)]:
        covered = x[n : n + 1].copy()
        for r, c in np.ndindex(8, 9):
            if abs(r - row) <= 1 and abs(c - column) <= 1:
                covered[0, :, r, c] = 0.5
        fall = network.forward(x[n : n + 1])[0, n] - network.forward(covered)[0, n]
        assert drop[n, row, column] == pytest.approx(fall)


def test_grad_cam_is_its_formula(network, x):
    maps = interpret.activations(network, x, "residual1")
    after = parts.split(network, "residual1")[1]

    def score(maps):
        return after.forward(maps)[:, 1].sum()

    alpha = numerical_gradient(score, maps.copy()).mean(axis=(2, 3))
    expected = np.maximum(np.einsum("nf,nfhw->nhw", alpha, maps), 0)
    assert expected.any() and not expected.all()
    np.testing.assert_allclose(interpret.grad_cam(network, x, 1, "residual1"), expected, atol=1e-7)


def test_grad_cam_needs_maps_that_all_goes_through(network, x):
    with pytest.raises(ValueError, match="flatten1 returns shape"):
        interpret.grad_cam(network, x, 1, "flatten1")
    with pytest.raises(KeyError, match="no layer 'residual1.stack1'"):
        interpret.grad_cam(network, x, 1, "residual1.stack1")


def test_randomised_shuffles_the_layers_named_and_no_other(network):
    twin = interpret.randomised(network, ["dense1", "residual1"], rng=1)
    for name, value in network.params.items():
        other = twin.params[name]
        same = np.array_equal(value, other)
        assert same == (not name.startswith(("dense1", "residual1")) or not value.any()), name
        np.testing.assert_array_equal(np.sort(value.ravel()), np.sort(other.ravel()))


def test_rank_correlation():
    a = np.array([[1.0, 5], [3, 2]])
    assert interpret.rank_correlation(a, np.exp(a)) == pytest.approx(1)
    assert interpret.rank_correlation(a, -a) == pytest.approx(-1)
    # Equal numbers share a rank: 2 2 2 4 5 and 2 2 2 5 4.
    assert interpret.rank_correlation([0, 0, 0, 1, 2], [0, 0, 0, 2, 1]) == pytest.approx(7 / 8)
    assert interpret.rank_correlation(a, np.ones((2, 2))) == 0
    noise = np.random.default_rng(0).random((2, 5000))
    assert abs(interpret.rank_correlation(*noise)) < 0.05


# --------------------------------------------------------------------------- images made to order


@pytest.mark.parametrize("layer, unit", [("conv1", 0), ("conv2", 3), ("dense1", 2), ("dense2", 7)])
@pytest.mark.parametrize("options", [{}, {"jitter": 1, "blur": 0.5, "decay": 0.02}])
def test_maximise_raises_the_activation_asked_for(lenet, mnist_test, layer, unit, options):
    image = interpret.maximise(lenet, layer, unit, steps=60, **options)
    assert image.shape == (1, 28, 28) and image.dtype == np.float32
    assert image.min() >= 0 and image.max() <= 1
    y = interpret.activations(lenet, image[None], layer)[0, unit]
    response = y[tuple(size // 2 for size in y.shape)]
    typical = interpret.activations(lenet, mnist_test[0][:500], layer, unit)
    assert response > np.quantile(typical, 0.95)


def test_maximise_changes_only_what_the_unit_sees(lenet):
    start = interpret.maximise(lenet, "conv1", 2, steps=0)
    image = interpret.maximise(lenet, "conv1", 2, steps=20)
    rows, columns = parts.receptive_field(lenet, "conv1", 12, 12)
    changed = np.argwhere((image != start)[0])
    assert changed.min(axis=0).tolist() >= [rows[0], columns[0]]
    assert changed.max(axis=0).tolist() <= [rows[-1], columns[-1]]
    # A convolution's gradient is its filter: what is bright is what the filter weighs positively.
    w = lenet["conv1"].params["w"][2, 0]
    patch = image[0, rows.start : rows.stop, columns.start : columns.stop]
    assert np.array_equal(patch[np.abs(w) > 0.2] > 0.5, w[np.abs(w) > 0.2] > 0)


def test_maximise_says_that_a_dead_unit_cannot_be_driven(lenet):
    with pytest.raises(ValueError, match="no pixel moves unit 11 of relu1: try the layer before"):
        interpret.maximise(lenet, "relu1", 11)


def test_maximise_climbs_a_slope_however_gentle():
    """Squared, such gradients are 0 in float32."""
    tower = depth.tower(15, Sigmoid, small)
    tower.input_shape = (1, 28, 28)
    found = interpret.maximise(tower, "dense1", 0, steps=2, blur=0.6)
    assert np.isfinite(found).all() and 0 < found.std()


@pytest.mark.parametrize(
    "use",
    [
        lambda network, x, number: interpret.fast_gradient_sign(
            network, x, np.zeros(3, int), number
        ),
        lambda network, x, number: interpret.smooth_grad(network, x, 0, noise=number, count=2),
        lambda network, x, number: interpret.maximise(
            network, "conv2", 0, steps=2, rate=number, decay=number, blur=number
        ),
    ],
)
def test_numbers_of_numpy_do_as_those_of_python(lenet, mnist_test, use):
    found = [use(lenet, mnist_test[0][:3], number) for number in (0.1, np.float64(0.1))]
    assert found[1].dtype == np.float32
    np.testing.assert_array_equal(*found)


def test_smooth_keeps_a_flat_image_and_spreads_a_dot():
    flat = np.full((1, 1, 6, 7), 0.3, np.float32)
    np.testing.assert_allclose(interpret.smooth(flat, 1.0), flat, rtol=1e-6)
    dot = np.zeros((21, 21))
    dot[10, 10] = 1
    spread = interpret.smooth(dot, 1.5)
    variance = (spread.sum(axis=0) * (np.arange(21) - 10) ** 2).sum()
    assert variance == pytest.approx(1.5**2, rel=0.01)
    assert interpret.smooth(dot, 0) is dot


def test_fast_gradient_sign_moves_each_pixel_by_eps_and_raises_the_loss(network):
    x = np.random.default_rng(0).uniform(0.2, 0.8, (3, 2, 8, 9))
    labels = np.array([0, 1, 2])
    moved = interpret.fast_gradient_sign(network, x, labels, 0.05)
    size = np.abs(moved - x)
    assert np.all((size < 1e-12) | (np.abs(size - 0.05) < 1e-12)) and (size > 0.01).mean() > 0.9
    before, after = (network.forward(images)[np.arange(3), labels] for images in (x, moved))
    assert np.all(after < before) and moved.dtype == x.dtype


def test_fast_gradient_sign_takes_an_eps_an_image_and_keeps_the_dtype(lenet, mnist_test):
    x, labels, sizes = mnist_test[0][:2], np.zeros(2, int), (0.0, 0.1)
    moved = interpret.fast_gradient_sign(lenet, x, labels, np.reshape(sizes, (2, 1, 1, 1)))
    each = [interpret.fast_gradient_sign(lenet, x, labels, eps)[k] for k, eps in enumerate(sizes)]
    np.testing.assert_array_equal(moved, each)
    assert moved.dtype == np.float32


def test_principal_components_find_the_long_axis():
    rng = np.random.default_rng(0)
    long, short = rng.standard_normal((2, 500, 1)) * [[[10]], [[1]]]
    features = long * [0.6, 0.8, 0] + short * [0, 0, 1] + [5, 5, 5]
    places, shares = interpret.principal_components(features)
    assert np.abs(np.corrcoef(places[:, 0], long[:, 0])[0, 1]) > 0.999
    assert shares[0] > 0.97 and shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-9)
