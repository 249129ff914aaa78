"""OpenBLAS's threads, and parts that are shared among threads of our own."""

import os
import threading

import pytest
import threadpoolctl

from cnnlib import blas


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
    both = threading.Barrier(2, timeout=600)
    assert sorted(blas.share(lambda part: both.wait(), range(2))) == [0, 1]


def test_an_error_in_a_part_is_raised_and_the_threads_are_put_back(openblas):
    blas.set_threads(2)
    with pytest.raises(ZeroDivisionError):
        list(blas.share(lambda part: 1 // part, [1, 0, 1]))
    assert threads() == 2


def test_after_an_interrupt_no_further_part_is_begun(openblas, monkeypatch):
    class Late:
        def submit(self, work):
            self.work = work
            return self

        def result(self):
            raise KeyboardInterrupt

    late, begun = Late(), []
    monkeypatch.setattr(blas, "pool", lambda *arguments: late)
    blas.set_threads(2)
    with pytest.raises(KeyboardInterrupt):
        blas.share(begun.append, range(5))
    assert threads() == 2
    late.work()
    assert begun == []


@pytest.mark.parametrize("n, kept", [(2, [[{3}, {5}], [{5}, {3}]]), (3, [[]])])
def test_as_many_threads_as_processors_keep_to_one_each(n, kept, monkeypatch):
    found, all_there = [], threading.Barrier(n, timeout=600)
    put = lambda thread, cpus: found.append((thread, cpus))  # noqa: E731
    monkeypatch.setattr(os, "sched_getaffinity", lambda thread: {3, 5}, raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", put, raising=False)
    list(blas.pool(-n, n).map(lambda part: all_there.wait(), range(n)))
    assert [cpus for _, cpus in found] in kept
    assert {thread for thread, _ in found} <= {0}  # the thread itself, not the whole process


def test_threads_that_may_not_keep_to_a_processor_work_all_the_same(monkeypatch):
    def refuse(thread, cpus):
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "sched_getaffinity", lambda thread: {3, 5}, raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", refuse, raising=False)
    assert list(blas.pool(-7, 2).map(abs, range(4))) == [0, 1, 2, 3]


def test_results_are_handed_on_in_order_and_one_at_a_time():
    seen, busy, free = [], threading.Event(), threading.Event()

    def slow(part, *results):
        seen.append((part, results))
        if part == "b":
            busy.set()
            free.wait(60)

    in_order = blas.InOrder(slow, "abcd")
    in_order.put("c", 3, 4)
    in_order.put("a", 1)
    assert seen == [("a", (1,))]
    other = threading.Thread(target=in_order.put, args=("b", 2))
    other.start()
    busy.wait(60)
    in_order.put("d")  # goes on: the other thread hands this on, too
    assert len(seen) == 2
    free.set()
    other.join(60)
    assert seen == [("a", (1,)), ("b", (2,)), ("c", (3, 4)), ("d", ())]


def test_a_result_that_two_threads_find_is_handed_on_once():
    class Meddling(dict):
        def __contains__(self, part):
            if part == "a" and super().__contains__(part) and len(self) == 1:
                other = threading.Thread(target=in_order.put, args=("b",))
                other.start()
                other.join(60)
                return True
            return super().__contains__(part)

    seen = []
    in_order = blas.InOrder(lambda part: seen.append((part, in_order.lock.locked())), "ab")
    in_order.results = Meddling()
    in_order.put("a")
    assert seen == [("a", True), ("b", True)]


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
