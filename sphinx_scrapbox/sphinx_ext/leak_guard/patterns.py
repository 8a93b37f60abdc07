"""One regular expression for many words: a trie, so that a long list takes hardly longer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from sphinx_scrapbox.wiki.text import CJK

# A letter of a script that separates words by spaces.
_LETTER = "[^\\W_\u2e80-\U0010ffff]"
_IS_LETTER = re.compile(_LETTER)
_IS_CJK = re.compile(f"[{CJK}]")
_BLANKS = re.compile(r"[\s_]+")
_PARTS = re.compile(r"[\s_-]+")
_GAP = 200  # characters that an asterisk inside of a word may stand for

_Trie: TypeAlias = "dict[str, _Trie]"
"""The next characters of the words that begin alike; "" where a word ends."""


def level(text: str) -> str:
    """*text* (in normal form) with one blank for each run of blanks, and one dash."""
    return re.sub("-+", "-", _BLANKS.sub(" ", text)).strip()


def compact(text: str) -> str:
    """*text* (in normal form) without blanks and dashes."""
    return _PARTS.sub("", text)


def whole_words(pattern: re.Pattern[str], text: str, start: int) -> Iterator[re.Match[str]]:
    """The matches from *start* that do not begin inside a word."""
    at = start
    while match := pattern.search(text, at):
        begin = match.start()
        inside = begin and _IS_LETTER.match(text, begin) and _IS_LETTER.match(text, begin - 1)
        if inside or match.end() == begin:
            at = begin + 1
        else:
            yield match
            at = match.end()


def trie_pattern(words: Iterable[str]) -> str:
    """A pattern for any of *words*, which are the result of :func:`level`."""
    root: _Trie = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _pattern(root, "")


def glob_pattern(word: str) -> str:
    """A pattern for a word with asterisks; at an end they stand for any other words."""
    pieces = [piece for piece in word.split("*") if piece.strip()]
    gap = rf"[^\n\x01\x02<>\"]{{0,{_GAP}}}?"
    inner = gap.join("".join(map(_sign, piece.strip())) for piece in pieces)
    end = "" if word.endswith("*") else _end(word[-1])
    return f"(?:{inner}){end}"


def longest_match(word: str) -> int:
    """The characters that a match of *word* may have, but for long runs of blanks."""
    return 4 * len(word) + _GAP * word.count("*")


def _sign(char: str) -> str:
    if char == " ":
        return r"[\s_]+"
    if char == "-":  # where plain text may break a line
        return r"-+(?:\n[ \t]*)?"
    if char == '"':  # French quotes stand apart
        return r"\s?\"\s?"
    if _IS_CJK.match(char):
        return rf"{re.escape(char)}(?:\n[ \t]*)?"
    return re.escape(char)


def _end(char: str) -> str:
    return f"(?!{_LETTER})" if _IS_LETTER.match(char) else ""


def _pattern(node: _Trie, last: str) -> str:
    """A pattern for a node of the trie, reached by the character *last*."""
    branches: list[str] = []
    for char, below in sorted(node.items(), reverse=True):  # "" is last: the longest word wins
        if not char:
            branches.append(_end(last))
            continue
        # A chain without branches is one piece, not a level of nesting.
        piece = _sign(char)
        while len(below) == 1 and "" not in below:
            ((char, below),) = below.items()
            piece += _sign(char)
        branches.append(piece + _pattern(below, char))
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
