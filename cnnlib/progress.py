"""The bar that a training run shows: a callback like a reader's own."""

import sys
from contextlib import suppress

import numpy as np
from tqdm.auto import tqdm

from cnnlib import here

CANNOT_WRITE = OSError, ValueError


class ProgressBar:
    """Shows a bar for each epoch, and then what validation found.

    A bar that cannot be written, because the terminal is gone or full, is given up: the run goes
    on. Used as a context manager, it leaves no bar open.
    """

    def __init__(self, on=True):
        self.on, self.bar = on and sys.stderr is not None, None

    def __call__(self, run):
        """Move the bar, or end it and say how well the network does on the validation images."""
        if not self.on:
            return
        try:
            if run.batch == 0:
                self.close()
                self.tell(run)
            else:
                self.move(run)
        except CANNOT_WRITE:
            self.on = False

    def move(self, run):
        """Show one step more."""
        if self.bar is None:
            if not here.has_threads():
                tqdm.monitor_interval = 0  # no thread that looks after the bars
            name = f"epoch {run.epoch + 1}/{run.epochs}"
            self.bar = tqdm(total=run.steps, initial=run.batch - 1, desc=name, unit="batch")
        self.bar.update()
        if run.batch % 20 == 0 or run.batch == run.steps:
            recent = run.history.losses[-20:], run.history.accuracies[-20:]
            text = f"loss {np.mean(recent[0]):.3f}, accuracy {np.mean(recent[1]):.3f}"
            self.bar.set_postfix_str(text, refresh=False)

    def tell(self, run):
        """Write loss and accuracy on the validation images."""
        if run.valid is not None:
            value, accuracy = run.history.valid_losses[-1], run.history.valid_accuracies[-1]
            tqdm.write(f"epoch {run.epoch}: validation loss {value:.4f}, accuracy {accuracy:.2%}")

    def close(self):
        """End the bar of an epoch."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with suppress(*CANNOT_WRITE):
            self.close()
