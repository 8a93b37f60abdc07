"""The part of the wiki's HTTP API that a snapshot needs.

Answers are not trusted: one without the documented shape counts as a failed request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import NamedTuple, TypeGuard
from urllib.parse import quote, urlencode

from sphinx_scrapbox.formats.untrusted_json import InvalidJsonError, load_json
from sphinx_scrapbox.remote.client import Client, Reply
from sphinx_scrapbox.remote.credentials import CredentialKind
from sphinx_scrapbox.remote.errors import ClientError, MissingError, StopError

WINDOW = 1000
"""The maximum number of pages in one answer of the page list."""

_MAX_BYTES = 32_000_000  # bytes of a list; one of a thousand pages has two or three million
_MAX_PAGE_BYTES = 16_000_000
MAX_WINDOWS = 1000
"""The maximum number of requests for one list: a million pages, with full answers."""
_MAX_ENTRIES = 10 * WINDOW  # in one answer
_ID = re.compile(r"[0-9A-Za-z]{1,64}")


class ProjectInfo(NamedTuple):
    """A project's current name, and whether it is public (None if not known)."""

    name: str
    public: bool | None


class Listed(NamedTuple):
    """A page in the page list; ``updated`` is the Unix time of its last change."""

    id: str
    title: str
    updated: int


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the page list.

    ``count`` is the number of pages with content in the whole list; ``is_full`` says that the
    part has as many pages as one answer can have.
    """

    count: int
    pages: tuple[Listed, ...]
    is_full: bool


class Api:
    """The requests for one project. All raise :class:`.errors.ClientError`."""

    def __init__(self, client: Client, project: str) -> None:
        self.client = client
        self.project = project
        self._pages = "pages/v2"
        self._confirmed = False

    def project_info(self) -> ProjectInfo:
        """The project's name, and whether it is public."""
        if self.client.kind is CredentialKind.SERVICE:
            return ProjectInfo(self.project, None)  # a service account gets 401 here
        what = f"project {self.project!r}"
        value = self._object(f"projects/{_part(self.project)}", what)
        name, public = value.get("name"), value.get("publicVisible")
        if not isinstance(name, str) or not name or "/" in name:
            raise _unexpected(what, "it has no name")
        self.client.refuse_credential(what, name, least=8)
        return ProjectInfo(name, public if isinstance(public, bool) else None)

    def window(self, skip: int) -> Window:
        """Up to a thousand pages of the list, from index *skip* on.

        Sorted by time of creation, the one order that edits do not change.
        """
        query = urlencode({"limit": WINDOW, "skip": skip, "sort": "created"})
        what = f"the list of pages of {self.project!r}"
        value = self._object(f"pages/{_part(self.project)}?{query}", what)
        count, entries = value.get("count"), value.get("pages")
        if not _is_number(count) or not isinstance(entries, list):
            raise _unexpected(what, "it has no 'count' and 'pages'")
        limit = value.get("limit")
        if len(entries) > _MAX_ENTRIES:
            raise _unexpected(what, "it is too long")
        size = min(limit, WINDOW) if _is_number(limit) and limit else WINDOW
        pages = tuple(_listed(entry, what) for entry in entries)
        for page in pages:
            self.client.refuse_credential(what, page.title, least=8)
        return Window(count, pages, len(pages) >= size)

    def links(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The id of each page, and the titles of all pages that it links to, also by tag."""
        what = f"the links between the pages of {self.project!r}"
        following = ""
        seen: set[str] = set()
        for _ in range(MAX_WINDOWS):
            before = len(seen)
            query = f"?{urlencode({'followingId': following})}" if following else ""
            value, reply = self._json(f"pages/{_part(self.project)}/search/titles{query}", what)
            if not isinstance(value, list):
                raise _unexpected(what, "it is not a list")
            if len(value) > _MAX_ENTRIES:
                raise _unexpected(what, "it is too long")
            for entry in value:
                links = entry.get("links") if isinstance(entry, dict) else None
                if links is None or not isinstance(links, list):
                    raise _unexpected(what, "a page has no links")
                seen.add(str(entry.get("id")))
                yield str(entry.get("id")), tuple(filter(_is_text, links))
            following = reply.headers.get("X-following-id", "").strip()
            if not following:
                return
            if len(seen) == before:
                break
        raise _unexpected(what, "it does not end")

    def page(self, page: Listed) -> dict[str, object]:
        """A page with its lines.

        :raises MissingError: if no page has that title (the wiki lists pages that are linked to
            but not written), or another page has it now.
        """
        what = f"page {page.title!r}"
        value = self._page(f"{_part(self.project)}/{_part(page.title)}", what)
        if value.get("persistent") is False:
            raise MissingError(what, "it is not written yet")
        if value.get("id") != page.id:
            if not _is_text(value.get("id")):
                raise _unexpected(what, "it has no id")
            raise MissingError(what, "another page has that title now")
        lines = value.get("lines")
        if not isinstance(lines, list) or not all(map(_is_line, lines)):
            raise _unexpected(what, "it has no lines")
        if not _is_text(value.get("title")):
            raise _unexpected(what, "it has no title")
        return value

    def _page(self, path: str, what: str) -> dict[str, object]:
        """A page, by the newer of two endpoints, which leaves related pages out.

        A self-hosted wiki may be too old to have it.
        """
        try:
            value = self._object(f"{self._pages}/{path}", what, _MAX_PAGE_BYTES)
        except MissingError:
            if self._confirmed:
                raise
            value = self._object(f"pages/{path}", what, _MAX_PAGE_BYTES)
            self._pages = "pages"
        self._confirmed = True
        return value

    def _object(self, path: str, what: str, max_bytes: int = _MAX_BYTES) -> dict[str, object]:
        value, _ = self._json(path, what, max_bytes)
        if not isinstance(value, dict):
            raise _unexpected(what, "it is not an object")
        return value

    def _json(self, path: str, what: str, max_bytes: int = _MAX_BYTES) -> tuple[object, Reply]:
        return self.client.get(
            f"{self.client.origin}/api/{path}",
            partial(self._check, what),
            what=what,
            max_bytes=max_bytes,
        )

    def _check(self, what: str, reply: Reply) -> tuple[object, Reply]:
        """The JSON value of an answer."""
        value: object = None
        broken = ""
        try:
            value = load_json(reply.data)
        except InvalidJsonError:
            html = reply.data.lstrip()[:1] == b"<"
            broken = "it is a web page" if html else "it is not valid JSON"
        if reply.status != HTTPStatus.OK:
            raise self._error(what, reply.status, value)
        if broken:
            raise _unexpected(what, broken)
        return value, reply

    def _error(self, what: str, status: int, value: object) -> ClientError:
        """The error for a status, with the wiki's own message where it has one."""
        message = value.get("message") if isinstance(value, dict) else None
        words = self.client.hide(message) if isinstance(message, str) else ""
        head = status_words(status) + (f" ({words})" if words else "")
        error_type, advice = self._meaning(status)
        return error_type(what, f"{head}: {advice}")

    def _meaning(self, status: int) -> tuple[type[ClientError], str]:
        kind = self.client.kind
        sent = kind.value if kind else ""
        match status:
            case HTTPStatus.NOT_FOUND:
                return MissingError, "check the spelling of the name"
            case HTTPStatus.BAD_REQUEST if kind is CredentialKind.SERVICE:
                return StopError, f"the key in {sent} is for another project, or is not valid"
            case HTTPStatus.UNAUTHORIZED if kind is None:
                *names, last = (kind.value for kind in CredentialKind)
                return StopError, f"members only: set {', '.join(names)} or {last}"
            case HTTPStatus.UNAUTHORIZED:
                return StopError, f"the credential in {sent} is not valid, or has expired"
            case HTTPStatus.FORBIDDEN if kind is None:
                return StopError, "this server denies access; check --url"
            case HTTPStatus.FORBIDDEN:
                return StopError, f"the owner of {sent} is not a member of this project"
            case HTTPStatus.TOO_MANY_REQUESTS:
                return StopError, "too many requests; try again later"
            case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return ClientError, "try again later"
            case _:
                return ClientError, "a wiki does not answer like this; check --url"


def status_words(status: int) -> str:
    """A status with its phrase: ``404 Not Found``."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _part(text: str) -> str:
    """*text* as one segment of a path."""
    part = quote(text, safe="", errors="replace")
    return part.replace(".", "%2E") if part in (".", "..") else part


def _listed(entry: object, what: str) -> Listed:
    if not isinstance(entry, dict):
        raise _unexpected(what, "a page is not an object")
    id, title, updated = (entry.get(name) for name in ("id", "title", "updated"))
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise _unexpected(what, "a page has no id")
    if not isinstance(title, str) or not title:
        raise _unexpected(what, f"the page with id {id} has no title")
    if not _is_number(updated):
        raise _unexpected(what, f"page {title!r} has no time of last change")
    return Listed(id, title, int(updated))


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1e12


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value)


def _is_line(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("text"), str)


def _unexpected(what: str, why: str) -> ClientError:
    return ClientError(
        what, f"a wiki does not answer like this ({why}); check --url, or try again later"
    )
