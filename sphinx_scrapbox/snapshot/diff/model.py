"""The types of snapshots and of their differences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

_BATCH = 400  # pages whose texts are in memory together


class Row(NamedTuple):
    """One row of a page: its indentation level, and its text without indentation or list mark.

    An empty row is ``Row(0, "")``.
    """

    depth: int
    text: str


class PageText(NamedTuple):
    """The rows of a page below its title.

    ``ids`` is empty or holds one id for each row; ``first`` is the number of the first row in its
    file, from 1; ``marks`` are as in :class:`PageState`.
    """

    rows: tuple[Row, ...]
    ids: tuple[str, ...] = ()
    first: int = 1
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PageState:
    """What a snapshot knows of a page before its text is read.

    ``file`` is relative to the snapshot; ``updated`` is in Unix seconds, 0 if unknown. ``marks``
    are names of the content: pages that share one have the same text. ``line_ids`` are those of
    the rows below the title, empty if unknown.
    """

    title: str
    file: str
    id: str = ""
    project: str = ""
    updated: int = 0
    marks: frozenset[str] = frozenset()
    line_ids: tuple[str, ...] = ()


def no_texts(pages: Sequence[PageState]) -> list[PageText | None]:
    """The ``read`` of a snapshot without texts: None for each page."""
    return [None] * len(pages)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The pages of a wiki at one time. ``name`` identifies the snapshot in reports.

    ``time`` is when it was taken, in Unix seconds, 0 if unknown. ``read`` returns the text of
    each of the given pages, None for one that cannot be read.
    """

    name: str = ""
    pages: tuple[PageState, ...] = ()
    project: str = ""
    time: int = 0
    read: Callable[[Sequence[PageState]], Sequence[PageText | None]] = field(
        default=no_texts, repr=False, compare=False
    )

    def texts(self, pages: Sequence[PageState]) -> Iterator[PageText | None]:
        """The text of each of *pages*, read in batches to keep few in memory."""
        for start in range(0, len(pages), _BATCH):
            yield from self.read(pages[start : start + _BATCH])


class PageKind(Enum):
    """What happened to a page."""

    NEW = "new"
    CHANGED = "changed"
    RENAMED = "renamed"
    """The title changed; the lines may have changed, too."""
    GONE = "gone"


class LineKind(Enum):
    """What happened to a row, or to consecutive rows."""

    ADDED = "added"
    REMOVED = "removed"
    EDITED = "edited"
    MOVED = "moved"
    """To another place on the page, perhaps at another level."""
    SHIFTED = "shifted"
    """Indented or outdented in the same place."""
    MOVED_OUT = "moved_out"
    """To another page."""
    MOVED_IN = "moved_in"
    """From another page."""


class PagePlace(NamedTuple):
    """Another page of a comparison; ``file`` is "" for one that is gone."""

    title: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class LineChange:
    """A change of consecutive rows; an edited row is a change of its own.

    ``old`` and ``new`` are the numbers, from 0, of the first row in the old and in the new page;
    for added and removed rows, one of them is where the rows would be. Rows that moved to another
    page count as removed there, those that came from one as added.
    """

    kind: LineKind
    old: int
    new: int
    before: tuple[Row, ...] = ()
    after: tuple[Row, ...] = ()
    moved: bool = False
    """The edited row was also moved."""
    below: str = ""
    """Of rows that moved on their page: the text of the row above them now, "" for none."""
    page: PagePlace | None = None
    """The page that rows moved to or came from."""

    @property
    def shift(self) -> int:
        """How many levels deeper the rows are than before."""
        pairs = zip(self.before, self.after, strict=False)
        return next((new.depth - old.depth for old, new in pairs if old.text or new.text), 0)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as they are now, or as they were last."""
        return self.after or self.before

    @property
    def is_blank(self) -> bool:
        """Whether none of the rows has text."""
        return not any(row.text for row in (*self.before, *self.after))


@dataclass(frozen=True, slots=True)
class PageChange:
    """What happened to one page. ``title`` and ``file`` are the old ones only if it is gone.

    ``old_title`` and ``old_file`` are "" if unchanged. ``lines`` is empty if a snapshot has no
    texts; of a new page, it holds only rows that came from another page. ``first`` and
    ``old_first`` are the numbers of the first row in the two files, from 1. ``digest`` is a hash
    of the new text.
    """

    kind: PageKind
    title: str
    file: str
    old_title: str = ""
    old_file: str = ""
    id: str = ""
    project: str = ""
    updated: int = 0
    lines: tuple[LineChange, ...] = ()
    counted: tuple[tuple[LineKind, int], ...] = ()
    """How many rows of each kind changed, as far as that is known without ``lines``."""
    first: int = 1
    old_first: int = 1
    digest: str = ""

    def count(self, kind: LineKind) -> int:
        """How many rows with text have a change of this kind."""
        counted = sum(count_filled(change.rows) for change in self.lines if change.kind is kind)
        return counted or dict(self.counted).get(kind, 0)

    @property
    def added(self) -> int:
        """How many rows with text were added."""
        return self.count(LineKind.ADDED)

    @property
    def removed(self) -> int:
        """How many rows with text were removed."""
        return self.count(LineKind.REMOVED)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes, by kind of change, then by title."""

    old: Snapshot
    new: Snapshot
    pages: tuple[PageChange, ...] = ()

    def of(self, kind: PageKind) -> list[PageChange]:
        """The pages with this kind of change."""
        return [page for page in self.pages if page.kind is kind]


def count_filled(rows: Iterable[Row]) -> int:
    """The number of rows with text."""
    return sum(bool(row.text) for row in rows)
