"""What sphinxext-opengraph and sphinx-sitemap make of wiki pages, with the real packages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sites import Built, Site, Tag, icon, page

BASE = "https://example.org/docs/"
PICTURE = "https://example.org/bed.png?a=1&b=2"
HERE: dict[str, Any] = {"scrapbox_project": "garden-en", "scrapbox_pages": ["wiki/**"]}

FILES = {
    "index.md": "# Garden\n\nAbout it.\n",
    "wiki/Mulch.md": page(
        "Mulch", icon("hana") + 'A "cover" & more,', "of <leaves>.", "", f"![image]({PICTURE})"
    ),
    "wiki/Plain.md": "---\ntitle: Plain\nupdated: 2024-01-02\n---\n\nWords.\n",
    "wiki/Empty.md": page("Empty"),
    "wiki/Q: why? 100%.md": page("Q: why? 100%", "Because."),
}

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:sphinx_sitemap"),
]


def _meta(built: Built, name: str, property: str, attribute: str = "property") -> list[str]:
    tags: list[Tag] = built.html(f"{name}.html").root.all("meta")
    return [tag["content"] for tag in tags if tag.attributes.get(attribute) == property]


# -- sphinxext-opengraph ---------------------------------------------------------------


@pytest.fixture(params=["before", "after"])
def open_graph(request: pytest.FixtureRequest) -> dict[str, Any]:
    pytest.importorskip("sphinxext.opengraph")
    extensions = ["sphinx_scrapbox", "sphinxext.opengraph"]
    return {
        "extensions": extensions if request.param == "before" else extensions[::-1],
        "ogp_site_url": BASE,
        "ogp_social_cards": {"enable": False},
        **HERE,
    }


def test_first_lines_and_first_picture(tmp_path: Path, open_graph: dict[str, Any]) -> None:
    built = Site(tmp_path / "src", FILES).build(**open_graph)
    assert built.warnings == []
    said = 'A "cover" & more, of <leaves>.'
    assert _meta(built, "wiki/Mulch", "og:description") == [said]
    assert _meta(built, "wiki/Mulch", "description", "name") == [said]
    assert _meta(built, "wiki/Mulch", "og:image") == [PICTURE]
    assert _meta(built, "wiki/Mulch", "og:image:alt") == ["Mulch"]
    assert _meta(built, "wiki/Mulch", "og:title") == ["Mulch"]
    assert _meta(built, "wiki/Q: why? 100%", "og:url") == [
        f"{BASE}wiki/Q%3A%20why%3F%20100%25.html"
    ]
    assert _meta(built, "wiki/Plain", "og:image") == []
    assert _meta(built, "wiki/Empty", "og:image") == []
    # Pages of others are the other extension's alone.
    assert _meta(built, "index", "og:description") == ["About it."]


def test_options_of_the_other_extension_hold(tmp_path: Path, open_graph: dict[str, Any]) -> None:
    more = {"ogp_description_length": 10, "ogp_image": f"{BASE}logo.png"}
    built = Site(tmp_path / "src", FILES).build(
        ogp_enable_meta_description=False, **more, **open_graph
    )
    (description,) = _meta(built, "wiki/Mulch", "og:description")
    assert description == 'A "cover"…'
    assert _meta(built, "wiki/Mulch", "description", "name") == []
    assert _meta(built, "wiki/Mulch", "og:image") == [PICTURE]
    assert _meta(built, "wiki/Plain", "og:image") == [f"{BASE}logo.png"]


def test_a_second_build_says_the_same(tmp_path: Path, open_graph: dict[str, Any]) -> None:
    site = Site(tmp_path / "src", FILES)
    first = site.build(**open_graph).text("wiki/Mulch.html")
    assert site.build(force=True, parallel=2, **open_graph).text("wiki/Mulch.html") == first


# -- sphinx-sitemap --------------------------------------------------------------------


def _sitemap(built: Built) -> dict[str, str | None]:
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = ElementTree.fromstring(built.text("sitemap.xml"))
    return {
        str(url.findtext(f"{space}loc")): url.findtext(f"{space}lastmod")
        for url in root.iter(f"{space}url")
    }


@pytest.mark.parametrize(("builder", "end"), [("html", ".html"), ("dirhtml", "/")])
@pytest.mark.parametrize("parallel", [0, 2])
def test_addresses_of_pages_are_some(
    tmp_path: Path, builder: str, end: str, parallel: int
) -> None:
    pytest.importorskip("sphinx_sitemap")
    built = Site(tmp_path / "src", FILES).build(
        builder,
        parallel=parallel,
        extensions=["sphinx_sitemap", "sphinx_scrapbox"],
        html_baseurl=BASE,
        sitemap_url_scheme="{link}",
        **HERE,
    )
    assert built.warnings == []
    pages = {f"{BASE}wiki/{name}{end}" for name in ("Mulch", "Plain", "Empty")}
    pages.add(f"{BASE}wiki/Q%3A%20why%3F%20100%25{end}")
    assert pages <= set(_sitemap(built))
    assert f"{BASE}{'index.html' if builder == 'html' else ''}" in _sitemap(built)
    assert set(_sitemap(built).values()) == {None}


def test_pages_that_shall_be_found_elsewhere_are_not_in_it(tmp_path: Path) -> None:
    pytest.importorskip("sphinx_sitemap")
    modes = {"wiki/Mulch": "wiki", "wiki/Plain": "noindex", "wiki/Empty": False}
    built = Site(tmp_path / "src", FILES).build(
        extensions=["sphinx_sitemap", "sphinx_scrapbox"],
        html_baseurl=BASE,
        sitemap_url_scheme="{link}",
        scrapbox_canonical=modes,
        **HERE,
    )
    found = set(_sitemap(built))
    assert f"{BASE}wiki/Empty.html" in found
    assert f"{BASE}index.html" in found
    assert not {f"{BASE}wiki/Mulch.html", f"{BASE}wiki/Plain.html"} & found


def test_dates_of_pages_stand_in_it(tmp_path: Path) -> None:
    pytest.importorskip("sphinx_sitemap")
    pytest.importorskip("sphinx_last_updated_by_git")
    built = Site(tmp_path / "src", FILES).build(
        extensions=["sphinx_scrapbox", "sphinx_sitemap"],
        html_baseurl=BASE,
        sitemap_url_scheme="{link}",
        sitemap_show_lastmod=True,
        suppress_warnings=["git"],
        **HERE,
    )
    found = _sitemap(built)
    assert found[f"{BASE}wiki/Plain.html"] == "2024-01-02T00:00:00Z"
    assert found[f"{BASE}wiki/Mulch.html"] is None


def test_alternate_languages_and_schemes(tmp_path: Path) -> None:
    pytest.importorskip("sphinx_sitemap")
    built = Site(tmp_path / "src", FILES).build(
        extensions=["sphinx_sitemap", "sphinx_scrapbox"],
        html_baseurl=BASE,
        version="2",
        sitemap_locales=["de"],
        sitemap_indent=2,
        **HERE,
    )
    text = built.text("sitemap.xml")
    name = "wiki/Q%3A%20why%3F%20100%25.html"
    assert f"<loc>{BASE}en/2/{name}</loc>" in text
    assert f'hreflang="de" href="{BASE}de/2/{name}"' in text


def test_entries_of_other_pages_stay_as_they_are(tmp_path: Path) -> None:
    pytest.importorskip("sphinx_sitemap")
    site = Site(
        tmp_path / "src", {"index.md": "# A & B\n", "guide.md": "---\norphan: 1\n---\n# C\n"}
    )
    given: dict[str, Any] = {"html_baseurl": BASE, "sitemap_locales": ["de"]}
    ours = site.build(extensions=["sphinx_sitemap", "sphinx_scrapbox"], **given)
    theirs = site.build(target="_stock", extensions=["sphinx_sitemap", "myst_parser"], **given)
    expected = theirs.text("sitemap.xml").splitlines()
    added = [f"scrapbox-{name}.html" for name in ("pages", "tags", "people", "recent")]
    found = [_without(line, added) for line in ours.text("sitemap.xml").splitlines()]
    assert list(map(_entries, found)) == list(map(_entries, expected))


def _without(text: str, links: list[str]) -> str:
    """A map without the entries of our indices."""
    for link in links:
        head, _, rest = text.partition(f"{BASE}en/{link}</loc>")
        if rest:
            text = head.rpartition("<url>")[0] + rest.partition("</url>")[2]
    return text


def _entries(text: str) -> list[str]:
    """The entries of a map, and what is around them, each with its bytes, in any order."""
    return sorted(re.split(r"(?=<url>|</urlset>)", text))


def test_edits_change_no_other_entry(tmp_path: Path) -> None:
    """sphinx-sitemap lists the pages that a build writes, as its processes finish them."""
    pytest.importorskip("sphinx_sitemap")
    config: dict[str, Any] = {
        "extensions": ["sphinx_sitemap", "sphinx_scrapbox"],
        "html_baseurl": BASE,
        "sitemap_excludes": ["wiki/Plain.html"],
        **HERE,
    }
    site = Site(tmp_path / "src", {**FILES, "wiki/Gone.md": page("Gone")})
    site.build(scrapbox_canonical={"wiki/Q*": "self"}, **config)
    config["scrapbox_canonical"] = {"wiki/Q*": "noindex"}  # no longer listed
    site.build(**config)
    edit = {"wiki/Mulch.md": page("Mulch", "Edited."), "wiki/Gone.md": None}
    site.write({**edit, "wiki/New.md": page("New")})
    kept = site.build(parallel=2, **config)
    fresh = site.build(target="_fresh", **config)
    assert "wiki/Empty" not in kept.written
    assert kept.text("sitemap.xml") == fresh.text("sitemap.xml")


def test_a_sitemap_that_a_killed_build_left_is_written_again(tmp_path: Path) -> None:
    pytest.importorskip("sphinx_sitemap")
    site = Site(tmp_path, {"index.md": "# Index\n", "wiki/Soil.md": page("Soil", "Mulch.")})
    config: dict[str, Any] = {
        "extensions": ["sphinx_sitemap", "sphinx_scrapbox"],
        "html_baseurl": BASE,
    }
    path = site.build(**config).out / "sitemap.xml"
    path.write_bytes(path.read_bytes()[:80])
    site.write({"wiki/Soil.md": page("Soil", "Compost.")})
    built = site.build(**config)
    assert built.warnings == []
    assert any("Soil" in address for address in _sitemap(built))
