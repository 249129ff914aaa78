"""What the cases of several exercises share: how they are drawn, and what is special about them."""

import numpy as np

from cnnlib.exercises.engine.check import Limit
from cnnlib.reference import size_after


def whole(rng, *shape):
    """Draw small whole numbers, which a reader can follow by hand."""
    return rng.integers(-3, 4, size=shape).astype(float)


def distinct(rng, *shape):
    """Draw different whole numbers of both signs, so that every number can be traced."""
    return rng.permutation(np.prod(shape)).reshape(shape).astype(float) - np.prod(shape) // 2


# What limits ask of a case. Each takes its arguments by name: images x or their shape, filters w
# or a kernel size, stride and pad.


def square_images(x=None, shape=None, **_):
    H, W = (shape or x.shape)[-2:]
    return H == W


def square_kernels(w=None, kernel_size=None, **_):
    KH, KW = kernel_size or w.shape[-2:]
    return KH == KW


def square_results(x=None, shape=None, w=None, kernel_size=None, stride=1, pad=0, **_):
    sizes, kernels = (shape or x.shape)[-2:], kernel_size or w.shape[-2:]
    OH, OW = (size_after(*pair, stride, pad) for pair in zip(sizes, kernels, strict=True))
    return OH == OW


def all_square(**case):
    return square_images(**case) and square_kernels(**case)


def one_image(x=None, shape=None, **_):
    return (shape or x.shape)[0] == 1


def one_channel(x=None, shape=None, **_):
    return (shape or x.shape)[1] == 1


def one_filter(w, **_):
    return len(w) == 1


def stride_1(stride=1, **_):
    return stride == 1


def no_padding(pad=0, **_):
    return pad == 0


def plain(stride=1, pad=0, **_):
    return stride == 1 and pad == 0


STRIDE = "How many places has the window with larger steps? Divide before you add 1."
IMAGES, KERNELS = "Where do you use H, and where W?", "Where do you use KH, and where KW?"
SQUARES = (
    Limit("square images", square_images, IMAGES),
    Limit("square kernels", square_kernels, KERNELS),
    Limit("square images with square kernels", all_square, f"{IMAGES} {KERNELS}"),
    Limit(
        "results with as many rows as columns",
        square_results,
        "OH follows from H and KH, OW from W and KW: where do you use which?",
    ),
)

UNPADDED = Limit(
    "cases without padding",
    no_padding,
    "Where does pad come in? Zeros at all four sides of each image, then its sizes.",
)
