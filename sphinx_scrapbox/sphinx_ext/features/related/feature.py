"""The directive of related pages, and what fills its placeholder.

The doctree holds a placeholder. In HTML it is replaced by ready markup, which docutils need not
visit and the search index does not see; in other formats by standard nodes, whose links Sphinx
resolves.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.nodes import find_nodes, scrapbox_related
from sphinx_scrapbox.sphinx_ext.builders import builder_of, is_html
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.features.related.markup import HtmlBlock
from sphinx_scrapbox.sphinx_ext.features.related.model import RelatedPages, related_pages
from sphinx_scrapbox.sphinx_ext.features.related.standard import StandardBlock
from sphinx_scrapbox.sphinx_ext.reading import option_values

_MOST_KEPT = 2000
"""Documents of which the related pages are kept until they are written, 2 to 3 KiB of each."""


class RelatedDirective(SphinxDirective):
    """``scrapbox:related``: the related pages of this document, at this place."""

    option_spec = option_values.unconverted_options(("list",))

    def run(self) -> list[nodes.Node]:
        """The placeholder."""
        options = option_values.convert_options(self, {"list": option_values.flag})
        mode = "list" if "list" in options else "cards"
        node = scrapbox_related(mode=mode, docname=self.env.docname)
        self.set_source_info(node)
        return [node]


class FillRelated(SphinxPostTransform):
    """Fills the placeholder of each page, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill each placeholder of this document."""
        builder, domain = builder_of(self.env), domain_of(self.env)
        for number, node in enumerate(find_nodes(self.document, scrapbox_related)):
            docname, mode = node["docname"], node["mode"]
            with_cards = mode == "cards" and is_html(builder)
            key = docname, with_cards
            related = _kept(domain).pop(key, None) or related_pages(
                domain, docname, with_cards=with_cards
            )
            if is_html(builder):
                writer = HtmlBlock(domain, builder, docname)
                node["html"] = (
                    writer.block(related, mode, level=_level(node), is_first=not number)
                    if related
                    else ""
                )
            else:
                standard = StandardBlock(domain, SphinxSite(self.env))
                node.replace_self(standard.block(related) if related else [])


def _kept(domain: ScrapboxDomain) -> dict[tuple[str, bool], RelatedPages | None]:
    """What some documents show, by docname and whether it is cards, until they are written."""
    return domain.computed("related pages to write", dict)


def _level(node: nodes.Element) -> int:
    """The level of a heading at the place of *node*."""
    level, parent = 1, node.parent
    while parent is not None:
        level += isinstance(parent, nodes.section)
        parent = parent.parent
    return level


class RelatedFeature(Feature):
    """Keeps which documents have a block, and of which kinds."""

    name = "related"
    directives = {"related": RelatedDirective}
    post_transforms = (FillRelated,)
    node_classes = (scrapbox_related,)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """Whether there is a block; "cards" if one has cards."""
        modes = {node["mode"] for node in nodes}
        return ("cards" if "cards" in modes else "list") if modes else None

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The data from which the block is written."""
        if (mode := domain.collected("related").get(docname)) is None:
            return None
        with_cards = mode == "cards" and is_html(builder_of(domain.env))
        related = related_pages(domain, docname, with_cards=with_cards)
        if len(kept := _kept(domain)) < _MOST_KEPT:
            kept[docname, with_cards] = related
        return related

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """The pages up to two links away from those that link otherwise, or look otherwise."""
        graph = domain.graph
        for docname, (old, new) in change.documents.items():
            if _shown_by_others(old) == _shown_by_others(new):
                continue
            before = (node for node, _title, _line in graph.nodes_of(docname, old.mentions))
            for node in {docname, *before, *graph.links_of(docname)}:
                yield node
                yield from graph.links_to(node)


def _shown_by_others(facts: PageFacts) -> tuple[object, ...]:
    return facts.mentions, facts.excerpt, facts.image


FEATURE = RelatedFeature()
