"""A pull: request the pages that a folder lacks, until there is a complete snapshot.

The page list says what changed, so only those pages are requested. Each is stored in the stage as
soon as it arrives, so that an interrupted run can continue. The folder itself changes once all
pages are there: see :mod:`sphinx_scrapbox.snapshot.transaction`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import NamedTuple

from sphinx_scrapbox.formats.project import ProjectPage, load_page, page_of
from sphinx_scrapbox.remote.api import Api, Listed
from sphinx_scrapbox.remote.errors import ClientError, MissingError, StopError
from sphinx_scrapbox.remote.listing import PullError, compare_with_folder, list_selected
from sphinx_scrapbox.remote.stage import Stage
from sphinx_scrapbox.snapshot import Lock, LockedPage, SnapshotFolder
from sphinx_scrapbox.snapshot.selection import Selection, links_of, select

_MAX_ROUNDS = 5
_MAX_MISSING = 10
_MAX_ERRORS = 5

Progress = Callable[[int], AbstractContextManager[Callable[[], object]]]


class Fetched(NamedTuple):
    """The pages that were fetched, and those that do not exist."""

    pages: list[ProjectPage]
    missing: list[Listed]
    notes: list[str]


def fetch(
    api: Api, stage: Stage, pages: Sequence[Listed], progress: Callable[[], object] = lambda: None
) -> Fetched:
    """Request pages over a few connections, except those in *stage*.

    :param progress: called after each page, in this thread.
    :raises PullError: if a page cannot be fetched; the others stay in *stage*.
    """
    by_id: dict[str, tuple[ProjectPage, list[str]]] = {}
    missing: list[Listed] = []
    failed: list[ClientError] = []
    queue = iter(pages)
    with ThreadPoolExecutor(api.client.pace.connections) as pool:
        try:
            pending: dict[Future[dict[str, object]], Listed] = {}
            while True:
                while len(pending) < api.client.pace.connections:
                    if (page := next(queue, None)) is None:
                        break
                    if (entry := stage.get(page)) is not None:
                        by_id[page.id] = _read(entry, page)
                        progress()
                    else:
                        pending[pool.submit(_fetch, api, stage, page)] = page
                if not pending:
                    break
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    page = pending.pop(future)
                    try:
                        by_id[page.id] = _read(future.result(), page)
                    except MissingError:
                        missing.append(page)
                    except StopError as error:
                        raise PullError(_failures([*failed, error])) from error
                    except ClientError as error:
                        failed.append(error)
                    progress()
        except BaseException:
            api.client.stop()
            raise
    if failed:
        raise PullError(_failures(failed))
    fetched = [by_id[page.id] for page in pages if page.id in by_id]
    notes = [note for _, page_notes in fetched for note in page_notes]
    missing.sort(key=lambda page: page.id)
    return Fetched([page for page, _ in fetched], missing, notes)


def _fetch(api: Api, stage: Stage, page: Listed) -> dict[str, object]:
    entry = api.page(page)
    stage.put(page, entry)
    return entry


def _read(entry: dict[str, object], page: Listed) -> tuple[ProjectPage, list[str]]:
    notes: list[str] = []
    read = load_page(entry, notes)
    return read if read.updated else replace(read, updated=page.updated), notes


def _failures(failed: Sequence[ClientError]) -> str:
    first, last = failed[: _MAX_ERRORS - 1], failed[-1]
    rows = [str(error) for error in first]
    if len(failed) > _MAX_ERRORS:
        rows.append(f"and {len(failed) - _MAX_ERRORS} pages more like these")
    if len(failed) >= _MAX_ERRORS:
        rows.append(str(last))
    return "\n".join(rows)


@dataclass(frozen=True, slots=True)
class PulledSnapshot:
    """What the folder will hold: fetched pages, and the lock's rows of unchanged ones."""

    pages: tuple[ProjectPage, ...]
    standing: tuple[LockedPage, ...]
    notes: tuple[str, ...]
    left_out: int

    def exported(self, lock: Lock) -> int:
        """The Unix time of the newest change in the snapshot; never before that of *lock*.

        Not the time of the pull: pulling an unchanged wiki again must not change the lock.
        """
        return max([lock.exported, *(page.updated for page in self.everything)])

    @property
    def everything(self) -> list[ProjectPage | LockedPage]:
        """All pages, sorted by id."""
        pages: list[ProjectPage | LockedPage] = [*self.pages, *self.standing]
        return sorted(pages, key=lambda page: page.id)


def pull_pages(
    api: Api,
    store: SnapshotFolder,
    stage: Stage,
    selection: Selection,
    *,
    refresh: bool = False,
    progress: Progress = lambda _: nullcontext(lambda: None),
) -> PulledSnapshot:
    """Request the pages that the folder lacks.

    If pages are renamed or deleted meanwhile, the page list is read again.

    :param refresh: request all pages.
    :param progress: opened with the number of pages; the result is called after each page.
    :raises PullError: if there is no complete snapshot.
    :raises FolderError: if the folder cannot be read.
    """
    before: list[Listed] = []
    for _ in range(_MAX_ROUNDS):
        pages, left_out = list_selected(api, selection)
        store.check_project(api.project, {page.id for page in pages})
        comparison = compare_with_folder(store, pages, refresh=refresh)
        with progress(len(comparison.wanted)) as step:
            fetched = fetch(api, stage, comparison.wanted, step)
        if not fetched.missing or fetched.missing == before:
            break
        before = fetched.missing
    missing = fetched.missing
    if len(missing) > _MAX_MISSING:
        raise PullError(
            f"page {missing[0].title!r}: the wiki lists it, but says that there is no such page; "
            f"the same for {len(missing) - 1} other pages: try again later"
        )
    selected, standing = fetched.pages, list(comparison.standing)
    if selection.exclude_tags:
        # The links that the wiki listed may be older than the pages.
        excluded = Selection(exclude_tags=selection.exclude_tags)
        selected = [page for page in selected if _matches(page, excluded)]
        standing = [row for row in standing if _matches(as_page(store, row), excluded)]
        left_out += len(fetched.pages) + len(comparison.standing) - len(selected) - len(standing)
    notes = fetched.notes + [
        f"page {page.title!r} is listed, but the wiki says that there is no such page: left out; "
        "the next pull asks for it again"
        for page in missing
    ]
    return PulledSnapshot(tuple(selected), tuple(standing), tuple(notes), left_out)


def _matches(page: ProjectPage, selection: Selection) -> bool:
    return bool(select(selection, [page.title], [links_of(page_of(page))]))


def as_page(store: SnapshotFolder, row: LockedPage) -> ProjectPage:
    """A page of the folder, with the current lines of its file."""
    rows = store.read_rows(row) or (row.title,)
    return ProjectPage(row.id, row.title, row.created, row.updated, rows)
