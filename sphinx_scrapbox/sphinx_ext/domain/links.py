"""What the links of a page lead to, as far as it decides whether the page is written again."""

from __future__ import annotations

from collections.abc import Hashable

from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
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
        targets, hosts = domain.computed("links", lambda: (_targets(domain), _hosts(domain)))
        names = [*facts.links, key(split_target(facts.source).title)]
        headings = [domain.find_heading(target, docname) for target in facts.fragments]
        found = [targets.get(name) for name in names]
        return hosts, domain.project_of(docname), found, headings


def _targets(domain: ScrapboxDomain) -> dict[str, list[str]]:
    """The documents that a link may lead to, with their languages, by key of the link."""
    language_of = page_languages(domain).of if marks_links(domain) else lambda docname: ""
    targets = {
        title_key: [f"/{domain.project_of(name)}/{name} {language_of(name)}" for name in docnames]
        for title_key, docnames in domain.pages.items()
    }
    for title_key, docname in domain.documents.items():
        targets.setdefault(title_key, [docname])
    for title_key, docnames in domain.other_titles.items():
        earlier = [f"was /{domain.project_of(name)}/{name}" for name in docnames]
        targets[title_key] = targets.get(title_key, []) + earlier
    for facts in domain.facts.values():
        for link in facts.links:
            if link.startswith("#") and is_line_id(link[1:]):
                targets[link] = list(domain.find_line(link[1:]) or ())
            elif "/" in link and (files := domain.named_by_file.get(file_name_key(link))):
                named = [f"file /{domain.project_of(name)}/{name}" for name in files]
                if named[0] not in targets.setdefault(link, []):
                    targets[link] = targets[link] + named
    return targets


def _hosts(domain: ScrapboxDomain) -> tuple[object, ...]:
    """The private projects, the host of each project of a lock file, and languages of projects."""
    languages = page_languages(domain).of_projects() if marks_links(domain) else {}
    hosts = {(one.project, one.origin) for one in source_folder(domain.env).snapshots.all()}
    return sorted(domain.private_projects), sorted(hosts), languages


FEATURE = Links()
