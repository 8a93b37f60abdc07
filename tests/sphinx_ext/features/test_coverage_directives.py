"""Which pages of a site are translated, and their titles: two directives."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from outputs import assert_same_pages
from sites import BUILDERS, EPUB, Built, Site, Tag, broken_links, page

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

DAY = 86400
MARCH = 1740787200  # 2025-03-01
HERE: dict[str, Any] = {"scrapbox_project": "garden-en"}
ASK = """\
State
=====

.. scrapbox:coverage::
   :limit: 1

.. scrapbox:glossary::
"""


def footer(title: str, project: str = "garden") -> list[str]:
    return ["---", f"This page is auto-translated from [/{project}/{title}] using DeepL."]


def exported(title: str, *sources: str) -> str:
    parts: list[str] = []
    for name in sources:
        link = f"[/garden/{name}](https://scrapbox.io/garden/{name})"
        parts += [title] * bool(parts) + ["Words.", "---"]
        parts += [f"This page is auto-translated from {link} using DeepL."]
    return page(title, *parts)


def pulled(folder: str, project: str, **pages: tuple[int, str]) -> dict[str, str]:
    """The files of a pulled project: the day of its last change and the text of each page."""
    rows = tuple(
        LockedPage(
            *(sha256(f"{project}/{name}".encode()).hexdigest()[:24], text.split("\n")[0]),
            f"{name}.scrapbox",
            updated=MARCH + day * DAY,
            hash=sha256(text.encode()).hexdigest(),
        )
        for name, (day, text) in pages.items()
    )
    files = {f"{folder}/{name}.scrapbox": text for name, (_day, text) in pages.items()}
    return {**files, f"{folder}/scrapbox.lock": dump_lock(Lock(project, pages=rows))}


SOURCES = {
    "taihi": (9, "堆肥\n葉を集める。\n"),
    "mizu": (0, "水やり\n朝にやる。\n"),
    "tane": (0, "種\n春にまく。\n"),
    "tsuchi": (0, "土\n耕さない。\n"),
    "kusa": (0, "草\n刈る。\n"),
    "diy": (0, "DIY\n同じ題。\n"),
}
WATER = "\n".join(["Watering", "At noon.", *footer("水やり")]) + "\n"


def files() -> dict[str, str]:
    compost = "\n".join(["Compost", "Gather.", *footer("堆肥")]) + "\n"
    return {
        "index.rst": ASK,
        **pulled("ja", "garden", **SOURCES),
        **pulled("old", "garden-en", compost=(2, compost), water=(2, WATER)),
        "en/DIY.md": exported("DIY", "DIY"),
        "en/Heap.md": exported("Heap", "堆肥"),
        "en/Rain.md": exported("Rain", "雨"),
        "en/Soil.md": exported("Soil", "種", "土"),
        "en/Notes.md": page("Notes", "No translation."),
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    site = Site(tmp_path_factory.mktemp("coverage") / "site", files())
    built = site.build(**HERE)
    assert built.warnings == []
    assert broken_links(built.out) == []
    return built


def cells(table: Tag) -> list[list[str]]:
    return [[cell.text for cell in row.all("td")] for row in table.all("tr")[1:]]


def test_figures(built: Built) -> None:
    table = built.html("index.html").body.all("table", "scrapbox-coverage")[0]
    assert table.all("th")[0].text == "garden → garden-en"
    assert cells(table) == [
        ["Pages of the source wiki", "6"],
        ["Translated pages", "5 (83 %)"],
        ["Not translated yet", "1"],
        ["Translations whose source was deleted", "1"],
        ["Sources with several translations", "1"],
        ["Translations older than their source", "1"],
    ]


def test_lists(built: Built) -> None:
    body = built.html("index.html").body
    assert [title.text for title in body.all("p", "rubric")] == [
        "Not translated yet",
        "Translations whose source was deleted",
        "Sources with several translations",
        "Translations older than their source",
    ]
    (item,) = body.one("ul", "scrapbox-untranslated").all("li")
    assert (item.text, item.one("a")["href"]) == ("草", "ja/kusa.html")
    assert item.one("span", lang="ja").text == "草"
    assert body.one("ul", "scrapbox-gone").text == "Rain: /garden/雨"
    assert body.one("ul", "scrapbox-gone").one("span", lang="ja").text == "/garden/雨"
    doubled = body.one("ul", "scrapbox-doubled")
    assert [item.text for item in doubled.all("li")] == ["堆肥: Heap", "1 more"]
    (stale,) = body.one("ul", "scrapbox-stale").all("li")
    dates = "(translated on 2025-03-03, source changed on 2025-03-10)"
    assert stale.text == f"Compost: 堆肥 {dates}"


def test_glossary(built: Built) -> None:
    table = built.html("index.html").body.one("table", "scrapbox-glossary")
    assert [head.text for head in table.all("th")] == ["日本語", "English"]
    assert [head["lang"] for head in table.one("thead").all("p")] == ["ja", "en"]
    assert cells(table) == [
        ["DIY", "DIY"],
        ["土", "Soil"],
        ["堆肥", "Heap"],
        ["水やり", "Watering"],
        ["種", "Soil"],
    ]
    links = [link["href"] for link in table.all("tr")[1].all("a")]
    assert links == ["ja/diy.html", "en/DIY.html"]  # one title, two pages


def test_search_does_not_find_lists(built: Built) -> None:
    terms = built.text("searchindex.js")
    assert '"sourc"' not in terms  # the stem of "source", which only the lists say
    assert '"note"' in terms


@pytest.mark.parametrize("builder", [name for name in BUILDERS if name != "html"])
def test_every_format(tmp_path: Path, builder: str) -> None:
    site = Site(tmp_path / "site", files())
    config = EPUB if builder == "epub" else {}
    result = site.build(builder, parallel=2, **HERE, **config)
    assert result.warnings == []
    if builder == "text":
        text = result.text("index.txt")
        assert "* *Rain*: /garden/雨" in text
        assert "水やり" in text


def test_options_and_their_mistakes(tmp_path: Path) -> None:
    text = (
        "Ask\n===\n\n.. scrapbox:coverage::\n   :only: gone, stale\n   :project: garden-en\n\n"
        ".. scrapbox:coverage::\n   :only: lost\n   :project: nobody\n   :empty: Nothing.\n\n"
        ".. scrapbox:glossary::\n   :source: nobody\n   :limit: many\n"
    )
    site = Site(tmp_path / "site", {**files(), "index.rst": text})
    result = site.build(**HERE)
    assert [line.partition("scrapbox:")[2] for line in result.warnings] == [
        "coverage: option 'only' must be some of untranslated, gone, doubled, stale, none, not "
        "'lost'; it is ignored [scrapbox.directive]",
        "glossary: option 'limit' must be a whole number, not 'many'; it is ignored "
        "[scrapbox.directive]",
    ]
    body = result.html("index.html").body
    assert [tag.text for tag in body.all("p", "rubric")] == [
        "Translations whose source was deleted",
        "Translations older than their source",
    ]
    assert body.text.endswith("Nothing.")


def test_japanese(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", files())
    body = site.build(**HERE, language="ja").html("index.html").body
    assert [title.text for title in body.all("p", "rubric")] == [
        "未翻訳のページ",
        "原文がなくなった翻訳",
        "翻訳が複数ある原文",
        "原文より古い翻訳",
    ]


EDITS: list[dict[str, str | None]] = [
    {"en/Cut.md": exported("Cut", "草")},
    {"en/Rain.md": None},
    pulled("ja", "garden", **{**SOURCES, "mizu": (7, "水やり\n夕方にやる。\n")}),
    {"en/Heap.md": exported("Pile", "堆肥")},
    {"ja/kusa.scrapbox": None},
]


def test_an_edit_gives_what_a_fresh_build_gives(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", files())
    site.build(**HERE)
    for edit in EDITS:
        site.write(edit)
        kept = site.build(**HERE)
        assert "index" in kept.written
        assert "en/Notes" not in kept.written
        fresh = site.build(target="_fresh", parallel=2, **HERE)
        assert_same_pages(kept.out, fresh.out)
        shutil.rmtree(fresh.out.parent)
    assert site.build(**HERE).written == []


# -- wikis that are not part of the site -----------------------------------------------


def test_sources_in_a_folder_beside_the_site(tmp_path: Path) -> None:
    both = files()
    own = {name: text for name, text in both.items() if not name.startswith("ja/")}
    Site(tmp_path / "other", {name: text for name, text in both.items() if name[:3] == "ja/"})
    site = Site(tmp_path / "site", own)
    config = {**HERE, "scrapbox_translation_sources": ["../other/ja"]}
    body = site.build(**config).html("index.html").body
    assert cells(body.all("table", "scrapbox-coverage")[0])[1] == ["Translated pages", "5 (83 %)"]
    assert body.one("ul", "scrapbox-untranslated").text == "草"
    # A private wiki is not named.
    lock = (tmp_path / "other/ja/scrapbox.lock").read_text("utf-8")
    (tmp_path / "other/ja/scrapbox.lock").write_text(lock.replace("false", "true", 1), "utf-8")
    kept = site.build(**config)
    assert "草" not in kept.text("index.html")
    rows = cells(kept.html("index.html").body.all("table", "scrapbox-coverage")[0])
    assert rows[0] == ["Pages of the source wiki", "0"]
    assert rows[-1] == ["Translated from unknown pages", "7"]


def test_sources_on_another_site(tmp_path: Path) -> None:
    both = files()
    ja = Site(tmp_path / "ja", {"index.rst": "I\n=\n", **pulled("ja", "garden", **SOURCES)})
    other = ja.build(scrapbox_project="garden")
    site = Site(tmp_path / "site", {n: t for n, t in both.items() if not n.startswith("ja/")})
    result = site.build(
        extensions=["sphinx.ext.intersphinx", "sphinx_scrapbox"],
        intersphinx_mapping={"garden": ("https://ja.example.org/", f"{other.out}/objects.inv")},
        **HERE,
    )
    assert result.warnings == []
    body = result.html("index.html").body
    assert cells(body.all("table", "scrapbox-coverage")[0])[:3] == [
        ["Pages of the source wiki", "6"],
        ["Translated pages", "5 (83 %)"],
        ["Not translated yet", "1"],
    ]
    link = body.one("ul", "scrapbox-untranslated").one("a")
    assert (link.text, link["href"]) == ("草", "https://ja.example.org/ja/kusa.html")
