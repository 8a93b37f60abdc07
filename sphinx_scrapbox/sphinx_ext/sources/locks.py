"""The lock files of a site, and what they say of each page file."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from sphinx_scrapbox.snapshot.folder import read_regular_file
from sphinx_scrapbox.snapshot.lockfile import (
    LOCK_NAME,
    Lock,
    LockedPage,
    LockError,
    damage_report,
    load_lock,
)
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.titles import is_line_id, key


class FolderLock(NamedTuple):
    """A lock file: its folder, the folder relative to the source folder, and what it says."""

    path: Path
    folder: str
    lock: Lock


class Locked(NamedTuple):
    """The lock file above a page file, and the file's row in it; None if it has no row.

    ``folder`` is the folder of the lock file, relative to the source folder.
    """

    lock: Lock
    page: LockedPage | None
    folder: str = "."

    @property
    def fingerprint(self) -> str:
        """A checksum of what the lock file says of this page; other pages do not change it."""
        lock = self.lock
        content = (self.folder, lock.project, lock.url, lock.private, lock.language, self.page)
        return f"{crc32(repr(content).encode()):08x}"


class ExternalPage(NamedTuple):
    """A page that is not part of this site: its row in a lock file, and its file if that is safe.

    The file is None if the row leads out of the folder of its lock file.
    """

    page: LockedPage
    file: Path | None
    is_private: bool = False
    """Whether links to it are forbidden, unless it is part of a site."""


class Locks:
    """The lock files of one build, each read once."""

    def __init__(self, srcdir: Path) -> None:
        self._srcdir = srcdir
        self._by_folder: dict[Path, FolderLock | None] = {}
        self._by_name: dict[str, FolderLock | None] = {}
        self._files_by_line: dict[str, str] | None = None
        self._external: dict[tuple[str, str], ExternalPage] | None = None

    def of(self, docfile: Path) -> Locked | None:
        """The lock file beside or above a page file, and its row; None if there is none."""
        above = self.above(docfile.parent)
        if above is None:
            return None
        path, folder, lock = above
        return Locked(lock, lock.by_file.get(docfile.relative_to(path).as_posix()), folder)

    def above_document(self, docname: str) -> FolderLock | None:
        """The nearest lock file in the folder of a document or above it."""
        name = docname.rpartition("/")[0]
        if name not in self._by_name:
            self._by_name[name] = self.above(self._srcdir / name)
        return self._by_name[name]

    def file_of_line(self, line_id: str) -> Path | None:
        """The page file with the line of this id, wherever it has moved; None if unknown."""
        if self._files_by_line is None:
            distinct = {entry.path: entry.lock for entry in self._by_folder.values() if entry}
            self._files_by_line = {
                line: str(path / page.file)
                for path, lock in distinct.items()
                for page in lock.pages
                for line in page.line_ids
                if is_line_id(line)
            }
        file = self._files_by_line.get(line_id)
        return Path(file) if file else None

    def above(self, folder: Path) -> FolderLock | None:
        """The nearest lock file in *folder* or above it.

        Only folders within the source folder are searched. An unreadable lock file gives a
        warning and counts as an empty one.
        """
        if folder in self._by_folder:
            return self._by_folder[folder]
        nearest: FolderLock | None = None
        path = folder / LOCK_NAME
        if path.is_file():
            name = folder.relative_to(self._srcdir).as_posix()
            nearest = FolderLock(folder, name, _read(path, self._srcdir))
        elif folder != self._srcdir and self._srcdir in folder.parents:
            nearest = self.above(folder.parent)
        self._by_folder[folder] = nearest
        self._files_by_line = None
        return nearest

    def external_pages(self, folders: tuple[str, ...]) -> dict[tuple[str, str], ExternalPage]:
        """The pages of *folders* (relative to the source folder) by project and key of a title.

        A page's present title takes precedence over an earlier title of another page.
        """
        if self._external is None:
            self._external = {}
            locks = [
                (folder, _read(folder / LOCK_NAME, self._srcdir)) for folder in self._at(folders)
            ]
            for with_earlier in (False, True):
                for folder, lock in locks:
                    for page in lock.pages:
                        entry = ExternalPage(page, _inner_file(folder, page.file), lock.private)
                        for title in page.earlier_titles[::-1] if with_earlier else (page.title,):
                            self._external.setdefault((lock.project, key(title)), entry)
        return self._external

    def external_state(self, folders: tuple[str, ...]) -> int:
        """A checksum of the lock files of *folders*; 0 without any."""
        texts = []
        for folder in self._at(folders):
            with suppress(OSError):
                texts.append(read_regular_file(folder / LOCK_NAME))
        return crc32(b"".join(texts))

    def _at(self, folders: tuple[str, ...]) -> list[Path]:
        return [(self._srcdir / folder).resolve() for folder in folders]


def _inner_file(folder: Path, name: str) -> Path | None:
    """A file in *folder*; None if symbolic links lead out of the folder, or it is a pipe."""
    try:
        file = (folder / name).resolve()
    except (OSError, RuntimeError, ValueError):  # a circle (before Python 3.13), or a null
        return None
    try:
        is_file = stat.S_ISREG(file.stat().st_mode)
    except FileNotFoundError:
        is_file = True  # a file that may come
    except OSError:  # a circle
        is_file = False
    return file if is_file and file.is_relative_to(folder) else None


def _read(path: Path, srcdir: Path) -> Lock:
    try:
        return load_lock(read_regular_file(path))
    except (OSError, LockError) as error:
        shown = path.relative_to(srcdir) if path.is_relative_to(srcdir) else path
        name = shown.as_posix()
        if isinstance(error, LockError):
            message = damage_report(name, error)
        else:
            message = f"{name}: {error.strerror}"
        warn(Warn.LOCK_FILE, message)
        return Lock()
