"""Lines of native pages in HTML: a link to each of them, and a bar that shows its age.

Both are added while a page is written, so that neither the stored document nor the search index
holds them. The times of lines are those of the lock file, and ages are counted to the time of the
snapshot: they are the same in each build of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.nodes import (
    scrapbox_line_mark,
    scrapbox_provenance,
    scrapbox_related,
    scrapbox_speaker,
    scrapbox_speech,
)
from sphinx_scrapbox.sphinx_ext.builders import builder_of, has_browser_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki.dates import clamp, days_after, iso_day
from sphinx_scrapbox.wiki.titles import anchor, is_line_id

MOST_DAYS = (1, 7, 30, 365)
"""The most days of each age but the last, the youngest first."""

LineAges = Mapping[str, tuple[int, str]]
"""By the anchor of each line its age (from 1, as in :data:`MOST_DAYS`) and its day."""


def line_ages(env: BuildEnvironment, docname: str) -> LineAges:
    """The ages of the lines of a page; none if its file is not as the lock file has it."""
    facts, folder = domain_of(env).facts.get(docname), source_folder(env)
    if facts is None or not facts.is_as_locked or facts.lines_without_anchor is None:
        return {}
    locked = folder.locks.of(Path(env.doc2path(docname)))
    row = locked.page if locked else None
    if row is None or not row.line_times:
        return {}
    snapshot = folder.snapshots.above(docname)
    times = list(map(clamp, row.line_times))
    end = (snapshot.taken if snapshot else 0) or max(times)
    return {
        anchor(line_id): (_age(time, end), iso_day(time))
        for line_id, time in zip(row.line_ids, times, strict=False)
        if time
    }


def _age(time: int, end: int) -> int:
    days = days_after(time, end)
    return next((age for age, most in enumerate(MOST_DAYS, 1) if days <= most), len(MOST_DAYS) + 1)


class MarkLines(SphinxPostTransform):
    """Adds to each line that has an anchor a link to it, and its age if that is wanted."""

    # After all that look at what a paragraph holds.
    default_priority = 850
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Visit each line of a page."""
        builder = builder_of(self.env)
        facts = domain_of(self.env).facts.get(self.env.docname)
        if facts is None or facts.lines_without_anchor is None or not has_browser_pages(builder):
            return
        ages: LineAges = {}
        if options(self.config).telomere:
            ages = line_ages(self.env, self.env.docname)
        icon = _icon(builder)
        day = ""
        for line, line_id in list(_lines(self.document)):
            html = ""
            if line_id in ages:
                age, line_day = ages[line_id]
                html += _bar(age, line_day, is_read=line_day != day)
                line["classes"].append("scrapbox-dated")
                day = line_day
            if icon and not isinstance(line, nodes.title):  # which has one of Sphinx
                html += _permalink(line_id, icon)
            if html:
                line += scrapbox_line_mark(html=html)
        if day:
            self._add_legend()

    def _add_legend(self) -> None:
        section = next(self.document.findall(nodes.section), None)
        if section is None:
            return
        at = len(section)
        while at and isinstance(section[at - 1], (scrapbox_related, scrapbox_provenance)):
            at -= 1
        section.insert(at, scrapbox_line_mark(html=_legend()))


def _lines(document: nodes.document) -> Iterator[tuple[nodes.Element, str]]:
    """The text of each line with an anchor, and the anchor."""
    for node in document.findall(nodes.Element):
        if not (ids := node["ids"]):
            continue
        line_id = next((name for name in ids if is_line_id(name[1:])), "")
        if not line_id:
            continue
        match node:
            case nodes.paragraph() | nodes.line():
                yield node, line_id
            case nodes.section() if isinstance(node[0], nodes.title):
                yield node[0], line_id
            case nodes.row():
                yield from ((text, line_id) for text in list(node.findall(nodes.paragraph))[:1])
            case scrapbox_speech():
                yield _first_words(node), line_id


def _first_words(turn: scrapbox_speech) -> nodes.Element:
    """The paragraph that holds the first line of a turn."""
    speaker = turn[0]
    assert isinstance(speaker, nodes.Element)
    for node in turn.findall(lambda node: isinstance(node, (nodes.paragraph, nodes.line))):
        if isinstance(node, nodes.Element) and not isinstance(node, scrapbox_speaker):
            return speaker if any(is_line_id(name[1:]) for name in node["ids"]) else node
    return speaker


def _icon(builder: Builder) -> str:
    """What links to lines show, which is what the site shows for links to headings."""
    config = builder.config
    return str(config.html_permalinks_icon) if config.html_permalinks else ""


def _permalink(line_id: str, icon: str) -> str:
    title = escape(str(_("Link to this line")))
    # Its sign is hidden, so that screen readers read the title.
    return (
        f'<a class="headerlink scrapbox-permalink" href="#{line_id}" title="{title}">'
        f'<span aria-hidden="true">{icon}</span></a>'
    )


def _bar(age: int, day: str, *, is_read: bool) -> str:
    """A bar; screen readers read the day of the first of several lines."""
    title = escape(str(_("Written on {day}")).format(day=day))
    words = f'<span class="scrapbox-unseen"> ({title})</span>' if is_read else ""
    return f'<span class="scrapbox-age scrapbox-age-{age}" title="{title}">{words}</span>'


def _legend() -> str:
    names = (
        _("in the last day"),
        _("in the last week"),
        _("in the last month"),
        _("in the last year"),
        _("earlier"),
    )
    title = escape(str(_("Lines written before the snapshot was taken:")))
    items = "".join(
        f'<span class="scrapbox-dated"><span class="scrapbox-age scrapbox-age-{age}"></span>'
        f"{escape(str(name))}</span> "
        for age, name in enumerate(names, 1)
    )
    return f'<p class="scrapbox-ages no-search">{title} {items}</p>\n'


class LinesFeature(Feature):
    """The ages of lines, which another snapshot changes without a page being read."""

    name = "lines"
    post_transforms = (MarkLines,)

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """The heads of the lock files."""
        if not options(domain.env.config).telomere:
            return ""
        return repr(source_folder(domain.env).snapshots.all())

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The ages of the lines of a page."""
        if not options(domain.env.config).telomere:
            return None
        return tuple(line_ages(domain.env, docname).items()) or None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """No other: the snapshots are part of the state."""
        return ()


FEATURE = LinesFeature()
