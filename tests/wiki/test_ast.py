"""Walking the inlines of a page, changing them, and their plain text."""

from __future__ import annotations

from typing import get_args

import pytest

from sphinx_scrapbox.wiki.ast import (
    Blank,
    Block,
    Code,
    CodeBlock,
    Command,
    Decoration,
    ExternalLink,
    Formula,
    Hashtag,
    Icon,
    Image,
    Inline,
    Line,
    Location,
    Numbered,
    Page,
    PageLink,
    Question,
    Quote,
    Strong,
    Table,
    Text,
    map_block,
    map_inlines,
    plain_text,
    walk,
)

WORDS = (Text("a"), PageLink("b"))
LINE_ID = "5ae4aae4aff09e00009a6337"
# node, as readers see it, as prose
PLAIN: list[tuple[Inline, str, str]] = [
    (Text("dry leaves"), "dry leaves", "dry leaves"),
    (Blank("\u3000"), "\u3000", "\u3000"),
    (Code("dig()"), "dig()", "dig()"),
    (Formula("x^2"), "x^2", "x^2"),
    (Strong(WORDS), "ab", "ab"),
    (Decoration("**", WORDS), "ab", "ab"),
    (Quote(WORDS), "ab", "ab"),
    (Numbered("07", WORDS), "07. ab", "07. ab"),
    (PageLink("Heap"), "Heap", "Heap"),
    (PageLink(f"Heap#{LINE_ID}"), "Heap", "Heap"),
    (PageLink("C#"), "C#", "C#"),
    (PageLink("Heap", "garden"), "/garden/Heap", "Heap"),
    (PageLink("", "garden"), "/garden", "/garden"),
    (ExternalLink("https://x.test", "label"), "label", "label"),
    (ExternalLink("https://x.test"), "https://x.test", ""),
    (Image("https://x.test/a.png"), "", ""),
    (Icon("rain"), "", ""),
    (Hashtag("soil"), "#soil", "#soil"),
    (Location(35.0, 135.0, place="Kyoto"), "Kyoto", "Kyoto"),
    (Question("how deep"), "? how deep", "how deep"),
    (Command("$", "ls"), "$ ls", "$ ls"),
]


@pytest.mark.parametrize(("node", "shown", "prose"), PLAIN, ids=str)
def test_plain_text(node: Inline, shown: str, prose: str) -> None:
    assert plain_text((node,)) == shown
    assert plain_text((node,), prose=True) == prose
    assert plain_text((Strong((node,)), Text("!"))) == f"{shown}!"


def test_each_kind_has_a_plain_text() -> None:
    assert {type(node) for node, _, _ in PLAIN} == set(get_args(Inline))


NESTED = (
    Text("1"),
    Strong((Text("2"), Decoration("*", (Text("3"), Quote((Text("4"),)))), Text("5"))),
    Numbered("1", (Text("6"),)),
)
BLOCKS: tuple[Block, ...] = (
    Line(0, NESTED),
    CodeBlock(0, "x.py", ("pass",)),
    Table(0, "t", (((Text("7"), Strong((Text("8"),))), ()), ((Text("9"),),))),
)


def test_walk_is_in_source_order_and_yields_no_container() -> None:
    def numbers(nodes: object) -> str:
        return "".join(node.text for node in walk(nodes) if isinstance(node, Text))  # type: ignore[arg-type]

    assert numbers(NESTED) == "123456"
    assert [numbers(block) for block in BLOCKS] == ["123456", "", "789"]
    assert numbers(Page("t", BLOCKS)) == "123456789"
    assert all(isinstance(node, Text) for node in walk(NESTED))


def test_walk_goes_deeper_than_python_recurses() -> None:
    node: Inline = Text("deep")
    for _ in range(5000):
        node = Strong((node,))
    assert list(walk((node,))) == [Text("deep")]


def test_map_inlines_reaches_all_and_keeps_what_is_left_alone() -> None:
    def three(node: Inline) -> Inline:
        return Text("III") if node == Text("3") else node

    changed = map_inlines(NESTED, three)
    assert plain_text(changed) == "12III451. 6"
    assert changed[0] is NESTED[0]
    assert changed[2] is NESTED[2]
    assert map_inlines(NESTED, lambda node: node) is NESTED
    for block in BLOCKS:
        assert map_block(block, lambda node: node) is block
    table = map_block(BLOCKS[2], lambda node: Text("x"))
    assert table == Table(0, "t", (((Text("x"), Strong((Text("x"),))), ()), ((Text("x"),),)))
