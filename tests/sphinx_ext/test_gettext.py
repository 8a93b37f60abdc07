"""Messages of wiki pages: what translators see, and what becomes of their work."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
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
