"""The explorer of lessons 00 and 06 that links the maps of a whole network."""

from itertools import pairwise

import numpy as np
import traitlets

from cnnlib import interpret
from cnnlib.arguments import one_of
from cnnlib.digits import read_images
from cnnlib.im2col import pad2d, windows
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.parts import path
from cnnlib.plots.start import linked
from cnnlib.widgets.page import Pack, PageExplorer, bundle

UNSEEN = ("Flatten", "Dropout")  # at rest they change no number


def shares(layer, x, f, row, column):
    """Return what each map of x adds to a number of a convolution or dense layer, (C,), or None."""
    if isinstance(layer, Dense):
        return (x.ravel() * layer.params["w"][:, f]).reshape(len(x), -1).sum(axis=1)
    if isinstance(layer, Conv2D) and layer.groups == 1:
        w = layer.params["w"][f]
        seen = windows(pad2d(x[None], layer.pad), w.shape[1:], layer.stride, layer.dilation)
        return (seen[..., row, column, 0] * w).sum(axis=(1, 2))
    return None


class NetworkExplorer(PageExplorer):
    """The layers of a network as columns of maps, for one image: click a map, click a pixel.

    A map that is chosen shows the maps that it is made of; a pixel of it shows its window, its
    filter and the sum. The page computes all this itself.

    Parameters
    ----------
    network : Sequential
        Any network of the package's layers, from images to scores; the page gets its weights as
        they are when it is shown.
    images : ndarray of shape (N, C, H, W)
        Images to choose from.
    labels : ndarray of shape (N,), integer, optional
    layer : str, optional
        Where it opens; at the last convolution, its strongest number, if not given.

    Attributes
    ----------
    image : int
        Which image is read, unless `drawing` holds one, as :mod:`cnnlib.widgets.canvas` writes it.
    layer, map, row, column : str, int, int, int
        What is chosen.

    Raises
    ------
    ValueError
        If the page cannot compute a layer, the images do not fit, or there is no such layer.
    """

    _esm = bundle("network.js")
    layers = traitlets.List().tag(sync=True)
    numbers = traitlets.Bytes().tag(sync=True)
    shape = traitlets.List().tag(sync=True)
    images = traitlets.Bytes().tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    image = traitlets.Int(0).tag(sync=True)
    drawing = traitlets.Unicode("").tag(sync=True)
    layer = traitlets.Unicode("").tag(sync=True)
    map = traitlets.Int(0).tag(sync=True)
    row = traitlets.Int(0).tag(sync=True)
    column = traitlets.Int(0).tag(sync=True)

    def __init__(self, network, images, labels=None, layer=None):
        images = read_images(images).astype(np.float32)
        pack, self.network = Pack(network), network
        steps = self.steps(pack, images[0])
        names = list(steps)
        if layer is None:
            layer = ([n for n in names if "conv" in n] or names)[-1]
        one_of(names, layer=layer)
        maps = steps[layer]
        where = np.unravel_index(maps.argmax(), maps.shape)
        f, row, column = map(int, (*where, 0, 0)[:3])
        super().__init__(
            hint="Click a map, then a pixel of it: which maps is it made of, and by which sum?",
            layers=pack.layers,
            numbers=pack.numbers(),
            shape=list(images.shape[1:]),
            images=images.astype("<f4").tobytes(),
            labels=[] if labels is None else [int(label) for label in labels],
            layer=layer,
            map=f,
            row=row,
            column=column,
        )

    def steps(self, pack, image):
        """Return what is seen of the layers' responses to an image, a dict that begins with it."""
        x = image[None].astype(self.network.dtype)
        seen = [row["name"] for row in pack.layers if row["kind"] not in UNSEEN]
        made = {name: interpret.activations(self.network, x, name)[0] for name in seen}
        return {"input": image} | made

    def opening(self):
        pack, given = Pack(self.network), None
        self.numbers = pack.numbers()  # it may have learned on
        image = np.frombuffer(self.images, "<f4").reshape(-1, *self.shape)[self.image]
        steps = self.steps(pack, image)
        for x, name in pairwise(steps):
            if name == self.layer:
                layer = path(self.network, name)[-1]
                given = shares(layer, steps[x], self.map, self.row, self.column)
        return linked(list(steps.items()), self.layer, self.map, parts=given)
