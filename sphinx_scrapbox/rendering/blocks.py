"""From an outline to docutils nodes.

Standard nodes wherever one says it: sections, bullet and enumerated lists, line blocks,
block quotes, literal blocks, tables, math, images, transitions. Every text element carries its
source file, its line and its own source text, so that warnings and gettext point at it.

Links are not made here: the renderer is handed a :class:`Site` that makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TypeVar, assert_never

from docutils import nodes

from sphinx_scrapbox.formats.code_languages import PLAIN, lexer_of
from sphinx_scrapbox.formats.tex import is_formula
from sphinx_scrapbox.rendering.nodes import (
    scrapbox_icon,
    scrapbox_speaker,
    scrapbox_speech,
    scrapbox_video,
)
from sphinx_scrapbox.rendering.sanitize import tamed
from sphinx_scrapbox.rendering.site import Site
from sphinx_scrapbox.wiki.ast import (
    MAX_ICONS,
    Blank,
    Code,
    CodeBlock,
    Command,
    Decoration,
    ExternalLink,
    Formula,
    Hashtag,
    Icon,
    IconRole,
    Image,
    Inline,
    Line,
    Location,
    Numbered,
    PageLink,
    Question,
    Quote,
    Strong,
    Table,
    Text,
)
from sphinx_scrapbox.wiki.outline import (
    Bullets,
    Gap,
    Numbers,
    Part,
    Quotes,
    Rule,
    Run,
    Section,
    Turn,
)
from sphinx_scrapbox.wiki.titles import anchor, is_line_id, join_target, split_fragment
from sphinx_scrapbox.wiki.urls import embed_url, image_url, map_label, map_url, safe_url

MAX_SIBLINGS = 400
"""Inlines that stand side by side. docutils replaces a resolved link by searching among its
siblings, so a line of many thousand links would cost the square of their number."""

_DECORATION_NAMES = {"-": "strike", "_": "underline"}
_E = TypeVar("_E", bound=nodes.Element)


class Renderer:
    """Renders the parts of one page.

    :param document: the document that will hold the nodes; hands out section ids.
    :param source: path of the page file.
    :param videos: whether a film alone on its line may be played in place.
    """

    def __init__(
        self,
        document: nodes.document,
        source: str,
        site: Site,
        *,
        videos: bool = True,
    ) -> None:
        self._document = document
        self._source = source
        self._site = site
        self._videos = videos

    # -- blocks ------------------------------------------------------------------------

    def section(
        self, title: Sequence[Inline], line: int, *, source: str, id: str = ""
    ) -> nodes.section:
        """A section with its title, registered with the document."""
        section = self._at(nodes.section(), line)
        heading = self._at(nodes.title(source, ""), line)
        self._append_inlines(heading, title)
        section["names"].append(nodes.fully_normalize_name(heading.astext()))
        self._anchor(section, id)
        section += heading
        # Headings may well repeat: no second argument, no message inside the section.
        self._document.note_implicit_target(section)
        return section

    def append(self, parent: nodes.Element, parts: Iterable[Part]) -> None:
        """Append the nodes of *parts* to *parent*."""
        for part in parts:
            match part:
                case Run():
                    self._append_run(parent, part)
                case Quotes():
                    self._append_quotes(parent, part.lines)
                    self.append(parent, part.below)
                case Bullets(items):
                    parent += self._items(nodes.bullet_list(bullet="-"), items)
                case Numbers(start, items):
                    numbers = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".")
                    if start != 1:
                        numbers["start"] = start
                    parent += self._items(numbers, items)
                case CodeBlock():
                    self._append_code(parent, part)
                case Table():
                    parent += self._table(part)
                case Rule(line):
                    # docutils allows a transition only between body elements of a section.
                    if isinstance(parent, (nodes.section, nodes.document)):
                        parent.append(self._at(nodes.transition(), line))
                case Gap():
                    pass
                case Turn(speakers, said, line, turn_id):
                    turn = self.turn(speakers, line)
                    self._anchor(turn, turn_id)
                    self.append(turn, said)
                    parent += turn
                case Section():
                    section = self.section(part.title, part.line, source=part.source, id=part.id)
                    if part.beside:
                        section += self._beside(part)
                    self.append(section, part.parts)
                    parent += section
                case _:
                    assert_never(part)

    def turn(self, speakers: Sequence[Icon], line: int) -> scrapbox_speech:
        """The beginning of a turn: who speaks; what is said is appended to it."""
        labels = [self._site.label(icon) for icon in speakers]
        turn = self._at(scrapbox_speech(speakers=labels), line)
        who = self._at(scrapbox_speaker(translatable=False), line)
        for number, icon in enumerate(speakers):
            if number:
                who += nodes.Text(", ")
            who += self._icon(icon, IconRole.SPEAKER, line)
        turn += who
        return turn

    def paragraph(self, content: Sequence[Inline], source: str, line: int) -> nodes.paragraph:
        """One paragraph of inlines."""
        paragraph = self._at(nodes.paragraph(source, ""), line)
        self._append_inlines(paragraph, content)
        return _muted(paragraph, content)

    def _append_run(self, parent: nodes.Element, run: Run) -> None:
        if len(run.lines) == 1 and not _stands_alone(run.lines[0]):  # as most items of lists are
            parent += self._text_block(run.lines)
            self.append(parent, run.below)
            return
        for stands_alone, group in groupby(run.lines, key=_stands_alone):
            lines = tuple(group)
            if stands_alone:
                for line in lines:
                    self._append_alone(parent, line)
            else:
                parent += self._text_block(lines)
        self.append(parent, run.below)

    def _text_block(self, lines: Sequence[Line]) -> nodes.Element:
        """One line as a paragraph, several as a block that keeps its line ends."""
        if len(lines) == 1:
            line = lines[0]
            paragraph = self.paragraph(line.nodes, line.source, line.line)
            self._anchor(paragraph, line.id)
            return paragraph
        block = self._at(nodes.line_block(), lines[0].line)
        for line in lines:
            row = self._at(nodes.line(line.source, ""), line.line)
            self._append_inlines(row, line.nodes)
            self._anchor(row, line.id)
            block += _muted(row, line.nodes)
        return block

    def _append_alone(self, parent: nodes.Element, line: Line) -> None:
        """A line that is nothing but images, a film or a formula is a block of its own."""
        match line.nodes:
            case (Formula(tex),) if is_formula(tex):
                block = self._at(nodes.math_block(tex, tex, nowrap=False, number=None), line.line)
                self._anchor(block, line.id)
                parent += _muted(block, line.nodes)
            case (ExternalLink(url, label),) if self._videos and (player := embed_url(url)):
                paragraph = self._at(nodes.paragraph(line.source, ""), line.line)
                address = safe_url(url) or url
                paragraph += self._at(
                    scrapbox_video("", nodes.Text(label or url), refuri=address, embed=player),
                    line.line,
                )
                self._anchor(paragraph, line.id)
                parent += _muted(paragraph, line.nodes)
            case _:
                parent += self._text_block((line,))

    def _append_quotes(self, parent: nodes.Element, lines: Sequence[Line]) -> None:
        """Quoted lines, nested by how many further ``>`` they begin with.

        An empty line ends a block; a quote of nothing else is a single empty paragraph.
        """
        open_quotes: list[nodes.block_quote] = []
        empty = True
        for (depth, _), group in groupby(map(_unquoted, lines), key=_quote_shape):
            rows = [row for _, row in group]
            while len(open_quotes) > depth:
                open_quotes.pop()
            while rows[0].nodes and len(open_quotes) < depth:
                quote = self._at(nodes.block_quote(), rows[0].line)
                (open_quotes[-1] if open_quotes else parent).append(quote)
                open_quotes.append(quote)
            if rows[0].nodes:
                self._append_run(open_quotes[-1], Run(tuple(rows)))
                empty = False
        if empty:
            quote = self._at(nodes.block_quote(), lines[0].line)
            quote += self._at(nodes.paragraph(), lines[0].line)
            parent += quote

    def _items(self, container: _E, items: Iterable[Sequence[Part]]) -> _E:
        for item in items:
            entry = nodes.list_item()
            self.append(entry, item)
            if entry.children and isinstance(entry[0], scrapbox_speech):
                entry["classes"].append("scrapbox-turn")  # its name is its marker
            container.append(entry)
        if container.children:
            first = container[0]
            assert isinstance(first, nodes.Element)
            line = next((n.line for n in first.findall() if n.line), None)
            self._at(container, line or 0)
        return container

    def _append_code(self, parent: nodes.Element, block: CodeBlock) -> None:
        made = self._site.directive(block) if block.language.startswith("{") else None
        if made is not None:
            parent += tamed(made)
            return
        text = "\n".join(block.rows)
        language = lexer_of(block.language) if block.language else lexer_of(block.name)
        literal = self._at(nodes.literal_block(text, text), block.line)
        # Forced: what a lexer cannot read is shown plain and never warned of.
        literal.update_all_atts({"language": language or PLAIN, "force": True})
        literal["highlight_args"] = {}
        self._anchor(literal, *block.row_ids)
        caption = block.name.strip().strip(":").strip()
        says_more = language is None or language != lexer_of(block.name)
        if block.language and says_more and not block.language.startswith("{"):
            caption = f"{caption} ({block.language})".lstrip()
        if not caption:
            parent += literal
            return
        wrapper = self._at(
            nodes.container(
                "", literal_block=True, classes=["literal-block-wrapper", "scrapbox-code"]
            ),
            block.line,
        )
        wrapper += self._at(nodes.caption(caption, "", nodes.Text(caption)), block.line)
        wrapper += literal
        parent += wrapper

    def _table(self, block: Table) -> nodes.table:
        width = max(map(len, block.rows), default=1) or 1
        table = self._at(nodes.table(classes=["scrapbox-table"]), block.line)
        name_id, *row_ids = block.row_ids or ("",)
        self._anchor(table, name_id)
        is_infobox = block.name.strip().lower() == "infobox"
        if is_infobox:
            table["classes"].append("scrapbox-infobox")
        elif block.name.strip():
            title = self._at(nodes.title(block.name, ""), block.line)
            title += nodes.Text(block.name.strip())
            table += title
        group = nodes.tgroup(cols=width)
        table += group
        for _ in range(width):
            group += nodes.colspec(colwidth=100 // width or 1)
        rows = [self._row(row, width, block.line) for row in block.rows]
        for row, row_id in zip(rows, row_ids, strict=False):
            self._anchor(row, row_id)
        body = nodes.tbody("", *rows[1:])
        if len(rows) < 2 or is_infobox:
            # The content model wants a body; a header alone is shown as one. An infobox
            # names its rows, not its columns.
            body = nodes.tbody("", *(rows or [self._row((), width, block.line)]))
        elif rows:
            group += nodes.thead("", rows[0])
        group += body
        return table

    def _row(self, cells: Sequence[tuple[Inline, ...]], width: int, block_line: int) -> nodes.row:
        row = nodes.row()
        for cell in (*cells, *((),) * (width - len(cells))):
            entry = nodes.entry()
            if cell:
                line = cell[0].line or block_line
                paragraph = self.paragraph(cell, "".join(map(_plain, cell)), line)
                if not all(isinstance(node, Text) for node in cell):
                    # The tree keeps no source of cells, so a translation would lose the rest.
                    paragraph["translatable"] = False
                entry += paragraph
            row += entry
        return row

    def _beside(self, section: Section) -> nodes.paragraph:
        """What stood beside a heading: a date, who wrote it, tags."""
        beside = self._at(
            nodes.paragraph(classes=["scrapbox-beside"], translatable=False), section.line
        )
        trimmed = list(section.beside)
        if isinstance(first := trimmed[0], Text):
            trimmed[0] = Text(first.text.lstrip(" .。\u3000") or " ", line=first.line)
        self._append_inlines(beside, trimmed)
        return beside

    # -- inlines -----------------------------------------------------------------------

    def _append_inlines(self, parent: nodes.Element, content: Sequence[Inline]) -> None:
        if len(content) > MAX_SIBLINGS:
            for start in range(0, len(content), MAX_SIBLINGS):
                chunk = self._at(nodes.inline(), parent.line or 0)
                self._append_inlines(chunk, content[start : start + MAX_SIBLINGS])
                parent += chunk
            return
        for node in content:
            parent += self._inline(node, parent.line or 0)

    def _inline(self, node: Inline, line: int) -> nodes.Node | list[nodes.Node]:
        line = node.line or line
        match node:
            case Text(text) | Blank(text):
                return nodes.Text(text)
            case Code(text):
                return self._at(nodes.literal(text, text), line)
            case Formula(tex):
                if is_formula(tex):
                    return self._at(nodes.math(tex, tex), line)
                return self._at(nodes.literal(tex, tex, classes=["scrapbox-formula"]), line)
            case Strong(content):
                strong = self._at(nodes.strong(), line)
                self._append_inlines(strong, content)
                return strong
            case Decoration():
                return self._decoration(node, line)
            case PageLink(title, project):
                return self._page_link(node, title, project, line)
            case ExternalLink(url, label):
                return self._external(url, label or url, line)
            case Image():
                return self._image(node, line)
            case Icon():
                return self._icons(node, line)
            case Hashtag(tag):
                shown = nodes.inline("", f"#{tag}", classes=["xref", "scrapbox-tag"])
                return self._site.link("tag", tag, self._at(shown, line))
            case Location():
                return self._location(node, line)
            case Quote(content):
                return self._wrapped(nodes.inline(classes=["scrapbox-quote"]), content, line)
            case Numbered(number, content):
                wrapped = self._wrapped(nodes.inline(), content, line)
                wrapped.insert(0, nodes.Text(f"{number}. "))
                return wrapped
            case Question(text):
                return self._at(nodes.inline("", f"? {text}", classes=["scrapbox-question"]), line)
            case Command(sign, text):
                shell = f"{sign} {text}"
                return self._at(nodes.literal(shell, shell, classes=["scrapbox-command"]), line)
            case _:
                assert_never(node)

    def _wrapped(self, wrapper: _E, content: Sequence[Inline], line: int) -> _E:
        self._at(wrapper, line)
        self._append_inlines(wrapper, content)
        return wrapper

    def _decoration(self, node: Decoration, line: int) -> nodes.Element:
        """Stars are strong, a slash is emphasis; other signs are a class for style sheets."""
        classes = [
            f"scrapbox-{_DECORATION_NAMES.get(sign) or f'sign-{ord(sign):x}'}"
            for sign in sorted(set(node.signs) - {"*", "/"})
        ]
        if node.stars > 1:
            classes.append(f"scrapbox-size-{node.stars}")
        inner: nodes.Element | None = None
        outer: nodes.Element | None = None
        makers: list[Callable[[], nodes.Element]] = []
        if node.stars:
            makers.append(nodes.strong)
        if "/" in node.signs:
            makers.append(nodes.emphasis)
        for make in makers or [nodes.inline]:
            element = self._at(make(), line)
            if inner is None:
                outer = element
            else:
                inner += element
            inner = element
        assert outer is not None and inner is not None
        outer["classes"].extend(classes)
        self._append_inlines(inner, node.nodes)
        return outer

    def _page_link(self, node: PageLink, title: str, project: str, line: int) -> nodes.Element:
        if not title:
            shown = nodes.inline("", f"/{project}", classes=["xref", "scrapbox-project"])
            return self._site.link("project", f"/{project}", self._at(shown, line))
        target = join_target(project, title)
        head, fragment = split_fragment(target)
        text = head if is_line_id(fragment) else target  # the id of a line tells a reader nothing
        shown = nodes.inline("", text, classes=["xref", "scrapbox-page"])
        return self._site.link("page", target, self._at(shown, line))

    def _external(self, url: str, label: str, line: int) -> nodes.Node:
        address = safe_url(url)
        if address is None:
            return nodes.Text(label if label == url else f"{label} {url}")
        if target := self._site.page_at(url):
            shown = self._at(nodes.inline("", label, classes=["xref", "scrapbox-page"]), line)
            return self._site.link("page", target, shown, address)
        link = nodes.reference("", label, refuri=address, internal=False)
        return self._at(link, line)

    def _image(self, node: Image, line: int) -> nodes.Node:
        address = image_url(node.src)
        if address is None:
            return nodes.Text(node.src)
        image = self._at(self._site.image(address), line)
        if node.link and (link := safe_url(node.link)):
            image_link = self._at(nodes.reference("", "", refuri=link, internal=False), line)
            image_link += image
            return image_link
        return image

    def _location(self, node: Location, line: int) -> nodes.Node:
        link = nodes.reference(
            "",
            map_label(node),
            refuri=map_url(node),
            internal=False,
            classes=["scrapbox-location"],
        )
        return self._at(link, line)

    def _icons(self, node: Icon, line: int) -> list[nodes.Node]:
        icons: list[nodes.Node] = []
        for number in range(min(node.count, MAX_ICONS)):
            if number:
                icons.append(nodes.Text(" "))
            icons.append(self._icon(node, node.role, line))
        if node.count > MAX_ICONS:
            icons.append(nodes.Text(f" ×{node.count}"))
        return icons

    def _icon(self, icon: Icon, role: IconRole, line: int) -> nodes.Element:
        element = scrapbox_icon(
            name=icon.name,
            project=icon.project,
            label=self._site.label(icon),
            role=role.value,
        )
        self._at(element, icon.line or line)
        return self._site.link("icon", join_target(icon.project, icon.name), element)

    def _anchor(self, node: nodes.Element, *line_ids: str) -> None:
        """Let the addresses of lines lead to *node*."""
        node["ids"].extend(anchor(line_id) for line_id in line_ids if line_id)

    def _at(self, node: _E, line: int) -> _E:
        node.source = self._source
        node.line = line or None
        return node


def _stands_alone(line: Line) -> bool:
    match line.nodes:
        case (Formula(),):
            return True
        case (ExternalLink(url),):
            return embed_url(url) is not None
        case (Text(),):
            return False
    return any(isinstance(node, Image) for node in line.nodes) and all(
        isinstance(node, Image) or (isinstance(node, Text) and node.text.isspace())
        for node in line.nodes
    )


def _unquoted(line: Line) -> tuple[int, Line]:
    """How deep a quoted line is quoted, and the line without its marks."""
    quote = line.nodes[0] if line.nodes else None
    if not isinstance(quote, Quote):
        return 1, line
    content = quote.nodes
    depth = 1
    if content and isinstance(first := content[0], Text):
        text = first.text.lstrip()
        while text.startswith(">") and depth < 8:
            depth += 1
            text = text[1:].lstrip()
        if text != first.text:
            rest = (Text(text, line=first.line),) if text else ()
            content = rest + content[1:]
    source = line.source.lstrip("> \u3000")
    return depth, Line(line.indent, content, source, line.id, line=line.line)


def _quote_shape(row: tuple[int, Line]) -> tuple[int, bool]:
    depth, line = row
    return depth, bool(line.nodes)


def _muted(element: _E, content: Sequence[Inline]) -> _E:
    """Keep a line without words from translators: icons, images, bare addresses, formulas."""
    if content and not any(map(_has_words, content)):
        element["translatable"] = False
    return element


def _has_words(node: Inline) -> bool:
    match node:
        case Text(text) | ExternalLink(_, text):
            return any(map(str.isalnum, text))
        case Strong(content) | Decoration(_, content) | Quote(content) | Numbered(_, content):
            return any(map(_has_words, content))
        case Icon() | Image() | Formula() | Blank() | Location():
            return False
    return True


def _plain(node: Inline) -> str:
    match node:
        case Text(text):
            return text
        case PageLink(title, project):
            return join_target(project, title)
        case Icon(name):
            return name
    return ""
