"""The lessons in a real browser: Run All, pictures, sliders, the canvas.

Needs playwright and a Chromium; where they are missing these tests are skipped and say so. The
notebooks are copied without their outputs, so that what is seen was made by this run.
"""

import base64
import re
from unittest.mock import MagicMock

import nbformat
import pytest

from cnnlib.exercises.engine.result import SIGNS, Result
from cnnlib.plots.base import new_figure, to_png
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
    assert page.barriers(browser.EXPLORERS) == []
    typed = page.page.locator(".jupyter-widget-tagsinput input")  # where a block is typed
    assert all(field.is_visible() for field in typed.all())


def test_an_error_is_seen(reader, tmp_path):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nb.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(nb, tmp_path / "wrong.ipynb")
    (error,) = reader(tmp_path / "wrong.ipynb").run_all()
    assert "ZeroDivisionError" in error


@pytest.mark.parametrize("begins", [False, True], ids=["nothing runs", "cells wait for ever"])
def test_a_page_that_has_lost_its_kernel_is_loaded_again(begins):
    class Lost(browser.Reader):
        """Its kernel is idle until it is loaded anew, as after a dialog that chose another one."""

        def __init__(self, loads=1):
            self.page, self.asked, self.opened, self.loads = MagicMock(), [], 0, loads
            self.page.locator.return_value.count.return_value = 1

        def open(self):
            self.opened += 1

        def comes_true(self, script, arg=None, seconds=None):
            return self.opened == self.loads or begins and script == browser.BEGUN

        def wait_until_idle(self):
            pass

    page = Lost()
    page.run_all()
    assert page.opened == 1
    with pytest.raises(TimeoutError, match="cells never ran"):
        Lost(loads=99).run_all()


def test_dialogs_that_follow_each_other_are_answered(reader, tmp_path):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    nb.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(nb, tmp_path / "asked.ipynb")
    opened = reader(tmp_path / "asked.ipynb")
    opened.page.evaluate("""() => {
        const ask = left => {
            const dialog = document.createElement("dialog");
            dialog.className = "jp-Dialog";
            dialog.innerHTML = `${left} left <button class="jp-mod-accept">Yes</button>`;
            dialog.querySelector("button").onclick = () => {
                dialog.remove();
                if (left) ask(left - 1);
            };
            document.body.append(dialog);
            dialog.showModal();
        };
        ask(2);
    }""")
    assert opened.run_all() == [""]
    assert [said for said in opened.asked if "left" in said] == [f"{n} left Yes" for n in (2, 1, 0)]


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

    # A 7 by finger.
    touch = opened.page.context.new_cdp_session(opened.page)

    def finger(kind, *point):
        points = [dict(zip("xy", at(*point), strict=True))] if point else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", 0.2, 0.2)
    for step in range(1, 9):
        finger("touchMove", 0.2 + 0.55 * step / 8, 0.2)
    for step in range(1, 9):
        finger("touchMove", 0.75 - 0.35 * step / 8, 0.2 + 0.65 * step / 8)
    finger("touchEnd")
    wait_for("Your drawing is read as 7 ")

    # By keyboard: the slider goes back to the test images.
    assert opened.move_a_slider(number)
    wait_for("Test image 1, ")


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


def test_points_are_put_in_by_mouse_by_finger_and_by_key(reader):
    lesson = browser.ROOT / "notebooks" / "05_training.ipynb"
    opened = reader(lesson, only=("imports", "72553285", "boundary"))
    assert not any(opened.run_all())
    number = 2
    assert opened.pictures(number) == 1
    cell = opened.cell(number)
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
    image.tap(position={"x": 0.3 * box["width"], "y": 0.5 * box["height"]})
    wait_for("of the 202 points")
    field = cell.get_by_label("your points")
    field.fill(field.input_value() + "; 0 0 orange")
    field.press("Enter")
    wait_for("of the 203 points")


def test_the_code_of_the_blocks_is_shown_by_key(reader):
    lesson = browser.ROOT / "notebooks" / "00_start_here.ipynb"
    opened = reader(lesson, only=("imports", "07d8985b"))
    assert not any(opened.run_all())
    cell = opened.cell(1)
    code, show = (
        cell.get_by_label("code", exact=True),
        cell.get_by_role("button", name="Show the code"),
    )
    show.wait_for()
    assert not code.is_visible()
    show.press("Enter")
    code.wait_for()
    assert "Conv2D(1, 16, (5, 5), rng=0)," in code.input_value()


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
    box = page.locator("canvas").bounding_box()

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
    touch = context.new_cdp_session(page)

    def fingers(kind, *places):
        points = [{"id": k, **dict(zip("xy", at(*p), strict=True))} for k, p in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (0.2, 0.2))
    fingers("touchStart", (0.2, 0.2), (0.8, 0.2))
    fingers("touchMove", (0.2, 0.8), (0.8, 0.8))
    fingers("touchEnd")
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


def test_a_finger_points_and_drags_in_a_picture_and_still_scrolls_the_page(chromium):
    context = chromium.new_context(viewport={"width": 400, "height": 600}, has_touch=True)
    page, widgets = context.new_page(), browser.ROOT / "cnnlib" / "widgets"
    code, style = ((widgets / f"picture.{kind}").read_text("utf-8") for kind in ("js", "css"))
    png = base64.b64encode(to_png(new_figure(4, 4))).decode("ascii")
    page.evaluate(POINTED, [code, style, png])
    box, session = page.locator("img").bounding_box(), context.new_cdp_session(page)

    def finger(kind, *at):
        sizes = zip("xy", at, (box["width"], box["height"]), strict=False)
        place = [{axis: box[axis] + share * size for axis, share, size in sizes}] if at else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": place})

    def told(count):
        page.wait_for_function("count => told.length >= count", arg=count)
        return page.evaluate("told.splice(0)")

    finger("touchStart", 0.25, 0.5)  # a tap
    finger("touchEnd")
    assert told(1) == [["down", 25, 50]]

    finger("touchStart", 0.25, 0.5)  # a drag: sideways, then down
    for share in (0.4, 0.6, 0.75):
        finger("touchMove", share, 0.5)
    for share in (0.6, 0.75):
        finger("touchMove", 0.75, share)
    finger("touchEnd")
    page.wait_for_function("told.some(([kind, x, y]) => x > 70 && y > 70)")
    first, *others = told(2)
    assert first == ["down", 25, 50] and {kind for kind, _, _ in others} == {"move"}
    assert page.evaluate("scrollY") == 0

    finger("touchStart", 0.25, 0.75)  # upwards: the page moves, and nothing is chosen
    for share in (0.6, 0.4, 0.2, 0.05):
        finger("touchMove", 0.25, share)
    finger("touchEnd")
    page.wait_for_function("scrollY > 0")
    assert page.evaluate("told") == []

    page.locator("img").click()  # once the page stands still
    assert told(1)[0] == ["down", 50, 50]
    context.close()


def test_while_one_place_is_answered_only_the_last_is_kept(chromium):
    page, widgets = chromium.new_page(), browser.ROOT / "cnnlib" / "widgets"
    code, style = ((widgets / f"picture.{kind}").read_text("utf-8") for kind in ("js", "css"))
    png = base64.b64encode(to_png(new_figure(4, 4))).decode("ascii")
    page.evaluate(POINTED, [code, style, png])
    page.evaluate("busy = true")
    box = page.locator("img").bounding_box()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.5 * box["height"], steps=16)
    page.mouse.up()
    assert page.evaluate("told") == [["down", 10, 50]]
    page.evaluate("answer()")
    assert page.evaluate("told") == [["down", 10, 50], ["move", 90, 50]]
    page.evaluate("answer()")
    assert page.evaluate("told.length") == 2
    page.close()


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    assert "chromium" in browser.why_not()
