"""Dates, description and image of wiki pages in the head of their HTML.

Description and image are for sphinxext-opengraph, if a site loads it.
"""

from __future__ import annotations

from collections.abc import Hashable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.snapshot.git import git_dates
from sphinx_scrapbox.sphinx_ext.builders import is_epub
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.sources.snapshots import format_time
from sphinx_scrapbox.wiki.dates import Dates, iso
from sphinx_scrapbox.wiki.text import cut


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
        context["meta"] = {**_open_graph(app, facts), **(context.get("meta") or {})}
        if facts.summary and app.config.ogp_enable_meta_description:
            summary = escape(_summary(app, facts))
            tags.append(f'<meta name="description" content="{summary}" />')
    if tags:
        context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def _open_graph(app: Sphinx, facts: PageFacts) -> dict[str, str]:
    """The fields of sphinxext-opengraph that an author may also set in a document."""
    fields = {}
    if facts.summary:
        # sphinxext-opengraph writes them into attributes and escapes only quotes.
        fields["og:description"] = escape(_summary(app, facts), quote=False)
    if image := _image_address(app, facts.image):
        fields["og:image"] = escape(image, quote=False)
        fields["og:image:alt"] = escape(facts.shown_title or facts.title, quote=False)
    return fields


def _image_address(app: Sphinx, image: str) -> str:
    """The address of an image, of a file relative to the root of the site; "" if not shown."""
    if not image or "://" in image:
        return image
    name = app.builder.images.get(image)
    return f"{app.builder.imagedir}/{quote(name)}" if name else ""


def _summary(app: Sphinx, facts: PageFacts) -> str:
    return cut(facts.summary, max(int(app.config.ogp_description_length), 1))


def date_pages_from_git(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``: date the pages without dates of their own by git.

    A commit changes no file, so pages are not read again for it.
    """
    if options(app.config).dates != "git":
        return
    domain = domain_of(env)
    given: dict[str, Dates] = domain.data["git"]
    waiting = [
        docname
        for docname, facts in domain.facts.items()
        if facts.is_page
        and (not facts.updated or (facts.created, facts.updated) == given.get(docname))
    ]
    found = git_dates(Path(env.srcdir)) if waiting else {}
    now: dict[str, Dates] = {}
    for docname in waiting:
        dates = found.get(Path(env.doc2path(docname, False)).as_posix(), Dates())
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


FEATURE = DatesFeature()
