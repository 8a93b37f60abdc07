"""Views of a text file, each in normal form: what readers see, and what stands beside it.

A file is read in windows, so that memory does not grow with its size. A word may be in an
attribute, in a comment, or in text whose inline markup divides it, so one text has several views.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from sphinx_scrapbox.sphinx_ext.leak_guard.escapes import (
    PLAIN_TEXT,
    SHOWN,
    SOURCES,
    normalized,
    without_css_escapes,
    without_script_escapes,
)

_WINDOW = 1 << 18
_MAX_WINDOW = 1 << 21  # without a place to divide it

_MARKUP = frozenset(
    ".html .htm .xhtml .xml .svg .opf .ncx .rss .atom .hhc .hhk .fpickle .mathml".split()
)
_SCRIPTS = frozenset(".js .mjs .cjs .ts .json .fjson .map .webmanifest .ipynb".split())
_CATALOGUES = frozenset({".po", ".pot"})

# Text-level elements of HTML, those of SVG and MathML, and inline nodes of docutils: they do not
# separate words; all other elements do.
_INLINE = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr output "
    "q rb ruby s samp slot small span strike strong sub sup time tt u var wbr "
    "tspan textpath altglyph mi mn mo ms mtext mstyle mrow "
    "emphasis literal literal_emphasis literal_strong inline reference number_reference "
    "pending_xref download_reference title_reference abbreviation subscript superscript "
    "generated problematic manpage"
).split()
_SEPARATION = {**dict.fromkeys(_INLINE, ""), "br": " "}
# A comment, an instruction or the reading of a ruby, which are not part of the text; or a tag.
_TAG = re.compile(
    r"<(?:(!--(?:[^-]++|-(?!->))*+(?:-->)?|\?[^<>]*>|r[tp]\b[^<>]*>[^<>]*</r[tp]>)"
    r"|/?([a-zA-Z][\w:.-]*+)([^<>]*)>|[^<>]*>)"
)
_NEXT_TEXT = re.compile(r"</text>\s{0,99}<text(?:\s[^<>]*)?>", re.IGNORECASE)
_SVG_TEXT = re.compile(r"<text\b[^<>]*>(?:[^<]++|<(?!/text))*+(?:</text)?", re.IGNORECASE)
_SECTION = re.compile(r"<!\[CDATA\[|\]\]>")
_STYLE = re.compile(r"<style\b[^<>]*>[^<]*|\bstyle\s?=\s?\"[^\"<>\\]*\\[^\"<>]*\"", re.IGNORECASE)
_PROGRAM = re.compile(r"<script\b[^<>]*>(?:[^<]++|<(?!/script))*+", re.IGNORECASE)
_JOINED_LINES = re.compile(r"\"\n[ \t]*\"")
_DATA = re.compile(
    r"data:(?:text/|application/(?:json|javascript|xml|xhtml)|image/svg)[\w;=.,+/-]{0,99}?"
    r";base64,([\w+/-]+)",
    re.ASCII,
)
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SEPARATORS = re.compile(r"[\x01\x02]")
_PIECE = "\x01"  # ends a piece of a view; \x02 stands where an element or a command was

LineOf = Callable[[int], int]
"""The line of a position in a view, counted from 0 in its window."""


@dataclass(frozen=True, slots=True)
class View:
    """A view of one window.

    ``joins`` names a view that continues in the next window; "" for pieces of their own.
    """

    text: str
    line_of: LineOf
    joins: str = ""


class Counter:
    """Counts a character before positions of a text; rising positions cost no more than one."""

    def __init__(self, text: str, char: str = "\n") -> None:
        self._text = text
        self._char = char
        self._at = 0
        self._count = 0

    def before(self, position: int) -> int:
        """How often the character stands before *position*."""
        if position < self._at:
            self._at = self._count = 0
        self._count += self._text.count(self._char, self._at, position)
        self._at = position
        return self._count


class _Removal:
    """Removes matches, and keeps where line ends were removed with them."""

    def __init__(self) -> None:
        self._lines: list[int] = []
        self._totals: list[int] = []
        self._counter: Counter | None = None
        self._removed = 0

    def __call__(self, match: re.Match[str]) -> str:
        """Remove a match of a substitution."""
        if count := match[0].count("\n"):
            if self._counter is None:
                self._counter = Counter(match.string)
            self._lines.append(self._counter.before(match.start()) - self._removed)
            self._removed += count
            self._totals.append(self._removed)
        return ""

    def original_line(self, line: int) -> int:
        """The line before the removal of a line after it.

        Of a line from which line ends were removed, it is the last one.
        """
        number = bisect_right(self._lines, line)
        return line + (self._totals[number - 1] if number else 0)


def windows(blocks: Iterable[str], suffix: str) -> Iterator[str]:
    """The text of *blocks* in parts that end where no escape, tag or comment is divided."""
    rest = ""
    for block in blocks:
        rest += block
        if len(rest) >= _WINDOW and (end := _division(rest, suffix)):
            yield rest[:end]
            rest = rest[end:]
    if rest:
        yield rest


def _division(text: str, suffix: str) -> int:
    """Where to divide a text; 0 to wait for more of it."""
    if suffix in _CATALOGUES:
        end = text.rfind("\n\n") + 1
    elif suffix in _MARKUP:
        end = text.rfind(">") + 1
        for name in ("<!--", "<style", "<script", "<text"):
            start = text.rfind(name)
            closed = text.find("-->" if name == "<!--" else f"</{name[1:]}", start + 1, end)
            if 0 <= start < end and closed < 0:
                end = start
    else:
        end = max(text.rfind(sign) for sign in "\n \"',;") + 1
    return end or (len(text) if len(text) >= _MAX_WINDOW else 0)


def views(source: str, suffix: str) -> Iterator[View]:
    """The views of a window of a file."""
    is_markup = suffix in _MARKUP
    # A file with NUL has other bytes than text, and its controls divide words.
    source = (_SEPARATORS if "\0" in source else _CONTROLS).sub("", source)
    if suffix in SHOWN:
        yield _plain_view(SHOWN[suffix](source), "shown")
        if suffix not in PLAIN_TEXT:
            words = SOURCES[suffix](source) if suffix in SOURCES else source
            yield _plain_view(words, "source")
    elif suffix in _CATALOGUES:
        joined = _Removal()
        text = without_script_escapes(_JOINED_LINES.sub(joined, source)).replace("*", "")
        text = normalized(text)
        yield View(text, _line_of(text, joined), "source")
    elif is_markup:
        yield from _markup_views(_without_embedded_escapes(source))
    else:
        if suffix in _SCRIPTS:
            source = without_script_escapes(source)
        elif suffix == ".css":
            source = without_css_escapes(source)
        yield _plain_view(source, "source")
        if suffix in _SCRIPTS and "</" in source:
            yield from _markup_views(source)
    if ";base64," in source:
        yield from _data_views(source)


def _plain_view(text: str, joins: str) -> View:
    text = normalized(text)
    return View(text, Counter(text).before, joins)


def _line_of(text: str, *removals: _Removal) -> LineOf:
    """The lines of positions in *text*, from which *removals* were made, the last one last."""
    counter = Counter(text)

    def line_of(position: int) -> int:
        line = counter.before(position)
        for removal in reversed(removals):
            line = removal.original_line(line)
        return line

    return line_of


def _markup_views(source: str) -> Iterator[View]:
    if "<![CDATA[" in source:
        source = _SECTION.sub("", source)
    removal = _TagRemoval()
    flow = normalized(removal.without_tags(source))
    yield View(flow, _line_of(flow, removal.lines), "shown")
    asides = removal.asides_view()
    yield asides
    if "<tspan" in source:  # its lines may be words of their own
        yield _lines_of_svg(source)
    # Markup within markup: a feed, or an attribute with a preview.
    if "</" in flow:
        inner = _TagRemoval()
        text = inner.without_tags(flow)
        yield View(text, _line_of(text, removal.lines, inner.lines), "inner")
    if "</" in asides.text:
        yield removal.asides_view(_without_inner_tags)


class _TagRemoval:
    """Takes the tags off markup, and keeps what stands in them."""

    def __init__(self) -> None:
        self.lines = _Removal()
        self._text = ""
        self.asides: dict[str, int] = {}
        """Where each comment and each tag with attributes stands first."""

    def without_tags(self, text: str) -> str:
        """What readers see of *text*."""
        if "</text>" in text:
            text = _NEXT_TEXT.sub(_blank, text)
        self._text = text
        return _TAG.sub(self._separation, text)

    def _separation(self, match: re.Match[str]) -> str:
        tag, hidden, name, attributes = match.group(0, 1, 2, 3)
        separation = _SEPARATION.get(name.lower(), "\x02") if name else "" if hidden else "\x02"
        if attributes or not name:
            self.asides.setdefault(tag, match.start())
            if "\n" in tag:
                return separation + "\n" * tag.count("\n") if separation else self.lines(match)
        return separation

    def asides_view(self, change: Callable[[str], str] = str) -> View:
        """A view of the tags and comments, each of them once, with *change* made to all."""
        text = change(normalized(_PIECE.join(self.asides)))
        return _pieces_view(self._text, text, self.asides.values())


def _without_inner_tags(asides: str) -> str:
    return _PIECE.join(
        _TagRemoval().without_tags(piece) if "</" in piece else ""
        for piece in asides.split(_PIECE)
    )


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n") or " "


def _pieces_view(source: str, text: str, starts: Collection[int]) -> View:
    """A view of pieces of *source*, which start there at *starts*.

    :param text: the pieces in normal form, with a mark between them.
    """
    begins = list(starts)
    pieces, lines = Counter(text, _PIECE), Counter(source)

    def line_of(position: int) -> int:
        begin = text.rfind(_PIECE, 0, position) + 1
        line = lines.before(begins[pieces.before(position)])
        return line + text.count("\n", begin, position)

    return View(text, line_of)


def _lines_of_svg(source: str) -> View:
    matches = [match for match in _SVG_TEXT.finditer(source) if "<tspan" in match[0]]
    text = _PIECE.join(_TAG.sub(" ", match[0]) for match in matches)
    return _pieces_view(source, normalized(text), [match.start() for match in matches])


def _without_embedded_escapes(source: str) -> str:
    """Markup whose style sheets and scripts have no escapes."""
    if "\\" not in source:
        return source
    source = _STYLE.sub(lambda match: without_css_escapes(match[0]), source)
    return _PROGRAM.sub(lambda match: without_script_escapes(match[0]), source)


def _data_views(source: str) -> Iterator[View]:
    """Texts in ``data:`` addresses."""
    line = at = 0
    for match in _DATA.finditer(source):
        line += source.count("\n", at, match.start())
        at = match.start()
        code = match[1].replace("-", "+").replace("_", "/")
        try:
            data = b64decode(code[: len(code) // 4 * 4] + _padding(code))
        except (binascii.Error, ValueError):
            continue
        for view in _markup_views(data.decode("utf-8", "replace")):
            yield View(view.text, partial(_same_line, line))


def _padding(code: str) -> str:
    """The last characters of *code* if they are no group of four, filled up."""
    rest = code[len(code) // 4 * 4 :]
    return rest + "=" * (4 - len(rest)) if len(rest) > 1 else ""


def _same_line(line: int, position: int) -> int:
    return line
