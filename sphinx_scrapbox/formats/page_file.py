"""The page of a file, from its text and its row in the lock file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.wiki.ast import Page


class LockRow(Protocol):
    """The attributes of :class:`.lockfile.LockedPage` that are used here."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def created(self) -> int: ...
    @property
    def updated(self) -> int: ...
    @property
    def line_ids(self) -> Sequence[str]: ...
    def matches(self, text: str) -> bool:
        """Whether the text is unchanged since it was locked, so that ``line_ids`` apply."""


def native_page(text: str, *, name: str, row: LockRow | None = None, project: str = "") -> Page:
    """The page of a ``.scrapbox`` file.

    Its title is that of the row, else the first line, else *name*, the stem of the file.
    """
    page = read_lines(
        text.removesuffix("\n").split("\n"),
        ids=row.line_ids if row and row.matches(text) else (),
        title=(row.title if row else "") or None,
    )
    if row:
        page = replace(page, id=row.id, created=row.created, updated=row.updated)
    title = page.title if page.title.strip() else name
    return replace(page, title=title, project=project)
