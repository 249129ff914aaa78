"""Stopping a training run by Ctrl-C or Jupyter's stop button, and losing nothing."""

import signal
import threading
from contextlib import contextmanager


class Interrupted(KeyboardInterrupt):
    """The user stopped a training run, and it is safe: a KeyboardInterrupt with the record.

    Attributes
    ----------
    history : History
        What was done so far.
    """

    def __init__(self, run):
        self.history = run.history
        super().__init__(
            f"stopped after {len(run.history.losses):,} steps, {run.epoch} of {run.epochs} epochs"
            " done; the network keeps what it learned"
        )

    def _render_traceback_(self):
        """Show the reader of a notebook the sentence, and not where in the loop it was."""
        return [f"{type(self).__name__}: {self}"]


@contextmanager
def stopping_cleanly(run):
    """Let an interrupt set ``run.stop`` and be raised at the end; a second one acts at once.

    Whoever ignores interrupts, or handles them outside Python, is left alone.

    Raises
    ------
    Interrupted
        At the end, if there was one.
    """
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return
    pressed = []

    def stop(number, frame):
        run.stop = True
        pressed.append(number)
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if pressed:
        raise Interrupted(run)
