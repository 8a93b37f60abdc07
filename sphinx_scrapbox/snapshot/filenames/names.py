"""Names for the files of pages and pictures, which all file systems and hosts accept."""

from __future__ import annotations

import os
import re
from hashlib import file_digest, sha256
from io import BufferedReader, BytesIO
from pathlib import Path
from unicodedata import normalize

from sphinx_scrapbox.snapshot.filenames.hosts import (
    DEVICE,
    LONG_NAME_BYTES,
    WINDOWS_SIGNS,
)
from sphinx_scrapbox.snapshot.lockfile import IMAGE_SUFFIXES, PICTURE_FOLDER
from sphinx_scrapbox.wiki.text import CONTROLS, EPUB_SIGNS, SURROGATES

_NOT_NORMAL = re.compile(r"(?<=[\\/])\.{0,2}(?:[\\/]|\Z)")  # empty, "." or ".."
_MAX_STEM_BYTES = LONG_NAME_BYTES - len(".scrapbox")
# Besides what Windows forbids: what Netlify refuses, and signs that end a string or an element
# where a theme writes the name of a document into a script, an attribute or a template as it is.
_MARKUP = "#'`&{}"
_REPLACED = re.compile(rf"[{WINDOWS_SIGNS}{_MARKUP}/{CONTROLS}{SURROGATES}{EPUB_SIGNS}]")
# Invisible characters and marks of direction. Joiners stay: emoji are composed with them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LINE_END = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


def file_stem(title: str, *, salt: str = "") -> str:
    """A name for the file of a page, without suffix, that every file system and host accepts.

    Letters of all scripts are kept. Characters that a :class:`Host` refuses become dashes, and so
    do quotes, ``&`` and braces, which some themes write into scripts. The name is not that of a
    device, not hidden, and ends in neither a dot nor a space. A long name is cut and ends in a
    short hash; a *salt* always adds one, to tell titles with equal names apart.

    The names of files that exist are not changed by this rule: a lock file names them.

    >>> file_stem("Soil/water: a balance")
    'Soil-water- a balance'
    >>> file_stem("Don't panic")
    'Don-t panic'
    >>> file_stem("nul.txt")
    '_nul.txt'
    >>> file_stem("What now...", salt="5ae4aae4")
    'What now-09e0b7d2'
    """
    stem = _INVISIBLE.sub("", normalize("NFC", _LINE_END.sub(" ", title)))
    stem = normalize("NFC", _REPLACED.sub("-", stem))
    stem = _strip_end(stem.lstrip())
    if stem.startswith("."):
        stem = f"-{stem[1:]}"
    if DEVICE.match(stem):
        stem = f"_{stem}"
    if stem and not salt and len(stem.encode()) <= _MAX_STEM_BYTES:
        return stem
    digest = sha256((salt or title).encode("utf-8", "replace")).hexdigest()[:8]
    short = stem.encode()[: _MAX_STEM_BYTES - len(digest) - 1].decode(errors="ignore")
    return f"{_strip_end(short) or 'page'}-{digest}"


def _strip_end(stem: str) -> str:
    """Remove dots, blanks and joiners at the end."""
    end = len(stem)
    while end and (stem[end - 1].isspace() or stem[end - 1] in ".\u200c\u200d"):
        end -= 1
    return stem[:end]


def file_key(name: str) -> str:
    """What names have in common that are one to a file system without case or accent forms.

    >>> file_key("Straße") == file_key("STRASSE")
    True
    """
    return normalize("NFC", normalize("NFD", name).casefold())


def ignores_case(folder: Path) -> bool:
    """Whether the file system of *folder* takes names that differ in case for one."""
    for place in (folder, *folder.parents):
        other = place.with_name(place.name.swapcase()) if place.name else place
        if other.name != place.name:
            try:
                return other.samefile(place)
            except OSError:  # no such file
                return False
    return False


def composed_path(folder: Path, file: Path) -> Path:
    """The path *file* below *folder* with composed accents (NFC), if it leads to the same file.

    macOS may list a name in the decomposed form (NFD) and opens the file by both. Sphinx and lock
    files use the composed form.
    """
    composed = Path(normalize("NFC", str(file)))
    try:
        is_same = composed != file and (folder / composed).samefile(folder / file)
    except OSError:  # no such file
        is_same = False
    return composed if is_same else file


def relative_path(path: str | os.PathLike[str], start: str | os.PathLike[str]) -> str:
    """The path from the folder *start*, with forward slashes.

    On Windows, there is none from one drive to another: then it is *path* itself.
    """
    try:
        relative = _path_below(os.fspath(path), os.fspath(start)) or os.path.relpath(path, start)
    except ValueError:
        relative = os.fspath(path)
    return relative.replace(os.sep, "/")


def _path_below(path: str, start: str) -> str:
    """What :func:`os.path.relpath` returns for most paths, ten times as fast; else ""."""
    rest = path.removeprefix(start + os.sep)
    is_plain = start and rest != path and not _NOT_NORMAL.search(path)
    return rest if is_plain else ""


_HASH_DIGITS = 32


def open_content(content: bytes | Path) -> BytesIO | BufferedReader:
    """A file to read from: the bytes, or a file that holds them."""
    return BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def picture_file_name(content: bytes | Path, suffix: str) -> str:
    """The name of a picture, made from its content: ``_files/HASH.suffix``.

    :param content: the bytes, or a file that holds them.
    :param suffix: one of :data:`.lockfile.IMAGE_SUFFIXES`.
    :raises OSError: if the file cannot be read.
    """
    if suffix not in IMAGE_SUFFIXES:
        raise ValueError(f"not the suffix of a picture: {suffix!r}")
    with open_content(content) as file:
        digest = file_digest(file, "sha256").hexdigest()
    return f"{PICTURE_FOLDER}/{digest[:_HASH_DIGITS]}.{suffix}"
