"""Explorers of lesson 01: a filter on a picture, and the size of its output."""

import functools
from fractions import Fraction

import ipywidgets as widgets
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnlib.datasets import load_mnist, load_photo
from cnnlib.im2col import output_size
from cnnlib.plots.convolution import kernel_positions, sliding_window
from cnnlib.widgets.base import Explorer, choice, in_a_row, let_stand, several, slider, within

OWN = "own numbers"
KERNELS = {
    "identity": "0 0 0 0 1 0 0 0 0",
    "blur (box)": "1/9 1/9 1/9 1/9 1/9 1/9 1/9 1/9 1/9",
    "blur (Gaussian)": "1/16 1/8 1/16 1/8 1/4 1/8 1/16 1/8 1/16",
    "sharpen": "0 -1 0 -1 5 -1 0 -1 0",
    "Sobel x": "-1 0 1 -2 0 2 -1 0 1",
    "Sobel y": "-1 -2 -1 0 0 0 1 2 1",
    "Laplacian": "0 1 0 1 -4 1 0 1 0",
    "emboss": "-2 -1 0 -1 1 1 0 1 2",
}
TAPS = [f"w{kh}{kw}" for kh in range(3) for kw in range(3)]


def read_number(text, name):
    """Read a number such as 2, -0.5 or 1/9.

    Raises
    ------
    ValueError
        If it is none, or so large that a picture of it shows nothing else.
    """
    try:
        value = float(Fraction(text.strip()))
    except (ValueError, ZeroDivisionError, OverflowError):
        value = np.inf
    if abs(value) > 1000:
        raise ValueError(
            f"{name} is {text!r}, expected a number from -1000 to 1000, as 2, -0.5 or 1/9"
        )
    return value


def read_filter(texts):
    """Read nine texts as an ndarray of shape (3, 3)."""
    return np.reshape(
        [read_number(t, f"w[{k // 3}, {k % 3}]") for k, t in enumerate(texts)], (3, 3)
    )


def filtered(x, w, stride=1):
    """Slide w of shape (KH, KW) over x of shape (H, W), which has its frame already."""
    return np.einsum("hwij,ij->hw", sliding_window_view(x, w.shape)[::stride, ::stride], w)


class KernelExplorer(Explorer):
    """A 3 x 3 filter to choose or to type, slid over a picture.

    Parameters
    ----------
    images : dict of str to ndarray of shape (H, W), optional
        Pictures to choose from, in [0, 1], 3 x 3 pixels at least; a digit of MNIST and a
        photograph by default.

    Controls: ``kernel``, ``image``, ``stride``, ``pad``, ``row`` and ``column`` of the output, and
    the filter's numbers ``w00`` to ``w22``. The attribute ``play`` walks the window over the whole
    picture.
    """

    hint = (
        "Choose a filter or type nine numbers (1/9 works too); press play or move the window, in"
        " steps of the stride: its nine products add up to the marked output pixel."
    )

    def __init__(self, images=None):
        if images is None:
            photo = load_photo(grey=True, height=75)[0, 0]
            images = {"digit": load_mnist()[1][0][0, 0], "photograph": photo}
        for name, image in images.items():
            if min(np.shape(image)) < 3:
                raise ValueError(
                    f"images[{name!r}] has shape {np.shape(image)}, expected (H, W), at least 3 x 3"
                )
        self.images = {name: np.asarray(image) for name, image in images.items()}
        super().__init__()

    def make_controls(self):
        kernel, image = "Sobel x", next(iter(self.images))
        y = filtered(self.images[image], read_filter(KERNELS[kernel].split()))
        row, column = np.unravel_index(np.abs(y).argmax(), y.shape)  # where most is to be seen
        self.play = widgets.Play(
            value=y.size - 1, max=y.size - 1, interval=250, tooltip="walk over the picture"
        )
        self.play.observe(functools.partial(self.moved, "play"), "value")
        small = widgets.Layout(width="4.5em")
        taps = {
            name: widgets.Text(number, layout=small, continuous_update=False, tooltip=name)
            for name, number in zip(TAPS, KERNELS[kernel].split(), strict=True)
        }
        return {
            "kernel": choice("filter", [*KERNELS, OWN], kernel),
            "image": choice("image", list(self.images)),
            "stride": slider("stride", 1, 1, 3),
            "pad": slider("pad", 0, 0, 2),
            "row": slider("row", int(row), 0, y.shape[0] - 1),
            "column": slider("column", int(column), 0, y.shape[1] - 1),
            **taps,
        }

    def arrange(self):
        named = [control for name, control in self.controls.items() if name not in TAPS]
        grid = widgets.GridBox(
            [self.controls[name] for name in TAPS],
            layout=widgets.Layout(
                grid_template_columns="repeat(3, 5em)",
                align_content="flex-start",  # rows as close as columns
                margin="0 0 0 2em",
            ),
        )
        return in_a_row(widgets.VBox([*named, self.play]), grid)

    def agree(self, moved):
        """Let numbers and preset say the same filter, sliders and play the same window."""
        controls, play = self.controls, self.play
        row, column = controls["row"], controls["column"]
        if moved == "play":
            row.value, column.value = divmod(play.value, column.max + 1)
        else:
            if moved in TAPS:
                controls[moved].value = controls[moved].value.strip()
            presets = {name: tuple(text.split()) for name, text in KERNELS.items()}
            self.follow(moved, "kernel", presets, TAPS)
        stride, pad = controls["stride"].value, controls["pad"].value
        H, W = self.images[controls["image"].value].shape
        row.max, column.max = (output_size(size, 3, stride, pad) - 1 for size in (H, W))
        OH, OW = row.max + 1, column.max + 1
        place = row.value * OW + column.value
        let_stand(play, place, OH * OW - 1, moved in ("row", "column", "play"))

    def pointed(self, name, x, y):
        """Move the window to a pixel of the input, or of the output."""
        row, column, stride = (self.controls[name] for name in ("row", "column", "stride"))
        if name == "input x":  # the window whose middle is nearest
            x, y = (x - 1) / stride.value, (y - 1) / stride.value
        return {"row": within(y, row.max), "column": within(x, column.max)}

    def draw(self, kernel, image, stride, pad, row, column, **taps):
        x, w = np.pad(self.images[image], pad), read_filter(taps.values())
        y = filtered(x, w, stride)
        down, right = row * stride, column * stride
        window = x[down : down + 3, right : right + 3].astype(float)
        framed = f", in a frame of {pad}," if pad else ""
        text = (
            f"Filter {kernel}: rows {w.round(3).tolist()}. The window at rows {down - pad} to"
            f" {down - pad + 2}, columns {right - pad} to {right - pad + 2} of the {image}{framed}"
            f" holds {window.round(2).tolist()}. The nine products add up"
            f" to {y[row, column] + 0.0:.2f}: output pixel ({row}, {column}) of {y.shape[0]} x"
            f" {y.shape[1]}, whose values lie between {y.min() + 0.0:.2f} and {y.max() + 0.0:.2f}."
        )
        return sliding_window(x, w, y, row, column, stride, pad), text


SIZES = {
    "keep the size: padding 1": (8, 3, 1, 1, 1),
    "shrink: no padding": (8, 3, 1, 0, 1),
    "halve, one pixel left over": (8, 3, 2, 0, 1),
    "gaps: stride above kernel": (14, 2, 4, 0, 1),
    "spread taps: dilation 2": (10, 3, 1, 0, 2),
    "too large: refused": (4, 3, 1, 0, 2),
}
PARTS = ("size", "kernel", "stride", "pad", "dilation")


class OutputSizeExplorer(Explorer):
    """The positions of a kernel along one axis, their number, and the pixels it never reaches.

    Controls: ``preset``, ``size``, ``kernel``, ``stride``, ``pad`` and ``dilation``.
    """

    hint = "Test your predictions; then find a setting that does not fit."

    def make_controls(self):
        opening = "halve, one pixel left over"
        size, kernel, stride, pad, dilation = SIZES[opening]
        return {
            "preset": choice("preset", [*SIZES, OWN], opening),
            "size": slider("size", size, 1, 16),
            "kernel": slider("kernel", kernel, 1, 7),
            "stride": slider("stride", stride, 1, 5),
            "pad": slider("pad", pad, 0, 4),
            "dilation": slider("dilation", dilation, 1, 4),
        }

    def agree(self, moved):
        """Let preset and sliders say the same."""
        self.follow(moved, "preset", SIZES, PARTS)

    def draw(self, preset, size, kernel, stride, pad, dilation):
        O = output_size(size, kernel, stride, pad, dilation)  # noqa: E741
        span = dilation * (kernel - 1) + 1
        taps = np.add.outer(np.arange(O) * stride, np.arange(kernel) * dilation) - pad
        lost = sorted(set(range(-pad, size + pad)) - set(taps.ravel().tolist()))
        inside = [str(k) for k in lost if 0 <= k < size]
        frame, never = len(lost) - len(inside), []
        if inside:
            never.append(f"image pixel{'s' * (len(inside) > 1)} {', '.join(inside)}")
        if frame:
            never.append(f"{several(frame, 'pixel')} of the frame")
        text = (
            f"The kernel spans {dilation} * ({kernel} - 1) + 1 = {several(span, 'pixel')}, the"
            f" padded image {size} + 2 * {pad} = {size + 2 * pad}. Output size:"
            f" ({size + 2 * pad} - {span}) // {stride} + 1 = {O}. "
        )
        text += f"Never reached: {' and '.join(never)}." if never else "Every pixel is reached."
        return kernel_positions(size, kernel, stride, pad, dilation), text
