"""Snapshots of a wiki's pages: a folder, a lock file alone, or a folder at a revision of git.

Git is asked for what it keeps, and checks nothing out. What it says, and what lies in files, may
come from anywhere: bytes that are no text are replaced, and what no document may hold is left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1, sha256
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

from sphinx_scrapbox.formats import PAGE_SUFFIXES
from sphinx_scrapbox.formats.detect import evidence_of
from sphinx_scrapbox.formats.markdown.blocks import split_level, split_page
from sphinx_scrapbox.snapshot.diff.model import PageState, PageText, Row, Snapshot, no_texts
from sphinx_scrapbox.snapshot.git import BATCH, Repository, SnapshotError
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, LockedPage, LockError, load_lock
from sphinx_scrapbox.wiki.dates import clamp
from sphinx_scrapbox.wiki.text import NOT_XML

_FENCE = re.compile(r"`{3,}")


def _is_page(file: str, text: str) -> bool:
    return evidence_of(text).may_be_page


def _any(file: str) -> bool:
    return True


class _Files(Protocol):
    """Files by their paths, which have forward slashes; ``marks`` name what is in them."""

    @property
    def marks(self) -> Mapping[str, frozenset[str]]: ...

    def read(self, files: Sequence[str]) -> list[bytes | None]: ...


class _Head(NamedTuple):
    """What a file says of its page without a lock; no page if it has no title."""

    title: str
    project: str = ""
    updated: int = 0


@dataclass(frozen=True)
class SnapshotLoader:
    """Reads snapshots. What it learns of a file it need not read again for another snapshot.

    ``is_page`` says whether a Markdown file is a page, by its path and its text; ``takes``
    whether the path of a page or of a lock counts at all. Hidden files and ``_build`` never do.
    """

    is_page: Callable[[str, str], bool] = _is_page
    takes: Callable[[str], bool] = _any

    def __post_init__(self) -> None:
        object.__setattr__(self, "_heads", {})

    # -- the three kinds ---------------------------------------------------------------

    def folder(
        self, folder: Path, *, name: str = "", files: Iterable[str] | None = None
    ) -> Snapshot:
        """The pages in *folder* and below, as they are now; of *files* alone, if they are given.

        :raises SnapshotError: if it cannot be read.
        """
        names = _files(folder) if files is None else files
        return self._snapshot(_Folder(folder, filter(self._counts, names)), name or str(folder))

    def lock(self, data: bytes, *, name: str) -> Snapshot:
        """The pages that a lock file lists. They have no texts.

        :raises SnapshotError: if *data* is no lock file.
        """
        lock = _lock(data, name)
        pages = tuple(
            PageState(
                _clean(row.title),
                row.file,
                row.id,
                lock.project,
                _time(row.updated),
                frozenset({f"sha256:{row.hash}"} if row.hash else ()),
                row.line_ids[1:],
            )
            for row in lock.pages
        )
        return Snapshot(name, pages, lock.project, _time(lock.exported), no_texts)

    def kept(self, path: Path, *, name: str) -> Snapshot:
        """The pages of a folder, or of a lock file alone.

        :raises SnapshotError: if it cannot be read.
        """
        if path.is_dir():
            return self.folder(path, name=name)
        try:
            return self.lock(path.read_bytes(), name=name)
        except OSError as error:
            raise SnapshotError(f"cannot read {name}: {error.strerror}") from error

    def revision(
        self, place: Path, revision: str, path: str = "./", *, name: str = ""
    ) -> Snapshot:
        """The pages in *path*, a folder or lock file, at a revision of the repository at *place*.

        *path* counts from the top of the repository, or from *place* if it begins with ``./``.
        A folder that is not there has no pages.

        :raises SnapshotError: if git or the revision is not here.
        """
        name = name or f"{revision}:{path}"
        git = Repository(place)
        commit = git.commit(revision)
        kind, number = git.find(
            f"{revision}:{path.rstrip('/')}" if path != "./" else f"{revision}:./"
        )
        if kind == "blob":
            (data,) = git.blobs([number])
            return self.lock(data or b"", name=name)
        files = git.tree(number) if kind == "tree" else {}
        taken = {file: blob for file, blob in files.items() if self._counts(file)}
        snapshot = self._snapshot(_Tree(git, taken), name)
        time = snapshot.time or git.time(commit)
        return Snapshot(name, snapshot.pages, snapshot.project, time, snapshot.read)

    def find(self, name: str, folder: Path) -> Snapshot:
        """The snapshot that somebody names: a folder, a lock file, ``REV:path`` or ``REV``.

        *folder* is where to look at a revision that is named without a path.

        :raises SnapshotError: if it is none of these.
        """
        try:
            is_here = Path(name).exists()
        except (OSError, ValueError):  # too long, or a zero byte
            is_here = False
        if is_here:
            return self.kept(Path(name), name=name)
        revision, colon, inner = name.partition(":")
        if colon:
            return self.revision(Path(), revision, inner, name=name)
        there = folder.absolute()
        while not there.is_dir():
            there = there.parent
        inner = f"./{folder.absolute().relative_to(there).as_posix()}"
        try:
            return self.revision(there, revision, "./" if inner == "./." else inner, name=name)
        except SnapshotError as error:
            message = f"{name!r} is no folder and no lock file, and {error}"
            raise SnapshotError(message) from error

    # -- their pages -------------------------------------------------------------------

    def _counts(self, file: str) -> bool:
        parts = file.split("/")
        if any(part.startswith(".") or part == "_build" for part in parts):
            return False
        return (parts[-1] == LOCK_NAME or file.endswith(PAGE_SUFFIXES)) and self.takes(file)

    def _snapshot(self, files: _Files, name: str) -> Snapshot:
        names = [file for file in files.marks if PurePosixPath(file).name == LOCK_NAME]
        locks: dict[str, Lock] = {}
        for file, data in zip(names, files.read(names), strict=True):
            locks[file.removesuffix(LOCK_NAME)] = _lock(data or b"", f"{name}: {file}")
        found: dict[str, tuple[PageState, LockedPage | None]] = {}
        unknown = []
        for file in files.marks:
            if not file.endswith(PAGE_SUFFIXES):
                continue
            lock, row = _row(locks, file)
            if row:
                found[file] = self._locked(file, lock, row, files.marks[file]), row
            else:
                unknown.append(file)
        for file, head in self._heads_of(files, unknown):
            lock, _row_of = _row(locks, file)
            if head.title:
                state = PageState(
                    head.title,
                    file,
                    "",
                    head.project or lock.project,
                    head.updated,
                    files.marks[file],
                )
                found[file] = state, None
        pages = tuple(found[file][0] for file in sorted(found))
        rows = {file: row for file, (_state, row) in found.items()}
        projects = [lock.project for lock in locks.values() if lock.project]

        def read(wanted: Sequence[PageState]) -> list[PageText | None]:
            texts = files.read([page.file for page in wanted])
            return [
                None if data is None else _text(page.file, data, rows[page.file])
                for page, data in zip(wanted, texts, strict=True)
            ]

        return Snapshot(
            name,
            pages,
            projects[0] if len(set(projects)) == 1 else "",
            max((_time(lock.exported) for lock in locks.values()), default=0),
            read,
        )

    def _locked(self, file: str, lock: Lock, row: LockedPage, marks: frozenset[str]) -> PageState:
        title = _clean(row.title) or PurePosixPath(file).stem
        ids = row.line_ids[1:]
        return PageState(title, file, row.id, lock.project, _time(row.updated), marks, ids)

    def _heads_of(self, files: _Files, names: Sequence[str]) -> Iterator[tuple[str, _Head]]:
        heads: dict[tuple[str, str], _Head] = self._heads  # type: ignore[attr-defined]
        unread = []
        for file in names:
            mark = min(files.marks[file], default="")
            known = heads.get((file, mark)) if mark else None
            if known is None:
                unread.append(file)
            else:
                yield file, known
        for start in range(0, len(unread), BATCH):
            batch = unread[start : start + BATCH]
            for file, data in zip(batch, files.read(batch), strict=True):
                head = self._head(file, data) if data is not None else _Head("")
                heads[file, min(files.marks[file], default="")] = head
                yield file, head

    def _head(self, file: str, data: bytes) -> _Head:
        text = data.decode("utf-8", "replace")
        stem = _clean(PurePosixPath(file).stem)
        if file.endswith(".scrapbox"):
            return _Head(_clean(text.partition("\n")[0]).strip() or stem)
        if not self.is_page(file, text):
            return _Head("")
        front, _lines = split_page(text)
        return _Head(front.title or stem, front.project, front.dates.updated)


def _lock(data: bytes, name: str) -> Lock:
    try:
        return load_lock(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise SnapshotError(f"{name}: not UTF-8 at byte {error.start}") from error
    except LockError as error:
        raise SnapshotError(f"{name}: {error}") from error


_NO_LOCK = Lock()


def _row(locks: Mapping[str, Lock], file: str) -> tuple[Lock, LockedPage | None]:
    """The lock beside or above a file, and the file's row in it."""
    folder = file
    while folder:
        folder = folder.rstrip("/").rpartition("/")[0]
        folder = f"{folder}/" if folder else ""
        if folder in locks:
            return locks[folder], locks[folder].by_file.get(file[len(folder) :])
    return _NO_LOCK, None


def _text(file: str, data: bytes, row: LockedPage | None) -> PageText:
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    marks = frozenset({_sha256(data)})
    if file.endswith(".md"):
        front, lines = split_page(text)
        return PageText(tuple(_levels(lines[front.body :])), (), front.body + 1, marks)
    rows = NOT_XML.sub("", text).removesuffix("\n").split("\n")[1:]
    ids = row.line_ids[1:] if row and row.line_ids and row.matches(text) else ()
    return PageText(tuple(map(_native, rows)), ids if len(ids) == len(rows) else (), 2, marks)


def _native(line: str) -> Row:
    text = line.lstrip()
    return Row(len(line) - len(text), text.rstrip()) if text else Row(0, "")


def _levels(lines: Iterable[str]) -> Iterator[Row]:
    """Rows of exported Markdown; in code, blanks in front are the code's own."""
    fence = ""
    for line in lines:
        text = line.rstrip()
        if fence:
            yield Row(0, text)
            fence = "" if text == fence else fence
            continue
        opened = _FENCE.match(text)
        fence = opened[0] if opened and "`" not in text[opened.end() :] else ""
        yield Row(*split_level(text)) if text else Row(0, "")


def _time(time: int) -> int:
    """A time that calendars know; 0 for another."""
    return clamp(time)


def _clean(text: str) -> str:
    """One line that any document may hold."""
    return " ".join(NOT_XML.sub("", text).splitlines())


def _sha256(data: bytes) -> str:
    text = data.replace(b"\r\n", b"\n")
    return f"sha256:{sha256(text).hexdigest()}"


# -- files -----------------------------------------------------------------------------


class _Folder:
    """The files of a folder on the disk."""

    def __init__(self, folder: Path, files: Iterable[str]) -> None:
        self._folder = folder
        self.marks: dict[str, frozenset[str]] = {}
        for file in sorted(files):
            data = self._read(file)
            if data is not None:
                self.marks[file] = _marks(data)

    def read(self, files: Sequence[str]) -> list[bytes | None]:
        return [self._read(file) for file in files]

    def _read(self, file: str) -> bytes | None:
        path = self._folder / file
        try:
            return path.read_bytes()
        except FileNotFoundError:  # a link that leads nowhere, or gone since
            return None
        except OSError as error:
            raise SnapshotError(f"cannot read {path}: {error.strerror}") from error


def _files(folder: Path) -> Iterator[str]:
    def fail(error: OSError) -> None:
        raise SnapshotError(f"cannot read {error.filename}: {error.strerror}") from error

    for place, folders, names in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if name[0] != "." and name != "_build"]
        within = Path(place).relative_to(folder)
        for name in names:
            if name.endswith(PAGE_SUFFIXES) or name == LOCK_NAME:
                yield (within / name).as_posix()


def _marks(data: bytes) -> frozenset[str]:
    """Names of what is in a file: as a lock has it, and as git has it if lines end as here."""
    spellings = {data, data.replace(b"\r\n", b"\n")}
    return frozenset(map(_blob_mark, spellings)) | {_sha256(data)}


def _blob_mark(data: bytes) -> str:
    head = b"blob %d\0" % len(data)
    return f"git:{sha1(head + data, usedforsecurity=False).hexdigest()}"


class _Tree:
    """The files of a folder as git keeps them."""

    def __init__(self, git: Repository, blobs: Mapping[str, str]) -> None:
        self._git = git
        self._blobs = blobs
        self.marks = {file: frozenset({f"git:{blob}"}) for file, blob in blobs.items()}

    def read(self, files: Sequence[str]) -> list[bytes | None]:
        return self._git.blobs([self._blobs[file] for file in files])
