"""Looking inside your own network: one call, one figure.

Each function takes a network built from ``cnnlib`` and returns a matplotlib figure, which shows
itself in Jupyter and is saved with ``figure.savefig("filters.png")``::

    from cnnlib import look
    look.plot_filters(network)
    look.plot_saliency(network, image)

`plot_filters` and `plot_spectrum` also take a plain array (F, C, KH, KW): filters from PyTorch
(``layer.weight.detach().numpy()``) or from a file. An image is an array (C, H, W), or (H, W) where
it is grey, or the path of a photograph of a digit, which `cnnlib.digits.prepare_digit` reads.
Without a layer's name the first or last one that makes sense is taken; `layers` lists the names
that there are. Lesson 06 explains what each figure shows and what it does not.
"""

import os
import warnings

import numpy as np

from cnnlib import interpret
from cnnlib.arguments import instance
from cnnlib.digits import FIELD, read_images
from cnnlib.losses import check_labels, softmax
from cnnlib.network import Sequential, known_shape
from cnnlib.parts import all_layers, onto_image, path, receptive_field, upto
from cnnlib.plots import filters as plots
from cnnlib.plots.base import crop

MOST_FILTERS = 32
DREAM = {"jitter": 2, "blur": 0.6, "decay": 0.03}


def layers(network, kind=None):
    """List the names of all layers, those inside blocks with dots.

    Parameters
    ----------
    network : Sequential
    kind : str, optional
        Only those of this kind: ``conv``, ``relu``, ``pool``, ``dense`` ...

    Returns
    -------
    list of str
    """
    check_network(network)
    found = all_layers(network)
    return [name for name, layer in found if kind is None or layer.kind == kind]


def plot_filters(filters, layer=None, which=None, sort=True, title=None):
    """Draw what a convolution has learned: its filters on one scale, white 0, the strongest first.

    Parameters
    ----------
    filters : Sequential, or array of shape (F, C, KH, KW)
        A network, or filters from anywhere.
    layer : str, optional
        A convolution of the network; its first one if not given.
    which : sequence of int, optional
        Filters to draw, in this order; else the strongest, at most 32.
    sort : bool
        Whether to begin with the strongest.
    title : str, optional

    Returns
    -------
    Figure
        One channel: a square a filter. Three, of an array or of the layer that sees the image:
        colours as the filter weighs them, grey 0. Else a row a filter, at most its 32 strongest
        channels. What is NaN or infinite is named in the title.

    Raises
    ------
    KeyError, TypeError, ValueError
        If there is no such layer or filter, or the array is no bank of filters.
    """
    w, name, colours = bank(filters, layer)
    strengths = interpret.strengths(w)
    broken = [f for f in range(len(w)) if not np.isfinite(w[f]).all()]
    best = np.argsort(-strengths, kind="stable") if sort else np.arange(len(w))
    order = pick(which, len(w), best[:MOST_FILTERS])
    shown = "" if len(order) == len(w) else f"{len(order)} of "
    title = title or f"{shown}{len(w)} filters of {name}, with their strengths"
    if broken:
        title += f"; NaN or infinite, drawn as 0: {', '.join(map(str, broken))}"
        w = np.where(np.isfinite(w), w, 0)
    labels = [f"{f}: {strengths[f]:.2f}" for f in order]
    if colours:
        return plots.colour_filters(w[order], labels, title=title)
    channels = range(w.shape[1])
    if w.shape[1] > plots.MOST_CHANNELS:
        most = np.argsort(-interpret.strengths(w[order].swapaxes(0, 1)), kind="stable")
        channels = sorted(most[: plots.MOST_CHANNELS].tolist())
        title += f"; {plots.MOST_CHANNELS} of {w.shape[1]} channels"
    return plots.filter_grid(
        w[order][:, list(channels)], title=title, labels=labels, channels=channels
    )


def plot_spectrum(filters, layer=None, which=None, title=None):
    """Draw which waves filters pass, one channel of each: the strongest.

    Parameters as for :func:`plot_filters`; at most six filters.

    Returns
    -------
    Figure
    """
    w, name, _ = bank(filters, layer)
    order = pick(which, len(w), np.argsort(-interpret.strengths(w), kind="stable")[:6])
    channels = [int(np.abs(w[f]).sum(axis=(1, 2)).argmax()) for f in order]
    w = w[order, channels]
    title = title or f"Filters of {name}, and the waves that they pass"
    return plots.spectra(w, interpret.spectrum(w), [str(f) for f in order], title)


def plot_feature_maps(network, image, layer=None, title=None):
    """Draw what every filter of a layer makes of an image.

    Parameters
    ----------
    network : Sequential
    image : ndarray of shape (C, H, W) or (H, W)
    layer : str, optional
        One that returns maps; the first convolution if not given.
    title : str, optional

    Returns
    -------
    Figure

    Raises
    ------
    KeyError, TypeError, ValueError
        If there is no such layer, it returns no maps, or the image does not fit.
    """
    layer = layer or first(network, "conv")
    x = as_images(network, image)[:1]
    maps = interpret.activations(network, x, layer)[0]
    if maps.ndim != 3:
        raise ValueError(f"{layer} returns {len(maps)} numbers, expected a layer with maps")
    title = title or f"The {len(maps)} maps of {layer}"
    return plots.feature_maps(maps, title=title)


def plot_most_exciting(network, images, layer=None, which=None, count=8, title=None):
    """Draw the patches of many images that excite filters most, as far as these can see.

    Parameters
    ----------
    network : Sequential
    images : ndarray of shape (N, C, H, W)
        Where to search: the more, the better.
    layer : str, optional
        The last convolution if not given.
    which : sequence of int, optional
        Filters, or numbers of a dense layer; else the six that reach highest.
    count : int
        Patches of each.
    title : str, optional

    Returns
    -------
    Figure
    """
    layer = layer or first(network, "conv", last=True)
    x = as_images(network, images)
    parts = (interpret.activations(network, x[i : i + 500], layer) for i in range(0, len(x), 500))
    tops = np.max([y.max(axis=(0, *range(2, y.ndim))) for y in parts], axis=0)
    which = pick(which, len(tops), np.sort(np.argsort(-tops, kind="stable")[:6]))
    patches, responses = [], []
    for unit in which:
        found = interpret.strongest(interpret.activations(network, x, layer, unit), count)
        fields = [
            receptive_field(network, layer, row, column, x.shape[1:], clip=False)
            for _, row, column, _ in found
        ]
        patches.append([picture(crop(x[n], *f)) for (n, *_), f in zip(found, fields, strict=True)])
        responses.append([value for *_, value in found])
    title = title or f"What excites {layer} most, in {len(x):,} images"
    return plots.exciting_patches(patches, responses, [str(unit) for unit in which], title)


def plot_receptive_field(network, layer, row=None, column=None, images=None, title=None):
    """Draw what one output pixel of a layer can see, and what moves it.

    Parameters
    ----------
    network : Sequential
    layer : str
        One that returns maps.
    row, column : int, optional
        The output pixel; the middle one if not given.
    images : ndarray of shape (N, C, H, W), optional
        Images to measure on; noise if not given.
    title : str, optional

    Returns
    -------
    Figure
        The gradient, its mean size over the images, in the frame computed from the layers.
    """
    check_network(network)
    if images is None:
        shape = known_shape(network.input_shape)
        images = np.random.default_rng(0).random((64, *shape), np.float32)
    x = as_images(network, images)
    shape = upto(network, layer).output_shape(x.shape[1:])
    if len(shape) != 3:
        raise ValueError(f"{layer} returns {shape[0]} numbers, expected a layer with maps")
    row, column = (size // 2 if at is None else at for at, size in
                   ((row, shape[1]), (column, shape[2])))  # fmt: skip
    field = receptive_field(network, layer, row, column, x.shape[1:])
    measured = interpret.effective_field(network, x, layer, row, column)
    rows, columns = field
    title = title or f"Pixel ({row}, {column}) of {layer} sees {len(rows)} × {len(columns)} pixels"
    return plots.measured_fields([measured], [field], [""], title)


def plot_saliency(network, images, labels=None, layer=None, title=None, size=5):
    """Draw where the network looked, by five methods side by side.

    Parameters
    ----------
    network : Sequential
        Returns scores of classes.
    images : ndarray of shape (C, H, W), (H, W) or (N, C, H, W)
    labels : int or sequence of int, optional
        The class asked about; the network's answer if not given.
    layer : str, optional
        Where Grad-CAM looks; the last layer of the network with maps if not given.
    title : str, optional
    size : int
        Pixels of the square that occlusion covers, odd; its map has at most 32 by 32 places.

    Returns
    -------
    Figure
        For each image: saliency, SmoothGrad, gradient times input, occlusion, and Grad-CAM where
        the network has maps.
    """
    x = as_images(network, images)
    scores = interpret.activations(network, x, list(network.layers)[-1])
    if scores.ndim != 2 or scores.shape[1] < 2:
        raise ValueError(
            f"network returns shape {scores.shape}, expected scores (N, M) of two classes or more"
        )
    classes = scores.argmax(axis=1) if labels is None else np.asarray(labels)
    classes = np.repeat(classes, len(x)) if classes.ndim == 0 else classes
    check_labels(classes, *scores.shape)
    stride = -(-max(x.shape[2:]) // 32)  # 1 up to 32 pixels: a photograph has too many places
    maps = {
        "saliency": interpret.saliency(network, x, classes),
        "SmoothGrad": interpret.smooth_grad(network, x, classes),
        "grad × input": interpret.gradient_times_input(network, x, classes),
        "occlusion": interpret.occlusion(network, x, classes, size, stride=stride),
    }
    layer = layer or last_maps(network, x.shape[1:])
    if layer is not None:
        cam = interpret.grad_cam(network, x, classes, layer)
        maps["Grad-CAM"] = onto_image(network, cam, layer, x.shape[1:])
    chances = softmax(scores)[np.arange(len(x)), classes]
    rows = [f"{k} ({100 * p:.0f} %)" for k, p in zip(classes, chances, strict=True)]
    title = title or "Where the network looked, and how probable it finds the class"
    return plots.where_it_looked([picture(image) for image in x], maps, rows, title)


def plot_maximised(network, layer=None, which=None, title=None, **options):
    """Draw images that were made to excite units of a layer as much as they can.

    Parameters
    ----------
    network : Sequential
        Knows its input shape.
    layer : str, optional
        The last layer, whose units are the classes, if not given.
    which : sequence of int, optional
        Units; at most the first 30 if not given.
    title : str, optional
    **options
        Those of :func:`cnnlib.interpret.maximise`: steps, rate, jitter, blur, decay, rng.

    Returns
    -------
    Figure
        A unit that no image moves is left empty.
    """
    check_network(network)
    layer = layer or list(network.layers)[-1]
    count = upto(network, layer).output_shape(network.input_shape)[0]
    which = pick(which, count, range(min(count, 30)))
    made = []
    for unit in which:
        try:
            made.append(picture(interpret.maximise(network, layer, unit, **DREAM | options)))
        except interpret.NothingToClimb:
            made.append(None)
    title = title or f"Images made to excite each unit of {layer}"
    return plots.made_to_order(made, [str(unit) for unit in which], title=title)


def plot_ablation(network, images, labels, layer=None, title=None):
    """Draw the accuracy that is left when one filter after another is switched off.

    Parameters
    ----------
    network : Sequential
    images : ndarray of shape (N, C, H, W)
    labels : ndarray of shape (N,), integer
    layer : str, optional
        The first ReLU if not given.
    title : str, optional

    Returns
    -------
    Figure
    """
    layer = layer or first(network, "relu")
    x = as_images(network, images)
    left = interpret.ablation(network, x, labels, layer)
    answers = interpret.activations(network, x, list(network.layers)[-1]).argmax(axis=1)
    whole = float((answers == labels).mean())
    lost = np.round(100 * (whole - left), 10)
    names = [str(f) for f in range(len(left))]
    title = title or f"What is lost without one filter of {layer} (of {100 * whole:.1f} %)"
    return plots.bars(lost, names, title, "accuracy lost, points")


def plot_embedding(network, images, labels, layer=None, title=None):
    """Draw images as points: the numbers of a late layer, in the two directions that vary most.

    Parameters
    ----------
    network : Sequential
    images : ndarray of shape (N, C, H, W)
    labels : ndarray of shape (N,), integer, 0 to 9
    layer : str, optional
        The one before the last if not given: what the last layer is fed with.
    title : str, optional

    Returns
    -------
    Figure
    """
    x = as_images(network, images)
    labels = np.asarray(labels)
    check_labels(labels, len(x), 10)  # each is drawn as a numeral
    names = list(network.layers)
    if layer is None and len(names) < 2:
        raise ValueError("network has one layer, expected the name of one: layer=...")
    layer = layer or names[-2]
    features = interpret.activations(network, x, layer).reshape(len(x), -1)
    if min(features.shape) < 2:
        raise ValueError(
            f"{len(x)} images with {features.shape[1]} numbers of {layer} each, expected two or"
            " more of both: a point has two coordinates"
        )
    places, shares = interpret.principal_components(features)
    axes = [f"{n} direction, {100 * s:.0f} % of the variance"
            for n, s in zip(("first", "second"), shares, strict=True)]  # fmt: skip
    title = title or f"{len(x):,} images as {layer} sees them"
    return plots.scatter_classes(places, labels, title=title, axes=axes)


def plot_fooled(network, images, labels, eps=0.1, title=None):
    """Draw images, a change that no pixel of which exceeds eps, and what the network makes of both.

    Parameters
    ----------
    network : Sequential
    images : ndarray of shape (N, C, H, W), in [0, 1]
    labels : ndarray of shape (N,), integer
    eps : float
    title : str, optional

    Returns
    -------
    Figure
    """
    x = as_images(network, images)
    if x.min() < 0 or x.max() > 1:
        raise ValueError(f"images go from {x.min():g} to {x.max():g}, expected 0 to 1")
    moved = interpret.fast_gradient_sign(network, x, labels, eps)
    said = []
    for batch in (x, moved):
        chances = softmax(interpret.activations(network, batch, list(network.layers)[-1]))
        best = chances.argmax(axis=1)
        said.append([f"{k}: {100 * p[k]:.0f} %" for k, p in zip(best, chances, strict=True)])
    changes = (moved - x).mean(axis=1)
    pictures = [picture(image) for image in x], changes, [picture(image) for image in moved]
    title = title or f"No pixel moves by more than {eps:g}"
    return plots.fooled(*pictures, *said, title)


# --------------------------------------------------------------------------- reading the arguments


def check_network(network):
    """Refuse what is no network."""
    instance(Sequential, "a cnnlib Sequential", network=network)


def bank(filters, layer):
    """Read a network or an array as a bank of filters.

    Returns
    -------
    (float64 ndarray of shape (F, C, KH, KW), str, bool)
        The filters, so that lengths and scales are right for small integers, too; their name; and
        whether their three channels are colours.
    """
    if isinstance(filters, Sequential):
        layer = layer or first(filters, "conv")
        *before, found = path(filters, layer)
        if found.kind != "conv":
            convs = ", ".join(layers(filters, "conv"))
            raise ValueError(f"layer is {layer!r}, a {found.kind}, expected one of {convs}")
        w = found.params["w"].astype(np.float64)
        mixed = {"conv", "residual", "stack"} & {inner.kind for inner in before}
        return w, layer, w.shape[1] == 3 and not mixed
    if layer is not None:
        raise ValueError("layer is given and filters is an array, expected a network with it")
    w = np.asarray(filters)
    if w.dtype.kind not in "fiu":
        came = type(filters).__name__ if w.ndim == 0 else f"an array of {w.dtype}"
        raise TypeError(f"filters is {came}, expected a network or an array of real numbers")
    if w.ndim != 4 or 0 in w.shape:
        raise ValueError(f"filters has shape {w.shape}, expected (F, C, KH, KW)")
    w = w.astype(np.float64)
    KH, KW, C, F = w.shape
    if 1 < KH == KW and F > max(KH, C) and F != C:
        warnings.warn(
            f"filters has shape {w.shape}, read as (F, C, KH, KW); if it is (KH, KW, C, F), as in"
            " Keras, pass filters.transpose(3, 2, 0, 1)",
            stacklevel=3,
        )
    return w, "the array", w.shape[1] == 3


def first(network, kind, last=False):
    """Return the name of the first or last layer of a kind."""
    found = layers(network, kind)
    if not found:
        raise ValueError(
            f"the network has no {kind} layer; its layers are {', '.join(layers(network))}"
        )
    return found[-1 if last else 0]


def last_maps(network, shape):
    """Return the name of the network's own last layer that returns maps, or None."""
    found = [name for name, _, _, out in network.shapes(shape) if len(out) == 3]
    return found[-1] if found else None


def pick(which, count, usual):
    """Read a choice of units; the usual one if there is none."""
    chosen = [int(k) for k in (usual if which is None else np.atleast_1d(which))]
    if not chosen or any(k not in range(count) for k in chosen):
        raise ValueError(f"which is {chosen}, expected numbers from 0 to {count - 1}")
    return chosen


def as_images(network, images):
    """Read one image or several as an array (N, C, H, W) in the dtype of the network's weights.

    Parameters
    ----------
    network : Sequential
    images : path or array of shape (H, W), (C, H, W) or (N, C, H, W)
        A path is that of a photograph of a digit.

    Raises
    ------
    TypeError, ValueError
        If they are something else, integers, none at all, or hold NaN or infinity.
    """
    check_network(network)
    if isinstance(images, (str, os.PathLike)):
        if network.input_shape != (1, FIELD, FIELD):
            raise ValueError(
                f"network reads {network.input_shape}, expected (1, 28, 28) for a file"
            )
    x = read_images(images)
    if x.ndim not in (2, 3, 4) or 0 in x.shape:
        raise ValueError(f"images have shape {x.shape}, expected (H, W), (C, H, W) or (N, C, H, W)")
    x = x.reshape((1,) * (4 - x.ndim) + x.shape)
    weights = next(iter(network.params.values()), x)
    return x.astype(weights.dtype)


def picture(image):
    """Return an image (C, H, W) as one to draw: grey (H, W), or colour if it has three channels."""
    return image if len(image) == 3 else image.mean(axis=0)
