"""Redirects from the old addresses of pages that ``sphinx-scrapbox rename`` gave other names.

The old names are in ``scrapbox-redirects.json`` beside the pages. For each of them a small page is
written that leads to the new one, unless a document has that address again. Hosts that refuse a
file refuse a redirect of the same name, too, so only those are written that all of
``scrapbox_hosts`` take. The others are in the file ``_redirects``, for Netlify.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sphinx.application import Sphinx

from sphinx_scrapbox.snapshot.filenames import HOSTS, Host, file_key, refusals
from sphinx_scrapbox.snapshot.filenames.redirects import (
    REDIRECTS_NAME,
    RedirectsError,
    load_redirects,
)
from sphinx_scrapbox.snapshot.folder import read_regular_file
from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.output_files import (
    is_same_file,
    record_files,
    recorded_files,
    remove_outdated,
    state_file,
    write_changed,
)
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.html.data.site_files import files_of_site
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn

NETLIFY_FILE = "_redirects"
_MARK = "# by sphinx-scrapbox"
# The script keeps the part of an address after "#"; a refresh would drop it.
_PAGE = """\
<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="robots" content="noindex">
<link rel="canonical" href="{canonical}">
<noscript><meta http-equiv="refresh" content="0; url={address}"></noscript>
</head>
<body>
<a href="{address}">{title}</a>
<script>location.replace(document.links[0].href + location.hash)</script>
</body>
</html>
"""


def chosen_hosts(app: Sphinx) -> list[Host]:
    """The hosts of ``scrapbox_hosts``."""
    return [HOSTS[name] for name in options(app.config).hosts]


class Redirects(Feature):
    """Writes the redirects at the end of a build, and removes those that are no longer wanted."""

    name = "redirects"

    def finish(self, app: Sphinx) -> None:
        """Write the redirects of a site whose pages are opened in a browser."""
        if not has_browser_pages(app.builder):
            return
        redirects = _redirects(app)
        files = dict(_files(app, redirects))
        record = state_file(app, "scrapbox-redirects")
        _remove_others(app, record, files)
        for name, text in files.items():
            try:
                write_changed(Path(app.outdir, name), text.encode("utf-8", "replace"))
            except OSError:  # a name that this file system refuses
                continue
        record_files(record, files)


def _redirects(app: Sphinx) -> dict[str, str]:
    """The new docname of each old one that no document has now, sorted."""
    source = Path(app.srcdir)
    documents = app.env.all_docs
    places = {"", *(parent for name in documents for parent in _folders(name))}
    moved: dict[str, str] = {}
    for place in sorted(places):
        path = source / place / REDIRECTS_NAME
        if not path.is_file():
            continue
        prefix = f"{place}/" if place else ""
        try:
            moves = load_redirects(read_regular_file(path))
        except (OSError, RedirectsError) as error:
            warn(Warn.REDIRECTS, f"{prefix}{REDIRECTS_NAME}: {error}; its redirects are missing")
            continue
        moved |= {f"{prefix}{old}": f"{prefix}{new}" for old, new in moves.items()}
    return {
        old: new for old, new in sorted(moved.items()) if new in documents and old not in documents
    }


def _folders(docname: str) -> Iterator[str]:
    """The folders of a document, the nearest first, without the source folder."""
    while docname := docname.rpartition("/")[0]:
        yield docname


def _files(app: Sphinx, redirects: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The name and the text of each file."""
    hosts, domain = chosen_hosts(app), domain_of(app.env)
    builder: Any = app.builder
    out = Path(app.outdir).resolve()
    taken = files_of_site(app)
    pages = _pages(app) if redirects else {}
    base = app.config.html_baseurl
    for old, new in redirects.items():
        if any(refusals(part, hosts) for part in old.split("/")):
            continue
        path = Path(builder.get_output_path(old))
        if not path.resolve().is_relative_to(out):  # such as a drive of Windows
            continue
        name = path.relative_to(app.outdir).as_posix()
        address = builder.get_relative_uri(old, new)
        absolute = f"{base.rstrip('/')}/{builder.get_target_uri(new)}" if base else address
        if name not in taken and not is_same_file(
            Path(app.outdir), name, pages.get(file_key(name), ())
        ):
            yield (
                name,
                _PAGE.format(
                    title=escape(domain.title_of(new)),
                    canonical=escape(absolute),
                    address=escape(address),
                ),
            )
    if Host.NETLIFY in hosts and redirects and NETLIFY_FILE not in taken:
        top = urlsplit(base).path.rstrip("/")
        rows = (
            f"{top}/{builder.get_target_uri(old)} {top}/{builder.get_target_uri(new)} 301\n"
            for old, new in redirects.items()
        )
        yield NETLIFY_FILE, f"{_MARK}\n{''.join(rows)}"


def _remove_others(app: Sphinx, record: Path, files: Mapping[str, str]) -> None:
    """Remove what earlier builds wrote, and neither this one nor the site does."""
    if outdated := recorded_files(record) - files.keys() - files_of_site(app):
        pages = [name for names in _pages(app).values() for name in names]
        remove_outdated(Path(app.outdir), outdated.difference(pages), (*pages, *files))


def _pages(app: Sphinx) -> dict[str, list[str]]:
    """The names of the files of documents, by what they are without case."""
    builder: Any = app.builder
    pages: dict[str, list[str]] = {}
    for docname in app.env.all_docs:
        name = Path(builder.get_output_path(docname)).relative_to(app.outdir).as_posix()
        pages.setdefault(file_key(name), []).append(name)
    return pages


FEATURE = Redirects()
