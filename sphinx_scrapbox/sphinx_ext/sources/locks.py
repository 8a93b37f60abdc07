"""Finds what the lock file above a page file says of the page."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary
from zlib import crc32

from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, LockedPage, LockError, load_lock
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.titles import is_line_id, key

if TYPE_CHECKING:
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment


class Locked(NamedTuple):
    """A page file's lock file and its row in it; None where there is no such row.

    ``folder`` is that of the lock file, below the source folder, "." for that one itself.
    """

    lock: Lock
    page: LockedPage | None
    folder: str = "."

    @property
    def fingerprint(self) -> str:
        """Changes when what the lock says of this page changes, and not with other pages."""
        page = self.page
        said = (self.folder, self.lock.project, self.lock.url, self.lock.private, page)
        return f"{crc32(repr(said).encode()):08x}"


class Outside(NamedTuple):
    """A page that is no part of this site: its row in a lock file, and its file, if it is one."""

    page: LockedPage
    file: Path | None


class Locks:
    """The lock files of one build, each read once."""

    def __init__(self, srcdir: Path) -> None:
        self._srcdir = srcdir
        self._by_folder: dict[Path, tuple[Path, Lock] | None] = {}
        self._files_by_line: dict[str, str] | None = None
        self._names: dict[Path, str] = {}
        self._with_pages: dict[str, Lock] = {}
        self._outside: dict[tuple[str, str], Outside] | None = None

    def of(self, docfile: Path) -> Locked | None:
        """What is locked of a page file; None if no lock file stands beside or above it."""
        found = self.above(docfile.parent)
        if found is None:
            return None
        folder, lock = found
        if (name := self._names.get(folder)) is None:
            name = self._names[folder] = folder.relative_to(self._srcdir).as_posix()
        if docfile.suffix == ".scrapbox":
            self._with_pages[name] = lock
        return Locked(lock, lock.by_file.get(docfile.relative_to(folder).as_posix()), name)

    def with_pages(self) -> dict[str, Lock]:
        """The locks of all page files that were asked for, by folder."""
        return dict(self._with_pages)

    def file_of_line(self, line_id: str) -> Path | None:
        """The page file that holds the line of this id, wherever it moved."""
        if self._files_by_line is None:
            self._files_by_line = {
                line: str(folder / page.file)
                for folder, lock in dict(filter(None, self._by_folder.values())).items()
                for page in lock.pages
                for line in page.line_ids
                if is_line_id(line)
            }
        file = self._files_by_line.get(line_id)
        return Path(file) if file else None

    def above(self, folder: Path) -> tuple[Path, Lock] | None:
        """The lock file in *folder* or the nearest one above it, and the folder that it is in."""
        if folder in self._by_folder:
            return self._by_folder[folder]
        found: tuple[Path, Lock] | None = None
        path = folder / LOCK_NAME
        if path.is_file():
            found = (folder, _read(path, self._srcdir))
        elif folder != self._srcdir and self._srcdir in folder.parents:
            found = self.above(folder.parent)
        self._by_folder[folder] = found
        self._files_by_line = None
        return found

    def outside(self, folders: tuple[str, ...]) -> dict[tuple[str, str], Outside]:
        """The pages of folders (relative to the sources) by project and key of a title.

        A page's own title comes before one that another had earlier.
        """
        if self._outside is None:
            self._outside = {}
            locks = [
                (folder, _read(folder / LOCK_NAME, self._srcdir)) for folder in self._at(folders)
            ]
            for with_earlier in (False, True):
                for folder, lock in locks:
                    for page in lock.pages:
                        file = (folder / page.file).resolve()
                        known = Outside(page, file if file.is_relative_to(folder) else None)
                        for title in page.earlier_titles[::-1] if with_earlier else (page.title,):
                            self._outside.setdefault((lock.project, key(title)), known)
        return self._outside

    def outside_state(self, folders: tuple[str, ...]) -> int:
        """Changes when a lock file of these folders does; 0 without any."""
        texts = []
        for folder in self._at(folders):
            with suppress(OSError):
                texts.append((folder / LOCK_NAME).read_bytes())
        return crc32(b"".join(texts))

    def _at(self, folders: tuple[str, ...]) -> list[Path]:
        return [(self._srcdir / folder).resolve() for folder in folders]


def _read(path: Path, srcdir: Path) -> Lock:
    try:
        return load_lock(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, LockError) as error:
        shown = path.relative_to(srcdir) if path.is_relative_to(srcdir) else path
        warn(Warn.LOCK_FILE, f"{shown.as_posix()}: {error}")
        return Lock()


_LOCKS: WeakKeyDictionary[Config, Locks] = WeakKeyDictionary()


def locks_of(env: BuildEnvironment) -> Locks:
    """The lock files of a build."""
    if (locks := _LOCKS.get(env.config)) is None:
        locks = _LOCKS[env.config] = Locks(Path(env.srcdir))
    return locks
