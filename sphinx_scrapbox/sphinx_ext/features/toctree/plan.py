"""Which toctrees documents get: the outlines of all directives, with their links resolved."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import NamedTuple

from sphinx.util import logging

from sphinx_scrapbox.rendering.typesetting import has_signs
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.resolve import suggestion
from sphinx_scrapbox.sphinx_ext.features.toctree.outline import (
    OutlineItem,
    OutlineLink,
    is_caption,
)
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn

_LOGGER = logging.getLogger("sphinx_scrapbox")

ToctreeEntry = tuple[str, str]
"""A title ("" for that of the document), and a docname or an address."""


class EntryGroup(NamedTuple):
    """The entries of one ``toctree`` node."""

    caption: str
    """ "" for that of the directive."""
    entries: tuple[ToctreeEntry, ...]


class DirectiveEntries(NamedTuple):
    """What one directive gets."""

    number: int
    """The number of the directive in its document."""
    groups: tuple[EntryGroup, ...]
    """The first one has no caption."""
    nests: bool
    """Whether entries have entries of their own."""


class DocumentToctrees(NamedTuple):
    """What a document gets."""

    own: tuple[DirectiveEntries, ...] = ()
    """What each of its directives gets."""
    children: tuple[ToctreeEntry, ...] = ()
    """The documents that were put below it."""

    def without(self, targets: Container[str]) -> DocumentToctrees:
        """The same without the entries that lead to *targets*."""

        def left(entries: Iterable[ToctreeEntry]) -> tuple[ToctreeEntry, ...]:
            return tuple(entry for entry in entries if entry[1] not in targets)

        own = tuple(
            directive._replace(
                groups=tuple(
                    group._replace(entries=left(group.entries)) for group in directive.groups
                )
            )
            for directive in self.own
        )
        return DocumentToctrees(own, left(self.children))

    def without_captions(self) -> DocumentToctrees:
        """The same for catalogues of messages: captions are messages where they are written."""
        own = tuple(
            directive._replace(
                groups=tuple(group._replace(caption="") for group in directive.groups)
            )
            for directive in self.own
        )
        return self._replace(own=own)

    def entries(self) -> Iterable[ToctreeEntry]:
        """All entries."""
        for directive in self.own:
            for group in directive.groups:
                yield from group.entries
        yield from self.children


_Places = dict[tuple[str, str], tuple[str, int | None]]
"""The document and the line of the link that became an entry, by document and target."""


class DirectivePlace(NamedTuple):
    """A directive: its document, and its number in it."""

    docname: str
    number: int


class ToctreePlan:
    """Collects the toctrees of all documents, and warns of links that cannot be in one."""

    def __init__(self, domain: ScrapboxDomain) -> None:
        self._domain = domain
        self._own: dict[str, list[DirectiveEntries]] = {}
        self._children: dict[str, list[ToctreeEntry]] = {}
        self._places: _Places = {}

    def add(
        self, place: DirectivePlace, items: tuple[OutlineItem, ...], source: str, by_hand: bool
    ) -> None:
        """Add the toctrees of a directive.

        :param source: the document with the outline.
        :param by_hand: whether it is hand-written. Titles of links and addresses are taken from
            such a one alone: themes write them into pages without escaping.
        """
        outline = _ResolvedOutline(self._domain, source, by_hand, self._places)
        groups = outline.groups(items, place.docname)
        own = DirectiveEntries(place.number, groups, bool(outline.children))
        self._own.setdefault(place.docname, []).append(own)
        for parent, entries in outline.children.items():
            others = set(self._children.setdefault(parent, []))
            self._children[parent] += [entry for entry in entries if entry not in others]

    def toctrees(self) -> dict[str, DocumentToctrees]:
        """The toctrees of each document that gets any."""
        return {
            docname: DocumentToctrees(
                tuple(self._own.get(docname, ())), tuple(self._children.get(docname, ()))
            )
            for docname in sorted(self._own.keys() | self._children.keys())
        }

    def warn_of_circle(self, docname: str, target: str) -> None:
        """Warn of an entry of a document that leads back to it."""
        message = (
            f"{target!r} is not in the toctree of {docname!r}, to which its own toctree leads"
        )
        warn(Warn.TOCTREE, message, location=self._places[docname, target])


class _ResolvedOutline:
    def __init__(
        self,
        domain: ScrapboxDomain,
        source: str,
        by_hand: bool,
        places: _Places,
    ) -> None:
        self._domain = domain
        self._source = source
        self._by_hand = by_hand
        self._places = places
        self._listed: dict[int, set[str]] = {}  # by the id of a list of entries
        self.children: dict[str, list[ToctreeEntry]] = {}

    def groups(self, items: tuple[OutlineItem, ...], docname: str) -> tuple[EntryGroup, ...]:
        """The groups of *docname*: one without a caption, then one for each item with one."""
        groups: list[tuple[str, list[ToctreeEntry]]] = [("", [])]
        is_captioned = False
        for item in items:
            if not item.links:
                if is_caption(item):
                    caption = "" if has_signs(item.text) and not self._by_hand else item.text
                    groups.append((caption, []))
                    self._add_all(item.children, groups[-1][1], (docname,))
                    is_captioned = True
                continue
            if is_captioned:
                groups.append(("", []))
                is_captioned = False
            self._add(item, groups[-1][1], (docname,))
        self.children = {parent: entries for parent, entries in self.children.items() if entries}
        return tuple(
            EntryGroup(caption, tuple(entries))
            for at, (caption, entries) in enumerate(groups)
            if entries or at == 0
        )

    def _add_all(
        self, items: Iterable[OutlineItem], entries: list[ToctreeEntry], path: tuple[str, ...]
    ) -> None:
        for item in items:
            self._add(item, entries, path)

    def _add(self, item: OutlineItem, entries: list[ToctreeEntry], path: tuple[str, ...]) -> None:
        parent = ""
        listed = self._listed.setdefault(id(entries), set())
        for link in item.links:
            if (entry := self._resolve(link, path)) is None:
                continue
            if entry[1] in listed:
                _LOGGER.warning(  # as Sphinx does for a toctree
                    "duplicated entry found in toctree: %s",
                    entry[1],
                    location=(self._source, link.line or None),
                    type="toc",
                    subtype="duplicate_entry",
                )
            entries.append(entry)
            listed.add(entry[1])
            self._places.setdefault((path[-1], entry[1]), (self._source, link.line or None))
            if link.kind != "address":
                parent = entry[1]
        if parent and any(child_link for child in item.children for child_link in child.all_links):
            below = self.children.setdefault(parent, [])
            self._add_all(item.children, below, (*path, parent))
        else:
            self._add_all(item.children, entries, path)

    def _resolve(self, link: OutlineLink, path: tuple[str, ...]) -> ToctreeEntry | None:
        if link.kind == "address":
            return (link.title, link.target) if self._by_hand else None
        env = self._domain.env
        if link.kind == "document":
            docname = link.target if link.target in env.all_docs else None
        else:
            target = self._domain.find_target(link.target, self._source)
            docname = target[0] if target else None
        if docname is None:
            # Logs may be public; the leak guard finds what is denied in the output.
            if not source_folder(env).pages.redaction.names_denied_page(link.target):
                message = f"{link.target!r} is not in the toctree: there is no such page"
                if link.kind == "page":
                    message += suggestion(self._domain, link.target, self._source)
                self._warn(link, message)
            return None
        if docname in path:
            self._warn(
                link, f"{link.target!r} is not in the toctree: the page would be below itself"
            )
            return None
        return (link.title if self._by_hand else ""), docname

    def _warn(self, link: OutlineLink, message: str) -> None:
        warn(Warn.TOCTREE, message, location=(self._source, link.line or None))
