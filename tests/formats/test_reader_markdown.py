"""One test for each rule of the exported dialect; every sentence here is our own."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs import cases, tree

from sphinx_scrapbox.formats.detect import recognise
from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.formats.markdown.writer import write_markdown
from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.wiki.ast import (
    Block,
    Hashtag,
    Icon,
    Inline,
    Line,
    PageLink,
    Problem,
    Text,
    walk,
)

HEAD = '---\ntitle: "Garden shed"\n---\n\n'


def blocks(body: str) -> tuple[Block, ...]:
    return read_markdown(HEAD + body).blocks


def icon(name: str, project: str = "garden", other: bool = False) -> str:
    alt = f"/{project}/{name}" if other else name
    address = f"https://scrapbox.io/api/pages/{project}/{name}/icon"
    return f"<img src='{address}' alt='{alt}.icon' height=\"19.5\"/>"


def line(indent: int, *nodes: Inline) -> Line:
    return Line(indent, nodes)


FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize(("given", "expected"), cases(FIXTURES / "markdown_inlines.txt"))
def test_inlines(given: str, expected: str) -> None:
    assert tree(read_markdown_inline(given)) == expected


@pytest.mark.parametrize(("given", "expected"), cases(FIXTURES / "markdown_blocks.txt"))
def test_blocks(given: str, expected: str) -> None:
    assert tree(blocks(given)) == expected


# -- front matter ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "title"),
    [
        ('title: "Garden shed"', "Garden shed"),
        ("title: 'A \"red\" door'", 'A "red" door'),
        ("title: 'It''s \"open\"'", 'It\'s "open"'),
        ('title: "C:\\temp"', "C:\\temp"),  # the exporter escapes nothing
        ("title:\n 'It''s \\o/'", "It's \\o/"),
        ('title:\n  "Garden shed"', "Garden shed"),
        ('title: "a "red" door"', 'a "red" door'),
        ("title: >-\n  Garden\n  shed", "Garden shed"),
        ("title: |-\n  Garden\n  shed", "Garden shed"),
        ('title: "Garden\n  shed\\x01"', "Garden shed"),
        ('"title": Garden shed # as they say', "Garden shed"),
        ("{title: Garden shed}", "Garden shed"),
        ('title: "\\o/" \n# a comment', "\\o/"),
        ("title: 2024-01-02", "2024-01-02"),
        ("title: yes", "yes"),
        ("title: 0123", "0123"),
    ],
)
def test_title_comes_from_front_matter(row: str, title: str) -> None:
    page = read_markdown(f"---\n{row}\n---\n\nbody", name="file")
    assert (page.title, page.line, page.problems) == (title, 2, ())
    assert page.blocks == (line(0, Text("body")),)


def test_project_comes_from_front_matter() -> None:
    page = read_markdown("---\nproject: garden\ntitle: Shed\n---\n\nbody\n")
    assert (page.title, page.project, page.line) == ("Shed", "garden", 3)
    assert page.blocks[0].line == 6


def test_project_is_that_of_most_own_icons() -> None:
    body = icon("ann", "garden") + icon("bob", "garden") + icon("cy", "yard")
    assert read_markdown(HEAD + body).project == "garden"
    assert read_markdown(HEAD + icon("ann", "yard", other=True) * 3).project == ""


def test_front_matter_that_is_not_yaml_is_told_of() -> None:
    page = read_markdown('---\ntitle: "a" b\n---\n\nbody', name="file")
    assert page.title == "file"
    assert [(problem.kind, problem.line) for problem in page.problems] == [("front_matter", 1)]
    assert page.blocks == (line(0, Text("body")),)


@pytest.mark.parametrize("rows", ["[" * 5000, "title: &a [*a]", "- a", "title: [x]", "other: 1"])
def test_odd_front_matter_falls_back_to_the_name(rows: str) -> None:
    assert read_markdown(f"---\n{rows}\n---\nbody", name="file").title == "file"


@pytest.mark.parametrize(
    "rows",
    [
        "[ " * 5_000,
        "- " * 3_000,
        "title: " + "[" * 30 + "]" * 30,
        "? " * 500,
        'title: a\nx: "\\UFFFFFFFF"',
        "title: a\n&a b: [*a]\n<<: *c",
    ],
)
def test_hostile_front_matter_is_a_problem(rows: str) -> None:
    page = read_markdown(f"---\n{rows}\n---\nbody", name="file")
    assert (page.title, [problem.kind for problem in page.problems]) == ("file", ["front_matter"])
    assert page.blocks == (line(0, Text("body")),)


def test_long_front_matter_is_text() -> None:
    rows = "- a\n" * 6_000
    page = read_markdown(f"---\n{rows}---\nbody", name="file")
    assert [problem.kind for problem in page.problems] == ["front_matter"]
    assert len(page.blocks) == 6_003


@pytest.mark.parametrize(
    ("rows", "aliases", "tags"),
    [
        (
            "title: Heap\naliases: [Compost, 'Rot, slow', Compost]",
            ("Compost", "Rot, slow"),
            (),
        ),
        ('title: "Heap"\naliases:\n- "Compost"\ntags: [soil]', ("Compost",), ("soil",)),
        ("alias: Rot, slowly\ntag: '#soil, leaves'", ("Rot, slowly",), ("soil", "leaves")),
        ("tags:\n- dry leaves\n- '#soil'\n- [a]\naliases:", (), ("dry_leaves", "soil")),
        ("tags: {a: b}\naliases: {c: d}", (), ()),
    ],
)
def test_aliases_and_tags(rows: str, aliases: tuple[str, ...], tags: tuple[str, ...]) -> None:
    page = read_markdown(f"---\n{rows}\n---\n\nbody", name="file")
    assert page.aliases == aliases
    assert tuple(node.tag for node in walk(page) if isinstance(node, Hashtag)) == tags
    if tags:
        assert page.blocks[1] == line(0)
        assert "tag" in rows.split("\n")[page.blocks[0].line - 2]
    assert page.blocks[-1] == line(0, Text("body"))
    again = read_markdown(write_markdown(page))
    assert (again.aliases, again.blocks) == (aliases, page.blocks)


def test_page_without_front_matter() -> None:
    page = read_markdown("one\n---\ntwo", name="file")
    assert (page.title, page.line) == ("file", 0)
    assert page.blocks == (line(0, Text("one")), line(0, Text("---")), line(0, Text("two")))


def test_text_between_rules_is_not_front_matter() -> None:
    assert len(read_markdown("---\nsome words\n---\nmore").blocks) == 4


@pytest.mark.parametrize("text", ["", "\n", "---", "---\n", '---\ntitle: "x"\n---'])
def test_hardly_any_text(text: str) -> None:
    assert all(isinstance(block, Line) for block in read_markdown(text).blocks)


def test_carriage_returns_and_byte_order_mark() -> None:
    plain = HEAD + "a\n- b\n"
    assert read_markdown("\ufeff" + plain.replace("\n", "\r\n")) == read_markdown(plain)


# -- lines -----------------------------------------------------------------------------


def test_line_numbers_are_those_of_the_file() -> None:
    (joined,) = blocks("### x\n.")
    assert isinstance(joined, Line)
    assert [node.line for node in joined.nodes] == [5, 6]
    assert [block.line for block in blocks("a\n\n- b")] == [5, 6, 7]


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("    - a `b` ", "a `b` "),
        ("1. x", "1. x"),
        ("> q", "> q"),
        ("### x\n.", "### x."),
        ("### x\n y", "### x y"),
    ],
)
def test_source_is_kept_without_indent(source: str, kept: str) -> None:
    (block,) = blocks(source)
    assert isinstance(block, Line)
    assert block.source == kept


# -- inlines ---------------------------------------------------------------------------


def test_inline_has_its_line() -> None:
    assert [node.line for node in read_markdown_inline("a [[b]] #c", line=7)] == [7] * 4


def test_origin_of_another_wiki() -> None:
    text = "<img src='https://wiki.example/api/pages/p/a/icon' alt='a.icon' height=\"19.5\"/>"
    text += "[/p/b](https://wiki.example/p/b)"
    assert read_markdown_inline(text, origin="https://wiki.example/") == (
        Icon("a"),
        PageLink("b", "p"),
    )


# -- control characters ----------------------------------------------------------------


def test_control_characters_are_removed_and_told_of() -> None:
    page = read_markdown(HEAD + "a\x01b\ufffe\tc\nd")
    assert page.blocks[0] == line(0, Text("ab\tc"))
    message = "removed control character U+0001, U+FFFE"
    assert page.problems == (Problem("control_character", message),)
    assert page.problems[0].line == 5


@pytest.mark.parametrize("sign", ["\v", "\f"])
def test_a_control_between_words_becomes_a_blank(sign: str) -> None:
    page = read_markdown(f"{HEAD}sow in May{sign}water daily")
    assert page.blocks == (line(0, Text("sow in May water daily")),)
    assert page.blocks == read_lines(["t", f"sow in May{sign}water daily"]).blocks
    assert page.problems == ()


def test_lone_surrogates_are_removed() -> None:
    assert read_markdown(HEAD + "a\udc80b").blocks == (line(0, Text("ab")),)


def test_colour_sequences_lose_their_escape_silently() -> None:
    page = read_markdown(HEAD + "\x1b[31mred")
    assert (page.blocks, page.problems) == ((line(0, Text("[31mred")),), ())


# -- nothing is lost, nothing runs away ------------------------------------------------

TOKENS = [
    "\n", "\n\n", " ", "    ", "- ", "1. ", "> ", "# ", "### ", ".", "`", "```", "```\n",
    "[", "]", "[[", "]]", "(", ")", "](", "[](", "[]](", "[/p/", "https://scrapbox.io/p/",
    "https://a.example/", "![image](", "**", "*", "$", "#", "| ", " |", "| -- |\n", "---",
    "<img src='https://scrapbox.io/api/pages/", "/icon' alt='", ".icon' height=\"19.5\"/>",
    "one", "two", "庭", "_", "\\", "\t", "\u3000", "{", "}", "\x01", "\r\n",
]  # fmt: skip


def flatten(value: Any) -> str:
    """All strings of a tree; ``Line.source`` does not count."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return " ".join(map(flatten, value))
    if is_dataclass(value):
        names = [field.name for field in fields(value) if field.name not in ("source", "id")]
        return " ".join(flatten(getattr(value, name)) for name in names)
    return ""


def letters(text: str) -> set[str]:
    return set(re.findall(r"one|two|庭", text))


@given(st.lists(st.sampled_from(TOKENS), max_size=60).map("".join))
def test_random_text_loses_no_word(text: str) -> None:
    page = read_markdown(HEAD + text)
    assert letters(text) <= letters(flatten(page.blocks))
    numbers = [block.line for block in page.blocks]
    assert numbers == sorted(set(numbers))
    assert all(not isinstance(node, Text) or node.text for node in read_markdown_inline(text))


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read_markdown(text)
    recognise(text, "a.md")


@pytest.mark.parametrize(
    "token",
    [*TOKENS, "[a](", "![image](http://", "[![image](http://a)](http://", "**a ", "*a ", "a* ",
     "[x [y ", "[a](http://", "[http://a](", "[a](http://(", "$a", " []](http://x)", "https://",
     "[/p/a](https://scrapbox.io/p/", "`## ", "x\n\n```\n", "```{x}\n", "x\n| a |\n| -- |\n",
     "a ### b\n c", "### b\n.\n", "\x1b["],
)  # fmt: skip
def test_long_runs_are_read_in_one_go(token: str) -> None:
    text = token * (100_000 // len(token))
    read_markdown(text)
    read_markdown(HEAD + text)
    recognise(HEAD + text, "a.md")


def test_many_lines_and_deep_indents() -> None:
    assert len(blocks("a\n" * 99_999)) == 100_000
    deep = blocks("\n".join("    " * level + "- x" for level in range(1500)))
    assert deep[-1].indent == 1500


def test_an_export_may_name_its_project_and_come_from_a_host_of_its_own() -> None:
    icon = "<img src='https://wiki.example/api/pages/p/n/icon' alt='n.icon' height=\"19.5\"/>"
    text = f'---\ntitle: "T"\n---\n\n{icon}words\n'
    assert not recognise(text, "a.md").alone.is_page
    assert recognise(text, "a.md", origin="https://wiki.example").alone.is_page
    text = text.replace("\n---", "\nproject: garden\n---", 1)
    assert recognise(text, "a.md").alone.is_page
    assert read_markdown(text, origin="https://wiki.example").project == "garden"
