"""How a row was edited, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from sphinx_scrapbox.wiki.text import CJK

MAX_ROW = 4_000
"""Characters of a row that are compared with other rows."""
_MIN_KEPT = 0.2  # of the longer row, in common; below, the whole row counts as replaced
_MAX_EXACT = 40_000  # old words times new words that are compared exactly
# Each letter of a script without blanks is a word. Combining marks stay with their letter.
_JOINED = "(?:[\u0300-\u036f\u3099\u309a\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d.)*"
WORD = re.compile(rf"(?:(?![{CJK}])\w)+{_JOINED}|\s+|.{_JOINED}", re.DOTALL)


class DiffSpan(NamedTuple):
    """A part of an edited row: ``sign`` is ``-`` if removed, ``+`` if added, "" if kept."""

    sign: str
    text: str


def diff_words(before: str, after: str) -> tuple[DiffSpan, ...]:
    """The parts of a row that were removed, added and kept, in the order of reading.

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
    removed, added = old[head : len(old) - tail], new[head : len(new) - tail]
    spans = [DiffSpan("", "".join(old[:head]))]
    if len(removed) * len(added) <= _MAX_EXACT:
        matcher = SequenceMatcher(None, removed, added, autojunk=False)
        for tag, start, end, begin, stop in matcher.get_opcodes():
            if tag == "equal":
                spans.append(DiffSpan("", "".join(removed[start:end])))
            else:
                spans.append(DiffSpan("-", "".join(removed[start:end])))
                spans.append(DiffSpan("+", "".join(added[begin:stop])))
    else:
        spans += [DiffSpan("-", "".join(removed)), DiffSpan("+", "".join(added))]
    spans.append(DiffSpan("", "".join(old[len(old) - tail :])))
    spans = list(_smooth(spans))
    same = sum(len(span.text) for span in spans if not span.sign)
    if same < _MIN_KEPT * max(len(before), len(after)):
        # Another sentence: what both happen to have in common would only distract.
        spans = _replacement(before, after)
    return tuple(spans)


def _smooth(spans: Iterable[DiffSpan]) -> Iterator[DiffSpan]:
    """Join edits with only blanks or a single character between them."""
    removed = added = between = ""
    for sign, text in spans:
        if not text:
            continue
        if sign == "-":
            removed, added, between = removed + between + text, added + between, ""
        elif sign == "+":
            removed, added, between = removed + between, added + between + text, ""
        elif (removed or added) and len(text.strip()) < 2 and not between:
            between = text
        else:
            yield from _replacement(removed, added)
            yield DiffSpan("", between + text)
            removed = added = between = ""
    yield from _replacement(removed, added)
    if between:
        yield DiffSpan("", between)


def _replacement(removed: str, added: str) -> list[DiffSpan]:
    return [span for span in (DiffSpan("-", removed), DiffSpan("+", added)) if span.text]
