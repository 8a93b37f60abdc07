"""What a local change means for the indices: which of their rows are others now."""

from __future__ import annotations

import json
from collections.abc import Collection, Set
from pathlib import Path

from sphinx.builders import Builder

from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.features.lists.entries import page_names, page_numbers
from sphinx_scrapbox.sphinx_ext.features.lists.index_html import ALL_PAGES


def has_other_indices(change: LocalChange) -> bool:
    """Whether the index of recent changes may have come or gone, to which all others lead."""
    return any(bool(old.updated) != bool(new.updated) for old, new in change.documents.values())


def changed_rows(domain: ScrapboxDomain, change: LocalChange) -> dict[str, Set[str]]:
    """By index, documents: the pages that have other rows, or what gives other indices rows."""

    def linked(docname: str, facts: PageFacts) -> set[str]:
        return {node for node, _title, _line in domain.graph.nodes_of(docname, facts.mentions)}

    documents = change.documents.items()
    updated = {name for name, (old, new) in documents if old.updated != new.updated}
    counted = [linked(name, old) ^ linked(name, new) for name, (old, new) in documents]
    return {
        "scrapbox-pages": updated.union(*counted),
        "scrapbox-tags": {name for name, (old, new) in documents if old.tags != new.tags},
        "scrapbox-people": {
            name
            for name, (old, new) in documents
            if (old.people, old.turns) != (new.people, new.turns)
        },
        "scrapbox-recent": updated,
    }


def take_numbers(domain: ScrapboxDomain, builder: Builder, changed: Collection[str]) -> None:
    """Take the dates and numbers of pages from the file of the last build that lists all pages.

    :param changed: the pages that have others now.
    """
    names, numbers = page_names(domain), page_numbers(domain)
    try:
        rows = json.loads(Path(builder.outdir, ALL_PAGES).read_text(encoding="utf-8"))
        listed = [(title, address) for title, address, _day, _number, *_language in rows]
    except (OSError, ValueError, TypeError):
        return
    if listed != [(named.name, builder.get_target_uri(named.docname)) for named in names]:
        return
    for entry, (_title, _address, day, number, *_language) in zip(names, rows, strict=True):
        if entry.docname not in changed:
            numbers[entry.docname] = day, number
