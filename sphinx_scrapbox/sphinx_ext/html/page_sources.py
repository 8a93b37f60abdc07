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


def choose_page_source(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    facts = domain_of(app.env).facts.get(pagename)
    if facts is not None and facts.is_page and (facts.private or facts.withheld):
        context["sourcename"] = ""
