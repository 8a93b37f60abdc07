"""The nodes of a list, made of its rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.nodes import scrapbox_icon, scrapbox_listing
from sphinx_scrapbox.rendering.tables import table
from sphinx_scrapbox.sphinx_ext.builders import (
    builder_of,
    image_loading,
    is_html,
    shows_image_file,
)
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of, may_hold_directives
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.features.lists.query import (
    ListQuery,
    PageRow,
    PersonRow,
    Rows,
    StaleRow,
    WantedRow,
)
from sphinx_scrapbox.sphinx_ext.features.lists.tables import rows_of
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.wiki.ast import IconRole
from sphinx_scrapbox.wiki.titles import join_target, split_target


class FillLists(SphinxPostTransform):
    """Fills the placeholders, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill each placeholder of this document."""
        if not may_hold_directives(self.env):
            return
        for node in list(self.document.findall(scrapbox_listing)):
            maker = _Maker(self.env, builder_of(self.env))
            made = maker.make(*rows_of(domain_of(self.env), node["query"]))
            for element in made:
                element["classes"] += node["classes"]
                element["ids"] += node["ids"]
            node.replace_self(made)


class _Maker:
    """Makes the nodes of a list for one output format."""

    def __init__(self, env: BuildEnvironment, builder: Builder) -> None:
        self._env = env
        self._site = SphinxSite(env)
        self._config = options(env.config)
        self._is_html = is_html(builder)
        self._builder = builder
        self._shows_images = builder.supported_remote_images and self._config.images == "remote"

    def make(self, query: ListQuery, rows: Rows) -> list[nodes.Element]:
        """The list; nothing if it is empty."""
        if not rows:
            return [nodes.paragraph("", query.empty)] if query.empty else []
        made: nodes.Element
        if query.kind == "stale":
            made = self._stale([row for row in rows if isinstance(row, StaleRow)])
        elif query.kind == "people":
            made = self._people([row for row in rows if isinstance(row, PersonRow)])
        elif query.shape == "table":
            made = self._table([row for row in rows if isinstance(row, PageRow)])
        else:
            made = nodes.bullet_list(bullet="-")
            for row in rows:
                if isinstance(row, WantedRow):
                    made += nodes.list_item("", *self._wanted(row))
                elif isinstance(row, PageRow):
                    made += nodes.list_item("", *self._item(row))
        # Titles are found as the pages that bear them; a list of them would be found for all.
        shape = query.kind if query.kind in ("wanted", "stale") else query.shape
        made["classes"] += ["scrapbox-list", f"scrapbox-{shape}", "no-search"]
        return [made]

    def _page(self, docname: str, title: str, language: str = "") -> nodes.Element:
        shown = nodes.inline("", title, classes=["xref", "scrapbox-page"])
        if language:
            shown["classes"].append(f"language-{language}")  # HTML's attribute ``lang``
        link = self._site.link("page", title, shown)
        link["scrapbox-docname"] = docname
        return link

    def _source(self, row: StaleRow) -> nodes.Element:
        if not row.source.startswith("/"):
            return self._page(row.source, row.source_title, row.source_language)
        shown = nodes.inline("", row.source_title, classes=["xref", "scrapbox-page"])
        if row.source_language:
            shown["classes"].append(f"language-{row.source_language}")
        return self._site.link("page", row.source, shown)

    def _item(self, row: PageRow) -> list[nodes.Node]:
        parts: list[nodes.Node] = [nodes.paragraph("", "", self._page(row.docname, row.title))]
        if self._is_html and row.image and self._may_show(row.image):
            image = nodes.image(uri=row.image, alt="", classes=["scrapbox-card-image"])
            # As Sphinx notes it down: a file of the site, or an address that is left alone.
            image["candidates"] = {"?" if "://" in row.image else "*": row.image}
            image["loading"] = image_loading(self._builder)
            parts.append(image)
        if row.summary:
            parts.append(nodes.paragraph("", row.summary, classes=["scrapbox-summary"]))
        return parts

    def _may_show(self, image: str) -> bool:
        return self._shows_images if "://" in image else shows_image_file(self._builder, image)

    def _wanted(self, row: WantedRow) -> list[nodes.Node]:
        shown = nodes.inline("", row.title, classes=["xref", "scrapbox-page"])
        parts: list[nodes.Node]
        if self._config.missing == "warn":  # that nobody has written it is the point here
            shown["classes"].append("scrapbox-missing")
            parts = [shown]
        else:
            parts = [self._site.link("page", join_target(row.project, row.title), shown)]
        parts.append(nodes.Text(f" ({row.total}): "))
        links = [self._page(docname, title) for docname, title in row.linking]
        return [nodes.paragraph("", "", *parts, *_joined(links, row.total))]

    def _people(self, rows: Sequence[PersonRow]) -> nodes.table:
        lines: list[list[list[nodes.Node]]] = []
        for row in rows:
            project, name = split_target(row.target)
            face = scrapbox_icon(
                name=name, project=project, label=row.label, role=IconRole.SPEAKER.value
            )
            pages: list[nodes.Node] = [
                nodes.inline("", "", self._page(docname, title), nodes.Text(f" ({count})"))
                for docname, title, count in row.pages
            ]
            lines.append(
                [
                    [self._site.link("icon", row.target, face)],
                    [nodes.Text(str(row.turns))],
                    _joined(pages, row.total),
                ]
            )
        return table([(_("Person"), 25), (_("Turns"), 10), (_("Pages"), 65)], lines)

    def _stale(self, rows: Sequence[StaleRow]) -> nodes.table:
        columns = [
            (_("Page"), 30),
            (_("Source"), 30),
            (_("Translated"), 15),
            (_("Source changed"), 15),
            (_("Changed lines"), 10),
        ]
        lines: list[list[list[nodes.Node]]] = [
            [
                [self._page(row.docname, row.title)],
                [self._source(row)],
                [nodes.Text(row.translated)],
                [nodes.Text(row.changed)],
                [nodes.Text(str(row.lines) if row.lines else "")],
            ]
            for row in rows
        ]
        if not any(row.lines for row in rows):
            del columns[-1]
            lines = [line[:-1] for line in lines]
        return table(columns, lines)

    def _table(self, rows: Sequence[PageRow]) -> nodes.table:
        has_days = any(row.updated for row in rows)
        columns = [(_("Page"), 65), (_("Updated"), 20), (_("Linked from"), 15)]
        lines: list[list[list[nodes.Node]]] = []
        for row in rows:
            lines.append(
                [
                    [self._page(row.docname, row.title)],
                    [nodes.Text(row.updated)],
                    [nodes.Text(str(row.linked))],
                ]
            )
            if not has_days:
                del lines[-1][1]
        if not has_days:
            del columns[1]
        return table(columns, lines)


def _joined(links: Sequence[nodes.Node], count: int) -> list[nodes.Node]:
    """Links with commas between them, and how many more there are."""
    parts: list[nodes.Node] = []
    for link in links:
        if parts:
            parts.append(nodes.Text(", "))
        parts.append(link)
    if count > len(links):
        more = str(_("{count} more")).format(count=count - len(links))
        parts.append(nodes.Text(f", {more}"))
    return parts
