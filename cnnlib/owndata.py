"""Your own images to learn from: a folder of IDX files, a CSV file, or an ``.npz`` file.

Whatever the form, the result is that of `cnnlib.datasets.load_mnist`, so that everything that
trains on MNIST trains on it::

    train, test = load_data("kmnist")                      # a folder of IDX files
    train, test = load_data("gzip/emnist-letters")         # one set of a folder that has several
    train, _ = load_data("train.csv")                      # as Kaggle has it
    train, test = load_data("pictures.npz")

Below all levels: no lesson derives it.
"""

import gzip
import math
import re
import warnings
import zipfile
from pathlib import Path

import numpy as np

from cnnlib.files import load_arrays
from cnnlib.idx import MOST_BYTES, read_idx

MOST_CLASSES = 1000
IDX_NAME = re.compile(r"(.*?)(train|t10k|test)[-_.](images|labels)[-.]idx\d[-.]\w+(\.gz)?")
CSV_NAME = re.compile(r"(.*?)(train|test)(?:.*)(\.csv)(\.gz)?")
LABEL_COLUMNS = {"label", "labels", "class", "target"}


def load_data(place, transposed=None):
    """Load images and labels from files of your own.

    Parameters
    ----------
    place : path
        - A folder of IDX files with the names that MNIST, Fashion-MNIST, KMNIST and EMNIST have,
          ``...train-images-idx3-ubyte`` and so on, gzipped or not. Where a folder has several
          sets, add the beginning of the files' names to its path, ``gzip/emnist-letters``. A
          folder with ``...train....csv`` and ``...test....csv`` will do, too.
        - A ``.csv`` or ``.csv.gz`` file, an image a row: its pixels, row by row, as many as a
          square has, and before them its label, or in the column that a header calls ``label``,
          ``class`` or ``target``.
        - An ``.npz`` file of two arrays, of which the smaller one holds the labels, or of four, of
          which two have ``test`` in their names. Images are of shape (N, H, W), (N, H * H),
          (N, C, H, W) or (N, H, W, C) with one or three channels.
    transposed : bool, optional
        Whether rows and columns are exchanged in the files, and so are to be exchanged again. If
        not given: yes if a file's name begins with ``emnist``, because EMNIST is published so.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images, float32 in [0, 1], of shape (N, C, H, W); labels, int64, of shape (N,), as they are
        in the files: those of EMNIST's letters begin at 1. None in place of the second pair where
        the place holds one set alone.

    Raises
    ------
    FileNotFoundError
        If there is no such place, or one of the files that belong together is missing.
    ValueError
        If a file is damaged, larger than a gibibyte when unpacked, or holds something else: values
        that are neither 0 to 1 nor 0 to 255, labels that are not whole numbers from 0 to 999, as
        many labels as images, shapes that do not fit. Says which file.

    Sources: Cohen, Afshar, Tapson, van Schaik, EMNIST (2017); Clanuwat et al., KMNIST (2018).
    """
    place = Path(place)
    if place.is_file():
        sets = read_npz(place) if place.suffix == ".npz" else [read_csv(place)]
    else:
        parts = find_parts(place)
        sets = [
            read_csv(*files.values()) if ".csv" in files else read_pair(**files) for files in parts
        ]
    sets = [as_set(*arrays, transposed) for arrays in sets]
    if len(sets) == 2 and sets[0][0].shape[1:] != sets[1][0].shape[1:]:
        shapes = " and ".join(str(x.shape[1:]) for x, _ in sets)
        raise ValueError(f"{place}: images to train and to test on have the shapes {shapes}")
    return (*sets, None)[:2]


def find_parts(place):
    """Find the files of a set in a folder: those to train on, and those to test on if there are.

    Parameters
    ----------
    place : Path
        A folder, or a folder and the beginning of the names in it.

    Returns
    -------
    list of dict of str to Path
        One or two, with ``images`` and ``labels``, or with ``.csv``.
    """
    folder, start = (place, "") if place.is_dir() else (place.parent, place.name)
    names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    names = [name for name in names if name.startswith(start)]
    if not names and not place.is_dir():
        raise FileNotFoundError(f"no file or folder {str(place)!r}")
    for pattern in (IDX_NAME, CSV_NAME):
        sets = {}
        for match in filter(None, map(pattern.fullmatch, names)):
            stem, part, kind, _ = match.groups()
            parts = sets.setdefault(stem.strip("-_. "), {})
            parts.setdefault(part.replace("t10k", "test"), {}).setdefault(kind, folder / match[0])
        if sets:
            break
    else:
        raise FileNotFoundError(
            f"{str(place)!r} has no files named as ...train-images-idx3-ubyte or ...train....csv;"
            f" it has {', '.join(names[:5]) or 'none'}"
        )
    if len(sets) > 1:
        known = ", ".join(stem or "one without a name" for stem in sets)
        raise ValueError(
            f"{str(place)!r} has several sets, {known}: add the name of one, as in"
            f" {str(folder / max(sets))!r}"
        )
    (parts,) = sets.values()
    for part in {"train", *parts}:
        for kind in ("images", "labels") if pattern is IDX_NAME else (".csv",):
            if kind not in parts.get(part, {}):
                raise FileNotFoundError(f"{str(place)!r} has no {kind} to {part} on")
    return [parts[part] for part in ("train", "test") if part in parts]


# ---------------------------------------------------------------------------------------------
# Three forms of file. Each reader returns images, labels and what to call them in an error.


def read_pair(images, labels):
    """Read images and labels from two IDX files."""
    x = read_idx(images)
    if x.ndim < 3:
        raise ValueError(f"{images} has shape {x.shape}, expected images (N, H, W)")
    return x, read_idx(labels), images


def read_csv(path):
    """Read images and labels from a CSV file, with or without a header."""
    unpack = gzip.open if path.suffix == ".gz" else open
    try:
        with unpack(path, "rt", encoding="utf-8-sig") as file:
            lines = [file.readline(MOST_BYTES >> 10) for _ in range(2)]
            names, below = ([word.strip(' "\n').lower() for word in line.split(",")]
                            for line in lines)  # fmt: skip
            header = is_header(names, below)
            if not lines[header].strip():
                raise ValueError("has no rows of numbers")
            most = MOST_BYTES // (4 * len(names))
            form = {"delimiter": ",", "quotechar": '"', "skiprows": int(header), "ndmin": 2}
            file.seek(0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of an empty line
                # Before NumPy 2.4 fractions were cut off, with a warning.
                warnings.simplefilter("error", DeprecationWarning)
                try:  # whole numbers are read seven times as fast
                    table = np.loadtxt(file, np.int16, max_rows=most + 1, **form)
                except ValueError:
                    file.seek(0)
                    table = np.loadtxt(file, np.float32, max_rows=most + 1, **form)
    except (OSError, EOFError, ValueError) as error:  # damaged gzip, bytes that are no text
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"{path}: {str(error).partition(';')[0]}") from None
    if len(table) > most:
        raise ValueError(f"{path}: more than {most:,} rows, {MOST_BYTES:,} bytes as numbers")
    column = next((k for k, name in enumerate(names) if name in LABEL_COLUMNS), 0)
    x, y = np.delete(table, column, axis=1), table[:, column]
    side = math.isqrt(x.shape[1])
    if side * side != x.shape[1] or not side:
        raise ValueError(
            f"{path}: rows of {x.shape[1]} numbers beside the label, expected as many pixels as a"
            " square has, such as 784 (is the label missing?)"
        )
    return x.reshape(-1, side, side), y, path


def is_header(names, below):
    """Say whether the words of a CSV file's first line are names, given those of the second."""
    if not any(map(reads_as_number, names)) or LABEL_COLUMNS & set(names):
        return True
    # There are headers of numbers, too, 0, 0.1, 0.2 ..., over pixels that are whole.
    return any("." in name for name in names) and not any("." in word for word in below)


def reads_as_number(word):
    try:
        float(word)
    except ValueError:
        return False
    return True


def read_npz(path):
    """Read images and labels from an ``.npz`` file: one set, or one to train and one to test on."""
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(info.file_size for info in packed.infolist())
    except OSError:
        raise
    except Exception as error:  # a damaged directory raises nearly anything
        raise ValueError(f"{path} is damaged or not an .npz file: {error}") from None
    if size > MOST_BYTES:
        raise ValueError(f"{path}: {size:,} bytes unpacked, expected at most {MOST_BYTES:,}")
    arrays = load_arrays(path)
    test = {name for name in arrays if re.search("test|t10k", name.lower())}
    groups = [group for group in (arrays.keys() - test, test) if group]
    if not groups or any(len(group) != 2 for group in groups) or not arrays.keys() - test:
        found = ", ".join(f"{name} {array.shape}" for name, array in arrays.items()) or "nothing"
        raise ValueError(
            f"{path} holds {found}; expected two arrays, images and labels, or four, two of them"
            " with test in their names"
        )
    sets = []
    for group in groups:
        labels, images = sorted(group, key=lambda name: (arrays[name].size, arrays[name].ndim))
        sets.append((arrays[images], arrays[labels], f"{path}, {images}"))
    return sets


# ---------------------------------------------------------------------------------------------
# What every form is held to


def as_set(x, y, source, transposed=None):
    """Make images, floats in [0, 1] with an axis of channels, and int64 labels of what was read.

    Parameters
    ----------
    x : ndarray of shape (N, H, W), (N, H * H), (N, C, H, W) or (N, H, W, C)
        Numbers from 0 to 1 or from 0 to 255.
    y : ndarray of shape (N,) or (N, 1)
        Whole numbers, in any dtype.
    source : str or Path
        What to call them in an error: a path, or what begins with one.
    transposed : bool, optional
        As for :func:`load_data`.

    Returns
    -------
    (float32 ndarray of shape (N, C, H, W), int64 ndarray of shape (N,))

    Raises
    ------
    ValueError
        If they are anything else.
    """
    for name, array in (("images", x), ("labels", y)):
        if array.dtype.kind not in "biuf":
            raise ValueError(f"{source}: {name} are {array.dtype}, expected numbers")
    if 0 in x.shape:
        raise ValueError(f"{source}: images have shape {x.shape}, expected at least one")
    if x.ndim == 2 and (side := math.isqrt(x.shape[1])) ** 2 == x.shape[1]:
        x = x.reshape(-1, side, side)
    if x.ndim == 3:
        x = x[:, None]
    elif x.ndim == 4 and x.shape[1] not in (1, 3):
        x = x.transpose(0, 3, 1, 2)
    if x.ndim != 4 or x.shape[1] not in (1, 3):
        raise ValueError(
            f"{source}: images have shape {x.shape}, expected (N, H, W), (N, H * H), (N, C, H, W)"
            " or (N, H, W, C) with 1 or 3 channels"
        )
    if transposed is None:
        transposed = Path(source).name.lower().startswith("emnist")
    x = x.swapaxes(2, 3) if transposed else x
    low, high = float(x.min()), float(x.max())
    if not (0 <= low and 0 < high <= 255 and not 1 < high < 128):
        raise ValueError(
            f"{source}: images go from {low:g} to {high:g}, expected 0 to 1 or 0 to 255"
        )
    if y.shape not in ((len(x),), (len(x), 1)):
        raise ValueError(f"{source}: labels have shape {y.shape}, expected ({len(x)},)")
    y = y.ravel().astype(np.float64)
    if not (0 <= y.min() and y.max() < MOST_CLASSES and (y % 1 == 0).all()):
        raise ValueError(
            f"{source}: labels go from {y.min():g} to {y.max():g}, expected whole numbers from 0 to"
            f" {MOST_CLASSES - 1}"
        )
    x = np.divide(x, 255 if high > 1 else 1, dtype=np.float32, casting="same_kind", order="C")
    return x, y.astype(np.int64)
