"""What a page says of itself in the head of its HTML: language, source, how it was made."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.features.translations.versions import address_from, pairs_of

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

    from sphinx_scrapbox.sphinx_ext.features.translations.versions import Version


def set_page_language(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    facts = domain_of(app.env).facts.get(pagename)
    if facts is None or doctree is None:
        return
    if facts.is_page and "pathto" in context:
        context["pathto"] = _quoting(context["pathto"])
    pairs = pairs_of(domain_of(app.env))
    language = pairs.language_of(pagename) or facts.target_language or facts.language
    if language:
        context["language"] = language
    tags = [
        _link("alternate", _address(app, pagename, version, context), version.language)
        for version in pairs.versions.get(pagename, ())
    ]
    if facts.source:
        # RFC 6497: "content in the one language, transformed from the other by a machine".
        made = facts.target_language or "und"
        if facts.source_language:
            made = f"{made}-t-{facts.source_language.lower()}-t0-und"
        tags.append(f'<meta name="dcterms.language" content="{escape(made)}" />')
        tags.append('<meta name="translation" content="machine" />')
    if tags:
        context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def _quoting(pathto: Callable[..., str]) -> Callable[..., str]:
    """Sphinx's ``pathto`` where the source of a page may be named ``Q: why?.md.txt``."""

    # A plain function: the JSON builder leaves those out of what it writes.
    def quoting(other: str, resource: bool = False, *rest: Any, **more: Any) -> str:
        if resource and other.startswith("_sources/"):
            other = quote(other)
        return pathto(other, resource, *rest, **more)

    return quoting


def _address(app: Sphinx, pagename: str, version: Version, context: dict[str, Any]) -> str:
    """Where a version of a page is: an absolute address where ``html_baseurl`` makes one."""
    base: str = app.config.html_baseurl
    if version.address:
        if base and "://" not in version.address:
            return urljoin(f"{base.rstrip('/')}/", version.address)
        return address_from(pagename, version.address)
    if base:
        return posixpath.join(base, app.builder.get_target_uri(version.docname))
    if version.docname != pagename:
        return app.builder.get_relative_uri(pagename, version.docname)
    # In dirhtml a page is its folder.
    return app.builder.get_target_uri(pagename).rpartition("/")[2] or "./"


def _link(relation: str, address: str, language: str) -> str:
    hreflang = f' hreflang="{escape(language)}"' if language else ""
    return f'<link rel="{relation}"{hreflang} href="{escape(address)}" />'
