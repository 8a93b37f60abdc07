"""A page that was merged from several translations, and the sources that lead back to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sites import Built, Site, Tag, broken_links
from sphinx.util.inventory import InventoryFile

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

DAY = 86400
MARCH = 1740787200  # 2025-03-01
JA, EN = "https://ja.example.org/", "https://en.example.org/"
INDEX = {"index.rst": "Index\n=====\n"}


def footer(title: str) -> str:
    return f"---\nThis page is auto-translated from [/garden/{title}] using DeepL.\n"


SOURCES = {
    "ja/a.scrapbox": "堆肥\n葉を集める。\n",
    "ja/b.scrapbox": "土\n耕さない。\n",
    "ja/c.scrapbox": "種\n春にまく。\n",
}
MERGED = (
    f"Soil and compost\nGather leaves.\n{footer('堆肥')}\nSoil and compost\n"
    f"Do not dig.\n{footer('土')}"
)
TRANSLATIONS = {
    "en/merged.scrapbox": MERGED,
    "en/seeds.scrapbox": f"Seeds\nSow in spring.\n{footer('種')}",
}


def own_lock(site: Site) -> None:
    for folder, project in (("ja", "garden"), ("en", "garden-en")):
        files = sorted((site.src / folder).glob("*.scrapbox"))
        if files:
            pages = tuple(
                LockedPage(f"{at:024x}", file.read_text("utf-8").split("\n")[0], file.name)
                for at, file in enumerate(files)
            )
            site.write({f"{folder}/scrapbox.lock": dump_lock(Lock(project, pages=pages))})


def make(path: Path, *parts: dict[str, str]) -> Site:
    site = Site(path, {name: text for part in (INDEX, *parts) for name, text in part.items()})
    own_lock(site)
    return site


def build(site: Site, project: str = "garden-en", **config: Any) -> Built:
    built = site.build(scrapbox_project=project, **config)
    assert built.warnings == []
    assert broken_links(built.out) == []
    return built


def switcher(built: Built, name: str) -> list[str]:
    line = built.html(f"{name}.html").body.one("p", "scrapbox-languages")
    return [
        f"{tag.text} {tag.attributes.get('href', '')}".strip()
        for tag in line.children
        if isinstance(tag, Tag)
    ]


def alternates(built: Built, name: str) -> list[tuple[str, str]]:
    head = built.html(f"{name}.html").root.one("head")
    return [
        (link["hreflang"], link["href"])
        for link in head.all("link", rel="alternate")
        if link.attributes.get("hreflang") not in (None, "x-default")
    ]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make(tmp_path / "site", SOURCES, TRANSLATIONS)


def test_a_merged_page_and_its_sources_lead_to_each_other(site: Site) -> None:
    built = build(site)
    compost, soil = "日本語 (堆肥) ../ja/a.html", "日本語 (土) ../ja/b.html"
    assert switcher(built, "en/merged") == [compost, soil, "English"]
    assert switcher(built, "ja/a") == ["日本語", "English ../en/merged.html"]
    assert switcher(built, "ja/b") == ["日本語", "English ../en/merged.html"]
    assert alternates(built, "en/merged") == [
        ("ja", "../ja/a.html"),
        ("ja", "../ja/b.html"),
        ("en", "merged.html"),
    ]
    # A source is no language version of another one.
    assert alternates(built, "ja/b") == [("ja", "b.html"), ("en", "../en/merged.html")]
    assert alternates(built, "en/seeds") == [("ja", "../ja/c.html"), ("en", "seeds.html")]


def test_an_edit_of_footers_gives_what_a_fresh_build_gives(site: Site) -> None:
    build(site)
    only_one = f"Soil and compost\nGather leaves.\n{footer('堆肥')}"
    for text, written in ((only_one, {"ja/b"}), (MERGED, {"ja/b"})):
        site.write({"en/merged.scrapbox": text})
        kept = build(site)
        assert written <= set(kept.written)
        assert "ja/c" not in kept.written
        fresh = build(site, target=f"_fresh{len(text)}", parallel=2)
        for path in fresh.out.rglob("*.html"):
            name = path.relative_to(fresh.out)
            assert (kept.out / name).read_bytes() == path.read_bytes(), name


@pytest.mark.parametrize("links", [("b", "a"), ("a", "b", "c"), ("c", "b", "a")])
def test_pages_that_are_sources_of_each_other(tmp_path: Path, links: tuple[str, ...]) -> None:
    """A cycle in which pages have several sources ends, and each page knows itself."""
    pages = {
        f"ja/{name}.scrapbox": f"{name}\nWords.\n" + "".join(map(footer, links)) for name in "abc"
    }
    built = build(make(tmp_path / "site", pages), "garden")
    for name in "abc":
        assert built.html(f"ja/{name}.html").body.text.startswith(name)


def test_many_ways_to_the_first_source_are_walked_once(tmp_path: Path) -> None:
    pages = {"ja/p00a.scrapbox": "p00a\nWords.\n", "ja/p00b.scrapbox": "p00b\nWords.\n"}
    for number in range(1, 40):  # twice as many ways at each step
        both = footer(f"p{number - 1:02}a") + footer(f"p{number - 1:02}b")
        for half in "ab":
            pages[f"ja/p{number:02}{half}.scrapbox"] = f"p{number:02}{half}\nWords.\n{both}"
    built = build(make(tmp_path / "site", pages), "garden")
    first = [href for _language, href in alternates(built, "ja/p39a")]
    assert first[:2] == ["p00a.html", "p00b.html"]


def beside(site: Site, project: str, base: str, others: dict[str, Any]) -> Built:
    return build(
        site,
        project,
        extensions=["sphinx.ext.intersphinx", "sphinx_scrapbox"],
        intersphinx_mapping=others,
        intersphinx_cache_limit=0,
        html_baseurl=base,
    )


def test_on_two_sites(tmp_path: Path) -> None:
    ja, en = make(tmp_path / "ja", SOURCES), make(tmp_path / "en", TRANSLATIONS)
    first = beside(ja, "garden", JA, {})
    english = beside(en, "garden-en", EN, {"garden": (JA, str(first.out / "objects.inv"))})
    assert switcher(english, "en/merged") == [
        f"日本語 (堆肥) {JA}ja/a.html",
        f"日本語 (土) {JA}ja/b.html",
        "English",
    ]
    with (english.out / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    names = {f"ja:en:/garden/{title}" for title in ("堆肥", "土", "種")}
    assert set(inventory["scrapbox:translation"]) == names
    again = beside(ja, "garden", JA, {"garden-en": (EN, str(english.out / "objects.inv"))})
    for name in ("ja/a", "ja/b"):
        assert switcher(again, name) == ["日本語", f"English {EN}en/merged.html"]
        assert ("en", f"{EN}en/merged.html") in alternates(again, name)
        assert (f"{JA}{name}.html") in [href for _language, href in alternates(again, name)]


def test_the_link_to_a_source_is_in_the_language_of_that_source(site: Site) -> None:
    for language in ("fr", "de", "ja"):
        text = f"---\ntitle: Note\nproject: garden\nlang: {language}\n---\n\nSol et eau.\n"
        seeds = f"Seeds\nSow in spring.\n{footer('種')}{footer('Note')}"
        site.write({"ja/note.md": text, "en/seeds.scrapbox": seeds})
        built = build(site)
        notices = built.html("en/seeds.html").body.all("div", "scrapbox-translation")
        marks = [notice.one("span", "scrapbox-source")["lang"] for notice in notices]
        assert marks == ["ja", language]
