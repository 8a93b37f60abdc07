"""Which pages' sources are published beside the HTML, as Sphinx does with every document.

The source of a private page, or of one that a deny list took names from, names what the page
itself must not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


def _on_html_page_context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    facts = domain_of(app.env).facts.get(pagename)
    if facts is not None and facts.is_page and (facts.private or facts.withheld):
        context["sourcename"] = ""


def register(app: Sphinx) -> None:
    """Have Sphinx ask here before it copies a source."""
    app.connect("html-page-context", _on_html_page_context)
