"""Exported Markdown: text -> :class:`.Page`, line by line.

The export is a dialect of its own: one output line for each line of the wiki, with two marks
for the indent. A Markdown parser misreads more than half of such pages.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from sphinx_scrapbox.formats.front_matter import FrontMatter, read_front_matter
from sphinx_scrapbox.formats.markdown.bold import BOLD_START, continues, find_bold
from sphinx_scrapbox.formats.markdown.inlines import InlineReader
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.text import NOT_XML, without_controls
from sphinx_scrapbox.wiki.translation import read_footer
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN


def read_markdown(text: str, *, name: str = "", origin: str = DEFAULT_ORIGIN) -> ast.Page:
    """Read one exported page; *name*, the stem of its file, is the title if the text has none.

    The project is the one in the front matter, else that of most icons of the page's own
    project, which is none that the page was translated from. What the other pages of a folder
    tell is in :mod:`sphinx_scrapbox.formats.evidence.own_project`.
    """
    lines, problems = _clean_lines(text)
    front = read_front_matter(lines)
    inline = InlineReader(origin)
    blocks = _BlockReader(lines, front.body, inline).read()
    return ast.Page(
        front.title or name,
        (*_tag_lines(front), *blocks),
        project=front.project or inline.own_project(_translated(blocks, inline)),
        language=front.language,
        created=front.dates.created,
        updated=front.dates.updated,
        aliases=front.aliases,
        problems=(*front.problems, *problems),
        line=front.line,
    )


def _tag_lines(front: FrontMatter) -> tuple[ast.Line, ...]:
    """The tags of front matter as a line of hashtags, followed by an empty line."""
    if not front.tags:
        return ()
    at = front.tags_line
    tags: list[ast.Inline] = []
    for tag in front.tags:
        tags += (ast.Text(" ", line=at), ast.Hashtag(tag, line=at))
    source = " ".join(f"#{tag}" for tag in front.tags)
    return ast.Line(0, tuple(tags[1:]), source, line=at), ast.Line(0, line=front.body)


def _translated(blocks: Iterable[ast.Block], inline: InlineReader) -> set[str]:
    """The projects in the translation footers of a page, if they matter."""
    lines = (block for block in blocks if isinstance(block, ast.Line) and not block.indent)
    footers = (read_footer(line.source) for line in lines) if inline.own_icons else ()
    return {footer.project for footer in footers if footer}


def split_page(text: str) -> tuple[FrontMatter, list[str]]:
    """The front matter of an exported page, and all lines of the text."""
    lines, _problems = _clean_lines(text)
    return read_front_matter(lines), lines


def split_level(line: str) -> tuple[int, str]:
    """The indent level of a line outside of code blocks, and its text without the list marker.

    >>> split_level("        - Dry leaves")
    (3, 'Dry leaves')
    """
    return (_split_indent(line) if line else None) or (0, line)


# Pasted terminal logs contain many colour sequences: no warning for their ESC.
_COLOUR_ESCAPE = "\x1b["


def _clean_lines(text: str) -> tuple[list[str], list[ast.Problem]]:
    """The lines of *text* without characters that XML excludes, and a problem for each."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removeprefix("\ufeff").split("\n")
    problems: list[ast.Problem] = []
    if NOT_XML.search(text):
        for at, line in enumerate(lines):
            lines[at], lost = without_controls(line.replace(_COLOUR_ESCAPE, "["))
            if lost:
                message = f"removed control character {', '.join(lost)}"
                problems.append(ast.Problem("control_character", message, line=at + 1))
    if lines == [""]:
        lines.pop()
    return lines, problems


_INDENTED_ITEM = re.compile(r"( +)(- |(?=[0-9]+\. ))")
_NUMBER = re.compile(r"([0-9]+)\. ")
_FENCE = re.compile(r"```([^`\s]*)")
_TYPED_FENCE = re.compile(r"(`{3,})(\{[^{}`\s]+\}[^`]*)")
_SEPARATOR = re.compile(r"\|(?: -- \|)+")
_SIGNS = {"#": "***", "##": "**", "###": "*"}
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
    """The level and the text of a line; None for an indented line that is not a list item."""
    if line[0] != " ":
        return (1, line[2:]) if line.startswith("- ") else (0, line)
    match = _INDENTED_ITEM.match(line)
    if match is None:
        return None
    return (len(match[1]) + 3) // 4 + 1, line[match.end() :]


class _BlockReader:
    """Walks over the lines of one body; each ``_read`` method starts at ``self.at``."""

    def __init__(self, lines: list[str], start: int, inline: InlineReader) -> None:
        self.lines = lines
        self.at = start
        self.inline = inline
        self.blocks: list[ast.Block] = []
        self.fences = self._find_fences()
        self.has_tables = any(line.startswith("| --") for line in lines)

    def read(self) -> tuple[ast.Block, ...]:
        """The blocks of the body, in order."""
        lines, blocks = self.lines, self.blocks
        special = bool(self.fences) or self.has_tables
        while self.at < len(lines):
            line = lines[self.at]
            if not line or line.isspace():
                self.at += 1
                blocks.append(ast.Line(0, line=self.at))
            elif special and (block := self._read_special(line)):
                blocks.append(block)
            else:
                blocks.append(self._read_line(line))
        return tuple(blocks)

    def _read_special(self, line: str) -> ast.Block | None:
        return self._read_code(line) or self._read_typed_fence(line) or self._read_table(line)

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

    def _read_code(self, name: str) -> ast.CodeBlock | None:
        start = self.at
        if not self._is_code_name(start):
            return None
        end = self._closing_fence("", start + 3)
        self.at = end + 2
        return ast.CodeBlock(
            self._block_indent(),
            name,
            tuple(self.lines[start + 3 : end]),
            language=self.lines[start + 2][3:],
            line=start + 1,
        )

    def _read_typed_fence(self, line: str) -> ast.CodeBlock | None:
        """A MyST directive that someone typed on a wiki page: code, never a directive."""
        fence = _TYPED_FENCE.fullmatch(line) if line[0] == "`" else None
        end = self._closing_fence(fence[1], self.at + 1) if fence else 0
        if fence is None or not end:
            return None
        start, self.at = self.at, end + 1
        name = fence[2].rstrip()
        language = name[: name.index("}") + 1]
        rows = tuple(self.lines[start + 1 : end])
        return ast.CodeBlock(0, name, rows, language=language, line=start + 1)

    def _read_table(self, caption: str) -> ast.Table | None:
        lines, start = self.lines, self.at
        if start + 2 >= len(lines) or not _is_row(lines[start + 1]):
            return None
        if _SEPARATOR.fullmatch(lines[start + 2]) is None:
            return None
        end = start + 3
        while end < len(lines) and _is_row(lines[end]):
            end += 1
        rows = [start + 1, *range(start + 3, end)]
        width = lines[start + 2].count("--")
        self.at = end
        return ast.Table(
            self._block_indent(),
            caption.strip(),
            tuple(self.inline.read_row(lines[at], at + 1, width) for at in rows),
            line=start + 1,
        )

    def _block_indent(self) -> int:
        """Guess the indent of a block, which the export does not contain.

        A block belongs to the list item right above it. A list item right below it cannot be
        deeper: it would be part of the block.
        """
        above = self.blocks[-1] if self.blocks else None
        indent = 0
        if isinstance(above, ast.Line):
            indent = above.indent + 1 if above.nodes and above.indent else 0
        elif above is not None:
            indent = above.indent
        below = split_level(self.lines[self.at])[0] if self.at < len(self.lines) else 0
        return max(indent, below)

    def _read_line(self, line: str) -> ast.Line:
        first = self.at + 1
        indent, text = _split_indent(line) or (0, line.lstrip())
        pieces = self._take_pieces(text, bold=not indent)
        source = "".join(pieces) if len(pieces) > 1 else text
        if text[:1] == "`" and len(pieces) == 1 and (span := _WHOLE_SPAN.fullmatch(text)):
            return ast.Line(indent, (_read_whole_span(span, first),), source, line=first)
        number = None
        quoted = text[:1] == ">"
        if quoted:
            pieces[0] = text[2:] if text[1:2] == " " else text[1:]
        elif number := _NUMBER.match(text):
            pieces[0] = text[number.end() :]
        nodes = self._read_pieces(pieces, first, indent=indent, quoted=quoted)
        if quoted:
            nodes = (ast.Quote(nodes, line=first),)
        elif number:
            nodes = (ast.Numbered(number[1], nodes, line=first),)
        return ast.Line(indent, nodes, source, line=first)

    def _take_pieces(self, text: str, *, bold: bool) -> list[str]:
        """Take the current line, and those below that the export split off from it."""
        pieces = [text]
        self.at += 1
        while self.at < len(self.lines):
            rest = self.lines[self.at]
            if not rest or not self._is_rest(rest, pieces[-1] if bold else ""):
                break
            self.at += 1
            pieces.append(rest)
        return pieces

    def _is_rest(self, line: str, above: str) -> bool:
        """Whether the current line is split off from *above*, which is "" if nothing is bold."""
        if line[0] == " ":
            item = _INDENTED_ITEM.match(line)
            if item is not None and not (len(item[1]) == 1 and find_bold(above)):
                return False
            return not line.isspace() and not self._is_code_name(self.at)
        return "# " in above and continues(above, line) and not self._is_block_name(self.at)

    def _is_block_name(self, at: int) -> bool:
        below = self.lines[at + 1 : at + 3]
        is_table = len(below) > 1 and _is_row(below[0]) and bool(_SEPARATOR.fullmatch(below[1]))
        return is_table or self._is_code_name(at)

    def _read_pieces(
        self, pieces: list[str], first: int, *, indent: int, quoted: bool
    ) -> tuple[ast.Inline, ...]:
        if indent or (len(pieces) == 1 and "# " not in pieces[0]):
            read = self.inline.read
            if len(pieces) == 1:
                return read(pieces[0], first)
            return tuple(
                node for at, piece in enumerate(pieces, first) for node in read(piece, at)
            )
        nodes: list[ast.Inline] = []
        last = first + len(pieces) - 1
        for at, piece in enumerate(pieces, first):
            starts = at == first and not quoted
            nodes += self._read_bold(piece, at, starts=starts, split=at < last)
        return tuple(nodes)

    def _read_bold(
        self, text: str, line: int, *, starts: bool, split: bool
    ) -> tuple[ast.Inline, ...]:
        """Read a piece of level 0, where hashes and a space make the rest of it bold.

        At the start they always do; further on only if the line was split after them.
        """
        read = self.inline.read
        match = BOLD_START.match(text) if starts else None
        if match is None and split:
            match = find_bold(text)
        if match is None:
            return read(text, line)
        bold = ast.Decoration(_SIGNS[match[1]], read(text[match.end() :], line), line=line)
        return (*read(text[: match.start(1)], line), bold)


def _read_whole_span(span: re.Match[str], line: int) -> ast.Command | ast.Question:
    if span[1] == "?":
        return ast.Question(span[2], line=line)
    return ast.Command(span[1], span[2], line=line)


def _is_row(line: str) -> bool:
    return line.startswith("| ") and line.endswith(" |")
