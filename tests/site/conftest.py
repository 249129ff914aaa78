"""The website that `make site` built, served on loopback, and a browser that asks no other host.

`make test-site` names its folder in SITE_FOLDER; without that these tests are skipped.
"""

import functools
import http.server
import os
import threading
from pathlib import Path

import pytest

BELOW = "/school/course"  # where on its server the folder lies: not at the root
PATIENCE = 600_000  # milliseconds: no test is about how long it takes


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder below a path, nothing above it, and says nothing."""

    def translate_path(self, path):
        inside = path.startswith(f"{BELOW}/")
        return super().translate_path(path.removeprefix(BELOW)) if inside else "/dev/null/nothing"

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Takes as many requests at a time as a kernel makes when it starts."""

    request_queue_size, daemon_threads = 256, True

    def handle_error(self, request, address):
        pass  # a page that is left does not wait for its last files


@pytest.fixture(scope="session")
def site():
    """The folder of the website."""
    if not os.environ.get("SITE_FOLDER"):
        pytest.skip("about the website: make test-site")
    folder = Path(os.environ["SITE_FOLDER"]).resolve()
    missing = folder / "missing.txt"
    if missing.is_file():
        pytest.skip(f"the website could not be built: {missing.read_text('utf-8')}")
    assert (folder / "index.html").is_file(), f"{folder} holds no website: make site"
    return folder


@pytest.fixture(scope="session")
def address(site):
    """Where the website is served."""
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{BELOW}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(chromium, address):
    """A function that opens a page of the website; afterwards no other host must have been asked.

    It refuses what other hosts would have answered, and notes it. Nor may a page have complained.
    """
    outside, contexts, complaints = [], [], []
    icon = f"{address.removesuffix(BELOW)}/favicon.ico"  # asked for by browsers, not by pages

    def refuse(route):
        if route.request.url.startswith((address, icon, "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    def visit(path, **options):
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.route("**/*", refuse)
        contexts.append(context)
        page = context.new_page()
        if not path.startswith("lite"):  # JupyterLite asks for files that need not be there
            page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/{path}")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert (outside, complaints) == ([], [])
