"""Marks of links into another language, and the line on pages that are not translated yet."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from outputs import assert_same_pages
from sites import BUILDERS, EPUB, Built, Site, broken_links, page

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

ON: dict[str, Any] = {"scrapbox_project": "garden-en", "scrapbox_untranslated": True}


def translated(title: str, source: str, *lines: str) -> str:
    footer = f"This page is auto-translated from [/garden/{source}] using DeepL."
    return page(title, *lines, "---", footer)


LOCK = dump_lock(
    Lock(
        "garden",
        pages=(LockedPage("1", "堆肥", "a.scrapbox"), LockedPage("2", "草", "b.scrapbox")),
    )
)
FILES = {
    "index.rst": "Index\n=====\n\nSee :scrapbox:page:`/garden/草` and :scrapbox:page:`Compost`.\n",
    "ja/a.scrapbox": "堆肥\n葉と[草]を集める。[/garden-en/Notes]\n",
    "ja/b.scrapbox": "草\n刈る。\n",
    "ja/scrapbox.lock": LOCK,
    "en/Compost.md": translated(
        "Compost",
        "堆肥",
        "Gather leaves and [/garden/草](https://scrapbox.io/garden/草).",
        "See [[Notes]], or [/garden/雨](https://scrapbox.io/garden/雨).",
    ),
    "en/Notes.md": page("Notes", "By hand."),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    site = Site(tmp_path_factory.mktemp("marks") / "site", FILES)
    built = site.build(**ON)
    assert built.warnings == []
    assert broken_links(built.out) == []
    return built


def marks(built: Built, name: str) -> dict[str, str]:
    """The marked links of a page: the address, and the mark with its title."""
    links = built.html(f"{name}.html").body.all("a")
    return {
        link["href"]: f"{mark.text} {mark['title']}"
        for link in links
        for mark in link.all("abbr", "scrapbox-language-mark")
    }


def test_links_into_another_language_are_marked(built: Built) -> None:
    assert marks(built, "en/Compost") == {
        "../ja/b.html": "ja 日本語",
        "https://scrapbox.io/garden/雨": "ja 日本語",
    }
    assert marks(built, "ja/a") == {"../en/Notes.html": "en English"}
    assert marks(built, "index") == {"ja/b.html": "ja 日本語"}
    assert built.html("index.html").body.one("span", lang="ja").text == "/garden/草"
    assert marks(built, "ja/b") == marks(built, "en/Notes") == {}


def test_search_does_not_find_the_marks(built: Built) -> None:
    assert (
        '"ja"' not in built.text("searchindex.js").partition('"titles"')[0].partition("terms")[2]
    )


@pytest.mark.parametrize("builder", [name for name in BUILDERS if name != "html"])
def test_every_builder(tmp_path: Path, builder: str) -> None:
    index = FILES["index.rst"] + "\n.. toctree::\n\n   en/Compost\n   ja/a\n   ja/b\n"
    site = Site(tmp_path / "site", {**FILES, "index.rst": index})
    result = site.build(builder, parallel=2, **ON, **(EPUB if builder == "epub" else {}))
    assert result.warnings == []
    if builder == "text":
        assert "*/garden/草* (ja)" in result.text("en/Compost.txt")
        assert "Not translated into English yet." in result.text("ja/b.txt")
    if builder == "latex":
        (file,) = result.out.glob("*.tex")
        assert "(ja)" in file.read_text("utf-8")


def test_no_marks(tmp_path: Path) -> None:
    result = Site(tmp_path / "site", FILES).build(**ON, scrapbox_language_marks=False)
    assert marks(result, "en/Compost") == {}


# -- not translated yet ----------------------------------------------------------------


def line(built: Built, name: str) -> list[str]:
    lines = built.html(f"{name}.html").body.all("p", "scrapbox-untranslated")
    return [f"{tag.attributes.get('lang', '')} {tag.text}" for tag in lines]


def test_a_source_that_is_not_translated_says_so(built: Built) -> None:
    assert line(built, "ja/b") == ["en Not translated into English yet."]
    assert line(built, "ja/a") == line(built, "en/Compost") == line(built, "en/Notes") == []


def test_only_where_the_option_says_so(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", FILES)
    off = {**ON, "scrapbox_untranslated": ["en/**"]}
    assert line(site.build(**off), "ja/b") == []
    japanese = site.build(**ON, language="ja")
    assert line(japanese, "ja/b") == [" 英語にはまだ翻訳されていません。"]


EDITS: list[dict[str, str | None]] = [
    {"en/Cut.md": translated("Cut", "草", "Mow it.")},
    {"en/Cut.md": None},
    {"ja/b.scrapbox": "草\n[en.icon]\nCut it, and let it rot.\n"},
    {"en/Compost.md": page("Compost", "Gather [/garden/草](https://scrapbox.io/garden/草).")},
]


def test_an_edit_gives_what_a_fresh_build_gives(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", FILES)
    site.build(**ON)
    for edit in EDITS:
        site.write(edit)
        kept = site.build(**ON)
        fresh = site.build(target="_fresh", parallel=2, **ON)
        assert_same_pages(kept.out, fresh.out)
        shutil.rmtree(fresh.out.parent)
    assert site.build(**ON).written == []
