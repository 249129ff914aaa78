"""Files written whole or not at all: arrays as ``.npz``, published data as IDX, downloads.

Below all levels: nothing here is about networks, and no lesson derives it.
"""

import contextlib
import glob
import gzip
import hashlib
import http.client
import io
import math
import os
import struct
import tempfile
import urllib.request
import uuid
import warnings
import zlib
from pathlib import Path

import numpy as np

KINDS = {"f": "floats", "b": "a truth value"}
RECORDS = Path(__file__).parent / "data" / "experiments"
IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_BYTES = 1 << 30  # of a file, unpacked: what claims more is refused before memory is filled
MOST_DOWNLOADED = 64 << 20


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
    expected : dict of str to (tuple, dtype)
        Name to shape, None standing for any length, and the dtype that it will be converted to.
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
    for name, (shape, dtype) in expected.items():
        found, kind = arrays[name], np.dtype(dtype).kind
        sizes = zip(found.shape, shape, strict=False)
        fits = found.ndim == len(shape) and all(size in (n, None) for n, size in sizes)
        if not fits or found.dtype.kind != kind:
            raise ValueError(
                f"{origin} {problem}: {name} has shape {found.shape} and dtype {found.dtype},"
                f" expected {shape} and {KINDS[kind]}"
            )
        with np.errstate(over="ignore"):
            if not np.isfinite(found.astype(dtype)).all():
                raise ValueError(
                    f"{origin} cannot be used: {name} holds NaN, infinity or a number too large"
                )


def listed(names):
    """Write names one after the other, the first six of many."""
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(names[:6]) + more or "nothing"


# ---------------------------------------------------------------------------------------------
# IDX, the format that MNIST and Fashion-MNIST are published in


def read_idx(path, sha256=None):
    """Read an array from a file in IDX, gzipped or not.

    Parameters
    ----------
    path : path
        The file. Its content says whether it is gzipped, its name is not looked at.
    sha256 : str, optional
        The SHA-256, in hexadecimal, that the unzipped file must have.

    Returns
    -------
    ndarray
        Shape and dtype as the file states them.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not in IDX, is truncated, damaged or longer than its header says, or has
        another sum.

    Source: the end of http://yann.lecun.com/exdb/mnist/ describes IDX.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"larger than {MOST_BYTES:,} bytes")
        return decode_idx(path.read_bytes(), sha256)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def decode_idx(data, sha256=None, most=MOST_BYTES):
    """Turn the bytes of an IDX file, gzipped or not, into an array; check its sum if given.

    Parameters, result and errors as for :func:`read_idx`, and

    most : int
        Bytes that it may have when unpacked.
    """
    packed = data[:2] == b"\x1f\x8b"
    file = gzip.GzipFile(fileobj=io.BytesIO(data)) if packed else io.BytesIO(data)
    try:
        head = file.read(16)
        if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in IDX_TYPES:
            raise ValueError(f"not an IDX file: it starts with {head!r}")
        start = 4 + 4 * head[3]
        head += file.read(max(start - len(head), 0))
        if len(head) < start:
            raise ValueError(f"truncated: {len(head)} bytes, its header alone takes {start}")
        shape = struct.unpack(f">{head[3]}I", head[4:start])
        dtype = np.dtype(IDX_TYPES[head[2]])
        expected = start + dtype.itemsize * math.prod(shape)
        if expected > most:
            raise ValueError(f"too large: shape {shape} takes {expected:,} bytes, at most {most:,}")
        file.seek(0)
        data = file.read(expected + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"truncated or damaged gzip: {error}") from None
    if len(data) < expected:
        raise ValueError(f"truncated: {len(data)} bytes, shape {shape} takes {expected}")
    if len(data) > expected:
        raise ValueError(f"too long: shape {shape} takes {expected} bytes, and more follow")
    came = hashlib.sha256(data).hexdigest()
    if sha256 is not None and came != sha256:
        raise ValueError(f"wrong content: its SHA-256 is {came}, expected {sha256}")
    array = np.frombuffer(data, dtype, offset=start).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


def find_idx(folder, name):
    """Find an IDX file in a folder under one of the names it goes by.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"folder={str(folder)!r} is not a folder")
    dotted = name.replace("-idx", ".idx")
    candidates = [stem + end for stem in (name, dotted) for end in ("", ".gz")]
    for candidate in candidates:
        if (folder / candidate).is_file():
            return folder / candidate
    raise FileNotFoundError(f"folder={str(folder)!r} holds none of {', '.join(candidates)}")


def fetch_idx(name, sha256, cache, mirrors, timeout, advice=""):
    """Read an IDX file from the cache, or else from the first mirror that serves it, and cache it.

    Parameters
    ----------
    name : str
        The file's, without ``.gz``.
    sha256 : str
        Of the unzipped file.
    cache : Path
        A folder. Where it cannot be written, a warning says so.
    mirrors : list of str
        Addresses of folders. The one that answers is put first, for the next file.
    timeout : float
        Seconds of silence after which a mirror is given up.
    advice : str
        What to try where all fail, for the error's last line.

    Returns
    -------
    ndarray

    Raises
    ------
    ConnectionError
        If no mirror serves it: says what each answered, and nothing is kept.
    """
    path = cache / f"{name}.gz"
    try:
        return read_idx(path, sha256)
    except (OSError, ValueError) as error:
        answers = [f"cache: {error}"]
    for mirror in list(mirrors):
        url = f"{mirror.rstrip('/')}/{path.name}"
        try:
            request = urllib.request.Request(url, headers={"User-Agent": "cnnlib"})
            with urllib.request.urlopen(request, timeout=timeout) as response:
                data = response.read(MOST_DOWNLOADED + 1)
            if len(data) > MOST_DOWNLOADED:
                raise ValueError(f"more than {MOST_DOWNLOADED:,} bytes")
            if response.length:
                raise http.client.IncompleteRead(data, response.length)
            array = decode_idx(data, sha256, MOST_DOWNLOADED)
        except (OSError, http.client.HTTPException, ValueError) as error:
            answers.append(f"{url}: {error}")
            continue
        mirrors.remove(mirror)
        mirrors.insert(0, mirror)
        try:
            write_whole(path, data)
        except OSError as error:
            warnings.warn(
                f"what was downloaded is used and not kept, {str(cache)!r} cannot be written"
                f" ({error.strerror}): cache=... names another folder",
                stacklevel=2,
            )
        return array
    raise ConnectionError("\n  ".join([f"could not download {path.name}:", *answers]) + advice)


def recorded(name):
    """Read an experiment that ``tools/experiments.py`` recorded.

    Parameters
    ----------
    name : str
        As in ``cnnlib/data/EXPERIMENTS.md``, which shows all of them as tables.

    Returns
    -------
    dict of str to ndarray
        The values tried, an array an axis; with an axis for each and the seeds last, the accuracies
        ``test``, on the 10,000 test images, and ``valid``, on the training images held back (NaN
        where none were), and ``loss`` on the test images; what else the experiment kept.

    Raises
    ------
    ValueError
        If there is no such experiment.
    """
    names = sorted(path.stem for path in RECORDS.glob("*.npz"))
    if name not in names:
        raise ValueError(f"name is {name!r}, expected one of {', '.join(names)}")
    return load_arrays(RECORDS / f"{name}.npz")
