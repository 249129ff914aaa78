import errno
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnnlib.files import load_arrays, save_arrays
from cnnlib.gradcheck import assert_gradients, check_layer, kink_free
from cnnlib.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.dropout import Dropout
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.network import Residual, Sequential

from .helpers import assert_keeps_its_promises, draw


def small_network(seed=0, **options):
    rng = np.random.default_rng(seed)
    layers = [
        *(Conv2D(1, 4, 3, rng=rng), BatchNorm(4), ReLU(), MaxPool2D(2)),
        *(Residual(Conv2D(4, 4, 3, pad=1, rng=rng)), Flatten(), Dense(36, 5, rng=rng)),
    ]
    return Sequential(layers, **options)


def nested(seed=0):
    """Blocks in blocks, with every kind of Residual."""
    rng = np.random.default_rng(seed)
    body = Sequential([Conv2D(3, 3, 3, pad=1, rng=rng), Sigmoid(), Conv2D(3, 3, 1, rng=rng)])
    wider = Residual(
        Sequential([Conv2D(3, 4, 3, stride=2, pad=1, rng=rng), ReLU()]),
        Conv2D(3, 4, 1, stride=2, rng=rng),
    )
    layers = [
        Conv2D(2, 3, 1, rng=rng),
        Residual(body),
        wider,
        GlobalAvgPool2D(),
        Dense(4, 2, rng=rng),
    ]
    return Sequential([Sequential(layers[:3]), *layers[3:]])


# --------------------------------------------------------------------------- forward, backward


def test_forward_and_backward_are_those_of_the_layers_in_turn():
    net, x = small_network(), draw((3, 1, 8, 8), np.float32)
    y = net.forward(x)
    expected = x
    for layer in small_network().layers.values():
        expected = layer.forward(expected)
    np.testing.assert_array_equal(y, expected)
    assert [name for name, _ in net.steps(x)] == list(net.layers)
    np.testing.assert_array_equal(dict(net.steps(x))["dense1"], y)


@pytest.mark.parametrize("training", [False, True])
def test_promises_are_kept(training):
    assert_keeps_its_promises(small_network(), (3, 1, 8, 8), training)
    assert_keeps_its_promises(nested(), (3, 2, 5, 6), training)


@pytest.mark.parametrize("training", [False, True])
def test_gradients_are_numerically_right(training):
    net = small_network()
    net.training = training
    report = check_layer(net, kink_free((2, 1, 8, 8), np.random.default_rng(0)), max_entries=30)
    assert report.ok, report
    assert {row.name for row in report} == {"x", *net.params}


@pytest.mark.parametrize(
    "layer",
    [
        Residual(Conv2D(2, 2, 3, pad=1, rng=0)),
        Residual(Conv2D(2, 3, 3, stride=2, pad=1, rng=0), Conv2D(2, 3, 1, stride=2, rng=1)),
        Residual(Sequential([ReLU(), Residual(Sigmoid())])),
        nested(),
    ],
    ids=["plain", "shortcut", "residual in residual", "nested"],
)
def test_the_gradients_of_residual_blocks_are_numerically_right(layer):
    assert_gradients(layer, kink_free((2, 2, 6, 5), np.random.default_rng(1)))


def test_residual_by_hand():
    block = Residual(ReLU())
    np.testing.assert_array_equal(block.forward(np.array([[-1.0, 2]])), [[-1, 4]])
    np.testing.assert_array_equal(block.backward(np.array([[3.0, 5]])), [[3, 10]])


def test_residual_first_without_input_gradient():
    net = Sequential([Residual(Dense(3, 3, rng=0), Dense(3, 3, rng=1)), Dense(3, 2, rng=2)])
    net.input_gradient = False
    y = net.forward(draw((2, 3), np.float32))
    assert net.backward(y) is None
    assert net.grads.keys() == net.params.keys()
    assert Residual(ReLU()).input_gradient


def test_a_part_that_wants_no_input_gradient_leaves_the_whole_as_it_was():
    net = Sequential([Dense(3, 3, rng=0), Dense(3, 2, rng=1)])
    part, x = Sequential([net["dense2"]]), draw((2, 3), np.float32)
    part.input_gradient = False
    assert part.backward(part.forward(x)) is None
    assert all(layer.input_gradient for layer in net.walk())
    assert net.backward(net.forward(x)).shape == x.shape


def test_a_network_without_layers_returns_what_it_gets():
    net, x = Sequential([]), draw((2, 3))
    np.testing.assert_array_equal(net.forward(x), x)
    np.testing.assert_array_equal(net.backward(x), x)
    assert net.output_shape((3,)) == (3,) and net.params == {}


# --------------------------------------------------------------------------- names, flags, dtype


def test_layers_are_named_by_kind_and_order():
    net = small_network()
    assert list(net.layers) == "conv1 norm1 relu1 pool1 residual1 flatten1 dense1".split()
    assert list(net.params) == [
        *("conv1.w", "conv1.b", "norm1.gamma", "norm1.beta"),
        *("residual1.conv1.w", "residual1.conv1.b", "dense1.w", "dense1.b"),
    ]
    assert list(net.state) == ["norm1.mean", "norm1.var"]
    assert net["conv1"] is net.layers["conv1"]
    assert net.params["conv1.w"] is net["conv1"].params["w"]
    others = [ReLU(), LeakyReLU(), Sigmoid(), Tanh(), Dropout(), AvgPool2D(2), GlobalAvgPool2D()]
    names = ["relu1", "relu2", "sigmoid1", "tanh1", "dropout1", "pool1", "pool2"]
    assert list(Sequential(others).layers) == names
    assert "stack1.residual1.stack1.conv2.w" in nested().params


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(KeyError, match="no layer 'conv9', the layers are conv1, norm1, relu1"):
        small_network()["conv9"]


def test_training_reaches_every_layer():
    dropout = Dropout(0.5)
    net = Sequential([Residual(Sequential([BatchNorm(3), dropout])), Dense(3, 2)])
    for flag in (True, False):
        net.training = flag
        assert dropout.training is flag and net["residual1"].body["norm1"].training is flag
        assert net.training is flag and net["residual1"].training is flag


def test_astype_reaches_every_array():
    net = nested()
    assert net.astype(np.float64) is net
    small = small_network().astype(np.float64)
    arrays = [*net.params.values(), *small.params.values(), *small.state.values()]
    assert {a.dtype for a in arrays} == {np.dtype(np.float64)}
    y = net.forward(draw((2, 2, 6, 6)))
    assert y.dtype == np.float64 and net.backward(y).dtype == np.float64


def test_astype_reaches_the_numbers_that_a_block_holds_beside_its_layers():
    class Gain(Residual):
        params = {"gain": np.ones(1, np.float32)}

    assert Gain(ReLU()).astype(np.float64).params["gain"].dtype == np.float64


def test_walk_yields_every_layer():
    kinds = [type(layer).__name__ for layer in small_network().walk()]
    assert kinds[:6] == ["Sequential", "Conv2D", "BatchNorm", "ReLU", "MaxPool2D", "Residual"]
    assert kinds.count("Conv2D") == 2


# --------------------------------------------------------------------------- errors


def test_a_shape_that_does_not_fit_is_refused_at_construction_and_the_layer_is_named():
    layers = [Conv2D(1, 4, 3), ReLU(), Conv2D(3, 4, 3)]
    with pytest.raises(
        ValueError, match=r"^conv2, Conv2D\(3, 4, \(3, 3\)\): x has shape \(N, 4, 6"
    ):
        Sequential(layers, input_shape=(1, 8, 8))
    with pytest.raises(ValueError, match=r"^dense1, Dense\(5, 2\): .* put a Flatten before it"):
        Sequential([MaxPool2D(2), Dense(5, 2)], input_shape=(1, 8, 8))
    with pytest.raises(ValueError, match=r"^pool2, .*: kernel spans 3 pixels, more than the 2"):
        Sequential([MaxPool2D(4), MaxPool2D(3)], input_shape=(1, 8, 8))


def test_a_shape_that_does_not_fit_is_refused_at_first_use_before_any_layer_runs():
    net = Sequential([BatchNorm(2), Conv2D(2, 4, 3), Flatten(), Dense(7, 2)])
    net.training = True
    for use in (net.forward, lambda x: list(net.steps(x))):
        with pytest.raises(
            ValueError, match=r"^dense1, Dense\(7, 2\): x has shape \(N, 16\), expected"
        ):
            use(draw((3, 2, 4, 4), np.float32))
    np.testing.assert_array_equal(net.state["norm1.mean"], 0)


def test_an_error_within_blocks_names_the_way_to_the_layer():
    block = Residual(Sequential([Conv2D(4, 4, 3, pad=1), Conv2D(5, 4, 3)]))
    with pytest.raises(ValueError, match=r"^residual1, .*: .*conv2, Conv2D\(5, 4"):
        Sequential([Conv2D(1, 4, 1), block], input_shape=(1, 8, 8))


def test_dtypes_that_do_not_fit_are_refused_and_the_parameter_is_named():
    with pytest.raises(TypeError, match="x is float64, conv1.w is float32: convert one"):
        small_network().forward(draw((3, 1, 8, 8)))
    with pytest.raises(TypeError, match="x is uint8, expected an array of floats such as float32"):
        small_network().forward(np.zeros((3, 1, 8, 8), np.uint8))


def test_ways_of_a_residual_block_that_do_not_meet_are_refused():
    with pytest.raises(ValueError, match=r"body returns \(4, 6, 6\) and the shortcut \(4, 8, 8\)"):
        Residual(Conv2D(4, 4, 3)).output_shape((4, 8, 8))
    block = Residual(Conv2D(1, 4, 1))
    for use in (block.forward, lambda x: list(block.steps(x))):
        with pytest.raises(ValueError, match=r"returns \(4, 8, 8\) and the shortcut \(1, 8, 8\)"):
            use(draw((2, 1, 8, 8), np.float32))  # would broadcast


def test_what_is_no_layer_and_what_comes_twice_is_refused():
    with pytest.raises(TypeError, match="layers holds 'relu', expected layers only"):
        Sequential([Flatten(), "relu"])
    relu = ReLU()
    with pytest.raises(ValueError, match=r"layers holds ReLU\(\) twice, expected each layer once"):
        Sequential([relu, Flatten(), relu])
    with pytest.raises(ValueError, match=r"layers holds ReLU\(\) twice"):
        Sequential([Sequential([relu]), Residual(Sequential([relu]))])


def test_a_residual_block_is_tabulated_and_walked_way_by_way():
    """Both ways start at the same x, unlike the layers of a Sequential."""
    block = Residual(Sequential([Conv2D(3, 6, 3, pad=1, rng=0)]), Conv2D(3, 6, 1, rng=1))
    rows = block.summary((3, 8, 8))
    assert [row[2:] for row in rows] == [((6, 8, 8), 168, 10368), ((6, 8, 8), 24, 1152)]
    x = draw((2, 3, 8, 8), np.float32)
    ways = dict(block.steps(x))
    assert list(ways) == ["stack1", "conv1"]
    np.testing.assert_array_equal(sum(ways.values()), block.forward(x))
    assert block.multiplications((3, 8, 8)) == 10368 + 1152


# --------------------------------------------------------------------------- summary


def test_summary_as_text():
    net = Sequential(
        [Conv2D(1, 30, 5), ReLU(), MaxPool2D(2), Flatten(), Dense(4320, 10)],
        input_shape=(1, 28, 28),
    )
    expected = """\
name      layer                        output shape  parameters  multiplications
--------------------------------------------------------------------------------
conv1     Conv2D(1, 30, (5, 5))        30 x 24 x 24         780          432,000
relu1     ReLU()                       30 x 24 x 24           0                0
pool1     MaxPool2D((2, 2), stride=2)  30 x 12 x 12           0                0
flatten1  Flatten()                    4320                   0                0
dense1    Dense(4320, 10)              10                43,210           43,200
--------------------------------------------------------------------------------
          total                                          43,990          475,200"""
    assert repr(net.summary()) == str(net.summary()) == expected


def test_summary_as_html():
    html = small_network().summary((1, 8, 8))._repr_html_()
    assert html.startswith("<table>") and html.endswith("</table>")
    assert html.count("<tr>") == html.count("</tr>") == 1 + 7 + 1
    for part in ("conv1", "Conv2D(1, 4, (3, 3))", "4 x 6 x 6", "total"):
        assert part in html
    assert f"{sum(p.size for p in small_network().params.values()):,}" in html


def test_summary_as_html_escapes_names():
    class Hostile(ReLU):
        kind = "<img src=x onerror=alert(1)>"

        def describe(self):
            return "<b>&"

    html = Sequential([Hostile()]).summary((1, 8, 8))._repr_html_()
    assert "<img" not in html and "<b>" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;1" in html and "Hostile(&lt;b&gt;&amp;)" in html


def test_summary_counts_blocks_as_a_whole():
    rows = {row[0]: row for row in small_network().summary((1, 8, 8))}
    assert rows["residual1"][2:] == ((4, 3, 3), 4 * 4 * 9 + 4, 4 * 4 * 9 * 9)
    assert nested().summary((2, 6, 6))[0][3] == sum(
        p.size for p in nested()["stack1"].params.values()
    )


def test_summary_without_a_shape_is_refused():
    with pytest.raises(ValueError, match="input_shape is not known, expected one such as"):
        small_network().summary()
    assert small_network(input_shape=(1, 8, 8)).summary()
    with pytest.raises(ValueError, match="^conv1, "):
        small_network().summary((2, 8, 8))


# --------------------------------------------------------------------------- files


def arrays_of(net):
    return {name: value.copy() for name, value in {**net.params, **net.state}.items()}


def assert_same(net, arrays):
    for name, value in arrays_of(net).items():
        np.testing.assert_array_equal(value, arrays[name])


@pytest.fixture
def saved(tmp_path):
    """A trained network's file, and its arrays."""
    net = small_network(seed=1)
    net.training = True
    net.forward(draw((3, 1, 8, 8), np.float32))
    net.save(tmp_path / "net.npz")
    return tmp_path / "net.npz", arrays_of(net)


def test_save_and_load(saved):
    path, arrays = saved
    net = small_network(seed=2)
    net.load(path)
    assert_same(net, arrays)
    assert os.listdir(path.parent) == ["net.npz"]
    net.load(str(path))
    wide = small_network(seed=2).astype(np.float64)
    wide.load(path)
    assert wide.params["conv1.w"].dtype == np.float64
    assert_same(wide, arrays)


def test_saving_again_replaces_and_makes_folders(saved):
    path, _ = saved
    for target in (path, path.parent / "a" / "b.npz"):
        net = small_network(seed=3)
        net.save(target)
        assert_same(net, load_arrays(target))


def test_a_full_disk_keeps_the_old_file_and_the_error_names_it(saved, monkeypatch):
    path, arrays = saved
    write = Path.write_bytes

    def fail(self, data):
        write(self, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="No space left on device: .*net.npz'"):
        small_network(seed=3).save(path)
    assert os.listdir(path.parent) == ["net.npz"]
    assert all(np.array_equal(value, arrays[name]) for name, value in load_arrays(path).items())


def test_a_name_that_does_not_end_in_npz_is_refused(tmp_path):
    with pytest.raises(ValueError, match="path is .*net.txt', expected a name that ends in .npz"):
        small_network().save(tmp_path / "net.txt")
    assert os.listdir(tmp_path) == []


def assert_refused(path, message, error=ValueError):
    net = small_network(seed=2)
    before = arrays_of(net)
    with pytest.raises(error, match=message):
        net.load(path)
    assert_same(net, before)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda a: a.pop("dense1.b"), "of another network: it lacks dense1.b and has nothing too"),
        (lambda a: a.update(extra=np.ones(1)), "it lacks nothing and has extra too much"),
        (
            lambda a: a.update({"dense1.w": np.ones((36, 6), "f")}),
            r"dense1.w has shape \(36, 6\) and dtype float32, expected \(36, 5\) and floats",
        ),
        (lambda a: a.update({"dense1.b": np.array(list("abcde"))}), "dense1.b has .* dtype <U1"),
        (lambda a: a.update({"dense1.b": np.ones(5, complex)}), "dense1.b has .* dtype complex"),
    ],
)
def test_a_file_of_another_network_is_refused_and_nothing_is_changed(saved, change, message):
    path, arrays = saved
    change(arrays)
    save_arrays(path, arrays)
    assert_refused(path, message)


DAMAGED = r"net.npz' is damaged or not an .npz file of plain arrays: "


def test_a_missing_file_is_named(tmp_path):
    assert_refused(tmp_path / "none.npz", "no file .*none.npz", FileNotFoundError)


def test_pickled_objects_are_refused_and_not_run(saved):
    path, arrays = saved

    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(path.parent / "trapped"),)

    arrays["dense1.b"] = np.array([Trap()], object)
    np.savez(path, **arrays)
    assert_refused(path, DAMAGED + "Object arrays cannot be loaded")
    path.write_bytes(__import__("pickle").dumps(Trap()))
    assert_refused(path, DAMAGED)
    assert os.listdir(path.parent) == ["net.npz"]


def test_other_files_by_that_name_are_refused(saved):
    path, _ = saved
    path.write_bytes(b"<html>404</html>")
    assert_refused(path, DAMAGED + "it is no zip archive")
    with open(path, "wb") as file:
        np.save(file, np.ones(3))
    assert_refused(path, DAMAGED)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("readme.txt", "no arrays here")
    assert_refused(path, DAMAGED)


def test_a_folder_and_a_file_that_may_not_be_read_are_called_what_they_are(saved, monkeypatch):
    path, _ = saved
    assert_refused(path.parent, "Is a directory|Permission denied", OSError)  # Windows: the other

    def refuse(self):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert_refused(path, "Permission denied: .*net.npz", PermissionError)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
@pytest.mark.parametrize("name", ["dense1.w", "norm1.mean"])
def test_weights_that_are_no_numbers_are_refused_and_nothing_is_changed(saved, name, value):
    path, arrays = saved
    arrays[name] = arrays[name].astype(np.float64)
    arrays[name].flat[0] = value
    save_arrays(path, arrays)
    assert_refused(path, f"net.npz cannot be used: {name} holds NaN, infinity")


def test_a_checkpoint_handed_to_load_is_called_one(saved):
    path, arrays = saved
    save_arrays(path, {"place": np.array("{}"), **arrays})
    assert_refused(path, "is a checkpoint: fit\\(checkpoint=..., resume=True\\) goes on from it")


def test_assign_copies():
    net, arrays = small_network(), arrays_of(small_network(seed=4))
    own = net.params["conv1.w"]
    net.assign(arrays)
    assert net.params["conv1.w"] is own
    arrays["conv1.w"][...] = 0
    assert (net.params["conv1.w"] != 0).all()


def test_a_summary_may_be_of_another_shape_than_the_networks_own():
    network = Sequential([ReLU()], input_shape=(1, 28, 28))
    assert "3 x 5 x 4" in str(network.summary((3, 5, 4)))
