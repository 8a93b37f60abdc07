"""The events by which other extensions change a page before it is rendered."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from sites import ROOT, Built, Site, page

HANDLERS = """
from dataclasses import replace

from sphinx_scrapbox.wiki.ast import Line, Page, Text
from sphinx_scrapbox.wiki.outline import Run
from sphinx_scrapbox.wiki.structure import StructuredPage

extensions = ["sphinx_scrapbox"]
READ = []


def on_read(app, docname, page):
    assert isinstance(page, Page)
    READ.append((docname, page.title))
    if docname == "Compost":
        return replace(page, title="Heap")


def on_structured(app, docname, structured):
    assert isinstance(structured, StructuredPage)
    if structured.page.title == "Heap":
        (part,) = structured.parts
        added = Run((Line(0, (Text("Turned by a handler."),)),))
        return replace(structured, parts=(replace(part, content=(added, *part.content)),))


def setup(app):
    app.connect("scrapbox-page-read", on_read)
    app.connect("scrapbox-page-structured", on_structured)
"""
INDEX = "Index\n=====\n\n.. scrapbox:include:: Compost\n"


def build(tmp_path: Path) -> Built:
    files = {
        "conf.py": HANDLERS,
        "index.rst": INDEX,
        "Compost.md": page("Compost", "Layer upon layer."),
        "Soil.md": page("Soil", "See [[Heap]]."),
        "beds.scrapbox": "Beds\nOne and two.\n",
    }
    return Site(tmp_path / "src", files).build()


def test_handlers_replace_a_page(tmp_path: Path) -> None:
    built = build(tmp_path)
    assert built.warnings == []
    body = built.html("Compost.html").body
    assert body.one("h1").text == "Heap¶"
    assert body.text.index("Turned by a handler.") < body.text.index("Layer upon layer.")
    assert built.facts("Compost").title == "Heap"
    link = built.html("Soil.html").body.all("p")[0].one("a", cls="internal")
    assert (link.text, link["href"]) == ("Heap", "Compost.html")


def test_events_are_emitted_for_each_page(tmp_path: Path) -> None:
    built = build(tmp_path)
    read = built.app.config._raw_config["READ"]
    assert {("Compost", "Compost"), ("Soil", "Soil"), ("beds", "Beds")} == set(read)


def test_an_included_page_is_changed_as_on_its_own_page(tmp_path: Path) -> None:
    body = build(tmp_path).html("index.html").body
    assert "Turned by a handler." in body.text
    assert body.one("h2").text == "Heap¶"


def test_the_examples_of_the_documentation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path / "src")
    text = (ROOT / "example_docs/reference/api.rst").read_text("utf-8")
    blocks = re.findall(r"^( *)\.\. code-block:: python\n((?:\n|\1 .*\n)+)", text, re.MULTILINE)
    modules = {
        f"documented_{number}": f"from docutils import nodes\n{dedent(code)}"
        for number, (_indent, code) in enumerate(blocks)
    }
    extensions = ["sphinx_scrapbox", *modules]
    files = {
        "conf.py": f"extensions = {extensions}\n",
        "index.rst": "Index\n=====\n",
        "water.scrapbox": "Water\n? how much\n\n[/recipes/Soup]\n",
        **{f"{name}.py": code for name, code in modules.items()},
    }
    built = Site(tmp_path / "src", files).build()
    assert built.warnings == []
    question, link = built.html("water.html").body.all("p")[:2]
    assert question.text == "how much"
    assert link.one("a")["href"] == "https://recipes.example/Soup"
