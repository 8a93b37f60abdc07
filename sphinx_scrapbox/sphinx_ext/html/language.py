"""The language of a page in its HTML, its other language versions, and machine translation."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Hashable, Iterable
from html import escape
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.language import language_class
from sphinx_scrapbox.sphinx_ext.builders import documents_in, is_epub
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.languages import (
    noted_languages,
    page_languages,
    site_language,
)
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.features.translations import versions

_NOTICES = frozenset(
    {"scrapbox-translation", "scrapbox-languages", "scrapbox-provenance", "scrapbox-attribution"}
)
"""Classes of what this extension adds to pages, in the language of the site."""


class MarkLanguages(SphinxPostTransform):
    """Marks the content of wiki pages that are not in the language of the document around.

    What this extension adds to them is in the language of the site again, as is what
    :class:`.FillRelated` adds.
    """

    # After those who complete notices and fill the ends of pages (4 and 5).
    default_priority = 6
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Mark this document, and those that are part of it."""
        domain = domain_of(self.env)
        languages = page_languages(domain)
        site = site_language(self.config)
        for docname, document in documents_in(self.document, self.env):
            if language := languages.foreign(docname):
                for section in document.children:
                    if isinstance(section, nodes.section):
                        section["classes"].append(language_class(language))
                        _mark_notices(section, site)
            around = languages.foreign(docname) or site
            facts = domain.facts.get(docname)
            if facts is not None and facts.has_translations:
                _mark_messages(document, around, site, languages.untranslated(docname))
            if docname in domain.collected("include"):
                for node, language in noted_languages(document, languages):
                    if language != around and _NOTICES.isdisjoint(node["classes"]):
                        node["classes"].append(language_class(language))
                        _mark_notices(node, site)


def _mark_messages(document: nodes.Element, around: str, site: str, untranslated: str) -> None:
    """Mark the messages of a page that are not in the language around them.

    Sphinx notes on each whether it was translated, into the language of the site.
    """
    for node in document.findall(nodes.TextElement):
        if "translated" in node and not isinstance(node, nodes.FixedTextElement):
            language = site if node["translated"] else untranslated
            if language and language.lower() != around.lower():
                node["classes"].append(language_class(language))


def _mark_notices(content: nodes.Element, language: str) -> None:
    for node in content.findall(nodes.Element):
        if not _NOTICES.isdisjoint(node["classes"]):
            node["classes"].append(language_class(language))


class LanguageFeature(Feature):
    """The language of a page, and links to its other language versions."""

    name = "language"
    post_transforms = (MarkLanguages,)

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The language of a page, and of the pages that it includes."""
        languages = page_languages(domain)
        included: dict[str, tuple[tuple[str, str, str], ...]] = domain.collected("include")
        others = tuple(
            languages.of(_included(docname, target, file, domain))
            for target, file, _state in included.get(docname, ())
        )
        language = languages.of(docname)
        facts = domain.facts.get(docname)
        if facts is not None and facts.has_translations:
            return (language, languages.untranslated(docname), *others)
        return (language, *others) if any(others) else language or None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """No other: no language of another page changes."""
        return ()

    def page_context(self, app: Sphinx, docname: str, context: dict[str, Any]) -> None:
        """Set the language, and add links and tags to the head."""
        if is_epub(app.builder):
            language = page_languages(domain_of(app.env)).of(docname)
            _set_xml_languages(context, language or site_language(app.config))
        facts = domain_of(app.env).facts.get(docname)
        if facts is None:
            return
        languages = versions.language_versions(domain_of(app.env))
        if language := page_languages(domain_of(app.env)).of(docname):
            context["language"] = language
        alternates = [(each, each.language) for each in languages.versions.get(docname, ())]
        if original := languages.original(docname):
            # The one for readers of all other languages.
            alternates.append((original, "x-default"))
        tags = [
            _alternate(_address(app, docname, version, context), language)
            for version, language in alternates
        ]
        if facts.source and not facts.by_human:
            # RFC 6497: content in one language, transformed from another by a machine.
            tag = facts.target_language or "und"
            if facts.source_language:
                tag = f"{tag}-t-{facts.source_language.lower()}-t0-und"
            tags.append(f'<meta name="dcterms.language" content="{escape(tag)}" />')
            tags.append('<meta name="translation" content="machine" />')
        if tags:
            context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


_LANG = re.compile(r'(<[a-z][^<>]* )(lang="[^"<>]*")(?=[ />])')


def _set_xml_languages(context: dict[str, Any], language: str) -> None:
    """Set the attribute that XML has for languages on the page, and beside each ``lang``.

    Sphinx sets neither of the attributes on the root of a page of an EPUB.
    """
    tag = context.get("html_tag")
    if isinstance(tag, str) and tag.endswith(">") and "lang=" not in tag:
        tag = tag.removesuffix(">")
        context["html_tag"] = f'{tag} lang="{escape(language)}" xml:lang="{escape(language)}">'
    if body := context.get("body"):
        context["body"] = _LANG.sub(r"\1\2 xml:\2", body)


def _included(docname: str, target: str, file: str, domain: ScrapboxDomain) -> str:
    """The docname of a page that *docname* includes; "" if it is no document."""
    env = domain.env
    if file:
        return env.path2doc(env.relfn2path(file, docname)[1]) or ""
    return domain.find_page(target, docname) or ""


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
