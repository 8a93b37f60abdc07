"""Wiki pages in the ``sitemap.xml`` of sphinx-sitemap, if a site loads that extension.

It writes docnames into addresses as they are, knows only dates from git, and lists pages that
search engines are to find elsewhere. It lists only the pages that a build has written, in the
order in which processes wrote them. The finished file is amended: its format is a standard
(https://www.sitemaps.org/protocol.html), and its addresses follow from documented options. Entries
of pages that were not written are taken from the file of the last build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote
from weakref import WeakKeyDictionary
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


_EARLIER: WeakKeyDictionary[Sphinx, bytes] = WeakKeyDictionary()


def note_sitemap(app: Sphinx) -> None:
    """Handler of ``builder-inited``: keep the sitemap of the last build."""
    if "sphinx_sitemap" in app.extensions:
        path = Path(app.outdir, app.config.sitemap_filename)
        _EARLIER[app] = path.read_bytes() if path.is_file() else b""


def amend_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """Handler of ``build-finished``: amend the entries of wiki pages, and complete them."""
    if (earlier := _EARLIER.pop(app, None)) is None:
        return
    path = Path(app.outdir, app.config.sitemap_filename)
    if not path.is_file() or (data := path.read_bytes()) == earlier:
        return  # it writes none without html_baseurl, or without a page that was written
    if exception is not None:  # it lists what was written before the build failed
        path.write_bytes(earlier)
        return
    root = ElementTree.fromstring(data)
    # As sphinx-sitemap does it, so that what is not amended is written with the same bytes.
    root.set("xmlns", _NAMESPACE)
    ElementTree.register_namespace("xhtml", _XHTML)
    entries = dict(_amended(app, _without_namespace(root)))
    present = set(_listed(app))
    for entry in _entries(earlier):
        location = entry.findtext(f"{{{_NAMESPACE}}}loc", "")
        if location in present and location not in entries:
            entries[location] = _without_namespace(entry)
    root[:] = [entries[location] for location in sorted(entries)]
    if isinstance(app.config.sitemap_indent, int) and app.config.sitemap_indent > 0:
        ElementTree.indent(root, space=app.config.sitemap_indent * " ")
    ElementTree.ElementTree(root).write(path, xml_declaration=True, encoding="utf-8", method="xml")


def _entries(sitemap: bytes) -> list[ElementTree.Element]:
    """The entries of a sitemap; none of a file that a killed build left."""
    try:
        return list(ElementTree.fromstring(sitemap))
    except ElementTree.ParseError:
        return []


def _without_namespace(element: ElementTree.Element) -> ElementTree.Element:
    for part in element.iter():
        part.tag = part.tag.removeprefix(f"{{{_NAMESPACE}}}")
    return element


def _amended(app: Sphinx, root: ElementTree.Element) -> Iterator[tuple[str, ElementTree.Element]]:
    """The entries that search engines are to see, by their addresses."""
    domain = domain_of(app.env)
    pages = {
        _address(app, link := _link_of(app, docname)): (docname, link)
        for docname, facts in domain.facts.items()
        if facts.is_page
    }
    unlisted = {
        _address(app, _link_of(app, name))
        for name in written_indices(app)
        if not canonical_of(app, name).is_listed
    }
    for entry in root:
        address = entry.findtext("loc", "")
        # Search engines must not list a translation beside its source.
        if address in unlisted or (address not in pages and _IS_SIDE_BY_SIDE(address)):
            continue
        if address in pages:
            docname, link = pages[address]
            if not canonical_of(app, docname).is_listed:
                continue
            address = _quoted(address, link)
            _amend(entry, address, link)
            updated = domain.facts[docname].updated
            if updated and getattr(app.config, "sitemap_show_lastmod", False):
                _set_date(entry, iso(updated))
        yield address, entry


def _amend(entry: ElementTree.Element, address: str, link: str) -> None:
    for location in entry.iter("loc"):
        location.text = address
    for alternate in entry.iter(f"{{{_XHTML}}}link"):
        alternate.set("href", _quoted(alternate.get("href", ""), link))


def _set_date(entry: ElementTree.Element, date: str) -> None:
    element = entry.find("lastmod")
    if element is None:
        element = ElementTree.Element("lastmod")
        element.tail = entry[0].tail
        entry.insert(1, element)
    element.text = date


def _listed(app: Sphinx) -> Iterator[str]:
    """The addresses of all documents and indices that a sitemap of the whole site lists."""
    domain, excluded = domain_of(app.env), app.config.sitemap_excludes
    indices = dict.fromkeys(written_indices(app))
    for name in (*app.env.all_docs, *indices):
        link = _link_of(app, name)
        if any(fnmatch(link, pattern) for pattern in excluded):
            continue
        is_page = domain.is_page(name)
        if (is_page or name in indices) and not canonical_of(app, name).is_listed:
            continue
        yield _quoted(_address(app, link), link) if is_page else _address(app, link)


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
