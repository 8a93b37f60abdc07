"""The entries of the indices: pages, tags, people, and the pages that changed last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from heapq import nlargest
from typing import NamedTuple

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.index.disk_cache import cached_on_disk
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.features.lists.tables import page_order, tables_of
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki.dates import iso_day
from sphinx_scrapbox.wiki.graph import wanted
from sphinx_scrapbox.wiki.titles import join_target, key, split_target

NAMED_PAGES = 12
"""Pages that are named beside a tag or a person; the rest is only counted."""
MOST_LINKED = 20
"""Pages at the start of an index of pages that is split."""
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
    """The pages that link to a page or have a tag, or the turns of a person."""
    language: str = ""
    """The language of the name of a missing page if it is not that of the site."""


def page_names(domain: ScrapboxDomain) -> list[Entry]:
    """All pages, in the order of their titles, without dates and numbers.

    A local change (see :mod:`.history`) changes none of them.
    """

    def entries() -> list[Entry]:
        titles = [(docname, domain.title_of(docname)) for docname in page_order(domain)]
        bearing = Counter(key(title) for _docname, title in titles)
        return [
            Entry(title, name, note=domain.project_of(name) if bearing[key(title)] > 1 else "")
            for name, title in titles
        ]

    return domain.computed(
        "names of pages", lambda: cached_on_disk(domain.env, "page-names", "", entries)
    )


def page_numbers(domain: ScrapboxDomain) -> dict[str, tuple[str, int]]:
    """The dates and numbers of the entries of pages by docname, as far as they are known."""
    return domain.computed("numbers of pages", dict[str, tuple[str, int]])


def with_number(domain: ScrapboxDomain, entry: Entry) -> Entry:
    """The entry of a page with the day of its last change, and the number of linking pages."""
    numbers = page_numbers(domain)
    if (of_page := numbers.get(entry.docname)) is None:
        day = iso_day(domain.facts[entry.docname].updated)
        of_page = numbers[entry.docname] = day, len(domain.graph.links_to(entry.docname))
    return entry._replace(updated=of_page[0], number=of_page[1])


def page_entries(domain: ScrapboxDomain) -> Iterator[Entry]:
    """All pages, in the order of their titles."""
    return (with_number(domain, entry) for entry in page_names(domain))


def most_linked_entries(domain: ScrapboxDomain) -> list[Entry]:
    """The pages to which the most pages link, with their number."""
    linked = nlargest(MOST_LINKED, page_entries(domain), key=lambda entry: entry.number)
    return [
        entry._replace(note=_counted(entry.number, entry.note)) for entry in linked if entry.number
    ]


def recent_entries(domain: ScrapboxDomain) -> Iterator[Entry]:
    """The pages that changed last, the newest first."""
    facts = domain.facts
    dated = [entry for entry in page_names(domain) if facts[entry.docname].updated]
    dated.sort(key=lambda entry: -facts[entry.docname].updated)
    for entry in dated[:RECENT]:
        entry = with_number(domain, entry)
        yield entry._replace(note=" · ".join(filter(None, (entry.note, entry.updated))))


def has_dates(domain: ScrapboxDomain) -> bool:
    """Whether it is known of some page when it was last changed."""

    def is_known() -> bool:
        return any(facts.updated for facts in domain.facts.values() if facts.is_page)

    return domain.computed("has dates", is_known)


def tag_entries(domain: ScrapboxDomain) -> Iterator[Entry]:
    """All tags."""
    config, tables = options(domain.env.config), tables_of(domain)
    languages = page_languages(domain)
    root = domain.env.config.root_doc
    bearing = Counter(tag_key for _project, tag_key in tables.tags)
    for (project, tag_key), docnames in tables.tags.items():
        name = tables.tag_names[project, tag_key]
        page = domain.find_page(join_target(project, name), root) or ""
        address = ""
        language = "" if page else languages.foreign(wanted(project, name))
        is_linked = project and config.links_missing() and project not in domain.private_projects
        if not page and is_linked:
            address = source_folder(domain.env).snapshots.page_url(project, name)
        count = len(docnames)
        pages = tuple((docname, domain.title_of(docname)) for docname in docnames[:NAMED_PAGES])
        note = _counted(count, project if bearing[tag_key] > 1 else "")
        yield Entry(name, page, address, note, pages, count, "", count, language)


def person_entries(domain: ScrapboxDomain) -> Iterator[Entry]:
    """All people, those with the most turns first."""
    root = domain.env.config.root_doc
    rows = tables_of(domain).person_rows(NAMED_PAGES)
    bearing = Counter(key(row.label) for row in rows)
    for row in rows:
        project = split_target(row.target).project if bearing[key(row.label)] > 1 else ""
        page = domain.find_page(row.target, root) or ""
        pages = tuple((docname, title) for docname, title, _turns in row.pages)
        note = _counted(row.turns, project)
        yield Entry(row.label, page, "", note, pages, row.total, number=row.turns)


def _counted(number: int, project: str) -> str:
    """The note of an entry: a number, and the project that tells it from others of its name."""
    return f"{project}: {number}" if project else str(number)
