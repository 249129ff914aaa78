"""Which kernels OpenBLAS runs: chosen only where it helps, never against the user."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import threadpoolctl

from cnnlib import blas

ROOT = Path(__file__).resolve().parent.parent
AVX512 = "fpu sse2 avx2 avx512f avx512dq avx512cd avx512bw avx512vl avx512_vnni"
AVX2 = "fpu sse2 avx avx2 fma"


def cpuinfo(vendor="AuthenticAMD", family=26, flags=AVX512):
    """Write what Linux says of two equal processors."""
    one = f"processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: {family}\nflags\t\t: {flags}\n"
    return one + "\n" + one.replace("processor\t: 0", "processor\t: 1") + "\n"


@pytest.fixture
def fresh(monkeypatch):
    """A process that has not loaded NumPy and whose user has set nothing."""
    monkeypatch.setenv("OPENBLAS_CORETYPE", "to be removed, and put back after the test")
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    monkeypatch.delitem(sys.modules, "numpy", raising=False)


def run(code, **environment):
    """Run code in a new Python and return what it prints, line by line."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


# --------------------------------------------------------------------------- choosing


def test_zen5_gets_the_kernels_that_openblas_overlooks(fresh):
    message = blas.choose_kernels(cpuinfo())
    assert os.environ["OPENBLAS_CORETYPE"] == "SkylakeX"
    assert "OPENBLAS_CORETYPE=SkylakeX" in message and "AVX-512" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "text",
    [
        cpuinfo(family=25),  # Zen 4: OpenBLAS knows it
        cpuinfo(vendor="GenuineIntel"),
        cpuinfo(flags=AVX2),
        cpuinfo(flags=AVX512.replace(" avx512vl", "")),
        cpuinfo(family="unknown"),
        "processor\t: 0\nFeatures\t: fp asimd\n",  # ARM
        "",
        "no colon anywhere",
    ],
)
def test_other_processors_are_left_alone(fresh, text):
    assert blas.choose_kernels(text) is None
    assert "OPENBLAS_CORETYPE" not in os.environ


@pytest.mark.parametrize("value", ["Haswell", "SkylakeX", ""])
def test_what_the_user_set_is_left_alone(fresh, monkeypatch, value):
    monkeypatch.setenv("OPENBLAS_CORETYPE", value)
    assert blas.choose_kernels(cpuinfo()) is None
    assert os.environ["OPENBLAS_CORETYPE"] == value


def test_nothing_is_chosen_once_numpy_is_loaded(fresh, monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", object())
    assert blas.choose_kernels(cpuinfo()) is None
    assert "OPENBLAS_CORETYPE" not in os.environ


def test_the_processor_of_this_machine_is_read(fresh, monkeypatch, tmp_path):
    monkeypatch.setattr(blas, "CPUINFO", tmp_path / "cpuinfo")
    assert blas.choose_kernels() is None  # there is no such file, as on macOS and Windows
    (tmp_path / "cpuinfo").write_text(cpuinfo(), encoding="utf-8")
    assert blas.choose_kernels() is not None


# --------------------------------------------------------------------------- in a new process

LOADED = "import sys; from cnnlib import blas; print('numpy' in sys.modules)"
CHOOSE = f"from cnnlib import blas; print(blas.choose_kernels({cpuinfo()!r}) is not None)"
IN_USE = """
import os, numpy, threadpoolctl
used = [p["architecture"] for p in threadpoolctl.threadpool_info() if "architecture" in p]
print(os.environ["OPENBLAS_CORETYPE"], *used)
"""


def test_importing_blas_does_not_load_numpy():
    assert run(LOADED) == ["False"]


def test_openblas_obeys_the_choice():
    if not blas.has_avx512(blas.read_cpuinfo()):
        pytest.skip("this processor cannot run the AVX-512 kernels")
    chosen, in_use = run(f"{CHOOSE}\n{IN_USE}")
    assert chosen == "True"
    assert in_use in ("SkylakeX SkylakeX", "SkylakeX")


def test_openblas_obeys_the_user():
    if "avx2" not in blas.processor(blas.read_cpuinfo()).get("flags", "").split():
        pytest.skip("this processor cannot run the AVX2 kernels")
    chosen, in_use = run(f"{CHOOSE}\n{IN_USE}", OPENBLAS_CORETYPE="Haswell")
    assert chosen == "False"
    assert in_use in ("Haswell Haswell", "Haswell")


# --------------------------------------------------------------------------- threads


def threads():
    """Return the number of threads that OpenBLAS may use, None if NumPy uses another BLAS."""
    get = blas.openblas("get_num_threads")
    return None if get is None else get()


@pytest.fixture
def openblas():
    before = threads()
    if before is None:
        pytest.skip("NumPy uses another BLAS than OpenBLAS here")
    yield
    blas.set_threads(before)


def test_threads_are_those_that_threadpoolctl_sees(openblas):
    for n in (2, 1):
        blas.set_threads(n)
        pools = threadpoolctl.threadpool_info()
        assert n in [pool["num_threads"] for pool in pools if "numpy" in pool["filepath"]]


def test_set_threads_returns_how_many_there_were(openblas):
    blas.set_threads(2)
    assert blas.set_threads(1) == 2
    assert threads() == 1


def test_one_thread_is_held_while_any_block_is_open_even_after_an_error(openblas):
    blas.set_threads(2)
    with pytest.raises(KeyError), blas.one_thread as n:
        with blas.one_thread as again:
            assert n == again == 2
        assert threads() == 1
        raise KeyError
    assert threads() == 2


def test_blocks_that_overlap_in_two_threads_put_back_what_was_there_at_first(openblas):
    blas.set_threads(2)
    opened, close = threading.Event(), threading.Event()

    def other():
        with blas.one_thread:
            opened.set()
            close.wait(60)

    thread = threading.Thread(target=other)
    with blas.one_thread:
        thread.start()
        opened.wait(60)
    assert threads() == 1  # the other block is still open
    close.set()
    thread.join(60)
    assert threads() == 2


@pytest.mark.parametrize("n", [1, 2])
def test_parts_are_shared_and_come_back_in_order(openblas, n):
    blas.set_threads(n)
    seen = []

    def work(part):
        seen.append((threads(), threading.current_thread()))
        return part * part

    assert list(blas.share(work, range(9))) == [part * part for part in range(9)]
    assert {number for number, _ in seen} == {1}
    here = threading.current_thread()
    assert all((thread is here) == (n == 1) for _, thread in seen)
    assert threads() == n


def test_two_threads_work_at_the_same_time(openblas):
    """Each part waits for the other one: taking turns, they would never end."""
    blas.set_threads(2)
    both = threading.Barrier(2, timeout=60)
    assert sorted(blas.share(lambda part: both.wait(), range(2))) == [0, 1]


def test_an_error_in_a_part_is_raised_and_the_threads_are_put_back(openblas):
    blas.set_threads(2)
    with pytest.raises(ZeroDivisionError):
        list(blas.share(lambda part: 1 // part, [1, 0, 1]))
    assert threads() == 2


def test_another_process_has_threads_of_its_own(openblas):
    assert blas.pool(1, 2) is blas.pool(1, 2)
    assert blas.pool(1, 2) is not blas.pool(2, 2)


def test_less_than_one_thread_is_refused(openblas):
    before = threads()
    with pytest.raises(ValueError, match="n is 0, expected at least 1"):
        blas.set_threads(0)
    assert threads() == before


def test_another_blas_is_none_and_its_parts_take_turns_here(monkeypatch):
    monkeypatch.setattr(blas, "openblas", lambda name: None)
    assert blas.set_threads(1) is None
    found = list(blas.share(lambda part: threading.current_thread(), range(3)))
    assert found == [threading.current_thread()] * 3


def test_openblas_is_not_found_under_other_names(monkeypatch):
    monkeypatch.setattr(blas, "SYMBOLS", ("no_such_function_{}",))
    assert blas.openblas.__wrapped__("get_num_threads") is None
