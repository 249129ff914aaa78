"""The explorer of lessons 00 and 01 in which a filter is painted by hand."""

import numpy as np
import traitlets

from cnnlib.datasets import load_photo
from cnnlib.plots.start import painted
from cnnlib.widgets.convolution import KERNELS, filtered, read_filter
from cnnlib.widgets.page import PageExplorer, bundle


class PaintExplorer(PageExplorer):
    """A filter to paint with mouse, finger or keys, on a photograph or on a picture of your own.

    The page computes the answer itself; a picture that is opened stays in it.

    Parameters
    ----------
    picture : ndarray of shape (H, W), optional
        In [0, 1]; a photograph if not given.
    weights : ndarray of shape (3, 3), (5, 5) or (7, 7), optional
        The filter to begin with; the one that finds vertical edges if not given.

    Attributes
    ----------
    weights : list of float
        The filter, row by row.

    Raises
    ------
    ValueError
        If the picture is smaller than 7 x 7.
    """

    _esm = bundle("paint.js")
    shape = traitlets.List().tag(sync=True)
    pixels = traitlets.Bytes().tag(sync=True)
    presets = traitlets.Dict().tag(sync=True)
    weights = traitlets.List().tag(sync=True)

    def __init__(self, picture=None, weights=None):
        if picture is None:
            picture = load_photo(grey=True, height=200)[0, 0]
        picture = np.asarray(picture, np.float32)
        presets = {name: read_filter(text.split()) for name, text in KERNELS.items()}
        weights = np.asarray(presets["Sobel x"] if weights is None else weights, float)
        if min(picture.shape) < 7:
            raise ValueError(f"picture has shape {picture.shape}, expected (H, W), at least 7 x 7")
        self.picture = picture
        super().__init__(
            hint="Paint on the filter, with +1 and −1, and watch what it finds in the picture.",
            shape=[1, *picture.shape],
            pixels=picture.astype("<f4").tobytes(),
            presets={name: w.round(4).tolist() for name, w in presets.items()},
            weights=weights.round(4).ravel().tolist(),
        )

    def opening(self):
        size = round(len(self.weights) ** 0.5)
        w = np.reshape(self.weights, (size, size))
        return painted(self.picture, w, filtered(self.picture, w))
