"""The figures on the README's first screen are true."""

import re
import statistics
from pathlib import Path

from cnnlib.datasets import load_mnist
from tests.exercises.test_every_task import EVERY, named

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BENCH = (ROOT / "tools" / "BENCH.md").read_text(encoding="utf-8")
ROW = r"^\| over ([\d,]+) \| ([\d.]+) s \| ([\d.]+) to ([\d.]+) \| ([\d,]+) \|$"
FIGURES = re.search(ROW, README, re.M)


def test_so_many_mistakes_are_known_by_name():
    stated = int(FIGURES[1].replace(",", ""))
    known = sum(len(named(task)) for _, task in EVERY.values() if hasattr(task, "mistakes"))
    assert stated <= known < 1.25 * stated


def test_the_time_of_the_race_is_the_benchs():
    found = re.search(r"over (\d+) seeds: ([\d.]+) ± .*, in ([\d.]+) ± ", BENCH)
    seeds, accuracy, seconds = found.groups()
    assert seconds == FIGURES[2] and float(accuracy) >= 99
    assert f"mean of {seeds} seeds" in README


def test_the_ratio_to_pytorch_is_the_benchs():
    steps = re.findall(r"^\| (\w+) \| 1 \| [\d.]+ \| [\d.]+ \| ([\d.]+) \(", BENCH, re.M)
    found = re.findall(r"^\| (\w+)" + 8 * r" \| ([\d.]+)" + r" \|$", BENCH, re.M)
    assert steps == [row[:2] for row in found]  # the processors' table takes them over
    ratios = [ratio for row in found for ratio in row[1:5]]  # on one thread
    assert (min(ratios), max(ratios)) == (FIGURES[3], FIGURES[4])


def test_the_residual_networks_accuracy_follows_from_its_card():
    card = (ROOT / "cnnlib" / "weights" / "README.md").read_text(encoding="utf-8")
    (shipped,) = re.findall(r"^\| `resnet\.npz` .* ([\d.]+) % \|", card, re.M)
    (others,) = re.findall(r"seeds 1 to 4, which do not ship, have ([\d., and]+) %", card)
    seeds = [float(number) for number in [shipped, *re.findall(r"[\d.]+\d", others)]]
    spread = f"{statistics.mean(seeds):.2f} ± {statistics.stdev(seeds):.2f}"
    assert f"(`--model resnet --epochs 20`) | {spread} %, seeds 0 to 4 |" in README
    assert f"{spread} (± standard deviation)" in BENCH


def test_so_many_images_come_with_it():
    assert sum(len(images) for images, _ in load_mnist()) == int(FIGURES[5].replace(",", ""))
