"""Controls of long lists and indices, in a real browser and without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsers import NEEDS_CHROMIUM, serve
from sites import Built, Site, icon, page

from sphinx_scrapbox.sphinx_ext.features.lists.indices import leaves

HERE = {"scrapbox_project": "garden-en", "scrapbox_related": False}
TITLES = ["Ash", "Bark", "Café", "ガラス", "Glaze", "ｶﾗｽ", "Kiln", "Oven", "<b>Raku</b>", "Slip"]
SORTED = ["Ash", "Bark", "Café", "Glaze", "Kiln", "Oven", "Slip", "ガラス", "ｶﾗｽ", "<b>Raku</b>"]


def dated(title: str, day: int, *lines: str) -> str:
    return page(title, *lines).replace("\n---\n", f"\nupdated: 2024-03-{day:02}\n---\n", 1)


def files(directive: str = "```{scrapbox:pages}\n:sort: linked\n```") -> dict[str, str]:
    pages = {
        f"wiki/p{at}.md": dated(title, 28 - at, icon(f"p{at}") + "[[Kiln]]", "[[Slip]]" * (at < 3))
        for at, title in enumerate(TITLES)
    }
    # One more, so that the index of people has both parts.
    pages["wiki/p0.md"] = dated(TITLES[0], 28, icon("p0") + "See.", icon("zoe") + "[[Slip]]")
    return {"index.md": f"# Index\n\n{directive}\n", "short.md": SHORT, **pages}


SHORT = "---\norphan: true\n---\n# Short\n\n```{scrapbox:pages}\n:limit: 3\n```\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    built = Site(tmp_path_factory.mktemp("controls") / "src", files()).build(**HERE)
    assert built.warnings == []
    return built


@pytest.fixture
def visit(built: Built, browser: Any) -> Iterator[tuple[Any, str]]:
    with serve(built.out) as address:
        tab = browser.new_page()
        errors: list[str] = []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        yield tab, address
        tab.close()
        assert errors == []


def shown(tab: Any) -> list[str]:
    links = tab.locator(".scrapbox-handled li:visible a").all()
    return [link.inner_text() for link in links]


def test_only_pages_with_a_long_list_load_the_script(built: Built) -> None:
    loading = {
        name for name in ("index", "short", "wiki/p0") if "lists.js" in text_of(built, name)
    }
    assert loading == {"index"}
    for name in ("index", "scrapbox-pages", "scrapbox-recent"):
        assert "lists.js?v=" in text_of(built, name)
        assert "lists.css?v=" in text_of(built, name)


def text_of(built: Built, name: str) -> str:
    return built.text(f"{name}.html")


def test_the_index_of_people_starts_with_those_who_speak_most(built: Built) -> None:
    first, *others = built.html("scrapbox-people.html").body.one("section").all("h2")
    assert first.text == "Most turns"
    assert [heading.text for heading in others] == ["P", "Z"]


def test_recent_changes_have_their_dates(built: Built) -> None:
    recent = built.html("scrapbox-recent.html").body.one("section")
    assert [entry.text for entry in recent.all("li")][:2] == ["Ash 2024-03-28", "Bark 2024-03-27"]


def test_other_formats_have_the_plain_list(built: Built) -> None:
    site = Site(Path(built.app.srcdir))
    for builder in ("singlehtml", "text"):
        plain = site.build(builder, target=f"_{builder}", **HERE)
        suffix = "txt" if builder == "text" else "html"
        assert "scrapbox-controls" not in plain.text(f"index.{suffix}")


def test_a_changed_number_is_written_again(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", files())
    site.build(**HERE)
    site.write({"wiki/p9.md": page("Slip", "Nothing.")})
    edited = site.build(**HERE).text("index.html")
    assert edited == site.build(target="_fresh", **HERE).text("index.html")


@pytest.mark.parametrize(
    ("option", "has_controls"), [("controls: no", False), ("limit: 9", False), ("limit: 10", True)]
)
def test_option(tmp_path: Path, option: str, has_controls: bool) -> None:
    directive = f"```{{scrapbox:pages}}\n:{option}\n```"
    built = Site(tmp_path / "src", files(directive)).build(**HERE)
    assert ("<template>" in built.text("index.html")) is has_controls


@NEEDS_CHROMIUM
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("ＳＬ", ["Slip"]),
        ("cafe", ["Café"]),
        ("がらす", ["ガラス"]),
        ("カラス", ["ｶﾗｽ"]),
        ("<B>", ["<b>Raku</b>"]),
        ("l i", ["Kiln", "Slip"]),
        ("zzz", []),
    ],
)
def test_filter(visit: tuple[Any, str], query: str, titles: list[str]) -> None:
    tab, address = visit
    tab.goto(f"{address}scrapbox-pages.html")
    tab.get_by_role("searchbox", name="Filter").fill(query)
    assert shown(tab) == titles
    assert tab.get_by_role("status").inner_text() == f"{len(titles)} / 10"


@NEEDS_CHROMIUM
def test_sort(visit: tuple[Any, str]) -> None:
    tab, address = visit
    tab.goto(f"{address}scrapbox-pages.html")
    order = tab.get_by_role("combobox", name="Sort by")
    order.select_option("Last change")
    assert shown(tab) == TITLES
    assert tab.locator("small.scrapbox-sorted").first.inner_text().strip() == "2024-03-28"
    order.select_option("Links")
    assert shown(tab)[:2] == ["Kiln", "Slip"]
    order.select_option("Title")
    assert shown(tab) == SORTED
    tab.goto(f"{address}index.html")
    assert shown(tab)[:2] == ["Kiln", "Slip"]
    tab.get_by_role("combobox", name="Sort by").select_option("Title")
    assert shown(tab) == SORTED


@NEEDS_CHROMIUM
def test_random_page(visit: tuple[Any, str]) -> None:
    tab, address = visit
    tab.goto(f"{address}scrapbox-pages.html")
    tab.get_by_role("searchbox").fill("slip")
    tab.get_by_role("button", name="Random page").click()
    tab.wait_for_url(f"{address}wiki/p9.html")
    tab.goto(f"{address}scrapbox-pages.html#random")
    tab.wait_for_url(f"{address}wiki/p*.html")


@NEEDS_CHROMIUM
def test_an_index_that_is_split(
    tmp_path: Path, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sphinx_scrapbox.sphinx_ext.features.lists.indices.leaves",
        lambda entries: leaves(list(entries), most=2),
    )
    for builder in ("html", "dirhtml"):
        built = Site(tmp_path / "src", files()).build(builder, **HERE)
        rows = json.loads(built.text("_static/sphinx_scrapbox/pages.json"))
        assert [row[0] for row in rows] == SORTED
        index = "scrapbox-pages/" if builder == "dirhtml" else "scrapbox-pages.html"
        with serve(built.out) as address:
            tab = browser.new_page()
            asked: list[str] = []
            tab.on("request", lambda request, asked=asked: asked.append(request.url))
            tab.goto(f"{address}{index}", wait_until="networkidle")
            assert not any("pages.json" in url for url in asked)
            tab.get_by_role("searchbox").fill("raku")
            tab.get_by_role("link", name="<b>Raku</b>").click()
            tab.wait_for_url(f"{address}wiki/p8**")
            tab.goto(f"{address}{index}#random")
            tab.wait_for_url(f"{address}wiki/p**")
            tab.close()
    # Few pages are left, so that the index is whole.
    for at in range(2, len(TITLES)):
        (tmp_path / "src" / f"wiki/p{at}.md").unlink()
    built = Site(tmp_path / "src").build("dirhtml", **HERE)
    assert not list((built.out / "scrapbox-pages").glob("*/index.html"))
    assert not (built.out / "_static/sphinx_scrapbox/pages.json").exists()
