"""The language of each wiki page, and the mark of it on what pages show.

The first of these that is known is the language of a page:

1. what the page itself states, in its front matter or by a mark, unless that is the language into
   which it was translated, and its text is not in Latin script;
2. what its translation notice says;
3. what the notice of a translation says of its source, unless the script of the page tells
   another language;
4. what ``scrapbox_languages`` says of its docname or project;
5. what the lock file says of its project;
6. what its script tells;
7. the language of its project: as the notices of another project's translations say, or else that
   of most of its pages in its folder, or anywhere. English text in a Japanese project is
   recognised by its script and has no language then, unless other such pages state one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from babel import Locale, UnknownLocaleError
from docutils import nodes
from sphinx import addnodes
from sphinx.builders import Builder
from sphinx.config import Config as SphinxConfig

from sphinx_scrapbox.rendering.language import has_language, language_class
from sphinx_scrapbox.rendering.nodes import scrapbox_icon
from sphinx_scrapbox.sphinx_ext.builders import is_html
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.domain.index import DomainIndex
from sphinx_scrapbox.sphinx_ext.domain.index.disk_cache import cached_on_disk, languages_key
from sphinx_scrapbox.sphinx_ext.sources.inventories import (
    inventories_of,
    languages_in,
    translations_in,
)
from sphinx_scrapbox.wiki.graph import is_wanted
from sphinx_scrapbox.wiki.text import is_written_so
from sphinx_scrapbox.wiki.titles import inventory_name, split_target

MAJORITY = 2 / 3
"""The share of pages, or of notices, that decides for the others."""


def site_language(config: SphinxConfig) -> str:
    """The language of the site as a BCP 47 tag."""
    return str(config.language).replace("_", "-")


class _Claim(NamedTuple):
    """What a translation says: its source, and the languages of the source and of itself.

    ``docname`` is that of the translation, "" for one on another site.
    """

    target: str
    source_language: str
    target_language: str
    docname: str = ""


class PageLanguages:
    """The languages of all wiki pages, and of documents that call themselves translations.

    Of a source, this is also the language that its translations give as that of the source, and
    that its other language versions link to.
    """

    _KEPT = ("_by_page", "_claims_of_project", "_of_most_pages", "_on_other_sites")

    def __init__(self, domain: DomainIndex, kept: Mapping[str, Any] | None = None) -> None:
        self._domain = domain
        self._config = options(domain.env.config)
        self._site = site_language(domain.env.config).lower()
        self._by_page: dict[str, str] = {}
        self._stated: set[str] = set()
        """Pages whose language something else than their script tells."""
        self._claims_of_page: dict[str, _Claim] = {}
        """By the docname of a source what its first translation says."""
        self._claims_of_project: dict[str, Counter[str]] = {}
        self._of_most_pages: dict[str, str] = {}
        """By project."""
        self._on_other_sites: dict[str, Counter[str]] = {}
        """By the name that a project has in inventories."""
        if kept is not None:
            vars(self).update(kept)
            return
        for project, language in languages_in(inventories_of(domain.env)):
            self._on_other_sites.setdefault(project, Counter())[language] += 1
        for claim in self._claims():
            self._note_claim(claim)
        self._note_pairs()
        by_project: dict[str, list[str]] = {}
        for docname, facts in domain.facts.items():
            if facts.is_page or facts.source:
                self._by_page[docname] = self._own(docname, facts)
            if facts.is_page:
                by_project.setdefault(domain.project_of(docname), []).append(docname)
        for project, docnames in by_project.items():
            self._complete_project(project, docnames)
            counts = Counter(map(self._by_page.__getitem__, docnames))
            if project and (language := _majority(counts, len(docnames))):
                self._of_most_pages[project] = language

    def kept(self) -> dict[str, Any]:
        """What to keep for a later build."""
        return {name: vars(self)[name] for name in self._KEPT}

    def _claims(self) -> Iterator[_Claim]:
        """What the translations on this site, and then those on others, say."""
        for docname in sorted(self._domain.facts):
            facts = self._domain.facts[docname]
            for _time, target, language in facts.translated:
                if language:
                    yield _Claim(target, language, facts.target_language, docname)
        for named, _item in translations_in(inventories_of(self._domain.env)):
            if named.source_language:
                yield _Claim(named.source, named.source_language, named.language)

    def _note_claim(self, claim: _Claim) -> None:
        source = self._domain.find_page(claim.target, claim.docname)
        if source is not None and source != claim.docname:
            self._claims_of_page.setdefault(source, claim)
        project = split_target(claim.target).project
        # A project that translates its own pages has pages in both languages.
        if project and claim.docname and project != self._domain.project_of(claim.docname):
            self._claims_of_project.setdefault(project, Counter())[claim.source_language] += 1

    def _note_pairs(self) -> None:
        """Note the languages of the projects of ``scrapbox_translation_pairs``."""
        for pair in self._config.translation_pairs.items():
            project, source = (split_target(target).project for target in pair)
            languages = self._config.languages.of_translation(source, project)
            if languages and project != source:
                for name, language in zip((source, project), languages, strict=True):
                    self._claims_of_project.setdefault(name, Counter())[language] += 1

    def _own(self, docname: str, facts: PageFacts) -> str:
        """The language of a page, whatever other pages of its project are in."""
        claim = self._claims_of_page.get(docname)
        claimed = claim.source_language if claim else ""
        own = facts.language
        # A mark at an excerpt of the translation is no statement on the whole page.
        if claim and own == claim.target_language and not facts.is_latin:
            own = ""
        stated = (
            own
            or facts.target_language
            or (claimed if _may_be_in(claimed, facts) else "")
            or self._config.language(docname, self._domain.project_of(docname))
            or facts.locked_language
        )
        if stated:
            self._stated.add(docname)
        return stated or facts.script_language

    def _complete_project(self, project: str, docnames: Sequence[str]) -> None:
        """Give a language to those pages of a project that have none."""
        if all(map(self._by_page.__getitem__, docnames)):
            return
        if claimed := self._claims_of_project.get(project):
            self._give(_majority(claimed, claimed.total()), docnames)
        folders: dict[str, list[str]] = {}
        for docname in docnames:
            folders.setdefault(docname.rpartition("/")[0], []).append(docname)
        for group in (*folders.values(), docnames):
            self._complete(group)

    def _complete(self, docnames: Sequence[str]) -> None:
        """Give the language of most of these pages to those of them without one."""
        facts = self._domain.facts
        latin = [docname for docname in docnames if not self._by_page[docname]]
        latin = [docname for docname in latin if facts[docname].is_latin]
        counts = Counter(filter(None, map(self._by_page.__getitem__, docnames)))
        of_latin = Counter({tag: n for tag, n in counts.items() if _may_be_latin(tag)})
        if language := _majority(of_latin, of_latin.total()):
            self._give(language, latin)
            counts[language] += len(latin)
            latin = []
        language = _majority(counts, counts.total() + len(latin))
        is_stated = any(
            docname in self._stated and self._by_page[docname] == language for docname in docnames
        )
        if is_stated or _majority(counts, len(docnames)):
            self._give(language, docnames)

    def _give(self, language: str, docnames: Sequence[str]) -> None:
        """Set the language of those pages that have none and that may be in it."""
        for docname in docnames if language else ():
            facts = self._domain.facts[docname]
            if not self._by_page[docname] and _may_be_in(language, facts):
                self._by_page[docname] = language

    def of(self, docname: str) -> str:
        """The language of a page as a BCP 47 tag; "" if it is unknown.

        One that message catalogues translate for the most part is in the language of the site.
        """
        facts = self._domain.facts.get(docname)
        if facts is not None and facts.is_translated:
            return site_language(self._domain.env.config)
        return self.untranslated(docname)

    def untranslated(self, docname: str) -> str:
        """The language of that text of a page that no message catalogue translates."""
        return self._by_page.get(docname, "")

    def of_project(self, project: str) -> str:
        """The language of a project, as options or translations say, or that of most of its pages.

        It is "" if it is unknown.
        """
        if language := self._config.languages.of_project(project):
            return language
        claimed = self._claims_of_project.get(project)
        language = _majority(claimed, claimed.total()) if claimed else ""
        if language := language or self._of_most_pages.get(project, ""):
            return language
        elsewhere = self._on_other_sites.get(inventory_name(project))
        return _majority(elsewhere, elsewhere.total()) if elsewhere else ""

    def of_projects(self) -> dict[str, str]:
        """The languages of the projects that have pages, or whose pages are translated.

        Those that only other sites have are named as in inventories.
        """
        here = self._claims_of_project.keys() | self._of_most_pages.keys()
        projects = here | (self._on_other_sites.keys() - set(map(inventory_name, here)))
        return {project: self.of_project(project) for project in sorted(projects)}

    def foreign(self, node: str) -> str:
        """The language of a page if it is not that of the site; else "".

        *node* is a node of the graph; the page may be wanted and not exist.
        """
        language = self.of_project(node.split("/", 2)[1]) if is_wanted(node) else self.of(node)
        return self.if_foreign(language)

    def foreign_title(self, node: str) -> str:
        """The language of the title of a page if it is not that of the site; else ""."""
        if is_wanted(node):
            return self.foreign(node)
        facts = self._domain.facts.get(node)
        if facts is not None and facts.shown_title:
            return ""
        return self.if_foreign(self.untranslated(node))

    def if_foreign(self, language: str) -> str:
        """The language if it is not that of the site; else ""."""
        return language if language.lower() != self._site else ""


def _may_be_in(language: str, facts: PageFacts) -> bool:
    return is_written_so(language, facts.script_language, is_latin=facts.is_latin)


def _may_be_latin(language: str) -> bool:
    return is_written_so(language, "", is_latin=True)


def _majority(counts: Counter[str], total: int) -> str:
    """The language that most of *total* pages or notices have; "" if none has."""
    ((language, count),) = counts.most_common(1) or [("", 0)]
    return language if count >= MAJORITY * total else ""


def page_languages(domain: DomainIndex) -> PageLanguages:
    """The languages of all pages, computed once until a fact changes."""

    def languages() -> PageLanguages:
        key = languages_key(domain.env)
        cached = cached_on_disk(domain.env, "languages", key, lambda: PageLanguages(domain).kept())
        return PageLanguages(domain, cached)

    return domain.computed("page languages", languages)


_LANGUAGE_OF = "scrapbox-language-of"


def note_language_of(node: nodes.Element, docname: str, language: str) -> None:
    """Note that *node*, of a document that is being read, is the text of another page.

    :param docname: the docname of the page; "" if it is no document of the site.
    :param language: its language, as far as the page itself tells.
    """
    node[_LANGUAGE_OF] = f"{language} {docname}"


def hand_down_language(node: nodes.Element, parts: Iterable[nodes.Node]) -> None:
    """Note of the *parts* that replace *node* what is noted of it."""
    for part in parts if _LANGUAGE_OF in node else ():
        if isinstance(part, nodes.Element):
            part[_LANGUAGE_OF] = node[_LANGUAGE_OF]


def noted_languages(
    document: nodes.Element, languages: PageLanguages
) -> Iterator[tuple[nodes.Element, str]]:
    """The nodes of *document* that are the text of other pages, with their languages if known."""
    for node in document.findall(nodes.Element):
        if _LANGUAGE_OF in node:
            own, _blank, docname = node[_LANGUAGE_OF].partition(" ")
            if language := (languages.of(docname) if docname else "") or own:
                yield node, language


@lru_cache(maxsize=64)
def language_name(tag: str, shown_in: str = "") -> str:
    """The name of a language, in that language or in another one, as a title.

    :returns: the tag if the language is unknown, "" for no tag.

    >>> language_name("ja"), language_name("fr"), language_name("x-garden")
    ('日本語', 'Français', 'x-garden')
    >>> language_name("ja", "en")
    'Japanese'
    """
    try:
        locale = Locale.parse(tag, sep="-") if tag else None
        name = locale.get_display_name(_locale(shown_in)) if locale else ""
    except (UnknownLocaleError, ValueError):
        name = ""
    return name[:1].upper() + name[1:] if name else tag


def _locale(tag: str) -> Locale | None:
    """A locale in which names can be shown; None for the own one of each language."""
    try:
        return Locale.parse(tag, sep="-") if tag else None
    except (UnknownLocaleError, ValueError):
        return None


def mark_link(
    domain: DomainIndex,
    builder: Builder,
    xref: addnodes.pending_xref,
    link: nodes.Element,
    language: str,
) -> None:
    """Add *language*, that of the target, to a link out of a document that is in another one.

    HTML shows the tag, and the name of the language as its title; other formats show the tag in
    parentheses. A title that is the text of the link is marked as text in that language. Icons
    have no mark, nor links whose text is marked already, as those of lists and notices.
    """
    content = link[0]
    if not marks_links(domain) or isinstance(content, scrapbox_icon):
        return
    own = page_languages(domain).of(xref.get("refdoc", "")) or site_language(domain.env.config)
    if not language or _primary(language) == _primary(own):
        return
    if isinstance(content, nodes.Element):
        if has_language(content):
            return
        if not xref.get("refexplicit"):
            content["classes"].append(language_class(language))
    mark: nodes.Element
    if is_html(builder):
        mark = nodes.abbreviation("", language, explanation=language_name(language))
    else:
        mark = nodes.inline("", f"({language})")
    mark["classes"] += ["scrapbox-language-mark", "no-search"]  # no word to search for
    link += [nodes.Text(" "), mark]


def marks_links(domain: DomainIndex) -> bool:
    """Whether links into another language are marked."""
    return options(domain.env.config).language_marks


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
