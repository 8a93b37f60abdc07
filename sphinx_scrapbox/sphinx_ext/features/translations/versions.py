"""Which pages are one text in several languages, on this site and on others.

A translation names its source, by its footer or by ``scrapbox_translation_pairs``; the source
knows nothing of it. What belongs together is therefore found over all facts, once a build. Other
sites are known by their inventories: pages by ``scrapbox:page``, and what they translated by
``scrapbox:translation``, whose names are made by :func:`translation_name`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.index.disk_cache import cached_on_disk, languages_key
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.reading.translation_notice import languages_of
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.inventories import (
    UNKNOWN_LANGUAGE,
    display_name,
    find_in_inventories,
    inventories_of,
    translations_in,
)
from sphinx_scrapbox.wiki.titles import inventory_name, key, split_target
from sphinx_scrapbox.wiki.translation import Translation
from sphinx_scrapbox.wiki.urls import safe_url


class Version(NamedTuple):
    """A page in one language ("" if unknown).

    It is a document of this site, or else has an address: on another site, or on the live wiki.
    """

    language: str
    docname: str = ""
    address: str = ""
    is_live: bool = False
    title: str = ""
    """The title of a page that is not a document of this site, as far as it is known."""


class Source(NamedTuple):
    """What a page was translated from, as a target, and the two languages.

    ``is_mapped``: the configuration says so, and the page itself does not.
    """

    target: str
    source_language: str
    target_language: str
    is_mapped: bool = False


_Kept: TypeAlias = tuple[dict[str, tuple[Source, ...]], dict[str, tuple[Version, ...]]]
"""The sources and the versions by docname."""


class OtherSites:
    """The wiki pages in the inventories of other sites."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._inventories = inventories_of(env)

    def page(self, project: str, title: str) -> str:
        """The address of a page in an inventory with pages of its project; "" if none."""
        return _address(find_in_inventories(self._inventories, project, title))

    def translations(self) -> dict[str, list[Version]]:
        """The translated pages by the name of their source (``/project/title``)."""
        by_source: dict[str, list[Version]] = {}
        for named, item in translations_in(self._inventories):
            if address := _address(item):
                version = Version(named.language, address=address, title=display_name(item))
                by_source.setdefault(named.source, []).append(version)
        return by_source


def _address(item: object) -> str:
    address = str(getattr(item, "uri", ""))
    # An inventory may be mapped to a place relative to this site.
    return (safe_url(address) or "") if "://" in address else address


def address_from(docname: str, address: str) -> str:
    """An address of another site, seen from a page: a relative one is so to this site's root."""
    if not address or "://" in address:
        return address
    return "../" * docname.count("/") + address


def translation_name(project: str, title: str, source: Source) -> str:
    """The name under which an inventory lists a translation: languages and source.

    >>> translation_name("garden", "Soil 1", Source("", "ja", "en"))
    'ja:en:/garden/soil_1'
    """
    languages = (
        source.source_language or UNKNOWN_LANGUAGE,
        source.target_language or UNKNOWN_LANGUAGE,
    )
    return ":".join([*languages, _name(project, title)])


def _name(project: str, title: str) -> str:
    return f"/{inventory_name(project)}/{inventory_name(title)}"


class LanguageVersions:
    """The sources of all translations, and the language versions of all pages."""

    def __init__(self, domain: ScrapboxDomain, kept: _Kept | None = None) -> None:
        self._domain = domain
        self._config = options(domain.env.config)
        self._own = page_languages(domain)
        self._others = OtherSites(domain.env)
        self.sources: dict[str, tuple[Source, ...]] = {}
        """By the docname of a translation, in the order of its notices; at least one each."""
        self.versions: dict[str, tuple[Version, ...]] = {}
        """By docname, the page itself included: first the sources, then by language."""
        if kept is not None:
            self.sources, self.versions = kept
            return
        mapping = self._config.translation_pairs
        for docname in sorted(domain.facts):
            facts = domain.facts[docname]
            if facts.translated:
                self.sources[docname] = self._named(docname)
            elif mapping and facts.is_page and (source := self._mapped(docname, mapping)):
                self.sources[docname] = (source,)
        translations = self._others.translations()
        if self.sources or translations:
            self._find_versions(translations)

    def source_language(self, docname: str, target: str) -> str:
        """The language of a source of *docname*, as the translation says; "" if unknown."""
        languages = (
            source.source_language for source in self.sources[docname] if source.target == target
        )
        return next(languages, "")

    def original(self, docname: str) -> Version | None:
        """The version that all others of a page were translated from, if there is one alone."""
        versions = self.versions.get(docname, ())
        local = [
            version
            for version in versions
            if version.docname and version.docname not in self.sources
        ]
        if len(local) == 1:
            return local[0]
        if local or not versions:
            return None
        # The source is elsewhere, and a source comes first.
        sources = self.sources.get(docname, ())
        first = versions[0]
        is_source = len(sources) == 1 and sources[0].source_language == first.language
        return first if is_source and first.address else None

    def names(self) -> dict[str, tuple[str, ...]]:
        """The names of this site's translations, one for each source, for its inventory."""
        names = {}
        for docname, sources in self.sources.items():
            of_document = tuple(
                filter(None, (self._name_of(docname, source) for source in sources))
            )
            if of_document:
                names[docname] = of_document
        return names

    def _name_of(self, docname: str, source: Source) -> str:
        project, title = split_target(source.target)
        project = project or self._domain.project_of(docname)
        is_here = self._domain.find_page(source.target, docname) is not None
        is_secret = project in self._domain.private_projects and not is_here
        if project and title and source.target_language and not is_secret:
            return translation_name(project, title, source)
        return ""

    def _named(self, docname: str) -> tuple[Source, ...]:
        """The sources that a page or a document names; the first notice of each counts."""
        own = self._own.of(docname)
        sources: dict[str, Source] = {}
        for _time, target, language in self._domain.facts[docname].translated:
            sources.setdefault(target, Source(target, language, own))
        return tuple(sources.values())

    def _mapped(self, docname: str, mapping: Mapping[str, str]) -> Source | None:
        """The source of a page by the configuration, if that page exists."""
        domain = self._domain
        facts = domain.facts[docname]
        project, title = domain.project_of(docname), facts.title
        titles = (title, *reversed(facts.other_titles))
        pages = (mapping.get(f"/{project}/{key(name)}") for name in titles)
        target = next(filter(None, pages), "")
        if not target and (other := mapping.get(f"/{project}", "")):
            target = f"{other}/{title}"
        if not target:
            return None
        source_project, source_title = split_target(target)
        if domain.find_page(target, docname) in (None, docname) and not self._others.page(
            source_project, source_title
        ):
            return None
        languages = languages_of(Translation(source_project, title), project, self._config)
        return Source(target, languages[0], self._own.of(docname), is_mapped=True)

    def _find_versions(self, translations: Mapping[str, list[Version]]) -> None:
        groups: dict[str, _Group] = {}
        roots_of: dict[str, list[str]] = {}
        for docname, (source, *_others) in self.sources.items():
            roots = self._roots(docname)
            roots_of[docname] = [root for root, _last, _source in roots]
            for root, last, root_source in roots:
                group = groups.setdefault(root, _Group())
                group.members.append(docname)
                group.languages[docname] = source.target_language
                if root.startswith("/"):
                    group.elsewhere = group.elsewhere or self._elsewhere(last, root_source)
                elif root not in self.sources:
                    group.members.append(root)
                    group.languages[root] = self._own.of(root)
        for name, entries in translations.items():
            local = self._domain.find_page(name, "")
            for root in roots_of.get(local, [local]) if local else [name]:
                if not local and root not in groups:
                    continue
                group = groups.setdefault(root, _Group())
                for version in entries:
                    group.others.append(version)
                    if local and local not in self.sources:
                        group.members.append(local)
                        group.languages[local] = self._own.of(local)
        of_groups: dict[str, list[_Versions]] = {}
        for root, group in groups.items():
            for docname, versions in group.versions(root).items():
                of_groups.setdefault(docname, []).append(versions)
        self.versions = {docname: _merged(several) for docname, several in of_groups.items()}

    def _roots(self, docname: str) -> list[tuple[str, str, Source]]:
        """Where the chains of translations to *docname* begin.

        Each beginning is a docname, or a name that starts with a slash if it is not here. With it
        are the page that names it as its source, and that source.
        """
        roots: dict[str, tuple[str, str, Source]] = {}
        reached, waiting = {docname}, [docname]
        for at in waiting:
            for source in self.sources[at]:
                parent = self._domain.find_page(source.target, at)
                if parent is None or parent == at:
                    project, title = split_target(source.target)
                    name = _name(project or self._domain.project_of(at), title)
                    roots.setdefault(name, (name, at, source))
                elif parent not in self.sources:
                    roots.setdefault(parent, (parent, at, source))
                elif parent not in reached:
                    reached.add(parent)
                    waiting.append(parent)
        return list(roots.values()) or [self._cycle(docname)]

    def _cycle(self, docname: str) -> tuple[str, str, Source]:
        """The first docname of a cycle, where each page is the source of the next."""
        chain: list[str] = []
        while docname not in chain:
            chain.append(docname)
            parent = self._domain.find_page(self.sources[docname][0].target, docname)
            assert parent is not None
            docname = parent
        return min(chain[chain.index(docname) :]), docname, self.sources[docname][0]

    def _elsewhere(self, docname: str, source: Source) -> Version | None:
        """A source of a page that is not a document of this site."""
        project, title = split_target(source.target)
        if address := self._others.page(project, title):
            return Version(source.source_language, address=address, title=title)
        project = project or self._domain.project_of(docname)
        if not project or project in self._domain.private_projects:
            return None
        address = source_folder(self._domain.env).snapshots.page_url(project, title)
        return Version(source.source_language, address=address, is_live=True, title=title)


class _Versions(NamedTuple):
    """The versions of a page in one group: the source, if it is known, and the others."""

    source: Version | None
    others: tuple[Version, ...]


def _merged(several: Sequence[_Versions]) -> tuple[Version, ...]:
    """The versions of a page in several groups: all sources, then one version per language."""
    sources = dict.fromkeys(group.source for group in several if group.source)
    others: dict[object, Version] = {}
    for group in several:
        for version in group.others:
            if version not in sources:
                others.setdefault(version.language or version, version)
    return (*sources, *sorted(others.values()))


@dataclass(slots=True)
class _Group:
    """Pages with one source."""

    members: list[str] = field(default_factory=list)
    languages: dict[str, str] = field(default_factory=dict)
    elsewhere: Version | None = None
    others: list[Version] = field(default_factory=list)

    def versions(self, root: str) -> dict[str, _Versions]:
        """By docname. Of two pages in one language the first counts, but each knows itself."""
        mine = {
            docname: Version(self.languages[docname], docname)
            for docname in sorted(set(self.members))
        }
        first = mine.get(root) or self.elsewhere
        taken = {first.language} if first else set()
        rest: list[Version] = []
        for version in (*mine.values(), *self.others):
            if version != first and (version.language not in taken or not version.language):
                taken.add(version.language)
                rest.append(version)
        rest.sort()
        shown = {}
        for docname, own in mine.items():
            others = tuple(rest)
            if own not in (first, *rest):
                others = tuple(own if each.language == own.language else each for each in rest)
            if own in (first, *others) and len(others) + (first is not None) > 1:
                shown[docname] = _Versions(first, others)
        return shown


def language_versions(domain: ScrapboxDomain) -> LanguageVersions:
    """The language versions of all pages, computed once until a fact changes."""

    def compute() -> _Kept:
        languages = LanguageVersions(domain)
        return languages.sources, languages.versions

    def versions() -> LanguageVersions:
        kept = cached_on_disk(domain.env, "versions", languages_key(domain.env), compute)
        return LanguageVersions(domain, kept)

    return domain.computed("language versions", versions)
