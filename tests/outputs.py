"""What lies in an output folder, and how it differs from that of a fresh build."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sites import Built, Site


def output(folder: Path) -> dict[str, bytes]:
    """The content of each file by its name; the times inside of a book do not count."""
    return {
        path.relative_to(folder).as_posix(): _content(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _content(path: Path) -> bytes:
    if path.suffix == ".epub":
        with ZipFile(path) as book:
            return repr([(entry.filename, entry.CRC) for entry in book.infolist()]).encode()
    return path.read_bytes()


def assert_same_pages(kept: Path, fresh: Path) -> None:
    """Each HTML file of a fresh build is in another one, too, byte for byte."""
    for path in fresh.rglob("*.html"):
        name = str(path.relative_to(fresh))
        assert (kept / name).read_bytes() == path.read_bytes(), name


def differences(kept: Path, fresh: Path) -> list[str]:
    """Each file that is not the same in two output folders, and how it differs.

    Sphinx leaves images that no page shows any longer, and a copy of what it knew of its options.
    """
    ours, expected = output(kept), output(fresh)
    may_stay = ("_images/", ".buildinfo.bak")
    left = {name for name in ours.keys() - expected.keys() if not name.startswith(may_stay)}
    stale = {name for name in ours.keys() & expected.keys() if ours[name] != expected[name]}
    return sorted(
        [
            *(f"missing: {name}" for name in expected.keys() - ours.keys()),
            *(f"left over: {name}" for name in left),
            *(f"stale: {name}" for name in stale),
        ]
    )


def stale_files(site: Site, kept: Built, **config: Any) -> list[str]:
    """Each file of *kept* that a fresh build of the same sources writes otherwise."""
    fresh = site.build(kept.app.builder.name, target="_fresh", **config)
    try:
        return differences(kept.out, fresh.out)
    finally:
        shutil.rmtree(fresh.out.parent)
