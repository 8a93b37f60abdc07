"""A page and its source side by side, line by line, on an HTML page of its own.

Such a page is written in each build that writes one of the pages that it shows, from what was read
of them: it shows nothing that these pages do not show.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin
from weakref import WeakKeyDictionary

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.matching import compile_matchers
from sphinx.util.osutil import relative_uri

from sphinx_scrapbox.rendering.language import language_class
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.snapshot.coverage.alignment import align
from sphinx_scrapbox.sphinx_ext.builders import builder_of, documents_in, has_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental import removed_pages
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages, site_language
from sphinx_scrapbox.sphinx_ext.domain.output_files import remove_outdated
from sphinx_scrapbox.sphinx_ext.domain.site import RESOLVED_AGAIN
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.features.translations.page_lines import PageLine, lines_of
from sphinx_scrapbox.sphinx_ext.features.translations.versions import language_versions
from sphinx_scrapbox.sphinx_ext.i18n import _

SUFFIX = ".side-by-side"
"""What is added to the docname of a translation."""
_ROOT = "https://site.invalid/"


class SideBySidePage(NamedTuple):
    """A translation, and its sources on this site in the order of its notices."""

    docname: str
    sources: tuple[str, ...]


def comparisons(domain: ScrapboxDomain) -> dict[str, SideBySidePage]:
    """The pages that are shown beside their sources, by docname."""
    return domain.computed("side by side", lambda: dict(_comparisons(domain)))


def _comparisons(domain: ScrapboxDomain) -> Iterator[tuple[str, SideBySidePage]]:
    matchers = list(compile_matchers(options(domain.env.config).side_by_side))
    for docname, named in language_versions(domain).sources.items() if matchers else ():
        facts = domain.facts[docname]
        if not facts.is_page or not any(matches(docname) for matches in matchers):
            continue
        if f"{docname}{SUFFIX}" in domain.env.all_docs:  # a page of that very name
            continue
        docnames = (domain.find_page(source.target, docname) for source in named)
        sources = tuple(
            dict.fromkeys(
                name
                for name in docnames
                if name is not None and name != docname and domain.is_page(name)
            )
        )
        if sources:
            yield docname, SideBySidePage(docname, sources)


def _by_page(domain: ScrapboxDomain) -> dict[str, list[str]]:
    """The translations that a page is compared with, or itself, by docname."""

    def compute() -> dict[str, list[str]]:
        table: dict[str, list[str]] = {}
        for docname, comparison in comparisons(domain).items():
            for name in (docname, *comparison.sources):
                table.setdefault(name, []).append(docname)
        return table

    return domain.computed("side by side by page", compute)


class LinkComparisons(SphinxPostTransform):
    """Links the page with both texts from each of them, after the line of languages (4)."""

    default_priority = 5
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Add the links to this document."""
        builder = builder_of(self.env)
        if not has_pages(builder):
            return
        domain = domain_of(self.env)
        table = _by_page(domain)
        for docname, document in documents_in(self.document, self.env):
            if translations := table.get(docname):
                self._link(domain, docname, document, translations)

    def _link(
        self,
        domain: ScrapboxDomain,
        docname: str,
        document: nodes.Element,
        translations: Sequence[str],
    ) -> None:
        section = next(document.findall(nodes.section), None)
        if section is None:
            return
        builder = builder_of(self.env)
        paragraph = nodes.paragraph(classes=["scrapbox-compare", "no-search"])
        for number, translation in enumerate(translations):
            if number:
                paragraph += nodes.Text(" / ")
            text = str(_("Source and translation side by side"))
            if len(translations) > 1 and translation != docname:
                text = str(_("Side by side with {title}"))
                text = text.format(title=domain.title_of(translation))
            address = builder.get_relative_uri(docname, f"{translation}{SUFFIX}")
            paragraph += nodes.reference("", text, refuri=address, internal=True)
        if page_languages(domain).foreign(docname):
            paragraph["classes"].append(language_class(site_language(self.config)))
        keep_outside(paragraph)
        languages = [
            at
            for at, node in enumerate(section.children)
            if isinstance(node, nodes.Element) and "scrapbox-languages" in node["classes"]
        ]
        title = section.first_child_matching_class(nodes.title)
        place = languages[0] if languages else -1 if title is None else title
        section.insert(place + 1, paragraph)


class _Page:
    """The page that shows a comparison."""

    def __init__(self, app: Sphinx, builder: StandaloneHTMLBuilder, comparison: SideBySidePage):
        self._app = app
        self._env = app.env
        self._builder = builder
        self._domain = domain_of(app.env)
        self._comparison = comparison
        self._name = f"{comparison.docname}{SUFFIX}"
        self._uri = builder.get_target_uri(self._name)

    def context(self) -> dict[str, Any]:
        """The context of the template ``page.html``."""
        title = str(_("{title}: source and translation"))
        heading = title.format(title=self._domain.title_of(self._comparison.docname))
        section = nodes.section("", nodes.title("", heading), ids=["side-by-side"])
        section += self._rows()
        keep_outside(section)
        builder, docname = self._builder, self._comparison.docname
        imgpath = getattr(builder, "imgpath", "")
        builder.imgpath = relative_uri(self._uri, builder.imagedir)
        builder.secnumbers = {}  # those of the document that was written last
        try:
            body = builder.render_partial(section)["fragment"]
            shown = builder.render_partial(nodes.title("", heading))["title"]
        finally:
            builder.imgpath = imgpath
        metatags = '<meta name="robots" content="noindex" />'
        parents = [
            {
                "link": relative_uri(self._uri, builder.get_target_uri(docname)),
                "title": builder.render_partial(nodes.title("", self._domain.title_of(docname)))[
                    "title"
                ],
            }
        ]
        return {
            "title": shown,
            "body": body,
            "metatags": metatags,
            "parents": parents,
            "pageurl": None,
        }

    def _rows(self) -> nodes.container:
        shown = nodes.container(classes=["scrapbox-parallel"])
        rows = self._resolved(self._comparison.docname)
        others: list[PageLine] = []
        for docname in self._comparison.sources:
            others += self._resolved(docname)
        lines = [row.line for row in others], [row.line for row in rows]
        source_language = self._language(self._comparison.sources[0])
        language = self._language(self._comparison.docname)
        for at, to in align(*lines):
            cells = (
                _cell(None if at is None else others[at], source_language, "source"),
                _cell(None if to is None else rows[to], language, "translation"),
            )
            shown += nodes.container("", *cells, classes=["scrapbox-row"])
        return shown

    def _language(self, docname: str) -> str:
        return page_languages(self._domain).of(docname)

    def _resolved(self, docname: str) -> list[PageLine]:
        """The rows of a page with its title, links resolved as on the page itself."""
        document = self._env.get_doctree(docname)
        for xref in document.findall(addnodes.pending_xref):
            xref[RESOLVED_AGAIN] = True
        rows, title = lines_of(document)
        link = nodes.reference("", "", refid="", internal=True)
        link += title.children if title is not None else [nodes.Text(docname)]
        rows.insert(0, PageLine("title", 0, [link]))
        holders = [nodes.paragraph("", "", *row.content) for row in rows]
        document.children = []
        document += holders
        self._env.resolve_references(document, docname, self._builder)
        self._builder.post_process_images(document)
        self._rebase(document, self._builder.get_target_uri(docname))
        for row, holder in zip(rows, holders, strict=True):
            row.content = holder.children
        return rows

    def _rebase(self, document: nodes.document, page: str) -> None:
        """Have links that are relative to the page lead to the same from here."""
        for link in document.findall(nodes.reference):
            if "refid" in link:
                fragment = link.attributes.pop("refid")
                address = f"{page}#{fragment}" if fragment else page
            elif link.get("internal") or not _is_absolute(link.get("refuri", "/")):
                address = urljoin(f"{_ROOT}{page}", link.get("refuri", ""))
                if not address.startswith(_ROOT):
                    continue
                address = address.removeprefix(_ROOT)
            else:
                continue
            link["refuri"] = relative_uri(self._uri, address)


def _is_absolute(address: str) -> bool:
    return address.startswith(("/", "#")) or ":" in address.partition("/")[0]


def _cell(row: PageLine | None, language: str, side: str) -> nodes.container:
    cell = nodes.container(classes=["scrapbox-cell", f"scrapbox-{side}"])
    if row is not None:
        if language:
            cell["classes"].append(language_class(language))
        cell += row.shown(side)
    return cell


_WRITTEN: WeakKeyDictionary[Sphinx, set[str]] = WeakKeyDictionary()


def collect_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Handler of ``html-collect-pages``: the pages that show what was written in this build."""
    written = _WRITTEN.pop(app, set())
    builder = app.builder
    if not has_pages(builder):
        return
    domain = domain_of(app.env)
    table = _by_page(domain)
    for docname in sorted({name for page in written for name in table.get(page, ())}):
        page = _Page(app, builder, comparisons(domain)[docname])
        yield f"{docname}{SUFFIX}", page.context(), "page.html"
    _remove_outdated(app, builder, {*written, *removed_pages(app)})
    _WRITTEN.pop(app, None)  # what was resolved for these pages


def _remove_outdated(app: Sphinx, builder: StandaloneHTMLBuilder, docnames: set[str]) -> None:
    """Remove what an earlier build has written for documents that are not translations now."""
    compared, documents = comparisons(domain_of(app.env)), app.env.all_docs

    def file(name: str) -> str:
        return Path(builder.get_outfilename(name)).relative_to(builder.outdir).as_posix()

    names = {f"{docname}{SUFFIX}" for docname in docnames - compared.keys()} - documents.keys()
    if outdated := [file(name) for name in names if Path(builder.outdir, file(name)).exists()]:
        current = (*(f"{docname}{SUFFIX}" for docname in compared), *documents)
        remove_outdated(Path(builder.outdir), outdated, map(file, current))


class SideBySide(Feature):
    """Pages with a translation and its source."""

    name = "side_by_side"
    post_transforms = (LinkComparisons,)
    listeners = (Listener("html-collect-pages", collect_pages),)

    def begin_page(self, app: Sphinx, docname: str) -> None:
        """Its comparison is written again."""
        _WRITTEN.setdefault(app, set()).add(docname)

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The comparisons that a page leads to."""
        table = _by_page(domain)
        if docname not in table:
            return None
        names = table[docname]
        pages = comparisons(domain)
        return tuple((pages[name], domain.title_of(name)) for name in names)

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """No other: the comparisons follow from the names of pages and of their sources."""
        return ()


FEATURE = SideBySide()
