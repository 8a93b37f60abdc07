"""Indices of pages, tags, people and recent changes, as pages of their own that stay small.

An index of a few hundred entries is one page. A longer one has a page for each letter, and
several for a letter of many entries. They are made in HTML alone: other formats have no pages
that nothing leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.sphinx_ext.builders import builder_of, has_browser_pages, has_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.domain.incremental import (
    begin_site_files,
    has_same_site_pages,
    kept_site_pages,
    note_site_pages,
)
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.features.lists import collation
from sphinx_scrapbox.sphinx_ext.features.lists.controls import add_files
from sphinx_scrapbox.sphinx_ext.features.lists.entries import (
    Entry,
    has_dates,
    page_entries,
    person_entries,
    recent_entries,
    tag_entries,
)
from sphinx_scrapbox.sphinx_ext.features.lists.index_html import (
    ALL_PAGES,
    IndexPage,
    Leaf,
    all_pages_file,
    write_all_pages,
)
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn

MOST = 600
"""Links of one page, at most."""
SPEAKERS = 10
"""People at the start of the index of people: those with the most turns."""

_TEMPLATES = Path(__file__).parents[3] / "templates"

TITLES = {
    "scrapbox-pages": _("Pages"),
    "scrapbox-tags": _("Tags"),
    "scrapbox-people": _("People"),
    "scrapbox-recent": _("Recent"),
}
"""The titles of the indices by label, which is also the name of the page."""


def leaves(entries: Iterable[Entry], most: int = MOST) -> list[Leaf]:
    """The pages of an index, in order; one page without a label if it holds all."""
    ordered = sorted(entries, key=lambda entry: collation.sort_key(entry.name))
    sections = [
        (section, tuple(found))
        for section, found in groupby(ordered, key=lambda entry: collation.section_of(entry.name))
    ]
    if _weight(ordered) <= most:
        return [Leaf("", "", tuple((_label(section), found) for section, found in sections))]
    made: list[Leaf] = []
    for section, found in sections:
        label, slug = _label(section), _slug(section)
        chunks = list(_chunks(found, most, by_radical=section == collation.IDEOGRAPHS))
        for number, chunk in enumerate(chunks, 1):
            name = label if len(chunks) == 1 else f"{label} {number}/{len(chunks)}"
            parts: tuple[tuple[str, tuple[Entry, ...]], ...] = ((label, chunk),)
            if section == collation.IDEOGRAPHS:
                parts = tuple(
                    (radical or label, tuple(same)) for radical, same in _by_radical(chunk)
                )
                first, last = parts[0][0], parts[-1][0]
                if len(chunks) > 1:
                    name = f"{first}–{last}" if first != last else first
            made.append(Leaf(f"{slug}-{number}" if len(chunks) > 1 else slug, name, parts))
    return made


def _by_radical(entries: Sequence[Entry]) -> Iterator[tuple[str, Iterator[Entry]]]:
    return groupby(entries, key=lambda entry: collation.radical_of(entry.name))


def _weight(entries: Iterable[Entry]) -> int:
    return sum(1 + len(entry.pages) for entry in entries)


def _chunks(
    entries: Sequence[Entry], most: int, by_radical: bool = False
) -> Iterator[tuple[Entry, ...]]:
    """Cut entries into runs of about one size, none above *most*; radicals stay whole."""
    weight = _weight(entries)
    goal = weight / ceil(weight / most)
    pieces: Iterable[list[Entry]] = ([entry] for entry in entries)
    if by_radical:
        pieces = (list(same) for _radical, same in _by_radical(entries))
    run: list[Entry] = []
    held = 0
    for piece in pieces:
        weight = _weight(piece)
        if run and (held >= goal or held + weight > most):
            yield tuple(run)
            run, held = [], 0
        if weight > most and len(piece) > 1:  # one radical fills pages
            yield from _chunks(piece, most)
            continue
        run += piece
        held += weight
    if run:
        yield tuple(run)


def _label(section: collation.IndexSection) -> str:
    if section == collation.IDEOGRAPHS:
        return str(_("Ideographs"))
    return str(_("Signs")) if section == collation.OTHER else section.label


_SLUGS = {collation.DIGITS: "digits", collation.IDEOGRAPHS: "ideographs", collation.OTHER: "signs"}


def _slug(section: collation.IndexSection) -> str:
    if name := _SLUGS.get(section):
        return name
    if section.label.isascii():
        return section.label.lower()
    return "".join(f"u{ord(char):04x}" for char in section.label)


def leaves_of(index: str, entries: Sequence[Entry]) -> list[Leaf]:
    """The pages of one of the indices: by letter, but by month for recent changes.

    Few people stand in the order of their turns, with no letters.
    """
    if index == "scrapbox-recent":
        months = groupby(entries, key=lambda entry: entry.updated[:7])
        return [Leaf("", "", tuple((month, tuple(found)) for month, found in months))]
    if index == "scrapbox-people" and len(entries) <= SPEAKERS:
        return [Leaf("", "", (("", tuple(entries)),))]
    return leaves(entries)


_ENTRIES: dict[str, Callable[[ScrapboxDomain], Iterator[Entry]]] = {
    "scrapbox-pages": page_entries,
    "scrapbox-tags": tag_entries,
    "scrapbox-people": person_entries,
    "scrapbox-recent": recent_entries,
}


def _has_indices(builder: Builder) -> bool:
    return has_pages(builder) and options(builder.config).indices


def is_index_page(app: Sphinx, pagename: str) -> bool:
    """Whether a page of the HTML, which is no document, is one of an index."""
    is_index = _has_indices(app.builder) and pagename.partition("/")[0] in TITLES
    return is_index and pagename not in app.env.all_docs


def index_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Handler of ``html-collect-pages``: the name, context and template of each page."""
    builder = app.builder
    if not _has_indices(builder):
        return
    domain = domain_of(app.env)
    written = domain.computed("written indices", list[str])
    if _are_unchanged(app) and (kept := kept_site_pages(app)):
        written += kept
        return
    begin_site_files(app)
    shown = _shown_titles(domain)
    for index, title in TITLES.items():
        entries = list(_ENTRIES[index](domain))
        made = leaves_of(index, entries)
        page = IndexPage(builder, index, index, str(title), shown)
        if index == "scrapbox-people" and len(entries) > SPEAKERS:
            page = page._replace(first=tuple(entries[:SPEAKERS]))
        if len(made) == 1 and not made[0].slug:
            written.append(index)
            yield index, page.context([], made[0]), "page.html"
            continue
        if index == "scrapbox-pages":
            page = page._replace(file=all_pages_file(domain, builder))
        written.append(index)
        yield index, page.context(made, None), "page.html"
        for leaf in made:
            name = f"{index}/{leaf.slug}"
            written.append(name)
            part = IndexPage(builder, index, name, f"{title}: {leaf.label}", shown)
            yield name, part.context(made, leaf), "page.html"
    note_site_pages(app, written)


def _are_unchanged(app: Sphinx) -> bool:
    """Whether all indices show what they showed after the last build."""
    domain = domain_of(app.env)

    def linked(docname: str, facts: PageFacts) -> set[str]:
        return {node for node, _title, _line in domain.graph.nodes_of(docname, facts.mentions)}

    def is_same(change: LocalChange) -> bool:
        return all(
            (old.updated, old.tags, old.people, old.turns)
            == (new.updated, new.tags, new.people, new.turns)
            and linked(docname, old) == linked(docname, new)
            for docname, (old, new) in change.documents.items()
        )

    return has_same_site_pages(app, is_same)


def written_indices(app: Sphinx) -> list[str]:
    """The names of the pages that this build has written for indices."""
    return domain_of(app.env).computed("written indices", list[str])


def register_index_labels(app: Sphinx) -> None:
    """Handler of ``builder-inited``: let ``ref`` find the indices, in builders that have them.

    Labels of the standard domain have no public interface; ``sphinx.ext.autosectionlabel`` sets
    them in the same way.
    """
    standard = app.env.domains.standard_domain
    has_indices = _has_indices(app.builder)
    for index, title in TITLES.items():
        if standard.anonlabels.get(index, (index,))[0] != index:
            continue  # a label that a document of the site bears
        if has_indices:
            standard.labels[index] = (index, "", str(title))
            standard.anonlabels[index] = (index, "")
        else:
            standard.labels.pop(index, None)
            standard.anonlabels.pop(index, None)


class IndexNames(SphinxPostTransform):
    """Replaces links to an index with its title, in formats without indices."""

    # Before MyST (9) and Sphinx (10) look for what links mean.
    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Replace each such link of this document."""
        if _has_indices(builder_of(self.env)) or not options(self.config).indices:
            return
        labels = self.env.domains.standard_domain.anonlabels
        for node in list(self.document.findall(addnodes.pending_xref)):
            index = node.get("reftarget", "")
            if index not in TITLES or index in labels:
                continue
            if node["reftype"] in ("ref", "any", "myst"):
                text = node.astext()
                if not node.get("refexplicit") and text in ("", index):
                    text = str(TITLES[index])
                node.replace_self(nodes.inline("", text))


def check_index_names(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-check-consistency``: warn of documents that an index overwrites."""
    if not _has_indices(app.builder):
        return
    for docname in TITLES.keys() & env.all_docs.keys():
        warn(
            Warn.RESERVED_NAME,
            f"the page has the address of the index {docname!r}, so it is not written; rename its "
            "file or set scrapbox_indices = False",
            location=docname,
        )


def add_templates(app: Sphinx, config: Config) -> None:
    """Handler of ``config-inited``: let Sphinx find the template, after those of the site."""
    config.templates_path = [*config.templates_path, str(_TEMPLATES)]


def add_navigation(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Handler of ``html-page-context``: the links of the template ``scrapbox-navigation.html``.

    Each is the name of a page, a fragment with its ``#``, and a title.
    """
    if not _has_indices(app.builder):
        return
    shown = _shown_titles(domain_of(app.env))
    context["scrapbox_navigation_title"] = str(_("Wiki"))
    context["scrapbox_navigation"] = [
        *((name, "", title) for name, title in shown.items()),
        ("scrapbox-pages", "#random", str(_("Random page"))),
    ]


def _shown_titles(domain: ScrapboxDomain) -> dict[str, str]:
    """The titles by name of the indices that pages lead to."""
    shown = {name: str(title) for name, title in TITLES.items()}
    if not has_dates(domain):
        del shown["scrapbox-recent"]
    return shown


class Indices(Feature):
    """Names the indices, and writes them with every build of HTML pages."""

    name = "indices"
    post_transforms = (IndexNames,)
    listeners = (
        Listener("config-inited", add_templates, 900, "conf.py may set the path."),
        Listener("builder-inited", register_index_labels),
        Listener("html-collect-pages", index_pages),
        Listener("html-page-context", add_files),
        Listener("html-page-context", add_navigation, 400, "Themes may render it early."),
        Listener("env-check-consistency", check_index_names),
    )

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """Whether the navigation leads to recent changes."""
        return "recent" if has_dates(domain) else None

    def finish(self, app: Sphinx) -> None:
        """Write the file of all pages for an index of pages that is split, else remove it."""
        if _are_unchanged(app) and Path(app.outdir, ALL_PAGES).is_file():
            return
        written, has_indices = written_indices(app), options(app.config).indices
        if not has_browser_pages(app.builder) or (has_indices and not written):
            return  # nothing was written
        is_split = any(name.startswith("scrapbox-pages/") for name in written)
        text = all_pages_file(domain_of(app.env), app.builder) if is_split else ""
        write_all_pages(Path(app.outdir), text)

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str] | None:
        """All, if the first date came or the last one went."""
        dates = ((old.updated, new.updated) for old, new in change.documents.values())
        return None if any(bool(old) != bool(new) for old, new in dates) else ()


FEATURE = Indices()
