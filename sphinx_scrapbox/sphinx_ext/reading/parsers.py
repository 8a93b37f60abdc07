"""The parsers of native pages (``.scrapbox``) and of Markdown.

The parser of Markdown takes the place of MyST's, or stands before that of MyST-NB: it reads wiki
pages itself, so that nothing in them is trusted, and hands all other files on. Which parser reads
``.md`` is decided after all extensions are set up (:mod:`.parser_registration`).
"""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.environment import BuildEnvironment
from sphinx.parsers import Parser

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord, set_record
from sphinx_scrapbox.sphinx_ext.performance.skipped_transforms import skip_transforms
from sphinx_scrapbox.sphinx_ext.reading.messages import append_message
from sphinx_scrapbox.sphinx_ext.reading.myst_syntax import parse_myst
from sphinx_scrapbox.sphinx_ext.reading.page_document import build_page
from sphinx_scrapbox.sphinx_ext.reading.recognition import exported_page
from sphinx_scrapbox.sphinx_ext.sources.file_types import MARKDOWN
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder

_TRANSLATED = ":<translated>"  # the end of the source path in which Sphinx parses a message
_IS_PAGE = "scrapbox_page"


class ScrapboxParser(Parser):
    """Reads pages in the wiki's own notation; the first line is the title."""

    supported: ClassVar[tuple[str, ...]] = ("scrapbox",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a whole document, or one translated message of it."""
        env: BuildEnvironment = document.settings.env
        if document["source"].endswith(_TRANSLATED):
            append_message(inputstring, document, env, is_native=True)
            return
        path = Path(env.doc2path(env.docname))
        file = source_folder(env).pages.native_page(inputstring, path)
        locked = file.locked
        row = locked.page if locked else None
        is_as_locked = bool(row and row.hash and row.matches(inputstring))
        line_times = row.line_times if row and is_as_locked else ()
        if locked:
            record = DocumentRecord(
                lock=locked.fingerprint,
                private=locked.lock.private,
                locked_language=locked.lock.language,
                is_as_locked=is_as_locked,
                other_titles=tuple(row.earlier_titles) if row else (),
            )
            set_record(document, record)
        _set_up_page(document, env)
        build_page(file, document, env, inputstring, line_times)


class WikiMarkdownParser(MystParser):
    """Reads exported wiki pages itself and all other Markdown as MyST."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a whole document, or one translated message of it."""
        if not _read_exported_page(inputstring, document):
            parse_myst(inputstring, document)


def in_front_of(parser: type[MystParser]) -> type[WikiMarkdownParser]:
    """A parser that reads exported wiki pages itself and hands all other files to *parser*.

    *parser*, such as that of MyST-NB, passes what it does not read on to ``super().parse()``,
    which then is :class:`WikiMarkdownParser`.
    """

    class WikiNotebookParser(parser, WikiMarkdownParser):  # type: ignore[misc,valid-type]
        def parse(self, inputstring: str, document: nodes.document) -> None:
            if not _read_exported_page(inputstring, document):
                super().parse(inputstring, document)

    return WikiNotebookParser


def _read_exported_page(text: str, document: nodes.document) -> bool:
    """Fill *document* with a wiki page or a translated message of one; False if it is neither."""
    env: BuildEnvironment = document.settings.env
    if document["source"].endswith(_TRANSLATED):
        is_page = bool(env.temp_data.get(_IS_PAGE))
        if is_page:
            append_message(text, document, env, is_native=False)
        return is_page
    path = Path(env.doc2path(env.docname))
    if source_folder(env).types.of(path) != MARKDOWN:
        return False  # a notebook: no page of a wiki, whatever scrapbox_pages says
    file = exported_page(text, document, env)
    if file is None:
        return False
    env.temp_data[_IS_PAGE] = True
    _set_up_page(document, env)
    build_page(file, document, env, text)
    return True


def _set_up_page(document: nodes.document, env: BuildEnvironment) -> None:
    """Give *document* settings of its own, and leave out transforms that it cannot need."""
    document.settings = copy(document.settings)
    # Quotes and dashes stay as written; "--" may be an option of a command.
    document.settings.smart_quotes = False
    # MyST's transforms read these; before Sphinx 9 they are added after the page is read.
    document.settings.myst_footnote_sort = False
    document.settings.myst_footnote_transition = False
    document.settings.myst_heading_anchors_html_ids = False
    if not options(env.config).page_directives:
        skip_transforms(document, env)
