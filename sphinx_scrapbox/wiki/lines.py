"""Kinds of lines: headings, quotations, lines that are blocks of their own, tables like lines.

The number of stars is the size of a heading. :mod:`.outline` nests the sections. What an excerpt
of a page shows of its lines is defined here, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import NamedTuple, TypeAlias

from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.text import cut
from sphinx_scrapbox.wiki.titles import join_target
from sphinx_scrapbox.wiki.urls import player_of

NUMBER_PREFIX = re.compile(r"\A\s*\d{1,9}\.\s*")
# Text that may follow a heading on its line: punctuation, a date, a time.
_BESIDE_HEADING = re.compile(r"(?:[\s\d.。:：,、;/～~ー\-‐()（）]|(?<=\d)T(?=\d))*")
# The source of a heading's line: "1.### x" and "[*/ x]".
_HEADING_SOURCE = re.compile(
    r"(?P<number>\d{1,9}\.)?\s*(?:\#{1,3} (?P<marked>.+)|\[[^\s\[\]]+ (?P<boxed>.+)\])"
)
_DIGIT = re.compile(r"\d")
# The rest of a sentence: a letter or sign right behind its beginning; after blanks a verb, a
# conjunction, a particle of Japanese, or a sign that nothing begins with.
_SENTENCE = re.compile(
    r"[^\W_]|\s*(?:[,.;!?、。，．；！？…)\]）」』】’”はがをにのとでもやへ]|から|まで|した|する"
    r"|(?:is|are|was|were|has|have|had|can|could|will|would|shall|should|may|might|must|does|do|did"
    r"|means?|makes?|and|or|but|so|because|which|who|that|than|when|if)\b)"
)
_BLANKS = re.compile(r"\s+")
_SMALL_LETTER = re.compile(r"\s*[a-z]")
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？")
_MOST_WORDS = 60
"""Characters behind a heading that begin with a small letter and are still no sentence."""


@dataclass(slots=True)
class Heading:
    """The parts of a heading's line: see :class:`.outline.Section`."""

    line: ast.Line
    title: tuple[ast.Inline, ...]
    beside: tuple[ast.Inline, ...]
    stars: int
    source: str
    words: tuple[ast.Inline, ...] = ()


def read_headings(blocks: Iterable[ast.Block]) -> dict[int, Heading]:
    """The headings among *blocks* by their index.

    A heading begins with a decoration with stars, perhaps after a number. It may be followed by
    blanks, a date, icons, links and tags. A line with other words behind the decoration is a
    heading, too, if that is not the beginning of a sentence and at least as many lines of this
    size, with a number or without, are headings without words.
    """
    headings: dict[int, Heading] = {}
    counts: Counter[tuple[int, bool]] = Counter()
    for at, block in enumerate(blocks):
        if isinstance(block, ast.Line) and not block.indent and (heading := _heading(block)):
            headings[at] = heading
            counts[_kind(heading)] += -1 if heading.words else 1
    return {
        at: heading
        for at, heading in headings.items()
        if not heading.words or counts[_kind(heading)] >= 0
    }


def _kind(heading: Heading) -> tuple[int, bool]:
    """Headings of one kind are siblings: their size, and whether they have a number."""
    first = heading.line.nodes[0]
    return heading.stars, not isinstance(first, ast.Decoration)


def _heading(line: ast.Line) -> Heading | None:
    """The parts of *line* if it may be a heading, else None; ``words`` are behind the title."""
    nodes = line.nodes
    prefix: tuple[ast.Inline, ...] = ()
    match nodes:
        case (ast.Numbered(number, inner),):
            prefix, nodes = (ast.Text(f"{number}. ", line=line.line),), inner
        case (ast.Text(text), ast.Decoration(), *_) if NUMBER_PREFIX.fullmatch(text):
            prefix, nodes = (ast.Text(f"{text.strip()} ", line=line.line),), nodes[1:]
    if not nodes or not isinstance(decoration := nodes[0], ast.Decoration):
        return None
    rest = nodes[1:]
    has_words = not all(map(_fits_beside_heading, rest))
    if not decoration.stars or (has_words and _goes_on(rest)):
        return None
    pictures = (ast.Icon, ast.Image)
    title = _trimmed([node for node in decoration.nodes if not isinstance(node, pictures)])
    if not any(map(_has_words, title)):
        return None
    beside: tuple[ast.Inline, ...] = tuple(
        node for node in decoration.nodes if isinstance(node, pictures)
    )
    words = _trimmed(list(rest)) if has_words else ()
    if not words and any(
        not isinstance(node, ast.Text) or _DIGIT.search(node.text) for node in rest
    ):
        beside += rest
    # Otherwise the rest is words, or punctuation that a translator added.
    source = _title_source(line.source, prefix + title, rest)
    return Heading(line, prefix + title, beside, decoration.stars, source, words)


def _goes_on(rest: Sequence[ast.Inline]) -> bool:
    """Whether the words behind a bold piece continue its sentence."""
    first = rest[0]
    if not isinstance(first, ast.Text):
        return False
    if _SENTENCE.match(first.text):
        return True
    text = ast.plain_text(rest).strip()
    is_long = len(text) > _MOST_WORDS or text.endswith(_SENTENCE_ENDS)
    return is_long and _SMALL_LETTER.match(first.text) is not None


def _trimmed(nodes: list[ast.Inline]) -> tuple[ast.Inline, ...]:
    """*nodes* without the blanks around them, which an icon may have left."""
    if nodes and isinstance(first := nodes[0], ast.Text):
        nodes[0] = replace(first, text=first.text.lstrip())
    if nodes and isinstance(last := nodes[-1], ast.Text):
        nodes[-1] = replace(last, text=last.text.rstrip())
    return tuple(node for node in nodes if not isinstance(node, ast.Text) or node.text)


def _title_source(source: str, title: tuple[ast.Inline, ...], rest: tuple[ast.Inline, ...]) -> str:
    """The source text of a heading's title, without its markup and the rest of the line."""
    if all(isinstance(node, ast.Text) for node in title):
        return ast.plain_text(title)
    if all(isinstance(node, ast.Text) for node in rest):
        source = source.removesuffix(ast.plain_text(rest))
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


_MAX_QUOTES = 8


def stands_alone(line: ast.Line) -> bool:
    """Whether a line is a block of its own: a formula, a player, or nothing but images.

    A formula that is an item of a list stays at its bullet.
    """
    match line.nodes:
        case (ast.Formula(),):
            return not line.indent
        case (ast.ExternalLink() as link,):
            return player_of(link) is not None
        case (ast.Text(),):  # as most lines are
            return False
    return any(isinstance(node, ast.Image) for node in line.nodes) and all(
        isinstance(node, ast.Image) or (isinstance(node, ast.Text) and node.text.isspace())
        for node in line.nodes
    )


def group_quotes(lines: Iterable[ast.Line]) -> Iterator[tuple[int, list[ast.Line]]]:
    """Consecutive quoted lines of one depth, which counts from 1, without their ``>``.

    Empty lines are a group of their own.
    """
    rows = map(_unquoted, lines)
    for (depth, _), group in groupby(rows, lambda row: (row[0], bool(row[1].nodes))):
        yield depth, [line for _, line in group]


def _unquoted(line: ast.Line) -> tuple[int, ast.Line]:
    quote = line.nodes[0] if line.nodes else None
    if not isinstance(quote, ast.Quote):
        return 1, line
    content = quote.nodes
    depth = 1
    if content and isinstance(first := content[0], ast.Text):
        text = first.text.lstrip()
        while text.startswith(">") and depth < _MAX_QUOTES:
            depth += 1
            text = text[1:].lstrip()
        if text != first.text:
            rest = (ast.Text(text, line=first.line),) if text else ()
            content = rest + content[1:]
    source = line.source.lstrip("> \u3000")
    return depth, ast.Line(line.indent, content, source, line.id, line=line.line)


_NO_NAMES = ("_", ":")


def caption_of(table: ast.Table) -> str:
    """The name of a table as readers see it; the wiki exports a table without one as ``_``."""
    name = table.name.strip()
    return "" if name in _NO_NAMES else name


MAX_TABLE_COLUMNS = 256
"""The most columns of a table; the rows of a wider one are shown as lines."""
MAX_PADDING = 4
"""The most cells of a ragged table after short rows are filled, as a multiple of its own."""
_FREE_PADDING = 2_000
"""So many cells more are always allowed."""


def is_grid(table: ast.Table) -> bool:
    """Whether *table* is shown as a table: it is neither too wide nor mostly empty.

    The time for a table that is one grows with the cells that the page holds.
    """
    width = max(map(len, table.rows), default=0)
    cells = sum(map(len, table.rows))
    return width <= MAX_TABLE_COLUMNS and (
        width * len(table.rows) <= MAX_PADDING * cells + _FREE_PADDING
    )


SUMMARY_LINES = 3
"""The number of lines in a summary."""
SUMMARY_LENGTH = 240
"""The largest number of characters in a summary."""
EXCERPT_LINES = 8
"""The number of lines in an excerpt."""
EXCERPT_SIZE = 480
"""The largest number of characters in an excerpt."""


class ExcerptLink(NamedTuple):
    """A link of an excerpt: to the page that ``target`` names, or else to an address."""

    text: str
    target: str = ""
    address: str = ""


class ExcerptLine(NamedTuple):
    """A line of an excerpt: its level in the wiki, and its words with single blanks."""

    indent: int
    pieces: tuple[str | ExcerptLink, ...]


Excerpt: TypeAlias = tuple[ExcerptLine, ...]


def excerpt_of(
    lines: Iterable[tuple[int, Iterable[ast.Inline]]], label: Callable[[ast.Icon], str]
) -> Excerpt:
    """The first lines of prose, of the indents and inlines of lines.

    Code, tables, images, bare addresses and lines of nothing but tags are skipped. Icons that are
    words of a sentence have the name that *label* returns; who speaks or signs is left out.
    """
    rest = EXCERPT_SIZE
    excerpt: list[ExcerptLine] = []
    for indent, nodes in lines:
        pieces = []
        for piece in _single_spaced(_pieces(nodes, label)):
            text = _text_of(piece)
            shown = cut(text, rest) if rest > 1 else ""
            if shown:
                pieces.append(shown if isinstance(piece, str) else piece._replace(text=shown))
            rest -= len(text)
            if rest < 0:
                break
        if any(any(map(str.isalnum, _text_of(piece))) for piece in pieces):
            excerpt.append(ExcerptLine(indent, tuple(pieces)))
        if rest <= 0 or len(excerpt) == EXCERPT_LINES:
            break
    return tuple(excerpt)


def summary_of_excerpt(excerpt: Excerpt) -> str:
    """The first lines of an excerpt as one plain text, at most :data:`SUMMARY_LENGTH` long."""
    lines = ("".join(map(_text_of, line.pieces)) for line in islice(excerpt, SUMMARY_LINES))
    return cut(" ".join(lines), SUMMARY_LENGTH)


def is_prose(line: ast.Line) -> bool:
    """Whether a line has more than tags, bare addresses, icons and images."""
    return any(map(_is_prose, ast.walk(line)))


def _is_prose(node: ast.Inline) -> bool:
    match node:
        case ast.Text(text) | ast.Code(text):
            return any(map(str.isalnum, text))
        case ast.ExternalLink(_, label):
            return bool(label)
    return not isinstance(node, ast.Hashtag | ast.Icon | ast.Image | ast.Blank)


def _text_of(piece: str | ExcerptLink) -> str:
    return piece if isinstance(piece, str) else piece.text


def _pieces(
    nodes: Iterable[ast.Inline], label: Callable[[ast.Icon], str]
) -> Iterator[str | ExcerptLink]:
    for node in nodes:
        match node:
            case ast.Strong(inner) | ast.Decoration(_, inner) | ast.Quote(inner):
                yield from _pieces(inner, label)
            case ast.Numbered(number, inner):
                yield f"{number}. "
                yield from _pieces(inner, label)
            case ast.PageLink(title, project) if title:
                text = ast.plain_text((node,), prose=True)
                yield ExcerptLink(text, target=join_target(project, title))
            case ast.Hashtag(tag):
                yield ExcerptLink(f"#{tag}", target=tag)
            case ast.ExternalLink(url, words) if words:
                yield ExcerptLink(words, address=url)
            case ast.Icon(role=ast.IconRole.MENTION):
                yield label(node)
            case _:
                yield ast.plain_text((node,), prose=True)


def _single_spaced(pieces: Iterable[str | ExcerptLink]) -> Iterator[str | ExcerptLink]:
    """*pieces* with single blanks, none at either end, and texts side by side joined."""
    joined: list[str | ExcerptLink] = []
    was_blank = True
    for piece in pieces:
        text = _BLANKS.sub(" ", _text_of(piece))
        if was_blank:
            text = text.removeprefix(" ")
        if not text:
            continue
        was_blank = text.endswith(" ")
        if isinstance(piece, ExcerptLink):
            joined.append(piece._replace(text=text))
        elif joined and isinstance(joined[-1], str):
            joined[-1] += text
        else:
            joined.append(text)
    if joined and was_blank:
        last = joined[-1]
        text = _text_of(last)[:-1]
        joined[-1:] = [text if isinstance(last, str) else last._replace(text=text)] if text else []
    return iter(joined)
