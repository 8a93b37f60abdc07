"""The search of Pagefind: what is indexed, when, and the search page as readers use it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from browsers import THEMES, search_page, serve
from edits import CONFIG, Editor
from images import png
from sites import Built, Site, icon, page

from sphinx_scrapbox.snapshot.filenames import picture_file_name
from sphinx_scrapbox.snapshot.lockfile import (
    LOCK_NAME,
    PICTURE_FOLDER,
    Lock,
    LockedPage,
    LockedPicture,
    dump_lock,
)
from sphinx_scrapbox.sphinx_ext.html.search import modes, pagefind_index
from sphinx_scrapbox.sphinx_ext.html.search.pagefind_index import BUNDLE

pytest.importorskip("pagefind", reason="pagefind is not installed")
pytest.importorskip("pagefind_bin", reason="the program of pagefind is not installed")

HERE: Mapping[str, Any] = {"scrapbox_project": "garden-en", "scrapbox_search_engine": "pagefind"}
IMAGE = "https://pictures.example/heap.png"
FILES = {
    "index.md": "# Garden\n\nAll about $x compost.\n\n```{toctree}\nguide\n```\n",
    "guide.md": "# Sowing by hand\n\nCompost, `<b>`.\n\n## Sieves\n\nRunning 全文検索, 庭 木.\n",
    "hidden.md": "---\norphan: true\nnosearch: true\n---\n\n# Hidden\n\nCompost.\n",
    "wiki/Compost.md": page("Compost", "Marvellous heaps. #Soil #green_waste"),
    "wiki/Why?.md": page("Why not?", f"{icon('hana')} Compost &amp; more compost. #soil"),
    "wiki/検索.scrapbox": "全文検索の実装\n高校の設計とGPT4での要約。\nCompost.\n",
    "pictures/Heap.scrapbox": f"Heap\nOne of leaves\n[{IMAGE}]\n[https://far.example/a.png]\n",
    "pictures/Far.scrapbox": "Far\nleaves\n[https://far.example/a.png]\n",
    "wiki/two.md": page("二語", "全文を検索する。設計 思想"),
    **{f"wiki/n{n}.md": page(f"Note {n}", f"Worms, {n}.") for n in range(12)},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("pagefind") / "src", FILES)
    name = picture_file_name(png(), "png")
    locked = tuple(LockedPage(title, title, f"{title}.scrapbox") for title in ("Heap", "Far"))
    lock = Lock("heaps", pages=locked, pictures=(LockedPicture("image", IMAGE, name, ""),))
    (site.src / "pictures" / PICTURE_FOLDER).mkdir()
    (site.src / "pictures" / name).write_bytes(png())
    (site.src / "pictures" / LOCK_NAME).write_text(dump_lock(lock), encoding="utf-8")
    return site


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return site.build(**HERE)


def bundle(built: Built) -> Path:
    return built.out / BUNDLE


def fragments(built: Built) -> dict[str, dict[str, Any]]:
    """The texts of the index by the address of their page."""
    texts = {}
    for path in (bundle(built) / "fragment").iterdir():
        text = gzip.decompress(path.read_bytes()).decode().removeprefix("pagefind_dcd")
        fragment = json.loads(text)
        texts[fragment["anchors"][-2]["id"]] = fragment | {"file": path.name}
    return texts


STATUS = "document.querySelector('[role=status]')?.innerText"
READY = f"/found|loaded/.test({STATUS})"  # or the index could not be loaded


def results(browser: Any, built: Built, query: str) -> AbstractContextManager[Any]:
    return search_page(browser, built, query, READY)


def wait(tab: Any) -> None:
    tab.wait_for_function(READY)
    assert "found" in tab.evaluate(STATUS)


def titles(tab: Any) -> list[str]:
    shown: list[str] = tab.locator(".scrapbox-search-results > li > a").all_inner_texts()
    return shown


# -- what is found ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=compost", ["Sowing by hand", "Garden", "Compost", "Why not?", "全文検索の実装"]),
        ("q=run", ["Sowing by hand"]),  # by its stem
        ("q=全文検索", ["Sowing by hand", "全文検索の実装"]),  # not where the parts are apart
        ("q=高校", ["全文検索の実装"]),
        ("q=設計", ["全文検索の実装", "二語"]),
        ("q=設計+全文", ["全文検索の実装", "二語"]),
        ("q=文検索の+要約", ["全文検索の実装"]),
        ("q=設計+compost", ["全文検索の実装"]),
        ("q=gpt4", ["全文検索の実装"]),
        ("q=木", ["Sowing by hand"]),
        ('q="marvellous+heaps"', ["Compost"]),
        ('q="heaps+marvellous"', []),
        ("q=compost&kind=guide", ["Sowing by hand", "Garden"]),
        ("q=compost&kind=wiki&language=ja", ["全文検索の実装"]),
        ("tag=SOIL", ["Compost", "Why not?"]),  # however each page spells it
        ("q=compost&tag=green_waste", ["Compost"]),
        ("q=compost&person=hana", ["Why not?"]),
        ("q=hidden", []),
    ],
)
def test_what_a_query_finds(browser: Any, built: Built, query: str, found: list[str]) -> None:
    assert built.warnings == []
    with results(browser, built, query) as tab:
        shown = titles(tab)
    if query.startswith("q=compost") and len(found) > 1:  # the guide comes first
        assert set(shown[:2]) == set(found[:2])
    assert sorted(shown) == sorted(found)


def test_what_a_result_shows(browser: Any, built: Built) -> None:
    with results(browser, built, "q=全文検索") as tab:
        guide, page = tab.locator(".scrapbox-search-results > li").all()
        assert guide.locator("p").inner_html() == (
            "Compost, &lt;b&gt;. Sieves. Running <mark>全文検索</mark>, 庭 木."
        )
        part = guide.locator("li a")
        assert part.inner_text() == "Sieves"
        assert part.get_attribute("href") == f"{tab.address}guide.html#sieves"
        assert (guide.get_attribute("lang"), page.get_attribute("lang")) == (None, "ja")
    with results(browser, built, "q=leaves") as tab:
        assert sorted(titles(tab)) == ["Far", "Heap"]
        image = tab.locator(".scrapbox-search-results img")  # only what is stored with the site
        tab.wait_for_function("document.querySelector('li img').naturalWidth > 0")
        assert image.get_attribute("alt") == ""
    with results(browser, built, "q=why") as tab:
        tab.locator(".scrapbox-search-results > li > a").click()
        tab.wait_for_function("document.title.startsWith('Why not?')")


def test_a_query_loads_parts_of_the_index_alone(browser: Any, built: Built) -> None:
    with results(browser, built, "q=worms") as tab:
        requested = [url.removeprefix(tab.address) for url in tab.requested]
    pages = [url for url in requested if not url.startswith(("_static/", "search.html"))]
    assert pages == []
    assert not [url for url in requested if "searchindex" in url or "searchtools" in url]
    assert sum("pf_fragment" in url for url in requested) == 10


def test_the_page_is_used_by_keyboard(browser: Any, built: Built) -> None:
    with results(browser, built, "q=worms") as tab:
        assert tab.locator("[role=status]").inner_text() == "12 pages were found."
        assert len(titles(tab)) == 10
        tab.locator(".scrapbox-search-more").press("Enter")
        tab.wait_for_function("document.querySelectorAll('.scrapbox-search-results > li')[11]")
        assert tab.evaluate("document.activeElement.innerText") == titles(tab)[10]
        assert not tab.locator(".scrapbox-search-more").is_visible()
        for control in tab.locator(".scrapbox-search :is(input, select)").all():
            assert control.evaluate("element => element.labels.length") == 1
        tab.locator(".scrapbox-search summary").press("Enter")
        tab.wait_for_function("document.querySelector('[name=tag]').options.length === 3")
        tab.locator("[name=kind]").select_option("guide")
        tab.wait_for_function("/No page/.test(document.querySelector('[role=status]').innerText)")
        tab.go_back()
        tab.wait_for_function("document.querySelectorAll('.scrapbox-search-results > li')[9]")
        assert len(titles(tab)) == 10


@pytest.mark.filterwarnings("ignore")  # what themes use of Sphinx is their affair
@pytest.mark.parametrize("theme", THEMES)
def test_the_search_box_of_any_theme_leads_there(browser: Any, site: Site, theme: str) -> None:
    pytest.importorskip(theme)
    built = site.build(target=f"_{theme}", html_theme=theme, **HERE)
    assert built.warnings == []
    assert "search/pagefind" not in built.text("wiki/Compost.html")
    errors: list[str] = []
    with serve(built.out) as address, browser.new_page() as tab:
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(f"{address}wiki/Compost.html")
        box = tab.locator("input[name=q]:visible")
        if not box.count():
            tab.keyboard.press("Control+k")
            box.first.wait_for()
        box.first.fill("全文検索")
        box.first.press("Enter")
        tab.wait_for_url("**/search.html?*")
        wait(tab)
        assert titles(tab) == ["Sowing by hand", "全文検索の実装"]
        scripts = tab.evaluate("[...document.scripts].map(({ src }) => src)")
        assert not [src for src in scripts if "searchtools" in src or "language_data" in src]
    assert errors == []


def test_dirhtml(browser: Any, site: Site) -> None:
    built = site.build("dirhtml", **HERE)
    with results(browser, built, "q=why") as tab:
        tab.locator(".scrapbox-search-results > li > a").click()
        tab.wait_for_function("document.title.startsWith('Why not?')")


# -- what is indexed, and when ---------------------------------------------------------


def test_pages_of_the_wiki_are_in_this_index_alone(built: Built) -> None:
    text = built.text("searchindex.js").removeprefix("Search.setIndex(").removesuffix(")")
    assert json.loads(text)["docnames"] == ["guide", "hidden", "index"]
    assert "hidden.html" not in fragments(built)
    assert not list(bundle(built).glob("*ui*"))
    html = built.text("search.html")
    assert "<noscript><p>To search this site, turn on JavaScript.</p></noscript>" in html


def test_modes(site: Site) -> None:
    modes = {"wiki/n*": False, "wiki/Why*": "titles", "wiki/two": "summary"}
    built = site.build(target="_modes", scrapbox_search=modes, **HERE)
    texts = fragments(built)
    assert "wiki/n1.html" not in texts
    assert texts["wiki/Why%3F.html"]["meta"]["title"] == "Why not?"
    assert texts["wiki/Why%3F.html"]["content"] == "Why not?"
    assert "検 索" in texts["wiki/two.html"]["content"]
    assert "marvellous" in texts["wiki/Compost.html"]["content"].lower()


def test_an_unchanged_site_is_not_indexed_again(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    entry = bundle(site.build(**HERE)) / "pagefind-entry.json"
    os.utime(entry, ns=(0, 0))
    site.build(**HERE)
    assert entry.stat().st_mtime_ns == 0
    site.write({"wiki/two.md": page("二語", "Quite other text."), "wiki/n3.md": None})
    os.utime(site.src / "wiki/two.md", (4e9, 4e9))
    built = site.build(**HERE)
    assert built.warnings == []
    assert entry.stat().st_mtime_ns > 0
    fresh = site.build(target="_fresh", parallel=2, **HERE)
    assert fragments(built) == fragments(fresh)
    assert "wiki/n3.html" not in fragments(built)
    entry.unlink()
    assert entry.is_file() is False
    site.build(**HERE)
    assert entry.is_file()


def test_lost_texts_are_made_again(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    built = site.build(**HERE)
    texts = fragments(built)
    (folder,) = Path(built.app.doctreedir).glob("scrapbox-pagefind-html-*/")
    for path in [*folder.iterdir()][:9]:
        path.unlink()
    again = site.build(**HERE)
    assert again.written == []
    assert fragments(again) == texts


def test_another_engine_and_back(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    site.build(**HERE)
    other = site.build(**{**HERE, "scrapbox_search_engine": "sphinx"})
    assert not bundle(other).exists()
    assert "wiki/Compost" in other.text("searchindex.js")
    assert "searchtools.js" in other.text("search.html")
    back = site.build(**HERE)
    assert "wiki/Compost" not in back.text("searchindex.js")
    assert len(fragments(back)) == len(FILES) - 1


@pytest.mark.parametrize("suppressed", [[], ["scrapbox.search"]])
def test_without_pagefind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suppressed: list[str]
) -> None:
    site = Site(tmp_path / "src", FILES)
    with monkeypatch.context() as patch:
        patch.setattr(modes, "find_spec", lambda name: None)
        built = site.build(suppress_warnings=suppressed, **HERE)
    if suppressed:
        assert built.warnings == []
    else:
        (warning,) = built.warnings
        assert 'pip install "sphinx-scrapbox[pagefind]"' in warning
    assert "wiki/Compost" in built.text("searchindex.js")
    assert not bundle(built).exists()
    # Once it is installed, pages are indexed although neither they nor the options changed.
    after = site.build(suppress_warnings=suppressed, **HERE)
    assert "wiki/Compost" not in after.text("searchindex.js")
    assert "wiki/Compost.html" in fragments(after)


def test_a_failure_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(pagefind_index, "_write_index", fail)
    (warning,) = Site(tmp_path / "src", FILES).build(**HERE).warnings
    assert "Pagefind failed, so readers cannot search the site: no room" in warning


@pytest.mark.skipif(os.name != "posix", reason="the program of this test is a shell script")
def test_what_a_program_that_fails_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pagefind"
    program.write_text("#!/bin/sh\necho no memory >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    site = Site(tmp_path / "src", FILES)
    with monkeypatch.context() as patch:
        patch.setenv("PAGEFIND_BINARY_PATH", str(program))
        (warning,) = site.build(**HERE).warnings
    assert "Pagefind failed, so readers cannot search the site: no memory" in warning
    assert fragments(site.build(**HERE))  # the next build tries again


def test_a_site_without_words(tmp_path: Path) -> None:
    folder, bundle = tmp_path / "records", tmp_path / "bundle"
    folder.mkdir()
    (folder / "empty.html").write_bytes(b"")
    pagefind_index._write_index(folder, bundle, "en")
    entry = json.loads((bundle / "pagefind-entry.json").read_text(encoding="utf-8"))
    assert entry["languages"]["en"]["page_count"] == 1


@pytest.mark.filterwarnings("ignore")  # what the builders use of Sphinx is their affair
@pytest.mark.parametrize("builder", ["singlehtml", "epub", "json", "text"])
def test_other_builders_are_left_alone(tmp_path: Path, builder: str) -> None:
    built = Site(tmp_path / "src", FILES).build(
        builder, epub_copyright="nobody", version="1", **HERE
    )
    assert not bundle(built).exists()
    if builder == "json":
        assert "wiki/Compost" in built.text("searchindex.json")


def test_the_guard_reads_the_index(tmp_path: Path) -> None:
    files = {**FILES, "wiki/heap.md": page("堆肥の山", "Said by 内緒の人 and Mole.")}
    deny = {"titles": ["内緒の人", "mole"]}
    built = Site(tmp_path / "src", files).build(scrapbox_deny=deny, **HERE)
    assert built.app.statuscode == 1
    (report,) = [text for text in ["\n".join(built.warnings)] if "scrapbox_deny" in text]
    places = [line for line in report.split("\n") if "pf_fragment" in line]
    assert [line.rpartition(": ")[2] for line in places] == ["titles[1]", "titles[2]"]


@pytest.mark.long
@pytest.mark.parametrize("parallel", [0, 2])
def test_the_index_follows_edits(tmp_path: Path, parallel: int) -> None:
    site = Site(tmp_path / "site")
    editor = Editor(site, 7)
    editor.start()
    config = {**CONFIG, **HERE}
    site.build(target="_kept", parallel=parallel, **config)
    for _step in range(6):
        editor.edit()
        kept = site.build(target="_kept", parallel=parallel, **config)
        fresh = site.build(target="_fresh", **config)
        assert fragments(kept) == fragments(fresh)
        shutil.rmtree(fresh.out.parent)
