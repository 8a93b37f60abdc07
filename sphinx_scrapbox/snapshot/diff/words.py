"""TODO: say what this file is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from sphinx_scrapbox.wiki.text import CJK

# -- words -----------------------------------------------------------------------------

LONG_ROW = 4_000
_MOSTLY_OTHER = 0.2  # of a row, less than this stayed
_MOST_WORDS = 40_000  # words of the one row times words of the other
# A letter of a script without blanks is a word; marks stay with the letter that they belong to.
_JOINED = "(?:[\u0300-\u036f\u3099\u309a\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d.)*"
WORD = re.compile(rf"(?:(?![{CJK}])\w)+{_JOINED}|\s+|.{_JOINED}", re.DOTALL)


class DiffSpan(NamedTuple):
    """A piece of an edited row: ``sign`` is ``-`` for what went, ``+`` for what came, or ""."""

    sign: str
    text: str


def diff_words(before: str, after: str) -> tuple[DiffSpan, ...]:
    """How a row was edited, word by word.

    >>> diff_words("Keep it dry.", "Keep it wet.")
    (DiffSpan(sign='', text='Keep it '), DiffSpan(sign='-', text='dry'), \
DiffSpan(sign='+', text='wet'), DiffSpan(sign='', text='.'))
    """
    old, new = WORD.findall(before), WORD.findall(after)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle, now = old[head : len(old) - tail], new[head : len(new) - tail]
    pieces = [DiffSpan("", "".join(old[:head]))]
    if len(middle) * len(now) <= _MOST_WORDS:
        matcher = SequenceMatcher(None, middle, now, autojunk=False)
        for _tag, start, end, begin, stop in matcher.get_opcodes():
            if _tag == "equal":
                pieces.append(DiffSpan("", "".join(middle[start:end])))
            else:
                pieces.append(DiffSpan("-", "".join(middle[start:end])))
                pieces.append(DiffSpan("+", "".join(now[begin:stop])))
    else:
        pieces += [DiffSpan("-", "".join(middle)), DiffSpan("+", "".join(now))]
    pieces.append(DiffSpan("", "".join(old[len(old) - tail :])))
    pieces = list(_smooth(pieces))
    same = sum(len(piece.text) for piece in pieces if not piece.sign)
    if same < _MOSTLY_OTHER * max(len(before), len(after)):
        # Another sentence: what both have in common by chance would only be in the way.
        pieces = [piece for piece in (DiffSpan("-", before), DiffSpan("+", after)) if piece.text]
    return tuple(pieces)


def _smooth(pieces: Iterable[DiffSpan]) -> Iterator[DiffSpan]:
    """Join what went and what came over mere blanks and single letters: that is one edit."""
    gone = come = blank = ""
    for sign, text in pieces:
        if not text:
            continue
        if sign == "-":
            gone, come, blank = gone + blank + text, come + blank, ""
        elif sign == "+":
            gone, come, blank = gone + blank, come + blank + text, ""
        elif (gone or come) and len(text.strip()) < 2 and not blank:
            blank = text
        else:
            yield from (
                piece for piece in (DiffSpan("-", gone), DiffSpan("+", come)) if piece.text
            )
            yield DiffSpan("", blank + text)
            gone = come = blank = ""
    yield from (piece for piece in (DiffSpan("-", gone), DiffSpan("+", come)) if piece.text)
    if blank:
        yield DiffSpan("", blank)
