"""The bench runs, with and without PyTorch, compares like with like, and its tables can be read."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnlib.models import build
from tools import bench

ROOT = Path(__file__).resolve().parent.parent
HIDE_TORCH = """
import runpy, sys
sys.modules["torch"] = None
sys.argv = ["bench", *sys.argv[1:]]
runpy.run_module("tools.bench", run_name="__main__")
"""


def run_bench(*arguments, torch=False):
    """Run the bench as a user does and return what it prints."""
    start = ["-m", "tools.bench"] if torch else ["-c", HIDE_TORCH, "--measure"]
    result = subprocess.run(
        [sys.executable, *start, "--quick", "--threads", "1", *arguments],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_L2_SIZE": "512"},
        capture_output=True,
        text=True,
        timeout=600,
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


def test_without_pytorch_our_own_times_are_printed():
    machine, steps, growth = read_tables(run_bench("--tables", "steps", "growth"))
    assert dict(machine[1:])["PyTorch"] == "not installed"
    assert [row[0] for row in steps[1:]] == list(bench.NETWORKS)
    assert "PyTorch" not in "".join(steps[0])
    assert [row[0] for row in growth[1:]] == list(bench.GROWING)
    for _, *cells in growth[1:]:
        assert all(float(cell) > 0 for cell in cells[:-1])


def test_with_pytorch_both_use_the_same_instructions_and_keep_their_memory():
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    if not bench.known_instructions():
        pytest.skip("it is not known what this processor can do")
    name = bench.known_instructions()[0]
    arguments = ["--instructions", name, "--tables", "convolutions"]
    machine, convolutions = read_tables(run_bench(*arguments, torch=True))
    settings = {heading.strip("`"): value for heading, value in machine[1:]}
    assert settings["OPENBLAS_L2_SIZE"] == "unset"
    for variable, value in (bench.INSTRUCTIONS[name] | bench.MEMORY).items():
        assert settings[variable] == value
    assert settings["PyTorch"].lower().endswith(name)
    if settings["NumPy's BLAS"].startswith("openblas"):
        assert settings["NumPy's BLAS"].endswith(bench.INSTRUCTIONS[name]["OPENBLAS_CORETYPE"])
    assert len(convolutions) == 1 + 2 * len(bench.CONVOLUTIONS)
    for row in convolutions[1:]:
        wall, cpu = row[2:5], row[5:8]
        for ours, theirs, ratio in (wall, cpu):
            middle, low, high = (
                float(word) for word in ratio.strip(")").replace("(", "").split() if word != "to"
            )
            assert low <= middle <= high
            assert float(ours) > 0 and float(theirs) > 0


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("name", bench.NETWORKS)
def test_pytorch_does_the_same_step(name, fast):
    """The same scores in training, and nearly the same parameters after a step."""
    torch = pytest.importorskip("torch")
    network, (x, labels) = build(name, rng=0, fast=fast), bench.batch_of(20, 1, 28, 28)
    twin = bench.torch_twin(network)
    with network.mode(training=True), torch.no_grad():
        scores = twin(torch.tensor(x)).numpy()
        np.testing.assert_allclose(network.forward(x), scores, atol=1e-4)
    step = bench.torch_step(network, x, labels)
    bench.our_step(network, x, labels)()
    step()
    assert bench.torch_twin(network)(torch.tensor(x)).isfinite().all()


def test_functions_take_turns(monkeypatch):
    monkeypatch.setattr(bench, "PAUSE", 0)
    calls = []
    times = bench.take_turns([lambda: calls.append("a"), lambda: calls.append("b")], 0)
    assert times.shape == (2, 2, 1) and (times >= 0).all()
    assert "".join(calls) == "ab" + "aaabbb"


def test_the_quicker_of_two_calls_counts(monkeypatch):
    """The first call of a turn, and the one before all turns, are not counted."""
    times = iter([(3.0, 2.0), (4.0, 1.0)])
    monkeypatch.setattr(bench, "PAUSE", 0)
    monkeypatch.setattr(bench, "milliseconds", lambda function: next(times))
    np.testing.assert_array_equal(bench.take_turns([lambda: None], 0), [[[3]], [[1]]])


def test_ratios_are_those_of_pairs(monkeypatch):
    wall = [[2.0, 4.0, 90.0], [4.0, 4.0, 100.0]]
    cpu = [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]
    monkeypatch.setattr(bench, "take_turns", lambda functions, seconds: np.array([wall, cpu]))
    cells = bench.compare("ours", "theirs", 1)
    assert cells[:3] == ["4.00", "4.00", "0.90 (0.70 to 0.95)"]
    assert cells[3:] == ["1.00", "2.00", "0.50 (0.50 to 0.50)", 3]
    assert bench.slope([1, 2, 4], [3, 12, 48]) == pytest.approx(2)


# --------------------------------------------------------------------------- the environment


def test_the_instructions_are_those_of_the_processor(monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "CPUINFO", tmp_path / "cpuinfo")
    assert bench.known_instructions() == [] and bench.parse([]).instructions == []
    avx512 = "avx512f avx512cd avx512bw avx512dq avx512vl"
    for flags, expected in [
        ("sse2", []),
        ("avx2 fma", ["avx2"]),
        (f"avx2 fma {avx512}", ["avx2", "avx512"]),
        (f"avx2 fma {avx512[:-8]}", ["avx2"]),
    ]:
        text = f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t: {avx512}\n"
        bench.CPUINFO.write_text(text, encoding="utf-8")
        assert bench.known_instructions() == expected
        assert bench.parse([]).instructions == expected[-1:]
    with pytest.raises(SystemExit):
        bench.parse(["--instructions", "avx512"])


def test_the_users_own_settings_reach_the_training_and_nothing_of_the_benchs(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "512")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    assert "OPENBLAS_L2_SIZE" not in bench.environment("avx2")
    kept = bench.user_environment()
    assert kept["OPENBLAS_NUM_THREADS"] == "1"
    assert not kept.keys() & {*bench.MEMORY, *bench.INSTRUCTIONS["avx2"]}


# --------------------------------------------------------------------------- whole runs


def replace_command(monkeypatch, code):
    """Let the bench run some code in place of ``python -m cnnlib train``."""
    run = subprocess.run

    def other(command, **options):
        return run([*command[: command.index("-m")], "-c", code], **options)

    monkeypatch.setattr(bench.subprocess, "run", other)


def test_a_training_is_measured(monkeypatch):
    code = "print('test accuracy 98.76 %'); x = bytearray(80_000_000)"
    replace_command(monkeypatch, code)
    text, seconds, cpu, peak = bench.train(0)
    assert text == "test accuracy 98.76 %"
    assert seconds > 0
    if sys.platform != "win32":
        assert cpu > 0 and 80_000_000 < peak < 300_000_000


def test_training_over_seeds_is_summed_up(monkeypatch):
    printed = {0: "test accuracy 99.00 %", 1: "test accuracy 99.20 %"}
    monkeypatch.setattr(bench, "load", lambda: "0.5")
    monkeypatch.setattr(bench, "train", lambda seed: (printed[seed], 7.0, 9.0, 500_000_000))
    [table] = read_tables(bench.train_table(bench.parse(["--seeds", "2"])))
    assert table[1] == ["seed 0", "99.00", "7.0", "9.0", "500", "0.5"]
    assert table[-1][:2] == ["mean ± standard deviation, 99.00 to 99.20", "99.10 ± 0.14"]
