"""What the links of a page lead to, as far as it decides whether the page is written again."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.languages import marks_links, page_languages
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki.titles import file_name_key, is_line_id, key, split_target


class Links(Feature):
    """A page that came, went or changed its title concerns just the documents that name it."""

    name = "links"

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The documents and headings that links may mean, and what all live links depend on."""
        if (facts := domain.facts.get(docname)) is None:
            return None
        hosts = domain.computed("hosts of links", lambda: _hosts(domain))
        names = [*facts.links, key(split_target(facts.source).title)]
        headings = [domain.find_heading(target, docname) for target in facts.fragments]
        targets = [_targets(domain, name) for name in names]
        return hosts, domain.project_of(docname), targets, headings

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """The documents with links to headings, or to lines if these may have moved."""
        has_moved = any(_lines(old) != _lines(new) for old, new in change.documents.values())
        for docname, facts in domain.facts.items():
            if facts.fragments or (
                has_moved and any(is_line_id(link[1:]) for link in facts.links if link[0:1] == "#")
            ):
                yield docname


def _lines(facts: PageFacts) -> tuple[object, ...]:
    return facts.lock, facts.lines_without_anchor


def _targets(domain: ScrapboxDomain, link: str) -> list[str] | None:
    """The documents that a link may lead to, with their languages, by its key."""
    kept: dict[str, list[str] | None] = domain.computed("links", dict)
    if link not in kept:
        kept[link] = _find_targets(domain, link)
    return kept[link]


def _find_targets(domain: ScrapboxDomain, link: str) -> list[str] | None:
    if link.startswith("#") and is_line_id(link[1:]):
        return list(domain.find_line(link[1:]) or ())
    language_of = page_languages(domain).of if marks_links(domain) else lambda docname: ""
    targets = [
        f"/{domain.project_of(name)}/{name} {language_of(name)}"
        for name in domain.pages.get(link, ())
    ]
    if not targets and link in domain.documents:
        targets = [domain.documents[link]]
    earlier = domain.other_titles.get(link, ())
    targets += [f"was /{domain.project_of(name)}/{name}" for name in earlier]
    if "/" in link and (files := domain.named_by_file.get(file_name_key(link))):
        targets += [f"file /{domain.project_of(name)}/{name}" for name in files]
    return targets or None


def _hosts(domain: ScrapboxDomain) -> tuple[object, ...]:
    """The private projects, the host of each project of a lock file, and languages of projects."""
    languages = page_languages(domain).of_projects() if marks_links(domain) else {}
    hosts = {
        (snapshot.project, snapshot.origin)
        for snapshot in source_folder(domain.env).snapshots.all()
    }
    return sorted(domain.private_projects), sorted(hosts), languages


FEATURE = Links()
