"""Explorers of lesson 03: a patch and its column, a step of the copy and the memory it reads."""

import numpy as np

from cnnlib.im2col import output_size, pad2d
from cnnlib.plots.im2col import picked_patch, two_tapes
from cnnlib.widgets.base import Explorer, choice, several, slider, within

# A seven and a zero, written with a soft pencil.
DIGITS = np.array(
    [
        [
            [0, 0, 0, 0, 0, 0],
            [0, 3, 4, 4, 3, 0],
            [0, 0, 0, 2, 4, 0],
            [0, 0, 1, 4, 1, 0],
            [0, 0, 4, 2, 0, 0],
            [0, 1, 4, 0, 0, 0],
        ],
        [
            [0, 0, 2, 3, 0, 0],
            [0, 3, 2, 1, 4, 0],
            [1, 4, 0, 0, 4, 1],
            [1, 4, 0, 0, 4, 1],
            [0, 4, 1, 1, 3, 0],
            [0, 1, 4, 3, 0, 0],
        ],
    ]
)


class PatchExplorer(Explorer):
    """Pick an output pixel: its patch, its column of the matrix, its product with a filter.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), optional
        Small images; by default a seven and a zero of 6 x 6 pixels, whose second channel is their
        negative.

    Notes
    -----
    The slider ``column`` and the sliders ``oh``, ``ow`` and ``image`` say the same in two ways:
    ``column = (oh * OW + ow) * N + image``; moving one of them moves the others.
    """

    hint = (
        "Press play: the patch walks over the images, and the matrix is filled column by column."
        " Which number changes fastest, image, ow or oh? Then try stride 2."
    )
    plays = {"column": 500}

    def __init__(self, x=None):
        self.x = np.stack([DIGITS, 4 - DIGITS], axis=1) if x is None else x
        self.x = np.asarray(self.x, float)
        super().__init__()

    PRESETS = {
        "stride 1": (3, 1, 0),
        "stride 2": (3, 2, 0),
        "padding keeps the size": (3, 1, 1),
        "no overlap": (2, 2, 0),
        "one pixel is a patch": (1, 1, 0),
    }

    def make_controls(self):
        N, C, H, W = self.x.shape
        return {
            "preset": choice("preset", [*self.PRESETS, "your own"]),
            "column": slider("column", 18, 0, N * H * W - 1),
            "oh": slider("oh", 2, 0, H - 1),
            "ow": slider("ow", 1, 0, W - 1),
            "image": slider("image", 0, 0, N - 1),
            "channel": slider("channel", 0, 0, C - 1),
            "kernel": slider("kernel", 3, 1, max(H, W) + 1),
            "stride": slider("stride", 1, 1, 4),
            "pad": slider("pad", 0, 0, 2),
        }

    def agree(self, moved):
        """Let preset and sliders say the same, and column, oh, ow and image the same pixel."""
        controls, now = self.controls, self.values()
        self.follow(moved, "preset", self.PRESETS, ("kernel", "stride", "pad"))
        try:
            OH, OW = self.size()
        except ValueError:  # which the picture says
            return
        N, column = len(self.x), now["column"]
        for name, count in (("oh", OH), ("ow", OW), ("column", OH * OW * N)):
            controls[name].max = count - 1
        if moved == "column":
            at, controls["image"].value = divmod(min(column, OH * OW * N - 1), N)
            controls["oh"].value, controls["ow"].value = divmod(at, OW)
        oh, ow, n = (controls[name].value for name in ("oh", "ow", "image"))
        controls["column"].value = (oh * OW + ow) * N + n

    def pointed(self, name, x, y):
        """Choose a column of the matrix, an output pixel, or the patch around a pixel."""
        if name == "matrix":
            return {"column": within(x, self.controls["column"].max)}
        if name == "image":
            kernel, stride = self.controls["kernel"].value, self.controls["stride"].value
            x, y = ((place - (kernel - 1) / 2) / stride for place in (x, y))
        return {"oh": within(y, self.controls["oh"].max), "ow": within(x, self.controls["ow"].max)}

    def size(self):
        """Return OH and OW for the settings of the controls."""
        kernel, stride, pad = (self.controls[k].value for k in ("kernel", "stride", "pad"))
        return tuple(output_size(size, kernel, stride, pad) for size in self.x.shape[2:])

    def filter(self, kernel):
        """Make a filter that tells left from right, of shape (C, kernel, kernel)."""
        ramp = np.sign(np.arange(kernel) - (kernel - 1) / 2) if kernel > 1 else np.ones(1)
        sign = np.where(np.arange(self.x.shape[1]) % 2, -1.0, 1.0)
        return sign[:, None, None] * np.broadcast_to(ramp, (kernel, kernel))

    def draw(self, preset, column, oh, ow, image, channel, kernel, stride, pad):
        OH, OW = self.size()
        w, N = self.filter(kernel), len(self.x)
        figure = picked_patch(self.x, w, kernel, stride, pad, (image, channel, oh, ow))
        top, left = oh * stride, ow * stride
        patch = pad2d(self.x, pad)[image, :, top : top + kernel, left : left + kernel]
        sums = (w * patch).sum(axis=(1, 2))
        text = (
            f"Output pixel ({oh}, {ow}) of image {image} has the column"
            f" ({oh} · {OW} + {ow}) · {N} + {image} = {column} of {OH * OW * N}."
            f" Its patch starts at row {top}, column {left} of the padded image and has"
            f" {several(patch.size, 'number')}; channel {channel} of it is"
            f" {', '.join(f'{value:g}' for value in patch[channel].ravel())}."
            f" Filter times patch, a channel at a time: {' + '.join(f'{s:g}' for s in sums)}"
            f" = {sums.sum():g}."
        )
        return figure, text.replace("+ -", "- ")


def runs(cells):
    """Cut a set of cell numbers into runs of neighbours.

    Returns
    -------
    list of (int, int)
        First cell and length of each run.
    """
    cells = np.unique(cells)
    starts = np.flatnonzero(np.diff(cells, prepend=-2) > 1)
    lengths = np.diff(np.append(starts, len(cells)))
    return [(int(cells[s]), int(n)) for s, n in zip(starts, lengths, strict=True)]


class MemoryExplorer(Explorer):
    """Pick a step of im2col: which numbers it reads, and how they lie in two orders of memory."""

    hint = (
        "One step of the copy reads the strong cells. Compare the runs in both orders for one row"
        " of the patch matrix, then for one patch of one image; then try stride 2."
    )
    plays = {"place": 700}
    STEPS = (
        ("one row of the patch matrix", "row"),
        ("one patch of one image", "patch"),
        ("one patch of every image", "patches"),
    )
    N, SIZE, KERNEL = 4, 5, 3

    def make_controls(self):
        return {
            "reads": choice("reads", self.STEPS),
            "place": slider("place", 4, 0, self.KERNEL**2 - 1),
            "stride": slider("stride", 1, 1, 3),
        }

    def agree(self, moved):
        """Let the places end at the last that there is."""
        now = self.values()
        out = output_size(self.SIZE, self.KERNEL, now["stride"])
        self.controls["place"].max = (self.KERNEL if now["reads"] == "row" else out) ** 2 - 1

    def draw(self, reads, place, stride):
        N, size, K = self.N, self.SIZE, self.KERNEL
        out = output_size(size, K, stride)
        touched = np.zeros((N, size, size), bool)
        if reads == "row":
            kh, kw = divmod(place, K)
            touched[:, kh:, kw:][:, : stride * out : stride, : stride * out : stride] = True
            what = f"tap ({kh}, {kw}) at all {out} × {out} positions of all {N} images"
        else:
            oh, ow = divmod(place, out)
            images = slice(None) if reads == "patches" else 0
            touched[images, oh * stride : oh * stride + K, ow * stride : ow * stride + K] = True
            whose = f"all {N} images" if reads == "patches" else "image 0"
            what = f"the patch of output pixel ({oh}, {ow}) of {whose}"
        found = {
            name: runs(np.flatnonzero(touched.transpose(order)))
            for name, order in (("NCHW", (0, 1, 2)), ("CHWN", (1, 2, 0)))
        }
        lie = {
            name: f"{several(len(r), 'run')}, the longest of {max(n for _, n in r)}"
            for name, r in found.items()
        }
        says = " and ".join(f"in order {name} they lie in {how}" for name, how in lie.items())
        best = min(found, key=lambda name: len(found[name]))
        same = len(found["NCHW"]) == len(found["CHWN"])
        step = next(name for name, value in self.STEPS if value == reads)
        title = f"{best} reads {step} in fewer runs"
        if same:
            title = f"Both orders read {step} in as many runs"
        notes = [f"memory in order {name}: {how} numbers" for name, how in lie.items()]
        figure = two_tapes(touched, notes, title)
        return figure, f"Read: {what}, {touched.sum()} numbers; {says}."
