"""What a folder of ``.scrapbox`` files holds, compared with its lock.

A file counts as written by an export only while its content has a hash that a lock records; any
other content was edited by hand, and is never replaced or removed. Pictures lie in a folder of
their own, each under a name made from its content, so they are written once and never change.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from hashlib import sha256
from itertools import chain
from pathlib import Path, PurePosixPath

from sphinx_scrapbox.formats import PAGE_SUFFIXES
from sphinx_scrapbox.formats.detect import NATIVE_PAGE, NO_PAGE, Answer, Recognition
from sphinx_scrapbox.formats.evidence.own_project import (
    Projects,
    Statement,
    exported_statement,
    native_statement,
)
from sphinx_scrapbox.formats.evidence.page_globs import NO_GLOBS, PageGlobs
from sphinx_scrapbox.snapshot import lockfile
from sphinx_scrapbox.snapshot.filenames import composed_path, file_key, picture_file_name
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, LockedPage, LockError
from sphinx_scrapbox.wiki.text import cut
from sphinx_scrapbox.wiki.titles import key

PAGE_SUFFIX = ".scrapbox"
STAGING_FOLDER = ".scrapbox-unpack"
"""The folder in which a transaction prepares its files; removed when it is complete."""

_STAGED = re.compile(r"[0-9]+\.(?:tmp|lock)")
DOCUMENT_SUFFIXES = frozenset({PAGE_SUFFIX, ".md", ".rst", ".txt"})  # share a page's docname

MAX_FILE_BYTES = 256 * 1024 * 1024
"""The largest page or lock file that is read."""

# Without waiting for the other end of a pipe, and without becoming the owner of a terminal.
_READING = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _READING |= getattr(os, _name, 0)


def read_regular_file(path: Path, *, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """The content of a file, or of the file that a symbolic link leads to.

    A repository can hold a pipe or a link to a device where a file is expected. Opened like a
    file, a pipe blocks the program, and a device may have no end.

    :raises OSError: if it cannot be read, is no regular file, or is too large.
    """
    descriptor = os.open(path, _READING)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(None, "not a regular file", str(path))
        if status.st_size > max_bytes:
            raise OSError(None, f"larger than {max_bytes:,} bytes", str(path))
    except BaseException:
        os.close(descriptor)
        raise
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def is_regular_file(path: Path) -> bool:
    """Whether this is a file that can be read, and not a pipe or a device."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


class FolderError(Exception):
    """The folder cannot be read or written; the message says in what state it is left."""


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderError(f"cannot read {path}: {error.strerror}") from error


def staged_files(folder: Path) -> list[Path]:
    """Files that an interrupted transaction left behind, sorted: ``N.tmp``, and ``N.lock``."""
    stage = folder / STAGING_FOLDER
    if not stage.is_dir():
        return []
    return sorted(path for path in stage.iterdir() if _STAGED.fullmatch(path.name))


def page_files(folder: Path, on_error: Callable[[OSError], object] | None = None) -> Iterator[str]:
    """The pages and locks in *folder* and below, relative to it and with forward slashes.

    Hidden files and folders are left out, as is ``_build``, and pipes, devices and dead links.

    :param on_error: called for a folder that cannot be read; without it, such folders are skipped.
    """
    for place, folders, names in os.walk(folder, onerror=on_error):
        folders[:] = [name for name in folders if name[0] != "." and name != "_build"]
        within = Path(place).relative_to(folder)
        for name in names:
            is_page = name.endswith(PAGE_SUFFIXES) and name[0] != "."
            if (name == LOCK_NAME or is_page) and is_regular_file(Path(place, name)):
                yield composed_path(folder, within / name).as_posix()


def folder_of(path: str) -> str:
    """The folder of a file, with a slash at the end; empty for the folder that paths start in."""
    return path[: path.rfind("/") + 1]


def lock_above(folder: Path) -> Path | None:
    """The lock file in *folder* or above it; None if there is none.

    The search ends in the source folder of a Sphinx site and at the top of a repository, as a
    build does not look any further.
    """
    for place in (folder, *folder.absolute().parents):
        if (place / LOCK_NAME).is_file():
            return place / LOCK_NAME
        if (place / "conf.py").is_file() or (place / ".git").exists():
            return None
    return None


def lies_below_lock(folder: Path) -> bool:
    """Whether a lock file is in *folder* or above it."""
    return lock_above(folder) is not None


class PageFolders:
    """Recognises files, by their content and by their folders, each of which is searched once.

    :param recognise: what the Markdown file of a text and a path is in any folder.
    :param is_below_lock: whether a lock file is in a folder or above it.
    """

    def __init__(
        self,
        recognise: Callable[[str, Path], Recognition] = NO_GLOBS.recognise,
        is_below_lock: Callable[[Path], bool] = lies_below_lock,
    ) -> None:
        self._recognise = recognise
        self._is_below_lock = is_below_lock
        self._with_pages: dict[Path, bool] = {}

    def answer(self, text: str, path: Path) -> Answer:
        """What the file *path* with this text is."""
        if path.suffix == PAGE_SUFFIX:
            return NATIVE_PAGE
        return self.answer_and_folder(text, path)[0] if path.suffix == ".md" else NO_PAGE

    def answer_and_folder(self, text: str, path: Path) -> tuple[Answer, bool | None]:
        """What a Markdown file is, and whether its folder has pages if that matters, else None."""
        recognition = self._recognise(text, path)
        if not recognition.depends_on_folder:
            return recognition.alone, None
        has_pages = self.has_pages(path.parent)
        return recognition.answer(has_pages=has_pages), has_pages

    def has_pages(self, folder: Path) -> bool:
        """Whether a lock file is in *folder* or above it, or a file in it is surely a page.

        The search ends with the first such file. Files that a site leaves out count, too.
        """
        if folder not in self._with_pages:
            self._with_pages[folder] = self._is_below_lock(folder) or any(
                map(self._is_certain, _files_in(folder))
            )
        return self._with_pages[folder]

    def _is_certain(self, path: Path) -> bool:
        """Whether a file is a page of a wiki whatever else its folder holds."""
        if path.suffix != ".md":
            return path.suffix == PAGE_SUFFIX and path.is_file()
        try:
            text = read_regular_file(path).decode("utf-8-sig", "replace")
        except OSError:
            return False
        return self._recognise(text, path).alone.is_page


def folder_projects(
    folder: Path, names: Iterable[str] | None = None, globs: PageGlobs = NO_GLOBS
) -> Projects:
    """The projects of the pages in *folder*, as a build of them finds these.

    Pages are named by their paths relative to *folder*; unreadable files are left out.

    :param names: the files to read; None for all in *folder* and below.
    :param globs: what the user says of files.
    """
    globs = globs.within(folder)
    statements: dict[str, Statement] = {}
    locks: dict[str, str] = {}
    if above := lock_above(folder):
        locks[""] = _project_of_lock(above)
    for name in sorted(page_files(folder) if names is None else names):
        path = folder / name
        if path.name == LOCK_NAME:
            locks[folder_of(name)] = _project_of_lock(path)
            continue
        try:
            text = read_regular_file(path).decode("utf-8-sig", "replace")
        except OSError:
            continue
        if path.suffix == PAGE_SUFFIX:
            title = text.partition("\n")[0].strip() or path.stem
            statements[name] = native_statement(text, title=title)
        elif path.suffix == ".md" and globs.recognise_file(name, text).alone.is_page:
            statements[name] = exported_statement(text, name=path.stem)
    above_of = partial(lockfile.project_above, locks)
    return Projects(
        statements, locked=above_of, configured=globs.project_of, default=globs.default
    )


def _project_of_lock(path: Path) -> str:
    try:
        return lockfile.load_lock(read_regular_file(path)).project
    except (OSError, LockError):
        return ""


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name[0] != ".")
    except OSError:
        return []


class SnapshotFolder:
    """A folder of pages at *path*, which need not exist yet.

    All methods raise :class:`FolderError` if a file cannot be read.

    :raises LockError: if its lock is not valid.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock_data = self._read_file(path / LOCK_NAME)
        """The bytes of the lock file; None if there is none."""
        self.lock = self._load(self.lock_data, LOCK_NAME)
        if (path / STAGING_FOLDER).is_symlink():
            raise FolderError(f"{path / STAGING_FOLDER} must not be a symbolic link: remove it")
        # The locks that interrupted transactions were about to put in place.
        self._journals = [
            self._load(self._read_file(file), f"{STAGING_FOLDER}/{file.name}")
            for file in staged_files(path)
            if file.suffix == ".lock"
        ]

    def _read_file(self, path: Path) -> bytes | None:
        with _reading(path), suppress(FileNotFoundError):
            return read_regular_file(path)
        return None

    def _load(self, data: bytes | None, name: str) -> Lock:
        if data is None:
            return Lock()
        try:
            lock = lockfile.load_lock(data)
            ids: dict[str, str] = {}
            for page in lock.pages:
                self._check(page.file)
                if ids.setdefault(file_key(page.file), page.id) != page.id:
                    raise LockError(f"two pages in one file, {page.file!r}")
        except LockError as error:
            raise LockError(lockfile.damage_report(self.path / name, error)) from error
        return lock

    def _check(self, file: str) -> None:
        """Refuse files outside of the folder, or of another kind: locks are not trusted."""
        path = PurePosixPath(file)
        is_bad = path.is_absolute() or ".." in path.parts or path.suffix != PAGE_SUFFIX
        is_bad |= re.search(r'[\\:*?"<>|\x00-\x1f]', file) is not None
        if not is_bad and len(path.parts) > 1:
            try:
                parent = (self.path / path).parent.resolve()
            except (OSError, RuntimeError):  # a circle of symbolic links
                is_bad = True
            else:
                is_bad = not parent.is_relative_to(self.path.resolve())
        if is_bad:
            raise LockError(f"not a file of this folder: {cut(file, 100)!r}")

    @cached_property
    def known_pages(self) -> list[LockedPage]:
        """The rows of the lock, then those of interrupted transactions."""
        return list(chain(self.lock.pages, *(lock.pages for lock in self._journals)))

    @cached_property
    def _rows_by_id(self) -> dict[str, list[LockedPage]]:
        rows: dict[str, list[LockedPage]] = {}
        for row in self.known_pages:
            rows.setdefault(row.id, []).append(row)
        return rows

    @cached_property
    def written_hashes(self) -> dict[str, set[str]]:
        """The hashes of all contents that an export may have written to a file."""
        hashes: dict[str, set[str]] = {}
        for row in self.known_pages:
            hashes.setdefault(row.file, set()).add(row.hash)
        return hashes

    def digests(self, file: str) -> set[str]:
        """The SHA-256 of a file as it is, and with the line ends of Windows undone.

        Git may have changed the line ends at checkout. Empty if there is no file.
        """
        path = self.path / file
        if path.exists() and not path.is_file():
            return {"not a file"}  # equals no hash of a lock
        with _reading(path), suppress(FileNotFoundError):
            data = read_regular_file(path)
            return {sha256(text).hexdigest() for text in (data, data.replace(b"\r\n", b"\n"))}
        return set()

    def unchanged_row(self, id: str, title: str, updated: int) -> LockedPage | None:
        """The row of a page whose file is that of the time *updated*, or was edited by hand since.

        None if the page has to be downloaded: it is new, has changed, or its file is missing.
        """
        rows = self._rows_by_id.get(id, ())
        rows = [row for row in rows if (row.updated, row.title) == (updated, title)]
        if not rows or not (present := self.digests(rows[0].file)):
            return None
        if current := next((row for row in rows if row.hash in present), None):
            return current
        return None if present & self.written_hashes[rows[0].file] else rows[0]

    def read_rows(self, page: LockedPage) -> tuple[str, ...]:
        """The lines of a page's file, the title's first; empty if it is missing or not text."""
        path = self.path / page.file
        with _reading(path), suppress(FileNotFoundError, UnicodeDecodeError):
            text = read_regular_file(path).decode("utf-8").replace("\r\n", "\n")
            return tuple(text.removesuffix("\n").split("\n"))
        return ()

    def check_project(self, project: str, ids: Container[str]) -> None:
        """Refuse to mix projects; one that was renamed still has pages with known *ids*.

        :raises FolderError: if the folder holds another project.
        """
        other = self.lock.project
        if not project or not other or key(project) == key(other):
            return
        if self.lock.pages and not any(page.id in ids for page in self.lock.pages):
            text = f"{self.path} contains the project {other!r}, not {project!r}"
            raise FolderError(f"{text}: name another folder")

    def documents(self) -> list[str]:
        """The names of files in the folder that Sphinx could take for a page's source."""
        with _reading(self.path), suppress(FileNotFoundError):
            paths = self.path.iterdir()
            return [path.name for path in paths if path.suffix.lower() in DOCUMENT_SUFFIXES]
        return []

    def has_picture(self, file: str) -> bool:
        """Whether a picture of this file name is present, so that it need not be downloaded."""
        path = self.path / file
        return lockfile.is_picture_file(file) and path.is_file() and not path.is_symlink()

    def kept_pictures(self) -> Iterator[lockfile.LockedPicture]:
        """One row for each picture; after an interruption, the one whose file is present."""
        rows: dict[tuple[str, str], lockfile.LockedPicture] = {}
        for row in chain(self.lock.pictures, *(lock.pictures for lock in self._journals)):
            first = rows.setdefault((row.kind, row.name), row)
            other_file = first.file != row.file
            if other_file and not self.has_picture(first.file) and self.has_picture(row.file):
                rows[row.kind, row.name] = row
        yield from rows.values()

    def picture_files(self) -> set[str]:
        """The pictures that are present, each as ``_files/HASH.suffix``."""
        folder = self.path / lockfile.PICTURE_FOLDER
        if folder.is_symlink():
            raise FolderError(f"{folder} must not be a symbolic link: remove it")
        with _reading(folder), suppress(FileNotFoundError, NotADirectoryError):
            names = (f"{lockfile.PICTURE_FOLDER}/{path.name}" for path in folder.iterdir())
            return {name for name in names if self.has_picture(name)}
        return set()

    def is_intact(self, picture: str) -> bool:
        """Whether the content of a picture is the one that its name is made from."""
        path = self.path / picture
        with _reading(path):
            return picture_file_name(path, path.suffix[1:]) == picture
