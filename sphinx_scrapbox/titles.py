"""Titles: the wiki's identity rule, the address of a page, the anchor of a line.

Identity (measured on 21,637 native and 23,914 exported pages): a space equals an underscore
and case does not count; nothing else is folded. Addresses come in two spellings: one for
requests, fully percent-encoded, and one for readers, which keeps letters of any script.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import quote, unquote

DEFAULT_ORIGIN = "https://scrapbox.io"

_LINE_ID = re.compile(r"[0-9a-f]{24,26}")
# What a readable address must not hold: the wiki's own list, and what no address may hold.
_UNREADABLE = re.compile(r"[%/?#{}^|<>\\\"`\[\]\s\x00-\x1f\x7f-\x9f]")
# First words of a path on the wiki's host that name no project.
_NO_PROJECTS = frozenset(
    {"api", "files", "assets", "auth", "login", "product", "settings", "stream"}
)
_WHITE = re.compile(r"\s")


def key(title: str) -> str:
    """The identity of *title* within its project: two titles with one key are one page."""
    return title.replace(" ", "_").lower()


class Target(NamedTuple):
    """A link target taken apart; ``project`` is empty for the page's own project."""

    project: str
    title: str


def split_target(target: str) -> Target:
    """Take ``/project/Title``, ``/project`` or ``Title`` apart.

    >>> split_target("/villagepump/a/b")
    Target(project='villagepump', title='a/b')
    >>> split_target("/villagepump")
    Target(project='villagepump', title='')
    >>> split_target("a/b")
    Target(project='', title='a/b')
    """
    if target.startswith("/") and len(target) > 1 and target[1] not in "/ ":
        project, _, title = target[1:].partition("/")
        return Target(project, title)
    return Target("", target)


def join_target(project: str, title: str) -> str:
    """The inverse of :func:`split_target`."""
    if not project:
        return title
    return f"/{project}/{title}" if title else f"/{project}"


def split_fragment(title: str) -> tuple[str, str]:
    """Split ``Title#fragment`` at its last ``#``; no fragment gives an empty string.

    A title may itself hold ``#``: look the whole text up first.
    """
    head, sign, tail = title.rpartition("#")
    return (head, tail) if sign and head else (title, "")


def is_line_id(text: str) -> bool:
    """Whether *text* has the form of a line id: 24 to 26 lower-case hexadecimal digits."""
    return _LINE_ID.fullmatch(text) is not None


def anchor(line_id: str) -> str:
    """The id of a line's element in a document; a letter first, so that any format takes it."""
    return f"L{line_id}"


def inventory_name(title: str) -> str:
    """The name of a page in ``objects.inv``.

    The format separates its fields with blanks, and loses a title such as ``a b 20 c``; a
    key without any white space survives.
    """
    return _WHITE.sub("_", key(title))


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
    head = f"{origin.rstrip('/')}/"
    if not url.startswith(head):
        return None
    path, sign, fragment = url[len(head) :].partition("#")
    project, _, title = path.partition("/")
    if not project or not title or "?" in title or project in _NO_PROJECTS:
        return None
    title = unquote(title)
    if sign and is_line_id(fragment):
        title = f"{title}#{fragment}"
    return Target(unquote(project), title)


def icon_url(project: str, name: str, *, origin: str = DEFAULT_ORIGIN) -> str:
    """The address at which the wiki serves the icon of page *name*."""
    return f"{origin.rstrip('/')}/api/pages/{quote(project, safe='')}/{quote(name, safe='')}/icon"


# -- file names ------------------------------------------------------------------------

_MOST_BYTES = 111  # with ".scrapbox" 120: room for a longer ending, and for a backup's own suffix
# What Windows forbids, and controls; half of a surrogate pair is no character.
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]')
# What nobody sees, and what turns the text around it. Joiners stay: emoji are made with them.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)\s*(?:\.|$)", re.I | re.A
)
_LINE_END = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


def file_stem(title: str, *, salt: str = "") -> str:
    """The name, without its ending, for the file of a page: fit for any system.

    Letters of any script stay. What Windows forbids becomes a dash, a name is never a device's,
    never hidden, and never ends in a dot or blank. What is too long is cut and ends in a short
    hash; with *salt*, any name does, which tells two titles with one name apart.

    >>> file_stem("Soil/water: a balance")
    'Soil-water- a balance'
    >>> file_stem("nul.txt")
    '_nul.txt'
    >>> file_stem("What now...", salt="5ae4aae4")
    'What now-09e0b7d2'
    """
    stem = _UNSEEN.sub("", normalize("NFC", _LINE_END.sub(" ", title)))
    stem = normalize("NFC", _NOT_IN_NAMES.sub("-", stem))
    stem = _without_end(stem.lstrip())
    if stem.startswith("."):
        stem = f"-{stem[1:]}"
    if _DEVICE.match(stem):
        stem = f"_{stem}"
    if stem and not salt and len(stem.encode()) <= _MOST_BYTES:
        return stem
    digest = sha256((salt or title).encode("utf-8", "replace")).hexdigest()[:8]
    short = stem.encode()[: _MOST_BYTES - len(digest) - 1].decode(errors="ignore")
    return f"{_without_end(short) or 'page'}-{digest}"


def _without_end(stem: str) -> str:
    """Without dots and blanks at the end, and without a joiner that joins nothing there."""
    end = len(stem)
    while end and (stem[end - 1].isspace() or stem[end - 1] in ".\u200c\u200d"):
        end -= 1
    return stem[:end]


def file_key(name: str) -> str:
    """What a file's name is to a file system that ignores case and the form of accents.

    >>> file_key("Straße") == file_key("STRASSE")
    True
    """
    return normalize("NFC", normalize("NFD", name).casefold())
