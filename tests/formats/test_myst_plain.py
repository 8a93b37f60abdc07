"""Tree -> MyST that needs nothing of this extension."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace
from test_writer_myst import seen
from trees import letters

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.myst.writer import write_myst
from sphinx_scrapbox.formats.notation.lines import read_lines, read_notation
from sphinx_scrapbox.snapshot.filenames import file_stem
from sphinx_scrapbox.wiki.ast import Page
from sphinx_scrapbox.wiki.translation import split_at_footers


def plain(native: str, project: str = "") -> str:
    page = read_notation(f"Shed\n{native}")
    page = Page(page.title, page.blocks, project=project)
    return write_myst(page, plain=True).removeprefix("# Shed\n").strip("\n")


@pytest.mark.parametrize(
    ("native", "expected"),
    [
        ("see [Leaf mould]", "see Leaf mould"),
        ("see [/farm/Rake]", "see [/farm/Rake](https://scrapbox.io/farm/Rake)"),
        ("[mio.icon]Who took the hoe?", "**mio:** Who took the hoe?"),
        ("a #tag", "a \\#tag"),
        ("ask [mio.icon][ren.icon]", "ask mio ren"),
        ("[mio.icon]\n Not me", "**mio:**\n\n- Not me"),
        ("table:t\n [a]\t[b.icon]", "```{table} t\n|  |  |\n| --- | --- |\n| a | b |\n```"),
    ],
)
def test_lines(native: str, expected: str) -> None:
    assert plain(native) == expected


def test_links_lead_to_the_wiki_where_the_project_is_known() -> None:
    assert plain("[Leaf mould]", "garden") == (
        "[Leaf mould](https://scrapbox.io/garden/Leaf_mould)"
    )


def build(folder: Path, pages: list[Page]) -> None:
    """With MyST alone: no warning, nothing of ours, and every word is there."""
    source = folder / "src"
    source.mkdir()
    files = {f"p{file_stem(page.title)}": replace(page, project="garden") for page in pages}
    for name, page in files.items():
        text = write_myst(page, plain=True)
        assert "{scrapbox:" not in text
        (source / f"{name}.md").write_text(text, "utf-8")
    (source / "index.md").write_text("# Index\n\n```{toctree}\n:glob:\n\np*\n```\n", "utf-8")
    warnings = StringIO()
    config = {"extensions": ["myst_parser"]}
    with docutils_namespace():
        app = Sphinx(
            str(source), None, str(folder / "out"), str(folder / "trees"), "text", config,
            status=None, warning=warnings,
        )  # fmt: skip
        app.build()
        assert warnings.getvalue() == ""
        for name, page in files.items():
            text = seen(app.env.get_doctree(name))
            blocks = [part.blocks for part in split_at_footers(page)]
            missing = letters(blocks) - Counter(re.findall(r"\w", text))
            # The numbers of a list are not in the document, its marks are made anew.
            assert not {sign for sign in missing if not sign.isdigit()}, page.title


@pytest.mark.parametrize("name", ["nishio", "villagepump"])
def test_real_native_pages(shared: Path, tmp_path: Path, name: str) -> None:
    sources = json.loads((shared / "native" / f"{name}.json").read_text("utf-8"))["pages"]
    build(tmp_path, [read_lines([line["text"] for line in page["lines"]]) for page in sources])


def test_real_exported_pages(shared: Path, tmp_path: Path) -> None:
    paths = sorted((shared / "exported").glob("*.md"))
    build(tmp_path, [read_markdown(path.read_text("utf-8"), name=path.stem) for path in paths])
