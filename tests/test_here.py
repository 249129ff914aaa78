"""What the browser edition does with cells that an ordinary kernel would treat otherwise."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from IPython import display

from cnnlib import here

FAILED = {"status": "error", "ename": "AssertionError", "traceback": ["1", "2"], "payload": []}
PICTURE = {"image/png": "AAAA", "text/plain": "<Figure>"}
RECORD = {
    "code": "slow()",
    "outputs": [
        {"output_type": "stream", "name": "stdout", "text": ["12 %\n", "13 %\n"]},
        {"output_type": "execute_result", "data": {**PICTURE, "text/plain": ["<Fig", "ure>"]}}
        | {"metadata": {"image/png": {"alt": "A curve"}}},
    ],
}


class Kernel:
    """A kernel that notes what it runs."""

    def __init__(self, result, **metadata):
        self.result, self.metadata, self.ran = result, metadata, []

    def get_parent(self):
        return {"metadata": self.metadata}

    async def run(self, code):
        self.ran.append(code)
        return self.result


@pytest.fixture
def execute(monkeypatch):
    """A function that lets a settled kernel run a cell, in the browser."""
    monkeypatch.setattr(here, "BROWSER", True)

    def execute(kernel, code):
        here.settle(kernel)
        return asyncio.run(kernel.run(code))["status"]

    return execute


def test_a_recorded_cell_shows_what_it_showed_and_does_not_run(execute, capsys, monkeypatch):
    shown = []
    monkeypatch.setattr(display, "display", lambda *args, **options: shown.append((args, options)))
    kernel = Kernel(FAILED, tags=["recorded"], recorded=RECORD)
    assert (execute(kernel, "slow()"), kernel.ran) == ("ok", [])
    first, _, rest = capsys.readouterr().out.partition("\n")
    assert first.startswith("In the browser: ") and rest == "12 %\n13 %\n"
    assert shown == [((PICTURE,), {"metadata": {"image/png": {"alt": "A curve"}}, "raw": True})]


def test_a_recorded_cell_that_was_changed_runs(execute, capsys):
    kernel = Kernel({"status": "ok"}, tags=["recorded"], recorded=RECORD)
    assert (execute(kernel, "slow()  # now"), kernel.ran) == ("ok", ["slow()  # now"])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "tags, status, out, err",
    [
        (["measured"], "ok", "In the browser: what this cell asserts", ""),
        (["raises-exception"], "ok", "", "1\n2\n"),
        (["backs-prose"], "error", "", ""),
        ([], "error", "", ""),
    ],
)
def test_some_cells_may_fail(execute, capsys, tags, status, out, err):
    kernel = Kernel(FAILED, tags=tags)
    assert (execute(kernel, "assert False"), kernel.ran) == (status, ["assert False"])
    said = capsys.readouterr()
    assert said.out.startswith(out) and bool(said.out) == bool(out) and said.err == err


def test_a_cell_without_metadata_runs(execute):
    kernel = Kernel({"status": "ok"})
    kernel.get_parent = dict
    assert (execute(kernel, "1"), kernel.ran) == ("ok", ["1"])


def test_whoever_changes_the_product_changes_the_sums_of_both_files():
    """Whoever changes the one makes the other anew (docs/publishing.md), and writes both sums."""
    product = Path(here.__file__).with_name("product.c")
    parts = [
        product.read_text(encoding="utf-8").encode(),
        product.with_suffix(".wasm").read_bytes(),
    ]
    sums = [hashlib.sha256(part).hexdigest()[:16] for part in parts]
    assert sums == ["634354108a9c9350", "1fb986697c71c407"]
