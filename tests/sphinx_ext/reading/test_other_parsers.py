"""Other extensions that read ``.md``: MyST-NB beside this one, any other is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sites import Built, Site, icon, page
from sphinx.errors import ExtensionError

from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of

BOTH = (["sphinx_scrapbox", "myst_nb"], ["myst_nb", "sphinx_scrapbox"])
SCRIPT = "<script>window.evil = 1</script>"
NOTEBOOK = {
    "cells": [
        {
            "id": "a",
            "cell_type": "markdown",
            "metadata": {},
            "source": ["# A notebook\n", "\n", "*words*"],
        },
        {
            "id": "b",
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "source": ["6 * 7"],
            "outputs": [
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "metadata": {},
                    "data": {"text/plain": ["42"]},
                }
            ],
        },
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
TEXT_NOTEBOOK = """---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---

# Text notebook

```{code-cell}
6 * 7
```
"""
FILES = {
    "index.md": "# Index\n\nSee [[Compost]] and {scrapbox}`Compost`.\n",
    "notebook.ipynb": json.dumps(NOTEBOOK),
    "text.md": TEXT_NOTEBOOK,
    "wiki/Compost.md": page("Compost", "Turn it.", "", SCRIPT, "", "```{raw} html", SCRIPT, "```"),
    "wiki/Soil.md": f'---\ntitle: "Soil"\njupytext: {{}}\n---\n\n{SCRIPT}\n',
    "wiki/Seed.scrapbox": f"Seed\n[Compost]\n{SCRIPT}\n",
}
OPTIONS: dict[str, Any] = {
    "nb_execution_mode": "off",
    "scrapbox_pages": ["wiki/**"],
    "scrapbox_myst_links": True,
    "suppress_warnings": ["toc.not_included", "myst-nb.lexer"],
}


def build(
    tmp_path: Path, files: dict[str, str] = FILES, *, name: str = "src", **options: Any
) -> Built:
    # Sphinx writes the suffixes of extensions into the default of source_suffix, which all
    # builds of a process share.
    given = {**OPTIONS, "source_suffix": {".rst": "restructuredtext"}, **options}
    return Site(tmp_path / name, files).build(**given)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
class TestNotebooks:
    @pytest.fixture(autouse=True)
    def _needs_myst_nb(self) -> None:
        pytest.importorskip("myst_nb")

    @pytest.fixture(params=BOTH, ids=("before", "after"))
    def built(self, request: pytest.FixtureRequest, tmp_path: Path) -> Built:
        return build(tmp_path, extensions=request.param)

    @pytest.mark.parametrize("extensions", BOTH, ids=("before", "after"))
    def test_who_signs_is_found(self, extensions: list[str], tmp_path: Path) -> None:
        signed = {**FILES, "wiki/Beans.md": page("Beans", "They are up. " + icon("mio"))}
        built = build(tmp_path, signed, extensions=extensions)
        assert "wiki/Beans" in domain_of(built.app.env).data["signatures"]

    def test_wiki_pages_are_read_here(self, built: Built) -> None:
        assert built.warnings == []
        for name in ("wiki/Compost", "wiki/Soil", "wiki/Seed"):
            assert built.facts(name).is_page
            body = built.html(f"{name}.html").body
            assert "window.evil" in body.text
            assert not body.all("script")

    def test_notebooks_are_read_there(self, built: Built) -> None:
        for name in ("notebook", "text"):
            assert not built.facts(name).is_page
            assert built.html(f"{name}.html").body.all("div", cls="cell")
        assert "42" in built.html("notebook.html").body.one("div", cls="cell_output").text

    def test_hand_written_pages_keep_their_wiki_links(self, built: Built) -> None:
        links = built.html("index.html").body.all("a", href="wiki/Compost.html")
        assert len(links) == 2

    def test_a_second_build_reads_nothing(self, built: Built) -> None:
        again = build(
            Path(built.app.srcdir).parent, {}, extensions=list(built.app.config.extensions)
        )
        assert again.read == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("extensions", BOTH)
def test_notebooks_alone_are_as_without_this_extension(
    extensions: list[str], tmp_path: Path
) -> None:
    pytest.importorskip("myst_nb")
    files = {name: FILES[name] for name in ("notebook.ipynb", "text.md")}
    files["index.md"] = "# Index\n\n```{toctree}\nnotebook\ntext\nplain\n```\n"
    files["plain.md"] = "# Plain\n\n$a^2$ and **bold**, <b>raw</b>\n\n:::{note}\nA note.\n:::\n"
    enabled = ["dollarmath", "colon_fence"]
    ours, theirs = (
        build(
            tmp_path,
            files,
            name=str(len(loaded)),
            extensions=loaded,
            myst_enable_extensions=enabled,
        )
        for loaded in (extensions, ["myst_nb"])
    )
    for name in ("index", "notebook", "text", "plain"):
        pages = [built.html(f"{name}.html").body for built in (ours, theirs)]
        assert pages[0].pretty() == pages[1].pretty()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_formats_of_the_sites_own_are_read_by_myst_nb(tmp_path: Path) -> None:
    pytest.importorskip("myst_nb")
    files = {
        "index.md": "# Index\n",
        "page.Rmd": FILES["notebook.ipynb"],
        "wiki/Compost.md": FILES["wiki/Compost.md"],
    }
    built = build(
        tmp_path,
        files,
        extensions=BOTH[0],
        nb_custom_formats={".Rmd": ["nbformat.reads", {"as_version": 4}]},
        scrapbox_pages=["**"],
        exclude_patterns=["index.md"],
        root_doc="page",
    )
    assert built.facts("wiki/Compost").is_page
    assert not built.facts("page").is_page
    assert built.html("page.html").body.all("div", cls="cell")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_site_may_give_markdown_to_myst_alone(tmp_path: Path) -> None:
    pytest.importorskip("myst_nb")
    suffixes = {".rst": "restructuredtext", ".md": "markdown", ".ipynb": "myst-nb"}
    for extensions in BOTH:
        built = build(tmp_path, extensions=extensions, source_suffix=suffixes)
        assert built.facts("wiki/Compost").is_page
        assert not built.html("text.html").body.all("div", cls="cell")


OTHER = """
from docutils.parsers.rst import Parser


class OtherParser(Parser):
    supported = ({kind!r},)


def setup(app):
    app.add_source_suffix({suffix!r}, {kind!r}, override={override})
    app.add_source_parser(OtherParser, override={override})
"""


@pytest.mark.parametrize("override", [False, True])
@pytest.mark.parametrize("kind", ["markdown", "other"])
@pytest.mark.parametrize("first", [False, True])
def test_any_other_parser_of_markdown_stops_the_build(
    first: bool, kind: str, override: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"other_{kind}_{first}_{override}".lower()
    text = OTHER.format(kind=kind, suffix=".md", override=override)
    (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    extensions = [name, "sphinx_scrapbox"] if first else ["sphinx_scrapbox", name]
    with pytest.raises(ExtensionError, match=rf"{name}\.OtherParser.*Remove '{name}'") as raised:
        build(tmp_path, {"index.md": "# Index\n"}, extensions=extensions)
    assert "source_suffix = {" in str(raised.value)


def test_the_remedies_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, suffix in (("takes_another", ".txt"), ("takes_markdown", ".md")):
        text = OTHER.format(kind=name, suffix=suffix, override=True)
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    files = {"index.md": "# Index\n", "wiki/Compost.md": FILES["wiki/Compost.md"]}
    suffixes = {".rst": "restructuredtext", ".md": "markdown"}
    for name, own in (("takes_another", {}), ("takes_markdown", {"source_suffix": suffixes})):
        built = build(tmp_path, files, extensions=["sphinx_scrapbox", name], **own)
        assert built.facts("wiki/Compost").is_page


def test_myst_is_among_the_extensions(tmp_path: Path) -> None:
    built = build(tmp_path, {"index.md": "# Index\n"})
    assert {"myst_parser", "sphinx_scrapbox"} <= set(built.app.extensions)
