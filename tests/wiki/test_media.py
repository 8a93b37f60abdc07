"""Which addresses are links, pictures and films, whatever a wiki holds."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sphinx_scrapbox.wiki.ast import ExternalLink
from sphinx_scrapbox.wiki.urls import Player, embed_url, image_url, player_of, safe_url, still_url

GYAZO = "https://gyazo.com/" + "0123456789abcdef" * 2
FILM = "https://www.youtube-nocookie.com/embed/a1B2-c3D4_e"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/a?b=c&d=e#f", "https://example.org/a?b=c&d=e#f"),
        ("HTTP://EXAMPLE.ORG", "HTTP://EXAMPLE.ORG"),
        ("mailto:mio@example.org", "mailto:mio@example.org"),
        ("https://example.org/土?q=種", "https://example.org/土?q=種"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/%20%zz", "https://example.org/%20%zz"),
        ('https://example.org/"onclick="x', "https://example.org/%22onclick=%22x"),
        (
            "https://example.org/<b>\\`{|}^[]",
            "https://example.org/%3Cb%3E%5C%60%7B%7C%7D%5E%5B%5D",
        ),
        ("https://example.org/\njavascript:x", "https://example.org/%0Ajavascript:x"),
        (
            "https://example.org/\x00\x1b\u200b\u202e",
            "https://example.org/%00%1B%E2%80%8B%E2%80%AE",
        ),
        ("https://example.org/(a)_'b'", "https://example.org/(a)_'b'"),
        ("https://example.org/\ud800", "https://example.org/%3F"),
    ],
)
def test_links(url: str, address: str) -> None:
    assert safe_url(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        " https://example.org",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.org",
        "//example.org",
        "/garden/Soil",
        "example.org",
        "https:example.org",
        "https://[::1",
        "httpx://example.org",
        "",
    ],
)
def test_no_links(url: str) -> None:
    assert safe_url(url) is None
    assert image_url(url) is None
    assert embed_url(url) is None


_junk = st.text() | st.text().map("https://".__add__) | st.text().map("https://a.b/".__add__)


@given(_junk)
@example('https://a.b/"><script>')
def test_no_address_breaks_out_of_an_attribute(url: str) -> None:
    address = safe_url(url)
    if address is None:
        return
    assert re.match(r"(https?://|mailto:)", address, re.IGNORECASE)
    assert not re.search(r'[\s"<>\\`\x00-\x20\x7f{}|^]', address)
    # All that HTML still has to escape are the signs that addresses are made of.
    assert escape(address, quote=False).replace("&amp;", "&") == address


@pytest.mark.parametrize("rest", ["", "/"])
def test_page_of_gyazo_leads_to_its_thumbnail(rest: str) -> None:
    assert image_url(GYAZO + rest) == f"{GYAZO}/thumb/1000"


@pytest.mark.parametrize(
    "src",
    [
        f"{GYAZO}/raw",
        f"{GYAZO}/thumb/1000",
        f"{GYAZO}.png",
        f"{GYAZO}?x=1",
        "https://gyazo.com/0123",
        "https://pbs.example.org/media/x?format=jpg&name=medium#.png",
        "http://example.org/a.svg",
    ],
)
def test_other_pictures_keep_their_address(src: str) -> None:
    assert image_url(src) == src


def test_picture_is_made_fit_and_comes_from_the_web() -> None:
    assert image_url('https://example.org/a b".png') == "https://example.org/a%20b%22.png"
    assert image_url("mailto:mio@example.org") is None


@pytest.mark.parametrize(
    ("url", "player"),
    [
        ("https://www.youtube.com/watch?v=a1B2-c3D4_e", FILM),
        ("https://youtube.com/watch?feature=x&v=a1B2-c3D4_e", FILM),
        ("HTTPS://WWW.YouTube.com/watch?v=a1B2-c3D4_e", FILM),
        ("https://music.youtube.com/watch?v=a1B2-c3D4_e&list=PLx", FILM),
        ("https://youtu.be/a1B2-c3D4_e", FILM),
        ("https://youtu.be/a1B2-c3D4_e?si=xyz", FILM),
        ("https://www.youtube.com/live/a1B2-c3D4_e?feature=share", FILM),
        ("https://www.youtube.com/shorts/a1B2-c3D4_e", FILM),
        ("https://www.youtube.com/embed/a1B2-c3D4_e", FILM),
        ("https://youtu.be/a1B2-c3D4_e?t=90", f"{FILM}?start=90"),
        ("https://youtu.be/a1B2-c3D4_e?t=90s", f"{FILM}?start=90"),
        ("https://youtu.be/a1B2-c3D4_e?t=1m2s", f"{FILM}?start=62"),
        ("https://youtu.be/a1B2-c3D4_e?t=1h2m3s", f"{FILM}?start=3723"),
        ("https://youtu.be/a1B2-c3D4_e?t=1h", f"{FILM}?start=3600"),
        ("https://www.youtube.com/embed/a1B2-c3D4_e?start=5", f"{FILM}?start=5"),
        ("https://youtu.be/a1B2-c3D4_e?t=0", FILM),
        ("https://youtu.be/a1B2-c3D4_e?t=soon", FILM),
        (
            "https://www.youtube.com/playlist?list=PLabc_123-XYZ" + "0" * 20,
            "https://www.youtube-nocookie.com/embed/videoseries?list=PLabc_123-XYZ" + "0" * 20,
        ),
        (
            "https://open.spotify.com/track/a1B2c3D4?si=x",
            "https://open.spotify.com/embed/track/a1B2c3D4",
        ),
        (
            "https://open.spotify.com/intl-ja/episode/a1B2c3D4",
            "https://open.spotify.com/embed/episode/a1B2c3D4",
        ),
        ("https://vimeo.com/12345678", "https://player.vimeo.com/video/12345678?dnt=1"),
        ("https://www.vimeo.com/12345678?x=1", "https://player.vimeo.com/video/12345678?dnt=1"),
        (
            "https://player.vimeo.com/video/12345678?h=0abc123def",
            "https://player.vimeo.com/video/12345678?dnt=1&h=0abc123def",
        ),
        (
            "https://vimeo.com/12345678/0abc123def",
            "https://player.vimeo.com/video/12345678?dnt=1&h=0abc123def",
        ),
    ],
)
def test_films(url: str, player: str) -> None:
    assert embed_url(url) == player


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/",
        "https://www.youtube.com/@garden",
        "https://m.youtube.com/watch?v=a1B2-c3D4_e",
        "https://open.spotify.com/user/a1B2c3D4",
        "https://open.spotify.com/track/",
        "https://open.spotify.com/track/a-b",
        "https://open.spotify.com.example.org/track/a1B2c3D4",
        "https://soundcloud.com/garden/rain",
        "https://www.youtube.com/channel/UCa1B2c3D4e",
        "https://www.youtube.com/watch",
        "https://www.youtube.com/watch?v=",
        "https://www.youtube.com/watch?v=a/../b",
        "https://www.youtube.com/watch?v=" + "a" * 40,
        'https://youtu.be/"onload="x',
        "https://youtu.be/",
        "https://www.youtube.com/playlist",
        "https://www.youtube.com/playlist?list=a%22b",
        "https://youtube.com.example.org/watch?v=a1B2-c3D4_e",
        "https://example.org/youtube.com/watch?v=a1B2-c3D4_e",
        "https://example.org@youtu.be.example/a1B2-c3D4_e",
        "ftp://youtu.be/a1B2-c3D4_e",
        "https://vimeo.com/channels/garden",
        "https://vimeo.com/user123",
        "https://vimeo.com/",
        "https://www.youtube.com/watch?" + "a=1&" * 60 + "v=a1B2-c3D4_e",
    ],
)
def test_no_films(url: str) -> None:
    assert embed_url(url) is None


_hosts = st.sampled_from(
    ["www.youtube.com", "youtu.be", "vimeo.com", "player.vimeo.com", "open.spotify.com", ""]
)
_paths = st.sampled_from(
    ["watch", "playlist", "live/", "shorts/", "embed/", "12345678/", "track/", ""]
)
_PLAYERS = {"www.youtube-nocookie.com", "player.vimeo.com", "open.spotify.com"}


@given(_hosts, _paths, st.text())
@example("www.youtube.com", "watch", "?v=a1B2-c3D4_e&t=" + "9" * 6)
def test_player_is_one_of_three_whatever_the_address(host: str, path: str, rest: str) -> None:
    for url in (f"https://{host}/{path}{rest}", f"https://{host}/{path}?v=abcdefgh{rest}", rest):
        player = embed_url(url)
        if player is not None:
            assert urlsplit(player).hostname in _PLAYERS
            assert safe_url(player) == player
        image_url(url)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.org/rain.mp4", "video"),
        ("https://example.org/rain.WEBM?x=1#t=5", "video"),
        ("http://example.org/a b.mp3", "audio"),
        ("https://example.org/rain.m4a", "audio"),
        ("https://example.org/rain.wav", "audio"),
        ("https://example.org/rain.ogg", "audio"),
        ("https://example.org/rain.aac", "audio"),
        ("https://example.org/rain.mov", None),
        ("https://example.org/rain.mp4/", None),
        ("https://example.org/?file=rain.mp4", None),
        ("https://example.org/mp4", None),
        ("mailto:rain@example.mp4", None),
        ("javascript:rain.mp4", None),
        ("https://[::1/rain.mp4", None),
    ],
)
def test_files_that_play(url: str, kind: str | None) -> None:
    player = player_of(ExternalLink(url))
    assert player == (Player(kind, safe_url(url) or "") if kind else None)
    with_label = player_of(ExternalLink(url, "Rain on the shed"))
    assert with_label == (player if kind == "audio" else None)


def test_labelled_film_is_a_link() -> None:
    url = "https://youtu.be/a1B2-c3D4_e"
    assert player_of(ExternalLink(url, "Our beds")) is None
    assert (
        player_of(ExternalLink(url, url)) == player_of(ExternalLink(url)) == Player("page", FILM)
    )


def test_one_work_from_any_second() -> None:
    films = (ExternalLink(f"https://youtu.be/a1B2-c3D4_e{start}") for start in ("", "?t=9"))
    players = [player_of(film) for film in films]
    assert len({player.work for player in players if player}) == 1 < len(set(players))


def test_what_is_heard_only() -> None:
    urls = ("https://open.spotify.com/show/a1B2c3D4", "https://example.org/a.mp3", FILM)
    assert [bool(p and p.is_sound) for p in map(player_of, map(ExternalLink, urls))] == [
        True,
        True,
        False,
    ]


def test_stills() -> None:
    still = "https://i.ytimg.com/vi/a1B2-c3D4_e/hqdefault.jpg"
    assert still_url(Player("page", FILM)) == still_url(Player("page", f"{FILM}?start=9")) == still
    series = "https://www.youtube-nocookie.com/embed/videoseries?list=PLabc"
    for address in (series, "https://player.vimeo.com/video/12345678?dnt=1"):
        assert still_url(Player("page", address)) is None
    assert still_url(Player("video", "https://example.org/a.mp4")) is None
