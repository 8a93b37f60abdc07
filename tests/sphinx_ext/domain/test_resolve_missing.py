"""``scrapbox-resolve-missing``: other extensions resolve links to pages that are not here."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import Built, Site, page

CONF = """
from docutils import nodes

extensions = ["sphinx_scrapbox"]
scrapbox_project = "garden-en"

{handlers}
"""
FILES = {
    "index.md": "# Index\n\nTo [[Shed]] and [[Renamed]].\n",
    "wiki/shed.md": page("Shed", "Spades. To [[Nowhere]]."),
}


def _build(folder: Path, handlers: str, builder: str = "html", **options: object) -> Built:
    files = {**FILES, "conf.py": CONF.format(handlers=handlers)}
    return Site(folder / "src", files).build(builder, **options)  # type: ignore[arg-type]


ELSEWHERE = """
def elsewhere(app, env, node, contnode):
    if node["reftarget"] == "Nowhere":
        address = "https://elsewhere.example/" + env.path2doc(env.doc2path(node["refdoc"]))
        return nodes.reference("", "", contnode, refuri=address, internal=False)


def setup(app):
    app.connect("scrapbox-resolve-missing", elsewhere)
"""


@pytest.mark.parametrize("parallel", [0, 2])
def test_a_link_that_another_resolves(tmp_path: Path, parallel: int) -> None:
    built = _build(tmp_path, ELSEWHERE, parallel=parallel, scrapbox_missing="wiki")
    assert built.warnings == []
    (link,) = built.html("wiki/shed.html").body.all(
        "a", href="https://elsewhere.example/wiki/shed"
    )
    assert link.text == "Nowhere"
    # What is here, or what nobody knows, is as ever.
    links = [link["href"] for link in built.html("index.html").body.all("a", "reference")]
    assert links == ["wiki/shed.html", "https://scrapbox.io/garden-en/Renamed"]


def test_none_is_warned_of_that_another_resolves(tmp_path: Path) -> None:
    built = _build(tmp_path, ELSEWHERE, scrapbox_missing="warn")
    (warning,) = built.warnings
    assert "'Renamed'" in warning


def test_the_first_that_resolves_it(tmp_path: Path) -> None:
    handlers = """
def first(app, env, node, contnode):
    if node["reftarget"] == "Nowhere":
        return nodes.emphasis("", "", contnode)


def second(app, env, node, contnode):
    return nodes.strong("", "", contnode)


def setup(app):
    app.connect("scrapbox-resolve-missing", second, priority=600)
    app.connect("scrapbox-resolve-missing", first, priority=400)
"""
    built = _build(tmp_path, handlers, "pseudoxml")
    assert "<emphasis>" in built.text("wiki/shed.pseudoxml")
    assert "<strong>" in built.text("index.pseudoxml")


def test_links_to_a_private_wiki_are_asked_for_too(tmp_path: Path) -> None:
    lock = '{"scrapbox-lock": 1, "project": "garden-en", "exported": 1, "private": true}\n'
    native = {"wiki/scrapbox.lock": lock, "wiki/native.scrapbox": "Native\nWords.\n"}
    files = {**native, "conf.py": CONF.format(handlers=ELSEWHERE)}
    built = Site(tmp_path / "src", {**FILES, **files}).build()
    assert "https://elsewhere.example/wiki/shed" in built.text("wiki/shed.html")
    assert "https://scrapbox.io" not in built.html("index.html").body.pretty()
