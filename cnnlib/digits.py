"""A digit of your own, drawn or photographed, made into an image like those of MNIST.

    x = prepare_digit("seven.png")             # or an array, grey, RGB or RGBA, 0 to 1 or 0 to 255
    network.forward(x[None, None])

Below all levels: no lesson derives it, lesson 00 shows what `fit_box` and `prepare_digit` do.
"""

import os
import warnings

import numpy as np

FIELD, BOX = 28, 20  # pixels of an MNIST image, and of the box that its digit fits
WORK = 160  # pixels of the longer side of the picture in which ink is looked for
LUMINANCE = np.float32([0.299, 0.587, 0.114])  # of red, green, blue: ITU-R BT.601


def prepare_digit(picture, ink=None):
    """Make an image like those of MNIST from a drawing or a photograph: same size, same place.

    What is not ink is taken away: the paper, its shade, and noise. The rest is scaled, keeping its
    proportions, until it fits a box of 20 by 20 pixels; the box is placed in a field of 28 by 28
    so that the centre of mass of the ink is in the middle.

    Parameters
    ----------
    picture : path or array
        As for :func:`read_picture`. A drawing on a ground of 0 is taken as it is.
    ink : {"dark", "light"}, optional
        What the ink is like, compared with the paper; found out if not given.

    Returns
    -------
    float32 ndarray of shape (28, 28)
        In [0, 1], 0 where there is no ink; zeros for a picture of nothing but zeros.

    Raises
    ------
    FileNotFoundError, TypeError, ValueError
        If there is no picture, or no ink that stands out in it.

    Warns
    -----
    UserWarning
        If it was not clear which parts are ink: says what was assumed.

    Source: LeCun, Bottou, Bengio, Haffner (1998), section III.A.
    """
    found, doubt = find_ink(read_picture(picture), ink)
    if doubt:
        warnings.warn(doubt, stacklevel=2)
    return centre(fit_box(found))


def read_images(images):
    """Read images for a network: an array of finite floats, or the path of a photographed digit.

    Returns
    -------
    ndarray
        Of a photograph (1, 1, 28, 28).

    Raises
    ------
    TypeError, ValueError
        If they are no floats, or not finite.
    """
    if isinstance(images, (str, os.PathLike)):
        images = prepare_digit(images)[None, None]
    images = np.asarray(images)
    if images.dtype.kind != "f":
        raise TypeError(f"images are {images.dtype}, expected floats: x.astype('float32') / 255")
    if not np.isfinite(images).all():
        raise ValueError("images hold NaN or infinity, expected numbers")
    return images


# --------------------------------------------------------------------------- reading a picture


def read_picture(picture):
    """Read a picture, from a file or an array, as an array of grey from 0, black, to 1, white.

    Parameters
    ----------
    picture : path or array
        A PNG, JPEG or other file that Pillow reads; or an array of shape (H, W), or with 1, 2
        (grey, alpha), 3 or 4 channels first or last, of booleans, of integers from 0 to 255 (16
        bit: 65535), or of floats from 0 to 1 or 0 to 255. Colours become their luminance. What is
        transparent becomes white, or black where the rest is light.

    Returns
    -------
    float32 ndarray of shape (H, W)

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    TypeError, ValueError
        If it is no picture.
    """
    name = "picture"
    if isinstance(picture, (str, os.PathLike)):
        name = repr(str(picture))
        picture = read_file(picture)
    x = np.asarray(picture)
    if x.dtype.kind not in "biuf":
        raise TypeError(f"{name} is {x.dtype}, expected numbers")
    x = x.squeeze(axis=tuple(k for k in range(x.ndim - 2) if x.shape[k] == 1))
    if x.ndim == 3 and x.shape[2] > 4 and x.shape[0] <= 4:
        x = x.transpose(1, 2, 0)
    if 0 in x.shape or x.ndim not in (2, 3) or (x.ndim == 3 and x.shape[2] > 4):
        raise ValueError(
            f"{name} has shape {np.shape(picture)}, expected (H, W), (H, W, C) or (C, H, W) with"
            " C of 1 to 4"
        )
    low, high = float(x.min()), float(x.max())
    white = 1 if high <= 1 else 65535 if x.dtype == np.uint16 and high > 255 else 255
    if not 0 <= low <= high <= white:
        raise ValueError(f"{name} goes from {low:g} to {high:g}, expected 0 to 1 or 0 to 255")
    x = np.divide(x, white, dtype=np.float32, casting="same_kind")
    if x.ndim == 2:
        return x
    colours, alpha = (x[..., :-1], x[..., -1]) if x.shape[2] in (2, 4) else (x, np.float32(1))
    grey = colours @ LUMINANCE if colours.shape[2] == 3 else colours[..., 0]
    ground = np.float32(1 if (grey * alpha).sum() <= 0.5 * np.sum(alpha) else 0)
    return grey if x.shape[2] in (1, 3) else alpha * grey + (1 - alpha) * ground


def read_file(path):
    """Read a picture's file as an array, turned as a camera says that it was held."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened)
            return np.asarray(image if image.mode[0] in "IF" else image.convert("RGBA"))
    except FileNotFoundError:
        raise FileNotFoundError(f"no file {str(path)!r}") from None
    except Exception as error:  # Pillow raises nearly anything where a file is damaged
        raise ValueError(f"{str(path)!r} cannot be read as a picture: {error}") from None


# --------------------------------------------------------------------------- ink and paper


def find_ink(grey, ink=None):
    """Tell the ink of a digit from the paper that it is on.

    The paper may be shaded and rough; ink is what differs from it by far more than it varies.

    Parameters
    ----------
    grey : float ndarray of shape (H, W)
        In [0, 1]. Where its rim is 0, it is taken for ink already.
    ink : {"dark", "light"}, optional

    Returns
    -------
    (float32 ndarray of shape (h, w), str)
        Ink, from 0 to 1, in a picture not larger than the one that came; and what was assumed,
        empty if there was no doubt.

    Raises
    ------
    ValueError
        If nothing stands out, or if more than half of the picture does.
    """
    if ink not in (None, "dark", "light"):
        raise ValueError(f"ink is {ink!r}, expected 'dark', 'light' or None")
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if ink != "dark" and np.quantile(rim, 0.75) == 0:
        return grey, ""
    scale = min(1, WORK / max(grey.shape))
    grey = resized(grey, *(max(1, round(scale * size)) for size in grey.shape))
    change, noise = without_paper(grey)
    cubes = change**3  # ink stands out further than anything else, to one side
    lean = float(cubes.sum() / max(np.abs(cubes).sum(), 1e-12))
    guess, other = ("light", "dark") if lean > 0 else ("dark", "light")
    doubt = ""
    if ink is None and abs(lean) < 2 / 3:
        doubt = f"took what is {guess} for ink; if that is wrong, pass ink={other!r}"
    change = change if (ink or guess) == "light" else -change
    smooth = blurred(change)
    highest = smooth.max()
    level = np.median(smooth[smooth >= highest - abs(highest) / 2])
    if level < max(0.04, 4 * noise):
        raise ValueError("no ink stands out from the paper: expected a digit in a picture")
    mask = smooth > 0.4 * level
    if mask.mean() > 0.5:
        raise ValueError(
            f"{mask.mean():.0%} of the picture stands out: expected a digit with paper around"
        )
    mask = large_parts(mask)
    found = ((change / level - 0.2) / 0.6).clip(0, 1) * dilated(mask)
    return thickened(found, mask), doubt


def without_paper(grey):
    """Subtract the paper: the surface of degree two on which most pixels agree.

    Fitted by least squares to the rim, then again and again to all that lie near it.

    Returns
    -------
    (float32 ndarray of shape (H, W), float)
        How much lighter than the paper each pixel is, and by how much the paper itself varies.
    """
    rows, columns = (np.linspace(-1, 1, size) for size in grey.shape)
    rows, columns = (x.ravel() for x in np.meshgrid(rows, columns, indexing="ij"))
    terms = np.stack([rows**i * columns**j for i in range(3) for j in range(3 - i)], axis=1)
    y = grey.ravel().astype(np.float64)
    agree = np.maximum(np.abs(rows), np.abs(columns)) > 0.75
    for _ in range(10):
        sample = np.flatnonzero(agree)
        sample = sample[:: max(1, len(sample) // 1000)]
        surface = terms @ np.linalg.lstsq(terms[sample], y[sample], rcond=None)[0]
        far = np.abs(y - surface)
        agree = far <= max(0.01, 2 * np.median(far))
    return (y - surface).astype(np.float32).reshape(grey.shape), float(np.median(far[agree]))


def blurred(x):
    """Average every pixel with its eight neighbours."""
    return np.mean(neighbours(x, mode="edge"), axis=0)


def dilated(x):
    """Take the greatest of every pixel and its eight neighbours."""
    return np.max(neighbours(x), axis=0)


def neighbours(x, **how):
    """Return a picture nine times, each time moved by -1, 0 or 1 pixel along both axes."""
    framed = np.pad(x, 1, **how)
    H, W = x.shape
    return [framed[i : i + H, j : j + W] for i in range(3) for j in range(3)]


def large_parts(mask):
    """Keep the large connected parts of a mask; those at the edge only if there are no others."""
    labels = np.arange(1, mask.size + 1).reshape(mask.shape) * mask
    before = None
    while not np.array_equal(labels, before):  # until a part has the number of its last pixel
        before, labels = labels, dilated(labels) * mask
        labels = labels.ravel()[labels - 1] * mask  # leap: what the pixel of that number has
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    inner = sizes.copy()
    inner[np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])] = 0
    if inner.max() > 0.04 * sizes.max():
        sizes = inner
    return (sizes > 0.04 * sizes.max())[labels]


def thickened(ink, mask):
    """Widen strokes that are thinner than a tenth of the digit, as those of MNIST seldom are."""
    rows, columns = np.nonzero(mask)
    inner = ~dilated(~mask)
    width = 2 * mask.sum() / max(1, (mask & ~inner).sum())  # twice the area, by the outline
    missing = 0.1 * max(np.ptp(rows), np.ptp(columns)) - width
    for _ in range(round(missing / 2)):
        ink = dilated(ink)
    return ink


# --------------------------------------------------------------------------- size and place


def fit_box(pixels):
    """Cut a drawing out and scale it, keeping its proportions, until it just fits the box.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
        Ink in [0, 1], 0 where there is none.

    Returns
    -------
    float32 ndarray of shape (h, w), the larger of the two is 20; None if there is no ink

    Raises
    ------
    ValueError
        If pixels is no grey image with values in [0, 1].
    """
    pixels = np.asarray(pixels, np.float32)
    if pixels.ndim != 2 or not (np.isfinite(pixels).all() and 0 <= pixels.min(initial=0)):
        raise ValueError(f"pixels has shape {pixels.shape}, expected (H, W) of ink in [0, 1]")
    if pixels.max(initial=0) > 1:
        raise ValueError(f"pixels goes up to {pixels.max():g}, expected ink in [0, 1]")
    rows, columns = np.nonzero(pixels)
    if not len(rows):
        return None
    digit = pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = BOX / max(digit.shape)
    return resized(digit, *(max(1, round(length * scale)) for length in digit.shape))


def centre(box):
    """Place a box in a field of zeros so that its centre of mass is in the middle.

    Parameters
    ----------
    box : ndarray of shape (h, w) or None

    Returns
    -------
    float32 ndarray of shape (28, 28)
    """
    field = np.zeros((FIELD, FIELD), np.float32)
    if box is None:
        return field
    # In MNIST the centre of mass, rounded, is pixel 14 of 0 to 27.
    corner = []
    for axis, length in enumerate(box.shape):
        middle = (box.sum(axis=1 - axis) @ np.arange(length)) / box.sum()
        start = int(np.ceil(FIELD // 2 - 0.5 - middle - 1e-6))
        corner.append(min(max(start, 0), FIELD - length))
    row, column = corner
    field[row : row + box.shape[0], column : column + box.shape[1]] = box
    return field


def resized(x, height, width):
    """Return an image of another size; each pixel is the mean of those that it covers."""
    if x.shape == (height, width):
        return x
    return average_matrix(x.shape[0], height) @ x @ average_matrix(x.shape[1], width).T


def average_matrix(before, after):
    """Return the matrix that resamples ``before`` pixels to ``after``, each a mean by overlap."""
    edges = np.arange(after + 1) * (before / after)
    at = np.arange(before)
    overlap = np.minimum(edges[1:, None], at + 1) - np.maximum(edges[:-1, None], at)
    return (np.clip(overlap, 0, None) * (after / before)).astype(np.float32)
