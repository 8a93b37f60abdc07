"""The site's own search: its script is run by Node.js, and in a browser as readers do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from browsers import THEMES, search_page
from sites import Built, Site, icon, page
from sphinx.builders.html import StandaloneHTMLBuilder

from sphinx_scrapbox.sphinx_ext.config.options import Config, mode_of
from sphinx_scrapbox.sphinx_ext.html.search.sphinx_index import spans

MODES = "'auto', 'full', 'summary', 'titles', True or False"
HERE = {"scrapbox_project": "garden-en"}

FILES = {
    "index.md": "# Garden\n\n```{toctree}\nguide\nzebra\n```\n",
    "guide.md": "# Sowing by hand\n\nOf compost, said once.\n",
    "zebra.md": "# Zebra\n\nCompost, striped.\n",
    "wiki/Compost.md": page("Compost", "Heaps of compost.", "Marvellous worms."),
    "wiki/Compost heaps.md": page("Compost heaps", "More compost."),
    "wiki/diary/one.md": page("Compost diary", "Secretive moles."),
    "wiki/kana.md": page("種まきの順番と道具について", "What to sow first."),
    "wiki/sow.md": page("種まき", "Sowing."),
    "wiki/gpt.md": page("GPT4での要約", "By a machine."),
    "wiki/gpt4.md": page("GPT4", "A machine."),
    "wiki/soup.md": page("토마토의역사", "Of tomatoes."),
}


Ask = Callable[[Built, str], list[str]]


@pytest.fixture(scope="module")
def ask(request: pytest.FixtureRequest) -> Ask:
    """Searches a built site; returns the titles of the results, the best first."""
    node = shutil.which("node")
    if node is None:
        in_browser: Ask = request.getfixturevalue("in_browser")
        return in_browser
    script = Path(__file__).with_name("ask.js")

    def ask(built: Built, query: str) -> list[str]:
        command = [node, str(script), str(built.out), query]
        run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
        titles: list[str] = json.loads(run.stdout)
        return titles

    return ask


@contextmanager
def results(browser: Any, built: Built, query: str, script: str = "") -> Iterator[Any]:
    """The search page with its results; no script may fail.

    :param script: runs before those of the page.
    """
    # The summary is written last; the timer of the dots resets their status.
    ready = "Search.status?.innerText"
    with search_page(browser, built, f"q={query}", ready, script) as tab:
        yield tab.locator("#search-results")


@pytest.fixture(scope="module")
def in_browser(browser: Any) -> Ask:
    """As ``ask``, in a browser."""

    def ask(built: Built, query: str) -> list[str]:
        with results(browser, built, query) as shown:
            links: list[str] = shown.locator("li > a").all_inner_texts()
        return links

    return ask


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("search") / "src", FILES)


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return site.build(**HERE)


def _index(built: Built) -> dict[str, Any]:
    text = built.text("searchindex.js")
    index: dict[str, Any] = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    return index


# -- ranking ---------------------------------------------------------------------------


RANKED = [
    "Sowing by hand",
    "Zebra",
    "Compost",  # a wiki page, although this is its title
    "Compost diary",
    "Compost heaps",
]


def test_the_guide_comes_first(built: Built, ask: Ask) -> None:
    assert built.warnings == []
    assert ask(built, "compost") == RANKED


def test_the_guide_comes_first_in_a_browser(built: Built, in_browser: Ask) -> None:
    assert in_browser(built, "compost") == RANKED
    assert in_browser(built, "順番") == ["種まきの順番と道具について"]


def test_the_script_knows_the_wiki_pages(built: Built) -> None:
    script = built.text("_static/language_data.js")
    (runs,) = re.findall(r"^  const spans = (\[.*\]);$", script, re.M)
    ranked_lower = {
        name
        for name in built.app.env.all_docs
        if any(first <= name <= last for first, last in json.loads(runs))
    }
    assert ranked_lower == {name.removesuffix(".md") for name in FILES if "wiki/" in name}
    assert "isWiki(result[0]) ? score - 1000 : score" in script


@pytest.mark.filterwarnings("ignore")  # what themes use of Sphinx is their affair
@pytest.mark.parametrize("theme", THEMES[1:])
def test_the_guide_comes_first_in_any_theme(site: Site, in_browser: Ask, theme: str) -> None:
    pytest.importorskip(theme)
    built = site.build(target=f"_{theme}", html_theme=theme, **HERE)
    assert built.warnings == []
    assert in_browser(built, "compost")[:3] == ["Sowing by hand", "Zebra", "Compost"]


def test_a_scorer_of_ones_own_goes_on_working(site: Site, ask: Ask) -> None:
    scorer = """
    var Scorer = {
      score: ([docname, title, anchor, descr, score]) => title[0] === "Z" ? 900 : 5 - title.length,
      objNameMatch: 11, objPartialMatch: 6, objPrio: {}, objPrioDefault: 0,
      title: 15, partialTitle: 7, term: 5, partialTerm: 2,
    };"""
    site.write({"scorer.js": scorer})
    path = str(site.src / "scorer.js")
    built = site.build(target="_scorer", html_search_scorer=path, **HERE)
    assert built.warnings == []
    assert ask(built, "compost") == [
        "Zebra",
        "Sowing by hand",
        "Compost",
        "Compost diary",
        "Compost heaps",
    ]
    assert scorer in built.text("_static/language_data.js")


def test_another_way_of_indexing_is_left_alone(
    site: Site, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = StandaloneHTMLBuilder.index_page
    monkeypatch.setattr(
        StandaloneHTMLBuilder, "index_page", lambda self, *args: original(self, *args)
    )
    built = site.build(target="_other", scrapbox_search=False, **HERE)
    assert built.warnings == []
    assert "isWiki" not in built.text("_static/language_data.js")
    assert ask(built, "compost")[0] == "Compost"


def test_stretches_of_wiki_pages() -> None:
    assert spans([], ["index"]) == []
    assert spans(["b", "a", "d"], ["c"]) == [("a", "b"), ("d", "d")]
    # In JavaScript, what lies beyond the basic plane comes before U+E000.
    assert spans(["\ufb00", "\U0001f331"], ["\ue000"]) == [
        ("\U0001f331", "\U0001f331"),
        ("\ufb00", "\ufb00"),
    ]


def test_a_site_without_wiki_pages_ranks_as_ever(tmp_path: Path) -> None:
    built = Site(tmp_path / "src", {"index.md": "# Index\n"}).build()
    assert "sphinx-scrapbox" not in built.text("_static/language_data.js")


# -- modes -----------------------------------------------------------------------------


def test_titles_alone(site: Site, ask: Ask) -> None:
    built = site.build(target="_titles", scrapbox_search="titles", **HERE)
    assert built.warnings == []
    assert ask(built, "marvellous") == []
    assert ask(built, "heaps") == ["Compost heaps"]
    assert ask(built, "順番") == ["種まきの順番と道具について"]
    assert ask(built, "striped") == ["Zebra"]


def test_nothing_at_all(site: Site, ask: Ask) -> None:
    built = site.build(target="_none", scrapbox_search=False, **HERE)
    assert built.warnings == []
    assert ask(built, "compost") == ["Sowing by hand", "Zebra"]
    assert ask(built, "順番") == []
    assert _index(built)["docnames"] == ["guide", "index", "zebra"]


def test_a_large_wiki_is_indexed_by_its_first_lines(tmp_path: Path) -> None:
    late = {
        "wiki/late.md": page("Late", *(f"Line {n} of many words." for n in range(40)), "Owls.")
    }
    site = Site(tmp_path / "src", {**FILES, **late})
    pages = sum("wiki/" in name for name in FILES) + 1
    full = site.build(scrapbox_search_full=pages, **HERE)
    assert "owl" in _index(full)["terms"]
    # One page more: the entries of all pages change, although they are not read again.
    site.write({"wiki/more.md": page("More", "Herons.")})
    built = site.build(scrapbox_search_full=pages, **HERE)
    assert built.warnings == []
    assert built.read == ["wiki/more"]
    index = _index(built)
    assert {"heron", "worm", "stripe"} <= index["terms"].keys()
    assert not index["terms"].get("owl")
    fresh = _index(site.build(target="_fresh", scrapbox_search_full=str(pages), **HERE))
    assert {word: at for word, at in index["terms"].items() if at != []} == fresh["terms"]
    whole = site.build(target="_whole", scrapbox_search="full", scrapbox_search_full=0, **HERE)
    assert "owl" in _index(whole)["terms"]


def test_one_mode_for_some_pages(site: Site, ask: Ask) -> None:
    modes = {"wiki/diary/**": False, "wiki/Compost*": "titles"}
    built = site.build(target="_globs", scrapbox_search=modes, **HERE)
    assert built.warnings == []
    assert ask(built, "secretive") == []
    assert ask(built, "marvellous") == []
    assert ask(built, "compost")[2:] == ["Compost", "Compost heaps"]
    assert ask(built, "tomatoes") == ["토마토의역사"]


def test_the_first_pattern_that_fits() -> None:
    modes = (("wiki/a*", "none"), ("wiki/**", "titles"))
    assert [mode_of(name, modes, "full") for name in ("wiki/ab", "wiki/b", "c")] == [
        "none",
        "titles",
        "full",
    ]
    assert mode_of("c", Config().search, "none") == "auto"


def test_a_wiki_page_as_the_only_page(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.md": page("Only", "Words.")})
    built = site.build(scrapbox_search=False, **HERE)
    assert built.warnings == []
    assert _index(built)["terms"] == _index(built)["titleterms"] == {}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("all", f"must be {MODES}"),
        (3, f"must be {MODES}, or map glob patterns to these"),
        ({"a": "all", "index": False}, "entry 'a': 'all': must be 'auto', 'full', "),
    ],
)
def test_a_value_that_is_none(tmp_path: Path, value: object, said: str) -> None:
    files = {"index.md": "# Index\n", "wiki/a.md": page("A", "Words.")}
    built = Site(tmp_path / "src", files).build(scrapbox_search=value, **HERE)
    (warning,) = built.warnings
    assert f"scrapbox_search {said}" in warning
    assert "wiki/a" in _index(built)["docnames"]


# -- titles in scripts without blanks --------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("順番", ["種まきの順番と道具について"]),
        ("道具につ", ["種まきの順番と道具について"]),
        ("種", ["種まき", "種まきの順番と道具について"]),
        ("種まき", ["種まき", "種まきの順番と道具について"]),  # the title that it is comes first
        ("要約", ["GPT4での要約"]),
        ("gpt4", ["GPT4", "GPT4での要約"]),
        ("역사", ["토마토의역사"]),
        ("順番 道具", ["種まきの順番と道具について"]),
        ("順番 要約", []),
    ],
)
def test_a_part_of_a_title_finds_the_page(
    built: Built, ask: Ask, query: str, found: list[str]
) -> None:
    assert ask(built, query) == found


# -- words in scripts without blanks ---------------------------------------------------

CJK_FILES = {
    "index.md": "# Index\n\n```{toctree}\nguide\n```\n",
    "guide.md": "# 索引\n\nサイトの全文検索と分かち書き。\n",
    "wiki/a.md": page("果樹の手入れ", "冬の剪定は木を選ぶ。果樹を育てる。", "Compost, too."),
    "wiki/b.md": page("道具", "果樹の剪定鋸と、手", f"{icon('hana')}道具は剪定{icon('ren')}"),
    "wiki/c.md": page("土", "土壌のpHを測る"),
    "wiki/d.md": page("pH", "By a meter."),
}


@pytest.fixture(scope="module")
def cjk(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    """The site in a language."""
    site = Site(tmp_path_factory.mktemp("cjk") / "src", CJK_FILES)

    @cache
    def build(language: str) -> Built:
        built = site.build(target=f"_{language}", language=language, **HERE)
        assert built.warnings == []
        return built

    return build


@pytest.mark.parametrize(
    ("language", "query", "titles"),
    [
        ("en", "剪定", ["果樹の手入れ", "道具"]),  # inside a word, and a word
        ("en", "果樹", ["果樹の手入れ", "道具"]),
        ("en", "木", ["果樹の手入れ"]),
        ("en", "全文検索", ["索引"]),  # in a guide page
        ("en", "剪定 鋸", ["道具"]),
        ("en", "剪定 compost", ["果樹の手入れ"]),
        ("en", "鋸 compost", []),  # each is required
        ("en", "ph", ["pH", "土"]),  # between letters of another script
        ("en", "手道具", []),  # on both sides of a sign
        ("ja", "剪定", ["果樹の手入れ", "道具"]),
        ("ja", "全文検索", ["索引"]),  # a dictionary splits it
        ("ja", "文検索と分", ["索引"]),
        ("ja", "冬の剪定", ["果樹の手入れ"]),  # the index has no single kana
        ("ja", "木", ["果樹の手入れ"]),
        ("ja", "ph", ["pH", "土"]),
        ("ja", "です", []),
    ],
)
def test_a_part_of_a_text_finds_the_page(
    cjk: Callable[[str], Built], ask: Ask, language: str, query: str, titles: list[str]
) -> None:
    assert ask(cjk(language), query) == titles


LANGUAGES = {
    "wiki/Why snails?.md": page("Why snails?", "Warm days."),
    "wiki/虫/貝?.scrapbox": "貝\n雨のあとに出てくる snails の話。\n",
    "wiki/虫/달팽이.scrapbox": "달팽이\n비가 온 뒤에 snails 나온다.\n",
}
IN_THEIR_LANGUAGES = {"Why snails?": None, "貝": "ja", "달팽이": "ko"}


def languages_of_results(browser: Any, built: Built) -> dict[str, str | None]:
    with results(browser, built, "snails") as shown:
        items = shown.locator("ul.search li").all()
        return {item.locator("a").first.inner_text(): item.get_attribute("lang") for item in items}


def test_results_say_their_language_in_dirhtml(browser: Any, tmp_path: Path) -> None:
    built = Site(tmp_path / "src", {"index.md": "# Index\n", **LANGUAGES}).build("dirhtml", **HERE)
    assert languages_of_results(browser, built) == IN_THEIR_LANGUAGES


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("theme", THEMES)
def test_results_in_any_theme(browser: Any, tmp_path: Path, theme: str) -> None:
    pytest.importorskip(theme)
    built = Site(tmp_path / "src", {**CJK_FILES, **LANGUAGES}).build(
        html_theme=theme, scrapbox_provenance="end", **HERE
    )
    assert built.warnings == []
    assert languages_of_results(browser, built) == IN_THEIR_LANGUAGES
    with results(browser, built, "道具") as shown:
        assert shown.locator("li > a").all_inner_texts() == ["道具"]
        text = shown.locator("li p.context").inner_text()  # fetched after all: it is waited for
    # Neither the title once more (but for breadcrumbs of some themes), nor the initial of the
    # speaker, nor what stands around the page.
    assert re.match(r"(道具 )?果樹の剪定鋸と、手 hana: 道具は剪定 ren en\b", text), text
    assert "Live" not in text
    assert "Related" not in text


def test_the_index_holds_single_han_characters_only(cjk: Callable[[str], Built]) -> None:
    terms = _index(cjk("ja"))["terms"].keys() | _index(cjk("ja"))["titleterms"].keys()
    assert {"木", "土"} <= terms
    assert not {"の", "は", "を", "、", "。"} & terms


_COUNT_FETCHES = """
window.fetches = 0;
const { fetch } = window;
window.fetch = (...request) => {
  window.fetches += 1;
  return fetch(...request);
};
"""
# Resolves after all that observes what is in view has been called.
_NEXT_VIEW = """() => new Promise((done) => {
  new IntersectionObserver(done).observe(document.body);
})"""


def test_pages_are_fetched_for_the_results_in_view(browser: Any, tmp_path: Path) -> None:
    files = {f"wiki/{n}.md": page(f"Snail {n}", "Snails, all day.") for n in range(34)}
    built = Site(tmp_path / "src", {"index.md": "# Index\n", **files}).build(**HERE)
    with results(browser, built, "snails", _COUNT_FETCHES) as shown:
        tab, summaries = shown.page, shown.locator("li p.context")
        tab.wait_for_function("document.querySelectorAll('li p.context').length >= 10")
        tab.evaluate(_NEXT_VIEW)
        assert tab.evaluate("fetches") == 10
        assert shown.locator("li").count() == 34
        assert summaries.count() == 10
        assert "Snails, all day." in summaries.first.inner_text()
        assert shown.locator("li p.context .highlighted").count() >= 10
        for count in (20, 30, 34):
            tab.mouse.wheel(0, 50)
            summaries.last.scroll_into_view_if_needed()
            # More of them while the texts of some are still to come, and the list is short.
            tab.wait_for_function(f"document.querySelectorAll('li p.context').length >= {count}")


# -- builds ----------------------------------------------------------------------------


def test_a_second_build_knows_the_same(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    first = _index(site.build(**HERE))
    site.write(
        {"wiki/kana.md": page("種まきの順番と道具について", "What to sow first.", "Beans.")}
    )
    os.utime(site.src / "wiki/kana.md", (4e9, 4e9))
    built = site.build(**HERE)
    assert built.written == ["wiki/kana"]
    second = _index(built)
    assert second["titleterms"] == first["titleterms"]
    assert "bean" in second["terms"]


def test_a_title_that_changed_is_forgotten(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    site.build(**HERE)
    site.write({"wiki/kana.md": page("道具について", "What to sow first.")})
    os.utime(site.src / "wiki/kana.md", (4e9, 4e9))
    titles = _index(site.build(**HERE))["titleterms"]
    assert not titles.get("種まきの順番と道具について")
    assert "道具について" in titles


def test_four_processes_write_the_same_index(tmp_path: Path) -> None:
    files = FILES | {f"wiki/{n}.md": page(f"頁{n}の話", f"Line {n}.") for n in range(30)}
    site = Site(tmp_path / "src", files)
    modes = {"wiki/1*": "titles", "wiki/2*": False}
    serial = site.build(target="_1", scrapbox_search=modes, **HERE)
    parallel = site.build(target="_4", parallel=4, scrapbox_search=modes, **HERE)
    assert serial.text("searchindex.js") == parallel.text("searchindex.js")
    name = "_static/language_data.js"
    assert serial.text(name) == parallel.text(name)


def test_another_mode_writes_and_does_not_read(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    site.build(**HERE)
    built = site.build(scrapbox_search="titles", **HERE)
    assert built.read == []
    assert not _index(built)["terms"].get("marvel")


# -- translations ----------------------------------------------------------------------

FOOTER = (
    "---",
    "This page is auto-translated from "
    "[/garden/堆肥 Recipe](https://scrapbox.io/garden/堆肥 Recipe) using DeepL.",
)


def test_a_translation_is_found_by_its_source_and_not_by_its_notice(tmp_path: Path) -> None:
    files = {**FILES, "wiki/Heap.md": page("How to heap", "Layer upon layer.", *FOOTER)}
    built = Site(tmp_path / "src", files).build(**HERE)
    assert built.facts("wiki/Heap").source == "/garden/堆肥 Recipe"
    index = _index(built)
    here = index["docnames"].index("wiki/Heap")
    for word in ("recip", "堆肥"):
        assert index["titleterms"][word] == here
    assert not {"translat", "deepl"} & {*index["terms"], *index["titleterms"]}
    assert "Machine translation" not in index["alltitles"]


# -- an index that is kept -------------------------------------------------------------


def test_index_is_left_as_it_is_when_nothing_changed(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    index = site.build(**HERE).out / "searchindex.js"
    text, time = index.read_text("utf-8"), index.stat().st_mtime_ns
    again = site.build(**HERE)
    assert again.read == again.written == []
    assert (index.read_text("utf-8"), index.stat().st_mtime_ns) == (text, time)
    # What a reader's browser ranks by is written by every build.
    assert "Wiki pages rank below" in again.text("_static/language_data.js")


def test_index_forgets_a_page_that_went(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", FILES)
    before = _index(site.build(**HERE))
    assert "mole" in before["terms"]
    (site.src / "wiki/diary/one.md").unlink()
    site.write({"zebra.md": "# Zebra\n\nSpotted.\n"})
    after = _index(site.build(**HERE))
    fresh = _index(site.build(target="_fresh", **HERE))
    assert "wiki/diary/one" not in after["docnames"]
    # Sphinx keeps a word that stands nowhere any more.
    assert {word: at for word, at in after["terms"].items() if at != []} == fresh["terms"]
    assert after["docnames"] == fresh["docnames"]


@pytest.mark.parametrize("left", ["scrapbox-html-*.json", "../html/searchindex.js"])
def test_index_is_written_if_it_may_be_old(tmp_path: Path, left: str) -> None:
    """Or is not there: the last build has to have ended, and left both."""
    site = Site(tmp_path / "src", FILES)
    built = site.build(**HERE)
    index = built.out / "searchindex.js"
    content = index.read_bytes()
    os.utime(index, ns=(0, 0))
    (path,) = Path(built.app.doctreedir).glob(left)
    path.unlink()
    site.build(**HERE)
    assert index.read_bytes() == content
    assert index.stat().st_mtime_ns > 0
