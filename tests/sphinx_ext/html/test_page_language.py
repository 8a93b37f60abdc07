"""The attribute ``lang`` of wiki pages, and of what other pages show of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sites import EPUB, Built, Site


def page(*lines: str) -> str:
    """A native page."""
    return "\n".join(lines) + "\n"


MIZU = page("水やり", "朝にやるのがよい。", "[Compost]を混ぜる。")
COMPOST = page("Compost", "Leaves and grass.", "See [水やり].")
TAIHI = page("堆肥", "月一回")
FILES = {
    "index.md": "# Index\n\n```{scrapbox:pages}\n:as: cards\n```\n",
    "wiki/mizu.scrapbox": MIZU,
    "wiki/compost.scrapbox": COMPOST,
}
HERE: dict[str, Any] = {"scrapbox_project": "garden"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site", dict(FILES))


def build(site: Site, builder: str = "html", **config: Any) -> Built:
    built = site.build(builder, **{**HERE, **config})
    assert built.warnings == []
    return built


def language(built: Built, name: str) -> tuple[str | None, str | None]:
    """The attributes of ``<html>`` and of the section that holds the page."""
    html = built.html(f"{name}.html")
    section = html.body.all("section")[0]
    return html.root.one("html").attributes.get("lang"), section.attributes.get("lang")


def test_script_of_the_page(site: Site) -> None:
    built = build(site)
    assert language(built, "wiki/mizu") == ("ja", "ja")
    assert language(built, "wiki/compost") == ("en", None)
    assert language(built, "index") == ("en", None)


def test_page_in_the_language_of_the_site_is_not_marked(site: Site) -> None:
    built = build(site, language="ja")
    assert language(built, "wiki/mizu") == ("ja", None)


@pytest.mark.parametrize(
    "languages",
    [
        {"wiki/**": "de"},
        {"wiki/compost": "de", "garden": "fr"},
        {"garden": "de"},
        {("garden", "garden-en"): ("de", "en")},
    ],
)
def test_configured_language_outweighs_the_script(site: Site, languages: dict[Any, Any]) -> None:
    built = build(site, scrapbox_languages=languages)
    assert language(built, "wiki/compost") == ("de", "de")


def test_mark_of_the_page_outweighs_the_configuration(site: Site) -> None:
    site.write({"wiki/compost.scrapbox": page("Compost", "[en.icon]", "Leaves.")})
    built = build(site, language="de", scrapbox_languages={"**": "fr"})
    assert language(built, "wiki/compost") == ("en", "en")


def test_most_pages_of_a_folder_give_their_language_to_the_rest(site: Site) -> None:
    """Han characters alone do not tell Japanese from Chinese; the pages around them do."""
    site.write({"ja/a.scrapbox": page("種まき", "春にまく。"), "ja/taihi.scrapbox": TAIHI})
    assert language(build(site), "ja/taihi") == ("en", None)
    site.write({"ja/b.scrapbox": page("収穫", "秋にとる。")})
    built = build(site)
    assert language(built, "ja/taihi") == ("ja", "ja")
    fresh = Site(site.src.parent / "fresh", dict(FILES))
    fresh.write({p.relative_to(site.src).as_posix(): p.read_text() for p in site.src.glob("ja/*")})
    assert build(fresh).text("ja/taihi.html") == built.text("ja/taihi.html")


def test_cards_of_another_language(site: Site) -> None:
    built = build(site)
    cards = built.html("wiki/compost.html").body.one("section", "scrapbox-related").all("li")
    assert [(card["lang"], card.text.split()[0]) for card in cards] == [("ja", "水やり")] * 2
    block = built.html("wiki/mizu.html").body.one("section", "scrapbox-related")
    assert block["lang"] == "en"
    assert [item.attributes.get("lang") for item in block.all("li")] == [None, None]


def test_list_of_pages(site: Site) -> None:
    cards = build(site).html("index.html").body.one("ul", "scrapbox-cards").all("li")
    marked = [[tag["lang"] for tag in card.walk() if "lang" in tag.attributes] for card in cards]
    assert marked == [[], ["ja", "ja"]]


def test_list_is_written_again_when_a_language_changes(site: Site) -> None:
    build(site)
    site.write({"wiki/mizu.scrapbox": page("浇水", "早上", "[Compost]")})
    built = build(site)
    assert "lang" not in built.html("index.html").body.one("ul", "scrapbox-cards").pretty()


def test_previews(site: Site) -> None:
    built = build(site)
    folder = built.out / "_static/sphinx_scrapbox/previews"
    assert json.loads((folder / "index.json").read_text())["language"] == "en"
    previews = {
        name: preview
        for path in folder.glob("[0-9]*.json")
        for name, preview in json.loads(path.read_text()).items()
    }
    assert previews["wiki/mizu.html"][2:] == ["ja"]
    assert previews["wiki/compost.html"][2:] == []


def test_book(site: Site) -> None:
    built = build(site, "epub", **EPUB)
    assert built.html("wiki/mizu.xhtml").body.all("section")[0]["lang"] == "ja"


def test_one_file(site: Site) -> None:
    site.write({"index.md": "# Index\n\n```{toctree}\nwiki/mizu\nwiki/compost\n```\n"})
    sections = build(site, "singlehtml").html("index.html").body.all("section")
    assert [section["lang"] for section in sections if "lang" in section.attributes] == [
        "ja",
        "en",
    ]
