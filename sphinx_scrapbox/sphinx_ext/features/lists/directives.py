"""Lists of pages, of wanted pages and of people, written where a directive asks for them.

A directive leaves a placeholder that holds a query. What a query finds is plain data, computed
once per build from tables over all facts, and all that the nodes of the list are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.nodes import scrapbox_listing
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.features.lists.model import ListQuery, docnames_of
from sphinx_scrapbox.sphinx_ext.features.lists.nodes import FillLists
from sphinx_scrapbox.sphinx_ext.features.lists.tables import rows_of
from sphinx_scrapbox.sphinx_ext.reading import option_values


def _iso_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise option_values.BadOption(f"must be a day such as 2025-04-01, not {text!r}") from None


_CONVERTERS: option_values.Converters = {
    "tag": lambda text: option_values.text(text.removeprefix("#")),
    "person": option_values.text,
    "title": option_values.text,
    "since": _iso_day,
    "until": _iso_day,
    "reverse": option_values.flag,
    "limit": option_values.whole_number,
    "as": option_values.one_of("list", "table", "cards"),
    "min": option_values.whole_number,
    "project": lambda text: option_values.text(text.strip("/")),
    "empty": option_values.text,
    "controls": option_values.one_of("yes", "no"),
}
"""For all options but "sort", as each directive has its own orders."""
_FIELDS = {"as": "shape", "min": "least"}
"""The fields of the query that have other names than their options."""


def _options(names: str) -> dict[str, Callable[[str], str]]:
    return option_values.unconverted_options(names.split())


class _ListDirective(SphinxDirective):
    kind: ClassVar[str]
    sorts: ClassVar[tuple[str, ...]] = ("title", "updated", "created", "linked")

    def run(self) -> list[nodes.Node]:
        """The placeholder."""
        converters = {**_CONVERTERS, "sort": option_values.one_of(*self.sorts)}
        fields: dict[str, Any] = {"sort": self.sorts[0]}
        for option, value in option_values.convert_options(self, converters).items():
            fields[_FIELDS.get(option, option)] = value
        if self.arguments:
            fields["tag"] = self.arguments[0].strip().removeprefix("#")
        node = scrapbox_listing(query=ListQuery(self.kind, **fields).text())
        self.set_source_info(node)
        return [node]


class PagesDirective(_ListDirective):
    """``scrapbox:pages``: the pages that its options choose; without any, all of them."""

    kind = "pages"
    option_spec = _options("tag person title since until sort reverse limit as controls")


class TaggedDirective(_ListDirective):
    """``scrapbox:tagged``: the pages with the tag that the argument names."""

    kind = "pages"
    required_arguments = 1
    final_argument_whitespace = True
    option_spec = _options("person title since until sort reverse limit as controls")


class WantedDirective(_ListDirective):
    """``scrapbox:wanted``: missing pages that several pages link to."""

    kind = "wanted"
    option_spec = _options("min limit")


class PeopleDirective(_ListDirective):
    """``scrapbox:people``: who speaks in the wiki, how often, and where."""

    kind = "people"
    option_spec = _options("limit")


class StaleDirective(_ListDirective):
    """``scrapbox:stale``: translations whose source has changed since, the stalest first."""

    kind = "stale"
    sorts = ("lines", "age", "title")
    option_spec = _options("project sort reverse limit empty")


class ListsFeature(Feature):
    """Keeps the queries of the lists that documents show."""

    name = "lists"
    shows_other_links = True
    directives = {
        "pages": PagesDirective,
        "tagged": TaggedDirective,
        "wanted": WantedDirective,
        "people": PeopleDirective,
        "stale": StaleDirective,
    }
    post_transforms = (FillLists,)
    node_classes = (scrapbox_listing,)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The query of each list."""
        return tuple(node["query"] for node in nodes) or None

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The rows of each list, and the languages of the pages in them."""
        queries: tuple[str, ...] = domain.collected("lists").get(docname, ())
        foreign = page_languages(domain).foreign
        lists = [tuple(rows_of(domain, query)[1]) for query in queries]
        return tuple((rows, *map(foreign, docnames_of(rows))) for rows in lists) or None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """The documents with lists."""
        return domain.collected("lists")


FEATURE = ListsFeature()
