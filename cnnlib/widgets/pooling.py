"""Explorers of lesson 02: a window and its winner, and a digit that moves under the windows."""

import contextlib
import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnlib.digits import read_images
from cnnlib.im2col import output_size, pad2d
from cnnlib.layers.pool import AvgPool2D, MaxPool2D
from cnnlib.plots.pooling import picture_rows, pooling_step
from cnnlib.widgets.base import Explorer, choice, several, slider, within

TIES = ((0, 0, 4, 4, 0, 1), (0, 0, 4, 1, 0, 0), (2, 0, 0, 0, 3, 0),
        (0, 2, 0, 0, 0, 3), (5, 5, 0, 0, 0, 0), (5, 5, 0, 7, 0, 0))  # fmt: skip

ORDINALS = {2: "nd", 3: "rd", 4: "th"}

BLANK = "was blank"


def relative(change, before):
    """Say how large a change is, in percent of the norm of what changed."""
    size = np.linalg.norm(before)
    return f"{100 * np.linalg.norm(change) / size:.0f} %" if size else BLANK


def shifted(x, shift):
    """Move images to the right, or to the left if negative: what leaves is lost, blank comes in."""
    W, by = x.shape[3], abs(shift)
    return np.pad(x, ((0, 0), (0, 0), (0, 0), (by, by)))[..., by - shift : by - shift + W]


def check_image(name, image):
    """Refuse what is not one grey image of at least 8 by 8 pixels; return it."""
    image = np.asarray(image)
    if image.ndim != 2 or min(image.shape) < 8:
        raise ValueError(f"{name} has shape {image.shape}, expected (H, W), each at least 8")
    return image


class PoolingExplorer(Explorer):
    """A window moved over six by six numbers: what it keeps, and which pixel that was.

    Parameters
    ----------
    digit : ndarray of shape (H, W)
        An image with values in [0, 1]; its liveliest piece is one of the inputs to choose.

    Raises
    ------
    ValueError
        If digit is not a grey image.
    """

    hint = "Press play. Then make the stride smaller than the window, or choose equal numbers."
    plays = {"step": 700}

    def __init__(self, digit):
        digit = check_image("digit", digit)
        pieces = sliding_window_view(digit, (6, 6))
        spread = pieces.std(axis=(2, 3))
        row, column = np.unravel_index(spread.argmax(), spread.shape)
        rng = np.random.default_rng(0)
        self.inputs = {
            "random": rng.integers(0, 10, (6, 6)),
            "digit": pieces[row, column].round(1),
            "ties": np.array(TIES),
            "negative": -rng.integers(1, 10, (6, 6)),
        }
        super().__init__()

    def make_controls(self):
        names = (("random numbers", "random"), ("piece of a digit", "digit"))
        names += (("equal numbers", "ties"), ("negative numbers", "negative"))
        return {
            "input": choice("input", names),
            "mode": choice("keep", (("maximum", "max"), ("average", "average"))),
            "kernel": slider("window", 2, 1, 7),
            "stride": slider("stride", 2, 1, 4),
            "pad": slider("pad", 0, 0, 2),
            "step": slider("step", 4, 0, 8),
        }

    def agree(self, moved):
        """Let the steps end at the last window."""
        kernel, stride, pad = (self.controls[name].value for name in ("kernel", "stride", "pad"))
        with contextlib.suppress(ValueError):  # which the picture says
            self.controls["step"].max = output_size(6, kernel, stride, pad) ** 2 - 1

    def pointed(self, name, x, y):
        """Choose the output pixel, or the first window that a pixel of the input lies in."""
        kernel, stride = (self.controls[name].value for name in ("kernel", "stride"))
        last = math.isqrt(self.controls["step"].max)  # of n * n windows the last is n * n - 1
        middle, each = ((kernel - 1) / 2, stride) if name == "x" else (0, 1)
        row, column = (within((place - middle) / each, last) for place in (y, x))
        return {"step": row * (last + 1) + column}

    def draw(self, input, mode, kernel, stride, pad, step):
        layer = (MaxPool2D if mode == "max" else AvgPool2D)(kernel, stride, pad)
        x = self.inputs[input].astype(np.float32)[None, None]
        y = layer.forward(x)[0, 0]
        oh, ow = position = divmod(step, y.shape[1])
        padded = pad2d(x, pad, -np.inf if mode == "max" else 0)[0, 0]
        winner = layer.winner[0, :, :, 0] if mode == "max" else None
        window = padded[oh * stride :, ow * stride :][:kernel, :kernel]
        if mode == "max":
            title, text = self.tell_maximum(window, winner[position])
        else:
            title, text = self.tell_average(window, y[position])
        where = f"Window {step + 1} of {y.size} gives output pixel ({oh}, {ow})."
        unseen = len(padded) - ((len(y) - 1) * stride + kernel)
        if unseen:
            is_are = "is" if unseen == 1 else "are"
            text += f" The last {unseen} of {len(padded)} rows and columns {is_are} in no window."
        if stride > kernel:
            text += f" The stride leaves out {stride - kernel} between windows."
        figure = pooling_step(padded, y, (kernel,) * 2, stride, position, winner, pad, title)
        return figure, f"{where} {text}"

    def tell_maximum(self, window, winner):
        """Return title and words for a window of which the largest number is kept."""
        kh, kw = divmod(int(winner), window.shape[1])
        best, ties = window[kh, kw], int((window == window[kh, kw]).sum())
        title = f"The largest of {window.size} is {best:.3g}, at ({kh}, {kw}) of the window"
        rule = f"winner = {kh} · {window.shape[1]} + {kw} = {winner}."
        text = (
            f"The largest of its {several(window.size, 'number')} is {best:.3g}, at tap"
            f" ({kh}, {kw}): {rule}"
        )
        if ties > 1:
            title += f": first of {ties} equal ones"
            text += f" There are {ties} of them; the first one counts."
        frame = int(np.isinf(window).sum())
        if frame:
            text += f" The frame's {frame} pixels are -inf and cannot win."
        return title, text

    def tell_average(self, window, mean):
        """Return title and words for a window that is averaged."""
        total = f"{window.sum():.3g} / {window.size} = {mean:.3g}"
        numbers = several(window.size, "number")
        text = f"The sum of its {numbers} is {window.sum():.3g}; the average is {total}."
        return f"The average: {total}", text


class ShiftExplorer(Explorer):
    """A digit that moves, and how much of that its pooled maps notice.

    Parameters
    ----------
    images : ndarray of shape (N, 1, H, W)
        Digits to choose from.

    Raises
    ------
    ValueError
        If images has another shape.
    """

    hint = "Move the digit. At a shift by a whole window the pooled map moves by one whole pixel."
    plays = {"shift": 700}

    def __init__(self, images):
        self.images = read_images(images)
        check_image("image", self.images[0, 0])
        super().__init__()

    def make_controls(self):
        return {
            "image": slider("image", 0, 0, len(self.images) - 1),
            "shift": slider("shift", 1, -4, 4),
            "kernel": choice("window", (2, 3, 4), 2),
        }

    def draw(self, image, shift, kernel):
        x = self.images[image : image + 1]
        ways = {
            "pixels": lambda x: x,
            f"every {kernel}{ORDINALS[kernel]}": lambda x: x[:, :, ::kernel, ::kernel],
            "average": AvgPool2D(kernel).forward,
            "maximum": MaxPool2D(kernel).forward,
        }
        before = [way(x)[0, 0] for way in ways.values()]
        after = [way(shifted(x, shift))[0, 0] for way in ways.values()]
        changes = [b - a for a, b in zip(before, after, strict=True)]
        sizes = [relative(change, a) for a, change in zip(before, changes, strict=True)]
        blank = [""] * len(ways)
        percents = [size if size == BLANK else f"changed by {size}" for size in sizes]
        figure = picture_rows(
            [before, after, changes],
            [list(ways), blank, percents],
            ["before", "shifted", "difference"],
            title=f"The digit moves by {shift}, seen through windows of {kernel} by {kernel}",
            signed=(2,),
        )
        said = ", ".join(f"{name} {size}" for name, size in zip(ways, sizes, strict=True))
        steps = several(shift, "column")
        return figure, f"Relative change when the digit moves by {steps}: {said}."
