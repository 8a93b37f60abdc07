"""The notice of a machine translation: where it stands, what it says, in which language."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import Built, Site, icon, language_links, page

HERE = {"scrapbox_project": "garden-en"}


def footer(source: str = "/garden/堆肥の話", engine: str = "DeepL") -> str:
    using = f" using {engine}" if engine else ""
    return (
        f"This page is auto-translated from [{source}](https://scrapbox.io{source}){using}. If "
        "you looks something interesting but the auto-translated English is not good enough to "
        "understand it, feel free to let me know at [@garden_en](https://twitter.com/garden_en). "
        "I'm very happy to spread my thought to non-Japanese readers."
    )


PAGE = '---\ntitle: "Compost"\n---\n\nFirst words.\n\nLast words.\n\n---\n'
SAID = (
    "Machine translation This page was machine-translated from 堆肥の話 with DeepL. "
    "If a passage is hard to understand, please tell @garden_en."
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src", {"index.rst": "Index\n=====\n", "page.md": PAGE + footer()})


def _build(site: Site, **config: object) -> Built:
    built = site.build(**HERE, **config)
    assert built.warnings == []
    return built


def _blocks(built: Built, name: str = "page.html") -> list[str]:
    """The text of each block of the page, heading and notices included."""
    section = built.html(name).body.one("section", id="compost")
    return [child.text for child in section.children if not isinstance(child, str)]


@pytest.mark.parametrize(
    ("position", "blocks"),
    [
        ("end", ["First words.", "Last words.", SAID]),
        ("start", [SAID, "First words.", "Last words."]),
        ("both", [SAID, "First words.", "Last words.", SAID]),
        (False, ["First words.", "Last words."]),
        (True, ["First words.", "Last words.", SAID]),
    ],
)
def test_position(site: Site, position: str | bool, blocks: list[str]) -> None:
    built = _build(site, scrapbox_translation_notice=position)
    assert _blocks(built)[1:] == blocks
    # The head tells in any case.
    root = built.html("page.html").root
    assert language_links(root) == {"ja": "https://scrapbox.io/garden/堆肥の話", "en": "page.html"}


def test_engine_is_said_if_known(site: Site) -> None:
    site.write({"page.md": PAGE + footer(engine="")})
    assert "This page was machine-translated from 堆肥の話. If" in _blocks(_build(site))[-1]


def test_text_of_ones_own(site: Site) -> None:
    text = "Nach {source} ({from}→{to}) mit {engine}; {contact} {date}{other}"
    assert _blocks(_build(site, scrapbox_translation_text=text))[-1] == (
        "Machine translation Nach 堆肥の話 (ja→en) mit DeepL; @garden_en {other}"
    )


def test_languages(site: Site) -> None:
    for pairs, wanted in {
        ("garden", "garden-en"): ("zh-Hant", "en-GB"),
        ("*", "garden-en"): ("zh-Hant", "en-GB"),
        ("garden", "*"): ("zh-Hant", "en-GB"),
        ("elsewhere", "garden-en"): ("ja", "en"),
    }.items():
        languages = {pairs: ("zh-Hant", "en-GB")}
        root = _build(site, scrapbox_languages=languages).html("page.html").root
        assert tuple(language_links(root)) == wanted
        assert root.one("html")["lang"] == wanted[1]
        made = root.one("meta", content="machine")
        assert made["name"] == "translation"
        assert f"{wanted[1]}-t-{wanted[0].lower()}-t0-und" in {
            tag.attributes.get("content") for tag in root.all("meta")
        }


def test_source_on_this_site(site: Site) -> None:
    source = page("堆肥の話", "元の文。").replace("pages/garden-en/", "pages/garden/")
    site.write({"元/堆肥.md": source})
    root = _build(site).html("page.html").root
    address = language_links(root)["ja"]
    assert address == "%E5%85%83/%E5%A0%86%E8%82%A5.html"
    (link,) = (tag for tag in root.all("a", "internal") if tag.text == "堆肥の話")
    assert link["href"] == address


def test_taught_wording(site: Site) -> None:
    text = (
        '---\ntitle: "Compost"\n---\n\nWorte.\n\n---\n'
        "Übersetzt aus [/garden/堆肥の話](https://scrapbox.io/garden/堆肥の話) "
        "am 2026-03-01 (DeepL)."
    )
    pattern = (
        r"Übersetzt aus \[(?P<link>/[^]]+)\]\([^)]*\) am (?P<date>[\d-]+) \((?P<engine>\w+)\)\."
    )
    site.write({"page.md": text})
    wordings = [{"pattern": pattern, "from": "ja", "to": "de"}]
    built = site.build(scrapbox_translation_wordings=wordings, scrapbox_pages=["page.md"], **HERE)
    assert built.warnings == []
    assert _blocks(built)[1:] == [
        "Worte.",
        "Machine translation This page was machine-translated from 堆肥の話 with DeepL. "
        "Translated on 2026-03-01.",
    ]
    assert built.html("page.html").root.one("html")["lang"] == "de"


def test_several_footers(site: Site) -> None:
    first, second = footer("/garden/一"), footer("/garden/二")
    text = PAGE + f"{first}\ncompost\nWords of the second part.\n\n---\n{second}"
    site.write({"page.md": text})
    built = _build(site)
    outer = built.html("page.html").body.all("section")[0]
    assert [tag.text for tag in outer.all("div", "scrapbox-translation")] == [
        SAID.replace("堆肥の話", "一"),
        SAID.replace("堆肥の話", "二"),
    ]
    (inner,) = outer.all("section")
    assert [child.text for child in inner.children if not isinstance(child, str)] == [
        "compost¶",
        "Words of the second part.",
        SAID.replace("堆肥の話", "二"),
    ]
    # The first footer speaks for the page.
    assert built.facts("page").source == "/garden/一"


def test_text_after_the_footer(site: Site) -> None:
    site.write({"page.md": f"{PAGE}{footer()}\n\nWritten by hand.\n{icon('en')}"})
    texts = " ".join(_blocks(_build(site)))
    assert texts.index(SAID) < texts.index("Written by hand.")


def test_what_the_wording_does_not_cover_is_kept(site: Site) -> None:
    site.write({"page.md": f"{PAGE}{footer()} And a word more."})
    assert _blocks(_build(site))[-1] == f"{SAID} And a word more."


def test_in_japanese(site: Site) -> None:
    said = _blocks(_build(site, language="ja"))[-1]
    assert "堆肥の話" in said
    assert "DeepL" in said
    assert "@garden_en" in said
    assert "machine" not in said.lower()


@pytest.mark.parametrize("builder", ["text", "latex", "man", "texinfo"])
def test_readable_in_every_format(site: Site, builder: str) -> None:
    site.write({"index.rst": "Index\n=====\n\n.. toctree::\n\n   page\n"})
    built = site.build(
        builder,
        man_pages=[("index", "wiki", "Wiki", "Nobody", 1)],
        language="en",
        **HERE,
    )
    assert built.warnings == []
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in built.out.iterdir()
        if path.suffix in (".txt", ".tex", ".1", ".texi")
    )
    words = " ".join(text.replace("\\sphinxhyphen{}", "-").replace("\\-", "-").split())
    assert "This page was machine-translated from" in words
    assert "auto-translated" not in words
