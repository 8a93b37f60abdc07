"""Titles in the order of a book's index: by letter, whatever the script.

Accents and width count for nothing, katakana stands with hiragana, and signs in front of a
title are passed over. Ideographs come by the 214 radicals of a dictionary: the order of their
code points is that of the radicals, and the first of each is known to Unicode itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category, combining, normalize

from sphinx_scrapbox.wiki.text import HAN


class IndexSection(NamedTuple):
    """A section of an index. Sections sort as they stand in it.

    ``label`` is what the reader sees: ``A``, ``か``, ``ㄱ``, ``Б``; empty for ideographs and for
    titles without any letter, which have names and no letter.
    """

    rank: int
    label: str


DIGITS = IndexSection(1, "0–9")
IDEOGRAPHS = IndexSection(3, "")
OTHER = IndexSection(9, "")

_LATIN, _KANA, _HANGUL, _LETTERS = 0, 2, 4, 5

# The last kana of each row, voiced and small ones counted as plain.
_ROWS = "あかさたなはまやらわ"
_ROW_ENDS = "おごぞどのぽもよろん"
_HANGUL_LEADS = "ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ"
_RADICALS = [normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)]
# Hiragana for katakana, and letters that Unicode does not take apart.
_PLAIN = {code: chr(code - 0x60) for code in range(ord("ァ"), ord("ヶ") + 1)} | str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
)
_SMALL_KA_KE = str.maketrans("ゕゖ", "かけ")


def folded(title: str) -> str:
    """*title* reduced to what counts in an index.

    >>> folded("Ｃafé"), folded("ガス"), folded("ｶﾞｽ"), folded("「Straße」")
    ('cafe', 'かす', 'かす', 'strasse」')
    """
    plain = normalize("NFKD", title).casefold()
    if not plain.isascii():
        plain = "".join(char for char in plain if not combining(char)).translate(_PLAIN)
    start = 0
    while start < len(plain) and category(plain[start])[0] in "PZC":
        start += 1
    return plain[start:]


@lru_cache(maxsize=4096)
def _section(first: str) -> IndexSection:
    if "a" <= first <= "z":
        return IndexSection(_LATIN, first.upper())
    kind = category(first)
    if kind == "Nd":
        return DIGITS
    if "ぁ" <= first <= "ゖ":
        first = first.translate(_SMALL_KA_KE)
        row = sum(first > end for end in _ROW_ENDS)
        return IndexSection(_KANA, _ROWS[row])
    if is_ideograph(first):
        return IDEOGRAPHS
    if "\u1100" <= first <= "\u1112":  # a syllable is three letters once it is taken apart
        return IndexSection(_HANGUL, _HANGUL_LEADS[ord(first) - 0x1100])
    if kind in ("Ll", "Lu", "Lo", "Lt"):
        return IndexSection(_LETTERS, first.upper())
    return OTHER


def is_ideograph(char: str) -> bool:
    """Whether *char* is a Chinese character."""
    return char in "〇々" or _HAN.match(char) is not None


_HAN = re.compile(f"[{HAN}]")


def section_of(title: str) -> IndexSection:
    """The section of an index that *title* stands in.

    >>> [section_of(title).label for title in ("émile", "『パン』", "2024", "ㄱ", "Ёлка")]
    ['E', 'は', '0–9', 'ㄱ', 'Е']
    """
    text = folded(title)
    return _section(text[0]) if text else OTHER


def radical_of(title: str) -> str:
    """The radical of the first character of *title*; "" if it is no ideograph.

    >>> radical_of("種まき"), radical_of("江戸"), radical_of("rain")
    ('禾', '水', '')
    """
    first = folded(title)[:1]
    if not "\u4e00" <= first <= "\u9fff":
        return ""
    return _RADICALS[bisect_right(_RADICALS, first) - 1]


def sort_key(title: str) -> tuple[IndexSection, str, str]:
    """Sorts titles as an index does."""
    text = folded(title)
    return (_section(text[0]) if text else OTHER), text, title
