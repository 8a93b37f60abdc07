"""The entries of the indices: pages, tags, people, and the pages that changed last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.features.lists.tables import tables_of
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki.dates import iso_day
from sphinx_scrapbox.wiki.titles import join_target, key, split_target

NAMED_PAGES = 12
"""Pages that are named beside a tag or a person; the rest is only counted."""
RECENT = 200
"""Pages in the index of recent changes, at most."""


class Entry(NamedTuple):
    """An entry of an index: a name, where it leads to, and pages that belong to it."""

    name: str
    docname: str = ""
    address: str = ""
    note: str = ""
    pages: tuple[tuple[str, str], ...] = ()
    total: int = 0
    """How many pages there are; ``pages`` holds the first of them."""
    updated: str = ""
    """The day on which a page was last changed; "" if it is unknown."""
    number: int = 0
    """The pages that link to a page or bear a tag, or the turns of a person."""


def page_entries(domain: ScrapboxDomain) -> Iterator[Entry]:
    """All pages, in the order of their titles."""
    return _pages(domain, tables_of(domain).pages)


def recent_entries(domain: ScrapboxDomain) -> Iterator[Entry]:
    """The pages that changed last, the newest first."""
    facts = domain.facts
    dated = [docname for docname in tables_of(domain).pages if facts[docname].updated]
    dated.sort(key=lambda docname: -facts[docname].updated)
    for entry in _pages(domain, dated[:RECENT]):
        yield entry._replace(note=" · ".join(filter(None, (entry.note, entry.updated))))


def _pages(domain: ScrapboxDomain, docnames: Sequence[str]) -> Iterator[Entry]:
    bearing = Counter(key(domain.title_of(docname)) for docname in tables_of(domain).pages)
    for docname in docnames:
        title = domain.title_of(docname)
        project = domain.project_of(docname) if bearing[key(title)] > 1 else ""
        linked, day = len(domain.graph.links_to(docname)), iso_day(domain.facts[docname].updated)
        yield Entry(title, docname, note=project, updated=day, number=linked)


def has_dates(domain: ScrapboxDomain) -> bool:
    """Whether it is known of some page when it was last changed."""

    def is_known() -> bool:
        return any(facts.updated for facts in domain.facts.values() if facts.is_page)

    return domain.computed("has dates", is_known)


def tag_entries(domain: ScrapboxDomain) -> Iterator[Entry]:
    """All tags."""
    config, tables = options(domain.env.config), tables_of(domain)
    root = domain.env.config.root_doc
    bearing = Counter(tag_key for _project, tag_key in tables.tags)
    for (project, tag_key), docnames in tables.tags.items():
        name = tables.tag_names[project, tag_key]
        found = domain.find_page(join_target(project, name), root) or ""
        address = ""
        is_linked = project and config.links_missing() and project not in domain.private_projects
        if not found and is_linked:
            address = source_folder(domain.env).snapshots.page_url(project, name)
        count = len(docnames)
        pages = tuple((docname, domain.title_of(docname)) for docname in docnames[:NAMED_PAGES])
        note = _counted(count, project if bearing[tag_key] > 1 else "")
        yield Entry(name, found, address, note, pages, count, number=count)


def person_entries(domain: ScrapboxDomain) -> Iterator[Entry]:
    """All people, those with the most turns first."""
    root = domain.env.config.root_doc
    rows = tables_of(domain).person_rows(NAMED_PAGES)
    bearing = Counter(key(row.label) for row in rows)
    for row in rows:
        project = split_target(row.target).project if bearing[key(row.label)] > 1 else ""
        found = domain.find_page(row.target, root) or ""
        pages = tuple((docname, title) for docname, title, _turns in row.pages)
        note = _counted(row.turns, project)
        yield Entry(row.label, found, "", note, pages, row.total, number=row.turns)


def _counted(number: int, project: str) -> str:
    """The note of an entry: a number, and the project that tells it from others of its name."""
    return f"{project}: {number}" if project else str(number)
