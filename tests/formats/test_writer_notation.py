"""Tree -> native notation, and back again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs import cases, nodes_of
from test_reader_notation import BLOCKS, FIXTURES, INLINES, LONG, any_text

from sphinx_scrapbox.formats.notation.inlines import read_notation_inline
from sphinx_scrapbox.formats.notation.lines import read_lines, read_notation
from sphinx_scrapbox.formats.notation.writer import write_notation, write_notation_inline
from sphinx_scrapbox.wiki.ast import (
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
    Quote,
    Strong,
    Table,
    Text,
)


def bare(page: Page) -> Page:
    """The page as if its source were not known."""
    return replace(page, source=None)


# -- what the reader makes reads back --------------------------------------------------


@pytest.mark.parametrize(("given", "tree"), INLINES)
def test_inlines_read_back(given: str, tree: str) -> None:
    nodes = read_notation_inline(given)
    assert read_notation_inline(write_notation_inline(nodes)) == nodes


@pytest.mark.parametrize("text", LONG, ids=["coordinate", "multiplier"])
def test_long_numbers_read_back(text: str) -> None:
    assert read_notation_inline(write_notation_inline([LONG[text]])) == (LONG[text],)


@pytest.mark.parametrize(("given", "tree"), BLOCKS)
def test_blocks_read_back(given: str, tree: str) -> None:
    text = f"title\n{given}"
    page = read_notation(text)
    assert write_notation(page) == text
    assert read_notation(write_notation(bare(page))) == page


@given(any_text)
def test_any_text(text: str) -> None:
    page = read_notation(text)
    assert write_notation(page) == text
    assert read_notation(write_notation(bare(page))) == page


@pytest.mark.parametrize(
    "text",
    [
        "[$ https://x.y/[[[ ][a]",
        "[[a]][(\thttps://x.y/a.png]]b",
        "[a][\thttps://x.y/a.png$ \thttps://x.y/b.png] [/ ",
        "[* https://x.y[[https://x.y/a.png[[a]]",
        "[[a.icon][[a] https://x.y/b.png]]][$ ",
        "[* [$ 1.  ]>[$ c dhttps://x.y",
        "[[[https://x.y/a.png[b? #] ]",
        "[$ a[]",
        "[a.icon N1,E2]",
        "[N1,E2 N3,E4]",
        "[/p/]",
    ],
)
def test_that_takes_care(text: str) -> None:
    nodes = read_notation_inline(text)
    assert read_notation_inline(write_notation_inline(nodes)) == nodes


@pytest.mark.parametrize(
    "text",
    [
        "[a] and [/p/b], #tag",
        "[label https://x.y] https://x.y/z",
        "[https://x.y/a.png https://l.m]",
        "[[strong]] [** large [link]] [$ x^2] [$ a[1] ]",
        "[a.icon][b.icon*3][[c.icon]]",
        "> quoted `code` [ ]",
        "1. one",
        "$ ls -l",
        "? how",
        "[N35.6,E139.7,Z15 東京]",
        "[https://www.youtube.com/watch?v=abc]",
    ],
)
def test_spelt_as_authors_do(text: str) -> None:
    assert write_notation_inline(read_notation_inline(text)) == text


def test_page() -> None:
    text = "title\na\n\n b\n code:c.py(python)\n  x = 1\n  \n\ntable:t\n a\tb\n [c]\n"
    assert write_notation(bare(read_notation(text))) == text


@pytest.mark.parametrize("name", ["nishio", "villagepump"])
def test_real_pages(shared: Path, name: str) -> None:
    path = shared / "native" / f"{name}.json"
    for source in json.loads(path.read_text("utf-8"))["pages"]:
        rows = [line["text"] for line in source["lines"]]
        page = read_lines(rows)
        assert write_notation(page).split("\n") == [*rows, ""], page.title
        assert read_notation(write_notation(bare(page))) == page, page.title


def test_rows_that_say_something_else_are_not_written() -> None:
    page = read_notation("t\n\t[a]  \n\u3000b  \n\tcode: c\n\t\tx\nd")
    first, second, code, last = page.blocks
    assert isinstance(first, Line)
    assert isinstance(code, CodeBlock)
    changed = (replace(first, nodes=(Text("…"),)), second, replace(code, rows=("y",)), last)
    assert write_notation(replace(page, blocks=changed)) == "t\n …\n\u3000b  \n code: c\n  y\nd"
    assert write_notation(replace(page, blocks=(second, last))) == "t\n\u3000b  \nd"


# -- trees that can be said ------------------------------------------------------------

words = st.text("abcあ漢é", min_size=1, max_size=4)
titles = words | st.builds("{} {}".format, words, words)
addresses = st.builds("https://{}.example/{}".format, st.sampled_from("ab"), words)
leaves: st.SearchStrategy[Inline] = st.one_of(
    st.builds(PageLink, titles),
    st.builds(PageLink, titles, words),
    st.builds(ExternalLink, addresses, titles),
    st.builds(ExternalLink, addresses),
    st.builds(Image, addresses.map("{}.png".format)),
    st.builds(Image, addresses.map("{}.png".format), addresses),
    st.builds(Icon, titles, st.just("") | words, st.integers(1, 1000)),
    st.builds(Formula, titles),
    st.builds(Location, st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 20), words),
)
nested = st.lists(leaves | words.map(Text), min_size=1, max_size=4)
pieces = leaves | st.one_of(
    st.builds(Code, st.text("ab[] >", max_size=4)),
    st.builds(Icon, titles, count=st.integers(1, 9), strong=st.just(True)),
    nested.map(lambda nodes: Strong(without_meeting(nodes))).filter(lambda node: fits(node.nodes)),
    st.builds(
        lambda signs, nodes: Decoration(signs, without_meeting(nodes)),
        st.text("*/-_!", min_size=1, max_size=3),
        nested,
    ),
    words.map(Text),
    words.map(Hashtag),
)


def fits(nodes: tuple[Inline, ...]) -> bool:
    """Whether strong text can hold *nodes*: a formula cuts it, an image in it is a strong one."""
    alone = len(nodes) == 1 and isinstance(nodes[0], Image | Icon)
    return not alone and not any(isinstance(node, Formula) for node in nodes)


def without_meeting(nodes: list[Inline]) -> tuple[Inline, ...]:
    """No two texts side by side; white space around tags and addresses."""
    kept: list[Inline] = []
    for node in nodes:
        loose = isinstance(node, Hashtag | ExternalLink | Text)
        if kept and loose and isinstance(kept[-1], Hashtag | ExternalLink | Text):
            before = kept[-1]
            if isinstance(before, Text):
                kept[-1] = Text(f"{before.text} ")
            elif not isinstance(node, Text):
                kept.append(Text(" "))
            if isinstance(node, Text):
                last = kept.pop() if isinstance(kept[-1], Text) else Text("")
                kept.append(Text(f"{last.text} {node.text}"))
                continue
        kept.append(node)
    return tuple(kept)


lines = st.lists(pieces, max_size=5).map(without_meeting)
lines |= lines.map(lambda nodes: (Quote(nodes),))
lines |= st.builds(lambda digits, nodes: (Numbered(digits, nodes),), st.sampled_from("19"), lines)


@given(lines)
def test_any_line_that_can_be_said(nodes: tuple[Inline, ...]) -> None:
    assert read_notation_inline(write_notation_inline(nodes)) == nodes


rows = st.text("ab \t[", max_size=5)
cells = st.lists(st.builds(PageLink, titles) | words.map(Text), max_size=3).map(without_meeting)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Line, st.integers(0, 5), lines),
    st.builds(
        CodeBlock,
        st.just(0),
        words,
        st.lists(rows, max_size=4).map(tuple),
        st.just("") | words,
    ),
    st.builds(
        lambda name, table: Table(0, name, table),
        words,
        st.lists(st.lists(cells, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple),
    ),
)


def after_blocks(made: list[Block]) -> tuple[Block, ...]:
    """A deeper line right after code or a table would belong to it."""
    kept: list[Block] = []
    for block in made:
        if kept and not isinstance(kept[-1], Line) and block.indent:
            kept.append(Line(0))
        kept.append(block)
    return tuple(kept)


@given(titles, st.lists(blocks, max_size=6).map(after_blocks))
def test_any_page_that_can_be_said(title: str, made: tuple[Block, ...]) -> None:
    page = Page(title, made)
    assert read_notation(write_notation(page)) == page


# -- what cannot be said ---------------------------------------------------------------


@pytest.mark.parametrize(("given", "expected"), cases(FIXTURES / "notation_nearest.txt"))
def test_nearest(given: str, expected: str) -> None:
    assert write_notation_inline(nodes_of(given)) == expected


def test_nearest_blocks() -> None:
    page = Page(
        "t",
        (
            Line(0, (Text("code:a"),)),
            CodeBlock(0, "", ("x",), "python"),
            Line(1, (Text("  b"),)),
            Table(0, "c", (((Text("[d]"), Code("e")), (Text("f\tg"),)),)),
        ),
    )
    assert write_notation(page) == (
        "t\n\u200bcode:a\ncode:python\n x\n\n b\ntable:c\n ［\u200bd］\u200b`e`\tf g\n"
    )


loose = st.recursive(
    st.one_of(
        st.builds(Text, st.text("a[]`#* >あ", max_size=6)),
        st.builds(Code, st.text("a`[", max_size=3)),
        st.builds(PageLink, st.text("a[]*. あ", min_size=1, max_size=4)),
        st.builds(ExternalLink, st.sampled_from(["https://x.y", "x", "https://a b]"]), words),
        st.builds(Image, st.sampled_from(["https://x.y", "x", "https://x.y/a.png"])),
        st.builds(Command, st.just("$"), words),
    ),
    lambda inner: st.one_of(
        st.builds(Strong, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Decoration, st.just("*"), st.lists(inner, max_size=3).map(tuple)),
        st.builds(Quote, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)


@given(st.lists(loose, max_size=4))
def test_any_tree_can_be_written_and_keeps_its_words(nodes: list[Inline]) -> None:
    text = write_notation_inline(nodes)
    assert "\n" not in text
    assert text.count("あ") == repr(nodes).count("あ")
