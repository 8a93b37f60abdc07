"""The structure of a page: from :class:`.Page` to :class:`StructuredPage`.

Three steps, in this order: split the page at the footers of machine translations
(:mod:`.translation`), arrange the lines in sections and lists (:mod:`.outline`), find speakers
and signatures (:mod:`.speakers`). A renderer or writer iterates :attr:`StructuredPage.parts`::

    structured = structure(page, options)
    for problem in structured.problems: ...  # the caller warns
    for part in structured.parts:
        ...  # part.title, part.content, part.translation

To show a piece of a page, take a slice, which is arranged like the page itself:
:meth:`~StructuredPage.section`, :meth:`~StructuredPage.line`,
:meth:`~StructuredPage.source_lines`, :meth:`~StructuredPage.code`,
:meth:`~StructuredPage.table`. :func:`arrange` is for text that is not a page, such as the body
of a directive: it has no footers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter
from types import MappingProxyType

from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.dates import Dates, clamp_dates
from sphinx_scrapbox.wiki.lines import Excerpt, excerpt_of, is_prose, summary_of_excerpt
from sphinx_scrapbox.wiki.outline import Part, Section, ends_at_blank, outline
from sphinx_scrapbox.wiki.speakers import DEFAULT_MARKS, Speakers
from sphinx_scrapbox.wiki.titles import key
from sphinx_scrapbox.wiki.translation import WORDINGS, Translation, Wording, split_at_footers
from sphinx_scrapbox.wiki.urls import image_url


@dataclass(frozen=True, slots=True)
class StructureOptions:
    """Options of :func:`structure`.

    ``marks``, ``people`` and ``signers`` are as in ``Speakers``; ``wordings`` are the patterns of
    footers, of which the first match counts.
    """

    marks: Container[str] = DEFAULT_MARKS
    people: Container[str] = frozenset()
    signers: Container[str] | None = None
    wordings: tuple[Wording, ...] = WORDINGS


DEFAULT_OPTIONS = StructureOptions()


@dataclass(frozen=True, slots=True)
class StructuredPart:
    """The text up to a translation footer or to the end of the page, with the footer.

    ``title`` is "" for the first part, and for a later part without a title line. ``language``
    is the code of a language mark that is alone on a line, such as ``"en"``.
    """

    title: str
    line: int
    content: tuple[Part, ...]
    translation: Translation | None
    language: str
    problems: tuple[ast.Problem, ...]


@dataclass(frozen=True, slots=True)
class StructuredPage:
    """A page and its parts; there is always at least one part."""

    page: ast.Page
    parts: tuple[StructuredPart, ...]
    blocks: tuple[ast.Block, ...]
    """The blocks of the page without footers and repeated titles, in source order."""
    options: StructureOptions

    @property
    def problems(self) -> tuple[ast.Problem, ...]:
        """The problems of reader and outline, to be reported by the caller."""
        outlines = (problem for part in self.parts for problem in part.problems)
        return (*self.page.problems, *outlines)

    @property
    def language(self) -> str:
        """The language that the page states: in its front matter, or by its last language mark.

        A translation may hold a mark of its source, which tells nothing of the translated text.
        """
        if self.page.language:
            return self.page.language
        marks = (
            part.language
            for part in reversed(self.parts)
            if not part.translation or part.language != part.translation.source_language
        )
        return next(filter(None, marks), "")

    @property
    def dates(self) -> Dates:
        """The dates of the page, as far as the page itself has any."""
        return clamp_dates(self.page.created, self.page.updated)

    @property
    def summary(self) -> str:
        """The first lines of prose as plain text: see :func:`.summary_of_excerpt`."""
        return summary_of_excerpt(self.excerpt())

    def excerpt(
        self,
        label: Callable[[ast.Icon], str] = attrgetter("name"),
        translations: Mapping[int, str] = MappingProxyType({}),
    ) -> Excerpt:
        """The first lines of prose, with the names that *label* returns for icons in sentences.

        :param translations: the text that takes the place of a line, by its number in the file.
        """
        speakers = _speakers(self.options, self.page.blocks)
        lines = (
            replace(block, nodes=(ast.Text(translations[block.line]),))
            if block.line in translations
            else block
            for block in self.blocks
            if isinstance(block, ast.Line)
        )
        prose = ((line.indent, speakers.words(line)) for line in lines if is_prose(line))
        return excerpt_of(prose, label)

    @property
    def image(self) -> str:
        """The address of the first image that may be shown; "" if there is none."""
        return image_of(self.blocks)

    @property
    def content(self) -> tuple[Part, ...]:
        """The content of all parts; a part with a title is a section of its own."""
        content: list[Part] = []
        for part in self.parts:
            if part.title:
                title = ast.Text(part.title)
                content.append(Section((title,), (), part.content, part.title, part.line))
            else:
                content.extend(part.content)
        return tuple(content)

    def section(self, heading: str) -> Section:
        """The section with this heading; if there is none, the section of this number.

        :raises NotThere: if there is neither.
        """
        sections = list(_sections(self.content))
        for section in sections:
            if key(ast.plain_text(section.title).strip()) == key(heading):
                return section
        if heading.isascii() and heading.isdigit() and 0 < int(heading[:9]) <= len(sections):
            return sections[int(heading) - 1]
        raise NotThere(f"no section is called {heading!r}")

    def line(self, line_id: str) -> Section | tuple[Part, ...]:
        """The line of this id with what hangs below it; of a heading, its section.

        A line inside a block of code or a table stands for the whole block.

        :raises NotThere: if no line has this id.
        """
        for section in _sections(self.content):
            if section.id == line_id:
                return section
        blocks = self.page.blocks
        for at, block in enumerate(blocks):
            if _has_id(block, line_id):
                end = _end_below(blocks, at) if isinstance(block, ast.Line) else at + 1
                return self._arrange(_outdented(blocks[at:end], block.indent))
        raise NotThere(f"no line has the id {line_id}")

    def source_lines(self, numbers: Collection[int]) -> tuple[Part, ...]:
        """The blocks that begin on one of these lines of the source (1-based).

        :raises NotThere: if none does.
        """
        blocks = [block for block in self.page.blocks if block.line in numbers]
        if not blocks:
            raise NotThere("there is no text on these lines")
        indents = (
            block.indent for block in blocks if not isinstance(block, ast.Line) or block.nodes
        )
        return self._arrange(_outdented(blocks, min(indents, default=0)))

    def code(self, name: str) -> ast.CodeBlock:
        """The code of this name; "" means the only code of the page.

        Blocks that share a name are parts of one file, as they are in the wiki.

        :raises NotThere: if there is none, or several and no name.
        """
        blocks = [block for block in self.page.blocks if isinstance(block, ast.CodeBlock)]
        blocks = [block for block in blocks if not name or key(block.name.strip()) == key(name)]
        if not blocks:
            raise NotThere(f"no block of code is called {name!r}" if name else "there is no code")
        if not name and any(block.name != blocks[0].name for block in blocks):
            raise NotThere("there are several blocks of code, and none is named")
        rows = tuple(row for block in blocks for row in block.rows)
        return replace(blocks[0], rows=rows, indent=0, row_ids=())

    def table(self, name: str) -> ast.Table:
        """The first table of this name; "" means the only table of the page.

        :raises NotThere: if there is none, or several and no name.
        """
        tables = [block for block in self.page.blocks if isinstance(block, ast.Table)]
        tables = [block for block in tables if not name or key(block.name.strip()) == key(name)]
        if not tables:
            raise NotThere(f"no table is called {name!r}" if name else "there is no table")
        if not name and len(tables) > 1:
            raise NotThere("there are several tables, and none is named")
        (table,) = self._arrange((replace(tables[0], indent=0, row_ids=()),))
        assert isinstance(table, ast.Table)
        return table

    def _arrange(self, blocks: Iterable[ast.Block]) -> tuple[Part, ...]:
        return _speakers(self.options, self.page.blocks).mark(outline(blocks).parts)


class NotThere(LookupError):
    """The page has no such part; the message says which."""


def structure(page: ast.Page, options: StructureOptions = DEFAULT_OPTIONS) -> StructuredPage:
    """Split *page* at its footers, outline each part, and mark speakers and signatures."""
    stretches = split_at_footers(page, options.wordings)
    speakers = _speakers(options, page.blocks)
    outlines = [outline(stretch.blocks) for stretch in stretches]
    parts = tuple(
        StructuredPart(
            stretch.title,
            stretch.line,
            speakers.mark(shape.parts),
            stretch.translation,
            speakers.language(shape.parts),
            shape.problems,
        )
        for stretch, shape in zip(stretches, outlines, strict=True)
    )
    blocks = tuple(block for stretch in stretches for block in stretch.blocks)
    return StructuredPage(page, parts, blocks, options)


def arrange(
    blocks: Iterable[ast.Block], options: StructureOptions = DEFAULT_OPTIONS
) -> tuple[Part, ...]:
    """The outline of *blocks* with speakers marked, for text that is not a page."""
    blocks = tuple(blocks)
    return _speakers(options, blocks).mark(outline(blocks).parts)


def _speakers(options: StructureOptions, blocks: Iterable[ast.Block]) -> Speakers:
    """Who can speak on a page with these blocks."""
    return Speakers(options.marks, options.people, options.signers).on_page(blocks)


def has_line(page: ast.Page, line_id: str) -> bool:
    """Whether a line of the page has this id."""
    return any(_has_id(block, line_id) for block in page.blocks)


def _has_id(block: ast.Block, line_id: str) -> bool:
    return line_id == block.id if isinstance(block, ast.Line) else line_id in block.row_ids


def _end_below(blocks: Sequence[ast.Block], at: int) -> int:
    """The end of what hangs below the line at *at*, by the rules of :mod:`.outline`."""
    indent, end = blocks[at].indent, at + 1
    for below in range(at + 1, len(blocks)):
        block = blocks[below]
        if isinstance(block, ast.Line) and not block.nodes:
            if end == at + 1 and ends_at_blank(blocks[at]):
                break
        elif block.indent > indent:
            end = below + 1
        else:
            break
    return end


def _outdented(blocks: Sequence[ast.Block], levels: int) -> tuple[ast.Block, ...]:
    return tuple(replace(block, indent=max(block.indent - levels, 0)) for block in blocks)


def _sections(parts: Iterable[Part]) -> Iterator[Section]:
    for part in parts:
        if isinstance(part, Section):
            yield part
            yield from _sections(part.parts)


def line_text(line: ast.Line) -> str:
    """The plain text of a line (:func:`.plain_text`, prose), with single blanks."""
    return " ".join(ast.plain_text(line.nodes, prose=True).split())


def image_of(blocks: Iterable[ast.Block]) -> str:
    """The address of the first image that may be shown, icons apart; "" if there is none."""
    nodes = chain.from_iterable(map(ast.walk, blocks))
    addresses = (image_url(node.src) for node in nodes if isinstance(node, ast.Image))
    return next(filter(None, addresses), "")
