"""TODO: say what this file is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_BLOCK = 1 << 20
MANY = 100  # so many files are put onto the disk by one call for all


class FolderError(Exception):
    """The folder cannot be read or written; the message says what that left behind."""


def blocks(data: bytes | Path) -> Iterator[bytes]:
    """What is to be written or hashed; of a file, little at a time."""
    if isinstance(data, bytes):
        yield data
        return
    with data.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def write(path: Path, data: bytes | Path, *, sync: bool) -> None:
    with path.open("xb") as file:
        for block in blocks(data):
            file.write(block)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Put a folder's entries onto the disk, where the system has a way to."""
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(number)
    except OSError:
        pass
    finally:
        os.close(number)


def reason(error: OSError) -> str:
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename else what
