"""The dates of pages from git, for pages of which nothing else tells any (``scrapbox_dates``)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.snapshot.git import git_dates
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.wiki.dates import Dates


def date_pages_from_git(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``: date the pages without dates of their own by git.

    A commit changes no file, so pages are not read again for it.
    """
    if options(app.config).dates != "git":
        return
    domain = domain_of(env)
    before: dict[str, Dates] = domain.data["git"]
    waiting = [
        docname
        for docname, facts in domain.facts.items()
        if facts.is_page
        and (not facts.updated or (facts.created, facts.updated) == before.get(docname))
    ]
    by_file = git_dates(Path(env.srcdir)) if waiting else {}
    now: dict[str, Dates] = {}
    for docname in waiting:
        dates = by_file.get(Path(env.doc2path(docname, False)).as_posix(), Dates())
        if dates.updated:
            now[docname] = dates
        facts = domain.facts[docname]
        domain.facts[docname] = facts._replace(created=dates.created, updated=dates.updated)
    domain.data["git"] = now


class DatesFeature(Feature):
    """The dates of pages, which a commit changes without a document being read."""

    name = "dates"

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """The dates that git tells."""
        return tuple(sorted(domain.data["git"].items()))

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The dates of a wiki page."""
        facts = domain.facts.get(docname)
        return (facts.created, facts.updated) if facts and facts.is_page else None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """No other: the dates of git are part of the state."""
        return ()


FEATURE = DatesFeature()
