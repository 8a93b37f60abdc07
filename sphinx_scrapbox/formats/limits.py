"""How much of a page is shown with its structure.

Output formats keep every node of a document in memory, and some of their writers need more than
linear time for wide tables. Real pages stay far below these limits. What exceeds them is shown
more simply, and no character is lost.
"""

from __future__ import annotations

from sphinx_scrapbox.wiki import ast

MAX_NODES = 50_000
"""The most lines, cells, links and other inlines of a page; the rest is shown as plain text."""
MAX_COLUMNS = 256
"""The most columns of a table; the rows of a wider one are shown as lines."""
MAX_PADDING = 4
"""The most cells of a ragged table after short rows are filled, as a multiple of its own."""
_FREE_PADDING = 2_000
"""So many cells more are always allowed."""
_HEADING_WEIGHT = 4
"""A heading is a section, a target and an entry in the table of contents."""


def is_grid(table: ast.Table) -> bool:
    """Whether *table* is shown as a table: it is neither too wide nor mostly empty."""
    width = max(map(len, table.rows), default=0)
    cells = sum(map(len, table.rows))
    return width <= MAX_COLUMNS and (
        width * len(table.rows) <= MAX_PADDING * cells + _FREE_PADDING
    )


def node_count(block: ast.Block) -> int:
    """About how many nodes *block* is in a document, in lines, cells and inlines."""
    match block:
        case ast.Line(nodes=nodes):
            is_heading = not block.indent and isinstance(next(iter(nodes), None), ast.Decoration)
            count = _HEADING_WEIGHT if is_heading else 1
            return count + sum(map(_inline_count, ast.walk(block)))
        case ast.Table(rows=rows):
            width = max(map(len, rows), default=0)
            cells = width * len(rows) if is_grid(block) else len(rows)
            return cells + sum(map(_inline_count, ast.walk(block)))
        case ast.CodeBlock():
            return 1
    raise TypeError(block)


def _inline_count(node: ast.Inline) -> int:
    return min(node.count, ast.MAX_ICONS) if isinstance(node, ast.Icon) else 1
