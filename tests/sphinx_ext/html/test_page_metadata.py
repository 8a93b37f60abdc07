"""What the head of a wiki page tells search engines and other sites."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sites import Built, Site, icon, page

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

BASE = "https://example.org/docs"
HOSTILE = """</script><script>alert("1")</script> \\"a'&"""
QUOTED = '"Quoted" \\\\ & more'
NOTE = (
    "This page is auto-translated from [/garden-ja/堆肥](https://scrapbox.io/garden-ja/堆肥) "
    "using DeepL. If you looks something interesting but the auto-translated English is not good "
    "enough to understand it, feel free to let me know at "
    "[@hana](https://twitter.com/hana). I'm very happy to spread my thought to non-Japanese "
    "readers."
)
FILES = {
    "index.md": "# Garden\n\nBy hand.\n",
    "wiki/Mulch.md": "---\ntitle: Mulch\ncreated: 2024-01-02\nupdated: 2024-03-04\n---\n\n"
    "Straw & leaves.\n#soil #winter\n",
    "wiki/Compost.md": page("Compost", "It rots.", NOTE),
    "wiki/hostile.scrapbox": f"{HOSTILE}\n{HOSTILE} [{HOSTILE}] #{HOSTILE.split()[0]}\n",
    "wiki/quoted.scrapbox": f"{QUOTED}\n{QUOTED}\n",
    "ja/compost.scrapbox": "堆肥\n腐ります。\n",
    "ja/scrapbox.lock": dump_lock(
        Lock("garden-ja", pages=(LockedPage("", "堆肥", "compost.scrapbox"),))
    ),
    "secret/plan.scrapbox": "Plan\nNothing yet.\n",
    "secret/scrapbox.lock": dump_lock(
        Lock("secret-garden", private=True, pages=(LockedPage("", "Plan", "plan.scrapbox"),))
    ),
}
CONFIG: dict[str, Any] = {
    "scrapbox_project": {"wiki/**": "garden-en"},
    "scrapbox_pages": ["wiki/**"],
    "html_baseurl": BASE,
    "project": "Garden",
}


def article(built: Built, name: str) -> Any:
    script = built.html(f"{name}.html").root.one("script", type="application/ld+json")
    return json.loads(script.raw_text)


def tags(built: Built, name: str) -> dict[str, str]:
    metas = built.html(f"{name}.html").root.all("meta")
    names = [tag.attributes.get("property") or tag.attributes.get("name", "") for tag in metas]
    described = [name for name in names if name.startswith("og:") or name == "description"]
    assert len(described) == len(set(described))
    return {
        name: tag.attributes["content"]
        for name, tag in zip(names, metas, strict=True)
        if name in described
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("metadata") / "src", FILES)


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return site.build(**CONFIG)


def test_an_article_tells_what_is_known(built: Built) -> None:
    assert article(built, "wiki/Mulch") == {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": "Mulch",
        "description": "Straw & leaves.",
        "url": f"{BASE}/wiki/Mulch.html",
        "mainEntityOfPage": f"{BASE}/wiki/Mulch.html",
        "dateCreated": "2024-01-02T00:00:00Z",
        "dateModified": "2024-03-04T00:00:00Z",
        "inLanguage": "en",
        "keywords": ["soil", "winter"],
        "isBasedOn": "https://scrapbox.io/garden-en/Mulch",
        "isPartOf": {"@type": "WebSite", "name": "Garden", "url": f"{BASE}/"},
    }
    assert tags(built, "wiki/Mulch") == {
        "description": "Straw & leaves.",
        "og:type": "article",
        "og:title": "Mulch",
        "og:url": f"{BASE}/wiki/Mulch.html",
        "og:description": "Straw & leaves.",
    }
    assert "ld+json" not in built.text("index.html")


def test_a_translation_names_its_source(built: Built) -> None:
    assert article(built, "wiki/Compost")["translationOfWork"] == {
        "@type": "Article",
        "headline": "堆肥",
        "inLanguage": "ja",
        "url": f"{BASE}/ja/compost.html",
    }
    assert "translationOfWork" not in article(built, "ja/compost")


def test_texts_stay_texts(built: Built) -> None:
    """No title ends the element, and each is read as it was written."""
    assert article(built, "wiki/hostile")["headline"] == HOSTILE
    assert article(built, "wiki/quoted")["headline"] == QUOTED
    assert tags(built, "wiki/quoted")["og:title"] == QUOTED
    assert "<script>alert" not in built.text("wiki/hostile.html")


def test_private_wikis_are_not_named(built: Built) -> None:
    assert "isBasedOn" not in article(built, "secret/plan")
    assert "secret-garden" not in built.text("secret/plan.html")


def test_without_an_address_of_the_site(site: Site) -> None:
    shown = article(site.build(**{**CONFIG, "html_baseurl": ""}), "wiki/Mulch")
    assert not {"url", "mainEntityOfPage", "image"} & shown.keys()
    built = site.build(scrapbox_metadata=False, **CONFIG)
    assert "ld+json" not in built.text("wiki/Mulch.html")
    assert tags(built, "wiki/Mulch") == {}


@pytest.mark.parametrize("builder", ["singlehtml", "epub", "json"])
@pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")
def test_for_pages_of_a_site_alone(site: Site, builder: str) -> None:
    built = site.build(builder, version="1", **CONFIG)
    for path in built.out.rglob("*.*html*"):
        assert b"ld+json" not in path.read_bytes()
    for path in built.out.rglob("*.fjson"):
        assert b"ld+json" not in path.read_bytes()


def test_an_image_and_a_theme_with_tags_of_its_own(tmp_path: Path) -> None:
    pytest.importorskip("shibuya")
    image = "![image](https://example.org/bed.png)"
    files = {"index.md": "# Garden\n", "wiki/Bed.md": page("Bed", icon("hana") + "Dig.", image)}
    config = {**CONFIG, "exclude_patterns": []}
    alabaster = Site(tmp_path / "src", files).build(**config)
    shibuya = Site(tmp_path / "other", files).build(html_theme="shibuya", **config)
    for built in (alabaster, shibuya):
        shown = tags(built, "wiki/Bed")
        assert shown["og:image"] == "https://example.org/bed.png"
        assert shown["og:image:alt"] == "Bed"
        assert shown["description"] == "Dig."
        assert article(built, "wiki/Bed")["image"] == "https://example.org/bed.png"
    noindex = {**config, "scrapbox_canonical": "noindex"}
    built = Site(tmp_path / "other", files).build("dirhtml", html_theme="shibuya", **noindex)
    assert built.html("wiki/Bed/index.html").root.all("meta", content="noindex")
