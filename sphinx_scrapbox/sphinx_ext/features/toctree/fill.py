"""The toctrees of all documents, when all have been read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.resolve import suggestion
from sphinx_scrapbox.sphinx_ext.features.toctree.apply import (
    apply_toctrees,
    doctree_time,
    forget_numbers,
    has_known_tables,
    ordinary_targets,
)
from sphinx_scrapbox.sphinx_ext.features.toctree.circles import without_circles
from sphinx_scrapbox.sphinx_ext.features.toctree.outline import (
    OutlineItem,
    outline_from_json,
    outline_of,
)
from sphinx_scrapbox.sphinx_ext.features.toctree.plan import (
    DirectivePlace,
    DocumentToctrees,
    ToctreePlan,
)
from sphinx_scrapbox.sphinx_ext.warnings import Warn, note_unknown_internals, warn

AppliedToctrees = dict[str, tuple[DocumentToctrees, int]]
"""What each document was given, and when its doctree was written with it."""
_Outlines = dict[str, tuple[float, tuple[OutlineItem, ...]]]


class ToctreeRequest(NamedTuple):
    """What the domain keeps of a directive."""

    number: int
    """The number of the directive in its document."""
    target: str
    outline: str
    """The outline of its content; "" for that of the page *target*."""
    line: int


def fill_toctrees(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Handler of ``env-updated``: fill in the toctrees, and return the documents with others."""
    domain = domain_of(env)
    applied: AppliedToctrees = domain.data["toctrees"]
    requests: dict[str, tuple[ToctreeRequest, ...]] = domain.collected("toctree")
    if not requests and not applied:
        return []
    if not has_known_tables(env):
        note_unknown_internals("toctrees")
        if requests:
            warn(Warn.TOCTREE, "toctrees of wiki pages are left empty with this version of Sphinx")
        return []
    plan = _plan(domain, requests)
    ordinary = env.toctree_includes | {name: ordinary_targets(env, name) for name in applied}
    root, note = env.config.root_doc, plan.warn_of_circle
    wanted = without_circles(plan.toctrees(), ordinary, root, note)
    changed, is_applied = [], False
    for docname in sorted(wanted.keys() | applied.keys()):
        toctrees = wanted.get(docname, DocumentToctrees())
        before, time = applied.get(docname, (DocumentToctrees(), 0))
        if docname in env.all_docs and (before, time) != (toctrees, doctree_time(env, docname)):
            is_applied = True
            apply_toctrees(app, docname, toctrees)
            applied[docname] = toctrees, doctree_time(env, docname)
            if toctrees != before:
                changed.append(docname)
        if docname not in wanted or docname not in env.all_docs:
            is_applied = True
            applied.pop(docname, None)
    _mark_orphans(domain, wanted)
    if is_applied:
        _NUMBERED[app] = forget_numbers(env)
    return changed


_NUMBERED: WeakKeyDictionary[Sphinx, list[str]] = WeakKeyDictionary()
"""The documents that had numbers before toctrees were filled in."""


def without_numbers(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Handler of ``env-get-updated``: the documents that have no numbers any more.

    Sphinx returns those that have others.
    """
    return [name for name in _NUMBERED.pop(app, ()) if name not in env.toc_secnumbers]


def _plan(domain: ScrapboxDomain, requests: dict[str, tuple[ToctreeRequest, ...]]) -> ToctreePlan:
    plan = ToctreePlan(domain)
    kept: _Outlines = domain.data["outlines"]
    used: _Outlines = {}
    for docname, of_document in requests.items():
        for request in of_document:
            place = DirectivePlace(docname, request.number)
            if request.outline:
                plan.add(place, outline_from_json(request.outline), docname, by_hand=True)
                continue
            source = domain.find_page(request.target, docname)
            if source is None:
                message = f"scrapbox:toctree: no wiki page {request.target!r}"
                message += suggestion(domain, request.target, docname)
                warn(Warn.TOCTREE, message, location=(docname, request.line or None))
                continue
            time = domain.env.all_docs[source]
            if source not in kept or kept[source][0] != time:
                kept[source] = time, outline_of(domain.env.get_doctree(source))
            used[source] = kept[source]
            by_hand = not domain.is_page(source)
            plan.add(place, kept[source][1], source, by_hand=by_hand)
    domain.data["outlines"] = used
    return plan


def _mark_orphans(domain: ScrapboxDomain, toctrees: Mapping[str, DocumentToctrees]) -> None:
    """Pages of a wiki are orphans, but for those that are in a toctree."""
    metadata = domain.env.metadata
    listed = {target for own in toctrees.values() for _, target in own.entries()}
    pages = {name for name, facts in domain.facts.items() if facts.is_page}
    adopted = frozenset(domain.data["adopted"])
    for docname in (adopted - listed) & pages:
        metadata[docname].setdefault("orphan", "")
    for docname in listed & pages:
        metadata[docname].pop("orphan", None)
    domain.data["adopted"] = sorted(listed & pages)
