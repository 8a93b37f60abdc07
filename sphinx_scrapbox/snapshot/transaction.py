"""Applies a plan to a folder so that an interruption at any moment does no harm.

All new files are first written to a staging folder, and the new lock with them as the journal:
from then on, the next run knows both the old and the new content of each file as its own. Then
each file is moved into place, obsolete ones are removed, and the journal becomes the lock, last
and in one step.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import count
from pathlib import Path
from secrets import token_hex
from shutil import copyfileobj, copymode
from tempfile import gettempdir

from sphinx_scrapbox.snapshot.filenames import open_content, picture_file_name
from sphinx_scrapbox.snapshot.folder import (
    STAGING_FOLDER,
    FolderError,
    SnapshotFolder,
    staged_files,
)
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, PICTURE_FOLDER, dump_lock, is_picture_file
from sphinx_scrapbox.snapshot.plan import Change, Plan

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NewFile = tuple[str, bytes | Path]  # the name of a file, and its content or a file to copy
_SYNC_ALL = 100  # files; for more, one sync of everything is faster than one for each


@contextmanager
def exclusive_lock(folder: Path) -> Iterator[None]:
    """Create *folder* if it is missing, and keep other processes from using it meanwhile.

    The system releases the lock when the process ends. Nothing is locked on network file systems
    that do not support it.

    :raises FolderError: if another process holds the lock, or the folder cannot be created.
    """
    is_new = not folder.is_dir()
    descriptor = -1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _open_to_lock(folder)
    except OSError as error:
        raise FolderError(f"cannot write {folder}: {error.strerror}") from error
    if _is_locked(descriptor):
        os.close(descriptor)
        raise FolderError(f"another command is writing to {folder}: wait until it is done")
    try:
        yield
    finally:
        if is_new:
            with suppress(OSError):  # no longer empty
                folder.rmdir()
        if descriptor >= 0:
            os.close(descriptor)


def _open_to_lock(folder: Path) -> int:
    """Open what stands for *folder*: on Windows, which cannot open folders, a temporary file."""
    if sys.platform == "win32":
        place = os.path.normcase(folder.resolve())
        name = f"sphinx-scrapbox-{sha256(place.encode('utf-8', 'replace')).hexdigest()[:32]}.lock"
        return os.open(Path(gettempdir(), name), os.O_RDWR | os.O_CREAT)
    return os.open(folder, os.O_RDONLY)


def _is_locked(descriptor: int) -> bool:
    """Lock an open file if its file system can; whether another process has locked it."""
    if sys.platform == "win32":
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return isinstance(error, PermissionError)
    else:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:  # other errors: a network file system cannot lock
            return isinstance(error, BlockingIOError)
    return False


def apply_plan(
    folder: SnapshotFolder,
    plan: Plan,
    progress: Callable[[], object] = lambda: None,
    *,
    pictures: Mapping[str, bytes | Path] | None = None,
) -> None:
    """Carry out *plan*; *progress* is called after each file that is prepared.

    :param pictures: the contents of new pictures by file name, as bytes or as a file to copy. A
        new picture without content stays absent; others than the new ones are ignored.
    :raises FolderError: if it cannot be done, or the content of a picture does not match its name.
    """
    pictures = pictures or {}
    writes: list[_NewFile] = [
        *((step.file, step.data or b"") for step in plan.writes),
        *((file, pictures[file]) for file in plan.new_pictures if file in pictures),
    ]
    removals = [step.file for step in plan.steps if step.change is Change.REMOVED]
    removals += plan.unused_pictures
    lock_text = dump_lock(plan.lock)
    present = (folder.lock_data or b"").replace(b"\r\n", b"\n")
    transaction = _Transaction(folder.path)
    if lock_text.encode() == present and not writes and not removals:
        transaction.clean(transaction.leftovers)
        return
    try:
        transaction.stage(writes, lock_text, progress)
    except BaseException as error:
        with suppress(OSError):
            transaction.clean(transaction.staged)
        if isinstance(error, OSError):
            raise FolderError(f"nothing was changed: {_reason(error)}") from error
        raise
    try:
        transaction.commit([file for file, _ in writes], removals)
    except OSError as error:
        message = f"{_reason(error)}; run the same command again to complete it"
        raise FolderError(message) from error


class _Transaction:
    def __init__(self, folder: Path) -> None:
        self.leftovers = staged_files(folder)
        """Files of interrupted transactions."""
        self._folder = folder
        self._stage = folder / STAGING_FOLDER
        self.staged: list[Path] = []
        self._journal = self._stage

    def stage(
        self, writes: Sequence[_NewFile], lock_text: str, progress: Callable[[], object]
    ) -> None:
        """Write all files into the staging folder, then the journal in one step."""
        for path in self.leftovers:
            if path.suffix == ".tmp":
                path.unlink()
        self._stage.mkdir(parents=True, exist_ok=True)
        sync_each = len(writes) <= _SYNC_ALL or not hasattr(os, "sync")
        for file, content in writes:
            path = self._write(content, sync=sync_each)
            if is_picture_file(file) and picture_file_name(path, file.rpartition(".")[2]) != file:
                raise FolderError(f"nothing was changed: {file} is not what its name says")
            progress()
        if not sync_each:
            os.sync()
        journals = (self._stage / f"{number}.lock" for number in count())
        self._journal = next(path for path in journals if path not in self.leftovers)
        self._write(lock_text.encode(), sync=True).replace(self._journal)
        _sync_folder(self._stage)

    def _write(self, content: bytes | Path, *, sync: bool) -> Path:
        path = self._stage / f"{len(self.staged)}.tmp"
        self.staged.append(path)
        _write(path, content, sync=sync)
        return path

    def commit(self, files: Sequence[str], removals: Sequence[str]) -> None:
        """Move the staged *files* into place, remove others, and put the lock in place last."""
        for path, file in zip(self.staged, files, strict=False):
            target = self._folder / file
            if "/" in file:
                target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        for file in removals:
            (self._folder / file).unlink(missing_ok=True)
        pictures = self._folder / PICTURE_FOLDER
        if any(map(is_picture_file, files)):
            _sync_folder(pictures)
        if any(map(is_picture_file, removals)):
            with suppress(OSError):  # not empty
                pictures.rmdir()
        _sync_folder(self._folder)
        self._journal.replace(self._folder / LOCK_NAME)
        _sync_folder(self._folder)
        self.clean(path for path in self.leftovers if path.suffix == ".lock")

    def clean(self, paths: Iterable[Path]) -> None:
        """Remove staged files, and the staging folder if it is empty then."""
        for path in paths:
            path.unlink(missing_ok=True)
        if self._stage.is_dir() and not any(self._stage.iterdir()):
            self._stage.rmdir()


def write_file(path: Path, data: bytes) -> None:
    """Write a file in one step, so that it is there wholly or not at all.

    It replaces one that has other names (hard links), which keep their content. Pipes and
    terminals are written to.

    :raises OSError: if it cannot be written, or *path* is a symbolic link to a file.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(data)  # such as /dev/stdout
        return
    if path.is_symlink():
        raise OSError(None, "it is a symbolic link: name the file that it leads to", str(path))
    draft = path.parent / f".{path.name[:50]}-{token_hex(4)}.tmp"
    with draft.open("xb") as file:
        file.write(data)
    try:
        if path.is_file():
            copymode(path, draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _write(path: Path, content: bytes | Path, *, sync: bool) -> None:
    with path.open("xb") as file, open_content(content) as source:
        copyfileobj(source, file)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Write the entries of a folder to the disk, if the system can."""
    with suppress(OSError):  # Windows cannot open folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: OSError) -> str:
    message = error.strerror or str(error)
    return f"{error.filename}: {message}" if error.filename else message
