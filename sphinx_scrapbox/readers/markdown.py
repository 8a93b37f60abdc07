"""Exported Markdown -> :class:`~sphinx_scrapbox.page.Page`.

The export is a dialect of its own: one output line for each line of the wiki, with two marks
for the indent. A Markdown parser misreads more than half of such pages, so this reader goes
line by line, and within a line by passes: each pass cuts one kind of token out of the text
that the passes before it left over. No pass looks at a character more than a few times,
whatever the input.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple, TypeAlias

from sphinx_scrapbox.page import (
    Block,
    Code,
    CodeBlock,
    Command,
    Decoration,
    ExternalLink,
    Formula,
    Hashtag,
    Icon,
    Image,
    Inline,
    Line,
    Numbered,
    Page,
    PageLink,
    Problem,
    Question,
    Quote,
    Strong,
    Table,
    Text,
)

DEFAULT_ORIGIN = "https://scrapbox.io"

# -- public ----------------------------------------------------------------------------


def read_markdown(text: str, *, name: str = "", origin: str = DEFAULT_ORIGIN) -> Page:
    """Read one exported page; *name*, the stem of its file, is the title if none is given.

    The page's project is the one that its front matter names, else the one most of its own
    icons come from.
    """
    lines, problems = _clean_lines(text)
    head = _read_front_matter(lines, name)
    inline = _InlineReader(origin)
    blocks = _BlockReader(lines, head.body, inline).read()
    return Page(
        head.title,
        blocks,
        project=head.project or inline.own_project(),
        problems=(*head.problems, *problems),
        line=head.line,
    )


def read_inline(text: str, *, line: int = 0, origin: str = DEFAULT_ORIGIN) -> tuple[Inline, ...]:
    """Read the content of one line: no indent, no quote, no heading."""
    return _InlineReader(origin).read(text, line)


class Head(NamedTuple):
    """What an exported page says before its first line, and its lines.

    ``first`` is the number of the first line in the file; ``project`` is "" unless the front
    matter names it.
    """

    title: str
    project: str
    lines: tuple[str, ...]
    first: int


def read_head(text: str, *, name: str = "") -> Head:
    """Read the title of an exported page, and leave its lines as they are."""
    lines, _problems = _clean_lines(text)
    head = _read_front_matter(lines, name)
    return Head(head.title, head.project, tuple(lines[head.body :]), head.body + 1)


def split_level(line: str) -> tuple[int, str]:
    """The level of a line outside of code, and its text without the marks of that.

    >>> split_level("        - Dry leaves")
    (3, 'Dry leaves')
    """
    return (_split_indent(line) if line else None) or (0, line)


def is_export(text: str, *, origin: str = "https://scrapbox.io") -> bool:
    """Whether *text* bears the marks of an exported page of the wiki at *origin*.

    These are front matter with a title alone (the export's own; a ``project`` below it may
    say what no icon tells), and an icon of the wiki or a translation footer: outside of any
    fence, since a page *about* exported pages shows them in one.
    """
    head = _BARE_HEAD.match(text)
    if head is None:
        return False
    if _LAST_FOOTER.search(text, max(head.end(), len(text) - _FOOTER_REACH)):
        return True
    return _bears_mark(text, head.end(), f"<img src='{origin}/api/pages/")


# -- marks of an export ----------------------------------------------------------------

_BARE_HEAD = re.compile(
    r"\ufeff?---[ \t]*\r?\ntitle:[ \t]*\S[^\r\n]*\r?\n(?:project:[ \t]*[^\s]+[ \t]*\r?\n)?"
    r"---[ \t]*\r?\n"
)
_FOOTER_MARK = "This page is auto-translated from [/"
_FOOTER_REACH = 10_000
_LAST_FOOTER = re.compile(r"^" + re.escape(_FOOTER_MARK) + r"[^\r\n]*\s*\Z", re.MULTILINE)


@cache
def _mark_or_fence(icon_mark: str) -> re.Pattern[str]:
    return re.compile(
        rf"^ {{0,3}}(?P<fence>`{{3,}}|~{{3,}}|:{{3,}})|(?<!`){re.escape(icon_mark)}"
        rf"|^{re.escape(_FOOTER_MARK)}",
        re.MULTILINE,
    )


def _bears_mark(text: str, start: int, icon_mark: str) -> bool:
    if icon_mark not in text and _FOOTER_MARK not in text:
        return False
    opened = ""
    for match in _mark_or_fence(icon_mark).finditer(text, start):
        fence = match["fence"]
        if not fence:
            if not opened:
                return True
        elif not opened:
            opened = fence
        elif fence.startswith(opened):
            opened = ""
    return False


# -- characters ------------------------------------------------------------------------

# What XML 1.0 forbids; no builder can write these.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# Pasted terminal logs are full of colour sequences: their ESC is no loss to tell of.
_COLOUR_ESCAPE = "\x1b["


def _clean_lines(text: str) -> tuple[list[str], list[Problem]]:
    """Split into lines, without the characters that no document may hold."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removeprefix("\ufeff").split("\n")
    problems: list[Problem] = []
    if _FORBIDDEN.search(text):
        for at, line in enumerate(lines):
            clean = line.replace(_COLOUR_ESCAPE, "[")
            found = sorted(set(_FORBIDDEN.findall(clean)))
            if found:
                names = ", ".join(f"U+{ord(sign):04X}" for sign in found)
                message = f"removed control character {names}"
                problems.append(Problem("control_character", message, line=at + 1))
                clean = _FORBIDDEN.sub("", clean)
            lines[at] = clean
    if lines[-1] == "":
        lines.pop()
    return lines, problems


# -- front matter ----------------------------------------------------------------------

_PLAIN_TITLE = re.compile(r'title: "([^"\\]*)"')
_QUOTED_TITLE = re.compile(r"title: '((?:[^']|'')*)'")
_TITLE_KEY = re.compile(r"[\"']?title[\"']?[ \t]*:")


@dataclass(slots=True)
class _Head:
    title: str
    body: int = 0
    line: int = 0
    project: str = ""
    problems: tuple[Problem, ...] = ()


def _read_front_matter(lines: list[str], name: str) -> _Head:
    if not lines or lines[0].rstrip() != "---":
        return _Head(name)
    end = next((at for at in range(1, len(lines)) if lines[at].rstrip() == "---"), 0)
    if not end:
        return _Head(name)
    head = _fast_title(lines[1]) if end == 2 else None
    if head is None:
        head = _yaml_head(lines[1:end], name)
    if head is None:
        return _Head(name)
    head.body = end + 1
    if head.body < len(lines) and not lines[head.body].strip():
        head.body += 1  # the blank line that stands in place of the title
    return head


def _fast_title(line: str) -> _Head | None:
    if match := _PLAIN_TITLE.fullmatch(line):
        return _Head(match[1], line=2)
    if match := _QUOTED_TITLE.fullmatch(line):
        return _Head(match[1].replace("''", "'"), line=2)
    return None


def _yaml_head(rows: list[str], name: str) -> _Head | None:
    """Read front matter that someone else wrote; None if it is none, but text and a rule."""
    import yaml

    try:
        # The base loader makes no dates of titles, and no objects of anything.
        data = yaml.load("\n".join(rows), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        problem = Problem("front_matter", f"front matter is not YAML: {reason}", line=1)
        return _Head(name, problems=(problem,))
    if not isinstance(data, dict):
        return None
    title, project = data.get("title"), data.get("project")
    at = next((at for at, row in enumerate(rows, 2) if _TITLE_KEY.match(row)), 0)
    return _Head(
        _one_line(title) or name,
        line=at,
        project=_one_line(project),
    )


def _one_line(value: object) -> str:
    """A string of YAML, whose escapes may spell what no title holds; empty for the rest."""
    return _FORBIDDEN.sub("", value).replace("\n", " ") if isinstance(value, str) else ""


# -- blocks ----------------------------------------------------------------------------

_INDENTED_ITEM = re.compile(r"( +)(- |(?=[0-9]+\. ))")
_NUMBER = re.compile(r"([0-9]+)\. ")
_FENCE = re.compile(r"```([^`\s]*)")
_TYPED_FENCE = re.compile(r"(`{3,})(\{[^{}`\s]+\}[^`]*)")
_SEPARATOR = re.compile(r"\|(?: -- \|)+")
# A bold piece of level 0 starts with hashes, and the line breaks at its end.
_BOLD_START = re.compile(r"(?:[0-9]+\.|\[(?=###))?(#{1,3}) (?=.)")
# Hashes in a code span are none, nor is the one of "C# ".
_BOLD = re.compile(r"`[^`]*`|(?<!#)(#{2,3}|(?<![A-Za-z0-9])#) (?=.)")
_SIGNS = {"#": "***", "##": "**", "###": "*"}
_STOPS = (".", "。")
_CLOSERS = ("]", ")")
_WHOLE_SPAN = re.compile(r"`([$%?]) ([^`]+)`")
# How the exporter turns the last part of a name into an info string.
_INFO_OF_SUFFIX = {
    "htm": "html",
    "js": "javascript",
    "jsx": "javascript",
    "md": "markdown",
    "py": "python",
    "rb": "ruby",
    "sh": "shell",
    "ts": "typescript",
    "tsx": "typescript",
    "yml": "yaml",
}


def _info_fits(name: str, info: str) -> bool:
    if not info:
        return True
    suffix = name.strip().rpartition(".")[2].lower()
    return info.lower() in (suffix, _INFO_OF_SUFFIX.get(suffix))


def _split_indent(line: str) -> tuple[int, str] | None:
    """The level and the text of a line; None for an indented line that is no list item."""
    if line[0] != " ":
        return (1, line[2:]) if line.startswith("- ") else (0, line)
    match = _INDENTED_ITEM.match(line)
    if match is None:
        return None
    return (len(match[1]) + 3) // 4 + 1, line[match.end() :]


def _item_level(line: str) -> int:
    """The level of a list item, 0 for any other line."""
    split = _split_indent(line) if line else None
    return split[0] if split else 0


class _BlockReader:
    """Walks over the lines of one body; each ``_read`` method starts at ``self.at``."""

    def __init__(self, lines: list[str], start: int, inline: _InlineReader) -> None:
        self.lines = lines
        self.at = start
        self.inline = inline
        self.blocks: list[Block] = []
        self.fences = self._find_fences()
        self.has_tables = any(line.startswith("| --") for line in lines)

    def read(self) -> tuple[Block, ...]:
        lines, blocks = self.lines, self.blocks
        special = bool(self.fences) or self.has_tables
        while self.at < len(lines):
            line = lines[self.at]
            if not line or line.isspace():
                self.at += 1
                blocks.append(Line(0, line=self.at))
            elif special and (block := self._read_special(line)):
                blocks.append(block)
            else:
                blocks.append(self._read_line(line))
        return tuple(blocks)

    def _read_special(self, line: str) -> Block | None:
        return self._read_code(line) or self._read_typed_fence(line) or self._read_table(line)

    # code and tables

    def _find_fences(self) -> dict[str, list[int]]:
        """Where each bare fence stands; "" lists those that can close a block of the wiki."""
        fences: dict[str, list[int]] = {}
        lines = self.lines
        for at, line in enumerate(lines):
            if line.startswith("```") and not line.strip("`"):
                fences.setdefault(line, []).append(at)
                if line == "```" and (at + 1 == len(lines) or not lines[at + 1]):
                    fences.setdefault("", []).append(at)
        return fences

    def _closing_fence(self, fence: str, start: int) -> int:
        """The first bare *fence* at or after *start*, 0 if there is none."""
        places = self.fences.get(fence, [])
        index = bisect_left(places, start)
        return places[index] if index < len(places) else 0

    def _is_code_name(self, at: int) -> bool:
        lines = self.lines
        if at + 2 >= len(lines) or lines[at + 1] or not lines[at + 2].startswith("```"):
            return False
        fence = _FENCE.fullmatch(lines[at + 2])
        if fence is None or not _info_fits(lines[at], fence[1]):
            return False
        return bool(self._closing_fence("", at + 3))

    def _read_code(self, name: str) -> CodeBlock | None:
        start = self.at
        if not self._is_code_name(start):
            return None
        end = self._closing_fence("", start + 3)
        self.at = end + 2
        return CodeBlock(
            self._block_indent(),
            name.strip(),
            tuple(self.lines[start + 3 : end]),
            language=self.lines[start + 2][3:],
            line=start + 1,
        )

    def _read_typed_fence(self, line: str) -> CodeBlock | None:
        """A MyST directive that someone typed on a wiki page: code, never a directive."""
        fence = _TYPED_FENCE.fullmatch(line) if line[0] == "`" else None
        end = self._closing_fence(fence[1], self.at + 1) if fence else 0
        if fence is None or not end:
            return None
        start, self.at = self.at, end + 1
        name = fence[2].rstrip()
        language = name[: name.index("}") + 1]
        rows = tuple(self.lines[start + 1 : end])
        return CodeBlock(0, name, rows, language=language, line=start + 1)

    def _read_table(self, caption: str) -> Table | None:
        lines, start = self.lines, self.at
        if start + 2 >= len(lines) or not _is_row(lines[start + 1]):
            return None
        if _SEPARATOR.fullmatch(lines[start + 2]) is None:
            return None
        end = start + 3
        while end < len(lines) and _is_row(lines[end]):
            end += 1
        rows = [start + 1, *range(start + 3, end)]
        self.at = end
        name = caption.strip()
        return Table(
            self._block_indent(),
            "" if name in ("_", ":") else name,
            tuple(self.inline.read_row(lines[at], at + 1) for at in rows),
            line=start + 1,
        )

    def _block_indent(self) -> int:
        """Guess the level of a block, which the export does not tell.

        It hangs below the list item right above it. A list item right below it is certain
        not to be deeper: it would belong to the block.
        """
        above = self.blocks[-1] if self.blocks else None
        indent = 0
        if isinstance(above, Line):
            indent = above.indent + 1 if above.nodes and above.indent else 0
        elif above is not None:
            indent = above.indent
        below = _item_level(self.lines[self.at]) if self.at < len(self.lines) else 0
        return max(indent, below)

    # lines of text

    def _read_line(self, line: str) -> Line:
        first = self.at + 1
        indent, text = _split_indent(line) or (0, line.lstrip())
        pieces = self._take_pieces(text, bold=not indent)
        source = "".join(pieces) if len(pieces) > 1 else text
        if text[:1] == "`" and len(pieces) == 1 and (span := _WHOLE_SPAN.fullmatch(text)):
            return Line(indent, (_read_whole_span(span, first),), source, line=first)
        number = None
        quoted = text[:1] == ">"
        if quoted:
            pieces[0] = text[2:] if text[1:2] == " " else text[1:]
        elif number := _NUMBER.match(text):
            pieces[0] = text[number.end() :]
        nodes = self._read_pieces(pieces, first, indent=indent, quoted=quoted)
        if quoted:
            nodes = (Quote(nodes, line=first),)
        elif number:
            nodes = (Numbered(number[1], nodes, line=first),)
        return Line(indent, nodes, source, line=first)

    def _take_pieces(self, text: str, *, bold: bool) -> list[str]:
        """Take the current line, and those below that the export split off from it."""
        pieces = [text]
        self.at += 1
        marked = bold and _find_bold(text) is not None
        while self.at < len(self.lines):
            rest = self.lines[self.at]
            if not rest or not self._is_rest(rest, marked):
                break
            self.at += 1
            pieces.append(rest)
            marked = bold and _find_bold(rest) is not None
        return pieces

    def _is_rest(self, line: str, marked: bool) -> bool:
        if line[0] == " ":
            item = _INDENTED_ITEM.match(line)
            if item is not None and not (marked and len(item[1]) == 1):
                return False
            return not line.isspace() and not self._is_code_name(self.at)
        return marked and (line in _STOPS or line[0] in _CLOSERS)

    def _read_pieces(
        self, pieces: list[str], first: int, *, indent: int, quoted: bool
    ) -> tuple[Inline, ...]:
        if indent or (len(pieces) == 1 and "# " not in pieces[0]):
            read = self.inline.read
            if len(pieces) == 1:
                return read(pieces[0], first)
            return tuple(
                node for at, piece in enumerate(pieces, first) for node in read(piece, at)
            )
        nodes: list[Inline] = []
        last = first + len(pieces) - 1
        for at, piece in enumerate(pieces, first):
            starts = at == first and not quoted
            nodes += self._read_bold(piece, at, starts=starts, split=at < last)
        return tuple(nodes)

    def _read_bold(self, text: str, line: int, *, starts: bool, split: bool) -> tuple[Inline, ...]:
        """Read a piece of level 0, where hashes and a blank make the rest of it bold.

        At the start they always do; further on only if the line was split after them.
        """
        read = self.inline.read
        match = _BOLD_START.match(text) if starts else None
        if match is None and split:
            match = _find_bold(text)
        if match is None:
            return read(text, line)
        bold = Decoration(_SIGNS[match[1]], read(text[match.end() :], line), line=line)
        return (*read(text[: match.start(1)], line), bold)


def _find_bold(text: str) -> re.Match[str] | None:
    """The first hashes in *text* that can stand before a bold piece."""
    if "# " not in text:
        return None
    return next((match for match in _BOLD.finditer(text) if match[1]), None)


def _read_whole_span(span: re.Match[str], line: int) -> Command | Question:
    if span[1] == "?":
        return Question(span[2], line=line)
    return Command(span[1], span[2], line=line)


def _is_row(line: str) -> bool:
    return line.startswith("| ") and line.endswith(" |")


# -- inlines ---------------------------------------------------------------------------

Piece: TypeAlias = "str | Inline"
"""Text that no pass has claimed yet, or a token."""

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
_STARS = re.compile(r"(?<!\*)(\*{1,2})(?!\*)")
_HASHTAG = re.compile(r"(?<!\S)#([^\s#]\S*)")
_PUNCTUATION = ".,;:!?'*_~"
_WEB = ("https://", "http://")
_IMAGE_START = "![image]("

_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_AMOUNT = re.compile(r"[\d.]+[\s,kM-]")
_OPERATOR = re.compile(r"[=^_+<>]")


class _InlineReader:
    """Reads the content of lines; remembers which project the page's own icons are of."""

    def __init__(self, origin: str) -> None:
        origin = origin.rstrip("/")
        self.icon_start = f"<img src='{origin}/api/pages/"
        self.root_link = _root_link(origin)
        self.own_icons: dict[str, int] = {}

    def own_project(self) -> str:
        """The project most of the page's own icons come from, empty without icons."""
        return max(self.own_icons, key=self.own_icons.__getitem__, default="")

    def read(self, text: str, line: int) -> tuple[Inline, ...]:
        if _SPECIAL.search(text) is None:
            return (Text(text, line=line),) if text else ()
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
            return _read_stars(pieces, line)
        return _finish(pieces, line)

    def read_row(self, row: str, line: int) -> tuple[tuple[Inline, ...], ...]:
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

    def _make_icon(self, path: str, alt: str, line: int) -> Icon:
        project, slash, name = alt[1:].partition("/") if alt.startswith("/") else ("", "", "")
        if slash and project and name:
            return Icon(name, project, line=line)
        if path.endswith(f"/{alt}"):
            own = path[: -len(alt) - 1]
            self.own_icons[own] = self.own_icons.get(own, 0) + 1
        return Icon(alt, line=line)

    def _cut_root_links(self, text: str, line: int) -> Iterator[Piece]:
        at = 0
        for link in self.root_link.finditer(text):
            if link.start() > at:
                yield text[at : link.start()]
            project, _, title = link[1].partition("/")
            yield PageLink(title, project, line=line)
            at = link.end()
        if at < len(text):
            yield text[at:]


_ICON_REST = re.compile(r"(.+?)/icon' alt='(.+?)\.icon' height=\"19\.5\"/>")


@lru_cache(maxsize=8)
def _root_link(origin: str) -> re.Pattern[str]:
    # Its address is not encoded, blanks and all: it ends where its text does.
    return re.compile(rf"\[/([^\[\]/][^\[\]]*)\]\({re.escape(origin)}/\1\)")


def _cut(
    pieces: list[Piece], cutter: Callable[[str, int], Iterator[Piece]], line: int
) -> list[Piece]:
    """Let one pass cut its tokens out of what is still text."""
    if len(pieces) == 1 and isinstance(pieces[0], str):
        return list(cutter(pieces[0], line))
    done: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str):
            done.extend(cutter(piece, line))
        else:
            done.append(piece)
    return done


def _as_text(piece: Piece, line: int) -> Inline:
    return Text(piece, line=line) if isinstance(piece, str) else piece


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
            yield Code(part, line=line)
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
        yield Image(src, link, line=line)
        head = rest
    if head:
        yield head


def _cut_lost_labels(text: str, line: int) -> Iterator[Piece]:
    """Mend ``[Title … []](address)``: the title held brackets, and the link lost it."""
    return _cut_links(text, line, lost=True)


def _cut_wiki_links(text: str, line: int) -> Iterator[Piece]:
    for at, part in enumerate(_WIKI_LINK.split(text)):
        if at % 2:
            yield PageLink(part, line=line)
        elif part:
            yield part


def _cut_address_links(text: str, line: int) -> Iterator[Piece]:
    for at, part in enumerate(_ADDRESS_LINK.split(text)):
        if at % 2:
            yield ExternalLink(part, line=line)
        elif part:
            yield part


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
        yield ExternalLink(text[end.end() : stop], label, line=line)
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
        yield ExternalLink(url, line=line)
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
        yield Formula(match[1], line=line)
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


# stars enclose other tokens, so they come last, and pair across all pieces of a line


def _read_stars(pieces: list[Piece], line: int) -> tuple[Inline, ...]:
    parts: list[Piece] = []
    stars: list[int] = []
    for piece in pieces:
        if not isinstance(piece, str):
            parts.append(piece)
            continue
        for at, part in enumerate(_STARS.split(piece)):
            if at % 2:
                stars.append(len(parts))
            if part:
                parts.append(part)
    pairs = _pair_stars(parts, stars)
    return _wrap_pairs(parts, pairs, line) if pairs else _finish(pieces, line)


def _pair_stars(parts: list[Piece], stars: list[int]) -> dict[int, int]:
    """Opener -> closer; pairs of one star never cross those of two."""
    pairs: dict[int, int] = {}
    opener = -1
    for at in stars:
        if parts[at] != "**":
            continue
        if opener >= 0 and not _ends_blank(parts, at):
            pairs[opener], opener = at, -1
        elif not _starts_blank(parts, at):
            opener = at
    borders = {*pairs, *pairs.values()}
    opener = -1
    for at in stars:
        if parts[at] == "**":
            opener = -1 if at in borders else opener
        elif opener >= 0 and not _ends_blank(parts, at) and not _is_glued(parts, at + 1, 0):
            pairs[opener], opener = at, -1
        elif not _starts_blank(parts, at) and not _is_glued(parts, at - 1, -1):
            opener = at
    return pairs


def _starts_blank(parts: list[Piece], at: int) -> bool:
    """Whether a blank, or nothing, follows the stars at *at*."""
    if at + 1 == len(parts):
        return True
    after = parts[at + 1]
    return isinstance(after, str) and after[0].isspace()


def _ends_blank(parts: list[Piece], at: int) -> bool:
    before = parts[at - 1] if at else " "
    return isinstance(before, str) and before[-1].isspace()


def _is_glued(parts: list[Piece], at: int, edge: int) -> bool:
    """Whether the *edge* of a neighbour is a letter or digit."""
    if not 0 <= at < len(parts):
        return False
    part = parts[at]
    return isinstance(part, str) and (part[edge].isalnum() or part[edge] == "_")


def _wrap_pairs(parts: list[Piece], pairs: dict[int, int], line: int) -> tuple[Inline, ...]:
    closers = set(pairs.values())
    open_lists: list[list[Piece]] = [[]]
    for at, part in enumerate(parts):
        if at in pairs:
            open_lists.append([])
        elif at in closers:
            nodes = _finish(open_lists.pop(), line)
            strong = part == "**"
            open_lists[-1].append(
                Strong(nodes, line=line) if strong else Decoration("/", nodes, line=line)
            )
        else:
            open_lists[-1].append(part)
    return _finish(open_lists[0], line)


def _finish(pieces: list[Piece], line: int) -> tuple[Inline, ...]:
    """Turn what no pass has claimed into text and hashtags."""
    nodes: list[Inline] = []
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        if text:
            _add_text(nodes, text, line)
            text = ""
        nodes.append(piece)
    if text:
        _add_text(nodes, text, line)
    return tuple(nodes)


def _add_text(nodes: list[Inline], text: str, line: int) -> None:
    if "#" not in text:
        nodes.append(Text(text, line=line))
        return
    for at, part in enumerate(_HASHTAG.split(text)):
        if at % 2:
            nodes.append(Hashtag(part, line=line))
        elif part:
            nodes.append(Text(part, line=line))
