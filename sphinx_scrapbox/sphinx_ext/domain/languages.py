"""The language of each wiki page, and the mark of it on what pages show.

A page's language is, in this order, what the page itself states, what its translation notice or
its versions tell, what ``scrapbox_languages`` says of its docname or project, what its script
tells, and the language of most pages of its project in its folder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sphinx.config import Config as SphinxConfig

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.domain.index import DomainIndex

MAJORITY = 2 / 3
"""The share of the pages of a folder that give their language to the others."""


def site_language(config: SphinxConfig) -> str:
    """The language of the site as a BCP 47 tag."""
    return str(config.language).replace("_", "-")


class PageLanguages:
    """The languages of all wiki pages, and of documents that call themselves translations."""

    def __init__(self, domain: DomainIndex) -> None:
        self._domain = domain
        self._config = options(domain.env.config)
        self._site = site_language(domain.env.config).lower()
        self._by_page: dict[str, str] = {}
        claimed = self._claimed_by_translations()
        folders: dict[tuple[str, str], list[str]] = {}
        for docname, facts in domain.facts.items():
            if facts.is_page or facts.source:
                self._by_page[docname] = self._own(docname, facts, claimed.get(docname, ""))
            if facts.is_page:
                folder = docname.rpartition("/")[0]
                folders.setdefault((domain.project_of(docname), folder), []).append(docname)
        for docnames in folders.values():
            self._complete(docnames)

    def _claimed_by_translations(self) -> dict[str, str]:
        """The languages that translations tell of their sources; the first docname counts."""
        claimed: dict[str, str] = {}
        for docname in sorted(self._domain.facts):
            facts = self._domain.facts[docname]
            if facts.source and facts.source_language:
                source = self._domain.find_page(facts.source, docname)
                if source is not None and source != docname:
                    claimed.setdefault(source, facts.source_language)
        return claimed

    def _own(self, docname: str, facts: PageFacts, claimed: str) -> str:
        return (
            facts.language
            or facts.target_language
            or claimed
            or self._config.language(docname, self._domain.project_of(docname))
            or facts.script_language
        )

    def _complete(self, docnames: Sequence[str]) -> None:
        """Give the language of most of these pages to those of them without one."""
        counts = Counter(filter(None, map(self._by_page.__getitem__, docnames)))
        ((language, count),) = counts.most_common(1) or [("", 0)]
        if count >= MAJORITY * len(docnames):
            for docname in docnames:
                self._by_page[docname] = self._by_page[docname] or language

    def of(self, docname: str) -> str:
        """The language of a page as a BCP 47 tag; "" if it is unknown."""
        return self._by_page.get(docname, "")

    def foreign(self, docname: str) -> str:
        """The language of a page if it is not that of the site; else ""."""
        language = self.of(docname)
        return language if language.lower() != self._site else ""


def page_languages(domain: DomainIndex) -> PageLanguages:
    """The languages of all pages, computed once until a fact changes."""
    return domain.computed("page languages", lambda: PageLanguages(domain))


def language_class(language: str) -> str:
    """The class of a node of which HTML writers of docutils make the attribute ``lang``."""
    return f"language-{language}"
