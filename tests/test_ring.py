"""The ring adds up what all have, and costs what its formula says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.ring import ring_all_reduce, ring_seconds, step_parts


@given(workers=st.integers(1, 9), size=st.integers(0, 40), seed=st.integers(0, 99))
def test_in_the_end_each_holds_the_sum_of_all(workers, size, seed):
    rng = np.random.default_rng(seed)
    buffers = [rng.integers(-9, 10, size).astype(float) for _ in range(workers)]
    total = np.sum(buffers, axis=0)
    sent = ring_all_reduce(buffers)
    for buffer in buffers:
        np.testing.assert_array_equal(buffer, total)
    assert sent <= 2 * size + 2 * workers  # parts differ by one number at most


def test_three_workers_by_hand():
    buffers = [np.array([1.0, 2, 3]), np.array([10.0, 20, 30]), np.array([100.0, 200, 300])]
    assert ring_all_reduce(buffers) == 4  # 4 rounds, a number each
    assert [b.tolist() for b in buffers] == [[111, 222, 333]] * 3


def test_what_is_summed_keeps_its_dtype():
    buffers = [np.ones(5, np.float32) for _ in range(3)]
    ring_all_reduce(buffers)
    assert {buffer.dtype for buffer in buffers} == {np.dtype(np.float32)}


def test_the_cost_is_that_of_all_messages_one_after_the_other():
    # 4 workers: 6 rounds of 250 bytes at 100 bytes a second, after half a second each
    assert ring_seconds(1000, 4, 0.5, 100) == pytest.approx(6 * (0.5 + 2.5))
    assert ring_seconds(1000, 1, 0.5, 100) == 0


def test_the_parts_of_a_step_add_up():
    computing, sending, waiting = step_parts(2.0, np.array([1, 4]), 1000, 0.5, 100)
    assert computing == 2.0
    np.testing.assert_allclose(sending, [0, 15])
    np.testing.assert_allclose(waiting, [0, 3])
    np.testing.assert_allclose(sending + waiting, ring_seconds(1000, np.array([1, 4]), 0.5, 100))
