"""Explorer of lesson 08: which way to convolve is the fastest where."""

import numpy as np

from cnnlib.plots.base import three_digits
from cnnlib.plots.fast import fastest
from cnnlib.widgets.base import Explorer, choice, within


class FastestExplorer(Explorer):
    """Pick channels, kernel and batch: which way was the fastest, and how long each of them took.

    Parameters
    ----------
    record : dict of str to arrays
        What ``python -m tools.fastest`` records: ``channels``, ``kernel``, ``batch``, ``way``, and
        ``seconds`` with an axis for each, in this order.
    """

    hint = (
        "Click a cell of the map to see what each way took there. Then change the batch: whose"
        " region shrinks when there is only one image?"
    )

    def __init__(self, record):
        self.record = record
        super().__init__()

    def make_controls(self):
        start = {"batch": 64, "channels": 64, "kernel": 3}
        axes = {name: self.record[name].tolist() for name in start}
        return {name: choice(name, axes[name], start[name]) for name in axes}

    def pointed(self, name, x, y):
        """Choose the channels and the kernel of a cell."""
        channels, kernels = self.record["channels"].tolist(), self.record["kernel"].tolist()
        column, row = within(x, len(channels) - 1), within(y, len(kernels) - 1)
        return {"channels": channels[column], "kernel": kernels[row]}

    def draw(self, batch, channels, kernel):
        record, ways = self.record, self.record["way"].tolist()
        i, j, k = (
            record[name].tolist().index(value)
            for name, value in (("channels", channels), ("kernel", kernel), ("batch", batch))
        )
        seconds = record["seconds"][:, :, k]
        ours = [w for w, way in enumerate(ways) if way != "PyTorch"]
        best = np.array(ways)[ours][np.nanargmin(seconds[..., ours], axis=2)]
        count = {
            name: sum(way.startswith(name) for way in best.flat)
            for name in ("im2col", "Winograd", "FFT")
        }
        most = max(count, key=count.get)
        images = f"{batch} images" if batch > 1 else "one image"
        title = f"For {images}, {most} is the fastest in {count[most]} of {best.size} cells"
        record_axes = record["channels"].tolist(), record["kernel"].tolist()
        figure = fastest(ways, seconds, *record_axes, (i, j), title)
        took = ", ".join(
            f"{way} {three_digits(1e3 * s)} ms"
            for way, s in zip(ways, seconds[i, j], strict=True)
            if np.isfinite(s)
        )
        others = ", ".join(f"{name} {n}" for name, n in count.items())
        maps = f"{channels} channels and as many filters" if channels > 1 else "1 channel, 1 filter"
        text = (
            f"{images[0].upper() + images[1:]}, {maps}, kernel"
            f" {kernel} × {kernel}: {best[i, j]} is the fastest. {took}. Cells of the map:"
            f" {others}."
        )
        return figure, text
