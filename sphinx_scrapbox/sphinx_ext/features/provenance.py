"""Where pages come from: the wiki, the date of the snapshot, and the address of the live page.

What a document says of snapshots by directive or substitution is part of its text, so it is
read again when a lock file says something else. The line on each wiki page is filled in before
writing: after a new snapshot, thousands of pages are written again, but not read again.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.config import Config as SphinxConfig
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.nodes import scrapbox_provenance, scrapbox_time
from sphinx_scrapbox.rendering.tables import table
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.sphinx_ext.builders import builder_of
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.record import (
    DocumentRecord,
    has_no_directives,
    note_snapshots,
)
from sphinx_scrapbox.sphinx_ext.feature import Feature, Outdated
from sphinx_scrapbox.sphinx_ext.i18n import _, ngettext
from sphinx_scrapbox.sphinx_ext.reading import option_values
from sphinx_scrapbox.sphinx_ext.reading.translation_notice import filled
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.snapshots import SUBSTITUTIONS, SiteSnapshot, format_time
from sphinx_scrapbox.sphinx_ext.warnings import warn_directive
from sphinx_scrapbox.wiki.dates import iso
from sphinx_scrapbox.wiki.urls import page_url

_PLACE = re.compile(r"\{(project|date|pages)\}")
_SUBSTITUTIONS = {f"scrapbox-{name}": name for name in SUBSTITUTIONS}


_CONVERTERS: option_values.Converters = {
    "path": str,
    "project": str,
    "as": option_values.one_of("sentence", "table"),
}


class SnapshotDirective(SphinxDirective):
    """``scrapbox:snapshot``: the wiki and the date of the site's pages.

    The options ``path`` (a folder with a lock file) and ``project`` choose among several
    snapshots, ``as`` the form: ``sentence`` or ``table``.
    """

    option_spec = option_values.unconverted_options(_CONVERTERS)

    def run(self) -> list[nodes.Node]:
        """A sentence or a row for each snapshot."""
        note_snapshots(self.state.document, self.env)
        chosen = option_values.convert_options(self, _CONVERTERS)
        snapshots = self._snapshots(chosen.get("project", ""), chosen.get("path", ""))
        if not snapshots:
            warn_directive(self, "no lock file lists such pages")
            return []
        shown: nodes.Element
        if chosen.get("as") == "table":
            shown = _table(snapshots, self.config)
        else:
            sentences = [
                nodes.paragraph("", "", *_sentence(snapshot, self.config))
                for snapshot in snapshots
            ]
            shown = sentences[0]
            if len(sentences) > 1:
                items = (nodes.list_item("", sentence) for sentence in sentences)
                shown = nodes.bullet_list("", *items, bullet="-")
        shown["classes"].append("scrapbox-snapshot")
        keep_outside(shown)
        for element in shown.findall(nodes.Element):
            self.set_source_info(element)
            if isinstance(element, nodes.paragraph):
                element["translatable"] = False
        return [shown]

    def _snapshots(self, project: str, path: str) -> list[SiteSnapshot]:
        snapshots = source_folder(self.env).snapshots.all()
        if project:
            snapshots = [snapshot for snapshot in snapshots if snapshot.project == project]
        if path:
            folder = Path(self.env.relfn2path(path)[0]).as_posix()
            snapshots = [snapshot for snapshot in snapshots if snapshot.folder == folder]
        return snapshots


def _sentence(snapshot: SiteSnapshot, config: SphinxConfig) -> list[nodes.Node]:
    if snapshot.private and snapshot.taken:
        text = _("From the private wiki {project}, as of {date}: {pages}.")
    elif snapshot.private:
        text = _("From the private wiki {project}: {pages}.")
    elif snapshot.taken:
        text = _("From the wiki {project}, as of {date}: {pages}.")
    else:
        text = _("From the wiki {project}: {pages}.")
    places = {
        "project": _wiki(snapshot),
        "date": _moment(snapshot.taken, config),
        "pages": nodes.Text(ngettext("{count} page", "{count} pages", snapshot.pages)),
    }
    return filled(str(text), places, _PLACE)


def _table(snapshots: list[SiteSnapshot], config: SphinxConfig) -> nodes.table:
    columns = [(_("Wiki"), 50), (_("As of"), 30), (_("Pages"), 20)]
    lines: list[list[list[nodes.Node]]] = []
    for snapshot in snapshots:
        wiki = [_wiki(snapshot)]
        if snapshot.private:
            wiki.append(nodes.Text(" (" + _("private") + ")"))
        date = [_moment(snapshot.taken, config)] if snapshot.taken else []
        lines.append([wiki, date, [nodes.Text(str(snapshot.pages))]])
    return table(columns, lines)


def _wiki(snapshot: SiteSnapshot) -> nodes.Node:
    if snapshot.private or not snapshot.project:
        return nodes.Text(snapshot.project or snapshot.folder)
    address = page_url(snapshot.project, origin=snapshot.origin)
    return nodes.reference("", snapshot.project, refuri=address, internal=False)


def _moment(time: int, config: SphinxConfig) -> nodes.Node:
    text = format_time(config, time)
    return scrapbox_time(text, text, datetime=iso(time))


class SnapshotSubstitutions(SphinxTransform):
    """``|scrapbox-date|`` and ``|scrapbox-project|``, where a document does not define them."""

    # Beside Sphinx's own, and before docutils complains (220).
    default_priority = 210

    def apply(self, **kwargs: Any) -> None:
        """Replace each with text."""
        if has_no_directives(self.document, self.env):
            return
        for node in list(self.document.findall(nodes.substitution_reference)):
            name = _SUBSTITUTIONS.get(node["refname"])
            if name and node["refname"] not in self.document.substitution_defs:
                note_snapshots(self.document, self.env)
                snapshots = source_folder(self.env).snapshots
                node.replace_self(nodes.Text(snapshots.value(name, self.env.docname, node)))


class FillProvenance(SphinxPostTransform):
    """Writes the line at the placeholder of the parser, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill each placeholder of this document."""
        if options(self.config).provenance == "none":
            return
        for node in list(self.document.findall(scrapbox_provenance)):
            parts = self._parts(node["docname"])
            # No reader searches for it, and it would be found on every page.
            classes = ["scrapbox-provenance", "no-search"]
            node.replace_self([nodes.paragraph("", "", *parts, classes=classes)] if parts else [])

    def _parts(self, docname: str) -> list[nodes.Node]:
        parts: list[nodes.Node] = []
        snapshot = source_folder(self.env).snapshots.above(docname)
        if snapshot and snapshot.taken:
            places = {"date": _moment(snapshot.taken, self.config)}
            parts = filled(str(_("As of {date}")), places, _PLACE)
        address = domain_of(self.env).live_address(docname)
        # Thousands of addresses that nobody wrote are not for a check of links.
        if address and builder_of(self.env).name != "linkcheck":
            if parts:
                parts.append(nodes.Text(" · "))
            parts.append(nodes.reference("", str(_("Live page")), refuri=address, internal=False))
        return parts


class ProvenanceFeature(Feature):
    """Keeps which documents mention snapshots, and the state that they were read with."""

    name = "provenance"
    directives = {"snapshot": SnapshotDirective}
    transforms = (SnapshotSubstitutions,)
    post_transforms = (FillProvenance,)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The state of the snapshots, if the document mentions them."""
        return record.snapshots or None

    def reread(self, domain: ScrapboxDomain, outdated: Outdated) -> Iterable[str]:
        """Documents that mention snapshots, if these changed."""
        told_before: dict[str, str] = domain.collected("provenance")
        now = source_folder(domain.env).snapshots.checksum if told_before else ""
        return [docname for docname, before in told_before.items() if before != now]

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """The heads of the lock files."""
        return repr(source_folder(domain.env).snapshots.all())

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The snapshot that the line of a wiki page names."""
        facts = domain.facts.get(docname)
        if facts is None or not facts.is_page or options(domain.env.config).provenance == "none":
            return None
        snapshot = source_folder(domain.env).snapshots.above(docname)
        return (snapshot.project, snapshot.origin, snapshot.taken) if snapshot else None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """No other: the snapshots are part of the state."""
        return ()


FEATURE = ProvenanceFeature()
