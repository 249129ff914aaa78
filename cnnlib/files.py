"""Files written whole or not at all, and named arrays as ``.npz``.

Below all levels: nothing here is about networks, and no lesson derives it.
"""

import contextlib
import glob
import io
import os
import tempfile
import uuid
import zipfile
from pathlib import Path

import numpy as np

KINDS = {"f": "floats", "b": "a truth value"}


def write_whole(path, data):
    """Write a file under a temporary name beside it and rename it: all of it or nothing.

    Parameters
    ----------
    path : Path
        Its folder is made if need be, and what a killed run left there of its temporary files
        is removed.
    data : bytes

    Raises
    ------
    OSError
        If it cannot be written; names the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for stale in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError):  # another writer's, perhaps, which will write it again
            stale.unlink()
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        for attempt in range(10):
            part.write_bytes(data)
            try:
                return os.replace(part, path)
            except FileNotFoundError:  # another writer took it for one that a killed run had left
                if attempt == 9:
                    raise
    except OSError as error:  # a full disk's has no name, others have the temporary one
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        part.unlink(missing_ok=True)


# ---------------------------------------------------------------------------------------------
# Named arrays


def check_place(path, suffix=".npz"):
    """Refuse a path that nothing can be saved to, before work is spent on what it is for.

    Parameters
    ----------
    path : str or Path
        Its folder is made if need be.
    suffix : str

    Raises
    ------
    ValueError
        If the path does not end in ``suffix``.
    OSError
        If its folder cannot be made or written to, or if it is a folder itself.
    """
    path = Path(path)
    if path.suffix != suffix:
        raise ValueError(f"path is {str(path)!r}, expected a name that ends in {suffix}")
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder, expected the name of a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:  # it has the temporary name
        raise OSError(error.errno, error.strerror, str(path.parent)) from None


def save_arrays(path, arrays):
    """Write named arrays to an ``.npz`` file: all of it or nothing.

    Parameters
    ----------
    path : str or Path
        Ends in ``.npz``. Its folder is made if need be.
    arrays : dict of str to ndarray

    Raises
    ------
    ValueError, OSError
        As for :func:`check_place`.
    """
    check_place(path)
    file = io.BytesIO()
    np.savez(file, **arrays)
    write_whole(Path(path), file.getvalue())


def load_arrays(path):
    """Read all arrays of an ``.npz`` file, never running code from it (no pickle).

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    OSError
        If there is no such file, or it cannot be read.
    ValueError
        If the file is damaged or not an ``.npz`` file of plain arrays.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"no file {str(path)!r}") from None
    try:
        if not zipfile.is_zipfile(io.BytesIO(data)):  # NumPy would advise to run what is in it
            raise ValueError("it is no zip archive")
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if not all(isinstance(array, np.ndarray) for array in arrays.values()):
            raise ValueError("it holds something else")
        return arrays
    except Exception as error:  # a damaged file can raise nearly anything in zipfile and zlib
        raise ValueError(
            f"{str(path)!r} is damaged or not an .npz file of plain arrays: {error}"
        ) from None


def under(part, arrays):
    """Put the name of a part before that of each array: ``network/conv1.w``."""
    return {f"{part}/{name}": value for name, value in arrays.items()}


def part_of(arrays, part):
    """Take one part out again, without its name: undo :func:`under`."""
    inside = [name for name in arrays if name.startswith(f"{part}/")]
    return {name.removeprefix(f"{part}/"): arrays[name] for name in inside}


def check_arrays(arrays, expected, origin, problem):
    """Refuse named arrays that are not those that were expected.

    Parameters
    ----------
    arrays : dict of str to ndarray
    expected : dict of str to ndarray
        Arrays of the shape, and of the dtype that it will be converted to; a length of 0 stands
        for any.
    origin, problem : str
        Where the arrays come from, and what it means if they do not fit, for the message.

    Raises
    ------
    ValueError
        If a name is missing or too much, a shape or the kind of a dtype differs, or a number is
        not finite.
    """
    missing = sorted(expected.keys() - arrays.keys())
    extra = sorted(arrays.keys() - expected.keys())
    if missing or extra:
        raise ValueError(
            f"{origin} {problem}: it lacks {listed(missing)} and has {listed(extra)} too much"
        )
    for name, like in expected.items():
        found, kind = arrays[name], like.dtype.kind
        shape = tuple(size or None for size in like.shape)
        sizes = zip(found.shape, shape, strict=False)
        fits = found.ndim == len(shape) and all(size in (n, None) for n, size in sizes)
        if not fits or found.dtype.kind != kind:
            raise ValueError(
                f"{origin} {problem}: {name} has shape {found.shape} and dtype {found.dtype},"
                f" expected {shape} and {KINDS[kind]}"
            )
        with np.errstate(over="ignore"):
            if not np.isfinite(found.astype(like.dtype)).all():
                raise ValueError(
                    f"{origin} cannot be used: {name} holds NaN, infinity or a number too large"
                )


def listed(names):
    """Write names one after the other, the first six of many."""
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(names[:6]) + more or "nothing"
