"""The domain ``scrapbox``: pages, tags and people, and how a link finds them.

Facts are collected from each doctree, so links that guide pages make by role count like those
of wiki pages. The domain keeps two tables by docname: facts, which every feature needs, and what
each feature collects for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.errors import NoUri
from sphinx.util import docname_join

from sphinx_scrapbox.rendering.nodes import find_nodes
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts, excerpt_of_document, facts_of
from sphinx_scrapbox.sphinx_ext.domain.index import DomainIndex
from sphinx_scrapbox.sphinx_ext.domain.languages import mark_link, page_languages
from sphinx_scrapbox.sphinx_ext.domain.record import drop_record, record_of
from sphinx_scrapbox.sphinx_ext.domain.resolve import (
    at_heading,
    make_reference,
    marked,
    warn_of_ambiguity,
)
from sphinx_scrapbox.sphinx_ext.domain.roles import WikiRole
from sphinx_scrapbox.sphinx_ext.domain.site import BY_HAND, RESOLVED_AGAIN
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki import titles
from sphinx_scrapbox.wiki.urls import safe_url


class ScrapboxDomain(DomainIndex, Domain):
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
        # The projects of the pages, by which another site tells whose pages are listed.
        "wiki": ObjType("wiki", searchprio=-1),
    }
    roles: ClassVar[dict[str, Any]] = {
        kind: WikiRole(kind) for kind in ("page", "tag", "icon", "project")
    }
    initial_data: ClassVar[dict[str, Any]] = {
        "facts": {},  # PageFacts by docname
        "collected": {},  # what features collected, by docname and name of the feature
        "history": [],  # a ReadingStep for each build that read some (index.history)
        "signatures": {},  # PageSignatures by docname (survey)
        "signers": (),  # checksums of the names that sign (survey)
        "statements": {},  # what pages say of their projects, by docname (survey)
        "projects": ({}, (), None),  # by docname; keys of all; by folder with a lock (survey)
        # What single features keep of the site as a whole:
        "denied": (),  # checksums of the keys of titles (leak_guard.guard)
        "images": None,  # checksums of files by mark; None in the first build (features.pictures)
        "git": {},  # Dates by docname (features.dates)
        "translations": (("", ""), {}),  # a state; names by docname (translations.switcher)
        "changes": {},  # why lists cannot be shown, by docname (changes.comparison)
        "toctrees": {},  # AppliedToctrees (toctree.fill)
        "outlines": {},  # when it was read, and its outline, by docname (toctree.fill)
        "adopted": [],  # docnames of pages in toctrees (toctree.fill)
    }
    data_version = 30
    features: ClassVar[Sequence[Feature]] = ()
    """What collects from the documents; set once, by :func:`sphinx_scrapbox.sphinx_ext.setup`."""

    @property
    def facts(self) -> dict[str, PageFacts]:
        """The facts of each document that is a wiki page, links to one, or uses a feature."""
        facts: dict[str, PageFacts] = self.data["facts"]
        return facts

    @property
    def signers(self) -> frozenset[str]:
        """Checksums of the names that sign on several pages; empty where signing is no habit."""
        return frozenset(self.data["signers"])

    def collected(self, feature: str) -> dict[str, Any]:
        """What a feature keeps of documents, by docname in order of the names."""
        tables: dict[str, dict[str, Any]] = self.data["collected"]
        return self.computed(
            ("collected", feature),
            lambda: {
                name: tables[name][feature] for name in sorted(tables) if feature in tables[name]
            },
        )

    def clear_doc(self, docname: str) -> None:
        """Forget a document."""
        self.facts.pop(docname, None)
        self.data["collected"].pop(docname, None)
        self.forget_index()

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process read."""
        for table in ("facts", "collected"):
            other = otherdata[table]
            self.data[table].update((name, other[name]) for name in docnames if name in other)
        self.forget_index()

    def process_doc(self, env: BuildEnvironment, docname: str, document: nodes.document) -> None:
        """Collect the facts of a document, and what the features keep of it."""
        record = record_of(document)
        drop_record(document)
        if not record.title:
            record = record._replace(excerpt=excerpt_of_document(document))
        classes: tuple[type[nodes.Element], ...] = (addnodes.pending_xref,)
        for feature in self.features:
            classes += feature.node_classes
        matching = find_nodes(document, *classes)
        links = [node for node in matching if isinstance(node, addnodes.pending_xref)]
        others = [node for node in matching if not isinstance(node, addnodes.pending_xref)]
        facts = facts_of(record, links)
        collected: dict[str, object] = {}
        for feature in self.features:
            own: list[nodes.Element] = []
            if feature.node_classes:  # most features have none
                of_feature = matching if addnodes.pending_xref in feature.node_classes else others
                own = [node for node in of_feature if isinstance(node, feature.node_classes)]
            if (kept := feature.collect(own, record)) is not None:
                collected[feature.name] = kept
        if collected:
            self.data["collected"][docname] = collected
        if collected or facts != PageFacts():
            self.facts[docname] = facts
        self.forget_index()

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
            project, name = titles.split_target(target)
            person = self.person(name, project, self.project_of(fromdocname))
            if person and person.link and (address := safe_url(person.link)):
                return marked(nodes.reference("", "", contnode, refuri=address, internal=False))
        if typ == "project":
            return None
        # A list knows the very document: two may have one title.
        exact = node.get("scrapbox-docname", "")
        line = node.get("scrapbox-anchor", "")
        place = (exact, line) if exact else self.find_target(target, fromdocname)
        is_by_hand = BY_HAND in node and not (place and place[1])
        if is_by_hand:
            place = at_heading(self, node, contnode) or place
        if place is None:
            return None
        if is_by_hand and RESOLVED_AGAIN not in node:
            warn_of_ambiguity(self, node, fromdocname, place[0])
        try:
            link = make_reference(builder, fromdocname, *place, contnode, self.below_root)
            if not exact and typ in ("page", "tag"):
                language = page_languages(self).of(place[0])
                mark_link(self, builder, node, link, language)
            return link
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
        place = self.find_target(target, fromdocname)
        # If the file of the page is named so too, ``any`` finds it as a document.
        if place in (None, (docname_join(node.get("refdoc", fromdocname), target), "")):
            return []
        link = make_reference(builder, fromdocname, *place, contnode, self.below_root)
        return [("scrapbox:page", link)]

    def get_full_qualified_name(self, node: nodes.Element) -> str | None:
        """The name under which another site's inventory lists the target.

        None for a target in another project: an inventory does not tell whose pages it lists.
        """
        project, title = titles.split_target(node.get("reftarget", ""))
        head, fragment = titles.split_fragment(title)
        if titles.is_line_id(fragment):
            title = head
        return titles.inventory_name(title) if title and not project else None

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
            tags.update(map(titles.key, facts.tags))
            people.update(map(titles.key, facts.people))
        named = [(page_key, docnames[0]) for page_key, docnames in self.pages.items()]
        named += [
            (page_key, docnames[0])
            for page_key, docnames in self.other_titles.items()
            if page_key not in self.pages
            and page_key not in self.documents
            and not self.facts[docnames[0]].private
        ]
        for page_key, docname in named:
            title = self.facts[docname].title
            name = titles.inventory_name(page_key)
            yield name, title, "page", docname, "", -1
            if page_key in tags:
                yield name, title, "tag", docname, "", -1
            if page_key in people:
                yield name, title, "person", docname, "", -1
        yield from self._objects_by_wiki()
        for feature in self.features:
            yield from feature.objects(self)

    def _objects_by_wiki(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """The projects of the pages; of several, also the pages with the projects in their names.

        Private projects are not named.
        """
        wikis: dict[str, list[str]] = {}
        for docname in sorted(self.facts):
            project = self.facts[docname].project
            if self.facts[docname].is_page and project and project not in self.private_projects:
                wikis.setdefault(project, []).append(docname)
        for project, docnames in sorted(wikis.items()):
            yield titles.inventory_name(project), project, "wiki", docnames[0], "", -1
        listed: set[str] = set()
        for project, docnames in wikis.items() if len(wikis) > 1 else ():
            present = [(self.facts[name].title, name) for name in docnames]
            others = [(t, name) for name in docnames for t in self.facts[name].other_titles]
            for title, docname in (*present, *others):
                name = f"/{titles.inventory_name(project)}/{titles.inventory_name(title)}"
                if name not in listed:
                    listed.add(name)
                    yield name, self.facts[docname].title, "page", docname, "", -1

    def check_consistency(self) -> None:
        """Warn of documents that have the same title."""
        for docnames in self.pages.values():
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


def may_hold_directives(env: BuildEnvironment) -> bool:
    """Whether the document being written can hold a directive's node: most wiki pages cannot."""
    return not domain_of(env).is_page(env.docname) or bool(options(env.config).page_directives)


def domain_of(env: BuildEnvironment) -> ScrapboxDomain:
    """The domain instance of a build."""
    return cast(ScrapboxDomain, env.domains["scrapbox"])


def finish_features(app: Sphinx, exception: Exception | None) -> None:
    """Handler of ``build-finished``: have the features write files of their own."""
    if exception is None:
        for feature in domain_of(app.env).features:
            feature.finish(app)


def change_context(app: Sphinx, docname: str, context: dict[str, Any]) -> None:
    """Have the features change the context of a document's page."""
    for feature in domain_of(app.env).features:
        feature.page_context(app, docname, context)


def begin_page(app: Sphinx, docname: str) -> None:
    """Tell the features of a document that is about to be written."""
    for feature in domain_of(app.env).features:
        feature.begin_page(app, docname)


def begin_resolved_page(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Handler of ``doctree-resolved``, which comes before a page is written."""
    begin_page(app, docname)
