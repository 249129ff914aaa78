"""The command line, on a little data, in this process and in one of its own."""

import os
import subprocess
import sys

import numpy as np
import pytest

from cnnlib import datasets
from cnnlib.__main__ import MODELS, RATES, main
from cnnlib.files import load_arrays
from cnnlib.models import MODELS as ZOO
from cnnlib.models import build
from cnnlib.optimizers import OPTIMIZERS as RULES


@pytest.fixture
def little(mnist, monkeypatch):
    """Two hundred images to learn from, a hundred to test on."""
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


def test_resume_adds_epochs(little, tmp_path, capsys):
    options = ["train", "--model=mlp", "--quiet", "--schedule=constant", "--out", str(tmp_path)]
    assert main(options) == 0
    assert main([*options, "--epochs=2", "--resume"]) == 0
    assert main(options[:-1] + [str(tmp_path / "whole"), "--epochs=2"]) == 0
    resumed = load_arrays(tmp_path / "mlp-mnist-seed0.npz")
    whole = load_arrays(tmp_path / "whole" / "mlp-mnist-seed0.npz")
    assert all(np.array_equal(resumed[name], whole[name]) for name in whole)


def test_the_lists_of_choices_are_complete():
    assert set(MODELS) == ZOO.keys() and RATES.keys() == RULES.keys()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data=fashion", "--folder=/nowhere"], "nowhere"),
        (["--resume"], "no file"),
    ],
)
def test_errors_are_explained_in_a_line(options, message, little, tmp_path, capsys):
    assert main(["train", "--quiet", "--out", str(tmp_path), *options]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "message"),
    [("--epochs=0", "0, expected at least 1"), ("--rate=-1", "-1.0, expected more than 0")],
)
def test_a_number_that_makes_no_sense_is_refused(option, message, capsys):
    with pytest.raises(SystemExit):
        main(["train", option])
    assert message in capsys.readouterr().err


def test_help_names_every_option():
    environment = {**os.environ, "COLUMNS": "100"}
    text = subprocess.run(
        [sys.executable, "-m", "cnnlib", "train", "--help"],
        capture_output=True, text=True, check=True, env=environment,
    ).stdout  # fmt: skip
    for option in "model data epochs batch optimizer rate schedule seed out resume".split():
        assert f"--{option}" in text
