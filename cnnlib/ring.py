"""What adding up between workers takes: the ring all-reduce, and its cost.

A worker is a processor, a graphics card or a machine that has the whole network and does its share
of every batch.  `cnnlib.distributed` leaves the adding up to MPI; here is what MPI does with large
buffers, in one process, and how long it takes.
"""

import numpy as np

LATENCY, BANDWIDTH = 30e-6, 1.25e9  # seconds, bytes a second: a network of 10 Gbit/s


def ring_all_reduce(buffers):
    """Add up equal buffers of several workers, in place, talking only to the neighbour.

    Parameters
    ----------
    buffers : list of ndarray of shape (D,)
        One a worker; in the end each holds the sum of all.

    Returns
    -------
    int
        How many numbers each worker has sent: about 2 D, however many workers there are.

    Derived in lesson 09.  Source: Patarasuk and Yuan, Bandwidth optimal all-reduce algorithms
    (2009).
    """
    P, sent = len(buffers), 0
    parts = [np.array_split(buffer, P) for buffer in buffers]  # views
    for step in range(2 * P - 2):
        messages = [parts[worker][(worker - step) % P].copy() for worker in range(P)]
        sent += len(messages[0])
        for worker, message in enumerate(messages):
            target = parts[(worker + 1) % P][(worker - step) % P]
            target[...] = target + message if step < P - 1 else message
    return sent


def ring_seconds(size, workers, latency=LATENCY, bandwidth=BANDWIDTH):
    """Return how long a ring all-reduce takes: 2 (P - 1) messages of a P-th of the buffer.

    Parameters
    ----------
    size : float
        Bytes of the buffer.
    workers : int or ndarray of int
        P.
    latency : float
        Seconds a message takes before its first byte arrives.
    bandwidth : float
        Bytes a second.

    See lesson 09.
    """
    return 2 * (workers - 1) * (latency + size / workers / bandwidth)


def step_parts(computing, workers, size, latency=LATENCY, bandwidth=BANDWIDTH):
    """Return what a step of data-parallel training spends its time on.

    Parameters
    ----------
    computing : float or ndarray
        Seconds that a worker computes for its share of the batch.
    workers, size, latency, bandwidth
        As for :func:`ring_seconds`; size is that of all gradients.

    Returns
    -------
    (float, float, float), or ndarrays
        Seconds: computing, sending, and waiting for messages to start.

    See lesson 09.
    """
    sending = ring_seconds(size, workers, 0, bandwidth)
    return computing, sending, ring_seconds(0, workers, latency, bandwidth)
