"""The folders of wikis that commands write."""

from __future__ import annotations

from pathlib import Path

from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, load_lock


def state(folder: Path) -> dict[str, bytes]:
    """The content of each file by its name below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def names(folder: Path) -> set[str]:
    """The names of the files but the lock file, those of pages without their suffix."""
    return {name.removesuffix(".scrapbox") for name in state(folder)} - {LOCK_NAME}


def lock_of(folder: Path) -> Lock:
    """What the lock file of a folder says."""
    return load_lock((folder / LOCK_NAME).read_text(encoding="utf-8"))
