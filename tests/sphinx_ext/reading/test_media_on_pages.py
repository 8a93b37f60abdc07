"""Films and sounds of wiki pages in each format."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import EPUB, Site

NATIVE = """Media
[https://example.org/rain.mp4]
[https://example.org/rain.mp3 Rain <on> the shed]
[https://open.spotify.com/track/a1B2c3D4]
[https://youtu.be/a1B2-c3D4_e]
[https://youtu.be/b1B2-c3D4_e Our beds]
See https://youtu.be/c1B2-c3D4_e and [https://example.org/leaf.webm] here.
[[https://example.org/bed.png]] [[mio.icon]]
"""
LINKS = [
    "https://example.org/rain.mp4",
    "https://example.org/rain.mp3",
    "https://open.spotify.com/track/a1B2c3D4",
    "https://youtu.be/a1B2-c3D4_e",
    "https://youtu.be/b1B2-c3D4_e",
    "https://youtu.be/c1B2-c3D4_e",
    "https://example.org/leaf.webm",
]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src", {"index.rst": "Index\n=====\n", "page.scrapbox": NATIVE})


def test_html(site: Site) -> None:
    built = site.build()
    assert built.warnings == []
    body = built.html("page.html").body
    players = [
        (tag.name, tag["src"], tag["aria-label"]) for tag in body.all(cls="scrapbox-player")
    ]
    assert players == [
        ("video", LINKS[0], LINKS[0]),
        ("audio", LINKS[1], "Rain <on> the shed"),
        ("video", LINKS[6], LINKS[6]),
    ]
    assert all(tag["preload"] == "none" for tag in body.all(cls="scrapbox-player"))
    assert [tag.text for tag in body.all(cls="scrapbox-caption")] == ["Rain <on> the shed"]
    frames = {tag["href"]: tag["data-scrapbox-embed"] for tag in body.all("a", "scrapbox-video")}
    assert list(frames) == LINKS[2:4]
    assert "scrapbox-sound" in body.one("a", href=LINKS[2])["class"]
    assert "scrapbox-video" not in body.one("a", href=LINKS[4])["class"]
    assert "scrapbox-video" not in body.one("a", href=LINKS[5])["class"]
    assert body.one("img", "scrapbox-strong")
    assert body.one("span", "scrapbox-strong")


def test_local_html_plays_nothing(site: Site) -> None:
    built = site.build(scrapbox_videos="local")
    body = built.html("page.html").body
    assert not body.all(cls="scrapbox-player")
    assert not body.all(cls="scrapbox-video")
    assert all(body.all("a", href=link) for link in LINKS)


@pytest.mark.parametrize(
    ("builder", "name"), [("epub", "page.xhtml"), ("text", "page.txt"), ("latex", "page.tex")]
)
def test_other_formats_have_links(site: Site, builder: str, name: str) -> None:
    config = {"suppress_warnings": ["toc.not_included"], **EPUB}
    config["latex_documents"] = [("page", "page.tex", "Page", "Nobody", "howto")]
    built = site.build(builder, **config)
    assert built.warnings == []
    text = built.text(name)
    assert "<video" not in text
    assert "<audio" not in text
    assert "Rain" in text
    for link in LINKS if builder != "text" else [LINKS[0], *LINKS[2:4], *LINKS[5:]]:
        assert link in text.replace("\\_", "_").replace("\\sphinxhyphen{}", "-")
