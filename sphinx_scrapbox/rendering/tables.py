"""Tables as docutils wants them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes

from sphinx_scrapbox.rendering.nodes import scrapbox_blank_heading


def make_table(widths: Sequence[int], rows: Sequence[nodes.row], headers: int = 1) -> nodes.table:
    """A table of *rows*, the first *headers* of which are its header.

    *widths* are those of the columns in percent.
    """
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths))
    group["cols"] = len(widths)
    table = nodes.table("", group, classes=["scrapbox-table"])
    set_rows(table, rows, headers)
    return table


def set_rows(table: nodes.table, rows: Sequence[nodes.row], headers: int) -> None:
    """Fill a table with *rows*, instead of those that it has."""
    group = next(table.findall(nodes.tgroup))
    group.children = [node for node in group.children if isinstance(node, nodes.colspec)]
    if headers:
        for row in rows[:headers]:
            for entry in list(row.findall(nodes.entry)):
                if not entry.children:  # a heading without text is announced for nothing
                    entry.replace_self(scrapbox_blank_heading())
        group += nodes.thead("", *rows[:headers])
    group += nodes.tbody("", *rows[headers:])


def table(
    columns: Sequence[tuple[str, int]], lines: Iterable[Sequence[Sequence[nodes.Node]]]
) -> nodes.table:
    """A table of columns (heading and width in percent) and lines of cells."""
    header = _row([[nodes.Text(str(title))] for title, _width in columns])
    return make_table([width for _title, width in columns], [header, *map(_row, lines)])


def _row(cells: Iterable[Sequence[nodes.Node]]) -> nodes.row:
    entries = (nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells)
    return nodes.row("", *entries)
