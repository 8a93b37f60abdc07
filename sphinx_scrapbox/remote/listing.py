"""TODO: say what this file is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from sphinx_scrapbox.formats.project import one_line
from sphinx_scrapbox.remote.api import Api, Listed
from sphinx_scrapbox.snapshot.folder import SnapshotFolder
from sphinx_scrapbox.snapshot.lockfile import LockedPage
from sphinx_scrapbox.snapshot.selection import Selection, select
from sphinx_scrapbox.wiki.titles import key

_WALKS = 5


class SnapshotError(Exception):
    """There is no whole snapshot to be had; the message says why and what to do."""


class State(Enum):
    """What a page of the wiki is to the folder."""

    NEW = "new"
    CHANGED = "changed"
    RENAMED = "renamed"
    GONE = "gone"
    SAME = "same"


# -- what the wiki has -----------------------------------------------------------------


def walk(api: Api) -> list[Listed]:
    """All pages that the project lists, once each.

    The list moves while it is read. If it did, a window has a page again that the last one had,
    or there are fewer pages than it counts; then it is read once more. Pages that were seen on
    the way there count, as long as no page came or went. More pages than it counts are no sign:
    it does not count those without content.

    :raises SnapshotError: if it never stands still.
    """
    union: dict[str, Listed] = {}
    counted = -1
    for _ in range(_WALKS):
        seen: dict[str, Listed] = {}
        counts = set()
        twice = False
        skip = 0
        while True:
            window = api.window(skip)
            counts.add(window.count)
            before = len(seen)
            for page in window.pages:
                known = seen.setdefault(page.id, page)
                twice = twice or known is not page
                if page.updated > known.updated:
                    seen[page.id] = page
            skip += len(window.pages)
            goes_on = skip < window.count or (window.is_full and skip > window.count)
            if not goes_on or len(seen) == before:
                break
        if not twice and len(counts) == 1 and len(seen) >= window.count:
            return list(seen.values())
        if counts != {counted}:
            union.clear()
        counted = window.count if len(counts) == 1 else -1
        for page in seen.values():
            if page.updated >= union.get(page.id, page).updated:
                union[page.id] = page
        if len(union) == counted:
            return list(union.values())
    raise SnapshotError(
        f"the list of pages of {api.project!r} does not agree with itself "
        f"({len(seen)} pages, said to be {window.count}): try again when fewer people write"
    )


def choose(api: Api, pages: Sequence[Listed], selection: Selection) -> list[Listed]:
    """Those of *pages* that are asked for; what links where is a question to the wiki.

    :raises SelectionError: if the selection names a page that is not there.
    """
    if not selection:
        return list(pages)
    links: list[frozenset[str]] = []
    if selection.needs_links:
        found = {id: frozenset(map(key, titles)) for id, titles in api.links()}
        if unknown := next((page for page in pages if page.id not in found), None):
            raise SnapshotError(
                f"page {unknown.title!r}: the wiki does not tell what it links to, so there is no "
                "telling whether it is meant: try again later"
            )
        links = [found[page.id] for page in pages]
    return [pages[at] for at in select(selection, [page.title for page in pages], links)]


# -- what the folder lacks -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A page, and what it is to the folder; ``was`` is its title there if that is another."""

    state: State
    title: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The wiki's list beside a folder.

    ``wanted`` are the pages to ask for, ``standing`` the rows of those that are here.
    """

    differences: tuple[Difference, ...]
    wanted: tuple[Listed, ...]
    standing: tuple[LockedPage, ...]

    def count(self, state: State) -> int:
        """How many pages are in that state."""
        return sum(one.state is state for one in self.differences)

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to pull."""
        return all(one.state is State.SAME for one in self.differences)


def compare(store: SnapshotFolder, pages: Iterable[Listed], *, afresh: bool = False) -> Comparison:
    """What *pages* are to the folder; *afresh* wants all of them again.

    :raises FolderError: if the folder cannot be read.
    """
    pages = list(pages)
    rows = {row.id: row for row in store.lock.pages}
    ids = {page.id for page in pages}
    # What came without ids, such as from some exports, is known by its title.
    by_title = {key(row.title): row for row in rows.values() if row.id not in ids}
    differences, wanted, standing = [], [], []
    for page in pages:
        title = one_line(page.title)
        found = None if afresh else store.find(page.id, title, page.updated)
        if found:
            standing.append(found)
        else:
            wanted.append(page)
        row = rows.get(page.id) or by_title.pop(key(title), None)
        if row is None:
            state, was = State.NEW, ""
        elif row.title != title:
            state, was = State.RENAMED, row.title
        else:
            state, was = (State.SAME if found else State.CHANGED), ""
        differences.append(Difference(state, title, was))
    gone = [row for row in rows.values() if row.id not in ids]
    left = {row.id for row in by_title.values()}
    differences += [Difference(State.GONE, row.title) for row in gone if row.id in left]
    return Comparison(tuple(differences), tuple(wanted), tuple(standing))


def survey(api: Api, selection: Selection) -> tuple[list[Listed], int]:
    """The pages that are asked for, and how many others there are.

    :raises SnapshotError: if there is none, or no telling.
    :raises SelectionError: if the selection names a page that is not there.
    """
    everything = walk(api)
    if not everything:
        raise SnapshotError(f"the wiki lists no page of {api.project!r}, so nothing was changed")
    pages = choose(api, everything, selection)
    if not pages:
        raise SnapshotError(f"none of the {len(everything)} pages meets what was asked for")
    return pages, len(everything) - len(pages)
