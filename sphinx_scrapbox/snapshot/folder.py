"""A folder of ``.scrapbox`` files and its lock: what an export changes there, and the change.

:meth:`SnapshotFolder.plan` only looks. :meth:`SnapshotFolder.apply` first writes every new file
into a folder of its own beside the pages, then the new lock, which from there on tells what the
run was about to do; only then do files change places, each in one step, and the lock comes last.
Wherever that breaks off, each file is the old one or the new one, and the next run knows both for its own.

What was written by hand is never touched: a file is replaced or removed only if its content is
what this module once put there. Icons and images that were fetched lie in a folder of their own,
each named by what it holds: written once, never changed, removed when no row names it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property, partial
from hashlib import sha256
from itertools import chain, count
from pathlib import Path, PurePosixPath

from sphinx_scrapbox.formats.project import ProjectPage
from sphinx_scrapbox.snapshot.filenames import file_key, file_stem
from sphinx_scrapbox.snapshot.lockfile import (
    IMAGE_SUFFIXES,
    LOCK_NAME,
    PICTURE_FOLDER,
    Lock,
    LockedPage,
    LockedPicture,
    LockError,
    dump_lock,
    is_picture_file,
    load_lock,
)
from sphinx_scrapbox.snapshot.transaction import (
    MANY,
    FolderError,
    blocks,
    reason,
    sync_folder,
    write,
)
from sphinx_scrapbox.wiki.titles import key

if sys.platform != "win32":
    import fcntl

PAGE_SUFFIX = ".scrapbox"
STAGING_FOLDER = ".scrapbox-unpack"
"""The folder in which a run prepares its files; gone when the run is done."""

_OURS = re.compile(r"[0-9]+\.(?:tmp|lock)")
_DOCUMENTS = frozenset({PAGE_SUFFIX, ".md", ".rst", ".txt"})  # what would share the page's docname
_HASH = 32  # so many digits of a file's hash are its name


class Change(Enum):
    """What happens to a page's file."""

    NEW = "new"
    CHANGED = "changed"
    RENAMED = "renamed"
    """The page has a new title; its file keeps its name."""
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    EDITED = "edited"
    """The file was edited by hand, and stays so."""
    RELEASED = "released"
    """The page is gone, but its file was edited by hand: it stays, and leaves the lock."""


@dataclass(frozen=True, slots=True)
class Step:
    """One page's share of a plan. ``data`` is what to write, if anything."""

    change: Change
    file: str
    title: str
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to happen to a folder. ``lock`` is the lock that it will have.

    ``arriving`` names the fetched files that rows of the lock name and the folder lacks, and
    ``leaving`` those that the folder has and no row names any more, sorted.
    """

    lock: Lock
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    arriving: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()

    def count(self, change: Change) -> int:
        """How many pages meet *change*."""
        return sum(step.change is change for step in self.steps)

    @property
    def writes(self) -> list[Step]:
        """The steps that write a file."""
        return [step for step in self.steps if step.data is not None]


@contextmanager
def exclusive_lock(folder: Path) -> Iterator[None]:
    """Make *folder* if it is not there, and work in it while no other run does.

    Two at once would take each other's files for their own. A run that dies lets go by itself.
    Where the system cannot lock a folder, such as on Windows, this does not look.

    :raises FolderError: if another run is at work there.
    """
    made = not folder.is_dir()
    number = -1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if sys.platform != "win32":
            number = os.open(folder, os.O_RDONLY)
            _lock(number)
    except BlockingIOError as error:
        os.close(number)
        raise FolderError(f"another run is at work in {folder}: wait until it is done") from error
    except OSError as error:
        raise FolderError(f"cannot write {folder}: {error.strerror}") from error
    try:
        yield
    finally:
        if made:
            with suppress(OSError):  # something is in it now
                folder.rmdir()
        if number >= 0:
            os.close(number)


def _lock(number: int) -> None:
    """Lock an open file, where its file system can; raises BlockingIOError if it is locked."""
    if sys.platform != "win32":
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:  # some that lie elsewhere in the network cannot
            pass


def page_bytes(page: ProjectPage) -> bytes:
    """The bytes of a page's file: a row a line, the title's first."""
    return "\n".join((*page.rows, "")).encode()


def picture_file_name(data: bytes | Path, suffix: str) -> str:
    """The name of a file that was fetched, made from what it holds: ``_files/HASH.suffix``.

    :param data: the bytes, or a file that holds them; that is read in blocks.
    :param suffix: one of :data:`.lockfile.IMAGE_SUFFIXES`.
    :raises OSError: if the file cannot be read.
    """
    if suffix not in IMAGE_SUFFIXES:
        raise ValueError(f"no suffix of a fetched file: {suffix!r}")
    digest = sha256()
    for block in blocks(data):
        digest.update(block)
    return f"{PICTURE_FOLDER}/{digest.hexdigest()[:_HASH]}.{suffix}"


class SnapshotFolder:
    """A folder of pages, which need not exist yet.

    :raises LockError: if its lock is not one.
    :raises FolderError: if it cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stage = folder / STAGING_FOLDER
        self._lock_text = self._read_text(folder / LOCK_NAME)
        self.lock = self._load(self._lock_text, LOCK_NAME)
        # Locks that runs were on the way to when they broke off.
        self._pending: list[Lock] = []
        if self._stage.is_symlink():
            raise FolderError(f"{self._stage} is a link, and must be none")
        for path in sorted(self._stage.glob("*.lock")):
            if _OURS.fullmatch(path.name):
                name = f"{STAGING_FOLDER}/{path.name}"
                self._pending.append(self._load(self._read_text(path), name))

    def _read_text(self, path: Path) -> str | None:
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise LockError(f"{path}: not UTF-8 at byte {error.start}") from error
        except OSError as error:
            raise FolderError(f"cannot read {path}: {error.strerror}") from error

    def _load(self, text: str | None, name: str) -> Lock:
        if text is None:
            return Lock()
        try:
            lock = load_lock(text)
            seen: dict[str, str] = {}
            for page in lock.pages:
                self._check(page.file)
                other = seen.setdefault(file_key(page.file), page.id)
                if other != page.id:
                    raise LockError(f"two pages in one file, {page.file!r}")
        except LockError as error:
            raise LockError(f"{self.folder / name}: {error}") from error
        return lock

    def _check(self, file: str) -> None:
        """A lock may come from anywhere: it must not name a file elsewhere, or of another kind."""
        path = PurePosixPath(file)
        bad = path.is_absolute() or ".." in path.parts or path.suffix != PAGE_SUFFIX
        if bad or re.search(r'[\\:*?"<>|\x00-\x1f]', file):
            raise LockError(f"no file of this folder: {file!r}")
        if len(path.parts) > 1:
            parent = (self.folder / path).parent.resolve()
            if not parent.is_relative_to(self.folder.resolve()):
                raise LockError(f"no file of this folder: {file!r}")

    # -- looking -----------------------------------------------------------------------

    def plan(
        self,
        pages: Sequence[ProjectPage],
        *,
        project: str,
        exported: int,
        private: bool,
        url: str | None = None,
        files: Iterable[LockedPicture] | None = None,
        standing: Sequence[LockedPage] = (),
    ) -> Plan:
        """What it takes to make the folder hold *pages* and *standing*, and no others.

        :param exported: when the pages were taken from the wiki, in Unix seconds.
        :param url: the wiki's origin, empty for https://scrapbox.io; None leaves what is locked.
        :param files: the icons and images that the folder will have; None keeps those it has.
        :param standing: rows, from :meth:`find`, of pages that need no look at their content.
        :raises FolderError: if the folder holds another project.
        """
        everything: list[ProjectPage | LockedPage] = [*pages, *standing]
        ids = {page.id for page in everything}
        self.check_project(project, ids)
        known, hashes = self._known, self._hashes
        rows: dict[str, LockedPage] = {}
        for row in known:
            rows.setdefault(row.id, row)
        borne = {key(page.title) for page in everything}
        # A page that lost its id, such as by an export without ids, is known by its title.
        by_title = {key(row.title): row for row in rows.values() if row.id not in ids}
        names = _Names(self._documents(), (row.file for row in known))
        steps: list[Step] = []
        locked: list[LockedPage] = []
        kept: set[str] = set()
        for page in sorted(everything, key=lambda page: page.id):
            if isinstance(page, LockedPage):
                kept.add(page.file)
                steps.append(self._standing(page))
                locked.append(replace(page, earlier_titles=_earlier(page, borne)))
                continue
            old = rows.get(page.id) or by_title.pop(key(page.title), None)
            data = page_bytes(page)
            digest = _digest(data)
            file = old.file if old else names.choose(page, partial(self._has, digest))
            kept.add(file)
            row = LockedPage(
                page.id,
                page.title,
                file,
                page.created,
                page.updated,
                digest,
                page.line_ids,
                page.line_times,
                _earlier(old, borne) if old else (),
            )
            renamed = old is not None and old.title != page.title
            moved = Change.RENAMED if renamed else Change.CHANGED if old else Change.NEW
            present = self._digests(file)
            if digest in present:
                settled = old is not None and old.hash == digest and not renamed
                steps.append(Step(Change.UNCHANGED if settled else moved, file, page.title))
            elif not present or present & hashes.get(file, set()):
                steps.append(Step(moved, file, page.title, data))
            else:
                steps.append(Step(Change.EDITED, file, page.title))
                if old:
                    row = replace(
                        old, id=page.id, title=page.title, earlier_titles=row.earlier_titles
                    )
            locked.append(row)
        for row in {row.file: row for row in known if row.file not in kept}.values():
            present = self._digests(row.file)
            if not present and row.file not in self.lock.by_file:
                continue  # a run broke off before it was made
            ours = not present or present & hashes[row.file]
            steps.append(Step(Change.REMOVED if ours else Change.RELEASED, row.file, row.title))
        rows_of_files = tuple(self.kept_pictures() if files is None else files)
        for wrong in rows_of_files:
            if wrong.file and not is_picture_file(wrong.file):
                raise ValueError(f"no name of a fetched file: {wrong.file!r}")
        named = {row.file for row in rows_of_files if row.file}
        present_files = self._fetched()
        lock = Lock(
            project,
            exported,
            private,
            tuple(locked),
            rows_of_files,
            self.lock.url if url is None else url,
        )
        return Plan(
            lock,
            tuple(steps),
            names.notes,
            tuple(sorted(named - present_files)),
            tuple(file for file in sorted(present_files - named) if self._is_ours(file)),
        )

    def find(self, id: str, title: str, updated: int) -> LockedPage | None:
        """The row of a page that is here as it was at the time *updated*, or edited by hand since.

        None if it has to be asked for: it is not here, was another then, or its file is gone.

        :raises FolderError: if the file cannot be read.
        """
        rows = [
            row
            for row in self._rows_by_id.get(id, ())
            if row.updated == updated and row.title == title
        ]
        if not rows or not (present := self._digests(rows[0].file)):
            return None
        if found := next((row for row in rows if row.hash in present), None):
            return found
        return None if present & self._hashes[rows[0].file] else rows[0]

    def rows(self, page: LockedPage) -> tuple[str, ...]:
        """The lines of a page's file as it is now, the title's first; none if it is no text.

        :raises FolderError: if the file cannot be read.
        """
        path = self.folder / page.file
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, UnicodeDecodeError):
            return ()
        except OSError as error:
            raise FolderError(f"cannot read {path}: {error.strerror}") from error
        return tuple(text.removesuffix("\n").split("\n"))

    @cached_property
    def _known(self) -> list[LockedPage]:
        """All rows: those of the lock, then those of runs that broke off."""
        return list(chain(self.lock.pages, *(lock.pages for lock in self._pending)))

    @cached_property
    def _rows_by_id(self) -> dict[str, list[LockedPage]]:
        rows: dict[str, list[LockedPage]] = {}
        for row in self._known:
            rows.setdefault(row.id, []).append(row)
        return rows

    @cached_property
    def _hashes(self) -> dict[str, set[str]]:
        """What this module may have put into a file."""
        hashes: dict[str, set[str]] = {}
        for row in self._known:
            hashes.setdefault(row.file, set()).add(row.hash)
        return hashes

    def _standing(self, row: LockedPage) -> Step:
        old = self.lock.by_file.get(row.file)
        if row.hash not in self._digests(row.file):
            change = Change.EDITED
        elif old is None:  # a run broke off after it had written the file
            change = Change.NEW
        elif row.title != old.title:
            change = Change.RENAMED
        else:
            change = Change.UNCHANGED if row.hash == old.hash else Change.CHANGED
        return Step(change, row.file, row.title)

    def check_project(self, project: str, ids: Container[str]) -> None:
        """A project may get another name, but then it still has pages that are here.

        :param ids: those of its pages.
        :raises FolderError: if the folder holds another project.
        """
        other = self.lock.project
        if not project or not other or key(project) == key(other):
            return
        if self.lock.pages and not any(page.id in ids for page in self.lock.pages):
            raise FolderError(f"{self.folder} holds the project {other!r}, not {project!r}")

    def holds(self, file: str) -> bool:
        """Whether a fetched file of this name is there: it need not be fetched again."""
        path = self.folder / file
        return is_picture_file(file) and path.is_file() and not path.is_symlink()

    def kept_pictures(self) -> Iterator[LockedPicture]:
        """A row for each file that was asked for; of those a run left behind, the one in use."""
        rows: dict[tuple[str, str], LockedPicture] = {}
        for row in chain(self.lock.files, *(lock.files for lock in self._pending)):
            known = rows.setdefault((row.kind, row.name), row)
            if known.file != row.file and not self.holds(known.file) and self.holds(row.file):
                rows[row.kind, row.name] = row
        yield from rows.values()

    def _fetched(self) -> set[str]:
        """The fetched files that are there."""
        folder = self.folder / PICTURE_FOLDER
        if folder.is_symlink():
            raise FolderError(f"{folder} is a link, and must be none")
        try:
            with os.scandir(folder) as entries:
                return {
                    name
                    for entry in entries
                    if is_picture_file(name := f"{PICTURE_FOLDER}/{entry.name}")
                    and entry.is_file(follow_symlinks=False)
                }
        except (FileNotFoundError, NotADirectoryError):
            return set()
        except OSError as error:
            raise FolderError(f"cannot read {folder}: {error.strerror}") from error

    def _is_ours(self, file: str) -> bool:
        """Whether a fetched file holds what its name says."""
        path = self.folder / file
        try:
            return picture_file_name(path, path.suffix[1:]) == file
        except OSError as error:
            raise FolderError(f"cannot read {path}: {error.strerror}") from error

    def _documents(self) -> Iterator[str]:
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if Path(entry.name).suffix.lower() in _DOCUMENTS:
                        yield entry.name
        except FileNotFoundError:
            return
        except OSError as error:
            raise FolderError(f"cannot read {self.folder}: {error.strerror}") from error

    def _has(self, digest: str, file: str) -> bool:
        return digest in self._digests(file)

    def _digests(self, file: str) -> set[str]:
        """The hash of a file as it is, and as it was before git gave it the line ends of Windows.

        Empty if there is no file.
        """
        path = self.folder / file
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return set()
        except OSError as error:
            if path.is_dir():
                return {"a folder"}  # in nobody's lock
            raise FolderError(f"cannot read {path}: {error.strerror}") from error
        found = {_digest(data)}
        if b"\r\n" in data:
            found.add(_digest(data.replace(b"\r\n", b"\n")))
        return found

    # -- changing ----------------------------------------------------------------------

    def apply(
        self,
        plan: Plan,
        progress: Callable[[], object] = lambda: None,
        *,
        fetched: Mapping[str, bytes | Path] | None = None,
    ) -> None:
        """Do what *plan* says; *progress* is called after each file that is prepared.

        :param fetched: what the files hold that are arriving, by name: bytes, or a file to copy,
            which is read in blocks. A file that is not in it stays absent: its row stays, and
            the build says that it is missing. What else is in it is left alone.
        :raises FolderError: if it cannot be done; also if a file is not what its name says.
        """
        text = dump_lock(plan.lock)
        fetched = fetched or {}
        writes: list[tuple[str, bytes | Path]] = [
            *((step.file, step.data or b"") for step in plan.writes),
            *((file, fetched[file]) for file in plan.arriving if file in fetched),
        ]
        removed = [step.file for step in plan.steps if step.change is Change.REMOVED]
        removed += plan.leaving
        leftovers = list(self._leftovers())
        if text == self._lock_text and not writes and not removed:
            self._clean(leftovers)
            return
        staged: list[Path] = []
        try:
            for path in leftovers:
                if path.suffix == ".tmp":
                    path.unlink()
            self._stage.mkdir(parents=True, exist_ok=True)
            each = len(writes) <= MANY or not hasattr(os, "sync")
            for number, (file, data) in enumerate(writes):
                path = self._stage / f"{number}.tmp"
                staged.append(path)
                write(path, data, sync=each)
                if (
                    is_picture_file(file)
                    and picture_file_name(path, file.rpartition(".")[2]) != file
                ):
                    raise FolderError(f"nothing was changed: {file} does not hold what it says")
                progress()
            if not each:
                os.sync()
            # The journal is whole or absent too.
            draft, journal = self._stage / f"{len(writes)}.tmp", self._next_journal(leftovers)
            staged.append(draft)
            write(draft, text.encode(), sync=True)
            draft.replace(journal)
            sync_folder(self._stage)
        except BaseException as error:
            self._clean(staged, quietly=True)
            if isinstance(error, OSError):
                raise FolderError(f"nothing was changed: {reason(error)}") from error
            raise
        try:
            for path, (file, _) in zip(staged, writes, strict=False):
                target = self.folder / file
                if "/" in file:
                    target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)
            for file in removed:
                (self.folder / file).unlink(missing_ok=True)
            if plan.leaving:
                self._remove_if_empty(PICTURE_FOLDER)
            if plan.arriving:
                sync_folder(self.folder / PICTURE_FOLDER)
            sync_folder(self.folder)
            journal.replace(self.folder / LOCK_NAME)
            sync_folder(self.folder)
            self._clean([path for path in leftovers if path.suffix == ".lock"])
        except OSError as error:
            message = f"{reason(error)}; run the same command again to finish what it began"
            raise FolderError(message) from error

    def _remove_if_empty(self, folder: str) -> None:
        path = self.folder / folder
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()

    def _leftovers(self) -> Iterator[Path]:
        if self._stage.is_dir():
            yield from (path for path in self._stage.iterdir() if _OURS.fullmatch(path.name))

    def _next_journal(self, leftovers: Iterable[Path]) -> Path:
        names = {path.name for path in leftovers}
        return self._stage / next(name for n in count() if (name := f"{n}.lock") not in names)

    def _clean(self, paths: Iterable[Path], *, quietly: bool = False) -> None:
        """Remove files of the stage, and the stage if it is empty then."""
        try:
            for path in paths:
                path.unlink(missing_ok=True)
            if self._stage.is_dir() and not any(self._stage.iterdir()):
                self._stage.rmdir()
        except OSError:
            if not quietly:
                raise


class _Names:
    """Names for files of new pages: none that is taken, whatever the file system folds."""

    def __init__(self, present: Iterable[str], locked: Iterable[str]) -> None:
        self._taken = {_stem_key(file) for file in locked}
        self._foreign: dict[str, list[str]] = {}
        for name in sorted(present):
            self._foreign.setdefault(_stem_key(name), []).append(name)
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def choose(self, page: ProjectPage, is_same: Callable[[str], bool]) -> str:
        """A name for the file of *page*; one that is there already if *is_same* says so."""
        blocked = ""
        for stem in _stems(page):
            file, folded = f"{stem}{PAGE_SUFFIX}", file_key(stem)
            if folded in self._taken:
                continue
            foreign = self._foreign.get(folded, [])
            if foreign and not (foreign == [file] and is_same(file)):
                blocked = blocked or foreign[0]
                continue
            self._taken.add(folded)
            if blocked:
                self._notes.append(
                    f"{blocked!r} is not from an export: page {page.title!r} goes to {file!r}"
                )
            return file
        raise AssertionError("there is always another name")


def _stems(page: ProjectPage) -> Iterator[str]:
    yield file_stem(page.title)
    yield file_stem(page.title, salt=key(page.title))
    for number in count():
        yield file_stem(page.title, salt=f"{page.id} {number}")


def _stem_key(file: str) -> str:
    return file_key(file.rpartition(".")[0])


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _earlier(old: LockedPage, borne: Container[str]) -> tuple[str, ...]:
    """The earlier titles of a page: none that a page, be it itself, has now."""
    earlier: dict[str, str] = {}
    for name in (*old.earlier_titles, old.title):
        earlier.pop(key(name), None)  # it had that title twice: the later time counts
        if name and key(name) not in borne:
            earlier[key(name)] = name
    return tuple(earlier.values())
