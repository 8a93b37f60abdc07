"""Native notation: text or rows of a page -> :class:`.Page`, line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sphinx_scrapbox.formats.notation.characters import NOT_IN_ROWS, WHITE
from sphinx_scrapbox.formats.notation.inlines import read_cell, read_line
from sphinx_scrapbox.wiki.ast import (
    Block,
    CodeBlock,
    Line,
    Page,
    Problem,
    SourceRows,
    Table,
)
from sphinx_scrapbox.wiki.text import without_controls

_LANGUAGE = re.compile(r"(.+)\(([^()]*)\)")
_HEADERS = ("code:", "table:")


def read_notation(text: str, *, name: str = "") -> Page:
    """Read the text of a page; its first line is the title.

    *name* is the title of a text whose first line is blank. One newline at the very end
    only ends the last line.
    """
    page = read_text(text)
    return replace(page, title=name) if name and not page.title else page


def read_text(text: str, *, ids: Sequence[str] = (), title: str | None = None) -> Page:
    """:func:`read_lines` for the text of a page."""
    page = read_lines(text.removesuffix("\n").split("\n"), ids=ids, title=title)
    if text.endswith("\n") or page.source is None:
        return page
    return replace(page, source=replace(page.source, final_newline=False))


def read_lines(rows: Sequence[str], *, ids: Sequence[str] = (), title: str | None = None) -> Page:
    """Read the rows of a page; row 0 is the title row, which is never parsed.

    *ids* are the wiki's ids of the rows. *title* is the title if it is known, as it may differ
    from row 0; else the title is row 0 without outer white space. Row 0 is line 1.
    """
    source = tuple(rows)
    rows, problems = _clean(source)
    if title is None:
        title = rows[0].strip(WHITE) if rows else ""
    ids = tuple(ids)
    if rows is not source and any("\n" in row for row in source):
        source = tuple(rows)  # these rows are more than one
    if ids and len(ids) < len(rows):
        ids += ("",) * (len(rows) - len(ids))
    blocks: list[Block] = []
    at, end = 1, len(rows)
    while at < end:
        row, number = rows[at], at + 1
        text = row.lstrip(WHITE)
        indent = len(row) - len(text)
        if not text.startswith(_HEADERS):
            nodes = read_line(text, number) if text else ()
            blocks.append(Line(indent, nodes, text, ids[at] if ids else "", line=number))
            at += 1
            continue
        start, at = at, at + 1
        body = []
        while at < end and _indent(rows[at]) > indent:
            body.append(rows[at][indent + 1 :])
            at += 1
        head, _, name = text.partition(":")
        row_ids = ids[start:at]
        if head == "code":
            name, language = _name_and_language(name)
            blocks.append(CodeBlock(indent, name, tuple(body), language, row_ids, line=number))
        else:
            cells = tuple(
                tuple(read_cell(cell, number + nth) for cell in row.split("\t"))
                for nth, row in enumerate(body, 1)
            )
            blocks.append(Table(indent, name.strip(WHITE), cells, row_ids, line=number))
    return Page(
        title,
        tuple(blocks),
        problems=tuple(problems),
        source=SourceRows(source, ids),
        line=1,
    )


def read_row(row: str) -> Line | None:
    """The line of a single row; None if it begins a block of another kind."""
    (block,) = read_lines(("", row)).blocks
    return block if isinstance(block, Line) else None


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip(WHITE))


def _name_and_language(name: str) -> tuple[str, str]:
    """Split ``name(language)``, if neither is blank; other names keep the blanks around them."""
    if name.rstrip(WHITE).endswith(")") and (match := _LANGUAGE.fullmatch(name.strip(WHITE))):
        title, language = match[1].rstrip(WHITE), match[2].strip(WHITE)
        if title and language:
            return title, language
    return name, ""


def _clean(rows: Sequence[str]) -> tuple[Sequence[str], list[Problem]]:
    """Rows without line ends and without characters that XML excludes."""
    joined = "\n".join(rows)
    line_ends = "\r" in joined or joined.count("\n") >= max(len(rows), 1)
    if not line_ends and NOT_IN_ROWS.search(joined) is None:
        return rows, []
    cleaned, problems = [], []
    for number, row in enumerate(rows, 1):
        row, lost = without_controls(row.rstrip("\r\n").replace("\n", " "), NOT_IN_ROWS)
        if lost:
            message = f"removed control character {', '.join(lost)}"
            problems.append(Problem("control_character", message, line=number))
        cleaned.append(row)
    return cleaned, problems
