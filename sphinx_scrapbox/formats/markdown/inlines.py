"""Exported Markdown: the content of one line.

Each pass extracts one kind of token from the text that the previous passes left. All passes are
linear in the length of the line.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from sphinx_scrapbox.formats.markdown.emphasis import finish, read_emphasis
from sphinx_scrapbox.formats.passes import Found, LinePart, apply_pass, each_match, join_texts
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN


def read_markdown_inline(
    text: str, *, line: int = 0, origin: str = DEFAULT_ORIGIN
) -> tuple[ast.Inline, ...]:
    """Read the content of one line: no indent, no quote, no heading."""
    return InlineReader(origin).read(text, line)


_SPECIAL = re.compile(r"[`<\[*$#]|://")
_BACKTICKS = re.compile(r"`{3,}|`")
_WIKI_LINK = re.compile(r"\[\[([^\[\]]+)\]\]")
_ADDRESS_LINK = re.compile(r"\[(https?://[^\s\[\]]+)\]\(\1\)")
_LINK_END = re.compile(r"\]\((?=https?://|mailto:)", re.IGNORECASE)
# Brackets in a label, of which the export lost the text, and a sign or two behind them.
_LOST_LABEL = re.compile(r"(?<!\S)\[\]([^\w\s\[\]()]{0,2})\](?=\()")
_BRACKET = re.compile(r"[\[\]]")
_PLAIN_ADDRESS_END = re.compile(r"[^\s\]()]*\)")
_ADDRESS = re.compile(r"[^\s\]]*")
_PARENTHESIS = re.compile(r"[()]")
_RAW_ADDRESS = re.compile(r"(?<![A-Za-z0-9])https?://[^\s<>\[\]\"「」\uff08\uff09。、]+")
_FORMULA = re.compile(r"\$([^$]+)\$")
_PUNCTUATION = ".,;:!?'*_~"
_WEB = ("https://", "http://")
_IMAGE_START = "![image]("

_CELL_BAR, _HIDDEN_BAR = " | ", "\0"
_SPAN_IN_CELL = re.compile(r"`[^`]+`|\[[^\[\]]*\](?=\(https?://)", re.IGNORECASE)

_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_AMOUNT = re.compile(r"[\d.]+[\s,kM-]")
_OPERATOR = re.compile(r"[=^_+<>]")


class InlineReader:
    """Reads the content of lines, and counts the projects of icons without one of their own."""

    def __init__(self, origin: str) -> None:
        origin = origin.rstrip("/")
        self.icon_start = f"<img src='{origin}/api/pages/"
        self._root_links = each_match(_root_link(origin), _root_link_node)
        self.own_icons: dict[str, int] = {}

    def own_project(self, translated: Container[str] = ()) -> str:
        """The project of most icons of the page's own project; "" without icons.

        It is none of *translated*, the projects that the page was translated from.
        """
        own = {name: count for name, count in self.own_icons.items() if name not in translated}
        return max(own, key=own.__getitem__, default="")

    def count_icons(self, text: str) -> None:
        """Count the icons in *text*, of one or several lines without code."""
        for _ in self._icons(text, 0):
            pass

    def read(self, text: str, line: int) -> tuple[ast.Inline, ...]:
        """The nodes of *text*, one line of a page; *line* is its number in the file, from 1."""
        if _SPECIAL.search(text) is None:
            return (ast.Text(text, line=line),) if text else ()
        parts: list[LinePart] = [text]
        if "`" in text:
            parts = apply_pass(parts, _codes, line)
        if self.icon_start in text:
            parts = apply_pass(parts, self._icons, line)
        if "[" in text:
            parts = self._read_brackets(parts, text, line)
        if "://" in text:
            parts = apply_pass(parts, _raw_addresses, line)
        if "$" in text:
            parts = apply_pass(parts, _formulas, line)
        if "*" in text:
            return read_emphasis(parts, line)
        return finish(parts, line)

    def read_row(self, row: str, line: int, width: int) -> tuple[tuple[ast.Inline, ...], ...]:
        """Read the cells of a table of *width* columns.

        The export converts wiki links and icons only, but people type links, too. A bar within a
        wiki link is part of its title. In a row of too many cells, one within a code span or the
        label of a link parts none, either.
        """
        row = _WIKI_LINK.sub(_hide_bars, row[2:-2])
        if row.count(_CELL_BAR) >= width:
            row = _SPAN_IN_CELL.sub(_hide_bars, row)
        return tuple(
            self._read_cell(cell.replace(_HIDDEN_BAR, _CELL_BAR), line)
            for cell in row.split(_CELL_BAR)
        )

    def _read_cell(self, cell: str, line: int) -> tuple[ast.Inline, ...]:
        if "[" not in cell and "<" not in cell:
            return (ast.Text(cell, line=line),) if cell else ()
        parts: list[LinePart] = [cell]
        if "](" in cell:
            # A link in a code span is none; the span itself stays text in tables.
            parts = apply_pass(parts, _code_texts, line)
        parts = apply_pass(parts, self._icons, line)
        parts = apply_pass(parts, _wiki_links, line)
        parts = apply_pass(parts, _links, line)
        return join_texts(
            ast.Text(part, line=line) if isinstance(part, str) else part for part in parts
        )

    def _read_brackets(self, parts: list[LinePart], text: str, line: int) -> list[LinePart]:
        if _IMAGE_START in text:
            parts = apply_pass(parts, _images, line)
        if "[]" in text and _LOST_LABEL.search(text):
            parts = apply_pass(parts, _lost_labels, line)
        if "[[" in text:
            if "](" in text:
                parts = apply_pass(parts, _labels_with_wiki_links, line)
            parts = apply_pass(parts, _wiki_links, line)
        if "](" in text:
            if "[/" in text:
                parts = apply_pass(parts, self._root_links, line)
            if "[http" in text:
                parts = apply_pass(parts, _address_links, line)
            parts = apply_pass(parts, _links, line)
        return parts

    def _icons(self, text: str, line: int) -> Found:
        # An icon never contains the start of another one: each search ends before the next.
        at = text.find(self.icon_start)
        while at >= 0:
            start = at + len(self.icon_start)
            following = text.find(self.icon_start, start)
            end = following if following >= 0 else len(text)
            if icon := _ICON_REST.match(text, start, end):
                yield at, icon.end(), self._make_icon(icon[1], icon[2], line)
            at = following

    def _make_icon(self, path: str, alt: str, line: int) -> ast.Icon:
        project, slash, name = alt[1:].partition("/") if alt.startswith("/") else ("", "", "")
        if slash and project and name:
            return ast.Icon(name, project, line=line)
        if path.endswith(f"/{alt}"):
            own = path[: -len(alt) - 1]
            self.own_icons[own] = self.own_icons.get(own, 0) + 1
        return ast.Icon(alt, line=line)


_ICON_REST = re.compile(r"(.+?)/icon' alt='(.+?)\.icon' height=\"19\.5\"/>")


@lru_cache(maxsize=8)
def _root_link(origin: str) -> re.Pattern[str]:
    # The address is not encoded and may have blanks; the back reference finds its end.
    return re.compile(rf"\[/([^\[\]/][^\[\]]*)\]\({re.escape(origin)}/\1\)")


def _root_link_node(match: re.Match[str], line: int) -> ast.PageLink:
    project, _, title = match[1].partition("/")
    return ast.PageLink(title, project, line=line)


def _hide_bars(span: re.Match[str]) -> str:
    return span[0].replace(_CELL_BAR, _HIDDEN_BAR)


_code_texts = each_match(re.compile(r"`[^`]+`"), lambda match, line: ast.Text(match[0], line=line))
_wiki_links = each_match(_WIKI_LINK, lambda match, line: ast.PageLink(match[1], line=line))
_address_links = each_match(
    _ADDRESS_LINK, lambda match, line: ast.ExternalLink(match[1], line=line)
)


def _codes(text: str, line: int) -> Found:
    """Pairs of single backticks; three and more are a fence that someone typed: literal."""
    opened = -1
    for ticks in _BACKTICKS.finditer(text):
        if len(ticks[0]) > 1:
            opened = -1
        elif opened < 0:
            opened = ticks.start()
        else:
            yield opened, ticks.end(), ast.Code(text[opened + 1 : ticks.start()], line=line)
            opened = -1


def _images(text: str, line: int) -> Found:
    """``![image](src)`` and ``[![image](src)](link)``."""
    done, at = 0, text.find(_IMAGE_START)
    while at >= 0:
        start, link, src = at, "", at + len(_IMAGE_START)
        at = text.find(_IMAGE_START, src)
        if not text.startswith(_WEB, src) or (end := _address_end(text, src)) < 0:
            continue
        image, rest = text[src:end], end + 3
        is_label = start > done and text[start - 1] == "[" and text.startswith("](", end + 1)
        if is_label and text.startswith(_WEB, rest) and (stop := _address_end(text, rest)) >= 0:
            start, link, end = start - 1, text[rest:stop], stop
        done = end + 1
        yield start, done, ast.Image(image, link, line=line)


def _lost_labels(text: str, line: int) -> Found:
    """Correct ``[Title … []](address)``: the title had brackets, and the link lost it.

    Without the first bracket, the address is shown.
    """
    lost = {match.end() - 1: match for match in _LOST_LABEL.finditer(text)}
    for start, here, stop in _bracketed_links(text, lost):
        if not (match := lost.get(here)):
            continue
        address, sign = text[here + 2 : stop], match[1]
        if start < 0:
            start, label = match.start(), sign and f"{sign} {address}"
        else:
            label = _single_brackets(text[start + 1 : match.start()]) + sign
        yield start, stop + 1, ast.ExternalLink(address, label, line=line)


def _labels_with_wiki_links(text: str, line: int) -> Found:
    """``[label](address)`` where the label holds wiki links, which are text there."""
    for start, here, stop in _bracketed_links(text):
        label = text[start + 1 : here]
        if _WIKI_LINK.search(label):
            link = ast.ExternalLink(text[here + 2 : stop], _single_brackets(label), line=line)
            yield start, stop + 1, link


def _single_brackets(label: str) -> str:
    return label.replace("[[", "[").replace("]]", "]").strip()


def _links(text: str, line: int) -> Found:
    """``[label](address)``: the label starts at the nearest bracket still open."""
    for start, here, stop in _bracketed_links(text):
        link = ast.ExternalLink(text[here + 2 : stop], text[start + 1 : here], line=line)
        yield start, stop + 1, link


def _bracketed_links(
    text: str, without_start: Mapping[int, object] = MappingProxyType({})
) -> Iterator[tuple[int, int, int]]:
    """Where each link begins, its label ends and its address ends.

    :param without_start: ends of labels of links that may lack their first bracket, so that they
        begin at -1; only these are links then.
    """
    at = 0
    opened: list[int] = []
    while bracket := _BRACKET.search(text, at):
        here, at = bracket.start(), bracket.end()
        if bracket[0] == "[":
            opened.append(here)
            continue
        start = opened.pop() if opened else -1
        if not (end := _LINK_END.match(text, here)):
            continue
        if without_start and here not in without_start:
            continue
        if (start < 0 and not without_start) or (stop := _address_end(text, end.end())) < 0:
            continue
        yield start, here, stop
        at = stop + 1
        opened.clear()


def _address_end(text: str, start: int) -> int:
    """Where the parenthesis after an address closes, -1 if nowhere.

    Parentheses within the address are in balance; in one that was cut short, the last counts.
    """
    if plain := _PLAIN_ADDRESS_END.match(text, start):
        return plain.end() - 1
    depth, last = 0, -1
    address = _ADDRESS.match(text, start)
    limit = address.end() if address else start
    for parenthesis in _PARENTHESIS.finditer(text, start, limit):
        if parenthesis[0] == "(":
            depth += 1
            continue
        last = parenthesis.start()
        if not depth:
            break
        depth -= 1
    return last


def _raw_addresses(text: str, line: int) -> Found:
    for match in _RAW_ADDRESS.finditer(text):
        url = match[0].rstrip(_PUNCTUATION)
        if url.endswith(")") and "(" not in url:
            url = url.rstrip(_PUNCTUATION + ")")
        if not url.endswith("//"):
            yield match.start(), match.start() + len(url), ast.ExternalLink(url, line=line)


def _formulas(text: str, line: int) -> Found:
    for match in _FORMULA.finditer(text):
        if _is_formula(match[1]):
            yield match.start(), match.end(), ast.Formula(match[1], line=line)


def _is_formula(tex: str) -> bool:
    """Tell a formula from the text between two amounts of money."""
    if "\\" in tex:
        return True
    if '"' in tex or tex.isspace() or len(_LONG_WORD.findall(tex)) >= 2:
        return False
    if not tex[0].isdecimal():
        return True
    return not tex[-1].isspace() and (
        _AMOUNT.match(tex) is None or _OPERATOR.search(tex) is not None
    )
