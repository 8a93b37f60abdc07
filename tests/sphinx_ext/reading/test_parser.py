"""Wiki pages do nothing with MyST: what looks like its syntax is shown as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from docutils import nodes
from sites import Built, Site, icon, page, tree

from sphinx_scrapbox.rendering.nodes import scrapbox_video

HERE = {"scrapbox_project": "garden-en"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src", {"index.rst": "Index\n=====\n"})


def _fence(info: str, *rows: str) -> list[str]:
    """A directive as an author types it."""
    return [f"```{info}", *rows, "```", ""]


def _read(site: Site, *lines: str, **config: object) -> Built:
    site.write({"page.md": page("Page", *lines)})
    # Named, because a page that begins with MyST may be taken for one.
    built = site.build(scrapbox_pages=["page.md"], **HERE, **config)
    assert built.warnings == []
    return built


INERT = [
    "{{ substitution }} and {% raw %}",
    "{ref}`index` {doc}`index` {sub-ref}`today` {abbr}`A (b)`",
    "(target)=",
    "% a comment",
    "+++ a break",
    ":::{note}",
    "[text](#anchor) [doc](index.rst) <project:index.rst>",
    "<script>alert(1)</script><!-- gone? --> <b>bold</b> &amp; &lt;",
    "a[^1] and [^1]: note",
    "[ref]: https://example.org",
    ".. note:: text",
    "|sub| `single`_ ``double`` :role:`text`",
    "_under_ __score__ ~~strike~~ ==mark== ^sup^ H~2~O",
    "Heading",
    "=======",
    "Also",
    "----",
    "+ plus",
    "* star",
    "1) paren",
    "\\* \\[ backslash \\\\",
    "https://example.org/bare www.example.org",
    "&nbsp;trailing  ",
    "\ttab",
]
ALSO_CODE = {"``double``": "double", "`single`": "single"}


@pytest.mark.parametrize("line", INERT)
def test_line_is_shown_as_it_stands(site: Site, line: str) -> None:
    built = _read(site, f"Before {line}", line)
    shown = built.html("page.html").body.text
    wanted = " ".join(line.split())
    for written, code in ALSO_CODE.items():
        wanted = wanted.replace(written, code)
    for link in ("{ref}", "{doc}", "{sub-ref}", "{abbr}"):
        wanted = wanted.replace(f"{link}`", link).replace("`", "")
    if line != "----":
        assert wanted in shown.replace("`", ""), shown
    assert not list(built.doctree("page").findall(nodes.raw))
    assert not list(built.doctree("page").findall(nodes.comment))


DIRECTIVES = {
    "note": ["A note."],
    "raw": ["<script>alert(1)</script>"],
    "include": ["secret.txt"],
    "eval-rst": [".. raw:: html", "", "   <script>alert(1)</script>"],
    "toctree": ["index"],
    "image": [],
    "scrapbox:speech": ["Words."],
}


@pytest.mark.parametrize("name", DIRECTIVES)
def test_directive_is_shown_as_code(site: Site, name: str) -> None:
    site.write({"secret.txt": "SECRET"})
    built = _read(site, *_fence(f"{{{name}}} argument", *DIRECTIVES[name]))
    document = built.doctree("page")
    (block,) = document.findall(nodes.literal_block)
    assert block.astext() == "\n".join(DIRECTIVES[name])
    assert block["language"] == "text"
    assert not list(document.findall(nodes.Admonition))
    assert "SECRET" not in built.text("page.html")


# -- directives that a site lets through ------------------------------------------------


def _note(built: Built) -> nodes.note:
    (note,) = built.doctree("page").findall(nodes.note)
    return note


def test_note_that_a_site_allows(site: Site) -> None:
    lines = _fence(
        "{note}", "See [[Other]] and #tag.", "- one", "    - two " + icon("hana"), "{ref}`x` *y*"
    )
    built = _read(site, *lines, "After.", scrapbox_page_directives=["note"])
    assert tree(_note(built)).split("\n")[:6] == [
        "<note>",
        "  <paragraph>",
        "    'See '",
        "    <pending_xref refdomain=scrapbox refexplicit=0 reftarget=Other reftype=page "
        "refwarn=0>",
        "      <inline classes=xref scrapbox-page>",
        "        'Other'",
    ]
    assert len(list(_note(built).findall(nodes.bullet_list))) == 2
    assert "{ref}" in _note(built).astext()
    facts = built.app.env.domains["scrapbox"].facts["page"]  # type: ignore[attr-defined]
    assert "other" in facts.links


def test_nested_directives_stay_inert(site: Site) -> None:
    rows = ("Text.", "", "x", "", "~~~{raw} html", "<script>alert(1)</script>", "~~~")
    built = _read(site, *_fence("{note}", *rows), scrapbox_page_directives=["note"])
    assert not list(built.doctree("page").findall(nodes.raw))
    assert "<script>alert" not in built.text("page.html")
    assert "{raw} html" in _note(built).astext()


def test_title_of_an_admonition_is_wiki_text(site: Site) -> None:
    lines = _fence("{admonition} On [[Other]] {{x}} *so*", "Words.")
    built = _read(site, *lines, scrapbox_page_directives=["admonition"])
    (admonition,) = built.doctree("page").findall(nodes.admonition)
    (title,) = admonition.findall(nodes.title)
    assert title.astext() == "On Other {{x}} so"


def test_headings_and_rules_inside_a_directive(site: Site) -> None:
    lines = _fence("{note}", "# Heading", "Text.", "---", "More.")
    built = _read(site, *lines, scrapbox_page_directives=["note"])
    assert len(list(built.doctree("page").findall(nodes.section))) == 1
    (rubric,) = _note(built).findall(nodes.rubric)
    assert rubric.astext() == "Heading"


def test_lines_inside_a_directive_are_those_of_the_file(site: Site) -> None:
    lines = ["First.", "", *_fence("{note}", ":class: wide", "", "Words [[Nowhere]].", "More.")]
    site.write({"page.md": page("Page", *lines)})
    text = (site.src / "page.md").read_text().split("\n")
    built = site.build(scrapbox_page_directives=["note"], scrapbox_missing="warn", **HERE)
    line = text.index("Words [[Nowhere]].") + 1
    assert [w for w in built.warnings if "Nowhere" in w] == [
        f"SRC/page.md:{line}: WARNING: no wiki page 'Nowhere' [scrapbox.missing_page]"
    ]


@pytest.mark.parametrize("name", ["raw", "include", "RAW", "eval-rst", "automodule", "toctree"])
def test_directives_that_no_site_can_allow(site: Site, name: str) -> None:
    site.write(
        {"page.md": page("Page", *_fence(f"{{{name}}} html", "<b>x</b>")), "html": "SECRET"}
    )
    built = site.build(scrapbox_page_directives=["note", name], **HERE)
    assert built.warnings == [
        f"WARNING: scrapbox_page_directives cannot contain {name!r}: wiki text must not use it "
        "[scrapbox.config]"
    ]
    assert "SECRET" not in built.text("page.html")
    (block,) = built.doctree("page").findall(nodes.literal_block)
    assert block.astext() == "<b>x</b>"


def test_what_a_directive_makes_is_not_trusted(site: Site) -> None:
    site.write(
        {
            "conf.py": """
extensions = ["sphinx_scrapbox", "sphinx_design"]
""",
            "page.md": page(
                "Page",
                *_fence("{card} Title", ":link: javascript:alert(1)", "", "Words of the card."),
                *_fence("{button-link} javascript:alert(2)", "Words of the button."),
                *_fence("{math}", r"\href{javascript:alert(3)}{x} \input{/etc/passwd}"),
            ),
        }
    )
    allowed = ["card", "button-link", "math"]
    built = site.build(scrapbox_page_directives=allowed, **HERE)
    body = built.html("page.html").body
    assert "Words of the card." in body.text
    assert "Words of the button." in body.text
    assert all("javascript" not in tag.attributes.get("href", "") for tag in body.all("a"))
    assert not list(built.doctree("page").findall(nodes.math_block))


@pytest.mark.parametrize(("videos", "players"), [("remote", 1), ("local", 0)])
def test_a_video_inside_a_directive_is_played_as_on_the_page(
    site: Site, videos: str, players: int
) -> None:
    lines = _fence("{note}", "[https://youtu.be/a1B2-c3D4_e](https://youtu.be/a1B2-c3D4_e)")
    built = _read(site, *lines, scrapbox_page_directives=["note"], scrapbox_videos=videos)
    assert len(list(built.doctree("page").findall(scrapbox_video))) == players
    assert built.html("page.html").body.one("a", href="https://youtu.be/a1B2-c3D4_e")


def test_a_directive_that_fails_tells_where(site: Site) -> None:
    site.write({"page.md": page("Page", "First.", "", *_fence("{note}"), "After.")})
    built = site.build(scrapbox_page_directives=["note"], **HERE)
    (warning,) = built.warnings
    assert warning.startswith("SRC/page.md:7: ")
    assert "After." in built.html("page.html").body.text


# -- titles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        '<img src="x" onerror="alert(1)">',
        "a & b < c",
        "`code` *star* [[link]] $x$ #tag",
        "{ref}`index` {{x}}",
        "---",
        "堆肥の話",
    ],
)
def test_title_is_literal(site: Site, title: str) -> None:
    site.write({"page.md": page(title, "Text."), "index.rst": "I\n=\n\n.. toctree::\n\n   page\n"})
    built = site.build(**HERE)
    assert built.warnings == []
    assert built.html("page.html").body.one("h1").text.removesuffix("¶") == title
    assert built.html("index.html").body.one("div", "toctree-wrapper").text == title
    assert not built.html("page.html").body.all("img")


# -- pages of unusual make -------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        page("Empty"),
        page("Only a rule", "---"),
        page("Rules", "---", "---", "a", "---", "## b", "---", "---", "## c"),
        page("Deep", *(" " * 4 * depth + f"- {depth}" for depth in range(40))),
        page("Wide", "x " * 4000),
        page("Windows").replace("\n", "\r\n"),
        "\ufeff" + page("Byte order mark"),
        page("Links", "[[A]]" * 2000),
    ],
)
def test_unusual_pages(site: Site, text: str) -> None:
    (site.src / "page.md").write_bytes(text.encode())
    for builder in ("html", "latex", "text"):
        built = site.build(builder, suppress_warnings=["scrapbox.nesting"], **HERE)
        assert built.warnings == []


@pytest.mark.parametrize("parallel", [0, 2])
def test_repaired_lines_are_counted_once(site: Site, parallel: int) -> None:
    """They fail no build, and a later build that reads no page says the same."""
    site.write({"page.md": page("Page", "bell \x07 here", "bell \x08", "[[Other]]")})
    site.write({"Other.scrapbox": "Other\n\x02 and \x1b\x1b\n"})
    for _ in range(2):
        built = site.build(parallel=parallel, **HERE)
        assert built.warnings == []
        said = [
            line for line in built.app.status.getvalue().split("\n") if "removed control" in line
        ]
        assert said == [
            "sphinx_scrapbox: removed control characters from 3 lines of 2 pages; "
            "'sphinx-scrapbox check FOLDER' lists them"
        ]
        assert "\x07" not in built.text("page.html")
    site.write({"page.md": page("Page", "[[Other]]"), "Other.scrapbox": "Other\nand\n"})
    assert "control characters" not in site.build(**HERE).app.status.getvalue()


def test_problems_are_told_with_their_line(site: Site) -> None:
    text = page("Page", "bell \x07 here", *(" " * 4 * depth + "- deep" for depth in range(40)))
    site.write({"page.md": text})
    (warning,) = site.build(**HERE).warnings
    assert warning.startswith("SRC/page.md:")
    assert warning.endswith("[scrapbox.nesting]")
    quiet = {"suppress_warnings": ["scrapbox"]}
    assert site.build(target="_quiet", **quiet, **HERE).warnings == []
