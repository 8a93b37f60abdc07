"""Exported Markdown: page -> text, as the wiki's own exporter spells it.

What :func:`.read_markdown` made reads back to the same tree: the writer reads each line that it
spelled, and takes the spelling of the source as long as that still gives the same nodes.

The dialect has no escape and expresses less than native notation. Of a tree that it cannot
express, every word is kept, and

* a decoration with stars is a bold line at level 0 and bold text anywhere else; italics stay;
  what is underlined or struck out is plain;
* an icon with a multiplier is written that many times, at most :data:`.ast.MAX_ICONS`;
* a point on a map becomes a link to it, a formula that would be taken for money a code span;
* text that would be read as a sign gets a zero-width space, or full-width signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import assert_never

from sphinx_scrapbox.formats.markdown import approximate
from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.text import UNSEEN
from sphinx_scrapbox.wiki.titles import join_target
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

_LED = " \t"  # a line that begins so, with no text above, is text and nothing else
_MOST_SPLITS = 20


def write_markdown(page: ast.Page, *, origin: str = DEFAULT_ORIGIN, project: str = "") -> str:
    """Write *page* as the wiki exports it; like the export, it ends without a newline.

    Front matter names the project of the page unless an icon of that project does.

    :param project: what front matter names as the project in any case.
    """
    title = page.title.replace("\n", " ")
    head = ["---", f"title: {quoted_title(title)}"]
    if not project and not has_own_icon(page):
        project = page.project
    if project:
        head.append(f"project: {quoted_title(project)}")
    if page.language:
        head.append(f"lang: {page.language}")
    if page.aliases:
        head.append(f"aliases: [{', '.join(map(quoted_title, page.aliases))}]")
    writer = RowWriter(page.project, origin.rstrip("/"))
    rows = writer.rows(page.blocks)
    if any(row.startswith(("```", "| ")) for row in rows):
        # Lines that look like fences and rows could together become a block.
        kinds = list(map(_kind, [ast.Line(0), *page.blocks]))
        for wary in (1, 2):
            read = read_markdown("\n".join(["", *rows]), origin=origin)
            if list(map(_kind, read.blocks)) == kinds:
                break
            rows = writer.rows(page.blocks, wary=wary)
    return "\n".join([*head, "---", "", *rows])


def quoted_title(text: str) -> str:
    """A string of YAML, quoted as the exporter does."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def has_own_icon(page: ast.Page) -> bool:
    """Whether a page shows an icon of its own project: one that names no project."""
    return any(isinstance(node, ast.Icon) and not node.project for node in ast.walk(page))


def _kind(block: ast.Block) -> object:
    if isinstance(block, ast.Line):
        return "blank" if not block.nodes else "line"
    return type(block)


class RowWriter:
    """Writes the blocks of one page."""

    def __init__(self, project: str, origin: str = DEFAULT_ORIGIN) -> None:
        self._project = project
        self._origin = origin

    def rows(self, blocks: Iterable[ast.Block], *, wary: int = 0) -> list[str]:
        """The rows of *blocks*.

        If *wary*, no line may look like a part of a code block or of a table: it is written
        differently with the same meaning (1), or changed (2).
        """
        rows: list[str] = []
        start = 0  # of the line above
        last: ast.Block | None = None
        for block in blocks:
            match block:
                case ast.Line():
                    fresh = not rows or not rows[-1] or not isinstance(last, ast.Line)
                    new = self._line(block, fresh=fresh)
                    if new == [""] and isinstance(last, ast.Line) and rows[-1] == "```":
                        new = [" "]  # nor does a stray fence end code then
                    elif wary and new[0].startswith(("```", "| ")):
                        if fresh:
                            new[0] = _LED + new[0]
                        elif isinstance(last, ast.Line) and (split := self._split(rows[-1], last)):
                            rows[-1:] = split
                        elif wary > 1:
                            new[0] = UNSEEN + new[0]
                    elif isinstance(last, ast.Line) and self._belongs(rows[start:], new[0]):
                        new[0] = UNSEEN + new[0]
                    start = len(rows)
                    rows += new
                case ast.CodeBlock():
                    rows += _code(block)
                case ast.Table():
                    rows += self._table(block)
                case _:
                    assert_never(block)
            last = block
        return rows

    def rows_of(self, line: ast.Line, *, from_source: bool = False) -> list[str]:
        """The rows of one line as it is, even if they are read as something else."""
        if from_source or line.source:
            return [_mark(line.indent, line.nodes) + line.source]
        return self._spell_line(line)

    def table_as_it_is(self, table: ast.Table) -> list[str]:
        """The rows of a table with all texts as they are."""
        width = max(map(len, table.rows), default=1) or 1
        rows = [_bars(map(self._spell_all, row or ((),))) for row in table.rows]
        return ["_", *rows[:1], "|" + " -- |" * width, *rows[1:]]

    def _belongs(self, above: Sequence[str], row: str) -> bool:
        """Whether *row* would be read as the rest of the line *above*."""
        if "# " not in above[-1] or not row:
            return False
        text = "\n".join([*above, row])
        return len(read_markdown(text, origin=self._origin).blocks) == 1

    def _line(self, line: ast.Line, *, fresh: bool) -> list[str]:
        """The rows of one line; *fresh* if no text stands right above."""
        nodes = line.nodes
        if not nodes:
            return [_mark(line.indent, nodes)]
        row = ""
        if line.source and "\n" not in line.source:
            row = _mark(line.indent, nodes) + line.source
            if self._reads([row], line):
                return [row]
        rows = self._spell_line(line)
        if self._reads(rows, line):
            return rows
        if row and (split := self._split(row, line)):
            return split
        if fresh and not line.indent and self._reads([_LED + rows[0], *rows[1:]], line):
            return [_LED + rows[0], *rows[1:]]
        line = replace(line, nodes=approximate.approximate_markdown(nodes, bold=not line.indent))
        if not line.nodes:
            return [_mark(line.indent, ())]
        nodes = line.nodes
        for care in range(3):
            careful = replace(
                line, nodes=approximate.unambiguous(nodes, every=care > 1) if care else nodes
            )
            rows = self._spell_line(careful)
            if self._reads(rows, careful):
                return rows
        # Only the start of the line can still be read as markup.
        text = self._spell_split(careful.nodes, bold=False).replace("\n", "")
        return [_mark(line.indent, ()) + UNSEEN + text]

    def _split(self, row: str, line: ast.Line) -> list[str]:
        """*row* on two, cut before a space so that both are still read as *line*."""
        for blank in islice(re.finditer(r"(?!^) ", row), _MOST_SPLITS):
            rows = [row[: blank.start()], row[blank.start() :]]
            if self._reads(rows, line):
                return rows
        return []

    def _reads(self, rows: Sequence[str], line: ast.Line) -> bool:
        """Whether *rows* are read as *line*."""
        return read_markdown("\n".join(rows), origin=self._origin).blocks == (line,)

    def _spell_line(self, line: ast.Line) -> list[str]:
        text = self._spell_split(line.nodes, bold=not line.indent)
        return (_mark(line.indent, line.nodes) + text).split("\n")

    def _spell_split(self, nodes: Sequence[ast.Inline], *, bold: bool) -> str:
        """A whole line; a newline stands where the exporter splits it.

        That is after a bold piece, and between two texts that follow each other.
        """
        match nodes:
            case (ast.Quote(inner),):
                content = self._spell_split(inner, bold=bold)
                return f"> {content}" if content else ">"
            case (ast.Numbered(number, inner),):
                return f"{number}. {self._spell_split(inner, bold=bold)}"
            case (ast.Command(sign, words),):
                return f"`{sign} {words}`"
            case (ast.Question(words),):
                return f"`? {words}`"
        text = ""
        for at, node in enumerate(nodes):
            last = nodes[at - 1] if at else None
            if isinstance(last, ast.Text) and isinstance(node, ast.Text):
                text += "\n"
            if bold and isinstance(node, ast.Decoration) and node.signs in _HASHES:
                text += f"{_HASHES[node.signs]} {self._spell_all(node.nodes)}"
                if at + 1 < len(nodes):
                    text += "\n"
            else:
                text += self._spell(node)
        return text

    def _table(self, table: ast.Table) -> Iterator[str]:
        yield " ".join(table.name.split("\n")).strip() or "_"
        width = max(map(len, table.rows), default=1) or 1
        rows = [self._row(row) for row in table.rows] or [self._row(((),))]
        yield rows[0]
        yield "|" + " -- |" * width
        yield from rows[1:]

    def _row(self, cells: Sequence[tuple[ast.Inline, ...]]) -> str:
        cells = cells or ((),)
        row = _bars(map(self._spell_all, cells))
        if read_markdown(f"_\n{row}\n| -- |", origin=self._origin).blocks != (
            ast.Table(0, "_", (tuple(cells),)),
        ):
            wide = [[_cell_node(node) for node in cell] for cell in cells]
            row = _bars(map(self._spell_all, wide))
        return row

    def _spell_all(self, nodes: Iterable[ast.Inline]) -> str:
        return "".join(map(self._spell, nodes))

    def _spell(self, node: ast.Inline) -> str:
        match node:
            case ast.Text(text) | ast.Blank(text):
                return text.replace("\n", " ")
            case ast.Code(text):
                return f"`{text}`"
            case ast.Formula(tex):
                return f"${tex}$"
            case ast.Strong(nodes):
                return f"**{self._spell_all(nodes)}**"
            case ast.Decoration(signs, nodes):
                star = "*" if "/" in signs else ""
                return f"{star}{self._spell_all(nodes)}{star}"
            case ast.PageLink(title, project):
                if not project:
                    return f"[[{title}]]"
                target = join_target(project, title)
                return f"[{target}]({self._origin}{target})"
            case ast.ExternalLink(url, label):
                bare = not label and "`" in url  # two of these would be code
                return url if bare else f"[{label or url}]({url})"
            case ast.Image(src, link):
                image = f"![image]({src})"
                return f"[{image}]({link})" if link else image
            case ast.Icon(name, project):
                alt = join_target(project, name)
                path = f"{project or self._project}/{name}".lstrip("/")
                src = f"{self._origin}/api/pages/{path}/icon"
                return f"<img src='{src}' alt='{alt}.icon' height=\"19.5\"/>"
            case ast.Hashtag(tag):
                return f"#{tag}"
            case ast.Location():
                return self._spell(approximate.map_link(node))
            case ast.Quote(nodes):
                return f">{self._spell_all(nodes)}"
            case ast.Numbered(number, nodes):
                return f"{number}. {self._spell_all(nodes)}"
            case ast.Question(text):
                return f"? {text}"
            case ast.Command(sign, text):
                return f"`{sign} {text}`"
            case _:
                assert_never(node)


_HASHES = {"*": "###", "**": "##", "***": "#"}


def _mark(indent: int, nodes: Sequence[ast.Inline]) -> str:
    """What stands before the text of a line: a number takes the dash's place."""
    if not indent:
        return ""
    dash = indent == 1 or not (nodes and isinstance(nodes[0], ast.Numbered))
    return "    " * (indent - 1) + ("- " if dash else "")


def _code(block: ast.CodeBlock) -> Iterator[str]:
    if block.language.startswith("{") and block.name.startswith(block.language):
        bare = {row for row in block.rows if row.startswith("```") and not row.strip("`")}
        fence = "```"
        while fence in bare:
            fence += "`"
        yield from (fence + block.name, *block.rows, fence)
        return
    name = " ".join(block.name.split("\n"))
    name = name if name.strip() else ":"
    language = block.language
    if language and not _is_told_by(name, language):
        name, language = f"{name}({language})" if name != ":" else language, ""
    yield from (name, "", f"```{language}")
    rows = block.rows
    for at, row in enumerate(rows):
        # A fence without a language, followed by an empty line, would end the block.
        closes = row == "```" and at + 1 < len(rows) and not rows[at + 1]
        yield "``` " if closes else row
    yield from ("```", "")


def _is_told_by(name: str, language: str) -> bool:
    """Whether the reader takes *language* for what the exporter made of *name*."""
    text = f"{name}\n\n```{language}\n```\n"
    match read_markdown(text).blocks:
        case (ast.CodeBlock(language=language_read),):
            return language_read == language
    return False


def _bars(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell_node(node: ast.Inline) -> ast.Inline:
    if isinstance(node, ast.Text):
        return replace(node, text=node.text.translate(approximate.FULL_WIDTH))
    return node
