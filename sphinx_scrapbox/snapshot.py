"""A pull: what the wiki has that a folder has not, and how it gets there.

The list of pages tells what changed, so only those pages are asked for. Each is put into a
folder of its own below the pages as soon as it is there; a run that breaks off leaves them to
the next one. The pages themselves change when all are there, and all at once: see :mod:`.store`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256
from pathlib import Path

from .api import Api, Listed
from .client import ClientError, MissingError, StopError
from .lockfile import Lock, LockedPage
from .readers.project import ProjectPage, load_page, one_line, page_of
from .selection import Selection, links_of, select
from .store import Store
from .titles import key

STAGE = ".scrapbox-pull"
"""The folder that keeps what was fetched until all is there."""

_WALKS = 5
_ROUNDS = 5
_MOST_UNREADABLE = 10
_MOST_TOLD = 5
_OURS = re.compile(r"(?:[0-9A-Za-z]{1,64}-\d+|[0-9a-f]{64})\.(?:json|picture|tmp)")


Progress = Callable[[int], AbstractContextManager[Callable[[], object]]]


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


def compare(store: Store, pages: Iterable[Listed], *, afresh: bool = False) -> Comparison:
    """What *pages* are to the folder; *afresh* wants all of them again.

    :raises StoreError: if the folder cannot be read.
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


# -- fetching --------------------------------------------------------------------------


class Stage:
    """What was fetched, until all is there: pages by id and time of change, and pictures.

    A file is there wholly or not at all. What cannot be read counts as not fetched.
    """

    def __init__(self, folder: Path) -> None:
        """Keep them in *folder*, the pages' own.

        :raises SnapshotError: if their place there is a link to elsewhere.
        """
        self._folder = folder / STAGE
        if self._folder.is_symlink():
            raise SnapshotError(f"{self._folder} is a link, and must be none")

    def get(self, page: Listed) -> dict[str, object] | None:
        """The body of *page*, if it was fetched as it is now."""
        try:
            value = json.loads(self._path(page).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        good = isinstance(value, dict) and value.get("id") == page.id
        return value if good and isinstance(value.get("lines"), list) else None

    def put(self, page: Listed, entry: dict[str, object]) -> None:
        """Keep what matters of a body: nothing of who wrote, saw or liked what."""
        value = {name: entry.get(name) for name in ("id", "title", "created", "updated")}
        value["lines"] = [
            {name: line.get(name) for name in ("id", "text", "created", "updated")}
            for line in _lines(entry)
        ]
        self._write(self._path(page), json.dumps(value).encode())

    def picture(self, name: str) -> Path:
        """Where the picture is, or would be, that was fetched under *name*."""
        digest = sha256(name.encode("utf-8", "replace")).hexdigest()
        return self._folder / f"{digest}.picture"

    def put_picture(self, name: str, data: bytes) -> Path:
        """Keep a picture."""
        path = self.picture(name)
        self._write(path, data)
        return path

    def _write(self, path: Path, data: bytes) -> None:
        draft = path.with_suffix(".tmp")
        try:
            self._make()
            draft.write_bytes(data)
            draft.replace(path)
        except OSError as error:
            raise SnapshotError(
                f"nothing was changed: cannot write {path}: {error.strerror}"
            ) from error

    def clear(self) -> None:
        """Remove all that was kept, and the folder if nothing else is in it."""
        with suppress(OSError):
            for path in self._folder.iterdir():
                if _OURS.fullmatch(path.name) or path.name == ".gitignore":
                    path.unlink()
            self._folder.rmdir()

    def _path(self, page: Listed) -> Path:
        return self._folder / f"{page.id}-{page.updated}.json"

    def _make(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            # Half a pull is nothing to commit.
            (self._folder / ".gitignore").write_text("*\n", encoding="ascii")


def _lines(entry: dict[str, object]) -> Iterator[dict[str, object]]:
    lines = entry.get("lines")
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict):
            yield line


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


def take(
    api: Api,
    store: Store,
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
    :raises StoreError: if the folder cannot be read.
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


def as_page(store: Store, row: LockedPage) -> ProjectPage:
    """A page that is here already, as its file has it now."""
    rows = store.rows(row) or (row.title,)
    return ProjectPage(row.id, row.title, row.created, row.updated, rows)
