"""The page list of a project, and how it differs from a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from sphinx_scrapbox.formats.project import one_line
from sphinx_scrapbox.remote.api import MAX_WINDOWS, Api, Listed
from sphinx_scrapbox.snapshot import LockedPage, SnapshotFolder
from sphinx_scrapbox.snapshot.selection import Selection, select
from sphinx_scrapbox.wiki.titles import key

_MAX_READS = 5


class PullError(Exception):
    """No consistent snapshot is available; the message says why and what to do."""


class PageStatus(Enum):
    """How a page of the wiki compares with the folder."""

    NEW = "new"
    CHANGED = "changed"
    RENAMED = "renamed"
    GONE = "gone"
    SAME = "same"


def read_list(api: Api) -> list[Listed]:
    """All pages of the project, once each.

    The list may change while it is read, window by window. It did if a page appears in two windows
    or there are fewer pages than the list counts; then it is read again. Pages seen in earlier
    reads count as well, as long as the number of pages stays the same. More pages than counted are
    fine: the count leaves out pages without content.

    :raises PullError: if the list keeps changing.
    """
    union: dict[str, Listed] = {}
    counted = -1
    for _ in range(_MAX_READS):
        walk = _walk_list(api)
        if walk.is_consistent:
            return list(walk.pages.values())
        if walk.counts != {counted}:
            union.clear()
        counted = min(walk.counts) if len(walk.counts) == 1 else -1
        for page in walk.pages.values():
            if page.updated >= union.get(page.id, page).updated:
                union[page.id] = page
        if len(union) == counted:
            return list(union.values())
    raise PullError(
        f"the list of pages of {api.project!r} keeps changing "
        f"({len(walk.pages)} pages, {max(walk.counts)} expected): "
        "try again later"
    )


class _Walk(NamedTuple):
    """One reading of the page list: the pages by id, and what tells whether it changed meanwhile.

    ``counts`` are the numbers of all pages in the answers; ``has_twice``: a page was there twice.
    """

    pages: dict[str, Listed]
    counts: set[int]
    has_twice: bool

    @property
    def is_consistent(self) -> bool:
        """Whether the list did not change meanwhile, as far as can be told."""
        is_one = len(self.counts) == 1 and not self.has_twice
        return is_one and len(self.pages) >= max(self.counts)


def _walk_list(api: Api) -> _Walk:
    """Read the page list up to the end that its first answer announced.

    :raises PullError: if it does not end.
    """
    pages: dict[str, Listed] = {}
    counts: list[int] = []
    has_twice = False
    skip = 0
    for _ in range(MAX_WINDOWS):
        window = api.window(skip)
        counts.append(window.count)
        before = len(pages)
        for page in window.pages:
            first = pages.setdefault(page.id, page)
            has_twice = has_twice or first is not page
            if page.updated > first.updated:
                pages[page.id] = page
        skip += len(window.pages)
        # A later answer that counts more pages does not make the list longer: it is read again.
        goes_on = skip < counts[0] or (window.is_full and skip > counts[0])
        if not goes_on or len(pages) == before:
            return _Walk(pages, set(counts), has_twice)
    raise PullError(
        f"the list of pages of {api.project!r} does not end: {MAX_WINDOWS} requests brought "
        f"{len(pages)} pages, and {max(counts)} are announced; check --url"
    )


def select_pages(api: Api, pages: Sequence[Listed], selection: Selection) -> list[Listed]:
    """The pages that *selection* matches; the wiki is asked for links if it needs them.

    :raises SelectionError: if the selection names a page that does not exist.
    """
    links: list[frozenset[str]] = []
    if selection.needs_links:
        by_id = {id: frozenset(map(key, titles)) for id, titles in api.links()}
        if unknown := next((page for page in pages if page.id not in by_id), None):
            raise PullError(
                f"page {unknown.title!r}: the wiki does not list its links, so it is not known "
                "whether it is selected: try again later"
            )
        links = [by_id[page.id] for page in pages]
    return [pages[index] for index in select(selection, [page.title for page in pages], links)]


class Difference(NamedTuple):
    """A page and its state; ``was`` is its title in the folder if that differs."""

    state: PageStatus
    title: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class FolderComparison:
    """The page list compared with a folder.

    ``wanted`` are the pages to request, ``standing`` the lock's rows of those that are up to date.
    """

    differences: tuple[Difference, ...]
    wanted: tuple[Listed, ...]
    standing: tuple[LockedPage, ...]

    def count(self, state: PageStatus) -> int:
        """The number of pages in that state."""
        return sum(page.state is state for page in self.differences)

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to pull."""
        return all(page.state is PageStatus.SAME for page in self.differences)


def compare_with_folder(
    store: SnapshotFolder, pages: Sequence[Listed], *, refresh: bool = False
) -> FolderComparison:
    """Compare the page list with the folder; *refresh* requests all pages again.

    :raises FolderError: if the folder cannot be read.
    """
    rows = {row.id: row for row in store.lock.pages}
    ids = {page.id for page in pages}
    # Pages from exports without ids are matched by title.
    by_title = {key(row.title): row for row in rows.values() if row.id not in ids}
    differences, wanted, standing = [], [], []
    for page in pages:
        title = one_line(page.title)
        current = None if refresh else store.unchanged_row(page.id, title, page.updated)
        if current:
            standing.append(current)
        else:
            wanted.append(page)
        row = rows.get(page.id) or by_title.pop(key(title), None)
        if row is None:
            state, was = PageStatus.NEW, ""
        elif row.title != title:
            state, was = PageStatus.RENAMED, row.title
        else:
            state, was = (PageStatus.SAME if current else PageStatus.CHANGED), ""
        differences.append(Difference(state, title, was))
    differences += [Difference(PageStatus.GONE, row.title) for row in by_title.values()]
    return FolderComparison(tuple(differences), tuple(wanted), tuple(standing))


def list_selected(api: Api, selection: Selection) -> tuple[list[Listed], int]:
    """The selected pages of the project, and the number of others.

    :raises PullError: if there are no pages, or the list is not consistent.
    :raises SelectionError: if the selection names a page that does not exist.
    """
    everything = read_list(api)
    if not everything:
        raise PullError(f"the wiki lists no page of {api.project!r}, so nothing was changed")
    pages = select_pages(api, everything, selection)
    if not pages:
        raise PullError(
            f"none of the {len(everything)} pages matches the options, so nothing was changed"
        )
    return pages, len(everything) - len(pages)
