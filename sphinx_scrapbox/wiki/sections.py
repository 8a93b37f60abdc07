"""Headings: which lines are one, and what of the line is its title.

A heading is a matter of size: exported pages and native ones both have stars, the more the
larger. :mod:`.outline` nests the sections.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sphinx_scrapbox.wiki import ast

NUMBER_PREFIX = re.compile(r"\s*\d{1,9}\.\s*")
# What may stand beside a heading on its line: punctuation, a date, a time.
_BESIDE_HEADING = re.compile(r"(?:[\s\d.。:：,、;/～~ー\-‐()（）]|(?<=\d)T(?=\d))*")
# The source of a heading's line: "1.### x" and "[*/ x]".
_HEADING_SOURCE = re.compile(
    r"(?P<number>\d{1,9}\.)?\s*(?:\#{1,3} (?P<marked>.+)|\[[^\s\[\]]+ (?P<boxed>.+)\])"
)
_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class Heading:
    """A heading's line, taken apart as :class:`.outline.Section` keeps it."""

    title: tuple[ast.Inline, ...]
    beside: tuple[ast.Inline, ...]
    stars: int
    source: str


def read_heading(line: ast.Line) -> Heading | None:
    """Read *line* as a heading, if it is one.

    That is a star decoration at the start, at most a number before it, and nothing beside it
    but blanks, a date, icons, links and tags (dialect of exported pages, and native notation
    §5 without the native restriction that no date may follow).
    """
    nodes = line.nodes
    prefix: tuple[ast.Inline, ...] = ()
    match nodes:
        case (ast.Numbered(number, inner),):
            prefix, nodes = (ast.Text(f"{number}. ", line=line.line),), inner
        case (ast.Text(text), ast.Decoration(), *_) if NUMBER_PREFIX.fullmatch(text):
            prefix, nodes = (ast.Text(f"{text.strip()} ", line=line.line),), nodes[1:]
    if not nodes or not isinstance(decoration := nodes[0], ast.Decoration):
        return None
    if not decoration.stars or not all(map(_fits_beside_heading, nodes[1:])):
        return None
    pictures = (ast.Icon, ast.Image)
    title = _trimmed([node for node in decoration.nodes if not isinstance(node, pictures)])
    if not any(_has_words(node) for node in title):
        return None
    beside: tuple[ast.Inline, ...] = tuple(
        node for node in decoration.nodes if isinstance(node, pictures)
    )
    rest = nodes[1:]
    if any(not isinstance(node, ast.Text) or _DIGIT.search(node.text) for node in rest):
        beside += rest
    # Otherwise the rest is the lone full stop that a translator left behind: no words.
    source = _title_source(line.source, prefix + title, rest)
    return Heading(prefix + title, beside, decoration.stars, source)


def _trimmed(nodes: list[ast.Inline]) -> tuple[ast.Inline, ...]:
    """*nodes* without the blanks around them, which an icon may have left."""
    if nodes and isinstance(first := nodes[0], ast.Text):
        nodes[0] = replace(first, text=first.text.lstrip())
    if nodes and isinstance(last := nodes[-1], ast.Text):
        nodes[-1] = replace(last, text=last.text.rstrip())
    return tuple(node for node in nodes if not isinstance(node, ast.Text) or node.text)


def _title_source(source: str, title: tuple[ast.Inline, ...], rest: tuple[ast.Inline, ...]) -> str:
    """The source of a heading's words: without its marks, and what stood beside it."""
    if all(isinstance(node, ast.Text) for node in title):
        return "".join(node.text for node in title if isinstance(node, ast.Text))
    if all(isinstance(node, ast.Text) for node in rest):
        after = "".join(node.text for node in rest if isinstance(node, ast.Text))
        source = source.removesuffix(after)
    match = _HEADING_SOURCE.fullmatch(source.strip())
    if not match:
        return source
    number = f"{match['number']} " if match["number"] else ""
    return number + (match["marked"] or match["boxed"]).strip()


def _fits_beside_heading(node: ast.Inline) -> bool:
    if isinstance(node, ast.Text):
        return _BESIDE_HEADING.fullmatch(node.text) is not None
    return isinstance(node, (ast.Icon, ast.PageLink, ast.ExternalLink, ast.Hashtag))


def _has_words(node: ast.Inline) -> bool:
    if isinstance(node, (ast.Text, ast.Blank, ast.Code)):
        return bool(node.text.strip())
    return True
