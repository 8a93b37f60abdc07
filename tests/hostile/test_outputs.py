"""What the builders write of hostile text: none of it is markup, and no file of the machine."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from harmless import harm, scripts_of
from sites import EPUB, Built, Html, Site, texts

from hostile import corpus

CONFIG = {
    "scrapbox_project": corpus.PROJECT,
    "scrapbox_related": True,
    "suppress_warnings": ["scrapbox"],
    "latex_documents": [("index", "wiki.tex", "Wiki", "Nobody", "manual")],
    "latex_appendices": [],
    "man_pages": [("index", "wiki", "Wiki", "Nobody", 1)],
    **EPUB,
}
GENERATED = ("search.html", "genindex.html")
"""Pages of Sphinx that have scripts and forms of their own."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("hostile")
    sources = corpus.Sources(folder / "src")
    sources.write()
    return Site(sources.folder)


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return site.build(**CONFIG)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The scripts of a page that holds nothing of a wiki."""
    folder = tmp_path_factory.mktemp("plain")
    site = Site(folder / "src", {"index.rst": "Plain\n=====\n\n:math:`x`\n"})
    return scripts_of(site.build().html("index.html"))


def test_there_are_enough_payloads() -> None:
    families = Counter(payload.family for payload in corpus.PAYLOADS)
    places = len(corpus.EXPORTED) + len(corpus.NATIVE)
    print(f"\n{len(corpus.PAYLOADS)} payloads in {places} places:", dict(families))
    assert len({payload.template for payload in corpus.PAYLOADS}) >= 800
    assert set(families) == set(corpus.FAMILIES)


def test_all_files_are_read_as_pages_of_the_wiki(built: Built) -> None:
    """With no warning: what has no title of a wiki page would be in no toctree."""
    assert built.warnings == []


def test_no_page_holds_markup_of_a_payload(built: Built, scripts: frozenset[str]) -> None:
    pages = [path for path in built.out.rglob("*.html") if path.name not in GENERATED]
    assert len(pages) > 300
    problems = {
        path.relative_to(built.out).as_posix(): found
        for path in pages
        if (found := list(harm(Html(path.read_text(encoding="utf-8")), scripts=scripts)))
    }
    assert problems == {}


def test_no_payload_hides_what_is_behind_it(built: Built) -> None:
    sources = corpus.Sources(Path(built.app.srcdir))
    for folder, places in (("exported", corpus.EXPORTED), ("native", corpus.NATIVE)):
        for place in places:
            text = built.html(f"{folder}/in {place}.html").body.raw_text
            payloads = sources.in_place(place)
            missing = [each.template for each in payloads if corpus.sentinel(each) not in text]
            assert missing == [], f"{folder}, {place}"


def _assert_no_secret(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert corpus.SECRET.encode() not in path.read_bytes(), path.name
            assert path.name != "secret.txt"


def test_no_output_holds_a_file_of_the_machine(built: Built) -> None:
    _assert_no_secret(built.out)
    assert not list(built.out.rglob("_downloads"))


def test_no_template_is_evaluated(built: Built) -> None:
    """``191 * 7`` stands in payloads for Jinja, for cells of notebooks and for shells."""
    for name, text in texts(built.out):
        if not name.endswith((".js", ".inv")):
            assert "1337" not in re.sub(r"hit\(\d+\)|-\d+-|\d{8,}|[0-9a-f]{8,}", "", text), name


@pytest.mark.parametrize("builder", ["dirhtml", "singlehtml", "epub", "xml", "text", "man"])
def test_other_builders_hold_no_file_either(site: Site, built: Built, builder: str) -> None:
    other = site.build(builder, **CONFIG)
    assert other.warnings == []
    _assert_no_secret(other.out)
    for name, text in texts(other.out):
        assert corpus.SECRET not in text, name


_TEX_COMMANDS = re.compile(
    r"\\(?:input|include|write|openin|openout|immediate|catcode|csname|directlua|special|read"
    r"|verbatiminput|lstinputlisting|InputIfFileExists|ShellEscape|def|gdef|let|newcommand"
    r"|renewcommand|usepackage|documentclass|href\{(?!https?:|mailto:)|url|everymath|loop"
    r"|includegraphics)(?![A-Za-z])"
)


def test_no_command_of_a_payload_is_in_latex(site: Site, built: Built) -> None:
    tex = next(site.build("latex", **CONFIG).out.glob("*.tex")).read_text(encoding="utf-8")
    body = tex.partition("\\begin{document}")[2]
    assert corpus.SECRET not in tex
    # In listings everything is text; Sphinx escapes what would end one.
    body = re.sub(r"\\begin\{sphinxVerbatim\}.*?\\end\{sphinxVerbatim\}", "", body, flags=re.S)
    assert sorted(set(_TEX_COMMANDS.findall(body))) == []
    assert "^^" not in body
    assert body.count("\\end{document}") == 1
