"""Files for programs in the root of the HTML: the wiki as data, and a feed of recent changes.

A file that a site brings itself (``html_extra_path``) takes precedence over one of the same name.
What was written is recorded beside the doctrees, so that a file goes when its option or its page
does.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental import is_current, state_file, write_changed
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.html.data.recent import FEED, feed_title, has_feed, recent_changes
from sphinx_scrapbox.sphinx_ext.html.data.site_json import JSON, site_as_json
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder


class SiteFiles(Feature):
    """The files, and the link to the feed in the head of each page."""

    name = "site_files"

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """The snapshots, of which the data tell the dates."""
        return source_folder(domain.env).snapshots.checksum

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """Whether there is a feed to link to."""
        return has_feed(domain) or None

    def page_context(self, app: Sphinx, docname: str, context: dict[str, Any]) -> None:
        """Link the feed."""
        if has_browser_pages(app.builder) and has_feed(domain_of(app.env)):
            title, address = escape(feed_title(app)), escape(context["pathto"](FEED, 1))
            tag = f'<link rel="alternate" type="application/atom+xml" title="{title}"'
            context["metatags"] = f'{context.get("metatags", "")}\n{tag} href="{address}" />'

    def finish(self, app: Sphinx) -> None:
        """Write the files that changed, and remove those that are no longer wanted."""
        if not has_browser_pages(app.builder):
            return
        record = state_file(app, "scrapbox-files")
        names = sorted({*_names(app)} - set(_files_of_site(app)))
        for name in _recorded(record) - set(names):
            Path(app.outdir, name).unlink(missing_ok=True)
        if names or record.is_file():
            write_changed(record, json.dumps(names).encode())
        if is_current(app) and all(Path(app.outdir, name).is_file() for name in names):
            return
        for name in names:
            write_changed(Path(app.outdir, name), _WRITERS[name](app).encode("utf-8", "replace"))


_WRITERS = {JSON: site_as_json, FEED: recent_changes}


def _names(app: Sphinx) -> Iterator[str]:
    """The names of the files that the options ask for."""
    domain = domain_of(app.env)
    has_pages = any(facts.is_page for facts in domain.facts.values())
    if "json" in options(app.config).data_files and has_pages:
        yield JSON
    if has_feed(domain):
        yield FEED


def _recorded(record: Path) -> set[str]:
    """The names of the files that earlier builds wrote."""
    try:
        return set(json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return set()


def _files_of_site(app: Sphinx) -> Iterator[str]:
    """The names of the files that the site brings itself."""
    for entry in app.config.html_extra_path:
        path = Path(app.confdir, entry)
        if path.is_dir():
            yield from (file.relative_to(path).as_posix() for file in path.rglob("*"))
        else:
            yield path.name


FEATURE = SiteFiles()
