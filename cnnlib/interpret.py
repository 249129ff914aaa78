"""Looking inside a network: what its filters respond to, and where it looked.

Everything here works on any ``Sequential`` and changes none of its weights. A layer is called by
its name, ``conv2``, and one inside a block with dots, ``residual1.stack1.conv2``. Call these
functions between training steps, not from a second thread during one: they use the layers' memory
of the last forward pass.
"""

import copy
from itertools import islice

import numpy as np

from cnnlib.arguments import at_least, finite
from cnnlib.losses import SoftmaxCrossEntropy, check_labels
from cnnlib.parts import path, split, upto


def inference(network):
    """Switch training off and the gradient by the image on; each layer's put back afterwards.

    Raises
    ------
    ValueError
        If the weights hold NaN or infinity: all that they touch would be NaN, silently.
    """
    finite(network.weights())
    return network.mode(training=False, input_gradient=True)


# --------------------------------------------------------------------------- filters and maps


def activations(network, x, layer, unit=None):
    """Return what a layer makes of images.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (N, C, H, W)
    layer : str
    unit : int, optional
        One channel of a convolution, or one number of a dense layer; all if not given.

    Returns
    -------
    ndarray of shape (N, F, OH, OW) or (N, M); with a unit, of shape (N, OH, OW) or (N,)

    Raises
    ------
    KeyError, TypeError, ValueError
        If layer, images or unit do not fit.

    See lesson 06.
    """
    part = upto(network, layer)
    part.check(x)
    pick = slice(None) if unit is None else check_unit(part, x.shape[1:], unit)
    with inference(part):
        return np.concatenate([y[:, pick].copy() for y in part.in_batches(x)])


def activity(network, x, layer):
    """Measure how often each channel of a layer is above 0; one that never is, is dead.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (N, C, H, W)
        Many images: dead means above 0 nowhere on any of them.
    layer : str
        A ReLU, or the layer before one.

    Returns
    -------
    ndarray of shape (F,)
        Shares, from 0 to 1, of all places of all images.
    """
    part = upto(network, layer)
    with inference(part):
        parts = [len(y) * (y > 0).mean(axis=(0, *range(2, y.ndim))) for y in part.in_batches(x)]
    return sum(parts) / len(x)


def strengths(w):
    """Return the length of each filter, the root of the sum of its squares, (F,), float64."""
    w = w.reshape(len(w), -1).astype(np.float64)
    return np.sqrt((w * w).sum(axis=1))


def spectrum(w, size=32):
    """Measure by how much filters multiply waves of each frequency.

    Parameters
    ----------
    w : ndarray of shape (..., KH, KW)
    size : int
        Frequencies along each axis.

    Returns
    -------
    ndarray of shape (..., size, size)
        The constant is in the middle, at ``size // 2``; one step from there is one wave more
        over ``size`` pixels.

    Derived in lesson 06.
    """
    finer = -(-max(w.shape[-2:]) // size)  # 1, unless a kernel is larger than size
    waves = np.fft.fft2(w, (finer * size, finer * size))[..., ::finer, ::finer]
    return np.abs(np.fft.fftshift(waves, axes=(-2, -1)))


def ablation(network, x, labels, layer):
    """Switch off one channel at a time and measure the accuracy that remains.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (N, C, H, W)
    labels : ndarray of shape (N,), integer
    layer : str
        Its channels are set to 0 in turn: a ReLU or the pooling after it.

    Returns
    -------
    ndarray of shape (F,)
        Shares of images that are still classified right.

    Raises
    ------
    KeyError, TypeError, ValueError
        If layer, images or labels do not fit.

    Derived in lesson 06.
    """
    check_labels(labels, len(x), network.output_shape(x.shape[1:])[-1])
    before, after = split(network, layer)
    right = np.zeros(before.output_shape(x.shape[1:])[0])
    with inference(network):
        for i in range(0, len(x), 500):
            y = before.forward(x[i : i + 500])
            for f in range(len(right)):
                without = y.copy(order="K")
                without[:, f] = 0
                answers = after.forward(without).argmax(axis=1)
                right[f] += (answers == labels[i : i + 500]).sum()
    return right / len(x)


# --------------------------------------------------------------------------- what a unit sees


def effective_field(network, x, layer, row, column):
    """Measure, by gradients, how much each pixel of images moves an output pixel of a layer.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (N, C, H, W)
        Many: with max pooling, which paths are open differs from image to image.
    layer : str
    row, column : int

    Returns
    -------
    ndarray of shape (H, W)
        Size of the gradient, summed over channels, mean over images; 0 outside the receptive field.

    Derived in lesson 06. Source: Luo, Li, Urtasun, Zemel (2016).
    """
    dy = np.zeros(upto(network, layer).output_shape(x.shape[1:]), x.dtype)
    dy[:, row, column] = 1
    return np.abs(input_gradient(network, x, layer, dy)).sum(axis=1).mean(axis=0)


def strongest(y, count=9):
    """Find the images to which one unit responds most, each once, and where in them.

    Parameters
    ----------
    y : ndarray of shape (N, OH, OW) or (N,)
        Responses to N images, as ``activations(network, x, layer, unit)`` returns them.
    count : int

    Returns
    -------
    list of (int, int, int, float)
        Number of the image, row and column of the unit's map, response; strongest first.

    Derived in lesson 06. Source: Zeiler and Fergus, Visualizing and understanding convolutional
    networks (2013).
    """
    y = y.reshape(len(y), *(y.shape[1:] or (1, 1)))
    best = np.argsort(-y.max(axis=(1, 2)), kind="stable")[:count]
    places = [np.unravel_index(y[n].argmax(), y[n].shape) for n in best]
    return [
        (int(n), int(row), int(column), float(y[n, row, column]))
        for n, (row, column) in zip(best, places, strict=True)
    ]


# --------------------------------------------------------------------------- where it looked


def input_gradient(network, x, layer, dy):
    """Send a gradient back from a layer to the image.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (N, C, H, W)
    layer : str
    dy : ndarray that broadcasts to what the layer returns
        How much each number of the layer counts.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        How much ``(y * dy).sum()`` grows with each pixel.

    Derived in lesson 06.
    """
    part = upto(network, layer)
    with inference(network):
        y = part.forward(x)
        return part.backward(np.broadcast_to(np.asarray(dy, y.dtype), y.shape))


def class_gradient(network, x, classes):
    """Differentiate the score of a class by each pixel.

    Parameters
    ----------
    network : Sequential
        Returns scores (N, M).
    x : ndarray of shape (N, C, H, W)
    classes : int or ndarray of shape (N,), integer
        The class asked about, for all images or for each.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Raises
    ------
    TypeError, ValueError
        If images or classes do not fit.

    Derived in lesson 06.
    """
    with inference(network):
        scores = network.forward(x)
        return network.backward(one_hot(classes, scores))


def one_hot(classes, scores):
    """Return rows of zeros with a 1 at each class, in shape and dtype like scores (N, M)."""
    N, M = scores.shape
    classes = np.broadcast_to(classes, N) if np.ndim(classes) == 0 else classes
    check_labels(classes, N, M)
    return np.eye(M, dtype=scores.dtype)[classes]


def saliency(network, x, classes):
    """Say how much each pixel would change the score of a class, whatever the sign.

    Parameters as for :func:`class_gradient`.

    Returns
    -------
    ndarray of shape (N, H, W)
        The size of the gradient, the largest of the channels.

    Derived in lesson 06. Source: Simonyan, Vedaldi, Zisserman, Deep inside convolutional networks
    (2013).
    """
    return np.abs(class_gradient(network, x, classes)).max(axis=1)


def smooth_grad(network, x, classes, noise=0.2, count=25, rng=0):
    """Average the gradient over copies of the image with noise; then as :func:`saliency`.

    Parameters as for :func:`class_gradient`, and

    noise : float
        Standard deviation of the noise, in the units of x.
    count : int
        Noisy copies.
    rng : numpy.random.Generator or int
        Source of the noise.

    Returns
    -------
    ndarray of shape (N, H, W)

    Derived in lesson 06. Source: Smilkov, Thorat, Kim, Viégas, Wattenberg, SmoothGrad (2017).
    """
    at_least(1, count=count)
    network.check(x)
    rng = np.random.default_rng(rng)
    total = np.zeros_like(x)
    for _ in range(count):
        noisy = x + float(noise) * rng.standard_normal(x.shape, x.dtype)
        total += class_gradient(network, noisy, classes)
    return np.abs(total / count).max(axis=1)


def gradient_times_input(network, x, classes):
    """Weigh the gradient with the pixel: what the pixel adds to the score, as a first guess.

    Parameters as for :func:`class_gradient`.

    Returns
    -------
    ndarray of shape (N, H, W)
        With a sign, summed over channels.

    Derived in lesson 06. Source: Shrikumar, Greenside, Shcherbina, Kundaje, Not just a black box
    (2016).
    """
    return (class_gradient(network, x, classes) * x).sum(axis=1)


def occlusion(network, x, classes, size=5, value=0.0, stride=1):
    """Cover one place after another and measure how far the score falls.

    Parameters as for :func:`class_gradient`, and

    size : int
        Rows and columns of the cover, which is centred on one place after another; odd.
    value : float
        What it is filled with.
    stride : int
        Pixels from place to place. All pixels if 1; a photograph has too many of them.

    Returns
    -------
    ndarray of shape (N, H, W)
        Score of the whole image less that of the covered one: positive where what was covered
        spoke for the class. A block of ``stride`` by ``stride`` pixels has one number.

    Raises
    ------
    TypeError, ValueError
        If images or classes do not fit, size is even, or size or stride is less than 1.

    Derived in lesson 06. Source: Zeiler and Fergus (2013).
    """
    check_cover(network, x, size, stride)
    N, _, H, W = x.shape
    before, after = size // 2 - stride // 2, size // 2 + stride // 2 + 1
    places = [(row, column) for row in range(0, H, stride) for column in range(0, W, stride)]
    step = max(1, 2**26 // x[0].nbytes)  # covered images at a time, at most 64 MB
    drop = np.zeros((N, H, W), x.dtype)
    with inference(network):
        scores = network.forward(x)
        asked = one_hot(classes, scores)
        for n, i in np.ndindex(N, -(-len(places) // step)):
            some = places[i * step : (i + 1) * step]
            covered = np.repeat(x[n : n + 1], len(some), axis=0)
            for image, (row, column) in zip(covered, some, strict=True):
                top, left = max(row - before, 0), max(column - before, 0)
                image[:, top : row + after, left : column + after] = value
            found = np.concatenate(list(network.in_batches(covered)))
            for fall, (row, column) in zip((scores[n] - found) @ asked[n], some, strict=True):
                drop[n, row : row + stride, column : column + stride] = fall
    return drop


def check_cover(network, x, size, stride):
    """Refuse images that do not fit a network, or a cover that has no middle."""
    network.check(x)
    at_least(1, size=size, stride=stride)
    if size % 2 == 0:
        raise ValueError(f"size is {size}, expected an odd number: the cover is centred on a pixel")


def grad_cam(network, x, classes, layer):
    """Add up the maps of a layer, each with the weight that the gradient gives it.

    Parameters as for :func:`class_gradient`, and

    layer : str
        A layer that returns maps, usually the last one.

    Returns
    -------
    ndarray of shape (N, OH, OW)
        As coarse as the layer's maps; what speaks against the class is set to 0.

    Raises
    ------
    ValueError
        If the layer returns no maps.

    Derived in lesson 06. Source: Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra, Grad-CAM
    (2017).
    """
    before, after = split(network, layer)
    with inference(network):
        maps = before.forward(x)
        if maps.ndim != 4:
            raise ValueError(f"{layer} returns shape {maps.shape}, expected maps (N, F, OH, OW)")
        dmaps = after.backward(one_hot(classes, after.forward(maps)))
    weights = dmaps.mean(axis=(2, 3), keepdims=True)
    return np.maximum((weights * maps).sum(axis=1), 0)


def randomised(network, layers, rng=0):
    """Return a copy in which the weights of some layers are shuffled: the same numbers, no order.

    Parameters
    ----------
    network : Sequential
    layers : sequence of str
    rng : numpy.random.Generator or int
        Source of the order.

    Returns
    -------
    Sequential

    Derived in lesson 06. Source: Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim, Sanity checks
    for saliency maps (2018), who draw the weights anew.
    """
    rng = np.random.default_rng(rng)
    twin = copy.deepcopy(network)
    for layer in (path(twin, name)[-1] for name in layers):
        for value in (v for inner in layer.walk() for v in inner.params.values()):
            value[...] = rng.permutation(value.ravel()).reshape(value.shape)
    return twin


def rank_correlation(a, b):
    """Compare the order of the numbers of two maps: 1 the same order, 0 no relation, -1 reversed.

    A map that is the same everywhere has no order, and gets 0.

    Source: Spearman, The proof and measurement of association between two things (1904).
    """
    a, b = (ranks(m) - ranks(m).mean() for m in (a, b))
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size else 0.0


def ranks(values):
    """Number values by size; equal ones share the mean of their numbers."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[which.ravel()]


# --------------------------------------------------------------------------- images made to order


class NothingToClimb(ValueError):
    """The gradient is 0: no pixel moves the unit, as where it is dead or sees only blank."""


def climb(network, layer, unit, rate=0.1, jitter=0, blur=0.0, decay=0.0, rng=0):
    """Change an image, starting from faint noise, so that a unit responds more with each step.

    Parameters
    ----------
    network : Sequential
        Knows its input shape.
    layer : str
    unit : int
        A channel, of which the middle pixel is driven, or a number of a dense layer.
    rate : float
        How far a step moves the pixels, root of the mean square.
    jitter : int
        Before each step the image is moved by up to so many pixels, and back after it.
    blur : float
        Standard deviation in pixels of a blur after each step.
    decay : float
        Share by which all pixels shrink at each step.
    rng : numpy.random.Generator or int
        Source of the start and of the jitter.

    Yields
    ------
    ndarray of shape (C, H, W), in [0, 1]
        The start, then what it is after each step, without end.

    Raises
    ------
    KeyError, ValueError
        If there is no such layer or unit.
    NothingToClimb
        If the gradient is 0, as that of a dead unit behind its ReLU is.

    Derived in lesson 06. Source: Erhan, Bengio, Courville, Vincent, Visualizing higher-layer
    features of a deep network (2009); Olah, Mordvintsev, Schubert, Feature visualization (2017).
    """
    part = upto(network, layer)
    shape = part.output_shape(network.input_shape)
    dy = np.zeros(shape, np.float32)
    check_unit(part, network.input_shape, unit)
    dy[(unit, *(size // 2 for size in shape[1:]))] = 1
    rng = np.random.default_rng(rng)
    x = (0.1 * rng.random((1, *network.input_shape), np.float32)).astype(network.dtype)
    while True:
        yield x[0]
        shift = rng.integers(-jitter, jitter + 1, 2)
        dx = input_gradient(network, np.roll(x, shift, axis=(2, 3)), layer, dy)
        if not dx.any():
            raise NothingToClimb(f"no pixel moves unit {unit} of {layer}: try the layer before")
        dx = np.roll(dx / np.abs(dx).max(), -shift, axis=(2, 3))  # else tiny squares would be 0
        x = (1 - float(decay)) * x + float(rate) * dx / np.sqrt((dx * dx).mean())
        x = smooth(x, blur).clip(0, 1)


def maximise(network, layer, unit, steps=100, **knobs):
    """Return what an image is after many steps of :func:`climb`, which says what the knobs are.

    Returns
    -------
    ndarray of shape (C, H, W), in [0, 1]

    See lesson 06.
    """
    return next(islice(climb(network, layer, unit, **knobs), steps, None))


def smooth(x, sigma):
    """Blur images (..., H, W) with a bell curve of standard deviation ``sigma`` pixels."""
    if sigma == 0:
        return x
    bells = []
    for size in x.shape[-2:]:
        distance = np.subtract.outer(np.arange(size), np.arange(size))
        bell = np.exp(-(distance**2) / (2 * sigma**2))
        bells.append((bell / bell.sum(axis=1, keepdims=True)).astype(x.dtype))
    return bells[0] @ x @ bells[1].T


def fast_gradient_sign(network, x, labels, eps):
    """Move every pixel by eps, in the direction that makes the loss grow.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (N, C, H, W), in [0, 1]
    labels : ndarray of shape (N,), integer
        The right classes.
    eps : float, or ndarray of shape (N, 1, 1, 1)
        No pixel moves further than this.

    Returns
    -------
    ndarray of shape (N, C, H, W), in [0, 1]

    Derived in lesson 06. Source: Goodfellow, Shlens, Szegedy, Explaining and harnessing
    adversarial examples (2014).
    """
    loss = SoftmaxCrossEntropy()
    with inference(network):
        loss.forward(network.forward(x), labels)
        dx = network.backward(loss.backward())
    return np.clip(x + np.asarray(eps, x.dtype) * np.sign(dx), 0, 1)


def principal_components(features, count=2):
    """Lay rows of many numbers out along the few directions in which they differ most.

    Parameters
    ----------
    features : ndarray of shape (N, D)
    count : int

    Returns
    -------
    (ndarray of shape (N, count), ndarray of shape (count,))
        Coordinates, and the share of the variance that each direction holds.

    Derived in lesson 06. Source: Pearson, On lines and planes of closest fit (1901).
    """
    centred = features - features.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    shares = sizes**2 / (sizes**2).sum()
    axes = axes[:count]
    longest = np.abs(axes).argmax(axis=1)[:, None]
    axes = axes * np.sign(np.take_along_axis(axes, longest, axis=1))  # of two signs, one
    return centred @ axes.T, shares[:count]


def check_unit(part, shape, unit):
    """Refuse a number that is no channel of the part's output; return it."""
    count = part.output_shape(shape)[0]
    if not isinstance(unit, (int, np.integer)) or unit not in range(count):
        raise ValueError(f"unit is {unit}, expected 0 to {count - 1}")
    return unit
