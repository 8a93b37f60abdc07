"""Dates, description and image of wiki pages in the head of their HTML.

Description and image are handed to sphinxext-opengraph if a site loads it, and to a theme that
writes such tags itself.
"""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote, urljoin

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages, is_epub
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.html.canonical import canonical_of
from sphinx_scrapbox.sphinx_ext.sources.snapshots import format_time
from sphinx_scrapbox.wiki.dates import iso
from sphinx_scrapbox.wiki.text import cut

_SUMMARY_LENGTH = 200
"""Characters of a description; search engines show fewer."""
_THEMES_WITH_OPEN_GRAPH = frozenset({"shibuya"})
"""Themes that write tags of Open Graph, from the fields of a document."""


def add_metadata(app: Sphinx, docname: str, context: dict[str, Any]) -> None:
    """Add tags, and the date that themes show."""
    facts = domain_of(app.env).facts.get(docname)
    if facts is None or not facts.is_page:
        return
    tags = []
    for name, time in (("created", facts.created), ("modified", facts.updated)):
        if time:
            tags.append(f'<meta name="dcterms.{name}" content="{iso(time)}" />')
    if facts.updated and app.config.html_last_updated_fmt is not None:
        context["last_updated"] = format_time(app.config, facts.updated)
    if "sphinxext.opengraph" in app.extensions and not is_epub(app.builder):
        context["meta"] = {**_open_graph_fields(app, facts), **(context.get("meta") or {})}
        if facts.summary and app.config.ogp_enable_meta_description:
            tags.append(_tag("name", "description", summary_of(app, facts)))
    elif options(app.config).metadata and has_browser_pages(app.builder):
        tags += _description_tags(app, docname, facts, context)
    if tags:
        context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def _description_tags(
    app: Sphinx, docname: str, facts: PageFacts, context: dict[str, Any]
) -> list[str]:
    """The description of a page, also as tags of Open Graph (https://ogp.me)."""
    summary = summary_of(app, facts)
    # Without html_baseurl, the address of an image of the site is unknown.
    image = absolute(app, image_address(app, facts.image))
    title = facts.shown_title or facts.title
    if app.config.html_theme in _THEMES_WITH_OPEN_GRAPH:
        fields = {"description": summary, "image": image}
        given = {name: text for name, text in fields.items() if text}
        context["meta"] = {**given, **(context.get("meta") or {})}
        return [_tag("property", "og:image:alt", title)] if image else []
    texts = {
        "og:type": "article",
        "og:title": title,
        "og:url": page_address(app, docname),
        "og:description": summary,
        "og:image": image,
        "og:image:alt": title if image else "",
    }
    tags = [_tag("name", "description", summary)] if summary else []
    return [*tags, *(_tag("property", name, text) for name, text in texts.items() if text)]


def _tag(attribute: str, name: str, text: str) -> str:
    return f'<meta {attribute}="{name}" content="{escape(text)}" />'


def _open_graph_fields(app: Sphinx, facts: PageFacts) -> dict[str, str]:
    """The fields of sphinxext-opengraph that an author may also set in a document."""
    fields = {}
    if facts.summary:
        # sphinxext-opengraph writes them into attributes and escapes only quotes.
        fields["og:description"] = escape(summary_of(app, facts), quote=False)
    if image := image_address(app, facts.image):
        fields["og:image"] = escape(image, quote=False)
        fields["og:image:alt"] = escape(facts.shown_title or facts.title, quote=False)
    return fields


def image_address(app: Sphinx, image: str) -> str:
    """The address of an image, of a file relative to the root of the site; "" if not shown."""
    if not image or "://" in image:
        return image
    # Not of ``builder.images``, which has those of the pages that this build writes.
    _docnames, name = app.env.images.get(image, (frozenset(), ""))
    return f"{app.builder.imagedir}/{quote(name)}" if name else ""


def summary_of(app: Sphinx, facts: PageFacts) -> str:
    """The description of a page, as long as sphinxext-opengraph allows, if a site loads it."""
    length = int(getattr(app.config, "ogp_description_length", _SUMMARY_LENGTH))
    return cut(facts.summary, max(length, 1))


def absolute(app: Sphinx, address: str) -> str:
    """An address that may be relative to the root of the site; "" if that is unknown."""
    base: str = app.config.html_baseurl
    if not address or "://" in address:
        return address
    return urljoin(f"{base.rstrip('/')}/", address) if base else ""


def page_address(app: Sphinx, docname: str) -> str:
    """The address that search engines show for a page; "" if it is unknown."""
    canonical = canonical_of(app, docname)
    if canonical.address:
        return canonical.address
    # In dirhtml, the address of the first page is "".
    return absolute(app, app.builder.get_target_uri(docname) or "./")
