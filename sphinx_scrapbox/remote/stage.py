"""The folder that holds what a pull has fetched until everything is there."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from sphinx_scrapbox.remote.api import Listed
from sphinx_scrapbox.remote.listing import PullError

STAGE = ".scrapbox-pull"
"""Its name, below the folder of the pages."""
_OURS = re.compile(r"(?:[0-9A-Za-z]{1,64}-\d+|[0-9a-f]{64})\.(?:json|picture|tmp)")


class Stage:
    """Fetched pages, by id and time of change, and fetched pictures.

    Files are written atomically. One that cannot be read counts as not fetched.
    """

    def __init__(self, folder: Path) -> None:
        """Use a subfolder of *folder*, which holds the pages.

        :raises PullError: if the subfolder is a symbolic link.
        """
        self._folder = folder / STAGE
        if self._folder.is_symlink():
            raise PullError(f"{self._folder} must not be a symbolic link")

    def get(self, page: Listed) -> dict[str, object] | None:
        """The JSON object of *page*, if its current version was fetched."""
        try:
            value = json.loads(self._path(page).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        good = isinstance(value, dict) and value.get("id") == page.id
        return value if good and isinstance(value.get("lines"), list) else None

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
        draft = path.with_suffix(".tmp")
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                # An unfinished pull must not be committed.
                (self._folder / ".gitignore").write_text("*\n", encoding="ascii")
            draft.write_bytes(data)
            draft.replace(path)
        except OSError as error:
            raise PullError(
                f"nothing was changed: cannot write {path}: {error.strerror}"
            ) from error

    def clear(self) -> None:
        """Remove all files of a pull, and the folder if it is then empty."""
        with suppress(OSError):
            for path in self._folder.iterdir():
                if _OURS.fullmatch(path.name) or path.name == ".gitignore":
                    path.unlink()
            self._folder.rmdir()

    def _path(self, page: Listed) -> Path:
        return self._folder / f"{page.id}-{page.updated}.json"
