"""The index over all documents: which of them a title names, and the graph of their links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.util.matching import compile_matchers

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.config.values import Person
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki.graph import Graph, is_wanted
from sphinx_scrapbox.wiki.titles import (
    anchor,
    file_name_key,
    is_line_id,
    join_target,
    key,
    split_fragment,
    split_target,
)

_T = TypeVar("_T")


class HeadingTarget(NamedTuple):
    """Where a link to a heading leads: ``anchor`` and ``text`` are "" if there is no such heading.

    ``page`` is the title as the link names it, "" for a heading of the same document.
    """

    docname: str
    anchor: str
    page: str
    text: str


class DomainIndex:
    """What the facts of all documents give together, computed on demand and never pickled."""

    env: BuildEnvironment

    @property
    def facts(self) -> dict[str, PageFacts]:
        """The facts by docname."""
        raise NotImplementedError

    def forget_index(self) -> None:
        """Compute everything again: the facts of a document changed."""
        for name in _CACHED:
            self.__dict__.pop(name, None)

    @cached_property
    def cache(self) -> dict[Any, Any]:
        """What others computed of all facts, forgotten as soon as one of these changes."""
        return {}

    def computed(self, name: Hashable, compute: Callable[[], _T]) -> _T:
        """What *compute* returns, kept in :attr:`cache` under a name."""
        if name not in self.cache:
            self.cache[name] = compute()
        value: _T = self.cache[name]
        return value

    @cached_property
    def pages(self) -> dict[str, tuple[str, ...]]:
        """Docnames of wiki pages by key of their title, each sorted."""
        return _index((name, [facts.title]) for name, facts in self.facts.items() if facts.title)

    @cached_property
    def other_titles(self) -> dict[str, tuple[str, ...]]:
        """Docnames of wiki pages by the keys of their earlier titles and aliases, each sorted."""
        return _index((name, facts.other_titles) for name, facts in self.facts.items())

    @cached_property
    def named_by_file(self) -> dict[str, tuple[str, ...]]:
        """Docnames of wiki pages without a title but the name of their file, by its key, sorted.

        The exporter wrote a slash in the title as a dash.
        """
        pages = self.facts.items()
        return _index((name, [facts.title]) for name, facts in pages if facts.named_by_file)

    @cached_property
    def documents(self) -> dict[str, str]:
        """Docnames of other documents by key of their title, as far as links may use them."""
        matchers = list(compile_matchers(options(self.env.config).link_documents))
        index: dict[str, str] = {}
        for docname in sorted(self.env.titles) if matchers else ():
            if self.is_page(docname):
                continue
            if any(matches(docname) for matches in matchers):
                index.setdefault(key(self.env.titles[docname].astext()), docname)
                if own_title := self.facts.get(docname, PageFacts()).own_title:
                    index.setdefault(key(own_title), docname)
        return index

    def title_of(self, node: str) -> str:
        """The title of a node of the graph as readers see it, perhaps translated."""
        if is_wanted(node):
            return self.graph.wanted_title(node)
        facts = self.facts.get(node)
        if facts is not None and facts.title:
            return facts.shown_title or facts.title
        title = self.env.titles.get(node)
        return title.astext() if title is not None else node

    def is_page(self, docname: str) -> bool:
        """Whether a document is a page of a wiki."""
        facts = self.facts.get(docname)
        return facts is not None and facts.is_page

    def project_of(self, docname: str) -> str:
        """The project of a document, wiki page or not; "" if it is unknown."""
        facts = self.facts.get(docname)
        if facts and facts.is_page:
            return facts.project
        return source_folder(self.env).projects.of(docname)

    def person(self, name: str, project: str = "", own: str = "") -> Person | None:
        """The person of ``scrapbox_people`` behind an icon, on a page of the project *own*."""
        return source_folder(self.env).projects.person(name, project, own)

    @cached_property
    def private_projects(self) -> set[str]:
        """The projects of which a lock file forbids links to pages that are not here."""
        return {self.project_of(name) for name, facts in self.facts.items() if facts.private}

    def live_address(self, docname: str) -> str:
        """The address of a page of this site in the live wiki; "" if none may be given."""
        facts, project = self.facts.get(docname), self.project_of(docname)
        if facts is None or not facts.is_page or not project or project in self.private_projects:
            return ""
        return source_folder(self.env).snapshots.page_url(project, facts.title)

    def missing_address(self, project: str, title: str, from_docname: str = "") -> str:
        """The address in the live wiki of a page that is not here; "" if none may be given."""
        links = options(self.env.config).links_missing(from_docname)
        if not links or not project or project in self.private_projects:
            return ""
        return source_folder(self.env).snapshots.page_url(project, title)

    def wanted_address(self, node: str) -> str:
        """:meth:`missing_address` of a wanted page, by its node of the graph."""
        _, project, _ = node.split("/", 2)
        return self.missing_address(project, self.graph.wanted_title(node))

    def find_page(self, target: str, from_docname: str) -> str | None:
        """The document that *target* names, seen from another one; None if it is not here.

        The whole title is tried before what precedes its last ``#``. Without a project in
        the target, a wiki page means a page of its own project; another document means one of
        its own or of the default project, or else any. The name of a file counts where nothing
        has the title, and an earlier title or an alias of a page where no file has the name.
        """
        project, title = split_target(target)
        candidates = [
            key(name) for name in dict.fromkeys((title, split_fragment(title)[0])) if name
        ]
        for title_key in candidates:
            docname = self._choose(self.pages.get(title_key, ()), project, from_docname)
            if docname := docname or (None if project else self.documents.get(title_key)):
                return docname
        for title_key in candidates if self.named_by_file else ():
            docnames = self.named_by_file.get(file_name_key(title_key), ())
            if docname := self._choose(docnames, project, from_docname):
                return docname
        for title_key in candidates if self.other_titles else ():
            docnames = self.other_titles.get(title_key, ())
            if docname := self._choose(docnames, project, from_docname):
                return docname
        return None

    def _choose(self, docnames: tuple[str, ...], project: str, from_docname: str) -> str | None:
        """The page that a link means, of those with one title."""
        if not docnames:
            return None
        wanted: tuple[str, ...] = (project or self.project_of(from_docname),)
        if not project and not self.is_page(from_docname):
            wanted = source_folder(self.env).projects.own_of(from_docname)
        for each in wanted:
            for name in docnames:
                if self.project_of(name) == each:
                    return name
        if project:
            return None
        return next((name for name in docnames if self._may_mean(from_docname, name)), None)

    def _may_mean(self, from_docname: str, docname: str) -> bool:
        """Whether a link by title may lead to a page that is not known to be of the same project.

        What a page links to by title is of its own project; a document that is no page may mean
        any.
        """
        facts, projects = self.facts.get(from_docname), source_folder(self.env).projects
        if facts is None or not facts.is_page:
            return True
        own, project = facts.project, self.project_of(docname)
        if own:
            return not project and projects.may_be(docname, own)
        return projects.may_be(from_docname, project)

    def projects_with(self, target: str, docname: str) -> tuple[str, ...]:
        """The projects of all pages that have the title of *docname*, if *target* names it so."""
        title_key = key(self.title_of(docname))
        _, title = split_target(target)
        if title_key not in (key(title), key(split_fragment(title)[0])):
            return ()
        return tuple(dict.fromkeys(map(self.project_of, self.pages.get(title_key, ()))))

    def find_target(self, target: str, from_docname: str) -> tuple[str, str] | None:
        """The document and the anchor ("" = the page) that *target* names; None if not here.

        A line is looked up by its id alone, because lines move from page to page; if it is
        nowhere, the page is the next best place.
        """
        _, title = split_target(target)
        fragment = split_fragment(title)[1]
        if is_line_id(fragment) and (place := self.find_line(fragment)):
            return place
        page = self.find_page(target, from_docname)
        return (page, "") if page is not None else None

    def find_heading(self, target: str, from_docname: str) -> HeadingTarget | None:
        """What ``Title#Heading`` or ``#Heading`` in a hand-written document leads to.

        None if the target has no such fragment, or if it is the title of a page as a whole.
        """
        project, title = split_target(target)
        head, fragment = split_fragment(title)
        if title.startswith("#") and not fragment:
            head, fragment = "", title[1:]
        if not fragment or is_line_id(fragment):
            return None
        docname = self.find_page(target, from_docname)
        if not head:
            return self._heading(from_docname, head, fragment) if docname is None else None
        page = join_target(project, head)
        if (
            docname is None
            or self._is_title(title)
            or docname != self.find_page(page, from_docname)
        ):
            return None
        return self._heading(docname, head, fragment)

    def _is_title(self, title: str) -> bool:
        title_key = key(title)
        return (
            title_key in self.pages
            or title_key in self.documents
            or title_key in self.other_titles
            or file_name_key(title_key) in self.named_by_file
        )

    def headings(self, docname: str) -> list[str]:
        """The texts of the headings of a document."""
        return [text for _id, text in self._headings_of(docname).values()]

    def _headings_of(self, docname: str) -> dict[str, tuple[str, str]]:
        return self.computed(("headings", docname), lambda: _headings(self.env, docname))

    def _heading(self, docname: str, page: str, words: str) -> HeadingTarget:
        headings = self._headings_of(docname)
        anchor_id, text = headings.get(key(words.strip()), ("", ""))
        facts = self.facts.get(docname)
        if not anchor_id and facts is not None and facts.has_translations:
            # The id of a translated heading is made of the words that it had.
            ids = {key(own): own_id for own, own_id in reversed(facts.own_headings)}
            own = ids.get(key(words.strip()), nodes.make_id(words))
            anchor_id, text = next(
                (heading for heading in headings.values() if heading[0] == own), ("", "")
            )
        return HeadingTarget(docname, anchor_id, page, text)

    def find_line(self, line_id: str) -> tuple[str, str] | None:
        """The document with a line, and its anchor ("" if it has none); None if unknown."""
        locks = source_folder(self.env).locks
        file = locks.file_of_line(line_id)
        docname = self.env.path2doc(file) if file else None
        if file is None or docname is None or docname not in self.facts:
            return None
        locked = locks.of(file)
        without = self.facts[docname].lines_without_anchor
        if locked is None or locked.page is None or without is None:
            return docname, ""
        has_anchor = locked.page.line_ids.index(line_id) not in without
        return docname, anchor(line_id) if has_anchor else ""

    @cached_property
    def graph(self) -> Graph:
        """The graph of all documents."""
        mentions = {docname: facts.mentions for docname, facts in self.facts.items()}
        return Graph(mentions, self.find_page, self.project_of, split_target, self._linking)

    @cached_property
    def _by_link(self) -> dict[str, list[str]]:
        """The documents with a link, by its key."""
        index: dict[str, list[str]] = {}
        for docname, facts in self.facts.items():
            for link in facts.links:
                index.setdefault(link, []).append(docname)
        return index

    @cached_property
    def _by_file_name(self) -> dict[str, list[str]]:
        """The keys of links that may name a page by its file, by the key of that name."""
        index: dict[str, list[str]] = {}
        for link in self._by_link:
            index.setdefault(file_name_key(link), []).append(link)
        return index

    def _linking(self, node: str) -> set[str]:
        """The documents that may link to a node of the graph: those with a link of its names.

        A link has the key of its whole target, and of what precedes the last ``#``.
        """
        names = {node.split("/", 2)[2]} if is_wanted(node) else self._link_keys(node)
        return {docname for name in names for docname in self._by_link.get(name, ())}

    def _link_keys(self, docname: str) -> set[str]:
        """The keys of links that may lead to a document."""
        names: set[str] = set()
        facts = self.facts.get(docname)
        if facts is not None and facts.title:
            names.update(map(key, (facts.title, *facts.other_titles)))
            if facts.named_by_file:
                names.update(self._by_file_name.get(key(facts.title), ()))
        if facts is not None and facts.own_title:
            names.add(key(facts.own_title))
        if (title := self.env.titles.get(docname)) is not None:
            names.add(key(title.astext()))
        return names

    def naming_as_source(self, docname: str) -> set[str]:
        """The documents that may name a page as what they were translated from."""
        names = self._link_keys(docname)

        def may_name(target: str) -> bool:
            title = split_target(target).title
            titles = (title, split_fragment(title)[0])
            return any(key(name) in names or file_name_key(name) in names for name in titles)

        return {
            name
            for name, facts in self.facts.items()
            if any(may_name(target) for _time, target, _language in facts.translated)
        }

    @cached_property
    def below_root(self) -> set[str]:
        """The documents that toctrees lead to: all that a single file holds."""
        docnames: set[str] = set()
        waiting = [self.env.config.root_doc]
        while waiting:
            docname = waiting.pop()
            if docname not in docnames:
                docnames.add(docname)
                waiting.extend(self.env.toctree_includes.get(docname, ()))
        return docnames


_CACHED = [name for name, value in vars(DomainIndex).items() if isinstance(value, cached_property)]


def _headings(env: BuildEnvironment, docname: str) -> dict[str, tuple[str, str]]:
    """By key of its text the id and the text of each heading; the first of several counts."""
    headings: dict[str, tuple[str, str]] = {}
    if (toc := env.tocs.get(docname)) is not None:
        for reference in toc.findall(nodes.reference):
            if anchor_id := reference.get("anchorname", "").removeprefix("#"):
                text = " ".join(reference.astext().split())
                headings.setdefault(key(text), (anchor_id, text))
    return headings


def _index(titles: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    """Docnames by the keys of their titles, each sorted."""
    index: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for docname, of_document in sorted(titles):
        for title_key in dict.fromkeys(map(key, of_document)):
            index[title_key] += (docname,)
    return dict(index)
