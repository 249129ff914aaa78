"""The command line, on a little data, in this process and in one of its own."""

import importlib.metadata
import io
import os
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

from cnnlib import __version__, datasets, training
from cnnlib.__main__ import main
from cnnlib.exercises import grade, leaderboard, sheet
from cnnlib.files import load_arrays, save_arrays
from cnnlib.models import MODELS as ZOO
from cnnlib.models import WEIGHTS, build
from cnnlib.optimizers import OPTIMIZERS as RULES
from cnnlib.recipes import MODELS, QUICK, RATES, TRAINED
from tests.helpers import Broken


@pytest.fixture
def little(mnist, monkeypatch, tmp_path):
    """Two hundred images to learn from, a hundred to test on; results go to a folder for them."""
    monkeypatch.chdir(tmp_path)
    part = tuple((x[:n], labels[:n]) for (x, labels), n in zip(mnist, (200, 100), strict=True))
    monkeypatch.setattr(datasets, "load_mnist", lambda: part)
    return part


@pytest.mark.parametrize("model", MODELS)
def test_train_saves_weights_and_filters(model, little, tmp_path, capsys):
    assert main(["train", "--model", model, "--out", str(tmp_path), "--quiet"]) == 0
    out = capsys.readouterr().out
    assert "test accuracy" in out and "on 100 images" in out and "images/s" in out
    network = build(model, rng=1)
    network.load(tmp_path / f"{model}-mnist-seed0.npz")
    picture = tmp_path / f"{model}-mnist-seed0-filters.png"
    assert picture.exists() == (model != "mlp")
    if picture.exists():
        assert picture.read_bytes().startswith(b"\x89PNG")


def test_seed_decides_the_weights(little, tmp_path):
    for folder, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        main(["train", "--model=mlp", "--quiet", "--seed", seed, "--out", str(tmp_path / folder)])
    a, b, c = (
        load_arrays(tmp_path / folder / f"mlp-mnist-seed{seed}.npz")
        for folder, seed in (("a", 3), ("b", 3), ("c", 4))
    )
    assert all(np.array_equal(a[name], b[name]) for name in a)
    assert not np.array_equal(a["dense1.w"], c["dense1.w"])


@pytest.mark.parametrize("model", ["mlp", "convnet_bn"])
def test_resume_adds_epochs(model, little, tmp_path, capsys):
    options = ["train", "--model", model, "--quiet", "--schedule=constant", "--out", str(tmp_path)]
    assert main([*options, "--epochs=1"]) == 0
    assert main([*options, "--epochs=2", "--resume"]) == 0
    assert main(options[:-1] + [str(tmp_path / "whole"), "--epochs=2"]) == 0
    resumed = load_arrays(tmp_path / f"{model}-mnist-seed0.npz")
    whole = load_arrays(tmp_path / "whole" / f"{model}-mnist-seed0.npz")
    assert all(np.array_equal(resumed[name], whole[name]) for name in whole)


def asked_of_fit(options, monkeypatch):
    """Return what ``train`` asks `fit` to do, without doing it."""
    asked = {}

    def fit(network, data, test, **settings):
        asked.update(settings)
        raise ValueError("asked")

    monkeypatch.setattr(training, "fit", fit)
    assert main(["train", "--quiet", *options]) == 1
    return asked


@pytest.mark.parametrize("model", MODELS)
def test_what_is_not_asked_for_follows_the_model(model, little, monkeypatch):
    recipe = MODELS[model]
    asked = asked_of_fit(["--model", model], monkeypatch)
    assert (asked["epochs"], asked["batch_size"]) == (recipe["epochs"], recipe["batch"])
    distorted = model in ("convnet_bn", "resnet")
    assert (asked["augment"] is not None) == recipe["augment"] == distorted
    assert getattr(asked["loss"], "smoothing", 0) == recipe["smoothing"]
    assert (recipe["smoothing"] > 0) == (model == "convnet_bn")


def test_the_plain_command_is_one_quick_epoch(little, monkeypatch):
    asked = asked_of_fit([], monkeypatch)
    rates = [asked["optimizer"].rate(step) for step in range(7)]  # 200 images in steps of 32
    assert (asked["epochs"], asked["batch_size"], asked["augment"]) == (1, 32, None)
    assert max(rates) == pytest.approx(0.006, rel=0.05)


def test_what_is_asked_for_counts(little, monkeypatch):
    options = ["--model=convnet_bn", "--epochs=3", "--batch=50", "--no-augment", "--rate=0.1"]
    asked = asked_of_fit(options, monkeypatch)
    assert (asked["epochs"], asked["batch_size"], asked["augment"]) == (3, 50, None)
    assert max(asked["optimizer"].rate(step) for step in range(12)) == pytest.approx(0.1, rel=0.05)
    assert asked_of_fit(["--augment"], monkeypatch)["augment"] is not None


def test_the_lists_of_choices_are_complete():
    assert set(MODELS) == ZOO.keys() and RATES.keys() == RULES.keys()
    assert all(recipe.keys() == QUICK.keys() for recipe in MODELS.values())
    assert TRAINED.keys() == {path.stem for path in WEIGHTS.glob("*.npz")}


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--data=fashion", "--folder=/nowhere"], "nowhere"), (["--resume"], "no file")],
)
def test_errors_are_explained_in_a_line(options, message, little, tmp_path, capsys):
    assert main(["train", "--quiet", "--out", str(tmp_path), *options]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--epochs=0", "0, expected at least 1"),
        ("--rate=-1", "-1.0, expected more than 0"),
        ("--rate=inf", "inf, expected more than 0 and finite"),
        ("--seed=-1", "-1, expected at least 0"),
        ("--folder=/nowhere", "--folder is for --data fashion"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(option, message, capsys):
    with pytest.raises(SystemExit):
        main(["train", option])
    assert message in capsys.readouterr().err


def test_an_interrupt_that_fit_does_not_catch_ends_without_a_traceback(little, monkeypatch, capsys):
    def fit(*arguments, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "fit", fit)
    assert main(["train", "--quiet"]) == 130
    assert "cnnlib: interrupted" in capsys.readouterr().err


def test_one_batch_of_all_images_is_one_step(little, tmp_path, capsys):
    options = ["--model=mlp", "--batch=1000", "--quiet", f"--out={tmp_path}", "--overwrite"]
    for schedule in ("one-cycle", "cosine", "constant"):
        assert main(["train", *options, "--schedule", schedule]) == 0, capsys.readouterr().err


def test_a_checkout_that_is_not_installed_knows_its_version(capsys, monkeypatch):
    def unknown(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", unknown)
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out.strip() == __version__


def test_help_can_be_written(capsys):
    """A bare % in a text would end it."""
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    assert "--overwrite" in capsys.readouterr().out


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_another_run_is_not_overwritten_without_being_told_to(little, tmp_path, capsys):
    command = ["train", "--model=mlp", "--quiet", f"--out={tmp_path}"]
    assert main(command) == 0
    before = files(tmp_path)
    assert main([*command, "--rate=0.001", "--epochs=2"]) == 1
    error = capsys.readouterr().err
    assert "is of a run with other options (epochs 1, now 2; rate 0.006, now 0.001)" in error
    assert "--overwrite" in error and files(tmp_path) == before
    assert main(command) == 0  # the same again
    assert files(tmp_path)["mlp-mnist-seed0.npz"] == before["mlp-mnist-seed0.npz"]
    assert main([*command, "--rate=0.001", "--overwrite"]) == 0
    assert files(tmp_path)["mlp-mnist-seed0.npz"] != before["mlp-mnist-seed0.npz"]
    (tmp_path / "mlp-mnist-seed0.json").unlink()
    assert main(command) == 1 and "options that are not known" in capsys.readouterr().err


def test_a_run_that_fails_labels_no_weights_of_the_one_it_was_to_replace(little, tmp_path):
    command = ["train", "--model=mlp", "--quiet", f"--out={tmp_path}"]
    assert main(command) == 0
    (tmp_path / "mlp-mnist-seed0-filters.png").touch()
    assert main([*command, "--batch=20", "--rate=1e30", "--overwrite"]) == 1
    assert set(files(tmp_path)) == {"mlp-mnist-seed0.json"}


@pytest.mark.parametrize("name", ["lenet5-mnist-seed0.npz", "lenet5-mnist-seed0-filters.png"])
def test_a_folder_in_the_way_is_noticed_before_training(
    little, tmp_path, monkeypatch, name, capsys
):
    monkeypatch.setattr(training, "fit", lambda *arguments, **settings: pytest.fail("it trains"))
    (tmp_path / name).mkdir()
    assert main(["train", "--quiet", f"--out={tmp_path}"]) == 1
    assert f"{name}' is a folder" in capsys.readouterr().err


@pytest.mark.parametrize("error", [OSError(28, "No space left"), BrokenPipeError(), ValueError()])
def test_a_terminal_that_is_full_or_gone_costs_no_work(little, tmp_path, monkeypatch, error):
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, Broken(error))
    assert main(["train", "--model=lenet5", f"--out={tmp_path}"]) == 0
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".json", ".png"}


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_terminal_without_such_letters_gets_others(little, tmp_path, monkeypatch, encoding):
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["train", "--model=mlp", "--quiet", f"--out={tmp_path / '学習'}"]) == 0
    assert rb"\u5b66\u7fd2" in out.buffer.getvalue()
    assert (tmp_path / "学習" / "mlp-mnist-seed0.npz").exists()


def ascii_terminal():
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii")


OTHERS = {"sheet": ["Ö.html"], "leaderboard": ["leaderboard.csv", "leaderboard.html"]}
OTHERS["grade"] = ["grades.csv", "grades.html"]


@pytest.mark.parametrize("command", OTHERS)
@pytest.mark.parametrize("terminal", [ascii_terminal, lambda: Broken(BrokenPipeError())])
def test_other_commands_lose_no_work_to_a_terminal_either(
    little, tmp_path, monkeypatch, command, terminal
):
    """The star of a board is in no Windows code page, and neither are many names."""
    network = leaderboard.build("dense 10")
    save_arrays(tmp_path / "Zoë.npz", {**network.weights(), "plan": np.array("dense 10")})
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "Zoë.ipynb")
    monkeypatch.setattr(leaderboard, "load_mnist", datasets.load_mnist)
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, terminal())
    where = ["01", "--to", str(tmp_path / "Ö.html")] if command == "sheet" else [str(tmp_path)]
    assert main([command, *where]) == 0
    assert all((tmp_path / name).stat().st_size for name in OTHERS[command])
    if hasattr(sys.stdout, "buffer"):
        assert rb"\x" in sys.stdout.buffer.getvalue() or rb"\u" in sys.stdout.buffer.getvalue()


@pytest.mark.parametrize("command", OTHERS)
def test_other_commands_try_the_place_of_their_results_first(
    tmp_path, monkeypatch, command, capsys
):
    save_arrays(tmp_path / "a.npz", {})
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "a.ipynb")
    for module, work in ((leaderboard, "measure"), (grade, "verdicts"), (sheet, "page")):
        monkeypatch.setattr(module, work, None)  # nothing may be done yet
    (tmp_path / OTHERS[command][-1]).mkdir()
    where = ["01", "--to", str(tmp_path / "Ö.html")] if command == "sheet" else [str(tmp_path)]
    assert main([command, *where]) == 1
    assert f"{OTHERS[command][-1]}' is a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["grade", ".", "--seconds=0"], "seconds is 0, expected an integer, at least 1"),
        (["sheet", "01", "--codes=-1"], "codes is -1, expected an integer, at least 0"),
        (["sheet", "01", "--students=latin.txt"], "'latin.txt' is not text in UTF-8"),
    ],
)
def test_options_of_other_commands_are_explained(options, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("latin.txt").write_bytes("Zoë".encode("latin-1"))
    assert main(options) == 1
    assert message in capsys.readouterr().err and os.listdir() == ["latin.txt"]


def test_own_data_is_learned_and_a_tenth_kept_where_there_is_nothing_to_test_on(
    little, tmp_path, capsys
):
    (x, labels), (x_test, labels_test) = little
    one, two = tmp_path / "one set.npz", tmp_path / "two.npz"
    np.savez(one, x=x[:, 0], y=labels)
    np.savez(two, x_train=x, y_train=labels, x_test=x_test, y_test=labels_test)
    command = ["train", "--model=mlp", "--quiet", f"--out={tmp_path / 'out'}"]
    assert main([*command, f"--data={one}"]) == 0
    out = capsys.readouterr().out
    assert "no images to test on: every tenth one is kept" in out
    assert "180 images to learn from, 20 to test on" in out
    assert main([*command, f"--data={two}"]) == 0
    assert "200 images to learn from, 100 to test on" in capsys.readouterr().out
    assert (tmp_path / "out" / "mlp-one-set-npz-seed0.npz").exists()
    assert main([*command, f"--data={tmp_path / 'none'}"]) == 1
    assert "none" in capsys.readouterr().err
