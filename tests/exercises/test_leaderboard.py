"""A board measures designs anew: nothing that a file claims, and none of its code, counts."""

import csv

import numpy as np
import pytest

from cnnlib.__main__ import main
from cnnlib.exercises import leaderboard
from cnnlib.exercises.lesson05.tasks import free_design
from cnnlib.files import load_arrays, save_arrays

PLAN = "conv 2 5 2, relu, pool 2, dense 10"
RNG = np.random.default_rng(0)
IMAGES = RNG.random((50, 1, 28, 28), np.float32), RNG.integers(0, 10, 50)


def put(folder, name, plan=PLAN, **changed):
    network = leaderboard.build(plan)
    save_arrays(folder / f"{name}.npz", {**network.weights(), "plan": np.array(plan), **changed})
    return network


def test_a_plan_becomes_a_network():
    plan = "conv 4 3 1 1, norm, relu, average 2, dropout 0.5, conv 6 3, global, dense 10"
    network = leaderboard.build(plan)
    assert [type(layer).__name__ for layer in network.layers.values()] == [
        *("Conv2D", "BatchNorm", "ReLU", "AvgPool2D", "Dropout", "Conv2D", "GlobalAvgPool2D"),
        "Dense",
    ]
    assert leaderboard.size(leaderboard.build("dense 10")) == (7850, 7840)


@pytest.mark.parametrize(
    "plan, said",
    [
        ("conv 8 5, sigmoidal, dense 10", "'sigmoidal' is no layer. Write: conv FILTERS KERNEL"),
        ("", "'' is no layer"),
        (["conv 8 5", "dense 10"], "a plan is one text with commas, and list came"),
        ("conv 8, dense 10", "'conv 8' has other numbers. Write: conv FILTERS"),
        ("conv 8 40, dense 10", r"'conv 8 40' after shape \(1, 28, 28\): .*kernel spans 40"),
        ("conv 8 5 relu, dense 10", "'relu' stands in 'conv 8 5 relu', .*is a comma missing"),
        ("conv 8.9 5, dense 10", "invalid literal for int.*: '8.9'"),
        ("relu", r"ends with shape \(1, 28, 28\), expected ten scores: dense 10"),
        ("dense 3000, dense 10", "at most 2,000,000 are measured"),
        ("dense 2000000000, dense 10", "'dense 2000000000' after shape .*too many weights"),
        ("conv 3000 26, dense 10", "'conv 3000 26' after shape .*too many weights: at most 2,000"),
    ],
)
def test_a_plan_that_is_none_is_told_why(plan, said):
    with pytest.raises(ValueError, match=said):
        leaderboard.build(plan)


def test_designs_are_ranked_by_what_is_measured(tmp_path):
    x, labels = IMAGES
    small, large = put(tmp_path, "small"), put(tmp_path, "large", "conv 9 5 2, relu, dense 10")
    put(tmp_path, "wasteful", "dense 300, dense 10", accuracy=np.array(1.0))
    put(tmp_path, "foreign", w=np.zeros(3))
    put(tmp_path, "spoilt", **{"conv1.w": np.full((2, 1, 5, 5), np.nan, np.float32)})
    (tmp_path / "broken.npz").write_bytes(b"no")
    rows = {row["name"]: row for row in leaderboard.board(tmp_path, IMAGES)}
    for name, network in (("small", small), ("large", large)):
        right = float((network.forward(x).argmax(axis=1) == labels).mean())
        assert rows[name]["accuracy"] == pytest.approx(right)
        assert rows[name]["parameters"] == leaderboard.size(network)[0]
    for name, why in (("broken", "damaged"), ("foreign", "another network"), ("spoilt", "NaN")):
        assert why in rows[name]["plan"] and "accuracy" not in rows[name]
    assert "another network" in rows["wasteful"]["plan"], "a claim is no part of a network"
    order = [row["accuracy"] for row in leaderboard.board(tmp_path, IMAGES)[:2]]
    assert order == sorted(order, reverse=True)


def test_a_star_is_for_what_nobody_beats_with_fewer_parameters(tmp_path, monkeypatch):
    found = {"d": (0.9, 100), "a": (0.8, 80), "c": (0.8, 50), "b": (0.7, 60), "e": (0.8, 50)}
    for name in found:
        (tmp_path / f"{name}.npz").touch()
    keys = "accuracy", "parameters"
    known = {n: dict(zip(keys, pair, strict=True)) for n, pair in found.items()}
    monkeypatch.setattr(leaderboard, "measure", lambda path, images: known[path.stem])
    rows = leaderboard.board(tmp_path, IMAGES)
    assert [(row["name"], row["place"]) for row in rows] == [
        *(("d", "★"), ("c", "★"), ("e", "★"), ("a", ""), ("b", ""))
    ]


def test_one_enters_with_a_plan_and_its_network(tmp_path, monkeypatch, capsys):
    network = leaderboard.build(PLAN)
    leaderboard.enter(tmp_path, "ada", PLAN, network)
    assert list(tmp_path.iterdir()) == [], "in tests nothing is written"
    monkeypatch.setattr(leaderboard, "state_folder", lambda: tmp_path)
    leaderboard.enter(tmp_path, "ada", PLAN, network)
    assert str(load_arrays(tmp_path / "ada.npz")["plan"]) == PLAN
    assert "ada.npz: 782 parameters" in capsys.readouterr().out
    with pytest.raises(ValueError, match="letters, digits"):
        leaderboard.enter(tmp_path, "../ada", PLAN, network)
    with pytest.raises(ValueError, match="another network"):
        leaderboard.enter(tmp_path, "bob", "dense 10", network)


def test_the_command_writes_a_table_and_a_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(leaderboard, "load_mnist", lambda: (None, IMAGES))
    assert main(["leaderboard", str(tmp_path)]) == 1
    assert "holds no designs" in capsys.readouterr().err
    put(tmp_path, "ada")
    assert main(["leaderboard", str(tmp_path)]) == 0
    (row,) = csv.DictReader((tmp_path / "leaderboard.csv").read_text("utf-8-sig").splitlines())
    assert row["name"] == "ada" and row["parameters"] == "782" and row["plan"] == PLAN
    assert PLAN in (tmp_path / "leaderboard.html").read_text(encoding="utf-8")


def test_the_task_measures_and_refuses_what_is_too_large():
    found = free_design.diagnose(PLAN, leaderboard.build(PLAN))
    assert found.state == "wrong" and "With 782 parameters" in str(found)
    large = "dense 100, dense 10"
    text = str(free_design.diagnose(large, leaderboard.build(large)))
    assert "at most 10,000 are allowed" in text
    assert free_design.diagnose(None, None).state == "todo"
    assert "the network is missing" in str(free_design.diagnose(PLAN, None))
    assert "the plan is missing" in str(free_design.diagnose(None, leaderboard.build(PLAN)))
