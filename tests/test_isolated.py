"""Tests, tools and kernels see none of the user's settings, and all else of their environment."""

import os
import subprocess
import sys

import cnnlib
from tools.isolated import environment, isolated

USERS = {
    **{"JUPYTER_CONFIG_DIR": "mine", "IPYTHONDIR": "mine", "MPLBACKEND": "mine"},
    **{"MATPLOTLIBRC": "mine", "OPENBLAS_NUM_THREADS": "7", "SOMETHING_ELSE": "kept"},
}


def test_the_users_settings_are_out_of_sight_and_the_rest_is_not(monkeypatch, tmp_path):
    for name, value in USERS.items():
        monkeypatch.setenv(name, value)
    before, own = dict(os.environ), environment(tmp_path)
    assert "mine" not in own.values() and "MPLBACKEND" not in own
    assert own["OPENBLAS_NUM_THREADS"] == "1" and own["SOMETHING_ELSE"] == "kept"
    assert own["PATH"].endswith(before["PATH"])
    with isolated() as folder:
        assert os.environ["SOMETHING_ELSE"] == "kept"
        assert os.environ["IPYTHONDIR"] == str(folder / "ipython")
    assert dict(os.environ) == before and not folder.exists()


def test_the_tests_themselves_run_so():
    assert os.environ["CNNLIB_PROGRESS"] == "off" and "MPLBACKEND" not in os.environ


def test_this_repositorys_package_is_imported_from_anywhere(tmp_path):
    code = "import cnnlib; print(cnnlib.__file__)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True
    )
    assert done.stdout.strip() == cnnlib.__file__
