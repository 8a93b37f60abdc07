"""What a list is asked to show, and the rows that it shows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LEAST = 10
"""Rows of a list that has controls without being asked for them."""


class ListQuery(NamedTuple):
    """What a list shows. Names and days are "" and numbers 0 where they set no limit."""

    kind: str
    """``pages``, ``wanted``, ``people`` or ``stale``."""
    shape: str = "list"
    """``list``, ``table`` or ``cards``."""
    tag: str = ""
    person: str = ""
    title: str = ""
    since: str = ""
    until: str = ""
    sort: str = "title"
    reverse: bool = False
    limit: int = 0
    least: int = 2
    project: str = ""
    empty: str = ""
    """The text in place of an empty list."""
    controls: str = ""
    """``yes``, ``no``, or "" for controls on long lists."""

    def has_controls(self, count: int) -> bool:
        """Whether a list of so many pages can be filtered and sorted by its readers."""
        if self.kind != "pages" or self.controls == "no":
            return False
        return count >= LEAST or (self.controls == "yes" and count > 1)

    def text(self) -> str:
        """The query as a node and the facts keep it."""
        return json.dumps(self._asdict(), ensure_ascii=False)


class PageRow(NamedTuple):
    """A page in a list; what the list's shape does not show is empty."""

    docname: str
    title: str
    updated: str = ""
    linked: int = 0
    summary: str = ""
    image: str = ""


class WantedRow(NamedTuple):
    """A missing page; ``linking`` holds docnames and titles."""

    project: str
    title: str
    total: int
    linking: tuple[tuple[str, str], ...]


class PersonRow(NamedTuple):
    """A speaker; ``pages`` holds docnames, titles and numbers of turns."""

    target: str
    label: str
    turns: int
    total: int
    pages: tuple[tuple[str, str, int], ...]


class StaleRow(NamedTuple):
    """A translation that is older than its source; days as ISO writes them."""

    docname: str
    title: str
    source: str
    source_title: str
    source_language: str
    translated: str
    changed: str
    days: int
    lines: int


Rows = Sequence[PageRow | WantedRow | PersonRow | StaleRow]


def docnames_of(rows: Rows) -> Iterator[str]:
    """The documents that rows link to."""
    for row in rows:
        if isinstance(row, WantedRow):
            yield from (docname for docname, _title in row.linking)
        elif isinstance(row, PersonRow):
            yield from (docname for docname, _title, _turns in row.pages)
        else:
            yield row.docname
