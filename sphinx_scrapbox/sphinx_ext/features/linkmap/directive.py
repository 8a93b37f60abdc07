"""Maps of links in documents: ``scrapbox:map``.

A map is a placeholder in the doctree. HTML gets a drawing with a list of the same pages, ready
made; every other format the list, in standard nodes. So does EPUB, where a drawing inside a
page would have to be declared in the book's manifest.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from html import escape
from typing import Any, NamedTuple
from zlib import crc32

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.nodes import scrapbox_linkmap
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.sphinx_ext.builders import (
    builder_of,
    has_browser_pages,
    is_epub,
    is_html,
)
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of, may_hold_directives
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.domain.resolve import graph_address, html_link, suggestion
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.features.linkmap import walking
from sphinx_scrapbox.sphinx_ext.features.linkmap.neighbourhood import Neighbourhood, neighbourhood
from sphinx_scrapbox.sphinx_ext.features.linkmap.svg import draw
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.reading import option_values
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.graph import is_wanted


class MapQuery(NamedTuple):
    """What a map shows; ``target`` is empty for a map of its own document."""

    target: str
    hops: int
    limit: int
    wanted: bool


_CONVERTERS: option_values.Converters = {
    "hops": option_values.number_between(1, 3),
    "limit": option_values.number_between(2, 100),
    "wanted": option_values.flag,
    "alt": option_values.text,
    "caption": option_values.text,
}


class MapDirective(SphinxDirective):
    """``scrapbox:map``: a drawing of the pages around a page.

    The argument is the title of a page, ``/project/Title`` too; without it the map is of the
    document itself.
    """

    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = option_values.unconverted_options(_CONVERTERS)

    def run(self) -> list[nodes.Node]:
        """The placeholder."""
        docname = self.env.docname
        chosen = option_values.convert_options(self, _CONVERTERS)
        query = MapQuery(
            target=" ".join(self.arguments[0].split()) if self.arguments else "",
            hops=chosen.get("hops", 1),
            limit=chosen.get("limit", 40),
            wanted="wanted" in chosen,
        )
        # Unlike that of any map of another document, since one file may hold them all.
        number = self.env.new_serialno("scrapbox-map") + 1
        name = f"scrapbox-map-{crc32(docname.encode()):08x}-{number}"
        node = scrapbox_linkmap(docname=docname, name=name, alt=chosen.get("alt", ""))
        node.attributes.update(query._asdict(), wanted=int(query.wanted))
        self.set_source_info(node)
        if text := chosen.get("caption", ""):
            content, messages = self.parse_inline(text, lineno=self.lineno)
            caption = nodes.paragraph(text, "", *content)
            self.set_source_info(caption)
            node += caption
            return [node, *messages]
        return [node]


class FillMaps(SphinxPostTransform):
    """Fills each placeholder, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill each placeholder of this document."""
        if not may_hold_directives(self.env):
            return
        builder = builder_of(self.env)
        for node in list(self.document.findall(scrapbox_linkmap)):
            query = _query_of(node)
            domain = domain_of(self.env)
            around = _around(domain, node["docname"], query)
            if around is None:
                close = suggestion(domain, query.target, node["docname"])
                message = (
                    f"scrapbox:map: there is no page {query.target!r}, so no map of it{close}"
                )
                warn(Warn.DIRECTIVE, message, location=node)
            if not around:
                node.parent.remove(node)
            elif is_html(builder) and not is_epub(builder):
                node["html"] = _Map(self.env, around, node).html()
            else:
                node.replace_self(_Map(self.env, around, node).standard_nodes())


class _Map:
    def __init__(
        self, env: BuildEnvironment, around: Neighbourhood, node: scrapbox_linkmap
    ) -> None:
        self._env = env
        self._domain = domain_of(env)
        # Not that of the node: one file may be made of many documents.
        self._from = env.current_document.docname
        self._node = node
        self._around = around
        self._titles = [self._domain.title_of(place.node) for place in around.places]
        self._label: str = node["alt"] or str(_("Map of the pages around {title}")).format(
            title=self._titles[0]
        )

    def html(self) -> str:
        """The drawing, and the same pages as a list."""
        addresses = [self._address(place.node) for place in self._around.places]
        drawing = draw(
            self._around,
            self._titles,
            addresses,
            label=self._label,
            name=self._node["name"],
            current=self._node["docname"],
        )
        rest = f'<p class="scrapbox-rest">{escape(more)}</p>' if (more := self._rest()) else ""
        summary = escape(str(_("The map as a list")))
        builder = builder_of(self._env)
        tools = walking.tools(builder, self._from) if has_browser_pages(builder) else ""
        return (
            f"{tools}{drawing}{rest}<details><summary>{summary}</summary>"
            f"{self._html_list(addresses, 0)}</details>"
        )

    def _html_list(self, addresses: list[str], parent: int) -> str:
        items = []
        for number in self._around.children(parent):
            is_missing = is_wanted(self._around.places[number].node)
            link = html_link(self._titles[number], addresses[number], is_missing=is_missing)
            items.append(f"<li>{link}{self._html_list(addresses, number)}</li>")
        return f"<ul>{''.join(items)}</ul>" if items else ""

    def _address(self, node: str) -> str:
        return graph_address(self._domain, builder_of(self._env), self._from, node)

    def standard_nodes(self) -> list[nodes.Node]:
        """The caption, or what the map is of, and the pages as a list."""
        caption = self._node.children or [nodes.paragraph("", self._label)]
        shown = self._list(0)
        if more := self._rest():
            shown += nodes.list_item("", nodes.paragraph("", more))
        keep_outside(shown)
        return [*caption, shown]

    def _list(self, parent: int) -> nodes.bullet_list:
        shown = nodes.bullet_list(bullet="-")
        for number in self._around.children(parent):
            item = nodes.list_item("", nodes.paragraph("", "", self._link(number)))
            if self._around.children(number):
                item += self._list(number)
            shown += item
        return shown

    def _link(self, number: int) -> nodes.Node:
        node, title = self._around.places[number].node, self._titles[number]
        if is_wanted(node):
            text = nodes.inline("", title, classes=["scrapbox-missing"])
            address = self._address(node)
            if not address:
                return text
            return nodes.reference(
                "", "", text, refuri=address, internal=False, classes=["scrapbox-wiki"]
            )
        xref = addnodes.pending_xref(
            "",
            nodes.inline("", title, classes=["xref", "scrapbox-page"]),
            refdoc=self._from,
            refdomain="std",
            reftype="doc",
            reftarget=f"/{node}",
            refexplicit=True,
            refwarn=False,
        )
        xref.source, xref.line = self._node.source, self._node.line
        return xref

    def _rest(self) -> str:
        if not self._around.rest and not self._around.is_more:
            return ""
        count = f"{self._around.rest}+" if self._around.is_more else str(self._around.rest)
        return str(_("{count} more")).format(count=count)


def _around(domain: ScrapboxDomain, docname: str, query: MapQuery) -> Neighbourhood | None:
    """The pages of a map; None if its centre does not exist."""
    centre = domain.find_page(query.target, docname) if query.target else docname
    if centre is None:
        return None
    return neighbourhood(
        domain.graph, centre, hops=query.hops, limit=query.limit, has_wanted=query.wanted
    )


class LinkMap(Feature):
    """Keeps the queries of maps."""

    name = "linkmap"
    directives = {"map": MapDirective}
    post_transforms = (FillMaps,)
    node_classes = (scrapbox_linkmap,)
    listeners = (Listener("html-page-context", walking.add_map_files),)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The query of each map."""
        return tuple(map(_query_of, nodes)) or None

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The pages of each map with their titles; None for one whose centre does not exist."""
        queries: tuple[MapQuery, ...] = domain.collected("linkmap").get(docname, ())
        return tuple(_titled(domain, _around(domain, docname, query)) for query in queries) or None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """The documents with maps."""
        return domain.collected("linkmap")

    def finish(self, app: Sphinx) -> None:
        """Write the neighbours of each page, if the site has a map."""
        walking.write_neighbours(app, bool(domain_of(app.env).collected("linkmap")))


def _query_of(node: nodes.Element) -> MapQuery:
    return MapQuery(node["target"], node["hops"], node["limit"], bool(node["wanted"]))


def _titled(domain: ScrapboxDomain, around: Neighbourhood | None) -> Hashable:
    if around is None:
        return None
    return around, tuple(domain.title_of(place.node) for place in around.places)


FEATURE = LinkMap()
