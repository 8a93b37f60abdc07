"""Previews: small files beside the site, and a script that shows them, in a real browser."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zlib import crc32

import browsers
import pytest
from sites import EPUB, Built, Site, icon, page

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.sphinx_ext.html.previews import PREVIEWS
from sphinx_scrapbox.wiki.ast import Page
from sphinx_scrapbox.wiki.lines import (
    EXCERPT_LINES,
    EXCERPT_SIZE,
    SUMMARY_LENGTH,
    ExcerptLine,
    ExcerptLink,
)
from sphinx_scrapbox.wiki.structure import image_of, structure
from sphinx_scrapbox.wiki.text import cut

THEMES = ("alabaster", "furo", "sphinx_rtd_theme", "pydata_sphinx_theme")
SCRIPTS = "_static/sphinx_scrapbox"
HERE = {"scrapbox_project": "garden-en"}
PICTURE = "https://example.org/bed.png"

FILES = {
    "index.md": "# Garden\n\nSee [[Mulch]], [[Q: why? 100%]], [the guide](guide.md).\n\n"
    + "".join(f"Row {n}.\n\n" for n in range(60))
    + "[[堆肥 & <b>]]\n",
    "guide.md": "---\norphan: true\n---\n# Guide\n\nWords.\n",
    "wiki/Mulch.md": page("Mulch", "A cover of leaves.", "- It keeps [[Soil]] moist."),
    "wiki/Soil.md": page("Soil", f"![image]({PICTURE})", "What [[Mulch]] lies on."),
    "wiki/Q: why? 100%.md": page("Q: why? 100%", "Because <i>no</i> & “yes”."),
    "wiki/堆肥 & <b>.md": page("堆肥 & <b>", "積んで待つ。" * 60),
    "wiki/Empty.md": page("Empty", "[[Mulch]]"),
}


def _read(text: str) -> Page:
    return read_markdown(text, name="A")


# -- first lines -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "summary"),
    [
        (("One.", "", "Two.", "Three.", "Four."), "One. Two. Three."),
        ((icon("hana") + "Said.",), "Said."),
        (("#tag #other", "Words #tag"), "Words #tag"),
        (("https://example.org/", "[Label](https://example.org/)"), "Label"),
        ((f"![image]({PICTURE})", "---", "After."), "After."),
        (("To [[Page]], [[/project/Page]], `code` $x^2$",), "To Page, /project/Page, code x^2"),
        (("- item", "    - below"), "item below"),
        (("> quoted  words",), "quoted words"),
        (("1. first",), "1. first"),
        (("a.py", "", "```python", "code", "```", "", "After."), "After."),
        ((), ""),
    ],
)
def test_first_lines(lines: tuple[str, ...], summary: str) -> None:
    assert structure(_read(page("A", *lines))).summary == summary


def test_a_summary_has_an_end() -> None:
    words = "leaves and straw " * 40
    summary = structure(_read(page("A", words))).summary
    assert 200 < len(summary) <= SUMMARY_LENGTH
    assert summary.endswith(("leaves…", "and…", "straw…"))
    assert words.startswith(summary[:-1])
    assert len(structure(_read(page("A", "堆" * 400))).summary) == SUMMARY_LENGTH
    assert cut("short", 5) == "short"
    assert cut("a bc", 3) == "a…"


def test_an_excerpt_has_lines_and_links() -> None:
    text = page(
        "A",
        f"{icon('hana')}Said [[Page]], [[/project/Other#5d1f7e6f0000000000000001]]",
        "    - **deep  [[Link]]**  [Label](https://example.org/) #tag",
        "https://example.org/",
        *(f"Line {number}." for number in range(EXCERPT_LINES)),
    )
    excerpt = structure(_read(text)).excerpt()
    other = ExcerptLink("/project/Other", "/project/Other#5d1f7e6f0000000000000001")
    assert excerpt[0] == ExcerptLine(0, ("Said ", ExcerptLink("Page", "Page"), ", ", other))
    label = ExcerptLink("Label", address="https://example.org/")
    link = ExcerptLink("Link", "Link")
    deep = ("deep ", link, " ", label, " ", ExcerptLink("#tag", "tag"))
    assert [line.indent for line in excerpt[:2]] == [0, 2]
    assert excerpt[1].pieces == deep
    assert [line.pieces for line in excerpt[2:4]] == [("Line 0.",), ("Line 1.",)]
    assert len(excerpt) == EXCERPT_LINES


def test_an_excerpt_has_an_end() -> None:
    (line,) = structure(_read(page("A", f"{'堆' * EXCERPT_SIZE}[[Link]]"))).excerpt()
    assert line.pieces == ("堆" * EXCERPT_SIZE,)
    (line,) = structure(_read(page("A", "堆" * (EXCERPT_SIZE + 1), "Next."))).excerpt()
    assert line.pieces == ("堆" * (EXCERPT_SIZE - 1) + "…",)


def test_first_picture_is_no_icon() -> None:
    text = page("A", icon("hana"), "Words.", f"> see ![image]({PICTURE})", "![image](https://b/2)")
    assert image_of(_read(text).blocks) == PICTURE
    assert image_of(_read(page("A", icon("hana"))).blocks) == ""


# -- the files -------------------------------------------------------------------------


def _previews(built: Built) -> dict[str, list[Any]]:
    folder = built.out / PREVIEWS
    versions = json.loads((folder / "index.json").read_text("utf-8"))["versions"]
    previews: dict[str, list[Any]] = {}
    for number, version in enumerate(versions):
        data = (folder / f"{number}.json").read_bytes()
        assert version == f"{crc32(data):08x}"
        part = json.loads(data)
        assert all(crc32(address.encode()) % len(versions) == number for address in part)
        previews |= part
    assert len(list(folder.iterdir())) == len(versions) + 1
    return previews


@pytest.mark.parametrize(("builder", "end"), [("html", ".html"), ("dirhtml", "/")])
def test_every_wiki_page_has_one(tmp_path: Path, builder: str, end: str) -> None:
    built = Site(tmp_path / "src", FILES).build(builder, **HERE)
    assert built.warnings == []
    previews = _previews(built)
    assert set(previews) == {
        f"{name.removesuffix('.md')}{end}" for name in FILES if name.startswith("wiki/")
    }
    assert previews[f"wiki/Mulch{end}"] == [
        "Mulch",
        [[0, "A cover of leaves."], [1, "It keeps ", ["Soil", f"wiki/Soil{end}"], " moist."]],
    ]
    assert previews[f"wiki/Soil{end}"][2] == PICTURE
    assert previews[f"wiki/Q: why? 100%{end}"][1] == [[0, "Because <i>no</i> & “yes”."]]
    facts = built.app.env.domaindata["scrapbox"]["facts"]
    assert facts["wiki/Soil"].image == PICTURE


def test_a_changed_page_changes_its_file_alone(tmp_path: Path) -> None:
    files = {f"wiki/{n}.md": page(f"Page {n}", f"Line {n}.") for n in range(150)}
    site = Site(tmp_path / "src", {"index.md": "# Index\n", **files})
    first = site.build(**HERE)
    times = {path: path.stat().st_mtime_ns for path in (first.out / PREVIEWS).iterdir()}
    assert len(times) == 8 + 1
    site.write({"wiki/0.md": page("Page 0", "Another line.")})
    os.utime(site.src / "wiki/0.md", (4e9, 4e9))
    second = site.build(**HERE)
    assert second.written == ["wiki/0"]
    changed = [path.name for path, time in times.items() if path.stat().st_mtime_ns != time]
    assert sorted(changed) == [f"{crc32(b'wiki/0.html') % 8}.json", "index.json"]
    assert _previews(second)["wiki/0.html"] == ["Page 0", [[0, "Another line."]]]


def test_a_page_that_went_and_a_site_that_shrank(tmp_path: Path) -> None:
    files = {f"wiki/{n}.md": page(f"Page {n}", "Words.") for n in range(70)}
    site = Site(tmp_path / "src", {"index.md": "# Index\n", **files})
    assert len(_previews(site.build(**HERE))) == 70
    for n in range(1, 70):
        (site.src / f"wiki/{n}.md").unlink()
    assert set(_previews(site.build(**HERE))) == {"wiki/0.html"}


def test_four_processes_write_the_same(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    serial, parallel = site.build(target="_1", **HERE), site.build(target="_4", parallel=4, **HERE)
    assert _previews(serial) == _previews(parallel)


def test_one_setting_turns_them_off(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    assert '"previews.js?v=' in site.build(**HERE).text(f"{SCRIPTS}/scrapbox.js")
    built = site.build(scrapbox_previews=False, **HERE)
    assert built.read == []
    assert "previews.js" not in built.text(f"{SCRIPTS}/scrapbox.js")
    assert list((built.out / PREVIEWS).iterdir()) == []
    assert not (built.out / SCRIPTS / "previews.js").exists()


@pytest.mark.filterwarnings("ignore:'sphinxcontrib.serializinghtml")
@pytest.mark.parametrize("builder", ["epub", "singlehtml", "json", "latex"])
def test_other_builders_have_none(tmp_path: Path, builder: str) -> None:
    built = Site(tmp_path / "src", FILES).build(builder, **HERE, **EPUB)
    assert not (built.out / PREVIEWS).exists()
    scripts = [path.read_text("utf-8") for path in built.out.rglob("scrapbox.js")]
    assert not any("previews.js" in script for script in scripts)
    assert list(built.out.rglob("previews.js")) == []


def test_a_site_without_wiki_pages_has_none(tmp_path: Path) -> None:
    built = Site(tmp_path / "src", {"index.md": "# Index\n"}).build()
    assert not (built.out / PREVIEWS).exists()


# -- in a browser ----------------------------------------------------------------------


Serve = Callable[[Path], str]


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    with ExitStack() as servers:
        yield lambda folder: servers.enter_context(browsers.serve(folder))


@pytest.fixture(scope="module")
def address(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> str:
    site = Site(tmp_path_factory.mktemp("previews") / "src", FILES)
    return serve(site.build(**HERE).out)


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield _opened(context)
    context.close()


# What a page waits for, apart from timers: files that it fetches, and the script of previews.
_NOTE_WAITS = r"""
window.waits = [];
const { fetch } = window;
window.fetch = (...request) => {
  const answer = fetch(...request);
  waits.push(answer);
  return answer;
};
const { json } = Response.prototype;
Response.prototype.json = function () {
  const data = json.call(this);
  waits.push(data);
  return data;
};
document.addEventListener("load", ({ target }) => {
  if (/previews\.js/.test(target.src)) window.hasPreviews = true;
}, true);
"""
_AWAIT = """async () => {
  for (let count = -1; count < waits.length; ) {
    count = waits.length;
    await Promise.allSettled(waits);
    await new Promise((done) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(0);
    });
  }
}"""


def _opened(context: Any) -> Any:
    """A tab whose timers wait for ``_settle``."""
    tab = context.new_page()
    tab.clock.install(time=0)
    tab.clock.pause_at(1000)
    tab.add_init_script(_NOTE_WAITS)
    tab.asked = []
    tab.errors = []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    return tab


def _settle(tab: Any) -> None:
    """Let all timers fire, and wait for what they fetch: what is to be shown is then shown."""
    tab.wait_for_function("window.hasPreviews")
    tab.clock.run_for(1000)
    tab.evaluate(_AWAIT)


def _link(tab: Any, name: str) -> Any:
    return tab.get_by_role("main").get_by_role("link", name=name).first


def _point_at(tab: Any, name: str) -> None:
    """Let the pointer rest on a link until its preview is shown, if it has one."""
    _link(tab, name).hover()
    _settle(tab)


def _requests_of_files(tab: Any) -> int:
    """How many files the page has requested, or begins to."""
    count: int = tab.evaluate("waits.length")
    return count


def _wants_previews(tab: Any) -> bool:
    """Whether a page loads the script: its style is added as soon as a preview is wanted."""
    wanted: bool = tab.locator("link[href*='overlays.css']").count() > 0
    return wanted


def _card(tab: Any) -> Any:
    return tab.locator(".scrapbox-preview")


def _asked(tab: Any) -> list[str]:
    return [url.partition("previews/")[2] for url in tab.asked if "previews/" in url]


def test_pointing_at_a_link_shows_its_page(tab: Any, address: str) -> None:
    tab.goto(f"{address}index.html", wait_until="networkidle")
    assert _asked(tab) == []
    link = _link(tab, "Mulch")
    _point_at(tab, "Mulch")
    assert _card(tab).get_attribute("role") == "dialog"
    assert link.get_attribute("aria-describedby") == _card(tab).get_attribute("id")
    assert tab.locator(".scrapbox-preview-title").inner_text() == "Mulch"
    shown = tab.locator(".scrapbox-preview-lines").inner_text()
    assert shown == "A cover of leaves.\nIt keeps Soil moist."
    asked = _asked(tab)
    assert asked[0] == "index.json"
    assert re.fullmatch(r"0\.json\?v=[0-9a-f]{8}", asked[1])
    assert len(asked) == 2
    assert all(url.startswith(address) for url in tab.asked)

    tab.mouse.move(5, 5)
    _settle(tab)
    assert _card(tab).count() == 0
    assert link.get_attribute("aria-describedby") is None
    _point_at(tab, "Mulch")
    assert _card(tab).count() == 1
    assert _asked(tab) == asked  # once is enough
    assert tab.errors == []


def test_data_is_never_markup(tab: Any, address: str) -> None:
    tab.goto(f"{address}index.html")
    _point_at(tab, "Q: why? 100%")
    assert tab.locator(".scrapbox-preview-lines").inner_text() == "Because <i>no</i> & “yes”."
    assert tab.locator(".scrapbox-preview i").count() == 0
    _point_at(tab, "堆肥 & <b>")
    assert tab.locator(".scrapbox-preview-title").inner_text() == "堆肥 & <b>"


def test_addresses_are_checked_again(tab: Any, address: str) -> None:
    """Even if a file were not written by this extension, nothing of it would run."""
    addresses = ["javascript:window.hit=1", " java\nscript:window.hit=1", "data:text/html,x", "%"]
    pieces = [["<b>" + each, each] for each in addresses] + [["mail", "mailto:a@example.org"]]
    hit = "<img src=x onerror=window.hit=1>"
    preview = [hit, [[0, hit, *pieces]], "javascript:window.hit=1", '"><b>']
    tab.route(
        "**/previews/0.json*", lambda route: route.fulfill(json={"wiki/Mulch.html": preview})
    )
    tab.goto(f"{address}index.html")
    _point_at(tab, "Mulch")
    links = _card(tab).locator("a").evaluate_all("links => links.map(link => link.protocol)")
    assert links == ["http:", "mailto:"]  # "%" is a path
    assert _card(tab).locator("b, img, script").count() == 0
    assert _card(tab).inner_text().startswith(hit)
    assert tab.evaluate("window.hit") is None
    assert tab.errors == []


def test_links_of_a_preview_lead_to_pages(tab: Any, address: str) -> None:
    tab.goto(f"{address}index.html")
    _point_at(tab, "Mulch")
    link = _card(tab).get_by_role("link", name="Soil")
    link.hover()
    _settle(tab)
    assert link.is_visible()
    link.click()
    tab.wait_for_url("**/wiki/Soil.html")
    assert tab.errors == []


def test_a_preview_has_the_first_image(tab: Any, address: str) -> None:
    tab.goto(f"{address}wiki/Empty.html")
    _point_at(tab, "Mulch")
    _card(tab).get_by_role("link", name="Soil").click()
    tab.goto(f"{address}wiki/Mulch.html")
    with tab.expect_request(PICTURE):
        _point_at(tab, "Soil")


def test_the_keyboard_leads_into_it_and_back(tab: Any, address: str) -> None:
    tab.goto(f"{address}wiki/Empty.html")
    link = tab.locator(".scrapbox-body a", has_text="Mulch").first
    link.focus()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Tab")
    _settle(tab)
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Tab")
    focused = "document.activeElement.textContent"
    assert tab.evaluate(focused) == "Soil"
    _settle(tab)
    assert _card(tab).count() == 1
    tab.keyboard.press("Escape")
    assert _card(tab).count() == 0
    assert tab.evaluate(focused) == "Mulch"


def test_a_browser_shows_no_old_preview(tab: Any, tmp_path: Path) -> None:
    """Although it may keep files for an hour; pages that link are not written again."""
    site = Site(tmp_path / "src", FILES)
    with browsers.serve(site.build(**HERE).out, max_age=3600) as start:
        for words in ("A cover of leaves, new.", "A cover of straw."):
            site.write({"wiki/Mulch.md": page("Mulch", words)})
            assert "index" not in site.build(**HERE).written
            tab.goto(f"{start}index.html")
            _point_at(tab, "Mulch")
            assert tab.locator(".scrapbox-preview-lines").inner_text() == words
            tab.goto("about:blank")


def test_links_to_other_pages_show_nothing(tab: Any, address: str) -> None:
    tab.goto(f"{address}index.html")
    _point_at(tab, "the guide")
    assert _card(tab).count() == 0
    _point_at(tab, "Mulch")
    assert _card(tab).count() == 1


def test_a_pointer_that_passes_by_asks_for_nothing(tab: Any, address: str) -> None:
    tab.goto(f"{address}index.html")
    _link(tab, "Mulch").hover()
    tab.wait_for_function("window.hasPreviews")  # its timer runs
    tab.mouse.move(5, 5)
    _settle(tab)
    assert _requests_of_files(tab) == 0
    assert _asked(tab) == []
    assert _card(tab).count() == 0


def test_the_pointer_may_move_onto_it(tab: Any, address: str) -> None:
    tab.goto(f"{address}index.html")
    _point_at(tab, "堆肥 & <b>")
    box = _card(tab).bounding_box()
    tab.mouse.move(box["x"] + 20, box["y"] + 20, steps=5)
    _settle(tab)
    assert _card(tab).count() == 1
    view = tab.viewport_size
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= view["width"]
    assert box["y"] + box["height"] <= view["height"]


def test_escape_closes_it(tab: Any, address: str) -> None:
    tab.goto(f"{address}index.html")
    _point_at(tab, "Mulch")
    assert _card(tab).count() == 1
    tab.keyboard.press("Escape")
    assert _card(tab).count() == 0
    _settle(tab)
    assert _card(tab).count() == 0


def test_the_keyboard_shows_it_too(tab: Any, address: str) -> None:
    tab.goto(f"{address}index.html")
    focused = "document.activeElement.textContent"
    for _ in range(40):
        tab.keyboard.press("Tab")
        if tab.evaluate(focused) == "Mulch":
            break
    _settle(tab)
    assert tab.evaluate("document.activeElement.getAttribute('aria-describedby')")
    tab.keyboard.press("Tab")
    assert tab.evaluate(focused) == "Q: why? 100%"
    _settle(tab)
    assert tab.locator(".scrapbox-preview-title").inner_text() == "Q: why? 100%"
    tab.keyboard.press("Escape")
    assert _card(tab).count() == 0


def test_a_touch_shows_nothing(browser: Any, address: str) -> None:
    context = browser.new_context(has_touch=True, is_mobile=True)
    tab = _opened(context)
    tab.goto(f"{address}wiki/Empty.html")
    link = _link(tab, "Mulch")
    link.dispatch_event("pointerover", {"pointerType": "touch"})
    link.dispatch_event("pointerover", {"pointerType": "mouse"})  # as browsers make believe
    link.focus()
    assert not _wants_previews(tab)
    assert _asked(tab) == []
    link.tap()
    tab.wait_for_url("**/Mulch.html")
    context.close()


def test_without_a_server_nothing_happens(tab: Any, tmp_path: Path) -> None:
    built = Site(tmp_path / "src", FILES).build(**HERE)
    tab.goto((built.out / "index.html").as_uri())
    _link(tab, "Mulch").hover()
    assert not _wants_previews(tab)
    assert tab.errors == []


def test_files_that_are_missing_do_no_harm(tab: Any, address: str) -> None:
    tab.route("**/sphinx_scrapbox/previews/*", lambda route: route.fulfill(status=404, body="no"))
    tab.goto(f"{address}index.html")
    _point_at(tab, "Mulch")
    assert _requests_of_files(tab) == 1
    assert _card(tab).count() == 0
    assert tab.errors == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_any_theme(browser: Any, serve: Serve, tmp_path: Path, theme: str, builder: str) -> None:
    pytest.importorskip(theme)
    built = Site(tmp_path / "src", FILES).build(
        builder, html_theme=theme, scrapbox_related="cards", **HERE
    )
    assert built.warnings == []
    start = serve(built.out) + ("wiki/Mulch.html" if builder == "html" else "wiki/Mulch/")
    context = browser.new_context(color_scheme="dark", viewport={"width": 1400, "height": 900})
    tab = _opened(context)
    tab.goto(start)
    tab.locator("li a", has_text="Soil").first.hover()
    _settle(tab)
    assert tab.locator(".scrapbox-preview-title").inner_text() == "Soil"
    seen = tab.evaluate(
        """() => {
          const card = document.querySelector(".scrapbox-preview");
          const box = card.getBoundingClientRect();
          const top = document.elementFromPoint(box.x + 15, box.y + 15);
          const { backgroundColor, color } = getComputedStyle(card);
          return [card.contains(top), backgroundColor, color];
        }"""
    )
    assert seen[0], "something lies above it"
    assert seen[1].startswith("rgb(")
    assert seen[1] != seen[2]
    related = tab.locator(".scrapbox-related a", has_text="Soil").first
    tab.mouse.move(1, 1)
    _settle(tab)
    assert _card(tab).count() == 0
    related.hover()
    _settle(tab)
    assert _card(tab).count() == 1
    assert tab.errors == []
    context.close()
