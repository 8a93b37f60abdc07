"""TODO: say what this file is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

# -- snapshots -------------------------------------------------------------------------


class Row(NamedTuple):
    """One row of a page: its level, and its text without the mark of it. A blank one has none."""

    depth: int
    text: str


class PageText(NamedTuple):
    """The rows of a page below its title.

    ``ids`` is empty or holds one for each row; ``first`` is the number of the first row in its
    file, ``marks`` as in :class:`PageState`.
    """

    rows: tuple[Row, ...]
    ids: tuple[str, ...] = ()
    first: int = 1
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PageState:
    """A page as a snapshot knows it before its text is read.

    ``file`` is relative to the snapshot, ``updated`` Unix seconds or 0. Two pages with a mark in
    common have the same text; ``line_ids`` are those of its rows below the title, where known.
    """

    title: str
    file: str
    id: str = ""
    project: str = ""
    updated: int = 0
    marks: frozenset[str] = frozenset()
    line_ids: tuple[str, ...] = ()


def no_texts(pages: Sequence[PageState]) -> list[PageText | None]:
    """What a snapshot reads that has no texts."""
    return [None] * len(pages)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The pages of a wiki at one time. ``name`` is what a reader knows it by.

    ``time`` is when it was taken in Unix seconds, 0 if nothing tells. ``read`` gives the text of
    each page that it is handed, None for one that cannot be read.
    """

    name: str = ""
    pages: tuple[PageState, ...] = ()
    project: str = ""
    time: int = 0
    read: Callable[[Sequence[PageState]], Sequence[PageText | None]] = field(
        default=no_texts, repr=False, compare=False
    )


# -- changes ---------------------------------------------------------------------------


class PageKind(Enum):
    """What happened to a page."""

    NEW = "new"
    CHANGED = "changed"
    RENAMED = "renamed"
    """It has another title, and its lines may have changed, too."""
    GONE = "gone"


class LineKind(Enum):
    """What happened to a row, or to several that stand together."""

    ADDED = "added"
    REMOVED = "removed"
    EDITED = "edited"
    MOVED = "moved"
    """Elsewhere on the page, perhaps at another level."""
    SHIFTED = "shifted"
    """In the same place, at another level."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """A change of rows that stand together; an edited row stands alone.

    ``old`` and ``new`` are the numbers, from 0, of the first row in the old and in the new page;
    of rows that are only in the other, where they would stand.
    """

    kind: LineKind
    old: int
    new: int
    before: tuple[Row, ...] = ()
    after: tuple[Row, ...] = ()
    moved: bool = False
    """The edited row also went elsewhere."""

    @property
    def shift(self) -> int:
        """How many levels deeper the rows are than before."""
        pairs = zip(self.before, self.after, strict=False)
        return next((now.depth - was.depth for was, now in pairs if was.text or now.text), 0)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as they are now, or as they were last."""
        return self.after or self.before

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to be read in any of the rows."""
        return not any(row.text for row in (*self.before, *self.after))


@dataclass(frozen=True, slots=True)
class PageChange:
    """What happened to one page. ``title`` and ``file`` are the new ones, if it has any.

    ``was`` is the earlier title of a page that was renamed, ``old_file`` its earlier file.
    ``lines`` is empty where a snapshot has no texts: ``added`` and ``removed`` count rows then
    too, as far as ids tell. ``first`` and ``old_first`` are the numbers of the first row in
    either file; ``digest`` is a name of what the page says now.
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
    added: int = 0
    removed: int = 0
    first: int = 1
    old_first: int = 1
    digest: str = ""

    def count(self, kind: LineKind) -> int:
        """How many rows with text meet *kind*."""
        if kind is LineKind.ADDED:
            return self.added
        if kind is LineKind.REMOVED:
            return self.removed
        return sum(count_filled(one.rows) for one in self.lines if one.kind is kind)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that changed: by kind, and within one by title."""

    old: Snapshot
    new: Snapshot
    pages: tuple[PageChange, ...] = ()

    def of(self, kind: PageKind) -> list[PageChange]:
        """The pages that something happened to."""
        return [page for page in self.pages if page.kind is kind]


ORDER = {kind: place for place, kind in enumerate(PageKind)}


def count_filled(rows: Iterable[Row]) -> int:
    return sum(bool(row.text) for row in rows)
