"""The wiki's HTTP API, as far as a snapshot needs it: what to ask, and what answers are taken.

No answer is trusted: each has the form that is told here, or the request failed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TypeGuard
from urllib.parse import quote, urlencode

from sphinx_scrapbox.remote.client import Client, Reply
from sphinx_scrapbox.remote.credentials import Kind
from sphinx_scrapbox.remote.errors import ClientError, MissingError, StopError

WINDOW = 1000
"""How many pages one request of a list gives at most."""

_MOST = 64_000_000  # bytes of an answer; a list of a thousand pages takes two or three million
_MOST_WINDOWS = 10_000
_ID = re.compile(r"[0-9A-Za-z]{1,64}")


@dataclass(frozen=True, slots=True)
class About:
    """A project's present name, and whether anybody may read it; None if that is not told."""

    name: str
    public: bool | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page in the list of pages; ``updated`` is the Unix time of its last change."""

    id: str
    title: str
    updated: int


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the list; ``count`` is how many pages with content the whole has.

    ``is_full``: it has as many pages as one request gives.
    """

    count: int
    pages: tuple[Listed, ...]
    is_full: bool


class Api:
    """The requests about one project. All of them raise :class:`~.client.ClientError`."""

    def __init__(self, client: Client, project: str) -> None:
        self.client = client
        self.project = project
        self._pages = "pages/v2"
        self._tried = False  # whether that is known to be the right one

    def about(self) -> About:
        """What the project is called, and whether it is public."""
        if self.client.kind is Kind.SERVICE:
            return About(self.project, None)  # this call answers 401 to a service account
        what = f"project {self.project!r}"
        value = self._object(f"projects/{_part(self.project)}", what)
        name, public = value.get("name"), value.get("publicVisible")
        if not isinstance(name, str) or not name or "/" in name:
            raise _unexpected(what, "it has no name")
        return About(name, public if isinstance(public, bool) else None)

    def window(self, skip: int) -> Window:
        """A thousand pages of the list or fewer, from a place in it.

        The order is that of their making, for it is the one that nobody changes by writing.
        """
        query = urlencode({"limit": WINDOW, "skip": skip, "sort": "created"})
        what = f"the list of pages of {self.project!r}"
        value = self._object(f"pages/{_part(self.project)}?{query}", what)
        count, entries = value.get("count"), value.get("pages")
        if not _is_number(count) or not isinstance(entries, list):
            raise _unexpected(what, "it has no 'count' and 'pages'")
        limit = value.get("limit")
        most = min(limit, WINDOW) if _is_number(limit) and limit else WINDOW
        pages = tuple(_listed(entry, what) for entry in entries)
        return Window(count, pages, len(pages) >= most)

    def links(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The id of each page, and the titles of all that it links to, tags among them."""
        what = f"the links between the pages of {self.project!r}"
        following = ""
        for _ in range(_MOST_WINDOWS):
            query = f"?{urlencode({'followingId': following})}" if following else ""
            value, reply = self._json(f"pages/{_part(self.project)}/search/titles{query}", what)
            if not isinstance(value, list):
                raise _unexpected(what, "it is no list")
            for entry in value:
                links = entry.get("links") if isinstance(entry, dict) else None
                if links is None or not isinstance(links, list):
                    raise _unexpected(what, "a page has no links")
                yield str(entry.get("id")), tuple(filter(_is_text, links))
            last, following = following, reply.headers.get("X-following-id", "").strip()
            if not following:
                return
            if following == last:
                break
        raise _unexpected(what, "it does not end")

    def page(self, page: Listed) -> dict[str, object]:
        """A page with its lines.

        :raises MissingError: if there is none of that title, such as one that has links to it
            and was never written, or if another page has that title now.
        """
        what = f"page {page.title!r}"
        value = self._page(f"{_part(self.project)}/{_part(page.title)}", what)
        if value.get("persistent") is False:
            raise MissingError(what, "nobody has written it")
        if value.get("id") != page.id:
            if not _is_text(value.get("id")):
                raise _unexpected(what, "it has no id")
            raise MissingError(what, "another page has that title")
        lines = value.get("lines")
        if not isinstance(lines, list) or not all(map(_is_line, lines)):
            raise _unexpected(what, "it has no lines")
        if not _is_text(value.get("title")):
            raise _unexpected(what, "it has no title")
        return value

    def _page(self, path: str, what: str) -> dict[str, object]:
        """A page by the newer of two calls, which brings no related pages along.

        A wiki on somebody's own server may be too old to have it.
        """
        try:
            value = self._object(f"{self._pages}/{path}", what)
        except MissingError:
            if self._tried:
                raise
            value = self._object(f"pages/{path}", what)
            self._pages = "pages"
        self._tried = True
        return value

    def _object(self, path: str, what: str) -> dict[str, object]:
        value, _ = self._json(path, what)
        if not isinstance(value, dict):
            raise _unexpected(what, "it is no object")
        return value

    def _json(self, path: str, what: str) -> tuple[object, Reply]:
        return self.client.get(
            f"{self.client.origin}/api/{path}", partial(self._check, what), what=what, most=_MOST
        )

    def _check(self, what: str, reply: Reply) -> tuple[object, Reply]:
        """The JSON of an answer."""
        value: object = None
        broken = ""
        try:
            value = json.loads(reply.data)
        except (ValueError, RecursionError):
            html = reply.data.lstrip()[:1] == b"<"
            broken = "it is a web page" if html else "it is no JSON, or broken"
        if reply.status != HTTPStatus.OK:
            raise self._error(what, reply.status, value)
        if broken:
            raise _unexpected(what, broken)
        return value, reply

    def _error(self, what: str, status: int, value: object) -> ClientError:
        """What a status means here. The wiki's own words say most, where it has some."""
        said = value.get("message") if isinstance(value, dict) else None
        words = self.client.hide(said) if isinstance(said, str) else ""
        head = status_words(status) + (f" ({words})" if words else "")
        kind = self.client.kind
        sent = kind.value if kind else ""
        raised, advice = self._meaning(status, kind, sent)
        return raised(what, f"{head}: {advice}")

    @staticmethod
    def _meaning(status: int, kind: Kind | None, sent: str) -> tuple[type[ClientError], str]:
        match status:
            case HTTPStatus.NOT_FOUND:
                return MissingError, "look at the spelling of the name"
            case HTTPStatus.BAD_REQUEST if kind is Kind.SERVICE:
                return StopError, f"the key in {sent} is for another project, or is none"
            case HTTPStatus.UNAUTHORIZED if kind is None:
                return StopError, (
                    "only members may read this; put what you may read it with into one of "
                    f"{', '.join(kind.value for kind in Kind)}"
                )
            case HTTPStatus.UNAUTHORIZED:
                return StopError, f"what is in {sent} is not valid, or no longer"
            case HTTPStatus.FORBIDDEN if kind is None:
                return StopError, "this server does not let you in; look at --url"
            case HTTPStatus.FORBIDDEN:
                return StopError, f"the owner of {sent} is no member of this project"
            case HTTPStatus.TOO_MANY_REQUESTS:
                return StopError, "the server has had too many requests; try again later"
            case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return ClientError, "try again later"
            case _:
                return ClientError, "this is not what a wiki answers; look at --url"


def status_words(status: int) -> str:
    """A status and its usual words: ``404 Not Found``."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _part(text: str) -> str:
    """*text* as one part of a path."""
    part = quote(text, safe="", errors="replace")
    return part.replace(".", "%2E") if part in (".", "..") else part


def _listed(entry: object, what: str) -> Listed:
    if not isinstance(entry, dict):
        raise _unexpected(what, "a page is no object")
    id, title, updated = (entry.get(name) for name in ("id", "title", "updated"))
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise _unexpected(what, "a page has no id")
    if not isinstance(title, str) or not title:
        raise _unexpected(what, f"the page of the id {id} has no title")
    if not _is_number(updated):
        raise _unexpected(what, f"page {title!r} has no time of its last change")
    return Listed(id, title, int(updated))


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1e12


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value)


def _is_line(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("text"), str)


def _unexpected(what: str, why: str) -> ClientError:
    return ClientError(
        what, f"the answer is not what a wiki answers ({why}); look at --url, or try again later"
    )
