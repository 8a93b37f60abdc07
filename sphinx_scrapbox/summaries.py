"""What a page begins with: its first lines as plain text, and its first picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from .media import image_url
from .page import (
    Blank,
    Block,
    Code,
    Command,
    Decoration,
    ExternalLink,
    Formula,
    Hashtag,
    Icon,
    Image,
    Inline,
    Line,
    Location,
    Numbered,
    PageLink,
    Question,
    Quote,
    Strong,
    Table,
    Text,
)
from .titles import is_line_id, split_fragment

LINES = 3
"""Lines that a summary is made of."""
LENGTH = 240
"""Characters of a summary at the most."""


def summary_of(blocks: Iterable[Block]) -> str:
    """The first lines that say anything, as one plain text.

    Code, tables, pictures, bare addresses and lines of nothing but tags are passed over.
    """
    said: list[str] = []
    for block in blocks:
        if isinstance(block, Line) and any(map(_says, block.nodes)):
            text = plain(block)
            if any(map(str.isalnum, text)):
                said.append(text)
                if len(said) == LINES:
                    break
    return cut(" ".join(said), LENGTH)


def plain(line: Line) -> str:
    """The text of a line, without what makes links and emphasis of it."""
    return " ".join("".join(map(_plain, line.nodes)).split())


def cut(text: str, length: int) -> str:
    """*text*, at most so long; an ellipsis stands for what was cut off."""
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    # At a word's end, unless the script knows no blanks.
    head, _, tail = kept.rpartition(" ")
    if head and len(tail) < 20 and not text[length - 1].isspace():
        kept = head
    return f"{kept.rstrip(' ,;:、。.')}…"


def image_of(blocks: Iterable[Block]) -> str:
    """The address of the first picture that may be shown; icons are none. "" if there is none."""
    for block in blocks:
        if isinstance(block, Line):
            for source in _images(block.nodes):
                if address := image_url(source):
                    return address
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    for source in _images(cell):
                        if address := image_url(source):
                            return address
    return ""


def _images(content: tuple[Inline, ...]) -> Iterator[str]:
    for node in content:
        if isinstance(node, Image):
            yield node.src
        elif isinstance(node, (Strong, Decoration, Quote, Numbered)):
            yield from _images(node.nodes)


def _says(node: Inline) -> bool:
    """Whether a part of a line is more than a tag, an address or a picture."""
    match node:
        case Text(text) | Code(text):
            return any(map(str.isalnum, text))
        case Strong(content) | Decoration(_, content) | Quote(content) | Numbered(_, content):
            return any(map(_says, content))
        case ExternalLink(_, label):
            return bool(label)
        case Hashtag() | Icon() | Image() | Blank():
            return False
    return True


def _plain(node: Inline) -> str:
    match node:
        case Text(text) | Blank(text) | Code(text) | Formula(text):
            return text
        case Strong(content) | Decoration(_, content) | Quote(content):
            return "".join(map(_plain, content))
        case Numbered(number, content):
            return f"{number}. {''.join(map(_plain, content))}"
        case PageLink(title, project):
            head, fragment = split_fragment(title)
            return (head if is_line_id(fragment) else title) or f"/{project}"
        case ExternalLink(_, label):
            return label
        case Hashtag(tag):
            return f"#{tag}"
        case Location():
            return node.place
        case Question(text):
            return text
        case Command(sign, text):
            return f"{sign} {text}"
        case Image() | Icon():
            return ""
        case _:
            assert_never(node)
