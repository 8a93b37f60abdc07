"""Tree -> clean MyST: what MyST and Sphinx make of it, and how it is spelt."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from hypothesis import given
from hypothesis import strategies as st
from myst_parser.parsers.docutils_ import Parser
from pairs import cases, nodes_of
from sites import Site
from trees import letters

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.myst.inlines import write_myst_inline
from sphinx_scrapbox.formats.myst.writer import write_myst
from sphinx_scrapbox.formats.notation.lines import read_lines, read_notation
from sphinx_scrapbox.snapshot.filenames import file_stem
from sphinx_scrapbox.wiki.ast import (
    Block,
    Code,
    CodeBlock,
    Decoration,
    ExternalLink,
    Formula,
    Hashtag,
    Icon,
    Image,
    Inline,
    Line,
    Numbered,
    Page,
    PageLink,
    Quote,
    Strong,
    Table,
    Text,
)
from sphinx_scrapbox.wiki.translation import split_at_footers

EXTENSIONS = (
    "alert amsmath attrs_block attrs_inline colon_fence deflist dollarmath fieldlist html_image"
    " substitution tasklist"
).split()
INDEX = {"index.md": "# Index\n\n```{toctree}\n:glob:\n\np*\n```\n"}


def parse(text: str) -> nodes.document:
    """What MyST alone makes of *text*, with every extension that could read something in it."""
    return publish_doctree(
        text,
        parser=Parser(),
        settings_overrides={
            "myst_enable_extensions": EXTENSIONS,
            "report_level": 1,
            "halt_level": 1,  # any message is an error here
        },
    )


def shown(document: nodes.document) -> str:
    """The text below the title; a line end that is kept is one."""
    for raw in list(document.findall(nodes.raw)):
        raw.replace_self(nodes.Text("\n" if "<br" in raw.astext() else ""))
    return document.astext().partition("\n\n")[2]


def body(native: str) -> str:
    """The MyST of a native page, without its title."""
    return write_myst(read_notation(f"t\n{native}")).removeprefix("# t\n").strip("\n")


# -- text is text ----------------------------------------------------------------------

scraps = st.sampled_from(
    [
        *"ab1 *_`[](){}<>#$~!|\\:;&-+=.%^@\"'/?あ「」é🤖\t\u3000\xa0\u200b",
        *("  ", "**", "__", "[[", "]]", "](", " - ", "1. ", "1) ", "&amp;", "&#35;", "{x}`y`"),
        *("<b>", "</b>", "<!--", "-->", "https://x.test", "http://x.test/a_b*c", "\\begin{a}"),
        *("\\(", "$$", "~~", "```", "~~~", "--", "===", "+++", ":::", "(a)=", "[^1]: x", "[x]: y"),
        *("{{a}}", "{#id}", "|-|", "#a", "% x", "> ", "# ", "- [ ] ", ": x", ":a: b", "\u2028"),
    ]
)
texts = st.lists(scraps, min_size=1, max_size=12).map("".join)


def is_rule(text: str) -> bool:
    return re.fullmatch(r"\s*-{3,}\s*", text) is not None


def plain(text: str) -> str:
    return text.replace("\u2028", " ").strip()


@given(st.lists(texts.filter(plain), min_size=1, max_size=3))
def test_text_shows_as_it_stands(made: list[str]) -> None:
    if any(map(is_rule, made)):
        return
    page = Page("t", tuple(Line(0, (Text(text),)) for text in made))
    assert shown(parse(write_myst(page))).strip() == "\n".join(map(plain, made))


def spoken(value: Iterable[Inline]) -> str:
    """What a reader sees of some inlines."""
    out = ""
    for node in value:
        match node:
            case Text(text) | Code(text) | Formula(text):
                out += text
            case ExternalLink(url, label):
                out += label or url
            case Strong(inner) | Decoration(_, inner):
                out += spoken(inner)
    return out


leaves: st.SearchStrategy[Inline] = st.one_of(
    st.lists(scraps, min_size=1, max_size=3).map("".join).map(Text),
    st.text("a` *[\\|", max_size=4).map(Code),
    st.sampled_from(["x^2", "a`b", "\\alpha\\ b", "a_{1}", "\\bad", "$"]).map(Formula),
    st.builds(
        ExternalLink,
        st.sampled_from(
            ["https://x.test", "https://x.test/a_(b)?c=1&d;e*f", "https://あ.test/%E3%81"]
        ),
        st.sampled_from(["", "a]b", "x *y* [z]"]),
    ),
)
inlines = leaves | st.one_of(
    st.lists(leaves, max_size=2).map(tuple).map(Strong),
    st.builds(
        Decoration,
        st.sampled_from("*/-_") | st.just("*/"),
        st.lists(leaves, max_size=2).map(tuple),
    ),
)


@given(
    st.lists(inlines, min_size=1, max_size=5).map(tuple), st.sampled_from("line item cell".split())
)
def test_inlines_show_as_they_stand(line: tuple[Inline, ...], where: str) -> None:
    block: Block = Line(1, line)
    if where == "cell":
        block = Table(0, "", ((line,), (line,)))
    elif where == "line":
        block = Line(0, (Text("a"), *line))  # alone it could be a heading or a rule
    text = shown(parse(write_myst(Page("t", (block,)))))
    before = "a" if where == "line" else ""
    wanted = before + spoken(line).replace("\u2028", " ")
    assert "".join(text.split()) == "".join((wanted * (2 if where == "cell" else 1)).split())


FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize(("given", "expected"), cases(FIXTURES / "myst_escapes.txt"))
def test_escapes_only_where_it_must(given: str, expected: str) -> None:
    assert write_myst_inline((Text(given),)) == expected


# -- inlines ---------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "expected"), cases(FIXTURES / "myst_inlines.txt"))
def test_inlines(given: str, expected: str) -> None:
    assert write_myst_inline(nodes_of(given)) == expected


# -- blocks ----------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "expected"), cases(FIXTURES / "notation_to_myst.txt"))
def test_blocks(given: str, expected: str) -> None:
    assert body(given) == expected


def test_title() -> None:
    assert write_myst(Page("a *b* #", ())) == "# a \\*b\\* \\#\n"
    assert write_myst(Page(" ", ())) == "# Untitled\n"


def test_translation() -> None:
    page = read_markdown(
        '---\ntitle: "Worms"\n---\n\nMany.\n---\nThis page is auto-translated from '
        "[/garden/ミミズ](https://scrapbox.io/garden/ミミズ) using DeepL. Thanks!\nWORMS\nMore."
    )
    assert write_myst(page) == (
        "# Worms\n\nMany.\n\n```{scrapbox:translation} /garden/ミミズ\n:engine: DeepL\n:from: ja\n"
        ":to: en\n```\n\nThanks!\n\n## WORMS\n\nMore.\n"
    )


def test_lists_end_where_parsers_stop_reading() -> None:
    page = Page("t", tuple(Line(depth, (Text(f"w{depth}"),)) for depth in range(1, 31)))
    assert re.findall(r"w\d+", shown(parse(write_myst(page)))) == [f"w{n}" for n in range(1, 31)]


# -- what Sphinx makes of it -----------------------------------------------------------


def seen(document: nodes.document) -> str:
    """All that a reader can see or follow."""
    shown_as = ("label", "uri", "refuri", "language", "reftarget")
    return " ".join(
        [document.astext()]
        + [
            f"{node[name]} {unquote(str(node[name]))}"
            for node in document.findall(nodes.Element)
            for name in shown_as
            if node.get(name)
        ]
    )


words = st.integers(1, 10**6).map(lambda number: f"w{number}")
wordy: st.SearchStrategy[Inline] = st.one_of(
    st.builds(
        lambda before, word, after: Text(before + word + after),
        st.sampled_from(
            ["", "- ", "> ", "1. ", ":x ", "# ", "```", "| ", "--- ", "<b>", "{x}", "=", "    "]
        ),
        words,
        st.sampled_from(["", " ", "!", "*", "\\", "`", "#", ":", "」"]),
    ),
    st.builds(
        PageLink, st.builds("{}{}".format, words, st.sampled_from(["", "[x]", "|a", "`", "!"]))
    ),
    st.builds(Image, words.map("https://x.test/{}.png".format)),
    st.builds(Icon, words, st.sampled_from(["", "shed"])),
    st.builds(Hashtag, words),
    st.builds(Code, words),
    st.builds(Formula, words.map("x_{{1}} {}".format)),
)
rows = st.lists(wordy, min_size=1, max_size=3).map(tuple)
any_line = rows | st.one_of(
    rows.map(lambda row: (Quote(row),)),
    st.builds(lambda number, row: (Numbered(number, row),), st.sampled_from("1235"), rows),
    st.builds(lambda name, row: (Icon(name), *row), words, rows),
    words.map(lambda name: (Icon(name),)),
    words.map(lambda word: (Decoration("*", (Text(word),)),)),
    st.just((Text("---"),)),
)
any_block: st.SearchStrategy[Block] = st.one_of(
    st.builds(Line, st.integers(0, 12), any_line),
    st.builds(Line, st.integers(0, 2), any_line),
    st.just(Line(0)),
    st.builds(
        CodeBlock,
        st.integers(0, 3),
        st.sampled_from(["", "python", "x.py", "x`y", "json", "- a", 'c "d" # \\']),
        st.lists(
            st.sampled_from(["", "  x", ":a: b", "```", "~~~~", "def (:", "\tx", "---"]),
            max_size=4,
        ).map(tuple),
        st.sampled_from(["", "python", "zzz", "{note}"]),
    ),
    st.builds(
        Table,
        st.integers(0, 3),
        words,
        st.lists(st.lists(rows, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple),
    ),
)


def test_any_pages_build(tmp_path: Path) -> None:
    # One build for many pages: it is Sphinx that takes the time.
    pages: dict[str, Page] = {}

    @given(st.lists(any_block, max_size=20).map(tuple))
    def collect(blocks: tuple[Block, ...]) -> None:
        pages[f"p{len(pages)}"] = Page("Any page", blocks)

    collect()
    check(tmp_path, pages, myst_enable_extensions=EXTENSIONS, scrapbox_myst_tags=True)


def check(folder: Path, pages: dict[str, Page], **config: object) -> None:
    """Build *pages*: no warning, and every word is there."""
    files = {f"{name}.md": write_myst(page) for name, page in pages.items()}
    built = Site(folder / "src", {**files, **INDEX}).build("pseudoxml", **config)
    assert built.warnings == []
    for name, page in pages.items():
        blocks = [part.blocks for part in split_at_footers(page)]
        missing = letters(blocks) - Counter(re.findall(r"\w", seen(built.doctree(name))))
        # The numbers of a list are not in the document, its marks are made anew.
        assert not {sign: n for sign, n in missing.items() if not sign.isdigit()}, page.title
        text = files[f"{name}.md"]
        missing = letters(blocks) - Counter(re.findall(r"\w", text + unquote(text)))
        assert not missing, page.title


NATIVE = """Shed
[** What hangs where] [mio.icon]
Spades [Leaf mould] and [/farm/Rake]
 long [[handles]]
  oil them #tools
 table:sizes
  a\tb
  c
[mio.icon]Who took the hoe?
[/farm/ren.icon]
 Not me
  code:x.py
   print("hoe")
> it was
> > you
1. look
2. ask
[$ e = mc^2]
[https://x.test/a.png]
[* Later]
? where is it
$ find hoe
"""


def test_page_in_a_site(tmp_path: Path) -> None:
    site = Site(tmp_path / "src")
    site.write(
        {**INDEX, "pshed.md": write_myst(read_notation(NATIVE)), "pother.md": "# Leaf mould\n"}
    )
    built = site.build("html", scrapbox_link_documents=True)
    assert built.warnings == []
    html = built.html("pshed.html").root
    assert html.one(cls="body").one("a", href="pother.html").text == "Leaf mould"
    assert [tag.text for tag in html.all("h2") + html.all("h3") if "¶" in tag.text] == [
        "What hangs where¶",
        "Later¶",
    ]
    assert len(html.all(cls="scrapbox-speech")) == 2
    assert html.one("table").one("caption").text.startswith("sizes")


@pytest.mark.parametrize("name", ["nishio", "villagepump"])
def test_real_native_pages(shared: Path, tmp_path: Path, name: str) -> None:
    sources = json.loads((shared / "native" / f"{name}.json").read_text("utf-8"))["pages"]
    pages = [read_lines([line["text"] for line in source["lines"]]) for source in sources]
    check(tmp_path, {f"p{file_stem(page.title)}": page for page in pages})


def test_real_exported_pages(shared: Path, tmp_path: Path) -> None:
    paths = sorted((shared / "exported").glob("*.md"))
    pages = [read_markdown(path.read_text("utf-8"), name=path.stem) for path in paths]
    check(tmp_path, {f"p{file_stem(page.title)}": page for page in pages})
