"""Whether the source of a translation changed after it was translated, and which lines did.

The times of pages are facts. The times and texts of lines are read from the lock file and the page
file of the source, only for stale translations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.snapshot.lockfile import LockedPage
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.index.history import digest
from sphinx_scrapbox.sphinx_ext.features.translations.versions import language_versions
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.locks import ExternalPage
from sphinx_scrapbox.wiki.ast import Line
from sphinx_scrapbox.wiki.dates import clamp, days_after
from sphinx_scrapbox.wiki.structure import line_text
from sphinx_scrapbox.wiki.titles import key, split_target


class Staleness(NamedTuple):
    """When a page was translated and when its source last changed: Unix seconds, never 0.

    ``source`` is the docname of the source, or its target (``/project/Title``) if it is not
    part of this site. ``state`` stands for its text and its row in the lock file, as far as
    they tell which lines changed; it is "" otherwise.
    """

    source: str
    translated: int
    changed: int
    state: str = ""

    @property
    def is_stale(self) -> bool:
        """Whether the source changed after it was translated."""
        return self.changed > self.translated

    @property
    def days(self) -> int:
        """Days from the translation to the change of its source, rounded up; 0 if current."""
        return days_after(self.translated, self.changed)


class ChangedLine(NamedTuple):
    """A line of the source that is newer than the translation; no id for a page's title."""

    id: str
    text: str


class Stale(NamedTuple):
    """A page whose source changed after it was translated."""

    docname: str
    age: Staleness
    lines: int


def staleness_against(
    domain: ScrapboxDomain, docname: str, target: str, translated: int = 0
) -> Staleness | None:
    """The staleness of *docname* against the page *target*; None if a time or the page is unknown.

    :param translated: when it was translated; 0 for the time that the page was last changed.
    """
    translated = translated or domain.facts[docname].updated
    source = domain.find_page(target, docname)
    if source is None:
        return _age_outside(domain.env, target, translated)
    if source == docname or source not in domain.facts:
        return None
    facts = domain.facts[source]
    if not translated or not facts.updated:
        return None
    age = Staleness(source, translated, facts.updated)
    return age._replace(state=facts.lock) if age.is_stale and facts.is_as_locked else age


def _outside(env: BuildEnvironment, target: str) -> ExternalPage | None:
    folders = options(env.config).translation_sources
    project, title = split_target(target)
    pages = source_folder(env).locks.external_pages(folders) if folders else {}
    return pages.get((project, key(title)))


def _age_outside(env: BuildEnvironment, target: str, translated: int) -> Staleness | None:
    outside = _outside(env, target)
    changed = clamp(outside.page.updated) if outside else 0
    if outside is None or not translated or not changed:
        return None
    age = Staleness(target, translated, changed)
    if age.is_stale and outside.file and outside.page.hash and outside.page.line_times:
        with suppress(OSError):
            size = outside.file.stat().st_size
            return age._replace(state=digest((outside.page, size)))
    return age


def staleness_of(domain: ScrapboxDomain, docname: str) -> Iterator[Staleness]:
    """The staleness of *docname* against each of its sources."""
    sources = language_versions(domain).sources.get(docname, ())
    if sources and sources[0].is_mapped:
        translations: Iterable[tuple[int, str]] = ((0, sources[0].target),)
    else:
        translations = (
            (time, target) for time, target, _language in domain.facts[docname].translated
        )
    for translated, target in translations:
        if age := staleness_against(domain, docname, target, translated):
            yield age


class _Newer(NamedTuple):
    """A source, and which of its lines (counted from 0) are newer than the translation."""

    row: LockedPage
    lines: list[str]
    newer: list[int]


def changed_lines(domain: ScrapboxDomain, age: Staleness) -> Iterator[ChangedLine]:
    """The lines of the source that are newer than the translation, as they are now.

    Blank lines are passed over. A line that was taken out is nowhere, so there may be none.
    """
    if (newer := _newer(domain.env, age)) is None:
        return
    blocks = read_lines(newer.lines).blocks
    texts = {block.line: line_text(block) for block in blocks if isinstance(block, Line)}
    ids = newer.row.line_ids
    for at in newer.newer:
        shown = texts.get(at + 1) or " ".join(newer.lines[at].split())
        yield ChangedLine(ids[at] if at and at < len(ids) else "", shown)


def _newer(env: BuildEnvironment, age: Staleness) -> _Newer | None:
    if not age.state:
        return None
    file: Path | None
    if age.source.startswith("/"):
        row, file, _private = _outside(env, age.source) or (None, None, False)
    else:
        file = Path(env.doc2path(age.source))
        locked = source_folder(env).locks.of(file)
        row = locked.page if locked else None
    if row is None or file is None or max(row.line_times, default=0) <= age.translated:
        return None
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if not row.matches(text):
        return None
    lines = text.removesuffix("\n").split("\n")
    times = zip(row.line_times, lines, strict=False)
    newer = [at for at, (time, line) in enumerate(times) if time > age.translated and line.strip()]
    return _Newer(row, lines, newer)


def stale_pages(domain: ScrapboxDomain) -> list[Stale]:
    """The stale pages in order of docname."""
    return domain.computed(
        "stale",
        lambda: [
            Stale(docname, age, len(newer.newer) if (newer := _newer(domain.env, age)) else 0)
            for docname in language_versions(domain).sources
            for age in staleness_of(domain, docname)
            if age.is_stale
        ],
    )
