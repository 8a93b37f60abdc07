"""Exported Markdown and native notation: pages of the one in the terms of the other.

A line that was exported and cannot be written in native notation gets marked stand-ins for its
signs (:func:`.text.stand_ins`), so that it can be exported again to the same text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.markdown.writer import RowWriter, has_own_icon
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.text import UNSEEN, stand_ins, without_stand_ins

_GYAZO = re.compile(r"https?://gyazo\.com/[0-9a-f]{32}")
_THUMB = re.compile(rf"({_GYAZO.pattern})/thumb/1000")
_SCHEME = re.compile(rf"(https?:)(?={UNSEEN}*//)")
_TAG = re.compile(rf"(?<!\S)(?={UNSEEN}*#\S)")
# What the exporter makes of an address before a bracket, which it takes for a label.
_BRACKET_AS_LABEL = re.compile(r"\[\]\]\((https?://[^\s()\[\]]+)\)")
_BRACKET_IN_LABEL = re.compile(r"\[([^\[\]]+)\]\]\((?=https?://)")
_STANDS_IN = "\ue000"
_MARKUP = re.compile(r"[^\w\s,.;!。、「」（）・？！…]|\A[\d>]|\A\s|\s\Z")


@dataclass(frozen=True, slots=True)
class LineFormat:
    """How a line is written in the other format and read again; None if it is no line then."""

    write: Callable[[ast.Line], str]
    read: Callable[[str], ast.Line | None]


def as_exported(page: ast.Page) -> ast.Page:
    """A native *page* changed as the wiki's export changes it without effect on what is shown.

    Blank lines lose their indent, Gyazo images have the address of a thumbnail, the project is
    known only from icons, and lines have no source text. Stand-ins become what they stand for.
    """
    writer = RowWriter(page.project)
    blocks: list[ast.Block] = []
    for block in page.blocks:
        match block:
            case ast.Line():
                blocks.append(_exported_line(block, writer))
            case ast.Table():
                blocks.append(_exported_table(block, writer))
            case _:
                blocks.append(block)
    project = page.project if has_own_icon(page) else ""
    return replace(page, blocks=tuple(blocks), project=project)


def as_native(page: ast.Page, notation: LineFormat) -> ast.Page:
    """An exported *page* with lines that *notation* can write and that export to the same text."""
    writer = RowWriter(page.project)
    blocks = (
        _native_line(block, notation, writer) if isinstance(block, ast.Line) else block
        for block in page.blocks
    )
    return replace(page, blocks=tuple(blocks))


def _with_images(line: ast.Line, change: Callable[[str], str]) -> ast.Line:
    """*line* with the source of every image changed."""

    def changed(node: ast.Inline) -> ast.Inline:
        return replace(node, src=change(node.src)) if isinstance(node, ast.Image) else node

    return replace(line, nodes=ast.map_inlines(line.nodes, changed))


def _exported_line(line: ast.Line, writer: RowWriter) -> ast.Line:
    native = line.source
    line = _with_images(line, lambda src: f"{src}/thumb/1000" if _GYAZO.fullmatch(src) else src)
    line = replace(line, indent=line.indent if line.nodes else 0, source="")
    nodes = _bracket_as_label(line.nodes) if "]" in native else line.nodes
    if UNSEEN in native:
        nodes = _without_stand_ins(nodes)
    if nodes is line.nodes:
        return line
    # The text is an exporter's: it is read as it is, and not made safe from being read.
    return _read_line(writer.rows_of(replace(line, nodes=nodes)), line) or line


def _read_line(rows: list[str], line: ast.Line) -> ast.Line | None:
    match read_markdown("\n".join(rows)).blocks:
        case (ast.Line() as read,) if read.indent == line.indent:
            return replace(read, line=line.line, id=line.id)
    return None


def _without_stand_ins(nodes: tuple[ast.Inline, ...]) -> tuple[ast.Inline, ...]:
    def plain(node: ast.Inline) -> ast.Inline:
        match node:
            case ast.Text(text):
                changed = without_stand_ins(text)
                return node if changed == text else replace(node, text=changed)
            case ast.ExternalLink(_, label):
                changed = without_stand_ins(label)
                return node if changed == label else replace(node, label=changed)
        return node

    if nodes and isinstance(first := nodes[0], ast.Text) and first.text.startswith(UNSEEN):
        text = first.text.removeprefix(UNSEEN)
        nodes = ((replace(first, text=text),) if text else ()) + nodes[1:]
    return ast.map_inlines(nodes, plain)


def _bracket_as_label(nodes: tuple[ast.Inline, ...]) -> tuple[ast.Inline, ...]:
    """*nodes* with the text that the wiki's exporter makes of ``[[a] b https://c.test]``.

    It takes the bracket that follows a bare address for the label of the address.
    """
    if len(nodes) == 1 and isinstance(outer := nodes[0], ast.Quote | ast.Numbered):
        inner = _bracket_as_label(outer.nodes)
        return nodes if inner is outer.nodes else (replace(outer, nodes=inner),)
    changed: list[ast.Inline] = []
    opened = False
    for node in nodes:
        last = changed[-1] if changed else None
        if isinstance(node, ast.Text):
            url = _bare_address(last)
            if opened and url and node.text.startswith("]"):
                changed.pop()
                before = ""
                if changed and isinstance(words := changed[-1], ast.Text):
                    before = words.text
                    changed.pop()
                changed.append(ast.Text(f"{before}[]]({url}){node.text[1:]}"))
                opened = False
                continue
            opened = node.text.rfind("[") > node.text.rfind("]") or opened
        changed.append(node)
    return tuple(changed) if changed != list(nodes) else nodes


def _bare_address(node: ast.Inline | None) -> str:
    """The address if *node* is a bare one that the exporter writes so; else ""."""
    if not isinstance(node, ast.ExternalLink) or node.label or node.is_bracketed:
        return ""
    return node.url if _BRACKET_AS_LABEL.fullmatch(f"[]]({node.url})") else ""


def _exported_table(table: ast.Table, writer: RowWriter) -> ast.Table:
    rows = tuple(tuple(map(_without_stand_ins, row)) for row in table.rows)
    if rows == table.rows:
        return table
    changed = replace(table, rows=rows)
    match read_markdown("\n".join(writer.table_as_it_is(changed))).blocks:
        case (ast.Table(rows=read),):
            return replace(table, rows=read)
    return table


def _native_line(line: ast.Line, notation: LineFormat, writer: RowWriter) -> ast.Line:
    whole = _with_images(line, lambda src: match[1] if (match := _THUMB.fullmatch(src)) else src)
    if not line.nodes or not line.source or _MARKUP.search(line.source) is None:
        return whole
    row = "".join(writer.rows_of(line, from_source=True))
    for candidate in _candidates(line, whole):
        read = notation.read(notation.write(candidate))
        if read is not None and row == "".join(writer.rows((_exported_line(read, writer),))):
            return replace(read, source="", line=line.line)
    return whole


def _candidates(line: ast.Line, whole: ast.Line) -> Iterator[ast.Line]:
    """Native lines that may export to the source of *line*, the most readable first."""
    source = line.source
    yield whole
    if "[]](" in source:
        yield _reread(line, _BRACKET_AS_LABEL.sub(r"[\1](\1)]", source))
    if _BRACKET_IN_LABEL.search(source):
        read = _reread(line, _BRACKET_IN_LABEL.sub(rf"[\1{_STANDS_IN}](", source))
        yield _marked(replace(read, nodes=ast.map_inlines(read.nodes, _with_bracket)))
    yield _marked(replace(whole, nodes=ast.map_inlines(whole.nodes, _with_stand_ins)))
    yield replace(line, nodes=(ast.Text(UNSEEN + _literal(source)),))


def _reread(line: ast.Line, source: str) -> ast.Line:
    mark = "- " if line.indent else ""
    match read_markdown(mark + source).blocks:
        case (ast.Line(nodes=nodes),):
            return replace(line, nodes=nodes)
    return line


def _with_bracket(node: ast.Inline) -> ast.Inline:
    if isinstance(node, ast.ExternalLink) and _STANDS_IN in node.label:
        return replace(node, label=node.label.replace(_STANDS_IN, "]"))
    return node


def _with_stand_ins(node: ast.Inline) -> ast.Inline:
    return replace(node, text=_literal(node.text)) if isinstance(node, ast.Text) else node


def _marked(line: ast.Line) -> ast.Line:
    """*line* with a mark at its start, after which nothing is the start of a line."""
    return replace(line, nodes=(ast.Text(UNSEEN), *line.nodes))


def _literal(text: str) -> str:
    """*text* that native notation reads as text."""
    return stand_ins(_TAG.sub(UNSEEN, _SCHEME.sub(rf"\1{UNSEEN}", text)))
