"""What linkcheck, autosectionlabel, names of assets, and writers of others find on wiki pages.

The extensions themselves are in the tests of the tox cell "neighbours".
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docutils import nodes
from neighbour_site import FILES, PROJECT, SHOWN
from sites import Built, Site, broken_links, page
from sphinx.application import Sphinx
from sphinx.builders.text import TextBuilder
from sphinx.writers.text import TextTranslator

from sphinx_scrapbox.rendering import nodes as own
from sphinx_scrapbox.rendering.standard import MAX_LEVELS, flatten_levels, use_standard_nodes

QUIET = {**PROJECT, "suppress_warnings": ["scrapbox.missing_page"]}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("compatibility") / "src", FILES)


# -- linkcheck -------------------------------------------------------------------------


def addresses(built: Built) -> set[str]:
    """What linkcheck would have asked for."""
    return {json.loads(row)["uri"] for row in built.text("output.json").splitlines()}


@pytest.mark.parametrize("parallel", [0, 2])
def test_linkcheck_asks_for_no_unwritten_page(site: Site, parallel: int) -> None:
    given = {**QUIET, "linkcheck_ignore": [".*"], "linkcheck_workers": 1}
    built = site.build("linkcheck", parallel=parallel, target=f"_lc{parallel}", **given)
    names = ("A_page_to_write", "Another_one", "An_idea", "mio", "ren", "en")
    unwritten = {f"https://scrapbox.io/garden-en/{name}" for name in names}
    unwritten.add("https://scrapbox.io/garden/Ten")
    asked = addresses(built)
    assert "https://example.org/site" in asked
    assert not {address for address in asked if "scrapbox.io" in address}
    said = built.app.status.getvalue()
    assert "did not check 7 addresses of wiki pages" in said
    assert "scrapbox_linkcheck" in said
    assert not built.warnings

    built = site.build("linkcheck", scrapbox_linkcheck=True, target=f"_lc{parallel}", **given)
    assert addresses(built) == asked | unwritten
    assert "did not check" not in built.app.status.getvalue()


# -- autosectionlabel ------------------------------------------------------------------

LABELS = {"extensions": ["sphinx_scrapbox", "sphinx.ext.autosectionlabel"]}


def labels(built: Built) -> dict[str, str]:
    """The documents of the labels that headings have."""
    standard = built.app.env.domains.standard_domain
    return {name: label[0] for name, label in standard.labels.items() if label[0] in FILES_OF}


FILES_OF = {name.removesuffix(".md") for name in FILES}


def test_equal_headings_of_wiki_pages_do_not_warn(site: Site) -> None:
    built = site.build("dummy", target="_labels", **QUIET, **LABELS)
    assert built.warnings == []
    assert labels(built)["results"] == "guide"


def test_the_first_of_equal_headings_has_a_label_with_the_name_of_the_page(site: Site) -> None:
    given = {"autosectionlabel_prefix_document": True, **QUIET, **LABELS}
    built = site.build("dummy", target="_prefixed", **given)
    assert built.warnings == []
    found = labels(built)
    assert found["wiki/soil:results"] == "wiki/Soil"
    assert found["guide:results"] == "guide"
    standard = built.app.env.domains.standard_domain
    (first, second) = (
        section["ids"][0]
        for section in built.doctree("wiki/Soil").findall(nodes.section)
        if section[0].astext() == "Results"
    )
    assert standard.labels["wiki/soil:results"][1] == first != second


def test_headings_of_other_documents_warn_as_ever(tmp_path: Path) -> None:
    files = {"index.md": "# A\n\n## B\n\n## C\n", "other.md": "# D\n\n## B\n"}
    site = Site(tmp_path / "src", files | {"wiki.md": page("B", "### B")})
    built = site.build("dummy", **QUIET, **LABELS)
    assert len([line for line in built.warnings if "duplicate label b" in line]) == 1


# -- files named after pages -----------------------------------------------------------

CONF = """
import os
from pathlib import Path

extensions = ["sphinx_scrapbox"]

def add(app, pagename, template, context, doctree):
    if doctree:
        path = Path(app.outdir, "_static/tips", f"{pagename}.js")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
        app.add_js_file(f"tips/{pagename}.js")
        app.add_css_file("https://example.org/a.css?v=1")

def setup(app):
    app.connect("html-page-context", add)
"""


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_files_named_after_pages_are_found(tmp_path: Path, builder: str) -> None:
    # No name with "#": Sphinx's own file of the page's source would not be found.
    site = Site(tmp_path / "src", {"conf.py": CONF, **FILES})
    built = site.build(builder, **QUIET)
    assert built.warnings == []
    suffix = "/index.html" if builder == "dirhtml" else ".html"
    html = built.text(f"wiki/Why? Because{suffix}")
    assert 'tips/wiki/Why%3F Because.js"' in html
    assert "https://example.org/a.css?v=1" in html
    assert not [link for link in broken_links(built.out) if "tips" in link]
    assert "tips/wiki/Soil.js?v=" in built.text(f"wiki/Soil{suffix}")


# -- writers of others -----------------------------------------------------------------


class _Strict(TextTranslator):
    """Knows the classes of docutils and Sphinx by their exact names only."""

    def dispatch_visit(self, node: nodes.Node) -> None:
        assert type(node).__module__.partition(".")[0] in ("docutils", "sphinx"), node
        super().dispatch_visit(node)


class _Other(TextBuilder):
    name = "other"
    format = "other"
    default_translator_class = _Strict


def setup(app: Sphinx) -> None:
    """This module is an extension of the site below."""
    app.add_builder(_Other)


@pytest.fixture(scope="module")
def other(site: Site) -> Built:
    extensions = ["sphinx_scrapbox", __name__]
    return site.build("other", target="_other", extensions=extensions, **QUIET)


def test_a_writer_that_knows_standard_nodes_only_shows_all(other: Built) -> None:
    assert other.warnings == []
    text = " ".join(" ".join(path.read_text("utf-8") for path in other.out.rglob("*.txt")).split())
    assert [words for words in SHOWN if words not in text] == []
    assert "https://example.org/worm.png" in text


def test_each_class_of_ours_becomes_a_standard_one() -> None:
    document: nodes.Element = nodes.container()
    for name, kind in vars(own).items():
        if name.startswith("scrapbox_"):
            words = nodes.Text("words")
            node = kind("", "", words) if issubclass(kind, nodes.TextElement) else kind("", words)
            node.attributes.update(label="mio", role="signature")
            document += node
    use_standard_nodes(document)
    assert {type(node).__module__ for node in document.findall()} == {"docutils.nodes"}
    assert document.astext().count("(mio)") == 1


def test_a_link_keeps_its_address_and_a_cell_its_place() -> None:
    document: nodes.Element = nodes.container()
    document += own.scrapbox_video("", "", nodes.Text("a film"), refuri="https://example.org/f")
    document[0]["classes"] += ["scrapbox-film", "other"]
    use_standard_nodes(document)
    (link,) = document.children
    assert type(link) is nodes.reference
    assert (link["refuri"], link["classes"]) == ("https://example.org/f", ["other"])


def deep(levels: int, inside: type[nodes.Element] | None = None) -> nodes.Element:
    """A document with lists in each other; each item has a word before and one after the next."""
    inner: list[nodes.Node] = []
    for level in reversed(range(levels)):
        around = [inside("", *inner)] if inside and inner else inner
        before, after = nodes.paragraph("", f"a{level}"), nodes.paragraph("", f"z{level}")
        inner = [nodes.bullet_list("", nodes.list_item("", before, *around, after))]
    return nodes.container("", *inner)


@pytest.mark.parametrize("inside", [None, nodes.block_quote])
def test_levels_too_deep_for_paper_are_flat_and_no_word_is_lost(
    inside: type[nodes.Element] | None,
) -> None:
    document = deep(40, inside)
    before = document.astext().split()
    flatten_levels(document)
    assert document.astext().split() == before
    assert _depth(document) <= MAX_LEVELS + 1
    shallow = deep(5, inside)
    same = shallow.deepcopy()
    flatten_levels(shallow)
    assert shallow.pformat() == same.pformat()


def _depth(node: nodes.Node) -> int:
    is_level = isinstance(node, nodes.bullet_list | nodes.block_quote)
    return is_level + max((_depth(child) for child in node.children), default=0)
