"""Plans the update of a folder to the pages of an export: one step a page, and the new lock.

Nothing is written here; :func:`.transaction.apply_plan` does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256
from itertools import chain, count

from sphinx_scrapbox.formats.project import ProjectPage
from sphinx_scrapbox.snapshot.filenames import file_key, file_stem
from sphinx_scrapbox.snapshot.folder import PAGE_SUFFIX, SnapshotFolder
from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, LockedPicture, is_picture_file
from sphinx_scrapbox.wiki.titles import key


class Change(Enum):
    """What happens to a page's file."""

    NEW = "new"
    CHANGED = "changed"
    RENAMED = "renamed"
    """The page has a new title; its file keeps its name."""
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    EDITED = "edited"
    """The file was edited by hand and is kept as it is."""
    RELEASED = "released"
    """The page no longer exists, but its file was edited by hand: only its row is removed."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one page. ``data`` is the new content of its file; None writes nothing."""

    change: Change
    file: str
    title: str
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of an update, and the lock that the folder will have.

    ``notes`` are messages for users. ``new_pictures`` are files that the lock names and the
    folder lacks, ``unused_pictures`` those that no row names any more; both are sorted.
    """

    lock: Lock
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    new_pictures: tuple[str, ...] = ()
    unused_pictures: tuple[str, ...] = ()

    def count(self, change: Change) -> int:
        """The number of pages with this change."""
        return sum(step.change is change for step in self.steps)

    @property
    def writes(self) -> list[Step]:
        """The steps that write a file."""
        return [step for step in self.steps if step.data is not None]


def plan_update(
    folder: SnapshotFolder,
    pages: Sequence[ProjectPage],
    header: Lock,
    *,
    pictures: Iterable[LockedPicture] | None = None,
    unchanged: Sequence[LockedPage] = (),
) -> Plan:
    """How *folder* comes to hold *pages* and *unchanged*, and no other pages.

    :param header: the new lock without its pages and pictures.
    :param pictures: the pictures that the folder will have; None keeps the present ones.
    :param unchanged: rows from :meth:`.SnapshotFolder.unchanged_row`.
    :raises FolderError: if the folder holds another project, or cannot be read.
    """
    everything: list[ProjectPage | LockedPage] = [*pages, *unchanged]
    folder.check_project(header.project, {page.id for page in everything})
    planner = _Planner(folder, everything)
    for page in sorted(everything, key=lambda page: page.id):
        if isinstance(page, LockedPage):
            planner.keep(page)
        else:
            planner.place(page)
    planner.remove_others()
    picture_rows = tuple(folder.kept_pictures() if pictures is None else pictures)
    named = {row.file for row in picture_rows if row.file}
    if wrong := [file for file in named if not is_picture_file(file)]:
        raise ValueError(f"not the name of a picture: {wrong[0]!r}")
    present = folder.picture_files()
    return Plan(
        replace(header, pages=tuple(planner.rows), pictures=picture_rows),
        tuple(planner.steps),
        tuple(planner.names.notes),
        tuple(sorted(named - present)),
        tuple(file for file in sorted(present - named) if folder.is_intact(file)),
    )


def page_bytes(page: ProjectPage) -> bytes:
    """The content of a page's file: a line for each row, the title's first."""
    return "\n".join((*page.rows, "")).encode()


class _Planner:
    """Decides page by page, and collects the steps and the rows of the new lock."""

    def __init__(self, folder: SnapshotFolder, pages: Sequence[ProjectPage | LockedPage]) -> None:
        self.steps: list[Step] = []
        self.rows: list[LockedPage] = []
        self.names = _FileNames(folder.documents(), (row.file for row in folder.known_pages))
        self._folder = folder
        self._titles = {key(page.title) for page in pages}
        self._by_id: dict[str, LockedPage] = {}
        for row in folder.known_pages:
            self._by_id.setdefault(row.id, row)
        # Pages that lost their id, as in an export without metadata, are known by title.
        ids = {page.id for page in pages}
        self._by_title = {key(row.title): row for row in self._by_id.values() if row.id not in ids}

    def keep(self, row: LockedPage) -> None:
        """Keep a page that has not changed in the wiki."""
        locked = self._folder.lock.by_file.get(row.file)
        if row.hash not in self._folder.digests(row.file):
            change = Change.EDITED
        elif locked is None:  # written by a transaction that was interrupted
            change = Change.NEW
        elif row.title != locked.title:
            change = Change.RENAMED
        else:
            change = Change.UNCHANGED if row.hash == locked.hash else Change.CHANGED
        self.steps.append(Step(change, row.file, row.title))
        self.rows.append(replace(row, earlier_titles=_earlier_titles(row, self._titles)))

    def place(self, page: ProjectPage) -> None:
        """Write a page to its file, unless that has its content or was edited by hand."""
        old = self._by_id.get(page.id) or self._by_title.pop(key(page.title), None)
        data = page_bytes(page)
        digest = sha256(data).hexdigest()
        digests = self._folder.digests
        file = old.file if old else self.names.choose(page, lambda name: digest in digests(name))
        earlier = _earlier_titles(old, self._titles) if old else ()
        row = LockedPage(
            page.id,
            page.title,
            file,
            page.created,
            page.updated,
            digest,
            page.line_ids,
            page.line_times,
            earlier,
        )
        is_renamed = old is not None and old.title != page.title
        change = Change.RENAMED if is_renamed else Change.CHANGED if old else Change.NEW
        present = digests(file)
        if digest in present:
            if old and old.hash == digest and not is_renamed:
                change = Change.UNCHANGED
            step = Step(change, file, page.title)
        elif not present or present & self._folder.written_hashes.get(file, set()):
            step = Step(change, file, page.title, data)
        else:
            step = Step(Change.EDITED, file, page.title)
            if old:
                row = replace(old, id=page.id, title=page.title, earlier_titles=earlier)
        self.steps.append(step)
        self.rows.append(row)

    def remove_others(self) -> None:
        """Remove the files of pages that no longer exist, unless they were edited by hand."""
        kept = {row.file for row in self.rows}
        others = {row.file: row for row in self._folder.known_pages if row.file not in kept}
        for row in others.values():
            present = self._folder.digests(row.file)
            if not present and row.file not in self._folder.lock.by_file:
                continue  # an interrupted transaction did not come to write it
            is_ours = not present or present & self._folder.written_hashes[row.file]
            change = Change.REMOVED if is_ours else Change.RELEASED
            self.steps.append(Step(change, row.file, row.title))


class _FileNames:
    """Chooses names for the files of new pages that clash with no file in any file system."""

    def __init__(self, present: Iterable[str], locked: Iterable[str]) -> None:
        self.notes: list[str] = []
        self._taken = {_stem_key(file) for file in locked}
        self._foreign: dict[str, list[str]] = defaultdict(list)
        for name in sorted(present):
            self._foreign[_stem_key(name)].append(name)

    def choose(self, page: ProjectPage, has_content: Callable[[str], bool]) -> str:
        """A free name; the name of a file outside of the lock if *has_content* accepts it."""
        blocked = ""
        salts = chain(["", key(page.title)], (f"{page.id} {number}" for number in count()))
        for stem in (file_stem(page.title, salt=salt) for salt in salts):
            file, folded = f"{stem}{PAGE_SUFFIX}", file_key(stem)
            if folded in self._taken:
                continue
            foreign = self._foreign.get(folded, [])
            if foreign and not (foreign == [file] and has_content(file)):
                blocked = blocked or foreign[0]
                continue
            self._taken.add(folded)
            if blocked:
                self.notes.append(
                    f"{blocked!r} is not from an export: page {page.title!r} goes to {file!r}"
                )
            return file
        raise AssertionError("the names never end")


def _stem_key(file: str) -> str:
    return file_key(file.rpartition(".")[0])


def _earlier_titles(old: LockedPage, current: Container[str]) -> tuple[str, ...]:
    """The earlier titles of a page, without those that a page has now; *current* holds keys."""
    titles: dict[str, str] = {}
    for title in (*old.earlier_titles, old.title):
        titles.pop(key(title), None)  # of a title that it had twice, the later time counts
        if title and key(title) not in current:
            titles[key(title)] = title
    return tuple(titles.values())
