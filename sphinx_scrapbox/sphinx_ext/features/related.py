"""Related pages: what a page links to, what links to it, and who names the same things.

The block is a placeholder in the doctree. In HTML it is filled with ready markup, which costs
no walk of docutils' and stays out of the search index; in every other format with standard
nodes, whose links Sphinx resolves as any others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any
from zlib import crc32

from docutils import nodes
from sphinx.errors import NoUri
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.nodes import scrapbox_related
from sphinx_scrapbox.sphinx_ext.builders import builder_of, is_html, is_single_file
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.wiki.graph import Group, Neighbour, is_wanted

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment


SHOWN = 12
"""Neighbours of one kind that are shown at once; the others are folded."""
FOLDED = 300
"""Neighbours of one kind at the most; beyond, they are only counted."""
GROUPS = 15
"""Groups of pages that share a link."""
SHARING = 12
"""Pages of one group; the rest is counted, and to be found at the page that they share."""


class Related(SphinxPostTransform):
    """Fills the placeholder of each page, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill each placeholder of this document."""
        builder = builder_of(self.env)
        for node in list(self.document.findall(scrapbox_related)):
            block = _Block(domain_of(self.env), node["docname"], node["mode"])
            if is_html(builder):
                node["html"] = block.html(builder)
            else:
                node.replace_self(block.standard_nodes(SphinxSite(self.env)))


class RelatedDirective(SphinxDirective):
    """``scrapbox:related``: the related pages of this document, at this place."""

    option_spec = {"list": lambda given: True}

    def run(self) -> list[nodes.Node]:
        """The placeholder."""
        mode = "list" if "list" in self.options else "cards"
        node = scrapbox_related(mode=mode, docname=self.env.docname)
        self.set_source_info(node)
        return [node]


class _Block:
    def __init__(self, domain: ScrapboxDomain, docname: str, mode: str) -> None:
        self._domain = domain
        self._docname = docname
        self._mode = mode
        self._related = domain.graph.related(docname)
        self._folder: str | None = None

    # -- HTML --------------------------------------------------------------------------

    def html(self, builder: Builder) -> str:
        """The block as markup; empty if nothing is related."""
        if not self._related:
            return ""
        heading = escape(str(_("Related pages")))
        parts = [
            f'<section class="scrapbox-related scrapbox-{self._mode}" aria-label="{heading}">'
            f'<p class="rubric">{heading}</p>'
        ]
        self._html_of(builder, str(_("Links")), self._related.links, parts)
        self._html_of(builder, str(_("Linked from")), self._related.linked_from, parts)
        for group in self._related.groups[:GROUPS]:
            parts.append(f'<p class="scrapbox-via">{self._link(builder, group.via)}</p>')
            items = [f"<li>{self._link(builder, name)}</li>" for name in group.others[:SHARING]]
            parts.append(f"<ul>{''.join(items)}{_rest(len(group.others) - SHARING)}</ul>")
        parts.append("</section>\n")
        return "".join(parts)

    def _html_of(
        self, builder: Builder, heading: str, neighbours: Sequence[Neighbour], parts: list[str]
    ) -> None:
        if not neighbours:
            return
        parts.append(f'<p class="scrapbox-via">{escape(heading)}</p>')
        parts.append(f"<ul>{''.join(self._items(builder, neighbours[:SHOWN]))}</ul>")
        if len(neighbours) > SHOWN:
            folded = "".join(self._items(builder, neighbours[SHOWN:FOLDED]))
            more = escape(_more(len(neighbours) - SHOWN))
            rest = _rest(len(neighbours) - FOLDED)
            parts.append(f"<details><summary>{more}</summary><ul>{folded}{rest}</ul></details>")

    def _items(self, builder: Builder, neighbours: Iterable[Neighbour]) -> Iterable[str]:
        for neighbour in neighbours:
            link = self._link(builder, neighbour.node)
            title = self._domain.title_of(neighbour.node)
            line = "" if neighbour.line == title else f" <span>{escape(neighbour.line)}</span>"
            yield f"<li>{link}{line}</li>"

    def _link(self, builder: Builder, node: str) -> str:
        # Seen from one folder, a page's link is the same for all that make it.
        if self._folder is None:
            own_address = builder.get_target_uri(self._docname)
            self._folder = own_address.rpartition("/")[0]
        links: dict[tuple[str, str], str]
        links = self._domain.made.setdefault(f"links in {builder.name}", {})
        place = (self._folder, node)
        if (link := links.get(place)) is None:
            link = links[place] = self._made_link(builder, node)
        return link

    def _made_link(self, builder: Builder, node: str) -> str:
        title = escape(self._domain.title_of(node))
        if is_wanted(node):
            address = self._domain.wiki_address(node)
            if not address:
                return f'<span class="scrapbox-missing">{title}</span>'
            return (
                '<a class="scrapbox-wiki reference external" '
                f'href="{escape(address)}"><span class="scrapbox-missing">{title}</span></a>'
            )
        if is_single_file(builder):
            if node not in self._domain.below_root:
                return title  # no part of the single file
            if node == builder.config.root_doc:  # its beginning, which has no name
                return f'<a class="reference internal" href="#">{title}</a>'
        try:
            address = builder.get_relative_uri(self._docname, node)
        except NoUri:
            return title
        return f'<a class="reference internal" href="{escape(address or "#")}">{title}</a>'

    # -- every other format ------------------------------------------------------------

    def standard_nodes(self, site: SphinxSite) -> list[nodes.Node]:
        """The block as standard nodes."""
        if not self._related:
            return []
        made: list[nodes.Node] = [nodes.rubric("", str(_("Related pages")))]
        for heading, neighbours in (
            (_("Links"), self._related.links),
            (_("Linked from"), self._related.linked_from),
        ):
            if neighbours:
                made.append(nodes.paragraph("", "", nodes.strong("", str(heading))))
                made.append(self._list(site, neighbours))
        for group in self._related.groups[:GROUPS]:
            via = self._xref(site, group.via)
            made.append(nodes.paragraph("", "", nodes.strong("", "", via)))
            made.append(self._group(site, group))
        return made

    def _list(self, site: SphinxSite, neighbours: Sequence[Neighbour]) -> nodes.bullet_list:
        shown = nodes.bullet_list(bullet="-")
        for neighbour in neighbours[:FOLDED]:
            paragraph = nodes.paragraph("", "", self._xref(site, neighbour.node))
            if neighbour.line != self._domain.title_of(neighbour.node):
                paragraph += nodes.Text(f": {neighbour.line}")
            shown += nodes.list_item("", paragraph)
        _count_rest(shown, len(neighbours) - FOLDED)
        return shown

    def _group(self, site: SphinxSite, group: Group) -> nodes.bullet_list:
        shown = nodes.bullet_list(bullet="-")
        for name in group.others[:SHARING]:
            paragraph = nodes.paragraph("", "", self._xref(site, name))
            shown += nodes.list_item("", paragraph)
        _count_rest(shown, len(group.others) - SHARING)
        return shown

    def _xref(self, site: SphinxSite, node: str) -> nodes.Node:
        title = self._domain.title_of(node)
        facts = self._domain.facts.get(node)
        if not is_wanted(node) and (facts is None or not facts.is_page):
            return nodes.Text(title)
        shown = nodes.inline("", title, classes=["xref", "scrapbox-page"])
        return site.link("page", title, shown)


def _more(count: int) -> str:
    return str(_("{count} more")).format(count=count)


def _rest(count: int) -> str:
    if count <= 0:
        return ""
    return f'<li class="scrapbox-rest">{escape(_more(count))}</li>'


def _count_rest(shown: nodes.bullet_list, count: int) -> None:
    if count > 0:
        shown += nodes.list_item("", nodes.paragraph("", _more(count)))


def fingerprint(domain: ScrapboxDomain, docname: str) -> int:
    """Changes when the block of *docname* would be written otherwise; 0 for no block."""
    facts = domain.facts.get(docname)
    related = domain.graph.related(docname) if facts and facts.shows_related else None
    if not related:
        return 0
    shown = [
        *((n.node, n.line, domain.title_of(n.node)) for n in related.links),
        *((n.node, n.line, domain.title_of(n.node)) for n in related.linked_from),
        *(
            (group.via, len(group.others), [domain.title_of(o) for o in group.others[:SHARING]])
            for group in related.groups[:GROUPS]
        ),
    ]
    return crc32(repr(shown).encode("utf-8", "replace")) or 1


def related_to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Documents whose block would be written otherwise than in the last build."""
    domain = domain_of(env)
    if not domain.was_touched:
        return []
    now = {name: mark for name in domain.facts if (mark := fingerprint(domain, name))}
    before: dict[str, int] | None = domain.data["related"]
    domain.data["related"] = now
    if before is None:  # the first build writes all
        return []
    return [name for name in domain.facts if before.get(name, 0) != now.get(name, 0)]


def register(app: Sphinx) -> None:
    """Add the directive and what fills its placeholder."""
    app.add_directive_to_domain("scrapbox", "related", RelatedDirective)
    app.add_post_transform(Related)
