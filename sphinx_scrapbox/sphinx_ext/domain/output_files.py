"""Writing and removing files of the output, and what is kept of them beside the doctrees."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from zlib import crc32

from sphinx.application import Sphinx

from sphinx_scrapbox.snapshot.filenames import file_key, relative_path
from sphinx_scrapbox.sphinx_ext.domain.index.history import digest


def state_file(app: Sphinx, name: str) -> Path:
    """The path, beside the doctrees, of a file with the state of this output.

    :param name: the start of its name.
    """
    # Relative, so that a tree that is moved as a whole keeps it.
    place = relative_path(app.outdir, app.doctreedir)
    return Path(app.doctreedir, f"{name}-{app.builder.name}-{digest(place)}.json")


def write_changed(path: Path, data: bytes) -> None:
    """Write a file of the output, unless it has this content already."""
    if not path.is_file() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def remove_outdated(folder: Path, outdated: Iterable[str], current: Iterable[str]) -> None:
    """Remove the files *outdated* of earlier builds from *folder*.

    A file system without case takes ``Why.md`` for ``why.md``: what is one of the *current* files
    under another name is kept.
    """
    names: dict[str, list[str]] = {}
    for name in current:
        names.setdefault(file_key(name), []).append(name)
    for name in outdated:
        if not is_same_file(folder, name, names.get(file_key(name), ())):
            (folder / name).unlink(missing_ok=True)


def is_same_file(folder: Path, name: str, others: Iterable[str]) -> bool:
    """Whether the file *name* in *folder* exists, and one of *others* is that file."""
    try:
        return any((folder / name).samefile(folder / other) for other in others)
    except OSError:
        return False


def recorded_files(record: Path) -> set[str]:
    """The names of files that :func:`record_files` kept; none if they cannot be read."""
    try:
        return set(json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return set()


def record_files(record: Path, names: Collection[str]) -> None:
    """Keep the names of the files that this build wrote, so that a later one removes them.

    :param record: the path of the file with the names, from :func:`state_file`.
    """
    if names or record.is_file():
        write_changed(record, json.dumps(sorted(names)).encode())


def write_parts(
    folder: Path, entries: Mapping[str, object], per_file: int, about: Mapping[str, object]
) -> None:
    """Write data of many pages for scripts, several pages a file; remove files of earlier builds.

    A CRC-32 of a page's address tells which file holds it, so that a change of one page changes
    one file. ``index.json`` holds a checksum of each file, which becomes a part of its address: no
    browser shows an old one. ``parts.js`` reads them.

    :param entries: the data by the address of the page below the root of the site.
    :param per_file: how many pages a file holds, at most and on average.
    :param about: what ``index.json`` holds beside the checksums.
    """
    files: dict[str, bytes] = {}
    if entries:
        # A power of two, so that the number seldom changes while a site grows.
        count = 1 << (len(entries) // per_file).bit_length()
        parts: list[dict[str, object]] = [{} for _ in range(count)]
        for address, entry in entries.items():
            parts[crc32(address.encode("utf-8", "replace")) % count][address] = entry
        files = {f"{number}.json": _dumped(part) for number, part in enumerate(parts)}
        versions = [f"{crc32(data):08x}" for data in files.values()]
        files["index.json"] = _dumped({**about, "versions": versions})
    for path in folder.glob("*.json"):
        if path.name not in files:
            path.unlink()
    for name, data in files.items():
        write_changed(folder / name, data)


def replace_in_parts(folder: Path, entries: Mapping[str, object]) -> bool:
    """Replace the data of some pages in the files that :func:`write_parts` wrote.

    :returns: False if these have no data of one of the pages, or cannot be read.
    """
    parts: dict[int, dict[str, object]] = {}
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        versions: list[str] = index["versions"]
        for address, entry in entries.items():
            number = crc32(address.encode("utf-8", "replace")) % len(versions)
            if number not in parts:
                text = (folder / f"{number}.json").read_text(encoding="utf-8")
                parts[number] = json.loads(text)
            if address not in parts[number]:
                return False
            parts[number][address] = entry
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError):
        return False
    for number, part in parts.items():
        data = _dumped(part)
        versions[number] = f"{crc32(data):08x}"
        write_changed(folder / f"{number}.json", data)
    write_changed(folder / "index.json", _dumped(index))
    return True


def _dumped(data: object) -> bytes:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{text}\n".encode("utf-8", "replace")
