"""The picture of an explorer: an image with a text for who does not see it, to be pointed at."""

import base64
from pathlib import Path

import anywidget
import traitlets

HERE = Path(__file__).parent


class Picture(anywidget.AnyWidget):
    """An image in the page that tells where it is clicked or dragged.

    What it tells goes to the functions given to ``on_msg``: a dict with ``kind``, ``"down"`` or
    ``"move"``, and with ``x`` and ``y``, shares of its width and height from the top left. While
    one answers, the page keeps only the last place.

    Attributes
    ----------
    value : bytes
        A PNG file.
    alt : str
        The picture in words.
    stale : bool
        Whether it is an old one, of settings that were possible; then it is dimmed.
    points : bool
        Whether it tells anything.
    """

    _esm = HERE / "picture.js"
    _css = HERE / "picture.css"
    value = traitlets.Bytes(b"").tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)
    stale = traitlets.Bool(False).tag(sync=True)
    points = traitlets.Bool(False).tag(sync=True)


def with_picture(bundle, text, png):
    """Add a picture, and a text, to what a widget offers Jupyter: for pages without a kernel."""
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
    data |= {"text/plain": text, "image/png": base64.b64encode(png).decode("ascii")}
    return data, metadata
