"""The pages of the website: complete, linked, legible to all, and of one host."""

import html.parser
import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.browser import axe, barriers

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("0*.ipynb"))
EXERCISES = sorted(path.stem for path in (ROOT / "notebooks" / "exercises").glob("0*.ipynb"))
FETCHED_BY_LINK = {"stylesheet", "preload", "modulepreload", "icon"}
FETCHED = {"img", "script", "source", "iframe", "video", "audio", "embed"}


class Page(html.parser.HTMLParser):
    """What a page points at, what can be pointed at in it, and its images."""

    def __init__(self, path):
        super().__init__()
        self.links, self.fetched, self.anchors, self.images = [], [], set(), []
        self.folds = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors |= {attributes[key] for key in ("id", "name") if attributes.get(key)}
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif tag == "link" and attributes.get("rel") in FETCHED_BY_LINK:
            self.fetched.append(attributes["href"])
        elif tag in FETCHED and attributes.get("src"):
            self.fetched.append(attributes["src"])
        if tag == "img":
            self.images.append(attributes)
        self.folds += tag == "details"


@pytest.fixture(scope="session")
def pages(site):
    """The pages, by their path."""
    others = site / "lite", site / "_static"
    paths = (p for p in site.rglob("*.html") if not any(map(p.is_relative_to, others)))
    return {path: Page(path) for path in paths}


def broken(pages, site):
    """Return the links that lead nowhere within the site, each with its page."""
    problems = []
    for path, page in pages.items():
        for link in page.links + page.fetched:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            anchor = unquote(parts.fragment)
            missing = not target.is_file() or not target.is_relative_to(site)
            if not missing and anchor and target in pages:
                missing = anchor not in pages[target].anchors
            if missing:
                problems.append(f"{path.relative_to(site)}: {link}")
            wanted = re.fullmatch(r"path=([\w./]+\.ipynb)", parts.query)
            if wanted and not (site / "lite" / "files" / wanted[1]).is_file():
                problems.append(f"{path.relative_to(site)}: {link}, no such notebook")
    return problems


def test_links_within_the_site_lead_somewhere(pages, site):
    assert len(pages) > len(LESSONS) + len(EXERCISES)
    assert broken(pages, site) == []


def test_a_broken_link_is_noticed(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html"></a><a href="#x"></a><p id="y"></p>')
    (tmp_path / "c.html").write_text('<a href="a.html#y"></a><img src="a.html?path=z.ipynb">')
    found = broken({p: Page(p) for p in sorted(tmp_path.glob("*.html"))}, tmp_path)
    assert [line.split(": ")[1] for line in found] == [
        *("b.html", "#x"),
        "a.html?path=z.ipynb, no such notebook",
    ]


def test_pages_fetch_nothing_from_elsewhere(pages):
    assert [f for page in pages.values() for f in page.fetched if urlsplit(f).netloc] == []


@pytest.mark.parametrize("name", LESSONS + [f"exercises/{name}" for name in EXERCISES])
def test_a_notebook_has_its_page_with_a_button_and_alt_texts(pages, site, name):
    page = pages[site / "notebooks" / f"{name}.html"]
    assert any(link.endswith(f"?path={name}.ipynb") for link in page.links)
    figures = [image for image in page.images if "_images/" in image["src"]]
    assert [image["src"] for image in figures if len(image.get("alt", "")) < 20] == []


@pytest.mark.parametrize("name", LESSONS)
def test_answers_are_folded(pages, site, name):
    nb = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    folded = [c for c in nb["cells"] if c["metadata"].get("jupyter", {}).get("outputs_hidden")]
    assert pages[site / "notebooks" / f"{name}.html"].folds >= len(folded) > 0


@pytest.mark.skipif(axe() is None, reason="axe is not installed: pip install -e '.[axe]'")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["index", f"notebooks/{LESSONS[1]}", f"notebooks/exercises/{EXERCISES[0]}"]
)
def test_axe_finds_nothing(visit, path, scheme):
    page = visit(f"{path}.html", color_scheme=scheme, viewport={"width": 400, "height": 800})
    if path == "index":
        page.locator(".cnnlib-tiles").first.wait_for()
    assert barriers(page, "html") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize("path", ["notebooks/exercises/TEACHING", "cnnlib/layers/activations"])
def test_long_names_do_not_stick_out_of_a_telephone(visit, path):
    page = visit(f"{path}.html", viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_front_page_names_no_repository_that_is_not_there(site):
    assert "OWNER" not in (site / "index.html").read_text("utf-8")


def test_an_answer_opens_with_a_click_and_formulas_are_set(visit):
    page = visit(f"notebooks/{LESSONS[1]}.html")
    fold = page.locator("details.hide.below-input, details.hide.above-output").first
    output = fold.locator(".cell_output, .output, img, pre").first
    assert not output.is_visible()
    fold.locator("summary").click()
    output.wait_for(state="visible")
    page.locator("mjx-container").first.wait_for(state="visible")


def test_a_table_shows_a_heading_where_it_has_one(visit):
    page = visit(f"notebooks/{LESSONS[0]}.html")
    headings = page.locator("table.table thead")
    seen = headings.evaluate_all("all => all.map(each => [each.checkVisibility(), each.innerText])")
    assert {True, False} == {shown for shown, _ in seen}
    assert all(shown == bool(text.strip()) for shown, text in seen)


def test_search_finds_the_lesson(visit):
    page = visit("search.html?q=overlap")
    page.locator("#search-results a", has_text="03").first.wait_for()


def test_the_front_page_reads_a_drawing_without_a_kernel(visit):
    """By mouse on a wide page; on a telephone's width nothing sticks out."""
    page = visit("index.html")
    page.locator("canvas.cnnlib-canvas").scroll_into_view_if_needed()
    box = page.locator("canvas.cnnlib-canvas").bounding_box()
    page.mouse.move(box["x"] + 110, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 190, steps=8)
    page.mouse.up()
    page.locator(".cnnlib-answer", has_text="Your drawing is read as 1 ").wait_for()
    page.get_by_label("start from").select_option("blur (box)")
    page.locator(".cnnlib-caption", has_text="the picture is blurred").wait_for()


def test_on_a_telephone_the_result_stands_beside_the_filter(visit):
    page = visit("index.html", viewport={"width": 390, "height": 800})
    page.locator("canvas.cnnlib-result").wait_for()
    names = "kernel", "result", "picture"
    boxes = (page.locator(f".cnnlib-{name}").first.bounding_box() for name in names)
    kernel, result, picture = boxes
    assert result["x"] >= kernel["x"] + kernel["width"] and result["width"] > 100
    assert kernel["y"] <= result["y"] + 40 < kernel["y"] + kernel["height"] < picture["y"]


def test_the_front_page_asks_at_once_for_all_that_it_runs_on(visit, pages, site):
    """And once: what is fetched otherwise than it was announced is fetched again. It is little."""
    page = visit("index.html")
    page.locator("canvas.cnnlib-result").wait_for()
    page.locator(".cnnlib-tiles").first.wait_for()
    entries = page.evaluate(
        """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
                  .map(entry => [entry.name, entry.decodedBodySize])"""
    )
    assert 300_000 < sum(size for _, size in entries) < 2_000_000
    asked = [name for name, _ in entries]
    asked = [name.rpartition("/_static/front/")[2] for name in asked if "/_static/front/" in name]
    said = [f for f in pages[site / "index.html"].fetched if f.startswith("_static/front/")]
    assert sorted(asked) == sorted(f.removeprefix("_static/front/") for f in said) != []
