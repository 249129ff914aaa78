"""What is done is kept, shown, and waited for."""

import os
import subprocess
import sys

import pytest

from cnnlib.exercises.engine import progress
from cnnlib.exercises.engine import result as engine_result
from cnnlib.exercises.engine.task import collect
from tests.exercises.doubled import CHECK, SIZES, double, double_dots


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    monkeypatch.setattr(progress, "DONE", {})
    monkeypatch.setattr(progress, "TASKS", {})
    monkeypatch.delenv("PYTEST_VERSION", raising=False)
    monkeypatch.delenv("CNNLIB_PROGRESS", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    collect("99", {"double": CHECK, "sizes": SIZES})
    return tmp_path / "cnnlib" / "progress" / "99"


def test_in_grading_a_wrong_answer_raises_and_nothing_is_kept(fresh, monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setattr(engine_result, "GRADING", True)
    with pytest.raises(AssertionError, match="one is added") as caught:
        CHECK(lambda x: 2 * x + 1)
    assert caught.value._render_traceback_()[0] == "✗ double: one is added."
    with pytest.raises(AssertionError, match="not written yet"):
        CHECK(double_dots)
    result = CHECK(double)
    result._ipython_display_()
    assert "right in all 5 cases" in capsys.readouterr().out and not fresh.exists()


def test_otherwise_it_only_shows(fresh):
    assert CHECK(lambda x: x).state == "wrong"
    with pytest.raises(NotImplementedError):
        CHECK(double)._ipython_display_()


def test_what_is_done_is_kept_and_shown(fresh):
    CHECK(lambda x: x)
    assert not fresh.exists() and str(progress.progress()) == "99  0 of 2:  ○ double  ○ sizes"
    CHECK(double)
    CHECK(double)
    assert [path.name for path in fresh.iterdir()] == ["double"]
    progress.DONE.clear()  # another session
    SIZES(12, 4, 5)
    assert progress.load() == {"99": ["sizes", "double"]}
    assert str(progress.progress()) == "99  2 of 2:  ✓ double  ✓ sizes"
    assert "✓ sizes" in progress.progress()._repr_html_()


def test_a_cell_that_needs_a_task_waits_for_it(fresh):
    for thing in (double_dots, lambda x: x):
        CHECK(thing)
        uses = "○ This cell uses double and sizes. Go on until the checks above are"
        with pytest.raises(progress.NotYet, match=uses) as caught:
            progress.need(CHECK, SIZES)
        assert caught.value._render_traceback_() == [str(caught.value)]
        with pytest.raises(progress.NotYet, match="uses double, double and sizes"):
            progress.need(CHECK, CHECK, SIZES)
        with pytest.raises(progress.NotYet, match="uses double. Go on until the check above is"):
            progress.need(CHECK)
    CHECK(double)
    SIZES(12, 4, 5)
    progress.need(CHECK, SIZES)


def test_of_other_lessons_what_was_begun_is_shown(fresh):
    (fresh.parent / "98").mkdir(parents=True)
    (fresh.parent / "98" / "old").touch()
    assert str(progress.progress()).splitlines()[0] == "98  1 of 1:  ✓ old"


def test_two_kernels_that_note_something_at_once_lose_nothing(fresh):
    code = "import sys\nfrom cnnlib.exercises.engine import progress\n"
    code += "for i in range(200): progress.record(sys.argv[1], f'{sys.argv[2]}-{i}')"
    env = {k: v for k, v in os.environ.items() if k != "PYTEST_VERSION"}
    kernels = [
        subprocess.Popen([sys.executable, "-c", code, lesson, name], env=env)
        for lesson, name in (("99", "a"), ("99", "b"), ("98", "c"))
    ]
    assert [kernel.wait() for kernel in kernels] == [0, 0, 0]
    done = progress.load()
    assert len(done["99"]) == 400 and len(done["98"]) == 200


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_is_not_followed(fresh, tmp_path):
    fresh.mkdir(parents=True)
    (fresh / "double").symlink_to(tmp_path / "elsewhere")
    assert CHECK(double).ok and not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_written_is_no_failure(fresh, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert CHECK(double).ok and progress.load() == {"99": ["double"]}


def test_under_tests_and_on_request_nothing_is_written(fresh, monkeypatch):
    monkeypatch.setenv("CNNLIB_PROGRESS", "off")
    assert progress.state_folder() is None
    CHECK(double)
    assert not fresh.exists() and str(progress.progress()).startswith("99  1 of 2")
    monkeypatch.delenv("CNNLIB_PROGRESS")
    assert progress.state_folder() == fresh.parent
    monkeypatch.setenv("PYTEST_VERSION", "9")
    assert progress.state_folder() is None


def test_without_a_state_folder_it_is_under_home(monkeypatch, tmp_path):
    for name in ("PYTEST_VERSION", "XDG_STATE_HOME", "CNNLIB_PROGRESS", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE"):  # the one of Windows
        monkeypatch.setenv(name, str(tmp_path))
    assert progress.state_folder() == tmp_path / ".local" / "state" / "cnnlib" / "progress"
