"""Checks in a real kernel, among cells that a reader may well run and a test would not write."""

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from tools import notebooks

BEGIN = """
import os, sys
import numpy as np
import matplotlib.pyplot as plt
from cnnlib.exercises.lesson01 import tasks as check
check.pad.seconds = 1
"""
RIGHT = (
    "y = np.zeros(np.add(x.shape, 2 * pad), x.dtype);"
    " y[pad : pad + x.shape[0], pad : pad + x.shape[1]] = x; return y"
)
CELLS = {  # what stands in the function, and what the check says first
    "sys.exit": ("sys.exit()", "✗ pad: it calls sys.exit(): use return."),
    "exit": ("exit()", "✗ pad: it calls exit(), which would end the session: use return."),
    "quit": ("quit()", "✗ pad: it calls exit(), which would end the session: use return."),
    "input": ("input('pad?')", "✗ pad: it asks for input: its arguments are all it gets."),
    "endless": ("while True: pass", "✗ pad: not finished after 1 seconds, so it was stopped."),
    "swallowed": (
        "while True:\n        try: int('a')\n        except: pass",
        "✗ pad: not finished after 1 seconds, so it was stopped.",
    ),
    "asleep": (
        "import time; time.sleep(60)",
        "✗ pad: not finished after 1 seconds, so it was stopped.",
    ),
    "show": (f"plt.plot([1]); plt.show(); {RIGHT}", "✓ pad: right in all"),
    "chdir": (f"os.chdir('/'); {RIGHT}", "✓ pad: right in all"),
    "seterr": (
        f"np.seterr(all='raise'); np.set_printoptions(precision=1); {RIGHT}",
        "✓ pad: right in all",
    ),
    "print": (f"print('here'); {RIGHT}", "✓ pad: right in all"),
}
AFTER = (
    "import builtins; print(os.getcwd() == HOME, np.geterr()['divide'], plt.get_fignums(),"
    " np.get_printoptions()['precision'])"
)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Run all cells in one kernel; return the outputs by name."""
    sources = {"begin": f"{BEGIN}HOME = os.getcwd()"}
    for name, (body, _) in CELLS.items():
        sources[f"write {name}"] = f"def pad_image(x, pad):\n    {body}"
        sources[name] = "check.pad(pad_image)"
    sources["after"] = AFTER
    sources["broken"] = "def pad_image(x, pad:\n    return x"
    sources["after a SyntaxError"] = "check.pad(pad_image)"
    sources["write stopped"] = "def pad_image(x, pad):\n    raise KeyboardInterrupt"
    sources["stopped"] = "check.pad(pad_image)"
    sources["write async"] = "async def pad_image(x, pad):\n    return x"
    sources["async"] = "check.pad(pad_image)"
    nb = new_notebook(cells=[new_code_cell(source) for source in sources.values()])
    folder = str(tmp_path_factory.mktemp("rude"))
    client = NotebookClient(
        nb, timeout=600, allow_errors=True, resources={"metadata": {"path": folder}}
    )
    with notebooks.own_settings():
        client.execute()
    return {name: cell.outputs for name, cell in zip(sources, nb.cells, strict=True)}


def said(found):
    """Return the one thing that a cell says: nothing stands beside it."""
    (output,) = found
    return output.data["text/plain"]


@pytest.mark.parametrize("name", CELLS)
def test_a_rude_function_is_told_what_it_does_and_the_session_lives_on(outputs, name):
    assert outputs[f"write {name}"] == []
    assert said(outputs[name]).startswith(CELLS[name][1])


def test_nothing_of_it_outlasts_the_check(outputs):
    (output,) = outputs["after"]
    assert output.text == "True warn [] 8\n"


def test_after_a_cell_that_did_not_run_the_check_says_which_version_it_sees(outputs):
    assert "is the version before it" in said(outputs["after a SyntaxError"])


def test_a_check_that_is_stopped_shows_none_of_its_own_lines(outputs):
    (error,) = outputs["stopped"]
    assert error.traceback == ["The check was stopped."]


def test_an_async_function_is_told_what_it_is(outputs):
    assert said(outputs["async"]).startswith("✗ pad: it is an async def: write def.")
