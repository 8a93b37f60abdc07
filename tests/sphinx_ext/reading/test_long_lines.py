"""A line of very many links is resolved link by link, and not each by a search among all others.

docutils finds a node that it replaces by looking through its siblings.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from docutils import nodes
from sites import Site, page
from sphinx import addnodes

COUNT = 1000
MOST = 400
"""How many links may stand side by side."""
LINKS = " ".join(f"[[Page {number}]]" for number in range(COUNT))
LINES = {
    "a line": (LINKS,),
    "a list": (f"- {LINKS}",),
    "a quote": (f"> {LINKS}",),
    "a heading": (f"### {LINKS}",),
    "strong text": (f"**{LINKS}**",),
    "a cell": ("| a | b |", "| --- | --- |", f"| x | {LINKS} |"),
    "several lines": ("First.", LINKS, "Last."),
    "tags": (" ".join(f"#tag{number}" for number in range(COUNT)),),
}


@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
def test_siblings_of_a_link_are_few(tmp_path: Path, lines: tuple[str, ...]) -> None:
    files = {"index.md": "# Index\n", "wiki/a.md": page("A", *lines)}
    built = Site(tmp_path / "src", files).build("dummy")
    assert built.warnings == []
    document = built.doctree("wiki/a")
    links = list(document.findall(addnodes.pending_xref))
    assert len(links) >= COUNT
    assert max(len(link.parent.children) for link in links) <= MOST
    # Nothing is lost, and nothing moves.
    shown = [link.astext() for link in links[:COUNT]]
    sign = "#tag" if lines[0].startswith("#tag") else "Page "
    assert shown == [f"{sign}{number}" for number in range(COUNT)]


def test_a_line_of_few_links_is_one_piece(tmp_path: Path) -> None:
    files = {"index.md": "# Index\n", "wiki/a.md": page("A", "One [[B]], two [[C]].")}
    document = Site(tmp_path / "src", files).build("dummy").doctree("wiki/a")
    paragraph = next(document.findall(nodes.paragraph))
    assert [type(node) for node in paragraph.children] == [
        *(nodes.Text, addnodes.pending_xref) * 2,
        nodes.Text,
    ]
