"""One test for each rule of the exported dialect; every sentence here is our own."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.formats.detect import is_export
from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
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
    Numbered,
    PageLink,
    Problem,
    Question,
    Quote,
    Strong,
    Table,
    Text,
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


# -- front matter ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "title"),
    [
        ('title: "Garden shed"', "Garden shed"),
        ("title: 'A \"red\" door'", 'A "red" door'),
        ("title: 'It''s \"open\"'", 'It\'s "open"'),
        ('title: "tab\\tbed"', "tab\tbed"),
        ('title: "a\\x01b\\nc"', "ab c"),
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


def test_blank_line_of_the_title_is_no_block_but_others_are() -> None:
    assert blocks("a\n\n\nb") == (line(0, Text("a")), line(0), line(0), line(0, Text("b")))
    assert blocks("\na") == (line(0), line(0, Text("a")))


def test_line_numbers_are_those_of_the_file() -> None:
    assert [block.line for block in blocks("a\n\n- b")] == [5, 6, 7]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain", line(0, Text("plain"))),
        ("- item", line(1, Text("item"))),
        ("    - deeper", line(2, Text("deeper"))),
        ("                    - deep", line(6, Text("deep"))),
        ("1. one", line(0, Numbered("1", (Text("one"),)))),
        ("    02. two", line(2, Numbered("02", (Text("two"),)))),
        ("1.one", line(0, Text("1.one"))),
        ("- - dash", line(1, Text("- dash"))),
        ("-dash", line(0, Text("-dash"))),
        ("---", line(0, Text("---"))),
        ("- ---", line(1, Text("---"))),
        ("#### four", line(0, Text("#### four"))),
        ("- ### item", line(1, Text("### item"))),
        ("> said", line(0, Quote((Text("said"),)))),
        (">  said", line(0, Quote((Text(" said"),)))),
        (">", line(0, Quote(()))),
        ("- > > twice", line(1, Quote((Text("> twice"),)))),
        ("> - 1. # literal", line(0, Quote((Text("- 1. # literal"),)))),
        ("> [[Rake]]", line(0, Quote((PageLink("Rake"),)))),
        ("`$ make all`", line(0, Command("$", "make all"))),
        ("    - `% ls`", line(2, Command("%", "ls"))),
        ("`? how to dig`", line(0, Question("how to dig"))),
        ("`$ a` b", line(0, Code("$ a"), Text(" b"))),
        ("`$ a` `b`", line(0, Code("$ a"), Text(" "), Code("b"))),
        ("===", line(0, Text("==="))),
        ("<div>", line(0, Text("<div>"))),
        ("+ plus", line(0, Text("+ plus"))),
        ("__BELOW__", line(0, Text("__BELOW__"))),
        ("[x]: https://a.example/", line(0, Text("[x]: "), ExternalLink("https://a.example/"))),
    ],
)
def test_line(source: str, expected: Line) -> None:
    assert blocks(source) == (expected,)


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


# -- headings, and what the export split off -------------------------------------------


@pytest.mark.parametrize(("marks", "signs"), [("#", "***"), ("##", "**"), ("###", "*")])
def test_heading_is_the_bold_line_it_was(marks: str, signs: str) -> None:
    assert blocks(f"{marks} Tall [[tree]]") == (
        line(0, Decoration(signs, (Text("Tall "), PageLink("tree")))),
    )


def test_stop_is_joined() -> None:
    (block,) = blocks("### x\n.")
    assert block == line(0, Decoration("*", (Text("x"),)), Text("."))
    assert isinstance(block, Line)
    assert [node.line for node in block.nodes] == [5, 6]


def test_rest_is_joined_with_its_blank() -> None:
    joined = line(0, Decoration("***", (Text("x"),)), Text(" 2024 "), Icon("ann"))
    assert blocks(f"# x\n 2024 {icon('ann')}\ny") == (joined, line(0, Text("y")))


def test_rest_that_looks_like_an_item() -> None:
    assert blocks("# x\n - 2024") == (line(0, Decoration("***", (Text("x"),)), Text(" - 2024")),)


@pytest.mark.parametrize("tail", ["", "\n."])
def test_number_before_hashes(tail: str) -> None:
    (block,) = blocks(f"1.### x{tail}")
    assert isinstance(block, Line)
    assert block.nodes[:2] == (Text("1."), Decoration("*", (Text("x"),)))


def test_numbered_line_with_heading() -> None:
    assert blocks("1. ## x\n.") == (
        line(0, Numbered("1", (Decoration("**", (Text("x"),)), Text(".")))),
    )


def test_hashes_inside_a_line_count_only_before_a_rest() -> None:
    assert blocks("so ### bold\nnext") == (line(0, Text("so ### bold")), line(0, Text("next")))
    assert blocks("so ### bold\n and") == (
        line(0, Text("so "), Decoration("*", (Text("bold"),)), Text(" and")),
    )
    assert blocks("so ([### bold\n] and") == (
        line(0, Text("so (["), Decoration("*", (Text("bold"),)), Text("] and")),
    )


def test_hashes_that_are_something_else() -> None:
    (block,) = blocks("C# `# x` ### bold\n and")
    assert isinstance(block, Line)
    assert block.nodes[-2:] == (Decoration("*", (Text("bold"),)), Text(" and"))


def test_chain_of_splits() -> None:
    assert blocks("a ### b\n c ### d\n e") == (
        line(
            0,
            Text("a "),
            Decoration("*", (Text("b"),)),
            Text(" c "),
            Decoration("*", (Text("d"),)),
            Text(" e"),
        ),
    )


def test_stop_without_bold_stands_alone() -> None:
    assert len(blocks("x\n.")) == 2
    assert len(blocks("### x\n\n.")) == 3


def test_indented_text_without_a_line_above() -> None:
    assert blocks("    x") == (line(0, Text("x")),)
    assert blocks("a\n\n  x")[2] == line(0, Text("x"))


# -- code ------------------------------------------------------------------------------

FENCED = "\n\n```\na\n\n  b\n```\n"


def test_code_takes_its_name_and_blank_lines() -> None:
    assert blocks(f"before\nrake.py{FENCED}\nafter") == (
        line(0, Text("before")),
        CodeBlock(0, "rake.py", ("a", "", "  b")),
        line(0, Text("after")),
    )
    assert len(blocks(f"rake.py{FENCED}\n\nafter")) == 3


@pytest.mark.parametrize(
    ("name", "info", "fits"),
    [
        ("rake.ts", "typescript", True),
        ("js", "javascript", True),
        (":", "", True),
        ("some words", "", True),
        (" led by a blank", "", True),
        ("rake.json", "json", True),
        ("some words", "python", False),
        ("rake.ts", "rust", False),
    ],
)
def test_info_string_comes_from_the_name(name: str, info: str, fits: bool) -> None:
    block = blocks(f"{name}\n\n```{info}\nx\n```\n\ny")[0]
    expected: Block = CodeBlock(0, name.strip(), ("x",), language=info)
    assert (block == expected) is fits


def test_code_holds_fences_of_its_own() -> None:
    assert blocks("x.md\n\n```markdown\n```json\n[]\n```\n```\n\nafter")[0] == CodeBlock(
        0, "x.md", ("```json", "[]", "```"), language="markdown"
    )


def test_code_at_the_end_of_the_file() -> None:
    assert blocks("a\n\n```\nx\n```") == (CodeBlock(0, "a", ("x",)),)
    assert blocks("a\n\n```\nx\n```\n") == (CodeBlock(0, "a", ("x",)),)


def test_fence_that_never_closes_is_text() -> None:
    assert blocks("a\n\n```\nx [[y]]")[-1] == line(0, Text("x "), PageLink("y"))


def test_stray_fences_are_text() -> None:
    assert blocks("a\n```\nb\n```\nc") == tuple(
        line(0, Text(text)) for text in ("a", "```", "b", "```", "c")
    )


@pytest.mark.parametrize(
    ("above", "below", "indent"),
    [
        ("", "text", 0),
        ("text\n", "", 0),
        ("text\n", "text", 0),
        ("text\n", "- item", 1),
        ("- item\n", "", 2),
        ("- item\n", "- item", 2),
        ("- item\n", "            - item", 4),
        ("- item\n\n", "", 0),
        ("- item\n\n", "    - item", 2),
    ],
)
def test_indent_of_code_is_guessed(above: str, below: str, indent: int) -> None:
    found = blocks(f"{above}x.py{FENCED}\n{below}")
    assert [block.indent for block in found if isinstance(block, CodeBlock)] == [indent]


def test_code_right_after_code_hangs_at_the_same_item() -> None:
    found = blocks(f"- item\na{FENCED}\nb{FENCED}")
    assert [block.indent for block in found] == [1, 2, 2]


def test_rest_is_not_taken_from_a_code_block() -> None:
    assert blocks(f"### x\n blank name{FENCED}")[1].indent == 0
    assert isinstance(blocks(f"### x\n blank name{FENCED}")[1], CodeBlock)


def test_typed_directive_is_code() -> None:
    assert blocks("a\n\n```{raw} html\n<b>\n```\nb") == (
        line(0, Text("a")),
        line(0),
        CodeBlock(0, "{raw} html", ("<b>",), language="{raw}"),
        line(0, Text("b")),
    )
    assert blocks("````{note}\n```\n````")[0] == CodeBlock(
        0, "{note}", ("```",), language="{note}"
    )


# -- tables ----------------------------------------------------------------------------


def test_table() -> None:
    body = "Tools\n| name | [[Rake | big]] |\n| -- | -- |\n| a |\n|  | https://a.example |\nend"
    assert blocks(body) == (
        Table(
            0,
            "Tools",
            (
                ((Text("name"),), (PageLink("Rake | big"),)),
                ((Text("a"),),),
                ((), (Text("https://a.example"),)),
            ),
        ),
        line(0, Text("end")),
    )


@pytest.mark.parametrize("caption", ["_", ":"])
def test_table_without_a_name(caption: str) -> None:
    assert blocks(f"{caption}\n| a |\n| -- |")[0] == Table(0, "", (((Text("a"),),),))


def test_cells_hold_links_and_icons_only() -> None:
    (table,) = blocks(f"t\n| **a** #b `c` {icon('ann')} |\n| -- |")
    assert table == Table(0, "t", (((Text("**a** #b `c` "), Icon("ann")),),))


@pytest.mark.parametrize(
    "body", ["\n| a |\n| -- |", "t\n| a |\n| --- |", "t\n| a\n| -- |", "t\n| a |\n|--|"]
)
def test_typed_tables_are_text(body: str) -> None:
    assert not any(isinstance(block, Table) for block in blocks(body))


def test_table_below_an_item() -> None:
    assert blocks("- item\nt\n| a |\n| -- |")[1].indent == 2


# -- inlines ---------------------------------------------------------------------------

A = "https://a.example/x"


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("plain & <b>", (Text("plain & <b>"),)),
        ("", ()),
        # code spans
        ("a `b [[c]]` d", (Text("a "), Code("b [[c]]"), Text(" d"))),
        ("`` ` `", (Code(""), Text(" "), Code(" "))),
        ("one ` only", (Text("one ` only"),)),
        ("```python", (Text("```python"),)),
        ("a ``` `b`", (Text("a ``` "), Code("b"))),
        # icons
        (icon("ann"), (Icon("ann"),)),
        (icon('Ann\'s "cat"'), (Icon('Ann\'s "cat"'),)),
        (icon("庭師 x", "yard", other=True), (Icon("庭師 x", "yard"),)),
        (icon("a") * 2 + "b", (Icon("a"), Icon("a"), Text("b"))),
        (
            "<img src='https://b.example'>",
            (Text("<img src='"), ExternalLink("https://b.example"), Text("'>")),
        ),
        # images
        (f"![image]({A})", (Image(A),)),
        (f"a![image]({A})b", (Text("a"), Image(A), Text("b"))),
        (f"[![image]({A})]({A}/y)", (Image(A, f"{A}/y"),)),
        (f"![image]({A}?a#.png)", (Image(f"{A}?a#.png"),)),
        ("![image](javascript:x)", (Text("![image](javascript:x)"),)),
        (f"![image]({A}", (Text("![image]("), ExternalLink(A))),
        # wiki links
        ("[[a b]]s", (PageLink("a b"), Text("s"))),
        ("[[ a|b#c ]]", (PageLink(" a|b#c "),)),
        ("[[[a]]", (Text("["), PageLink("a"))),
        ("[[a.icon]]", (PageLink("a.icon"),)),
        ("[[a]](b)", (PageLink("a"), Text("(b)"))),
        ("[[]] [[a] b]]", (Text("[[]] [[a] b]]"),)),
        # links to other projects
        ("[/p/a b](https://scrapbox.io/p/a b)", (PageLink("a b", "p"),)),
        ("[/p/a/b(c)](https://scrapbox.io/p/a/b(c))", (PageLink("a/b(c)", "p"),)),
        ("[/p/a(](https://scrapbox.io/p/a()x", (PageLink("a(", "p"), Text("x"))),
        ("[/p](https://scrapbox.io/p)", (PageLink("", "p"),)),
        ("[/p/a](https://scrapbox.io/p/b)", (ExternalLink("https://scrapbox.io/p/b", "/p/a"),)),
        # addresses
        (f"[{A}]({A})", (ExternalLink(A),)),
        (f"[{A}(y]({A}(y)", (ExternalLink(f"{A}(y"),)),
        (f"([{A})]({A})))", (Text("("), ExternalLink(f"{A})"), Text(")"))),
        (f"[a]({A}_(b))", (ExternalLink(f"{A}_(b)", "a"),)),
        (f"[a]({A}_(b) c", (ExternalLink(f"{A}_(b", "a"), Text(" c"))),
        (f"([a]({A}))", (Text("("), ExternalLink(A, "a"), Text(")"))),
        (f"[a [b] c|d]({A})", (ExternalLink(A, "a [b] c|d"),)),
        (f"[a [b]({A})", (Text("[a "), ExternalLink(A, "b"))),
        ("[a](mailto:b@c.example)", (ExternalLink("mailto:b@c.example", "a"),)),
        ("[a](javascript:b) [a](b)", (Text("[a](javascript:b) [a](b)"),)),
        (f"see {A}.", (Text("see "), ExternalLink(A), Text("."))),
        (f"({A})", (Text("("), ExternalLink(A), Text(")"))),
        ("https:// a", (Text("https:// a"),)),
        # damage of the translation
        (f"[Rake [{A}]({A}) and hoe]", (Text("[Rake "), ExternalLink(A), Text(" and hoe]"))),
        (f"a [Rake - Shop []]({A})", (Text("a "), ExternalLink(A, "Rake - Shop"))),
        (f"[[[Rake]] - Shop []]({A})", (ExternalLink(A, "[Rake] - Shop"),)),
        (f"Rake []]({A})", (Text("Rake "), ExternalLink(A))),
        (f"[int[]]({A})", (ExternalLink(A, "int[]"),)),
        ("[* big [x", (Text("[* big [x"),)),
        ("a] of [b", (Text("a] of [b"),)),
        # formulas and money
        (r"$\alpha$", (Formula(r"\alpha"),)),
        (r"$ \text{one two three}$", (Formula(r" \text{one two three}"),)),
        ("$x$ and $2x = 4$", (Formula("x"), Text(" and "), Formula("2x = 4"))),
        ("$5 and $6", (Text("$5 and $6"),)),
        ("$5M - $6M", (Text("$5M - $6M"),)),
        ("from $100 million$", (Text("from $100 million$"),)),
        ("$two words here$", (Text("$two words here$"),)),
        ('$a "b$', (Text('$a "b$'),)),
        ("$ $", (Text("$ $"),)),
        ("cost $5", (Text("cost $5"),)),
        # stars
        ("a **b [[c]]** d", (Text("a "), Strong((Text("b "), PageLink("c"))), Text(" d"))),
        ("**a** b** c", (Strong((Text("a"),)), Text(" b** c"))),
        ("** **", (Text("** **"),)),
        ("*** a", (Text("*** a"),)),
        ("** a **b**", (Text("** a "), Strong((Text("b"),)))),
        ("an *old* rake", (Text("an "), Decoration("/", (Text("old"),)), Text(" rake"))),
        ("*[[a]]*", (Decoration("/", (PageLink("a"),)),)),
        ("**a *b* c**", (Strong((Text("a "), Decoration("/", (Text("b"),)), Text(" c"))),)),
        ("*a **b* c**", (Text("*a "), Strong((Text("b* c"),)))),
        ("2*3*4", (Text("2*3*4"),)),
        ("*1 and *2", (Text("*1 and *2"),)),
        ("a * b * c", (Text("a * b * c"),)),
        ("_a_ __b__ ~~c~~", (Text("_a_ __b__ ~~c~~"),)),
        # hashtags
        ("#a and #b!", (Hashtag("a"), Text(" and "), Hashtag("b!"))),
        ("[[a]]#b", (PageLink("a"), Hashtag("b"))),
        ("C# x#y # z ## a ##b", (Text("C# x#y # z ## a ##b"),)),
        ("#日本語\u3000#b", (Hashtag("日本語"), Text("\u3000"), Hashtag("b"))),
        ("#a[[b]]", (Hashtag("a"), PageLink("b"))),
    ],
)
def test_inline(text: str, nodes: tuple[Inline, ...]) -> None:
    assert read_markdown_inline(text) == nodes


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
    page = read_markdown(HEAD + "a\x01b\ufffe\x0c\tc\nd")
    assert page.blocks[0] == line(0, Text("ab\tc"))
    message = "removed control character U+0001, U+000C, U+FFFE"
    assert page.problems == (Problem("control_character", message),)
    assert page.problems[0].line == 5


def test_lone_surrogates_are_removed() -> None:
    assert read_markdown(HEAD + "a\udc80b").blocks == (line(0, Text("ab")),)


def test_colour_sequences_lose_their_escape_silently() -> None:
    page = read_markdown(HEAD + "\x1b[31mred")
    assert (page.blocks, page.problems) == ((line(0, Text("[31mred")),), ())


# -- recognition -----------------------------------------------------------------------

FOOTER = "This page is auto-translated from [/garden/小屋](https://scrapbox.io/garden/小屋)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + icon("ann"), True),
        (HEAD + "a\n\n---\n" + FOOTER, True),
        (HEAD + "```\n\n" + FOOTER + "\n", True),
        ((HEAD + icon("ann")).replace("\n", "\r\n"), True),
        (HEAD + "plain", False),
        (icon("ann"), False),
        ("---\ntitle: x\nmyst: {}\n---\n" + icon("ann"), False),
        (HEAD + "```md\n" + FOOTER + "\n```\n", False),
        (HEAD + "````\n```\n" + icon("ann") + "\n```\n````\n", False),
        (HEAD + "The form is `" + icon("ann") + "`.", False),
        ("", False),
    ],
)
def test_export_is_recognised(text: str, expected: bool) -> None:
    assert is_export(text) is expected


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
    is_export(text)


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
    is_export(HEAD + text)


def test_many_lines_and_deep_indents() -> None:
    assert len(blocks("a\n" * 100_000)) == 100_000
    deep = blocks("\n".join("    " * level + "- x" for level in range(1500)))
    assert deep[-1].indent == 1500


def test_an_export_may_name_its_project_and_come_from_a_host_of_its_own() -> None:
    icon = "<img src='https://wiki.example/api/pages/p/n/icon' alt='n.icon' height=\"19.5\"/>"
    text = f'---\ntitle: "T"\nproject: garden\n---\n\n{icon}words\n'
    assert not is_export(text)
    assert is_export(text, origin="https://wiki.example")
    assert read_markdown(text, origin="https://wiki.example").project == "garden"
