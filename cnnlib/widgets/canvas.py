"""A canvas to draw a digit on, and how its drawing travels."""

import base64
import binascii
from pathlib import Path

import anywidget
import numpy as np
import traitlets

HERE = Path(__file__).parent


class Canvas(anywidget.AnyWidget):
    """A canvas to draw on with mouse, finger or pen, and a button that clears it.

    Attributes
    ----------
    value : str
        The drawing: base64 of ``size * size`` bytes of ink, row by row; empty if nothing is
        drawn. :func:`decode` and :func:`encode` translate.
    size : int
        Rows and columns of the drawing.
    """

    _esm = HERE / "canvas.js"
    _css = HERE / "canvas.css"
    value = traitlets.Unicode("").tag(sync=True)
    size = traitlets.Int(112).tag(sync=True)


def encode(pixels):
    """Write an image as the text that a :class:`Canvas` holds.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
        Ink in [0, 1].

    Returns
    -------
    str
    """
    ink = np.clip(np.asarray(pixels) * 255, 0, 255).round().astype(np.uint8)
    return base64.b64encode(ink.tobytes()).decode("ascii")


def decode(text, size):
    """Read the text that a :class:`Canvas` holds.

    Parameters
    ----------
    text : str
    size : int

    Returns
    -------
    float32 ndarray of shape (size, size)
        Ink in [0, 1]; zeros for an empty text.

    Raises
    ------
    ValueError
        If the text is no drawing of that size.
    """
    if not text:
        return np.zeros((size, size), np.float32)
    try:
        ink = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"the drawing cannot be read: {error}") from None
    if ink.size != size * size:
        raise ValueError(f"the drawing has {ink.size} pixels, expected {size} × {size}")
    return (ink.reshape(size, size) / np.float32(255)).astype(np.float32)
