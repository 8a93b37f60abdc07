"""Real wiki pages beside a guide page: every builder, no warning, and nothing of a page lost."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from docutils import nodes
from sites import BUILDERS, EPUB, Built, Site, broken_links
from sphinx import addnodes

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.tex import read_code_block
from sphinx_scrapbox.rendering.nodes import scrapbox_icon, scrapbox_video
from sphinx_scrapbox.wiki import ast as wiki
from sphinx_scrapbox.wiki.outline import Bullets, Numbers, Part, Quotes, Run, Section, outline
from sphinx_scrapbox.wiki.translation import split_at_footers

# The JSON builder of sphinxcontrib-serializinghtml 2.0, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

GUIDE = """# Guide

This page stands beside those of a wiki: [[Scrapbox]], [[KJ method]], {scrapbox:icon}`nishio`.
"""


@pytest.fixture(scope="module")
def site(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    src = tmp_path_factory.mktemp("corpus") / "src"
    shutil.copytree(shared / "exported", src / "wiki")
    listed = sorted(path.stem for path in (src / "wiki").glob("*.md"))
    # A PDF, a manual and a single file hold what toctrees lead to.
    entries = "\n".join(f"   wiki/{stem}" for stem in listed if not set(stem) & set("<>"))
    guide = "Index\n=====\n\n.. toctree::\n   :maxdepth: 1\n\n   guide\n" + entries + "\n"
    return Site(src, {"index.rst": guide, "guide.md": GUIDE})


def _build(site: Site, builder: str) -> Built:
    return site.build(
        builder,
        target="_gettext" if builder == "gettext" else "_build",
        man_pages=[("index", "wiki", "Wiki", "Nobody", 1)],
        scrapbox_project="nishio-en",
        scrapbox_missing="wiki",  # most pages of the wiki are not here
        # Told of on purpose; test_reader_markdown_corpus.py says of which pages.
        suppress_warnings=["scrapbox.nesting"],
        **EPUB,
    )


@pytest.fixture(scope="module")
def read(site: Site) -> Built:
    """Every page read, once for all builders."""
    return _build(site, "dummy")


def test_every_page_is_read_as_one(site: Site, read: Built) -> None:
    assert read.warnings == []
    pages = list((site.src / "wiki").glob("*.md"))
    assert len(pages) > 200
    facts = read.app.env.domains["scrapbox"].facts  # type: ignore[attr-defined]
    assert len([name for name in facts if facts[name].is_page]) == len(pages)


@pytest.mark.parametrize("builder", BUILDERS)
def test_builder(site: Site, read: Built, builder: str) -> None:
    built = _build(site, builder)
    # All formats share what was read, but for gettext, whose trees are numbered otherwise.
    assert (built.read == []) == (builder != "gettext")
    assert built.warnings == []
    if builder in ("html", "dirhtml", "epub"):
        assert broken_links(built.out) == []


# -- nothing is lost -------------------------------------------------------------------

_WORD = re.compile(r"\w+")


def _walk(content: Iterable[wiki.Inline]) -> Iterator[wiki.Inline]:
    for node in content:
        yield node
        match node:
            case wiki.Strong(inner) | wiki.Quote(inner):
                yield from _walk(inner)
            case wiki.Decoration(_, inner) | wiki.Numbered(_, inner):
                yield from _walk(inner)


def _inlines(page: wiki.Page) -> Iterator[wiki.Inline]:
    for block in page.blocks:
        match block:
            case wiki.Line():
                yield from _walk(block.nodes)
            case wiki.Table():
                for row in block.rows:
                    for cell in row:
                        yield from _walk(cell)


def _parts(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        match part:
            case Run() | Quotes():
                yield from _parts(part.below)
            case Bullets() | Numbers():
                for item in part.items:
                    yield from _parts(item)
            case Section():
                yield from _parts(part.parts)


def _told(page: wiki.Page) -> Counter[str]:
    """What the reader's tree holds; the footers, which became notices, do not count."""
    parts = split_at_footers(page)
    counts: Counter[str] = Counter()
    body = wiki.Page(page.title, tuple(block for part in parts for block in part.blocks))
    for node in _inlines(body):
        match node:
            case wiki.PageLink(title, _):
                counts["page links" if title else "projects"] += 1
            case wiki.Hashtag():
                counts["hashtags"] += 1
            case wiki.Icon():
                counts["icons"] += node.count
            case wiki.Image():
                counts["images"] += 1
            case wiki.Formula():
                counts["formulas"] += 1
    for block in body.blocks:
        if isinstance(block, wiki.CodeBlock):
            counts["formulas" if read_code_block(block) else "code blocks"] += 1
        elif isinstance(block, wiki.Table):
            counts["tables"] += 1
    counts["headings"] = 1 + sum(bool(part.title) for part in parts)
    for translated in parts:
        for part in _parts(outline(translated.blocks).parts):
            if isinstance(part, (Bullets, Numbers)):
                counts["list items"] += len(part.items)
            elif isinstance(part, Section):
                counts["headings"] += 1
    return counts


def _shown(document: nodes.document) -> Counter[str]:
    kinds = {"page": "page links", "tag": "hashtags", "icon": "icons", "project": "projects"}
    counts: Counter[str] = Counter()
    for node in document.findall(nodes.Element):
        match node:
            case addnodes.pending_xref():
                counts[kinds[node["reftype"]]] += _is_in_the_text(node)
            case nodes.image():
                counts["images"] += 1
            case nodes.math() | nodes.math_block():
                counts["formulas"] += 1
            case nodes.literal():
                counts["formulas"] += "scrapbox-formula" in node["classes"]
            case nodes.literal_block():
                counts["code blocks"] += 1
            case nodes.table():
                counts["tables"] += 1
            case nodes.section():
                counts["headings"] += 1
            case nodes.list_item():
                counts["list items"] += 1
    return counts


def _is_in_the_text(link: addnodes.pending_xref) -> bool:
    """Whether it is a link of the page: neither a notice's nor the address of a page."""
    return "scrapbox-source" not in link[0]["classes"] and "scrapbox-address" not in link


def _page_of(site: Site, docname: str) -> tuple[str, wiki.Page]:
    text = (site.src / f"{docname}.md").read_text(encoding="utf-8")
    return text, read_markdown(text, name=Path(docname).name)


def _docnames(built: Built) -> list[str]:
    return sorted(name for name in built.app.env.found_docs if name.startswith("wiki/"))


def test_counts_are_those_of_the_reader(site: Site, read: Built) -> None:
    wrong = {}
    for docname in _docnames(read):
        _, page = _page_of(site, docname)
        told, shown = +_told(page), +_shown(read.doctree(docname))
        if told != shown:
            wrong[docname] = {"lost": told - shown, "made": shown - told}
    assert wrong == {}


def test_every_word_is_shown_or_part_of_an_address(site: Site, read: Built) -> None:
    wrong = {}
    texts = _build(site, "text")
    for docname in _docnames(read):
        source, page = _page_of(site, docname)
        document = read.doctree(docname)
        shown = [page.title, *_addresses(document)]
        shown.append((texts.out / f"{docname}.txt").read_text(encoding="utf-8"))
        shown.append(document.astext())  # what the text builder breaks into lines
        shown.append("https://scrapbox.io/")  # where a link to another page begins
        everything = " ".join(shown)
        words = set(_WORD.findall(everything))
        lost = set(_WORD.findall(_body(source))) - words
        # A link's brackets part a word that the page shows in one piece.
        if lost := {word for word in lost if word not in everything}:
            wrong[docname] = sorted(lost)
    assert wrong == {}


# What the export and the footer are made of, and no page says.
_FURNITURE = re.compile(
    r"This page is auto-translated from .*|<img src='https://scrapbox\.io/api/pages/"
    r"(?P<project>[^/]+)/(?P<name>[^>]*?)/icon' alt='[^>]*' height=\"19\.5\"/>"
    r"|!\[image\]|[\x00-\x08\x0b-\x1f]|^---$",
    re.MULTILINE,
)


def _body(source: str) -> str:
    body = source.split("\n---\n", 1)[1]
    body = _FURNITURE.sub(lambda found: f" {found['name'] or ''} ", body)
    return body


def _addresses(document: nodes.document) -> Iterator[str]:
    for node in document.findall(nodes.Element):
        for name in ("refuri", "uri", "reftarget", "language", "embed"):
            if isinstance(value := node.get(name), str):
                yield value
        if isinstance(node, scrapbox_icon):
            yield f"{node['project']} {node['name']}"
        elif isinstance(node, scrapbox_video):
            yield node["refuri"]
