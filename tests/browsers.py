"""A browser, and a server of files, for tests that read pages as readers do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sites import Built

_PATHS = [
    os.environ.get("CHROMIUM", ""),
    "/usr/bin/chromium-headless-shell",  # takes 60 % of the time
    "/usr/bin/chromium",
]
CHROMIUM = next((path for path in _PATHS if os.access(path, os.X_OK)), _PATHS[-1])
NEEDS_CHROMIUM = pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason=f"no {CHROMIUM} here")
THEMES = (
    "alabaster",
    "furo",
    "sphinx_rtd_theme",
    "pydata_sphinx_theme",
    "sphinx_book_theme",
    "shibuya",
)
"""The themes in which pages are looked at."""
PATIENCE = 180_000
"""How many milliseconds are waited for what a browser does, which a busy machine takes."""
_OPTIONS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # of connections that a busy machine has yet to accept; 5 get lost


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    max_age = 0

    def send_header(self, keyword: str, value: str) -> None:
        # It is in seconds: a file that is written twice in one would not be sent again.
        if keyword != "Last-Modified":
            super().send_header(keyword, value)

    def end_headers(self) -> None:
        # What a page asks for by its checksum is asked for once.
        has_checksum = "/_static/" in self.path and "?" in self.path
        if seconds := 3600 if has_checksum else self.max_age:
            self.send_header("Cache-Control", f"max-age={seconds}")
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def guess_type(self, path: Any) -> str:
        # Python takes the last dot of "....html" for one of the name.
        return "text/html" if str(path).endswith(".html") else super().guess_type(path)

    def copyfile(self, source: Any, outputfile: Any) -> None:
        with suppress(ConnectionError):  # the browser has left the page
            super().copyfile(source, outputfile)


@contextmanager
def serve(folder: Path, max_age: int = 0) -> Iterator[str]:
    """The address at which the files of a folder are served.

    :param max_age: for how many seconds a browser may show a file that it kept.
    """
    kind = type("Handler", (_Handler,), {"max_age": max_age})
    server = _Server(("127.0.0.1", 0), partial(kind, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _patiently(new: Callable[..., Any]) -> Callable[..., Any]:
    """*new*, but what it returns waits longer than Playwright does by default."""

    def new_and_patient(**options: Any) -> Any:
        context_or_page = new(**options)
        context_or_page.set_default_timeout(PATIENCE)
        return context_or_page

    return new_and_patient


@contextmanager
def launch() -> Iterator[Any]:
    """Chromium, which finds no other host; skips where it or Playwright is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no {CHROMIUM} here")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=CHROMIUM, args=_OPTIONS, timeout=PATIENCE
        )
        browser.new_context = _patiently(browser.new_context)
        browser.new_page = _patiently(browser.new_page)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def search_page(
    browser: Any, built: Built, query: str, ready: str, script: str = ""
) -> Iterator[Any]:
    """A tab with the search page of a site and its results; no script may fail.

    The tab has the ``address`` of the site, and the addresses ``requested`` so far.

    :param query: what follows the question mark.
    :param ready: JavaScript that is true when the results are shown.
    :param script: runs before those of the page.
    """
    errors: list[str] = []
    with serve(built.out) as address, browser.new_page() as tab:
        tab.address, tab.requested = address, []
        tab.add_init_script(script)
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("request", lambda request: tab.requested.append(request.url))
        name = "search/" if built.app.builder.name == "dirhtml" else "search.html"
        tab.goto(f"{address}{name}?{query}")
        tab.wait_for_function(ready)
        yield tab
    assert errors == []
