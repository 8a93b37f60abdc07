"""A pull: what the wiki has that a folder has not, and how it gets there.

The list of pages tells what changed, so only those pages are asked for. Each is put into a
folder of its own below the pages as soon as it is there; a run that breaks off leaves them to
the next one. The pages themselves change when all are there, and all at once: see :mod:`.store`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from sphinx_scrapbox.formats.project import ProjectPage, load_page, page_of
from sphinx_scrapbox.remote.api import Api, Listed
from sphinx_scrapbox.remote.errors import ClientError, MissingError, StopError
from sphinx_scrapbox.remote.listing import SnapshotError, compare, survey
from sphinx_scrapbox.remote.stage import Stage
from sphinx_scrapbox.snapshot.folder import SnapshotFolder
from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage
from sphinx_scrapbox.snapshot.selection import Selection, links_of, select

_ROUNDS = 5
_MOST_UNREADABLE = 10
_MOST_TOLD = 5


Progress = Callable[[int], AbstractContextManager[Callable[[], object]]]


@dataclass(slots=True)
class Fetched:
    """What became of the pages that were asked for."""

    pages: list[ProjectPage] = field(default_factory=list)
    missing: list[Listed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def fetch(
    api: Api,
    stage: Stage,
    pages: Sequence[Listed],
    progress: Callable[[], object] = lambda: None,
) -> Fetched:
    """Ask for pages, a few at a time, but not for what *stage* has.

    :param progress: is called after each page, in this thread.
    :raises SnapshotError: if one of them cannot be had; those that could are kept.
    """
    found: dict[str, tuple[ProjectPage, list[str]]] = {}
    result = Fetched()
    failed: list[ClientError] = []
    queue = iter(pages)
    with ThreadPoolExecutor(api.client.pace.connections) as pool:
        try:
            under_way: dict[Future[dict[str, object]], Listed] = {}
            while True:
                while len(under_way) < api.client.pace.connections:
                    if (page := next(queue, None)) is None:
                        break
                    if (entry := stage.get(page)) is not None:
                        found[page.id] = _read(entry, page)
                        progress()
                    else:
                        under_way[pool.submit(_fetch, api, stage, page)] = page
                if not under_way:
                    break
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    page = under_way.pop(future)
                    try:
                        found[page.id] = _read(future.result(), page)
                    except MissingError:
                        result.missing.append(page)
                    except StopError as error:
                        raise SnapshotError(_failures([*failed, error])) from error
                    except ClientError as error:
                        failed.append(error)
                    progress()
        except BaseException:
            api.client.stop()
            raise
    if failed:
        raise SnapshotError(_failures(failed))
    for page in pages:
        if page.id in found:
            read, notes = found[page.id]
            result.pages.append(read)
            result.notes += notes
    result.missing.sort(key=lambda page: page.id)
    return result


def _fetch(api: Api, stage: Stage, page: Listed) -> dict[str, object]:
    entry = api.page(page)
    stage.put(page, entry)
    return entry


def _read(entry: dict[str, object], page: Listed) -> tuple[ProjectPage, list[str]]:
    notes: list[str] = []
    found = load_page(entry, notes)
    return found if found.updated else replace(found, updated=page.updated), notes


def _failures(failed: Sequence[ClientError]) -> str:
    first, last = failed[: _MOST_TOLD - 1], failed[-1]
    rows = [str(error) for error in first]
    if len(failed) > _MOST_TOLD:
        rows.append(f"and {len(failed) - _MOST_TOLD} pages more like these")
    if len(failed) >= _MOST_TOLD:
        rows.append(str(last))
    return "\n".join(rows)


# -- all of it -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the folder is to hold: pages that were fetched, and rows of those that are there."""

    pages: tuple[ProjectPage, ...]
    standing: tuple[LockedPage, ...]
    notes: tuple[str, ...]
    left_out: int

    def exported(self, lock: Lock) -> int:
        """The time that the snapshot shows the wiki at: that of the newest change in it.

        So whoever pulls the same state of the wiki gets the same, and who pulls it again changes
        nothing. It never goes back.
        """
        return max([lock.exported, *(page.updated for page in self.everything)])

    @property
    def everything(self) -> list[ProjectPage | LockedPage]:
        """All pages, in the order of their ids."""
        pages: list[ProjectPage | LockedPage] = [*self.pages, *self.standing]
        return sorted(pages, key=lambda page: page.id)


def take(
    api: Api,
    store: SnapshotFolder,
    stage: Stage,
    selection: Selection,
    *,
    afresh: bool = False,
    progress: Progress = lambda _: nullcontext(lambda: None),
) -> Snapshot:
    """Ask the wiki for what the folder lacks.

    Pages that get another title or vanish while this goes on make it look at the list again.

    :param afresh: ask for all pages, be they here or not.
    :param progress: is told how many pages are to come; what it opens is called after each.
    :raises SnapshotError: if it cannot be had in one piece.
    :raises FolderError: if the folder cannot be read.
    """
    before: list[Listed] = []
    for _ in range(_ROUNDS):
        pages, left_out = survey(api, selection)
        store.check_project(api.project, {page.id for page in pages})
        comparison = compare(store, pages, afresh=afresh)
        with progress(len(comparison.wanted)) as step:
            fetched = fetch(api, stage, comparison.wanted, step)
        if not fetched.missing or fetched.missing == before:
            break
        before = fetched.missing
    missing = fetched.missing
    if len(missing) > _MOST_UNREADABLE:
        raise SnapshotError(
            f"page {missing[0].title!r}: the list has it, but the wiki says that there is no such "
            f"page, and so with {len(missing) - 1} others: try again later"
        )
    pages_in, standing = fetched.pages, list(comparison.standing)
    if selection.exclude_tags:
        # What was asked of the wiki may be older than what it gave.
        excluded = replace(Selection(), exclude_tags=selection.exclude_tags)
        pages_in = [page for page in pages_in if _is_meant(page, excluded)]
        standing = [row for row in standing if _is_meant(as_page(store, row), excluded)]
        left_out += len(fetched.pages) + len(comparison.standing) - len(pages_in) - len(standing)
    notes = [*fetched.notes]
    notes += [
        f"page {page.title!r} is in the list, but the wiki says that there is no such page: left "
        "out, and asked for again by the next pull"
        for page in missing
    ]
    return Snapshot(tuple(pages_in), tuple(standing), tuple(notes), left_out)


def _is_meant(page: ProjectPage, selection: Selection) -> bool:
    return bool(select(selection, [page.title], [links_of(page_of(page))]))


def as_page(store: SnapshotFolder, row: LockedPage) -> ProjectPage:
    """A page that is here already, as its file has it now."""
    rows = store.rows(row) or (row.title,)
    return ProjectPage(row.id, row.title, row.created, row.updated, rows)
