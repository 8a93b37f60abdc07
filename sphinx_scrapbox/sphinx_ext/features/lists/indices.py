"""Indices of pages, tags, people and recent changes, as pages of their own that stay small.

An index of a few hundred entries is one page. A longer one has a page for each letter, and
several for a letter of many entries. They are made in HTML alone: other formats have no pages
that nothing leads to.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
    Set,
)
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.sphinx_ext.builders import (
    add_templates,
    builder_of,
    has_browser_pages,
    has_pages,
)
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental import (
    begin_site_files,
    change_of_site_pages,
    has_same_site_pages,
    kept_site_pages,
    note_site_pages,
)
from sphinx_scrapbox.sphinx_ext.domain.index.disk_cache import cached_on_disk
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange, digest
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.features.lists.controls import add_files
from sphinx_scrapbox.sphinx_ext.features.lists.entries import (
    Entry,
    has_dates,
    most_linked_entries,
    page_names,
    person_entries,
    recent_entries,
    tag_entries,
    with_number,
)
from sphinx_scrapbox.sphinx_ext.features.lists.index_changes import (
    changed_rows,
    has_other_indices,
    take_numbers,
)
from sphinx_scrapbox.sphinx_ext.features.lists.index_html import (
    ALL_PAGES,
    IndexPage,
    Leaf,
    all_pages_file,
    write_all_pages,
)
from sphinx_scrapbox.sphinx_ext.features.lists.index_leaves import MOST, leaves
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn

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


def leaves_of(index: str, entries: Sequence[Entry]) -> list[Leaf]:
    """The pages of one of the indices: by letter, but by month for recent changes.

    Few people stand in the order of their turns, with no letters.
    """
    if index == "scrapbox-recent":
        months = groupby(entries, key=lambda entry: entry.updated[:7])
        return [Leaf("", "", tuple((month, tuple(of_month)) for month, of_month in months))]
    if index == "scrapbox-people" and len(entries) <= SPEAKERS:
        return [Leaf("", "", (("", tuple(entries)),))]
    return leaves(entries)


_ENTRIES: dict[str, Callable[[ScrapboxDomain], Iterator[Entry]]] = {
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
    """Handler of ``html-collect-pages``: the name, context and template of each page to write."""
    if not _has_indices(app.builder):
        note_site_pages(app, {})
        return
    domain, kept = domain_of(app.env), kept_site_pages(app)
    written = domain.computed("written indices", list[str])
    if kept and _are_unchanged(app):
        written += kept
        return
    change = change_of_site_pages(app) if kept else None
    begin_site_files(app)
    changed: Mapping[str, Set[str]] = {}
    if change is not None and not has_other_indices(change):
        changed = changed_rows(domain, change)
        take_numbers(domain, app.builder, changed["scrapbox-pages"])
    pages: dict[str, str] = {}
    for index in TITLES:
        for name, context in _pages_of(app, index, changed.get(index), kept):
            pages[name] = kept[name] if context is None else digest(sorted(context.items()))
            if context is not None and not (changed and kept.get(name) == pages[name]):
                yield name, context, "page.html"
    written += pages
    note_site_pages(app, pages)


def _pages_of(
    app: Sphinx, index: str, changed: Set[str] | None, kept: Collection[str]
) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """The name and context of each page of an index; None for the context of a kept page.

    :param changed: what :func:`.changed_rows` returns for the index; None if all may have changed.
    :param kept: the names of the pages of the last build.
    """
    if changed is not None and not changed:
        yield from ((name, None) for name in kept if name.partition("/")[0] == index)
        return
    domain, builder, title = domain_of(app.env), app.builder, str(TITLES[index])
    leaves, first = _leaves_of(domain, index)
    languages = page_languages(domain)
    page = IndexPage(builder, languages, index, index, title, _shown_titles(domain), first)
    if len(leaves) == 1 and not leaves[0].slug:
        yield index, page.context([], _with_numbers(domain, index, leaves[0]))
        return
    if index == "scrapbox-pages":
        linked = tuple(most_linked_entries(domain))
        page = page._replace(file=all_pages_file(domain, builder), first=linked)
    yield index, page.context(leaves, None)
    for leaf in leaves:
        name = f"{index}/{leaf.slug}"
        shown = {entry.docname for _heading, entries in leaf.parts for entry in entries}
        is_changed = changed is None or index != "scrapbox-pages" or not shown.isdisjoint(changed)
        if name in kept and not is_changed:
            yield name, None
            continue
        part = page._replace(name=name, heading=f"{title}: {leaf.label}", first=(), file="")
        yield name, part.context(leaves, _with_numbers(domain, index, leaf))


def _leaves_of(domain: ScrapboxDomain, index: str) -> tuple[list[Leaf], tuple[Entry, ...]]:
    """The pages of an index, and the entries before all others; those of pages lack numbers."""
    if index == "scrapbox-pages":
        key = (domain.env.config.language, MOST)
        leaves = cached_on_disk(
            domain.env, "index-of-pages", key, lambda: leaves_of(index, page_names(domain))
        )
        return leaves, ()
    entries = list(_ENTRIES[index](domain))
    is_long = index == "scrapbox-people" and len(entries) > SPEAKERS
    return leaves_of(index, entries), tuple(entries[:SPEAKERS]) if is_long else ()


def _with_numbers(domain: ScrapboxDomain, index: str, leaf: Leaf) -> Leaf:
    """A page of an index with the dates and numbers of its entries."""
    if index != "scrapbox-pages":
        return leaf  # it has them already
    parts = (
        (heading, tuple(with_number(domain, entry) for entry in entries))
        for heading, entries in leaf.parts
    )
    return leaf._replace(parts=tuple(parts))


def _are_unchanged(app: Sphinx) -> bool:
    """Whether all indices show what they showed after the last build."""
    domain = domain_of(app.env)
    return has_same_site_pages(
        app,
        lambda change: (
            not has_other_indices(change) and not any(changed_rows(domain, change).values())
        ),
    )


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
            continue  # a label that a document of the site has
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


def add_navigation_template(app: Sphinx) -> None:
    """Handler of ``builder-inited``: let Sphinx find the template of the navigation."""
    add_templates(app.builder, _TEMPLATES)


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
        Listener("builder-inited", add_navigation_template),
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
        return None if has_other_indices(change) else ()


FEATURE = Indices()
