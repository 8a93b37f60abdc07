"""What an address is: safe to link, an image, a film that can be played in place."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

SAFE_SCHEMES = ("http://", "https://", "mailto:")

_GYAZO = re.compile(
    r"https?://(?:[\w-]+\.)?gyazo\.com/(?P<id>[0-9a-f]{32})(?P<rest>/raw|/thumb/\d+)?/?"
)
_YOUTUBE_HOSTS = frozenset(
    {"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"}
)
_YOUTUBE_ID = re.compile(r"[\w-]{6,20}", re.ASCII)
_YOUTUBE_LIST = re.compile(r"[\w-]{2,64}", re.ASCII)
# An unlisted film has a key behind its number, which the player asks for.
_VIMEO_FILM = re.compile(r"/(?:video/)?(\d{4,12})(?:/([0-9a-f]{6,16}))?(?:/.*)?", re.ASCII)
_VIMEO_KEY = re.compile(r"[0-9a-f]{6,16}")
_SECONDS = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?")
# What an address must not hold as it stands; "%" may, because it is encoded already.
_UNFIT = re.compile(r"[^\w%:/?#@!$&'()*+,;=~.-]")


def safe_url(url: str) -> str | None:
    """*url* made fit for an attribute, or None if it must not become a link.

    Only http, https and mailto are links. Blanks, quotes, brackets and control characters are
    percent-encoded; letters of any script stay, as browsers show them.
    """
    if not url.lower().startswith(SAFE_SCHEMES):
        return None
    try:
        urlsplit(url)
    except ValueError:
        return None
    return _UNFIT.sub(lambda match: quote(match[0], safe="", errors="replace"), url)


def image_url(src: str) -> str | None:
    """The address of the picture itself, made fit; a Gyazo page's leads to its thumbnail.

    None if it must not be shown: only http and https are pictures.
    """
    match = _GYAZO.fullmatch(src)
    if match and not match["rest"]:
        src = f"{src.rstrip('/')}/thumb/1000"
    address = safe_url(src)
    return address if address and not address.lower().startswith("mailto:") else None


def embed_url(url: str) -> str | None:
    """The player's address of a YouTube or Vimeo film, without tracking cookies; else None."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, max_num_fields=50)
    except ValueError:  # no address, or more fields than any film needs
        return None
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"}:
        return None
    if host in _YOUTUBE_HOSTS or host == "youtu.be":
        return _youtube(host, parts.path, query)
    if host in {"vimeo.com", "www.vimeo.com", "player.vimeo.com"}:
        match = _VIMEO_FILM.fullmatch(parts.path)
        if not match:
            return None
        unlisted = match[2] or next(filter(_VIMEO_KEY.fullmatch, query.get("h", ())), "")
        return f"https://player.vimeo.com/video/{match[1]}?dnt=1" + (unlisted and f"&h={unlisted}")
    return None


def _youtube(host: str, path: str, query: dict[str, list[str]]) -> str | None:
    head, _, tail = path.lstrip("/").partition("/")
    if host == "youtu.be":
        film = head
    elif head == "watch":
        film = query.get("v", [""])[0]
    elif head in {"live", "shorts", "embed"}:
        film = tail.partition("/")[0]
    elif head == "playlist" and _YOUTUBE_LIST.fullmatch(series := query.get("list", [""])[0]):
        return f"https://www.youtube-nocookie.com/embed/videoseries?list={series}"
    else:
        return None
    if not _YOUTUBE_ID.fullmatch(film):
        return None
    start = _start(query.get("t", query.get("start", [""]))[0])
    return f"https://www.youtube-nocookie.com/embed/{film}" + (f"?start={start}" if start else "")


def _start(text: str) -> int:
    match = _SECONDS.fullmatch(text)
    if not match:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
