"""Links to lines of native pages, and bars that show their age."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import browsers
import pytest
from sites import EPUB, Built, Site, Tag

from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, LockedPage, dump_lock

TAKEN = 1_700_000_000
DAY = 86_400
LINES = (
    ("Beds", TAKEN),
    ("Written <now> & here", TAKEN - 60),
    (" [hana.icon] said last week", TAKEN - 5 * DAY),
    ("  below it", TAKEN - 5 * DAY),
    ("[*** A heading]", TAKEN - 20 * DAY),
    ("Older", TAKEN - 300 * DAY),
    ("table:numbers", TAKEN - 300 * DAY),
    ("\tone\ttwo", TAKEN - 300 * DAY),
    ("Oldest", TAKEN - 3000 * DAY),
)


def line_id(number: int) -> str:
    return f"{number:024x}"


def write_lock(site: Site, taken: int = TAKEN) -> None:
    ids = tuple(map(line_id, range(len(LINES))))
    text = (site.src / "Beds.scrapbox").read_bytes()
    row = LockedPage(
        hash=sha256(text).hexdigest(),
        id="f" * 24,
        title="Beds",
        file="Beds.scrapbox",
        line_ids=ids,
        line_times=tuple(time for _, time in LINES),
    )
    lock = Lock("garden", exported=taken, pages=(row,))
    (site.src / LOCK_NAME).write_text(dump_lock(lock), encoding="utf-8")


def site_in(folder: Path) -> Site:
    text = "".join(f"{line}\n" for line, _ in LINES)
    files = {"index.md": "# Index\n\n```{toctree}\nBeds\n```\n", "Beds.scrapbox": text}
    site = Site(folder / "src", files)
    write_lock(site)
    return site


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return site_in(tmp_path_factory.mktemp("lines")).build(scrapbox_telomere=True)


def links(built: Built) -> list[Tag]:
    return built.html("Beds.html").root.all("a", "scrapbox-permalink")


def test_each_line_has_a_link(built: Built) -> None:
    assert built.warnings == []
    targets = [link.attributes["href"] for link in links(built)]
    # The title and the heading have one of Sphinx; a table without a header has a row.
    assert targets == [f"#L{line_id(n)}" for n in (1, 2, 3, 5, 7, 8)]
    ids = {tag.attributes.get("id") for tag in built.html("Beds.html").root.walk()}
    assert {target[1:] for target in targets} <= ids
    assert built.html("index.html").root.all("a", "scrapbox-permalink") == []


def test_bars_show_how_long_before_the_snapshot(built: Built) -> None:
    page = built.html("Beds.html").root
    bars = [tag for tag in page.all("span", "scrapbox-age") if "title" in tag.attributes]
    ages = [int(tag.attributes["class"].rpartition("-")[2]) for tag in bars]
    assert ages == [1, 2, 2, 3, 4, 4, 5]
    assert bars[0].attributes["title"] == "Written on 2023-11-14"
    # Read once for lines of one day.
    assert [bool(tag.text) for tag in bars] == [True, True, False, True, True, False, True]
    (legend,) = page.all("p", "scrapbox-ages")
    assert len(legend.all("span", "scrapbox-age")) == 5


def test_neither_is_text_of_the_page(built: Built) -> None:
    index = built.text("searchindex.js")
    assert '"written"' in index  # a word of the page
    assert "snapshot" not in index
    assert "scrapbox_line_mark" not in built.doctree("Beds").pformat()


def test_no_bars_by_default_and_no_links_where_headings_have_none(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    assert "scrapbox-age" not in site.build().text("Beds.html")
    built = site.build(html_permalinks=False)
    assert links(built) == []
    assert 'id="L' in built.text("Beds.html")


def test_another_snapshot_writes_the_pages_whose_bars_change(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    site.build(scrapbox_telomere=True)
    write_lock(site, TAKEN + 30)
    os.utime(site.src / LOCK_NAME, (4e9, 4e9))
    same = site.build(scrapbox_telomere=True)
    assert (same.read, same.written) == ([], [])
    write_lock(site, TAKEN + 3 * DAY)
    later = site.build(scrapbox_telomere=True)
    assert (later.read, later.written) == ([], ["Beds", "index"])  # with its toctree
    fresh = site.build(scrapbox_telomere=True, target="_fresh")
    assert later.text("Beds.html") == fresh.text("Beds.html")


def test_a_file_edited_by_hand_has_no_ages(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    with (site.src / "Beds.scrapbox").open("a") as file:
        file.write("One more.\n")
    text = site.build(scrapbox_telomere=True).text("Beds.html")
    assert "scrapbox-age" not in text
    assert "scrapbox-permalink" not in text


@pytest.mark.parametrize("builder", ["epub", "text", "latex", "singlehtml"])
def test_other_builders_have_none(tmp_path: Path, builder: str) -> None:
    built = site_in(tmp_path).build(builder, scrapbox_telomere=True, **EPUB)
    assert built.warnings == []
    texts = [path.read_text("utf-8") for path in built.out.rglob("Beds.*") if path.is_file()]
    texts += [path.read_text("utf-8") for path in built.out.glob("*.tex")]
    assert not any("permalink" in text or "2023-11-14" in text for text in texts)


# -- in a browser ----------------------------------------------------------------------


@pytest.fixture
def tab(built: Built, browser: Any) -> Iterator[Any]:
    with browsers.serve(built.out) as address:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        tab = context.new_page()
        tab.goto(f"{address}Beds.html")
        yield tab
        context.close()


def test_bars_stand_in_the_margin_however_deep_their_lines_are(tab: Any) -> None:
    bars = tab.locator(".scrapbox-age:not(td *, .scrapbox-ages *)").all()
    text = tab.locator("#beds > p").first.bounding_box()
    places = {round(bar.bounding_box()["x"], 1) for bar in bars}
    assert len(bars) == 6
    assert len(places) == 1
    assert places.pop() < text["x"]


def test_a_link_copies_its_address_and_marks_the_line(tab: Any) -> None:
    shown = "element => getComputedStyle(element).opacity"
    ground = "element => getComputedStyle(element).backgroundColor"
    line = tab.locator(f"#L{line_id(1)}")
    link = line.get_by_role("link", name="Link to this line")
    assert link.evaluate(shown) == "0"
    before = line.evaluate(ground)
    line.hover()
    assert link.evaluate(shown) == "1"
    link.click()
    tab.wait_for_url(f"**#L{line_id(1)}")
    line.locator("a.scrapbox-copied").wait_for()
    assert tab.evaluate("navigator.clipboard.readText()") == tab.url
    assert line.evaluate(ground) != before


def test_links_to_lines_are_one_stop_of_the_keyboard(tab: Any) -> None:
    links = tab.locator("a.scrapbox-permalink")
    links.first.focus()
    tab.keyboard.press("ArrowDown")
    focused = "document.activeElement.hash"
    assert tab.evaluate(focused) == f"#L{line_id(2)}"
    assert links.nth(1).evaluate("element => getComputedStyle(element).opacity") == "1"
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**#L{line_id(2)}")
    tab.keyboard.press("Tab")
    assert "scrapbox-permalink" not in tab.evaluate("document.activeElement.className")
