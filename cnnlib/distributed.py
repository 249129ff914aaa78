"""Training on several processes at once: each takes its share of every batch.

The loss of a batch is a mean over its images, so its gradient is the weighted mean of the gradients
of the parts.  Launching, messages and failures are MPI's business::

    mpiexec -n 4 python -m cnnlib train

Started so, every process builds the same network and sees the same images in the same order, and
one sum over all processes in each step keeps the weights equal.
"""

import os

import numpy as np

from cnnlib.training import Run

# Set for each process by the launchers of MPICH and Intel MPI, of Open MPI, and of Slurm.
LAUNCHERS = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")


def launched():
    """Say whether a launcher such as ``mpiexec -n 2`` started this process as one of several."""
    return any(int(os.environ.get(name, 1)) > 1 for name in LAUNCHERS)


def world():
    """Return MPI's communicator of all processes.

    Raises
    ------
    ImportError
        If mpi4py or MPI is missing; the message says how to get them.
    """
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:  # RuntimeError: mpi4py is there, MPI is not
        raise ImportError(
            f"training on several processes needs mpi4py and MPI ({error}):"
            " `pip install 'cnnlib[mpi]'` brings both"
        ) from None
    return MPI.COMM_WORLD


class SharedRun(Run):
    """A training run that several processes share: ``fit(..., loop=SharedRun)`` in each.

    Process 0 alone validates and saves; give the others no progress bar.  Two things differ from
    one process with the same batches.  BatchNorm uses the statistics of its process's share, and
    its running averages are averaged over the processes after each epoch.  What a layer draws, such
    as Dropout's mask, is drawn by each process for its share.

    Derived in lesson 09.  Source: Chen, Pan, Monga, Bengio, Jozefowicz, Revisiting distributed
    synchronous SGD (2016).
    """

    agreed = wanted = False

    def __init__(self, *terms):
        super().__init__(*terms)
        self.comm = world()
        self.rank, self.size = self.comm.Get_rank(), self.comm.Get_size()

    @property
    def stop(self):
        """Whether all processes have agreed to stop, which takes a step from when one is told."""
        return self.agreed

    @stop.setter
    def stop(self, value):
        self.wanted = value

    def one_epoch(self):
        """Take over the weights and draws of process 0, then do an epoch.

        The draws of the others follow from those of process 0, and so a run goes on from a
        checkpoint, which process 0 wrote after an epoch, as if it had never stopped.
        """
        for value in self.network.weights().values():
            value[...] = self.comm.bcast(value)
        for bits in self.network.draws():
            bits.state = self.comm.bcast(bits.state)
            if self.rank:
                bits.state = bits.jumped(self.rank).state
        super().one_epoch()

    def cuts(self, images):
        """Return where the share of each process begins, and where the last one ends."""
        return [images * k // self.size for k in range(self.size + 1)]

    def differentiate(self, x, labels):
        """Differentiate the loss on this process's share of a batch, and add up all shares.

        Returns
        -------
        (float, float, dict of str to ndarray)
            Loss, accuracy and gradients, all of the whole batch.
        """
        params = self.network.params
        sizes = [value.size for value in params.values()]
        mine = np.zeros(sum(sizes) + 3, x.dtype)  # gradients, loss, accuracy, whether to stop
        first, last = self.cuts(len(x))[self.rank : self.rank + 2]
        if first < last:
            value, accuracy, grads = super().differentiate(x[first:last], labels[first:last])
            mine[:-1] = np.concatenate(
                [*(grads[name].ravel() for name in params), [value, accuracy]]
            )
            mine *= (last - first) / len(x)
        mine[-1] = self.wanted
        total = np.empty_like(mine)
        self.comm.Allreduce(mine, total)
        self.agreed = bool(total[-1])
        parts = np.split(total[:-3], np.cumsum(sizes)[:-1])
        grads = {k: g.reshape(v.shape) for (k, v), g in zip(params.items(), parts, strict=True)}
        return float(total[-3]), float(total[-2]), grads

    def validate(self):
        """Average the running statistics over the processes; process 0 measures."""
        for value in self.network.state.values():
            value[...] = self.comm.allreduce(value) / self.size
        if self.rank == 0:
            super().validate()

    def save(self, path):
        """Let process 0 write the checkpoint."""
        if self.rank == 0:
            super().save(path)
