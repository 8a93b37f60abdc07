"""Whether a file is named after the title of its page, as exporters name files.

All exporters keep the letters and digits of a title. They differ in the signs that some file
system forbids: the wiki's own exporter writes ``/`` as ``-`` and keeps the others, some write a
dash, an underscore, a space or a full-width sign, some leave signs out or encode them with ``%``.
Long names are cut, and a hash may tell two names apart.
"""

from __future__ import annotations

import re
from unicodedata import normalize
from urllib.parse import unquote

from sphinx_scrapbox.wiki.text import CONTROLS, EPUB_SIGNS, SURROGATES

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0e\ufe0f\ufeff]")
# What some exporter replaces: control characters, punctuation of ASCII but for the dash and the
# underscore, the full-width forms of what Windows forbids, and what EPUB forbids.
_SIGNS = rf"{CONTROLS}{SURROGATES}{EPUB_SIGNS}!-,./:-@\[-^`{{-~／＼：＊？＂＜＞｜"
_SIGN = re.compile(f"[{_SIGNS}]")
_SEPARATOR = re.compile(rf"([{_SIGNS}\s_-]+)")
_ENDS = re.compile(rf"\A[{_SIGNS}\s_-]+|[{_SIGNS}\s_-]+\Z")
_HASH = re.compile(r"(.*)-[0-9a-f]{8}", re.DOTALL)
_LONG = 80
"""Bytes from which on a name may be that of a longer title, cut."""


def stem_of(path: str) -> str:
    """The name of a Markdown file without its folder and suffix.

    >>> stem_of("wiki/Leave the leaves..md")
    'Leave the leaves.'
    """
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def is_named_after(title: str, stem: str) -> bool:
    """Whether *stem* is the name that some exporter gives to the file of a page.

    Case counts: authors name ``glossary.md`` what they call "Glossary", exporters never do.

    >>> is_named_after("Soil/water: a balance", "Soil-water： a balance")
    True
    >>> is_named_after("Glossary", "glossary")
    False
    """
    if not title.strip() or not stem:
        return False
    if title.replace("/", "-") == stem:
        return True
    plain, name = _plain(title), _plain(stem)
    if _is_same(plain, name) or ("%" in stem and plain == _plain(unquote(stem))):
        return True
    if hashed := _HASH.fullmatch(name):
        name = hashed[1]
        if _is_same(plain, name) or (name == "page" and not _letters(plain)):
            return True
    letters = _letters(name.rstrip("…~"))
    is_long = len(stem.encode("utf-8", "replace")) >= _LONG
    return is_long and bool(letters) and _letters(plain).startswith(letters)


def _plain(text: str) -> str:
    """*text* composed, without invisible characters, and with single spaces."""
    return " ".join(_INVISIBLE.sub("", normalize("NFC", _LINE_END.sub(" ", text))).split())


_LINE_END = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


def _is_same(title: str, stem: str) -> bool:
    """Whether both have the same words, between which *title* may have signs instead.

    Where the title has spaces, dashes and underscores only, so has the name. Signs at the ends do
    not count: some are left out, and hidden files and names of devices get one.
    """
    if _without_signs(title) == _without_signs(stem):
        return True
    words, names = (_SEPARATOR.split(_ENDS.sub("", text)) for text in (title, stem))
    return len(words) == len(names) and all(
        word == name or (at % 2 == 1 and _SIGN.search(word) is not None)
        for at, (word, name) in enumerate(zip(words, names, strict=True))
    )


def _without_signs(text: str) -> str:
    return " ".join(_SIGN.sub("", text).split()).strip("_- ")


def _letters(text: str) -> str:
    return _SEPARATOR.sub("", text)
