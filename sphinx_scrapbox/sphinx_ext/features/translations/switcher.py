"""Translation notices with dates, and links between the language versions of a page.

A source does not name its translations, and a translation does not change when its source does.
Both are therefore added just before a page is written, from the facts of all pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.language import language_class
from sphinx_scrapbox.rendering.nodes import (
    scrapbox_fold,
    scrapbox_fold_title,
    scrapbox_provenance,
    scrapbox_related,
)
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.sphinx_ext.builders import builder_of, documents_in, is_document
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.index.history import (
    LocalChange,
    change_since,
    state_of_documents,
)
from sphinx_scrapbox.sphinx_ext.domain.languages import language_name, page_languages
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.features.translations.staleness import (
    ChangedLine,
    Staleness,
    changed_lines,
    staleness_against,
    staleness_of,
)
from sphinx_scrapbox.sphinx_ext.features.translations.versions import (
    Source,
    Version,
    address_from,
    language_versions,
)
from sphinx_scrapbox.sphinx_ext.i18n import _, ngettext
from sphinx_scrapbox.sphinx_ext.reading.translation_notice import language_classes, mapped_notice
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.inventories import inventories_of
from sphinx_scrapbox.wiki.dates import iso_day
from sphinx_scrapbox.wiki.text import cut
from sphinx_scrapbox.wiki.titles import anchor

SHOWN_LINES = 20
"""Changed lines that a notice shows; the rest is only counted."""
LENGTH = 180
"""Characters of a changed line that are shown."""


class CompleteTranslations(SphinxPostTransform):
    """Completes notices and adds the links to other languages, before references are resolved."""

    # Before those who fill the end of a page (5).
    default_priority = 4

    def run(self, **kwargs: Any) -> None:
        """Complete this document, and those that are part of it."""
        languages = language_versions(domain_of(self.env))
        if not languages.sources and not languages.versions:
            return
        for docname, document in documents_in(self.document, self.env):
            if docname in languages.sources or docname in languages.versions:
                _Page(self.env, docname, document).complete()


class _Page:
    def __init__(self, env: BuildEnvironment, docname: str, document: nodes.Element) -> None:
        self._env = env
        self._domain = domain_of(env)
        self._docname = docname
        self._document = document
        self._site = SphinxSite(env)
        self._config = options(env.config)
        self._languages = language_versions(self._domain)

    def complete(self) -> None:
        """Date the translation, and link the other language versions."""
        sources = self._languages.sources.get(self._docname, ())
        if sources and sources[0].is_mapped:
            self._add_notice(sources[0])
        elif sources:
            for notice in list(self._own(nodes.admonition)):
                if noted := notice.get("scrapbox-translated", ""):
                    time, _sign, target = noted.partition(" ")
                    self._mark_source(notice, target)
                    self._say_age(notice, target, int(time))
        self._add_switcher()

    def _own(self, kind: type[nodes.Element]) -> Iterator[nodes.Element]:
        """The nodes of a kind that belong to this document, not to one inside it."""
        waiting: list[nodes.Node] = self._document.children[::-1]
        while waiting:
            node = waiting.pop()
            if isinstance(node, kind):
                yield node
            elif isinstance(node, nodes.Element) and not is_document(node):
                waiting += reversed(node.children)

    def _section(self) -> nodes.Element | None:
        return next(self._own(nodes.section), None)

    def _add_notice(self, source: Source) -> None:
        """The notice of a page that the configuration calls a translation."""
        section = self._section()
        position = self._config.translation_notice
        if section is None or position == "none":
            return
        for place in ("start", "end"):
            if position in (place, "both"):
                notice = mapped_notice(source.target, source.source_language, self._site)
                self._mark_source(notice, source.target)
                self._say_age(notice, source.target, 0)
                self._insert(section, notice, place)

    def _mark_source(self, notice: nodes.Element, target: str) -> None:
        """Give the link to a source on this site the language that the source itself has."""
        source = self._domain.find_page(target, self._docname)
        if source is None:
            return
        language = page_languages(self._domain).of(source)
        for shown in notice.findall(nodes.inline):
            if "scrapbox-source" in shown["classes"]:
                shown["classes"] = ["scrapbox-source", *language_classes(language)]

    def _insert(self, section: nodes.Element, node: nodes.Element, place: str) -> None:
        """Put *node* below the title of the page, or in front of what closes it."""
        if place == "start":
            title = section.first_child_matching_class(nodes.title)
            at = 0 if title is None else title + 1
        else:
            at = len(section)
            while at and isinstance(section[at - 1], (scrapbox_provenance, scrapbox_related)):
                at -= 1
        section.insert(at, node)

    def _say_age(self, notice: nodes.Element, target: str, translated: int) -> None:
        age = staleness_against(self._domain, self._docname, target, translated)
        if age is None:
            return
        sentences = []
        if not notice.get("scrapbox-has-date", 0):
            sentences.append(str(_("Translated on {date}.")).format(date=iso_day(age.translated)))
        if age.is_stale:
            sentences.append(
                ngettext(
                    "The source last changed on {date}, {count} day later.",
                    "The source last changed on {date}, {count} days later.",
                    age.days,
                    date=iso_day(age.changed),
                )
            )
            notice["classes"].append("scrapbox-stale")
        else:
            sentences.append(str(_("The source has not changed since.")))
        shown = nodes.paragraph("", " ".join(sentences), classes=["scrapbox-age", "no-search"])
        if builder_of(self._env).format == "text" and isinstance(notice[-1], nodes.paragraph):
            # Its writer does not part the paragraphs of a notice.
            notice[-1] += [nodes.Text(" "), *shown.children]
        else:
            notice += shown
        if age.is_stale and (lines := list(changed_lines(self._domain, age))):
            notice += self._changed(age, lines)

    def _changed(self, age: Staleness, lines: Sequence[ChangedLine]) -> nodes.Element:
        """The changed lines, folded where a format can fold."""
        language = self._language_of(age.source)
        items = nodes.bullet_list(bullet="-")
        for line in lines[:SHOWN_LINES]:
            shown = nodes.inline("", cut(line.text, LENGTH))
            if language:
                shown["classes"].append(language_class(language))
            if age.source.startswith("/"):
                target = f"{age.source}#{line.id}" if line.id else age.source
                link = self._site.link("page", target, shown)
            else:
                link = self._link(age.source, shown)
            link["scrapbox-anchor"] = anchor(line.id) if line.id else ""
            items += nodes.list_item("", nodes.paragraph("", "", link))
        if len(lines) > SHOWN_LINES:
            rest = str(_("{count} more")).format(count=len(lines) - SHOWN_LINES)
            items += nodes.list_item("", nodes.paragraph("", rest))
        title = ngettext(
            "{count} line of the source is newer than this translation",
            "{count} lines of the source are newer than this translation",
            len(lines),
        )
        keep_outside(items)
        return scrapbox_fold(
            "", scrapbox_fold_title("", title), items, classes=["scrapbox-changed", "no-search"]
        )

    def _link(self, docname: str, shown: nodes.Element) -> nodes.Element:
        link = self._site.link("page", self._domain.title_of(docname), shown)
        link["scrapbox-docname"] = docname
        return link

    def _language_of(self, source: str) -> str:
        """The language of a source; for one outside the site, as its translation says."""
        if source.startswith("/"):
            return self._languages.source_language(self._docname, source)
        return page_languages(self._domain).of(source)

    def _add_switcher(self) -> None:
        position = self._config.language_switcher
        versions = self._languages.versions.get(self._docname, ())
        versions = tuple(version for version in versions if not version.is_live)
        section = self._section()
        if position == "none" or len(versions) < 2 or section is None:
            return
        if builder_of(self._env).format not in ("html", "latex", "texinfo"):
            return  # what leads nowhere is no help
        paragraph = nodes.paragraph(classes=["scrapbox-languages", "no-search"])
        languages = Counter(version.language for version in versions)
        for number, version in enumerate(versions):
            if number:
                paragraph += nodes.Text(" / ")
            paragraph += self._version(version, is_titled=languages[version.language] > 1)
        keep_outside(paragraph)
        self._insert(section, paragraph, position)

    def _version(self, version: Version, *, is_titled: bool) -> nodes.Element:
        """A link to a version; *is_titled*: with its title, as others are in its language."""
        label = language_name(version.language)
        if not label or is_titled:
            title = self._title_of(version)
            label = f"{label} ({title})" if label else title
        shown = nodes.inline("", label)
        if version.language:
            shown["classes"].append(language_class(version.language))
        if version.docname == self._docname:
            return nodes.strong("", "", shown)
        if version.docname:
            return self._link(version.docname, shown)
        address = address_from(self._docname, version.address)
        return nodes.reference("", "", shown, refuri=address, internal=False)

    def _title_of(self, version: Version) -> str:
        if version.docname:
            return self._domain.title_of(version.docname)
        return version.title or version.address


def inventory_names(domain: ScrapboxDomain) -> dict[str, tuple[str, ...]]:
    """The names of translations by docname, kept with the environment while nothing changes."""
    state = FEATURE.state(domain), state_of_documents(domain.env.all_docs)
    (before, documents), kept = domain.data["translations"]
    if before != state[0] or change_since(domain.env, documents) is None:
        kept = language_versions(domain).names()
    domain.data["translations"] = state, kept
    names: dict[str, tuple[str, ...]] = domain.data["translations"][1]
    return names


def keep_inventory_names(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``: compute the names before the environment is pickled."""
    inventory_names(domain_of(env))


class Translations(Feature):
    """Dates of translations, and links between language versions."""

    name = "translations"
    post_transforms = (CompleteTranslations,)
    listeners = (Listener("env-updated", keep_inventory_names, 650, "Before it is pickled."),)

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """The lock files of sources outside the site, and the inventories of other sites."""
        config = options(domain.env.config)
        folders = config.translation_sources
        outside = source_folder(domain.env).locks.external_state(folders) if folders else None
        if not inventories_of(domain.env) and not config.translation_pairs:
            return repr(outside)
        languages = language_versions(domain)
        tables = (sorted(languages.sources.items()), sorted(languages.versions.items()))
        return repr((outside, *tables))

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The language versions with titles, a configured source, languages of sources, ages."""
        languages = language_versions(domain)
        sources = languages.sources.get(docname, ())
        versions = tuple(
            (version, domain.title_of(version.docname))
            for version in languages.versions.get(docname, ())
        )
        if not sources:
            return versions or None
        mapped = sources[0] if sources[0].is_mapped else None
        here = (domain.find_page(source.target, docname) for source in sources)
        of_sources = tuple(page_languages(domain).of(source) for source in here if source)
        return versions, mapped, of_sources, tuple(staleness_of(domain, docname))

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str] | None:
        """The translations of pages that changed at another time."""
        changed = [
            docname
            for docname, (old, new) in change.documents.items()
            if (old.updated, old.lock, old.is_as_locked)
            != (new.updated, new.lock, new.is_as_locked)
        ]
        if changed and options(domain.env.config).translation_pairs:
            return None
        return {name for docname in changed for name in domain.naming_as_source(docname)}

    def objects(self, domain: ScrapboxDomain) -> Iterator[tuple[str, str, str, str, str, int]]:
        """The translations, for other sites, by the names of their sources."""
        listed: set[str] = set()
        for docname, names in sorted(inventory_names(domain).items()):
            for name in names:
                if name not in listed:  # of two translations the first
                    listed.add(name)
                    yield name, domain.title_of(docname), "translation", docname, "", -1


FEATURE = Translations()
