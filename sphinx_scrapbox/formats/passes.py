"""Reading a line in passes: each finds one kind of token in the text that is still left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import TypeAlias

from sphinx_scrapbox.wiki.ast import Inline, Text, plain_text

LinePart: TypeAlias = "str | Inline"
"""Text in which no pass found a token, or a token."""
Found: TypeAlias = Iterable[tuple[int, int, Inline]]
"""Tokens in their order, each with its start and end."""
Pass: TypeAlias = Callable[[str, int], Found]
"""Finds tokens in a text of the line of this number."""


def apply_pass(parts: list[LinePart], find: Pass, line: int) -> list[LinePart]:
    """*parts* with all text split at the tokens that *find* finds in it."""
    result: list[LinePart] = []
    for part in parts:
        if not isinstance(part, str):
            result.append(part)
            continue
        done = 0
        for start, end, node in find(part, line):
            if done < start:
                result.append(part[done:start])
            result.append(node)
            done = end
        if done < len(part):
            result.append(part[done:] if done else part)
    return result


def each_match(pattern: re.Pattern[str], make: Callable[[re.Match[str], int], Inline]) -> Pass:
    """A pass for all matches of *pattern*."""

    def find(text: str, line: int) -> Found:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), make(match, line)

    return find


def join_texts(nodes: Iterable[Inline]) -> tuple[Inline, ...]:
    """*nodes* with adjacent texts, which are on one line, as one."""
    joined: list[Inline] = []
    for is_text, group in groupby(nodes, lambda node: isinstance(node, Text)):
        if is_text:
            texts = list(group)
            joined.append(Text(plain_text(texts), line=texts[0].line))
        else:
            joined += group
    return tuple(joined)
