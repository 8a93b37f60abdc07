"""Native notation -> tree."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.formats.notation.characters import WHITE
from sphinx_scrapbox.formats.notation.inlines import (
    MOST_ICONS,
    MOST_NUMBERS,
    read_notation_inline,
)
from sphinx_scrapbox.formats.notation.lines import read_lines, read_notation
from sphinx_scrapbox.wiki.ast import (
    Blank,
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
    Problem,
    Question,
    Quote,
    Strong,
    Table,
    Text,
)

H32 = "0123456789abcdef" * 2
GYAZO = f"https://gyazo.com/{H32}"
TEAM = f"https://nota.gyazo.com/{H32}"
ID = "5ae4aae4aff09e00009a6337"

T, P, U = Text, PageLink, ExternalLink


def deco(signs: str, *nodes: Inline) -> Decoration:
    return Decoration(signs, nodes)


def strong(*nodes: Inline) -> Strong:
    return Strong(nodes)


def quote(*nodes: Inline) -> Quote:
    return Quote(nodes)


def number(digits: str, *nodes: Inline) -> Numbered:
    return Numbered(digits, nodes)


# Kinds of line count where a line starts; where the reference parser also sees one after a
# node, there is text.
AFTER_A_NODE = [
    ("[x]? y", P("x"), T("? y")),
    ("[x]> y", P("x"), T("> y")),
    ("[x]1. y", P("x"), T("1. y")),
    ("[x]$ y", P("x"), T("$ y")),
    ("[x]% y", P("x"), T("% y")),
    ("`a`> b", Code("a"), T("> b")),
    ("[x]#t", P("x"), Hashtag("t")),
]
LINE_KINDS = [
    ("> 1. #t", quote(T(" 1. "), Hashtag("t"))),
    (">>a", quote(T(">a"))),
    (">", quote()),
    (">#t", quote(Hashtag("t"))),
    (">[* a] `b`", quote(deco("*", T("a")), T(" "), Code("b"))),
    (">? a", quote(T("? a"))),
    ("> a\r", quote(T(" a "))),
    ("1. 1. > a", number("1", number("1", quote(T(" a"))))),
    ("1. ", number("1")),
    ("1.", T("1.")),
    ("1.a", T("1.a")),
    ("１. a", T("１. a")),
    ("01. $ ls", number("01", Command("$", "ls"))),
    ("1. code:a", number("1", T("code:a"))),
    ("1. ? `a`", number("1", Question("`a`"))),
    ("? `a` [b]", Question("`a` [b]")),
    ("? ", T("? ")),
    ("?a", T("?a")),
    ("$ ", T("$ ")),
    ("$ ls [a]", Command("$", "ls [a]")),
    ("% 50", Command("%", "50")),
    ("$ echo `d`", Command("$", "echo "), Code("d")),
    ("$ echo `d` [x] $ y", Command("$", "echo "), Code("d"), T(" "), P("x"), T(" $ y")),
    ("$ `d`", T("$ "), Code("d")),
    ("$ a ` b", Command("$", "a ` b")),
]
CODE_AND_BLANK = [
    ("[a `b] c` d]", T("[a "), Code("b] c"), T(" d]")),
    ("[* `a`]", T("[* "), Code("a"), T("]")),
    ("```", Code(""), T("`")),
    ("` a `", Code(" a ")),
    ("a`b", T("a`b")),
    ("[ ]", Blank(" ")),
    ("[\u3000]", Blank("\u3000")),
    ("[*** [ ]]", T("[*** "), Blank(" "), T("]")),
    ("[\x85]", P("\x85")),
    ("[\ufeff]", Blank("\ufeff")),
]
DECORATIONS = [
    ("[* [a]", T("[* "), P("a")),
    ("[* [a] b]", deco("*", P("a"), T(" b"))),
    ("[* [[a]]]", deco("*", T("["), P("a")), T("]")),
    ("[* [- a]]", deco("*", P("- a"))),
    ("[* [$ x]]", deco("*", Formula("x"))),
    ("[* [N1,E2]]", deco("*", Location(1.0, 2.0))),
    ("[* ]", P("* ")),
    ("[*\u3000a]", P("*\u3000a")),
    ("[**-* a #t]", deco("**-*", T("a "), Hashtag("t"))),
    ("[-* a]", deco("-*", T("a"))),
    ("[! https://a.b c]", deco("!", U("https://a.b"), T(" c"))),
    ("[/ a]", deco("/", T("a"))),
    ("[* a [b] c]d", deco("*", T("a "), P("b"), T(" c")), T("d")),
    ("[* [* a]", T("[* "), deco("*", T("a"))),
    ("[*  a]", deco("*", T(" a"))),
    ("[@ a]", P("@ a")),
    ("[!\"#%&'()*+,-./{|}<>_~ a]", deco("!\"#%&'()*+,-./{|}<>_~", T("a"))),
]
STRONG = [
    ("[[a]]", strong(T("a"))),
    ("[[* a]]", T("["), deco("*", T("a")), T("]")),
    ("[[[- a]]]", T("[["), deco("-", T("a")), T("]]")),
    ("[[a]]]", strong(T("a]"))),
    ("[[a] b]]", strong(T("a] b"))),
    ("[[a [[b]] c]]", strong(T("a [[b")), T(" c]]")),
    ("[[[[a]]]]", T("["), strong(P("a"), T("]"))),
    ("[[a.icon]]", Icon("a", strong=True)),
    ("[[/p/a.icon*3]]", Icon("a", "p", 3, strong=True)),
    ("[[a.icon*0]]", strong(T("a.icon*0"))),
    (f"[[{GYAZO}]]", Image(GYAZO, strong=True)),
    ("[[https://x.y/a.JPEG]]", Image("https://x.y/a.JPEG", strong=True)),
    ("[[https://x.y/a.png?b]]", strong(U("https://x.y/a.png?b"))),
    (f"[[{GYAZO}/raw]]", strong(U(f"{GYAZO}/raw"))),
    (
        "[[https://x.y/a.png https://l.m]]",
        Image("https://x.y/a.png", "https://l.m", strong=True),
    ),
    ("[[https://l.m https://x.y/a.png]]", Image("https://x.y/a.png", "https://l.m", strong=True)),
    ("[[https://l.m https://n.o]]", strong(U("https://l.m"), T(" "), U("https://n.o"))),
    ("[[a [$ x] b]]", T("[[a "), Formula("x"), T(" b]]")),
]
FORMULAS = [
    ("[$ a]", Formula("a")),
    ("[$ a][$ b ]", Formula("a"), Formula("b")),
    ("[$ a][$ b]", Formula("a"), Formula("b")),
    ("[$ [x]]", Formula("[x"), T("]")),
    ("[$ [x] ]", Formula("[x]")),
    ("[$ (0,1] ]", Formula("(0,1]")),
    ("[$ ]", P("$ ")),
    ("[$  ]", Formula(" ")),
    ("[$x]", P("$x")),
    ("[$ [$ x]", T("[$ "), Formula("x")),
]
LINKS = [
    ("[https://]", P("https://")),
    ("http://]]abc", T("http://]]abc")),
    ("https://a.b]", U("https://a.b"), T("]")),
    ("[ https://a.b]", T("[ "), U("https://a.b"), T("]")),
    ("(https://a.b)", T("("), U("https://a.b)")),
    ("http://[::1]:80/ a", U("http://[::1]:80/"), T(" a")),
    ("https://a.b[c]d e", U("https://a.b[c]d"), T(" e")),
    ("https://a.b]https://c.d", U("https://a.b"), T("]"), U("https://c.d")),
    ("[c https://a.b d]", T("[c "), U("https://a.b"), T(" d]")),
    ("[https://a.b  c ]", T("["), U("https://a.b"), T("  c ]")),
    ("[https://a.b c[d] e]", U("https://a.b", "c[d"), T(" e]")),
    ("[c [d] https://a.b]", T("[c "), U("https://a.b", "d]")),
    ("[https://a.b c https://d.e]", U("https://a.b", "c https://d.e")),
    ("[https://a.b \u3000c d]", U("https://a.b", "c d")),
    ("[c d\u3000https://a.b]", U("https://a.b", "c d")),
    ("[😀 https://a.b]", U("https://a.b", "😀")),
    ("[https://a.b]", U("https://a.b")),
    ("#https://a.b", T("#"), U("https://a.b")),
    ("HTTPS://a.b", T("HTTPS://a.b")),
    ("https://a.b、c", U("https://a.b、c")),
    ("xhttps://a.b", T("x"), U("https://a.b")),
]
IMAGES = [
    (f"[https://l.m {TEAM}]", Image(TEAM, "https://l.m")),
    (f"[{TEAM} https://l.m]", Image(TEAM, "https://l.m")),
    (f"[{GYAZO} {TEAM}]", Image(TEAM, GYAZO)),
    (f"[{TEAM}]", Image(TEAM)),
    (f"[{GYAZO}/raw]", Image(f"{GYAZO}/raw")),
    (f"[{GYAZO} label]", U(GYAZO, "label")),
    (f"[{GYAZO}?x]", U(f"{GYAZO}?x")),
    (f"[{GYAZO.upper()}]", P(GYAZO.upper())),
    ("[https://x.y/a.png label]", U("https://x.y/a.png", "label")),
    ("[https://x.y/a.png#f]", U("https://x.y/a.png#f")),
    ("[https://x.y/a.png?f]", Image("https://x.y/a.png?f")),
    ("[https://x.y/a.WebP]", Image("https://x.y/a.WebP")),
    ("[https://x.y/c#.svg]", Image("https://x.y/c#.svg")),
    ("[https://x.y/c.svgz]", U("https://x.y/c.svgz")),
    ("https://x.y/a.png", U("https://x.y/a.png")),
    ("[https://x.y/a.png b ]", T("["), U("https://x.y/a.png"), T(" b ]")),
]
PAIRS = [
    ("[Nara N1,E2]", Location(1.0, 2.0, place="Nara")),
    ("[x] N1,E2]", P("x"), T(" N1,E2]")),
    ("[N35.6,E139.7,Z15 東京]", Location(35.6, 139.7, 15, "東京")),
    ("[S1.5,W2.25]", Location(-1.5, -2.25)),
    ("[S1,W2 S3,E4]", Location(-3.0, 4.0, place="S1,W2")),
    ("[N1,E2 a.icon]", Icon("N1,E2 a")),
    ("[N35.6, E139.7]", P("N35.6, E139.7")),
    (f"[N{'9' * 400},E1]", P(f"N{'9' * 400},E1")),
    ("[a.icon*0]", P("a.icon*0")),
    ("[a.iconx3]", P("a.iconx3")),
    ("[.icon]", Icon("")),
    ("[b a.icon]", Icon("b a")),
    ("[a.icon*2]b", Icon("a", count=2), T("b")),
    ("[a.icon.icon]", Icon("a.icon")),
    ("[/p/a b.icon]", Icon("a b", "p")),
    ("[a.ICON]", P("a.ICON")),
    (f"[a.icon*{'9' * 5000}]", Icon("a", count=MOST_ICONS)),
    (f"[a.icon#{ID}]", P(f"a.icon#{ID}")),
    (f"[a#{ID}]", P(f"a#{ID}")),
    ("[a[b]c]", T("[a"), P("b"), T("c]")),
    ("[ a ]", P(" a ")),
    ("[/p]", P("", "p")),
    ("[/p/a b]", P("a b", "p")),
    ("[/p/a/b]", P("a/b", "p")),
    ("[/]", P("/")),
    ("[]", T("[]")),
]
HASHTAGS = [
    ("#[a]", T("#"), P("a")),
    ("#a[b]", Hashtag("a"), P("b")),
    ("##a", Hashtag("#a")),
    ("#a、b", Hashtag("a、b")),
    ("(#a)", T("(#a)")),
    ("#a #b\u3000#c", Hashtag("a"), T(" "), Hashtag("b"), T("\u3000"), Hashtag("c")),
    ("# a", T("# a")),
    ("a\x85#b", T("a\x85#b")),
    ("C#", T("C#")),
]
INLINES = [
    *AFTER_A_NODE,
    *LINE_KINDS,
    *CODE_AND_BLANK,
    *DECORATIONS,
    *STRONG,
    *FORMULAS,
    *LINKS,
    *IMAGES,
    *PAIRS,
    *HASHTAGS,
]


@pytest.mark.parametrize("case", INLINES, ids=lambda case: case[0][:40])
def test_inline(case: tuple[Any, ...]) -> None:
    text, *nodes = case
    assert read_notation_inline(text) == tuple(nodes)


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


BLOCKS = [
    ("code:\n a", CodeBlock(0, "", ("a",))),
    (
        "code:a(b)\n\tx\n\u3000y\n\n z",
        CodeBlock(0, "a", ("x", "y"), "b"),
        line(0),
        line(1, T("z")),
    ),
    ("  code:a\n   x\n y", CodeBlock(2, "a", ("x",)), line(1, T("y"))),
    ("code:a\n table:b\n  x", CodeBlock(0, "a", ("table:b", " x"))),
    ("code:a\n x\n   \n \ny", CodeBlock(0, "a", ("x", "  ", "")), line(0, T("y"))),
    (" code:a\n  x\n \n  y", CodeBlock(1, "a", ("x",)), line(1), line(2, T("y"))),
    ("code: a b (c) ", CodeBlock(0, "a b", (), "c")),
    ("code:f()", CodeBlock(0, "f()", ())),
    ("code:(c)", CodeBlock(0, "(c)", ())),
    ("code:a(b)(c)", CodeBlock(0, "a(b)", (), "c")),
    ("Code:a", line(0, T("Code:a"))),
    ("code：a", line(0, T("code：a"))),
    (">code:a", line(0, quote(T("code:a")))),
    ("table:t\n a\tb", Table(0, "t", (((T("a"),), (T("b"),)),))),
    (
        "table:t\n\t[a]\t[* a]\thttps://a.b\t[a.icon*2] #t",
        Table(
            0,
            "t",
            (
                (
                    (P("a"),),
                    (T("[* a]"),),
                    (T("https://a.b"),),
                    (Icon("a", count=2), T(" #t")),
                ),
            ),
        ),
    ),
    (
        "table:t\n\t\ta\n  b\n",
        Table(0, "t", (((), (T("a"),)), ((T(" b"),),))),
        line(0),
    ),
    (
        "table:\n `[a]`[b] [N1,E2] [[c.icon]]",
        Table(0, "", (((T("`[a]`"), P("b"), T(" [N1,E2] [[c.icon]]")),),)),
    ),
    (" \t\u3000a", line(3, T("a"))),
    ("\x85a", line(0, T("\x85a"))),
    ("  ", line(2)),
    ("a ", line(0, T("a "))),
]


@pytest.mark.parametrize("case", BLOCKS, ids=lambda case: repr(case[0])[:40])
def test_blocks(case: tuple[Any, ...]) -> None:
    text, *blocks = case
    assert read_lines(["title", *text.split("\n")]) == Page("title", tuple(blocks))


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
    page = read_lines(rows, ids="01234", first_line=3)
    first, code, last = page.blocks
    assert isinstance(first, Line)
    assert (first.id, first.line, first.source) == ("1", 4, "a")
    assert isinstance(code, CodeBlock)
    assert (code.row_ids, code.line) == (("2", "3"), 5)
    assert isinstance(last, Line)
    assert (last.id, last.line) == ("4", 7)


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
        ("control_character", 3),
    ]
    assert isinstance(page.problems[1], Problem)
    assert "U+0000, U+000B, U+001F, U+007F, U+D800" in page.problems[1].message


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


HARD = ["[", "[[", "[* ", "[$ ", "`", "#a ", "[a.icon]", "https://a ", "[https://a ", "[a ", "]"]
HARD += ["[https://a", "[[https://a.png", "[a https://", "[* [a]", "[[a", "https://a]", "1. "]
HARD += ["https://a[", "[ ", "[]", "[https://a.png?a", "[[a.icon*1", "[N1,E2 ", "[$ a", "> "]


@pytest.mark.parametrize("end", ["", "]", "]]", "[a]"])
@pytest.mark.parametrize("piece", HARD)
def test_no_line_takes_long(piece: str, end: str) -> None:
    text = piece * (200_000 // len(piece)) + end
    start = time.process_time()
    read_notation_inline(text)
    assert time.process_time() - start < 3  # linear: 0.1 s at most; quadratic: a minute or more
