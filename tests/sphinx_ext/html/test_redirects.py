"""Names that hosts refuse: what a build says of them, and the redirects from old addresses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sites import Html, Site, broken_links, page

FILES = {
    "index.md": "# Index\n\n[[Why not?]]\n",
    "wiki/Why not-.md": page("Why not?", "A page."),
    "wiki/sub/C-.md": page("C#", "Another."),
}
MOVES = {"Why not?": "Why not-", "sub/C#": "sub/C-", "gone": "nowhere", "old <b>": "Why not-"}
NAMED = {
    "index.md": "# Index\n",
    "wiki/Why not?.md": page("Why not?"),
    "wiki/C#.md": page("C#"),
    "wiki/10:15.md": page("10:15"),
}


def record(moves: dict[str, str]) -> dict[str, str]:
    text = json.dumps({"version": 1, "redirects": moves})
    return {"wiki/scrapbox-redirects.json": text}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src", {**FILES, **record(MOVES)})


@pytest.mark.parametrize(
    ("builder", "old", "target"),
    [
        ("html", "wiki/Why not?.html", "Why%20not-.html"),
        ("html", "wiki/sub/C#.html", "C-.html"),
        ("dirhtml", "wiki/Why not?/index.html", "../Why%20not-/"),
    ],
)
def test_old_addresses_lead_to_the_new_ones(
    site: Site, builder: str, old: str, target: str
) -> None:
    built = site.build(builder, html_baseurl="https://example.org/docs/")
    assert built.warnings == []
    assert broken_links(built.out) == []
    html = built.html(old).root
    assert html.one("a")["href"] == target
    assert html.one("meta", **{"http-equiv": "refresh"})["content"] == f"0; url={target}"
    assert html.one("link", rel="canonical")["href"].startswith("https://example.org/docs/wiki/")
    assert len(html.all("meta", content="noindex")) == 1


def test_no_text_of_the_wiki_becomes_markup(site: Site) -> None:
    title = '"><script>alert(1)</script>'
    site.write({"wiki/Why not-.md": page(title), "index.md": "# Index\n"})
    built = site.build()
    for name in ("wiki/Why not?.html", "wiki/old <b>.html"):
        html = Html(built.text(name)).root
        assert html.one("title").text == title
        assert len(html.all("script")) == 1


def test_redirects_come_and_go(site: Site) -> None:
    out = site.build().out
    assert (out / "wiki/Why not?.html").is_file()
    assert not (out / "wiki/gone.html").exists()
    site.write(record({"sub/C#": "sub/C-"}))
    site.build()
    assert not (out / "wiki/Why not?.html").exists()
    assert (out / "wiki/sub/C#.html").is_file()
    site.write({"wiki/sub/C#.md": page("A new one", "Here again.")})
    built = site.build()
    assert "Here again." in built.text("wiki/sub/C#.html")
    site.write({"wiki/scrapbox-redirects.json": None})
    assert "Here again." in site.build().text("wiki/sub/C#.html")


def test_only_where_all_hosts_take_the_name(site: Site) -> None:
    built = site.build(scrapbox_hosts=["github", "netlify"], html_baseurl="https://example.org/a/")
    assert built.warnings == []
    assert not list(built.out.rglob("*[#?]*"))
    assert built.text("_redirects").splitlines()[1:] == [
        "/a/wiki/Why%20not%3F.html /a/wiki/Why%20not-.html 301",
        "/a/wiki/old%20%3Cb%3E.html /a/wiki/Why%20not-.html 301",
        "/a/wiki/sub/C%23.html /a/wiki/sub/C-.html 301",
    ]
    built = site.build(scrapbox_hosts=["github"])
    assert (built.out / "wiki/sub/C#.html").is_file()
    assert not (built.out / "_redirects").exists()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"version": 2}',
        '{"version": 1, "redirects": []}',
        '{"version": 1, "redirects": {"../x": "Why not-"}}',
        '{"version": 1, "redirects": {"/x": "Why not-"}}',
    ],
)
def test_file_that_cannot_be_used(site: Site, text: str) -> None:
    site.write({"wiki/scrapbox-redirects.json": text})
    (warning,) = site.build().warnings
    assert "wiki/scrapbox-redirects.json: " in warning
    assert "[scrapbox.redirects]" in warning


def test_names_that_hosts_refuse(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", NAMED)
    built = site.build(suppress_warnings=[])
    assert built.warnings == []
    said = built.app.status.getvalue()
    assert said.count("sphinx-scrapbox rename DIR") == 1
    assert "Netlify refuses the names of 2 pages: 'wiki/C#', 'wiki/Why not?'" in said
    built = site.build(scrapbox_hosts=["github"], target="_chosen")
    (warning,) = built.warnings
    assert warning.startswith(
        "WARNING: an artifact on GitHub refuses the names of 2 pages: 'wiki/10:15', "
    )
    assert "[scrapbox.refused_name]" in warning
    for hosts in ([], ["github"]):
        quiet = {"suppress_warnings": ["scrapbox.refused_name"], "scrapbox_hosts": hosts}
        built = site.build(target=f"_quiet{len(hosts)}", **quiet)
        assert built.warnings == []
        assert "refuses" not in built.app.status.getvalue()
