"""TODO: say what this file is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from sphinx_scrapbox.remote.api import Listed
from sphinx_scrapbox.remote.listing import SnapshotError

STAGE = ".scrapbox-pull"
"""The folder that keeps what was fetched until all is there."""
_OURS = re.compile(r"(?:[0-9A-Za-z]{1,64}-\d+|[0-9a-f]{64})\.(?:json|picture|tmp)")


# -- fetching --------------------------------------------------------------------------


class Stage:
    """What was fetched, until all is there: pages by id and time of change, and pictures.

    A file is there wholly or not at all. What cannot be read counts as not fetched.
    """

    def __init__(self, folder: Path) -> None:
        """Keep them in *folder*, the pages' own.

        :raises SnapshotError: if their place there is a link to elsewhere.
        """
        self._folder = folder / STAGE
        if self._folder.is_symlink():
            raise SnapshotError(f"{self._folder} is a link, and must be none")

    def get(self, page: Listed) -> dict[str, object] | None:
        """The body of *page*, if it was fetched as it is now."""
        try:
            value = json.loads(self._path(page).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        good = isinstance(value, dict) and value.get("id") == page.id
        return value if good and isinstance(value.get("lines"), list) else None

    def put(self, page: Listed, entry: dict[str, object]) -> None:
        """Keep what matters of a body: nothing of who wrote, saw or liked what."""
        value = {name: entry.get(name) for name in ("id", "title", "created", "updated")}
        value["lines"] = [
            {name: line.get(name) for name in ("id", "text", "created", "updated")}
            for line in _lines(entry)
        ]
        self._write(self._path(page), json.dumps(value).encode())

    def picture(self, name: str) -> Path:
        """Where the picture is, or would be, that was fetched under *name*."""
        digest = sha256(name.encode("utf-8", "replace")).hexdigest()
        return self._folder / f"{digest}.picture"

    def put_picture(self, name: str, data: bytes) -> Path:
        """Keep a picture."""
        path = self.picture(name)
        self._write(path, data)
        return path

    def _write(self, path: Path, data: bytes) -> None:
        draft = path.with_suffix(".tmp")
        try:
            self._make()
            draft.write_bytes(data)
            draft.replace(path)
        except OSError as error:
            raise SnapshotError(
                f"nothing was changed: cannot write {path}: {error.strerror}"
            ) from error

    def clear(self) -> None:
        """Remove all that was kept, and the folder if nothing else is in it."""
        with suppress(OSError):
            for path in self._folder.iterdir():
                if _OURS.fullmatch(path.name) or path.name == ".gitignore":
                    path.unlink()
            self._folder.rmdir()

    def _path(self, page: Listed) -> Path:
        return self._folder / f"{page.id}-{page.updated}.json"

    def _make(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            # Half a pull is nothing to commit.
            (self._folder / ".gitignore").write_text("*\n", encoding="ascii")


def _lines(entry: dict[str, object]) -> Iterator[dict[str, object]]:
    lines = entry.get("lines")
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict):
            yield line
