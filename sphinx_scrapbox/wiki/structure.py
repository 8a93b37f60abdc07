"""A page, understood: :func:`structure` turns a :class:`.Page` into a :class:`StructuredPage`.

It runs the three steps that belong together, in this order: take off the footers of machine
translations (:mod:`.translation`), arrange the lines into sections and lists (:mod:`.outline`),
find out who speaks and who signs (:mod:`.speakers`). A renderer or a writer goes through
:attr:`StructuredPage.parts`::

    structured = structure(page, config.structure_options)
    for problem in structured.problems: ...  # the caller warns
    for part in structured.parts:
        ...  # part.title, part.content, part.translation

A directive that shows one piece of a page takes a slice, which is arranged and has its speakers
marked like the page: :meth:`~StructuredPage.section`, :meth:`~StructuredPage.line`,
:meth:`~StructuredPage.source_lines`, :meth:`~StructuredPage.code`,
:meth:`~StructuredPage.table`. Text that is no page of its own, such as the body of a directive,
has no footers: :func:`arrange` does for it what :func:`structure` does for a page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sphinx_scrapbox.wiki import excerpts
from sphinx_scrapbox.wiki.ast import Block, CodeBlock, Page, Problem, Table, Text
from sphinx_scrapbox.wiki.dates import Dates, clamp_dates
from sphinx_scrapbox.wiki.outline import Part, Section, outline
from sphinx_scrapbox.wiki.speakers import DEFAULT_MARKS, Speakers
from sphinx_scrapbox.wiki.translation import WORDINGS, Translation, Wording, lift


@dataclass(frozen=True, slots=True)
class StructureOptions:
    """What the structure of a page depends on, apart from the page.

    ``marks`` are the keys (:func:`.titles.key`) of icon names that stand for nobody;
    ``wordings`` are all footers that are recognised, the first that matches counts.
    """

    marks: Collection[str] = DEFAULT_MARKS
    wordings: tuple[Wording, ...] = WORDINGS


DEFAULT_OPTIONS = StructureOptions()


@dataclass(frozen=True, slots=True)
class StructuredPart:
    """A stretch of a page that ends at a translation footer, or at the end of the page.

    ``title`` is empty for the first part, which has the page's, and for one that repeats none.
    ``language`` is what a language mark alone on a line claims, such as ``"en"``.
    """

    title: str
    line: int
    content: tuple[Part, ...]
    translation: Translation | None
    language: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class StructuredPage:
    """A page and its parts; there is always at least one part."""

    page: Page
    parts: tuple[StructuredPart, ...]
    blocks: tuple[Block, ...]
    """The blocks of the page without footers and repeated titles, in source order."""
    options: StructureOptions

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the reader mended and what the outline cannot show, for the caller to report."""
        outlines = (problem for part in self.parts for problem in part.problems)
        return (*self.page.problems, *outlines)

    @property
    def language(self) -> str:
        """The language that the last language mark claims; "" if there is none."""
        return next((part.language for part in reversed(self.parts) if part.language), "")

    @property
    def dates(self) -> Dates:
        """When the page was created and last changed, as the page itself tells it."""
        return clamp_dates(self.page.created, self.page.updated)

    @property
    def summary(self) -> str:
        """The first lines of prose as plain text, at most :data:`.excerpts.LENGTH` characters."""
        return excerpts.summary_of(self.blocks)

    @property
    def image(self) -> str:
        """The address of the first image that may be shown; "" if there is none."""
        return excerpts.image_of(self.blocks)

    @property
    def content(self) -> tuple[Part, ...]:
        """The content of all parts; a part with a title is a section of its own."""
        content: list[Part] = []
        for part in self.parts:
            if part.title:
                title = Text(part.title)
                content.append(Section((title,), (), part.content, part.title, part.line))
            else:
                content.extend(part.content)
        return tuple(content)

    # -- slices; all raise excerpts.NotThere -----------------------------------------------

    def section(self, heading: str) -> Section:
        """The section with this heading; if there is none, the section of this number."""
        return excerpts.section_of(self.content, heading)

    def line(self, line_id: str) -> Section | tuple[Part, ...]:
        """The line of this id with what hangs below it; of a heading, its section."""
        if section := excerpts.section_of_line(self.content, line_id):
            return section
        return self._arrange(excerpts.hanging(self.page, line_id))

    def source_lines(self, numbers: Collection[int]) -> tuple[Part, ...]:
        """The blocks that begin on one of these lines of the source (1-based)."""
        if blocks := excerpts.standing_at(self.page.blocks, numbers):
            return self._arrange(blocks)
        raise excerpts.NotThere("there is no text on these lines")

    def code(self, name: str) -> CodeBlock:
        """The code of this name, all its blocks as one; "" means the only code of the page."""
        return excerpts.code_of(self.page, name)

    def table(self, name: str) -> Table:
        """The first table of this name; "" means the only table of the page."""
        (table,) = self._arrange((excerpts.table_of(self.page, name),))
        assert isinstance(table, Table)
        return table

    def _arrange(self, blocks: Iterable[Block]) -> tuple[Part, ...]:
        return arrange(blocks, self.options.marks)


def structure(page: Page, options: StructureOptions = DEFAULT_OPTIONS) -> StructuredPage:
    """Take *page* apart at its footers, outline each part and find its speakers."""
    stretches = lift(page, options.wordings)
    speakers = Speakers(options.marks)
    parts = []
    for stretch in stretches:
        shape = outline(stretch.blocks)
        parts.append(
            StructuredPart(
                stretch.title,
                stretch.line,
                speakers.mark(shape.parts),
                stretch.translation,
                speakers.language(shape.parts),
                shape.problems,
            )
        )
    blocks = tuple(block for stretch in stretches for block in stretch.blocks)
    return StructuredPage(page, tuple(parts), blocks, options)


def arrange(blocks: Iterable[Block], marks: Collection[str] = DEFAULT_MARKS) -> tuple[Part, ...]:
    """The outline of *blocks* with speakers marked, for text that is no page of its own."""
    return Speakers(marks).mark(outline(blocks).parts)
