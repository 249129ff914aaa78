"""What is built: the wheel works elsewhere, as a library alone, and the sdist is the repository."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tools.isolated import environment

from .test_repository import ROOT, committed_files

BUILD = """
from setuptools import build_meta
build_meta.build_sdist("../dist")
build_meta.build_wheel("../dist")
"""
# Without what reads notebooks, every module but the explorers can be imported, trains and looks.
USE = """
import importlib, pkgutil, sys
for name in ("IPython", "anywidget", "ipywidgets", "jupyter", "nbformat", "nbval"):
    sys.modules[name] = None
import cnnlib
assert cnnlib.__file__.startswith(sys.argv[1]), cnnlib.__file__
for module in pkgutil.walk_packages(cnnlib.__path__, "cnnlib.", onerror=lambda name: None):
    if not module.name.startswith("cnnlib.widgets"):
        importlib.import_module(module.name)
from cnnlib import look
from cnnlib.datasets import load_mnist
from cnnlib.models import load_trained, simple_convnet
from cnnlib.training import evaluate, fit
(images, labels), _ = load_mnist()
network = simple_convnet()
fit(network, (images[:1000], labels[:1000]), progress=False)
figure = look.plot_filters(network)
figure.savefig("filters.png")
print(evaluate(network, images[:1000], labels[:1000]), load_trained("lenet5"))
"""


def do(*command, cwd, folder, **more):
    env = environment(folder) | more
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=cwd, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the wheel and the sdist, built from a copy of what is committed."""
    folder = tmp_path_factory.mktemp("build")
    for name in committed_files():
        (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / "source" / name)
    do("-c", BUILD, cwd=folder / "source", folder=folder / "settings")
    (wheel,), (sdist,) = (folder / "dist").glob("*.whl"), (folder / "dist").glob("*.tar.gz")
    return wheel, sdist


def test_the_wheel_trains_and_looks_somewhere_else(built, tmp_path):
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(built[0]) as wheel:  # which is how one is installed
        wheel.extractall(site)
    known = {"cwd": elsewhere, "folder": tmp_path / "settings", "PYTHONPATH": str(site)}
    accuracy = float(do("-c", USE, site, **known).split()[0].strip("(,)"))
    assert accuracy > 0.5 and (elsewhere / "filters.png").stat().st_size > 1000
    (entry,) = site.glob("*.dist-info/entry_points.txt")
    assert "cnnlib = cnnlib.__main__:main" in entry.read_text("utf-8")
    assert "train" in do("-m", "cnnlib", "--help", **known)


def test_the_sdist_is_the_whole_repository(built):
    with tarfile.open(built[1]) as sdist:
        names = {str(Path(name).relative_to(Path(name).parts[0])) for name in sdist.getnames()}
    assert sorted(set(committed_files()) - names) == []
