"""Maps of links in a real browser: dragged, zoomed, highlighted, opened in place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsers import NEEDS_CHROMIUM, serve
from sites import Built, Site, page

HERE = {"scrapbox_project": "garden-en", "scrapbox_related": False}
NEAR = [f"Bed {number}" for number in range(8)]
FILES = {
    "index.md": "# Index\n\n```{scrapbox:map} Hub\n```\n",
    "plain.md": "---\norphan: true\n---\n# Plain\n",
    "wiki/Hub.md": page("Hub", "".join(f"[[{title}]]" for title in NEAR)),
    **{f"wiki/{title}.md": page(title, "[[<i>Far</i> & $x]]") for title in NEAR},
    "wiki/far.md": page("<i>Far</i> & $x", "[[Bed 0]]"),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    built = Site(tmp_path_factory.mktemp("maps") / "src", FILES).build("dirhtml", **HERE)
    assert built.warnings == []
    return built


@pytest.fixture(scope="module")
def tab(built: Built, browser: Any) -> Iterator[Any]:
    with serve(built.out) as address, browser.new_page(has_touch=True) as tab:
        errors: list[str] = []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.address = address
        yield tab
        assert errors == []


@pytest.fixture
def figure(tab: Any) -> Any:
    tab.goto(f"{tab.address}index.html")
    tab.locator(".scrapbox-map.scrapbox-ready").wait_for()
    return tab.locator(".scrapbox-map")


def titles(figure: Any) -> list[str]:
    links = figure.locator("svg:visible > a > title").all()
    return [link.text_content() for link in links]


def view(figure: Any) -> list[float]:
    return [float(part) for part in figure.locator("svg").get_attribute("viewBox").split()]


def test_only_pages_with_a_map_load_the_script(built: Built) -> None:
    assert "map.js?v=" in built.text("index.html")
    assert "map.js" not in built.text("plain/index.html")
    assert "map.js" not in built.text("wiki/Hub/index.html")


def test_files_of_neighbours(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    folder = site.build(**HERE).out / "_static/sphinx_scrapbox/neighbours"
    (hub,) = [
        found["wiki/Hub.html"]
        for path in folder.glob("[0-9]*.json")
        if "wiki/Hub.html" in (found := json.loads(path.read_text(encoding="utf-8")))
    ]
    assert hub[0] == "Hub"
    assert sorted(title for title, _address in hub[1]) == NEAR
    assert hub[2:] == [[[0, number] for number in range(1, 9)], 0]
    site.write({"wiki/Bed 0.md": page("Bed 0", "[[Bed 1]]")})
    edited = contents(site.build(**HERE).out)
    assert edited == contents(site.build(target="_fresh", **HERE).out)
    site.write({"index.md": "# Index\n"})
    assert contents(site.build(**HERE).out) == {}


def contents(out: Path) -> dict[str, bytes]:
    folder = out / "_static/sphinx_scrapbox/neighbours"
    return {path.name: path.read_bytes() for path in folder.glob("*.json")}


@NEEDS_CHROMIUM
@pytest.mark.parametrize("way", ["mouse", "touch", "keyboard"])
def test_a_page_is_opened_in_place(figure: Any, tab: Any, way: str) -> None:
    address = tab.url
    assert titles(figure)[0] == "Hub"
    for title in ("Bed 3", "<i>Far</i> & $x"):
        sign = figure.get_by_role("button", name=f"Map of the pages around {title}", exact=True)
        if way == "mouse":
            sign.click()
        elif way == "touch":
            sign.tap()
        else:
            sign.focus()
            tab.keyboard.press("Enter")
        figure.get_by_role("status").filter(has_text=title).wait_for()
        assert titles(figure)[0] == title
    assert sorted(titles(figure)[1:]) == NEAR
    assert tab.url == address
    focused = "document.activeElement.querySelector('title').textContent"
    assert tab.evaluate(focused) == "<i>Far</i> & $x"
    figure.get_by_role("button", name="Back").click()
    assert titles(figure)[0] == "Bed 3"
    tab.keyboard.press("Escape")
    assert titles(figure)[0] == "Hub"
    assert figure.get_by_role("button", name="Back").count() == 0


@NEEDS_CHROMIUM
def test_zoom_and_drag(figure: Any, tab: Any) -> None:
    whole = view(figure)
    figure.get_by_role("button", name="Zoom in").click()
    zoomed = view(figure)
    assert zoomed[2] == pytest.approx(whole[2] / 1.4)
    box = figure.locator("svg").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)  # the middle of the page in the middle, which is a link
    tab.mouse.down()
    tab.mouse.move(x + 40, y, steps=4)
    tab.mouse.up()
    assert view(figure)[0] == pytest.approx(zoomed[0] - 40 / box["width"] * zoomed[2], abs=1)
    assert tab.url.endswith("index.html")
    figure.locator("svg").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("0")
    assert view(figure) == whole


@NEEDS_CHROMIUM
def test_neighbours_are_highlighted(figure: Any) -> None:
    figure.locator("svg > a").nth(3).focus()
    assert "scrapbox-lit" in figure.locator("svg").get_attribute("class")
    assert figure.locator("svg > a.scrapbox-near").count() == 2
    assert figure.locator("path.scrapbox-near").count() == 1
