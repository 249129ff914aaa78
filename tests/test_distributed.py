"""Several processes train as one does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cnnlib import distributed
from cnnlib.__main__ import main

ROOT = Path(__file__).resolve().parent.parent
MPIEXEC = shutil.which("mpiexec", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")


def mpi_is_here():
    """Ask in another process: to import MPI starts it."""
    code = "from mpi4py import MPI"
    return (
        MPIEXEC and not subprocess.run([sys.executable, "-c", code], capture_output=True).returncode
    )


def command(processes, *words):
    launcher = [MPIEXEC, "-n", str(processes)] if processes > 1 else []
    return [*launcher, sys.executable, "-m", *words]


def work(processes, *words, folder, ends_well=True):
    """Run a module in so many processes."""
    here = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command(processes, *words), cwd=folder, env=here, capture_output=True, text=True
    )
    assert (done.returncode == 0) == ends_well, done.stdout + done.stderr
    return done


def results(folder, name, processes):
    found = []
    for rank in range(processes):
        with np.load(folder / f"{name}-{rank}.npz") as arrays:
            found.append(dict(arrays))
    return found


def assert_close(found, expected, atol):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=atol, err_msg=name)


@pytest.fixture(scope="module")
def mpi():
    if not mpi_is_here():
        pytest.skip("mpi4py and MPI are not installed: the extra 'mpi' brings both")


def test_processes_that_share_each_batch_end_where_one_does(mpi, tmp_path):
    work(1, "tests.mpi_worker", ".", "plain", folder=tmp_path)
    (alone,) = results(tmp_path, "plain", 1)
    assert len(alone["losses"]) == 33
    for processes in (2, 4):
        work(processes, "tests.mpi_worker", ".", "plain", folder=tmp_path)
        for shared in results(tmp_path, "plain", processes):
            assert_close(shared, alone, atol=1e-11)


def test_each_process_draws_for_itself_and_a_checkpoint_goes_on_bit_for_bit(mpi, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    work(2, "tests.mpi_worker", ".", "dropout", folder=whole)
    first, second = results(whole, "dropout", 2)
    assert_close(first, second, atol=0)
    work(1, "tests.mpi_worker", ".", "dropout", folder=parts)
    (alone,) = results(parts, "dropout", 1)
    assert not np.allclose(first["losses"], alone["losses"])  # other draws, so other losses

    work(2, "tests.mpi_worker", ".", "dropout", "--die", "1", folder=parts, ends_well=False)
    work(2, "tests.mpi_worker", ".", "dropout", "--resume", folder=parts)
    assert_close(results(parts, "dropout", 2)[0], first, atol=0)


@pytest.mark.parametrize("others", [1, 4])
def test_after_a_death_any_number_of_processes_can_go_on(mpi, others, tmp_path):
    words = "tests.mpi_worker", ".", "plain"
    killed = work(2, *words, "--die", "2", folder=tmp_path, ends_well=False)
    assert "BAD TERMINATION" in killed.stdout + killed.stderr or "signal 9" in killed.stderr
    assert not list(tmp_path.glob("plain-*.npz"))  # the other process did not go on alone
    work(others, *words, "--resume", folder=tmp_path)
    resumed = results(tmp_path, "plain", others)
    work(1, *words, folder=tmp_path)
    for each in resumed:
        assert_close(each, results(tmp_path, "plain", 1)[0], atol=1e-11)


def test_running_averages_are_those_of_all_processes(mpi, tmp_path):
    """The mean of the halves' means is that of all; of variances that is nearly so."""
    work(1, "tests.mpi_worker", ".", "norm", folder=tmp_path)
    (alone,) = results(tmp_path, "norm", 1)
    work(2, "tests.mpi_worker", ".", "norm", folder=tmp_path)
    first, second = results(tmp_path, "norm", 2)
    assert_close(first, second, atol=0)
    np.testing.assert_allclose(first["norm1.mean"], alone["norm1.mean"], rtol=1e-12)
    np.testing.assert_allclose(first["norm1.var"], alone["norm1.var"], rtol=0.02)


def test_all_stop_when_one_is_told_to_one_step_later(mpi, tmp_path):
    work(2, "tests.mpi_worker", ".", "plain", "--stop", "14", folder=tmp_path)
    for shared in results(tmp_path, "plain", 2):
        assert len(shared["losses"]) == 15


def test_the_command_trains_in_several_processes_and_one_of_them_speaks(mpi, tmp_path):
    done = work(2, "cnnlib", "train", "--model", "mlp", "--quiet", folder=tmp_path)
    assert done.stdout.count("test accuracy 9") == 1, done.stdout
    assert {p.name for p in (tmp_path / "runs").iterdir()} == {
        f"mlp-mnist-seed0{end}" for end in (".npz", "-checkpoint.npz", ".json")
    }


def test_what_one_process_cannot_do_ends_all(mpi, tmp_path):
    (tmp_path / "runs").write_text("in the way")
    done = work(2, "cnnlib", "train", "--model", "mlp", folder=tmp_path, ends_well=False)
    assert "cnnlib: " in done.stderr and "Traceback" not in done.stderr


def test_a_launcher_is_known_by_what_it_sets(monkeypatch):
    for name in distributed.LAUNCHERS:
        monkeypatch.delenv(name, raising=False)
    assert not distributed.launched()
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "1")
    assert not distributed.launched()
    monkeypatch.setenv("PMI_SIZE", "2")
    assert distributed.launched()


def test_without_mpi_it_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    with pytest.raises(ImportError, match=r"needs mpi4py and MPI .*pip install 'cnnlib\[mpi\]'"):
        distributed.world()
    monkeypatch.setenv("PMI_SIZE", "2")
    assert main(["train", "--quiet"]) == 1
    assert "cnnlib: training on several processes needs mpi4py" in capsys.readouterr().err


def test_every_image_of_a_batch_is_in_one_share():
    run = SimpleNamespace(size=4)
    assert distributed.SharedRun.cuts(run, 10) == [0, 2, 5, 7, 10]
    assert distributed.SharedRun.cuts(run, 2) == [0, 0, 1, 1, 2]
