"""The explorers that compute in the page, operated in a browser without Jupyter."""

import io
import re

import numpy as np
import pytest

from cnnlib.datasets import load_mnist
from cnnlib.models import load_trained
from cnnlib.widgets.network import NetworkExplorer
from cnnlib.widgets.page import HERE
from cnnlib.widgets.paint import PaintExplorer
from tests import browser
from tools.site.front import state

IMAGES, LABELS = (part[:5] for part in load_mnist()[1])
SHOW = """async ([code, helpers, style, {values, bytes}]) => {
    const load = text => import(URL.createObjectURL(new Blob([text], {type: "text/javascript"})));
    document.head.append(Object.assign(document.createElement("style"), {textContent: style}));
    for (const [name, text] of Object.entries(bytes)) {
        values[name] = new DataView(Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer);
    }
    window.model = (await load(helpers)).alone(values);
    (await load(code)).default.render({model, el: document.querySelector("main")});
}"""
SHELL = '<html lang="en"><title>page</title><main style="font-family: sans-serif"></main></html>'


@pytest.fixture
def show(chromium):
    """A function that shows an explorer in a page of some width."""
    contexts = []

    def show(explorer, width=800):
        context = chromium.new_context(viewport={"width": width, "height": 900}, has_touch=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * browser.PATIENCE)
        page.set_content(SHELL)
        helpers = (HERE / "page.js").read_text("utf-8")
        page.evaluate(SHOW, [str(explorer._esm), helpers, str(explorer._css), state(explorer)])
        return page

    yield show
    for context in contexts:
        context.close()


@pytest.fixture
def linked(show):
    return lambda width=800: show(NetworkExplorer(load_trained("lenet5"), IMAGES, LABELS), width)


def value(page, name):
    return page.evaluate(f"model.get('{name}')")


def until(page, name, expected):
    page.wait_for_function(f"want => model.get('{name}') === want", arg=expected)


def at(page, selector, x, y):
    """Scroll to an element; return the place in it that lies at shares of its width and height."""
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


COLUMN = "canvas.cnnlib-tiles[aria-label^='{}, ']"


def test_a_map_a_pixel_and_back_by_mouse(linked):
    page = linked()
    page.mouse.click(*at(page, COLUMN.format("conv1"), 0.5, 7.5 / 16))
    until(page, "layer", "conv1")
    assert value(page, "map") == 7
    page.locator(".cnnlib-caption", has_text="conv1, map 7, row").wait_for()
    assert page.locator(".cnnlib-lines path").count() == 1  # to the image

    page.mouse.click(*at(page, "canvas.cnnlib-map", 9.5 / 24, 5.5 / 24))
    page.locator(
        ".cnnlib-caption", has_text="conv1, map 7, row 5, column 9: the window of"
    ).wait_for()
    assert (value(page, "row"), value(page, "column")) == (5, 9)
    assert page.locator(".cnnlib-work canvas, canvas.cnnlib-work").count() == 3

    page.get_by_role("button", name="One step back").click()
    until(page, "layer", "input")
    products = IMAGES[0, 0, 5:10, 9:14] * load_trained("lenet5")["conv1"].params["w"][7, 0]
    row, column = np.argwhere(np.abs(products) == np.abs(products).max())[0] + (5, 9)
    assert (value(page, "row"), value(page, "column")) == (row, column)  # what gave most
    said = f"The image: the pixel in row {row}, column {column}"
    page.locator(".cnnlib-caption", has_text=said).wait_for()
    assert page.get_by_role("button", name="One step back").is_disabled()


def test_the_same_by_keys(linked):
    page = linked()
    page.locator(COLUMN.format("pool1")).press("ArrowDown")
    until(page, "layer", "pool1")
    before = value(page, "map")
    page.locator(COLUMN.format("pool1")).press("ArrowUp")
    until(page, "map", before - 1)
    row = value(page, "row")
    page.locator("canvas.cnnlib-map").press("ArrowDown" if row < 11 else "ArrowUp")
    until(page, "row", row + 1 if row < 11 else row - 1)
    page.locator(".cnnlib-range").press("ArrowRight")
    page.locator(".cnnlib-answer", has_text="Test image 1, a 2, is read as 2").wait_for()


def test_a_digit_is_drawn_by_mouse_and_by_finger_and_read_at_once(linked):
    page = linked(400)
    page.mouse.move(*at(page, "canvas.cnnlib-canvas", 0.8, 0.1))
    page.mouse.down()
    page.mouse.move(*at(page, "canvas.cnnlib-canvas", 0.8, 0.8), steps=8)
    page.mouse.up()
    page.locator(".cnnlib-answer", has_text="Your drawing is read as 1 ").wait_for()
    page.get_by_role("button", name="Clear the canvas").click()
    page.locator(".cnnlib-answer", has_text="Test image 0, a 7, is read as 7").wait_for()

    finger = browser.fingers(page)
    finger("touchStart", at(page, "canvas.cnnlib-canvas", 0.2, 0.2))
    for x, y in [(0.2 + 0.07 * k, 0.2) for k in range(8)] + [
        (0.7 - 0.05 * k, 0.2 + 0.08 * k) for k in range(8)
    ]:
        finger("touchMove", at(page, "canvas.cnnlib-canvas", x, y))
    finger("touchEnd")
    page.locator(".cnnlib-answer", has_text="Your drawing is read as 7 ").wait_for()
    page.evaluate("model.set('drawing', '')")  # as Python may
    page.locator(".cnnlib-answer", has_text="Test image 0").wait_for()


WATCH = """() => {
    const maps = [...document.querySelectorAll(".cnnlib-column canvas")];
    const pictures = () => maps.map(canvas => canvas.toDataURL());
    const before = pictures();
    window.renewed = () => pictures().map((picture, k) => picture !== before[k]);
    new MutationObserver((_, watcher) => {
        window.atFirst = window.renewed(); // as they were when the answer was there
        watcher.disconnect();
    }).observe(document.querySelector(".cnnlib-answer"), {childList: true});
    document.querySelector("main").addEventListener("cnnlib-drawn", () => window.drawn = true);
}"""


def test_the_answer_comes_before_the_maps(linked):
    page = linked(400)
    page.evaluate(WATCH)
    page.mouse.click(*at(page, "canvas.cnnlib-canvas", 0.5, 0.5))
    page.wait_for_function("window.atFirst && renewed()[0]")
    assert not any(page.evaluate("atFirst"))


def test_maps_out_of_sight_are_drawn_when_they_are_seen(linked):
    page = linked(400)
    canvas = page.locator(".cnnlib-column canvas")
    page.locator(".cnnlib-stage").evaluate("stage => stage.style.marginTop = '3000px'")
    page.evaluate(WATCH)
    page.mouse.click(*at(page, "canvas.cnnlib-canvas", 0.5, 0.5))
    page.wait_for_function("window.drawn")
    assert not any(page.evaluate("renewed()"))
    canvas.last.scroll_into_view_if_needed()
    page.wait_for_function("renewed().every(Boolean)")


def test_a_finger_that_scrolls_chooses_nothing_and_one_that_taps_does(linked):
    page = linked(400)
    finger, before = browser.fingers(page), value(page, "layer")
    x, y = at(page, COLUMN.format("conv1"), 0.5, 0.5)
    finger("touchStart", (x, y))
    for k in range(1, 12):
        finger("touchMove", (x, y - 15 * k))
    finger("touchEnd")
    page.wait_for_function("scrollY > 0")
    assert value(page, "layer") == before != "conv1"
    finger("touchStart", at(page, COLUMN.format("conv1"), 0.5, 0.5))
    finger("touchEnd")
    until(page, "layer", "conv1")


@pytest.mark.parametrize("width", [800, 400])
def test_it_fits_the_page_and_axe_finds_nothing(linked, show, width):
    network = linked(width)
    assert network.locator(".cnnlib-wide").count() == (width == 800)
    for page in (network, show(PaintExplorer(), width)):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert browser.barriers(page, "main") == []


@pytest.mark.parametrize("width", [1150, 950])
def test_what_comes_out_stands_beside_the_picture(width, show):
    page = show(PaintExplorer(), width)
    places = [
        page.locator(f"canvas.cnnlib-{name}").bounding_box() for name in ("picture", "result")
    ]
    assert places[1]["y"] == places[0]["y"] and places[1]["x"] > places[0]["x"]


def test_a_filter_is_painted_by_mouse_keys_and_finger(show):
    page = show(PaintExplorer(weights=np.zeros((3, 3))))
    caption = page.locator(".cnnlib-caption")
    caption.filter(has_text="All weights are 0").wait_for()
    page.mouse.move(*at(page, ".cnnlib-kernel", 0.1, 0.1))
    page.mouse.down()
    page.mouse.move(*at(page, ".cnnlib-kernel", 0.9, 0.1), steps=12)
    page.mouse.up()
    assert value(page, "weights") == [1, 1, 1, 0, 0, 0, 0, 0, 0]
    caption.filter(has_text="none is negative").wait_for()

    page.get_by_role("button", name="paint −1").click()
    framed = "all => all.map(brush => getComputedStyle(brush).boxShadow !== 'none')"
    assert page.locator(".cnnlib-tool").evaluate_all(framed) == [False, True, False]
    finger = browser.fingers(page)
    finger("touchStart", at(page, ".cnnlib-kernel", 0.1, 0.9))
    for x in (0.3, 0.5, 0.7, 0.9):
        finger("touchMove", at(page, ".cnnlib-kernel", x, 0.9))
    finger("touchEnd")
    assert value(page, "weights") == [1, 1, 1, 0, 0, 0, -1, -1, -1]
    caption.filter(has_text="sum to 0: where the picture is even").wait_for()

    board = page.locator(".cnnlib-kernel")  # its last cell is chosen
    for key in ("ArrowUp", "ArrowLeft", "+", "+", "-"):
        board.press(key)
    assert value(page, "weights") == [1, 1, 1, 0, 0.25, 0, -1, -1, -1]
    board.press("0")
    page.get_by_label("start from").select_option("sharpen")
    assert value(page, "weights") == [0, -1, 0, -1, 5, -1, 0, -1, 0]
    page.locator("select").nth(1).select_option("5")
    assert len(value(page, "weights")) == 25 and value(page, "weights")[12] == 5
    said = page.locator(".cnnlib-after figcaption").inner_text()
    assert re.fullmatch(r"what comes out, blue −([\d.]+) to red \1", said), said
    page.locator("select").nth(1).select_option("3")
    assert value(page, "weights") == [0, -1, 0, -1, 5, -1, 0, -1, 0]


def test_a_picture_of_ones_own_is_filtered(show):
    from PIL import Image

    page, file = show(PaintExplorer()), io.BytesIO()
    assert page.locator("canvas[aria-label='A picture of 200 × 170 pixels']").count() == 1
    Image.new("RGB", (480, 240), "green").save(file, "PNG")
    one = {"name": "own.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page.get_by_label("your own picture").set_input_files(one)
    page.locator("canvas[aria-label='A picture of 120 × 240 pixels']").wait_for()
    page.get_by_label("your own picture").set_input_files({**one, "buffer": b"no picture"})
    page.locator(".cnnlib-caption", has_text="could not be read as a picture").wait_for()
