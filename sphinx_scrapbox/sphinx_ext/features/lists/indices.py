"""Indices of all pages, tags and people, as pages of their own that stay small.

An index of a few hundred entries is one page. A longer one has a page for each letter, and
several for a letter of many entries. They are made in HTML alone: other formats have no pages
that nothing leads to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from math import ceil
from typing import Any, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.typesetting import OUTSIDE_CLASS, kept_apart
from sphinx_scrapbox.sphinx_ext.builders import builder_of, has_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.resolve import html_link
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.features.lists import collation
from sphinx_scrapbox.sphinx_ext.features.lists.tables import tables_of
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.titles import join_target, key, split_target

MOST = 600
"""Links of one page, at most."""
NAMED_PAGES = 12
"""Pages that are named beside a tag or a person; the rest is only counted."""

TITLES = {"scrapbox-pages": _("Pages"), "scrapbox-tags": _("Tags"), "scrapbox-people": _("People")}
"""The titles of the indices by label, which is also the name of the page."""


class Entry(NamedTuple):
    """An entry of an index: a name, where it leads to, and pages that belong to it."""

    name: str
    docname: str = ""
    address: str = ""
    note: str = ""
    pages: tuple[tuple[str, str], ...] = ()
    total: int = 0
    """How many pages there are; ``pages`` holds the first of them."""


class Leaf(NamedTuple):
    """One page of an index: the end of its name, its label, and headings with entries."""

    slug: str
    label: str
    parts: tuple[tuple[str, tuple[Entry, ...]], ...]


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


def _pages(domain: ScrapboxDomain) -> Iterator[Entry]:
    docnames = tables_of(domain).pages
    bearing = Counter(key(domain.title_of(docname)) for docname in docnames)
    for docname in docnames:
        title = domain.title_of(docname)
        project = domain.project_of(docname) if bearing[key(title)] > 1 else ""
        yield Entry(title, docname, note=project)


def _tags(domain: ScrapboxDomain) -> Iterator[Entry]:
    config, tables = options(domain.env.config), tables_of(domain)
    root = domain.env.config.root_doc
    bearing = Counter(tag_key for _project, tag_key in tables.tags)
    for (project, tag_key), docnames in tables.tags.items():
        name = tables.tag_names[project, tag_key]
        found = domain.find_page(join_target(project, name), root) or ""
        address = ""
        is_linked = project and config.links_missing() and project not in domain.private_projects
        if not found and is_linked:
            address = source_folder(domain.env).snapshots.page_url(project, name)
        pages = tuple((docname, domain.title_of(docname)) for docname in docnames[:NAMED_PAGES])
        note = _counted(len(docnames), project if bearing[tag_key] > 1 else "")
        yield Entry(name, found, address, note, pages, len(docnames))


def _people(domain: ScrapboxDomain) -> Iterator[Entry]:
    root = domain.env.config.root_doc
    rows = tables_of(domain).person_rows(NAMED_PAGES)
    bearing = Counter(key(row.label) for row in rows)
    for row in rows:
        project = split_target(row.target).project if bearing[key(row.label)] > 1 else ""
        found = domain.find_page(row.target, root) or ""
        pages = tuple((docname, title) for docname, title, _turns in row.pages)
        yield Entry(row.label, found, "", _counted(row.turns, project), pages, row.total)


def _counted(number: int, project: str) -> str:
    """The note of an entry: a number, and the project that tells it from others of its name."""
    return f"{project}: {number}" if project else str(number)


_ENTRIES: dict[str, Callable[[ScrapboxDomain], Iterator[Entry]]] = {
    "scrapbox-pages": _pages,
    "scrapbox-tags": _tags,
    "scrapbox-people": _people,
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
    for index, title in TITLES.items():
        made = leaves(_ENTRIES[index](domain))
        is_one = len(made) == 1 and not made[0].slug
        if not is_one:
            written.append(index)
            yield index, _context(builder, index, index, str(title), made, None), "page.html"
        for leaf in made:
            name = f"{index}/{leaf.slug}" if leaf.slug else index
            heading = f"{title}: {leaf.label}" if leaf.label else str(title)
            shown = [] if is_one else made
            written.append(name)
            yield name, _context(builder, index, name, heading, shown, leaf), "page.html"


def written_indices(app: Sphinx) -> list[str]:
    """The names of the pages that this build has written for indices."""
    return domain_of(app.env).computed("written indices", list[str])


def _context(
    builder: Builder,
    index: str,
    pagename: str,
    heading: str,
    made: Sequence[Leaf],
    leaf: Leaf | None,
) -> dict[str, Any]:
    title = escape(heading)
    body = [f'<section class="scrapbox-index {OUTSIDE_CLASS}" id="{index}"><h1>{title}</h1>\n']
    body.append('<p class="scrapbox-indices">')
    indices = (
        _to(builder, pagename, other, str(name), other == pagename)
        for other, name in TITLES.items()
    )
    body.append(f"{' · '.join(indices)}</p>\n")
    if made:
        body.append(f'<nav aria-label="{title}"><ul class="scrapbox-letters">')
        for one in made:
            count = sum(len(entries) for _heading, entries in one.parts)
            link = _to(builder, pagename, f"{index}/{one.slug}", one.label, one is leaf)
            body.append(f"<li>{link} <small>{count}</small></li>")
        body.append("</ul></nav>\n")
    if leaf is not None:
        for label, entries in leaf.parts:
            if len(leaf.parts) > 1:
                body.append(f"<h2>{escape(label)}</h2>\n")
            kind = "scrapbox-entries" if index == "scrapbox-pages" else "scrapbox-terms"
            body.append(f'<ul class="{kind}">')
            body.extend(_entry(builder, pagename, entry) for entry in entries)
            body.append("</ul>\n")
    body.append("</section>\n")
    return {"title": title, "body": "".join(body), "display_toc": False}


def _entry(builder: Builder, pagename: str, entry: Entry) -> str:
    name = kept_apart(entry.name)
    if entry.docname:
        name = _to(builder, pagename, entry.docname, entry.name)
    elif entry.address:
        name = html_link(entry.name, entry.address, is_missing=True)
    note = f" <small>{kept_apart(entry.note)}</small>" if entry.note else ""
    if not entry.pages:
        return f"<li>{name}{note}</li>\n"
    pages = [_to(builder, pagename, docname, title) for docname, title in entry.pages]
    if entry.total > len(pages):
        pages.append(escape(str(_("{count} more")).format(count=entry.total - len(pages))))
    return f"<li>{name}{note} <span>{', '.join(pages)}</span></li>\n"


def _to(builder: Builder, pagename: str, target: str, title: str, is_here: bool = False) -> str:
    if is_here:
        return f'<span aria-current="page">{escape(title)}</span>'
    return html_link(title, builder.get_relative_uri(pagename, target))


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
            f"the page would be written where the index {docname!r} stands, which stays; "
            "name its file otherwise or set scrapbox_indices = False",
            location=docname,
        )


class Indices(Feature):
    """Names the indices, and writes them with every build of HTML pages."""

    name = "indices"
    post_transforms = (IndexNames,)
    listeners = (
        Listener("builder-inited", register_index_labels),
        Listener("html-collect-pages", index_pages),
        Listener("env-check-consistency", check_index_names),
    )


FEATURE = Indices()
