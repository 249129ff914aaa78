import ast
import gzip
import hashlib
import http.server
import re
import socket
import struct
import threading
from pathlib import Path

import numpy as np
import pytest

from cnnlib import datasets, fashion
from cnnlib.datasets import batches, load_fashion_mnist, load_mnist, load_photo
from cnnlib.idx import read_idx

MNIST_SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
TRAIN_IMAGES = "train-images-idx3-ubyte.gz"


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def idx(array):
    """The bytes of an IDX file that holds an array."""
    code = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}[array.dtype.str[1:]]
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


# MNIST


def test_mnist_is_the_original_byte_for_byte():
    with np.load(datasets.MNIST_FILE, allow_pickle=False) as stored:
        sums = {name: hashlib.sha256(stored[name]).hexdigest() for name in stored}
        assert {stored[name].dtype for name in stored} == {np.dtype(np.uint8)}
    assert sums == MNIST_SHA256


def test_data_card_states_the_sums_and_the_licence():
    card = (datasets.MNIST_FILE.parent / "README.md").read_text(encoding="utf-8")
    for words in (*MNIST_SHA256.values(), "CC BY-SA 3.0", "Yann LeCun and Corinna Cortes", "NIST"):
        assert words in card


def test_load_mnist_returns_floats_and_labels(mnist):
    for (x, y), n in zip(mnist, (60000, 10000), strict=True):
        assert x.shape == (n, 1, 28, 28) and x.dtype == np.float32
        assert y.shape == (n,) and y.dtype == np.int64
        assert x.min() == 0 and x.max() == 1
        assert np.array_equal(np.unique(y), np.arange(10))


def test_load_mnist_keeps_the_bytes(mnist):
    x, y = mnist[1]
    as_bytes = np.rint(x * 255).astype(np.uint8)
    assert hashlib.sha256(as_bytes).hexdigest() == MNIST_SHA256["x_test"]
    assert hashlib.sha256(y.astype(np.uint8)).hexdigest() == MNIST_SHA256["y_test"]


def test_mnist_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "MNIST_FILE", tmp_path / "mnist.npz")
    with pytest.raises(FileNotFoundError, match=r"no file .*mnist\.npz"):
        load_mnist()


def flip_a_byte(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]


@pytest.mark.parametrize("damage", [flip_a_byte, lambda d: d[:-99], lambda d: b"", lambda d: b"x"])
def test_mnist_damaged(monkeypatch, tmp_path, damage):
    whole = tmp_path / "whole.npz"
    noise = np.random.default_rng(0).integers(256, size=1000, dtype=np.uint8)
    np.savez_compressed(whole, x_train=noise, y_train=noise, x_test=noise, y_test=noise)
    bad = tmp_path / "mnist.npz"
    bad.write_bytes(damage(whole.read_bytes()))
    monkeypatch.setattr(datasets, "MNIST_FILE", bad)
    with pytest.raises(ValueError, match=r"mnist\.npz. is damaged"):
        load_mnist()


# IDX


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("shape", [(7,), (3, 4, 5), (0, 28, 28)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_round_trip(tmp_path, rng, dtype, shape, pack):
    array = (100 * rng.random(shape)).astype(dtype)
    (tmp_path / "some-idx").write_bytes(pack(idx(array)))
    back = read_idx(tmp_path / "some-idx")
    assert back.dtype == array.dtype and np.array_equal(back, array)
    back += 1  # a copy of the reader's own


GOOD = idx(np.arange(12, dtype=np.uint8).reshape(3, 4))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (GOOD[:-1], "truncated: 23 bytes, shape (3, 4) takes 24"),
        (GOOD + b"0", "too long: shape (3, 4) takes 24 bytes, and more follow"),
        (GOOD[:9], "truncated: 9 bytes, its header alone takes 12"),
        (b"<!DOCTYPE html><html>", "not an IDX file: it starts with b'<!DOCTYPE html><'"),
        (b"", "not an IDX file: it starts with b''"),
        (bytes([0, 0, 7, 1]), "not an IDX file"),
        (gzip.compress(GOOD)[:-9], "truncated or damaged gzip"),
        (flip_a_byte(gzip.compress(GOOD)), "truncated or damaged gzip"),
        (gzip.compress(b"hello"), "not an IDX file: it starts with b'hello'"),
        (GOOD[:4] + b"\xff" * 8, "takes 18,446,744,065,119,617,037 bytes, at most 1,073,741,824"),
        (gzip.compress(GOOD + bytes(9**7)), "too long: shape (3, 4) takes 24 bytes"),
    ],
    ids=range(11),
)
def test_idx_damaged(tmp_path, data, message):
    (tmp_path / "bad").write_bytes(data)
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        read_idx(tmp_path / "bad")
    assert str(tmp_path / "bad") in str(caught.value)


def test_idx_sum_and_missing_file(tmp_path):
    (tmp_path / "file").write_bytes(gzip.compress(GOOD))
    assert read_idx(tmp_path / "file", hashlib.sha256(GOOD).hexdigest()).shape == (3, 4)
    with pytest.raises(ValueError, match="wrong content: its SHA-256 is .*, expected 00$"):
        read_idx(tmp_path / "file", "00")
    with pytest.raises(FileNotFoundError, match="nothing"):
        read_idx(tmp_path / "nothing")


# Fashion-MNIST: a small set of the same form, from folders and from servers that misbehave


@pytest.fixture
def small(monkeypatch):
    """Four small files in the place of the real ones, name without .gz: unzipped bytes."""
    rng = np.random.default_rng(1)
    files = {}
    for name in fashion.FILES:
        n = 6 if name.startswith("train") else 4
        shape = (n, 28, 28) if "images" in name else (n,)
        files[name] = idx(rng.integers(10, size=shape, dtype=np.uint8))
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    monkeypatch.setattr(fashion, "FILES", sums)
    return files


def assert_is_small(data, small):
    for (x, y), part in zip(data, ("train", "t10k"), strict=True):
        images, labels = small[f"{part}-images-idx3-ubyte"], small[f"{part}-labels-idx1-ubyte"]
        assert x.dtype == np.float32 and y.dtype == np.int64
        assert x.shape == (len(y), 1, 28, 28)
        assert np.rint(x * 255).astype(np.uint8).tobytes() == images[16:]
        assert y.astype(np.uint8).tobytes() == labels[8:]


@pytest.mark.parametrize("separator", ["-", "."])
@pytest.mark.parametrize("zipped", [True, False])
def test_fashion_from_a_folder(small, tmp_path, separator, zipped):
    for name, data in small.items():
        name = name.replace("-idx", separator + "idx")
        path = tmp_path / (name + ".gz" if zipped else name)
        path.write_bytes(gzip.compress(data) if zipped else data)
    assert_is_small(load_fashion_mnist(folder=tmp_path), small)
    assert len(list(tmp_path.iterdir())) == 4


def test_fashion_folder_that_does_not_fit(small, tmp_path):
    with pytest.raises(FileNotFoundError, match="folder='.*nowhere' is not a folder"):
        load_fashion_mnist(folder=tmp_path / "nowhere")
    for name, data in small.items():
        (tmp_path / name).write_bytes(data)
    labels = tmp_path / "t10k-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:-1] + b"\xff")
    with pytest.raises(ValueError, match="t10k-labels-idx1-ubyte: wrong content: its SHA-256 is"):
        load_fashion_mnist(folder=tmp_path)
    labels.unlink()
    with pytest.raises(FileNotFoundError, match="holds none of t10k-labels-idx1-ubyte, .*gz"):
        load_fashion_mnist(folder=str(tmp_path))


class Server(http.server.ThreadingHTTPServer):
    """Answers on loopback; the first folder of the path says how it misbehaves."""

    def __init__(self, files):
        self.files = {f"{name}.gz": gzip.compress(data) for name, data in files.items()}
        self.asked = []
        self.stop = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    def mirror(self, manner):
        return f"http://127.0.0.1:{self.server_address[1]}/{manner}/"


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        _, manner, name = self.path.split("/")
        self.server.asked.append((manner, name))
        if manner.isdigit():
            return self.send_error(int(manner))
        whole, head = self.server.files[name], bytes([0, 0, 8, 3])
        bodies = {
            "garbage": b"<html>Log in to the network first</html>",
            "other": gzip.compress(idx(np.zeros((6, 28, 28), np.uint8))),
            "flood": bytes(20_000),
            "bomb": gzip.compress(head + struct.pack(">3I", 60000, 28, 28) + bytes(99_999)),
            "cut": whole[:100],
            "cut-silently": whole[:100],
        }
        body = bodies.get(manner, whole)
        self.send_response(200)
        self.send_header("Content-Length", str(len(whole if manner == "cut" else body)))
        self.end_headers()
        if manner == "stall":
            self.wfile.write(body[:10])
            self.wfile.flush()
            self.server.stop.wait()
        else:
            self.wfile.write(body)


@pytest.fixture
def server(small, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server(small)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()
    thread.join()


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


MISBEHAVIOURS = {
    "404": "HTTP Error 404: Not Found",
    "403": "HTTP Error 403: Forbidden",
    "cut": "IncompleteRead(100 bytes read, ",
    "cut-silently": "truncated or damaged gzip",
    "garbage": "not an IDX file: it starts with b'<html>Log in to '",
    "other": "wrong content: its SHA-256 is ",
    "stall": "timed out",
    "flood": "more than 5,000 bytes",
    "bomb": "too large: shape (60000, 28, 28) takes 47,040,016 bytes, at most 5,000",
}
SILENCE = {"stall": 0.2}  # seconds; with so few, a good mirror on a busy machine would be given up


def load_from(mirrors, cache=None, silence=600):
    """Load Fashion-MNIST from other mirrors, and wait for other times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fashion, "MIRRORS", mirrors)
        patch.setattr(fashion, "SILENCE", silence)
        return load_fashion_mnist(cache=cache)


@pytest.mark.parametrize("manner", MISBEHAVIOURS)
def test_misbehaving_mirror(server, tmp_path, manner, monkeypatch):
    monkeypatch.setattr("cnnlib.fashion.MOST_DOWNLOADED", 5000)
    mirror = server.mirror(manner)
    with pytest.raises(ConnectionError) as caught:
        load_from([mirror], tmp_path, SILENCE.get(manner, 600))
    message = str(caught.value)
    assert message.startswith(f"could not download {TRAIN_IMAGES}:\n")
    assert f"{mirror}{TRAIN_IMAGES}: {MISBEHAVIOURS[manner]}" in message
    assert "folder=" in message and "dataset-fashion-mnist" in message
    assert files_in(tmp_path) == []


@pytest.fixture
def refusing():
    """The address of a port where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_error_lists_what_every_mirror_said(server, tmp_path, refusing):
    mirrors = [server.mirror("404"), refusing, server.mirror("garbage")]
    with pytest.raises(ConnectionError) as caught:
        load_from(mirrors, tmp_path)
    lines = str(caught.value).splitlines()
    assert [line.strip().split(TRAIN_IMAGES + ": ")[-1][:13] for line in lines[2:5]] == [
        "HTTP Error 40",
        "<urlopen erro",
        "not an IDX fi",
    ]


@pytest.mark.parametrize("manner", sorted(MISBEHAVIOURS.keys() - SILENCE))
def test_next_mirror_is_tried_and_then_preferred(server, small, tmp_path, manner, monkeypatch):
    monkeypatch.setattr("cnnlib.fashion.MOST_DOWNLOADED", 5000)
    mirrors = [server.mirror(manner), server.mirror("good")]
    data = load_from(mirrors, tmp_path)
    assert_is_small(data, small)
    assert files_in(tmp_path / "fashion-mnist") == sorted(server.files)
    assert [asked for asked, _ in server.asked] == [manner] + 4 * ["good"]
    assert mirrors[0] == server.mirror(manner)  # the caller's list is left alone


def test_cache_is_used_and_mended(server, small, tmp_path):
    mirrors = (server.mirror("good").rstrip("/"),)
    load_from(mirrors, tmp_path)
    assert len(server.asked) == 4
    assert_is_small(load_from(mirrors, tmp_path), small)
    assert len(server.asked) == 4
    cached = tmp_path / "fashion-mnist" / TRAIN_IMAGES
    whole = cached.read_bytes()
    for damaged in (whole[:50], b"", flip_a_byte(whole), gzip.compress(GOOD)):
        cached.write_bytes(damaged)
        with pytest.raises(
            ConnectionError, match=f"cache: .*{TRAIN_IMAGES}: (.|\n)*HTTP Error 404"
        ):
            load_from([server.mirror("404")], tmp_path)
        del server.asked[:]
        assert_is_small(load_from(mirrors, tmp_path), small)
        assert server.asked == [("good", TRAIN_IMAGES)]
        assert cached.read_bytes() == whole


HOME = "HOME", "USERPROFILE"  # the one of Windows


def test_default_cache_follows_xdg(server, tmp_path, monkeypatch):
    mirrors = [server.mirror("good")]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    load_from(mirrors)
    assert files_in(tmp_path / "xdg/cnnlib/fashion-mnist") == sorted(server.files)
    monkeypatch.delenv("XDG_CACHE_HOME")
    for name in HOME:
        monkeypatch.setenv(name, str(tmp_path / "home"))
    load_from(mirrors)
    assert files_in(tmp_path / "home/.cache/cnnlib/fashion-mnist") == sorted(server.files)


def test_what_cannot_be_kept_is_used_all_the_same(server, small, tmp_path, monkeypatch):
    """A home folder that is missing, cannot be written, or is not known by name."""
    mirrors = [server.mirror("good")]
    (tmp_path / "file").touch()
    told = "downloaded is used and not kept, .*file.* cannot be written .*: cache=... names another"
    with pytest.warns(UserWarning, match=told):
        assert_is_small(load_from(mirrors, tmp_path / "file"), small)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name in HOME:
        monkeypatch.setenv(name, str(tmp_path / "file" / "home"))
    with pytest.warns(UserWarning, match=told):
        assert_is_small(load_from(mirrors), small)
    monkeypatch.setattr(fashion.os.path, "expanduser", lambda path: path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~").touch()
    with pytest.warns(UserWarning, match="not kept, '~.+cache.+fashion-mnist' cannot"):
        assert_is_small(load_from(mirrors), small)


def test_another_set_in_the_place_of_fashion_mnist(small, tmp_path):
    """KMNIST has the same four names."""
    for name, data in small.items():
        (tmp_path / name).write_bytes(data[:-1] + b"\x09")
    told = "wrong content: its SHA-256 is .*, expected "
    with pytest.raises(ValueError, match=told):
        load_fashion_mnist(folder=tmp_path)


# The photograph


def test_photo():
    x = load_photo()
    assert x.shape == (1, 3, 600, 512) and x.dtype == np.float32 and x.flags.c_contiguous
    assert 0 <= x.min() < 0.05 and 0.95 < x.max() <= 1


def test_grey_photo_is_luminance():
    x, grey = load_photo(), load_photo(grey=True)
    assert grey.shape == (1, 1, 600, 512) and grey.dtype == np.float32
    by_hand = 0.299 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2]
    np.testing.assert_allclose(grey[:, 0], by_hand, atol=1e-6)


def test_smaller_photo_is_the_mean_of_boxes():
    x, half, third = load_photo(), load_photo(height=300), load_photo(grey=True, height=200)
    assert half.shape == (1, 3, 300, 256) and half.dtype == np.float32
    assert third.shape == (1, 1, 200, 170) and third.dtype == np.float32
    assert half[0, 1, 7, 9] == pytest.approx(x[0, 1, 14:16, 18:20].mean(), abs=1e-6)
    assert np.array_equal(load_photo(height=600), x)


@pytest.mark.parametrize("height", [0, -300, 301, 300.0, "300", True])
def test_photo_height_argument(height):
    with pytest.raises(
        ValueError, match="height is .*, expected an integer(, at least 1| that divides 600)"
    ):
        load_photo(height=height)


# Batches


@pytest.mark.parametrize("seed", [None, 0])
@pytest.mark.parametrize("batch_size", [1, 3, 5, 10, 11])
def test_batches_cover_each_sample_once(seed, batch_size):
    x, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    rng = None if seed is None else np.random.default_rng(seed)
    parts = list(batches(x, y, batch_size, rng))
    sizes = [len(y) for _, y in parts]
    assert sizes[:-1] == [batch_size] * (len(parts) - 1) and 0 < sizes[-1] <= batch_size
    for x_part, y_part in parts:
        assert np.array_equal(x_part, x[y_part])
    order = np.concatenate([y for _, y in parts])
    assert np.array_equal(np.sort(order), y)
    assert np.array_equal(order, y) == (rng is None)


def test_batches_order_is_the_generators():
    x = y = np.arange(50)

    def order(rng):
        return np.concatenate([y for _, y in batches(x, y, 7, rng)])

    one, two = np.random.default_rng(3), np.random.default_rng(3)
    assert np.array_equal(order(one), order(two))
    assert not np.array_equal(order(one), order(np.random.default_rng(3)))  # another epoch
    assert np.array_equal(x, np.arange(50))


def test_batches_of_nothing():
    assert list(batches(np.zeros((0, 2)), np.zeros(0), 5)) == []


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.ones(3), np.ones(4), 2), ValueError, r"x has shape \(3,\) and y \(4,\)"),
        ((np.array(3), np.array(3), 1), ValueError, r"x has shape \(\) and y \(\), expected as"),
        (
            (np.ones(3), np.ones(3), 0),
            ValueError,
            "batch_size is 0, expected an integer, at least 1",
        ),
        ((np.ones(3), np.ones(3), 2.0), ValueError, "batch_size is 2.0, expected an integer"),
        (([1, 2], np.ones(2), 1), TypeError, r"x is \[1, 2\], expected an array"),
        ((np.ones(2), np.float64(2), 1), TypeError, "y is .*2.0.*, expected an array"),
        ((np.ones(2), np.ones(2), 1, 0), TypeError, "rng is 0, expected a numpy.random.Generator"),
    ],
)
def test_batches_refuses_at_the_call(arguments, error, message):
    with pytest.raises(error, match=message):
        batches(*arguments)


def test_matplotlib_is_imported_only_for_the_photograph():
    tree = ast.parse(Path(datasets.__file__).read_text(encoding="utf-8"))
    top = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert "numpy" in top and "matplotlib" not in top


def test_seven_photographs_in_colour_come_with_the_package():
    photos = datasets.load_photographs()
    assert photos.shape == (7, 3, 224, 320) and photos.dtype == np.float32
    assert photos.flags.c_contiguous and 0 <= photos.min() < 0.01 and 0.99 < photos.max() <= 1
    red, _, blue = photos.mean(axis=(2, 3)).T
    assert red.argmax() == 5 and (blue > red).tolist() == [False] * 3 + [True] * 2 + [False, True]
