"""A line on the pages of a source wiki that are not translated yet (``scrapbox_untranslated``)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.matching import compile_matchers

from sphinx_scrapbox.rendering.language import language_class
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.snapshot.coverage.model import CoverageKind
from sphinx_scrapbox.sphinx_ext.builders import documents_in
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.languages import (
    language_name,
    page_languages,
    site_language,
)
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.features.translations.site_pages import site_coverage
from sphinx_scrapbox.sphinx_ext.i18n import _


def missing_languages(domain: ScrapboxDomain) -> Mapping[str, tuple[str, ...]]:
    """By docname the languages, or else the wikis, into which a page is not translated yet.

    Only those into which other pages of its wiki are, and only of pages that the option names.
    """
    return domain.computed("untranslated", lambda: _missing_languages(domain))


def _missing_languages(domain: ScrapboxDomain) -> dict[str, tuple[str, ...]]:
    matchers = list(compile_matchers(options(domain.env.config).untranslated))
    missing: dict[str, tuple[str, ...]] = {}
    for pair in site_coverage(domain) if matchers else ():
        for row in pair.rows[CoverageKind.UNTRANSLATED]:
            place = row.source.place if row.source else ""
            if place in domain.facts and any(matches(place) for matches in matchers):
                missing[place] = (*missing.get(place, ()), pair.language or pair.project)
    return missing


class NoteUntranslated(SphinxPostTransform):
    """Adds the line below the title, before the links to language versions would stand there."""

    default_priority = 4

    def run(self, **kwargs: Any) -> None:
        """Add it to this document, and to those that are part of it."""
        domain = domain_of(self.env)
        missing = missing_languages(domain)
        for docname, document in documents_in(self.document, self.env) if missing else ():
            section = next(document.findall(nodes.section), None)
            if docname in missing and section is not None:
                title = section.first_child_matching_class(nodes.title)
                section.insert(0 if title is None else title + 1, self._line(docname, missing))

    def _line(self, docname: str, missing: Mapping[str, tuple[str, ...]]) -> nodes.paragraph:
        site = site_language(self.config)
        names = (language_name(tag, site) for tag in dict.fromkeys(missing[docname]))
        text = str(_("Not translated into {languages} yet.")).format(languages=", ".join(names))
        line = nodes.paragraph("", text, classes=["scrapbox-untranslated", "no-search"])
        if page_languages(domain_of(self.env)).foreign(docname):
            line["classes"].append(language_class(site))
        keep_outside(line)
        return line


class Untranslated(Feature):
    """The line on pages that are not translated."""

    name = "untranslated"
    post_transforms = (NoteUntranslated,)

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The languages that a page's line names."""
        return missing_languages(domain).get(docname)

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str] | None:
        """All, if some pages have the line."""
        return None if options(domain.env.config).untranslated else ()


FEATURE = Untranslated()
