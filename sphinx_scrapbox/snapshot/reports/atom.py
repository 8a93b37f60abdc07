"""Atom feeds (RFC 4287), and the difference of two snapshots as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree as ET

from sphinx_scrapbox import __version__
from sphinx_scrapbox.snapshot.diff import model
from sphinx_scrapbox.snapshot.diff.words import diff_words
from sphinx_scrapbox.snapshot.reports import wording
from sphinx_scrapbox.snapshot.reports.wording import Address, Say, no_address
from sphinx_scrapbox.wiki.dates import iso
from sphinx_scrapbox.wiki.text import NOT_XML
from sphinx_scrapbox.wiki.titles import key

_ATOM = "http://www.w3.org/2005/Atom"


class Feed(NamedTuple):
    """The metadata of a feed.

    ``address`` is its own URL and ``site`` that of its pages, each "" if unknown. Without an
    address, ``name`` identifies the feed and must not change. ``since``, in Unix seconds, stands
    in for unknown times.
    """

    name: str
    title: str
    author: str = wording.TOOL
    address: str = ""
    site: str = ""
    language: str = ""
    since: int = 0


class AtomEntry(NamedTuple):
    """An entry of a feed. ``name`` tells it from others, ``content`` is HTML.

    ``updated`` is in Unix seconds; ``address`` and ``category`` are "" if there is none.
    """

    name: str
    title: str
    updated: int
    address: str
    content: str
    category: str = ""


def atom_feed(feed: Feed, updated: int, entries: Iterable[AtomEntry]) -> str:
    """The text of a feed with these entries, last changed at a time in Unix seconds."""
    identity = _uuid(NAMESPACE_URL, feed.address or feed.name)
    root = ET.Element("feed", {"xmlns": _ATOM})
    if feed.language:
        root.set("xml:lang", feed.language)
    _add(root, "id", identity.urn)
    _add(root, "title", feed.title)
    _add(root, "updated", iso(updated))
    _add(_add(root, "author"), "name", feed.author or wording.TOOL)
    _add(root, "generator", wording.TOOL, uri=wording.HOME, version=__version__)
    if feed.address:
        _add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    if feed.site:
        _add(root, "link", rel="alternate", href=feed.site)
    for entry in entries:
        element = _add(root, "entry")
        _add(element, "id", _uuid(identity, entry.name).urn)
        _add(element, "title", entry.title)
        _add(element, "updated", iso(entry.updated))
        if entry.address:
            _add(element, "link", rel="alternate", href=entry.address)
        if entry.category:
            _add(element, "category", term=entry.category)
        _add(element, "content", entry.content, type="html")
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def diff_as_atom(
    comparison: model.Comparison,
    feed: Feed,
    *,
    address: Address = no_address,
    stat: bool = False,
    say: Say = str,
    limit: int | None = None,
) -> str:
    """A feed with an entry for each page, the latest change first.

    An entry keeps its id until the page changes again. With *stat*, lines are only counted;
    *say* translates labels, and *limit* is the maximal number of entries.
    """
    default = comparison.new.time or feed.since
    times = {id(page): page.updated or default for page in comparison.pages}
    pages = sorted(comparison.pages, key=lambda page: -times[id(page)])
    entries = []
    names: Counter[str] = Counter()
    for page in pages[:limit]:
        page_name = page.id or f"{page.project}/{key(page.title)}"
        name = f"{page.kind.value} {page_name} {page.old_title} {page.digest}"
        names[name] += 1  # a damaged lock may name a page twice
        entry = AtomEntry(
            name if names[name] == 1 else f"{name} {names[name]}",
            f"{page.title} ({say(page.kind.value)})",
            times[id(page)],
            address(page),
            _html(page, say, stat=stat),
            page.kind.value,
        )
        entries.append(entry)
    return atom_feed(feed, max([*times.values(), 0 if times else default]), entries)


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, attributes)
    if text:
        element.text = NOT_XML.sub("", text)
    return element


def _uuid(space: UUID, name: str) -> UUID:
    return uuid5(space, name.encode("utf-8", "replace").decode())


def _html(page: model.PageChange, say: Say, *, stat: bool) -> str:
    parts = []
    if page.old_title:
        parts.append(f"<p>{escape(say('Earlier title'))}: {escape(page.old_title)}</p>")
    shown = [] if stat else [change for change in page.lines if not change.is_blank]
    if shown:
        parts.append(f"<ul>{''.join(_html_item(change, say) for change in shown)}</ul>")
    elif counted := wording.counts(page):
        words = (f"{say(wording.ACTIONS[kind])}: {n}" for kind, n in counted.items())
        parts.append(f"<p>{escape(', '.join(words))}</p>")
    return "".join(parts) or f"<p>{escape(say(page.kind.value))}</p>"


_MARKS = {"": "{}", "-": "<del>{}</del>", "+": "<ins>{}</ins>"}
_MARK_OF = {model.LineKind.ADDED: "+", model.LineKind.REMOVED: "-"}


def _html_item(change: model.LineChange, say: Say) -> str:
    if change.kind is model.LineKind.EDITED:
        content = "".join(
            _MARKS[span.sign].format(escape(span.text))
            for span in diff_words(change.before[0].text, change.after[0].text)
        )
    else:
        mark = _MARKS[_MARK_OF.get(change.kind, "")]
        rows = (escape(row).replace("  ", "&#160; ") for row in wording.indented(change.rows))
        content = "<br>".join(map(mark.format, rows))
    return f"<li>{escape(wording.action(change, say))}: {content}</li>"
