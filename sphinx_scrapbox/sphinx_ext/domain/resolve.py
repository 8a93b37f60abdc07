"""TODO: say what this file is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.errors import NoUri
from sphinx.util.nodes import make_refnode

from sphinx_scrapbox.rendering.nodes import scrapbox_icon
from sphinx_scrapbox.sphinx_ext.builders import is_single_file

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sphinx.builders import Builder


def make_reference(
    builder: Builder,
    from_docname: str,
    docname: str,
    line_anchor: str,
    content: nodes.Element,
    below_root: AbstractSet[str],
) -> nodes.reference:
    """A resolved reference to a document, or to a line of it.

    :param below_root: the documents that a single-file builder writes.
    :raises NoUri: if the builder does not write the document.
    """
    # One file holds what toctrees lead to; Sphinx would make up an anchor for all others.
    if is_single_file(builder):
        if docname not in below_root:
            raise NoUri(docname)
        if line_anchor:
            return nodes.reference("", "", content, refid=line_anchor, internal=True)
    return marked(make_refnode(builder, from_docname, docname, line_anchor, content))


def marked(reference: nodes.reference) -> nodes.reference:
    """Tell style sheets of a link that is a face."""
    if isinstance(reference[0], scrapbox_icon):
        reference["classes"].append("scrapbox-person")
    return reference
