"""Images to learn from: MNIST, Fashion-MNIST, photographs; batches of them.

Images are float arrays of shape ``(N, C, H, W)`` with values in [0, 1], labels int64 of shape
``(N,)``.
"""

from pathlib import Path

import numpy as np

from cnnlib.arguments import at_least, generator, instance
from cnnlib.fashion import fetch_files, read_files
from cnnlib.files import load_arrays

MNIST_FILE = Path(__file__).parent / "data" / "mnist.npz"


# ---------------------------------------------------------------------------------------------
# Data sets


def load_mnist():
    """Load the 70,000 handwritten digits of MNIST, which come with the package.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images, float32 in [0, 1], of shapes (60000, 1, 28, 28) and (10000, 1, 28, 28); labels
        0 to 9, int64, of shapes (60000,) and (10000,).

    Raises
    ------
    FileNotFoundError
        If the package's data file is missing.
    ValueError
        If it is damaged.

    Source: LeCun, Bottou, Bengio, Haffner (1998). Origin and licence: ``cnnlib/data/README.md``.
    """
    stored = load_arrays(MNIST_FILE)
    return _pair(stored["x_train"], stored["y_train"]), _pair(stored["x_test"], stored["y_test"])


def load_fashion_mnist(folder=None, cache=None):
    """Load the 70,000 pictures of clothes of Fashion-MNIST, downloading them the first time.

    Parameters
    ----------
    folder : path, optional
        Folder with the four IDX files, gzipped or not, to read instead of downloading: for one
        that Debian's package dataset-fashion-mnist fills, /usr/share/datasets/fashion-mnist.
    cache : path, optional
        Where downloads are kept, in a folder fashion-mnist. Default: ``cnnlib`` in
        ``$XDG_CACHE_HOME``, or in ``~/.cache`` where that is not set. Where it cannot be written,
        a warning says so and nothing is kept.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        In the form of `load_mnist`. Classes: 0 T-shirt, 1 trouser, 2 pullover, 3 dress, 4 coat,
        5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.

    Raises
    ------
    FileNotFoundError
        If `folder` is given and is missing, or lacks one of the files.
    ValueError
        If a file in `folder` is damaged or another data set's, which `cnnlib.owndata.load_data`
        reads.
    ConnectionError
        If a file could not be downloaded: says what each mirror answered. Nothing that is
        incomplete or wrong is kept in the cache.

    Source: Xiao, Rasul, Vollgraf (2017), arXiv:1708.07747; MIT licence.
    """
    arrays = fetch_files(cache) if folder is None else read_files(Path(folder))
    return _pair(*arrays[:2]), _pair(*arrays[2:])


def load_photo(grey=False, height=600):
    """Load a photograph: Grace Hopper in 1984, from the sample data that matplotlib brings.

    Parameters
    ----------
    grey : bool
        Luminance only, weighted as in ITU-R BT.601: 0.299 red + 0.587 green + 0.114 blue.
    height : int
        Height in pixels, a divisor of 600. Each pixel of a smaller copy is the mean of a square of
        the original; columns at the right that fill no square are left out.

    Returns
    -------
    ndarray of shape (1, 3, 600, 512), or (1, 1, H, W) if grey
        float32 in [0, 1].

    Raises
    ------
    ValueError
        If `height` does not divide 600.

    Source: portrait by James S. Davis, United States Navy; public domain.
    """
    at_least(1, height=height)
    if 600 % height:
        raise ValueError(f"height is {height}, expected an integer that divides 600")
    from matplotlib import cbook, image

    photo = image.imread(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
    x = np.divide(photo.transpose(2, 0, 1)[None], 255, dtype=np.float32)
    if grey:
        x = np.tensordot(np.float32([[0.299, 0.587, 0.114]]), x[0], axes=1)[None]
    box = 600 // height
    width = x.shape[3] // box
    x = x[..., : width * box].reshape(1, -1, height, box, width, box).mean(axis=(3, 5))
    return np.ascontiguousarray(x)


def load_photographs():
    """Load seven small photographs in colour; ``cnnlib/data/README.md`` says whose they are.

    Returns
    -------
    ndarray of shape (7, 3, 224, 320)
        float32 in [0, 1].

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    from matplotlib import image

    sheet = image.imread(MNIST_FILE.with_name("photographs.jpg"))  # one below the other
    x = sheet.reshape(-1, 224, *sheet.shape[1:]).transpose(0, 3, 1, 2)
    return np.divide(x, 255, dtype=np.float32, order="C")


# ---------------------------------------------------------------------------------------------
# Batches


def batches(x, y, batch_size, rng=None):
    """Cut a data set into batches; the last one holds what is left and may be smaller.

    Parameters
    ----------
    x, y : ndarrays of equal length N
        Images and labels, or any two arrays that belong together.
    batch_size : int
        Samples in a batch, at least 1.
    rng : numpy.random.Generator, optional
        Shuffles: each sample comes exactly once, in an order drawn when `batches` is called.
        Without it samples come in order, and batches are views of `x` and `y`.

    Returns
    -------
    iterator of (x_batch, y_batch)

    Raises
    ------
    ValueError
        If the lengths differ or `batch_size` is no integer of at least 1.
    TypeError
        If `x` or `y` is not an array or `rng` not a Generator.
    """
    instance(np.ndarray, "an array with an axis of samples", x=x, y=y)
    if x.ndim == 0 or x.shape[:1] != y.shape[:1]:
        raise ValueError(f"x has shape {x.shape} and y {y.shape}, expected as many samples")
    at_least(1, batch_size=batch_size)
    starts = range(0, len(x), batch_size)
    if rng is None:
        picks = (slice(i, i + batch_size) for i in starts)
    else:
        order = generator(rng).permutation(len(x))
        picks = (order[i : i + batch_size] for i in starts)
    return ((x[pick], y[pick]) for pick in picks)


def _pair(x, y):
    """Turn bytes into what a network reads: floats in [0, 1] with a channel axis, int64 labels."""
    return np.divide(x[:, None], 255, dtype=np.float32), y.astype(np.int64)
