"""Style sheet and scripts: where they are copied to, and what of a site they leave alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sites import EPUB, Site, page

from sphinx_scrapbox.sphinx_ext.html.assets import unnested_css


@pytest.fixture
def site(tmp_path: Path) -> Site:
    files = {
        "index.md": "# Index\n\n```{toctree}\nwiki/a\n```\n",
        "plain.md": '---\norphan: true\n---\n# Plain\n\nWords: `class="scrapbox-x"`\n',
        "lists.md": "---\norphan: true\n---\n# Lists\n\n```{scrapbox:pages}\n```\n",
        "wiki/a.md": page("A", "Words."),
    }
    return Site(tmp_path / "src", files)


def test_pages_name_the_files(site: Site) -> None:
    built = site.build(scrapbox_project="garden-en")
    page_text = built.text("wiki/a.html")
    for name in ("scrapbox.css", "scrapbox.js"):
        assert f"../_static/sphinx_scrapbox/{name}?v=" in page_text
        assert built.text(f"_static/sphinx_scrapbox/{name}")
    assert page_text.count('<script defer="defer" src="../_static/sphinx_scrapbox/') == 1
    for name in ("directives.css", "overlays.css", "previews.js", "images.js", "search/sphinx.js"):
        assert name not in page_text
        assert built.text(f"_static/sphinx_scrapbox/{name}")
    ours = {path.name for path in (built.out / "_static").iterdir() if "scrapbox" in path.name}
    assert ours == {"sphinx_scrapbox"}


def test_pages_without_wiki_content_load_nothing(site: Site) -> None:
    built = site.build(scrapbox_project="garden-en")
    files = {
        name: set(re.findall(r"sphinx_scrapbox/([a-z/]+\.[a-z]+)", built.text(f"{name}.html")))
        for name in ("plain", "genindex", "index", "lists", "search", "scrapbox-pages")
    }
    page_files = {"scrapbox.css", "scrapbox.js"}
    assert files == {
        "plain": set(),
        "genindex": set(),
        "index": page_files,  # its table of contents leads to pages
        "lists": page_files | {"directives.css"},
        "search": page_files | {"search/sphinx.js"},
        "scrapbox-pages": page_files | {"directives.css", "lists.css", "lists.js"},
    }


def test_the_files_of_wiki_pages_are_small(site: Site) -> None:
    built = site.build()
    limits = {"scrapbox.css": 12_000, "scrapbox.js": 6_000}  # all that a page loads when opened
    sizes = {name: len(built.text(f"_static/sphinx_scrapbox/{name}")) for name in limits}
    assert all(sizes[name] <= limit for name, limit in limits.items()), sizes


def test_files_of_a_site_are_never_overwritten(site: Site) -> None:
    names = ("scrapbox.css", "scrapbox.js", "sphinx_scrapbox/scrapbox.css")
    site.write({f"own/{name}": f"/* {name} of the site */" for name in names})
    built = site.build(html_static_path=["own"])
    for name in names:
        assert built.text(f"_static/{name}") == f"/* {name} of the site */"
    assert "frame" in built.text("_static/sphinx_scrapbox/scrapbox.js")
    assert built.warnings == []


def test_a_second_build_finds_the_same_configuration(site: Site) -> None:
    site.build()
    assert site.build().written == []


def test_an_epub_has_no_nested_rules(site: Site) -> None:
    css = site.build("epub", **EPUB).text("_static/sphinx_scrapbox/scrapbox.css")
    assert ".scrapbox-body h2{" in css
    assert "&" not in css


def test_nested_rules_are_taken_apart() -> None:
    nested = (
        ".a,.b{x:1;& p,li>&{y:2}@media print{z:3}}@media print{.c{& :is(d,e:not([f],g)){v:4}}}"
    )
    flat = (
        ".a,.b{x:1}.a p,.b p,li>:is(.a),li>:is(.b){y:2}@media print{.a,.b{z:3}}"
        "@media print{.c :is(d,e:not([f],g)){v:4}}"
    )
    assert unnested_css(nested) == flat
