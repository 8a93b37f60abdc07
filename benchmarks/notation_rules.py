"""The rules of native notation, read literally and slowly: what a line should become.

``compare_reference.py`` needs an answer of its own where the reference parser errs. This module
shares no code with the reader of the package: for each piece of text it takes the first kind of
notation, in their order, that matches anywhere, and reads what is left and right of the match
from the top. The time is quadratic.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import NamedTuple

from sphinx_scrapbox.wiki.ast import (
    Blank,
    Code,
    Command,
    Decoration,
    ExternalLink,
    Formula,
    Hashtag,
    Icon,
    Image,
    Inline,
    Location,
    Numbered,
    PageLink,
    Question,
    Quote,
    Strong,
    Text,
)

SPACES = "\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""White space of JavaScript, for a class of a regular expression."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BLANK_CONTROLS = re.compile("[\x0b\x0c\r]")
_MOST_NUMBERS = 8


class _Match(NamedTuple):
    start: int
    end: int
    node: Inline


_Kind = Callable[[str], "_Match | None"]


def without_controls(row: str) -> str:
    """A row without characters that XML excludes, and with blanks for other white space."""
    return _BLANK_CONTROLS.sub(" ", _CONTROLS.sub("", row.rstrip("\r\n")))


def expected_line(text: str, *, numbers: int = 0) -> tuple[Inline, ...]:
    """A whole line without its indent."""
    number = re.match(r"([0-9]+)\. ", text)
    if number and numbers < _MOST_NUMBERS:
        inner = expected_line(text[number.end() :], numbers=numbers + 1)
        return (Numbered(number[1], inner),)
    if text.startswith(">"):
        return (Quote(expected_inlines(text[1:])),)
    if re.match(r"\? .", text, re.DOTALL):
        return (Question(text[2:]),)
    code = _code(text)
    head = text[: code.start] if code else text
    if re.match(r"[$%] .", head, re.DOTALL):
        return (Command(head[0], head[2:]), *expected_inlines(text[len(head) :]))
    return expected_inlines(text)


def expected_inlines(text: str, *, nested: bool = False) -> tuple[Inline, ...]:
    """A piece of a line; *nested* in strong text or in a decoration."""
    nodes = (node for _, node in _read(text, _NESTED_KINDS if nested else _KINDS))
    return joined(nodes)


def expected_cell(text: str) -> tuple[Inline, ...]:
    """A cell of a table, which has links to pages and icons; all other notation is text."""
    return joined(
        node
        if isinstance(node, PageLink) or (isinstance(node, Icon) and not node.strong)
        else Text(raw)
        for raw, node in _read(text, _KINDS)
    )


def joined(nodes: Iterable[Inline]) -> tuple[Inline, ...]:
    """Nodes with texts that follow each other as one, and without empty ones."""
    result: list[Inline] = []
    for is_text, group in groupby(nodes, lambda node: isinstance(node, Text)):
        if not is_text:
            result += group
        elif text := "".join(node.text for node in group if isinstance(node, Text)):
            result.append(Text(text))
    return tuple(result)


def _read(text: str, kinds: tuple[_Kind, ...]) -> list[tuple[str, Inline]]:
    nodes: list[tuple[str, Inline]] = []
    while match := next(filter(None, (find(text) for find in kinds)), None):
        nodes += _read(text[: match.start], kinds)
        nodes.append((text[match.start : match.end], match.node))
        text = text[match.end :]
    if text:
        nodes.append((text, Text(text)))
    return nodes


def _pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    for mark, chars in (("~s", f"[{SPACES}]"), ("~S", f"[^{SPACES}]"), ("~U", rf"[^{SPACES}\]]")):
        pattern = pattern.replace(mark, chars)
    return re.compile(pattern, re.ASCII | re.DOTALL | flags)


def _each(pattern: str, make: Callable[[re.Match[str]], Inline | None], flags: int = 0) -> _Kind:
    """The first match of *pattern* that makes a node."""
    compiled = _pattern(pattern, flags)

    def find(text: str) -> _Match | None:
        at = 0
        while match := compiled.search(text, at):
            if node := make(match):
                return _Match(*match.span(), node)
            at = match.start() + 1
        return None

    return find


_EXTENSION = r"\.(?:png|jpe?g|gif|svg|webp)"
_IMAGE = _pattern(rf"https?://~U+{_EXTENSION}(?:\?~U+)?", re.IGNORECASE)
_PLAIN_IMAGE = _pattern(rf"https?://~U+{_EXTENSION}", re.IGNORECASE)
_GYAZO = re.compile(r"https?://(?:[0-9a-z-]+\.)?gyazo\.com/[0-9a-f]{32}(/raw)?")


def _is_image(url: str) -> bool:
    return bool(_IMAGE.fullmatch(url) or _GYAZO.fullmatch(url))


def _image(match: re.Match[str]) -> Image | None:
    first, second = match[1], match[2] or ""
    if second and _is_image(second):
        return Image(second, first)
    return Image(first, second) if _is_image(first) else None


def _strong_image(match: re.Match[str]) -> Image | None:
    first, second = match[1], match[2] or ""
    if second:
        image = _image(match)
        return image and Image(image.src, image.link, strong=True)
    gyazo = _GYAZO.fullmatch(first)
    fits = _PLAIN_IMAGE.fullmatch(first) or (gyazo and not gyazo[1])
    return Image(first, strong=True) if fits else None


def _bare_address(text: str) -> _Match | None:
    """An address up to white space, or to a bracket that closes nothing in it."""
    start = _pattern(r"https?://~U").search(text)
    if start is None:
        return None
    depth = 0
    for at in range(text.index("//", start.start()) + 2, len(text)):
        depth += {"[": 1, "]": -1}.get(text[at], 0)
        if depth < 0 or _pattern("~s").match(text[at]):
            return _Match(start.start(), at, ExternalLink(text[start.start() : at]))
    return _Match(start.start(), len(text), ExternalLink(text[start.start() :]))


def _split(path: str) -> tuple[str, str]:
    """Project and title of a path."""
    if not path.startswith("/"):
        return "", path
    project, _, title = path[1:].partition("/")
    return project, title


def _icon(match: re.Match[str], *, strong: bool = False) -> Icon:
    project, name = _split(match[1])
    digits = match[2] or "1"
    count = int(digits) if len(digits) < 10 else 999_999_999
    return Icon(name, project, count, strong)


def _page(match: re.Match[str]) -> PageLink:
    project, title = _split(match[1])
    return PageLink(title, project)


_POINT = r"([NS])(\d{1,9}(?:\.\d+)?),([EW])(\d{1,9}(?:\.\d+)?)(?:,Z(\d{1,9}))?"

_END = rf"[^\[\]{SPACES}]"  # of a place: the reference takes brackets, too


def _location(point: tuple[str | None, ...], place: str) -> Location:
    south, latitude, west, longitude, zoom = point
    return Location(
        float(latitude or 0) * (-1 if south == "S" else 1),
        float(longitude or 0) * (-1 if west == "W" else 1),
        int(zoom or 14),
        re.sub(rf"\A[{SPACES}]+|[{SPACES}]+\Z", "", place),
    )


_code = _each("`([^`]*)`", lambda match: Code(match[1]))
_NESTED_KINDS: tuple[_Kind, ...] = (
    _each(r"\[\$ ((?:(?!\[\$ ).)+?) \]", lambda match: Formula(match[1])),
    _each(r"\[\$ ((?:(?!\[\$ )[^\]])+)\]", lambda match: Formula(match[1])),
    _each(r"\[(https?://~U+)(?:~s+(https?://~U+))?\]", _image, re.IGNORECASE),
    _each(r"\[(https?://~U+)~s+([^\]]*~S)\]", lambda match: ExternalLink(match[1], match[2])),
    _each(r"\[~s*([^\[\]]*~S)~s+(https?://~U+)\]", lambda match: ExternalLink(match[2], match[1])),
    _each(r"\[(https?://~U+)\]", lambda match: ExternalLink(match[1])),
    _bare_address,
    _each(r"\[([^\[\]]*)\.icon(?:\*([1-9]\d*))?\]", _icon),
    _each(
        rf"\[([^\[\]]*{_END})~s+{_POINT}\]",
        lambda match: _location(match.groups()[1:], match[1]),
    ),
    _each(
        rf"\[{_POINT}(?:~s+([^\[\]]*{_END}))?\]",
        lambda match: _location(match.groups()[:5], match[6] or ""),
    ),
    _each(r"\[([^\[\]]+)\]", _page),
    _each(r"(?:^|(?<=~s))#(~S+)", lambda match: Hashtag(match[1])),
)
_KINDS: tuple[_Kind, ...] = (
    _code,
    _each(r"\[(~s+)\]", lambda match: Blank(match[1])),
    _each(
        r"""\[([!"#%&'()*+,\-./{|}<>_~]+) ((?:\[[^\[\]]+\]|[^\[\]]|\[(?![^\[\]]+\]))+)\]""",
        lambda match: Decoration(match[1], expected_inlines(match[2], nested=True)),
    ),
    *_NESTED_KINDS[:2],
    _each(r"\[\[(https?://~U+)(?:~s+(https?://~U+))?\]\]", _strong_image, re.IGNORECASE),
    _each(r"\[\[([^\[\]]*)\.icon(?:\*([1-9]\d*))?\]\]", lambda match: _icon(match, strong=True)),
    _each(
        r"\[\[((?:[^\[]|\[[^\[]).*?\]*)\]\]",
        lambda match: Strong(expected_inlines(match[1], nested=True)),
    ),
    *_NESTED_KINDS[2:],
)
