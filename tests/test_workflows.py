"""The workflows are what GitHub reads, and give a stranger nothing to use."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools.isolated import environment

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
each = pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])


def problems(command, folder):
    """Return what a checker finds wrong; empty if nothing."""
    done = subprocess.run(command, env=environment(folder), capture_output=True, text=True)
    return (done.stdout + done.stderr) if done.returncode else ""


def schema_problems(path, folder):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    return problems([*command, "vendor.github-workflows", str(path)], folder)


def security_problems(path, folder):
    zizmor = shutil.which("zizmor", path=environment(folder)["PATH"])
    return problems([zizmor, "--offline", "--no-progress", str(path)], folder)


def unpinned(text):
    """Return the actions that are not named by the whole sum of a commit."""
    used = re.findall(r"uses: *(\S+)", text)
    return [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)]


@each
def test_a_workflow_is_one_by_schema_safe_and_pinned(path, tmp_path):
    assert unpinned(path.read_text(encoding="utf-8")) == []
    assert schema_problems(path, tmp_path) == ""
    assert security_problems(path, tmp_path) == ""


def test_mistakes_are_noticed(tmp_path):
    path = tmp_path / ".github" / "workflows" / "wrong.yml"
    path.parent.mkdir(parents=True)
    text = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    path.write_text(text.replace("runs-on", "runs-in"), encoding="utf-8")
    assert "runs-in" in schema_problems(path, tmp_path)
    path.write_text(
        text.replace("python -m pytest -rs", "echo ${{ github.event.pull_request.title }}"), "utf-8"
    )
    assert "template-injection" in security_problems(path, tmp_path)
    assert unpinned("- uses: actions/checkout@v4\n") == ["actions/checkout@v4"]


def test_the_oldest_python_that_pyproject_allows_is_tested_with_the_lowest_versions():
    test = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    matrix = test["jobs"]["package"]["strategy"]["matrix"]
    wanted = re.search(
        r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text("utf-8")
    )[1]
    assert matrix["python"][0] == wanted
    lowest = {"os": "ubuntu-latest", "python": wanted, "resolution": "lowest-direct"}
    assert lowest in matrix["include"]
