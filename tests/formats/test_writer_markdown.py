"""Tree -> exported Markdown, and back again."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_reader_markdown import icon
from test_reader_notation import any_text
from trees import letters

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.formats.markdown.writer import (
    as_exported,
    as_native,
    write_markdown,
    write_markdown_inline,
)
from sphinx_scrapbox.formats.notation.lines import read_lines, read_notation
from sphinx_scrapbox.formats.notation.writer import write_notation
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

HEAD = '---\ntitle: "Garden shed"\n---\n\n'


def without_sources(page: Page) -> Page:
    """The page as if nobody knew how its lines were spelt."""
    blocks = (
        replace(block, source="") if isinstance(block, Line) else block for block in page.blocks
    )
    return replace(page, blocks=tuple(blocks))


def written(*blocks: Block) -> str:
    return write_markdown(Page("Garden shed", blocks)).removeprefix(HEAD)


# -- what the reader makes reads back --------------------------------------------------

BODIES = [
    "One line",
    "Two\n\nlines",
    "a\n\n\n",
    "- one\n    - two\n            - four",
    "1. one\n2. two\n    3. three\n- 1. at level one",
    "- \n    - below nothing",
    "> quoted\n> > twice\n>\n- > in a list",
    ">  two blanks are one of them the mark's",
    "### A heading\n## A larger one\n# The largest",
    "### Split\n 2024-01-02 " + icon("mio"),
    "### Split\n.",
    "1.### Numbered bold\n.\n1. ### And as a list",
    "Said in ### bold\n before the rest.",
    "- one line\n in two pieces",
    "`$ ls -l`\n`? why`\n- `% top`",
    "spade.py\n\n```python\nx = 1\n\n```\n\nafter",
    "spade.py\n\n```python\nx = 1\n```\n\n\n",
    "output\n\n```\n```\nx\n```\n\nafter",
    "- an item\noutput\n\n```\nx\n```\n\n    - below",
    "```{note} Title\n```` \nx\n```",
    "beds\n| a | [[b]] |\n| -- | -- |\n| c |\n|  | " + icon("mio") + " |\nafter",
    "_\n| a |\n| -- |",
    "| not | a table |\nat all",
    "``` not code",
    "```\n\n```",
    "```{note}\n \nx",
    "[[Compost]], [/shed/Spade](https://scrapbox.io/shed/Spade), [/shed](https://scrapbox.io/shed)",
    "[https://a.test](https://a.test) and https://b.test, too",
    "[a [b] c](https://a.test/x_(y)) and [cut](https://a.test/x_(y)",
    "[Title [b []](https://a.test)",
    "![image](https://a.test/x.png) [![image](https://a.test/x.png)](https://b.test)",
    icon("mio") + icon("Ken Ito", "shed", other=True),
    "`a`, `` and `b",
    "$x^2$ costs $5 and $6",
    "**strong**, *slanted*, **strong [[link]] and *both***, 2 * 3 * 4",
    "#tag, C# and # none #tags",
    "say [[x, ]] and [* y",
    "tabs\tand　wide blanks",
    " leading blank",
    "---\ntext",
]


@pytest.mark.parametrize("body", BODIES)
def test_reads_back(body: str) -> None:
    page = read_markdown(HEAD + body)
    assert read_markdown(write_markdown(page)) == page
    bare = without_sources(page)
    assert read_markdown(write_markdown(bare)) == bare


OTHERWISE = {
    " leading blank": "leading blank",  # such a blank only says that nothing is marked
    "```\n\n```": "```\n \n```",  # a bare fence before an empty line could end code
    "```{note}\n \nx": "```{note}\n\nx",
}


@pytest.mark.parametrize("body", BODIES)
def test_is_spelt_as_it_was(body: str) -> None:
    text = OTHERWISE.get(body, body)
    assert write_markdown(read_markdown(HEAD + body)) == HEAD + text


tokens = st.sampled_from(
    """
    a|b c| |  |    |- |1. |> |>|# |## |### |`|``|**|*|[[|]]|[|]|](|(|)|https://x.test|.|。|$|\\x
    #tag|#|![image](https://x.test)|[/p/x](https://scrapbox.io/p/x)|[a](https://x.test)|| ||
    [https://x.test](https://x.test)|---|\u3000|\t|{|}|? y|(https://x.test)|<|!|あ|,
    """.strip()
    .replace("\n    ", "|")
    .split("|")
)
lines_of_any_kind = st.lists(tokens, max_size=8).map("".join)


@given(st.lists(lines_of_any_kind | st.just(""), max_size=6).map("\n".join))
def test_any_text_reads_back(body: str) -> None:
    page = read_markdown(HEAD + body)
    assert read_markdown(write_markdown(page)) == page


def test_real_pages_read_back(shared: Path) -> None:
    same, files = 0, sorted((shared / "exported").glob("*.md"))
    for path in files:
        text = path.read_bytes().decode()
        page = read_markdown(text, name=path.stem)
        assert write_markdown(page) == text or read_markdown(write_markdown(page)) == page
        same += write_markdown(page) == text
        bare = without_sources(page)
        assert read_markdown(write_markdown(bare)) == bare, path.name
    # The others: a newline at the end (2), the caption ": " of a table (2), control characters.
    assert len(files) - same <= 5


# -- the head --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "row"),
    [
        ("Garden shed", 'title: "Garden shed"'),
        ('A "red" door', "title: 'A \"red\" door'"),
        ('It\'s "open"', "title: 'It''s \"open\"'"),
        ("back\\slash", "title: 'back\\slash'"),
        ("", 'title: ""'),
    ],
)
def test_title(title: str, row: str) -> None:
    text = write_markdown(Page(title, ()))
    assert text.split("\n") == ["---", row, "---", ""]
    assert read_markdown(text).title == title


def test_project_is_told_by_icons_or_by_the_head() -> None:
    page = Page("t", (Line(0, (Quote((Strong((Icon("mio"),)),)),)),), project="garden")
    assert write_markdown(page).endswith(f"\n> **{icon('mio')}**")
    assert "project" not in write_markdown(page).partition("---\n\n")[0]
    assert read_markdown(write_markdown(page)) == page
    page = Page("t", (Line(0, (Icon("ken", "shed"),)),), project="garden")
    assert '\nproject: "garden"\n' in write_markdown(page)
    assert read_markdown(write_markdown(page)) == page


def test_origin_of_another_wiki() -> None:
    page = Page("t", (Line(0, (Icon("mio"), PageLink("x", "shed"))),), project="garden")
    text = write_markdown(page, origin="https://wiki.test/")
    assert "'https://wiki.test/api/pages/garden/mio/icon'" in text
    assert "(https://wiki.test/shed/x)" in text
    assert read_markdown(text, origin="https://wiki.test") == page


# -- native pages ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("native", "text"),
    [
        ("[* Bold]", "### Bold"),
        ("[**** Bold]", "# Bold"),
        ("[* Bold] and more", "### Bold\n and more"),
        ("[* Bold]more", "**Bold**more"),
        ("so [* bold]", "so **bold**"),
        (" [* bold] item", "- **bold** item"),
        ("[/ slanted] [- out] [_ under]", "*slanted* out under"),
        ("[*/ both]", "### both"),
        ("a [[ strong ]] b", "a  **strong**  b"),
        ("[[strong]] [[https://x.test/a.png]]", "**strong** ![image](https://x.test/a.png)"),
        ("[p.icon*3]", "".join([icon("p")] * 3)),
        ("[[p.icon]]", icon("p")),
        ("[a][/p/b] [/p]", "[[a]][/p/b](https://scrapbox.io/p/b) [/p](https://scrapbox.io/p)"),
        ("[https://x.test label]", "[label](https://x.test)"),
        ("[https://x.test]", "[https://x.test](https://x.test)"),
        ("https://x.test", "[https://x.test](https://x.test)"),
        ("[$ x^2] [$ five and twenty]", "$x^2$ `five and twenty`"),
        ("a[ ]b", "a b"),
        ("> [* quoted]", ">  **quoted**"),
        (" 1. one", "- 1. one"),
        ("  1. two", "    1. two"),
        ("1. > both", "1. > both"),
        ("$ ls", "`$ ls`"),
        ("$ ls `x` y", "`$ ls ``x` y"),
        ("? why", "`? why`"),
        ("- dash", " \t- dash"),  # which says: no mark
        ("x\n- dash", "x\n\u200b- dash"),
        ("so **typed** stars", "so ＊＊typed＊＊ stars"),
        ("$5$", "＄5＄"),
        ("see #tag", "see #tag"),
        (
            "[N1.5,W2,Z9 the pond]",
            "[the pond (1.5, -2)](https://www.openstreetmap.org/?mlat=1.5&mlon=-2#map=9/1.5/-2)",
        ),
    ],
)
def test_native(native: str, text: str) -> None:
    page = replace(as_exported(read_notation(f"t\n{native}")), project="garden")
    assert write_markdown(page).split("---\n\n", 1)[1] == text


def test_native_blocks() -> None:
    native = (
        "t\n code:a.ts\n  x\n\ncode:b(sh)\n x\ncode:\n z\n"
        "table:\n [a]\tb | c\n d\ntable:none\n\n[* Bold]\n.\n"
    )
    text = write_markdown(as_exported(read_notation(native)))
    assert text.removeprefix('---\ntitle: "t"\n---\n\n') == (
        "a.ts\n\n```\nx\n```\n\n\n"
        "b(sh)\n\n```\nx\n```\n\n:\n\n```\nz\n```\n\n"
        "_\n| [[a]] | b ｜ c |\n| -- | -- |\n| d |\nnone\n|  |\n| -- |\n\n"
        "### Bold\n\u200b."
    )


def test_fences_in_native_code_do_not_end_it() -> None:
    text = written(CodeBlock(0, "x", ("```", "", "y")), Line(0, (Text("z"),)))
    assert text == "x\n\n```\n``` \n\ny\n```\n\nz"
    assert isinstance(read_markdown(HEAD + text).blocks[0], CodeBlock)


def test_lines_do_not_become_blocks() -> None:
    rows = ("x", "", "```", "y", "```", "", "a", "| b |", "| -- |")
    page = Page("t", tuple(Line(0, (Text(row),) if row else ()) for row in rows))
    again = read_markdown(write_markdown(page))
    assert [type(block) for block in again.blocks] == [Line] * len(rows)


def test_many_icons_are_counted() -> None:
    text = written(Line(0, (Icon("p", "q", 5000),)))
    assert text.count("<img") == 100
    assert text.endswith(" ×5000")


@pytest.mark.parametrize(
    ("nodes", "text"),
    [
        ([PageLink("a[b]")], "[[a［b］]]"),
        ([PageLink("a]", "p")], "[/p/a］](https://scrapbox.io/p/a］)"),
        ([ExternalLink("https://x.test/a b", "c [d")], "[c ［d](https://x.test/a%20b)"),
        ([ExternalLink("ftp://x.test", "c")], "c ftp://x.test"),
        ([Image("x")], "x"),
        ([Code("a`b")], "`a｀b`"),
        ([Text("a"), Hashtag("b"), Text("c")], "a #b c"),
        ([Strong((Strong((Text("a"),)), Text("b")))], "**ab**"),
        ([Strong(()), Text("a")], "a"),
        ([Formula("a$b")], "`a$b`"),
        ([Text("[[a]]")], "［［a］］"),
        ([Text("https://x.test")], "https:\u200b//x.test"),
    ],
)
def test_nearest(nodes: list[Inline], text: str) -> None:
    assert write_markdown_inline(nodes) == text
    assert not letters(nodes) - letters(read_markdown_inline(text))


@given(any_text)
def test_any_native_page_keeps_its_letters(text: str) -> None:
    page = as_exported(read_notation(text))
    missing = letters(page.blocks) - Counter(re.findall(r"\w", write_markdown(page)))
    assert not missing


@pytest.mark.parametrize("name", ["nishio", "villagepump"])
def test_real_native_pages(shared: Path, name: str) -> None:
    path = shared / "native" / f"{name}.json"
    for source in json.loads(path.read_text("utf-8"))["pages"]:
        page = as_exported(read_lines([line["text"] for line in source["lines"]]))
        text = write_markdown(page)
        assert not letters(page.blocks) - Counter(re.findall(r"\w", text)), page.title
        again = read_markdown(text).blocks
        assert [(type(block), level(block)) for block in again] == [
            (type(block), level(block)) for block in page.blocks
        ], page.title


def level(block: Block) -> int:
    return block.indent if isinstance(block, Line) else -1  # the export does not tell a block's


# -- from Markdown to native notation --------------------------------------------------


def test_images_get_the_address_that_authors_write() -> None:
    gyazo = "https://gyazo.com/" + "0a" * 16
    page = Page("t", (Line(0, (Quote((Image(f"{gyazo}/thumb/1000"),)),)), Table(0, "", ())))
    native = as_native(page)
    assert native.blocks[0] == Line(0, (Quote((Image(gyazo),)),))
    assert write_notation(native).split("\n")[1] == f">[{gyazo}]"
    assert as_exported(native) == page


def test_real_pages_keep_lines_levels_and_inlines(shared: Path) -> None:
    changed = []
    for path in sorted((shared / "exported").glob("*.md")):
        page = as_native(read_markdown(path.read_bytes().decode(), name=path.stem))
        again = read_notation(write_notation(page))
        assert [(type(block), block.indent) for block in again.blocks] == [
            (type(block), block.indent) for block in page.blocks
        ], path.name
        changed += [
            (before, after)
            for before, after in zip(page.blocks, again.blocks, strict=True)
            if before != after
        ]
    # Brackets and backticks that native notation cannot hold as text have become wide ones.
    narrow = str.maketrans("［］｀", "[]`")
    assert len(changed) <= 5
    for before, after in changed:
        assert letters(before) == letters(after)
        assert repr(after) != repr(after).translate(narrow)


# -- with Numbered ---------------------------------------------------------------------


def test_number_at_each_level() -> None:
    one = Numbered("1", (Text("x"),))
    text = written(*(Line(indent, (one,)) for indent in range(4)))
    assert text.split("\n") == ["1. x", "- 1. x", "    1. x", "        1. x"]
    assert [block.indent for block in read_markdown(HEAD + text).blocks] == [0, 1, 2, 3]


def test_bold_after_something() -> None:
    nodes = (Text("a "), Decoration("*", (Text("b"),)))
    assert written(Line(0, nodes)) == "a **b**"
    assert written(Line(0, (*nodes, Text(" c")))) == "a ### b\n c"
