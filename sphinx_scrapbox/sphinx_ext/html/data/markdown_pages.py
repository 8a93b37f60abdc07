"""Each wiki page as Markdown, beside its HTML.

A file is written with its page, as its links depend on what those of the page do.
"""

from __future__ import annotations

import posixpath
from urllib.parse import quote

from sphinx.application import Sphinx

from sphinx_scrapbox.formats.myst.plain import SiteLink
from sphinx_scrapbox.formats.myst.writer import write_plain
from sphinx_scrapbox.sphinx_ext.builders import is_dirhtml
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.reading.page_document import page_of_document
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.titles import join_target, split_fragment

OTHER_WRITER = "sphinx_llm.txt"
"""An extension that writes each document as Markdown, and ``llms.txt``."""


def writes_markdown(app: Sphinx) -> bool:
    """Whether the pages are written as Markdown: not if another extension does."""
    return "markdown" in options(app.config).data_files and OTHER_WRITER not in app.extensions


def markdown_name(app: Sphinx, docname: str) -> str:
    """The path of the Markdown of a page, relative to the root of the output."""
    if not is_dirhtml(app.builder):
        return f"{docname}.md"
    folder = docname.removesuffix("index").rstrip("/") if _is_index(docname) else docname
    return posixpath.join(folder, "index.md")


def _is_index(docname: str) -> bool:
    return docname.rpartition("/")[2] == "index"


def page_as_markdown(app: Sphinx, docname: str) -> str | None:
    """The text of a wiki page as Markdown; None if its file cannot be read any more."""
    page = page_of_document(app.env, docname)
    return None if page is None else write_plain(page, _SiteLinks(app, docname))


class _SiteLinks:
    """Links to pages of the site lead to their Markdown, others to the wiki if that is allowed."""

    def __init__(self, app: Sphinx, docname: str) -> None:
        self._app = app
        self._docname = docname
        self._domain = domain_of(app.env)

    def page(self, project: str, title: str, label: str) -> ast.Inline:
        """A link to a page, or the label alone."""
        target = self._domain.find_target(join_target(project, title), self._docname)
        if target is not None and title:
            return SiteLink(self._address(target[0]), label)
        own = self._domain.project_of(self._docname)
        address = self._domain.missing_address(project or own, title, self._docname)
        return ast.ExternalLink(address, label) if address else ast.Text(label)

    def address(self, link: ast.ExternalLink) -> ast.Inline:
        """A link to an address, which may be that of a page."""
        target = source_folder(self._app.env).snapshots.page_at(link.url, self._docname)
        if target is None:
            return link
        project, title = target
        return self.page(project, title, link.label or split_fragment(title)[0])

    def name(self, icon: ast.Icon) -> str:
        """The name of a person of ``scrapbox_people``, or that of the icon."""
        own = self._domain.project_of(self._docname)
        person = self._domain.person(icon.name, icon.project, own)
        return person.name if person else icon.name or join_target(icon.project, "")

    def _address(self, docname: str) -> str:
        """The relative address of the Markdown of a page, or of the HTML of another document."""
        if self._domain.is_page(docname):
            path = quote(markdown_name(self._app, docname))
        else:
            path = self._app.builder.get_target_uri(docname)
        start = posixpath.dirname(quote(markdown_name(self._app, self._docname)))
        relative = posixpath.relpath(path or ".", start or ".")
        return f"{relative}/" if path.endswith("/") or not path else relative
