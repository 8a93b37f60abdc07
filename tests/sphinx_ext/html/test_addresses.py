"""Addresses of pages are quoted once, whatever Sphinx itself does."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from sites import Site, broken_links, page
from sphinx.builders.dirhtml import DirectoryHTMLBuilder

HERE = {"scrapbox_project": "garden-en"}
FILES = {
    "index.md": "# Index\n\n[[Why? 100%]] [[Sub]]\n",
    "wiki/Why? 100%.md": page("Why? 100%", "To [[Sub]]."),
    "wiki/#1 50%/index.md": page("Sub", "To [[Why? 100%]]."),
}


def _links(site: Site) -> list[str]:
    built = site.build("dirhtml", **HERE)
    assert broken_links(built.out) == []
    links = built.html("index.html").body.all("a", "internal")
    return [link["href"] for link in links if link["href"].startswith("wiki/")]


EXPECTED = ["wiki/Why%3F%20100%25/", "wiki/%231%2050%25/"]


def test_folders_are_quoted(tmp_path: Path) -> None:
    assert _links(Site(tmp_path / "src", FILES)) == EXPECTED


def test_a_builder_that_quotes_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = DirectoryHTMLBuilder.get_target_uri
    monkeypatch.setattr(
        DirectoryHTMLBuilder,
        "get_target_uri",
        lambda self, docname, typ=None: quote(original(self, docname, typ)),
    )
    assert _links(Site(tmp_path / "src", FILES)) == EXPECTED
