"""The folder that holds what a pull has fetched until everything is there.

It lies in the user's cache and not beside the pages: whatever is in a repository may come from
others, who could plant an answer of the wiki there, or a link to a file that a pull would then
overwrite. The folder is used only if nobody else can write to it.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkstemp
from typing import Self

from sphinx_scrapbox.formats.untrusted_json import InvalidJsonError, load_json
from sphinx_scrapbox.remote.api import Listed
from sphinx_scrapbox.remote.listing import PullError

_KEPT = 30 * 24 * 3600  # seconds; an interrupted pull that nobody continued by then is forgotten


class Stage:
    """Fetched pages, by id and time of change, and fetched pictures. Close it after use.

    Files are written atomically. One that cannot be read counts as not fetched.
    """

    def __init__(self, folder: Path, origin: str, project: str) -> None:
        """The stage for pulls of one project of one server into one folder.

        If the user's cache cannot be used, the stage is a temporary folder, and the next pull
        starts from the beginning.
        """
        self._temporary: TemporaryDirectory[str] | None = None
        self._folder = self._prepare(folder.resolve(), origin, project)

    def _prepare(self, folder: Path, origin: str, project: str) -> Path:
        names = json.dumps([os.fspath(folder), origin, project])
        digest = sha256(names.encode("utf-8", "replace")).hexdigest()[:32]
        cache = user_cache()
        if cache and not _is_in_repository_of(cache, folder):
            stages = cache / "pull"
            with suppress(OSError):
                if all(map(_make_private, (cache, stages, stages / digest))):
                    _remove_old(stages, digest)
                    return stages / digest
        self._temporary = TemporaryDirectory(prefix="sphinx-scrapbox-")
        return Path(self._temporary.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._temporary:
            self._temporary.cleanup()
        else:
            with suppress(OSError):  # not empty: the next pull continues
                self._folder.rmdir()

    def get(self, page: Listed) -> dict[str, object] | None:
        """The JSON object of *page*, if its current version was fetched."""
        try:
            value = load_json(self._path(page).read_bytes())
        except (OSError, InvalidJsonError):
            return None
        if not isinstance(value, dict) or value.get("id") != page.id:
            return None
        return value if isinstance(value.get("lines"), list) else None

    def put(self, page: Listed, entry: dict[str, object]) -> None:
        """Keep the fields of a page that the snapshot needs: none about people."""
        value = {name: entry.get(name) for name in ("id", "title", "created", "updated")}
        lines = entry.get("lines")
        value["lines"] = [
            {name: line.get(name) for name in ("id", "text", "created", "updated")}
            for line in (lines if isinstance(lines, list) else ())
            if isinstance(line, dict)
        ]
        self._write(self._path(page), json.dumps(value).encode())

    def picture(self, name: str) -> Path:
        """The path of the picture that is or would be stored under *name*."""
        digest = sha256(name.encode("utf-8", "replace")).hexdigest()
        return self._folder / f"{digest}.picture"

    def put_picture(self, name: str, data: bytes) -> Path:
        """Store a picture, and return its path."""
        path = self.picture(name)
        self._write(path, data)
        return path

    def _write(self, path: Path, data: bytes) -> None:
        try:
            descriptor, draft = mkstemp(".tmp", dir=self._folder)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(draft).replace(path)
        except OSError as error:
            raise PullError(
                f"nothing was changed: cannot write {path}: {error.strerror}"
            ) from error

    def clear(self) -> None:
        """Remove all files: the pull is complete."""
        with suppress(OSError):
            for path in self._folder.iterdir():
                path.unlink()

    def _path(self, page: Listed) -> Path:
        return self._folder / f"{page.id}-{page.updated}.json"


def user_cache() -> Path | None:
    """The folder for caches of this program; None if the user has no home.

    It follows the XDG Base Directory Specification, and the habits of macOS and Windows.
    """
    try:
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Caches"
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME", ""))
            base = base if base.is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        return None
    return base / "sphinx-scrapbox" if base.is_absolute() else None


def _is_in_repository_of(cache: Path, folder: Path) -> bool:
    """Whether the repository that *folder* lies in could hold the cache, too."""
    tops = (place for place in (folder, *folder.parents) if (place / ".git").exists())
    top = next(tops, folder)
    return cache.resolve().is_relative_to(top)


def _make_private(path: Path) -> bool:
    """Create a folder if it is missing; whether nobody but the user can read or write it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = path.lstat()
    if sys.platform == "win32" or not stat.S_ISDIR(status.st_mode):
        return stat.S_ISDIR(status.st_mode)
    return status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _remove_old(stages: Path, current: str) -> None:
    for path in stages.iterdir():
        if path.name != current and time.time() - path.lstat().st_mtime > _KEPT:
            rmtree(path, ignore_errors=True)
