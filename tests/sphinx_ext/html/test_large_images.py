"""Images that open as large as the window: their links, and the script, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browsers
import pytest
from sites import EPUB, Built, Site

from sphinx_scrapbox.sphinx_ext.html.assets import FOLDER

NAME = "hard/Leaves seen closely"
HERE = {"suppress_warnings": ["toc", "scrapbox"]}
FIRST, STEM = "9f91161f43433e49a6de6db680d79f60.png", "919a11f948095f31d9220d1d6f1e4fda.png"
REMOTE = "https://example.org/elsewhere/unknown.png"


@pytest.fixture(scope="module")
def site(rootdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    src = tmp_path_factory.mktemp("images") / "src"
    shutil.copytree(rootdir / "test-reading" / "hard", src / "hard")
    return Site(src, {"index.md": "# Index\n"})


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return site.build(**HERE)


def test_an_image_leads_to_itself_unless_it_leads_elsewhere(built: Built) -> None:
    body = built.html(f"{NAME}.html").body
    links = [link for link in body.all("a") if link.all("img", "scrapbox-image")]
    addresses = [link["href"] for link in links]
    local = [f"../_images/{name}" for name in (FIRST, STEM, FIRST)]
    assert addresses[:5] == [*local, REMOTE, "https://example.org/elsewhere/large.jpg"]
    assert addresses[5:] == ["https://example.org/album"]
    assert ["scrapbox-zoom" in link["class"] for link in links] == [True] * 5 + [False]
    assert [link.attributes.get("rel") for link in links[2:4]] == [None, "noreferrer noopener"]
    assert (built.out / NAME).parent.joinpath(addresses[0]).resolve().is_file()


@pytest.mark.parametrize(
    ("builder", "start"), [("dirhtml", "../../_images/"), ("singlehtml", "_images/")]
)
def test_addresses_of_other_builders(site: Site, builder: str, start: str) -> None:
    site.write({"index.md": f"# Index\n\n```{{toctree}}\n{NAME}\n```\n"})
    built = site.build(builder, **HERE)
    name = f"{NAME}/index.html" if builder == "dirhtml" else "index.html"
    assert f'href="{start}{FIRST}"' in built.text(name)


def test_books_have_no_such_links(site: Site) -> None:
    built = site.build("epub", **HERE, **EPUB)
    (file,) = (built.out / "hard").glob("leaves-*.xhtml")
    assert "scrapbox-zoom" not in file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def address(built: Built) -> Iterator[str]:
    with browsers.serve(built.out) as address:
        yield address


@pytest.fixture
def tab(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context()
    tab = context.new_page()
    tab.asked, tab.errors = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.goto(f"{address}{NAME}.html")
    yield tab
    context.close()


def _shown(tab: Any) -> str:
    """The file that is shown large."""
    source: str = tab.locator("dialog[open] img").get_attribute("src")
    return source.rpartition("/")[2]


def test_a_click_opens_it_and_another_closes_it(tab: Any) -> None:
    assert not any(f"{FOLDER}/images.js" in url for url in tab.asked)
    tab.locator("a.scrapbox-zoom").first.dblclick()
    dialog = tab.locator("dialog.scrapbox-large")
    dialog.wait_for()
    assert _shown(tab) == FIRST
    tab.wait_for_function("document.querySelector('dialog img').complete")
    assert dialog.get_attribute("aria-label") == "Image"
    window, image = tab.viewport_size, dialog.locator("img").bounding_box()
    assert 0 < image["width"] <= window["width"]
    assert 0 < image["height"] <= window["height"]
    assert f"{NAME}.html" in tab.evaluate("decodeURI(location.pathname)")
    dialog.locator("img").click()
    dialog.wait_for(state="detached")
    tab.locator("a.scrapbox-zoom").first.dblclick()
    tab.locator("dialog[open]").wait_for()
    assert tab.locator("dialog[open]").count() == 1
    assert tab.errors == []


def test_the_keyboard_opens_leafs_and_closes(tab: Any) -> None:
    tab.locator("a.scrapbox-zoom").first.focus()
    tab.keyboard.press("Enter")
    tab.locator("dialog[open]").wait_for()
    assert _shown(tab) == FIRST
    tab.keyboard.press("ArrowLeft")
    tab.keyboard.press("ArrowRight")
    assert _shown(tab) == STEM
    tab.keyboard.press("Escape")
    tab.locator("dialog").wait_for(state="detached")
    assert STEM in tab.evaluate("document.activeElement.href")
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="Close").press("Enter")
    tab.locator("dialog").wait_for(state="detached")
    assert STEM in tab.evaluate("document.activeElement.href")
    assert tab.errors == []


def test_without_its_script_it_is_a_link(browser: Any, address: str) -> None:
    context = browser.new_context()
    context.route("**/images.js*", lambda route: route.fulfill(status=404, body="no"))
    tab = context.new_page()
    tab.goto(f"{address}{NAME}.html")
    tab.locator("a.scrapbox-zoom").first.click()
    tab.wait_for_url(f"**/{FIRST}")
    context.close()
