"""TODO: say what this file is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from sphinx_scrapbox.snapshot.lockfile import Lock


@dataclass(frozen=True, slots=True)
class Position:
    line: int
    column: int = 0


@dataclass(slots=True)
class CheckedPage:
    """What is kept of a page until all are read."""

    path: str
    title: str = ""
    line: int = 0
    native: bool = False
    project: str = ""
    digests: tuple[str, ...] = ()
    links: dict[tuple[str, str], None] = field(default_factory=dict)
    icons: dict[tuple[str, str], Position] = field(default_factory=dict)
    anchors: dict[tuple[str, str], Position] = field(default_factory=dict)
    damaged: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)


class CheckedLock(NamedTuple):
    path: str
    lock: Lock
    rows: tuple[int, ...]


def lock_rows(text: str) -> tuple[int, ...]:
    """The numbers of the lines that are rows of a lock file."""
    return tuple(number for number, line in enumerate(text.split("\n"), 1) if line.strip())


def folder_of(path: str) -> str:
    """The folder of a file, with its slash; empty for the folder that is checked."""
    return path[: path.rfind("/") + 1]
