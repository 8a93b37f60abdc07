"""Which pages of a wiki have a translation in another one, and what is wrong with the others.

The pages may be documents of a site or files of folders: :func:`coverage` compares plain data.
Two wikis are a pair if a page of one is a translation of a page of the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from sphinx_scrapbox.wiki.dates import days_after
from sphinx_scrapbox.wiki.titles import split_target


class TranslatedFrom(NamedTuple):
    """A source that a page names, or that a configuration gives it.

    ``target`` is ``/project/Title``; ``place`` is that of the source page, "" if it is not here.
    ``time`` is when the page was translated, in Unix seconds, 0 if unknown.
    """

    target: str
    place: str = ""
    language: str = ""
    time: int = 0


@dataclass(frozen=True, slots=True)
class WikiPage:
    """A page. ``place`` identifies it: a file or a docname, or a target outside of the site.

    ``updated`` is in Unix seconds, 0 if unknown.
    """

    place: str
    title: str
    project: str = ""
    language: str = ""
    updated: int = 0
    sources: tuple[TranslatedFrom, ...] = ()


class CoverageKind(Enum):
    """What can be wrong with a source or a translation."""

    UNTRANSLATED = "untranslated"
    """A source without a translation."""
    GONE = "gone"
    """A translation whose source is not in its wiki any more."""
    DOUBLED = "doubled"
    """A source with several translations in one wiki."""
    STALE = "stale"
    """A translation whose source changed after it was translated."""


class CoverageRow(NamedTuple):
    """One finding, or one pair of a source and its translation.

    ``source`` is None if it is gone, ``page`` if there is no translation. Of a doubled source,
    each translation is a row. Times are Unix seconds and only known of stale translations.
    """

    source: WikiPage | None
    page: WikiPage | None
    target: str
    translated: int = 0
    changed: int = 0

    @property
    def days(self) -> int:
        """Days from the translation to the change of its source, rounded up."""
        return days_after(self.translated, self.changed)


@dataclass(slots=True)
class PairCoverage:
    """The pages of a source project that are translated in a project.

    ``sources`` counts the pages of the source project; ``unknown`` counts translations of a
    project of which no page is here.
    """

    source_project: str
    project: str
    source_language: str = ""
    language: str = ""
    sources: int = 0
    unknown: int = 0
    pairs: list[CoverageRow] = field(default_factory=list)
    """Each source with each of its translations."""
    rows: dict[CoverageKind, list[CoverageRow]] = field(
        default_factory=lambda: {kind: [] for kind in CoverageKind}
    )

    @property
    def translated(self) -> int:
        """The number of sources with a translation."""
        return self.sources - len(self.rows[CoverageKind.UNTRANSLATED])

    @property
    def doubled(self) -> int:
        """The number of sources with several translations."""
        return len({row.target for row in self.rows[CoverageKind.DOUBLED]})

    def count(self, kind: CoverageKind) -> int:
        """The number of sources or translations of a kind."""
        return self.doubled if kind is CoverageKind.DOUBLED else len(self.rows[kind])

    @property
    def share(self) -> float:
        """The translated part of the sources, from 0 to 1; 1 if there are no sources."""
        return self.translated / self.sources if self.sources else 1.0


def coverage(pages: Sequence[WikiPage]) -> list[PairCoverage]:
    """The coverage of each pair of projects, sorted by names; rows are in the order of *pages*."""
    by_place = {page.place: page for page in pages}
    of_project: dict[str, list[WikiPage]] = {}
    for page in pages:
        of_project.setdefault(page.project, []).append(page)
    complete = of_project.keys() - {""}
    translations: dict[tuple[str, str], list[tuple[WikiPage, TranslatedFrom]]] = {}
    for page in pages:
        for source in page.sources:
            project = split_target(source.target).project or page.project
            if source.place in by_place:
                project = by_place[source.place].project
            translations.setdefault((project, page.project), []).append((page, source))
    languages = {
        project: _commonest(page.language for page in of_project[project])
        for project in of_project
    }
    result = []
    for (source_project, project), entries in sorted(translations.items()):
        pair = PairCoverage(source_project, project)
        named = _commonest(source.language for _page, source in entries)
        pair.source_language = named or languages.get(source_project, "")
        pair.language = languages.get(project, "")
        _compare(pair, entries, by_place, is_complete=source_project in complete)
        _find_untranslated(pair, of_project.get(source_project, []), by_place)
        result.append(pair)
    return result


def _compare(
    pair: PairCoverage,
    entries: Sequence[tuple[WikiPage, TranslatedFrom]],
    by_place: dict[str, WikiPage],
    *,
    is_complete: bool,
) -> None:
    """Add the rows of the translations to *pair*; *is_complete*: what is not here is gone."""
    of_source: dict[str, dict[str, WikiPage]] = {}
    for page, named in entries:
        source = by_place.get(named.place)
        if source is None:
            if is_complete:
                pair.rows[CoverageKind.GONE].append(CoverageRow(None, page, named.target))
            else:
                pair.unknown += 1
            continue
        if page.place in of_source.setdefault(source.place, {}):
            continue  # a page that names its source twice
        of_source[source.place][page.place] = page
        pair.pairs.append(CoverageRow(source, page, named.target))
        translated = named.time or page.updated
        if 0 < translated < source.updated:
            row = CoverageRow(source, page, named.target, translated, source.updated)
            pair.rows[CoverageKind.STALE].append(row)
    for place, translations in of_source.items():
        if len(translations) > 1:
            source = by_place[place]
            target = f"/{source.project}/{source.title}"
            pair.rows[CoverageKind.DOUBLED] += [
                CoverageRow(source, page, target) for page in translations.values()
            ]


def _find_untranslated(
    pair: PairCoverage, sources: Sequence[WikiPage], by_place: dict[str, WikiPage]
) -> None:
    """Count the sources, and add a row for each without a translation.

    A page that is itself a translation from the other project is no source.
    """
    translated = {row.source.place for row in pair.pairs if row.source}
    for source in sources:
        others = (by_place.get(reference.place) for reference in source.sources)
        if any(other and other.project == pair.project for other in others):
            continue
        pair.sources += 1
        if source.place not in translated:
            target = f"/{source.project}/{source.title}"
            row = CoverageRow(source, None, target)
            pair.rows[CoverageKind.UNTRANSLATED].append(row)


def _commonest(names: Iterable[str]) -> str:
    """The most frequent name, of several the first in alphabetical order; "" without any."""
    counts = Counter(filter(None, names))
    return min(counts, key=lambda name: (-counts[name], name), default="")
