"""The bench runs, with and without PyTorch, and its tables can be read."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests import bench

ROOT = Path(__file__).resolve().parent.parent
HIDE_TORCH = """
import runpy, sys
sys.modules["torch"] = None
sys.argv = ["bench", *sys.argv[1:]]
runpy.run_module("tests.bench", run_name="__main__")
"""


def run_bench(*arguments, torch=False):
    """Run the bench as a user does and return what it prints."""
    start = ["-m", "tests.bench"] if torch else ["-c", HIDE_TORCH]
    result = subprocess.run(
        [sys.executable, *start, "--quick", "--threads", "1", *arguments],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def read_tables(text):
    """Return the tables of a Markdown text, each a list of rows, each a list of cells."""
    tables = []
    for block in text.split("\n\n"):
        lines = block.strip().splitlines()
        if lines and lines[0].startswith("|"):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
            assert len({len(row) for row in rows}) == 1, block
            assert set("".join(rows[1])) == {"-", ":"}, block
            tables.append([rows[0], *rows[2:]])
    return tables


@pytest.mark.parametrize("torch", [False, True])
def test_the_tables_of_a_quick_run_can_be_read(torch, tmp_path):
    if torch and importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    text = run_bench("--out", str(tmp_path / "bench.md"), torch=torch)
    assert (tmp_path / "bench.md").read_text(encoding="utf-8") == text
    machine, steps, share, convolutions, growth = read_tables(text)
    assert [row[0] for row in machine[1:3]] == ["processor", "Python, NumPy"]
    assert [row[0] for row in steps[1:]] == ["simple_convnet", "lenet5"]
    assert len(convolutions) == 1 + 2 * len(bench.CONVOLUTIONS)
    assert [row[0] for row in growth[1:]] == ["batch", "filters", "pixels"]
    for heads, *rows in (steps, convolutions):
        assert ("PyTorch, ms" in heads) == torch
        assert all(float(cell) > 0 for row in rows for cell in row[1:])
    for row in share[1:]:
        assert 0 < float(row[2]) and row[3].endswith("%")


def test_pytorch_does_the_same_step():
    torch = pytest.importorskip("torch")
    for build in bench.NETWORKS.values():
        network, (x, labels) = build(rng=0), bench.batch_of(10, 1, 28, 28)
        twin = bench.torch_twin(network)
        with torch.no_grad():
            scores = twin(torch.tensor(x)).numpy()
        np.testing.assert_allclose(network.forward(x), scores, atol=1e-4)
        bench.our_step(network, x, labels)()
        bench.torch_step(network, x, labels)()


def test_functions_take_turns():
    calls = []
    times = bench.take_turns([lambda: calls.append("a"), lambda: calls.append("b")], 0)
    assert times.shape == (2, bench.BLOCK - 1)
    assert "".join(calls) == "ab" + "a" * bench.BLOCK + "b" * bench.BLOCK


def test_slope_is_the_exponent():
    assert bench.slope([1, 2, 4], [3, 12, 48]) == pytest.approx(2)


def test_matrix_products_are_those_of_the_step():
    network = bench.NETWORKS["lenet5"](rng=0)
    conv1, conv2 = network["conv1"], network["conv2"]
    first = bench.layer_products(conv1, 2, (1, 28, 28), (16, 24, 24), True)
    second = bench.layer_products(conv2, 2, (16, 12, 12), (32, 8, 8), False)
    assert [(a @ b).shape for a, b in first] == [(16, 1152), (25, 16)]
    assert [(a @ b).shape for a, b in second] == [(32, 128), (400, 32), (400, 128)]
    dense = bench.layer_products(network["dense1"], 2, (512,), (128,), False)
    assert [(a @ b).shape for a, b in dense] == [(2, 128), (512, 128), (512, 2)]


def test_accuracy_is_read_from_what_training_prints():
    assert bench.accuracy("epoch 1 train 98.1 %\ntest accuracy 99.02 %\n") == 99.02
    assert bench.accuracy("test accuracy 97.00%, then\ntest accuracy 99.13 % in 7 s") == 99.13
    assert np.isnan(bench.accuracy("nothing"))


def test_a_training_that_fails_is_said(monkeypatch):
    def fail(seed):
        raise RuntimeError("python -m cnnlib train failed:\nNo module named cnnlib.__main__")

    monkeypatch.setattr(bench, "train", fail)
    text = bench.train_table(bench.parse(["--seeds", "2"]))
    assert text == "Not measured: No module named cnnlib.__main__"


def test_training_over_seeds_is_summed_up(monkeypatch):
    printed = {0: "test accuracy 99.00 %", 1: "test accuracy 99.20 %"}
    monkeypatch.setattr(bench, "train", lambda seed: (printed[seed], 7.0, 500_000_000))
    [table] = read_tables(bench.train_table(bench.parse(["--seeds", "2"])))
    assert table[1] == ["seed 0", "99.00", "7.0", "500"]
    assert table[-1][:2] == ["mean ± standard deviation, 99.00 to 99.20", "99.10 ± 0.14"]
