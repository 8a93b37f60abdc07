"""A translation beside its source, on a page of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from browsers import serve
from outputs import assert_same_pages
from sites import BUILDERS, EPUB, Built, Site, broken_links, page

pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

ON: dict[str, Any] = {"scrapbox_project": "garden-en", "scrapbox_side_by_side": True}
INDEX = "Index\n=====\n\n.. toctree::\n   :numbered:\n   :glob:\n\n   ja/*\n"


def footer(title: str) -> list[str]:
    return ["---", f"This page is auto-translated from [/garden/{title}] using DeepL."]


SOURCE = """\
堆肥
[mio.icon]葉を集め、[草]と混ぜる。
 乾いた葉
  細かく
これは訳されていない長い行である。
> 土は一日にしてならず。
code:plan.py
 sow(3)
table:配合
 葉 草
雨の多い年は覆いをかける。
"""
TRANSLATION = "\n".join(
    [
        "Compost",
        "[mio.icon]Gather leaves, and mix them with [grass].",
        " Dry leaves",
        "  Finely cut",
        "> Soil is not made in a day.",
        "code:plan.py",
        " sow(3)",
        "In wet years, I put a cover on it.",
        "[en.icon]",
        *footer("堆肥"),
    ]
)
LOCK = (
    '{"scrapbox-lock": 1, "project": "garden", "exported": 0, "private": false}\n'
    '{"id": "1", "title": "堆肥", "file": "taihi.scrapbox"}\n'
    '{"id": "2", "title": "草", "file": "kusa.scrapbox"}\n'
)
FILES = {
    "index.rst": INDEX,
    "ja/taihi.scrapbox": SOURCE,
    "ja/kusa.scrapbox": "草\n刈る。\n",
    "ja/scrapbox.lock": LOCK,
    "en/Compost.scrapbox": TRANSLATION,
    "en/grass.md": page("grass", "Cut it.", *footer("草")),
    "en/Notes.md": page("Notes", "By nobody."),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    site = Site(tmp_path_factory.mktemp("side") / "site", FILES)
    built = site.build(**ON)
    assert built.warnings == []
    assert broken_links(built.out) == []
    return built


def rows(built: Built, name: str) -> list[tuple[str, str]]:
    body = built.html(f"{name}.side-by-side.html").body
    cells = [row.all("div", "scrapbox-cell") for row in body.all("div", "scrapbox-row")]
    return [(source.text, translation.text) for source, translation in cells]


def test_lines_stand_beside_each_other(built: Built) -> None:
    assert rows(built, "en/Compost") == [
        ("堆肥", "Compost"),
        ("Mmio: 葉を集め、草と混ぜる。", "Mmio: Gather leaves, and mix them with grass."),
        ("乾いた葉", "Dry leaves"),
        ("細かく", "Finely cut"),
        ("これは訳されていない長い行である。", ""),
        ("土は一日にしてならず。", "Soil is not made in a day."),
        ("plan.py¶ sow(3)", "plan.py¶ sow(3)"),
        ("配合¶ 葉 草", ""),
        ("雨の多い年は覆いをかける。", "In wet years, I put a cover on it."),
        ("", "en"),
    ]


def test_links_lead_where_those_of_the_pages_do(built: Built) -> None:
    body = built.html("en/Compost.side-by-side.html").body
    source, translation = (
        body.all("div", f"scrapbox-{side}") for side in ("source", "translation")
    )
    assert [cell[0]["href"] for cell in (source[0].all("a"), translation[0].all("a"))] == [
        "../ja/taihi.html",
        "Compost.html",
    ]
    assert source[1].all("a")[-1]["href"] == "../ja/kusa.html"
    assert translation[1].all("a")[-1]["href"] == "grass.html"
    assert (source[0]["lang"], translation[0]["lang"]) == ("ja", "en")
    assert source[3].one("p")["class"] == "scrapbox-level-2 scrapbox-row-item"


def test_both_pages_lead_to_it(built: Built) -> None:
    for name, address in (
        ("en/Compost", "Compost.side-by-side.html"),
        ("ja/taihi", "../en/Compost.side-by-side.html"),
    ):
        link = built.html(f"{name}.html").body.one("p", "scrapbox-compare").one("a")
        assert link["href"] == address
        assert link.text == "Source and translation side by side"
    assert built.html("ja/taihi.html").body.one("p", "scrapbox-compare")["lang"] == "en"
    assert not (built.out / "en/Notes.side-by-side.html").exists()


def test_search_engines_and_the_search_of_the_site_leave_it_out(built: Built) -> None:
    head = built.html("en/Compost.side-by-side.html").root.one("head")
    assert [
        tag["content"] for tag in head.all("meta") if tag.attributes.get("name") == "robots"
    ] == ["noindex"]
    assert "side-by-side" not in built.text("searchindex.js")


def test_it_has_no_number_of_another_page(built: Built) -> None:
    assert built.html("ja/taihi.html").body.all("span", "section-number") != []
    assert built.html("en/Compost.side-by-side.html").body.all("span", "section-number") == []


@pytest.mark.parametrize("builder", [name for name in BUILDERS if name != "html"])
def test_every_builder(tmp_path: Path, builder: str) -> None:
    site = Site(tmp_path / "site", FILES)
    result = site.build(builder, parallel=2, **ON, **(EPUB if builder == "epub" else {}))
    assert result.warnings == []
    if builder == "dirhtml":
        assert broken_links(result.out) == []
        body = result.html("en/Compost.side-by-side/index.html").body
        links = [link["href"] for link in body.all("div", "scrapbox-row")[0].all("a")]
        assert links == ["../../ja/taihi/", "../Compost/"]


def test_a_choice_of_pages_and_none(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", FILES)
    few = site.build(**{**ON, "scrapbox_side_by_side": ["en/g*"]})
    assert [path.name for path in few.out.rglob("*.side-by-side.html")] == [
        "grass.side-by-side.html"
    ]
    none = site.build(**{**ON, "scrapbox_side_by_side": False})
    assert list(none.out.rglob("*.side-by-side.html")) == []
    assert "scrapbox-compare" not in none.text("en/grass.html")


def test_missing_pages_are_warned_of_once(tmp_path: Path) -> None:
    files = {"en/grass.md": page("grass", "Cut [[nothing]].", *footer("草"))}
    result = Site(tmp_path / "site", {**FILES, **files}).build(**ON, scrapbox_missing="warn")
    assert [line for line in result.warnings if "'nothing'" in line] == [
        "SRC/en/grass.md:5: WARNING: no wiki page 'nothing' [scrapbox.missing_page]"
    ]


def test_names_that_mean_something_to_html(tmp_path: Path) -> None:
    title = 'A <b> & "c" \\(x\\)'
    name = "q'uote & $1"
    files = {f"en/{name}.md": page(title, f"<i>{title}</i>", *footer("草"))}
    result = Site(tmp_path / "site", {**FILES, **files}).build(**ON, html_theme="alabaster")
    assert result.warnings == []
    assert broken_links(result.out) == []
    html = result.html(f"en/{name}.side-by-side.html")
    assert html.body.one("h1").text.startswith(title)
    assert title in html.root.one("title").text
    assert not html.root.all("b")


EDITS: list[dict[str, str | None]] = [
    {"ja/taihi.scrapbox": SOURCE.replace("細かく", "とても細かく")},
    {"en/Compost.scrapbox": TRANSLATION.replace("Finely", "Very finely")},
    {"en/heap.md": page("heap", "It rots.", *footer("堆肥"))},
    {"ja/kusa.scrapbox": "草\n[堆肥]にする。\n"},
    {"en/grass.md": page("grass", "Cut it.")},
    {"en/Compost.scrapbox": None},
]


def test_an_edit_gives_what_a_fresh_build_gives(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", FILES)
    site.build(**ON)
    for edit in EDITS:
        site.write(edit)
        kept = site.build(**ON)
        assert "en/Notes" not in kept.written
        fresh = site.build(target="_fresh", parallel=2, **ON)
        assert_same_pages(kept.out, fresh.out)
        shutil.rmtree(fresh.out.parent)
    for name in ("grass", "Compost"):  # no translation any more, and no page
        assert not (kept.out / f"en/{name}.side-by-side.html").exists()
    assert site.build(**ON).written == []


def test_only_comparisons_of_what_changed_are_written(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", FILES)
    site.build(**ON)
    site.write({"ja/kusa.scrapbox": "草\n[堆肥]にする。\n"})
    written = site.build(**ON).written
    assert "en/grass.side-by-side" in written
    site.write({"en/Notes.md": page("Notes", "By somebody.")})
    assert site.build(**ON).written == ["en/Notes"]


def test_columns_on_a_screen_on_a_phone_and_on_paper(built: Built, browser: Any) -> None:
    script = """() => {
        const cells = [...document.querySelectorAll(".scrapbox-row")[1].children];
        const [one, other] = cells.map(cell => cell.getBoundingClientRect());
        return [one.top === other.top, document.documentElement.scrollWidth <= innerWidth];
    }"""
    with serve(built.out) as root:
        for width, media, beside in (
            (1280, "screen", True),
            (390, "screen", False),
            (600, "print", True),
        ):
            context = browser.new_context(viewport={"width": width, "height": 800})
            tab = context.new_page()
            tab.emulate_media(media=media)
            tab.goto(f"{root}en/Compost.side-by-side.html")
            assert tab.evaluate(script) == [beside, True], (width, media)
            context.close()
