"""Related pages: the links of a page, its backlinks, and pages that share a link with it.

The doctree holds a placeholder. In HTML it is replaced by ready markup, which docutils need not
visit and the search index does not see; in other formats by standard nodes, whose links Sphinx
resolves.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.builders import Builder
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.nodes import scrapbox_related
from sphinx_scrapbox.rendering.typesetting import OUTSIDE_CLASS, kept_apart
from sphinx_scrapbox.sphinx_ext.builders import builder_of, is_html
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.languages import (
    in_language,
    page_languages,
    site_language,
)
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.domain.resolve import graph_address, html_link
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.wiki.graph import Neighbour, is_wanted

SHOWN_NEIGHBOURS = 12
"""Neighbours of one kind that are shown at once; the others are folded."""
MOST_NEIGHBOURS = 300
"""Neighbours of one kind at most; the rest is only counted."""
MOST_GROUPS = 15
"""Groups of pages that share a link."""
MOST_SHARING = 12
"""Pages of one group; the rest is only counted."""


class NodeTitle(NamedTuple):
    """A node of the graph, its title, and its language if that is not the site's."""

    node: str
    title: str
    language: str = ""


class RelatedItem(NamedTuple):
    """A page, and the line that links; None if the line is just its title."""

    place: NodeTitle
    line: str | None


class RelatedItems(NamedTuple):
    """Linked or linking pages, and how many more there are."""

    items: tuple[RelatedItem, ...]
    rest: int


class Sharing(NamedTuple):
    """Pages that name ``via`` too, and how many more do."""

    via: NodeTitle
    places: tuple[NodeTitle, ...]
    rest: int


class RelatedPages(NamedTuple):
    """The data from which a block is written."""

    links: RelatedItems
    linked_from: RelatedItems
    groups: tuple[Sharing, ...]


def related_pages(domain: ScrapboxDomain, docname: str) -> RelatedPages | None:
    """What the block of *docname* shows; None if nothing is related."""
    related = domain.graph.related(docname)
    if not related:
        return None
    return RelatedPages(
        _items(domain, related.links),
        _items(domain, related.linked_from),
        tuple(
            Sharing(
                _place(domain, group.via),
                tuple(_place(domain, node) for node in group.others[:MOST_SHARING]),
                max(0, len(group.others) - MOST_SHARING),
            )
            for group in related.groups[:MOST_GROUPS]
        ),
    )


def _items(domain: ScrapboxDomain, neighbours: Sequence[Neighbour]) -> RelatedItems:
    items = []
    for neighbour in neighbours[:MOST_NEIGHBOURS]:
        place = _place(domain, neighbour.node)
        items.append(RelatedItem(place, None if neighbour.line == place.title else neighbour.line))
    return RelatedItems(tuple(items), max(0, len(neighbours) - MOST_NEIGHBOURS))


def _place(domain: ScrapboxDomain, node: str) -> NodeTitle:
    return NodeTitle(node, domain.title_of(node), page_languages(domain).foreign_title(node))


class RelatedDirective(SphinxDirective):
    """``scrapbox:related``: the related pages of this document, at this place."""

    option_spec = {"list": lambda given: True}

    def run(self) -> list[nodes.Node]:
        """The placeholder."""
        mode = "list" if "list" in self.options else "cards"
        node = scrapbox_related(mode=mode, docname=self.env.docname)
        self.set_source_info(node)
        return [node]


class FillRelated(SphinxPostTransform):
    """Fills the placeholder of each page, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill each placeholder of this document."""
        builder = builder_of(self.env)
        for node in list(self.document.findall(scrapbox_related)):
            domain = domain_of(self.env)
            related = related_pages(domain, node["docname"])
            if is_html(builder):
                html = _HtmlBlock(domain, builder, node["docname"])
                node["html"] = html.block(related, node["mode"]) if related else ""
            else:
                standard = _StandardBlock(domain, SphinxSite(self.env))
                node.replace_self(standard.block(related) if related else [])


class _HtmlBlock:
    def __init__(self, domain: ScrapboxDomain, builder: Builder, docname: str) -> None:
        self._domain = domain
        self._builder = builder
        self._docname = docname
        # Seen from one folder, a page's link is the same for all that make it.
        self._folder = builder.get_target_uri(docname).rpartition("/")[0]
        self._links: dict[tuple[str, str], str]
        self._links = domain.cache.setdefault(f"links in {builder.name}", {})

    def block(self, related: RelatedPages, mode: str) -> str:
        heading = escape(str(_("Related pages")))
        is_foreign = page_languages(self._domain).foreign(self._docname)
        lang = _lang(site_language(self._builder.config)) if is_foreign else ""
        parts = [
            f'<section class="scrapbox-related scrapbox-{mode} {OUTSIDE_CLASS}"{lang} '
            f'aria-label="{heading}">'
            f'<p class="rubric">{heading}</p>'
        ]
        parts += self._list(str(_("Links")), related.links)
        parts += self._list(str(_("Linked from")), related.linked_from)
        for group in related.groups:
            via = self._link(group.via)
            parts.append(f'<p class="scrapbox-via"{_lang(group.via.language)}>{via}</p>')
            items = [
                f"<li{_lang(place.language)}>{self._link(place)}</li>" for place in group.places
            ]
            parts.append(f"<ul>{''.join(items)}{_html_rest(group.rest)}</ul>")
        parts.append("</section>\n")
        return "".join(parts)

    def _list(self, heading: str, items: RelatedItems) -> Iterable[str]:
        if not items.items:
            return
        yield f'<p class="scrapbox-via">{escape(heading)}</p>'
        rows = []
        for place, line in items.items:
            span = "" if line is None else f" <span>{kept_apart(line)}</span>"
            rows.append(f"<li{_lang(place.language)}>{self._link(place)}{span}</li>")
        yield f"<ul>{''.join(rows[:SHOWN_NEIGHBOURS])}</ul>"
        if len(rows) > SHOWN_NEIGHBOURS:
            more = escape(_more(len(rows) - SHOWN_NEIGHBOURS + items.rest))
            folded = f"{''.join(rows[SHOWN_NEIGHBOURS:])}{_html_rest(items.rest)}"
            yield f"<details><summary>{more}</summary><ul>{folded}</ul></details>"

    def _link(self, place: NodeTitle) -> str:
        known = self._folder, place.node
        if (link := self._links.get(known)) is None:
            address = graph_address(self._domain, self._builder, self._docname, place.node)
            link = html_link(place.title, address, is_missing=is_wanted(place.node))
            self._links[known] = link
        return link


class _StandardBlock:
    def __init__(self, domain: ScrapboxDomain, site: SphinxSite) -> None:
        self._domain = domain
        self._site = site

    def block(self, related: RelatedPages) -> list[nodes.Node]:
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
        for place, line in items:
            paragraph = nodes.paragraph("", "", self._xref(place))
            if line is not None:
                paragraph += [nodes.Text(": "), in_language(line, place.language)]
            bullets += nodes.list_item("", paragraph)
        if rest:
            bullets += nodes.list_item("", nodes.paragraph("", _more(rest)))
        return bullets

    def _xref(self, place: NodeTitle) -> nodes.Node:
        facts = self._domain.facts.get(place.node)
        if not is_wanted(place.node) and (facts is None or not facts.is_page):
            return nodes.Text(place.title)
        docname = "" if is_wanted(place.node) else place.node
        return self._site.page_link(place.title, place.title, docname, place.language)


def _lang(language: str) -> str:
    return f' lang="{escape(language)}"' if language else ""


def _more(count: int) -> str:
    return str(_("{count} more")).format(count=count)


def _html_rest(count: int) -> str:
    return f'<li class="scrapbox-rest">{escape(_more(count))}</li>' if count else ""


class RelatedFeature(Feature):
    """Keeps which documents have a block."""

    name = "related"
    directives = {"related": RelatedDirective}
    post_transforms = (FillRelated,)
    node_classes = (scrapbox_related,)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """Whether there is a block."""
        return bool(nodes) or None

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The data from which the block is written."""
        return related_pages(domain, docname) if docname in domain.collected("related") else None


FEATURE = RelatedFeature()
