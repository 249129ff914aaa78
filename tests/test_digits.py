"""A digit of one's own: drawings, photographs under many disturbances, and files of them."""

import io
import warnings

import numpy as np
import pytest
from PIL import Image

from cnnlib.augment import affine, smooth_noise, warp
from cnnlib.datasets import load_mnist
from cnnlib.digits import average_matrix, find_ink, fit_box, prepare_digit, read_picture
from cnnlib.models import load_trained
from tests.helpers import drawing

MNIST = load_mnist()[1]


def stick(row, column, rows, columns, size=112):
    """Draw one upright rectangle of ink."""
    field = np.zeros((size, size), np.float32)
    field[row : row + rows, column : column + columns] = 1
    return field


# Preparation as for MNIST


@pytest.mark.parametrize("before, after", [(28, 20), (20, 20), (7, 20), (112, 20), (3, 1)])
def test_resampling_averages(before, after):
    matrix = average_matrix(before, after)
    assert matrix.shape == (after, before)
    assert np.allclose(matrix.sum(axis=1), 1, atol=1e-5)  # each new pixel is a mean
    assert np.allclose(matrix.sum(axis=0), after / before, atol=1e-5)  # each old one counts alike


def test_resampling_by_hand():
    assert np.array_equal(average_matrix(4, 2), [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]])
    assert np.allclose(average_matrix(3, 2), [[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]])


@pytest.mark.parametrize(
    "rows, columns, shape",
    [(40, 20, (20, 10)), (20, 40, (10, 20)), (7, 7, (20, 20)), (100, 1, (20, 1)), (90, 3, (20, 1))],
)
def test_a_drawing_fits_the_box_and_keeps_its_proportions(rows, columns, shape):
    box = fit_box(stick(5, 9, rows, columns))
    assert box.shape == shape and box.dtype == np.float32 and np.allclose(box, 1, atol=1e-5)


def test_an_empty_drawing_stays_empty():
    assert fit_box(np.zeros((9, 9))) is None
    assert prepare_digit(np.zeros((9, 9))).sum() == 0


def test_digits_of_mnist_are_prepared_already():
    changed = [n for n, x in enumerate(MNIST[0][:, 0]) if not np.array_equal(prepare_digit(x), x)]
    for n in changed:  # these do not fill the box of 20 pixels, in MNIST itself
        rows, columns = np.nonzero(MNIST[0][n, 0])
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 19
    assert len(changed) == 3


@pytest.mark.parametrize("row, column, zoom", [(0, 0, 3), (28, 28, 3), (3, 20, 2), (0, 0, 4)])
def test_where_and_how_large_it_is_drawn_does_not_matter(row, column, zoom):
    for x in MNIST[0][:30, 0]:
        assert np.allclose(prepare_digit(drawing(x, row, column, zoom)), x, atol=1e-5)


def test_the_centre_of_mass_is_in_the_middle():
    triangle = np.tril(np.ones((60, 60), np.float32))
    field = prepare_digit(np.pad(triangle, ((50, 2), (0, 52))))
    assert field.shape == (28, 28) and field.dtype == np.float32
    for axis in (0, 1):
        centre = (field.sum(axis=1 - axis) @ np.arange(28)) / field.sum()
        assert 13.5 - 1e-3 <= centre <= 14.5 + 1e-3
        used = np.flatnonzero(field.sum(axis=1 - axis))
        assert used[-1] - used[0] + 1 == 20
    assert field.sum(axis=1).argmax() > 14  # it is the mass that is centred, not the box


@pytest.mark.parametrize(
    "pixels, message",
    [
        (np.zeros((1, 28, 28)), "shape"),
        (np.full((28, 28), np.nan), "ink in"),
        (np.full((28, 28), -0.1), "ink in"),
        (np.full((28, 28), 255.0), "goes up to 255"),
    ],
)
def test_what_is_no_ink_is_refused(pixels, message):
    with pytest.raises(ValueError, match=message):
        fit_box(pixels)


# Photographs: digits of MNIST as ink on paper


def cover(digits, pixels=50, angle=0.0, move=(0, 0), size=100):
    """Enlarge, turn and move digits: how far ink covers each pixel of the paper."""
    n, start = len(digits), (size - 28) // 2
    field = np.zeros((n, 1, size, size), np.float32)
    field[:, 0, start : start + 28, start : start + 28] = digits
    return warp(field, affine(n * [angle], n * [pixels / 20], n * [move]))[:, 0]


def photographs(
    digits, ink=(0.1, 0.1, 0.12), paper=(0.9, 0.88, 0.84), noise=0.03, texture=0.0, shade=0.0,
    strength=1.0, **place,
):  # fmt: skip
    """Make colour photographs of digits: paper with texture, a shadow over it, a noisy camera."""
    rng = np.random.default_rng(0)
    covered = strength * cover(digits, **place)[..., None]
    n, H, W, _ = covered.shape
    x = (1 - covered) * np.float32(paper) + covered * np.float32(ink)
    if texture:
        grain = smooth_noise(rng, (n, H, W), 1.0) + smooth_noise(rng, (n, H, W), 5.0)
        x *= 1 + texture * grain[..., None]
    rows, columns = np.linspace(-1, 1, H)[:, None], np.linspace(-1, 1, W)
    turn = rng.uniform(0, 2 * np.pi, (n, 1, 1))
    shadow = 0.5 + (np.cos(turn) * rows + np.sin(turn) * columns) / np.sqrt(8)
    x *= 1 - shade * shadow[..., None].astype(np.float32)
    return np.clip(x + noise * rng.standard_normal(x.shape, np.float32), 0, 1)


def photograph(**conditions):
    """Make a colour photograph of a seven."""
    return photographs(MNIST[0][:1, 0], **conditions)[0]


def eight_bits(x):
    return np.rint(255 * x).astype(np.uint8)


EVERYTHING = {"shade": 0.5, "texture": 0.03, "noise": 0.04, "ink": (0.1, 0.2, 0.6)}
DISTURBANCES = {
    "dark on light": {},
    "light on dark": {"ink": (0.95, 0.95, 0.9), "paper": (0.05, 0.06, 0.08)},
    "chalk": {"ink": (0.9, 0.9, 0.8), "paper": (0.15, 0.3, 0.2), "texture": 0.05},
    "noise": {"noise": 0.1},
    "texture of the paper": {"texture": 0.04},
    "shadow": {"shade": 0.6},
    "blue ink": {"ink": (0.1, 0.2, 0.7)},
    "red ink": {"ink": (0.8, 0.1, 0.1)},
    "pencil": {"strength": 0.4},
    "turned left": {"angle": 15.0},
    "turned right": {"angle": -15.0},
    "small": {"pixels": 24},
    "large": {"pixels": 75},
    "in a corner": {"pixels": 30, "move": (25, -28)},
    "all at once": {**EVERYTHING, "pixels": 40, "angle": 8.0, "move": (12, -15)},
}


@pytest.mark.parametrize("kind", DISTURBANCES)
def test_photographs_are_read_right(kind):
    """At least 95 of 100 by the network that ships; without the preparation about 10."""
    pictures = photographs(MNIST[0][:100, 0], **DISTURBANCES[kind])
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing of this is in doubt
        read = [prepare_digit(picture) for picture in pictures]
    answers = load_trained("lenet5").forward(np.stack(read)[:, None]).argmax(axis=1)
    assert (answers == MNIST[1][:100]).sum() >= 95


@pytest.mark.parametrize(
    "form",
    [
        eight_bits,
        lambda x: 255 * x,
        lambda x: x.transpose(2, 0, 1),
        lambda x: eight_bits(x.transpose(2, 0, 1)[None]),
        lambda x: np.dstack([x, np.ones_like(x[..., :1])]),
        lambda x: np.asfortranarray(x[::-1])[::-1],
        lambda x: eight_bits(x).tolist(),
        lambda x: x @ np.float32([0.299, 0.587, 0.114]),
        lambda x: x.astype(">f8"),
    ],
)
def test_every_form_of_a_picture_is_read_alike(form):
    x = photograph()
    np.testing.assert_allclose(read_picture(form(x)), read_picture(x), atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize("white", [False, True])
def test_what_is_transparent_is_paper(white):
    """A drawing program's picture has its ink in the alpha channel alone."""
    ink = eight_bits(cover(MNIST[0][:1, 0])[0])
    picture = np.dstack([np.full((100, 100, 3), 255 * white, np.uint8), ink])
    expected = prepare_digit(ink if white else 255 - ink)
    for same in (picture, picture / 255, picture[:, :, 2:]):
        np.testing.assert_allclose(prepare_digit(same), expected, atol=1e-4)


def test_lines_at_the_edge_are_left_out():
    x = photograph()
    expected = prepare_digit(x)
    x[:, 94:96] = 0.2
    assert np.abs(prepare_digit(x) - expected).mean() < 0.02


def test_thin_strokes_are_widened():
    """A fine pen on a large sheet: averaged into 20 pixels it would be a pale grey."""
    x = np.full((200, 200), 0.9)
    x[20:180, 99:102] = x[20:23, 40:102] = 0.1
    assert prepare_digit(x)[8:24].max(axis=1).min() > 0.9


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA", "1", "I;16"])
def test_files_of_pictures(tmp_path, suffix, mode):
    x = photograph()
    path = tmp_path / f"seven{suffix}"
    image = Image.fromarray(eight_bits(x))
    if mode == "I;16":
        image = Image.fromarray((eight_bits(x).mean(axis=2) * 257).astype(np.uint16))
    else:
        image = image.convert(mode)
    try:
        image.save(path)
    except OSError:
        pytest.skip(f"{suffix} has no {mode}")
    assert np.abs(prepare_digit(path) - prepare_digit(x)).mean() < 0.05
    assert np.array_equal(prepare_digit(str(path)), prepare_digit(path))


def test_a_photograph_is_turned_as_the_camera_was_held(tmp_path):
    x = photograph()
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees clockwise to see it upright
    Image.fromarray(eight_bits(np.rot90(x))).save(tmp_path / "held.jpg", exif=exif, quality=95)
    assert np.abs(prepare_digit(tmp_path / "held.jpg") - prepare_digit(x)).mean() < 0.02


def test_files_that_are_no_pictures(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file .*nothing.png"):
        prepare_digit(tmp_path / "nothing.png")
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(ValueError, match="text.png' cannot be read as a picture"):
        prepare_digit(tmp_path / "text.png")
    file = io.BytesIO()
    Image.fromarray(np.zeros((99, 99), np.uint8) + 7).save(file, "PNG")
    (tmp_path / "cut.png").write_bytes(file.getvalue()[:60])
    with pytest.raises(ValueError, match="cut.png' cannot be read as a picture"):
        prepare_digit(tmp_path / "cut.png")


def test_luminance_and_ranges():
    colours = np.array([[[1.0, 0, 0], [0, 1, 0]], [[0, 0, 1], [1, 1, 1]]])
    expected = [[0.299, 0.587], [0.114, 1]]
    for x in (colours, colours * 255, eight_bits(colours), colours[None], colours.astype(bool)):
        np.testing.assert_allclose(read_picture(x), expected, atol=1e-6)
    np.testing.assert_allclose(read_picture([[0, 2]]), [[0, 2 / 255]])
    np.testing.assert_allclose(read_picture(np.uint16([[0, 65535]])), [[0, 1]])
    np.testing.assert_allclose(read_picture(np.ones((3, 2, 5))), np.ones((2, 5)), atol=1e-6)


@pytest.mark.parametrize(
    "picture, error, message",
    [
        (np.zeros(5), ValueError, r"picture has shape \(5,\), expected \(H, W\)"),
        (np.zeros((0, 5)), ValueError, r"shape \(0, 5\)"),
        (np.zeros((9, 9, 9)), ValueError, r"shape \(9, 9, 9\)"),
        (np.zeros((2, 28, 28, 3)), ValueError, r"shape \(2, 28, 28, 3\)"),
        (np.full((9, 9), np.nan), ValueError, "picture goes from nan to nan"),
        (np.full((9, 9), -0.5), ValueError, "goes from -0.5 to -0.5, expected 0 to 1 or 0 to 255"),
        (np.full((9, 9), 256.0), ValueError, "goes from 256 to 256"),
        (np.array([["a"]]), TypeError, "picture is <U1, expected numbers"),
        (np.array([[None]]), TypeError, "picture is object"),
        (np.full((9, 9), 0.5), ValueError, "no ink stands out"),
        (np.ones((1, 1)), ValueError, "no ink stands out"),
        (np.random.default_rng(0).random((99, 99)), ValueError, "no ink stands out"),
    ],
)
def test_pictures_without_a_digit_are_refused(picture, error, message):
    with pytest.raises(error, match=message):
        prepare_digit(picture)


def test_a_picture_without_paper_around_is_refused():
    """A grille, a carpet, a page of text: most of it stands out."""
    lines = np.where(np.arange(40)[:, None] % 4 < 1, 0.9, np.full((40, 40), 0.1))
    with pytest.raises(ValueError, match="72% of the picture stands out: expected a digit with"):
        prepare_digit(lines)


def test_blank_paper_is_refused():
    for conditions in ({}, {"shade": 0.6}, {"noise": 0.1}, {"texture": 0.03}):
        with pytest.raises(ValueError, match="no ink stands out from the paper"):
            prepare_digit(photographs(np.zeros((1, 28, 28)), **conditions)[0])


def test_what_is_assumed_is_said_and_can_be_told():
    """Half dark and half light: either may be the ink."""
    x = np.full((60, 60), 0.5)
    x[10:50, 14:18], x[10:50, 40:44] = 0.9, 0.1
    with pytest.warns(UserWarning, match="took what is .* for ink; if .* wrong, pass ink="):
        prepare_digit(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        light, dark = (find_ink(x, ink)[0] for ink in ("light", "dark"))
    np.testing.assert_array_equal(light[30], x[30] == 0.9)
    np.testing.assert_array_equal(dark[30], x[30] == 0.1)
    with pytest.raises(ValueError, match="ink is 'red', expected 'dark', 'light' or None"):
        prepare_digit(x, ink="red")
