"""Reading and writing files in folders whose contents others may have made.

A repository can hold a link, a pipe or a device where a page or a lock file is expected, and one
that is opened like a file blocks the program, has no end, or leads a write out of the folder.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from secrets import token_hex
from shutil import copymode

MAX_FILE_BYTES = 256 * 1024 * 1024
"""The largest page or lock file that is read."""

# Without waiting for the other end of a pipe, and without becoming the owner of a terminal.
_READING = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _READING |= getattr(os, _name, 0)


def read_regular_file(path: Path, *, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """The content of a file, or of the file that a symbolic link leads to.

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
