"""Only formulas of a wiki are typeset, never its words: here and wherever its text is shown."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browsers import NEEDS_CHROMIUM
from mathjax import mathjax_folder
from sites import Built, Site

from sphinx_scrapbox.rendering.typesetting import INSIDE, OUTSIDE

TEX = (
    r"\(\href{javascript:window.evil=1}{x}\)",
    r"$$\style{background:url(https://evil.test/b)}{y}$$",
    r"\[\style{position:fixed}{z}\]",
    r"\begin{align}w\end{align}",
    r"\ref{v} and \$5",
)
DELIMITER = re.compile(r"\\[(\[a-z$\\]|\$\$")


def page(number: int) -> str:
    tex, other = TEX[number], TEX[(number + 1) % len(TEX)]
    lines = [
        f"T{number} {tex}",
        f"Words {tex} #tag{number}_{tex.replace(' ', '_')} [T{number} {other}]",
        f"[https://x.test a label {tex}] [* bold {tex}]",
        f"[$ a_{number}]",
        f" below {tex}",
        f"> quoted {tex}",
        f"table:caption {tex}",
        f" a {tex}\tb",
        f" c\t{tex}",
        f"code:name {tex}.py",
        f" code {tex}",
        f"[{number}{tex.replace('/', '-')}.icon] speaks {tex}",
        f"[** heading {tex}]",
        "[Plain] and more",
    ]
    return "\n".join(lines) + "\n"


HAND = r"""Hand written
============

Math :math:`h_1` and raw \\(h_2\\).

.. math:: h_3

{links}

.. scrapbox:pages::

.. scrapbox:pages::
   :as: cards

.. scrapbox:wanted::

.. scrapbox:people::

.. scrapbox:map:: Plain

.. scrapbox:include:: {title}

.. scrapbox:related::

.. toctree::
   :glob:

   wiki/*
"""
TITLES = [f"T{number} {tex}" for number, tex in enumerate(TEX)]
FILES = {
    "index.rst": "Index\n=====\n\n.. toctree::\n   :maxdepth: 3\n\n   hand\n   myst\n",
    "hand.rst": HAND.format(
        links=" ".join(f":doc:`wiki/t{number}`" for number in range(len(TEX))), title=TITLES[0]
    ),
    "myst.md": "# MyST\n\n$m_1$ and [](wiki/t0.scrapbox)\n\n$$\nm_2\n$$\n",
    **{f"wiki/t{number}.scrapbox": page(number) for number in range(len(TEX))},
    "wiki/plain.scrapbox": "Plain\n" + "".join(f"[{title}]\n" for title in TITLES),
}


class _Typeset(HTMLParser):
    """The runs of text between tags that MathJax reads, and those that KaTeX reads.

    :param ignored: whether classes count, as they do for MathJax.
    """

    def __init__(self, text: str, *, ignored: bool) -> None:
        super().__init__()
        self.runs: list[str] = []
        self.formulas: list[str] = []
        self._ignored = ignored
        self._open: list[tuple[str, bool, bool]] = [("", False, False)]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("meta", "link", "img", "br", "input", "hr", "wbr", "col"):
            return
        classes = set((dict(attrs).get("class") or "").split())
        _tag, is_ignored, is_math = self._open[-1]
        is_ignored |= tag in ("head", "script", "style", "pre", "code", "textarea")
        if self._ignored:
            is_ignored = (is_ignored or OUTSIDE[1] in classes) and INSIDE[1] not in classes
        self._open.append((tag, is_ignored, is_math or "math" in classes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing is inside."""

    def handle_endtag(self, tag: str) -> None:
        while len(self._open) > 1 and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        _tag, is_ignored, is_math = self._open[-1]
        if not is_ignored:
            (self.formulas if is_math else self.runs).append(data)


@pytest.fixture(scope="module", params=["alabaster", "furo", "pydata_sphinx_theme"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    pytest.importorskip(request.param)
    return Site(tmp_path_factory.mktemp("formulas") / "src", FILES).build(
        html_theme=request.param,
        suppress_warnings=["toc.not_included"],
        myst_enable_extensions=["dollarmath"],
    )


def pages(built: Built) -> list[Path]:
    return sorted(p for p in built.out.rglob("*.html") if "_static" not in p.parts)


@pytest.mark.parametrize("ignored", [True, False], ids=["classes", "no classes"])
def test_no_delimiter_can_be_read(ignored: bool, built: Built) -> None:
    assert built.warnings == []
    for path in pages(built):
        runs = _Typeset(path.read_text("utf-8"), ignored=ignored).runs
        delimiters = [run for run in runs if DELIMITER.search(run)]
        if path.name == "hand.html":
            assert [run.strip() for run in delimiters] == [r"and raw \(h_2\)."]
        else:
            assert delimiters == [], path


def test_formulas_are_typeset(built: Built) -> None:
    found = {
        # MyST has MathJax typeset all formulas of hand-written documents by their class.
        path.name: _Typeset(path.read_text("utf-8"), ignored=path.name != "myst.html").formulas
        for path in pages(built)
    }
    shown = {f"t{number}.html": [f"a_{number}"] for number in range(len(TEX))}
    shown |= {"hand.html": ["h_1", "h_3", "a_0"], "myst.html": ["m_1", "m_2"]}
    for name, formulas in shown.items():
        for formula in formulas:
            assert any(formula in text for text in found[name]), (name, formula)


def test_the_content_of_a_page_has_the_classes(tmp_path: Path) -> None:
    built = Site(tmp_path / "src", FILES).build(suppress_warnings=["toc.not_included"])
    for name in ("t0", "plain"):
        section = built.html(f"wiki/{name}.html").body.all("section")[0]
        assert set(OUTSIDE) <= set(section["class"].split())
    (formula,) = built.html("wiki/t0.html").body.all(cls="math")
    assert set(INSIDE) <= set(formula["class"].split())
    hand = built.html("hand.html").body
    for tag in hand.all("section")[0], *hand.all(cls="math")[:2]:
        assert not set(OUTSIDE + INSIDE) & set(tag.attributes.get("class", "").split())
    included = hand.one(cls="scrapbox-include")
    assert set(OUTSIDE) <= set(included["class"].split())


def test_headings_as_the_text_of_links(tmp_path: Path) -> None:
    heading = f"heading {TEX[0]}"
    links = f":ref:`wiki/t0:{heading}` and :doc:`of its own \\\\(h_4\\\\) </wiki/plain>`"
    index = f"Index\n=====\n\n{links}\n".replace(heading, heading.replace("\\", "\\\\"))
    built = Site(tmp_path / "src", {**FILES, "index.rst": index}).build(
        extensions=["sphinx_scrapbox", "sphinx.ext.autosectionlabel"],
        autosectionlabel_prefix_document=True,
        suppress_warnings=["toc.not_included", "autosectionlabel"],
    )
    link, other = built.html("index.html").body.one("p").all("a")
    assert heading in link.text
    assert set(OUTSIDE) <= set(link["class"].split())
    assert len(link.all("span", cls=OUTSIDE[1])) == 1
    assert not set(OUTSIDE) & set(other["class"].split())


@pytest.mark.parametrize("name", ["mathjax3_config", "mathjax4_config"])
def test_classes_of_the_site_stay(name: str, tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.md": "# Index\n\n{math}`x`\n"})
    given = {
        "options": {"ignoreHtmlClass": "no-math", "processHtmlClass": "math|mathjax_process"},
        "tex": {"inlineMath": [["$", "$"]]},
    }
    app = site.build(**{name: given}).app
    if name not in app.config:
        pytest.skip("MathJax 4 came with Sphinx 9")
    assert getattr(app.config, name) == {
        "options": {
            "ignoreHtmlClass": "no-math|tex2jax_ignore|mathjax_ignore",
            "processHtmlClass": "math|mathjax_process|tex2jax_process",
        },
        "tex": given["tex"],
    }
    assert given["options"]["ignoreHtmlClass"] == "no-math"


@pytest.mark.parametrize("config", [None, {}, {"options": {"enableMenu": False}}, {"tex": {}}])
def test_without_classes_of_the_site_nothing_is_added(config: Any, tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.md": "# Index\n"})
    assert site.build(mathjax3_config=config).app.config.mathjax3_config == config


@pytest.mark.parametrize("builder", ["text", "latex", "man", "texinfo", "xml", "gettext", "epub"])
def test_no_character_is_lost_elsewhere(builder: str, tmp_path: Path) -> None:
    files = {"index.md": "# Index\n\n```{toctree}\nwiki\n```\n", "wiki.scrapbox": page(4)}
    built = Site(tmp_path / "src", files).build(
        builder, suppress_warnings=["epub"], epub_copyright="nobody", version="1"
    )
    text = " ".join(
        path.read_text("utf-8", errors="replace")
        for path in sorted(built.out.rglob("*"))
        if path.suffix in (".txt", ".tex", ".1", ".texi", ".xml", ".pot", ".xhtml")
    )
    plain = re.sub(r"<[^>]*>|textbackslash|@|\\e|\\&|[\\{}$\s]", "", text)
    assert "Wordsrefvand5" in plain


# -- in a browser ----------------------------------------------------------------------

MATHJAX = "https://mathjax.test/"
_TYPESET = """async () => {
  await window.MathJax?.startup?.promise;
  const typeset = "mjx-container, .katex";
  const outer = [...document.querySelectorAll(typeset)].filter(
    (element) => !element.parentElement.closest(typeset));
  return {
    words: outer.filter((element) => !element.closest(".math")).map(
      (element) => element.parentElement.closest("section[id]").id),
    left: [...document.querySelectorAll(".math")].filter(
      (element) => !element.querySelector(typeset)).map((element) => element.textContent),
    ran: window.evil !== undefined,
  };
}"""


def _build_with(script: str, tmp_path: Path) -> Built:
    options: dict[str, Any] = {"mathjax_path": f"{MATHJAX}tex-mml-chtml.js"}
    if script == "katex":
        pytest.importorskip("sphinxcontrib.katex")
        options = {"extensions": ["sphinx_scrapbox", "sphinxcontrib.katex"]}
        options["katex_css_path"] = "none.css"
    # Also on pages without a formula: the search page and the indices.
    conf = (
        'extensions = ["sphinx_scrapbox"]\n\n\n'
        'def setup(app):\n    app.set_html_assets_policy("always")\n'
    )
    return Site(tmp_path / "src", {**FILES, "conf.py": conf}).build(
        html_theme="alabaster",
        suppress_warnings=["toc.not_included"],
        **options,
    )


@NEEDS_CHROMIUM
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("script", ["mathjax3", "mathjax4", "katex"])
def test_a_browser_typesets_formulas_only(browser: Any, script: str, tmp_path: Path) -> None:
    folder = mathjax_folder(int(script[-1])) if script != "katex" else None
    built = _build_with(script, tmp_path)
    asked: list[str] = []

    def answer(route: Any) -> None:
        url = route.request.url
        file = folder / url.removeprefix(MATHJAX) if folder and url.startswith(MATHJAX) else None
        if url.startswith("file:"):
            route.continue_()
        elif file and file.is_file():
            route.fulfill(path=file, headers={"Access-Control-Allow-Origin": "*"})
        else:
            asked.append(url)
            route.abort()

    with browser.new_page() as tab:
        tab.route("**/*", answer)
        total = 0
        for path in pages(built):
            query = "?q=t0" if path.name == "search.html" else ""
            tab.goto(path.as_uri() + query, wait_until="load")
            if query:
                tab.wait_for_function("Search.status?.innerText")  # it is written last
            result = tab.evaluate(_TYPESET)
            raw = ["hand-written"] if path.name == "hand.html" else []
            raw += ["myst"] if path.name == "myst.html" and "m_2" in path.read_text() else []
            assert set(result["words"]) <= set(raw), path
            assert ("hand-written" in result["words"]) == (path.name == "hand.html")
            assert result["left"] == [], path
            assert not result["ran"]
            total += len(tab.query_selector_all(".math"))
    assert total > len(TEX)
    assert not [url for url in asked if "evil" in url]
