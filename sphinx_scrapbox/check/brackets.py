"""Finds damaged brackets on a line of an exported page.

Brackets of wiki text nearly always match; machine translation loses one on a line in a hundred,
and a link with it. Two forms are common: an address with a space in it, ``[Title [url](url)
rest]``, and a link without its label, ``[Title []](url)``.

The export may break a line of the wiki after bold text, so a line is given as a sequence of lines
of the file. Time is linear in their length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.titles import join_target
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN


class DamageKind(Enum):
    """What happened to a bracket; the value is the message of the finding."""

    OPEN = "a bracket opens and never closes"
    CLOSE = "a bracket closes that was never opened"
    CUT = "a space splits the address of a link"
    LABEL = "a link has no text, only '[]'"
    FORMULA = "a formula is not closed"
    STRAY = "a decoration is not closed"
    HEADING = "there is a bracket in front of a heading"


class Damage(NamedTuple):
    """Damage at column ``at``, from 0, of the line with the number ``piece``, from 0.

    ``end`` and ``end_piece`` are where the closing bracket is, -1 if there is none; ``link`` is
    the start, end and address of the link that a cut address belongs to.
    """

    kind: DamageKind
    piece: int
    at: int
    end: int = -1
    end_piece: int = -1
    link: tuple[int, int, str] = (0, 0, "")


# The most characters between two nodes: stars, hashes, the marks of a list item or quote.
_MAX_MARKS = 80
LOST_LABEL = "[]]("


def _places(line: str) -> list[tuple[ast.Inline, int, int]]:
    """The nodes of *line*, each with its start and end; empty if one cannot be located."""
    places, at = [], 0
    for node in ast.walk(read_markdown_inline(line)):
        start, end = _locate(node, line, at)
        if start < 0:
            return []
        places.append((node, start, end))
        at = end
    return places


def _locate(node: ast.Inline, line: str, at: int) -> tuple[int, int]:
    """Start and end of *node*, searched from *at* on but not far; a start of -1 if not found."""
    if isinstance(node, ast.Icon):
        tail = f"/icon' alt='{join_target(node.project, node.name)}.icon' height=\"19.5\"/>"
        start = line.find("<img src='", at, at + _MAX_MARKS)
        end = line.find(tail, start, start + 2 * len(tail) + 300) if start >= 0 else -1
        return (start, end + len(tail)) if end >= 0 else (-1, 0)
    places = [
        (start, start + len(source))
        for source in _sources(node)
        if (start := line.find(source, at, at + len(source) + _MAX_MARKS)) >= 0
    ]
    if isinstance(node, ast.ExternalLink):
        lost = f"{LOST_LABEL}{node.url})"
        end = line.find(lost, at, at + 2 * len(node.label) + len(lost) + _MAX_MARKS)
        if end >= 0:
            places.append((line.find("[", at), end + len(lost)))
    return min(places, default=(-1, 0))


def _sources(node: ast.Inline) -> tuple[str, ...]:
    """How an exported page writes *node*; a link without label has two forms."""
    match node:
        case ast.Text(text):
            return (text,)
        case ast.Code(text):
            return (f"`{text}`",)
        case ast.Formula(tex):
            return (f"${tex}$",)
        case ast.Hashtag(tag):
            return (f"#{tag}",)
        case ast.PageLink(title, ""):
            return (f"[[{title}]]",)
        case ast.PageLink(title, project):
            target = join_target(project, title)
            return (f"[{target}]({DEFAULT_ORIGIN}{target})",)
        case ast.Image(src, ""):
            return (f"![image]({src})",)
        case ast.Image(src, link):
            return (f"[![image]({src})]({link})",)
        case ast.ExternalLink(url, ""):
            return (f"[{url}]({url})", url)
        case ast.ExternalLink(url, label):
            return (f"[{label}]({url})",)
    return ()


_STARS = r"[*/_\-]{0,10}\*[*/_\-]{0,10} "
STRAY_BRACKET = re.compile(rf"\[(?:(?P<stars>{_STARS})|(?P<hashes>#{{1,3}} )|\$ )")
_SIGN = re.compile(r"[\[\]]")
# [0, 1) and (0, 1] are intervals.
_BOUND = r"[^\s,\[\]()]{1,12}"
_INTERVAL = re.compile(rf"\[{_BOUND}, ?{_BOUND}\)|\({_BOUND}, ?{_BOUND}\]")
_NATIVE_STRAY = re.compile(rf"\[{_STARS}")


def find_damage(lines: Sequence[str]) -> list[Damage]:
    """The damaged brackets on one line of the wiki, sorted by place."""
    search = _Search()
    for piece, line in enumerate(lines):
        if "[" in line or "]" in line:
            for node, start, end in _places(line):
                search.see(node, line, piece, start, end)
    return sorted((*search.found, *search.opened), key=lambda damage: (damage.piece, damage.at))


def find_native_damage(text: str) -> Iterator[DamageKind]:
    """The damage in what is plain text on a line in native notation, without places."""
    strays = len(_NATIVE_STRAY.findall(text))
    if strays:
        yield DamageKind.STRAY
    depth = lowest = 0
    for sign in _SIGN.findall(_INTERVAL.sub("", text)):
        depth += 1 if sign == "[" else -1
        lowest = min(lowest, depth)
    if lowest < 0:
        yield DamageKind.CLOSE
    if depth - lowest > strays:
        yield DamageKind.OPEN


class _Search:
    """Matches brackets across the text nodes of one line."""

    def __init__(self) -> None:
        self.found: list[Damage] = []
        self.opened: list[Damage] = []
        self.only_text = True
        """Since the last opening bracket there were only text and hashtags."""

    def see(self, node: ast.Inline, line: str, piece: int, start: int, end: int) -> None:
        """Note the damage in one node of a line.

        :param node: a node, found in the text *line* from *start* to *end*.
        :param piece: the number of that text among those of the line.
        """
        if isinstance(node, ast.Text):
            self._match(line, piece, start, end)
        elif isinstance(node, ast.ExternalLink):
            if line.startswith(LOST_LABEL, line.rfind("](", start, end) - 2):
                self.found.append(Damage(DamageKind.LABEL, piece, start, end, piece))
            elif line[start] == "[" and not node.label and self.opened and self.only_text:
                last = self.opened[-1]
                if last.piece == piece and last.kind is DamageKind.OPEN:
                    link = (start, end, node.url)
                    self.opened[-1] = last._replace(kind=DamageKind.CUT, link=link)
            self.only_text = False
        elif not isinstance(node, ast.Hashtag):
            self.only_text = False

    def _match(self, line: str, piece: int, start: int, end: int) -> None:
        intervals = [match.span() for match in _INTERVAL.finditer(line, start, end)]
        for sign in _SIGN.finditer(line, start, end):
            at = sign.start()
            before = bisect_right(intervals, (at, len(line))) - 1
            if before >= 0 and at < intervals[before][1]:
                continue
            if sign[0] == "[":
                self.opened.append(Damage(_kind_of(line, at), piece, at))
                self.only_text = True
                continue
            self.only_text = False
            if not self.opened:
                self.found.append(Damage(DamageKind.CLOSE, piece, at))
                continue
            last = self.opened.pop()
            if last.kind in (DamageKind.CUT, DamageKind.STRAY, DamageKind.HEADING):
                self.found.append(last._replace(end=at, end_piece=piece))


def _kind_of(line: str, at: int) -> DamageKind:
    match = STRAY_BRACKET.match(line, at)
    if match is None:
        return DamageKind.OPEN
    if match["stars"]:
        return DamageKind.STRAY
    return DamageKind.HEADING if match["hashes"] else DamageKind.FORMULA
