"""What the builders write of hostile text: none of it is markup, and no file of the machine."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from harmless import harm, scripts_of
from sites import EPUB, Built, Html, Site, texts

from hostile import corpus, names
from sphinx_scrapbox.formats.detect import recognise

CONFIG = {
    "scrapbox_project": corpus.PROJECT,
    "scrapbox_related": True,
    "suppress_warnings": ["scrapbox"],
    "latex_documents": [("index", "wiki.tex", "Wiki", "Nobody", "manual")],
    "man_pages": [("index", "wiki", "Wiki", "Nobody", 1)],
    **EPUB,
}
GENERATED = ("search.html", "genindex.html")
"""Pages of Sphinx that have scripts and forms of their own."""


def _site(folder: Path, *part: int) -> Site:
    sources = corpus.Sources(folder / "src", *part)
    sources.write()
    return Site(sources.folder)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return _site(tmp_path_factory.mktemp("hostile")).build(**CONFIG)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A sixth of the payloads, for builders whose writers differ little."""
    return _site(tmp_path_factory.mktemp("small"), 1, 6)


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


@pytest.mark.parametrize("mark", ["", corpus.ICON])
def test_no_title_hides_a_page_of_the_wiki(mark: str) -> None:
    """Whatever an author chooses as title, and writes: the file is left to no other parser."""
    for payload in corpus.PAYLOADS:
        title = " ".join(payload.text("/secret").split())
        text = corpus.exported(title, payload.text("/secret"), names.LIVE, mark=mark)
        found = recognise(text, f"wiki/{corpus.file_name(title)}.md")
        assert found.among_pages.is_page, title
        assert found.alone.is_page or not mark, title


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


@pytest.mark.parametrize(
    "builder", ["dirhtml", "singlehtml", "epub", "xml", "text", "man", "texinfo", "gettext"]
)
def test_other_builders_hold_no_file_either(small: Site, builder: str) -> None:
    # Python takes the last dot of "....xhtml" for one of the name, so Sphinx knows no type of it.
    ignored = {"suppress_warnings": ["scrapbox", "epub.unknown_project_files"]}
    target = "_gettext" if builder == "gettext" else "_build"
    other = small.build(builder, target=target, **(CONFIG | ignored))
    assert other.warnings == []
    _assert_no_secret(other.out)
    for name, text in texts(other.out):
        assert corpus.SECRET not in text, name


_TEX_COMMANDS = re.compile(
    r"\\(?:input|include|write|openin|openout|immediate|catcode|csname|directlua|special|read"
    r"|verbatiminput|lstinputlisting|InputIfFileExists|ShellEscape|def(?!\\sphinxLiteralBlockLabel)|gdef|let|newcommand"
    r"|usepackage|documentclass|href\{(?!https?:|mailto:)|url|everymath|loop|includegraphics"
    r"|style|class|cssId|data|unicode|require|mmlToken|bbox)(?![A-Za-z])"
)


@pytest.fixture(scope="module")
def tex(built: Built) -> str:
    """All pages in one document of LaTeX."""
    docnames = sorted(built.app.env.found_docs - {"index"})
    latex = Site(Path(built.app.srcdir)).build("latex", **CONFIG, latex_appendices=docnames)
    assert latex.warnings == []
    return latex.text("wiki.tex")


def test_no_command_of_a_payload_is_in_latex(tex: str) -> None:
    assert corpus.SECRET not in tex
    body = tex.partition("\\sphinxtableofcontents")[2]
    assert body.count("behind\\sphinxhyphen{}") > 10_000
    # In listings everything is text; Sphinx escapes what would end one.
    body = re.sub(r"\\begin\{sphinxVerbatim\}.*?\\end\{sphinxVerbatim\}", "", body, flags=re.S)
    assert sorted(set(_TEX_COMMANDS.findall(body))) == []
    assert "^^" not in body
    assert body.count("\\end{document}") == 1


def test_listings_of_latex_end_where_they_are_closed(tex: str) -> None:
    assert tex.count("\\begin{sphinxVerbatim}") == tex.count("\\end{sphinxVerbatim}") > 100
