"""Native notation -> tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs import cases, tree

from sphinx_scrapbox.formats.notation.characters import WHITE
from sphinx_scrapbox.formats.notation.inlines import (
    MOST_ICONS,
    MOST_NUMBERS,
    read_notation_inline,
)
from sphinx_scrapbox.formats.notation.lines import read_lines, read_notation
from sphinx_scrapbox.wiki.ast import (
    CodeBlock,
    Icon,
    Inline,
    Line,
    Numbered,
    Page,
    PageLink,
    Problem,
    Quote,
    Table,
    Text,
)

H32 = "0123456789abcdef" * 2
GYAZO = f"https://gyazo.com/{H32}"
TEAM = f"https://nota.gyazo.com/{H32}"

T, P = Text, PageLink


FIXTURES = Path(__file__).parent / "fixtures"
INLINES = cases(FIXTURES / "notation_inlines.txt")
BLOCKS = cases(FIXTURES / "notation_blocks.txt")


@pytest.mark.parametrize(("given", "expected"), INLINES)
def test_inlines(given: str, expected: str) -> None:
    """Kinds of line count at its start; the reference parser sees them after a node, too."""
    assert tree(read_notation_inline(given)) == expected


@pytest.mark.parametrize(("given", "expected"), BLOCKS)
def test_blocks(given: str, expected: str) -> None:
    page = read_lines(["title", *given.split("\n")])
    assert page.title == "title"
    assert tree(page.blocks) == expected


# A number that is no coordinate, and a multiplier that nobody draws.
LONG = {
    f"[N{'9' * 400},E1]": PageLink(f"N{'9' * 400},E1"),
    f"[a.icon*{'9' * 5000}]": Icon("a", count=MOST_ICONS),
}


@pytest.mark.parametrize("text", LONG, ids=["coordinate", "multiplier"])
def test_long_numbers(text: str) -> None:
    assert read_notation_inline(text) == (LONG[text],)


def test_empty_line_has_no_nodes() -> None:
    assert read_notation_inline("") == ()


def test_nodes_know_their_line() -> None:
    (node,) = read_notation_inline("> [* a `b` [c]", line=7)
    assert isinstance(node, Quote)
    assert node.line == 7
    assert [inner.line for inner in node.nodes] == [7] * len(node.nodes)


def test_numbers_nest_only_so_deep() -> None:
    nodes = read_notation_inline("1. " * 10_000 + "a")
    depth = 0
    while isinstance(nodes[0], Numbered):
        nodes, depth = nodes[0].nodes, depth + 1
    assert depth == MOST_NUMBERS
    assert nodes == (Text("1. " * (10_000 - MOST_NUMBERS) + "a"),)


# -- blocks ----------------------------------------------------------------------------


def line(indent: int, *nodes: Inline) -> Line:
    return Line(indent, nodes)


def test_title_row_is_never_parsed() -> None:
    assert read_notation("code:x [a] #b\n y") == Page("code:x [a] #b", (line(1, T("y")),))


def test_title() -> None:
    assert read_lines([" a \u3000"]).title == "a"
    assert read_lines(["a"], title="a_2").title == "a_2"
    assert read_lines([]) == read_notation("") == Page("", ())
    assert read_notation("\n\na", name="b") == Page("b", (line(0), line(0, T("a"))))


@pytest.mark.parametrize("text", ["t\na", "t\na\n", "t\r\na\r\n"])
def test_line_ends(text: str) -> None:
    assert read_notation(text) == Page("t", (line(0, T("a")),))


def test_trailing_blank_lines_stay() -> None:
    assert read_notation("t\n\n\n").blocks == (line(0), line(0))


def test_ids_and_line_numbers() -> None:
    rows = ["t", " a", "code:c", " x", "b"]
    page = read_lines(rows, ids="01234")
    first, code, last = page.blocks
    assert isinstance(first, Line)
    assert (first.id, first.line, first.source) == ("1", 2, "a")
    assert isinstance(code, CodeBlock)
    assert (code.row_ids, code.line) == (("2", "3"), 3)
    assert isinstance(last, Line)
    assert (last.id, last.line) == ("4", 5)


def test_too_few_ids() -> None:
    page = read_lines(["t", "a", "b"], ids=["0", "1"])
    assert [block.id for block in page.blocks if isinstance(block, Line)] == ["1", ""]


def test_table_cells_know_their_line() -> None:
    (table,) = read_lines(["t", "table:a", " b", " [c]"]).blocks
    assert isinstance(table, Table)
    assert [cell[0].line for row in table.rows for cell in row] == [3, 4]


def test_control_characters_are_removed() -> None:
    page = read_lines(["t\x01", "\x0ba\x00[b\x1f]\x7f\ud800", "c\rd", "e\nf"])
    assert page.title == "t"
    assert page.blocks == (
        line(1, T("a"), P("b")),
        line(0, T("c d")),
        line(0, T("e f")),
    )
    assert [(problem.kind, problem.line) for problem in page.problems] == [
        ("control_character", 1),
        ("control_character", 2),
    ]
    assert isinstance(page.problems[1], Problem)
    assert "U+0000, U+001F, U+007F, U+D800" in page.problems[1].message


# -- any text --------------------------------------------------------------------------

PIECES = [
    *"[]`# *>?$%/.,!\t\u3000",
    *("[[", "]]", "[* ", "[- ", "[$ ", " ]", "[ ]", "? ", "1. ", "$ ", "code:", "table:"),
    *("https://x.y", "http://", "https://x.y/q.png", GYAZO, TEAM, ".icon", "*2", ".png?"),
    *("N1,E2", "S3.5,W4,Z9", "[p.icon]", "[[p]]", "[p]", "#p", "/p/q", "\n", "\n ", "\n  "),
]
WORDS = "あいうえお漢字éñ😀𠮷"
texts = st.lists(st.sampled_from([*PIECES, *WORDS]), max_size=14).map("".join)
any_text = texts | st.text() | st.tuples(texts, st.text(max_size=3), texts).map("".join)


def strings(value: object) -> Iterator[str]:
    """All strings in a tree, but for sources and ids."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from strings(inner)
    elif hasattr(value, "__dataclass_fields__"):
        for field in fields(value):
            if field.name not in ("source", "id", "problems"):
                yield from strings(getattr(value, field.name))


@given(any_text)
def test_no_text_is_lost(text: str) -> None:
    page = read_notation(text)
    kept = Counter("".join(strings(page)))
    for word in WORDS:
        assert kept[word] == text.count(word)


@given(any_text)
def test_no_text_node_is_empty_and_no_two_meet(text: str) -> None:
    def check(nodes: tuple[Inline, ...]) -> None:
        for before, node in zip((None, *nodes), nodes, strict=False):
            if isinstance(node, Text):
                assert node.text
                assert not isinstance(before, Text)
            check(getattr(node, "nodes", ()))

    for block in read_notation(text).blocks:
        if isinstance(block, Line):
            check(block.nodes)


@given(any_text)
def test_plain_text_is_what_it_is(text: str) -> None:
    plain = "".join(char for char in text if char.isalpha())
    assert read_notation_inline(plain) == ((Text(plain),) if plain else ())


def test_white_space_is_that_of_the_wiki() -> None:
    assert len(set(WHITE)) == len(WHITE) == 25
    assert set(WHITE) - {"\ufeff"} < {chr(code) for code in range(0x10000) if chr(code).isspace()}
