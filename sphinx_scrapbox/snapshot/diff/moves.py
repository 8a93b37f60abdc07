"""Rows that moved from one page to another, which only their ids can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from sphinx_scrapbox.snapshot.diff.model import (
    LineChange,
    LineKind,
    PageChange,
    PageKind,
    PagePlace,
    PageState,
    Snapshot,
)

_MOVES = {LineKind.REMOVED: LineKind.MOVED_OUT, LineKind.ADDED: LineKind.MOVED_IN}
_KINDS_ON_ONE_PAGE = {moved: kind for kind, moved in _MOVES.items()}


class PageChangeWithIds(NamedTuple):
    """A change of a page, and the ids of its rows before and after as far as they are known.

    If the texts are unknown, these are the ids of all rows. A page that is gone has no ids after,
    a new one none before.
    """

    change: PageChange
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    state: PageState | None = None
    """The new state of the page; None if it is gone."""


def with_moves(pages: Sequence[PageChangeWithIds], new: Snapshot) -> list[PageChange]:
    """The changes of *pages*, with rows that moved between them as moved.

    Of *new*, only the texts of new pages with such rows are read.
    """
    sources, targets = _places(pages, LineKind.REMOVED), _places(pages, LineKind.ADDED)
    moved = sources.keys() & targets.keys()
    if not moved:
        return [page.change for page in pages]
    places = {
        LineKind.REMOVED: {row_id: targets[row_id] for row_id in moved},
        LineKind.ADDED: {row_id: sources[row_id] for row_id in moved},
    }
    rows_of_new = _rows_of_new_pages(pages, moved, new)
    changes = []
    for page in pages:
        change = page.change
        if change.file in rows_of_new and change.kind is PageKind.NEW:
            change = replace(change, lines=rows_of_new[change.file])
        if change.lines:
            change = _split(change, page, places)
        elif page.before and page.after:
            change = replace(change, counted=tuple(_counted(page, moved)))
        changes.append(change)
    return changes


def without_moves(page: PageChange, is_hidden: Callable[[PagePlace], bool]) -> PageChange:
    """*page* without saying that rows moved to or came from a page that is hidden."""
    lines = tuple(
        replace(change, kind=_KINDS_ON_ONE_PAGE[change.kind], page=None)
        if change.page and change.kind in _KINDS_ON_ONE_PAGE and is_hidden(change.page)
        else change
        for change in page.lines
    )
    if page.kind is PageKind.NEW:
        lines = tuple(change for change in lines if change.page)
    return replace(page, lines=lines) if lines != page.lines else page


def _places(pages: Iterable[PageChangeWithIds], kind: LineKind) -> dict[str, PagePlace]:
    """The page of each row that was removed from its page, or that was added to one, by id."""
    places: dict[str, PagePlace] = {}
    for page in pages:
        change = page.change
        ids, others = page.before, page.after
        if kind is LineKind.ADDED:
            ids, others = others, ids
        if not ids:
            continue
        place = PagePlace(change.title, "" if change.kind is PageKind.GONE else change.file)
        if change.lines:
            for row_id in _ids_of(change, ids, kind):
                places.setdefault(row_id, place)
        elif others or change.kind in (PageKind.NEW, PageKind.GONE):
            other_ids = set(others)
            for row_id in ids:
                if row_id and row_id not in other_ids:
                    places.setdefault(row_id, place)
    return places


def _ids_of(change: PageChange, ids: Sequence[str], kind: LineKind) -> Iterator[str]:
    for line in change.lines:
        if line.kind is kind:
            start = line.old if kind is LineKind.REMOVED else line.new
            yield from filter(None, ids[start : start + len(line.rows)])


def _rows_of_new_pages(
    pages: Iterable[PageChangeWithIds], moved: Iterable[str], new: Snapshot
) -> dict[str, tuple[LineChange, ...]]:
    """All rows of each new page that has a row of *moved*, as added, by file."""
    moved = frozenset(moved)
    states = [
        page.state
        for page in pages
        if page.state and page.change.kind is PageKind.NEW and not moved.isdisjoint(page.after)
    ]
    return {
        state.file: (LineChange(LineKind.ADDED, 0, 0, (), text.rows),)
        for state, text in zip(states, new.texts(states), strict=True)
        if text and text.ids
    }


def _split(
    change: PageChange,
    page: PageChangeWithIds,
    places: Mapping[LineKind, Mapping[str, PagePlace]],
) -> PageChange:
    """The change with added and removed rows in runs, one for each page they moved to or from."""
    lines: list[LineChange] = []
    for line in change.lines:
        ids = page.before if line.kind is LineKind.REMOVED else page.after
        start = line.old if line.kind is LineKind.REMOVED else line.new
        if line.kind not in _MOVES or not ids:
            lines.append(line)
            continue
        by_id = places[line.kind]
        row_places = [by_id.get(row_id) for row_id in ids[start : start + len(line.rows)]]
        lines += _runs(line, row_places)
    if change.kind is PageKind.NEW:
        lines = [line for line in lines if line.page]
    return replace(change, lines=tuple(lines))


def _runs(line: LineChange, places: Sequence[PagePlace | None]) -> Iterator[LineChange]:
    at = 0
    for place, run in groupby(places):
        end = at + len(list(run))
        kind = _MOVES[line.kind] if place else line.kind
        if line.kind is LineKind.REMOVED:
            yield replace(
                line, kind=kind, old=line.old + at, before=line.before[at:end], page=place
            )
        else:
            yield replace(line, kind=kind, new=line.new + at, after=line.after[at:end], page=place)
        at = end


def _counted(page: PageChangeWithIds, moved: Iterable[str]) -> Iterator[tuple[LineKind, int]]:
    """The counts of a page without texts: the lines added and removed, by their ids."""
    moved = frozenset(moved)
    before, after = frozenset(page.before), frozenset(page.after)
    for kind, ids in ((LineKind.ADDED, after - before), (LineKind.REMOVED, before - after)):
        if count := len(ids - moved):
            yield kind, count
        if count := len(ids & moved):
            yield _MOVES[kind], count
