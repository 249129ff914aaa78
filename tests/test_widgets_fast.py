"""The explorer of lesson 08 without a browser: every control, and the picture pointed at."""

import numpy as np
import pytest

from cnnlib.experiments import RECORDS
from cnnlib.files import load_arrays
from cnnlib.widgets.fast import FastestExplorer
from tests.test_plots_fast import SECONDS, WAYS


@pytest.fixture(scope="module")
def record():
    return load_arrays(RECORDS.with_name("fastest.npz"))


def small():
    """Make a record of two of each; the second batch takes ten times as long."""
    axes = {"channels": [64, 128], "kernel": [3, 9], "batch": [64, 128], "way": WAYS}
    seconds = np.stack([SECONDS, 10 * SECONDS], axis=2)
    return {name: np.array(values) for name, values in axes.items()} | {"seconds": seconds}


def test_it_says_what_won_and_what_each_way_took():
    explorer = FastestExplorer(small())
    assert "64 images, 64 channels" in explorer.text and "kernel 3 × 3" in explorer.text
    assert "Winograd 4 is the fastest. im2col 4 ms, Winograd 4 2 ms, FFT 8 ms, PyTorch 1 ms." in (
        explorer.text
    )
    assert explorer.text.endswith("im2col 2, Winograd 1, FFT 1.")


@pytest.mark.parametrize(
    "name, value, said",
    [
        ("batch", 128, "im2col 40 ms"),
        ("channels", 128, "im2col is the fastest. im2col 1 ms"),
        ("kernel", 9, "im2col is the fastest. im2col 2 ms, FFT 3 ms, PyTorch 5 ms"),
    ],
)
def test_every_control_changes_the_picture_and_the_text(name, value, said):
    explorer = FastestExplorer(small())
    before = explorer.image.value
    explorer.controls[name].value = value
    assert explorer.image.value != before and said in explorer.text


def test_it_opens_on_the_record_where_winograd_wins(record):
    explorer = FastestExplorer(record)
    assert not explorer.problem
    assert "64 images, 64 channels and as many filters, kernel 3 × 3: Winograd" in explorer.text


def test_every_value_of_the_record_can_be_chosen(record):
    explorer = FastestExplorer(record)
    for name in ("channels", "kernel", "batch"):
        for value in record[name].tolist():
            explorer.set(**{name: value})
            said = {
                "channels": f", {value} channel{'s' * (value > 1)}",
                "kernel": f"kernel {value} × {value}:",
            }
            images = "One image," if value == 1 else f"{value} images,"
            assert said.get(name, images) in explorer.text and not explorer.problem


def test_a_time_of_seconds_has_no_power_of_ten(record):
    explorer = FastestExplorer(record)
    explorer.set(kernel=15)
    assert "im2col 1,9" in explorer.text and "e+0" not in explorer.text
