"""Addresses: which are safe, images, players, pages and icons of the wiki, points on a map."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from sphinx_scrapbox.wiki.ast import ExternalLink, Location
from sphinx_scrapbox.wiki.text import CONTROLS
from sphinx_scrapbox.wiki.titles import Target, is_line_id, split_fragment

SAFE_SCHEMES = ("http://", "https://", "mailto:")

_GYAZO = re.compile(
    r"https?://(?:[\w-]+\.)?gyazo\.com/(?P<id>[0-9a-f]{32})(?P<rest>/raw|/thumb/\d+)?/?"
)
_YOUTUBE_HOSTS = ("youtube.com", "www.youtube.com", "music.youtube.com")
_YOUTUBE_ID = re.compile(r"[\w-]{6,20}", re.ASCII)
_YOUTUBE_LIST = re.compile(r"[\w-]{2,64}", re.ASCII)
# An unlisted video has a key after its number, which the player requires.
_VIMEO_FILM = re.compile(r"/(?:video/)?(\d{4,12})(?:/([0-9a-f]{6,16}))?(?:/.*)?", re.ASCII)
_VIMEO_KEY = re.compile(r"[0-9a-f]{6,16}")
_SPOTIFY = re.compile(
    r"/(?:intl-[a-z]{2,5}/)?(track|artist|playlist|album|episode|show)/([0-9A-Za-z]{4,64})/?",
    re.ASCII,
)
_FILES = {
    **dict.fromkeys(("mp4", "webm"), "video"),
    **dict.fromkeys(("mp3", "m4a", "wav", "ogg", "aac"), "audio"),
}
_SECONDS = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?")
# Characters to be percent-encoded; "%" is not one, as addresses are encoded already.
_UNFIT = re.compile(r"[^\w%:/?#@!$&'()*+,;=~.-]")
_INVALID = re.compile(rf"{_UNFIT.pattern}|%(?![0-9A-Fa-f]{{2}})")
_IPV6_HOST = re.compile(r"\w+://\[[0-9A-Fa-f:.]+\]")
_NOT_IN_HOSTS = re.compile(r"[\x00-\x20\x7f#%/:<>?@\[\\\]^|]")


def safe_url(url: str) -> str | None:
    """*url* for the attribute of a link; None if its scheme is not http, https or mailto.

    Blanks, quotes, brackets and control characters are percent-encoded; letters of any script
    stay, as browsers show them.
    """
    if not url.lower().startswith(SAFE_SCHEMES):
        return None
    try:
        urlsplit(url)
    except ValueError:
        return None
    return _UNFIT.sub(lambda match: quote(match[0], safe="", errors="replace"), url)


def valid_url(url: str) -> str | None:
    """*url* in the form that the URL Standard calls valid; None if its host or port cannot be.

    Browsers also follow addresses with a lone "%" or a second "#", which are percent-encoded here.
    """
    before, sign, fragment = url.partition("#")
    host = match[0] if (match := _IPV6_HOST.match(before)) else ""
    rest = f"{before[len(host) :]}{sign}{fragment.replace('#', '%23')}"
    url = host + _INVALID.sub(lambda match: quote(match[0], safe="", errors="replace"), rest)
    return url if "//" not in before or _has_valid_host(url) else None


def _has_valid_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = unquote(parts.hostname or ""), parts.port
        if "[" in parts.netloc:
            return bool(IPv6Address(host))
        *labels, last = host.removesuffix(".").split(".")
        if last.isdigit():
            return bool(IPv4Address(host))
        for label in (*labels, last):
            if label.lower().startswith("xn--"):
                label[4:].encode("ascii").decode("punycode")
    except ValueError:
        return False
    return all((*labels, last)) and not _NOT_IN_HOSTS.search(host)


def image_url(src: str) -> str | None:
    """The address of an image file for an attribute; that of the thumbnail for a Gyazo page.

    None if the scheme is not http or https.
    """
    match = _GYAZO.fullmatch(src)
    if match and not match["rest"]:
        src = f"{src.rstrip('/')}/thumb/1000"
    address = safe_url(src)
    return address if address and not address.lower().startswith("mailto:") else None


class Player(NamedTuple):
    """What plays at an address: the ``video`` or ``audio`` file there, or a ``page`` elsewhere."""

    kind: str
    address: str

    @property
    def work(self) -> str:
        """What is played, from wherever it starts."""
        return self.address.partition("?start=")[0]

    @property
    def is_sound(self) -> bool:
        """Whether there is nothing to see."""
        return self.kind == "audio" or self.address.startswith("https://open.spotify.com/")


def player_of(link: ExternalLink) -> Player | None:
    """The player that the wiki shows for a link alone on its line, None for a plain link.

    A label makes a plain link of an address, except of one of a sound file, which it names.
    """
    if link.label and link.label != link.url:
        player = _file_player(link.url)
        return player if player and player.kind == "audio" else None
    if player := _file_player(link.url):
        return player
    address = embed_url(link.url)
    return Player("page", address) if address else None


_YOUTUBE_FILM = re.compile(r"https://www\.youtube-nocookie\.com/embed/([\w-]{6,20})", re.ASCII)


def still_url(player: Player) -> str | None:
    """The address of a still image of a YouTube film; None for all else."""
    match = _YOUTUBE_FILM.fullmatch(player.work)
    if match is None or match[1] == "videoseries":
        return None
    return f"https://i.ytimg.com/vi/{match[1]}/hqdefault.jpg"


def _file_player(url: str) -> Player | None:
    address = safe_url(url)
    if address is None or not address.startswith(("http://", "https://")):
        return None
    kind = _FILES.get(urlsplit(address).path.rpartition(".")[2].lower())
    return Player(kind, address) if kind else None


def embed_url(url: str) -> str | None:
    """The address of the player of a YouTube, Vimeo or Spotify page; else None.

    Those of YouTube and Vimeo set no cookies.
    """
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
    if host == "open.spotify.com" and (match := _SPOTIFY.fullmatch(parts.path)):
        return f"https://open.spotify.com/embed/{match[1]}/{match[2]}"
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


DEFAULT_ORIGIN = "https://scrapbox.io"
# Characters to be percent-encoded in readable addresses: the wiki's own list, and controls.
_UNREADABLE = re.compile(rf"[%/?#{{}}^|<>\\\"`\[\]\s{CONTROLS}]")
# First segments of paths on the wiki's host that are not projects.
_NO_PROJECTS = ("api", "files", "assets", "auth", "login", "product", "settings", "stream")


def _readable(text: str) -> str:
    text = text.replace(" ", "_")
    return _UNREADABLE.sub(lambda match: quote(match[0], safe=""), text)


def page_url(
    project: str, title: str = "", *, origin: str = DEFAULT_ORIGIN, readable: bool = True
) -> str:
    """The address of a page on the wiki, or of a project if *title* is empty.

    A trailing ``#`` and line id stay a fragment. *readable* keeps letters of any script and
    writes a space as an underscore; otherwise all but unreserved ASCII is percent-encoded,
    as requests want it.

    >>> page_url("help", "a b/c#5ae4aae4aff09e00009a6337")
    'https://scrapbox.io/help/a_b%2Fc#5ae4aae4aff09e00009a6337'
    >>> page_url("help", "a b/c", readable=False)
    'https://scrapbox.io/help/a%20b%2Fc'
    """
    head, fragment = split_fragment(title)
    if not is_line_id(fragment):
        head, fragment = title, ""
    encode = _readable if readable else (lambda text: quote(text, safe=""))
    address = f"{origin.rstrip('/')}/{encode(project)}"
    if title:
        address += f"/{encode(head)}"
    return f"{address}#{fragment}" if fragment else address


def page_of_url(url: str, *, origin: str = DEFAULT_ORIGIN) -> Target | None:
    """The page that an address of the wiki leads to; None for any other address.

    An underscore may stand for a space or for itself: by the identity rule both are one page.

    >>> page_of_url("https://scrapbox.io/help/a_b%2Fc#5ae4aae4aff09e00009a6337")
    Target(project='help', title='a_b/c#5ae4aae4aff09e00009a6337')
    >>> page_of_url("https://scrapbox.io/api/pages/help") is None
    True
    """
    path = _path_below(url, origin)
    if path is None:
        return None
    path, sign, fragment = path.partition("#")
    project, _, title = path.partition("/")
    if not project or not title or "?" in title or project in _NO_PROJECTS:
        return None
    title = unquote(title)
    if sign and is_line_id(fragment):
        title = f"{title}#{fragment}"
    return Target(unquote(project), title)


def page_behind_url(url: str, *, origin: str = DEFAULT_ORIGIN) -> Target | None:
    """The page that an address of the wiki leads to, or whose content or icon it serves.

    Wider than :func:`page_of_url`, for those who ask which page an address reveals: the query,
    the fragment, and slashes and punctuation around the title are ignored.

    >>> page_behind_url("HTTP://Scrapbox.io:80/api/pages/help/a_b/icon?follow=true")
    Target(project='help', title='a_b')
    >>> page_behind_url("https://scrapbox.io/help//a%5Fb/?lines=2#top")
    Target(project='help', title='a_b')
    """
    path = _path_below(url, origin)
    if path is None:
        return None
    path = re.split("[?#]", path, maxsplit=1)[0]
    if match := _SERVED.fullmatch(path):
        path = f"{match[1]}/{match[2]}"
    project, _, title = path.lstrip("/").partition("/")
    title = unquote(title).strip("/").rstrip(_PUNCTUATION)
    return Target(unquote(project), title) if project and title else None


# What the API serves of a page: its icon, its text, its files of code, its tables.
_SERVED = re.compile(
    r"/*api/+(?:pages|code|table)/+([^/]+)/+([^/]+)(?:/.*)?", re.DOTALL | re.IGNORECASE
)
_PUNCTUATION = "/.,:;!?'\")]}>、。，．：；！？）」』】"
_ADDRESS = re.compile(r"https?://(?:[^/?#]*@)?([^/?#]*)(.*)", re.DOTALL | re.IGNORECASE)
_DEFAULT_PORT = re.compile(r"\.?(?::(?:80|443)?)?\Z")


def _path_below(url: str, origin: str) -> str | None:
    """What follows the slash after *origin*, if *url* is below it; schemes do not matter."""
    address, base = _ADDRESS.fullmatch(url), _ADDRESS.fullmatch(origin.rstrip("/"))
    if not address or not base:
        return None
    host, base_host = (_DEFAULT_PORT.sub("", each[1].lower()) for each in (address, base))
    head = f"{base[2]}/"
    return address[2][len(head) :] if host == base_host and address[2].startswith(head) else None


def icon_url(project: str, name: str, *, origin: str = DEFAULT_ORIGIN) -> str:
    """The address at which the wiki serves the icon of page *name*."""
    return f"{origin.rstrip('/')}/api/pages/{quote(project, safe='')}/{quote(name, safe='')}/icon"


def degrees(number: float) -> str:
    """Degrees to a centimetre, as addresses spell them: no exponent, no trailing zeros.

    >>> degrees(35.01160), degrees(-0.00000001)
    ('35.0116', '0')
    """
    digits = f"{number:.7f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def map_url(point: Location) -> str:
    """The address of a map with a marker at *point*."""
    latitude, longitude = degrees(point.latitude), degrees(point.longitude)
    return (
        f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"
        f"#map={point.zoom}/{latitude}/{longitude}"
    )


def map_label(point: Location) -> str:
    """The label of *point*: the name of its place, if any, and its coordinates.

    >>> map_label(Location(35.0116, -135.5, place="Pond"))
    'Pond (35.0116°N, 135.5°W)'
    """
    latitude, longitude = degrees(point.latitude), degrees(point.longitude)
    north = f"{latitude.lstrip('-')}°{'S' if latitude.startswith('-') else 'N'}"
    east = f"{longitude.lstrip('-')}°{'W' if longitude.startswith('-') else 'E'}"
    return f"{point.place} ({north}, {east})" if point.place else f"{north}, {east}"
