"""Feeds of changes: Atom for readers, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.snapshot.diff.model import Comparison, PageChange
from sphinx_scrapbox.snapshot.reports.atom import Feed, diff_as_atom
from sphinx_scrapbox.snapshot.reports.json import diff_as_json
from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.output_files import write_changed
from sphinx_scrapbox.sphinx_ext.features.changes.comparison import (
    ChangesQuery,
    changes_of,
    queries_of,
)
from sphinx_scrapbox.sphinx_ext.features.changes.nodes import change_labels
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn

ENTRIES = 500
"""Entries of an Atom feed, the newest ones."""


def _feeds(env: BuildEnvironment) -> Iterator[tuple[str, str, ChangesQuery]]:
    """The name of each feed, its document and its query."""
    seen = set()
    for docname, queries in queries_of(domain_of(env)).items():
        for query in queries:
            for name in query.feeds:
                if name not in seen:
                    seen.add(name)
                    yield name, docname, query


def _is_written(app: Sphinx, name: str) -> bool:
    """Whether a feed of this name can be written: Atom needs absolute addresses."""
    return name.endswith(".json") or bool(app.config.html_baseurl)


def write_feeds(app: Sphinx) -> None:
    """Write the feeds, in an output for browsers."""
    if not has_browser_pages(app.builder):
        return
    for name, docname, query in _feeds(app.env):
        comparison = changes_of(app.env).find(query)
        if isinstance(comparison, str):
            continue
        if not _is_written(app, name):
            warn(
                Warn.CHANGES,
                f"scrapbox:changes: the feed {name!r} is not written, because its links need "
                "html_baseurl, the address of the site",
                location=docname,
            )
            continue
        data = _feed(app, name, docname, query, comparison).encode("utf-8", "backslashreplace")
        write_changed(Path(app.outdir, name), data)


def _feed(
    app: Sphinx, name: str, docname: str, query: ChangesQuery, comparison: Comparison
) -> str:
    base = f"{app.config.html_baseurl.rstrip('/')}/" if app.config.html_baseurl else ""
    pages = tuple(page for page in comparison.pages if page.kind.value in query.kinds)
    comparison = replace(comparison, pages=pages, new=replace(comparison.new, name=""))

    def address(page: PageChange) -> str:
        where = changes_of(app.env).docname(query, page)
        return urljoin(base, app.builder.get_target_uri(where)) if where and base else ""

    if name.endswith(".json"):
        return diff_as_json(comparison, address=address, stat=not query.lines)
    labels = _feed_labels()
    return diff_as_atom(
        comparison,
        Feed(
            name,
            _feed_title(app),
            feed_author(app),
            urljoin(base, name),
            urljoin(base, app.builder.get_target_uri(docname)),
            app.config.language,
            comparison.old.time,
        ),
        address=address,
        stat=not query.lines,
        say=lambda label: labels.get(label, label),
        limit=ENTRIES,
    )


def _feed_labels() -> dict[str, str]:
    """The translated labels of a feed by their English text."""
    return {
        **change_labels(),
        "new": str(_("new")),
        "changed": str(_("changed")),
        "renamed": str(_("renamed")),
        "gone": str(_("gone")),
        "Earlier title": str(_("Earlier title")),
    }


def feed_author(app: Sphinx) -> str:
    """The author of the site, which a feed has to name; else the project."""
    author: str = app.config.author
    is_given = author and author != app.config.values["author"].default
    return author if is_given else str(app.config.project)


def _feed_title(app: Sphinx) -> str:
    return str(_("Changes in {project}")).format(project=app.config.project)


def link_feeds(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """Link the feeds of a page in its head."""
    if pagename not in queries_of(domain_of(app.env)) or not has_browser_pages(app.builder):
        return
    tags = []
    for name, docname, query in _feeds(app.env):
        comparison = changes_of(app.env).find(query)
        if docname == pagename and _is_written(app, name) and not isinstance(comparison, str):
            kind = "application/json" if name.endswith(".json") else "application/atom+xml"
            address = context["pathto"](name, 1)
            tags.append(
                f'\n<link rel="alternate" type="{kind}" title="{escape(_feed_title(app))}" '
                f'href="{escape(address)}" />'
            )
    context["metatags"] = context.get("metatags", "") + "".join(tags)
