"""Exported Markdown: the content of one line.

Each pass extracts one kind of token from the text that the previous passes left. All passes are
linear in the length of the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from sphinx_scrapbox.formats.markdown.emphasis import Piece, finish, read_emphasis
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN


def read_markdown_inline(
    text: str, *, line: int = 0, origin: str = DEFAULT_ORIGIN
) -> tuple[ast.Inline, ...]:
    """Read the content of one line: no indent, no quote, no heading."""
    return InlineReader(origin).read(text, line)


# -- inlines ---------------------------------------------------------------------------

_SPECIAL = re.compile(r"[`<\[*$#]|://")
_BACKTICKS = re.compile(r"(`{3,})")
_WIKI_LINK = re.compile(r"\[\[([^\[\]]+)\]\]")
_ADDRESS_LINK = re.compile(r"\[(https?://[^\s\[\]]+)\]\(\1\)")
_LINK_END = re.compile(r"\]\((?=https?://|mailto:)", re.IGNORECASE)
_LOST_LABEL = re.compile(r"\s?\[\]")
_BRACKET = re.compile(r"[\[\]]")
_PLAIN_ADDRESS_END = re.compile(r"[^\s\]()]*\)")
_ADDRESS = re.compile(r"[^\s\]]*")
_PARENTHESIS = re.compile(r"[()]")
_RAW_ADDRESS = re.compile(r"(?<![A-Za-z0-9])https?://[^\s<>\[\]\"「」\uff08\uff09。、]+")
_FORMULA = re.compile(r"\$([^$]+)\$")
_PUNCTUATION = ".,;:!?'*_~"
_WEB = ("https://", "http://")
_IMAGE_START = "![image]("

_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_AMOUNT = re.compile(r"[\d.]+[\s,kM-]")
_OPERATOR = re.compile(r"[=^_+<>]")


class InlineReader:
    """Reads the content of lines, and counts the projects of icons without one of their own."""

    def __init__(self, origin: str) -> None:
        origin = origin.rstrip("/")
        self.icon_start = f"<img src='{origin}/api/pages/"
        self._cut_root_links = _cutter(_root_link(origin), _page_link_of_path)
        self.own_icons: dict[str, int] = {}

    def own_project(self) -> str:
        """The project of most icons of the page's own project; "" without icons."""
        return max(self.own_icons, key=self.own_icons.__getitem__, default="")

    def read(self, text: str, line: int) -> tuple[ast.Inline, ...]:
        if _SPECIAL.search(text) is None:
            return (ast.Text(text, line=line),) if text else ()
        pieces: list[Piece] = [text]
        if "`" in text:
            pieces = _cut(pieces, _cut_code, line)
        if self.icon_start in text:
            pieces = _cut(pieces, self._cut_icons, line)
        if "[" in text:
            pieces = self._cut_brackets(pieces, text, line)
        if "://" in text:
            pieces = _cut(pieces, _cut_raw_addresses, line)
        if "$" in text:
            pieces = _cut(pieces, _cut_formulas, line)
        if "*" in text:
            return read_emphasis(pieces, line)
        return finish(pieces, line)

    def read_row(self, row: str, line: int) -> tuple[tuple[ast.Inline, ...], ...]:
        """Read the cells of a table: the export converts nothing but wiki links and icons."""
        # The bar within a wiki link is part of its title.
        row = _WIKI_LINK.sub(lambda link: link[0].replace(" | ", "\0"), row[2:-2])
        cells = []
        for cell in row.split(" | "):
            pieces: list[Piece] = [cell.replace("\0", " | ")]
            pieces = _cut(pieces, self._cut_icons, line)
            pieces = _cut(pieces, _cut_wiki_links, line)
            cells.append(tuple(_as_text(piece, line) for piece in pieces if piece))
        return tuple(cells)

    def _cut_brackets(self, pieces: list[Piece], text: str, line: int) -> list[Piece]:
        if _IMAGE_START in text:
            pieces = _cut(pieces, _cut_images, line)
        if "[]](" in text:
            pieces = _cut(pieces, _cut_lost_labels, line)
        if "[[" in text:
            pieces = _cut(pieces, _cut_wiki_links, line)
        if "](" in text:
            if "[/" in text:
                pieces = _cut(pieces, self._cut_root_links, line)
            if "[http" in text:
                pieces = _cut(pieces, _cut_address_links, line)
            pieces = _cut(pieces, _cut_links, line)
        return pieces

    def _cut_icons(self, text: str, line: int) -> Iterator[Piece]:
        # An icon never holds the start of another one, so each search stays within its part.
        head, *parts = text.split(self.icon_start)
        for part in parts:
            icon = _ICON_REST.match(part)
            if icon is None:
                head += self.icon_start + part
                continue
            if head:
                yield head
            yield self._make_icon(icon[1], icon[2], line)
            head = part[icon.end() :]
        if head:
            yield head

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
    # Its address is not encoded, blanks and all: it ends where its text does.
    return re.compile(rf"\[/([^\[\]/][^\[\]]*)\]\({re.escape(origin)}/\1\)")


_Cutter: TypeAlias = Callable[[str, int], Iterator[Piece]]


def _cut(pieces: list[Piece], cutter: _Cutter, line: int) -> list[Piece]:
    """Apply one pass to all pieces that are still text."""
    if len(pieces) == 1 and isinstance(pieces[0], str):
        return list(cutter(pieces[0], line))
    done: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str):
            done.extend(cutter(piece, line))
        else:
            done.append(piece)
    return done


def _as_text(piece: Piece, line: int) -> ast.Inline:
    return ast.Text(piece, line=line) if isinstance(piece, str) else piece


def _cutter(pattern: re.Pattern[str], make: Callable[[str, int], ast.Inline]) -> _Cutter:
    """A pass that cuts out all matches; *make* gets the only group of *pattern*, and the line."""

    def cut(text: str, line: int) -> Iterator[Piece]:
        for at, part in enumerate(pattern.split(text)):
            if at % 2:
                yield make(part, line)
            elif part:
                yield part

    return cut


def _page_link_of_path(path: str, line: int) -> ast.PageLink:
    project, _, title = path.partition("/")
    return ast.PageLink(title, project, line=line)


_cut_wiki_links = _cutter(_WIKI_LINK, lambda title, line: ast.PageLink(title, line=line))
_cut_address_links = _cutter(_ADDRESS_LINK, lambda url, line: ast.ExternalLink(url, line=line))

# passes, in their order


def _cut_code(text: str, line: int) -> Iterator[Piece]:
    if "```" not in text:
        return _cut_spans(text, line)
    return _cut_spans_between_fences(text, line)


def _cut_spans(text: str, line: int) -> Iterator[Piece]:
    parts = text.split("`")
    if len(parts) % 2 == 0:  # the last one has no partner
        last = parts.pop()
        parts[-1] += f"`{last}"
    for at, part in enumerate(parts):
        if at % 2:
            yield ast.Code(part, line=line)
        elif part:
            yield part


def _cut_spans_between_fences(text: str, line: int) -> Iterator[Piece]:
    """Three backticks and more are a fence that someone typed: literal."""
    kept = ""
    for at, part in enumerate(_BACKTICKS.split(text)):
        if at % 2:
            kept += part
            continue
        for piece in _cut_spans(part, line):
            if isinstance(piece, str):
                kept += piece
                continue
            if kept:
                yield kept
            kept = ""
            yield piece
    if kept:
        yield kept


def _cut_images(text: str, line: int) -> Iterator[Piece]:
    head, *parts = text.split(_IMAGE_START)
    for part in parts:
        end = _address_end(part, 0) if part.startswith(_WEB) else -1
        if end < 0:
            head += _IMAGE_START + part
            continue
        src, link, rest = part[:end], "", part[end + 1 :]
        if head.endswith("[") and rest.startswith("](") and rest.startswith(_WEB, 2):
            link_end = _address_end(rest, 2)
            if link_end >= 0:
                head, link, rest = head[:-1], rest[2:link_end], rest[link_end + 1 :]
        if head:
            yield head
        yield ast.Image(src, link, line=line)
        head = rest
    if head:
        yield head


def _cut_lost_labels(text: str, line: int) -> Iterator[Piece]:
    """Mend ``[Title … []](address)``: the title held brackets, and the link lost it."""
    return _cut_links(text, line, lost=True)


def _cut_links(text: str, line: int, *, lost: bool = False) -> Iterator[Piece]:
    """Cut ``[label](address)``: the label starts at the nearest bracket still open."""
    done = at = 0
    opened: list[int] = []
    while bracket := _BRACKET.search(text, at):
        here, at = bracket.start(), bracket.end()
        if bracket[0] == "[":
            opened.append(here)
            continue
        start = opened.pop() if opened else -1
        if not (end := _LINK_END.match(text, here)):
            continue
        if lost and not _LOST_LABEL.fullmatch(text, max(here - 3, 0), here):
            continue
        if (start < 0 and not lost) or (stop := _address_end(text, end.end())) < 0:
            continue
        if start < 0:
            start, label = here - 2, ""
        elif lost:
            label = _mend_label(text[start + 1 : here - 2])
        else:
            label = text[start + 1 : here]
        if start > done:
            yield text[done:start]
        yield ast.ExternalLink(text[end.end() : stop], label, line=line)
        done = at = stop + 1
        opened.clear()
    if done < len(text):
        yield text[done:]


def _mend_label(label: str) -> str:
    return label.replace("[[", "[").replace("]]", "]").strip()


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


def _cut_raw_addresses(text: str, line: int) -> Iterator[Piece]:
    at = 0
    for match in _RAW_ADDRESS.finditer(text):
        url = match[0].rstrip(_PUNCTUATION)
        if url.endswith(")") and "(" not in url:
            url = url.rstrip(_PUNCTUATION + ")")
        if url.endswith("//"):
            continue
        if match.start() > at:
            yield text[at : match.start()]
        yield ast.ExternalLink(url, line=line)
        at = match.start() + len(url)
    if at < len(text):
        yield text[at:]


def _cut_formulas(text: str, line: int) -> Iterator[Piece]:
    at = 0
    for match in _FORMULA.finditer(text):
        if not _is_formula(match[1]):
            continue
        if match.start() > at:
            yield text[at : match.start()]
        yield ast.Formula(match[1], line=line)
        at = match.end()
    if at < len(text):
        yield text[at:]


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
