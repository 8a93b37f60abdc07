"""Pages and tables that are too large keep their text, and become few nodes."""

from __future__ import annotations

import pytest

from sphinx_scrapbox.formats.myst import write_myst
from sphinx_scrapbox.formats.notation import read_notation
from sphinx_scrapbox.formats.page_file import MAX_NODES, limit_size, node_count
from sphinx_scrapbox.wiki.ast import CodeBlock, Icon, Line, Page, Table, Text
from sphinx_scrapbox.wiki.lines import MAX_TABLE_COLUMNS, is_grid


def _table(*widths: int) -> Table:
    return Table(0, "beds", tuple(((Text("x"),),) * width for width in widths))


@pytest.mark.parametrize(
    ("widths", "expected"),
    [
        ((), True),
        ((2, 2, 2), True),
        ((1, 28, 2, 3), True),
        ((MAX_TABLE_COLUMNS,) * 3, True),
        ((MAX_TABLE_COLUMNS + 1,), False),
        ((60, *[1] * 60), False),
        ((200, *[150] * 60), True),
    ],
)
def test_tables_that_are_shown_as_tables(widths: tuple[int, ...], expected: bool) -> None:
    assert is_grid(_table(*widths)) == expected


@pytest.mark.parametrize("widths", [(1000, *[1] * 1000), (100, *[1] * 1000), (5000,)])
def test_nodes_of_a_table_grow_with_its_cells(widths: tuple[int, ...]) -> None:
    assert node_count(_table(*widths)) <= 2 * sum(widths)


def test_a_page_of_usual_size_is_the_same() -> None:
    page = read_notation("Beds\n[* Peas]\nsown in [May]\ntable:t\n a\tb\n c")
    assert limit_size(page) is page


def test_the_rest_of_a_page_that_is_too_large_is_one_block() -> None:
    row = "[peas] [mio.icon*2] #beans"
    page = read_notation("\n".join(["Beds", *[row] * MAX_NODES, "code:a.py", " x = 1"]))
    limited = limit_size(page)
    assert sum(map(node_count, limited.blocks)) <= MAX_NODES + 1
    *lines, tail = limited.blocks
    assert tuple(lines) == page.blocks[: len(lines)]
    assert isinstance(tail, CodeBlock)
    assert (tail.rows[0], tail.rows[-3:]) == (row, (row, "code:a.py", " x = 1"))
    assert len(lines) + len(tail.rows) == MAX_NODES + 2
    (problem,) = limited.problems
    assert (problem.kind, problem.line) == ("size", len(lines) + 2)


def test_the_rest_keeps_the_ids_of_its_lines() -> None:
    lines = [Line(0, (Text("x"),), id=f"{at:024x}") for at in range(MAX_NODES)]
    limited = limit_size(Page("Beds", tuple(lines)))
    tail = limited.blocks[-1]
    assert isinstance(tail, CodeBlock)
    ids = [line.id for line in limited.blocks[:-1] if isinstance(line, Line)]
    assert (*ids, *tail.row_ids[1:]) == tuple(line.id for line in lines)
    assert len(tail.row_ids) == len(tail.rows) + 1


def test_an_icon_counts_as_often_as_it_is_shown() -> None:
    line = Line(0, (Text("x"), Icon("mio", count=7), Icon("ren", count=1_000_000)))
    assert node_count(line) == 1 + 1 + 7 + 100


def test_a_table_that_is_too_wide_is_told_of() -> None:
    (problem,) = limit_size(Page("Beds", (_table(3, 3), _table(MAX_TABLE_COLUMNS + 1)))).problems
    assert problem.kind == "size"


def test_converted_ragged_tables_grow_with_their_cells() -> None:
    def bars(size: int) -> int:
        return write_myst(Page("Beds", (_table(size, *[1] * size),))).count("|")

    assert bars(4 * 400) <= 5 * bars(400)
