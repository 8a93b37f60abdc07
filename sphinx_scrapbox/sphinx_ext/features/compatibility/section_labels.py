"""Headings of wiki pages and ``sphinx.ext.autosectionlabel``, which warns of equal headings.

Pages of a wiki share headings, and nobody can change that for a site. So their headings get no
labels, or, where labels begin with the name of the document, the first of each page does. Links
by title lead to them all the same.

- Replaces: the handler of ``doctree-read`` that ``sphinx.ext.autosectionlabel`` connects, by one
  that calls it for other documents. It has no option for single documents: the names of the
  documents in ``suppress_warnings`` would suppress only warnings that name them.
- Unnecessary if it could be told which documents to leave out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

_MODULE = "sphinx.ext.autosectionlabel"


class _FirstSections:
    """A document of which only the first section of each title is visited."""

    def __init__(self, document: nodes.document) -> None:
        self._document = document

    def findall(self, kind: type[nodes.section]) -> Iterator[nodes.section]:
        """The first section of each title, as the handler of that extension asks for them."""
        titles: set[str] = set()
        for section in self._document.findall(kind):
            title = nodes.fully_normalize_name(section[0].astext())
            if title not in titles:
                titles.add(title)
                yield section


def adapt_section_labels(app: Sphinx) -> None:
    """Handler of ``builder-inited``: let the handler of that extension leave out wiki pages."""
    if _MODULE not in app.extensions:
        return
    register: Any = getattr(sys.modules.get(_MODULE), "register_sections_as_label", None)
    connected = app.events.listeners.get("doctree-read", ())
    numbers = [listener.id for listener in connected if listener.handler is register]
    if register is None or len(numbers) != 1:
        note_unknown_internals("labels of headings")
        return
    app.disconnect(numbers[0])

    def register_sections(app: Sphinx, document: nodes.document) -> None:
        docname = app.env.current_document.docname
        if not domain_of(app.env).is_page(docname):
            register(app, document)
        elif app.config.autosectionlabel_prefix_document:
            register(app, _FirstSections(document))

    app.connect("doctree-read", register_sections)


class SectionLabels(Feature):
    """Labels for other documents, and for the first of equal headings of a page."""

    name = "section_labels"
    listeners = (Listener("builder-inited", adapt_section_labels),)


FEATURE = SectionLabels()
