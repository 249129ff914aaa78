"""Own data: IDX folders, CSV and .npz files, and what is refused of them, by name."""

import gzip
import re
import warnings

import numpy as np
import pytest

from cnnlib import owndata
from cnnlib.owndata import load_data
from tests.helpers import corrupt, many
from tests.test_datasets import idx

PIXELS = np.random.default_rng(0).integers(256, size=(6, 5, 5), dtype=np.uint8)
PIXELS[:, 0, 0] = 255
LABELS = np.array([3, 0, 25, 1, 1, 9], np.uint8)
X = (PIXELS[:, None] / 255).astype(np.float32)


def write_idx(folder, name="{}-{}-idx{}-ubyte", parts=("train", "t10k"), pack=bytes, n=(6, 4)):
    folder.mkdir(exist_ok=True)
    for part, count in zip(parts, n, strict=False):
        for kind, array in (("images", PIXELS[:count]), ("labels", LABELS[:count])):
            data = pack(idx(np.ascontiguousarray(array)))
            (folder / name.format(part, kind, array.ndim)).write_bytes(data)
    return folder


def table(labels=LABELS, pixels=PIXELS, header=None, at=0):
    """The text of a CSV file."""
    rows = np.insert(pixels.reshape(len(pixels), -1).astype(int), at, labels, axis=1)
    lines = [",".join(map(str, row)) for row in rows.tolist()]
    return "\n".join(([] if header is None else [header]) + lines) + "\n"


HEADER = "label," + ",".join(f"pixel{k}" for k in range(25))


def assert_is(data, n=(6, None), x=X):
    """Hold what was loaded to the form of `load_mnist`, and to the images and labels above."""
    for pair, count in zip(data, n, strict=True):
        if count is None:
            assert pair is None
            continue
        images, labels = pair
        assert images.dtype == np.float32 and labels.dtype == np.int64
        assert images.flags.c_contiguous and images.flags.writeable
        np.testing.assert_array_equal(images, x[:count])
        np.testing.assert_array_equal(labels, LABELS[:count])


# IDX


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    "name, parts",
    [
        ("{}-{}-idx{}-ubyte", ("train", "t10k")),
        ("{}-{}.idx{}-ubyte", ("train", "t10k")),
        ("{}-{}-idx{}-ubyte.gz", ("train", "t10k")),
        ("kuzushiji-{}-{}-idx{}-ubyte", ("train", "test")),
    ],
)
def test_a_folder_of_idx_files(tmp_path, name, parts, pack):
    folder = write_idx(tmp_path, name, parts, pack)
    (folder / "README.txt").write_text("none of these")
    assert_is(load_data(folder), (6, 4))
    assert_is(load_data(str(folder)), (6, 4))


def test_a_folder_may_lack_images_to_test_on(tmp_path):
    assert_is(load_data(write_idx(tmp_path, parts=["train"])))


def test_emnist_is_turned_as_people_see_it(tmp_path):
    """Its files hold columns first: the published PIXELS of a letter are its transpose."""
    name = "emnist-letters-{}-{}-idx{}-ubyte.gz"
    folder = write_idx(tmp_path, name, ("train", "test"), gzip.compress)
    turned = X.swapaxes(2, 3)
    assert_is(load_data(folder), (6, 4), turned)
    assert_is(load_data(folder, transposed=False), (6, 4), X)
    (tmp_path / "emnist-letters-train.csv").write_text(table())
    assert_is(load_data(tmp_path / "emnist-letters-train.csv"), x=turned)
    plain = write_idx(tmp_path / "plain")
    assert_is(load_data(plain, transposed=True), (6, 4), turned)


def test_one_of_several_sets_is_chosen_by_the_beginning_of_its_name(tmp_path):
    for stem in ("letters", "digits"):
        write_idx(tmp_path, f"{stem}-{{}}-{{}}-idx{{}}-ubyte", ("train", "test"))
    assert_is(load_data(tmp_path / "letters"), (6, 4))
    with pytest.raises(ValueError, match="has several sets, digits, letters: add the name of one"):
        load_data(tmp_path)


@pytest.mark.parametrize(
    "missing, message",
    [
        ("train-labels-idx1-ubyte", "has no labels to train on"),
        ("train-images-idx3-ubyte", "has no images to train on"),
        ("t10k-labels-idx1-ubyte", "has no labels to test on"),
    ],
)
def test_a_missing_file_is_named(tmp_path, missing, message):
    write_idx(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(FileNotFoundError, match=message):
        load_data(tmp_path)


def test_no_place_and_a_place_of_other_files(tmp_path):
    for place in (tmp_path / "nowhere", tmp_path / "no" / "where"):
        with pytest.raises(FileNotFoundError, match=re.escape(f"no file or folder {str(place)!r}")):
            load_data(place)
    with pytest.raises(FileNotFoundError, match="it has none"):
        load_data(tmp_path)
    (tmp_path / "cat.jpg").touch()
    with pytest.raises(FileNotFoundError, match=r"named as .*; it has cat\.jpg"):
        load_data(tmp_path)


# CSV


@pytest.mark.parametrize(
    "text",
    [
        table(header=HEADER),
        table(),
        table(header=",".join(f'"{name}"' for name in HEADER.split(","))),
        table(header=",".join([*HEADER.split(",")[1:], "class"]), at=25),
        table(header="0," + ",".join(f"0.{k}" for k in range(1, 26))),  # as A-Z on Kaggle
        table().replace("\n", "\r\n"),
        "\ufeff" + table(header=HEADER),
        table().rstrip("\n"),
        table() + "\n",
    ],
    ids=[
        *("kaggle", "bare", "quoted", "label last", "numbers", "crlf", "bom", "no last newline"),
        "an empty last line",
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_a_csv_file(tmp_path, text, suffix):
    data = text.encode()
    (tmp_path / f"mine{suffix}").write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
    assert_is(load_data(tmp_path / f"mine{suffix}"))


def test_a_csv_file_of_numbers_between_0_and_1(tmp_path):
    rows = np.insert(PIXELS.reshape(6, 25) / 255, 0, LABELS, axis=1)
    np.savetxt(tmp_path / "mine.csv", rows, delimiter=",", fmt="%.17g")
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # an older NumPy only warns that it cuts fractions off
        assert_is(load_data(tmp_path / "mine.csv"))


def test_a_folder_of_csv_files(tmp_path):
    (tmp_path / "sign_mnist_train.csv").write_text(table(header=HEADER))
    (tmp_path / "sign_mnist_test.csv").write_text(table(LABELS[:4], PIXELS[:4], HEADER))
    assert_is(load_data(tmp_path), (6, 4))
    assert_is(load_data(tmp_path / "sign_mnist"), (6, 4))
    write_idx(tmp_path, parts=["train"], n=[3])  # Kaggle's Fashion-MNIST has both; IDX is preferred
    assert_is(load_data(tmp_path), (3, None))


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "has no rows of numbers"),
        (HEADER + "\n", "has no rows of numbers"),
        (table()[:-4], "could not convert string '' to float32 at row 5, column 26"),
        (table().rpartition(",")[0], "number of columns changed from 26 to 25 at row 6"),
        (table().replace("255,", "x,", 1), "could not convert string 'x' to float32 at row 0"),
        (table().replace("255,", ",", 1), "could not convert string '' to float32"),
        (table().replace("255,", "nan,", 1), "images go from nan to nan"),
        (table().replace("255,", "256,", 1), "images go from 0 to 256, expected 0 to 1 or 0 to"),
        (table().replace("255,", "-1,", 1), "images go from -1 to 255"),
        (table(pixels=PIXELS[:, :4]), "rows of 20 numbers beside the label, .* label missing"),
        ("1\n2\n", "rows of 0 numbers beside the label"),
        (table(labels=1000), "labels go from 1000 to 1000, expected whole numbers from 0 to 999"),
        ("\x89PNG\r\n\x1a\n\x00\xff", "mine.csv: "),
    ],
    ids=range(13),
)
def test_a_csv_file_that_is_refused(tmp_path, text, message):
    (tmp_path / "mine.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=message) as caught:
        load_data(tmp_path / "mine.csv")
    assert "mine.csv" in str(caught.value) and "usecols" not in str(caught.value)


def test_what_is_larger_than_memory_should_be_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(owndata, "MOST_BYTES", 999_999)
    monkeypatch.setattr("cnnlib.idx.MOST_BYTES", 100)
    real, read = np.loadtxt, []
    monkeypatch.setattr(np, "loadtxt", lambda *a, **k: read.append(real(*a, **k)) or read[-1])
    for text in (table(), table().replace("255,", "254.5,", 1)):
        (tmp_path / "mine.csv").write_text(10_000 * text)
        with pytest.raises(ValueError, match="more than 9,615 rows"):
            load_data(tmp_path / "mine.csv")
    assert [len(rows) for rows in read] == [9616] * 2
    np.savez_compressed(tmp_path / "mine.npz", x=np.zeros(10**6, np.uint8), y=LABELS)
    assert (tmp_path / "mine.npz").stat().st_size < 9999
    with pytest.raises(ValueError, match=r"[\d,]+ bytes unpacked, expected at most 999,999"):
        load_data(tmp_path / "mine.npz")
    with pytest.raises(ValueError, match="larger than 100 bytes"):
        load_data(write_idx(tmp_path))


# .npz


@pytest.mark.parametrize(
    "arrays, n",
    [
        ({"x": PIXELS, "y": LABELS}, (6, None)),
        ({"arr_0": LABELS[:, None], "arr_1": PIXELS.reshape(6, 25)}, (6, None)),
        ({"images": X, "labels": LABELS.astype(float)}, (6, None)),
        ({"images": PIXELS[..., None].astype(np.int64), "labels": LABELS}, (6, None)),
        ({"X": np.asfortranarray(PIXELS.astype(">f8")), "target": LABELS}, (6, None)),
        (
            {"x_test": PIXELS[:4], "x_train": PIXELS, "y_train": LABELS, "y_test": LABELS[:4]},
            (6, 4),
        ),
    ],
    ids=["x, y", "flat", "floats", "channels last", "fortran, big-endian", "keras"],
)
def test_an_npz_file(tmp_path, arrays, n):
    np.savez(tmp_path / "mine.npz", **arrays)
    assert_is(load_data(tmp_path / "mine.npz"), n)


@pytest.mark.parametrize("name", ["mine.npz", "emnist.npz", "mine.csv"])
def test_rows_and_columns_are_exchanged_as_told(tmp_path, name):
    if name.endswith("npz"):
        np.savez(tmp_path / name, x=PIXELS.swapaxes(1, 2), y=LABELS)
    else:
        (tmp_path / name).write_text(table(LABELS, PIXELS.swapaxes(1, 2)))
    told = None if name.startswith("emnist") else True
    assert_is(load_data(tmp_path / name, transposed=told))
    assert_is(load_data(tmp_path / name, transposed=False), x=X.swapaxes(2, 3))


@pytest.mark.parametrize("last", [False, True])
def test_colour_images_keep_their_channels(tmp_path, last):
    x = np.random.default_rng(1).random((4, 3, 6, 7))
    np.savez(tmp_path / "mine.npz", x=x.transpose(0, 2, 3, 1) if last else x, y=LABELS[:4])
    (images, _), _ = load_data(tmp_path / "mine.npz")
    np.testing.assert_array_equal(images, x.astype(np.float32))


def test_images_of_0_and_1_in_integers(tmp_path):
    for dtype in (bool, np.uint8):
        np.savez(tmp_path / "mine.npz", x=(PIXELS > 99).astype(dtype), y=LABELS)
        assert_is(load_data(tmp_path / "mine.npz"), x=(X > 99.5 / 255).astype(np.float32))


@pytest.mark.parametrize(
    "arrays, message",
    [
        ({}, "holds nothing; expected two arrays"),
        ({"x": PIXELS}, r"holds x \(6, 5, 5\); expected two arrays"),
        ({"a": PIXELS, "b": LABELS, "c": PIXELS}, r"holds a .*, b .*, c .*; expected two"),
        ({"x_test": PIXELS, "y_test": LABELS}, "two of them with test in their names"),
        ({f"arr_{k}": PIXELS for k in range(4)}, "two of them with test in their names"),
        ({"x": PIXELS, "y": LABELS[:5]}, r"npz, x: labels have shape \(5,\), expected \(6,\)"),
        ({"x": PIXELS, "y": np.eye(10)[:6, :3]}, r"labels have shape \(6, 3\), expected \(6,\)"),
        ({"x": PIXELS, "y": LABELS + 0.5}, "go from 0.5 to 25.5, expected whole numbers"),
        ({"x": PIXELS, "y": LABELS - 1.0}, "labels go from -1 to"),
        ({"x": PIXELS, "y": np.full(6, np.nan)}, "labels go from nan to nan"),
        ({"x": PIXELS, "y": np.full(6, 2**64 - 1, np.uint64)}, r"labels go from 1\.8"),
        ({"x": PIXELS, "y": np.array(list("abcdef"))}, "labels are <U1, expected numbers"),
        ({"x": PIXELS[:0], "y": LABELS[:0]}, r"images have shape \(0, 5, 5\), expected at least"),
        ({"x": PIXELS[:, :4].reshape(6, 20), "y": LABELS}, r"shape \(6, 20\), expected \(N, H, W"),
        ({"x": np.repeat(X, 2, axis=1), "y": LABELS}, "with 1 or 3 channels"),
        ({"x": X + 1j, "y": LABELS}, "images are complex64, expected numbers"),
        ({"x": X - 0.5, "y": LABELS}, "images go from -0.5 to 0.5"),
        ({"x": np.where(X < 0.5, X, np.inf), "y": LABELS}, "images go from 0 to inf"),
        ({"x": X * 16, "y": LABELS}, "images go from 0 to 16, expected 0 to 1 or 0 to 255"),
        ({"x": X * 0, "y": LABELS}, "images go from 0 to 0"),
        ({"x": PIXELS * np.uint16(257), "y": LABELS}, "images go from 0 to 65535"),
        ({"x": np.array([None] * 6), "y": LABELS}, "not an .npz file of plain arrays"),
        (
            {"x": PIXELS, "y": LABELS, "x_test": PIXELS[:, 1:], "y_test": LABELS},
            r"images to train and to test on have the shapes \(1, 5, 5\) and \(1, 4, 5\)",
        ),
    ],
    ids=range(23),
)
def test_an_npz_file_that_is_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "mine.npz", **arrays)
    with pytest.raises(ValueError, match=message) as caught:
        load_data(tmp_path / "mine.npz")
    assert "mine.npz" in str(caught.value)


@pytest.mark.soak
@pytest.mark.parametrize("form", ["csv", "npz", "idx", "idx.gz"])
def test_a_damaged_file_is_refused_by_name_or_is_still_a_set(tmp_path, form):
    """Whatever is changed: a ValueError that names the file, or images and labels in their form.

    What has sums, as packed files have, never holds other numbers than it held. A pixel of plain
    IDX or CSV is as good as another one.
    """
    place = load = tmp_path / f"mine.{form}"
    if form == "csv":
        place.write_text(table(header=HEADER))
    elif form == "npz":
        np.savez_compressed(place, x=PIXELS, y=LABELS)
    else:
        write_idx(tmp_path, pack=gzip.compress if form == "idx.gz" else bytes)
        place, load = tmp_path / "train-images-idx3-ubyte", tmp_path
    whole, refused, tried = place.read_bytes(), 0, many(100)
    rng = np.random.default_rng(2)
    for _ in range(tried):
        place.write_bytes(corrupt(whole, rng))
        try:
            (x, y), _ = load_data(load)
        except ValueError as error:
            assert place.name in str(error) or "images to train and to test on" in str(error)
            refused += 1
        else:
            assert x.dtype == np.float32 and x.ndim == 4 and 0 <= x.min() and x.max() <= 1
            assert y.dtype == np.int64 and y.shape == (len(x),) and 0 <= y.min()
            assert form in ("csv", "idx") or np.array_equal(x, X) and np.array_equal(y, LABELS)
    assert refused > tried / 2
