"""Exported Markdown: emphasis, text and tags, from what the passes left as text.

Stars enclose other tokens. So they are read last and are matched across all pieces of a line.
"""

from __future__ import annotations

import re

from sphinx_scrapbox.formats.passes import LinePart
from sphinx_scrapbox.wiki.ast import Decoration, Hashtag, Inline, Strong, Text

_STARS = re.compile(r"(?<!\*)(\*{1,2})(?!\*)")
_HASHTAG = re.compile(r"(?<!\S)#([^\s#]\S*)")


def read_emphasis(pieces: list[LinePart], line: int) -> tuple[Inline, ...]:
    """Turn pairs of stars into strong text (two) and italics (one)."""
    parts: list[LinePart] = []
    stars: list[int] = []
    for piece in pieces:
        if not isinstance(piece, str):
            parts.append(piece)
            continue
        for at, part in enumerate(_STARS.split(piece)):
            if at % 2:
                stars.append(len(parts))
            if part:
                parts.append(part)
    pairs = _pair_stars(parts, stars)
    return _wrap_pairs(parts, pairs, line) if pairs else finish(pieces, line)


def _pair_stars(parts: list[LinePart], stars: list[int]) -> dict[int, int]:
    """Opener -> closer; pairs of one star never cross those of two."""
    pairs: dict[int, int] = {}
    opener = -1
    for at in stars:
        if parts[at] != "**":
            continue
        if opener >= 0 and not _ends_blank(parts, at):
            pairs[opener], opener = at, -1
        elif not _starts_blank(parts, at):
            opener = at
    borders = {*pairs, *pairs.values()}
    opener = -1
    for at in stars:
        if parts[at] == "**":
            opener = -1 if at in borders else opener
        elif opener >= 0 and not _ends_blank(parts, at) and not _is_glued(parts, at + 1, 0):
            pairs[opener], opener = at, -1
        elif not _starts_blank(parts, at) and not _is_glued(parts, at - 1, -1):
            opener = at
    return pairs


def _starts_blank(parts: list[LinePart], at: int) -> bool:
    """Whether a space, or nothing, follows the stars at *at*."""
    after = parts[at + 1] if at + 1 < len(parts) else " "
    return isinstance(after, str) and after[0].isspace()


def _ends_blank(parts: list[LinePart], at: int) -> bool:
    before = parts[at - 1] if at else " "
    return isinstance(before, str) and before[-1].isspace()


def _is_glued(parts: list[LinePart], at: int, edge: int) -> bool:
    """Whether the *edge* of a neighbour is a letter or digit."""
    if not 0 <= at < len(parts):
        return False
    part = parts[at]
    return isinstance(part, str) and (part[edge].isalnum() or part[edge] == "_")


def _wrap_pairs(parts: list[LinePart], pairs: dict[int, int], line: int) -> tuple[Inline, ...]:
    closers = set(pairs.values())
    open_lists: list[list[LinePart]] = [[]]
    for at, part in enumerate(parts):
        if at in pairs:
            open_lists.append([])
        elif at in closers:
            nodes = finish(open_lists.pop(), line)
            strong = part == "**"
            open_lists[-1].append(
                Strong(nodes, line=line) if strong else Decoration("/", nodes, line=line)
            )
        else:
            open_lists[-1].append(part)
    return finish(open_lists[0], line)


def finish(pieces: list[LinePart], line: int) -> tuple[Inline, ...]:
    """Turn what no pass has claimed into text and hashtags."""
    nodes: list[Inline] = []
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        if text:
            _add_text(nodes, text, line)
            text = ""
        nodes.append(piece)
    if text:
        _add_text(nodes, text, line)
    return tuple(nodes)


def _add_text(nodes: list[Inline], text: str, line: int) -> None:
    if "#" not in text:
        nodes.append(Text(text, line=line))
        return
    for at, part in enumerate(_HASHTAG.split(text)):
        if at % 2:
            nodes.append(Hashtag(part, line=line))
        elif part:
            nodes.append(Text(part, line=line))
