"""Wiki pages in the ``sitemap.xml`` of sphinx-sitemap, if a site loads that extension.

It writes docnames into addresses as they are, knows only dates from git, and lists pages that
search engines are to find elsewhere. The finished file is amended: its format is a standard
(https://www.sitemaps.org/protocol.html), and its addresses follow from documented options.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import is_dirhtml
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.features.lists.indices import written_indices
from sphinx_scrapbox.sphinx_ext.features.translations.side_by_side import SUFFIX
from sphinx_scrapbox.sphinx_ext.html.canonical import canonical_of
from sphinx_scrapbox.wiki.dates import iso

_IS_SIDE_BY_SIDE = re.compile(re.escape(SUFFIX) + r"(?:\.\w+|/)\Z").search
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"


def amend_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """Handler of ``build-finished``: amend the entries of wiki pages."""
    if exception is not None or "sphinx_sitemap" not in app.extensions:
        return
    path = Path(app.outdir, app.config.sitemap_filename)
    try:
        tree = ElementTree.parse(path)
    except (OSError, ElementTree.ParseError):  # it writes none without html_baseurl
        return
    pages = {
        _address(app, link := _link_of(app, docname)): (docname, link)
        for docname, facts in domain_of(app.env).facts.items()
        if facts.is_page
    }
    unlisted = {
        _address(app, _link_of(app, name))
        for name in written_indices(app)
        if not canonical_of(app, name).is_listed
    }
    root = tree.getroot()
    # As sphinx-sitemap does it, so that what is not amended is written with the same bytes.
    root.set("xmlns", _NAMESPACE)
    ElementTree.register_namespace("xhtml", _XHTML)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_NAMESPACE}}}")
    for entry in list(root):
        location = entry.find("loc")
        if location is None:
            continue
        if location.text in unlisted:
            root.remove(entry)
            continue
        if (page := pages.get(location.text or "")) is None:
            if _IS_SIDE_BY_SIDE(location.text or ""):  # which search engines must not list
                root.remove(entry)
            continue
        docname, link = page
        if not canonical_of(app, docname).is_listed:
            root.remove(entry)
            continue
        location.text = _quoted(location.text or "", link)
        for alternate in entry.iter(f"{{{_XHTML}}}link"):
            alternate.set("href", _quoted(alternate.get("href", ""), link))
        updated = domain_of(app.env).facts[docname].updated
        if updated and getattr(app.config, "sitemap_show_lastmod", False):
            date = entry.find("lastmod")
            if date is None:
                date = ElementTree.Element("lastmod")
                date.tail = location.tail
                entry.insert(1, date)
            date.text = iso(updated)
    tree.write(path, xml_declaration=True, encoding="utf-8", method="xml")


def _address(app: Sphinx, link: str) -> str:
    """The address that sphinx-sitemap makes of a link relative to the site."""
    config = app.config
    language, version = (f"{name}/" if name else "" for name in (config.language, config.version))
    scheme: str = config.sitemap_url_scheme
    site: str = getattr(config, "site_url", "") or config.html_baseurl or ""
    return site + scheme.format(lang=language, version=version, link=link)


def _quoted(address: str, link: str) -> str:
    before, _, after = address.rpartition(link) if link else (address, "", "")
    return f"{before}{quote(link)}{after}"


def _link_of(app: Sphinx, docname: str) -> str:
    if not is_dirhtml(app.builder):
        return f"{docname}{app.config.html_file_suffix or '.html'}"
    if docname == "index":
        return ""
    return f"{docname.removesuffix('/index')}/"
