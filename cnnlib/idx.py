"""IDX, the format in which MNIST and Fashion-MNIST are published.

Below all levels: no lesson derives it.
"""

import gzip
import hashlib
import io
import math
import struct
import zlib
from pathlib import Path

import numpy as np

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_BYTES = 1 << 30  # of a file, unpacked: what claims more is refused before memory is filled


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
