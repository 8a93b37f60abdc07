"""The fixture site as its reader sees it: a summary of a talk, and a page with one of each."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sites import Built, Html, Site, Tag, language_links, tree
from syrupy.assertion import SnapshotAssertion

TALK = "wiki/A talk on compost by Ren Aoki"
SOIL = "wiki/Soil temperature"


@pytest.fixture(scope="module")
def site(rootdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    src = tmp_path_factory.mktemp("site") / "src"
    shutil.copytree(rootdir / "test-wiki", src)
    return Site(src)


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return site.build()


@pytest.fixture(scope="module")
def talk(built: Built) -> Html:
    return built.html(f"{TALK}.html")


@pytest.mark.parametrize("docname", [TALK, SOIL])
def test_doctree(built: Built, docname: str, snapshot: SnapshotAssertion) -> None:
    assert tree(built.doctree(docname)) == snapshot


@pytest.mark.parametrize("docname", [TALK, SOIL])
def test_html(built: Built, docname: str, snapshot: SnapshotAssertion) -> None:
    assert built.html(f"{docname}.html").body.all("section")[0].pretty() == snapshot


# -- the summary of a talk -------------------------------------------------------------


def _heading(tag: Tag) -> str:
    return tag.text.removesuffix("¶")


def test_headings(talk: Html) -> None:
    assert [_heading(tag) for tag in talk.body.all("h1")] == ["A talk on compost by Ren Aoki"]
    headings = ["1. Why heaps go cold", "2. What to add first", "3. When to turn"]
    assert [_heading(tag) for tag in talk.body.all("h2")] == [*headings, "Related pages"]


def test_headings_stand_in_the_toctree(built: Built) -> None:
    entries = built.html("index.html").body.one("div", "toctree-wrapper").all("a")
    assert [entry.text for entry in entries][-4:] == [
        "A talk on compost by Ren Aoki",
        "1. Why heaps go cold",
        "2. What to add first",
        "3. When to turn",
    ]


def test_lists_are_as_deep_as_the_wiki_has_them(talk: Html) -> None:
    second = talk.body.one("section", id="what-to-add-first")
    (outer,) = (
        child for child in second.children if isinstance(child, Tag) and child.name == "ul"
    )
    (item,) = (child for child in outer.children if isinstance(child, Tag))
    inner = item.all("ul")[0]
    items = [child for child in inner.children if isinstance(child, Tag)]
    assert [entry.name for entry in items] == ["li", "li", "li"]
    assert items[0].text == "Straw, cardboard, wood chips."


def test_video_is_a_link_that_can_be_played(talk: Html) -> None:
    link = talk.body.one("a", "scrapbox-video")
    assert link["href"] == "https://www.youtube.com/live/abc_DEF-123"
    assert link["data-scrapbox-embed"] == "https://www.youtube-nocookie.com/embed/abc_DEF-123"
    assert link.text == link["href"]


def test_page_links(talk: Html) -> None:
    links = {
        link.text: link["href"] for link in talk.body.all("a") if link.all(cls="scrapbox-page")
    }
    assert links == {
        "Ren Aoki": "https://scrapbox.io/garden-en/Ren_Aoki",
        "soil temperature": "Soil%20temperature.html",
        "wood chips": "https://scrapbox.io/garden-en/wood_chips",
        "熱が下がったら切り返す": "https://scrapbox.io/garden-en/熱が下がったら切り返す",
    }


def test_hashtag(talk: Html) -> None:
    (link,) = (link for link in talk.body.all("a") if link.all(cls="scrapbox-tag"))
    assert (link.text, link["href"]) == ("#切り返し", "https://scrapbox.io/garden-en/切り返し")


def test_turns(talk: Html) -> None:
    turns = talk.body.all("div", "scrapbox-speech", role="group")
    assert [turn["aria-label"] for turn in turns] == ["o1 Pro", "Hana Mori", "Leaf bot"]
    said = [turn.one("div", "scrapbox-words") for turn in turns]
    assert said[0].text == "These are the main points of the talk."
    assert said[1].text == "What counts as brown?"
    links = said[2].one("ul").all("a")
    assert [link["href"] for link in links] == [
        "https://example.org/browns_(dry)",
        "https://example.org/list",
    ]
    # Whose link is known leads to it, and the face is a file of the site or a drawing.
    assert turns[1].one("p", "scrapbox-speaker").one("a")["href"] == "https://example.org/hana"
    assert turns[2].one("img")["src"].startswith("../_images/scrapbox-icon-")
    assert turns[0].one("svg", "scrapbox-avatar").text == "O1"


def test_signature(talk: Html) -> None:
    signature = talk.body.one("span", "scrapbox-signature")
    assert signature["title"] == "Hana Mori"


def test_translation_notice(talk: Html) -> None:
    notice = talk.body.one("div", "scrapbox-translation")
    assert notice.text == (
        "Machine translation This page was machine-translated from Ren Aokiの堆肥の話 with "
        "DeepL. If a passage is hard to understand, please tell @garden_en."
    )
    source, contact = notice.all("a")
    assert source["href"] == "https://scrapbox.io/garden/Ren_Aokiの堆肥の話"
    assert contact["href"] == "https://twitter.com/garden_en"
    assert "auto-translated" not in talk.body.text


@pytest.mark.parametrize(
    ("builder", "own"),
    [("html", "A%20talk%20on%20compost%20by%20Ren%20Aoki.html"), ("dirhtml", "./")],
)
def test_head(site: Site, builder: str, own: str) -> None:
    built = site.build(builder)
    name = f"{TALK}.html" if builder == "html" else f"{TALK}/index.html"
    root = built.html(name).root
    assert root.one("html")["lang"] == "en"
    assert language_links(root) == {
        "ja": "https://scrapbox.io/garden/Ren_Aokiの堆肥の話",
        "en": own,
    }
    named = {
        meta.attributes.get("name"): meta["content"]
        for meta in root.all("meta", content="machine")
    }
    assert named == {"translation": "machine"}


def test_no_mark_of_the_dialect_is_left(talk: Html) -> None:
    text = talk.body.text
    for mark in ("[[", "]]", "###", "![", "](", "<img", ".icon", "---", "title:"):
        assert mark not in text, mark


@pytest.mark.parametrize("docname", [TALK, SOIL, "guide", "rest", "index"])
def test_nobody_else_is_asked_for_anything_but_images(built: Built, docname: str) -> None:
    root = built.html(f"{docname}.html").root
    for tag in root.walk():
        address = tag.attributes.get("src") or (tag.name == "link" and _loads(tag)) or ""
        # A page with formulas loads MathJax, from where Sphinx's ``mathjax_path`` says.
        if urlsplit(address).netloc and "mathjax" not in address:
            assert tag.name == "img", tag.pretty()
            assert "scrapbox.io" not in address


def _loads(link: Tag) -> str:
    return link["href"] if link["rel"] not in ("alternate", "canonical") else ""
