"""The page of a file, from its text and its row in the lock file; and pages of limited size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from sphinx_scrapbox.formats.notation.lines import read_text
from sphinx_scrapbox.formats.notation.writer import rows_with_ids
from sphinx_scrapbox.wiki.ast import (
    MAX_ICONS,
    Block,
    CodeBlock,
    Decoration,
    Icon,
    Inline,
    Line,
    Page,
    Problem,
    Table,
    Text,
    walk,
)
from sphinx_scrapbox.wiki.lines import is_grid

MAX_NODES = 50_000
"""The most lines, cells, links and other inlines of a page that keep their structure.

Output formats keep every node of a document in memory. Real pages stay far below this limit.
"""
_HEADING_COUNT = 4
"""A heading is a section, a target and an entry in the table of contents."""


class LockRow(Protocol):
    """The attributes of :class:`.lockfile.LockedPage` that are used here."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def created(self) -> int: ...
    @property
    def updated(self) -> int: ...
    @property
    def line_ids(self) -> Sequence[str]: ...
    @property
    def line_times(self) -> Sequence[int]: ...
    def matches(self, text: str) -> bool:
        """Whether the text is unchanged since it was locked, so that ``line_ids`` apply."""


def native_page(text: str, *, name: str, row: LockRow | None = None, project: str = "") -> Page:
    """The page of a ``.scrapbox`` file.

    Its title is that of the row, else the first line, else *name*, the stem of the file.
    """
    is_as_locked = row is not None and row.matches(text)
    page = read_text(
        text,
        ids=row.line_ids if row and is_as_locked else (),
        title=(row.title if row else "") or None,
    )
    if row and is_as_locked and page.source:
        page = replace(page, source=replace(page.source, updated=tuple(row.line_times)))
    if row:
        page = replace(page, id=row.id, created=row.created, updated=row.updated)
    title = page.title if page.title.strip() else name
    return replace(page, title=title, project=project)


def limit_size(page: Page) -> Page:
    """*page* with at most :data:`MAX_NODES` nodes; the rest becomes one block of code.

    The block has the rows in native notation, with their ids. A problem is added for it, and
    for each table that is not shown as one.
    """
    left = MAX_NODES
    problems: list[Problem] = []
    for at, block in enumerate(page.blocks):
        left -= node_count(block)
        if left < 0:
            message = f"more than {MAX_NODES} lines, cells and links: the rest is plain text"
            problems.append(Problem("size", message, line=block.line))
            blocks = (*page.blocks[:at], _plain(page.blocks[at:]))
            return replace(page, blocks=blocks, problems=(*page.problems, *problems))
        if isinstance(block, Table) and not is_grid(block):
            message = "too wide or too ragged for a table: its rows are shown as lines"
            problems.append(Problem("size", message, line=block.line))
    return replace(page, problems=(*page.problems, *problems)) if problems else page


def _plain(blocks: tuple[Block, ...]) -> CodeBlock:
    rows, ids = zip(*rows_with_ids(Page("", blocks)), strict=True)
    row_ids = ("", *ids[1:]) if any(ids) else ()
    return CodeBlock(0, "", rows[1:], row_ids=row_ids, line=blocks[0].line)


def node_count(block: Block) -> int:
    """About how many nodes *block* is in a document, in lines, cells and inlines."""
    match block:
        case Line(nodes=(Text(),)):  # as most lines are
            return 2
        case Line(nodes=nodes):
            is_heading = not block.indent and isinstance(next(iter(nodes), None), Decoration)
            count = _HEADING_COUNT if is_heading else 1
            return count + sum(map(_inline_count, walk(block)))
        case Table(rows=rows):
            width = max(map(len, rows), default=0)
            cells = width * len(rows) if is_grid(block) else len(rows)
            return cells + sum(map(_inline_count, walk(block)))
        case CodeBlock():
            return 1
    raise TypeError(block)


def _inline_count(node: Inline) -> int:
    return min(node.count, MAX_ICONS) if isinstance(node, Icon) else 1
