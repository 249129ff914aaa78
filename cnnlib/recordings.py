"""Runs of training that were recorded, for where one would take minutes: in the browser edition.

``python -m tools.site.record`` runs the lessons and keeps what their longer runs ended with.
"""

import hashlib
import json
import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from cnnlib import here
from cnnlib.files import load_arrays, part_of, save_arrays, under

FOLDER = Path(__file__).parent / "recorded"
SECONDS = 3  # of a run that is worth a record: about a minute in a browser


def name(run):
    """Return the file name of a run that has not begun: equal runs from equal weights share it.

    Weights are compared by their size, for the last digits of a draw depend on the machine.
    """
    start = {
        key: [*w.shape, f"{np.abs(w).sum(dtype=np.float64):.4g}"]
        for key, w in run.network.weights().items()
    }
    rate = run.optimizer.rate
    rates = [rate(k) for k in range(run.epochs * run.steps)] if callable(rate) else [rate]
    rates = [f"{rate:.6g}" for rate in rates]
    terms = {**run.terms(), "epochs": run.epochs, "rates": rates, "start": start}
    text = json.dumps(terms, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16] + ".npz"


@contextmanager
def recalled(run):
    """Around a run: in the browser, put it at once where it ended when it was recorded.

    That is done if there is such a record, and if every callback needs no more than the end
    (its attribute ``at_end`` is true); and it is said.  Elsewhere nothing is done, except that the
    variable RECORD_TRAINING names a folder in which a finished run is kept.
    """
    folder = os.environ.get("RECORD_TRAINING")
    plain = all(getattr(callback, "at_end", False) for callback in run.callbacks)
    if not plain or not (here.BROWSER or folder):
        yield
        return
    file = name(run)
    if here.BROWSER and (FOLDER / file).exists():
        load(run, FOLDER / file)
        here.note(
            f"this run of {len(run.history.losses):,} steps took {sum(run.history.seconds):.0f} s"
            " in an ordinary Python. It is shown as it was recorded there."
        )
        for callback in run.callbacks:
            callback(run)
    yield
    if folder and run.epoch == run.epochs and sum(run.history.seconds) > SECONDS:
        save(run, Path(folder) / file)


def save(run, path):
    """Write what a finished run left: the network's weights and the history."""
    arrays = under("network", run.network.weights()) | under("history", run.history.arrays())
    save_arrays(path, arrays)


def load(run, path):
    """Put a run where the one that :func:`save` wrote had ended."""
    arrays = load_arrays(path)
    run.network.assign(part_of(arrays, "network"), str(path))
    run.history = run.history.read(part_of(arrays, "history"))
    run.epoch = run.epochs
