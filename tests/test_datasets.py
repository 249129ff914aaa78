import ast
import gzip
import hashlib
import http.server
import re
import socket
import struct
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from cnnlib import datasets, files
from cnnlib.datasets import (
    affine,
    augment,
    batches,
    load_fashion_mnist,
    load_mnist,
    load_photo,
    read_idx,
    smooth_noise,
    warp,
)

MNIST_SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
TRAIN_IMAGES = "train-images-idx3-ubyte.gz"


@pytest.fixture(scope="module")
def mnist():
    return load_mnist()


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def digits(mnist):
    return mnist[0][0][:200]


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
    card = (datasets.MNIST_FILE.parent / "README.md").read_text()
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
    with pytest.raises(FileNotFoundError, match=r"mnist\.npz is missing. Install cnnlib again"):
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
    with pytest.raises(ValueError, match=r"mnist\.npz is damaged: .*Install cnnlib again"):
        load_mnist()


@pytest.mark.parametrize("arrays", [{"x_train": [1]}, {"x_train": np.array([None])}])
def test_mnist_file_of_something_else(monkeypatch, tmp_path, arrays):
    np.savez(tmp_path / "mnist.npz", **arrays)
    monkeypatch.setattr(datasets, "MNIST_FILE", tmp_path / "mnist.npz")
    with pytest.raises(ValueError, match=r"mnist\.npz is damaged: .*(y_train|allow_pickle)"):
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
    for name in datasets.FASHION_MNIST:
        n = 6 if name.startswith("train") else 4
        shape = (n, 28, 28) if "images" in name else (n,)
        files[name] = idx(rng.integers(10, size=shape, dtype=np.uint8))
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    monkeypatch.setattr(datasets, "FASHION_MNIST", sums)
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
        body = self.server.files[name]
        length = len(body)
        if manner.isdigit():
            return self.send_error(int(manner))
        if manner == "garbage":
            body = b"<html>Log in to the network first</html>"
            length = len(body)
        elif manner == "other":
            body = gzip.compress(idx(np.zeros((6, 28, 28), np.uint8)))
            length = len(body)
        elif manner == "flood":
            body = bytes(20_000)
            length = len(body)
        elif manner == "bomb":
            head = bytes([0, 0, 8, 3]) + struct.pack(">3I", 60000, 28, 28)
            body = gzip.compress(head + bytes(99_999))
            length = len(body)
        elif manner == "cut":
            body = body[:100]
        elif manner == "cut-silently":
            body = body[:100]
            length = 100
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if manner == "stall":
            self.wfile.write(body[:10])
            self.wfile.flush()
            self.server.stop.wait(10)
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


@pytest.mark.parametrize("manner", MISBEHAVIOURS)
def test_misbehaving_mirror(server, tmp_path, manner, monkeypatch):
    monkeypatch.setattr(files, "MOST_DOWNLOADED", 5000)
    mirror = server.mirror(manner)
    with pytest.raises(ConnectionError) as caught:
        load_fashion_mnist(cache=tmp_path, mirrors=[mirror], timeout=0.2)
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


def test_unreachable_mirror(small, tmp_path, refusing, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(ConnectionError, match=r"urlopen error .*refused"):
        load_fashion_mnist(cache=tmp_path, mirrors=[refusing])
    assert files_in(tmp_path) == []


def test_error_lists_what_every_mirror_said(server, tmp_path, refusing):
    mirrors = [server.mirror("404"), refusing, server.mirror("garbage")]
    with pytest.raises(ConnectionError) as caught:
        load_fashion_mnist(cache=tmp_path, mirrors=mirrors)
    lines = str(caught.value).splitlines()
    assert [line.strip().split(TRAIN_IMAGES + ": ")[-1][:13] for line in lines[2:5]] == [
        "HTTP Error 40",
        "<urlopen erro",
        "not an IDX fi",
    ]


@pytest.mark.parametrize("manner", MISBEHAVIOURS)
def test_next_mirror_is_tried_and_then_preferred(server, small, tmp_path, manner, monkeypatch):
    monkeypatch.setattr(files, "MOST_DOWNLOADED", 5000)
    mirrors = [server.mirror(manner), server.mirror("good")]
    data = load_fashion_mnist(cache=tmp_path, mirrors=mirrors, timeout=0.2)
    assert_is_small(data, small)
    assert files_in(tmp_path / "fashion-mnist") == sorted(server.files)
    assert [asked for asked, _ in server.asked] == [manner] + 4 * ["good"]
    assert mirrors[0] == server.mirror(manner)  # the caller's list is left alone


def test_cache_is_used_and_mended(server, small, tmp_path):
    mirrors = (server.mirror("good").rstrip("/"),)
    load_fashion_mnist(cache=tmp_path, mirrors=mirrors)
    assert len(server.asked) == 4
    assert_is_small(load_fashion_mnist(cache=tmp_path, mirrors=mirrors), small)
    assert len(server.asked) == 4
    cached = tmp_path / "fashion-mnist" / TRAIN_IMAGES
    whole = cached.read_bytes()
    for damaged in (whole[:50], b"", flip_a_byte(whole), gzip.compress(GOOD)):
        cached.write_bytes(damaged)
        with pytest.raises(
            ConnectionError, match=f"cache: .*{TRAIN_IMAGES}: (.|\n)*HTTP Error 404"
        ):
            load_fashion_mnist(cache=tmp_path, mirrors=[server.mirror("404")])
        del server.asked[:]
        assert_is_small(load_fashion_mnist(cache=tmp_path, mirrors=mirrors), small)
        assert server.asked == [("good", TRAIN_IMAGES)]
        assert cached.read_bytes() == whole


def test_default_cache_follows_xdg(server, tmp_path, monkeypatch):
    mirrors = [server.mirror("good")]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    load_fashion_mnist(mirrors=mirrors)
    assert files_in(tmp_path / "xdg/cnnlib/fashion-mnist") == sorted(server.files)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    load_fashion_mnist(mirrors=mirrors)
    assert files_in(tmp_path / "home/.cache/cnnlib/fashion-mnist") == sorted(server.files)


def test_interrupted_write_leaves_no_file(server, tmp_path, monkeypatch):
    def full(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(KeyboardInterrupt):
        load_fashion_mnist(cache=tmp_path, mirrors=[server.mirror("good")])
    assert files_in(tmp_path) == []


def test_what_cannot_be_kept_is_used_all_the_same(server, small, tmp_path, monkeypatch):
    """A home folder that is missing, cannot be written, or is not known by name."""
    mirrors = [server.mirror("good")]
    (tmp_path / "file").touch()
    told = "downloaded is used and not kept, .*file.* cannot be written .*: cache=... names another"
    with pytest.warns(UserWarning, match=told):
        assert_is_small(load_fashion_mnist(cache=tmp_path / "file", mirrors=mirrors), small)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "file" / "home"))
    with pytest.warns(UserWarning, match=told):
        assert_is_small(load_fashion_mnist(mirrors=mirrors), small)
    monkeypatch.setattr(datasets.os.path, "expanduser", lambda path: path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~").touch()
    with pytest.warns(UserWarning, match="not kept, '~/.cache/cnnlib/fashion-mnist' cannot"):
        assert_is_small(load_fashion_mnist(mirrors=mirrors), small)


def test_another_set_in_the_place_of_fashion_mnist(small, tmp_path):
    """KMNIST has the same four names."""
    for name, data in small.items():
        (tmp_path / name).write_bytes(data[:-1] + b"\x09")
    told = "wrong content: .* Another set in the same form. cnnlib.owndata.load_data reads it"
    with pytest.raises(ValueError, match=told):
        load_fashion_mnist(folder=tmp_path)


@pytest.mark.parametrize("mirrors", ["http://one.example/", ["ftp://x"], None, [3]])
def test_fashion_mirrors_argument(tmp_path, mirrors):
    with pytest.raises(
        ValueError, match="mirrors is .*, expected a list of http or https addresses"
    ):
        load_fashion_mnist(cache=tmp_path, mirrors=mirrors)


@pytest.mark.parametrize("timeout", [0, -1, "3", None, float("nan"), True])
def test_fashion_timeout_argument(tmp_path, timeout):
    with pytest.raises(ValueError, match=f"timeout is {timeout!r}, expected a number above 0"):
        load_fashion_mnist(cache=tmp_path, timeout=timeout)


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
        ((np.ones(3), np.ones(4), 2), ValueError, "x has 3 samples and y 4, expected as many"),
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


# Warping and augmentation


def test_shift_by_whole_pixels(rng):
    x = rng.random((3, 2, 6, 7), dtype=np.float32)
    moves = np.array([[1, 0], [0, -2], [-3, 4]])
    y = warp(x, affine(np.zeros(3), np.ones(3), moves))
    for image, moved, (down, right) in zip(x, y, moves, strict=True):
        expected = np.zeros_like(image)
        for row in range(6):
            for col in range(7):
                if 0 <= row - down < 6 and 0 <= col - right < 7:
                    expected[:, row, col] = image[:, row - down, col - right]
        assert np.array_equal(moved, expected)


def test_shift_by_half_a_pixel_is_a_mean():
    x = np.array([[[[0.0, 4.0, 8.0]]]])
    y = warp(x, affine(np.zeros(1), np.ones(1), [[0, 0.5]]))
    assert y.tolist() == [[[[0.0, 2.0, 6.0]]]]


@pytest.mark.parametrize("size", [6, 7])
@pytest.mark.parametrize("quarters", [-1, 1, 2, 3, 4])
def test_rotation_by_quarters_is_rot90(rng, size, quarters):
    x = rng.random((2, 3, size, size))
    y = warp(x, affine(np.full(2, 90.0 * quarters), np.ones(2), np.zeros((2, 2))))
    np.testing.assert_allclose(y, np.rot90(x, quarters, axes=(2, 3)), atol=1e-12)


def test_doubling_the_size():
    x = np.zeros((1, 1, 8, 8))
    x[0, 0, 3:5, 3:5] = 1
    y = warp(x, affine(np.zeros(1), np.full(1, 2.0), np.zeros((1, 2))))
    assert (y[0, 0, 2:6, 2:6] >= 0.5).all()
    assert y.sum() == pytest.approx(4 * x.sum())
    small = warp(y, affine(np.zeros(1), np.full(1, 0.5), np.zeros((1, 2))))
    assert small.sum() == pytest.approx(x.sum(), rel=0.1)


def test_affine_rotates_before_it_shifts():
    x = np.zeros((1, 1, 7, 7))
    x[0, 0, 3, 5] = 1  # two to the right of the centre; a quarter turn: two above it
    y = warp(x, affine(np.array([90.0]), np.ones(1), [[1, 2]]))
    assert np.unravel_index(y.argmax(), y.shape) == (0, 0, 2, 5)


def test_displacement_says_where_to_look(rng):
    x = rng.random((2, 1, 5, 5))
    where = np.zeros((2, 2, 5, 5))
    where[1, 0, 2, 2], where[1, 1, 2, 2] = 2, -1
    y = warp(x, affine(np.zeros(2), np.ones(2), np.zeros((2, 2))), where)
    expected = x.copy()
    expected[1, 0, 2, 2] = x[1, 0, 4, 1]
    assert np.array_equal(y, expected)


def test_warp_against_scipys_stored_result():
    """At points inside, scipy.ndimage.map_coordinates(x, p, order=1) of SciPy 1.17.

    There p = inv(1.25 * [[cos, -sin], [sin, cos]]) @ (pixel - 1.5 - shift) + 1.5, at 30 degrees.
    """
    x = np.arange(16.0).reshape(1, 1, 4, 4) ** 2
    y = warp(x, affine(np.array([30.0]), np.array([1.25]), [[0.25, -0.5]]))[0, 0]
    expected = [[33.203696635, 68.250979407], [69.253740781, 109.03127389]]
    np.testing.assert_allclose(y[1:3, 1:3], expected, atol=1e-8)


def test_smooth_noise_has_unit_deviation_everywhere_and_is_smooth(rng):
    fields = smooth_noise(rng, (4000, 1, 12, 9), 3.0, np.float64)[:, 0]
    np.testing.assert_allclose(fields.std(axis=0), 1, atol=0.06)
    np.testing.assert_allclose(fields.mean(axis=0), 0, atol=0.08)
    # Two smoothed values at distance d correlate as exp(-d^2 / (4 smoothness^2)) far from edges.
    rough = smooth_noise(rng, (4000, 1, 40), 1.0, np.float64)[:, 0]
    assert np.mean(rough[:, 20] * rough[:, 22]) == pytest.approx(np.exp(-1), abs=0.06)


ALL = {"shift": 2, "rotate": 15, "scale": 0.15, "elastic": 1.4}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_augment_with_no_strength_is_the_identity(digits, rng, dtype):
    x = digits.astype(dtype)
    y = augment(x, rng, shift=0, rotate=0, scale=0, elastic=0)
    assert np.array_equal(y, x) and not np.shares_memory(x, y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_augment_keeps_shape_dtype_and_argument(digits, rng, dtype):
    x = digits.astype(dtype)
    before = x.copy()
    y = augment(x, rng, **ALL)
    assert y.shape == x.shape and y.dtype == dtype
    assert np.array_equal(x, before) and not np.shares_memory(x, y)
    assert y.min() >= 0 and y.max() <= 1


def test_augment_is_the_generators(digits):
    one, two = (augment(digits, np.random.default_rng(5), **ALL) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, augment(digits, np.random.default_rng(6), **ALL))


@pytest.mark.parametrize("name", ALL)
def test_augment_draws_anew_for_every_image(digits, rng, name):
    x = np.repeat(digits[:1], 20, axis=0)
    y = augment(x, rng, **{**dict.fromkeys(ALL, 0), name: ALL[name]})
    assert len(np.unique(y.reshape(20, -1), axis=0)) == 20


def test_augment_treats_channels_alike(digits, rng):
    x = np.concatenate([digits, 0.5 * digits], axis=1)
    y = augment(x, rng, **ALL)
    np.testing.assert_allclose(y[:, 1], 0.5 * y[:, 0], atol=1e-6)


def test_augment_takes_any_memory_order(digits):
    batch_last = np.ascontiguousarray(digits.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
    one, two = (augment(x, np.random.default_rng(0), **ALL) for x in (digits, batch_last))
    assert np.array_equal(one, two)


def test_augment_keeps_the_ink(digits, rng):
    y = augment(digits, rng, shift=2, rotate=15, scale=0, elastic=0)
    ratio = y.sum(axis=(1, 2, 3)) / digits.sum(axis=(1, 2, 3))
    assert 0.9 < ratio.min() and ratio.max() < 1.1
    y = augment(digits, rng, **ALL)
    assert y.sum() == pytest.approx(digits.sum(), rel=0.1)


def test_augment_stays_within_its_strengths(rng):
    dot = np.zeros((500, 1, 21, 21))
    dot[:, :, 10, 16] = 1  # six to the right of the centre
    weight = np.arange(21) - 10.0

    def where(y):
        mass = y.sum(axis=(1, 2, 3))
        return (y.sum(axis=(1, 2)) @ weight) / mass, (y.sum(axis=(1, 3)) @ weight) / mass

    right, down = where(augment(dot, rng, shift=3, rotate=0, scale=0))
    assert 2.8 < abs(right - 6).max() < 3.001 and 2.8 < abs(down).max() < 3.001
    right, down = where(augment(dot, rng, shift=0, rotate=30, scale=0))
    angle = np.rad2deg(np.arctan2(-down, right))
    assert 26 < angle.max() < 32 and -32 < angle.min() < -26
    right, down = where(augment(dot, rng, shift=0, rotate=0, scale=0.25))
    assert 7 < right.max() < 7.6 and 4.4 < right.min() < 5 and abs(down).max() < 1e-9


def test_augment_of_no_images(rng):
    assert augment(np.zeros((0, 1, 28, 28)), rng, **ALL).shape == (0, 1, 28, 28)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.zeros((2, 1, 4, 4), np.uint8)}, TypeError, "x is uint8, expected .* float64"),
        ({"x": [[1.0]]}, TypeError, "x is list, expected an array of float32 or float64"),
        ({"x": np.zeros((4, 4))}, ValueError, r"x has shape \(4, 4\), expected \(N, C"),
        ({"rng": 0}, TypeError, "rng is 0, expected a numpy.random.Generator"),
        ({"rng": np.random}, TypeError, "rng is <module .*, expected a numpy.random.Generator"),
        ({"shift": -1}, ValueError, "shift is -1, expected a number, at least 0"),
        ({"rotate": float("nan")}, ValueError, "rotate is nan, expected a number, at least 0"),
        ({"rotate": "10"}, ValueError, "rotate is '10', expected a number, at least 0"),
        (
            {"scale": 1.0},
            ValueError,
            "scale is 1.0, expected less than 1, or an image would vanish",
        ),
        ({"elastic": -0.1}, ValueError, "elastic is -0.1, expected a number, at least 0"),
        ({"smoothness": 0}, ValueError, "smoothness is 0, expected a number above 0"),
    ],
)
def test_augment_refuses(rng, change, error, message):
    state = rng.bit_generator.state
    arguments = {"x": np.zeros((2, 1, 4, 4)), "rng": rng, **change}
    with pytest.raises(error, match=message):
        augment(**arguments)
    assert rng.bit_generator.state == state


def test_warp_refuses():
    x, matrices = np.zeros((2, 1, 4, 4)), np.zeros((2, 2, 3))
    with pytest.raises(ValueError, match=r"matrices has shape \(2, 3\), expected \(2, 2, 3\)"):
        warp(x, matrices[0])
    with pytest.raises(ValueError, match=r"displacement has shape \(1,\), expected \(2, 2, 4, 4\)"):
        warp(x, matrices, np.zeros(1))
    with pytest.raises(TypeError, match="x is int64, expected"):
        warp(x.astype(np.int64), matrices)


def test_augment_is_fast_enough_to_train_with(digits, rng):
    times = []
    for _ in range(20):
        start = time.perf_counter()
        augment(digits[:100], rng)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.02  # about 1 ms where it was written


def test_matplotlib_is_imported_only_for_the_photograph():
    tree = ast.parse(Path(datasets.__file__).read_text())
    top = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert "numpy" in top and "matplotlib" not in top


def test_seven_photographs_in_colour_come_with_the_package():
    photos = datasets.load_photographs()
    assert photos.shape == (7, 3, 224, 320) and photos.dtype == np.float32
    assert photos.flags.c_contiguous and 0 <= photos.min() < 0.01 and 0.99 < photos.max() <= 1
    red, _, blue = photos.mean(axis=(2, 3)).T
    assert red.argmax() == 5 and (blue > red).tolist() == [False] * 3 + [True] * 2 + [False, True]
