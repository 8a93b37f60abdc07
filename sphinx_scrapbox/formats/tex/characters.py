"""Characters that are no ASCII: TeX for those that have any, words for others."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from sphinx_scrapbox.formats.tex.commands import SIGNS
from sphinx_scrapbox.formats.tex.macros import CHARACTERS

_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff")
_ALPHANUMERIC = range(0x1D400, 0x1D800)  # letters in bold, italic, script and so on
_SCRIPTS = {
    **{sign: f"{{^{tex}}}" for sign, tex in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni", strict=True)},
    **{sign: f"{{_{tex}}}" for sign, tex in zip("₀₁₂₃₄₅₆₇₈₉₊₋ₙᵢ", "0123456789+-ni", strict=True)},
}


def split_characters(text: str) -> Iterator[tuple[str, str]]:
    """Parts of *text*: a ``command`` (its name), ``tex``, or ``words`` as they are."""
    words = ""
    for character in text:
        kind, value = _character(character)
        if kind == "words":
            words += value
            continue
        if words:
            yield "words", words
            words = ""
        yield kind, value
    if words:
        yield "words", words


def _character(character: str) -> tuple[str, str]:
    if ord(character) in _ALPHANUMERIC:
        character = unicodedata.normalize("NFKC", character)
    if character in _INVISIBLE:
        return "words", ""
    if tex := CHARACTERS.get(character) or _SCRIPTS.get(character):
        return "tex", tex
    if command := SIGNS.get(character):
        return "command", command
    return ("tex" if character.isascii() else "words"), character


def split_text(text: str) -> Iterator[tuple[str, str]]:
    """The same inside of text, where only commands need to be told from other characters."""
    for character in text:
        if command := SIGNS.get(character):
            yield "command", command
        elif character not in _INVISIBLE:
            yield "words", character
