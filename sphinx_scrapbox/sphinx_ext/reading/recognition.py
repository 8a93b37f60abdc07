"""Which Markdown documents are pages of a wiki, and why: asked once for each that is read."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from sphinx_scrapbox.formats.detect import Status
from sphinx_scrapbox.sphinx_ext.domain.record import record_of, set_record
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.page_files import PageFile

_LOGGER = logging.getLogger(__name__)
_IS_HAND_WRITTEN = "scrapbox_hand_written"


def exported_page(text: str, document: nodes.document, env: BuildEnvironment) -> PageFile | None:
    """The page of the Markdown document that is being read; None if it is hand-written.

    The record of the document notes what the answer depends on.
    """
    if env.temp_data.get(_IS_HAND_WRITTEN):
        return None  # the parser of MyST-NB passes a document on that it does not read
    pages = source_folder(env).pages
    path = Path(env.doc2path(env.docname))
    answer, has_pages = pages.folders.answer_and_folder(text, path)
    _LOGGER.verbose("%s: %s, because %s", env.docname, answer.status.value, answer.reason)
    in_doubt = answer.status is Status.DOUBT
    if in_doubt or has_pages is not None:
        record = record_of(document)._replace(in_doubt=in_doubt, has_pages=has_pages)
        set_record(document, record)
    env.temp_data[_IS_HAND_WRITTEN] = not answer.is_page
    return pages.page_of(text, path, env.docname) if answer.is_page else None
