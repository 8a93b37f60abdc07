"""The pages of a site, and of the wikis that it knows of, with what they were translated from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sphinx_scrapbox.snapshot.coverage.model import (
    PairCoverage,
    TranslatedFrom,
    WikiPage,
    coverage,
)
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.features.translations.versions import language_versions
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.inventories import (
    display_name,
    inventories_of,
    named_by_wiki,
    pages_in_inventories,
)
from sphinx_scrapbox.wiki.dates import clamp
from sphinx_scrapbox.wiki.titles import inventory_name, key, split_target

_Index = dict[tuple[str, str], WikiPage]


def site_coverage(domain: ScrapboxDomain) -> list[PairCoverage]:
    """The coverage of each pair of wikis, computed once until a fact changes."""
    return domain.computed("coverage", lambda: coverage(list(_site_pages(domain))))


def _site_pages(domain: ScrapboxDomain) -> Iterator[WikiPage]:
    """The wiki pages and translations of the site, then those of wikis that are not part of it."""
    languages, sources_of = page_languages(domain), language_versions(domain).sources
    own = {domain.project_of(docname) for docname, facts in domain.facts.items() if facts.is_page}
    outside = _pages_outside(domain, own)
    for docname in sorted(domain.facts):
        facts = domain.facts[docname]
        if not facts.is_page and docname not in sources_of:
            continue
        times: dict[str, int] = {}
        for time, target, _language in facts.translated:
            times.setdefault(target, time)
        sources = tuple(
            TranslatedFrom(
                source.target,
                _place(domain, docname, source.target, outside),
                source.source_language,
                times.get(source.target, 0),
            )
            for source in sources_of.get(docname, ())
        )
        yield WikiPage(
            docname,
            domain.title_of(docname),
            domain.project_of(docname),
            languages.of(docname),
            facts.updated,
            sources,
        )
    yield from {page.place: page for page in outside.values()}.values()


def _place(domain: ScrapboxDomain, docname: str, target: str, outside: _Index) -> str:
    """The docname of a source, or its target if it is only known not to be part of the site."""
    source = domain.find_page(target, docname)
    if source is not None:
        return source if source != docname else ""
    project, title = split_target(target)
    page = outside.get((project, key(title))) or outside.get((project, inventory_name(title)))
    return page.place if page else ""


def _pages_outside(domain: ScrapboxDomain, own: set[str]) -> _Index:
    """The pages of other wikis by project and key of a present or an earlier title.

    They are in the folders of ``scrapbox_translation_sources``, or in the inventory that has the
    name of their project. Those of a private wiki, and denied ones, must not be named.
    """
    config, folder = options(domain.env.config), source_folder(domain.env)
    pages: _Index = {}
    denied = folder.pages.redaction.titles
    external = folder.locks.external_pages(config.translation_sources)
    for (project, title_key), entry in external.items():
        title = entry.page.title
        if project not in own and not entry.is_private and title not in denied:
            updated = clamp(entry.page.updated)
            place = f"/{project}/{title}"
            pages[project, title_key] = WikiPage(place, title, project, updated=updated)
    of_folders = {project for project, _title in pages}
    for project, titles in inventory_titles(domain).items():
        if project not in own and project not in of_folders:
            for name, title in titles.items():
                if title not in denied:
                    pages[project, name] = WikiPage(f"/{project}/{title}", title, project)
    return pages


def inventory_titles(domain: ScrapboxDomain) -> Mapping[str, Mapping[str, str]]:
    """The titles in the inventories of the projects that pages here are translated from.

    By project and by the name of a title, present or earlier, in the inventory.
    """
    inventories = inventories_of(domain.env)
    if not inventories:
        return {}
    targets = (
        source.target
        for sources in language_versions(domain).sources.values()
        for source in sources
    )
    projects = {split_target(target).project for target in targets}
    return {
        project: {
            name: display_name(item) or name
            for name, item in pages_in_inventories(inventories, project).items()
        }
        for project in sorted(projects)
        if named_by_wiki(inventories, project)
    }
