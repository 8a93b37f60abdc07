"""In which order things stand at the end of a wiki page: its own text always comes first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from docutils import nodes
from sites import Built, Site, page

from sphinx_scrapbox.rendering.nodes import scrapbox_provenance, scrapbox_related

FOOTER = (
    "---",
    "This page is auto-translated from [/garden/水](https://scrapbox.io/garden/水) using DeepL.",
)
FILES = {
    "index.md": "# Index\n",
    # One page tells by its footer that it is a translation, of another the configuration does.
    "en/told.md": page("Told", "Last words.", "To [[Mapped]].", *FOOTER),
    "en/mapped.md": page("Mapped", "Last words.", "To [[Told]]."),
    "ja/水.scrapbox": "水\n水を飲む。\n",
    "ja/雨.scrapbox": "雨\n雨が降る。\n",
    "ja/scrapbox.lock": f"{json.dumps({'scrapbox-lock': 1, 'project': 'garden'})}\n",
}
CONFIG: dict[str, Any] = {
    "scrapbox_project": "garden-en",
    "scrapbox_provenance": "end",
    "scrapbox_language_switcher": "end",
    "scrapbox_translation_notice": "end",
    "scrapbox_translation_pairs": {"/garden-en/Mapped": "/garden/雨"},
    "scrapbox_languages": {("garden", "garden-en"): ("ja", "en")},
}
MARKS = {
    "text": "Last words.",
    "notice": "ranslat",
    "switcher": "日本語",
    "provenance": "Live page",
    "related": "Related pages",
}


def _build(folder: Path, builder: str = "html", **config: Any) -> Built:
    built = Site(folder / "src", FILES).build(builder, **{**CONFIG, **config})
    assert built.warnings == []
    return built


def _order(text: str) -> list[str]:
    """What stands on a page, in the order in which it does."""
    at = {name: text.find(mark) for name, mark in MARKS.items()}
    return sorted((name for name in at if at[name] >= 0), key=lambda name: at[name])


@pytest.mark.parametrize("docname", ["en/told", "en/mapped"])
@pytest.mark.parametrize("builder", ["html", "dirhtml", "text"])
def test_all_of_them(tmp_path: Path, builder: str, docname: str) -> None:
    built = _build(tmp_path, builder)
    order = ["text", "notice", "switcher", "provenance", "related"]
    if builder == "text":
        order.remove("switcher")  # only pages of HTML have other languages beside them
        assert _order(built.text(f"{docname}.txt")) == order
    else:
        name = f"{docname}.html" if builder == "html" else f"{docname}/index.html"
        assert _order(built.html(name).body.text) == order


@pytest.mark.parametrize("docname", ["en/told", "en/mapped"])
@pytest.mark.parametrize(
    ("config", "order"),
    [
        ({"scrapbox_provenance": False}, ["text", "notice", "switcher", "related"]),
        ({"scrapbox_related": False}, ["text", "notice", "switcher", "provenance"]),
        (
            {"scrapbox_provenance": "start"},
            ["provenance", "text", "notice", "switcher", "related"],
        ),
        (
            {"scrapbox_language_switcher": "start"},
            ["switcher", "text", "notice", "provenance", "related"],
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_without_one_of_them(
    tmp_path: Path, docname: str, config: dict[str, Any], order: list[str]
) -> None:
    assert _order(_build(tmp_path, **config).html(f"{docname}.html").body.text) == order


@pytest.mark.parametrize("docname", ["en/told", "en/mapped"])
def test_what_closes_a_page_closes_it_in_the_doctree(tmp_path: Path, docname: str) -> None:
    """Nothing of the page's own, and no section, comes after."""
    (section,) = _build(tmp_path).doctree(docname).findall(nodes.section)
    assert [type(node) for node in section.children[-2:]] == [
        scrapbox_provenance,
        scrapbox_related,
    ]
