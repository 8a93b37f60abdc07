"""Files for programs beside the HTML: the wiki as data, a feed, ``llms.txt``, and Markdown.

A file that a site brings itself (``html_extra_path``) takes precedence over one of the same name.
What was written is recorded beside the doctrees, so that a file goes when its option or its page
does.
"""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental import is_current
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.output_files import (
    record_files,
    recorded_files,
    remove_outdated,
    state_file,
    write_changed,
)
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.html.data.llms_txt import LLMS, MARK, llms_txt
from sphinx_scrapbox.sphinx_ext.html.data.markdown_pages import (
    OTHER_WRITER,
    markdown_name,
    page_as_markdown,
    writes_markdown,
)
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

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """No other: the snapshots are part of the state."""
        return ()

    def page_context(self, app: Sphinx, docname: str, context: dict[str, Any]) -> None:
        """Write the page as Markdown, and link it and the feed."""
        if not has_browser_pages(app.builder):
            return
        links = []
        domain = domain_of(app.env)
        if has_feed(domain):
            links.append(("application/atom+xml", feed_title(app), context["pathto"](FEED, 1)))
        if domain.is_page(docname) and writes_markdown(app):
            name = markdown_name(app, docname)
            if name not in files_of_site(app) and (text := page_as_markdown(app, docname)):
                write_changed(Path(app.outdir, name), text.encode("utf-8", "replace"))
                address = quote(posixpath.basename(name))
                links.append(("text/markdown", domain.title_of(docname), address))
        for kind, title, address in links:
            tag = f'<link rel="alternate" type="{kind}" title="{escape(title)}"'
            tag = f'{tag} href="{escape(address)}" />'
            context["metatags"] = f"{context.get('metatags', '')}\n{tag}"

    def finish(self, app: Sphinx) -> None:
        """Write the files that changed, and remove those that are no longer wanted."""
        if not has_browser_pages(app.builder):
            return
        names = [name for name in _names(app) if name not in files_of_site(app)]
        self._remove_others(app, names)
        if is_current(app) and all(Path(app.outdir, name).is_file() for name in names):
            return
        for name in names:
            if writer := _WRITERS.get(name):
                write_changed(Path(app.outdir, name), writer(app).encode("utf-8", "replace"))

    def _remove_others(self, app: Sphinx, names: Sequence[str]) -> None:
        """Remove what earlier builds wrote and this one does not, and record what it does."""
        record = state_file(app, "scrapbox-files")
        outdated = recorded_files(record) - set(names)
        outdated = {name for name in outdated if not _is_of_others(app, name)}
        remove_outdated(Path(app.outdir), outdated, names)
        record_files(record, names)


_WRITERS = {JSON: site_as_json, FEED: recent_changes, LLMS: llms_txt}


def _names(app: Sphinx) -> Iterator[str]:
    """The names of the files that the options ask for."""
    domain, kinds = domain_of(app.env), options(app.config).data_files
    pages = [name for name, facts in domain.facts.items() if facts.is_page]
    if "json" in kinds and pages:
        yield JSON
    if has_feed(domain):
        yield FEED
    if "llms" in kinds and not _has_other_llms_txt(app):
        yield LLMS
    if writes_markdown(app):
        yield from (markdown_name(app, name) for name in pages)


def _is_of_others(app: Sphinx, name: str) -> bool:
    """Whether a file is one that the site brings, or that another extension writes."""
    if name == LLMS:
        return name in files_of_site(app) or _has_other_llms_txt(app)
    is_markdown = name.endswith(".md") and OTHER_WRITER in app.extensions
    return is_markdown or name in files_of_site(app)


def _has_other_llms_txt(app: Sphinx) -> bool:
    """Whether another extension writes the file, or another tool wrote it."""
    if not app.extensions.keys().isdisjoint((OTHER_WRITER, "sphinx_llms_txt")):
        return True
    path = Path(app.outdir, LLMS)
    return path.is_file() and not path.read_bytes().rstrip().endswith(MARK.encode())


def files_of_site(app: Sphinx) -> frozenset[str]:
    """The names of the files that the site brings itself."""
    return domain_of(app.env).computed("files of the site", lambda: frozenset(_extra_files(app)))


def _extra_files(app: Sphinx) -> Iterator[str]:
    for entry in app.config.html_extra_path:
        path = Path(app.confdir, entry)
        if path.is_dir():
            yield from (file.relative_to(path).as_posix() for file in path.rglob("*"))
        else:
            yield path.name


FEATURE = SiteFiles()
