"""TODO: say what this file is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes


def table(
    columns: Sequence[tuple[str, int]], lines: Iterable[Sequence[Sequence[nodes.Node]]]
) -> nodes.table:
    """A table of columns (heading and width in percent) and lines of cells."""
    group = nodes.tgroup(cols=len(columns))
    for _title, width in columns:
        group += nodes.colspec(colwidth=width)
    group += nodes.thead("", _row([[nodes.Text(str(title))] for title, _width in columns]))
    group += nodes.tbody("", *map(_row, lines))
    return nodes.table("", group, classes=["scrapbox-table"])


def _row(cells: Iterable[Sequence[nodes.Node]]) -> nodes.row:
    entries = (nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells)
    return nodes.row("", *entries)
