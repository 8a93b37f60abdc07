"""The attribute ``lang`` of wiki pages, and of what other pages show of them."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from sites import EPUB, Built, Site, Tag, icon, language_links

from sphinx_scrapbox.snapshot.lockfile import Lock, dump_lock


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


ENGLISH = (
    "Sow the beans in rows, and cover them with a little soil that was warmed by the sun. " * 2
)
FOOTER = "This page is auto-translated from [/garden/{}](https://scrapbox.io/garden/{})."
CODE = "\n".join(f" print(sow(rows={number}, beans=True))" for number in range(30))


def exported(title: str, text: str, *fields: str, mark: str = "") -> str:
    first = [icon(mark).replace("garden-en", "garden")] if mark else []
    return "\n".join(["---", f'title: "{title}"', *fields, "---", "", *first, text])


@pytest.fixture(scope="module")
def wikis(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Two exported wikis and one with a lock file, in an English site."""
    files = {
        "index.md": "# Index\n",
        # The project of these is known by its front matter, its language by the notices.
        "ja/ame.md": exported("雨", "春雨", "project: garden"),
        "ja/une.md": exported("畝", "土", "project: garden"),
        "ja/code.md": exported("Sow", f"種まきの手順\n\n```\n{CODE}\n```", "project: garden"),
        "ja/beans.md": exported("Beans", ENGLISH, "project: garden"),
        "ja/leaf.md": exported("Leaf", "Green.", "project: garden", mark="en"),
        "ja/taihi.md": exported("堆肥", "月一回", "project: garden", mark="en"),
        "en/rain.md": exported("Rain", f"Wet.\n\n---\n{FOOTER.format('雨', '雨')}"),
        "en/compost.md": exported(
            "Compost", f"Leaves.\n\n---\n{FOOTER.format('堆肥', '堆肥')}", mark="ja"
        ),
        "en/beds.md": exported("Beds", f"Flat.\n\n---\n{FOOTER.format('Beans', 'Beans')}"),
        "en/tools.md": exported("Tools", "Spade"),
        "en/kuwa.md": exported("鍬", "まだ訳していない。"),
        "fr/pluie.md": exported("Pluie", "Eau.", "lang: fr-CA"),
        "fr/neige.md": exported("Neige", "Froid.", "language: fr_CA"),
        "zh/yu.scrapbox": "雨水\n浇水\n",
        "zh/scrapbox.lock": dump_lock(Lock("yuan", language="zh-Hans")),
    }
    site = Site(tmp_path_factory.mktemp("wikis") / "src", files)
    built = site.build(scrapbox_pages=["??/*"])
    assert built.warnings == []
    return built


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Han characters alone tell nothing; two translations name the wiki as Japanese.
        ("ja/ame", "ja"),
        ("ja/une", "ja"),
        # Code is in Latin script whatever the page is.
        ("ja/code", "ja"),
        # English text in a Japanese wiki, although its translation calls its source Japanese.
        ("ja/beans", None),
        ("ja/leaf", None),
        # The mark stands for a page that is not in Latin script, and was translated into English.
        ("ja/taihi", "ja"),
        ("en/rain", None),
        # The mark was translated with the page.
        ("en/compost", None),
        ("en/tools", None),
        ("en/kuwa", "ja"),
        ("fr/pluie", "fr-CA"),
        ("fr/neige", "fr-CA"),
        ("zh/yu", "zh-Hans"),
    ],
)
def test_language_of_projects(wikis: Built, name: str, expected: str | None) -> None:
    assert language(wikis, name) == (expected or "en", expected)


def test_versions_have_the_language_of_the_page(wikis: Built) -> None:
    for name in ("ja/taihi", "en/compost"):
        root = wikis.html(f"{name}.html").root
        links = {tag: Path(address).stem for tag, address in language_links(root).items()}
        assert links == {"ja": "taihi", "en": "compost"}
        # Readers of other languages are led to the original.
        default = root.one("link", hreflang="x-default")
        assert Path(default["href"]).stem == "taihi"


def test_no_language_tag_in_front_matter(site: Site) -> None:
    site.write({"wiki/soil.md": exported("Soil", "Earth.", "lang: the usual one")})
    (warning,) = site.build(**HERE, scrapbox_pages=["wiki/*"]).warnings
    assert "not a language tag" in warning
    assert "[scrapbox.front_matter]" in warning


def test_lock_file_with_another_language(site: Site) -> None:
    """Only pages of that folder are read again, and an edit gives what a fresh build gives."""
    lock = {"wiki/scrapbox.lock": dump_lock(Lock("garden"))}
    site.write(lock)
    build(site)
    site.write({"wiki/scrapbox.lock": dump_lock(Lock("garden", language="de"))})
    built = build(site)
    assert built.read == ["wiki/compost", "wiki/mizu"]
    assert language(built, "wiki/compost") == ("de", "de")
    cards = built.html("index.html").body.one("ul", "scrapbox-cards").all("li")
    assert [card.all("a")[0].one("span")["lang"] for card in cards] == ["de", "de"]


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
    # Of the English page, the title of the Japanese one in its first lines.
    assert marked == [["ja"], ["ja", "ja"]]


def test_list_is_written_again_when_a_language_changes(site: Site) -> None:
    build(site)
    site.write({"wiki/mizu.scrapbox": page("浇水", "早上", "[Compost]")})
    built = build(site)
    cards = built.html("index.html").body.one("ul", "scrapbox-cards")
    assert [tag.text for tag in cards.walk() if "lang" in tag.attributes] == ["水やり"]


def test_previews(site: Site) -> None:
    built = build(site)
    folder = built.out / "_static/sphinx_scrapbox/previews"
    assert json.loads((folder / "index.json").read_text())["language"] == "en"
    previews = {
        name: preview
        for path in folder.glob("[0-9]*.json")
        for name, preview in json.loads(path.read_text()).items()
    }
    assert previews["wiki/mizu.html"][2:] == ["", "ja"]
    assert previews["wiki/compost.html"][2:] == []


def test_book(site: Site) -> None:
    built = build(site, "epub", **EPUB)
    for name, expected in (("wiki/mizu", "ja"), ("wiki/compost", "en")):
        root = built.html(f"{name}.xhtml").root.one("html")
        assert (root["lang"], root["xml:lang"]) == (expected, expected)
    section = built.html("wiki/mizu.xhtml").body.all("section")[0]
    assert (section["lang"], section["xml:lang"]) == ("ja", "ja")


def test_one_file(site: Site) -> None:
    site.write({"index.md": "# Index\n\n```{toctree}\nwiki/mizu\nwiki/compost\n```\n"})
    sections = build(site, "singlehtml").html("index.html").body.all("section")
    assert [section["lang"] for section in sections if "lang" in section.attributes] == [
        "ja",
        "en",
    ]


INCLUDING = """# Guide

```{scrapbox:include} 水やり
```

```{scrapbox:include} Compost
:no-title:
```

```{scrapbox:include}
:file: _parts/mulch.scrapbox
:no-title:
```
"""


def blocks_with_language(body: Tag) -> list[tuple[str, str]]:
    """The languages and texts of blocks that have one, without words in another script."""
    blocks = (tag for tag in body.walk() if "lang" in tag.attributes and tag.name != "span")
    return [(tag["lang"], " ".join(tag.text.split())) for tag in blocks]


def test_included_pages(site: Site) -> None:
    site.write({"guide.md": INCLUDING, "_parts/mulch.scrapbox": page("敷き藁", "わらを敷く。")})
    config: dict[str, Any] = {"exclude_patterns": ["_parts"], "suppress_warnings": ["toc"]}
    site.build(**HERE, **config)
    body = site.build(**HERE, **config).html("guide.html").body
    texts = blocks_with_language(body)
    # The line that names the page is in the language of the site.
    assert texts == [
        ("ja", "水やり"),
        ("ja", "朝にやるのがよい。 Compostを混ぜる。"),
        ("ja", "わらを敷く。"),
    ]
    # The language of a page may change without a change of the page that is included.
    site.write({"wiki/scrapbox.lock": dump_lock(Lock("garden", language="de"))})
    body = site.build(**HERE, **config).html("guide.html").body
    assert [tag for tag, _text in blocks_with_language(body)] == ["de", "de", "de", "ja"]


def test_notices_are_in_the_language_of_the_site(wikis: Built) -> None:
    switcher = wikis.html("ja/taihi.html").body.one("p", "scrapbox-languages")
    assert switcher["lang"] == "en"
    assert [tag["lang"] for tag in switcher.walk() if "lang" in tag.attributes][1:] == ["ja", "en"]


def test_words_in_another_script(site: Site) -> None:
    """An English page names terms of its source; the page itself and code are left alone."""
    source = "> This page is auto-translated from [/garden/堆肥](https://scrapbox.io/garden/堆肥)."
    site.write(
        {
            "wiki/soil.md": exported(
                "Soil (土づくり)",
                "Mulch is 敷き藁、or 짚, also 藁. `敷き藁` [[水やり]]\n\n"
                "Code\n\n```\n敷き藁\n```\n\n"
                f"---\n{source[2:]}",
            ),
            "wiki/straw.md": exported("Straw", "Say 藁, as in 敷き藁.", "lang: en"),
            "guide.md": "# Guide\n\nBy hand: 敷き藁 and [[収穫]].\n",
        }
    )
    config: dict[str, Any] = {"suppress_warnings": ["toc"], "scrapbox_missing": "wiki"}
    built = site.build(**HERE, **config, scrapbox_pages=["wiki/*"])
    article = built.html("wiki/soil.html").body.all("section")[0]
    spans = [tag for tag in article.walk() if tag.name == "span" and "lang" in tag.attributes]
    texts = [(tag["lang"], tag.text) for tag in spans]
    assert texts[:4] == [
        ("ja", "土づくり"),
        ("ja", "敷き藁、"),
        ("ko", "짚"),
        # Han characters alone are in the language of the page that this was translated from.
        ("ja", "藁"),
    ]
    assert ("ja", "水やり") in texts
    # A page without a source has words that tell the language of the others.
    straw = built.html("wiki/straw.html").body.all("section")[0]
    words = [tag.text for tag in straw.walk() if tag.attributes.get("lang") == "ja"]
    assert words == ["藁", "敷き藁"]
    assert article.one("div", "highlight").text.strip() == "敷き藁"
    assert not [tag for tag in article.one("code").walk() if "lang" in tag.attributes]
    guide = built.html("guide.html").body
    marked = [tag.text for tag in guide.walk() if tag.attributes.get("lang") == "ja"]
    assert "敷き藁" not in marked


TEXTS = [
    "朝にやるのがよい。",
    "月一回",
    "Short.",
    ENGLISH,
    "물은 아침에 준다.",
    "[en.icon]",
    "Soil, or 土づくり",
    "[水やり] [/garden/堆肥] [/garden-en/Soil]",
    FOOTER.format("堆肥", "堆肥").partition("(")[0] + " using DeepL.",
]
TITLES = ["水やり", "堆肥", "Soil"]


def _edit(site: Site, chance: random.Random) -> None:
    """Change a page, or the lock file of a wiki, of which the language holds for its pages."""
    folder = chance.choice(["ja", "en"])
    if chance.random() < 0.3:
        project = {"ja": "garden", "en": "garden-en"}[folder]
        lock = Lock(project, language=chance.choice(["", "", "de"]))
        site.write({f"{folder}/scrapbox.lock": dump_lock(lock)})
    else:
        lines = chance.sample(TEXTS, 3)
        site.write(
            {f"{folder}/{chance.choice('abc')}.scrapbox": page(chance.choice(TITLES), *lines)}
        )


def test_languages_of_each_build_are_those_of_a_fresh_one(tmp_path: Path) -> None:
    chance = random.Random(3)
    listing = "# Index\n\n```{scrapbox:pages}\n:as: cards\n```\n"
    site = Site(tmp_path / "site", {"index.md": f"{listing}\n```{{scrapbox:include}} 堆肥\n```\n"})
    for _step in range(12):
        _edit(site, chance)
    config = {"suppress_warnings": ["scrapbox", "toc"]}
    for _step in range(6):
        kept = site.build(target="_kept", **config)
        fresh = site.build(target="_fresh", **config)
        names = sorted(path.relative_to(fresh.out) for path in fresh.out.rglob("*.html"))
        shown = {"index.html", "ja", "en"}
        for name in names:
            if name.parts[0] in shown:
                assert (kept.out / name).read_bytes() == (fresh.out / name).read_bytes(), name
        shutil.rmtree(fresh.out.parent)
        _edit(site, chance)
