"""What the links of a page find in the inventories of other sites.

Sphinx does not write a page again when an inventory changed that intersphinx loads. Here, a page
shows all entries that its links may mean, so that it is written again when one of them came, went
or moved. Links by the roles of the wiki are among the facts of each document; of links by other
roles, which only hand-written documents have, the names are kept.

Two kinds of links are resolved while a document is read, so it is read again when they may mean
something else: a role that names an inventory (``external+garden:…``) is dropped if that inventory
is not loaded, and MyST looks up links of the form ``inv:garden:…``.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener, Outdated
from sphinx_scrapbox.sphinx_ext.sources.inventories import (
    Inventories,
    inventories_of,
    state_of_inventories,
)
from sphinx_scrapbox.wiki.titles import inventory_name, key, split_target

_KINDS = ("scrapbox:page", "scrapbox:tag", "scrapbox:person")
_WIKI = "scrapbox:wiki"
_WITHOUT_CASE = frozenset({"std:label", "std:term"})
"""Kinds of objects that intersphinx finds whatever the case of a name."""
_NAMED = "named inventories"
"""The key of what documents name in their sources."""
_TEXTS = frozenset({".inc", ".md", ".rst", ".txt"})
_OBJECT_LINK = re.compile(rb"\binv:")
_NAMED_INVENTORY = re.compile(rb"\bexternal\+([^:`\s}]+):")


class ObjectLink(NamedTuple):
    """A link by another role than those of the wiki.

    ``domain`` is "" for links that may lead to objects of any domain.
    """

    domain: str
    names: tuple[str, ...]


def _object_link(env: BuildEnvironment, xref: addnodes.pending_xref) -> ObjectLink | None:
    """What a link may be called in an inventory; None for one that never leads to another site."""
    target, name = xref.get("reftarget") or "", xref.get("refdomain") or ""
    if not target or name == "scrapbox":
        return None
    names = [target, target.partition(":")[2]]  # the inventory may be named before a colon
    if name in env.domains:
        names.append(env.domains[name].get_full_qualified_name(xref) or "")
    return ObjectLink(name, tuple(dict.fromkeys(filter(None, names))))


class _Named(NamedTuple):
    """What a document names in its source."""

    inventories: tuple[str, ...]
    """By roles."""
    has_links: bool
    """Whether it may have links to objects of inventories in the syntax of MyST."""

    def state(self, domain: ScrapboxDomain) -> str:
        """Changes when the document would be read as something else."""
        loaded = inventories_of(domain.env)
        state = repr([name for name in self.inventories if name in loaded])
        return f"{state} {_state(domain)}" if self.has_links else state


def note_named(app: Sphinx, document: nodes.document) -> None:
    """Handler of ``doctree-read``: keep what a document names, if it names something."""
    env, domain = app.env, domain_of(app.env)
    docname = env.current_document.docname
    if domain.is_page(docname) or "intersphinx_mapping" not in env.config:
        return
    data = b"\n".join(_sources(env, docname))
    names = {name.decode("utf-8", "replace") for name in _NAMED_INVENTORY.findall(data)}
    named = _Named(tuple(sorted(names)), _OBJECT_LINK.search(data) is not None)
    if named != _Named((), False):
        table: dict[str, dict[str, object]] = domain.data["collected"]
        table.setdefault(docname, {})[_NAMED] = named, named.state(domain)


def _sources(env: BuildEnvironment, docname: str) -> Iterator[bytes]:
    """The source of a document, and the texts that are included in it."""
    files = [Path(env.doc2path(docname))]
    files += [env.srcdir / name for name in env.dependencies.get(docname, ())]
    for file in files:
        if file.suffix in _TEXTS and file.is_file():
            yield file.read_bytes()


class InventoryLinks(Feature):
    """Keeps the links of hand-written documents that may lead to other sites."""

    name = "inventory_links"
    node_classes = (addnodes.pending_xref,)
    listeners = (Listener("doctree-read", note_named, 900, "The dependencies are known."),)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The links by other roles than those of the wiki."""
        xrefs = (node for node in nodes if isinstance(node, addnodes.pending_xref))
        others = [xref for xref in xrefs if xref.get("refdomain") != "scrapbox"]
        document = others[0].document if others else None
        if document is None or "intersphinx_mapping" not in document.settings.env.config:
            return None
        env: BuildEnvironment = document.settings.env
        links = (_object_link(env, xref) for xref in others)
        return tuple(sorted(set(filter(None, links)))) or None

    def reread(self, domain: ScrapboxDomain, outdated: Outdated) -> Iterable[str]:
        """The documents that name something in an inventory that is not as it was."""
        kept: dict[str, tuple[_Named, str]] = domain.collected(_NAMED)
        return [name for name, (named, state) in kept.items() if named.state(domain) != state]

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """A digest of the inventories."""
        return _state(domain)

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The entries that links may mean, and the wikis whose pages each inventory lists.

        Lists have links of their own, which are not known before they are filled: they show all.
        """
        inventories = inventories_of(domain.env)
        if not inventories:
            return None
        facts = domain.facts.get(docname, PageFacts())
        objects: tuple[ObjectLink, ...] = domain.collected(self.name).get(docname, ())
        targets = [target for _time, target, _language in facts.translated]
        titles = (*facts.links, *(key(split_target(target).title) for target in targets))
        entries: list[Hashable] = [
            *(entry for title in titles for entry in _pages(domain, inventories, title)),
            *(entry for link in objects for entry in _objects(domain, inventories, link)),
        ]
        collected = domain.data["collected"].get(docname, {})
        if any(
            feature.shows_other_links and feature.name in collected for feature in domain.features
        ):
            entries.append(_state(domain))
        wikis = domain.computed("wikis of inventories", lambda: _wikis(inventories))
        return (entries, wikis if titles else None) if entries or titles else None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """No other: the inventories are part of the state."""
        return ()


def _state(domain: ScrapboxDomain) -> str:
    """Return a digest of the inventories, or an empty string without any."""
    inventories = inventories_of(domain.env)
    return (
        domain.computed("inventories", lambda: state_of_inventories(inventories))
        if inventories
        else ""
    )


def _wikis(inventories: Inventories) -> Hashable:
    return tuple(
        (name, tuple(sorted(inventory.get(_WIKI, {}))))
        for name, inventory in sorted(inventories.items())
    )


def _pages(domain: ScrapboxDomain, inventories: Inventories, title: str) -> tuple[str, ...]:
    """The entries of wiki pages, tags and people with a title."""
    kept: dict[str, tuple[str, ...]] = domain.computed("pages of inventories", dict)
    if title not in kept:
        name = inventory_name(title)
        kept[title] = tuple(
            f"{site} {kind} {spelling} {entry!r}"
            for site, inventory in sorted(inventories.items())
            for kind in _KINDS
            for spelling in (name, *(f"/{wiki}/{name}" for wiki in inventory.get(_WIKI, ())))
            if (entry := inventory.get(kind, {}).get(spelling)) is not None
        )
    return kept[title]


def _objects(domain: ScrapboxDomain, inventories: Inventories, link: ObjectLink) -> Iterator[str]:
    """The entries of objects that a link may mean."""
    for site, inventory in sorted(inventories.items()):
        for kind, entries in inventory.items():
            if link.domain and not kind.startswith(f"{link.domain}:"):
                continue
            for name in link.names:
                spellings: Iterable[str] = (name,)
                if kind in _WITHOUT_CASE:
                    spellings = _spellings(domain, inventories, site, kind).get(name.lower(), ())
                for spelling in spellings:
                    if (entry := entries.get(spelling)) is not None:
                        yield f"{site} {kind} {spelling} {entry!r}"


def _spellings(
    domain: ScrapboxDomain, inventories: Inventories, site: str, kind: str
) -> dict[str, list[str]]:
    """The names of objects of a kind by the same in lower case."""

    def spellings() -> dict[str, list[str]]:
        table: dict[str, list[str]] = {}
        for name in inventories[site][kind]:
            table.setdefault(name.lower(), []).append(name)
        return table

    return domain.computed(("names in inventories", site, kind), spellings)


FEATURE = InventoryLinks()
