"""Names of files: which ones every file system accepts, and those of pages and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import file_digest, sha256
from io import BufferedReader, BytesIO
from pathlib import Path
from unicodedata import normalize

from sphinx_scrapbox.snapshot.lockfile import IMAGE_SUFFIXES, PICTURE_FOLDER
from sphinx_scrapbox.wiki.text import CONTROLS, SURROGATES

_WINDOWS = r'<>:"\\|?*\x00-\x1f'  # not allowed in names, besides the slash
_FORBIDDEN_SIGN = re.compile(f"[{_WINDOWS}]")
_SURROGATE = re.compile(f"[{SURROGATES}]")
# Names of devices on Windows, which count with any suffix and with blanks before it.
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)\s*(?:\.|$)", re.I | re.A
)
_MAX_NAME_BYTES = 255
_BUILD_SUFFIX_BYTES = 12  # what a build appends, such as ".doctree"
LONG_NAME_BYTES = 120
"""Bytes up to which a name fits everywhere, with a longer suffix or that of a backup, too."""


def portability_problems(name: str) -> Iterator[str]:
    """What some file system has against a name, each as a clause for a message."""
    if signs := sorted(set(_FORBIDDEN_SIGN.findall(name))):
        shown = " ".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in signs)
        yield f"Windows allows no {shown} in a name"
    if _SURROGATE.search(name):
        yield "the name is not UTF-8"
    if name[-1] in ". ":
        end = "dot" if name[-1] == "." else "space"
        yield f"Windows removes the {end} at the end of a name"
    if _DEVICE.match(name):
        yield "the name of a device on Windows"
    size = len(name.encode("utf-8", "surrogateescape"))
    if size > _MAX_NAME_BYTES - _BUILD_SUFFIX_BYTES:
        yield f"a name of {size} bytes is too long for the suffixes that a build appends"


_MAX_STEM_BYTES = LONG_NAME_BYTES - len(".scrapbox")
# Besides what Windows forbids, signs that end a string or an element where a theme writes the name
# of a document into a script, an attribute or a template without escaping it.
_MARKUP = "'`&{}"
_REPLACED = re.compile(rf"[{_WINDOWS}{_MARKUP}/{CONTROLS}{SURROGATES}\ufffe\uffff]")
# Invisible characters and marks of direction. Joiners stay: emoji are composed with them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LINE_END = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


def file_stem(title: str, *, salt: str = "") -> str:
    """A name for the file of a page, without suffix, that every file system accepts.

    Letters of all scripts are kept. Characters that Windows forbids become dashes, and so do
    quotes, ``&`` and braces, which some themes write into scripts. The name is not that of a
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
    if _DEVICE.match(stem):
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
