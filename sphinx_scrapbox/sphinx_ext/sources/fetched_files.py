"""Files that were fetched with the pages: the images of icons, and copies of images.

They are named by the lock files and collected once, before any document is read. A file is named
after its content, so that equal files of two snapshots are one in the output.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

from sphinx_scrapbox.snapshot.image_types import InvalidImageError, image_type
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, PICTURE_FOLDER, Lock, is_picture_file
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.titles import join_target, key

_MOST_NAMED = 3


def image_mark(folder: str, address: str) -> str:
    """A checksum that stands for the image at *address* on the pages of a snapshot."""
    return f"{crc32(f'{folder} {address}'.encode('utf-8', 'replace')):08x}"


class FetchedFiles:
    """The fetched files of the folders with lock files.

    Folders and files are paths relative to *srcdir*, with forward slashes.

    :param locks: the lock of each folder with pages of the site.
    """

    def __init__(self, srcdir: Path, locks: Mapping[str, Lock]) -> None:
        self._srcdir = srcdir
        self._images: dict[str, dict[str, str]] = {}
        self._icons: dict[str, dict[str, str]] = {}
        self._refused: dict[str, str] = {}
        self._watched = frozenset(locks)
        for folder in sorted(locks):
            if locks[folder].pictures:
                self._note(folder, locks[folder])

    def _note(self, folder: str, lock: Lock, *, icons: bool = True) -> None:
        images: dict[str, str] = {}
        missing: set[str] = set()
        present = _present(self._srcdir / folder)
        for row in lock.pictures:
            if not row.file:
                continue
            path = _join(folder, row.file)
            if row.file not in present:
                missing.add(row.file)
            elif row.kind == "image":
                images.setdefault(row.name, path)
            elif icons:
                self._icons.setdefault(key(row.name), {}).setdefault(folder, path)
        self._images[folder] = images
        if missing:
            names = ", ".join(sorted(missing)[:_MOST_NAMED])
            more = len(missing) - _MOST_NAMED
            warn(
                Warn.FETCHED_FILE,
                f"{_join(folder, LOCK_NAME)} names files that do not exist: {names}"
                + (f" and {more} more" if more > 0 else ""),
            )

    def image(self, folder: str, lock: Lock, address: str) -> str | None:
        """The file for the image at *address*, on a page whose lock is in *folder*.

        Ask :meth:`is_image` before it is shown.
        """
        if lock.pictures and folder not in self._images:  # the site has no page from there
            self._note(folder, lock, icons=False)
        return self._images.get(folder, {}).get(address)

    def watches(self, folder: str) -> bool:
        """Whether :meth:`image_table` has the images of *folder*."""
        return folder in self._watched

    def icon(self, project: str, name: str, folder: str | None) -> str | None:
        """The image of an icon: from the lock in *folder* if possible, else from any other."""
        by_folder = self._icons.get(key(join_target(project, name)))
        if not by_folder:
            return None
        own = by_folder.get(folder) if folder is not None else None
        path = own or next(iter(by_folder.values()))
        return path if self.is_image(path) else None

    @property
    def has_icons(self) -> bool:
        """Whether there is an image of any icon."""
        return bool(self._icons)

    def is_image(self, path: str) -> bool:
        """Whether a file has the image type of its name; warns once if not."""
        if (reason := self._refused.get(path)) is None:
            reason = self._refused[path] = self._examine(path)
            if reason:
                warn(Warn.FETCHED_FILE, f"{path} is not shown: {reason}")
        return not reason

    def _examine(self, path: str) -> str:
        suffix = path.rpartition(".")[2]
        try:
            actual = image_type(self._srcdir / path)
        except InvalidImageError as error:
            return str(error)
        except OSError as error:
            return error.strerror or str(error)
        return "" if actual == suffix else f"it is {actual}, not {suffix}"

    def image_table(self) -> dict[str, int]:
        """Checksum of each image's file name by the image's mark (see :func:`image_mark`)."""
        return {
            image_mark(folder, address): crc32(path.encode())
            for folder, images in self._images.items()
            if folder in self._watched
            for address, path in images.items()
        }

    def icon_table(self) -> dict[str, int]:
        """Checksum of each icon's files (path, time, size) by the key of ``/project/name``."""
        paths = {path for by_folder in self._icons.values() for path in by_folder.values()}
        states = {path: self._state(path) for path in paths}
        table = {}
        for name, by_folder in self._icons.items():
            content = [(folder, states[path]) for folder, path in by_folder.items()]
            table[name] = crc32(repr(content).encode("utf-8", "replace"))
        return table

    def _state(self, path: str) -> tuple[str, int, int]:
        try:
            stat = (self._srcdir / path).stat()
        except OSError:
            return path, 0, 0
        return path, stat.st_mtime_ns, stat.st_size


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder not in ("", ".") else name


def _present(folder: Path) -> set[str]:
    """The fetched files in a folder, named as in a lock; symbolic links do not count."""
    if (folder / PICTURE_FOLDER).is_symlink():
        return set()
    try:
        with os.scandir(folder / PICTURE_FOLDER) as entries:
            return {
                name
                for entry in entries
                if is_picture_file(name := f"{PICTURE_FOLDER}/{entry.name}")
                and entry.is_file(follow_symlinks=False)
            }
    except OSError:
        return set()
