"""``scrapbox.lock``: what a folder of ``.scrapbox`` files was made from.

Text, one JSON object a line, so that a difference in version control shows only real changes:
first the project, then one row a page, in the order of page ids (a rename moves no row).

.. code-block:: json

   {"scrapbox-lock": 1, "project": "garden", "exported": 1767225600, "private": false}
   {"id": "…", "title": "…", "file": "…", "created": 0, "updated": 0, "hash": "…", "lines": []}
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

NAME = "scrapbox.lock"
VERSION = 1


class LockError(ValueError):
    """The text is no lock file of this version; the message says where and why."""


@dataclass(frozen=True, slots=True)
class LockedPage:
    """One page: times are Unix seconds, ``hash`` is the SHA-256 of the file's bytes.

    ``file`` is relative to the lock file, with forward slashes; ``line_ids`` is empty or
    holds the id of each row of the file, the title's first; so does ``line_times`` with the
    times of each row's last change.
    """

    id: str
    title: str
    file: str
    created: int = 0
    updated: int = 0
    hash: str = ""
    line_ids: tuple[str, ...] = ()
    line_times: tuple[int, ...] = ()

    def matches(self, text: str) -> bool:
        """Whether *text* is that of the file as it was locked, however lines end in it.

        In a file that was edited by hand, ids and times would slip to other lines.
        """
        if not self.hash:
            return True
        return self.hash == sha256(text.replace("\r\n", "\n").encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Lock:
    """A project's pages. ``private``: links to pages that are not here must not be made."""

    project: str = ""
    exported: int = 0
    private: bool = False
    pages: tuple[LockedPage, ...] = ()
    by_file: dict[str, LockedPage] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_file", {page.file: page for page in self.pages})


def dump_lock(lock: Lock) -> str:
    """The text of a lock file; equal locks give equal text."""
    head = {
        "scrapbox-lock": VERSION,
        "project": lock.project,
        "exported": lock.exported,
        "private": lock.private,
    }
    rows = [head, *map(_row, sorted(lock.pages, key=lambda page: (page.id, page.file)))]
    return "".join(
        f"{json.dumps(row, ensure_ascii=False, separators=(', ', ': '))}\n" for row in rows
    )


def _row(page: LockedPage) -> dict[str, object]:
    row: dict[str, object] = {
        "id": page.id,
        "title": page.title,
        "file": page.file,
        "created": page.created,
        "updated": page.updated,
        "hash": page.hash,
    }
    if page.line_ids:
        row["lines"] = list(page.line_ids)
    if page.line_times:
        row["times"] = list(page.line_times)
    return row


def load_lock(text: str) -> Lock:
    """Read the text of a lock file.

    :raises LockError: if it is not one, names the line.
    """
    rows = [line for line in text.split("\n") if line.strip()]
    if not rows:
        raise LockError("the lock file is empty")
    head = _object(rows[0], 1)
    if head.get("scrapbox-lock") != VERSION:
        raise LockError(f"line 1: not a lock file of version {VERSION}")
    return Lock(
        project=_text(head, "project"),
        exported=_number(head, "exported"),
        private=head.get("private") is True,
        pages=tuple(_pages(rows[1:])),
    )


def _pages(rows: Iterable[str]) -> Iterable[LockedPage]:
    for number, row in enumerate(rows, 2):
        entry = _object(row, number)
        if not _text(entry, "file"):
            raise LockError(f"line {number}: a page without a file")
        lines, times = entry.get("lines", ()), entry.get("times", ())
        yield LockedPage(
            id=_text(entry, "id"),
            title=_text(entry, "title"),
            file=_text(entry, "file"),
            created=_number(entry, "created"),
            updated=_number(entry, "updated"),
            hash=_text(entry, "hash"),
            line_ids=tuple(map(str, lines)) if isinstance(lines, list) else (),
            line_times=tuple(time if isinstance(time, int) else 0 for time in times)
            if isinstance(times, list)
            else (),
        )


def _object(row: str, number: int) -> dict[str, object]:
    try:
        value = json.loads(row)
    except ValueError as error:
        raise LockError(f"line {number}: {error}") from error
    if not isinstance(value, dict):
        raise LockError(f"line {number}: not an object")
    return value


def _text(entry: dict[str, object], name: str) -> str:
    value = entry.get(name, "")
    return value if isinstance(value, str) else ""


def _number(entry: dict[str, object], name: str) -> int:
    value = entry.get(name, 0)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
