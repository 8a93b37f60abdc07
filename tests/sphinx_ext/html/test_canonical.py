"""Which address of a wiki page search engines are to show, in any theme: one, or none."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sites import Built, Site, page

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

BASE = "https://docs.example.org/en/1.0/"
WIKI = "https://scrapbox.io/garden-en"
THEMES = {
    "basic": "sphinx",
    "alabaster": "alabaster",
    "furo": "furo",
    "sphinx_rtd_theme": "sphinx_rtd_theme",
    "pydata_sphinx_theme": "pydata_sphinx_theme",
}

# sphinx-rtd-theme and pydata-sphinx-theme use what newer versions of Sphinx and docutils rename.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    rows = (LockedPage("1", "Index.html", "Index.html.scrapbox"),)
    files = {
        "index.md": "# Index\n",
        "wiki/A b.md": page("A b", "Words."),
        "locked/Index.html.scrapbox": "Index.html\nWords.",
        "locked/scrapbox.lock": dump_lock(Lock("garden-en", pages=rows)),
    }
    return Site(tmp_path / "src", files)


def links(built: Built, name: str) -> list[str]:
    head = built.html(f"{name}.html").root.one("head")
    return [tag["href"] for tag in head.all("link", rel="canonical")]


def is_listed(built: Built, name: str) -> bool:
    head = built.html(f"{name}.html").root.one("head")
    found = [tag.attributes for tag in head.all("meta")]
    robots = [meta["content"] for meta in found if meta.get("name") == "robots"]
    assert robots in ([], ["noindex"])
    return not robots


class TestInThemes:
    @pytest.fixture(params=THEMES)
    def theme(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        if find_spec(THEMES[request.param]) is None:
            pytest.skip(f"the theme {request.param} is not installed")
        return {"html_theme": request.param}

    @pytest.mark.parametrize("base", ["", BASE])
    def test_wiki(self, site: Site, theme: dict[str, Any], base: str) -> None:
        built = site.build(scrapbox_canonical="wiki", html_baseurl=base, **theme)
        assert links(built, "wiki/A b") == [f"{WIKI}/A_b"]
        assert links(built, "locked/Index.html") == [f"{WIKI}/Index.html"]
        assert links(built, "index") == ([f"{BASE}index.html"] if base else [])

    def test_wiki_in_folders(self, site: Site, theme: dict[str, Any]) -> None:
        built = site.build("dirhtml", scrapbox_canonical="wiki", html_baseurl=BASE, **theme)
        assert links(built, "wiki/A b/index") == [f"{WIKI}/A_b"]
        assert links(built, "locked/Index.html/index") == [f"{WIKI}/Index.html"]
        assert links(built, "index") == [BASE]

    def test_self_is_what_sphinx_does(self, site: Site, theme: dict[str, Any]) -> None:
        built = site.build(html_baseurl=BASE, **theme)
        assert links(built, "wiki/A b") == [f"{BASE}wiki/A%20b.html"]
        assert is_listed(built, "wiki/A b")
        assert links(site.build(**theme), "wiki/A b") == []

    @pytest.mark.parametrize("mode", [False, "noindex"])
    def test_none(self, site: Site, theme: dict[str, Any], mode: str | bool) -> None:
        built = site.build(scrapbox_canonical=mode, html_baseurl=BASE, **theme)
        for name in ("wiki/A b", "locked/Index.html"):
            assert links(built, name) == []
            assert is_listed(built, name) == (mode is False)
        assert links(built, "index") == [f"{BASE}index.html"]
        assert is_listed(built, "index")


def test_the_first_pattern_that_fits_counts(site: Site) -> None:
    modes = {"wiki/*": "wiki", "**": "noindex", "locked/*": False}
    built = site.build(scrapbox_canonical=modes, html_baseurl=BASE)
    assert links(built, "wiki/A b") == [f"{WIKI}/A_b"]
    assert not is_listed(built, "locked/Index.html")
    built = site.build(scrapbox_canonical={"wiki/*": False}, html_baseurl=BASE)
    assert links(built, "locked/Index.html") == [f"{BASE}locked/Index.html.html"]


def test_a_page_of_which_nothing_tells_the_wiki_keeps_its_own(site: Site) -> None:
    site.write({"wiki/A b.md": "# A b\n"})
    config = {"scrapbox_pages": ["wiki/*"], "html_baseurl": BASE, "scrapbox_canonical": "wiki"}
    assert links(site.build(**config), "wiki/A b") == [f"{BASE}wiki/A%20b.html"]


@pytest.mark.parametrize("builder", ["singlehtml", "epub"])
def test_formats_without_an_address_for_each_page(tmp_path: Path, builder: str) -> None:
    site = Site(tmp_path / "src", {"index.md": page("Index", "Words.")})
    config = {"scrapbox_canonical": "wiki", "version": "1", "epub_copyright": "nobody"}
    built = site.build(builder, **config)
    assert built.warnings == []
    texts = [path.read_text() for path in built.out.rglob("index.*html")]
    assert texts
    assert not any("canonical" in text for text in texts)


def test_translations_still_tell_their_own_address(site: Site) -> None:
    footer = "This page is auto-translated from [/garden/もと] using DeepL."
    site.write({"wiki/A b.md": page("A b", "Words.", "---", footer)})
    languages = {("garden", "garden-en"): ("ja", "en")}
    config = {"scrapbox_languages": languages, "html_baseurl": BASE}
    for mode in ("self", "wiki", False):
        built = site.build(scrapbox_canonical=mode, **config)
        head = built.html("wiki/A b.html").root.one("head")
        alternates = [tag["href"] for tag in head.all("link", rel="alternate", hreflang="en")]
        assert alternates == [f"{BASE}wiki/A%20b.html"]


# -- versions, and the indices ---------------------------------------------------------

CURRENT = "https://docs.example.org/en/stable/"
INDICES = ("scrapbox-pages", "scrapbox-tags", "scrapbox-people")


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_address_of_another_version(site: Site, builder: str) -> None:
    built = site.build(builder, scrapbox_canonical=CURRENT, html_baseurl=BASE)
    is_html = builder == "html"
    names = ["wiki/A b", *INDICES]
    ends = ["wiki/A%20b", *INDICES]
    for name, end in zip(names, ends, strict=True):
        file = name if is_html else f"{name}/index"
        assert links(built, file) == [f"{CURRENT}{end}{'.html' if is_html else '/'}"]
        assert is_listed(built, file)
    assert links(built, "index") == [f"{BASE}index.html" if is_html else BASE]


def test_address_of_this_version(site: Site) -> None:
    built = site.build(scrapbox_canonical=BASE.rstrip("/"), html_baseurl=BASE)
    assert links(built, "wiki/A b") == [f"{BASE}wiki/A%20b.html"]


def test_indices(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sphinx_scrapbox.sphinx_ext.features.lists.indices.leaves.__defaults__", (1,)
    )
    built = site.build(scrapbox_canonical="noindex", html_baseurl=BASE)
    for name in (*INDICES, "scrapbox-pages/a", "scrapbox-pages/i"):
        assert (links(built, name), is_listed(built, name)) == ([], False)
    for name in ("index", "genindex"):
        assert is_listed(built, name)
    modes = {"scrapbox-p*": "noindex", "**": "wiki"}
    built = site.build(scrapbox_canonical=modes, html_baseurl=BASE)
    assert not is_listed(built, "scrapbox-people")
    assert is_listed(built, "scrapbox-pages/a")  # the pattern has no slash
    assert links(built, "scrapbox-tags") == [f"{BASE}scrapbox-tags.html"]


def test_a_page_of_the_name_of_an_index_is_no_index(site: Site) -> None:
    site.write({"scrapbox-tags.rst": ":orphan:\n\nTags\n====\n"})
    built = site.build(scrapbox_canonical="noindex", scrapbox_indices=False)
    assert is_listed(built, "scrapbox-tags")


def test_indices_in_the_sitemap(site: Site) -> None:
    pytest.importorskip("sphinx_sitemap")
    config = {
        "extensions": ["sphinx_sitemap", "sphinx_scrapbox"],
        "sitemap_url_scheme": "{link}",
        "html_baseurl": BASE,
    }
    for value, is_there in (("self", True), ("noindex", False), (CURRENT, False)):
        text = site.build(force=True, scrapbox_canonical=value, **config).text("sitemap.xml")
        assert f"<loc>{BASE}index.html</loc>" in text
        assert (f"<loc>{BASE}scrapbox-pages.html</loc>" in text) is is_there
        assert (f"<loc>{BASE}wiki/A%20b.html</loc>" in text) is is_there
