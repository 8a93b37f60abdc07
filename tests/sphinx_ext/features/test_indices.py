"""Indices: titles in order, pages that stay small, links that lead somewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sites import BUILDERS, EPUB, Site, broken_links, icon, page

from sphinx_scrapbox.sphinx_ext.features.lists.collation import section_of, sort_key
from sphinx_scrapbox.sphinx_ext.features.lists.indices import MOST, Entry, Leaf, leaves

HERE = {"scrapbox_project": "garden-en", "scrapbox_related": False}
# The JSON builder of sphinxcontrib-serializinghtml 2.0, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

NAMES = ("scrapbox-pages", "scrapbox-tags", "scrapbox-people", "scrapbox-recent")


# -- letters ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("anvil", "A"),
        ("Årsta", "A"),
        ("ＺＯＯ", "Z"),
        ("Œuvre", "O"),
        ("“Quote”", "Q"),
        ("1984", "0–9"),
        ("#3", "0–9"),
        ("ごま", "か"),
        ("ガラス", "か"),
        ("ｶﾞﾗｽ", "か"),
        ("ヴァイオリン", "あ"),
        ("ぱん", "は"),
        ("ゃ", "や"),
        ("ん", "わ"),
        ("を", "わ"),
        ("까치", "ㄱ"),
        ("Жук", "Ж"),
        ("漢字", ""),
        ("🌱", ""),
        ("", ""),
        ("!", ""),
    ],
)
def test_section(title: str, label: str) -> None:
    assert section_of(title).label == label


def test_order() -> None:
    titles = [
        "🌱",
        "가",
        "漢",
        "ん",
        "ガム",
        "かめ",
        "かみ",
        "あ",
        "7",
        "zoo",
        "Élan",
        "east",
        "яма",
    ]
    assert sorted(titles, key=sort_key) == [
        *("east", "Élan", "zoo", "7", "あ", "かみ", "ガム", "かめ", "ん", "漢", "가", "яма", "🌱")
    ]


# -- pages -----------------------------------------------------------------------------


def entries_of(leaf: Leaf) -> list[Entry]:
    return [entry for _heading, entries in leaf.parts for entry in entries]


def test_few_entries_are_one_page() -> None:
    (leaf,) = leaves([Entry("beta"), Entry("alpha"), Entry("山"), Entry("Apple")])
    assert (leaf.slug, leaf.label) == ("", "")
    assert [(heading, [entry.name for entry in part]) for heading, part in leaf.parts] == [
        ("A", ["alpha", "Apple"]),
        ("B", ["beta"]),
        ("Ideographs", ["山"]),
    ]


def test_no_entries() -> None:
    assert leaves([]) == [Leaf("", "", ())]


def many(count: int = 3000) -> list[Entry]:
    starts = "kkkkkkkkkkkabcかカき山川林森一人木水火🌱3"
    return [Entry(f"{starts[n % len(starts)]} {n}", f"doc{n}") for n in range(count)]


def test_pages_of_a_large_index_are_small_and_hold_each_entry_once() -> None:
    entries = many()
    made = leaves(entries)
    assert all(0 < len(entries_of(leaf)) <= MOST for leaf in made)
    assert sorted(entry for leaf in made for entry in entries_of(leaf)) == sorted(entries)
    slugs = [leaf.slug for leaf in made]
    assert len(set(slugs)) == len(slugs)
    assert all(slug.isascii() for slug in slugs)
    assert {"k-1", "k-2", "a", "b", "c", "digits", "signs"} <= set(slugs)
    labels = {leaf.slug: leaf.label for leaf in made}
    assert labels["k-2"] == "K 2/2"
    assert labels["a"] == "A"
    sizes = [len(entries_of(leaf)) for leaf in made if leaf.slug.startswith("k-")]
    assert max(sizes) - min(sizes) <= 2


def test_ideographs_are_grouped_by_radical() -> None:
    made = [leaf for leaf in leaves(many()) if leaf.slug.startswith("ideographs")]
    assert [leaf.label for leaf in made] == ["一–巛", "木–火"]
    radicals = [heading for leaf in made for heading, _entries in leaf.parts]
    assert radicals == ["一", "人", "山", "巛", "木", "水", "火"]


def test_one_radical_that_fills_pages() -> None:
    made = leaves(Entry(f"木{n}") for n in range(1500))
    assert [leaf.slug for leaf in made] == ["ideographs-1", "ideographs-2", "ideographs-3"]
    assert all(len(entries_of(leaf)) <= MOST for leaf in made)


def test_pages_beside_an_entry_count() -> None:
    pages = tuple((f"d{n}", f"D {n}") for n in range(9))
    made = leaves(Entry(f"tag {n}", pages=pages, total=20) for n in range(300))
    assert len(made) == 5


# -- sites -----------------------------------------------------------------------------

FILES = {
    "index.rst": "Index\n=====\n\n:ref:`scrapbox-pages`, :ref:`scrapbox-tags`, "
    ":ref:`these <scrapbox-people>`\n",
    "wiki/oven.md": page("Oven", icon("ida") + "Warm. #bread #flour"),
    "wiki/bread.md": page("Bread", icon("ida") + "Good.", icon("per") + "Very. #flour"),
    "wiki/パン.md": page("パン", "[[Bread]]"),
    "wiki/Q: why?.md": page("Q: <why>?", "So."),
}


@pytest.mark.parametrize("builder", BUILDERS)
def test_formats(tmp_path: Path, builder: str) -> None:
    site = Site(tmp_path / "src", FILES)
    built = site.build(builder, nitpicky=True, **EPUB, **HERE)
    assert built.warnings == []
    # A single file has no search and no index, which its theme leads to all the same.
    broken = [one for one in broken_links(built.out) if "search" not in one]
    assert [one for one in broken if "genindex" not in one] == []
    made = {path.relative_to(built.out).parts[0].partition(".")[0] for path in built.out.iterdir()}
    assert set(NAMES) <= made if builder in ("html", "dirhtml", "json") else not set(NAMES) & made


def test_what_they_hold(tmp_path: Path) -> None:
    built = Site(tmp_path / "src", FILES).build(**HERE)
    pages = built.html("scrapbox-pages.html").body
    assert [tag.text for tag in pages.all("li")] == ["Bread", "Oven", "Q: <why>?", "パン"]
    assert [tag.text for tag in pages.all("h2")] == ["B", "O", "Q", "は"]
    assert [tag.attributes.get("lang") for tag in pages.all("h2")] == [None, None, None, "ja"]
    tags = built.html("scrapbox-tags.html").body
    assert [tag.text for tag in tags.all("li")] == ["bread 1 Oven", "flour 2 Bread, Oven"]
    assert [tag["href"] for tag in tags.one("section").all("a")[2:]] == [
        "wiki/bread.html",
        "wiki/oven.html",
        "https://scrapbox.io/garden-en/flour",
        "wiki/bread.html",
        "wiki/oven.html",
    ]
    people = built.html("scrapbox-people.html").body
    assert [tag.text for tag in people.all("li")] == ["ida 2 Bread, Oven", "per 1 Bread"]


def test_large_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sphinx_scrapbox.sphinx_ext.features.lists.indices.leaves",
        lambda entries: leaves(list(entries), most=2),
    )
    for builder in ("html", "dirhtml"):
        built = Site(tmp_path / "src", FILES).build(builder, **HERE)
        assert built.warnings == []
        assert broken_links(built.out) == []
    built = Site(tmp_path / "src", FILES).build(**HERE)
    overview = built.html("scrapbox-pages.html").body
    letters = overview.one("ul", "scrapbox-letters").all("li")
    assert [tag.text for tag in letters] == ["B 1", "O 1", "Q 1", "は 1"]
    assert letters[-1].one("a")["lang"] == "ja"
    assert overview.one("h2").text == "Most linked"
    assert [tag.text for tag in overview.one("ul", "scrapbox-entries").all("li")] == ["Bread 2"]
    leaf = built.html("scrapbox-pages/o.html").body
    assert leaf.one("h1").text == "Pages: O"
    assert [tag.text for tag in leaf.one("ul", "scrapbox-entries").all("li")] == ["Oven"]
    assert [tag.text for tag in leaf.all("span", **{"aria-current": "page"})] == ["O"]


def test_index_of_3000_pages_in_a_site(tmp_path: Path) -> None:
    from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts

    site = Site(tmp_path / "src", {"index.rst": "Index\n=====\n"})
    app = site.build(**HERE).app
    domain = app.env.domains["scrapbox"]
    domain.data["facts"].update(
        {
            entry.docname: PageFacts(entry.name, tags=(f"t{n % 900}",))
            for n, entry in enumerate(many())
        }
    )
    domain.clear_doc("nothing")
    pages = {
        name: context["body"]
        for found in app.emit("html-collect-pages")
        for name, context, _template in found
        if name.startswith("scrapbox-")
    }
    assert len(pages) > 10
    assert max(body.count("<a ") for body in pages.values()) < MOST + 60
    assert max(map(len, pages.values())) < 100_000


def test_names_of_pages_are_left_to_them_when_told(tmp_path: Path) -> None:
    files = {
        "index.rst": "Index\n=====\n",
        "scrapbox-tags.md": page("scrapbox-tags", "Mine."),
    }
    built = Site(tmp_path / "src", files).build(**HERE)
    (warning,) = built.warnings
    assert "[scrapbox.reserved_name]" in warning
    built = Site(tmp_path / "src").build(scrapbox_indices=False, target="_off", **HERE)
    assert built.warnings == []
    assert built.html("scrapbox-tags.html").body.one("h1").text.startswith("scrapbox-tags")
    assert not (built.out / "scrapbox-pages.html").exists()


def test_without_indices_their_labels_are_unknown(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    assert site.build(**HERE).warnings == []
    assert len(site.build(scrapbox_indices=False, **HERE).warnings) == 3


def test_a_label_of_the_site_comes_first(tmp_path: Path) -> None:
    text = ":ref:`scrapbox-tags`\n\n.. _scrapbox-tags:\n\nMine\n====\n"
    site = Site(tmp_path / "src", {"index.rst": text})
    site.build("text", **HERE)
    assert ":ref:" not in site.build("text", **HERE).text("index.txt")


def test_links_from_myst(tmp_path: Path) -> None:
    text = "# Index\n\n{ref}`scrapbox-pages` [there](#scrapbox-tags) [](#scrapbox-people)\n"
    site = Site(tmp_path / "src", {"index.md": text})
    for builder in ("html", "text", "singlehtml"):
        built = site.build(builder, nitpicky=True, **HERE)
        assert built.warnings == []
    assert "Pages there People" in built.html("index.html").body.text


def test_json_holds_them(tmp_path: Path) -> None:
    built = Site(tmp_path / "src", FILES).build("json", **HERE)
    context = json.loads(built.text("scrapbox-pages.fjson"))
    assert context["title"] == "Pages"
    assert "wiki/oven/" in context["body"]
