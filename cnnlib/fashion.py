"""Fashion-MNIST's four files: found in a folder, or downloaded once and kept.

Below all levels: no lesson derives it.
"""

import http.client
import os
import urllib.request
import warnings
from pathlib import Path

from cnnlib.files import write_whole
from cnnlib.idx import decode_idx, read_idx

FILES = {  # SHA-256 of each one unzipped: the same whichever gzip packed it
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
MIRRORS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
SILENCE = 20.0  # seconds, after which a mirror is given up
MOST_DOWNLOADED = 64 << 20  # bytes of a file
OTHER_WAYS = (
    "\nTry again later, or get the four files in another way (Debian's package"
    " dataset-fashion-mnist has them) and pass the folder they are in: folder=..."
)


def read_files(folder):
    """Read the four files, gzipped or not, from a folder.

    Returns
    -------
    list of ndarray
        Images and labels to train on, then those to test on, as bytes.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or it lacks one of the files.
    ValueError
        If a file is damaged or another data set's.
    """
    paths = [find(folder, name) for name in FILES]
    return [*map(read_idx, paths, FILES.values())]


def find(folder, name):
    """Find a file in a folder under one of the names it goes by.

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


def fetch_files(cache=None):
    """Read the four files from the cache, or else from the mirrors; result as of `read_files`.

    Parameters
    ----------
    cache : path, optional
        The files are kept in its folder fashion-mnist. Default: ``cnnlib`` in
        ``$XDG_CACHE_HOME``, or in ``~/.cache`` where that is not set.

    Raises
    ------
    ConnectionError
        If no mirror serves one of them: says what each answered, and nothing of it is kept.
    """
    # Where not even the name of a home folder is known, ~ stays as it is and cannot be made.
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = Path(home, "cnnlib") if cache is None else Path(cache)
    mirrors = list(MIRRORS)
    return [fetch(*file, cache / "fashion-mnist", mirrors) for file in FILES.items()]


def fetch(name, sha256, cache, mirrors):
    """Read a file from the cache, or else from the first mirror that serves it, and cache it.

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

    Returns
    -------
    ndarray

    Raises
    ------
    ConnectionError
        As for :func:`fetch_files`.
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
            with urllib.request.urlopen(request, timeout=SILENCE) as response:
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
    raise ConnectionError("\n  ".join([f"could not download {path.name}:", *answers]) + OTHER_WAYS)
