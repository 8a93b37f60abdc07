"""A feed of the pages that changed last, for a site with a lock file.

It needs no earlier snapshot, as the lock file tells when each page was changed.
"""

from __future__ import annotations

from html import escape

from sphinx.application import Sphinx

from sphinx_scrapbox.snapshot.reports.atom import AtomEntry, Feed, atom_feed
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.features.changes.feeds import feed_author
from sphinx_scrapbox.sphinx_ext.html.canonical import canonical_of
from sphinx_scrapbox.sphinx_ext.html.data.metadata import absolute
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder

FEED = "scrapbox.atom"
ENTRIES_OF_RECENT = 100
"""Entries of the feed, those of the pages that changed last."""


def has_feed(domain: ScrapboxDomain) -> bool:
    """Whether the site has a feed: Atom needs absolute addresses."""
    config = domain.env.config
    if "atom" not in options(config).data_files or not config.html_baseurl:
        return False
    return bool(source_folder(domain.env).snapshots.all())


def feed_title(app: Sphinx) -> str:
    """The title of the feed, in the language of the site."""
    return str(_("Recent changes in {project}")).format(project=app.config.project)


def recent_changes(app: Sphinx) -> str:
    """The text of the feed."""
    domain = domain_of(app.env)
    languages = page_languages(domain)
    pages = [
        (-facts.updated, docname)
        for docname, facts in domain.facts.items()
        if facts.is_page and facts.updated and canonical_of(app, docname).mode != "noindex"
    ]
    entries = []
    for time, docname in sorted(pages)[:ENTRIES_OF_RECENT]:
        facts, language = domain.facts[docname], languages.foreign(docname)
        lang = f' lang="{escape(language)}"' if language else ""
        entry = AtomEntry(
            docname,
            domain.title_of(docname),
            -time,
            absolute(app, app.builder.get_target_uri(docname) or "./"),
            f"<p{lang}>{escape(facts.summary)}</p>",
        )
        entries.append(entry)
    feed = Feed(
        FEED,
        feed_title(app),
        feed_author(app),
        absolute(app, FEED),
        absolute(app, "./"),
        app.config.language,
    )
    return atom_feed(feed, max((entry.updated for entry in entries), default=0), entries)
