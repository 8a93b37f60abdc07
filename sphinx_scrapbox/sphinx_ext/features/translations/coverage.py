"""``scrapbox:coverage`` and ``scrapbox:glossary``: which pages are translated, and their titles.

A directive leaves a placeholder with a query. What it shows is plain data, made of the facts of
all documents once a build.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.language import language_class
from sphinx_scrapbox.rendering.nodes import scrapbox_coverage
from sphinx_scrapbox.rendering.tables import table
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.snapshot.coverage.glossary import glossary
from sphinx_scrapbox.snapshot.coverage.model import CoverageKind, PairCoverage, WikiPage
from sphinx_scrapbox.snapshot.coverage.reports import percent
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of, may_hold_directives
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.languages import language_name, site_language
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.features.lists.collation import sort_key
from sphinx_scrapbox.sphinx_ext.features.translations.site_pages import (
    inventory_titles,
    site_coverage,
)
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.reading import option_values
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki.dates import iso_day

_KINDS = tuple(kind.value for kind in CoverageKind)


class CoverageQuery(NamedTuple):
    """What a placeholder shows. ``kind`` is ``coverage`` or ``glossary``; 0 sets no limit."""

    kind: str
    project: str = ""
    source: str = ""
    only: tuple[str, ...] = _KINDS
    limit: int = 0
    empty: str = ""

    def text(self) -> str:
        """The query as a node and the facts keep it."""
        return json.dumps(self._asdict(), ensure_ascii=False)


class ShownPage(NamedTuple):
    """A page in a list: a docname or a target, the title, and the language to mark."""

    place: str
    title: str
    language: str = ""


class ShownRow(NamedTuple):
    """A finding; a source that is gone is only a title, and dates are those of stale pages."""

    source: ShownPage
    page: ShownPage | None
    dates: tuple[str, str] = ("", "")


class ShownList(NamedTuple):
    """The findings of one kind, and how many more there are."""

    kind: str
    total: int
    rows: tuple[ShownRow, ...]
    rest: int


class ShownPair(NamedTuple):
    """The figures of two wikis, or their glossary with the names of their languages."""

    names: tuple[str, str]
    languages: tuple[str, str] = ("", "")
    figures: tuple[int, int, str, int] = (0, 0, "", 0)
    lists: tuple[ShownList, ...] = ()
    entries: tuple[tuple[ShownPage, ShownPage], ...] = ()


_CONVERTERS: option_values.Converters = {
    "project": lambda text: option_values.text(text.strip("/")),
    "source": lambda text: option_values.text(text.strip("/")),
    "only": option_values.several_of(*_KINDS, none="none"),
    "limit": option_values.whole_number,
    "empty": option_values.text,
}


class _CoverageDirective(SphinxDirective):
    kind: ClassVar[str]

    def run(self) -> list[nodes.Node]:
        """The placeholder."""
        fields = option_values.convert_options(self, _CONVERTERS)
        node = scrapbox_coverage(query=CoverageQuery(self.kind, **fields).text())
        self.set_source_info(node)
        return [node]


class CoverageDirective(_CoverageDirective):
    """``scrapbox:coverage``: how much of a wiki is translated, and which pages are not."""

    kind = "coverage"
    option_spec = option_values.unconverted_options(_CONVERTERS)


class GlossaryDirective(_CoverageDirective):
    """``scrapbox:glossary``: the titles of sources and of their translations."""

    kind = "glossary"
    option_spec = option_values.unconverted_options(("project", "source", "limit", "empty"))


def shown_pairs(domain: ScrapboxDomain, text: str) -> tuple[CoverageQuery, tuple[ShownPair, ...]]:
    """The query that a document keeps as *text*, and what it shows."""
    query = CoverageQuery(**json.loads(text))
    query = query._replace(only=tuple(query.only))
    pairs = [
        pair
        for pair in site_coverage(domain)
        if query.project in ("", pair.project) and query.source in ("", pair.source_project)
    ]
    show = _shown_glossary if query.kind == "glossary" else _shown_coverage
    site = site_language(domain.env.config).lower()
    return query, tuple(shown for pair in pairs if (shown := show(pair, query, site)))


def _shown_coverage(pair: PairCoverage, query: CoverageQuery, site: str) -> ShownPair:
    lists = []
    for kind in CoverageKind:
        rows = []
        listed = pair.rows[kind]
        for source, page, target, translated, changed in listed[: query.limit or None]:
            named = source or WikiPage("", target)  # without a place, as it is gone
            shown = _shown(named, pair.source_language, site)
            other = _shown(page, pair.language, site) if page else None
            rows.append(ShownRow(shown, other, (iso_day(translated), iso_day(changed))))
        is_listed = kind.value in query.only
        rest = len(listed) - len(rows)
        lists.append(
            ShownList(
                kind.value, pair.count(kind), tuple(rows) * is_listed, rest if is_listed else 0
            )
        )
    figures = (pair.sources, pair.translated, percent(pair), pair.unknown)
    names = (pair.source_project, pair.project)
    return ShownPair(names, figures=figures, lists=tuple(lists))


def _shown_glossary(pair: PairCoverage, query: CoverageQuery, site: str) -> ShownPair | None:
    entries = sorted(
        glossary([pair]), key=lambda entry: (sort_key(entry.source.title), entry.source.place)
    )
    shown = tuple(
        (_shown(source, language, site), _shown(page, other, site))
        for source, page, language, other in entries[: query.limit or None]
    )
    languages = (pair.source_language, pair.language)
    names = (pair.source_project, pair.project)
    first, second = (
        language_name(language) or name for language, name in zip(languages, names, strict=True)
    )
    return ShownPair((first, second), languages, entries=shown) if shown else None


def _shown(page: WikiPage, language: str, site: str) -> ShownPage:
    language = page.language or language
    return ShownPage(page.place, page.title, language if language.lower() != site else "")


class FillCoverage(SphinxPostTransform):
    """Fills the placeholders, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill each placeholder of this document."""
        if not may_hold_directives(self.env):
            return
        for node in list(self.document.findall(scrapbox_coverage)):
            query, pairs = shown_pairs(domain_of(self.env), node["query"])
            elements = _CoverageBuilder(self.env).build(query, pairs)
            for element in elements:
                element["classes"] += ["scrapbox-coverage", "no-search"]
                keep_outside(element)
            if elements:
                elements[0]["ids"] += node["ids"]
            node.replace_self(elements)


class _CoverageBuilder:
    """Builds the nodes of a query, which are standard nodes in all formats."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._site = SphinxSite(env)

    def build(self, query: CoverageQuery, pairs: Sequence[ShownPair]) -> list[nodes.Element]:
        """Tables and lists; without any, the text of the option ``empty``, if there is one."""
        if not pairs:
            return [nodes.paragraph("", query.empty)] if query.empty else []
        if query.kind == "glossary":
            return [self._glossary(pair) for pair in pairs]
        return [element for pair in pairs for element in self._pair(pair)]

    def _glossary(self, pair: ShownPair) -> nodes.Element:
        first, second = pair.names
        lines = [[[self._link(source)], [self._link(page)]] for source, page in pair.entries]
        shown = table([(first, 50), (second, 50)], lines)
        shown["classes"].append("scrapbox-glossary")
        heads = next(shown.findall(nodes.thead)).findall(nodes.paragraph)
        for head, language in zip(heads, pair.languages, strict=True):
            if language:
                head["classes"].append(language_class(language))
        return shown

    def _pair(self, pair: ShownPair) -> list[nodes.Element]:
        titles = _titles()
        sources, translated, share, unknown = pair.figures
        figures = [(str(_("Pages of the source wiki")), str(sources))]
        figures.append((str(_("Translated pages")), f"{translated} ({share})"))
        figures += [(titles[kind], str(total)) for kind, total, _rows, _rest in pair.lists]
        if unknown:
            figures.append((str(_("Translated from unknown pages")), str(unknown)))
        names = " → ".join(name or "?" for name in pair.names)
        lines = [[[nodes.Text(name)], [nodes.Text(figure)]] for name, figure in figures]
        elements: list[nodes.Element] = [table([(names, 75), (str(_("Pages")), 25)], lines)]
        for kind, _total, rows, rest in pair.lists:
            if not rows:
                continue
            elements.append(nodes.rubric("", titles[kind]))
            items = nodes.bullet_list(bullet="-", classes=[f"scrapbox-{kind}"])
            items += [self._item(kind, row) for row in rows]
            if rest:
                more = str(_("{count} more")).format(count=rest)
                items += nodes.list_item("", nodes.paragraph("", more))
            elements.append(items)
        return elements

    def _item(self, kind: str, row: ShownRow) -> nodes.list_item:
        first, second = (row.page, row.source) if row.page else (row.source, None)
        if kind == CoverageKind.DOUBLED.value:
            first, second = row.source, row.page
        parts: list[nodes.Node] = [self._link(first)]
        if second:
            parts += [nodes.Text(": "), self._link(second)]
        if all(row.dates):
            text = str(_("translated on {translated}, source changed on {changed}"))
            translated, changed = row.dates
            parts.append(nodes.Text(f" ({text.format(translated=translated, changed=changed)})"))
        return nodes.list_item("", nodes.paragraph("", "", *parts))

    def _link(self, page: ShownPage) -> nodes.Node:
        if not page.place:  # it is gone
            classes = [language_class(page.language)] if page.language else []
            return nodes.inline("", page.title, classes=["scrapbox-missing", *classes])
        if page.place.startswith("/"):
            return self._site.page_link(page.place, page.title, language=page.language)
        return self._site.page_link(page.title, page.title, page.place, page.language)


def _titles() -> dict[str, str]:
    """What lists and figures are called, by kind."""
    return {
        CoverageKind.UNTRANSLATED.value: str(_("Not translated yet")),
        CoverageKind.GONE.value: str(_("Translations whose source was deleted")),
        CoverageKind.DOUBLED.value: str(_("Sources with several translations")),
        CoverageKind.STALE.value: str(_("Translations older than their source")),
    }


class CoverageFeature(Feature):
    """Keeps the queries of documents."""

    name = "coverage"
    shows_other_links = True
    directives = {"coverage": CoverageDirective, "glossary": GlossaryDirective}
    post_transforms = (FillCoverage,)
    node_classes = (scrapbox_coverage,)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The query of each placeholder."""
        return tuple(node["query"] for node in nodes) or None

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """What is known of pages that are not part of the site."""
        if not domain.collected("coverage"):
            return ""
        folders = options(domain.env.config).translation_sources
        outside = source_folder(domain.env).locks.external_state(folders) if folders else None
        return repr((outside, inventory_titles(domain)))

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The figures and rows of each query."""
        queries: tuple[str, ...] = domain.collected("coverage").get(docname, ())
        return tuple(shown_pairs(domain, query)[1] for query in queries) or None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """The documents with coverage."""
        return domain.collected("coverage")


FEATURE = CoverageFeature()
