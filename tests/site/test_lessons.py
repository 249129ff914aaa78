"""The lessons in the browser edition: run there, they print what is stored.

By default lesson 01, two explorers of it, and its exercise, solved; SITE_LESSONS=all runs every
lesson and every solution.
"""

import json
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["01_convolution", "solutions/01_convolution"]
ALL = [
    path.relative_to(ROOT / "notebooks").with_suffix("").as_posix()
    for folder in ("", "solutions")
    for path in sorted((ROOT / "notebooks" / folder).glob("0*.ipynb"))
]
NAMES = ALL if os.environ.get("SITE_LESSONS") == "all" else QUICK
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")
FIGURE = re.compile(r"<Figure size [\d.]+x[\d.]+")  # as wide as its fonts make it
OWN = re.compile(r"^In the browser: .*\n?", re.M)  # what cnnlib.here says there
READY = "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel"
RUN = """async () => {
    const {shell, commands} = jupyterapp;
    await commands.execute("notebook:run-all-cells");
    return shell.currentWidget.content.model.toJSON().cells;
}"""

# Run the first recorded cell; before, give it another source if there is one.
RUN_RECORDED = """async source => {
    const {shell, commands} = jupyterapp, {content} = shell.currentWidget;
    const k = content.widgets.findIndex(cell => cell.model.getMetadata("recorded"));
    content.activeCellIndex = k;
    if (source) content.widgets[k].model.sharedModel.setSource(source);
    await commands.execute("notebook:run-cell");
    return content.widgets[k].model.toJSON().outputs;
}"""


# Products of all kinds of strides are what loops make them, and they come from our own loop: it
# sums 256 terms at a time, and so keeps a 1 that NumPy's loses beside a hundred million.
PRODUCTS = """
import numpy as np
rng, wrong = np.random.default_rng(0), []
for k in range(240):
    dtype = ("float32", "float64")[k % 2]
    m, depth, n = rng.integers(0, 9 if k % 3 else 300, 3)
    a = rng.integers(-9, 10, (2, 2 * m, 2 * depth)).astype(dtype)
    b = rng.integers(-9, 10, (2, 2 * depth, n)).astype(dtype)
    for a, b in ((a[:, ::2, 1::2], b[:, ::-2]), (a[1, :m, :depth], np.asfortranarray(b[0, ::2]))):
        if not np.array_equal(a @ b, np.einsum("...ij,...jk->...ik", a, b)):
            wrong.append((dtype, a.shape, b.shape))
terms = np.zeros((1, 258), np.float32)
terms[0, [0, 256, 257]] = 1, 1e8, -1e8
print(wrong, (terms @ np.ones((258, 8), np.float32))[0, 0])
"""


def printed(cell):
    """Return what a cell printed and answered, without what is said only in the browser."""
    texts = []
    for output in cell["outputs"]:
        if output["output_type"] == "stream" and output["name"] == "stdout":
            texts.append("".join(output["text"]))
        elif "data" in output:
            texts.append("".join(output["data"].get("text/plain", "")) + "\n")
    return FIGURE.sub("<Figure", OWN.sub("", "".join(texts)))


def differs(one, other):
    """Say whether two texts differ by more than the last digit of floats."""
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return True
    for a, b in zip(NUMBER.findall(one), NUMBER.findall(other), strict=True):
        if a != b:
            digits = len(a.partition("e")[0].partition(".")[2])
            unit = 10.0 ** (int(a.partition("e")[2] or 0) - digits)
            if digits == 0 and "e" not in a or abs(float(a) - float(b)) > 1.01 * unit:
                return True
    return False


@pytest.mark.parametrize(
    "one, other, answer",
    [
        ("0.066045", "0.066046", False),
        ("0.066045", "0.066047", True),
        ("1.2e-05 a", "1.3e-05 a", False),
        ("1.2e-05", "1.2e-04", True),
        ("61 mistakes", "62 mistakes", True),
        ("a 1", "b 1", True),
    ],
)
def test_only_the_last_digit_of_a_float_may_differ(one, other, answer):
    assert differs(one, other) == answer


def keep(page):
    """Write into a cell without saving it, open the lesson again, and find it there.

    What is written during a save counts as saved (github.com/jupyterlab/jupyterlab/issues/17365):
    it waits for the end of one.
    """
    last = "window.jupyterapp?.shell?.currentWidget?.content?.widgets?.at(-1)?.model.sharedModel"
    saved = "!jupyterapp.shell.currentWidget.context.model.dirty"
    page.wait_for_function(f"{saved} && ({last}.setSource('mine'), true)")
    page.wait_for_function(saved)
    page.reload()
    page.wait_for_function(f"{last}?.getSource() === 'mine'")


def operate(page):
    """Move two explorers of a lesson: one that asks Python, one that answers in the page."""
    explorer = page.locator(".cnnlib-explorer", has=page.locator(".noUi-handle")).first
    picture = explorer.locator("img.widget-image")
    before, sources = picture.get_attribute("src"), "([image, before]) => image.src !== before"
    explorer.locator(".noUi-handle").first.press("ArrowRight")
    page.wait_for_function(sources, arg=[picture.element_handle(), before])
    page.locator(".cnnlib-kernel").press("+")
    page.locator(".cnnlib-caption", has_text="The 9 weights sum to 0.25").wait_for()


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_prints_in_the_browser_what_is_stored(visit, name):
    page = visit(f"lite/notebooks/index.html?path={name}.ipynb")
    page.wait_for_function(READY)
    cells = page.evaluate(RUN)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    stored = {c["id"]: c for c in json.loads(text)["cells"] if c["cell_type"] == "code"}
    assert [cell["id"] for cell in code] == list(stored)
    problems = []
    for cell in code:
        tags = cell["metadata"].get("tags", [])
        raised = [o["evalue"] for o in cell["outputs"] if o["output_type"] == "error"]
        if raised or cell["execution_count"] is None:
            problems.append((cell["id"], "did not run", raised))
        elif "nbval-ignore-output" not in tags:
            before, after = printed(stored[cell["id"]]), printed(cell)
            if differs(before, after):
                problems.append((cell["id"], before, after))
    assert problems == []
    if name == "01_convolution":
        operate(page)
        keep(page)


def test_a_recorded_cell_shows_what_is_stored_until_it_is_changed_and_products_are_ours(visit):
    name = "06_learned_filters"
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    stored = next(cell for cell in cells if "recorded" in cell["metadata"].get("tags", ()))
    page = visit(f"lite/notebooks/index.html?path={name}.ipynb")
    page.wait_for_function(READY)
    outputs = [page.evaluate(RUN_RECORDED, source) for source in (None, PRODUCTS)]
    said = ["".join("".join(output["text"]) for output in each) for each in outputs]
    assert said[0].startswith("In the browser: ") and said[1] == "[] 1.0\n"
    assert OWN.sub("", said[0]) == printed(stored)
