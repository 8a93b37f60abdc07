"""Each name on each list by which something dangerous is refused.

The names stand here once more, so that one that is lost from its list is missed.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from sites import Site

from sphinx_scrapbox.formats.tex import is_formula
from sphinx_scrapbox.snapshot.image_types import InvalidImageError, image_type
from sphinx_scrapbox.sphinx_ext.leak_guard.scanner import Scanner

# -- drawings: what runs in an SVG, or is no drawing -----------------------------------

SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


def _is_refused(inside: str, head: str = "") -> bool:
    try:
        return image_type(f"{head}{SVG.format(inside)}".encode()) != "svg"
    except InvalidImageError:
        return True


@pytest.mark.parametrize(
    "name", "script handler listener foreignObject iframe embed Script HANDLER Listener".split()
)
def test_elements_of_a_drawing(name: str) -> None:
    assert _is_refused(f"<{name}/>")
    assert _is_refused(f'<e:{name} xmlns:e="http://www.w3.org/2001/xml-events"/>')
    assert _is_refused(f"<g><g><{name}>words</{name}></g></g>")
    assert not _is_refused(f"<x{name}/>")


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:x", "vbscript:x", "data:text/html,x", "data:application/xml,x"),
        *("data:image/svg+xml,x", "JavaScript:x", " java\tscript:x", "DATA:TEXT/HTML,x"),
    ],
)
def test_addresses_in_a_drawing(address: str) -> None:
    assert _is_refused(f'<a href="{address}"/>')
    assert _is_refused(f'<set attributeName="href" to="{address}"/>')
    assert not _is_refused('<image href="data:image/png;base64,AA=="/>')


@pytest.mark.parametrize("name", "onload onclick onbegin onmouseover ONLOAD onanything".split())
def test_handlers_of_a_drawing(name: str) -> None:
    assert _is_refused(f'<g {name}="x"/>')
    assert _is_refused(f'<set attributeName="{name}" to="x"/>')


@pytest.mark.parametrize(
    "encoding", "utf-7 utf-32 iso-2022-jp iso-2022-kr hz-gb-2312 euc-jp shift_jis cp037".split()
)
def test_encodings_that_a_browser_may_read_otherwise(encoding: str) -> None:
    assert _is_refused("<g/>", f'<?xml version="1.0" encoding="{encoding}"?>')


@pytest.mark.parametrize("encoding", "utf-8 UTF-8 us-ascii iso-8859-1 windows-1252".split())
def test_other_encodings(encoding: str) -> None:
    assert not _is_refused("<g/>", f'<?xml version="1.0" encoding="{encoding}"?>')


# -- TeX: what reads files, writes them, runs code or links ----------------------------


@pytest.mark.parametrize(
    "command",
    """
    input include includegraphics includepdf import subimport verbatiminput lstinputlisting
    inputminted read openin openout write write18 immediate newread newwrite closeout special
    directlua luaexec pdfximage pdffiledump catcode def edef gdef xdef let newcommand renewcommand
    providecommand newenvironment csname expandafter noexpand afterassignment loop repeat
    futurelet uppercase lowercase jobname usepackage documentclass RequirePackage
    href url html htmlId htmlClass htmlStyle htmlData class cssId style require unicode
    data toggle mmlToken bbox definecolor verb char mathchoice rule hspace vspace kern
    scantokens message errmessage typeout batchmode tracingall end begin par vbox hbox
    """.split(),
)
def test_commands_of_tex(command: str) -> None:
    assert not is_formula(f"\\{command}{{x}}")
    assert not is_formula(f"x^2 + \\frac{{1}}{{\\{command} x}}")


@pytest.mark.parametrize(
    "environment",
    "verbatim filecontents document comment lstlisting minted tikzpicture luacode figure "
    "tabular sagesilent pycode".split(),
)
def test_environments_of_tex(environment: str) -> None:
    assert not is_formula(f"\\begin{{{environment}}}x\\end{{{environment}}}")


# -- directives that no site can allow -------------------------------------------------

DIRECTIVES = """
    raw include literalinclude eval-rst csv-table image figure figure-md toctree download graphviz
    digraph graph inheritance-diagram uml plantuml role default-role only ifconfig highlight meta
    date program-output command-output exec execute jupyter-execute code-cell ipython plot doctest
    testcode testsetup testcleanup testoutput argparse click sphinx_argparse_cli scrapbox:include
    scrapbox:changes autoclass automodule autosummary autodoc2-object
""".split()


def test_directives_that_no_site_can_allow(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.md": "# Index\n"})
    warnings = site.build("dummy", scrapbox_page_directives=["note", *DIRECTIVES]).warnings
    assert len(warnings) == len(DIRECTIVES)
    for name, warning in zip(DIRECTIVES, warnings, strict=True):
        assert repr(name) in warning


# -- files of code: what a server sends as a page --------------------------------------

SUFFIXES = """
    atom htm html kml mht mhtml mml php rdf rss shtml svg svgz swf xht xhtml xml xsd xsl xslt xul
    HTML Svg
""".split()
INCLUDE = "```{{scrapbox:include}} Page\n:code: {name}\n:download:\n```\n"


def test_files_that_would_run_are_downloaded_as_text(tmp_path: Path) -> None:
    refused = [f"{number}.{suffix}" for number, suffix in enumerate(SUFFIXES)]
    names = [*refused, "a.py", "a.csv", "a.js"]
    page = "".join(f"code:{name}\n words of {name}\n" for name in names)
    guide = "\n".join(INCLUDE.format(name=name) for name in names)
    files = {"index.md": f"# Index\n\n{guide}", "wiki/page.scrapbox": f"Page\n{page}"}
    built = Site(tmp_path / "src", files).build()
    assert built.warnings == []
    made = {path.name for path in (built.out / "_downloads").rglob("*") if path.is_file()}
    assert made == {*(f"{name}.txt" for name in refused), "a.py", "a.csv", "a.js"}


@pytest.mark.parametrize(
    "name", ["sitemap.xml", "opensearch.xml", "../x.xml", "a/b.xml", "x.html"]
)
def test_files_of_the_site_that_no_feed_takes(tmp_path: Path, name: str) -> None:
    guide = f"# Index\n\n```{{scrapbox:changes}}\n:from: kept\n:feed: {name}\n```\n"
    files = {"index.md": guide, "kept/a.scrapbox": "A\n", "wiki/a.scrapbox": "A\nB\n"}
    config = {"html_baseurl": "https://docs.example.org/", "exclude_patterns": ["kept"]}
    built = Site(tmp_path / "src", files).build(**config)
    (warning,) = built.warnings
    assert repr(name) in warning
    assert not (built.out / name).is_file() or "<feed" not in built.text(name)


# -- the leak guard: what it looks into, and how ---------------------------------------

SCANNER = Scanner(["Budget plan"])


def _finds(name: str, content: bytes) -> bool:
    return bool(list(SCANNER.in_file(name, content)))


@pytest.mark.parametrize(
    "suffix", "html htm xhtml xml svg opf ncx fjson rss atom hhc hhk HTML".split()
)
def test_markup_inside_of_a_word(suffix: str) -> None:
    assert _finds(f"a.{suffix}", b"<p>The Bud<em>get</em> plan</p>")


@pytest.mark.parametrize("suffix", ["epub", "zip", "EPUB"])
def test_packed_files(suffix: str) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xhtml", "<p>The Bud<b>get</b> plan</p>")
    assert _finds(f"a.{suffix}", packed.getvalue())


@pytest.mark.parametrize("suffix", "tex sty cls aux toc idx ind TEX".split())
def test_signs_of_tex(suffix: str) -> None:
    scanner = Scanner(["Budget-plan"])
    assert list(scanner.in_file(f"a.{suffix}", b"The Budget\\sphinxhyphen{}plan"))


@pytest.mark.parametrize(
    "suffix",
    """
    txt md rst scrapbox html js mjs json fjson map css csv tsv ini toml yaml yml po pot mo tex texi
    info 1 xml svg inv ps rtf log pickle doctree py c h sh bat sql ipynb webmanifest lock
    """.split(),
)
def test_files_that_are_looked_into(suffix: str) -> None:
    assert _finds(f"a.{suffix}", b"words, budget plan, words")
