"""Damaged brackets on a line of an exported page: finds them, and proposes what was meant.

Real wiki text is almost perfectly balanced; in a translation one line in a hundred has lost a
bracket, and a link with it. Two forms are common enough to have names: an address that a blank
cut in two, ``[Title [url](url) rest]``, and a label that shrank, ``[Title []](url)``.

A line of the wiki may stand on several lines of the file (the export breaks it behind bold
text), so what is examined is a sequence of lines. Time is linear in their length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from .page import (
    Code,
    Decoration,
    ExternalLink,
    Formula,
    Hashtag,
    Icon,
    Image,
    Inline,
    Numbered,
    PageLink,
    Quote,
    Strong,
    Text,
)
from .readers.markdown import DEFAULT_ORIGIN, read_inline
from .titles import join_target, key


class Kind(Enum):
    """What happened to a bracket, in words that follow on the name of its place."""

    OPEN = "a bracket opens and never closes"
    CLOSE = "a bracket closes that was never opened"
    CUT = "a link fell apart: a blank cut its address in two"
    LABEL = "a link lost its label, of which '[]' is left"
    FORMULA = "a formula lost its end"
    STRAY = "a decoration lost its end"
    HEADING = "a bracket stands in front of a heading"


class Damage(NamedTuple):
    """What is wrong at ``at`` of line ``piece``.

    ``end`` is where a bracket closes it, -1 if none does; ``link`` is the link that it is
    about, as its start, end and address.
    """

    kind: Kind
    piece: int
    at: int
    end: int = -1
    end_piece: int = -1
    link: tuple[int, int, str] = (0, 0, "")


def leaves(nodes: Iterable[Inline]) -> Iterator[Inline]:
    """The nodes that hold no others."""
    for node in nodes:
        if isinstance(node, (Quote, Numbered, Strong, Decoration)):
            yield from leaves(node.nodes)
        else:
            yield node


# -- places ----------------------------------------------------------------------------

# What may stand between two nodes: stars, hashes, the signs in front of a list item or quote.
_MARKS = 80
_LOST_LABEL = "[]]("


def _places(line: str) -> list[tuple[Inline, int, int]]:
    """The nodes of *line*, each with its start and end; empty if one cannot be placed."""
    found, at = [], 0
    for node in leaves(read_inline(line)):
        start, end = _stretch(node, line, at)
        if start < 0:
            return []
        found.append((node, start, end))
        at = end
    return found


def _stretch(node: Inline, line: str, at: int) -> tuple[int, int]:
    """Where *node* stands, looking not far beyond *at*; a start of -1 if nowhere."""
    if isinstance(node, Icon):
        tail = f"/icon' alt='{join_target(node.project, node.name)}.icon' height=\"19.5\"/>"
        start = line.find("<img src='", at, at + _MARKS)
        end = line.find(tail, start, start + 2 * len(tail) + 300) if start >= 0 else -1
        return (start, end + len(tail)) if end >= 0 else (-1, 0)
    if isinstance(node, ExternalLink):
        lost = f"{_LOST_LABEL}{node.url})"
        end = line.find(lost, at, at + 2 * len(node.label) + len(lost) + _MARKS)
    else:
        lost, end = "", -1
    places = [
        (start, start + len(source))
        for source in _sources(node)
        if (start := line.find(source, at, at + len(source) + _MARKS)) >= 0
    ]
    if end >= 0:
        places.append((line.find("[", at), end + len(lost)))
    return min(places, default=(-1, 0))


def _sources(node: Inline) -> tuple[str, ...]:
    """How an exported page writes *node*; an address alone may be written in two ways."""
    match node:
        case Text(text):
            return (text,)
        case Code(text):
            return (f"`{text}`",)
        case Formula(tex):
            return (f"${tex}$",)
        case Hashtag(tag):
            return (f"#{tag}",)
        case PageLink(title, ""):
            return (f"[[{title}]]",)
        case PageLink(title, project):
            target = join_target(project, title)
            return (f"[{target}]({DEFAULT_ORIGIN}{target})",)
        case Image(src, ""):
            return (f"![image]({src})",)
        case Image(src, link):
            return (f"[![image]({src})]({link})",)
        case ExternalLink(url, ""):
            return (f"[{url}]({url})", url)
        case ExternalLink(url, label):
            return (f"[{label}]({url})",)
    return ()


# -- finding ---------------------------------------------------------------------------

_STARS = r"[*/_\-]{0,10}\*[*/_\-]{0,10} "
_STRAY = re.compile(rf"\[(?:(?P<stars>{_STARS})|(?P<hashes>#{{1,3}} )|\$ )")
_SIGN = re.compile(r"[\[\]]")
# [0, 1) and (0, 1] are intervals.
_BOUND = r"[^\s,\[\]()]{1,12}"
_INTERVAL = re.compile(rf"\[{_BOUND}, ?{_BOUND}\)|\({_BOUND}, ?{_BOUND}\]")
_NATIVE_STRAY = re.compile(rf"\[{_STARS}")


def find_damage(lines: Sequence[str]) -> list[Damage]:
    """What is wrong with the brackets of one line of the wiki, in the order of places."""
    search = _Search()
    for piece, line in enumerate(lines):
        if "[" in line or "]" in line:
            for node, start, end in _places(line):
                search.see(node, line, piece, start, end)
    return sorted((*search.found, *search.opened), key=lambda one: (one.piece, one.at))


def find_native_damage(text: str) -> Iterator[Kind]:
    """The same for what is left as text of a line in the wiki's own notation; no places."""
    strays = len(_NATIVE_STRAY.findall(text))
    if strays:
        yield Kind.STRAY
    depth = lowest = 0
    for sign in _SIGN.findall(_INTERVAL.sub("", text)):
        depth += 1 if sign == "[" else -1
        lowest = min(lowest, depth)
    if lowest < 0:
        yield Kind.CLOSE
    if depth - lowest > strays:
        yield Kind.OPEN


class _Search:
    """Matches brackets across the pieces of text of one line."""

    def __init__(self) -> None:
        self.found: list[Damage] = []
        self.opened: list[Damage] = []
        self.only_text = True
        """Since the last bracket opened there was nothing but text and hashtags."""

    def see(self, node: Inline, line: str, piece: int, start: int, end: int) -> None:
        if isinstance(node, Text):
            self._match(line, piece, start, end)
        elif isinstance(node, ExternalLink):
            if line.startswith(_LOST_LABEL, line.rfind("](", start, end) - 2):
                self.found.append(Damage(Kind.LABEL, piece, start, end, piece))
            elif line[start] == "[" and not node.label and self.opened and self.only_text:
                last = self.opened[-1]
                if last.piece == piece and last.kind is Kind.OPEN:
                    link = (start, end, node.url)
                    self.opened[-1] = last._replace(kind=Kind.CUT, link=link)
            self.only_text = False
        elif not isinstance(node, Hashtag):
            self.only_text = False

    def _match(self, line: str, piece: int, start: int, end: int) -> None:
        intervals = [match.span() for match in _INTERVAL.finditer(line, start, end)]
        for sign in _SIGN.finditer(line, start, end):
            at = sign.start()
            before = bisect_right(intervals, (at, len(line))) - 1
            if before >= 0 and at < intervals[before][1]:
                continue
            if sign[0] == "[":
                self.opened.append(Damage(_kind_of(line, at), piece, at))
                self.only_text = True
                continue
            self.only_text = False
            if not self.opened:
                self.found.append(Damage(Kind.CLOSE, piece, at))
                continue
            last = self.opened.pop()
            if last.kind in (Kind.CUT, Kind.STRAY, Kind.HEADING):
                self.found.append(last._replace(end=at, end_piece=piece))


def _kind_of(line: str, at: int) -> Kind:
    match = _STRAY.match(line, at)
    if match is None:
        return Kind.OPEN
    if match["stars"]:
        return Kind.STRAY
    if match["hashes"]:
        return Kind.HEADING
    return Kind.FORMULA


# -- mending ---------------------------------------------------------------------------

_MOST_TO_MEND = 12
_LONGEST_LINE = 10_000
_LONGEST_TITLE = 200
"""No title of a page is longer."""
_LONGEST_TAIL = 100
_LONGEST_HEAD = 60
"""How much text may become a link to a page that is not known."""

_TOKEN_SIGN = re.compile(r"[\[\]`$<>]")
_WORD_END = re.compile(r"(?<=\w)(?!\w)|(?<=\W)(?=\s|\Z)")
_WORD_START = re.compile(r"(?<!\w)(?=\w)|(?<!\S)(?=\W)")
_LINE_START = re.compile(r"(?: *- | *[0-9]+\. )?(?:> +)?")
_PLAIN_WORD = re.compile(r"(?<![\\\w])[a-z]{4,}\b")

_ADDRESS_CHARACTERS = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+")
_ADDRESS_LIKE = re.compile(r"%[0-9A-F]{2}|[/=_]|\w{3}\.\w|\.\w\w")
_HALF_ESCAPE = re.compile(r"%[0-9A-Fa-f]?\Z")
_GOES_ON = re.compile(r"[%/_=&?#.~\-]\w|\w+=|.*%[0-9A-F]{2}")
_QUERY = re.compile(r"utm_\w+=")


def mend(
    lines: Sequence[str], damage: Sequence[Damage], known: Collection[str]
) -> tuple[str, ...]:
    """The lines as they may have been, empty if there is no telling.

    *known* holds the keys of the pages there are. What is proposed has been read back: no
    bracket is left over, and each link leads where it was meant to.
    """
    if len(damage) > _MOST_TO_MEND or sum(map(len, lines)) > _LONGEST_LINE:
        return ()
    mended = list(lines)
    urls = set()
    # From the end, so that the places of what is still to be mended hold.
    for one in reversed(damage):
        if one.end >= 0 and one.end_piece != one.piece:
            return ()
        edit = _edit(mended[one.piece], one, known)
        if edit is None:
            return ()
        mended[one.piece], url = edit
        urls.add(url)
    if find_damage(mended):
        return ()
    nodes = (node for line in mended for node in leaves(read_inline(line)))
    read = {node.url for node in nodes if isinstance(node, ExternalLink)}
    return tuple(mended) if urls <= {"", *read} else ()


def _edit(line: str, one: Damage, known: Collection[str]) -> tuple[str, str] | None:
    """The line with one thing mended, and the address that it should now link to, if any."""
    match one.kind:
        case Kind.CUT:
            return _join(line, one)
        case Kind.LABEL:
            return _relabel(line, one)
        case Kind.OPEN:
            text = _close(line, one.at, known)
        case Kind.CLOSE:
            text = _open(line, one.at, known)
        case Kind.FORMULA:
            text = _close_formula(line, one.at)
        case Kind.STRAY | Kind.HEADING:
            text = _undecorate(line, one)
    return None if text is None else (text, "")


def _close(line: str, at: int, known: Collection[str]) -> str | None:
    """``see [lost link`` -> ``see [[lost link]]``."""
    start = at + 1
    if line.startswith("[[", start):
        return line[:at] + line[start:]
    sign = _TOKEN_SIGN.search(line, start)
    limit = sign.start() if sign else len(line)
    tail = line[start:limit]
    ends = [match.end() for match in _WORD_END.finditer(tail[:_LONGEST_TITLE])]
    for end in reversed(ends):
        if end and key(tail[:end]) in known:
            return f"{line[:at]}[[{tail[:end]}]]{tail[end:]}{line[limit:]}"
    tail = tail.rstrip()
    if sign is None and tail and len(tail) <= _LONGEST_TAIL and ". " not in tail:
        return f"{line[:at]}[[{tail}]]"
    return None


def _open(line: str, at: int, known: Collection[str]) -> str | None:
    """``lost link] for`` -> ``[[lost link]] for``."""
    after = line[at + 1 :]
    if line.endswith("]]", 0, at):
        return line[:at] + after
    signs = [match.end() for match in _TOKEN_SIGN.finditer(line, 0, at)]
    prefix = _LINE_START.match(line)
    first = prefix.end() if prefix else 0
    # The sign of a quote is none of a token.
    free = max(first, signs[-1] if signs else 0)
    for start in _WORD_START.finditer(line, max(free, at - _LONGEST_TITLE), at):
        title = line[start.start() : at]
        if title and key(title) in known:
            return f"{line[: start.start()]}[[{title}]]{after}"
    title = line[first:at]
    if free == first and title.strip() and len(title) <= _LONGEST_HEAD and ". " not in title:
        return f"{line[:first]}[[{title}]]{after}"
    return None


def _close_formula(line: str, at: int) -> str | None:
    r"""``[$ \alpha`` -> ``$\alpha$``."""
    tex = line[at + 3 :].strip()
    if not tex or "$" in tex or len(_PLAIN_WORD.findall(tex)) > 1:
        return None
    mended = f"{line[:at]}${tex}$"
    return mended if isinstance(read_inline(mended)[-1], Formula) else None


def _undecorate(line: str, one: Damage) -> str:
    """``[* x`` -> ``### x`` at the start of a line, where it is a heading, else ``x``."""
    match = _STRAY.match(line, one.at)
    assert match is not None
    if one.end >= 0:
        line = line[: one.end] + line[one.end + 1 :]
    start = match["hashes"] or ""
    stars = match[0].count("*")
    if stars and not one.at:
        start = "#" * max(4 - stars, 1) + " "
    return f"{line[: one.at]}{start}{line[match.end() :]}"


def _relabel(line: str, one: Damage) -> tuple[str, str] | None:
    """``[Title []](url)`` -> ``[Title](url)``."""
    head, _, url = line[one.at : one.end - 1].rpartition(_LOST_LABEL)
    label = head[1:].replace("[[", "[").replace("]]", "]").strip()
    if not label:
        return None
    return f"{line[: one.at]}[{label}]({url}){line[one.end :]}", url


def _join(line: str, one: Damage) -> tuple[str, str] | None:
    """``[Title [url](url) rest]`` -> ``[Title](url+rest)``, or ``[Title rest](url)``."""
    start, end, url = one.link
    closed = one.end >= 0
    label = line[one.at + 1 : start].strip()
    if not label:
        return None
    rest, after = line[end:], ""
    if closed:
        rest, after = line[end : one.end], line[one.end + 1 :]
    words = rest.split(" ")
    # The first of them is empty, or glued to the link.
    while len(words) > 1 and not words[0]:
        joined = _continue(url, words[1], alone=closed and len(words) == 2)
        if joined is None:
            break
        url = joined
        words[:2] = [""]
    rest = " ".join(words)
    if closed:
        label = f"{label} {rest.strip()}".rstrip()
        rest = ""
    return f"{line[: one.at]}[{label}]({url}){rest}{after}", url


def _continue(url: str, word: str, *, alone: bool) -> str | None:
    """The address with *word*, if that is the next piece of it."""
    if not _ADDRESS_CHARACTERS.fullmatch(word) or "://" in word:
        return None
    if url[-1].isalnum() and not _HALF_ESCAPE.search(url):
        goes_on = _GOES_ON.match(word) is not None
    else:
        cut = url[-1] in "-_=&?%#" or _HALF_ESCAPE.search(url) is not None
        goes_on = cut or alone or _ADDRESS_LIKE.search(word) is not None
    if not goes_on:
        return None
    if _QUERY.match(word) and "?" not in url:
        return f"{url}?{word}"
    # The blank may have taken the place of a percent sign.
    if not _is_text(url + word) and _is_text(f"{url}%{word}"):
        return f"{url}%{word}"
    return url + word


def _is_text(url: str) -> bool:
    """Whether the bytes that *url* encodes are UTF-8; what is cut off at its end may be not."""
    try:
        unquote_to_bytes(url).decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
