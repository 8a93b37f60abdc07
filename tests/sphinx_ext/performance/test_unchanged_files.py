"""Documents and what is outdated are found as Sphinx finds them, without path objects."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sites import Built, Site

CONFIG: dict[str, Any] = {
    "exclude_patterns": ["_build", "left out/**", "**/draft*", "[x-z].md"],
    "suppress_warnings": ["toc.not_included", "myst.header"],
}
NAMES = (
    *("index.md", "a.md", "b/c.rst", "b/draft.md", "left out/d.md", "x.md", "e/.md"),
    *("f.txt", ".#g.md", "b/_sources/h.md", "i/é.md", "i/e\u0301e.md", "j.md.md", "k l/m.md"),
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "src", {name: "# Title\n" for name in NAMES if name[-3:] == ".md"})
    site.write({name: "Title\n=====\n" for name in NAMES if name[-3:] != ".md"})
    return site


def _tables(built: Built) -> tuple[object, ...]:
    project = built.app.project
    return project.docnames, project._path_to_docname, project._docname_to_path


@pytest.mark.parametrize("other", [{}, {"a.rst": "A\n=\n"}], ids=["plain", "twice"])
def test_documents_are_those_of_sphinx(site: Site, other: dict[str, str]) -> None:
    site.write(other)
    fast = site.build("dummy", target="fast", **CONFIG)
    slow = site.build("dummy", target="slow", scrapbox_fast=False, **CONFIG)
    assert _tables(fast) == _tables(slow)
    assert fast.app.project.docnames >= {"index", "a", "b/c", "i/é", "j.md", "k l/m"}
    assert "b/draft" not in fast.app.project.docnames
    assert fast.warnings == slow.warnings
    assert any("multiple files" in line for line in fast.warnings) == bool(other)


def _touch(site: Site, outputs: list[Path]) -> None:
    os.utime(site.src / "a.md")


def _lose_a_doctree(site: Site, outputs: list[Path]) -> None:
    for out in outputs:
        (out.parent / "doctrees/a.doctree").unlink()


def _lose_a_page(site: Site, outputs: list[Path]) -> None:
    for out in outputs:
        (page,) = [*out.glob("a.html"), *out.glob("a/index.html")]
        page.unlink()


def _change_a_dependency(site: Site, outputs: list[Path]) -> None:
    site.write({"part.inc": "other words"})


def _remove_a_dependency(site: Site, outputs: list[Path]) -> None:
    site.write({"part.inc": None})


def _rename(site: Site, outputs: list[Path]) -> None:
    (site.src / "a.md").rename(site.src / "new.md")


def _change_a_template(site: Site, outputs: list[Path]) -> None:
    site.write({"templates/page.html": '{% extends "!page.html" %}'})


CHANGES: dict[Callable[[Site, list[Path]], None], set[str]] = {
    _touch: {"a"},
    _lose_a_doctree: {"a"},
    _lose_a_page: {"a"},
    _change_a_dependency: {"b/n"},
    _remove_a_dependency: {"b/n"},
    _rename: {"new"},
    _change_a_template: {"b/c", "index"},
}
"""Some of the pages that are written after each change."""


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_what_is_outdated_is_what_sphinx_says(site: Site, builder: str) -> None:
    site.write({"b/n.rst": "N\n=\n\n.. literalinclude:: /part.inc\n", "part.inc": "words"})
    config: dict[str, Any] = {**CONFIG, "templates_path": ["templates"]}

    def build() -> list[Built]:
        return [
            site.build(builder, target=f"_{fast}", scrapbox_fast=fast, **config)
            for fast in (True, False)
        ]

    outputs = [built.out for built in build()]
    assert [built.written for built in build()] == [[], []]
    for change, pages in CHANGES.items():
        change(site, outputs)
        fast, slow = build()
        assert (fast.read, fast.written, fast.warnings) == (slow.read, slow.written, slow.warnings)
        assert {page.removesuffix("/index") for page in fast.written} >= pages
    config["html_title"] = "Another"
    fast, slow = build()
    assert fast.written == slow.written
    assert len(fast.written) == len(fast.app.env.all_docs)
    for built in (fast, slow):
        reason = "what pages depend on beside the documents has changed: options"
        assert f"documents are written: {reason}" in built.app.status.getvalue()


def test_a_package_elsewhere_changes_no_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.build(**CONFIG)
    monkeypatch.setattr(
        "sphinx_scrapbox.sphinx_ext.features.lists.indices._TEMPLATES", site.src / "elsewhere"
    )
    assert site.build(**CONFIG).written == []
