"""In a real browser: a film is a link until it is clicked, and nobody is asked before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsers import NEEDS_CHROMIUM, serve
from sites import Built, Site, icon, page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

FILM = "https://youtu.be/abcdefgh?t=90"
PLAYER = "https://www.youtube-nocookie.com/embed/abcdefgh?start=90&autoplay=1"

FILES = """Files
[https://example.org/rain.mp4]
Here [https://example.org/rain.mp3 Rain on the shed] and [https://example.org/rain.webm] too.
[https://example.org/rain.ogg On the roof]
[[https://example.org/bed.png]]
"""

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def built(rootdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    src = tmp_path_factory.mktemp("browser") / "src"
    shutil.copytree(rootdir / "test-wiki", src)
    site = Site(src)
    lines = [f"[A film]({FILM}) is below.", "", f"[{FILM}]({FILM})", ""]
    lines += [icon("hana") + "Have you seen it?", icon("leaf") + "No."]
    site.write({"wiki/Film.md": page("Film", *lines), "wiki/Files.scrapbox": FILES})
    return site.build(scrapbox_images="local")  # an image that is shown is asked for


@pytest.fixture(scope="module")
def address(built: Built) -> Iterator[str]:
    with serve(built.out) as address:
        yield address


class _Visit:
    """A page in the browser; every request to another host is noted, and answered by us."""

    def __init__(self, browser: Any, address: str, **options: object) -> None:
        self.asked: list[str] = []
        self.errors: list[str] = []
        self._own = address
        self.context = browser.new_context(**options)
        self.context.route("**/*", self._answer)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _answer(self, route: Any) -> None:
        if route.request.url.startswith(self._own):
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.fulfill(status=200, content_type="text/html", body="<p>elsewhere</p>")


@pytest.fixture
def visit(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[_Visit]:
    visit = _Visit(browser, address, **getattr(request, "param", {}))
    yield visit
    visit.context.close()


def test_nobody_is_asked_before_a_click(visit: _Visit, address: str) -> None:
    for name in ("index", "guide", "rest", "wiki/Film", "wiki/A talk on compost by Ren Aoki"):
        visit.page.goto(f"{address}{name}.html", wait_until="networkidle")
    assert visit.asked == []
    assert visit.errors == []


def test_a_click_loads_the_player_in_place(visit: _Visit, address: str) -> None:
    visit.page.goto(f"{address}wiki/Film.html")
    assert visit.page.locator("iframe").count() == 0
    with visit.page.expect_response(PLAYER):
        visit.page.locator("a.scrapbox-video").click()
    player = visit.page.locator("iframe.scrapbox-player")
    assert player.get_attribute("src") == PLAYER
    assert player.get_attribute("title") == "A film"
    # The link stays, as the site may forbid players on others; it plays nothing any more.
    link = visit.page.locator("a.scrapbox-video")
    assert link.get_attribute("href") == FILM
    assert link.get_attribute("data-scrapbox-embed") is None
    assert player.bounding_box()["y"] < link.bounding_box()["y"]
    assert visit.page.url == f"{address}wiki/Film.html"
    assert visit.asked == [PLAYER]
    assert visit.errors == []


def test_the_keyboard_loads_it_too(visit: _Visit, address: str) -> None:
    visit.page.goto(f"{address}wiki/Film.html")
    visit.page.locator("a.scrapbox-video").focus()
    with visit.page.expect_response(PLAYER):
        visit.page.keyboard.press("Enter")
    assert visit.asked == [PLAYER]


def test_a_click_that_asks_for_a_new_tab_opens_the_film_itself(
    visit: _Visit, address: str
) -> None:
    visit.page.goto(f"{address}wiki/Film.html")
    # Whether the script leaves the click to the browser. What a new tab does is not ours.
    visit.page.evaluate("""() => addEventListener("click", (event) => {
        window.prevented = event.defaultPrevented
        event.preventDefault()
    })""")
    visit.page.locator("a.scrapbox-video").click(modifiers=["ControlOrMeta"])
    assert visit.page.evaluate("window.prevented") is False
    assert visit.page.locator("iframe").count() == 0


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_it_is_a_link(visit: _Visit, address: str) -> None:
    visit.page.goto(f"{address}wiki/Film.html")
    visit.page.locator("a.scrapbox-video").click()
    visit.page.wait_for_url(FILM)


def test_files_play_after_a_click_only(visit: _Visit, address: str) -> None:
    visit.page.goto(f"{address}wiki/Files.html", wait_until="networkidle")
    assert [url for url in visit.asked if not url.endswith(".png")] == []
    assert visit.page.locator("video").count() == 2
    (sound,) = visit.page.locator("audio").all()
    assert sound.get_attribute("aria-label") == "On the roof"
    assert visit.page.get_by_role("link", name="On the roof").count() == 1
    film = visit.page.locator("video").first
    before = film.bounding_box()
    film.evaluate("film => film.play().catch(() => null)")  # until it cannot be played
    assert "https://example.org/rain.mp4" in visit.asked
    assert "https://example.org/rain.webm" not in visit.asked
    assert film.bounding_box() == before
    assert before["width"] / before["height"] == pytest.approx(16 / 9, rel=0.01)
    assert visit.errors == []


def test_who_speaks_is_said_to_screen_readers(visit: _Visit, address: str) -> None:
    visit.page.goto(f"{address}wiki/Film.html")
    turn = visit.page.get_by_role("group", name="Hana Mori")
    assert " ".join(turn.inner_text().split()).endswith("Have you seen it?")
    assert turn.locator("svg").get_attribute("aria-hidden") == "true"
    assert turn.locator(".scrapbox-speaker [title]").count() == 0  # the name is there to be read


def test_an_odd_name_is_reached_by_clicks(browser: Any, tmp_path: Path) -> None:
    names = ["Q: why? #1 100%", "堆肥 & <b>"]
    files = {f"wiki/{name}.md": page(name, "Here.") for name in names}
    files["index.rst"] = "Index\n=====\n"
    files["wiki/all.md"] = page("All", *(f"[[{name}]]" for name in names))
    for builder in ("html", "dirhtml"):
        built = Site(tmp_path / builder, files).build(builder, scrapbox_project="garden-en")
        tab = browser.new_page()
        start = "wiki/all.html" if builder == "html" else "wiki/all/index.html"
        tab.goto((built.out / start).as_uri())
        hrefs = tab.eval_on_selector_all(
            "span.scrapbox-page", "shown => shown.map(each => each.closest('a').href)"
        )
        assert len(hrefs) == len(names)
        for href, name in zip(hrefs, names, strict=True):
            tab.goto(href if builder == "html" else f"{href}index.html")
            assert tab.locator("h1").inner_text().removesuffix("¶") == name
        tab.close()


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_search_finds_odd_names(browser: Any, tmp_path: Path, builder: str) -> None:
    names = ["Q: why? #1 100%", "堆肥 & <b>"]
    files = {f"{name}.md": page(name, "A marigold grows here.") for name in names}
    files |= {f"wiki/{name}.md": page(f"wiki {name}", "Marigold.") for name in names}
    files["index.rst"] = "Index\n=====\n"
    built = Site(tmp_path / "src", files).build(builder, scrapbox_project="garden-en")
    tab = browser.new_page()
    search = "search.html" if builder == "html" else "search/index.html"
    tab.goto((built.out / search).as_uri() + "?q=marigold")
    tab.locator("ul.search li a").nth(3).wait_for()
    hrefs = tab.eval_on_selector_all("ul.search li a", "links => links.map(link => link.href)")
    titles = set()
    for href in hrefs:
        path = href.partition("?highlight")[0]
        tab.goto(path if builder == "html" else f"{path}index.html")
        titles.add(tab.locator("h1").inner_text().removesuffix("¶"))
    assert titles == {*names, *(f"wiki {name}" for name in names)}
    tab.close()
