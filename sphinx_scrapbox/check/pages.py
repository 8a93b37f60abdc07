"""What the checker keeps of pages and locks until all are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from sphinx_scrapbox.snapshot.lockfile import Lock


class Position(NamedTuple):
    """Line and column from 1; a column of 0 is unknown."""

    line: int
    column: int = 0


@dataclass(slots=True)
class CheckedPage:
    """What is kept of a page. Links, icons and anchors are pairs of project and title.

    ``aliases`` are other titles of the page. ``digests`` are the SHA-256 of a native file with its
    line ends and with those of Unix;
    ``damaged`` holds, with the number of the first, lines that have damaged brackets.
    ``named_by_file`` is true of exported pages without front matter: the file name is the title.
    """

    path: str
    title: str = ""
    line: int = 0
    native: bool = False
    project: str = ""
    digests: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    links: dict[tuple[str, str], None] = field(default_factory=dict)
    icons: dict[tuple[str, str], Position] = field(default_factory=dict)
    anchors: dict[tuple[str, str], Position] = field(default_factory=dict)
    damaged: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    named_by_file: bool = False


class CheckedLock(NamedTuple):
    """A lock, and the line number of each of its rows."""

    path: str
    lock: Lock
    rows: tuple[int, ...]
