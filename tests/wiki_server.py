"""A wiki on the loopback: the part of the HTTP API that a pull asks, and faults on demand.

It answers as the real one is known to: pinned pages first, windows of a list that moves, a page
that nobody wrote, errors with name and message. What a test does to ``pages`` shows at once.
"""

from __future__ import annotations

import base64
import gzip
import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from sphinx_scrapbox.remote.pacing import Pace
from sphinx_scrapbox.wiki import titles

key = cache(titles.key)
"""The keys of titles, which a page is found by among all others."""
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""The smallest picture."""

HASTY = Pace(
    per_second=5000,
    connect_timeout=2,
    read_timeout=5,
    total_timeout=20,
    retries=2,
    backoff=0.001,
    max_wait=5,
)
"""As the real pace, without the waiting."""


@dataclass
class WikiPage:
    id: str
    title: str
    rows: list[str]
    created: int
    updated: int
    pin: int = 0
    lines: list[dict[str, Any]] | None = None  # if they are not to be made of rows

    def listed(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "created": self.created,
            "updated": self.updated,
            "accessed": int(time.time()),
            "views": 987_654,
            "pin": self.pin,
            "user": {"id": "u1"},
            "descriptions": self.rows[:5],
        }

    def body(self) -> dict[str, Any]:
        texts = (self.title, *self.rows)
        return {
            **self.listed(),
            "persistent": True,
            "commitId": "c" * 24,
            "lastUpdateUser": None,
            "collaborators": [{"id": "u2", "name": "mio", "email": "mio@garden.test"}],
            "lines": self.lines
            or [
                {
                    "id": f"{self.id[:20]}{number:04x}",
                    "text": text,
                    "userId": "u1",
                    "created": self.created,
                    "updated": self.updated,
                }
                for number, text in enumerate(texts)
            ],
            "linksLc": [],
        }


@dataclass
class Wiki:
    """What the server knows; ``before`` is called with the path before each answer."""

    project: str = "garden"
    public: bool = True
    sorts: bool = True  # whether it knows the order that is asked for
    most: int = 1000  # pages in a window
    uncounted: int = 0  # pages without content, which are in the list all the same
    pages: dict[str, WikiPage] = field(default_factory=dict)
    token: tuple[str, str] | None = None  # header and value, for a project that is not public
    before: Callable[[str], None] = lambda path: None
    fault: Callable[[str], Callable[[Handler], None] | None] = lambda path: None
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)  # ports that were asked from
    icons: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    files: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    url: str = ""
    clock: int = 1_700_000_000
    lock: threading.RLock = field(default_factory=threading.RLock)

    def write(self, title: str, *rows: str, id: str = "") -> WikiPage:
        """Make a page, or change that of the id or title."""
        with self.lock:
            self.clock += 60
            page = self.pages.get(id) or self.find(title)
            if page:
                page.title, page.rows, page.updated = title, list(rows), self.clock
            else:
                id = id or f"{len(self.pages):x}{self.clock:x}".rjust(24, "5")
                page = WikiPage(id, title, list(rows), self.clock, self.clock)
                self.pages[id] = page
            return page

    def delete(self, title: str) -> None:
        with self.lock:
            page = self.find(title)
            assert page
            del self.pages[page.id]

    def find(self, title: str) -> WikiPage | None:
        wanted = key(title)
        return next((page for page in self.pages.values() if key(page.title) == wanted), None)

    def asked_for(self, part: str) -> list[str]:
        return [path for path in self.asked if part in path]

    # -- answers -----------------------------------------------------------------------

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(path)
        if found := self.files.get(parts.path):
            return found
        if not parts.path.startswith("/api/"):
            return 404, {}, b"<html>no such page</html>"
        if not self.public:
            name, value = self.token or ("", "")
            given = {name.lower(): text for name, text in headers.items()}
            if not name or given.get(name.lower()) != value:
                bad = "x-personal-access-token" in given
                error = "InvalidPersonalAccessTokenError" if bad else "NotLoggedInError"
                return _error(401, error, "You are not logged in yet.")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match [unquote(part) for part in parts.path.split("/")[2:]]:
            case ["projects", self.project]:
                if "x-service-account-access-key" in {name.lower() for name in headers}:
                    return _error(401, "NotLoggedInError", "You are not logged in yet.")
                value = {"id": "p1", "name": self.project, "publicVisible": self.public}
                return _json(value)
            case ["pages", self.project]:
                return _json(self._window(query))
            case ["pages", self.project, "search", "titles"]:
                return self._titles(query)
            case ["pages", "v2", self.project, title]:
                page = self.find(title)
                if page:
                    return _json(page.body())
                if any(f"[{title}]" in row for one in self.pages.values() for row in one.rows):
                    return _json(
                        {"id": "f" * 24, "title": title, "persistent": False, "lines": []}
                    )
            case ["pages", project, name, "icon"]:
                if found := self.icons.get(key(f"/{project}/{name}")):
                    return found
        return _error(404, "NotFoundError", "Page not found.")

    def _window(self, query: dict[str, str]) -> dict[str, Any]:
        limit = min(int(query.get("limit", "100")), self.most)
        skip = int(query.get("skip", "0"))
        by_updated = not self.sorts or query.get("sort") != "created"
        pages = sorted(
            self.pages.values(),
            key=lambda page: (page.pin, page.updated if by_updated else page.created, page.id),
            reverse=True,
        )
        return {
            "projectName": self.project,
            "skip": skip,
            "limit": limit,
            "count": len(pages) - self.uncounted,
            "pages": [page.listed() for page in pages[skip : skip + limit]],
        }

    def _titles(self, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        pages = sorted(self.pages.values(), key=lambda page: page.id)
        pages = [page for page in pages if page.id > query.get("followingId", "")]
        window = pages[: self.most]
        following = window[-1].id if len(window) < len(pages) else ""
        value = [
            {"id": page.id, "title": page.title, "links": list(_links(page))} for page in window
        ]
        status, headers, data = _json(value)
        return status, {**headers, "X-following-id": following}, data


def _links(page: WikiPage) -> Iterator[str]:
    for row in page.rows:
        for word in row.split():
            if word.startswith("#"):
                yield word[1:]
        for part in row.split("[")[1:]:
            yield part.partition("]")[0]


def _json(value: object, status: int = 200) -> tuple[int, dict[str, str], bytes]:
    headers = {"Content-Type": "application/json; charset=utf-8", "Set-Cookie": "connect.sid=x"}
    return status, headers, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _error(status: int, name: str, message: str) -> tuple[int, dict[str, str], bytes]:
    return _json({"name": name, "message": message}, status)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    wiki: Wiki

    def do_GET(self) -> None:
        wiki = self.wiki
        with wiki.lock:
            wiki.asked.append(self.path)
            wiki.headers.append(dict(self.headers))
            wiki.connections.add(self.client_address[1])
            wiki.before(self.path)
            fault = wiki.fault(self.path)
            answer = wiki.answer(self.path, dict(self.headers)) if fault is None else None
        if answer is None:
            assert fault
            self.close_connection = True
            with suppress(OSError):
                fault(self)
        else:
            self.reply(*answer)

    def reply(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self.send_response(status)
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(data) > 10_000:
            data = gzip.compress(data, 1)
            self.send_header("Content-Encoding", "gzip")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def reset(self) -> None:
        """Break the connection off with no word."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.errors: list[BaseException | None] = []

    def handle_error(self, *_: object) -> None:
        """Note mistakes of tests; a client that goes away is part of the game."""
        error = sys.exception()
        if not isinstance(error, OSError):
            self.errors.append(error)


@contextmanager
def serving(wiki: Wiki, port: int = 0, host: str = "127.0.0.1") -> Iterator[Wiki]:
    """Let *wiki* be asked at ``wiki.url``."""
    handler = type("WikiHandler", (Handler,), {"wiki": wiki})
    with Server((host, port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        wiki.url = f"http://{host}:{server.server_port}"
        try:
            yield wiki
        finally:
            server.shutdown()
            thread.join()
        assert server.errors == []
