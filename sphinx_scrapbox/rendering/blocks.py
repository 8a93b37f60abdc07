"""The blocks of a page as docutils nodes.

Standard nodes wherever there is one: sections, bullet and enumerated lists, line blocks, block
quotes, literal blocks, tables, math, images, transitions. Every text element has its source
file, its line and its source text, which warnings and gettext name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import groupby
from typing import TypeVar, assert_never

from docutils import nodes

from sphinx_scrapbox.formats.code_languages import PLAIN, lexer_of
from sphinx_scrapbox.formats.tex import read_code_block, read_formula
from sphinx_scrapbox.rendering.inlines import InlineRenderer
from sphinx_scrapbox.rendering.nodes import scrapbox_rule, scrapbox_speaker, scrapbox_speech
from sphinx_scrapbox.rendering.sanitize import sanitize
from sphinx_scrapbox.rendering.site import Site
from sphinx_scrapbox.rendering.tables import make_table
from sphinx_scrapbox.wiki import ast, outline
from sphinx_scrapbox.wiki.lines import caption_of, group_quotes, is_grid, stands_alone
from sphinx_scrapbox.wiki.urls import Player, player_of

_E = TypeVar("_E", bound=nodes.Element)
_BAR = ast.Text(" | ")


class Renderer(InlineRenderer):
    """Renders blocks and inlines.

    :param document: the document that the nodes are for; it assigns the ids of sections.
    :param source: path of the page file, for warnings and for translation.
    :param page_blocks: the blocks of the whole page, which may give titles to what is played.
    """

    def __init__(
        self,
        document: nodes.document,
        source: str,
        site: Site,
        page_blocks: Sequence[ast.Block] = (),
    ) -> None:
        super().__init__(source, site)
        self._document = document
        self._page_blocks = page_blocks

    def title_of(self, player: Player) -> str:
        """The label of another link on the page that leads to the same."""
        return self._titles.get(player.work, "")

    @cached_property
    def _titles(self) -> dict[str, str]:
        titles: dict[str, str] = {}
        for block in self._page_blocks:
            for node in ast.walk(block.nodes) if isinstance(block, ast.Line) else ():
                if isinstance(node, ast.ExternalLink) and node.label not in ("", node.url):
                    address = ast.ExternalLink(node.url)
                    if player := player_of(address):
                        titles.setdefault(player.work, node.label)
        return titles

    def append(self, parent: nodes.Element, parts: Iterable[outline.Part]) -> None:
        """Append the nodes of *parts* to *parent*."""
        for part in parts:
            match part:
                case outline.Run():
                    self._append_run(parent, part)
                case outline.Quotes(lines, below):
                    self._append_quotes(parent, lines)
                    self.append(parent, below)
                case outline.Bullets(items):
                    parent += self._list(nodes.bullet_list(bullet="-"), items)
                case outline.Numbers(start, items):
                    numbers = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".")
                    if start != 1:
                        numbers["start"] = start
                    parent += self._list(numbers, items)
                case ast.CodeBlock():
                    parent += self._code(part)
                case ast.Table():
                    parent += self._table(part) if is_grid(part) else self._rows(part)
                case outline.HorizontalRule(line):
                    is_section = isinstance(parent, (nodes.section, nodes.document))
                    rule = nodes.transition() if is_section else scrapbox_rule()
                    parent.append(self.at(rule, line))
                case outline.Gap():
                    pass
                case outline.Turn(speakers, parts_of_turn, line, turn_id):
                    turn = self.turn(speakers, line)
                    self.anchor(turn, turn_id)
                    self.append(turn, parts_of_turn)
                    parent += turn
                case outline.Section():
                    section = self.section(part.title, part.line, source=part.source, id=part.id)
                    if part.beside:
                        section += self._beside(part)
                    self.append(section, part.parts)
                    parent += section
                case _:
                    assert_never(part)

    def section(
        self, title: Sequence[ast.Inline], line: int, *, source: str, id: str = ""
    ) -> nodes.section:
        """A section that holds its title; *source* is the source text of the title."""
        section = self.at(nodes.section(), line)
        heading = self.at(nodes.title(source, ""), line)
        self.append_inlines(heading, title)
        section["names"].append(nodes.fully_normalize_name(heading.astext()))
        self.anchor(section, id)
        section += heading
        # Headings may repeat: no second argument, so that no message is added to the section.
        self._document.note_implicit_target(section)
        return section

    def turn(self, speakers: Sequence[ast.Icon], line: int) -> scrapbox_speech:
        """A turn of a dialogue that holds its speakers only."""
        labels = [self.site.label(icon) for icon in speakers]
        turn = self.at(scrapbox_speech(speakers=labels), line)
        if self.site.speech == "inline":
            turn["classes"].append("scrapbox-inline")
        speaker = self.at(scrapbox_speaker(translatable=False), line)
        for number, icon in enumerate(speakers):
            if number:
                speaker += nodes.Text(", ")
            speaker += self.icon(icon, ast.IconRole.SPEAKER, line)
        turn += speaker
        return turn

    def paragraph(self, content: Sequence[ast.Inline], source: str, line: int) -> nodes.paragraph:
        """A paragraph of inlines; *source* is its source text."""
        paragraph = self.at(nodes.paragraph(source, ""), line)
        self.append_inlines(paragraph, content, is_line=True)
        return _muted(paragraph, content)

    def _append_run(self, parent: nodes.Element, run: outline.Run) -> None:
        if len(run.lines) == 1 and not stands_alone(run.lines[0]):  # as most items of lists are
            parent += self._text_block(run.lines)
        else:
            for is_alone, group in groupby(run.lines, key=stands_alone):
                lines = tuple(group)
                parent += map(self._alone, lines) if is_alone else self._text_block(lines)
        self.append(parent, run.below)

    def _text_block(self, lines: Sequence[ast.Line]) -> nodes.Element:
        """A paragraph for one line, a line block for several."""
        if len(lines) == 1:
            line = lines[0]
            paragraph = self.paragraph(line.nodes, line.source, line.line)
            self.anchor(paragraph, line.id)
            return paragraph
        block = self.at(nodes.line_block(), lines[0].line)
        for line in lines:
            row = self.at(nodes.line(line.source, ""), line.line)
            self.append_inlines(row, line.nodes, is_line=True)
            self.anchor(row, line.id)
            block += _muted(row, line.nodes)
        return block

    def _alone(self, line: ast.Line) -> nodes.Element:
        """A block of its own for a line of images, or a single player or formula."""
        block: nodes.Element
        match line.nodes:
            case (ast.Formula(source),) if tex := read_formula(source).tex:
                block = self._display(source, tex, line.line)
            case (ast.ExternalLink() as link,) if player := self.player(link):
                block = self.at(nodes.paragraph(line.source, ""), line.line)
                block += self.played(link, player, line.line)
            case _:
                block = self._text_block((line,))
                if any(isinstance(node, ast.Image) for node in line.nodes):
                    block["classes"].append("scrapbox-picture")
                return block
        self.anchor(block, line.id)
        return _muted(block, line.nodes)

    def _append_quotes(self, parent: nodes.Element, lines: Sequence[ast.Line]) -> None:
        """Quoted lines, nested by the number of further ``>`` at their beginning.

        An empty line ends a block; a quote of empty lines only is one empty paragraph.
        """
        open_quotes: list[nodes.block_quote] = []
        is_empty = True
        for depth, rows in group_quotes(lines):
            del open_quotes[depth:]
            while rows[0].nodes and len(open_quotes) < depth:
                quote = self.at(nodes.block_quote(), rows[0].line)
                (open_quotes[-1] if open_quotes else parent).append(quote)
                open_quotes.append(quote)
            if rows[0].nodes:
                self._append_run(open_quotes[-1], outline.Run(tuple(rows)))
                is_empty = False
        if is_empty:
            line = lines[0].line
            parent += self.at(nodes.block_quote("", self.at(nodes.paragraph(), line)), line)

    def _list(self, container: _E, items: Iterable[Sequence[outline.Part]]) -> _E:
        for item in items:
            entry = nodes.list_item()
            self.append(entry, item)
            if entry.children and isinstance(entry[0], scrapbox_speech):
                entry["classes"].append("scrapbox-turn")  # the name takes the bullet's place
            container.append(entry)
        elements = container.findall(nodes.Element)
        return self.at(container, next((node.line for node in elements if node.line), None) or 0)

    def _display(self, source: str, tex: str, line: int) -> nodes.math_block:
        return self.at(nodes.math_block(source, tex, nowrap=False, number=None), line)

    def _code(self, block: ast.CodeBlock) -> list[nodes.Node]:
        is_directive = block.language.startswith("{")
        if is_directive and (directive_nodes := self.site.directive(block)) is not None:
            return sanitize(directive_nodes)
        text = "\n".join(block.rows)
        if tex := read_code_block(block):
            formula = self._display(text, tex, block.line)
            self.anchor(formula, *block.row_ids)
            return [formula]
        language = lexer_of(block.language) if block.language else lexer_of(block.name)
        literal = self.at(nodes.literal_block(text, text), block.line)
        # Forced: the lexer shows what it cannot read as plain text, without a warning.
        literal.update_all_atts({"language": language or PLAIN, "force": True})
        literal["highlight_args"] = {}
        self.anchor(literal, *block.row_ids)
        caption = block.name.strip().strip(":").strip()
        adds_to_name = language is None or language != lexer_of(block.name)
        if block.language and adds_to_name and not is_directive:
            caption = f"{caption} ({block.language})".lstrip()
        if not caption:
            return [literal]
        classes = ["literal-block-wrapper", "scrapbox-code"]
        wrapper = self.at(nodes.container("", literal_block=True, classes=classes), block.line)
        wrapper += self.at(nodes.caption(caption, "", nodes.Text(caption)), block.line)
        wrapper += literal
        return [wrapper]

    def _table(self, block: ast.Table) -> nodes.table:
        width = max(map(len, block.rows), default=1) or 1
        name_id, *row_ids = block.row_ids or ("",)
        rows = [self._row(row, width, block.line) for row in block.rows]
        for row, row_id in zip(rows, row_ids, strict=False):
            self.anchor(row, row_id)
        # docutils wants a body, so a single row is no header. An infobox names its rows, not its
        # columns.
        name = caption_of(block)
        is_infobox = name.lower() == "infobox"
        headers = 0 if len(rows) < 2 or is_infobox else 1
        rows = rows or [self._row((), width, block.line)]
        table = self.at(make_table([100 // width or 1] * width, rows, headers), block.line)
        self.anchor(table, name_id)
        if is_infobox:
            table["classes"].append("scrapbox-infobox")
        elif name:
            table.insert(0, self.at(nodes.title(block.name, "", nodes.Text(name)), block.line))
        return table

    def _rows(self, table: ast.Table) -> list[nodes.Element]:
        """A table that is too wide or too ragged: a line for each row, bars between its cells."""
        block = self.at(nodes.line_block(classes=["scrapbox-rows"]), table.line)
        name_id, *row_ids = table.row_ids or ("",)
        self.anchor(block, name_id)
        for at, cells in enumerate(table.rows):
            content: list[ast.Inline] = []
            for number, cell in enumerate(cells):
                content += (_BAR, *cell) if number else cell
            line = next((node.line for node in content if node.line), table.line)
            row = self.at(nodes.line(ast.plain_text(content), ""), line)
            self.append_inlines(row, content)
            if not all(isinstance(node, ast.Text) for node in content):
                row["translatable"] = False
            self.anchor(row, *row_ids[at : at + 1])
            block += row
        name = caption_of(table)
        if not name:
            return [block]
        return [self.at(nodes.rubric(table.name, "", nodes.Text(name)), table.line), block]

    def _row(
        self, cells: Sequence[tuple[ast.Inline, ...]], width: int, block_line: int
    ) -> nodes.row:
        row = nodes.row()
        for cell in (*cells, *((),) * (width - len(cells))):
            entry = nodes.entry()
            if cell:
                source = ast.plain_text(cell)
                paragraph = self.paragraph(cell, source, cell[0].line or block_line)
                if not all(isinstance(node, ast.Text) for node in cell):
                    # The tree has no source of cells: a translation would lose all but the text.
                    paragraph["translatable"] = False
                entry += paragraph
            row += entry
        return row

    def _beside(self, section: outline.Section) -> nodes.paragraph:
        """What stood beside a heading on its line: a date, icons, tags."""
        beside = nodes.paragraph(classes=["scrapbox-beside"], translatable=False)
        content = list(section.beside)
        if isinstance(first := content[0], ast.Text):
            content[0] = ast.Text(first.text.lstrip(" .。\u3000") or " ", line=first.line)
        self.append_inlines(self.at(beside, section.line), content)
        return beside


def _muted(element: _E, content: Sequence[ast.Inline]) -> _E:
    """Keep a line without words from translators: icons, images, bare addresses, formulas."""
    first = content[0] if content else None
    if isinstance(first, ast.Text) and first.text[:1].isalnum():  # as most lines begin
        return element
    if content and not any(map(_has_words, ast.walk(content))):
        element["translatable"] = False
    return element


def _has_words(node: ast.Inline) -> bool:
    match node:
        case ast.Text(text) | ast.ExternalLink(_, text):
            return any(map(str.isalnum, text))
        case ast.Icon() | ast.Image() | ast.Formula() | ast.Blank() | ast.Location():
            return False
    return True
