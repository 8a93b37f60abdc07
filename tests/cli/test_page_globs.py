"""``--project`` and ``--pages``: what ``conf.py`` tells a build, for commands."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands import run_command

GIVEN = ["--pages", "wiki/*", "--project", "*/ja/*=garden", "--project", "garden-en"]


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages that nothing but the options tells from hand-written ones, and no project."""
    folder = tmp_path_factory.mktemp("given") / "docs"
    for name, words in {
        "wiki/en/Soil": "[[Rain]]",
        "wiki/en/Rain": "Wet.",
        "wiki/ja/土": "[[雨]]",
        "guide": "# A guide",
    }.items():
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        title = f"title: {path.stem}\naliases: []\n" if name != "guide" else "author: me\n"
        path.write_text(f"---\n{title}---\n\n{words}\n", encoding="utf-8")
    return folder


def run(*arguments: object, code: int = 0) -> str:
    return run_command(*arguments, code=code).output


def test_check(docs: Path) -> None:
    assert "contains no wiki pages" in run("check", docs, code=2)
    report = json.loads(run("check", docs, *GIVEN, "--format", "json"))
    assert report["pages"] == 3
    assert {each["folder"]: each["project"] for each in report["folders"]} == {
        "wiki/en": "garden-en",
        "wiki/ja": "garden",
    }
    assert report["links"] == {"total": 2, "missing": 1, "missing_pages": 1}


def test_explanations(docs: Path) -> None:
    explained = run("check", "--explain", docs, *GIVEN)
    assert f"{docs}/wiki/ja/土.md: a page of a wiki, because --pages includes it" in explained
    assert f"{docs}/guide.md: not a page of a wiki" in explained


def test_convert(docs: Path, tmp_path: Path) -> None:
    assert "no wiki pages" in run("convert", docs, "--to", "json", code=2)
    run("convert", docs, *GIVEN, "--to", "markdown", "-o", tmp_path)
    pages = {path.stem: path.read_text("utf-8") for path in tmp_path.rglob("*.md")}
    assert pages.keys() == {"Soil", "Rain", "土"}
    out = tmp_path / "native"
    icons = tmp_path / "icons" / "ja" / "Hana.scrapbox"
    icons.parent.mkdir(parents=True)
    icons.write_text("Hana\n[hana.icon] dug\n", encoding="utf-8")
    for source in (icons, tmp_path / "icons"):
        run("convert", source, *GIVEN, "--to", "markdown", "-o", f"{out}/")
        (page,) = out.rglob("*.md")
        assert "/api/pages/garden/hana/icon" in page.read_text("utf-8")
        page.unlink()


def test_diff(docs: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    assert "contains wiki pages" in run("diff", old, docs, code=2)
    assert "pages: 3 new" in run("diff", old, docs, *GIVEN)
    feed = ElementTree.fromstring(run("diff", docs, docs, *GIVEN, "--format", "atom"))
    assert feed.findtext("{http://www.w3.org/2005/Atom}title") == "Changes of garden-en"


@pytest.mark.parametrize("command", ["check", "convert", "diff", "coverage"])
def test_a_value_that_is_wrong(docs: Path, command: str) -> None:
    assert "must be NAME or GLOB=NAME, not '=garden'" in run(
        command, docs, docs, "--project", "=garden", code=2
    )
