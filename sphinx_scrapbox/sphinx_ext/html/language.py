"""The language of a page in its HTML, its other language versions, and machine translation."""

from __future__ import annotations

import posixpath
from collections.abc import Hashable
from html import escape
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.sphinx_ext.builders import documents_in
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.languages import (
    language_class,
    page_languages,
)
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.features.translations import versions


class MarkLanguages(SphinxPostTransform):
    """Marks the content of wiki pages that are not in the language of the site.

    What :class:`.FillRelated` adds (5) is in the language of the site again.
    """

    default_priority = 3
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Mark this document, and those that are part of it."""
        languages = page_languages(domain_of(self.env))
        for docname, document in documents_in(self.document, self.env):
            if language := languages.foreign(docname):
                for section in document.children:
                    if isinstance(section, nodes.section):
                        section["classes"].append(language_class(language))


class LanguageFeature(Feature):
    """The language of a page, and links to its other language versions."""

    name = "language"
    post_transforms = (MarkLanguages,)

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The language of a page."""
        return page_languages(domain).of(docname) or None

    def page_context(self, app: Sphinx, docname: str, context: dict[str, Any]) -> None:
        """Set the language, and add links and tags to the head."""
        facts = domain_of(app.env).facts.get(docname)
        if facts is None:
            return
        languages = versions.language_versions(domain_of(app.env))
        if language := page_languages(domain_of(app.env)).of(docname):
            context["language"] = language
        tags = [
            _alternate(_address(app, docname, version, context), version.language)
            for version in languages.versions.get(docname, ())
        ]
        if facts.source:
            # RFC 6497: content in one language, transformed from another by a machine.
            tag = facts.target_language or "und"
            if facts.source_language:
                tag = f"{tag}-t-{facts.source_language.lower()}-t0-und"
            tags.append(f'<meta name="dcterms.language" content="{escape(tag)}" />')
            tags.append('<meta name="translation" content="machine" />')
        if tags:
            context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def _address(app: Sphinx, docname: str, version: versions.Version, context: dict[str, Any]) -> str:
    """The address of a version of a page: absolute if ``html_baseurl`` is set."""
    base: str = app.config.html_baseurl
    if version.address:
        if base and "://" not in version.address:
            return urljoin(f"{base.rstrip('/')}/", version.address)
        return versions.address_from(docname, version.address)
    if base:
        return posixpath.join(base, app.builder.get_target_uri(version.docname))
    if version.docname != docname:
        return app.builder.get_relative_uri(docname, version.docname)
    # In dirhtml, the address of a page is that of its folder.
    return app.builder.get_target_uri(docname).rpartition("/")[2] or "./"


def _alternate(address: str, language: str) -> str:
    hreflang = f' hreflang="{escape(language)}"' if language else ""
    return f'<link rel="alternate"{hreflang} href="{escape(address)}" />'


FEATURE = LanguageFeature()
