"""The nodes of a list, made of its rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.language import in_language
from sphinx_scrapbox.rendering.nodes import scrapbox_icon, scrapbox_listing
from sphinx_scrapbox.rendering.tables import table
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.sphinx_ext import builders
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of, may_hold_directives
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.features.lists import model
from sphinx_scrapbox.sphinx_ext.features.lists.controls import opening, title_ranks
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
            query, rows = rows_of(domain_of(self.env), node["query"])
            elements = _ListBuilder(self.env).build(query, rows)
            for element in elements:
                element["classes"] += node["classes"]
                element["ids"] += node["ids"]
                keep_outside(element)
            if query.has_controls(len(rows)) and builders.has_browser_pages(
                builders.builder_of(self.env)
            ):
                node["classes"], node["ids"] = [], []
                node["html"] = _opening(query, rows)
                node[:] = elements
            else:
                node.replace_self(elements)


def _opening(query: model.ListQuery, rows: model.Rows) -> str:
    """The start of the element around a list of pages with controls."""
    pages = [row for row in rows if isinstance(row, model.PageRow)]
    keys: dict[str, Sequence[object]] = {"title": title_ranks([row.title for row in pages])}
    if any(row.updated for row in pages):
        keys["updated"] = [row.updated for row in pages]
    keys["linked"] = [row.linked for row in pages]
    is_known = query.sort in keys and not query.reverse
    return opening(keys, query.sort if is_known else "")


class _ListBuilder:
    """Builds the nodes of a list for one output format."""

    def __init__(self, env: BuildEnvironment) -> None:
        builder = self._builder = builders.builder_of(env)
        self._site = SphinxSite(env)
        self._languages = page_languages(domain_of(env))
        self._config = options(env.config)
        self._docname = env.docname
        self._is_html = builders.is_html(builder)
        self._shows_images = builder.supported_remote_images and self._config.images == "remote"

    def build(self, query: model.ListQuery, rows: model.Rows) -> list[nodes.Element]:
        """The list; nothing if it is empty."""
        if not rows:
            return [nodes.paragraph("", query.empty)] if query.empty else []
        element: nodes.Element
        if query.kind == "stale":
            element = self._stale([row for row in rows if isinstance(row, model.StaleRow)])
        elif query.kind == "people":
            element = self._people([row for row in rows if isinstance(row, model.PersonRow)])
        elif query.shape == "table":
            element = self._table([row for row in rows if isinstance(row, model.PageRow)])
        else:
            element = nodes.bullet_list(bullet="-")
            for row in rows:
                if isinstance(row, model.WantedRow):
                    element += nodes.list_item("", *self._wanted(row))
                elif isinstance(row, model.PageRow):
                    item = nodes.list_item("", *self._item(row))
                    if query.shape == "cards":
                        item["classes"] += builders.card_classes(self._builder)
                    element += item
        # Titles are found as the pages that have them; a list of them would be found for all.
        shape = query.kind if query.kind in ("wanted", "stale") else query.shape
        element["classes"] += ["scrapbox-list", f"scrapbox-{shape}", "no-search"]
        return [element]

    def _page(self, docname: str, title: str, language: str = "") -> nodes.Element:
        language = language or self._languages.foreign_title(docname)
        return self._site.page_link(title, title, docname, language)

    def _source(self, row: model.StaleRow) -> nodes.Element:
        if not row.source.startswith("/"):
            return self._page(row.source, row.source_title, row.source_language)
        return self._site.page_link(row.source, row.source_title, language=row.source_language)

    def _item(self, row: model.PageRow) -> list[nodes.Node]:
        parts: list[nodes.Node] = [nodes.paragraph("", "", self._page(row.docname, row.title))]
        if self._is_html and row.image and self._may_show(row.image):
            image = nodes.image(uri=row.image, alt="", classes=["scrapbox-card-image"])
            # As Sphinx notes it down: a file of the site, or an address that is left alone.
            image["candidates"] = {"?" if "://" in row.image else "*": row.image}
            image["loading"] = builders.image_loading(self._builder)
            parts.append(image)
        if row.summary:
            text = in_language(row.summary, self._languages.foreign(row.docname))
            parts.append(nodes.paragraph("", "", text, classes=["scrapbox-summary"]))
        return parts

    def _may_show(self, image: str) -> bool:
        is_remote = "://" in image
        return self._shows_images if is_remote else builders.shows_image_file(self._builder, image)

    def _wanted(self, row: model.WantedRow) -> list[nodes.Node]:
        if self._config.missing_mode(self._docname) == "warn":
            # No link, which would give a warning: that nobody has written the page is known here.
            classes = ["xref", "scrapbox-page", "scrapbox-missing"]
            wanted: nodes.Element = nodes.inline("", row.title, classes=classes)
        else:
            wanted = self._site.page_link(join_target(row.project, row.title), row.title)
        count = nodes.Text(f" ({row.total}): ")
        links = [self._page(docname, title) for docname, title in row.linking]
        return [nodes.paragraph("", "", wanted, count, *_joined(links, row.total))]

    def _people(self, rows: Sequence[model.PersonRow]) -> nodes.table:
        lines: list[list[list[nodes.Node]]] = []
        for row in rows:
            project, name = split_target(row.target)
            icon = scrapbox_icon(
                name=name, project=project, label=row.label, role=IconRole.SPEAKER.value
            )
            pages: list[nodes.Node] = [
                nodes.inline("", "", self._page(docname, title), nodes.Text(f" ({count})"))
                for docname, title, count in row.pages
            ]
            link = self._site.link("icon", row.target, icon)
            lines.append([[link], [nodes.Text(str(row.turns))], _joined(pages, row.total)])
        return table([(_("Person"), 25), (_("Turns"), 10), (_("Pages"), 65)], lines)

    def _stale(self, rows: Sequence[model.StaleRow]) -> nodes.table:
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

    def _table(self, rows: Sequence[model.PageRow]) -> nodes.table:
        columns = [(_("Page"), 65), (_("Updated"), 20), (_("Linked from"), 15)]
        lines: list[list[list[nodes.Node]]] = []
        for row in rows:
            page, linked = self._page(row.docname, row.title), nodes.Text(str(row.linked))
            lines.append([[page], [nodes.Text(row.updated)], [linked]])
        if not any(row.updated for row in rows):
            del columns[1]
            lines = [[cells[0], cells[2]] for cells in lines]
        return table(columns, lines)


def _joined(links: Sequence[nodes.Node], count: int) -> list[nodes.Node]:
    """Links with commas between them, and how many more there are."""
    parts = [part for link in links for part in (nodes.Text(", "), link)][1:]
    if count > len(links):
        more = str(_("{count} more")).format(count=count - len(links))
        parts.append(nodes.Text(f", {more}"))
    return parts
