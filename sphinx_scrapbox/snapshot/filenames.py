"""TODO: say what this file is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from unicodedata import normalize

from sphinx_scrapbox.wiki.text import CONTROLS, SURROGATES

# -- names of files --------------------------------------------------------------------

_FORBIDDEN_SIGN = re.compile(r'[<>:"\\|?*\x00-\x1f]')
_SURROGATE = re.compile(f"[{SURROGATES}]")
DEVICE_NAME = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])", re.IGNORECASE
)
MAX_NAME_BYTES = 255
_ROOM_FOR_BUILD = 12
LONG_NAME_BYTES = 120


def portability_problems(name: str) -> Iterator[str]:
    if signs := sorted(set(_FORBIDDEN_SIGN.findall(name))):
        shown = " ".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in signs)
        yield f"Windows takes no {shown} in a name"
    if _SURROGATE.search(name):
        yield "the name is not UTF-8"
    if name[-1] in ". ":
        yield f"Windows drops the {'dot' if name[-1] == '.' else 'blank'} at the end of a name"
    if DEVICE_NAME.fullmatch(name.partition(".")[0].rstrip(" ")):
        yield "the name of a device on Windows"
    size = len(name.encode("utf-8", "surrogateescape"))
    if size > MAX_NAME_BYTES - _ROOM_FOR_BUILD:
        yield f"a name of {size} bytes leaves a build no room for its own suffixes"


# -- file names ------------------------------------------------------------------------

_MOST_BYTES = 111  # with ".scrapbox" 120: room for a longer ending, and for a backup's own suffix
# What Windows forbids, and controls; half of a surrogate pair is no character.
_NOT_IN_NAMES = re.compile(rf'[<>:"/\\|?*{CONTROLS}{SURROGATES}\ufffe\uffff]')
# What nobody sees, and what turns the text around it. Joiners stay: emoji are made with them.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)\s*(?:\.|$)", re.I | re.A
)
_LINE_END = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


def file_stem(title: str, *, salt: str = "") -> str:
    """The name, without its ending, for the file of a page: fit for any system.

    Letters of any script stay. What Windows forbids becomes a dash, a name is never a device's,
    never hidden, and never ends in a dot or blank. What is too long is cut and ends in a short
    hash; with *salt*, any name does, which tells two titles with one name apart.

    >>> file_stem("Soil/water: a balance")
    'Soil-water- a balance'
    >>> file_stem("nul.txt")
    '_nul.txt'
    >>> file_stem("What now...", salt="5ae4aae4")
    'What now-09e0b7d2'
    """
    stem = _UNSEEN.sub("", normalize("NFC", _LINE_END.sub(" ", title)))
    stem = normalize("NFC", _NOT_IN_NAMES.sub("-", stem))
    stem = _without_end(stem.lstrip())
    if stem.startswith("."):
        stem = f"-{stem[1:]}"
    if _DEVICE.match(stem):
        stem = f"_{stem}"
    if stem and not salt and len(stem.encode()) <= _MOST_BYTES:
        return stem
    digest = sha256((salt or title).encode("utf-8", "replace")).hexdigest()[:8]
    short = stem.encode()[: _MOST_BYTES - len(digest) - 1].decode(errors="ignore")
    return f"{_without_end(short) or 'page'}-{digest}"


def _without_end(stem: str) -> str:
    """Without dots and blanks at the end, and without a joiner that joins nothing there."""
    end = len(stem)
    while end and (stem[end - 1].isspace() or stem[end - 1] in ".\u200c\u200d"):
        end -= 1
    return stem[:end]


def file_key(name: str) -> str:
    """What a file's name is to a file system that ignores case and the form of accents.

    >>> file_key("Straße") == file_key("STRASSE")
    True
    """
    return normalize("NFC", normalize("NFD", name).casefold())
