"""IDX, the format in which MNIST and Fashion-MNIST are published: files read and downloaded.

Below all levels: no lesson derives it.
"""

import gzip
import hashlib
import http.client
import io
import math
import struct
import urllib.request
import warnings
import zlib
from pathlib import Path

import numpy as np

from cnnlib.files import write_whole

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_BYTES = 1 << 30  # of a file, unpacked: what claims more is refused before memory is filled
MOST_DOWNLOADED = 64 << 20


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
        if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in TYPES:
            raise ValueError(f"not an IDX file: it starts with {head!r}")
        start = 4 + 4 * head[3]
        head += file.read(max(start - len(head), 0))
        if len(head) < start:
            raise ValueError(f"truncated: {len(head)} bytes, its header alone takes {start}")
        shape = struct.unpack(f">{head[3]}I", head[4:start])
        dtype = np.dtype(TYPES[head[2]])
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
