"""A page of the wiki as the document that Sphinx reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.formats.page_file import limit_size
from sphinx_scrapbox.rendering import render
from sphinx_scrapbox.rendering.nodes import find_nodes, scrapbox_provenance, scrapbox_related
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.sphinx_ext.builders import builder_of, is_html
from sphinx_scrapbox.sphinx_ext.config.options import mode_of, options
from sphinx_scrapbox.sphinx_ext.domain.record import record_of, set_record
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.domain.survey import structure_options
from sphinx_scrapbox.sphinx_ext.reading.embedded_directives import run_directive
from sphinx_scrapbox.sphinx_ext.reading.messages import note_page
from sphinx_scrapbox.sphinx_ext.reading.repairs import repaired_lines, unrepaired
from sphinx_scrapbox.sphinx_ext.reading.translation_notice import (
    languages_of,
    note_translation,
    notice,
)
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.page_files import PageFile
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.ast import CodeBlock, Line, Page, plain_text
from sphinx_scrapbox.wiki.structure import StructuredPage, StructuredPart, structure
from sphinx_scrapbox.wiki.text import is_latin_text, script_language
from sphinx_scrapbox.wiki.titles import anchor
from sphinx_scrapbox.wiki.translation import Translation

_T = TypeVar("_T")

PAGE_READ, PAGE_STRUCTURED = "scrapbox-page-read", "scrapbox-page-structured"
"""The events with which other extensions may change a page; the first result not None counts."""


def read_page(env: BuildEnvironment, file: PageFile, docname: str) -> PageFile:
    """*file* with the page that a handler of ``scrapbox-page-read`` (app, docname, page) returns.

    The deny list applies to that page, too.
    """
    page = _emit(env, PAGE_READ, docname, file.page)
    return file if page is file.page else source_folder(env).pages.redact(file._replace(page=page))


def structured_page(env: BuildEnvironment, page: Page, docname: str) -> StructuredPage:
    """*page*, structured, or what a handler of ``scrapbox-page-structured`` makes of it.

    Its arguments are (app, docname, :class:`.StructuredPage`). The size of the page is limited.
    """
    structured = structure(limit_size(page), structure_options(env, page.project))
    return _emit(env, PAGE_STRUCTURED, docname, structured)


def _emit(env: BuildEnvironment, event: str, docname: str, value: _T) -> _T:
    # Sphinx logs repr() of all arguments, which takes longer than structuring the page.
    if not env.events.listeners.get(event):
        return value
    result: _T | None = env.events.emit_firstresult(event, docname, value)
    return value if result is None else result


MOST_KEPT = 1000
"""Pages that are kept until they are written as Markdown, about 30 KiB each."""
_KEPT: WeakKeyDictionary[BuildEnvironment, dict[str, tuple[str, StructuredPage]]]
_KEPT = WeakKeyDictionary()


def _keep(env: BuildEnvironment, text: str, structured: StructuredPage) -> None:
    """Keep a page that was read, with the text of its file, if it is going to be asked for."""
    if "markdown" not in options(env.config).data_files or not is_html(builder_of(env)):
        return
    kept = _KEPT.setdefault(env, {})
    if len(kept) < MOST_KEPT:
        kept[env.docname] = text, structured


def forget_pages(app: Sphinx, error: Exception | None) -> None:
    """Handler of ``build-finished``: forget the pages that were kept."""
    _KEPT.pop(app.env, None)


def page_of_document(env: BuildEnvironment, docname: str) -> StructuredPage | None:
    """The page in the file of a document; None if that cannot be read any more.

    If this process read the document, the page need not be read again.
    """
    path = Path(env.doc2path(docname))
    text, structured = _KEPT.get(env, {}).pop(docname, ("", None))
    pages = source_folder(env).pages
    if structured is not None and text == pages.text_of(path):
        return structured
    file = pages.read_once(path)
    return file and structured_page(env, read_page(env, file, docname).page, docname)


class PageSite(SphinxSite):
    """The site for the nodes of a page, with directives and translation notices.

    :param document: the document that is read.
    :param line_times: Unix times of the last change of each line of the page, if known.
    """

    def __init__(
        self,
        env: BuildEnvironment,
        document: nodes.document,
        page: Page,
        line_times: Sequence[int] = (),
        *,
        project: str = "",
        docfile: Path | None = None,
    ) -> None:
        super().__init__(env, project=project, docfile=docfile)
        self._document = document
        self._page = page
        self._line_times = line_times

    def directive(self, block: CodeBlock) -> list[nodes.Node] | None:
        """Run a directive of ``scrapbox_page_directives``."""
        return run_directive(self._document, self._config, block)

    def notices(self, part: StructuredPart) -> tuple[list[nodes.Node], list[nodes.Node]]:
        """The translation notice where ``scrapbox_translation_notice`` wants it."""
        if (translation := part.translation) is None:
            return [], []
        admonition, languages = self._notice(translation), self._languages(translation)
        note_translation(self._document, admonition, translation, languages, self._line_times)
        position = self._config.translation_notice
        before: list[nodes.Node] = [admonition] if position in ("start", "both") else []
        return before, [admonition.deepcopy()] if position in ("end", "both") else []

    def _languages(self, translation: Translation) -> tuple[str, str]:
        return languages_of(translation, self._page.project, self._config)

    def _notice(self, translation: Translation) -> nodes.Element:
        path = str(self._docfile or self._document["source"])
        text = self._config.translation_text
        return notice(translation, self._languages(translation), self, text, path)


def build_page(
    file: PageFile,
    document: nodes.document,
    env: BuildEnvironment,
    text: str,
    line_times: Sequence[int] = (),
) -> None:
    """Fill *document* with the page of *file*, and its record with what the domain keeps.

    :param text: the text of the file, of which the script tells the language.
    :param line_times: Unix times of the last change of each line of the file, if known.
    """
    config = options(env.config)
    is_denied = file.is_denied
    file = read_page(env, file, env.docname)
    structured = structured_page(env, file.page, env.docname)
    if not is_denied:
        _keep(env, text, structured)
    page = structured.page
    for problem in unrepaired(structured.problems):
        location = (env.docname, problem.line or None)
        warn(Warn(problem.kind), problem.message, location=location)
    document.children.clear()
    # A wiki has no toctree: its pages are found by links.
    orphan = nodes.field("", nodes.field_name("", "orphan"), nodes.field_body())
    document += nodes.docinfo("", orphan)
    site = PageSite(env, document, page, line_times)
    dates, image = structured.dates, structured.image
    script = script_of(text, page)
    record = record_of(document)
    record = record._replace(
        title=page.title,
        project=page.project,
        language=structured.language,
        script_language=script.language,
        is_latin=script.is_latin,
        created=dates.created,
        updated=dates.updated,
        other_titles=(*record.other_titles, *page.aliases),
        named_by_file=file.is_named_by_file and page.title == file.page.title,
        excerpt=site.excerpt(structured),
        image=site.image(image)["uri"].removeprefix("/") if image else "",
        redacted=file.redacted,
        repaired_lines=repaired_lines(structured.problems),
    )
    set_record(document, record)
    note_page(env, document, structured)
    section = render(structured, site, document)
    if file.locked and file.locked.page:
        without = _lines_without_anchor(section, file.locked.page.line_ids)
        set_record(document, record_of(document)._replace(lines_without_anchor=without))
    keep_outside(section)
    if config.provenance != "none":
        line = scrapbox_provenance(docname=env.docname)
        section.insert(1 if config.provenance == "start" else len(section), line)
    mode = mode_of(env.docname, config.related, "cards")
    if mode != "none":
        section += scrapbox_related(mode=mode, docname=env.docname)
    document += section


class Script(NamedTuple):
    """The language that the script of a page tells, and whether the page is in Latin script."""

    language: str
    is_latin: bool


def script_of(text: str, page: Page) -> Script:
    """The script of *page*; *text* is the text of its file.

    Code, which is in Latin script whatever the page is, is left out if all of the text tells
    nothing.
    """
    if language := script_language(text):
        return Script(language, is_latin=False)
    rows = [
        plain_text(cell, prose=True)
        for block in page.blocks
        if not isinstance(block, CodeBlock)
        for cell in ([block.nodes] if isinstance(block, Line) else chain(*block.rows))
    ]
    prose = "\n".join([page.title, *rows])
    language = script_language(prose)
    return Script(language, is_latin=not language and is_latin_text(prose))


def _lines_without_anchor(
    section: nodes.section, line_ids: Sequence[str]
) -> tuple[int, ...] | None:
    """The positions in *line_ids* of lines that no node stands for; None if there is none at all.

    The wiki's ids of lines are not those of the nodes of an exported page or an edited file.
    """
    ids = {name for node in find_nodes(section, nodes.Element) for name in node["ids"]}
    without = tuple(at for at, line in enumerate(line_ids) if anchor(line) not in ids)
    return without if len(without) < len(line_ids) else None
