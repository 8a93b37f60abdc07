"""From the tree of a page to docutils nodes: each kind of node, and what must never come out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import pytest
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser
from docutils.utils import new_document
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name
from sites import tree
from syrupy.assertion import SnapshotAssertion

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.rendering import Site, render, render_fragment
from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.rendering.nodes import (
    scrapbox_blank_heading,
    scrapbox_icon,
    scrapbox_rule,
    scrapbox_speech,
    scrapbox_video,
)
from sphinx_scrapbox.rendering.pages import place_transitions
from sphinx_scrapbox.wiki import ast as page_module
from sphinx_scrapbox.wiki.ast import (
    MAX_ICONS,
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
    PageLink,
    Question,
    Quote,
    Strong,
    Table,
    Text,
)
from sphinx_scrapbox.wiki.structure import arrange, structure

ID = "5ae4aae4aff09e00009a6337"
FILM = "https://youtu.be/a1B2-c3D4_e"
PICTURE = "https://example.org/bed.png"
BLANK = Line(0)


class xref(nodes.inline):  # noqa: N801
    """A link as the site made it."""


class Garden(Site):
    """A site with one person who is known, and one address that is a page."""

    def __init__(self, directive_nodes: list[nodes.Node] | None = None) -> None:
        self.directive_nodes = directive_nodes

    def link(
        self, kind: str, target: str, content: nodes.Element, address: str = ""
    ) -> nodes.Element:
        found = xref("", "", content, kind=kind, to=target)
        if address:
            found["address"] = address
        found.source, found.line = content.source, content.line
        return found

    def page_at(self, url: str) -> str | None:
        return "/garden/Soil" if url == "https://scrapbox.io/garden/Soil" else None

    def label(self, icon: Icon) -> str:
        return "Mio Aoki" if icon.name == "mio" else icon.name

    def directive(self, block: CodeBlock) -> list[nodes.Node] | None:
        return self.directive_nodes if block.language == "{note}" else None


def rendered(
    *blocks: Block, videos: bool = True, directive_nodes: list[nodes.Node] | None = None
) -> nodes.section:
    document = new_document("wiki/page.md", get_default_settings(Parser()))
    document.settings.report_level = 5
    site = Garden(directive_nodes)
    site.plays_videos = videos
    renderer = Renderer(document, "wiki/page.md", site)
    root = renderer.section((Text("Page"),), 1, source="Page")
    renderer.append(root, arrange(blocks))
    document += root
    return root


def body(*blocks: Block, **options: Any) -> str:
    """The tree below the title."""
    root = rendered(*blocks, **options)
    return "\n".join(tree(node) for node in root.children[1:])


def inline(*content: Inline) -> str:
    """The tree of one line of text, without its paragraph."""
    (paragraph,) = rendered(Line(0, (Text("a"), *content))).children[1:]
    return "\n".join(tree(node) for node in paragraph.children[1:])


def line(indent: int, *content: Inline | str, number: int = 0, id: str = "") -> Line:
    inlines = tuple(Text(one) if isinstance(one, str) else one for one in content)
    return Line(indent, inlines, "source", id, line=number)


# -- each kind of node -----------------------------------------------------------------

INLINES: dict[str, Inline] = {
    "text": Text("dig"),
    "blank": Blank("   "),
    "code": Code(" dig() "),
    "empty code": Code(""),
    "formula": Formula(r"\frac{1}{2}"),
    "formula that is none": Formula(r"\input{x}"),
    "strong": Strong((Text("dig "), PageLink("Soil"))),
    "empty strong": Strong(()),
    "decoration *": Decoration("*", (Text("dig"),)),
    "decoration ***": Decoration("***", (Text("dig"),)),
    "decoration /": Decoration("/", (Text("dig"),)),
    "decoration -_": Decoration("_-", (Text("dig"),)),
    "decoration **/-": Decoration("*/-*", (Text("dig "), Code("x"))),
    "decoration !": Decoration('!"', (Text("dig"),)),
    "decoration of no sign": Decoration("", (Text("dig"),)),
    "page": PageLink("Soil pH"),
    "page of another project": PageLink("Soil pH", "yard"),
    "line of a page": PageLink(f"Soil#{ID}"),
    "page with a hash": PageLink("Beds#2"),
    "project": PageLink("", "yard"),
    "no page at all": PageLink(""),
    "link": ExternalLink("https://example.org/a b", "our beds"),
    "address": ExternalLink("https://example.org/"),
    "address of a page": ExternalLink("https://scrapbox.io/garden/Soil", "the soil"),
    "image": Image(PICTURE),
    "image that leads somewhere": Image(PICTURE, "https://example.org/"),
    "image that leads nowhere": Image(PICTURE, "javascript:x"),
    "icon": Icon("mio"),
    "icon of another project": Icon("ren", "yard"),
    "icons": Icon("ren", count=3),
    "no icon": Icon("ren", count=0),
    "icon without a name": Icon(""),
    "tag": Hashtag("soil"),
    "location": Location(35.681236, 139.767125, 17, "Tokyo Station"),
    "location in the south-west": Location(-22.95, -43.210487),
    "location at zero": Location(0.0, -0.00000001),
    "quote inside a line": Quote((Text("dig"),)),
    "number inside a line": Numbered("01", (Text("dig"),)),
    "question": Question("how deep?"),
    "command": Command("$", "dig --deep"),
}


@pytest.mark.parametrize("node", INLINES.values(), ids=INLINES.keys())
def test_inlines(node: Inline, snapshot: SnapshotAssertion) -> None:
    assert inline(node) == snapshot


def test_each_kind_of_inline_is_rendered_here() -> None:
    assert {type(node) for node in INLINES.values()} == set(get_args(page_module.Inline))


HEADING = Decoration("*", (Text("Beds"),))
BLOCKS: dict[str, tuple[Block, ...]] = {
    "paragraph": (line(0, "dig"), BLANK, line(0, "sow")),
    "run": (line(0, "dig"), line(0, "sow ", PageLink("Beans"), id=ID)),
    "list": (line(0, "beds"), line(1, "one"), line(3, "deep"), line(1, "two")),
    "numbers": (line(0, Numbered("3", (Text("dig"),))), line(0, Numbered("4", ()))),
    "numbers from one": (line(1, Numbered("1", (Text("dig"),))), line(2, "deep")),
    "number as text": (line(1, Numbered("01", (Text("dig"),))),),
    "quote": (line(0, Quote((Text("dig"),))), line(0, Quote((Text("sow"),)))),
    "quotes in quotes": (
        line(0, Quote((Text("a"),))),
        line(0, Quote((Text(" > b"),))),
        line(0, Quote((Text(">> c "), PageLink("d")))),
        line(0, Quote(())),
        line(0, Quote((Text("e"),))),
    ),
    "quote in a list": (line(1, Quote((Text("dig"),))), line(2, "why?")),
    "numbered quote": (line(0, Numbered("1", (Quote((Text("dig"),)),))),),
    "empty quote": (line(0, Quote(())), line(0, Quote(()))),
    "quote of marks": (line(0, Quote((Text("> > "),))),),
    "quoted speaker": (line(0, Quote((Icon("mio"), Text("dig")))),),
    "code": (line(0, "so:"), CodeBlock(1, "feed.py", ("a = 1", "", "b"), row_ids=(ID, "", ""))),
    "code with a name of its own": (CodeBlock(0, "what it said", ("ok",)),),
    "code without a name": (CodeBlock(0, ":", ("ok",)),),
    "code in a language": (CodeBlock(0, "feed", ("a",), "python"),),
    "code in an unknown language": (CodeBlock(0, "feed", ("a",), "beans"),),
    "code without rows": (CodeBlock(0, "py", ()),),
    "directive as code": (CodeBlock(0, "{raw} html", ("<b>",), "{raw}"),),
    "table": (
        Table(
            0,
            "beds",
            (
                ((Text("a"),), (Text("b"),), (PageLink("Soil"), Icon("mio"))),
                ((Text("c"),),),
                ((), (Text("d"),)),
            ),
        ),
    ),
    "table of one row": (Table(0, "", (((Text("a"),),),)),),
    "table without rows": (Table(0, "beds", ()),),
    "table of empty rows": (Table(0, "beds", ((), ())),),
    "rule": (line(0, "dig"), line(0, "---"), line(0, "sow")),
    "turn": (line(0, Icon("mio"), "dig"), line(1, "deep")),
    "turn of two": (line(0, Icon("mio"), Icon("ren"), ": dig"),),
    "turn that goes on": (line(0, Icon("mio")), line(0, "dig"), line(0, "sow"), BLANK),
    "turn in a list": (line(1, Icon("mio"), "dig"),),
    "signature": (line(0, "dig", Icon("mio")),),
    "mark": (line(0, Icon("en")),),
    "heading": (line(0, HEADING, Text(" 2023-05-01 "), Icon("mio")), line(0, "dig")),
    "heading twice": (line(0, HEADING), line(0, "a"), line(0, HEADING), line(0, "b")),
    "heading below a heading": (
        line(0, Decoration("****", (Text("Plan"),)), id=ID),
        line(1, "one"),
        line(0, HEADING, Text(".")),
        line(0, "dig"),
    ),
    "images": (line(0, Image(PICTURE), " ", Image(PICTURE)), line(0, "dig")),
    "image in a run": (line(0, "dig"), line(0, Image(PICTURE)), line(0, "sow"), line(0, "rake")),
    "film": (line(0, ExternalLink(FILM), id=ID),),
    "film with a label": (line(0, ExternalLink(FILM, "our beds"), id=ID),),
    "film in brackets in a sentence": (
        line(0, "see ", ExternalLink(FILM, is_bracketed=True), " now"),
    ),
    "file of a film": (line(0, ExternalLink("https://example.org/bed.mp4")),),
    "file of a sound with a title": (line(0, ExternalLink("https://example.org/a.mp3", "rain")),),
    "sound elsewhere": (line(0, ExternalLink("https://open.spotify.com/track/a1B2c3")),),
    "address of a film": (line(1, ExternalLink(FILM)),),
    "film in a sentence": (line(0, "see ", ExternalLink(FILM)),),
    "formula": (line(0, Formula("x^2"), id=ID),),
    "formula that is none": (line(0, Formula("\\fracc{a}")),),
}


@pytest.mark.parametrize("blocks", BLOCKS.values(), ids=BLOCKS.keys())
def test_blocks(blocks: tuple[Block, ...], snapshot: SnapshotAssertion) -> None:
    assert body(*blocks) == snapshot


@pytest.mark.parametrize("url", [FILM, "https://example.org/bed.mp4"])
def test_films_as_plain_links(url: str) -> None:
    link = ExternalLink(url, is_bracketed=True)
    root = rendered(line(0, link), line(0, "see ", link), videos=False)
    for reference in root.findall(nodes.reference):
        assert type(reference) is nodes.reference
        assert (reference["refuri"], reference.astext()) == (url, url)


def test_film_in_a_heading_is_a_link() -> None:
    link = ExternalLink(FILM, is_bracketed=True)
    root = rendered(line(0, Decoration("*", (link,))), line(0, "dig"))
    assert not list(root.findall(scrapbox_video))


def test_title_that_the_page_gives_a_film() -> None:
    lines = (
        line(0, "see ", ExternalLink(f"{FILM}?t=9", "our beds")),
        line(0, ExternalLink(FILM)),
        line(0, ExternalLink("https://youtu.be/b1B2-c3D4_e")),
    )
    page = page_module.Page("Page", lines)
    document = new_document("wiki/page.md", get_default_settings(Parser()))
    root = render(structure(page), Garden(), document)
    titles = [film.astext() for film in root.findall(scrapbox_video)]
    assert titles == ["our beds", "https://youtu.be/b1B2-c3D4_e"]


def test_strong_pictures() -> None:
    root = rendered(
        line(0, Image(PICTURE)),
        line(0, Image(PICTURE, strong=True)),
        line(0, "a ", Icon("mio"), Icon("mio", strong=True), " b"),
    )
    classes = [image["classes"] for image in root.findall(nodes.image)]
    assert classes == [["scrapbox-image"], ["scrapbox-image", "scrapbox-strong"]]
    assert [icon.get("strong", 0) for icon in root.findall(scrapbox_icon)] == [0, 1]


# -- safety ----------------------------------------------------------------------------

EVIL = [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//example.org/x",
    "../../../etc/passwd",
    "mailto:",
]


def addresses(root: nodes.Element) -> list[str]:
    found = []
    for node in root.findall(nodes.Element):
        found += [node[name] for name in ("refuri", "uri", "embed", "address") if node.get(name)]
    return found


@pytest.mark.parametrize("url", EVIL)
def test_no_script_and_no_file_is_linked(url: str) -> None:
    root = rendered(
        line(0, "a", ExternalLink(url, "x"), Image(url), Image(PICTURE, url)),
        line(0, ExternalLink(url)),
        line(0, Image(url)),
        Table(0, url, (((ExternalLink(url), Image(url)),),)),
    )
    assert {a for a in addresses(root) if not a.startswith("mailto:")} == {PICTURE}
    assert not any(image["uri"].startswith("mailto:") for image in root.findall(nodes.image))
    assert root.astext().count(url) >= 3


def test_directive_is_held_to_the_rules_of_wiki_text() -> None:
    raw = nodes.raw("", "<script>", format="html")
    root = rendered(CodeBlock(0, "{note}", (), "{note}"), directive_nodes=[nodes.note("", raw)])
    assert not list(root.findall(nodes.raw))
    (code,) = root.findall(nodes.literal_block)
    assert code.astext() == "<script>"


# -- single rules ----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, MAX_ICONS, MAX_ICONS + 1, 10_000])
def test_icons_are_counted_up_to_a_cap(count: int) -> None:
    root = rendered(line(0, "a", Icon("ren", count=count)))
    assert len(list(root.findall(scrapbox_icon))) == min(count, MAX_ICONS)
    assert (f"×{count}" in root.astext()) == (count > MAX_ICONS)


@pytest.mark.parametrize("width", [1, 3, 7, 250])
def test_ragged_tables_are_padded(width: int) -> None:
    rows = tuple(tuple((Text("x"),) for _ in range(cells)) for cells in (1, width, 0))
    root = rendered(Table(0, "beds", rows))
    (group,) = root.findall(nodes.tgroup)
    assert group["cols"] == width == len(list(root.findall(nodes.colspec)))
    assert all(spec["colwidth"] > 0 for spec in root.findall(nodes.colspec))
    assert {len(row) for row in root.findall(nodes.row)} == {width}
    assert len(list(root.findall(nodes.row))) == 3


def test_an_empty_cell_of_a_header_heads_nothing() -> None:
    rows = (((Text("a"),), (), (Text("b"),)), ((), (Text("1"),), ()))
    header, body = rendered(Table(0, "", rows)).findall(nodes.row)
    assert [type(cell) for cell in header] == [nodes.entry, scrapbox_blank_heading, nodes.entry]
    assert {type(cell) for cell in body} == {nodes.entry}


def _rows(*widths: int) -> tuple[tuple[tuple[Inline, ...], ...], ...]:
    return tuple(((Text("x"), PageLink("Soil")),) * width for width in widths)


@pytest.mark.parametrize("widths", [(1000, *[1] * 1000), (60, *[1] * 100), (2000,)])
def test_a_table_that_is_too_wide_or_too_ragged_is_lines(widths: tuple[int, ...]) -> None:
    block, *others = rendered(Table(0, "", _rows(*widths), ("", ID))).children[1:]
    assert isinstance(block, nodes.line_block)
    assert others == []
    assert [row.astext() for row in block] == [" | ".join(["xSoil"] * width) for width in widths]
    assert len(list(block.findall(xref))) == sum(widths)
    assert block[0]["ids"] == [f"L{ID}"]
    assert len(list(block.findall())) < 6 * sum(widths) + len(widths)


def test_a_table_of_lines_keeps_its_name() -> None:
    name, block = rendered(Table(0, "beds", _rows(2000))).children[1:]
    assert (type(name), name.astext()) == (nodes.rubric, "beds")
    assert isinstance(block, nodes.line_block)


def test_rows_of_text_alone_can_be_translated() -> None:
    table = Table(0, "", (((Text("peas"),), (), (Text("beans"),)), *_rows(300)))
    block = rendered(table).children[1]
    assert block[0].rawsource == "peas |  | beans"
    assert [row.get("translatable", True) for row in block] == [True, False]


@pytest.mark.parametrize("signs", ["**********", "*" * 60])
def test_size_has_an_end(signs: str) -> None:
    (strong,) = rendered(line(1, Decoration(signs, (Text("x"),)))).findall(nodes.strong)
    assert strong["classes"] == ["scrapbox-size-10"]


@given(st.text(min_size=1, max_size=5))
def test_any_signs_make_classes_that_css_can_name(signs: str) -> None:
    root = rendered(line(1, "a", Decoration(signs, (Text("x"),))))
    for node in root.findall(nodes.Element):
        for name in node["classes"]:
            assert re.fullmatch(r"scrapbox-[a-z0-9-]+", name)


@pytest.mark.parametrize("language", ["", "python", "beans", "text", "html+php", "{raw}"])
@pytest.mark.parametrize("name", ["feed.py", "what it said", ":", "", "a: b"])
def test_code_never_asks_for_an_unknown_lexer(name: str, language: str) -> None:
    (literal,) = rendered(CodeBlock(0, name, ("x",), language)).findall(nodes.literal_block)
    get_lexer_by_name(literal["language"])
    assert literal["force"] is True


def test_literal_text_is_verbatim() -> None:
    rows = ("\t<b>", "  *x*", "", "\\")
    (literal,) = rendered(CodeBlock(0, "x", rows)).findall(nodes.literal_block)
    assert literal.astext() == literal.rawsource == "\n".join(rows)


def test_ids_of_lines_are_anchors() -> None:
    ids = [f"{number:024x}" for number in range(9)]
    root = rendered(
        line(0, "a", id=ids[0]),
        line(0, "b", id=ids[1]),
        line(1, "c", id=ids[2]),
        line(0, Quote((Text("d"),)), id=ids[3]),
        line(0, Numbered("1", (Text("e"),)), id=ids[4]),
        line(0, Image(PICTURE), id=ids[5]),
        line(0, Icon("mio"), "f", id=ids[6]),
        CodeBlock(0, "x", ("y",), row_ids=tuple(ids[7:9])),
    )
    found = [one for node in root.findall(nodes.Element) for one in node["ids"]]
    assert [one for one in found if one.startswith("L")] == [f"L{one}" for one in ids]


def test_sections_of_one_name_have_ids_of_their_own() -> None:
    blocks = [line(0, HEADING), line(0, "a"), line(0, HEADING), line(0, HEADING, id=ID)]
    root = rendered(*blocks)
    ids = [section["ids"] for section in root.findall(nodes.section)]
    assert all(ids)
    assert len({one for some in ids for one in some}) == sum(map(len, ids))


@pytest.mark.parametrize("words", ["---", "*", "日本語", "1"])
def test_heading_always_has_an_id(words: str) -> None:
    root = rendered(line(0, Decoration("*", (Text(words),))), line(0, "a"))
    assert all(section["ids"] for section in root.findall(nodes.section))


def test_transitions_only_where_docutils_takes_them() -> None:
    root = rendered(
        line(0, "a"),
        line(0, "---"),
        line(1, "---"),
        line(0, Icon("mio")),
        line(0, "---"),
        line(0, Quote((Text("---"),))),
        line(0, HEADING),
        line(0, "---"),
        line(0, "b"),
    )
    found = list(root.findall(nodes.transition))
    assert len(found) == 3
    assert all(isinstance(node.parent, nodes.section) for node in found)


def test_rules_before_and_after_headings_and_in_lists() -> None:
    large, small = (line(0, Decoration(stars, (Text(stars),))) for stars in ("**", "*"))
    rule = line(0, "---")
    in_list = line(1, Icon("hr", project="icons"))
    root = rendered(
        *(line(0, "a"), rule, large, rule, line(0, "b"), rule, small, line(0, "c"), rule, rule),
        *(large, line(1, "d"), in_list, line(1, "e"), line(2, Icon("hr", project="icons")), rule),
    )
    place_transitions(root)
    kinds = [type(node).__name__ for node in root]
    assert kinds == ["title", "paragraph", "transition", "section", "transition", "section"]
    first, last = (node for node in root if isinstance(node, nodes.section))
    assert [type(node).__name__ for node in first] == [
        *("title", "scrapbox_rule", "paragraph", "transition", "section")
    ]
    assert [type(node).__name__ for node in last] == [
        *("title", "bullet_list", "transition", "bullet_list")
    ]
    assert last[3].next_node(scrapbox_rule) is not None
    assert all(node.parent.children.count(node) == 1 for node in root.findall(nodes.Element))


def test_formula_alone_in_a_list_stays_at_its_bullet() -> None:
    formula = Formula("x = 1")
    numbered = line(0, Numbered("1", (formula,)))
    root = rendered(line(0, "a"), line(1, formula), numbered, line(0, formula))
    assert [type(node.parent) for node in root.findall(nodes.math)] == [nodes.paragraph] * 2
    assert [type(node.parent) for node in root.findall(nodes.math_block)] == [nodes.section]


# -- where a text comes from -----------------------------------------------------------


def every_line(indent: int, number: int, content: Iterable[Inline]) -> Line:
    return Line(indent, tuple(content), "source", line=number)


def test_each_text_element_names_its_source_and_line() -> None:
    blocks: list[Block] = []
    for node in INLINES.values():
        number = len(blocks) + 2
        blocks.append(every_line(len(blocks) % 3, number, (Text("a "), node)))
        blocks.append(every_line(0, number + 1, (node,)))
    for some in BLOCKS.values():
        blocks += [replace(block, line=len(blocks) + 2) for block in some]
    last = len(blocks) + 2
    root = rendered(*blocks)
    for node in root.findall(nodes.TextElement):
        if node.astext() or not isinstance(node, nodes.inline):
            assert node.source == "wiki/page.md", node
            assert node.line is not None, node
            assert 0 < node.line <= last


def test_messages_for_translation_are_the_source() -> None:
    text = (
        '---\ntitle: "Garden"\n---\n\nfirst [[Soil]]\nsecond\n\n- item `x`\n'
        "1. dig\n> quoted [[Soil]]\n\n### Beds\n.\n"
    )
    root = rendered(*read_markdown(text).blocks)
    messages = [
        node.rawsource
        for node in root.findall(nodes.TextElement)
        if node.rawsource and not isinstance(node, (nodes.inline, nodes.literal))
    ]
    assert messages == [
        "Page",
        "first [[Soil]]",
        "second",
        "item `x`",
        "dig",
        "quoted [[Soil]]",
        "Beds",
    ]


def test_cells_that_hold_more_than_text_are_not_for_translation() -> None:
    cells = ((Text("a"),), (Text("a "), PageLink("Soil")))
    root = rendered(Table(0, "", (cells, cells)))
    assert [node.get("translatable", True) for node in root.findall(nodes.paragraph)] == [
        True,
        False,
    ] * 2


# -- any page --------------------------------------------------------------------------

_inlines = st.lists(st.sampled_from(list(INLINES.values())), max_size=4).map(tuple)
_texts = st.one_of(
    _inlines,
    _inlines.map(lambda content: (Quote(content),)),
    _inlines.map(lambda content: (Numbered("1", content),)),
    _inlines.map(lambda content: (Decoration("**", content),)),
    _inlines.map(lambda content: (Icon("mio"), *content)),
    st.sampled_from([(Text("---"),), (Quote((Text("> > x"),)),), (Quote((Text(">"),)),)]),
)
_blocks = st.one_of(
    st.builds(Line, st.integers(0, 4), _texts),
    st.sampled_from([block for blocks in BLOCKS.values() for block in blocks]),
)


@pytest.mark.parametrize("wrap", [lambda *nodes: nodes, lambda *nodes: (Decoration("**", nodes),)])
def test_no_icon_among_words(wrap: Any) -> None:
    """Readers make no such icon, but a handler of ``scrapbox-page-read`` may."""
    root = rendered(Line(0, wrap(Icon("ren", count=0), Text("dig"))))
    assert root.astext().split()[-1] == "dig"


def test_only_the_last_of_repeated_icons_is_named() -> None:
    root = rendered(Line(0, (Text("with "), Icon("ren", count=3), Text(" at noon"))))
    assert [icon.get("named", False) for icon in root.findall(scrapbox_icon)] == [
        False, False, True,
    ]  # fmt: skip


@given(st.lists(_blocks, max_size=10))
def test_any_page_makes_a_tree_that_docutils_accepts(blocks: list[Block]) -> None:
    root = rendered(*blocks)
    assert not list(root.findall(nodes.raw))
    for address in addresses(root):
        assert address.startswith(("https://", "http://", "mailto:"))
    for node in root.findall(nodes.Element):
        assert all(child.parent is node for child in node.children)
        if isinstance(node, (nodes.bullet_list, nodes.enumerated_list, nodes.block_quote)):
            assert node.children
        if isinstance(node, scrapbox_speech):
            assert len(node.children) > 1
        if isinstance(node, (nodes.paragraph, nodes.line, nodes.title)):
            assert all(isinstance(child, (nodes.Text, nodes.Inline)) for child in node.children)
        if isinstance(node, (nodes.list_item, nodes.block_quote, nodes.entry)):
            assert all(isinstance(child, nodes.Body) for child in node.children)
        if isinstance(node, nodes.literal_block):
            get_lexer_by_name(node["language"])
    root.deepcopy()


# -- pages and fragments ---------------------------------------------------------------


def test_a_page_is_rendered_without_a_site() -> None:
    document = new_document("page.md", get_default_settings(Parser()))
    page = read_markdown('---\ntitle: "Garden"\n---\n\n### Beds\n\n[[Soil]]\n\n---\n')
    section = render(structure(page), Site(), document)
    assert tree(section) == (
        "<section classes=scrapbox-body>\n"
        "  <title>\n"
        "    'Garden'\n"
        "  <section>\n"
        "    <title>\n"
        "      'Beds'\n"
        "    <paragraph>\n"
        "      <inline classes=xref scrapbox-page>\n"
        "        'Soil'"
    )


def test_rules_at_the_end_of_a_part_are_left_out() -> None:
    footer = "This page is auto-translated from [/garden/Soil](https://scrapbox.io/garden/Soil)"
    text = f"a\n\n---\n---\n---\n{footer}\n\nb\n\n---\nc\n\n---\n{footer}\n---\nd\n"
    document = new_document("page.md", get_default_settings(Parser()))
    page = read_markdown(f'---\ntitle: "Garden"\n---\n\n{text}')
    section = render(structure(page), Site(), document)
    kinds = [type(node).__name__ for node in section]
    assert kinds == [
        "title",
        *["paragraph"] * 2,
        "transition",
        "paragraph",
        "transition",
        "paragraph",
    ]


def test_a_fragment_has_no_sections_and_no_transitions() -> None:
    document = new_document("page.md", get_default_settings(Parser()))
    blocks = (line(0, "a"), line(0, "---"), line(0, HEADING), line(0, "b"), line(0, "---"))
    fragment = render_fragment(arrange(blocks), Site(), document)
    kinds = [nodes.paragraph, scrapbox_rule, nodes.rubric, nodes.paragraph]
    assert [type(node) for node in fragment] == kinds
