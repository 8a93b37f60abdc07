"""The domain ``scrapbox``: pages, tags and people, and how a link finds them.

Facts are read off each doctree, so links that guide pages make by role count like those of
wiki pages. What is kept per document is small and plain (:class:`.graph.PageFacts`); the
index over all documents is built on demand and never pickled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.domains import Domain, ObjType
from sphinx.errors import NoUri
from sphinx.util import docname_join
from sphinx.util.matching import compile_matchers

from sphinx_scrapbox.sphinx_ext.builders import has_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts, facts_of
from sphinx_scrapbox.sphinx_ext.domain.record import drop_record
from sphinx_scrapbox.sphinx_ext.domain.resolve import make_reference, marked
from sphinx_scrapbox.sphinx_ext.domain.roles import WikiRole
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.graph import Graph, is_wanted
from sphinx_scrapbox.wiki.titles import (
    anchor,
    inventory_name,
    is_line_id,
    key,
    split_fragment,
    split_target,
)
from sphinx_scrapbox.wiki.urls import safe_url

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment


class ScrapboxDomain(Domain):
    """Pages, tags and people of a wiki."""

    name = "scrapbox"
    label = "Scrapbox"
    object_types: ClassVar[dict[str, ObjType]] = {
        # A tag or an icon leads to the page of its name, on another site as on this one.
        "page": ObjType("page", "page", "tag", "icon", searchprio=-1),
        "tag": ObjType("tag", "tag", searchprio=-1),
        "person": ObjType("person", "icon", searchprio=-1),
        # For other sites: a page by the name of what it was translated from.
        "translation": ObjType("translation", searchprio=-1),
    }
    roles: ClassVar[dict[str, Any]] = {
        kind: WikiRole(kind) for kind in ("page", "tag", "icon", "project")
    }
    initial_data: ClassVar[dict[str, Any]] = {
        "facts": {},
        "published": None,
        "icons": None,
        "fetched_icons": None,
        "fetched_images": None,
        "related": None,
        "lists": None,
        "withheld": (),
        "languages": None,
        "translations": {},
        "elsewhere": [],
        "snapshots": None,
        "changes": None,
        "git": None,
        "maps": {},
        "map_marks": None,
    }
    data_version = 13

    # -- facts -------------------------------------------------------------------------

    @property
    def facts(self) -> dict[str, PageFacts]:
        """The facts of each document that is a wiki page or links to one."""
        facts: dict[str, PageFacts] = self.data["facts"]
        return facts

    def clear_doc(self, docname: str) -> None:
        """Forget a document."""
        self.facts.pop(docname, None)
        self._forget_index()

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process read."""
        for docname in docnames:
            if facts := otherdata["facts"].get(docname):
                self.facts[docname] = facts
        self._forget_index()

    def process_doc(self, env: BuildEnvironment, docname: str, document: nodes.document) -> None:
        """Read the facts of a document off its doctree."""
        facts = facts_of(document)
        drop_record(document)
        if facts != PageFacts():
            self.facts[docname] = facts
            self._forget_index()

    # -- the index ---------------------------------------------------------------------

    was_touched = False
    """Whether any document was read or removed in this build."""

    def _forget_index(self) -> None:
        self.was_touched = True
        for index in (
            "_index_of_pages",
            "_index_of_documents",
            "_index_of_earlier",
            "_below_root",
            "_graph",
            "_made",
        ):
            self.__dict__.pop(index, None)

    @property
    def _pages(self) -> dict[str, tuple[str, ...]]:
        """Docnames of wiki pages by key, each sorted."""
        index: dict[str, tuple[str, ...]] | None = self.__dict__.get("_index_of_pages")
        if index is None:
            index = {}
            for docname in sorted(self.facts):
                if title := self.facts[docname].title:
                    page_key = key(title)
                    index[page_key] = (*index.get(page_key, ()), docname)
            self.__dict__["_index_of_pages"] = index
        return index

    @property
    def _documents(self) -> dict[str, str]:
        """Docnames of other documents by the key of their title, as far as links may use them."""
        index: dict[str, str] | None = self.__dict__.get("_index_of_documents")
        if index is None:
            index = {}
            if globs := options(self.env.config).link_documents:
                matchers = list(compile_matchers(globs))
                for docname in sorted(self.env.titles):
                    if docname in self.facts and self.facts[docname].is_page:
                        continue
                    if any(matches(docname) for matches in matchers):
                        index.setdefault(key(self.env.titles[docname].astext()), docname)
            self.__dict__["_index_of_documents"] = index
        return index

    @property
    def _earlier(self) -> dict[str, tuple[str, ...]]:
        """Docnames of wiki pages by the keys of titles that they had earlier, each sorted."""
        index: dict[str, tuple[str, ...]] | None = self.__dict__.get("_index_of_earlier")
        if index is None:
            index = {}
            renamed = [docname for docname, facts in self.facts.items() if facts.was]
            for docname in sorted(renamed):
                for title_key in dict.fromkeys(map(key, self.facts[docname].was)):
                    index[title_key] = (*index.get(title_key, ()), docname)
            self.__dict__["_index_of_earlier"] = index
        return index

    @property
    def below_root(self) -> set[str]:
        """The documents that toctrees lead to: all that a single file holds."""
        found: set[str] | None = self.__dict__.get("_below_root")
        if found is None:
            found = set()
            waiting = [self.env.config.root_doc]
            while waiting:
                docname = waiting.pop()
                if docname not in found:
                    found.add(docname)
                    waiting.extend(self.env.toctree_includes.get(docname, ()))
            self.__dict__["_below_root"] = found
        return found

    def project_of(self, docname: str) -> str:
        """The project of a document: its own where that is known, else the configured one."""
        facts = self.facts.get(docname)
        return (facts.project if facts else "") or options(self.env.config).project

    @property
    def private_projects(self) -> set[str]:
        """The projects of which a lock file forbids links to pages that are not here."""
        private: set[str] | None = self.made.get("private")
        if private is None:
            found = (name for name, facts in self.facts.items() if facts.private)
            private = self.made["private"] = set(map(self.project_of, found))
        return private

    def find_page(self, target: str, from_docname: str) -> str | None:
        """The document that *target* names, seen from another one; None if it is not here.

        The whole title is tried before what precedes its last ``#``. Without a project in
        the target, a page of the same project comes before one of another. A title that a page
        had earlier counts where nothing has it now.
        """
        project, title = split_target(target)
        candidates = [key(one) for one in dict.fromkeys((title, split_fragment(title)[0])) if one]
        for title_key in candidates:
            if found := self._find(title_key, project, from_docname):
                return found
        if not self._earlier:
            return None
        for title_key in candidates:
            docnames = self._earlier.get(title_key, ())
            if found := self._choose(docnames, project, from_docname):
                return found
        return None

    def find_target(self, target: str, from_docname: str) -> tuple[str, str] | None:
        """The document and the anchor ("" = the page) that *target* names; None if not here.

        A line is looked up by its id alone, because lines move from page to page; if it is
        nowhere, the page is the next best place.
        """
        _, title = split_target(target)
        fragment = split_fragment(title)[1]
        if is_line_id(fragment) and (docname := self._docname_of_line(fragment)):
            return docname, anchor(fragment)
        page = self.find_page(target, from_docname)
        return (page, "") if page is not None else None

    def _docname_of_line(self, line_id: str) -> str | None:
        file = source_folder(self.env).locks.file_of_line(line_id)
        docname = self.env.path2doc(file) if file else None
        return docname if docname in self.facts else None

    def _find(self, title_key: str, project: str, from_docname: str) -> str | None:
        found = self._choose(self._pages.get(title_key, ()), project, from_docname)
        return found or (None if project else self._documents.get(title_key))

    def _choose(self, docnames: tuple[str, ...], project: str, from_docname: str) -> str | None:
        if project:
            return next((name for name in docnames if self.project_of(name) == project), None)
        if not docnames:
            return None
        own = self.project_of(from_docname)
        return next((name for name in docnames if self.project_of(name) == own), docnames[0])

    @property
    def made(self) -> dict[Any, Any]:
        """What others made of all facts, forgotten as soon as one of these changes."""
        made: dict[Any, Any] = self.__dict__.setdefault("_made", {})
        return made

    @property
    def graph(self) -> Graph:
        """The graph of all documents, built when it is first asked for."""
        graph: Graph | None = self.__dict__.get("_graph")
        if graph is None:
            mentions = {docname: facts.mentions for docname, facts in self.facts.items()}
            graph = Graph(mentions, self.find_page, self.project_of, split_target)
            self.__dict__["_graph"] = graph
        return graph

    def title_of(self, node: str) -> str:
        """The title of a node of the graph."""
        if is_wanted(node):
            return self.graph.wanted_title(node)
        facts = self.facts.get(node)
        if facts is not None and facts.title:
            return facts.title
        title = self.env.titles.get(node)
        return title.astext() if title is not None else node

    # -- resolution --------------------------------------------------------------------

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """A reference to a document of this site; None leaves it to intersphinx and the wiki."""
        if typ == "icon":
            project, name = split_target(target)
            person = options(env.config).person(name, project)
            if person and person.link and (address := safe_url(person.link)):
                return marked(nodes.reference("", "", contnode, refuri=address, internal=False))
        if typ == "project":
            return None
        # A list knows the very document: two may bear one title.
        exact = node.get("scrapbox-docname", "")
        line = node.get("scrapbox-anchor", "")
        found = (exact, line) if exact else self.find_target(target, fromdocname)
        if found is None:
            return None
        try:
            return make_reference(builder, fromdocname, *found, contnode, self.below_root)
        except NoUri:  # the page is not part of this PDF or manual
            return None

    def resolve_any_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:
        """What ``any`` may mean: a wiki page of this title."""
        found = self.find_target(target, fromdocname)
        if found is None:
            return []
        if found == (docname_join(node.get("refdoc", fromdocname), target), ""):
            return []  # the file of the page is named so too: ``any`` finds it as a document
        return [
            (
                "scrapbox:page",
                make_reference(builder, fromdocname, *found, contnode, self.below_root),
            )
        ]

    def get_full_qualified_name(self, node: nodes.Element) -> str | None:
        """The name under which another site's inventory lists the target.

        None for a target in another project: an inventory does not tell whose pages it lists.
        """
        project, title = split_target(node.get("reftarget", ""))
        head, fragment = split_fragment(title)
        if is_line_id(fragment):
            title = head
        return inventory_name(title) if title and not project else None

    def missing(self, node: addnodes.pending_xref, contnode: nodes.Element) -> nodes.Element:
        """What a link becomes whose page is neither here nor in any inventory."""
        config = options(self.env.config)
        docname = node.get("refdoc", "")
        project, title = split_target(node["reftarget"])
        typ = node["reftype"]
        own = self.project_of(docname)
        is_private = (project or own) in self.private_projects
        address = node.get("scrapbox-address", "")
        if address and is_private:
            head, fragment = split_fragment(title)
            shown = head if is_line_id(fragment) else title
            words = contnode.astext()
            return nodes.inline("", shown if words == address else words, classes=["xref"])
        if address:  # an ordinary link that happens to be ours
            return nodes.reference("", "", contnode, refuri=address, internal=False)
        exact = self.facts.get(node.get("scrapbox-docname", ""), PageFacts())
        if "scrapbox-docname" in node and not exact.is_page:
            return contnode  # a document of this site, outside of this PDF
        contnode["classes"].append("scrapbox-missing")
        unknown = self.find_page(node["reftarget"], docname) is None  # else outside of this PDF
        if unknown and config.missing == "warn" and typ in ("page", "tag"):
            warn(Warn.MISSING_PAGE, f"no wiki page {node['reftarget']!r}", location=node)
        if is_private:
            return contnode
        project = project or own
        if (config.missing != "wiki" and typ != "project") or not project:
            return contnode
        address = source_folder(self.env).snapshots.page_url(project, title)
        return marked(
            nodes.reference(
                "",
                "",
                contnode,
                refuri=address,
                internal=False,
                classes=["scrapbox-project" if typ == "project" else "scrapbox-wiki"],
            )
        )

    def wiki_address(self, node: str) -> str:
        """The live wiki's address of a wanted page; "" if none may be given."""
        config = options(self.env.config)
        _, project, _ = node.split("/", 2)
        if config.missing != "wiki" or not project or project in self.private_projects:
            return ""
        title = self.graph.wanted_title(node)
        return source_folder(self.env).snapshots.page_url(project, title)

    # -- what others see ---------------------------------------------------------------

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Pages, and the tags and people that have a page, for ``objects.inv``.

        A page that was renamed is in it by its earlier titles too, unless something has one of
        them now: the links of other sites go on. Of a private project they are not told: the
        title may have been changed for that very reason. Priority -1 keeps all of them out of the
        search: titles are indexed already.
        """
        tags: set[str] = set()
        people: set[str] = set()
        for facts in self.facts.values():
            tags.update(map(key, facts.tags))
            people.update(map(key, facts.people))
        named = [(page_key, docnames[0]) for page_key, docnames in self._pages.items()]
        named += [
            (page_key, docnames[0])
            for page_key, docnames in self._earlier.items()
            if page_key not in self._pages
            and page_key not in self._documents
            and not self.facts[docnames[0]].private
        ]
        for page_key, docname in named:
            title = self.facts[docname].title
            name = inventory_name(page_key)
            yield name, title, "page", docname, "", -1
            if page_key in tags:
                yield name, title, "tag", docname, "", -1
            if page_key in people:
                yield name, title, "person", docname, "", -1
        translations: dict[str, str] = self.data["translations"]
        listed: set[str] = set()
        for docname in sorted(translations):
            name = translations[docname]
            if name not in listed:  # of two translations the first
                listed.add(name)
                yield name, self.title_of(docname), "translation", docname, "", -1

    def check_consistency(self) -> None:
        """Name the documents that bear one title."""
        for docnames in self._pages.values():
            first_of: dict[str, str] = {}
            for docname in docnames:
                first = first_of.setdefault(self.project_of(docname), docname)
                if first != docname:
                    warn(
                        Warn.DUPLICATE_TITLE,
                        f"the page {self.facts[docname].title!r} is in two documents, "
                        f"{first!r} and {docname!r}; links lead to the first",
                        location=docname,
                    )

    # -- incremental builds ------------------------------------------------------------

    def rewritten_docnames(self) -> list[str]:
        """Documents whose links resolve otherwise than in the last build.

        A page that came, went or changed its title touches just those that name it.
        """
        if not self.was_touched:
            return []
        now: dict[str, tuple[str, ...]] = {
            title_key: tuple(f"/{self.project_of(name)}/{name}" for name in docnames)
            for title_key, docnames in self._pages.items()
        }
        for title_key, docname in self._documents.items():
            now.setdefault(title_key, (docname,))
        for title_key, docnames in self._earlier.items():
            earlier = (f"was /{self.project_of(name)}/{name}" for name in docnames)
            now[title_key] = (*now.get(title_key, ()), *earlier)
        for facts in self.facts.values():
            for link in facts.links:
                if link.startswith("#") and is_line_id(link[1:]):
                    now[link] = (self._docname_of_line(link[1:]) or "",)
        if self.private_projects:
            now["/"] = tuple(sorted(self.private_projects))  # no link has this key
        before: dict[str, tuple[str, ...]] | None = self.data["published"]
        self.data["published"] = now
        if before is None:  # the first build writes all
            return []
        changed = {
            title_key
            for title_key in before.keys() | now.keys()
            if before.get(title_key) != now.get(title_key)
        }
        if not changed:
            return []
        if "/" in changed:
            return list(self.facts)
        return self.docnames_that_name(changed)

    def docnames_that_name(self, keys: AbstractSet[str]) -> list[str]:
        """Documents with a link to one of *keys*, or that are translated from one."""
        return [
            docname
            for docname, facts in self.facts.items()
            if not keys.isdisjoint(facts.links) or key(split_target(facts.source).title) in keys
        ]


def may_hold_directives(env: BuildEnvironment) -> bool:
    """Whether the document being written can hold a directive's node: most wiki pages cannot."""
    is_page = domain_of(env).facts.get(env.docname, PageFacts()).is_page
    return not is_page or bool(options(env.config).page_directives)


def domain_of(env: BuildEnvironment) -> ScrapboxDomain:
    """The domain instance of a build."""
    return cast(ScrapboxDomain, env.domains["scrapbox"])


def resolve_missing(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, contnode: nodes.TextElement
) -> nodes.Element | None:
    if node.get("refdomain") != "scrapbox":
        return None
    project, title = split_target(node["reftarget"])
    if title and project in getattr(app.config, "intersphinx_mapping", ()):
        # An inventory that bears the name of a project lists the pages of that project.
        from sphinx.ext.intersphinx import inventory_exists, resolve_reference_in_inventory

        plain = node.copy()
        plain["reftarget"] = title
        if inventory_exists(env, project):
            found = resolve_reference_in_inventory(env, project, plain, contnode)
            if found is not None:
                line = node.get("scrapbox-anchor", "")
                if line and "#" not in found.get("refuri", "#"):
                    found["refuri"] += f"#{line}"
                return found
    return domain_of(env).missing(node, contnode)


def reread_for_locks(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Pages of which the lock file says something else than when they were read."""
    locks = source_folder(env).locks
    outdated = []
    for docname, facts in domain_of(env).facts.items():
        if docname in removed or not facts.is_page:
            continue
        docfile = Path(env.doc2path(docname))
        if docfile.suffix == ".scrapbox":
            locked = locks.of(docfile)
            if facts.lock != (locked.fingerprint if locked else ""):
                outdated.append(docname)
    for docname in added:  # found here once, so that no reading process has to look again
        locks.of(Path(env.doc2path(docname)))
    return outdated


def links_to_write(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    return domain_of(env).rewritten_docnames()


def check_reserved_names(app: Sphinx, env: BuildEnvironment) -> None:
    """Name wiki pages whose file a page of the site's own is written over."""
    builder = app.builder
    if not has_pages(builder):
        return
    reserved = {"search", "opensearch", *app.config.html_additional_pages}
    if app.config.html_use_index:
        reserved.add("genindex")
    for domain in env.domains.sorted():
        reserved.update(f"{domain.name}-{index.name}" for index in domain.indices)
    for docname, facts in domain_of(env).facts.items():
        if facts.is_page and docname in reserved:
            warn(
                Warn.RESERVED_NAME,
                f"the page {facts.title!r} would be written where the site's own {docname!r} "
                "page stands, which stays; put the page's file into a folder",
                location=docname,
            )


def register(app: Sphinx) -> None:
    """Add the domain and what it does at the events of a build."""
    app.add_domain(ScrapboxDomain)
    app.add_role("scrapbox", WikiRole("page"))


def live_address(env: BuildEnvironment, docname: str) -> str:
    """The address of a page in the live wiki; "" if none may be given."""
    domain = domain_of(env)
    facts, project = domain.facts.get(docname), domain.project_of(docname)
    if facts is None or not facts.is_page or not project or project in domain.private_projects:
        return ""
    return source_folder(env).snapshots.page_url(project, facts.title)
