"""The lessons in a real browser: Run All, pictures, sliders, the canvas.

Needs playwright and a Chromium; where they are missing these tests are skipped and say so. The
notebooks are copied without their outputs, so that what is seen was made by this run.
"""

import base64
import re

import nbformat
import pytest

from cnnlib.exercises.engine.result import SIGNS, Result
from cnnlib.plots.figure import new_figure, to_png
from cnnlib.widgets.canvas import decode
from tests import browser

LIVE = "img.widget-image, .cnnlib-live canvas"  # a picture by Python, or by the page itself
NOTEBOOKS = sorted((browser.ROOT / "notebooks").glob("*.ipynb"))

pytestmark = pytest.mark.skipif(bool(browser.why_not()), reason=browser.why_not())


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = browser.Server(tmp_path_factory.mktemp("jupyter"))
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture
def reader(server, chromium):
    """Open a notebook as a reader does: ``reader(path)``."""
    context = chromium.new_context(viewport={"width": 1300, "height": 1000}, has_touch=True)

    def open_notebook(path, only=None, kind="lab/tree"):
        browser.copy_unrun(path, server.served / "notebooks" / path.name, only)
        return browser.Reader(context.new_page(), server, f"notebooks/{path.name}", kind)

    yield open_notebook
    context.close()
    server.end_kernels()


def stored_text(cell):
    """Return what a code cell's stored outputs say in plain text."""
    return "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_lesson_runs_and_its_explorers_answer(path, reader):
    nb = nbformat.read(path, as_version=4)
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    page = reader(path)
    errors = page.run_all()

    assert len(errors) == len(cells)
    expected = ["raises-exception" in cell.metadata.get("tags", []) for cell in cells]
    unexpected = [e for e, wanted in zip(errors, expected, strict=True) if bool(e) != wanted]
    assert not unexpected, f"{path.name}: {unexpected}"

    drawing = [
        n for n, c in enumerate(cells) if any("image/png" in o.get("data", {}) for o in c.outputs)
    ]
    explorers = [n for n, c in enumerate(cells) if browser.EXPLORER.match(stored_text(c))]
    blank = [cells[n].id for n in {*drawing, *explorers} if not page.pictures(n)]
    assert not blank, f"{path.name}: no picture in the cells {sorted(blank)}"
    live = [n for n in explorers if page.cell(n).locator(LIVE).count()]
    assert live == explorers, f"{path.name}: shown, but not as a live explorer"

    moved = [page.move_a_slider(n) for n in explorers]
    with_slider = [moved for moved in moved if moved is not None]
    assert explorers and all(with_slider), f"{path.name}: sliders moved the picture: {moved}"
    assert browser.barriers(page.page, browser.EXPLORERS) == []
    typed = page.page.locator(".jupyter-widget-tagsinput input")  # where a block is typed
    assert all(field.is_visible() for field in typed.all())


def test_a_digit_can_be_drawn(reader):
    lesson = browser.ROOT / "notebooks" / "00_start_here.ipynb"
    opened = reader(lesson, only=("imports", "data", "load", "digit"))
    assert not any(opened.run_all())
    number = 3
    assert opened.pictures(number) == 1
    cell = opened.cell(number)
    caption = cell.locator("[aria-live=polite]")
    canvas = cell.locator("canvas.cnnlib-canvas")
    canvas.hover()  # which waits until it is in view and stands still

    def at(x, y):
        box = canvas.bounding_box()  # each time: a click on the button may scroll the page
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def wait_for(pattern):
        caption.filter(has_text=re.compile(pattern)).wait_for()

    # A 1 by mouse, far off the middle: it is read all the same, for it is centred.
    before = opened.digest(number)
    mouse = opened.page.mouse
    mouse.move(*at(0.8, 0.1))
    mouse.down()
    mouse.move(*at(0.8, 0.8), steps=8)
    mouse.up()
    wait_for("Your drawing is read as 1 ")
    assert opened.changed(number, before)

    before = opened.digest(number)
    cell.get_by_role("button", name="Clear the canvas").click()
    wait_for("The canvas is empty")
    assert opened.changed(number, before)


PIXELS = ("imports", "data", "pixels")  # cells of lesson 00 that show an explorer
# How far each place of the page has been scrolled.
SCROLLED = """() => [...document.querySelectorAll("*")].map(e => e.scrollTop).filter(Boolean)"""


@pytest.mark.parametrize("kind", ["lab/tree", "notebooks"], ids=["JupyterLab", "Notebook 7"])
def test_keys_stay_in_an_explorer_and_its_picture_in_the_notebook(kind, reader, server):
    lesson = browser.ROOT / "notebooks" / "00_start_here.ipynb"
    opened = reader(lesson, PIXELS, kind)
    assert not any(opened.run_all()) and opened.pictures(2) == 1
    for word in ("Nbgrader", "Validate", "Create Assignment", "official Jupyter news"):
        assert opened.page.get_by_text(word).count() == 0, word  # not for a learner

    handle = opened.cell(2).locator(".noUi-handle").first
    handle.click()
    where, value = opened.page.evaluate(SCROLLED), handle.get_attribute("aria-valuetext")
    before = opened.digest(2)
    assert not opened.changed(2, before, seconds=1)
    handle.press("ArrowRight")
    assert handle.get_attribute("aria-valuetext") != value and opened.changed(2, before)
    for key in "ddbx":  # delete the cell, insert one, cut it out
        handle.press(key)
    assert opened.page.locator(".jp-Notebook .jp-CodeCell").count() == len(PIXELS)
    assert opened.page.evaluate(SCROLLED) == where

    # Saved, closed, and opened again without its kernel.
    opened.wait_until_idle()
    seen = opened.digest(2)
    opened.save(server.served / "notebooks" / lesson.name)
    server.end_kernels()
    again = browser.Reader(opened.page.context.new_page(), server, f"notebooks/{lesson.name}", kind)
    again.cell(2).get_by_text("To make it move, run this cell again.").wait_for()
    assert again.pictures(2) == 1 and again.digest(2) == seen
    assert "Error displaying widget" not in again.page.content()


@pytest.mark.skipif(browser.axe() is None, reason="axe is not installed: pip install -e '.[axe]'")
@pytest.mark.parametrize("colours", ["color: black", "color: white; background: black"])
def test_what_a_check_says_can_be_read(colours, chromium):
    said = [Result(state, "name", "what it found")._repr_html_() for state in SIGNS]
    page = chromium.new_page()
    page.set_content(f'<html lang="en"><title>t</title><main style="{colours}">{"".join(said)}')
    assert browser.barriers(page, "main") == []
    page.close()


def test_points_are_put_in_where_the_picture_is_clicked(reader):
    lesson = browser.ROOT / "notebooks" / "05_training.ipynb"
    opened = reader(lesson, only=("imports", "72553285", "boundary"))
    assert not any(opened.run_all())
    assert opened.pictures(2) == 1
    cell = opened.cell(2)
    image = cell.locator("img.widget-image")
    image.hover()  # which waits until it is in view and stands still
    box = image.bounding_box()

    def wait_for(text):
        cell.locator("[aria-live=polite]").filter(has_text=text).wait_for()

    handles = cell.locator(".noUi-handle").all()
    names = [handle.get_attribute("aria-label") for handle in handles]
    assert names == ["hidden units", "rate", "seed", "step"]
    wait_for("80.5% of the 200 points")
    cell.get_by_role("slider", name="hidden units").press("ArrowRight")
    wait_for("100.0% of the 200 points")

    image.click(position={"x": 0.2 * box["width"], "y": 0.5 * box["height"]})
    wait_for("of the 201 points")


def test_play_begins_at_the_beginning_and_end_reaches_an_end_that_has_moved(reader):
    lesson = browser.ROOT / "notebooks" / "02_pooling.ipynb"
    opened = reader(lesson, only=("imports", "load", "explorer"))
    assert not any(opened.run_all())
    assert opened.pictures(2) == 1
    cell = opened.cell(2)
    sentence = cell.locator("[aria-live=polite]")
    sentence.filter(has_text="Window 5 of 9").wait_for()
    cell.get_by_role("button", name="Play or pause").click()
    sentence.filter(has_text="Window 1 of 9").wait_for()
    sentence.filter(has_text="Window 9 of 9").wait_for()

    cell.get_by_role("slider", name="stride").press("ArrowLeft")
    sentence.filter(has_text="of 25").wait_for()
    for key, window in (("End", 25), ("Home", 1), ("End", 25)):
        cell.get_by_role("slider", name="step").press(key)
        sentence.filter(has_text=f"Window {window} of 25").wait_for()


MODEL = """async code => {
    const file = new Blob([code], {type: "text/javascript"});
    const {default: widget} = await import(URL.createObjectURL(file));
    const values = {value: "", size: 112};
    window.model = {
        get: name => values[name],
        set: (name, value) => { values[name] = value; },
        save_changes() {}, on() {}, off() {},
    };
    widget.render({model: window.model, el: document.body});
}"""


def test_the_canvas_needs_nothing_of_jupyter(chromium):
    """A page, an element and a model are enough, so it works where other programs show widgets."""
    context = chromium.new_context(has_touch=True)
    page = context.new_page()
    page.evaluate(MODEL, (browser.ROOT / "cnnlib" / "widgets" / "canvas.js").read_text("utf-8"))
    box, finger = page.locator("canvas").bounding_box(), browser.fingers(page)

    def at(x, y):
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def ink():
        page.evaluate("() => new Promise(requestAnimationFrame)")  # events have been handled
        return decode(page.evaluate("model.get('value')"), 112)

    # A line by mouse down the middle, 112 columns.
    page.mouse.move(*at(0.5, 0.2))
    page.mouse.down()
    page.mouse.move(*at(0.5, 0.8), steps=5)
    page.mouse.up()
    rows, columns = ink().nonzero()
    assert abs(columns.mean() - 56) < 2 and abs(rows.mean() - 56) < 2
    assert 6 <= columns.max() - columns.min() + 1 <= 14 < 60 < rows.max() - rows.min()

    page.get_by_role("button").click()
    assert not ink().any()

    # A click without a move is a dot.
    page.mouse.click(*at(0.25, 0.5))
    rows, columns = ink().nonzero()
    assert abs(columns.mean() - 28) < 2 and abs(rows.mean() - 56) < 2 and len(rows) < 14**2
    page.get_by_role("button").click()

    # Of two fingers, the first one draws.
    finger("touchStart", at(0.2, 0.2))
    finger("touchStart", at(0.2, 0.2), at(0.8, 0.2))
    finger("touchMove", at(0.2, 0.8), at(0.8, 0.8))
    finger("touchEnd")
    drawn = ink()
    context.close()
    assert drawn[:, :56].any() and not drawn[:, 56:].any()


POINTED = """async ([code, style, png]) => {
    const sheet = document.head.appendChild(document.createElement("style"));
    sheet.textContent = style;
    const file = new Blob([code], {type: "text/javascript"});
    const {default: widget} = await import(URL.createObjectURL(file));
    const bytes = await (await fetch(`data:image/png;base64,${png}`)).arrayBuffer();
    const value = new DataView(bytes);
    const values = {value, alt: "a picture", points: true};
    let answered = null;
    window.told = [];
    const model = {
        get: name => values[name],
        on(name, does) { if (name === "msg:custom") answered = does; },
        off() {},
        send({kind, x, y}) {
            told.push([kind, Math.round(100 * x), Math.round(100 * y)]);
            if (!window.busy) setTimeout(answered, 1);
        },
    };
    window.answer = () => answered();
    document.body.style.height = "3000px";
    widget.render({model, el: document.body});
    await document.querySelector("img").decode();
}"""


@pytest.fixture
def pointed(chromium):
    """A page with a picture that can be pointed at, and where in it a share of its sides lies."""
    context = chromium.new_context(viewport={"width": 400, "height": 600}, has_touch=True)
    page, widgets = context.new_page(), browser.ROOT / "cnnlib" / "widgets"
    code, style = ((widgets / f"picture.{kind}").read_text("utf-8") for kind in ("js", "css"))
    png = base64.b64encode(to_png(new_figure(4, 4))).decode("ascii")
    page.evaluate(POINTED, [code, style, png])
    box = page.locator("img").bounding_box()
    yield page, lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])
    context.close()


def test_a_finger_points_and_drags_in_a_picture_and_still_scrolls_the_page(pointed):
    (page, at), finger = pointed, browser.fingers(pointed[0])

    def told(count):
        page.wait_for_function("count => told.length >= count", arg=count)
        return page.evaluate("told.splice(0)")

    finger("touchStart", at(0.25, 0.5))  # a tap
    finger("touchEnd")
    assert told(1) == [["down", 25, 50]]

    finger("touchStart", at(0.25, 0.5))  # a drag: sideways, then down
    for share in (0.4, 0.6, 0.75):
        finger("touchMove", at(share, 0.5))
    for share in (0.6, 0.75):
        finger("touchMove", at(0.75, share))
    finger("touchEnd")
    page.wait_for_function("told.some(([kind, x, y]) => x > 70 && y > 70)")
    first, *others = told(2)
    assert first == ["down", 25, 50] and {kind for kind, _, _ in others} == {"move"}
    assert page.evaluate("scrollY") == 0

    finger("touchStart", at(0.25, 0.75))  # upwards: the page moves, and nothing is chosen
    for share in (0.6, 0.4, 0.2, 0.05):
        finger("touchMove", at(0.25, share))
    finger("touchEnd")
    page.wait_for_function("scrollY > 0")
    assert page.evaluate("told") == []

    page.locator("img").click()  # once the page stands still
    assert told(1)[0] == ["down", 50, 50]


def test_while_one_place_is_answered_only_the_last_is_kept(pointed):
    page, at = pointed
    page.evaluate("busy = true")
    page.mouse.move(*at(0.1, 0.5))
    page.mouse.down()
    page.mouse.move(*at(0.9, 0.5), steps=16)
    page.mouse.up()
    assert page.evaluate("told") == [["down", 10, 50]]
    page.evaluate("answer()")
    assert page.evaluate("told") == [["down", 10, 50], ["move", 90, 50]]
    page.evaluate("answer()")
    assert page.evaluate("told.length") == 2
