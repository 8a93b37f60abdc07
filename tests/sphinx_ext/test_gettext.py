"""Messages of wiki pages: what translators see, and what becomes of their work."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from docutils import nodes
from sites import Built, Site, icon, page

HERE = {"scrapbox_project": "garden-en"}
FOOTER = (
    "---\nThis page is auto-translated from [/garden/堆肥](https://scrapbox.io/garden/堆肥) using "
    "DeepL."
)
LINES = [
    "Words of a paragraph with [[a link]] and #tag here.",
    "",
    "One line",
    "and another",
    icon("hana") + "Said by somebody.",
    "",
    icon("en"),
    "![image](https://gyazo.com/0123456789abcdef0123456789abcdef/thumb/1000)",
    "[https://youtu.be/abcdefgh](https://youtu.be/abcdefgh)",
    "[https://example.org](https://example.org)",
    "$x^2$",
    "1.### A heading with [[link]]",
    ".",
    "    - item [[b link]]",
    "        - deeper `code`",
    "> quoted words",
    "# Big " + icon("hana"),
    "1. numbered",
    "table of depths",
    "| depth | [[May]] |",
    "| -- | -- |",
    "| 5 cm | cold |",
    "Signed words. " + icon("hana"),
    "",
    FOOTER,
]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(
        tmp_path / "src", {"index.rst": "Index\n=====\n", "page.md": page("The title", *LINES)}
    )


def _messages(built: Built) -> dict[str, list[int]]:
    with (built.out / "page.pot").open("rb") as file:
        catalog = read_po(file)
    return {
        str(message.id): [line for path, line in message.locations if path.endswith("page.md")]
        for message in catalog
        if message.id
    }


def test_messages_are_the_lines_of_the_page(site: Site) -> None:
    built = site.build("gettext", **HERE)
    assert built.warnings == []
    text = (site.src / "page.md").read_text().split("\n")

    def at(part: str) -> list[int]:
        return [number for number, line in enumerate(text, 1) if part in line][:1]

    assert _messages(built) == {
        "The title": [2],
        "Words of a paragraph with [[a link]] and #tag here.": at("Words of a paragraph"),
        "One line": at("One line"),
        "and another": at("and another"),
        "Said by somebody.": at("Said by"),
        "1. A heading with [[link]]": at("A heading"),
        "item [[b link]]": at("item"),
        "deeper `code`": at("deeper"),
        "quoted words": at("quoted"),
        "Big": at("Big"),
        "numbered": at("numbered"),
        "table of depths": at("table of"),  # a cell with more than text is left alone
        "depth": at("| depth"),
        "5 cm": at("5 cm"),
        "cold": at("5 cm"),
        f"Signed words. {icon('hana')}": at("Signed"),
    }


TRANSLATIONS = {
    "The title": "題名",
    "Words of a paragraph with [[a link]] and #tag here.": "#tag と [[a link]] の段落",
    "One line": "一行",
    "and another": "もう一行",
    "Said by somebody.": "誰かの言葉",
    "1. A heading with [[link]]": "1. [[link]] の見出し",
    "item [[b link]]": "[[b link]] の項目",
    "deeper `code`": "`code` より深く",
    "quoted words": "引用",
    "Big": "大",
    "numbered": "番号",
    "table of depths": "深さの表",
    "depth": "深さ",
    "5 cm": "五センチ",
    f"Signed words. {icon('hana')}": f"署名 {icon('hana')}",
}


def _translate(site: Site, translations: dict[str, str]) -> None:
    catalog = Catalog(locale="ja")
    for source, target in translations.items():
        catalog.add(source, target)
    folder = site.src / "locale/ja/LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "page.mo").open("wb") as file:
        write_mo(file, catalog)


def _shape(document: nodes.document) -> list[str]:
    return [node.tagname for node in document.findall(nodes.Element)]


@pytest.mark.parametrize("builder", ["html", "text", "latex"])
def test_translations_appear(site: Site, builder: str) -> None:
    before = site.build(builder, target="_en", **HERE)
    _translate(site, TRANSLATIONS)
    site.write({"index.rst": "Index\n=====\n\n.. toctree::\n\n   page\n"})
    config = {"language": "ja", "locale_dirs": ["locale"], "gettext_compact": False, **HERE}
    built = site.build(builder, target="_ja", **config)
    assert built.warnings == []
    text = built.doctree("page").astext()
    for source, target in TRANSLATIONS.items():
        plain = target.replace("[[", "").replace("]]", "").replace("`", "").partition("<img")[0]
        assert plain.strip() in text, plain
        if source != target and "<img" not in source and source != "1. numbered":
            assert source not in text
    assert "cold" in text  # what is not translated stays
    kept = [name for name in _shape(before.doctree("page")) if name != "Text"]
    assert sorted(_shape(built.doctree("page"))) == sorted(kept)


def test_translated_links_lead_where_they_led(site: Site) -> None:
    site.write({"a.md": page("A link", "Words.")})
    _translate(site, TRANSLATIONS)
    config = {"language": "ja", "locale_dirs": ["locale"], "gettext_compact": False, **HERE}
    built = site.build(**config)
    assert built.warnings == []
    body = built.html("page.html").body
    (paragraph,) = (tag for tag in body.all("p") if "の段落" in tag.text)
    assert [link["href"] for link in paragraph.all("a")] == [
        "https://scrapbox.io/garden-en/tag",
        "a.html",
    ]
    assert body.one("h1").text.startswith("題名")
    # A translated page is found by its own title, and counts once.
    facts = built.app.env.domains["scrapbox"].facts  # type: ignore[attr-defined]
    assert facts["page"].title == "The title"
    assert set(facts) == {"page", "a"}


def test_icons_of_another_host_are_icons_in_translations(site: Site) -> None:
    hana = icon("hana").replace("https://scrapbox.io", "https://wiki.example")
    site.write({"page.md": page("The title", f"Words of {hana} here.")})
    _translate(site, {f"Words of {hana} here.": f"{hana} の言葉"})
    config = {"language": "ja", "locale_dirs": ["locale"], "gettext_compact": False, **HERE}
    built = site.build(scrapbox_url="https://wiki.example", scrapbox_pages=["page.md"], **config)
    assert built.warnings == []
    text = built.html("page.html").body.text
    assert "の言葉" in text
    assert "wiki.example" not in text


def test_messages_with_markup_of_others_stay_wiki_text(site: Site) -> None:
    evil = "{raw}`x` <script>alert(1)</script> [[a link]] #tag {{x}}"
    _translate(site, {"Words of a paragraph with [[a link]] and #tag here.": evil})
    config = {"language": "ja", "locale_dirs": ["locale"], "gettext_compact": False, **HERE}
    built = site.build(**config)
    assert built.warnings == []
    assert "<script>alert" not in built.text("page.html")
    assert "<script>alert(1)</script>" in built.html("page.html").body.text


def test_hand_written_pages_are_translated_as_myst(tmp_path: Path) -> None:
    site = Site(
        tmp_path / "src",
        {"page.md": "# Title\n\nSee [[Other]] and *this*.\n", "index.rst": "I\n=\n"},
    )
    pot = site.build("gettext", target="_pot", **HERE)
    assert "See [[Other]] and *this*." in _messages(pot)
    _translate(site, {"See [[Other]] and *this*.": "*これ* と [[Other]]", "Title": "題"})
    config = {"language": "ja", "locale_dirs": ["locale"], "gettext_compact": False, **HERE}
    built = site.build(suppress_warnings=["toc.not_included"], **config)
    assert built.warnings == []
    body = built.html("page.html").body
    assert (body.one("em").text, body.one("a", "reference").text) == ("これ", "Other")


# -- links with words of their own -----------------------------------------------------

JA = {"language": "ja", "locale_dirs": ["locale"], "gettext_compact": False, **HERE}
EN_ICON = icon("en")


def catalogue(site: Site, name: str, translations: dict[str, str]) -> None:
    """Write a catalogue as Sphinx compiles it, and depends on it: from its source."""
    catalog = Catalog(locale="ja")
    for source, target in translations.items():
        catalog.add(source, target)
    path = site.src / "locale/ja/LC_MESSAGES" / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog)


def anchors(built: Built, name: str) -> list[tuple[str, str]]:
    return [
        (link.text.removesuffix(" en"), link["href"])  # the mark of another language
        for link in built.html(name).body.all("a", "reference")
        if link.text != "en"  # the mark of an exported page
    ]


def test_links_of_exported_pages_take_words(tmp_path: Path) -> None:
    lines = [
        "See [[Water]] and [[A|B]].",
        "",
        "[[Water]] and [[A|B]] again",
        "1.### On [[Water]]",
        "none: [[Water]]",
    ]
    files = {
        "index.rst": "I\n=\n\n.. scrapbox:include:: Notes\n",
        "page.md": page("Notes", *lines),
        "water.md": page("Water", "Wet."),
        "ab.md": page("A|B", "Both."),
    }
    site = Site(tmp_path / "src", files)
    translations = {
        "See [[Water]] and [[A|B]].": "[[A|B|甲乙]]と[[Water|水]]を見る。",
        "[[Water]] and [[A|B]] again": "[[Water]]・[[A|B]]",
        "1. On [[Water]]": "1. [[Water|水]]について",
        "none: [[Water]]": "無: [[Water|]]",
    }
    catalogue(site, "page", translations)
    built = site.build(scrapbox_related=False, **JA)
    assert built.warnings == []
    links = [
        ("甲乙", "ab.html"),
        ("水", "water.html"),
        ("Water", "water.html"),
        ("A|B", "ab.html"),
        ("水", "water.html"),
        ("Water", "water.html"),
    ]
    assert anchors(built, "page.html") == links
    included = [pair for pair in anchors(built, "index.html") if pair[0] != "Notes"]
    assert included == links
    assert built.facts("page").mentions[0][0] == "A|B"


def test_translated_headings_are_found_by_their_own_words(tmp_path: Path) -> None:
    files = {
        "index.md": "# I\n\nSee [[Notes#On water]], [[Notes#土について]] and [[Notes#Nothing]].\n",
        "notes.md": page("Notes", "1.### On water", "Wet.", "# 土について", "Dry."),
    }
    site = Site(tmp_path / "src", files)
    catalogue(site, "notes", {"1. On water": "1. 水について", "土について": "On soil"})
    built = site.build(scrapbox_related=False, **JA)
    (warning,) = built.warnings
    (soil,) = (text for text, _address in anchors(built, "index.html") if "soil" in text)
    assert soil == "Notes: On soil"
    assert "no such heading" in warning
    assert "Nothing" in warning


def test_translated_documents_are_found_by_their_own_titles(tmp_path: Path) -> None:
    files = {
        "index.md": "# I\n\nSee [[The guide#How *it* works]].\n",
        "guide.md": "# The guide\n\n## How *it* works\n\nWell.\n",
        "rest.rst": "The rest\n========\n\nMore.\n",
        "notes.md": page("Notes", "[[The guide]], [[案内]], [[the rest]]"),
    }
    site = Site(tmp_path / "src", files)
    catalogue(site, "guide", {"The guide": "案内", "How *it* works": "*それ*のしくみ"})
    catalogue(site, "rest", {"The rest": "残り"})
    built = site.build(
        scrapbox_related=False,
        scrapbox_link_documents=True,
        suppress_warnings=["toc.not_included"],
        **JA,
    )
    assert built.warnings == []
    assert [target for _, target in anchors(built, "notes.html")] == [
        "guide.html",
        "guide.html",
        "rest.html",
    ]
    assert anchors(built, "index.html") == [("The guide: それのしくみ", "guide.html#how-it-works")]


@pytest.mark.parametrize("parallel", [0, 2])
def test_links_of_native_pages_take_words(tmp_path: Path, parallel: int) -> None:
    files = {
        "index.rst": "I\n=\n",
        "a.scrapbox": "Notes\nSee [Water], [/other/Page] and #Water\n",
        "b.scrapbox": "Water\nWet.\n",
    }
    site = Site(tmp_path / "src", files)
    message = "See [Water], [/other/Page] and #Water"
    catalogue(site, "a", {message: "#Water [/other/Page|他の頁], [Water|水]を見る。"})
    built = site.build(parallel=parallel, scrapbox_related=False, **JA)
    assert built.warnings == []
    assert anchors(built, "a.html") == [
        ("#Water", "b.html"),
        ("他の頁", "https://scrapbox.io/other/Page"),
        ("水", "b.html"),
    ]


def test_a_wrong_link_is_named(tmp_path: Path) -> None:
    files = {
        "index.rst": "I\n=\n",
        "a.scrapbox": "Notes\nSee [Water] and #tag\n",
        "b.md": "---\norphan: true\n---\n# B\n\nSee [[Notes]] and {scrapbox:tag}`tag`.\n",
    }
    site = Site(tmp_path / "src", files)
    catalogue(site, "a", {"See [Water] and #tag": "[Rain|雨]を見る。"})
    catalogue(site, "b", {"See [[Notes]] and {scrapbox:tag}`tag`.": "[[Note|覚え書き]]を見る。"})
    warnings = "\n".join(site.build(scrapbox_missing="wiki", **JA).warnings)
    assert "original: ['[Water]', '#tag'], translated: ['[Rain|雨]']" in warnings
    assert "original: ['[[Notes]]', ':tag:`tag`']" in warnings.replace("scrapbox:", "")
    assert "translated: ['[[Note]]']" in warnings
    assert "SRC/a.scrapbox:2: WARNING: " in warnings


# -- titles, summaries and languages ---------------------------------------------------

WIKI = {
    "index.md": "# Index\n\n```{scrapbox:pages}\n```\n\n```{scrapbox:map} Notes\n```\n",
    "notes.md": page(
        "Notes", "All about [[Water]] here.", "", "Second line.", "", "Third.", EN_ICON
    ),
    "water.md": page("Water", "It is wet.", "", "Cold, too.", EN_ICON),
    "zinc.md": page("Zinc", "A metal in [[Water]].", EN_ICON),
}
MESSAGES = {
    "notes": {
        "Notes": "覚え書き",
        "All about [[Water]] here.": "[[Water|水]]のすべて。",
        "Second line.": "二行目。",
    },
    "water": {"Water": "水"},
}


@pytest.fixture
def wiki(tmp_path: Path) -> Site:
    site = Site(tmp_path / "src", WIKI)
    for name, translations in MESSAGES.items():
        catalogue(site, name, translations)
    return site


def test_translated_titles_are_shown(wiki: Site) -> None:
    built = wiki.build(**JA)
    assert built.warnings == []
    related = built.html("zinc.html").body.one("section", "scrapbox-related")
    assert related.all("ul")[0].text == "水 It is wet. Cold, too."
    assert "水" in built.html("notes.html").body.one("section", "scrapbox-related").text
    back = built.html("water.html").body.one("section", "scrapbox-related").text
    assert "覚え書き 水のすべて。" in back
    assert "Notes" not in back
    for name in ("index", "scrapbox-pages"):
        text = built.html(f"{name}.html").root.one("body").text
        assert "覚え書き" in text
        assert "Notes" not in text
    # Links find pages by the titles that they have in the wiki.
    assert built.facts("water").title == "Water"
    preview = "".join(
        path.read_text(encoding="utf-8")
        for path in (built.out / "_static/sphinx_scrapbox/previews").glob("*.json")
    )
    assert '["覚え書き",[[0,"水のすべて。"],[0,"二行目。"],[0,"Third."]]]' in preview


@pytest.mark.parametrize("builder", ["latex", "text", "epub", "singlehtml"])
def test_translated_titles_in_other_builders(wiki: Site, builder: str) -> None:
    """A page outside of a PDF is found in the wiki by the title that it has there."""
    wiki.write({"index.md": "# Index\n\n```{toctree}\nzinc\n```\n"})
    config = {"epub_copyright": "x", "version": "1"} if builder == "epub" else {}
    built = wiki.build(builder, **JA, **config)
    assert built.warnings == []
    if builder == "latex":
        (name,) = built.out.glob("*.tex")
        text = name.read_text(encoding="utf-8")
        link = r"{https://scrapbox.io/garden-en/Notes}{"
        assert "覚え書き" in text.partition(link)[2].partition("\n")[0]


def languages(built: Built, name: str) -> tuple[str, dict[str, str]]:
    """The language of a page, and that of each part that has one of its own."""
    html = built.html(f"{name}.html")
    marked = {
        tag.text.removesuffix("¶"): tag["lang"]
        for tag in html.root.one("body").walk()
        if "lang" in tag.attributes
        and tag.name in ("p", "h1", "div", "section", "li")
        and "scrapbox-related" not in tag.attributes.get("class", "")
    }
    return html.root.one("html")["lang"], marked


def test_language_follows_what_was_translated(wiki: Site) -> None:
    config = {**JA, "scrapbox_languages": {"garden-en": "en"}, "scrapbox_related": False}
    built = wiki.build(**config)
    assert built.warnings == []
    # Most of it is translated: the page is in Japanese, and the rest of it in English.
    language, marked = languages(built, "notes")
    assert (language, marked) == ("ja", {"Third.": "en"})
    # Only the title is.
    language, marked = languages(built, "water")
    assert language == "en"
    assert marked.pop("水") == "ja"
    assert set(marked.values()) == {"en"}
    # Nothing is.
    assert languages(built, "zinc")[0] == "en"
    related = wiki.build(**{**config, "scrapbox_related": "cards"}).html("zinc.html").body
    linked = related.one("section", "scrapbox-related").all("li")[0]
    assert (linked.text, linked.attributes.get("lang")) == ("水 It is wet. Cold, too.", None)
    assert linked.one("span").attributes["lang"] == "en"


@pytest.mark.parametrize("parallel", [0, 2])
def test_a_catalogue_that_changes(
    wiki: Site, parallel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki.write({f"more{number}.md": page(f"More {number}", "[[Water]]") for number in range(4)})
    config = {**JA, "scrapbox_languages": {"garden-en": "en"}, "parallel": parallel}
    wiki.build(target="_kept", **config)
    assert wiki.build(target="_kept", **config).written == []
    catalogue(wiki, "water", {"Water": "お水", "It is wet.": "ぬれる。", "Cold, too.": "冷たい。"})
    catalogue(wiki, "zinc", {"Zinc": "亜鉛"})
    now = time.time() + 5
    for path in (wiki.src / "locale").rglob("*.po"):
        os.utime(path, (now, now))
    monkeypatch.setattr("gettext._translations", {})  # it keeps what this process has read
    kept = wiki.build(target="_kept", **config)
    fresh = wiki.build(target="_fresh", **config)
    for path in fresh.out.rglob("*.html"):
        name = path.relative_to(fresh.out)
        assert (kept.out / name).read_text() == path.read_text(), name
    assert "お水" in kept.text("notes.html")
    assert languages(kept, "water")[0] == "ja"
