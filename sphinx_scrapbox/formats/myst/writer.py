"""MyST: page -> text to be edited by hand.

The result shows what the page shows: headings by size, nested lists, quotations, speech,
translation notices. Text is escaped wherever Markdown or MyST would interpret it. ``[[Title]]``
and the roles and directives of ``scrapbox`` need this extension; the rest is plain MyST, and
:mod:`.plain` does without them.

What MyST cannot express becomes plain text: underlined and struck text, formulas that are not
safe (:mod:`.tex`), addresses that are not links. Lists nest :data:`MAX_LISTS` levels, where
Markdown parsers stop; deeper items follow the last item of that level.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import assert_never

from sphinx_scrapbox.formats.myst.blocks import (
    MystBlock,
    code,
    directive,
    formula,
    table_block,
    translation_block,
)
from sphinx_scrapbox.formats.myst.inlines import escaped, write_myst_inline
from sphinx_scrapbox.formats.myst.plain import (
    LiveLinks,
    PageLinks,
    plain_parts,
    plain_translation,
)
from sphinx_scrapbox.formats.tex import read_formula
from sphinx_scrapbox.wiki import ast, outline
from sphinx_scrapbox.wiki.lines import group_quotes, stands_alone
from sphinx_scrapbox.wiki.structure import (
    DEFAULT_OPTIONS,
    StructuredPage,
    StructureOptions,
    structure,
)
from sphinx_scrapbox.wiki.titles import join_target
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

MAX_LISTS = 8
"""Lists within lists. CommonMark parsers of the markdown-it family drop what lies deeper than
20 levels, of which a list takes two and a quote one."""

_MOST_LEVELS = 19
_BREAK = "\\\n"  # a line end that stays one


def write_myst(
    page: ast.Page,
    options: StructureOptions = DEFAULT_OPTIONS,
    *,
    plain: bool = False,
    origins: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Write *page* as MyST; if *plain*, without the roles and directives of this extension.

    :param origins: by project, the server that links of plain MyST lead to, if it is not
        https://scrapbox.io; "" for none.
    """
    links = LiveLinks(page.project, origins.get(page.project, DEFAULT_ORIGIN))
    return _written(structure(page, options), links if plain else None)


def write_plain(page: StructuredPage, links: PageLinks) -> str:
    """Write *page* as Markdown that needs no extension; *links* tells where its links lead."""
    return _written(page, links)


def _written(structured: StructuredPage, links: PageLinks | None) -> str:
    blocks = [_heading(1, escaped(structured.page.title.strip()) or "Untitled")]
    for part in structured.parts:
        level = 1
        if part.title:
            level = 2
            blocks.append(_heading(level, escaped(part.title.strip())))
        content = plain_parts(part.content, links) if links else part.content
        blocks += _blocks(content, 0, heading=level)
        if part.translation is None:
            continue
        if links:
            text = write_myst_inline(plain_translation(part.translation, links))
            blocks.append(MystBlock("text", text))
        else:
            blocks += translation_block(part.translation)
    return _joined(_without_stray_rules(blocks)) + "\n"


def _joined(blocks: Iterable[MystBlock], *, tight: bool = False) -> str:
    """*blocks* separated by blank lines; if *tight*, no blank line between a text and its list."""
    out = ""
    last = ""
    for block in blocks:
        if out:
            out += "\n" if tight and last == "text" and block.kind in _BULLETS else "\n\n"
        out += block.text
        last = block.kind
    return out


_BULLETS = ("-", "*")
# The front matter rule of markdown-it takes the first line of a text for a fence if it begins
# with a dash and has dashes after the first character behind that.
_LIKE_FRONT_MATTER = re.compile(r"-[-\s]*.--")
_NUMBERS = (".", ")")


def _sign(blocks: Sequence[MystBlock], signs: tuple[str, str]) -> str:
    """The marker of a new list after *blocks*: another one, if it would continue the last list."""
    return signs[1] if blocks and blocks[-1].kind == signs[0] else signs[0]


def _heading(level: int, text: str) -> MystBlock:
    # Hashes at the end would be the closing sequence of the heading.
    text = re.sub(r"(?<!\\)(#+)$", r"\\\1", text)
    return MystBlock("heading", f"{'#' * min(level, 6)} {text}".rstrip())


def _without_stray_rules(blocks: Iterable[MystBlock]) -> list[MystBlock]:
    """No rule first or last on a page, after a heading or doubled: docutils refuses these."""
    result: list[MystBlock] = []
    for block in blocks:
        if block.kind == "rule" and (not result or result[-1].kind in ("heading", "rule")):
            continue
        result.append(block)
    if result and result[-1].kind == "rule":
        result.pop()
    return result


def _indented(text: str, first: str) -> str:
    """*text* with *first* before its first line and as much blank before the others."""
    blank = " " * len(first)
    head, *rest = text.split("\n")
    return "\n".join([first + head, *(blank + row if row else "" for row in rest)])


def _blocks(parts: Iterable[outline.Part], level: int, *, heading: int = 1) -> list[MystBlock]:
    """The blocks of *parts*; *heading* is the level of the heading that they are below."""
    blocks: list[MystBlock] = []
    _fill(blocks, parts, level, heading)
    return blocks


def _fill(
    blocks: list[MystBlock], parts: Iterable[outline.Part], level: int, heading: int = 1
) -> None:
    for part in parts:
        match part:
            case outline.Run(lines, below):
                blocks += _lines(lines)
                _fill(blocks, below, level)
            case outline.Quotes(lines, below):
                blocks += _quotes(lines, _MOST_LEVELS - level)
                _fill(blocks, below, level)
            case outline.Bullets(items):
                sign = _sign(blocks, _BULLETS)
                _fill_list(blocks, sign, [f"{sign} "] * len(items), items, level)
            case outline.Numbers(start, items):
                sign = _sign(blocks, _NUMBERS)
                numbers = [f"{start + at}{sign} " for at in range(len(items))]
                _fill_list(blocks, sign, numbers, items, level)
            case ast.CodeBlock():
                blocks.append(code(part))
            case ast.Table():
                blocks.append(table_block(part))
            case outline.HorizontalRule():
                blocks.append(MystBlock("rule", "---"))
            case outline.Gap():
                pass
            case outline.Turn():
                blocks.append(_turn(part))
            case outline.Section():
                blocks.append(_heading(heading + 1, write_myst_inline(part.title, within=True)))
                if beside := write_myst_inline(part.beside):
                    blocks.append(MystBlock("text", beside))
                _fill(blocks, part.parts, level, heading + 1)
            case _:
                assert_never(part)


def _fill_list(
    blocks: list[MystBlock],
    sign: str,
    marks: Sequence[str],
    items: Sequence[Sequence[outline.Part]],
    level: int,
) -> None:
    if level >= 2 * MAX_LISTS:
        for item in items:
            _fill(blocks, item, level)
        return
    entries = []
    for mark, item in zip(marks, items, strict=True):
        text = _joined(_without_rules(_blocks(item, level + 2)), tight=True)
        entries.append(_indented(text or "&nbsp;", mark))
    blocks.append(MystBlock(sign, "\n".join(entries)))


def _without_rules(blocks: Iterable[MystBlock]) -> list[MystBlock]:
    """*blocks* with dashes for the rules, which docutils allows between blocks of a page only."""
    dashes = MystBlock("text", r"\---")
    return [dashes if block.kind == "rule" else block for block in blocks]


def _turn(turn: outline.Turn) -> MystBlock:
    blocks = _without_rules(_blocks(turn.parts, 0))
    if blocks and _LIKE_FRONT_MATTER.match(blocks[0].text):
        # After another list, a list gets the other marker.
        blocks = [MystBlock(_BULLETS[0], "")]
        _fill(blocks, turn.parts, 0)
        del blocks[0]
    first, *others = turn.speakers
    if not blocks:
        return MystBlock("text", write_myst_inline(turn.speakers))
    if others:
        names = write_myst_inline(others)
        if blocks[0].kind == "text":
            blocks[0] = MystBlock("text", f"{names} {blocks[0].text}")
        else:
            blocks.insert(0, MystBlock("text", names))
    target = join_target(first.project, first.name)
    return directive("scrapbox:speech", target, _joined(blocks))


def _lines(lines: Sequence[ast.Line]) -> Iterator[MystBlock]:
    """Lines that stand together: their ends stay, and images and formulas stand alone."""
    for alone, group in groupby(lines, key=stands_alone):
        if not alone:
            texts = filter(None, map(write_myst_inline, (line.nodes for line in group)))
            if text := _BREAK.join(texts):
                yield MystBlock("text", text)
            continue
        for line in group:
            match line.nodes:
                case (ast.Formula(source),) if tex := read_formula(source).tex:
                    yield formula(tex)
                case nodes:
                    if text := write_myst_inline(nodes):
                        yield MystBlock("text", text)


def _quotes(lines: Iterable[ast.Line], most: int) -> Iterator[MystBlock]:
    """Quoted lines, nested by how many further ``>`` they begin with, at most *most* deep."""
    rows: list[str] = []
    last = 0
    for depth, group in group_quotes(lines):
        if not (text := _joined(_lines(group))):
            continue
        depth = min(depth, most)
        if rows:
            rows.append(_quote_mark(min(depth, last)))
        last = depth
        mark = _quote_mark(depth)
        rows += (f"{mark} {row}".rstrip() for row in text.split("\n"))
    if rows:
        yield MystBlock("other", "\n".join(rows))


def _quote_mark(depth: int) -> str:
    return " ".join(">" * depth)
