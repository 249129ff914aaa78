"""Drive notebooks in a real browser: a JupyterLab of our own, and what a reader does with it."""

import contextlib
import importlib.resources
import importlib.util
import json
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat

from tools.isolated import environment

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)
EXPLORER = re.compile(r"\w+(?:Explorer|Cockpit): ")  # how the text of a stored explorer begins
PATIENCE = 600  # seconds after which a wait is given up: no test is about how long it takes

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")  # what axe holds pages to

EXPLORERS = {"include": [[".cnnlib-explorer"], [".cnnlib-live"]]}  # for axe

# Functions for the page.
# Without its own fetching of style sheets, which takes their imports for the page's.
RUN_AXE = f"place => axe.run(place, {{runOnly: {list(WCAG)}, preload: false}})"
# No promises: Playwright's wait_for_function takes one for true before it is kept.
DIGEST = "image => [...image.src].reduce((sum, c) => (31 * sum + c.charCodeAt()) | 0, 0)"
CHANGED = f"([image, before]) => ({DIGEST})(image) !== before"
LOADED = """cell => {
    const images = [...cell.querySelectorAll(".jp-OutputArea img")];
    const live = cell.querySelectorAll(".cnnlib-live canvas.cnnlib-tiles, canvas.cnnlib-result");
    return images.every(image => image.naturalWidth > 0) && images.length + live.length;
}"""
PROMPTS = """() => [...document.querySelectorAll(".jp-Notebook .jp-CodeCell .jp-InputPrompt")]
    .map(prompt => prompt.textContent)"""
# JupyterLab shows an exception as text of stderr; a lesson writes nothing else there.
ERRORS = """() => [...document.querySelectorAll(".jp-Notebook .jp-CodeCell")].map(cell => {
    const kinds = ["error", "stderr"].map(kind => `[data-mime-type$="jupyter.${kind}"]`);
    return [...cell.querySelectorAll(kinds)].map(error => error.textContent).join(" ");
})"""
BEGUN = f"() => ({PROMPTS})().some(prompt => /[*\\d]/.test(prompt))"
ENDED = f"""() => {{
    const prompts = ({PROMPTS})(), error = ({ERRORS})().findIndex(error => error);
    const stopped = error >= 0 && !prompts.some(prompt => prompt.includes("*"));
    const asked = stopped ? prompts.slice(0, error + 1) : prompts;
    return asked.every(prompt => /\\d/.test(prompt));
}}"""


def browser_path():
    """Return the path of a Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def axe():
    """Return the path of axe, which looks for what keeps readers out, or None."""
    if importlib.util.find_spec("axe_playwright_python") is None:
        return None
    return importlib.resources.files("axe_playwright_python") / "axe.min.js"


def why_not():
    """Say what is missing to drive notebooks in a browser; empty if nothing is."""
    if browser_path() is None:
        return f"no browser, none of {', '.join(NAMES)}: on Debian and Ubuntu, apt install chromium"
    return ""


@contextlib.contextmanager
def chromium():
    """Start a browser, and end it afterwards."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        try:
            yield started
        finally:
            started.close()


def barriers(page, place):
    """Return what axe finds that keeps readers out of a place of a page; nothing without axe."""
    if axe() is None:
        return []
    page.add_script_tag(path=axe())
    found = page.evaluate(RUN_AXE, place)["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"]][:5]) for each in found]


def fingers(page):
    """Return a function that sends what fingers do: ("touchStart", (x, y), ...), ("touchEnd",)."""
    session = page.context.new_cdp_session(page)

    def send(kind, *places):
        points = [{"id": k, "x": x, "y": y} for k, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return send


def copy_unrun(source, target, only=None):
    """Copy a notebook without its outputs, so that what is shown later was made by running it.

    Parameters
    ----------
    source, target : Path
    only : sequence of str, optional
        Ids of the cells to keep.
    """
    nb = nbformat.read(source, as_version=4)
    if only is not None:
        nb.cells = [cell for cell in nb.cells if cell.id in only]
        missing = set(only) - {cell.id for cell in nb.cells}
        if missing:
            raise ValueError(f"{source.name} has no cell {', '.join(sorted(missing))}")
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, target)


# Long runs end at once as they are recorded for the browser edition: nbval is there to train them.
RECALL = """
from types import SimpleNamespace
from cnnlib import recordings
recordings.here = SimpleNamespace(BROWSER=True, note=print)
"""


class Server:
    """A JupyterLab on loopback that sees none of the user's settings and serves one folder."""

    def __init__(self, folder):
        """Start it; `folder` gets the subfolders served, config, data ..."""
        self.folder = Path(folder)
        self.served = self.folder / "served"
        self.served.mkdir()
        startup = self.folder / "ipython" / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "recall.py").write_text(RECALL)
        self.token = secrets.token_hex(16)
        self.address = None  # known once it answers
        settings = self.folder / "lab-settings" / "@jupyterlab" / "notebook-extension"
        settings.mkdir(parents=True)
        # Render all cells, not only those in view.
        (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
        self.log = open(self.folder / "log.txt", "w+", encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        options = {"ip": "127.0.0.1", "port": 0, "root_dir": self.served}
        command += [f"--ServerApp.{key}={value}" for key, value in options.items()]
        self.process = subprocess.Popen(
            command,
            env=environment(self.folder)
            | {"JUPYTER_TOKEN": self.token, "JUPYTER_CONFIG_PATH": str(ROOT / "tools" / "lab")},
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def ask(self, path, method="GET"):
        """Send a request to the server's API and return what it answers."""
        request = urllib.request.Request(
            f"{self.address}/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE) as response:
            return json.loads(response.read() or "null")

    def wait(self):
        """Wait until it answers."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError, ValueError, StopIteration):
                # Written once the port is known, which the system chooses.
                file = next((self.folder / "runtime").glob("jpserver-*.json"))
                self.address = json.loads(file.read_text("utf-8"))["url"].rstrip("/")
                return self.ask("api/status")
            time.sleep(0.2)
        self.log.seek(0)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read()[-3000:]}")

    def end_kernels(self):
        """End all kernels, so that the next notebook has the memory."""
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")

    def stop(self):
        """Stop the server and its kernels."""
        if self.address is not None and self.process.poll() is None:
            with contextlib.suppress(OSError):
                self.end_kernels()
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Reader:
    """Someone who has opened a notebook in a page of the browser."""

    def __init__(self, page, server, name, kind="lab/tree"):
        """Open it in JupyterLab, or in Notebook 7 with ``notebooks`` for a kind."""
        self.page = page
        self.asked = []  # what JupyterLab asked in dialogs, which stand before the menus
        page.set_default_timeout(1000 * PATIENCE)
        # One may follow another, so that the place is never empty: none is waited for to go.
        page.add_locator_handler(
            page.locator("dialog.jp-Dialog").last, self.answer, no_wait_after=True
        )
        self.address = f"{server.address}/{kind}/{name}?reset&token={server.token}"
        self.open()

    def open(self):
        """Load the page, and wait for its notebook and kernel."""
        self.page.goto(self.address)
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        self.wait_until_idle()

    def answer(self, dialog):
        """Read what a dialog asks, as on a busy server which kernel to take, and agree."""
        from playwright.sync_api import TimeoutError as OutOfTime

        with contextlib.suppress(OutOfTime):  # it went by itself; one that stays is asked again
            self.asked.append(dialog.inner_text(timeout=5000))
            dialog.locator("button.jp-mod-accept").click(timeout=5000)

    def wait_until_idle(self):
        """Wait until the kernel has nothing to do, or until the page has missed that it has."""
        from playwright.sync_api import TimeoutError as OutOfTime

        with contextlib.suppress(OutOfTime):
            selector = "text=Kernel status: Idle"
            self.page.wait_for_selector(selector, state="attached", timeout=60_000)

    def comes_true(self, script, arg=None, seconds=PATIENCE):
        """Wait for a function of the page to return something true; say whether it does."""
        from playwright.sync_api import TimeoutError as OutOfTime

        try:
            self.page.wait_for_function(script, arg=arg, timeout=1000 * seconds)
        except OutOfTime:
            return False
        return True

    def run_all(self):
        """Choose Run, Run All Cells and wait until every cell has a number.

        Returns
        -------
        list of str
            Of each code cell, the error that it shows, or an empty text.
        """
        again = False
        for attempt in range(10):  # a busy server may not have connected the kernel yet
            if again:
                self.open()
            self.page.get_by_role("menuitem", name="Run", exact=True).click()
            menu = self.page.locator("#jp-mainmenu-run")  # a lesson may say these words, too
            menu.get_by_text("Run All Cells", exact=True).click()
            begun = self.comes_true(BEGUN, seconds=30)
            if begun and self.ended():
                self.wait_until_idle()  # after an error that a cell may raise, no [*] is shown
                return self.page.evaluate(ERRORS)
            again = begun or attempt % 2 == 1  # a dialog has chosen another kernel meanwhile
        raise TimeoutError(f"cells never ran: {self.page.evaluate(PROMPTS)}, {self.asked}")

    def ended(self):
        """Wait until every cell has a number; no, if a cell waits for a kernel that is idle."""
        for _ in range(PATIENCE // 20):
            before = self.page.evaluate(PROMPTS)
            if self.comes_true(ENDED, seconds=20):
                return True
            idle = self.page.locator("text=Kernel status: Idle").count()
            if idle and self.page.evaluate(PROMPTS) == before:
                return False
        raise TimeoutError(f"cells did not end in {PATIENCE} s: {before}, {self.asked}")

    def save(self, path):
        """Save the notebook, which the server has at that path, and wait until it is written."""
        before = path.stat().st_mtime_ns
        self.page.get_by_role("menuitem", name="File", exact=True).click()
        self.page.locator("#jp-mainmenu-file").get_by_text("Save Notebook", exact=True).click()
        end = time.monotonic() + PATIENCE
        while path.stat().st_mtime_ns == before and time.monotonic() < end:
            self.page.wait_for_timeout(200)
        if path.stat().st_mtime_ns == before:
            raise TimeoutError(f"{path.name} was not saved in {PATIENCE} s")

    def cell(self, number):
        """Return the place of a code cell, counted from 0."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)

    def pictures(self, number, seconds=60):
        """Return how many pictures a code cell shows, once there is one and all are loaded."""
        cell = self.cell(number).element_handle()
        return self.page.evaluate(LOADED, cell) if self.comes_true(LOADED, cell, seconds) else 0

    def digest(self, number):
        """Return a sum of the picture that a code cell's explorer shows."""
        return self.cell(number).locator("img.widget-image").first.evaluate(DIGEST)

    def changed(self, number, before, seconds=60):
        """Wait for the picture to differ from the one whose sum is given; say whether it does."""
        image = self.cell(number).locator("img.widget-image").first.element_handle()
        return self.comes_true(CHANGED, [image, before], seconds)

    def move_a_slider(self, number):
        """Move the sliders of a cell by arrow keys until one changes the picture.

        Returns
        -------
        bool or None
            Whether one did; None if the cell has no slider.
        """
        handles = self.cell(number).locator(".widget-slider .noUi-handle")
        if handles.count() == 0:
            return None
        for handle in handles.all():
            for key in ("ArrowRight", "ArrowLeft"):
                before, value = self.digest(number), handle.get_attribute("aria-valuetext")
                handle.focus()
                self.page.keyboard.press(key)
                moved = handle.get_attribute("aria-valuetext") != value  # not at its end
                if moved and self.changed(number, before):
                    return True
        return False
