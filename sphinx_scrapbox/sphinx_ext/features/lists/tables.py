"""The tables over all documents that lists and indices are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fnmatch import translate

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.config.values import Person
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.index.disk_cache import cached_on_disk
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.features.lists import model
from sphinx_scrapbox.sphinx_ext.features.lists.collation import sort_key
from sphinx_scrapbox.sphinx_ext.features.translations.staleness import stale_pages
from sphinx_scrapbox.sphinx_ext.features.translations.versions import language_versions
from sphinx_scrapbox.wiki.dates import iso_day
from sphinx_scrapbox.wiki.titles import join_target, key, split_target

LINKING = 12
"""Pages that are named beside a wanted page; the rest is counted."""
SPOKEN = 5
"""Pages that are named beside a person; the rest is counted."""

Who = Person | tuple[str, str]
"""A person of ``scrapbox_people``, or the project and the key of an icon."""


def page_order(domain: ScrapboxDomain) -> list[str]:
    """The docnames of all pages, in the order of their titles."""

    def ordered() -> list[str]:
        pages = [name for name, facts in domain.facts.items() if facts.is_page]
        return sorted(pages, key=lambda name: (sort_key(domain.title_of(name)), name))

    return domain.computed(
        "page order", lambda: cached_on_disk(domain.env, "page-order", "", ordered)
    )


class Tables:
    """Tables over the facts of all documents."""

    def __init__(self, domain: ScrapboxDomain) -> None:
        self._domain = domain
        self._config = options(domain.env.config)
        self.pages = page_order(domain)
        """The docnames of all pages, in the order of their titles."""
        self.tags: dict[tuple[str, str], list[str]] = {}
        """The documents with a tag, by the project and the key of the tag."""
        self.tag_names: dict[tuple[str, str], str] = {}
        self.people: dict[Who, dict[str, int]] = {}
        """The number of turns of each speaker by docname."""
        self._people_targets: dict[Who, str] = {}
        self._tags_named: dict[str, set[tuple[str, str]]] = {}
        self._people_named: dict[str, set[tuple[str, str]]] = {}
        others = sorted(domain.facts.keys() - set(self.pages))
        for docname in (*self.pages, *others):
            self._note(docname)

    def _note(self, docname: str) -> None:
        facts = self._domain.facts[docname]
        if not facts.tags and not facts.people:
            return
        own = self._domain.project_of(docname)
        for tag in facts.tags:
            project, name = split_target(tag)
            if name:
                tag_key = (project or own, key(name))
                self.tag_names.setdefault(tag_key, name)
                self._tags_named.setdefault(tag_key[1], set()).add(tag_key)
                bearing = self.tags.setdefault(tag_key, [])
                if not bearing or bearing[-1] != docname:
                    bearing.append(docname)
        for target, count in zip(facts.people, facts.turns, strict=True):
            project, name = split_target(target)
            if project == own:
                project = ""
            who: Who = self._domain.person(name, project, own) or (project or own, key(name))
            if isinstance(who, tuple):
                is_own = who[0] in ("", self._config.project.default)
                target = name if is_own else join_target(who[0], name)
                self._people_named.setdefault(who[1], set()).add(who)
            self._people_targets.setdefault(who, target)
            spoken = self.people.setdefault(who, {})
            spoken[docname] = spoken.get(docname, 0) + count

    def tagged(self, tag: str) -> set[str]:
        """The documents with a tag, in any project if it names none."""
        project, name = split_target(tag)
        tags = {(project, key(name))} if project else self._tags_named.get(key(name), set())
        return {docname for tag_key in tags for docname in self.tags.get(tag_key, ())}

    def spoken_by(self, person: str) -> set[str]:
        """The documents that somebody speaks in."""
        project, name = split_target(person)
        who = self._domain.person(name, project)
        if who:
            return set(self.people.get(who, ()))
        people = {(project, key(name))} if project else self._people_named.get(key(name), set())
        return {docname for person_key in people for docname in self.people.get(person_key, ())}

    def _select(self, query: model.ListQuery) -> list[str]:
        facts = self._domain.facts
        docnames = self.pages
        for name, among in ((query.tag, self.tagged), (query.person, self.spoken_by)):
            if name:
                chosen = among(name)
                docnames = [docname for docname in docnames if docname in chosen]
        if query.title:
            matches = re.compile(translate(key(query.title))).match
            docnames = [docname for docname in docnames if matches(key(facts[docname].title))]
        if query.since or query.until:
            since, until = query.since, query.until or "9999"
            docnames = [
                name for name in docnames if since <= iso_day(facts[name].updated) <= until
            ]
            docnames = [name for name in docnames if facts[name].updated]
        if query.sort != "title":
            docnames = sorted(docnames, key=self._sorting(query.sort))
        if query.reverse:
            docnames = docnames[::-1]
        return docnames[: query.limit or None]

    def _sorting(self, sort: str) -> Callable[[str], int]:
        facts, graph = self._domain.facts, self._domain.graph
        if sort == "linked":
            return lambda docname: -len(graph.links_to(docname))
        if sort == "created":
            return lambda docname: -facts[docname].created
        return lambda docname: -facts[docname].updated

    def _page_rows(self, query: model.ListQuery) -> list[model.PageRow]:
        rows = []
        selected = self._select(query)
        has_controls = query.has_controls(len(selected))
        for docname in selected:
            facts = self._domain.facts[docname]
            row = model.PageRow(docname, self._domain.title_of(docname))
            if query.shape == "table" or has_controls:
                linked = len(self._domain.graph.links_to(docname))
                row = row._replace(updated=iso_day(facts.updated), linked=linked)
            if query.shape == "cards":
                row = row._replace(summary=facts.summary, image=facts.image)
            rows.append(row)
        return rows

    def _wanted_rows(self, query: model.ListQuery) -> list[model.WantedRow]:
        domain, graph = self._domain, self._domain.graph
        counts = ((len(graph.links_to(node)), node) for node in graph.wanted_nodes())
        counted = [
            (-count, sort_key(graph.wanted_title(node)), node)
            for count, node in counts
            if count >= query.least
        ]
        rows = []
        for count, _sort, node in sorted(counted)[: query.limit or None]:
            shown = sorted(
                ((name, domain.title_of(name)) for name in graph.links_to(node)),
                key=lambda pair: sort_key(pair[1]),
            )
            project = node.split("/", 2)[1]
            title = graph.wanted_title(node)
            rows.append(model.WantedRow(project, title, -count, tuple(shown[:LINKING])))
        return rows

    def person_rows(self, shown: int = SPOKEN) -> list[model.PersonRow]:
        """All speakers, those with the most turns first."""
        rows = []
        for who, spoken in self.people.items():
            target = self._people_targets[who]
            label = who.name if isinstance(who, Person) else split_target(target).title
            # What comes first is also first by title: the tables are in that order.
            most = sorted(spoken.items(), key=lambda pair: -pair[1])[:shown]
            pages = tuple((name, self._domain.title_of(name), count) for name, count in most)
            rows.append(model.PersonRow(target, label, sum(spoken.values()), len(spoken), pages))
        return sorted(rows, key=lambda row: (-row.turns, sort_key(row.label), row.target))

    def _stale_rows(self, query: model.ListQuery) -> list[model.StaleRow]:
        domain = self._domain
        rows = [
            model.StaleRow(
                docname,
                domain.title_of(docname),
                age.source,
                _source_title(domain, age.source),
                _source_language(domain, docname, age.source),
                iso_day(age.translated),
                iso_day(age.changed),
                age.days,
                lines,
            )
            for docname, age, lines in stale_pages(domain)
            if query.project in ("", domain.project_of(docname))
        ]
        rows.sort(key=lambda row: (sort_key(row.title), row.docname))
        if query.sort == "age":
            rows.sort(key=lambda row: -row.days)
        elif query.sort == "lines":
            rows.sort(key=lambda row: (-row.lines, -row.days))
        if query.reverse:
            rows.reverse()
        return rows[: query.limit or None]

    def rows(self, query: model.ListQuery) -> model.Rows:
        """The rows of a list, the only data of its nodes."""
        if query.kind == "wanted":
            return self._wanted_rows(query)
        if query.kind == "people":
            return self.person_rows()[: query.limit or None]
        if query.kind == "stale":
            return self._stale_rows(query)
        return self._page_rows(query)


def _source_title(domain: ScrapboxDomain, source: str) -> str:
    return split_target(source).title if source.startswith("/") else domain.title_of(source)


def _source_language(domain: ScrapboxDomain, docname: str, source: str) -> str:
    if source.startswith("/"):
        return language_versions(domain).source_language(docname, source)
    return page_languages(domain).of(source)


def tables_of(domain: ScrapboxDomain) -> Tables:
    """The tables of a build, computed once until a fact changes."""
    return domain.computed("tables", lambda: Tables(domain))


def rows_of(domain: ScrapboxDomain, text: str) -> tuple[model.ListQuery, model.Rows]:
    """The query that a document keeps as *text*, and its rows."""
    query = model.ListQuery(**json.loads(text))
    return query, domain.computed(query, lambda: tables_of(domain).rows(query))
