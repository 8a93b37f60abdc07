"""Loads snapshots from a folder, from a lock file alone, or from a folder at a git revision.

File contents are not trusted: bytes that are not UTF-8 are replaced, and characters that no
document may contain are removed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha1, sha256
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sphinx_scrapbox.formats import PAGE_SUFFIXES, Recognition, recognise
from sphinx_scrapbox.formats.markdown.blocks import split_level, split_page
from sphinx_scrapbox.snapshot import lockfile
from sphinx_scrapbox.snapshot.diff.model import PageState, PageText, Row, Snapshot, no_texts
from sphinx_scrapbox.snapshot.folder import (
    folder_of,
    lies_below_lock,
    page_files,
    read_regular_file,
)
from sphinx_scrapbox.snapshot.git import BATCH, Repository, SnapshotError, locate
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, LockedPage
from sphinx_scrapbox.wiki.dates import clamp
from sphinx_scrapbox.wiki.text import NOT_XML

_FENCE = re.compile(r"`{3,}")


def load(name: str, folder: Path = Path()) -> Snapshot:
    """The snapshot that *name* means; see :meth:`SnapshotLoader.load`."""
    return SnapshotLoader().load(name, folder)


class _Files(NamedTuple):
    """Files by path, with forward slashes. ``marks`` are names of their contents."""

    marks: Mapping[str, frozenset[str]]
    read: Callable[[Sequence[str]], Sequence[bytes | None]]


class _Head(NamedTuple):
    """What a file without a row in a lock says about its page; not a page if without title.

    ``recognition`` is None for a file in native notation.
    """

    title: str
    project: str = ""
    updated: int = 0
    recognition: Recognition | None = None

    @property
    def is_certain(self) -> bool:
        """Whether the file is a page in any folder."""
        return bool(self.title) and (self.recognition is None or self.recognition.alone.is_page)


@dataclass(frozen=True)
class SnapshotLoader:
    """Loads snapshots. What it learns about a file is reused for other snapshots.

    ``recognise`` tells by path and text what a Markdown file is, ``takes`` whether the file of a
    page or a lock is read at all. Hidden files and ``_build`` never are. All methods
    raise :class:`.SnapshotError` if a snapshot cannot be read.
    """

    recognise: Callable[[str, str], Recognition] = lambda file, text: recognise(text, file)
    takes: Callable[[str], bool] = lambda file: True
    _heads: dict[tuple[str, str], _Head] = field(default_factory=dict, init=False, repr=False)
    """By path and mark."""

    def load(self, name: str, folder: Path = Path()) -> Snapshot:
        """The snapshot that *name* means: a folder, a lock file, ``REV:path`` or ``REV``.

        :param folder: the folder to read at a revision without a path.
        """
        try:
            exists = Path(name).exists()
        except (OSError, ValueError):  # too long, or with a null byte
            exists = False
        if exists:
            return self.from_path(Path(name), name=name)
        if Path(name).drive:  # of Windows, such as "C:", and not the name of a revision
            raise SnapshotError(f"there is no folder or lock file {name!r}")
        revision, colon, path = name.partition(":")
        if colon:
            path = path.replace(os.sep, "/")
            return self.from_revision(Path(), revision, path, name=name)
        try:
            return self.from_revision(folder, revision, name=name)
        except SnapshotError as error:
            message = f"{name!r} is neither a folder nor a lock file, and {error}"
            raise SnapshotError(message) from error

    def from_path(self, path: Path, *, name: str) -> Snapshot:
        """The pages of a folder, or of a lock file alone."""
        if path.is_dir():
            return self.from_folder(path, name=name)
        try:
            return self.from_lock(path.read_bytes(), name=name)
        except OSError as error:
            raise SnapshotError(f"cannot read {name}: {error.strerror}") from error

    def from_folder(
        self, folder: Path, *, name: str = "", files: Iterable[str] | None = None
    ) -> Snapshot:
        """The current pages in *folder* and below; if *files* are given, only those."""
        files = page_files(folder, _fail) if files is None else files
        names = sorted(filter(self._is_read, files))
        contents = ((file, _read(folder / file)) for file in names)
        marks = {file: _marks(data) for file, data in contents if data is not None}
        present = _Files(marks, lambda files: [_read(folder / file) for file in files])
        below_lock = lies_below_lock(folder)
        return self._snapshot(present, name or str(folder), below_lock=below_lock)

    def from_lock(self, data: bytes, *, name: str) -> Snapshot:
        """The pages that a lock file lists. They have no texts."""
        lock = _lock(data, name)
        pages = []
        for row in lock.pages:
            marks = frozenset({f"sha256:{row.hash}"} if row.hash else ())
            pages.append(_state(row, row.file, lock.project, marks))
        return Snapshot(name, tuple(pages), lock.project, clamp(lock.exported), no_texts)

    def from_revision(
        self, folder: Path, revision: str, path: str | None = None, *, name: str = ""
    ) -> Snapshot:
        """The pages in *path* at a revision of the repository that *folder* lies in.

        :param path: a folder or lock file, from the top of the repository, or from *folder* if it
            begins with ``./``; by default *folder*, which need not exist. A folder that does not
            exist at the revision has no pages.
        """
        if path is None:
            repository, path = locate(folder)
        else:
            repository = Repository(folder)
        name = name or f"{revision}:{path}"
        commit = repository.commit(revision)
        inner = path if path == "./" else path.rstrip("/")
        kind, object_id = repository.find(f"{revision}:{inner}")
        if kind == "blob":
            (data,) = repository.blobs([object_id])
            return self.from_lock(data, name=name)
        blobs = repository.tree(object_id) if kind == "tree" else {}
        marks = {file: frozenset({f"git:{blobs[file]}"}) for file in filter(self._is_read, blobs)}
        files = _Files(marks, lambda files: repository.blobs([blobs[file] for file in files]))
        snapshot = self._snapshot(files, name)
        return replace(snapshot, time=snapshot.time or repository.time(commit))

    def _is_read(self, file: str) -> bool:
        parts = file.split("/")
        if any(part.startswith(".") or part == "_build" for part in parts):
            return False
        return (parts[-1] == LOCK_NAME or file.endswith(PAGE_SUFFIXES)) and self.takes(file)

    def _snapshot(self, files: _Files, name: str, *, below_lock: bool = False) -> Snapshot:
        names = [file for file in files.marks if PurePosixPath(file).name == LOCK_NAME]
        locks: dict[str, Lock] = {}
        for file, data in zip(names, files.read(names), strict=True):
            locks[file.removesuffix(LOCK_NAME)] = _lock(data or b"", f"{name}: {file}")
        rows: dict[str, LockedPage] = {}
        projects: dict[str, str] = {}
        for file in files.marks:
            if file.endswith(PAGE_SUFFIXES):
                folder = lockfile.nearest_folder(locks, file)
                lock = locks[folder] if folder is not None else Lock()
                projects[file] = lock.project
                if row := lock.by_file.get(file[len(folder or "") :]):
                    rows[file] = row
        states = {
            file: _state(row, file, projects[file], files.marks[file])
            for file, row in rows.items()
        }
        others = [file for file in projects if file not in rows]
        heads = self._heads_of(files, others)
        with_pages = {folder_of(file) for file in rows}
        with_pages |= {folder_of(file) for file, head in heads.items() if head.is_certain}
        for file, head in heads.items():
            if head.recognition is not None:
                folder = lockfile.nearest_folder(locks, file)
                has_pages = below_lock or folder is not None or folder_of(file) in with_pages
                if not head.recognition.answer(has_pages=has_pages).is_page:
                    continue
            if head.title:
                project = head.project or projects[file]
                mark = files.marks[file]
                states[file] = PageState(head.title, file, "", project, head.updated, mark)

        def read(pages: Sequence[PageState]) -> list[PageText | None]:
            contents = files.read([page.file for page in pages])
            return [
                None if data is None else _text(page.file, data, rows.get(page.file))
                for page, data in zip(pages, contents, strict=True)
            ]

        locked_projects = {lock.project for lock in locks.values() if lock.project}
        return Snapshot(
            name,
            tuple(states[file] for file in sorted(states)),
            locked_projects.pop() if len(locked_projects) == 1 else "",
            max((clamp(lock.exported) for lock in locks.values()), default=0),
            read,
        )

    def _heads_of(self, files: _Files, names: Sequence[str]) -> dict[str, _Head]:
        keys = {file: (file, min(files.marks[file])) for file in names}
        unread = [file for file in names if keys[file] not in self._heads]
        for start in range(0, len(unread), BATCH):
            batch = unread[start : start + BATCH]
            for file, data in zip(batch, files.read(batch), strict=True):
                self._heads[keys[file]] = self._head(file, data)
        return {file: self._heads[keys[file]] for file in names}

    def _head(self, file: str, data: bytes | None) -> _Head:
        if data is None:
            return _Head("")
        text = data.decode("utf-8", "replace")
        stem = _clean(PurePosixPath(file).stem)
        if file.endswith(".scrapbox"):
            return _Head(_clean(text.partition("\n")[0]).strip() or stem)
        recognition = self.recognise(file, text)
        if not recognition.may_be_page:
            return _Head("")
        front, _lines = split_page(text)
        return _Head(front.title or stem, front.project, front.dates.updated, recognition)


def _lock(data: bytes, name: str) -> Lock:
    try:
        return lockfile.load_lock(data)
    except lockfile.LockError as error:
        raise SnapshotError(lockfile.damage_report(name, error)) from error


def _state(row: LockedPage, file: str, project: str, marks: frozenset[str]) -> PageState:
    title = _clean(row.title) or PurePosixPath(file).stem
    ids = row.line_ids[1:]
    return PageState(title, file, row.id, project, clamp(row.updated), marks, ids)


def _text(file: str, data: bytes, row: LockedPage | None) -> PageText:
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    marks = frozenset({_lock_mark(data)})
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
    """Rows of exported Markdown; in code, indentation belongs to the text."""
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


def _clean(text: str) -> str:
    """The text on one line, without characters that no document may contain."""
    return " ".join(NOT_XML.sub("", text).splitlines())


def _read(path: Path) -> bytes | None:
    try:
        return read_regular_file(path)
    except FileNotFoundError:  # a dead symbolic link, or deleted meanwhile
        return None
    except OSError as error:
        raise SnapshotError(f"cannot read {path}: {error.strerror}") from error


def _fail(error: OSError) -> None:
    raise SnapshotError(f"cannot read {error.filename}: {error.strerror}") from error


def _marks(data: bytes) -> frozenset[str]:
    """The hashes of a file as in a lock, and as in git, whether or not it converts line ends."""
    blobs = (b"blob %d\0%s" % (len(text), text) for text in (data, data.replace(b"\r\n", b"\n")))
    hashes = (sha1(blob, usedforsecurity=False).hexdigest() for blob in blobs)
    return frozenset({_lock_mark(data), *(f"git:{object_id}" for object_id in hashes)})


def _lock_mark(data: bytes) -> str:
    text = data.replace(b"\r\n", b"\n")
    return f"sha256:{sha256(text).hexdigest()}"
