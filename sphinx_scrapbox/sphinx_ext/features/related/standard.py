"""A block of related pages as standard nodes, whose links Sphinx resolves."""

from __future__ import annotations

from collections.abc import Iterable

from docutils import nodes

from sphinx_scrapbox.rendering.language import in_language
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.features.related.model import (
    NodeTitle,
    RelatedItem,
    RelatedPages,
    more,
)
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.wiki.graph import is_wanted


class StandardBlock:
    """Builds the nodes of blocks."""

    def __init__(self, domain: ScrapboxDomain, site: SphinxSite) -> None:
        self._domain = domain
        self._site = site

    def block(self, related: RelatedPages) -> list[nodes.Node]:
        """The body elements of a block."""
        block: list[nodes.Node] = [nodes.rubric("", str(_("Related pages")))]
        for heading, items in (
            (_("Links"), related.links),
            (_("Linked from"), related.linked_from),
        ):
            if items.items:
                block.append(nodes.paragraph("", "", nodes.strong("", str(heading))))
                block.append(self._list(items.items, items.rest))
        for group in related.groups:
            via = self._xref(group.via)
            block.append(nodes.paragraph("", "", nodes.strong("", "", via)))
            block.append(
                self._list([RelatedItem(place, None) for place in group.places], group.rest)
            )
        return block

    def _list(self, items: Iterable[RelatedItem], rest: int) -> nodes.bullet_list:
        bullets = nodes.bullet_list(bullet="-")
        for place, line, _has_excerpt in items:
            paragraph = nodes.paragraph("", "", self._xref(place))
            if line is not None:
                paragraph += [nodes.Text(": "), in_language(line, place.language)]
            bullets += nodes.list_item("", paragraph)
        if rest:
            bullets += nodes.list_item("", nodes.paragraph("", more(rest)))
        return bullets

    def _xref(self, place: NodeTitle) -> nodes.Node:
        if not is_wanted(place.node) and not self._domain.is_page(place.node):
            return nodes.Text(place.title)
        docname = "" if is_wanted(place.node) else place.node
        return self._site.page_link(place.title, place.title, docname, place.language)
