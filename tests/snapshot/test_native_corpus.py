"""Real projects, unpacked and built: no warning, and every word in the output."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from docutils import nodes
from sites import EPUB, Site

from sphinx_scrapbox.cli import main
from sphinx_scrapbox.snapshot.lockfile import load_lock

PROJECTS = ("nishio", "villagepump")
_WORD = re.compile(r"\w+")
_BLOCK = re.compile(r"\s*(?:code|table):")
# A map's point is written as degrees, signs as classes.
_OTHERWISE_SAID = re.compile(r"[NSEW]\d+|Z\d+|_+")


@pytest.fixture(scope="module")
def site(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("native") / "site", {"index.rst": "Index\n=====\n"})
    for project in PROJECTS:
        export = shared / "native" / f"{project}.json"
        result = CliRunner().invoke(main, ["unpack", str(export), str(site.src / project)])
        assert result.exit_code == 0, result.output
    return site


@pytest.mark.parametrize("builder", ["html", "latex", "epub"])
def test_without_a_warning(site: Site, builder: str) -> None:
    built = site.build(builder, target=f"_{builder}", **EPUB)
    assert built.warnings == []
    assert len(built.app.env.found_docs) == 412


def test_every_word_is_in_the_output(site: Site) -> None:
    built = site.build("text", target="_text")
    assert built.warnings == []
    lost = []
    for project in PROJECTS:
        folder = site.src / project
        for page in load_lock((folder / "scrapbox.lock").read_text("utf-8")).pages:
            docname = f"{project}/{page.file.removesuffix('.scrapbox')}"
            shown = _everything(built.doctree(docname))
            # The first row is not shown: the title is, which the project's list of pages holds.
            rows = (folder / page.file).read_text("utf-8").split("\n")[1:]
            lost += [
                (docname, word)
                for row in rows
                if row.strip() != "[/icons/hr.icon]"  # a rule
                for word in _WORD.findall(_BLOCK.sub(" ", row))
                if word not in shown and not _OTHERWISE_SAID.fullmatch(word)
            ]
    assert lost == []


def _everything(doctree: nodes.document) -> str:
    """What a page shows, and its addresses, as they are written and as they are meant."""
    parts = [doctree.astext()]
    for node in doctree.findall(nodes.Element):
        for value in node.attributes.values():
            for text in value if isinstance(value, list) else [value]:
                parts += [str(text), unquote(str(text))]
    return "\n".join(parts)
