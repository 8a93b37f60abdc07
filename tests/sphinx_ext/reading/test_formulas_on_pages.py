"""Formulas of wiki pages in the output, and what is said of those that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from docutils import nodes
from sites import EPUB, Built, Site, page

NATIVE = r"""Formulas
Inline [$ x \in \R] and [$ \fracc{a}{b}]
[$ \bra{0} \to ∞]
[$ \href{https://example.org}{x}]
[$ {a]
code:tex
 a &= b \\
 \t
 &= c
code:a.tex
 a + b
code:latex
 a + b
In a list
 code:tex
  \documentclass{article}
""".replace(" \\t\n", " \n")


@pytest.fixture
def built(tmp_path: Path) -> Built:
    site = Site(tmp_path / "src", {"index.rst": "Index\n=====\n", "page.scrapbox": NATIVE})
    return site.build()


def test_each_kind(built: Built) -> None:
    document = built.doctree("page")
    assert [node.astext() for node in document.findall(nodes.math)] == [r"x \in \mathbb{R}"]
    displayed = [node.astext() for node in document.findall(nodes.math_block)]
    assert displayed == [
        r"{\langle {0}|} \to \infty",
        "\\begin{aligned}a &= b \\\\\n&= c\\end{aligned}",
    ]
    assert [node.rawsource for node in document.findall(nodes.math)] == [r"x \in \R"]
    code = [node.astext() for node in document.findall(nodes.literal_block)]
    assert code == ["a + b", "a + b", r"\documentclass{article}"]
    refused = [
        node.astext()
        for node in document.findall(nodes.literal)
        if "scrapbox-formula" in node["classes"]
    ]
    assert refused == [r"\fracc{a}{b}", r"\href{https://example.org}{x}", "{a"]


def test_refused_command_is_named_and_can_be_suppressed(built: Built) -> None:
    assert [warning.partition(", because ")[::2] for warning in built.warnings] == [
        (
            f"SRC/page.scrapbox:{line}: WARNING: a formula is shown as its source",
            f"\\{command} is not known or not allowed in formulas; see 'Formulas' in the "
            "documentation of sphinx-scrapbox for the commands that are allowed "
            "[scrapbox.formula]",
        )
        for line, command in ((2, "fracc"), (4, "href"))
    ]
    site = Site(built.app.srcdir)
    again = site.build(target="_quiet", suppress_warnings=["scrapbox.formula"])
    assert again.warnings == []


def test_exported_block_with_the_name_tex(tmp_path: Path) -> None:
    text = page("Formulas", "tex", "", "```tex", r"V = \pi r^2 h", "```", "")
    site = Site(tmp_path / "src", {"index.rst": "Index\n=====\n", "page.md": text})
    (formula,) = site.build("dummy").doctree("page").findall(nodes.math_block)
    assert formula.astext() == r"V = \pi r^2 h"


@pytest.mark.parametrize("builder", ["latex", "text", "man", "texinfo", "epub"])
def test_other_formats(tmp_path: Path, builder: str) -> None:
    site = Site(tmp_path / "src", {"index.rst": "Index\n=====\n", "page.scrapbox": NATIVE})
    config = {"suppress_warnings": ["scrapbox.formula", "toc.not_included"], "latex_documents": []}
    if builder == "latex":
        config["latex_documents"] = [("page", "page.tex", "Page", "Nobody", "howto")]
    built = site.build(builder, **config, **(EPUB if builder == "epub" else {}))
    assert built.warnings == []
    if builder == "latex":
        tex = built.text("page.tex")
        assert tex.index(r"\providecommand{\cancel}") < tex.index(r"\begin{document}")
        assert r"\(x \in \mathbb{R}\)" in tex.replace("\\sphinxhyphen", "")


def test_own_preamble_comes_after_ours(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.rst": "Index\n=====\n"})
    elements = {"preamble": r"\newcommand{\mine}{1}"}
    tex = site.build("latex", latex_elements=elements, project="Garden").text("garden.tex")
    assert tex.index("MaxMatrixCols") < tex.index(r"\newcommand{\mine}") < tex.index("\\title")
