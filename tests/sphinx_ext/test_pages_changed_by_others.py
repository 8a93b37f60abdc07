"""Events by which other extensions, and conf.py, take part in what becomes of wiki pages.

``scrapbox-page-read`` (app, docname, page)
    A page was read from its file. May return another page.
``scrapbox-page-structured`` (app, docname, structured)
    A page was taken apart. May return another structured page.
``scrapbox-resolve-missing`` (app, env, node, contnode)
    A wiki link leads to no page of this site, nor of any inventory. May return a node.

Of several handlers, the first that returns anything but None is heeded.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import Built, Site, icon, page

CONF = """
from dataclasses import replace

from docutils import nodes

extensions = ["sphinx_scrapbox"]
scrapbox_project = "garden-en"
scrapbox_missing = "wiki"

{handlers}
"""
FILES = {
    "index.md": "# Index\n\nTo [[Shed]] and [[Renamed]].\n",
    "wiki/shed.md": page(
        "Shed", "Spades. To [[Nowhere]].", "### Above", "Up.", "### Below", "Down."
    ),
    "wiki/native.scrapbox": "Native\nSpades and [Shed].\n",
}


def _build(folder: Path, handlers: str, builder: str = "html", **options: object) -> Built:
    files = {**FILES, "conf.py": CONF.format(handlers=handlers)}
    return Site(folder / "src", files).build(builder, **options)  # type: ignore[arg-type]


# -- a page was read -------------------------------------------------------------------

NOTE = """
def note(app, docname, page):
    print("read:", docname, page.title, flush=True)


def setup(app):
    app.connect("scrapbox-page-read", note)
"""


def test_each_wiki_page_is_read_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    built = _build(tmp_path, NOTE)
    assert built.warnings == []
    told = [line for line in capfd.readouterr().out.splitlines() if line.startswith("read:")]
    assert sorted(told) == ["read: wiki/native Native", "read: wiki/shed Shed"]


def test_a_handler_that_returns_nothing_changes_nothing(tmp_path: Path) -> None:
    built = _build(tmp_path / "with", NOTE)
    plain = _build(tmp_path / "without", "")
    for name in ("index.html", "wiki/shed.html", "wiki/native.html", "searchindex.js"):
        assert built.text(name) == plain.text(name)


RENAME = """
def rename(app, docname, page):
    if page.title == "Shed":
        return replace(page, title="Renamed", blocks=page.blocks[:1], updated=86400)


def setup(app):
    app.connect("scrapbox-page-read", rename)
"""


@pytest.mark.parametrize("parallel", [0, 2])
def test_another_page_takes_its_place(tmp_path: Path, parallel: int) -> None:
    built = _build(tmp_path, RENAME, parallel=parallel)
    assert built.warnings == []
    shed = built.html("wiki/shed.html")
    assert shed.body.one("h1").text.removesuffix("¶") == "Renamed"
    assert "Spades." in shed.body.text
    assert "Below" not in shed.body.text
    assert 'name="dcterms.modified" content="1970-01-02T00:00:00Z"' in built.text("wiki/shed.html")
    links = [link["href"] for link in built.html("index.html").body.all("a", "reference")]
    assert links == ["https://scrapbox.io/garden-en/Shed", "wiki/shed.html"]


def test_also_where_it_is_included(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {**FILES, "conf.py": CONF.format(handlers=RENAME)})
    guide = "# Guide\n\n```{scrapbox:include}\n:file: wiki/shed.md\n```\n"
    site.write({"guide.md": guide, "index.md": "# I\n\n```{toctree}\nguide\n```\n"})
    built = site.build()
    assert built.warnings == []
    assert "From Renamed" in built.html("guide.html").body.text
    assert "Below" not in built.html("guide.html").body.text


TWO = """
def first(app, docname, page):
    return replace(page, title="First") if page.title == "Shed" else None


def second(app, docname, page):
    return replace(page, title="Second")


def setup(app):
    app.connect("scrapbox-page-read", second, priority=600)
    app.connect("scrapbox-page-read", first, priority=400)
"""


def test_the_first_answer_counts(tmp_path: Path) -> None:
    facts = _build(tmp_path, TWO).app.env.titles
    assert facts["wiki/shed"].astext() == "First"
    assert facts["wiki/native"].astext() == "Second"


def test_a_deny_list_holds_for_what_a_handler_returns(tmp_path: Path) -> None:
    handlers = """
def betray(app, docname, page):
    for block in page.blocks:
        for node in getattr(block, "nodes", ()):
            if getattr(node, "title", "") == "Nowhere":
                link = replace(node, title="Budget")
                nodes = tuple(link if other is node else other for other in block.nodes)
                return replace(page, blocks=(replace(block, nodes=nodes),))


def setup(app):
    app.connect("scrapbox-page-read", betray)
"""
    built = _build(tmp_path, handlers, scrapbox_deny={"titles": ["Budget"]})
    assert built.warnings == []
    assert built.app.statuscode == 0
    assert "(private)" in built.html("wiki/shed.html").body.text
    assert "Budget" not in built.text("wiki/shed.html")


# -- a page was taken apart ------------------------------------------------------------

WITHOUT_BELOW = """
def shorten(app, docname, structured):
    if structured.page.title == "Shed":
        (part,) = structured.parts
        kept = tuple(one for one in part.content if getattr(one, "source", "") != "Below")
        assert len(kept) == len(part.content) - 1
        return replace(structured, parts=(replace(part, content=kept),), blocks=())


def setup(app):
    app.connect("scrapbox-page-structured", shorten)
"""


@pytest.mark.parametrize("parallel", [0, 2])
def test_another_structure_is_shown(tmp_path: Path, parallel: int) -> None:
    built = _build(tmp_path, WITHOUT_BELOW, parallel=parallel)
    assert built.warnings == []
    text = built.html("wiki/shed.html").body.text
    assert "Up." in text
    assert "Below" not in text
    assert "Down." not in text
    assert "Spades and Shed." in built.html("wiki/native.html").body.text


def test_what_it_says_of_itself_is_of_that_structure(tmp_path: Path) -> None:
    built = _build(tmp_path, WITHOUT_BELOW)
    assert built.facts("wiki/shed").summary == ""
    assert built.facts("wiki/native").summary != ""


def test_speakers_are_known_by_then(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    handlers = """
def count(app, docname, structured):
    turns = [part for part in structured.content if type(part).__name__ == "Turn"]
    print("turns:", docname, len(turns), flush=True)


def setup(app):
    app.connect("scrapbox-page-structured", count)
"""
    files = {
        "conf.py": CONF.format(handlers=handlers),
        "index.md": "# Index\n",
        "wiki/talk.md": page("Talk", icon("hana") + "Good day.", icon("ren") + "Good night."),
    }
    Site(tmp_path / "src", files).build()
    assert "turns: wiki/talk 2\n" in capfd.readouterr().out
