"""The explorer that clicks blocks together, driven without a browser."""

import ast
from pathlib import Path

import nbformat
import numpy as np
import pytest

from cnnlib import datasets, models, training
from cnnlib.widgets.start import BLOCKS, PRESETS, BlockExplorer, build_blocks, code_of, read_block

LESSON = Path(__file__).resolve().parent.parent / "notebooks" / "00_start_here.ipynb"


@pytest.fixture
def explorer():
    explorer = BlockExplorer()
    explorer.controls["preset"].value = "LeNet"
    return explorer


def click(explorer, **values):
    """Choose a block and its numbers, then press Add."""
    for name, value in values.items():
        explorer.controls[name].value = value
    explorer.add.click()


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Conv2D 16 5", ("Conv2D", [16, 5])),
        ("  Dense   50 ", ("Dense", [50])),
        ("MaxPool2D 2", ("MaxPool2D", [2])),
        ("relu", ("ReLU", [])),
    ],
)
def test_blocks_are_read(text, expected):
    assert read_block(text) == expected


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "no block ''"),
        ("Conv3D 1 2", "no block 'Conv3D', expected one of Conv2D, ReLU"),
        ("Conv2D 16", "takes filters and kernel"),
        ("Dense", "takes a number, as in 'Dense 2'"),
        ("Dense 0", "takes a number"),
        ("Dense -3", "takes a number"),
        ("MaxPool2D 2.5", "takes a number"),
        ("ReLU 3", "takes no number"),
    ],
)
def test_what_is_no_block_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        read_block(text)


@pytest.mark.parametrize(
    "preset, name", [("the plain network", "mlp"), ("the book's CNN", "simple_convnet")]
)
def test_presets_are_the_networks_of_the_zoo(preset, name):
    for chosen, known in ((preset, name), ("LeNet", "lenet5")):
        built = build_blocks(PRESETS[chosen]).summary()
        assert str(built) == str(models.build(known).summary())


def test_what_is_built_computes():
    network = build_blocks(["Conv2D 4 3", "Sigmoid", "MaxPool2D 2", "Flatten", "Dense 10"])
    assert network.forward(np.zeros((2, 1, 28, 28), np.float32)).shape == (2, 10)


@pytest.mark.parametrize(
    "texts, message",
    [
        (["Dense 10"], "dense1"),
        (["Conv2D 8 5", "Dense 10"], "dense1"),
        (["Flatten", "Conv2D 8 5"], "conv1"),
        (["Conv2D 8 9"] * 4, "conv4"),
        (["ReLU"] * 15, "at most 14"),
        (["Flatten", "Dense 99999999"], "weights, at most 20,000,000"),
        (["Conv2D 99999999 5"], "more than 20,000,000 weights"),
    ],
)
def test_what_does_not_fit_is_named(texts, message):
    with pytest.raises(ValueError, match=message):
        build_blocks(texts)


def test_it_opens_with_a_beginning_and_says_what_is_missing():
    explorer = BlockExplorer()
    assert not explorer.problem and bytes(explorer.image.value[:4]) == b"\x89PNG"
    assert "3 blocks, 208 parameters" in explorer.text and "Flatten, then Dense 10" in explorer.text
    assert explorer.values()["preset"] == "one convolution"


def test_lenet_is_a_preset(explorer):
    assert "10 blocks, 80,202 parameters" in explorer.text
    assert "dense1 holds 82 % of the parameters." in explorer.text
    assert "this can be trained to read" in explorer.text
    explorer.set(preset="the book's CNN")  # of 433,890, all but 1,790
    assert "dense1 holds over 99 % of the parameters." in explorer.text
    explorer.set(stack=["Conv2D 8 3"])
    assert "conv1 holds 100 % of the parameters." in explorer.text


def test_a_network_is_clicked_together(explorer):
    explorer.controls["preset"].value = "nothing"
    click(explorer, block="Conv2D", size=8, kernel=3)
    assert explorer.controls["stack"].value == ["Conv2D 8 3"]
    assert "8 × 26 × 26 numbers" in explorer.text and "has to end in ten numbers" in explorer.text
    click(explorer, block="MaxPool2D", kernel=2)
    click(explorer, block="Flatten")
    click(explorer, block="Dense", size=10)
    assert "this can be trained to read" in explorer.text
    assert explorer.network.forward(np.zeros((1, 1, 28, 28), np.float32)).shape == (1, 10)
    explorer.remove.click()
    assert explorer.controls["stack"].value == ["Conv2D 8 3", "MaxPool2D 2", "Flatten"]


@pytest.mark.parametrize("block", list(BLOCKS))
def test_every_block_can_be_added(explorer, block):
    explorer.controls["preset"].value = "nothing"
    click(explorer, block=block)
    stack = explorer.controls["stack"].value
    assert len(stack) == 1 and read_block(stack[0])[0] == block


def test_without_flatten_the_dense_block_complains_and_the_picture_stays(explorer):
    before = explorer.image.value, explorer.text
    stack = explorer.controls["stack"]
    stack.value = [block for block in stack.value if block != "Flatten"]
    assert "dense1" in explorer.problem and explorer.problem.split(":")[0] in explorer.warning.value
    assert (explorer.image.value, explorer.text) == before
    explorer.controls["preset"].value = "the plain network"
    assert not explorer.problem and not explorer.warning.value


def test_a_typed_block_that_does_not_exist_is_refused(explorer):
    explorer.controls["stack"].value = ["Convolution"]
    assert "there is no block 'Convolution'" in explorer.problem


def test_a_preset_can_be_chosen_again_after_a_change(explorer):
    explorer.remove.click()
    assert explorer.controls["preset"].value is None and "9 blocks" in explorer.text
    explorer.controls["preset"].value = "LeNet"
    assert "10 blocks" in explorer.text


def test_removing_from_nothing_changes_nothing(explorer):
    explorer.controls["preset"].value = "nothing"
    explorer.remove.click()
    assert explorer.controls["stack"].value == [] and not explorer.problem


def run_code(code, monkeypatch):
    """Run code as a cell would, on few images; return what was built, its weights, its history."""
    rng, names, found = np.random.default_rng(0), {}, {}
    pair = rng.random((64, 1, 28, 28), np.float32), rng.integers(0, 10, 64)
    fit = training.fit

    def spy(network, train, **terms):
        found["before"] = {name: p.copy() for name, p in network.params.items()}
        found["history"] = fit(network, train, batch_size=64, progress=False, **terms)

    monkeypatch.setattr(datasets, "load_mnist", lambda: (pair, pair))
    monkeypatch.setattr(training, "fit", spy)
    exec(code, names)
    return names["mine"], found


@pytest.mark.parametrize("preset", [name for name in PRESETS if "Dense 10" in PRESETS[name]])
def test_the_code_builds_and_trains_the_network_that_was_clicked(
    explorer, preset, monkeypatch, capsys
):
    explorer.controls["preset"].value = preset
    network, found = run_code(explorer.code.value, monkeypatch)
    built = explorer.network
    assert str(network) == str(built) and list(network.layers) == list(built.layers)
    for name, layer in built.layers.items():
        assert repr(network[name]) == repr(layer) and type(network[name]) is type(layer)
        for key, p in layer.params.items():
            np.testing.assert_array_equal(found["before"][f"{name}.{key}"], p)
    assert len(found["history"].losses) == 1
    changed = [not np.array_equal(p, network.params[n]) for n, p in found["before"].items()]
    assert all(changed) and "of the test images are read right" in capsys.readouterr().out


@pytest.mark.parametrize(
    "stack",
    [
        ["Conv2D 4 3", "Sigmoid", "MaxPool2D 3", "Flatten", "Dense 20", "ReLU", "Dense 10"],
        ["MaxPool2D 4", "Flatten", "Dense 10"],
        ["Conv2D 8 5", "ReLU"],
        ["Flatten", "Dense 11"],
        [],
    ],
)
def test_the_code_follows_what_is_clicked(explorer, stack, monkeypatch):
    explorer.controls["stack"].value = stack
    network, found = run_code(explorer.code.value, monkeypatch)
    x = np.random.default_rng(0).random((3, 1, 28, 28), np.float32)
    if stack[-1:] == ["Dense 10"]:
        assert len(found["history"].losses) == 1
        for name, p in found["before"].items():
            network.params[name][...] = p
    else:
        assert not found and "cannot be trained to read digits yet" in explorer.code.value
    np.testing.assert_array_equal(network.forward(x), explorer.network.forward(x))


def test_the_code_leaves_the_variables_of_the_lesson_alone(explorer):
    lesson = nbformat.read(LESSON, as_version=4)
    codes = [cell.source for cell in lesson.cells if cell.cell_type == "code"]
    used, made = [
        {node.id for code in some for node in ast.walk(ast.parse(code)) if stored(node)}
        for some in (codes, [explorer.code.value])
    ]
    assert {"network", "plain"} <= used and {"mine", "layers"} <= made
    assert not used & made


def stored(node):
    """Say whether a node of a syntax tree is a variable that is given a value."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def test_the_code_is_folded_away_and_says_what_is_impossible(explorer):
    assert explorer.children[-2:] == (explorer.show, explorer.code)
    assert explorer.code.layout.display == "none"
    explorer.show.value = True
    assert explorer.code.layout.display == "flex"
    assert explorer.code.rows > len(explorer.code.value.splitlines())
    explorer.show.value = False
    assert explorer.code.layout.display == "none"
    stack = explorer.controls["stack"]
    stack.value = [block for block in stack.value if block != "Flatten"]
    assert explorer.code.value == f"# Not possible: {explorer.problem}\n"
    explorer.controls["preset"].value = "LeNet"
    assert explorer.code.value == code_of(explorer.network)
