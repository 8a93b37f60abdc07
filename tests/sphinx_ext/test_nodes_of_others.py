"""Another extension has node classes of the names that ours bear, or once bore."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from sites import Built, Site, page
from sphinx import addnodes

NAMES = (
    "icon speech speaker video media related listing fold fold_title changelist inserted deleted "
    "linkmap provenance moment"
).split()
FORMATS = ("html", "latex", "text", "man", "texinfo")
OTHERS = f"""
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

CLASSES = {{name: type(name, (nodes.Element,), {{"__module__": __name__}}) for name in {NAMES}}}
globals().update(CLASSES)


def visit(self, node):
    words = f"other {{type(node).__name__.replace('_', ' ')}}."
    if hasattr(self, "add_text"):
        self.new_state(0)
        self.add_text(words)
        self.end_state()
    else:
        self.body.append(words)
    raise nodes.SkipNode


class Others(SphinxDirective):
    def run(self):
        return [cls() for cls in CLASSES.values()]


def setup(app):
    visitors = dict.fromkeys({FORMATS}, (visit, None))
    for cls in CLASSES.values():
        app.add_node(cls, **visitors)
    app.add_directive("others", Others)
    return {{"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}}
"""
FILES = {
    "index.rst": "Index\n=====\n\n.. toctree::\n\n   wiki/talk\n   wiki/film\n",
    "wiki/talk.md": page(
        "Talk",
        "<img src='https://scrapbox.io/api/pages/garden-en/ren/icon' alt='ren.icon'/>Good day.",
        "To [[Film]] and [[Nowhere]].",
    ),
    "wiki/film.md": page("Film", "https://youtu.be/abcdefghijk", "[[Talk]]"),
    "others.rst": ":orphan:\n\nOthers\n======\n\n.. others::\n",
}
PARTS: dict[str, Any] = {
    "latex_documents": [
        ("wiki/talk", "talk.tex", "Talk", "Nobody", "howto"),
        ("wiki/film", "film.tex", "Film", "Nobody", "howto"),
        ("others", "others.tex", "Others", "Nobody", "howto"),
    ],
    "man_pages": [
        (name, name.rpartition("/")[2], "x", "Nobody", 1)
        for name in ("wiki/talk", "wiki/film", "others")
    ],
    "texinfo_documents": [
        ("wiki/talk", "talk", "Talk", "Nobody", "talk", "", ""),
        ("wiki/film", "film", "Film", "Nobody", "film", "", ""),
        ("others", "others", "Others", "Nobody", "others", "", ""),
    ],
    "scrapbox_project": "garden-en",
    "scrapbox_provenance": "end",
    "today": "today",
}
SUFFIXES = {"html": ".html", "latex": ".tex", "text": ".txt", "man": ".1", "texinfo": ".texi"}


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the other extension, which Python finds."""
    folder = tmp_path / "extensions"
    folder.mkdir()
    (folder / "others_nodes.py").write_text(OTHERS, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "others_nodes", raising=False)
    return folder


def _build(folder: Path, extensions: list[str], builder: str) -> Built:
    files = {**FILES, "conf.py": f"extensions = {extensions}\n"}
    if "others_nodes" not in extensions:
        del files["others.rst"]
    config = {
        name: [part for part in parts if "others" not in part[0]]
        if isinstance(parts, list) and "others_nodes" not in extensions
        else parts
        for name, parts in PARTS.items()
    }
    return Site(folder, files).build(builder, **config)


def _texts(built: Built, suffix: str) -> dict[str, str]:
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in built.out.rglob(f"*{suffix}")
        if path.stem in ("talk", "film", "others")
    }


@pytest.mark.parametrize("builder", FORMATS)
@pytest.mark.parametrize("is_first", [True, False], ids=["others first", "others last"])
def test_both_go_on_working(tmp_path: Path, others: Path, builder: str, is_first: bool) -> None:
    ours = ["sphinx_scrapbox"]
    alone = _build(tmp_path / "alone" / "src", ours, builder)
    extensions = ["others_nodes", *ours] if is_first else [*ours, "others_nodes"]
    both = _build(tmp_path / "both" / "src", extensions, builder)
    assert both.warnings == alone.warnings == []
    expected, found = (_texts(built, SUFFIXES[builder]) for built in (alone, both))
    assert set(expected) == {"talk", "film"}
    theirs = found.pop("others")
    assert found == expected
    words = " ".join(theirs.split())
    for name in NAMES:
        assert f"other {name.replace('_', ' ')}." in words, name


def test_every_class_bears_our_name(tmp_path: Path) -> None:
    """So that this goes on to hold: what we register is a node of ours, or one of Sphinx."""
    plain = {"conf.py": "extensions = ['myst_parser']\n", "index.md": "# Index\n"}
    without = Site(tmp_path / "plain" / "src", plain).build().app.registry.translation_handlers
    built = _build(tmp_path / "ours" / "src", ["sphinx_scrapbox"], "html")
    handlers = built.app.registry.translation_handlers
    for builder in FORMATS:
        new = handlers[builder].keys() - without.get(builder, {}).keys() - vars(addnodes).keys()
        assert len(new) >= len(NAMES) - 1
        assert [name for name in new if not name.startswith("scrapbox")] == []
